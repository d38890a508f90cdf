"""Gathering and qualifying: how many people were found, where, and how many days it took to know what they are.

Of those gathered in the days asked for: whose first status began then, address books left alone not counted. The
verdict falls on the day somebody first is a prospect (`qualified`) or disqualified, whichever is earlier; `waiting` are
those without one. Who was sold something without a verdict is `sold_unasked`, and waits for none. Days run from the
first day to the verdict. By source, or by week (its Monday).
"""

from __future__ import annotations

import sqlite3

from salesflow.reports.figures import Asked, Line, few, one_of
from salesflow.store.rows import rows
from salesflow.table import Column, Sheet, Table

BY = ("source", "week")
FIGURES = ("gathered", "qualified", "disqualified", "waiting", "sold_unasked", "average_days", "longest_days")
COLUMNS = tuple(Column(name, kind="number") for name in FIGURES)
GROUPS = (Column("group"), *COLUMNS)
SCREEN = (
    Column("group", " ", wrap=True),
    Column("gathered", "GATHERED", "number"),
    Column("qualified", "PROSPECTS", "number"),
    Column("disqualified", "NO", "number"),
    Column("waiting", "WAITING", "number"),
    Column("average_days", "DAYS", "number"),
    Column("longest_days", "LONGEST", "number"),
)

GATHERED = """
    WITH met AS (
      SELECT contact_id, min(entered_on) AS since,
             min(CASE WHEN status = 'prospect' THEN entered_on END) AS yes_on,
             min(CASE WHEN status = 'disqualified' THEN entered_on END) AS no_on,
             max(status IN ('customer', 'repeat')) AS sold
        FROM status_history
       GROUP BY contact_id),
    judged AS (
      SELECT *, yes_on IS NOT NULL AND yes_on <= ifnull(no_on, yes_on) AS qualified,
             no_on IS NOT NULL AND no_on < ifnull(yes_on, '9999') AS disqualified,
             julianday(min(ifnull(yes_on, no_on), ifnull(no_on, yes_on))) - julianday(since) AS days
        FROM met
       WHERE since BETWEEN :since AND :until)
    SELECT CASE :by WHEN 'week' THEN date(judged.since, 'weekday 0', '-6 days') ELSE source END AS part,
           count(*) AS gathered, sum(qualified) AS qualified, sum(disqualified) AS disqualified,
           sum(sold AND days IS NULL) AS sold_unasked, sum(days) AS days, max(days) AS longest
      FROM judged JOIN contacts ON contacts.id = judged.contact_id
     GROUP BY part
    """


def report(conn: sqlite3.Connection, asked: Asked) -> Sheet:
    """One row of totals; `groups`: the largest source first (null: none noted), weeks in order. Raises Refused."""
    by = one_of("qualifying", asked.by, BY)
    found = rows(conn, GATHERED, by=by, **asked.days)
    groups = [{"group": row["part"], **figures([row])} for row in found]
    groups.sort(key=lambda each: (each["group"] is None, each["group"] or ""))
    if by == "source":
        groups.sort(key=lambda each: -each["gathered"])
    totals = figures(found)
    return Sheet(COLUMNS, totals, {"groups": Table(GROUPS, groups)}, view=lambda: screen(asked, by, totals, groups))


def figures(found: list[sqlite3.Row]) -> Line:
    """Of one group, or of several together."""
    gathered, yes, no, sold = (
        sum(row[name] for row in found) for name in ("gathered", "qualified", "disqualified", "sold_unasked")
    )
    days = sum(row["days"] or 0 for row in found)
    longest = [int(row["longest"]) for row in found if row["longest"] is not None]
    return {
        "gathered": gathered,
        "qualified": yes,
        "disqualified": no,
        "waiting": gathered - yes - no - sold,
        "sold_unasked": sold,
        "average_days": round(days / (yes + no), 1) if yes + no else None,
        "longest_days": max(longest, default=None),
    }


def screen(asked: Asked, by: str, totals: Line, groups: list[Line]) -> Table:
    shown = [{**each, "group": each["group"] or "none noted"} for each in groups]
    if len(groups) > 1:
        shown.append({"group": "all", **totals})
    columns = (Column("group", by.upper(), wrap=True), *SCREEN[1:])
    verdicts = totals["qualified"] + totals["disqualified"]
    notes = few(verdicts, "verdict")
    if not verdicts and shown:
        notes = ["No verdict yet: salesflow qualify WHO asks the few questions that give one."]
    title = asked.title(f"From lead to verdict, by {by}") if shown else ""
    empty = "Nobody gathered yet. Begin with: salesflow add NAME --source fair"
    return Table(columns, shown, title=title, notes=notes, empty=empty)
