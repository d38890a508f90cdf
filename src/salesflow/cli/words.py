"""Words that several commands share: arguments, options, and how free words are read."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Sequence
from typing import Annotated

import typer

from salesflow import dates
from salesflow.cli.session import Session
from salesflow.errors import Refused
from salesflow.records.settings import Settings

Next = Annotated[str | None, typer.Option("--next", metavar="DAY", help="The next step is due then.")]
Todo = Annotated[str | None, typer.Option("--todo", metavar="TEXT", help="What the next step is.")]
On = Annotated[str | None, typer.Option("--on", metavar="DAY", help="The day it happened, if not today.")]
Minutes = Annotated[int | None, typer.Option("--minutes", metavar="N", help="How long it took.")]
Outcome = Annotated[str | None, typer.Option("--outcome", metavar="TEXT", help="What came of it.")]
NoAnswer = Annotated[bool, typer.Option("--no-answer", help="You tried, and nobody answered.")]
Via = Annotated[str | None, typer.Option("--via", metavar="LABEL", help="Which of several phones or e-mails: work.")]
New = Annotated[bool, typer.Option("--new", help="Add them first: nobody of that name is known yet.")]
Amount = Annotated[str | None, typer.Option("--amount", metavar="N", help="400, 1,200.50, 400 EUR.")]
Because = Annotated[
    str | None, typer.Option("--because", "--why", "--how", metavar="TEXT", help="The reason, in your words.")
]
At = Annotated[str | None, typer.Option("--at", metavar="HH:MM", help="The time of day.")]
Every = Annotated[
    str | None, typer.Option("--every", metavar="RULE", help="week, '2 weeks', month, year, or an RRULE.")
]
Process = Annotated[str | None, typer.Option("--process", metavar="NAME", help="A process by its name.")]
Product = Annotated[str | None, typer.Option("--product", metavar="NAME", help="What it is about: product list.")]
Problem = Annotated[
    str | None, typer.Option("--problem", metavar="TEXT", help="The problem they hope you solve, in their words.")
]
Limit = Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="No more lines than this.")]
All = Annotated[bool, typer.Option("--all", help="Every line.")]
Since = Annotated[str | None, typer.Option("--since", metavar="DAY", help="From that day on.")]


def day(run: Session, settings: Settings, text: str, *, past: bool = False) -> str:
    """A typed day as ISO; one that could be read two ways is echoed in words."""
    found = dates.read_day(text, run.today, settings.date_order, past=past)
    if dates.was_ambiguous(text, settings.date_order):
        run.say(
            f"{text} is read as {dates.long_day(found)} ({settings.date_order}; to change: salesflow config date_order)"
        )
    return found.isoformat()


def leading_day(run: Session, settings: Settings, words: Sequence[str]) -> tuple[str, list[str]]:
    """The day at the head of the words, as long a run as reads as one, and the words after it. Raises Refused."""
    if not words:
        raise Refused("which day? fri, next tue, tomorrow, +3d, 2w, eom, 12 dec or 2026-12-01")
    taken = dates.take_day(words, run.today, settings.date_order)
    if taken is None:
        raise Refused(
            f"no day begins at {words[0]!r}; a day is fri, next tue, tomorrow, +3d, 2w, eom, 12 dec or 2026-12-01"
        )
    text = " ".join(words[: taken[1]])
    return day(run, settings, text), list(words[taken[1] :])


def begins_with_day(run: Session, settings: Settings, words: Sequence[str]) -> bool:
    return bool(words) and dates.take_day(words, run.today, settings.date_order) is not None


def when(run: Session, iso: str) -> str:
    """A stored day as it is said back: Fri 27 Nov."""
    return dates.say_day(datetime.date.fromisoformat(iso), run.today)


def short(run: Session, iso: str) -> str:
    """A day gone by as it is said back: 12 Oct."""
    return dates.short_date(datetime.date.fromisoformat(iso), run.today)


def amount(settings: Settings, text: str | None) -> tuple[int, str] | None:
    """A typed amount in minor units with its currency. Raises Refused."""
    if text is None:
        return None
    from salesflow.money import read_amount

    return read_amount(text, settings.currency, settings.marks[-1])


def product(conn: sqlite3.Connection, text: str | None) -> int | None:
    """The id of a product by its name, its id, or the start of its name. Raises NotFound."""
    if text is None:
        return None
    from salesflow.records import products

    return products.resolve(conn, text)


def asked_step(run: Session, settings: Settings, name: str) -> tuple[str | None, str | None]:
    """The next step with somebody, typed on the terminal: its day and text, or neither."""
    while True:
        answer = run.ask(f"Next step with {name}? DAY [TEXT], or Enter for none:")
        if not answer:
            return None, None
        try:
            due_on, text = leading_day(run, settings, answer.split())
            return due_on, " ".join(text) or None
        except Refused as error:
            run.say(str(error))


def problem(conn: sqlite3.Connection, run: Session, contact_id: int, deal_id: int, text: str | None) -> None:
    """What a deal is to solve: the answer `problem` of the needs assessment. Raises Refused."""
    if text is not None:
        from salesflow.records import answering

        answering.answer(conn, contact_id, "problem", text, run.moment, set_name="needs", deal_id=deal_id)


def promise(
    conn: sqlite3.Connection, run: Session, settings: Settings, contact_id: int, next_on: str | None, todo: str | None,
    deal_id: int | None = None,
) -> list[str]:  # fmt: skip
    """Set the next step that --next and --todo name; said in one line, or none. A todo alone is due today."""
    if next_on is None and todo is None:
        return []
    from salesflow.records import follow_ups

    due_on = day(run, settings, next_on) if next_on else run.moment.on
    number = follow_ups.add(conn, follow_ups.Draft(contact_id, due_on, todo, deal_id=deal_id), run.moment)
    return [f"Next: F{number} {when(run, due_on)}, {follow_ups.said(follow_ups.get(conn, number))}"]


def ticked(names: Sequence[str]) -> list[str]:
    """The tasks that a command did, in one line, or none."""
    return [f"Task{'s' * (len(names) > 1)} done: {', '.join(names)}"] if names else []


def unanswered(outcome: str | None, no_answer: bool) -> str | None:
    """The outcome, said by --outcome or --no-answer. Raises Refused for both."""
    if no_answer and outcome:
        raise Refused("--no-answer is an outcome; leave out --outcome")
    if no_answer or not outcome:
        return "no answer" if no_answer else outcome
    from salesflow.records import closing

    return closing.NOT_READY if closing.is_not_ready(outcome) else outcome


def way(conn: sqlite3.Connection, contact_id: int, text: str | None) -> str | None:
    """Which of somebody's phones and e-mails --via names. Raises Refused."""
    if text is None:
        return None
    from salesflow.records import channels

    return channels.via(conn, contact_id, text)


def silence(conn: sqlite3.Connection, contact_id: int) -> list[str]:
    """After three unanswered in a row, in one line: which way to try next."""
    from salesflow.records import channels

    return channels.after_silence(conn, contact_id)


def not_ready(
    run: Session, outcome: str | None, next_on: str | None, todo: str | None
) -> tuple[str | None, str | None]:  # fmt: skip
    """The next step with whoever is not ready yet: it has a day without asking, and the deal stays open."""
    if outcome is None or next_on:
        return next_on, todo
    from salesflow.records import closing

    if not closing.is_not_ready(outcome):
        return next_on, todo
    return closing.not_ready_until(run.moment), todo or "ready now?"
