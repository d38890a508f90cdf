"""Products: what there is to sell, each a product or a service, with its price, its tax and the days it usually takes.

What speaks for it (features, advantages, benefits) is kept by records.preparation.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection
from typing import NamedTuple

from salesflow.dates import Moment
from salesflow.errors import Exists, NotFound, Refused
from salesflow.people import check_text, clean_name, fold
from salesflow.store.rows import insert, one, rows, update, value
from salesflow.table import Column, Table

KINDS = ("product", "service")


class Draft(NamedTuple):
    """price: minor units and currency, of one, before tax. tax_bp: hundredths of a percent, on top. usual_days: how
    long selling it usually takes. None says nothing about a field."""

    name: str | None = None
    kind: str | None = None
    unit: str | None = None
    price: tuple[int, str] | None = None
    tax_bp: int | None = None
    usual_days: int | None = None


def clean(draft: Draft) -> Draft:
    """The draft with its name tidied. Raises Refused."""
    if draft.kind not in (None, *KINDS):
        raise Refused(f"what is sold is a product or a service, not {draft.kind!r}")
    if draft.tax_bp is not None and not 0 <= draft.tax_bp <= 10000:
        raise Refused("tax is 0 to 100 percent")
    if draft.usual_days is not None and not 0 <= draft.usual_days <= 3650:
        raise Refused(f"the usual days of a sale are 0 to 3650, not {draft.usual_days}")
    unit = check_text(draft.unit, "a unit", 40).strip() if draft.unit is not None else None
    return draft._replace(name=clean_name(draft.name) if draft.name is not None else None, unit=unit)


def read_tax(text: str, decimal: str = ".") -> int:
    """Hundredths of a percent of `20`, `7.75` or `19,5 %`; `decimal`, or a point. Raises Refused."""
    typed = text.replace("%", "").strip().replace(decimal, ".")
    match = re.fullmatch(r"(\d{1,3})(?:\.(\d{1,2}))?", typed, re.ASCII)
    found = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else -1
    if not 0 <= found <= 10000:
        raise Refused(f"no such tax: {text!r}; it is 0 to 100 percent, written 20 or 7.75")
    return found


def tax_text(tax_bp: int) -> str:
    """`20` or `7.75`: percent."""
    return f"{tax_bp / 100:.2f}".rstrip("0").rstrip(".")


def add(conn: sqlite3.Connection, draft: Draft, moment: Moment) -> int:
    """The new product's id. Raises Exists, Refused."""
    draft = clean(draft)
    if draft.name is None:
        raise Refused("what is it called? salesflow product add NAME")
    refuse_taken(conn, draft.name)
    minor, currency = draft.price or (None, None)
    return insert(
        conn, "products", name=draft.name, name_key=fold(draft.name), kind=draft.kind or "product",
        unit=draft.unit or None, price_minor=minor, currency=currency, tax_bp=draft.tax_bp or 0,
        usual_days=draft.usual_days, created_on=moment.on,
    )  # fmt: skip


def refuse_taken(conn: sqlite3.Connection, name: str, but: int | None = None) -> None:
    sql = "SELECT name FROM products WHERE name_key = :key AND dropped_on IS NULL AND id IS NOT :but"
    if (known := value(conn, sql, key=fold(name), but=but)) is not None:
        raise Exists(f'there is a product "{known}" already; change it: salesflow product edit "{known}"')


def edit(conn: sqlite3.Connection, product_id: int, draft: Draft, clear: Collection[str] = ()) -> list[str]:
    """Each change in words. `clear`: of unit, price and usual_days, what is to be empty. Raises Exists, Refused."""
    draft = clean(draft)
    old = get(conn, product_id)
    new: dict[str, str | int | None] = {}
    if draft.name is not None:
        refuse_taken(conn, draft.name, product_id)
        new |= {"name": draft.name, "name_key": fold(draft.name)}
    if draft.price is not None:
        new |= {"price_minor": draft.price[0], "currency": draft.price[1]}
    fields = {"kind": draft.kind, "unit": draft.unit, "tax_bp": draft.tax_bp, "usual_days": draft.usual_days}
    new |= {field: given for field, given in fields.items() if given is not None}
    new |= dict.fromkeys(("price_minor", "currency") if "price" in clear else ())
    new |= {field: None for field in clear if field != "price"}
    new = {field: given for field, given in new.items() if given != old[field]}
    update(conn, "products", product_id, **new)
    said = {"price_minor": "price", "currency": "price", "name_key": "name", "tax_bp": "tax"}
    return list(dict.fromkeys(f"{said.get(field, field).replace('_', ' ')} changed" for field in new))


def drop(conn: sqlite3.Connection, product_id: int, moment: Moment) -> None:
    """Sell it no more; deals and papers that name it keep it. Raises NotFound."""
    get(conn, product_id)
    update(conn, "products", product_id, dropped_on=moment.on)


def get(conn: sqlite3.Connection, product_id: int) -> sqlite3.Row:
    """A product, sold still or not. Raises NotFound."""
    row = one(conn, "SELECT * FROM products WHERE id = :id", id=product_id)
    if row is None:
        raise NotFound(f"no product {product_id}; there are: {names(conn)}")
    return row


def find(conn: sqlite3.Connection, text: str) -> sqlite3.Row:
    """What is sold now, by its whole name, its id, or the start of its name. Raises NotFound: none, or several."""
    found = in_use(conn)
    key = fold(text)
    matches = [row for row in found if row["name_key"] == key]
    if not matches and text.isascii() and text.isdigit():
        matches = [row for row in found if row["id"] == int(text)]
    matches = matches or [row for row in found if key and row["name_key"].startswith(key)]
    if len(matches) == 1:
        return matches[0]
    if not found:
        raise NotFound(f'no product {text!r}; add it first: salesflow product add "{text}" --price 400')
    raise NotFound(f"{'more than one' if matches else 'no'} product {text!r}; there are: {names(conn)}")


def resolve(conn: sqlite3.Connection, text: str) -> int:
    return int(find(conn, text)["id"])


def in_use(conn: sqlite3.Connection) -> list[sqlite3.Row]:
    return rows(conn, "SELECT * FROM products WHERE dropped_on IS NULL ORDER BY id")


def names(conn: sqlite3.Connection) -> str:
    return ", ".join(f"{row['id']} {row['name']}" for row in in_use(conn)) or "none"


COLUMNS = (
    Column("id", "#", "number"),
    Column("name", "product", wrap=True),
    Column("kind", "kind", firm=True),
    Column("price", "price", "money", firm=True),
    Column("unit", "of one", firm=True),
    Column("tax_bp", kind="number"),
    Column("usual_days", "days", "number"),
    Column("features", "feat", "number"),
    Column("advantages", "adv", "number"),
    Column("benefits", "ben", "number"),
    Column("created_on", kind="day"),
)


def listed(conn: sqlite3.Connection) -> Table:
    """What is sold now, in the order it was added, with how many lines each of the three pillars has."""
    found = rows(
        conn,
        """
        SELECT products.id, products.name, products.kind, products.unit, products.price_minor, products.currency,
               tax_bp, usual_days, products.created_on,
               coalesce(sum(lines.kind = 'feature'), 0) AS features,
               coalesce(sum(lines.kind = 'advantage'), 0) AS advantages,
               coalesce(sum(lines.kind = 'benefit'), 0) AS benefits
          FROM products
          LEFT JOIN preparation AS lines ON lines.product_id = products.id AND lines.dropped_on IS NULL
         WHERE products.dropped_on IS NULL
         GROUP BY products.id
         ORDER BY products.id
        """,
    )
    return Table(
        COLUMNS, [dict(row) for row in found],
        empty="Nothing to sell yet: salesflow product add NAME --price 400",
    )  # fmt: skip
