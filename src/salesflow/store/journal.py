"""The journal: every change to a row, grouped by command, so that any command can be taken back.

Updates and deletes are written by TEMP triggers that keep the old row as a JSON object; inserts are one line a
table a command, because ids made inside one lock are contiguous. Nothing that writes can forget it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from salesflow.dates import Moment
from salesflow.errors import NotFound, Refused
from salesflow.store.rows import insert, one, rows, value

NOT_JOURNALED = {"changes", "journal", "standing", "stage_pace"}


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a change began: its id, and the last id each table had given out."""

    change_id: int
    last_ids: dict[str, int]


@dataclass(frozen=True, slots=True)
class Change:
    """One command in the journal."""

    id: int
    kind: str
    command: str
    summary: str
    target_id: int | None = None


def tables(conn: sqlite3.Connection) -> list[str]:
    """The journaled tables: those that number their rows. The search index does not."""
    found = rows(conn, "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'")
    return [row["name"] for row in found if row["name"] not in NOT_JOURNALED]


def listen(conn: sqlite3.Connection) -> None:
    """Make the triggers, once a connection. Stored ones could not call json_object under trusted_schema=OFF."""
    for table in tables(conn):
        columns = [row["name"] for row in conn.execute(f"PRAGMA table_info({table})")]
        old = ", ".join(f"'{name}', OLD.{name}" for name in columns)
        for op in ("update", "delete"):
            conn.execute(
                f"CREATE TEMP TRIGGER journal_{op}_{table} AFTER {op} ON main.{table} BEGIN "  # noqa: S608
                "INSERT INTO journal (change_id, table_name, op, first_id, last_id, old) VALUES "
                f"((SELECT seq FROM sqlite_sequence WHERE name = 'changes'), '{table}', '{op}', "
                f"OLD.id, OLD.id, json_object({old})); END"
            )


def begin(conn: sqlite3.Connection, moment: Moment, command: str, kind: str = "do", target: int | None = None) -> Mark:
    """Start a change inside a transaction that holds the write lock."""
    last_ids = {row["name"]: row["seq"] for row in conn.execute("SELECT name, seq FROM sqlite_sequence")}
    change_id = insert(
        conn, "changes", kind=kind, target_id=target, command=command, made_at=moment.at, made_on=moment.on
    )
    return Mark(change_id, last_ids)


def inserted(conn: sqlite3.Connection, mark: Mark) -> dict[str, tuple[int, int]]:
    """For each table with new rows, its first and last new id."""
    found = {}
    for row in conn.execute("SELECT name, seq FROM sqlite_sequence"):
        before = mark.last_ids.get(row["name"], 0)
        if row["seq"] > before and row["name"] not in NOT_JOURNALED:
            found[row["name"]] = (before + 1, row["seq"])
    return found


def touched(conn: sqlite3.Connection, mark: Mark) -> dict[str, list[tuple[int, int]]]:
    """Every row the change has inserted, updated or deleted so far: (first id, last id) ranges by table."""
    found = {table: [ids] for table, ids in inserted(conn, mark).items()}
    for row in rows(
        conn,
        "SELECT DISTINCT table_name, first_id, last_id FROM journal WHERE change_id = :change_id",
        change_id=mark.change_id,
    ):
        found.setdefault(row["table_name"], []).append((row["first_id"], row["last_id"]))
    return found


def owners(conn: sqlite3.Connection, mark: Mark, tables: set[str], column: str = "contact_id") -> set[int]:
    """What the touched rows of these tables point at with `column`, and what they pointed at before."""
    found: set[int] = set()
    for table, ranges in touched(conn, mark).items():
        if table in tables:
            sql = f"SELECT DISTINCT {column} FROM {table} WHERE id BETWEEN ? AND ?"  # noqa: S608
            for ids in ranges:
                found.update(row[0] for row in conn.execute(sql, ids))
    sql = """
        SELECT DISTINCT table_name, json_extract(old, :path) FROM journal
         WHERE change_id = :change_id AND old IS NOT NULL
        """
    for table, owner in conn.execute(sql, {"change_id": mark.change_id, "path": f"$.{column}"}):
        if table in tables:
            found.add(owner)
    return {owner for owner in found if owner is not None}


def finish(conn: sqlite3.Connection, mark: Mark, summary: str) -> bool:
    """Write down the inserts, before COMMIT; False, and no trace, when the change changed nothing."""
    for table, (first, last) in inserted(conn, mark).items():
        note_insert(conn, mark.change_id, table, first, last)
    if value(conn, "SELECT 1 FROM journal WHERE change_id = :id LIMIT 1", id=mark.change_id) is None:
        conn.execute("DELETE FROM changes WHERE id = :id", {"id": mark.change_id})
        return False
    conn.execute("UPDATE changes SET summary = :summary WHERE id = :id", {"summary": summary, "id": mark.change_id})
    return True


def note_insert(conn: sqlite3.Connection, change_id: int, table: str, first: int, last: int) -> None:
    insert(conn, "journal", change_id=change_id, table_name=table, op="insert", first_id=first, last_id=last)


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
        raise Refused(f"change {row['id']} is itself an {row['kind']}; use: salesflow redo, or undo a command")
    if row["undone_by_id"]:
        raise Refused(f"change {row['id']} is taken back already")
    return Change(row["id"], row["kind"], row["command"], row["summary"])


def to_redo(conn: sqlite3.Connection) -> Change:
    """The last undo that still holds, to be taken back. Raises NotFound."""
    row = one(
        conn,
        """
        SELECT undo.id, undo.kind, undo.target_id, done.command, done.summary
          FROM changes AS undo JOIN changes AS done ON done.id = undo.target_id
         WHERE undo.kind = 'undo' AND undo.undone_by_id IS NULL
         ORDER BY undo.id DESC LIMIT 1
        """,
    )
    if row is None:
        raise NotFound("nothing to redo")
    return Change(row["id"], row["kind"], row["command"], row["summary"], row["target_id"])


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

    Foreign keys are looked at when the caller ends; UNIQUE clashes raise sqlite3.IntegrityError.
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
        if op == "update":
            sets = ", ".join(f"{name} = :{name}" for name in columns if name != "id")
            conn.execute(f"UPDATE {table} SET {sets} WHERE id = :id", columns)  # noqa: S608
        else:
            insert(conn, table, **columns)
            note_insert(conn, mark.change_id, table, row_id, row_id)
    conn.execute(
        "UPDATE changes SET undone_by_id = :by WHERE id = :id", {"by": mark.change_id, "id": change.id}
    )
    if change.kind == "undo":
        conn.execute(
            "UPDATE changes SET undone_by_id = NULL WHERE id = (SELECT target_id FROM changes WHERE id = :id)",
            {"id": change.id},
        )


def dangling(conn: sqlite3.Connection) -> list[tuple[str, int]]:
    """(table, id) of rows whose owner is gone: what stands on top of a change being taken back."""
    return [(row["table"], row["rowid"]) for row in conn.execute("PRAGMA foreign_key_check")]


def changes_of(conn: sqlite3.Connection, found: Iterable[tuple[str, int]]) -> list[int]:
    """Ids of the commands that last touched these rows, oldest first."""
    ids = {
        value(
            conn,
            """
            SELECT max(journal.change_id) FROM journal JOIN changes ON changes.id = journal.change_id
             WHERE table_name = :table AND :row_id BETWEEN first_id AND last_id AND changes.kind = 'do'
            """,
            table=table,
            row_id=row_id,
        )
        for table, row_id in found
    }
    return sorted(change_id for change_id in ids if change_id is not None)
