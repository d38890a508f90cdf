"""Quotes: drafted, sent, revised, accepted, declined, expired. What was sent binds, and is never altered in place.

A revision is a new version; the version sent before binds until the new one is sent.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from salesflow import dates
from salesflow.dates import Moment
from salesflow.errors import Refused
from salesflow.records import (
    activities,
    deals,
    document_lines,
    documents,
    exceptions,
    follow_ups,
    inquiries,
    leaving,
    sales,
    settings,
    tasks,
    tasks_done,
)  # fmt: skip
from salesflow.records import quote_drafts as drafts
from salesflow.records.document_lines import Line
from salesflow.store.rows import one, rows, update

VALID_DAYS = 30
ASK_AFTER = 3  # business days from sending until one asks whether it arrived
ARRIVED = "did the quote arrive, any questions?"
NEEDS_KNOWN = ("needs", "sales-qualified")  # sets that gate the stages in which offers are in place
SENDING = ("email", "letter", "message", "visit", "meeting", "call", "mailing", "other")


class Draft(NamedTuple):
    """deal_id None: the contact's one open deal, or a new one. from_id: the inquiry it answers."""

    contact_id: int
    lines: tuple[Line, ...]
    currency: str
    deal_id: int | None = None
    from_id: int | None = None
    valid_until: str | None = None
    delivery: str | None = None
    terms: str | None = None
    note: str | None = None
    needs: tuple[int, ...] = ()


class Added(NamedTuple):
    """The new draft; whether a deal was opened for it; the warnings that go with it."""

    row: sqlite3.Row
    opened: bool
    warnings: list[str]


def add(conn: sqlite3.Connection, draft: Draft, moment: Moment, process: str, because: str | None = None) -> Added:
    """Raises NotFound, Refused."""
    if draft.valid_until and draft.valid_until < moment.on:
        raise Refused(f"{draft.valid_until} has gone by; a quote is valid until a day to come")
    deal_id = draft.deal_id or open_deal(conn, draft.contact_id)
    opened, said = deal_id is None, list[str]()
    if deal_id is None:
        deal_id, said = open_one(conn, draft.contact_id, draft.lines, draft.currency, moment, process)
    deals.get_open(conn, deal_id)
    number = documents.add(
        conn, "quote", draft.contact_id, moment, state="draft", deal_id=deal_id, from_id=draft.from_id,
        currency=draft.currency, valid_until=draft.valid_until, delivery=draft.delivery, terms=draft.terms,
        note=draft.note,
    )  # fmt: skip
    row = documents.by_id(conn, number)
    document_lines.put(conn, row, draft.lines)
    document_lines.answer_needs(conn, row, draft.needs)
    if draft.from_id is not None:
        asked = one(conn, "SELECT deal_id FROM documents WHERE id = :id", id=draft.from_id)
        if asked and asked["deal_id"] is None:
            update(conn, "documents", draft.from_id, deal_id=deal_id)
    return Added(documents.by_id(conn, number), opened, [*said, *warnings(conn, row, moment, because)])


def open_deal(conn: sqlite3.Connection, contact_id: int) -> int | None:
    """The contact's one open deal; None when there is none. Raises NotFound for several."""
    sql = "SELECT id FROM deals WHERE contact_id = :id AND outcome = 'open' LIMIT 1"
    return deals.open_deal(conn, contact_id) if one(conn, sql, id=contact_id) else None


def open_one(
    conn: sqlite3.Connection, contact_id: int, lines: Sequence[Line], currency: str, moment: Moment, process: str
) -> tuple[int, list[str]]:
    """A new deal, called as the first line, and what is to be said of opening it. Raises Refused."""
    if not lines:
        raise Refused('what is offered? salesflow quote add WHO "VA 10h x 2 @ 380"')
    total = document_lines.totals(lines).total
    amount = (total, currency) if total else None
    deal_id = deals.add(
        conn, deals.Draft(contact_id, lines[0].text, amount, process, product_id=lines[0].product_id), moment
    )  # fmt: skip
    warnings = leaving.opening(conn, deals.get(conn, deal_id), moment)
    tasks.enter(conn, deal_id, moment)
    return deal_id, warnings


def with_deal(conn: sqlite3.Connection, row: sqlite3.Row, moment: Moment) -> sqlite3.Row:
    """The quote, in a deal again where the one it belonged to was deleted: the open one, or a new one."""
    if row["deal_id"] is not None:
        return row
    deal_id = open_deal(conn, row["contact_id"])
    if deal_id is None:
        lines, process = document_lines.of(conn, row["id"]), settings.read(conn).process
        deal_id, _ = open_one(conn, row["contact_id"], lines, row["currency"], moment, process)
    for version in documents.of_number(conn, "quote", row["number"]):
        update(conn, "documents", version["id"], deal_id=deal_id)
    return documents.by_id(conn, row["id"])


def warnings(conn: sqlite3.Connection, row: sqlite3.Row, moment: Moment, because: str | None = None) -> list[str]:
    """What is to be said before an offer, once a deal.

    Sources: "they do not qualify a lead before selling to them"; "they should not start to discuss offers at this
    stage of the process", of needs assessment.
    """
    found = [sales.warn_unqualified(conn, row["contact_id"], row["deal_id"], moment, because)]
    deal = deals.get(conn, row["deal_id"])
    ahead = """
        SELECT 1 FROM stages AS here
          JOIN stages AS later ON later.process_id = here.process_id AND later.position > here.position
         WHERE here.id = :id AND later.dropped_on IS NULL AND later.gate IN (:needs, :qualified)
        """
    early = one(conn, ahead, id=deal["stage_id"], needs=NEEDS_KNOWN[0], qualified=NEEDS_KNOWN[1])
    if early and exceptions.keep(conn, row["contact_id"], deal["id"], "offer", moment, because=because):
        found.append(f"D{deal['id']} is in {deal['stage']}; no offers at this stage, first find out what they need")
    return [text for text in found if text]


# -- its life -----------------------------------------------------------------------------------------------------


def draft_of(conn: sqlite3.Connection, text: str, moment: Moment) -> sqlite3.Row:
    """The draft that may be changed or sent; what binds, or did, is refused with the way to go on."""
    row = documents.get(conn, "quote", text)
    if row["state"] == "draft":
        return row
    key, plain = documents.key(row), documents.plain_key(row)
    if documents.expired(row, moment.day):
        raise Refused(f"{key} expired {row['valid_until']}; use: salesflow quote revise {plain}")
    if row["state"] == "sent":
        raise Refused(f"{key} is sent and binding; use: salesflow quote revise {plain}")
    if row["state"] == "superseded":
        by = documents.successor(conn, row)
        raise Refused(f"{key} is superseded{f' by {by}' if by else ''} and stays as it was sent; see: {by or plain}")
    raise Refused(f"{key} was {row['state']} on {row['closed_on']}; what is offered now is a new quote: quote add")


class Sent(NamedTuple):
    """The quote as it binds now; the follow-up made for it, with its day; the version whose place it took; what it
    answered of its inquiry, and what it left open; the warnings; the tasks it did."""

    row: sqlite3.Row
    follow_up_id: int
    due_on: str
    superseded: sqlite3.Row | None
    answered: list[str]
    unanswered: list[str]
    warnings: list[str]
    ticked: list[str]


def sent(
    conn: sqlite3.Connection, row: sqlite3.Row, moment: Moment, *, via: str = "email", on: str | None = None,
    valid_until: str | None = None, valid_days: int = VALID_DAYS, because: str | None = None, total: str = "",
) -> Sent:  # fmt: skip
    """A draft was sent and binds from now on. `total` as it is said in the history. Raises Refused."""
    key = documents.key(row)
    kind = activities.kind_of(via)
    if kind not in SENDING:
        raise Refused(f"a quote is not sent by {via!r}; by: {', '.join(SENDING)}")
    lines = document_lines.of(conn, row["id"])
    if not lines:
        raise Refused(f'{key} has no items; add one: salesflow quote edit {key} --item "VA 10h x 2 @ 380"')
    row = with_deal(conn, row, moment)
    deals.get_open(conn, row["deal_id"])
    day, _ = deals.when(on, moment)
    until = valid_until or row["valid_until"]
    until = until or (datetime.date.fromisoformat(day) + datetime.timedelta(valid_days)).isoformat()
    if until < day:
        raise Refused(f"{key} would be valid until {until}, which has gone by; another day: --valid-until DAY")
    said = warnings(conn, row, moment, because)
    older = [
        other for other in documents.of_number(conn, "quote", row["number"])
        if other["state"] == "sent" and other["id"] != row["id"]
    ]  # fmt: skip
    for other in older:
        documents.close(conn, other, "superseded", day)
    documents.drop_promises(conn, row, moment)
    update(conn, "documents", row["id"], state="sent", sent_on=day, valid_until=until)
    contact_id, deal_id = row["contact_id"], row["deal_id"]
    logged = activities.add(
        conn, activities.Draft(
            contact_id, kind, f"{key} sent{f': {total}' if total else ''}, valid until {until}", "out", on=on,
            deal_id=deal_id, document_id=row["id"],
        ), moment,
    )  # fmt: skip
    ticked = tasks_done.did(conn, deal_id, "quote sent", moment, activity_id=logged)
    total_minor = document_lines.totals(lines).total
    if total_minor:  # what a deal is worth is what is offered now
        deals.edit(conn, deal_id, amount=(total_minor, row["currency"]))
    due = max(dates.add_business_days(datetime.date.fromisoformat(day), ASK_AFTER).isoformat(), moment.on)
    number = follow_ups.add(conn, follow_ups.Draft(contact_id, due, ARRIVED, "call", deal_id=deal_id), moment)
    update(conn, "follow_ups", number, document_id=row["id"])
    now = documents.by_id(conn, row["id"])
    answered, left = answer_inquiry(conn, now, moment, total)
    before = documents.by_id(conn, older[-1]["id"]) if older else None
    return Sent(now, number, due, before, answered, left, said, ticked)


def answer_inquiry(
    conn: sqlite3.Connection, row: sqlite3.Row, moment: Moment, total: str
) -> tuple[list[str], list[str]]:
    """What the inquiry behind it asked and the quote says is answered with it; (answered, still open)."""
    asked = one(conn, "SELECT * FROM documents WHERE id = :id", id=row["from_id"]) if row["from_id"] else None
    if asked is None or asked["state"] != "open":
        return [], []
    open_ones = inquiries.unanswered(conn, asked["id"])
    says = {"price": f"{documents.key(row)}: {total}" if total else documents.key(row), "delivery": row["delivery"]}
    given = [(class_, text) for class_, text in says.items() if text and class_ in open_ones]
    if given:
        inquiries.answer(conn, documents.by_id(conn, asked["id"]), given, moment)
    return [class_ for class_, _ in given], inquiries.unanswered(conn, asked["id"])


def revise(
    conn: sqlite3.Connection, text: str, change: drafts.Change, moment: Moment, home: str, decimal: str
) -> tuple[sqlite3.Row, sqlite3.Row, list[str]]:
    """(the new draft, the version it is made from, the changes in words). Raises Refused."""
    number, _ = documents.parsed("quote", text)
    documents.get(conn, "quote", text)
    old = documents.of_number(conn, "quote", number)[-1]
    key = documents.key(old)
    if old["state"] == "draft":
        raise Refused(f"{key} is a draft and can be changed as it is: salesflow quote edit {documents.plain_key(old)}")
    if old["state"] == "accepted":
        raise Refused(f"{key} was accepted{documents.on_day(old)}; for more: salesflow quote add")
    if old["state"] == "superseded":
        raise Refused(f"{key} is superseded by {documents.successor(conn, old)}; a new quote: salesflow quote add")
    old = with_deal(conn, old, moment)
    deals.get_open(conn, old["deal_id"])
    row = documents.by_id(conn, documents.next_version(conn, old, moment))
    document_lines.put(conn, row, document_lines.of(conn, old["id"]))
    needs = [need["id"] for need in document_lines.named_needs(conn, old)]
    document_lines.answer_needs(conn, row, needs)
    said = drafts.edit(conn, row, change, moment, home, decimal)
    return documents.by_id(conn, row["id"]), documents.by_id(conn, old["id"]), said


def negotiated(conn: sqlite3.Connection, row: sqlite3.Row, asked: str, offered: str, moment: Moment) -> int:
    """A round of negotiation, with both amounts in words; the activity's id."""
    text = f"negotiated {documents.key(row)}: they ask {asked}, we offer {offered}"
    draft = activities.Draft(row["contact_id"], "other", text, "in", deal_id=row["deal_id"], document_id=row["id"])
    return activities.add(conn, draft, moment)


def open_of(conn: sqlite3.Connection, contact_id: int) -> list[sqlite3.Row]:
    """A contact's drafts and quotes sent, the newest first."""
    found = documents.found(conn, "quote", contact_id=contact_id)
    return [row for row in found if row["state"] in ("draft", "sent")]


def inquiry_of(conn: sqlite3.Connection, row: sqlite3.Row) -> str | None:
    """The key of the inquiry it answers."""
    if not row["from_id"]:
        return None
    found = rows(conn, "SELECT number FROM documents WHERE id = :id", id=row["from_id"])
    return f"I{found[0]['number']}" if found else None
