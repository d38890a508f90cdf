"""Quotes as they are shown: one with its lines, tax and versions, or a list of them. Looking changes nothing."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Sequence

from salesflow import money
from salesflow.records import document_lines, documents, products, quotes
from salesflow.records.document_lines import Line, Totals
from salesflow.table import Column, Row, Sheet, Table, Text

SHEET = (
    Column("key"), Column("version", kind="number"), Column("contact_id", kind="number"), Column("contact"),
    Column("deal_id", kind="number"), Column("deal"), Column("from"), Column("state"), Column("binding", kind="flag"),
    Column("stands"), Column("net", kind="money"), Column("tax", kind="money"), Column("total", kind="money"),
    Column("made_on", kind="day"), Column("sent_on", kind="day"), Column("valid_until", kind="day"),
    Column("closed_on", kind="day"), Column("delivery"), Column("terms"), Column("note"),
)  # fmt: skip
ITEM_COLUMNS = (
    Column("line", kind="number"), Column("text"), Column("quantity"), Column("unit"), Column("price", kind="money"),
    Column("tax_rate"), Column("net", kind="money"), Column("product_id", kind="number"),
)  # fmt: skip
TAX_COLUMNS = (Column("tax_rate"), Column("net", kind="money"), Column("tax", kind="money"))
NEED_COLUMNS = (Column("key"), Column("text"), Column("answered", kind="flag"))
VERSION_COLUMNS = (
    Column("key"), Column("stands"), Column("total", kind="money"), Column("made_on", kind="day"),
    Column("sent_on", kind="day"), Column("valid_until", kind="day"),
)  # fmt: skip


def total_text(row: sqlite3.Row, lines: Sequence[Line], marks: str) -> str:
    """What the customer pays, as it is said."""
    return money.show(document_lines.totals(lines).total, row["currency"], marks) if lines else "nothing yet"


def facts(conn: sqlite3.Connection, row: sqlite3.Row, today: datetime.date) -> dict[str, object]:
    """The columns of one quote."""
    sums = document_lines.totals(document_lines.of(conn, row["id"]))
    state = documents.state(row, today)
    return {
        **dict(row), "key": documents.key(row), "from": quotes.inquiry_of(conn, row), "state": state,
        "binding": state in ("sent", "accepted"), "stands": documents.stands(conn, row, today),
        "net_minor": sums.net, "tax_minor": sums.tax, "total_minor": sums.total,
    }  # fmt: skip


def tables(conn: sqlite3.Connection, row: sqlite3.Row, today: datetime.date) -> dict[str, Table]:
    lines = document_lines.of(conn, row["id"])
    sums = document_lines.totals(lines)
    currency = row["currency"]
    items: list[Row] = [
        {
            "line": number, "text": line.text, "quantity": document_lines.quantity_text(line.quantity),
            "unit": line.unit, "price_minor": line.price, "currency": currency,
            "tax_rate": products.tax_text(line.tax_bp), "net_minor": net, "product_id": line.product_id,
        }
        for number, (line, net) in enumerate(zip(lines, sums.nets, strict=True), 1)
    ]  # fmt: skip
    taxes: list[Row] = [
        {"tax_rate": products.tax_text(rate.tax_bp), "net_minor": rate.net, "tax_minor": rate.tax, "currency": currency}
        for rate in sums.rates
    ]
    answered, left = document_lines.needs(conn, row)
    needs: list[Row] = [{"key": f"N{need['id']}", "text": need["text"], "answered": True} for need in answered]
    needs += [{"key": f"N{need['id']}", "text": need["text"], "answered": False} for need in left]
    versions: list[Row] = [
        {
            **dict(each), "key": documents.key(each), "stands": documents.stands(conn, each, today),
            "total_minor": document_lines.totals(document_lines.of(conn, each["id"])).total,
        }
        for each in documents.of_number(conn, "quote", row["number"])
    ]  # fmt: skip
    return {
        "items": Table(ITEM_COLUMNS, items), "taxes": Table(TAX_COLUMNS, taxes), "needs": Table(NEED_COLUMNS, needs),
        "versions": Table(VERSION_COLUMNS, versions),
    }  # fmt: skip


def shown(conn: sqlite3.Connection, row: sqlite3.Row, today: datetime.date, marks: str) -> Sheet:
    """One quote, as it stands on that day."""
    found, nested = facts(conn, row, today), tables(conn, row, today)
    return Sheet(SHEET, found, nested, view=lambda: screen(conn, row, found, nested, marks), ids="key")


def screen(
    conn: sqlite3.Connection, row: sqlite3.Row, found: dict[str, object], nested: dict[str, Table], marks: str
) -> Text:
    lines = document_lines.of(conn, row["id"])
    texts = [("PAPER", f"{found['key']}  quote  {found['stands']}"), ("WHO", f"{row['contact_id']} {row['contact']}")]
    texts += [("DEAL", f"D{row['deal_id']} {row['deal']}")] if row["deal_id"] else []
    texts += [("FROM", str(found["from"]))] if found["from"] else []
    texts += labelled("ITEMS", item_lines(lines, marks, row["currency"]) or ["none yet"])
    sums = document_lines.totals(lines)
    texts += labelled("TAX", tax_lines(sums, row["currency"], marks))
    texts += [("TOTAL", money.show(sums.total, row["currency"], marks))] if lines else []
    said = [f"delivery: {row['delivery']}" if row["delivery"] else "", row["terms"] or ""]
    said += [f"valid until {documents.said_day(row['valid_until'])}" if row["state"] == "draft" and row["valid_until"]
             else ""]  # fmt: skip
    texts += labelled("TERMS", [text for text in said if text])
    answered = [f"{need['key']} {need['text']}" for need in nested["needs"].rows if need["answered"]]
    left = [f"{need['key']} {need['text']}" for need in nested["needs"].rows if not need["answered"]]
    texts += labelled("NEEDS", [f"answers {text}" for text in answered] + [f"not answered: {text}" for text in left])
    texts += labelled("NOTE", [row["note"]] if row["note"] else [])
    others = [f"{each['key']}  {each['stands']}" for each in nested["versions"].rows if each["key"] != found["key"]]
    texts += labelled("ALSO", others)
    return Text(texts, bold=frozenset({0}))


def labelled(label: str, texts: Sequence[str]) -> list[tuple[str, str]]:
    return [(label if number == 0 else "", text) for number, text in enumerate(texts)]


def item_lines(lines: Sequence[Line], marks: str, currency: str) -> list[str]:
    """`1  VA 10h  2 x 400.00 = 800.00`."""
    said = []
    for number, (line, net) in enumerate(zip(lines, document_lines.totals(lines).nets, strict=True), 1):
        count = document_lines.quantity_text(line.quantity, marks[-1])
        price = plain(line.price or 0, currency, marks)
        tax = f" + {products.tax_text(line.tax_bp)}%" if line.tax_bp else ""
        said.append(f"{number}  {line.text}  {count} x {price} = {plain(net, currency, marks)}{tax}")
    return said


def tax_lines(sums: Totals, currency: str, marks: str) -> list[str]:
    return [
        f"{products.tax_text(rate.tax_bp)}% on {plain(rate.net, currency, marks)}: {plain(rate.tax, currency, marks)}"
        for rate in sums.rates
    ]


def plain(minor: int, currency: str, marks: str) -> str:
    """An amount without its currency."""
    return money.show(minor, currency, marks).rpartition(" ")[0]


def line(conn: sqlite3.Connection, row: sqlite3.Row, today: datetime.date, marks: str) -> str:
    """On one line, for a card."""
    lines = document_lines.of(conn, row["id"])
    what = document_lines.said(lines, marks[-1])
    return f"{documents.key(row)}  {what}  {total_text(row, lines, marks)}  {documents.stands(conn, row, today)}"


LIST_COLUMNS = (
    Column("key", "key", firm=True), Column("version", kind="number"), Column("contact_id", kind="number"),
    Column("contact", "who"), Column("deal_id", kind="number"), Column("what", "what", wrap=True),
    Column("total", "total", "money", firm=True), Column("state", "state", firm=True),
    Column("made_on", "", "day"), Column("sent_on", "", "day"), Column("valid_until", "until", "day", firm=True),
    Column("closed_on", "", "day"),
)  # fmt: skip


def listed(
    conn: sqlite3.Connection, contact_id: int | None, today: datetime.date, marks: str, limit: int | None = None
) -> Table:
    """Quotes, every version, the newest first."""
    lines: list[Row] = []
    for row in documents.found(conn, "quote", contact_id=contact_id, limit=limit):
        own = document_lines.of(conn, row["id"])
        lines.append({
            **dict(row), "key": documents.key(row), "state": documents.state(row, today),
            "what": document_lines.said(own, marks[-1]), "total_minor": document_lines.totals(own).total,
        })  # fmt: skip
    return Table(LIST_COLUMNS, lines, empty='No quotes: salesflow quote add WHO "VA 10h x 2 @ 380"', ids="key")
