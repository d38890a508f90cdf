"""Closing: a sale may be asked for at any time. What speaks against it is said and kept, and never stands in the way.

A win is possible from every stage. Said before it, once a deal: objections still open, a delivery that a quote left
unsettled, stages that were never entered where no sign to buy was shown (`records.leaving`). How it came to its close
is kept with the deal (`pace`), so that one's own figures decide who is right.
"""

from __future__ import annotations

import datetime
import sqlite3
from typing import NamedTuple

from salesflow import dates
from salesflow.dates import Moment
from salesflow.errors import Refused
from salesflow.people import check_text
from salesflow.records import contacts, deals, exceptions, follow_ups, leaving, matters, reasons, sales, tasks
from salesflow.store.rows import one, update, value

KEEP_DAYS = 90  # until somebody who said no, and yes to being kept, is asked again
ASK_DAYS = 2  # business days until it must be asked whether they may be kept
NOT_READY = "not ready"
NOT_READY_DAYS = 30
MAY_I_KEEP = "ask whether I may keep in touch"
KEEP = ("yes", "no", "ask")


class Won(NamedTuple):
    """result: new customer, or new contract with one. promised: the follow-ups of the stages after the sale. gone: the
    tasks promised for the sale, which fall away with it."""

    warnings: list[str]
    result: str
    promised: list[int]
    gone: list[str]


class Kept(NamedTuple):
    """What became of being in touch: the follow-up made for it, and how many promises fell silent."""

    follow_up_id: int | None = None
    silenced: int = 0


class Closing(NamedTuple):
    """What is said of a close: how in words or a class, the rest besides. lost_to: the competitor who won it."""

    how: str
    note: str | None = None
    lesson: str | None = None
    lost_to: str | None = None
    amount: tuple[int, str] | None = None
    on: str | None = None


def win(
    conn: sqlite3.Connection, deal_id: int, said: Closing, moment: Moment, because: str | None = None
) -> Won:  # fmt: skip
    """The deal is won, from whatever stage. Raises NotFound, Refused."""
    deal = deals.get_open(conn, deal_id)
    reasons.checked(deal_id, "won", said.how, said.note)
    warnings = [sales.warn_unqualified(conn, deal["contact_id"], deal_id, moment, because)]
    warnings += [objections(conn, deal, moment, because), delivery(conn, deal, moment, because)]
    close = leaving.closing(conn, deal, moment, because)
    result = "new contract" if bought_before(conn, deal["contact_id"]) else "new customer"
    end(conn, deal_id, "won", said, moment, close.pace)
    gone = tasks.let_go(conn, deal_id, moment)
    promised = tasks.after_win(conn, deal_id, moment)
    return Won([text for text in (*warnings, *close.warnings) if text], result, promised, gone)


def lose(conn: sqlite3.Connection, deal_id: int, said: Closing, moment: Moment) -> list[str]:
    """The deal is lost; the tasks that fall away with it. Raises NotFound, Refused."""
    deal = deals.get_open(conn, deal_id)
    end(conn, deal_id, "lost", said, moment, pace_of_loss(conn, deal))
    return tasks.let_go(conn, deal_id, moment)


def pace_of_loss(conn: sqlite3.Connection, deal: sqlite3.Row) -> str:
    """How a deal came to where it was lost: what lay ahead of it was not skipped."""
    here = value(conn, "SELECT position FROM stages WHERE id = :id", id=deal["stage_id"])
    if all(stage["position"] > here for stage in leaving.never_entered(conn, deal)):
        return "in order"
    return "on a sign" if matters.signs(conn, deal["id"]) else "pushed"


def end(
    conn: sqlite3.Connection, deal_id: int, outcome: str, said: Closing, moment: Moment, pace: str
) -> None:  # fmt: skip
    lesson = check_text(said.lesson, "a lesson", 1000).strip() if said.lesson else None
    lost_to = check_text(said.lost_to, "a name", 200).strip() if said.lost_to else None
    deals.close(conn, deal_id, outcome, said.how, moment, amount=said.amount, on=said.on, note=said.note)
    update(conn, "deals", deal_id, pace=pace, lesson=lesson or None, lost_to=lost_to or None)


def bought_before(conn: sqlite3.Connection, contact_id: int) -> bool:
    sql = "SELECT 1 FROM deals WHERE contact_id = :id AND outcome = 'won' LIMIT 1"
    return one(conn, sql, id=contact_id) is not None


def objections(conn: sqlite3.Connection, deal: sqlite3.Row, moment: Moment, because: str | None = None) -> str | None:
    """The warning that objections are open; None when none is, or it was said before."""
    still = [row["text"] for row in matters.of_deal(conn, deal["id"], "objection", state="open")]
    what = "; ".join(still)
    if not still or not exceptions.keep(
        conn, deal["contact_id"], deal["id"], "objections", moment, what=what, because=because
    ):
        return None
    return f"{len(still)} objection{'s' if len(still) > 1 else ''} open ({what})"


def delivery(conn: sqlite3.Connection, deal: sqlite3.Row, moment: Moment, because: str | None = None) -> str | None:
    """The warning that a quote in force says nothing of the delivery."""
    sql = """
        SELECT 'Q' || number FROM documents
         WHERE deal_id = :id AND kind = 'quote' AND state IN ('sent', 'accepted') AND nullif(trim(delivery), '') IS NULL
         ORDER BY id DESC LIMIT 1
        """
    quote = value(conn, sql, id=deal["id"])
    if quote is None or not exceptions.keep(
        conn, deal["contact_id"], deal["id"], "delivery", moment, what=quote, because=because
    ):
        return None
    return f"delivery not settled: {quote} names no day or time for it"


# -- after a no --------------------------------------------------------------------------------------------------------


def to_be_asked(
    conn: sqlite3.Connection, contact_id: int, *, planned: bool, closing_id: int | None = None
) -> str | None:  # fmt: skip
    """`ask` where it is not known whether they may be kept, and nothing is going on with them; else None.

    planned: the seller has said what comes next. closing_id: a deal that is about to be lost.
    """
    contact = contacts.get(conn, contact_id)
    if planned or contact["off_list_on"] or contact["kind"] == "walk-in":
        return None
    sql = """
        SELECT 1 FROM deals WHERE contact_id = :id AND outcome = 'open' AND id IS NOT :closing
        UNION ALL
        SELECT 1 FROM follow_ups WHERE contact_id = :id AND state = 'open' AND text = :ask
        LIMIT 1
        """
    return None if one(conn, sql, id=contact_id, closing=closing_id, ask=MAY_I_KEEP) else "ask"


def keep_in_touch(
    conn: sqlite3.Connection, deal_id: int, answer: str, moment: Moment, *, next_on: str | None = None,
    todo: str | None = None,
) -> Kept:  # fmt: skip
    """Whether they may be kept on the list: yes, no, or ask when nobody asked yet. Raises Refused.

    Yes sets a day to be in touch again, no silences everything for good, ask is promised for soon.
    """
    if answer not in KEEP:
        raise Refused(f"--keep is yes, no or ask, not {answer!r}")
    deal = deals.get(conn, deal_id)
    if answer == "no":
        if next_on or todo:
            raise Refused("with --keep no nothing more is promised to them; leave out --next and --todo")
        silenced = value(
            conn, "SELECT count(*) FROM follow_ups WHERE contact_id = :id AND state = 'open'", id=deal["contact_id"]
        )
        contacts.off_list(conn, deal["contact_id"], f"said no to {deal['title']}, and not to be kept", moment)
        return Kept(None, int(silenced))
    if answer == "yes":
        due_on = next_on or (moment.day + datetime.timedelta(KEEP_DAYS)).isoformat()
        text = todo or f"be in touch again after {deal['title']}"
    else:
        due_on = next_on or dates.add_business_days(moment.day, ASK_DAYS).isoformat()
        text = todo or MAY_I_KEEP
    return Kept(follow_ups.add(conn, follow_ups.Draft(deal["contact_id"], due_on, text), moment))


def not_ready_until(moment: Moment) -> str:
    """The day on which to come back to somebody who is not ready yet."""
    return (moment.day + datetime.timedelta(NOT_READY_DAYS)).isoformat()


def is_not_ready(outcome: str | None) -> bool:
    return (outcome or "").strip().lower().replace("-", " ").replace("_", " ") == NOT_READY
