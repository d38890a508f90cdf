"""Answers on their way out: to a screen, or as JSON, CSV, Markdown or ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple, TextIO

from salesflow.errors import Refused
from salesflow.table import Answer, Column, Row, Sheet, Table, Text
from salesflow.width import LRM, bar, clip, defuse, fence, json_safe, line, pad, safe, undefuse, wrap
from salesflow.width import width as cells_of

__all__ = ["bar", "defuse", "line", "safe", "show", "undefuse"]

# Named tuples here, since a frozen dataclass costs every start a millisecond.

# A line on a screen: pieces of text, each with the name of a style.
Line = list[tuple[str, str]]

NARROWEST = 20
BAR = 22
# A column gives way down to the first of these while another can; only then do all go on to the next.
FLOORS = (20, 12, 8)
RIGHT = ("number", "money", "rate")
GIVING = ("text", "list", "bar")
# Where a value begins that is too long even under its column.
ASIDE = 4
HEADING = "bold"
STATUS = {
    "lead": "yellow", "possible": "cyan", "prospect": "green", "customer": "bold green", "repeat": "bold green",
    "disqualified": "dim", "off-list": "dim",
}  # fmt: skip


def show(
    answer: Answer,
    fmt: str,
    out: TextIO,
    *,
    width: int = 80,
    rich: bool = False,
    color: bool = False,
    marks: str = ",.",
    words: TextIO | None = None,
    raw: bool = False,
) -> None:
    """Write an answer as table, json, csv, md or ids.

    rich: `out` is a terminal; tables then go through Rich, in colour if `color`, and CSV is made safe to look at.
    marks: between thousands and before decimals. words: where a table without rows says so (None: nowhere).
    raw: CSV without the apostrophes that keep spreadsheets from running cells. CSV lines end in a bare newline.
    A narrow screen counts as 20 cells. Raises Refused for another format, and for ids where there are none.
    """
    screen = _screen(out, max(width, NARROWEST), marks)
    if fmt == "table":
        shown = answer if isinstance(answer, Text) or answer.view is None else answer.view()
        if rich:
            _print_rich(_lines(shown, screen), out, screen, color)
        else:
            _print_plain(_lines(shown, screen), out)
        if words and isinstance(shown, Table) and not shown.rows:
            out.flush()
            _print_plain(_prose(shown.empty, _screen(words, screen.width, marks)), words)
    elif fmt == "json":
        _write_json(answer, out)
    elif fmt == "csv":
        for cells in _csv_rows(answer, raw):
            out.write(_encodable(_csv_line([safe(cell) for cell in cells] if rich else cells), screen.encoding) + "\n")
    elif fmt == "md":
        out.writelines(text + "\n" for text in _markdown(answer, screen))
    elif fmt == "ids":
        out.writelines(screen.say(str(found)) + "\n" for found in _ids(answer))
    else:
        raise Refused(f"no format {fmt!r}: table, json, csv, md or ids")


# Screens


class Screen(NamedTuple):
    """Where a person reads: its cells, the marks in numbers, and what its encoding can write."""

    width: int
    marks: str
    encoding: str
    dots: str
    fences: bool
    blocks: bool

    def say(self, text: str) -> str:
        return _encodable(safe(text), self.encoding)

    def fence(self, text: str) -> str:
        return fence(text) if self.fences else text


def _screen(out: TextIO, width: int, marks: str) -> Screen:
    encoding = getattr(out, "encoding", None) or "utf-8"

    def can(text: str) -> bool:
        return _encodable(text, encoding) == text

    return Screen(width, marks, encoding, "…" if can("…") else "~", can(LRM), can("▋█"))


def _encodable(text: str, encoding: str) -> str:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode(encoding, "backslashreplace").decode(encoding)
    return text


def _print_plain(lines: Iterator[Line], out: TextIO) -> None:
    out.writelines("".join(text for text, _ in pieces) + "\n" for pieces in lines)


def _print_rich(lines: Iterator[Line], out: TextIO, screen: Screen, color: bool) -> None:
    """The same lines through Rich, in styles. Lines and no rich.table: that measures text by tables of its own and
    cuts what it finds too wide, and no cell of it can reach over the next."""
    from rich.console import Console
    from rich.text import Text as Styled

    console = Console(
        file=out, width=screen.width, force_terminal=True, color_system="auto" if color else None, no_color=not color,
        markup=False, emoji=False, highlight=False, soft_wrap=True,
    )  # fmt: skip
    for pieces in lines:
        console.print(Styled.assemble(*pieces))


def _lines(shown: Answer, screen: Screen) -> Iterator[Line]:
    if isinstance(shown, Text):
        yield from _text_lines(shown, screen)
    elif isinstance(shown, Table):
        yield from _prose(shown.title, screen, HEADING)
        if shown.rows:
            yield from _table_lines(shown, screen)
        for note in shown.notes:
            yield from _prose(note, screen)
    else:
        labels = [(column.caption.strip() or column.name, column) for column in shown.columns]
        pairs = [(label, _cell(column, shown.row, screen)) for label, column in labels]
        yield from _text_lines(Text(pairs, 2 + max((len(label) for label, _ in labels), default=0)), screen)
        for name, table in shown.tables.items():
            if table.rows:
                yield from _prose(table.title or name, screen, HEADING)
                yield from _table_lines(table, screen)


def _prose(text: str, screen: Screen, style: str = "") -> Iterator[Line]:
    for part in wrap(screen.say(text), screen.width) if text else ():
        yield [(screen.fence(part), style)]


def _text_lines(text: Text, screen: Screen) -> Iterator[Line]:
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


# Tables on a screen


class Fit(NamedTuple):
    """How a table fits: the cells of each column, the gap between two, the columns whose long values go below.

    A column of no cells has all its values below, and its heading below the headings.
    """

    widths: Sequence[int]
    gap: int
    below: Collection[int] = ()


def _table_lines(table: Table, screen: Screen) -> Iterator[Line]:
    columns = [column for column in table.columns if column.caption]
    rows = [[_cell(column, row, screen) for column in columns] for row in table.rows]
    captions = [screen.say(column.caption.strip().upper()) for column in columns]
    fit = _fit(columns, captions, rows, screen.width)
    if fit is None:
        yield from _stacked(columns, captions, rows, screen)
        return
    if any(captions):
        yield from _row_lines(columns, captions, fit, screen, HEADING)
    for cells in rows:
        yield from _row_lines(columns, cells, fit, screen)


def _cell(column: Column, row: Row, screen: Screen) -> str:
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
        return _number(value, column, screen)
    return screen.say(str(value))


def _number(value: int | float, column: Column, screen: Screen) -> str:
    """Thousands set apart, fractions to one decimal; ids and years as they are."""
    if column.kind != "number" or column.name in ("id", "year") or column.name.endswith("_id"):
        return str(value)
    text = f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
    return text.translate({ord(","): screen.marks[:-1], ord("."): screen.marks[-1:]})


def _fit(columns: Sequence[Column], captions: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> Fit | None:
    """None: the screen is too narrow for these columns side by side."""
    heads = [cells_of(caption) for caption in captions]
    sizes = [Counter(_size(columns[at], cells[at]) for cells in rows) for at in range(len(columns))]
    natural = [max([head, *size]) for head, size in zip(heads, sizes, strict=True)]
    for gap in (2, 1):
        if sum(natural) + gap * (len(columns) - 1) <= room:
            return Fit(natural, gap)
    below = {at for at, column in enumerate(columns) if column.below}
    texts = {at for at, column in enumerate(columns) if column.kind == "text" and column.firm}
    room -= len(columns) - 1
    for aside in (below, below | texts):
        widths = [min(cells, room) if _gives(columns[at]) else cells for at, cells in enumerate(natural)]
        for at in aside:
            fitting = [size for size in sizes[at] if 0 < size <= room // 4]
            widths[at] = max([heads[at], *fitting]) if fitting else 0
        giving = [at for at, column in enumerate(columns) if _gives(column) and at not in aside]
        _shrink(widths, giving, columns, heads, sizes, room)
        if sum(widths) <= room:
            return Fit(widths, 1, aside)
    return None


def _size(column: Column, cell: str) -> int:
    if column.kind == "bar":
        return BAR
    return max(map(cells_of, cell.split("\n"))) if "\n" in cell else cells_of(cell)


def _gives(column: Column) -> bool:
    return column.kind in GIVING and not column.firm


def _shrink(
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


def _row_lines(
    columns: Sequence[Column], cells: Sequence[str], fit: Fit, screen: Screen, style: str = ""
) -> Iterator[Line]:
    parts: list[list[str]] = []
    under: list[tuple[int, str]] = []
    for at, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        wide = fit.widths[at]
        if at in fit.below and _size(column, cell) > wide:
            parts.append([])
            under.append((min(_under(columns, at, fit), screen.width * 3 // 5), cell))
        elif column.kind == "bar":
            parts.append([bar(float(cell), wide, not screen.blocks)] if cell and not style else [])
        elif column.wrap:
            parts.append([part for text in cell.split("\n") for part in wrap(text, wide)])
        else:
            parts.append([clip(text, wide, screen.dots) for text in cell.split("\n")])
    for number in range(max(map(len, parts), default=0)):
        texts = [part[number] if number < len(part) else "" for part in parts]
        yield _joined(columns, texts, fit, screen, style)
    for start, text in under:
        start = start if start + cells_of(text) <= screen.width else ASIDE
        for part in wrap(text, screen.width - start):
            yield [(" " * start + screen.fence(part), style)]


def _joined(columns: Sequence[Column], texts: Sequence[str], fit: Fit, screen: Screen, style: str) -> Line:
    pieces: Line = []
    spaces = ""
    for column, text, wide in zip(columns, texts, fit.widths, strict=True):
        rest = " " * (wide - cells_of(text))
        if column.right or column.kind in RIGHT:
            spaces, rest = spaces + rest, ""
        if text:
            pieces.append((spaces + screen.fence(text), style or _tone(column, text)))
            spaces = ""
        spaces += rest + " " * fit.gap
    return pieces


def _under(columns: Sequence[Column], at: int, fit: Fit) -> int:
    """Where a value that goes below begins: under the last column before it that gives way, else under its own."""
    place = next((before for before in range(at - 1, -1, -1) if _gives(columns[before])), at)
    return sum(fit.widths[:place]) + fit.gap * place


def _tone(column: Column, text: str) -> str:
    if column.name == "status":
        return STATUS.get(text.lower(), "")
    if column.name == "why":
        if "late" in text:
            return "red"
        return "magenta" if text.isupper() else "yellow" if text == "today" or text[:1].isdigit() else ""
    return ""


def _stacked(
    columns: Sequence[Column], captions: Sequence[str], rows: Sequence[Sequence[str]], screen: Screen
) -> Iterator[Line]:
    """Each row as labelled lines, an empty line between two."""
    kept = [at for at, column in enumerate(columns) if column.kind != "bar" and captions[at]]
    indent = 1 + max((cells_of(captions[at]) for at in kept), default=0)
    for number, cells in enumerate(rows):
        if number:
            yield [("", "")]
        yield from _text_lines(Text([(captions[at], cells[at]) for at in kept if cells[at]], indent), screen)


# Data


def _record(columns: Sequence[Column], row: Row) -> dict[str, Any]:
    """A row by column names, in their order, as JSON has it."""
    record: dict[str, Any] = {}
    for column in columns:
        if column.kind == "money":
            from salesflow import money

            minor, currency = row[f"{column.name}_minor"], row["currency"]
            record[column.name] = None if minor is None else money.amount_text(minor, currency)
            record.setdefault("currency", currency)
            continue
        value = row[column.name]
        if column.kind == "list":
            value = value.split("\n") if isinstance(value, str) else list(value or ())
        elif value is not None and column.kind in ("rate", "bar"):
            value = round(float(value), 4)
        elif value is not None and column.kind == "flag":
            value = bool(value)
        record[column.name] = value
    return record


def _body(text: Text) -> str:
    return "\n".join(f"{label:<{text.indent}}{body}" if label else body for label, body in text.lines)


def _write_json(answer: Answer, out: TextIO) -> None:
    import json

    encoding = (getattr(out, "encoding", None) or "utf-8").lower()
    indent = 2 if isinstance(answer, Sheet) else None
    encode = json.JSONEncoder(ensure_ascii=not encoding.startswith("utf"), indent=indent).encode

    def write(value: dict[str, Any]) -> None:
        out.write(json_safe(encode(value)))

    if isinstance(answer, Text):
        write({"text": _body(answer)})
    elif isinstance(answer, Sheet):
        tables = {name: [_record(of.columns, row) for row in of.rows] for name, of in answer.tables.items()}
        write({**_record(answer.columns, answer.row), **tables})
    else:
        out.write("[")
        for number, row in enumerate(answer.rows):
            out.write(",\n  " if number else "\n  ")
            write(_record(answer.columns, row))
        out.write("\n]" if answer.rows else "]")
    out.write("\n")


def _csv_rows(answer: Answer, raw: bool) -> Iterator[list[str]]:
    guard: Callable[[str], str] = str if raw else defuse
    if isinstance(answer, Text):
        yield ["text"]
        yield from ([guard(text)] for text in _body(answer).split("\n"))
        return
    exact = {column.name for column in answer.columns if column.kind in ("money", "day")} | {"currency"}
    names = [name for column in answer.columns for name in _headings(column)]
    yield list(dict.fromkeys(names))
    for row in answer.rows if isinstance(answer, Table) else [answer.row]:
        cells: list[str] = []
        for name, value in _record(answer.columns, row).items():
            if isinstance(value, (bool, list)):
                value = "; ".join(map(str, value)) if isinstance(value, list) else str(value).lower()
            guarded = isinstance(value, str) and name not in exact
            cells.append("" if value is None else guard(value) if guarded else str(value))
        yield cells


def _headings(column: Column) -> tuple[str, ...]:
    return (column.name, "currency") if column.kind == "money" else (column.name,)


def _csv_line(cells: Sequence[str]) -> str:
    """RFC 4180. The csv module of Python 3.11 would leave a lone carriage return unquoted, where its reader stops."""
    quoted = ['"' + cell.replace('"', '""') + '"' if any(c in cell for c in ',"\r\n') else cell for cell in cells]
    return ",".join(quoted) or '""'


def _markdown(answer: Answer, screen: Screen) -> Iterator[str]:
    if isinstance(answer, Text):
        yield from ("    " + screen.say(text) for text in _body(answer).split("\n"))
    elif isinstance(answer, Sheet):
        yield from ("| | |", "| --- | --- |")
        for column in answer.columns:
            yield _markdown_row([column.caption.strip() or column.name, _cell(column, answer.row, screen)])
        for name, table in answer.tables.items():
            if table.rows:
                yield from ("", f"## {_escaped(screen.say(name))}", "", *_markdown(table, screen))
    else:
        columns = [column for column in answer.columns if column.caption.strip()] or answer.columns
        yield _markdown_row([screen.say(column.caption or column.name) for column in columns])
        yield "|" + "|".join(" ---: " if column.right or column.kind in RIGHT else " --- " for column in columns) + "|"
        for row in answer.rows:
            yield _markdown_row([_cell(column, row, screen) for column in columns])


def _markdown_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_escaped(cell).replace("\n", "<br>") for cell in cells) + " |"


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\`*_[]<>|~&" else char for char in text)


def _ids(answer: Answer) -> Iterator[Any]:
    try:
        if isinstance(answer, Table):
            found = [row[answer.ids] for row in answer.rows]
        else:
            found = [] if isinstance(answer, Text) else [answer.row[answer.ids]]
    except (KeyError, IndexError):
        found = []
    if not found and not (isinstance(answer, Table) and not answer.rows):
        raise Refused("this answer has no ids; ask for -f json")
    return (value for value in found if value is not None)
