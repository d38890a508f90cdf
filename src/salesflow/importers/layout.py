"""Where the table stands in a text: its delimiter, its header row, its first row."""

from __future__ import annotations

import io
import re
from collections import Counter
from itertools import islice
from typing import BinaryIO, NamedTuple

from salesflow.errors import Refused
from salesflow.importers.delimited import Lines, Refusal, Row, records
from salesflow.importers.headings import is_heading
from salesflow.importers.opening import Text
from salesflow.people import fold, looks_like_email, looks_like_link, looks_like_phone

COLUMN_CAP = 500
DELIMITERS = (",", ";", "\t", "|")
_HEAD = 262_144
_HEAD_ROWS = 100
NUMBER = re.compile(r"[€$£]?[-+]?\d[\d\s.,:/-]*[€$£%]?(?: ?[A-Z]{3})?")


class Layout(NamedTuple):
    """How a file reads with one delimiter; the greatest is the right one."""

    known: int
    consistent: float
    wide: int
    header: list[str]
    header_line: int
    first_line: int


def detect(
    file: BinaryIO, name: str, encoding: str, expected: frozenset[str], known: str | None = None
) -> tuple[str, Layout]:
    """The delimiter (`known`: it need not be found), and how the file reads with it.

    Raises Refused: empty, or no text table at all.
    """
    with Text(file, encoding) as readline:
        text = io.StringIO(newline="")
        while text.tell() < _HEAD and (line := readline(_HEAD)):
            text.write(line)
    head = text.getvalue()
    if not head.strip('\ufeff \t\r\n,;|"'):
        raise Refused(f"{name} is empty")
    said = re.match('\ufeff?"?sep=([^\\w"\r\n])"?(?:\r\n|\r|\n|$)', head, re.IGNORECASE) if known is None else None
    choices: dict[str, Layout] = {}
    refused: tuple[int, Refusal] | None = None
    for delimiter in (said[1],) if said else DELIMITERS if known is None else (known,):
        lines = Lines(io.StringIO(head, newline="").readline)
        rows = [row for row in islice(records(lines, delimiter, encoding), _HEAD_ROWS) if not said or row[0] > 1]
        if layout := _layout(rows, expected):
            choices[delimiter] = layout
        refused = refused or next(((number, cells) for number, cells in rows if isinstance(cells, Refusal)), None)
    if not choices:
        at, why = refused or (1, Refusal("it is blank"))
        raise Refused(f"{name} has no row that can be read; line {at}: {why.reason}")
    delimiter = max(choices, key=lambda each: choices[each][:3])
    found = choices[delimiter]
    if len(found.header) > COLUMN_CAP:
        raise Refused(f"{name} has {len(found.header):,} columns; {COLUMN_CAP} are the most")
    return delimiter, found


def _layout(rows: list[Row], expected: frozenset[str]) -> Layout | None:
    good = [(number, cells) for number, cells in rows if isinstance(cells, list) and "".join(cells).strip()]
    if not good:
        return None
    widths = Counter(len(cells) for _, cells in good)
    wide = max(widths, key=lambda width: (widths[width], width))
    place, known = _known_header(good, wide, expected)
    if place is None:
        place = _shaped_header(good, wide)
    if place is None:
        # Nothing is dropped in silence: a line that was refused above the first row is still a row.
        titles = wide >= 3
        start = next((number for number, cells in good if not titles or len(filled(cells)) > 1), good[0][0])
        first = min([start, *(number for number, cells in rows if isinstance(cells, Refusal))])
        header, line, body = [f"column {place + 1}" for place in range(wide)], 0, rows
    else:
        line, cells = good[place]
        header, first = [cell.strip() for cell in cells], line + 1
        wide, body = len(header), [row for row in rows if row[0] >= line]
    even = sum(isinstance(cells, list) and len(cells) == wide for _, cells in body)
    return Layout(known, even / len(body) if wide > 1 else 0.0, wide, header, line, first)


def _known_header(good: list[tuple[int, list[str]]], wide: int, expected: frozenset[str]) -> tuple[int | None, int]:
    """The place of the first row with the most words that are headings, and how many those are."""
    best: int | None = None
    most = 0
    for place, (_, cells) in enumerate(good[:40]):
        said = filled(cells)
        if any(map(_is_point, said)):
            continue
        known = sum(len(cell) <= 60 and (fold(cell) in expected or is_heading(cell)) for cell in set(said))
        numbers = sum(NUMBER.fullmatch(cell) is not None for cell in said)
        if known > max(most, numbers - 1) and (known > 1 or len(said) * 2 >= wide):
            best, most = place, known
    return best, most


def _shaped_header(good: list[tuple[int, list[str]]], wide: int) -> int | None:
    """The place of a row of words above columns of something else; alone in its file, a row of words is one too."""
    for place, (_, cells) in enumerate(good):
        said = filled(cells)
        if any(_is_point(cell) or NUMBER.fullmatch(cell) for cell in said):
            return None
        if len(said) == wide == len(set(said)):
            columns = [[row[at].strip() for _, row in good[place + 1 :] if len(row) == wide] for at in range(wide)]
            other = (sum(_is_point(cell) or bool(NUMBER.fullmatch(cell)) for cell in column) for column in columns)
            contrast = any(count * 2 > len(column) for count, column in zip(other, columns, strict=True))
            return place if contrast or len(good) == 1 else None
    return None


def filled(cells: list[str]) -> list[str]:
    return [cell.strip() for cell in cells if cell and not cell.isspace()]


def _is_point(cell: str) -> bool:
    return len(cell) < 500 and (looks_like_email(cell) or looks_like_phone(cell) or looks_like_link(cell))
