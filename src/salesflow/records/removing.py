"""Removing a person everywhere, for good: rows, index, history, journal, copies, and not a byte left in the file.

Nothing of it is journaled; what it means for undo, `records.scrubbing` says.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import NamedTuple

from salesflow.dates import Moment
from salesflow.errors import NotFound, Refused, SalesflowError
from salesflow.people import fold
from salesflow.records import erasing, finding, scrubbing, search, standing, traces, who
from salesflow.records.identity import WORDS
from salesflow.records.settings import Settings
from salesflow.records.traces import Traces, Words
from salesflow.store import copies, file, reversal
from salesflow.store.rows import insert, one, rows, value

PATIENCE_MILLISECONDS = 1000  # with whoever reads an old state of the file; it is packed later then


class Plan(NamedTuple):
    """Who is to be removed, what hangs on them in words, and the copies that have them too."""

    id: int
    name: str
    held: str
    copies: list[Path]


class Done(NamedTuple):
    """What was removed: rows, lines of the journal; changes that cannot be taken back any more; where the seller's own
    words about others still name them, by key; whether the file was packed, or why not."""

    rows: int
    lines: int
    changes: list[int]
    mentioned: list[str]
    trouble: str | None


def whom(conn: sqlite3.Connection, text: str, settings: Settings, *, sure: bool) -> int:
    """The contact meant, or one who was deleted and whom the journal remembers. Raises NotFound, Refused.

    sure: nobody will be asked, so only a number, a way to reach them or the whole name will do.
    """
    several = who.search(conn, text, settings)
    if not several and (gone := traces.removed(conn, text, point_key(text, settings))):
        if len(gone) > 1:
            listed = "\n  ".join(f"{row['id']} {row['name']}, deleted on {row['on']}" for row in gone)
            raise NotFound(f"{text!r} fits {len(gone)}; say which by its number:\n  {listed}")
        return int(gone[0]["id"])
    found = who.the_one(conn, text, several)
    row = one(conn, "SELECT name, name_key, kind FROM contacts WHERE id = :id", id=found)
    assert row is not None
    if row["kind"] == "walk-in":
        raise Refused("walk-in is nobody: there is no one to erase")
    if sure and row["name_key"] != fold(text) and who.exactly(conn, text, settings) != [found]:
        raise Refused(f"erase the whole name, or the number, where nobody is asked: salesflow erase {found} --yes")
    return found


def point_key(text: str, settings: Settings) -> str | None:
    try:
        return who.point_key(text, settings)
    except Refused:
        return None


def plan(conn: sqlite3.Connection, path: Path, contact_id: int) -> Plan:
    """What there is of them. Reads every copy."""
    found = traces.trace(conn, contact_id)
    named = traces.words(conn, found)
    name = value(conn, "SELECT name FROM contacts WHERE id = :id", id=contact_id) or min(named.names, default="")
    counts = [
        (len(found.of(table)), words)
        for table, *words in (
            ("deals", "deal", "deals"), ("activities", "activity", "activities"),
            ("follow_ups", "follow-up", "follow-ups"),
        )
    ]  # fmt: skip
    held = ", ".join(f"{count} {nouns[count > 1]}" for count, nouns in counts if count)
    keys = [key for kind, key in own_keys(conn, found, named) if kind in WORDS]
    return Plan(contact_id, name, held, [one for one in copies.kept(path) if has(one, found, named, keys)])


def has(copy: Path, found: Traces, named: Words, keys: list[str]) -> bool:
    """Whether a copy still has them, or cannot be read. keys: of the points that nobody else has."""
    try:
        conn = file.open_reader(copy)
    except SalesflowError:
        return True
    try:
        values = {
            "people": json.dumps(list(found.people)), "names": json.dumps([fold(name) for name in named.names]),
            "keys": json.dumps(keys),
        }  # fmt: skip
        for sql in (
            """
            SELECT 1 FROM contacts
             WHERE id IN (SELECT value FROM json_each(:people)) AND name_key IN (SELECT value FROM json_each(:names))
            """,
            "SELECT 1 FROM points WHERE value_key IN (SELECT value FROM json_each(:keys))",
            """
            SELECT 1 FROM journal
             WHERE old IS NOT NULL
               AND (table_name = 'contacts' AND first_id IN (SELECT value FROM json_each(:people))
                    AND json_extract(old, '$.name_key') IN (SELECT value FROM json_each(:names))
                    OR table_name = 'points'
                    AND json_extract(old, '$.value_key') IN (SELECT value FROM json_each(:keys)))
            """,
        ):
            if one(conn, f"{sql} LIMIT 1", **values) is not None:
                return True
        return False
    except sqlite3.Error:
        return True
    finally:
        conn.close()


def remove(path: Path, contact_id: int, moment: Moment) -> Done:
    """Remove a person, in one transaction, and pack the file so that no byte of theirs is left in it. Raises NotFound
    when somebody was faster, FileTrouble."""
    conn = file.open_writer(path)
    committed = False
    try:
        conn.execute("PRAGMA secure_delete = ON")
        file.lock(conn)
        done = removed(conn, contact_id, moment)
        conn.execute("COMMIT")
        committed = True
        return done._replace(trouble=packed(conn))
    except sqlite3.Error as error:
        raise file.trouble(error, path) from None
    except BaseException as error:
        if committed:
            error.committed = True  # type: ignore[attr-defined]
        raise
    finally:
        conn.close()


def packed(conn: sqlite3.Connection) -> str | None:
    """Write the file anew, and empty its log: what was written over long ago lies between the rows. Else why not."""
    try:
        conn.execute("VACUUM")
        conn.execute(f"PRAGMA busy_timeout = {PATIENCE_MILLISECONDS}")
        busy = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.Error as error:
        return str(error)
    return "another program has it open" if busy else None


def removed(conn: sqlite3.Connection, contact_id: int, moment: Moment) -> Done:
    found = traces.trace(conn, contact_id)
    named = traces.words(conn, found)
    if not found.now and not named.names:
        raise NotFound(f"no contact {contact_id} any more")
    stages = stages_of(conn, found)
    erasing.remember(conn, own_keys(conn, found, named), moment.on)
    count = remove_rows(conn, found) + remove_names(conn, found, named)
    scrubbing.empty_pointers(conn, found)
    lines, changes = scrubbing.journal(conn, found, named)
    for stage_id in stages:
        standing.refresh_pace(conn, stage_id)
    change_id = insert(
        conn, "changes", kind="do", command=reversal.ERASING, summary="1 person", made_at=moment.at, made_on=moment.on
    )
    scrubbing.block(conn, change_id)
    conn.execute("INSERT INTO search (search) VALUES ('optimize')")  # or words of theirs stay in older parts of it
    return Done(count, lines, changes, mentions(conn, named), None)


def own_keys(conn: sqlite3.Connection, found: Traces, named: Words) -> set[erasing.Key]:
    """What they are known by, but for what somebody else has too: a family's phone."""
    shared = rows(
        conn,
        """
        SELECT DISTINCT kind, value_key FROM points
         WHERE value_key IN (SELECT value FROM json_each(:keys))
           AND contact_id NOT IN (SELECT value FROM json_each(:people))
        """,
        keys=json.dumps([key for _, key in named.keys]),
        people=json.dumps(list(found.people)),
    )
    return named.keys - {(row[0], row[1]) for row in shared}


def stages_of(conn: sqlite3.Connection, found: Traces) -> list[int]:
    sql = "SELECT DISTINCT stage_id FROM stage_entries WHERE id IN (SELECT value FROM json_each(:ids))"
    return [row[0] for row in rows(conn, sql, ids=traces.listed(found.now.get("stage_entries", ())))]


def remove_rows(conn: sqlite3.Connection, found: Traces) -> int:
    """How many rows of theirs went."""
    conn.execute("PRAGMA defer_foreign_keys = ON")
    for table, ids in found.now.items():
        conn.executemany(f"DELETE FROM {table} WHERE id = ?", [(each,) for each in ids])  # noqa: S608
        if table in search.KINDS:
            numbers = [(each * 16 + search.KINDS[table],) for each in ids]
            conn.executemany("DELETE FROM search WHERE rowid = ?", numbers)
    for table, column, target in traces.pointers(conn):
        sql = f"UPDATE {table} SET {column} = NULL WHERE {column} IN (SELECT value FROM json_each(:ids))"  # noqa: S608
        conn.execute(sql, {"ids": traces.listed(found.now.get(target, ()))})
    for kept in ("standing", "silence"):
        conn.executemany(f"DELETE FROM {kept} WHERE contact_id = ?", [(each,) for each in found.people])  # noqa: S608
    return sum(map(len, found.now.values()))


def remove_names(conn: sqlite3.Connection, found: Traces, named: Words) -> int:
    """Where somebody else's deal has their name since they were deleted as a contact: who decides there goes too."""
    sql = "SELECT id, name FROM deciders WHERE id IN (SELECT value FROM json_each(:ids))"
    lent = rows(conn, sql, ids=traces.listed(found.lent.get("deciders", ())))
    gone = [(row["id"],) for row in lent if row["name"] in named.names]
    conn.executemany("DELETE FROM deciders WHERE id = ?", gone)
    numbers = [(each * 16 + search.KINDS["deciders"],) for (each,) in gone]
    conn.executemany("DELETE FROM search WHERE rowid = ?", numbers)
    return len(gone)


def mentions(conn: sqlite3.Connection, named: Words) -> list[str]:
    """Where words about others name them, by the keys that `find` shows: 7, A12, F3, D4, O3, Q1."""
    found: set[int] = set()
    for text in (*named.names, *named.values):
        alone = len(fold(text).split()) == 1 and scrubbing.carried(conn, text)
        query = "" if alone else search.phrases([text], column="text")
        if query:  # a family's address stands with each of them, and names nobody
            sql = """
                SELECT rowid FROM search
                 WHERE search MATCH :query AND (:is_name OR rowid % 16 <> :contacts) ORDER BY rowid LIMIT 100
                """
            hits = rows(conn, sql, query=query, is_name=text in named.names, contacts=search.KINDS["contacts"])
            found.update(row[0] for row in hits)
    places = [place for number in sorted(found) if (place := finding.place(conn, number))]
    return list(dict.fromkeys(place["key"] for place in places))
