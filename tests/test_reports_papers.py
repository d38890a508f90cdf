"""The reports of papers and plans: inquiries and quotes, presentations, the roadmap."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesflow import render
from salesflow.records import document_lines
from salesflow.reports import papers, presentations, roadmap
from salesflow.reports.figures import Asked, clock, decimal, length, percent
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


def paper(book: Book, kind: str, number: int, state: str, made: int = 0, **more: Any) -> int:
    who = book.person("Maria") if "contact_id" not in more else more.pop("contact_id")
    return book.insert("documents", contact_id=who, kind=kind, number=number, state=state,
                       made_at=f"{day(made)}T09:00:00Z", made_on=day(made), **more)  # fmt: skip


def line(book: Book, document: int, **more: Any) -> None:
    who = book.conn.execute("SELECT contact_id FROM documents WHERE id = ?", (document,)).fetchone()[0]
    book.insert("document_lines", **{"contact_id": who, "document_id": document, "position": 1, "text": "x", **more})


def rows_of(answer: Sheet, table: str, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in answer.tables[table].rows]


# -- papers ------------------------------------------------------------------------------------------------------------


def test_from_inquiry_to_quote_to_sale(book: Book) -> None:
    first = paper(book, "inquiry", 1, "answered")
    second = paper(book, "inquiry", 2, "open")
    third = paper(book, "inquiry", 3, "open")
    paper(book, "inquiry", 4, "open")
    paper(book, "quote", 1, "superseded", 1, version=1, from_id=first, sent_on=day(2))
    paper(book, "quote", 1, "accepted", 4, version=2, from_id=first, sent_on=day(4), closed_on=day(9))
    paper(book, "quote", 2, "declined", 1, from_id=second, sent_on=day(3), closed_on=day(4))
    paper(book, "quote", 3, "draft", 1, from_id=third)
    paper(book, "quote", 4, "accepted", 1, sent_on=day(1), closed_on=day(4))
    paper(book, "quote", 5, "sent", 1, sent_on=day(1), valid_until=(TODAY - timedelta(1)).isoformat())
    paper(book, "quote", 6, "sent", 1, sent_on=day(1), valid_until=TODAY.isoformat())
    paper(book, "quote", 7, "sent", 1, sent_on=day(1))
    paper(book, "quote", 8, "withdrawn", 1)
    answer = papers.report(book.kept(), asked())
    assert answer.row == {
        "inquiries": 4, "quoted": 2, "bought": 1, "quote_rate": 0.5, "sale_rate": 0.5, "sent": 6, "accepted": 2,
        "declined": 1, "withdrawn": 1, "waiting": 2, "expired": 1, "draft": 1, "accept_rate": 0.3333,
        "average_days": 5.0,
    }  # fmt: skip
    assert shown(answer) == (
        "From inquiry to sale\n"
        "INQUIRIES  4 inquiries  ->  2 quoted (50 %)  ->  1 bought (50 %)\n"
        "QUOTES     6 sent  ->  2 accepted (33 %)\n"
        "           1 declined, 1 withdrawn, 2 waiting, 1 expired, 1 draft\n"
        "DAYS       5.0 from sent to accepted, on average\n"
    )
    assert papers.report(book.kept(), asked(since=day(1))).row["inquiries"] == 0
    assert papers.report(book.kept(), asked(until=day(0))).row["sent"] == 0


def test_a_newer_version_in_the_works_is_a_draft(book: Book) -> None:
    paper(book, "quote", 1, "sent", 0, version=1, sent_on=day(0))
    paper(book, "quote", 1, "draft", 3, version=2)
    row = papers.report(book.kept(), asked()).row
    assert (row["sent"], row["draft"], row["waiting"]) == (1, 1, 0)


def test_three_times_a_tenth_is_three_tenths(book: Book) -> None:
    number = paper(book, "quote", 1, "accepted", currency="USD", sent_on=day(0), closed_on=day(1))
    line(book, number, quantity_thousandths=3000, price_minor=10)
    line(book, number, part="answers")
    answer = papers.report(book.kept(), asked())
    assert rows_of(answer, "amounts", "what", "amount_minor", "currency") == [
        ("quoted", 30, "USD"), ("accepted", 30, "USD"),
    ]  # fmt: skip
    assert "0.30 USD accepted" in shown(answer)


def test_no_papers(book: Book) -> None:
    answer = papers.report(book.kept(), asked())
    assert [answer.row[name] for name in ("quote_rate", "sale_rate", "accept_rate", "average_days")] == [None] * 4
    assert shown(answer).startswith("No inquiry and no quote yet")


lines_of_a_quote = st.lists(
    st.builds(document_lines.Line, st.just("x"), st.integers(1, 10**7), st.integers(0, 10**7),
              st.sampled_from((0, 700, 1900, 2000, 825))), max_size=6,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(quotes=st.lists(st.tuples(lines_of_a_quote, st.sampled_from(("sent", "accepted")),
                                 st.sampled_from(("USD", "EUR"))), max_size=4))  # fmt: skip
def test_amounts_are_those_of_the_papers(quotes: list[Any]) -> None:
    book = Book()
    sums: dict[tuple[str, str], int] = {}
    for number, (lines, state, code) in enumerate(quotes, 1):
        quote = paper(book, "quote", number, state, currency=code, sent_on=day(0), closed_on=day(0))
        for each in lines:
            line(book, quote, quantity_thousandths=each.quantity, price_minor=each.price, tax_bp=each.tax_bp)
        total = document_lines.totals(lines).total
        for what in ("quoted", *(["accepted"] if state == "accepted" else [])):
            sums[what, code] = sums.get((what, code), 0) + total
    answer = papers.report(book.kept(), asked())
    found = {
        (what, code): minor for what, minor, code in rows_of(answer, "amounts", "what", "amount_minor", "currency")
    }
    assert found == sums


# -- presentations -----------------------------------------------------------------------------------------------------


def given_one(book: Book, number: int, reached: str | None, **more: Any) -> int:
    return paper(book, "pitch", number, "given", **{"sent_on": day(0), "reached": reached, **more})


def test_how_far_they_went(book: Book) -> None:
    for number, reached in enumerate(("action", "action", "desire", "interest", "attention", None), 1):
        given_one(book, number, reached)
    paper(book, "pitch", 7, "draft", reached="action")
    answer = presentations.report(book.kept(), asked())
    assert rows_of(answer, "parts", "formula", "part", "presentations", "share") == [
        ("AIDA", "attention", 5, 0.8333), ("AIDA", "interest", 4, 0.6667), ("AIDA", "desire", 3, 0.5),
        ("AIDA", "action", 2, 0.3333),
    ]  # fmt: skip
    assert (answer.row["given"], answer.row["end_not_noted"]) == (6, 1)


def test_a_formula_of_ones_own_has_its_parts_in_order(book: Book) -> None:
    for number, reached in ((1, "proof"), (2, "problem"), (3, "farewell")):
        pitch = given_one(book, number, reached, name="PPP")
        for place, part in enumerate(("unique", "problem", "promise", "proof") if number == 1 else ("problem",), 1):
            line(book, pitch, position=place, part=part)
    answer = presentations.report(book.kept(), asked())
    assert rows_of(answer, "parts", "formula", "part", "presentations") == [
        ("PPP", "problem", 3), ("PPP", "promise", 2), ("PPP", "proof", 2), ("PPP", "farewell", 1),
    ]  # fmt: skip


def test_the_parts_of_a_formula_kept_are_all_there(book: Book) -> None:
    book.insert("preparation", kind="formula", name="PPP", text="Problem > promise=desire > proof", created_on=day(0))
    pitch = given_one(book, 1, "promise", name="PPP")
    line(book, pitch, part="proof")
    line(book, pitch, part="objections")
    answer = presentations.report(book.kept(), asked())
    assert rows_of(answer, "parts", "part", "presentations") == [("problem", 1), ("promise", 1), ("proof", 0)]


def test_benefits_and_the_close(book: Book) -> None:
    whole = given_one(book, 1, "action", asked_to="start Monday?", asked_for_sale=1)
    for shown_one in (1, 1, 0, None):
        line(book, whole, part="desire", shown=shown_one)
    given_one(book, 2, "desire", asked_to="call me")
    given_one(book, 3, "desire", asked_for_sale=0)
    answer = presentations.report(book.kept(), asked())
    assert {name: answer.row[name] for name in list(answer.row)[2:]} == {
        "benefits": 3, "benefits_shown": 2, "benefits_rate": 0.6667, "call_to_action": 2, "asked_for_sale": 1,
        "with_both": 1, "both_rate": 0.3333,
    }  # fmt: skip
    assert rows_of(answer, "lacking", "key", "lacks") == [
        ("3/1", ["a call to action", "a close"]), ("2/1", ["a close"]),
    ]  # fmt: skip
    assert "pitch 3/1 to Maria: no call to action and no close; pitch 2/1 to Maria: no close" in shown(answer, 120)


def test_no_presentation(book: Book) -> None:
    answer = presentations.report(book.kept(), asked())
    assert (answer.row["given"], answer.row["both_rate"], answer.row["benefits_rate"]) == (0, None, None)
    assert shown(answer).startswith("No presentation given yet.")
    given_one(book, 1, None)
    assert presentations.report(book.kept(), asked(since=day(1))).row["given"] == 0


# -- roadmap -----------------------------------------------------------------------------------------------------------


def plan(book: Book) -> None:
    def prepared(kind: str, text: str, **more: Any) -> None:
        book.insert("preparation", kind=kind, text=text, created_on=day(0), **more)

    prepared("goal", "10 regular clients", measure="customers", target=10)
    prepared("goal", "5,000 by June", measure="amount", target=5_000_00, currency="USD", price_minor=0)
    prepared("goal", "be known in town")
    prepared("goal", "given up", measure="won", target=3, dropped_on=day(1))
    prepared("strategy", "referrals from salons")
    prepared("strategy", "given up", dropped_on=day(1))
    who = book.person("Priya Nair", email="priya@nair.example", phone="+1 202 555 0133")
    book.deal(who, is_key=1, amount_minor=1_000_00, currency="USD", title="Head office")
    book.deal(who, amount_minor=9_000_00, currency="USD", title="not a key deal")
    book.deal(book.person("Maria Lopez"), (0, day(0)), outcome="won", closed_on=day(9), is_key=1,
              amount_minor=2_000_00, currency="USD")  # fmt: skip


def test_the_three_parts_of_the_roadmap(book: Book) -> None:
    plan(book)
    answer = roadmap.report(book.kept(), asked())
    assert rows_of(answer, "goals", "goal", "reached", "target", "share") == [
        ("10 regular clients", 1, 10, 0.1), ("5,000 by June", "2000.00", "5000.00", 0.4),
        ("be known in town", None, None, None),
    ]  # fmt: skip
    assert rows_of(answer, "key_deals", "key", "contact", "stage") == [
        ("D1", "Priya Nair", "Sales phase"), ("D3", "Maria Lopez", "won"),
    ]  # fmt: skip
    assert rows_of(answer, "strategies", "strategy") == [("referrals from salons",)]


def test_the_roadmap_names_nobody_but_in_key_deals(book: Book) -> None:
    plan(book)
    answer = roadmap.report(book.kept(), asked())
    for form in ("json", "md", "table"):
        out = io.StringIO()
        render.show(answer, form, out)
        assert "not a key deal" not in out.getvalue()
        assert "priya@" not in out.getvalue()
        assert "0133" not in out.getvalue()


def test_the_roadmap_as_a_page(book: Book) -> None:
    plan(book)
    out = io.StringIO()
    render.show(roadmap.report(book.kept(), asked()), "md", out)
    assert out.getvalue() == (
        "| | |\n| --- | --- |\n| Roadmap of | 2026-11-24 |\n"
        "\n## Goals\n\n| GOAL | SO FAR |\n| --- | --- |\n"
        "| 10 regular clients | 1 of 10 customers |\n"
        "| 5,000 by June | 2,000.00 USD of 5,000.00 USD |\n"
        "| be known in town | not measured |\n"
        "\n## Key deals\n\n| KEY | WHO | WHAT | STAGE | AMOUNT |\n| --- | --- | --- | --- | ---: |\n"
        "| D1 | Priya Nair | Head office | Sales phase | 1,000.00 USD |\n"
        "| D3 | Maria Lopez | 10 h a month | won | 2,000.00 USD |\n"
        "\n## Strategies\n\n| STRATEGY |\n| --- |\n| referrals from salons |\n"
    )


def test_no_roadmap(book: Book) -> None:
    book.deal(book.person("A"))
    assert shown(roadmap.report(book.kept(), asked())).startswith("No roadmap yet")


# -- figures -----------------------------------------------------------------------------------------------------------


def test_how_figures_are_said() -> None:
    assert [percent(share) for share in (None, 0, 0.005, 1)] == ["-", "0 %", "1 %", "100 %"]
    assert [clock(minutes) for minutes in (0, 59, 60, 200)] == ["0 min", "59 min", "1 h", "3 h 20 min"]
    assert decimal(1234.56, ".,") == "1.234,6"
    assert [length(days, minutes, ",.") for days, minutes in ((None, None), (1, None), (1.0, None), (0, 35.5))] == [
        None, "1 day", "1.0 day", "36 min",
    ]  # fmt: skip


def test_the_days_asked_for_are_in_the_title() -> None:
    assert asked().title("Time") == "Time"
    assert asked(since="2026-01-02").title("Time") == "Time, since 2 Jan 2026"
    assert asked(until="2026-01-02").title("Time") == "Time, until 2 Jan 2026"
    assert asked(since="2025-01-02", until="2026-01-02").title("Time") == "Time, 2 Jan 2025 to 2 Jan 2026"
