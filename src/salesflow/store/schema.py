"""The schema and its versions: forward only, one transaction a step, a copy kept first."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from salesflow.errors import FileTrouble
from salesflow.store import file

HERE = Path(__file__).parent


def statements(name: str) -> Iterator[str]:
    """The statements of a .sql file beside this one, one by one: executescript would commit."""
    text = ""
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        text += line.split("--")[0].rstrip() + "\n"
        if sqlite3.complete_statement(text):
            yield text
            text = ""


def build(conn: sqlite3.Connection) -> None:
    """The whole schema in an empty file, inside the caller's transaction."""
    for name in ("schema.sql", "views.sql"):
        for statement in statements(name):
            conn.execute(statement)
    conn.execute(f"PRAGMA user_version = {file.VERSION}")


def migrate(path: Path, complete: Callable[[sqlite3.Connection], None] | None = None) -> int:
    """Bring an older file up to date; the version it had. A copy is kept beside it first; views are made anew.

    `complete` adds what a new file would have beside its tables, in the same transaction.
    """
    version = file.check_header(path)
    if version == file.VERSION:
        return version
    from sqlite_utils import Database

    from salesflow.store import copies
    from salesflow.store.migrations import MIGRATIONS

    conn = file.open_writer(path)
    try:
        conn.execute("PRAGMA foreign_keys = OFF")
        file.lock(conn)
        version = int(conn.execute("PRAGMA user_version").fetchone()[0])  # somebody may have been faster
        db = Database(conn, execute_plugins=False)
        if version < file.VERSION:
            copies.copy(path, copies.free_name(path.with_name(f"{path.name}.version-{version}")))
            for view in db.view_names():
                db.view(view).drop()
            for step in range(version, file.VERSION):
                MIGRATIONS[step](db)
            for statement in statements("views.sql"):
                conn.execute(statement)
            if complete is not None:
                complete(conn)
            if conn.execute("PRAGMA foreign_key_check").fetchone():
                raise FileTrouble(f"{path} could not be brought up to date: rows point nowhere; nothing was changed")
            conn.execute(f"PRAGMA user_version = {file.VERSION}")
        conn.execute("COMMIT")
    except sqlite3.Error as error:
        raise file.trouble(error, path) from None
    finally:
        conn.close()
    return version
