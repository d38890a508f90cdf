"""WHO: finding the contact that somebody typed by any of its names.

Tried in order, and the first step that finds anyone decides: id; e-mail, phone in any form, or URL; whole name;
whole words; starts of words; any part. Two found there are ambiguous.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence

from salesflow import people
from salesflow.errors import NotFound
from salesflow.records.search import phrases
from salesflow.records.settings import Settings
from salesflow.store.rows import one, rows

MOST = 20  # matches looked at; more are ambiguous anyway

# Who is looked at first: people with something due, with an open deal, with an appointment, with a visit ahead.
FIRST = {
    "": "SELECT 1 FROM contacts WHERE id = :id",
    "promise": """
        SELECT 1 FROM follow_ups JOIN contacts ON contacts.id = contact_id
         WHERE contact_id = :id AND state = 'open' AND due_on <= :today AND off_list_on IS NULL
        """,
    "deal": "SELECT 1 FROM deals WHERE contact_id = :id AND outcome = 'open'",
    "appointment": """
        SELECT 1 FROM follow_ups WHERE contact_id = :id AND state = 'open' AND appointment IS NOT NULL
        """,
    "round": "SELECT 1 FROM follow_ups WHERE contact_id = :id AND state = 'open' AND kind = 'visit'",
}


def key(text: str) -> tuple[str, int] | None:
    """The letter and number of a key such as F12; None when it is none. `#12` is contact 12."""
    match = re.fullmatch(r"([A-Za-z#])(\d{1,15})", text)
    return (match[1].upper(), int(match[2])) if match else None


def exactly(conn: sqlite3.Connection, text: str, settings: Settings) -> list[int]:
    """By id, or by a way to reach them: nobody else can be meant."""
    found_key = key(f"#{text}") if text.isascii() and text.isdigit() else key(text)
    if found_key and found_key[0] in "#PBR":
        found = ids(conn, "SELECT id FROM contacts WHERE id = :id", id=found_key[1])
        if found:
            return found
    point = point_key(text, settings)
    sql = "SELECT DISTINCT contact_id FROM points WHERE value_key = :key LIMIT 20"
    return ids(conn, sql, key=point) if point else []


def by_name(conn: sqlite3.Connection, text: str, most: int) -> Iterator[list[int]]:
    """For each step in turn, the ids it finds."""
    yield ids(conn, "SELECT id FROM contacts WHERE name_key = :name LIMIT :most", name=people.fold(text), most=most)
    sql = "SELECT DISTINCT contact_id FROM aliases WHERE name_key = :name LIMIT :most"
    yield ids(conn, sql, name=people.fold(text), most=most)
    match = "SELECT rowid / 16 FROM search WHERE search MATCH :query AND rowid % 16 = 1 LIMIT :most"
    for starts in (False, True):
        query = phrases(text.split(), starts=starts, column="name")
        if query:
            yield ids(conn, match, query=query, most=most)


def by_part(conn: sqlite3.Connection, text: str) -> list[int]:
    """Those in whose name it is any part of a word; every name is read."""
    folded = people.fold(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    sql = "SELECT id FROM contacts WHERE name_key LIKE :pattern ESCAPE '\\' LIMIT :most"
    return ids(conn, sql, pattern=f"%{folded}%", most=MOST) if folded else []


def point_key(text: str, settings: Settings) -> str | None:
    if people.looks_like_email(text):
        return text.strip().casefold()
    if people.looks_like_phone(text):
        return people.phone_key(text, settings.country)
    return people.link_key(text)[1] if people.looks_like_link(text) else None


def ids(conn: sqlite3.Connection, sql: str, **values: str | int) -> list[int]:
    return [row[0] for row in conn.execute(sql, values)]


def search(conn: sqlite3.Connection, text: str, settings: Settings, first: str = "", today: str = "") -> list[int]:
    """The contacts that the deciding step finds; empty when none does.

    `first` names those looked at before all others of that name (a key of FIRST); somebody in whose name it is only
    a part of a word is not of that name.
    """

    def preferred(found: list[int]) -> list[int]:
        return [number for number in found if first and one(conn, FIRST[first], id=number, today=today)]

    found = exactly(conn, text, settings)
    if found:
        return preferred(found) or found
    for step in by_name(conn, text, 1000 if first else MOST):
        if step and (not first or preferred(step)):
            return preferred(step) or step
        found = found or step
    found = found or by_part(conn, text)
    return preferred(found) or found


def resolve(conn: sqlite3.Connection, text: str, settings: Settings, first: str = "", today: str = "") -> int:
    """The one contact meant. Raises NotFound when there is none (naming the nearest) or several (naming them)."""
    return the_one(conn, text, search(conn, text, settings, first, today))


def the_one(conn: sqlite3.Connection, text: str, found: Sequence[int]) -> int:
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFound(ambiguous(conn, text, found))
    if text.isdigit():
        raise NotFound(f"no contact {text}; see: salesflow list")
    folded = people.fold(text)
    near = people.nearest(folded, candidates(conn, text, 2)) or people.nearest(folded, candidates(conn, text, 1))
    meant = f"; did you mean {' or '.join(near)}?" if near else ""
    raise NotFound(f"nobody called {text!r}{meant or '; add them: salesflow add NAME'}")


def ambiguous(conn: sqlite3.Connection, text: str, found: Sequence[int]) -> str:
    names = []
    for number in found[:10]:
        row = one(
            conn, "SELECT name, company, coalesce(email, phone) AS reach FROM contacts"
            " JOIN reach ON reach.contact_id = contacts.id WHERE id = :id", id=number,
        )  # fmt: skip
        assert row is not None
        names.append(f"{number} {row['name']}" + "".join(f", {part}" for part in row[1:] if part))
    many = "at least " if len(found) >= MOST else ""
    return f"{text!r} fits {many}{len(found)}; say which by its number:\n  " + "\n  ".join(names)


def candidates(conn: sqlite3.Connection, text: str, letters: int) -> list[tuple[str, str]]:
    """(name key, name) of contacts with a word that begins with so many letters of one of the typed words."""
    starts = (people.fold(word)[:letters].strip('" ') for word in text.split())
    query = " OR ".join(f'name : "{start}"*' for start in starts if start)
    if not query:
        return []
    found = rows(
        conn,
        "SELECT name_key, contacts.name FROM search JOIN contacts ON contacts.id = search.rowid / 16"
        " WHERE search MATCH :query AND search.rowid % 16 = 1 LIMIT 2000",
        query=query,
    )
    return [(row[0], row[1]) for row in found]


def split(
    conn: sqlite3.Connection, words: Sequence[str], settings: Settings, *, first: str = "", today: str = "",
    fits: Callable[[Sequence[str]], bool] = lambda rest: True,
) -> tuple[int, list[str]]:  # fmt: skip
    """The contact that the first words name, and the words left over.

    WHO takes more than one word only where the words are one phone number or all are whole words of one name, so
    that no word of a text is swallowed; the longest such run whose remainder `fits` wins. Raises NotFound.
    """
    for length in range(min(len(words), 8), 1, -1):
        text = " ".join(words[:length])
        if not fits(words[length:]):
            continue
        if people.looks_like_phone(text) or whole_words(conn, words[:length]):
            found = search(conn, text, settings, first, today)
            if found:
                return the_one(conn, text, found), list(words[length:])
    return resolve(conn, words[0], settings, first, today), list(words[1:])


def whole_words(conn: sqlite3.Connection, words: Sequence[str]) -> bool:
    """Whether one contact's name has all these words whole, each as often as it was typed."""
    query = phrases(words, column="name")
    if not query or any(not people.fold(word).strip() for word in words):
        return False
    sql = "SELECT name FROM search WHERE search MATCH :query AND rowid % 16 = 1 LIMIT 20"
    typed = re.findall(r"\w+", people.fold(" ".join(words)))
    return any(
        all(name.count(word) >= typed.count(word) for word in typed)
        for name in (re.findall(r"\w+", row["name"]) for row in rows(conn, sql, query=query))
    )
