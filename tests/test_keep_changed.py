"""`undo CHANGE --keep-changed`: whoever was changed since stays exactly as now, all others are exactly as before."""

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builders import Desk, desk, differences, dump, faults, new_file
from salesflow.errors import Refused
from salesflow.records import change
from test_journal import Command, Maker, fresh, give, history, note
from test_journal import number as number_of

PEOPLE = "Name,Phone,E-Mail,Company,Tags,Next,Todo,Birthday,Note,Referred by"
UNMINDED = {"imports", "imported_rows", "search"}  # say nothing of a person


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_file(tmp_path_factory.mktemp("template") / "new.db")


@pytest.fixture
def at(template: Path, tmp_path: Path) -> Iterator[Desk]:
    with desk(fresh(template, tmp_path / "a.db")) as found:
        yield found


def columns(at: Desk, table: str) -> list[str]:
    return [row["name"] for row in at.conn.execute(f"PRAGMA table_info({table})")]


def by_person(at: Desk, found: dict[str, Any]) -> dict[int, dict[tuple[str, int], tuple[object, ...]]]:
    """The rows of a dump, person by person."""
    people: dict[int, dict[tuple[str, int], tuple[object, ...]]] = {}
    for table, kept in found.items():
        if table in UNMINDED or not kept:
            continue
        names = columns(at, table)
        owner = 0 if table == "contacts" else names.index("contact_id") if "contact_id" in names else None
        for row_id, row in kept.items() if owner is not None else ():
            people.setdefault(int(row[owner]), {})[table, row_id] = row  # type: ignore[call-overload]
    return people


def changed(at: Desk, one: dict[str, Any], other: dict[str, Any]) -> set[int]:
    """Who is not as they were; what is only kept beside the tables does not count."""
    before, after = by_person(at, one), by_person(at, other)

    def told(of: dict[int, Any], number: int) -> dict[Any, Any]:
        return {key: row for key, row in of.get(number, {}).items() if key[0] not in ("standing", "silence")}

    return {number for number in {*before, *after} if told(before, number) != told(after, number)}


def pointed_at(at: Desk, found: dict[str, Any], people: set[int], before: dict[str, Any]) -> set[int]:
    """These people, and whom they lead to by a row that was not there before: who sent them, whose deal theirs is of."""
    pointers = (("referred_by_id", "contacts"), ("other_id", "contacts"), ("deal_id", "deals"),
                ("follow_up_id", "follow_ups"), ("person_id", "contacts"))  # fmt: skip
    more: set[int] = set()
    for table in ("contacts", "activities", "follow_ups", "exceptions", "stage_entries", "apart", "deciders"):
        names = columns(at, table)
        for row in found[table].values():
            if row[0 if table == "contacts" else names.index("contact_id")] in people:
                for name, there in pointers:
                    row_id = row[names.index(name)] if name in names else None
                    if row_id is not None and row_id not in before[there]:
                        owner = 0 if there == "contacts" else columns(at, there).index("contact_id")
                        more.add(found[there][row_id][owner])
    return people if more <= people else pointed_at(at, found, people | more, before)


def list_of(seed: int, folder: Path) -> str:
    """A file with people whom earlier commands may have made, and with others."""
    dice = random.Random(seed)
    rows = [
        ("Ken Ito", "202-555-0133", "ken@ito.example", dice.choice(("", "New Firm")), "list", "", "", "", "met", ""),
        ("Ana B", "", "ana@b.example", "", "", "2026-12-01", "call", "1980-03-17", "", "Ken Ito"),
        ("Rita Moss", "", "rita@moss.example", "Moss Ltd", "fair;list", "", "", "", "hello", ""),
        *((f"New {each}", "", f"new{each}@list.example", "", "list", "", "", "", "",
           f"New {each - 1}" if each % 3 == 0 else "") for each in range(1, dice.randint(3, 9))),
    ]  # fmt: skip
    path = folder / "list.csv"
    path.write_text("\n".join([PEOPLE, *(",".join(row) for row in rows)]) + "\n", encoding="utf-8")
    return str(path)


SEEDS = [pytest.param(seed, marks=[] if seed < 25 else pytest.mark.long) for seed in range(300)]


@pytest.mark.parametrize("seed", SEEDS)
def test_who_was_changed_since_stays_and_all_others_are_as_before(template: Path, tmp_path: Path, seed: int):
    with desk(fresh(template, tmp_path / "a.db")) as at:
        for _ in history(at, seed, 6):
            pass
        before = note(at)
        maker = Maker(seed + 1000, at)
        answers = {} if seed % 4 or not maker.ids("SELECT id FROM criteria") else {"answer": [f"{first(at)}=yes"]}
        imported = give(at, Command("import", ([list_of(seed, tmp_path)],), answers, 0, 0))
        if seed % 5 == 4:  # no file, but whatever else there is
            before = note(at)
            imported = other_change(at, maker)
        assert imported
        made = note(at)
        mine = changed(at, before, made)
        last, touched = made, set()
        for _ in range(seed % 9):
            command = maker.command()
            give(at, command)
            touched |= changed(at, last, dump(at.conn))
            last = dump(at.conn)
        now = note(at)
        stay = pointed_at(at, now, touched, before)
        hands = changed_hands(at, before, made)
        while more := {each for pair in hands if stay & {*pair} for each in pair} - stay:
            stay = pointed_at(at, now, stay | more, before)
        try:
            done = change.undo(at.conn, at.now, imported, keep_changed=True)
        except Refused as error:
            assert differences(now, note(at)) == []
            assert mine <= stay or "cannot undo" in str(error), f"seed {seed}: {error}"
            return
        after = note(at)
        kept = {each for each, _ in done.kept}
        held = {
            each for each, theirs in by_person(at, now).items()
            if any(row_id not in before[table] and row_id in made[table] for table, row_id in theirs if table in made)
        }  # fmt: skip
        assert kept == {each for each in (mine | held) & stay if each in now["contacts"]}, f"seed {seed}"
        was, is_now, then = by_person(at, before), by_person(at, now), by_person(at, after)
        for each in mine - stay:
            assert then.get(each) == was.get(each), f"seed {seed}: {each} is not as before"
        for each in {*is_now} - (mine - stay):
            assert then.get(each) == is_now[each], f"seed {seed}: {each} is not as it was"
        assert differences(now, redone(at)) == [], f"seed {seed}: redo"
        change.undo(at.conn, at.now, imported, keep_changed=True)
        assert {table: after[table] for table in after if table != "status_history"} == {
            table: found for table, found in note(at).items() if table != "status_history"
        }
        if kept:
            go_back_to(at, imported)
            if not differences_of_people(at, before):
                return
            raise AssertionError(f"seed {seed}: {differences_of_people(at, before)}")


def other_change(at: Desk, maker: Maker) -> int:
    """A change of people; one of the questions would change everybody's standing."""
    while True:
        command = maker.command()
        if not command.name.startswith(("question", "config")) and (made := give(at, command)):
            return made


def changed_hands(at: Desk, one: dict[str, Any], other: dict[str, Any]) -> set[tuple[int, int]]:
    """Whose rows became whose, by a merge."""
    before, after = (
        {key: number for number, theirs in by_person(at, each).items() for key in theirs} for each in (one, other)
    )
    return {(before[key], after[key]) for key in before.keys() & after.keys() if before[key] != after[key]}


def first(at: Desk) -> str:
    return str(at.conn.execute("SELECT name FROM criteria ORDER BY position").fetchone()[0])


def redone(at: Desk) -> Any:
    change.redo(at.conn, at.now)
    return note(at)


def go_back_to(at: Desk, first: int) -> None:
    """Take back every command in force, the last first, up to the one of that number, that one too."""
    while True:
        last = at.conn.execute(
            "SELECT max(id) FROM changes WHERE kind = 'do' AND undone_by_id IS NULL AND id >= ?", (first,)
        ).fetchone()[0]
        if last is None:
            return
        try:
            change.undo(at.conn, at.now, last)
        except Refused as error:  # what it would bring back points at somebody who is taken back
            needed = re.search(r"first: salesflow redo (\d+)$", str(error))
            assert needed, error
            change.redo(at.conn, at.now, int(needed[1]))
        assert faults(at.conn) == []


def differences_of_people(at: Desk, before: dict[str, Any]) -> list[str]:
    was, is_now = by_person(at, before), by_person(at, dump(at.conn))
    return [str(each) for each in {*was, *is_now} if was.get(each) != is_now.get(each)]


# -- one thing at a time -----------------------------------------------------------------------------------------------


def brought_in(at: Desk, folder: Path, text: str, **options: Any) -> int:
    path = folder / "brought.csv"
    path.write_text(text, encoding="utf-8")
    return number_of(at.call("import", [str(path)], **options))


def names(at: Desk) -> list[str]:
    return [row["name"] for row in at.conn.execute("SELECT name FROM contacts ORDER BY id")]


def test_whoever_sent_somebody_who_stays_stays_too(at: Desk, tmp_path: Path):
    text = "name,email,referred by\nA,a@x.example,\nB,b@x.example,A\nC,c@x.example,B\nD,d@x.example,A\n"
    imported = brought_in(at, tmp_path, text)
    at.call("log", ["call", "b@x.example", "hello"])
    done = change.undo(at.conn, at.now, imported, keep_changed=True)
    assert names(at) == ["A", "B"]
    assert done.kept == ((1, "A"), (2, "B"))
    assert len(dump(at.conn)["imports"]) == 1, "as long as any of it is left"
    note(at)


def test_somebody_new_whom_one_of_the_file_sent_keeps_that_one(at: Desk, tmp_path: Path):
    imported = brought_in(at, tmp_path, "name,email\nA,a@x.example\nB,b@x.example\n")
    at.call("add", ["Zoe"], referred_by="a@x.example")
    done = change.undo(at.conn, at.now, imported, keep_changed=True)
    assert names(at) == ["A", "Zoe"]
    assert done.kept == ((1, "A"),)
    note(at)


def test_a_process_made_by_the_file_stays_whole_with_a_deal_that_stays(at: Desk, tmp_path: Path):
    text = "Deal id,Contact,Title,Amount,Stage\nX1,Ken,hours,100,Talk\nX2,Ana,hours,200,Offer\nX3,Bo,hours,9,Offer\n"
    before = note(at)
    imported = brought_in(at, tmp_path, text, as_="deals", process="theirs")
    made = dump(at.conn)
    at.call("move", ["D1"])
    now = note(at)
    done = change.undo(at.conn, at.now, imported, keep_changed=True)
    assert [name for _, name in done.kept] == ["Ken"]
    after = note(at)
    assert after["processes"] == made["processes"]
    assert after["stages"] == made["stages"]
    assert len(after["deals"]) == 1
    assert differences(now, redone(at)) == []
    go_back_to(at, imported)
    assert differences_of_people(at, before) == []
    assert dump(at.conn)["stages"] == before["stages"]


def test_a_process_that_only_a_setting_needs_is_named(at: Desk, tmp_path: Path):
    text = "Deal id,Contact,Title,Amount,Stage\nX1,Ken,hours,100,Talk\nX2,Ana,hours,200,Offer\n"
    imported = brought_in(at, tmp_path, text, as_="deals", process="theirs")
    setting = number_of(at.call("config", "process", ["theirs"]))
    now = note(at)
    with pytest.raises(Refused, match=f"built on by {setting} config .*; first: salesflow undo {setting}$"):
        change.undo(at.conn, at.now, imported, keep_changed=True)
    assert differences(now, note(at)) == []


def test_a_change_by_hand_of_many_can_keep_some_too(at: Desk):
    for name in ("Ann", "Ben", "Cid"):
        at.call("add", [name], tag=["fair"])
    at.yes = True
    changed_many = number_of(at.call("edit", None, tag=["fair"], rating=4))
    at.call("edit", ["2"], rating=5)
    with pytest.raises(
        Refused, match="changed since: 2 Ben; all but them: salesflow undo 4 --keep-changed; or first: "
    ):
        change.undo(at.conn, at.now, changed_many)
    done = change.undo(at.conn, at.now, changed_many, keep_changed=True)
    assert done.kept == ((2, "Ben"),)
    assert [row["rating"] for row in at.conn.execute("SELECT rating FROM contacts ORDER BY id")] == [None, 5, None]
    with pytest.raises(Refused, match=r"all were changed since: 2 Ben$"):
        change.undo(at.conn, at.now, changed_many, keep_changed=True)
    change.redo(at.conn, at.now)
    assert [row["rating"] for row in at.conn.execute("SELECT rating FROM contacts ORDER BY id")] == [4, 5, 4]
    assert at.conn.execute("SELECT count(*) FROM changes WHERE id < 0").fetchone()[0] == 0
    note(at)


def test_a_row_deleted_since_comes_back_with_its_undo_and_goes_with_the_file(at: Desk, tmp_path: Path):
    before = note(at)
    imported = brought_in(at, tmp_path, "name,email,phone\nA,a@x.example,202-555-0101\nB,b@x.example,\n")
    dropped = number_of(at.call("edit", ["1"], drop=["a@x.example"]))
    change.undo(at.conn, at.now, imported, keep_changed=True)
    assert names(at) == ["A"]
    change.undo(at.conn, at.now, dropped)
    assert [row[0] for row in at.conn.execute("SELECT value FROM points ORDER BY id")] == [
        "a@x.example",
        "202-555-0101",
    ]
    change.undo(at.conn, at.now, imported)
    assert differences_of_people(at, before) == []
    assert at.conn.execute("SELECT count(*) FROM points").fetchone()[0] == 0


def test_a_later_file_that_only_saw_somebody_keeps_nobody(at: Desk, tmp_path: Path):
    imported = brought_in(at, tmp_path, "name,email\nA,a@x.example\nB,b@x.example\n")
    brought_in(at, tmp_path, "email,name\na@x.example,A\nc@x.example,C\n")
    assert change.undo(at.conn, at.now, imported, keep_changed=True).kept == ()
    assert names(at) == ["C"]
    note(at)
