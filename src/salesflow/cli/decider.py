"""Deciders of a deal."""

from __future__ import annotations

import sqlite3
from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.deal import find_deal
from salesflow.cli.objection import any_deal
from salesflow.cli.session import Session, session
from salesflow.errors import Refused
from salesflow.records import deals, deciders, expected, tasks_done
from salesflow.records.settings import Settings

DealName = Annotated[list[str], typer.Argument(metavar="DEAL NAME", show_default=False)]
Role = Annotated[str | None, typer.Option("--role", metavar="TEXT", help="head of purchasing, owner, ...")]
Level = Annotated[str | None, typer.Option("--level", metavar="WORD", help="owner, manager, executive or other.")]


def list_deciders(
    ctx: typer.Context, free: Annotated[list[str], typer.Argument(metavar="DEAL", show_default=False)]
) -> None:
    """Who decides, and where each of them stands.

    Example: salesflow decider list D7
    """
    run = session(ctx)
    with run.reading() as (conn, settings):
        run.show(deciders.of_deal(conn, any_deal(conn, run, settings, free)))


def named(conn: sqlite3.Connection, run: Session, settings: Settings, free: list[str]) -> tuple[int, list[str]]:
    deal, name = find_deal(conn, run, settings, free)
    if not name:
        raise Refused(f"who of them? name one after D{deal}; see: salesflow decider list D{deal}")
    return deal, name


def add(
    ctx: typer.Context,
    free: DealName,
    role: Role = None,
    level: Level = None,
    says: Annotated[str, typer.Option("--says", metavar="WORD", help="for, against or unknown.")] = "unknown",
) -> None:
    """Somebody who decides with others, or alone. A name that is a contact of yours is known as that.

    Example: salesflow decider add D7 Max Orr --role "vice president"
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        deal, name = find_deal(conn, run, settings, free)
        deciders.add(conn, deal, deciders.Draft(" ".join(name), role, level, says), run.moment)
        row = deciders.found(conn, deal)[-1]
        length, brief = expected.expected(conn, deal, run.today), deciders.in_brief(conn, deal)
        done = words.ticked(tasks_done.did(conn, deal, "decider add", run.moment))
        work.summary = f"{deals.get(conn, deal)['contact']}: {row['name']} decides on D{deal}"
    tell(run, row, brief, f"Expected length: {length.why}", *done)


def tell(run: Session, row: sqlite3.Row, *lines: str) -> None:
    run.tell(
        f"D{row['deal_id']} {deciders.said(row)}; {lines[0]}", *lines[1:],
        deal=f"D{row['deal_id']}", name=row["name"], role=row["role"], level=row["level"], says=row["says"],
        person_id=row["person_id"],
    )  # fmt: skip


def says(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="DEAL NAME for|against|unknown", show_default=False)],
    role: Role = None,
    level: Level = None,
) -> None:
    """Where they stand now; or another role or level.

    Example: salesflow decider says D7 max for
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        deal, name = named(conn, run, settings, free)
        word = None
        if len(name) > 1 or not (role or level):
            word = deciders.stance(name.pop())
        row = deciders.get(conn, deal, " ".join(name))
        deciders.says(conn, row["id"], says=word, role=role, level=level)
        row = deciders.get(conn, deal, row["name"])
        brief = deciders.in_brief(conn, deal)
        work.summary = f"D{deal}: {row['name']} is {row['says']}"
    tell(run, row, brief)


def drop(ctx: typer.Context, free: DealName) -> None:
    """They decide on it no more.

    Example: salesflow decider drop D7 max
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        deal, name = named(conn, run, settings, free)
        row = deciders.get(conn, deal, " ".join(name))
        deciders.drop(conn, row["id"])
        work.summary = f"D{deal}: {row['name']} decides no more"
    run.tell(f"D{deal}: {row['name']} decides on it no more", deal=f"D{deal}", name=row["name"])
