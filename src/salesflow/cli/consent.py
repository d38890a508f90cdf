"""Consent: what is known of whether somebody may be written to or called, and writing it down."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from salesflow.cli import words
from salesflow.cli.session import Session, session
from salesflow.errors import Refused
from salesflow.records import consent as record
from salesflow.records import contacts, who
from salesflow.records.answering import ANSWERS
from salesflow.table import Column, Sheet, Text


def consent(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO [CHANNEL] [yes|no|unknown] [EVIDENCE]", show_default=False)],
    on: Annotated[str | None, typer.Option("--on", metavar="DAY", help="The day they said so, if not today.")] = None,
    method: Annotated[
        str | None, typer.Option("--method", metavar="HOW", help="call, meeting, form, email, list, ...")
    ] = None,
    basis: Annotated[
        str | None, typer.Option("--basis", metavar="WORD", help="said (they did), assumed (you do), rule (a law).")
    ] = None,
) -> None:
    """May they be written to or called? CHANNEL is email, phone, sms or post; WHO alone shows what is known.

    `consent WHO no`, without a channel, means not at all: off the list, silent everywhere.

    Example: salesflow consent ken email yes signed the form --method form
    """
    run = session(ctx)
    if is_look(run, free):
        with run.reading() as (conn, settings):
            run.show(known(run, conn, who.resolve(conn, " ".join(free), settings)))
        return
    with run.writing() as (conn, settings, work):
        contact_id, rest = who.split(conn, free, settings, fits=says)
        if not says(rest):
            raise Refused(
                f"not understood: {' '.join(rest)!r}; salesflow consent WHO email|phone|sms|post yes|no|unknown"
            )
        name = contacts.get(conn, contact_id)["name"]
        on_day = words.day(run, settings, on, past=True) if on else None
        if record.channel_of(rest[0]) is None:
            lines, facts = not_at_all(run, conn, contact_id, rest, (on_day, method, basis))
        else:
            channel, answer = record.checked(rest[0]), ANSWERS[rest[1].lower()]
            before = record.say(
                conn, contact_id, channel, answer, run.moment, on=on_day, evidence=" ".join(rest[2:]) or None,
                method=method, basis=basis or "said",
            )  # fmt: skip
            was = f" (was {before})" if before not in ("unknown", answer) else ""
            since = f", {words.when(run, on_day)}" if on_day else ""
            lines, facts = [f"{name}: {channel} {answer}{was}{since}"], {"channel": channel, "answer": answer}
        off = contacts.get(conn, contact_id)["off_list_on"]
        work.summary = lines[0]
    run.tell(*lines, id=contact_id, name=name, **facts)
    if off and facts["answer"] == "yes":
        back = f"salesflow edit {contact_id} --on-list"
        run.warn(f"{name} is off the list since {off}: silent all the same; back: {back}")


def is_look(run: Session, free: Sequence[str]) -> bool:
    """Whether the words only name somebody: none after the first says anything, or all are one name (Anna Post)."""
    if not any(record.channel_of(word) or word.lower() in ANSWERS for word in free[1:]):
        return True
    with run.reading() as (conn, _):
        return who.whole_words(conn, free)


def says(rest: Sequence[str]) -> bool:
    """Whether the words after WHO are CHANNEL ANSWER [EVIDENCE], or `no [EVIDENCE]`."""
    if not rest:
        return False
    if record.channel_of(rest[0]) is None:
        return rest[0].lower() in ANSWERS
    return len(rest) > 1 and rest[1].lower() in ANSWERS


def not_at_all(
    run: Session, conn: sqlite3.Connection, contact_id: int, rest: Sequence[str],
    other: tuple[str | None, str | None, str | None],
) -> tuple[list[str], dict[str, Any]]:  # fmt: skip
    """`consent WHO no WHY`: off the list, as by `edit --off-list`. Raises Refused for a yes to nothing."""
    if ANSWERS[rest[0].lower()] != "no":
        raise Refused(
            f"{rest[0]} to what? salesflow consent WHO email|phone|sms|post {rest[0]}; "
            "back on the list: salesflow edit WHO --on-list"
        )
    on_day, method, basis = other
    if method or basis:
        raise Refused("--method and --basis are of a channel; off the list needs only a reason: consent WHO no WHY")
    moment = run.moment._replace(on=on_day) if on_day else run.moment
    contacts.off_list(conn, contact_id, " ".join(rest[1:]) or "asked", moment)
    name = contacts.get(conn, contact_id)["name"]
    return [f"{name}: off the list: no list shows them any more"], {"channel": None, "answer": "no"}


def known(run: Session, conn: sqlite3.Connection, contact_id: int) -> Sheet:
    """What is known per channel, with the evidence, how and when."""
    row = contacts.get(conn, contact_id)
    table = record.listed(conn, contact_id)
    facts = {name: row[name] for name in ("id", "name", "off_list_on", "off_list_why")}

    def view() -> Text:
        lines = [("", str(row["name"]))]
        if row["off_list_on"]:
            lines.append(("off list", f"since {words.short(run, row['off_list_on'])}: {row['off_list_why']}"))
        for each in table.rows:
            lines.append((str(each["channel"]), record.in_words(each, run.today)))
        return Text(lines, indent=10, bold=frozenset({0}))

    columns = (Column("id", kind="number"), Column("name"), Column("off_list_on", kind="day"), Column("off_list_why"))
    return Sheet(columns, facts, {"consents": table}, view=view)
