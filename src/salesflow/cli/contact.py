"""Contacts: add, show, list, find."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from salesflow import people
from salesflow.cli import words
from salesflow.cli.filters import Saved, chosen
from salesflow.cli.session import Session, session
from salesflow.errors import Refused
from salesflow.records import contacts, who
from salesflow.records.contacts import Draft, Point
from salesflow.records.settings import Settings

if TYPE_CHECKING:
    from salesflow.records.listing import Filters

Phone = Annotated[list[str] | None, typer.Option("--phone", metavar="[LABEL:]NUMBER", help="Again for several.")]
Email = Annotated[list[str] | None, typer.Option("--email", metavar="[LABEL:]MAIL", help="Again for several.")]
Address = Annotated[list[str] | None, typer.Option("--address", metavar="[LABEL:]TEXT", help="Again for several.")]
Link = Annotated[list[str] | None, typer.Option("--link", metavar="[LABEL:]URL", help="Again for several.")]
Company = Annotated[str | None, typer.Option("--company", metavar="NAME", help="The firm they work for.")]
Title = Annotated[str | None, typer.Option("--title", metavar="TEXT", help="Their job title.")]
Source = Annotated[str | None, typer.Option("--source", metavar="WORD", help="Where they came from: fair, web, ...")]
Detail = Annotated[str | None, typer.Option("--source-detail", metavar="TEXT", help="More about the source.")]
ReferredBy = Annotated[str | None, typer.Option("--referred-by", metavar="WHO", help="Who gave you their name.")]
Tag = Annotated[list[str] | None, typer.Option("--tag", metavar="WORD", help="Again for several.")]
Note = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="What to know about them.")]
Rating = Annotated[int | None, typer.Option("--rating", metavar="1-5", help="How important.")]
Priority = Annotated[str | None, typer.Option("--priority", metavar="A|B|C", help="How urgent.")]
Birthday = Annotated[str | None, typer.Option("--birthday", metavar="DAY", help="17 march, or 1980-03-17.")]
Alarm = Annotated[int | None, typer.Option("--alarm", metavar="DAYS", help="Days before the birthday it shows.")]
Kind = Annotated[str | None, typer.Option("--kind", metavar="KIND", help="person or company.")]
Persona = Annotated[
    str | None, typer.Option("--persona", metavar="NAME", help="The kind of buyer they are: prepare list persona.")
]


def add(
    ctx: typer.Context,
    name: Annotated[list[str], typer.Argument(metavar="NAME [PHONE] [MAIL]", show_default=False)],
    phone: Phone = None,
    email: Email = None,
    address: Address = None,
    link: Link = None,
    company: Company = None,
    title: Title = None,
    source: Source = None,
    source_detail: Detail = None,
    referred_by: ReferredBy = None,
    tag: Tag = None,
    note: Note = None,
    rating: Rating = None,
    priority: Priority = None,
    birthday: Birthday = None,
    alarm: Alarm = None,
    kind: Kind = None,
    persona: Persona = None,
    demand: Annotated[
        str | None, typer.Option("--demand", metavar="WORD", help="Likely to want much: high, medium, low.")
    ] = None,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """Add a person or a firm. A name is enough.

    Example: salesflow add Ken Ito 202-555-0133 --source fair --next fri
    """
    from salesflow.records import rules  # a reader needs none

    run = session(ctx)
    with run.writing(new=True) as (conn, settings, work):
        full, points = name_and_points(name)
        draft = Draft(
            name=full or None, kind=kind, company=company, job_title=title, source=source, source_detail=source_detail,
            referred_by_id=referrer(conn, referred_by, settings, source), rating=rating, priority=priority,
            birthday=birthday_of(birthday, settings), alarm_days=alarm, note=note,
            demand=demand, persona_id=persona_of(conn, persona),
            points=(*points, *points_of(phone, email, address, link)), tags=tuple(tag or ()),
        )  # fmt: skip
        if draft.referred_by_id and not source:
            draft = draft._replace(source="referral")
        draft = contacts.clean(draft, settings)
        twins = [*welcomed(conn, draft.points), *likely_twins(conn, draft)]
        contact_id = contacts.add(conn, draft, run.moment)
        row = contacts.get(conn, contact_id)
        work.summary = f"{row['name']} added"
        step = words.promise(conn, run, settings, contact_id, next, todo)
        rules.settle(conn, contact_id, run.moment)
        status = contacts.status(conn, contact_id)
    for twin in twins:
        run.warn(twin)
    run.tell(f"Added {contact_id} {row['name']}: {status}", *step, id=contact_id, name=row["name"], status=status)


def name_and_points(words: Sequence[str]) -> tuple[str, list[Point]]:
    """Free words taken apart: phones, e-mails and links are known by their look, the rest is the name."""
    name, points = [], []
    rest = list(words)
    while rest:
        for length in range(min(len(rest), 6), 0, -1):
            text = " ".join(rest[:length])
            if length == 1 and people.looks_like_email(text):
                points.append(Point("email", text))
            elif people.looks_like_phone(text) and rest[0][0] in "+(0123456789":
                points.append(Point("phone", text))
            elif length == 1 and people.looks_like_link(text):
                points.append(Point("link", text))
            else:
                continue
            del rest[:length]
            break
        else:
            name.append(rest.pop(0))
    return " ".join(name), points


def points_of(
    phone: Sequence[str] | None, email: Sequence[str] | None, address: Sequence[str] | None, link: Sequence[str] | None
) -> list[Point]:
    points = []
    for kind, texts in (("phone", phone), ("email", email), ("address", address), ("link", link)):
        for text in texts or ():
            label, colon, rest = text.partition(":")
            labelled = (
                bool(colon) and label.replace(" ", "").isalpha() and not rest.startswith("//") and rest.strip() != ""
            )
            points.append(Point(kind, rest.strip(), label) if labelled else Point(kind, text))
    return points


def referrer(conn: sqlite3.Connection, text: str | None, settings: Settings, source: str | None) -> int | None:
    return who.resolve(conn, text, settings) if text else None


def birthday_of(text: str | None, settings: Settings) -> str | None:
    if not text:
        return text
    from salesflow.dates import read_birthday

    return read_birthday(text, settings.date_order)


def welcomed(conn: sqlite3.Connection, points: Sequence[Point]) -> list[str]:
    """Whoever is typed by hand wants back, though erased here once: taken in again, and a warning that says so."""
    if not points or conn.execute("SELECT 1 FROM erased LIMIT 1").fetchone() is None:
        return []
    from salesflow.records import erasing

    values = {(point.kind, point.key): point.value for point in points}
    found = erasing.welcome(conn, values)
    return [
        f"{values[key]} was erased here on {day} at their wish; taken in again, as you typed it (salesflow undo)"
        for key, day in found.items()
    ]


def persona_of(conn: sqlite3.Connection, text: str | None) -> int | None:
    """The id of a kind of buyer; an empty text clears it. Raises NotFound."""
    if not text:
        return None if text is None else 0
    from salesflow.records import preparation

    return int(preparation.find(conn, "persona", text)["id"])


def likely_twins(conn: sqlite3.Connection, draft: Draft) -> list[str]:
    """A warning for each contact that has the same name or the same way to reach them."""
    keys = [point.key for point in draft.points if point.kind in ("email", "phone", "link")]
    found = {}
    for key in keys:
        for row in conn.execute(
            "SELECT contacts.id, name, value FROM points JOIN contacts ON contacts.id = contact_id WHERE value_key = ?",
            (key,),
        ):
            found[row["id"]] = f"{row['id']} {row['name']} has {row['value']} too"
    for row in conn.execute("SELECT id, name FROM contacts WHERE name_key = ?", (people.fold(draft.name or ""),)):
        found.setdefault(row["id"], f"{row['id']} {row['name']} has the same name")
    return [f"{text}; if this is the same person: salesflow undo" for text in list(found.values())[:3]]


def show(
    ctx: typer.Context,
    who_or_key: Annotated[list[str], typer.Argument(metavar="WHO|KEY", show_default=False)],
) -> None:
    """One person on one screen; or one thing by its key (F12, D7, A61, S4, O3, I1, Q1/2).

    Example: salesflow show ken ito
    """
    from salesflow.records import card, papers

    run = session(ctx)
    with run.reading() as (conn, settings):
        text = " ".join(who_or_key)
        thing = who.key(text)
        if refusal := papers.refusal(text, "show"):
            raise Refused(refusal)
        if thing and thing[0] in "FDASON":
            run.show(card.of_thing(conn, *thing, run.today, settings))
        elif paper := papers.by_key(conn, text, run.today, settings):
            run.show(paper)
        else:
            contact_id = who.resolve(conn, text, settings)
            run.show(card.of_contact(conn, contact_id, run.today, settings))


def list_contacts(
    ctx: typer.Context,
    saved: Saved = None,
    *,
    filters: Filters,
    limit: words.Limit = None,
    save: Annotated[str | None, typer.Option("--save", metavar="NAME", help="Keep these filters as @NAME.")] = None,
    kept: Annotated[bool, typer.Option("--saved", help="What is kept so.")] = False,
    drop: Annotated[str | None, typer.Option("--drop", metavar="NAME", help="Keep it no more.")] = None,
) -> None:
    """People by filter: the important first (rating, then priority, then the oldest).

    Example: salesflow list --status prospect --no-next
    """
    from salesflow.records import listing

    run = session(ctx)
    if save is not None or drop is not None or kept:
        keep(run, saved, filters, save, drop, kept)
        return
    with run.reading() as (conn, _):
        run.show(listing.listed(conn, chosen(conn, saved, filters), run.today, limit))


def keep(run: Session, saved: str | None, filters: Filters, save: str | None, drop: str | None, kept: bool) -> None:
    """The saved filters: one more, one less, or all of them."""
    from salesflow.records import listing, saved_filters

    if (save is not None) + (drop is not None) + kept > 1 or (save is None and (saved is not None or any(filters))):
        raise Refused("say one of: list FILTERS --save NAME, list --saved, list --drop NAME")
    if kept:
        with run.reading() as (conn, _):
            run.show(saved_filters.listed(conn))
        return
    with run.writing() as (conn, _, work):
        name = f"@{saved_filters.key_of(save or drop or '').removeprefix(saved_filters.PREFIX)}"
        if drop is not None:
            filters, before = saved_filters.drop(conn, name), None
            text = f"{name} is kept no more: {saved_filters.said(filters)}"
        else:
            filters = chosen(conn, saved, filters)
            many = len(listing.passing(conn, filters, run.today))
            before = saved_filters.save(conn, name, filters)
            text = f"{name}: {saved_filters.said(filters)} ({many:,} {'person' if many == 1 else 'people'} now)"
        was = f"; it was: {saved_filters.said(before)}" if before not in (None, filters) else ""
        work.summary = text + was
    run.tell(text + was, name=name, filters=saved_filters.said(filters), kept=drop is None)


def find(
    ctx: typer.Context,
    text: Annotated[list[str], typer.Argument(metavar="TEXT", show_default=False)],
    limit: words.Limit = None,
) -> None:
    """Any word, in names, notes, what happened, promises, deals, what was brought up, papers; starts of words will do.

    Example: salesflow find holidays august
    """
    from salesflow.records import finding

    run = session(ctx)
    with run.reading() as (conn, _):
        run.show(finding.found(conn, text, limit or 50))
