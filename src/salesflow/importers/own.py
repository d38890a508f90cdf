"""Our own CSV of contacts, as `export` writes it: every cell exact, and each row another contact.

What a spreadsheet did to it since (another delimiter, days written another way, columns left out) is understood.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator
from datetime import date
from functools import partial

from salesflow.dates import read_birthday, read_time
from salesflow.errors import Refused
from salesflow.importers import cells
from salesflow.importers.delimited import Refusal
from salesflow.importers.sheet import Sheet
from salesflow.people import check_text
from salesflow.records import contacts as keeping
from salesflow.records.activities import kind_of
from salesflow.records.contacts import Draft, Point
from salesflow.records.incoming import Consent, Extras, Incoming, Unread
from salesflow.records.settings import Settings
from salesflow.width import undefuse

_POINT = r"(email|phone|link|address|id)(?: (\d+))?"
NAMES = cells.words(
    """ref kind name company job_title source source_detail referred_by referred_by_ref rating priority birthday
    alarm_days tags next next_at next_kind todo note off_list_on off_list_why created_on"""
)
_DEALS = cells.words("deal_id contact title amount currency process stage outcome way opened_on")


def is_contacts(header: list[str]) -> bool:
    """Whether a header is that of our own export of contacts, perhaps with columns left out."""
    return {"ref", "created_on"} <= set(header) and all(
        name in NAMES
        or name.startswith(("answer:", "consent:", "extra:"))
        or re.fullmatch(f"{_POINT}(?: label)?", name)
        for name in header
    )


def is_deals(header: list[str]) -> bool:
    return set(header) >= _DEALS


def questions(header: list[str]) -> list[str]:
    """The names of the questions it has answers to."""
    return [name.removeprefix("answer:") for name in header if name.startswith("answer:")]


def contacts(
    sheet: Sheet, settings: Settings, today: date, asked: Collection[str], extras: Extras
) -> Iterator[tuple[int, Unread | str]]:
    """Each row with its line, to be read as a contact, or the reason why it is refused.

    asked: the questions whose answers are taken.
    """
    header = [
        name if name.removeprefix("answer:") in asked or not name.startswith("answer:") else "" for name in sheet.header
    ]
    points = [
        (place, found[1], sheet.header.index(f"{name} label") if f"{name} label" in sheet.header else None)
        for place, name in enumerate(sheet.header)
        if (found := re.fullmatch(_POINT, name))
    ]
    names, seed = tuple(header), cells.seed(header, settings.country, settings.date_order, extras)

    def read(line: int, row: list[str]) -> Incoming:
        texts = [undefuse(text) for text in row]
        given = [
            Point(kind, texts[place], texts[label] or None if label is not None else None)
            for place, kind, label in points
            if texts[place]
        ]
        return person(dict(zip(names, texts, strict=True)), tuple(given), line, settings, today)

    for line, row in sheet:
        yield (
            line,
            row.reason if isinstance(row, Refusal) else Unread(cells.hashed(row, seed), partial(read, line, row)),
        )


def person(said: dict[str, str], points: tuple[Point, ...], line: int, settings: Settings, today: date) -> Incoming:
    """Raises Refused, saying what cannot be read."""

    def text(name: str) -> str | None:
        return said.get(name) or None

    def day(name: str) -> str | None:
        return cells.day(said[name], settings.date_order, today) if said.get(name) else None

    birthday, at, step = text("birthday"), text("next_at"), text("next_kind")
    if step and not kind_of(step):
        raise Refused(f'no kind of promise "{step[:40]}"')
    draft = Draft(
        name=text("name"), kind=text("kind"), company=text("company"), job_title=text("job_title"),
        source=text("source"), source_detail=text("source_detail"), rating=whole(said, "rating"),
        priority=text("priority"), birthday=read_birthday(birthday, settings.date_order) if birthday else None,
        alarm_days=whole(said, "alarm_days"), points=points, tags=tuple(tags(said.get("tags", ""))),
    )  # fmt: skip
    note, off_list_on, next_on = text("note"), day("off_list_on"), day("next")
    ref, referrer = whole(said, "ref"), whole(said, "referred_by_ref")
    answers = ((name.removeprefix("answer:"), answer) for name, answer in said.items() if name.startswith("answer:"))
    return Incoming(
        keeping.clean(draft, settings), (check_text(note, "note"),) if note else (), next_on,
        read_time(at) if at else None, text("todo"), (step or "follow-up") if next_on else None,
        tuple((name, yes_or_no(name, answer)) for name, answer in answers if answer),
        (off_list_on, said.get("off_list_why") or "asked") if off_list_on else None, day("created_on"),
        text("referred_by"), referred_by_ref=referrer, ref=ref if ref and ref <= line else None,
        consents=tuple(
            Consent(name.removeprefix("consent:"), yes_or_no(name, answer))
            for name, answer in said.items() if name.startswith("consent:") and answer
        ),
        kept=tuple(
            (name.removeprefix("extra:"), check_text(answer, name))
            for name, answer in said.items() if name.startswith("extra:") and answer
        ),
    )  # fmt: skip


def whole(said: dict[str, str], name: str) -> int | None:
    text = said.get(name, "").strip()
    if not text:
        return None
    found = re.fullmatch(r"(\d{1,9})(?:[.,]0+)?", text)
    if not found:
        raise Refused(f'{name.replace("_", " ")} is a whole number, not "{text[:40]}"')
    return int(found[1])


def yes_or_no(name: str, text: str) -> str:
    found = cells.answer(text)
    if found is None:
        raise Refused(f'{name}: an answer is yes, no or unknown, not "{text[:40]}"')
    return found


def tags(text: str) -> list[str]:
    try:
        return [tag for line in csv.reader([text], delimiter=";", strict=True) for tag in line] if text else []
    except csv.Error:
        return cells.tags(text)
