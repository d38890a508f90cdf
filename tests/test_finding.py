"""Finding: every word that customers brought up and that was written for them, under the key that shows the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from builders import Desk, desk, differences, dump, faults, new_file, reader, run
from salesflow.records import change, finding, search

# Column, which row of what `sell` makes, and under which key it is found. Zo decides on a deal of Ana's.
PLACES = [
    ("matters.text", "kind = 'need'", "N1"),
    ("matters.text", "kind = 'want'", "N2"),
    ("matters.text", "kind = 'sign'", "S5"),
    ("matters.text", "kind = 'question'", "I1"),
    ("matters.behind", "kind = 'objection'", "O3"),
    ("matters.their_view", "kind = 'objection'", "O3"),
    ("matters.answer", "kind = 'question'", "I1"),
    ("replies.text", "id = 2", "O3"),
    ("documents.note", "kind = 'inquiry'", "I1"),
    ("documents.delivery", "id = 3", "Q1/2"),
    ("documents.terms", "id = 2", "Q1/1"),
    ("documents.asked_to", "kind = 'pitch'", "D1"),
    ("document_lines.text", "document_id = 3", "Q1/2"),
    ("document_lines.text", "document_id = 4", "D1"),
    ("deciders.role", "person_id IS NOT NULL", "D1"),
    ("deciders.name", "name IS NOT NULL", "D1"),
    ("exceptions.because", "id = 1", "D1"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    new_file(tmp_path / "a.db")
    with desk(tmp_path / "a.db") as at:
        at.call("add", ["Ana", "Berg"])
        at.call("add", ["Bo", "Holm"])
        at.call("add", ["Zyxo", "Quvwith"])
        at.call("sell", 1, 2)
    return tmp_path / "a.db"


@pytest.fixture
def at(path: Path) -> Iterator[Desk]:
    with desk(path) as found:
        yield found


def write(at: Desk, place: str, which: str, text: str) -> None:
    """As a command does: journaled, and indexed before COMMIT."""
    table, _, column = place.partition(".")
    with change.change(at.conn, at.now, "written"):
        done = at.conn.execute(f"UPDATE {table} SET {column} = ? WHERE {which}", (text,)).rowcount
        assert done == 1


def keys(at: Desk, *words: str) -> list[tuple[str, str]]:
    return [(row["key"], row["contact"]) for row in finding.found(at.conn, words, 50).rows]


@pytest.mark.parametrize(("place", "which", "key"), PLACES)
def test_every_word_of_theirs_is_found_as_soon_as_it_is_written(at: Desk, place: str, which: str, key: str) -> None:
    before = dump(at.conn)
    assert keys(at, "quokka") == []
    write(at, place, which, "a Quökka, perhaps")
    assert keys(at, "perh", "quokka") == [(key, "Ana Berg")]
    (line,) = finding.found(at.conn, ["quokka"], 50).rows
    assert "a Quökka, perhaps" in line["text"]
    assert faults(at.conn) == []
    change.undo(at.conn, at.now)
    assert keys(at, "quokka") == []
    assert differences(before, dump(at.conn)) == []


@pytest.mark.parametrize(("place", "which", "key"), PLACES)
def test_words_that_name_somebody_erased_are_told_by_their_key(
    path: Path, place: str, which: str, key: str
) -> None:  # fmt: skip
    with desk(path) as at:
        write(at, place, which, "as Zyxo Quvwith says")
    told = json.loads(run(path, "erase", "3", "--yes", "--json").out)
    assert told["mentioned"] == [key]
    with closing(reader(path)) as conn:
        assert faults(conn) == []


def test_what_is_gone_with_its_matter_or_paper_is_found_no_more(at: Desk) -> None:
    write(at, "replies.text", "id = 1", "quokka")
    write(at, "document_lines.text", "document_id = 3", "quokka")
    for table, which in (("replies", "id = 1"), ("document_lines", "document_id = 3")):
        with change.change(at.conn, at.now, "gone"):
            assert at.conn.execute(f"DELETE FROM {table} WHERE {which}").rowcount == 1
        assert faults(at.conn) == []
    assert keys(at, "quokka") == []
    change.undo(at.conn, at.now)
    assert keys(at, "quokka") == [("Q1/2", "Ana Berg")]


def test_of_a_long_paper_the_lines_that_have_the_word_are_shown(at: Desk) -> None:
    write(at, "documents.note", "kind = 'inquiry'", "an okapi")
    assert [row["text"] for row in finding.found(at.conn, ["okapi"], 9).rows] == ["an okapi"]
    write(at, "replies.text", "id = 2", "okapis too")
    shown = [row["text"] for row in finding.found(at.conn, ["okapi"], 9).rows]
    assert shown == ["too dear / okapis too", "an okapi"]


def test_a_question_of_no_inquiry_is_found_by_its_deal_else_by_the_person(at: Desk) -> None:
    write(at, "matters.document_id", "kind = 'question'", None)  # type: ignore[arg-type]
    assert keys(at, "405") == [("D1", "Ana Berg")]
    write(at, "matters.deal_id", "kind = 'question'", None)  # type: ignore[arg-type]
    assert keys(at, "405") == [("1", "Ana Berg")]


def test_the_person_keeps_what_was_found_of_them_when_merged(path: Path) -> None:
    assert run(path, "merge", "1", "--into", "2", "--yes").code == 0
    found = json.loads(run(path, "find", "dear", "--json").out)
    assert [(line["key"], line["contact_id"], line["what"]) for line in found] == [("O3", 2, "objection")]
    assert run(path, "delete", "2", "--yes").code == 0
    assert json.loads(run(path, "find", "dear", "--json").out) == []
    with closing(reader(path)) as conn:
        assert faults(conn) == []


@pytest.mark.parametrize(
    "spoilt",
    [
        "UPDATE replies SET text = 'another' WHERE id = 1",
        "UPDATE document_lines SET text = 'another' WHERE document_id = 3",
        "UPDATE exceptions SET because = 'another'",
        "UPDATE deciders SET role = 'another'",
        "DELETE FROM search WHERE rowid % 16 > 4",
    ],
)
def test_db_check_sees_an_index_that_says_something_else_and_mends_it(path: Path, spoilt: str) -> None:
    conn = reader(path)
    assert search.missing(conn) == 0
    conn.close()
    with desk(path) as at:
        at.conn.execute("BEGIN")
        at.conn.execute(spoilt)
        at.conn.execute("COMMIT")
        assert search.missing(at.conn) > 0
    assert run(path, "db", "check").code == 1
    assert run(path, "db", "check", "--fix").code == 0
    with closing(reader(path)) as conn:
        assert faults(conn) == []


def test_whoever_sells_nothing_pays_nothing(tmp_path: Path) -> None:
    """No statement about a sale is run for a command that touched none."""
    with desk(tmp_path / "b.db") as at:
        asked: list[str] = []
        at.conn.set_trace_callback(asked.append)
        with change.change(at.conn, at.now, "one more"):
            at.conn.execute(
                "INSERT INTO contacts (name, name_key, created_at, created_on) VALUES ('Al', 'al', ?, ?)",
                (at.now.at, at.now.on),
            )
        at.conn.set_trace_callback(None)
    indexed = [sql for sql in asked if "search" in sql.lower() and "INSERT" in sql]
    assert indexed
    own = ("FROM matters", "FROM documents", "FROM deciders", "FROM exceptions", "FROM replies", "FROM document_lines")
    assert [sql for sql in asked if any(table in sql for table in own)] == []
