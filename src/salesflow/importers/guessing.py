"""Columns that no heading explains, seen from what is in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from salesflow.importers.heading_words import FIELDS, NAMING
from salesflow.people import looks_like_email, looks_like_link, looks_like_phone

# What is sold, and how it stands, is nobody: a heading that means one of these stands above no names.
THINGS = frozenset(("title", "stage", "outcome", "currency", "process", "how"))


def guessed(cells: Mapping[int, Sequence[str]], known: set[str], kind: str) -> dict[int, str]:
    """The fields of columns: e-mails, links, phone numbers, then the first that has names.

    cells: of each column in question its values, none of them blank. known: the fields that other columns have.
    Where nothing else says that these are people, a colour is no name and a number no phone: names are of two words,
    each with a capital, and phones are written as such.
    """
    found: dict[int, str] = {}
    plain = []
    for place, values in cells.items():
        for name, looks in (("email", looks_like_email), ("link", looks_like_link), ("phone", looks_like_phone)):
            if name in FIELDS[kind] and _most(looks, values):
                if name == "phone" and kind == "contacts" and _most(str.isdecimal, values):
                    plain.append(place)
                else:
                    found[place] = name
                break
    whole = "name" if kind == "contacts" else "contact"
    people = set(NAMING[kind]) & {*known, *found.values()}
    if not {whole, "first_name", "last_name"} & people:
        texts = [place for place in cells if place not in found and _most(_like_name, cells[place])]
        likely = [place for place in texts if _most(lambda value: " " in value, cells[place])]
        if kind == "contacts" and not people:
            texts = likely = [place for place in likely if _most(_with_capitals, cells[place])]
        if texts:
            people.add(whole)
            found[(likely or texts)[0]] = whole
    return found | dict.fromkeys(plain if people else (), "phone")


def _most(looks: Callable[[str], object], values: Sequence[str]) -> bool:
    return sum(map(bool, map(looks, values))) * 2 > len(values)


def _like_name(value: str) -> bool:
    return len(value) <= 60 and any(map(str.isalpha, value)) and not re.search(r"\d", value)


def _with_capitals(value: str) -> bool:
    """`Ann van der Berg`, `Berg, Ann`, `山田 花子`."""
    words = re.findall(r"[^\W\d_][\w.'’-]*", value)
    return 2 <= len(words) <= 6 and not words[0][0].islower() and not words[-1][0].islower()
