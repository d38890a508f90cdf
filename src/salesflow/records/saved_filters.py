"""Saved filters: a filtered list kept under a name, `@bakers`, and used wherever filters are."""

from __future__ import annotations

import json
import re
import sqlite3
from typing import Any

from salesflow import people
from salesflow.errors import NotFound, Refused
from salesflow.records.listing import Filters
from salesflow.store.rows import delete, insert, one, rows, update
from salesflow.table import Column, Table

PREFIX = "filter:"  # in `config`
SEVERAL = tuple(field for field, empty in Filters()._asdict().items() if empty == ())
COLUMNS = (Column("name", "list", firm=True), Column("filters", "filters", wrap=True))


def key_of(name: str) -> str:
    """The name as it is kept: without the `@`, capitals no matter. Raises Refused for one a shell would read."""
    bare = name.strip().removeprefix("@").lower()
    if not re.fullmatch(r"\w[\w.-]{0,49}", bare):
        raise Refused(f"a saved list is @ and a name of letters, digits, - and _, like @bakers; not {name!r}")
    return PREFIX + bare


def save(conn: sqlite3.Connection, name: str, filters: Filters) -> Filters | None:
    """Keep the filters under that name; what it stood for before. Raises Refused."""
    key = key_of(name)
    if filters == Filters():
        raise Refused("nothing to save; a saved list is made of filters: salesflow list --tag bakery --save bakers")
    said = {field: value for field, value in filters._asdict().items() if value}
    text = json.dumps(said, ensure_ascii=False)
    row = one(conn, "SELECT id, value FROM config WHERE name = :name", name=key)
    if row is None:
        insert(conn, "config", name=key, value=text)
        return None
    update(conn, "config", row["id"], value=text)
    return read(name, row["value"])


def find(conn: sqlite3.Connection, name: str) -> Filters:
    """The filters of that name. Raises NotFound, naming the nearest; Refused."""
    row = one(conn, "SELECT value FROM config WHERE name = :name", name=key_of(name))
    if row is None:
        raise NotFound(unknown(conn, name))
    return read(name, row["value"])


def drop(conn: sqlite3.Connection, name: str) -> Filters:
    """Forget the name; what it stood for. Raises NotFound."""
    found = find(conn, name)
    row = one(conn, "SELECT id FROM config WHERE name = :name", name=key_of(name))
    assert row is not None
    delete(conn, "config", [row["id"]])
    return found


def names(conn: sqlite3.Connection) -> list[str]:
    sql = "SELECT substr(name, length(:prefix) + 1) AS name FROM config WHERE name LIKE :prefix || '%' ORDER BY name"
    return [row["name"] for row in rows(conn, sql, prefix=PREFIX)]


def listed(conn: sqlite3.Connection) -> Table:
    """All that are saved, by name, with their filters as they are typed."""
    found = [{"name": f"@{name}", "filters": said(find(conn, name))} for name in names(conn)]
    empty = "Nothing is saved yet; for example: salesflow list --tag bakery --save bakers"
    return Table(COLUMNS, found, empty=empty, ids="name")


def narrowed(name: str, saved: Filters, typed: Filters) -> Filters:
    """Both at once. Raises Refused where both say the same filter, since either could be meant."""
    both: dict[str, Any] = saved._asdict()
    for field, value in typed._asdict().items():
        if not value:
            continue
        if getattr(saved, field) not in ((), None, False, value) and not field.startswith(("not_", "missing", "where")):
            option = field.replace("_", "-")
            raise Refused(f"@{name.removeprefix('@')} says --{option} already: {said(saved)}; say it once")
        both[field] = tuple(dict.fromkeys((*both[field], *value))) if field in SEVERAL else value
    return Filters(**both)


def said(filters: Filters) -> str:
    """The filters as they are typed: `--tag bakery --no-next`."""
    import shlex

    words = []
    for field, value in filters._asdict().items():
        option = f"--{field.replace('_', '-')}"
        if field in SEVERAL:
            words += [f"{option} {shlex.quote(word)}" for word in value]
        elif value:
            words.append(option if value is True else f"{option} {shlex.quote(str(value))}")
    return " ".join(words)


def read(name: str, text: str) -> Filters:
    """Filters as they are kept. Raises Refused for one that a newer salesflow saved: without it, others would pass."""
    kept: dict[str, Any] = json.loads(text)
    strange = [field for field in kept if field not in Filters._fields]
    if strange:
        raise Refused(f"@{name.removeprefix('@')} has a filter this salesflow does not know: {', '.join(strange)}")
    kept.update((field, tuple(kept[field])) for field in SEVERAL if field in kept)
    return Filters(**kept)


def unknown(conn: sqlite3.Connection, name: str) -> str:
    """The one line for a name that is not saved."""
    there = names(conn)
    near = people.nearest(key_of(name).removeprefix(PREFIX), [(each, f"@{each}") for each in there])
    if near:
        return f"no saved list {name!r}; did you mean {' or '.join(near)}?"
    return f"no saved list {name!r}; " + (
        "see: salesflow list --saved" if there else "one is made with: salesflow list --tag bakery --save bakers"
    )
