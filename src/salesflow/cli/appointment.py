"""Appointments: ask, confirm, held, missed, cancel, and which of the two ways suits somebody."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Annotated

import typer

from salesflow import dates
from salesflow.cli import words
from salesflow.cli.session import Session, session
from salesflow.errors import Refused
from salesflow.records import activities, appointments, approach, contacts, deals, follow_ups, tasks_done, who
from salesflow.records.settings import Settings

WhoKey = Annotated[list[str], typer.Argument(metavar="WHO|F12", show_default=False)]
WhoKeyText = Annotated[list[str], typer.Argument(metavar="WHO|F12 [TEXT]", show_default=False)]
Place = Annotated[str | None, typer.Option("--place", metavar="TEXT", help="Where.")]
Kind = Annotated[str, typer.Option("--kind", metavar="KIND", help="meeting, visit, call or demo.")]


def list_appointments(ctx: typer.Context, everything: words.All = False) -> None:
    """Appointments by day and hour; with --all also those held, missed and cancelled.

    Example: salesflow appointment list
    """
    run = session(ctx)
    with run.reading() as (conn, _):
        run.show(appointments.listed(conn, everything=everything))


def ask(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO DAY [TEXT]", show_default=False)],
    at: words.At = None,
    place: Place = None,
    kind: Kind = "meeting",
    deal: Annotated[str | None, typer.Option("--deal", metavar="D7", help="It belongs to this deal.")] = None,
    again: Annotated[
        int, typer.Option("--again", metavar="DAYS", help="Business days until it comes back.")
    ] = appointments.AGAIN_DAYS,
) -> None:
    """You asked for an appointment; until they answer, it comes back as a call to make.

    Example: salesflow appointment ask ken fri the list --at 10:00 --place cafe
    """
    from salesflow.cli.follow_up import deal_id, person_and_day

    run = session(ctx)
    with run.writing() as (conn, settings, work):
        contact_id, rest = person_and_day(conn, run, settings, free, False)
        due_on, text = words.leading_day(run, settings, rest)
        name, off = (contacts.get(conn, contact_id)[field] for field in ("name", "off_list_on"))
        if at is None:
            raise Refused(f"at what hour? salesflow appointment ask {contact_id} {due_on} --at 10:00")
        belongs = deals.get_open(conn, deal_id(deal)) if deal else None
        if belongs and belongs["contact_id"] != contact_id:
            raise Refused(f"D{belongs['id']} is a deal of {belongs['contact']}, not of {name}")
        draft = appointments.Draft(
            contact_id, due_on, dates.read_time(at), kind, " ".join(text) or None, place,
            belongs["id"] if belongs else None, again,
        )  # fmt: skip
        number, question = appointments.ask(conn, draft, run.moment)
        lines, facts = told(conn, run, number, question)
        warnings = clashes(conn, run, number)
        work.summary = lines[0]
    if off:
        run.warn(f"{name} is off the list: it will not come up; back: salesflow edit {contact_id} --on-list")
    for warning in warnings:
        run.warn(warning)
    run.tell(*lines, **facts)


def told(
    conn: sqlite3.Connection, run: Session, number: int, question: int | None = None
) -> tuple[list[str], dict[str, str | int | None]]:  # fmt: skip
    """How an appointment stands now, in lines and as facts."""
    row = follow_ups.get(conn, number)
    name = contacts.get(conn, row["contact_id"])["name"]
    state = appointments.ended(conn, row)
    about = f": {row['text']}" if row["text"] else ""
    place = f", {row['place']}" if row["place"] else ""
    line = f"F{number} {words.when(run, row['due_on'])} {row['due_at']}, {name}: {row['kind']} {state}{about}{place}"
    lines = [line]
    if question:
        again = follow_ups.get(conn, question)
        lines.append(f"Unanswered, it comes back: F{question} {words.when(run, again['due_on'])}")
    facts = {
        "key": f"F{number}", "id": number, "contact_id": row["contact_id"], "contact": name, "state": state,
        "kind": row["kind"], "due_on": row["due_on"], "due_at": row["due_at"], "place": row["place"],
        "deal_id": row["deal_id"], "question": f"F{question}" if question else None,
    }  # fmt: skip
    return lines, facts


def ticked(conn: sqlite3.Connection, run: Session, number: int, logged: int) -> list[str]:
    """The tasks that an appointment does, of its deal or of their one open deal; in one line, or none."""
    row = follow_ups.get(conn, number)
    deal_id = tasks_done.deal_of(conn, row["contact_id"], row["deal_id"])
    return words.ticked(tasks_done.did(conn, deal_id, "appointment", run.moment, activity_id=logged))


def clashes(conn: sqlite3.Connection, run: Session, number: int) -> list[str]:
    """What is to be known of the day: others near in time, an hour gone by, another wish of theirs."""
    row = follow_ups.get(conn, number)
    found = [
        f"F{other['id']} with {other['contact']} is at {other['due_at']} that day"
        for other in appointments.near(conn, number)
    ]
    if (row["due_on"], row["due_at"]) < (run.moment.on, run.moment.time):
        found.append(f"{row['due_at']} has gone by today")
    return found


def which(conn: sqlite3.Connection, run: Session, settings: Settings, free: Sequence[str]) -> tuple[int, list[str]]:
    """The open appointment that the first words name, by key or WHO, and the words left over. Raises NotFound."""
    key = who.key(free[0])
    if key and key[0] == "F":
        return int(appointments.get(conn, key[1])["id"]), list(free[1:])
    contact_id, rest = who.split(conn, free, settings, first="appointment", today=run.moment.on)
    return appointments.of_contact(conn, contact_id), rest


def confirm(ctx: typer.Context, free: WhoKey) -> None:
    """They said yes: nothing asks after it any more.

    Example: salesflow appointment confirm ken
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        number, rest = which(conn, run, settings, free)
        if rest:
            raise Refused(f"not understood after WHO: {' '.join(rest)!r}; another day: salesflow snooze F{number} DAY")
        logged = appointments.confirm(conn, number, run.moment)
        lines, facts = told(conn, run, number)
        lines += ticked(conn, run, number, logged)
        work.summary = lines[0]
    run.tell(*lines, **facts)


def held(
    ctx: typer.Context,
    free: WhoKeyText,
    minutes: words.Minutes = None,
    outcome: words.Outcome = None,
    on: words.On = None,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """It took place: log it, and set the next step.

    Example: salesflow appointment held ken liked it --minutes 40 --next fri
    """
    from salesflow.cli.finishing import asked_next

    run = session(ctx)
    if run.asks and not (next or todo):
        with run.reading() as (conn, settings):
            number, _ = which(conn, run, settings, free)
        next, todo = asked_next(run, [f"F{number}"], next, todo, False)
    with run.writing() as (conn, settings, work):
        number, text = which(conn, run, settings, free)
        on_day = words.day(run, settings, on, past=True) if on else None
        note = activities.Draft(0, "", " ".join(text) or None, None, outcome, minutes, on_day)
        logged = appointments.hold(conn, number, note, run.moment)
        lines, facts = told(conn, run, number)
        lines[0] += f" (A{logged})"
        lines += ticked(conn, run, number, logged)
        row = follow_ups.get(conn, number)
        lines += words.promise(conn, run, settings, row["contact_id"], next, todo, row["deal_id"])
        work.summary = lines[0]
    if row["due_on"] > run.moment.on:
        run.warn(f"it was for {words.when(run, row['due_on'])}, which is still to come")
    run.tell(*lines, **facts, activity=f"A{logged}")


def missed(
    ctx: typer.Context,
    free: WhoKeyText,
    by: Annotated[str, typer.Option("--by", metavar="me|them", help="Who did not come.")] = "them",
    next: Annotated[str | None, typer.Option("--next", metavar="DAY", help="The new day that is asked for.")] = None,
    at: words.At = None,
) -> None:
    """It did not take place; with --next another day is asked for, at the same hour unless --at says another.

    Example: salesflow appointment missed ken --next tue --at 15:00
    """
    run = session(ctx)
    next = next or new_day(run, free)
    with run.writing() as (conn, settings, work):
        number, text = which(conn, run, settings, free)
        row = follow_ups.get(conn, number)
        logged = appointments.miss(conn, number, by.lower(), " ".join(text) or None, run.moment)
        lines, facts = told(conn, run, number)
        lines[0] += f" (A{logged})"
        warnings: list[str] = []
        if next or at:
            draft = appointments.Draft(
                row["contact_id"], words.day(run, settings, next) if next else run.moment.on,
                dates.read_time(at) if at else row["due_at"], row["kind"], row["text"], row["place"], row["deal_id"],
            )  # fmt: skip
            new, question = appointments.ask(conn, draft, run.moment)
            lines += told(conn, run, new, question)[0]
            warnings = clashes(conn, run, new)
        else:
            new = appointments.another_day(conn, number, run.moment)
            step = follow_ups.get(conn, new)
            lines.append(f"Next: F{new} {words.when(run, step['due_on'])}, {follow_ups.said(step)}")
        work.summary = lines[0]
    for warning in warnings:
        run.warn(warning)
    run.tell(*lines, **facts, activity=f"A{logged}", next=f"F{new}")


def new_day(run: Session, free: Sequence[str]) -> str | None:
    """On a terminal: the day to meet instead, asked before anything is written."""
    if not run.asks:
        return None
    with run.reading() as (conn, settings):
        number, _ = which(conn, run, settings, free)
        name = contacts.get(conn, follow_ups.get(conn, number)["contact_id"])["name"]
        while answer := run.ask(f"A new day with {name}? DAY, or Enter to ask them for one:"):
            try:
                return words.day(run, settings, answer)
            except Refused as error:
                run.say(str(error))
    return None


def cancel(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO|F12 [WHY]", show_default=False)],
) -> None:
    """It will not take place.

    Example: salesflow appointment cancel ken he is on holiday
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        number, why = which(conn, run, settings, free)
        logged = appointments.cancel(conn, number, " ".join(why) or None, run.moment)
        lines, facts = told(conn, run, number)
        lines[0] += f" (A{logged})"
        work.summary = lines[0]
    run.tell(*lines, **facts, activity=f"A{logged}")


def suggest(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO", show_default=False)],
) -> None:
    """Appointment or cold visit? From what they do and where they are, with the reason.

    Which words of a role mean an appointment is yours to say: salesflow config approach "manager, owner".

    Example: salesflow appointment suggest ken
    """
    run = session(ctx)
    with run.reading() as (conn, settings):
        contact_id = who.resolve(conn, " ".join(free), settings)
        found = approach.suggest(conn, contact_id, settings)
        name = contacts.get(conn, contact_id)["name"]
        line = f"{contact_id} {name}: {found.way or 'not clear yet'} ({found.reason})"
        run.tell(line, contact_id=contact_id, contact=name, approach=found.way, reason=found.reason)
