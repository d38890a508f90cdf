"""Which column is what: headings recognised by their words, in eight languages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import NamedTuple

from salesflow.errors import Refused
from salesflow.importers.guessing import THINGS, guessed
from salesflow.importers.heading_words import (
    ADDRESS_PARTS,
    BY_CHANNEL,
    CHANNELS,
    CONTACT_WORDS,
    CURRENCIES,
    DEAL_WORDS,
    ENTITIES,
    FIELDS,
    FIRST_FILLED,
    HANDLED,
    HONORIFICS,
    ISO_CODES,
    KINDS,
    LABEL_WORDS,
    LABELLED,
    MANY,
    NAMING,
    PRIORITIES,
    REASON,
    SELLERS,
    SYSTEMS,
    UNSPOKEN_OF,
    label_words,
)
from salesflow.people import fold, nearest


class Target(NamedTuple):
    """A field of CONTACT_FIELDS or DEAL_FIELDS and the label of its point; weak: only where nothing else claims it."""

    field: str
    label: str | None = None
    weak: bool = False


@dataclass(frozen=True)
class Headings:
    """What the columns of a file are; a column is its place, counted from 0.

    labels: of a point (work, home, mobile), the currency of an amount, the name of the question an answer is to.
    label_places: columns whose labels stand in another column, row by row. used: columns that are read on the way,
    and say nothing more here. always: what each row says that says nothing else. system: whose ids they are.
    """

    header: tuple[str, ...]
    kind: str
    fields: Mapping[int, str]
    labels: Mapping[int, str]
    questions: tuple[str, ...] = ()
    blank: frozenset[int] = field(default=frozenset())
    used: frozenset[int] = field(default=frozenset())
    label_places: Mapping[int, int] = field(default_factory=dict)
    always: Mapping[str, str] = field(default_factory=dict)
    system: str = ""

    @property
    def unread_places(self) -> list[int]:
        """The columns that mean nothing here; those without heading and values left out."""
        read = {*self.fields, *self.label_places.values(), *self.blank, *self.used}
        return [place for place in range(len(self.header)) if place not in read]

    @property
    def unread(self) -> list[str]:
        return [self.heading(place) for place in self.unread_places]

    def heading(self, place: int) -> str:
        """In the file's own words."""
        return self.header[place].strip() or f"column {place + 1}"

    def columns(self, name: str) -> list[int]:
        """The columns of a field, from the left."""
        return sorted(place for place, found in self.fields.items() if found == name)

    def names_someone(self) -> bool:
        """Whether a row can say whom it is about."""
        return not set(NAMING[self.kind]).isdisjoint(self.fields.values())


@cache
def _vocabulary(kind: str) -> dict[str, Target]:
    words = {name.replace("_", " "): Target(name) for name in FIELDS[kind] if name not in UNSPOKEN_OF[kind]}
    for name, listed in (CONTACT_WORDS if kind == "contacts" else DEAL_WORDS).items():
        for entry in listed.split(","):
            word, marked, label = entry.partition("=")
            words.setdefault(" ".join(word.split()), Target(name, label or None, bool(marked and not label)))
    return words


def key_of(heading: str) -> str:
    """A heading as headings are compared: folded, without punctuation and digits."""
    return " ".join(_words(heading))


def _words(heading: str) -> list[str]:
    return re.sub(r"\be mail", "email", " ".join(re.sub(r"[\W\d_]+", " ", fold(heading)).split())).split()


def _target(heading: str, vocabulary: Mapping[str, Target]) -> Target | None:
    """What a heading means: as it stands, without its label (`Work Phone 2`), without whom it is of (`Kunde: Ort`)."""
    for spelled in dict.fromkeys((heading, re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading))):
        words = _words(spelled)
        allowed: Iterable[str] | None = None
        while words:
            found = vocabulary.get(" ".join(words)) or _labelled(words, vocabulary)
            if found and (allowed is None or found.field in allowed):
                return found
            if words[0] == "address":
                allowed = (*ADDRESS_PARTS, "company", "phone")
            words = words[1:] if ENTITIES.fullmatch(words[0]) else []
    return None


def _labelled(words: Sequence[str], vocabulary: Mapping[str, Target]) -> Target | None:
    said = {label_words()[word] for word in words if word in label_words()}
    rest = [word for word in words if word not in label_words() and word not in ("value", "formatted")]
    # What kind of line it is says more than whose: a fax at home is a fax.
    label = next((name for name in ("fax", "mobile", *LABEL_WORDS) if name in said), None)
    if not rest:
        return Target("phone", label) if label in ("fax", "mobile") else None
    found = vocabulary.get(" ".join(rest))
    if found is None or (said and found.field not in LABELLED):
        return None
    return found if label is None or found.label in ("fax", "mobile") else found._replace(label=label)


def _amount(heading: str, vocabulary: Mapping[str, Target]) -> Target | None:
    """`Amount (EUR)`, `Betrag in €`: an amount with its currency."""
    if not (code := re.search(ISO_CODES + "|[€$£¥]|zł", heading)):
        return None
    words = _words(heading.replace(code[0], " "))
    found = vocabulary.get(" ".join(word for word in words if word != "in"))
    return Target("amount", CURRENCIES.get(code[0], code[0])) if found and found.field == "amount" else None


@lru_cache(2048)
def is_heading(cell: str) -> bool:
    """Whether some file of contacts or deals would have it as a heading."""
    return any(_amount(cell, _vocabulary(kind)) or _target(cell, _vocabulary(kind)) for kind in FIELDS)


def recognise(
    header: Sequence[str],
    sample: Sequence[Sequence[str]] = (),
    kind: str = "contacts",
    questions: Sequence[str] = (),
    words: Mapping[str, str] | None = None,
    *,
    others: bool = True,
    label_places: Mapping[int, int] | None = None,
) -> Headings:
    """The fields of `kind` ("contacts", "deals") that the columns hold; sample rows settle what words leave open.

    A heading equal to one of `questions` is an answer to it. `words` are the headings of one known format, asked
    first: heading -> "field", "field:label", or "" where it is not to be read; numbers in a heading do not count.
    "field|field" is for a heading that stands there twice, "handled" for a column that is read otherwise. others:
    whether the rest is known by its words. label_places: columns whose labels stand in another; of those there may be
    several of one field, each with its own.
    """
    vocabulary = _vocabulary(kind)
    asked = {" ".join(_words(question)): question for question in questions} if kind == "contacts" else {}
    own = {key_of(heading): text for heading, text in (words or {}).items()}
    claims: dict[int, Target] = {}
    sure: dict[int, Target] = {}
    met: Counter[str] = Counter()
    used = set()
    for place, heading in enumerate(header):
        key = key_of(heading)
        found = None
        if heading == REASON:
            continue
        if key in own:
            turns = own[key].split("|")
            name, _, label = turns[min(met[key], len(turns) - 1)].partition(":")
            met[key] += 1
            found = Target(name, label or None) if name and name != HANDLED else None
            if found:
                sure[place] = found
            if name == HANDLED:
                used.add(place)
        elif key in asked:
            found = Target("answer", asked[key])
        elif others:
            found = _amount(heading, vocabulary) if kind == "deals" else None
            found = found or _target(heading, vocabulary)
        if found:
            claims[place] = found
    cells = {place: _values(sample, place) for place in range(len(header))}
    for settle in (_settle_names, _settle_titles, _settle_steps, _settle_addresses, _settle_doubts, _settle_doubles):
        settle(claims, header, cells)
    if sure:  # what a format says of its columns is not for words to doubt
        taken = {_holder(*found[:2]) for found in sure.values() if found.field not in MANY}
        claims = {place: found for place, found in claims.items() if _holder(*found[:2]) not in taken} | sure
        _settle_doubles(claims, header, cells)
        claims |= {place: found for place, found in sure.items() if label_places and place in label_places}
    unnamed = [place for place, heading in enumerate(header) if not _words(heading) or _words(heading) == ["column"]]
    if others:
        claims |= _guessed(claims, unnamed, cells, kind)
    if others and not any(found.field in NAMING[kind] for found in claims.values()):
        things = _vocabulary("deals") if kind == "contacts" else {}
        rest = [
            place for place, heading in enumerate(header)
            if not SELLERS.intersection(_words(heading))
            and not ((meant := _target(heading, things)) and meant.field in THINGS)
        ]  # fmt: skip
        claims |= _guessed(claims, rest, cells, kind)
    return replace(_headings(tuple(header), kind, claims, tuple(questions), cells), used=frozenset(used))


def _headings(
    header: tuple[str, ...], kind: str, claims: Mapping[int, Target], questions: tuple[str, ...], cells: Cells
) -> Headings:
    fields = {place: claims[place].field for place in sorted(claims)}
    labels = {place: found.label for place, found in sorted(claims.items()) if found.label}
    blank = frozenset(
        place for place, heading in enumerate(header)
        if heading == REASON or (not heading.strip() and not cells[place])
    )  # fmt: skip
    return Headings(header, kind, fields, labels, questions, blank)


Cells = Mapping[int, Sequence[str]]


def _values(sample: Sequence[Sequence[str]], place: int) -> list[str]:
    return [row[place].strip() for row in sample if place < len(row) and row[place].strip()]


def _first(claims: Mapping[int, Target], name: str) -> int | None:
    return next((place for place, found in claims.items() if found.field == name), None)


def _settle_names(claims: dict[int, Target], header: Sequence[str], cells: Cells) -> None:
    """`Vorname, Name` and `Nombre, Apellidos`: beside one half of a name, `name` is the other, unless it has both."""
    name, first, last = (_first(claims, wanted) for wanted in ("name", "first_name", "last_name"))
    half = last if first is None else first
    if name is None or half is None or (first is not None and last is not None) or len(_words(header[name])) != 1:
        return
    halves = [fold(value) for value in cells[half]]
    if not any(value in fold(whole) for value in halves for whole in cells[name]):
        claims[name] = Target("last_name" if last is None else "first_name")


def _settle_titles(claims: dict[int, Target], header: Sequence[str], cells: Cells) -> None:
    """`Title` is `Ms` in one address book, `Buyer` in another; the `Name` of a deal beside its contact is its title."""
    for place, found in list(claims.items()):
        rival = next((other for other, claim in claims.items() if other != place and claim.field == found.field), None)
        worn = [value for value in cells[place] if re.fullmatch(HONORIFICS, fold(value).rstrip("."))]
        if found.field == "job_title" and _words(header[place]) == ["title"] and (rival is not None or worn):
            claims[place] = Target("prefix")
        if found.field == "contact" and _words(header[place]) == ["name"] and rival is not None:
            claims[place] = Target("title")


def _settle_steps(claims: dict[int, Target], header: Sequence[str], cells: Cells) -> None:
    """`Next step` is a day in one sheet and words in another."""
    place = _first(claims, "next")
    if place is None or _first(claims, "todo") is not None or not cells[place]:
        return
    if not any(re.search(r"\d", value) or " " not in value for value in cells[place]):
        claims[place] = Target("todo")


def _settle_addresses(claims: dict[int, Target], header: Sequence[str], cells: Cells) -> None:
    """`Address` beside a town of the same label, and no street, is the street."""
    towns = {found.label for found in claims.values() if found.field in ("city", "postcode")}
    towns -= {found.label for found in claims.values() if found.field == "street"}
    for place, found in claims.items():
        if found.field == "address" and found.label in towns and "location" not in _words(header[place]):
            claims[place] = found._replace(field="street")


def _settle_doubts(claims: dict[int, Target], header: Sequence[str], cells: Cells) -> None:
    """A priority `Normal`, a rating `hot`, a type `EX` are something else under a heading of ours."""
    likely = {
        "priority": PRIORITIES,
        "rating": r"[0-5](?:[.,]0)?(?: ?/ ?5)?|[*★☆]{1,5}",
        "kind": KINDS,
    }
    for place, found in list(claims.items()):
        pattern = likely.get(found.field)
        if pattern and cells[place] and not any(re.fullmatch(pattern, fold(value)) for value in cells[place]):
            del claims[place]


def _settle_doubles(claims: dict[int, Target], header: Sequence[str], cells: Cells) -> None:
    """One column a field where it has one value: with values before without, sure before weak, left before right."""
    best: dict[tuple[str, str | None], int] = {}
    for place in sorted(claims, key=lambda place: (claims[place].weak, not cells[place], place)):
        found = claims[place]
        if (
            found.field not in MANY | FIRST_FILLED
            and best.setdefault(_holder(found.field, found.label), place) != place
        ):
            del claims[place]


def _holder(name: str, label: str | None) -> tuple[str, str | None]:
    # A home and a work address have a town each; an amount in EUR and one in USD are still two amounts of one deal.
    return name, label if name in (*ADDRESS_PARTS, *BY_CHANNEL) else None


def _guessed(claims: Mapping[int, Target], places: Sequence[int], cells: Cells, kind: str) -> dict[int, Target]:
    free = {place: cells[place] for place in places if place not in claims and cells[place]}
    found = guessed(free, {claim.field for claim in claims.values()}, kind)
    return {place: Target(name) for place, name in found.items()}


def apply_map(headings: Headings, maps: Iterable[str]) -> Headings:
    """The headings with what was said by hand: `COLUMN=field`, `COLUMN=field:label`, `COLUMN=` for not read.

    A column is named as in the file, in any case, or as `column 3`. Whatever had the field before loses it, where a
    field has one value.
    """
    fields, labels = dict(headings.fields), dict(headings.labels)
    for text in maps:
        column, _, target = text.rpartition("=")
        name, _, label = (part.strip() for part in target.partition(":"))
        if not column.strip():
            raise Refused(f'"{text}" maps nothing; write COLUMN=FIELD, like "{headings.header[0]}=name"')
        places = _places(headings, column)
        if name and name not in FIELDS[headings.kind]:
            raise Refused(f'there is no field "{name}"; there are {", ".join(FIELDS[headings.kind])}')
        if label and name not in LABELLED:
            takers = ", ".join(sorted(LABELLED & set(FIELDS[headings.kind])))
            raise Refused(f'"{text}": {name} takes no label; these do: {takers}')
        if name == "answer":
            label = _question(headings, label)
        if name in SYSTEMS and not label:
            raise Refused(f'"{text}": whose id? write {name}:shopify, or what else the shop or CRM is called')
        if name in BY_CHANNEL and label not in CHANNELS:
            raise Refused(f'"{text}": by which channel? write {name}:email; there are {", ".join(CHANNELS)}')
        if name and name not in MANY:
            places = places[:1]
            wanted = _holder(name, label or None)
            for rival in [place for place in fields if _holder(fields[place], labels.get(place)) == wanted]:
                del fields[rival]
                labels.pop(rival, None)
        for place in places:
            fields.pop(place, None)
            labels.pop(place, None)
            if name:
                fields[place] = name
            if name and label:
                labels[place] = label
    return replace(headings, fields=dict(sorted(fields.items())), labels=dict(sorted(labels.items())))


def _places(headings: Headings, column: str) -> list[int]:
    wanted = fold(column)
    places = [place for place, heading in enumerate(headings.header) if fold(heading) == wanted and wanted]
    exact = [place for place in places if headings.header[place].strip() == column.strip()]
    number = re.fullmatch(r"column (\d{1,3})", wanted)
    if not places and number and 0 < int(number[1]) <= len(headings.header):
        places = [int(number[1]) - 1]
    if not places:
        near = nearest(wanted, [(fold(heading), heading) for heading in headings.header if heading])
        listed = ", ".join(f'"{heading}"' for heading in near or headings.header[:12])
        raise Refused(f'there is no column "{column}"; {"the nearest is" if near else "there are"} {listed}')
    return exact or places


def _question(headings: Headings, label: str) -> str:
    for question in headings.questions:
        if fold(question) == fold(label):
            return question
    listed = ", ".join(headings.questions) or "no questions yet"
    raise Refused(f'answer needs its question, like answer:money; "{label}" is none of these: {listed}')
