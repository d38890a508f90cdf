"""The win rate: of what was closed, by the day it closed."""

from __future__ import annotations

import csv
import io
import pathlib
from typing import Any

import pytest

from salesflow import render
from salesflow.errors import Refused
from salesflow.reports import win_rate
from test_today import Book, shown

KEYS = ["period", "won", "lost", "win_rate", "amount", "currency", "average_days_won", "average_days_lost"]
OPPORTUNITIES = pathlib.Path(__file__).parents[2] / "shared" / "data" / "crm_opportunities.csv"


def closed(book: Book, outcome: str, opened: str, on: str, amount: tuple[int, str] | None = None, **more: Any) -> int:
    minor, currency = amount or (None, None)
    return book.deal(
        book.person("A"), (0, opened), outcome=outcome, closed_on=on, amount_minor=minor, currency=currency, **more
    )


def found(book: Book, *names: str, **asked: Any) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in win_rate.report(book.kept(), **asked).rows]


@pytest.fixture
def book() -> Book:
    return Book()


def test_the_keys_of_a_row(book: Book) -> None:
    closed(book, "won", "2026-01-01", "2026-01-11", (400_00, "USD"))
    out = io.StringIO()
    render.show(win_rate.report(book.kept()), "json", out)
    assert out.getvalue() == (
        '[\n  {"period": "all", "won": 1, "lost": 0, "win_rate": 1.0, "amount": "400.00", "currency": "USD", '
        '"average_days_won": 10.0, "average_days_lost": null}\n]\n'
    )


def test_only_what_was_sold_or_lost_is_in_it(book: Book) -> None:
    closed(book, "won", "2026-01-01", "2026-01-03", (1, "USD"))
    closed(book, "lost", "2026-01-01", "2026-01-02")
    closed(book, "lost", "2026-01-01", "2026-01-04")
    closed(book, "won", "2026-01-01", "2026-01-01", (1000, "USD"), way="bought")
    book.deal(book.person("A"))
    assert found(book, *KEYS[:4], "amount_minor", *KEYS[5:]) == [("all", 1, 2, 0.3333, 1, "USD", 2.0, 2.0)]


@pytest.mark.parametrize(
    ("by", "periods"),
    [
        (None, ["all"]),
        ("year", ["2025", "2026"]),
        ("quarter", ["2025-Q4", "2026-Q1", "2026-Q2"]),
        ("month", ["2025-12", "2026-01", "2026-03", "2026-04"]),
    ],
)
def test_periods_are_of_the_day_it_closed(book: Book, by: str | None, periods: list[str]) -> None:
    for on in ("2025-12-31", "2026-01-01", "2026-03-31", "2026-04-01"):
        closed(book, "lost", "2025-01-01", on)
    assert [period for (period,) in found(book, "period", by=by)] == periods
    assert found(book, "lost", since="2026-03-31") == [(2,)]


def test_by_source(book: Book) -> None:
    for source, outcome in (("fair", "won"), ("fair", "lost"), (None, "lost")):
        book.deal(book.person("A", source=source), (0, "2026-01-01"), outcome=outcome, closed_on="2026-01-02")
    assert found(book, "period", "won", "lost", by="source") == [("fair", 1, 1), (None, 0, 1)]


def test_deals_without_an_amount_go_with_the_one_currency(book: Book) -> None:
    closed(book, "won", "2026-01-01", "2026-01-02", (500, "EUR"))
    closed(book, "won", "2026-01-01", "2026-01-02")
    closed(book, "lost", "2026-02-01", "2026-02-02")
    assert found(book, "period", "won", "lost", "amount_minor", "currency", by="month") == [
        ("2026-01", 2, 0, 500, "EUR"),
        ("2026-02", 0, 1, 0, "EUR"),
    ]


def test_several_currencies_have_a_row_each(book: Book) -> None:
    closed(book, "won", "2026-01-01", "2026-01-02", (500, "EUR"))
    closed(book, "won", "2026-01-01", "2026-01-02", (700, "USD"))
    closed(book, "won", "2026-01-01", "2026-01-02", (100, "USD"))
    closed(book, "lost", "2026-01-01", "2026-01-02")
    assert found(book, "period", "won", "lost", "win_rate", "amount_minor", "currency") == [
        ("all", 3, 1, 0.75, 800, "USD"),
        ("all", 3, 1, 0.75, 500, "EUR"),
    ]


def test_without_any_amount_there_is_no_currency(book: Book) -> None:
    closed(book, "won", "2026-01-01", "2026-01-02")
    assert found(book, "amount_minor", "currency") == [(None, None)]


def test_the_screen(book: Book) -> None:
    for _ in range(2):
        closed(book, "won", "2026-01-01", "2026-01-11", (1_000_00, "USD"))
    closed(book, "lost", "2026-01-01", "2026-01-04")
    assert shown(win_rate.report(book.kept(), since="2026-01-01")) == (
        "Win rate, closed since 1 Jan 2026\n"
        "PERIOD  WON  LOST     RATE        AMOUNT  DAYS WON  DAYS LOST\n"
        "all       2     1  66.67 %  2,000.00 USD      10.0        3.0\n"
        "A rate of fewer than 20 closed deals says little: read with care.\n"
    )
    assert "66,67 %" in shown(win_rate.report(book.kept(), marks=".,"))


def test_nothing_closed(book: Book) -> None:
    book.deal(book.person("A"))
    assert win_rate.report(book.kept()).rows == []
    assert shown(win_rate.report(book.kept())) == "No closed deals yet; open deals: 1.\n"


def test_an_unknown_grouping_is_refused(book: Book) -> None:
    with pytest.raises(Refused, match="there are: month, quarter, year, source"):
        win_rate.report(book.kept(), by="week")


@pytest.mark.skipif(not OPPORTUNITIES.exists(), reason=f"{OPPORTUNITIES.name} is not there")
def test_8800_real_deals(book: Book) -> None:
    ada = book.person("Ada")
    with OPPORTUNITIES.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            on = row["close_date"] or None
            book.deal(
                ada, (0, row["engage_date"] or "2016-10-20"),
                outcome={"Won": "won", "Lost": "lost"}.get(row["deal_stage"], "open"), closed_on=on,
                amount_minor=int(row["close_value"]) * 100 if row["close_value"] else None,
                currency="USD" if row["close_value"] else None,
            )  # fmt: skip
    assert found(book, *KEYS[:4], "amount_minor", *KEYS[5:]) == [
        ("all", 4238, 2473, 0.6315, 10_005_534_00, "USD", 51.8, 41.5)
    ]
    assert found(book, "period", "win_rate", by="quarter") == [
        ("2017-Q1", 0.8207), ("2017-Q2", 0.6171), ("2017-Q3", 0.6141), ("2017-Q4", 0.6025),
    ]  # fmt: skip
