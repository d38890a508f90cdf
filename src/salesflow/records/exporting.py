"""Reading contacts with all that hangs on them, a batch at a time, for exports."""

from __future__ import annotations

import datetime
import json
import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, overload

from salesflow.records import listing
from salesflow.records.listing import Filters
from salesflow.store.rows import rows
from salesflow.table import Row

BATCH = 500
EVERYBODY = Filters()


def chosen(conn: sqlite3.Connection, filters: Filters, today: datetime.date) -> Sequence[int]:
    """The ids of those who pass, in order; without any filter of everybody, the walk-in contact too. Raises Refused."""
    if filters == EVERYBODY:
        found = conn.execute("SELECT id FROM contacts ORDER BY id")
    else:
        found = conn.execute(listing.PASSING, listing.values(filters, today))
    return array("q", (row[0] for row in found))


def ref(ids: Sequence[int], number: int | None) -> int | None:
    """The running number, from 1, of a contact among those exported; None when it is not."""
    if number is None:
        return None
    place = bisect_left(ids, number)
    return place + 1 if place < len(ids) and ids[place] == number else None


class Stream(Sequence[Row]):
    """Rows that are read when they are asked for, each once, instead of all being held."""

    def __init__(self, read: Callable[[], Iterator[Row]], length: int) -> None:
        self.read, self.length = read, length

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[Row]:
        return self.read()

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        return list(self.read())[place]


CONTACTS = """
    SELECT contacts.*, standing.status, referrer.name AS referrer
      FROM json_each(:ids) AS wanted
     CROSS JOIN contacts ON contacts.id = wanted.value
      JOIN standing ON standing.contact_id = contacts.id
      LEFT JOIN contacts AS referrer ON referrer.id = contacts.referred_by_id
     ORDER BY contacts.id
    """
# What hangs on contacts, each in the order it was made.
PARTS = {
    "points": """
        SELECT contact_id, kind, label, points.value, value_key AS key
          FROM json_each(:ids) AS wanted CROSS JOIN points ON points.contact_id = wanted.value
         ORDER BY points.id
        """,
    "tags": """
        SELECT contact_id, tag
          FROM json_each(:ids) AS wanted CROSS JOIN tags ON tags.contact_id = wanted.value
         ORDER BY tags.id
        """,
    "answers": """
        SELECT contact_id, questions.name AS question, set_name, answer, basis, method, said, answered_at, answered_on,
               replaced_at
          FROM json_each(:ids) AS wanted
         CROSS JOIN answers ON answers.contact_id = wanted.value
          JOIN questions ON questions.id = answers.question_id
         ORDER BY answers.id
        """,
    "follow_ups": """
        SELECT follow_ups.*
          FROM json_each(:ids) AS wanted CROSS JOIN follow_ups ON follow_ups.contact_id = wanted.value
         ORDER BY follow_ups.id
        """,
    "activities": """
        SELECT activities.*
          FROM json_each(:ids) AS wanted CROSS JOIN activities ON activities.contact_id = wanted.value
         ORDER BY activities.id
        """,
    "deals": """
        SELECT deals.*, processes.name AS process, stages.name AS stage
          FROM json_each(:ids) AS wanted
         CROSS JOIN deals ON deals.contact_id = wanted.value
          JOIN processes ON processes.id = deals.process_id
          JOIN stages ON stages.id = deals.stage_id
         ORDER BY deals.id
        """,
    "stage_entries": """
        SELECT stage_entries.*, stages.name AS stage
          FROM json_each(:ids) AS wanted
         CROSS JOIN stage_entries ON stage_entries.contact_id = wanted.value
          JOIN stages ON stages.id = stage_entries.stage_id
         ORDER BY stage_entries.id
        """,
    "exceptions": """
        SELECT exceptions.*
          FROM json_each(:ids) AS wanted CROSS JOIN exceptions ON exceptions.contact_id = wanted.value
         ORDER BY exceptions.id
        """,
    "history": """
        SELECT contact_id, status_history.status, entered_at, entered_on, left_on
          FROM json_each(:ids) AS wanted CROSS JOIN status_history ON status_history.contact_id = wanted.value
         ORDER BY status_history.id
        """,
}


def contacts(
    conn: sqlite3.Connection, ids: Sequence[int], parts: Sequence[str]
) -> Iterator[tuple[sqlite3.Row, Mapping[str, Sequence[sqlite3.Row]]]]:
    """Each contact (its row, `status`, and `referrer` by name) with the parts asked for by name of PARTS."""
    stream = iter(ids)
    while batch := list(islice(stream, BATCH)):
        wanted = json.dumps(batch)
        found: dict[int, dict[str, list[Any]]] = {number: {part: [] for part in parts} for number in batch}
        for part in parts:
            for row in rows(conn, PARTS[part], ids=wanted):
                found[row["contact_id"]][part].append(row)
        for row in rows(conn, CONTACTS, ids=wanted):
            yield row, found[row["id"]]
