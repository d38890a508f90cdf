"""What the commands of quotes share: their options, and how what is typed there is read and said."""

from __future__ import annotations

import datetime
import re
import sqlite3
from collections.abc import Sequence
from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.session import Session
from salesflow.errors import Refused
from salesflow.records import document_lines, documents, quotes_shown
from salesflow.records.settings import Settings

Quote = Annotated[str, typer.Argument(metavar="Q1", show_default=False)]
Items = Annotated[
    list[str] | None,
    typer.Option("--item", metavar="TEXT", help='"VA 10h x 2 @ 380", or a product; again for several.'),
]
Until = Annotated[str | None, typer.Option("--valid-until", metavar="DAY", help="Its last day; else 30 days.")]
Delivery = Annotated[str | None, typer.Option("--delivery", metavar="TEXT", help="When it is delivered.")]
Terms = Annotated[str | None, typer.Option("--terms", metavar="TEXT", help="14 days net ...")]
Note = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="A few words on the paper.")]
Answers = Annotated[
    str | None, typer.Option("--answers", metavar="N1,N2", help="The needs it answers; the others are named.")
]


class Changed:
    """Options that change a line of a draft."""

    Line = Annotated[int | None, typer.Option("--line", metavar="N", help="The line that the rest is about.")]
    Price = Annotated[str | None, typer.Option("--price", metavar="N", help="Another price of one.")]
    Quantity = Annotated[str | None, typer.Option("--quantity", metavar="N", help="How many.")]
    Tax = Annotated[str | None, typer.Option("--tax", metavar="PERCENT", help="20, 7.75, or 0.")]
    Text = Annotated[str | None, typer.Option("--text", metavar="TEXT", help="What the line is called.")]
    Drop = Annotated[list[int] | None, typer.Option("--drop", metavar="N", help="Leave a line out; again for several.")]


def items_of(rest: Sequence[str]) -> list[str]:
    """The items in the words after WHO: one, or several where each stands in quotation marks."""
    if len(rest) > 1 and all(" " in word.strip() for word in rest):
        return list(rest)
    return [" ".join(rest)] if rest else []


def needs_of(text: str | None) -> tuple[int, ...] | None:
    """Ids of `N1,N2`; an empty text: of none. None when nothing was said. Raises Refused."""
    if text is None:
        return None
    found = []
    for word in re.split(r"[,\s]+", text.strip()):
        match = re.fullmatch(r"[Nn]?(\d{1,15})", word, re.ASCII)
        if word and not match:
            raise Refused(f"no need {word!r}; needs are named by their keys, such as N1,N2")
        found += [int(match[1])] if match else []
    return tuple(dict.fromkeys(found))


def until(run: Session, settings: Settings, text: str | None) -> str | None:
    return words.day(run, settings, text) if text else None


def total_of(conn: sqlite3.Connection, row: sqlite3.Row, settings: Settings) -> str:
    return quotes_shown.total_text(row, document_lines.of(conn, row["id"]), settings.marks)


def said_of(conn: sqlite3.Connection, row: sqlite3.Row, settings: Settings) -> str:
    """What a draft offers, on one line: `VA 10h x 2, 800.00 USD, valid until 2026-12-24`."""
    lines = document_lines.of(conn, row["id"])
    if not lines:
        return f'no items yet; add one: salesflow quote edit {documents.key(row)} --item "VA 10h x 2 @ 380"'
    taxed = " with tax" if document_lines.totals(lines).tax else ""
    last = f", valid until {row['valid_until']}" if row["valid_until"] else ""
    total = quotes_shown.total_text(row, lines, settings.marks)
    return f"{document_lines.said(lines, settings.marks[-1])}, {total}{taxed}{last}"


def facts(conn: sqlite3.Connection, row: sqlite3.Row, today: datetime.date) -> dict[str, object]:
    """What a script is told of a quote that was changed."""
    found = quotes_shown.facts(conn, row, today)
    names = ("key", "id", "contact_id", "contact", "deal_id", "state", "sent_on", "valid_until", "closed_on")
    from salesflow.money import amount_text

    money = amount_text(int(str(found["total_minor"])), str(row["currency"]))
    return {**{name: found[name] for name in names}, "key": documents.key(row), "total": money,
            "currency": row["currency"]}  # fmt: skip
