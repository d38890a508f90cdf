"""Contacts as a table, for spreadsheets: one row a person, everything that fits one.

`ref` numbers the rows, and `referred_by_ref` names one of them. E-mails, phones, links, addresses and ids have as many
columns as the contact with the most has; each has its label beside it. The next promise, the yes or no to each
question and to each channel, and extra fields are in it; what else was promised, said and sold is in the JSON export.
"""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from salesflow.records import exporting
from salesflow.records.contacts import POINT_KINDS
from salesflow.table import Column, Row, Table

FIRST = (
    "ref", "kind", "name", "company", "job_title", "source", "source_detail", "referred_by", "referred_by_ref",
    "rating", "priority", "birthday", "alarm_days", "tags",
)  # fmt: skip
LAST = (
    "next", "next_at", "next_kind", "todo", "note", "off_list_on", "off_list_why", "created_on",
)  # fmt: skip
PLAIN = (*FIRST[1:7], *FIRST[9:13], *LAST[4:])


def table(conn: sqlite3.Connection, ids: Sequence[int]) -> Table:
    """The contacts with these ids (in order), read as they are written."""
    most = exporting.most_points(conn, ids)
    asked = exporting.answered(conn, ids)
    places = [
        (kind, place) for kind in POINT_KINDS for place in range(most.get(kind, 1 if kind in ("email", "phone") else 0))
    ]
    points = [name for kind, place in places for name in (heading(kind, place), f"{heading(kind, place)} label")]
    names = (*FIRST, *points, *LAST, *asked)

    def read() -> Iterator[Row]:
        for row, parts in exporting.contacts(conn, ids, ("points", "tags", "answers", "follow_ups")):
            yield dict.fromkeys(names) | record(row, parts, ids)

    return Table([Column(name) for name in names], exporting.Stream(read, len(ids)), ids="ref")


def heading(kind: str, place: int) -> str:
    return kind if place == 0 else f"{kind} {place + 1}"


def record(row: sqlite3.Row, parts: Mapping[str, Sequence[sqlite3.Row]], ids: Sequence[int]) -> dict[str, Any]:
    """What a contact's row says, by heading; what it does not say is left out."""
    said: dict[str, Any] = {name: row[name] for name in PLAIN}
    said["ref"] = exporting.ref(ids, row["id"])
    said["referred_by"], said["referred_by_ref"] = row["referrer"], exporting.ref(ids, row["referred_by_id"])
    said["tags"] = joined([tag["tag"] for tag in parts["tags"]])
    counts: dict[str, int] = {}
    for point in parts["points"]:
        place = counts.get(point["kind"], 0)
        counts[point["kind"]] = place + 1
        said[heading(point["kind"], place)] = point["value"]
        said[f"{heading(point['kind'], place)} label"] = point["label"]
    promised = [step for step in parts["follow_ups"] if step["state"] == "open"]
    if promised:
        step = min(promised, key=lambda step: (step["due_on"], step["due_at"] or "24:00", step["id"]))
        said["next"], said["next_at"], said["todo"] = step["due_on"], step["due_at"], step["text"]
        said["next_kind"] = None if step["kind"] == "follow-up" else step["kind"]
    for answer in parts["answers"]:
        # What is assumed would come back as if it had been said.
        if answer["replaced_at"] is not None or answer["basis"] == "assumed":
            continue
        if answer["answer"] != "unknown" or answer["set_name"] == "extra":
            said[f"{exporting.PREFIXES[answer['set_name']]}:{answer['question']}"] = answer["answer"]
    return said


def joined(tags: Sequence[str]) -> str | None:
    """Tags in one cell, as a line of CSV with semicolons: a tag may have one in it."""
    if not tags:
        return None
    line = io.StringIO()
    csv.writer(line, delimiter=";", lineterminator="\r\n").writerow(tags)
    return line.getvalue()[:-2]
