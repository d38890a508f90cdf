"""The journal: every change to a row, grouped by command, so that any command can be taken back.

Updates and deletes are written by TEMP triggers that keep the old row as a JSON object; inserts are one line a
table a command, because ids made inside one lock are contiguous. Nothing that writes can forget it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from salesflow.store.rows import insert, rows

if TYPE_CHECKING:
    from salesflow.dates import Moment

NOT_JOURNALED = {"changes", "journal", "standing", "stage_pace"}


class Mark(NamedTuple):
    """Where a change began: its id, and the last id each table had given out."""

    change_id: int
    last_ids: dict[str, int]


def tables(conn: sqlite3.Connection) -> list[str]:
    """The journaled tables: those that number their rows. The search index does not."""
    found = rows(conn, "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'")
    return [row["name"] for row in found if row["name"] not in NOT_JOURNALED]


def listen(conn: sqlite3.Connection) -> None:
    """Make the triggers, once a connection. Stored ones could not call json_object under trusted_schema=OFF."""
    for table in tables(conn):
        columns = [row["name"] for row in conn.execute(f"PRAGMA table_info({table})")]
        old = ", ".join(f"'{name}', OLD.{name}" for name in columns)
        changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in columns)
        for op, when in (("update", f" WHEN {changed}"), ("delete", "")):
            conn.execute(
                f"CREATE TEMP TRIGGER journal_{op}_{table} AFTER {op} ON main.{table}{when} BEGIN "  # noqa: S608
                "INSERT INTO journal (change_id, table_name, op, first_id, last_id, old) VALUES "
                f"((SELECT seq FROM sqlite_sequence WHERE name = 'changes'), '{table}', '{op}', "
                f"OLD.id, OLD.id, json_object({old})); END"
            )


def begin(conn: sqlite3.Connection, moment: Moment, command: str, kind: str = "do") -> Mark:
    """Start a change inside a transaction that holds the write lock."""
    last_ids = {row["name"]: row["seq"] for row in conn.execute("SELECT name, seq FROM sqlite_sequence")}
    change_id = insert(conn, "changes", kind=kind, command=command, made_at=moment.at, made_on=moment.on)
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
    """Every row the change has inserted, updated or deleted so far: (first id, last id) ranges by table, in order."""
    found = journaled(conn, mark.change_id)
    for table, ids in inserted(conn, mark).items():
        found[table] = joined([*found.get(table, ()), ids])
    return found


def journaled(conn: sqlite3.Connection, change_id: int) -> dict[str, list[tuple[int, int]]]:
    """Every row that the journal has of a change: (first id, last id) ranges by table, in order.

    Read in the order of the index and joined on the way: a large change has a million lines.
    """
    sql = "SELECT table_name, first_id, last_id FROM journal WHERE change_id = ? ORDER BY table_name, first_id"
    return {
        table: joined(((row["first_id"], row["last_id"]) for row in lines), in_order=True)
        for table, lines in groupby(conn.execute(sql, (change_id,)), key=lambda row: str(row["table_name"]))
    }


def joined(ranges: Iterable[tuple[int, int]], in_order: bool = False) -> list[tuple[int, int]]:
    """Ranges in order, those that touch made one: of a large change thousands of single rows become one range."""
    found: list[tuple[int, int]] = []
    for first, last in ranges if in_order else sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return found


def owners(
    conn: sqlite3.Connection, mark: Mark, tables: set[str], column: str = "contact_id", but: tuple[int, int] = (1, 0)
) -> set[int]:
    """What the touched rows of these tables point at with `column`, and what they pointed at before.

    but: the first and last id of those not asked for; a set of a million would be large.
    """
    found: set[int] = set()
    for table, ranges in touched(conn, mark).items():
        if table in tables:
            rest = f"id BETWEEN ? AND ? AND {column} NOT BETWEEN ? AND ?"
            sql = f"SELECT DISTINCT {column} FROM {table} WHERE {rest}"  # noqa: S608
            for ids in ranges:
                found.update(row[0] for row in conn.execute(sql, (*ids, *but)))
    sql = """
        SELECT DISTINCT table_name, json_extract(old, :path) AS owner FROM journal
         WHERE change_id = :change_id AND old IS NOT NULL AND owner NOT BETWEEN :first AND :last
        """
    values = {"change_id": mark.change_id, "path": f"$.{column}", "first": but[0], "last": but[1]}
    for table, owner in conn.execute(sql, values):
        if table in tables:
            found.add(owner)
    return {owner for owner in found if owner is not None}


def widest(ranges: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The range of the most ids; of no ranges one of no ids."""
    return max(ranges, key=lambda ids: ids[1] - ids[0], default=(1, 0))


def finish(conn: sqlite3.Connection, mark: Mark, summary: str) -> bool:
    """Write down the inserts, before COMMIT; False, and no trace, when a command changed nothing."""
    for table, (first, last) in inserted(conn, mark).items():
        note_insert(conn, mark.change_id, table, first, last)
    empty = "id = :id AND kind = 'do' AND NOT EXISTS (SELECT 1 FROM journal WHERE change_id = :id)"
    if conn.execute(f"DELETE FROM changes WHERE {empty}", {"id": mark.change_id}).rowcount:  # noqa: S608
        return False
    conn.execute("UPDATE changes SET summary = :summary WHERE id = :id", {"summary": summary, "id": mark.change_id})
    return True


def note_insert(conn: sqlite3.Connection, change_id: int, table: str, first: int, last: int) -> None:
    insert(conn, "journal", change_id=change_id, table_name=table, op="insert", first_id=first, last_id=last)
