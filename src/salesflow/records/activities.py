"""Activities: what happened, with whom, by which channel and in which direction."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from salesflow.dates import Moment
from salesflow.errors import NotFound, Refused
from salesflow.people import check_text
from salesflow.records import settings
from salesflow.store.rows import insert, one, rows
from salesflow.table import Column, Row, Table

# kind -> the direction it has when none is said
KINDS: dict[str, str | None] = {
    "note": None, "call": "out", "email": "out", "message": "out", "letter": "out", "mailing": "out", "visit": "out",
    "meeting": None, "demo": "out", "card": "out", "follow-up": "out", "question": "in", "research": None,
    "product-research": None, "market-research": None, "data-analysis": None, "customer-analysis": None, "usp": None,
    "negotiation": None, "service": None, "other": None,
}  # fmt: skip
# What may be done with nobody; kinds of the seller's own may too.
ALONE = ("research", "product-research", "market-research", "data-analysis", "customer-analysis", "usp", "other")
SAME = {
    "mail": "email", "e-mail": "email", "phone": "call", "phoned": "call", "called": "call", "rang": "call",
    "text": "message", "sms": "message", "whatsapp": "message", "met": "meeting", "visited": "visit",
    "emailed": "email", "wrote": "letter", "post": "letter",
}  # fmt: skip


class Draft(NamedTuple):
    """`on` is a day not after today, None for now; `minutes` what it took. `task_id` the task of a process that it did,
    `product_id` what was shown, `document_id` the paper sent or given, `via` the label of the phone or e-mail used;
    `listened` and `talked` in minutes."""

    contact_id: int
    kind: str
    text: str | None = None
    direction: str | None = None
    outcome: str | None = None
    minutes: int | None = None
    on: str | None = None
    deal_id: int | None = None
    follow_up_id: int | None = None
    task_id: int | None = None
    product_id: int | None = None
    document_id: int | None = None
    via: str | None = None
    listened: int | None = None
    talked: int | None = None


def kind_of(text: str, own: str = "") -> str | None:
    """The kind a word means; None when it is none. `own`: kinds of the seller's, parted by commas."""
    word = text.lower()
    word = SAME.get(word, word)
    return word if word in KINDS or word in own_kinds(own) else None


def own_kinds(text: str) -> list[str]:
    return [kind.strip().lower() for kind in text.split(",") if kind.strip()]


def add(conn: sqlite3.Connection, draft: Draft, moment: Moment) -> int:
    """The new activity's id. Raises Refused."""
    kind = kind_of(draft.kind) or kind_of(draft.kind, settings.read(conn).kinds)
    if kind is None:
        raise Refused(
            f"no kind of activity {draft.kind!r}; there are: {', '.join(KINDS)}, and your own: "
            "salesflow config kinds tasting, fair"
        )
    if draft.minutes is not None and not 1 <= draft.minutes <= 1440:
        raise Refused(f"minutes are 1 to 1440, not {draft.minutes}")
    for word, count in (("listened", draft.listened), ("talked", draft.talked)):
        if count is not None and not 0 <= count <= 1440:
            raise Refused(f"minutes {word} are 0 to 1440, not {count}")
    if draft.on is not None and draft.on > moment.on:
        raise Refused(f"{draft.on} is still to come; what is promised is a follow-up: salesflow follow WHO DAY")
    if draft.text:
        check_text(draft.text, "a text")
    if draft.outcome:
        check_text(draft.outcome, "an outcome", 200)
    if draft.via:
        check_text(draft.via, "a label", 200)
    past = draft.on is not None and draft.on != moment.on
    return insert(
        conn, "activities", contact_id=draft.contact_id, deal_id=draft.deal_id, follow_up_id=draft.follow_up_id,
        kind=kind, direction=draft.direction or KINDS.get(kind), outcome=draft.outcome or None, minutes=draft.minutes,
        text=draft.text or None, happened_at=f"{draft.on}T12:00:00Z" if past else moment.at,
        happened_on=draft.on or moment.on, task_id=draft.task_id, product_id=draft.product_id,
        document_id=draft.document_id, via=draft.via or None, listened=draft.listened, talked=draft.talked,
    )  # fmt: skip


def get(conn: sqlite3.Connection, activity_id: int) -> sqlite3.Row:
    """The row, and `task` and `product` by name. Raises NotFound."""
    row = one(
        conn,
        """
        SELECT activities.*, tasks.name AS task, products.name AS product
          FROM activities
          LEFT JOIN tasks ON tasks.id = task_id
          LEFT JOIN products ON products.id = product_id
         WHERE activities.id = :id
        """,
        id=activity_id,
    )
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
    Column("task"),
    Column("product"),
    Column("via"),
    Column("listened", kind="number"),
    Column("talked", kind="number"),
)


HISTORY = """
    SELECT 'A' || activities.id AS key, activities.id, happened_on, happened_at, activities.kind, direction,
           contact_id, contacts.name AS contact, text, outcome, minutes, deal_id, tasks.name AS task,
           products.name AS product, via, listened, talked, tasks.done_by
      FROM activities
      JOIN contacts ON contacts.id = activities.contact_id
      LEFT JOIN tasks ON tasks.id = task_id
      LEFT JOIN products ON products.id = product_id
    """
NEWEST = " ORDER BY happened_on DESC, activities.id DESC LIMIT :limit"


def history(conn: sqlite3.Connection, contact_id: int | None, limit: int | None = 50) -> Table:
    """What happened, newest first: with one contact, or with everybody."""
    # Two statements: one with an optional filter reads everybody's history to find one contact's.
    sql = HISTORY + NEWEST if contact_id is None else f"{HISTORY} WHERE contact_id = :contact_id {NEWEST}"
    found = rows(conn, sql, contact_id=contact_id, limit=-1 if limit is None else limit)
    return Table(COLUMNS, [dict(row) for row in found], empty="Nothing happened yet.", ids="key")


def acts(table: Table) -> list[Row]:
    """Of a history, what was done with somebody or for them; not what only says that a command did a task."""
    return [row for row in table.rows if row["kind"] != "other" or row["done_by"] is None]


def of_deal(conn: sqlite3.Connection, deal_id: int) -> Table:
    """What was done for a deal, in order."""
    found = rows(conn, f"{HISTORY} WHERE deal_id = :id ORDER BY happened_on, activities.id", id=deal_id)
    return Table(COLUMNS, [dict(row) for row in found], empty="Nothing was done for it yet.", ids="key")
