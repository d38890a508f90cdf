"""Edit: one person, many at once, or a promise by its key."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from salesflow.cli import words
from salesflow.cli.bulk import Crowd, Everybody, Said, carry_out, changes, crowd
from salesflow.cli.contact import (
    Address,
    Alarm,
    Birthday,
    Detail,
    Email,
    Kind,
    Link,
    Note,
    Persona,
    Phone,
    Priority,
    Rating,
    ReferredBy,
    Title,
    birthday_of,
    persona_of,
    points_of,
    referrer,
    welcomed,
)
from salesflow.cli.session import Session, session
from salesflow.errors import Refused
from salesflow.records import contacts, papers, who
from salesflow.records.contacts import Draft

if TYPE_CHECKING:
    from salesflow.records import bulk
    from salesflow.records.listing import Filters
    from salesflow.records.settings import Settings

OWN = ("name", "phone", "email", "link", "birthday", "text", "due", "at", "every")  # of one person, or one promise


def edit(
    ctx: typer.Context,
    who_or_key: Annotated[list[str] | None, typer.Argument(metavar="WHO|KEY|@LIST", show_default=False)] = None,
    *,
    filters: Filters,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Another name.")] = None,
    phone: Phone = None,
    email: Email = None,
    address: Address = None,
    link: Link = None,
    add_tag: Annotated[list[str] | None, typer.Option("--add-tag", metavar="WORD", help="Again for several.")] = None,
    drop_tag: Annotated[
        list[str] | None, typer.Option("--drop-tag", metavar="WORD", help="Take away a tag; again for several.")
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option("--drop", metavar="VALUE", help="Take away a phone, e-mail, link, tag.")
    ] = None,
    set_company: Annotated[
        str | None, typer.Option("--set-company", metavar="NAME", help="The firm they work for.")
    ] = None,
    title: Title = None,
    set_source: Annotated[
        str | None, typer.Option("--set-source", metavar="WORD", help="Where they came from: fair, web, ...")
    ] = None,
    source_detail: Detail = None,
    referred_by: ReferredBy = None,
    note: Note = None,
    rating: Rating = None,
    priority: Priority = None,
    birthday: Birthday = None,
    alarm: Alarm = None,
    kind: Kind = None,
    persona: Persona = None,
    set_demand: Annotated[
        str | None, typer.Option("--set-demand", metavar="WORD", help="Likely to want much: high, medium, low.")
    ] = None,
    off_list: Annotated[
        str | None, typer.Option("--off-list", metavar="WHY", help="They asked not to be kept: silent for good.")
    ] = None,
    on_list: Annotated[bool, typer.Option("--on-list", help="Back on the list.")] = False,
    text: Annotated[str | None, typer.Option("--text", metavar="TEXT", help="Of a promise: what it is.")] = None,
    due: Annotated[str | None, typer.Option("--due", metavar="DAY", help="Of a promise: its day.")] = None,
    at: words.At = None,
    every: words.Every = None,
    everybody: Everybody = False,
) -> None:
    """Change a person; or a promise by its key (F12). An empty text ("") clears a field.

    With WHO, --tag, --source, --company and --demand say what is to be so. Without WHO, they and the other filters, or
    a saved list, say who is meant, --add-tag, --set-source and the like what is to be so: the plan is shown first, and
    done with --yes.

    Example: salesflow edit ken --phone work:202-555-0134 --tag bakery
    """
    run = session(ctx)
    alone = bool(who_or_key) and not who_or_key[0].startswith("@")  # type: ignore[index]
    if alone and (filters.status or filters.not_status):
        raise Refused("status follows from the answers and sales; use: salesflow qualify WHO")
    setting, none = (filters if alone else None), ()
    many = crowd(
        who_or_key, filters._replace(tag=none, source=none, company=none, demand=none) if alone else filters, everybody,
        "edit WHO|KEY",
    )  # fmt: skip

    def draft(conn: sqlite3.Connection, settings: Settings) -> Draft:
        tags, sources, firms = (setting.tag, setting.source, setting.company) if setting else ((), (), ())
        company, source = last(set_company, firms), last(set_source, sources)
        demand = last(set_demand, setting.demand if setting else ())
        return contacts.clean(
            Draft(
                name=name, kind=kind, company=company, job_title=title, source=source, source_detail=source_detail,
                referred_by_id=referrer(conn, referred_by, settings, source), rating=rating, priority=priority,
                birthday=birthday_of(birthday, settings), alarm_days=alarm, note=note,
                demand=demand, persona_id=persona_of(conn, persona),
                points=tuple(points_of(phone, email, address, link)), tags=(*tags, *(add_tag or ())),
            ),
            settings,
        )  # fmt: skip

    if many:
        for option, given in zip(OWN, (name, phone, email, link, birthday, text, due, at, every), strict=True):
            if given is not None:
                raise Refused(f"--{option} is for one: salesflow edit WHO --{option} ...")
        ending = (tuple(drop_tag or ()), tuple(drop or ()), "asked" if off_list == "" else off_list, on_list)
        with run.reading() as (conn, settings):
            change = edit_of(draft(conn, settings), *ending)
        edit_many(run, many, change)
        return
    thing = who.key(" ".join(who_or_key or ()))
    if refusal := papers.refusal(" ".join(who_or_key or ()), "edit"):
        raise Refused(refusal)
    with run.writing() as (conn, settings, work):
        if thing and thing[0] == "F":
            from salesflow.cli import follow_up

            name_now, said = follow_up.edited(conn, run, settings, thing[1], text, due, at, every, kind)
            facts: dict[str, str | int] = {"key": f"F{thing[1]}"}
        else:
            for option, given in (("text", text), ("due", due), ("at", at), ("every", every)):
                if given is not None:
                    raise Refused(f"--{option} is of a promise: salesflow edit F12 --{option} ...")
            contact_id = who.resolve(conn, " ".join(who_or_key or ()), settings)
            new = draft(conn, settings)
            said = contacts.drop_points(conn, contact_id, drop or (), settings)
            said += contacts.drop_tags(conn, contact_id, drop_tag or ())
            said += contacts.edit(conn, contact_id, new)
            for warning in welcomed(conn, new.points):
                run.warn(warning)
            if off_list is not None or on_list:
                contacts.off_list(conn, contact_id, None if on_list else off_list or "asked", run.moment)
                said.append("back on the list" if on_list else "off the list: no list shows them any more")
            name_now = contacts.get(conn, contact_id)["name"]
            facts = {"id": contact_id, "name": name_now}
        work.summary = f"{name_now}: {'; '.join(said)}"[:200]
    run.tell(f"{name_now}: " + ("; ".join(said) if said else "nothing to change"), **facts, changes=said)


def last(said: str | None, several: Sequence[str]) -> str | None:
    return said if said is not None else several[-1] if several else None


def edit_of(
    draft: Draft, drop_tags: Sequence[str], drop: Sequence[str], off_list: str | None, on_list: bool
) -> bulk.Edit:
    """What is to be so of many. Raises Refused where that is nothing."""
    from salesflow.records import bulk

    change = bulk.Edit(draft, tuple(drop_tags), tuple(drop), off_list, on_list)
    if change == bulk.Edit():
        raise Refused("nothing to change was said; for example --add-tag WORD, --drop-tag WORD, --set-source WORD")
    return change


def edit_many(run: Session, many: Crowd, change: bulk.Edit) -> None:
    from salesflow.records import bulk

    said = Said("would change", "changed", changes)
    carry_out(run, many, lambda conn, settings, ids: bulk.edit(conn, ids, change, settings, run.moment), said)
