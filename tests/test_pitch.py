"""A presentation meets every need or names it, says nothing that serves none, and undo leaves nothing of it."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import Desk, desk, differences, dump, faults, later, new_file
from salesflow.errors import SalesflowError
from salesflow.records import change, formulas, matching, needs, pitch_check, pitches, preparation, products
from test_journal import fresh

RELAXED = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # fmt: skip
# No two of these share a word: what belongs together is only what was joined by name.
PLAIN = ["quiet mornings", "red ledgers", "late trains", "warm bread", "open windows", "spare keys", "clean desks"]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_file(tmp_path_factory.mktemp("template") / "new.db")


@pytest.fixture
def at(template: Path, tmp_path: Path) -> Iterator[Desk]:
    with desk(fresh(template, tmp_path / "a.db")) as found:
        yield found


def customer(at: Desk, name: str = "Maria Lopez") -> None:
    at.call("add", name=[name])
    at.call("deal add", [name, "a deal"])


def draft(at: Desk, deal: str = "D1") -> tuple[dict[str, object], list[dict[str, object]]]:
    """The facts of the check, and the lines."""
    at.call("pitch draft", [deal])
    document = pitches.get(at.conn, int(deal[1:]))
    return dict(pitch_check.check(at.conn, document).row), [dict(row) for row in pitches.lines(at.conn, document["id"])]


# -- every need is met or named, and nothing serves no need ------------------------------------------------------------

joined = st.lists(st.sampled_from([None, 0, 1, 2]), min_size=0, max_size=5)  # for each need, the benefit named for it
behind = st.lists(
    st.sampled_from([None, 0, 1, 2, 3]), min_size=3, max_size=3
)  # for each benefit, the feature behind it


@RELAXED
@given(met_by=joined, by=behind)
def test_exactly_what_was_joined_is_said(
    template: Path, tmp_path: Path, met_by: list[int | None], by: list[int | None]
):
    with desk(fresh(template, tmp_path / f"{random.getrandbits(60)}.db")) as at:
        customer(at)
        at.call("product add", ["thing"], feature=[f"feature{n} alpha{n}" for n in range(4)])
        for number, feature in enumerate(by):
            more = {"by": [f"feature{feature} alpha{feature}"]} if feature is not None else {}
            at.call("product edit", ["thing"], benefit=[f"benefit{number} beta{number}"], **more)
        for text, benefit in zip(PLAIN, met_by, strict=False):
            wanted = {} if benefit is None else {"met_by": f"benefit{benefit} beta{benefit}"}
            at.call("need add", ["D1", text], **wanted)
        facts, lines = draft(at)
        assert facts["not_covered"] == [text for text, benefit in zip(PLAIN, met_by, strict=False) if benefit is None]
        assert facts["needs_covered"] == sum(benefit is not None for benefit in met_by)
        serving = {by[benefit] for benefit in met_by if benefit is not None} - {None}
        told = {line["benefit"] for line in lines if line["piece_kind"] == "feature"}
        assert told == {f"feature{number} alpha{number}" for number in serving}
        spoken = pitches.aloud(at.conn, pitches.get(at.conn, 1))
        for number in range(4):
            assert (f"alpha{number}" in spoken) == (number in serving)
        for number in range(3):
            assert (f"beta{number}" in spoken) == (number in met_by)


WORDS = ["evenings", "free", "invoices", "time", "weekend", "cover", "help", "money", "bread", "staff"]
texts = st.lists(st.sampled_from(WORDS),
                 min_size=1, max_size=3, unique=True).map(" ".join)  # fmt: skip


@RELAXED
@given(
    wants=st.lists(texts, max_size=4, unique_by=lambda text: text.lower()),
    benefits=st.lists(st.tuples(texts, texts), max_size=4, unique_by=lambda pair: pair[0]),
    its_features=st.lists(texts, max_size=4, unique=True),
)
def test_any_words_leave_no_need_unsaid(
    template: Path, tmp_path: Path, wants: list[str], benefits: list[tuple[str, str]], its_features: list[str]
):
    with desk(fresh(template, tmp_path / f"{random.getrandbits(60)}.db")) as at:
        customer(at)
        at.call("product add", ["thing"], feature=its_features)
        for text, serves in benefits:
            at.call("product edit", ["thing"], benefit=[text], for_=[serves])
        for text in wants:
            at.call("need add", ["D1", text])
        facts, lines = draft(at)
        open_ones = {row["id"]: row["text"] for row in needs.of_deal(at.conn, 1)}
        covered = {open_ones[line["matter_id"]] for line in lines if line["piece_kind"] == "benefit"}
        assert covered | set(facts["not_covered"]) == set(open_ones.values())
        assert not covered & set(facts["not_covered"])
        # A benefit is said of a need only where they share a word; whatever shares one is not left out.
        for text in open_ones.values():
            fits = any(matching.shared(text, f"{benefit} {serves}") for benefit, serves in benefits)
            assert (text in covered) == fits
        for line in lines:
            if line["piece_kind"] == "feature":
                assert any(matching.shared(line["benefit"], f"{benefit} {serves}") for benefit, serves in benefits)


def test_own_words_cover_a_need_that_they_name(at: Desk):
    customer(at)
    at.call("product add", ["thing"])
    at.call("need add", ["D1", "weekend cover on Sundays"])
    assert draft(at)[0]["not_covered"] == ["weekend cover on Sundays"]
    for words, left in (("We work at any time.", 1), ("We cover you.", 1), ("We cover your Sunday.", 0)):
        at.call("pitch edit", ["D1", "desire", words])
        assert len(pitch_check.check(at.conn, pitches.get(at.conn, 1)).row["not_covered"]) == left, words
    at.call("pitch edit", ["D1", "desire", ""])
    at.call("pitch edit", ["D1", "attention", "You need weekend cover on Sundays."])  # says the matter, answers nothing
    assert pitch_check.check(at.conn, pitches.get(at.conn, 1)).row["not_covered"]
    at.call("pitch edit", ["D1", "interest", "Leave it to us."], meets="N1")
    assert not pitch_check.check(at.conn, pitches.get(at.conn, 1)).row["not_covered"]


def test_a_part_stands_in_its_place_however_often_it_is_edited(at: Desk):
    customer(at)
    at.call("product add", ["thing"], advantage=["a", "b"])
    draft(at)
    for part, text in (("action", "last"), ("attention", "first"), ("desire", "between"), ("unique", "only us")):
        at.call("pitch edit", ["D1", part, text], add=part == "desire")
    lines = pitches.lines(at.conn, pitches.get(at.conn, 1)["id"])
    assert [line["text"] for line in lines] == [
        "first", "What sets it apart: a", "What sets it apart: b", "between", "only us", "last",
    ]  # fmt: skip
    assert [line["position"] for line in lines] == sorted({line["position"] for line in lines})


def test_the_competitor_they_named_comes_first(at: Desk):
    customer(at)
    at.call("product add", ["thing"], advantage=["slow", "fast"], over=["Alpha", "Beta Ltd"])
    at.call("ask", ["D1", "needs", "--provider", "beta"])
    assert [line["text"] for line in draft(at)[1]][:2] == ["Better than Beta Ltd: fast", "Better than Alpha: slow"]


def test_only_the_same_words_to_somebody_else_are_canned(at: Desk):
    for name in ("Maria Lopez", "Priya Shah"):
        customer(at, name)
    at.call("product add", ["thing"], benefit=["warm bread", "clean desks"])
    at.call("need add", ["D1", "bread"])
    at.call("need add", ["D2", "desks"])
    assert not draft(at, "D1")[0]["canned"]
    assert not draft(at, "D1")[0]["canned"]  # the same again to the same person
    assert not draft(at, "D2")[0]["canned"]
    at.call("need edit", "N2", ["BREAD"])
    assert draft(at, "D2")[0]["same_as"] == "pitch 1 (Maria Lopez)"
    at.call("pitch edit", ["D2", "action", "Shall we?"])
    assert not pitch_check.check(at.conn, pitches.get(at.conn, 2)).row["canned"]


# -- undo --------------------------------------------------------------------------------------------------------------

COMMANDS = [
    ("product add", (["bun"],), {"price": "2", "feature": ["round"], "advantage": ["new"], "benefit": ["full"]}),
    ("product edit", (["thing"],), {"new_name": "it", "price": "", "tax": "7.5", "feature": ["deep"]}),
    ("product edit", (["thing"],), {"drop_line": ["K2"]}),
    ("product drop", (["thing"],), {}),
    ("prepare add", ("competitor", ["Rival"]), {"price": "3", "answer": "we stay"}),
    ("prepare add", ("challenge", ["rain"]), {"of": "baker", "solution": "thing"}),
    ("prepare add", ("goal", ["more"]), {"measure": "customers", "target": "4"}),
    ("prepare edit", ("K1",), {"text": ["other"]}),
    ("prepare edit", ("K5",), {"text": ["dry weather"], "solution": ""}),
    ("prepare drop", ("K3",), {}),
    ("need add", (["D1", "cover"],), {"want": True, "met_by": "clean"}),
    ("need edit", ("N1", ["fresh bread"]), {"stated": False}),
    ("need met", ("N1",), {}),
    ("need drop", ("N1",), {}),
    ("pitch draft", (["D1"],), {}),
    ("pitch edit", (["D1", "desire", "mine"],), {}),
    ("pitch edit", (["D1", "unique", "ours"],), {"add": True, "meets": "N1"}),
    ("pitch given", (["D1"],), {"reached": "interest", "said": ["well"], "benefits_shown": 1}),
    ("pitch given", (["D1"],), {"closed": True, "call_to_action": "now?", "on": "2026-11-20"}),
    ("deal edit", ("D1",), {"product": "thing", "key": True, "problem": "late"}),
    ("deal add", (["Maria"],), {"product": "thing"}),
    ("edit", (["Maria"],), {"persona": "baker", "set_demand": "high"}),
    ("sale", (["Maria", "5"],), {"product": "thing", "at_presentation": True}),
]


@pytest.mark.parametrize("seed", range(12))
def test_undo_of_each_command_leaves_what_was_there(at: Desk, seed: int):
    chance = random.Random(seed)
    customer(at)
    at.call("product add", ["thing"], feature=["round"], advantage=["new"], benefit=["warm bread", "clean desks"])
    at.call("prepare add", "persona", ["baker"])
    at.call("need add", ["D1", "bread"])
    at.call("pitch draft", ["D1"])
    made = 0
    for _ in range(18):
        name, args, options = chance.choice(COMMANDS)
        at.now = later(at.now, minutes=1)
        before = dump(at.conn)
        try:
            work = at.call(name, *args, **options)
        except SalesflowError:
            assert not differences(before, dump(at.conn)), f"{name} was refused and wrote"
            continue
        assert not faults(at.conn), name
        if work is None or not work.changed:
            continue
        made += 1
        after = dump(at.conn)
        change.undo(at.conn, at.now)
        kept = {table: rows for table, rows in dump(at.conn).items() if table not in ("changes", "journal")}
        assert not differences(kept, {table: before[table] for table in kept}), name
        change.redo(at.conn, at.now)
        kept = {table: rows for table, rows in dump(at.conn).items() if table not in ("changes", "journal")}
        assert not differences(kept, {table: after[table] for table in kept}), name
    assert made > 4


# -- the pieces --------------------------------------------------------------------------------------------------------


@given(st.integers(0, 10000))
def test_a_tax_is_read_as_it_is_shown(tax_bp: int):
    text = products.tax_text(tax_bp)
    assert products.read_tax(text) == products.read_tax(f"{text} %") == tax_bp
    assert products.read_tax(text.replace(".", ","), ",") == tax_bp


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=6), min_size=2, max_size=12, unique=True))
def test_every_word_of_a_presentation_has_a_part_of_the_formula(names: list[str]):
    from salesflow.records.pitch_lines import where

    parts = formulas.parts(", ".join(names))
    assert [name for name, _ in parts] == names
    places = where(parts)
    assert set(places) == set(formulas.AIDA)
    assert set(places.values()) <= set(names)
    assert places["attention"] == names[0]
    assert places["action"] == names[-1]


def test_aida_keeps_its_places():
    from salesflow.records.pitch_lines import where

    assert where([(part, part) for part in formulas.AIDA]) == {part: part for part in formulas.AIDA}


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("invoices on time", "Late INVOICE?", 1),
        ("the need for you", "you need the", 0),
        ("week-end cover", "cover at the end of the week", 3),
        ("café hours", "CAFE", 1),
        ("", "x", 0),
        ("glass", "glas", 0),
    ],
)
def test_words_shared(one: str, other: str, shared: int):
    assert matching.shared(one, other) == matching.shared(other, one) == shared


@pytest.mark.parametrize(("typed", "kind"), [("USP", "usp"), ("strategies", "strategy"), ("Pain_points", "pain-point")])
def test_a_kind_is_known_by_one_or_many(typed: str, kind: str):
    assert preparation.kind_of(typed) == kind
