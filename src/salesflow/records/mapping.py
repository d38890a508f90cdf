"""What a seller said once of the columns of a file, remembered for files with the same header."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from hashlib import blake2b

from salesflow.store.rows import insert, one, update

_PREFIX = "map:"


def name_of(header: Sequence[str]) -> str:
    """Under which a header's mapping is kept in `config`."""
    text = "\x1f".join(heading.strip() for heading in header)
    return _PREFIX + blake2b(text.encode(errors="backslashreplace"), digest_size=12).hexdigest()


def remembered(conn: sqlite3.Connection, header: Sequence[str]) -> tuple[str, ...]:
    """As it was said: `COLUMN=field` each."""
    row = one(conn, "SELECT value FROM config WHERE name = :name", name=name_of(header))
    return tuple(json.loads(row["value"])["maps"]) if row else ()


def remember(conn: sqlite3.Connection, header: Sequence[str], maps: Sequence[str]) -> None:
    name = name_of(header)
    value = json.dumps({"maps": list(maps), "header": list(header)}, ensure_ascii=False)
    row = one(conn, "SELECT id, value FROM config WHERE name = :name", name=name)
    if row is None:
        insert(conn, "config", name=name, value=value)
    elif row["value"] != value:
        update(conn, "config", row["id"], value=value)
