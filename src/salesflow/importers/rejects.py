"""Rows that were refused, as a file that can be mended and imported again, with the reason in a last column."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import TextIO

from salesflow.importers.delimited import Refusal
from salesflow.importers.heading_words import REASON
from salesflow.importers.headings import Headings
from salesflow.importers.sheet import Sheet


def write(sheet: Sheet, headings: Headings | None, refusals: Mapping[int, str], out: TextIO) -> None:
    """The rows of these lines as they stand in the file, under its header. Reads the file once more.

    A file without a header gets one, of the fields its columns were taken for. A row that is broken stands in one
    cell, as it is.
    """
    wide = len(sheet.header) - sheet.added
    header = sheet.header[:wide]
    if not sheet.header_line and headings:
        header = [headings.fields.get(place, f"column {place + 1}") for place in range(wide)]
    writer = csv.writer(out, delimiter=sheet.delimiter, lineterminator="\r\n")
    writer.writerow([*header, REASON])
    for line, row in sheet.plain():
        reason = refusals.get(line)
        if reason is None:
            continue
        cells = parts(row.text, sheet.delimiter) if isinstance(row, Refusal) else row
        cells = [*cells, *[""] * (wide - len(cells))]
        writer.writerow([*cells[:wide], reason, *cells[wide:]])  # cells too many stand behind: delete them


def parts(text: str, delimiter: str) -> list[str]:
    """The cells of a broken line as far as they can be told apart; else the line in one."""
    try:
        return next(csv.reader([text.rstrip("\r\n")], delimiter=delimiter), [])
    except csv.Error:
        return [text.rstrip("\r\n")]
