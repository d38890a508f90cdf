"""Inquiries: what a customer asks, and what they were answered. Never binding."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.session import Session, session
from salesflow.errors import Refused
from salesflow.records import activities, contacts, document_lines, documents, inquiries, tasks_done, who
from salesflow.records.settings import Settings

Key = Annotated[str, typer.Argument(metavar="I1", show_default=False)]
Quantity = Annotated[str | None, typer.Option("--quantity", metavar="N", help="How many: 2, 2.5.")]
Asks = Annotated[
    str | None, typer.Option("--asks", metavar="WORDS", help="Of price,availability,delivery; else: the price.")
]
Own = Annotated[list[str] | None, typer.Option("--ask", metavar="TEXT", help="A question of their own; several too.")]
Note = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="What to know about it.")]
Deal = Annotated[str | None, typer.Option("--deal", metavar="D7", help="It belongs to this deal.")]
Via = Annotated[str | None, typer.Option("--via", metavar="KIND", help="call, email, visit, message, letter ...")]


def list_inquiries(
    ctx: typer.Context,
    free: Annotated[list[str] | None, typer.Argument(metavar="[WHO]", show_default=False)] = None,
    limit: words.Limit = None,
) -> None:
    """Inquiries, the newest first; of one person, or of everybody.

    Example: salesflow inquiry list ken
    """
    run = session(ctx)
    with run.reading() as (conn, settings):
        contact_id = who.resolve(conn, " ".join(free), settings) if free else None
        run.show(inquiries.listed(conn, contact_id, settings.marks[-1], limit))


def add(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO PRODUCT", show_default=False)],
    quantity: Quantity = None,
    asks: Asks = None,
    own: Own = None,
    note: Note = None,
    deal: Deal = None,
    new: words.New = False,
    via: Via = None,
) -> None:
    """They ask about something: is it available, what does it cost, when does it come? It stays due until answered.

    Example: salesflow inquiry add ken VA 10h x 2 --asks price,delivery
    """
    run = session(ctx)
    with run.writing(new=new) as (conn, settings, work):
        from salesflow.cli.activity import person

        decimal = settings.marks[-1]
        contact_id, rest = person(conn, run, settings, free, new)
        line = inquiries.read_line(conn, " ".join(rest), quantity, decimal)
        draft = inquiries.Draft(
            contact_id, line, inquiries.read_asks(asks), texts(own), note, deal_of(deal), kind_of(via) or "question"
        )
        row = inquiries.add(conn, draft, run.moment, decimal)
        key, what = documents.key(row), document_lines.said([line], decimal)
        left = inquiries.unanswered(conn, row["id"])
        about = tasks_done.deal_of(conn, contact_id, row["deal_id"])
        done = words.ticked(tasks_done.did(conn, about, "inquiry", run.moment))
        status = contacts.status(conn, contact_id)
        work.summary = f"{row['contact']}: {key} asks about {what}"
    run.tell(f"{key} {row['contact']}: asks about {what}: {', '.join(left)}",
             f"Answer it: salesflow inquiry answer {key} {hint(left)}", *done,
             **facts(row), status=status, left=left)  # fmt: skip


def hint(left: Sequence[str]) -> str:
    """How the next open question is answered."""
    known = {"price": "--price 400", "availability": "--availability yes", "delivery": '--delivery "two weeks"'}
    return known.get(left[0], "--other TEXT") if left else ""


def facts(row: sqlite3.Row) -> dict[str, str | int | None]:
    return {
        "key": documents.key(row), "id": row["id"], "contact_id": row["contact_id"], "contact": row["contact"],
        "deal_id": row["deal_id"], "state": row["state"],
    }  # fmt: skip


def texts(own: Sequence[str] | None) -> tuple[str, ...]:
    found = tuple(text.strip() for text in own or ())
    if not all(found):
        raise Refused('what do they ask? --ask "in their words?"')
    return found


def deal_of(text: str | None) -> int | None:
    from salesflow.cli.follow_up import deal_id

    return deal_id(text) if text is not None else None


def kind_of(via: str | None) -> str | None:
    """The kind of activity that --via names. Raises Refused."""
    if via is None:
        return None
    known = activities.kind_of(via)
    if known is None:
        raise Refused(f"no kind of contact {via!r}; there are: {', '.join(activities.KINDS)}")
    return known


def edit(
    ctx: typer.Context,
    inquiry: Key,
    product: Annotated[str | None, typer.Option("--product", metavar="TEXT", help="Another product.")] = None,
    quantity: Quantity = None,
    asks: Annotated[str | None, typer.Option("--asks", metavar="WORDS", help="They ask this too.")] = None,
    own: Own = None,
    drop: Annotated[str | None, typer.Option("--drop", metavar="WORDS", help="They ask this no more.")] = None,
    note: Note = None,
    deal: Deal = None,
) -> None:
    """Change an inquiry; it binds nobody, so it may be changed freely.

    Example: salesflow inquiry edit I1 --quantity 2
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        row = documents.get(conn, "inquiry", inquiry)
        said = inquiries.edit(
            conn, row, run.moment, line=product, quantity=quantity, asks=inquiries.read_asks(asks), own=texts(own),
            drop=inquiries.read_asks(drop), note=note, deal_id=deal_of(deal), decimal=settings.marks[-1],
        )  # fmt: skip
        row = documents.get(conn, "inquiry", inquiry)
        key = documents.key(row)
        left = inquiries.unanswered(conn, row["id"])
        work.summary = f"{key}: {'; '.join(said)}"[:200]
    run.tell(f"{key} {row['contact']}: {'; '.join(said) or 'nothing to change'}", **facts(row), left=left, changes=said)


def answer(
    ctx: typer.Context,
    inquiry: Key,
    price: Annotated[str | None, typer.Option("--price", metavar="N", help="What it costs; no offer yet.")] = None,
    availability: Annotated[
        str | None, typer.Option("--availability", metavar="TEXT", help="yes, no, from May ...")
    ] = None,
    delivery: Annotated[str | None, typer.Option("--delivery", metavar="TEXT", help='"two weeks", 12 dec ...')] = None,
    other: Annotated[
        list[str] | None, typer.Option("--other", metavar="TEXT", help="To their own questions, in turn.")
    ] = None,
    via: Via = None,
    on: words.On = None,
) -> None:
    """You told them. To say what it costs is no offer; what binds you is a quote.

    Example: salesflow inquiry answer I1 --price 400 --delivery "two weeks"
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        row = documents.get(conn, "inquiry", inquiry)
        given = [("price", price_text(settings, price)), ("availability", availability), ("delivery", delivery)]
        answers = [(class_, text) for class_, text in given if text is not None]
        answers += [(inquiries.OTHER, text) for text in other or ()]
        row = inquiries.answer(conn, row, answers, run.moment)
        told(conn, run, settings, row, answers, via, on)
        key = documents.key(row)
        left = inquiries.unanswered(conn, row["id"])
        work.summary = f"{key} of {row['contact']}: {', '.join(class_ for class_, _ in answers)} answered"
    still = f"still to answer: {', '.join(left)}" if left else "everything is answered"
    offer = [] if left else [f"An offer that binds: salesflow quote add --from {key}"]
    run.tell(f"{key} {row['contact']}: {row['state']}, {still}", *offer, **facts(row), left=left)


def price_text(settings: Settings, text: str | None) -> str | None:
    """An amount with its currency, or words of one's own such as `from 400`."""
    if text is None or not text.strip()[:1].isdigit():
        return text
    from salesflow.money import show

    found = words.amount(settings, text)
    assert found is not None
    return show(*found, settings.marks)


def told(
    conn: sqlite3.Connection, run: Session, settings: Settings, row: sqlite3.Row, answers: Sequence[tuple[str, str]],
    via: str | None, on: str | None,
) -> None:  # fmt: skip
    """That they were answered stands in the history, by the way they asked when no other is said."""
    text = f"{documents.key(row)} answered: " + "; ".join(
        text if class_ == inquiries.OTHER else f"{class_}: {text}" for class_, text in answers
    )
    activities.add(
        conn, activities.Draft(
            row["contact_id"], kind_of(via) or inquiries.came_by(conn, row), text, "out",
            on=words.day(run, settings, on, past=True) if on else None, deal_id=row["deal_id"], document_id=row["id"],
        ), run.moment,
    )  # fmt: skip


def show(ctx: typer.Context, inquiry: Key) -> None:
    """One inquiry: what it asks, what was answered, and the quotes that came of it.

    Example: salesflow inquiry show I1
    """
    run = session(ctx)
    with run.reading() as (conn, settings):
        row = documents.get(conn, "inquiry", inquiry)
        run.show(inquiries.shown(conn, row, run.today, settings.marks[-1]))


def close(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="I1 [WHY]", show_default=False)],
) -> None:
    """They ask no more: it is due no longer.

    Example: salesflow inquiry close I1 found it elsewhere
    """
    run = session(ctx)
    with run.writing() as (conn, _, work):
        row = documents.get(conn, "inquiry", free[0])
        inquiries.close(conn, row, run.moment)
        why = " ".join(free[1:])
        if why:
            text = f"{documents.key(row)} closed: {why}"
            activities.add(
                conn, activities.Draft(row["contact_id"], "note", text, deal_id=row["deal_id"], document_id=row["id"]),
                run.moment,
            )  # fmt: skip
        row = documents.get(conn, "inquiry", free[0])
        key = documents.key(row)
        work.summary = f"{key} of {row['contact']} closed"
    run.tell(f"{key} {row['contact']}: closed, they ask no more", **facts(row))
