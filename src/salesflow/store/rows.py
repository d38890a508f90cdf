"""Reading and writing a row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

Value = str | int | None
ROWS = 250  # a statement; SQLite takes 32,766 values


def rows(conn: sqlite3.Connection, sql: str, **values: Any) -> list[sqlite3.Row]:
    return conn.execute(sql, values).fetchall()


def one(conn: sqlite3.Connection, sql: str, **values: Any) -> sqlite3.Row | None:
    row: sqlite3.Row | None = conn.execute(sql, values).fetchone()
    return row


def value(conn: sqlite3.Connection, sql: str, **values: Any) -> Any:
    """The first column of the first row; None when there is no row."""
    row = conn.execute(sql, values).fetchone()
    return row[0] if row else None


def insert(conn: sqlite3.Connection, table: str, **columns: Value) -> int:
    """The new row's id. Table and column names come from the code, never from a user."""
    names = ", ".join(columns)
    marks = ", ".join(f":{name}" for name in columns)
    new_id = conn.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", columns).lastrowid  # noqa: S608
    assert new_id is not None
    return new_id


def insert_many(conn: sqlite3.Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
    """Rows of one table in few statements: AUTOINCREMENT costs as much a statement as the row itself."""
    one_row = f"({', '.join('?' * len(columns))})"
    start = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "  # noqa: S608
    for at in range(0, len(rows), ROWS):
        part = rows[at : at + ROWS]
        conn.execute(start + ", ".join([one_row] * len(part)), [value for row in part for value in row])


def update(conn: sqlite3.Connection, table: str, row_id: int, **columns: Value) -> None:
    if columns:
        sets = ", ".join(f"{name} = :{name}" for name in columns)
        conn.execute(f"UPDATE {table} SET {sets} WHERE id = :row_id", {**columns, "row_id": row_id})  # noqa: S608


def delete(conn: sqlite3.Connection, table: str, row_ids: Iterable[int]) -> None:
    conn.executemany(f"DELETE FROM {table} WHERE id = ?", [(row_id,) for row_id in row_ids])  # noqa: S608
