"""WHO: somebody is found by any of their names, nobody by another's, and no word of a text is swallowed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import TODAY, Desk, desk, moment
from salesflow.errors import NotFound
from salesflow.records import settings, who

PEOPLE: tuple[tuple[str, dict[str, object]], ...] = (
    ("Ken Ito", {"phone": ["202-555-0133"], "email": ["Ken@Ito.example"]}),  # 1
    ("Ken Itoh", {"phone": ["+44 20 7946 0018", "(030) 901820"]}),
    ("Theresa May", {}),
    ("Ana", {"link": ["https://www.Ana.example/about/", "@ana_b"]}),
    ("Ana B", {"email": ["a.b@c.example"]}),  # 5
    ("Joanna Brandt", {}),
    ("Łukasz Żak", {"email": ["łukasz@bücher.example"]}),
    ("José Muñoz", {}),
    ("Анна Каренина", {}),
    ("山田 花子", {}),  # 10
    ("فرشته احمدی", {}),
    ("שירה כהן", {}),
    ("สมชาย ใจดี", {}),
    ("O'Brien & Sons", {"company": "Blue Salon"}),
    ("Jean-Luc Picard", {}),  # 15
    ("Shop 123", {}),
    ("Sam One", {"phone": ["202 555 0199"]}),
    ("Sam Two", {"phone": ["202 555 0199"]}),
    ("김철수", {}),
    ("Strauß", {}),  # 20
    ("Ken Ken", {}),
)


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("who") / "a.db") as found:
        for name, options in PEOPLE:
            found.call("add", [name], **options)
        yield found


def search(at: Desk, text: str, first: str = "") -> list[int]:
    return who.search(at.conn, text, settings.read(at.conn), first, TODAY)


def names(at: Desk, numbers: list[int]) -> list[str]:
    return [PEOPLE[number - 1][0] for number in sorted(numbers)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # id
        ("3", ["Theresa May"]), ("#3", ["Theresa May"]), ("P3", ["Theresa May"]), ("b3", ["Theresa May"]),
        # a number that is nobody's is looked for in names
        ("123", ["Shop 123"]),
        # e-mail, phone in any form, link
        ("ken@ito.example", ["Ken Ito"]), ("KEN@ITO.EXAMPLE", ["Ken Ito"]), ("Łukasz@BÜCHER.example", ["Łukasz Żak"]),
        ("202-555-0133", ["Ken Ito"]), ("2025550133", ["Ken Ito"]), ("(202) 555-0133", ["Ken Ito"]),
        ("+1 202 555 0133", ["Ken Ito"]), ("+12025550133", ["Ken Ito"]), ("202.555.0133", ["Ken Ito"]),
        ("+442079460018", ["Ken Itoh"]), ("+44 (0)20 7946 0018", ["Ken Itoh"]), ("011 44 20 7946 0018", ["Ken Itoh"]),
        ("202 555 0199", ["Sam One", "Sam Two"]),
        ("ana.example/about", ["Ana"]), ("https://ana.example/about", ["Ana"]), ("HTTP://WWW.ANA.EXAMPLE/about/", ["Ana"]),
        # whole name before whole words before starts before parts
        ("ana", ["Ana"]), ("ANA B", ["Ana B"]), ("ana  b", ["Ana B"]), ("ken ito", ["Ken Ito"]), ("ito ken", ["Ken Ito"]),
        ("ito", ["Ken Ito"]), ("itoh", ["Ken Itoh"]), ("b", ["Ana B"]), ("may", ["Theresa May"]),
        ("ken", ["Ken Ito", "Ken Itoh", "Ken Ken"]), ("it", ["Ken Ito", "Ken Itoh"]), ("ther", ["Theresa May"]),
        ("k i", ["Ken Ito", "Ken Itoh"]), ("t m", ["Theresa May"]), ("jo br", ["Joanna Brandt"]), ("rand", ["Joanna Brandt"]),
        ("anna", ["Joanna Brandt"]), ("heres", ["Theresa May"]),
        # without accents, case and points
        ("lukasz zak", ["Łukasz Żak"]), ("ŁUKASZ", ["Łukasz Żak"]), ("zak", ["Łukasz Żak"]), ("jose munoz", ["José Muñoz"]),
        ("MUÑOZ", ["José Muñoz"]), ("muñ", ["José Muñoz"]), ("strauss", ["Strauß"]), ("STRAUSS", ["Strauß"]),
        # other scripts; of those without spaces any letter
        ("анна", ["Анна Каренина"]), ("КАРЕНИНА", ["Анна Каренина"]), ("кар", ["Анна Каренина"]),
        ("山田 花子", ["山田 花子"]), ("山田花子", ["山田 花子"]), ("花子", ["山田 花子"]), ("山", ["山田 花子"]), ("子", ["山田 花子"]),
        ("فرشته", ["فرشته احمدی"]), ("احمدي", ["فرشته احمدی"]), ("احم", ["فرشته احمدی"]),
        ("שירה", ["שירה כהן"]), ("כהן", ["שירה כהן"]), ("שִׁירָה", ["שירה כהן"]),
        ("สมชาย", ["สมชาย ใจดี"]), ("ใจ", ["สมชาย ใจดี"]), ("철수", ["김철수"]), ("김", ["김철수"]),
        # punctuation
        ("o'brien", ["O'Brien & Sons"]), ("O’Brien", ["O'Brien & Sons"]), ("brien sons", ["O'Brien & Sons"]),
        ("jean luc", ["Jean-Luc Picard"]), ("jean-luc", ["Jean-Luc Picard"]), ("picard", ["Jean-Luc Picard"]),
        # nobody: marks mean nothing to the search
        ("nobody", []), ("%", []), ("_", []), ("*", []), ('"', []), ("", []), ("99", []), ("=", []),
        ("x@y.example", []), ("202 555 0000", []), ("ken ana", []),
    ],
)  # fmt: skip
def test_somebody_is_found_by_the_first_step_that_finds_anyone(text: str, expected: list[str], at: Desk):
    assert names(at, search(at, text)) == sorted(expected, key=lambda name: [known for known, _ in PEOPLE].index(name))


def test_several_are_named_each_with_the_number_to_say(at: Desk):
    with pytest.raises(NotFound) as told:
        who.resolve(at.conn, "ken", settings.read(at.conn))
    lines = str(told.value).splitlines()
    assert lines[0] == "'ken' fits 3; say which by its number:"
    assert "  1 Ken Ito, Ken@Ito.example" in lines
    assert "  2 Ken Itoh, +44 20 7946 0018" in lines


@pytest.mark.parametrize(
    ("text", "meant"),
    [("ken itto", "Ken Ito"), ("teresa", "Theresa May"), ("Therese May", "Theresa May"), ("lukas zack", "Łukasz Żak"),
     ("piccard", "Jean-Luc Picard"), ("жаренина", "")],
)  # fmt: skip
def test_nobody_of_that_name_brings_the_nearest(text: str, meant: str, at: Desk):
    with pytest.raises(NotFound, match=f"did you mean .*{meant}" if meant else "add them: salesflow add NAME") as told:
        who.resolve(at.conn, text, settings.read(at.conn))
    assert "\n" not in str(told.value)


def split(at: Desk, text: str, day: bool = False) -> tuple[str, str]:
    from salesflow import dates

    def fits(rest: object) -> bool:
        return bool(rest) and dates.take_day(rest, moment().day) is not None  # type: ignore[arg-type]

    number, rest = who.split(at.conn, text.split(), settings.read(at.conn), fits=fits if day else lambda rest: True)
    return PEOPLE[number - 1][0], " ".join(rest)


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("ken ito asked for prices", "Ken Ito", "asked for prices"),
        ("theresa may come by", "Theresa May", "come by"),
        ("theresa wants may off", "Theresa May", "wants may off"),
        ("joanna is fine", "Joanna Brandt", "is fine"),
        ("ana is fine", "Ana", "is fine"),
        ("ana b is fine", "Ana B", "is fine"),
        ("itoh ken said", "Ken Itoh", "said"),
        ("+44 20 7946 0018 rang", "Ken Itoh", "rang"),
        ("202 555 0133 rang", "Ken Ito", "rang"),
        ("(202) 555-0133 2 o'clock", "Ken Ito", "2 o'clock"),
        ("1 2 boxes", "Ken Ito", "2 boxes"),
        ("ken@ito.example wrote", "Ken Ito", "wrote"),
        ("山田 花子 来た", "山田 花子", "来た"),
        ("花子 子", "山田 花子", "子"),
        ("فرشته احمدی asked", "فرشته احمدی", "asked"),
        # no word of a text is swallowed
        ("theresa - later", "Theresa May", "- later"),
        ("theresa ! later", "Theresa May", "! later"),
        ("theresa 😀 later", "Theresa May", "😀 later"),
        ("theresa theresa said", "Theresa May", "theresa said"),
        ("ito ito ito", "Ken Ito", "ito ito"),
        ("ken ken said", "Ken Ken", "said"),
        ("ken ken ken said", "Ken Ken", "ken said"),
        ("theresa m said", "Theresa May", "m said"),
        ("may 12 boxes", "Theresa May", "12 boxes"),
    ],
)
def test_who_takes_the_words_that_are_their_name_and_no_others(text: str, name: str, rest: str, at: Desk):
    assert split(at, text) == (name, rest)


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("theresa may fri", "Theresa May", "fri"),
        ("theresa may", "Theresa May", "may"),
        ("theresa may 12 call", "Theresa May", "may 12 call"),
        ("ken ito next tue send the list", "Ken Ito", "next tue send the list"),
        ("shop 123 tomorrow", "Shop 123", "tomorrow"),
        ("1 12 dec", "Ken Ito", "12 dec"),
        ("202 555 0133 +3d", "Ken Ito", "+3d"),
    ],
)
def test_a_day_is_left_over_where_one_is_needed(text: str, name: str, rest: str, at: Desk):
    assert split(at, text, day=True) == (name, rest)


@pytest.mark.parametrize(
    ("text", "key"),
    [("F12", ("F", 12)), ("f12", ("F", 12)), ("#7", ("#", 7)), ("D007", ("D", 7)), ("F", None), ("12", None), ("FF1", None),
     ("F1x", None), ("F-1", None), ("F1234567890123456", None), ("F²", None), ("", None), ("F 1", None)],
)  # fmt: skip
def test_keys(text: str, key: tuple[str, int] | None):
    assert who.key(text) == key


# -- who is looked at first --------------------------------------------------------------------------------------------


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "a.db") as found:
        yield found


def test_done_looks_first_among_people_with_something_due_and_move_among_open_deals(office: Desk):
    for name in ("Ken Ito", "Ken Abe", "Ken Bo"):
        office.call("add", name.split())
    office.call("follow", ["2", "today", "call"])
    office.call("follow", ["1", "tomorrow", "call"])
    office.call("deal add", ["3", "hours"])
    assert sorted(search(office, "ken")) == [1, 2, 3]
    assert search(office, "ken", "promise") == [2]
    assert search(office, "ken", "deal") == [3]
    office.call("done", ["F1"])
    office.call("lose", ["D1", "price"])
    assert sorted(search(office, "ken", "promise")) == [1, 2, 3]
    assert sorted(search(office, "ken", "deal")) == [1, 2, 3]


def test_a_number_or_an_address_decides_whoever_has_something_due(office: Desk):
    """Somebody else whose name has it in it is not meant."""
    office.call("add", ["Ann"], email=["ann@b.example"])
    office.call("add", ["Shop", "1"], todo="call")
    office.call("add", ["ann@b.example list"], todo="call")
    assert search(office, "1", "promise") == [1]
    assert search(office, "ann@b.example", "promise") == [1]


def test_a_part_of_a_word_is_not_preferred_to_a_name(office: Desk):
    office.call("add", ["Ann"])
    office.call("add", ["Joanna"], todo="call")
    assert search(office, "ann", "promise") == [1]
    office.call("delete", ["1"])
    assert search(office, "ann", "promise") == search(office, "ann") == [2]


def test_an_address_shared_by_two_is_the_one_with_something_due(office: Desk):
    office.call("add", ["Ann"], phone=["202 555 0199"])
    office.call("add", ["Bo"], phone=["202 555 0199"], todo="call")
    assert search(office, "2025550199", "promise") == [2]


def test_many_of_one_name_are_said_to_be_many(office: Desk):
    for _ in range(25):
        office.call("add", ["Sam", "Lee"])
    with pytest.raises(NotFound, match="fits at least 20"):
        who.resolve(office.conn, "sam", settings.read(office.conn))


def test_names_follow_every_change(office: Desk):
    office.call("add", ["Ann", "Lee"])
    office.call("edit", ["1"], name="Zoë Ito")
    assert (search(office, "ann"), search(office, "zoe")) == ([], [1])
    office.call("delete", ["1"])
    assert search(office, "zoe") == []


def test_the_one_with_something_due_is_found_among_very_many(office: Desk):
    with office.writing() as (conn, _, _):
        for number in range(300):
            conn.execute("INSERT INTO contacts (name, name_key, created_at, created_on) VALUES (:n, lower(:n), '', '')",
                         {"n": f"Sam {number}"})  # fmt: skip
    office.call("follow", ["250", "today"])
    assert search(office, "sam", "promise") == [250]
