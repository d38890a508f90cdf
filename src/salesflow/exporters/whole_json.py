"""Contacts whole, as JSON: each with all that hangs on it, so that nothing is lost on the way to another file.

One object: `salesflow` (the version of this shape), `questions`, `processes`, `contacts`. A contact is one line. It has
its columns as they are kept, `ref` (a running number, which `referred_by` of others names), `status`, and lists:
`points`, `tags`, `aliases` (of contacts merged into it), `answers`, `history` (of its status), `deals` (each with its
`stages` and `exceptions`), `follow_ups`, `activities`. A number under `deal` or `follow_up` is the place in the
contact's own list, from 1; under `stage_ref` the place among the stages of the process, dropped ones included. Money is
a decimal string with its currency beside it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from salesflow.money import amount_text
from salesflow.records import exporting
from salesflow.width import json_safe

VERSION = 1
CONTACT = (
    "kind", "name", "company", "job_title", "source", "source_detail", "rating", "priority", "birthday", "alarm_days",
    "note", "off_list_on", "off_list_why", "imported", "row_hash", "created_at", "created_on",
)  # fmt: skip
POINT = ("kind", "label", "value", "key")
ALIAS = ("name", "row_hash")
ANSWER = ("question", "set_name", "answer", "basis", "method", "said", "answered_at", "answered_on", "replaced_at")
STATUS = ("status", "entered_at", "entered_on", "left_on")
STAY = ("entered_at", "entered_on", "left_on", "days")
EXCEPTION = ("kind", "because", "made_at", "made_on")
DEAL = (
    "title", "process", "stage", "outcome", "way", "how", "opened_at", "opened_on", "closed_at", "closed_on",
    "parked_until", "parked_why", "import_key",
)  # fmt: skip
FOLLOW_UP = (
    "kind", "text", "due_on", "due_at", "every", "anchor_on", "state", "closed_at", "closed_on", "created_at",
    "created_on",
)  # fmt: skip
ACTIVITY = ("kind", "direction", "outcome", "minutes", "text", "happened_at", "happened_on")
PARTS = (
    "points", "tags", "aliases", "answers", "history", "deals", "stage_entries", "exceptions", "follow_ups",
    "activities",
)  # fmt: skip
QUESTION = ("set_name", "name", "wording", "position", "gates", "dropped_on")
STAGE = ("name", "position", "phase", "goal", "probability", "limit_days", "dropped_on")

Parts = Mapping[str, Sequence[sqlite3.Row]]


def lines(conn: sqlite3.Connection, ids: Sequence[int], *, whole: bool) -> Iterator[str]:
    """The text, line by line. whole: with all questions and processes, else with those that these contacts need."""
    ways = exporting.processes(conn, ids, whole=whole)
    stage_refs = {stage["id"]: number for _, stages in ways for number, stage in enumerate(stages, 1)}
    head = {
        "salesflow": VERSION,
        "questions": [picked(row, QUESTION) for row in exporting.questions(conn, ids, whole=whole)],
        "processes": [
            {"name": way["name"], "title": way["title"], "stages": [picked(stage, STAGE) for stage in stages]}
            for way, stages in ways
        ],
    }
    yield text(head)[:-1] + ', "contacts": ['
    separator = ""
    for row, parts in exporting.contacts(conn, ids, PARTS):
        yield f"{separator}\n{text(contact(row, parts, ids, stage_refs))}"
        separator = ","
    yield "\n]}\n"


def text(value: dict[str, Any]) -> str:
    return json_safe(json.dumps(value, ensure_ascii=False))


def picked(row: sqlite3.Row, names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def contact(row: sqlite3.Row, parts: Parts, ids: Sequence[int], stage_refs: Mapping[int, int]) -> dict[str, Any]:
    deals = {deal["id"]: number for number, deal in enumerate(parts["deals"], 1)}
    promises = {step["id"]: number for number, step in enumerate(parts["follow_ups"], 1)}
    referrer = exporting.ref(ids, row["referred_by_id"])
    stays, against = grouped(parts["stage_entries"]), grouped(parts["exceptions"])
    return {
        "ref": exporting.ref(ids, row["id"]),
        **picked(row, CONTACT),
        "status": row["status"],
        "referred_by": referrer or row["referrer"],
        "points": [picked(point, POINT) for point in parts["points"]],
        "tags": [tag["tag"] for tag in parts["tags"]],
        "aliases": [picked(alias, ALIAS) for alias in parts["aliases"]],
        "answers": [picked(answer, ANSWER) for answer in parts["answers"]],
        "history": [picked(status, STATUS) for status in parts["history"]],
        "exceptions": [picked(each, EXCEPTION) for each in against.get(None, ())],
        "deals": [
            deal(each, stays.get(each["id"], ()), against.get(each["id"], ()), stage_refs) for each in parts["deals"]
        ],
        "follow_ups": [picked(step, FOLLOW_UP) | {"deal": deals.get(step["deal_id"])} for step in parts["follow_ups"]],
        "activities": [
            picked(each, ACTIVITY)
            | {"deal": deals.get(each["deal_id"]), "follow_up": promises.get(each["follow_up_id"])}
            for each in parts["activities"]
        ],
    }


def grouped(found: Sequence[sqlite3.Row]) -> dict[int | None, list[sqlite3.Row]]:
    """Rows by their deal."""
    by_deal: dict[int | None, list[sqlite3.Row]] = {}
    for row in found:
        by_deal.setdefault(row["deal_id"], []).append(row)
    return by_deal


def deal(
    row: sqlite3.Row, stays: Sequence[sqlite3.Row], against: Sequence[sqlite3.Row], stage_refs: Mapping[int, int]
) -> dict[str, Any]:
    minor = row["amount_minor"]
    return {
        **picked(row, DEAL),
        "stage_ref": stage_refs[row["stage_id"]],
        "amount": None if minor is None else amount_text(minor, row["currency"]),
        "currency": row["currency"],
        "stages": [
            {"stage": stay["stage"], "stage_ref": stage_refs[stay["stage_id"]], **picked(stay, STAY)} for stay in stays
        ],
        "exceptions": [picked(each, EXCEPTION) for each in against],
    }
