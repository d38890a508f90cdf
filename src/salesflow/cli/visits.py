"""Visits: rounds from door to door in an area."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.session import Session, session
from salesflow.errors import NotFound, Refused
from salesflow.records import contacts, follow_ups, visits, who
from salesflow.records.settings import Settings
from salesflow.table import Table

TagDay = Annotated[list[str], typer.Argument(metavar="TAG DAY", show_default=False)]


def list_rounds(ctx: typer.Context) -> None:
    """The rounds, the newest first: doors, how many are left, how many were not in.

    Example: salesflow visits list
    """
    run = session(ctx)
    with run.reading() as (conn, _):
        run.show(visits.rounds(conn))


def sheet(
    ctx: typer.Context,
    tag: Annotated[list[str], typer.Argument(metavar="TAG", show_default=False)],
    on: Annotated[str | None, typer.Option("--on", metavar="DAY", help="The round of that day.")] = None,
) -> None:
    """The doors of the next round of an area, in walking order, to take along.

    Example: salesflow visits sheet elm street
    """
    run = session(ctx)
    with run.reading() as (conn, settings):
        area = " ".join(tag)
        day = words.day(run, settings, on) if on else visits.last_round(conn, area)
        found = visits.sheet(conn, area, day)
        left = sum(row["outcome"] is None for row in found.rows)
        run.show(found._replace(title=f"{area}, {words.when(run, day)}: {many(len(found.rows))}, {left} left"))


def many(doors: int) -> str:
    return f"{doors} door{'' if doors == 1 else 's'}"


def plan(ctx: typer.Context, free: TagDay) -> None:
    """Plan a round: a visit to everybody with the tag, street by street, number by number.

    Example: salesflow visits plan elm street sat
    """
    go(session(ctx), free, again=False)


def next_round(ctx: typer.Context, free: TagDay) -> None:
    """The next round: whoever was not in at their last visit.

    Example: salesflow visits next elm street sat
    """
    go(session(ctx), free, again=True)


def go(run: Session, free: Sequence[str], *, again: bool) -> None:
    with run.writing() as (conn, settings, work):
        tag, due_on = tag_and_day(conn, run, settings, free)
        if due_on < run.moment.on:
            raise Refused(f"{words.when(run, due_on)} has gone by; a round is walked on a day to come")
        found = visits.doors(conn, tag, again=again)
        if not found:
            raise Refused(nobody(conn, tag, again))
        visits.plan(conn, found, due_on, run.moment)
        lines = visits.sheet(conn, found[0].tag, due_on)
        planned = {door.contact_id for door in found}
        lines = lines._replace(
            rows=[row for row in lines.rows if row["contact_id"] in planned and row["outcome"] is None]
        )
        work.summary = f"{many(len(found))} {words.when(run, due_on)}: {found[0].tag}"
    without = sum(door.address is None for door in found)
    if without:
        run.warn(f"{without} of them without an address: salesflow edit WHO --address TEXT")
    listed = [f"  {row['key']}  {row['address'] or 'no address'}  {row['contact']}" for row in lines.rows[:20]]
    listed += [f"  and {len(lines.rows) - 20} more: salesflow visits sheet {found[0].tag}"] * (len(lines.rows) > 20)
    run.tell(work.summary, *listed, tag=found[0].tag, due_on=due_on, doors=len(found), visits=lines)


def nobody(conn: sqlite3.Connection, tag: str, again: bool) -> str:
    if again:
        return f"nobody of {tag!r} was not in at the last visit, or their next one is planned already"
    return f"everybody of {tag!r} is planned already, or off the list; see: salesflow visits sheet {tag}"


def tag_and_day(
    conn: sqlite3.Connection, run: Session, settings: Settings, free: Sequence[str]
) -> tuple[str, str]:  # fmt: skip
    """TAG, as many words as are a tag that somebody has, and DAY. Raises NotFound, Refused."""
    known = visits.tag_first(conn, free)
    for length in known:
        rest = free[length:]
        if words.begins_with_day(run, settings, rest):
            due_on, extra = words.leading_day(run, settings, rest)
            if extra:
                raise Refused(f"not understood after the day: {' '.join(extra)!r}")
            return " ".join(free[:length]), due_on
    if known:
        words.leading_day(run, settings, free[known[0] :])  # says what a day is
    raise NotFound(f"nobody has the tag {free[0]!r}; give it first: salesflow edit WHO --tag {free[0]}")


def tick(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO|F12 OUTCOME [TEXT]", show_default=False)],
    outcome: Annotated[
        str | None, typer.Option("--outcome", metavar="WORD", help="The same as OUTCOME.", hidden=True)
    ] = None,
    on: words.On = None,
    next: words.Next = None,
    todo: words.Todo = None,
    keep: Annotated[
        bool | None, typer.Option("--keep/--no-keep", help="After a no: keep in touch, or off the list for good.")
    ] = None,
) -> None:
    """Tick a door: not-in, no, come-back (--next DAY), lead or sold. WHO may be the address.

    Example: salesflow visits tick 12 elm not-in
    """
    run = session(ctx)
    if outcome:
        free = [*free, outcome]
    place = visits.outcome_at(free)
    if place is None:
        raise Refused(f"what came of it? salesflow visits tick WHO {'|'.join(visits.OUTCOMES)} [TEXT]")
    at, word, length = place
    text = " ".join(free[at + length :]) or None
    if word == "come-back" and not next:
        if run.asks:
            next = run.ask("Come back on which day?") or None
        if not next:
            raise Refused("come back on which day? salesflow visits tick WHO come-back --next DAY")
    if word == "no" and keep is None and run.asks:
        keep = run.ask("May you keep in touch? [Y/n]").lower() not in ("n", "no")
    with run.writing() as (conn, settings, work):
        number = door(conn, run, settings, free[:at])
        row = follow_ups.get(conn, number)
        name = contacts.get(conn, row["contact_id"])["name"]
        on_day = words.day(run, settings, on, past=True) if on else None
        logged = visits.tick(conn, number, word, text, run.moment, on_day)
        lines = [f"F{number} {name}: {visits.OUTCOMES[word]} (A{logged})"]
        if word == "come-back":
            todo = todo or "visit: come back"
        lines += words.promise(conn, run, settings, row["contact_id"], next, todo)
        if word == "no" and keep is False:
            contacts.off_list(conn, row["contact_id"], text or "said no at the door", run.moment)
            lines.append("Off the list: no list shows them any more")
        if word == "sold":
            lines.append(f"Write the sale down: salesflow sale {row['contact_id']} AMOUNT [WHAT]")
        lines += standing(conn, run, row["text"], row["due_on"])
        work.summary = lines[0]
    run.tell(*lines, key=f"F{number}", activity=f"A{logged}", contact_id=row["contact_id"], contact=name,
             outcome=visits.OUTCOMES[word])  # fmt: skip


def standing(conn: sqlite3.Connection, run: Session, tag: str | None, due_on: str) -> list[str]:
    """How far the round is: `7 left, 1 for the next round`."""
    found: Table | None = visits.rounds(conn, tag, due_on) if tag else None
    if not found or not found.rows:
        return []
    row = found.rows[0]
    if row["left"]:
        return [f"{row['left']} left, {row['not_in']} for the next round"]
    ahead = f": salesflow visits next {row['tag']} DAY" if row["not_in"] else ""
    return [f"Round of {row['tag']} done, {row['not_in']} for the next one{ahead}"]


def door(conn: sqlite3.Connection, run: Session, settings: Settings, named: Sequence[str]) -> int:
    """The visit that WHO means: by key, by address, or by whoever lives there. Raises NotFound."""
    text = " ".join(named)
    key = who.key(text)
    if key and key[0] == "F":
        return int(visits.get(conn, key[1])["id"])
    if not text.isdigit():
        here = visits.at_address(conn, text)
        if len({row["contact_id"] for row in here}) > 1:
            listed = "\n  ".join(f"F{row['id']} {row['name']}" for row in here[:10])
            raise NotFound(f"{text!r} fits {len(here)} doors; say which by its key:\n  {listed}")
        if here:
            return int(here[0]["id"])
    contact_id = who.resolve(conn, text, settings, "round", run.moment.on)
    return visits.ahead(conn, contact_id, contacts.get(conn, contact_id)["name"])
