"""Visits: a round goes street by street, and whoever was not in makes the next one."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import Desk, desk, faults, later, new_file
from salesflow.errors import NotFound, Refused
from salesflow.records import visits
from salesflow.store.rows import value


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_file(tmp_path_factory.mktemp("template") / "a.db")


@pytest.fixture
def at(template: Path, tmp_path: Path) -> Iterator[Desk]:
    path = tmp_path / "a.db"
    path.write_bytes(template.read_bytes())
    with desk(path) as found:
        yield found


def household(at: Desk, name: str, address: str | None, tag: str = "elm") -> None:
    at.call("add", [name], address=[address] if address else None, tag=[tag])


def names(at: Desk, tag: str = "elm") -> list[str]:
    day = visits.last_round(at.conn, tag)
    return [row["contact"] for row in visits.sheet(at.conn, tag, day).rows]


WALK = (
    "7 Birch Road", "1 Elm Street", "2 Elm Street", "2a Elm Street", "10 Elm Street", "Elm Street 100", "Ring 2; Graz",
    "Ring 2; Linz", "Ring 12, Graz", None,
)  # fmt: skip


@given(st.permutations(WALK))
def test_in_walking_order(addresses: list[str | None]):
    assert sorted(addresses, key=lambda address: visits.walking(address, "x")) == list(WALK)


@given(st.none() | st.text(max_size=40), st.text(max_size=10))
def test_any_address_has_its_place(address: str | None, name: str):
    place = visits.walking(address, name)
    assert sorted([place, visits.walking("7 Birch Road", "a"), visits.walking(None, "b")])


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("12 elm not-in", (2, "not-in", 1)), ("12 elm not in", (2, "not-in", 2)), ("ken come back later", (1, "come-back", 2)),
        ("ken no not in the least", (1, "no", 1)), ("no moss no", (2, "no", 1)), ("ken SOLD two", (1, "sold", 1)),
        ("ken maybe", None), ("ken", None), ("sold", None),
    ],
)  # fmt: skip
def test_the_outcome_stands_behind_who(words: str, found: tuple[int, str, int] | None):
    assert visits.outcome_at(words.split()) == found


def test_rounds_go_on_until_everybody_was_in(at: Desk):
    """Whatever was ticked: each round visits those of the one before who were not in, once each."""
    dice = random.Random(4)
    for number in range(12):
        household(at, f"House {number}", f"{number + 1} Elm Street")
    at.call("visits plan", ["elm", "sat"])
    left = set(names(at))
    day = "2026-11-28"
    while left:
        assert {row["contact"] for row in visits.sheet(at.conn, "elm", day).rows} == left
        away = set()
        for name in sorted(left):
            word = dice.choice(("not-in", "not-in", "no", "lead", "come-back", "sold"))
            at.call("visits tick", [name, word], next="2027-03-01" if word == "come-back" else None)
            away |= {name} if word == "not-in" else set()
        row = next(row for row in visits.rounds(at.conn, "elm").rows if row["due_on"] == day)
        assert (row["doors"], row["left"], row["not_in"]) == (len(left), 0, len(away))
        assert faults(at.conn) == []
        at.now = later(at.now, 7)
        if away:
            at.call("visits next", ["elm", "sat"])
            day = visits.last_round(at.conn, "elm")
        left = away
    with pytest.raises(Refused):
        at.call("visits next", ["elm", "sat"])


def test_who_is_off_the_list_or_planned_is_not_planned(at: Desk):
    for number in (1, 2, 3):
        household(at, f"House {number}", f"{number} Elm Street")
    at.call("edit", ["2"], off_list="asked")
    at.call("visits plan", ["elm", "sat"])
    household(at, "House 4", "4 Elm Street")
    at.call("visits plan", ["elm", "sun"])
    assert [(row["due_on"], row["doors"]) for row in visits.rounds(at.conn).rows] == [
        ("2026-11-29", 1), ("2026-11-28", 2)]  # fmt: skip


def test_not_in_is_an_unanswered_try_and_a_word_at_the_door_is_not(at: Desk):
    for number in (1, 2):
        household(at, f"House {number}", f"{number} Elm Street")
    at.call("visits plan", ["elm", "sat"])
    at.call("visits tick", ["1", "elm", "not-in"])
    at.call("visits tick", ["2", "elm", "no"])
    assert [tuple(row) for row in at.conn.execute("SELECT heard, tried FROM exchanges ORDER BY id")] == [(0, 1), (1, 0)]


def ticked(at: Desk, *words: str, **options: Any) -> Any:
    return at.call("visits tick", list(words), **options)


def test_a_door_by_its_key_its_address_or_its_name(at: Desk):
    household(at, "Quint", "12 Elm Street")
    household(at, "Moss", "112 Elm Street")
    household(at, "Ito", "Elm Street 12, back door")
    household(at, "Ray", "14 Elm Street")
    at.call("visits plan", ["elm", "sat"])
    with pytest.raises(NotFound, match="fits 2 doors"):
        ticked(at, "elm", "12", "no")
    ticked(at, "14", "elm", "lead")
    assert value(at.conn, "SELECT contact_id FROM activities") == 4
    ticked(at, "back", "door", "no")
    ticked(at, "12", "elm", "no")
    assert [row[0] for row in at.conn.execute("SELECT contact_id FROM activities ORDER BY id")] == [4, 3, 1]
    ticked(at, "moss", "sold")
    assert value(at.conn, "SELECT count(*) FROM activities") == 4
    with pytest.raises(NotFound, match="no visit to Moss"):
        ticked(at, "moss", "no")


def test_a_no_may_be_for_good(at: Desk):
    household(at, "Quint", "12 Elm Street")
    household(at, "Moss", "14 Elm Street")
    at.call("visits plan", ["elm", "sat"])
    ticked(at, "quint", "no", "never", "again", keep=False)
    ticked(at, "moss", "no")
    assert [row[0] for row in at.conn.execute("SELECT off_list_why FROM contacts ORDER BY id")] == ["never again", None]
