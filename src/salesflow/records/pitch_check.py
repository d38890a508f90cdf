"""The check of a presentation: every part is there, the unique value too, each need is met, and it is no canned text.

Sources: it must be fitted to all the needs and wants of the customer; the canned presentation no longer works.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from salesflow.people import fold
from salesflow.records import matching, needs, pitches
from salesflow.records.pitch_lines import READY_FOR, UNIQUE
from salesflow.store.rows import rows
from salesflow.table import Column, Sheet, Table, Text

COLUMNS = (
    Column("number", kind="number"), Column("version", kind="number"), Column("deal_id"), Column("contact_id"),
    Column("contact"), Column("ok", kind="flag"), Column("unique_value", kind="flag"),
    Column("needs_covered", kind="number"), Column("needs", kind="number"), Column("not_covered", kind="list"),
    Column("missing", kind="list"), Column("canned", kind="flag"), Column("same_as"),
)  # fmt: skip
PART_COLUMNS = (Column("part", "part", firm=True), Column("state", "state", firm=True))


def check(conn: sqlite3.Connection, document: sqlite3.Row) -> Sheet:
    """`ok` only where nothing is missing, no need is left, and nobody else was told the same."""
    found = pitches.lines(conn, document["id"])
    filled = {row["part"] for row in found}
    table = [
        {"part": part, "state": "ok" if part in filled else "MISSING"} for part in pitches.parts(conn, document)
    ]  # fmt: skip
    every, open_ones = uncovered(conn, document, found)
    same = twin(conn, document, found)
    missing = [row["part"] for row in table if row["state"] != "ok"]
    facts = {
        **dict(document), "ok": not (missing or open_ones or same) and bool(every), "unique_value": UNIQUE in filled,
        "needs_covered": len(every) - len(open_ones), "needs": len(every),
        "not_covered": [row["text"] for row in open_ones], "missing": missing, "canned": same is not None,
        "same_as": f"pitch {same['number']} ({same['contact']})" if same else None,
    }  # fmt: skip
    return Sheet(COLUMNS, facts, {"parts": Table(PART_COLUMNS, table)}, view=lambda: said(document, facts, table))


def said(document: sqlite3.Row, facts: dict[str, object], table: Sequence[dict[str, str]]) -> Text:
    parts = "   ".join(f"{row['part']} {row['state']}" for row in table if row["part"] != UNIQUE)
    lines = [pitches.head(document), parts, f"unique value {'ok' if facts['unique_value'] else 'MISSING'}"]
    if not facts["needs"]:
        lines.append(f"needs MISSING: none are noted; salesflow need add D{document['deal_id']} TEXT")
    else:
        names = facts["not_covered"]
        assert isinstance(names, list)
        left = f"   not covered: {', '.join(names)}" if names else ""
        lines.append(f"needs covered {facts['needs_covered']} of {facts['needs']}{left}")
    lines += [f"canned: the same words as {facts['same_as']}"] if facts["canned"] else []
    lines += ["nothing is missing"] if facts["ok"] else []
    return Text([("", line) for line in lines], bold=frozenset({0}))


def uncovered(
    conn: sqlite3.Connection, document: sqlite3.Row, found: Sequence[sqlite3.Row]
) -> tuple[list[sqlite3.Row], list[sqlite3.Row]]:
    """(the needs of the deal not met yet, those of them that no line answers)."""
    every = needs.of_deal(conn, document["deal_id"])
    first = pitches.parts(conn, document)[0]
    return every, [need for need in every if not any(covers(row, need, first) for row in found)]


def covers(row: sqlite3.Row, need: sqlite3.Row, first: str) -> bool:
    """Whether a line answers a need: it was written for it; or the seller's own words, after the part that only says
    what the matter is, have two words of the need, or its only one."""
    if row["matter_id"] == need["id"]:
        return True
    own = row["product_id"] is None and row["preparation_id"] is None and row["part"] not in (first, READY_FOR)
    count = len(matching.words(need["text"]))
    return own and 0 < min(2, count) <= matching.shared(row["text"], need["text"])


OTHERS = """
    SELECT documents.id, documents.number, contacts.name AS contact, document_lines.part, document_lines.text
      FROM documents
      JOIN document_lines ON document_lines.document_id = documents.id
      JOIN contacts ON contacts.id = documents.contact_id
     WHERE documents.kind = 'pitch' AND documents.contact_id <> :contact_id
     ORDER BY documents.id, document_lines.position
    """


def twin(conn: sqlite3.Connection, document: sqlite3.Row, found: Sequence[sqlite3.Row]) -> sqlite3.Row | None:
    """A presentation to somebody else in the same words, capitals and accents aside."""
    own = [fold(row["text"]) for row in found if row["part"] != READY_FOR]
    if not own:
        return None
    texts: dict[int, list[str]] = {}
    of: dict[int, sqlite3.Row] = {}
    for row in rows(conn, OTHERS, contact_id=document["contact_id"]):
        if row["part"] != READY_FOR:
            of[row["id"]] = row
            texts.setdefault(row["id"], []).append(fold(row["text"]))
    return next((of[number] for number, text in texts.items() if text == own), None)
