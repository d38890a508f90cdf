"""Closing: win, lose, park."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.deal import facts, find_deal, money, promised
from salesflow.cli.session import Session, session
from salesflow.errors import Refused
from salesflow.records import closing, contacts, deals, follow_ups, matters, reasons

Note = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="More on the reason.")]
Lesson = Annotated[str | None, typer.Option("--lesson", metavar="TEXT", help="What to do again, or otherwise.")]


def win(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO|DEAL HOW", show_default=False)],
    how: words.Because = None,
    amount: words.Amount = None,
    on: words.On = None,
    note: Note = None,
    lesson: Lesson = None,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """Closed: sold, and how it was won. From any stage; what speaks against it is said, and kept.

    Example: salesflow win ken fast reply to the quote --amount 380
    """
    run = session(ctx)
    how = asked_reason(run, "won", free, how)
    with run.writing() as (conn, settings, work):
        number, rest = find_deal(conn, run, settings, free)
        before = deals.get(conn, number)
        said = closing.Closing(
            " ".join(rest) or how or "", note, lesson, None, words.amount(settings, amount),
            words.day(run, settings, on, past=True) if on else None,
        )  # fmt: skip
        done = closing.win(conn, number, said, run.moment)
        deal = deals.get(conn, number)
        lines = [f"Fell away: {', '.join(done.gone)}"] * bool(done.gone)
        lines += promised(conn, run, number, deal["stage_id"], done.promised)
        step = words.promise(conn, run, settings, deal["contact_id"], next, todo)
        status = contacts.status(conn, deal["contact_id"])
        signed = matters.signs(conn, number)
        work.summary = f"{deal['contact']}: D{number} won"
    for warning in done.warnings:
        run.warn(warning)
    was = f" (was{money(run, before)})" if before["amount_minor"] not in (None, deal["amount_minor"]) else ""
    new = "" if done.result == "new customer" else "new contract, "
    early = [f"Closed on a sign to buy, from {deal['stage']}"] if deal["pace"] == "on a sign" and signed else []
    run.tell(
        f"D{number} {deal['contact']}: {deal['title']}{money(run, deal)}{was} won, {deal['how']}; {new}"
        f"now a {'repeat customer' if status == 'repeat' else status}", *early, *lines, *step,
        **facts(deal), **reason_facts(deal), result=done.result, promised=[f"F{each}" for each in done.promised],
    )  # fmt: skip


def lose(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO|DEAL WHY", show_default=False)],
    why: words.Because = None,
    on: words.On = None,
    note: Note = None,
    lesson: Lesson = None,
    to: Annotated[str | None, typer.Option("--to", metavar="NAME", help="The competitor who won it.")] = None,
    keep: Annotated[
        str | None, typer.Option("--keep", metavar="yes|no|ask", help="May you keep them on your list?")
    ] = None,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """Closed: not sold, and why it was lost. Ask whether you may keep in touch: --keep no silences them for good.

    Example: salesflow lose ken price --keep yes
    """
    run = session(ctx)
    if keep is not None and keep not in closing.KEEP:
        raise Refused(f"--keep is yes, no or ask, not {keep!r}")
    why = asked_reason(run, "lost", free, why)
    keep = keep or asked_keep(run, free, next or todo)
    with run.writing() as (conn, settings, work):
        number, rest = find_deal(conn, run, settings, free)
        said = closing.Closing(
            " ".join(rest) or why or "", note, lesson, to, None,
            words.day(run, settings, on, past=True) if on else None,
        )  # fmt: skip
        gone = closing.lose(conn, number, said, run.moment)
        deal = deals.get(conn, number)
        keep = keep or closing.to_be_asked(conn, deal["contact_id"], planned=bool(next or todo))
        if keep:
            next_on = words.day(run, settings, next) if next else None
            kept = closing.keep_in_touch(conn, number, keep, run.moment, next_on=next_on, todo=todo)
            step = [f"Next: {promise_said(run, follow_ups.get(conn, kept.follow_up_id))}"] if kept.follow_up_id else []
        else:
            kept = closing.Kept()
            step = words.promise(conn, run, settings, deal["contact_id"], next, todo)
        work.summary = f"{deal['contact']}: D{number} lost"
    lines = [f"Fell away: {', '.join(gone)}"] if gone else []
    if keep == "no":
        fell = f"; {kept.silenced} {'promise' if kept.silenced == 1 else 'promises'} fell silent"
        lines.append(f"{deal['contact']}: off the list for good{fell if kept.silenced else ''}")
    run.tell(
        f"D{number} {deal['contact']}: {deal['title']}{money(run, deal)} lost, {deal['how']}", *lines, *step,
        **facts(deal), **reason_facts(deal), lost_to=deal["lost_to"], keep=keep, silenced=kept.silenced,
    )  # fmt: skip


def promise_said(run: Session, row: sqlite3.Row) -> str:
    return f"F{row['id']} {words.when(run, row['due_on'])}, {follow_ups.said(row)}"


def reason_facts(deal: sqlite3.Row) -> dict[str, str | None]:
    return {name: deal[name] for name in ("reason", "note", "lesson", "pace", "closed_on")}


def asked_reason(run: Session, outcome: str, free: Sequence[str], given: str | None) -> str | None:
    """The reason, asked on the terminal where none was given; before anything is written."""
    if not run.asks or given:
        return given
    with run.reading() as (conn, settings):
        number, rest = find_deal(conn, run, settings, free)
        if rest:
            return None
        deal = deals.get(conn, number)
        question = f"How was D{number} {deal['title']} of {deal['contact']} {outcome}? Number or words:"
        return run.choose(question, reasons.offered(conn, outcome))


def asked_keep(run: Session, free: Sequence[str], step: str | None) -> str | None:
    """Whether they may be kept, asked on the terminal where it must be known; before anything is written."""
    if not run.asks:
        return None
    with run.reading() as (conn, settings):
        number, _ = find_deal(conn, run, settings, free)
        deal = deals.get(conn, number)
        if not closing.to_be_asked(conn, deal["contact_id"], planned=bool(step), closing_id=number):
            return None
    answer = run.ask(f"May you keep {deal['contact']} on your list and be in touch later? yes, no, or Enter: ask soon.")
    return {"y": "yes", "yes": "yes", "n": "no", "no": "no"}.get(answer.lower(), "ask")


def park(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO|DEAL DAY WHY", show_default=False)],
    why: words.Because = None,
) -> None:
    """Not now: quiet until that day, for a reason.

    Example: salesflow park ken apr after the move
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        number, rest = find_deal(conn, run, settings, free, lambda left: words.begins_with_day(run, settings, left))
        until, reason = words.leading_day(run, settings, rest)
        deals.park(conn, number, until, " ".join(reason) or why or "", run.moment)
        deal = deals.get(conn, number)
        work.summary = f"{deal['contact']}: D{number} parked until {until}"
    quiet = f"parked until {words.when(run, until)}: {deal['parked_why']}"
    run.tell(f"D{number} {deal['contact']}: {deal['title']}, {quiet}", **facts(deal), parked_until=until)
