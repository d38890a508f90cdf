"""Full text: what `find` and names typed by hand are looked up in, kept up to date with every change."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING

from salesflow.people import fold

if TYPE_CHECKING:
    from salesflow.store.journal import Mark

# A row of `search` is numbered: the id of what it says x 16 + one of these.
KINDS = {"contacts": 1, "activities": 2, "follow_ups": 3, "deals": 4}
PARTS = {"points", "tags", "aliases", "answers"}  # what a contact is found by besides

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
                  WHERE EXISTS (SELECT 1 FROM questions WHERE set_name = 'extra')
                    AND answers.contact_id = contacts.id AND replaced_at IS NULL
                    AND question_id IN (SELECT id FROM questions WHERE set_name = 'extra')), '') AS text
          FROM contacts
         WHERE id BETWEEN ? AND ?
        """,
    "activities": "SELECT id, '' AS name_key, text FROM activities WHERE id BETWEEN ? AND ? AND text IS NOT NULL",
    "follow_ups": "SELECT id, '' AS name_key, text FROM follow_ups WHERE id BETWEEN ? AND ? AND text IS NOT NULL",
    "deals": "SELECT id, '' AS name_key, title AS text FROM deals WHERE id BETWEEN ? AND ?",
}


def refresh(conn: sqlite3.Connection, mark: Mark) -> None:
    """Index again what the change touched, inside its transaction."""
    from salesflow.store import journal  # readers need none

    touched = journal.touched(conn, mark)
    for table in ("activities", "follow_ups", "deals"):
        for ids in touched.get(table, ()):
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
        last = conn.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]  # noqa: S608
        index(conn, table, (1, last))


def missing(conn: sqlite3.Connection) -> int:
    """How many rows with a text are not indexed, or are indexed and gone; for `db check`."""
    sql = " UNION ALL ".join(
        f"SELECT id * 16 + {kind} AS number FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608
        for (table, kind), column in zip(KINDS.items(), ("name", "text", "text", "title"), strict=True)
    )
    should = f"SELECT count(*) FROM ({sql}) WHERE number NOT IN (SELECT rowid FROM search)"  # noqa: S608
    spare = f"SELECT count(*) FROM search WHERE rowid NOT IN ({sql})"  # noqa: S608
    return int(conn.execute(should).fetchone()[0]) + int(conn.execute(spare).fetchone()[0])
