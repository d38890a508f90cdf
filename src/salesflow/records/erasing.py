"""Erased: who was erased here, known by nothing but a keyed hash of each way to reach them.

So an import cannot bring somebody back unseen, and nobody can read from the file who it was. Whoever is typed by hand
wants back: their keys are marked so, in `config`, journaled like anything else.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from salesflow.errors import FileTrouble, Refused
from salesflow.records.contacts import Draft
from salesflow.records.identity import WORDS
from salesflow.store import file
from salesflow.store.rows import insert, rows, value

# What somebody is known by: a kind of point and its key; ("row", hash of the cells); ("deal", its import key).
Key = tuple[str, str]

SECRET = "erase_key"  # its name in `config`
BACK = "back:"  # in `config`, before the hash of a key that was typed again
REASON = "erased here on {} at their wish; to take them in again: salesflow add"


def any_at_all(conn: sqlite3.Connection) -> bool:
    """Whether anybody was ever erased: as long as nobody was, nothing else here costs anything."""
    return value(conn, "SELECT 1 FROM erased LIMIT 1") is not None


def is_erased(conn: sqlite3.Connection, keys: Iterable[Key]) -> set[Key]:
    """Those of the keys that belong to somebody who was erased; thousands at a time."""
    return set(erased_on(conn, keys))


def erased_on(conn: sqlite3.Connection, keys: Iterable[Key]) -> dict[Key, str]:
    """Those of the keys that belong to somebody who was erased and is not back, with the day."""
    if not any_at_all(conn):
        return {}
    by_hash = dict(zip(hashed(secret(conn), wanted := list(keys)), wanted, strict=True))
    sql = """
        SELECT key_hash, erased_on
          FROM json_each(:hashes) AS wanted CROSS JOIN erased ON key_hash = wanted.value
         WHERE NOT EXISTS (SELECT 1 FROM config WHERE name = :back || key_hash)
        """
    return {by_hash[row[0]]: row[1] for row in rows(conn, sql, hashes=json.dumps(list(by_hash)), back=BACK)}


def keys_of(draft: Draft, *row_hashes: str | None) -> list[Key]:
    """By what a row of a file is known."""
    points = [(point.kind, point.key) for point in draft.points if point.kind in WORDS]
    return points + [("row", row_hash) for row_hash in row_hashes if row_hash]


def keep_out(conn: sqlite3.Connection, keys: Iterable[Key]) -> None:
    """Raises Refused when one of the keys belongs to somebody who was erased."""
    if found := erased_on(conn, keys):
        raise Refused(REASON.format(max(found.values())))


def welcome(conn: sqlite3.Connection, keys: Iterable[Key]) -> dict[Key, str]:
    """Take keys as no longer erased, inside a change; those that were, with the day."""
    found = erased_on(conn, keys)
    if found:
        for key_hash in hashed(secret(conn), found):
            insert(conn, "config", name=f"{BACK}{key_hash}", value="typed again")
    return found


def remember(conn: sqlite3.Connection, keys: Iterable[Key], on: str) -> int:
    """Keep the hashes of keys, of which nothing else is kept; how many."""
    found = hashed(secret(conn, new=True), keys)
    conn.executemany("INSERT OR REPLACE INTO erased (key_hash, erased_on) VALUES (?, ?)", [(one, on) for one in found])
    conn.executemany("DELETE FROM config WHERE name = ?", [(f"{BACK}{one}",) for one in found])
    return len(found)


def secret(conn: sqlite3.Connection, *, new: bool = False) -> bytes:
    """The key of the hashes, this file's own: made once, when the first person is erased."""
    found = value(conn, "SELECT value FROM config WHERE name = :name", name=SECRET)
    if found is None and new:
        found = os.urandom(32).hex()
        insert(conn, "config", name=SECRET, value=found)
    return bytes.fromhex(found or "")


def hashed(key: bytes, keys: Iterable[Key]) -> list[str]:
    """HMAC-SHA256 of each, in order."""
    import hmac

    return [hmac.digest(key, f"{kind}:{text}".encode(), "sha256").hex() for kind, text in keys]


def here(conn: sqlite3.Connection) -> list[sqlite3.Row]:
    """Contacts who are there though erased, as an older copy brings them back: id, name."""
    if not any_at_all(conn):
        return []
    found: set[int] = set()
    for sql in (
        "SELECT contact_id, kind, value_key FROM points WHERE kind IN ('email', 'phone', 'link', 'id')",
        "SELECT id, 'row', row_hash FROM contacts WHERE row_hash IS NOT NULL",
        "SELECT contact_id, 'row', row_hash FROM imported_rows",
    ):
        cursor = conn.execute(sql)
        while batch := cursor.fetchmany(5000):
            again = is_erased(conn, {(kind, key) for _, kind, key in batch})
            found.update(number for number, kind, key in batch if (kind, key) in again)
    sql = "SELECT id, name FROM contacts WHERE id IN (SELECT value FROM json_each(:ids)) ORDER BY id"
    return rows(conn, sql, ids=json.dumps(list(found)))


# -- a copy brought back ----------------------------------------------------------------------------------------------


class Memory(NamedTuple):
    """Who is erased, as it is carried from one file into another: rows of `erased`, and of `config`."""

    erased: list[tuple[str, str]]
    config: list[tuple[str, str]]


def memory(path: Path) -> Memory | None:
    """Who is erased in a file; None when it cannot be read. A file that is not there has erased nobody."""
    if not os.path.lexists(path):
        return Memory([], [])
    try:
        if file.check_header(path) < 2:
            return Memory([], [])
        with closing(file.open_reader(path)) as conn:
            erased = [tuple(row) for row in conn.execute("SELECT key_hash, erased_on FROM erased")]
            sql = "SELECT name, value FROM config WHERE name = ? OR name LIKE ?"
            kept = [tuple(row) for row in conn.execute(sql, (SECRET, f"{BACK}%"))]
            return Memory(erased, kept)
    except (FileTrouble, sqlite3.Error, UnicodeDecodeError):  # a damaged file has no end of ways to be unreadable
        return None


def recall(path: Path, before: Memory) -> list[tuple[int, str]]:
    """Carry into a copy brought back who was erased since; those who are back with it, (id, name) each.

    A copy of another file, which has hashes of its own, keeps them. Raises FileTrouble.
    """
    conn = file.open_writer(path)
    try:
        file.lock(conn)
        own = value(conn, "SELECT value FROM config WHERE name = :name", name=SECRET)
        if own is None or own == dict(before.config).get(SECRET):
            conn.executemany("INSERT OR IGNORE INTO config (name, value) VALUES (?, ?)", before.config)
            conn.executemany("INSERT OR IGNORE INTO erased (key_hash, erased_on) VALUES (?, ?)", before.erased)
        found = [(row["id"], row["name"]) for row in here(conn)]
        conn.execute("COMMIT")
        return found
    except sqlite3.Error as error:
        raise file.trouble(error, path) from None
    finally:
        conn.close()
