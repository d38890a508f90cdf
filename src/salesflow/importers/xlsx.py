"""Workbooks: the first sheet with a table in it, as the rows of a CSV file. Needs openpyxl, the extra `xlsx`."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple
from zipfile import BadZipFile, ZipFile

from salesflow.errors import Refused
from salesflow.importers import zipped
from salesflow.people import fold, nearest

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

# What a line break in a cell is in our CSV, so that a row is a line: no workbook can have this character.
BREAK = "\x0b"
_LOOK = 200  # rows in which a sheet shows whether it has a table
_ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"))


class Table(NamedTuple):
    """A sheet as a CSV file in UTF-8, one line a row, and the other sheets that have rows."""

    file: BinaryIO
    sheet: str
    others: tuple[str, ...]


def is_workbook(file: BinaryIO) -> bool:
    """Whether a file is an XLSX workbook, by what is in it."""
    return zipped.is_zip(file) and any(name.endswith("xl/workbook.xml") for name in zipped.names(file))


def table_in(file: BinaryIO, name: str, wanted: str | None = None) -> Table:
    """The sheet of that name, else the first that has a table and is not hidden. Raises Refused."""
    try:
        import openpyxl
    except ImportError:
        words = 'to read workbooks: pip install "salesflow[xlsx]"; or save the sheet as CSV'
        raise Refused(f"{name} is an XLSX workbook; {words}") from None
    file.seek(0)
    zipped.checked(ZipFile(file), name)
    try:
        # read_only: row by row; data_only: what formulas came to when the workbook was saved.
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        chosen, others = _choose(book, name, wanted)
        return Table(_as_csv(_rows(book[chosen])), chosen, others)
    except (BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError, SyntaxError):
        raise Refused(f"{name} is a damaged workbook; open it and save it again, or save the sheet as CSV") from None


def _choose(book: Workbook, name: str, wanted: str | None) -> tuple[str, tuple[str, ...]]:
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    found = None
    if wanted is not None:
        found = next((title for title in sheets if fold(title) == fold(wanted)), None)
        if found is None:
            near = nearest(fold(wanted), [(fold(title), title) for title in sheets]) or list(sheets)
            listed = ", ".join(f'"{title}"' for title in near[:12])
            raise Refused(f'{name} has no sheet "{wanted}"; it has {listed}')
    seen = {title: _filled(sheet) for title, sheet in sheets.items() if sheet.sheet_state == "visible"}
    filled = [title for title, rows in seen.items() if rows]
    if found is not None:
        return found, tuple(title for title in filled if title != found)
    if not filled:
        raise Refused(f"{name} has nothing in it that is not hidden")
    # Two rows of two cells are a table; where no sheet has them, whatever has something in it.
    chosen = next((title for title in filled if sum(wide > 1 for wide in seen[title]) > 1), filled[0])
    return chosen, tuple(title for title in filled if title != chosen)


def _filled(sheet: Any) -> list[int]:
    """How many cells are filled in each of its first rows that have any."""
    return [wide for row in islice(_rows(sheet), _LOOK) if (wide := sum(map(bool, row)))]


def _rows(sheet: Any) -> Iterator[list[str]]:
    """Every row from the first, blank ones too, as the texts of its cells."""
    sheet.reset_dimensions()  # some programs write them wrong
    for row in sheet.iter_rows():
        texts = [_text(cell) for cell in row]
        while texts and not texts[-1]:
            texts.pop()
        yield texts


def _text(cell: Any) -> str:
    """As it would stand in a CSV file that every country reads alike."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return "" if value in _ERRORS else value.replace("\r\n", "\n").replace("\r", "\n").replace("\n", BREAK)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.15g}"
    if isinstance(value, int | float):
        whole = f"{value:.0f}"
        shape = cell.number_format
        # `00000` keeps the zeros of postcodes.
        return whole.zfill(len(shape)) if shape and set(shape) == {"0"} else whole
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _as_csv(rows: Iterable[list[str]]) -> BinaryIO:
    """In an unnamed file of our own: rows stay where they are, and memory stays flat."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- Sheet.close closes it
    out = io.TextIOWrapper(file, "utf-8", errors="surrogatepass", newline="", write_through=False)
    writer = csv.writer(out, lineterminator="\n")
    blank = 0  # a sheet may end in a million of them
    for row in rows:
        if not row:
            blank += 1
            continue
        out.write("\n" * blank)
        blank = 0
        writer.writerow(row)
    out.flush()
    out.detach()
    file.seek(0)
    return file
