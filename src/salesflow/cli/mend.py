"""Taking back: undo and redo."""

from __future__ import annotations

import sqlite3
from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.session import Session, session
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


def redo(ctx: typer.Context) -> None:
    """Take back the last undo.

    Example: salesflow redo
    """
    reverse(session(ctx), None, "redo")


def reverse(run: Session, change_id: int | None, kind: str) -> None:
    from salesflow.records import change

    path, moment = run.path, run.moment
    run.bring_up_to_date(path)
    conn = change.writer(path)
    try:
        done = change.undo(conn, moment, change_id) if kind == "undo" else change.redo(conn, moment)
        run.committed, run.wrote = True, path
    except sqlite3.Error as error:
        raise file.trouble(error, path) from None
    finally:
        conn.close()
    word = "Undone" if kind == "undo" else "Redone"
    number = done.id if kind == "undo" else done.target_id
    run.tell(f"{word} {number}: {done.command}" + (f" ({done.summary})" if done.summary else ""),
             change_id=number, command=done.command, summary=done.summary)  # fmt: skip
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
