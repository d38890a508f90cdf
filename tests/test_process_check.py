"""What `process check` finds, quality by quality; what `process build` makes of the log; what a handbook says."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builders import Desk, desk, faults, moment, new_file, run
from salesflow.records import process_build, process_check, process_drafts, process_handbook, process_toml, processes
from salesflow.records.process_drafts import ProcessDraft, StageDraft, TaskDraft


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "a.db") as found:
        found.call("add", ["Ana"])
        yield found


GOOD = StageDraft("A", "sell", "known", 10, 7, journey="asks", tasks=(TaskDraft("call"),))


def lacking(at: Desk, *stages: StageDraft, goal: str | None = "bread") -> dict[str, list[str]]:
    """The qualities that fail, with what is said of each."""
    with at.writing() as (conn, _, work):
        process_drafts.add(conn, ProcessDraft("mine", "", stages, goal))
        found = {row["quality"]: row["found"] for row in process_check.check(conn, "mine").rows if not row["ok"]}
        work.dry = True
    return found


@pytest.mark.parametrize("name", processes.BUILT_IN)
def test_the_built_in_ones_are_good_ones(name: str, at: Desk):
    assert [row["quality"] for row in process_check.check(at.conn, name).rows if not row["ok"]] == []
    assert [row["quality"] for row in process_check.check(at.conn, name).rows][:7] == [
        "customer-centred", "clearly defined", "repeatable", "predictable", "goal-oriented", "measurable", "adaptable",
    ]  # fmt: skip


def test_each_quality_fails_for_its_own_reason_alone(at: Desk):
    assert lacking(at, GOOD) == {}
    assert lacking(at, GOOD, goal=None) == {"goal-oriented": ["no goal: salesflow process edit mine --goal TEXT"]}
    assert lacking(at, GOOD._replace(journey=None)) == {
        "customer-centred": ["A: not said what the customer does (--journey)"]
    }
    for value, said in (("goal", "no goal"), ("tasks", "nothing to do")):
        assert lacking(at, GOOD._replace(**{value: () if value == "tasks" else None})) == {
            "clearly defined": [f"A: {said}"]
        }
    assert lacking(at, GOOD._replace(limit_days=None, probability=None)) == {
        "measurable": ["A: neither a limit nor a probability"]
    }
    last = GOOD._replace(name="B", tasks=(TaskDraft("write"),))
    assert lacking(at, GOOD._replace(limit_days=None), last) == {"clearly defined": ["A: no sign of its end"]}
    assert lacking(at, GOOD._replace(limit_days=None), last._replace(gate="qualification")) == {}
    assert lacking(at, GOOD, last._replace(phase="find")) == {"order": ["B: finding, after a stage of selling"]}
    assert lacking(at, GOOD._replace(phase="find")) == {"order": ["nothing is sold: every stage is of finding"]}
    waiting = GOOD._replace(tasks=(TaskDraft("call", after=("write",)),))
    assert lacking(at, waiting, last) == {"reachable": ["A: call waits for write, of a stage to come"]}


def test_what_somebody_else_does_needs_no_task_and_is_not_waited_for(at: Desk):
    assert lacking(at, GOOD._replace(tasks=(), outsourced_to="Lead House")) == {}
    waiting = GOOD._replace(tasks=(TaskDraft("call", after=("write",)),))
    assert lacking(at, waiting, GOOD._replace(name="B", tasks=(TaskDraft("write"),), outsourced_to="Lead House")) == {}


def test_a_gate_of_no_questions_is_no_gate(at: Desk):
    with at.writing() as (conn, _, _):
        conn.execute("UPDATE questions SET dropped_on = '2026-11-24' WHERE set_name = 'consent'")
    assert lacking(at, GOOD._replace(gate="consent")) == {
        "reachable": ["A: its gate consent has no questions that are asked"]
    }


@pytest.mark.parametrize(
    ("days", "ok"),
    [([1, 1, 1, 40], True), ([1, 2, 2, 3, 4], True), ([1, 1, 1, 2, 40], False), ([1, 1, 1, 2, 8], True),
     ([10, 10, 10, 10, 29], True), ([10, 10, 10, 10, 31], False), ([5, 5, 5, 5, 5, 60], True)],
)  # fmt: skip
def test_times_that_vary_are_named(days: list[int], ok: bool, at: Desk):
    at.call("process new", "mine", stages="A,B", default=True)
    for number, stay in enumerate(days, 1):
        at.now = moment("2026-06-01")
        at.call("deal add", ["1", "bread"])
        at.now = moment(f"2026-{6 + stay // 30:02}-{1 + stay % 30:02}")
        at.conn.execute("UPDATE stage_entries SET entered_on = '2026-06-01' WHERE deal_id = ?", (number,))
        at.call("move", [f"D{number}"])
        at.conn.execute("UPDATE stage_entries SET days = ? WHERE deal_id = ? AND left_on IS NOT NULL", (stay, number))
    row = next(row for row in process_check.check(at.conn, "mine").rows if row["quality"] == "predictable")
    assert row["ok"] is ok
    if len(days) < 5:
        assert row["found"] == ["too little history: no stage has 5 finished stays yet"]
    else:
        varies = "" if ok else "varies, "
        assert row["found"] == [f"A: {varies}{days[0]} to {days[-1]} days, usually {days[len(days) // 2]}"]


def test_how_many_deals_follow_it(at: Desk):
    at.call("process new", "mine", stages="A,B", default=True)
    for number in range(1, 7):
        at.call("deal add", ["1", "bread"])
        if number > 2:
            at.conn.execute(
                "INSERT INTO exceptions (contact_id, deal_id, kind, made_at, made_on) VALUES (1, ?, 'skipped', 'x', 'x')",
                (number,),
            )
    row = process_check.check(at.conn, "mine").rows[-1]
    assert (row["quality"], row["ok"], row["found"]) == ("followed", False, ["2 of 6 deals"])
    at.conn.execute("DELETE FROM exceptions WHERE deal_id = 3")
    row = process_check.check(at.conn, "mine").rows[-1]
    assert (row["ok"], row["found"]) == (True, ["3 of 6 deals"])


def test_it_ends_with_1_where_one_fails_and_0_where_none_does(tmp_path: Path):
    path = new_file(tmp_path / "a.db")
    assert run(path, "process", "check", "seven-step").code == 0
    run(path, "process", "new", "mine", "--stages", "A")
    assert run(path, "process", "check", "mine").code == 1
    assert run(path, "process", "check", "nobody").code == 3


# -- build -------------------------------------------------------------------------------------------------------------


def sell(at: Desk, number: int, outcome: str = "win") -> None:
    """A sale as a baker makes it: talks, then opens a deal, shows, offers, closes; then thanks."""
    at.now = moment("2026-06-01")
    at.call("add", [f"Buyer {number}"])
    who = str(at.conn.execute("SELECT max(id) FROM contacts").fetchone()[0])
    at.call("log", ["call", who, "asked"])
    at.now = moment("2026-06-05")
    at.call("deal add", [who, "bread"])
    at.call("log", ["demo", who, "samples"])
    at.now = moment("2026-06-15")
    at.call("log", ["email", who, "prices"])
    at.now = moment("2026-06-17")
    at.call(outcome, [f"D{number}", "price"])
    if outcome == "win":
        at.now = moment("2026-07-01")
        at.call("log", ["card", who, "thanks"])


def test_a_process_is_made_of_what_was_done(at: Desk):
    for number in range(1, 4):
        sell(at, number)
    sell(at, 4, "lose")
    found = process_build.propose(at.conn, "own")
    assert (found.contacts, found.deals, found.won, found.ways) == (5, 4, 3, 3)
    assert [(kind.kind, kind.count, kind.place, kind.phase) for kind in found.kinds] == [
        ("call", 4, 0.0, "find"), ("demo", 4, 0.5, "sell"), ("email", 4, 1.0, "sell"), ("card", 3, 1.0, "keep"),
    ]  # fmt: skip
    assert found.draft is not None
    assert [(s.name, s.phase, s.limit_days, s.probability, [t.name for t in s.tasks]) for s in found.draft.stages] == [
        ("Calls", "find", 8, 75, ["call"]), ("Showing it", "sell", 20, 75, ["demo"]), ("E-mails", "sell", 4, 75, ["email"]),
        ("Cards", "keep", None, None, ["card"]),
    ]  # fmt: skip
    own = process_build.propose(at.conn, "own", process_drafts.from_names("find:Talk,Order"))
    assert own.draft is not None
    assert [(s.name, [t.name for t in s.tasks]) for s in own.draft.stages] == [
        ("Talk", ["call"]), ("Order", ["demo", "email", "card"]),
    ]  # fmt: skip
    text = process_toml.text_of(own.draft)
    with at.writing() as (conn, _, _):
        process_drafts.add(conn, process_toml.from_toml(text))
        assert process_toml.to_toml(conn, "own") == text
    assert faults(at.conn) == []


def test_too_little_is_said_with_what_it_would_need(at: Desk):
    for number in range(1, 3):
        sell(at, number)
    at.call("sale", ["1", "12.50", "bread"])
    found = process_build.propose(at.conn, "own")
    assert (found.draft, found.ways) == (None, 2)
    assert "3 sales with two steps or more are needed, there are 2" in process_build.wanting(found)


def test_any_number_of_stages_is_filled(at: Desk):
    for number in range(1, 4):
        sell(at, number)
    for count in (1, 2, 5, 15):
        names = ",".join(f"S{number}" for number in range(count))
        draft = process_build.propose(at.conn, "own", process_drafts.from_names(names)).draft
        assert draft is not None
        assert len(process_drafts.check(draft).stages) == count
        assert sorted(task.kind for stage in draft.stages for task in stage.tasks) == ["call", "card", "demo", "email"]


# -- handbook ----------------------------------------------------------------------------------------------------------


def test_a_handbook_has_all_of_it_and_names_no_customer(at: Desk):
    at.call("process new", "mine", stages="find:Talk,Order", goal="ten *standing* orders")
    at.call("process edit", "mine", stage="order", gate="qualification", task="send <b>quote</b>", journey="decides")
    at.call("process edit", "mine", stage="order", task="check price", after=["send"])
    at.call("deal add", ["1", "hours"], process="mine")
    insert(at, "preparation", kind="close", text="ask at the door", created_on="x")
    insert(at, "matters", contact_id=1, deal_id=1, kind="objection", **{"class": "price"}, text="dear", raised_at="x",
           raised_on="x", state="closed", closed_on="x")  # fmt: skip
    for number, (text, accepted) in enumerate((("Ana, it lasts a week", 1), ("no", 0), ("ANA'S price", 1)), 1):
        insert(at, "replies", contact_id=1, matter_id=1, text=text, text_key=f"k{number}", accepted=accepted, made_at="x",
               made_on="x")  # fmt: skip
    text = process_handbook.handbook(at.conn, "mine")
    for part in (r"**Goal:** ten \*standing\* orders", "### 2. Order", "- Do they have the money for it?",
                 r"1. send \<b>quote\</b>", "2. check price, after send", "- ask at the door", "### Answers accepted: price",
                 r"- \[customer\], it lasts a week", r"- \[customer\]'S price"):  # fmt: skip
        assert part in text, part
    assert "Ana" not in text and "ANA" not in text and "- no" not in text
    for name in processes.BUILT_IN:
        book = process_handbook.handbook(at.conn, name)
        assert book.startswith("# ") and book.endswith("\n") and "\n\n\n" not in book


def insert(at: Desk, table: str, **values: Any) -> None:
    names = ", ".join(values)
    at.conn.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", tuple(values.values()))


def test_what_is_built_in_is_toml_that_reads():
    for path in (Path(process_build.__file__).parents[1] / "processes").glob("*.toml"):
        assert tomllib.loads(path.read_text(encoding="utf-8"))
