"""Who gave an answer: `hobbies=choir` is any part of it, `staff=2..20` a number between the two."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from salesflow.errors import NotFound, Refused
from salesflow.people import fold
from salesflow.records import rule_text
from salesflow.store.rows import rows


def answered(conn: sqlite3.Connection, wanted: Iterable[str]) -> set[int]:
    """The contacts of whom every one of these holds; what is only assumed does not count. Raises NotFound, Refused."""
    found = [holding(conn, *parted(text)) for text in wanted]
    return set.intersection(*found)


def parted(text: str) -> tuple[str, str]:
    name, equals, said = text.partition("=")
    if not equals or not name.strip() or not said.strip():
        raise Refused(f"--where is QUESTION=ANSWER, such as hobbies=choir or staff=2..20, not {text!r}")
    return rule_text.key(name), said.strip()


def holding(conn: sqlite3.Connection, field: str, said: str) -> set[int]:
    """Whose answer in force to the question of that name, in any set, is so."""
    questions = rows(conn, "SELECT id, name FROM questions WHERE set_name <> 'consent' AND dropped_on IS NULL")
    ids = [row["id"] for row in questions if rule_text.key(row["name"]) == field]
    if not ids:
        raise NotFound(f"no question {field!r} in any set; see: salesflow question sets")
    rule = rule_text.parse(f"{field}: {said}") if ".." in said else None
    part = fold(said)
    sql = """
        SELECT contact_id, answer FROM answers
         WHERE question_id = :id AND replaced_at IS NULL AND basis <> 'assumed' AND answer <> 'unknown'
        """
    return {
        row["contact_id"]
        for number in ids
        for row in rows(conn, sql, id=number)
        if (rule_text.fits(rule, row["answer"]) == "yes" if rule else part in fold(row["answer"]))
    }
