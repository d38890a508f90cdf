"""One writing command: one transaction, journaled, with everything that is kept brought up to date before COMMIT."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from salesflow.dates import Moment
from salesflow.records import rules, search, silence, standing
from salesflow.store import file, journal

if TYPE_CHECKING:
    from salesflow.store import reversal


class Work:
    """A change being made: its id, and what the command leaves to say of it."""

    summary: str = ""
    changed: bool = False  # known after COMMIT
    dry: bool = False  # set to look at the result and keep nothing

    def __init__(self, change_id: int) -> None:
        self.change_id = change_id


def writer(path: Path) -> sqlite3.Connection:
    """A connection whose every change to a row is journaled. Raises FileTrouble."""
    conn = file.open_writer(path)
    try:
        journal.listen(conn)
    except sqlite3.Error as error:
        conn.close()
        raise file.trouble(error, path) from None
    return conn


@contextmanager
def change(conn: sqlite3.Connection, moment: Moment, command: str, kind: str = "do") -> Iterator[Work]:
    """Everything inside is one command: all of it or nothing, one line in the journal, one step of undo.

    The write lock is held from the start, so what the command reads to decide on cannot change under it.
    Nothing that waits (a question, an editor, the network) belongs inside.
    """
    file.lock(conn)
    closing = False
    try:
        mark = journal.begin(conn, moment, command, kind)
        work = Work(mark.change_id)
        yield work
        rules.refresh(conn, mark, moment)
        standing.refresh(conn, mark, moment, mend=kind != "do")
        silence.refresh(conn, mark)
        search.refresh(conn, mark)
        work.changed = journal.finish(conn, mark, work.summary)
        closing = work.changed and not work.dry
        conn.execute("ROLLBACK" if work.dry else "COMMIT")
    except BaseException as error:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        elif closing:  # a signal that came while the disk was written is heard after it
            error.committed = True  # type: ignore[attr-defined]
        raise


def undo(
    conn: sqlite3.Connection, moment: Moment, change_id: int | None = None, *, keep_changed: bool = False
) -> reversal.Change:
    """Take back one change whole: the last in force, or the one asked for. Raises NotFound, Refused.

    keep_changed: people who were changed since stay as they are (`kept` of the answer), all others are taken back.
    """
    from salesflow.records import taking_back  # what is no undo does without it

    return taking_back.reverse(conn, moment, "undo", change_id, keep_changed=keep_changed)


def redo(conn: sqlite3.Connection, moment: Moment, change_id: int | None = None) -> reversal.Change:
    """Take back one undo: the last that still holds, or that of the change asked for. Raises NotFound, Refused."""
    from salesflow.records import taking_back

    return taking_back.reverse(conn, moment, "redo", change_id)
