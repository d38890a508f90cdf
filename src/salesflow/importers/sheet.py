"""A table in a text file: its encoding, delimiter and header row are found, not asked."""

from __future__ import annotations

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from types import TracebackType
from typing import BinaryIO

from salesflow.errors import FileTrouble
from salesflow.importers import twice
from salesflow.importers.delimited import Lines, Refusal, Row, records
from salesflow.importers.layout import COLUMN_CAP, NUMBER, detect, filled
from salesflow.importers.opening import Text, encoding_of, open_file
from salesflow.people import fold, looks_like_phone

_SAMPLE_ROWS = 50


_TOTAL = re.compile(
    "(?:sub)?totals?|grand total|total general|totale|totaal|sum|suma|summe|somme|soma|gesamt(?:summe)?|zwischensumme"
    "|razem"
)
_TOTAL_STARTS = frozenset({"", "g", "r", "s", "t", "z"})

Mend = Callable[[Iterable[Row]], Iterator[Row]]


@dataclass
class Sheet:
    """An open table; iterating gives (line, cells), or (line, Refusal), and can be repeated, one iteration at a time.

    Lines count from 1, and a row over several lines has the number of its first. Cells are untouched; there are as
    many as headings. header_line is 0, and the header `column 1`, `column 2` ..., where the file has none.
    size is in bytes; sample holds the first rows. Blank rows, repeated headers and a row of totals at the end are
    no rows: skipped counts them, after an iteration. Once it is known whose export it is, `mended` puts its quirks
    right on the way, and `added` columns of ours stand after those of the file; `plain` has the rows as they are.
    unfilled: columns to be watched; those in which something is met leave it. garbled: where a letter was met that
    was written as UTF-8 twice, as it stands and as it is meant.
    """

    header: list[str]
    header_line: int
    encoding: str
    delimiter: str
    size: int | None
    sample: list[list[str]] = field(default_factory=list, repr=False)
    skipped: Counter[str] = field(default_factory=Counter, repr=False)
    _file: BinaryIO = field(default_factory=io.BytesIO, repr=False)
    _first_line: int = 1
    added: int = 0
    unfilled: set[int] = field(default_factory=set)
    garbled: tuple[int, str, str] | None = None
    _mend: Mend | None = field(default=None, repr=False)
    _breaks: str = ""

    def __enter__(self) -> Sheet:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def position(self) -> int:
        """Bytes read so far, for a progress bar beside size."""
        return 0 if self._file.closed else self._file.tell()

    def mended(self, mend: Mend, added: Collection[str] = ()) -> None:
        """From now on rows go through `mend`, which appends a cell for each of the added headings."""
        self.header, self.added, self._mend = [*self.header, *added], len(added), mend
        self._take_sample()

    def _take_sample(self) -> None:
        self.sample = [cells for _, cells in islice(self, _SAMPLE_ROWS) if isinstance(cells, list)]

    def __iter__(self) -> Iterator[Row]:
        return self._mend(self.plain()) if self._mend else self.plain()

    def plain(self) -> Iterator[Row]:
        """The rows as they stand in the file."""
        self.skipped.clear()
        header = self.header[: len(self.header) - self.added]
        held: Row | None = None
        with Text(self._file, self.encoding) as readline:
            for number, cells in records(Lines(readline), self.delimiter, self.encoding):
                if number < self._first_line:
                    continue
                if self._breaks and isinstance(cells, list):
                    cells = [cell.replace(self._breaks, "\n") for cell in cells]
                row = cells if isinstance(cells, Refusal) else self._row(cells, header, number)
                if self.unfilled and isinstance(row, list):
                    self.unfilled -= {place for place in self.unfilled if place < len(row) and row[place].strip()}
                if row is None:
                    continue
                if held:
                    yield held
                    held = None
                if isinstance(row, list) and _is_total(row):
                    held = number, row
                else:
                    yield number, row
        if held:
            self.skipped["totals"] += 1

    def _row(self, cells: list[str], header: list[str], number: int) -> list[str] | Refusal | None:
        """The cells, as many as headings; None for what is no row."""
        wide = len(header)
        joined = "".join(cells)
        if not joined.strip():
            self.skipped["blank"] += 1
            return None
        if self.garbled is None and not joined.isascii() and (found := twice.example("\t".join(cells))):
            self.garbled = number, *found
        if cells[0].strip() == header[0] and [cell.strip() for cell in cells] == header:
            self.skipped["headers"] += 1
            return None
        if len(cells) == wide:
            return cells
        if "".join(cells[wide:]).strip():
            have = f"{len(cells)} cells" if len(cells) <= COLUMN_CAP else f"over {COLUMN_CAP} cells"
            text = io.StringIO()
            csv.writer(text, delimiter=self.delimiter).writerow(cells)
            return Refusal(f"it has {have} where the header has {wide}", text.getvalue())
        return cells[:wide] + [""] * (wide - len(cells))


def _is_total(cells: list[str]) -> bool:
    """`Gesamt;;;;1.333,50 €`: the word, and sums."""
    if cells[0][:1].strip().lower() not in _TOTAL_STARTS:
        return False
    said = filled(cells)
    if len(said) < 2 or len(said[0]) > 20 or not _TOTAL.fullmatch(fold(said[0]).rstrip(":")):
        return False
    return all(NUMBER.fullmatch(cell) and not looks_like_phone(cell) for cell in said[1:])


def open_sheet(
    path: str | None,
    *,
    encoding: str | None = None,
    stdin: BinaryIO | None = None,
    fallback: str = "cp1252",
    expected: Collection[str] = (),
) -> Sheet:
    """The table in a file, or in `stdin` without a path. Close it, or use it with `with`.

    fallback: the encoding of what is neither marked nor UTF-8. expected: headings that count as known ones.
    FileTrouble: missing, unreadable, a folder or device. Refused: empty, or no text table at all.
    """
    file = open_file(path, stdin)
    return sheet_in(file, path or "standard input", encoding=encoding, fallback=fallback, expected=expected)


def sheet_in(
    file: BinaryIO,
    name: str,
    *,
    encoding: str | None = None,
    fallback: str = "cp1252",
    expected: Collection[str] = (),
    delimiter: str | None = None,
    breaks: str = "",
) -> Sheet:
    """The table in an open file, which is the sheet's from now on; as open_sheet.

    breaks: the character that stands for a line break in a cell.
    """
    try:
        size = file.seek(0, os.SEEK_END)
        used = encoding_of(file, name, encoding, fallback)
        delimiter, found = detect(file, name, used, frozenset(map(fold, expected)), delimiter)
        sheet = Sheet(
            found.header, found.header_line, used, delimiter, size, _file=file, _first_line=found.first_line,
            _breaks=breaks,
        )  # fmt: skip
        sheet._take_sample()
    except OSError as error:
        file.close()
        raise FileTrouble(f"{name} cannot be read: {error.strerror or error}") from None
    except BaseException:
        file.close()
        raise
    return sheet
