"""Activities: what happened, with whom, by which channel and in which direction."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from salesflow.dates import Moment
from salesflow.errors import NotFound, Refused
from salesflow.people import check_text
from salesflow.store.rows import insert, one, rows
from salesflow.table import Column, Table

# kind -> the direction it has when none is said
KINDS: dict[str, str | None] = {
    "note": None, "call": "out", "email": "out", "message": "out", "letter": "out", "mailing": "out", "visit": "out",
    "meeting": None, "demo": "out", "card": "out", "follow-up": "out", "question": "in", "research": None,
    "service": None, "other": None,
}  # fmt: skip
SAME = {
    "mail": "email", "e-mail": "email", "phone": "call", "phoned": "call", "called": "call", "rang": "call",
    "text": "message", "sms": "message", "whatsapp": "message", "met": "meeting", "visited": "visit",
    "emailed": "email", "wrote": "letter", "post": "letter",
}  # fmt: skip


class Draft(NamedTuple):
    """`on` is a day not after today, None for now; `minutes` what it took."""

    contact_id: int
    kind: str
    text: str | None = None
    direction: str | None = None
    outcome: str | None = None
    minutes: int | None = None
    on: str | None = None
    deal_id: int | None = None
    follow_up_id: int | None = None


def kind_of(text: str) -> str | None:
    """The kind a word means; None when it is none."""
    word = text.lower()
    word = SAME.get(word, word)
    return word if word in KINDS else None


def add(conn: sqlite3.Connection, draft: Draft, moment: Moment) -> int:
    """The new activity's id. Raises Refused."""
    kind = kind_of(draft.kind)
    if kind is None:
        raise Refused(f"no kind of activity {draft.kind!r}; there are: {', '.join(KINDS)}")
    if draft.minutes is not None and not 1 <= draft.minutes <= 1440:
        raise Refused(f"minutes are 1 to 1440, not {draft.minutes}")
    if draft.on is not None and draft.on > moment.on:
        raise Refused(f"{draft.on} is still to come; what is promised is a follow-up: salesflow follow WHO DAY")
    if draft.text:
        check_text(draft.text, "a text")
    if draft.outcome:
        check_text(draft.outcome, "an outcome", 200)
    past = draft.on is not None and draft.on != moment.on
    return insert(
        conn, "activities", contact_id=draft.contact_id, deal_id=draft.deal_id, follow_up_id=draft.follow_up_id,
        kind=kind, direction=draft.direction or KINDS[kind], outcome=draft.outcome or None, minutes=draft.minutes,
        text=draft.text or None, happened_at=f"{draft.on}T12:00:00Z" if past else moment.at,
        happened_on=draft.on or moment.on,
    )  # fmt: skip


def get(conn: sqlite3.Connection, activity_id: int) -> sqlite3.Row:
    row = one(conn, "SELECT * FROM activities WHERE id = :id", id=activity_id)
    if row is None:
        raise NotFound(f"no activity A{activity_id}")
    return row


COLUMNS = (
    Column("key", "key", firm=True),
    Column("happened_on", "day", "day", firm=True),
    Column("kind", "what", firm=True),
    Column("direction", "", firm=True),
    Column("contact_id"),
    Column("contact", "who"),
    Column("text", "text"),
    Column("outcome", "outcome"),
    Column("minutes", "min", "number"),
    Column("deal_id"),
    Column("happened_at"),
)


HISTORY = """
    SELECT 'A' || activities.id AS key, activities.id, happened_on, happened_at, activities.kind, direction,
           contact_id, contacts.name AS contact, text, outcome, minutes, deal_id
      FROM activities JOIN contacts ON contacts.id = activities.contact_id
    """
NEWEST = " ORDER BY happened_on DESC, activities.id DESC LIMIT :limit"


def history(conn: sqlite3.Connection, contact_id: int | None, limit: int | None = 50) -> Table:
    """What happened, newest first: with one contact, or with everybody."""
    # Two statements: one with an optional filter reads everybody's history to find one contact's.
    sql = HISTORY + NEWEST if contact_id is None else f"{HISTORY} WHERE contact_id = :contact_id {NEWEST}"
    found = rows(conn, sql, contact_id=contact_id, limit=-1 if limit is None else limit)
    return Table(COLUMNS, [dict(row) for row in found], empty="Nothing happened yet.", ids="key")
