"""One vCard read as a contact.

What has no place of its own (a nickname, a department, a wedding day) goes to the note under its name; lines that say
nothing to a person (`X-ABADR`, `TZ`) are not read, or kept as extra fields when asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from salesflow.dates import read_birthday
from salesflow.errors import Refused
from salesflow.importers import cells
from salesflow.importers.vcard_lines import Field, fields, split, unescaped
from salesflow.importers.vcard_points import (
    PROFILES,
    address,
    joined,
    known_label,
    label_of,
    number,
    own_kind,
    profile,
)  # fmt: skip
from salesflow.people import check_text, fold
from salesflow.records import contacts as keeping
from salesflow.records.contacts import Draft, Point
from salesflow.records.incoming import Incoming
from salesflow.records.settings import Settings

# Read elsewhere, or about the card and not about the person.
_QUIET = cells.words(
    """VERSION BEGIN END X-ABLABEL X-SALESFLOW-REFUSED LABEL SORT-STRING X-ABUID X-ABADR MAILER CLASS X-FILE-AS
    X-EVOLUTION-FILE-AS CLIENTPIDMAP XML AGENT"""
)
_DAYS = {
    "ANNIVERSARY": "Anniversary", "X-ANNIVERSARY": "Anniversary", "X-EVOLUTION-ANNIVERSARY": "Anniversary",
    "X-KADDRESSBOOK-X-ANNIVERSARY": "Anniversary", "X-MS-ANNIVERSARY": "Anniversary",
    "X-WAB-ANNIVERSARY": "Anniversary",
    "X-ABDATE": "Day", "DEATHDATE": "Died",
}  # fmt: skip
_WORDS = {
    "RELATED": "Related", "X-ABRELATEDNAMES": "Related", "X-SPOUSE": "Spouse", "X-EVOLUTION-SPOUSE": "Spouse",
    "X-MS-SPOUSE": "Spouse", "X-MANAGER": "Manager", "X-EVOLUTION-MANAGER": "Manager", "X-MS-MANAGER": "Manager",
    "X-ASSISTANT": "Assistant", "X-EVOLUTION-ASSISTANT": "Assistant", "X-MS-ASSISTANT": "Assistant",
    "HOBBY": "Hobby", "INTEREST": "Interest", "EXPERTISE": "Expertise",
}  # fmt: skip
_OWN_UID = r"([0-9a-f]{16})-(\d{1,18})-(\d{14})@salesflow"
_NUMBERS = frozenset({"rating", "alarm_days"})


@dataclass(slots=True)
class Said:
    """What the lines of one card say, as it is collected."""

    names: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    nicknames: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    points: list[tuple[int, Point]] = field(default_factory=list)
    formatted: list[tuple[int, Point]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    asides: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


class Reading:
    """How the cards of a file are read, and which lines were met."""

    def __init__(self, settings: Settings, encoding: str, own: bool, keep_extra: bool, file_id: str) -> None:
        self.settings, self.encoding, self.own = settings, encoding, own
        self.keep_extra, self.file_id = keep_extra, file_id
        self.read: dict[str, None] = {}
        self.not_read: dict[str, None] = {}

    def person(self, card: list[str], line: int, tags: tuple[str, ...] = ()) -> Incoming:
        """Raises Refused, saying why the card cannot be taken."""
        found = fields(card, self.encoding)
        labels = {each.head.group: unescaped(each.text) for each in found if each.head.name == "X-ABLABEL"}
        said = Said(tags=list(tags))
        for each in found:
            text, head = each.text, each.head
            if not text or text.isspace():
                continue
            reader = _READERS.get(head.name)
            if reader:
                self.read[head.name] = None
                reader(self, said, each, labels.get(head.group, "") if head.group else "")
            elif not head.name:
                self._aside(said, "Line", text, "it has a line that is none of a vCard")
            elif head.name.startswith("X-SALESFLOW-"):
                self._ours(said, head.name[12:].lower().replace("-", "_"), text, line)
            elif head.name not in _QUIET:
                self._other(said, each)
        return self._incoming(said, card)

    def _incoming(self, said: Said, card: list[str]) -> Incoming:
        values, texts = said.values, said.texts
        name = self._name(said)
        points = [*said.points, *(() if any(p.kind == "address" for _, p in said.points) else said.formatted)]
        if any(rank < 101 for rank, _ in points):
            points.sort(key=lambda ranked: ranked[0])
        if not points and not name and "company" not in texts:
            raise Refused("it names nobody: no name, company, e-mail, phone or link")
        draft = Draft(
            name=name, kind=values.get("kind"), company=texts.get("company"), job_title=texts.get("job_title"),
            source=texts.get("source"), source_detail=texts.get("source_detail"), rating=values.get("rating"),
            priority=texts.get("priority"), birthday=values.get("birthday"), alarm_days=values.get("alarm_days"),
            points=tuple(point for _, point in points), tags=tuple(said.tags),
        )  # fmt: skip
        notes = ["\n".join(said.notes)] if said.notes else []
        keyed = any(point.kind != "address" for _, point in points)
        return Incoming(
            keeping.clean(draft, self.settings), (*notes, *said.asides), off_list=values.get("off_list"),
            created_on=values.get("since"), referred_by=texts.get("referred_by"),
            referred_by_ref=values.get("referred_by_ref"), ref=values.get("ref"),
            row_hash=None if keyed else cells.hashed(card, b"vcard"), warnings=tuple(said.warnings),
            kept=tuple(said.kept.items()), known_as=values.get("known_as"),
        )  # fmt: skip

    def _name(self, said: Said) -> str | None:
        """FN, or what stands in N; a company has its name from ORG too. What N says more goes to the note."""
        texts, parts = said.texts, said.parts
        order = (1, 2, 0, 4)  # given, additional, family, suffixes
        structured = " ".join(parts[place] for place in order if parts[place]) if parts else ""
        name = said.names[0] if said.names else structured
        company = texts.get("company", "")
        if parts and name == f"{parts[0]}, {parts[1]}" and parts[0] and parts[1]:
            name = structured
        if not structured and name and said.values.get("kind") is None and fold(name) == fold(company):
            said.values["kind"] = "company"
        if said.values.get("kind") == "company":
            if self.own:
                texts.pop("company", None)
                if "own_company" in texts:
                    texts["company"] = texts["own_company"]
            elif not name:
                name = company
        elif self.own:
            said.values["kind"] = "person"
        if not name and said.nicknames:
            name = said.nicknames.pop(0)
        if any(part not in name for part in parts) and not all(_letters(part) in _letters(name) for part in parts):
            said.asides.append(f"Name: {' '.join(parts[place] for place in (3, *order) if parts[place])}")
        said.asides.extend(f"Nickname: {text}" for text in said.nicknames if text != name)
        said.asides.extend(f"Name: {text}" for text in said.names[1:] if text != name)
        return name or None

    # -- lines -----------------------------------------------------------------------------------------------------

    def _aside(self, said: Said, heading: str, text: str, why: str = "") -> None:
        said.asides.append(f"{heading}: {text}")
        if why:
            said.warnings.append(f"{why}; kept in the note")

    def _names(self, said: Said, line: Field, label: str) -> None:
        text = unescaped(line.text).strip()
        if text not in said.names:
            said.names.append(text)

    def _parts(self, said: Said, line: Field, label: str) -> None:
        found = [" ".join(part.split()) for part in split(line.text, ";")]
        if not said.parts and any(found):
            said.parts = [part.replace(",", " ") if place in (1, 2) else part for place, part in enumerate(found[:5])]
            said.parts += [""] * (5 - len(said.parts))

    def _nicknames(self, said: Said, line: Field, label: str) -> None:
        said.nicknames += [text.strip() for text in split(line.text, ",") if text.strip()]

    def _org(self, said: Said, line: Field, label: str) -> None:
        company, *units = split(line.text, ";")
        if "company" in said.texts or not company.strip():
            units = [part for part in (company, *units) if part.strip()]
            if units:
                self._aside(said, "Company" if "company" in said.texts else "Department", ", ".join(units))
            return
        said.texts["company"] = company
        if department := ", ".join(part.strip() for part in units if part.strip()):
            self._aside(said, "Department", department)

    def _title(self, said: Said, line: Field, label: str) -> None:
        text = unescaped(line.text)
        if said.texts.setdefault("job_title", text) != text:
            self._aside(said, line.head.name.title(), text)

    def _point(self, said: Said, line: Field, kind: str, text: str, label: str | None) -> None:
        try:
            said.points.append((line.head.rank, keeping.clean_point(Point(kind, text, label), self.settings)))
        except Refused as error:
            parts = cells.several(kind, text)
            try:
                found = [keeping.clean_point(Point(kind, part, label), self.settings) for part in parts]
            except Refused:
                found = []
            said.points += [(line.head.rank, point) for point in found]
            if not found and not cells.blank(text):
                self._aside(said, line.head.name, text, f"{line.head.name}: {error}")

    def _email(self, said: Said, line: Field, label: str) -> None:
        text = unescaped(line.text).strip()
        text = text[7:] if text[:7].lower() == "mailto:" else text
        self._point(said, line, "email", text, self._label(line, label))

    def _phone(self, said: Said, line: Field, label: str) -> None:
        text = number(unescaped(line.text).strip())
        self._point(said, line, "phone", text, self._label(line, label))

    def _link(self, said: Said, line: Field, label: str) -> None:
        self._point(said, line, "link", unescaped(line.text).strip(), self._label(line, label))

    def _profile(self, said: Said, line: Field, label: str) -> None:
        """A profile that is a web page is a link; a name in a chat has no place of its own."""
        service, heading, handle = profile(line, label)
        try:
            point = Point("link", unescaped(line.text).strip(), service or None)
            said.points.append((101, keeping.clean_point(point, self.settings)))
        except Refused:
            self._aside(said, heading, handle)

    def _address(self, said: Said, line: Field, label: str) -> None:
        if text := address(line, self.own):
            self._point(said, line, "address", text, self._label(line, label))

    def _formatted(self, said: Said, line: Field, label: str) -> None:
        """An address as it stands on an envelope, where there is no other."""
        point = Point("address", joined(unescaped(line.text)), self._label(line, label))
        said.formatted.append((101, keeping.clean_point(point, self.settings)))

    def _note(self, said: Said, line: Field, label: str) -> None:
        said.notes.append(unescaped(line.text))

    def _tags(self, said: Said, line: Field, label: str) -> None:
        parts = split(line.text, ",")
        said.tags += parts if len(parts) > 1 or ";" not in line.text else split(line.text, ";")

    def _birthday(self, said: Said, line: Field, label: str) -> None:
        text = unescaped(line.text).strip()
        try:
            found = _day(text, self.settings)
        except Refused as error:
            self._aside(said, "Birthday", text, str(error))
            return
        if line.head.params.get("X-APPLE-OMIT-YEAR", "").strip() == found[:4]:
            found = f"-{found[4:]}"
        said.values.setdefault("birthday", found)

    def _life(self, said: Said, line: Field, label: str) -> None:
        text = unescaped(line.text).strip()
        heading = _heading(label) or _DAYS[line.head.name]
        try:
            text = _day(text, self.settings)
        except Refused:
            pass
        self._aside(said, heading, text)

    def _words(self, said: Said, line: Field, label: str) -> None:
        text = unescaped(line.text).strip()
        if re.match(r"(?i)(urn|data):", text):
            self._other(said, line)
            return
        kind = own_kind(line.head.types)
        self._aside(said, _heading(label) or kind.capitalize() or _WORDS[line.head.name], text)

    def _kind(self, said: Said, line: Field, label: str) -> None:
        text = line.text.strip().lower()
        if text in ("group", "location", "application", "device"):
            raise Refused(f"it is a {text}, no person and no company")
        if text in ("org", "organization", "company"):
            said.values["kind"] = "company"

    def _uid(self, said: Said, line: Field, label: str) -> None:
        text = unescaped(line.text).strip()
        ours = re.fullmatch(_OWN_UID, text)
        if ours and ours[1] == self.file_id:
            said.values["known_as"] = int(ours[2]), ours[3]
        else:
            self._point(said, line, "id", text, "vcard")

    def _other(self, said: Said, line: Field) -> None:
        if self.keep_extra:
            text = unescaped(line.text).strip()
            said.kept[line.head.name] = f"{said.kept[line.head.name]}\n{text}" if line.head.name in said.kept else text
            self.read[line.head.name] = None
        else:
            self.not_read[line.head.name] = None

    def _ours(self, said: Said, name: str, text: str, line: int) -> None:
        """A line of our own making. Raises Refused for what `export` would not have written."""
        plain = unescaped(text)
        if name in _NUMBERS or name == "ref":
            if not re.fullmatch(r"\d{1,9}", plain):
                raise Refused(f'{name.replace("_", " ")} is a whole number, not "{plain[:40]}"')
            # A number beyond the cards there are would only take memory.
            if name != "ref" or (self.own and int(plain) <= line):
                said.values[name] = int(plain)
        elif name == "referred_by":
            referrer, _, ref = (*split(text, ";"), "", "")[:3]
            said.texts[name] = check_text(referrer, "referrer", 1000)
            if self.own and re.fullmatch(r"\d{1,8}", ref):  # beside cards of others the numbers say nothing
                said.values["referred_by_ref"] = int(ref)
        elif name == "off_list":
            on, why = (*split(text, ";"), "")[:2]
            said.values[name] = _iso(on), check_text(why, "a reason", 1000) or "asked"
        elif name == "since":
            said.values[name] = _iso(plain)
        elif name == "id":
            system, number = (*split(text, ";"), "")[:2]
            said.points.append((101, keeping.clean_point(Point("id", number, system), self.settings)))
        elif name == "company":
            said.texts["own_company"] = plain
        elif name in ("source", "source_detail", "priority"):
            said.texts[name] = plain

    def _label(self, line: Field, label: str) -> str | None:
        if label:
            return label.strip().lower() or None if self.own else known_label(label)
        return label_of(line.head.types)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, fold(text)))


def _heading(label: str) -> str:
    plain = re.sub(r"_\$!<|>!\$_", "", label).strip()
    return plain[:1].upper() + plain[1:]


def _day(text: str, settings: Settings) -> str:
    """`19850421`, `1985-04-21T00:00:00Z`, `--0421`. Raises Refused."""
    if len(text) == 10 and text[4] == text[7] == "-":
        return read_birthday(text, settings.date_order)
    plain = re.sub(r"(?<=\d)[Tt ]\d.*$", "", text)
    if bare := re.fullmatch(r"(\d{4})(\d\d)(\d\d)", plain):
        plain = "-".join(bare.groups())
    return read_birthday(plain, settings.date_order)


def _iso(text: str) -> str:
    """Raises Refused."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Refused(f'no such day: "{text[:40]}"; it is written 2026-12-31') from None


_READERS: dict[str, Callable[[Reading, Said, Field, str], None]] = {
    "FN": Reading._names, "N": Reading._parts, "NICKNAME": Reading._nicknames, "ORG": Reading._org,
    "TITLE": Reading._title, "ROLE": Reading._title, "EMAIL": Reading._email, "TEL": Reading._phone,
    "ADR": Reading._address, "LABEL": Reading._formatted, "URL": Reading._link, "NOTE": Reading._note,
    "CATEGORIES": Reading._tags, "BDAY": Reading._birthday, "UID": Reading._uid, "KIND": Reading._kind,
    "X-ABSHOWAS": Reading._kind, "X-ADDRESSBOOKSERVER-KIND": Reading._kind,
    **dict.fromkeys(_DAYS, Reading._life), **dict.fromkeys(_WORDS, Reading._words),
    **dict.fromkeys(PROFILES, Reading._profile),
}  # fmt: skip
