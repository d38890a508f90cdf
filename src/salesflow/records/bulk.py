"""Many at once: the same change made to each of several people, and what it changes of each, before and after."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from salesflow.dates import Moment
from salesflow.errors import NotFound, Refused
from salesflow.records import contacts, follow_ups
from salesflow.records.contacts import PLAIN, Draft
from salesflow.records.settings import Settings
from salesflow.store.rows import rows, value

Fact = str | int | None


class Step(NamedTuple):
    """One field of one person; a field is named as its column, lists are texts with commas."""

    id: int
    name: str
    field: str
    before: Fact
    after: Fact


class Edit(NamedTuple):
    """What is to be so of all: a clean draft, tags and other values to take away, off the list (why) or back on it."""

    draft: Draft = Draft()
    drop_tags: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    off_list: str | None = None
    on_list: bool = False


def edit(conn: sqlite3.Connection, ids: Iterable[int], change: Edit, settings: Settings, moment: Moment) -> list[Step]:
    """Make it so for each; what was not so before, in the order of the ids. Raises Refused, naming the person."""
    plain = [field for field in PLAIN if getattr(change.draft, field) is not None]
    tags = bool(change.draft.tags or change.drop_tags or change.drop)
    points = bool(change.draft.points or change.drop)
    steps = []
    for number in ids:
        row = contacts.get(conn, number)
        before = portrait(conn, row, plain, tags, points)
        try:
            contacts.edit(conn, number, change.draft)
        except Refused as error:
            name = row["name"]
            raise Refused(str(error) if name in str(error) else f"{number} {name}: {error}") from None
        for text in change.drop_tags:
            if_there(contacts.drop_tags, conn, number, [text])
        for text in change.drop:
            if_there(contacts.drop_points, conn, number, [text], settings)
        if change.on_list or (change.off_list is not None and row["off_list_on"] is None):
            contacts.off_list(conn, number, None if change.on_list else change.off_list, moment)
        after = portrait(conn, contacts.get(conn, number), plain, tags, points)
        steps += [
            Step(number, row["name"], field, before[field], after[field])
            for field in before
            if before[field] != after[field]
        ]
    return steps


def if_there(drop: Callable[..., object], *args: object) -> None:
    with suppress(NotFound):
        drop(*args)


def portrait(
    conn: sqlite3.Connection, row: sqlite3.Row, plain: Iterable[str], tags: bool, points: bool
) -> dict[str, Fact]:
    """What an edit can change of somebody, as far as asked for."""
    found: dict[str, Fact] = {field: row[field] for field in plain}
    found["off_list_on"] = row["off_list_on"]
    for field, wanted, sql in (
        ("tags", tags, "SELECT tag FROM tags WHERE contact_id = :id ORDER BY id"),
        ("points", points, "SELECT value FROM points WHERE contact_id = :id ORDER BY id"),
    ):
        if wanted:
            found[field] = ", ".join(each[0] for each in rows(conn, sql, id=row["id"])) or None
    return found


def follow(conn: sqlite3.Connection, ids: Iterable[int], promise: follow_ups.Draft, moment: Moment) -> list[Step]:
    """The same promise to each; the day of their next one, before and after."""
    steps = []
    sql = "SELECT min(due_on) FROM follow_ups WHERE contact_id = :id AND state = 'open'"
    for number in ids:
        before = value(conn, sql, id=number)
        follow_ups.add(conn, promise._replace(contact_id=number), moment)
        after = min(filter(None, (before, promise.due_on)))
        steps.append(Step(number, contacts.get(conn, number)["name"], "next_on", before, after))
    return steps


def delete(conn: sqlite3.Connection, ids: Iterable[int]) -> list[Step]:
    """Remove each, with what hangs on them, which is said as what was there before."""
    steps = []
    for number in ids:
        name, held = contacts.get(conn, number)["name"], contacts.held(conn, number)
        contacts.delete(conn, number)
        steps.append(Step(number, name, "contact", held or "nothing else", None))
    return steps
