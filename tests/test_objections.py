"""Objections: signs to buy, open until answered; and the playbook, which counts each answer once a deal."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import Desk, desk, differences, dump, faults, run
from salesflow.errors import Refused
from salesflow.people import fold
from salesflow.records import deals, matters, objections, reasons, signs
from salesflow.records.change import change, undo
from salesflow.records.objections import Draft


@pytest.fixture
def at(tmp_path: Path):
    with desk(tmp_path / "a.db") as found:
        found.call("add", ["Ken Ito"])
        found.call("deal add", ["ken", "ten hours"], amount="400")
        yield found


def do(at: Desk, function, *args, **more):
    with change(at.conn, at.now, "step"):
        return function(at.conn, *args, **more)


def opened(at: Desk, deal: int = 1) -> list[str]:
    return [row["text"] for row in matters.of_deal(at.conn, deal, "sign", state="open")]


def test_an_objection_is_a_sign_and_an_expected_one_is_not_yet(at: Desk) -> None:
    do(at, objections.add, 1, Draft("too dear", "price"), at.now)
    expected = do(at, objections.add, 1, Draft("no time", "timing", expected=True), at.now)
    assert matters.signs(at.conn, 1) == 1
    do(at, objections.raised, expected, at.now)
    assert matters.signs(at.conn, 1) == 2
    with pytest.raises(Refused):
        do(at, objections.raised, expected, at.now)


def test_the_last_answer_asks_for_the_sale_and_no_answer_before_it(at: Desk) -> None:
    first, second = (do(at, objections.add, 1, Draft(text, "price"), at.now) for text in ("too dear", "my cousin"))
    assert do(at, objections.answer, first, "half of a part-timer", at.now, True).sign_id is None
    assert do(at, objections.answer, second, "he may help too", at.now, False).sign_id is None
    done = do(at, objections.answer, second, "for the summer", at.now)
    assert (done.left, opened(at)) == (0, [signs.NO_OBJECTION])
    assert matters.signs(at.conn, 1) == 2, "what the seller concludes is no sign of the customer's"


def test_a_new_objection_takes_back_what_was_concluded_and_nothing_else(at: Desk) -> None:
    do(at, signs.add, 1, "asked for the contract", at.now)
    first = do(at, objections.add, 1, Draft("too dear"), at.now)
    assert do(at, objections.answer, first, "half", at.now).sign_id is None, "there is a sign already"
    do(at, signs.settle, 1, at.now)
    second = do(at, objections.add, 1, Draft("no time"), at.now)
    do(at, objections.answer, second, "in May", at.now)
    assert opened(at) == [signs.NO_OBJECTION]
    do(at, objections.answer, second, "", at.now, False)
    assert (opened(at), objections.get(at.conn, second)["state"]) == ([], "open")
    do(at, signs.add, 1, "rang again", at.now)
    do(at, objections.add, 1, Draft("one more"), at.now)
    assert opened(at) == ["rang again"]


def test_everything_is_taken_back_by_undo(at: Desk) -> None:
    number = do(at, objections.add, 1, Draft("too dear", "price", "a fixed price"), at.now)
    before = dump(at.conn)
    do(at, objections.answer, number, "half", at.now, True)
    undo(at.conn, at.now)
    assert [line for line in differences(before, dump(at.conn)) if not line.startswith(("changes", "journal"))] == []
    assert faults(at.conn) == []


def test_a_closed_deal_takes_none(at: Desk) -> None:
    do(at, deals.close, 1, "won", "price", at.now)
    for function in (
        lambda: do(at, objections.add, 1, Draft("too dear"), at.now),
        lambda: do(at, signs.add, 1, "rang", at.now),
    ):
        with pytest.raises(Refused):
            function()


def test_closing_acts_on_every_sign(at: Desk) -> None:
    for text in ("rang", "asked when we can start"):
        do(at, signs.add, 1, text, at.now)
    do(at, deals.close, 1, "lost", "price", at.now)
    assert opened(at) == []


ANSWERS = ("half of a part-timer", "Half of a part-timer", "5 hours first", "Ana covers")
GIVEN = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(("price", "trust")), st.sampled_from(ANSWERS),
              st.sampled_from((None, True, False))), max_size=14,
)  # fmt: skip


@settings(max_examples=40)
@given(given_=GIVEN, ends=st.lists(st.sampled_from(("won", "lost", None)), min_size=6, max_size=6))
def test_the_playbook_counts_each_answer_once_a_deal(tmp_path_factory, given_, ends) -> None:
    """Against a count made by hand: used, accepted and won by (kind, folded answer)."""
    path = tmp_path_factory.mktemp("book") / "a.db"
    with desk(path) as at:
        with change(at.conn, at.now, "all"):
            from salesflow.records import contacts

            who = contacts.add(at.conn, contacts.Draft(name="Ken Ito"), at.now)
            numbers = [deals.add(at.conn, deals.Draft(who, f"deal {n}"), at.now) for n in range(6)]
            count = defaultdict(lambda: defaultdict(bool))
            for place, kind, text, accepted in given_:
                number = objections.add(at.conn, numbers[place], Draft("no", kind), at.now)
                objections.answer(at.conn, number, text, at.now, accepted)
                count[kind, fold(text)][place] |= accepted is True
            for number, end in zip(numbers, ends, strict=True):
                if end:
                    deals.close(at.conn, number, end, "price", at.now)
        expected = {
            key: (len(places), sum(places.values()), sum(ends[place] == "won" for place in places))
            for key, places in count.items()
        }
        every = objections.playbook(at.conn).rows
        assert {
            (row["kind"], fold(row["answer"])): (row["used"], row["accepted"], row["won"]) for row in every
        } == expected
        for kind in ("price", "trust"):
            ranked = [(row["win_rate"], row["used"]) for row in objections.playbook(at.conn, kind).rows]
            assert ranked == sorted(ranked, reverse=True)
            assert len(ranked) == sum(key[0] == kind for key in expected)


def test_the_playbook_reads_no_table_whole(at: Desk) -> None:
    plan = [
        row["detail"] for row in at.conn.execute(f"EXPLAIN QUERY PLAN {objections.OF_KIND}", {"kind": "x", "limit": 9})
    ]
    assert not [step for step in plan if step.startswith("SCAN") and "(subquery" not in step and "SUBQUERY" not in step]


def test_the_playbook_names_no_customer(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    run(path, "add", "Ken Ito")
    run(path, "deal", "add", "ken", "ten hours")
    run(path, "objection", "add", "ken", "too dear", "--kind", "price")
    run(path, "objection", "answer", "O1", "about half")
    for form in ([], ["--markdown"], ["--json"], ["-f", "csv"]):
        said = run(path, "objection", "playbook", *form)
        assert "about half" in said.out
        assert "Ken" not in said.out + said.err


REASONS = [
    ("lost", "price", "price", None),
    ("lost", "Price, they pay 10 % less", "price", "they pay 10 % less"),
    ("lost", "pricey", "own words", None),
    ("lost", "no decision: the owner is ill", "no decision", "the owner is ill"),
    ("won", "fast reply to the quote", "fast reply", "to the quote"),
    ("won", "timing", "own words", None),
    ("lost", "timing", "timing", None),
]


@pytest.mark.parametrize(("outcome", "how", "name", "note"), REASONS)
def test_reasons_have_a_class(outcome: str, how: str, name: str, note: str | None) -> None:
    assert reasons.classed(outcome, how) == (how, name, note)


def test_a_note_goes_before_the_rest_of_the_words() -> None:
    assert reasons.classed("lost", "price, too high", "the agency is cheaper").note == "the agency is cheaper"
