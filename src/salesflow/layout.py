"""A table on a screen: which columns give way, what goes on below, and labelled lines where it is too narrow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from salesflow.screen import HEADING, RIGHT, Line, Screen, cell_of, prose, text_lines
from salesflow.table import Answer, Column, Table, Text
from salesflow.width import bar, clip, wrap
from salesflow.width import width as cells_of

BAR = 22
# A column gives way down to the first of these while another can; only then do all go on to the next.
FLOORS = (20, 12, 8)
GIVING = ("text", "list", "bar")
# Where a value begins that is too long even under its column.
ASIDE = 4
STATUS = {
    "lead": "yellow", "possible": "cyan", "prospect": "green", "customer": "bold green", "repeat": "bold green",
    "disqualified": "dim", "off-list": "dim",
}  # fmt: skip


def lines_of(shown: Answer, screen: Screen) -> Iterator[Line]:
    if isinstance(shown, Text):
        yield from text_lines(shown, screen)
    elif isinstance(shown, Table):
        yield from prose(shown.title, screen, HEADING)
        if shown.rows:
            yield from table_lines(shown, screen)
        for note in shown.notes:
            yield from prose(note, screen)
    else:
        labels = [(column.caption.strip() or column.name, column) for column in shown.columns]
        pairs = [(label, cell_of(column, shown.row, screen)) for label, column in labels]
        yield from text_lines(Text(pairs, 2 + max((len(label) for label, _ in labels), default=0)), screen)
        for name, table in shown.tables.items():
            if table.rows:
                yield from prose(table.title or name, screen, HEADING)
                yield from table_lines(table, screen)
                for note in table.notes:
                    yield from prose(note, screen)


class Fit(NamedTuple):
    """How a table fits: the cells of each column, the gap between two, the columns whose long values go below.

    A column of no cells has all its values below, and its heading below the headings.
    """

    widths: Sequence[int]
    gap: int
    below: Collection[int] = ()


def table_lines(table: Table, screen: Screen) -> Iterator[Line]:
    columns = [column for column in table.columns if column.caption]
    rows = [[cell_of(column, row, screen) for column in columns] for row in table.rows]
    captions = [screen.say(column.caption.strip().upper()) for column in columns]
    fit = fitted(columns, captions, rows, screen.width)
    if fit is None:
        yield from stacked(columns, captions, rows, screen)
        return
    if any(captions):
        yield from row_lines(columns, captions, fit, screen, HEADING)
    for cells in rows:
        yield from row_lines(columns, cells, fit, screen)


def fitted(columns: Sequence[Column], captions: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> Fit | None:
    """None: the screen is too narrow for these columns side by side."""
    heads = [cells_of(caption) for caption in captions]
    sizes = [Counter(needs(columns[at], cells[at]) for cells in rows) for at in range(len(columns))]
    natural = [max([head, *size]) for head, size in zip(heads, sizes, strict=True)]
    for gap in (2, 1):
        if sum(natural) + gap * (len(columns) - 1) <= room:
            return Fit(natural, gap)
    below = {at for at, column in enumerate(columns) if column.below}
    texts = {at for at, column in enumerate(columns) if column.kind == "text" and column.firm}
    room -= len(columns) - 1
    for aside in (below, below | texts):
        widths = [min(cells, room) if gives(columns[at]) else cells for at, cells in enumerate(natural)]
        for at in aside:
            fitting = [size for size in sizes[at] if 0 < size <= room // 4]
            widths[at] = max([heads[at], *fitting]) if fitting else 0
        giving = [at for at, column in enumerate(columns) if gives(column) and at not in aside]
        shrink(widths, giving, columns, heads, sizes, room)
        if sum(widths) <= room:
            return Fit(widths, 1, aside)
    return None


def needs(column: Column, cell: str) -> int:
    if column.kind == "bar":
        return BAR
    return max(map(cells_of, cell.split("\n"))) if "\n" in cell else cells_of(cell)


def gives(column: Column) -> bool:
    return column.kind in GIVING and not column.firm


def shrink(
    widths: list[int],
    giving: Sequence[int],
    columns: Sequence[Column],
    heads: Sequence[int],
    sizes: Sequence[Counter[int]],
    room: int,
) -> None:
    """Take cells from the columns where it cuts the fewest values for what it gains; a wrapped value counts half."""

    def price(at: int, floor: int) -> tuple[float, int, int, int]:
        lowest = max([floor, heads[at], *(size for size in sizes[at] if size < widths[at])])
        gain = min(widths[at] - lowest, sum(widths) - room)
        hurt = 0 if columns[at].kind == "bar" else sizes[at][widths[at]] * (1 if columns[at].wrap else 2)
        return hurt / gain, -widths[at], at, gain

    for floor in FLOORS:
        while sum(widths) > room:
            able = [price(at, floor) for at in giving if widths[at] > max(floor, heads[at])]
            if not able:
                break
            _, _, at, gain = min(able)
            widths[at] -= gain


def row_lines(
    columns: Sequence[Column], cells: Sequence[str], fit: Fit, screen: Screen, style: str = ""
) -> Iterator[Line]:
    parts: list[list[str]] = []
    under: list[tuple[int, str]] = []
    for at, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        wide = fit.widths[at]
        if at in fit.below and needs(column, cell) > wide:
            parts.append([])
            under.append((min(place_below(columns, at, fit), screen.width * 3 // 5), cell))
        elif column.kind == "bar":
            parts.append([bar(float(cell), wide, not screen.blocks)] if cell and not style else [])
        elif column.wrap:
            parts.append([part for text in cell.split("\n") for part in wrap(text, wide)])
        else:
            parts.append([clip(text, wide, screen.dots) for text in cell.split("\n")])
    for number in range(max(map(len, parts), default=0)):
        texts = [part[number] if number < len(part) else "" for part in parts]
        yield joined(columns, texts, fit, screen, style)
    for start, text in under:
        start = start if start + cells_of(text) <= screen.width else ASIDE
        for part in wrap(text, screen.width - start):
            yield [(" " * start + screen.fence(part), style)]


def joined(columns: Sequence[Column], texts: Sequence[str], fit: Fit, screen: Screen, style: str) -> Line:
    pieces: Line = []
    spaces = ""
    for column, text, wide in zip(columns, texts, fit.widths, strict=True):
        rest = " " * (wide - cells_of(text))
        if column.right or column.kind in RIGHT:
            spaces, rest = spaces + rest, ""
        if text:
            pieces.append((spaces + screen.fence(text), style or tone(column, text)))
            spaces = ""
        spaces += rest + " " * fit.gap
    return pieces


def place_below(columns: Sequence[Column], at: int, fit: Fit) -> int:
    """Where a value that goes below begins: under the last column before it that gives way, else under its own."""
    place = next((before for before in range(at - 1, -1, -1) if gives(columns[before])), at)
    return sum(fit.widths[:place]) + fit.gap * place


def tone(column: Column, text: str) -> str:
    if column.name == "status":
        return STATUS.get(text.lower(), "")
    if column.name == "why":
        if "late" in text:
            return "red"
        return "magenta" if text.isupper() else "yellow" if text == "today" or text[:1].isdigit() else ""
    return ""


def stacked(
    columns: Sequence[Column], captions: Sequence[str], rows: Sequence[Sequence[str]], screen: Screen
) -> Iterator[Line]:
    """Each row as labelled lines, an empty line between two."""
    kept = [at for at, column in enumerate(columns) if column.kind != "bar" and captions[at]]
    indent = 1 + max((cells_of(captions[at]) for at in kept), default=0)
    for number, cells in enumerate(rows):
        if number:
            yield [("", "")]
        yield from text_lines(Text([(captions[at], cells[at]) for at in kept if cells[at]], indent), screen)
