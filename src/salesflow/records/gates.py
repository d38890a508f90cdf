"""Gates: the questions to be answered before a stage is entered. Never a wall; what is missing is named."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from salesflow.records import asking
from salesflow.store.rows import one


class Missing(NamedTuple):
    """A needed question that is not met, and how to come to its answer: what to ask, and the command that keeps it."""

    question: str
    wording: str
    ask: str
    command: str


def unmet(conn: sqlite3.Connection, set_name: str, contact_id: int, deal_id: int | None) -> list[str]:
    """The names of the needed questions of a set that are not met, in order; none when there is no such set.

    Met is: known for the contact or, in a set about deals, for this deal, and yes where yes or no is asked. What is
    assumed is not known; a question with a rule answers itself, unless a person did.
    """
    return [state.question for state in states(conn, set_name, contact_id, deal_id) if not state.met]


def states(conn: sqlite3.Connection, set_name: str, contact_id: int, deal_id: int | None) -> list[asking.State]:
    """The needed questions of a set, each with its answer."""
    return [state for state in asking.states(conn, set_name, contact_id, deal_id) if state.gates]


def missing(conn: sqlite3.Connection, set_name: str, found: list[asking.State], deal_id: int) -> list[Missing]:
    """Of needed questions those that are not met."""
    return [asked(conn, set_name, state, deal_id) for state in found if not state.met]


def asked(conn: sqlite3.Connection, set_name: str, state: asking.State, deal_id: int) -> Missing:
    """A question that only its rule answers is met by asking what the rule reads."""
    wording, command = state.wording, f"salesflow ask D{deal_id} {set_name}"
    if state.rule and state.rule.partition(":")[0].strip() == "deciders":
        wording, command = "Who decides, and how?", f"salesflow decider add D{deal_id} NAME"
    elif state.rule:
        sql = """
            SELECT set_name, wording FROM questions
             WHERE name = :name AND set_name <> :set_name AND dropped_on IS NULL
             ORDER BY id LIMIT 1
            """
        fields = state.rule.partition(":")[0].split("|")
        source = one(conn, sql, name=fields[0].strip().replace(" ", "-"), set_name=set_name)
        if source is not None:
            wording, command = source["wording"], f"salesflow ask D{deal_id} {source['set_name']}"
    return Missing(state.question, state.wording, wording, command)
