"""Deciders: who decides on a deal, in which role and on which level, and where each of them stands.

One of them may be a contact of their own: then they are known by id. The authority of a deal is theirs, together.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from salesflow.dates import Moment
from salesflow.errors import Exists, NotFound, Refused
from salesflow.people import check_text, fold
from salesflow.records import deals
from salesflow.store.rows import delete, insert, rows, update
from salesflow.table import Column, Table

LEVELS = ("owner", "manager", "executive", "other")
SAYS = ("for", "against", "unknown")
# Words of a role or of a typed level that mean a level.
MEANS = {
    "owner": ("owner", "proprietor", "founder", "sole", "self-employed"),
    "executive": ("executive", "vp", "svp", "evp", "president", "ceo", "cfo", "coo", "cto", "cio", "chief", "chair",
                  "chairman", "chairwoman"),
    "manager": ("manager", "head", "director", "lead", "supervisor", "purchasing", "buyer"),
}  # fmt: skip


class Draft(NamedTuple):
    """level: of LEVELS, or a word that means one; None: from the role. says: of SAYS."""

    name: str
    role: str | None = None
    level: str | None = None
    says: str = "unknown"


def level_of(level: str | None, role: str | None) -> str:
    """Raises Refused for a word that means no level."""
    if level:
        word = level.strip().lower()
        if word in LEVELS:
            return word
        for name, meant in MEANS.items():
            if word in meant:
                return name
        raise Refused(f"no level {level!r}; there are: {', '.join(LEVELS)}")
    spoken = set(fold(role or "").replace("-", " ").split())
    return next((name for name, meant in MEANS.items() if spoken & set(meant)), "other")


def stance(text: str) -> str:
    """Raises Refused."""
    word = {"yes": "for", "no": "against"}.get(text.strip().lower(), text.strip().lower())
    if word not in SAYS:
        raise Refused(f"a decider is {', '.join(SAYS[:-1])} or {SAYS[-1]}, not {text!r}")
    return word


def person_of(conn: sqlite3.Connection, name: str) -> int | None:
    """The contact who is called so, if exactly one is, whole name for whole name."""
    found = rows(conn, "SELECT id FROM contacts WHERE name_key = :name AND kind = 'person' LIMIT 2", name=fold(name))
    return int(found[0]["id"]) if len(found) == 1 else None


def add(conn: sqlite3.Connection, deal_id: int, draft: Draft, moment: Moment) -> int:
    """The new decider's id. Raises NotFound, Refused, Exists."""
    deal = deals.get_open(conn, deal_id)
    name = " ".join(check_text(draft.name, "a name", 200).split())
    if not name:
        raise Refused(f"who decides? salesflow decider add D{deal_id} NAME --role TEXT --level {'|'.join(LEVELS)}")
    if any(fold(row["name"]) == fold(name) for row in found(conn, deal_id)):
        way = f"salesflow decider says D{deal_id} {name} for"
        raise Exists(f"{name} is among the deciders of D{deal_id} already; where they stand: {way}")
    role = check_text(draft.role, "a role", 200).strip() if draft.role else None
    person = person_of(conn, name)
    return insert(
        conn, "deciders", contact_id=deal["contact_id"], deal_id=deal_id, person_id=person,
        name=None if person else name, role=role or None, level=level_of(draft.level, role), says=stance(draft.says),
        created_on=moment.on,
    )  # fmt: skip


def found(conn: sqlite3.Connection, deal_id: int) -> list[sqlite3.Row]:
    """Those of a deal in the order they were added, each with the name they go by."""
    sql = """
        SELECT deciders.id, deciders.deal_id, deciders.contact_id, person_id,
               coalesce(contacts.name, deciders.name) AS name, role, level, says, deciders.created_on
          FROM deciders LEFT JOIN contacts ON contacts.id = person_id
         WHERE deal_id = :id
         ORDER BY deciders.id
        """
    return rows(conn, sql, id=deal_id)


def get(conn: sqlite3.Connection, deal_id: int, name: str) -> sqlite3.Row:
    """The decider meant by a name, or the start of one of its words. Raises NotFound."""
    known = found(conn, deal_id)
    wanted = fold(" ".join(name.split()))
    whole = [row for row in known if fold(row["name"]) == wanted]
    starts = [row for row in known if wanted and f" {wanted}" in f" {fold(row['name'])}"]
    meant = whole or starts
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise NotFound(f"{name!r} fits {len(meant)} of them: {', '.join(row['name'] for row in meant)}")
    names = ", ".join(row["name"] for row in known)
    raise NotFound(f"no decider {name!r} on D{deal_id}; " + (f"there are: {names}" if names else "none is known yet"))


def says(
    conn: sqlite3.Connection, decider_id: int, *, says: str | None = None, role: str | None = None,
    level: str | None = None,
) -> None:  # fmt: skip
    """Where they stand now, or another role or level. Raises Refused."""
    changes: dict[str, str | None] = {}
    if says is not None:
        changes["says"] = stance(says)
    if role is not None:
        changes["role"] = check_text(role, "a role", 200).strip() or None
    if level is not None or role is not None:
        changes["level"] = level_of(level, role)
    update(conn, "deciders", decider_id, **changes)


def drop(conn: sqlite3.Connection, decider_id: int) -> None:
    delete(conn, "deciders", [decider_id])


COLUMNS = (
    Column("name", "who", firm=True),
    Column("role", "role", wrap=True),
    Column("level", "level", firm=True),
    Column("says", "says", firm=True),
    Column("person_id"),
    Column("created_on", kind="day"),
)


def of_deal(conn: sqlite3.Connection, deal_id: int) -> Table:
    """Who decides on a deal, in the order they were added."""
    lines = [dict(row) for row in found(conn, deal_id)]
    notes = [in_brief(conn, deal_id)] if lines else []
    empty = f"Who decides is not known: salesflow decider add D{deal_id} NAME"
    return Table(COLUMNS, lines, notes=notes, empty=empty, ids="name")


def in_brief(conn: sqlite3.Connection, deal_id: int) -> str:
    """`1 of 2 won over; against: Max Orr`; empty when nobody is known."""
    known = found(conn, deal_id)
    if not known:
        return ""
    won = sum(row["says"] == "for" for row in known)
    against = [row["name"] for row in known if row["says"] == "against"]
    return f"{won} of {len(known)} won over" + (f"; against: {', '.join(against)}" if against else "")


def said(row: sqlite3.Row) -> str:
    """`Max Orr (vice president, executive): unknown`."""
    level = row["level"] if row["level"] != "other" else None
    about = ", ".join(text for text in (row["role"], level) if text)
    return f"{row['name']}{f' ({about})' if about else ''}: {row['says']}"
