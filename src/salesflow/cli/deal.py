"""Deals: add, move, and the noun's verbs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.session import Session, session
from salesflow.errors import Refused
from salesflow.records import deal_list, deals, follow_ups, leaving, tasks, who
from salesflow.records.settings import Settings

WhoWhat = Annotated[list[str], typer.Argument(metavar="WHO WHAT", show_default=False)]
Key = Annotated[str, typer.Argument(metavar="DEAL", show_default=False)]


def add(
    ctx: typer.Context,
    free: WhoWhat,
    amount: words.Amount = None,
    process: words.Process = None,
    stage: Annotated[str | None, typer.Option("--stage", metavar="STAGE", help="Where it starts.")] = None,
    kind: Annotated[str, typer.Option("--kind", metavar="WORD", help="sale, or recruit: to join you.")] = "sale",
    product: words.Product = None,
    problem: words.Problem = None,
    on: words.On = None,
    because: words.Because = None,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """Open a deal: a sale that takes time. With --product its name and price are WHAT and the amount, if none are said.

    Example: salesflow deal add ken 10 hours a month --amount 400
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        contact_id, what = who.split(conn, free, settings, today=run.moment.on)
        what, amount = currency_after(what, amount)
        draft = deals.Draft(
            contact_id, " ".join(what), words.amount(settings, amount), process or settings.process, stage,
            words.day(run, settings, on, past=True) if on else None, product_id=words.product(conn, product), kind=kind,
        )  # fmt: skip
        number = deals.add(conn, draft, run.moment)
        words.problem(conn, run, contact_id, number, problem)
        warnings = leaving.opening(conn, deals.get(conn, number), run.moment, because)
        warned = unprepared(conn, run, number) if product else None
        deal = deals.get(conn, number)
        made = tasks.enter(conn, number, run.moment)
        lines = promised(conn, run, number, deal["stage_id"], made)
        step = words.promise(conn, run, settings, contact_id, next, todo, number)
        work.summary = f"{deal['contact']}: D{number} {deal['title']} opened"
    for warning in (*warnings, warned):
        run.warn(warning)
    run.tell(
        f"D{number} {deal['contact']}: {deal['title']}{money(run, deal)}, in {deal['stage']}", *lines, *step,
        **facts(deal), promised=[f"F{each}" for each in made],
    )  # fmt: skip


def unprepared(conn: sqlite3.Connection, run: Session, number: int) -> str | None:
    """The warning of a deal whose product lacks features, advantages or benefits; once."""
    from salesflow.records import prepared

    return prepared.warn(conn, number, run.moment)


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
    because: words.Because = None,
    next: words.Next = None,
    todo: words.Todo = None,
    no_next: Annotated[bool, typer.Option("--no-next", help="Without a next step, on purpose.")] = False,
) -> None:
    """On to the next stage, or to the one named. What is left undone or unasked is named, and never a wall.

    Example: salesflow move ken presentation --next fri --todo "show the list"
    """
    run = session(ctx)
    if no_next and (next or todo):
        raise Refused("--next, or --no-next, not both")
    if run.asks and not (next or todo or no_next):
        next, todo = step_after_move(run, free)
    with run.writing() as (conn, settings, work):
        number, stage = find_deal(conn, run, settings, free)
        before = deals.get(conn, number)
        target = deals.target(conn, before, " ".join(stage) or None)
        warnings = leaving.warnings(conn, before, target, run.moment, because)
        on_day = words.day(run, settings, on, past=True) if on else None
        deals.enter(conn, number, target["id"], run.moment, on_day)
        deal = deals.get(conn, number)
        made = tasks.enter(conn, number, run.moment)
        step = words.promise(conn, run, settings, deal["contact_id"], next, todo, number)
        lines = promised(conn, run, number, deal["stage_id"], made)
        alone = not follow_ups.due(conn, deal["contact_id"])
        if alone:
            leaving.without_step(conn, deal, run.moment, because)
        work.summary = f"{deal['contact']}: D{number} moved to {deal['stage']}"
    for warning in warnings:
        run.warn(warning)
    theirs = [f"{target['outsourced_to']} does this stage"] if target["outsourced_to"] else []
    run.tell(
        f"D{number} {deal['contact']}: {deal['title']}, now in {deal['stage']}", *theirs, *lines, *step, **facts(deal),
        promised=[f"F{each}" for each in made],
    )  # fmt: skip
    if alone and not no_next:
        run.say(f"Nothing is promised to {deal['contact']}; next: salesflow follow {deal['contact_id']} DAY [TEXT]")


def step_after_move(run: Session, free: Sequence[str]) -> tuple[str | None, str | None]:
    """The next step, asked on the terminal unless one lies ahead or the new stage brings one; before anything is
    written."""
    with run.reading() as (conn, settings):
        number, stage = find_deal(conn, run, settings, free)
        deal = deals.get(conn, number)
        target = deals.target(conn, deal, " ".join(stage) or None)
        brings = [row for row in tasks.dated(conn, deal) if row["stage_id"] == target["id"]]
        if brings or follow_ups.due(conn, deal["contact_id"]):
            return None, None
        return words.asked_step(run, settings, deal["contact"])


def promised(conn: sqlite3.Connection, run: Session, number: int, stage_id: int, made: Sequence[int]) -> list[str]:
    """The follow-ups of a deal's tasks: those that came with the stage, and those still open of others."""
    found = tasks.promised(conn, number)
    return [
        f"{'Task' if row['id'] in made else 'Still open'}: F{row['id']} {words.when(run, row['due_on'])}, "
        f"{follow_ups.said(row)}"
        for row in found
        if row["id"] in made or row["stage_id"] != stage_id
    ]


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
        run.show(deal_list.listed(conn, contact_id=contact_id, outcome=outcome, process=process, limit=limit))


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
    product: words.Product = None,
    problem: words.Problem = None,
    key: Annotated[
        bool | None, typer.Option("--key/--no-key", help="One of the important deals, or no longer.")
    ] = None,
    paid: Annotated[str | None, typer.Option("--paid", metavar="DAY", help="The day a deal won was paid.")] = None,
    note: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="More on how it closed.")] = None,
    lesson: Annotated[str | None, typer.Option("--lesson", metavar="TEXT", help="What it taught you.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="NAME", help="The competitor who won it.")] = None,
) -> None:
    """Another title, amount, product or reason; of a closed deal the day it was paid, a note, what it taught.

    Example: salesflow deal edit D7 --amount 450
    """
    from salesflow.cli.follow_up import deal_id

    run = session(ctx)
    with run.writing() as (conn, settings, work):
        number = deal_id(deal)
        words.problem(conn, run, deals.get(conn, number)["contact_id"], number, problem)
        said = deals.edit(
            conn, number, title=title, amount=words.amount(settings, amount), how=how,
            product_id=words.product(conn, product), is_key=key,
            paid_on=words.day(run, settings, paid, past=True) if paid else paid, note=note, lesson=lesson, lost_to=to,
            moment=run.moment,
        )  # fmt: skip
        warned = unprepared(conn, run, number) if product else None
        found = deals.get(conn, number)
        work.summary = f"D{number} changed"
    run.warn(warned)
    more = [text for text in said if not text.startswith(("title", "amount", "currency"))]
    about = "; ".join([f"D{number} {found['contact']}: {found['title']}{money(run, found)}", *more])
    run.tell(about, **facts(found), changes=said)


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
        lines = promised(conn, run, number, found["stage_id"], tasks.enter(conn, number, run.moment))
        work.summary = f"D{number} opened again"
    run.tell(f"D{number} {found['contact']}: {found['title']}, open again in {found['stage']}", *lines, **facts(found))


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
