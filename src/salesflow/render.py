"""Answers on their way out: to a screen, or as JSON, CSV, Markdown or ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from salesflow.errors import Refused
from salesflow.screen import NARROWEST, Line, Screen, encodable, prose, screen_of
from salesflow.table import Answer, Table, Text
from salesflow.width import bar, defuse, line, safe, undefuse

__all__ = ["bar", "defuse", "line", "safe", "show", "undefuse"]


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
    screen = screen_of(out, max(width, NARROWEST), marks)
    if fmt == "table":
        from salesflow.layout import lines_of

        shown = answer if isinstance(answer, Text) or answer.view is None else answer.view()
        if rich:
            print_rich(lines_of(shown, screen), out, screen, color)
        else:
            print_plain(lines_of(shown, screen), out)
        if words and isinstance(shown, Table) and not shown.rows:
            out.flush()
            print_plain(prose(shown.empty, screen_of(words, screen.width, marks)), words)
        return
    from salesflow import formats

    if fmt == "json":
        formats.write_json(answer, out)
    elif fmt == "csv":
        for cells in formats.csv_rows(answer, raw):
            out.write(
                encodable(formats.csv_line([safe(cell) for cell in cells] if rich else cells), screen.encoding) + "\n"
            )
    elif fmt == "md":
        out.writelines(text + "\n" for text in formats.markdown(answer, screen))
    elif fmt == "ids":
        out.writelines(screen.say(str(found)) + "\n" for found in formats.ids(answer))
    else:
        raise Refused(f"no format {fmt!r}: table, json, csv, md or ids")


def print_plain(lines: Iterator[Line], out: TextIO) -> None:
    out.writelines("".join(text for text, _ in pieces) + "\n" for pieces in lines)


def print_rich(lines: Iterator[Line], out: TextIO, screen: Screen, color: bool) -> None:
    """The same lines through Rich, in styles. Lines and no rich.table: that measures text by tables of its own and
    cuts what it finds too wide, and no cell of it can reach over the next."""
    from rich.console import Console
    from rich.segment import Segment, Segments
    from rich.style import Style

    console = Console(
        file=out, width=screen.width, force_terminal=True, color_system="auto" if color else None, no_color=not color,
        markup=False, emoji=False, highlight=False, soft_wrap=True,
    )  # fmt: skip
    styles: dict[str, Style | None] = {"": None}
    found = []
    for pieces in lines:
        for text, style in pieces:
            if style not in styles:
                styles[style] = console.get_style(style)
            found.append(Segment(text, styles[style]))
        found.append(Segment.line())
    console.print(Segments(found), end="")
