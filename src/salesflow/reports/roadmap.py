"""The roadmap: what is to be reached, how far it is, the important deals, and the ways to get there.

A page to give to a partner, an accountant or a helper: totals and words of your own, and no personal data but the
names in the key deals. Goals with a measure say what they have reached, as the view `goals` defines it; of money,
`reached` and `target` are decimal text. `share` is reached / target, no more than 1. Key deals are those marked so,
open ones first, the largest first. All other deals stand in the pipeline, not here.
"""

from __future__ import annotations

import sqlite3

from salesflow import money
from salesflow.reports.figures import Asked, Line, rate
from salesflow.store.rows import rows
from salesflow.table import Column, Sheet, Table

GOALS = (
    Column("goal", "GOAL", wrap=True),
    Column("measure"),
    Column("reached"),
    Column("target"),
    Column("currency"),
    Column("share", kind="rate"),
    Column("so_far", "SO FAR"),
    Column("since", kind="day"),
)
ON_SCREEN = (
    Column("goal", "GOAL", wrap=True),
    Column("so_far", "SO FAR", wrap=True),
    Column("share", "SHARE", "rate"),
    Column("bar", " ", "bar"),
)
DEALS = (
    Column("key", "KEY", firm=True),
    Column("contact", "WHO"),
    Column("deal", "WHAT", wrap=True),
    Column("stage", "STAGE"),
    Column("amount", "AMOUNT", "money"),
)
STRATEGIES = (Column("strategy", "STRATEGY", wrap=True),)

MEASURED = "SELECT text AS goal, measure, reached, target, currency, since FROM goals ORDER BY id"
KEY_DEALS = """
    SELECT 'D' || deals.id AS key, CASE WHEN off_list_on IS NULL THEN contacts.name END AS contact, title AS deal,
           CASE outcome WHEN 'open' THEN stages.name ELSE outcome END AS stage, amount_minor, currency
      FROM deals
      JOIN contacts ON contacts.id = deals.contact_id
      JOIN stages ON stages.id = deals.stage_id
     WHERE is_key = 1
     ORDER BY outcome <> 'open', currency, amount_minor DESC, deals.id
    """
WAYS = "SELECT text AS strategy FROM preparation WHERE kind = 'strategy' AND dropped_on IS NULL ORDER BY id"


def report(conn: sqlite3.Connection, asked: Asked) -> Sheet:
    """One row, the day; `goals`, `key_deals`, `strategies`. As Markdown (`-f md`) it reads as a page."""
    goals = [measured(row, asked.marks) for row in rows(conn, MEASURED)]
    tables = {
        "goals": Table(GOALS, goals, "Goals"),
        "key_deals": Table(DEALS, [dict(row) for row in rows(conn, KEY_DEALS)], "Key deals"),
        "strategies": Table(STRATEGIES, [dict(row) for row in rows(conn, WAYS)], "Strategies"),
    }
    row = {"on": asked.today.isoformat()}
    return Sheet((Column("on", "Roadmap of", "day"),), row, tables, view=lambda: screen(asked, goals, tables))


def measured(row: sqlite3.Row, marks: str) -> Line:
    """A goal; money as decimal text, all else a number. A goal without a measure, or nothing to measure it by: null."""
    is_money = row["measure"] == "amount" and row["currency"]
    values = {
        name: money.amount_text(row[name], row["currency"]) if is_money and row[name] is not None else row[name]
        for name in ("reached", "target")
    }
    known = row["reached"] is not None and row["target"]
    share = min(rate(row["reached"], row["target"]) or 0.0, 1.0) if known else None
    return {**dict(row), **values, "share": share, "so_far": so_far(row, marks)}


def so_far(goal: sqlite3.Row, marks: str) -> str:
    """`6 of 10 customers`; what is not measured, or cannot be yet, says so."""
    if goal["measure"] is None:
        return "not measured"
    if goal["reached"] is None:
        return "nothing closed yet"
    if goal["measure"] == "amount":
        reached, target = (money.show(goal[name], goal["currency"], marks) for name in ("reached", "target"))
        return f"{reached} of {target}"
    words = {"win-rate": "% won", "won": "sales won"}.get(goal["measure"], goal["measure"])
    return f"{goal['reached']} of {goal['target']} {words}"


def screen(asked: Asked, goals: list[Line], tables: dict[str, Table]) -> Sheet | Table:
    if not any(table.rows for table in tables.values()):
        empty = 'No roadmap yet: salesflow prepare add goal "10 regular clients" --measure customers --target 10'
        return Table(GOALS, [], empty=empty)
    drawn = Table(ON_SCREEN, [{**each, "bar": each["share"]} for each in goals], tables["goals"].title)
    return Sheet((Column("on", "ROADMAP", "day"),), {"on": asked.today.isoformat()}, {**tables, "goals": drawn})
