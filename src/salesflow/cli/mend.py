"""Mending: undo, redo, delete."""

from __future__ import annotations

import sqlite3
from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.session import Session, session
from salesflow.errors import NotFound, Refused
from salesflow.records import contacts, who
from salesflow.store import file
from salesflow.table import Column, Table


def undo(
    ctx: typer.Context,
    change: Annotated[int | None, typer.Argument(metavar="[CHANGE]", show_default=False)] = None,
    listed: Annotated[bool, typer.Option("--list", help="The changes, the newest first.")] = False,
    limit: words.Limit = None,
) -> None:
    """Take back the last command whole, again goes one further back; or any one by its number.

    Example: salesflow undo --list
    """
    run = session(ctx)
    if listed:
        with run.reading() as (conn, _):
            run.show(changes(conn, limit or 20))
        return
    reverse(run, change, "undo")


def redo(
    ctx: typer.Context,
    change: Annotated[int | None, typer.Argument(metavar="[CHANGE]", show_default=False)] = None,
) -> None:
    """Take back the last undo, or that of one change by its number.

    Example: salesflow redo
    """
    reverse(session(ctx), change, "redo")


def reverse(run: Session, change_id: int | None, kind: str) -> None:
    from salesflow.records import change

    path, moment = run.path, run.moment
    run.bring_up_to_date(path)
    conn = change.writer(path)
    try:
        done = change.reverse(conn, moment, kind, change_id)
        run.committed, run.wrote = True, path
    except sqlite3.Error as error:
        raise file.trouble(error, path) from None
    finally:
        conn.close()
    word = "Undone" if kind == "undo" else "Redone"
    run.tell(f"{word} {done.number}: {done.command}" + (f" ({done.summary})" if done.summary else ""),
             change_id=done.number, command=done.command, summary=done.summary)  # fmt: skip
    if kind == "undo":
        run.say("Back again: salesflow redo")


def changes(conn: sqlite3.Connection, limit: int) -> Table:
    """Commands that changed something, the newest first."""
    found = conn.execute(
        """
        SELECT id, made_at, made_on, command, summary,
               CASE WHEN undone_by_id IS NULL THEN '' ELSE 'undone' END AS state
          FROM changes
         WHERE kind = 'do'
         ORDER BY id DESC
         LIMIT :limit
        """,
        {"limit": limit},
    )
    columns = (
        Column("id", "change", "number"),
        Column("made_on", "day", "day", firm=True),
        Column("made_at"),
        Column("command", "command"),
        Column("summary", "what it did"),
        Column("state", "", firm=True),
    )
    return Table(columns, [dict(row) for row in found], empty="Nothing was changed yet.")


def delete(
    ctx: typer.Context,
    who_or_key: Annotated[list[str], typer.Argument(metavar="WHO|KEY", show_default=False)],
) -> None:
    """Remove a person with all that hangs on them; or a promise, deal or activity by its key. `undo` brings it back.

    Example: salesflow delete F12
    """
    run = session(ctx)
    text = " ".join(who_or_key)
    thing = who.key(text)
    if thing and thing[0] in "PB":
        raise Refused(f"{text} is a line of the list about a person; to remove the person: salesflow delete {thing[1]}")
    if not (thing and thing[0] in "FDA"):
        with run.reading() as (conn, settings):
            contact_id = who.resolve(conn, text, settings)
            plan = hanging(conn, contact_id)
        if run.asks and not run.confirmed(f"Delete {plan}?"):
            raise Refused("nothing was deleted")
    with run.writing() as (conn, settings, work):
        said = delete_thing(conn, run, *thing) if thing and thing[0] in "FDA" else delete_contact(conn, contact_id)
        work.summary = said
    run.tell(said, deleted=text, change_id=work.change_id)
    run.undo_hint(work)


def hanging(conn: sqlite3.Connection, contact_id: int) -> str:
    row = contacts.get(conn, contact_id)
    counts = [
        (conn.execute(f"SELECT count(*) FROM {table} WHERE contact_id = ?", (contact_id,)).fetchone()[0], nouns)  # noqa: S608
        for table, *nouns in (
            ("deals", "deal", "deals"), ("activities", "activity", "activities"),
            ("follow_ups", "follow-up", "follow-ups"),
        )
    ]  # fmt: skip
    held = ", ".join(f"{count} {nouns[count > 1]}" for count, nouns in counts if count)
    return f"{contact_id} {row['name']}" + (f" with {held}" if held else "")


def delete_contact(conn: sqlite3.Connection, contact_id: int) -> str:
    said = f"Deleted {hanging(conn, contact_id)}"
    contacts.delete(conn, contact_id)
    return said


def delete_thing(conn: sqlite3.Connection, run: Session, letter: str, number: int) -> str:
    from salesflow.records import activities, deals, follow_ups

    if letter == "D":
        deal = deals.get(conn, number)
        deals.delete(conn, number)
        return f"Deleted D{number} {deal['title']} of {deal['contact']}"
    if letter == "F":
        row = follow_ups.get(conn, number)
        conn.execute("UPDATE activities SET follow_up_id = NULL WHERE follow_up_id = ?", (number,))
        conn.execute("DELETE FROM follow_ups WHERE id = ?", (number,))
        name = contacts.get(conn, row["contact_id"])["name"]
        return f"Deleted F{number} {follow_ups.said(row)} for {name}"
    if letter == "A":
        row = activities.get(conn, number)
        conn.execute("DELETE FROM activities WHERE id = ?", (number,))
        return f"Deleted A{number} {row['kind']} of {row['happened_on']}"
    raise NotFound(f"nothing of that kind: {letter}{number}")
