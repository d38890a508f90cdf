"""One writing command: one transaction, journaled, with everything that is kept brought up to date before COMMIT."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from salesflow.dates import Moment
from salesflow.errors import Refused
from salesflow.records import search, standing
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
        standing.refresh(conn, mark, moment, mend=kind != "do")
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


def undo(conn: sqlite3.Connection, moment: Moment, change_id: int | None = None) -> reversal.Change:
    """Take back one change whole: the last in force, or the one asked for. Raises NotFound, Refused."""
    return reverse(conn, moment, "undo", change_id)


def redo(conn: sqlite3.Connection, moment: Moment, change_id: int | None = None) -> reversal.Change:
    """Take back one undo: the last that still holds, or that of the change asked for. Raises NotFound, Refused."""
    return reverse(conn, moment, "redo", change_id)


def reverse(conn: sqlite3.Connection, moment: Moment, kind: str, change_id: int | None) -> reversal.Change:
    """The transaction of undo and redo; what stands on top of the change is named and nothing is done."""
    from salesflow.store import reversal  # what is no undo does without it

    with change(conn, moment, kind, kind) as work:
        mark = journal.Mark(work.change_id, {})
        done = reversal.to_undo(conn, change_id) if kind == "undo" else reversal.to_redo(conn, change_id)
        reversal.aim(conn, mark, done)
        on_top = reversal.standing_on(conn, done)
        if on_top:
            raise Refused(refusal(done, on_top, kind))
        try:
            reversal.take_back(conn, done, mark)
            # A status that was written down when another change was undone goes with its contact.
            conn.execute("DELETE FROM status_history WHERE contact_id NOT IN (SELECT id FROM contacts)")
            loose = reversal.dangling(conn) + astray(conn)
        except reversal.Taken as error:
            loose = [*error.args]
            if not loose:
                raise
        if loose:
            found = {row.id: row for pair in loose if (row := reversal.blamed(conn, pair, mark, done))}
            raise Refused(refusal(done, [found[number] for number in sorted(found)], kind))
        work.summary = done.summary
    return done


def astray(conn: sqlite3.Connection) -> list[reversal.Loose]:
    """What no foreign key holds: a setting that names a process no longer there, an open deal in a stage dropped."""
    from salesflow.store import reversal

    found = conn.execute(
        """
        SELECT 'config', id, 'config', id
          FROM config
         WHERE name = 'process' AND value NOT IN (SELECT name FROM processes)
        UNION ALL
        SELECT 'stages', stages.id, 'stage_entries', stage_entries.id
          FROM stages
          JOIN deals ON deals.stage_id = stages.id AND deals.outcome = 'open'
          JOIN stage_entries ON stage_entries.deal_id = deals.id AND stage_entries.left_on IS NULL
         WHERE stages.dropped_on IS NOT NULL
        """
    )
    return [reversal.Loose(*row) for row in found]


def refusal(done: reversal.Change, on_top: Sequence[reversal.Change], kind: str) -> str:
    """The one line that says what must go first."""
    cannot = f"cannot {kind} {done.number}:"
    if not on_top:
        return f"{cannot} what it needs is no longer there; see: salesflow undo --list"
    last = on_top[-1]
    if last.kind == "undo":
        taken = last.command.removeprefix("undo ")
        return f"{cannot} {taken} was taken back, and is needed; first: salesflow redo {last.number}"
    names = ", ".join(f"{change.id} {change.command}" for change in on_top[:3])
    more = f" and {len(on_top) - 3} more" if len(on_top) > 3 else ""
    then = f", then: salesflow redo {done.number}" if kind == "redo" else ""
    return f"{cannot} built on by {names}{more}; first: salesflow undo {last.id}{then}"
