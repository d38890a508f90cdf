"""Finding: any word, wherever it was written down, and the key of the thing that has it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from salesflow.people import fold
from salesflow.records.search import BETWEEN, KINDS, TEXTS, phrases
from salesflow.store.rows import one, rows
from salesflow.table import Column, Row, Table

COLUMNS = (
    Column("key", "key", firm=True),
    Column("contact_id"),
    Column("contact", "who"),
    Column("what", "what", firm=True),
    Column("day", "day", "day", firm=True),
    Column("text", "text"),
)
# What has no key of its own is found by the deal it is about, else by the person. No text: all that is indexed of it.
DETAILS = {
    "contacts": """
        SELECT CAST(id AS TEXT) AS key, id AS contact_id, name AS contact, kind AS what, created_on AS day,
               coalesce(company, note, '') AS text FROM contacts WHERE id = :id
        """,
    "activities": """
        SELECT 'A' || activities.id AS key, contact_id, name AS contact, activities.kind AS what, happened_on AS day,
               text
          FROM activities JOIN contacts ON contacts.id = contact_id WHERE activities.id = :id
        """,
    "follow_ups": """
        SELECT 'F' || follow_ups.id AS key, contact_id, name AS contact, 'promise' AS what, due_on AS day, text
          FROM follow_ups JOIN contacts ON contacts.id = contact_id WHERE follow_ups.id = :id
        """,
    "deals": """
        SELECT 'D' || deals.id AS key, contact_id, name AS contact, 'deal' AS what, opened_on AS day, title AS text
          FROM deals JOIN contacts ON contacts.id = contact_id WHERE deals.id = :id
        """,
    "matters": """
        SELECT CASE matters.kind WHEN 'objection' THEN 'O' || matters.id
                                 WHEN 'sign' THEN 'S' || matters.id
                                 WHEN 'question' THEN coalesce('I' || documents.number, 'D' || matters.deal_id,
                                                               CAST(matters.contact_id AS TEXT))
                                 ELSE 'N' || matters.id END AS key,
               matters.contact_id, contacts.name AS contact, matters.kind AS what, raised_on AS day
          FROM matters JOIN contacts ON contacts.id = matters.contact_id
               LEFT JOIN documents ON documents.id = matters.document_id
         WHERE matters.id = :id
        """,
    "documents": """
        SELECT CASE documents.kind
                 WHEN 'pitch' THEN coalesce('D' || deal_id, CAST(contact_id AS TEXT))
                 ELSE upper(substr(documents.kind, 1, 1)) || number || CASE
                   WHEN (SELECT count(*) FROM documents AS other
                          WHERE other.kind = documents.kind AND other.number = documents.number) > 1
                   THEN '/' || version ELSE '' END END AS key,
               contact_id, contacts.name AS contact, documents.kind AS what, made_on AS day
          FROM documents JOIN contacts ON contacts.id = contact_id WHERE documents.id = :id
        """,
    "deciders": """
        SELECT 'D' || deal_id AS key, contact_id, contacts.name AS contact, 'decider' AS what,
               deciders.created_on AS day
          FROM deciders JOIN contacts ON contacts.id = contact_id WHERE deciders.id = :id
        """,
    "exceptions": """
        SELECT coalesce('D' || deal_id, CAST(contact_id AS TEXT)) AS key, contact_id, contacts.name AS contact,
               'exception' AS what, made_on AS day
          FROM exceptions JOIN contacts ON contacts.id = contact_id WHERE exceptions.id = :id
        """,
}
TABLES = {kind: table for table, kind in KINDS.items()}


def found(conn: sqlite3.Connection, words: Sequence[str], limit: int) -> Table:
    """What has all the words, the newest first."""
    wanted = [part for word in words for part in word.split()]
    query = phrases(wanted, starts=True)
    hits = rows(
        conn, "SELECT rowid AS number FROM search WHERE search MATCH :query ORDER BY rowid DESC LIMIT :limit",
        query=query, limit=limit,
    ) if query else []  # fmt: skip
    lines = [line for hit in hits if (line := place(conn, hit["number"], wanted))]
    return Table(COLUMNS, lines, empty=f"Nothing with {' '.join(words)}.", ids="key")


def place(conn: sqlite3.Connection, number: int, wanted: Sequence[str] = ()) -> Row | None:
    """What a row of the index is about: the line of it, with its key; None when it is gone."""
    row_id, kind = divmod(number, 16)
    row = one(conn, DETAILS[TABLES[kind]], id=row_id)
    if row is None or "text" in row.keys():  # noqa: SIM118
        return dict(row) if row else None
    return {**dict(row), "text": shown(conn, TABLES[kind], row_id, wanted)}


def shown(conn: sqlite3.Connection, table: str, row_id: int, wanted: Sequence[str]) -> str:
    """Of a text with several parts the first, and those that have one of the words."""
    row = conn.execute(TEXTS[table], (row_id, row_id)).fetchone()
    first, *others = [part for part in row["text"].split(BETWEEN) if part] or [""]
    keys = [fold(word) for word in wanted]
    return " / ".join([first, *(part for part in others if any(key in fold(part) for key in keys))])
