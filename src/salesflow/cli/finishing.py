"""Finishing a line of the list: done, and snooze."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Sequence
from typing import Annotated

import typer

from salesflow import dates
from salesflow.cli import words
from salesflow.cli.follow_up import Kind, person_and_day
from salesflow.cli.session import Session, session
from salesflow.errors import NotFound, Refused
from salesflow.records import activities, contacts, deals, follow_ups, matters, silence, who
from salesflow.records.settings import Settings

RETRY_DAYS = 2  # business days until an unanswered promise comes back
# Keys that `done` does not close, and what does.
OTHERWISE = {
    "A": "has happened already; what is closed is a promise, such as F12",
    "O": "is an objection; answer it: salesflow objection answer O{0} TEXT",
    "N": "is a need; what meets it is said with: salesflow need edit N{0}",
    "I": "is an inquiry; answer it: salesflow inquiry answer I{0}",
    "Q": "is a quote; salesflow quote accepted Q{0}, quote declined Q{0}, or quote revise Q{0}",
}


def keys_first(free: Sequence[str]) -> tuple[list[tuple[str, int]], list[str]]:
    """The keys at the head of the words, and the rest."""
    keys = []
    for word in free:
        key = who.key(word.rstrip(","))
        if key is None or key[0] not in "FDBPSR" + "".join(OTHERWISE):
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
    via: words.Via = None,
    on: words.On = None,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """It was on the list: close it, log it, and set the next step, in one go.

    Example: salesflow done F12 sent the list --next fri --todo "call: questions?"
    """
    run = session(ctx)
    outcome = words.unanswered(outcome, no_answer)
    next, todo = words.not_ready(run, outcome, next, todo)
    next, todo = asked_next(run, free, next, todo, no_answer)
    with run.writing() as (conn, settings, work):
        keys, text = keys_first(free)
        if not keys:
            contact_id, text = who.split(conn, free, settings, first="promise", today=run.moment.on)
            keys = due_keys(conn, run, contact_id)
        on_day = words.day(run, settings, on, past=True) if on else None
        note = activities.Draft(0, kind or "", " ".join(text) or None, None, outcome, minutes, on_day, via=via)
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
        return words.asked_step(run, settings, name)


def owner(conn: sqlite3.Connection, letter: str, number: int) -> int:
    """The contact a key belongs to. Raises NotFound, Refused for a key that is not closed here."""
    if letter in OTHERWISE:
        there(conn, letter, number)
        raise Refused(f"{letter}{number} {OTHERWISE[letter].format(number)}")
    if letter == "F":
        return int(follow_ups.get(conn, number)["contact_id"])
    if letter == "D":
        return int(deals.get(conn, number)["contact_id"])
    if letter == "S":
        return int(matters.get(conn, "S", number)["contact_id"])
    return int(contacts.get(conn, number)["id"])


def there(conn: sqlite3.Connection, letter: str, number: int) -> None:
    """Raises NotFound for a key that nothing has, so that no command is named for it."""
    if letter == "A":
        activities.get(conn, number)
    elif letter in "ON":
        matters.get(conn, letter, number)
    else:
        from salesflow.records import documents

        documents.get(conn, "inquiry" if letter == "I" else "quote", f"{letter}{number}")


def finish(
    conn: sqlite3.Connection, run: Session, settings: Settings, letter: str, number: int, note: activities.Draft,
    no_answer: bool, next_on: str | None, todo: str | None,
) -> list[str]:  # fmt: skip
    """Close one line of the list; what was done, in lines."""
    contact_id = owner(conn, letter, number)
    note = note._replace(contact_id=contact_id, via=words.way(conn, contact_id, note.via))
    key, name = f"{letter}{number}", contacts.get(conn, contact_id)["name"]
    if letter in "DP" and not (next_on or todo):
        raise Refused(f"{key} needs a next step: salesflow done {key} --next DAY --todo TEXT")
    deal: int | None = None
    if letter == "F":
        lines, deal = finish_promise(conn, run, number, name, note, no_answer)
    elif letter == "S":
        from salesflow.records import signs

        logged = signs.act(conn, number, note, run.moment)
        deal = matters.get(conn, "S", number)["deal_id"]
        lines = [f"Done {key} {name}: {activities.get(conn, logged)['text']} (A{logged})"]
    elif letter == "R":
        lines = [f"Done {key} {name}: {replied(conn, run, contact_id, name, note)}"]
    else:
        if letter == "D":
            deal = number
            deals.take_up(conn, number, run.moment)
        lines = finish_plain(conn, run, letter, key, name, note._replace(deal_id=deal))
    lines += words.silence(conn, contact_id)
    return lines + words.promise(conn, run, settings, contact_id, next_on, todo, deal)


def finish_plain(
    conn: sqlite3.Connection, run: Session, letter: str, key: str, name: str, note: activities.Draft
) -> list[str]:  # fmt: skip
    """A birthday, a deal or a prospect: what was done is logged, if anything was."""
    if letter == "B" and not contacts.get(conn, note.contact_id)["birthday"]:
        raise NotFound(f"{name} has no birthday on record")
    kind = note.kind or ("card" if letter == "B" else "note" if note.text else "")
    if not kind:
        return [f"Done {key} {name}"]
    logged = activities.add(conn, note._replace(kind=kind), run.moment)
    return [f"Done {key} {name}: {kind}{', no answer' if note.outcome == 'no answer' else ''} (A{logged})"]


def finish_promise(
    conn: sqlite3.Connection, run: Session, number: int, name: str, note: activities.Draft, no_answer: bool
) -> tuple[list[str], int | None]:  # fmt: skip
    """A promise: kept, or tried and back in two business days; what was done, in lines, and its deal."""
    row = follow_ups.get_open(conn, number)
    promised = follow_ups.said(row)
    if no_answer and row["appointment"]:
        raise Refused(f"they did not come? salesflow appointment missed F{number} --next DAY")
    draft = note._replace(
        kind=note.kind or row["kind"], text=note.text or row["text"], direction="out" if row["appointment"] else None,
        deal_id=row["deal_id"], follow_up_id=number, task_id=None if no_answer else row["task_id"],
    )  # fmt: skip
    logged = activities.add(conn, draft, run.moment)
    lines = [f"Done F{number} {name}: {promised}{', no answer' if no_answer else ''} (A{logged})"]
    if no_answer:
        retry = dates.add_business_days(run.today, RETRY_DAYS).isoformat()
        due_on = follow_ups.by_itself(conn, row, retry, run.moment)
        follow_ups.snooze(conn, number, due_on)
        return [*lines, f"Again: F{number} {words.when(run, due_on)}"], row["deal_id"]
    again = follow_ups.close(conn, number, run.moment)
    if row["for_id"] and follow_ups.get(conn, row["for_id"])["state"] == "open":
        lines.append(f"They said yes? salesflow appointment confirm F{row['for_id']}")
    if again:
        lines.append(f"Next: {words.when(run, again)}, {promised}")
    return lines, row["deal_id"]


def replied(conn: sqlite3.Connection, run: Session, contact_id: int, name: str, note: activities.Draft) -> str:
    """An answer to whoever wrote last, or another word to whoever did not answer: logged by the way they used, or we
    did. Raises NotFound when nobody waits."""
    found = silence.of_contact(conn, contact_id)
    if found is None:
        raise NotFound(f"nobody waits for a word with {name}; log it: salesflow log call {contact_id}")
    kind = note.kind or silence.last_kind(conn, contact_id)
    draft = note._replace(kind=kind, direction="out", deal_id=deals.only_open(conn, contact_id))
    logged = activities.add(conn, draft, run.moment)
    return f"{kind}{', no answer' if note.outcome == 'no answer' else ''} (A{logged})"


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
    if letter == "A":
        raise Refused(f"A{number} has happened already; what can wait is a promise, such as F12")
    contact_id = owner(conn, letter, number)
    row = contacts.get(conn, contact_id)
    name, day = row["name"], words.when(run, due_on)
    if letter == "F":
        if follow_ups.get_open(conn, number)["appointment"]:
            from salesflow.records import appointments

            appointments.put_off(conn, number, due_on, run.moment)
            now = follow_ups.get(conn, number)
            return f"F{number} {day} {now['due_at']}, {name}: {follow_ups.said(now)} (asked, not confirmed)"
        follow_ups.snooze(conn, number, due_on)
        return f"F{number} {day}, {name}: {follow_ups.said(follow_ups.get(conn, number))}"
    if letter == "S":
        deal = matters.get(conn, "S", number)["deal_id"]
        raise Refused(f"a sign to buy does not wait; ask for the sale, or: salesflow park D{deal} {due_on} WHY")
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
