"""Questions and answers: the few short questions that tell a prospect from a lead.

A question that gates is a criterion; status follows from the answers (the view `statuses`). Unknown is not no.
Every answer stays: a newer one replaces it, and `unknown` takes it back.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from salesflow.dates import Moment
from salesflow.errors import Exists, NotFound, Refused
from salesflow.people import check_text
from salesflow.store.rows import insert, one, rows, update, value
from salesflow.table import Column, Table

METHODS = ("call", "meeting", "visit", "form", "email", "message", "list", "other")
BASES = ("said", "assumed", "rule")
ANSWERS = {
    "yes": "yes", "y": "yes", "no": "no", "n": "no", "unknown": "unknown", "u": "unknown", "?": "unknown",
}  # fmt: skip


BUILT_IN = ("qualification", "consent")


def install(conn: sqlite3.Connection) -> None:
    """The built-in sets of questions that the file does not have yet."""
    import tomllib
    from importlib.resources import files

    for name in BUILT_IN:
        text = files("salesflow.processes").joinpath(f"{name}.toml").read_text(encoding="utf-8")
        install_set(conn, name, tomllib.loads(text))
    if one(conn, "SELECT 1 FROM question_sets WHERE name = 'extra'") is None:
        insert(conn, "question_sets", name="extra", title="Columns of files")


def install_set(conn: sqlite3.Connection, name: str, data: dict[str, Any]) -> None:
    """A set as its TOML file has it, unless there is one of that name."""
    if one(conn, "SELECT 1 FROM question_sets WHERE name = :name", name=name):
        return
    insert(
        conn, "question_sets", name=name, title=data["title"], about=data.get("about", "contact"),
        is_open=int(data.get("open", False)),
    )  # fmt: skip
    for position, question in enumerate(data["questions"], 1):
        insert(
            conn, "questions", set_name=name, name=question["name"], wording=question["wording"], position=position,
            gates=int(question.get("gates", True)), form=question.get("form", "yes-no"),
            choices="\n".join(question["choices"]) if "choices" in question else None, rule=question.get("rule"),
            purpose=question.get("purpose"),
        )  # fmt: skip


def in_force(conn: sqlite3.Connection, set_name: str = "qualification") -> list[sqlite3.Row]:
    """The questions asked now, in order: id, name, wording, position, gates."""
    return rows(
        conn,
        """
        SELECT id, name, wording, position, gates
          FROM questions
         WHERE set_name = :set_name AND dropped_on IS NULL
         ORDER BY position, id
        """,
        set_name=set_name,
    )


def find(conn: sqlite3.Connection, name: str, set_name: str = "qualification") -> sqlite3.Row:
    sql = "SELECT * FROM questions WHERE set_name = :set_name AND name = :name"
    row = one(conn, sql, set_name=set_name, name=name.lower())
    if row is None or row["dropped_on"]:
        names = ", ".join(question["name"] for question in in_force(conn, set_name))
        raise NotFound(f"no question {name!r}; there are: {names}")
    return row


def was_dropped(conn: sqlite3.Connection, name: str) -> bool:
    sql = "SELECT dropped_on FROM questions WHERE set_name = 'qualification' AND name = :name"
    return value(conn, sql, name=name) is not None


def add(conn: sqlite3.Connection, name: str, wording: str, *, gates: bool = True) -> int:
    """A new question at the end, or a dropped one back. Raises Exists, Refused."""
    name = name.strip().lower()
    if not name or len(name) > 40 or not all(letter.isalnum() or letter == "-" for letter in name):
        raise Refused(f"no name for a question: {name!r}; one word, such as need or budget-2027")
    if not wording.strip():
        raise Refused(f'how do you ask it? salesflow question add {name} "Do you ...?"')
    check_text(wording, "a question", 500)
    position = (value(conn, "SELECT max(position) FROM questions WHERE set_name = 'qualification'") or 0) + 1
    known = one(
        conn, "SELECT id, dropped_on FROM questions WHERE set_name = 'qualification' AND name = :name", name=name
    )
    if known is None:
        return insert(conn, "questions", name=name, wording=wording.strip(), position=position, gates=int(gates))
    if known["dropped_on"] is None:
        raise Exists(f"there is a question {name} already; reword it: salesflow question edit {name} --ask TEXT")
    update(
        conn, "questions", known["id"], wording=wording.strip(), position=position, gates=int(gates), dropped_on=None
    )
    return int(known["id"])


def edit(conn: sqlite3.Connection, name: str, wording: str | None, gates: bool | None, place: int | None) -> None:
    """Reword a question, say whether it gates, or put it in another place (1 is asked first)."""
    question = find(conn, name)
    if wording is not None:
        update(conn, "questions", question["id"], wording=check_text(wording, "a question", 500).strip())
    if gates is not None:
        update(conn, "questions", question["id"], gates=int(gates))
    if place is not None:
        others = [row["id"] for row in in_force(conn) if row["id"] != question["id"]]
        others.insert(max(place, 1) - 1, question["id"])
        for position, question_id in enumerate(others, 1):
            update(conn, "questions", question_id, position=position)


def drop(conn: sqlite3.Connection, name: str, moment: Moment) -> None:
    """Ask it no more; its answers stay in the history."""
    update(conn, "questions", find(conn, name)["id"], dropped_on=moment.on)


def answer(
    conn: sqlite3.Connection, contact_id: int, name: str, text: str, moment: Moment, *,
    method: str | None = None, said: str | None = None, on: str | None = None, basis: str = "said",
    set_name: str = "qualification",
) -> None:  # fmt: skip
    """Keep an answer; the one before it stays as history. Raises NotFound, Refused."""
    question = find(conn, name, set_name)
    if text.lower() not in ANSWERS:
        raise Refused(f"{name}: an answer is yes, no or unknown, not {text!r}; the customer's words go to --said")
    if method is not None and method not in METHODS:
        raise Refused(f"no method {method!r}; there are: {', '.join(METHODS)}")
    if basis not in BASES:
        raise Refused(f"no basis {basis!r}; there are: {', '.join(BASES)}")
    conn.execute(
        """
        UPDATE answers SET replaced_at = :at
         WHERE contact_id = :contact_id AND question_id = :question_id AND replaced_at IS NULL
        """,
        {"at": moment.at, "contact_id": contact_id, "question_id": question["id"]},
    )
    insert(
        conn, "answers", contact_id=contact_id, question_id=question["id"], answer=ANSWERS[text.lower()],
        basis=basis, method=method, said=check_text(said, "words") if said else None,
        answered_at=moment.at, answered_on=on or moment.on,
    )  # fmt: skip


def known(conn: sqlite3.Connection, contact_id: int, set_name: str = "qualification") -> list[sqlite3.Row]:
    """Every question in force with the answer in force: name, wording, gates, answer, basis, method, said, answered_on.

    In the order they are asked; answer is `unknown` where nothing was answered.
    """
    return rows(
        conn,
        """
        SELECT questions.name AS question, wording, gates, coalesce(answer, 'unknown') AS answer,
               basis, method, said, answered_on
          FROM questions
          LEFT JOIN answers ON answers.question_id = questions.id
               AND answers.contact_id = :contact_id AND replaced_at IS NULL
         WHERE set_name = :set_name AND dropped_on IS NULL
         ORDER BY position, questions.id
        """,
        contact_id=contact_id,
        set_name=set_name,
    )


ANSWER_COLUMNS = (
    Column("question", "question", firm=True),
    Column("answer", "answer", firm=True),
    Column("said", "said"),
    Column("basis"),
    Column("method", "how"),
    Column("answered_on", "on", "day", firm=True),
    Column("gates", "", "flag"),
    Column("wording"),
)


def answers(conn: sqlite3.Connection, contact_id: int) -> Table:
    return Table(ANSWER_COLUMNS, [dict(row) for row in known(conn, contact_id)], ids="question")


def listed(conn: sqlite3.Connection) -> Table:
    columns = (
        Column("position", "#", "number"),
        Column("name", "question", firm=True),
        Column("wording", "as asked"),
        Column("gates", "needed", "flag"),
    )
    return Table(columns, [dict(row) for row in in_force(conn)], ids="name")
