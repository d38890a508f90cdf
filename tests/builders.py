"""What several tests build with: a file, a moment, a command run here or in a process of its own, an exact dump."""

from __future__ import annotations

import contextlib
import datetime
import io
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import sale_rows
from salesflow.cli import TABLE, finish, said
from salesflow.cli.filters import filtered
from salesflow.cli.session import Session
from salesflow.dates import Moment
from salesflow.records import change, search, settings, setup, silence, standing
from salesflow.store import file, journal, reversal

PLACE = {"country": "US", "currency": "USD", "marks": ",.", "date_order": "ymd"}
TODAY = "2026-11-24"  # a Tuesday


def moment(on: str = TODAY, time: str = "09:00") -> Moment:
    """A clock that stands in UTC."""
    return Moment(f"{on}T{time}:00Z", on, time)


def later(now: Moment, days: int = 0, minutes: int = 0) -> Moment:
    then = datetime.datetime.fromisoformat(f"{now.on}T{now.time}") + datetime.timedelta(days, minutes * 60)
    return moment(then.date().isoformat(), f"{then:%H:%M}")


def new_file(path: Path, **values: str) -> Path:
    """A salesflow file with its built-in questions and processes."""
    assert setup.create(path, {**PLACE, **values})
    return path


# -- commands ----------------------------------------------------------------------------------------------------------


class Result(NamedTuple):
    code: int
    out: str
    err: str


def run(path: Path, *words: str, today: str = TODAY) -> Result:
    """One command in this process, as `main` runs it but for the signals."""
    typed = ["--db", str(path), "--today", today, "--no-input", *words]
    out, err = io.StringIO(), io.StringIO()
    before = os.umask(0o077)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = finish(Session(said(list(words))), typed)
    finally:
        os.umask(before)
    return Result(code, out.getvalue(), err.getvalue())


def environment(**more: str) -> dict[str, str]:
    """As cron has it: no settings of the person who runs the tests."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {**kept, "HOME": os.devnull, "SALESFLOW_TODAY": TODAY, **more}


def argv(path: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "salesflow", "--db", str(path), *words]


def process(path: Path, *words: str, **more: str) -> Result:
    """One command in a fresh interpreter; `more` goes to its environment."""
    done = subprocess.run(
        argv(path, *words), env=environment(**more), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    return Result(done.returncode, done.stdout, done.stderr)


# -- a desk: commands one after another on one connection ---------------------------------------------------------------


class Desk(Session):
    """A session that keeps its connection: the functions behind the commands, without the cost of a start each time."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        super().__init__("")
        self.conn, self.now, self.no_input = conn, moment(), True
        self.work: change.Work | None = None

    @property
    def moment(self) -> Moment:
        return self.now

    @contextlib.contextmanager
    def reading(self) -> Iterator[tuple[sqlite3.Connection, settings.Settings]]:
        yield self.conn, settings.read(self.conn)

    @contextlib.contextmanager
    def writing(self, *, new: bool = False) -> Iterator[tuple[sqlite3.Connection, settings.Settings, change.Work]]:
        with change.change(self.conn, self.now, self.command) as work:
            yield self.conn, settings.read(self.conn), work
        self.work = work

    def show(self, answer: object) -> None:
        pass

    def say(self, text: str) -> None:
        pass

    def call(self, command: str, *args: Any, **options: Any) -> change.Work | None:
        """The command's work: whether it changed anything, and its number; None when it only looked.

        The command is named as it is typed (`deal add`), arguments and options as the function behind it has them.
        """
        self.work, self.command = None, f"{command} {args} {options}"
        function_of(command)(SimpleNamespace(find_root=lambda: SimpleNamespace(obj=self)), *args, **options)
        return self.work


def function_of(command: str) -> Any:
    """The function behind a command, found in the command table."""
    if command == "sell":  # all that a sale leaves, in one go
        return sale_rows.sell
    noun, _, verb = command.partition(" ")
    entry = TABLE[noun].verbs[verb] if verb else TABLE[noun]
    module, _, function = entry.place.partition(":")
    found = getattr(import_module(f"salesflow.cli.{module}"), function)
    return filtered(found) if entry.filters else found


@contextlib.contextmanager
def desk(path: Path, **values: str) -> Iterator[Desk]:
    """A desk over a new file, or over the one that is there. Nothing waits for the disk."""
    if not path.exists():
        new_file(path, **values)
    conn = change.writer(path)
    conn.execute("PRAGMA synchronous = OFF")
    try:
        yield Desk(conn)
    finally:
        conn.close()


# -- looking inside ----------------------------------------------------------------------------------------------------

Dump = dict[str, dict[int, tuple[object, ...]]]


def dump(conn: sqlite3.Connection) -> Dump:
    """Every row that is kept, by table and id: the journaled tables, what is kept beside them, and the search index."""
    found: Dump = {}
    for table in journal.tables(conn):
        found[table] = {row["id"]: tuple(row) for row in conn.execute(f"SELECT * FROM {table}")}
    found["standing"] = {row["contact_id"]: tuple(row) for row in conn.execute("SELECT * FROM standing")}
    found["stage_pace"] = {row["stage_id"]: tuple(row) for row in conn.execute("SELECT * FROM stage_pace")}
    found["silence"] = {row["contact_id"]: tuple(row) for row in conn.execute("SELECT * FROM silence")}
    found["search"] = {row[0]: tuple(row) for row in conn.execute("SELECT rowid, name, text FROM search")}
    return found


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Each row that differs, in words; empty when the dumps are equal."""
    return [
        f"{table} {key}: {one[table].get(key)} -> {other[table].get(key)}"
        for table in one
        for key in sorted({*one[table], *other[table]})
        if one[table].get(key) != other[table].get(key)
    ]


def faults(conn: sqlite3.Connection) -> list[str]:
    """What is kept beside the tables and does not say what they say; empty in a sound file."""
    found = [f"standing of {number} is not as defined" for number in standing.differences(conn)]
    found += [f"silence of {number} is not as defined" for number in silence.differences(conn)]
    found += ["stage_pace is not as defined"] * (
        {tuple(row) for row in conn.execute("SELECT * FROM stage_pace")}
        != {tuple(row) for row in conn.execute("SELECT * FROM stage_pace_defined")}
    )
    if search.missing(conn):
        found.append(f"search misses {search.missing(conn)} rows")
    found += [f"{loose.table} {loose.row_id} points nowhere" for loose in reversal.dangling(conn)]
    found += [
        f"{row[0]} stands in {row[1]}"
        for row in conn.execute(
            """
            SELECT 'D' || deals.id, stages.name
              FROM deals JOIN stages ON stages.id = deals.stage_id
             WHERE outcome = 'open' AND (dropped_on IS NOT NULL OR (
                   SELECT count(*) FROM stage_entries
                    WHERE deal_id = deals.id AND left_on IS NULL AND stage_id = stages.id) <> 1)
            """
        )
    ]
    open_status = conn.execute(
        "SELECT contact_id, status FROM status_history WHERE left_on IS NULL ORDER BY contact_id"
    ).fetchall()
    counted = conn.execute("SELECT contact_id, status FROM standing WHERE counts = 1 ORDER BY contact_id").fetchall()
    if [tuple(row) for row in open_status] != [tuple(row) for row in counted]:
        found.append("the status in force is not the last of the history")
    return found


def reader(path: Path) -> sqlite3.Connection:
    return file.open_reader(path)
