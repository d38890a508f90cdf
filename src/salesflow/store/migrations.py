"""The way from each version of the schema to the next, one function a step."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def to_2(db: Database) -> None:
    """Answers in words, questions of consent, names of those merged, whom was erased; ids know their system."""
    conn = db.conn
    # `transform` would drop every CHECK, and only one is to go.
    conn.execute(
        """
        CREATE TABLE wider (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          contact_id INTEGER NOT NULL REFERENCES contacts (id),
          question_id INTEGER NOT NULL REFERENCES questions (id),
          answer TEXT NOT NULL,
          basis TEXT NOT NULL DEFAULT 'said' CHECK (basis IN ('said', 'assumed', 'rule')),
          method TEXT,
          said TEXT,
          answered_at TEXT NOT NULL,
          answered_on TEXT NOT NULL,
          replaced_at TEXT
        ) STRICT
        """
    )
    conn.execute("INSERT INTO wider SELECT * FROM answers")
    # An id that was given once is never given again, though its row may be gone.
    conn.execute(
        """
        INSERT INTO sqlite_sequence (name, seq)
        SELECT 'wider', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'wider')
        """
    )
    last = "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'answers'), 0)"
    conn.execute(f"UPDATE sqlite_sequence SET seq = {last} WHERE name = 'wider'")  # noqa: S608
    conn.execute("DROP TABLE answers")
    conn.execute("ALTER TABLE wider RENAME TO answers")
    conn.execute("CREATE UNIQUE INDEX answers_in_force ON answers (contact_id, question_id) WHERE replaced_at IS NULL")
    conn.execute("CREATE INDEX answers_by_contact ON answers (contact_id)")
    conn.execute("CREATE INDEX answers_by_question ON answers (question_id)")
    conn.executemany(
        """
        INSERT INTO questions (set_name, name, wording, position, gates)
        SELECT 'consent', ?, ?, ?, 0
         WHERE NOT EXISTS (SELECT 1 FROM questions WHERE set_name = 'consent' AND name = ?)
        """,
        [
            ("email", "May we send e-mail?", 1, "email"),
            ("phone", "May we call?", 2, "phone"),
            ("sms", "May we send text messages?", 3, "sms"),
            ("post", "May we send letters?", 4, "post"),
        ],
    )
    conn.execute(
        """
        UPDATE OR IGNORE points SET value_key = coalesce(lower(label), '') || ':' || value_key WHERE kind = 'id'
        """
    )
    for statement in (
        "ALTER TABLE imported_rows ADD COLUMN named INTEGER NOT NULL DEFAULT 0",
        """
        CREATE TABLE aliases (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          contact_id INTEGER NOT NULL REFERENCES contacts (id),
          name TEXT NOT NULL,
          name_key TEXT NOT NULL,
          row_hash TEXT
        ) STRICT
        """,
        "CREATE INDEX aliases_by_contact ON aliases (contact_id)",
        "CREATE INDEX aliases_by_name ON aliases (name_key)",
        "CREATE INDEX aliases_by_hash ON aliases (row_hash) WHERE row_hash IS NOT NULL",
        """
        CREATE TABLE apart (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          contact_id INTEGER NOT NULL REFERENCES contacts (id),
          other_id INTEGER NOT NULL REFERENCES contacts (id),
          UNIQUE (contact_id, other_id),
          CHECK (contact_id < other_id)
        ) STRICT
        """,
        "CREATE INDEX apart_by_other ON apart (other_id)",
        "CREATE TABLE erased (key_hash TEXT PRIMARY KEY, erased_on TEXT NOT NULL) STRICT, WITHOUT ROWID",
        "INSERT OR IGNORE INTO config (name, value) VALUES ('file_id', lower(hex(randomblob(8))))",
    ):
        conn.execute(statement)


def to_3(db: Database) -> None:
    """Tasks and gates, sets of questions, what is prepared, what customers bring up, papers, deciders, appointments."""
    from salesflow.store.schema import statements

    for statement in statements("to_3.sql"):
        db.conn.execute(statement)


# MIGRATIONS[n] takes a file of version n to n + 1, inside the caller's transaction.
MIGRATIONS: dict[int, Callable[[Database], None]] = {1: to_2, 2: to_3}
