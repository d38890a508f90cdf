"""The win rate: of the deals that were closed, how many were won, for how much, and how long they took.

Deals that went through a process (*sold* or lost), by the day they closed; what was bought on the spot and what is
still open are not in it. `win_rate` is won / (won + lost), `amount` the sum of what was won. `average_days_won` and
`average_days_lost` are the mean of the days from opening to closing.

One row a period a currency: the amount is what was won in that currency, the other figures are those of the period and
stand again in each of its rows. A period in which nothing was won for money has one row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Any

from salesflow import dates
from salesflow.errors import Refused
from salesflow.store.rows import rows, value
from salesflow.table import Column, Table

BY = ("month", "quarter", "year", "source")
ENOUGH = 20  # closed deals; a rate of fewer says little

COLUMNS = (
    Column("period"),
    Column("won", kind="number"),
    Column("lost", kind="number"),
    Column("win_rate", kind="rate"),
    Column("amount", kind="money"),
    Column("average_days_won", kind="number"),
    Column("average_days_lost", kind="number"),
)
SCREEN = (
    Column("period", "PERIOD", wrap=True),
    Column("won", "WON", "number"),
    Column("lost", "LOST", "number"),
    Column("rate", "RATE", right=True, firm=True),
    Column("amount", "AMOUNT", "money"),
    Column("average_days_won", "DAYS WON", "number"),
    Column("average_days_lost", "DAYS LOST", "number"),
)
SHOWN = tuple(column.name for column in SCREEN)

WIN_RATE = """
    WITH closed AS (
      SELECT CASE :by
               WHEN 'month' THEN substr(closed_on, 1, 7)
               WHEN 'quarter' THEN substr(closed_on, 1, 4) || '-Q' || ((substr(closed_on, 6, 2) + 2) / 3)
               WHEN 'year' THEN substr(closed_on, 1, 4)
               WHEN 'source' THEN (SELECT source FROM contacts WHERE contacts.id = deals.contact_id)
               ELSE 'all'
             END AS period,
             outcome, amount_minor, currency, julianday(closed_on) - julianday(opened_on) AS days
        FROM deals
       WHERE outcome <> 'open' AND way = 'sold' AND (:since IS NULL OR closed_on >= :since)
    ),
    periods AS (
      SELECT period,
             count(*) FILTER (WHERE outcome = 'won') AS won,
             count(*) FILTER (WHERE outcome = 'lost') AS lost,
             avg(days) FILTER (WHERE outcome = 'won') AS days_won,
             avg(days) FILTER (WHERE outcome = 'lost') AS days_lost
        FROM closed
       GROUP BY period
    ),
    amounts AS (
      SELECT period, currency, sum(amount_minor) AS amount_minor, count(*) AS deals
        FROM closed
       WHERE outcome = 'won' AND currency IS NOT NULL
       GROUP BY period, currency
    ),
    currencies AS (SELECT CASE WHEN count(DISTINCT currency) = 1 THEN max(currency) END AS one FROM closed)
    SELECT periods.*, coalesce(currency, one) AS paid_in, amount_minor
      FROM periods
      LEFT JOIN amounts ON amounts.period IS periods.period
     CROSS JOIN currencies
     ORDER BY periods.period IS NULL, periods.period, deals DESC, currency
    """


def report(conn: sqlite3.Connection, *, since: str | None = None, by: str | None = None, marks: str = ",.") -> Table:
    """Rows in the order of their periods: `all`, `2017-01`, `2017-Q1`, `2017`, or a source (null: none noted).

    Within a period the currency with the most deals won comes first. Raises Refused for another `by`.
    """
    if by is not None and by not in BY:
        raise Refused(f"no win rate by {by!r}; there are: {', '.join(BY)}")
    found = [
        {
            "period": row["period"],
            "won": row["won"],
            "lost": row["lost"],
            "win_rate": round(row["won"] / (row["won"] + row["lost"]), 4),
            "amount_minor": amount(row),
            "currency": row["paid_in"],
            "average_days_won": rounded(row["days_won"]),
            "average_days_lost": rounded(row["days_lost"]),
        }
        for row in rows(conn, WIN_RATE, since=since, by=by)
    ]
    return Table(COLUMNS, found, view=lambda: screen(conn, found, since, marks), ids="period")


def screen(conn: sqlite3.Connection, found: Sequence[dict[str, Any]], since: str | None, marks: str) -> Table:
    """With rates to two decimals, and a word of care where few deals were closed."""
    shown: list[dict[str, Any]] = []
    for number, row in enumerate(found):
        if number and row["period"] == found[number - 1]["period"]:
            shown.append({**dict.fromkeys(SHOWN), "amount_minor": row["amount_minor"], "currency": row["currency"]})
        else:
            rate = f"{row['win_rate'] * 100:.2f} %".replace(".", marks[-1])
            shown.append({**row, "period": row["period"] or "none", "rate": rate})
    few = any(row["won"] + row["lost"] < ENOUGH for row in found)
    notes = [f"A rate of fewer than {ENOUGH} closed deals says little: read with care."] if few else []
    still_open = value(conn, "SELECT count(*) FROM deals WHERE outcome = 'open'")
    title = "Win rate" + (f", closed since {dates.short_date(date.fromisoformat(since), date.min)}" if since else "")
    return Table(
        SCREEN, shown, title=title if shown else "", notes=notes, ids="period",
        empty=f"No closed deals yet; open deals: {still_open}.",
    )  # fmt: skip


def amount(row: sqlite3.Row) -> int | None:
    """What was won in minor units: nothing at all is 0, and null where no currency is known."""
    return None if row["paid_in"] is None else row["amount_minor"] or 0


def rounded(days: float | None) -> float | None:
    return None if days is None else round(days, 1)
