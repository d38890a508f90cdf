"""The journal read backwards: what a change did is undone row by row, and what stands in its way is named."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, NamedTuple

from salesflow.errors import NotFound, Refused
from salesflow.store.journal import Mark, note_insert
from salesflow.store.rows import insert, one, rows, value


class Change(NamedTuple):
    """One command in the journal, or one undo of it; the command is then the one it took back."""

    id: int
    kind: str
    command: str
    summary: str
    target_id: int | None = None

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
    return Change(row["id"], row["kind"], row["command"], row["summary"])


def to_redo(conn: sqlite3.Connection, change_id: int | None = None) -> Change:
    """The undo to take back: that of the change asked for, else the last in force. Raises NotFound, Refused."""
    row = one(
        conn,
        """
        SELECT undo.id, undo.kind, undo.target_id, done.command, done.summary
          FROM changes AS undo JOIN changes AS done ON done.id = undo.target_id
         WHERE undo.kind = 'undo' AND undo.undone_by_id IS NULL AND (:id IS NULL OR done.id = :id)
         ORDER BY undo.id DESC LIMIT 1
        """,
        id=change_id,
    )
    if row is None and change_id is not None:
        raise Refused(f"change {change_id} is not taken back; see: salesflow undo --list")
    if row is None:
        raise NotFound("nothing to redo")
    return Change(row["id"], row["kind"], row["command"], row["summary"], row["target_id"])


def aim(conn: sqlite3.Connection, mark: Mark, at: Change) -> None:
    """Say which change an undo or a redo takes back."""
    sql = "UPDATE changes SET target_id = :target, command = kind || ' ' || :command WHERE id = :id"
    conn.execute(sql, {"target": at.id, "command": at.command, "id": mark.change_id})


def standing_on(conn: sqlite3.Connection, change: Change) -> list[Change]:
    """Later commands, still in force, that changed the same rows: they would have to go first. Oldest first."""
    found = rows(
        conn,
        """
        SELECT DISTINCT changes.id, changes.kind, changes.command, changes.summary
          FROM changes JOIN journal AS later ON later.change_id = changes.id
         WHERE changes.id > :id AND changes.kind = 'do' AND changes.undone_by_id IS NULL
           AND EXISTS (
             SELECT 1 FROM journal AS earlier
              WHERE earlier.change_id = :id AND earlier.table_name = later.table_name
                AND earlier.first_id <= later.last_id AND earlier.last_id >= later.first_id)
         ORDER BY changes.id
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
        conn.execute(sql, {"first": row["first_id"], "last": row["last_id"]})
    sql = "SELECT table_name, op, first_id, old FROM journal WHERE change_id = ? AND op <> 'insert' ORDER BY id DESC"
    for table, op, row_id, old in conn.execute(sql, (change.id,)).fetchall():
        if any(first <= row_id <= last for first, last in new_ids.get(table, ())):
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
    if change.kind == "undo":
        conn.execute(
            "UPDATE changes SET undone_by_id = NULL WHERE id = (SELECT target_id FROM changes WHERE id = :id)",
            {"id": change.id},
        )


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
    for table, row_id, owner, number in conn.execute("PRAGMA foreign_key_check").fetchall():
        keys = conn.execute(f"PRAGMA foreign_key_list({table})").fetchall()
        column = next(key["from"] for key in keys if key["id"] == number)
        owner_id = value(conn, f"SELECT {column} FROM {table} WHERE id = :id", id=row_id)  # noqa: S608
        found.append(Loose(table, row_id, owner, owner_id))
    return found


def blamed(conn: sqlite3.Connection, loose: Loose, mark: Mark, done: Change) -> Change | None:
    """What would have to go before `done` can be taken back by `mark`: a command, or an undo. None if nothing helps.

    An owner that was gone before: what took it away. Otherwise the last command in force that touched either row.
    """
    if value(conn, f"SELECT 1 FROM {loose.other_table} WHERE id = :other_id", other_id=loose.other_id) is None:  # noqa: S608
        sql = """
            SELECT changes.id, kind, command, summary, target_id
              FROM journal JOIN changes ON changes.id = change_id
             WHERE table_name = :other_table AND op = 'delete' AND first_id = :other_id
             ORDER BY changes.id DESC
             LIMIT 1
            """
        taker = one(conn, sql, other_table=loose.other_table, other_id=loose.other_id)
        if taker and taker["id"] != mark.change_id:
            if taker["kind"] == "redo":  # of an undo of a command
                sql = """
                    SELECT done.id, done.kind, done.command, done.summary, done.target_id
                      FROM changes AS undo JOIN changes AS done ON done.id = undo.target_id
                     WHERE undo.id = :id
                    """
                taker = one(conn, sql, id=taker["target_id"])
            return Change(*taker) if taker else None
    sql = """
        SELECT changes.id, kind, command, summary, target_id
          FROM journal JOIN changes ON changes.id = change_id
         WHERE (table_name = :table AND :row_id BETWEEN first_id AND last_id
                OR table_name = :other_table AND :other_id BETWEEN first_id AND last_id)
           AND kind = 'do' AND undone_by_id IS NULL AND changes.id > :after AND changes.id <> :but
         ORDER BY changes.id DESC
         LIMIT 1
        """
    after = done.id if done.kind == "do" else 0
    last = one(conn, sql, **loose._asdict(), after=after, but=done.number)
    return Change(*last) if last else None
