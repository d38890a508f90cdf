"""Reasons: how sales were won and lost. A few classes to count by, and one's own words beside them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from salesflow.errors import Refused
from salesflow.people import check_text
from salesflow.store.rows import rows

# Offered, numbered, where a reason is asked for; any words of one's own will do as well.
CLASSES = {
    "won": ("fitted the need", "price", "fast reply", "trust", "referral", "bought again"),
    "lost": ("price", "timing", "competitor", "no decision", "no fit", "no reply"),
}
OWN = "own words"


class Reason(NamedTuple):
    """how: as it was said. name: its class, OWN where it begins with none. note: what was said besides."""

    how: str
    name: str
    note: str | None


def classed(outcome: str, how: str, note: str | None = None) -> Reason:
    """A reason with its class: `price, they pay less` is of the class price. Raises Refused for a text too long."""
    how = check_text(how, "a reason", 1000).strip()
    note = check_text(note, "a note", 1000).strip() if note else None
    for name in sorted(CLASSES[outcome], key=len, reverse=True):
        rest = how[len(name) :]
        if how.casefold().startswith(name) and not rest[:1].isalnum():
            return Reason(how, name, note or rest.strip(" \t,;:.-") or None)
    return Reason(how, OWN, note)


def needed(deal_id: int, outcome: str) -> str:
    """What to say when none was given."""
    verb, word = ("win", "how") if outcome == "won" else ("lose", "why")
    command = f"salesflow {verb} D{deal_id} {word.upper()} ({', '.join(CLASSES[outcome])}, or your words)"
    return f"D{deal_id} stays open: say {word} it was {outcome}: {command}"


def checked(deal_id: int, outcome: str, how: str, note: str | None = None) -> Reason:
    """The reason given. Raises Refused when there is none."""
    found = classed(outcome, how, note)
    if not found.how:
        raise Refused(needed(deal_id, outcome))
    return found


def offered(conn: sqlite3.Connection, outcome: str) -> Sequence[str]:
    """The reasons to offer: one's own most frequent first, then the classes."""
    own = rows(
        conn,
        """
        SELECT CASE WHEN reason = :own OR reason IS NULL THEN how ELSE reason END AS said
          FROM deals
         WHERE outcome = :outcome AND how IS NOT NULL
         GROUP BY said
         ORDER BY count(*) DESC, max(id) DESC
         LIMIT 5
        """,
        outcome=outcome,
        own=OWN,
    )
    return list(dict.fromkeys([row["said"] for row in own] + list(CLASSES[outcome])))[:9]
