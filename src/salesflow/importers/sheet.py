"""A table in a text file: its encoding, delimiter and header row are found, not asked."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import os
import re
import stat
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from types import TracebackType
from typing import BinaryIO, NamedTuple

from salesflow.errors import FileTrouble, Refused
from salesflow.importers.headings import is_heading
from salesflow.people import fold, looks_like_email, looks_like_link, looks_like_phone

LINE_CAP = 4 * 1_048_576
FIELD_CAP = 1_048_576
COLUMN_CAP = 500
# Lines of two characters take 50 bytes each in memory, so a record is capped by lines too.
RECORD_LINES = 20_000
DELIMITERS = (",", ";", "\t", "|")
_BUFFER = 1_048_576
_HEAD = 262_144
_HEAD_ROWS = 100
_SAMPLE_ROWS = 50
_STRIKES = 8

_MAGIC = {
    b"\x1f\x8b": "compressed (gzip); unpack it",
    b"PK\x03\x04": "a ZIP archive or an XLSX workbook; unpack it, or save the sheet as CSV",
    b"SQLite format 3\0": "an SQLite database; export a table as CSV",
    b"%PDF": "a PDF; save the table as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; save the sheet as CSV",
    b"7z\xbc\xaf": "a 7z archive; unpack it",
    b"BZh": "compressed (bzip2); unpack it",
    b"\xfd7zXZ": "compressed (xz); unpack it",
    b"\x28\xb5\x2f\xfd": "compressed (zstd); unpack it",
    b"\x89PNG": "a picture; what is needed is a CSV file",
    b"\xff\xd8\xff": "a picture; what is needed is a CSV file",
    b"BEGIN:VCARD": "a vCard file; export the contacts as CSV",
    b"<!DOCTYPE": "a web page; what is needed is a CSV file",
    b"<HTML": "a web page; what is needed is a CSV file",
    b"<?XML": "an XML file; what is needed is a CSV file",
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What cannot be decoded becomes half a character, which no good line has: the line is then refused, not the file.
codecs.register_error("mark", lambda error: ("\udcff", error.end) if isinstance(error, UnicodeDecodeError) else ("", 0))
_HALF = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"[€$£]?[-+]?\d[\d\s.,:/-]*[€$£%]?(?: ?[A-Z]{3})?")
_TOTAL = re.compile(
    "(?:sub)?totals?|grand total|total general|totale|totaal|sum|suma|summe|somme|soma|gesamt(?:summe)?|zwischensumme"
    "|razem"
)
_TOTAL_STARTS = frozenset({"", "g", "r", "s", "t", "z"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that cannot be taken, why, and its text as it stands in the file."""

    reason: str
    text: str = ""


Row = tuple[int, list[str] | Refusal]


class _TooMuch(Exception):
    """A line over the cap, or a quote that runs on and on."""


class _Lines:
    """Physical lines for csv.reader, which can be given back when a quote is never closed."""

    def __init__(self, readline: Callable[[int], str]) -> None:
        self.number = 0
        self.taken: list[str] = []
        self._readline = readline
        self._ahead: deque[str] = deque()
        self._size = self._strikes = self._given_back_to = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self.taken and (self._strikes >= _STRIKES or len(self.taken) >= RECORD_LINES or self._size > LINE_CAP):
            raise _TooMuch('a quote " is opened and never closed')
        line = self._ahead.popleft() if self._ahead else self._read()
        if not line:
            raise StopIteration
        if self.number == 0:
            line = line.removeprefix("\ufeff")
        self.number += 1
        self.taken.append(line)
        self._size += len(line)
        if len(line) > LINE_CAP:
            raise _TooMuch(f"the line is longer than {LINE_CAP:,} characters")
        return line

    def _read(self) -> str:
        line = self._readline(LINE_CAP + 1)
        if len(line) > LINE_CAP and line[-1] not in "\r\n":
            while (rest := self._readline(LINE_CAP)) and rest[-1] not in "\r\n":
                pass
            line += "\n"
        return line

    def begin(self) -> int:
        """Starts a record; the number its first line will have."""
        self.taken.clear()
        self._size = 0
        if self.number >= self._given_back_to:
            self._strikes = 0
        return self.number + 1

    def give_back(self) -> str:
        """All lines of a broken record but its first, which is returned.

        Lines could be read over and over: after some such failures in one stretch each line there stands alone.
        """
        first, rest = self.taken[0], self.taken[1:]
        if rest:
            self._strikes += 1
            self._given_back_to = max(self._given_back_to, self.number)
            self._ahead.extendleft(reversed(rest))
            self.number -= len(rest)
        return first


def _records(lines: _Lines, delimiter: str, encoding: str) -> Iterator[Row]:
    """Every record with the line it begins on, blank ones included; a broken one costs its first line only."""
    csv.field_size_limit(FIELD_CAP)
    # strict: otherwise a quote that is never closed swallows the rest of the file as one cell.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        number = lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _TooMuch) as error:
            yield number, Refusal(_reason(error), lines.give_back())
            continue
        text = lines.taken[0] if len(lines.taken) == 1 else "".join(lines.taken)
        if not text.isascii() and _HALF.search(text):
            reason = f"it has bytes that are not {encoding}; convert the file, or say which encoding it has"
            yield number, Refusal(reason, _HALF.sub("\ufffd", text))
        elif "\0" in text:
            yield number, Refusal("it has a NUL character in it", text)
        else:
            yield number, cells


def _reason(error: Exception) -> str:
    text = str(error)
    if "expected after" in text:
        return 'text follows a closing quote "; a quote inside a cell is written twice'
    if "unexpected end" in text:
        return 'a quote " is opened and never closed'
    if "field limit" in text:
        return f"a cell is longer than {FIELD_CAP:,} characters"
    return text


@dataclass
class Sheet:
    """An open table; iterating gives (line, cells), or (line, Refusal), and can be repeated, one iteration at a time.

    Lines count from 1, and a row over several lines has the number of its first. Cells are untouched; there are as
    many as headings. header_line is 0, and the header `column 1`, `column 2` ..., where the file has none.
    size is in bytes; sample holds the first rows. Blank rows, repeated headers and a row of totals at the end are
    no rows: skipped counts them, after an iteration.
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

    def __enter__(self) -> Sheet:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def position(self) -> int:
        """Bytes read so far, for a progress bar beside size."""
        return 0 if self._file.closed else self._file.tell()

    def __iter__(self) -> Iterator[Row]:
        self.skipped.clear()
        held: Row | None = None
        with _Text(self._file, self.encoding) as readline:
            for number, cells in _records(_Lines(readline), self.delimiter, self.encoding):
                if number < self._first_line:
                    continue
                row = cells if isinstance(cells, Refusal) else self._row(cells)
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

    def _row(self, cells: list[str]) -> list[str] | Refusal | None:
        """The cells, as many as headings; None for what is no row."""
        wide = len(self.header)
        if not "".join(cells).strip():
            self.skipped["blank"] += 1
            return None
        if cells[0].strip() == self.header[0] and [cell.strip() for cell in cells] == self.header:
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


class _Text:
    """The file as text from its start; leaves the file open, for the next who reads it."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        file.seek(0)
        self._file = file
        self._text = io.TextIOWrapper(file, encoding, errors="mark", newline="")

    def __enter__(self) -> Callable[[int], str]:
        return self._text.readline

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if not self._file.closed:
            self._text.detach()
        if isinstance(error, OSError):
            raise FileTrouble(f"the file cannot be read any further: {error.strerror or error}") from None
        if isinstance(error, UnicodeError):
            raise Refused(f"the file cannot be read as {self._text.encoding}; name another encoding") from None


def _is_total(cells: list[str]) -> bool:
    """`Gesamt;;;;1.333,50 €`: the word, and sums."""
    if cells[0][:1].strip().lower() not in _TOTAL_STARTS:
        return False
    filled = _filled(cells)
    if len(filled) < 2 or len(filled[0]) > 20 or not _TOTAL.fullmatch(fold(filled[0]).rstrip(":")):
        return False
    return all(_NUMBER.fullmatch(cell) and not looks_like_phone(cell) for cell in filled[1:])


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


def open_file(path: str | None, stdin: BinaryIO | None = None) -> BinaryIO:
    """A file, or `stdin` without a path, that can be read twice. Raises FileTrouble."""
    try:
        return _spool(stdin or io.BytesIO()) if path is None else _open(path)
    except OSError as error:
        raise FileTrouble(f"{path or 'standard input'} cannot be read: {error.strerror or error}") from None


def sheet_in(
    file: BinaryIO,
    name: str,
    *,
    encoding: str | None = None,
    fallback: str = "cp1252",
    expected: Collection[str] = (),
) -> Sheet:
    """The table in an open file, which is the sheet's from now on; as open_sheet."""
    try:
        size = file.seek(0, os.SEEK_END)
        used = _encoding(file, name, encoding, fallback)
        sheet = _detect(file, name, used, frozenset(map(fold, expected)))
        sheet.size = size
        sheet.sample = [cells for _, cells in islice(sheet, _SAMPLE_ROWS) if isinstance(cells, list)]
    except OSError as error:
        file.close()
        raise FileTrouble(f"{name} cannot be read: {error.strerror or error}") from None
    except BaseException:
        file.close()
        raise
    return sheet


def _open(path: str) -> BinaryIO:
    try:
        mode = os.stat(path).st_mode
    except ValueError:
        raise FileTrouble("there is no file of that name; a name has no NUL in it") from None
    except FileNotFoundError:
        raise FileTrouble(f"there is no file {path}; look at the name, or give - for standard input") from None
    if stat.S_ISDIR(mode):
        raise FileTrouble(f"{path} is a folder; name a file in it")
    if not stat.S_ISREG(mode):
        raise FileTrouble(f"{path} is a device or a pipe; give - and send it to standard input")
    return io.BufferedReader(io.FileIO(path), _BUFFER)


def _spool(stream: BinaryIO) -> BinaryIO:
    """A stream as a file that can be read twice: itself, or a copy of it in an unnamed file of our own."""
    import shutil
    import tempfile

    with contextlib.suppress(OSError):
        if stat.S_ISREG(os.fstat(stream.fileno()).st_mode) and stream.tell() == 0:
            return io.BufferedReader(io.FileIO(os.dup(stream.fileno())), _BUFFER)
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- Sheet.close closes it
    shutil.copyfileobj(stream, file, _BUFFER)
    return file


def _encoding(file: BinaryIO, name: str, wanted: str | None, fallback: str) -> str:
    file.seek(0)
    head = file.read(65_536)
    bare = head.removeprefix(codecs.BOM_UTF8).lstrip()
    for magic, what in _MAGIC.items():
        if head.startswith(magic) or bare[: len(magic)].upper() == magic:
            raise Refused(f"{name} is {what}")
    if wanted is not None:
        return _codec(wanted)
    for mark, used in _BOMS:
        if head.startswith(mark):
            return used
    # Excel's and Windows' UTF-16 without its mark: every other byte of plain letters is 0.
    if len(head) >= 4 and head[1::2].count(0) * 2 > len(head) // 2 and head[::2].count(0) * 10 < len(head):
        return "utf-16-le"
    if len(head) >= 4 and head[::2].count(0) * 2 > len(head) // 2 and head[1::2].count(0) * 10 < len(head):
        return "utf-16-be"
    if _is_utf8(file) or _is_mostly_utf8(file):
        return "utf-8"
    try:
        used = _codec(fallback)
    except Refused:
        used = "cp1252"
    return "cp1252" if used in ("utf-8", "ascii") else used


def _codec(name: str) -> str:
    try:
        codec = codecs.lookup(name)
        "".encode(name)
    except (LookupError, ValueError):
        raise Refused(f'there is no encoding "{name}"; try utf-8, cp1252, cp1250, latin-1 or utf-16') from None
    return codec.name


def _is_utf8(file: BinaryIO) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(_BUFFER):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_mostly_utf8(file: BinaryIO) -> bool:
    """A UTF-8 file with a damaged line: read as anything else, every accent in it would be damaged."""
    file.seek(0)
    good = bad = 0
    while line := file.readline(65_536):
        if not line.isascii():
            try:
                line.decode()
                good += 1
            except UnicodeDecodeError:
                bad += 1
    return good > bad


class _Layout(NamedTuple):
    """How a file reads with one delimiter; the greatest is the right one."""

    known: int
    consistent: float
    wide: int
    header: list[str]
    header_line: int
    first_line: int


def _detect(file: BinaryIO, name: str, encoding: str, expected: frozenset[str]) -> Sheet:
    with _Text(file, encoding) as readline:
        text = io.StringIO(newline="")
        while text.tell() < _HEAD and (line := readline(_HEAD)):
            text.write(line)
    head = text.getvalue()
    if not head.strip('\ufeff \t\r\n,;|"'):
        raise Refused(f"{name} is empty")
    said = re.match('\ufeff?"?sep=([^\\w"\r\n])"?(?:\r\n|\r|\n|$)', head, re.IGNORECASE)
    choices: dict[str, _Layout] = {}
    refused: tuple[int, Refusal] | None = None
    for delimiter in (said[1],) if said else DELIMITERS:
        lines = _Lines(io.StringIO(head, newline="").readline)
        rows = [row for row in islice(_records(lines, delimiter, encoding), _HEAD_ROWS) if not said or row[0] > 1]
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
    return Sheet(found.header, found.header_line, encoding, delimiter, None, _file=file, _first_line=found.first_line)


def _layout(rows: list[Row], expected: frozenset[str]) -> _Layout | None:
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
        start = next((number for number, cells in good if not titles or len(_filled(cells)) > 1), good[0][0])
        first = min([start, *(number for number, cells in rows if isinstance(cells, Refusal))])
        header, line, body = [f"column {place + 1}" for place in range(wide)], 0, rows
    else:
        line, cells = good[place]
        header, first = [cell.strip() for cell in cells], line + 1
        wide, body = len(header), [row for row in rows if row[0] >= line]
    even = sum(isinstance(cells, list) and len(cells) == wide for _, cells in body)
    return _Layout(known, even / len(body) if wide > 1 else 0.0, wide, header, line, first)


def _known_header(good: list[tuple[int, list[str]]], wide: int, expected: frozenset[str]) -> tuple[int | None, int]:
    """The place of the first row with the most words that are headings, and how many those are."""
    best: int | None = None
    most = 0
    for place, (_, cells) in enumerate(good[:40]):
        filled = _filled(cells)
        if any(map(_is_point, filled)):
            continue
        known = sum(len(cell) <= 60 and (fold(cell) in expected or is_heading(cell)) for cell in set(filled))
        numbers = sum(_NUMBER.fullmatch(cell) is not None for cell in filled)
        if known > max(most, numbers - 1) and (known > 1 or len(filled) * 2 >= wide):
            best, most = place, known
    return best, most


def _shaped_header(good: list[tuple[int, list[str]]], wide: int) -> int | None:
    """The place of a row of words above columns of something else; alone in its file, a row of words is one too."""
    for place, (_, cells) in enumerate(good):
        filled = _filled(cells)
        if any(_is_point(cell) or _NUMBER.fullmatch(cell) for cell in filled):
            return None
        if len(filled) == wide == len(set(filled)):
            columns = [[row[at].strip() for _, row in good[place + 1 :] if len(row) == wide] for at in range(wide)]
            other = (sum(_is_point(cell) or bool(_NUMBER.fullmatch(cell)) for cell in column) for column in columns)
            contrast = any(count * 2 > len(column) for count, column in zip(other, columns, strict=True))
            return place if contrast or len(good) == 1 else None
    return None


def _filled(cells: list[str]) -> list[str]:
    return [cell.strip() for cell in cells if cell and not cell.isspace()]


def _is_point(cell: str) -> bool:
    return len(cell) < 500 and (looks_like_email(cell) or looks_like_phone(cell) or looks_like_link(cell))
