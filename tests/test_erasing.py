"""Erasing: not a byte is left, undo never half works, no import brings anybody back unseen."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import random
import re
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from builders import Desk, Result, argv, desk, differences, dump, environment, faults, moment, new_file, reader, run
from salesflow.errors import SalesflowError
from salesflow.people import fold
from salesflow.records import change, consent, erasing, removing, traces
from salesflow.records.contacts import Draft
from salesflow.records.contacts import add as add_contact
from salesflow.store import file

# Words that stand nowhere else in a file.
NAME = "Zyxo Quvwith"
MAIL = "zq@pobox-jxk.example"
PHONE = "202-555-0187"
WORDS = ("zyxo", "quvwith", "pobox-jxk", "555-0187", "5550187", "jasmine tea", "warbler lane")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return new_file(tmp_path / "a.db")


def done(path: Path, *words: str) -> str:
    result = run(path, *words)
    assert result.code == 0, result.err
    return result.out


def traces_in(path: Path) -> list[str]:
    """The words of theirs whose bytes are in the file or beside it."""
    found = []
    for place in (path, path.with_name(f"{path.name}-wal")):
        text = place.read_bytes().lower() if place.exists() else b""
        found += [f"{word} in {place.name}" for word in WORDS if word.encode() in text]
    return found


def sound(path: Path) -> None:
    with closing(reader(path)) as conn:
        assert faults(conn) == []
    assert done(path, "db", "check").endswith("Sound.\n")


@pytest.fixture
def known(path: Path) -> Path:
    """Somebody about whom much is kept, with others around them."""
    done(path, "add", "Rosa", "Quint", "rosa@q.example", "--note", "a friend")
    done(path, "add", *NAME.split(), MAIL, PHONE, "--note", "likes jasmine tea", "--referred-by", "rosa", "--tag", "fair",
         "--birthday", "17 march", "--address", "4 Warbler Lane", "--company", "Quvwith and Sons")  # fmt: skip
    done(path, "add", "Ken", "Ito", "ken@ito.example", "--referred-by", "zyxo")
    done(path, "log", "call", "zyxo", "jasmine tea again", "--next", "fri", "--todo", "send tea to warbler lane")
    done(path, "qualify", "zyxo", "--money", "yes", "--said", "jasmine tea is cheap")
    done(path, "qualify", "zyxo", "--money", "no")
    done(path, "consent", "zyxo", "email", "yes", "over jasmine tea")
    done(path, "deal", "add", "zyxo", "ten", "hours", "--amount", "400", "--process", "six-stage")
    done(path, "move", "zyxo")
    done(path, "win", "zyxo", "jasmine tea")
    done(path, "edit", "zyxo", "--phone", "202-555-0155", "--drop", PHONE, "--name", "Zyxo Old")
    done(path, "edit", "zyxo", "--name", NAME)
    done(path, "edit", "ken", "--company", "Ito Kitchens")
    done(path, "note", "ken", "knows the house")
    return path


@pytest.fixture
def sold(known: Path) -> Path:
    """The same, with all that a sale leaves."""
    with desk(known) as at:  # all that a sale leaves; and Zyxo decides on Ken's deal, Rosa on Zyxo's
        at.call("sell", 2, 1)
        at.call("sell", 3, 2)
        with change.change(at.conn, at.now, "sold"):
            at.conn.execute("UPDATE matters SET text = 'jasmine tea' WHERE contact_id = 2 AND kind = 'need'")
            at.conn.execute("UPDATE replies SET text = 'tea at warbler lane' WHERE contact_id = 2")
            at.conn.execute("UPDATE documents SET note = 'with jasmine tea' WHERE contact_id = 2")
            at.conn.execute("UPDATE document_lines SET text = 'jasmine tea' WHERE contact_id = 2")
            at.conn.execute("UPDATE follow_ups SET place = '4 Warbler Lane' WHERE contact_id = 2")
            at.conn.execute("UPDATE deals SET lesson = 'jasmine tea' WHERE contact_id = 2")
    return known


# -- nothing is left ---------------------------------------------------------------------------------------------------


def test_not_a_byte_is_left(known: Path) -> None:
    assert {word.split()[0] for word in traces_in(known)} >= {"zyxo", "quvwith", "pobox-jxk", "jasmine", "warbler"}
    done(known, "erase", NAME, "--yes")
    assert traces_in(known) == []
    sound(known)
    for table in ("journal", "changes"):
        with closing(reader(known)) as conn:
            text = " ".join(str(tuple(row)) for row in conn.execute(f"SELECT * FROM {table}")).lower()
        assert not any(word in text for word in WORDS)


@pytest.mark.parametrize("deleted", [False, True])
def test_of_all_that_a_sale_leaves_not_a_byte_is_left(sold: Path, deleted: bool) -> None:
    """Also of somebody deleted before: their name stands with the deal they decided on since."""
    if deleted:
        done(sold, "delete", "2")
    done(sold, "erase", NAME, "--yes")
    assert traces_in(sold) == []
    sound(sold)
    with closing(reader(sold)) as conn:
        for table in traces.owned(conn):
            column = "id" if table == "contacts" else "contact_id"
            assert conn.execute(f"SELECT count(*) FROM {table} WHERE {column} = 2").fetchone()[0] == 0, table
        assert [row[0] for row in conn.execute("SELECT DISTINCT name FROM deciders")] == ["Old Mr Ray"]
        assert conn.execute("SELECT count(*) FROM deals WHERE contact_id = 3").fetchone()[0] == 1
    for line in json.loads(done(sold, "undo", "--list", "--json")):
        run(sold, "undo", str(line["id"]))
        assert traces_in(sold) == []
        sound(sold)


def test_all_that_a_sale_left_of_one_person_is_told(sold: Path) -> None:
    found = json.loads(done(sold, "export", "--person", NAME))
    assert [len(found[part]) for part in ("documents", "matters", "deciders", "decides")] == [4, 5, 2, 1]
    assert found["persona"] == "The busy baker" and found["demand"] == "high"
    assert found["decides"][0]["role"] == "head of purchasing"
    assert "_ref" not in json.dumps(found)
    assert {(each["set_name"], each["deal"]) for each in found["answers"]} == {("qualification", None), ("wishes", 2)}


def test_others_stay_as_they_were_and_point_at_nobody(known: Path) -> None:
    before = json.loads(done(known, "show", "ken", "--json"))
    done(known, "erase", MAIL, "--yes")
    after = json.loads(done(known, "show", "ken", "--json"))
    assert before["referred_by_id"] == 2
    assert (after["referred_by_id"], after["referred_by"]) == (None, None)
    assert {**before, "referred_by_id": None, "referred_by": None} == after
    assert run(known, "show", "zyxo").code == 3
    assert done(known, "find", "jasmine") == ""
    assert [row["won"] for row in json.loads(done(known, "report", "win-rate", "--json"))] in ([], [0])


def test_what_was_said_of_them_to_others_is_named(known: Path) -> None:
    done(known, "log", "call", "ken", "spoke", "of", *NAME.split())
    done(known, "edit", "rosa", "--note", f"sister of {NAME}")
    found = json.loads(done(known, "erase", "2", "--yes", "--json"))
    assert found["mentioned"] == ["1", "A3"]


def test_it_asks_before_and_needs_a_yes(known: Path) -> None:
    refused = run(known, "erase", NAME)
    assert refused.code == 2
    assert "no undo brings them back" in refused.err
    assert "1 deal" in refused.err
    assert run(known, "show", "zyxo").code == 0


def at_a_terminal(path: Path, typed: str, *words: str) -> str:
    """What the screen shows when this is typed."""
    outer, inner = pty.openpty()
    child = subprocess.Popen(
        argv(path, *words), stdin=inner, stdout=inner, stderr=inner, env=environment(TERM="dumb", NO_COLOR="1")
    )
    os.close(inner)
    os.write(outer, typed.encode())
    said = b""
    with contextlib.suppress(OSError):  # how a terminal says that nobody writes to it any more
        while part := os.read(outer, 65536):
            said += part
    os.close(outer)
    child.wait(60)
    return said.decode().replace("\r\n", "\n")


def test_at_a_terminal_it_asks_for_the_copies_too(known: Path) -> None:
    (known.with_name("a.db.copies") / "2026-11-24.db").unlink()
    done(known, "db", "backup")
    assert at_a_terminal(known, "n\n", "erase", "zyxo").endswith("salesflow: nothing was erased\n")
    assert run(known, "show", "zyxo").code == 0
    said = at_a_terminal(known, "y\ny\n", "erase", "zyxo")
    assert "Erase 2 Zyxo Quvwith with 1 deal, 1 activity, 1 follow-up, everywhere? No undo brings them back." in said
    assert "1 copy has them too; delete it?" in said
    assert "Deleted, since they had them too" in said
    assert run(known, "show", "zyxo").code == 3
    for place in known.parent.rglob("*"):
        assert not place.is_file() or NAME.encode() not in place.read_bytes(), place


def test_where_nobody_is_asked_a_part_of_a_name_will_not_do(known: Path) -> None:
    refused = run(known, "erase", "zyxo", "--yes")
    assert refused.code == 2
    assert "salesflow erase 2 --yes" in refused.err
    assert run(known, "erase", "nobody", "--yes").code == 3


def test_the_walk_in_is_nobody(path: Path) -> None:
    done(path, "sale", "walk-in", "20")
    assert run(path, "erase", "walk-in", "--yes").code == 2


def test_somebody_who_was_deleted_is_found_in_the_journal(known: Path) -> None:
    done(known, "delete", "zyxo")
    assert traces_in(known)
    assert json.loads(done(known, "erase", NAME, "--yes", "--json"))["id"] == 2
    assert traces_in(known) == []
    assert run(known, "undo", "15").code == 2
    assert run(known, "erase", NAME, "--yes").code == 3
    sound(known)


def test_whoever_was_merged_into_them_is_them(path: Path) -> None:
    done(path, "add", *NAME.split(), MAIL)
    done(path, "add", "Zyxo", "Q.", PHONE, "--note", "jasmine tea")
    done(path, "note", "2", "warbler lane")
    done(path, "merge", "2", "--into", "1", "--yes")
    done(path, "erase", NAME, "--yes")
    assert traces_in(path) == []
    assert run(path, "undo", "4").code == 2
    sound(path)


def test_whoever_was_merged_into_them_with_nothing_but_a_phone_is_them(path: Path) -> None:
    done(path, "add", *NAME.split(), MAIL)
    for number in ("202-555-0155", PHONE):
        done(path, "add", "Zyxo", number)
        found = json.loads(done(path, "list", "--json"))
        done(path, "merge", str(max(row["id"] for row in found)), "--into", "1", "--yes")
    done(path, "erase", "1", "--yes")
    assert traces_in(path) == []
    sound(path)


def test_an_undone_merge_leaves_the_other_alone(path: Path) -> None:
    done(path, "add", *NAME.split(), MAIL)
    done(path, "add", "Ana", "Berg", "ana@b.example")
    done(path, "merge", "2", "--into", "1", "--yes")
    done(path, "undo")
    done(path, "erase", "1", "--yes")
    assert [row["name"] for row in json.loads(done(path, "list", "--json"))] == ["Ana Berg"]
    assert traces_in(path) == []
    sound(path)


def test_a_file_that_is_open_elsewhere_is_packed_later(known: Path) -> None:
    other = file.open_reader(known)
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM contacts").fetchone()
    try:
        result = run(known, "erase", NAME, "--yes")
        assert result.code == 0
        assert "db check --fix" in result.err
    finally:
        other.close()
    done(known, "db", "check", "--fix")
    assert traces_in(known) == []


# -- undo --------------------------------------------------------------------------------------------------------------


def undo_list(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(done(path, "undo", "--list", "--limit", "100", "--json"))
    return found


def test_what_cannot_be_taken_back_any_more_is_refused_in_words(known: Path) -> None:
    found = json.loads(done(known, "erase", NAME, "--yes", "--json"))
    assert found["fixed_changes"] == [2, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    for number in found["fixed_changes"]:
        refused = run(known, "undo", str(number))
        assert refused.code == 2
        assert f"cannot undo {number}: somebody it was about is erased" in refused.err
    assert [row["id"] for row in undo_list(known) if row["state"] == "erased"] == [15, *range(12, 3, -1), 2]


def test_undo_alone_stops_at_an_erasing(known: Path) -> None:
    done(known, "erase", NAME, "--yes")
    assert "the last command erased somebody, which stays so" in run(known, "undo").err
    assert "change 15 erased somebody" in run(known, "undo", "15").err
    done(known, "add", "Max")
    done(known, "undo")
    assert run(known, "undo").code == 2
    done(known, "undo", "14")  # what was before it goes by its number
    done(known, "redo")


def test_what_pointed_at_them_is_taken_back_without_them(known: Path) -> None:
    done(known, "edit", "ken", "--referred-by", "rosa")
    done(known, "erase", NAME, "--yes")
    done(known, "undo", "15")
    assert json.loads(done(known, "show", "ken", "--json"))["referred_by"] is None
    done(known, "redo")
    assert json.loads(done(known, "show", "ken", "--json"))["referred_by"] == "Rosa Quint"
    sound(known)


def test_an_import_of_many_is_still_taken_back_without_them(path: Path, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text(f"name,email,phone\n{NAME},{MAIL},{PHONE}\nAna,ana@b.example,\nBo,bo@b.example,\n")
    done(path, "import", str(people))
    done(path, "edit", NAME, "--rating", "5")
    done(path, "erase", NAME, "--yes")
    done(path, "undo", "1")
    assert json.loads(done(path, "list", "--json")) == []
    done(path, "redo", "1")
    assert [row["name"] for row in json.loads(done(path, "list", "--json"))] == ["Ana", "Bo"]
    assert traces_in(path) == []
    sound(path)


def test_an_import_taken_back_in_part_is_left_whole(path: Path, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text(f"name,email,phone\n{NAME},{MAIL},{PHONE}\nAna,ana@b.example,\nBo,bo@b.example,\n")
    done(path, "import", str(people))
    done(path, "note", "ana", "hello")
    done(path, "undo", "1", "--keep-changed")  # Ana stays
    assert json.loads(done(path, "erase", NAME, "--yes", "--json"))["fixed_changes"] == []
    assert traces_in(path) == []
    assert run(path, "redo", "1").code == 2  # Bo alone would be half of it
    assert [row["name"] for row in json.loads(done(path, "list", "--json"))] == ["Ana"]
    found = json.loads(done(path, "export", "--person", "ana"))
    assert [(one["id"], one["command"].split()[0]) for one in found["changes"]] == [(1, "import"), (2, "note")]
    sound(path)


def test_a_deletion_of_many_cannot_be_taken_back_by_half(known: Path) -> None:
    with desk(known) as at, at.writing() as (conn, _, _):
        for number in (2, 3):
            removing_all(conn, number)
    done(known, "erase", NAME, "--yes")
    refused = run(known, "undo", "15")
    assert refused.code == 2
    assert "cannot undo 15: somebody it was about is erased" in refused.err
    assert run(known, "show", "ken").code == 3


def removing_all(conn: sqlite3.Connection, number: int) -> None:
    from salesflow.records import contacts

    contacts.delete(conn, number)


COMMANDS = (
    "note", "follow", "edit", "deal", "refer", "company", "qualify", "consent", "undo", "redo", "delete", "tag", "ask",
    "sell", "sell",
)  # fmt: skip


def one_more(path: Path, chance: random.Random) -> Result:
    """A command of a random history. One of five people is the one who is erased in the end."""
    who = chance.choice((NAME, NAME, "Ana", "Bo", "Cleo", "Dan"))
    other, command = chance.choice((NAME, "Ana", "Bo")), chance.choice(COMMANDS)
    if command == "sell":  # all that a sale leaves
        with contextlib.suppress(SalesflowError), desk(path) as at:
            at.call("sell", chance.randint(1, 5), chance.randint(1, 5))
        return Result(0, "", "")
    return run(path, *{
        "note": ["note", who, "jasmine tea" if who == NAME else "hello"],
        "follow": ["follow", who, "fri", "jasmine tea" if who == NAME else "hello"],
        "edit": ["edit", who, "--rating", str(chance.randint(1, 5))],
        "deal": ["deal", "add", who, "ten hours"],
        "refer": ["edit", who, "--referred-by", other],
        "company": ["edit", who, "--company", chance.choice(("One", "Two"))],
        "qualify": ["qualify", who, "--money", chance.choice(("yes", "no"))],
        "consent": ["consent", who, "email", chance.choice(("yes", "no"))],
        "undo": ["undo"],
        "redo": ["redo"],
        "delete": ["delete", who],
        "tag": ["edit", who, "--add-tag", chance.choice(("a", "b"))],
        "ask": ["appointment", "ask", who, "fri", "--at", "10:00", "--place", "warbler lane" if who == NAME else "here"],
    }[command])  # fmt: skip


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 30))])
def test_after_any_history_undo_does_all_or_nothing(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    path = new_file(tmp_path / "a.db")
    for name in (NAME, "Ana", "Bo", "Cleo", "Dan"):
        done(path, "add", name, MAIL if name == NAME else f"{name.lower()}@x.example")
    for _ in range(20):
        one_more(path, chance)
    result = run(path, "erase", "1", "--yes")
    assert result.code == 0 or "no contact" in result.err
    if result.code == 0:
        assert traces_in(path) == []
        sound(path)
    with closing(reader(path)) as conn:
        people = {row[0] for row in conn.execute("SELECT id FROM contacts")}
        assert result.code or 1 not in people
    for row in undo_list(path):
        with closing(reader(path)) as conn:
            before = dump(conn)
        taken = run(path, "undo", str(row["id"]))
        with closing(reader(path)) as conn:
            after, wrong = dump(conn), faults(conn)
        assert wrong == []
        if taken.code:
            assert taken.code == 2
            assert differences(before, after) == []
        else:
            assert (1 in after["contacts"]) <= (1 in before["contacts"])
            done(path, "redo", str(row["id"]))
            with closing(reader(path)) as conn:
                assert differences(without_history(before), without_history(dump(conn))) == []
    assert traces_in(path) == [] or result.code


def without_history(found: dict) -> dict:  # type: ignore[type-arg]
    """A status that began and ended while nobody looked may have been written anew, under another number."""
    return {table: rows for table, rows in found.items() if table != "status_history"}


# -- who comes in again ------------------------------------------------------------------------------------------------


@pytest.fixture
def people(tmp_path: Path) -> Path:
    text = f"name,email,phone,city\n{NAME},{MAIL},{PHONE},Here\nAna Berg,ana@b.example,,There\nNo Key,,,Nowhere\n"
    (tmp_path / "people.csv").write_text(text)
    return tmp_path / "people.csv"


def imported(path: Path, file: Path | str, text: str | None = None) -> dict[str, object]:
    if text is not None:
        Path(file).write_text(text)
    result = run(path, "import", str(file), "--json")
    found: dict[str, object] = json.loads(result.out)
    return found


def counts(found: dict[str, object]) -> tuple[object, ...]:
    return tuple(found[name] for name in ("added", "updated", "same", "refused"))


REASON = "erased here on 2026-11-24 at their wish; to take them in again: salesflow add"


def test_the_file_that_brought_them_does_not_bring_them_back(path: Path, people: Path) -> None:
    assert counts(imported(path, people)) == (3, 0, 0, 0)
    done(path, "erase", NAME, "--yes")
    again = imported(path, people)
    assert counts(again) == (0, 0, 2, 1)
    assert again["problems"] == [{"line": 2, "reason": REASON}]
    assert traces_in(path) == []
    done(path, "erase", "No Key", "--yes")  # known by nothing but the row it stood in
    assert counts(imported(path, people)) == (0, 0, 1, 2)


@pytest.mark.parametrize(
    "row", [f"Z. Q.,{MAIL.upper()},", f"Somebody Else,new@x.example,+1 {PHONE}", f",,{PHONE.replace('-', ' ')}"]
)
def test_any_way_to_reach_them_is_enough(path: Path, people: Path, row: str) -> None:
    imported(path, people)
    done(path, "erase", NAME, "--yes")
    found = imported(path, people.with_name("other.csv"), f"name,email,phone\n{row}\n")
    assert counts(found) == (0, 0, 0, 1)
    assert found["problems"] == [{"line": 2, "reason": REASON}]


def test_a_way_to_reach_them_that_they_had_once_is_enough(path: Path, people: Path) -> None:
    imported(path, people)
    done(path, "edit", NAME, "--drop", MAIL, "--email", "new@x.example")
    done(path, "erase", NAME, "--yes")
    found = imported(path, people.with_name("other.csv"), f"name,email\nZ,{MAIL}\n")
    assert counts(found) == (0, 0, 0, 1)


def test_deals_and_orders_do_not_bring_them_back(path: Path, tmp_path: Path) -> None:
    deals = tmp_path / "deals.csv"
    deals.write_text(
        f"deal id,contact,email,title,amount,outcome,closed on\n77,{NAME},{MAIL},Ten hours,400,won,2026-11-01\n"
        "78,Ana,ana@b.example,One hour,40,won,2026-11-02\n79,Quiet,,A day,90,won,2026-11-03\n"
    )
    assert counts(imported(path, deals)) == (3, 0, 0, 0)
    done(path, "erase", NAME, "--yes")
    done(path, "erase", "Quiet", "--yes")
    found = imported(path, deals)
    assert counts(found) == (0, 0, 1, 2)
    assert {problem["reason"] for problem in found["problems"]} == {REASON}  # type: ignore[attr-defined]
    assert traces_in(path) == []


def test_a_family_keeps_its_phone(path: Path, people: Path) -> None:
    """What somebody else has too is nobody's own: the other comes in again, and is not taken for the one who went."""
    text = f"name,email,phone\nKim Berg,kim@b.example,{PHONE}\n"
    imported(path, people)
    imported(path, people.with_name("kim.csv"), text)
    done(path, "erase", NAME, "--yes")
    assert counts(imported(path, people.with_name("kim.csv"), text.replace("Kim", "Kimmy"))) == (0, 1, 0, 0)
    assert counts(imported(path, people)) == (0, 0, 2, 1)
    sound(path)


def test_somebody_here_is_met_by_their_own_key_though_a_phone_was_another_s(path: Path, people: Path) -> None:
    imported(path, people)
    done(path, "erase", NAME, "--yes")
    text = f"name,email,phone\nAna Berg,ana@b.example,{PHONE}\n"
    assert counts(imported(path, people.with_name("ana.csv"), text)) == (0, 1, 0, 0)
    sound(path)  # the phone is Ana's now


def test_who_is_typed_by_hand_wants_back(path: Path, people: Path) -> None:
    imported(path, people)
    done(path, "erase", NAME, "--yes")
    added = run(path, "add", *NAME.split(), MAIL)
    assert added.code == 0
    assert f"{MAIL} was erased here on 2026-11-24 at their wish; taken in again, as you typed it" in added.err
    sound(path)
    assert counts(imported(path, people)) == (0, 1, 2, 0)
    done(path, "undo")
    done(path, "undo")
    assert counts(imported(path, people)) == (0, 0, 2, 1)  # not typed, as it turned out
    done(path, "redo", str(undo_list(path)[1]["id"]))
    assert erased(path) == []


@pytest.mark.parametrize("words", [["note", MAIL, "hello", "--new"], ["edit", "ana", "--email", MAIL]])
def test_by_whatever_command_they_are_typed(path: Path, people: Path, words: list[str]) -> None:
    imported(path, people)
    done(path, "erase", NAME, "--yes")
    assert "was erased here" in run(path, *words).err
    sound(path)


def test_who_wanted_back_can_be_erased_again(path: Path, people: Path) -> None:
    imported(path, people)
    done(path, "erase", NAME, "--yes")
    done(path, "add", NAME, MAIL)
    done(path, "erase", NAME, "--yes")
    assert counts(imported(path, people)) == (0, 0, 2, 1)
    assert traces_in(path) == []
    sound(path)


def erased(path: Path) -> list[str]:
    with closing(reader(path)) as conn:
        return [row["name"] for row in erasing.here(conn)]


# -- hashes ------------------------------------------------------------------------------------------------------------


def test_keys_are_kept_as_keyed_hashes_and_by_kind(path: Path) -> None:
    with desk(path) as at, at.writing() as (conn, _, _):
        keys = [("email", "a@b.example"), ("phone", "+12025550187"), ("id", "shopify:7"), ("row", "ab" * 32)]
        assert erasing.remember(conn, keys, "2026-11-24") == 4
        assert erasing.is_erased(conn, [*keys, ("link", "a@b.example"), ("email", "c@d.example")]) == set(keys)
        text = " ".join(str(tuple(row)) for row in conn.execute("SELECT * FROM erased"))
        assert not re.search("a@b|2025550187|shopify", text)
        assert all(len(row[0]) == 64 for row in conn.execute("SELECT key_hash FROM erased"))


def test_two_files_do_not_say_whether_they_mean_the_same_person(tmp_path: Path) -> None:
    found = set()
    for name in ("a.db", "b.db"):
        with desk(tmp_path / name) as at, at.writing() as (conn, _, _):
            erasing.remember(conn, [("email", "a@b.example")], "2026-11-24")
            found.add(conn.execute("SELECT key_hash FROM erased").fetchone()[0])
    assert len(found) == 2


def test_nobody_erased_costs_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*args: object) -> list[str]:
        raise AssertionError("hashed although nobody was ever erased")

    monkeypatch.setattr(erasing, "hashed", never)
    with closing(reader(path)) as conn:
        assert erasing.is_erased(conn, [("email", "a@b.example")]) == set()
        assert erasing.here(conn) == []


def test_thousands_are_asked_for_at_once(path: Path) -> None:
    with desk(path) as at, at.writing() as (conn, _, _):
        erasing.remember(conn, [("email", f"e{number}@b.example") for number in range(0, 20_000, 2)], "2026-11-24")
        began = time.process_time()
        found = erasing.is_erased(conn, [("email", f"e{number}@b.example") for number in range(5000)])
        assert len(found) == 2500
        assert time.process_time() - began < 1  # some 0.02 s


# -- copies ------------------------------------------------------------------------------------------------------------


def test_copies_that_have_them_are_named_and_deleted_when_asked(known: Path) -> None:
    done(known, "db", "backup", str(known.with_name("mine.db")))
    done(known, "db", "backup")
    done(known, "db", "restore", str(known.with_name("mine.db")), "--yes")
    old = known.with_name("a.db.copies") / "2026-11-24-0000.db"
    new_file(old)  # a copy of another day, in which they are not
    plan = json.loads(done(known, "erase", NAME, "--yes", "--json"))
    named = sorted(Path(name).name for name in plan["copies"])
    assert "a.db.before-restore-2026-11-24" in named
    assert old.name not in named
    assert len(named) == 2
    assert all(Path(name).exists() for name in plan["copies"])
    assert plan["copies_deleted"] == []


def test_copies_are_deleted_and_a_fresh_one_is_kept(known: Path) -> None:
    done(known, "db", "backup")
    plan = json.loads(done(known, "erase", NAME, "--yes", "--copies", "--json"))
    assert plan["copies"] == []
    assert plan["copies_deleted"]
    for place in known.parent.rglob("*"):
        if place.is_file():
            assert NAME.encode() not in place.read_bytes(), place
    sound(known)


def test_a_copy_brought_back_names_who_is_back_with_it(known: Path) -> None:
    kept = known.with_name("kept.db")
    done(known, "db", "backup", str(kept))
    done(known, "erase", NAME, "--yes")
    answer = done(known, "db", "restore", str(kept), "--yes")
    assert (
        f"Erased since that copy was made, and back with it; to erase them again:\n  salesflow erase 2   {NAME}"
        in answer
    )
    checked = run(known, "db", "check")
    assert checked.code == 1
    assert f"here though erased: 2 {NAME}; salesflow erase WHO" in checked.out
    done(known, "erase", "2", "--yes")
    sound(known)


def test_hashes_are_carried_into_a_copy_from_before_the_first_erasing(known: Path, people: Path) -> None:
    kept = known.with_name("kept.db")
    done(known, "db", "backup", str(kept))
    done(known, "erase", "ken ito", "--yes")
    done(known, "db", "restore", str(kept), "--yes", "-q")
    done(known, "delete", "ken")
    found = imported(known, people, "name,email\nKen,ken@ito.example\n")
    assert counts(found) == (0, 0, 0, 1)


def test_a_copy_that_cannot_be_read_may_have_them(known: Path) -> None:
    broken = known.with_name("a.db.copies") / "2026-11-01.db"
    broken.write_bytes(b"no database")
    assert str(broken) in json.loads(done(known, "erase", NAME, "--yes", "--json"))["copies"]


# -- all that is known -------------------------------------------------------------------------------------------------


def test_all_that_is_known_about_one_person(known: Path, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text(f"name,email,phone\n{NAME},{MAIL},202-555-0166\n")
    done(known, "import", str(people))
    done(known, "done", "zyxo", "sent")
    done(known, "consent", "zyxo", "email", "no")
    found = json.loads(done(known, "export", "--person", NAME))
    assert found["name"] == NAME
    assert [point["value"] for point in found["points"]] == [MAIL, "4 Warbler Lane", "202-555-0155", "202-555-0166"]
    assert [(one["channel"], one["answer"], one["said"]) for one in found["consents"]] == [
        ("email", "yes", "over jasmine tea"), ("email", "no", None)
    ]  # fmt: skip
    assert [(one["question"], one["answer"], one["replaced_at"] is None) for one in found["answers"]] == [
        ("money", "yes", False), ("money", "no", True)
    ]  # fmt: skip
    assert found["referred_by"] == {"id": 1, "name": "Rosa Quint"}
    assert found["referred"] == [{"id": 3, "name": "Ken Ito"}]
    assert [step["state"] for step in found["follow_ups"]] == ["done"]
    assert [len(deal["stages"]) for deal in found["deals"]] == [2]
    assert len(found["activities"]) == 2
    assert [one["file_name"] for one in found["imports"]] == ["people.csv"]
    commands = [one["command"].split()[0] for one in found["changes"]]
    assert commands == ["add", "log", "qualify", "qualify", "consent", "deal", "move", "win", "edit", "edit", "import",
                        "done", "consent"]  # fmt: skip
    assert "ken@ito" not in json.dumps(found)


def test_one_person_to_a_file_and_nothing_else_with_it(known: Path, tmp_path: Path) -> None:
    target = tmp_path / "one.json"
    done(known, "export", "--person", "zyxo", "quvwith", "-o", str(target))
    assert json.loads(target.read_text())["id"] == 2
    for more in (["-f", "csv"], ["--tag", "x"], ["--for", "email"], ["--as", "csv"], ["--what", "deals"]):
        assert run(known, "export", "--person", "zyxo", *more).code == 2
    assert run(known, "export", "--person", "nobody").code == 3


def test_traces_of_nobody(path: Path) -> None:
    with closing(reader(path)) as conn:
        found = traces.trace(conn, 99)
        assert (found.now, found.lent) == ({}, {})
        assert list(traces.lines(conn, found)) == []


def test_a_row_that_is_somebody_elses_now_stays_and_its_change_is_fixed(path: Path) -> None:
    with desk(path) as at:
        with at.writing() as (conn, _, _):
            for name in (NAME, "Ana"):
                add_contact(conn, Draft(name=name), moment())
            consent.say(conn, 1, "email", "yes", moment())
        with at.writing() as (conn, _, work):
            conn.execute("UPDATE answers SET contact_id = 2 WHERE contact_id = 1")
            moved = work.change_id
    gone = removing.remove(path, 1, moment())
    assert moved in gone.changes
    with closing(reader(path)) as conn:
        assert conn.execute("SELECT contact_id FROM answers").fetchall()[0][0] == 2
        assert faults(conn) == []
    assert run(path, "undo", str(moved)).code == 2


def test_words_of_a_name_that_others_have_stay_in_their_commands(path: Path) -> None:
    done(path, "add", "Ana Quvwith")
    done(path, "add", "Zyxo Berg")
    done(path, "add", NAME)
    done(path, "note", "ana", "hello from", "zyxo")
    done(path, "note", "2", f"asked {NAME}")
    done(path, "erase", NAME, "--yes")
    said = {row["id"]: row["command"] for row in undo_list(path)}
    assert said[4] == "note ana hello from zyxo"
    assert said[5] == "note 2 asked …"
    assert said[3] == "add (…)"
    assert fold(NAME) not in fold(" ".join(said.values()))


def test_an_old_desk_sees_that_they_are_gone(known: Path) -> None:
    with desk(known) as at:
        assert isinstance(at, Desk)
        done(known, "erase", NAME, "--yes")
        assert at.conn.execute("SELECT count(*) FROM contacts").fetchone()[0] == 2
