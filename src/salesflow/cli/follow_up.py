"""What is promised: follow, and changing a promise."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from salesflow import dates
from salesflow.cli import words
from salesflow.cli.bulk import Crowd, Everybody
from salesflow.cli.session import Session, session
from salesflow.errors import NotFound, Refused
from salesflow.records import contacts, deals, follow_ups, who
from salesflow.records.settings import Settings

if TYPE_CHECKING:
    from salesflow.records.listing import Filters

Kind = Annotated[str | None, typer.Option("--kind", metavar="KIND", help="call, email, visit, meeting, letter, ...")]


def follow(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO DAY [TEXT]", show_default=False)],
    *,
    filters: Filters,
    kind: Kind = None,
    at: words.At = None,
    every: words.Every = None,
    deal: Annotated[str | None, typer.Option("--deal", metavar="D7", help="It belongs to this deal.")] = None,
    new: words.New = False,
    asked: Annotated[
        bool, typer.Option("--asked-by-customer", help="They named the day: nothing brings it forward by itself.")
    ] = False,
    everybody: Everybody = False,
) -> None:
    """A promise with a day; it comes up in `today` until it is done.

    With filters, or a saved list (@LIST), instead of WHO: one to each who passes. The plan is shown first, and done
    with --yes.

    Example: salesflow follow ken next tue send the list --at 09:30
    """
    run = session(ctx)
    saved = free.pop(0) if free[0].startswith("@") else None
    if saved or any(filters) or everybody:
        follow_many(run, Crowd(saved, filters), free, kind, at, every, alone=deal is not None or new or asked)
        return
    with run.writing(new=new) as (conn, settings, work):
        contact_id, rest = person_and_day(conn, run, settings, free, new)
        due_on, text = words.leading_day(run, settings, rest)
        draft = follow_ups.Draft(
            contact_id, due_on, " ".join(text) or None, kind, dates.read_time(at) if at else None,
            dates.read_every(every) if every else None, deals.get_open(conn, deal_id(deal))["id"] if deal else None,
            asked,
        )  # fmt: skip
        number = follow_ups.add(conn, draft, run.moment)
        name, off = (contacts.get(conn, contact_id)[field] for field in ("name", "off_list_on"))
        said = follow_ups.said(follow_ups.get(conn, number))
        work.summary = f"{name}: {said} promised for {due_on}"
    if off:
        run.warn(f"{name} is off the list: it will not come up; back: salesflow edit {contact_id} --on-list")
    if due_on < run.moment.on:
        run.warn(f"{words.when(run, due_on)} has gone by; it is due at once")
    time = f" {draft.due_at}" if draft.due_at else ""
    again = f", every {draft.every}" if draft.every else ""
    theirs = ", the day they named" if asked else ""
    run.tell(f"F{number} {words.when(run, due_on)}{time}, {name}: {said}{again}{theirs}", key=f"F{number}", id=number,
             contact=name, contact_id=contact_id, due_on=due_on, at=draft.due_at, every=draft.every)  # fmt: skip


def follow_many(
    run: Session, many: Crowd, free: Sequence[str], kind: str | None, at: str | None, every: str | None, *, alone: bool
) -> None:
    """The same promise to each who passes."""
    from salesflow.cli.bulk import Said, carry_out
    from salesflow.records import bulk

    if alone:
        raise Refused("--deal, --new and --asked-by-customer are for one person: salesflow follow WHO DAY [TEXT]")
    with run.reading() as (_, settings):
        if free and not words.begins_with_day(run, settings, free):
            raise Refused(f"with filters the words are DAY [TEXT], and no day begins at {free[0]!r}")
        due_on, text = words.leading_day(run, settings, free)
    kind, what = follow_ups.split_kind(kind, " ".join(text) or None)
    promise = follow_ups.Draft(
        0, due_on, what, kind, dates.read_time(at) if at else None, dates.read_every(every) if every else None
    )
    promised = f"promised {words.when(run, due_on)}: {follow_ups.said({'kind': kind, 'text': what})}"
    if due_on < run.moment.on:
        run.warn(f"{words.when(run, due_on)} has gone by; it is due at once")

    def change(steps: Sequence[bulk.Step]) -> str:
        before, after = steps[0].before, steps[0].after
        return f"next: {after}, as before" if before == after else f"next: {before or 'none'} -> {after}"

    said = Said(f"would be {promised}", promised, change)
    carry_out(run, many, lambda conn, _, ids: bulk.follow(conn, ids, promise, run.moment), said)


def deal_id(text: str) -> int:
    key = who.key(text)
    number = key[1] if key and key[0] == "D" else int(text) if text.isascii() and text.isdigit() else None
    if number is None:
        raise Refused(f"no deal {text!r}; a deal is named by its key, such as D7")
    return number


def person_and_day(
    conn: sqlite3.Connection, run: Session, settings: Settings, free: Sequence[str], new: bool, first: str = ""
) -> tuple[int, list[str]]:
    def fits(rest: Sequence[str]) -> bool:
        return words.begins_with_day(run, settings, rest)

    try:
        return who.split(conn, free, settings, first=first, today=run.moment.on, fits=fits)
    except NotFound:
        if not new:
            raise
        from salesflow.cli.activity import person

        return person(conn, run, settings, free, new)


def edited(
    conn: sqlite3.Connection, run: Session, settings: Settings, number: int, text: str | None, due: str | None,
    at: str | None, every: str | None, kind: str | None,
) -> tuple[str, list[str]]:  # fmt: skip
    """Change a promise; its key and whose it is, and what it says now, nothing if it said that before."""
    row = follow_ups.get_open(conn, number)
    new: dict[str, str | None] = {}
    if text is not None or kind is not None:
        new["kind"], new["text"] = follow_ups.split_kind(kind, text if text is not None else row["text"])
    if due is not None:
        new["due_on"] = words.day(run, settings, due)
    if at is not None:
        new["due_at"] = dates.read_time(at) if at else None
    if every is not None:
        new["every"] = dates.read_every(every) if every else None
        new["anchor_on"] = (new.get("due_on") or row["due_on"]) if every else None
    changed = {field: value for field, value in new.items() if value != row[field]}
    follow_ups.edit(conn, number, changed)
    name = f"F{number} {contacts.get(conn, row['contact_id'])['name']}"
    if not changed:
        return name, []
    now = follow_ups.get(conn, number)
    time = f" {now['due_at']}" if now["due_at"] else ""
    again = f", every {now['every']}" if now["every"] else ""
    return name, [f"{words.when(run, now['due_on'])}{time}, {follow_ups.said(now)}{again}"]
