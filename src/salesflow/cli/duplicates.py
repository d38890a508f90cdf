"""Duplicates: who is there twice, and merging two into one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salesflow.cli import words
from salesflow.cli.session import Session, session
from salesflow.dates import say_birthday
from salesflow.errors import NotFound, Refused
from salesflow.records import contacts, who
from salesflow.table import Column, Table

if TYPE_CHECKING:
    from salesflow.records.duplicates import Found
    from salesflow.records.merging import Plan

SHOWN = 50  # pairs listed unless more are asked for


def duplicates(
    ctx: typer.Context,
    score: Annotated[
        int | None, typer.Option("--score", metavar="N", help="From that score on, 1 to 100; 60 unless you say so.")
    ] = None,
    limit: words.Limit = None,
    review: Annotated[bool, typer.Option("--review", help="One pair after the other, on a terminal.")] = False,
) -> None:
    """Who is there twice, as it seems, with the evidence in words; the likeliest first.

    The higher the score the surer; people of quite different names who share a phone score low. With --review each
    pair is shown, and you say: merge, keep apart for good, skip.

    Example: salesflow duplicates --score 50
    """
    from salesflow.records import duplicates as records
    from salesflow.records.likeness import LEAST

    run = session(ctx)
    least = LEAST if score is None else score
    if not 1 <= least <= 100:
        raise Refused(f"--score is 1 to 100, not {least}")
    if review and not run.asks:
        raise Refused("--review asks on a terminal; in a script: duplicates --json, then merge WHO --into WHO")
    with run.reading() as (conn, _):
        found = records.find(conn, least, limit or (None if review else SHOWN))
        table = records.table(conn, found)
    if review:
        go_through(run, found)
        return
    run.show(table)
    if found.total > len(found.pairs):
        run.say(f"{len(found.pairs):,} of {found.total:,} pairs; more: --limit N")
    for text in found.left_out:
        run.say(f"Not compared with everybody: {text}")
    if found.pairs:
        run.say("To merge two: salesflow merge WHO --into WHO")
        run.say("One after the other: salesflow duplicates --review")


def merge(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO --into WHO", show_default=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """Make one of two: the first goes into the second, with all that hangs on it. On a terminal it asks before.

    What the second says of itself stays; where it says nothing the first fills in. Of two answers the newer counts.
    The name of the first is remembered: you find them by it, and the next import does too.

    Example: salesflow merge k. ito --into ken ito
    """
    from salesflow.records import merging

    run = session(ctx)
    other, into = two(free)
    with run.reading() as (conn, settings):
        plan = merging.plan(conn, who.resolve(conn, other, settings), who.resolve(conn, into, settings))
        lines = said(conn, run, plan)
    if dry_run:
        run.tell(f"{named(plan)}: so it would be", *lines, **facts(plan, None))
        return
    shown = run.asks and not run.yes
    if shown:
        for line in (f"{named(plan)}:", *lines):
            run.say(line)
        if not run.confirmed("Merge them?"):
            raise Refused("nothing was merged")
    plan, change_id = merged(run, plan.other_id, plan.id)
    run.tell(f"Merged {named(plan)}", *(() if shown else lines), **facts(plan, change_id))
    if run.committed:
        run.say(f"Undo: salesflow undo {change_id}")


def two(free: Sequence[str]) -> tuple[str, str]:
    """The two WHOs, as they were typed around --into. Raises Refused."""
    line = [part for word in free for part in (("--into", word[7:]) if word.startswith("--into=") else (word,))]
    unknown = [word for word in line if word.startswith("--") and word != "--into"]
    if unknown:
        raise Refused(f"not understood: {unknown[0]}; it is: salesflow merge WHO --into WHO [--dry-run]")
    at = line.index("--into") if line.count("--into") == 1 else 0
    if not 0 < at < len(line) - 1:
        raise Refused("which two? The first goes into the second: salesflow merge WHO --into WHO")
    return " ".join(line[:at]), " ".join(line[at + 1 :])


def merged(run: Session, other_id: int, into_id: int) -> tuple[Plan, int]:
    """Do it, as one change; what was done, and the number of the change."""
    from salesflow.records import merging

    with run.writing() as (conn, _, work):
        plan = merging.merge(conn, other_id, into_id)
        work.summary = named(plan)
    return plan, work.change_id


def named(plan: Plan) -> str:
    return f"{plan.other_id} {plan.other_name} into {plan.id} {plan.name}"


# -- what a merge does, in words and for scripts -----------------------------------------------------------------------


def said(conn: sqlite3.Connection, run: Session, plan: Plan) -> list[str]:
    from salesflow.records.merging import NOUNS

    lines = []
    for field in plan.fields:
        value, other = (say_birthday(str(each)) if field.field == "birthday" and each else each
                        for each in (field.value, field.other))  # fmt: skip
        text = f"  {field.field.replace('_', ' ')}: {value}"
        if field.outcome == "filled":
            text += " (so far none)" if other is None else f" (so far {other})"
        else:
            text += f" stays; {other} " + ("goes to the note" if field.outcome == "noted" else "is given up")
        lines.append(text)
    for answer in plan.answers:
        now, before = answer.in_force, answer.replaced
        if before is None or now["answer"] != before["answer"]:
            name = answer.question if answer.set_name == "qualification" else f"{answer.set_name} {answer.question}"
            text = f"  {name}: {now['answer']} of {words.short(run, now['answered_on'])}"
            if before is not None:
                day = words.short(run, before["answered_on"])
                text += f" counts; {before['answer']} of {day} goes to the history"
            lines.append(text)
    if "note" in plan.changes and not any(field.outcome == "noted" for field in plan.fields):
        lines.append(f"  note: what stands with {plan.other_name} comes to it")
    if "created_on" in plan.changes:
        lines.append(f"  known since: {words.short(run, plan.changes['created_on'])}")
    parts = ", ".join(f"{number:,} {NOUNS[what][number != 1]}" for what, number in plan.moved.items())
    if parts:
        lines.append(f"  moves: {parts}")
    lines += [f"  {text}" for text in plan.words]
    return lines


def facts(plan: Plan, change_id: int | None) -> dict[str, Any]:
    answers = [
        {
            "set_name": each.set_name, "question": each.question, "answer": each.in_force["answer"],
            "answered_on": each.in_force["answered_on"], "replaced": each.replaced and each.replaced["answer"],
            "replaced_on": each.replaced and each.replaced["answered_on"],
        }
        for each in plan.answers
    ]  # fmt: skip
    return {
        "id": plan.id, "name": plan.name, "merged_id": plan.other_id, "merged_name": plan.other_name,
        "dry_run": change_id is None, "change_id": change_id, "words": plan.words,
        "fields": table([field._asdict() for field in plan.fields], "field", "value", "other", "outcome"),
        "answers": table(answers, "set_name", "question", "answer", "answered_on", "replaced", "replaced_on"),
        "moved": table([{"what": what, "number": number} for what, number in plan.moved.items()], "what", "number"),
    }  # fmt: skip


def table(found: Sequence[dict[str, Any]], *names: str) -> Table:
    return Table([Column(name, name, "number" if name == "number" else "text") for name in names], found)


# -- one pair after the other ------------------------------------------------------------------------------------------


def go_through(run: Session, found: Found) -> None:
    """Each pair shown, and what the seller says of it done at once, as a change of its own."""
    for text in found.left_out:
        run.say(f"Not compared with everybody: {text}")
    now: dict[int, int] = {}  # whom those merged are by now
    asked: set[frozenset[int]] = set()
    counts = {"merged": 0, "kept_apart": 0, "skipped": 0}
    for number, pair in enumerate(found.pairs, 1):
        stays, goes = now.get(pair.id, pair.id), now.get(pair.other_id, pair.other_id)
        if stays == goes or {stays, goes} in asked or not shown(run, f"{number} of {found.total}", pair, stays, goes):
            continue
        asked.add(frozenset((stays, goes)))
        answer = decided(run, stays, goes)
        if answer == "q":
            break
        if answer == "k":
            apart(run, stays, goes)
        elif answer in ("m", "o"):
            stays, goes = (stays, goes) if answer == "m" else (goes, stays)
            run.command = f"merge {goes} --into {stays}"
            plan, change_id = merged(run, goes, stays)
            now |= {each: stays for each, into in now.items() if into == goes} | {goes: stays}
            run.say(f"Merged {named(plan)}. Undo: salesflow undo {change_id}")
        counts[{"k": "kept_apart", "s": "skipped"}.get(answer, "merged")] += 1
    run.tell(
        f"{counts['merged']} merged, {counts['kept_apart']} kept apart, {counts['skipped']} skipped" if found.pairs
        else "Nobody is there twice, as far as can be seen.", pairs=found.total, **counts,
    )  # fmt: skip


def decided(run: Session, stays: int, goes: int) -> str:
    while True:
        text = f"m {goes} into {stays}, o {stays} into {goes}, k keep apart, s skip, q quit [q]"
        answer = run.ask(text, "q").lower()[:1]
        if answer in ("m", "o", "k", "s", "q"):
            return answer
        run.say("m merges as proposed, o the other way round, k keeps them apart for good, s skips, q quits")


def apart(run: Session, one: int, other: int) -> None:
    from salesflow.records import duplicates

    run.command = f"duplicates --review: {one} and {other} are two"
    with run.writing() as (conn, _, work):
        duplicates.keep_apart(conn, one, other)
        names = [contacts.get(conn, number)["name"] for number in (one, other)]
        work.summary = f"{one} {names[0]} and {other} {names[1]} are two"
    run.say(f"Kept apart: {work.summary}. Undo: salesflow undo {work.change_id}")


def shown(run: Session, place: str, pair: Any, stays: int, goes: int) -> bool:
    """Both on the screen, with the evidence and what a merge would do; False when one of them is gone meanwhile."""
    from salesflow.records import merging

    with run.reading() as (conn, _):
        try:
            plan = merging.plan(conn, goes, stays)
        except NotFound:
            return False
        lines = ["", f"{place}: score {pair.score}; {'; '.join(pair.evidence)}"]
        for number in (stays, goes):
            lines += glance(conn, run, number)
        lines += [f"{goes} into {stays}:", *(said(conn, run, plan) or ["  nothing to move"])]
    for line in lines:
        run.say(line)
    return True


def glance(conn: sqlite3.Connection, run: Session, contact_id: int) -> list[str]:
    """One contact on two lines."""
    row = contacts.get(conn, contact_id)
    sql = "SELECT value FROM points WHERE contact_id = ? AND kind NOT IN ('address', 'id') ORDER BY id LIMIT 6"
    points = conn.execute(sql, (contact_id,)).fetchall()
    work = ", ".join(text for text in (row["job_title"], row["company"]) if text)
    first = [f"  {contact_id} {row['name']}", contacts.status(conn, contact_id), *([work] if work else [])]
    parts = [
        *(point[0] for point in points), f"born {say_birthday(row['birthday'])}" if row["birthday"] else "",
        contacts.held(conn, contact_id), f"since {words.short(run, row['created_on'])}",
    ]  # fmt: skip
    return ["  ".join(first), "      " + "   ".join(part for part in parts if part)]
