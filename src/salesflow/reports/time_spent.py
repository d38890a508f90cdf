"""Where the time goes: minutes of activities, by the status the contact had then, or by what the contact is worth.

An activity counts with the minutes that were logged with it; those without any are only counted (`untimed`). The
status is the one in force just before it happened (`status_history`); before the first, the first. *By value* a
contact's demand counts (high, medium, low); where none is noted, the rating: 4 and 5 high, 3 medium, 1 and 2 low; else
unknown. `share` is of all minutes.

Unqualified leads are those who were lead, possible or disqualified then. When more than half of the minutes went to
them, `too_much` is true. `silent` are those who are lead or possible today, were tried three times or more in the days
asked for, and were never heard: the most tries first.
"""

from __future__ import annotations

import sqlite3
from collections import Counter

from salesflow.reports.figures import LISTED, NAMED, Asked, Line, clock, counted, one_of, percent, rate
from salesflow.reports.today import grouped
from salesflow.store.rows import rows, value
from salesflow.table import Column, Sheet, Table

BY = ("status", "value")
UNQUALIFIED = ("lead", "possible", "disqualified")
ORDER = (*UNQUALIFIED, "prospect", "customer", "repeat", "off-list", "high", "medium", "low", "unknown")
LIMIT = 0.5
MANY = 3  # tries without an answer

GROUPS = (
    Column("group"),
    Column("minutes", kind="number"),
    Column("share", kind="rate"),
    Column("activities", kind="number"),
)
SILENT = (
    Column("contact_id"),
    Column("contact", "WHO"),
    Column("status", "STATUS"),
    Column("tries", "TRIES", "number"),
    Column("last_on", "LAST", "day"),
)
SCREEN = (
    Column("group", "TIME WITH"),
    Column("time", "TIME", right=True, firm=True),
    Column("share", "SHARE", "rate"),
    Column("bar", " ", "bar"),
    Column("activities", "ACTIVITIES", "number"),
)

# `+`: all activities in the order they were written take a quarter of the time that an index of days takes.
SPENT = """
    WITH timed AS (
      SELECT contact_id, minutes,
             coalesce(
               (SELECT status FROM status_history AS stay
                 WHERE stay.contact_id = activities.contact_id AND stay.entered_at < activities.happened_at
                 ORDER BY stay.entered_at DESC, stay.id DESC LIMIT 1),
               (SELECT status FROM status_history AS stay
                 WHERE stay.contact_id = activities.contact_id
                 ORDER BY stay.entered_at, stay.id LIMIT 1),
               (SELECT status FROM standing WHERE standing.contact_id = activities.contact_id)) AS status
        FROM activities
       WHERE +happened_on BETWEEN :since AND :until AND minutes IS NOT NULL)
    SELECT status,
           CASE
             WHEN demand IS NOT NULL THEN demand
             WHEN rating >= 4 THEN 'high'
             WHEN rating = 3 THEN 'medium'
             WHEN rating IS NOT NULL THEN 'low'
             ELSE 'unknown'
           END AS value,
           count(*) AS activities, sum(minutes) AS minutes
      FROM timed JOIN contacts ON contacts.id = timed.contact_id
     GROUP BY 1, 2
    """
DONE = "SELECT count(*) FROM activities WHERE happened_on BETWEEN :since AND :until"
UNHEARD = """
    SELECT silence.contact_id, contacts.name AS contact, standing.status,
           sum(tried AND happened_on BETWEEN :since AND :until) AS tries, max(happened_on) AS last_on
      FROM silence
      JOIN standing ON standing.contact_id = silence.contact_id
      JOIN contacts ON contacts.id = silence.contact_id
      JOIN exchanges ON exchanges.contact_id = silence.contact_id
     WHERE silence.tries >= :many AND standing.status IN ('lead', 'possible')
     GROUP BY silence.contact_id
    HAVING sum(tried AND happened_on BETWEEN :since AND :until) >= :many AND sum(heard) = 0
     ORDER BY 4 DESC, silence.contact_id
     LIMIT :room
    """


def report(conn: sqlite3.Connection, asked: Asked) -> Sheet:
    """One row of totals; `groups` in the order of ORDER, `silent` no more than LISTED. Raises Refused."""
    by = one_of("time", asked.by, BY)
    minutes: Counter[str] = Counter()
    activities: Counter[str] = Counter()
    unqualified = 0
    for row in rows(conn, SPENT, **asked.days):
        minutes[row[by]] += row["minutes"]
        activities[row[by]] += row["activities"]
        unqualified += row["minutes"] if row["status"] in UNQUALIFIED else 0
    total = minutes.total()
    share = rate(unqualified, total)
    groups = [
        {"group": name, "minutes": minutes[name], "share": rate(minutes[name], total), "activities": activities[name]}
        for name in sorted(minutes, key=ORDER.index)
    ]
    totals: Line = {
        "minutes": total,
        "timed": activities.total(),
        "untimed": value(conn, DONE, **asked.days) - activities.total(),
        "unqualified_minutes": unqualified,
        "unqualified_share": share,
        "too_much": share is not None and share > LIMIT,
    }
    silent = [dict(row) for row in rows(conn, UNHEARD, many=MANY, room=LISTED, **asked.days)]
    tables = {"groups": Table(GROUPS, groups), "silent": Table(SILENT, silent)}
    columns = tuple(Column(name, kind=KINDS.get(name, "number")) for name in totals)
    return Sheet(columns, totals, tables, view=lambda: screen(asked, by, totals, groups, silent))


KINDS = {"unqualified_share": "rate", "too_much": "flag"}


def screen(asked: Asked, by: str, totals: Line, groups: list[Line], silent: list[Line]) -> Table:
    notes = []
    if totals["too_much"]:
        share = percent(totals["unqualified_share"])
        notes.append(f"Most of the time ({share}) goes to people who are no prospects: qualify them first, or let go.")
    if silent:
        named = [f"{each['contact']} ({counted(each['tries'], 'try', 'tries')})" for each in silent[:NAMED]]
        more = [f"{len(silent) - NAMED} more"] if len(silent) > NAMED else []
        notes.append(f"Tried {MANY} times or more, no answer ever: {', '.join(named + more)}")
    if totals["untimed"]:
        known = totals["timed"] + totals["untimed"]
        timed, done = grouped(totals["timed"], asked.marks), grouped(known, asked.marks)
        notes.append(f"Minutes are known of {timed} of {done} activities: log ... --minutes N")
    shown = [{**row, "time": clock(row["minutes"], asked.marks), "bar": row["share"]} for row in groups]
    title = asked.title(f"Time by {by}") if groups else ""
    empty = "No minutes are logged yet. They come with: salesflow log call WHO --minutes 15"
    return Table(SCREEN, shown, title=title, notes=notes, empty=empty, ids="group")
