"""How long a deal should take: by one's own sales of the product, else by the product, by who decides, by the process.

Source: with senior executives it takes days, weeks or months; with the owner of a small firm it may be done at once.
"""

from __future__ import annotations

import datetime
import sqlite3
from typing import NamedTuple

from salesflow.records import deals
from salesflow.store.rows import one

# By what -> how it is said.
SAID = {
    "own": "about {days} (your average of {won} sales of {product})",
    "product": "about {days} (usual for {product})",
    "executive": "weeks (an executive decides)",
    "manager": "two weeks (a manager decides)",
    "owner": "today (the owner decides)",
    "limits": "about {days} (the limits of {process})",
    "other": "not known; say on which level they decide: salesflow decider says D{id} NAME --level owner",
    None: "not known; say who decides: salesflow decider add D{id} NAME --level owner",
}


class Expected(NamedTuple):
    """days None: nothing to go by. why: in words, with the length. day: which day of the deal it is, the first is 1."""

    days: int | None
    why: str
    day: int = 1

    @property
    def said(self) -> str:
        """`day 12 of about 42`, said aloud where it took longer."""
        if self.days is None:
            return f"day {self.day}"
        late = ", longer than expected" if self.day > max(self.days, 1) else ""
        return f"day {self.day} of about {max(self.days, 1)}{late}"


def expected(conn: sqlite3.Connection, deal_id: int, today: datetime.date | None = None) -> Expected:
    """How many days a deal should take from its opening to its close. Raises NotFound."""
    deal = deals.get(conn, deal_id)
    end = deal["closed_on"] or (today.isoformat() if today else deal["opened_on"])
    begun = datetime.date.fromisoformat(deal["opened_on"])
    day = (datetime.date.fromisoformat(end) - begun).days + 1
    return length(conn, deal)._replace(day=day)


def length(conn: sqlite3.Connection, deal: sqlite3.Row) -> Expected:
    """As the view `expected_lengths` has it, in words."""
    found = one(conn, "SELECT basis, days, won FROM expected_lengths WHERE deal_id = :id", id=deal["id"])
    assert found is not None
    facts = {"won": found["won"], "product": deal["product"], "process": deal["process"], "id": deal["id"]}
    named = one(conn, "SELECT 1 FROM deciders WHERE deal_id = :id", id=deal["id"])
    basis = found["basis"] or ("other" if named else None)
    return Expected(found["days"], SAID[basis].format(days=in_words(found["days"] or 0), **facts))


def in_words(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"
