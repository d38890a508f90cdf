"""Appointments: asked for, confirmed, held, missed or cancelled, with an hour and a place.

An appointment is a follow-up with `appointment` set; beside it stands a second one, `call: is it confirmed?`, which
points at it with `for_id` and is closed with it: so a request that nobody answers comes back. How it ended is told by
the activity that its end wrote.
"""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import NamedTuple

from salesflow import dates
from salesflow.dates import Moment
from salesflow.errors import NotFound, Refused
from salesflow.people import check_text
from salesflow.records import activities, contacts, follow_ups
from salesflow.store.rows import insert, one, rows, update, value
from salesflow.table import Column, Table

KINDS = ("meeting", "visit", "call", "demo")
AGAIN_DAYS = 2  # business days until an unanswered request comes back
NEAR_MINUTES = 60  # two that begin less than this apart are told
MISSED = {"them": "not in", "me": "missed"}  # who did not come -> the outcome of the activity
CANCELLED = "cancelled"


class Draft(NamedTuple):
    """`again` is in business days; `due_at` is HH:MM on the seller's clock."""

    contact_id: int
    due_on: str
    due_at: str
    kind: str = "meeting"
    text: str | None = None
    place: str | None = None
    deal_id: int | None = None
    again: int = AGAIN_DAYS


def ask(conn: sqlite3.Connection, draft: Draft, moment: Moment) -> tuple[int, int]:
    """The ids of the appointment and of the question after it. Raises Refused for a day gone by."""
    kind = activities.kind_of(draft.kind)
    if kind not in KINDS:
        raise Refused(f"an appointment is a {', '.join(KINDS[:-1])} or {KINDS[-1]}, not {draft.kind!r}")
    if draft.due_on < moment.on:
        raise Refused(f"{draft.due_on} has gone by; what happened is logged: salesflow log meeting WHO --on DAY")
    if not 1 <= draft.again <= 60:
        raise Refused(f"an unanswered request comes back after 1 to 60 business days, not {draft.again}")
    place = check_text(draft.place, "a place", 1000).strip() if draft.place else None
    step = follow_ups.Draft(draft.contact_id, draft.due_on, draft.text, kind, draft.due_at, deal_id=draft.deal_id)
    number = follow_ups.add(conn, step, moment)
    update(conn, "follow_ups", number, appointment="asked", place=place or None)
    return number, question(conn, number, moment, draft.again)


def question(conn: sqlite3.Connection, number: int, moment: Moment, again: int = AGAIN_DAYS) -> int:
    """Ask after an appointment: in so many business days, at the latest the day before it; the question's id."""
    row = follow_ups.get(conn, number)
    day = date.fromisoformat(row["due_on"])
    before = max(moment.day, date.fromordinal(day.toordinal() - 1))
    due = min(dates.add_business_days(moment.day, again), before)
    return insert(
        conn, "follow_ups", contact_id=row["contact_id"], deal_id=row["deal_id"], kind="call",
        text=f"is {dates.say_day(day, moment.day)} {row['due_at']} confirmed?", due_on=due.isoformat(), for_id=number,
        created_at=moment.at, created_on=moment.on,
    )  # fmt: skip


def near(conn: sqlite3.Connection, number: int) -> list[sqlite3.Row]:
    """Other appointments ahead that begin within the hour of this one, by hour: id, due_at, contact."""
    return rows(
        conn,
        """
        SELECT other.id, other.due_at, contacts.name AS contact
          FROM follow_ups AS mine
          JOIN follow_ups AS other ON other.due_on = mine.due_on AND other.state = 'open' AND other.id <> mine.id
          JOIN contacts ON contacts.id = other.contact_id
         WHERE mine.id = :id AND other.appointment IS NOT NULL AND off_list_on IS NULL
           AND abs(substr(other.due_at, 1, 2) * 60 + substr(other.due_at, 4)
                   - substr(mine.due_at, 1, 2) * 60 - substr(mine.due_at, 4)) < :minutes
         ORDER BY other.due_at, other.id
        """,
        id=number,
        minutes=NEAR_MINUTES,
    )


# -- which one ---------------------------------------------------------------------------------------------------------


def get(conn: sqlite3.Connection, number: int) -> sqlite3.Row:
    """An appointment that is still ahead or due. Raises NotFound, Refused."""
    row = follow_ups.get(conn, number)
    if row["appointment"] is None:
        at = f"salesflow appointment ask {row['contact_id']} DAY --at HH:MM"
        raise Refused(f"F{number} is a promise, not an appointment; to make one: {at}")
    if row["state"] != "open":
        raise Refused(f"F{number} was {ended(conn, row)} on {row['closed_on']} already")
    return row


def of_contact(conn: sqlite3.Connection, contact_id: int) -> int:
    """The one open appointment with somebody. Raises NotFound when there is none, or several."""
    found = [row for row in follow_ups.due(conn, contact_id) if row["appointment"]]
    if len(found) == 1:
        return int(found[0]["id"])
    name = contacts.get(conn, contact_id)["name"]
    if not found:
        ask_for = f"salesflow appointment ask {contact_id} DAY --at HH:MM"
        raise NotFound(f"there is no appointment with {name}; ask for one: {ask_for}")
    listed = "\n  ".join(f"F{row['id']} {row['due_on']} {row['due_at']} {row['kind']}" for row in found)
    raise NotFound(f"there are {len(found)} appointments with {name}; say which by its key:\n  {listed}")


def ended(conn: sqlite3.Connection, row: sqlite3.Row) -> str:
    """asked, confirmed, held, missed or cancelled."""
    if row["state"] != "dropped":
        return str(row["appointment"]) if row["state"] == "open" else "held"
    sql = "SELECT outcome FROM activities WHERE follow_up_id = :id AND outcome IS NOT NULL ORDER BY id DESC LIMIT 1"
    return "missed" if value(conn, sql, id=row["id"]) in MISSED.values() else CANCELLED


# -- what becomes of it ------------------------------------------------------------------------------------------------


def confirm(conn: sqlite3.Connection, number: int, moment: Moment) -> int:
    """They said yes: the activity that keeps it, as something heard from them; the question is answered."""
    row = get(conn, number)
    if row["appointment"] == "confirmed":
        raise Refused(f"F{number} is confirmed already")
    update(conn, "follow_ups", number, appointment="confirmed")
    follow_ups.close_questions(conn, number, moment)
    note = activities.Draft(
        row["contact_id"], "other", f"{row['kind']} on {row['due_on']} at {row['due_at']}", "in", "confirmed",
        deal_id=row["deal_id"], follow_up_id=number,
    )  # fmt: skip
    return activities.add(conn, note, moment)


def hold(conn: sqlite3.Connection, number: int, note: activities.Draft, moment: Moment) -> int:
    """It took place: what is said of it in `note` is logged as an activity of its kind; the activity's id."""
    row = get(conn, number)
    follow_ups.close(conn, number, moment)
    told = ending(row, note.outcome, note.text or row["text"], "out")
    return activities.add(conn, told._replace(minutes=note.minutes, on=note.on), moment)


def miss(conn: sqlite3.Connection, number: int, by: str, text: str | None, moment: Moment) -> int:
    """It did not take place: `by` them it counts as an unanswered try, by me as nothing heard; the activity's id."""
    if by not in MISSED:
        raise Refused(f"it was missed by me or by them, not by {by!r}")
    row = get(conn, number)
    follow_ups.close(conn, number, moment, "dropped")
    if by == "them":
        return activities.add(conn, ending(row, MISSED[by], text, "out"), moment)
    note = ending(row, MISSED[by], text or f"{row['kind']} on {row['due_on']} at {row['due_at']}", None)
    return activities.add(conn, note._replace(kind="other"), moment)


def another_day(conn: sqlite3.Connection, number: int, moment: Moment) -> int:
    """After one that was missed: ask for a new day, on the next business day; the promise's id."""
    row = follow_ups.get(conn, number)
    due = dates.add_business_days(moment.day, 1).isoformat()
    text = f"a new day for the {row['kind']}?"
    return follow_ups.add(conn, follow_ups.Draft(row["contact_id"], due, text, "call", deal_id=row["deal_id"]), moment)


def cancel(conn: sqlite3.Connection, number: int, why: str | None, moment: Moment) -> int:
    """It will not take place; the id of the note that says so."""
    row = get(conn, number)
    follow_ups.close(conn, number, moment, "dropped")
    note = ending(row, CANCELLED, why or f"{row['kind']} on {row['due_on']} at {row['due_at']}", None)
    return activities.add(conn, note._replace(kind="note"), moment)


def ending(row: sqlite3.Row, outcome: str | None, text: str | None, direction: str | None) -> activities.Draft:
    return activities.Draft(
        row["contact_id"], row["kind"], text, direction, outcome, deal_id=row["deal_id"], follow_up_id=row["id"]
    )


def put_off(conn: sqlite3.Connection, number: int, due_on: str, moment: Moment, due_at: str | None = None) -> None:
    """Another day, or hour: nobody has said yes to that yet, so it is only asked for, and comes back unanswered."""
    row = get(conn, number)
    if due_on < moment.on:
        raise Refused(f"{due_on} has gone by; an appointment is put off to a day to come")
    update(conn, "follow_ups", number, due_on=due_on, due_at=due_at or row["due_at"], appointment="asked")
    follow_ups.close_questions(conn, number, moment, "dropped")
    question(conn, number, moment)


# -- looking -----------------------------------------------------------------------------------------------------------

COLUMNS = (
    Column("key", "key", firm=True),
    Column("due_on", "day", "day", firm=True),
    Column("due_at", "at", firm=True),
    Column("state", "state", firm=True),
    Column("kind", "kind", firm=True),
    Column("contact_id"),
    Column("contact", "who"),
    Column("place", "place", wrap=True),
    Column("text", "what", wrap=True),
    Column("deal_id"),
)


def listed(conn: sqlite3.Connection, *, everything: bool = False) -> Table:
    """Those ahead and those still to be closed, by day and hour; everything: the closed ones too."""
    sql = """
        SELECT follow_ups.*, contacts.name AS contact
          FROM follow_ups JOIN contacts ON contacts.id = follow_ups.contact_id
         WHERE appointment IS NOT NULL AND (:everything OR state = 'open')
         ORDER BY due_on, due_at, follow_ups.id
        """
    found = [
        {**dict(row), "key": f"F{row['id']}", "state": ended(conn, row)}
        for row in rows(conn, sql, everything=int(everything))
    ]  # fmt: skip
    empty = "No appointments ahead. Ask for one: salesflow appointment ask WHO DAY --at HH:MM"
    return Table(COLUMNS, found, empty=empty, ids="key")


def next_with(conn: sqlite3.Connection, contact_id: int) -> sqlite3.Row | None:
    """The next appointment with somebody that is open."""
    return one(
        conn,
        """
        SELECT * FROM follow_ups
         WHERE contact_id = :id AND state = 'open' AND appointment IS NOT NULL
         ORDER BY due_on, due_at, id LIMIT 1
        """,
        id=contact_id,
    )
