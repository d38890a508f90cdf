"""Shopify: customers, with the `'` before their numbers, and orders, one line for each thing that was bought.

An order is a sale once it is paid. One that was given back, cancelled or voided is no sale, and none any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from salesflow.importers.delimited import Refusal, Row
from salesflow.importers.formats import Format, Places, marks
from salesflow.importers.orders import Cells, amount, grouped, listed, unguarded, unpaid, written

_GUARDED = (
    "customer id", "phone", "default address phone", "zip", "default address zip", "billing phone", "billing zip",
)  # fmt: skip
_UNPAID = frozenset(("pending", "authorized", "unpaid", "due", "overdue"))
_NO_SALE = frozenset(("refunded", "voided", "expired"))
_BUYER = ("name", "street", "address1", "address2", "company", "city", "zip", "province", "country", "phone")


def customers(rows: Iterable[Row], places: Places, name: str) -> Iterator[Row]:
    return unguarded(rows, [places[heading] for heading in _GUARDED if heading in places])


def orders(rows: Iterable[Row], places: Places, name: str) -> Iterator[Row]:
    """Each line of an order says what the whole order says, so the first is taken and the others are the same."""
    guarded = unguarded(rows, [places[heading] for heading in _GUARDED if heading in places])
    for lines, order in grouped(guarded, partial(_together, places)):
        found = order if isinstance(order, Refusal) else _order(order, places)
        for line in lines:
            yield line, found


def _together(places: Places, first: Cells, row: Cells) -> bool:
    named, item = places.get("name"), places.get("lineitem name")
    if named is None:
        return False
    return row[named] == first[named] or (not row[named].strip() and item is not None and bool(row[item].strip()))


def _order(order: list[Cells], places: Places) -> Cells | Refusal:
    row = list(order[0])

    def cell(heading: str) -> str:
        place = places.get(heading)
        return row[place].strip() if place is not None else ""

    def put(heading: str, text: str) -> None:
        if (place := places.get(heading)) is not None:
            row[place] = text

    if "financial status" in places and "total" in places and not cell("financial status") and not cell("total"):
        return Refusal(f"it is a further line of order {cell('name')}, and does not stand below the first")
    state, why = _state(cell("financial status").lower(), cell("cancelled at"))
    if state is None:
        return unpaid(cell("financial status"))
    total, back = amount(cell("total")), amount(cell("refunded amount"))
    if total and back and state == "won":
        if back >= total:
            state, why = "lost", "refunded"
        else:
            put("total", written(total - back, cell("total")))
    put("financial status", state)
    put("cancelled at", "")
    item, many = places.get("lineitem name"), places.get("lineitem quantity")
    if item is not None:
        bought = [line for at, line in enumerate(order) if line not in order[:at]]
        put("lineitem name", listed((line[item], line[many] if many is not None else "") for line in bought))
    if not any(cell(f"billing {part}") for part in _BUYER):
        for part in _BUYER:
            put(f"billing {part}", cell(f"shipping {part}"))
    if cell("billing address1"):
        put("billing street", "")
    return [*row, why]


def _state(paid: str, cancelled: str) -> tuple[str | None, str]:
    """won or lost, and why; None for what is not paid yet."""
    if paid in _NO_SALE:
        return "lost", paid
    if cancelled:
        return "lost", "cancelled"
    return (None if paid in _UNPAID else "won"), ""


FORMATS = (
    Format(
        name="shopify-customers",
        title="Shopify customers",
        kind="contacts",
        marks=marks(
            "Customer ID,Accepts Email Marketing", "Accepts Email Marketing,Accepts SMS Marketing",
            "Email,Accepts Email Marketing,Total Orders", "Email,Accepts Marketing,Total Spent,Total Orders",
            "First Name,Last Name,Accepts Email Marketing", "First Name,Last Name,Accepts Marketing,Tax Exempt",
            "Customer ID,Total Spent,Total Orders", "Default Address Address1,Default Address City",
            "Email,Default Address Country Code", "Email,Default Address Zip", "Customer ID,Default Address Phone",
        ),
        system="shopify",
        columns={
            "Customer ID": "id", "First Name": "first_name", "Last Name": "last_name", "Email": "email",
            "Accepts Email Marketing": "subscribed:email", "Accepts Marketing": "subscribed:email",
            "Accepts SMS Marketing": "subscribed:sms", "Default Address Company": "company", "Company": "company",
            "Default Address Address1": "street", "Address1": "street", "Default Address City": "city", "City": "city",
            "Default Address Province Code": "region", "Province Code": "region", "Province": "region",
            "Default Address Country Code": "country", "Country Code": "country", "Country": "country",
            "Default Address Zip": "postcode", "Zip": "postcode", "Default Address Phone": "phone", "Phone": "phone",
            "Note": "note", "Tags": "tags", "Total Spent": "", "Total Orders": "", "Tax Exempt": "",
        },
        quirks=customers,
    ),
    Format(
        name="shopify-orders",
        title="Shopify orders",
        kind="orders",
        marks=marks(
            "Name,Financial Status,Lineitem name", "Name,Email,Financial Status", "Name,Financial Status,Created at",
            "Financial Status,Fulfillment Status,Total", "Name,Lineitem name,Lineitem quantity",
            "Name,Paid at,Lineitem name", "Name,Total,Billing Name,Created at",
        ),
        system="shopify",
        columns={
            "Name": "deal_id", "Email": "email", "Financial Status": "outcome", "Cancelled at": "how",
            "Paid at": "closed_on", "Created at": "opened_on", "Currency": "currency", "Total": "amount",
            "Refunded Amount": "handled", "Lineitem name": "title", "Lineitem quantity": "handled",
            "Billing Name": "contact", "Shipping Name": "contact", "Billing Company": "company",
            "Billing Phone": "phone", "Phone": "phone", "Billing Street": "street", "Billing Address1": "street",
            "Billing City": "city", "Billing Province": "region", "Billing Zip": "postcode",
            "Billing Country": "country", "Notes": "note",
        },
        others=False,
        added={"why": "how"},
        always={"way": "bought", "outcome": "won"},
        quirks=orders,
    ),
)  # fmt: skip
