"""Lists of people by filter."""

from __future__ import annotations

import datetime
import re
import sqlite3
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from salesflow.dates import add_months
from salesflow.errors import Refused
from salesflow.people import fold
from salesflow.records.contacts import DEMANDS
from salesflow.store.rows import rows, value
from salesflow.table import Column, Table

if TYPE_CHECKING:
    from array import array

STATUSES = ("lead", "possible", "prospect", "customer", "repeat", "disqualified", "off-list")


class Filters(NamedTuple):
    """Which contacts; what is empty, None or False lets everybody through.

    Several words of one filter: any of them will do; of `not_...`, `missing` and `where`: all must hold. where is
    `QUESTION=PART` of an answer, or `QUESTION=2..20`. quiet_for and untouched
    are lengths of time: `90d`, `12w`, `3m`, `1y`, or days.
    """

    status: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    company: tuple[str, ...] = ()
    not_status: tuple[str, ...] = ()
    not_tag: tuple[str, ...] = ()
    not_source: tuple[str, ...] = ()
    not_company: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    demand: tuple[str, ...] = ()
    no_next: bool = False
    not_spoken: bool = False
    imported: bool = False
    quiet_for: str | None = None
    untouched: str | None = None


COLUMNS = (
    Column("id", "id", "number"),
    Column("name", "name"),
    Column("company", "company"),
    Column("status", "status", firm=True),
    Column("email"),
    Column("phone"),
    Column("source"),
    Column("tags", kind="list"),
    Column("rating", kind="number"),
    Column("priority"),
    Column("next_on", "next", "day", firm=True),
    Column("last_on", "last", "day", firm=True),
)
SCREEN = (*(column for column in COLUMNS if column.caption), Column("reach", "reach", below=True))
PASS = """
     WHERE contacts.kind <> 'walk-in'
       AND (:status IS NULL AND status <> 'off-list' OR status IN (SELECT value FROM json_each(:status)))
       AND (:tag IS NULL OR EXISTS (
             SELECT 1 FROM tags
              WHERE tags.contact_id = contacts.id AND tag_key IN (SELECT value FROM json_each(:tag))))
       AND (:source IS NULL OR source COLLATE NOCASE IN (SELECT value FROM json_each(:source)))
       AND (:company IS NULL OR company COLLATE NOCASE IN (SELECT value FROM json_each(:company)))
       AND (:not_status IS NULL OR status NOT IN (SELECT value FROM json_each(:not_status)))
       AND (:not_tag IS NULL OR NOT EXISTS (
             SELECT 1 FROM tags
              WHERE tags.contact_id = contacts.id AND tag_key IN (SELECT value FROM json_each(:not_tag))))
       AND (:not_source IS NULL OR source IS NULL
            OR source COLLATE NOCASE NOT IN (SELECT value FROM json_each(:not_source)))
       AND (:not_company IS NULL OR company IS NULL
            OR company COLLATE NOCASE NOT IN (SELECT value FROM json_each(:not_company)))
       AND (:missing IS NULL OR NOT EXISTS (
             SELECT 1 FROM json_each(:missing) AS wanted
              WHERE CASE wanted.value
                    WHEN 'company' THEN contacts.kind = 'company' OR company IS NOT NULL
                    WHEN 'source' THEN source IS NOT NULL
                    WHEN 'birthday' THEN birthday IS NOT NULL
                    WHEN 'tag' THEN EXISTS (SELECT 1 FROM tags WHERE tags.contact_id = contacts.id)
                    WHEN 'name' THEN contacts.kind = 'company' OR contacts.name IS NOT company AND NOT EXISTS (
                           SELECT 1 FROM points WHERE points.contact_id = contacts.id AND points.value = contacts.name)
                    ELSE EXISTS (
                           SELECT 1 FROM points WHERE points.contact_id = contacts.id AND points.kind = wanted.value)
                    END))
       AND (:may IS NULL OR status <> 'off-list' AND EXISTS (
             SELECT 1 FROM answers JOIN questions ON questions.id = question_id
              WHERE answers.contact_id = contacts.id AND replaced_at IS NULL AND set_name = 'consent'
                AND answer = 'yes' AND basis <> 'assumed'
                AND questions.name IN (SELECT value FROM json_each(:may))))
       AND (:answered IS NULL OR contacts.id IN (SELECT value FROM json_each(:answered)))
       AND (:demand IS NULL OR demand IN (SELECT value FROM json_each(:demand)))
       AND (:imported = 0 OR contacts.imported = 1 AND counts = 0)
       AND (:no_next = 0 OR next_on IS NULL)
       AND (:not_spoken = 0 OR NOT EXISTS (
             SELECT 1 FROM activities WHERE activities.contact_id = contacts.id AND (
               kind IN ('meeting', 'visit', 'demo') OR direction = 'in'
               OR kind = 'call' AND (outcome IS NULL OR outcome <> 'no answer'))))
       AND (:quiet IS NULL OR coalesce(last_on, created_on) < :quiet)
       AND (:untouched IS NULL OR coalesce(last_on, created_on) < :untouched
            AND contacts.id NOT IN (SELECT value FROM json_each(:touched)))
"""
# The indexes `contacts_ranked` and `points_by_key` carry it: a page of 20 costs the same in any size of file.
LISTED = (
    """
    SELECT contacts.id, contacts.name, company, status, reach.email, reach.phone, source, rating, priority,
           CASE WHEN status <> 'off-list' THEN next_on END AS next_on, last_on,
           (SELECT group_concat(tag, char(31)) FROM tags WHERE tags.contact_id = contacts.id) AS tags
      FROM contacts
      JOIN standing ON standing.contact_id = contacts.id
      JOIN reach ON reach.contact_id = contacts.id
    """  # noqa: S608
    + PASS
    + """
     ORDER BY coalesce(rating, 0) DESC, coalesce(priority, 'D'), contacts.id
     LIMIT :limit
    """
)
# The ids of those who pass, in order.
PASSING = (
    """
    SELECT contacts.id
      FROM contacts
      JOIN standing ON standing.contact_id = contacts.id
    """  # noqa: S608
    + PASS
    + " ORDER BY contacts.id"
)


# Those with whom something was done by hand since a day: a change of any row of theirs, but by an import.
TOUCHED = """
    WITH by_hand AS MATERIALIZED (
         SELECT table_name, first_id, last_id, old
           FROM changes JOIN journal ON journal.change_id = changes.id
          WHERE made_on >= :since AND changes.kind = 'do' AND undone_by_id IS NULL
            AND NOT EXISTS (
              SELECT 1 FROM journal AS line WHERE line.change_id = changes.id AND line.table_name = 'imports'))
    SELECT id FROM by_hand JOIN contacts ON id BETWEEN first_id AND last_id WHERE table_name = 'contacts'
     UNION
    SELECT contact_id FROM by_hand JOIN points ON id BETWEEN first_id AND last_id WHERE table_name = 'points'
     UNION
    SELECT contact_id FROM by_hand JOIN tags ON id BETWEEN first_id AND last_id WHERE table_name = 'tags'
     UNION
    SELECT contact_id FROM by_hand JOIN answers ON id BETWEEN first_id AND last_id WHERE table_name = 'answers'
     UNION
    SELECT contact_id FROM by_hand JOIN deals ON id BETWEEN first_id AND last_id WHERE table_name = 'deals'
     UNION
    SELECT contact_id FROM by_hand JOIN follow_ups ON id BETWEEN first_id AND last_id WHERE table_name = 'follow_ups'
     UNION
    SELECT contact_id FROM by_hand JOIN activities ON id BETWEEN first_id AND last_id WHERE table_name = 'activities'
     UNION
    SELECT json_extract(old, '$.contact_id') FROM by_hand
     WHERE table_name <> 'status_history' AND json_extract(old, '$.contact_id') IS NOT NULL
    """
MISSING = ("name", "phone", "email", "address", "link", "company", "birthday", "source", "tag")


def passing(conn: sqlite3.Connection, filters: Filters, today: datetime.date) -> array[int]:
    """The ids of those who pass, in order. Raises Refused."""
    from array import array  # not for a plain list

    return array("q", (row[0] for row in conn.execute(PASSING, values(conn, filters, today))))


def values(conn: sqlite3.Connection, filters: Filters, today: datetime.date) -> dict[str, str | bool | None]:
    """The filters as PASS has them bound. Raises Refused for a word that no filter knows."""
    untouched = before(filters, "untouched", today)
    for field, there, what in (
        ("status", STATUSES, "no status"), ("not_status", STATUSES, "no status"),
        ("missing", MISSING, "nobody can be missing"), ("demand", DEMANDS, "no demand"),
    ):  # fmt: skip
        for word in getattr(filters, field):
            if word not in there:
                raise Refused(f"{what} {word!r}; there are: {', '.join(there)}")
    return {
        "status": any_of(filters, "status"),
        "tag": any_of(filters, "tag", fold),
        "source": any_of(filters, "source"),
        "company": any_of(filters, "company"),
        "not_status": any_of(filters, "not_status"),
        "not_tag": any_of(filters, "not_tag", fold),
        "not_source": any_of(filters, "not_source"),
        "not_company": any_of(filters, "not_company"),
        "missing": any_of(filters, "missing"),
        "may": any_of(filters, "may", channel),
        "answered": as_json(answered(conn, filters.where)) if filters.where else None,
        "demand": any_of(filters, "demand"),
        "no_next": filters.no_next,
        "not_spoken": filters.not_spoken,
        "imported": filters.imported,
        "quiet": before(filters, "quiet_for", today),
        "untouched": untouched,
        "touched": untouched and as_json(row[0] for row in conn.execute(TOUCHED, {"since": untouched})),
    }


def answered(conn: sqlite3.Connection, wanted: Iterable[str]) -> set[int]:
    """Who answered so to every one of these `QUESTION=PART`, or is known to by rule. Raises Refused."""
    from salesflow.records import answered as who_said  # not for a plain list

    return who_said.answered(conn, wanted)


def channel(word: str) -> str:
    """A channel of consent, typed any way. Raises Refused."""
    from salesflow.records import consent  # not for a plain list

    return consent.checked(word)


def any_of(filters: Filters, field: str, key: Callable[[str], str] = str) -> str | None:
    """The words of a filter as a JSON array; None when there are none. An empty word would let everybody through."""
    found = getattr(filters, field)
    if not found:
        return None
    if not all(word.strip() for word in found):
        option = field.replace("_", "-")
        without = f"; for people without one: --missing {field}" if field in MISSING else ""
        raise Refused(f"--{option} is empty{without}")
    return as_json(key(word) for word in found)


def as_json(found: Iterable[str | int]) -> str:
    import json  # not for a plain list

    return json.dumps(list(found))


def before(filters: Filters, field: str, today: datetime.date) -> str | None:
    """The day that lies so long before today. Raises Refused."""
    text = getattr(filters, field)
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,4})([dwmy]?)", text.strip().lower(), re.ASCII)
    if found is None:
        raise Refused(f"--{field.replace('_', '-')} is a length of time: 90d, 12w, 3m or 1y; not {text!r}")
    many, unit = int(found[1]), found[2] or "d"
    try:
        if unit in "my":
            return add_months(today, -many * (12 if unit == "y" else 1)).isoformat()
        return (today - datetime.timedelta(days=many * (7 if unit == "w" else 1))).isoformat()
    except (ValueError, OverflowError):
        raise Refused(f"{text} is longer than the calendar") from None


def listed(conn: sqlite3.Connection, filters: Filters, today: datetime.date, limit: int | None) -> Table:
    """Contacts that pass, the important first: rating, then priority, then the oldest. Raises Refused."""
    found = rows(conn, LISTED, **values(conn, filters, today), limit=-1 if limit is None else limit)
    people = [{**dict(row), "tags": row["tags"].split(chr(31)) if row["tags"] else []} for row in found]
    notes = []
    if limit is not None and len(people) == limit:
        total = value(conn, "SELECT count(*) FROM contacts")
        more = f"the file has {total:,} people" if filters == Filters() else "there may be more: --limit N"
        notes = [f"The first {limit}; {more}."]
    screen = [{**person, "reach": person["phone"] or person["email"]} for person in people]
    view = Table(SCREEN, screen, notes=notes, empty="Nobody.")
    return Table(COLUMNS, people, view=lambda: view)
