"""A sign to buy."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.cli.deal import find_deal
from salesflow.cli.session import session
from salesflow.records import deals, matters, signs


def sign(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="DEAL TEXT", show_default=False)],
) -> None:
    """They are ready to buy, at whatever stage: it heads `today` until you asked for the sale (done S4).

    Example: salesflow sign ken asked when we can start
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        deal, text = find_deal(conn, run, settings, free)
        parked = deals.get(conn, deal)["parked_until"]
        number = signs.add(conn, deal, " ".join(text), run.moment)
        row = matters.get(conn, "S", number)
        name = deals.get(conn, deal)["contact"]
        work.summary = f"{name}: sign {row['text']}"
    again = ["No longer parked"] if parked else []
    run.tell(
        f"S{number} {name}, D{deal}: {row['text']}; ask for the sale: salesflow win D{deal} HOW, or done S{number}",
        *again, key=f"S{number}", id=number, deal=f"D{deal}", contact=name, contact_id=row["contact_id"],
        text=row["text"],
    )  # fmt: skip
