"""How a quote ends: accepted on or before its last day, declined, or withdrawn."""

from __future__ import annotations

import sqlite3

from salesflow.dates import Moment
from salesflow.errors import Refused
from salesflow.records import activities, closing, deals, document_lines, documents, quotes, tasks_done


def binding(conn: sqlite3.Connection, text: str, word: str) -> sqlite3.Row:
    """The version that was sent and not decided on yet, expired or not. Raises Refused when there is none."""
    number, version = documents.parsed("quote", text)
    newest = documents.get(conn, "quote", text)
    for row in documents.of_number(conn, "quote", number):
        if row["state"] == "sent" and version in (None, row["version"]):
            return row
    if newest["state"] == "draft":
        plain = documents.plain_key(newest)
        raise Refused(f"{documents.key(newest)} is a draft, not sent yet; first: salesflow quote sent {plain}")
    raise Refused(f"{documents.key(newest)} cannot be {word}: it was {newest['state']}{documents.on_day(newest)}")


def accepted(
    conn: sqlite3.Connection, text: str, moment: Moment, *, how: str | None = None, on: str | None = None
) -> tuple[sqlite3.Row, list[sqlite3.Row], list[str], list[str]]:
    """(the quote, the deal's other quotes that this one supersedes, warnings, tasks done by it). The deal is won with
    what the customer pays. Raises Refused after its last day."""
    row = binding(conn, text, "accepted")
    key = documents.key(row)
    day, _ = deals.when(on, moment)
    if day > row["valid_until"]:
        plain, drafted = documents.plain_key(row), documents.get(conn, "quote", documents.plain_key(row))
        waits = drafted["state"] == "draft"
        way = f"send {documents.key(drafted)}" if waits else f"revise it: salesflow quote revise {plain}"
        raise Refused(f"{key} expired {row['valid_until']}; {way}")
    if day < row["sent_on"]:
        raise Refused(f"{key} was sent on {row['sent_on']}; it was not accepted on {day}")
    row = quotes.with_deal(conn, row, moment)
    deal = deals.get(conn, row["deal_id"])
    if deal["outcome"] == "lost":
        deals.get_open(conn, deal["id"])
    total = document_lines.totals(document_lines.of(conn, row["id"])).total
    said: list[str] = []
    documents.close(conn, row, "accepted", day)
    others = supersede_others(conn, row, day)
    documents.drop_promises(conn, row, moment)
    logged = activities.add(
        conn, activities.Draft(
            row["contact_id"], "other", f"{key} accepted" + (f": {how}" if how else ""), "in", on=on,
            deal_id=row["deal_id"], document_id=row["id"],
        ), moment,
    )  # fmt: skip
    ticked = tasks_done.did(conn, row["deal_id"], "quote accepted", moment, activity_id=logged)
    if deal["outcome"] == "open":
        won = closing.Closing(how or "quote accepted", amount=(total, row["currency"]) if total else None, on=on)
        said = closing.win(conn, deal["id"], won, moment).warnings
    return documents.by_id(conn, row["id"]), others, said, ticked


def supersede_others(conn: sqlite3.Connection, row: sqlite3.Row, day: str) -> list[sqlite3.Row]:
    """What else was offered in the deal binds no more, and a draft of a next version is given up."""
    others = [other for other in documents.of_deal(conn, row["deal_id"], "quote", "sent") if other["id"] != row["id"]]
    for other in others:
        documents.close(conn, other, "superseded", day)
    for other in documents.of_number(conn, "quote", row["number"]):
        if other["state"] == "draft":
            documents.close(conn, other, "withdrawn", day)
    return [documents.by_id(conn, other["id"]) for other in others]


def declined(
    conn: sqlite3.Connection, text: str, moment: Moment, *, why: str | None = None, on: str | None = None
) -> sqlite3.Row:
    """They said no to it, while the deal stays open. Raises Refused."""
    row = binding(conn, text, "declined")
    day, _ = deals.when(on, moment)
    if day < row["sent_on"]:
        raise Refused(f"{documents.key(row)} was sent on {row['sent_on']}; it was not declined on {day}")
    documents.close(conn, row, "declined", day)
    documents.drop_promises(conn, row, moment)
    activities.add(
        conn, activities.Draft(
            row["contact_id"], "other", f"{documents.key(row)} declined" + (f": {why}" if why else ""), "in", on=on,
            deal_id=row["deal_id"], document_id=row["id"],
        ), moment,
    )  # fmt: skip
    return documents.by_id(conn, row["id"])


def withdraw(conn: sqlite3.Connection, text: str, moment: Moment) -> tuple[sqlite3.Row, bool]:
    """(the quote, given up by the seller; whether it was binding until now). Raises Refused."""
    row = documents.get(conn, "quote", text)
    if row["state"] not in ("draft", "sent"):
        raise Refused(f"{documents.key(row)} was {row['state']}{documents.on_day(row)}; there is nothing to withdraw")
    documents.close(conn, row, "withdrawn", moment.on)
    if row["state"] == "sent":
        documents.drop_promises(conn, row, moment)
    bound = row["state"] == "sent" and not documents.expired(row, moment.day)
    return documents.by_id(conn, row["id"]), bound
