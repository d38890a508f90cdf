"""The wording of questions: whether they are open, short and few, and what they serve."""

from __future__ import annotations

import re
import sqlite3

from salesflow.people import fold
from salesflow.records import questions, rule_text, rules

MOST, LONGEST = 5, 120  # criteria, and letters of a question: more are answered less often
# How a question begins that yes or no will do for. Source: open questions let them speak, and `Can you describe ...`
# is one.
CLOSED = re.compile(
    r"(do|does|did|is|are|am|was|were|have|has|had|can|could|will|would|shall|should|may|might|must)(n't)?\b"
)
TELLING = re.compile(
    r"(can|could|will|would) you (please )?(describe|tell|explain|show|walk|talk|share|give|say|outline)\b"
)
INSTEAD = 'try "What ...", "How ...", "Can you describe ..."'


def is_closed(wording: str) -> bool:
    """Whether yes or no would answer it, by how it begins."""
    asked = fold(wording.replace("’", "'")).lstrip("\"'“”«»(¿¡ ")
    return bool(CLOSED.match(asked)) and not TELLING.match(asked)


def remarks(conn: sqlite3.Connection, set_name: str) -> list[str]:
    """What could be asked better in a set, in words; nothing when all is well."""
    questions.the_set(conn, set_name)
    found = questions.in_force(conn, set_name)
    said = [text for row in found for text in remarks_on(conn, row)]
    if set_name == "qualification" and len(found) > MOST:
        said.append(f"{len(found)} questions; a few short ones are answered more often")
    return said


def remarks_on(conn: sqlite3.Connection, question: sqlite3.Row) -> list[str]:
    """What could be asked better in one question."""
    said = []
    asked = questions.the_set(conn, question["set_name"])
    closed = question["form"] == "yes-no" or (question["form"] == "words" and is_closed(question["wording"]))
    if closed and asked["is_open"]:
        said.append(f"{question['name']} is a yes/no question; {INSTEAD}")
    if len(question["wording"]) > LONGEST:
        many = len(question["wording"])
        said.append(f"{question['name']} is {many} letters long; a short question is answered sooner")
    if question["rule"]:
        there = rules.fields_there(conn, asked["about"])
        for field in rule_text.parse(question["rule"]).fields:
            if field not in there:
                said.append(f"{question['name']}: nothing is called {field!r} yet, so its rule answers nothing")
    return said


def purposes(conn: sqlite3.Connection, set_name: str) -> dict[str, list[str]]:
    """For each of questions.PURPOSES the questions that serve it, by name."""
    found = questions.in_force(conn, set_name)
    return {purpose: [row["name"] for row in found if row["purpose"] == purpose] for purpose in questions.PURPOSES}
