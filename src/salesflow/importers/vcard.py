"""Files of vCards, versions 2.1, 3.0 and 4.0: known by their first line, read a card at a time.

A group of vCard 4 or of iCloud is no person: its name becomes a tag of its members.
"""

from __future__ import annotations

import codecs
import io
import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import BinaryIO

from salesflow.errors import FileTrouble, Refused
from salesflow.importers import cells, opening, twice
from salesflow.importers import delimited as delimited  # has the error handler "mark"
from salesflow.importers.vcard_card import Reading
from salesflow.importers.vcard_lines import PIECE, Card, Scanner, fields, marker, unescaped
from salesflow.people import fold
from salesflow.records.incoming import Extras, Unread
from salesflow.records.settings import Settings

_BLOCK = 1_048_576
_OURS = b"\nPRODID:-//SALESFLOW//"
_KIND = r"(?i)(?:X-ADDRESSBOOKSERVER-)?KIND(?:;[^:]*)?:\s*group\s*"


def is_vcard(file: BinaryIO) -> bool:
    """Whether a file begins as vCards do, in any encoding; it is left at its start."""
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        head = head.removeprefix(mark)
    plain = head.replace(b"\0", b"") if head[:20].count(0) >= 8 else head
    return re.match(rb"(?i)\s*BEGIN[ \t]*:[ \t]*VCARD\s", plain) is not None


class Cards:
    """The cards of an open file; iterating gives (line of BEGIN, card not looked at yet, or why it is refused).

    It can be repeated, one iteration at a time. format: `vcard-3.0-apple`, as the first card says. own: all cards are
    an export of ours. file_id: of the file they are taken into, so that its own contacts are known as who they are.
    read, not_read: the lines met, by name, once cards were read; made: what became of groups, in words.
    """

    def __init__(
        self, file: BinaryIO, name: str, settings: Settings, extras: Extras, *,
        encoding: str | None = None, keep_extra: bool = False, file_id: str = "",
    ) -> None:  # fmt: skip
        self.file = file
        self.encoding = opening.encoding_of(file, name, encoding, "cp1252")
        self.size = file.seek(0, os.SEEK_END)
        self.own, grouped = self._survey()
        self.format = self._format()
        version = self.format.split("-")[1]
        maker = ", a salesflow export" if self.own else " from Apple" if self.format.endswith("apple") else ""
        self.title = f"contacts, vCard {version}{maker}"
        self.reading = Reading(settings, self.encoding, self.own, keep_extra, file_id)
        self.read, self.not_read = self.reading.read, self.reading.not_read
        self.seed = cells.seed("vcard", settings.country, extras, keep_extra)
        self.made: list[str] = []
        self.groups: set[int] = set()
        self.tags: dict[str, list[str]] = {}
        if grouped:
            self._gather()

    def position(self) -> int:
        """Bytes read so far, for a progress bar beside size."""
        return 0 if self.file.closed else self.file.tell()

    def __iter__(self) -> Iterator[tuple[int, Unread | str]]:
        scanner = Scanner()
        for line, card in self._cards(scanner):
            if isinstance(card, str):
                yield line, card
            elif line not in self.groups:
                tags = tuple(self.tags.get(_uid(card), ())) if self.tags else ()
                read = partial(self.reading.person, card, line, tags)
                yield line, Unread(cells.hashed((*card, *tags), self.seed), read)
        if scanner.left_out:
            self.made.append(f"{', '.join(scanner.left_out)} left out: pictures and sounds are not kept")

    def rejects(self, reasons: Mapping[int, str]) -> Iterator[str]:
        """The records that begin on these lines as they stand in the file, each with its reason in a last line.

        The text, piece by piece, is a vCard file again: mended, it can be taken in.
        """
        spans: list[tuple[int, int]] = []  # of lines: from, to before
        begun = 0
        for line, _ in (*self._cards(Scanner()), (0, "")):
            if begun:
                spans.append((begun, line))
            begun = line if line in reasons else 0
        with _Lines(self.file, self.encoding) as readline:
            number, whole = 0, True
            for begun, end in spans:
                held: list[str] = []  # pieces of the last line, which may be END
                while raw := readline(PIECE):
                    number += whole
                    new, whole = whole, raw.endswith("\n")
                    if number < begun:
                        continue
                    if number == begun and new and marker(raw.strip()) != "BEGIN":
                        yield "BEGIN:VCARD\r\nVERSION:3.0\r\n"
                    if new and raw.strip():
                        yield from held
                        held = []
                    held += [raw.removesuffix("\n"), "\r\n" * whole]
                    if number == end - 1 and whole:
                        break
                last = marker("".join(held[:1]).strip()) if held else ""
                yield from held if last != "END" else ()
                yield "\r\n" * (not whole) + f"X-SALESFLOW-REFUSED:{' '.join(reasons[begun].split())}\r\nEND:VCARD\r\n"

    # -- the file --------------------------------------------------------------------------------------------------

    def _cards(self, scanner: Scanner) -> Iterator[tuple[int, Card]]:
        with _Lines(self.file, self.encoding) as readline:
            yield from scanner.cards(readline)

    def _survey(self) -> tuple[bool, bool]:
        """Whether all cards are ours; whether there may be groups. Asked of bytes: it takes no time."""
        self.file.seek(0)
        counts = dict.fromkeys((b"\nBEGIN:VCARD", _OURS, b"MEMBER:"), 0)
        tail = b"\n"
        while block := self.file.read(_BLOCK):
            block = tail + block.replace(b"\0", b"").replace(codecs.BOM_UTF8, b"").upper()
            for mark in counts:
                counts[mark] += block.count(mark) - tail.count(mark)
            tail = block[-30:]
        cards, ours, members = counts.values()
        return 0 < cards == ours, members > 0

    def _format(self) -> str:
        head = ""
        with _Lines(self.file, self.encoding) as readline:
            for _ in range(50):
                head += (line := readline(1000))
                if line[:4].upper() == "END:":
                    break
        version = re.search(r"(?im)^VERSION\s*:\s*(2\.1|3\.0|4\.0)\s*$", head)
        found = version[1] if version else "3.0"
        apple = found == "3.0" and re.search(r"(?im)^PRODID[^:\n]*:-//Apple", head)
        return f"vcard-{found}" + ("-apple" if apple else "")

    def _gather(self) -> None:
        """By the id of each member the groups it is in."""
        members: list[tuple[str, list[str]]] = []
        for line, card in self._cards(Scanner()):
            if isinstance(card, str) or not any(line[:1] in "KkXx" and re.fullmatch(_KIND, line) for line in card):
                continue
            try:
                said = [each for each in fields(card, self.encoding) if each.head.name]
            except Refused:
                continue  # and said when it is read as a person
            names = [unescaped(each.text).replace(";", " ") for each in said if each.head.name in ("FN", "N")]
            name = next((plain for text in names if (plain := " ".join(text.split())[:100])), "group")
            ids = [uid for each in said if each.head.name.endswith("MEMBER") and (uid := _bare(each.text))]
            members.append((name, ids))
            self.groups.add(line)
            for uid in ids:
                self.tags.setdefault(uid, []).append(name)
        there = {
            uid for _, card in self._cards(Scanner()) if isinstance(card, list) and (uid := _uid(card)) in self.tags
        }
        for name, ids in members:
            missing = len(ids) - sum(uid in there for uid in ids)
            what = f"group {name}: a tag of its {len(ids):,} member{'s' * (len(ids) != 1)}"
            self.made.append(what + (f", {missing:,} of them not in this file" if missing else ""))


class _Lines:
    """The file as lines of text from its start, whatever they end with; leaves it open."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        file.seek(0)
        self.file = file
        self.encoding = encoding
        bare = encoding.removesuffix(twice.SUFFIX)
        errors = "mark" if bare.startswith("utf-16") else "surrogateescape"
        self.text = io.TextIOWrapper(file, bare, errors=errors, newline=None)

    def __enter__(self) -> Callable[[int], str]:
        return twice.mended(self.text.readline, self.encoding)

    def __exit__(self, kind: object, error: BaseException | None, at: object) -> None:
        if not self.file.closed:
            self.text.detach()
        if isinstance(error, OSError):
            raise FileTrouble(f"the file cannot be read any further: {error.strerror or error}") from None
        if isinstance(error, UnicodeError):
            raise Refused(f"the file cannot be read as {self.text.encoding}; name another encoding") from None


def _uid(card: list[str]) -> str:
    return next((_bare(unescaped(line.partition(":")[2])) for line in card if line[:3].upper() == "UID"), "")


def _bare(text: str) -> str:
    return fold(text).removeprefix("urn:uuid:")
