"""What an undo leaves as it is: whoever was changed since, with all that the change did to them.

A row belongs to the owner that its `contact_id` names; some belong to nobody (processes, stages, questions). Whoever a
later change in force touched stays, and so does what rows that stay point at, and whoever shares a row with one who
stays. The rest of the change becomes a part of its own, under the undo's number made negative, and is taken back.
"""

# ruff: noqa: S608  (names of tables and columns come from the schema)

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from salesflow.store import journal
from salesflow.store.journal import Mark
from salesflow.store.reversal import Change, Loose
from salesflow.store.rows import one, rows, value

PEOPLE, OWNER = "contacts", "contact_id"
SEEN = {"imported_rows", "imports"}  # that a row of a file was seen changes nobody
STAY = {"imports"}  # belongs to the change, as long as any of it is left
# Rows that name another by its name: (table, column, table named).
BY_NAME = (("questions", "set_name", "question_sets"), ("stages", "gate", "question_sets"))


class Shape(NamedTuple):
    """owners: each table with the column of its rows' owner, None where they have none; points: (table, column, table
    pointed at)."""

    owners: dict[str, str | None]
    points: list[tuple[str, str, str]]


def shape(conn: sqlite3.Connection) -> Shape:
    owners: dict[str, str | None] = {}
    points = []
    for table in journal.tables(conn):
        names = [row["name"] for row in conn.execute(f"PRAGMA table_info({table})")]
        owners[table] = "id" if table == PEOPLE else OWNER if OWNER in names else None
        keys = conn.execute(f"PRAGMA foreign_key_list({table})").fetchall()
        points += [(table, key["from"], key["table"]) for key in keys]
    return Shape(owners, points)


def look(conn: sqlite3.Connection, change: Change, loose: Iterable[Loose] = ()) -> list[int]:
    """Who of a change stays: ids of people it touched, in order. The temporary tables `stays...` know the rest.

    loose: rows that would point nowhere otherwise; what they need stays as well.
    """
    form = shape(conn)
    for table, columns in (
        ("stays", "id INTEGER PRIMARY KEY"),
        ("stays_alone", "table_name TEXT, id INTEGER, PRIMARY KEY (table_name, id)"),
        ("shared", "one INTEGER, other INTEGER"),
    ):
        conn.execute(f"DROP TABLE IF EXISTS temp.{table}")
        conn.execute(f"CREATE TEMP TABLE {table} ({columns})")
    touched_later(conn, change, form)
    for table, owner in form.owners.items():
        if owner == OWNER:  # by a merge, rows change hands
            sql = f"""
                INSERT INTO shared
                SELECT {before(table)} AS was, {table}.{OWNER}
                  FROM journal JOIN {table} ON {table}.id = first_id
                 WHERE change_id = :change AND table_name = '{table}' AND op = 'update' AND was IS NOT {table}.{OWNER}
                """
            conn.execute(sql, {"change": change.id})
    stay_too(conn, change, form, loose)
    spread(conn, change, form)
    return people(conn, change)


def before(table: str) -> str:
    """The owner that a row of the journal names."""
    return "journal.first_id" if table == PEOPLE else f"json_extract(journal.old, '$.{OWNER}')"


def staying(table: str, owner: str | None) -> str:
    """Whether a row that is there stays."""
    if owner is None:
        return f"{table}.id IN (SELECT id FROM stays_alone WHERE table_name = '{table}')"
    return f"{table}.{owner} IN (SELECT id FROM stays)"


def touched_later(conn: sqlite3.Connection, change: Change, form: Shape) -> None:
    """Fill `stays` with the owners of every row that a later change in force made, changed or removed."""
    conn.execute("DROP TABLE IF EXISTS temp.later")
    sql = f"""
        CREATE TEMP TABLE later AS
        SELECT table_name, first_id, last_id, json_extract(old, '$.{OWNER}') AS owner
          FROM changes JOIN journal ON journal.change_id = changes.id
         WHERE changes.id > :change AND changes.kind = 'do' AND changes.undone_by_id IS NULL
        """
    conn.execute(sql, {"change": change.id})
    conn.executemany("DELETE FROM later WHERE table_name = ?", [(table,) for table in SEEN])
    conn.execute("INSERT OR IGNORE INTO stays SELECT owner FROM later WHERE owner IS NOT NULL")
    conn.execute("INSERT OR IGNORE INTO stays SELECT first_id FROM later WHERE table_name = ?", (PEOPLE,))
    for table, owner in form.owners.items():
        into, what = ("stays_alone", f"'{table}', {table}.id") if owner is None else ("stays", f"{table}.{owner}")
        conn.execute(
            f"INSERT OR IGNORE INTO {into} SELECT {what} FROM later"
            f" CROSS JOIN {table} ON {table}.id BETWEEN first_id AND last_id WHERE table_name = '{table}'"
        )
    conn.execute("DROP TABLE later")


def stay_too(conn: sqlite3.Connection, change: Change, form: Shape, loose: Iterable[Loose]) -> None:
    """Of each pair the row pointed at stays, with its owner; if it is not there, the one that would point at it."""
    for pair in loose:
        there = value(conn, f"SELECT 1 FROM {pair.other_table} WHERE id = :id", id=pair.other_id)
        table, row_id = (pair.other_table, pair.other_id) if there else (pair.table, pair.row_id)
        owner = form.owners[table]
        if owner is None:
            conn.execute("INSERT OR IGNORE INTO stays_alone VALUES (?, ?)", (table, row_id))
            continue
        sql = f"""
            INSERT OR IGNORE INTO stays
            SELECT {owner} FROM {table} WHERE id = :id
             UNION
            SELECT {before(table)} FROM journal
             WHERE change_id = :change AND table_name = '{table}' AND first_id = :id AND op <> 'insert'
            """
        conn.execute(sql, {"id": row_id, "change": change.id})


def spread(conn: sqlite3.Connection, change: Change, form: Shape) -> None:
    """What rows that stay point at, of what the change made, stays too; so do those who share a row."""
    statements = [
        "INSERT OR IGNORE INTO stays SELECT other FROM shared JOIN stays ON stays.id = one",
        "INSERT OR IGNORE INTO stays SELECT one FROM shared JOIN stays ON stays.id = other",
    ]
    ranges = made(conn, change)
    for table, column, there in form.points:
        if there not in ranges:
            continue
        owner, owner_there = form.owners[table], form.owners[there]
        into, what = (
            ("stays_alone", f"'{there}', there.id") if owner_there is None else ("stays", f"there.{owner_there}")
        )
        if owner is None:
            rows_that_stay = f"stays_alone JOIN {table} ON table_name = '{table}' AND {table}.id = stays_alone.id"
        else:
            rows_that_stay = f"stays CROSS JOIN {table} ON {table}.{owner} = stays.id"
        statements.append(
            f"INSERT OR IGNORE INTO {into} SELECT {what} FROM {rows_that_stay}"
            f" JOIN {there} AS there ON there.id = {table}.{column} WHERE {among_made(there, 'there.id')}"
        )
    for table, column, there in form.points:
        if table in ranges and form.owners[table] is None and form.owners[there] is None:
            statements.append(  # the stages of a process are one with it
                f"INSERT OR IGNORE INTO stays_alone SELECT '{table}', {table}.id FROM stays_alone"
                f" JOIN {table} ON table_name = '{there}' AND {table}.{column} = stays_alone.id"
                f" WHERE {among_made(table, f'{table}.id')}"
            )
    for table, column, there in BY_NAME:
        if there in ranges:
            statements.append(
                f"INSERT OR IGNORE INTO stays_alone SELECT '{there}', there.id FROM stays_alone"
                f" JOIN {table} ON table_name = '{table}' AND {table}.id = stays_alone.id"
                f" JOIN {there} AS there ON there.name = {table}.{column} WHERE {among_made(there, 'there.id')}"
            )
    while sum(conn.execute(sql).rowcount for sql in statements):
        pass


def made(conn: sqlite3.Connection, change: Change) -> set[str]:
    """The tables that the change made rows in; which rows, the temporary table `made` knows."""
    conn.execute("DROP TABLE IF EXISTS temp.made")
    conn.execute("CREATE TEMP TABLE made (table_name TEXT, first_id INTEGER, last_id INTEGER,"
                 " PRIMARY KEY (table_name, first_id))")  # fmt: skip
    sql = """
        INSERT INTO made
        SELECT table_name, first_id, last_id FROM journal WHERE change_id = :change AND op = 'insert'
        """
    conn.execute(sql, {"change": change.id})
    return {row["table_name"] for row in conn.execute("SELECT DISTINCT table_name FROM made")}


def among_made(table: str, number: str) -> str:
    """Whether the change made the row: it is in the last range that begins at it or before."""
    return (
        f"{number} <= (SELECT last_id FROM made WHERE made.table_name = '{table}' AND made.first_id <= {number}"
        " ORDER BY made.first_id DESC LIMIT 1)"
    )


def people(conn: sqlite3.Connection, change: Change, *, those: str = "stay") -> list[int]:
    """Those whom the change touched, in order: of them those who `stay`, or `all`."""
    found: set[int] = set()
    join = "JOIN stays ON stays.id = owner" if those == "stay" else ""
    for table, column in shape(conn).owners.items():
        if column is None or table in SEEN:
            continue
        lines = f"change_id = :change AND table_name = '{table}' AND op"
        for owners in (
            f"SELECT {before(table)} AS owner FROM journal WHERE {lines} <> 'insert'",
            f"SELECT {table}.{column} AS owner FROM journal JOIN {table} ON {table}.id = first_id"
            f" WHERE {lines} <> 'insert'",
            f"SELECT {table}.{column} AS owner FROM journal CROSS JOIN {table}"
            f" ON {table}.id BETWEEN first_id AND last_id WHERE {lines} = 'insert'",
        ):
            sql = f"SELECT DISTINCT owner FROM ({owners}) {join}"
            found.update(row[0] for row in conn.execute(sql, {"change": change.id}) if row[0] is not None)
    return sorted(found)


def part_off(conn: sqlite3.Connection, change: Change, mark: Mark) -> Change | None:
    """What may be taken back of a change, as a part of its own; None when nothing may. `look` was called before."""
    form = shape(conn)
    part = change._replace(id=-mark.change_id, target_id=change.id)
    numbers = {"part": part.id, "change": change.id}
    sql = """
        INSERT INTO changes (id, kind, target_id, command, summary, made_at, made_on)
        SELECT :part, kind, id, command, summary, made_at, made_on FROM changes WHERE id = :change
        """
    conn.execute(sql, numbers)
    sql = "SELECT id, table_name, first_id, last_id FROM journal WHERE change_id = :change AND op = 'insert'"
    for line in rows(conn, sql, change=change.id):
        if line["table_name"] in form.owners and line["table_name"] not in STAY:
            divide(conn, part, form.owners[line["table_name"]], line)
    made(conn, change)  # what is left of it
    for table, owner in form.owners.items():
        stays = f"EXISTS (SELECT 1 FROM {table} WHERE {table}.id = journal.first_id AND {staying(table, owner)})"
        if owner is not None:
            stays += f" OR {before(table)} IN (SELECT id FROM stays)"
        sql = f"""
            UPDATE journal SET change_id = :part
             WHERE change_id = :change AND table_name = '{table}' AND op <> 'insert' AND NOT ({stays})
               AND ifnull({among_made(table, "journal.first_id")}, 0) = 0
            """
        conn.execute(sql, numbers)
    return part if value(conn, "SELECT 1 FROM journal WHERE change_id = :part LIMIT 1", part=part.id) else None


def divide(conn: sqlite3.Connection, part: Change, owner: str | None, line: sqlite3.Row) -> None:
    """A line of rows made: those that are there and go become the part's; all others stay with the change."""
    table, first = line["table_name"], line["first_id"]
    sql = f"""
        SELECT id FROM {table}
         WHERE id BETWEEN :first_id AND :last_id AND NOT ({staying(table, owner)})
         ORDER BY id
        """
    runs = list(runs_of(row["id"] for row in conn.execute(sql, dict(line))))
    if not runs:
        return
    conn.execute("DELETE FROM journal WHERE id = :id", {"id": line["id"]})
    for start, end in runs:
        journal.note_insert(conn, part.id, table, start, end)
        if start > first:
            journal.note_insert(conn, part.number, table, first, start - 1)
        first = end + 1
    if first <= line["last_id"]:
        journal.note_insert(conn, part.number, table, first, line["last_id"])


def runs_of(ids: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Ids in order, those that follow one another as one range."""
    start = end = None
    for number in ids:
        if start is None or end is None:
            start = number
        elif number != end + 1:
            yield start, end
            start = number
        end = number
    if start is not None and end is not None:
        yield start, end


def rejoin(conn: sqlite3.Connection, undo: Change) -> None:
    """After an undo is taken back: if it was of a part, that and its change are one again."""
    part = one(conn, "SELECT id, target_id FROM changes WHERE id = :id", id=-undo.id)
    if part is not None:
        conn.execute("UPDATE journal SET change_id = :target_id WHERE change_id = :id", dict(part))
        conn.execute("DELETE FROM changes WHERE id = :id", dict(part))
