"""Days and times: what people type, how it is said, and what comes next."""

import subprocess
import sys
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from salesflow import dates
from salesflow.errors import Refused

TODAY = date(2026, 11, 24)  # a Tuesday
DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
ORDERS = st.sampled_from(dates.ORDERS)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-31", "2026-12-31"),
        ("20261231", "2026-12-31"),
        ("today", "2026-11-24"),
        ("Tomorrow", "2026-11-25"),
        ("yesterday", "2026-11-23"),
        ("fri", "2026-11-27"),
        ("FRIDAY", "2026-11-27"),
        ("tue", "2026-12-01"),
        ("tues", "2026-12-01"),
        ("weds", "2026-11-25"),
        ("thur", "2026-11-26"),
        ("thurs", "2026-11-26"),
        ("mon", "2026-11-30"),
        ("next tue", "2026-12-01"),
        ("next fri", "2026-12-04"),
        ("next sunday", "2026-12-06"),
        ("last fri", "2026-11-20"),
        ("last mon", "2026-11-16"),
        ("+3d", "2026-11-27"),
        ("3d", "2026-11-27"),
        ("-3d", "2026-11-21"),
        ("2w", "2026-12-08"),
        ("1m", "2026-12-24"),
        ("3m", "2027-02-24"),
        ("1y", "2027-11-24"),
        ("in 3 days", "2026-11-27"),
        ("in 1 week", "2026-12-01"),
        ("3 days ago", "2026-11-21"),
        ("2 weeks ago", "2026-11-10"),
        ("in 3 business days", "2026-11-27"),
        ("4 business days", "2026-11-30"),
        ("2 business days ago", "2026-11-20"),
        ("next week", "2026-11-30"),
        ("last week", "2026-11-16"),
        ("next month", "2026-12-01"),
        ("last month", "2026-10-01"),
        ("next year", "2027-01-01"),
        ("eow", "2026-11-27"),
        ("eom", "2026-11-30"),
        ("eoy", "2026-12-31"),
        ("apr", "2027-04-01"),
        ("nov", "2027-11-01"),
        ("dec", "2026-12-01"),
        ("sept", "2027-09-01"),
        ("dec 2027", "2027-12-01"),
        ("12 dec", "2026-12-12"),
        ("dec 12", "2026-12-12"),
        ("12th dec", "2026-12-12"),
        ("12. Dec.", "2026-12-12"),
        ("1st march", "2027-03-01"),
        ("24 nov", "2026-11-24"),
        ("23 nov", "2027-11-23"),
        ("29 feb", "2028-02-29"),
        ("12 dec 2026", "2026-12-12"),
        ("dec 12 2026", "2026-12-12"),
        ("December 12, 2026", "2026-12-12"),
        ("12-dec-26", "2026-12-12"),
        ("12dec", "2026-12-12"),
        ("Fri 27 Nov", "2026-11-27"),
        ("Tue, 24 Nov 2026", "2026-11-24"),
        ("2026/04/03", "2026-04-03"),
        ("2026.4.3.", "2026-04-03"),
        ("31/12/2026", "2026-12-31"),
        ("12/31/2026", "2026-12-31"),
        ("13/05/2026", "2026-05-13"),
        ("12/31", "2026-12-31"),
        ("31/12", "2026-12-31"),
        ("31.12.", "2026-12-31"),
        ("  +3d ", "2026-11-27"),
        ("٢٠٢٦-١٢-٣١", "2026-12-31"),
    ],
)
@pytest.mark.parametrize("order", dates.ORDERS)
def test_days_that_read_alike_whatever_the_order(text: str, expected: str, order: str) -> None:
    assert dates.read_day(text, TODAY, order) == day(expected)


@pytest.mark.parametrize(
    ("text", "dmy", "mdy", "ymd"),
    [
        ("03/04/2026", "2026-04-03", "2026-03-04", "2026-03-04"),
        ("3-4-2026", "2026-04-03", "2026-03-04", "2026-03-04"),
        ("3.4.26", "2026-04-03", "2026-03-04", "2026-03-04"),
        ("03/04/05", "2005-04-03", "2005-03-04", "2003-04-05"),
        ("31/12/26", "2026-12-31", "2026-12-31", "2031-12-26"),
        ("3/4", "2027-04-03", "2027-03-04", "2027-03-04"),
        ("1/2/68", "2068-02-01", "2068-01-02", "2068-01-02"),
        ("1/2/69", "1969-02-01", "1969-01-02", "1969-01-02"),
    ],
)
def test_the_order_decides_and_the_ambiguity_is_known(text: str, dmy: str, mdy: str, ymd: str) -> None:
    read = [dates.read_day(text, TODAY, order) for order in ("dmy", "mdy", "ymd")]
    assert read == [day(dmy), day(mdy), day(ymd)]
    assert all(dates.was_ambiguous(text, order) for order in dates.ORDERS)


@pytest.mark.parametrize("text", ["2026-04-03", "2026/04/03", "31/12/2026", "12/31", "03/03/2026", "fri", "3 apr", ""])
def test_what_no_order_would_change_is_not_ambiguous(text: str) -> None:
    assert not any(dates.was_ambiguous(text, order) for order in dates.ORDERS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jan", "2026-01-01"),
        ("nov", "2026-11-01"),
        ("dec", "2025-12-01"),
        ("fri", "2026-11-20"),
        ("tue", "2026-11-17"),
        ("mon", "2026-11-23"),
        ("24 nov", "2026-11-24"),
        ("25 nov", "2025-11-25"),
        ("12/31", "2025-12-31"),
        ("29 feb", "2024-02-29"),
        ("30d", "2026-10-25"),
        ("2 weeks", "2026-11-10"),
        ("+3d", "2026-11-27"),
        ("in 3 days", "2026-11-27"),
        ("eow", "2026-11-20"),
        ("eom", "2026-10-31"),
        ("eoy", "2025-12-31"),
        ("today", "2026-11-24"),
        ("12 dec 2026", "2026-12-12"),
        ("next fri", "2026-12-04"),
    ],
)
def test_looking_back_words_without_a_year_are_past(text: str, expected: str) -> None:
    assert dates.read_day(text, TODAY, past=True) == day(expected)


def test_ends_may_be_today_and_a_month_begun_today_counts_only_back() -> None:
    friday, last = date(2026, 11, 27), date(2026, 12, 31)
    assert dates.read_day("eow", friday) == dates.read_day("eow", friday, past=True) == friday
    assert dates.read_day("eow", date(2026, 11, 28)) == date(2026, 12, 4)
    for word in ("eom", "eoy"):
        assert dates.read_day(word, last) == dates.read_day(word, last, past=True) == last
    assert dates.read_day("apr", date(2026, 4, 1)) == date(2027, 4, 1)
    assert dates.read_day("apr", date(2026, 4, 1), past=True) == date(2026, 4, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "31 feb",
        "29 feb 2027",
        "dec 32",
        "0 dec",
        "2026-13-01",
        "2026-02-30",
        "2026/31/12",
        "2026/04",
        "2026/4/2026",
        "31/31/2026",
        "0/0/0",
        "1899-12-31",
        "2200-01-01",
        "9999y",
        "-200y",
        "99999d",
        "3",
        "1.5",
        "3-4",
        "3.4",
        "3/4/5",
        "1/2/026",
        "in 3 days ago",
        "3 moons",
        "next",
        "next day",
        "nextweek",
        "friyay",
        "mon 27 nov",
        "12 dec 26 boxes",
        "12 dec 30",
        "x" * 1000,
        "31\nfeb",
        "1²d",
    ],
)
@pytest.mark.parametrize("past", [False, True])
def test_what_is_no_day_is_refused_in_one_line(text: str, past: bool) -> None:
    with pytest.raises(Refused, match="a day is written") as caught:
        dates.read_day(text, TODAY, past=past)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 140


def test_the_refusal_names_what_was_typed() -> None:
    with pytest.raises(Refused) as caught:
        dates.read_day("31 feb", TODAY)
    assert str(caught.value) == (
        'no such day: "31 feb"; a day is written fri, next tue, +3d, 2w, eom, 12 dec or 2026-12-31'
    )


NEAR_WORDS = "in next last fri week dec may feb 31 29 0 3 days business ago + - / . 2026 26 d y 9999 st eom ٣ ,"
NEARLY = st.lists(
    st.sampled_from(NEAR_WORDS.split()),
    max_size=6,
)


@given(st.one_of(st.text(), NEARLY.map(" ".join), NEARLY.map("".join)), DAYS, ORDERS, st.booleans())
@example("9999m", date(2026, 1, 1), "ymd", False)
@example("last year", date(1900, 1, 1), "ymd", False)
@example("0000-01-01", date(2026, 1, 1), "ymd", False)
@example("\ud800", date(2026, 1, 1), "ymd", False)
def test_any_text_is_a_day_or_refused(text: str, today: date, order: str, past: bool) -> None:
    dates.was_ambiguous(text, order)
    try:
        found = dates.read_day(text, today, order, past=past)
    except Refused:
        return
    assert dates.FIRST_YEAR <= found.year <= dates.LAST_YEAR


@given(DAYS, DAYS, ORDERS, st.booleans())
def test_a_day_survives_being_said(when: date, today: date, order: str, past: bool) -> None:
    for text in (when.isoformat(), dates.long_day(when), f"{when:%Y/%m/%d}", dates.long_day(when).lower()[4:]):
        assert dates.read_day(text, today, order, past=past) == when


@given(DAYS, st.sampled_from([*dates.WEEKDAYS, *dates.MONTHS, "12 dec", "31 jan", "3/4"]))
def test_words_look_ahead_or_back_as_asked(today: date, text: str) -> None:
    assume(1910 < today.year < 2190)
    ahead, back = dates.read_day(text, today), dates.read_day(text, today, past=True)
    assert back <= today <= ahead
    assert ahead - back <= timedelta(366)
    if text in dates.WEEKDAYS:
        assert ahead.weekday() == back.weekday() == dates.WEEKDAYS.index(text)
        assert ahead - today in [timedelta(n) for n in range(1, 8)]
        assert today - back in [timedelta(n) for n in range(1, 8)]


@given(DAYS, st.integers(0, 6))
def test_next_weekday_is_in_the_next_calendar_week(today: date, weekday: int) -> None:
    assume(today.year < 2199)
    found = dates.read_day(f"next {dates.WEEKDAYS[weekday]}", today)
    monday = dates.read_day("next week", today)
    assert monday.weekday() == 0
    assert timedelta(1) <= monday - today <= timedelta(7)
    assert found == monday + timedelta(weekday)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("fri send the list", ("2026-11-27", 1)),
        ("next tue call", ("2026-12-01", 2)),
        ("in 3 business days call", ("2026-11-27", 4)),
        ("3 business days ago it rang", ("2026-11-19", 4)),
        ("Tue 24 Nov 2026 x", ("2026-11-24", 4)),
        ("12 dec 2026", ("2026-12-12", 3)),
        ("12 dec 30 boxes", ("2026-12-12", 2)),
        ("dec 12 boxes", ("2026-12-12", 2)),
        ("3d printers", ("2026-11-27", 1)),
        ("2026-12-01 3 boxes", ("2026-12-01", 1)),
        ("send fri", None),
        ("1.5 hours", None),
        ("", None),
    ],
)
def test_the_longest_run_of_words_is_the_day(words: str, expected: tuple[str, int] | None) -> None:
    taken = dates.take_day(words.split(), TODAY)
    assert taken == (expected and (day(expected[0]), expected[1]))


def test_words_quoted_together_count_as_one() -> None:
    assert dates.take_day(["next tue", "call"], TODAY) == (day("2026-12-01"), 1)
    assert dates.take_day(["03/04/2026", "x"], TODAY, "dmy") == (day("2026-04-03"), 1)
    assert dates.take_day(["fri"], TODAY, past=True) == (day("2026-11-20"), 1)


@given(st.lists(st.sampled_from(["fri", "next", "tue", "12", "dec", "2026", "3", "days", "ago", "x"]), max_size=7))
def test_what_is_taken_reads_the_same_alone(words: list[str]) -> None:
    taken = dates.take_day(words, TODAY)
    if taken:
        assert dates.read_day(" ".join(words[: taken[1]]), TODAY) == taken[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9:30", "09:30"),
        ("09:30", "09:30"),
        ("9.30", "09:30"),
        ("9:30am", "09:30"),
        ("9:30 PM", "21:30"),
        ("9am", "09:00"),
        ("9 p.m.", "21:00"),
        ("1am", "01:00"),
        ("12am", "00:00"),
        ("12pm", "12:00"),
        ("14:00", "14:00"),
        ("1400", "14:00"),
        ("0005", "00:05"),
        ("0:00", "00:00"),
        ("23:59", "23:59"),
    ],
)
def test_times(text: str, expected: str) -> None:
    assert dates.read_time(text) == expected


@pytest.mark.parametrize("text", ["", "9", "24:00", "12:60", "13pm", "0am", "9:3", "930", "25:00", "noonish", "2400"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="a time is written"):
        dates.read_time(text)


@given(st.one_of(st.text(), st.from_regex(r"\d{1,2}[:.]?\d{0,2} ?([ap]\.?m)?", fullmatch=True)))
def test_any_text_is_a_time_or_refused(text: str) -> None:
    try:
        found = dates.read_time(text)
    except Refused:
        return
    assert datetime.strptime(found, "%H:%M").strftime("%H:%M") == found == dates.read_time(found)


def test_how_days_are_said() -> None:
    assert dates.say_day(date(2026, 11, 27), TODAY) == "Fri 27 Nov"
    assert dates.say_day(date(2027, 1, 1), TODAY) == "Fri 1 Jan 2027"
    assert dates.long_day(TODAY) == "Tue 24 Nov 2026"
    assert dates.short_date(date(2026, 11, 20), TODAY) == "20 Nov"
    assert dates.short_date(date(2025, 11, 20), TODAY) == "20 Nov 2025"
    assert dates.quarter_of(date(2017, 3, 31)) == "2017-Q1"
    assert dates.quarter_of(date(2017, 10, 1)) == "2017-Q4"
    assert dates.month_of(date(2017, 1, 31)) == "2017-01"


def test_a_moment_has_the_instant_and_the_local_day() -> None:
    east = timezone(timedelta(hours=9, minutes=30))
    moment = dates.moment_of(datetime(2026, 11, 24, 8, 5, 9, 999, tzinfo=east))
    assert moment == ("2026-11-23T22:35:09Z", "2026-11-24", "08:05")
    assert moment.day == TODAY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1980-03-17", "1980-03-17"),
        ("19800317", "1980-03-17"),
        ("1980-03-17T00:00:00Z", "1980-03-17"),
        ("1980-03-17 00:00:00", "1980-03-17"),
        ("--04-01", "--04-01"),
        ("--0401", "--04-01"),
        (" --11-30", "--11-30"),
        ("1604-04-01", "--04-01"),
        ("03-17", "--03-17"),
        ("17-03", "--03-17"),
        ("3/17", "--03-17"),
        ("17.3.", "--03-17"),
        ("17.3", "--03-17"),
        ("17.3.1980", "1980-03-17"),
        ("3/17/80", "1980-03-17"),
        ("3/17/30", "1930-03-17"),
        ("3/17/29", "2029-03-17"),
        ("17 march", "--03-17"),
        ("March 17", "--03-17"),
        ("17 march 1980", "1980-03-17"),
        ("march 17, 1980", "1980-03-17"),
        ("29 feb", "--02-29"),
        ("29 feb 1980", "1980-02-29"),
        ("--02-29", "--02-29"),
    ],
)
def test_birthdays(text: str, expected: str) -> None:
    assert dates.read_birthday(text) == expected


def test_a_numeric_birthday_follows_the_order() -> None:
    assert dates.read_birthday("3/4", "dmy") == "--04-03"
    assert dates.read_birthday("3/4", "mdy") == "--03-04"
    assert dates.read_birthday("--03-04", "dmy") == "--03-04"


@pytest.mark.parametrize(
    "text", ["", "march", "31 feb", "29 feb 1981", "--02-30", "--13-01", "1850-01-01", "0/0/00", "fri", "today", "42"]
)
def test_what_is_no_birthday_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="17 march 1980"):
        dates.read_birthday(text)


@given(st.one_of(st.text(), NEARLY.map("".join), NEARLY.map(" ".join)), ORDERS)
def test_any_text_is_a_birthday_or_refused(text: str, order: str) -> None:
    try:
        stored = dates.read_birthday(text, order)
    except Refused:
        return
    assert dates.read_birthday(stored, order) == stored


@given(DAYS, ORDERS, DAYS, st.booleans())
@example(date(2000, 2, 29), "ymd", date(2023, 3, 1), False)
def test_birthdays_survive_being_said_and_come_again(born: date, order: str, today: date, with_year: bool) -> None:
    stored = born.isoformat() if with_year else f"--{born:%m-%d}"
    assert dates.read_birthday(dates.say_birthday(stored), order) == stored
    following = dates.next_birthday(stored, today)
    assert timedelta(0) <= following - today <= timedelta(366)
    assert (following.month, following.day) in ((born.month, born.day), (2, 28))


def test_how_birthdays_are_said_and_kept() -> None:
    assert dates.say_birthday("--03-17") == "17 March"
    assert dates.say_birthday("1980-03-17") == "17 March 1980"
    assert dates.birthday_in("--02-29", 2027) == date(2027, 2, 28)
    assert dates.birthday_in("1980-02-29", 2028) == date(2028, 2, 29)
    assert dates.next_birthday("--11-24", TODAY) == TODAY
    assert dates.next_birthday("--11-23", TODAY) == date(2027, 11, 23)


@given(DAYS, st.integers(-600, 600))
def test_months_on_are_months_on(when: date, n: int) -> None:
    found = dates.add_months(when, n)
    assert (found.year * 12 + found.month) - (when.year * 12 + when.month) == n
    assert found.day == when.day or (found.day < when.day and (found + timedelta(1)).day == 1)


@given(DAYS, st.integers(-300, 300))
@example(date(2026, 11, 28), 5)
@example(date(2026, 11, 29), -5)
def test_business_days_are_those_counted_one_by_one(when: date, n: int) -> None:
    step, left, walked = (1 if n > 0 else -1), abs(n), when
    while left:
        walked += timedelta(step)
        left -= walked.weekday() < 5
    assert dates.add_business_days(when, n) == walked


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("week", "week"),
        ("Weekly", "week"),
        ("every week", "week"),
        ("1 week", "week"),
        ("2 weeks", "2 weeks"),
        ("2w", "2 weeks"),
        ("day", "day"),
        ("daily", "day"),
        ("2 days", "2 days"),
        ("month", "month"),
        ("monthly", "month"),
        ("3 months", "3 months"),
        ("2d", "2 days"),
        ("3m", "3 months"),
        ("1y", "year"),
        ("quarterly", "3 months"),
        ("999 days", "999 days"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "FREQ=MONTHLY;BYMONTHDAY=1,15"),
        ("FREQ=YEARLY;BYMONTH=1,12", "FREQ=YEARLY;BYMONTH=1,12"),
        ("FREQ=DAILY;INTERVAL=1;COUNT=1", "FREQ=DAILY;INTERVAL=1;COUNT=1"),
        ("quarter", "3 months"),
        ("2 quarters", "6 months"),
        ("year", "year"),
        ("yearly", "year"),
        ("rrule:freq=monthly;byday=1mo", "FREQ=MONTHLY;BYDAY=1MO"),
        ("FREQ=WEEKLY; BYDAY=MO,FR;", "FREQ=WEEKLY;BYDAY=MO,FR"),
        ("INTERVAL=2;FREQ=DAILY;COUNT=3", "FREQ=DAILY;INTERVAL=2;COUNT=3"),
        ("FREQ=DAILY;UNTIL=20261231T235959Z", "FREQ=DAILY;UNTIL=20261231"),
    ],
)
def test_recurrences_are_kept_in_one_form(text: str, kept: str) -> None:
    assert dates.read_every(text) == kept == dates.read_every(kept)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0 weeks",
        "-1 week",
        "1000 weeks",
        "fortnights of rain",
        "hour",
        "FREQ=HOURLY",
        "FREQ=MINUTELY;INTERVAL=5",
        "FREQ=DAILY;BYHOUR=9",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101",
        "FREQ=DAILY;UNTIL=20270230",
        "FREQ=DAILY;FREQ=WEEKLY",
        "FREQ=",
        "BYDAY=MO",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=",
        "FREQ=MONTHLY;BYSETPOS=1",
        "FREQ=MONTHLY;BYWEEKNO=3",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=DAILY\nDTSTART:20260101",
        "FREQ=DAILY;BYEASTER=1",
        "FREQ=" + "DAILY;" * 100,
    ],
)
def test_what_is_no_recurrence_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(Refused, match="no such recurrence") as caught:
        dates.read_every(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("every", "anchor", "after", "due"),
    [
        ("week", "2026-11-24", "2026-11-24", "2026-12-01"),
        ("2 weeks", "2026-11-24", "2026-12-01", "2026-12-08"),
        ("3 days", "2026-11-24", "2026-11-28", "2026-11-30"),
        ("week", "2026-11-24", "2026-11-20", "2026-11-24"),
        ("month", "2026-01-31", "2026-01-31", "2026-02-28"),
        ("month", "2026-01-31", "2026-02-28", "2026-03-31"),
        ("month", "2026-01-31", "2026-02-27", "2026-02-28"),
        ("3 months", "2025-11-30", "2025-12-01", "2026-02-28"),
        ("year", "2024-02-29", "2024-02-29", "2025-02-28"),
        ("year", "2024-02-29", "2027-03-01", "2028-02-29"),
        ("day", "1900-01-01", "2199-12-30", "2199-12-31"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31", "2026-01-31", "2026-03-31"),
        ("FREQ=MONTHLY", "2026-01-31", "2026-01-31", "2026-03-31"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-31", "2026-01-31", "2026-02-28"),
        ("FREQ=MONTHLY;BYDAY=1MO", "2026-11-24", "2026-11-24", "2026-12-07"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2026-11-24", "2026-11-24", "2028-02-29"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "2026-11-24", "2026-11-24", "2026-12-08"),
        ("FREQ=DAILY;COUNT=3", "2026-11-24", "2026-11-25", "2026-11-26"),
        ("FREQ=DAILY;COUNT=3", "2026-11-24", "2026-11-26", None),
        ("FREQ=WEEKLY;UNTIL=20261201", "2026-11-24", "2026-11-24", "2026-12-01"),
        ("FREQ=WEEKLY;UNTIL=20261201", "2026-11-24", "2026-12-01", None),
        ("FREQ=WEEKLY;UNTIL=20261130", "2026-11-24", "2026-11-24", None),
        ("FREQ=WEEKLY;UNTIL=99991231", "2026-11-24", "2026-11-24", "2026-12-01"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=WE", "2026-11-24", "2026-11-24", None),
        ("FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29", "2027-01-01", "2027-01-01", None),
    ],
)
def test_the_next_occurrence(every: str, anchor: str, after: str, due: str | None) -> None:
    assert dates.read_every(every) == every
    assert dates.next_due(every, day(anchor), day(after)) == (due and day(due))


PLAIN = st.builds(
    lambda n, unit: dates.read_every(f"{n} {unit}"),
    st.integers(1, 400),
    st.sampled_from(["day", "week", "month", "year"]),
)


@given(PLAIN, DAYS, DAYS)
@example("month", date(1900, 1, 31), date(2199, 2, 28))
def test_next_is_the_first_occurrence_after(every: str, anchor: date, after: date) -> None:
    due = dates.next_due(every, anchor, after)
    assert due is not None
    assert due > after
    assert due >= anchor
    if due > anchor:  # the one before it is not after
        before = dates.next_due(every, anchor, anchor - timedelta(1))
        assert before == anchor
        number, unit = int(every.split()[0]) if " " in every else 1, every.split()[-1].rstrip("s")
        if unit in ("month", "year"):
            months = (due.year - anchor.year) * 12 + due.month - anchor.month
            step = number * (12 if unit == "year" else 1)
            assert months % step == 0
            assert due == dates.add_months(anchor, months)
            assert dates.add_months(anchor, months - step) <= after
        else:
            step = number * (7 if unit == "week" else 1)
            assert (due - anchor).days % step == 0
            assert due - timedelta(step) <= after


@given(DAYS)
def test_a_month_is_never_skipped_and_the_31st_comes_back(start: date) -> None:
    anchor = start.replace(month=1, day=31)
    due, seen = anchor, [anchor]
    for _ in range(24):
        following = dates.next_due("month", anchor, due)
        assert following is not None
        due = following
        seen.append(due)
    assert [each.month for each in seen] == [n % 12 + 1 for n in range(25)]
    assert all((each + timedelta(1)).day == 1 for each in seen)


RULE_PARTS = (
    "INTERVAL=2 INTERVAL=-1 COUNT=5 UNTIL=20300101 BYDAY=MO BYDAY=-1FR,2TU BYDAY= BYMONTH=2 BYMONTH=13 "
    "BYMONTHDAY=31,-1 BYYEARDAY=366 BYWEEKNO=53 BYSETPOS=-1 WKST=SU BYHOUR=1 ="
)
PARTS = st.lists(
    st.sampled_from(RULE_PARTS.split()),
    max_size=4,
)


@settings(deadline=None)  # that no day meets a rule takes a while to see
@given(
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY"]),
    PARTS,
    st.dates(date(2000, 1, 1), date(2030, 1, 1)),
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
)
def test_any_rule_is_understood_or_refused(often: str, parts: list[str], anchor: date, after: date) -> None:
    try:
        every = dates.read_every(";".join([f"FREQ={often}", *parts]))
    except Refused:
        return
    due = dates.next_due(every, anchor, after)
    assert due is None or (due > after and due >= anchor)


@settings(deadline=None)
@given(st.text())
def test_any_text_is_a_recurrence_or_refused(text: str) -> None:
    for tried in (text, f"FREQ={text}", f"FREQ=DAILY;{text}"):
        try:
            assert dates.read_every(dates.read_every(tried))
        except Refused:
            pass


def test_plain_words_do_not_load_dateutil() -> None:
    code = (
        "import sys, datetime; from salesflow import dates; d = datetime.date(2026, 11, 24);"
        "dates.read_day('12 dec', d); dates.next_due(dates.read_every('2 weeks'), d, d); dates.read_birthday('3/17');"
        "assert not {'dateutil', 'calendar', 'locale'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
