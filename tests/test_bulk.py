"""Many at once: what is shown is what is done, as one step; who passes which filter; lists that are saved."""

import inspect
import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import Desk, desk, differences, dump, faults, new_file, reader, run
from salesflow.cli import TABLE, filters
from salesflow.cli.session import Session
from salesflow.cli.tree import build
from salesflow.errors import Refused
from salesflow.records import change, listing, saved_filters
from salesflow.records.listing import Filters


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = new_file(tmp_path / "sales.db")
    (tmp_path / "list.csv").write_text(
        "name,email,phone,company,source,tags\n"
        "Una Vane,una@vane.example,,Vane Ltd,fair,bakery\n,solo@list.example,,,,\n,,,Oak Joinery,,\n",
        encoding="utf-8",
    )
    for words in (
        ("add", "Ken", "Ito", "202-555-0133", "--source", "fair", "--tag", "bakery", "--company", "Ito Ltd"),
        ("add", "Rosa", "Quint", "rosa@quint.example", "--source", "Web", "--tag", "vip", "--tag", "bakery"),
        ("add", "Sam", "Ode", "--birthday", "17 march", "--next", "fri", "--address", "Lane 1"),
        ("add", "Ola", "Off", "--tag", "bakery"),
        ("edit", "4", "--off-list", "asked"),
    ):
        assert run(path, *words, today="2026-06-01").code == 0
    assert run(path, "import", str(tmp_path / "list.csv"), today="2026-06-01").code == 0
    return path


def ids(path: Path, *words: str, today: str = "2026-11-24") -> list[int]:
    done = run(path, "list", *words, "--json", today=today)
    assert done.code == 0, done.err
    return sorted(row["id"] for row in json.loads(done.out))


# -- filters -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", [1, 2, 3, 5, 6, 7]),
        ("--tag vip --tag Bakery", [1, 2, 5]),
        ("--tag bakery --not-tag vip", [1, 5]),
        ("--not-tag bakery --not-tag vip", [3, 6, 7]),
        ("--status off-list", [4]),
        ("--status off-list --status lead", [1, 2, 3, 4, 5, 6, 7]),
        ("--not-status lead", []),
        ("--source fair --source web", [1, 2, 5]),
        ("--not-source fair", [2, 3, 6, 7]),
        ("--company ITO\u00a0ltd", []),
        ("--company ito_ltd --company vane_ltd", [1, 5]),
        ("--not-company ito_ltd", [2, 3, 5, 6, 7]),
        ("--missing phone", [2, 3, 5, 6, 7]),
        ("--missing phone --missing email", [3, 7]),
        ("--missing email --missing name", []),
        ("--missing name", [6]),
        ("--missing company", [2, 3, 6]),
        ("--missing address", [1, 2, 5, 6, 7]),
        ("--missing birthday --missing tag", [6, 7]),
        ("--missing source", [3, 6, 7]),
        ("--imported", [5, 6, 7]),
        ("--no-next --source fair", [1, 5]),
        ("--quiet-for 90d", [1, 2, 3, 5, 6, 7]),
        ("--quiet-for 90", [1, 2, 3, 5, 6, 7]),
        ("--untouched 5m", [1, 2, 3, 5, 6, 7]),
        ("--untouched 26w", []),
        ("--untouched 1y", []),
    ],
)
def test_who_passes(db: Path, words: str, found: list[int]):
    assert ids(db, *(word.replace("_", " ") for word in words.split(" ") if word)) == found


def test_what_was_done_by_hand_is_a_touch_and_what_a_file_did_is_none(db: Path, tmp_path: Path):
    everybody = ids(db, "--untouched", "3m")
    assert run(db, "edit", "1", "--rating", "3").code == 0
    assert run(db, "edit", "2", "--drop", "vip").code == 0
    assert run(db, "qualify", "3", "--money", "yes").code == 0
    assert run(db, "log", "call", "5", "hello").code == 0
    (tmp_path / "more.csv").write_text("name,email,note\n,solo@list.example,seen again\n", encoding="utf-8")
    assert run(db, "import", str(tmp_path / "more.csv")).code == 0
    assert ids(db, "--untouched", "3m") == [each for each in everybody if each not in (1, 2, 3, 5)]
    assert ids(db, "--quiet-for", "3m") == [each for each in everybody if each != 5]
    assert run(db, "undo").code == 0
    assert run(db, "undo").code == 0  # the call
    assert ids(db, "--untouched", "3m") == [each for each in everybody if each not in (1, 2, 3)]


@pytest.mark.parametrize("text", ["soon", "", "d", "-3d", "3.5d", "9999y", "0x9", "٣d", "90 d", "99999d"])
def test_a_length_of_time_that_is_none_is_refused_in_one_line(db: Path, text: str):
    for option in ("--quiet-for", "--untouched"):
        done = run(db, "list", option, text)
        assert (done.code, done.out) == (2, "")
        assert done.err.count("\n") == 1


@pytest.mark.parametrize("option", ["--tag", "--source", "--company", "--status", "--not-tag", "--missing"])
def test_an_empty_word_never_means_everybody(db: Path, option: str):
    for command in (["list"], ["export"], ["delete", "--yes"], ["follow", "fri", "hello", "--yes"]):
        done = run(db, *command, option, "")
        assert (done.code, done.out) == (2, ""), command


def test_every_command_with_filters_takes_them_all_and_they_are_written_once():
    known = set(inspect.signature(filters.typed).parameters)
    assert known == set(Filters._fields)
    for name, entry in TABLE.items():
        taken = {param.name for param in build(name, entry).params} & known
        assert taken in ((known, set()) if entry.filters else (set(), taken)), name
    assert {name for name, entry in TABLE.items() if entry.filters} == {"list", "export", "edit", "follow", "delete"}


# -- the plan, and the one step ----------------------------------------------------------------------------------------

EDITS = st.lists(
    st.sampled_from(
        ["--add-tag x", "--add-tag Bakery", "--drop-tag bakery", "--drop-tag none", "--drop vip", "--rating 3",
         "--set-source fair", "--set-company Oak", "--note hello", "--priority b", "--on-list", "--off-list asked",
         "--referred-by 3", "--title baker", "--kind company", "--address Lane"]
    ), min_size=1, max_size=4,
)  # fmt: skip
WHOM = st.sampled_from(["--all", "--tag bakery", "--missing phone", "--status off-list", "--source fair --not-tag vip",
                        "--not-company oak", "--tag nobody", "--imported"])  # fmt: skip


@given(whom=WHOM, what=EDITS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_shown_is_what_is_done_and_one_undo_takes_it_back(db: Path, whom: str, what: list[str]):
    words = ["edit", *whom.split(), *" ".join(what).split(), "--json"]
    before = kept(db)
    shown = run(db, *words)
    assert kept(db) == before, "a plan writes nothing"
    done = run(db, *words, "--yes")
    if done.code == 2:  # somebody cannot be referred by themselves
        assert (shown.code, shown.out) == (2, "")
        assert "themselves" in done.err
        assert kept(db) == before
        return
    plan, made = json.loads(shown.out), json.loads(done.out)
    assert plan["plan"] == made["plan"]
    assert (plan["people"], plan["passing"]) == (made["people"], made["passing"])
    assert made["written"] == bool(made["plan"])
    assert shown.code == (2 if made["plan"] else 0)
    if not made["plan"]:
        assert kept(db) == before
        return
    assert run(db, *words[:-1], "--yes").out.startswith(("Nothing to change", "Nobody passes")) or "--tag" in whom
    while kept(db) != before:
        assert run(db, "undo").code == 0


def kept(path: Path) -> dict[str, Any]:
    conn = reader(path)
    try:
        assert faults(conn) == []
        return dump(conn)
    finally:
        conn.close()


@pytest.mark.parametrize("answer", ["y", "n"])
def test_on_a_terminal_it_asks(db: Path, monkeypatch: pytest.MonkeyPatch, answer: str):
    monkeypatch.setattr(Session, "asks", property(lambda self: True))
    monkeypatch.setattr(Session, "ask", lambda self, question, default="": answer)
    done = run(db, "edit", "--tag", "bakery", "--add-tag", "x")
    assert "tags: bakery -> bakery, x" in done.out
    assert (done.code, ids(db, "--tag", "x")) == ((0, [1, 2, 5]) if answer == "y" else (2, []))
    assert ("3 people changed." in done.out) == (answer == "y")


def test_what_has_changed_since_it_was_shown_is_not_done(db: Path, monkeypatch: pytest.MonkeyPatch):
    def meanwhile(self: Session, question: str) -> bool:
        if not self.yes:
            assert run(db, "edit", "1", "--drop-tag", "bakery").code == 0
        return True

    monkeypatch.setattr(Session, "confirmed", meanwhile)
    done = run(db, "edit", "--tag", "bakery", "--add-tag", "x")
    assert done.code == 2
    assert "something has changed" in done.err
    assert ids(db, "--tag", "x") == []


def test_a_promise_to_many_and_many_deleted_are_one_step_each(db: Path):
    before = kept(db)
    assert run(db, "follow", "--tag", "bakery", "fri", "call:", "hours?", "--at", "9:30", "--yes").code == 0
    conn = reader(db)
    rows = conn.execute("SELECT contact_id, kind, text, due_at FROM follow_ups WHERE text = 'hours?'").fetchall()
    conn.close()
    assert [tuple(row) for row in rows] == [(each, "call", "hours?", "09:30") for each in (1, 2, 5)]
    assert run(db, "undo").code == 0
    assert differences(before, kept(db)) == []
    assert run(db, "delete", "--all", "-y").code == 0
    assert ids(db) == []
    assert ids(db, "--status", "off-list") == [4], "--all says everybody that list shows"
    assert run(db, "undo").code == 0
    assert differences(before, kept(db)) == []


# -- saved lists -------------------------------------------------------------------------------------------------------

WORDS = st.lists(st.text("abc 'é\"$", min_size=1, max_size=5).filter(str.strip), max_size=2).map(tuple)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "tag": WORDS, "source": WORDS, "not_company": WORDS, "no_next": st.booleans(), "imported": st.booleans(),
        "quiet_for": st.sampled_from([None, "90d", "3m"]), "missing": st.sampled_from([(), ("phone",), ("tag", "name")]),
    },
).map(lambda said: Filters(**said))  # fmt: skip


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "a.db") as found:
        yield found


@given(one=FILTERS, other=FILTERS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_saved_list_is_what_was_saved(at: Desk, one: Filters, other: Filters):
    if not any(one):
        return
    with change.change(at.conn, at.now, "test"):
        saved_filters.save(at.conn, "@Some-Name", one)
    assert saved_filters.find(at.conn, "some-name") == one
    with change.change(at.conn, at.now, "test"):
        before = saved_filters.save(at.conn, "some-name", other) if any(other) else one
    assert before == one


def test_filters_as_they_are_typed_read_back_the_same(db: Path):
    for word in ("it's", 'a "b"', "$x", "-y", "é", "a b"):
        words = ["--tag", word, "--not-source", word, "--no-next", "--quiet-for", "3m"]
        assert run(db, "list", *words, "--save", "odd").code == 0
        assert shlex.split(json.loads(run(db, "list", "--saved", "--json").out)[0]["filters"]) == words


def test_a_list_saved_by_a_newer_salesflow_is_refused(at: Desk):
    with change.change(at.conn, at.now, "test"):
        at.conn.execute("INSERT INTO config (name, value) VALUES ('filter:new', '{\"moon\": true}')")
    with pytest.raises(Refused, match="does not know: moon"):
        saved_filters.find(at.conn, "@new")


def test_a_saved_list_and_filters_are_both_held_to(db: Path):
    assert run(db, "list", "--tag", "bakery", "--not-tag", "vip", "--save", "b").code == 0
    assert ids(db, "@b") == [1, 5]
    assert ids(db, "@B", "--source", "fair", "--missing", "phone") == [5]
    assert ids(db, "@b", "--not-tag", "fair", "--no-next") == [1, 5]
    assert ids(db, "@b", "--tag", "bakery") == [1, 5], "the same again is no other"
    assert run(db, "list", "@b", "--tag", "vip").code == 2
    assert run(db, "export", "@b", "--as", "json").code == 0
    assert run(db, "edit", "@b", "--source", "fair", "--set-source", "x", "--yes").code == 0
    assert ids(db, "--source", "x") == [1, 5]


def test_a_page_of_a_list_is_read_in_the_order_of_its_index(at: Desk):
    sql = "EXPLAIN QUERY PLAN " + listing.LISTED
    plan = [
        row["detail"] for row in at.conn.execute(sql, {**listing.values(at.conn, Filters(), at.today), "limit": 20})
    ]
    assert plan[0] == "SCAN contacts USING INDEX contacts_ranked"
    assert not any("TEMP B-TREE FOR ORDER BY" in each for each in plan[:1])
