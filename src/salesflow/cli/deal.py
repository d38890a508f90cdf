"""Deals: add, move, win, lose, park, and the noun's verbs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.session import Session, session
from salesflow.errors import Refused
from salesflow.records import contacts, deals, sales, who
from salesflow.records.settings import Settings

WhoWhat = Annotated[list[str], typer.Argument(metavar="WHO WHAT", show_default=False)]
Key = Annotated[str, typer.Argument(metavar="DEAL", show_default=False)]


def add(
    ctx: typer.Context,
    free: WhoWhat,
    amount: words.Amount = None,
    process: words.Process = None,
    stage: Annotated[str | None, typer.Option("--stage", metavar="STAGE", help="Where it starts.")] = None,
    on: words.On = None,
    because: words.Because = None,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """Open a deal: a sale that takes time.

    Example: salesflow deal add ken 10 hours a month --amount 400
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        contact_id, what = who.split(conn, free, settings, today=run.moment.on)
        what, amount = currency_after(what, amount)
        draft = deals.Draft(
            contact_id, " ".join(what), words.amount(settings, amount), process or settings.process, stage,
            words.day(run, settings, on, past=True) if on else None,
        )  # fmt: skip
        number = deals.add(conn, draft, run.moment)
        warning = sales.warn_unqualified(conn, contact_id, number, run.moment, because)
        deal = deals.get(conn, number)
        step = words.promise(conn, run, settings, contact_id, next, todo, number)
        work.summary = f"{deal['contact']}: D{number} {deal['title']} opened"
    run.warn(warning)
    run.tell(
        f"D{number} {deal['contact']}: {deal['title']}{money(run, deal)}, in {deal['stage']}", *step, **facts(deal)
    )


def currency_after(what: list[str], amount: str | None) -> tuple[list[str], str | None]:
    """`--amount 300 EUR` without quotation marks leaves EUR at the end of WHAT: it goes back to its amount."""
    from salesflow.money import CURRENCIES

    if amount and len(what) > 1 and what[-1] in CURRENCIES and not any(letter.isalpha() for letter in amount):
        return what[:-1], f"{amount} {what[-1]}"
    return what, amount


def money(run: Session, deal: sqlite3.Row) -> str:
    if deal["amount_minor"] is None:
        return ""
    from salesflow.money import show

    return f" {show(deal['amount_minor'], deal['currency'], run.marks)}"


def facts(deal: sqlite3.Row) -> dict[str, str | int | None]:
    return {
        "key": f"D{deal['id']}", "id": deal["id"], "contact_id": deal["contact_id"], "contact": deal["contact"],
        "title": deal["title"], "amount_minor": deal["amount_minor"], "currency": deal["currency"],
        "process": deal["process"], "stage": deal["stage"], "outcome": deal["outcome"], "how": deal["how"],
    }  # fmt: skip


def find_deal(
    conn: sqlite3.Connection, run: Session, settings: Settings, free: Sequence[str],
    fits: Callable[[Sequence[str]], bool] = lambda rest: True,
) -> tuple[int, list[str]]:  # fmt: skip
    """The open deal that the first words name, by key, number or WHO, and the words left over."""
    key = who.key(free[0])
    if (free[0].isascii() and free[0].isdigit()) or (key and key[0] == "D"):
        number = int(free[0]) if free[0].isdigit() else key[1] if key else 0
        return int(deals.get_open(conn, number)["id"]), list(free[1:])
    contact_id, rest = who.split(conn, free, settings, first="deal", today=run.moment.on, fits=fits)
    return deals.open_deal(conn, contact_id), rest


def move(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO|DEAL [STAGE]", show_default=False)],
    on: words.On = None,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """On to the next stage, or to the one named.

    Example: salesflow move ken presentation
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        number, stage = find_deal(conn, run, settings, free)
        on_day = words.day(run, settings, on, past=True) if on else None
        deals.move(conn, number, " ".join(stage) or None, run.moment, on_day)
        deal = deals.get(conn, number)
        step = words.promise(conn, run, settings, deal["contact_id"], next, todo, number)
        work.summary = f"{deal['contact']}: D{number} moved to {deal['stage']}"
    run.tell(f"D{number} {deal['contact']}: {deal['title']}, now in {deal['stage']}", *step, **facts(deal))


def win(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO|DEAL HOW", show_default=False)],
    how: words.Because = None,
    amount: words.Amount = None,
    on: words.On = None,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """Closed: sold, and how it was won.

    Example: salesflow win ken fast reply to the quote --amount 380
    """
    close(session(ctx), "won", free, how, amount, on, next, todo)


def lose(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO|DEAL WHY", show_default=False)],
    why: words.Because = None,
    on: words.On = None,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """Closed: not sold, and why it was lost.

    Example: salesflow lose ken price
    """
    close(session(ctx), "lost", free, why, None, on, next, todo)


def close(
    run: Session, outcome: str, free: Sequence[str], how: str | None, amount: str | None, on: str | None,
    next_on: str | None, todo: str | None,
) -> None:  # fmt: skip
    """Won or lost: the reason from the words, the option, or the terminal."""
    if run.asks and not how:
        with run.reading() as (conn, settings):
            number, rest = find_deal(conn, run, settings, free)
            if not rest:
                deal = deals.get(conn, number)
                question = f"How was D{number} {deal['title']} of {deal['contact']} {outcome}? Number or words:"
                how = run.choose(question, deals.reasons(conn, outcome))
    with run.writing() as (conn, settings, work):
        number, rest = find_deal(conn, run, settings, free)
        reason = " ".join(rest) or how or ""
        warning = None
        if outcome == "won":
            warning = sales.warn_unqualified(conn, deals.get(conn, number)["contact_id"], number, run.moment)
        deals.close(conn, number, outcome, reason, run.moment, amount=words.amount(settings, amount),
                    on=words.day(run, settings, on, past=True) if on else None)  # fmt: skip
        deal = deals.get(conn, number)
        step = words.promise(conn, run, settings, deal["contact_id"], next_on, todo)
        status = contacts.status(conn, deal["contact_id"])
        work.summary = f"{deal['contact']}: D{number} {outcome}"
    run.warn(warning)
    now = f"; now a {'repeat customer' if status == 'repeat' else status}" if outcome == "won" else ""
    run.tell(
        f"D{number} {deal['contact']}: {deal['title']}{money(run, deal)} {outcome}, {reason}{now}", *step, **facts(deal)
    )


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


def list_deals(
    ctx: typer.Context,
    outcome: Annotated[str | None, typer.Option("--outcome", metavar="WORD", help="open, won or lost.")] = None,
    process: words.Process = None,
    of: Annotated[str | None, typer.Option("--who", metavar="WHO", help="Of one person.")] = None,
    limit: words.Limit = None,
) -> None:
    """Deals, the newest first.

    Example: salesflow deal list --outcome open
    """
    run = session(ctx)
    if outcome not in (None, "open", "won", "lost"):
        raise Refused(f"an outcome is open, won or lost, not {outcome!r}")
    with run.reading() as (conn, settings):
        contact_id = who.resolve(conn, of, settings) if of else None
        run.show(deals.listed(conn, contact_id=contact_id, outcome=outcome, process=process, limit=limit))


def show(ctx: typer.Context, deal: Key) -> None:
    """One deal with its stages.

    Example: salesflow deal show D7
    """
    from salesflow.cli.follow_up import deal_id
    from salesflow.records import card

    run = session(ctx)
    with run.reading() as (conn, settings):
        run.show(card.of_thing(conn, "D", deal_id(deal), run.today, settings))


def edit(
    ctx: typer.Context,
    deal: Key,
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT", help="Another title.")] = None,
    amount: words.Amount = None,
    how: words.Because = None,
) -> None:
    """Another title, amount or reason; or an amount where there was none.

    Example: salesflow deal edit D7 --amount 450
    """
    from salesflow.cli.follow_up import deal_id

    run = session(ctx)
    with run.writing() as (conn, settings, work):
        number = deal_id(deal)
        said = deals.edit(conn, number, title=title, amount=words.amount(settings, amount), how=how)
        found = deals.get(conn, number)
        work.summary = f"D{number} changed"
    run.tell(f"D{number} {found['contact']}: {found['title']}{money(run, found)}", **facts(found), changes=said)


def reopen(ctx: typer.Context, deal: Key) -> None:
    """A closed deal is open again, in the stage it stood in.

    Example: salesflow deal reopen D7
    """
    from salesflow.cli.follow_up import deal_id

    run = session(ctx)
    with run.writing() as (conn, _, work):
        number = deal_id(deal)
        deals.reopen(conn, number, run.moment)
        found = deals.get(conn, number)
        work.summary = f"D{number} opened again"
    run.tell(f"D{number} {found['contact']}: {found['title']}, open again in {found['stage']}", **facts(found))


def delete(ctx: typer.Context, deal: Key) -> None:
    """Remove a deal that never was; one that came to nothing is lost, with its reason.

    Example: salesflow deal delete D7
    """
    from salesflow.cli.follow_up import deal_id
    from salesflow.cli.mend import delete_thing

    run = session(ctx)
    with run.writing() as (conn, _, work):
        work.summary = said = delete_thing(conn, run, "D", deal_id(deal))
    run.tell(said, deleted=deal, change_id=work.change_id)
    run.undo_hint(work)
