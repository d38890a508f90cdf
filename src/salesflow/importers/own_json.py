"""Our own JSON, as `export --as json` writes it: contacts whole. Each value is checked: hands may have been in it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

from salesflow.dates import read_every
from salesflow.errors import Refused
from salesflow.money import read_amount, read_currency
from salesflow.people import check_text, clean_name
from salesflow.records import contacts as keeping
from salesflow.records.contacts import Draft, Point
from salesflow.records.importing_whole import Ground
from salesflow.records.incoming import Incoming
from salesflow.records.settings import Settings

VERSION = 1
LINE_CAP = 256 * 1_048_576
_HEAD = b'{"salesflow":'
_TAIL = '"contacts": ['

# What each value must be; `!` where it must be there. `a|b`: one of these words.
_DAYS = {"on": r"\d{4}-\d\d-\d\d", "at": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "clock": r"([01]\d|2[0-3]):[0-5]\d"}
_ANSWER = {
    "question": "text!", "set_name": "text!", "answer": "long!", "basis": "said|assumed|rule!",
    "method": "text", "said": "long", "answered_at": "at!", "answered_on": "on!", "replaced_at": "at",
}  # fmt: skip
_STATUS = {"status": "text!", "entered_at": "at!", "entered_on": "on!", "left_on": "on"}
_STAY = {"stage_ref": "int!", "entered_at": "at!", "entered_on": "on!", "left_on": "on", "days": "int"}
_EXCEPTION = {"kind": "text!", "because": "long", "made_at": "at!", "made_on": "on!"}
_DEAL = {
    "title": "text!", "process": "text!", "stage_ref": "int!", "outcome": "open|won|lost!", "way": "sold|bought!",
    "how": "text", "opened_at": "at!", "opened_on": "on!", "closed_at": "at", "closed_on": "on", "parked_until": "on",
    "parked_why": "text", "import_key": "text", "amount": "text", "currency": "text",
}  # fmt: skip
_FOLLOW_UP = {
    "kind": "text!", "text": "long", "due_on": "on!", "due_at": "clock", "every": "text", "anchor_on": "on",
    "state": "open|done|dropped!", "closed_at": "at", "closed_on": "on", "created_at": "at!", "created_on": "on!",
    "deal": "int",
}  # fmt: skip
_ACTIVITY = {
    "kind": "text!", "direction": "in|out", "outcome": "text", "minutes": "int", "text": "long", "happened_at": "at!",
    "happened_on": "on!", "deal": "int", "follow_up": "int",
}  # fmt: skip
_CONTACT = {
    "ref": "int", "kind": "person|company|walk-in!", "name": "text!", "company": "text", "job_title": "text",
    "source": "text", "source_detail": "text", "rating": "int", "priority": "A|B|C", "birthday": "text",
    "alarm_days": "int", "note": "long", "off_list_on": "on", "off_list_why": "text", "imported": "int",
    "row_hash": "text", "created_at": "at!", "created_on": "on!",
}  # fmt: skip
_ALIAS = {"name": "text!", "row_hash": "text"}
_POINT = {"kind": "email|phone|address|link|id!", "label": "text", "value": "text!", "key": "text!"}
_QUESTION = {
    "set_name": "text!", "name": "text!", "wording": "text!", "position": "int!", "gates": "int!", "dropped_on": "on",
}  # fmt: skip
_STAGE = {
    "name": "text!", "position": "int!", "phase": "find|sell|keep!", "goal": "text", "probability": "int",
    "limit_days": "int", "dropped_on": "on",
}  # fmt: skip


def is_ours(file: BinaryIO, name: str) -> bool:
    """Whether a file begins as our JSON does; it is left at its start. Raises Refused for any other JSON."""
    file.seek(0)
    head = re.sub(rb"\s", b"", file.read(4096).removeprefix(b"\xef\xbb\xbf"))
    file.seek(0)
    if head.startswith(_HEAD):
        return True
    if re.match(rb'(?:\{"|\[[{\[])', head):
        raise Refused(f"{name} is JSON, but no salesflow export; save it as CSV")
    return False


class Whole:
    """An open export: its questions and processes, and its contacts line by line."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        self.text = io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="\n")
        first = self.text.readline(LINE_CAP)
        self.lines = first.rstrip().endswith(_TAIL)
        head = self._read(first.rstrip() + "]}" if self.lines else first + self.text.read(LINE_CAP))
        if head.get("salesflow") != VERSION:
            raise Refused(f"{name} was written by a newer salesflow; upgrade this one")
        self.questions = [values(row, _QUESTION) for row in many(head, "questions")]
        self.processes = [
            {
                **values(row, {"name": "text!", "title": "text"}),
                "stages": [values(s, _STAGE) for s in many(row, "stages")],
            }
            for row in many(head, "processes")
        ]
        self.held = many(head, "contacts")

    def _read(self, text: str) -> dict[str, Any]:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Refused(f"{self.name} is cut short or damaged ({error}); export it again") from None
        return found if isinstance(found, dict) else {}

    def contacts(self, settings: Settings, ground: Ground) -> Iterator[tuple[int, Incoming | str]]:
        """Each contact with its line, or its number where the file has been laid out anew; or why it is refused."""
        if not self.lines:
            for number, data in enumerate(self.held, 1):
                yield number, self._taken(data, settings, ground)
            return
        for number, line in enumerate(iter(lambda: self.text.readline(LINE_CAP), ""), 2):
            plain = line.strip().removesuffix(",")
            if plain == "]}":
                return
            try:
                data = json.loads(plain)
            except (ValueError, RecursionError):
                yield number, "it is damaged"
                continue
            yield number, self._taken(data, settings, ground)
        raise Refused(f"{self.name} is cut short; nothing was taken from it. Export it again")

    def _taken(self, data: Any, settings: Settings, ground: Ground) -> Incoming | str:
        try:
            return person(data, settings, ground)
        except Refused as error:
            return str(error)


def person(data: Any, settings: Settings, ground: Ground) -> Incoming:
    """Raises Refused, saying what is wrong."""
    said = values(data, _CONTACT)
    points = [values(point, _POINT) for point in many(data, "points")]
    tags = data.get("tags") or []
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise Refused("tags are a list of texts")
    birthday = said["birthday"]
    if birthday and not re.fullmatch(r"(\d{4}|-)-\d\d-\d\d", birthday):
        raise Refused(f"birthday: not {birthday!r}")
    draft = Draft(
        name=clean_name(said["name"]), kind=said["kind"], company=said["company"], job_title=said["job_title"],
        source=said["source"], source_detail=said["source_detail"], rating=said["rating"], priority=said["priority"],
        birthday=birthday, alarm_days=said["alarm_days"],
        points=tuple(Point(point["kind"], point["value"], point["label"], point["key"]) for point in points),
        tags=tuple(tags),
    )  # fmt: skip
    referrer = data.get("referred_by")
    note, ref = said["note"], said["ref"]
    return Incoming(
        keeping.clean(draft, settings), (note,) if note else (),
        off_list=(said["off_list_on"], said["off_list_why"] or "asked") if said["off_list_on"] else None,
        created_on=said["created_on"], created_at=said["created_at"], imported=bool(said["imported"]),
        referred_by=check_text(referrer, "referrer", 1000) if isinstance(referrer, str) else None,
        referred_by_ref=referrer if isinstance(referrer, int) and 0 < referrer < 10**8 else None,
        ref=ref if ref and 0 < ref < 10**8 else None, row_hash=said["row_hash"], whole=parts(data, ground),
    )  # fmt: skip


def parts(data: dict[str, Any], ground: Ground) -> dict[str, Any]:
    """What hangs on the contact, checked, with the ids that questions, processes and stages have here."""
    answers = [values(row, _ANSWER) for row in many(data, "answers")]
    for answer in answers:
        set_name = answer.pop("set_name")
        answer["question_id"] = ground.question(set_name, answer.pop("question"))
        if set_name != "extra" and answer["answer"] not in ("yes", "no", "unknown"):
            raise Refused(f"answer is one of yes, no, unknown, not {answer['answer'][:40]!r}")
    in_force = [answer["question_id"] for answer in answers if answer["replaced_at"] is None]
    if len(in_force) > len(set(in_force)):
        raise Refused("it has two answers in force to one question")
    deals = [deal(row, ground) for row in many(data, "deals")]
    follow_ups = [values(row, _FOLLOW_UP) for row in many(data, "follow_ups")]
    for step in follow_ups:
        if step["every"]:
            read_every(step["every"])
        if (step["every"] is None) != (step["anchor_on"] is None) or (step["state"] == "open") != (
            not step["closed_on"]
        ):
            raise Refused(f"a follow-up due on {step['due_on']} does not hold together")
    activities = [values(row, _ACTIVITY) for row in many(data, "activities")]
    for row in (*follow_ups, *activities):
        place(row, "deal", len(deals))
        place(row, "follow_up", len(follow_ups))
    if any(row["minutes"] is not None and row["minutes"] < 1 for row in activities):
        raise Refused("minutes are 1 or more")
    return {
        "aliases": [values(row, _ALIAS) for row in many(data, "aliases")],
        "answers": answers, "deals": deals, "follow_ups": follow_ups, "activities": activities,
        "history": [values(row, _STATUS) for row in many(data, "history")],
        "exceptions": [values(row, _EXCEPTION) for row in many(data, "exceptions")],
    }  # fmt: skip


def deal(data: Any, ground: Ground) -> dict[str, Any]:
    said = values(data, _DEAL)
    process_id, stage_id = ground.stage(said.pop("process"), said.pop("stage_ref"))
    amount, currency = said.pop("amount"), said.pop("currency")
    minor = None
    if amount is not None:
        minor, currency = read_amount(amount.removeprefix("-"), read_currency(currency or ""), allow_zero=True)
        minor = -minor if amount.startswith("-") else minor
    is_open = said["outcome"] == "open"
    if is_open != (said["closed_on"] is None) or (said["parked_until"] is None) != (said["parked_why"] is None):
        raise Refused(f"the deal {said['title']} does not hold together")
    if not is_open and said["way"] == "sold" and said["how"] is None:
        raise Refused(f"the deal {said['title']} is {said['outcome']} without a reason")
    stays = [values(row, _STAY) for row in many(data, "stages")]
    for stay in stays:
        stay["stage_id"] = ground.stage(str(data.get("process")), stay.pop("stage_ref"))[1]
    return said | {
        "process_id": process_id, "stage_id": stage_id, "amount_minor": minor,
        "currency": None if minor is None else currency, "stays": stays,
        "exceptions": [values(row, _EXCEPTION) for row in many(data, "exceptions")],
    }  # fmt: skip


def place(row: dict[str, Any], name: str, most: int) -> None:
    number = row.get(name)
    if number is not None and not 1 <= number <= most:
        raise Refused(f"{name} {number} is not there")


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
    kind, needed, _ = kind.partition("!")
    if value is None:
        if needed:
            raise Refused(f"{name} is missing")
        return None
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
