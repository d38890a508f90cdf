"""Anybody's own table of contacts: columns known by their headings, cells read for what they say.

A cell that cannot be read as what its column is for (a rating `hot`, a phone that a spreadsheet rounded) is kept in the
note under its heading, with a warning; what has no place of its own (a salutation) is kept there too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from salesflow.dates import read_birthday
from salesflow.errors import Refused
from salesflow.importers import cells
from salesflow.importers.delimited import Refusal
from salesflow.importers.heading_words import ADDRESS_PARTS, BY_CHANNEL
from salesflow.importers.headings import Headings
from salesflow.importers.months import in_english
from salesflow.importers.sheet import Sheet
from salesflow.people import check_text
from salesflow.records import contacts as keeping
from salesflow.records.contacts import Draft, Point
from salesflow.records.incoming import Consent, Extras, Incoming, Unread
from salesflow.records.settings import Settings

POINTS = frozenset(("email", "phone", "link"))
PLAIN = frozenset(("company", "job_title", "source_detail", "todo", "referred_by"))
MARKS = frozenset(";,\n/:")
NAMES = frozenset(("name", "first_name", "middle_name", "last_name", "suffix"))
KEPT = "; kept in the note"


@dataclass(slots=True)
class Said:
    """What the cells of one row say, as it is collected."""

    texts: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    points: list[Point] = field(default_factory=list)
    parts: dict[tuple[str | None, int | None, int], dict[str, list[str]]] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    asides: list[str] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)
    off_list: tuple[str | None, str] | None = None
    off_list_if_new: bool = False
    warnings: list[str] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    consents: dict[str, dict[str, str]] = field(default_factory=dict)
    merged_into: str | None = None


def contacts(
    sheet: Sheet, headings: Headings, settings: Settings, today: date, extras: Extras
) -> Iterator[tuple[int, Unread | str]]:
    """Each row with its line, to be read as a contact, or the reason why it is refused."""
    reader = Reader(sheet, headings, settings, today)
    seed = cells.seed(sheet.header, reader.plan, reader.orders, settings.country, extras)
    for line, row in sheet:
        if isinstance(row, Refusal):
            yield line, row.reason
        else:
            yield line, Unread(cells.hashed(row, seed), partial(reader.person, row))


class Reader:
    """Reads rows of one file: its columns, how they write days, the words of its header."""

    def __init__(self, sheet: Sheet, headings: Headings, settings: Settings, today: date) -> None:
        self.settings, self.today = settings, today
        self.plan = [
            (place, field, headings.labels.get(place), headings.heading(place))
            for place, field in headings.fields.items()
        ]
        self.ids = [column for column in self.plan if column[1] in ("id", "merged_into")]
        self.merging = headings.columns("merged_into")
        self.label_places = headings.label_places
        self.orders = {
            place: cells.date_order([row[place] for row in sheet.sample if place < len(row)], settings.date_order)
            for place, field in headings.fields.items()
            if field in ("birthday", "next", "off_list", "created_on", "consent_on", "opt_out")
        }
        self.seed = cells.seed(sheet.header)

    def person(self, row: list[str]) -> Incoming:
        """Raises Refused, saying why the row cannot be taken."""
        said = Said()
        # Of one that was made one with another nothing counts any more but that both ids are the other's.
        merged = self.merging and any(row[place].strip() for place in self.merging)
        for place, name, label, heading in self.ids if merged else self.plan:
            text = row[place]
            if not text or text.isspace():
                continue
            if name in POINTS:
                if place in self.label_places:
                    label = cells.label(row[self.label_places[place]]) or label
                self._points(said, name, text, label, heading)
            elif name in NAMES or name in PLAIN:
                said.texts[name] = text
            else:
                if place in self.label_places:
                    label = self._label(row[self.label_places[place]], name) or label
                self._other(said, place, name, text, label, heading)
        keyed = bool(said.points)
        for (label, _, _), parts in said.parts.items():
            said.points.append(keeping.clean_point(Point("address", cells.address(parts), label), self.settings))
        whole = self._name(said)
        if not whole and not keyed and "company" not in said.texts:
            why = said.warnings[0].removesuffix(KEPT) if said.warnings else "no name, company, e-mail, phone or link"
            raise Refused(f"it names nobody: {why}")
        return self._incoming(said, whole, None if keyed else cells.hashed(row, self.seed))

    def _incoming(self, said: Said, name: str | None, row_hash: str | None) -> Incoming:
        texts, values = said.texts, said.values
        draft = Draft(
            name=name, company=texts.get("company"), job_title=texts.get("job_title"), source=texts.get("source"),
            source_detail=texts.get("source_detail"), kind=values.get("kind"), rating=values.get("rating"),
            priority=values.get("priority"), birthday=values.get("birthday"), points=tuple(said.points),
            tags=tuple(said.tags),
        )  # fmt: skip
        notes = ["\n".join(check_text(note, "note") for note in said.notes)] if said.notes else []
        return Incoming(
            keeping.clean(draft, self.settings), (*notes, *said.asides), values.get("next"), todo=texts.get("todo"),
            answers=tuple(said.answers), off_list=said.off_list, created_on=values.get("created_on"),
            referred_by=texts.get("referred_by"), row_hash=row_hash, warnings=tuple(said.warnings),
            consents=tuple(
                Consent(channel, told["answer"], told.get("on"), told.get("evidence"), told.get("basis", "said"))
                for channel, told in said.consents.items() if "answer" in told
            ) if said.consents else (),
            kept=tuple(said.kept), off_list_if_new=said.off_list_if_new, merged_into=said.merged_into,
        )  # fmt: skip

    def _name(self, said: Said) -> str | None:
        texts = said.texts
        whole = texts.get("name")
        if whole and said.values.get("kind") != "company":
            whole = cells.whole_name(whole)
        nickname = texts.get("nickname")
        if not whole:
            first, last = texts.get("first_name", "").strip(), texts.get("last_name", "").strip()
            if cells.FAMILY_FIRST.match(last):
                first, last = last, first
            parts = (first, texts.get("middle_name", "").strip(), last, texts.get("suffix", "").strip())
            whole = " ".join(filter(None, parts)) or nickname
        if nickname and nickname != whole:
            said.asides.append(f"Nickname: {check_text(nickname, 'nickname')}")
        return whole

    # -- cells -----------------------------------------------------------------------------------------------------

    def _points(self, said: Said, kind: str, text: str, label: str | None, heading: str) -> None:
        # Two numbers in one cell would pass for one long number.
        parts = cells.several(kind, text) if kind == "phone" and not MARKS.isdisjoint(text) else []
        try:
            said.points += [keeping.clean_point(Point(kind, part, label), self.settings) for part in parts or [text]]
        except Refused as whole:
            if cells.blank(text):
                return
            if cells.inside_a_firm(kind, text):
                said.warnings.append(f"{heading}: an address inside a firm's own network is no e-mail; left out")
                return
            parts = parts or cells.several(kind, text)
            for part in parts or [text]:
                try:
                    said.points.append(keeping.clean_point(Point(kind, part, label), self.settings))
                except Refused as error:
                    self._aside(said, heading, part, str(error if parts else whole))

    @staticmethod
    def _label(text: str, field: str) -> str | None:
        return " ".join(text.removeprefix("* ").split()) if field == "extra" else cells.label(text)

    def _aside(self, said: Said, heading: str, text: str, why: str | None = None) -> None:
        said.asides.append(f"{heading}: {check_text(text, heading)}")
        if why:
            said.warnings.append(f"{heading}: {why}{KEPT}")

    def _other(self, said: Said, place: int, field: str, text: str, label: str | None, heading: str) -> None:
        if field == "note":
            said.notes.append(text)
        elif field == "tags":
            said.tags.extend(cells.tags(text))
        elif field == "source":
            said.texts[field] = text.strip()
        elif field == "nickname":
            said.texts[field] = text
        elif field == "prefix":
            self._aside(said, heading, text)
        elif field == "address" or field in ADDRESS_PARTS:
            # Two addresses may have one label; their labels then stand in two columns.
            for number, part in enumerate(text.split(" ::: ")):
                parts = said.parts.setdefault((label, self.label_places.get(place), number), {})
                parts.setdefault(field, []).append(cells.one_line(part))
        elif field == "answer":
            self._answer(said, text, label or "", heading)
        elif field == "off_list":
            self._off_list(said, place, text)
        elif field == "off_list_if_new":
            said.off_list_if_new = cells.answer(text) == "yes"
        elif field == "extra":
            cells.keep(said.kept, label or heading, check_text(text, heading))
        elif field in ("id", "merged_into"):
            self._id(said, field, text, label, heading)
        elif field in BY_CHANNEL:
            self._consent(said, place, field, text, label or "", heading)
        elif not cells.blank(text):
            self._value(said, place, field, text, heading)

    def _id(self, said: Said, field: str, text: str, label: str | None, heading: str) -> None:
        found = cells.whole_id(text)
        if found is None:
            said.warnings.append(f'{heading}: a spreadsheet rounded "{text[:40]}"; it is not read')
            return
        said.points.append(keeping.clean_point(Point("id", found, label), self.settings))
        if field == "merged_into":
            said.merged_into = found

    def _value(self, said: Said, place: int, field: str, text: str, heading: str) -> None:
        order = self.orders.get(place, self.settings.date_order)
        readers: dict[str, Callable[[], int | str | None]] = {
            "kind": lambda: cells.kind(text),
            "rating": lambda: cells.rating(text),
            "priority": lambda: cells.PRIORITIES.get(text.strip().lower()),
            "birthday": lambda: cells.counted_day(text.strip()) or read_birthday(in_english(text), order),
            "next": lambda: cells.day(text, order, self.today),
            "created_on": lambda: cells.day(text, order, self.today),
        }
        try:
            found = readers[field]()
        except Refused as error:
            self._aside(said, heading, text, str(error))
            return
        if found is None or (field == "created_on" and str(found) > self.today.isoformat()):
            self._aside(said, heading, text, f'"{text[:40]}" is no {field.replace("_", " ")}')
        else:
            said.values[field] = found

    def _answer(self, said: Said, text: str, question: str, heading: str) -> None:
        found = cells.answer(text)
        if found and found != "unknown":
            said.answers.append((question, found))
        elif found is None and not cells.blank(text):
            self._aside(said, heading, text, f'"{text[:40]}" is neither yes nor no')

    def _consent(self, said: Said, place: int, field: str, text: str, channel: str, heading: str) -> None:
        told = said.consents.setdefault(channel, {})
        if field == "evidence":
            text = check_text(" ".join(text.split()), heading, 1000)
            told["evidence"] = f"{told['evidence']}, {text}" if "evidence" in told else text
        elif field == "consent_on":
            try:
                told["on"] = cells.day(text, self.orders[place], self.today)
            except Refused as error:
                self._aside(said, heading, text, str(error))
        elif field in ("consent", "subscribed"):
            found = cells.agreed(text)
            if found == "no":  # who is not subscribed may never have said so
                told["answer"] = "no"
                told["basis"] = "said" if field == "consent" else told.get("basis", "assumed")
            elif found == "yes":
                told.setdefault("answer", "yes")
            elif found is None and not cells.blank(text):
                self._aside(said, heading, text, f'"{text[:40]}" is neither yes nor no')
        else:
            self._opt_out(told, place, text, heading)

    def _opt_out(self, told: dict[str, str], place: int, text: str, heading: str) -> None:
        """Whatever is not a no silences. That somebody did not opt out is no word of consent."""
        found = cells.answer(text)
        if found in ("no", "unknown") or cells.blank(text) or cells.word(text) in cells.AGREED:
            return
        told["answer"], told["basis"] = "no", "said"
        if found is None:
            try:
                told["on"] = cells.day(text, self.orders[place], self.today)
            except Refused:
                told["evidence"] = check_text(text, heading, 1000)

    def _off_list(self, said: Said, place: int, text: str) -> None:
        """Whatever is not a no silences: better one letter too few."""
        found = cells.answer(text)
        if found in ("no", "unknown") or cells.blank(text):
            return
        try:
            said.off_list = cells.day(text, self.orders[place], self.today), "asked"
        except Refused:
            said.off_list = None, "asked" if found == "yes" else check_text(text, "a reason", 1000)
