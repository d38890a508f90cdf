"""Mending: undo, redo, delete."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Annotated

import typer

from salesflow.cli import words
from salesflow.cli.bulk import Crowd, Everybody, crowd
from salesflow.cli.session import Session, session
from salesflow.errors import NotFound, Refused
from salesflow.records import contacts, papers, who
from salesflow.store import file
from salesflow.table import Column, Table

if TYPE_CHECKING:
    from salesflow.records.listing import Filters

KEPT = 10  # names said of people whom an undo leaves as they are


def undo(
    ctx: typer.Context,
    change: Annotated[int | None, typer.Argument(metavar="[CHANGE]", show_default=False)] = None,
    listed: Annotated[bool, typer.Option("--list", help="The changes, the newest first.")] = False,
    keep_changed: Annotated[
        bool, typer.Option("--keep-changed", help="All but the people whom you have changed since.")
    ] = False,
    limit: words.Limit = None,
) -> None:
    """Take back the last command whole, again goes one further back; or any one by its number.

    With --keep-changed, of an import or another change of many, all but the people whom you have changed since.

    Example: salesflow undo --list
    """
    run = session(ctx)
    if listed:
        with run.reading() as (conn, _):
            run.show(changes(conn, limit or 20))
        return
    reverse(run, change, "undo", keep_changed)


def redo(
    ctx: typer.Context,
    change: Annotated[int | None, typer.Argument(metavar="[CHANGE]", show_default=False)] = None,
) -> None:
    """Take back the last undo, or that of one change by its number.

    Example: salesflow redo
    """
    reverse(session(ctx), change, "redo")


def reverse(run: Session, change_id: int | None, kind: str, keep_changed: bool = False) -> None:
    from salesflow.records import change, taking_back

    path, moment = run.path, run.moment
    run.bring_up_to_date(path)
    conn = change.writer(path)
    try:
        done = taking_back.reverse(conn, moment, kind, change_id, keep_changed=keep_changed)
        run.committed, run.wrote = True, path
    except sqlite3.Error as error:
        raise file.trouble(error, path) from None
    finally:
        conn.close()
    word = "Undone" if kind == "undo" else "Redone"
    lines = [f"{word} {done.number}: {done.command}" + (f" ({done.summary})" if done.summary else "")]
    if done.kept:
        first = ", ".join(f"{number} {name}" for number, name in done.kept[:KEPT])
        more = f" and {len(done.kept) - KEPT:,} more; --json has all" if len(done.kept) > KEPT else ""
        lines.append(f"Kept as they are, changed since: {first}{more}")
    kept = Table((Column("id"), Column("name")), [{"id": number, "name": name} for number, name in done.kept])
    run.tell(*lines, change_id=done.number, command=done.command, summary=done.summary, kept=kept)
    if kind == "undo":
        run.say("Back again: salesflow redo")


def changes(conn: sqlite3.Connection, limit: int) -> Table:
    """Commands that changed something, the newest first."""
    found = conn.execute(
        """
        SELECT id, made_at, made_on, command, summary,
               CASE
                 WHEN undone_by_id IS NOT NULL THEN 'undone'
                 WHEN id IN (SELECT target_id FROM changes WHERE id < 0) THEN 'partly undone'  -- see store.keeping
                 WHEN EXISTS (
                   SELECT 1 FROM journal WHERE change_id = changes.id AND table_name = 'erased') THEN 'erased'
                 ELSE ''
               END AS state
          FROM changes
         WHERE kind = 'do' AND id > 0
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
        Column("state", " ", firm=True),
    )
    return Table(columns, [dict(row) for row in found], empty="Nothing was changed yet.")


def delete(
    ctx: typer.Context,
    who_or_key: Annotated[list[str] | None, typer.Argument(metavar="WHO|KEY|@LIST", show_default=False)] = None,
    *,
    filters: Filters,
    everybody: Everybody = False,
) -> None:
    """Remove a person with all that hangs on them; or a promise, deal or activity by its key. `undo` brings it back.

    With filters, or a saved list, instead of WHO: all who pass. The plan is shown first, and done with --yes.

    Example: salesflow delete F12
    """
    run = session(ctx)
    many = crowd(who_or_key, filters, everybody, "delete WHO|KEY")
    if many:
        delete_many(run, many)
        return
    text = " ".join(who_or_key or ())
    thing = who.key(text)
    if refusal := papers.refusal(text, "delete"):
        raise Refused(refusal)
    if thing and thing[0] in "PBR":
        raise Refused(f"{text} is a line of the list about a person; to remove the person: salesflow delete {thing[1]}")
    if not (thing and thing[0] in "FDASON"):
        with run.reading() as (conn, settings):
            contact_id = who.resolve(conn, text, settings)
            plan = hanging(conn, contact_id)
        if run.asks and not run.confirmed(f"Delete {plan}?"):
            raise Refused("nothing was deleted")
    with run.writing() as (conn, settings, work):
        said = delete_thing(conn, run, *thing) if thing and thing[0] in "FDASON" else delete_contact(conn, contact_id)
        work.summary = said
    run.tell(said, deleted=text, change_id=work.change_id)
    run.undo_hint(work)


def hanging(conn: sqlite3.Connection, contact_id: int) -> str:
    row = contacts.get(conn, contact_id)
    held = contacts.held(conn, contact_id)
    return f"{contact_id} {row['name']}" + (f" with {held}" if held else "")


def delete_many(run: Session, many: Crowd) -> None:
    from salesflow.cli.bulk import Said, carry_out
    from salesflow.records import bulk

    said = Said("would be deleted", "deleted", lambda steps: f"with {steps[0].before} -> deleted")
    carry_out(run, many, lambda conn, _, ids: bulk.delete(conn, ids), said)


def delete_contact(conn: sqlite3.Connection, contact_id: int) -> str:
    said = f"Deleted {hanging(conn, contact_id)}"
    contacts.delete(conn, contact_id)
    return said


def delete_thing(conn: sqlite3.Connection, run: Session, letter: str, number: int) -> str:
    from salesflow.records import activities, deals, follow_ups, tasks

    if letter == "D":
        deal = deals.get(conn, number)
        tasks.forget(conn, number, run.moment)
        deals.delete(conn, number)
        return f"Deleted D{number} {deal['title']} of {deal['contact']}"
    if letter == "F":
        row = follow_ups.get(conn, number)
        follow_ups.delete(conn, number)
        name = contacts.get(conn, row["contact_id"])["name"]
        return f"Deleted F{number} {follow_ups.said(row)} for {name}"
    if letter == "A":
        row = activities.get(conn, number)
        conn.execute("DELETE FROM activities WHERE id = ?", (number,))
        return f"Deleted A{number} {row['kind']} of {row['happened_on']}"
    if letter in "SON":
        from salesflow.records import matters

        row = matters.get(conn, letter, number)
        matters.delete(conn, number)
        return f"Deleted {letter}{number} {row['kind']}: {row['text']}"
    raise NotFound(f"nothing of that kind: {letter}{number}")
