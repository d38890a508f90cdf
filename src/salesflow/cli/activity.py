"""What happened: log, note, history."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.session import Session, session
from salesflow.errors import NotFound, Refused
from salesflow.records import activities, contacts, follow_ups, who
from salesflow.records.settings import Settings

In = Annotated[bool, typer.Option("--in", help="They came to you.")]
Out = Annotated[bool, typer.Option("--out", help="You went to them.")]


def log(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="KIND WHO [TEXT]", show_default=False)],
    incoming: In = False,
    outgoing: Out = False,
    outcome: words.Outcome = None,
    minutes: words.Minutes = None,
    on: words.On = None,
    new: words.New = False,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """It was not on the list: log what happened. KIND is call, email, visit, meeting, letter, message, demo, card ...

    Example: salesflow log call ken asked for prices --in --minutes 12 --next fri
    """
    run = session(ctx)
    if incoming and outgoing:
        raise Refused("--in or --out, not both")
    kind, rest = kind_first(free)
    direction = "in" if incoming else "out" if outgoing else None
    with run.writing(new=new) as (conn, settings, work):
        contact_id, text = person(conn, run, settings, rest, new)
        name, off = (contacts.get(conn, contact_id)[field] for field in ("name", "off_list_on"))
        due = [] if off else follow_ups.due(conn, contact_id, run.moment.on)
        draft = activities.Draft(
            contact_id, kind, " ".join(text), direction, outcome, minutes,
            words.day(run, settings, on, past=True) if on else None,
        )  # fmt: skip
        number = activities.add(conn, draft, run.moment)
        step = words.promise(conn, run, settings, contact_id, next, todo)
        work.summary = f"{name}: {kind} logged"
    still = [f"Still due: F{row['id']} {follow_ups.said(row)} (salesflow done F{row['id']})" for row in due]
    run.tell(f"Logged A{number}: {kind} with {name}", *step, *still, key=f"A{number}", id=number, contact=name,
             contact_id=contact_id, kind=kind)  # fmt: skip


def kind_first(free: Sequence[str]) -> tuple[str, list[str]]:
    """The kind and the other words; KIND and WHO may stand in either order."""
    for place in (0, 1):
        if len(free) > place and (kind := activities.kind_of(free[place])):
            return kind, [*free[:place], *free[place + 1 :]]
    if len(free) > 2:
        for place in range(2, len(free)):
            if kind := activities.kind_of(free[place]):
                return kind, [*free[:place], *free[place + 1 :]]
    raise Refused(f"what was it? salesflow log KIND WHO [TEXT]; KIND is {', '.join(activities.KINDS)}")


def person(
    conn: sqlite3.Connection, run: Session, settings: Settings, free: Sequence[str], new: bool
) -> tuple[int, list[str]]:
    """WHO at the head of the words and the words after it; --new adds them when nobody is found.

    A new name is one word, or what stands in quotation marks.
    """
    if not free:
        raise Refused("who was it? name, phone, e-mail or id")
    try:
        return who.split(conn, free, settings, today=run.moment.on)
    except NotFound as error:
        if not new:
            raise
        if "fits" in str(error):
            raise
        from salesflow.cli.contact import name_and_points, welcomed

        name, points = name_and_points(free[:1])
        draft = contacts.clean(contacts.Draft(name=name or None, points=tuple(points)), settings)
        for warning in welcomed(conn, draft.points):
            run.warn(warning)
        return contacts.add(conn, draft, run.moment), list(free[1:])


def note(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO TEXT", show_default=False)],
    on: words.On = None,
    new: words.New = False,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """Only to remember: a note on their history.

    Example: salesflow note ken worried about holidays in August
    """
    run = session(ctx)
    with run.writing(new=new) as (conn, settings, work):
        contact_id, text = person(conn, run, settings, free, new)
        name = contacts.get(conn, contact_id)["name"]
        if not text:
            raise Refused(f"what is to be remembered of {name}? salesflow note WHO TEXT")
        on_day = words.day(run, settings, on, past=True) if on else None
        number = activities.add(conn, activities.Draft(contact_id, "note", " ".join(text), on=on_day), run.moment)
        step = words.promise(conn, run, settings, contact_id, next, todo)
        work.summary = f"{name}: note kept"
    run.tell(f"Noted A{number} for {name}", *step, key=f"A{number}", id=number, contact=name, contact_id=contact_id)


def history(
    ctx: typer.Context,
    free: Annotated[list[str] | None, typer.Argument(metavar="[WHO]", show_default=False)] = None,
    limit: words.Limit = None,
    everything: words.All = False,
) -> None:
    """What happened, newest first: with one person, or with everybody.

    Example: salesflow history ken
    """
    run = session(ctx)
    with run.reading() as (conn, settings):
        contact_id = who.resolve(conn, " ".join(free), settings) if free else None
        run.show(activities.history(conn, contact_id, None if everything else limit or 50))
