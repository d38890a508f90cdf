"""Contacts whole, as JSON: each with all that hangs on it, so that nothing is lost on the way to another file.

One object: `salesflow` (the version of this shape), `question_sets`, `questions`, `processes` (each with its `stages`
and `tasks`), `products`, `preparation`, `contacts`. A contact is one line. It has its columns as they are kept, `ref`
(a running number, which `referred_by`, `person` and `apart` of others name), `status`, and lists: `points`, `tags`,
`aliases` (of contacts merged into it), `answers`, `history` (of its status), `deals` (each with its `stages` and
`exceptions`), `deciders`, `documents` (with `lines`), `matters` (with `replies`), `follow_ups`, `activities`. A number
under `deal`, `follow_up`, `for`, `document`, `from` or `matter` is the place in the contact's own list, from 1; under
`..._ref` the place among the stages or tasks of the process, dropped ones included, among the products, or in the
preparation. A stay of a deal names its `process` where that is not the one the deal follows now. Money is a decimal
string with its currency beside it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from salesflow.money import amount_text
from salesflow.records import exporting
from salesflow.width import json_safe

VERSION = 2
CONTACT = (
    "kind", "name", "company", "job_title", "source", "source_detail", "rating", "priority", "demand", "birthday",
    "alarm_days", "note", "off_list_on", "off_list_why", "imported", "row_hash", "created_at", "created_on",
)  # fmt: skip
POINT = ("kind", "label", "value", "key")
ALIAS = ("name", "row_hash")
ANSWER = ("question", "set_name", "answer", "basis", "method", "said", "answered_at", "answered_on", "replaced_at")
STATUS = ("status", "entered_at", "entered_on", "left_on")
STAY = ("entered_at", "entered_on", "left_on", "days")
EXCEPTION = ("kind", "what", "because", "made_at", "made_on")
DEAL = (
    "title", "kind", "process", "stage", "outcome", "way", "how", "reason", "note", "lesson", "lost_to", "pace",
    "is_key", "opened_at", "opened_on", "closed_at", "closed_on", "paid_on", "parked_until", "parked_why", "import_key",
)  # fmt: skip
DECIDER = ("name", "role", "level", "says", "created_on")
DOCUMENT = (
    "kind", "number", "version", "state", "currency", "valid_until", "delivery", "terms", "note", "name", "reached",
    "asked_to", "asked_for_sale", "made_at", "made_on", "sent_on", "closed_on",
)  # fmt: skip
LINE = ("position", "part", "text", "quantity_thousandths", "tax_bp", "shown")
MATTER = (
    "kind", "class", "text", "stated", "behind", "their_view", "answer", "state", "raised_at", "raised_on", "closed_at",
    "closed_on",
)  # fmt: skip
REPLY = ("text", "accepted", "made_at", "made_on")
FOLLOW_UP = (
    "kind", "text", "due_on", "due_at", "every", "anchor_on", "state", "closed_at", "closed_on", "created_at",
    "created_on", "appointment", "place", "named_by_them",
)  # fmt: skip
ACTIVITY = (
    "kind", "direction", "outcome", "minutes", "text", "happened_at", "happened_on", "via", "listened", "talked",
)  # fmt: skip
PARTS = (
    "points", "tags", "aliases", "answers", "history", "deals", "stage_entries", "exceptions", "deciders", "documents",
    "document_lines", "matters", "replies", "follow_ups", "activities", "apart",
)  # fmt: skip
SET = ("name", "title", "about", "is_open")
QUESTION = ("set_name", "name", "wording", "position", "gates", "dropped_on", "form", "choices", "rule", "purpose")
PROCESS = ("name", "title", "goal")
STAGE = (
    "name", "position", "phase", "goal", "probability", "limit_days", "gate", "journey", "outsourced_to", "dropped_on",
)  # fmt: skip
TASK = ("name", "position", "kind", "offset_days", "dropped_on", "done_by")
PRODUCT = ("name", "kind", "unit", "tax_bp", "usual_days", "dropped_on", "created_on")
PIECE = ("kind", "name", "text", "over", "serves", "answer", "measure", "target", "dropped_on", "created_on")

Parts = Mapping[str, Sequence[sqlite3.Row]]
Places = Mapping[int, int]  # a number, from 1, by id


class Refs(NamedTuple):
    """What stands at the head of the file, by id: its place there and its name; of a task also its process."""

    stages: Places
    tasks: Mapping[int, tuple[int, str, str]]
    products: Mapping[int, tuple[int, str]]
    pieces: Mapping[int, tuple[int, str]]


def lines(conn: sqlite3.Connection, ids: Sequence[int], *, whole: bool) -> Iterator[str]:
    """The text, line by line. whole: with all that stands at its head, else with what these contacts need of it."""
    head, refs = headed(conn, ids, whole=whole)
    yield text(head)[:-1] + ', "contacts": ['
    separator = ""
    for row, parts in exporting.contacts(conn, ids, PARTS):
        yield f"{separator}\n{text(contact(row, parts, ids, refs))}"
        separator = ","
    yield "\n]}\n"


def headed(conn: sqlite3.Connection, ids: Sequence[int], *, whole: bool) -> tuple[dict[str, Any], Refs]:
    """What stands at the head of the file, and how its parts are named below."""
    ways = exporting.processes(conn, ids, whole=whole)
    sets, questions = exporting.questions(conn, ids, whole=whole)
    products, pieces = exporting.prepared(conn, ids, whole=whole)
    refs = Refs(
        {stage["id"]: number for way in ways for number, stage in enumerate(way.stages, 1)},
        {
            task["id"]: (number, task["name"], way.row["name"])
            for way in ways for number, task in enumerate(way.tasks, 1)
        },
        {row["id"]: (number, row["name"]) for number, row in enumerate(products, 1)},
        {row["id"]: (number, row["name"] or row["text"]) for number, row in enumerate(pieces, 1)},
    )  # fmt: skip
    head = {
        "salesflow": VERSION,
        "question_sets": [picked(row, SET) for row in sets],
        "questions": [picked(row, QUESTION) for row in questions],
        "processes": [process(way, refs) for way in ways],
        "products": [picked(row, PRODUCT) | priced(row) for row in products],
        "preparation": [
            picked(row, PIECE) | priced(row) | named("product", row["product_id"], refs.products)
            | {"parent_ref": refs.pieces[row["parent_id"]][0] if row["parent_id"] else None}
            for row in pieces
        ],
    }  # fmt: skip
    return head, refs


def process(way: exporting.Process, refs: Refs) -> dict[str, Any]:
    return {
        **picked(way.row, PROCESS),
        "stages": [picked(stage, STAGE) for stage in way.stages],
        "tasks": [
            picked(task, TASK)
            | {"stage_ref": refs.stages[task["stage_id"]]}
            | {"after": [refs.tasks[each][0] for each in way.waits.get(task["id"], ())]}
            for task in way.tasks
        ],
    }


def text(value: dict[str, Any]) -> str:
    return json_safe(json.dumps(value, ensure_ascii=False))


def picked(row: sqlite3.Row, names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def priced(row: sqlite3.Row, currency: str | None = None) -> dict[str, Any]:
    """`price`, with its currency where the row has one of its own."""
    minor, own = row["price_minor"], currency or row["currency"]
    price = None if minor is None else amount_text(minor, own)
    return {"price": price} if currency else {"price": price, "currency": own}


def named(name: str, row_id: int | None, refs: Mapping[int, tuple[int, str]]) -> dict[str, Any]:
    """By name, and by place."""
    number, said = refs[row_id] if row_id is not None else (None, None)
    return {name: said, f"{name}_ref": number}


def task(row: sqlite3.Row, refs: Refs) -> dict[str, Any]:
    number, said, way = refs.tasks[row["task_id"]] if row["task_id"] is not None else (None, None, None)
    return {"task": said, "task_ref": number, "process": way}


def places(found: Sequence[sqlite3.Row]) -> Places:
    return {row["id"]: number for number, row in enumerate(found, 1)}


def contact(row: sqlite3.Row, parts: Parts, ids: Sequence[int], refs: Refs) -> dict[str, Any]:
    deals, promises = places(parts["deals"]), places(parts["follow_ups"])
    papers, matters = places(parts["documents"]), places(parts["matters"])
    referrer = exporting.ref(ids, row["referred_by_id"])
    stays, against = grouped(parts["stage_entries"]), grouped(parts["exceptions"])
    of_papers = grouped(parts["document_lines"], "document_id")
    replies = grouped(parts["replies"], "matter_id")
    return {
        "ref": exporting.ref(ids, row["id"]),
        **picked(row, CONTACT),
        **named("persona", row["persona_id"], refs.pieces),
        "status": row["status"],
        "referred_by": referrer or row["referrer"],
        "points": [picked(point, POINT) for point in parts["points"]],
        "tags": [tag["tag"] for tag in parts["tags"]],
        "aliases": [picked(alias, ALIAS) for alias in parts["aliases"]],
        "answers": [picked(answer, ANSWER) | {"deal": deals.get(answer["deal_id"])} for answer in parts["answers"]],
        "history": [picked(status, STATUS) for status in parts["history"]],
        "exceptions": [picked(each, EXCEPTION) for each in against.get(None, ())],
        "deals": [
            deal(each, stays.get(each["id"], ()), against.get(each["id"], ()), refs) for each in parts["deals"]
        ],
        "deciders": [
            {
                **picked(each, DECIDER), "name": each["name"] or each["person"], "deal": deals.get(each["deal_id"]),
                "person": exporting.ref(ids, each["person_id"]),
            }
            for each in parts["deciders"]
        ],
        "documents": [
            picked(paper, DOCUMENT)
            | {"deal": deals.get(paper["deal_id"]), "from": papers.get(paper["from_id"])}
            | {"lines": [line(each, paper, matters, refs) for each in of_papers.get(paper["id"], ())]}
            for paper in parts["documents"]
        ],
        "matters": [
            picked(each, MATTER)
            | {"deal": deals.get(each["deal_id"]), "document": papers.get(each["document_id"])}
            | named("met_by", each["met_by_id"], refs.pieces)
            | {"replies": [picked(reply, REPLY) for reply in replies.get(each["id"], ())]}
            for each in parts["matters"]
        ],
        "follow_ups": [
            picked(step, FOLLOW_UP)
            | {"deal": deals.get(step["deal_id"]), "document": papers.get(step["document_id"])}
            | {"for": promises.get(step["for_id"])} | task(step, refs)
            for step in parts["follow_ups"]
        ],
        "activities": [
            picked(each, ACTIVITY)
            | {"deal": deals.get(each["deal_id"]), "follow_up": promises.get(each["follow_up_id"])}
            | {"document": papers.get(each["document_id"])}
            | named("product", each["product_id"], refs.products) | task(each, refs)
            for each in parts["activities"]
        ],
        "apart": [other for each in parts["apart"] if (other := exporting.ref(ids, each["other_id"]))],
    }  # fmt: skip


def grouped(found: Sequence[sqlite3.Row], by: str = "deal_id") -> dict[int | None, list[sqlite3.Row]]:
    """Rows by what they belong to."""
    groups: dict[int | None, list[sqlite3.Row]] = {}
    for row in found:
        groups.setdefault(row[by], []).append(row)
    return groups


def line(row: sqlite3.Row, paper: sqlite3.Row, matters: Places, refs: Refs) -> dict[str, Any]:
    """A line of a paper, in whose currency its price is."""
    return {
        **picked(row, LINE),
        **(priced(row, paper["currency"]) if paper["currency"] else {"price": None}),
        "matter": matters.get(row["matter_id"]),
        **named("product", row["product_id"], refs.products),
        **named("benefit", row["preparation_id"], refs.pieces),
    }


def deal(
    row: sqlite3.Row, stays: Sequence[sqlite3.Row], against: Sequence[sqlite3.Row], refs: Refs
) -> dict[str, Any]:  # fmt: skip
    minor = row["amount_minor"]
    return {
        **picked(row, DEAL),
        "stage_ref": refs.stages[row["stage_id"]],
        **named("product", row["product_id"], refs.products),
        "amount": None if minor is None else amount_text(minor, row["currency"]),
        "currency": row["currency"],
        "stages": [
            {
                **({"process": stay["process"]} if stay["process"] != row["process"] else {}),
                "stage": stay["stage"],
                "stage_ref": refs.stages[stay["stage_id"]],
                **picked(stay, STAY),
            }
            for stay in stays
        ],
        "exceptions": [picked(each, EXCEPTION) for each in against],
    }
