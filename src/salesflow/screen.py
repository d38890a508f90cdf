"""A screen: how wide it is, what it can write, and how one value and plain text look on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TextIO

from salesflow.table import Column, Row, Text
from salesflow.width import LRM, clip, fence, pad, safe, wrap
from salesflow.width import width as cells_of

# Named tuples here, since a frozen dataclass costs every start a millisecond.

# A line on a screen: pieces of text, each with the name of a style.
Line = list[tuple[str, str]]

NARROWEST = 20
RIGHT = ("number", "money", "rate")  # kinds set flush right
HEADING = "bold"


class Screen(NamedTuple):
    """Where a person reads: its cells, the marks in numbers, and what its encoding can write."""

    width: int
    marks: str
    encoding: str
    dots: str
    fences: bool
    blocks: bool

    def say(self, text: str) -> str:
        return encodable(safe(text), self.encoding)

    def fence(self, text: str) -> str:
        return fence(text) if self.fences else text


def screen_of(out: TextIO, width: int, marks: str) -> Screen:
    encoding = getattr(out, "encoding", None) or "utf-8"

    def can(text: str) -> bool:
        return encodable(text, encoding) == text

    return Screen(width, marks, encoding, "…" if can("…") else "~", can(LRM), can("▋█"))


def encodable(text: str, encoding: str) -> str:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode(encoding, "backslashreplace").decode(encoding)
    return text


def prose(text: str, screen: Screen, style: str = "") -> Iterator[Line]:
    for part in wrap(screen.say(text), screen.width) if text else ():
        yield [(screen.fence(part), style)]


def text_lines(text: Text, screen: Screen) -> Iterator[Line]:
    labelled = False
    for number, (label, body) in enumerate(text.lines):
        labelled = bool(label) or (labelled and bool(body))
        head = pad(clip(screen.say(label), screen.width // 2), text.indent) if labelled else ""
        if label and not head.endswith(" "):
            head += " "
        said = screen.say(body)
        hang = len(said) - len(said.lstrip(" ")) + 2 * said.lstrip(" ").startswith("* ")
        style = HEADING if number in text.bold else ""
        for part in wrap(said, screen.width - cells_of(head), hang):
            yield [(head, HEADING), (screen.fence(part), style)] if part.strip() or label else [("", "")]
            head = " " * cells_of(head)


def cell_of(column: Column, row: Row, screen: Screen) -> str:
    """A value as said on a screen. Line breaks left in it are the code's own; a bar is its share until it is drawn."""
    kind = column.kind
    if kind == "money":
        from salesflow import money

        minor = row[f"{column.name}_minor"]
        return "" if minor is None else screen.say(money.show(minor, row["currency"], screen.marks))
    value = row[column.name]
    if value is None:
        return ""
    if kind == "rate":
        return f"{int(value * 100 + 0.5)} %"
    if kind == "flag":
        return "yes" if value else "no"
    if kind == "bar":
        return repr(float(value))
    if kind == "list":
        parts = [screen.say(str(part)) for part in (value.split("\n") if isinstance(value, str) else value)]
        return ("\n" if isinstance(value, str) else ", ").join(parts)
    if isinstance(value, (int, float)):
        return number_of(value, column, screen)
    return screen.say(str(value))


def number_of(value: int | float, column: Column, screen: Screen) -> str:
    """Thousands set apart, fractions to one decimal; ids and years as they are."""
    if column.kind != "number" or column.name in ("id", "year") or column.name.endswith("_id"):
        return str(value)
    text = f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
    return text.translate({ord(","): screen.marks[:-1], ord("."): screen.marks[-1:]})
