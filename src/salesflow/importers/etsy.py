"""Etsy: sold orders, whose buyers have an id and an address and no e-mail, and the things sold in them.

What a sale came to is the order's total, all that the buyer paid: its value leaves out coupons and the postage.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import partial

from salesflow.importers.delimited import Refusal, Row
from salesflow.importers.formats import Format, Places, marks
from salesflow.importers.orders import Cells, amount, grouped, listed, unpaid, written

_SHIPPED_TO = {
    "Street 1": "street:shipping", "Ship Address1": "street:shipping", "Ship City": "city:shipping",
    "Ship State": "region:shipping", "Ship Zipcode": "postcode:shipping", "Ship Country": "country:shipping",
}  # fmt: skip


def orders(rows: Iterable[Row], places: Places, name: str) -> Iterator[Row]:
    for line, row in rows:
        yield line, row if isinstance(row, Refusal) else _order(list(row), places)


def items(rows: Iterable[Row], places: Places, name: str) -> Iterator[Row]:
    """Each line says what its whole order says, so the first is taken and the others are the same."""
    for lines, order in grouped(rows, partial(_together, places)):
        found = order if isinstance(order, Refusal) else _of_items(order, places)
        for line in lines:
            yield line, found


def _order(row: Cells, places: Places) -> Cells | Refusal:
    _shared(row, places)
    state, why = _state(_cell(row, places, "status").lower())
    if state is None:
        return unpaid(_cell(row, places, "status"))
    _put(row, places, "status", state)
    total, adjusted = (amount(_cell(row, places, heading)) for heading in ("order total", "adjusted order total"))
    # 0 says that nothing was adjusted.
    if total and adjusted and 0 < adjusted < total:
        _put(row, places, "order total", _cell(row, places, "adjusted order total"))
    if not _cell(row, places, "full name"):
        _put(row, places, "full name", " ".join(_cell(row, places, half) for half in ("first name", "last name")))
    _put(row, places, "sku", listed((sku, "") for sku in _cell(row, places, "sku").split(",")))
    return [*row, why]


def _state(status: str) -> tuple[str | None, str]:
    """won or lost, and why; None for what is not paid yet."""
    if re.search("cancel", status):
        return "lost", "cancelled"
    if "refund" in status and "partial" not in status:
        return "lost", "refunded"
    return (None if re.search("unpaid|pending|processing payment|payment processing", status) else "won"), ""


def _of_items(order: list[Cells], places: Places) -> Cells:
    row = list(order[0])
    _shared(row, places)
    lines = [line for at, line in enumerate(order) if line not in order[:at]]
    prices = [amount(_cell(line, places, "item total")) for line in lines]
    coupons = [amount(_cell(line, places, "discount amount")) for line in lines]
    if None not in prices:
        goods = sum(filter(None, prices), Decimal(0)) - sum(map(abs, filter(None, coupons)), Decimal(0))
        _put(row, places, "item total", written(max(goods, Decimal(0)), _cell(row, places, "item total")))
    bought = ((_cell(line, places, "item name"), _cell(line, places, "quantity")) for line in lines)
    _put(row, places, "item name", listed(bought))
    _put(row, places, "buyer", _user(_cell(row, places, "buyer"), _cell(row, places, "ship name")))
    return row


def _together(places: Places, first: Cells, row: Cells) -> bool:
    return "order id" in places and _cell(first, places, "order id") == _cell(row, places, "order id")


def _shared(row: Cells, places: Places) -> None:
    """What both files write alike: `#3001`, and days as month, day and year."""
    _put(row, places, "order id", _cell(row, places, "order id").removeprefix("#"))
    if found := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)", _cell(row, places, "sale date")):
        year = found[3] if len(found[3]) == 4 else f"20{found[3]}"
        _put(row, places, "sale date", f"{year}-{found[1]:0>2}-{found[2]:0>2}")


def _user(buyer: str, name: str) -> str:
    """`Jane Doe (janedoe)` is the user janedoe, and so is `janedoe`; somebody's plain name is no user."""
    if found := re.search(r"\(([^()\s]+)\)$", buyer):
        return found[1]
    return "" if " " in buyer or buyer == name else buyer


def _cell(row: Cells, places: Places, heading: str) -> str:
    place = places.get(heading)
    return row[place].strip() if place is not None else ""


def _put(row: Cells, places: Places, heading: str, text: str) -> None:
    if (place := places.get(heading)) is not None:
        row[place] = text


FORMATS = (
    Format(
        name="etsy-sold-orders",
        title="Etsy sold orders",
        kind="orders",
        marks=marks(
            "Sale Date,Order ID,Buyer User ID", "Order ID,Buyer User ID,Order Total", "Sale Date,Order ID,Order Total",
            "Sale Date,Order ID,Order Value", "Sale Date,Order ID,Full Name,Number of Items",
        ),
        system="etsy",
        columns={
            "Sale Date": "closed_on", "Order ID": "deal_id", "Buyer User ID": "contact_id", "Full Name": "contact",
            "First Name": "handled", "Last Name": "handled", "Currency": "currency", "Order Total": "amount",
            "Adjusted Order Total": "handled", "Status": "outcome", "SKU": "title", **_SHIPPED_TO,
        },
        others=False,
        added={"why": "how"},
        always={"way": "bought", "outcome": "won"},
        quirks=orders,
    ),
    Format(
        name="etsy-sold-order-items",
        title="Etsy sold order items",
        kind="orders",
        marks=marks(
            "Sale Date,Item Name,Buyer,Order ID", "Item Name,Transaction ID,Listing ID,Order ID",
            "Sale Date,Item Name,Order ID,Ship Name", "Sale Date,Item Name,Item Total,Order ID",
        ),
        system="etsy",
        columns={
            "Sale Date": "closed_on", "Order ID": "deal_id", "Buyer": "contact_id:etsy user", "Ship Name": "contact",
            "Item Name": "title", "Quantity": "handled", "Item Total": "amount", "Discount Amount": "handled",
            "Currency": "currency", **_SHIPPED_TO,
        },
        others=False,
        always={"way": "bought", "outcome": "won", "rough": "yes"},
        quirks=items,
    ),
)  # fmt: skip
