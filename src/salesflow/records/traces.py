"""What the file keeps of one person: their rows, what the journal remembers of them, the words that name them.

Whoever was merged into them is the same person. A row is theirs now, or was theirs and is gone, or was theirs and is
somebody else's now.
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from salesflow.people import fold
from salesflow.records.identity import WORDS
from salesflow.store import journal
from salesflow.store.rows import rows

Ids = dict[str, set[int]]  # by table
OTHERS = ("other_id", "person_id")  # of a pair kept apart, and of who decides on somebody else's deal: theirs too


class Traces(NamedTuple):
    """people: the contact and those merged into it. now, gone, lent: rows that are theirs, were and are no more, were
    and are somebody else's."""

    people: set[int]
    now: Ids
    gone: Ids
    lent: Ids

    def of(self, table: str) -> set[int]:
        """Rows that are theirs or were, but those that somebody else has now."""
        return self.now.get(table, set()) | self.gone.get(table, set())


class Line(NamedTuple):
    """A line of the journal about them; `whole`: about nobody else."""

    id: int
    change_id: int
    table: str
    op: str
    row_id: int
    whole: bool


class Words(NamedTuple):
    """What names them, now or before: names and ways to reach them as typed, and the keys by which rows are known."""

    names: set[str]
    values: set[str]
    keys: set[tuple[str, str]]


def owned(conn: sqlite3.Connection) -> dict[str, list[str]]:
    """For each table whose rows belong to a contact, the columns that say to whom."""
    found: dict[str, list[str]] = {"contacts": ["id"]}
    for table in journal.tables(conn):
        must = {row["name"] for row in conn.execute(f"PRAGMA table_info({table})") if row["notnull"]} | {*OTHERS}
        keys = conn.execute(f"PRAGMA foreign_key_list({table})").fetchall()
        to_contacts = {key["from"] for key in keys if key["table"] == "contacts"} | {"contact_id"}
        if columns := sorted(must & to_contacts):
            found[table] = columns
    return found


def pointers(conn: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """(table, column, table pointed at) of every column that may also point at nothing."""
    found = []
    for table in journal.tables(conn):
        may = {row["name"] for row in conn.execute(f"PRAGMA table_info({table})") if not row["notnull"]}
        for key in conn.execute(f"PRAGMA foreign_key_list({table})"):
            if key["from"] in may and key["from"] not in OTHERS:
                found.append((table, key["from"], key["table"]))
    return found


def listed(ids: Iterable[int | str]) -> str:
    """As a statement takes many values at once: `IN (SELECT value FROM json_each(:ids))`."""
    return json.dumps(list(ids))


def trace(conn: sqlite3.Connection, contact_id: int) -> Traces:
    """All rows of a contact, which need not be there any more."""
    tables = owned(conn)
    people = {contact_id}
    while True:
        now = rows_now(conn, tables, people)
        more = merged(conn, people, now)
        if not more:
            break
        people |= more
    gone: Ids = {"contacts": people - now.get("contacts", set())}
    lent: Ids = {}
    for table, row_id in remembered(conn, people):
        if row_id not in now.get(table, ()):
            there = conn.execute(f"SELECT 1 FROM {table} WHERE id = ?", (row_id,)).fetchone()  # noqa: S608
            (lent if there else gone).setdefault(table, set()).add(row_id)
    return Traces(people, now, gone, lent)


def rows_now(conn: sqlite3.Connection, tables: dict[str, list[str]], people: set[int]) -> Ids:
    found: Ids = {}
    for table, columns in tables.items():
        for column in columns:
            sql = f"SELECT id FROM {table} WHERE {column} IN (SELECT value FROM json_each(:people))"  # noqa: S608
            if ids := {row[0] for row in rows(conn, sql, people=listed(people))}:
                found.setdefault(table, set()).update(ids)
    return found


def remembered(conn: sqlite3.Connection, people: set[int]) -> list[tuple[str, int]]:
    """(table, id) of the rows of which the journal has an old state that was theirs."""
    found = rows(
        conn,
        """
        WITH people AS (SELECT value FROM json_each(:people))
        SELECT DISTINCT table_name, first_id
          FROM journal
         WHERE old IS NOT NULL
           AND (json_extract(old, '$.contact_id') IN people OR json_extract(old, '$.other_id') IN people
                OR json_extract(old, '$.person_id') IN people
                OR table_name = 'contacts' AND first_id IN people)
        """,
        people=listed(people),
    )
    return [(row[0], row[1]) for row in found]


def merged(conn: sqlite3.Connection, people: set[int], now: Ids) -> set[int]:
    """Contacts that are no more and became these: what took them away moved a row, the name or a point here."""
    found: set[int] = set()
    for table, ids in now.items():
        moved = """
            SELECT DISTINCT gone.first_id
              FROM journal AS moved
              JOIN journal AS gone ON gone.change_id = moved.change_id AND gone.table_name = 'contacts'
                   AND gone.op = 'delete' AND gone.first_id = json_extract(moved.old, '$.contact_id')
             WHERE moved.table_name = :table AND moved.op = 'update'
               AND moved.first_id IN (SELECT value FROM json_each(:ids))
            """
        found.update(row[0] for row in rows(conn, moved, table=table, ids=listed(ids)))
    named = """
        SELECT DISTINCT gone.first_id
          FROM aliases
          JOIN journal AS made ON made.table_name = 'aliases' AND made.op = 'insert'
               AND aliases.id BETWEEN made.first_id AND made.last_id
          JOIN journal AS gone ON gone.change_id = made.change_id AND gone.table_name = 'contacts'
               AND gone.op = 'delete' AND json_extract(gone.old, '$.name_key') = aliases.name_key
         WHERE aliases.contact_id IN (SELECT value FROM json_each(:people))
        """
    found.update(row[0] for row in rows(conn, named, people=listed(people)))
    same_point = """
        SELECT DISTINCT gone.first_id
          FROM journal AS was
          JOIN journal AS gone ON gone.change_id = was.change_id AND gone.table_name = 'contacts'
               AND gone.op = 'delete' AND gone.first_id = json_extract(was.old, '$.contact_id')
          JOIN journal AS made ON made.change_id = was.change_id AND made.table_name = 'points' AND made.op = 'insert'
          JOIN points ON points.id BETWEEN made.first_id AND made.last_id
               AND points.value_key = json_extract(was.old, '$.value_key')
         WHERE was.table_name = 'points' AND was.op = 'delete'
           AND points.contact_id IN (SELECT value FROM json_each(:people))
        """
    found.update(row[0] for row in rows(conn, same_point, people=listed(people)))
    there = rows(conn, "SELECT id FROM contacts WHERE id IN (SELECT value FROM json_each(:ids))", ids=listed(found))
    return found - people - {row[0] for row in there}


def lines(conn: sqlite3.Connection, traces: Traces) -> Iterator[Line]:
    """The lines of the journal about them, in order; of a lent row those of the time when it was theirs."""
    theirs = {table: traces.of(table) for table in {*traces.now, *traces.gone}}
    ordered = {table: sorted(ids) for table, ids in theirs.items()}
    lent = {(table, row_id) for table, ids in traces.lent.items() for row_id in ids}
    sql = "SELECT id, change_id, table_name, op, first_id, last_id FROM journal ORDER BY id"
    for line_id, change_id, table, op, first, last in conn.execute(sql):
        ids = theirs.get(table, set())
        if op == "insert":
            places = ordered.get(table, [])
            at = bisect_left(places, first)
            if at < len(places) and places[at] <= last:
                whole = last - first < len(ids) and ids.issuperset(range(first, last + 1))
                yield Line(line_id, change_id, table, op, places[at], whole)
        elif first in ids or ((table, first) in lent and was_theirs(conn, line_id, traces.people)):
            yield Line(line_id, change_id, table, op, first, True)


def was_theirs(conn: sqlite3.Connection, line_id: int, people: set[int]) -> bool:
    sql = """
        SELECT json_extract(old, '$.contact_id'), json_extract(old, '$.other_id'), json_extract(old, '$.person_id')
          FROM journal WHERE id = ?
        """
    return not people.isdisjoint(conn.execute(sql, (line_id,)).fetchone())


def words(conn: sqlite3.Connection, traces: Traces) -> Words:
    """What names them now, and what the journal says named them before."""
    found = Words(set(), set(), set())
    for table in ("contacts", "aliases", "points", "imported_rows", "deals"):
        ids = listed(traces.of(table))
        sql = f"SELECT * FROM {table} WHERE id IN (SELECT value FROM json_each(:ids))"  # noqa: S608
        for row in rows(conn, sql, ids=ids):
            note(found, table, dict(row))
        sql = """
            SELECT old FROM journal
             WHERE table_name = :table AND old IS NOT NULL AND first_id IN (SELECT value FROM json_each(:ids))
            """
        for row in rows(conn, sql, table=table, ids=ids):
            note(found, table, json.loads(row["old"]))
    return found


def note(found: Words, table: str, row: dict[str, Any]) -> None:
    if table in ("contacts", "aliases"):
        found.names.add(row["name"])
    if table in ("contacts", "aliases", "imported_rows") and row["row_hash"]:
        found.keys.add(("row", row["row_hash"]))
    if table == "points":
        found.values.add(row["value"])
        if row["kind"] in WORDS:
            found.keys.add((row["kind"], row["value_key"]))
    if table == "deals" and row["import_key"]:
        found.keys.add(("deal", row["import_key"]))


def removed(conn: sqlite3.Connection, text: str, key: str | None) -> list[sqlite3.Row]:
    """People of exactly this name, number or way to reach them who are gone and stand in the journal: id, name, on."""
    return rows(
        conn,
        """
        SELECT gone.first_id AS id, json_extract(gone.old, '$.name') AS name, max(made_on) AS "on"
          FROM journal AS gone JOIN changes ON changes.id = gone.change_id
         WHERE gone.table_name = 'contacts' AND gone.op = 'delete'
           AND NOT EXISTS (SELECT 1 FROM contacts WHERE contacts.id = gone.first_id)
           AND (json_extract(gone.old, '$.name_key') = :name OR gone.first_id = :number
                OR gone.first_id IN (
                   SELECT json_extract(old, '$.contact_id') FROM journal
                    WHERE table_name = 'points' AND op = 'delete' AND json_extract(old, '$.value_key') = :key))
         GROUP BY gone.first_id
         ORDER BY gone.first_id
        """,
        name=fold(text),
        number=int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None,
        key=key,
    )
