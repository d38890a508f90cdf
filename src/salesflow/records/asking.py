"""Asking: how much of a set is known of somebody or of a deal, what is to be asked next, and each answer in force."""

from __future__ import annotations

import datetime
import sqlite3
from typing import NamedTuple

from salesflow.people import fold
from salesflow.records import answering, questions
from salesflow.store.rows import one, rows, value
from salesflow.table import Column, Table


class State(NamedTuple):
    """One question and its answer in force, `unknown` where there is none; the fields as `answering.known` has them.

    why: what a rule's answer rests on. An answer with the basis `assumed` is not known.
    """

    question: str
    id: int
    wording: str
    gates: bool
    form: str
    choices: str | None
    rule: str | None
    answer: str
    basis: str | None
    method: str | None
    said: str | None
    answered_on: str | None
    why: str | None = None

    @property
    def known(self) -> bool:
        return self.answer != "unknown" and self.basis != "assumed"

    @property
    def is_guess(self) -> bool:
        return self.answer != "unknown" and self.basis == "assumed"

    @property
    def met(self) -> bool:
        """Known, and yes where yes or no is asked."""
        return self.known and (self.form != "yes-no" or self.answer == "yes")


class Progress(NamedTuple):
    """Of the needed questions: how many are met, of how many; still unknown, answered no (by name), in order."""

    known: int
    needed: int
    missing: list[str]
    refused: list[str]


def states(
    conn: sqlite3.Connection, set_name: str, contact_id: int, deal_id: int | None = None,
    today: datetime.date | None = None,
) -> list[State]:  # fmt: skip
    """Every question in force of a set, in the order they are asked. today: the age grows up to that day.

    deal_id is left aside for a set about contacts. An answer of a rule, where nothing was said, comes with its why.
    """
    about = value(conn, "SELECT about FROM question_sets WHERE name = :name", name=set_name)
    kept = answering.known(conn, contact_id, set_name, deal_id if about == "deal" else None)
    found = [State(**{**dict(row), "gates": bool(row["gates"])}) for row in kept]
    if about == "deal" and deal_id is not None:
        found = [judged(conn, state, contact_id, deal_id) for state in found]
    elif any(state.rule for state in found):
        found = [explained(conn, state, contact_id) for state in found]
    if set_name == "profile":
        found = [aged(conn, state, contact_id, today) if state.question == "age" else state for state in found]
    if set_name == "company":
        found = of_firm(conn, found, contact_id)
    return found


def judged(conn: sqlite3.Connection, state: State, contact_id: int, deal_id: int) -> State:
    """As its rule answers it, unless a person did."""
    if state.rule is None or state.known:
        return state
    from salesflow.records import rule_text, rules

    rule = rule_text.parse(state.rule)
    facts = rules.of_one(conn, rule.fields, contact_id, deal_id)
    text = rule_text.answer(state.form, rule, facts, state.id)
    why = rule_text.judge(rule, facts, state.id)[1]
    if text is None:
        return state._replace(why=why)
    return state._replace(answer=text, basis="rule", method=None, said=None, answered_on=None, why=why)


def explained(conn: sqlite3.Connection, state: State, contact_id: int) -> State:
    if state.rule is None or state.basis in ("said", "assumed"):
        return state
    from salesflow.records import rules

    return state._replace(why=rules.why(conn, state.rule, contact_id, None, state.id))


def aged(conn: sqlite3.Connection, state: State, contact_id: int, today: datetime.date | None) -> State:
    """The age: by the birthday where its year is known, else as many years more as have gone by since it was said."""
    birthday = value(conn, "SELECT birthday FROM contacts WHERE id = :id", id=contact_id)
    if birthday and not birthday.startswith("-"):
        born = datetime.date.fromisoformat(birthday)
        years = today.year - born.year - ((today.month, today.day) < (born.month, born.day)) if today else None
        born_on = f"born {birthday}"
        answer = born_on if years is None else str(years)
        return state._replace(answer=answer, basis="rule", said=None, method=None, answered_on=None, why=born_on)
    if today is None or not state.known or not state.answer.isdigit() or state.answered_on is None:
        return state
    learned = datetime.date.fromisoformat(state.answered_on)
    years = today.year - learned.year - ((today.month, today.day) < (learned.month, learned.day))
    if years <= 0:
        return state
    return state._replace(answer=str(int(state.answer) + years), why=f"{state.answer} when it was learned")


def of_firm(conn: sqlite3.Connection, found: list[State], contact_id: int) -> list[State]:
    """What is known of the firm they work for, where it is a contact of its own, in the place of what is unknown."""
    person = one(conn, "SELECT kind, company FROM contacts WHERE id = :id", id=contact_id)
    if person is None or person["kind"] == "company" or not person["company"]:
        return found
    sql = "SELECT id FROM contacts WHERE kind = 'company' AND name_key = :name ORDER BY id LIMIT 1"
    firm_id = value(conn, sql, name=fold(person["company"]))
    if firm_id is None:
        return found
    theirs = {state.id: state for state in states(conn, "company", firm_id)}
    return [
        theirs[state.id]._replace(why=f"known of {person['company']}")
        if not state.known and theirs[state.id].known else state
        for state in found
    ]  # fmt: skip


# -- how much is known -------------------------------------------------------------------------------------------------


def progress(conn: sqlite3.Connection, set_name: str, contact_id: int, deal_id: int | None = None) -> Progress:
    return counted(states(conn, set_name, contact_id, deal_id))


def counted(found: list[State]) -> Progress:
    needed = [state for state in found if state.gates]
    return Progress(
        sum(state.met for state in needed),
        len(needed),
        [state.question for state in needed if not state.known],
        [state.question for state in needed if state.known and not state.met],
    )


def text(conn: sqlite3.Connection, set_name: str, name: str, contact_id: int, deal_id: int | None = None) -> str | None:
    """The answer in force to one question, several lines where there are several; None: nothing is known."""
    found = next((state for state in states(conn, set_name, contact_id, deal_id) if state.question == name), None)
    return found.answer if found is not None and found.known else None


def to_ask(found: list[State], is_open: bool) -> list[State]:
    """What is asked by itself, in order: of an open set what is needed, of any other all.

    What is not needed in an open set is a part of an answer, or said by the way.
    """
    return [state for state in found if state.gates or not is_open]


def next_of(found: list[State], is_open: bool) -> State | None:
    """What to ask next: what is needed before what is not."""
    unknown = [state for state in to_ask(found, is_open) if not state.known]
    return next((state for state in unknown if state.gates), unknown[0] if unknown else None)


# -- everything that is known of somebody ------------------------------------------------------------------------------

AFTER_SALE = ("satisfaction",)  # asked of deals that were won
UNDERSTOOD = (
    Column("set", "set", firm=True),
    Column("deal", "of", firm=True),
    Column("known", "known", "number"),
    Column("needed", "needed", "number"),
    Column("next", "ask next", firm=True),
    Column("wording", "as asked", wrap=True),
    Column("missing", kind="list"),
)


def last_won(conn: sqlite3.Connection, contact_id: int) -> int | None:
    """The deal they bought last."""
    sql = "SELECT id FROM deals WHERE contact_id = :id AND outcome = 'won' ORDER BY closed_on DESC, id DESC LIMIT 1"
    found = value(conn, sql, id=contact_id)
    return None if found is None else int(found)


def understood(conn: sqlite3.Connection, contact_id: int) -> Table:
    """Set by set how much is known of somebody: sets about contacts, and for each open deal those about deals."""
    sql = "SELECT id FROM deals WHERE contact_id = :id AND outcome = 'open' ORDER BY id"
    ongoing = [row["id"] for row in rows(conn, sql, id=contact_id)]
    won = last_won(conn, contact_id)
    lines = []
    for each in questions.sets(conn):
        about: list[int | None] = [None]
        if each["about"] == "deal":
            about = [won] * (won is not None) if each["name"] in AFTER_SALE else [*ongoing]
        for deal_id in about:
            found = states(conn, each["name"], contact_id, deal_id)
            count = counted(found)
            if not count.needed:
                continue
            ask = next((state for state in found if state.gates and not state.known), None)
            lines.append({
                "set": each["name"], "deal": deal_id and f"D{deal_id}", "known": count.known, "needed": count.needed,
                "missing": count.missing, "next": ask and ask.question, "wording": ask and ask.wording,
            })  # fmt: skip
    return Table(UNDERSTOOD, lines, ids="set")
