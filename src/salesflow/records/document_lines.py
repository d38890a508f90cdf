"""Lines of a document: quantity, price, tax, and totals exact to the last minor unit. Whole numbers throughout.

Net of a line: quantity x price, rounded half up to minor units, once. Tax: on the sum of the nets of one rate, rounded
half up, once a rate. Total: nets and taxes together.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from salesflow.errors import NotFound, Refused
from salesflow.people import check_text, fold
from salesflow.records import products
from salesflow.store.rows import delete, insert, rows

LARGEST = 2**63 - 1
MOST_LINES = 200
FREE = ("free", "gratis")
NEEDS = "answers"  # the part of a line that names a need which the document answers


class Line(NamedTuple):
    """quantity: thousandths. price: minor units of one, before tax; None: not said yet. tax_bp: hundredths of a
    percent, on top."""

    text: str
    quantity: int = 1000
    price: int | None = None
    tax_bp: int = 0
    product_id: int | None = None
    unit: str | None = None


class Rate(NamedTuple):
    """One rate of tax: what it is reckoned on, and what it comes to."""

    tax_bp: int
    net: int
    tax: int


class Totals(NamedTuple):
    """Minor units. `nets`: of each line. `rates`: those above nothing, the lowest first."""

    nets: tuple[int, ...]
    net: int
    rates: tuple[Rate, ...]
    tax: int
    total: int


def net_of(line: Line) -> int:
    """Quantity x price, rounded half up."""
    return (line.quantity * (line.price or 0) + 500) // 1000


def totals(lines: Sequence[Line]) -> Totals:
    """Raises Refused where a sum is too large to be kept."""
    nets = tuple(net_of(line) for line in lines)
    sums: dict[int, int] = {}
    for line, net in zip(lines, nets, strict=True):
        sums[line.tax_bp] = sums.get(line.tax_bp, 0) + net
    rates = tuple(Rate(bp, sums[bp], (sums[bp] * bp + 5000) // 10000) for bp in sorted(sums) if bp)
    net, tax = sum(nets), sum(rate.tax for rate in rates)
    if net + tax > LARGEST:
        raise Refused("the total is too large to be kept")
    return Totals(nets, net, rates, tax, net + tax)


def read_quantity(text: str, decimal: str = ".") -> int:
    """Thousandths of `2`, `2.5`, `1,5`. Of `1,500`, which may be either, the decimal mark of the file decides.

    Raises Refused: nothing, more than three decimals, more than a thousand million, all else.
    """
    plain = text.strip()
    match = re.fullmatch(r"(\d{1,10})(?:([.,])(\d{1,3}))?", plain, re.ASCII)
    grouped = re.fullmatch(r"\d{1,3}(?:([.,' ])\d{3})(?:\1\d{3})*", plain, re.ASCII)
    if grouped and (grouped[1] != decimal or plain.count(grouped[1]) > 1):
        found = int(re.sub(r"\D", "", plain)) * 1000
    elif match:
        found = int(match[1]) * 1000 + int((match[3] or "").ljust(3, "0"))
    else:
        raise Refused(f"no such quantity: {text[:40]!r}; it is a number such as 2 or 2.5, of three decimals at most")
    if not 0 < found <= 10**12:
        raise Refused(f"no such quantity: {text[:40]!r}; it is more than 0, and a thousand million at most")
    return found


def quantity_text(thousandths: int, decimal: str = ".") -> str:
    """`2`, `2.5`, `0.125`."""
    whole, rest = divmod(thousandths, 1000)
    return f"{whole}{f'{decimal}{rest:03}'.rstrip('0') if rest else ''}"


class Item(NamedTuple):
    """A line as typed, taken apart: its text, and quantity, price and tax where they were said."""

    text: str
    quantity: str | None = None
    price: str | None = None
    tax: str | None = None


_ITEM = re.compile(
    r"(?P<text>.*?)(?:\s+[x×*]\s*(?P<quantity>\d[\d.,']*))?"
    r"(?:\s*@\s*(?P<price>[^@]*?))?(?:\s*(?:\+\s*|\btax\s+)(?P<tax>\d[\d.,]*)\s*%?)?\s*",
    re.IGNORECASE | re.DOTALL,
)


def take_apart(text: str) -> Item:
    """`VA 10h x 2 @ 380 tax 20%`, or `2 x VA 10h @ 380`; all but the text may be missing. Raises Refused."""
    first = re.match(r"\s*(\d[\d.,']*)\s*[x×*]\s+(?=\S)", text)
    match = _ITEM.fullmatch(text[first.end() :] if first else text)
    assert match is not None  # every part of it may be empty
    said = match["text"].strip()
    if not said:
        raise Refused(f'what is it? an item is a product or a text, as "VA 10h x 2 @ 380"; not {text[:60]!r}')
    if first and match["quantity"]:
        raise Refused(f"{text[:60]!r} says twice how many")
    if match["price"] == "":
        raise Refused(f"{text[:60]!r}: a price comes after @; the shell eats $60: type 60")
    return Item(said, first[1] if first else match["quantity"], match["price"], match["tax"])


def read_item(
    conn: sqlite3.Connection, text: str, currency: str | None, home: str, decimal: str, price: str | None = None
) -> tuple[Line, str]:
    """The line that a typed item means, and its currency. A product's name brings its price, tax and unit.

    `currency`: of the document, when it has one already; `home`: of prices without one. `price`: of a line that says
    none itself. Raises NotFound, Refused.
    """
    item = take_apart(text)
    product = product_of(conn, item.text, whole=(item.price or price) is not None)
    quantity = read_quantity(item.quantity, decimal) if item.quantity else 1000
    said = item.price or price
    if said is not None:
        minor, named = read_price(said, currency or home, decimal)
    elif product is not None and product["price_minor"] is not None:
        minor, named = product["price_minor"], product["currency"]
    else:
        raise Refused(f'no price for "{item.text}": say it, as "{item.text} @ 380"')
    if currency and named != currency:
        raise Refused(f'"{item.text}" is in {named}, the others are in {currency}; a quote has one currency')
    tax = products.read_tax(item.tax, decimal) if item.tax else product["tax_bp"] if product else 0
    name = product["name"] if product else check_text(item.text, "an item", 1000)
    own = (product["id"], product["unit"]) if product else (None, None)
    return Line(name, quantity, minor, tax, *own), named


def read_price(text: str, currency: str, decimal: str) -> tuple[int, str]:
    """The price of one, in minor units, with its currency; `free` is nothing. Raises Refused."""
    if text.strip().lower() in FREE:
        return 0, currency
    from salesflow.money import read_amount

    return read_amount(text, currency, decimal)


def product_of(conn: sqlite3.Connection, text: str, *, whole: bool) -> sqlite3.Row | None:
    """The product that a text names; None when there is none. `whole`: by its whole name only, since beside a price
    any other words are a text of their own."""
    try:
        row = products.find(conn, text)
    except NotFound:
        if not whole and [name for name in products.in_use(conn) if name["name_key"].startswith(fold(text))]:
            raise  # several of them begin so
        return None
    return row if not whole or row["name_key"] == fold(text) else None


def put(conn: sqlite3.Connection, document: sqlite3.Row, lines: Sequence[Line]) -> None:
    """These lines instead of those it had. Raises Refused."""
    if len(lines) > MOST_LINES:
        raise Refused(f"a paper has {MOST_LINES} lines at most")
    totals(lines)
    sql = "SELECT id FROM document_lines WHERE document_id = :id AND part IS NULL"
    delete(conn, "document_lines", [row["id"] for row in rows(conn, sql, id=document["id"])])
    for position, line in enumerate(lines, 1):
        insert(
            conn, "document_lines", contact_id=document["contact_id"], document_id=document["id"], position=position,
            product_id=line.product_id, text=line.text, quantity_thousandths=line.quantity, price_minor=line.price,
            tax_bp=line.tax_bp,
        )  # fmt: skip


def of(conn: sqlite3.Connection, document_id: int) -> list[Line]:
    """The lines of a document, in order."""
    found = rows(
        conn,
        """
        SELECT document_lines.*, products.unit
          FROM document_lines LEFT JOIN products ON products.id = product_id
         WHERE document_id = :id AND part IS NULL
         ORDER BY position
        """,
        id=document_id,
    )
    return [
        Line(*(row[name] for name in ("text", "quantity_thousandths", "price_minor", "tax_bp", "product_id", "unit")))
        for row in found
    ]


def said(lines: Sequence[Line], decimal: str = ".") -> str:
    """What it is about, in a few words: `VA 10h x 2`, `rye loaf x 20 and 2 more`."""
    if not lines:
        return "nothing yet"
    first = lines[0]
    many = f" x {quantity_text(first.quantity, decimal)}" if first.quantity != 1000 else ""
    return f"{first.text}{many}" + (f" and {len(lines) - 1} more" if len(lines) > 1 else "")


def answer_needs(conn: sqlite3.Connection, document: sqlite3.Row, need_ids: Sequence[int]) -> None:
    """The needs of the deal that it answers, instead of those it named before. Raises NotFound."""
    from salesflow.records import matters

    sql = "SELECT id FROM document_lines WHERE document_id = :id AND part = :part"
    delete(conn, "document_lines", [row["id"] for row in rows(conn, sql, id=document["id"], part=NEEDS)])
    for position, need_id in enumerate(dict.fromkeys(need_ids), 1):
        need = matters.get(conn, "N", need_id)
        if need["contact_id"] != document["contact_id"]:
            raise NotFound(f"N{need_id} is a need of somebody else")
        insert(
            conn, "document_lines", contact_id=document["contact_id"], document_id=document["id"], position=position,
            part=NEEDS, matter_id=need_id, text=need["text"],
        )  # fmt: skip


def needs(conn: sqlite3.Connection, document: sqlite3.Row) -> tuple[list[sqlite3.Row], list[sqlite3.Row]]:
    """(the needs that it answers, those of its deal that it does not), each with `id` and `text`. Answered is what is
    named in it, and what a benefit of a product on it meets, as presentations find it."""
    answered = named_needs(conn, document)
    ids = {row["id"] for row in answered}
    open_ones = rows(
        conn,
        """
        SELECT id, text, met_by_id FROM matters
         WHERE deal_id = :deal_id AND kind IN ('need', 'want') AND state <> 'closed' ORDER BY id
        """,
        deal_id=document["deal_id"],
    )
    others = [row for row in open_ones if row["id"] not in ids]
    if not others:
        return answered, []
    from salesflow.records import pitch_lines

    quoted = {line.product_id for line in of(conn, document["id"]) if line.product_id is not None}
    met = [row for row in others if pitch_lines.met_by(conn, row, quoted) is not None]
    return [*answered, *met], [row for row in others if row not in met]


def named_needs(conn: sqlite3.Connection, document: sqlite3.Row) -> list[sqlite3.Row]:
    """The needs that stand in it by name, each with `id` and `text`: only these are printed, and stay as they were."""
    sql = "SELECT matter_id AS id, text FROM document_lines WHERE document_id = :id AND part = :part ORDER BY position"
    return rows(conn, sql, id=document["id"], part=NEEDS)
