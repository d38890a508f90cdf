"""Approach: ask for an appointment, or knock at the door? Told from role and household, with its reason.

Managers and heads of purchasing give appointments; where the household decides, a visit may come unannounced. Which
words of a role mean an appointment is the setting `approach`.
"""

from __future__ import annotations

import re
import sqlite3
from typing import NamedTuple

from salesflow.people import fold
from salesflow.records import contacts
from salesflow.records.settings import Settings
from salesflow.store.rows import rows, value

APPOINTMENT, COLD_VISIT = "appointment", "cold visit"


class Suggestion(NamedTuple):
    """`way` is None where neither can be told; `reason` says why, or what to find out."""

    way: str | None
    reason: str


def suggest(conn: sqlite3.Connection, contact_id: int, settings: Settings) -> Suggestion:
    """How to come to somebody. Raises NotFound."""
    row = contacts.get(conn, contact_id)
    sql = "SELECT role FROM deciders WHERE person_id = :id AND role IS NOT NULL ORDER BY id DESC"
    roles = [text for text in (row["job_title"], *(each["role"] for each in rows(conn, sql, id=contact_id))) if text]
    for role in roles:
        if means_appointment(role, settings.approach):
            return Suggestion(APPOINTMENT, f"role: {role}")
    sql = "SELECT 1 FROM points WHERE contact_id = :id AND kind = 'address'"
    at_home = value(conn, sql, id=contact_id) is not None
    if row["kind"] == "person" and row["company"] is None and at_home:
        return Suggestion(COLD_VISIT, f"household{f', {roles[0]}' if roles else ''}")
    if roles:
        return Suggestion(None, f"role: {roles[0]}; who decides there? to count the role: salesflow config approach")
    return Suggestion(None, f"role not known; say it: salesflow edit {contact_id} --title ROLE")


def means_appointment(role: str, words: str) -> bool:
    """Whether a role has one of the words, parted by commas, whole: `head` is in `head of purchasing`."""
    said = f" {plain(role)} "
    return any(f" {word} " in said for each in words.split(",") if (word := plain(each)))


def plain(text: str) -> str:
    """Its words alone, folded, one space between them."""
    return " ".join(re.findall(r"[^\W_]+", fold(text)))
