"""Funnel and pipeline: counted from the history, never from where things happen to stand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow.errors import NotFound, Refused
from salesflow.reports import funnel, pipeline
from test_today import TODAY, Book, shown

KEYS = ["of", "stage", "phase", "entered", "now", "amount", "currency", "went_on", "conversion", "average_days"]
WAY = (("Search", "find", None), ("Needs", "sell", None), ("Pitch", "sell", None), ("Service", "keep", None))


def status(book: Book, contact_id: int, *stays: tuple[str, str]) -> None:
    """The history of somebody's status: (status, day entered), the last one still holding."""
    ends = [*(day for _, day in stays[1:]), None]
    for (name, entered), left in zip(stays, ends, strict=False):
        book.insert(
            "status_history", contact_id=contact_id, status=name, entered_at=f"{entered}T09:00:00Z",
            entered_on=entered, left_on=left,
        )  # fmt: skip


def figures(book: Book, **asked: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in funnel.report(book.kept(), today=TODAY, **asked).rows]


def deals(book: Book, *names: str, **asked: Any) -> dict[str, Any]:
    """One figure (or several) of each stage of the deals."""
    found = {}
    for row in figures(book, **asked):
        if row["of"] == "deals":
            found[row["stage"]] = row[names[0]] if len(names) == 1 else tuple(row[name] for name in names)
    return found


def people(book: Book, *names: str, **asked: Any) -> list[Any]:
    return [tuple(row[name] for name in names) for row in figures(book, **asked) if row["of"] == "people"]


def sold(book: Book, *stays: tuple[int, str], on: str = "2026-03-01", **more: Any) -> int:
    return book.deal(book.person("Customer"), *stays, outcome="won", closed_on=on, **more)


@pytest.fixture
def book() -> Book:
    return Book(*WAY)


def test_the_keys_of_a_row(book: Book) -> None:
    answer = funnel.report(book.kept(), today=TODAY)
    assert [column.name for column in answer.columns] == [name for name in KEYS if name != "currency"]
    assert set(KEYS) - {"amount"} <= set(answer.rows[0])
    assert [(row["of"], row["stage"], row["phase"]) for row in answer.rows] == [
        ("people", "lead", "find"),
        ("people", "possible", "find"),
        ("people", "prospect", "find"),
        ("deals", "Search", "find"),
        ("deals", "Needs", "sell"),
        ("deals", "Pitch", "sell"),
        ("deals", "Service", "keep"),
        ("deals", "won", None),
        ("deals", "lost", None),
    ]
    assert {row["conversion"] for row in answer.rows} == {None}


def test_a_stage_skipped_counts_by_the_later_one(book: Book) -> None:
    book.deal(book.person("A"), (1, "2026-01-01"), (3, "2026-01-05"))
    assert deals(book, "entered", "now", "went_on") == {
        "Search": (1, 0, 1), "Needs": (1, 0, 1), "Pitch": (1, 0, 1), "Service": (1, 1, 0), "won": (0, None, None),
        "lost": (0, None, None),
    }  # fmt: skip


def test_going_back_is_not_unmade(book: Book) -> None:
    book.deal(book.person("A"), (0, "2026-01-01"), (2, "2026-01-05"), (1, "2026-01-09"))
    assert deals(book, "entered") == {"Search": 1, "Needs": 1, "Pitch": 1, "Service": 0, "won": 0, "lost": 0}
    assert deals(book, "now")["Needs"] == 1


def test_won_early_has_reached_every_stage_and_lost_has_not(book: Book) -> None:
    sold(book, (0, "2026-01-01"))
    book.deal(book.person("B"), (1, "2026-01-01"), outcome="lost", closed_on="2026-02-01")
    assert deals(book, "entered", "went_on", "conversion") == {
        "Search": (2, 2, 1.0), "Needs": (2, 1, 0.5), "Pitch": (1, 1, 1.0), "Service": (1, 1, 1.0),
        "won": (1, None, None), "lost": (1, None, None),
    }  # fmt: skip


def test_conversion_does_not_change_when_a_deal_is_lost(book: Book) -> None:
    deal = book.deal(book.person("A"), (0, "2026-01-01"), (1, "2026-01-05"))
    book.deal(book.person("B"), (0, "2026-01-01"))
    before = deals(book, "entered", "went_on", "conversion")
    book.conn.executescript(
        f"""
        UPDATE stage_entries SET left_on = '2026-02-01', days = 27 WHERE deal_id = {deal} AND left_on IS NULL;
        UPDATE deals SET outcome = 'lost', how = 'price', closed_on = '2026-02-01' WHERE id = {deal};
        """
    )
    after = deals(book, "entered", "went_on", "conversion")
    assert after.pop("lost") != before.pop("lost")
    assert after == before


def test_what_was_bought_on_the_spot_is_left_out(book: Book) -> None:
    book.insert(
        "deals", contact_id=book.person("A"), process_id=1, stage_id=1, title="x", amount_minor=500, currency="USD",
        outcome="won", way="bought", opened_at="", opened_on="2026-01-01", closed_on="2026-01-01",
    )  # fmt: skip
    assert set(deals(book, "entered").values()) == {0}
    assert people(book, "entered", "went_on") == [(1, 0), (0, 0), (0, 0)]
    book.deal(1, (1, "2026-01-01"), outcome="won", closed_on="2026-01-01", way="bought")
    assert set(deals(book, "entered").values()) == {0}
    book.conn.execute("DELETE FROM deals WHERE id = 2")
    assert "Nothing closed yet. Walk-in sales 1." in shown(funnel.report(book.kept(), today=TODAY))


def test_averages_are_of_finished_stays(book: Book) -> None:
    book.deal(book.person("A"), (0, "2026-01-01"), (1, "2026-01-05"))  # 4 days, and in Needs since
    book.deal(book.person("B"), (0, "2026-01-01"), outcome="lost", closed_on="2026-01-08")  # 7 days
    assert deals(book, "average_days") == {
        "Search": 5.5, "Needs": None, "Pitch": None, "Service": None, "won": None, "lost": None,
    }  # fmt: skip


def test_currencies_are_never_added(book: Book) -> None:
    for minor, currency in ((100_00, "EUR"), (250_00, "USD"), (150_00, "USD"), (None, None)):
        book.deal(book.person("A"), (1, "2026-01-01"), amount_minor=minor, currency=currency)
    sold(book, (1, "2026-01-01"), amount_minor=700, currency="JPY")
    found = [row for row in figures(book) if row["stage"] in ("Needs", "won")]
    assert [(row["entered"], row["now"], row["amount_minor"], row["currency"]) for row in found] == [
        (5, 4, 400_00, "USD"),
        (5, 4, 100_00, "EUR"),
        (1, None, 700, "JPY"),
    ]


def test_a_dropped_stage_keeps_its_history_in_its_place(book: Book) -> None:
    sold(book, (0, "2026-01-01"), (1, "2026-01-05"))
    book.deal(book.person("B"), (1, "2026-01-01"), outcome="lost", closed_on="2026-02-01")
    book.conn.execute("UPDATE stages SET dropped_on = '2026-04-01' WHERE id = 2")
    book.conn.execute("UPDATE stages SET position = position - 1 WHERE id > 2")
    book.deal(book.person("C"), (2, "2026-05-01"))
    assert deals(book, "entered") == {"Search": 3, "Needs": 3, "Pitch": 2, "Service": 1, "won": 1, "lost": 1}
    book.conn.execute("UPDATE stages SET dropped_on = '2026-06-01' WHERE name = 'Service'")
    assert "Service" not in deals(book, "entered")


def test_people_by_how_far_they_ever_got(book: Book) -> None:
    status(book, book.person("Lead"), ("lead", "2026-01-01"))
    status(book, book.person("Possible", yes=1), ("lead", "2026-01-01"), ("possible", "2026-01-11"))
    taken_back = book.person("No more")
    status(book, taken_back, ("lead", "2026-01-01"), ("possible", "2026-01-05"), ("lead", "2026-01-09"))
    prospect = book.person("Prospect", yes=3)
    status(book, prospect, ("lead", "2026-01-01"), ("prospect", "2026-01-03"))
    buyer = book.person("Bought on the spot")
    status(book, buyer, ("customer", "2026-01-01"))
    book.insert(
        "deals", contact_id=buyer, process_id=1, stage_id=1, title="x", outcome="won", way="bought", opened_at="",
        opened_on="2026-01-01", closed_on="2026-01-01",
    )  # fmt: skip
    sold(book, (1, "2026-01-01"))
    book.deal(prospect, (1, "2026-01-04"))
    assert people(book, "stage", "entered", "now", "went_on", "conversion", "average_days") == [
        ("lead", 6, 2, 4, 0.6667, 5.3),  # 10, 4 and 2 days
        ("possible", 4, 1, 2, 0.5, 4.0),
        ("prospect", 2, 1, 2, 1.0, None),
    ]


def test_address_books_and_walk_ins_are_not_counted(book: Book) -> None:
    book.person("Left alone", imported=1)
    book.logged(book.person("Spoken to", imported=1), "call", "2026-01-01")
    walk_in = book.person("walk-in", kind="walk-in")
    book.deal(walk_in, (0, "2026-01-01"), outcome="won", closed_on="2026-01-01")
    assert people(book, "entered", "went_on") == [(1, 0), (0, 0), (0, 0)]
    text = shown(funnel.report(book.kept(), today=TODAY))
    assert text.endswith("Not counted: 1 from address books, nothing said to them yet.\n")


def test_since_looks_at_when_people_were_found_and_deals_opened(book: Book) -> None:
    old, new = book.person("Old", on="2025-12-31"), book.person("New", on="2026-01-01")
    book.deal(old, (1, "2025-12-31"))
    book.deal(old, (1, "2026-01-01"))
    status(book, new, ("lead", "2026-01-01"), ("possible", "2026-01-03"))
    asked = {"since": "2026-01-01"}
    assert people(book, "entered", "average_days", **asked) == [(1, 2.0), (1, None), (0, None)]
    assert deals(book, "entered", **asked)["Needs"] == 1
    title = shown(funnel.report(book.kept(), today=TODAY, **asked)).splitlines()[0]
    assert title == "Funnel: three-step, found since 1 Jan 2026"


def test_by_source_and_by_month(book: Book) -> None:
    ken = book.person("Ken", source="fair", on="2026-01-15")
    book.person("Ana", on="2026-02-15")
    book.deal(ken, (1, "2026-02-01"), amount_minor=500, currency="USD")
    sold(book, (1, "2026-02-03"), amount_minor=700, currency="USD")
    found = [row for row in figures(book, by="source") if row["stage"] in ("lead", "Needs", "won")]
    assert [(row["group"], row["stage"], row["entered"], row["amount_minor"]) for row in found] == [
        ("fair", "lead", 1, None), ("fair", "Needs", 1, 500), ("fair", "won", 0, None),
        (None, "lead", 2, None), (None, "Needs", 1, None), (None, "won", 1, 700),
    ]  # fmt: skip
    found = [row for row in figures(book, by="month") if row["stage"] in ("lead", "Needs")]
    assert [(row["group"], row["stage"], row["entered"]) for row in found] == [
        ("2020-01", "lead", 1), ("2020-01", "Needs", 0), ("2026-01", "lead", 1), ("2026-01", "Needs", 0),
        ("2026-02", "lead", 1), ("2026-02", "Needs", 2),
    ]  # fmt: skip
    answer = funnel.report(book.kept(), today=TODAY, by="source")
    assert answer.columns[0].name == "group"
    assert shown(answer) == (
        "Funnel: three-step, by source\n"
        "SOURCE  LEADS  POSSIBLE  PROSPECTS  DEALS  WON  LOST    AMOUNT\n"
        "fair        1         0          0      1    0     0\n"
        "none        2         1          1      1    1     0  7.00 USD\n"
    )


def test_by_phase(book: Book) -> None:
    status(book, book.person("Ken"), ("lead", "2026-01-01"), ("possible", "2026-01-06"))
    sold(book, (1, "2026-01-01"), (2, "2026-01-11"), on="2026-01-31")
    book.deal(book.person("B"), (2, "2026-01-01"), amount_minor=500, currency="USD")
    book.deal(book.person("B"), (1, "2026-01-01"), amount_minor=700, currency="EUR")
    book.deal(book.person("B"), (1, "2026-01-01"), amount_minor=100, currency="USD")
    found = figures(book, by="phase")
    assert [
        (row["of"], row["stage"], row["phase"], row["entered"], row["now"], row["went_on"], row["average_days"])
        for row in found
    ] == [
        ("people", "find", "find", 5, 4, 1, 5.0),
        ("deals", "find", "find", 4, 0, 4, None),
        ("deals", "sell", "sell", 4, 3, 1, 30.0),  # 10 in Needs and 20 in Pitch
        ("deals", "sell", "sell", 4, 3, 1, 30.0),
        ("deals", "keep", "keep", 1, 0, 1, None),
        ("deals", "won", None, 1, None, None, None),
        ("deals", "lost", None, 0, None, None, None),
    ]
    assert [(row["amount_minor"], row["currency"]) for row in found if row["stage"] == "sell"] == [
        (700, "EUR"),
        (600, "USD"),
    ]


def test_the_screen() -> None:
    book = Book(("Prospecting", "find", None), ("Sales phase", "sell", 14))
    for number in range(41):
        contact = book.person(f"P{number}", yes=3 if number < 14 else 1 if number < 18 else 0)
        if number < 18:
            status(book, contact, ("lead", "2026-01-01"), ("prospect" if number < 14 else "possible", "2026-01-07"))
        if number < 5:
            won = {"outcome": "won", "closed_on": "2026-02-12", "amount_minor": 428_00, "currency": "USD"}
            book.deal(contact, (1, "2026-02-01"), **won)
        elif number < 7:
            book.deal(contact, (1, "2026-02-01"), outcome="lost", closed_on="2026-02-13")
        elif number < 12:
            amount = (300_00, "EUR") if number == 7 else (462_50, "USD")
            book.deal(contact, (1, "2026-02-01"), amount_minor=amount[0], currency=amount[1])
    assert shown(funnel.report(book.kept(), today=TODAY)) == (
        "Funnel: three-step\n"
        "PEOPLE       EVER                          NOW        AMOUNT   WENT ON  DAYS\n"
        "Lead           41  ██████████████████████   23                18  44 %   6.0\n"
        "Possible       18  █████████▋                4                14  78 %\n"
        "Prospect       14  ███████▌                  9                12  86 %\n"
        "DEALS\n"
        "Sales phase    12  ██████▌                   5  1,850.00 USD   5  42 %  11.3\n"
        "                                                  300.00 EUR\n"
        "Won             5  ██▋                          2,140.00 USD\n"
        "Lost 2. Won 5 of 7 closed, 71 % (under 20: read with care).\n"
    )


@given(
    st.lists(
        st.tuples(
            st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), min_size=1, max_size=4),
            st.sampled_from(["open", "won", "lost"]),
            st.lists(st.tuples(st.sampled_from(["lead", "possible", "prospect"]), st.integers(0, 9)), max_size=3),
        ),
        max_size=6,
    )
)
def test_counted_in_indexes_or_row_by_row_it_is_the_same(
    histories: list[tuple[list[tuple[int, int]], str, list[tuple[str, int]]]],
) -> None:
    """With `since` long ago other statements do the counting; both must agree with counting by hand."""
    book = Book(*WAY)
    reached = [0] * 5
    for stays, outcome, states in histories:
        contact = book.person("P")
        first, dated = 1, []
        for stage, length in stays:
            dated.append((stage, f"2026-01-{first:02}"))
            first += min(length, 6)
        closed = {"closed_on": f"2026-02-{first:02}"} if outcome != "open" else {}
        book.deal(contact, *dated, outcome=outcome, **closed)
        days = [f"2026-03-{9 * number + length + 1:02}" for number, (_, length) in enumerate(states)]
        status(book, contact, *((name, day) for (name, _), day in zip(states, days, strict=True)))
        far = 4 if outcome == "won" else max(stage for stage, _ in stays)
        for stage in range(far + 1):
            reached[stage] += 1
    assert figures(book) == figures(book, since="0001-01-01")
    entered = deals(book, "entered")
    assert [entered[name] for name in ("Search", "Needs", "Pitch", "Service", "won")] == reached


def test_unknown_processes_and_groupings_are_refused(book: Book) -> None:
    with pytest.raises(NotFound, match="no process 'four-phase'; there are: three-step"):
        figures(book, process="four-phase")
    with pytest.raises(Refused, match="no funnel by 'size'; there are: source, month, phase"):
        figures(book, by="size")
    with pytest.raises(NotFound, match="there are: three-step"):
        pipeline.report(book.kept(), today=TODAY, process="four-phase")


def test_deals_of_another_process_are_not_in_it(book: Book) -> None:
    other = book.insert("processes", name="other")
    stage = book.insert("stages", process_id=other, position=1, name="Only", name_key="only", phase="sell")
    deal = book.insert(
        "deals", contact_id=book.person("A"), process_id=other, stage_id=stage, title="x", opened_at="",
        opened_on="2026-01-01",
    )  # fmt: skip
    book.insert(
        "stage_entries", deal_id=deal, contact_id=1, stage_id=stage, entered_at="", entered_on="2026-01-01",
        left_on="2026-01-03", days=2,
    )  # fmt: skip
    assert set(deals(book, "entered").values()) == {0}
    assert deals(book, "entered", "average_days", process="other")["Only"] == (1, 2.0)


def test_the_pipeline(book: Book) -> None:
    ken = book.person("Ken Ito")
    book.deal(ken, (2, "2026-11-14"), amount_minor=400_00, currency="USD")
    book.deal(ken, (1, "2026-11-20"), amount_minor=100_00, currency="EUR")
    book.deal(book.person("Ana B"), (1, "2026-11-01"), parked_until="2026-12-01", parked_why="away")
    book.deal(ken, (1, "2026-11-01"), outcome="lost", closed_on="2026-11-02")
    book.deal(book.person("Gone", off_list_on="2026-11-01"), (1, "2026-11-01"))
    book.promise(ken, "2026-11-27")
    answer = pipeline.report(book.kept(), today=TODAY)
    assert [column.name for column in answer.columns] == [
        "key", "deal_id", "deal", "contact_id", "contact", "process", "stage", "phase", "days", "amount", "opened_on",
        "parked_until", "next_on", "day", "expected_days",
    ]  # fmt: skip
    assert [(row["key"], row["stage"], row["days"], row["next_on"]) for row in answer.rows] == [
        ("D3", "Needs", 23, None),
        ("D2", "Needs", 4, "2026-11-27"),
        ("D1", "Pitch", 10, "2026-11-27"),
    ]
    assert shown(answer) == (
        "Pipeline: 3 open deals\n"
        "STAGE  KEY  WHO      WHAT          DAYS  DAY OF      AMOUNT  NEXT\n"
        "Needs       2 deals                              100.00 EUR\n"
        "       D3   Ana B    10 h a month    23      24              parked, 1 Dec\n"
        "       D2   Ken Ito  10 h a month     4       5  100.00 EUR  Fri 27 Nov\n"
        "Pitch       1 deal                               400.00 USD\n"
        "       D1   Ken Ito  10 h a month    10      11  400.00 USD  Fri 27 Nov\n"
    )


def test_an_empty_pipeline_says_how_to_fill_it(book: Book) -> None:
    assert shown(pipeline.report(book.kept(), today=TODAY)) == (
        "Pipeline: 0 open deals\nNo open deals. Open one: salesflow deal add WHO WHAT [--amount N]\n"
    )
