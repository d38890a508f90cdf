"""Closing: from any stage; what speaks against it is said once, and kept; how it came to its close is known."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import Desk, desk, differences, dump, faults, later
from salesflow.errors import Refused
from salesflow.records import closing, contacts, deals, deciders, exceptions, expected, follow_ups, matters, signs
from salesflow.records.change import change, undo
from salesflow.records.closing import Closing

STAGES = ("Questions", "Presentation", "Order")  # of selling, in six-stage


def do(at: Desk, function, *args, **more):
    with change(at.conn, at.now, "step"):
        return function(at.conn, *args, **more)


@pytest.fixture
def at(tmp_path: Path):
    with desk(tmp_path / "a.db") as found:
        found.call("add", ["Ken Ito"])
        do(found, deals.add, deals.Draft(1, "ten hours", (40000, "USD"), "six-stage"), found.now)
        yield found


def kinds(at: Desk, deal: int = 1) -> list[str]:
    return [
        row["kind"] for row in exceptions.found(at.conn, deal) if row["kind"] in ("skipped", "objections", "delivery")
    ]


def test_skipping_without_a_sign_is_said_kept_and_counted(at: Desk) -> None:
    done = do(at, closing.win, 1, Closing("gave in"), at.now)
    assert [text for text in done.warnings if "Presentation" in text and "Order" in text]
    assert (deals.get(at.conn, 1)["pace"], kinds(at)) == ("pushed", ["skipped"])


@pytest.mark.parametrize("kind", ["sign", "objection"])
def test_a_sign_or_an_objection_answered_leaves_nothing_to_say(at: Desk, kind: str) -> None:
    number = do(at, matters.add, matters.Draft(1, kind, "too dear", 1, "price"), at.now)
    if kind == "objection":
        do(at, matters.close, number, at.now)
    do(at, closing.win, 1, Closing("price"), at.now)
    assert (deals.get(at.conn, 1)["pace"], kinds(at)) == ("on a sign", [])


def test_every_stage_in_order_leaves_nothing_to_say(at: Desk) -> None:
    for stage in STAGES[1:]:
        do(at, deals.move, 1, stage, at.now)
    done = do(at, closing.win, 1, Closing("price"), at.now)
    assert (deals.get(at.conn, 1)["pace"], kinds(at), done.result) == ("in order", [], "new customer")


def test_open_objections_are_named_and_do_not_stand_in_the_way(at: Desk) -> None:
    for text in ("too dear", "no time"):
        do(at, matters.add, matters.Draft(1, "objection", text, 1, "other"), at.now)
    done = do(at, closing.win, 1, Closing("price"), at.now)
    assert "2 objections open (too dear; no time)" in done.warnings
    assert (deals.get(at.conn, 1)["outcome"], kinds(at)) == ("won", ["objections"])


@pytest.mark.parametrize(("state", "delivery", "said"), [
    ("sent", None, True), ("sent", " ", True), ("accepted", None, True), ("sent", "in May", False),
    ("draft", None, False), ("superseded", None, False),
])  # fmt: skip
def test_a_quote_without_a_delivery_is_told(at: Desk, state: str, delivery: str | None, said: bool) -> None:
    at.conn.execute(
        "INSERT INTO documents (contact_id, deal_id, kind, number, state, delivery, made_at, made_on)"
        " VALUES (1, 1, 'quote', 1, ?, ?, ?, ?)", (state, delivery, at.now.at, at.now.on),
    )  # fmt: skip
    done = do(at, closing.win, 1, Closing("price"), at.now)
    assert any("delivery" in text for text in done.warnings) == said == ("delivery" in kinds(at))


def test_a_second_win_is_a_new_contract(at: Desk) -> None:
    do(at, closing.win, 1, Closing("price"), at.now)
    second = do(at, deals.add, deals.Draft(1, "more"), at.now)
    assert do(at, closing.win, second, Closing("bought again"), at.now).result == "new contract"


def test_no_reason_no_close(at: Desk) -> None:
    before = dump(at.conn)
    for function in (closing.win, closing.lose):
        with pytest.raises(Refused):
            do(at, function, 1, Closing("  "), at.now)
    assert differences(before, dump(at.conn)) == []


STEPS = st.lists(st.sampled_from((*STAGES, "sign", "objection")), max_size=5)


@settings(max_examples=40)
@given(steps=STEPS, outcome=st.sampled_from(("won", "lost")))
def test_the_pace_is_what_happened(tmp_path_factory, steps: list[str], outcome: str) -> None:
    with desk(tmp_path_factory.mktemp("pace") / "a.db") as at:
        with change(at.conn, at.now, "all"):
            contacts.add(at.conn, contacts.Draft(name="Ken"), at.now)
            deals.add(at.conn, deals.Draft(1, "x", process="six-stage"), at.now)
        entered, here, signed = {STAGES[0]}, STAGES[0], False
        for step in steps:
            if step in STAGES:
                if step != here:
                    do(at, deals.move, 1, step, at.now)
                    entered.add(step)
                    here = step
            else:
                do(at, matters.add, matters.Draft(1, step, "x", 1), at.now)
                signed = True
        asked = STAGES if outcome == "won" else STAGES[: STAGES.index(here)]
        pace = "in order" if set(asked) <= entered else "on a sign" if signed else "pushed"
        before = dump(at.conn)
        do(at, closing.win if outcome == "won" else closing.lose, 1, Closing("price"), at.now)
        assert deals.get(at.conn, 1)["pace"] == pace
        assert ("skipped" in kinds(at)) == (outcome == "won" and pace == "pushed")
        assert faults(at.conn) == []
        undo(at.conn, at.now)
        quiet = ("changes", "journal", "status_history")
        assert [line for line in differences(before, dump(at.conn)) if not line.startswith(quiet)] == []


def test_keep_no_silences_for_good_and_says_how_many_promises(at: Desk) -> None:
    for due in ("2026-11-25", "2027-01-04"):
        do(at, follow_ups.add, follow_ups.Draft(1, due), at.now)
    do(at, closing.lose, 1, Closing("price"), at.now)
    kept = do(at, closing.keep_in_touch, 1, "no", at.now)
    assert (kept, contacts.status(at.conn, 1)) == ((None, 2), "off-list")


@pytest.mark.parametrize(("answer", "due"), [("yes", "2027-02-22"), ("ask", "2026-11-26")])
def test_keep_yes_or_not_asked_yet_is_a_promise(at: Desk, answer: str, due: str) -> None:
    do(at, closing.lose, 1, Closing("price"), at.now)
    kept = do(at, closing.keep_in_touch, 1, answer, at.now)
    assert follow_ups.get(at.conn, kept.follow_up_id)["due_on"] == due
    assert closing.to_be_asked(at.conn, 1, planned=False) == (None if answer == "ask" else "ask")


def test_how_long_it_should_take_goes_by_the_nearest_thing_known(at: Desk) -> None:
    def days(number: int = 1) -> int | None:
        return expected.expected(at.conn, number, at.now.day).days

    at.conn.execute("UPDATE stages SET limit_days = NULL")
    assert days() is None
    at.conn.execute("UPDATE stages SET limit_days = 10 WHERE name IN ('Questions', 'Order')")
    at.conn.execute(
        "UPDATE stages SET limit_days = NULL WHERE process_id <> (SELECT process_id FROM deals WHERE id = 1)"
    )
    assert days() == 20
    for name, level, length in (("A", "owner", 0), ("B", "manager", 14), ("C", "vp", 42)):
        do(at, deciders.add, 1, deciders.Draft(name, level=level), at.now)
        assert days() == length
    product = do(
        at,
        lambda conn: (
            conn.execute(
                "INSERT INTO products (name, name_key, usual_days, created_on) VALUES ('x', 'x', 7, '2026-01-01')"
            ).lastrowid
        ),
    )
    at.conn.execute("UPDATE deals SET product_id = ?", (product,))
    assert days() == 7
    for count in range(5):
        number = do(at, deals.add, deals.Draft(1, "past", product_id=product, on="2026-11-04"), at.now)
        assert days() == 7
        do(at, deals.close, number, "won", "price", at.now, on=f"2026-11-{8 + count:02}")
    assert days() == 6
    at.now = later(at.now, 9)
    assert expected.expected(at.conn, 1, at.now.day).said == "day 10 of about 6, longer than expected"


def test_a_sign_takes_a_parked_deal_up(at: Desk) -> None:
    do(at, deals.park, 1, "2027-04-01", "after the move", at.now)
    do(at, signs.add, 1, "rang", at.now)
    assert deals.get(at.conn, 1)["parked_until"] is None


def test_a_decider_is_a_contact_only_by_the_whole_name_of_one(at: Desk) -> None:
    for name in ("Max Orr", "Max Orr", "Ana B"):
        do(at, contacts.add, contacts.Draft(name=name), at.now)
    for name in ("max orr", "ana b", "Ken"):
        do(at, deciders.add, 1, deciders.Draft(name), at.now)
    assert [row["person_id"] for row in deciders.found(at.conn, 1)] == [None, 4, None]
