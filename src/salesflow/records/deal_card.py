"""What the cards say of a sale as it goes: signs, objections, who decides, how long it should take, how it closed."""

from __future__ import annotations

import datetime
import sqlite3

from salesflow import dates
from salesflow.records import channels, contacts, deciders, expected, matters, objections, silence
from salesflow.table import Column, Sheet, Text

Labelled = list[tuple[str, list[str]]]

MATTER_COLUMNS = (
    Column("key"), Column("kind"), Column("text"), Column("state"), Column("class"), Column("behind"),
    Column("their_view"), Column("answer"), Column("contact_id", kind="number"), Column("contact"), Column("deal"),
    Column("raised_on", kind="day"), Column("closed_on", kind="day"),
)  # fmt: skip


def of_deal(conn: sqlite3.Connection, deal: sqlite3.Row, today: datetime.date) -> Labelled:
    """Labels and texts for the card of a deal (a row of deals.get)."""
    length = expected.expected(conn, deal["id"], today)
    known = deciders.found(conn, deal["id"])
    went = f"{length.said}; expected: {length.why}"
    return [
        ("KIND", ["to join the business"] if deal["kind"] == "recruit" else []),
        ("DAYS", [went] if deal["outcome"] == "open" else []),
        ("SIGN", [f"S{row['id']}  {row['text']}" for row in matters.of_deal(conn, deal["id"], "sign", state="open")]),
        ("SAYS", objections.in_brief(conn, deal["id"])),
        ("BY", [deciders.said(row) for row in known] + [deciders.in_brief(conn, deal["id"])] * bool(known)),
    ]


def open_matters(conn: sqlite3.Connection, deal_id: int) -> list[str]:
    """The signs and objections of a deal that wait, each with its key."""
    found = matters.of_deal(conn, deal_id, "sign", "objection", state="open")
    return [f"{matters.LETTERS[row['kind']]}{row['id']} {row['kind']}: {row['text']}" for row in found]


def of_close(deal: sqlite3.Row) -> Labelled:
    """How it closed, besides its reason."""
    class_ = deal["reason"] if deal["reason"] and deal["reason"] != (deal["how"] or "").casefold() else None
    note = deal["note"] if deal["note"] and deal["note"] not in (deal["how"] or "") else None
    parts = [
        class_ and f"class: {class_}",
        deal["pace"] and f"closed {deal['pace']}",
        note,
        deal["lost_to"] and f"to {deal['lost_to']}",
        deal["paid_on"] and f"paid {deal['paid_on']}",
    ]
    return [
        ("", ["   ".join(part for part in parts if part)] if any(parts) else []),
        ("LEARN", [deal["lesson"]] if deal["lesson"] else []),
    ]


def of_contact(conn: sqlite3.Connection, contact_id: int, today: datetime.date) -> list[str]:
    """Who waits for whom: `they wrote on 20 Nov`, or which way to try next."""
    found = silence.of_contact(conn, contact_id)
    if found is None:
        return []
    if found["owe_on"]:
        day = dates.short_date(datetime.date.fromisoformat(found["owe_on"]), today)
        return [f"they wrote last, on {day}: answer them (salesflow done R{contact_id})"]
    day = dates.short_date(datetime.date.fromisoformat(found["tried_on"]), today)
    if found["tries"] < silence.GHOSTED:
        return [f"{found['tries']} unanswered, last on {day}"]
    way = channels.suggest(conn, contact_id)
    tried = f"; tried: {', '.join(way.tried)}" if way.tried else ""
    return [f"{found['tries']} unanswered, last on {day}{tried}", way.said]


def of_matter(conn: sqlite3.Connection, letter: str, number: int) -> Sheet:
    """A sign, an objection or a need by its key. Raises NotFound."""
    row = matters.get(conn, letter, number)
    contact = contacts.get(conn, row["contact_id"])
    deal = f"D{row['deal_id']}" if row["deal_id"] else None
    facts = {**dict(row), "key": f"{letter}{number}", "contact": contact["name"], "deal": deal}

    def view() -> Text:
        state = f"closed on {row['closed_on']}" if row["state"] == "closed" else row["state"]
        lines = [
            ("WHO", f"{contact['id']} {contact['name']}" + (f", {deal}" if deal else "")),
            ("WHAT", f"{letter}{number} {row['kind']}, {state}: {row['text']}"),
        ]
        if letter == "O":
            brief = [line for line in objections.in_brief(conn, row["deal_id"]) if line.startswith(f"O{number} ")]
            lines = [lines[0], ("WHAT", brief[0])] if brief else lines
        return Text(lines)

    return Sheet(MATTER_COLUMNS, facts, view=view)
