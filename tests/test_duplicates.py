"""Duplicates: who is found, why, how surely, and that many of a kind cost no more than their share."""

import json
import os
import pty
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builders import Desk, argv, desk, environment, new_file, reader, run
from salesflow.people import fold
from salesflow.records import blocks, change, duplicates, likeness
from salesflow.records.likeness import Shared, alike, name_of, score
from salesflow.store.rows import insert


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_file(tmp_path_factory.mktemp("template") / "a.db")


@pytest.fixture
def path(template: Path, tmp_path: Path) -> Path:
    found = tmp_path / "a.db"
    found.write_bytes(template.read_bytes())
    return found


@pytest.fixture
def at(path: Path) -> Iterator[Desk]:
    with desk(path) as found:
        yield found


def put(at: Desk, *people: str, **columns: Any) -> None:
    """People as `name, e-mail, phone`; the columns are those of all."""
    with change.change(at.conn, at.now, "put"):
        for person in people:
            name, *points = person.split(", ")
            number = insert(at.conn, "contacts", name=name, name_key=fold(name), created_at=at.now.at,
                            created_on=at.now.on, **columns)  # fmt: skip
            for point in points:
                kind = "email" if "@" in point else "link" if "/" in point else "phone"
                insert(at.conn, "points", contact_id=number, kind=kind, value=point, value_key=point)


def found(at: Desk, least: int = likeness.LEAST) -> dict[tuple[int, int], tuple[int, str]]:
    return {
        (min(pair.id, pair.other_id), max(pair.id, pair.other_id)): (pair.score, "; ".join(pair.evidence))
        for pair in duplicates.find(at.conn, least).pairs
    }


def names_alike(one: str, other: str, firm: bool = False) -> tuple[int, str]:
    return tuple(alike(name_of(fold(one), firm), name_of(fold(other), firm)))  # type: ignore[return-value]


# -- names -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("Ken Ito", "ken ITO", "same"),
        ("Ken Ito", "Ito, Ken", "order"),
        ("Dr. Ken Ito", "Ken Ito", "same"),
        ("José Muñoz", "Jose Munoz", "same"),
        ("山田花子", "花子 山田", "order"),
        ("K. Ito", "Ken Ito", "fits"),
        ("Chris Meyer", "Christopher Meyer", "fits"),
        ("Anna Berg", "Anna Maria Berg", "longer"),
        ("Anna Maria Berg", "Annamaria Berg", "near"),
        ("Katherine Moss", "Katharine Moss", "near"),
        ("Ken Ito", "Ken Itoh", "fits"),
        ("Anna Featherstonehaugh", "Lars Featherstonehaugh", "unlike"),
        ("Tom Berg", "Tim Berg", "like"),
        ("Ken", "Ken Ito", "part"),
        ("山田花子", "山田太郎", "unlike"),
        ("Ann Archer", "Zoe Young", "unlike"),
    ],
)
def test_how_much_names_are_alike(one: str, other: str, why: str):
    assert names_alike(one, other)[1] == why
    assert names_alike(one, other) == names_alike(other, one)


def test_firms_are_the_same_whatever_their_form():
    assert names_alike("Ito Kitchens Ltd.", "The Ito Kitchens", firm=True) == (100, "same")
    assert names_alike("AG", "GmbH", firm=True)[1] == "unlike"


@pytest.mark.parametrize("seed", range(200))
def test_a_score_is_0_to_100_and_more_in_common_never_makes_it_lower(seed: int):
    dice = random.Random(seed)
    words = ("ken", "ito", "kenneth", "k", "anna", "berg", "itoh")
    names = alike(*(name_of(" ".join(dice.choices(words, k=dice.randint(1, 3))), False) for _ in range(2)))
    flags = {field: dice.random() < 0.5 for field in Shared._fields if field.startswith("other_")}
    less = Shared(**flags)
    single, bearers = dice.random() < 0.3, dice.choice((2, 5, 50))
    more = less._replace(keys=(("email", 2),), company=True, address=True)
    scores = [score(names, shared, single=single, bearers=bearers) for shared in (less, more)]
    assert 0 <= scores[0] <= scores[1] <= 100
    if names.why == "unlike":
        assert scores[1] <= likeness.MOST_UNLIKE < likeness.LEAST


# -- pairs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "evidence"),
    [
        ("Ken Ito, +12025550148", "Kenn Ito, +12025550148", "same phone; names 93 % alike"),
        ("Ken Ito, k@ito.example", "K. Ito, k@ito.example", "same e-mail; names 88 % alike"),
        (
            "Ken Ito, linkedin.example/ken",
            "Ito Ken, linkedin.example/ken",
            "same link; same name, other order or title",
        ),
        ("Rita Moss", "Rita Moss", "same name"),
        ("Rita Moss, r@moss.example", "Rita Moss, +12025550148", "same name"),
        ("Rita Moss, rita@moss.example", "Rita Moss, rita@web.example", "same name; e-mails the same before the @"),
        ("R. Moss, r@moss.example", "Rita Moss, +12025550148", "names 88 % alike"),
        ("+12025550148, +12025550148", "Ken Ito, +12025550148", "same phone; one has no name"),
        ("Ken, +12025550148", "Ken Ito, +12025550148", "same phone; one name is part of the other"),
        ("Anna Berg, +46812345678", "Anna Bergh, 0812345678", "names 95 % alike; phones end alike"),
    ],
)
def test_likely_doubles_with_the_evidence_in_words(at: Desk, one: str, other: str, evidence: str):
    put(at, one, "Somebody Else, e@else.example", other)
    assert {pair: why for pair, (_, why) in found(at).items()} == {(1, 3): evidence}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna Berg, +12025550148", "Lars Berg, +12025550148"),  # a family
        ("Ann Archer, +12025550148, office@shop.example", "Zoe Young, +12025550148, office@shop.example"),  # a firm
        ("Rita Moss, r@moss.example, +12025550101", "Rita Moss, rita@web.example, +12025550102"),  # two of that name
        ("Anna", "Anna"),
        ("Info, info@a.example", "Post, info@b.example"),
    ],
)
def test_people_who_are_likely_two_are_not_listed(at: Desk, one: str, other: str):
    put(at, one, other)
    assert found(at) == {}


def test_people_of_one_firm_with_one_phone_and_other_names_score_low(at: Desk):
    put(at, "Ann Archer, +12025550148", "Zoe Young, +12025550148", company="Hill Bakery")
    ((number, why),) = found(at, 1).values()
    assert number <= likeness.MOST_UNLIKE
    assert why.startswith("same phone; names ")


def test_the_same_name_in_one_company_or_with_one_birthday(at: Desk):
    put(at, *["Ann Baker"] * 30)  # a common name
    put(at, "Ann Baker", company="Hill Bakery GmbH")
    put(at, "Ann Baker", company="Hill Bakery")
    put(at, "Baker Ann", birthday="1980-03-17")
    put(at, "Ann Baker", birthday="1980-03-17")
    put(at, "Ann Baker", birthday="1981-05-01")
    pairs = found(at)
    assert {pair: why for pair, (_, why) in pairs.items()} == {
        (31, 32): "same name; same company", (33, 34): "same name, other order or title; same birthday"}  # fmt: skip


def test_other_birthdays_and_other_ids_of_one_system_speak_against(at: Desk):
    put(at, "Rita Moss, +12025550148", birthday="1980-03-17")
    put(at, "Rita Moss, +12025550148", birthday="1955-03-17")
    put(at, "Ken Ito", "Ken Ito")
    with change.change(at.conn, at.now, "ids"):
        for number in (3, 4):
            insert(at.conn, "points", contact_id=number, kind="id", label="shopify", value=str(number),
                   value_key=f"shopify:{number}")  # fmt: skip
    pairs = found(at, 1)
    assert pairs[1, 2] == (63, "same phone; same name; but other birthdays")
    assert pairs[3, 4] == (44, "same name; but other ids in one system")


def test_the_walk_in_and_pairs_kept_apart_are_left_out(at: Desk):
    at.call("sale", ["walk-in", "12"])
    put(at, "Walk-in", "Rita Moss", "Rita Moss", "Rita Moss")
    assert set(found(at)) == {(3, 4), (3, 5), (4, 5)}
    with change.change(at.conn, at.now, "apart"):
        duplicates.keep_apart(at.conn, 5, 3)
        duplicates.keep_apart(at.conn, 3, 5)
    assert set(found(at)) == {(3, 4), (4, 5)}


def test_the_one_on_whom_more_hangs_stays_else_the_older(at: Desk):
    put(at, "Rita Moss", "Rita Moss", "Ken Ito", "Ken Ito")
    at.call("log", ["call", "2", "hello"])
    assert [(pair.id, pair.other_id) for pair in duplicates.find(at.conn).pairs] == [(2, 1), (3, 4)]


def test_pairs_are_found_as_if_everybody_were_compared_with_everybody(at: Desk):
    """In a file without large blocks no pair above the score is missed."""
    dice = random.Random(3)
    given, family = ("Ann Anna Ken Kenn K. Rita Zoe Maria", "Ito Itoh Berg Bergh Moss Young Featherston")
    firms = (None, "Hill Bakery", "Ito Ltd")
    for _ in range(60):
        points = [f"{dice.choice('abcd')}{dice.randint(1, 40)}@x.example"] * (dice.random() < 0.5)
        points += [f"+1202555{dice.randint(100, 140)}{dice.randint(1, 3)}"] * (dice.random() < 0.5)
        put(at, ", ".join((f"{dice.choice(given.split())} {dice.choice(family.split())}", *points)), company=dice.choice(firms),
            birthday=dice.choice((None, None, "1980-03-17", "--03-17", "1990-01-02")))  # fmt: skip
    book = blocks.read(at.conn)
    list(blocks.candidates(book, 1, []))  # counts who has a surname
    every = {
        (book.ids[one], book.ids[other])
        for one in range(60) for other in range(one + 1, 60) if duplicates.scored(book, one, other) >= likeness.LEAST
    }  # fmt: skip
    assert len(every) > 20
    assert set(found(at)) == every


# -- many of a kind ----------------------------------------------------------------------------------------------------


def candidates_of(at: Desk) -> tuple[int, list[str]]:
    left_out: list[str] = []
    book = blocks.read(at.conn)
    return sum(1 for _ in blocks.candidates(book, likeness.LEAST, left_out)), left_out


def test_a_switchboard_does_not_explode_and_what_was_not_looked_at_is_said(at: Desk):
    names = [f"{first}{second} Smith{third}" for first in "ABCDE" for second in "aeiou" for third in range(20)]
    put(at, *(f"{name}, +12025550148" for name in names), company="Big Clinic")
    put(at, f"{names[40]}, +12025550148")
    many, left_out = candidates_of(at)
    assert many < 501 * 4 * blocks.NEAREST
    assert any(text.startswith("phones, e-mails, links or ids: 1 shared by more than 25 contacts, one by 501")
               for text in left_out)  # fmt: skip
    assert found(at)[41, 501][1] == "same phone (of 501 contacts); same name"


def test_a_common_name_does_not_explode(at: Desk):
    put(at, *["John Smith"] * 400, company="Big Clinic", birthday="1980-03-17")
    assert candidates_of(at)[0] < 400 * 8 * blocks.NEAREST


# -- as typed ----------------------------------------------------------------------------------------------------------


def test_as_typed(path: Path):
    for words in (["Ken", "Ito", "202-555-0133"], ["K.", "Ito", "+1 202 555 0133"], ["Rita", "Moss"], ["Rita", "Moss"]):
        run(path, "add", *words)
    done = run(path, "duplicates", "--json")
    assert [(row["score"], row["id"], row["other_id"], row["evidence"]) for row in json.loads(done.out)] == [
        (96, 1, 2, ["same phone", "names 88 % alike"]), (64, 3, 4, ["same name"])]  # fmt: skip
    assert "same phone; names 88 % alike" in run(path, "duplicates").out
    assert json.loads(run(path, "duplicates", "--score", "65", "--json").out)[0]["other_name"] == "K. Ito"
    limited = run(path, "duplicates", "--limit", "1")
    assert "1 of 2 pairs; more: --limit N" in limited.err
    assert "Moss" not in limited.out
    assert run(path, "duplicates", "--score", "101").code == 2
    refused = run(path, "duplicates", "--review")
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)


def test_nobody_twice(path: Path):
    run(path, "add", "Ken", "Ito")
    assert run(path, "duplicates", "--json").out.strip() == "[]"
    assert run(path, "duplicates").err == "Nobody is there twice, as far as can be seen.\n"


def typed_at_a_terminal(path: Path, typed: str, *words: str) -> str:
    """What a terminal shows when all that is typed before."""
    outer, inner = pty.openpty()
    child = subprocess.Popen(argv(path, *words), stdin=inner, stdout=inner, stderr=inner,
                             env=environment(TERM="dumb", NO_COLOR="1"))  # fmt: skip
    os.close(inner)
    os.write(outer, typed.encode())
    said = b""
    try:
        while part := os.read(outer, 65536):
            said += part
    except OSError:  # how a terminal says that nobody writes to it any more
        pass
    os.close(outer)
    child.wait(60)
    return said.decode().replace("\r\n", "\n")


@pytest.fixture
def pairs(path: Path) -> Path:
    for name in (
        "Ken Ito",
        "Ken Ito",
        "Ken Ito",
        "Rita Moss",
        "Rita Moss",
        "Zoe Young",
        "Zoe Young",
        "Bo Lee",
        "Bo Lee",
    ):
        run(path, "add", *name.split())
    return path


def kept(path: Path) -> list[int]:
    conn = reader(path)
    try:
        return [row[0] for row in conn.execute("SELECT id FROM contacts ORDER BY id")]
    finally:
        conn.close()


def test_a_review_walks_pair_by_pair(pairs: Path):
    shown = typed_at_a_terminal(pairs, "m\nm\no\nk\nx\nq\n", "duplicates", "--review")
    assert "Merged 2 Ken Ito into 1 Ken Ito. Undo: salesflow undo 10" in shown
    assert "Merged 3 Ken Ito into 1 Ken Ito" in shown  # and 2 and 3 are not asked about any more
    assert "Merged 4 Rita Moss into 5 Rita Moss" in shown
    assert "Kept apart: 6 Zoe Young and 7 Zoe Young are two" in shown
    assert "3 merged, 1 kept apart, 0 skipped" in shown
    assert kept(pairs) == [1, 5, 6, 7, 8, 9]
    left = json.loads(run(pairs, "duplicates", "--json").out)
    assert [(row["id"], row["other_id"]) for row in left] == [(8, 9)]
    run(pairs, "undo")  # the pair kept apart, then each merge by itself
    assert len(json.loads(run(pairs, "duplicates", "--json").out)) == 2
    run(pairs, "undo")
    assert kept(pairs) == [1, 4, 5, 6, 7, 8, 9]
    commands = [row["command"] for row in json.loads(run(pairs, "undo", "--list", "--json").out)]
    assert commands[:4] == ["duplicates --review: 6 and 7 are two", "merge 4 --into 5", "merge 3 --into 1",
                            "merge 2 --into 1"]  # fmt: skip


def test_a_review_that_ends_early_leaves_the_rest(pairs: Path):
    assert "0 merged, 0 kept apart, 2 skipped" in typed_at_a_terminal(pairs, "s\ns\n\x04", "duplicates", "--review")
    assert len(kept(pairs)) == 9


def test_a_merge_asks_on_a_terminal(pairs: Path):
    asked = typed_at_a_terminal(pairs, "n\n", "merge", "5", "--into", "4")
    assert "Merge them? [y/N]" in asked
    assert "nothing was merged" in asked
    assert len(kept(pairs)) == 9
    assert "Merged 5 Rita Moss into 4 Rita Moss" in typed_at_a_terminal(pairs, "y\n", "merge", "5", "--into", "4")
    assert len(kept(pairs)) == 8
    assert "[y/N]" not in typed_at_a_terminal(pairs, "", "merge", "7", "--into", "6", "--yes")
    assert len(kept(pairs)) == 7
