"""Deals that stall, and the likely cause, from what is on file.

Stalled is as in the queue of the day: open, not parked, longer in the stage than its limit, and nothing promised to the
contact. `causes` are all that hold, `cause` the first of them, in this order:

- `quote sent, no follow-up`: a quote waits for an answer, and nobody goes after it.
- `objection open`: something that was raised is not answered.
- `reply owed`: they spoke last and wait for us.
- `no answer`: we spoke last, twice or more without an answer.
- `decision-maker not known`: nobody is noted who decides, and it is not answered that the contact does.
- `no follow-up`: nothing was done for it since it entered the stage.
- `no next action`: something was done, but nothing is planned. It holds for all of them.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import date

from salesflow import dates
from salesflow.reports.figures import Asked, Line
from salesflow.store.rows import rows
from salesflow.table import Column, Table

CAUSES = {
    "quote": "quote sent, no follow-up", "objection": "objection open", "owed": "reply owed",
    "silent": "no answer", "decider": "decision-maker not known", "idle": "no follow-up", "next": "no next action",
}  # fmt: skip
COLUMNS = (
    Column("key"),
    Column("deal_id"),
    Column("deal"),
    Column("contact_id"),
    Column("contact"),
    Column("stage"),
    Column("entered_on", kind="day"),
    Column("days", kind="number"),
    Column("limit_days", kind="number"),
    Column("cause"),
    Column("causes", kind="list"),
)
SCREEN = (
    Column("key", "KEY", firm=True),
    Column("contact", "WHO"),
    Column("stay", "STAGE", wrap=True),
    Column("why", "LIKELY CAUSE", wrap=True),
)

STALLED = """
    SELECT 'D' || idle.deal_id AS key, idle.deal_id, idle.deal, idle.contact_id, contacts.name AS contact, idle.stage,
           idle.entered_on, CAST(julianday(:today) - julianday(idle.entered_on) AS INTEGER) AS days, idle.limit_days,
           (SELECT 'Q' || number FROM documents
             WHERE documents.deal_id = idle.deal_id AND documents.kind = 'quote' AND state = 'sent'
             ORDER BY documents.id DESC LIMIT 1) AS quote,
           (SELECT text FROM matters
             WHERE matters.deal_id = idle.deal_id AND matters.kind = 'objection' AND state = 'open'
             ORDER BY matters.id LIMIT 1) AS objection,
           owe_on AS owed,
           CASE WHEN tries >= 2 THEN tries END AS silent,
           NOT EXISTS (SELECT 1 FROM deciders WHERE deciders.deal_id = idle.deal_id)
           AND NOT EXISTS (
             SELECT 1 FROM answers JOIN questions ON questions.id = answers.question_id
              WHERE answers.contact_id = idle.contact_id AND set_name = 'qualification' AND questions.name = 'authority'
                AND replaced_at IS NULL AND basis <> 'assumed' AND answer = 'yes') AS decider,
           NOT EXISTS (
             SELECT 1 FROM activities
              WHERE activities.contact_id = idle.contact_id AND activities.kind <> 'note'
                AND happened_on >= idle.entered_on AND ifnull(activities.deal_id, idle.deal_id) = idle.deal_id) AS idle,
           1 AS next
      FROM idle_deals AS idle
      JOIN contacts ON contacts.id = idle.contact_id
      LEFT JOIN silence ON silence.contact_id = idle.contact_id
     WHERE idle.entered_on < :today AND stalled_on <= :today
     ORDER BY idle.entered_on, idle.deal_id
    """


def report(conn: sqlite3.Connection, asked: Asked) -> Table:
    """The longest stay first."""
    lines = [told(row, asked.today) for row in rows(conn, STALLED, today=asked.today.isoformat())]
    return Table(COLUMNS, lines, ids="key", view=lambda: screen(lines))


def told(row: sqlite3.Row, today: date) -> Line:
    found = [name for name in CAUSES if row[name]]
    said = CAUSES[found[0]]
    if found[0] == "quote":
        said = f"quote {row['quote']} sent, no follow-up"
    elif found[0] == "objection":
        said += f": {row['objection']}"
    elif found[0] == "owed":
        said += f" since {dates.short_date(date.fromisoformat(row['owed']), today)}"
    elif found[0] == "silent":
        said += f" to the last {row['silent']}"
    return {**dict(row), "cause": CAUSES[found[0]], "causes": [CAUSES[name] for name in found], "why": said}


def screen(lines: list[Line]) -> Table:
    shown = [{**each, "stay": f"{each['days']} d in {each['stage']} (of {each['limit_days']})"} for each in lines]
    often = Counter(each["cause"] for each in lines).most_common()
    notes = [", ".join(f"{number} {cause}" for cause, number in often)] if len(lines) > 1 else []
    if lines:
        notes.append("To go on: salesflow follow WHO DAY, or park, or lose it and say why.")
    title = "Stalled deals" if lines else ""
    return Table(SCREEN, shown, title=title, notes=notes, empty="No open deal stalls.", ids="key")
