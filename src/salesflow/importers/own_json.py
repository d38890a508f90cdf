"""Our own JSON, as `export --as json` writes it: contacts whole. Each value is checked: hands may have been in it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from salesflow.dates import read_every
from salesflow.errors import Refused
from salesflow.importers import own_shapes as shapes
from salesflow.importers.own_shapes import checked, many, values
from salesflow.money import read_amount, read_currency
from salesflow.people import check_text, clean_name
from salesflow.records import contacts as keeping
from salesflow.records.contacts import Draft, Point
from salesflow.records.importing_head import Ground
from salesflow.records.incoming import Incoming
from salesflow.records.settings import Settings

VERSIONS = (1, 2)  # of the shape; what an older one does not have is as it is in a new file
LINE_CAP = 256 * 1_048_576
_HEAD = b'{"salesflow":'
_TAIL = '"contacts": ['


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
        if head.get("salesflow") not in VERSIONS:
            raise Refused(f"{name} was written by a newer salesflow; upgrade this one")
        self.sets = [values(row, shapes.SET) for row in many(head, "question_sets")]
        self.questions = [values(row, shapes.QUESTION) for row in many(head, "questions")]
        self.processes = [process(row) for row in many(head, "processes")]
        self.products = [priced(values(row, shapes.PRODUCT)) for row in many(head, "products")]
        self.pieces = [priced(values(row, shapes.PIECE)) for row in many(head, "preparation")]
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
    said = values(data, shapes.CONTACT)
    points = [values(point, shapes.POINT) for point in many(data, "points")]
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


def process(data: dict[str, Any]) -> dict[str, Any]:
    found = values(data, shapes.PROCESS) | {"stages": [values(stage, shapes.STAGE) for stage in many(data, "stages")]}
    found["tasks"] = [values(task, shapes.TASK) | {"after": refs(task, "after")} for task in many(data, "tasks")]
    return found


def refs(data: dict[str, Any], name: str) -> list[int]:
    found = data.get(name) or []
    if not isinstance(found, list) or not all(type(each) is int and 0 < each < 10**8 for each in found):
        raise Refused(f"{name} is a list of whole numbers")
    return found


def priced(said: dict[str, Any], currency: str | None = None) -> dict[str, Any]:
    """With its price in minor units; `currency`: where it has none of its own."""
    price = said.pop("price")
    own = read_currency(said["currency"]) if said.get("currency") else currency
    minor = amount(price, own)
    found = said | {"price_minor": minor}
    return found if "currency" not in said else found | {"currency": None if minor is None else own}


def amount(text: str | None, currency: str | None) -> int | None:
    """Minor units of a decimal string, below zero too."""
    if text is None:
        return None
    minor, _ = read_amount(text.removeprefix("-"), read_currency(currency or ""), allow_zero=True)
    return -minor if text.startswith("-") else minor


def parts(data: dict[str, Any], ground: Ground) -> dict[str, Any]:
    """What hangs on the contact, checked, with the ids that things at the head of the file have here."""
    deals = [deal(row, ground) for row in many(data, "deals")]
    matters = [matter(row, ground) for row in many(data, "matters")]
    papers = [paper(row, ground, len(matters)) for row in many(data, "documents")]
    answers = [answer(row, ground) for row in many(data, "answers")]
    deciders = [values(row, shapes.DECIDER) for row in many(data, "deciders")]
    in_force = [(each["question_id"], each["deal"]) for each in answers if each["replaced_at"] is None]
    if len(in_force) > len(set(in_force)):
        raise Refused("it has two answers in force to one question")
    follow_ups = [tasked(values(row, shapes.FOLLOW_UP), ground) for row in many(data, "follow_ups")]
    for step in follow_ups:
        if step["every"]:
            read_every(step["every"])
        if (step["every"] is None) != (step["anchor_on"] is None) or (step["state"] == "open") != (
            not step["closed_on"]
        ):
            raise Refused(f"a follow-up due on {step['due_on']} does not hold together")
    activities = [tasked(values(row, shapes.ACTIVITY), ground) for row in many(data, "activities")]
    for row in activities:
        row["product_id"] = ground.product(row.pop("product_ref"))
    for row in (*follow_ups, *activities, *matters, *papers, *answers, *deciders):
        place(row, "deal", len(deals))
        place(row, "follow_up", len(follow_ups))
        place(row, "for", len(follow_ups))
        place(row, "document", len(papers))
        place(row, "from", len(papers))
    if any(row["minutes"] is not None and row["minutes"] < 1 for row in activities):
        raise Refused("minutes are 1 or more")
    if any(row[name] is not None and row[name] < 0 for row in activities for name in ("listened", "talked")):
        raise Refused("minutes listened and talked are 0 or more")
    return {
        "contact": {
            "demand": checked(data.get("demand"), "demand", shapes.CONTACT["demand"]),
            "persona_id": ground.piece(checked(data.get("persona_ref"), "persona_ref", "int")),
        },
        "aliases": [values(row, shapes.ALIAS) for row in many(data, "aliases")],
        "answers": answers, "deals": deals, "deciders": deciders, "documents": papers, "matters": matters,
        "follow_ups": follow_ups, "activities": activities, "apart": refs(data, "apart"),
        "history": [values(row, shapes.STATUS) for row in many(data, "history")],
        "exceptions": [values(row, shapes.EXCEPTION) for row in many(data, "exceptions")],
    }  # fmt: skip


def answer(data: Any, ground: Ground) -> dict[str, Any]:
    found = values(data, shapes.ANSWER)
    set_name = found.pop("set_name")
    found["question_id"] = ground.question(set_name, found.pop("question"))
    plain = set_name != "extra" and ground.forms[found["question_id"]] == "yes-no"
    if plain and found["answer"] not in ("yes", "no", "unknown"):
        raise Refused(f"answer is one of yes, no, unknown, not {found['answer'][:40]!r}")
    return found


def tasked(row: dict[str, Any], ground: Ground) -> dict[str, Any]:
    return row | {"task_id": ground.task(row.pop("process"), row.pop("task_ref"))}


def matter(data: Any, ground: Ground) -> dict[str, Any]:
    said = values(data, shapes.MATTER)
    if (said["state"] == "closed") != (said["closed_on"] is not None):
        raise Refused(f"a {said['kind']} of {said['raised_on']} does not hold together")
    said["met_by_id"] = ground.piece(said.pop("met_by_ref"))
    return said | {"replies": [values(row, shapes.REPLY) for row in many(data, "replies")]}


def paper(data: Any, ground: Ground, matters: int) -> dict[str, Any]:
    said = values(data, shapes.PAPER)
    if said["number"] < 1 or said["version"] < 1:
        raise Refused(f"a {said['kind']} has a number and a version, from 1")
    currency = read_currency(said["currency"]) if said["currency"] else None
    lines = []
    for row in many(data, "lines"):
        line = priced(values(row, shapes.LINE), currency)
        place(line, "matter", matters)
        if line["quantity_thousandths"] is not None and line["quantity_thousandths"] < 1:
            raise Refused("a quantity is more than nothing")
        line["product_id"] = ground.product(line.pop("product_ref"))
        line["preparation_id"] = ground.piece(line.pop("benefit_ref"))
        lines.append(line)
    return said | {"lines": lines}


def deal(data: Any, ground: Ground) -> dict[str, Any]:
    said = values(data, shapes.DEAL)
    process_id, stage_id = ground.stage(said.pop("process"), said.pop("stage_ref"))
    said["product_id"] = ground.product(said.pop("product_ref"))
    text, currency = said.pop("amount"), said.pop("currency")
    minor = amount(text, currency)
    is_open = said["outcome"] == "open"
    if is_open != (said["closed_on"] is None) or (said["parked_until"] is None) != (said["parked_why"] is None):
        raise Refused(f"the deal {said['title']} does not hold together")
    if not is_open and said["way"] == "sold" and said["how"] is None:
        raise Refused(f"the deal {said['title']} is {said['outcome']} without a reason")
    stays = [values(row, shapes.STAY) for row in many(data, "stages")]
    for stay in stays:
        # A deal put on another process keeps the stays it had; each says whose stage it was.
        way = stay.pop("process") or str(data.get("process"))
        stay["stage_id"] = ground.stage(way, stay.pop("stage_ref"))[1]
    return said | {
        "process_id": process_id, "stage_id": stage_id, "amount_minor": minor,
        "currency": None if minor is None else read_currency(currency), "stays": stays,
        "exceptions": [values(row, shapes.EXCEPTION) for row in many(data, "exceptions")],
    }  # fmt: skip


def place(row: dict[str, Any], name: str, most: int) -> None:
    number = row.get(name)
    if number is not None and not 1 <= number <= most:
        raise Refused(f"{name} {number} is not there")
