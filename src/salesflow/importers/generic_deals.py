"""Anybody's own table of deals or orders: columns known by their headings.

Money and days are what win rates are made of: a row whose amount, day or outcome cannot be read is refused, not bent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from salesflow.errors import Refused
from salesflow.importers import cells
from salesflow.importers.delimited import Refusal
from salesflow.importers.heading_words import ADDRESS_PARTS
from salesflow.importers.headings import Headings
from salesflow.importers.sheet import Sheet
from salesflow.money import read_amount, read_currency
from salesflow.people import NAME_CAP, check_text, clean_name, fold
from salesflow.records import contacts as keeping
from salesflow.records.contacts import Point
from salesflow.records.importing_deals import DealRow
from salesflow.records.settings import Settings
from salesflow.width import undefuse

STAGES = 100  # more than any process may have: a column of these many is none of stages


def deals(
    sheet: Sheet, headings: Headings, settings: Settings, today: date, *, own: bool = False
) -> Iterator[tuple[int, DealRow | str]]:
    """Each row with its line: a deal, or the reason why it is refused. own: an export of ours, defused."""
    reader = DealReader(sheet, headings, settings, today, own=own)
    for line, row in sheet:
        if isinstance(row, Refusal):
            yield line, row.reason
            continue
        try:
            yield line, reader.deal(row)
        except Refused as error:
            yield line, str(error)


def stages(sheet: Sheet, headings: Headings, process: str | None) -> dict[str, tuple[str, list[tuple[str, bool]]]]:
    """By process, its title and the stages met in the file, in order, each with whether any deal in it had begun.

    `process` is that of all rows; without it the file's own column says which; "" where nothing does.
    """
    named, staged, begun = (headings.columns(name)[:1] for name in ("process", "stage", "opened_on"))
    found: dict[str, tuple[str, dict[str, tuple[str, bool]]]] = {}
    for _, row in sheet:
        if isinstance(row, Refusal):
            continue
        title = process or "".join(row[place].strip() for place in named)
        met = found.setdefault(slug(title), (title, {}))[1]
        for stage in (row[place].strip() for place in staged):
            if stage and cells.outcome(stage) not in ("won", "lost") and len(met) < STAGES:
                started = not begun or any(row[place].strip() for place in begun)
                known = met.get(fold(stage), (stage, False))
                met[fold(stage)] = known[0], known[1] or started
    return {name: (title, list(met.values())) for name, (title, met) in found.items()}


def slug(text: str) -> str:
    """A process's name as one word: `Sales Pipeline` is sales-pipeline."""
    return re.sub(r"[^\w-]+", "-", text.strip().lower()).strip("-")[:60]


class DealReader:
    """Reads rows of one file: its columns, how they write days and amounts."""

    def __init__(self, sheet: Sheet, headings: Headings, settings: Settings, today: date, *, own: bool) -> None:
        self.settings, self.today, self.headings, self.own = settings, today, headings, own
        self.places = {name: headings.columns(name) for name in set(headings.fields.values())}
        self.orders: dict[str, str] = {}
        for name in ("opened_on", "closed_on"):
            values = [row[place] for place in self.places.get(name, ()) for row in sheet.sample if place < len(row)]
            self.orders[name] = cells.date_order(values, settings.date_order)
        amounts = [row[place] for place in self.places.get("amount", ()) for row in sheet.sample if place < len(row)]
        self.decimal = cells.decimal_mark(amounts, settings.marks[-1])
        self.seed = cells.seed(sheet.header)
        read = (headings.fields, headings.labels, self.orders, self.decimal, settings.currency, settings.country)
        self.seen = cells.seed(sheet.header, *read)

    def deal(self, row: list[str]) -> DealRow:
        """Raises Refused, saying why the row cannot be taken."""
        row = [undefuse(text) for text in row] if self.own else row
        deal_id = cells.whole_id(self._text(row, "deal_id") or "")
        title = self._text(row, "title")
        stage, outcome = self._state(row)
        way = (self._text(row, "way") or "sold").lower()
        notes = [row[place] for place in self.places.get("note", ()) if row[place].strip()]
        notes += [
            f"{self.headings.heading(place)}: {row[place]}" for place in self.places.get("extra", ())
            if row[place].strip()
        ]  # fmt: skip
        points = self._points(row, notes)
        contact, company = self._text(row, "contact"), self._text(row, "company")
        opened_on = self._day(row, "opened_on")
        closed_on = self._day(row, "closed_on") if outcome in ("won", "lost") else None
        if self.headings.system and opened_on and closed_on and closed_on < opened_on:
            opened_on = None  # a CRM says when it was typed in, which is often after the sale
        if contact and not self.own:
            contact = cells.whole_name(contact)
        return DealRow(
            title or (f"Deal {deal_id}" if deal_id else "Sale"),
            self._keyed(deal_id) if deal_id else None,
            None if deal_id else self._keyed(cells.hashed(row, self.seed)), clean_name(contact) if contact else None,
            clean_name(company) if company else None, points, self._amount(row),
            slug(self._text(row, "process") or "") or None, stage, outcome, opened_on, closed_on,
            self._text(row, "how"), "bought" if way == "bought" else "sold", self._text(row, "source"),
            "\n".join(check_text(note, "note") for note in notes) or None,
            title[:NAME_CAP] if title and self.headings.system else deal_id or None,
            self._text(row, "rough") == "yes", cells.hashed(row, self.seen),
        )  # fmt: skip

    def _keyed(self, key: str) -> str:
        """The same number in two shops is two orders."""
        return f"{self.headings.system}:{key}" if self.headings.system else key

    def _text(self, row: list[str], name: str) -> str | None:
        for place in self.places.get(name, ()):
            if text := row[place].strip():
                return check_text(text, name.replace("_", " "), 1000)
        return self.headings.always.get(name)

    def _state(self, row: list[str]) -> tuple[str | None, str | None]:
        """The stage, unless its words mean an outcome, and the outcome. Raises Refused."""
        stage, said = self._text(row, "stage"), self._text(row, "outcome")
        outcome = None
        if said is not None:
            outcome = cells.outcome(said)
            if outcome is None:
                raise Refused(f'the outcome "{said[:40]}" is none of open, won and lost')
        if stage is not None and (ended := cells.outcome(stage)) in ("won", "lost"):
            return None, outcome or ended
        return stage, outcome

    def _amount(self, row: list[str]) -> tuple[int, str] | None:
        currency = self._text(row, "currency")
        for place in self.places.get("amount", ()):
            text = row[place].strip()
            if text and any(map(str.isdigit, text)):
                named = read_currency(currency or self.headings.labels.get(place) or self.settings.currency)
                minor, named = read_amount(text, named, self.decimal, allow_zero=True)
                return (minor, named) if minor else None
            if text and not cells.blank(text):
                raise Refused(f'no such amount: "{text[:40]}"')
        return None

    def _day(self, row: list[str], name: str) -> str | None:
        text = self._text(row, name)
        return cells.day(text, self.orders[name], self.today) if text and not cells.blank(text) else None

    def _points(self, row: list[str], notes: list[str]) -> tuple[Point, ...]:
        """Ids, e-mails, phones and addresses; what is no e-mail and no phone goes to the notes."""
        points = [
            keeping.clean_point(Point("id", found, self.headings.labels.get(place)), self.settings)
            for place in self.places.get("contact_id", ())
            for part in row[place].split(";") if (found := cells.whole_id(part))
        ]  # fmt: skip
        for kind in ("email", "phone"):
            for place in self.places.get(kind, ()):
                text = row[place]
                for part in (cells.several("email", text) if kind == "email" else []) or [text]:
                    if cells.blank(part):
                        continue
                    try:
                        points.append(
                            keeping.clean_point(Point(kind, part, self.headings.labels.get(place)), self.settings)
                        )
                    except Refused:
                        notes.append(f"{self.headings.header[place]}: {part}")
        parts: dict[str | None, dict[str, list[str]]] = {}
        for name in ADDRESS_PARTS:
            for place in self.places.get(name, ()):
                if text := " ".join(row[place].split()):
                    label = self.headings.labels.get(place)
                    parts.setdefault(label, {}).setdefault(name, []).append(text)
        points += [
            keeping.clean_point(Point("address", cells.address(found), label), self.settings)
            for label, found in parts.items()
        ]
        return tuple(points)
