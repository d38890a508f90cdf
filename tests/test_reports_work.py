"""The reports of the work: where time goes, what actions moved, who was gathered, what stalls."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesflow.errors import Refused
from salesflow.reports import actions, qualifying, stalls, time_spent
from salesflow.reports.figures import Asked
from salesflow.table import Sheet, Table
from test_today import TODAY, Book, shown

START = date(2026, 3, 2)  # a Monday
STATUSES = ("lead", "possible", "prospect", "customer", "disqualified")


@pytest.fixture
def book() -> Book:
    return Book()


def asked(**more: Any) -> Asked:
    return Asked(TODAY, **more)


def day(away: int) -> str:
    return (START + timedelta(away)).isoformat()


def at(away: int, hour: int = 9) -> str:
    return f"{day(away)}T{hour:02}:00:00Z"


def did(book: Book, who: int, kind: str, away: int, hour: int = 9, **more: Any) -> int:
    return book.insert(
        "activities", contact_id=who, kind=kind, happened_at=at(away, hour), happened_on=day(away), **more
    )


def status(book: Book, who: int, name: str, away: int, hour: int = 9, left: int | None = None) -> None:
    book.insert(
        "status_history", contact_id=who, status=name, entered_at=at(away, hour), entered_on=day(away),
        left_on=None if left is None else day(left),
    )  # fmt: skip


def rows_of(answer: Sheet, table: str, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in answer.tables[table].rows]


def two_stages() -> Book:
    return Book(("Needs", "sell", 5), ("Closing", "sell", 6))


# -- time --------------------------------------------------------------------------------------------------------------


def test_minutes_count_with_the_status_of_then(book: Book) -> None:
    who = book.person("Sam Ode", yes=3)
    status(book, who, "lead", 0, left=10)
    status(book, who, "prospect", 10)
    did(book, who, "call", -3, minutes=5)  # logged for a day before anything was known: the first status
    did(book, who, "call", 5, minutes=40)
    did(book, who, "call", 10, hour=8, minutes=15)  # on the day, before the answers
    did(book, who, "call", 10, hour=11, minutes=30)
    did(book, who, "note", 11)
    answer = time_spent.report(book.kept(), asked())
    assert rows_of(answer, "groups", "group", "minutes", "share", "activities") == [
        ("lead", 60, 0.6667, 3),
        ("prospect", 30, 0.3333, 1),
    ]
    assert answer.row == {
        "minutes": 90, "timed": 4, "untimed": 1, "unqualified_minutes": 60, "unqualified_share": 0.6667,
        "too_much": True,
    }  # fmt: skip


def test_time_by_value_is_of_demand_else_rating(book: Book) -> None:
    people = ({"demand": "high", "rating": 1}, {"rating": 5}, {"rating": 4}, {"rating": 3}, {"rating": 2}, {})
    for number, more in enumerate(people):
        who = book.person(f"P{number}", **more)
        status(book, who, "prospect", 0)
        did(book, who, "call", 1, minutes=10)
    answer = time_spent.report(book.kept(), asked(by="value"))
    assert rows_of(answer, "groups", "group", "minutes") == [
        ("high", 30), ("medium", 10), ("low", 10), ("unknown", 10),
    ]  # fmt: skip
    assert not answer.row["too_much"]


def test_half_is_not_too_much(book: Book) -> None:
    for name, kind in (("A", "lead"), ("B", "prospect")):
        who = book.person(name)
        status(book, who, kind, 0)
        did(book, who, "call", 1, minutes=10)
    assert time_spent.report(book.kept(), asked()).row["unqualified_share"] == 0.5
    assert not time_spent.report(book.kept(), asked()).row["too_much"]


def test_leads_that_never_answer_are_named(book: Book) -> None:
    def called(name: str, *outcomes: str, yes: int = 0) -> None:
        who = book.person(name, yes=yes)
        for away, outcome in enumerate(outcomes):
            did(book, who, "call", away, direction="out", outcome=outcome)

    called("Twice", *["no answer"] * 2)
    called("Sam Ode", *["no answer"] * 6)
    called("Heard", *["no answer"] * 6, "reached")
    called("Prospect", *["no answer"] * 6, yes=3)
    who = book.person("Mia")
    for away in range(3):
        did(book, who, "email", away, direction="out")
    met = book.person("Sue, who met us at last")
    for away in range(3):
        did(book, met, "email", away, direction="out")
    did(book, met, "meeting", 4)
    answer = time_spent.report(book.kept(), asked())
    assert rows_of(answer, "silent", "contact", "status", "tries", "last_on") == [
        ("Sam Ode", "lead", 6, day(5)),
        ("Mia", "lead", 3, day(2)),
    ]
    assert rows_of(time_spent.report(book.kept(), asked(since=day(3))), "silent", "contact", "tries") == [
        ("Sam Ode", 3)
    ]


def test_no_minutes(book: Book) -> None:
    answer = time_spent.report(book.kept(), asked())
    assert answer.row["unqualified_share"] is None
    assert not answer.row["too_much"]
    assert "No minutes are logged yet" in shown(answer)


def test_the_screen_of_time(book: Book) -> None:
    who = book.person("Sam Ode")
    status(book, who, "lead", 0)
    for away in range(6):
        did(book, who, "call", away, 10, direction="out", outcome="no answer", minutes=35)
    pia = book.person("Pia")
    status(book, pia, "customer", 0)
    did(book, pia, "visit", 1, minutes=60)
    assert shown(time_spent.report(book.kept(), asked(since=day(0), until=day(9)))) == (
        "Time by status, 2 Mar 2026 to 11 Mar 2026\n"
        "TIME WITH        TIME  SHARE                          ACTIVITIES\n"
        "lead       3 h 30 min   78 %  █████████████████▏               6\n"
        "customer          1 h   22 %  ████▉                            1\n"
        "Most of the time (78 %) goes to people who are no prospects: qualify them first,\n"
        "or let go.\n"
        "Tried 3 times or more, no answer ever: Sam Ode (6 tries)\n"
    )


def test_time_by_anything_else_is_refused(book: Book) -> None:
    with pytest.raises(Refused, match="status, value"):
        time_spent.report(book.kept(), asked(by="weekday"))


stay = st.tuples(st.sampled_from(STATUSES), st.integers(0, 40))
spent = st.tuples(st.integers(-5, 45), st.one_of(st.none(), st.integers(1, 300)))


@settings(max_examples=60, deadline=None)
@given(people=st.lists(st.tuples(st.lists(stay, min_size=1, max_size=4), st.lists(spent, max_size=6)), max_size=4),
       since=st.integers(-5, 45), long=st.integers(0, 50))  # fmt: skip
def test_time_as_counted_by_hand(people: list[Any], since: int, long: int) -> None:
    book = Book()
    counted: dict[str, int] = {}
    for number, (stays, activities) in enumerate(people):
        who = book.person(f"P{number}")
        history = sorted(stays, key=lambda each: each[1])
        for name, away in history:
            status(book, who, name, away, hour=12)
        for away, minutes in activities:
            did(book, who, "call", away, minutes=minutes)
            if minutes and since <= away <= since + long:
                before = [name for name, entered in history if entered < away]  # at noon, and calls are at nine
                then = before[-1] if before else history[0][0]
                counted[then] = counted.get(then, 0) + minutes
    answer = time_spent.report(book.kept(), asked(since=day(since), until=day(since + long)))
    assert dict(rows_of(answer, "groups", "group", "minutes")) == counted
    bad = sum(counted.get(name, 0) for name in ("lead", "possible", "disqualified"))
    assert answer.row["minutes"] == sum(counted.values())
    assert answer.row["too_much"] == (bad * 2 > sum(counted.values()))


# -- actions -----------------------------------------------------------------------------------------------------------


def test_a_step_within_fourteen_days_counts() -> None:
    book = two_stages()
    who = book.person("Ken Ito")
    book.deal(who, (0, day(20)), (1, day(40)))
    for away in (5, 6, 20, 25, 26, 40, 41):
        did(book, who, "call", away, 9)
    answer = actions.report(book.kept(), asked())
    # day 20 opens it (6 to 20), day 40 moves it on (26 to 40)
    assert rows_of(answer, "kinds", "kind", "activities", "moved_on", "share", "per_step", "waste") == [
        ("call", 7, 4, 0.5714, 1.8, False)
    ]


def test_a_step_back_is_none_and_a_win_is_one() -> None:
    book = two_stages()
    who = book.person("Ken Ito")
    book.deal(who, (0, day(0)), (1, day(100)), (0, day(200)), outcome="won", closed_on=day(300), closed_at=at(300))
    for away in (199, 299):
        did(book, who, "call", away)
    lost = book.person("Ana")
    book.deal(lost, (0, day(0)), outcome="lost", closed_on=day(300), closed_at=at(300))
    did(book, lost, "call", 299)
    answer = actions.report(book.kept(), asked(since=day(150)))
    assert rows_of(answer, "kinds", "activities", "moved_on", "per_win") == [(3, 1, 3.0)]


def test_an_activity_of_another_deal_moved_nothing() -> None:
    book = two_stages()
    who = book.person("Ken Ito")
    first = book.deal(who, (0, day(0)))
    book.deal(who, (0, day(30)), (1, day(60)))
    did(book, who, "call", 59, deal_id=first)
    did(book, who, "visit", 59)
    assert dict(rows_of(actions.report(book.kept(), asked()), "kinds", "kind", "moved_on")) == {"call": 0, "visit": 1}


def test_ten_for_nothing_may_be_a_waste(book: Book) -> None:
    who = book.person("Ken Ito")
    for away in range(10):
        did(book, who, "mailing", away)
    for away in range(9):
        did(book, who, "letter", away)
    answer = actions.report(book.kept(), asked())
    assert dict(rows_of(answer, "kinds", "kind", "waste")) == {"mailing": True, "letter": False}
    assert rows_of(answer, "kinds", "per_step", "per_win") == [(None, None)] * 2


def test_pre_sales_ends_with_the_win_until_a_deal_is_open_again() -> None:
    book = two_stages()
    who = book.person("Ken Ito")
    book.deal(who, (0, day(10)), outcome="won", closed_on=day(20), closed_at=at(20))
    book.deal(who, (0, day(40)), outcome="lost", closed_on=day(50), closed_at=at(50))
    for away in (1, 15, 19):
        did(book, who, "call", away)
    for away in (21, 39, 51):
        did(book, who, "visit", away)
    did(book, who, "meeting", 45)
    did(book, who, "mailing", 15)
    did(book, who, "mailing", 30)
    did(book, who, "research", 30)
    did(book, who, "service", 15)
    did(book, who, "a kind of one's own", 60)
    answer = actions.report(book.kept(), asked())
    found = {
        row["kind"]: (row["pre_sales"], row["post_sales"], row["marketing"]) for row in answer.tables["kinds"].rows
    }
    assert found == {
        "call": (3, 0, 0), "visit": (0, 3, 0), "meeting": (1, 0, 0), "mailing": (0, 0, 2), "research": (1, 0, 0),
        "service": (0, 1, 0), "a kind of one's own": (0, 1, 0),
    }  # fmt: skip
    assert answer.row["activities"] == 12 == sum(answer.row[part] for part in ("pre_sales", "post_sales", "marketing"))


def test_what_belongs_to_no_task_of_its_stage() -> None:
    book = two_stages()
    who = book.person("Ken Ito")
    deal = book.deal(who, (0, day(0)), (1, day(10)))

    def task(stage: int, name: str, kind: str, **more: Any) -> int:
        return book.insert("tasks", process_id=book.process, stage_id=book.stages[stage], position=1, name=name,
                           name_key=name, kind=kind, **more)  # fmt: skip

    ask, show = task(0, "ask", "call"), task(1, "show", "demo")
    task(1, "send a card", "card", dropped_on=day(0))
    did(book, who, "call", 5, deal_id=deal)  # of a kind that the stage asks for
    did(book, who, "letter", 5, deal_id=deal, task_id=ask)  # did the task
    did(book, who, "note", 5, deal_id=deal)
    did(book, who, "letter", 5)  # for no deal
    did(book, who, "visit", 6, deal_id=deal)
    did(book, who, "call", 12, deal_id=deal)  # the kind of another stage
    did(book, who, "letter", 12, deal_id=deal, task_id=ask)  # the task of another stage
    did(book, who, "demo", 12, deal_id=deal, task_id=show)
    did(book, who, "card", 12, deal_id=deal)
    answer = actions.report(book.kept(), asked())
    assert answer.row["off_process"] == 4
    assert sorted(rows_of(answer, "off_process_activities", "kind", "stage")) == [
        ("call", "Closing"), ("card", "Closing"), ("letter", "Closing"), ("visit", "Needs"),
    ]  # fmt: skip


def test_the_screen_of_actions() -> None:
    book = two_stages()
    who = book.person("Ken Ito")
    book.deal(who, (0, day(10)), (1, day(20)), outcome="won", closed_on=day(30), closed_at=at(30))
    for away in (9, 19, 29):
        did(book, who, "call", away, 8, minutes=20)
    for away in range(50, 60):
        did(book, who, "mailing", away)
    assert shown(actions.report(book.kept(), asked(since=day(0)))) == (
        "What was done, and what it moved, since 2 Mar 2026\n"
        "KIND     DONE  TIME  MOVED ON  PER STEP  PER WIN\n"
        "mailing    10        0    0 %               10.0  waste?\n"
        "call        3   1 h  3  100 %       1.0      3.0\n"
        "13 activities: pre-sales 3, post-sales 0, marketing 10\n"
        "Moved on: a deal opened, went on or was won within 14 days.\n"
    )


def test_nothing_done(book: Book) -> None:
    answer = actions.report(book.kept(), asked())
    assert (answer.row["activities"], answer.row["off_process"]) == (0, 0)
    assert shown(answer) == "Nothing logged yet: salesflow log call WHO\n"


@settings(max_examples=60, deadline=None)
@given(
    deals=st.lists(
        st.tuples(st.integers(0, 1), st.lists(st.integers(0, 1), min_size=1, max_size=4),
                  st.lists(st.integers(0, 30), min_size=5, max_size=5), st.sampled_from(("open", "won", "lost"))),
        max_size=3),
    done=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 120), st.sampled_from(("call", "mailing", "service"))),
                  max_size=8),
    since=st.integers(0, 60),
)  # fmt: skip
def test_actions_as_counted_by_hand(deals: list[Any], done: list[Any], since: int) -> None:
    book = two_stages()
    people = [book.person("A"), book.person("B")]
    steps: list[tuple[int, int]] = []
    lives: list[tuple[int, int, int | None, bool]] = []
    for whose, stages, gaps, outcome in deals:
        days, stays = gaps[0], []
        for number, stage in enumerate(stages):
            days += gaps[number] if number else 0
            stays.append((stage, day(days)))
            if not number or stage > stages[number - 1]:
                steps.append((whose, days))
        closed = days + gaps[-1] if outcome != "open" else None
        more = {} if closed is None else {"closed_on": day(closed), "closed_at": at(closed)}
        book.deal(people[whose], *stays, outcome=outcome, **more)
        lives.append((whose, gaps[0], closed, outcome == "won"))
        if outcome == "won" and closed is not None:
            steps.append((whose, closed))
    for whose, away, kind in done:
        did(book, people[whose], kind, away, hour=8)  # stages are entered at nine

    def moved(whose: int, away: int) -> bool:
        return any(whose == who and away <= when <= away + 14 for who, when in steps)

    def part(whose: int, away: int, kind: str) -> str:
        if kind != "call":
            return {"mailing": "marketing", "service": "post_sales"}[kind]
        customer = any(who == whose and won and closed is not None and closed < away for who, _, closed, won in lives)
        busy = any(who == whose and opened < away and (closed is None or closed >= away)
                   for who, opened, closed, _ in lives)  # fmt: skip
        return "post_sales" if customer and not busy else "pre_sales"

    within = [each for each in done if each[1] >= since]
    answer = actions.report(book.kept(), asked(since=day(since)))
    assert answer.row["activities"] == len(within) == sum(row["activities"] for row in answer.tables["kinds"].rows)
    assert answer.row["moved_on"] == sum(moved(whose, away) for whose, away, _ in within)
    for name in ("pre_sales", "post_sales", "marketing"):
        assert answer.row[name] == sum(part(*each) == name for each in within)


# -- qualify -----------------------------------------------------------------------------------------------------------


def test_days_from_lead_to_verdict_by_source(book: Book) -> None:
    def found(source: str | None, *stays: tuple[str, int]) -> None:
        who = book.person("P", source=source)
        for name, away in stays:
            status(book, who, name, away)

    found("fair", ("lead", 0), ("possible", 2), ("prospect", 4))
    found("fair", ("lead", 0), ("disqualified", 2), ("prospect", 9))
    found("fair", ("lead", 1))
    found("web", ("prospect", 3), ("customer", 5))
    found(None, ("lead", 0), ("customer", 0))
    book.person("from an address book", source="web")  # nothing was ever said to them: no status yet
    answer = qualifying.report(book.kept(), asked())
    names = ("group", *qualifying.FIGURES)
    assert rows_of(answer, "groups", *names) == [
        ("fair", 3, 1, 1, 1, 0, 3.0, 4),
        ("web", 1, 1, 0, 0, 0, 0.0, 0),
        (None, 1, 0, 0, 0, 1, None, None),
    ]
    assert answer.row == dict(zip(qualifying.FIGURES, (5, 2, 1, 1, 1, 2.0, 4), strict=True))


def test_gathered_by_week(book: Book) -> None:
    for away in (-1, 0, 6, 7):  # day 0 is a Monday
        status(book, book.person("P"), "lead", away)
    answer = qualifying.report(book.kept(), asked(by="week"))
    assert rows_of(answer, "groups", "group", "gathered") == [("2026-02-23", 1), ("2026-03-02", 2), ("2026-03-09", 1)]
    assert qualifying.report(book.kept(), asked(since=day(0), until=day(6))).row["gathered"] == 2


def test_the_screen_of_qualify(book: Book) -> None:
    who = book.person("P", source="fair")
    status(book, who, "lead", 0)
    assert shown(qualifying.report(book.kept(), asked())).endswith(
        "No verdict yet: salesflow qualify WHO asks the few questions that give one.\n"
    )
    status(book, who, "prospect", 3)
    status(book, book.person("Q"), "lead", 0)
    assert shown(qualifying.report(book.kept(), asked())) == (
        "From lead to verdict, by source\n"
        "SOURCE      GATHERED  PROSPECTS  NO  WAITING  DAYS  LONGEST\n"
        "fair               1          1   0        0   3.0        3\n"
        "none noted         1          0   0        1\n"
        "all                2          1   0        1   3.0        3\n"
        "Only 1 verdict: read with care.\n"
    )


def test_nobody_gathered(book: Book) -> None:
    answer = qualifying.report(book.kept(), asked())
    assert answer.row["average_days"] is None
    assert shown(answer) == "Nobody gathered yet. Begin with: salesflow add NAME --source fair\n"


# -- stalls ------------------------------------------------------------------------------------------------------------


def stalled(book: Book) -> list[dict[str, Any]]:
    answer = stalls.report(book.kept(), asked())
    assert isinstance(answer, Table)
    return [dict(row) for row in answer.rows]


def test_only_what_stalls_is_in_it(book: Book) -> None:
    late = (TODAY - timedelta(15)).isoformat()
    just = (TODAY - timedelta(14)).isoformat()
    book.deal(book.person("Late"), (0, late))
    book.deal(book.person("In time"), (0, just))
    book.deal(book.person("Parked"), (0, late), parked_until="2026-12-24", parked_why="holidays")
    promised = book.person("Promised")
    book.deal(promised, (0, late))
    book.promise(promised, TODAY + timedelta(1))
    assert [(row["contact"], row["days"], row["limit_days"]) for row in stalled(book)] == [("Late", 15, 14)]


def test_the_likely_cause() -> None:
    book = Book()
    late = (TODAY - timedelta(30)).isoformat()
    after = (TODAY - timedelta(20)).isoformat()

    def deal(name: str, *, yes: int = 3, done: bool = True) -> tuple[int, int]:
        for number in range(3):
            book.conn.execute("UPDATE questions SET name = ? WHERE id = ?",
                              (("target-market", "money", "authority")[number], number + 1))  # fmt: skip
        who = book.person(name, yes=yes)
        if done:
            book.logged(who, "call", after)
        return who, book.deal(who, (0, late))

    def brought_up(who: int, number: int, kind: str, state: str = "open") -> None:
        closed = {"closed_at": at(0), "closed_on": day(0)} if state == "closed" else {}
        book.insert("matters", contact_id=who, deal_id=number, kind=kind, text="too dear", raised_at=at(0),
                    raised_on=day(0), state=state, **closed)  # fmt: skip

    who, number = deal("Quote")
    book.insert("documents", contact_id=who, deal_id=number, kind="quote", number=7, state="sent", made_at=at(0),
                made_on=day(0), sent_on=day(0))  # fmt: skip
    brought_up(who, number, "objection")
    brought_up(*deal("Objection"), "objection")
    who, number = deal("Answered")
    brought_up(who, number, "objection", "closed")
    brought_up(who, number, "need")
    who, number = deal("Owed")
    book.insert("activities", contact_id=who, kind="email", direction="in", happened_at=f"{after}T09:00:00Z",
                happened_on=after)  # fmt: skip
    for name, tries in (("Silent", 2), ("Tried once", 1)):
        who, number = deal(name)
        for _ in range(tries):
            book.insert("activities", contact_id=who, kind="email", direction="out", happened_at=f"{after}T09:00:00Z",
                        happened_on=after)  # fmt: skip
    deal("Who decides", yes=2)
    who, number = deal("Decider", yes=2)
    book.insert("deciders", contact_id=who, deal_id=number, name="Max Orr", created_on=day(0))
    deal("Idle", done=False)
    found = {row["contact"]: row["causes"] for row in stalled(book)}
    assert found == {
        "Quote": ["quote sent, no follow-up", "objection open", "no next action"],
        "Objection": ["objection open", "no next action"],
        "Answered": ["no next action"],
        "Owed": ["reply owed", "no next action"],
        "Silent": ["no answer", "no next action"],
        "Tried once": ["no next action"],
        "Who decides": ["decision-maker not known", "no next action"],
        "Decider": ["no next action"],
        "Idle": ["no follow-up", "no next action"],
    }
    assert all(row["cause"] == row["causes"][0] for row in stalled(book))
    screen = shown(stalls.report(book.kept(), asked()))
    assert "quote Q7 sent, no follow-up" in screen
    assert "objection open: too dear" in screen
    assert "reply owed since 4 Nov" in screen
    assert "no answer to the last 2" in screen


def test_nothing_stalls(book: Book) -> None:
    assert shown(stalls.report(book.kept(), asked())) == "No open deal stalls.\n"
