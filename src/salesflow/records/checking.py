"""`db check`: whether the file is sound, and what can be mended without losing anything."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

from salesflow.dates import Moment
from salesflow.errors import SalesflowError
from salesflow.records import erasing, search, silence, standing
from salesflow.store import copies, file, journal, reversal
from salesflow.table import Column, Table

Finding = tuple[str, bool, str]  # what was looked at, whether it is good, what was found
COLUMNS = (Column("what", "looked at", firm=True), Column("good", "good", "flag"), Column("found", "found"))


def check(path: Path, moment: Moment, *, fix: bool) -> tuple[Table, bool]:
    """Every finding, and whether all are good. Changes nothing without `fix`. Raises FileTrouble as opening does."""
    file.check_header(path)
    if fix:
        mend(path, moment)
    findings = [("header", True, f"version {file.check_header(path)}"), *around(path, moment), *inside(path)]
    rows = [{"what": what, "good": good, "found": found} for what, good, found in findings]
    good = all(found[1] for found in findings)
    return Table(
        COLUMNS, rows, notes=["Sound." if good else "Not sound: see above. Copies: salesflow db restore"], ids="what"
    ), good


def around(path: Path, moment: Moment) -> Iterator[Finding]:
    """The file from outside: permissions, leftovers, copies, room."""
    mode = stat.S_IMODE(os.stat(path).st_mode)
    yield "permissions", mode & 0o077 == 0, f"{mode:04o}" + ("" if mode & 0o077 == 0 else "; others may read it: --fix")
    found = ", ".join(left.name for left in leftovers(path))
    yield "leftovers", not found, found or "none"
    free = shutil.disk_usage(path.parent).free
    room = free > 3 * path.stat().st_size
    yield "room", room, f"{free // 2**20:,} MiB free"
    try:
        newest = copies.newest(path)
        copies.verify(newest)
        yield "copy", True, f"{newest.stem}, whole"
    except SalesflowError as error:
        yield "copy", not copies.folder(path).exists(), str(error)


def leftovers(path: Path) -> list[Path]:
    """Temporary files of runs that are no more."""
    return sorted(path.parent.glob(f".{path.name}*.new*"))


def inside(path: Path) -> Iterator[Finding]:
    """The file from inside: pages, pointers, texts, and what is kept."""
    conn = file.open_reader(path)
    try:
        found = conn.execute("PRAGMA integrity_check(5)").fetchall()
        yield "integrity", found[0][0] == "ok", "; ".join(row[0] for row in found)
        if found[0][0] != "ok":
            return
        dangling = reversal.dangling(conn)
        yield "pointers", not dangling, f"{len(dangling)} point nowhere" if dangling else "all point somewhere"
        broken = texts(conn)
        yield "texts", not broken, ", ".join(broken) or "all readable"
        strange = days(conn)
        yield "days", not strange, ", ".join(strange) or "all in the calendar"
        wrong = standing.differences(conn)
        yield "standing", not wrong, f"{len(wrong)} contacts not as defined: --fix" if wrong else "as defined"
        unlike = silence.differences(conn)
        yield "silence", not unlike, f"{len(unlike)} contacts not as defined: --fix" if unlike else "as defined"
        back = erasing.here(conn)
        named = ", ".join(f"{row['id']} {row['name']}" for row in back[:5]) + (" ..." if len(back) > 5 else "")
        yield "erased", not back, f"here though erased: {named}; salesflow erase WHO" if back else "none is back"
        missing = search.missing(conn)
        yield "search", not missing, f"{missing} rows not indexed: --fix" if missing else "complete"
    except sqlite3.Error as error:
        yield "integrity", False, str(error)
    finally:
        conn.close()


def texts(conn: sqlite3.Connection) -> list[str]:
    """Tables with a text that is no UTF-8."""
    broken = []
    for table in [*journal.tables(conn), "changes", "journal"]:
        try:
            for _ in conn.execute(f"SELECT * FROM {table}"):  # noqa: S608
                pass
        except sqlite3.OperationalError as error:
            if "decode" not in str(error):
                raise
            broken.append(table)
    return broken


def days(conn: sqlite3.Connection) -> list[str]:
    """Columns with a day that is none: one bit turned can make it so, and no other check would see it."""
    strange = []
    for table in journal.tables(conn):
        for column in [
            row["name"] for row in conn.execute(f"PRAGMA table_info({table})") if row["name"].endswith("_on")
        ]:
            sql = f"SELECT 1 FROM {table} WHERE {column} IS NOT date({column}, '+0 days') LIMIT 1"  # noqa: S608
            if conn.execute(sql).fetchone():
                strange.append(f"{table}.{column}")
    return strange


def mend(path: Path, moment: Moment) -> None:
    """What can be mended: permissions, leftovers, what is kept."""
    os.chmod(path, 0o600)
    for left in leftovers(path):
        left.unlink(missing_ok=True)
    conn = file.open_writer(path)
    try:
        journal.listen(conn)
        file.lock(conn)
        mark = journal.begin(conn, moment, "db check --fix")
        standing.keep_anew(conn, moment)
        silence.keep_anew(conn)
        search.keep_anew(conn)
        journal.finish(conn, mark, "what is kept made anew")
        conn.execute("COMMIT")
        conn.execute("VACUUM")
    except sqlite3.Error as error:
        raise file.trouble(error, path) from None
    finally:
        conn.close()
