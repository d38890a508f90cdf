"""Matters: what the customer brings up. Needs, wants, objections, questions, signs: each open until dealt with."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from salesflow.dates import Moment
from salesflow.errors import NotFound, Refused
from salesflow.people import check_text
from salesflow.store.rows import insert, one, rows, update

LETTERS = {"need": "N", "want": "N", "objection": "O", "question": "?", "sign": "S"}


class Draft(NamedTuple):
    """kind: one of LETTERS. class_: of an objection or a question, in a word. stated: whether they said so themselves.
    state: open, or expected. met_by_id: the benefit that meets a need."""

    contact_id: int
    kind: str
    text: str
    deal_id: int | None = None
    class_: str | None = None
    stated: bool = True
    behind: str | None = None
    their_view: str | None = None
    met_by_id: int | None = None
    document_id: int | None = None
    state: str = "open"


def add(conn: sqlite3.Connection, draft: Draft, moment: Moment) -> int:
    """The new matter's id. Raises Refused."""
    text = check_text(draft.text, f"a {draft.kind}").strip()
    if not text:
        raise Refused(f"what is the {draft.kind}? say it in their words")
    return insert(
        conn, "matters", contact_id=draft.contact_id, deal_id=draft.deal_id, document_id=draft.document_id,
        kind=draft.kind, text=text, stated=int(draft.stated), behind=draft.behind, their_view=draft.their_view,
        met_by_id=draft.met_by_id, state=draft.state, raised_at=moment.at, raised_on=moment.on,
        **{"class": draft.class_},
    )  # fmt: skip


def close(conn: sqlite3.Connection, matter_id: int, moment: Moment, answer: str | None = None) -> None:
    """It is met, answered or acted on. Raises Refused when it was already."""
    row = one(conn, "SELECT * FROM matters WHERE id = :id", id=matter_id)
    if row is None or row["state"] == "closed":
        raise Refused("that is closed already")
    more = {} if answer is None else {"answer": check_text(answer, "an answer").strip()}
    update(conn, "matters", matter_id, state="closed", closed_at=moment.at, closed_on=moment.on, **more)


def get(conn: sqlite3.Connection, letter: str, number: int) -> sqlite3.Row:
    """The matter of a key such as O3. Raises NotFound."""
    row = one(conn, "SELECT * FROM matters WHERE id = :id", id=number)
    if row is None or LETTERS[row["kind"]] != letter:
        raise NotFound(f"nothing has the key {letter}{number}")
    return row


def of_deal(conn: sqlite3.Connection, deal_id: int, *kinds: str, state: str | None = None) -> list[sqlite3.Row]:
    """What was brought up about a deal, of these kinds and perhaps in this state, in order."""
    found = rows(conn, "SELECT * FROM matters WHERE deal_id = :id ORDER BY id", id=deal_id)
    return [row for row in found if row["kind"] in kinds and state in (None, row["state"])]


def delete(conn: sqlite3.Connection, matter_id: int) -> None:
    """Remove one that never was, with the answers given to it."""
    conn.execute("UPDATE document_lines SET matter_id = NULL WHERE matter_id = :id", {"id": matter_id})
    conn.execute("DELETE FROM replies WHERE matter_id = :id", {"id": matter_id})
    conn.execute("DELETE FROM matters WHERE id = :id", {"id": matter_id})


def signs(conn: sqlite3.Connection, deal_id: int) -> int:
    """How many signs to buy a customer has shown: signs, and objections that were raised. Open or not.

    Source: an objection is no obstacle but a sign of purchase.
    """
    found = of_deal(conn, deal_id, "sign", "objection")
    return len([row for row in found if row["stated"] and row["state"] != "expected"])
