"""Lists of people by filter, and any word found anywhere."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from salesflow.errors import Refused
from salesflow.people import fold
from salesflow.records.search import KINDS, phrases
from salesflow.store.rows import rows, value
from salesflow.table import Column, Table

STATUSES = ("lead", "possible", "prospect", "customer", "repeat", "disqualified", "off-list")


class Filters(NamedTuple):
    """Which contacts; None and False let everybody through."""

    status: str | None = None
    tag: str | None = None
    source: str | None = None
    company: str | None = None
    no_next: bool = False
    not_spoken: bool = False
    quiet_for: int | None = None


COLUMNS = (
    Column("id", "id", "number"),
    Column("name", "name"),
    Column("company", "company"),
    Column("status", "status", firm=True),
    Column("email"),
    Column("phone"),
    Column("source"),
    Column("tags", kind="list"),
    Column("rating", kind="number"),
    Column("priority"),
    Column("next_on", "next", "day", firm=True),
    Column("last_on", "last", "day", firm=True),
)
SCREEN = (*(column for column in COLUMNS if column.caption), Column("reach", "reach", below=True))
PASS = """
     WHERE contacts.kind <> 'walk-in'
       AND (status = :status OR :status IS NULL AND status <> 'off-list')
       AND (:tag IS NULL OR EXISTS (SELECT 1 FROM tags WHERE tags.contact_id = contacts.id AND tag_key = :tag))
       AND (:source IS NULL OR source = :source COLLATE NOCASE)
       AND (:company IS NULL OR company = :company COLLATE NOCASE)
       AND (:no_next = 0 OR next_on IS NULL)
       AND (:not_spoken = 0 OR NOT EXISTS (
             SELECT 1 FROM activities WHERE activities.contact_id = contacts.id AND (
               kind IN ('meeting', 'visit', 'demo') OR direction = 'in'
               OR kind = 'call' AND (outcome IS NULL OR outcome <> 'no answer'))))
       AND (:before IS NULL OR coalesce(last_on, created_on) < :before)
"""
# The indexes `contacts_ranked` and `points_by_key` carry it: a page of 20 costs the same in any size of file.
LISTED = (
    """
    SELECT contacts.id, contacts.name, company, status, reach.email, reach.phone, source, rating, priority,
           next_on, last_on,
           (SELECT group_concat(tag, char(31)) FROM tags WHERE tags.contact_id = contacts.id) AS tags
      FROM contacts
      JOIN standing ON standing.contact_id = contacts.id
      JOIN reach ON reach.contact_id = contacts.id
    """  # noqa: S608
    + PASS
    + """
     ORDER BY coalesce(rating, 0) DESC, coalesce(priority, 'D'), contacts.id
     LIMIT :limit
    """
)
# The ids of those who pass, in order.
PASSING = (
    """
    SELECT contacts.id
      FROM contacts
      JOIN standing ON standing.contact_id = contacts.id
    """  # noqa: S608
    + PASS
    + " ORDER BY contacts.id"
)


def values(filters: Filters, today: datetime.date) -> dict[str, str | bool | None]:
    """The filters as PASS has them bound. Raises Refused for a status that is none."""
    if filters.status is not None and filters.status not in STATUSES:
        raise Refused(f"no status {filters.status!r}; there are: {', '.join(STATUSES)}")
    found = filters._asdict()
    quiet = found.pop("quiet_for")
    found["tag"] = fold(filters.tag) if filters.tag else None
    found["before"] = (today - datetime.timedelta(days=quiet)).isoformat() if quiet is not None else None
    return found


def listed(conn: sqlite3.Connection, filters: Filters, today: datetime.date, limit: int | None) -> Table:
    """Contacts that pass, the important first: rating, then priority, then the oldest. Raises Refused."""
    found = rows(conn, LISTED, **values(filters, today), limit=-1 if limit is None else limit)
    people = [{**dict(row), "tags": row["tags"].split(chr(31)) if row["tags"] else []} for row in found]
    notes = []
    if limit is not None and len(people) == limit:
        total = value(conn, "SELECT count(*) FROM contacts")
        notes = [f"The first {limit}; the file has {total:,} people."]
    screen = [{**person, "reach": person["phone"] or person["email"]} for person in people]
    view = Table(SCREEN, screen, notes=notes, empty="Nobody.")
    return Table(COLUMNS, people, view=lambda: view)


FOUND_COLUMNS = (
    Column("key", "key", firm=True),
    Column("contact_id"),
    Column("contact", "who"),
    Column("what", "what", firm=True),
    Column("day", "day", "day", firm=True),
    Column("text", "text"),
)
LETTERS = {1: "#", 2: "A", 3: "F", 4: "D"}
DETAILS = {
    KINDS["contacts"]: """
        SELECT id AS contact_id, name AS contact, kind AS what, created_on AS day,
               coalesce(company, note, '') AS text FROM contacts WHERE id = :id
        """,
    KINDS["activities"]: """
        SELECT contact_id, name AS contact, activities.kind AS what, happened_on AS day, text
          FROM activities JOIN contacts ON contacts.id = contact_id WHERE activities.id = :id
        """,
    KINDS["follow_ups"]: """
        SELECT contact_id, name AS contact, 'promise' AS what, due_on AS day, text
          FROM follow_ups JOIN contacts ON contacts.id = contact_id WHERE follow_ups.id = :id
        """,
    KINDS["deals"]: """
        SELECT contact_id, name AS contact, 'deal' AS what, opened_on AS day, title AS text
          FROM deals JOIN contacts ON contacts.id = contact_id WHERE deals.id = :id
        """,
}


def found(conn: sqlite3.Connection, words: Sequence[str], limit: int) -> Table:
    """What has all the words, the newest first."""
    query = phrases([part for word in words for part in word.split()], starts=True)
    hits = rows(
        conn, "SELECT rowid AS number FROM search WHERE search MATCH :query ORDER BY rowid DESC LIMIT :limit",
        query=query, limit=limit,
    ) if query else []  # fmt: skip
    lines = []
    for hit in hits:
        row_id, kind = divmod(hit["number"], 16)
        for row in rows(conn, DETAILS[kind], id=row_id):
            key = str(row_id) if kind == KINDS["contacts"] else f"{LETTERS[kind]}{row_id}"
            lines.append({**dict(row), "key": key})
    return Table(FOUND_COLUMNS, lines, empty=f"Nothing with {' '.join(words)}.", ids="key")
