"""Taking back: undo and redo, whole or not at all; what stands in the way is named, and the people it is about."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from salesflow.dates import Moment
from salesflow.errors import Refused
from salesflow.records.change import change
from salesflow.store import journal, keeping, reversal
from salesflow.store.reversal import Change, Loose
from salesflow.store.rows import value


class Blocked(Exception):
    """Something stands in the way, seen when all was taken back already: the transaction must go first."""

    def __init__(self, done: Change, on_top: Sequence[Change], loose: Sequence[Loose] = ()) -> None:
        super().__init__()
        self.done, self.on_top, self.loose = done, on_top, loose


def reverse(
    conn: sqlite3.Connection, moment: Moment, kind: str, change_id: int | None, *, keep_changed: bool = False
) -> Change:
    """The transaction of undo and redo; what stands on top of the change is named and nothing is done."""
    if keep_changed:
        return but_for_changed(conn, moment, change_id)
    wanted = change_id
    while True:
        try:
            with change(conn, moment, kind, kind) as work:
                mark = journal.Mark(work.change_id, {})
                done = reversal.to_undo(conn, wanted) if kind == "undo" else reversal.to_redo(conn, wanted)
                reversal.aim(conn, mark, done)
                on_top = reversal.standing_on(conn, done)
                if on_top:
                    raise Blocked(done, on_top)
                take_back(conn, done, mark)
                if kind == "redo":
                    keeping.rejoin(conn, done)
                work.summary = done.summary
            break
        except Blocked as error:
            # What was brought back after the last command was done after it: `undo` alone means that one.
            last = max((found.id for found in error.on_top if found.kind == "do"), default=0)
            if kind == "undo" and change_id is None and 0 < last < error.done.number:
                wanted = last
                continue
            raise Refused(refusal(error.done, error.on_top, kind, *changed_since(conn, error.done))) from None
    return done


def but_for_changed(conn: sqlite3.Connection, moment: Moment, change_id: int | None) -> Change:
    """Take back a change but for the people who were changed since; with those, as `kept`. Raises Refused.

    What is only found to stand in the way when all is taken back stays as well, and it begins anew: a savepoint to go
    back to would make a large undo take hours.
    """
    seen: dict[Loose, None] = {}
    while True:
        try:
            with change(conn, moment, "undo", "undo") as work:
                mark = journal.Mark(work.change_id, {})
                done = reversal.to_undo(conn, change_id)
                reversal.aim(conn, mark, done)
                stay = keeping.look(conn, done, seen)
                part = keeping.part_off(conn, done, mark) if stay or seen else done
                if part is None:
                    them = named(conn, stay)
                    raise Refused(f"nothing of {done.number} can be taken back: all were changed since: {them}")
                take_back(conn, part, mark)
                work.summary = done.summary
                return part._replace(kept=tuple(names(conn, stay)))
        except Blocked as error:
            if seen.keys() >= {*error.loose}:
                raise Refused(refusal(error.done, error.on_top, "undo")) from None
            seen.update(dict.fromkeys(error.loose))


def take_back(conn: sqlite3.Connection, done: Change, mark: journal.Mark) -> None:
    """Everything as before the change. Raises Blocked."""
    try:
        reversal.take_back(conn, done, mark)
        # A status that was written down when another change was undone goes with its contact.
        conn.execute("DELETE FROM status_history WHERE contact_id NOT IN (SELECT id FROM contacts)")
        loose = reversal.dangling(conn) + astray(conn)
    except reversal.Taken as error:
        if not error.args:
            raise
        loose = [*error.args]
    if loose:
        raise Blocked(done, reversal.blamed(conn, loose, mark, done), loose)


def changed_since(conn: sqlite3.Connection, done: Change) -> tuple[str, str]:
    """Of a file brought in, or a change to several: whom an undo would have to leave as they are, and how it may."""
    stay = keeping.look(conn, done) if done.kind == "do" else []
    many = len(keeping.people(conn, done, those="all")) if stay else 0
    sql = "SELECT 1 FROM journal WHERE change_id = :id AND table_name = 'imports'"
    if not stay or (many == 1 and value(conn, sql, id=done.id) is None):
        return "", ";"
    way = f"; all but them: salesflow undo {done.number} --keep-changed; or" if many > len(stay) else ";"
    return f"; changed since: {named(conn, stay)}", way


def names(conn: sqlite3.Connection, ids: Sequence[int]) -> list[tuple[int, str]]:
    sql = "SELECT id, name FROM contacts WHERE id = ?"
    return [tuple(row) for number in ids for row in conn.execute(sql, (number,))]


def named(conn: sqlite3.Connection, ids: Sequence[int]) -> str:
    """`4 Ken Ito, 7 Rosa Quint and 5 more`; those who are deleted now are only counted."""
    first = [f"{number} {name}" for number, name in names(conn, ids[:5])]
    more = len(ids) - len(first)
    if not first:
        return f"{more:,} who {'is' if more == 1 else 'are'} deleted"
    return ", ".join(first) + (f" and {more:,} more" if more else "")


def astray(conn: sqlite3.Connection) -> list[Loose]:
    """What no foreign key holds: a setting that names a process no longer there, an open deal in a stage dropped."""
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
    return [Loose(*row) for row in found]


def refusal(done: Change, on_top: Sequence[Change], kind: str, whom: str = "", other_way: str = ";") -> str:
    """The one line that says what must go first."""
    cannot = f"cannot {kind} {done.number}:"
    if not on_top:
        return f"{cannot} what it needs is no longer there; see: salesflow undo --list"
    last = on_top[-1]
    if last.kind == "undo":
        taken = last.command.removeprefix("undo ")
        return f"{cannot} {taken} was taken back, and is needed; first: salesflow redo {last.number}"
    listed = ", ".join(f"{change.id} {change.command}" for change in on_top[:3])
    more = f" and {len(on_top) - 3} more" if len(on_top) > 3 else ""
    then = f", then: salesflow redo {done.number}" if kind == "redo" else ""
    return f"{cannot} built on by {listed}{more}{whom}{other_way} first: salesflow undo {last.id}{then}"
