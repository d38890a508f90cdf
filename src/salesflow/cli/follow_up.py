"""What is promised: follow, done, snooze."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from salesflow import dates
from salesflow.cli import words
from salesflow.cli.bulk import Crowd, Everybody
from salesflow.cli.session import Session, session
from salesflow.errors import NotFound, Refused
from salesflow.records import activities, contacts, deals, follow_ups, who
from salesflow.records.settings import Settings

if TYPE_CHECKING:
    from salesflow.records.listing import Filters

RETRY_DAYS = 2  # business days until an unanswered promise comes back
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
        follow_many(run, Crowd(saved, filters), free, kind, at, every, alone=deal is not None or new)
        return
    with run.writing(new=new) as (conn, settings, work):
        contact_id, rest = person_and_day(conn, run, settings, free, new)
        due_on, text = words.leading_day(run, settings, rest)
        draft = follow_ups.Draft(
            contact_id, due_on, " ".join(text) or None, kind, dates.read_time(at) if at else None,
            dates.read_every(every) if every else None, deals.get_open(conn, deal_id(deal))["id"] if deal else None,
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
    run.tell(f"F{number} {words.when(run, due_on)}{time}, {name}: {said}{again}", key=f"F{number}", id=number,
             contact=name, contact_id=contact_id, due_on=due_on, at=draft.due_at, every=draft.every)  # fmt: skip


def follow_many(
    run: Session, many: Crowd, free: Sequence[str], kind: str | None, at: str | None, every: str | None, *, alone: bool
) -> None:
    """The same promise to each who passes."""
    from salesflow.cli.bulk import Said, carry_out
    from salesflow.records import bulk

    if alone:
        raise Refused("--deal and --new are for one person: salesflow follow WHO DAY [TEXT]")
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


def keys_first(free: Sequence[str]) -> tuple[list[tuple[str, int]], list[str]]:
    """The keys at the head of the words, and the rest."""
    keys = []
    for word in free:
        key = who.key(word.rstrip(","))
        if key is None or key[0] not in "FDBPA":
            break
        keys.append(key)
    return keys, list(free[len(keys) :])


def due_keys(conn: sqlite3.Connection, run: Session, contact_id: int) -> list[tuple[str, int]]:
    """The one promise that `done WHO` or `snooze WHO` means. Raises NotFound when there is none, or several."""
    name = contacts.get(conn, contact_id)["name"]
    found = follow_ups.due(conn, contact_id, run.moment.on) or follow_ups.due(conn, contact_id)
    if not found:
        raise NotFound(f"nothing is promised to {name}; log it: salesflow log call {contact_id}")
    if len(found) > 1 and found[1]["due_on"] <= max(run.moment.on, found[0]["due_on"]):
        listed = "\n  ".join(f"F{row['id']} {row['due_on']} {follow_ups.said(row)}" for row in found[:10])
        raise NotFound(f"several things are promised to {name}; say which by its key:\n  {listed}")
    return [("F", found[0]["id"])]


def done(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="KEY...|WHO [TEXT]", show_default=False)],
    no_answer: Annotated[bool, typer.Option("--no-answer", help="Tried; it comes back in two business days.")] = False,
    outcome: words.Outcome = None,
    minutes: words.Minutes = None,
    kind: Kind = None,
    on: words.On = None,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """It was on the list: close it, log it, and set the next step, in one go.

    Example: salesflow done F12 sent the list --next fri --todo "call: questions?"
    """
    run = session(ctx)
    next, todo = asked_next(run, free, next, todo, no_answer)
    with run.writing() as (conn, settings, work):
        keys, text = keys_first(free)
        if not keys:
            contact_id, text = who.split(conn, free, settings, first="promise", today=run.moment.on)
            keys = due_keys(conn, run, contact_id)
        on_day = words.day(run, settings, on, past=True) if on else None
        note = activities.Draft(0, kind or "", " ".join(text) or None, None, outcome, minutes, on_day)
        lines: list[str] = []
        for letter, number in keys:
            lines += finish(conn, run, settings, letter, number, note, no_answer, next, todo)
        names = dict.fromkeys(contacts.get(conn, owner(conn, *key))["name"] for key in keys)
        work.summary = f"{', '.join(names)}: done"
    run.tell(*lines, keys=[f"{letter}{number}" for letter, number in keys])


def asked_next(
    run: Session, free: Sequence[str], next_on: str | None, todo: str | None, no_answer: bool
) -> tuple[str | None, str | None]:
    """On a terminal, the next step is asked for unless one is given or lies ahead; before anything is written."""
    if not run.asks or no_answer or next_on or todo:
        return next_on, todo
    with run.reading() as (conn, settings):
        keys, _ = keys_first(free)
        if not keys:
            contact_id, _ = who.split(conn, free, settings, first="promise", today=run.moment.on)
            keys = due_keys(conn, run, contact_id)
        if len(keys) != 1 or keys[0][0] in "BA":
            return None, None
        contact_id = owner(conn, *keys[0])
        closing = keys[0][1] if keys[0][0] == "F" else 0
        if closing and follow_ups.get(conn, closing)["every"]:
            return None, None
        if any(row["id"] != closing for row in follow_ups.due(conn, contact_id)):
            return None, None
        name = contacts.get(conn, contact_id)["name"]
        while True:
            answer = run.ask(f"Next step with {name}? DAY [TEXT], or Enter for none:")
            if not answer:
                return None, None
            try:
                due_on, text = words.leading_day(run, settings, answer.split())
                return due_on, " ".join(text) or None
            except Refused as error:
                run.say(str(error))


def owner(conn: sqlite3.Connection, letter: str, number: int) -> int:
    """The contact a key belongs to. Raises NotFound."""
    if letter == "F":
        return int(follow_ups.get(conn, number)["contact_id"])
    if letter == "D":
        return int(deals.get(conn, number)["contact_id"])
    if letter == "A":
        return int(activities.get(conn, number)["contact_id"])
    return int(contacts.get(conn, number)["id"])


def finish(
    conn: sqlite3.Connection, run: Session, settings: Settings, letter: str, number: int, note: activities.Draft,
    no_answer: bool, next_on: str | None, todo: str | None,
) -> list[str]:  # fmt: skip
    """Close one line of the list; what was done, in lines."""
    contact_id = owner(conn, letter, number)
    name = contacts.get(conn, contact_id)["name"]
    if letter == "A":
        raise Refused(f"A{number} has happened already; what is closed is a promise, such as F12")
    if letter in "DP" and not (next_on or todo):
        raise Refused(f"{letter}{number} needs a next step: salesflow done {letter}{number} --next DAY --todo TEXT")
    deal = number if letter == "D" else None
    kind, promised, again = "note" if note.text else "", None, None
    if letter == "B":
        if not contacts.get(conn, contact_id)["birthday"]:
            raise NotFound(f"{name} has no birthday on record")
        kind = "card"
    elif letter == "F":
        row = follow_ups.get_open(conn, number)
        kind, promised, deal = row["kind"], follow_ups.said(row), row["deal_id"]
    outcome = "no answer" if no_answer else note.outcome
    lines = []
    if kind or note.kind:
        draft = activities.Draft(
            contact_id, note.kind or kind, note.text or (promised_text(conn, number) if letter == "F" else None),
            None, outcome, note.minutes, note.on, deal, number if letter == "F" else None,
        )  # fmt: skip
        logged = activities.add(conn, draft, run.moment)
        lines.append(
            f"Done {letter}{number} {name}: {promised or draft.kind}{', no answer' if no_answer else ''} (A{logged})"
        )
    if letter == "F":
        if no_answer:
            due_on = dates.add_business_days(run.today, RETRY_DAYS).isoformat()
            follow_ups.snooze(conn, number, due_on)
            lines.append(f"Again: F{number} {words.when(run, due_on)}")
        else:
            again = follow_ups.close(conn, number, run.moment)
    if again:
        lines.append(f"Next: {words.when(run, again)}, {promised}")
    if letter == "D":
        deals.take_up(conn, number, run.moment)
    lines = lines or [f"Done {letter}{number} {name}"]
    return lines + words.promise(conn, run, settings, contact_id, next_on, todo, deal)


def promised_text(conn: sqlite3.Connection, number: int) -> str | None:
    text: str | None = follow_ups.get(conn, number)["text"]
    return text


def snooze(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="KEY...|WHO DAY", show_default=False)],
) -> None:
    """The same promise, another day. What repeats keeps its rhythm.

    Example: salesflow snooze F12 next mon
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        keys, rest = keys_first(free)
        if not keys:
            contact_id, rest = person_and_day(conn, run, settings, free, False, "promise")
            due_on, extra = words.leading_day(run, settings, rest)
            keys = due_keys(conn, run, contact_id)
        else:
            due_on, extra = words.leading_day(run, settings, rest)
        if extra:
            raise Refused(f"not understood after the day: {' '.join(extra)!r}; a promise is reworded with edit --text")
        lines = [put_off(conn, run, letter, number, due_on) for letter, number in keys]
        work.summary = lines[0]
    run.tell(*lines, keys=[f"{letter}{number}" for letter, number in keys], due_on=due_on)


def put_off(conn: sqlite3.Connection, run: Session, letter: str, number: int, due_on: str) -> str:
    """Quiet until that day, whatever kind of line it is."""
    contact_id = owner(conn, letter, number)
    row = contacts.get(conn, contact_id)
    name, day = row["name"], words.when(run, due_on)
    if letter == "F":
        follow_ups.snooze(conn, number, due_on)
        return f"F{number} {day}, {name}: {follow_ups.said(follow_ups.get(conn, number))}"
    if letter == "A":
        raise Refused(f"A{number} has happened already; what can wait is a promise, such as F12")
    if letter == "B":
        if not row["birthday"]:
            raise NotFound(f"{name} has no birthday on record")
        birthday = dates.next_birthday(row["birthday"], run.today)
        ahead = (birthday - datetime.date.fromisoformat(due_on)).days
        if not 0 <= ahead <= 90:
            raise Refused(f"the birthday is {dates.say_day(birthday, run.today)}; {day} is not before it")
        contacts.edit(conn, contact_id, contacts.Draft(alarm_days=ahead))
        return f"B{number} {name}: the birthday shows from {day} ({ahead} days before)"
    deal = number if letter == "D" else None
    if deal:
        found = deals.get_open(conn, deal)
        if found["parked_until"]:
            deals.park(conn, deal, due_on, found["parked_why"], run.moment)
            return f"D{deal} {name}: parked until {day}"
    new = follow_ups.add(conn, follow_ups.Draft(contact_id, due_on, deal_id=deal), run.moment)
    return f"F{new} {day}, {name}: follow up"


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
