"""Qualifying: a few short questions tell a prospect from a lead."""

from __future__ import annotations

import sqlite3
from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.ask import Assumed, Method, Option, Said, asked, split_options
from salesflow.cli.ask_told import answer_lines
from salesflow.cli.session import Session, session
from salesflow.records import answering, asking, contacts, questions, rules, tasks_done, who
from salesflow.table import Column, Sheet, Table, Text

SET = "qualification"


def qualify(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO [--QUESTION yes|no|unknown]...", show_default=False)],
    method: Method = None,
    said: Said = None,
    assumed: Assumed = False,
    on: words.On = None,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """A few short questions: lead or prospect? On a terminal it asks what is unknown; `unknown` takes an answer back.

    Status follows from the answers: one yes makes a lead possible, every one a prospect, a no disqualifies.
    Interest is kept and decides nothing. The questions are yours: salesflow question.

    Example: salesflow qualify ken --money yes --said "we spend 500" --method call
    """
    run = session(ctx)
    names, options = split_options(free, "qualify WHO [--money yes ...]")
    if not options:
        with run.reading() as (conn, settings):
            contact_id = who.resolve(conn, " ".join(names), settings)
            if run.asks:
                options = asked_of(run, conn, contact_id)
            if not options:
                run.show(verdict(run, conn, contact_id))
                return
        names = [str(contact_id)]
    with run.writing() as (conn, settings, work):
        contact_id = who.resolve(conn, " ".join(names), settings)
        before = contacts.status(conn, contact_id)
        on_day = words.day(run, settings, on, past=True) if on else None
        for typed, answer, own in options:
            name = questions.full_name(conn, typed)
            if assumed and any(each.question == name and each.known for each in asking.states(conn, SET, contact_id)):
                run.say(f"{name} is known; what you assume does not replace it")
                continue
            answering.answer(conn, contact_id, name, answer, run.moment, method=method, said=own or said, on=on_day,
                             basis="assumed" if assumed else "said")  # fmt: skip
        rules.settle(conn, contact_id, run.moment)
        done = words.ticked(tasks_done.known(conn, contact_id, None, run.moment))
        step = words.promise(conn, run, settings, contact_id, next, todo)
        lines, facts = outcome(conn, contact_id, before)
        work.summary = lines[0]
    run.tell(*lines, *done, *step, **facts)


def asked_of(run: Session, conn: sqlite3.Connection, contact_id: int) -> list[Option]:
    """What is still unknown, asked on the terminal; the first criterion alone, and a no to one ends it."""
    name = contacts.get(conn, contact_id)["name"]
    found = asking.states(conn, SET, contact_id)
    return asked(run, name, found, lambda state, answer: answer == "no" and state.gates)


def outcome(conn: sqlite3.Connection, contact_id: int, before: str) -> tuple[list[str], dict[str, object]]:
    row = contacts.get(conn, contact_id)
    status = contacts.status(conn, contact_id)
    count = asking.progress(conn, SET, contact_id)
    text = f"{row['name']}: {status}, {count.known} of {count.needed}"
    if count.refused:
        text += f"; answered no: {', '.join(count.refused)}"
    if count.missing:
        text += f"; still to ask: {', '.join(count.missing)}"
    lines = [text]
    if status == "prospect" and before != "prospect":
        lines.append(f"Now a prospect. Next: salesflow deal add {contact_id} WHAT")
    if "authority" in count.refused:
        lines.append(f"Who decides? Add them: salesflow add NAME --referred-by {contact_id}")
    facts: dict[str, object] = {
        "id": contact_id, "name": row["name"], "status": status, "before": before, "yes": count.known,
        "of": count.needed, "missing": count.missing,
    }  # fmt: skip
    return lines, facts


def verdict(run: Session, conn: sqlite3.Connection, contact_id: int) -> Sheet:
    """Each answer with its method and day, and the verdict in words."""
    lines, facts = outcome(conn, contact_id, contacts.status(conn, contact_id))
    found = asking.states(conn, SET, contact_id)

    def view() -> Text:
        said = list(answer_lines(conn, run, found))
        return Text([("", lines[0]), *said], indent=max([len(label) for label, _ in said], default=0) + 2)

    kinds = {"id": "number", "yes": "number", "of": "number", "missing": "list"}
    columns = [Column(name, kind=kinds.get(name, "text")) for name in facts if name != "before"]
    answers = Table(answering.COLUMNS, [state._asdict() for state in found], ids="question")
    return Sheet(columns, facts, {"answers": answers}, view=view)
