"""Whose a deal from a file is: somebody who is known, or somebody new.

Of several ids in one row the first that anybody has says who it is, else the first; the others are other people's. Then
e-mail and phone, then exactly that name. Whom the file does not name goes by the company, else by what the deal is
called, and is somebody new each time.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from salesflow.dates import Moment
from salesflow.errors import Refused
from salesflow.people import fold
from salesflow.records import contacts, erasing
from salesflow.records.contacts import Draft, Point
from salesflow.records.identity import Register
from salesflow.records.settings import Settings
from salesflow.store.rows import one, rows, update

SEPARATOR = chr(31)


def buyer(
    conn: sqlite3.Connection, settings: Settings, said: Draft, called: str | None, newest: int, moment: Moment
) -> int:  # fmt: skip
    """The contact's id; raises Refused. said: name, company, source, points and tags as the row has them.

    called: what somebody goes by who has no name, no company and no other way to be reached than an id. newest: the
    last contact there was before this file.
    """
    points = with_one_id(conn, said.points, newest)
    with_id = any(point.kind == "id" for point in points)
    name = said.name or said.company
    draft = said._replace(
        name=name or (None if any(point.kind != "id" for point in points) else called),
        kind="company" if said.company and not said.name and not with_id else "person",
        company=said.company if said.name or with_id else None,
        points=points,
    )
    if draft.name is None and not draft.points:
        raise Refused("it names nobody: no contact, company, e-mail, phone or id")
    found = by_key(conn, draft)
    if found is None and erasing.any_at_all(conn):
        erasing.keep_out(conn, erasing.keys_of(draft))
    # Somebody with an id of their own is not their company.
    found = found or (by_name(conn, draft) if said.name or (name and not with_id) else None)
    if found is None:
        return contacts.add(conn, contacts.clean(draft, settings), moment, imported=True)
    contacts.add_points(conn, found, points)
    contacts.add_tags(conn, found, draft.tags)
    fill(conn, found, said, with_id)
    return found


def with_one_id(conn: sqlite3.Connection, points: tuple[Point, ...], newest: int) -> tuple[Point, ...]:
    """The points with one of their ids. Whom this very file made is not known yet: people may come after deals."""
    ids = [point for point in points if point.kind == "id"]
    if len(ids) < 2:
        return points
    sql = "SELECT 1 FROM points WHERE value_key = :key AND kind = 'id' AND contact_id <= :newest"
    meant = next((point for point in ids if one(conn, sql, key=point.key, newest=newest)), ids[0])
    return tuple(point for point in points if point.kind != "id" or point is meant)


def by_key(conn: sqlite3.Connection, draft: Draft) -> int | None:
    if not draft.points:
        return None
    register = Register(conn, None)
    register.open([draft], [], [])
    known = register.match(draft)
    return known.id if known else None


def by_name(conn: sqlite3.Connection, draft: Draft) -> int | None:
    """The one of exactly that name. Raises Refused where several are."""
    found = []
    for row in rows(
        conn,
        """
        SELECT contacts.id, company,
               (SELECT group_concat(value_key, char(31)) FROM points
                 WHERE points.contact_id = contacts.id AND points.kind = 'email') AS emails,
               (SELECT group_concat(value_key, char(31)) FROM points
                 WHERE points.contact_id = contacts.id AND points.kind = 'id') AS ids
          FROM contacts WHERE name_key = :key ORDER BY id LIMIT 50
        """,
        key=fold(draft.name or ""),
    ):
        if not another(draft, row["emails"], row["ids"]):
            found.append(row)
    if len(found) > 1 and draft.company:
        found = [row for row in found if fold(row["company"] or "") == fold(draft.company)] or found
    if len(found) > 1:
        listed = ", ".join(str(row["id"]) for row in found[:5])
        raise Refused(f"several contacts are called {draft.name} ({listed}); an e-mail or phone would tell which")
    return found[0]["id"] if found else None


def another(draft: Draft, emails: str | None, ids: str | None) -> bool:
    """An e-mail that nobody has here, or an id, beside one that he has: that is somebody else of the same name."""
    said = {point.key for point in draft.points if point.kind == "email"}
    if said and emails and said.isdisjoint(emails.split(SEPARATOR)):
        return True
    systems = {key.partition(":")[0] for key in (ids or "").split(SEPARATOR)}
    return any(point.kind == "id" and point.key.partition(":")[0] in systems for point in draft.points)


def fill(conn: sqlite3.Connection, contact_id: int, said: Draft, with_id: bool) -> None:
    """What is blank in a contact that is known; a name too, where it goes by its e-mail for want of one."""
    row = contacts.get(conn, contact_id)
    changes: dict[str, Any] = {}
    if said.source and row["source"] is None:
        changes["source"] = said.source
    if said.company and (said.name or with_id) and row["company"] is None and row["kind"] == "person":
        changes["company"] = said.company
    if with_id and said.name and row["name"] != said.name and goes_by(conn, row):
        changes |= {"name": said.name, "name_key": fold(said.name), "kind": "person"}
    update(conn, "contacts", contact_id, **changes)


def goes_by(conn: sqlite3.Connection, row: sqlite3.Row) -> bool:
    """Whether what stands as the name is the company or a way to reach it."""
    sql = "SELECT 1 FROM points WHERE contact_id = :id AND value = :name"
    return row["name"] == row["company"] or one(conn, sql, id=row["id"], name=row["name"]) is not None
