"""Deals taken in: whose they are, where they stand, how they ended; and the 8,800 with known results."""

import io
import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from builders import differences, dump, faults, later, moment, new_file, run
from salesflow.dates import Moment
from salesflow.importers import generic_deals, taking
from salesflow.importers.taking import Order, Taken
from salesflow.records import change, incoming
from salesflow.records import settings as keeping

CRM = Path(__file__).parents[2] / "shared" / "data" / "crm_opportunities.csv"


@pytest.fixture
def conn(tmp_path: Path) -> sqlite3.Connection:
    found = change.writer(new_file(tmp_path / "sales.db"))
    found.execute("PRAGMA synchronous = OFF")
    return found


def bring(conn: sqlite3.Connection, text: str, now: Moment | None = None, **order: object) -> Taken:
    now = now or moment()
    with change.change(conn, now, "import"):
        asked = Order(str(order.pop("name", "deals.csv")), now, "deals", **order)
        taken = taking.take(conn, keeping.read(conn), io.BytesIO(text.encode()), asked, lambda rows, sheet: rows)
        incoming.keep(conn, taken.report, "deals.csv", "generic deals", now)
    return taken


def counts(taken: Taken) -> tuple[int, int, int, int]:
    report = taken.report
    return report.added, report.updated, report.same, report.refused


def deals(conn: sqlite3.Connection, columns: str) -> list[tuple[object, ...]]:
    sql = f"""
        SELECT {columns} FROM deals JOIN contacts ON contacts.id = contact_id JOIN stages ON stages.id = stage_id
          JOIN processes ON processes.id = deals.process_id ORDER BY deals.id
        """
    return [tuple(row) for row in conn.execute(sql)]


def stays(conn: sqlite3.Connection) -> list[tuple[object, ...]]:
    sql = "SELECT stages.name, entered_on, left_on, days FROM stage_entries JOIN stages ON stages.id = stage_id"
    return [tuple(row) for row in conn.execute(f"{sql} ORDER BY stage_entries.id")]


@pytest.mark.skipif(not CRM.exists(), reason="shared/data is not here")
@pytest.mark.parametrize("words", [("--process", "crm", "--map", "account=contact"), ()], ids=["mapped", "as it is"])
def test_8800_deals_with_known_results(tmp_path: Path, words: tuple[str, ...]) -> None:
    db = tmp_path / "sales.db"
    done = json.loads(run(db, "import", str(CRM), "--as", "deals", *words, "--json").out)
    assert (done["added"], done["refused"], done["contacts_added"]) == (8800, 0, 1510)
    (all_time,) = json.loads(run(db, "report", "win-rate", "--json").out)
    assert all_time == {
        "period": "all", "won": 4238, "lost": 2473, "win_rate": 0.6315, "amount": "10005534.00", "currency": "USD",
        "average_days_won": 51.8, "average_days_lost": 41.5,
    }  # fmt: skip
    quarters = json.loads(run(db, "report", "win-rate", "--by", "quarter", "--json").out)
    assert [(row["period"], row["win_rate"]) for row in quarters] == [
        ("2017-Q1", 0.8207), ("2017-Q2", 0.6171), ("2017-Q3", 0.6141), ("2017-Q4", 0.6025),
    ]  # fmt: skip
    process = words[1] if words else "crm_opportunities"
    stages = json.loads(run(db, "process", "show", process, "--json").out)["stages"]
    assert [(stage["name"], stage["phase"], stage["open_deals"]) for stage in stages] == [
        ("Prospecting", "find", 500), ("Engaging", "sell", 1589),
    ]  # fmt: skip
    again = json.loads(run(db, "import", str(CRM), "--as", "deals", *words, "--json").out)
    assert (again["same"], again["written"], again["made"]) == (8800, False, [])
    unnamed = next(line.split(",")[0] for line in CRM.read_text().splitlines() if ",,Engaging," in line)
    assert json.loads(run(db, "show", unnamed, "--json").out)["deals"][0]["stage"] == "Engaging"


def test_stages_outcomes_and_stays(conn: sqlite3.Connection) -> None:
    text = (
        "id,contact,title,amount,stage,opened,closed,reason\n"
        "1,Ann,Cake,400,Qualifying,2026-11-01,,\n2,Ann,Tart,0,,,,\n3,Bob,Pie,,Closed Won,2026-10-01,2026-10-11,trust\n"
        '4,Bob,Bun,"1,200.50 EUR",closedlost,,2026-10-05,\n5,Bob,Loaf,,gewonnen,,,\n'
    )
    assert counts(bring(conn, text)) == (5, 0, 0, 0)
    columns = "contacts.name, deals.title, amount_minor, currency, stages.name, outcome, how, opened_on, closed_on"
    assert deals(conn, columns) == [
        ("Ann", "Cake", 40000, "USD", "Qualifying", "open", None, "2026-11-01", None),
        ("Ann", "Tart", None, None, "Sales phase", "open", None, "2026-11-24", None),
        ("Bob", "Pie", None, None, "Sales phase", "won", "trust", "2026-10-01", "2026-10-11"),
        ("Bob", "Bun", 120050, "EUR", "Sales phase", "lost", "not recorded", "2026-10-05", "2026-10-05"),
        ("Bob", "Loaf", None, None, "Sales phase", "won", "not recorded", "2026-11-24", "2026-11-24"),
    ]
    assert stays(conn) == [
        ("Qualifying", "2026-11-01", None, None), ("Sales phase", "2026-11-24", None, None),
        ("Sales phase", "2026-10-01", "2026-10-11", 10), ("Sales phase", "2026-10-05", "2026-10-05", 0),
        ("Sales phase", "2026-11-24", "2026-11-24", 0),
    ]  # fmt: skip
    assert counts(bring(conn, text)) == (0, 0, 5, 0)
    assert not faults(conn)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,Ann,Cake,lots,Qualifying,,", 'no such amount: "lots"'),
        ("1,Ann,Cake,-5,Qualifying,,", "no such amount"),
        ("1,Ann,Cake,5,Nowhere,,", "no stage 'Nowhere' in three-step (Prospecting, Qualifying, Sales phase)"),
        ("1,Ann,Cake,5,Won,soon,", "no such day"),
        ("1,Ann,Cake,5,Won,2026-12-24,", "it began on 2026-12-24, which is still to come"),
        ("1,Ann,Cake,5,Won,,2027-01-01", "it closed on 2027-01-01, which is still to come"),
        ("1,Ann,Cake,5,Won,2026-10-02,2026-10-01", "it closed on 2026-10-01, before it began on 2026-10-02"),
        (",,Cake,5,Won,,", "it names nobody"),
    ],
)
def test_what_would_bend_a_figure_is_refused(conn: sqlite3.Connection, row: str, reason: str) -> None:
    taken = bring(conn, f"id,contact,title,amount,stage,opened,closed\n{row}\n", process="three-step")
    assert counts(taken) == (0, 0, 0, 1) and reason in taken.report.problems[0][1]
    assert conn.execute("SELECT count(*) FROM contacts").fetchone()[0] == 0


def test_an_open_deal_may_be_expected_to_close(conn: sqlite3.Connection) -> None:
    text = "id,contact,title,status,close date\n1,Ann,Cake,Open,2027-01-01\n"
    assert counts(bring(conn, text)) == (1, 0, 0, 0)
    assert counts(bring(conn, "id,contact,title,status\n2,Ann,Cake,Paused\n")) == (0, 0, 0, 1)


def test_whose_a_deal_is(conn: sqlite3.Connection) -> None:
    people = "name,email,company\nAnn,ann@a.example,A Ltd\nAnn,,B Ltd\nBob,bob@b.example,\n"
    with change.change(conn, moment(), "people"):
        order = Order("people.csv", moment())
        taking.take(conn, keeping.read(conn), io.BytesIO(people.encode()), order, lambda rows, sheet: rows)
    text = (
        "id,contact,email,phone,company\n1,,ann@a.example,,\n2,BOB,,202-555-0101,\n3,Ann,,,b ltd\n"
        "4,Bob,other@b.example,,\n5,,,,C Ltd\n6,,,,\n7,Ann,,,\n8,,,202-555-0101,\n"
    )
    taken = bring(conn, text)
    assert counts(taken) == (7, 0, 0, 1)
    assert taken.report.problems == [(8, "several contacts are called Ann (1, 2); an e-mail or phone would tell which")]
    assert deals(conn, "import_key, contact_id, contacts.name, contacts.kind") == [
        ("1", 1, "Ann", "person"), ("2", 3, "Bob", "person"), ("3", 2, "Ann", "person"), ("4", 4, "Bob", "person"),
        ("5", 5, "C Ltd", "company"), ("6", 6, "6", "person"), ("8", 3, "Bob", "person"),
    ]  # fmt: skip
    assert taken.contacts_added == 3


def test_a_later_file_moves_and_closes(conn: sqlite3.Connection) -> None:
    head = "id,contact,title,amount,stage,opened,closed,reason\n"
    bring(conn, head + "1,Ann,Cake,400,Prospecting,,,\n2,Bob,Pie,10,Qualifying,2026-11-01,,\n")
    now = later(moment(), days=10)
    rows = "1,Ann,Cake,450,Qualifying,2026-11-20,,\n2,Bob,Pie,,Lost,,2026-12-01,price\n"
    assert counts(bring(conn, head + rows, now)) == (0, 2, 0, 0)
    columns = "amount_minor, stages.name, outcome, how, opened_on, closed_on"
    assert deals(conn, columns) == [
        (45000, "Qualifying", "open", None, "2026-11-20", None),
        (1000, "Qualifying", "lost", "price", "2026-11-01", "2026-12-01"),
    ]
    assert stays(conn) == [
        ("Prospecting", "2026-11-20", "2026-12-04", 14), ("Qualifying", "2026-11-01", "2026-12-01", 30),
        ("Qualifying", "2026-12-04", None, None),
    ]  # fmt: skip
    later_still = head + "1,Ann,Cake,,Won,,,\n2,Bob,Pie,,Qualifying,,,\n2,Bob,Pie,99,Won,,,\n"
    assert counts(bring(conn, later_still, later(now, days=1))) == (0, 1, 2, 0)
    assert deals(conn, "outcome, how, closed_on") == [
        ("won", "not recorded", "2026-12-05"), ("lost", "price", "2026-12-01"),
    ]  # fmt: skip
    assert not faults(conn)


STARTED = """\
Deal id,Contact,Title,Stage,Outcome,Opened,Closed,Reason
X1,Ken,hours,Offer,open,2026-01-05,,
X2,Ana,hours,Offer,lost,2026-01-05,2026-02-01,Price: they pay less
X3,Bo,hours,Offer,won,2026-01-05,2026-02-01,
"""


def with_process(conn: sqlite3.Connection) -> None:
    """A process with a task two days after its second stage is entered, and one after its third."""
    from salesflow.records import process_drafts
    from salesflow.records.process_drafts import ProcessDraft, StageDraft, TaskDraft

    stages = [
        StageDraft("Talk"), StageDraft("Offer", tasks=(TaskDraft("Call after", "call", 2), TaskDraft("Think"))),
        StageDraft("Order", tasks=(TaskDraft("Thank them", "letter", 1),)),
    ]  # fmt: skip
    with change.change(conn, moment(), "process"):
        process_drafts.add(conn, ProcessDraft("mine", "", stages))


def promised(conn: sqlite3.Connection) -> list[tuple[object, ...]]:
    sql = "SELECT deal_id, kind, text, due_on, task_id IS NOT NULL FROM follow_ups ORDER BY id"
    return [tuple(row) for row in conn.execute(sql)]


def test_imported_deals_promise_nothing_unless_asked(conn: sqlite3.Connection) -> None:
    with_process(conn)
    bring(conn, STARTED, process="mine")
    assert promised(conn) == []
    assert not faults(conn)


def test_with_tasks_open_deals_start_those_of_their_stage_today(conn: sqlite3.Connection) -> None:
    with_process(conn)
    assert bring(conn, STARTED, process="mine", with_tasks=True).report.made == ["1 task promised, from today"]
    assert promised(conn) == [(1, "call", "Call after", "2026-11-26", 1)]
    again = bring(conn, STARTED, process="mine", with_tasks=True)
    assert counts(again) == (0, 0, 3, 0) and again.report.made == []
    moved = bring(
        conn, STARTED.replace("Offer,open", "Order,open"), later(moment(), 3), process="mine", with_tasks=True
    )
    assert counts(moved) == (0, 1, 2, 0)
    assert promised(conn)[1:] == [(1, "letter", "Thank them", "2026-11-30", 1)]  # the Saturday after goes to Monday
    assert not faults(conn)


def test_a_reason_has_its_class(conn: sqlite3.Connection) -> None:
    with_process(conn)
    bring(conn, STARTED, process="mine")
    assert deals(conn, "how, reason") == [
        (None, None), ("Price: they pay less", "price"), ("not recorded", None)]  # fmt: skip
    bring(conn, STARTED.replace("Offer,open,2026-01-05,,", "Offer,lost,2026-01-05,2026-03-01,timing"), process="mine")
    assert deals(conn, "how, reason")[0] == ("timing", "timing")


def test_tasks_of_people_are_refused(tmp_path: Path) -> None:
    db, file = new_file(tmp_path / "sales.db"), tmp_path / "people.csv"
    file.write_text("name\nAnn\n")
    done = run(db, "import", str(file), "--with-tasks")
    assert (done.code, done.err) == (
        2, "salesflow: --with-tasks is for deals, and there are none in it; leave it away\n")  # fmt: skip
    assert json.loads(run(db, "list", "--json").out) == []


def test_two_sales_alike_are_two_sales(conn: sqlite3.Connection) -> None:
    text = "contact,what,amount,outcome,date\nAnn,Cake,40,won,2026-10-01\nAnn,Cake,40,won,2026-10-01\n"
    assert counts(bring(conn, text)) == (2, 0, 0, 0)
    assert counts(bring(conn, text)) == (0, 0, 2, 0)


def test_a_process_is_made_of_the_stages_met(conn: sqlite3.Connection) -> None:
    text = (
        "id,contact,stage,opened,pipeline\n1,Ann,Talking,2026-10-01,New Shop\n2,Ann,Found,,New Shop\n"
        "3,Bob,Sales phase,2026-10-01,\n4,Bob,Won,2026-10-01,Other\n"
    )
    taken = bring(conn, text)
    assert deals(conn, "processes.name, stages.name, stages.phase") == [
        ("new-shop", "Talking", "sell"), ("new-shop", "Found", "find"), ("three-step", "Sales phase", "sell"),
        ("other", "Sale", "sell"),
    ]  # fmt: skip
    assert [text.partition(";")[0] for text in taken.report.made] == [
        "process new-shop made: Found, Talking", "process other made: Sale",
    ]  # fmt: skip
    assert generic_deals.slug("Sales Pipeline (EU)") == "sales-pipeline-eu"
    bring(conn, "id,contact,stage\n9,Ann,Met\n", name="Spring fair.csv")
    assert deals(conn, "processes.name")[-1] == ("spring-fair",)


def test_notes_of_deals_are_kept_with_them(conn: sqlite3.Connection) -> None:
    text = "id,contact,phone,opened,note\n1,Ann,n/a or so,2026-10-01,likes it sweet\n"
    bring(conn, text)
    found = [tuple(row) for row in conn.execute("SELECT deal_id, kind, text, happened_on FROM activities")]
    assert found == [(1, "note", "likes it sweet\nphone: n/a or so", "2026-10-01")]
    assert counts(bring(conn, text)) == (0, 0, 1, 0)


COLUMNS = {
    "id": ["", "1", "2", "3"],
    "contact": ["", "Ann", "Bob", "ann"],
    "email": ["", "", "ann@a.example", "bob@b.example"],
    "company": ["", "A Ltd"],
    "title": ["", "Cake", "Pie"],
    "amount": ["", "0", "10", "1,200.50 EUR", "lots"],
    "stage": ["", "Prospecting", "Sales phase", "Talking", "Won", "Lost"],
    "opened": ["", "2026-10-01", "2026-11-01", "2027-01-01"],
    "closed": ["", "2026-10-15", "2026-11-15"],
    "reason": ["", "price"],
    "note": ["", "sweet"],
}


@st.composite
def sheets(draw: st.DrawFn) -> str:
    names = sorted({"contact", *draw(st.lists(st.sampled_from(sorted(COLUMNS)), unique=True))})
    rows = draw(st.lists(st.tuples(*(st.sampled_from(COLUMNS[name]) for name in names)), max_size=8))
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in (tuple(names), *rows)) + "\n"


@settings(max_examples=15, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(texts=st.lists(sheets(), min_size=1, max_size=3))
def test_import_twice_is_once_and_undo_is_exact(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    conn = change.writer(new_file(tmp_path_factory.mktemp("deals") / "sales.db"))
    conn.execute("PRAGMA synchronous = OFF")
    for text in texts:
        before = dump(conn)
        done = bring(conn, text)
        after = dump(conn)
        assert not faults(conn)
        if differences(before, after):
            change.undo(conn, moment())
            assert not differences(before, dump(conn))
            change.redo(conn, moment())
            assert not differences(after, dump(conn))
        again = bring(conn, text)
        if not done.report.refused:
            assert not differences(after, dump(conn))
            assert again.report.same == again.report.rows
    conn.close()
