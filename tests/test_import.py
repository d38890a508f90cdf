"""Import: every row accounted for, nothing lost, a second run changes nothing, undo is exact."""

import io
import json
import re
import sqlite3
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from builders import differences, dump, faults, moment, new_file, run
from salesflow.errors import Refused
from salesflow.importers import cells, headings, taking
from salesflow.importers.taking import Order, Taken
from salesflow.records import change, incoming
from salesflow.records import settings as keeping


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return new_file(tmp_path / "sales.db")


def bring(conn: sqlite3.Connection, text: str, *, dry: bool = False, **order: object) -> Taken:
    """A CSV taken in as `import` does, in this process."""
    now = moment()
    with change.change(conn, now, "import") as work:
        asked = Order(str(order.pop("name", "people.csv")), now, **order)
        file = io.BytesIO(text.encode())
        taken = taking.take(conn, keeping.read(conn), file, asked, lambda rows, sheet: rows)
        incoming.keep(conn, taken.report, "people.csv", "generic contacts", now)
        work.dry = dry
    return taken


def counts(taken: Taken) -> tuple[int, int, int, int]:
    report = taken.report
    return report.added, report.updated, report.same, report.refused


def answer(db: Path, file: Path, *words: str) -> dict[str, object]:
    return json.loads(run(db, "import", str(file), *words, "--json").out)


def contacts(conn: sqlite3.Connection, columns: str = "name, company") -> list[tuple[object, ...]]:
    return [tuple(row) for row in conn.execute(f"SELECT {columns} FROM contacts ORDER BY id")]


# -- the command -------------------------------------------------------------------------------------------------------


def test_every_row_is_accounted_for(db: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Name,E-Mail,Shoe size\nAnn,ann@a.example,38\nBob,,41\n,,42\nAnn,ann@a.example,38\n")
    found = answer(db, file)
    assert {name: found[name] for name in ("added", "updated", "same", "refused", "import_id", "columns_not_read")} == {
        "added": 2, "updated": 0, "same": 1, "refused": 1, "import_id": 1, "columns_not_read": ["Shoe size"],
    }  # fmt: skip
    assert found["problems"] == [{"line": 4, "reason": "it names nobody: no name, company, e-mail, phone or link"}]
    again = answer(db, file)
    assert (again["added"], again["updated"], again["same"], again["refused"]) == (0, 0, 3, 1)
    assert again["import_id"] is None and again["written"] is False
    assert len(json.loads(run(db, "undo", "--list", "--json").out)) == 1


def test_exit_codes(db: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("name,email\nAnn,ann@a.example\n")
    assert run(db, "import", str(file)).code == 0
    file.write_text("name,email\nBob,bob@b.example\n,\n  ,\nCid,c@c.example,extra\n")
    assert run(db, "import", str(file), "--strict").code == 2
    assert len(json.loads(run(db, "list", "--json").out)) == 1
    assert run(db, "import", str(file)).code == 1
    file.write_text("name,email\nDan,d@d.example,extra\n")
    assert run(db, "import", str(file)).code == 2
    assert run(db, "import", str(tmp_path / "absent.csv")).code == 5


def test_a_dry_run_says_what_the_run_does_and_leaves_nothing(tmp_path: Path) -> None:
    db, file = tmp_path / "sales.db", tmp_path / "people.csv"
    file.write_text("name,email,next\nAnn,ann@a.example,2026-12-01\n,,\nBob,not a mail,\n")
    plan = answer(db, file, "--dry-run")
    assert not db.exists() and plan["dry_run"] and plan["import_id"] is None
    done = answer(db, file)
    for name in ("added", "updated", "same", "refused", "problems", "warnings"):
        assert plan[name] == done[name]


def test_what_is_said_of_the_whole_list(db: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("name,email,source\nAnn,ann@a.example,web\nBob,bob@b.example,\n")
    words = ("--source", "fair", "--tag", "autumn", "--answer", "target-market=yes")
    assert run(db, "import", str(file), *words).code == 0
    listed = json.loads(run(db, "list", "--json").out)
    assert [(row["source"], row["tags"], row["status"]) for row in listed] == [
        ("web", ["autumn"], "possible"),
        ("fair", ["autumn"], "possible"),
    ]
    assert answer(db, file, *words)["same"] == 2


def test_the_plan_names_what_is_wrong_with_an_order(db: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Shoe size,Hat\n38,S\n")
    assert "no column of people.csv says whom a row is about" in run(db, "import", str(file), "--map", "Hat=note").err
    file.write_text("name\nAnn\n")
    assert "contacts follow no process" in run(db, "import", str(file), "--process", "shop").err
    assert "--answer is" in run(db, "import", str(file), "--answer", "money=perhaps").err


# -- who is known again ------------------------------------------------------------------------------------------------

ANN = "name,email,phone,link\nAnn,ann@a.example,202-555-0101,https://a.example/ann\n"


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ("Ann,ANN@a.example,,", "same"),
        ("Ann,,+1 (202) 555-0101,", "same"),
        ("Ann,,,a.example/ann/", "same"),
        ("Anne,ann@a.example,,", "updated"),
        ("Ann,new@a.example,202-555-0101,", "updated"),  # another e-mail, the same name
        (",new@a.example,202-555-0101,", "updated"),  # another e-mail, no name
        ("Bob,bob@a.example,202-555-0101,", "added"),  # another e-mail and another name: they share a phone
        ("Bob,,202-555-0101,", "updated"),  # no other e-mail: she is called Bob now
        ("Ann,,,", "added"),  # a name alone is no key
        ("Ann,,202-555-0199,", "added"),
    ],
)
def test_identity(db: Path, row: str, outcome: str) -> None:
    conn = change.writer(db)
    bring(conn, ANN)
    report = bring(conn, f"name,email,phone,link\n{row}\n").report
    assert getattr(report, outcome) == 1 == report.rows


def test_a_row_that_fits_two_is_refused_naming_both(db: Path) -> None:
    conn = change.writer(db)
    bring(conn, "name,email,phone\nAnn,ann@a.example,\nBob,,202-555-0101\n")
    report = bring(conn, "name,email,phone\nCid,ann@a.example,202-555-0101\n").report
    assert report.problems == [(2, "it fits 2 contacts: 1 Ann and 2 Bob; mend the row, or those contacts")]


def test_of_several_with_one_phone_the_name_decides(db: Path) -> None:
    conn = change.writer(db)
    text = "name,email,phone\nAnn,ann@a.example,202-555-0101\nBob,bob@a.example,202-555-0101\n"
    bring(conn, text)
    assert counts(bring(conn, "name,phone,company\nBOB,202-555-0101,B Ltd\n")) == (0, 1, 0, 0)
    assert contacts(conn, "company") == [(None,), ("B Ltd",)]
    assert bring(conn, "name,phone\nCid,202-555-0101\n").report.refused == 1


def test_a_switchboard_is_no_key(db: Path) -> None:
    conn = change.writer(db)
    rows = "".join(f"Person {number},p{number}@firm.example,202-555-0100\n" for number in range(700))
    assert counts(bring(conn, f"name,email,phone\n{rows}")) == (700, 0, 0, 0)
    assert counts(bring(conn, f"name,email,phone\n{rows}")) == (0, 0, 700, 0)
    assert counts(bring(conn, "name,phone\nPerson 7,202-555-0100\nNobody Known,202-555-0100\n")) == (0, 0, 1, 1)


def test_a_row_without_a_key_is_known_by_its_cells(db: Path) -> None:
    conn = change.writer(db)
    text = "name,company\nAnn,A Ltd\nAnn,B Ltd\n"
    assert counts(bring(conn, text)) == (2, 0, 0, 0)
    assert counts(bring(conn, text)) == (0, 0, 2, 0)
    assert counts(bring(conn, "name,company,tags\nAnn,A Ltd,vip\n")) == (1, 0, 0, 0)


def test_a_point_alone_is_a_person(db: Path) -> None:
    conn = change.writer(db)
    bring(conn, "email,phone,company\n,202-555-0101,\nann@a.example,,\n,,A Ltd\n")
    assert contacts(conn, "name, kind") == [
        ("202-555-0101", "person"),
        ("ann@a.example", "person"),
        ("A Ltd", "company"),
    ]
    bring(conn, "name,phone\nBob,202-555-0101\n")
    assert contacts(conn)[0] == ("Bob", None)


# -- what a row changes ------------------------------------------------------------------------------------------------


def test_a_blank_never_erases_and_a_difference_updates(db: Path) -> None:
    conn = change.writer(db)
    bring(conn, "name,email,company,rating,tags,birthday\nAnn,ann@a.example,A Ltd,3,vip,1980-03-17\n")
    assert counts(bring(conn, "name,email,company,rating,tags,birthday\n,ann@a.example,,,,\n")) == (0, 0, 1, 0)
    text = "name,email,company,rating,tags,birthday\nAnn B,ann@a.example,B Ltd,5,fair,--03-17\n"
    assert counts(bring(conn, text)) == (0, 1, 0, 0)
    assert contacts(conn, "name, company, rating, birthday") == [("Ann B", "B Ltd", 5, "--03-17")]
    assert [row[0] for row in conn.execute("SELECT tag FROM tags ORDER BY id")] == ["vip", "fair"]


def test_contradictions_in_one_file_end_with_the_last_and_stay_so(db: Path) -> None:
    conn = change.writer(db)
    text = "name,email,company\nAnn,ann@a.example,A Ltd\nAnnie,ann@a.example,\nAnna,ann@a.example,B Ltd\n"
    assert counts(bring(conn, text)) == (1, 2, 0, 0)
    assert contacts(conn) == [("Anna", "B Ltd")]
    assert counts(bring(conn, text)) == (0, 0, 3, 0)


def test_two_names_with_one_phone_in_one_file_are_two_people(db: Path) -> None:
    conn = change.writer(db)
    text = "name,phone\nAnn Moss,202-555-0101\nBob Moss,202-555-0101\n,202-555-0199\nCid,202-555-0199\n"
    assert counts(bring(conn, text)) == (3, 1, 0, 0)
    assert contacts(conn, "name") == [("Ann Moss",), ("Bob Moss",), ("Cid",)]
    assert counts(bring(conn, text + "Bob Moss,202 555 0101\n")) == (0, 0, 5, 0)


def test_a_row_taken_once_takes_nothing_back(db: Path) -> None:
    conn = change.writer(db)
    january, february = "email,company\nann@a.example,A Ltd\n", "email,company\nann@a.example,B Ltd\n"
    bring(conn, january)
    bring(conn, february)
    run(db, "edit", "1", "--title", "baker")
    assert counts(bring(conn, january)) == (0, 0, 1, 0)
    assert contacts(conn, "company, job_title") == [("B Ltd", "baker")]
    run(db, "delete", "1", "--yes")
    assert counts(bring(conn, january)) == (1, 0, 0, 0)


def test_notes_are_kept_once_and_none_is_lost(db: Path) -> None:
    conn = change.writer(db)
    bring(conn, 'email,note\nann@a.example,"likes tea "\n')
    assert contacts(conn, "note") == [("likes tea ",)]
    assert counts(bring(conn, "email,note\nann@a.example,hates coffee\n")) == (0, 1, 0, 0)
    assert counts(bring(conn, "email,note\nann@a.example,likes tea \n")) == (0, 0, 1, 0)
    assert contacts(conn, "note") == [("likes tea \nhates coffee",)]


def test_what_cannot_be_read_is_kept_in_the_note(db: Path) -> None:
    conn = change.writer(db)
    text = 'name,phone,rating,next,birthday\nAnn,"2,02556E+09",hot,fri,soon\n'
    taken = bring(conn, text, maps=("rating=rating",))
    assert contacts(conn, "note") == [("phone: 2,02556E+09\nrating: hot\nnext: fri\nbirthday: soon",)]
    assert [line for line, _ in taken.report.warnings] == [2, 2, 2, 2]
    assert "a spreadsheet rounded it" in taken.report.warnings[0][1]
    assert counts(bring(conn, text, maps=("rating=rating",))) == (0, 0, 1, 0)


def test_a_promise_is_made_once(db: Path) -> None:
    conn = change.writer(db)
    text = "email,next,todo\nann@a.example,2026-12-01,call: price?\nbob@b.example,,send the list\n"
    bring(conn, text)
    found = [tuple(row) for row in conn.execute("SELECT due_on, kind, text FROM follow_ups ORDER BY id")]
    assert found == [("2026-12-01", "call", "price?"), ("2026-11-24", "follow-up", "send the list")]
    run(db, "done", "F1", "agreed")
    assert counts(bring(conn, text)) == (0, 0, 2, 0)
    assert counts(bring(conn, "email,next,todo\nann@a.example,2027-01-01,call: price?\n")) == (0, 1, 0, 0)


def test_an_answer_from_a_list_never_replaces_what_was_said(db: Path) -> None:
    conn = change.writer(db)
    assert counts(bring(conn, "email,money,authority\nann@a.example,ja,n\n")) == (1, 0, 0, 0)
    run(db, "qualify", "1", "--authority", "yes", "--method", "call")
    assert counts(bring(conn, "email,money,authority\nann@a.example,no,no\n")) == (0, 1, 0, 0)
    sql = "SELECT name, answer FROM answers JOIN questions ON questions.id = question_id WHERE replaced_at IS NULL"
    assert dict(tuple(row) for row in conn.execute(sql)) == {"money": "no", "authority": "yes"}


def test_imported_people_are_out_of_the_funnel_until_something_happens(db: Path) -> None:
    conn = change.writer(db)
    bring(conn, "name,email,next\nAnn,ann@a.example,\nBob,bob@b.example,2026-12-01\n")
    assert [row[0] for row in conn.execute("SELECT counts FROM standing ORDER BY contact_id")] == [0, 1]


def test_whoever_asked_not_to_be_kept_is_silent(db: Path) -> None:
    conn = change.writer(db)
    bring(
        conn, "email,do not contact\na@x.example,yes\nb@x.example,no\nc@x.example,2026-05-01\nd@x.example,moved away\n"
    )
    assert contacts(conn, "off_list_on, off_list_why") == [
        ("2026-11-24", "asked"), (None, None), ("2026-05-01", "asked"), ("2026-11-24", "moved away"),
    ]  # fmt: skip
    assert counts(bring(conn, "email,do not contact\na@x.example,no\n")) == (0, 0, 1, 0)


def test_who_wants_no_mail_gets_none_and_stays(db: Path) -> None:
    conn = change.writer(db)
    text = "email,unsubscribed\na@x.example,yes\nb@x.example,no\nc@x.example,2026-05-01\nd@x.example,moved away\n"
    bring(conn, text)
    said = "SELECT contact_id, answer, said, answered_on FROM answers ORDER BY id"
    assert [tuple(row) for row in conn.execute(said)] == [
        (1, "no", None, "2026-11-24"), (3, "no", None, "2026-05-01"), (4, "no", "moved away", "2026-11-24"),
    ]  # fmt: skip
    assert contacts(conn, "off_list_on") == [(None,)] * 4
    assert counts(bring(conn, text)) == (0, 0, 4, 0)
    assert counts(bring(conn, "email,newsletter\na@x.example,subscribed\nb@x.example,yes\n")) == (0, 1, 1, 0)


def test_referrals_are_found_wherever_they_stand(db: Path) -> None:
    conn = change.writer(db)
    text = (
        "name,email,referred by\nAnn,ann@a.example,Bob Stone\nBob Stone,bob@b.example,202-555-0101\n"
        "Cid,,Nobody Known\nDan,dan@d.example,Ann\n"
    )
    taken = bring(conn, f"{text},,\n")
    assert contacts(conn, "referred_by_id, source, note") == [
        (2, "referral", None), (None, None, "Referred by: 202-555-0101"), (None, None, "Referred by: Nobody Known"),
        (1, "referral", None),
    ]  # fmt: skip
    assert len(taken.report.warnings) == 2
    assert counts(bring(conn, text)) == (0, 0, 4, 0)
    bring(conn, "name,phone\nEve,202-555-0101\n")
    assert counts(bring(conn, text.replace("Bob Stone,bob", "Bob B Stone,bob"))) == (0, 1, 3, 0)
    assert contacts(conn, "name, referred_by_id")[1] == ("Bob B Stone", 5)


def test_that_a_row_was_seen_keeps_nothing_from_being_taken_back(db: Path) -> None:
    conn = change.writer(db)
    bring(conn, "email\nann@a.example\n")
    text = "name,email\n,ann@a.example\nBob,bob@b.example\n"
    assert counts(bring(conn, text)) == (1, 0, 1, 0)
    assert run(db, "undo", "1").code == 0
    assert contacts(conn, "name") == [("Bob",)]
    assert counts(bring(conn, text)) == (1, 0, 1, 0)


def test_names_and_addresses_are_put_together(db: Path) -> None:
    conn = change.writer(db)
    bring(
        conn,
        "Anrede,Vorname,Nachname,Straße,PLZ,Ort,Geburtstag,Seit\n"
        "Frau,Zoë,Müller,Hauptstr. 1,10115,Berlin,17.3.80,3.4.26\n"
        "Herr,Bo,Ek,Ring 2,20095,Hamburg,24.12.1990,25.11.2025\n",
    )
    assert contacts(conn, "name, birthday, created_on, note") == [
        ("Zoë Müller", "1980-03-17", "2026-04-03", "Anrede: Frau"),
        ("Bo Ek", "1990-12-24", "2025-11-25", "Anrede: Herr"),
    ]
    places = [row[0] for row in conn.execute("SELECT value FROM points WHERE kind = 'address' ORDER BY id")]
    assert places == ["Hauptstr. 1, 10115 Berlin", "Ring 2, 20095 Hamburg"]
    bring(conn, 'name,email\n"Stone, Bob",a@b.example\n"Example, Inc.",c@d.example\n')
    assert contacts(conn)[2:] == [("Bob Stone", None), ("Example, Inc.", None)]


def test_several_in_one_cell(db: Path) -> None:
    conn = change.writer(db)
    bring(conn, 'email,phone\n"Ann <ann@a.example>; ann@home.example","202-555-0101; 202-555-0102"\n')
    found = [tuple(row) for row in conn.execute("SELECT kind, value FROM points ORDER BY id")]
    assert found == [
        ("email", "ann@a.example"), ("email", "ann@home.example"), ("phone", "202-555-0101"), ("phone", "202-555-0102"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["fri", "12 dec", "tomorrow", "+3d", "next week", "apr", "3/4"])
def test_a_day_in_a_file_is_written_out(text: str) -> None:
    with pytest.raises(Refused):
        cells.day(text, "dmy", moment().day)


@pytest.mark.parametrize(
    ("text", "order", "found"),
    [
        ("2026-12-01", "ymd", "2026-12-01"), ("2026-12-01 09:30:00", "ymd", "2026-12-01"),
        ("2026-12-01T09:30:00Z", "ymd", "2026-12-01"), ("03/04/2026", "dmy", "2026-04-03"),
        ("03/04/2026", "mdy", "2026-03-04"), ("20 Sep 2026", "ymd", "2026-09-20"),
        ("4/3/26 9:30 PM", "mdy", "2026-04-03"),
    ],
)  # fmt: skip
def test_days_of_files(text: str, order: str, found: str) -> None:
    assert cells.day(text, order, moment().day) == found


def test_a_column_shows_its_order() -> None:
    assert cells.date_order(["03/04/2026", "25/12/2026"], "mdy") == "dmy"
    assert cells.date_order(["03/04/2026", "12/25/2026"], "dmy") == "mdy"
    assert cells.date_order(["03/04/2026"], "mdy") == "mdy"
    assert cells.decimal_mark(["1.234,50", "99"], ".") == ","
    assert cells.decimal_mark(["1.234"], ",") == ","


# -- the page ----------------------------------------------------------------------------------------------------------


def page_fields() -> list[tuple[str, str, str, list[str]]]:
    text = (Path(__file__).parents[1] / "docs" / "import.md").read_text(encoding="utf-8")
    contacts_part, deals_part = text.split("## Deals and orders")
    found = []
    for kind, part in (("contacts", contacts_part), ("deals", deals_part)):
        for name, meaning, words in re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \|$", part, re.MULTILINE):
            found.append((kind, name, meaning, words.split(", ")))
    return found


def test_the_page_names_every_field_and_its_headings() -> None:
    for kind, fields in headings.FIELDS.items():
        assert [(name, meaning) for of, name, meaning, _ in page_fields() if of == kind] == list(fields.items())
    for kind, name, _, words in page_fields():
        for word in words if words[0] != "none" and name != "answer" else ():
            found = headings.recognise([word, "Name", "Title"], kind=kind).fields
            alone = headings.recognise([word], kind=kind).fields
            assert name in (found.get(0), alone.get(0)), (kind, word, found)


# -- properties --------------------------------------------------------------------------------------------------------

COLUMNS = {
    "name": ["", "Ann", "ann", "Bob Stone", "山田 花子", "Stone, Bob"],
    "email": ["", "", "ann@a.example", "ANN@a.example", "bob@b.example", "no mail"],
    "email 2": ["", "", "bob@b.example", "cid@c.example"],
    "phone": ["", "", "202-555-0101", "+1 202 555 0101", "+44 20 7946 0018", "2,02556E+09"],
    "link": ["", "", "https://a.example/ann", "www.a.example/ann/"],
    "company": ["", "A Ltd", "B Ltd"],
    "source": ["", "fair", "web"],
    "tags": ["", "vip", "vip; fair", "Fair"],
    "note": ["", "likes tea", "likes", "two\nlines"],
    "rating": ["", "3", "5", "hot"],
    "birthday": ["", "--03-17", "1980-03-17", "soon"],
    "next": ["", "", "2026-12-01", "2026-12-02", "fri"],
    "todo": ["", "", "call: price?", "send the list"],
    "referred by": ["", "", "Ann", "Bob Stone", "nobody", "ann@a.example"],
    "money": ["", "", "yes", "no", "perhaps"],
    "unsubscribed": ["", "", "", "yes", "2026-05-01"],
    "shoe size": ["", "38", "41"],
    "since": ["", "2025-01-01", "2026-11-01"],
}


@st.composite
def sheets(draw: st.DrawFn) -> str:
    names = draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, unique=True))
    names = ["name", *(name for name in names if name != "name")]
    rows = draw(st.lists(st.tuples(*(st.sampled_from(COLUMNS[name]) for name in names)), max_size=12))
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in (tuple(names), *rows)]
    return "\n".join(quoted) + "\n"


@settings(max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(texts=st.lists(sheets(), min_size=1, max_size=3), keep_extra=st.booleans(), keep_mine=st.booleans())
def test_import_twice_is_once_and_undo_is_exact(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], keep_extra: bool, keep_mine: bool
) -> None:
    said = {"keep_extra": keep_extra, "extras": incoming.Extras(keep_mine=keep_mine), "plan": True}
    db = new_file(tmp_path_factory.mktemp("import") / "sales.db")
    conn = change.writer(db)
    conn.execute("PRAGMA synchronous = OFF")
    for text in texts:
        before = dump(conn)
        plan = bring(conn, text, dry=True, **said)
        assert not differences(before, dump(conn))
        done = bring(conn, text, **said)
        assert counts(plan) == counts(done)
        assert plan.report.plan == done.report.plan and len(done.report.plan or ()) == done.report.rows
        assert plan.report.problems == done.report.problems and plan.report.warnings == done.report.warnings
        after = dump(conn)
        assert not faults(conn)
        if done.report.added or done.report.updated:
            change.undo(conn, moment())
            assert not differences(before, dump(conn))
            change.redo(conn, moment())
            assert not differences(after, dump(conn))
        again = bring(conn, text, **said)
        assert not differences(after, dump(conn))
        assert again.report.added == again.report.updated == 0
    conn.close()
