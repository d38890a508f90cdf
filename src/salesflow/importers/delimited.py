"""Rows of a delimited text as they stand, each with its line; a broken one costs itself alone."""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

LINE_CAP = 4 * 1_048_576
FIELD_CAP = 1_048_576
# Lines of two characters take 50 bytes each in memory, so a record is capped by lines too.
RECORD_LINES = 20_000
_STRIKES = 8
# What cannot be decoded becomes half a character, which no good line has: the line is then refused, not the file.
codecs.register_error("mark", lambda error: ("\udcff", error.end) if isinstance(error, UnicodeDecodeError) else ("", 0))
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that cannot be taken, why, and its text as it stands in the file."""

    reason: str
    text: str = ""


Row = tuple[int, list[str] | Refusal]


class _TooMuch(Exception):
    """A line over the cap, or a quote that runs on and on."""


class Lines:
    """Physical lines for csv.reader, which can be given back when a quote is never closed."""

    def __init__(self, readline: Callable[[int], str]) -> None:
        self.number = 0
        self.taken: list[str] = []
        self._readline = readline
        self._ahead: deque[str] = deque()
        self._size = self._strikes = self._given_back_to = 0

    def __iter__(self) -> Lines:
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


def records(lines: Lines, delimiter: str, encoding: str) -> Iterator[Row]:
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
