"""Sold on the spot."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.deal import facts, money
from salesflow.cli.session import Session, session
from salesflow.errors import NotFound, Refused
from salesflow.records import contacts, deals, sales, who
from salesflow.records.settings import Settings


def sale(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO AMOUNT [WHAT]", show_default=False)],
    how: words.Because = None,
    on: words.On = None,
    process: words.Process = None,
    new: words.New = False,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """Sold on the spot. WHO may be walk-in. With --how it counts as a sale you won, in win rate and funnel.

    Example: salesflow sale walk-in 12.50 two rye loaves
    """
    run = session(ctx)
    with run.writing(new=True) as (conn, settings, work):
        contact_id, rest = buyer(conn, run, settings, free, new)
        sum_, what = leading_amount(settings, rest)
        on_day = words.day(run, settings, on, past=True) if on else None
        number, warning = sales.sale(
            conn,
            contact_id,
            sum_,
            " ".join(what) or "sale",
            process or settings.process,
            run.moment,
            how=how,
            on=on_day,
        )
        deal = deals.get(conn, number)
        step = words.promise(conn, run, settings, contact_id, next, todo)
        work.summary = f"{deal['contact']}: D{number} sold"
    run.warn(warning)
    run.tell(
        f"D{number} {deal['contact']}:{money(run, deal)}, {deal['title']}, {'sold' if how else 'bought'}",
        *step,
        **facts(deal),
    )


def buyer(
    conn: sqlite3.Connection, run: Session, settings: Settings, free: Sequence[str], new: bool
) -> tuple[int, list[str]]:
    if free[0].lower() in ("walk-in", "walkin"):
        return contacts.walk_in(conn, run.moment), list(free[1:])
    from salesflow.cli.activity import person

    def fits(rest: Sequence[str]) -> bool:
        return any(letter.isdigit() for letter in rest[0]) if rest else False

    try:
        return who.split(conn, free, settings, today=run.moment.on, fits=fits)
    except NotFound:
        if not new:
            raise
        return person(conn, run, settings, free, new)


def leading_amount(settings: Settings, rest: Sequence[str]) -> tuple[tuple[int, str], list[str]]:
    """The amount at the head of the words, perhaps with its currency in the next word, and the words after it."""
    if not rest:
        raise Refused("how much? salesflow sale WHO AMOUNT [WHAT]; the shell eats $60: type 60")
    from salesflow.money import CURRENCIES

    length = 2 if len(rest) > 1 and rest[1] in CURRENCIES else 1
    found = words.amount(settings, " ".join(rest[:length]))
    assert found is not None
    return found, list(rest[length:])
