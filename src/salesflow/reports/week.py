"""Friday's look: what came of the week since Monday, what stands still, and what the next seven days bring.

- added: people found since Monday who count: not imported and left alone since (`imported`, counted apart).
- qualified: who became prospects for the first time.
- won, lost: deals closed, walk-in sales among the won; `amounts` of the won, each currency by itself.
- moved: open and closed deals that went to another stage; each once, with the last stage.
- stuck, no_step: as in the queue of the day, all of them, also those whom the queue has for another reason.
- ahead: how much is promised for each of the seven days after today.

People who asked to be off the list are not named; what was closed with them still counts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from salesflow import dates, money
from salesflow.reports import today as queue
from salesflow.reports import today_lines as dated
from salesflow.reports import today_waiting as waiting
from salesflow.store.rows import rows, value
from salesflow.table import Column, Sheet, Table, Text

LISTED = 50  # rows of each table; the counts are of all
NAMED = 5  # on a screen
ALL = -1

PERSON = (Column("contact_id"), Column("contact"), Column("on", kind="day"))
DEAL = (
    Column("key"),
    Column("deal_id"),
    Column("deal"),
    Column("contact_id"),
    Column("contact"),
    Column("on", kind="day"),
)
AMOUNTS = (Column("amount", kind="money"),)

# Each with `total`, the number of rows there are, and `on`, the day it happened; the newest first.
HAPPENED = {
    "added": """
        SELECT contacts.id AS contact_id, name AS contact, created_on AS "on", count(*) OVER () AS total
          FROM contacts JOIN standing ON standing.contact_id = contacts.id
         WHERE created_on BETWEEN :since AND :today AND counts = 1 AND status <> 'off-list'
         ORDER BY created_on DESC, contacts.id DESC
         LIMIT :room
        """,
    "qualified": """
        SELECT status_history.contact_id, name AS contact, min(status_history.entered_on) AS "on",
               count(*) OVER () AS total
          FROM status_history
          JOIN standing ON standing.contact_id = status_history.contact_id
          JOIN contacts ON contacts.id = status_history.contact_id
         WHERE status_history.entered_on BETWEEN :since AND :today AND status_history.status = 'prospect'
           AND standing.status <> 'off-list'
           AND NOT EXISTS (
             SELECT 1 FROM status_history AS earlier
              WHERE earlier.contact_id = status_history.contact_id AND earlier.status = 'prospect'
                AND earlier.entered_on < :since)
         GROUP BY status_history.contact_id
         ORDER BY "on" DESC, status_history.contact_id DESC
         LIMIT :room
        """,
    "won": """
        SELECT 'D' || deals.id AS key, deals.id AS deal_id, title AS deal, contact_id,
               CASE WHEN off_list_on IS NULL THEN name END AS contact, closed_on AS "on", amount_minor, currency, way,
               how, count(*) OVER () AS total
          FROM deals JOIN contacts ON contacts.id = deals.contact_id
         WHERE closed_on BETWEEN :since AND :today AND outcome = 'won'
         ORDER BY closed_on DESC, deals.id DESC
         LIMIT :room
        """,
    "lost": """
        SELECT 'D' || deals.id AS key, deals.id AS deal_id, title AS deal, contact_id,
               CASE WHEN off_list_on IS NULL THEN name END AS contact, closed_on AS "on", amount_minor, currency, way,
               how, count(*) OVER () AS total
          FROM deals JOIN contacts ON contacts.id = deals.contact_id
         WHERE closed_on BETWEEN :since AND :today AND outcome = 'lost'
         ORDER BY closed_on DESC, deals.id DESC
         LIMIT :room
        """,
    "moved": """
        SELECT 'D' || deals.id AS key, deals.id AS deal_id, title AS deal, deals.contact_id, contacts.name AS contact,
               stay.entered_on AS "on", stages.name AS stage, count(*) OVER () AS total
          FROM stage_entries AS stay
          JOIN deals ON deals.id = stay.deal_id
          JOIN contacts ON contacts.id = deals.contact_id
          JOIN stages ON stages.id = stay.stage_id
          JOIN standing ON standing.contact_id = deals.contact_id
         WHERE stay.entered_on BETWEEN :since AND :today AND status <> 'off-list'
           AND EXISTS (SELECT 1 FROM stage_entries WHERE deal_id = stay.deal_id AND id < stay.id)
           AND NOT EXISTS (SELECT 1 FROM stage_entries WHERE deal_id = stay.deal_id AND id > stay.id)
         ORDER BY stay.entered_on DESC, stay.id DESC
         LIMIT :room
        """,
}
IMPORTED = """
    SELECT count(*)
      FROM contacts JOIN standing ON standing.contact_id = contacts.id
     WHERE created_on BETWEEN :since AND :today AND counts = 0 AND imported = 1
    """
WON_AMOUNTS = """
    SELECT sum(amount_minor) AS amount_minor, currency
      FROM deals
     WHERE closed_on BETWEEN :since AND :today AND outcome = 'won' AND currency IS NOT NULL
     GROUP BY currency
     ORDER BY sum(amount_minor) DESC, currency
    """

Found = dict[str, list[dict[str, Any]]]


def report(conn: sqlite3.Connection, *, today: date, marks: str = ",.") -> Sheet:
    """One row of counts; tables of the newest LISTED of each, `amounts` won, and `ahead`, one row a day."""
    since = today - timedelta(today.weekday())
    found = happened(conn, since, today, LISTED)
    days = {"since": since.isoformat(), "today": today.isoformat()}
    asked = dated.Asked(today, 0, 0, once=False)
    amounts = won_amounts(conn, since, today)
    promised = queue.promised_by_day(conn, today + timedelta(7))
    row = {
        "since": since.isoformat(),
        "until": today.isoformat(),
        **{name: total(some) for name, some in found.items()},
        "imported": value(conn, IMPORTED, **days),
        "stuck": value(conn, waiting.STALLED_COUNT, **asked.bounds, room=ALL),
        "no_step": value(conn, waiting.NO_STEP_COUNT, **asked.bounds, room=ALL),
    }
    ahead = [{"due_on": day.isoformat(), "promised": promised[day]} for day in sorted(promised) if day > today]
    tables = {
        "amounts": Table(AMOUNTS, amounts),
        "added_people": Table(PERSON, found["added"]),
        "qualified_people": Table(PERSON, found["qualified"]),
        "won_deals": Table((*DEAL, Column("amount", kind="money"), Column("way"), Column("how")), found["won"]),
        "lost_deals": Table((*DEAL, Column("amount", kind="money"), Column("how")), found["lost"]),
        "moved_deals": Table((*DEAL, Column("stage")), found["moved"]),
        "stuck_deals": Table(queue.COLUMNS, waiting.stalled(conn, asked, LISTED)),
        "no_step_people": Table(queue.COLUMNS, waiting.no_step(conn, asked, LISTED)),
        "ahead": Table((Column("due_on", kind="day"), Column("promised", kind="number")), ahead),
    }
    columns = tuple(Column(name) for name in row)
    return Sheet(columns, row, tables, view=lambda: screen(row, tables, queue.ahead(promised, today, today), marks))


def happened(
    conn: sqlite3.Connection, since: date, today: date, room: int, names: Sequence[str] = tuple(HAPPENED)
) -> Found:
    """What was added, qualified, won, lost and moved from one day to another, the newest first; no more than room."""
    asked = {"since": since.isoformat(), "today": today.isoformat(), "room": room}
    return {name: [dict(row) for row in rows(conn, HAPPENED[name], **asked)] for name in names}


def total(found: Sequence[dict[str, Any]]) -> int:
    """How many there are, those beyond the room included."""
    return int(found[0]["total"]) if found else 0


def won_amounts(conn: sqlite3.Connection, since: date, today: date) -> list[dict[str, Any]]:
    """What was won from one day to another, a row a currency, the largest amount first."""
    asked = {"since": since.isoformat(), "today": today.isoformat()}
    return [dict(row) for row in rows(conn, WON_AMOUNTS, **asked)]


def said_amounts(amounts: Sequence[Any], marks: str) -> str:
    """`1,850.00 USD + 300.00 EUR`; empty for none."""
    return " + ".join(money.show(row["amount_minor"], row["currency"], marks) for row in amounts)


def buyer(deal: dict[str, Any]) -> str:
    return deal["contact"] or "somebody off the list"


def screen(row: dict[str, Any], tables: dict[str, Table], ahead: str, marks: str) -> Text:
    def entry(name: str, table: str, each: Callable[[Any], str], beside: str = "") -> str:
        count, found = row[name], tables[table].rows
        if not count:
            return "none"
        names = [each(one) for one in found[:NAMED]]
        if count > len(names):
            names.append(f"{queue.grouped(count - len(names), marks)} more")
        return f"{queue.grouped(count, marks)}{beside}: {', '.join(names)}"

    since, until = date.fromisoformat(row["since"]), date.fromisoformat(row["until"])
    won = said_amounts(tables["amounts"].rows, marks)
    lines = [
        ("", f"Week: {dates.long_day(since)} to {dates.long_day(until)}"),
        ("ADDED", entry("added", "added_people", lambda one: str(one["contact"]))),
        ("QUALIFIED", entry("qualified", "qualified_people", lambda one: str(one["contact"]))),
        ("WON", entry("won", "won_deals", lambda one: f"{buyer(one)} ({one['deal']})", f", {won}" if won else "")),
        ("LOST", entry("lost", "lost_deals", lambda one: f"{buyer(one)} ({one['how']})")),
        ("MOVED", entry("moved", "moved_deals", lambda one: f"{one['contact']} to {one['stage']}")),
        ("STUCK", entry("stuck", "stuck_deals", lambda one: f"{one['key']} {one['contact']}: {one['what']}")),
        ("NO STEP", entry("no_step", "no_step_people", lambda one: f"{one['key']} {one['contact']}")),
        ("AHEAD", ahead or "nothing promised in the next 7 days"),
    ]
    if row["imported"]:
        imported = queue.grouped(row["imported"], marks)
        lines.insert(2, ("IMPORTED", f"{imported} from address books, nothing said to them yet"))
    return Text(lines, indent=11, bold=frozenset((0,)))
