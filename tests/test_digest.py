"""The day as text, and the week."""

from __future__ import annotations

from datetime import timedelta

import pytest

from salesflow.reports import digest, today, week
from test_funnel import status
from test_today import TODAY, Book, full, shown


@pytest.fixture
def book() -> Book:
    return Book()


def text(book: Book, **asked: object) -> str:
    return shown(digest.report(book.kept(), today=TODAY, **asked))  # type: ignore[arg-type]


def busy() -> Book:
    """One of everything due, and something of everything that happened yesterday."""
    book = full()
    new = book.person("New", on="2026-11-23")
    status(book, new, ("lead", "2026-11-23"), ("prospect", "2026-11-24"))
    book.person("New today", on="2026-11-24")
    book.promise(new, "2026-11-25")
    for on, minor in (("2026-11-23", 400_00), ("2026-11-22", 100_00)):
        book.deal(new, (0, "2026-11-20"), outcome="won", closed_on=on, amount_minor=minor, currency="USD")
    book.deal(new, (0, "2026-11-20"), amount_minor=1_850_00, currency="USD")
    book.deal(new, (0, "2026-11-20"), amount_minor=300_00, currency="EUR")
    return book


def test_the_text() -> None:
    assert text(busy()) == (
        "Tue 24 Nov 2026: 8 to do, 2 late\n"
        "\n"
        "LATE\n"
        "* Ken Ito, 4 days: call: which hours suit him?  [F1]\n"
        "  +1 202 555 0133\n"
        "* 山田 花子, 4 days: email: price list  [F2]\n"
        "  hanako@hanako-kobo.example\n"
        "\n"
        "TODAY\n"
        "* 09:30 فرشته احمدی: call: go through the quote  [F4]\n"
        "  +44 20 7946 0018\n"
        "* Անահիտ Սարգսյան: email: two references  [F3]\n"
        "  anahit@sargsyan.example\n"
        "\n"
        "WORTH A LOOK\n"
        "* Omar Aziz: birthday Fri 27 Nov, send a card  [B5]\n"
        '* Rita Moss: back today, parked "after the move"  [D1]\n'
        "* Priya Nair: 23 d in Sales phase (of 14)  [D2]\n"
        "* Ana B: prospect, nothing promised  [P8]\n"
        "\n"
        "Since Mon 23 Nov: 2 new, 1 qualified, 1 won 400.00 USD, 0 lost\n"
        "Funnel: 8 leads, 0 possible, 1 prospect, 1 customer.\n"
        "Open: 4 deals, 1,850.00 USD + 300.00 EUR. Ahead: Wed 2, Tue 1\n"
    )


def test_again_it_is_the_same() -> None:
    book = busy()
    before = book.conn.total_changes
    conn = book.kept()
    first = digest.report(conn, today=TODAY)
    after = conn.total_changes
    assert shown(first) == shown(digest.report(conn, today=TODAY))
    assert (conn.total_changes, after > before) == (after, True)


def test_the_figures() -> None:
    answer = digest.report(busy().kept(), today=TODAY)
    assert dict(answer.row) == {
        "on": "2026-11-24", "empty": False, "to_do": 8, "late": 2, "since": "2026-11-23", "added": 2, "qualified": 1,
        "won": 1, "lost": 0, "open": 4,
    }  # fmt: skip
    assert list(answer.tables) == ["lines", "funnel", "won_amounts", "open_amounts", "ahead"]
    assert [row["key"] for row in answer.tables["lines"].rows] == ["F1", "F2", "F4", "F3", "B5", "D1", "D2", "P8"]
    assert list(answer.tables["ahead"].rows) == [
        {"due_on": "2026-11-25", "promised": 2},
        {"due_on": "2026-12-01", "promised": 1},
    ]


def test_one_day_late_and_a_birthday_today(book: Book) -> None:
    book.promise(book.person("Ken Ito"), "2026-11-23")
    book.person("Ana B", birthday="--11-24")
    book.deal(book.person("Rita"), parked_until="2026-11-20", parked_why="away")
    found = text(book)
    assert "* Ken Ito, 1 day: follow up  [F1]\n\n" in found
    assert "* Ana B: birthday today, send a card  [B2]\n" in found
    assert '* Rita: back since 20 Nov, parked "away"  [D1]\n' in found
    assert "TODAY" not in found


def test_an_empty_day_is_one_line(book: Book) -> None:
    book.promise(book.person("Ken Ito"), "2026-11-27", text="send the list")
    answer = digest.report(book.kept(), today=TODAY)
    assert answer.row["empty"] is True
    assert shown(answer) == "Tue 24 Nov 2026: Nothing due today. Next: Fri 27 Nov, Ken Ito, send the list\n"


@pytest.mark.parametrize("kind", ["overdue", "due", "birthday", "parked", "stalled", "no-step"])
def test_any_line_makes_the_day_not_empty(book: Book, kind: str) -> None:
    ken = book.person("Ken Ito", birthday="--11-24" if kind == "birthday" else None, yes=3 if kind == "no-step" else 0)
    if kind in ("overdue", "due"):
        book.promise(ken, TODAY - timedelta(kind == "overdue"))
    if kind == "parked":
        book.deal(ken, parked_until="2026-11-24", parked_why="away")
    if kind == "stalled":
        book.deal(ken, (0, "2026-01-01"))
    answer = digest.report(book.kept(), today=TODAY)
    assert answer.row["empty"] is False
    assert [row["kind"] for row in answer.tables["lines"].rows] == [kind]
    assert "Ken Ito" in shown(answer)


def test_a_long_day_says_how_much_is_left_out(book: Book) -> None:
    for number in range(60):
        book.promise(book.person(f"Late {number}"), "2026-11-01")
    found = text(book)
    assert found.count("[F") == 50
    assert "\n50 of 60; salesflow today --all\n" in found


def test_the_week(book: Book) -> None:
    monday = "2026-11-23"
    book.person("Sunday", on="2026-11-22")
    ken = book.person("Ken Ito", yes=3, on=monday)
    book.person("Left alone", imported=1, on=monday)
    book.person("Gone", off_list_on=monday, on=monday)
    again = book.person("Again")
    status(book, ken, ("lead", monday), ("prospect", "2026-11-24"))
    status(book, again, ("prospect", "2026-01-01"), ("lead", "2026-02-01"), ("prospect", monday))
    book.deal(again, (0, "2026-11-01"), outcome="won", closed_on=monday, amount_minor=400_00, currency="USD")
    book.deal(again, (0, "2026-11-01"), outcome="won", closed_on="2026-11-22", amount_minor=1, currency="USD")
    book.deal(again, (0, "2026-11-01"), outcome="lost", closed_on="2026-11-24")
    closing = book.insert("stages", process_id=1, position=2, name="Closing", name_key="closing", phase="sell")
    book.stages.append(closing)
    book.deal(again, (0, "2026-11-01"), (1, monday), (0, "2026-11-24"), (1, "2026-11-24"))
    book.deal(again, (0, monday))
    book.deal(book.person("Stuck"), (0, "2026-01-01"))
    book.promise(again, "2026-11-30")
    answer = week.report(book.kept(), today=TODAY)
    assert dict(answer.row) == {
        "since": monday, "until": "2026-11-24", "added": 1, "qualified": 1, "won": 1, "lost": 1, "moved": 1,
        "imported": 1, "stuck": 1, "no_step": 1,
    }  # fmt: skip
    assert shown(answer) == (
        "Week: Mon 23 Nov 2026 to Tue 24 Nov 2026\n"
        "ADDED      1: Ken Ito\n"
        "IMPORTED   1 from address books, nothing said to them yet\n"
        "QUALIFIED  1: Ken Ito\n"
        "WON        1, 400.00 USD: Again (10 h a month)\n"
        "LOST       1: Again (price)\n"
        "MOVED      1: Again to Closing\n"
        "STUCK      1: D6 Stuck: 327 d in Sales phase (of 14)\n"
        "NO STEP    1: P2 Ken Ito\n"
        "AHEAD      Mon 1\n"
    )
    assert [row["key"] for row in answer.tables["stuck_deals"].rows] == ["D6"]
    assert list(answer.tables["ahead"].rows) == [{"due_on": "2026-11-30", "promised": 1}]


def test_a_quiet_week(book: Book) -> None:
    assert shown(week.report(book.kept(), today=TODAY)).splitlines()[1:] == [
        "ADDED      none", "QUALIFIED  none", "WON        none", "LOST       none", "MOVED      none",
        "STUCK      none", "NO STEP    none", "AHEAD      nothing promised in the next 7 days",
    ]  # fmt: skip


def test_the_week_names_five_and_counts_all(book: Book) -> None:
    for number in range(week.LISTED + 3):
        book.person(f"P{number}", on="2026-11-24")
    answer = week.report(book.kept(), today=TODAY)
    assert (answer.row["added"], len(answer.tables["added_people"].rows)) == (week.LISTED + 3, week.LISTED)
    assert "ADDED      53: P52, P51, P50, P49, P48, 48 more\n" in shown(answer)


def test_friday_looks_back_to_its_monday(book: Book) -> None:
    for day in ("2026-11-22", "2026-11-23", "2026-11-27", "2026-11-28"):
        book.person(day, on=day)
    answer = week.report(book.kept(), today=TODAY + timedelta(3))
    assert [row["contact"] for row in answer.tables["added_people"].rows] == ["2026-11-27", "2026-11-23"]


def test_the_lines_are_those_of_today() -> None:
    conn = full().kept()
    assert digest.report(conn, today=TODAY).tables["lines"].rows == today.report(conn, today=TODAY).rows
