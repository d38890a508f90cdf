"""How long a sale takes: from the first contact to the win, for every deal won through a process.

The cycle begins with the first contact since the contact's win before it, or with the opening of the deal if that was
earlier, or nothing was logged. A contact is any activity but notes and what is done without the customer (NO_CONTACT).
It ends when the deal is won; what was bought on the spot is not in it. Days are the days between the two on the
calendar, `minutes` the time on the clock, given where the days are fewer than one. `from_prospect_days` is the average
from the first day they were a prospect, of first sales only. `conversations` is the average number of talks a win
took: calls, visits, meetings and demos in which somebody was reached, about this deal or none.

By product, product-kind (product or service), kind (a sale, or somebody recruited), process, need (what was answered
to whether they need it; an assumed answer is none) or decider (the highest of those who decide: executive, manager,
owner, other). A group without a name is of deals of which that is not known.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from salesflow.reports.figures import Asked, Line, average, decimal, few, length, one_of
from salesflow.store.rows import rows
from salesflow.table import Column, Table

BY = ("all", "product", "product-kind", "kind", "process", "need", "decider")

COLUMNS = (
    Column("group"),
    Column("sales", kind="number"),
    Column("average_days", kind="number"),
    Column("shortest_days", kind="number"),
    Column("longest_days", kind="number"),
    Column("average_minutes", kind="number"),
    Column("shortest_minutes", kind="number"),
    Column("longest_minutes", kind="number"),
    Column("from_prospect_days", kind="number"),
    Column("conversations", kind="number"),
)
SCREEN = (
    Column("group", "BY", wrap=True),
    Column("sales", "SALES", "number"),
    Column("average", "AVERAGE", right=True, firm=True),
    Column("shortest", "SHORTEST", right=True, firm=True),
    Column("longest", "LONGEST", right=True, firm=True),
    Column("prospect", "AS PROSPECT", right=True, firm=True),
    Column("talks", "TALKS", right=True, firm=True),
)

# What is done without the customer is no contact. Also read by the closing report.
NO_CONTACT = """
    ('note', 'research', 'product-research', 'market-research', 'data-analysis', 'customer-analysis', 'usp',
     'deal-qualification', 'preparation', 'other')
    """
WON = f"""
    WITH won AS (
      SELECT deals.*,
             (SELECT max(closed_at) FROM deals AS before
               WHERE before.contact_id = deals.contact_id AND before.outcome = 'won'
                 AND (before.closed_at < deals.closed_at
                      OR (before.closed_at = deals.closed_at AND before.id < deals.id))) AS before_at
        FROM deals
       WHERE outcome = 'won' AND way = 'sold' AND closed_on BETWEEN :since AND :until)
    SELECT won.id, won.contact_id, won.kind, won.amount_minor, won.currency, won.opened_on, won.opened_at,
           won.closed_on, won.closed_at, won.before_at, processes.name AS process,
           products.name AS product, products.kind AS "product-kind",
           first.happened_on AS first_on, first.happened_at AS first_at,
           (SELECT min(entered_on) FROM status_history
             WHERE status_history.contact_id = won.contact_id AND status = 'prospect'
               AND before_at IS NULL AND entered_on <= won.closed_on) AS prospect_on,
           (SELECT count(*) FROM activities
             WHERE activities.contact_id = won.contact_id AND activities.kind IN ('call', 'visit', 'meeting', 'demo')
               AND ifnull(outcome, '') NOT IN ('no answer', 'not in') AND ifnull(deal_id, won.id) = won.id
               AND happened_at > ifnull(before_at, '') AND happened_on <= won.closed_on) AS conversations,
           (SELECT answer FROM answers JOIN questions ON questions.id = answers.question_id
             WHERE answers.contact_id = won.contact_id AND replaced_at IS NULL AND basis <> 'assumed'
               AND set_name = 'sales-qualified' AND questions.name = 'need' AND ifnull(deal_id, won.id) = won.id
             ORDER BY deal_id IS NULL LIMIT 1) AS need,
           (SELECT level FROM deciders
             WHERE deal_id = won.id
             ORDER BY CASE level WHEN 'executive' THEN 1 WHEN 'manager' THEN 2 WHEN 'owner' THEN 3 ELSE 4 END
             LIMIT 1) AS decider
      FROM won
      JOIN processes ON processes.id = won.process_id
      LEFT JOIN products ON products.id = won.product_id
      LEFT JOIN activities AS first ON first.id = (
           SELECT id FROM activities
            WHERE activities.contact_id = won.contact_id AND activities.kind NOT IN {NO_CONTACT}
              AND happened_at > ifnull(before_at, '') AND happened_on <= won.closed_on
            ORDER BY happened_on, happened_at, id LIMIT 1)
    """  # noqa: S608 - a constant of this module


class Sale(NamedTuple):
    """One deal won and how long it took; `row` is what was read of it."""

    days: int
    minutes: int
    from_prospect: int | None
    row: sqlite3.Row


def report(conn: sqlite3.Connection, asked: Asked) -> Table:
    """One row a group, the one with the most sales first, those without a name last. Raises Refused."""
    by = one_of("cycle", asked.by, BY)
    found = sales(conn, asked)
    names = {each.row[by] if by != "all" else "all" for each in found}
    lines = [
        line(name, [each for each in found if by == "all" or each.row[by] == name])
        for name in sorted(names, key=lambda name: (name is None, name))
    ]
    lines.sort(key=lambda each: (each["group"] is None, -each["sales"]))
    return Table(COLUMNS, lines, ids="group", view=lambda: screen(asked, by, found, lines))


def sales(conn: sqlite3.Connection, asked: Asked) -> list[Sale]:
    """Every deal won through a process in the days asked for."""
    return [measured(row) for row in rows(conn, WON, **asked.days)]


def measured(row: sqlite3.Row) -> Sale:
    contacted = row["first_at"] is not None and row["first_at"] < row["opened_at"]
    since_on, since_at = (row["first_on"], row["first_at"]) if contacted else (row["opened_on"], row["opened_at"])
    days = max(0, between(since_on, row["closed_on"]))
    passed = datetime.fromisoformat(row["closed_at"]) - datetime.fromisoformat(since_at)
    prospect = row["prospect_on"] and between(row["prospect_on"], row["closed_on"])
    return Sale(days, max(0, int(passed.total_seconds() // 60)), prospect, row)


def between(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def line(name: str | None, found: Sequence[Sale]) -> Line:
    days, minutes = [each.days for each in found], [each.minutes for each in found]
    mean = average(days)
    return {
        "group": name,
        "sales": len(found),
        "average_days": mean,
        "shortest_days": min(days),
        "longest_days": max(days),
        "average_minutes": average(minutes) if sum(days) < len(days) else None,
        "shortest_minutes": min(minutes) if min(days) == 0 else None,
        "longest_minutes": max(minutes) if max(days) == 0 else None,
        "from_prospect_days": average(each.from_prospect for each in found if each.from_prospect is not None),
        "conversations": average(each.row["conversations"] for each in found),
    }


def screen(asked: Asked, by: str, found: Sequence[Sale], lines: Sequence[Line]) -> Table:
    shown = [
        {
            "group": each["group"] or "not known",
            "sales": each["sales"],
            **{
                name: length(each[f"{name}_days"], each[f"{name}_minutes"], asked.marks)
                for name in ("average", "shortest", "longest")
            },
            "prospect": length(each["from_prospect_days"], None, asked.marks),
            "talks": decimal(each["conversations"], asked.marks),
        }
        for each in lines
    ]
    columns = (Column("group", " " if by == "all" else by.upper(), wrap=True), *SCREEN[1:])
    empty = "Nothing won yet, so no length to measure. A deal is won with: salesflow win WHO HOW"
    title = asked.title("From first contact to sale" + ("" if by == "all" else f", by {by}")) if lines else ""
    return Table(columns, shown, title=title, notes=few(len(found), "sale"), empty=empty, ids="group")
