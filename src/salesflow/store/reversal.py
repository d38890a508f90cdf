"""The journal read backwards: what a change did is undone row by row, and what stands in its way is named."""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from salesflow.errors import NotFound, Refused
from salesflow.store.journal import Mark, joined, journaled, note_insert
from salesflow.store.rows import insert, one, rows, value

MANY = 5_000  # rows a statement: until one ends, SQLite keeps in memory what it would need to take it back


class Change(NamedTuple):
    """One command in the journal, or one undo of it; the command is then the one it took back."""

    id: int
    kind: str
    command: str
    summary: str
    target_id: int | None = None
    kept: tuple[tuple[int, str], ...] = ()  # (id, name) of the people whom an undo left as they are

    @property
    def number(self) -> int:
        """The command's own, by which the seller knows it."""
        return self.target_id or self.id


class Loose(NamedTuple):
    """A row, and the row that it needs to be there, or that is in its place already."""

    table: str
    row_id: int
    other_table: str
    other_id: int


class Taken(Exception):
    """What is to be brought back is there again; `args` are Loose rows."""


# A line of the journal in the place of those that an erasing took out; its change cannot be taken back any more.
ERASED = "erased"
ERASING = "erase"  # the command of the change that an erasing leaves


def is_erased(conn: sqlite3.Connection, change_id: int) -> bool:
    sql = "SELECT 1 FROM journal WHERE change_id = :id AND table_name = :erased LIMIT 1"
    return value(conn, sql, id=change_id, erased=ERASED) is not None


def to_undo(conn: sqlite3.Connection, change_id: int | None = None) -> Change:
    """The change to take back: the one asked for, else the last in force. Raises NotFound, Refused."""
    row = one(
        conn,
        """
        SELECT id, kind, command, summary, undone_by_id FROM changes
         WHERE (:id IS NULL AND kind = 'do' AND undone_by_id IS NULL) OR id = :id
         ORDER BY id DESC LIMIT 1
        """,
        id=change_id,
    )
    if row is None:
        raise NotFound("nothing to undo" if change_id is None else f"no change {change_id}; see: salesflow undo --list")
    if row["kind"] != "do":
        kind = "an undo" if row["kind"] == "undo" else "a redo"
        raise Refused(f"change {row['id']} is {kind} itself; see: salesflow undo --list")
    if row["undone_by_id"]:
        raise Refused(f"change {row['id']} is taken back already")
    if is_erased(conn, row["id"]):
        raise Refused(forgotten(row, change_id is None))
    return Change(row["id"], row["kind"], row["command"], row["summary"])


def forgotten(row: sqlite3.Row, last: bool) -> str:
    """Why a change cannot be taken back: it is an erasing, or one took out what it would need."""
    if row["command"] == ERASING and last:
        return "the last command erased somebody, which stays so; an earlier one by its number: salesflow undo --list"
    if row["command"] == ERASING:
        return f"change {row['id']} erased somebody, which stays so"
    return f"cannot undo {row['id']}: somebody it was about is erased, and what was there before with them"


def to_redo(conn: sqlite3.Connection, change_id: int | None = None) -> Change:
    """The undo to take back: that of the change asked for, else the last in force. Raises NotFound, Refused."""
    row = one(
        conn,
        """
        SELECT undo.id, undo.kind, undo.target_id, done.command, done.summary
          FROM changes AS undo JOIN changes AS done ON done.id = undo.target_id
         WHERE undo.kind = 'undo' AND undo.undone_by_id IS NULL AND (:id IS NULL OR done.id = :id)
           AND (:id IS NOT NULL OR NOT EXISTS (
                 SELECT 1 FROM journal WHERE change_id = undo.id AND table_name = :erased))
         ORDER BY undo.id DESC LIMIT 1
        """,
        id=change_id,
        erased=ERASED,
    )
    if row is None and change_id is not None:
        raise Refused(f"change {change_id} is not taken back; see: salesflow undo --list")
    if row is None:
        raise NotFound("nothing to redo")
    if is_erased(conn, row["id"]):
        raise Refused(f"cannot redo {change_id}: somebody it was about is erased, and what was there with them")
    return Change(row["id"], row["kind"], row["command"], row["summary"], row["target_id"])


def aim(conn: sqlite3.Connection, mark: Mark, at: Change) -> None:
    """Say which change an undo or a redo takes back."""
    sql = "UPDATE changes SET target_id = :target, command = kind || ' ' || :command WHERE id = :id"
    conn.execute(sql, {"target": at.id, "command": at.command, "id": mark.change_id})


def standing_on(conn: sqlite3.Connection, change: Change) -> list[Change]:
    """Commands in force that changed the same rows later, or were brought back later: they would have to go first.

    Oldest first.
    """
    conn.execute("DROP TABLE IF EXISTS temp.spans")
    conn.execute("CREATE TEMP TABLE spans (table_name TEXT, first_id INTEGER, last_id INTEGER,"
                 " PRIMARY KEY (table_name, first_id))")  # fmt: skip
    for table, ranges in journaled(conn, change.id).items():
        conn.executemany("INSERT INTO spans VALUES (?, ?, ?)", [(table, first, last) for first, last in ranges])
    found = rows(
        conn,
        """
        SELECT DISTINCT done.id, done.kind, done.command, done.summary
          FROM changes
          JOIN journal AS later ON later.change_id = changes.id
          JOIN changes AS done ON done.id = CASE changes.kind
               WHEN 'do' THEN changes.id
               ELSE (SELECT undo.target_id FROM changes AS undo WHERE undo.id = changes.target_id)
               END
         WHERE changes.id > :id AND changes.kind IN ('do', 'redo') AND done.undone_by_id IS NULL
           -- brought back, though taken back already when this change was made: it was not there then
           AND (changes.kind = 'do' OR 'undo' = (
             SELECT one.kind FROM changes AS one LEFT JOIN changes AS its ON its.id = one.target_id
              WHERE one.id < :id AND (one.kind = 'undo' AND one.target_id = done.id
                                      OR one.kind = 'redo' AND its.target_id = done.id)
              ORDER BY one.id DESC LIMIT 1))
           AND later.first_id <= (
             SELECT last_id FROM spans
              WHERE spans.table_name = later.table_name AND spans.first_id <= later.last_id
              ORDER BY spans.first_id DESC LIMIT 1)
         ORDER BY done.id
        """,
        id=change.id,
    )
    return [Change(row["id"], row["kind"], row["command"], row["summary"]) for row in found]


def take_back(conn: sqlite3.Connection, change: Change, mark: Mark) -> None:
    """Put every row back as it was before the change, inside the transaction of `mark`, which journals it in turn.

    Raises Taken when a row is in the place of one to be brought back; `dangling` then tells what points nowhere.
    """
    conn.execute("PRAGMA defer_foreign_keys = ON")
    new_ids: dict[str, list[tuple[int, int]]] = {}
    for row in rows(
        conn, "SELECT table_name, first_id, last_id FROM journal WHERE change_id = :id AND op = 'insert'", id=change.id
    ):
        new_ids.setdefault(row["table_name"], []).append((row["first_id"], row["last_id"]))
        sql = f"DELETE FROM {row['table_name']} WHERE id BETWEEN :first AND :last"  # noqa: S608
        for first in range(row["first_id"], row["last_id"] + 1, MANY):
            conn.execute(sql, {"first": first, "last": min(first + MANY - 1, row["last_id"])})
    made = {table: joined(ranges) for table, ranges in new_ids.items()}
    for table, op, row_id, old in backwards(conn, change.id):
        ranges = made.get(table, [])
        place = bisect_right(ranges, row_id, key=lambda each: each[0])
        if place and row_id <= ranges[place - 1][1]:
            continue  # made by the change itself: gone already
        columns = json.loads(old)
        try:
            if op == "update":
                sets = ", ".join(f"{name} = :{name}" for name in columns if name != "id")
                conn.execute(f"UPDATE {table} SET {sets} WHERE id = :id", columns)  # noqa: S608
            else:
                insert(conn, table, **columns)
                note_insert(conn, mark.change_id, table, row_id, row_id)
        except sqlite3.IntegrityError as error:
            raise Taken(*rivals(conn, table, columns, str(error))) from None
    conn.execute("UPDATE changes SET undone_by_id = :by WHERE id = :id", {"by": mark.change_id, "id": change.id})
    if change.kind == "undo":  # that of a part is joined again by `keeping`
        conn.execute("UPDATE changes SET undone_by_id = NULL WHERE undone_by_id = :id", {"id": change.id})


def backwards(conn: sqlite3.Connection, change_id: int) -> Iterator[tuple[str, str, int, str]]:
    """Each row a change updated or deleted, the last first: (table, op, id, row before as JSON). A few at a time, so
    that a million lines take no more memory than a thousand."""
    ends = one(conn, "SELECT min(id), max(id) FROM journal WHERE change_id = :id", id=change_id)
    assert ends is not None
    lowest, at = ends[0], ends[1]
    while at is not None:
        sql = """
            SELECT id, table_name, op, first_id, old FROM journal NOT INDEXED
             WHERE id BETWEEN :lowest AND :at AND change_id = :change_id AND op <> 'insert'
             ORDER BY id DESC LIMIT 1000
            """
        found = rows(conn, sql, lowest=lowest, at=at, change_id=change_id)
        yield from ((row[1], row[2], row[3], row[4]) for row in found)
        at = found[-1]["id"] - 1 if found else None


def rivals(conn: sqlite3.Connection, table: str, columns: dict[str, Any], error: str) -> list[Loose]:
    """The rows that have what is to be brought back, from `UNIQUE constraint failed: tags.contact_id, tags.tag_key`."""
    names = [name for name in columns if f"{table}.{name}" in error.replace(",", " ").split()]
    if not names:
        return []
    same = " AND ".join(f"{name} IS :{name}" for name in names)
    found = conn.execute(f"SELECT id FROM {table} WHERE {same} AND id <> :id", columns)  # noqa: S608
    return [Loose(table, columns["id"], table, row["id"]) for row in found]


def dangling(conn: sqlite3.Connection) -> list[Loose]:
    """Rows whose owner is gone."""
    found = []
    columns: dict[tuple[str, int], str] = {}
    for table, row_id, owner, number in conn.execute("PRAGMA foreign_key_check").fetchall():
        if (table, number) not in columns:
            for key in conn.execute(f"PRAGMA foreign_key_list({table})"):
                columns[table, key["id"]] = key["from"]
        sql = f"SELECT {columns[table, number]} FROM {table} WHERE id = :id"  # noqa: S608
        found.append(Loose(table, row_id, owner, value(conn, sql, id=row_id)))
    return found


def blamed(conn: sqlite3.Connection, loose: Sequence[Loose], mark: Mark, done: Change) -> list[Change]:
    """What would have to go before `done` can be taken back by `mark`: commands, or undos. The oldest first.

    Of an owner that was gone before: what took it away. Otherwise the last command in force that touched either row.
    """
    conn.execute("DROP TABLE IF EXISTS temp.loose")
    conn.execute("CREATE TEMP TABLE loose (pair INTEGER, table_name TEXT, row_id INTEGER, gone INTEGER)")
    conn.execute("CREATE INDEX temp.loose_rows ON loose (table_name, row_id)")
    for pair, each in enumerate(loose):
        there = value(conn, f"SELECT 1 FROM {each.other_table} WHERE id = :id", id=each.other_id)  # noqa: S608
        owner = (pair, each.other_table, each.other_id, int(there is None))
        conn.executemany("INSERT INTO loose VALUES (?, ?, ?, ?)", [(pair, each.table, each.row_id, 0), owner])
    sql = """
        SELECT pair, max(change_id)
          FROM journal CROSS JOIN loose ON loose.table_name = journal.table_name AND row_id = first_id
         WHERE gone = 1 AND op = 'delete'
         GROUP BY pair
        """
    takers = {pair: taker for pair, taker in conn.execute(sql) if taker != mark.change_id}
    sql = """
        SELECT pair, max(changes.id)
          FROM changes
         CROSS JOIN journal ON journal.change_id = changes.id
         CROSS JOIN loose ON loose.table_name = journal.table_name AND row_id BETWEEN first_id AND last_id
         WHERE kind = 'do' AND undone_by_id IS NULL AND changes.id > :after AND changes.id <> :but
         GROUP BY pair
        """
    after = done.number if done.kind == "do" else 0
    lasts = {pair: last for pair, last in conn.execute(sql, {"after": after, "but": done.number}) if pair not in takers}
    sql = """
        SELECT found.id, found.kind, found.command, found.summary, found.target_id
          FROM changes
          LEFT JOIN changes AS undo ON changes.kind = 'redo' AND undo.id = changes.target_id  -- of an undo of a command
          JOIN changes AS found ON found.id = ifnull(undo.target_id, changes.id)
         WHERE changes.id = :id
        """
    found = {Change(*row) for each in {*takers.values(), *lasts.values()} for row in rows(conn, sql, id=each)}
    return sorted(found, key=lambda change: change.id)
