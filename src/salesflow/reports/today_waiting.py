"""The lines of the queue that wait: signs to buy, replies owed, papers, who does not answer, what stands still.

As in `reports.today_lines`: each question is answered from an index, and stops where there is no more room.
"""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

from salesflow import dates
from salesflow.reports.today_lines import CHANNELS, Asked, Line, line, objecting, unheard
from salesflow.store.rows import rows

# One line a deal: its newest sign.
SIGNS = """
    SELECT matters.id, matters.text, matters.raised_on, deals.id AS deal_id, deals.title AS deal,
           (SELECT count(*) FROM matters AS others
             WHERE others.deal_id = deals.id AND others.kind = 'sign' AND others.state = 'open') AS signs, who.*
      FROM matters
      JOIN deals ON deals.id = matters.deal_id
      JOIN who ON who.contact_id = matters.contact_id
     WHERE matters.kind = 'sign' AND matters.state = 'open' AND deals.outcome = 'open' AND who.status <> 'off-list'
       AND (deals.parked_until IS NULL OR deals.parked_until <= :today)
       AND NOT EXISTS (
         SELECT 1 FROM matters AS newer
          WHERE newer.deal_id = deals.id AND newer.kind = 'sign' AND newer.state = 'open' AND newer.id > matters.id)
     ORDER BY matters.raised_on, matters.id
     LIMIT :room
    """
REPLIES = """
    SELECT owe_on, activities.kind AS how, activities.text, who.*
      FROM silence
      JOIN who ON who.contact_id = silence.contact_id
      JOIN activities ON activities.id = (
           SELECT id FROM activities
            WHERE activities.contact_id = silence.contact_id AND direction = 'in'
            ORDER BY happened_on DESC, id DESC LIMIT 1)
     WHERE owe_on BETWEEN :waiting AND :today AND who.status <> 'off-list'
       AND NOT EXISTS (
         SELECT 1 FROM follow_ups
          WHERE follow_ups.contact_id = silence.contact_id AND state = 'open'
            AND (due_on <= :today OR created_on >= owe_on))
       AND NOT EXISTS (
         SELECT 1 FROM documents
          WHERE documents.contact_id = silence.contact_id AND documents.kind = 'inquiry' AND state = 'open')
     ORDER BY owe_on, silence.contact_id
     LIMIT :room
    """
INQUIRIES = """
    SELECT documents.number, documents.made_on, documents.deal_id, deals.title AS deal,
           (SELECT group_concat(ifnull(nullif(class, 'other'), text), ', ') FROM matters
             WHERE matters.document_id = documents.id AND matters.kind = 'question' AND matters.state = 'open')
             AS questions, who.*
      FROM documents
      JOIN who ON who.contact_id = documents.contact_id
      LEFT JOIN deals ON deals.id = documents.deal_id
     WHERE documents.kind = 'inquiry' AND documents.state = 'open' AND who.status <> 'off-list'
     ORDER BY documents.made_on, documents.id
     LIMIT :room
    """
QUOTES = """
    SELECT documents.number, documents.valid_until, documents.deal_id, deals.title AS deal, who.*
      FROM documents
      JOIN who ON who.contact_id = documents.contact_id
      LEFT JOIN deals ON deals.id = documents.deal_id
     WHERE documents.kind = 'quote' AND documents.state = 'sent' AND documents.valid_until <= :tomorrow
       AND who.status <> 'off-list' AND ifnull(deals.outcome, 'open') = 'open'
     ORDER BY documents.valid_until, documents.id
     LIMIT :room
    """
SILENT = """
    SELECT tries, tried_on, (
             SELECT channel || ifnull(' ' || label, '') || ' ' || value FROM ways
              WHERE ways.contact_id = unanswered.contact_id AND NOT tried
              ORDER BY rank, point_id LIMIT 1) AS way, who.*
      FROM unanswered JOIN who ON who.contact_id = unanswered.contact_id
     WHERE tries >= 3 AND tried_on <= :yesterday
     ORDER BY tried_on, unanswered.contact_id
     LIMIT :room
    """
SILENT_COUNT = """
    SELECT count(*) FROM (SELECT 1 FROM unanswered WHERE tries >= 3 AND tried_on <= :yesterday LIMIT :room)
    """
# Who has a deal that stands still is told of that instead.
NUDGES = """
    SELECT tries, tried_on, who.*
      FROM unanswered JOIN who ON who.contact_id = unanswered.contact_id
     WHERE tries < 3 AND tried_on <= :nudged
       AND NOT EXISTS (
         SELECT 1 FROM idle_deals WHERE idle_deals.contact_id = unanswered.contact_id AND stalled_on <= :today)
     ORDER BY tried_on, unanswered.contact_id
     LIMIT :room
    """
NUDGES_COUNT = """
    SELECT count(*)
      FROM (SELECT 1 FROM unanswered
             WHERE tries < 3 AND tried_on <= :nudged
               AND NOT EXISTS (
                 SELECT 1 FROM idle_deals
                  WHERE idle_deals.contact_id = unanswered.contact_id AND stalled_on <= :today)
             LIMIT :room)
    """
# Whoever is in the queue already for a reason that says more: an answer owed, a silence, a sign to buy.
ELSEWHERE = """
       AND NOT (:once AND EXISTS (
         SELECT 1 FROM silence
          WHERE silence.contact_id = idle.contact_id
            AND (owe_on BETWEEN :waiting AND :today OR tries >= 3 AND tried_on <= :yesterday)))
       AND NOT (:once AND EXISTS (
         SELECT 1 FROM matters
          WHERE matters.contact_id = idle.contact_id AND matters.kind = 'sign' AND matters.state = 'open'))
    """
# No stay is stalled on its first day: `entered_on < :today` says no more, and lets the index begin and end there.
STALLED = f"""
    SELECT deal_id, deal, entered_on, stage, limit_days,
           (SELECT count(*) FROM matters
             WHERE matters.deal_id = idle.deal_id AND kind = 'objection' AND state = 'open') AS objections, who.*
      FROM idle_deals AS idle JOIN who ON who.contact_id = idle.contact_id
     WHERE entered_on < :today AND stalled_on <= :today {ELSEWHERE}
     ORDER BY entered_on, deal_id
     LIMIT :room
    """  # noqa: S608
STALLED_COUNT = f"""
    SELECT count(*)
      FROM (SELECT 1 FROM idle_deals AS idle
             WHERE entered_on < :today AND stalled_on <= :today {ELSEWHERE}
             LIMIT :room)
    """  # noqa: S608
IDLE = f"""
      FROM idle_prospects AS idle
     WHERE NOT EXISTS (
       SELECT 1 FROM idle_deals
        WHERE idle_deals.contact_id = idle.contact_id AND stalled_on <= :today) {ELSEWHERE}
       AND NOT (:once AND EXISTS (
         SELECT 1 FROM unanswered
          WHERE unanswered.contact_id = idle.contact_id AND tries < 3 AND tried_on <= :nudged))
    """  # noqa: S608
NO_STEP = f"""
    SELECT who.*
      FROM (SELECT idle.contact_id, idle.last_on {IDLE}) AS found JOIN who ON who.contact_id = found.contact_id
     ORDER BY last_on, found.contact_id
     LIMIT :room
    """  # noqa: S608
NO_STEP_COUNT = f"SELECT count(*) FROM (SELECT 1 {IDLE} LIMIT :room)"  # noqa: S608


def signs(conn: sqlite3.Connection, asked: Asked, room: int) -> list[Line]:
    lines = []
    for row in rows(conn, SIGNS, **asked.bounds, room=room):
        more = f" ({row['signs']} signs)" if row["signs"] > 1 else ""
        what = f"sign: {row['text']}{more}"
        lines.append(line(row, f"S{row['id']}", "sign", what, "CLOSE NOW", deal_id=row["deal_id"], deal=row["deal"]))
    return lines


def replies(conn: sqlite3.Connection, asked: Asked, room: int) -> list[Line]:
    """Their text stands behind what they did, and when: `email of 20 Nov: asked for prices`."""
    lines = []
    for row in rows(conn, REPLIES, **asked.bounds, room=room):
        day = dates.short_date(date.fromisoformat(row["owe_on"]), asked.today)
        what = f"{row['how']} of {day}" + (f": {row['text']}" if row["text"] else "")
        channel = row["how"] if row["how"] in CHANNELS else None
        lines.append(line(row, f"R{row['contact_id']}", "reply", what, "reply", channel=channel))
    return lines


def inquiries(conn: sqlite3.Connection, asked: Asked, room: int) -> list[Line]:
    lines = []
    for row in rows(conn, INQUIRIES, room=room):
        day = dates.short_date(date.fromisoformat(row["made_on"]), asked.today)
        what = f"inquiry of {day}: {row['questions'] or 'answer it'}"
        lines.append(
            line(row, f"I{row['number']}", "inquiry", what, "answer", deal_id=row["deal_id"], deal=row["deal"])
        )
    return lines


def quotes(conn: sqlite3.Connection, asked: Asked, room: int) -> list[Line]:
    lines = []
    for row in rows(conn, QUOTES, **asked.bounds, room=room):
        late = (asked.today - date.fromisoformat(row["valid_until"])).days
        day = dates.short_date(asked.today - timedelta(late), asked.today)
        said = f"until {day}" if late > 0 else "ends tomorrow" if late else "ends today"
        what = f"quote: {row['deal']}, {said}" if row["deal"] else f"quote: {said}"
        why = "expired" if late > 0 else "expires"
        more = {"deal_id": row["deal_id"], "deal": row["deal"], "due_on": row["valid_until"]}
        lines.append(line(row, f"Q{row['number']}", "quote", what, why, **more))
    return lines


def silent(conn: sqlite3.Connection, asked: Asked, room: int) -> list[Line]:
    return [
        line(row, f"R{row['contact_id']}", "silent", unheard(row["tries"], row["way"]), "silent")
        for row in rows(conn, SILENT, **asked.bounds, room=room)
    ]


def nudges(conn: sqlite3.Connection, asked: Asked, room: int) -> list[Line]:
    lines = []
    for row in rows(conn, NUDGES, **asked.bounds, room=room):
        days = (asked.today - date.fromisoformat(row["tried_on"])).days
        what = f"no answer for {days} days" + (f", {row['tries']} tries" if row["tries"] > 1 else "")
        lines.append(line(row, f"R{row['contact_id']}", "nudge", what, "nudge"))
    return lines


def stalled(conn: sqlite3.Connection, asked: Asked, room: int) -> list[Line]:
    return [
        line(row, f"D{row['deal_id']}", "stalled", objecting(stay(row, asked.today), row["objections"]), "stuck",
             deal_id=row["deal_id"], deal=row["deal"], objections=row["objections"] or None)
        for row in rows(conn, STALLED, **asked.bounds, room=room)
    ]  # fmt: skip


def stay(row: sqlite3.Row, today: date) -> str:
    """`23 d in Sales phase (of 14)`."""
    days = (today - date.fromisoformat(row["entered_on"])).days
    return f"{days} d in {row['stage']} (of {row['limit_days']})"


def no_step(conn: sqlite3.Connection, asked: Asked, room: int) -> list[Line]:
    found = rows(conn, NO_STEP, **asked.bounds, room=room)
    return [line(row, f"P{row['contact_id']}", "no-step", "prospect, nothing promised", "no step") for row in found]
