"""Merging: one of two, with everything that hangs on either; remembered by imports, and taken back exactly."""

import contextlib
import json
import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import Desk, desk, differences, dump, faults, later, new_file, reader, run
from salesflow.errors import Refused, SalesflowError
from salesflow.records import change, consent, contacts, extras, identity, merging, timelines
from salesflow.records.contacts import Draft, Point
from salesflow.records.timelines import Stay
from salesflow.store.rows import rows, value


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_file(tmp_path_factory.mktemp("template") / "a.db")


@pytest.fixture
def path(template: Path, tmp_path: Path) -> Path:
    found = tmp_path / "a.db"
    found.write_bytes(template.read_bytes())
    return found


@pytest.fixture
def at(path: Path) -> Iterator[Desk]:
    with desk(path) as found:
        yield found


def merge(at: Desk, other: int, into: int) -> merging.Plan:
    with change.change(at.conn, at.now, f"merge {other} --into {into}"):
        found = merging.merge(at.conn, other, into)
    assert faults(at.conn) == []
    return found


def column(at: Desk, sql: str, **values: Any) -> list[Any]:
    return [row[0] for row in rows(at.conn, sql, **values)]


def imported(path: Path, text: str, name: str = "people.csv", *words: str) -> dict[str, Any]:
    file = path.with_name(name)
    file.write_text(text, encoding="utf-8")
    done = run(path, "import", str(file), "--json", *words)
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def counts(found: dict[str, Any]) -> tuple[int, int, int, int]:
    return found["added"], found["updated"], found["same"], found["refused"]


def names(path: Path) -> list[str]:
    conn = reader(path)
    try:
        return [row["name"] for row in rows(conn, "SELECT name FROM contacts ORDER BY id")]
    finally:
        conn.close()


# -- what is said of themselves ----------------------------------------------------------------------------------------


def test_what_the_one_that_stays_says_stays_and_blanks_are_filled(at: Desk):
    at.call("add", ["Ken", "Ito"], company="Ito Kitchens", rating=3, note="likes tea", birthday="17 march")
    at.now = later(at.now, 5)
    at.call("add", ["Kenneth", "Ito"], company="Ito Ltd", title="owner", rating=5, priority="A", source="fair",
            source_detail="autumn", note="likes tea\nhas a dog", birthday="17 march 1980", alarm=3)  # fmt: skip
    merge(at, 2, 1)
    row = contacts.get(at.conn, 1)
    assert (row["name"], row["company"], row["job_title"], row["rating"], row["priority"], row["alarm_days"]) == (
        "Ken Ito", "Ito Kitchens", "owner", 3, "A", 3)  # fmt: skip
    assert (row["source"], row["source_detail"], row["birthday"]) == ("fair", "autumn", "1980-03-17")
    assert row["note"] == "likes tea\nhas a dog\nAs Kenneth Ito: company Ito Ltd"
    assert column(at, "SELECT id FROM contacts") == [1]


def test_the_earlier_day_counts_and_imported_only_if_both_were(at: Desk):
    at.call("add", ["Ann"])
    at.call("add", ["Bea"])
    at.conn.execute("UPDATE contacts SET imported = 1, created_on = '2020-01-02', created_at = '2020-01-02T08:00:00Z'"
                    " WHERE id = 2")  # fmt: skip
    merge(at, 2, 1)
    row = contacts.get(at.conn, 1)
    assert (row["created_on"], row["created_at"], row["imported"]) == ("2020-01-02", "2020-01-02T08:00:00Z", 0)


@pytest.mark.parametrize("off", [1, 2])
def test_whoever_asked_off_the_list_stays_off(at: Desk, off: int):
    at.call("add", ["Ann"])
    at.call("add", ["Bea"])
    at.call("edit", [str(off)], off_list="moved away")
    found = merge(at, 2, 1)
    assert contacts.get(at.conn, 1)["off_list_why"] == "moved away"
    assert contacts.status(at.conn, 1) == "off-list"
    assert any("off the list" in text for text in found.words)


def test_a_name_that_is_only_a_phone_or_has_initials_gives_way_to_a_whole_one(at: Desk):
    at.call("add", ["+12025550148"])
    at.call("add", ["Ken", "Ito"])
    at.call("add", ["B.", "Moss"])
    at.call("add", ["Bea", "Moss"])
    merge(at, 2, 1)
    merge(at, 4, 3)
    assert column(at, "SELECT name FROM contacts ORDER BY id") == ["Ken Ito", "Bea Moss"]
    assert contacts.other_names(at.conn, 1) == []
    assert contacts.other_names(at.conn, 3) == ["B. Moss"]


def test_a_firm_goes_into_a_person_with_a_word(at: Desk):
    at.call("add", ["Ann"])
    at.call("add", ["Ann Bakery"], kind="company")
    assert merge(at, 2, 1).words == ["Ann Bakery is a company, Ann a person, and stays one"]
    assert contacts.get(at.conn, 1)["kind"] == "person"


# -- what hangs on them ------------------------------------------------------------------------------------------------


def test_points_and_tags_are_there_once_and_the_first_phone_stays_the_first(at: Desk):
    at.call("add", ["Old", "+12025550101", "a@b.example"], tag=["Fair", "vip"], phone=["+12025550102"])
    at.call("add", ["New", "+12025550103"], phone=["work:+12025550101"], tag=["fair"])
    merge(at, 1, 2)
    assert column(at, "SELECT value FROM points WHERE contact_id = 2 ORDER BY id") == [
        "+12025550103", "+12025550101", "a@b.example", "+12025550102"]  # fmt: skip
    assert column(at, "SELECT label FROM points WHERE value = '+12025550101'") == ["work"]
    assert column(at, "SELECT phone FROM reach WHERE contact_id = 2") == ["+12025550103"]
    assert sorted(column(at, "SELECT tag FROM tags WHERE contact_id = 2")) == ["fair", "vip"]


def test_a_label_is_learnt_from_the_other(at: Desk):
    at.call("add", ["Ann", "+12025550101"])
    at.call("add", ["Bea"], phone=["work:+12025550101"])
    merge(at, 2, 1)
    assert column(at, "SELECT label FROM points") == ["work"]


def test_of_two_answers_the_newer_counts_and_the_older_is_history(at: Desk):
    at.call("add", ["Ann"])
    at.call("add", ["Bea"])
    at.call("qualify", ["1", "--money", "no", "--authority", "yes"])
    at.now = later(at.now, 2)
    at.call("qualify", ["2", "--money", "yes", "--target-market", "yes"])
    at.call("qualify", ["1", "--target-market", "no"], on="2026-11-20")
    found = merge(at, 2, 1)
    assert {each.question: each.in_force["answer"] for each in found.answers} == {
        "money": "yes",
        "target-market": "yes",
    }
    sql = """
        SELECT questions.name, answer, replaced_at IS NULL AS in_force
          FROM answers JOIN questions ON questions.id = question_id WHERE contact_id = 1 ORDER BY 1, 3
        """
    assert [tuple(row) for row in rows(at.conn, sql)] == [
        ("authority", "yes", 1), ("money", "no", 0), ("money", "yes", 1), ("target-market", "no", 0),
        ("target-market", "yes", 1),
    ]  # fmt: skip
    assert contacts.status(at.conn, 1) == "prospect"


@pytest.mark.parametrize(
    ("mine", "theirs", "counts_in_the_end"),
    [
        (("no", "2026-11-01"), ("yes", "2026-11-02"), "yes"),  # a newer yes
        (("no", "2026-11-02"), ("yes", "2026-11-02"), "no"),
        (("yes", "2026-11-02"), ("no", "2026-11-02"), "no"),
        (("yes", "2026-11-03"), ("no", "2026-11-02"), "yes"),
        (("yes", "2026-11-01"), ("no", "2026-11-02"), "no"),
        (("no", "2026-11-01"), ("unknown", "2026-11-02"), "no"),
    ],
)
def test_a_no_to_being_written_to_gives_way_only_to_a_newer_yes(
    at: Desk, mine: tuple[str, str], theirs: tuple[str, str], counts_in_the_end: str
):
    at.call("add", ["Ann"])
    at.call("add", ["Bea"])
    with change.change(at.conn, at.now, "consent"):
        for number, (answer, day) in enumerate((mine, theirs), 1):
            consent.say(at.conn, number, "email", answer, at.now, on=day, evidence=f"form {number}")
    merge(at, 2, 1)
    found = {row["channel"]: row["answer"] for row in consent.listed(at.conn, 1).rows}
    assert found["email"] == counts_in_the_end
    assert value(at.conn, "SELECT count(*) FROM answers WHERE contact_id = 1") == 2


def test_extra_fields_come_along_the_older_into_the_history(at: Desk):
    at.call("add", ["Ann"])
    at.call("add", ["Bea"])
    with change.change(at.conn, at.now, "extra"):
        size = extras.add_field(at.conn, "Size")
        hall = extras.add_field(at.conn, "Hall")
        extras.put(at.conn, 1, size, "12", at.now, "list")
        extras.put(at.conn, 2, hall, "B", at.now, "list")
    at.now = later(at.now, 1)
    with change.change(at.conn, at.now, "extra"):
        extras.put(at.conn, 2, size, "14", at.now, "list")
    merge(at, 2, 1)
    assert {row["field"]: row["value"] for row in extras.known(at.conn, 1)} == {"Size": "14", "Hall": "B"}


def test_a_promise_that_both_have_is_kept_once_and_learns_the_hour(at: Desk):
    at.call("add", ["Ann"], next="fri", todo="Send the list")
    at.call("add", ["Bea"])
    at.call("follow", ["2", "fri", "send", "the", "list"], at="09:30")
    at.call("follow", ["2", "fri", "send", "the", "list"], at="14:00")
    at.call("follow", ["2", "mon", "send", "the", "list"])
    found = merge(at, 2, 1)
    assert found.moved == {"follow_up": 2, "doubled": 1}
    sql = "SELECT due_on, due_at FROM follow_ups WHERE contact_id = 1 ORDER BY due_on, due_at"
    assert [tuple(row) for row in rows(at.conn, sql)] == [
        ("2026-11-27", "09:30"), ("2026-11-27", "14:00"), ("2026-11-30", None)]  # fmt: skip


def test_whom_they_sent_and_who_sent_them(at: Desk):
    at.call("add", ["Ann"])
    at.call("add", ["Bea"], referred_by="1")
    at.call("add", ["Cleo"], referred_by="2")
    at.call("add", ["Dora"], referred_by="3")
    merge(at, 2, 1)  # nobody sends herself
    assert column(at, "SELECT referred_by_id FROM contacts ORDER BY id") == [None, 1, 3]
    merge(at, 3, 4)
    assert column(at, "SELECT referred_by_id FROM contacts ORDER BY id") == [None, 1]


def test_who_is_kept_apart_from_one_is_kept_apart_from_both(at: Desk):
    for name in ("Ann", "Bea", "Cleo", "Dora"):
        at.call("add", [name])
    with change.change(at.conn, at.now, "apart"):
        for pair in ((1, 2), (2, 3), (1, 3), (2, 4)):
            at.conn.execute("INSERT INTO apart (contact_id, other_id) VALUES (?, ?)", pair)
    assert merge(at, 2, 1).words == ["you said once that they are two"]
    assert [tuple(row) for row in rows(at.conn, "SELECT contact_id, other_id FROM apart ORDER BY 1, 2")] == [
        (1, 3), (1, 4)]  # fmt: skip


def test_every_table_that_names_a_contact_is_thought_of(at: Desk):
    """A new table whose rows hang on contacts has to say here how it is merged."""
    tables = column(at, "SELECT name FROM sqlite_master WHERE type = 'table'")
    hanging = {
        table for table in tables
        if any(row["name"] == "contact_id" for row in at.conn.execute(f"PRAGMA table_info({table})"))
    }  # fmt: skip
    own_rules = {"points", "tags", "answers", "status_history", "aliases", "apart", "standing", "silence"}
    assert hanging == {*merging.MOVED, *own_rules}


@pytest.mark.parametrize(("other", "into", "said"), [(1, 1, "one already"), (1, 2, "walk-in"), (2, 1, "walk-in")])
def test_what_is_no_two_people_is_refused(at: Desk, other: int, into: int, said: str):
    at.call("add", ["Ann"])
    at.call("sale", ["walk-in", "12"])
    before = dump(at.conn)
    with pytest.raises(Refused, match=said):
        merge(at, other, into)
    assert differences(before, dump(at.conn)) == []


# -- status ------------------------------------------------------------------------------------------------------------


def stays(*found: tuple[str, str, str | None]) -> list[Stay]:
    return [Stay(status, f"{on}T09:00:00Z", on, left) for status, on, left in found]


def test_the_status_further_on_counts_on_each_day():
    one = stays(("lead", "2026-01-01", "2026-03-01"), ("customer", "2026-03-01", None))
    other = stays(("lead", "2026-02-01", "2026-02-10"), ("prospect", "2026-02-10", None))
    assert [stay[:1] + stay[2:] for stay in timelines.joined(one, other)] == [
        ("lead", "2026-01-01", "2026-02-10"), ("prospect", "2026-02-10", "2026-03-01"), ("customer", "2026-03-01", None),
    ]  # fmt: skip


def test_two_customers_at_once_bought_twice_and_who_was_off_the_list_was():
    one = stays(("customer", "2026-01-01", None))
    other = stays(("customer", "2026-02-01", "2026-05-01"), ("off-list", "2026-05-01", None))
    assert [(stay.status, stay.entered_on) for stay in timelines.joined(one, other)] == [
        ("customer", "2026-01-01"), ("repeat", "2026-02-01"), ("off-list", "2026-05-01")]  # fmt: skip


STATUSES = st.sampled_from((*timelines.FURTHER, *timelines.ENDS))


@st.composite
def histories(draw: st.DrawFn) -> list[Stay]:
    days = sorted(draw(st.lists(st.integers(1, 28), max_size=5)))
    words: list[str] = []
    for _ in days:
        words.append(draw(STATUSES.filter(lambda word: not words or word != words[-1])))
    ends = [*days[1:], draw(st.sampled_from([None, 28]))]
    return stays(*((word, f"2026-02-{day:02}", end and f"2026-02-{end:02}")
                   for word, day, end in zip(words, days, ends, strict=bool(days))))  # fmt: skip


@given(histories(), histories())
def test_a_joined_history_is_one_history(one: list[Stay], other: list[Stay]):
    found = timelines.joined(one, other)
    assert timelines.joined(one, []) == one
    for before, after in pairwise(found):
        assert before.left_on is not None
        assert before.entered_on <= before.left_on <= after.entered_on
        assert before.status != after.status or before.left_on < after.entered_on
    ends = [history[-1].left_on for history in (one, other) if history]
    assert bool(found) == bool(one or other)
    if found:
        assert (found[-1].left_on is None) == (None in ends)
        assert found[0].entered_on == min(stay.entered_on for stay in one + other)


def test_the_status_in_the_end_is_what_the_view_says(at: Desk):
    at.call("add", ["Ann"])
    at.call("add", ["Bea"])
    at.call("qualify", ["1", "--money", "yes"])
    at.call("qualify", ["2", "--target-market", "yes", "--authority", "yes"])
    at.now = later(at.now, 3)
    merge(at, 2, 1)
    sql = "SELECT status, entered_on, left_on FROM status_history WHERE contact_id = 1 ORDER BY id"
    assert [tuple(row) for row in rows(at.conn, sql)][-2:] == [
        ("possible", "2026-11-24", "2026-11-27"), ("prospect", "2026-11-27", None)]  # fmt: skip
    assert value(at.conn, "SELECT furthest FROM standing WHERE contact_id = 1") == 2


# -- taken back --------------------------------------------------------------------------------------------------------

WORDS = ("Ken Ito", "K. Ito", "Kenneth Ito", "+12025550148", "Blue Salon", "山田 花子")


def crowd(at: Desk, dice: random.Random) -> None:
    """Six people with whatever may hang on somebody, alike in much."""

    def maybe(*choices: Any) -> Any:
        return dice.choice(choices) if dice.random() < 0.6 else None

    def who() -> str:
        return str(dice.randint(1, 6))

    for number in range(6):
        at.now = later(at.now, dice.randint(0, 2), 7)
        at.call("add", dice.choice(WORDS).split(), company=maybe("Ito Ltd", "Ito Kitchens"), rating=maybe(1, 5),
                tag=maybe(["fair"], ["Fair", "vip"]), phone=maybe(["+12025550101"], ["work:+12025550102"]),
                note=maybe("likes tea", "has a dog"), birthday=maybe("17 march", "1980-03-17", "1981-03-18"),
                source=maybe("fair", "web"), next=maybe("fri"), todo=maybe("send the list"),
                referred_by=str(dice.randint(1, number)) if number and dice.random() < 0.5 else None)  # fmt: skip
    for _ in range(20):
        at.now = later(at.now, dice.randint(0, 1), 7)
        dice.choice((
            lambda: at.call("log", ["call", who(), "hello"]),
            lambda: at.call("follow", [who(), "fri", "send", "the", "list"], at=maybe("09:00", "14:00")),
            lambda: at.call("done", [who()]) if dice.random() < 0.3 else None,
            lambda: at.call("qualify", [who(), "--money", dice.choice(("yes", "no"))]),
            lambda: at.call("qualify", [who(), "--authority", "yes", "--target-market", "yes", "--money", "yes"]),
            lambda: at.call("deal add", [who(), "ten", "hours"], because="they asked"),
            lambda: at.call("sale", [who(), "60"]),
            lambda: at.call("edit", [who()], off_list=maybe("asked"), on_list=False),
            lambda: at.call("edit", [who()], referred_by=who()),
            lambda: at.call("sell", int(who()), int(who())),
            lambda: at.call("appointment ask", [who(), "fri", "the", "list"], at=dice.choice(("09:00", "14:00"))),
        ))()  # fmt: skip


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[] if seed < 25 else pytest.mark.long) for seed in range(300)]
)
def test_merges_taken_back_leave_everything_as_it_was(seed: int, at: Desk):
    dice = random.Random(seed)
    with contextlib.suppress(SalesflowError):  # an unclear name, a referral to oneself: what was done so far will do
        crowd(at, dice)
    ids = column(at, "SELECT id FROM contacts ORDER BY id")
    states = [dump(at.conn)]
    for _ in range(min(3, len(ids) - 1)):
        at.now = later(at.now, dice.randint(0, 3), 5)
        into, other = dice.sample(ids, 2)
        held = {
            table: value(at.conn, f"SELECT count(*) FROM {table}")
            for table in ("activities", "deals", "stage_entries", "documents", "document_lines", "matters", "replies")
        }
        planned = merging.plan(at.conn, other, into)
        assert merge(at, other, into) == planned
        ids.remove(other)
        assert held == {table: value(at.conn, f"SELECT count(*) FROM {table}") for table in held}
        states.append(dump(at.conn))
    for before in reversed(states[:-1]):
        change.undo(at.conn, at.now)
        assert differences(before, dump(at.conn)) == []
        assert faults(at.conn) == []
    for after in states[1:]:
        change.redo(at.conn, at.now)
        assert differences(after, dump(at.conn)) == []


# -- remembered --------------------------------------------------------------------------------------------------------


def test_the_other_name_finds_them(path: Path):
    for name in ("Ken Ito", "Anneliese Braun", "Anna Schmidt"):
        run(path, "add", *name.split())
    assert run(path, "merge", "3", "--into", "2").code == 0
    assert run(path, "show", "anna", "schmidt", "--json").out.startswith("{")
    for words in (["anna schmidt"], ["schmidt"], ["schm"], ["anneliese"]):
        assert json.loads(run(path, "show", *words, "--json").out)["id"] == 2, words
    assert json.loads(run(path, "show", "2", "--json").out)["also_known_as"] == ["Anna Schmidt"]
    assert [row["key"] for row in json.loads(run(path, "find", "schmidt", "--json").out)] == ["2"]
    assert run(path, "log", "call", "anna", "schmidt", "likes", "tea").out == "Logged A1: call with Anneliese Braun\n"
    run(path, "undo")
    run(path, "undo")
    assert json.loads(run(path, "show", "schmidt", "--json").out)["id"] == 3
    assert run(path, "find", "schmidt", "-f", "ids").out == "3\n"


def test_somebody_who_is_called_so_comes_before_somebody_who_was(path: Path):
    for name in ("Ken Ito", "K. Ito", "K. Ito"):
        run(path, "add", *name.split())
    run(path, "merge", "2", "--into", "1")
    assert json.loads(run(path, "show", "k. ito", "--json").out)["id"] == 3


PEOPLE = """\
Name,Company,Email,Phone,Note
Ken Ito,Ito Kitchens,ken@ito.example,,
K. Ito,Ito Ltd,,+1 202 555 0148,
Rita Moss,Moss Bakery,,,met at the fair
R. Moss,Moss & Co,,,has a dog
"""


@pytest.fixture
def book(path: Path) -> Path:
    assert counts(imported(path, PEOPLE)) == (4, 0, 0, 0)
    assert run(path, "merge", "2", "--into", "1").code == 0
    assert run(path, "merge", "4", "--into", "3").code == 0
    return path


def test_the_same_file_does_not_bring_the_double_back(book: Path):
    assert counts(imported(book, PEOPLE)) == (0, 0, 4, 0)
    assert names(book) == ["Ken Ito", "Rita Moss"]


def test_nor_does_the_same_list_under_other_headings_or_with_other_cells(book: Path):
    """A keyed row by its phone; one without any key by its old name in its old company."""
    text = "Full name,Company,Phone,Note\nK. Ito,Ito Ltd,202 555 0148,\nR. Moss,Moss & Co,,has two dogs\n"
    assert counts(imported(book, text, "again.csv"))[0] == 0
    assert len(names(book)) == 2


def test_nor_does_a_row_of_the_old_name_with_the_phone_and_another_mail(book: Path):
    found = imported(book, "Name,Email,Phone\nK. Ito,k@new.example,+1 202 555 0148\n", "third.csv")
    assert found["added"] == 0
    assert found["updated"] == 1


def test_the_register_tells_rows_of_the_one_merged_from_their_own(book: Path):
    conn = reader(book)
    try:
        phone = Point("phone", "+1 202 555 0148", None, "+12025550148")
        drafts = [Draft(name=name, points=(phone,)) for name in ("K. Ito", "Ken Ito")]
        register = identity.Register(conn)
        register.open(drafts, [], [])
        found = [(known.id, known.merged) for draft in drafts if (known := register.match(draft))]
        assert found == [(1, True), (1, False)]
    finally:
        conn.close()


def test_a_name_alone_is_still_no_key(book: Path):
    assert counts(imported(book, "Name\nK. Ito\n", "name.csv"))[0] == 1


def test_undone_the_file_knows_two_again(book: Path):
    run(book, "undo")
    run(book, "undo")
    assert names(book) == ["Ken Ito", "K. Ito", "Rita Moss", "R. Moss"]
    assert counts(imported(book, PEOPLE)) == (0, 0, 4, 0)


@pytest.mark.parametrize("form", ["csv", "json"])
def test_an_export_made_before_does_not_bring_the_double_back(book: Path, form: str):
    run(book, "undo")
    run(book, "undo")
    before = book.with_name(f"before.{form}")
    assert run(book, "export", "-o", str(before), *(["--as", "json"] if form == "json" else [])).code == 0
    run(book, "merge", "2", "--into", "1")
    assert run(book, "import", str(before)).code == 0
    assert len(names(book)) == 3
    assert names(book)[0] == "Ken Ito"


def whole(path: Path) -> str:
    return run(path, "export", "--as", "json").out


def test_other_names_go_with_the_export_and_come_back_the_same(book: Path, template: Path):
    first = whole(book)
    aliases = [json.loads(line.rstrip(","))["aliases"] for line in first.splitlines()[1:-1]]
    assert [alias["name"] for alias in aliases[0]] == ["K. Ito", "K. Ito"]
    fresh = book.with_name("fresh.db")
    fresh.write_bytes(template.read_bytes())
    file = book.with_name("whole.json")
    file.write_text(first, encoding="utf-8")
    assert run(fresh, "import", str(file)).code == 0
    assert whole(fresh) == first
    assert json.loads(run(fresh, "show", "k. ito", "--json").out)["id"] == 1
    assert run(fresh, "import", str(file), "--json").code == 0
    assert whole(fresh) == first
    text = "Full name,Company,Note\nR. Moss,Moss & Co,has two dogs\n"
    assert counts(imported(fresh, text, "again.csv"))[0] == 0


# -- as typed ----------------------------------------------------------------------------------------------------------


def test_a_dry_run_says_the_same_and_changes_nothing(path: Path):
    run(path, "add", "Ken", "Ito", "--company", "Ito Kitchens")
    run(path, "add", "Kenny", "Ito", "+12025550148", "--company", "Ito Ltd")
    with_conn = reader(path)
    before = dump(with_conn)
    plan = json.loads(run(path, "merge", "kenny", "--into", "ken ito", "--dry-run", "--json").out)
    assert differences(before, dump(with_conn)) == []
    with_conn.close()
    done = json.loads(run(path, "merge", "kenny", "--into", "ken ito", "--json").out)
    assert {**plan, "dry_run": False, "change_id": done["change_id"]} == done
    assert run(path, "merge", "kenny", "--into", "1").err.startswith("salesflow: 1 Ken Ito is one already")


def test_what_was_changed_since_stands_in_the_way_of_undo(at: Desk):
    at.call("add", ["Ann"])
    at.call("add", ["Bea"], note="has a dog")
    merge(at, 2, 1)
    at.call("edit", ["1"], company="Since")
    number = value(at.conn, "SELECT max(id) FROM changes WHERE command LIKE 'merge%'")
    with pytest.raises(Refused, match="built on by"):
        change.undo(at.conn, at.now, number)
    assert column(at, "SELECT name FROM contacts") == ["Ann"]
