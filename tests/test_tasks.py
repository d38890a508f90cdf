"""Tasks of a deal: circles, what is ready and what waits, what a stage brings, and that undo takes it all back."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import Desk, desk, differences, dump, faults, later, run
from salesflow.errors import NotFound, Refused
from salesflow.records import (
    follow_ups,
    gates,
    leaving,
    process_drafts,
    process_toml,
    task_list,
    tasks,
    tasks_done,
    where,
)  # fmt: skip
from salesflow.records.process_drafts import ProcessDraft, StageDraft, TaskDraft
from salesflow.store.rows import insert, rows

# -- circles -----------------------------------------------------------------------------------------------------------

NAMES = st.integers(0, 7).map(lambda number: f"t{number}")


@given(links=st.lists(st.tuples(NAMES, NAMES), max_size=16))
def test_a_circle_is_named_exactly_when_there_is_one(links: list[tuple[str, str]]):
    found = tasks.circle(links)
    graph: dict[str, set[str]] = {}
    for task, before in links:
        graph.setdefault(task, set()).add(before)
    try:
        TopologicalSorter(graph).prepare()
        assert found is None
    except CycleError:
        assert found is not None
        ring = found.split(" -> ")
        assert ring[0] == ring[-1]
        assert len(set(ring)) == len(ring) - 1
        assert all((after, before) in links for before, after in pairwise(ring))


def test_a_circle_reads_in_the_order_of_doing():
    assert tasks.circle([("send", "agree"), ("agree", "send")]) == "agree -> send -> agree"
    assert tasks.circle([("a", "a")]) == "a -> a"
    assert tasks.circle((f"t{n}", f"t{n - 1}") for n in range(1, 3000)) is None


# -- any process -------------------------------------------------------------------------------------------------------


@st.composite
def graphs(draw: st.DrawFn) -> ProcessDraft:
    """A process of up to four stages of tasks, each waiting for any before it in one order of all of them."""
    stages = draw(st.integers(1, 4))
    count = draw(st.integers(0, 10))
    order = draw(st.permutations(range(count)))
    made = []
    for place, number in enumerate(order):
        after = draw(st.lists(st.sampled_from(order[:place]), unique=True, max_size=3)) if place else []
        offset = draw(st.none() | st.integers(0, 30))
        made.append(
            (draw(st.integers(0, stages - 1)), TaskDraft(f"t{number}", "call", offset, [f"t{n}" for n in after]))
        )
    outsourced = draw(st.lists(st.booleans(), min_size=stages, max_size=stages))
    return ProcessDraft(
        "any", "", [
            StageDraft(f"S{n}", "keep" if n == 3 else "sell", outsourced_to="Lead House" if outsourced[n] else None,
                       tasks=[task for stage, task in made if stage == n])
            for n in range(stages)
        ],
    )  # fmt: skip


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("tasks") / "a.db") as found:
        found.call("add", ["Ken", "Ito"])
        yield found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draft=graphs(), steps=st.lists(st.integers(0, 20), max_size=12))
def test_what_is_ready_waits_for_nothing(shelf: Desk, draft: ProcessDraft, steps: list[int]):
    at = shelf
    with at.writing() as (conn, _, work):
        process_drafts.add(conn, draft)
        deal_id = insert_deal(at, "any")
        stages = {task.id: task for task in tasks.of_deal(conn, deal_id)}
        for step in steps:
            ready = tasks.ready(conn, deal_id)
            done = {task.id for task in tasks.done(conn, deal_id)}
            names = {task.name for task in tasks.of_deal(conn, deal_id) if task.id in done}
            for task in tasks.of_deal(conn, deal_id):
                assert (task.state == "done") == (task.id in done)
                assert set(task.waits_for) == set(task.after) - names
                assert (task.state == "waiting") <= bool(task.waits_for)
            assert all(not task.waits_for and task.id not in done for task in ready)
            assert all(task.stage_number <= here(at, deal_id) for task in ready)
            if ready and step % 3:
                logged = tasks.finish(conn, deal_id, ready[step % len(ready)], at.now)
                assert conn.execute("SELECT task_id FROM activities WHERE id = ?", (logged,)).fetchone()[0] in stages
            elif here(at, deal_id) < len(draft.stages):
                move(at, deal_id)
            open_ = [row["task_id"] for row in tasks.promised(conn, deal_id)]
            assert len(open_) == len(set(open_))
            assert not set(open_) & {task.id for task in tasks.done(conn, deal_id)}
        where.of_deal(conn, deal_id, at.today)
        work.dry = True


def insert_deal(at: Desk, process: str) -> int:
    from salesflow.records import deals

    return deals.add(at.conn, deals.Draft(1, "hours", process=process), at.now)


def here(at: Desk, deal_id: int) -> int:
    sql = "SELECT position FROM deals JOIN stages ON stages.id = stage_id WHERE deals.id = ?"
    return int(at.conn.execute(sql, (deal_id,)).fetchone()[0])


def move(at: Desk, deal_id: int) -> list[int]:
    from salesflow.records import deals

    deals.move(at.conn, deal_id, None, at.now)
    return tasks.enter(at.conn, deal_id, at.now)


# -- a desk ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "a.db") as found:
        found.call("add", ["Ken", "Ito"])
        yield found


def test_undo_of_a_task_done_is_as_before(at: Desk, tmp_path: Path):
    at.call("deal add", ["ken", "hours"], process="seven-step")
    at.call("move", ["ken", "closing"])
    before = dump(at.conn)
    assert [row["text"] for row in tasks.promised(at.conn, 1)] == ["ask for the sale"]
    at.call("task done", ["ken", "ask", "for", "the", "sale", "he", "thinks"], minutes=5)
    assert not tasks.promised(at.conn, 1)
    assert [task.name for task in tasks.done(at.conn, 1)] == ["ask for the sale"]
    assert run(tmp_path / "a.db", "undo").code == 0
    assert differences(before, dump(at.conn)) == []
    assert faults(at.conn) == []


def test_a_dated_task_is_promised_once(at: Desk):
    at.call("deal add", ["ken", "hours"], process="seven-step")
    at.call("process edit", "seven-step", task="ask what they think of it", offset=5)
    at.call("move", ["ken", "closing"])
    at.call("move", ["ken", "pitch"])
    at.call("move", ["ken", "closing"])
    texts = [row["text"] for row in follow_ups.due(at.conn, 1)]
    assert texts == ["ask for the sale", "ask what they think of it"]
    at.call("done", ["F1"])
    at.call("move", ["ken", "pitch"])
    at.call("move", ["ken", "closing"])
    assert [row["text"] for row in follow_ups.due(at.conn, 1)] == ["ask what they think of it"]
    at.now = later(at.now, days=3)
    # Five days from Tuesday is a Sunday: it is due on the Monday after.
    assert [row["due_on"] for row in follow_ups.due(at.conn, 1)] == ["2026-11-30"]


def test_no_answer_does_no_task(at: Desk):
    at.call("deal add", ["ken", "hours"], process="seven-step")
    at.call("move", ["ken", "closing"])
    at.call("done", ["F1"], no_answer=True)
    assert tasks.done(at.conn, 1) == []
    at.call("done", ["F1", "he", "thinks", "about", "it"])
    assert [task.name for task in tasks.done(at.conn, 1)] == ["ask for the sale"]


def test_somebody_off_the_list_gets_no_task(at: Desk):
    at.call("deal add", ["ken", "hours"], process="seven-step")
    at.call("edit", ["ken"], off_list="asked me to stop")
    at.call("move", ["D1", "closing"])
    assert follow_ups.due(at.conn, 1) == []


def test_a_win_brings_what_is_to_be_kept_up_and_a_loss_lets_go(at: Desk):
    at.call("deal add", ["ken", "hours"], process="seven-step")
    at.call("move", ["ken", "closing"])
    at.call("win", ["ken", "price"])
    texts = [(row["due_on"], row["text"]) for row in tasks.promised(at.conn, 1)]
    assert texts == [
        ("2026-12-01", "ask how satisfied they are"), ("2026-12-08", "ask for referrals"),
        ("2027-02-22", "ask about the next order"),
    ]  # fmt: skip
    assert [task.name for task in tasks.ready(at.conn, 1)] == ["ask how satisfied they are", "ask about the next order"]
    at.call("deal add", ["ken", "more"], process="seven-step")
    at.call("move", ["D2", "closing"])
    assert [row["text"] for row in tasks.promised(at.conn, 2)] == ["ask for the sale"]
    at.call("lose", ["D2", "price"])
    assert tasks.promised(at.conn, 2) == []
    assert tasks.ready(at.conn, 2) == []


def test_moving_asks_for_the_next_step_unless_one_lies_ahead(at: Desk, monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []
    answers = ["no day", "fri show the list", ""]

    def answer(_: Desk, question: str) -> str:
        asked.append(question)
        return answers.pop(0)

    monkeypatch.setattr(Desk, "asks", True)
    monkeypatch.setattr(Desk, "ask", answer)
    at.call("deal add", ["ken", "hours"], process="six-stage", stage="search")
    at.call("move", ["ken"])
    assert asked == ["Next step with Ken Ito? DAY [TEXT], or Enter for none:"] * 2
    assert [(row["due_on"], row["text"]) for row in follow_ups.due(at.conn, 1)] == [("2026-11-27", "show the list")]
    at.call("move", ["ken"])
    assert len(asked) == 2, "something lies ahead"
    with at.writing() as (conn, _, _):
        conn.execute("UPDATE follow_ups SET state = 'dropped', closed_on = due_on WHERE state = 'open'")
    at.call("move", ["ken", "search"], no_next=True)
    assert len(asked) == 2, "said aloud"
    at.call("move", ["ken", "order"])
    assert len(asked) == 2, "the stage brings a step"
    at.call("move", ["ken", "contact"])
    with at.writing() as (conn, _, _):
        conn.execute("UPDATE follow_ups SET state = 'dropped', closed_on = due_on WHERE state = 'open'")
    at.call("move", ["ken", "questions"])
    assert len(asked) == 3, "Enter for none"
    said = rows(at.conn, "SELECT what FROM exceptions WHERE kind = 'no-step' ORDER BY id")
    assert [row["what"] for row in said] == ["Search", "Questions"]


def test_a_stage_done_by_somebody_else_warns_of_nothing(at: Desk):
    at.call("deal add", ["ken", "hours"], process="seven-step")
    with at.writing() as (conn, _, _):
        conn.execute("UPDATE stages SET outsourced_to = 'Lead House' WHERE id IN (SELECT stage_id FROM deals)")
        deal = tasks.deals.get(conn, 1)
        target = tasks.deals.target(conn, deal, None)
        said = leaving.warnings(conn, deal, target, at.now)
    assert not any("tasks done" in text for text in said)
    # What somebody else does keeps nothing waiting.
    assert "join each need to a benefit" in [task.name for task in tasks.of_deal(at.conn, 1) if task.state == "later"]
    assert where.of_deal(at.conn, 1, at.today).row["next"].startswith("Lead House does this stage")


def test_a_task_is_found_by_number_name_or_start(at: Desk):
    at.call("deal add", ["ken", "hours"], process="seven-step")
    found = tasks.of_deal(at.conn, 1)
    stage = next(task.stage_id for task in found if task.stage == "Needs assessment")
    assert tasks.find(found, stage, ["2", "text"])[0].name == "learn who decides and how"
    assert tasks.find(found, stage, ["ask", "the", "standard", "questions", "in", "full"])[1] == ["in", "full"]
    assert tasks.find(found, stage, ["FORESEE", "price"])[0].name == "foresee their objections"
    # In the stage it stands in first, wherever else one begins so.
    assert tasks.find(found, stage, ["ask", "him"])[0].name == "ask the standard questions"
    for words in ([], ["nothing"], ["99"], ["know"]):
        with pytest.raises(NotFound):
            tasks.find(found, stage, words)


# -- done by a command -------------------------------------------------------------------------------------------------

TICKED = """
    SELECT tasks.name AS task, activities.kind, direction, activities.text, activities.deal_id
      FROM activities JOIN tasks ON tasks.id = task_id ORDER BY activities.id
    """
COMMANDS = ["ask needs", *tasks_done.COMMANDS]


def process_of_commands(at: Desk, offset: int | None = None, stage: str = "Middle") -> None:
    """A process with a task for each command in its middle stage, named as the command, of the kind call."""
    made = [TaskDraft(f"task: {each}", "call", offset, done_by=each) for each in COMMANDS]
    stages = [StageDraft(name, tasks=made if name == stage else ()) for name in ("First", "Middle", "Last")]
    with at.writing() as (conn, _, _):
        process_drafts.add(conn, ProcessDraft("own", "", stages))


def ticked(at: Desk) -> list[str]:
    return [row["task"].removeprefix("task: ") for row in rows(at.conn, TICKED)]


@pytest.mark.parametrize("stage", ["First", "Middle", "Last"])
def test_each_command_does_its_task_early_late_and_in_time(tmp_path: Path, stage: str):
    file = tmp_path / "a.db"
    with desk(file) as at:
        at.call("add", ["Ken", "Ito"])
        process_of_commands(at, stage=stage)

    def said(line: str) -> str:
        found = run(file, *shlex.split(line))
        assert found.code == 0, found
        return found.out + found.err

    said("product add hours --price 400")
    for line in ("deal add ken --product hours --process own", "move ken middle --no-next", "quote add ken hours"):
        assert "Task" not in said(line)
    done = {
        "qualify": "qualify ken --target-market yes --money yes --authority no",
        "ask needs": "ask ken needs --liked polite --problem late --situation alone --solved Sundays",
        "need add": "need add ken free evenings",
        "decider add": "decider add ken Max Orr",
        "objection expect": "objection add ken too dear --expected",
        "objection answer": "objection answer O2 half of that",
        "pitch draft": "pitch draft ken",
        "pitch given": "pitch given ken",
        "inquiry": "inquiry add ken hours",
        "quote sent": "quote sent Q1",
        "quote accepted": "quote accepted Q1",
    }
    said("appointment ask ken +2d --at 10:00")
    assert "Task done: task: appointment" in said("appointment confirm ken")
    for name, line in done.items():
        assert f"Task done: task: {name}\n" in said(line), name
    with desk(file) as at:
        assert sorted(ticked(at)) == sorted(COMMANDS)
        assert faults(at.conn) == []


def test_a_command_does_its_task_once_and_undo_takes_it_back(at: Desk, tmp_path: Path):
    process_of_commands(at, offset=2)
    at.call("deal add", ["ken", "hours"], process="own")
    at.call("move", ["ken", "middle"], no_next=True)
    before = dump(at.conn)
    assert len(tasks.promised(at.conn, 1)) == len(COMMANDS)
    at.call("need add", ["ken", "free", "evenings"])
    assert [row["text"] for row in tasks.promised(at.conn, 1)] == [
        f"task: {each}" for each in COMMANDS if each != "need add"
    ]
    assert run(tmp_path / "a.db", "undo").code == 0
    assert differences(before, dump(at.conn)) == []
    at.call("need add", ["ken", "free", "evenings"])
    at.call("need add", ["ken", "more", "sleep"])
    assert ticked(at) == ["need add"]
    assert faults(at.conn) == []


def test_what_a_command_logs_does_the_task_and_else_no_talk_is_made_up(at: Desk):
    process_of_commands(at)
    at.call("product add", ["hours"], price="400")
    at.call("deal add", ["ken"], process="own", product="hours")
    at.call("need add", ["ken", "free", "evenings"])
    at.call("quote add", ["ken", "hours @ 400"])
    at.call("quote sent", "Q1")
    at.call("pitch draft", ["ken"])
    at.call("pitch given", ["ken"])
    at.call("appointment ask", ["ken", "+2d"], at="10:00", deal="D1")
    at.call("appointment held", ["ken"])
    made = [(row["task"].removeprefix("task: "), row["kind"], row["direction"]) for row in rows(at.conn, TICKED)]
    assert made == [
        ("need add", "other", None), ("quote sent", "email", "out"), ("pitch draft", "other", None),
        ("pitch given", "demo", "out"), ("appointment", "meeting", "out"),
    ]  # fmt: skip
    talks = rows(at.conn, "SELECT kind FROM exchanges WHERE heard ORDER BY id")
    assert [row["kind"] for row in talks] == ["demo", "meeting"]


def test_a_set_half_asked_or_assumed_does_no_task(at: Desk):
    process_of_commands(at)
    at.call("deal add", ["ken", "hours"], process="own")
    at.call("ask", ["ken", "needs", "--liked", "polite", "--problem", "late", "--situation", "alone"])
    at.call("qualify", ["ken", "--money", "yes", "--authority", "yes"])
    at.call("ask", ["ken", "needs", "--solved", "Sundays"], assumed=True)
    assert ticked(at) == []
    at.call("ask", ["ken", "needs", "--solved", "Sundays"])
    at.call("ask", ["ken", "qualification", "--target-market", "no"])
    assert ticked(at) == ["ask needs", "qualify"]


def test_what_was_asked_before_the_deal_is_not_asked_again(at: Desk):
    process_of_commands(at, stage="First", offset=3)
    at.call("qualify", ["ken", "--target-market", "yes", "--money", "yes", "--authority", "yes"])
    at.call("deal add", ["ken", "hours"], process="own", problem="late")
    assert ticked(at) == ["qualify"]
    assert "task: qualify" not in [row["text"] for row in tasks.promised(at.conn, 1)]


def test_a_command_without_one_deal_does_no_task(at: Desk):
    process_of_commands(at)
    at.call("inquiry add", ["ken", "hours"])
    for _ in range(2):
        at.call("deal add", ["ken", "hours"], process="own")
    at.call("inquiry add", ["ken", "hours"])
    assert ticked(at) == []
    at.call("inquiry add", ["ken", "hours"], deal="D2")
    assert [row["deal_id"] for row in rows(at.conn, TICKED)] == [2]


def test_an_objection_left_open_does_no_task(at: Desk):
    process_of_commands(at)
    at.call("deal add", ["ken", "hours"], process="own")
    at.call("objection add", ["ken", "too", "dear"])
    at.call("objection add", ["ken", "no", "time"])
    at.call("objection answer", "O1", ["half", "of", "that"])
    at.call("objection answer", "O2", ["two", "minutes"], accepted=False)
    assert ticked(at) == []
    at.call("objection answer", "O2", ["one", "minute"])
    assert ticked(at) == ["objection answer"]


def test_the_tasks_of_somebody_else_and_of_a_closed_deal_stay_as_they_are(at: Desk):
    process_of_commands(at)
    at.call("deal add", ["ken", "hours"], process="own")
    at.call("process edit", "own", stage="Middle", outsourced="Lead House")
    at.call("need add", ["ken", "free", "evenings"])
    assert ticked(at) == []
    at.call("process edit", "own", stage="Middle", outsourced="")
    at.call("lose", ["ken", "price"])
    with at.writing() as (conn, _, _):
        assert tasks_done.did(conn, 1, "need add", at.now) == []
        assert tasks_done.did(conn, None, "need add", at.now) == []


@pytest.mark.parametrize("text", ["product", "ask", "ask a b", "quote", "need add ken", "asks needs"])
def test_a_task_is_done_by_a_command_that_is_known(at: Desk, text: str):
    with pytest.raises(Refused, match=r"^task 'call': no command does a task by the name .*; there are: ask SET, qual"):
        at.call("process edit", "seven-step", stage="Closing", task="call", done_by=text)


def test_a_task_done_by_asking_names_a_set_that_is_here(at: Desk):
    with pytest.raises(Refused, match=r"^task 'call': 'nothing' in 'ask nothing' is no set of questions; there are: "):
        at.call("process edit", "seven-step", stage="Closing", task="call", done_by="ask nothing")
    at.call("process edit", "seven-step", task="send the quote", done_by="Quote  Accepted")
    assert process_drafts.of(at.conn, "seven-step").stages[5].tasks[2].done_by == "quote accepted"
    at.call("process edit", "seven-step", task="send the quote", done_by="")
    assert process_drafts.of(at.conn, "seven-step").stages[5].tasks[2].done_by is None


def test_done_by_comes_back_from_toml_with_the_set_it_names(at: Desk, tmp_path: Path):
    at.call("process new", "own", stages="A,B")
    with at.writing() as (conn, _, _):
        draft = ProcessDraft(
            "own", "", [StageDraft("A", tasks=[TaskDraft("ask", done_by="ask feast")]), StageDraft("B")],
            sets={"feast": {"title": "", "questions": [{"name": "guests", "wording": "How many?"}]}},
        )  # fmt: skip
        process_drafts.change(conn, "own", draft, at.now)
    text = process_toml.to_toml(at.conn, "own")
    assert 'done_by = "ask feast"' in text and "[[sets]]" in text
    with desk(tmp_path / "b.db") as other, other.writing() as (conn, _, _):
        process_drafts.add(conn, process_toml.from_toml(text))
        assert process_toml.to_toml(conn, "own") == text


# -- gates -------------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    facts=st.lists(
        st.tuples(
            st.sampled_from(["yes-no", "words", "number"]), st.sampled_from(["yes", "no", "unknown", "text", None]),
            st.sampled_from(["said", "assumed", "rule"]), st.booleans(),
        ),
        max_size=6,
    ),
    about_deal=st.booleans(),
)  # fmt: skip
def test_a_gate_wants_what_is_said_and_yes_where_yes_is_asked(
    shelf: Desk, facts: list[tuple[str, str | None, str, bool]], about_deal: bool
):
    at = shelf
    with at.writing() as (conn, _, work):
        deal_id = insert_deal(at, "three-step")
        insert(conn, "question_sets", name="mine", about="deal" if about_deal else "contact")
        expected = []
        for position, (form, answer, basis, gated) in enumerate(facts):
            name = f"q{position}"
            question = insert(
                conn, "questions", set_name="mine", name=name, wording="?", position=position, gates=int(gated),
                form=form,
            )  # fmt: skip
            if answer is not None:
                insert(
                    conn, "answers", contact_id=1, question_id=question, answer=answer, basis=basis,
                    answered_at=at.now.at, answered_on=at.now.on, deal_id=deal_id if about_deal else None,
                )  # fmt: skip
            known = answer not in (None, "unknown") and basis != "assumed" and (form != "yes-no" or answer == "yes")
            if gated and not known:
                expected.append(name)
        assert gates.unmet(conn, "mine", 1, deal_id) == expected
        assert gates.unmet(conn, "none of that name", 1, deal_id) == []
        work.dry = True


def test_an_answer_about_another_deal_opens_no_gate(at: Desk):
    at.call("deal add", ["ken", "hours"])
    at.call("deal add", ["ken", "more"])
    with at.writing() as (conn, _, _):
        insert(conn, "question_sets", name="mine", about="deal")
        question = insert(conn, "questions", set_name="mine", name="why", wording="?", position=1, form="words")
        insert(conn, "answers", contact_id=1, question_id=question, answer="late", answered_at=at.now.at,
               answered_on=at.now.on, deal_id=2)  # fmt: skip
    assert gates.unmet(at.conn, "mine", 1, 1) == ["why"]
    assert gates.unmet(at.conn, "mine", 1, 2) == []


# -- what is built in --------------------------------------------------------------------------------------------------


def test_an_older_file_gets_the_tasks_of_what_is_built_in(at: Desk):
    """A stage the seller renamed stays as it is, and what waits for its tasks waits no more."""
    names = process_toml.processes.BUILT_IN
    fresh = {name: process_toml.to_toml(at.conn, name) for name in names}
    with at.writing() as (conn, _, _):
        conn.execute("DELETE FROM task_links")
        conn.execute("DELETE FROM tasks")
        conn.execute("UPDATE stages SET gate = NULL, journey = NULL, probability = NULL")
        conn.execute("UPDATE stages SET name = 'Talk', name_key = 'talk' WHERE name = 'Questions'")
        conn.execute("UPDATE processes SET goal = NULL")
        process_toml.complete(conn)
    for name in set(names) - {"six-stage"}:
        assert process_toml.to_toml(at.conn, name) == fresh[name]
    own = rows(at.conn, "SELECT tasks.name FROM tasks JOIN stages ON stages.id = stage_id WHERE stages.name = 'Talk'")
    assert own == []
    before = dump(at.conn)
    with at.writing() as (conn, _, _):
        process_toml.complete(conn)
    assert differences(before, dump(at.conn)) == []
    assert faults(at.conn) == []


# -- the command to type for a task ------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [*tasks_done.COMMANDS, "ask needs", None])
def test_where_names_a_command_that_there_is(at: Desk, tmp_path: Path, command: str | None):
    with at.writing() as (conn, _, _):
        task = TaskDraft("it", "call", None, [], command)
        process_drafts.add(conn, ProcessDraft("one", "", [StageDraft("S", tasks=[task])]))
        deal_id = insert_deal(at, "one")
    said = where.of_deal(at.conn, deal_id, at.today).row["next"]
    assert said.startswith("it (salesflow ")
    typed = said.removeprefix("it (salesflow ").removesuffix(")").split()
    alone = typed[0] in ("ask", "qualify")
    answer = run(tmp_path / "b.db", *typed[: 1 if alone else 2], "--help")
    assert answer.code == 0 and f"Usage: salesflow {' '.join(typed[: 1 if alone else 2])} " in answer.out


def test_nothing_waits_for_stages_before_the_deal_began(at: Desk):
    with at.writing() as (conn, _, _):
        first = StageDraft("Find", "find", tasks=[TaskDraft("look", "call", None, [])])
        second = StageDraft("Sell", "sell", tasks=[TaskDraft("tell", "call", None, ["look"])])
        process_drafts.add(conn, ProcessDraft("two", "", [first, second]))
        deal_id = insert_deal(at, "two")
    states = {task.name: task.state for task in tasks.of_deal(at.conn, deal_id)}
    assert states == {"look": "before", "tell": "ready"}
    assert [row["task"] for row in task_list.ready_everywhere(at.conn, 9).rows] == ["tell"]
