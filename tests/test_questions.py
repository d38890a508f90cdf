"""Sets of questions: what is built in, how answers are kept, how much is known, and how it is asked."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import Desk, desk, new_file, reader, run
from salesflow.cli.session import Session
from salesflow.errors import Refused, SalesflowError
from salesflow.records import answering, asking, questions, wording
from salesflow.store.rows import rows, value

# -- what is built in --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_file(tmp_path_factory.mktemp("questions") / "a.db")


def test_the_standard_questions_in_their_words_and_order(fresh: Path):
    conn = reader(fresh)
    needed = [row["wording"] for row in questions.in_force(conn, "needs") if row["gates"]]
    assert needed == [
        "What did you like or dislike about your previous provider?",
        "What business problem do you hope we can solve?",
        "Can you describe your current situation?",
        "Can you tell me what it will look like once your present business problem has been dealt with?",
    ]
    assert wording.remarks(conn, "needs") == []
    assert all(wording.purposes(conn, "needs").values())
    conn.close()


def test_the_sets_and_what_they_are_about(fresh: Path):
    conn = reader(fresh)
    found = {
        row["name"]: (row["about"], row["is_open"], row["questions"], row["needed"]) for row in questions.sets(conn)
    }
    assert [row["name"] for row in questions.in_force(conn, "profile")] == [
        "full-name", "hobbies", "family", "education", "age", "habits", "business", "lifestyle",
    ]  # fmt: skip
    assert found["needs"] == ("deal", 1, 7, 4)
    assert found["profile"] == ("contact", 1, 8, 8)
    assert found["ideal"] == ("contact", 0, 0, 0)
    assert found["sales-qualified"][0] == "deal"
    assert [row["name"] for row in questions.in_force(conn, "sales-qualified") if row["gates"]] == [
        "problem",
        "decision",
    ]
    conn.close()


def test_every_built_in_rule_can_be_read(fresh: Path):
    conn = reader(fresh)
    for each in questions.sets(conn):
        assert wording.remarks(conn, each["name"]) == [], each["name"]
    conn.close()


# -- the wording -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("Do you have a budget?", True), ("do they like it", True), ("Is it new?", True), ("Can you pay?", True),
        ("“Have you a shop?”", True), ("Don't you like it?", True), ("Don’t you?", True), ("Would you buy it?", True),
        ("Can you describe your day?", False), ("Can you tell me more?", False), ("Could you please show me?", False),
        ("What do you do?", False), ("How is it?", False), ("Doing well?", False), ("Issues with it?", False),
        ("", False), ("Who decides?", False), ("Can they describe it?", True),
    ],
)  # fmt: skip
def test_a_yes_no_question_is_known_by_how_it_begins(text: str, closed: bool):
    assert wording.is_closed(text) == closed


# -- answers by form ---------------------------------------------------------------------------------------------------

FORMS = st.sampled_from([
    {"name": "q", "form": "yes-no", "choices": None}, {"name": "q", "form": "words", "choices": None},
    {"name": "q", "form": "number", "choices": None},
    {"name": "q", "form": "choice", "choices": "dissatisfied\nneutral\nsatisfied\ndelighted"},
])  # fmt: skip


@given(
    question=FORMS, text=st.text(max_size=20) | st.sampled_from(("yes", "N", "?", "sat", "4", "6 people", "unknown"))
)
def test_any_text_is_an_answer_or_a_refusal_and_read_twice_is_read_once(question: dict[str, str], text: str):
    try:
        kept = answering.read(question, text)
    except Refused as error:
        assert "\n" not in str(error)
    else:
        assert kept
        assert answering.read(question, kept) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1", "poor"),
        ("3", "very good"),
        ("VERY GOOD", "very good"),
        ("v", "very good"),
        ("good", "good"),
        ("g", "good"),
    ],
)
def test_a_choice_is_named_by_its_number_or_a_start(typed: str, kept: str):
    assert answering.read({"name": "q", "form": "choice", "choices": "poor\ngood\nvery good"}, typed) == kept


@pytest.mark.parametrize("typed", ["4", "0", "-1", "x", "bad"])
def test_what_is_no_choice_is_refused(typed: str):
    with pytest.raises(Refused, match="1 poor, 2 good, 3 very good"):
        answering.read({"name": "q", "form": "choice", "choices": "poor\ngood\nvery good"}, typed)


# -- how much is known -------------------------------------------------------------------------------------------------


@pytest.fixture
def at(tmp_path: Path):
    with desk(tmp_path / "a.db") as made:
        made.call("add", ["Maria Lopez"], company="Lopez Bakery")
        made.call("deal add", ["maria", "hours"])
        yield made


def tell(at: Desk, of: str, *options: str, **more: object) -> None:
    at.call("ask", ["1", of, *options], **more)


def test_liked_or_disliked_answers_the_first_question_and_they_are_kept_apart(at: Desk):
    assert asking.progress(at.conn, "needs", 1, 1) == (
        0,
        4,
        ["previous-provider", "problem", "situation", "solved"],
        [],
    )
    tell(at, "needs", "--disliked", "slow")
    assert asking.progress(at.conn, "needs", 1, 1).known == 1
    tell(at, "needs", "--liked", "polite", "--provider", "TempAgency")
    assert asking.text(at.conn, "needs", "previous-provider", 1, 1) == "liked: polite\ndisliked: slow"
    assert asking.text(at.conn, "needs", "liked", 1, 1) == "polite"
    tell(at, "needs", "--liked", "unknown", "--disliked", "unknown")
    assert asking.text(at.conn, "needs", "previous-provider", 1, 1) is None
    tell(at, "needs", "--previous-provider", "none")
    assert asking.progress(at.conn, "needs", 1, 1).known == 1


def test_answers_of_several_conversations_add_up_and_every_one_stays(at: Desk):
    tell(at, "needs", "--problem", "late", method="call", on="2026-11-20")
    tell(at, "needs", "--problem", "late and wrong")
    tell(at, "needs", "--situation", "Sundays")
    assert asking.progress(at.conn, "needs", 1, 1).missing == ["previous-provider", "solved"]
    sql = "SELECT answer, method, answered_on, replaced_at IS NULL FROM answers WHERE deal_id = 1 ORDER BY id"
    assert [tuple(row) for row in rows(at.conn, sql)] == [
        ("late", "call", "2026-11-20", 0), ("late and wrong", None, "2026-11-24", 1), ("Sundays", None, "2026-11-24", 1),
    ]  # fmt: skip


def test_two_deals_have_their_own_answers(at: Desk):
    tell(at, "needs", "--problem", "late")
    at.call("deal add", ["maria", "bread"])
    at.call("ask", ["D2", "needs", "--problem", "stale"])
    assert [asking.text(at.conn, "needs", "problem", 1, number) for number in (1, 2)] == ["late", "stale"]
    with pytest.raises(SalesflowError, match="2 open deals"):
        tell(at, "needs", "--problem", "which?")


def test_what_is_assumed_is_not_known_and_replaces_nothing_that_is(at: Desk):
    tell(at, "needs", "--problem", "cash", assumed=True)
    assert asking.progress(at.conn, "needs", 1, 1).known == 0
    assert asking.text(at.conn, "needs", "problem", 1, 1) is None
    assert asking.progress(at.conn, "sales-qualified", 1, 1).known == 0
    tell(at, "needs", "--problem", "late")
    tell(at, "needs", "--problem", "cash", assumed=True)
    assert asking.text(at.conn, "needs", "problem", 1, 1) == "late"
    at.yes = True
    tell(at, "needs", "--problem", "cash", assumed=True)
    assert asking.text(at.conn, "needs", "problem", 1, 1) is None
    at.call("qualify", ["1", "--money", "yes", "--authority", "yes", "--target-market", "yes"], assumed=True)
    assert value(at.conn, "SELECT status FROM standing") == "lead"


def test_words_beside_words_each_with_its_day(at: Desk):
    tell(at, "service", "--theme", "repair", on="2026-11-02", method="visit")
    tell(at, "service", "--theme", "fast answers", add=True)
    tell(at, "service", "--theme", "repair", add=True)
    asked = questions.find(at.conn, "theme", "service")["id"]
    assert answering.lines(at.conn, asked, 1) == [
        ("repair", "2026-11-02", "visit"), ("fast answers", "2026-11-24", None),
    ]  # fmt: skip
    tell(at, "service", "--theme", "cheap")
    tell(at, "service", "--theme", "repair", add=True)
    assert [line.answered_on for line in answering.lines(at.conn, asked, 1)] == ["2026-11-24"] * 2


def age(at: Desk, day: str) -> str:
    found = asking.states(at.conn, "profile", 1, None, datetime.date.fromisoformat(day))
    return next(state.answer for state in found if state.question == "age")


def test_an_age_grows_and_a_birthday_with_its_year_is_better(at: Desk):
    assert age(at, "2026-11-24") == "unknown"
    tell(at, "profile", "--age", "41", on="2024-02-29")
    assert [age(at, day) for day in ("2024-02-29", "2025-02-28", "2025-03-01", "2026-11-24")] == [
        "41",
        "41",
        "42",
        "43",
    ]
    at.call("edit", ["1"], birthday="--03-02")
    assert age(at, "2026-11-24") == "43"
    at.call("edit", ["1"], birthday="1985-03-02")
    assert [age(at, day) for day in ("2026-03-01", "2026-03-02")] == ["40", "41"]
    assert asking.progress(at.conn, "profile", 1).known == 1


def test_what_is_known_of_a_firm_is_known_of_its_people(at: Desk):
    at.call("add", ["Lopez Bakery"], kind="company")
    at.call("ask", ["2", "company", "--staff", "6", "--tech", "QuickBooks"])
    assert asking.text(at.conn, "company", "tech", 1) == "QuickBooks"
    tell(at, "company", "--staff", "7")
    assert asking.progress(at.conn, "company", 1).known == 2
    assert asking.text(at.conn, "company", "staff", 1) == "7"
    assert asking.text(at.conn, "company", "staff", 2) == "6"


def test_satisfaction_is_asked_of_the_deal_won_last(at: Desk):
    with pytest.raises(SalesflowError, match="bought nothing"):
        tell(at, "satisfaction", "--satisfied", "4")
    at.call("win", ["1", "price"])
    tell(at, "satisfaction", "--satisfied", "4")
    assert asking.text(at.conn, "satisfaction", "satisfied", 1, 1) == "delighted"


def test_everything_that_is_known_in_one_figure(at: Desk):
    found = {row["set"]: (row["known"], row["needed"], row["next"]) for row in asking.understood(at.conn, 1).rows}
    assert found["needs"] == (0, 4, "previous-provider")
    assert found["profile"] == (0, 8, "full-name")
    assert "ideal" not in found
    assert "satisfaction" not in found


# -- sets are the seller's ---------------------------------------------------------------------------------------------


def test_a_form_is_changed_only_where_the_answers_fit(at: Desk):
    tell(at, "profile", "--hobbies", "choir")
    with pytest.raises(Refused, match="an answer to hobbies is of another form"):
        at.call("question edit", "hobbies", "profile", form="yes-no")
    tell(at, "profile", "--hobbies", "unknown")
    at.call("question edit", "hobbies", "profile", form="yes-no")
    at.call("question edit", "hobbies", "profile", choices="choir, chess")
    tell(at, "profile", "--hobbies", "2")
    at.call("question edit", "hobbies", "profile", form="words")
    assert asking.text(at.conn, "profile", "hobbies", 1) == "chess"


@pytest.mark.parametrize("word", ["next", "method", "json", "add", "yes", "said"])
def test_a_question_is_not_called_as_an_option(at: Desk, word: str):
    with pytest.raises(Refused, match="means something else"):
        at.call("question add", word, ["What?"], "profile")


def test_every_option_of_ask_and_qualify_is_kept_from_being_a_question(fresh: Path):
    from salesflow.cli.question import TAKEN

    for command in ("ask", "qualify"):
        page = run(fresh, command, "--help").out
        named = {word.strip(",")[2:] for word in page.split() if word.startswith("--") and word[2:3].isalpha()}
        assert named - {"money", "problem", "question"} <= {*TAKEN}


def test_what_was_dropped_comes_back_with_its_answers(at: Desk):
    tell(at, "profile", "--hobbies", "choir")
    at.call("question drop", "hobbies", "profile")
    assert asking.text(at.conn, "profile", "hobbies", 1) is None
    at.call("question add", "hobbies", ["What do they like?"], "profile", form="words")
    assert asking.text(at.conn, "profile", "hobbies", 1) == "choir"


# -- finding, filtering ------------------------------------------------------------------------------------------------


def test_answers_are_found_and_filtered_by(tmp_path: Path):
    path = new_file(tmp_path / "a.db")
    for words in (
        ("add", "Maria"), ("add", "Ken"), ("add", "Ana"), ("ask", "1", "profile", "--hobbies", "Chœur, hiking"),
        ("ask", "2", "profile", "--hobbies", "chess"), ("ask", "1", "company", "--staff", "6 people"),
        ("ask", "2", "company", "--staff", "40"), ("ask", "3", "company", "--staff", "6", "--assumed"),
    ):  # fmt: skip
        assert run(path, *words).code == 0, words

    def ids(*filters: str) -> list[int]:
        done = run(path, "list", *filters, "-f", "ids")
        assert done.code == 0, done.err
        return [int(line) for line in done.out.split()]

    assert ids("--where", "hobbies=CHŒUR") == [1]
    assert ids("--where", "staff=2..20") == [1]
    assert ids("--where", "staff=5..") == [1, 2]
    assert ids("--where", "hobbies=ch", "--where", "staff=..39") == [1]
    assert ids("--where", "hobbies=tennis") == []
    assert "Maria" in run(path, "find", "hiking").out
    assert run(path, "ask", "1", "profile", "--hobbies", "unknown").code == 0
    assert run(path, "find", "hiking").out == ""
    assert run(path, "list", "--where", "hobbies=chess", "--save", "players").code == 0
    assert ids("@players") == [2]


# -- on a terminal, on paper -------------------------------------------------------------------------------------------


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """What somebody types at the terminal, line by line; the questions put to them are noted."""

    def prepared(*lines: str) -> list[str]:
        waiting, put = list(lines), []

        def ask(self: Session, question: str, default: str = "") -> str:
            put.append(question)
            return waiting.pop(0) or default

        monkeypatch.setattr(Session, "asks", property(lambda self: True))
        monkeypatch.setattr(Session, "ask", ask)
        return put

    return prepared


def test_on_a_terminal_it_asks_what_is_unknown(tmp_path: Path, typing: Callable[..., list[str]]):
    path = new_file(tmp_path / "a.db")
    assert run(path, "add", "Maria").code == 0
    assert run(path, "deal", "add", "maria", "hours").code == 0
    assert run(path, "ask", "1", "needs", "--problem", "late").code == 0
    put = typing("", "I do them on Sundays", "")
    done = run(path, "ask", "maria", "needs", "--method", "call")
    assert [question[:3] for question in put] == ["1/3", "2/3", "3/3"]
    assert "needs 2 of 4" in done.out
    put = typing("many", "41", *[""] * 7)
    assert run(path, "question", "edit", "age", "--set", "profile", "--place", "1").code == 0
    done = run(path, "ask", "maria", "profile")
    assert len(put) == 9
    assert "an answer is a number" in done.err
    assert "profile 1 of 8" in done.out


def test_on_a_terminal_nothing_is_written_where_nothing_is_said(tmp_path: Path, typing: Callable[..., list[str]]):
    path = new_file(tmp_path / "a.db")
    assert run(path, "add", "Maria").code == 0
    before = path.read_bytes()
    typing(*[""] * 8)
    assert "profile 0 of 8" in run(path, "ask", "maria", "profile").out
    assert path.read_bytes() == before


def test_a_no_ends_qualifying_and_a_choice_may_be_typed_by_its_number(tmp_path: Path, typing: Callable[..., list[str]]):
    path = new_file(tmp_path / "a.db")
    assert run(path, "add", "Maria").code == 0
    put = typing("perhaps", "yes we are six", "no")
    assert "disqualified" in run(path, "qualify", "maria").out
    assert len(put) == 3
    assert run(path, "sale", "maria", "40", "bread").code == 0
    put = typing("4")
    assert "satisfaction 1 of 1" in run(path, "ask", "maria", "satisfaction").out
    assert "4 delighted" in put[0]


@pytest.mark.parametrize("set_name", ["needs", "profile", "company", "qualification", "sales-qualified"])
def test_paper_is_80_columns_wide_and_has_every_question(tmp_path: Path, set_name: str):
    path = new_file(tmp_path / "a.db")
    assert run(path, "add", "Maria " + "Lopez " * 20).code == 0
    assert run(path, "deal", "add", "1", "hours").code == 0
    done = run(path, "ask", "1", set_name, "--print")
    assert max(len(line) for line in done.out.splitlines()) <= 80
    listed = json.loads(run(path, "ask", "1", set_name, "--print", "--json").out)
    text = " ".join(done.out.split())
    assert all(f"{row['place']} {row['wording']}" in text for row in listed)
    assert len(listed) == {"needs": 4, "profile": 8, "company": 6, "qualification": 4, "sales-qualified": 6}[set_name]
