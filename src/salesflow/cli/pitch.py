"""Presentations: written for one customer, checked, given."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.deal import find_deal
from salesflow.cli.session import Session, session
from salesflow.errors import Refused
from salesflow.records import deals, pitches, tasks_done, who
from salesflow.records.settings import Settings

Deal = Annotated[list[str], typer.Argument(metavar="DEAL", show_default=False)]
Texts = list[str] | None


def any_deal(
    conn: sqlite3.Connection, run: Session, settings: Settings, free: Sequence[str]
) -> tuple[int, list[str]]:  # fmt: skip
    """As find_deal, but by its key a closed deal too."""
    key = who.key(free[0])
    if key and key[0] == "D":
        return int(deals.get(conn, key[1])["id"]), list(free[1:])
    if free[0].isascii() and free[0].isdigit():
        return int(deals.get(conn, int(free[0]))["id"]), list(free[1:])
    return find_deal(conn, run, settings, free)


def whole(found: tuple[int, list[str]]) -> int:
    number, rest = found
    if rest:
        raise Refused(f"not understood after D{number}: {' '.join(rest)}")
    return number


def list_pitches(ctx: typer.Context, limit: words.Limit = None) -> None:
    """The presentations, the newest first: whom they are for, how far the customer went.

    Example: salesflow pitch list
    """
    run = session(ctx)
    with run.reading() as (conn, _):
        run.show(pitches.listed(conn, limit or 50))


def draft(
    ctx: typer.Context,
    deal: Deal,
    formula: Annotated[
        str | None, typer.Option("--formula", metavar="NAME", help="AIDA, or one of yours: prepare list formula.")
    ] = None,
    product: words.Product = None,
) -> None:
    """Write a presentation for a deal, from what is known of the customer, what they need, and the product.

    It is a draft, to be put into your own words: pitch edit DEAL PART TEXT. Again, it makes a new version.

    Example: salesflow pitch draft ken
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        number = whole(find_deal(conn, run, settings, deal))
        product_id = words.product(conn, product)
        _, warnings = pitches.draft(conn, number, run.moment, settings.marks, formula=formula, product_id=product_id)
        warnings += solutions(conn, number)
        done = words.ticked(tasks_done.did(conn, number, "pitch draft", run.moment))
        row = pitches.get(conn, number)
        answer = pitches.sheet(conn, row)
        work.summary = f"{row['contact']}: pitch {row['number']} drafted for D{number}"
    for warning in warnings:
        run.warn(warning)
    for line in done:
        run.say(line)
    run.show(answer)


def solutions(conn: sqlite3.Connection, deal_id: int) -> list[str]:
    """Challenges of their kind of buyer that nothing solves."""
    from salesflow.records import pitch_lines

    found = pitch_lines.challenges(conn, deals.get(conn, deal_id)["contact_id"])
    return [
        f'no solution for "{row["text"]}" of {row["persona"]}: salesflow prepare edit K{row["id"]} --solution PRODUCT'
        for row in found
        if not row["solution"]
    ]


def show(
    ctx: typer.Context,
    deal: Deal,
    version: Annotated[int | None, typer.Option("--version", metavar="N", help="An earlier one.")] = None,
    text: Annotated[bool, typer.Option("--text", help="The words alone, to be read aloud.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="The words alone, into a file.")
    ] = None,
) -> None:
    """A deal's presentation: what meets each need, the parts, what to be ready for; or its words alone.

    Example: salesflow pitch show ken --text
    """
    run = session(ctx)
    with run.reading() as (conn, settings):
        row = pitches.get(conn, whole(any_deal(conn, run, settings, deal)), version)
        if run.fmt != "table" or not (text or output):
            run.show(pitches.sheet(conn, row))
            return
        spoken = pitches.aloud(conn, row)
    if output is None:
        from salesflow.screen import encodable
        from salesflow.width import line

        safe = "\n".join(line(each) for each in spoken.split("\n"))
        sys.stdout.write(encodable(safe, (sys.stdout.encoding or "utf-8").lower()))
        return
    from salesflow.store.copies import write_text

    write_text(output, spoken)
    run.say(f"Written: {output}")


def edit(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="DEAL PART TEXT", show_default=False)],
    add: Annotated[bool, typer.Option("--add", help="Beside what the part says, not instead.")] = False,
    meets: Annotated[str | None, typer.Option("--meets", metavar="KEY", help="The need these words meet: N3.")] = None,
) -> None:
    """Your own words for a part of the presentation. An empty TEXT ("") leaves the part empty.

    Example: salesflow pitch edit ken action Shall we start on Monday?
    """
    from salesflow.cli.need import number_of

    run = session(ctx)
    with run.writing() as (conn, settings, work):
        number, rest = find_deal(conn, run, settings, free)
        row = pitches.get(conn, number)
        if len(rest) < 2:
            known = ", ".join(pitches.parts(conn, row))
            raise Refused(f"which part, and what does it say? salesflow pitch edit D{number} PART TEXT; parts: {known}")
        need_id = number_of(meets) if meets else None
        part = pitches.edit(conn, row, rest[0], " ".join(rest[1:]), need_id=need_id, add=add)
        said = [line["text"] for line in pitches.lines(conn, row["id"]) if line["part"] == part]
        work.summary = f"{row['contact']}: {part} of pitch {row['number']} changed"
    run.tell(f"Pitch {row['number']}, {part}:", *(said or ["(empty)"]), number=row["number"], version=row["version"],
             deal_id=number, part=part, text="\n".join(said))  # fmt: skip


def check(ctx: typer.Context, deal: Deal) -> None:
    """What is missing: parts, the unique value, needs that nothing meets; or the same words as to somebody else.

    Exit code 1 where something is.

    Example: salesflow pitch check ken
    """
    from salesflow.records import pitch_check

    run = session(ctx)
    with run.reading() as (conn, settings):
        row = pitches.get(conn, whole(any_deal(conn, run, settings, deal)))
        answer = pitch_check.check(conn, row)
        run.show(answer)
    if not answer.row["ok"]:
        raise typer.Exit(1)


def given(
    ctx: typer.Context,
    deal: Deal,
    reached: Annotated[
        str | None, typer.Option("--reached", metavar="PART", help="The last part they went along with.")
    ] = None,
    said: Annotated[Texts, typer.Option("--said", metavar="TEXT", help="What they said; again for several.")] = None,
    asked: Annotated[Texts, typer.Option("--asked", metavar="TEXT", help="What they asked; again.")] = None,
    tried: Annotated[Texts, typer.Option("--tried", metavar="TEXT", help="What they tried themselves; again.")] = None,
    benefits_shown: Annotated[
        int | None, typer.Option("--benefits-shown", metavar="N", help="How many benefits you put across.")
    ] = None,
    shown: Annotated[
        Texts, typer.Option("--shown", metavar="NAME", help="A benefit that you put across; again for several.")
    ] = None,
    call_to_action: Annotated[
        str | None, typer.Option("--call-to-action", metavar="TEXT", help="What you asked them to do.")
    ] = None,
    closed: Annotated[bool | None, typer.Option("--close/--no-close", help="You asked for the sale, or not.")] = None,
    minutes: words.Minutes = None,
    on: words.On = None,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """You gave it: how far they went, what they said, asked and tried, and how it ended.

    Example: salesflow pitch given ken --reached desire --asked "since when?"
    """
    from salesflow.records import pitch_given

    run = session(ctx)
    if run.asks and not (said or asked or tried):
        with run.reading() as (conn, settings):
            contact = pitches.get(conn, whole(any_deal(conn, run, settings, deal)))["contact"]
        told = run.ask(f"What did {contact} say, ask or try? (empty: nothing)")
        said = [told] if told else None
    with run.writing() as (conn, settings, work):
        number = whole(any_deal(conn, run, settings, deal))
        row = pitches.get(conn, number)
        wanted = pitch_given.Draft(
            reached, said or (), asked or (), tried or (), shown or (), benefits_shown, call_to_action, closed,
            minutes, words.day(run, settings, on, past=True) if on else None,
        )  # fmt: skip
        found = pitch_given.give(conn, row, wanted, run.moment)
        step = words.promise(conn, run, settings, row["contact_id"], next, todo, number)
        work.summary = f"{row['contact']}: pitch {row['number']} given"
    for warning in found.warnings:
        run.warn(warning)
    count = found.contributions
    lines = [f"{count} contribution{'s' * (count != 1)} by the customer"] if count else []
    lines += [f"{found.shown} of {found.benefits} benefits put across"] if found.shown is not None else []
    reach = f", went along to {found.reached}" if found.reached else ""
    run.tell(
        f"Logged A{found.activity_id}: pitch {row['number']} given to {row['contact']}{reach}", *lines,
        *words.ticked(found.ticked), *step,
        key=f"A{found.activity_id}", id=found.activity_id, number=row["number"], version=row["version"],
        deal_id=number, contact_id=row["contact_id"], contact=row["contact"], reached=found.reached,
        contributions=count, benefits=found.benefits, benefits_shown=found.shown, call_to_action=call_to_action,
        asked_for_sale=closed, warnings=found.warnings,
    )  # fmt: skip
