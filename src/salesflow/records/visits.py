"""Visits: rounds from door to door in an area. Everybody with its tag is visited; who was not in makes the next round.

A visit of a round is a follow-up of kind visit whose text is the tag, as that person has it. Ticking it logs a visit
with its outcome.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from salesflow.dates import Moment
from salesflow.errors import NotFound, Refused
from salesflow.people import fold
from salesflow.records import activities, follow_ups
from salesflow.store.rows import one, rows
from salesflow.table import Column, Table

# As typed -> the outcome of the activity; `not in` is what the view `exchanges` takes for an unanswered try.
OUTCOMES = {"not-in": "not in", "no": "no", "come-back": "come back", "lead": "lead", "sold": "sold"}
SAME = {"out": "not-in", "away": "not-in", "refused": "no", "comeback": "come-back", "later": "come-back",
        "yes": "lead", "interested": "lead", "bought": "sold"}  # fmt: skip


class Door(NamedTuple):
    """Somebody to be visited; `address` the first they have."""

    contact_id: int
    contact: str
    address: str | None
    tag: str


# -- planning ----------------------------------------------------------------------------------------------------------

# Off the list: nobody goes there. A visit of the round that is still ahead: it is planned already.
DOORS = """
    SELECT contacts.id AS contact_id, contacts.name AS contact, tags.tag,
           (SELECT value FROM points
             WHERE points.contact_id = contacts.id AND kind = 'address' ORDER BY id LIMIT 1) AS address
      FROM tags JOIN contacts ON contacts.id = tags.contact_id
     WHERE tag_key = :tag AND off_list_on IS NULL
       AND NOT EXISTS (
         SELECT 1 FROM follow_ups
          WHERE follow_ups.contact_id = contacts.id AND kind = 'visit' AND state = 'open' AND text = tags.tag)
    """
NOT_IN = """
       AND (SELECT outcome FROM follow_ups JOIN activities ON activities.follow_up_id = follow_ups.id
             WHERE follow_ups.contact_id = contacts.id AND follow_ups.kind = 'visit' AND follow_ups.text = tags.tag
             ORDER BY happened_on DESC, activities.id DESC LIMIT 1) = 'not in'
    """


def tag_first(conn: sqlite3.Connection, words: Sequence[str]) -> list[int]:
    """How many of the first words may be a tag that somebody has, the most first."""
    found = []
    for length in range(min(len(words), 6), 0, -1):
        sql = "SELECT 1 FROM tags WHERE tag_key = :tag LIMIT 1"
        if one(conn, sql, tag=fold(" ".join(words[:length]))):
            found.append(length)
    return found


def doors(conn: sqlite3.Connection, tag: str, *, again: bool = False) -> list[Door]:
    """Whom a round would visit, in walking order; again: only those who were not in at their last visit."""
    found = [Door(**dict(row)) for row in rows(conn, DOORS + (NOT_IN if again else ""), tag=fold(tag))]
    return sorted(found, key=lambda door: walking(door.address, door.contact))


def plan(conn: sqlite3.Connection, found: Sequence[Door], due_on: str, moment: Moment) -> None:
    """Promise a visit to each."""
    for door in found:
        follow_ups.add(conn, follow_ups.Draft(door.contact_id, due_on, door.tag, "visit"), moment)


def walking(address: str | None, name: str) -> tuple[Any, ...]:
    """Sorts by street, then by house number as a number; who has no address comes last."""
    if not address:
        return (1, "", 0, "", fold(name))
    first, _, rest = re.sub(r"[\n;]", ",", address).partition(",")
    number = re.search(r"\d+", first)
    street = first if number is None else (first[number.end() :] if number.start() == 0 else first[: number.start()])
    behind = "" if number is None or number.start() == 0 else first[number.end() :]
    letter = re.match(r"[a-zA-Z]\b", street) if number is not None and number.start() == 0 else None
    if letter:  # 12a Elm Street
        street, behind = street[1:], letter[0]
    return (0, fold(street).strip(), int(number[0]) if number else 0, fold(behind + rest), fold(name))


# -- ticking -----------------------------------------------------------------------------------------------------------


def outcome_at(words: Sequence[str]) -> tuple[int, str, int] | None:
    """Where the outcome stands behind WHO: (place, outcome, how many words); the first that is one."""
    for place in range(1, len(words)):
        for length in (2, 1):
            word = "-".join(words[place : place + length]).lower()
            word = SAME.get(word, word)
            if len(words) >= place + length and word in OUTCOMES:
                return place, word, length
    return None


def at_address(conn: sqlite3.Connection, text: str) -> list[sqlite3.Row]:
    """Visits ahead at an address that has all these words whole."""
    wanted = re.findall(r"\w+", fold(text))
    sql = """
        SELECT follow_ups.id, contacts.id AS contact_id, contacts.name, points.value_key
          FROM follow_ups
          JOIN contacts ON contacts.id = follow_ups.contact_id
          JOIN points ON points.contact_id = contacts.id AND points.kind = 'address'
         WHERE follow_ups.kind = 'visit' AND state = 'open' AND appointment IS NULL
         ORDER BY due_on, follow_ups.id
        """
    here = rows(conn, sql) if wanted else []
    return [row for row in here if set(wanted) <= set(re.findall(r"\w+", row["value_key"]))]


def ahead(conn: sqlite3.Connection, contact_id: int, name: str) -> int:
    """The visit ahead to somebody; the earliest. Raises NotFound."""
    sql = """
        SELECT id FROM follow_ups
         WHERE contact_id = :id AND kind = 'visit' AND state = 'open' AND appointment IS NULL
         ORDER BY due_on, id LIMIT 1
        """
    row = one(conn, sql, id=contact_id)
    if row is None:
        raise NotFound(f"no visit to {name} is ahead; log it: salesflow log visit {contact_id}")
    return int(row["id"])


def get(conn: sqlite3.Connection, number: int) -> sqlite3.Row:
    """A visit ahead by its key. Raises NotFound, Refused."""
    row = follow_ups.get_open(conn, number)
    if row["kind"] != "visit" or row["appointment"]:
        raise Refused(f"F{number} is no visit of a round; close it: salesflow done F{number}")
    return row


def tick(
    conn: sqlite3.Connection, number: int, outcome: str, text: str | None, moment: Moment, on: str | None = None
) -> int:
    """A door is done: close the visit and log it with its outcome; the activity's id."""
    row = get(conn, number)
    follow_ups.close(conn, number, moment)
    note = activities.Draft(
        row["contact_id"], "visit", text, "out", OUTCOMES[outcome], on=on, deal_id=row["deal_id"], follow_up_id=number
    )
    return activities.add(conn, note, moment)


# -- looking -----------------------------------------------------------------------------------------------------------

ROUNDS = """
    SELECT tags.tag, follow_ups.due_on, count(*) AS doors,
           sum(follow_ups.state = 'open') AS left_to_do,
           sum(EXISTS (SELECT 1 FROM activities WHERE follow_up_id = follow_ups.id AND outcome = 'not in')) AS not_in,
           sum(EXISTS (SELECT 1 FROM activities
                        WHERE follow_up_id = follow_ups.id AND outcome IN ('lead', 'sold', 'come back'))) AS good
      FROM follow_ups
      JOIN tags ON tags.contact_id = follow_ups.contact_id AND tags.tag = follow_ups.text
     WHERE follow_ups.kind = 'visit' AND follow_ups.state <> 'dropped'
       AND (:tag IS NULL OR tags.tag_key = :tag) AND (:on IS NULL OR follow_ups.due_on = :on)
     GROUP BY tags.tag_key, follow_ups.due_on
     ORDER BY follow_ups.due_on DESC, tags.tag_key
    """
COLUMNS = (
    Column("tag", "area", wrap=True),
    Column("due_on", "day", "day", firm=True),
    Column("doors", "doors", "number"),
    Column("left", "left", "number"),
    Column("not_in", "not in", "number"),
    Column("good", "yes or later", "number"),
)


def rounds(conn: sqlite3.Connection, tag: str | None = None, on: str | None = None) -> Table:
    """The rounds, the newest day first: how many doors, how many left, how many were not in."""
    found = [
        {**dict(row), "left": row["left_to_do"]} for row in rows(conn, ROUNDS, tag=fold(tag) if tag else None, on=on)
    ]
    return Table(COLUMNS, found, empty="No rounds yet. Plan one: salesflow visits plan TAG DAY", ids="tag")


SHEET = """
    SELECT follow_ups.id, follow_ups.contact_id, contacts.name AS contact, follow_ups.state, follow_ups.due_on,
           (SELECT value FROM points
             WHERE points.contact_id = contacts.id AND kind = 'address' ORDER BY id LIMIT 1) AS address,
           (SELECT outcome FROM activities WHERE follow_up_id = follow_ups.id ORDER BY id DESC LIMIT 1) AS outcome
      FROM follow_ups
      JOIN tags ON tags.contact_id = follow_ups.contact_id AND tags.tag = follow_ups.text
      JOIN contacts ON contacts.id = follow_ups.contact_id
     WHERE follow_ups.kind = 'visit' AND follow_ups.state <> 'dropped' AND tags.tag_key = :tag
       AND follow_ups.due_on = :on
    """
SHEET_COLUMNS = (
    Column("key", "key", firm=True),
    Column("address", "address", wrap=True),
    Column("contact", "who"),
    Column("outcome", "outcome", firm=True),
    Column("contact_id"),
    Column("due_on", "", "day"),
)


def last_round(conn: sqlite3.Connection, tag: str) -> str:
    """The day of the round that is next to be walked, else of the last one. Raises NotFound."""
    found = rounds(conn, tag).rows
    if not found:
        raise NotFound(f"no round of {tag!r} yet; plan one: salesflow visits plan {tag!r} DAY")
    left = [row["due_on"] for row in found if row["left"]]
    return str(min(left) if left else found[0]["due_on"])


def sheet(conn: sqlite3.Connection, tag: str, on: str) -> Table:
    """The doors of one round, in walking order, with what was ticked."""
    found = sorted(rows(conn, SHEET, tag=fold(tag), on=on), key=lambda row: walking(row["address"], row["contact"]))
    return Table(SHEET_COLUMNS, [{**dict(row), "key": f"F{row['id']}"} for row in found], ids="key")
