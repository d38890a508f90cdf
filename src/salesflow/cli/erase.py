"""Erasing: one person, everywhere, for good."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.cli.session import Session, session
from salesflow.errors import Refused
from salesflow.records import removing
from salesflow.store import copies as kept_copies


def erase(
    ctx: typer.Context,
    who: Annotated[list[str], typer.Argument(metavar="WHO", show_default=False)],
    copies: Annotated[
        bool, typer.Option("--copies", help="Delete the daily copies and backups that have them, too.")
    ] = False,
) -> None:
    """Remove a person everywhere: all about them, and what the journal of changes remembers of them.

    It cannot be taken back. A keyed hash stays, so that no import brings them back unseen. Somebody who was deleted is
    still in the journal: `erase` finds them there by name or number.

    Example: salesflow erase ken ito
    """
    run = session(ctx)
    with run.reading() as (conn, settings):
        contact_id = removing.whom(conn, " ".join(who), settings, sure=not run.asks)
        plan = removing.plan(conn, run.path, contact_id)
    named = f"{plan.id} {plan.name}" + (f" with {plan.held}" if plan.held else "")
    if not run.confirmed(f"Erase {named}, everywhere? No undo brings them back."):
        needed = "" if run.asks else f"; {named} would be gone for good, no undo brings them back: --yes"
        raise Refused(f"nothing was erased{needed}")
    if plan.copies and not copies and run.asks and not run.yes:
        copies = run.confirmed(
            f"{many(len(plan.copies))} them too; delete {'it' if len(plan.copies) < 2 else 'those'}?"
        )
    done = removing.remove(run.path, plan.id, run.moment)
    run.committed, run.wrote = True, run.path
    deleted = []
    for copy in plan.copies if copies else ():
        kept_copies.delete(copy)
        deleted.append(str(copy))
    told(run, plan, done, deleted)


def told(run: Session, plan: removing.Plan, done: removing.Done, deleted: list[str]) -> None:
    """What was done, and what only the seller can still do."""
    left = [str(copy) for copy in plan.copies if str(copy) not in deleted]
    lines = [f"Erased {plan.id} {plan.name}: {counted(done.rows, 'row')}, {counted(done.lines, 'line')} of the journal"]
    if done.changes:
        numbers = ", ".join(map(str, done.changes[:10])) + (" ..." if len(done.changes) > 10 else "")
        lines.append(f"Cannot be taken back any more: {numbers}")
    if done.mentioned:
        keys = ", ".join(done.mentioned[:10]) + (" ..." if len(done.mentioned) > 10 else "")
        lines.append(f"Your words about others still name them, mend those by hand: {keys}")
    if deleted:
        lines.append(f"Deleted, since they had them too: {', '.join(deleted)}")
    if left:
        lines.append(f"{many(len(left))} them still; delete by hand (erase --copies does it at once):")
        lines += [f"  {name}" for name in left]
    run.tell(
        *lines, id=plan.id, name=plan.name, rows=done.rows, journal_lines=done.lines, fixed_changes=done.changes,
        mentioned=done.mentioned, copies=left, copies_deleted=deleted, packed=done.trouble is None,
    )  # fmt: skip
    if done.trouble:
        run.warn(f"the file could not be packed ({done.trouble}), and may hold bytes of theirs until: "
                 "salesflow db check --fix")  # fmt: skip


def many(number: int) -> str:
    return "1 copy has" if number == 1 else f"{number} copies have"


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
