"""Export: what goes out comes in again exactly, safely, whole or not at all."""

import io
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from builders import desk, differences, dump, faults, moment, new_file, run
from salesflow import render
from salesflow.exporters import contacts_csv, deals_csv, whole_json
from salesflow.importers import taking
from salesflow.importers.taking import Order
from salesflow.records import activities, change, contacts, deals, exporting, follow_ups, questions
from salesflow.records import settings as keeping
from salesflow.records.contacts import Draft, Point
from salesflow.records.listing import Filters
from salesflow.records.settings import Settings


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Ken with all there is, Ana who was referred by him, a firm, a walk-in sale."""
    path = new_file(tmp_path / "sales.db")
    for words in (
        ("add", "Ken", "Ito", "202-555-0133", "ken@ito.example", "--phone", "work:202-555-0134"),
        ("edit", "1", "--tag", "fair;x", "--tag", "vip"),
        ("edit", "1", "--birthday", "17 march", "--alarm", "0", "--rating", "4", "--priority", "b", "--note", " =1+1 "),
        ("add", "Ana", "B", "--referred-by", "1", "--address", "home:Ring 2; Graz", "--company", "-B & Co"),
        ("add", "Blue Salon", "--kind", "company", "--link", "https://blue.example"),
        ("add", "Rita", "Moss", "rita@moss.example"),
        ("edit", "4", "--off-list", "asked by phone"),
        ("qualify", "1", "--money", "yes", "--said", "we have 500", "--method", "call"),
        ("qualify", "1", "--money", "no"),
        ("question", "add", "need", "What do you need?"),
        ("question", "drop", "authority"),
        ("qualify", "2", "--need", "yes", "--target-market", "yes", "--money", "yes"),
        ("follow", "1", "fri", "call: which hours?", "--at", "9:30", "--every", "2 weeks"),
        ("follow", "1", "2026-12-24", "send a card"),
        ("done", "F2", "sent", "--minutes", "5"),
        ("process", "new", "own", "--stages", "find:A,B,keep:C"),
        ("deal", "add", "1", "Desk", "--amount", "400", "--process", "own"),
        ("move", "D1", "C"),
        ("process", "edit", "own", "--stages", "A,B"),
        ("deal", "add", "2", "Lamp", "--amount", "1,200.50 EUR"),
        ("park", "D2", "2026-12-01", "after the move"),
        ("deal", "add", "2", "Chair"),
        ("lose", "D3", "price"),
        ("sale", "walk-in", "60", "cake"),
        ("win", "D1", "trust", "--amount", "450"),
        ("log", "call", "2", "no answer", "--out", "--outcome", "no answer"),
        ("note", "3", "opens at nine"),
    ):  # fmt: skip
        done = run(path, *words)
        assert done.code == 0, (words, done.err)
    return path


def exported(db: Path, *words: str) -> str:
    done = run(db, "export", *words)
    assert done.code == 0, done.err
    return done.out


@pytest.mark.parametrize("form", ["csv", "json"])
def test_out_in_and_out_again_is_the_same(db: Path, tmp_path: Path, form: str) -> None:
    out, other = tmp_path / f"all.{form}", new_file(tmp_path / "other.db")
    assert run(db, "export", "--as", form, "-o", str(out)).code == 0
    done = json.loads(run(other, "import", str(out), "--json").out)
    assert (done["added"], done["refused"], done["format"][:9]) == (5, 0, "salesflow")
    assert exported(other, "--as", form) == exported(db, "--as", form) == out.read_bytes().decode()
    again = json.loads(run(other, "import", str(out), "--json").out)
    assert (again["same"], again["written"]) == (5, False)
    assert not faults(change.writer(other))
    back = json.loads(run(db, "import", str(out), "--json").out)
    assert (back["same"], back["written"]) == (5, False)


def test_json_loses_nothing_on_the_way(db: Path, tmp_path: Path) -> None:
    """Every journaled row is there again, but for ids, the file's own settings and the import itself."""
    out, other = tmp_path / "all.json", new_file(tmp_path / "other.db")
    run(db, "export", "--as", "json", "-o", str(out))
    run(other, "import", str(out))
    one, two = dump(change.writer(db)), dump(change.writer(other))
    for table in one:
        if table not in ("config", "imports"):
            assert len(one[table]) == len(two[table]), table
    for words in (("funnel", "--process", "own"), ("report", "win-rate"), ("today", "--all"), ("list",), ("show", "1")):
        assert run(db, *words).out == run(other, *words).out, words


@pytest.mark.parametrize("form", ["csv", "json"])
def test_from_a_pipe_into_a_pipe(db: Path, tmp_path: Path, form: str) -> None:
    command = [sys.executable, "-m", "salesflow", "--db", str(new_file(tmp_path / "other.db")), "import", "-", "--json"]
    text = exported(db, "--as", form)
    done = subprocess.run(command, input=text, capture_output=True, encoding="utf-8", timeout=60, check=True)
    assert json.loads(done.stdout)["added"] == 5
    assert exported(tmp_path / "other.db", "--as", form) == text


def test_json_of_others_is_no_table(db: Path, tmp_path: Path) -> None:
    for text in ('{"name": "Ann"}', '[{"name": "Ann"}]', "\n[ [1, 2]]"):
        (tmp_path / "other.json").write_text(text)
        done = run(db, "import", str(tmp_path / "other.json"))
        assert (done.code, done.err.split(";")[0]) == (2, "salesflow: other.json is JSON, but no salesflow export")


def test_whole_goes_also_through_a_file_laid_out_anew(db: Path, tmp_path: Path) -> None:
    out, other = tmp_path / "all.json", new_file(tmp_path / "other.db")
    out.write_text(json.dumps(json.loads(exported(db, "--as", "json")), indent=4), encoding="utf-8")
    assert run(other, "import", str(out)).code == 0
    assert exported(other, "--as", "json") == exported(db, "--as", "json")


def test_what_is_in_use_is_not_changed_by_another_file(db: Path, tmp_path: Path) -> None:
    out, other = tmp_path / "all.json", new_file(tmp_path / "other.db")
    run(db, "export", "--as", "json", "-o", str(out))
    run(other, "process", "new", "own", "--stages", "X,B")
    run(other, "add", "Zoe")
    run(other, "deal", "add", "1", "Rug", "--process", "own")
    done = json.loads(run(other, "import", str(out), "--json").out)
    assert done["problems"] == [
        {"line": 2, "reason": "it has a deal in a stage of own that is not here; see: salesflow process show own"}
    ]
    assert [row["name"] for row in json.loads(run(other, "process", "show", "own", "--json").out)["stages"]] == [
        "X",
        "B",
    ]


def test_filters_choose(db: Path) -> None:
    assert [line.split(",")[2] for line in exported(db, "--tag", "vip").splitlines()[1:]] == ["Ken Ito"]
    assert len(json.loads(exported(db, "--as", "json", "--company", "-b & co"))["contacts"]) == 1
    assert [way["name"] for way in json.loads(exported(db, "--as", "json", "--tag", "vip"))["processes"]] == ["own"]
    names = [contact["name"] for contact in json.loads(exported(db, "--json", "--no-next"))["contacts"]]
    assert names == ["Ana B", "Blue Salon"]
    assert [contact["name"] for contact in json.loads(exported(db, "--json", "--status", "off-list"))["contacts"]] == [
        "Rita Moss"
    ]
    assert run(db, "export", "--status", "hot").code == 2


def test_cells_that_a_spreadsheet_would_run_are_defused(db: Path) -> None:
    assert '"\' =1+1 "' in exported(db) or "' =1+1 " in exported(db)
    assert "'-B & Co" in exported(db) and "'-B & Co" not in exported(db, "--raw")
    assert "'+" not in exported(db)


def test_deals_go_out_and_come_back(db: Path, tmp_path: Path) -> None:
    out, other = tmp_path / "deals.csv", new_file(tmp_path / "other.db")
    assert run(db, "export", "--what", "deals", "-o", str(out)).code == 0
    back = json.loads(run(db, "import", str(out), "--json").out)
    assert (back["what"], back["format"], back["same"], back["refused"]) == ("deals", "salesflow-deals", 4, 0)
    run(other, "process", "new", "own", "--stages", "A,B,C")
    assert json.loads(run(other, "import", str(out), "--json").out)["added"] == 4
    assert sorted(exported(other, "--what", "deals").splitlines()) == sorted(
        exported(db, "--what", "deals").splitlines()
    )


def test_written_whole_or_not_at_all(db: Path, tmp_path: Path) -> None:
    before = db.read_bytes()
    assert run(db, "export", "-o", str(db)).code == 2
    assert db.read_bytes() == before
    folder = tmp_path / "folder"
    folder.mkdir()
    assert run(db, "export", "-o", str(folder)).code == 5
    assert run(db, "export", "-o", str(tmp_path / "absent" / "all.csv")).code == 5
    out = tmp_path / "all.csv"
    out.write_text("old")
    assert run(db, "export", "-o", str(out)).code == 0
    assert out.stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob(".*new*")) and not list(folder.iterdir())


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"rating": 4', '"rating": 9', "a rating is 1 to 5"),
        ('"rating": 4', '"rating": 99999999999999999999', "rating is a whole number"),
        ('"rating": 4', '"rating": "4"', "rating is a whole number"),
        ('"kind": "person"', '"kind": "ghost"', "kind is one of"),
        ('"name": "Ken Ito"', '"name": null', "name is missing"),
        ('"due_on": "2026-12-24"', '"due_on": "2026-02-30"', "due_on: not"),
        ('"stage_ref": 3', '"stage_ref": 30', "that is not here"),
        ('"question": "money"', '"question": "moon"', "a question the file does not have"),
        ('"amount": "450.00"', '"amount": "lots"', "no such amount"),
        ('"deal": null', '"deal": 7', "deal 7 is not there"),
        ('"points": [', '"points": ["x", ', "points is a list of objects"),
        ('"tags": [', '"tags": [1, ', "tags are a list of texts"),
    ],
)  # fmt: skip
def test_hands_in_the_json_are_answered_by_line(db: Path, tmp_path: Path, old: str, new: str, reason: str) -> None:
    text = exported(db, "--as", "json")
    head, first, *rest = text.split("\n")
    assert old in first
    out, other = tmp_path / "all.json", new_file(tmp_path / "other.db")
    out.write_text("\n".join([head, first.replace(old, new), *rest]), encoding="utf-8")
    done = json.loads(run(other, "import", str(out), "--json").out)
    assert [problem["line"] for problem in done["problems"]] == [2] and reason in done["problems"][0]["reason"]
    assert done["added"] == 4


@pytest.mark.parametrize("damage", ["cut", "newer", "garbage", "line"])
def test_a_damaged_json_is_refused_or_its_line_is(db: Path, tmp_path: Path, damage: str) -> None:
    text = exported(db, "--as", "json")
    text = {
        "cut": text[: len(text) // 2],
        "newer": text.replace('{"salesflow": 1', '{"salesflow": 2', 1),
        "garbage": '{"salesflow": 1, oops',
        "line": text.replace('{"ref": 2', "{ref: 2", 1),
    }[damage]
    out, other = tmp_path / "all.json", new_file(tmp_path / "other.db")
    out.write_text(text, encoding="utf-8")
    done = run(other, "import", str(out))
    assert "Traceback" not in done.err
    assert done.code == (1 if damage == "line" else 2)
    assert len(json.loads(run(other, "list", "--json").out)) == (2 if damage == "line" else 0)


def test_a_spreadsheet_in_between_is_understood(db: Path, tmp_path: Path) -> None:
    """Semicolons, another encoding, days as Excel writes them, a column left out."""
    import csv

    rows = list(csv.reader(io.StringIO(exported(db))))
    place, due = rows[0].index("company"), rows[0].index("next")
    for row in rows[1:]:
        row[due] = ".".join(reversed(row[due].split("-")))
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([row[:place] + row[place + 1 :] for row in rows])
    out = tmp_path / "all.csv"
    out.write_bytes(text.getvalue().encode("cp1252"))
    run(db, "config", "date_order", "dmy")
    done = json.loads(run(db, "import", str(out), "--json").out)
    assert (done["format"], done["same"], done["refused"]) == ("salesflow-contacts", 5, 0)


# -- properties --------------------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=20)
NAME = st.text(st.characters(categories=("L", "Nd"), include_characters=" -'=+@,;\""), min_size=1, max_size=20).filter(
    lambda text: any(map(str.isalpha, text))
)
MAYBE = st.none() | TEXT.filter(lambda text: text.strip() != "")
POINTS = st.one_of(
    st.builds(
        Point,
        st.just("email"),
        st.sampled_from(["a@x.example", "A@x.example", "b@x.example", "c@x.example"]),
        MAYBE,
        st.just(""),
    ),
    st.builds(
        Point,
        st.just("phone"),
        st.sampled_from(["202-555-0101", "+1 202 555 0101", "+44 20 7946 0018"]),
        MAYBE,
        st.just(""),
    ),
    st.builds(Point, st.just("link"), st.sampled_from(["https://x.example/a", "@ann"]), MAYBE, st.just("")),
    st.builds(Point, st.just("address"), TEXT.filter(lambda text: text.strip() != ""), MAYBE, st.just("")),
)
PEOPLE = st.lists(
    st.tuples(
        st.builds(
            Draft, name=NAME, kind=st.sampled_from([None, "person", "company"]), company=MAYBE, job_title=MAYBE,
            source=MAYBE, source_detail=MAYBE, referred_by_id=st.none(), rating=st.none() | st.integers(1, 5),
            priority=st.sampled_from([None, "A", "B", "C"]), birthday=st.sampled_from([None, "--02-29", "1980-03-17"]),
            alarm_days=st.none() | st.integers(0, 90), note=MAYBE, points=st.lists(POINTS, max_size=4).map(tuple),
            tags=st.lists(TEXT, max_size=3).map(tuple),
        ),
        MAYBE, st.sampled_from([None, "yes", "no"]), st.booleans(), st.integers(0, 5),
    ),
    max_size=6,
)  # fmt: skip


def built(path: Path, people: list[tuple[Any, ...]]) -> sqlite3.Connection:
    conn = change.writer(new_file(path))
    conn.execute("PRAGMA synchronous = OFF")
    now = moment()
    with change.change(conn, now, "build"):
        for draft, text, money, off, referrer in people:
            number = contacts.add(conn, contacts.clean(draft, Settings()), now)
            if referrer and referrer < number:
                contacts.edit(conn, number, Draft(referred_by_id=referrer))
            if text:
                step = follow_ups.add(conn, follow_ups.Draft(number, "2026-12-01", text, every="week"), now)
                deal = deals.add(conn, deals.Draft(number, text, (1250, "EUR"), import_key=f"K{number}"), now)
                activities.add(conn, activities.Draft(number, "call", text, deal_id=deal, follow_up_id=step), now)
            if money:
                questions.answer(conn, number, "money", money, now, method="call", said=text)
            if off:
                contacts.off_list(conn, number, text or "asked", now)
    return conn


def everything(conn: sqlite3.Connection, form: str) -> str:
    ids, out = exporting.chosen(conn, Filters(), moment().day), io.StringIO()
    if form == "json":
        return "".join(whole_json.lines(conn, ids, whole=True))
    render.show((contacts_csv if form == "csv" else deals_csv).table(conn, ids), "csv", out)
    return out.getvalue()


@pytest.mark.parametrize("form", ["csv", "json"])
@settings(max_examples=15, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(people=PEOPLE)
def test_any_contacts_survive(tmp_path_factory: pytest.TempPathFactory, form: str, people: list[Any]) -> None:
    folder = tmp_path_factory.mktemp("export")
    conn = built(folder / "one.db", people)
    text = everything(conn, form)
    other = change.writer(new_file(folder / "two.db"))
    other.execute("PRAGMA synchronous = OFF")
    for again in (False, True):
        before = dump(other)
        with change.change(other, moment(), "import"):
            order = Order("all", moment())
            taken = taking.take(other, keeping.read(other), io.BytesIO(text.encode()), order, lambda rows, sheet: rows)
        assert (taken.report.same if again else taken.report.added) == len(people), taken.report
        assert everything(other, form) == text
        assert not faults(other)
        assert not again or not differences(before, dump(other))
    conn.close()
    other.close()


def test_a_desk_reads_what_it_wrote(tmp_path: Path) -> None:
    with desk(tmp_path / "sales.db") as here:
        here.call("add", ["Ken Ito"])
        assert everything(here.conn, "csv").count("Ken Ito") == 1
