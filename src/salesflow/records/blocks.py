"""Blocks: who is compared with whom, so that likely duplicates among 100,000 contacts are found in seconds.

Not every contact is compared with every other. They are put into blocks, those with something in common (a phone, a
name, a firm, a surname with an initial ...), and compared within these. In a small block everybody is compared with
everybody, in a large one, such as a switchboard or a common name, each with the nearest by name; that is said.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations
from typing import NamedTuple

from salesflow.people import fold
from salesflow.records import likeness
from salesflow.records.likeness import Name

SMALL = 25  # in a block of so many everybody is compared with everybody
NEAREST = 5  # in a larger one each with so many that come next in the order of names
DIGITS = 7  # of a phone's end
# Not somebody's own: what stands before the @ in many a firm.
ROLE_WORDS = """info office mail email post contact kontakt hello hi hallo sales shop admin team service support me ich
    web order orders booking bookings reception enquiries inquiries accounts billing noreply no-reply"""
ROLES = frozenset(ROLE_WORDS.split())

Block = Sequence[int]  # places in a Book


class Book(NamedTuple):
    """All contacts by place, 0, 1, 2 ... in the order of their ids. keys: those that others have too, by number."""

    ids: array[int]
    names: list[Name]
    firms: list[str]
    born: list[str]
    nameless: bytearray
    company: bytearray
    kinds: bytearray  # of points: bits of KIND_BITS
    systems: dict[int, set[str]]
    keys: dict[int, list[int]]
    owners: list[tuple[str, Sequence[int]]]  # of each such key: its kind, and who has it
    tails: dict[int, set[str]]
    boxes: dict[int, set[str]]
    bearers: Counter[str]
    kin: dict[str, int]  # how many have a surname with an initial, where it is more than two


KIND_BITS = {"email": 1, "phone": 2, "link": 4, "id": 8, "address": 16}


# -- what is in the file -----------------------------------------------------------------------------------------------


def read(conn: sqlite3.Connection) -> Book:
    book = Book(
        array("q"), [], [], [], bytearray(), bytearray(), bytearray(), {}, {}, [], {}, {}, Counter(), {}
    )  # fmt: skip
    names: dict[tuple[str, bool], Name] = {}
    firms: dict[str | None, str] = {None: ""}
    sql = "SELECT id, kind, name_key, company, birthday FROM contacts WHERE kind <> 'walk-in' ORDER BY id"
    for number, kind, name_key, company, birthday in conn.execute(sql):
        firm = kind == "company"
        name = names.get((name_key, firm))
        if name is None:
            name = names[name_key, firm] = likeness.name_of(name_key, firm)
        if company not in firms:
            key = likeness.name_of(fold(company), firm=True).plain
            firms[company] = key
        book.ids.append(number)
        book.names.append(name)
        book.firms.append(firms[company])
        book.born.append(birthday or "")
        book.company.append(firm)
        goes_by = "@" in name_key or not any(map(str.isalpha, name_key)) or name_key.startswith(("http", "www."))
        book.nameless.append(goes_by or (not firm and name.plain == firms[company]))
        book.bearers[name.plain] += 1
    book.kinds.extend(bytes(len(book.ids)))
    read_points(conn, book)
    return book


def read_points(conn: sqlite3.Connection, book: Book) -> None:
    places = {number: place for place, number in enumerate(book.ids)}
    boxes: dict[str, list[int]] = {}
    tails: dict[str, list[int]] = {}
    last: tuple[str, str] = ("", "")
    who: list[int] = []
    sql = "SELECT value_key, kind, contact_id FROM points ORDER BY value_key, kind, contact_id"
    for key, kind, number in chain(conn.execute(sql), (("", "", None),)):
        place = places.get(number)
        if (key, kind) != last:
            if len(who) > 1:
                for each in who:
                    book.keys.setdefault(each, []).append(len(book.owners))
                book.owners.append((last[1], array("l", who)))
            last, who = (key, kind), []
        if place is None:
            continue
        who.append(place)
        book.kinds[place] |= KIND_BITS[kind]
        if kind == "email":
            if len(box := key.partition("@")[0]) > 3 and box not in ROLES:
                boxes.setdefault(box, []).append(place)
        elif kind == "phone":
            if len(key) > DIGITS + 1 and (tail := key.partition(";")[0][-DIGITS:]).isdigit():
                tails.setdefault(tail, []).append(place)
        elif kind == "id":
            book.systems.setdefault(place, set()).add(key.partition(":")[0])
    for found_by, held in ((boxes, book.boxes), (tails, book.tails)):
        for key, who in found_by.items():
            for place in who if 1 < len(set(who)) <= SMALL else ():  # what more have is nobody's own
                held.setdefault(place, set()).add(key)


# -- candidates --------------------------------------------------------------------------------------------------------


def candidates(book: Book, least: int, left_out: list[str]) -> Iterator[tuple[int, int]]:
    """Pairs worth a closer look, the lower place first; some come more than once.

    Blocks of a name, or of a surname with an initial, are gone through only where that alone may be enough: whatever
    else two have in common makes a block of its own.
    """
    everybody = range(len(book.ids))
    kin = grouped((key, place) for place in everybody for key in kin_of(book.names[place]))
    book.kin.update((key, len(who)) for key, who in kin.items() if len(who) > 2)
    enough = (who for who in kin.values() if likeness.of_fitting_names(len(who)) >= least)
    yield from near(book, enough, "surnames with an initial", left_out)
    del kin
    words = [" ".join(name.words) for name in book.names]
    named = grouped((words[place], place) for place in everybody).values()
    enough = (who for who in named if likeness.of_same_names(len(who)) >= least)
    yield from whole(book, enough, "names", left_out)
    firm = grouped((f"{words[place]}|{book.firms[place]}", place) for place in everybody if book.firms[place])
    yield from whole(book, firm.values(), "names in one company", left_out)
    born = grouped((f"{words[place]}|{book.born[place][-5:]}", place) for place in everybody if book.born[place])
    yield from whole(book, born.values(), "names with one birthday", left_out)
    keys = (who for kind, who in book.owners if kind != "address")
    yield from whole(book, keys, "phones, e-mails, links or ids", left_out)
    yield from near(book, (who for kind, who in book.owners if kind == "address"), "addresses", left_out)
    firms = grouped((book.firms[place], place) for place in everybody if book.firms[place])
    yield from near(book, firms.values(), "companies", left_out)
    days = ((f"{book.born[place][-5:]}{word[0]}", place) for place in everybody if book.born[place]
            for word in {*book.names[place].words})  # fmt: skip
    yield from near(book, grouped(days).values(), "birthdays", left_out)
    for held, what in ((book.boxes, "e-mails before the @"), (book.tails, "ends of phones")):
        parts = grouped((key, place) for place, keys in held.items() for key in keys)
        yield from near(book, parts.values(), what, left_out)


def whole(book: Book, blocks: Iterable[Block], what: str, left_out: list[str]) -> Iterator[tuple[int, int]]:
    """Everybody with everybody; in large blocks each with the nearest by name."""
    large = []
    for who in blocks:
        if len(who) <= SMALL:
            yield from combinations(who, 2)
        else:
            large.append(len(who))
            yield from nearest(sorted(who, key=lambda place: book.names[place].plain))
    say_large(large, what, left_out)


def near(book: Book, blocks: Iterable[Block], what: str, left_out: list[str]) -> Iterator[tuple[int, int]]:
    """Those whose names are roughly alike, or might be, one having initials."""
    names = book.names
    large = []
    for block in blocks:
        who = sorted(block)
        orders = [names[place].plain for place in who], [" ".join(names[place].words) for place in who]
        if len(who) > SMALL:
            large.append(len(who))
            for order in orders:
                texts = sorted(zip(order, who, strict=True))
                close = likeness.roughly([text for text, _ in texts], NEAREST)
                yield from (ordered(texts[one][1], texts[other][1]) for one, other in close)
            continue
        initials = {place for place in who if any(len(word) == 1 for word in names[place].words)}
        for order in orders:
            yield from ((who[one], who[other]) for one, other in likeness.roughly(order, len(who)))
        for one, other in combinations(who, 2) if initials else ():
            if one in initials or other in initials:
                yield one, other
    say_large(large, what, left_out)


def nearest(who: Block) -> Iterator[tuple[int, int]]:
    """Each with those that come next."""
    for at, one in enumerate(who):
        for other in who[at + 1 : at + 1 + NEAREST]:
            yield ordered(one, other)


def ordered(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def say_large(sizes: list[int], what: str, left_out: list[str]) -> None:
    if sizes:
        left_out.append(
            f"{what}: {len(sizes):,} shared by more than {SMALL} contacts, one by {max(sizes):,}; there each was"
            f" compared only with the {NEAREST} nearest by name"
        )


def kin_of(name: Name) -> list[str]:
    """Each word of a name with the initial of each other: whichever is the surname."""
    words = name.words if 2 <= len(name.words) <= 4 and not name.letters else ()
    return [f"{word} {other[0]}" for word in words if len(word) > 1 for other in words if other is not word]


def grouped(found: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    """Places by what they have in common, in order; what only one has is left out."""
    blocks: dict[str, int | list[int]] = {}
    for key, place in found:
        there = blocks.get(key)
        if there is None:
            blocks[key] = place
        elif isinstance(there, int):
            if there != place:
                blocks[key] = [there, place]
        elif there[-1] != place:
            there.append(place)
    return {key: who for key, who in blocks.items() if isinstance(who, list)}
