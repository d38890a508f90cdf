"""Full text: what `find` and names typed by hand are looked up in, kept up to date with every change."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING

from salesflow.people import fold

if TYPE_CHECKING:
    from salesflow.store.journal import Mark

# A row of `search` is numbered: the id of what it says x 16 + one of these.
KINDS = {
    "contacts": 1, "activities": 2, "follow_ups": 3, "deals": 4, "matters": 5, "documents": 6, "deciders": 7,
    "exceptions": 8,
}  # fmt: skip
PARTS = {"points", "tags", "aliases", "answers"}  # what a contact is found by besides
# Tables whose words are found with the row that one of their columns points at.
WITHIN = {"replies": ("matters", "matter_id"), "document_lines": ("documents", "document_id")}
MANY = {"contacts", "activities", "follow_ups", "deals"}  # too many to be read again by `db check`
BETWEEN = "\x1f"  # char(31): between the parts of a text; to the index it is a space

TEXTS = {
    "contacts": """
        SELECT id,
               name_key || coalesce((
                 SELECT ' ' || group_concat(aliases.name_key, ' ') FROM aliases
                  WHERE aliases.contact_id = contacts.id AND aliases.name_key <> contacts.name_key), ''),
               coalesce(company, '') || ' ' || coalesce(job_title, '') || ' ' || coalesce(source, '') || ' '
               || coalesce(source_detail, '') || ' ' || coalesce(note, '') || ' '
               || coalesce((SELECT group_concat(value, ' ') FROM points WHERE points.contact_id = contacts.id), '')
               || ' '
               || coalesce((SELECT group_concat(tag, ' ') FROM tags WHERE tags.contact_id = contacts.id), '') || ' '
               || coalesce((
                 SELECT group_concat(answer, ' ') FROM answers
                  WHERE answers.contact_id = contacts.id AND replaced_at IS NULL AND answer <> 'unknown'
                    AND question_id IN (
                      SELECT id FROM questions WHERE set_name = 'extra' OR form IN ('words', 'choice'))), '') AS text
          FROM contacts
         WHERE id BETWEEN ? AND ?
        """,
    "activities": "SELECT id, '' AS name_key, text FROM activities WHERE id BETWEEN ? AND ? AND text IS NOT NULL",
    "follow_ups": "SELECT id, '' AS name_key, text FROM follow_ups WHERE id BETWEEN ? AND ? AND text IS NOT NULL",
    "deals": "SELECT id, '' AS name_key, title AS text FROM deals WHERE id BETWEEN ? AND ?",
    "matters": """
        SELECT id, '' AS name_key,
               text || coalesce(char(31) || behind, '') || coalesce(char(31) || their_view, '')
               || coalesce(char(31) || answer, '')
               || coalesce((SELECT char(31) || group_concat(replies.text, char(31)) FROM replies
                             WHERE replies.matter_id = matters.id), '') AS text
          FROM matters
         WHERE id BETWEEN ? AND ?
        """,
    "documents": """
        SELECT id, '' AS name_key,
               coalesce((SELECT group_concat(document_lines.text, char(31)) FROM document_lines
                          WHERE document_lines.document_id = documents.id), '')
               || coalesce(char(31) || note, '') || coalesce(char(31) || delivery, '')
               || coalesce(char(31) || terms, '') || coalesce(char(31) || asked_to, '') AS text
          FROM documents
         WHERE id BETWEEN ? AND ?
        """,
    "deciders": """
        SELECT id, '' AS name_key, coalesce(name || coalesce(', ' || role, ''), role) AS text
          FROM deciders
         WHERE id BETWEEN ? AND ? AND coalesce(name, role) IS NOT NULL
        """,
    "exceptions": """
        SELECT id, '' AS name_key, because AS text FROM exceptions WHERE id BETWEEN ? AND ? AND because IS NOT NULL
        """,
}


def refresh(conn: sqlite3.Connection, mark: Mark) -> None:
    """Index again what the change touched, inside its transaction."""
    from salesflow.store import journal  # readers need none

    touched = journal.touched(conn, mark)
    for part, (table, column) in WITHIN.items():
        if part in touched:
            own = journal.owners(conn, mark, {part}, column, but=journal.widest(touched.get(table, [])))
            touched[table] = journal.joined([*touched.get(table, []), *((each, each) for each in own)])
    for table in KINDS:
        for ids in touched.get(table, ()) if table != "contacts" else ():
            index(conn, table, ids)
    ranges = touched.get("contacts", [])
    if PARTS & touched.keys():
        owners = journal.owners(conn, mark, PARTS, but=journal.widest(ranges))
        ranges = journal.joined([*ranges, *((each, each) for each in owners)])
    for ids in ranges:
        index(conn, "contacts", ids)


def index(conn: sqlite3.Connection, table: str, ids: tuple[int, int]) -> None:
    """The rows of one table with these ids, first to last."""
    kind = KINDS[table]
    conn.execute(
        "DELETE FROM search WHERE rowid BETWEEN :first AND :last AND rowid % 16 = :kind",
        {"first": ids[0] * 16 + kind, "last": ids[1] * 16 + kind, "kind": kind},
    )
    conn.executemany(
        "INSERT INTO search (rowid, name, text) VALUES (?, ?, ?)",
        ((row_id * 16 + kind, name_key, fold(text)) for row_id, name_key, text in conn.execute(TEXTS[table], ids)),
    )


def phrases(words: Iterable[str], *, starts: bool = False, column: str = "") -> str:
    """A full-text query for all the words, quoted, as whole words or as starts of words; '' when none is left.

    A word of a script that is searched letter by letter (山田) becomes a phrase.
    """
    parts = [
        f'"{folded}"' + ("*" if starts else "") for word in words if (folded := fold(word).replace('"', " ").strip())
    ]
    query = " ".join(parts)
    return f"{column} : ({' AND '.join(parts)})" if column and parts else query


def keep_anew(conn: sqlite3.Connection) -> None:
    """Index the whole file again."""
    conn.execute("DELETE FROM search")
    for table in KINDS:
        index(conn, table, (1, last_id(conn, table)))


# By which column each table is known to have words.
TOLD = {
    "contacts": "name", "activities": "text", "follow_ups": "text", "deals": "title", "matters": "text",
    "documents": "number", "deciders": "coalesce(name, role)", "exceptions": "because",
}  # fmt: skip


def missing(conn: sqlite3.Connection) -> int:
    """How many rows with a text are not indexed, or are indexed and gone, or, of what customers brought up and what
    was written for them, are indexed with other words; for `db check`."""
    sql = " UNION ALL ".join(
        f"SELECT id * 16 + {kind} AS number FROM {table} WHERE {TOLD[table]} IS NOT NULL"  # noqa: S608
        for table, kind in KINDS.items()
    )
    should = f"SELECT count(*) FROM ({sql}) WHERE number NOT IN (SELECT rowid FROM search)"  # noqa: S608
    spare = f"SELECT count(*) FROM search WHERE rowid NOT IN ({sql})"  # noqa: S608
    count = int(conn.execute(should).fetchone()[0]) + int(conn.execute(spare).fetchone()[0])
    return count + sum(stale(conn, table) for table in KINDS if table not in MANY)


def stale(conn: sqlite3.Connection, table: str) -> int:
    """How many rows of a table are indexed with words that they do not have."""
    every = (1, last_id(conn, table))
    count = 0
    for row_id, _, text in conn.execute(TEXTS[table], every):
        kept = conn.execute("SELECT text FROM search WHERE rowid = ?", (row_id * 16 + KINDS[table],)).fetchone()
        count += kept is not None and kept[0] != fold(text)
    return count


def last_id(conn: sqlite3.Connection, table: str) -> int:
    return int(conn.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0])  # noqa: S608
