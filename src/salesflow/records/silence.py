"""Silence: who spoke last with each contact, kept up to date with every change that touches what happened.

Before COMMIT the journal says whose activities a change touched; for these alone the view `silence_defined` is read
again. Any answer, by any way, ends a silence, and taking a change back brings it back exactly.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from salesflow.store.rows import one, rows

if TYPE_CHECKING:
    from salesflow.store.journal import Mark

GHOSTED = 3  # unanswered in a row: time for another way
FACTS = {"activities"}
ANSWERS = ("call", "email", "message", "letter", "visit", "meeting", "demo")  # kinds that reach somebody


def refresh(conn: sqlite3.Connection, mark: Mark) -> None:
    """Bring `silence` in line with the activities that a change touched, inside its transaction."""
    from salesflow.store import journal  # readers need none

    if not FACTS & journal.touched(conn, mark).keys():
        return
    conn.execute("CREATE TEMP TABLE heard_of (contact_id INTEGER PRIMARY KEY)")
    owners = journal.owners(conn, mark, FACTS)
    conn.executemany("INSERT INTO heard_of VALUES (?)", ((each,) for each in owners))
    conn.execute("DELETE FROM silence WHERE contact_id IN (SELECT contact_id FROM heard_of)")
    conn.execute(
        "INSERT INTO silence SELECT * FROM silence_defined WHERE contact_id IN (SELECT contact_id FROM heard_of)"
    )
    conn.execute("DROP TABLE heard_of")


def keep_anew(conn: sqlite3.Connection) -> None:
    """Throw away what is kept and read it all again; for `db check --fix`, older files and files built in bulk."""
    conn.execute("DELETE FROM silence")
    conn.execute("INSERT INTO silence SELECT * FROM silence_defined")


def differences(conn: sqlite3.Connection) -> list[int]:
    """Contacts whose kept silence is not what the view says; for `db check`."""
    found = rows(
        conn,
        """
        SELECT contact_id FROM (SELECT * FROM silence_defined EXCEPT SELECT * FROM silence)
        UNION
        SELECT contact_id FROM (SELECT * FROM silence EXCEPT SELECT * FROM silence_defined)
        """,
    )
    return [row["contact_id"] for row in found]


def of_contact(conn: sqlite3.Connection, contact_id: int) -> sqlite3.Row | None:
    """owe_on, tries and tried_on, also inside a change; None when nobody waits for anybody."""
    return one(conn, "SELECT * FROM silence_defined WHERE contact_id = :id", id=contact_id)


def last_kind(conn: sqlite3.Connection, contact_id: int) -> str:
    """By which kind of activity to answer, or to try again: the last that counted; an e-mail after a question."""
    sql = "SELECT kind FROM exchanges WHERE contact_id = :id AND (heard OR tried) ORDER BY stamp DESC LIMIT 1"
    found = one(conn, sql, id=contact_id)
    return str(found["kind"]) if found and found["kind"] in ANSWERS else "email"
