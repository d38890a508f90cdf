"""Appointments: what asks after them comes and goes with them; whose day it is; which of two ways suits whom."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import Desk, desk, differences, dump, faults, later, moment, new_file
from salesflow.errors import NotFound, Refused
from salesflow.records import appointments, approach, change, follow_ups
from salesflow.records.settings import Settings
from salesflow.store.rows import rows, value


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_file(tmp_path_factory.mktemp("template") / "a.db")


@pytest.fixture
def at(template: Path, tmp_path: Path) -> Iterator[Desk]:
    path = tmp_path / "a.db"
    path.write_bytes(template.read_bytes())
    with desk(path) as found:
        found.call("add", ["Priya", "Nair"])
        found.call("add", ["Ken", "Ito"])
        yield found


def ask(at: Desk, who: str, day: str, hour: str, **options: Any) -> int:
    at.call("appointment ask", [who, day], at=hour, **options)
    return int(value(at.conn, "SELECT max(id) FROM follow_ups WHERE appointment IS NOT NULL"))


def state(at: Desk, number: int) -> str:
    return appointments.ended(at.conn, follow_ups.get(at.conn, number))


def open_questions(at: Desk) -> list[tuple[int, str]]:
    sql = "SELECT for_id, due_on FROM follow_ups WHERE for_id IS NOT NULL AND state = 'open' ORDER BY id"
    return [tuple(row) for row in rows(at.conn, sql)]


@pytest.mark.parametrize(
    ("day", "again", "asks_on"),
    [
        ("2026-11-24", 2, "2026-11-24"),  # today: at once
        ("2026-11-25", 2, "2026-11-24"),  # the day before it at the latest
        ("2026-11-26", 2, "2026-11-25"),
        ("2026-12-10", 2, "2026-11-26"),
        ("2026-12-10", 4, "2026-11-30"),  # business days
        ("2026-12-10", 60, "2026-12-09"),
    ],
)
def test_a_request_comes_back_in_time(at: Desk, day: str, again: int, asks_on: str):
    number = ask(at, "1", day, "10:00", again=again)
    assert open_questions(at) == [(number, asks_on)]
    assert faults(at.conn) == []


@pytest.mark.parametrize(
    ("verb", "options", "left", "outcome", "heard"),
    [
        ("confirm", {}, "confirmed", "confirmed", 1),
        ("held", {"minutes": 20}, "held", None, 1),
        ("missed", {}, "missed", "not in", 0),
        ("missed", {"by": "me"}, "missed", "missed", None),
        ("cancel", {}, "cancelled", "cancelled", None),
    ],
)
def test_whatever_becomes_of_it_nothing_asks_any_more(
    at: Desk, verb: str, options: dict[str, Any], left: str, outcome: str | None, heard: int | None
):
    number = ask(at, "1", "fri", "10:00", place="Elm St 4")
    before = dump(at.conn)
    at.call(f"appointment {verb}", ["priya"], **options)
    assert (state(at, number), open_questions(at)) == (left, [])
    assert value(at.conn, "SELECT outcome FROM activities ORDER BY id DESC LIMIT 1") == outcome
    assert value(at.conn, "SELECT heard FROM exchanges ORDER BY id DESC LIMIT 1") == heard
    assert faults(at.conn) == []
    change.undo(at.conn, at.now)
    assert differences(before, dump(at.conn)) == []


def test_done_holds_it_and_another_day_is_only_asked_for(at: Desk):
    number = ask(at, "1", "fri", "10:00")
    at.call("appointment confirm", ["priya"])
    at.call("snooze", [f"F{number}", "2026-12-04"])
    assert (state(at, number), open_questions(at)) == ("asked", [(number, "2026-11-26")])
    row = follow_ups.get(at.conn, number)
    assert (row["due_on"], row["due_at"]) == ("2026-12-04", "10:00")
    with pytest.raises(Refused, match="appointment missed"):
        at.call("done", [f"F{number}"], no_answer=True)
    at.call("done", [f"F{number}", "liked", "it"])
    assert (state(at, number), open_questions(at)) == ("held", [])
    assert value(at.conn, "SELECT heard FROM exchanges ORDER BY id DESC LIMIT 1") == 1


def test_missed_keeps_hour_place_and_deal_for_the_new_day(at: Desk):
    at.call("deal add", ["1", "hours"], because="asked")
    ask(at, "1", "fri", "10:00", place="Elm St 4", deal="D1", kind="demo")
    at.call("appointment missed", ["priya"], next="2026-12-04")
    new = follow_ups.get(at.conn, int(value(at.conn, "SELECT max(id) FROM follow_ups WHERE appointment = 'asked'")))
    assert (new["due_on"], new["due_at"], new["kind"], new["place"], new["deal_id"]) == (
        "2026-12-04", "10:00", "demo", "Elm St 4", 1)  # fmt: skip
    at.call("appointment missed", ["priya"])
    assert [(row["kind"], row["due_on"]) for row in follow_ups.due(at.conn, 1)] == [("call", "2026-11-25")]


@given(st.times(), st.times())
def test_near_is_less_than_an_hour_apart(template: Path, one: datetime.time, other: datetime.time):
    with desk(template) as at, change.change(at.conn, moment(), "try") as work:
        for name in ("Ann", "Bea"):
            at.conn.execute("INSERT INTO contacts (name, name_key, created_at, created_on) VALUES (?, ?, ?, ?)",
                            (name, name, moment().at, moment().on))  # fmt: skip
        ids = [
            appointments.ask(at.conn, appointments.Draft(who, "2026-12-01", f"{hour:%H:%M}"), moment())[0]
            for who, hour in ((1, one), (2, other))
        ]
        apart = abs((one.hour - other.hour) * 60 + one.minute - other.minute)
        for mine, theirs in (ids, ids[::-1]):
            found = [row["id"] for row in appointments.near(at.conn, mine)]
            assert found == ([theirs] if apart < 60 else [])
        work.dry = True


def test_who_is_found_first_among_those_with_an_appointment(at: Desk):
    at.call("add", ["Ken", "Ray"])
    number = ask(at, "3", "fri", "10:00")
    at.call("appointment confirm", ["ken"])
    assert state(at, number) == "confirmed"
    with pytest.raises(NotFound):
        at.call("appointment confirm", ["priya"])


def test_deleting_an_appointment_takes_what_asks_along(at: Desk):
    number = ask(at, "1", "fri", "10:00")
    at.call("delete", [f"F{number}"])
    assert value(at.conn, "SELECT count(*) FROM follow_ups") == 0
    assert faults(at.conn) == []


def test_the_day_they_named_is_never_brought_forward(at: Desk):
    at.call("follow", ["1", "2027-01-15", "call"], asked=True)
    at.call("done", ["F1"], no_answer=True)
    assert follow_ups.get(at.conn, 1)["due_on"] == "2027-01-15"
    at.now = later(moment("2027-01-15"))
    at.call("done", ["F1"], no_answer=True)
    assert follow_ups.get(at.conn, 1)["due_on"] == "2027-01-19"
    at.call("snooze", ["F1", "2027-01-18"])  # what the seller says counts
    assert follow_ups.get(at.conn, 1)["due_on"] == "2027-01-18"


@pytest.mark.parametrize(
    ("title", "company", "address", "way"),
    [
        ("Head of Purchasing", "Nair Foods", None, "appointment"),
        ("purchasing-manager", None, "12 Elm Street", "appointment"),
        ("Áreahead", None, None, None),
        ("subhead", None, "12 Elm Street", "cold visit"),
        (None, None, "12 Elm Street", "cold visit"),
        (None, "Nair Foods", "12 Elm Street", None),
        (None, None, None, None),
    ],
)
def test_the_way_to_somebody(at: Desk, title: str | None, company: str | None, address: str | None, way: str | None):
    at.call("edit", ["1"], title=title, set_company=company, address=[address] if address else None, rating=3)
    assert approach.suggest(at.conn, 1, Settings()).way == way


def test_a_role_on_a_deal_counts_as_well(at: Desk):
    at.call("deal add", ["2", "hours"], because="asked")
    at.conn.execute(
        "INSERT INTO deciders (contact_id, deal_id, person_id, role, created_on) VALUES (2, 1, 1, 'the owner', ?)",
        (moment().on,),
    )
    assert approach.suggest(at.conn, 1, Settings()) == ("appointment", "role: the owner")
    assert approach.suggest(at.conn, 1, Settings(approach="head")).way is None
