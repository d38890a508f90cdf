"""Signs to buy: at any stage, even in the first minute. Until acted on, a sign stands at the head of the day."""

from __future__ import annotations

import sqlite3

from salesflow.dates import Moment
from salesflow.errors import Refused
from salesflow.records import activities, deals, matters
from salesflow.store.rows import rows, update

NO_OBJECTION = "no objection left"


def add(conn: sqlite3.Connection, deal_id: int, text: str, moment: Moment, *, stated: bool = True) -> int:
    """The new sign's id; a parked deal is taken up by it. stated False: not theirs, but concluded. Raises NotFound,
    Refused."""
    deal = deals.get_open(conn, deal_id)
    number = matters.add(conn, matters.Draft(deal["contact_id"], "sign", text, deal_id, stated=stated), moment)
    if deal["parked_until"]:
        update(conn, "deals", deal_id, parked_until=None, parked_why=None)
    return number


def propose(conn: sqlite3.Connection, deal_id: int, moment: Moment) -> int | None:
    """A sign that the last objection is answered, unless a sign is open already; its id."""
    if matters.of_deal(conn, deal_id, "sign", state="open"):
        return None
    return add(conn, deal_id, NO_OBJECTION, moment, stated=False)


def withdraw(conn: sqlite3.Connection, deal_id: int, moment: Moment) -> None:
    """An objection is open (again): what was concluded from there being none holds no more."""
    for row in matters.of_deal(conn, deal_id, "sign", state="open"):
        if not row["stated"]:
            matters.close(conn, row["id"], moment)


def act(conn: sqlite3.Connection, sign_id: int, draft: activities.Draft, moment: Moment) -> int:
    """The sale was asked for: every open sign of the deal is acted on; the id of the activity that says so.

    Of the draft its kind (none: a call), text, outcome, minutes and day count. Raises NotFound, Refused.
    """
    sign = matters.get(conn, "S", sign_id)
    if sign["state"] == "closed":
        raise Refused(f"S{sign_id} was acted on, on {sign['closed_on']}")
    settle(conn, sign["deal_id"], moment)
    return activities.add(
        conn, draft._replace(contact_id=sign["contact_id"], deal_id=sign["deal_id"], kind=draft.kind or "call",
                             text=draft.text or f"asked for the sale ({sign['text']})"), moment,
    )  # fmt: skip


def settle(conn: sqlite3.Connection, deal_id: int, moment: Moment) -> None:
    """Close every open sign of a deal."""
    sql = "SELECT id FROM matters WHERE deal_id = :id AND kind = 'sign' AND state = 'open'"
    for row in rows(conn, sql, id=deal_id):
        matters.close(conn, row["id"], moment)
