"""Selling on the spot, and the warning that belongs to selling before qualifying."""

from __future__ import annotations

import sqlite3

from salesflow.dates import Moment
from salesflow.records import contacts, deals, reasons
from salesflow.store.rows import insert, one, rows, update

UNQUALIFIED = ("lead", "possible", "disqualified")


def sale(
    conn: sqlite3.Connection, contact_id: int, amount: tuple[int, str], what: str, process: str, moment: Moment, *,
    how: str | None = None, on: str | None = None, product_id: int | None = None,
) -> tuple[int, str | None]:  # fmt: skip
    """Sold on the spot: a won deal that never stood in a stage, *bought* unless HOW says it was sold.

    Its id, and a warning when they were not qualified.
    """
    deal_id = deals.add(conn, deals.Draft(contact_id, what, amount, process, on=on, product_id=product_id), moment)
    warning = warn_unqualified(conn, contact_id, deal_id, moment)
    day, at = deals.when(on, moment)
    reason = reasons.checked(deal_id, "won", how) if how else None
    update(
        conn, "deals", deal_id, outcome="won", way="sold" if reason else "bought", how=reason and reason.how,
        reason=reason and reason.name, note=reason and reason.note, closed_at=at, closed_on=day,
    )  # fmt: skip
    if how:
        deals.leave(conn, deals.get(conn, deal_id), day)
    else:
        conn.execute("DELETE FROM stage_entries WHERE deal_id = :id", {"id": deal_id})
    return deal_id, warning


def warn_unqualified(
    conn: sqlite3.Connection, contact_id: int, deal_id: int, moment: Moment, because: str | None = None
) -> str | None:
    """Selling to somebody not qualified is written down, once a deal; the warning, or None when there is none to give.

    To be called before the sale counts. Source: "they do not qualify a lead before selling to them".
    """
    status = contacts.status(conn, contact_id)
    row = contacts.get(conn, contact_id)
    if status not in UNQUALIFIED or row["kind"] == "walk-in":
        return None
    if one(conn, "SELECT 1 FROM exceptions WHERE deal_id = :id AND kind = 'unqualified'", id=deal_id):
        return None
    insert(
        conn, "exceptions", contact_id=contact_id, deal_id=deal_id, kind="unqualified", because=because,
        made_at=moment.at, made_on=moment.on,
    )  # fmt: skip
    missing = rows(
        conn,
        """
        SELECT name, EXISTS (
                 SELECT 1 FROM answers
                  WHERE question_id = criteria.id AND contact_id = :id AND replaced_at IS NULL AND answer = 'no'
               ) AS refused
          FROM criteria
         WHERE NOT EXISTS (
           SELECT 1 FROM answers
            WHERE question_id = criteria.id AND contact_id = :id AND replaced_at IS NULL AND answer = 'yes')
         ORDER BY position
        """,
        id=contact_id,
    )
    said = {"lead": "an unqualified lead", "possible": "not a prospect yet", "disqualified": "disqualified"}[status]
    parts = [f"{row['name']} is {said}"]
    for text, refused in (("answered no: ", 1), ("still to ask: ", 0)):
        names = [question["name"] for question in missing if question["refused"] == refused]
        if names:
            parts.append(text + ", ".join(names))
    return "; ".join(parts)
