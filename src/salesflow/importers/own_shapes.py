"""What a whole export is made of: the values of each object in it, by name, and what each must be."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from salesflow.errors import Refused
from salesflow.people import check_text

# What each value must be; `!` where it must be there. `a|b`: one of these words. `=x`: what it is where it is missing.
_DAYS = {"on": r"\d{4}-\d\d-\d\d", "at": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "clock": r"([01]\d|2[0-3]):[0-5]\d"}
ANSWER = {
    "question": "text!", "set_name": "text!", "answer": "long!", "basis": "said|assumed|rule!",
    "method": "text", "said": "long", "answered_at": "at!", "answered_on": "on!", "replaced_at": "at", "deal": "int",
}  # fmt: skip
STATUS = {"status": "text!", "entered_at": "at!", "entered_on": "on!", "left_on": "on"}
STAY = {
    "process": "text", "stage_ref": "int!", "entered_at": "at!", "entered_on": "on!", "left_on": "on", "days": "int",
}  # fmt: skip
EXCEPTION = {"kind": "text!", "what": "long", "because": "long", "made_at": "at!", "made_on": "on!"}
DEAL = {
    "title": "text!", "kind": "sale|recruit=sale", "process": "text!", "stage_ref": "int!",
    "outcome": "open|won|lost!", "way": "sold|bought!", "how": "text", "reason": "text", "note": "long",
    "lesson": "long", "lost_to": "text", "pace": "in order|on a sign|pushed", "is_key": "flag=0", "opened_at": "at!",
    "opened_on": "on!", "closed_at": "at", "closed_on": "on", "paid_on": "on", "parked_until": "on",
    "parked_why": "text", "import_key": "text", "product_ref": "int", "amount": "text", "currency": "text",
}  # fmt: skip
DECIDER = {
    "name": "text!", "role": "text", "level": "owner|manager|executive|other!", "says": "for|against|unknown!",
    "created_on": "on!", "deal": "int!", "person": "int",
}  # fmt: skip
PAPER = {
    "kind": "inquiry|quote|pitch!", "number": "int!", "version": "int!",
    "state": "open|answered|draft|sent|superseded|accepted|declined|withdrawn|given!", "currency": "text",
    "valid_until": "on", "delivery": "long", "terms": "long", "note": "long", "name": "text", "reached": "text",
    "asked_to": "long", "asked_for_sale": "flag", "made_at": "at!", "made_on": "on!", "sent_on": "on",
    "closed_on": "on", "deal": "int", "from": "int",
}  # fmt: skip
LINE = {
    "position": "int!", "part": "text", "text": "long!", "quantity_thousandths": "int", "tax_bp": "int=0",
    "shown": "flag", "price": "text", "matter": "int", "product_ref": "int", "benefit_ref": "int",
}  # fmt: skip
MATTER = {
    "kind": "need|want|objection|question|sign!", "class": "text", "text": "long!", "stated": "flag=1",
    "behind": "long", "their_view": "long", "answer": "long", "state": "expected|open|closed!", "raised_at": "at!",
    "raised_on": "on!", "closed_at": "at", "closed_on": "on", "deal": "int", "document": "int", "met_by_ref": "int",
}  # fmt: skip
REPLY = {"text": "long!", "accepted": "flag", "made_at": "at!", "made_on": "on!"}
TASK_OF = {"process": "text", "task_ref": "int"}
FOLLOW_UP = {
    "kind": "text!", "text": "long", "due_on": "on!", "due_at": "clock", "every": "text", "anchor_on": "on",
    "state": "open|done|dropped!", "closed_at": "at", "closed_on": "on", "created_at": "at!", "created_on": "on!",
    "appointment": "asked|confirmed", "place": "text", "named_by_them": "flag=0", "deal": "int", "document": "int",
    "for": "int", **TASK_OF,
}  # fmt: skip
ACTIVITY = {
    "kind": "text!", "direction": "in|out", "outcome": "text", "minutes": "int", "text": "long", "happened_at": "at!",
    "happened_on": "on!", "via": "text", "listened": "int", "talked": "int", "deal": "int", "follow_up": "int",
    "document": "int", "product_ref": "int", **TASK_OF,
}  # fmt: skip
CONTACT = {
    "ref": "int", "kind": "person|company|walk-in!", "name": "text!", "company": "text", "job_title": "text",
    "source": "text", "source_detail": "text", "rating": "int", "priority": "A|B|C", "demand": "high|medium|low",
    "birthday": "text", "alarm_days": "int", "note": "long", "off_list_on": "on", "off_list_why": "text",
    "imported": "int", "row_hash": "text", "created_at": "at!", "created_on": "on!", "persona_ref": "int",
}  # fmt: skip
ALIAS = {"name": "text!", "row_hash": "text"}
POINT = {"kind": "email|phone|address|link|id!", "label": "text", "value": "text!", "key": "text!"}
SET = {"name": "text!", "title": "text!", "about": "contact|deal!", "is_open": "flag=0"}
QUESTION = {
    "set_name": "text!", "name": "text!", "wording": "text!", "position": "int!", "gates": "int!", "dropped_on": "on",
    "form": "yes-no|words|number|choice=yes-no", "choices": "long", "rule": "long",
    "purpose": "qualify|relationship|credibility|trust",
}  # fmt: skip
PROCESS = {"name": "text!", "title": "text", "goal": "text"}
STAGE = {
    "name": "text!", "position": "int!", "phase": "find|sell|keep!", "goal": "text", "probability": "int",
    "limit_days": "int", "gate": "text", "journey": "text", "outsourced_to": "text", "dropped_on": "on",
}  # fmt: skip
TASK = {
    "name": "text!", "position": "int!", "kind": "text!", "offset_days": "int", "dropped_on": "on", "stage_ref": "int!",
    "done_by": "text",
}  # fmt: skip
PRODUCT = {
    "name": "text!", "kind": "product|service!", "unit": "text", "tax_bp": "int=0", "usual_days": "int",
    "dropped_on": "on", "created_on": "on!", "price": "text", "currency": "text",
}  # fmt: skip
PIECE = {
    "kind": "text!", "name": "text", "text": "long!", "over": "long", "serves": "long", "answer": "long",
    "measure": "text", "target": "int", "dropped_on": "on", "created_on": "on!", "price": "text", "currency": "text",
    "product_ref": "int", "parent_ref": "int",
}  # fmt: skip


def many(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = data.get(name) or []
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Refused(f"{name} is a list of objects")
    return found


def values(data: Any, shape: dict[str, str]) -> dict[str, Any]:
    """The values of an object by the names of a shape, each checked. Raises Refused."""
    if not isinstance(data, dict):
        raise Refused("it is no object")
    return {name: checked(data.get(name), name, kind) for name, kind in shape.items()}


def checked(value: Any, name: str, kind: str) -> Any:
    kind, _, otherwise = kind.partition("=")
    kind, needed, _ = kind.partition("!")
    if value is None:
        if needed:
            raise Refused(f"{name} is missing")
        return (int(otherwise) if kind in ("int", "flag") else otherwise) if otherwise else None
    if kind == "flag":
        if value not in (0, 1):
            raise Refused(f"{name} is 0 or 1, not {str(value)[:40]!r}")
        return int(value)
    if kind == "int":
        if not isinstance(value, int) or not -(2**63) <= value < 2**63:
            raise Refused(f"{name} is a whole number, not {str(value)[:40]!r}")
        return int(value)
    if not isinstance(value, str):
        raise Refused(f"{name} is a text, not {str(value)[:40]!r}")
    if pattern := _DAYS.get(kind):
        if not re.fullmatch(pattern, value) or (kind != "clock" and not real(value[:10])):
            raise Refused(f"{name}: not {value[:40]!r}")
        return value
    if "|" in kind and value not in kind.split("|"):
        raise Refused(f"{name} is one of {kind.replace('|', ', ')}, not {value[:40]!r}")
    return check_text(value, name, 1_048_576 if kind == "long" else 2000)


def real(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True
