"""Answers: each with its basis (said, assumed, by rule), its way, its day, and the words it was given in.

Every answer stays: a newer one replaces it, and `unknown` takes it back. Unknown is not no. What is assumed is kept and
never counts as known. A set about deals has an answer a deal, any other one a contact.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple

from salesflow.dates import Moment
from salesflow.errors import Refused
from salesflow.people import check_text, fold
from salesflow.records import questions
from salesflow.store.rows import insert, one, rows
from salesflow.table import Column, Table

OLDEST = 130  # years of age
METHODS = ("call", "meeting", "visit", "form", "email", "message", "list", "other")
BASES = ("said", "assumed", "rule")
ANSWERS = {
    "yes": "yes", "y": "yes", "no": "no", "n": "no", "unknown": "unknown", "u": "unknown", "?": "unknown",
}  # fmt: skip
IN_FORCE = """
    SELECT * FROM answers
     WHERE contact_id = :contact_id AND question_id = :question_id AND deal_id IS :deal_id AND replaced_at IS NULL
    """


def read(question: Mapping[str, Any] | sqlite3.Row, text: str) -> str:
    """What was typed as it is kept, by the question's form: yes, no, `unknown`, words, a number with its unit as typed,
    one of the choices (by a start of it, or by its number). Raises Refused.
    """
    name, form, typed = question["name"], question["form"], text.strip()
    if form == "yes-no":
        if typed.lower() not in ANSWERS:
            raise Refused(f"{name}: an answer is yes, no or unknown, not {text!r}; the customer's words go to --said")
        return ANSWERS[typed.lower()]
    if typed.lower() in ("unknown", "?"):
        return "unknown"
    if not typed:
        raise Refused(f"{name}: what is the answer? `unknown` takes one back")
    if form == "number":
        from salesflow.records.rule_text import number

        if number(typed) is None:
            raise Refused(f"{name}: an answer is a number, such as 6 or 400,000 USD, not {text!r}")
        if name == "age" and not 0 <= (number(typed) or 0) <= OLDEST * 10**6:
            raise Refused(f"{name}: an age is 0 to {OLDEST} years, not {text!r}")
    if form == "choice":
        return choice(question, typed)
    return check_text(typed, "an answer")


def choice(question: Mapping[str, Any] | sqlite3.Row, typed: str) -> str:
    there = str(question["choices"]).split("\n")
    if typed.isascii() and typed.isdigit() and 0 < int(typed) <= len(there):
        return there[int(typed) - 1]
    same = [each for each in there if fold(each) == fold(typed)]
    starts = same or [each for each in there if fold(each).startswith(fold(typed))]
    if len(starts) == 1:
        return starts[0]
    listed = ", ".join(f"{place} {each}" for place, each in enumerate(there, 1))
    raise Refused(f"{question['name']}: an answer is one of {listed}; not {typed!r}")


def refuse_unfit(conn: sqlite3.Connection, question: dict[str, Any]) -> None:
    """Refuse a form that answers in force do not have."""
    sql = "SELECT answer FROM answers WHERE question_id = :id AND replaced_at IS NULL AND basis <> 'rule'"
    unfit = 0
    for row in rows(conn, sql, id=question["id"]):
        try:
            unfit += read(question, row["answer"]) != row["answer"]
        except Refused:
            unfit += 1
    if unfit:
        many = f"{unfit} answers to {question['name']} are" if unfit > 1 else f"an answer to {question['name']} is"
        raise Refused(f"{many} of another form; drop it and add another question")


def answer(
    conn: sqlite3.Connection, contact_id: int, name: str, text: str, moment: Moment, *,
    method: str | None = None, said: str | None = None, on: str | None = None, basis: str = "said",
    set_name: str = "qualification", deal_id: int | None = None, add: bool = False,
) -> None:  # fmt: skip
    """Keep an answer; the one before it stays as history. add: beside the words there are, on a line of its own.

    Raises NotFound, Refused.
    """
    question = questions.find(conn, name, set_name)
    answer = read(question, text)
    if on is not None and on > moment.on:
        raise Refused(f"{on} is still to come; an answer is of the day it was given")
    method = checked_method(method)
    if basis not in BASES:
        raise Refused(f"no basis {basis!r}; there are: {', '.join(BASES)}")
    before = in_force(conn, question["id"], contact_id, deal_id)
    if add and before is not None and before["basis"] == basis and "unknown" not in (answer, before["answer"]):
        if question["form"] != "words":
            raise Refused(f"{name}: --add is for words; this is a {question['form']} question, with one answer")
        answer = "\n".join(dict.fromkeys((*before["answer"].split("\n"), answer)))
    if before is not None:
        conn.execute("UPDATE answers SET replaced_at = :at WHERE id = :id", {"at": moment.at, "id": before["id"]})
    insert(
        conn, "answers", contact_id=contact_id, deal_id=deal_id, question_id=question["id"], answer=answer,
        basis=basis, method=method, said=check_text(said, "words") if said else None,
        answered_at=moment.at, answered_on=on or moment.on,
    )  # fmt: skip


def checked_method(method: str | None) -> str | None:
    if method is not None and method not in METHODS:
        raise Refused(f"no method {method!r}; there are: {', '.join(METHODS)}")
    return method


def in_force(
    conn: sqlite3.Connection, question_id: int, contact_id: int, deal_id: int | None = None
) -> sqlite3.Row | None:
    return one(conn, IN_FORCE, contact_id=contact_id, question_id=question_id, deal_id=deal_id)


def known(
    conn: sqlite3.Connection, contact_id: int, set_name: str = "qualification", deal_id: int | None = None
) -> list[sqlite3.Row]:
    """Every question in force with what is kept as its answer: question, id, wording, gates, form, choices, rule,
    answer, basis, method, said, answered_on.

    In the order they are asked; answer is `unknown` where nothing was answered.
    """
    return rows(
        conn,
        """
        SELECT questions.name AS question, questions.id, wording, gates, form, choices, rule,
               coalesce(answer, 'unknown') AS answer, basis, method, said, answered_on
          FROM questions
          LEFT JOIN answers ON answers.question_id = questions.id AND answers.contact_id = :contact_id
               AND deal_id IS :deal_id AND replaced_at IS NULL
         WHERE set_name = :set_name AND dropped_on IS NULL
         ORDER BY position, questions.id
        """,
        contact_id=contact_id,
        deal_id=deal_id,
        set_name=set_name,
    )


class Line(NamedTuple):
    """One of several answers to a question: since which day, and by which way it came."""

    text: str
    answered_on: str
    method: str | None


def lines(conn: sqlite3.Connection, question_id: int, contact_id: int, deal_id: int | None = None) -> list[Line]:
    """The answer in force line by line, each as old as it is in the history."""
    sql = """
        SELECT answer, answered_on, method, replaced_at FROM answers
         WHERE contact_id = :contact_id AND question_id = :question_id AND deal_id IS :deal_id
         ORDER BY replaced_at IS NULL, id
        """
    there: dict[str, Line] = {}
    for row in rows(conn, sql, contact_id=contact_id, question_id=question_id, deal_id=deal_id):
        texts = [] if row["answer"] == "unknown" else row["answer"].split("\n")
        there = {text: there.get(text) or Line(text, row["answered_on"], row["method"]) for text in texts}
    return list(there.values())


COLUMNS = (
    Column("question", "question", firm=True),
    Column("answer", "answer", firm=True),
    Column("said", "said"),
    Column("basis"),
    Column("method", "how"),
    Column("answered_on", "on", "day", firm=True),
    Column("gates", "", "flag"),
    Column("wording"),
)


def listed(conn: sqlite3.Connection, contact_id: int) -> Table:
    """What is known of the questions that tell a prospect from a lead."""
    return Table(COLUMNS, [dict(row) for row in known(conn, contact_id)], ids="question")
