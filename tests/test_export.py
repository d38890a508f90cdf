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

import sale_rows
from builders import desk, differences, dump, faults, moment, new_file, run
from salesflow import render
from salesflow.exporters import contacts_csv, deals_csv, whole_json
from salesflow.importers import taking
from salesflow.importers.taking import Order
from salesflow.records import activities, answering, change, contacts, deals, exporting, follow_ups
from salesflow.records import settings as keeping
from salesflow.records.contacts import Draft, Point
from salesflow.records.listing import Filters
from salesflow.records.settings import Settings
from salesflow.store import journal


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
        ("process", "edit", "own", "--stages", "A,B", "--move-deals-to", "B"),
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


def imported(path: Path, text: str) -> dict[str, Any]:
    out = path.with_suffix(".json")
    out.write_text(text, encoding="utf-8")
    found: dict[str, Any] = json.loads(run(path, "import", str(out), "--json").out)
    return found


@pytest.fixture
def sold(db: Path) -> Path:
    """The same, and with Ken and Ana whatever a sale can leave; kept apart from the firm, too."""
    conn = change.writer(db)
    with change.change(conn, moment(), "sell"):
        sale_rows.sold_to(conn, 1, moment(), other_id=3)
        sale_rows.sold_to(conn, 2, moment(), other_id=1)
        conn.execute("INSERT INTO apart (contact_id, other_id) VALUES (1, 3)")
    assert not faults(conn)
    conn.close()
    return db


def test_whatever_a_sale_leaves_goes_round(sold: Path, tmp_path: Path) -> None:
    text, other = exported(sold, "--as", "json"), new_file(tmp_path / "other.db")
    assert imported(other, text)["added"] == 5
    assert exported(other, "--as", "json") == text
    one, two = dump(change.writer(sold)), dump(change.writer(other))
    for table in one:
        if table not in ("config", "imports"):
            assert len(one[table]) == len(two[table]), table
    assert len(one["deciders"]) == 4 and len(one["documents"]) == 8 and len(one["apart"]) == 1
    again = imported(other, text)
    assert (again["same"], again["written"]) == (5, False)
    assert not differences(two, dump(change.writer(other)))
    assert not faults(change.writer(other))
    before = dump(change.writer(sold))
    assert imported(sold, text)["written"] is False
    assert not differences(before, dump(change.writer(sold)))


@pytest.mark.parametrize(
    ("done_by", "reason"),
    [
        ("flying", "no command does a task by the name 'flying'"),
        ("ask nobody", "Call after asks nobody, a set of questions the file does not have"),
    ],
)
def test_a_task_of_a_file_is_done_by_what_is_there(sold: Path, tmp_path: Path, done_by: str, reason: str) -> None:
    text, other = exported(sold, "--as", "json"), new_file(tmp_path / "other.db")
    assert '"done_by": "ask wishes"' in text
    path = tmp_path / "changed.json"
    path.write_text(text.replace('"done_by": "ask wishes"', f'"done_by": "{done_by}"'), encoding="utf-8")
    before = dump(change.writer(other))
    found = run(other, "import", str(path))
    assert reason in found.out + found.err
    assert dump(change.writer(other))["tasks"] == before["tasks"]


def test_every_column_is_thought_of(sold: Path) -> None:
    """A new column of a table that goes whole has to be in the export, or be told here why not."""
    elsewhere = {  # by another name, or by place
        "id", "contact_id", "name_key", "text_key", "tag_key", "value_key", "referred_by_id", "persona_id", "deal_id",
        "document_id", "matter_id", "product_id", "preparation_id", "parent_id", "process_id", "stage_id", "task_id",
        "follow_up_id", "for_id", "from_id", "met_by_id", "person_id", "question_id", "amount_minor", "price_minor",
        "after_id", "other_id", "tag",
    }  # fmt: skip
    keys: set[str] = set()

    def collect(found: Any) -> None:
        for each in found if isinstance(found, list) else found.values() if isinstance(found, dict) else ():
            collect(each)
        keys.update(found if isinstance(found, dict) else ())

    collect(json.loads(exported(sold, "--as", "json")))
    conn = change.writer(sold)
    for table in journal.tables(conn):
        if table not in ("config", "imports", "imported_rows"):
            names = {row["name"] for row in conn.execute(f"PRAGMA table_info({table})")}
            assert names - elsewhere <= keys, table


def test_the_first_shape_is_still_read(tmp_path: Path) -> None:
    """As the version before wrote it: none of what has come since."""
    first = {
        "salesflow": 1,
        "questions": [{"set_name": "qualification", "name": "money", "wording": "Money?", "position": 2, "gates": 1,
                       "dropped_on": None}],
        "processes": [{"name": "own", "title": "", "stages": [
            {"name": "A", "position": 1, "phase": "find", "goal": None, "probability": None, "limit_days": None,
             "dropped_on": None}]}],
        "contacts": [{
            "ref": 1, "kind": "person", "name": "Ken Ito", "created_at": "2026-11-01T09:00:00Z",
            "created_on": "2026-11-01", "imported": 0, "points": [], "tags": ["fair"],
            "answers": [{"question": "money", "set_name": "qualification", "answer": "yes", "basis": "said",
                         "answered_at": "2026-11-02T09:00:00Z", "answered_on": "2026-11-02"}],
            "deals": [{"title": "Desk", "process": "own", "stage_ref": 1, "outcome": "open", "way": "sold",
                       "opened_at": "2026-11-02T09:00:00Z", "opened_on": "2026-11-02",
                       "stages": [{"stage_ref": 1, "entered_at": "2026-11-02T09:00:00Z", "entered_on": "2026-11-02"}]}],
            "follow_ups": [{"kind": "call", "due_on": "2026-12-01", "state": "open", "deal": 1,
                            "created_at": "2026-11-02T09:00:00Z", "created_on": "2026-11-02"}],
        }],
    }  # fmt: skip
    path = new_file(tmp_path / "other.db")
    assert imported(path, json.dumps(first))["added"] == 1
    assert not faults(change.writer(path))
    deal = json.loads(exported(path, "--as", "json"))["contacts"][0]["deals"][0]
    assert (deal["kind"], deal["is_key"], deal["amount"]) == ("sale", 0, None)


def test_a_paper_whose_number_is_taken_gets_the_next(sold: Path, tmp_path: Path) -> None:
    text, other = exported(sold, "--as", "json"), new_file(tmp_path / "other.db")
    conn = change.writer(other)
    with change.change(conn, moment(), "sell"):
        conn.execute("INSERT INTO contacts (name, name_key, created_at, created_on) VALUES ('Zoe', 'zoe', ?, ?)",
                     (moment().at, moment().on))  # fmt: skip
        sale_rows.sold_to(conn, 1, moment())
    conn.close()
    found = imported(other, text)
    assert (found["added"], found["refused"]) == (5, 0)
    sql = "SELECT kind, number, version, contact_id FROM documents ORDER BY kind, number, version"
    conn = change.writer(other)
    papers = [tuple(row) for row in conn.execute(sql)]
    assert [row[1:] for row in papers if row[0] == "quote"] == [
        (1, 1, 1), (1, 2, 1), (2, 1, 2), (2, 2, 2), (3, 1, 3), (3, 2, 3)]  # fmt: skip
    assert imported(other, text)["written"] is False


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"appointment": "asked"', '"appointment": "maybe"', "appointment is one of"),
        ('"for": 3', '"for": 99', "for 99 is not there"),
        ('"person": 3', '"person": 3000', None),
        ('"met_by_ref": 3', '"met_by_ref": 333', "a piece of the preparation that the file does not have"),
        ('"product_ref": 1', '"product_ref": 8', "a product that the file does not have"),
        ('"task_ref": 1', '"task_ref": 8', "a task of own-way that the file does not have"),
        ('"price": "40.50"', '"price": "forty"', "no such amount"),
        ('"quantity_thousandths": 10500', '"quantity_thousandths": 0', "more than nothing"),
        ('"state": "closed"', '"state": "open"', "does not hold together"),
        ('"accepted": 1', '"accepted": 2', "accepted is 0 or 1"),
        ('"apart": [3]', '"apart": ["x"]', "apart is a list of whole numbers"),
    ],
)  # fmt: skip
def test_hands_in_a_sale_are_answered_by_line(
    sold: Path, tmp_path: Path, old: str, new: str, reason: str | None
) -> None:
    head, first, *rest = exported(sold, "--as", "json").split("\n")
    assert old in first
    found = imported(new_file(tmp_path / "other.db"), "\n".join([head, first.replace(old, new), *rest]))
    if reason is None:
        assert found["added"] == 5
    else:
        assert [problem["line"] for problem in found["problems"]] == [2] and reason in found["problems"][0]["reason"]


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
        "newer": text.replace('{"salesflow": 2', '{"salesflow": 3', 1),
        "garbage": '{"salesflow": 2, oops',
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
            alarm_days=st.none() | st.integers(0, 90), note=MAYBE, persona_id=st.none(),
            demand=st.none(), points=st.lists(POINTS, max_size=4).map(tuple),
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
                answering.answer(conn, number, "money", money, now, method="call", said=text)
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
