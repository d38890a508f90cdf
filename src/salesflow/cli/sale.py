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
from salesflow.records import activities, contacts, deals, sales, who
from salesflow.records.settings import Settings


def sale(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO AMOUNT [WHAT]", show_default=False)],
    how: words.Because = None,
    on: words.On = None,
    product: words.Product = None,
    at_presentation: Annotated[
        bool, typer.Option("--at-presentation", help="Sold at the first presentation: log that too.")
    ] = False,
    process: words.Process = None,
    new: words.New = False,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """Sold on the spot. WHO may be walk-in. With --how it counts as a sale you won, in win rate and funnel.

    With --product its price and name are AMOUNT and WHAT, if none are said.

    Example: salesflow sale walk-in 12.50 two rye loaves
    """
    run = session(ctx)
    with run.writing(new=True) as (conn, settings, work):
        contact_id, rest = buyer(conn, run, settings, free, new, bare=product is not None)
        product_id = words.product(conn, product)
        sum_, what = leading_amount(settings, rest) if rest or product_id is None else (price(conn, product_id), [])
        how = how or ("at the first presentation" if at_presentation else None)
        on_day = words.day(run, settings, on, past=True) if on else None
        number, warning = sales.sale(
            conn,
            contact_id,
            sum_,
            " ".join(what) or ("" if product_id else "sale"),
            process or settings.process,
            run.moment,
            how=how,
            on=on_day,
            product_id=product_id,
        )
        if at_presentation:
            shown = activities.Draft(
                contact_id, "demo", outcome="sold", on=on_day, deal_id=number, product_id=product_id
            )  # fmt: skip
            activities.add(conn, shown, run.moment)
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
    conn: sqlite3.Connection, run: Session, settings: Settings, free: Sequence[str], new: bool, bare: bool = False
) -> tuple[int, list[str]]:
    """Who bought, and the words after; bare: no amount need come after."""
    if free[0].lower() in ("walk-in", "walkin"):
        return contacts.walk_in(conn, run.moment), list(free[1:])
    from salesflow.cli.activity import person

    def fits(rest: Sequence[str]) -> bool:
        return any(letter.isdigit() for letter in rest[0]) if rest else bare

    try:
        return who.split(conn, free, settings, today=run.moment.on, fits=fits)
    except NotFound:
        if not new:
            raise
        return person(conn, run, settings, free, new)


def price(conn: sqlite3.Connection, product_id: int) -> tuple[int, str]:
    from salesflow.records import products

    row = products.get(conn, product_id)
    if row["currency"] is None:
        raise Refused(f"how much? {row['name']} has no price: salesflow sale WHO AMOUNT --product NAME")
    return row["price_minor"], row["currency"]


def leading_amount(settings: Settings, rest: Sequence[str]) -> tuple[tuple[int, str], list[str]]:
    """The amount at the head of the words, perhaps with its currency in the next word, and the words after it."""
    if not rest:
        raise Refused("how much? salesflow sale WHO AMOUNT [WHAT]; the shell eats $60: type 60")
    from salesflow.money import CURRENCIES

    length = 2 if len(rest) > 1 and rest[1] in CURRENCIES else 1
    found = words.amount(settings, " ".join(rest[:length]))
    assert found is not None
    return found, list(rest[length:])
