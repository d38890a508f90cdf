"""Needs and wants of a deal: what the customer says they need, what the seller infers, and the benefit that meets each.

Source: a benefit is what the customer looks for, consciously or not, so that it fits their needs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from salesflow.dates import Moment
from salesflow.errors import Exists, NotFound, Refused
from salesflow.people import check_text, fold
from salesflow.records import deals, matters, preparation
from salesflow.store.rows import rows, update
from salesflow.table import Column, Row, Table

KINDS = ("need", "want")


def add(
    conn: sqlite3.Connection, deal_id: int, text: str, moment: Moment, *, want: bool = False, stated: bool = True,
    met_by: str | None = None,
) -> int:  # fmt: skip
    """The new need's id; stated: they said it themselves. Raises Exists, NotFound, Refused."""
    deal = deals.get_open(conn, deal_id)
    text = " ".join(text.split())
    for row in of_deal(conn, deal_id):
        if fold(row["text"]) == fold(text):
            raise Exists(f"N{row['id']} says so already")
    benefit = benefit_of(conn, met_by, deal["product_id"]) if met_by else None
    kind = "want" if want else "need"
    draft = matters.Draft(deal["contact_id"], kind, text, deal_id, stated=stated, met_by_id=benefit)
    return matters.add(conn, draft, moment)


def benefit_of(conn: sqlite3.Connection, text: str, product_id: int | None) -> int:
    """A benefit by its key or its text, of the deal's product first. Raises NotFound."""
    try:
        return int(preparation.find(conn, "benefit", text, product_id)["id"])
    except NotFound:
        if product_id is None:
            raise
    return int(preparation.find(conn, "benefit", text)["id"])


def of_deal(conn: sqlite3.Connection, deal_id: int) -> list[sqlite3.Row]:
    """Those not met yet, in order."""
    return [row for row in matters.of_deal(conn, deal_id, *KINDS) if row["state"] != "closed"]


def edit(
    conn: sqlite3.Connection, need_id: int, *, text: str | None = None, want: bool | None = None,
    stated: bool | None = None, met_by: str | None = None,
) -> list[str]:  # fmt: skip
    """The fields that changed, as words; an empty met_by clears it. Raises NotFound, Refused."""
    row = matters.get(conn, "N", need_id)
    new: dict[str, str | int | None] = {}
    if text is not None:
        new["text"] = " ".join(check_text(text, "a need").split())
        if not new["text"]:
            raise Refused("what do they need? say it in their words")
    if want is not None:
        new["kind"] = "want" if want else "need"
    if stated is not None:
        new["stated"] = int(stated)
    if met_by is not None:
        product_id = deals.get(conn, row["deal_id"])["product_id"] if row["deal_id"] else None
        new["met_by_id"] = benefit_of(conn, met_by, product_id) if met_by else None
    new = {field: found for field, found in new.items() if found != row[field]}
    update(conn, "matters", need_id, **new)
    return ["met by" if field == "met_by_id" else field for field in new]


def drop(conn: sqlite3.Connection, need_id: int) -> sqlite3.Row:
    """Take away one that never was; what was written for it stays. The need as it was. Raises NotFound."""
    row = matters.get(conn, "N", need_id)
    conn.execute("UPDATE document_lines SET matter_id = NULL WHERE matter_id = :id", {"id": need_id})
    conn.execute("DELETE FROM matters WHERE id = :id", {"id": need_id})
    return row


COLUMNS = (
    Column("key", "key", firm=True),
    Column("kind", "kind", firm=True),
    Column("text", "what", wrap=True),
    Column("stated", kind="flag"),
    Column("state", "state", firm=True),
    Column("met_by", "met by", wrap=True),
    Column("met_by_id"),
    Column("contact_id"),
    Column("contact", "who"),
    Column("deal_id"),
    Column("deal", "of", firm=True),
    Column("raised_on", kind="day"),
    Column("closed_on", kind="day"),
)
LISTED = """
    SELECT 'N' || matters.id AS key, matters.id, matters.kind, matters.text, matters.stated,
           CASE matters.state WHEN 'closed' THEN 'met' ELSE 'open' END AS state, benefit.text AS met_by,
           CASE WHEN benefit.id IS NOT NULL THEN 'K' || benefit.id END AS met_by_id, matters.contact_id,
           contacts.name AS contact, matters.deal_id, 'D' || matters.deal_id AS deal, raised_on, matters.closed_on
      FROM matters
      JOIN contacts ON contacts.id = matters.contact_id
      LEFT JOIN preparation AS benefit ON benefit.id = matters.met_by_id
     WHERE matters.kind IN ('need', 'want')
    """


def listed(conn: sqlite3.Connection, deal_id: int | None = None) -> Table:
    """Of one deal, all; else those of every open deal that are not met yet."""
    # Two statements: one with an optional deal reads every matter to find those of one.
    if deal_id is not None:
        found = rows(conn, f"{LISTED} AND matters.deal_id = :deal_id ORDER BY matters.id", deal_id=deal_id)
    else:
        ongoing = "matters.deal_id IN (SELECT id FROM deals WHERE outcome = 'open')"
        found = rows(conn, f"{LISTED} AND matters.state = 'open' AND {ongoing} ORDER BY matters.deal_id, matters.id")
    lines = [dict(row) for row in found]
    whose = f"D{deal_id}" if deal_id else "DEAL"

    def view() -> Table:
        shown = [{**line, "text": in_words(line)} for line in lines]
        wanted = {"key", "kind", "text", "state", "met_by"} | (set() if deal_id else {"contact", "deal"})
        columns = [column for column in COLUMNS if column.name in wanted]
        return Table(columns, shown, empty=f"No needs are noted: salesflow need add {whose} TEXT", ids="key")

    return Table(COLUMNS, lines, ids="key", view=view)


def of_contact(conn: sqlite3.Connection, contact_id: int) -> Table:
    """Those of a contact's open deals that are not met yet."""
    ongoing = "matters.deal_id IN (SELECT id FROM deals WHERE contact_id = :contact_id AND outcome = 'open')"
    sql = f"{LISTED} AND matters.contact_id = :contact_id AND matters.state = 'open' AND {ongoing} ORDER BY matters.id"
    return Table(COLUMNS, [dict(row) for row in rows(conn, sql, contact_id=contact_id)], ids="key")


def in_words(row: Row | sqlite3.Row) -> str:
    """A need's text, and whether it is the seller's inference."""
    return str(row["text"]) + ("" if row["stated"] else " (not said, inferred)")


def told(found: Iterable[Row]) -> list[str]:
    """Lines of a card: those not met yet."""
    return [
        f"{row['key']} {in_words(row)}{' (wants)' * (row['kind'] == 'want')}"
        + (f"  <- {row['met_by']}" if row["met_by"] else "")
        for row in found
        if row["state"] == "open"
    ]
