"""One writing command: one transaction, journaled, with everything that is kept brought up to date before COMMIT."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from salesflow.dates import Moment
from salesflow.errors import Refused
from salesflow.records import search, standing
from salesflow.store import file, journal


@dataclass
class Work:
    """A change being made: its id, and what the command leaves to say of it."""

    change_id: int
    summary: str = ""
    changed: bool = False  # known after COMMIT
    dry: bool = False  # set to look at the result and keep nothing


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
def change(
    conn: sqlite3.Connection, moment: Moment, command: str, kind: str = "do", target: int | None = None
) -> Iterator[Work]:
    """Everything inside is one command: all of it or nothing, one line in the journal, one step of undo.

    The write lock is held from the start, so what the command reads to decide on cannot change under it.
    Nothing that waits (a question, an editor, the network) belongs inside.
    """
    conn.execute("BEGIN IMMEDIATE")
    try:
        mark = journal.begin(conn, moment, command, kind, target)
        work = Work(mark.change_id)
        yield work
        standing.refresh(conn, mark, moment)
        search.refresh(conn, mark)
        work.changed = journal.finish(conn, mark, work.summary)
        conn.execute("ROLLBACK" if work.dry else "COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise


def undo(conn: sqlite3.Connection, moment: Moment, change_id: int | None = None) -> journal.Change:
    """Take back one change whole: the last in force, or the one asked for. Raises NotFound, Refused."""
    done = journal.to_undo(conn, change_id)
    return reverse(conn, moment, done, "undo")


def redo(conn: sqlite3.Connection, moment: Moment) -> journal.Change:
    """Take back the last undo that still holds. Raises NotFound, Refused."""
    return reverse(conn, moment, journal.to_redo(conn), "redo")


def reverse(conn: sqlite3.Connection, moment: Moment, done: journal.Change, kind: str) -> journal.Change:
    """The transaction of undo and redo; what stands on top of the change is named and nothing is done."""
    on_top = journal.standing_on(conn, done)
    if on_top:
        raise Refused(refusal(done, on_top, kind))
    try:
        with change(conn, moment, f"{kind} {done.command}", kind, done.id) as work:
            journal.take_back(conn, done, journal.Mark(work.change_id, {}))
            work.summary = done.summary
            dangling = journal.dangling(conn)
            if dangling:
                later = journal.changes_of(conn, dangling)
                raise Refused(refusal(done, [journal.Change(number, "do", "", "") for number in later], kind))
    except sqlite3.IntegrityError as error:
        raise Refused(f"change {done.id} cannot be taken back: what it would bring back is there again ({error})") from None
    return done


def refusal(done: journal.Change, on_top: list[journal.Change], kind: str) -> str:
    """The one line that says what must go first."""
    names = ", ".join(f"{change.id} {change.command}".strip() for change in on_top[:3])
    more = f" and {len(on_top) - 3} more" if len(on_top) > 3 else ""
    last = max(change.id for change in on_top)
    return f"cannot {kind} {done.id}: built on by {names}{more}; first: salesflow undo {last}"
