"""What an answer looks like: columns and rows, or one row with its tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

Row = Mapping[str, Any]


class Column(NamedTuple):
    """One column; `name` is the JSON key and the CSV heading, `caption` the heading on a screen.

    kind: text, number, day, rate (fraction 0..1), list, flag, money, or bar. A money column reads `<name>_minor` and
    `currency` from its row and shows the decimal string `name` with `currency` beside it in JSON and CSV.
    A list is strings, `, ` between them on a screen; one string with line breaks instead is shown as lines.
    A bar is a fraction drawn on a screen, as long as there is room for it.
    A column without a caption is not shown on a screen; a caption of one space is shown without a heading.
    A text or list too long for its place is cut; `wrap`: goes on under itself instead; `below`: takes a line of its
    own under the row instead. `firm`: never cut or wrapped, as are all other kinds. `right`: set flush right, as are
    number, rate and money.
    """

    name: str
    caption: str = ""
    kind: str = "text"
    right: bool = False
    firm: bool = False
    below: bool = False
    wrap: bool = False


class Table(NamedTuple):
    """Rows under columns, in the order they are to be read.

    title and notes stand above and below on a screen only; `empty` is said there when no row is. `view`, when
    given, makes what a person sees instead: another Table or a Text. `ids` names the column that `-f ids` prints.
    """

    columns: Sequence[Column]
    rows: Sequence[Row]
    title: str = ""
    notes: Sequence[str] = ()
    empty: str = ""
    ids: str = "id"
    view: Callable[[], Table | Text] | None = None


class Sheet(NamedTuple):
    """One row and named tables under it; JSON nests them as lists of objects. `ids` and `view` as in Table."""

    columns: Sequence[Column]
    row: Row
    tables: Mapping[str, Table] = {}
    view: Callable[[], Table | Sheet | Text] | None = None
    ids: str = "id"


class Text(NamedTuple):
    """Lines for a person: (label, text) pairs. A labelled text wraps under itself; no label, no indent.

    The label stands in a column of `indent` characters; an empty label continues the one above, up to an empty line.
    Two spaces or more part fields and are kept. A text that begins with `* ` or spaces wraps under its first word.
    `bold` numbers the lines that are headings (from 0).
    """

    lines: Sequence[tuple[str, str]]
    indent: int = 6
    bold: frozenset[int] = frozenset()


Answer = Table | Sheet | Text
