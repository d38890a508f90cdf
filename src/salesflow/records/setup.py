"""A new file: the schema, the settings, the built-in questions and processes, in one transaction."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from salesflow.records import process_toml, questions, settings, silence
from salesflow.store import file, schema
from salesflow.store.rows import insert


def complete(conn: sqlite3.Connection) -> None:
    """What a file of an older version lacks of what is built in, inside the caller's transaction."""
    questions.install(conn)
    process_toml.complete(conn)
    silence.keep_anew(conn)


def create(path: Path, values: dict[str, str]) -> bool:
    """Make the file at path; False when one was there. `values` are settings.Settings by name, of the owner's place."""

    def build(conn: sqlite3.Connection) -> None:
        schema.build(conn)
        questions.install(conn)
        process_toml.install(conn)
        for name, text in values.items():
            settings.put(conn, name, text)
        insert(conn, "config", name="file_id", value=os.urandom(8).hex())

    return file.create(path, build)
