"""Rules: what they mean, what they keep, what they leave alone; and that any of it can be taken back exactly."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import Desk, desk, differences, dump, faults, later, new_file, reader, run
from salesflow.errors import Refused
from salesflow.records import answering, asking, change, questions, rules
from salesflow.records.rule_text import Facts, judge, number, parse, plain
from salesflow.store.rows import insert, value

# -- the words of a rule -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("6", 6), ("6 people", 6), ("6 men", 6), ("400,000 USD", 400_000), ("400k", 400_000), ("400k USD", 400_000),
        ("2M", 2_000_000), ("5km", 5), ("6 m", 6), ("$1,200.50", 1200.5), ("1.200,50 €", 1200.5), ("1 200", 1200),
        ("1,200", 1200), ("1200,5", 1200.5), ("0.125", 0.125), ("1'000'000 CHF", 1_000_000), ("-3", -3), ("2.5 %", 2.5),
    ],
)  # fmt: skip
def test_a_number_is_read_with_its_unit(text: str, found: float):
    assert number(text) == round(found * 1_000_000)


@pytest.mark.parametrize("text", ["", "many", "5-10", "10 per 5", "1e9", "½", ".", "-", "9" * 20, "six"])
def test_what_is_no_number_is_none(text: str):
    assert number(text) is None


@given(st.integers(-(10**9), 10**9), st.integers(0, 999_999))
def test_any_decimal_number_is_read(whole: int, part: int):
    sign = -1 if whole < 0 else 1
    assert number(f"{whole}.{part:06}") == whole * 10**6 + sign * part


@given(st.text(max_size=30))
def test_any_text_is_a_rule_or_a_refusal(text: str):
    try:
        rule = parse(text)
    except Refused as error:
        assert "\n" not in str(error)
    else:
        assert all(rule.fields)
        assert judge(rule, {})[0] == "unknown"


NUMBERS = st.integers(0, 50)


@given(low=st.none() | NUMBERS, high=st.none() | NUMBERS, known=NUMBERS)
def test_a_range_holds_its_ends(low: int | None, high: int | None, known: int):
    text = f"staff: {'' if low is None else low}..{'' if high is None else high}"
    if (low is None and high is None) or (low is not None and high is not None and low > high):
        with pytest.raises(Refused):
            parse(text)
        return
    verdict, why = judge(parse(text), {"staff": [(0, f"{known} people")]})
    inside = (low is None or known >= low) and (high is None or known <= high)
    assert verdict == ("yes" if inside else "no")
    assert ("within" in why) == inside


def said(**fields: str) -> Facts:
    return {field: [(0, text)] for field, text in fields.items()}


@pytest.mark.parametrize(
    ("rule", "facts", "verdict", "why"),
    [
        ("industry: bakery, nail salon", said(industry="Nail-Salon & more"), "yes", "industry is Nail-Salon & more"),
        ("industry: bakery", said(industry="bakeries"), "no", "industry bakeries is none of bakery"),
        ("industry: café", said(industry="CAFE"), "yes", "industry is CAFE"),
        ("industry: bakery", {}, "unknown", "industry not known"),
        ("industry|trade: bakery", said(industry="law"), "unknown", "trade not known"),
        ("industry|trade: bakery", said(industry="law", trade="bakery"), "yes", "trade is bakery"),
        ("industry|trade: bakery", said(industry="law", trade="dentist"), "no",
         "industry law is none of bakery and trade dentist is none of bakery"),
        ("tag: salon", said(tag="newsletter"), "unknown", "tag not known"),
        ("tag: salon", said(tag="Salon"), "yes", "tag is Salon"),
        ("liked|disliked: known", said(disliked="slow"), "yes", "disliked: slow"),
        ("staff: 2..20", said(staff="a few"), "unknown", "staff not known"),
        ("staff: 2..20", said(staff="40"), "no", "staff 40 is outside 2..20"),
        ("rating: 4..", said(rating="4"), "yes", "rating 4 is within 4.."),
        ("job_title: owner", {"job title": [(0, "owner")]}, "yes", "job title is owner"),
    ],
)  # fmt: skip
def test_what_a_rule_says_and_why(rule: str, facts: Facts, verdict: str, why: str):
    assert judge(parse(rule), facts) == (verdict, why)


def test_an_answer_to_the_question_itself_counts_for_nothing():
    assert judge(parse("problem: known"), {"problem": [(7, "yes")]}, 7)[0] == "unknown"
    assert judge(parse("problem: known"), {"problem": [(7, "yes"), (8, "cash")]}, 7)[0] == "yes"


# -- what is kept ------------------------------------------------------------------------------------------------------

RULES = ("industry|tag: bakery, salon", "staff: 2..20", "company: lopez", "rating: 4..", "tag: known", "")
TEXTS = {"industry": ("bakery", "law", "unknown"), "staff": ("6", "40 people", "unknown")}
NAMES = ("Ana B", "Ken Ito", "Rita Moss")
WHO = st.sampled_from((1, 1, 1, 2))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("rule"), st.sampled_from(("target-market", "money", "size")), st.sampled_from(RULES)),
        st.tuples(st.just("tag"), WHO, st.sampled_from(("bakery", "law"))),
        st.tuples(st.just("untag"), WHO, st.sampled_from(("bakery", "law"))),
        st.tuples(st.just("firm"), WHO, st.sampled_from(("Lopez Tiles", "Moss"))),
        st.tuples(st.just("rate"), WHO, st.integers(1, 5)),
        st.tuples(st.just("say"), WHO, st.sampled_from(("yes", "no", "unknown"))),
        st.tuples(st.just("assume"), WHO, st.sampled_from(("yes", "no"))),
        st.tuples(st.just("industry"), WHO, st.sampled_from(TEXTS["industry"])),
        st.tuples(st.just("staff"), WHO, st.sampled_from(TEXTS["staff"])),
        st.tuples(st.just("drop"), st.sampled_from(("target-market", "money")), st.none()),
        st.tuples(st.just("back"), st.sampled_from(("target-market", "money")), st.none()),
        st.tuples(st.just("delete"), WHO, st.none()),
        st.tuples(st.just("undo"), st.integers(5, 20), st.none()),
    ),
    min_size=6,
    max_size=16,
)


def done(at: Desk, step: tuple[str, object, object]) -> None:
    """One command; what cannot be done changes nothing."""
    what, one, two = step
    try:
        if what == "rule":
            of = "ideal" if one == "size" else "qualification"
            at.call("question edit", one, of, rule=two)
        elif what in ("tag", "untag"):
            at.call("edit", [str(one)], **{"tag" if what == "tag" else "drop": [two]})
        elif what in ("firm", "rate"):
            at.call("edit", [str(one)], **({"company": [two]} if what == "firm" else {"rating": two}))
        elif what in ("say", "assume"):
            at.call("qualify", [str(one), "--target-market", str(two)], assumed=what == "assume")
        elif what in TEXTS:
            at.call("ask", [str(one), "company", f"--{what}", str(two)])
        elif what == "drop":
            at.call("question drop", one)
        elif what == "back":
            at.call("question add", one, ["Again?"])
        elif what == "delete":
            at.yes = True
            at.call("delete", [str(one)])
        else:
            change.undo(at.conn, at.now, one)  # type: ignore[arg-type]
    except Exception as error:
        if not isinstance(error, (Refused, LookupError)) and type(error).__module__ != "salesflow.errors":
            raise


def said_by_people(at: Desk) -> set[tuple[object, ...]]:
    sql = """
        SELECT id, contact_id, question_id, answer FROM answers
         WHERE basis = 'said' AND answer <> 'unknown' AND replaced_at IS NULL
        """
    return {tuple(row) for row in at.conn.execute(sql)}


def by_hand(at: Desk) -> set[tuple[int, int, str]]:
    """What the rules should have answered, contact by contact and question by question."""
    found = set()
    for each in rules.with_rules(at.conn):
        for row in at.conn.execute("SELECT id FROM contacts").fetchall():
            kept = answering.in_force(at.conn, each.id, row["id"])
            if kept is not None and kept["basis"] == "said" and kept["answer"] != "unknown":
                continue
            verdict, _ = judge(each.rule, rules.of_one(at.conn, each.rule.fields, row["id"], None), each.id)
            if verdict != "unknown":
                found.add((row["id"], each.id, verdict))
    return found


def by_rule(at: Desk) -> set[tuple[int, int, str]]:
    sql = """
        SELECT contact_id, question_id, answer FROM answers JOIN questions ON questions.id = question_id
         WHERE basis = 'rule' AND replaced_at IS NULL AND dropped_on IS NULL
        """
    return {tuple(row) for row in at.conn.execute(sql)}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rules") / "a.db"
    with desk(path) as at:
        for name in NAMES:
            at.call("add", [name])
        at.call("question add", "size", ["Of our size?"], "ideal", rule="staff: 2..20")
        at.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_a_rule_never_overwrites_what_was_said_and_undo_is_exact(
    template: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, object, object]]
):
    path = tmp_path_factory.mktemp("history") / "a.db"
    shutil.copy(template, path)
    with desk(path) as at:
        before = dump(at.conn)
        steps = [("rule", "target-market", RULES[0]), *steps]
        first = value(at.conn, "SELECT max(id) FROM changes")
        assert first == 4
        for step in steps:
            at.now = later(at.now, minutes=1)
            held = said_by_people(at)
            done(at, step)
            if step[0] in ("rule", "tag", "untag", "firm", "rate", "assume", "drop", "back"):
                assert held <= said_by_people(at)
            assert by_rule(at) == by_hand(at)
            assert faults(at.conn) == []
        while True:
            sql = "SELECT max(id) FROM changes WHERE id > :first AND kind <> 'undo' AND undone_by_id IS NULL"
            last = value(at.conn, sql, first=first)
            if last is None:
                break
            change.undo(at.conn, at.now, last)
        assert differences(before, dump(at.conn)) == []


# -- where it shows ----------------------------------------------------------------------------------------------------


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = new_file(tmp_path / "a.db")
    for words in (("add", "Maria Lopez", "--tag", "bakery"), ("add", "Ken Ito"), ("deal", "add", "maria", "hours")):
        assert run(path, *words).code == 0
    return path


def statuses(path: Path) -> list[str]:
    conn = reader(path)
    try:
        return [row["status"] for row in conn.execute("SELECT status FROM standing ORDER BY contact_id")]
    finally:
        conn.close()


def test_status_follows_a_rule_and_an_imported_person_stays_out_of_the_funnel(db: Path, tmp_path: Path):
    assert run(db, "question", "edit", "target-market", "--rule", "tag: bakery, salon").code == 0
    assert statuses(db) == ["possible", "lead"]
    (tmp_path / "list.csv").write_text("name,email,tags\nAda,ada@x.example,salon\nBo,bo@x.example,\n")
    assert run(db, "import", str(tmp_path / "list.csv")).code == 0
    assert statuses(db) == ["possible", "lead", "possible", "lead"]
    conn = reader(db)
    assert [row[0] for row in conn.execute("SELECT counts FROM standing ORDER BY contact_id")] == [1, 1, 0, 0]
    conn.close()
    assert run(db, "import", str(tmp_path / "list.csv")).out.count("2 the same") == 1
    assert run(db, "question", "edit", "target-market", "--rule", "").code == 0
    assert statuses(db) == ["lead"] * 4


def test_what_still_holds_when_an_older_change_is_taken_back_is_answered_again(tmp_path: Path):
    with desk(tmp_path / "a.db") as at:
        at.call("add", ["Ana B"])
        at.call("question edit", "target-market", rule="industry|tag: bakery")
        tagged = at.call("edit", ["1"], tag=["bakery"])
        assert tagged is not None
        first = by_rule(at)
        at.call("ask", ["1", "company", "--industry", "bakery"])
        change.undo(at.conn, at.now, tagged.change_id)
        assert by_rule(at) == first == by_hand(at) != set()
        assert faults(at.conn) == []
        change.redo(at.conn, at.now)
        assert by_rule(at) == first


def test_a_list_says_more_than_a_rule_and_less_than_a_person(db: Path, tmp_path: Path):
    assert run(db, "question", "edit", "target-market", "--rule", "tag: bakery").code == 0
    (tmp_path / "list.csv").write_text("name,tag,target-market\nMaria Lopez,bakery,no\n")
    file = str(tmp_path / "list.csv")
    for words in (("edit", "maria", "--email", "m@x.example"), ("import", file)):
        assert run(db, *words).code in (0, 1)
    (tmp_path / "list.csv").write_text("name,email,target-market\nMaria Lopez,m@x.example,no\n")
    assert "1 updated" in run(db, "import", file).out
    assert statuses(db)[0] == "disqualified"
    assert "1 the same" in run(db, "import", file).out
    assert run(db, "qualify", "1", "--target-market", "yes").code == 0
    assert "1 the same" in run(db, "import", file).out
    assert statuses(db)[0] == "possible"


def test_a_form_is_what_they_say_themselves(db: Path, tmp_path: Path):
    (tmp_path / "form.csv").write_text("name,email,target-market,money\nAda,ada@x.example,yes,no\n")
    file = str(tmp_path / "form.csv")
    assert run(db, "import", file).code == 0
    assert run(db, "qualify", "ada", "--money", "yes", "--method", "call").code == 0
    assert "1 updated" not in run(db, "import", file).out
    (tmp_path / "form.csv").write_text("name,email,target-market,money\nAda,ada@x.example,no,no\n")
    assert "1 updated" in run(db, "import", file, "--method", "form").out
    conn = reader(db)
    sql = "SELECT answer, method FROM answers WHERE replaced_at IS NULL ORDER BY question_id"
    assert [tuple(row) for row in conn.execute(sql)] == [("no", "form"), ("yes", "call")]
    conn.close()
    assert "1 the same" in run(db, "import", file, "--method", "form").out
    assert run(db, "import", file, "--method", "pigeon").code == 2


def test_two_made_one_keep_what_was_said_whatever_a_rule_said_later(db: Path):
    assert run(db, "qualify", "2", "--target-market", "no", today="2026-11-20").code == 0
    assert run(db, "question", "edit", "target-market", "--rule", "tag: bakery").code == 0
    assert statuses(db) == ["possible", "disqualified"]
    assert run(db, "merge", "2", "--into", "1", "--yes").code == 0
    assert statuses(db) == ["disqualified"]


def test_of_a_deal_a_rule_is_judged_when_it_is_read(tmp_path: Path):
    with desk(tmp_path / "a.db") as at:
        at.call("add", ["Maria"])
        at.call("deal add", ["maria", "hours"])
        assert asking.progress(at.conn, "sales-qualified", 1, 1).missing == ["problem", "decision"]
        at.call("ask", ["maria", "needs", "--problem", "late"])
        with change.change(at.conn, at.now, "decider"):
            insert(at.conn, "deciders", contact_id=1, deal_id=1, name="Jo", created_on=at.now.on)
        assert asking.progress(at.conn, "sales-qualified", 1, 1) == (2, 2, [], [])
        assert asking.text(at.conn, "sales-qualified", "problem", 1, 1) == "yes"
        assert value(at.conn, "SELECT count(*) FROM answers WHERE basis = 'rule'") == 0
        at.call("ask", ["maria", "sales-qualified", "--decision", "no"])
        assert asking.progress(at.conn, "sales-qualified", 1, 1) == (1, 2, [], ["decision"])


def test_a_file_without_rules_keeps_none(db: Path):
    with desk(db) as at:
        assert rules.with_rules(at.conn) == []
        asked: list[str] = []
        at.conn.set_trace_callback(asked.append)
        at.call("edit", ["1"], tag=["x"])
        at.conn.set_trace_callback(None)
    assert not [sql for sql in asked if "basis" in sql and "INSERT" not in sql and "answers" in sql.split("FROM")[0]]


def test_the_first_criterion_of_a_new_year_costs_no_birthday(tmp_path: Path):
    """A rule reads the age as it was given: what it keeps does not change by the clock."""
    with desk(tmp_path / "a.db") as at:
        at.call("add", ["Maria"])
        at.call("ask", ["1", "profile", "--age", "49"])
        at.call("question add", "older", ["Fifty?"], "ideal", rule="age: 50..")
        kept = by_rule(at)
        at.now = later(at.now, days=800)
        at.call("edit", ["1"], tag=["x"])
        assert by_rule(at) == kept
        found = asking.states(at.conn, "profile", 1, None, datetime.date(2029, 2, 1))
        assert next(state.answer for state in found if state.question == "age") == "51"


def test_plain_words():
    assert plain("  Nail-Salon & Spa ") == "nail salon spa"
    assert questions.checked_rule(" staff :  2..20 ", "contact") == "staff : 2..20"
