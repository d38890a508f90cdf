"""How quotes end: accepted, declined, withdrawn."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.deal import promised
from salesflow.cli.quote_words import Quote, facts, total_of
from salesflow.cli.session import session
from salesflow.records import contacts, deals, documents, quote_ends, tasks


def accepted(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="Q1 [HOW]", show_default=False)],
    how: words.Because = None,
    on: words.On = None,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """They said yes, on its last day or before: the deal is won with what they pay.

    Example: salesflow quote accepted Q1 fast reply
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        day = words.day(run, settings, on, past=True) if on else None
        row, others, warnings, ticked = quote_ends.accepted(
            conn, free[0], run.moment, how=" ".join(free[1:]) or how or None, on=day
        )
        step = words.promise(conn, run, settings, row["contact_id"], next, todo)
        deal = deals.get(conn, row["deal_id"])
        after = [each["id"] for each in tasks.promised(conn, deal["id"])]
        kept = promised(conn, run, deal["id"], deal["stage_id"], after)
        status = contacts.status(conn, row["contact_id"])
        total, found = total_of(conn, row, settings), facts(conn, row, run.today)
        work.summary = f"{row['contact']}: {documents.key(row)} accepted, D{deal['id']} won"
    for text in warnings:
        run.warn(text)
    now = "a repeat customer" if status == "repeat" else f"a {status}"
    lines = [f"{documents.key(row)} {row['contact']}: accepted {row['closed_on']}",
             f"D{deal['id']} {deal['title']} {total} won, {deal['how']}; now {now}"]  # fmt: skip
    lines += [f"{documents.key(other)} is superseded by it" for other in others]
    gone = [documents.key(other) for other in others]
    lines += words.ticked(ticked)
    run.tell(*lines, *kept, *step, **found, outcome=deal["outcome"], how=deal["how"], superseded=gone)


def declined(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="Q1 [WHY]", show_default=False)],
    why: words.Because = None,
    on: words.On = None,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """They said no to it. The deal stays open: another offer, or lost and why.

    Example: salesflow quote declined Q1 too expensive
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        day = words.day(run, settings, on, past=True) if on else None
        row = quote_ends.declined(conn, free[0], run.moment, why=" ".join(free[1:]) or why or None, on=day)
        deal = deals.get(conn, row["deal_id"]) if row["deal_id"] else None
        step = words.promise(conn, run, settings, row["contact_id"], next, todo, row["deal_id"])
        key, found = documents.key(row), facts(conn, row, run.today)
        work.summary = f"{row['contact']}: {key} declined"
    ways = []
    if deal is not None and deal["outcome"] == "open":
        ways = [f"D{deal['id']} {deal['title']} stays open. What next?",
                f"  another offer:  salesflow quote revise {documents.plain_key(row)} --price N",
                f"  not this time:  salesflow lose D{deal['id']} WHY"]  # fmt: skip
    run.tell(f"{key} {row['contact']}: declined {row['closed_on']}", *ways, *step, **found)


def withdraw(ctx: typer.Context, quote: Quote) -> None:
    """You take it back, draft or sent. One version: quote withdraw Q1/2.

    Example: salesflow quote withdraw Q1
    """
    run = session(ctx)
    with run.writing() as (conn, _, work):
        row, bound = quote_ends.withdraw(conn, quote, run.moment)
        key, found = documents.key(row), facts(conn, row, run.today)
        work.summary = f"{row['contact']}: {key} withdrawn"
    if bound:
        run.warn(f"{key} was binding until {row['valid_until']}; they may hold you to it, so tell them")
    run.tell(f"{key} {row['contact']}: withdrawn", **found)
    run.undo_hint(work)
