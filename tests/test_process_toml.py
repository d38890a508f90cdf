"""Processes as TOML and as drafts: what goes out comes in the same, circles are named, nothing half is written."""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import Desk, desk, dump, faults, later, new_file, run
from salesflow.errors import Exists, NotFound, Refused
from salesflow.people import fold
from salesflow.records import (
    activities,
    change,
    process_drafts,
    process_edits,
    process_toml,
    processes,
    questions,
    tasks,
)  # fmt: skip
from salesflow.records.process_drafts import ProcessDraft, StageDraft, TaskDraft

SAFE = st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp"))
NAMES = st.text(SAFE | st.sampled_from("'\",#=[]\\<>"), min_size=1, max_size=20).filter(lambda text: fold(text).strip())
WORDS = st.none() | st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30)


@st.composite
def drafts(draw: st.DrawFn) -> ProcessDraft:
    """A process whose tasks wait for earlier ones only, so that no circle is among them."""
    sets = {
        name: {"title": draw(NAMES), "questions": [{"name": "q", "wording": draw(NAMES), "gates": draw(st.booleans())}]}
        for name in ("guests", "oven")
    }
    gates = st.none() | st.sampled_from([*sets, *questions.BUILT_IN])
    made: list[str] = []
    stages = []
    for name in draw(st.lists(NAMES, min_size=1, max_size=6, unique_by=fold)):
        to_do = []
        for task in draw(st.lists(NAMES, max_size=4)):
            if fold(task) in map(fold, made):
                continue
            after = draw(st.lists(st.sampled_from(made), max_size=3)) if made else []
            to_do.append(TaskDraft(task, draw(st.sampled_from([*activities.KINDS])), draw(DAYS), after))
            made.append(task)
        stages.append(
            StageDraft(
                name, draw(st.sampled_from(processes.PHASES)), draw(WORDS), draw(st.none() | st.integers(0, 100)),
                draw(st.none() | st.integers(1, 3650)), draw(gates), draw(WORDS), draw(st.none() | NAMES), to_do,
            )
        )  # fmt: skip
    return ProcessDraft("any", draw(NAMES), stages, draw(WORDS), sets)


DAYS = st.none() | st.integers(0, 3650)


@pytest.fixture(scope="module")
def shelves(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Desk]]:
    folder = tmp_path_factory.mktemp("shelves")
    with desk(folder / "a.db") as one, desk(folder / "b.db") as other:
        yield one, other


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "a.db") as found:
        found.call("add", ["Ana"])
        yield found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(draft=drafts())
def test_out_and_in_again_is_the_same_byte_for_byte_also_in_another_file(
    shelves: tuple[Desk, Desk], draft: ProcessDraft
):
    try:
        clean = process_drafts.check(draft)
    except Refused:  # a name of nothing but spaces in disguise
        return
    texts = []
    here, there = shelves
    with here.writing() as (conn, _, work):
        process_drafts.add(conn, draft)
        assert list(process_drafts.of(conn, "any").stages) == list(clean.stages)
        texts.append(process_toml.to_toml(conn, "any"))
        assert process_drafts.change(conn, "any", process_toml.from_toml(texts[0]), here.now) == []
        texts.append(process_toml.to_toml(conn, "any"))
        work.dry = True
    with there.writing() as (conn, _, work):
        process_drafts.add(conn, process_toml.from_toml(texts[0]))
        texts.append(process_toml.to_toml(conn, "any"))
        work.dry = True
    assert texts[1:] == texts[:1] * 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(before=drafts(), after=drafts())
def test_any_process_becomes_any_other_and_goes_back_with_undo(
    shelves: tuple[Desk, Desk], before: ProcessDraft, after: ProcessDraft
):
    at = shelves[0]
    try:
        process_drafts.check(before), process_drafts.check(after)
    except Refused:
        return
    with at.writing() as (conn, _, _):
        process_drafts.add(conn, before)
    kept = dump(at.conn)
    with at.writing() as (conn, _, _):
        process_drafts.change(conn, "any", after, at.now)
    assert list(process_drafts.of(at.conn, "any").stages) == list(process_drafts.check(after).stages)
    if at.work is not None and at.work.changed:
        change.undo(at.conn, at.now)
    assert {name: rows for name, rows in dump(at.conn).items() if name not in ("changes", "journal")} == {
        name: rows for name, rows in kept.items() if name not in ("changes", "journal")
    }
    change.undo(at.conn, at.now)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12))
def test_a_circle_is_found_where_there_is_one_and_each_step_of_it_is_a_link(pairs: Sequence[tuple[int, int]]):
    links = [(f"t{task}", f"t{before}") for task, before in pairs]
    found = tasks.circle(links)
    waits: dict[str, set[str]] = {}
    for task, before in links:
        waits.setdefault(task, set()).add(before)
    reach = {task: set(befores) for task, befores in waits.items()}
    for _ in range(8):
        for befores in reach.values():
            befores |= {far for before in set(befores) for far in waits.get(before, ())}
    assert (found is not None) == any(task in befores for task, befores in reach.items())
    if found:
        ring = found.split(" -> ")
        assert ring[0] == ring[-1]
        assert all(before in waits[task] for before, task in itertools.pairwise(ring))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = 3", r"no \[\[stages\]\]"),
        ("stages = []\n", "1 to 100 stages"),
        ("colour = 'red'\n[[stages]]\nname = 'A'", "not understood in the process: colour"),
        ("[[stages]]\nname = 'A'\ngate = 'nobody'", "the gate 'nobody' is no set of questions"),
        ("[[stages]]\nname = 'A'\ntasks = ['x']", "tasks are tables"),
        ("[[stages]]\nname = 'A'\n[[stages.tasks]]\nkind = 'call'", "task 1 of 'A' has no name"),
        ("[[stages]]\nname = 'A'\n[[stages.tasks]]\nname = 'x'\nkind = 'song'", "no kind of activity 'song'"),
        ("[[stages]]\nname = 'A'\n[[stages.tasks]]\nname = 'x'\noffset_days = -1", "an offset is 0 to 3650 days"),
        ("[[stages]]\nname = 'A'\n[[stages.tasks]]\nname = 'x'\nafter = [1]", "after is a list of texts"),
        ("[[stages]]\nname = 'A'\n[[stages.tasks]]\nname = 'x'\nafter = ['y']", "waits for 'y', which is no task"),
        ("[[stages]]\nname = 'A'\n[[stages.tasks]]\nname = 'x'\nafter = ['X']", "a circle: x -> x"),
        ("[[stages]]\nname = 'A'\n[[stages.tasks]]\nname = 'x'\n[[stages.tasks]]\nname = 'X'", "two tasks are called 'X'"),
        ("[[stages]]\nname = 'A'\ntasks = [{name = 'x'}]\n[[stages]]\nname = 'B'\ntasks = [{name = 'x'}]", "two tasks are called 'x'"),
        ("[[stages]]\nname = 'A'\ngate = 's'\n[[sets]]\nname = 's'", "set 's' has no"),
        ("[[stages]]\nname = 'A'\ngate = 's'\n[[sets]]\nname = 's'\nabout = 'cats'\n[[sets.questions]]\nname = 'q'\n"
         "wording = 'x'", "about is one of contact, deal"),
        ("[[stages]]\nname = 'A'\ngate = 's'\n[[sets]]\nname = 's'\n[[sets.questions]]\nname = 'q'", "has no wording"),
        ("[[stages]]\nname = 'A'\ngate = 's'\n[[sets]]\nname = 's'\n[[sets.questions]]\nname = 'q'\nwording = 'x'\n"
         "[[sets.questions]]\nname = 'q'\nwording = 'y'", "two questions of 's' are called 'q'"),
    ],
)  # fmt: skip
def test_a_file_that_will_not_do_is_refused_in_one_line_and_nothing_is_written(text: str, says: str, at: Desk):
    before = dump(at.conn)
    with pytest.raises(Refused, match=says) as told, at.writing() as (conn, _, _):
        process_drafts.add(conn, process_toml.from_toml(text, "mine"))
    assert "\n" not in str(told.value)
    assert dump(at.conn) == before


def test_a_circle_across_stages_is_named_from_its_first_task_on(at: Desk):
    at.call("process new", "mine", stages="A,B")
    at.call("process edit", "mine", stage="A", task="agree scope")
    at.call("process edit", "mine", stage="B", task="send quote", after=["agree scope"])
    with pytest.raises(Refused, match=r"^a circle: agree scope -> send quote -> agree scope$"):
        at.call("process edit", "mine", task="agree scope", after=["send"])
    assert [row["name"] for row in tasks.of_process(at.conn, processes.find(at.conn, "mine")["id"])] == [
        "agree scope", "send quote",
    ]  # fmt: skip


def test_a_task_changes_goes_to_another_stage_is_dropped_and_comes_back_with_what_was_done(at: Desk):
    at.call("process new", "mine", stages="A,B", default=True)
    at.call("process edit", "mine", stage="A", task="call them", kind="call")
    at.call("process edit", "mine", stage="A", task="write", after=["call them"])
    at.call("deal add", ["1", "hours"])
    with at.writing() as (conn, _, _):
        tasks.finish(conn, 1, tasks.of_deal(conn, 1)[0], at.now)
    at.call("process edit", "mine", stage="B", task="call them", offset=3)
    draft = process_drafts.of(at.conn, "mine")
    assert [task.name for task in draft.stages[0].tasks] == ["write"]
    assert draft.stages[1].tasks == (TaskDraft("call them", "call", 3, ()),)
    assert draft.stages[0].tasks[0].after == ("call them",)
    at.call("process edit", "mine", drop_task=["call"])
    assert process_drafts.of(at.conn, "mine").stages[0].tasks[0].after == ()
    at.call("process edit", "mine", stage="A", task="CALL THEM")
    assert {task.name: task.state for task in tasks.of_deal(at.conn, 1)} == {"write": "ready", "CALL THEM": "done"}
    at.call("process edit", "mine", task="call them", rename="ring them")
    with pytest.raises(Exists):
        at.call("process edit", "mine", task="write", rename="Ring them")
    with pytest.raises(NotFound):
        at.call("process edit", "mine", drop_task=["sing"])
    with pytest.raises(Refused, match="which stage is the task 'sing' of"):
        at.call("process edit", "mine", task="sing")
    assert faults(at.conn) == []


def test_a_removed_stage_takes_its_tasks_along_and_nothing_waits_for_them(at: Desk):
    at.call("process new", "mine", stages="A,B,C")
    at.call("process edit", "mine", stage="B", task="one")
    at.call("process edit", "mine", stage="C", task="two", after=["one"])
    at.call("process edit", "mine", remove="B")
    assert [(stage.name, stage.tasks) for stage in process_drafts.of(at.conn, "mine").stages] == [
        ("A", ()), ("C", (TaskDraft("two"),)),
    ]  # fmt: skip
    dropped = at.conn.execute(
        "SELECT name, dropped_on FROM tasks WHERE dropped_on IS NOT NULL AND name = 'one'"
    ).fetchall()
    assert [tuple(row) for row in dropped] == [("one", "2026-11-24")]
    at.call("process drop", "mine")
    assert at.conn.execute("SELECT count(*) FROM task_links JOIN tasks ON tasks.id = task_id").fetchone()[0] == (
        sum(
            len(task.after)
            for name in processes.BUILT_IN
            for s in process_drafts.of(at.conn, name).stages
            for task in s.tasks
        )
    )


def test_deals_of_a_removed_stage_go_where_they_are_told_or_nothing_happens(at: Desk):
    at.call("process new", "mine", stages="A,B,C", default=True)
    at.call("process edit", "mine", stage="C", task="call back", kind="call", offset=2)
    for _ in range(2):
        at.call("deal add", ["1", "hours"])
    at.now = later(at.now, 3)
    before = dump(at.conn)
    with pytest.raises(Refused, match=r"^2 open deals stand in A; say where to: --move-deals-to STAGE$"):
        at.call("process edit", "mine", remove="A")
    with pytest.raises(NotFound):
        at.call("process edit", "mine", remove="A", move_to="A")
    assert dump(at.conn) == before
    at.call("process edit", "mine", remove="A", move_to="C")
    stays = at.conn.execute(
        "SELECT stages.name, left_on FROM stage_entries JOIN stages ON stages.id = stage_id WHERE deal_id = 1"
    ).fetchall()
    assert [tuple(row) for row in stays] == [("A", "2026-11-27"), ("C", None)]
    promised = at.conn.execute("SELECT deal_id, due_on, text FROM follow_ups ORDER BY id").fetchall()
    assert [tuple(row) for row in promised] == [(1, "2026-11-30", "call back"), (2, "2026-11-30", "call back")]
    with pytest.raises(Refused, match="only stage"):
        at.call("process edit", "three-step", stages="Sales phase", remove="Sales phase")
    assert faults(at.conn) == []


def test_a_deal_goes_on_in_another_process_and_keeps_its_past(at: Desk):
    at.call("process new", "short", stages="find:Look,Talk,Order")
    at.call("deal add", ["1", "hours"], process="six-stage", stage="order")
    at.now = later(at.now, 2)
    at.call("process use", "short", "D1")
    deal = at.conn.execute("SELECT process_id, stage_id FROM deals").fetchone()
    short = processes.find(at.conn, "short")["id"]
    assert (deal["process_id"], deal["stage_id"]) == (short, processes.find_stage(at.conn, short, "order")["id"])
    at.call("process use", "three-step", "ana")
    assert (
        processes.find_stage(at.conn, processes.find(at.conn, "three-step")["id"], "3")["id"]
        == (at.conn.execute("SELECT stage_id FROM deals").fetchone()[0])
    )
    assert [row[0] for row in at.conn.execute("SELECT days FROM stage_entries ORDER BY id")] == [2, 0, None]
    at.call("lose", ["D1", "price"])
    with pytest.raises(Refused, match="was lost"):
        at.call("process use", "short", "D1")
    assert faults(at.conn) == []


def test_two_hundred_tasks_one_after_the_other_are_no_circle_and_no_burden(at: Desk):
    to_do = [TaskDraft(f"task {number}", after=(f"task {number - 1}",) if number else ()) for number in range(200)]
    with at.writing() as (conn, _, _):
        process_drafts.add(conn, ProcessDraft("long", "", [StageDraft("A", tasks=to_do)]))
    assert len(process_drafts.of(at.conn, "long").stages[0].tasks) == 200
    ring = [to_do[0]._replace(after=("task 199",)), *to_do[1:]]
    with pytest.raises(Refused, match="a circle: task 0 -> task 1 -> task 2 -> "):
        process_drafts.check(ProcessDraft("long", "", [StageDraft("A", tasks=ring)]))


def test_edits_of_a_draft_leave_the_rest_as_it_is():
    draft = ProcessDraft("mine", "", [StageDraft("A", goal="known", tasks=(TaskDraft("x"),)), StageDraft("B")])
    assert process_edits.restaged(draft, [StageDraft("b"), StageDraft("a"), StageDraft("C")]).stages == [
        StageDraft("B"), StageDraft("A", goal="known", tasks=(TaskDraft("x"),)), StageDraft("C"),
    ]  # fmt: skip
    assert process_edits.with_stage(draft, 0, goal=None, limit_days=0).stages[0].goal == "known"
    assert process_edits.with_task(draft, 1, "y", after=["x"]).stages[1].tasks == [TaskDraft("y", after=["x"])]


def test_a_deal_put_on_another_process_goes_whole_into_another_file(at: Desk, tmp_path: Path):
    at.call("process new", "short", stages="find:Look,Talk,Order")
    at.call("deal add", ["1", "hours"], process="six-stage", stage="order")
    at.now = later(at.now, 2)
    at.call("process use", "short", "D1")
    for number, chosen in enumerate(((), ("--status", "lead"))):
        text = tmp_path / f"{number}.json"
        assert run(tmp_path / "a.db", "export", "-o", str(text), "-f", "json", *chosen).code == 0
        new_file(tmp_path / f"{number}.db")
        found = run(tmp_path / f"{number}.db", "import", str(text))
        assert found.code == 0, found
        with desk(tmp_path / f"{number}.db") as there:
            stays = """
                SELECT processes.name, stages.name, days FROM stage_entries
                  JOIN stages ON stages.id = stage_id JOIN processes ON processes.id = process_id ORDER BY stage_entries.id
                """
            kept = [("six-stage", "Order", 2), ("short", "Order", None)]
            assert [tuple(row) for row in there.conn.execute(stays)] == kept
            assert faults(there.conn) == []
