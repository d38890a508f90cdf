"""Answers as data: JSON, CSV, Markdown, ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TextIO

from salesflow.errors import Refused
from salesflow.screen import RIGHT, Screen, cell_of
from salesflow.table import Answer, Column, Row, Sheet, Table, Text
from salesflow.width import defuse, json_safe


def record(columns: Sequence[Column], row: Row) -> dict[str, Any]:
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


def body(text: Text) -> str:
    return "\n".join(f"{label:<{text.indent}}{body}" if label else body for label, body in text.lines)


def write_json(answer: Answer, out: TextIO) -> None:
    import json

    encoding = (getattr(out, "encoding", None) or "utf-8").lower()
    indent = 2 if isinstance(answer, Sheet) else None
    encode = json.JSONEncoder(ensure_ascii=not encoding.startswith("utf"), indent=indent).encode

    def write(value: dict[str, Any]) -> None:
        out.write(json_safe(encode(value)))

    if isinstance(answer, Text):
        write({"text": body(answer)})
    elif isinstance(answer, Sheet):
        tables = {name: [record(of.columns, row) for row in of.rows] for name, of in answer.tables.items()}
        write({**record(answer.columns, answer.row), **tables})
    else:
        out.write("[")
        for number, row in enumerate(answer.rows):
            out.write(",\n  " if number else "\n  ")
            write(record(answer.columns, row))
        out.write("\n]" if answer.rows else "]")
    out.write("\n")


def csv_rows(answer: Answer, raw: bool) -> Iterator[list[str]]:
    guard: Callable[[str], str] = str if raw else defuse
    if isinstance(answer, Text):
        yield ["text"]
        yield from ([guard(text)] for text in body(answer).split("\n"))
        return
    exact = {column.name for column in answer.columns if column.kind in ("money", "day")} | {"currency"}
    names = [name for column in answer.columns for name in headings(column)]
    yield list(dict.fromkeys(names))
    for row in answer.rows if isinstance(answer, Table) else [answer.row]:
        cells: list[str] = []
        for name, value in record(answer.columns, row).items():
            if isinstance(value, (bool, list)):
                value = "; ".join(map(str, value)) if isinstance(value, list) else str(value).lower()
            guarded = isinstance(value, str) and name not in exact
            cells.append("" if value is None else guard(value) if guarded else str(value))
        yield cells


def headings(column: Column) -> tuple[str, ...]:
    return (column.name, "currency") if column.kind == "money" else (column.name,)


def csv_line(cells: Sequence[str]) -> str:
    """RFC 4180. The csv module of Python 3.11 would leave a lone carriage return unquoted, where its reader stops."""
    quoted = ['"' + cell.replace('"', '""') + '"' if any(c in cell for c in ',"\r\n') else cell for cell in cells]
    return ",".join(quoted) or '""'


def markdown(answer: Answer, screen: Screen) -> Iterator[str]:
    if isinstance(answer, Text):
        yield from ("    " + screen.say(text) for text in body(answer).split("\n"))
    elif isinstance(answer, Sheet):
        yield from ("| | |", "| --- | --- |")
        for column in answer.columns:
            yield markdown_row([column.caption.strip() or column.name, cell_of(column, answer.row, screen)])
        for name, table in answer.tables.items():
            if table.rows:
                yield from ("", f"## {escaped(screen.say(table.title or name))}", "", *markdown(table, screen))
    else:
        columns = [column for column in answer.columns if column.caption.strip()] or answer.columns
        yield markdown_row([screen.say(column.caption or column.name) for column in columns])
        yield "|" + "|".join(" ---: " if column.right or column.kind in RIGHT else " --- " for column in columns) + "|"
        for row in answer.rows:
            yield markdown_row([cell_of(column, row, screen) for column in columns])


def markdown_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(escaped(cell).replace("\n", "<br>") for cell in cells) + " |"


def escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\`*_[]<>|~&" else char for char in text)


def ids(answer: Answer) -> Iterator[Any]:
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
