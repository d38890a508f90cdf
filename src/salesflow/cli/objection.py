"""Objections: what they say against it, what is behind it, and the answers that worked."""

from __future__ import annotations

import sqlite3
from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.deal import find_deal
from salesflow.cli.session import Session, session
from salesflow.errors import NotFound, Refused
from salesflow.records import deals, matters, objections, tasks_done, who
from salesflow.records.settings import Settings
from salesflow.table import Table

Key = Annotated[str, typer.Argument(metavar="O3", show_default=False)]
KindOf = Annotated[
    str | None, typer.Option("--kind", metavar="WORD", help=f"{', '.join(objections.KINDS)}, or your word.")
]
Behind = Annotated[
    str | None, typer.Option("--behind", "--requirement", metavar="TEXT", help="What they require, behind it.")
]
View = Annotated[str | None, typer.Option("--their-view", metavar="TEXT", help="How it looks from their side.")]


def objection_id(text: str) -> int:
    """The number of a key such as O3, or the number alone. Raises NotFound."""
    key = who.key(text)
    number = key[1] if key and key[0] == "O" else int(text) if text.isascii() and text.isdigit() else None
    if number is None:
        raise NotFound(f"no objection {text!r}; an objection is named by its key, such as O3")
    return number


def list_objections(
    ctx: typer.Context,
    free: Annotated[list[str] | None, typer.Argument(metavar="[DEAL]", show_default=False)] = None,
    limit: words.Limit = None,
) -> None:
    """Those of a deal, answered or not; without DEAL, those still open.

    Example: salesflow objection list ken
    """
    run = session(ctx)
    with run.reading() as (conn, settings):
        if not free:
            run.show(objections.listed(conn, limit))
            return
        run.show(objections.of_deal(conn, any_deal(conn, run, settings, free)))


def any_deal(conn: sqlite3.Connection, run: Session, settings: Settings, free: list[str]) -> int:
    """A deal by its key, open or closed; else the one open deal of WHO."""
    key = who.key(free[0])
    if len(free) == 1 and key and key[0] == "D":
        return int(deals.get(conn, key[1])["id"])
    number, rest = find_deal(conn, run, settings, free)
    if rest:
        raise Refused(f"not understood after the deal: {' '.join(rest)!r}")
    return number


def add(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="DEAL TEXT", show_default=False)],
    kind: KindOf = None,
    behind: Behind = None,
    their_view: View = None,
    expected: Annotated[bool, typer.Option("--expected", help="Not raised yet; you expect it.")] = False,
) -> None:
    """They object: that is a sign to buy. Says at once what was answered before to this kind.

    Example: salesflow objection add ken too expensive --kind price
    """
    run = session(ctx)
    if run.asks and not (behind or expected):
        behind = run.ask("What do they require, behind it? Enter: not known yet.") or None
    with run.writing() as (conn, settings, work):
        deal, text = find_deal(conn, run, settings, free)
        draft = objections.Draft(" ".join(text), kind, behind, their_view, expected)
        number = objections.add(conn, deal, draft, run.moment)
        row = objections.get(conn, number)
        name = deals.get(conn, deal)["contact"]
        count = matters.signs(conn, deal)
        known = objections.playbook(conn, row["class"], 3) if kind else None
        done = words.ticked(tasks_done.did(conn, deal, "objection expect", run.moment) if expected else ())
        work.summary = f"{name}: O{number} {row['text']}"
    counts = "expected; it counts once it is raised" if expected else f"counts as a sign to buy ({count})"
    lines = [f"Answered before: {objections.said(line)}" for line in (known.rows if known else ())] + done
    if not (behind or expected):
        run.say(f'What is behind it? salesflow objection edit O{number} --behind "what they require"')
    run.tell(
        f"O{number} {name}, D{deal}: {row['text']}; {counts}", *lines, key=f"O{number}", id=number, deal=f"D{deal}",
        contact=name, contact_id=row["contact_id"], kind=row["class"], state=row["state"], text=row["text"],
        behind=row["behind"], their_view=row["their_view"], signs=count,
        answers=known or Table(objections.PLAYBOOK_COLUMNS, []),
    )  # fmt: skip


def answer(
    ctx: typer.Context,
    key: Key,
    free: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]", show_default=False)] = None,
    accepted: Annotated[
        bool | None, typer.Option("--accepted/--not-accepted", help="What they said to it, if they did.")
    ] = None,
) -> None:
    """What you answered. With the last objection answered it is time to ask for the sale.

    Example: salesflow objection answer O3 about half of a part-timer --accepted
    """
    run = session(ctx)
    with run.writing() as (conn, _, work):
        number = objection_id(key)
        done = objections.answer(conn, number, " ".join(free or ()), run.moment, accepted)
        row = objections.get(conn, number)
        deal = deals.get(conn, row["deal_id"])
        ticked = [] if done.left else tasks_done.did(conn, deal["id"], "objection answer", run.moment)
        work.summary = f"{deal['contact']}: O{number} answered"
    verdict = {True: "accepted", False: "not accepted, still open", None: "answered"}[accepted]
    lines = [f"O{number} {deal['contact']}, D{deal['id']}: {verdict}"]
    if deal["outcome"] == "open":
        lines.append(
            f"{done.left} still open on D{deal['id']}"
            if done.left
            else f"no open objections on D{deal['id']}: ask for the sale now"
        )
    run.tell(
        *lines, *words.ticked(ticked), key=f"O{number}", id=number, deal=f"D{deal['id']}", contact=deal["contact"],
        contact_id=deal["contact_id"], state=row["state"], accepted=accepted, open=done.left,
        sign=f"S{done.sign_id}" if done.sign_id else None,
    )  # fmt: skip


def raise_(ctx: typer.Context, key: Key) -> None:
    """One that you expected was raised: it counts from now on.

    Example: salesflow objection raise O3
    """
    run = session(ctx)
    with run.writing() as (conn, _, work):
        number = objection_id(key)
        row = objections.raised(conn, number, run.moment)
        name = deals.get(conn, row["deal_id"])["contact"]
        count = matters.signs(conn, row["deal_id"])
        known = objections.offered(conn, row["class"])
        work.summary = f"{name}: O{number} raised"
    lines = [f"Answered before: {objections.said(line)}" for line in known]
    run.tell(
        f"O{number} {name}, D{row['deal_id']}: {row['text']}; counts as a sign to buy ({count})", *lines,
        key=f"O{number}", id=number, deal=f"D{row['deal_id']}", contact=name, contact_id=row["contact_id"],
        state=row["state"], signs=count,
    )  # fmt: skip


def edit(
    ctx: typer.Context,
    key: Key,
    text: Annotated[str | None, typer.Option("--text", metavar="TEXT", help="What they said.")] = None,
    kind: KindOf = None,
    behind: Behind = None,
    their_view: View = None,
) -> None:
    """What is behind it, how it looks from their side, other words or another kind. An empty text ("") clears.

    Example: salesflow objection edit O3 --their-view "she paid 300 last year"
    """
    run = session(ctx)
    with run.writing() as (conn, _, work):
        number = objection_id(key)
        said = objections.edit(conn, number, text=text, kind=kind, behind=behind, their_view=their_view)
        row = objections.get(conn, number)
        work.summary = f"O{number} changed"
    run.tell(f"O{number} {row['text']}: {'; '.join(said) or 'nothing to change'}", key=f"O{number}", id=number,
             changes=said)  # fmt: skip


def playbook(
    ctx: typer.Context,
    free: Annotated[list[str] | None, typer.Argument(metavar="[KIND]", show_default=False)] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="As Markdown, to hand on: the same as -f md.")] = False,
    limit: words.Limit = None,
) -> None:
    """Every answer and how often a sale followed it, the best first; no customer is named.

    Example: salesflow objection playbook price
    """
    run = session(ctx)
    if markdown:
        run.format = "md"
    with run.reading() as (conn, _):
        run.show(objections.playbook(conn, " ".join(free) if free else None, limit))
