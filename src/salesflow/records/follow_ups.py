"""Follow-ups: what is promised, with its day. `done` closes one, and a repeating one makes its next."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple

from salesflow import dates
from salesflow.dates import Moment
from salesflow.errors import NotFound, Refused
from salesflow.people import check_text
from salesflow.records import activities
from salesflow.store.rows import insert, one, rows, update
from salesflow.table import Column, Table

VERBS = ("call", "email", "visit")  # as the first word of a text these are its kind, colon or not


class Draft(NamedTuple):
    contact_id: int
    due_on: str
    text: str | None = None
    kind: str | None = None
    due_at: str | None = None
    every: str | None = None
    deal_id: int | None = None
    named_by_them: bool = False


def add(conn: sqlite3.Connection, draft: Draft, moment: Moment) -> int:
    """The new follow-up's id. A text that begins with a kind (`call: ...`, `email: ...`) sets the kind."""
    kind, text = split_kind(draft.kind, draft.text)
    if text:
        check_text(text, "a text")
    return insert(
        conn, "follow_ups", contact_id=draft.contact_id, deal_id=draft.deal_id, kind=kind, text=text or None,
        due_on=draft.due_on, due_at=draft.due_at, every=draft.every,
        anchor_on=draft.due_on if draft.every else None, created_at=moment.at, created_on=moment.on,
        named_by_them=int(draft.named_by_them),
    )  # fmt: skip


def split_kind(kind: str | None, text: str | None) -> tuple[str, str | None]:
    if kind is not None:
        known = activities.kind_of(kind)
        if known is None:
            raise Refused(f"no kind {kind!r}; there are: {', '.join(activities.KINDS)}")
        return known, text
    first, _, rest = (text or "").partition(" ")
    known = activities.kind_of(first.rstrip(":"))
    if known and known != "note" and (first.endswith(":") or not rest or first.lower() in VERBS):
        return known, rest.strip() or None
    return "follow-up", text


def get(conn: sqlite3.Connection, follow_up_id: int) -> sqlite3.Row:
    row = one(conn, "SELECT * FROM follow_ups WHERE id = :id", id=follow_up_id)
    if row is None:
        raise NotFound(f"no follow-up F{follow_up_id}; see: salesflow today")
    return row


def get_open(conn: sqlite3.Connection, follow_up_id: int) -> sqlite3.Row:
    row = get(conn, follow_up_id)
    if row["state"] != "open":
        raise Refused(f"F{follow_up_id} was closed on {row['closed_on']} already")
    return row


def close(conn: sqlite3.Connection, follow_up_id: int, moment: Moment, state: str = "done") -> str | None:
    """Close it; the day its repetition falls on next, None when it does not repeat.

    The next one is the first day of the rule, counted from the anchor, after both the due day and today.
    """
    row = get_open(conn, follow_up_id)
    update(conn, "follow_ups", follow_up_id, state=state, closed_at=moment.at, closed_on=moment.on)
    close_questions(conn, follow_up_id, moment, state)
    if not row["every"] or state != "done":
        return None
    anchor = datetime.date.fromisoformat(row["anchor_on"])
    after = max(datetime.date.fromisoformat(row["due_on"]), moment.day)
    due = dates.next_due(row["every"], anchor, after)
    if due is None:
        return None
    insert(
        conn, "follow_ups", contact_id=row["contact_id"], deal_id=row["deal_id"], kind=row["kind"], text=row["text"],
        due_on=due.isoformat(), due_at=row["due_at"], every=row["every"], anchor_on=row["anchor_on"],
        created_at=moment.at, created_on=moment.on,
    )  # fmt: skip
    return due.isoformat()


def close_questions(conn: sqlite3.Connection, follow_up_id: int, moment: Moment, state: str = "done") -> None:
    """Close what asks after it: nobody needs to any more."""
    conn.execute(
        """
        UPDATE follow_ups SET state = :state, closed_at = :at, closed_on = :on
         WHERE for_id = :id AND state = 'open'
        """,
        {"state": state, "at": moment.at, "on": moment.on, "id": follow_up_id},
    )


def by_itself(conn: sqlite3.Connection, row: sqlite3.Row, due_on: str, moment: Moment) -> str:
    """An automatic day for a promise: none before the day that the customer named, and what asks after an appointment
    comes back while there is time."""
    if row["named_by_them"]:
        due_on = max(due_on, row["due_on"])
    if row["for_id"]:
        due_on = min(due_on, max(moment.on, get(conn, row["for_id"])["due_on"]))
    return due_on


def snooze(conn: sqlite3.Connection, follow_up_id: int, due_on: str) -> None:
    """The same promise on another day; what it repeats by keeps its anchor."""
    get_open(conn, follow_up_id)
    update(conn, "follow_ups", follow_up_id, due_on=due_on)


def edit(conn: sqlite3.Connection, follow_up_id: int, changes: dict[str, str | None]) -> None:
    update(conn, "follow_ups", follow_up_id, **changes)


def delete(conn: sqlite3.Connection, follow_up_id: int) -> None:
    """Remove one, with what asks after it; what was done about them stays."""
    wanted = "(SELECT id FROM follow_ups WHERE :id IN (id, for_id))"
    values = {"id": follow_up_id}
    conn.execute(f"UPDATE activities SET follow_up_id = NULL WHERE follow_up_id IN {wanted}", values)  # noqa: S608
    conn.execute(f"DELETE FROM follow_ups WHERE id IN {wanted}", values)  # noqa: S608


def due(conn: sqlite3.Connection, contact_id: int, until: str | None = None) -> list[sqlite3.Row]:
    """A contact's open follow-ups due by a day (None: all), the earliest first."""
    return rows(
        conn,
        """
        SELECT * FROM follow_ups
         WHERE contact_id = :contact_id AND state = 'open' AND (:until IS NULL OR due_on <= :until)
         ORDER BY due_on, due_at IS NULL, due_at, id
        """,
        contact_id=contact_id,
        until=until,
    )


def said(row: sqlite3.Row | Mapping[str, Any]) -> str:
    """What was promised, on one line: `call: which hours suit him?`."""
    if row["kind"] == "follow-up":
        return str(row["text"] or "follow up")
    return f"{row['kind']}: {row['text']}" if row["text"] else str(row["kind"])


COLUMNS = (
    Column("key", "key", firm=True),
    Column("due_on", "due", "day", firm=True),
    Column("due_at", "at", firm=True),
    Column("kind", "kind", firm=True),
    Column("text", "what"),
    Column("every", "every"),
    Column("state", "state", firm=True),
    Column("deal_id"),
    Column("created_on", "", "day"),
)


def of_contact(conn: sqlite3.Connection, contact_id: int) -> Table:
    """A contact's open follow-ups, the earliest first."""
    found = [{**dict(row), "key": f"F{row['id']}"} for row in due(conn, contact_id)]
    return Table(COLUMNS, found, empty="Nothing promised.", ids="key")
