"""Extra fields: columns of files that have no place of their own, kept under the file's own headings.

Each heading is a question of the set `extra`, what a cell says its answer; a newer one replaces it, the older stays.
"""

from __future__ import annotations

import sqlite3

from salesflow.dates import Moment
from salesflow.people import fold
from salesflow.store.rows import insert, one, rows, update, value


def fields(conn: sqlite3.Connection) -> dict[str, int]:
    """The ids of the questions by their folded headings."""
    found = rows(conn, "SELECT id, name FROM questions WHERE set_name = 'extra' ORDER BY id")
    return {fold(row["name"]): row["id"] for row in found}


def add_field(conn: sqlite3.Connection, heading: str) -> int:
    position = (value(conn, "SELECT max(position) FROM questions WHERE set_name = 'extra'") or 0) + 1
    return insert(conn, "questions", set_name="extra", name=heading, wording=heading, position=position, gates=0)


OLDER = """
    SELECT 1 FROM answers
     WHERE contact_id = :contact_id AND question_id = :id AND answer = :text AND replaced_at IS NOT NULL
    """


def put(
    conn: sqlite3.Connection,
    contact_id: int,
    question_id: int,
    text: str,
    moment: Moment,
    method: str,
    *,
    keep: bool = False,
) -> bool:
    """Keep what a cell says; whether that was new. keep: another text that is there stays, the new one is history."""
    sql = """
        SELECT id, answer FROM answers
         WHERE contact_id = :contact_id AND question_id = :question_id AND replaced_at IS NULL
        """
    replaced_at = None
    for row in rows(conn, sql, contact_id=contact_id, question_id=question_id):
        if row["answer"] == text or (keep and one(conn, OLDER, contact_id=contact_id, id=question_id, text=text)):
            return False
        if keep:
            replaced_at = moment.at
            continue
        update(conn, "answers", row["id"], replaced_at=moment.at)
    insert(
        conn, "answers", contact_id=contact_id, question_id=question_id, answer=text, method=method,
        answered_at=moment.at, answered_on=moment.on, replaced_at=replaced_at,
    )  # fmt: skip
    return True


def known(conn: sqlite3.Connection, contact_id: int) -> list[sqlite3.Row]:
    """Heading (`field`) and text (`value`) of each, in the order they came."""
    return rows(
        conn,
        """
        SELECT questions.name AS field, answer AS value
          FROM answers JOIN questions ON questions.id = question_id
         WHERE contact_id = :contact_id AND set_name = 'extra' AND replaced_at IS NULL
         ORDER BY questions.position
        """,
        contact_id=contact_id,
    )
