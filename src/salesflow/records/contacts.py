"""Contacts: the people and firms you know of, and the ways to reach them.

Status is never typed: it follows from answers and deals (the view `statuses`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from salesflow import people
from salesflow.dates import Moment
from salesflow.errors import NotFound, Refused
from salesflow.records.settings import Settings
from salesflow.store.rows import delete as delete_rows
from salesflow.store.rows import insert, one, rows, update, value

DEMANDS = ("high", "medium", "low")  # how much they are likely to want
POINT_KINDS = ("email", "phone", "address", "link", "id")


class Point(NamedTuple):
    """One way to reach somebody; `key` is what is compared, filled by `clean`."""

    kind: str
    value: str
    label: str | None = None
    key: str = ""


class Draft(NamedTuple):
    """A contact as typed or read; None says nothing about a field. `off_list` is a reason."""

    name: str | None = None
    kind: str | None = None
    company: str | None = None
    job_title: str | None = None
    source: str | None = None
    source_detail: str | None = None
    referred_by_id: int | None = None
    rating: int | None = None
    priority: str | None = None
    birthday: str | None = None
    alarm_days: int | None = None
    note: str | None = None
    demand: str | None = None
    persona_id: int | None = None
    points: tuple[Point, ...] = ()
    tags: tuple[str, ...] = ()


# The columns of `contacts` that a draft fills as they are; `points` and `tags` have tables of their own.
PLAIN = tuple(field for field in Draft._fields if field not in ("points", "tags"))
TEXTS = ("company", "job_title", "source", "source_detail", "note")
CAPS = {"note": people.TEXT_CAP}


def clean(draft: Draft, settings: Settings) -> Draft:
    """The draft with its name tidied and its points given keys, where they have none. Raises Refused, saying why."""
    name = people.clean_name(draft.name) if draft.name is not None else None
    if draft.kind not in (None, "person", "company", "walk-in"):
        raise Refused(f"a contact is a person or a company, not {draft.kind!r}")
    if draft.rating is not None and not 1 <= draft.rating <= 5:
        raise Refused(f"a rating is 1 to 5, not {draft.rating}")
    priority = draft.priority.upper() if draft.priority else draft.priority
    if priority not in (None, "", "A", "B", "C"):
        raise Refused(f"a priority is A, B or C, not {draft.priority!r}")
    if draft.alarm_days is not None and not 0 <= draft.alarm_days <= 90:
        raise Refused(f"a birthday alarm is 0 to 90 days before, not {draft.alarm_days}")
    if draft.demand not in (None, "", *DEMANDS):
        raise Refused(f"a demand is high, medium or low, not {draft.demand!r}")
    for field in TEXTS:
        text = getattr(draft, field)
        if text:
            people.check_text(text, field.replace("_", " "), CAPS.get(field, 1000))
    points, tags = draft.points, draft.tags
    if len(points) > 1 or (points and not points[0].key):
        points = tuple(dict.fromkeys(point if point.key else clean_point(point, settings) for point in points))
    if tags:
        tags = tuple(dict.fromkeys(tag for text in tags if (tag := people.check_text(text, "a tag", 100).strip())))
    if name == draft.name and priority == draft.priority and points == draft.points and tags == draft.tags:
        return draft
    return draft._replace(name=name, priority=priority, points=points, tags=tags)


def clean_point(point: Point, settings: Settings) -> Point:
    text = people.check_text(point.value, point.kind, 2000).strip()
    if point.kind == "email":
        text, key = people.email_key(text)
    elif point.kind == "phone":
        found = people.phone_key(text, settings.country)
        if found is None:
            raise Refused(f"not a phone number: {text!r}")
        key = found
    elif point.kind == "link":
        text, key = people.link_key(text)
    elif point.kind == "id":  # the same number in two shops is two people
        key = f"{(point.label or '').strip().lower()}:{people.fold(text)}"
    elif point.kind in POINT_KINDS:
        key = people.fold(text)
    else:
        raise Refused(f"no kind of point {point.kind!r}; there are: {', '.join(POINT_KINDS)}")
    if not text:
        raise Refused(f"an empty {point.kind}")
    return Point(point.kind, text, point.label.strip().lower() or None if point.label else None, key)


def named(draft: Draft) -> str:
    """What a contact goes by: its name, else its company, else a way to reach it. Raises Refused."""
    if draft.name:
        return draft.name
    for text in (draft.company, *(point.value for point in draft.points if point.kind != "id")):
        try:
            return people.clean_name(text or "")
        except Refused:
            continue  # too long for a name, or not text that a name may have
    raise Refused("it names nobody: no name, company, e-mail, phone or link")


def add(
    conn: sqlite3.Connection, draft: Draft, moment: Moment, *, imported: bool = False, row_hash: str | None = None
) -> int:
    """The new contact's id. The draft is a clean one; a person without a name goes by company, e-mail or phone."""
    name = named(draft)
    plain = {field: getattr(draft, field) or None for field in PLAIN}
    contact_id = insert(
        conn, "contacts",
        **{**plain, "name": name, "name_key": people.fold(name), "kind": draft.kind or "person",
           "alarm_days": draft.alarm_days},
        imported=int(imported), row_hash=row_hash, created_at=moment.at, created_on=moment.on,
    )  # fmt: skip
    add_points(conn, contact_id, draft.points)
    add_tags(conn, contact_id, draft.tags)
    return contact_id


def add_points(conn: sqlite3.Connection, contact_id: int, points: Iterable[Point]) -> int:
    """Those not there yet; how many were added."""
    added = 0
    for point in points:
        known = one(
            conn, "SELECT id FROM points WHERE contact_id = :id AND kind = :kind AND value_key = :key",
            id=contact_id, kind=point.kind, key=point.key,
        )  # fmt: skip
        if known is None:
            insert(
                conn, "points", contact_id=contact_id, kind=point.kind, label=point.label,
                value=point.value, value_key=point.key,
            )  # fmt: skip
            added += 1
    return added


def add_tags(conn: sqlite3.Connection, contact_id: int, tags: Iterable[str]) -> int:
    """Those not there yet; how many were added."""
    added = 0
    for tag in tags:
        key = people.fold(tag)
        if not one(conn, "SELECT 1 FROM tags WHERE contact_id = :id AND tag_key = :key", id=contact_id, key=key):
            insert(conn, "tags", contact_id=contact_id, tag=tag, tag_key=key)
            added += 1
    return added


def edit(conn: sqlite3.Connection, contact_id: int, draft: Draft) -> list[str]:
    """Change what the (clean) draft says; each change in words. An empty text clears a field."""
    row = get(conn, contact_id)
    changes: dict[str, str | int | None] = {}
    said = []
    for field in PLAIN:
        new = getattr(draft, field)
        if new is None:
            continue
        new = None if new == "" or (field == "persona_id" and new == 0) else new
        if field == "name" and new is None:
            raise Refused("a contact keeps a name")
        if new != row[field]:
            changes[field] = new
            words = [persona(conn, row[field]), persona(conn, new)] if field == "persona_id" else [row[field], new]
            said.append(changed(field.removesuffix("_id").replace("_", " "), *words))
    if "name" in changes:
        changes["name_key"] = people.fold(str(changes["name"]))
    if changes.get("referred_by_id") == contact_id:
        raise Refused(f"{row['name']} cannot be referred by themselves")
    update(conn, "contacts", contact_id, **changes)
    said.extend(f"{point.kind} added: {point.value}" for point in draft.points if add_points(conn, contact_id, [point]))
    said.extend(f"tag added: {tag}" for tag in draft.tags if add_tags(conn, contact_id, [tag]))
    return said


def persona(conn: sqlite3.Connection, row_id: int | None) -> str | None:
    """The name of a kind of buyer."""
    found = value(conn, "SELECT name FROM preparation WHERE id = :id", id=row_id)
    return str(found) if found else None


def changed(field: str, old: object, new: object) -> str:
    """A change in words: `company: Ito Kitchens (was Ito)`."""
    if new is None:
        return f"{field} cleared (was {old})"
    return f"{field}: {new}" + ("" if old is None else f" (was {old})")


def drop_points(conn: sqlite3.Connection, contact_id: int, texts: Sequence[str], settings: Settings) -> list[str]:
    """Take away points or tags by what they say, typed any way. Raises NotFound for one that is not there."""
    said: list[str] = []
    for text in texts:
        keys = {people.fold(text)}
        if people.looks_like_email(text):
            keys.add(people.email_key(text)[1])
        elif people.looks_like_phone(text):
            keys.add(people.phone_key(text, settings.country) or "")
        elif people.looks_like_link(text):
            keys.add(people.link_key(text)[1])
        points = [
            row for row in rows(conn, "SELECT id, value, value_key FROM points WHERE contact_id = :id", id=contact_id)
            if row["value_key"] in keys or row["value"] == text
        ]  # fmt: skip
        tags = [
            row for row in rows(conn, "SELECT id, tag, tag_key FROM tags WHERE contact_id = :id", id=contact_id)
            if row["tag_key"] in keys
        ]  # fmt: skip
        if not points and not tags:
            raise NotFound(f"no phone, e-mail, address, link or tag {text!r} there")
        delete_rows(conn, "points", [row["id"] for row in points])
        delete_rows(conn, "tags", [row["id"] for row in tags])
        said.extend(f"removed: {row['value']}" for row in points)
        said.extend(f"tag removed: {row['tag']}" for row in tags)
    return said


def drop_tags(conn: sqlite3.Connection, contact_id: int, tags: Iterable[str]) -> list[str]:
    """Take away tags, typed in any case. Raises NotFound for one that is not there."""
    said = []
    for tag in tags:
        sql = "SELECT id, tag FROM tags WHERE contact_id = :id AND tag_key = :key"
        row = one(conn, sql, id=contact_id, key=people.fold(tag))
        if row is None:
            raise NotFound(f"no tag {tag!r} there")
        delete_rows(conn, "tags", [row["id"]])
        said.append(f"tag removed: {row['tag']}")
    return said


def off_list(conn: sqlite3.Connection, contact_id: int, why: str | None, moment: Moment) -> None:
    """They asked not to be kept: silent in every list from now on. With why=None, back on the list."""
    update(
        conn, "contacts", contact_id, off_list_on=None if why is None else moment.on,
        off_list_why=people.check_text(why, "a reason", 1000) if why else None,
    )  # fmt: skip


# Everything that hangs on a contact, in an order that leaves no row pointing nowhere.
OWNED = (
    "aliases", "exceptions", "status_history", "stage_entries", "activities", "follow_ups", "replies", "document_lines",
    "matters", "documents", "deciders", "answers", "deals", "tags", "points",
)  # fmt: skip


def delete(conn: sqlite3.Connection, contact_id: int) -> dict[str, int]:
    """Remove a contact and all that hangs on it (undo brings it back); how many rows of each table went."""
    gone = {}
    conn.execute("UPDATE contacts SET referred_by_id = NULL WHERE referred_by_id = :id", {"id": contact_id})
    conn.execute(
        """
        UPDATE deciders SET person_id = NULL, name = (SELECT name FROM contacts WHERE id = :id)
         WHERE person_id = :id AND contact_id <> :id
        """,
        {"id": contact_id},
    )
    for table in ("activities", "follow_ups"):  # with somebody else, for a deal of theirs
        for column, there in (("deal_id", "deals"), ("document_id", "documents")):
            conn.execute(
                f"UPDATE {table} SET {column} = NULL"  # noqa: S608
                f" WHERE {column} IN (SELECT id FROM {there} WHERE contact_id = :id) AND contact_id <> :id",
                {"id": contact_id},
            )
    for table in OWNED:
        gone[table] = conn.execute(f"DELETE FROM {table} WHERE contact_id = :id", {"id": contact_id}).rowcount  # noqa: S608
    conn.execute("DELETE FROM apart WHERE contact_id = :id OR other_id = :id", {"id": contact_id})
    conn.execute("DELETE FROM contacts WHERE id = :id", {"id": contact_id})
    for kept in ("standing", "silence"):
        conn.execute(f"DELETE FROM {kept} WHERE contact_id = :id", {"id": contact_id})  # noqa: S608
    return gone


def held(conn: sqlite3.Connection, contact_id: int) -> str:
    """What hangs on somebody, in words: `1 deal, 3 activities`; empty when nothing does."""
    counts = [
        (value(conn, f"SELECT count(*) FROM {table} WHERE contact_id = :id", id=contact_id), nouns)  # noqa: S608
        for table, *nouns in (
            ("deals", "deal", "deals"), ("activities", "activity", "activities"),
            ("follow_ups", "follow-up", "follow-ups"),
        )
    ]  # fmt: skip
    return ", ".join(f"{count} {nouns[count > 1]}" for count, nouns in counts if count)


def other_names(conn: sqlite3.Connection, contact_id: int) -> list[str]:
    """Those of contacts that were merged into it, where they are not its own name or a way to reach it."""
    sql = """
        SELECT aliases.name, aliases.name_key
          FROM aliases JOIN contacts ON contacts.id = aliases.contact_id
         WHERE contact_id = :id AND aliases.name_key <> contacts.name_key
           AND NOT EXISTS (
             SELECT 1 FROM points WHERE points.contact_id = contacts.id AND points.value = aliases.name)
         ORDER BY aliases.id
        """
    return list({row["name_key"]: str(row["name"]) for row in rows(conn, sql, id=contact_id)}.values())


def get(conn: sqlite3.Connection, contact_id: int) -> sqlite3.Row:
    row = one(conn, "SELECT * FROM contacts WHERE id = :id", id=contact_id)
    if row is None:
        raise NotFound(f"no contact {contact_id}")
    return row


def status(conn: sqlite3.Connection, contact_id: int) -> str:
    """From its definition: right inside a change too, before standing is brought up to date."""
    return str(value(conn, "SELECT status FROM statuses WHERE contact_id = :id", id=contact_id))


def walk_in(conn: sqlite3.Connection, moment: Moment) -> int:
    """The one contact that stands for whoever buys and goes; made on the first such sale."""
    found = value(conn, "SELECT id FROM contacts WHERE kind = 'walk-in'")
    return int(found) if found else add(conn, Draft(name="Walk-in", kind="walk-in"), moment)
