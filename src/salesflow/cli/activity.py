"""What happened: log, note, history."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.session import Session, session
from salesflow.errors import NotFound, Refused
from salesflow.records import activities, contacts, deals, follow_ups, who
from salesflow.records.settings import Settings

In = Annotated[bool, typer.Option("--in", help="They came to you.")]
Out = Annotated[bool, typer.Option("--out", help="You went to them.")]
WRITTEN = ("email", "message", "letter")  # an answer to these comes later, or never


def log(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="KIND WHO [TEXT]", show_default=False)],
    incoming: In = False,
    outgoing: Out = False,
    no_answer: words.NoAnswer = False,
    outcome: words.Outcome = None,
    minutes: words.Minutes = None,
    on: words.On = None,
    deal: Annotated[
        str | None, typer.Option("--deal", metavar="D7", help="It belongs to this deal (else: their one open deal).")
    ] = None,
    product: words.Product = None,
    via: Annotated[
        str | None, typer.Option("--via", metavar="LABEL", help="Which of several phones or e-mails: work.")
    ] = None,
    listened: Annotated[int | None, typer.Option("--listened", metavar="N", help="Minutes that you listened.")] = None,
    talked: Annotated[int | None, typer.Option("--talked", metavar="N", help="Minutes that you talked.")] = None,
    new: words.New = False,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """It was not on the list: log what happened. KIND is call, email, visit, meeting, letter, message, demo, card ...

    WHO may be `nobody`, for work such as market-research; kinds of your own: salesflow config kinds tasting, fair.

    Example: salesflow log call ken asked for prices --in --minutes 12 --next fri
    """
    run = session(ctx)
    if incoming and outgoing:
        raise Refused("--in or --out, not both")
    outcome = words.unanswered(outcome, no_answer)
    direction = "in" if incoming else "out" if outgoing else None
    with run.writing(new=new) as (conn, settings, work):
        kind, rest = kind_first(free, settings.kinds)
        contact_id, text = about(conn, run, settings, kind, rest, new)
        name, off = (contacts.get(conn, contact_id)[field] for field in ("name", "off_list_on"))
        walk_in = contacts.get(conn, contact_id)["kind"] == "walk-in"
        due = [] if off else follow_ups.due(conn, contact_id, run.moment.on)
        draft = activities.Draft(
            contact_id, kind, " ".join(text), direction, outcome, minutes,
            words.day(run, settings, on, past=True) if on else None, of_deal(conn, contact_id, kind, deal),
            product_id=words.product(conn, product), via=words.way(conn, contact_id, via), listened=listened,
            talked=talked,
        )  # fmt: skip
        number = activities.add(conn, draft, run.moment)
        warning = talked_more(conn, run, number)
        silent = words.silence(conn, contact_id) if draft.outcome or kind in WRITTEN else []
        next, todo = words.not_ready(run, outcome, next, todo)
        step = words.promise(conn, run, settings, contact_id, next, todo)
        work.summary = f"{name}: {kind} logged"
    run.warn(warning)
    still = [f"Still due: F{row['id']} {follow_ups.said(row)} (salesflow done F{row['id']})" for row in due]
    said = kind if walk_in else f"{kind} with {name}{', no answer' if no_answer else ''}"
    run.tell(f"Logged A{number}: {said}", *silent, *step, *still, key=f"A{number}", id=number, contact=name,
             contact_id=contact_id, kind=kind)  # fmt: skip


def of_deal(conn: sqlite3.Connection, contact_id: int, kind: str, typed: str | None) -> int | None:
    """The deal that something belongs to: the one named; else their one open deal, if it is more than a greeting."""
    if typed is not None:
        from salesflow.cli.follow_up import deal_id

        found = deals.get(conn, deal_id(typed))
        if found["contact_id"] != contact_id:
            raise Refused(f"D{found['id']} is a deal of {found['contact']}")
        return int(found["id"])
    return None if kind in ("note", "card", "mailing") else deals.only_open(conn, contact_id)


def talked_more(conn: sqlite3.Connection, run: Session, number: int) -> str | None:
    """The warning of having talked more than listened where they were to be asked what they need; once a deal."""
    row = activities.get(conn, number)
    if row["deal_id"] is None or (row["talked"] is None and row["listened"] is None):
        return None
    from salesflow.records import leaving

    return leaving.talked_more(conn, row, run.moment)


def kind_first(free: Sequence[str], own: str) -> tuple[str, list[str]]:
    """The kind and the other words; KIND and WHO may stand in either order. `own`: kinds of the seller's own."""
    for place, word in enumerate(free):
        if kind := activities.kind_of(word, own):
            return kind, [*free[:place], *free[place + 1 :]]
    kinds = ", ".join([*activities.KINDS, *activities.own_kinds(own)])
    raise Refused(f"what was it? salesflow log KIND WHO [TEXT]; KIND is {kinds}")


def about(
    conn: sqlite3.Connection, run: Session, settings: Settings, kind: str, free: Sequence[str], new: bool
) -> tuple[int, list[str]]:
    """As `person`; `nobody` stands for work that was done with nobody, such as research."""
    if free and free[0].lower() == "nobody" and (kind in activities.ALONE or kind not in activities.KINDS):
        return contacts.walk_in(conn, run.moment), list(free[1:])
    return person(conn, run, settings, free, new)


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
