"""Who spoke last: what is kept is what was logged, any answer ends a silence, and undo is exact."""

from __future__ import annotations

import contextlib
import functools
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import Desk, desk, differences, dump, faults, later, run
from salesflow.records import activities, channels, silence
from salesflow.records.change import change, undo
from salesflow.store import journal, schema

WRITTEN = ("email", "message", "letter")
TALKED = ("call", "visit", "meeting", "demo")
MISSED = ("no answer", "not in")

Step = tuple[str, int, str, str | None, str | None, int]
STEP = st.tuples(
    st.sampled_from(["log"] * 6 + ["delete", "undo", "move"]),
    st.sampled_from((1, 2)),
    st.sampled_from(("call", "email", "message", "letter", "visit", "meeting", "note", "mailing", "question", "card")),
    st.sampled_from((None, "in", "out")),
    st.sampled_from((None, None, "no answer", "not in", "missed", "interested")),
    st.integers(0, 3),
)


def expected(rows: list[dict[str, object]]) -> tuple[str | None, int, str | None] | None:
    """(owe_on, tries, tried_on) of one contact's activities, told from first to last; None for neither."""
    owe, tries, tried = None, 0, None
    for row in sorted(rows, key=lambda row: (str(row["happened_at"]), int(str(row["id"])))):
        kind, direction, outcome = row["kind"], row["direction"], row["outcome"]
        if kind in ("note", "card", "mailing"):
            continue
        incoming, missed = direction == "in", outcome in MISSED
        if incoming or (kind in TALKED and not missed and outcome != "missed"):
            owe, tries, tried = None, 0, None
            if incoming and (kind in (*WRITTEN, "question") or outcome == "no answer"):
                owe = row["happened_on"]
        elif direction == "out" and (kind in WRITTEN or missed):
            owe, tries, tried = None, tries + 1, row["happened_on"]
    return (str(owe) if owe else None, tries, str(tried) if tried else None) if owe or tries else None


def kept(at: Desk) -> dict[int, tuple[str | None, int, str | None]]:
    return {row["contact_id"]: tuple(row)[1:] for row in at.conn.execute("SELECT * FROM silence")}  # type: ignore[misc]


def recomputed(at: Desk) -> dict[int, tuple[str | None, int, str | None]]:
    found = [dict(row) for row in at.conn.execute("SELECT * FROM activities")]
    told = {number: expected([row for row in found if row["contact_id"] == number]) for number in (1, 2, 3)}
    return {number: said for number, said in told.items() if said}


def do(at: Desk, step: Step) -> None:
    what, number, kind, direction, outcome, days = step
    at.now = later(at.now, minutes=7)
    newest = at.conn.execute("SELECT max(id) FROM activities WHERE contact_id = ?", (number,)).fetchone()[0]
    if what == "undo":
        if at.conn.execute("SELECT 1 FROM changes WHERE command = 'step' AND undone_by_id IS NULL").fetchone():
            undo(at.conn, at.now)
        return
    with change(at.conn, at.now, "step"):
        if what == "log":
            on = later(at.now, -days).on
            activities.add(at.conn, activities.Draft(number, kind, None, direction, outcome, on=on), at.now)
        elif what == "delete" and newest:
            at.conn.execute("DELETE FROM activities WHERE id = ?", (newest,))
        elif what == "move" and newest:
            at.conn.execute("UPDATE activities SET contact_id = ? WHERE id = ?", (3 - number, newest))


@functools.cache
def three_people() -> bytes:
    conn = sqlite3.connect(":memory:", isolation_level=None)
    schema.build(conn)
    for name in ("ann", "ben", "cid"):
        conn.execute(
            "INSERT INTO contacts (name, name_key, created_at, created_on) VALUES (?, ?, ?, ?)",
            (name, name, "2026-01-01T09:00:00Z", "2026-01-01"),
        )
    return conn.serialize()


@contextlib.contextmanager
def in_memory() -> Iterator[Desk]:
    """A desk on a file of three people, in memory."""
    conn = sqlite3.connect(":memory:", isolation_level=None)
    conn.row_factory = sqlite3.Row
    conn.deserialize(three_people())
    journal.listen(conn)
    try:
        yield Desk(conn)
    finally:
        conn.close()


@settings(max_examples=60)
@given(st.lists(STEP, min_size=1, max_size=14))
def test_what_is_kept_is_what_was_logged_after_any_change(steps: list[Step]) -> None:
    with in_memory() as at:
        for step in steps:
            do(at, step)
            assert kept(at) == recomputed(at)
        assert silence.differences(at.conn) == []


@settings(max_examples=30)
@given(st.lists(STEP.filter(lambda step: step[0] != "undo"), min_size=1, max_size=8), STEP)
def test_undo_brings_silence_back_exactly(steps: list[Step], last: Step) -> None:
    with in_memory() as at:
        for step in steps:
            do(at, step)
        before = kept(at)
        with change(at.conn, at.now, "step"):
            activities.add(at.conn, activities.Draft(last[1], last[2], None, last[3], last[4]), at.now)
        undo(at.conn, at.now)
        assert kept(at) == before == recomputed(at)


@pytest.fixture
def book(tmp_path: Path) -> SimpleNamespace:
    """Ann with two numbers, an e-mail and an address, whom nobody has reached."""
    path = tmp_path / "a.db"
    run(path, "add", "Ann", "--phone", "mobile:202-555-0101", "--phone", "work:202-555-0102", "--email", "a@a.example",
        "--address", "1 Elm St")  # fmt: skip
    return SimpleNamespace(path=path, run=lambda *words, **more: run(path, *words, **more))


def suggestion(book: SimpleNamespace) -> channels.Suggestion:
    with desk(book.path) as at:
        return channels.suggest(at.conn, 1)


def test_the_telephone_comes_first_and_every_way_is_tried_once(book: SimpleNamespace) -> None:
    ways = []
    for words in (("call",), ("call", "--via", "work"), ("letter",), ("visit",), ("email",)):
        ways.append(suggestion(book).way)
        kind, *more = words
        done = book.run("log", kind, "ann", *more, *(["--no-answer"] if kind in TALKED else []))
        assert done.code == 0, done.err
    assert ways == ["call mobile 202-555-0101", "call work 202-555-0102", "letter 1 Elm St", "visit 1 Elm St",
                    "email a@a.example"]  # fmt: skip
    assert suggestion(book).way == "find out another phone number"


@pytest.mark.parametrize(
    ("channel", "way"),
    [("phone", "letter 1 Elm St"), ("post", "call mobile 202-555-0101"), ("email", "call mobile 202-555-0101")],
)
def test_what_they_forbade_is_not_proposed(book: SimpleNamespace, channel: str, way: str) -> None:
    book.run("consent", "ann", channel, "no")
    found = suggestion(book)
    assert found.way == way
    assert {"phone": "call", "post": "letter", "email": "email"}[channel] not in found.then


def test_an_answer_opens_every_way_again(book: SimpleNamespace) -> None:
    for _ in range(3):
        done = book.run("log", "call", "ann", "--no-answer")
    assert "3 unanswered in a row; try: call work 202-555-0102" in done.out.replace("\n", " ")
    book.run("log", "email", "ann", "sorry", "--in")
    assert suggestion(book).way == "call mobile 202-555-0101"
    assert suggestion(book).tried == ()


def test_two_unanswered_say_nothing(book: SimpleNamespace) -> None:
    book.run("log", "call", "ann", "--no-answer")
    assert "unanswered" not in book.run("log", "call", "ann", "--no-answer").out


def test_check_finds_and_mends_what_is_not_so(book: SimpleNamespace) -> None:
    book.run("log", "email", "ann", "hello")
    with desk(book.path) as at:
        at.conn.execute("UPDATE silence SET tries = 7")
        assert faults(at.conn) == ["silence of 1 is not as defined"]
    assert run(book.path, "db", "check").code == 1
    assert run(book.path, "db", "check", "--fix").code == 0
    with desk(book.path) as at:
        assert faults(at.conn) == []


def test_merge_delete_and_undo_keep_it(book: SimpleNamespace) -> None:
    book.run("add", "Ben")
    book.run("log", "email", "ben", "prices?", "--in")
    book.run("log", "call", "ann", "--no-answer")
    with desk(book.path) as at:
        before = dump(at.conn)
    assert book.run("merge", "ben", "--into", "ann", "--yes").code == 0
    with desk(book.path) as at:
        assert (kept(at), faults(at.conn)) == ({1: (None, 1, "2026-11-24")}, [])
    book.run("undo")
    with desk(book.path) as at:
        assert [line for line in differences(before, dump(at.conn)) if line.startswith("silence")] == []
    book.run("delete", "ben")
    with desk(book.path) as at:
        assert kept(at) == {1: (None, 1, "2026-11-24")}
