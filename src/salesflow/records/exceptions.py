"""Exceptions: what was done against a warning. Said once a deal, kept with its reason, then counted; never a wall."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from salesflow.dates import Moment
from salesflow.people import check_text
from salesflow.store.rows import insert, one, rows
from salesflow.table import Column, Row, Table

# kind -> what it says of the deal, where the exceptions are listed
KINDS = {
    "unqualified": "sold to before they were a prospect",
    "gate": "went on with questions unanswered",
    "tasks": "went on with tasks undone",
    "skipped": "skipped stages without a sign to buy",
    "objections": "closed with an objection open",
    "deciders": "went on without knowing who decides",
    "needs": "wrote a presentation without knowing the needs",
    "offer": "offered something while still asking what they need",
    "talked": "talked more than listened",
    "canned": "used the words of another presentation",
    "no-close": "presented without asking for the sale",
    "delivery": "closed with the delivery not settled",
    "product": "sold something not prepared",
    "no-step": "moved without a next step",
    "referral": "asked for names too early",
}


def keep(
    conn: sqlite3.Connection, contact_id: int, deal_id: int | None, kind: str, moment: Moment, *,
    what: str | None = None, because: str | None = None,
) -> bool:  # fmt: skip
    """Write it down; whether it was new: the same said of the same deal (else contact) before is not written again.

    Two of one kind are the same when they are about the same things (`what`). Raises Refused.
    """
    sql = """
        SELECT 1 FROM exceptions
         WHERE contact_id = :contact_id AND deal_id IS :deal_id AND kind = :kind AND what IS :what
        """
    if one(conn, sql, contact_id=contact_id, deal_id=deal_id, kind=kind, what=what):
        return False
    because = check_text(because, "a reason", 1000).strip() if because else None
    insert(
        conn, "exceptions", contact_id=contact_id, deal_id=deal_id, kind=kind, what=what, because=because or None,
        made_at=moment.at, made_on=moment.on,
    )  # fmt: skip
    return True


COLUMNS = (
    Column("made_on", "day", "day", firm=True),
    Column("kind"),
    Column("says", "what was done", wrap=True),
    Column("what", "of that", wrap=True),
    Column("because", "because", wrap=True),
)


def of_deal(conn: sqlite3.Connection, deal_id: int) -> Table:
    """Those of one deal, the oldest first."""
    return Table(COLUMNS, [told(row) for row in found(conn, deal_id)], empty="Nothing was done against a warning.")


def found(conn: sqlite3.Connection, deal_id: int) -> Sequence[sqlite3.Row]:
    sql = "SELECT kind, what, because, made_on FROM exceptions WHERE deal_id = :id ORDER BY id"
    return rows(conn, sql, id=deal_id)


def told(row: sqlite3.Row) -> dict[str, str | None]:
    return {**dict(row), "says": KINDS.get(row["kind"], row["kind"])}


def counted(found: Sequence[Row]) -> list[str]:
    """Rows of `of_deal` by kind, how many, and of what: `2: moved without a next step (Closing, Order)`."""
    whats: dict[str, list[str | None]] = {}
    for row in found:
        whats.setdefault(row["says"], []).append(row["what"])
    return [
        f"{len(all_)}: {says}" + (f" ({'; '.join(named)})" if (named := [what for what in all_ if what]) else "")
        for says, all_ in whats.items()
    ]
