"""A presentation was given: how far the customer went along, what they said, what was put across, and how it ended.

Sources: the customer's active participation has to be encouraged; every presentation should include a call to action
and a close.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from salesflow.dates import Moment
from salesflow.errors import Refused
from salesflow.people import check_text, fold
from salesflow.records import activities, deals, exceptions, pitch_check, pitches, tasks_done
from salesflow.records.pitch_lines import READY_FOR, UNIQUE
from salesflow.store.rows import update


class Draft(NamedTuple):
    """said, asked, tried: what came from the customer. shown: benefits put across, by words of theirs; shown_count: the
    first so many. closed: whether the sale was asked for; None: not said."""

    reached: str | None = None
    said: Sequence[str] = ()
    asked: Sequence[str] = ()
    tried: Sequence[str] = ()
    shown: Sequence[str] = ()
    shown_count: int | None = None
    call_to_action: str | None = None
    closed: bool | None = None
    minutes: int | None = None
    on: str | None = None


class Given(NamedTuple):
    """benefits: those of the presentation; shown: put across, None where it was not said. ticked: the tasks it did."""

    activity_id: int
    contributions: int
    benefits: int
    shown: int | None
    reached: str | None
    warnings: list[str]
    ticked: list[str]


def give(conn: sqlite3.Connection, document: sqlite3.Row, draft: Draft, moment: Moment) -> Given:
    """Log it as a demo of the deal. Warnings are said once a deal and kept. Raises NotFound, Refused."""
    deal = deals.get(conn, document["deal_id"])
    reached = pitches.part_of(conn, document, draft.reached) if draft.reached else None
    if reached in (READY_FOR, UNIQUE):
        raise Refused(f"how far did they go? one of {', '.join(steps(conn, document))}")
    found = pitches.lines(conn, document["id"])
    benefits, shown = put_across(conn, found, draft)
    theirs = {"said": draft.said, "asked": draft.asked, "tried": draft.tried}
    told = [f'{word}: "{text.strip()}"' for word, texts in theirs.items() for text in texts if text.strip()]
    number = activities.add(
        conn,
        activities.Draft(
            deal["contact_id"], "demo", "; ".join(told) or None, outcome=f"reached {reached}" if reached else None,
            minutes=draft.minutes, on=draft.on, deal_id=deal["id"], product_id=product_of(deal, found),
            document_id=document["id"],
        ),
        moment,
    )  # fmt: skip
    ticked = tasks_done.did(conn, deal["id"], "pitch given", moment, activity_id=number)
    call = check_text(draft.call_to_action, "a call to action", 1000).strip() if draft.call_to_action else None
    update(
        conn, "documents", document["id"], state="given", sent_on=draft.on or moment.on,
        reached=reached or document["reached"], asked_to=call or document["asked_to"],
        asked_for_sale=document["asked_for_sale"] if draft.closed is None else int(draft.closed),
    )  # fmt: skip
    call, closed = call or document["asked_to"], document["asked_for_sale"] if draft.closed is None else draft.closed
    warnings = against(conn, document, deal, found, call, closed, moment)
    if not told:
        warnings.append("nothing is noted of what the customer said, asked or tried: --said, --asked, --tried TEXT")
    return Given(number, len(told), benefits, shown, reached, warnings, ticked)


def steps(conn: sqlite3.Connection, document: sqlite3.Row) -> list[str]:
    return [part for part in pitches.parts(conn, document) if part != UNIQUE]


def put_across(
    conn: sqlite3.Connection, found: Sequence[sqlite3.Row], draft: Draft
) -> tuple[int, int | None]:  # fmt: skip
    """How many benefits it has, and how many were put across; kept with each. Raises Refused."""
    benefits = [row for row in found if row["piece_kind"] == "benefit"]
    if draft.shown_count is None and not draft.shown:
        return len(benefits), None
    if draft.shown_count is not None and draft.shown:
        raise Refused("--benefits-shown N or --shown NAME, not both")
    if draft.shown_count is not None:
        if not 0 <= draft.shown_count <= len(benefits):
            most = f"{len(benefits)} benefit{'s' * (len(benefits) != 1)}"
            raise Refused(f"it has {most}; {draft.shown_count} cannot have been put across")
        shown = {row["id"] for row in benefits[: draft.shown_count]}
    else:
        shown = {named(benefits, text) for text in draft.shown}
    for row in benefits:
        update(conn, "document_lines", row["id"], shown=int(row["id"] in shown))
    return len(benefits), len(shown)


def named(benefits: Sequence[sqlite3.Row], text: str) -> int:
    """The line of a benefit, or of a need that it meets, by its key or words of it. Raises Refused."""
    key = fold(text)
    for row in benefits:
        keys = (f"k{row['preparation_id']}", f"n{row['matter_id']}")
        if key and (key in keys or key in fold(row["benefit"]) or key in fold(row["need"] or "")):
            return int(row["id"])
    known = ", ".join(row["benefit"] for row in benefits)
    raise Refused(f"no benefit {text!r} in it; there are: {known or 'none'}")


def product_of(deal: sqlite3.Row, found: Sequence[sqlite3.Row]) -> int | None:
    shown: int | None = next((row["product_id"] for row in found if row["product_id"]), deal["product_id"])
    return shown


def against(
    conn: sqlite3.Connection, document: sqlite3.Row, deal: sqlite3.Row, found: Sequence[sqlite3.Row],
    call: str | None, closed: bool | None, moment: Moment,
) -> list[str]:  # fmt: skip
    """Warnings, each once a deal, kept as exceptions: canned; without a call to action, without a close."""
    said, name = [], f"pitch {document['number']}"
    same = pitch_check.twin(conn, document, found)
    if same is not None:
        what = f"pitch {same['number']} ({same['contact']})"
        if exceptions.keep(conn, deal["contact_id"], deal["id"], "canned", moment, what=what):
            said.append(f"same text as {what}: a canned presentation")
    lacks = [word for word, there in (("call to action", call), ("close", closed)) if not there]
    if lacks and exceptions.keep(
        conn, deal["contact_id"], deal["id"], "no-close", moment, what=f"{name}: no {', no '.join(lacks)}"
    ):
        said.append(f"no {' and no '.join(lacks)} noted for {name}: --call-to-action TEXT, --close")
    return said
