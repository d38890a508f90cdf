"""Needs and wants: what a customer needs, in their words."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.deal import find_deal
from salesflow.cli.session import session
from salesflow.errors import Refused
from salesflow.records import deals, matters, needs, tasks_done, who

Key = Annotated[str, typer.Argument(metavar="KEY", show_default=False)]
Want = Annotated[bool | None, typer.Option("--want/--need", help="They want it, rather than need it.")]
Stated = Annotated[
    bool | None, typer.Option("--stated/--unstated", help="They said so, or you infer it from what they say.")
]
MetBy = Annotated[str | None, typer.Option("--met-by", metavar="BENEFIT", help="What meets it: K12, or its words.")]


def list_needs(
    ctx: typer.Context, deal: Annotated[list[str] | None, typer.Argument(metavar="[DEAL]", show_default=False)] = None
) -> None:
    """What is needed and wanted: of one deal, or of every open deal what is not met yet.

    Example: salesflow need list ken
    """
    run = session(ctx)
    with run.reading() as (conn, settings):
        number = whole(find_deal(conn, run, settings, deal)) if deal else None
        run.show(needs.listed(conn, number))


def whole(found: tuple[int, list[str]]) -> int:
    """A deal that all the words name. Raises Refused."""
    number, rest = found
    if rest:
        raise Refused(f"not understood after D{number}: {' '.join(rest)}")
    return number


def add(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="DEAL TEXT", show_default=False)],
    want: Want = None,
    stated: Stated = None,
    met_by: MetBy = None,
) -> None:
    """What they need, in their own words; DEAL is a key or WHO.

    Example: salesflow need add ken invoices out by the 1st
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        number, rest = find_deal(conn, run, settings, free)
        if not rest:
            raise Refused(f"what do they need? salesflow need add D{number} TEXT")
        need_id = needs.add(
            conn, number, " ".join(rest), run.moment, want=bool(want), stated=stated is not False, met_by=met_by
        )
        done = words.ticked(tasks_done.did(conn, number, "need add", run.moment))
        deal = deals.get(conn, number)
        found = next(row for row in needs.listed(conn, number).rows if row["id"] == need_id)
        work.summary = said = f"{deal['contact']} {found['kind']}s: {needs.in_words(found)}"
    by = [f"Met by {found['met_by_id']} {found['met_by']}"] if found["met_by"] else []
    run.tell(f"N{need_id} {said}, for D{number} {deal['title']}", *by, *done, **{
        name: found[name] for name in ("key", "id", "kind", "text", "contact_id", "contact", "deal_id", "met_by")
    }, stated=bool(found["stated"]))  # fmt: skip


def number_of(text: str) -> int:
    key = who.key(text)
    if key is None or key[0] != "N":
        raise Refused(f"which need? its key is N and a number, not {text!r}; see: salesflow need list")
    return key[1]


def edit(
    ctx: typer.Context,
    key: Key,
    text: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]", show_default=False)] = None,
    want: Want = None,
    stated: Stated = None,
    met_by: MetBy = None,
) -> None:
    """Other words for a need; or the benefit that meets it. An empty --met-by ("") clears it.

    Example: salesflow need edit N3 --met-by "free evenings"
    """
    run = session(ctx)
    with run.writing() as (conn, _, work):
        number = number_of(key)
        said = needs.edit(
            conn, number, text=" ".join(text) if text else None, want=want, stated=stated, met_by=met_by
        )  # fmt: skip
        row = matters.get(conn, "N", number)
        work.summary = f"N{number} changed: {', '.join(said)}"
    changed = f" ({', '.join(said)} changed)" if said else " (nothing to change)"
    run.tell(f"N{number} {row['kind']}: {needs.in_words(row)}{changed}", key=f"N{number}", id=number, kind=row["kind"],
             text=row["text"], stated=bool(row["stated"]), changes=said)  # fmt: skip


def met(ctx: typer.Context, key: Key) -> None:
    """It is met: they have it.

    Example: salesflow need met N3
    """
    run = session(ctx)
    with run.writing() as (conn, _, work):
        number = number_of(key)
        row = matters.get(conn, "N", number)
        matters.close(conn, number, run.moment)
        work.summary = f"N{number} met"
    run.tell(f"N{number} met: {row['text']}", key=f"N{number}", id=number, text=row["text"], state="met")


def drop(ctx: typer.Context, key: Key) -> None:
    """Take away a need that never was.

    Example: salesflow need drop N3
    """
    run = session(ctx)
    with run.writing() as (conn, _, work):
        row = needs.drop(conn, number_of(key))
        work.summary = f"N{row['id']} dropped"
    run.tell(f"Dropped N{row['id']}: {row['text']}", key=f"N{row['id']}", id=row["id"], text=row["text"])
    run.undo_hint(work)
