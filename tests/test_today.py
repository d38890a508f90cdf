"""The queue of the day: what is in it, why, in which order, and what it may cost."""

from __future__ import annotations

import functools
import io
import re
import sqlite3
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import dates, render
from salesflow.reports import today
from salesflow.reports import today_lines as dated
from salesflow.reports import today_waiting as waiting
from salesflow.store import schema
from salesflow.table import Answer

TODAY = date(2026, 11, 24)  # a Tuesday
LONG_AGO = "2020-01-01"
KEYS = [
    "key", "kind", "channel", "due_on", "at", "days_late", "contact_id", "contact", "company", "status", "phone",
    "email", "deal_id", "deal", "what", "why", "appointment", "place", "objections",
]  # fmt: skip


@functools.cache
def empty_file() -> bytes:
    conn = sqlite3.connect(":memory:", isolation_level=None)
    schema.build(conn)
    return conn.serialize()


class Book:
    """A file in memory, filled by plain inserts; `kept()` brings up to date what is kept."""

    def __init__(self, *stages: tuple[str, str, int | None]) -> None:
        self.conn = sqlite3.connect(":memory:", isolation_level=None)
        self.conn.row_factory = sqlite3.Row
        self.conn.deserialize(empty_file())
        for position, name in enumerate(("target-market", "money", "authority"), 1):
            self.insert("questions", name=name, wording=name, position=position)
        self.process = self.insert("processes", name="three-step")
        self.stages = [
            self.insert(
                "stages", process_id=self.process, position=position, name=name, name_key=name.lower(), phase=phase,
                limit_days=limit,
            )
            for position, (name, phase, limit) in enumerate(stages or (("Sales phase", "sell", 14),), 1)
        ]  # fmt: skip

    def insert(self, table: str, **row: Any) -> int:
        marks = ", ".join(f":{name}" for name in row)
        found = self.conn.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", row).lastrowid
        assert found is not None
        return found

    def person(self, name: str, *, yes: int = 0, on: str = LONG_AGO, **more: Any) -> int:
        """Somebody who answered yes to so many of the three criteria."""
        points = {kind: more.pop(kind) for kind in ("phone", "email") if kind in more}
        found = self.insert(
            "contacts", name=name, name_key=name.lower(), created_at=f"{on}T09:00:00Z", created_on=on, **more
        )
        for kind, point in points.items():
            self.insert("points", contact_id=found, kind=kind, value=point, value_key=point)
        for question in range(1, yes + 1):
            self.insert(
                "answers", contact_id=found, question_id=question, answer="yes", answered_at=f"{on}T09:00:00Z",
                answered_on=on,
            )  # fmt: skip
        return found

    def promise(self, contact_id: int, due: str | date, **more: Any) -> int:
        return self.insert(
            "follow_ups", contact_id=contact_id, due_on=str(due), created_at=f"{LONG_AGO}T09:00:00Z",
            created_on=LONG_AGO, **more,
        )  # fmt: skip

    def logged(self, contact_id: int, kind: str, on: str | date) -> int:
        return self.insert(
            "activities", contact_id=contact_id, kind=kind, happened_at=f"{on}T09:00:00Z", happened_on=str(on)
        )

    def deal(self, contact_id: int, *stays: tuple[int, str], outcome: str = "open", **more: Any) -> int:
        """A deal that entered stages (counted from 0) on days; `closed_on` ends the last stay."""
        stays = stays or ((0, "2026-11-20"),)
        closed = more.get("closed_on")
        found = self.insert(
            "deals",
            **{
                "contact_id": contact_id, "process_id": self.process, "stage_id": self.stages[stays[-1][0]],
                "title": "10 h a month", "outcome": outcome, "how": None if outcome == "open" else "price",
                "opened_at": f"{stays[0][1]}T09:00:00Z", "opened_on": stays[0][1], **more,
            },
        )  # fmt: skip
        ends = [*(day for _, day in stays[1:]), closed]
        for (stage, entered), left in zip(stays, ends, strict=True):
            spent = (date.fromisoformat(left) - date.fromisoformat(entered)).days if left else None
            self.insert(
                "stage_entries", deal_id=found, contact_id=contact_id, stage_id=self.stages[stage],
                entered_at=f"{entered}T09:00:00Z", entered_on=entered, left_on=left, days=spent,
            )  # fmt: skip
        return found

    def kept(self) -> sqlite3.Connection:
        for table in ("standing", "stage_pace", "silence"):
            self.conn.execute(f"DELETE FROM {table}")
            self.conn.execute(f"INSERT INTO {table} SELECT * FROM {table}_defined")
        return self.conn


def shown(answer: Answer, width: int = 80) -> str:
    out = io.StringIO()
    render.show(answer, "table", out, width=width, words=out)
    return out.getvalue().replace("\u200e", "")


def lines(book: Book, day: date = TODAY, **asked: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in today.report(book.kept(), today=day, **asked).rows]


def keys(book: Book, day: date = TODAY, **asked: Any) -> list[str]:
    return [row["key"] for row in lines(book, day, **asked)]


@pytest.fixture
def book() -> Book:
    return Book()


def full() -> Book:
    """One of everything."""
    book = Book()
    ken = book.person("Ken Ito", phone="+1 202 555 0133")
    book.promise(ken, "2026-11-20", kind="call", text="which hours suit him?")
    hanako = book.person("山田 花子", email="hanako@hanako-kobo.example")
    book.promise(hanako, "2026-11-20", kind="email", text="price list")
    anahit = book.person("Անահիտ Սարգսյան", email="anahit@sargsyan.example", phone="+374 10 555 010")
    book.promise(anahit, TODAY, kind="email", text="two references")
    farishta = book.person("فرشته احمدی", phone="+44 20 7946 0018", company="Ahmadi Tailoring")
    book.promise(farishta, TODAY, kind="call", text="go through the quote", due_at="09:30")
    book.person("Omar Aziz", birthday="--11-27", phone="+1 202 555 0104")
    book.deal(book.person("Rita Moss"), parked_until="2026-11-24", parked_why="after the move")
    book.deal(book.person("Priya Nair", phone="+1 202 555 0142"), (0, "2026-11-01"))
    book.person("Ana B", yes=3)
    book.promise(ken, "2026-11-25")
    book.promise(ken, "2026-12-01")
    book.promise(ken, "2026-12-02")
    return book


def test_the_order_and_the_reasons() -> None:
    found = lines(full())
    assert [(row["key"], row["kind"], row["days_late"], row["why"], row["what"]) for row in found] == [
        ("F1", "overdue", 4, "4d late", "call: which hours suit him?"),
        ("F2", "overdue", 4, "4d late", "email: price list"),
        ("F4", "due", 0, "09:30", "call: go through the quote"),
        ("F3", "due", 0, "today", "email: two references"),
        ("B5", "birthday", None, "bday Fri", "send a card"),
        ("D1", "parked", None, "back", 'parked: "after the move"'),
        ("D2", "stalled", None, "stuck", "23 d in Sales phase (of 14)"),
        ("P8", "no-step", None, "no step", "prospect, nothing promised"),
    ]
    assert {row["kind"] for row in found} <= set(today.KINDS)


def test_the_keys_of_a_line() -> None:
    row = lines(full())[2]
    assert list(row) == KEYS == [column.name for column in today.report(full().kept(), today=TODAY).columns]
    assert row == {
        "key": "F4", "kind": "due", "channel": "call", "due_on": "2026-11-24", "at": "09:30", "days_late": 0,
        "contact_id": 4, "contact": "فرشته احمدی", "company": "Ahmadi Tailoring", "status": "lead",
        "phone": "+44 20 7946 0018", "email": None, "deal_id": None, "deal": None,
        "what": "call: go through the quote", "why": "09:30", "appointment": None, "place": None, "objections": None,
    }  # fmt: skip


def test_the_screen() -> None:
    assert shown(today.report(full().kept(), today=TODAY)) == (
        "Tue 24 Nov 2026: 8 to do, 2 late\n"
        "KEY WHY      WHO             WHAT                        REACH\n"
        "F1  4d late  Ken Ito         call: which hours suit him? +1 202 555 0133\n"
        "F2  4d late  山田 花子       email: price list\n"
        "                             hanako@hanako-kobo.example\n"
        "F4  09:30    فرشته احمدی     call: go through the quote  +44 20 7946 0018\n"
        "F3  today    Անահիտ Սարգսյան email: two references\n"
        "                             anahit@sargsyan.example\n"
        "B5  bday Fri Omar Aziz       send a card                 +1 202 555 0104\n"
        'D1  back     Rita Moss       parked: "after the move"\n'
        "D2  stuck    Priya Nair      23 d in Sales phase (of 14) +1 202 555 0142\n"
        "P8  no step  Ana B           prospect, nothing promised\n"
        "Ahead: Wed 1, Tue 1   salesflow today --days 7\n"
    )


def test_days_ahead_come_by_day_and_time_before_birthdays(book: Book) -> None:
    ken = book.person("Ken Ito", birthday="--11-24")
    book.promise(ken, "2026-11-26", due_at="08:00")
    book.promise(ken, "2026-11-25")
    book.promise(ken, "2026-11-25", due_at="17:30", text="ring the bell")
    book.promise(ken, "2027-01-04")
    found = lines(book, days=2)
    assert [(row["key"], row["kind"], row["days_late"], row["why"]) for row in found] == [
        ("F3", "ahead", -1, "Wed 25 Nov 17:30"),
        ("F2", "ahead", -1, "Wed 25 Nov"),
        ("F1", "ahead", -2, "Thu 26 Nov 08:00"),
        ("B1", "birthday", None, "bday today"),
    ]
    assert keys(book, days=60)[3] == "F4"
    assert lines(book, days=60)[3]["why"] == "Mon 4 Jan 2027"


@pytest.mark.parametrize(
    ("kind", "text", "deal", "what", "channel"),
    [
        ("follow-up", "send the list", False, "send the list", None),
        ("follow-up", None, False, "follow up", None),
        ("follow-up", None, True, "10 h a month", None),
        ("visit", None, True, "visit: 10 h a month", "visit"),
        ("visit", "bring samples", True, "visit: bring samples", "visit"),
        ("call", None, False, "call", "call"),
        ("research", "who decides?", False, "research: who decides?", None),
    ],
)
def test_what_a_promise_says(
    book: Book, kind: str, text: str | None, deal: bool, what: str, channel: str | None
) -> None:
    ken = book.person("Ken Ito")
    deal_id = book.deal(ken) if deal else None
    book.promise(ken, TODAY, kind=kind, text=text, deal_id=deal_id)
    row = lines(book)[0]
    assert (row["what"], row["channel"]) == (what, channel)
    assert (row["deal_id"], row["deal"]) == ((deal_id, "10 h a month") if deal else (None, None))


@pytest.mark.parametrize(
    ("kind", "points", "reach"),
    [
        ("call", {"phone": "1", "email": "e"}, "1"),
        ("email", {"phone": "1", "email": "e"}, "e"),
        ("email", {"phone": "1"}, "1"),
        ("follow-up", {"email": "e"}, "e"),
        ("follow-up", {"phone": "1", "email": "e"}, "1"),
        ("call", {}, None),
    ],
)
def test_how_to_reach_them(book: Book, kind: str, points: dict[str, str], reach: str | None) -> None:
    book.promise(book.person("Ken Ito", **points), TODAY, kind=kind)
    assert today.reach(lines(book)[0]) == reach


def test_what_is_done_or_dropped_is_gone(book: Book) -> None:
    ken = book.person("Ken Ito")
    for state in ("done", "dropped"):
        book.promise(ken, TODAY, state=state, closed_at="2026-11-24T09:00:00Z", closed_on="2026-11-24")
    assert keys(book) == []


BIRTHDAYS = [
    # today, birthday, alarm, own alarm, shown with its day
    ("2026-11-19", "--11-27", 7, None, None),
    ("2026-11-20", "--11-27", 7, None, "2026-11-27"),
    ("2026-11-27", "1980-11-27", 7, None, "2026-11-27"),
    ("2026-11-28", "--11-27", 7, None, None),
    ("2026-11-27", "--11-27", 0, None, "2026-11-27"),
    ("2026-11-26", "--11-27", 0, None, None),
    ("2026-11-07", "--11-27", 7, 20, "2026-11-27"),
    ("2026-11-25", "--11-27", 7, 1, None),
    ("2026-12-26", "--01-02", 7, None, "2027-01-02"),
    ("2026-12-25", "--01-02", 7, None, None),
    ("2027-01-02", "--01-02", 7, None, "2027-01-02"),
    ("2026-12-31", "--12-31", 7, None, "2026-12-31"),
    ("2027-02-21", "--02-29", 7, None, "2027-02-28"),
    ("2027-02-28", "2000-02-29", 7, None, "2027-02-28"),
    ("2027-03-01", "--02-29", 7, None, None),
    ("2028-02-22", "--02-29", 7, None, "2028-02-29"),
    ("2028-02-29", "--02-29", 0, None, "2028-02-29"),
    ("2028-02-28", "--02-29", 0, None, None),
    ("2027-02-28", "--03-01", 7, None, "2027-03-01"),
]


@pytest.mark.parametrize(("day", "birthday", "alarm", "own", "kept"), BIRTHDAYS)
def test_birthdays_ring(book: Book, day: str, birthday: str, alarm: int, own: int | None, kept: str | None) -> None:
    ken = book.person("Ken Ito", birthday=birthday, alarm_days=own)
    found = lines(book, date.fromisoformat(day), alarm_days=alarm)
    assert [(row["key"], row["due_on"], row["channel"]) for row in found] == ([("B1", kept, "card")] if kept else [])
    if kept:
        length = alarm if own is None else own
        began = date.fromisoformat(kept) - timedelta(length)
        book.logged(ken, "card", began - timedelta(1))
        assert keys(book, date.fromisoformat(day), alarm_days=alarm) == ["B1"]
        book.logged(ken, "call", began)
        assert keys(book, date.fromisoformat(day), alarm_days=alarm) == ["B1"]
        book.logged(ken, "card", began)
        assert keys(book, date.fromisoformat(day), alarm_days=alarm) == []


@given(
    st.lists(st.dates(date(1950, 1, 1), date(2010, 12, 31)), min_size=1, max_size=8),
    st.dates(date(2023, 1, 1), date(2029, 12, 31)),
    st.integers(0, 90),
)
def test_birthdays_are_those_of_the_calendar(born: list[date], day: date, alarm: int) -> None:
    book = Book()
    expected = []
    for number, birthday in enumerate(born, 1):
        book.person(f"P{number}", birthday=birthday.isoformat())
        kept = dates.next_birthday(birthday.isoformat(), day)
        if (kept - day).days <= alarm:
            expected.append((kept.isoformat(), f"B{number}"))
    found = [(row["due_on"], row["key"]) for row in lines(book, day, alarm_days=alarm)]
    assert sorted(found) == sorted(expected)
    assert [kept for kept, _ in found] == sorted(kept for kept, _ in found)


def test_birthdays_from_address_books_ring_for_prospects_and_customers_only(book: Book) -> None:
    born = {"birthday": "--11-25", "imported": 1}
    book.person("Lead", **born)
    book.person("Possible", yes=1, **born)
    book.promise(book.person("Prospect", yes=3, **born), "2026-12-24")
    book.deal(book.person("Customer", **born), outcome="won", closed_on="2026-11-20")
    assert keys(book) == ["B3", "B4"]


def test_the_farther_birthday_is_said_with_its_day(book: Book) -> None:
    book.person("Ken Ito", birthday="--12-01", alarm_days=8)
    book.person("Ana B", birthday="--01-02", alarm_days=60)
    assert [row["why"] for row in lines(book)] == ["bday 1 Dec", "bday 2 Jan 2027"]


def test_parked_deals_come_back_on_their_day_and_stay(book: Book) -> None:
    ken = book.person("Ken Ito")
    deal = book.deal(ken, (0, "2026-01-01"), parked_until="2026-11-24", parked_why="after the move")
    assert keys(book, TODAY - timedelta(1)) == []
    assert lines(book)[0] | {"key": "D1", "kind": "parked", "due_on": "2026-11-24", "deal_id": deal} == lines(book)[0]
    assert keys(book, TODAY + timedelta(9)) == ["D1"]
    book.promise(ken, "2026-12-24")
    book.deal(ken, outcome="lost", closed_on="2026-11-21", parked_until="2026-11-24", parked_why="away")
    assert keys(book) == ["D1"]


@pytest.mark.parametrize(
    ("limit", "stays", "patience"),
    [
        (14, 0, 14),
        (None, 0, 30),
        (None, 4, 30),  # too few to go by
        (None, 5, 24),  # twice the average of 12
        (14, 5, 14),
    ],
)
def test_deals_stall_after_their_limit(limit: int | None, stays: int, patience: int) -> None:
    book = Book(("Sales phase", "sell", limit))
    for _ in range(stays):
        book.deal(book.person("Past"), (0, "2026-01-01"), outcome="lost", closed_on="2026-01-13")
    entered = TODAY - timedelta(patience)
    deal = book.deal(book.person("Ken Ito"), (0, entered.isoformat()))
    assert keys(book) == []
    assert keys(book, TODAY + timedelta(1)) == [f"D{deal}"]
    assert lines(book, TODAY + timedelta(1))[0]["what"] == f"{patience + 1} d in Sales phase (of {patience})"


def test_an_average_of_nothing_leaves_a_deal_its_first_day() -> None:
    book = Book(("Sales phase", "sell", None))
    for _ in range(5):
        book.deal(book.person("Past"), (0, "2026-01-01"), outcome="lost", closed_on="2026-01-01")
    book.deal(book.person("Ken Ito"), (0, TODAY.isoformat()))
    assert keys(book, TODAY + timedelta(1)) == []
    assert keys(book, TODAY + timedelta(2)) == ["D6"]


def test_deals_with_something_promised_or_parked_or_closed_do_not_stall(book: Book) -> None:
    long = (0, "2026-01-01")
    book.promise(book.person("Promised"), "2026-12-01")
    book.deal(1, long)
    book.deal(book.person("Parked"), long, parked_until="2026-12-01", parked_why="away")
    book.deal(book.person("Won"), long, outcome="won", closed_on="2026-02-01")
    assert keys(book) == []
    book.deal(book.person("Stuck"), long)
    assert keys(book) == ["D4"]


def test_prospects_without_a_next_step(book: Book) -> None:
    book.logged(book.person("Spoken to", yes=3), "call", "2026-11-01")
    book.logged(book.person("Long ago", yes=3), "call", "2026-03-01")
    book.person("Never", yes=3)
    book.promise(book.person("Promised", yes=3), "2026-12-01")
    book.deal(book.person("Parked", yes=3), parked_until="2026-12-01", parked_why="away")
    book.person("Possible", yes=2)
    book.deal(book.person("Selling", yes=3))
    assert keys(book) == ["P3", "P7", "P2", "P1"]
    assert lines(book)[0]["due_on"] is None


def test_nobody_is_in_it_twice_for_one_reason(book: Book) -> None:
    book.deal(book.person("Stuck prospect", yes=3), (0, "2026-01-01"))
    book.deal(book.person("Parked prospect", yes=3), parked_until="2026-11-24", parked_why="away")
    assert keys(book) == ["D2", "D1"]


def test_who_is_off_the_list_never_appears(book: Book) -> None:
    gone = {"off_list_on": "2026-11-01", "birthday": "--11-25", "yes": 3}
    book.promise(book.person("A", **gone), "2026-11-20")
    book.promise(1, "2026-11-25")
    book.deal(book.person("B", **gone), (0, "2026-01-01"))
    book.deal(book.person("C", **gone), parked_until="2026-11-24", parked_why="away")
    book.person("D", **gone)
    assert keys(book, limit=None, days=9) == []
    assert shown(today.report(book.kept(), today=TODAY)).startswith("Nothing due today.")
    assert "Ahead" not in shown(today.report(book.kept(), today=TODAY))


def exchange(book: Book, who: int, kind: str, on: str, direction: str, outcome: str | None = None) -> None:
    book.insert(
        "activities", contact_id=who, kind=kind, direction=direction, outcome=outcome, happened_on=on,
        happened_at=f"{on}T09:00:00Z", text="asked",
    )  # fmt: skip


def matter(book: Book, who: int, deal: int | None, kind: str, on: str = "2026-11-20", **more: Any) -> int:
    return book.insert(
        "matters", contact_id=who, deal_id=deal, kind=kind, text=f"a {kind}", raised_at=f"{on}T09:00:00Z",
        raised_on=on, **more,
    )  # fmt: skip


def paper(book: Book, who: int, kind: str, state: str, **more: Any) -> int:
    return book.insert(
        "documents", contact_id=who, kind=kind, number=book.conn.total_changes, state=state,
        made_at="2026-11-20T09:00:00Z", made_on="2026-11-20", **more,
    )  # fmt: skip


def test_the_lines_of_a_sale_come_in_their_order(book: Book) -> None:
    ann = book.person("Sign")
    deal = book.deal(ann)
    matter(book, ann, deal, "sign", "2026-11-19")
    newest = matter(book, ann, deal, "sign")
    matter(book, book.person("Promise"), book.deal(2), "objection")
    book.promise(2, TODAY, deal_id=2, appointment="asked", due_at="10:30", place="Elm St 4", kind="meeting")
    exchange(book, book.person("Reply"), "email", "2026-11-20", "in")
    matter(book, book.person("Inquiry"), None, "question", document_id=paper(book, 4, "inquiry", "open"))
    paper(book, book.person("Quote"), "quote", "sent", valid_until="2026-11-25")
    for day in ("2026-11-10", "2026-11-12", "2026-11-23"):
        exchange(book, 6 if day != "2026-11-10" else book.person("Silent", yes=1), "call", day, "out", "no answer")
    exchange(book, book.person("Nudge", yes=1), "email", "2026-11-19", "out")
    found = [(row["contact"], row["kind"], row["why"], row["what"]) for row in lines(book)]
    assert found == [
        ("Sign", "sign", "CLOSE NOW", "sign: a sign (2 signs)"),
        ("Promise", "due", "APPT? 10:30", "meeting: 10 h a month, at Elm St 4, not confirmed (1 objection open)"),
        ("Reply", "reply", "reply", "email of 20 Nov: asked"),
        ("Inquiry", "inquiry", "answer", "inquiry of 20 Nov: a question"),
        ("Quote", "quote", "expires", "quote: ends tomorrow"),
        ("Silent", "silent", "silent", "3 unanswered; find another way"),
        ("Nudge", "nudge", "nudge", "no answer for 5 days"),
    ]
    assert keys(book)[0] == f"S{newest}"


def test_a_reply_waits_no_more_once_something_is_promised_or_an_inquiry_says_it(book: Book) -> None:
    for name in ("Owed", "Promised", "Due", "Inquiry", "Long ago", "Before"):
        exchange(book, book.person(name), "email", "2026-08-25" if name == "Long ago" else "2026-11-20", "in")
    book.insert("follow_ups", contact_id=2, due_on="2026-12-01", created_at="x", created_on="2026-11-20")
    book.promise(3, TODAY)
    paper(book, 4, "inquiry", "open")
    book.promise(6, "2026-12-24")
    assert [row["contact"] for row in lines(book) if row["kind"] == "reply"] == ["Owed", "Before"]


@pytest.mark.parametrize(("tries", "days", "kind"), [
    (3, 0, None), (3, 1, "silent"), (1, 4, None), (1, 5, "nudge"), (2, 30, "nudge"), (4, 30, "silent"),
])  # fmt: skip
@pytest.mark.parametrize("named", [0, 1])
def test_when_who_does_not_answer_comes_up(
    book: Book, tries: int, days: int, kind: str | None, named: int
) -> None:  # fmt: skip
    who = book.person("Ken", yes=1)
    for _ in range(tries):
        exchange(book, who, "call", str(TODAY - timedelta(days)), "out", "no answer")
    assert [row["kind"] for row in lines(book)] == ([kind] if kind else [])
    ahead = {"due_on": "2026-12-01", "named_by_them": named, "created_at": "x", "created_on": "2026-01-01"}
    book.insert("follow_ups", contact_id=who, **ahead)
    assert lines(book) == []


def test_nobody_is_in_more_than_one_of_the_last_kinds(book: Book) -> None:
    for name, tries in (("Stalled and silent", 3), ("Stalled and tried", 1), ("Prospect and tried", 1)):
        who = book.person(name, yes=3)
        if name.startswith("Stalled"):
            book.deal(who, (0, "2026-01-01"))
        for _ in range(tries):
            exchange(book, who, "email", "2026-10-01", "out")
    ready = book.person("Stalled with a sign", yes=3)
    matter(book, ready, book.deal(ready, (0, "2026-01-01")), "sign")
    wrote = book.person("Stalled and owed", yes=3)
    book.deal(wrote, (0, "2026-01-01"))
    exchange(book, wrote, "email", "2026-11-20", "in")
    assert [(row["contact"], row["kind"]) for row in lines(book)] == [
        ("Stalled with a sign", "sign"), ("Stalled and owed", "reply"), ("Stalled and silent", "silent"),
        ("Prospect and tried", "nudge"), ("Stalled and tried", "stalled"),
    ]  # fmt: skip


def test_what_is_over_shows_no_line_of_a_sale(book: Book) -> None:
    for number, outcome in enumerate(("won", "lost"), 1):
        who = book.person(f"P{number}")
        deal = book.deal(who, outcome=outcome, closed_on="2026-11-21")
        matter(book, who, deal, "sign")
        paper(book, who, "quote", "sent", valid_until="2026-11-20", deal_id=deal)
    gone = book.person("Off", off_list_on="2026-11-01")
    matter(book, gone, book.deal(gone), "sign")
    exchange(book, gone, "email", "2026-11-20", "in")
    paper(book, gone, "inquiry", "open")
    parked = book.person("Parked")
    matter(book, parked, book.deal(parked, parked_until="2026-12-01", parked_why="away"), "sign")
    assert lines(book) == []


def test_somebody_to_join_the_business_may_take_twice_as_long(book: Book) -> None:
    book.deal(book.person("Sale"), (0, "2026-11-05"))
    book.deal(book.person("Recruit"), (0, "2026-11-05"), kind="recruit")
    assert keys(book) == ["D1"]
    assert keys(book, date(2026, 12, 4)) == ["D1", "D2"]


def crowd() -> Book:
    book = Book()
    for number in range(60):
        book.promise(book.person(f"Late {number}"), "2026-11-01")
    for number in range(7):
        book.deal(book.person(f"Stuck {number}"), (0, "2026-01-01"))
    for number in range(6):
        book.person(f"Idle {number}", yes=3)
    book.person("Omar", birthday="--11-25")
    return book


def test_the_queue_ends_and_says_so() -> None:
    found = today.report(crowd().kept(), today=TODAY)
    assert len(found.rows) == 50
    text = shown(found)
    assert text.startswith("Tue 24 Nov 2026: 71 to do, 60 late\n")
    assert "\n50 of 71; salesflow today --all\n" in text
    assert "\n2 more stuck, 1 more with no next step: salesflow today --all\n" in text


def test_of_stalled_and_idle_there_are_five_unless_all_are_asked_for() -> None:
    book = crowd()
    kinds = [row["kind"] for row in lines(book, limit=100)]
    assert (kinds.count("stalled"), kinds.count("no-step"), len(kinds)) == (5, 5, 71)
    kinds = [row["kind"] for row in lines(book, limit=None)]
    assert (kinds.count("stalled"), kinds.count("no-step"), len(kinds)) == (7, 6, 74)
    text = shown(today.report(book.kept(), today=TODAY, limit=None))
    assert text.startswith("Tue 24 Nov 2026: 74 to do, 60 late\n")
    assert "--all" not in text


def test_a_count_stops_where_it_would_cost() -> None:
    book = Book()
    for number in range(today.COUNTED + 20):
        book.person(f"Idle {number}", yes=3)
    assert "\n95+ more with no next step: salesflow today --all\n" in shown(today.report(book.kept(), today=TODAY))


def test_numbers_are_grouped_as_the_file_says() -> None:
    assert [today.grouped(12345, marks) for marks in (",.", ".,", " ,", ".")] == ["12,345", "12.345", "12 345", "12345"]


def test_nothing_due_says_what_comes_next(book: Book) -> None:
    ken = book.person("Ken Ito")
    assert shown(today.report(book.kept(), today=TODAY)) == (
        "Nothing due today. Nothing is promised: salesflow follow WHO DAY\n"
    )
    book.promise(ken, "2026-11-27", kind="call", text="which hours?")
    book.promise(ken, "2026-11-27", due_at="08:00")
    assert shown(today.report(book.kept(), today=TODAY)) == (
        "Nothing due today. Next: Fri 27 Nov 08:00, Ken Ito, follow up\nAhead: Fri 2   salesflow today --days 7\n"
    )
    assert shown(today.report(book.kept(), today=TODAY, days=1)).startswith("Nothing due until Wed 25 Nov. Next: Fri")


def test_an_empty_file_says_how_to_begin(book: Book) -> None:
    book.insert(
        "contacts", kind="walk-in", name="walk-in", name_key="walk-in", created_at=LONG_AGO, created_on=LONG_AGO
    )
    assert shown(today.report(book.kept(), today=TODAY)) == "Nobody is here yet. Begin with: salesflow add NAME\n"


def test_what_is_ahead_leaves_out_what_is_shown() -> None:
    book = full()
    assert "\nAhead: Tue 1   salesflow today --days 7\n" in shown(today.report(book.kept(), today=TODAY, days=1))
    assert "Ahead" not in shown(today.report(book.kept(), today=TODAY, days=7))


def test_no_source_reads_a_whole_table() -> None:
    conn = full().kept()
    asked = {
        "today": "2026-11-24", "since": "", "until": "2026-11-24", "room": 50, "year": "2026", "first": "11-24",
        "last": "12-01", "leap_on": "2026-02-28", "alarm_days": 7, **dated.Asked(TODAY, 0, 7).bounds,
    }  # fmt: skip
    for sql in (
        dated.FOLLOW_UPS, dated.PROMISED, dated.BIRTHDAYS, dated.PARKED, waiting.SIGNS, waiting.REPLIES,
        waiting.INQUIRIES, waiting.QUOTES, waiting.SILENT, waiting.SILENT_COUNT, waiting.NUDGES, waiting.NUDGES_COUNT,
        waiting.STALLED, waiting.STALLED_COUNT, waiting.NO_STEP, waiting.NO_STEP_COUNT,
    ):  # fmt: skip
        plan = [row["detail"] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}", asked)]
        whole = [step for step in plan if re.match(r"SCAN (?!\(?subquery|(\d+ )?CONSTANT|kinds$)", step)]
        assert not whole, (sql, whole)
        sorted_late = [step for step in plan if "B-TREE FOR ORDER BY" in step or "RIGHT PART OF ORDER BY" in step]
        points = sum("SEARCH points" in step for step in plan)  # two of one person, sorted
        assert len(sorted_late) <= points, (sql, plan)
