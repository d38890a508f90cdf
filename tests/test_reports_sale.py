"""The reports of closing: how long, how and why, at which pace, against which warnings."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesflow.errors import NotFound, Refused
from salesflow.reports import closing, cycle, exceptions, funnel, reasons, stages
from salesflow.reports.figures import Asked
from salesflow.table import Sheet
from test_today import TODAY, Book, shown

START = date(2026, 3, 2)


@pytest.fixture
def book() -> Book:
    return Book()


def asked(**more: Any) -> Asked:
    return Asked(TODAY, **more)


def day(away: int) -> str:
    return (START + timedelta(away)).isoformat()


def at(away: int, hour: int = 9, minute: int = 0) -> str:
    return f"{day(away)}T{hour:02}:{minute:02}:00Z"


def did(book: Book, who: int, kind: str, away: int, hour: int = 8, **more: Any) -> int:
    return book.insert(
        "activities", contact_id=who, kind=kind, happened_at=at(away, hour), happened_on=day(away), **more
    )


def deal(book: Book, who: int, opened: int, closed: int, outcome: str = "won", hour: int = 9, **more: Any) -> int:
    """Opened at nine, closed at that hour."""
    if isinstance(more.get("amount"), tuple):
        more["amount_minor"], more["currency"] = more.pop("amount")
    more = {"closed_at": at(closed, hour), **more}
    return book.deal(who, (0, day(opened)), outcome=outcome, closed_on=day(closed), **more)


def rows_of(answer: Sheet, table: str, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in answer.tables[table].rows]


def measured(book: Book, *names: str, **words: Any) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in cycle.report(book.kept(), asked(**words)).rows]


DAYS = ("sales", "average_days", "shortest_days", "longest_days")

# -- cycle -------------------------------------------------------------------------------------------------------------


def test_from_first_contact_to_win(book: Book) -> None:
    who = book.person("Maria")
    did(book, who, "note", 0)
    did(book, who, "research", 1)
    did(book, who, "call", 2)
    deal(book, who, 10, 23)
    other = book.person("Never logged")
    deal(book, other, 10, 20)
    deal(book, book.person("Lost"), 0, 100, "lost")
    deal(book, book.person("Bought"), 0, 100, way="bought")
    book.deal(book.person("Open"))
    assert measured(book, *DAYS) == [(2, 15.5, 10, 21)]
    assert measured(book, *DAYS, since=day(21)) == [(1, 21.0, 21, 21)]
    assert measured(book, *DAYS, until=day(22)) == [(1, 10.0, 10, 10)]


def test_the_next_sale_begins_after_the_last(book: Book) -> None:
    who = book.person("Maria")
    did(book, who, "call", 0)
    deal(book, who, 5, 10)
    did(book, who, "call", 30)
    deal(book, who, 40, 50)
    assert measured(book, *DAYS) == [(2, 15.0, 10, 20)]


def test_under_a_day_it_is_minutes(book: Book) -> None:
    who = book.person("Ana B")
    did(book, who, "visit", 0)
    deal(book, who, 0, 0, closed_at=at(0, 8, 35))
    names = ("average_minutes", "shortest_minutes", "longest_minutes")
    assert measured(book, *DAYS, *names) == [(1, 0.0, 0, 0, 35.0, 35, 35)]
    assert "35 min" in shown(cycle.report(book.kept(), asked()))
    deal(book, book.person("Slow"), 0, 4)
    assert measured(book, *DAYS, *names) == [(2, 2.0, 0, 4, None, 35, None)]
    assert shown(cycle.report(book.kept(), asked())) == (
        "From first contact to sale\n"
        "     SALES   AVERAGE  SHORTEST  LONGEST  AS PROSPECT  TALKS\n"
        "all      2  2.0 days    35 min   4 days                 0.5\n"
        "Only 2 sales: read with care.\n"
    )


def test_a_day_gone_by_never_makes_it_negative(book: Book) -> None:
    who = book.person("Ana B")
    deal(book, who, 0, 0, closed_at=at(0, 8))  # noon stands for the time of a day gone by
    assert measured(book, "average_days", "average_minutes") == [(0.0, 0.0)]


def test_talks_and_the_day_they_became_a_prospect(book: Book) -> None:
    who = book.person("Maria")
    other = book.deal(who)
    number = deal(book, who, 10, 30)
    for away, kind, more in (
        (1, "call", {}), (2, "call", {"outcome": "no answer"}), (3, "visit", {"outcome": "not in"}),
        (4, "email", {}), (5, "meeting", {"deal_id": number}), (6, "demo", {"deal_id": other}),
        (31, "call", {}),
    ):  # fmt: skip
        did(book, who, kind, away, **more)
    book.insert("status_history", contact_id=who, status="prospect", entered_at=at(9), entered_on=day(9))
    assert measured(book, "conversations", "from_prospect_days") == [(2.0, 21.0)]


def test_by_everything(book: Book) -> None:
    hours = book.insert("products", name="VA 10h", name_key="va 10h", kind="service", created_on=day(0))
    kit = book.insert("products", name="Kit", name_key="kit", kind="product", created_on=day(0))
    need = book.insert("questions", set_name="sales-qualified", name="need", wording="?", position=1)
    first = deal(book, book.person("A"), 0, 14, product_id=hours)
    second = deal(book, book.person("B"), 0, 16, product_id=hours, kind="recruit")
    third = deal(book, book.person("C"), 0, 1, product_id=kit)
    fourth = deal(book, book.person("D"), 0, 40)
    who = {row["id"]: row["contact_id"] for row in book.conn.execute("SELECT id, contact_id FROM deals")}
    for number, answer, basis in ((first, "yes", "said"), (second, "no", "said"), (third, "no", "assumed")):
        book.insert("answers", contact_id=who[number], question_id=need, answer=answer, basis=basis, deal_id=number,
                    answered_at=at(0), answered_on=day(0))  # fmt: skip
    book.insert("answers", contact_id=who[fourth], question_id=need, answer="yes", answered_at=at(0),
                answered_on=day(0))  # fmt: skip
    for number, level in ((first, "owner"), (first, "executive"), (second, "other"), (third, "owner")):
        book.insert("deciders", contact_id=who[number], deal_id=number, name="M", level=level, created_on=day(0))
    names = ("group", "sales", "average_days")
    assert measured(book, *names, by="product") == [("VA 10h", 2, 15.0), ("Kit", 1, 1.0), (None, 1, 40.0)]
    assert measured(book, *names, by="product-kind") == [("service", 2, 15.0), ("product", 1, 1.0), (None, 1, 40.0)]
    assert measured(book, *names, by="kind") == [("sale", 3, 18.3), ("recruit", 1, 16.0)]
    assert measured(book, *names, by="process") == [("three-step", 4, 17.8)]
    assert measured(book, *names, by="need") == [("yes", 2, 27.0), ("no", 1, 16.0), (None, 1, 1.0)]
    assert measured(book, *names, by="decider") == [
        ("executive", 1, 14.0), ("other", 1, 16.0), ("owner", 1, 1.0), (None, 1, 40.0),
    ]  # fmt: skip
    assert "not known" in shown(cycle.report(book.kept(), asked(by="decider")))
    with pytest.raises(Refused, match="product-kind"):
        cycle.report(book.kept(), asked(by="weather"))


def test_nothing_won(book: Book) -> None:
    assert measured(book, *DAYS) == []
    assert shown(cycle.report(book.kept(), asked())).startswith("Nothing won yet")


@settings(max_examples=80, deadline=None)
@given(
    deals=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60), st.integers(0, 40),
                             st.sampled_from(("won", "lost"))), max_size=6),
    calls=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 100), st.sampled_from(("call", "note"))), max_size=10),
    since=st.integers(0, 50), long=st.integers(0, 60),
)  # fmt: skip
def test_cycles_as_counted_by_hand(deals: list[Any], calls: list[Any], since: int, long: int) -> None:
    book = Book()
    people = [book.person(name) for name in "ABC"]
    kept = []
    for number, (whose, opened, took, outcome) in enumerate(deals):
        deal(book, people[whose], opened, opened + took, outcome, hour=12)
        kept.append((whose, opened, opened + took, outcome, number))
    for whose, away, kind in calls:
        did(book, people[whose], kind, away)
    lengths = []
    for whose, opened, closed, outcome, number in kept:
        if outcome != "won" or not since <= closed <= since + long:
            continue
        before = [end for who, _, end, how, other in kept
                  if who == whose and how == "won" and (end, other) < (closed, number)]  # fmt: skip
        # at eight: a call on the day of the win before it came before that win
        met = [away for who, away, kind in calls
               if who == whose and kind == "call" and away <= closed and (not before or away > max(before))]  # fmt: skip
        lengths.append(closed - min([opened, *met]))
    found = measured(book, *DAYS, since=day(since), until=day(since + long))
    if not lengths:
        assert found == []
    else:
        mean = round(sum(lengths) / len(lengths), 1)
        assert found == [(len(lengths), mean, min(lengths), max(lengths))]


# -- reasons -----------------------------------------------------------------------------------------------------------


def test_reasons_amounts_and_lessons(book: Book) -> None:
    who = book.person("Ken Ito")

    def closed(outcome: str, reason: str | None, minor: int | None = None, code: str = "USD", **more: Any) -> None:
        money = {} if minor is None else {"amount": (minor, code)}
        deal(book, who, 0, 5, outcome, reason=reason, **money, **more)

    closed("won", "fast reply", 100_00)
    closed("won", "Fast reply", 50_00, "EUR")
    closed("won", "price")
    closed("won", None, how="they just liked us")
    closed("lost", "price", 70_00, note="agency was cheaper", lesson="show the comparison first", lost_to="Acme")
    closed("lost", "price", lesson="Show the comparison first")
    closed("lost", "timing", 10_00, lost_to="ACME", lesson="ask for the date")
    closed("won", "bought", way="bought")
    answer = reasons.report(book.kept(), asked())
    assert rows_of(answer, "reasons", "outcome", "reason", "deals", "share", "amount_minor", "currency") == [
        ("won", "Fast reply", 2, 0.5, 100_00, "USD"),
        ("won", "Fast reply", 2, 0.5, 50_00, "EUR"),
        ("won", "price", 1, 0.25, None, None),
        ("won", "they just liked us", 1, 0.25, None, None),
        ("lost", "price", 2, 0.6667, 70_00, "USD"),
        ("lost", "timing", 1, 0.3333, 10_00, "USD"),
    ]
    assert rows_of(answer, "lessons", "lesson", "deals", "reasons") == [
        ("Show the comparison first", 2, ["price"]),
        ("ask for the date", 1, ["timing"]),
    ]
    assert rows_of(answer, "lost_to", "competitor", "deals", "amount_minor") == [("ACME", 2, 80_00)]
    assert rows_of(answer, "notes", "key", "note", "contact") == [("D5", "agency was cheaper", "Ken Ito")]
    assert (answer.row["won"], answer.row["lost"]) == (4, 3)


def test_one_side_alone(book: Book) -> None:
    deal(book, book.person("A"), 0, 5, reason="price")
    deal(book, book.person("B"), 0, 5, "lost", reason="timing")
    for only, reason in (("won", "price"), ("lost", "timing")):
        answer = reasons.report(book.kept(), asked(only=only))
        assert rows_of(answer, "reasons", "reason") == [(reason,)]
        assert (answer.row["won"], answer.row["lost"]) == ((1, 0) if only == "won" else (0, 1))
    assert reasons.report(book.kept(), asked(only="lost")).row["not_asked"] == 0


def test_satisfaction_is_of_every_win(book: Book) -> None:
    asks = [book.insert("questions", set_name="satisfaction", name=name, wording="?", position=1)
            for name in ("satisfied", "again")]  # fmt: skip

    def won(name: str, *answers: str, kind: str = "person", basis: str = "said", way: str = "sold") -> None:
        who = book.person(name, kind=kind)
        number = deal(book, who, 0, 5, way=way)
        for question, said in zip(asks, answers, strict=False):
            book.insert("answers", contact_id=who, question_id=question, answer=said, basis=basis, deal_id=number,
                        answered_at=at(6), answered_on=day(6))  # fmt: skip

    won("Happy", "yes", "yes")
    won("Half", "yes", "unknown")
    won("Unhappy", "yes", "no")
    won("Assumed", "yes", basis="assumed")
    won("Unknown", "unknown")
    won("On the spot", way="bought")
    won("Walk-in", kind="walk-in", way="bought")
    deal(book, book.person("Lost"), 0, 5, "lost")
    answer = reasons.report(book.kept(), asked())
    assert {name: answer.row[name] for name in reasons.TOTALS[2:]} == {
        "satisfied": 2, "neutral": 0, "dissatisfied": 1, "not_asked": 3,
    }  # fmt: skip
    assert [name for (name,) in rows_of(answer, "not_asked_deals", "contact")] == ["On the spot", "Unknown", "Assumed"]
    assert "BUYERS" in shown(answer)


@pytest.mark.parametrize(
    ("answer", "choices", "said"),
    [
        ("bad", "bad\nfair\ngood\nbest", "dissatisfied"), ("Fair", "bad\nfair\ngood\nbest", "neutral"),
        ("good", "bad\nfair\ngood\nbest", "satisfied"), ("best", "bad\nfair\ngood\nbest", "satisfied"),
        ("so", "no\nso\nyes", "neutral"), ("yes", "no\nso\nyes", "satisfied"), ("unknown", "no\nso\nyes", None),
        ("good", "bad\ngood", "satisfied"),
    ],
)  # fmt: skip
def test_a_choice_says_how_satisfied_they_are(answer: str, choices: str, said: str | None) -> None:
    assert reasons.verdict(answer, "choice", choices) == said


def test_words_and_numbers_do_not_say_it(book: Book) -> None:
    assert [reasons.verdict("9", form, None) for form in ("words", "number")] == [None, None]


def test_who_is_off_the_list_is_not_named(book: Book) -> None:
    who = book.person("Gone", off_list_on=day(9), off_list_why="asked")
    deal(book, who, 0, 5, "lost", note="too dear")
    assert rows_of(reasons.report(book.kept(), asked()), "notes", "contact") == [(None,)]


def test_no_reasons(book: Book) -> None:
    answer = reasons.report(book.kept(), asked())
    assert answer.row == dict.fromkeys(reasons.TOTALS, 0)
    assert shown(answer).startswith("Nothing won or lost yet.")


ends = st.tuples(st.sampled_from(("won", "lost")), st.sampled_from(("price", "Price", "timing", "trust")),
                 st.one_of(st.none(), st.tuples(st.integers(1, 10**6), st.sampled_from(("USD", "EUR")))))  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(closed=st.lists(ends, max_size=12))
def test_reasons_as_counted_by_hand(closed: list[Any]) -> None:
    book = Book()
    who = book.person("A")
    sums: Counter[tuple[str, str, str]] = Counter()
    for outcome, reason, money in closed:
        deal(book, who, 0, 5, outcome, reason=reason, **({"amount": money} if money else {}))
        if money:
            sums[outcome, reason.lower(), money[1]] += money[0]
    answer = reasons.report(book.kept(), asked())
    found = {(row["outcome"], row["reason"].lower()): row["deals"] for row in answer.tables["reasons"].rows}
    assert found == Counter((outcome, reason.lower()) for outcome, reason, _ in closed)
    assert {
        (row["outcome"], row["reason"].lower(), row["currency"]): row["amount_minor"]
        for row in answer.tables["reasons"].rows if row["currency"]
    } == sums  # fmt: skip


# -- closing -----------------------------------------------------------------------------------------------------------


def test_the_three_paces_apart(book: Book) -> None:
    who = book.person("Ken Ito")
    for pace, outcome, money in (
        ("in order", "won", (100_00, "USD")), ("in order", "won", (20_00, "EUR")), ("in order", "lost", (9_00, "USD")),
        ("on a sign", "won", (50_00, "USD")), ("pushed", "lost", (70_00, "USD")), ("pushed", "lost", None),
        (None, "won", None),
    ):  # fmt: skip
        deal(book, who, 0, 5, outcome, pace=pace, **({"amount": money} if money else {}))
    deal(book, who, 0, 5, way="bought", amount=(1, "USD"))
    answer = closing.report(book.kept(), asked())
    names = ("pace", "closed", "won", "win_rate", "amount_minor", "currency")
    assert rows_of(answer, "paces", *names) == [
        ("in order", 3, 2, 0.6667, 100_00, "USD"),
        ("in order", 3, 2, 0.6667, 20_00, "EUR"),
        ("on a sign", 1, 1, 1.0, 50_00, "USD"),
        ("pushed", 2, 0, 0.0, None, None),
        (None, 1, 1, 1.0, None, None),
    ]
    assert (answer.row["closed"], answer.row["won"], answer.row["win_rate"]) == (7, 4, 0.5714)


def test_a_pace_that_never_was_has_a_row_without_a_rate(book: Book) -> None:
    deal(book, book.person("A"), 0, 5, pace="in order")
    found = rows_of(closing.report(book.kept(), asked()), "paces", "pace", "closed", "win_rate")
    assert found == [("in order", 1, 1.0), ("on a sign", 0, None), ("pushed", 0, None)]


def test_new_customers_and_new_contracts(book: Book) -> None:
    maria, ken = book.person("Maria"), book.person("Ken")
    deal(book, maria, 0, 5)
    deal(book, maria, 6, 9)
    deal(book, maria, 6, 9, way="bought")
    deal(book, ken, 0, 5, "lost")
    deal(book, ken, 0, 7)
    deal(book, book.person("Walk-in", kind="walk-in"), 0, 5, way="bought")
    answer = closing.report(book.kept(), asked())
    assert (answer.row["new_customers"], answer.row["new_contracts"]) == (2, 2)
    later = closing.report(book.kept(), asked(since=day(6)))
    assert (later.row["new_customers"], later.row["new_contracts"]) == (1, 2)


def test_won_is_one_day_and_paid_another(book: Book) -> None:
    who = book.person("A")
    deal(book, who, 0, 5, amount=(100_00, "USD"), paid_on=day(20))
    deal(book, who, 0, 5, amount=(30_00, "EUR"), paid_on=day(5))
    deal(book, who, 0, 5, amount=(20_00, "USD"))
    deal(book, who, 0, 5)
    deal(book, who, 0, 5, way="bought", amount=(7_00, "USD"))
    answer = closing.report(book.kept(), asked())
    assert (answer.row["paid"], answer.row["unpaid"]) == (2, 2)
    assert rows_of(answer, "paid_amounts", "paid", "deals", "amount_minor", "currency") == [
        (1, 2, 100_00, "USD"), (1, 2, 30_00, "EUR"), (0, 2, 20_00, "USD"),
    ]  # fmt: skip
    assert "2 of 4 sales (100.00 USD + 30.00 EUR); still to come: 20.00 USD" in shown(answer, 100)


def test_pre_sales_time_and_leads_never_contacted(book: Book) -> None:
    who = book.person("Maria", yes=3)
    did(book, who, "call", 0)
    deal(book, who, 10, 12)
    book.person("Never")
    did(book, book.person("Noted"), "note", 0)
    did(book, book.person("Called"), "call", 0)
    book.person("A prospect", yes=3)
    book.person("Address book", imported=1)
    answer = closing.report(book.kept(), asked())
    assert (answer.row["pre_sales_days"], answer.row["pre_sales_minutes"]) == (12.0, None)
    assert answer.row["never_contacted"] == 2


def test_by_process_with_what_is_open() -> None:
    book = Book(("Needs", "sell", 5), ("Closing", "sell", 6), ("Keep", "keep", 9))
    who = book.person("A")
    deal(book, who, 0, 5, amount=(100_00, "USD"))
    deal(book, who, 0, 5, "lost")
    book.deal(who, (0, day(0)))
    book.deal(who, (0, day(0)), (1, day(3)), amount_minor=70_00, currency="EUR")
    book.insert("processes", name="unused")
    answer = closing.report(book.kept(), asked())
    assert rows_of(answer, "processes", "process", "closed", "won", "win_rate", "amount_minor", "open") == [
        ("three-step", 2, 1, 0.5, 100_00, 2)
    ]
    assert answer.row["at_close"] == 1
    assert rows_of(answer, "at_close_amounts", "amount_minor", "currency") == [(70_00, "EUR")]
    assert shown(answer) == (
        "CLOSED    2, of these won 1 (50 %)\n"
        "NEW       1 new customer, 0 new contracts with a customer\n"
        "TIME      5.0 days from first contact to sale, on average\n"
        "WAITING   0 leads never contacted\n"
        "AT CLOSE  1 open deal in the last stage of selling, for 70.00 EUR\n"
        "PAID      0 of 1 sale; still to come: 100.00 USD\n"
        "By their pace\n"
        "CLOSED     CLOSED  WON  RATE      AMOUNT\n"
        "in order        0    0\n"
        "on a sign       0    0\n"
        "pushed          0    0\n"
        "not known       2    1  50 %  100.00 USD\n"
        "Fewer than 5 of one kind say little: read with care.\n"
        "By process\n"
        "PROCESS     CLOSED  WON  RATE      AMOUNT  OPEN\n"
        "three-step       2    1  50 %  100.00 USD     2\n"
        "Only 2 closed deals: read with care.\n"
    )


def test_nothing_closed(book: Book) -> None:
    book.person("Never")
    answer = closing.report(book.kept(), asked())
    assert (answer.row["win_rate"], answer.row["pre_sales_days"]) == (None, None)
    assert shown(answer) == "Nothing closed yet; leads never contacted: 1.\n"


# -- exceptions --------------------------------------------------------------------------------------------------------


def against(book: Book, who: int, number: int | None, kind: str, away: int = 0, **more: Any) -> None:
    book.insert("exceptions", contact_id=who, deal_id=number, kind=kind, made_at=at(away), made_on=day(away), **more)


def test_exceptions_and_whether_they_paid(book: Book) -> None:
    who = book.person("Ken Ito")
    won, lost = deal(book, who, 0, 5), deal(book, who, 0, 5, "lost")
    open_one = book.deal(who)
    deal(book, who, 0, 5)
    deal(book, who, 0, 5, way="bought")
    against(book, who, won, "gate", what="money")
    against(book, who, won, "gate", what="authority", because="they were in a hurry")
    against(book, who, lost, "gate")
    against(book, who, lost, "skipped", 9)
    against(book, who, open_one, "gate")
    against(book, who, None, "unqualified")
    answer = exceptions.report(book.kept(), asked(words={"gate": "went on with questions unanswered"}))
    assert rows_of(answer, "kinds", "kind", "says", "times", "deals", "won", "lost", "win_rate") == [
        ("gate", "went on with questions unanswered", 4, 3, 1, 1, 0.5),
        ("skipped", "skipped", 1, 1, 0, 1, 0.0),
        ("unqualified", "unqualified", 1, 0, 0, 0, None),
    ]
    assert answer.row == {
        "times": 6, "closed_with": 2, "won_with": 1, "win_rate_with": 0.5, "closed_without": 1, "won_without": 1,
        "win_rate_without": 1.0,
    }  # fmt: skip
    assert rows_of(answer, "exceptions", "kind", "deal_id", "because")[:2] == [
        ("unqualified", None, None), ("gate", open_one, None),
    ]  # fmt: skip
    assert '"they were in a hurry" (D1)' in shown(answer)
    assert exceptions.report(book.kept(), asked(since=day(9))).row["times"] == 1


def test_no_exceptions(book: Book) -> None:
    deal(book, book.person("A"), 0, 5)
    answer = exceptions.report(book.kept(), asked())
    assert (answer.row["times"], answer.row["win_rate_with"], answer.row["win_rate_without"]) == (0, None, 1.0)
    assert shown(answer) == "Nothing was done against a warning.\n"


# -- stages ------------------------------------------------------------------------------------------------------------


def test_every_stage_has_a_row_with_the_figures_of_the_funnel() -> None:
    book = Book(("Research", "find", None), ("Needs", "sell", 5), ("Closing", "sell", 6))
    who = book.person("A")
    book.deal(who, (1, day(0)), (2, day(5)), amount_minor=400_00, currency="USD")
    book.deal(who, (1, day(0)), amount_minor=300_01, currency="USD")
    book.deal(who, (1, day(0)), outcome="won", closed_on=day(9), amount_minor=100_00, currency="USD")
    book.deal(who, (1, day(0)), outcome="lost", closed_on=day(9), amount_minor=50_00, currency="EUR")
    book.deal(who, (2, day(0)), outcome="lost", closed_on=day(9))
    answer = stages.report(book.kept(), asked())
    names = ("stage", "entered", "now", "amount_minor", "currency", "conversion", "average_days",
             "average_amount_minor")  # fmt: skip
    assert [tuple(row[name] for name in names) for row in answer.rows] == [
        ("Research", 5, 0, None, "USD", 1.0, None, 266_67),
        ("Research", 5, 0, None, "EUR", 1.0, None, 50_00),
        ("Needs", 5, 1, 300_01, "USD", 0.6, 7.7, 266_67),
        ("Needs", 5, 1, None, "EUR", 0.6, 7.7, 50_00),
        ("Closing", 3, 1, 400_00, "USD", 0.3333, 9.0, 250_00),
    ]
    same = [row for row in funnel.report(book.kept(), today=TODAY).rows if row["of"] == "deals" and row["phase"]]
    assert {row["stage"]: row["went_on"] for row in same} == {row["stage"]: row["went_on"] for row in answer.rows}
    assert "Research" in shown(answer)


def test_how_long_one_listened_in_each_stage() -> None:
    book = Book(("Needs", "sell", 5), ("Closing", "sell", 6))
    who = book.person("A")
    number = book.deal(who, (0, day(0)), (1, day(5)))
    did(book, who, "meeting", 2, listened=20, talked=25)
    did(book, who, "call", 3, listened=10, deal_id=number)
    did(book, who, "call", 3)
    did(book, who, "call", 5, hour=8, talked=5)  # on the day of the move, before it
    did(book, who, "call", 6, talked=7)
    did(book, book.person("No deal"), "call", 6, talked=9)
    answer = stages.report(book.kept(), asked())
    assert [(row["stage"], row["listened"], row["talked"]) for row in answer.rows] == [
        ("Needs", 30, 30), ("Closing", 0, 7),
    ]  # fmt: skip
    assert "Needs: listened 30 min of 1 h (50 %)" in shown(answer)


def test_stages_without_a_deal(book: Book) -> None:
    answer = stages.report(book.kept(), asked())
    assert [(row["stage"], row["entered"], row["conversion"]) for row in answer.rows] == [("Sales phase", 0, None)]
    assert "No deal went through it yet" in shown(answer)
    with pytest.raises(NotFound):
        stages.report(book.kept(), asked(), process="none")
