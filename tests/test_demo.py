"""The demo: whatever day it is made, it has something of everything, and nobody real in it."""

from __future__ import annotations

import datetime
import re
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import pytest

from salesflow.cli import demo
from salesflow.dates import Moment
from salesflow.errors import FileTrouble
from salesflow.records import silence, standing
from salesflow.records.listing import STATUSES
from salesflow.reports import today
from salesflow.store import file

DAYS = ["2026-11-24", "2026-01-01", "2027-12-31", "2028-02-26", "2028-02-29", "2027-03-30"]
TOLD = tomllib.loads(files("salesflow.cli").joinpath("demo.toml").read_text(encoding="utf-8"))


@contextmanager
def made(folder: Path, on: str) -> Iterator[sqlite3.Connection]:
    path = folder / "demo.db"
    assert demo.build(path, Moment(f"{on}T09:00:00Z", on, "09:00")) == len(TOLD["people"])
    conn = file.open_reader(path)
    yield conn
    conn.close()


@pytest.mark.parametrize("on", DAYS)
def test_it_looks_alive_on_any_day(on: str, tmp_path: Path) -> None:
    with made(tmp_path, on) as conn:
        lines = today.report(conn, today=datetime.date.fromisoformat(on), days=7).rows
        assert {line["kind"] for line in lines} == set(today.KINDS)
        assert {row[0] for row in conn.execute("SELECT status FROM standing")} == set(STATUSES)
        assert {row[0] for row in conn.execute("SELECT outcome FROM deals")} == {"open", "won", "lost"}
        assert len({row[0] for row in conn.execute("SELECT currency FROM deals")}) == 2
        assert standing.differences(conn) == []


def test_a_sale_under_way_has_something_of_everything(tmp_path: Path) -> None:
    """A seller who looks around meets every kind of thing that a sale brings, and nothing she must not trust."""
    with made(tmp_path, DAYS[0]) as conn:
        kinds = {tuple(row) for row in conn.execute("SELECT kind, state FROM matters")}
        assert {("objection", "open"), ("objection", "closed"), ("sign", "open"), ("question", "open")} <= kinds
        assert conn.execute("SELECT count(*) FROM products").fetchone()[0] == 2
        assert conn.execute("SELECT count(*) FROM answers WHERE deal_id IS NOT NULL").fetchone()[0] == 4
        states = {row[0] for row in conn.execute("SELECT appointment FROM follow_ups WHERE appointment IS NOT NULL")}
        assert states == {"confirmed"}
        assert silence.differences(conn) == []


def test_every_thing_happened_on_its_own_day(tmp_path: Path) -> None:
    with made(tmp_path, DAYS[0]) as conn:
        for table, day in (
            ("contacts", "created_on"),
            ("status_history", "entered_on"),
            ("stage_entries", "entered_on"),
        ):
            days = [row[0] for row in conn.execute(f"SELECT DISTINCT {day} FROM {table} ORDER BY 1")]
            assert len(days) > 20, table
            assert days[-1] <= DAYS[0]


def test_a_demo_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> str:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(demo, "tell", full)
    with pytest.raises(FileTrouble, match="disk is full"):
        demo.build(tmp_path / "demo.db", Moment("2026-11-24T09:00:00Z", "2026-11-24", "09:00"))
    assert list(tmp_path.iterdir()) == []


def test_phones_and_mails_are_of_ranges_kept_for_fiction() -> None:
    for person in TOLD["people"]:
        for phone in person.get("phones", ()):
            assert re.search(r"(^|:)(\+1 202 555 01\d\d|\+44 20 7946 0\d{3}|\+44 7700 900\d{3})$", phone)
        for reach in (*person.get("emails", ()), *person.get("links", ())):
            assert reach.endswith(".example")
