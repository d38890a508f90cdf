"""Taking a person out of the journal and out of the words of commands, so that undo stays whole or refuses.

A change that only added them beside others can still be taken back. One that did nothing else, or that removed them
or gave what was theirs to somebody else, cannot: in the journal a line of the table `erased` stands in its place.
Pointers at them in old states of others are emptied, so whatever else is taken back never needs them.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable

from salesflow.people import fold
from salesflow.records import search, traces
from salesflow.records.traces import Traces, Words
from salesflow.store import reversal
from salesflow.store.rows import insert, one, rows

GONE = "…"  # in the place of a word that named them


def journal(conn: sqlite3.Connection, found: Traces, named: Words) -> tuple[int, list[int]]:
    """Take their lines out; how many, and the commands that cannot be taken back any more."""
    touched: set[int] = set()
    blocked: set[int] = set()
    out: list[tuple[int]] = []
    for line in traces.lines(conn, found):
        touched.add(line.change_id)
        if line.whole:
            out.append((line.id,))
        lent = line.op != "insert" and line.row_id in found.lent.get(line.table, ())
        if lent or (line.table == "contacts" and line.op == "delete"):
            blocked.add(line.change_id)
    conn.executemany("DELETE FROM journal WHERE id = ?", out)
    left = {row[0] for row in rows(conn, "SELECT DISTINCT change_id FROM journal")}
    files = {row[0] for row in rows(conn, "SELECT DISTINCT change_id FROM journal WHERE table_name = 'imports'")}
    for change_id in sorted((touched - left) | blocked):
        block(conn, change_id)
    commands(conn, named, whole=(touched - left) | (touched - files), touched=touched)
    gone = json.dumps(sorted((touched - left) | blocked))
    sql = """
        SELECT id FROM changes
         WHERE kind = 'do' AND id > 0 AND id IN (SELECT value FROM json_each(:ids)) ORDER BY id
        """
    return len(out), [row[0] for row in rows(conn, sql, ids=gone)]


def empty_pointers(conn: sqlite3.Connection, found: Traces) -> None:
    """In the old states of others' rows: what pointed at them points at nobody."""
    for table, column, target in traces.pointers(conn):
        if ids := found.of(target):
            conn.execute(
                """
                UPDATE journal SET old = json_set(old, :path, NULL)
                 WHERE table_name = :table AND old IS NOT NULL
                   AND json_extract(old, :path) IN (SELECT value FROM json_each(:ids))
                """,
                {"table": table, "path": f"$.{column}", "ids": traces.listed(ids)},
            )


def block(conn: sqlite3.Connection, change_id: int) -> None:
    """Say that a change cannot be taken back."""
    if not reversal.is_erased(conn, change_id):
        insert(conn, "journal", change_id=change_id, table_name=reversal.ERASED, op="delete", first_id=0, last_id=0)


def commands(conn: sqlite3.Connection, named: Words, *, whole: set[int], touched: set[int]) -> None:
    """Commands and their summaries. whole: of changes about them, of which only the command's name stays; of the others
    the words that name them: of changes that touched them any part of a name, else names that nobody else has."""
    parts = {part for name in named.names for part in fold(name).split() if len(part) > 1}
    alone = {part for part in parts if not carried(conn, part)}
    for change_id, command, summary in conn.execute("SELECT id, command, summary FROM changes").fetchall():
        if change_id in whole:
            new = (f"{' '.join(re.findall(r'^(?:undo |redo )?[a-z-]+', command))} ({GONE})".strip(), "")
        else:
            names = parts if change_id in touched else alone
            new = (scrubbed(command, named, names), scrubbed(summary, named, names))
        if new != (command, summary):
            conn.execute("UPDATE changes SET command = ?, summary = ? WHERE id = ?", (*new, change_id))
    for import_id, name in conn.execute("SELECT id, file_name FROM imports").fetchall():
        if (new_name := scrubbed(name, named, alone)) != name:
            conn.execute("UPDATE imports SET file_name = ? WHERE id = ?", (new_name, import_id))


def carried(conn: sqlite3.Connection, part: str) -> bool:
    """Whether somebody who is left has this word in their name."""
    query = search.phrases([part], column="name")
    return not query or one(conn, "SELECT 1 FROM search WHERE search MATCH :query LIMIT 1", query=query) is not None


def scrubbed(text: str, named: Words, parts: Iterable[str]) -> str:
    """The text with what names them taken out: whole names, ways to reach them in any form, and these words."""
    for known in sorted({*named.names, *named.values}, key=len, reverse=True):
        if len(known) > 1:
            text = re.sub(rf"(?<!\w){re.escape(known)}(?!\w)", GONE, text, flags=re.IGNORECASE)
    numbers = {key[-7:] for kind, key in named.keys if kind == "phone" and len(key) > 7}
    if numbers:
        number = r"[+(]?\d[\d ()./-]{5,}\d"
        text = re.sub(number, lambda match: GONE if digits(match[0])[-7:] in numbers else match[0], text)
    wanted = set(parts)
    return re.sub(r"\w+", lambda match: GONE if fold(match[0]) in wanted else match[0], text)


def digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
