"""What is promised again and again: the next is made when this one is done, counted from the anchor, never skipped."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import Desk, desk, faults, moment
from salesflow import dates
from salesflow.errors import Refused
from salesflow.records import change
from salesflow.reports import today as report


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "a.db") as found:
        found.now = moment("2026-01-01")
        found.call("add", ["Ana"])
        yield found


def open_days(at: Desk) -> list[tuple[str, str | None]]:
    """(due, anchor) of each open promise."""
    sql = "SELECT due_on, anchor_on FROM follow_ups WHERE state = 'open' ORDER BY due_on, id"
    return [tuple(row) for row in at.conn.execute(sql)]


def last(at: Desk) -> str:
    return f"F{at.conn.execute('SELECT max(id) FROM follow_ups').fetchone()[0]}"


def done(at: Desk, on: str) -> list[tuple[str, str | None]]:
    """The promise made last is done on a day; what is open then."""
    at.now = moment(on)
    at.call("done", [last(at)])
    assert faults(at.conn) == []
    return open_days(at)


def test_the_31st_of_each_month_neither_skips_nor_sticks(at: Desk):
    at.call("follow", ["1", "2026-01-31", "invoice"], every="month")
    anchor = "2026-01-31"
    for due, following in (("2026-01-31", "2026-02-28"), ("2026-02-28", "2026-03-31"), ("2026-03-31", "2026-04-30"),
                           ("2026-04-30", "2026-05-31")):  # fmt: skip
        assert open_days(at) == [(due, anchor)]
        assert done(at, due) == [(following, anchor)]


def test_29_february_is_kept_on_the_28th_and_comes_back(at: Desk):
    at.now = moment("2028-02-01")
    at.call("follow", ["1", "2028-02-29", "card"], every="year")
    days = []
    for _ in range(4):
        days.append(done(at, open_days(at)[0][0])[0][0])
    assert days == ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]


def test_what_is_late_by_many_turns_comes_next_after_today(at: Desk):
    at.call("follow", ["1", "2026-01-05", "call"], every="week")  # a Monday
    assert done(at, "2026-03-18") == [("2026-03-23", "2026-01-05")]  # Wednesday, ten weeks on: next Monday
    assert done(at, "2026-03-23") == [("2026-03-30", "2026-01-05")]


def test_what_is_done_before_its_day_comes_next_after_that_day(at: Desk):
    at.call("follow", ["1", "2026-01-31", "invoice"], every="month")
    assert done(at, "2026-01-10") == [("2026-02-28", "2026-01-31")]


def test_done_on_a_day_of_the_rule_comes_next_after_it(at: Desk):
    at.call("follow", ["1", "2026-01-05", "call"], every="2 weeks")
    assert done(at, "2026-02-02") == [("2026-02-16", "2026-01-05")]


def test_snooze_keeps_the_rhythm(at: Desk):
    at.call("follow", ["1", "2026-01-31", "invoice"], every="month")
    at.now = moment("2026-01-31")
    at.call("snooze", [last(at), "2026-02-03"])
    assert open_days(at) == [("2026-02-03", "2026-01-31")]
    assert done(at, "2026-02-03") == [("2026-02-28", "2026-01-31")]
    at.call("snooze", [last(at), "2026-04-10"])  # past a whole turn: that one is over
    assert done(at, "2026-04-10") == [("2026-04-30", "2026-01-31")]


def test_no_answer_brings_the_same_promise_back_and_makes_no_other(at: Desk):
    at.call("follow", ["1", "2026-01-05", "call"], every="week")
    at.now = moment("2026-01-05")
    at.call("done", ["F1"], no_answer=True)
    assert open_days(at) == [("2026-01-07", "2026-01-05")]
    assert done(at, "2026-01-07") == [("2026-01-12", "2026-01-05")]


def test_a_rule_of_the_standard(at: Desk):
    at.call("follow", ["1", "2026-01-30", "books"], every="FREQ=MONTHLY;BYDAY=-1FR")
    assert done(at, "2026-01-30") == [("2026-02-27", "2026-01-30")]
    assert done(at, "2026-03-01") == [("2026-03-27", "2026-01-30")]


def test_a_rule_that_is_used_up_ends(at: Desk):
    at.call("follow", ["1", "2026-01-05", "call"], every="FREQ=WEEKLY;COUNT=3")
    assert done(at, "2026-01-05") == [("2026-01-12", "2026-01-05")]
    assert done(at, "2026-01-12") == [("2026-01-19", "2026-01-05")]
    assert done(at, "2026-01-19") == []
    at.call("follow", ["1", "2026-02-02", "call"], every="FREQ=WEEKLY;COUNT=3")
    assert done(at, "2026-03-30") == []  # the turns gone by are counted too
    at.call("follow", ["1", "2026-04-06", "call"], every="FREQ=WEEKLY;UNTIL=20260413")
    assert done(at, "2026-04-06") == [("2026-04-13", "2026-04-06")]
    assert done(at, "2026-04-13") == []


def test_a_rhythm_changed_counts_from_the_day_it_has_then(at: Desk):
    at.call("follow", ["1", "2026-01-31", "invoice"], every="month")
    at.call("edit", ["F1"], due="2026-02-10", every="2 weeks")
    assert open_days(at) == [("2026-02-10", "2026-02-10")]
    assert done(at, "2026-02-10") == [("2026-02-24", "2026-02-10")]
    at.call("edit", [last(at)], every="")
    assert open_days(at) == [("2026-02-24", None)]
    assert done(at, "2026-02-24") == []


def test_a_promise_edited_to_another_day_keeps_what_it_is_counted_from(at: Desk):
    at.call("follow", ["1", "2026-01-31", "invoice"], every="month")
    at.call("edit", ["F1"], due="2026-02-03")
    assert open_days(at) == [("2026-02-03", "2026-01-31")]


def test_what_comes_next_is_the_same_promise(at: Desk):
    at.call("deal add", ["1", "hours"])
    at.call("follow", ["1", "2026-01-05", "which", "hours?"], kind="call", at="09:30", every="week", deal="D1")
    done(at, "2026-01-05")
    one, other = (tuple(row) for row in at.conn.execute("SELECT kind, text, due_at, every, deal_id FROM follow_ups"))
    assert one == other == ("call", "which hours?", "09:30", "week", 1)
    assert at.conn.execute("SELECT count(*) FROM activities WHERE follow_up_id = 1").fetchone()[0] == 1


def test_undo_of_done_takes_the_next_one_back_too(at: Desk):
    at.call("follow", ["1", "2026-01-05", "call"], every="week")
    done(at, "2026-01-05")
    change.undo(at.conn, at.now)
    assert open_days(at) == [("2026-01-05", "2026-01-05")]
    assert at.conn.execute("SELECT count(*) FROM activities").fetchone()[0] == 0


@pytest.mark.parametrize(
    "every", ["0 weeks", "fortnightly-ish", "FREQ=SECONDLY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", ""]
)
def test_a_rhythm_that_cannot_be_is_refused(every: str, at: Desk):
    if every:
        with pytest.raises(Refused):
            at.call("follow", ["1", "2026-01-05", "call"], every=every)
    else:
        at.call("follow", ["1", "2026-01-05", "call"], every=every)
    assert all(anchor is None for _, anchor in open_days(at))


@given(
    anchor=st.dates(datetime.date(2020, 1, 1), datetime.date(2040, 12, 31)),
    late=st.lists(st.integers(0, 400), min_size=1, max_size=6),
    every=st.sampled_from(["day", "3 days", "week", "2 weeks", "month", "2 months", "3 months", "year"]),
)
def test_every_next_day_is_one_of_the_rule_and_after_both_days(anchor: datetime.date, late: list[int], every: str):
    """Whatever is done late or early: the next day is anchor + n turns, and no turn between was left out."""
    count, _, unit = f"1 {every}".rpartition(" ") if " " not in every else every.rpartition(" ")
    number, unit = int(count), unit.removesuffix("s")

    def turn(n: int) -> datetime.date:
        if unit in ("day", "week"):
            return anchor + datetime.timedelta(n * number * (7 if unit == "week" else 1))
        return dates.add_months(anchor, n * number * (12 if unit == "year" else 1))

    due = anchor
    for days in late:
        after = max(due, due + datetime.timedelta(days - 100))
        following = dates.next_due(every, anchor, after)
        assert following is not None
        n = next(n for n in range(100_000) if turn(n) > after)
        assert following == turn(n)
        due = following


# -- birthdays ---------------------------------------------------------------------------------------------------------


def ringing(at: Desk, on: str, **options: object) -> list[tuple[str, str]]:
    """(key, day it is kept) of the birthdays in the queue of a day."""
    lines = report.report(at.conn, today=datetime.date.fromisoformat(on), limit=None, **options).rows  # type: ignore[arg-type]
    return [(line["key"], line["due_on"]) for line in lines if line["kind"] == "birthday"]


def test_a_birthday_rings_from_its_alarm_to_its_day(at: Desk):
    at.call("edit", ["1"], birthday="17 march")
    assert ringing(at, "2026-03-09") == []
    for day in ("2026-03-10", "2026-03-16", "2026-03-17"):
        assert ringing(at, day) == [("B1", "2026-03-17")]
    assert ringing(at, "2026-03-18") == []
    assert ringing(at, "2026-02-20", alarm_days=30) == [("B1", "2026-03-17")]
    at.call("edit", ["1"], alarm=2)
    assert ringing(at, "2026-03-14") == []
    assert ringing(at, "2026-03-15") == [("B1", "2026-03-17")]
    at.call("edit", ["1"], alarm=0)
    assert (ringing(at, "2026-03-16"), ringing(at, "2026-03-17")) == ([], [("B1", "2026-03-17")])


def test_a_birthday_rings_over_the_turn_of_the_year(at: Desk):
    at.call("edit", ["1"], birthday="3 january 1980")
    at.call("add", ["Bo"], birthday="31 december")
    assert ringing(at, "2026-12-26") == [("B2", "2026-12-31")]
    assert ringing(at, "2026-12-27") == [("B2", "2026-12-31"), ("B1", "2027-01-03")]
    assert ringing(at, "2026-12-31") == [("B2", "2026-12-31"), ("B1", "2027-01-03")]
    assert ringing(at, "2027-01-03") == [("B1", "2027-01-03")]
    at.call("edit", ["1"], alarm=90)
    assert ("B1", "2027-01-03") in ringing(at, "2026-10-05")


def test_a_card_silences_this_birthday_and_not_the_next(at: Desk):
    at.call("edit", ["1"], birthday="3 january")
    at.now = moment("2026-12-28")
    at.call("done", ["B1"])
    assert ringing(at, "2026-12-28") == ringing(at, "2027-01-03") == []
    assert ringing(at, "2027-12-30") == [("B1", "2028-01-03")]
    assert [row["kind"] for row in at.conn.execute("SELECT kind FROM activities")] == ["card"]


def test_29_february_rings_on_the_28th_where_there_is_none(at: Desk):
    at.call("edit", ["1"], birthday="29 feb 1996")
    assert ringing(at, "2027-02-27") == [("B1", "2027-02-28")]
    assert ringing(at, "2027-03-01") == []
    assert ringing(at, "2028-02-28") == ringing(at, "2028-02-29") == [("B1", "2028-02-29")]


def test_the_silent_have_no_birthday(at: Desk):
    at.call("edit", ["1"], birthday="17 march", off_list="asked us")
    assert ringing(at, "2026-03-17") == []
    at.call("edit", ["1"], on_list=True)
    assert ringing(at, "2026-03-17") == [("B1", "2026-03-17")]
    at.conn.execute("UPDATE contacts SET imported = 1")
    assert ringing(at, "2026-03-17") == []
