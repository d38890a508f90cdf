"""Reading contacts with all that hangs on them, a batch at a time, for exports."""

from __future__ import annotations

import datetime
import json
import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, overload

from salesflow.records import consent, listing
from salesflow.records.listing import Filters
from salesflow.store.rows import rows, value
from salesflow.table import Row

BATCH = 500
EVERYBODY = Filters()


def chosen(conn: sqlite3.Connection, filters: Filters, today: datetime.date) -> Sequence[int]:
    """The ids of those who pass, in order; without any filter of everybody, the walk-in contact too. Raises Refused."""
    if filters != EVERYBODY:
        return listing.passing(conn, filters, today)
    return array("q", (row[0] for row in conn.execute("SELECT id FROM contacts ORDER BY id")))


def may_be_contacted(
    conn: sqlite3.Connection, filters: Filters, today: datetime.date, channel: str
) -> tuple[Sequence[int], consent.LeftOut]:
    """Of those who pass, off the list or not, who may be contacted by the channel, and how many may not. Refused."""
    passing = [chosen(conn, filters, today)]
    if filters != EVERYBODY and not filters.status:
        passing.append(chosen(conn, filters._replace(status=("off-list",)), today))
    found, left_out = array("q"), consent.LeftOut()
    for ids in passing:
        for wanted in batches(ids):
            some, others = consent.to_contact(conn, wanted, channel)
            found.extend(some)
            left_out = consent.LeftOut(*map(sum, zip(left_out, others, strict=True)))
    return found, left_out


def ref(ids: Sequence[int], number: int | None) -> int | None:
    """The running number, from 1, of a contact among those exported; None when it is not."""
    if number is None:
        return None
    place = bisect_left(ids, number)
    return place + 1 if place < len(ids) and ids[place] == number else None


def named(conn: sqlite3.Connection, ids: Sequence[int]) -> Sequence[int]:
    """These without the walk-in contact, who is nobody to any address book."""
    walk_in = value(conn, "SELECT id FROM contacts WHERE kind = 'walk-in'")
    return array("q", (number for number in ids if number != walk_in)) if walk_in in ids else ids


def referrers(conn: sqlite3.Connection, ids: Sequence[int]) -> set[int]:
    """Whoever sent somebody among these."""
    sql = """
        SELECT DISTINCT referred_by_id
          FROM json_each(:ids) AS wanted CROSS JOIN contacts ON contacts.id = wanted.value
         WHERE referred_by_id IS NOT NULL
        """
    return {row["referred_by_id"] for wanted in batches(ids) for row in rows(conn, sql, ids=wanted)}


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
    "aliases": """
        SELECT contact_id, aliases.name, row_hash
          FROM json_each(:ids) AS wanted CROSS JOIN aliases ON aliases.contact_id = wanted.value
         ORDER BY aliases.id
        """,
    "answers": """
        SELECT contact_id, question_id, questions.name AS question, set_name, answer, basis, method, said, answered_at,
               answered_on, replaced_at, deal_id
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
        SELECT stage_entries.*, stages.name AS stage, processes.name AS process
          FROM json_each(:ids) AS wanted
         CROSS JOIN stage_entries ON stage_entries.contact_id = wanted.value
          JOIN stages ON stages.id = stage_entries.stage_id
          JOIN processes ON processes.id = stages.process_id
         ORDER BY stage_entries.id
        """,
    "exceptions": """
        SELECT exceptions.*
          FROM json_each(:ids) AS wanted CROSS JOIN exceptions ON exceptions.contact_id = wanted.value
         ORDER BY exceptions.id
        """,
    "deciders": """
        SELECT deciders.*, person.name AS person
          FROM json_each(:ids) AS wanted
         CROSS JOIN deciders ON deciders.contact_id = wanted.value
          LEFT JOIN contacts AS person ON person.id = deciders.person_id
         ORDER BY deciders.id
        """,
    "documents": """
        SELECT documents.*
          FROM json_each(:ids) AS wanted CROSS JOIN documents ON documents.contact_id = wanted.value
         ORDER BY documents.id
        """,
    "document_lines": """
        SELECT document_lines.*
          FROM json_each(:ids) AS wanted CROSS JOIN document_lines ON document_lines.contact_id = wanted.value
         ORDER BY document_lines.id
        """,
    "matters": """
        SELECT matters.*
          FROM json_each(:ids) AS wanted CROSS JOIN matters ON matters.contact_id = wanted.value
         ORDER BY matters.id
        """,
    "replies": """
        SELECT replies.*
          FROM json_each(:ids) AS wanted CROSS JOIN replies ON replies.contact_id = wanted.value
         ORDER BY replies.id
        """,
    "apart": """
        SELECT apart.contact_id, other_id
          FROM json_each(:ids) AS wanted CROSS JOIN apart ON apart.contact_id = wanted.value
         ORDER BY apart.id
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
    for wanted in batches(ids):
        found: dict[int, dict[str, list[Any]]] = {number: {part: [] for part in parts} for number in json.loads(wanted)}
        for part in parts:
            for row in rows(conn, PARTS[part], ids=wanted):
                found[row["contact_id"]][part].append(row)
        for row in rows(conn, CONTACTS, ids=wanted):
            yield row, found[row["id"]]


def batches(ids: Sequence[int]) -> Iterator[str]:
    """The ids, BATCH at a time, as JSON arrays: statements take those whole."""
    for start in range(0, len(ids), BATCH):
        yield json.dumps(list(ids[start : start + BATCH]))


def most_points(conn: sqlite3.Connection, ids: Sequence[int]) -> dict[str, int]:
    """For each kind of point, how many the contact with the most of them has."""
    most: dict[str, int] = {}
    for wanted in batches(ids):
        found = rows(
            conn,
            """
            SELECT kind, max(number) AS most
              FROM (
                SELECT kind, count(*) AS number
                  FROM json_each(:ids) AS wanted CROSS JOIN points ON points.contact_id = wanted.value
                 GROUP BY contact_id, kind)
             GROUP BY kind
            """,
            ids=wanted,
        )
        for row in found:
            most[row["kind"]] = max(most.get(row["kind"], 0), row["most"])
    return most


PREFIXES = {"qualification": "answer", "consent": "consent", "extra": "extra"}  # of columns, by set of questions


def answered(conn: sqlite3.Connection, ids: Sequence[int]) -> list[str]:
    """What these contacts said to questions in force, as columns: `answer:money`, `consent:email`, `extra:Size`."""
    found: set[tuple[int, str]] = set()
    sets = list(PREFIXES)
    for wanted in batches(ids):
        sql = """
            SELECT DISTINCT set_name, questions.name
              FROM json_each(:ids) AS wanted
             CROSS JOIN answers ON answers.contact_id = wanted.value
              JOIN questions ON questions.id = answers.question_id
             WHERE replaced_at IS NULL AND dropped_on IS NULL
               AND (set_name = 'extra' OR answer <> 'unknown' AND set_name IN ('qualification', 'consent'))
            """
        found.update((sets.index(row["set_name"]), row["name"]) for row in rows(conn, sql, ids=wanted))
    return [f"{PREFIXES[sets[place]]}:{name}" for place, name in sorted(found)]


def used(conn: sqlite3.Connection, ids: Sequence[int], part: str, column: str) -> set[int]:
    """What rows of these contacts point at: questions by their answers, processes by their deals."""
    found: set[int] = set()
    for wanted in batches(ids):
        found.update(row[column] for row in rows(conn, PARTS[part], ids=wanted))
    return found


def questions(
    conn: sqlite3.Connection, ids: Sequence[int], *, whole: bool
) -> tuple[list[sqlite3.Row], list[sqlite3.Row]]:  # fmt: skip
    """The sets, and the questions in the order they were made: all, or those in force and those that these contacts
    answered."""
    answers = set() if whole else used(conn, ids, "answers", "question_id")
    found = rows(conn, "SELECT * FROM questions ORDER BY id")
    return rows(conn, "SELECT * FROM question_sets ORDER BY id"), [
        row for row in found if whole or row["dropped_on"] is None or row["id"] in answers
    ]


class Process(NamedTuple):
    """A process with its stages and tasks, dropped ones too, each in the order they were made; `waits`: the ids of the
    tasks that one waits for, by its own."""

    row: sqlite3.Row
    stages: list[sqlite3.Row]
    tasks: list[sqlite3.Row]
    waits: dict[int, list[int]]


def processes(conn: sqlite3.Connection, ids: Sequence[int], *, whole: bool) -> list[Process]:
    """In the order they were made: all, or those that these deals ever followed or whose tasks these people have."""
    followed: set[int] = set()
    if not whole:
        followed = used(conn, ids, "deals", "process_id")
        met = used(conn, ids, "stage_entries", "stage_id")
        followed |= {row["process_id"] for row in rows(conn, "SELECT id, process_id FROM stages") if row["id"] in met}
        tasks = used(conn, ids, "follow_ups", "task_id") | used(conn, ids, "activities", "task_id")
        followed |= {row["process_id"] for row in rows(conn, "SELECT id, process_id FROM tasks") if row["id"] in tasks}
    links = """
        SELECT task_id, after_id FROM task_links JOIN tasks ON tasks.id = task_id
         WHERE process_id = :id ORDER BY after_id
        """
    found = []
    for row in rows(conn, "SELECT * FROM processes ORDER BY id"):
        if whole or row["id"] in followed:
            stages, tasks_of = (
                rows(conn, f"SELECT * FROM {table} WHERE process_id = :id ORDER BY id", id=row["id"])  # noqa: S608
                for table in ("stages", "tasks")
            )
            waits: dict[int, list[int]] = {}
            for link in rows(conn, links, id=row["id"]):
                waits.setdefault(link["task_id"], []).append(link["after_id"])
            found.append(Process(row, stages, tasks_of, waits))
    return found


def prepared(
    conn: sqlite3.Connection, ids: Sequence[int], *, whole: bool
) -> tuple[list[sqlite3.Row], list[sqlite3.Row]]:  # fmt: skip
    """Products, and pieces of the preparation, in the order they were made: all, or those that these people's deals,
    papers and matters name, with what these belong to."""
    products = rows(conn, "SELECT * FROM products ORDER BY id")
    pieces = rows(conn, "SELECT * FROM preparation ORDER BY id")
    if whole or not (products or pieces):
        return products, pieces
    by_id = {row["id"]: row for row in pieces}
    wanted = used(conn, ids, "matters", "met_by_id") | used(conn, ids, "document_lines", "preparation_id")
    wanted |= {row["persona_id"] for part in batches(ids) for row in rows(conn, CONTACTS, ids=part)}
    while more := {by_id[each]["parent_id"] for each in wanted if each in by_id} - wanted:
        wanted |= more
    sold = {by_id[each]["product_id"] for each in wanted if each in by_id}
    for part in ("deals", "activities", "document_lines"):
        sold |= used(conn, ids, part, "product_id")
    return [row for row in products if row["id"] in sold], [row for row in pieces if row["id"] in wanted]


DEALS = """
    SELECT coalesce(import_key, 'D' || deals.id) AS deal_id, contacts.name AS contact, contacts.company, reach.email,
           reach.phone, deals.title, amount_minor, currency, processes.name AS process, stages.name AS stage, outcome,
           way, how, opened_on, closed_on
      FROM json_each(:ids) AS wanted
     CROSS JOIN deals ON deals.contact_id = wanted.value
      JOIN contacts ON contacts.id = deals.contact_id
      JOIN reach ON reach.contact_id = contacts.id
      JOIN processes ON processes.id = deals.process_id
      JOIN stages ON stages.id = deals.stage_id
     ORDER BY deals.id
    """


def deals(conn: sqlite3.Connection, ids: Sequence[int]) -> Stream:
    """The deals of these contacts, contact by contact, the oldest first."""

    def read() -> Iterator[Row]:
        for wanted in batches(ids):
            yield from map(dict, rows(conn, DEALS, ids=wanted))

    many = "SELECT count(*) FROM json_each(:ids) AS wanted CROSS JOIN deals ON deals.contact_id = wanted.value"
    return Stream(read, sum(value(conn, many, ids=wanted) for wanted in batches(ids)))
