"""Merging: two contacts that are one become one, with everything that hangs on either.

The one that stays keeps what it says of itself; where it says nothing the other fills in, and what the other says
otherwise goes to the note. All that hangs on the other moves. Its name is remembered, and the rows of files it came
from, so that the next import finds the one that stays.
"""

from __future__ import annotations

import sqlite3
from typing import Any, NamedTuple

from salesflow.dates import say_birthday
from salesflow.errors import Refused
from salesflow.people import fold
from salesflow.records import contacts, moving
from salesflow.records.incoming import with_notes
from salesflow.records.moving import Judged
from salesflow.store.rows import one, rows, update, value

PLAIN = ("company", "job_title", "source", "rating", "priority", "demand", "birthday", "alarm_days")
NOTED = ("company", "job_title", "source", "birthday")  # the other's, where it is another, goes to the note
# Moves as it is; `points`, `tags`, `answers`, `status_history`, `aliases` and `apart` have rules of their own, and of
# `deciders` whoever they are themselves.
MOVED = (
    "deals", "stage_entries", "exceptions", "deciders", "documents", "document_lines", "matters", "replies",
    "activities", "follow_ups", "imported_rows",
)  # fmt: skip
# What is counted of what moves, one and several.
NOUNS = {
    "phone": ("phone", "phones"), "email": ("e-mail", "e-mails"), "link": ("link", "links"),
    "id": ("id", "ids"), "address": ("address", "addresses"), "tag": ("tag", "tags"), "deal": ("deal", "deals"),
    "activity": ("activity", "activities"), "follow_up": ("follow-up", "follow-ups"),
    "document": ("paper", "papers"), "matter": ("thing they brought up", "things they brought up"),
    "doubled": ("follow-up that both have (kept once)", "follow-ups that both have (kept once)"),
    "sent": ("person they sent", "people they sent"),
}  # fmt: skip


class Field(NamedTuple):
    """A field of which the other says something. outcome: filled, noted (the other's goes to the note), or stays."""

    field: str
    value: str | int | None
    other: str | int | None
    outcome: str


class Plan(NamedTuple):
    """What a merge does. changes: columns of the one that stays; moved: how many, by NOUNS; words: what to know."""

    id: int
    name: str
    other_id: int
    other_name: str
    changes: dict[str, Any]
    fields: list[Field]
    answers: list[Judged]
    moved: dict[str, int]
    words: list[str]


# -- the plan ----------------------------------------------------------------------------------------------------------


def plan(conn: sqlite3.Connection, other_id: int, into_id: int) -> Plan:
    """What merging one contact into another does. Raises NotFound, Refused."""
    mine, theirs = contacts.get(conn, into_id), contacts.get(conn, other_id)
    if "walk-in" in (mine["kind"], theirs["kind"]):
        raise Refused("walk-in stands for whoever buys and goes; it is never merged")
    if into_id == other_id:
        raise Refused(f"{into_id} {mine['name']} is one already; a merge takes two: salesflow merge WHO --into WHO")
    fields: list[Field] = []
    changes = filled(conn, mine, theirs, fields)
    moved: dict[str, int] = {}
    for point in moving.points(conn, other_id, into_id):
        moved[point["kind"]] = moved.get(point["kind"], 0) + (point["mine_id"] is None)
    doubled_steps = len(moving.doubled(conn, other_id, into_id))
    moved |= {
        "tag": sum(row["mine_id"] is None for row in moving.tags(conn, other_id, into_id)),
        "deal": count(conn, "SELECT count(*) FROM deals WHERE contact_id = :id", other_id),
        "activity": count(conn, "SELECT count(*) FROM activities WHERE contact_id = :id", other_id),
        "follow_up": count(conn, "SELECT count(*) FROM follow_ups WHERE contact_id = :id", other_id) - doubled_steps,
        "doubled": doubled_steps,
        "document": count(conn, "SELECT count(*) FROM documents WHERE contact_id = :id", other_id),
        "matter": count(conn, "SELECT count(*) FROM matters WHERE contact_id = :id", other_id),
        "sent": count(conn, "SELECT count(*) FROM contacts WHERE referred_by_id = :id AND id <> :into", other_id,
                      into=into_id),
    }  # fmt: skip
    return Plan(
        into_id, changes.get("name", mine["name"]), other_id, theirs["name"], changes, fields,
        moving.judged(conn, other_id, into_id), {what: number for what, number in moved.items() if number},
        to_know(conn, mine, theirs),
    )  # fmt: skip


def count(conn: sqlite3.Connection, sql: str, contact_id: int, **values: int) -> int:
    return int(value(conn, sql, id=contact_id, **values))


def filled(
    conn: sqlite3.Connection, mine: sqlite3.Row, theirs: sqlite3.Row, fields: list[Field]
) -> dict[str, Any]:  # fmt: skip
    """The columns that change; each field of which the other says something is put into `fields`."""
    changes: dict[str, Any] = {}
    if spelt_out(mine, theirs) or (goes_by_point(conn, mine) and not goes_by_point(conn, theirs)):
        changes |= {"name": theirs["name"], "name_key": theirs["name_key"]}
        fields.append(Field("name", theirs["name"], mine["name"], "filled"))
    for name in PLAIN:
        ours, new = mine[name], theirs[name]
        if new is None or same(name, ours, new):
            continue
        if ours is None or (name == "birthday" and same_day(ours, new)):
            changes[name] = new
            fields.append(Field(name, new, ours, "filled"))
        else:
            more = theirs["source_detail"] if name == "source" else None
            other = f"{new} ({more})" if more else new
            fields.append(Field(name, ours, other, "noted" if name in NOTED else "stays"))
    if mine["source_detail"] is None and (mine["source"] is None or theirs["source"] == mine["source"]):
        changes["source_detail"] = theirs["source_detail"]
    changes |= referrer(conn, mine, theirs, fields)
    if theirs["persona_id"] is not None and mine["persona_id"] is None:
        changes["persona_id"] = theirs["persona_id"]
    noted = [
        f"{each.field.replace('_', ' ')} {say_birthday(str(each.other)) if each.field == 'birthday' else each.other}"
        for each in fields if each.outcome == "noted"
    ]  # fmt: skip
    parts = [theirs["note"], f"As {theirs['name']}: {'; '.join(noted)}" if noted else None]
    changes["note"] = with_notes(mine["note"], [part for part in parts if part])
    if mine["off_list_on"] is None:
        changes |= {"off_list_on": theirs["off_list_on"], "off_list_why": theirs["off_list_why"]}
    if (theirs["created_on"], theirs["created_at"]) < (mine["created_on"], mine["created_at"]):
        changes |= {"created_on": theirs["created_on"], "created_at": theirs["created_at"]}
    changes["imported"] = mine["imported"] & theirs["imported"]
    return {name: new for name, new in changes.items() if new != mine[name]}


def goes_by_point(conn: sqlite3.Connection, row: sqlite3.Row) -> bool:
    """Whether a contact has no name but a way to reach it."""
    found = rows(conn, "SELECT value FROM points WHERE contact_id = :id", id=row["id"])
    return row["name_key"] in {fold(point["value"]) for point in found}


def spelt_out(mine: sqlite3.Row, theirs: sqlite3.Row) -> bool:
    """Whether the other's name is that of the one that stays with its initials spelt out: Ken Ito, of K. Ito."""
    short, long = (row["name_key"].replace(".", " ").split() for row in (mine, theirs))
    return len(short) == len(long) > 1 and short != long and all(
        word == full or (len(word) == 1 and len(full) > 1 and full.startswith(word))
        for word, full in zip(short, long, strict=True)
    )  # fmt: skip


def same(name: str, ours: str | int | None, new: str | int) -> bool:
    """Whether both say the same, but for case and accents; a birthday without a year says less."""
    if name == "birthday" and isinstance(ours, str) and isinstance(new, str):
        return ours == new or (new.startswith("-") and ours[-5:] == new[-5:])
    return fold(ours) == fold(new) if isinstance(ours, str) and isinstance(new, str) else ours == new


def same_day(ours: str, new: str) -> bool:
    return ours.startswith("-") and ours[-5:] == new[-5:]


def referrer(
    conn: sqlite3.Connection, mine: sqlite3.Row, theirs: sqlite3.Row, fields: list[Field]
) -> dict[str, Any]:  # fmt: skip
    """Who sent them: nobody sends himself."""

    def name(number: int | None) -> str | None:
        return contacts.get(conn, number)["name"] if number else None

    ours = mine["referred_by_id"] if mine["referred_by_id"] != theirs["id"] else None
    new = theirs["referred_by_id"] if theirs["referred_by_id"] != mine["id"] else None
    if ours is None and new is not None:
        fields.append(Field("referred_by", name(new), None, "filled"))
    elif new is not None and new != ours:
        fields.append(Field("referred_by", name(ours), name(new), "noted"))
    return {"referred_by_id": ours or new}


def to_know(conn: sqlite3.Connection, mine: sqlite3.Row, theirs: sqlite3.Row) -> list[str]:
    words = []
    if mine["kind"] != theirs["kind"]:
        words.append(f"{theirs['name']} is a {theirs['kind']}, {mine['name']} a {mine['kind']}, and stays one")
    for row in (mine, theirs):
        if row["off_list_on"]:
            words.append(f"off the list, as {row['name']} asked on {row['off_list_on']}")
            break
    first, second = sorted((mine["id"], theirs["id"]))
    if one(conn, "SELECT 1 FROM apart WHERE contact_id = :a AND other_id = :b", a=first, b=second):
        words.append("you said once that they are two")
    return words


# -- doing it ----------------------------------------------------------------------------------------------------------


def merge(conn: sqlite3.Connection, other_id: int, into_id: int) -> Plan:
    """Do what the plan says, inside a change. Raises NotFound, Refused."""
    found = plan(conn, other_id, into_id)
    mine, theirs = contacts.get(conn, into_id), contacts.get(conn, other_id)
    moving.points_over(conn, other_id, into_id)
    moving.tags_over(conn, other_id, into_id)
    moving.settle(conn, found.answers)
    moving.promises_once(conn, other_id, into_id)
    moving.deciders_over(conn, other_id, into_id)
    moving.histories_joined(conn, other_id, into_id)
    ids = {"other_id": other_id, "into_id": into_id}
    for table in ("answers", *MOVED):
        conn.execute(f"UPDATE {table} SET contact_id = :into_id WHERE contact_id = :other_id", ids)  # noqa: S608
    update(conn, "contacts", into_id, **found.changes)
    conn.execute("UPDATE contacts SET referred_by_id = :into_id WHERE referred_by_id = :other_id", ids)
    moving.apart_over(conn, other_id, into_id)
    moving.remember(conn, theirs, into_id)
    if "name" in found.changes:
        moving.remember_name(conn, mine, into_id)
    conn.execute("DELETE FROM contacts WHERE id = :other_id", ids)  # fails where anything still hangs on it
    for kept in ("standing", "silence"):
        conn.execute(f"DELETE FROM {kept} WHERE contact_id = :other_id", ids)  # noqa: S608
    return found
