"""Quotes: drafted, sent, revised. What was sent binds."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.quote_words import (
    Answers,
    Changed,
    Delivery,
    Items,
    Note,
    Quote,
    Terms,
    Until,
    facts,
    items_of,
    needs_of,
    said_of,
    total_of,
    until,
)
from salesflow.cli.session import Session, session
from salesflow.errors import Refused
from salesflow.records import deals, document_lines, documents, inquiries, quote_drafts, quotes, who
from salesflow.records.settings import Settings


def add(
    ctx: typer.Context,
    free: Annotated[list[str] | None, typer.Argument(metavar="WHO|DEAL [ITEM]", show_default=False)] = None,
    item: Items = None,
    source: Annotated[str | None, typer.Option("--from", metavar="I1", help="The inquiry it answers.")] = None,
    price: Annotated[
        str | None, typer.Option("--price", metavar="N", help="Of one, where the item does not say it.")
    ] = None,
    valid_until: Until = None,
    delivery: Delivery = None,
    terms: Terms = None,
    note: Note = None,
    answers: Answers = None,
    because: words.Because = None,
) -> None:
    """Draft a quote. An item is a product's name, or words with a price: "VA 10h x 2 @ 380 tax 20%".

    A draft binds nobody; when you have sent it, say so: salesflow quote sent Q1.

    Example: salesflow quote add ken VA 10h x 2 @ 380 --terms "14 days net"
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        asked = documents.get(conn, "inquiry", source) if source else None
        contact_id, deal_id, rest = whose(conn, run, settings, free or (), asked)
        lines, currency = lines_of(conn, settings, [*items_of(rest), *(item or ())], asked, price)
        draft = quotes.Draft(
            contact_id, lines, currency, deal_id, asked["id"] if asked else None, until(run, settings, valid_until),
            delivery, terms if terms is not None else settings.terms or None, note, needs_of(answers) or (),
        )  # fmt: skip
        added = quotes.add(conn, draft, run.moment, settings.process, because)
        row = added.row
        said, found = said_of(conn, row, settings), facts(conn, row, run.today)
        work.summary = f"{row['contact']}: {documents.key(row)} drafted"
        left = left_out(conn, row)
    for text in added.warnings:
        run.warn(text)
    of = f" from {documents.plain_key(asked)}" if asked else ""
    key = documents.key(row)
    told = [f"{key} {row['contact']}: draft{of}, {said}"]
    told += [f"D{row['deal_id']} {row['deal']} opened for it"] * added.opened
    run.tell(*told, *left, f"When you have sent it: salesflow quote sent {key}", **found)


def whose(
    conn: sqlite3.Connection, run: Session, settings: Settings, free: Sequence[str], asked: sqlite3.Row | None
) -> tuple[int, int | None, list[str]]:
    """The contact, the deal when one is named or the inquiry has one that is open, and the words left over."""
    deal_id = asked["deal_id"] if asked and asked["deal_id"] else None
    if deal_id and deals.get(conn, deal_id)["outcome"] != "open":
        deal_id = None
    if not free:
        if asked is None:
            raise Refused('for whom? salesflow quote add WHO|DEAL "VA 10h x 2 @ 380"')
        return asked["contact_id"], deal_id, []
    key = who.key(free[0])
    if (key and key[0] == "D") or (free[0].isascii() and free[0].isdigit()):
        deal = deals.get_open(conn, key[1] if key else int(free[0]))
        contact_id, deal_id, rest = deal["contact_id"], deal["id"], list(free[1:])
    else:
        contact_id, rest = who.split(conn, free, settings, first="deal", today=run.moment.on)
    if asked and asked["contact_id"] != contact_id:
        raise Refused(f"{documents.key(asked)} is an inquiry of {asked['contact']}")
    return contact_id, deal_id, rest


def lines_of(
    conn: sqlite3.Connection, settings: Settings, items: Sequence[str], asked: sqlite3.Row | None, price: str | None
) -> tuple[tuple[document_lines.Line, ...], str]:
    """The lines, and their currency: as typed, else what the inquiry asks about."""
    decimal = settings.marks[-1]
    if not items and asked is not None:
        line = document_lines.of(conn, asked["id"])[0]
        count = document_lines.quantity_text(line.quantity, decimal)
        items, price = [f"{line.text} x {count}"], price or answered_price(conn, asked, settings)
    lines: list[document_lines.Line] = []
    currency = None
    for item in items:
        found, currency = document_lines.read_item(conn, item, currency, settings.currency, decimal, price)
        lines.append(found)
    return tuple(lines), currency or settings.currency


def answered_price(conn: sqlite3.Connection, asked: sqlite3.Row, settings: Settings) -> str | None:
    """What they were told that one costs, where that is an amount."""
    for question in inquiries.questions(conn, asked["id"]):
        if question["class"] == "price" and question["answer"]:
            try:
                words.amount(settings, question["answer"])
            except Refused:
                continue
            return str(question["answer"])
    return None


def left_out(conn: sqlite3.Connection, row: sqlite3.Row) -> list[str]:
    """The needs that it answers, and those of the deal that it does not, in one line."""
    answered, left = document_lines.needs(conn, row)
    if not answered and not left:
        return []
    names = "; not answered: " + "; ".join(f"N{need['id']} {need['text']}" for need in left)
    return [f"needs answered: {len(answered)} of {len(answered) + len(left)}{names * bool(left)}"]


def edit(
    ctx: typer.Context,
    quote: Quote,
    item: Items = None,
    line: Changed.Line = None,
    price: Changed.Price = None,
    quantity: Changed.Quantity = None,
    tax: Changed.Tax = None,
    text: Changed.Text = None,
    drop: Changed.Drop = None,
    valid_until: Until = None,
    delivery: Delivery = None,
    terms: Terms = None,
    note: Note = None,
    answers: Answers = None,
) -> None:
    """Change a draft. One that was sent binds, and is never altered: quote revise makes its next version.

    Example: salesflow quote edit Q1 --price 380
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        row = quotes.draft_of(conn, quote, run.moment)
        change = quote_drafts.Change(
            tuple(item or ()), line, price, quantity, tax, text, tuple(drop or ()), until(run, settings, valid_until),
            delivery, terms, note, needs_of(answers),
        )  # fmt: skip
        changes = quote_drafts.edit(conn, row, change, run.moment, settings.currency, settings.marks[-1])
        row = documents.by_id(conn, row["id"])
        said, found = said_of(conn, row, settings), facts(conn, row, run.today)
        work.summary = f"{documents.key(row)}: {'; '.join(changes)}"[:200]
        left = left_out(conn, row)
    what = "; ".join(changes) or "nothing to change"
    run.tell(f"{documents.key(row)} {row['contact']}: {what}", f"Draft: {said}", *left, **found, changes=changes)


def sent(
    ctx: typer.Context,
    quote: Quote,
    on: words.On = None,
    via: Annotated[str, typer.Option("--via", metavar="KIND", help="email, letter, message, visit ...")] = "email",
    valid_until: Until = None,
    because: words.Because = None,
) -> None:
    """You sent it: from now on it binds you, until its last day. A follow-up is made by itself.

    Example: salesflow quote sent Q1 --via letter
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        row = quotes.draft_of(conn, quote, run.moment)
        done = quotes.sent(
            conn, row, run.moment, via=via, on=words.day(run, settings, on, past=True) if on else None,
            valid_until=until(run, settings, valid_until), valid_days=settings.valid_days, because=because,
            total=total_of(conn, row, settings),
        )  # fmt: skip
        row, found = done.row, facts(conn, done.row, run.today)
        key = documents.key(row)
        asked = quotes.inquiry_of(conn, row)
        work.summary = f"{row['contact']}: {key} sent, binding until {row['valid_until']}"
    for text in done.warnings:
        run.warn(text)
    lines = [f"{key} {row['contact']}: sent {row['sent_on']}, legally binding until {row['valid_until']}"]
    if done.superseded:
        lines.append(f"{documents.key(done.superseded)} is superseded by it")
    lines.append(f"Next: F{done.follow_up_id} {words.when(run, done.due_on)}, call: {quotes.ARRIVED}")
    if done.answered or done.unanswered:
        given = f"{', '.join(done.answered)} answered by it" if done.answered else ""
        left = "still to answer: " + ", ".join(done.unanswered) if done.unanswered else ""
        lines.append(f"{asked}: {given}{'; ' if given and left else ''}{left}")
    run.tell(*lines, *words.ticked(done.ticked), **found, follow_up=f"F{done.follow_up_id}", due_on=done.due_on)


def revise(
    ctx: typer.Context,
    quote: Quote,
    item: Items = None,
    line: Changed.Line = None,
    price: Changed.Price = None,
    quantity: Changed.Quantity = None,
    tax: Changed.Tax = None,
    text: Changed.Text = None,
    drop: Changed.Drop = None,
    valid_until: Until = None,
    delivery: Delivery = None,
    terms: Terms = None,
    note: Note = None,
    answers: Answers = None,
    they_ask: Annotated[
        str | None, typer.Option("--they-ask", metavar="N", help="What they want to pay: a round of negotiation.")
    ] = None,
) -> None:
    """A new version, as a draft. The one sent before binds until the new one is sent.

    Example: salesflow quote revise Q1 --price 380 --they-ask 350
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        change = quote_drafts.Change(
            tuple(item or ()), line, price, quantity, tax, text, tuple(drop or ()), until(run, settings, valid_until),
            delivery, terms, note, needs_of(answers),
        )  # fmt: skip
        row, old, changes = quotes.revise(conn, quote, change, run.moment, settings.currency, settings.marks[-1])
        if they_ask is not None:
            changes += negotiated(conn, run, settings, row, they_ask, price)
        said, found = said_of(conn, row, settings), facts(conn, row, run.today)
        key, before = documents.key(row), documents.key(old)
        work.summary = f"{row['contact']}: {key} drafted"
        left = left_out(conn, row)
    binds = documents.state(old, run.today) == "sent"
    stays = f"; {before} stays binding until {key} is sent" if binds else ""
    then = f"When you have sent it: salesflow quote sent {documents.plain_key(row)}"
    run.tell(f"{key} {row['contact']}: draft, {said}{stays}", *changes, *left, then, **found, changes=changes)


def negotiated(
    conn: sqlite3.Connection, run: Session, settings: Settings, row: sqlite3.Row, they_ask: str, price: str | None
) -> list[str]:
    """A round of negotiation logged with both amounts; what we offer is the new price, else the new total."""
    from salesflow.money import show

    offered = words.amount(settings, price) if price else None
    if offered is None:
        offered = document_lines.totals(document_lines.of(conn, row["id"])).total, row["currency"]
    asked = words.amount(settings._replace(currency=row["currency"]), they_ask)
    assert asked is not None
    texts = show(*asked, settings.marks), show(offered[0], row["currency"], settings.marks)
    number = quotes.negotiated(conn, row, *texts, run.moment)
    return [f"Logged A{number}: they ask {texts[0]}, we offer {texts[1]}"]
