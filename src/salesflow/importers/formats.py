"""Whose export a file is: known by its headings, never by its name. One module a product; this is their register."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from salesflow.errors import Refused
from salesflow.importers.delimited import Row
from salesflow.importers.heading_words import SYSTEMS
from salesflow.importers.sheet import Sheet
from salesflow.people import fold, nearest

# What is known otherwise than by its headings: name, kind, title.
BESIDES = (
    ("generic", "contacts", "Anybody's own sheet"),
    ("salesflow-contacts", "contacts", "Our own export, one row a person"),
    ("salesflow-deals", "deals", "Our own export of deals"),
    ("salesflow-whole", "contacts", "Our own export in JSON, whole"),
    ("vcard-2.1", "contacts", "vCard 2.1: older phones"),
    ("vcard-3.0", "contacts", "vCard 3.0: phones, address books"),
    ("vcard-3.0-apple", "contacts", "vCard 3.0 from iCloud or a Mac"),
    ("vcard-4.0", "contacts", "vCard 4.0"),
)
Places = Mapping[str, int]  # folded heading -> column
Quirks = Callable[[Iterable[Row], Places, str], Iterator[Row]]


@dataclass(frozen=True)
class Format:
    """One product's export.

    kind: contacts, deals or orders (sales that were bought on the spot). marks: sets of headings; a file that has all
    of one set is of this format, unless it has one of `without`, as that is spelled: another product's. columns:
    heading -> "field" or "field:label", "" where it is not to be read, "handled" where only the quirks read it,
    "field|field" where the heading stands there twice; numbers in a heading do not count. labels: heading of values ->
    heading of their labels, `#` for a number: {"Phone # - Value": "Phone # - Label"}. system: whose ids they are.
    others: whether columns not named here are known by their words. added: columns of ours that quirks append, as in
    columns. always: field -> value, where a row says nothing (of deals and orders). quirks: (rows, places, name of the
    file) -> rows put right; for what no heading can say.
    """

    name: str
    title: str
    kind: str
    marks: tuple[frozenset[str], ...]
    columns: Mapping[str, str]
    system: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    others: bool = True
    added: Mapping[str, str] = field(default_factory=dict)
    always: Mapping[str, str] = field(default_factory=dict)
    quirks: Quirks | None = None
    without: frozenset[str] = frozenset()


def marks(*headings: str) -> tuple[frozenset[str], ...]:
    """Sets of headings as a file has them, from texts like `First Name, Last Name, URL, Connected On`."""
    return tuple(frozenset(fold(heading) for heading in text.split(",")) for text in headings)


@cache
def registered() -> tuple[Format, ...]:
    """All formats. A new product is one module with FORMATS, and its name in the two lines here."""
    from salesflow.importers import (
        brevo,
        etsy,
        google,
        hubspot,
        linkedin,
        mailchimp,
        outlook,
        pipedrive,
        salesforce,
        shopify,
        square,
        thunderbird,
        zoho,
    )  # fmt: skip

    modules = (
        brevo, etsy, google, hubspot, linkedin, mailchimp, outlook, pipedrive, salesforce, shopify, square,
        thunderbird, zoho,
    )  # fmt: skip
    return tuple(found for module in modules for found in module.FORMATS)


def headings_known() -> set[str]:
    """Every heading that marks a format: a row of them is a header, in whatever language."""
    return {heading for found in registered() for marked in found.marks for heading in marked}


def known(header: Sequence[str], wanted: str | None) -> Format | None:
    """The format a header is of, or the one that is wanted; None for anybody's own. Raises Refused.

    wanted: a name, or the product (`google`), whose header then tells which.
    """
    there = {fold(heading) for heading in header}
    best, most = None, 0
    family = [found for found in registered() if wanted in (None, found.name) or found.name.startswith(f"{wanted}-")]
    if wanted and len(family) == 1:
        return family[0]
    for found in family:
        if not found.without.isdisjoint(header):
            continue
        for marked in found.marks:
            if len(marked) > most and marked <= there:
                best, most = found, len(marked)
    besides = any(wanted == name or name.startswith(f"{wanted}-") for name, _, _ in BESIDES)
    if wanted and best is None and header and family:
        several = ", ".join(found.name for found in family)
        raise Refused(f"its headings are of none that {wanted} writes; say which: --as NAME ({several})")
    if wanted and not family and not besides:
        names = [found.name for found in registered()]
        near = nearest(wanted, [(name, name) for name in names])
        raise Refused(f"no format {wanted}; {f'did you mean {near[0]}? ' if near else ''}see: salesflow import --list")
    return best


def shaped(sheet: Sheet, found: Format, name: str) -> None:
    """Put a sheet's quirks right from now on. name: what the file is called."""
    quirks = found.quirks
    if quirks is None:
        return
    places: dict[str, int] = {}
    for place, heading in enumerate([*sheet.header, *found.added]):
        places.setdefault(fold(heading), place)
    sheet.mended(lambda rows: quirks(rows, places, name), tuple(found.added))


def words_of(found: Format) -> dict[str, str]:
    """Its columns as `headings.recognise` takes them, ids with their system."""
    columns = {**found.columns, **found.added}
    return {heading: f"{said}:{found.system}" if said in SYSTEMS else said for heading, said in columns.items()}


def label_places(found: Format, header: Sequence[str]) -> dict[int, int]:
    """For columns of values the column of their labels: `Phone 2 - Label` for `Phone 2 - Value`."""
    places = {heading.strip(): place for place, heading in reversed(list(enumerate(header)))}
    pairs = {}
    for values, labels in found.labels.items():
        pattern = re.compile(re.escape(values).replace(r"\#", r"(\d+)"))
        for place, heading in enumerate(header):
            if said := pattern.fullmatch(heading.strip()):
                other = places.get(labels.replace("#", said[1]) if said.groups() else labels)
                if other is not None:
                    pairs[place] = other
    return pairs
