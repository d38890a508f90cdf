"""Papers: the inquiries and quotes of one person together, as a card has them; and one of them by its key."""

from __future__ import annotations

import datetime
import sqlite3

from salesflow.records.settings import Settings
from salesflow.store.rows import one
from salesflow.table import Column, Row, Sheet, Table

COLUMNS = (
    Column("key"), Column("kind"), Column("what"), Column("total", kind="money"), Column("state"), Column("stands"),
    Column("made_on", kind="day"), Column("sent_on", kind="day"), Column("valid_until", kind="day"),
)  # fmt: skip
OPEN = ("open", "draft", "sent", "expired")

# Keys that a command does not take, and which one does.
ELSEWHERE = {
    ("show", "K"): "{key} is something prepared; to see it: salesflow prepare list, or salesflow product show NAME",
    ("edit", "K"): "{key} is something prepared; it is changed with: salesflow prepare edit {key}",
    ("delete", "K"): "{key} is something prepared; to take it away: salesflow prepare drop {key}",
    ("edit", "A"): "{key} happened and stays as it is; to log it anew: salesflow delete {key}, then salesflow log",
    ("edit", "D"): "a deal is changed with: salesflow deal edit {key} --title TEXT --amount N",
    ("edit", "N"): "a need is changed with: salesflow need edit {key} TEXT",
    ("edit", "O"): "an objection is changed with: salesflow objection edit {key}",
    ("edit", "S"): "a sign stays as it is; if it was none: salesflow delete {key}",
}


def of_contact(conn: sqlite3.Connection, contact_id: int, today: datetime.date, settings: Settings) -> Table:
    """Inquiries, then quotes, each the newest first. `stands` says where it stands, in words."""
    sql = "SELECT 1 FROM documents WHERE contact_id = :id AND kind <> 'pitch' LIMIT 1"
    if one(conn, sql, id=contact_id) is None:
        return Table(COLUMNS, [])
    from salesflow.records import document_lines, documents, inquiries

    lines: list[Row] = []
    for kind in ("inquiry", "quote"):
        for row in documents.found(conn, kind, contact_id=contact_id):
            own = document_lines.of(conn, row["id"])
            asks = "  ".join(inquiries.answers_said(conn, row)) if kind == "inquiry" else ""
            lines.append({
                **dict(row), "key": documents.key(row), "state": documents.state(row, today),
                "what": document_lines.said(own, settings.marks[-1]),
                "total_minor": document_lines.totals(own).total if kind == "quote" else None,
                "stands": asks or documents.stands(conn, row, today),
            })  # fmt: skip
    return Table(COLUMNS, lines)


def told(table: Table, marks: str) -> list[str]:
    """Those still open, a line each; a quote only as long as its deal is."""
    said = []
    for row in table.rows:
        if row["state"] not in OPEN or (row["deal_outcome"] not in (None, "open") and row["kind"] == "quote"):
            continue
        amount = ""
        if row["total_minor"] is not None:
            from salesflow.money import show

            amount = f"  {show(row['total_minor'], row['currency'], marks)}"
        word = "asks about " if row["kind"] == "inquiry" else ""
        said.append(f"{row['key']}  {word}{row['what']}{amount}  {row['stands']}")
    return said


def by_key(conn: sqlite3.Connection, text: str, today: datetime.date, settings: Settings) -> Sheet | None:
    """What a key such as I1, q1 or Q1/2 names; None when it is no such key. Raises NotFound."""
    if text[:1] not in "IiQq" or not text[1:2].isdigit():
        return None
    from salesflow.records import documents, inquiries, quotes_shown

    found = documents.parse(text)
    if found is None:
        return None
    row = documents.get(conn, found[0], text)
    if found[0] == "inquiry":
        return inquiries.shown(conn, row, today, settings.marks[-1])
    return quotes_shown.shown(conn, row, today, settings.marks)


def refusal(text: str, verb: str) -> str | None:
    """What to say to `show`, `edit` or `delete` of a key that other commands take; None for anything else."""
    letter, number = text[:1].upper(), text[1:]
    if (verb, letter) in ELSEWHERE and number.isascii() and number.isdigit():
        return ELSEWHERE[verb, letter].format(key=f"{letter}{number}")
    if letter not in ("I", "Q") or not number[:1].isdigit() or verb == "show":
        return None
    from salesflow.records import documents

    found = documents.parse(text)
    if found is None:
        return None
    kind, key = found[0], text.upper()
    if verb == "edit":
        return f"{'an inquiry' if kind == 'inquiry' else 'a quote'} is changed with: salesflow {kind} edit {key}"
    way = "close" if kind == "inquiry" else "withdraw"
    return f"papers are kept, for they have gone to customers; use: salesflow {kind} {way} {key}, or salesflow undo"
