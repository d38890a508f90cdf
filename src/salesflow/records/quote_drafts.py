"""Drafts of quotes: what may be changed of one before it is sent."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from salesflow.dates import Moment
from salesflow.errors import NotFound, Refused
from salesflow.people import check_text
from salesflow.records import document_lines, documents, products
from salesflow.records.document_lines import Line
from salesflow.store.rows import update


class Change(NamedTuple):
    """What is to be so of a draft; None says nothing. items: lines to add, as typed. at: the line (from 1) that price,
    quantity, tax and text are of. drop: lines to leave out. needs: those it answers."""

    items: tuple[str, ...] = ()
    at: int | None = None
    price: str | None = None
    quantity: str | None = None
    tax: str | None = None
    text: str | None = None
    drop: tuple[int, ...] = ()
    valid_until: str | None = None
    delivery: str | None = None
    terms: str | None = None
    note: str | None = None
    needs: tuple[int, ...] | None = None


def edit(
    conn: sqlite3.Connection, row: sqlite3.Row, change: Change, moment: Moment, home: str, decimal: str
) -> list[str]:
    """Change a draft; each change in words. Raises NotFound, Refused."""
    old = document_lines.of(conn, row["id"])
    if not old and change.items:  # the first item says in which currency it all is
        first = document_lines.read_item(conn, change.items[0], None, home, decimal)
        update(conn, "documents", row["id"], currency=first[1])
        row = documents.by_id(conn, row["id"])
    new, said = changed_lines(conn, row, old, change, home, decimal)
    if new != old:
        if not new:
            raise Refused(f"{documents.key(row)} would be empty; to give it up: salesflow quote withdraw")
        document_lines.put(conn, row, new)
    if change.valid_until and change.valid_until < moment.on:
        raise Refused(f"{change.valid_until} has gone by; a quote is valid until a day to come")
    said += documents.change(
        conn, row, valid_until=change.valid_until, delivery=change.delivery, terms=change.terms, note=change.note
    )
    if change.needs is not None:
        document_lines.answer_needs(conn, row, change.needs)
        said.append("answers " + (", ".join(f"N{need}" for need in change.needs) or "no need by name"))
    return said


def changed_lines(
    conn: sqlite3.Connection, row: sqlite3.Row, old: Sequence[Line], change: Change, home: str, decimal: str
) -> tuple[list[Line], list[str]]:
    """The lines as they are to be, and each change in words."""
    lines, said = list(old), []
    for number in change.drop:
        if not 1 <= number <= len(old):
            raise NotFound(f"{documents.key(row)} has no line {number}; it has {len(old)}")
        said.append(f"line {number} dropped: {old[number - 1].text}")
    if any(part is not None for part in (change.price, change.quantity, change.tax, change.text)):
        at = change.at or (1 if len(lines) == 1 else None)
        if not lines:
            key = documents.key(row)
            raise Refused(f'{key} has no items yet; add one: salesflow quote edit {key} --item "VA 10h x 2 @ 380"')
        if at is None:
            raise Refused(f"which line? {documents.key(row)} has {len(lines)}: --line 1 to --line {len(lines)}")
        if not 1 <= at <= len(lines):
            raise NotFound(f"{documents.key(row)} has no line {at}; it has {len(lines)}")
        lines[at - 1] = changed_line(lines[at - 1], change, row["currency"], decimal)
        said += differences(old[at - 1], lines[at - 1], row["currency"], decimal)
    elif change.at is not None:
        raise Refused("what is to be of that line? --price, --quantity, --tax or --text")
    lines = [line for number, line in enumerate(lines, 1) if number not in change.drop]
    for item in change.items:
        lines.append(document_lines.read_item(conn, item, row["currency"], home, decimal)[0])
        said.append(f"item added: {document_lines.said(lines[-1:], decimal)}")
    return lines, said


def differences(old: Line, new: Line, currency: str, decimal: str) -> list[str]:
    """What is otherwise, in words: `price: 380.00 (was 400.00)`."""
    from salesflow.money import show

    def amount(line: Line) -> str:
        return show(line.price or 0, currency, decimal)

    pairs = (
        ("text", new.text, old.text), ("price", amount(new), amount(old)),
        ("quantity", *(document_lines.quantity_text(line.quantity, decimal) for line in (new, old))),
        ("tax", *(f"{products.tax_text(line.tax_bp)}%" for line in (new, old))),
    )  # fmt: skip
    return [f"{name}: {now} (was {before})" for name, now, before in pairs if now != before]


def changed_line(line: Line, change: Change, currency: str, decimal: str) -> Line:
    if change.price is not None:
        minor, named = document_lines.read_price(change.price, currency, decimal)
        if named != currency:
            raise Refused(f"the quote is in {currency}, not {named}; a quote has one currency")
        line = line._replace(price=minor)
    if change.quantity is not None:
        line = line._replace(quantity=document_lines.read_quantity(change.quantity, decimal))
    if change.tax is not None:
        line = line._replace(tax_bp=products.read_tax(change.tax, decimal))
    if change.text is not None:
        text = check_text(change.text, "an item", 1000).strip()
        if not text:
            raise Refused("what is the line called? --text TEXT")
        line = line._replace(text=text)
    return line
