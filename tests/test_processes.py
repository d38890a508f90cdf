"""Processes, deals and status: rules that hold whatever is changed underneath them."""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import Desk, desk, faults, later
from salesflow.errors import Exists, NotFound, Refused, SalesflowError
from salesflow.records import change, contacts, deal_list, deals, process_drafts, process_toml, processes, questions
from salesflow.records.process_drafts import ProcessDraft, StageDraft


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "a.db") as found:
        found.call("add", ["Ana"])
        yield found


def names(at: Desk, process: str) -> list[str]:
    return [stage["name"] for stage in processes.stages(at.conn, processes.find(at.conn, process)["id"])]


def stays(at: Desk, deal_id: int) -> list[tuple[str, str, str | None, int | None]]:
    return [
        (row["stage"], row["entered_on"], row["left_on"], row["days"]) for row in deal_list.stays(at.conn, deal_id).rows
    ]


# -- processes ---------------------------------------------------------------------------------------------------------


def test_the_built_in_ones_are_as_they_are_taught(at: Desk):
    assert names(at, "three-step") == ["Prospecting", "Qualifying", "Sales phase"]
    assert names(at, "four-phase") == ["Prospecting", "Pre-approach", "Presentation", "Service"]
    assert names(at, "seven-step") == [
        "Preparation and research", "Prospecting", "Needs assessment", "Pitch / presentation", "Objection handling",
        "Closing", "Follow-ups, repeat business and referrals",
    ]  # fmt: skip
    assert names(at, "six-stage") == ["Product knowledge", "Search", "Contact", "Questions", "Presentation", "Order"]


@pytest.mark.parametrize("count", [1, 2, 15, 100])
def test_a_process_of_one_to_a_hundred_stages_is_walked_to_its_end(count: int, at: Desk):
    wanted = [f"Stage {number}" for number in range(1, count + 1)]
    at.call("process new", "mine", stages=",".join(wanted), default=True)
    assert names(at, "mine") == wanted
    at.call("deal add", ["1", "hours"])
    for _ in range(count - 1):
        at.now = later(at.now, 2)
        at.call("move", ["D1"])
    with pytest.raises(Refused, match="last stage"):
        at.call("move", ["D1"])
    at.call("win", ["D1", "trust"])
    assert [stage for stage, *_ in stays(at, 1)] == wanted
    assert [days for *_, days in stays(at, 1)] == [2] * (count - 1) + [0]
    assert faults(at.conn) == []


@pytest.mark.parametrize("count", [0, 101])
def test_no_process_of_none_or_more_than_a_hundred(count: int, at: Desk):
    stages = ",".join(f"Stage {number}" for number in range(count)) or " , "
    with pytest.raises(Refused, match="1 to 100 stages"):
        at.call("process new", "mine", stages=stages)
    with pytest.raises(Refused, match="1 to 100 stages"):
        at.call("process edit", "three-step", stages=stages)
    assert names(at, "three-step") == ["Prospecting", "Qualifying", "Sales phase"]


@pytest.mark.parametrize("stages", ["A,a", "A,Ä,A", "Łódź,lodz", "A, "])
def test_two_stages_of_one_name_are_refused(stages: str, at: Desk):
    if stages == "A, ":
        at.call("process new", "mine", stages=stages)
        assert names(at, "mine") == ["A"]
        return
    with pytest.raises(Refused, match="two stages are called"):
        at.call("process new", "mine", stages=stages)


def test_a_process_changes_while_deals_stand_in_it_and_their_history_stays(at: Desk):
    at.call("process new", "mine", stages="find:A,B,C,D", default=True)
    for _ in range(3):
        at.call("deal add", ["1", "hours"])  # in B, the first selling stage
    at.now = later(at.now, 5)
    at.call("move", ["D2", "C"])
    at.call("move", ["D3", "C"])
    at.call("lose", ["D3", "price"])
    at.now = later(at.now, 5)
    with pytest.raises(Refused, match="1 open deal stands in C; say where to"):
        at.call("process edit", "mine", stages="find:A,New,B,D,keep:E")
    at.call("process edit", "mine", stages="find:A,New,B,D,keep:E", move_to="B")
    assert names(at, "mine") == ["A", "New", "B", "D", "E"]
    assert [row["phase"] for row in processes.stages(at.conn, processes.find(at.conn, "mine")["id"])] == [
        "find", "sell", "sell", "sell", "keep",
    ]  # fmt: skip
    assert stays(at, 1) == [("B", "2026-11-24", None, None)]  # not dropped: not touched
    assert stays(at, 2) == [
        ("B", "2026-11-24", "2026-11-29", 5), ("C", "2026-11-29", "2026-12-04", 5), ("B", "2026-12-04", None, None),
    ]  # fmt: skip
    assert stays(at, 3) == [("B", "2026-11-24", "2026-11-29", 5), ("C", "2026-11-29", "2026-11-29", 0)]
    assert faults(at.conn) == []
    at.call("deal reopen", "D3")  # where it stood is no more
    deal = deals.get(at.conn, 3)
    assert deal["stage"] in names(at, "mine")
    at.call("move", ["D3", "D"])
    change.undo(at.conn, at.now)


def test_a_stage_left_out_and_taken_in_again_is_a_stage_of_its_own_history(at: Desk):
    at.call("process new", "mine", stages="A,B", default=True)
    at.call("deal add", ["1", "hours"])
    at.call("process edit", "mine", stages="B", move_to="1")
    assert deals.get(at.conn, 1)["stage"] == "B"
    at.call("process edit", "mine", stages="A,B")
    at.call("move", ["D1", "A"])
    assert [stage for stage, *_ in stays(at, 1)] == ["A", "B", "A"]
    at.call("win", ["D1", "trust"])
    assert faults(at.conn) == []


def test_a_stage_renamed_keeps_its_deals_and_its_past(at: Desk):
    at.call("process new", "mine", stages="A,B", default=True)
    at.call("deal add", ["1", "hours"])
    at.call("process edit", "mine", stage="A", rename="First")
    assert stays(at, 1) == [("First", "2026-11-24", None, None)]
    with pytest.raises(Exists):
        at.call("process edit", "mine", stage="First", rename="b")
    with pytest.raises(NotFound):
        at.call("process edit", "mine", stage="A", limit=5)
    at.call("process edit", "mine", stage="1", limit=5, probability=40, phase="find", goal="known")
    row = processes.stages(at.conn, processes.find(at.conn, "mine")["id"])[0]
    assert (row["limit_days"], row["probability"], row["phase"], row["goal"]) == (5, 40, "find", "known")
    at.call("process edit", "mine", stages="B,First")  # what is named again keeps what was known of it
    row = processes.stages(at.conn, processes.find(at.conn, "mine")["id"])[1]
    assert (row["name"], row["limit_days"], row["probability"], row["phase"]) == ("First", 5, 40, "find")


def test_a_process_that_deals_follow_stays(at: Desk):
    at.call("process new", "mine", stages="A,B")
    at.call("deal add", ["1", "hours"], process="mine")
    with pytest.raises(Refused, match="deals follow mine"):
        at.call("process drop", "mine")
    at.call("deal delete", "D1")
    at.call("process drop", "mine")
    with pytest.raises(NotFound):
        processes.find(at.conn, "mine")
    with pytest.raises(Refused, match="new deals follow three-step"):
        at.call("process drop", "three-step")


def test_toml_out_and_in_again_is_the_same(at: Desk):
    at.call("process new", "mine", stages='find:Añb,B "quoted",keep:山田', title="Mine = 'yes'")
    at.call("process edit", "mine", stage="2", limit=14, probability=0, goal="two\tparts")
    for name in (*processes.BUILT_IN, "mine"):
        text = process_toml.to_toml(at.conn, name)
        draft = process_toml.from_toml(text, f"{name}-2")
        with at.writing() as (conn, _, _):
            process_drafts.add(conn, draft)
        again = process_toml.to_toml(at.conn, f"{name}-2")
        assert again.replace(f"{name}-2", name, 1) == text
        with at.writing() as (conn, _, _):
            assert process_drafts.change(conn, name, process_toml.from_toml(text), at.now) == []
        assert at.work is not None
        assert not at.work.changed, name
        assert process_toml.to_toml(at.conn, name) == text


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp")), min_size=1, max_size=40)
STAGES = st.builds(
    StageDraft, TEXT, st.sampled_from(processes.PHASES), st.none() | st.text(st.characters(exclude_categories=("Cs",)), max_size=40),
    st.none() | st.integers(0, 100), st.none() | st.integers(1, 3650), st.none(), st.none(), st.none(), st.just(()),
)  # fmt: skip


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("shelf") / "a.db") as found:
        yield found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    title=st.text(st.characters(exclude_categories=("Cs",)), max_size=40),
    stages=st.lists(STAGES, min_size=1, max_size=30),
)
def test_any_process_survives_its_toml(shelf: Desk, title: str, stages: Sequence[StageDraft]):
    try:
        draft = process_drafts.check(ProcessDraft("any", title, stages))
    except Refused:
        return
    at = shelf
    with at.writing() as (conn, _, work):
        process_drafts.add(conn, draft)
        text = process_toml.to_toml(conn, "any")
        again = process_drafts.check(process_toml.from_toml(text))
        assert list(again.stages) == list(draft.stages)
        assert again.title == draft.title
        work.dry = True


@pytest.mark.parametrize(
    "text",
    ["", "name = 'x'", "stages = 3", "[[stages]]", "[[stages]]\nname = 1", "[[stages]]\nname = 'A'\nphase = 'gold'",
     "[[stages]]\nname = 'A'\nlimit_days = 0", "[[stages]]\nname = 'A'\nlimit_days = 1.5",
     "[[stages]]\nname = 'A'\nprobability = true", "[[stages]]\nname = 'A'\ncolour = 'red'", "stages = ['A']",
     "[[stages]]\nname = ''", "\0", "name = 'a b'\n[[stages]]\nname = 'A'"],
)  # fmt: skip
def test_a_process_file_that_will_not_do_is_refused_in_one_line(text: str, at: Desk):
    with pytest.raises(Refused) as told, at.writing() as (conn, _, _):
        process_drafts.add(conn, process_toml.from_toml(text, None if "name = 'a b'" in text else "mine"))
    assert "\n" not in str(told.value)


def test_a_stage_is_known_by_number_name_or_start(at: Desk):
    process = processes.find(at.conn, "seven-step")["id"]
    for text, name in (("3", "Needs assessment"), ("closing", "Closing"), ("CLOS", "Closing"), ("pitch", "Pitch / presentation"),
                       ("prospecting", "Prospecting")):  # fmt: skip
        assert processes.find_stage(at.conn, process, text)["name"] == name
    for text in ("0", "8", "p", "", "gold", "99999999999999999999"):
        with pytest.raises(NotFound):
            processes.find_stage(at.conn, process, text)


# -- deals -------------------------------------------------------------------------------------------------------------


def test_won_and_lost_both_need_a_reason_and_without_one_the_deal_stays_open(at: Desk):
    at.call("deal add", ["1", "hours"])
    for verb in ("win", "lose"):
        with pytest.raises(Refused, match="stays open"):
            at.call(verb, ["D1"])
        with pytest.raises(Refused, match="stays open"):
            at.call(verb, ["D1", " "])
    assert deals.get(at.conn, 1)["outcome"] == "open"
    at.call("lose", ["D1", "price"])
    with pytest.raises(Refused, match="was lost"):
        at.call("win", ["D1", "trust"])


def test_a_sale_on_the_spot_never_stood_in_a_stage_unless_it_was_sold(at: Desk):
    at.call("sale", ["1", "12.50", "bread"])
    at.call("sale", ["walk-in", "3"])
    at.call("sale", ["walk-in", "4"])
    at.call("sale", ["1", "400", "course"], how="trust")
    assert [tuple(row) for row in at.conn.execute("SELECT id, contact_id, way, outcome FROM deals")] == [
        (1, 1, "bought", "won"), (2, 2, "bought", "won"), (3, 2, "bought", "won"), (4, 1, "sold", "won"),
    ]  # fmt: skip
    assert (stays(at, 1), stays(at, 2)) == ([], [])
    assert [days for *_, days in stays(at, 4)] == [0]
    assert status(at) == "repeat"


def test_a_parked_deal_is_not_parked_once_it_moves_or_closes(at: Desk):
    for _ in range(2):
        at.call("deal add", ["1", "hours"], stage="1")
    for key, verb, words in (("D1", "move", []), ("D2", "lose", ["price"])):
        at.call("park", [key, "tomorrow", "after", "the", "move"])
        assert deals.get(at.conn, int(key[1:]))["parked_why"] == "after the move"
        at.call(verb, [key, *words])
        assert deals.get(at.conn, int(key[1:]))["parked_until"] is None
    with pytest.raises(Refused, match="a day to come"):
        at.call("park", ["D1", "today", "later"])
    with pytest.raises(Refused, match="why"):
        at.call("park", ["D1", "tomorrow"])


def test_a_deal_reopened_begins_a_stay_and_keeps_the_ones_it_had(at: Desk):
    at.call("deal add", ["1", "hours"])
    at.now = later(at.now, 3)
    at.call("win", ["D1", "trust"])
    at.now = later(at.now, 3)
    at.call("deal reopen", "D1")
    assert stays(at, 1) == [("Sales phase", "2026-11-24", "2026-11-27", 3), ("Sales phase", "2026-11-30", None, None)]
    assert status(at) == "lead"
    with pytest.raises(Refused, match="is open"):
        at.call("deal reopen", "D1")


def test_what_is_back_dated_leaves_no_stay_of_less_than_nothing(at: Desk):
    at.call("deal add", ["1", "hours"], on="-3d")
    at.call("move", ["D1", "1"], on="yesterday")
    with pytest.raises(Refused, match="entered its stage on 2026-11-23"):
        at.call("move", ["D1", "2"], on="-2d")
    with pytest.raises(Refused, match="entered its stage on 2026-11-23"):
        at.call("win", ["D1", "trust"], on="-2d")
    with pytest.raises(Refused, match="still to come"):
        at.call("win", ["D1", "trust"], on="2026-11-25")
    assert [days for *_, days in stays(at, 1)] == [2, None]


# -- status ------------------------------------------------------------------------------------------------------------


def status(at: Desk, contact_id: int = 1) -> str:
    kept = at.conn.execute("SELECT status FROM standing WHERE contact_id = ?", (contact_id,)).fetchone()[0]
    assert kept == contacts.status(at.conn, contact_id)
    return str(kept)


def qualify(at: Desk, *answers: str) -> str:
    """`money=yes` and the like; the status then."""
    words = [word for answer in answers for word in ("--" + answer.partition("=")[0], answer.partition("=")[2])]
    at.call("qualify", ["1", *words])
    return status(at)


GATES = ("target-market", "money", "authority")


@pytest.mark.parametrize("answers", list(itertools.product(("yes", "no", "unknown", None), repeat=3)))
def test_status_follows_from_the_answers(answers: tuple[str | None, ...], at: Desk):
    given = [f"{name}={answer}" for name, answer in zip(GATES, answers, strict=True) if answer]
    found = qualify(at, *given) if given else status(at)
    if "no" in answers:
        assert found == "disqualified"
    elif answers == ("yes",) * 3:
        assert found == "prospect"
    elif "yes" in answers:
        assert found == "possible"
    else:
        assert found == "lead"  # unknown is not no


def test_interest_gates_nothing(at: Desk):
    assert qualify(at, "interest=yes") == "lead"
    assert qualify(at, "interest=no") == "lead"
    assert qualify(at, "target-market=yes", "money=yes", "authority=yes") == "prospect"
    assert qualify(at, "interest=unknown") == "prospect"


def test_an_answer_taken_back_takes_the_status_with_it_and_stays_in_the_history(at: Desk):
    assert qualify(at, "money=no") == "disqualified"
    assert qualify(at, "money=unknown") == "lead"
    assert qualify(at, "money=yes") == "possible"
    assert qualify(at, "money=unknown") == "lead"
    rows = at.conn.execute("SELECT answer, replaced_at IS NULL FROM answers ORDER BY id").fetchall()
    assert [tuple(row) for row in rows] == [("no", 0), ("unknown", 0), ("yes", 0), ("unknown", 1)]
    history = [row[0] for row in at.conn.execute("SELECT status FROM status_history ORDER BY id")]
    assert history == ["lead", "disqualified", "lead", "possible", "lead"]


def test_the_criteria_are_the_sellers_own(at: Desk):
    assert qualify(at, "target-market=yes", "money=yes") == "possible"
    at.call("question drop", "authority")
    assert status(at) == "prospect"
    at.call("question add", "area", ["Within", "20", "km?"])
    assert status(at) == "possible"
    assert qualify(at, "area=yes") == "prospect"
    at.call("question edit", "area", needed=False)
    assert qualify(at, "area=no") == "prospect"
    at.call("question edit", "area", needed=True)
    assert status(at) == "disqualified"
    at.call("question drop", "area")
    at.call("question add", "authority", ["Do", "they", "decide?"])  # taken in again, nothing answered
    assert status(at) == "possible"
    at.call("question add", "area", ["Within", "30", "km?"])  # its answers are remembered
    assert status(at) == "disqualified"


def test_without_any_criterion_nobody_is_a_prospect(at: Desk):
    assert qualify(at, "target-market=yes", "money=yes", "authority=yes") == "prospect"
    for name in GATES:
        at.call("question drop", name)
    assert status(at) == "lead"


def test_a_sale_makes_a_customer_and_a_second_one_a_repeat_whatever_was_answered(at: Desk):
    assert qualify(at, "money=no") == "disqualified"
    at.call("sale", ["1", "60"])
    assert status(at) == "customer"
    at.call("deal add", ["1", "more"])
    assert status(at) == "customer"
    at.call("win", ["D2", "trust"])
    assert status(at) == "repeat"
    at.call("deal delete", "D1")
    assert status(at) == "customer"
    at.call("deal reopen", "D2")
    assert status(at) == "disqualified"
    at.call("lose", ["D2", "price"])
    assert status(at) == "disqualified"


def test_off_list_comes_before_everything_and_goes_again(at: Desk):
    for _ in range(2):
        at.call("sale", ["1", "60"])
    at.call("edit", ["1"], off_list="asked us")
    assert status(at) == "off-list"
    at.call("edit", ["1"], on_list=True)
    assert status(at) == "repeat"


def test_an_answer_assumed_counts_for_nothing(at: Desk):
    assert qualify(at, "money=yes") == "possible"
    with at.writing() as (conn, _, _):
        conn.execute("UPDATE answers SET basis = 'assumed'")
    assert status(at) == "lead"


def test_selling_to_somebody_unqualified_is_said_once_a_deal(at: Desk):
    at.call("deal add", ["1", "hours"])
    at.call("win", ["D1", "trust"])
    kinds = [tuple(row) for row in at.conn.execute("SELECT deal_id, kind FROM exceptions")]
    assert kinds == [(1, "unqualified")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([*GATES, "interest", "drop", "add", "needed", "not needed", "sale", "undo"]),
                          st.sampled_from(["yes", "no", "unknown"])), max_size=12))  # fmt: skip
def test_kept_and_defined_never_part(shelf: Desk, steps: list[tuple[str, str]]):
    """Whatever is answered, dropped and asked again: standing is what the view says, for everybody."""
    at = shelf
    start = at.conn.execute("SELECT coalesce(max(id), 0) FROM changes").fetchone()[0]
    at.call("add", ["Somebody"])
    person = str(at.conn.execute("SELECT max(id) FROM contacts").fetchone()[0])
    for what, answer in steps:
        try:
            if what == "drop":
                at.call("question drop", GATES[len(answer) % 3])
            elif what == "add":
                at.call("question add", GATES[len(answer) % 3], ["Do", "they?"])
            elif "needed" in what:
                at.call("question edit", "interest", needed=what == "needed")
            elif what == "sale":
                at.call("sale", [person, "60"])
            elif what == "undo":
                change.undo(at.conn, at.now)
            else:
                at.call("qualify", [person, f"--{what}", answer])
        except SalesflowError:
            pass
        assert faults(at.conn) == []
    while at.conn.execute(
        "SELECT 1 FROM changes WHERE id > ? AND kind = 'do' AND undone_by_id IS NULL", (start,)
    ).fetchone():
        change.undo(at.conn, at.now)
    assert {row["name"] for row in questions.in_force(at.conn)} == {*GATES, "interest"}
