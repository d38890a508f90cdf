"""Many at once: whom a command is about, the plan before anything happens, and the one step that does it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from salesflow.cli.filters import chosen
from salesflow.cli.session import Session
from salesflow.errors import Refused
from salesflow.table import Column, Sheet, Table

if TYPE_CHECKING:
    from salesflow.records.bulk import Step
    from salesflow.records.change import Work
    from salesflow.records.listing import Filters
    from salesflow.records.settings import Settings

SHOWN = 20  # people on a screen
LONG = 40  # letters of a value there
Everybody = Annotated[bool, typer.Option("--all", help="Everybody that `list` shows.")]
Act = Callable[[sqlite3.Connection, "Settings", Sequence[int]], "list[Step]"]
STEPS = tuple(Column(name) for name in ("id", "name", "field", "before", "after"))
FACTS = (Column("people", kind="number"), Column("passing", kind="number"), Column("written", kind="flag"),
         Column("change_id", kind="number"))  # fmt: skip


class Said(NamedTuple):
    """The words of a command for many: `3 people` would ..., `3 people` did ..., and for each what it changes."""

    would: str
    did: str
    change: Callable[[Sequence[Step]], str]


class Crowd(NamedTuple):
    """Several people, as they were named: those who pass the filters, within a saved list if one is named."""

    saved: str | None
    filters: Filters


def crowd(words: Sequence[str] | None, filters: Filters, everybody: bool, usage: str) -> Crowd | None:
    """Several people, or None for the one whom the words name. Raises Refused for both, and for neither.

    usage: what is to be typed, for whoever typed neither.
    """
    if words and words[0].startswith("@"):
        if words[1:]:
            raise Refused(f"not understood after {words[0]}: {' '.join(words[1:])}")
        return Crowd(words[0], filters)
    if words and (any(filters) or everybody):
        raise Refused(f"either somebody ({' '.join(words)}) or filters, not both")
    if not words and not any(filters) and not everybody:
        raise Refused(f"incomplete; type: salesflow {usage}, or filters such as --tag bakery, or --all")
    return None if words else Crowd(None, filters)


def carry_out(run: Session, who: Crowd, act: Act, said: Said) -> None:
    """Show what would change of each, and do it if that is wanted: one step, which `undo` takes back.

    The plan is the change itself, made and not kept; so what is done is what was shown, or nothing is.
    """
    plan: list[Step] | None = None
    passing = 0
    if not run.yes:
        with run.writing() as (conn, settings, work):
            work.dry = True
            passing, plan = done(conn, run, settings, who, act)
        show(run, plan, passing, said, None)
        if not plan:
            return
        if not run.confirmed("Do that?"):
            raise Refused("nothing was written" + ("" if run.asks else "; to do that, add --yes"))
    with run.writing() as (conn, settings, work):
        passing, steps = done(conn, run, settings, who, act)
        if plan is not None and steps != plan:
            raise Refused("something has changed since that was shown; nothing was written, look again")
        work.summary = counted(steps, said.did)
    if plan is None:
        show(run, steps, passing, said, work)
    else:
        run.tell(f"{counted(steps, said.did)}.", **facts(steps, passing, work))
    run.undo_hint(work)


def done(conn: sqlite3.Connection, run: Session, settings: Settings, who: Crowd, act: Act) -> tuple[int, list[Step]]:
    from salesflow.records import listing

    ids = listing.passing(conn, chosen(conn, who.saved, who.filters), run.today)
    return len(ids), act(conn, settings, ids)


def facts(steps: Sequence[Step], passing: int, work: Work | None) -> dict[str, Any]:
    return {
        "people": len({step.id for step in steps}), "passing": passing, "written": work is not None and work.changed,
        "change_id": work.change_id if work is not None and work.changed else None,
    }  # fmt: skip


def counted(steps: Sequence[Step], words: str) -> str:
    many = len({step.id for step in steps})
    return f"{many:,} {'person' if many == 1 else 'people'} {words}"


def show(run: Session, steps: Sequence[Step], passing: int, said: Said, work: Work | None) -> None:
    """Each person with what changes: the first ones on a screen, all in JSON."""
    row = facts(steps, passing, work)
    plan = Table(STEPS, [step._asdict() for step in steps])
    written = work is not None
    run.show(Sheet(FACTS, row, {"plan": plan}, view=lambda: screen(steps, row, said, written), ids="change_id"))


def screen(steps: Sequence[Step], row: dict[str, Any], said: Said, written: bool) -> Table:
    people = [list(found) for _, found in groupby(steps, key=lambda step: step.id)]
    lines = [{"id": each[0].id, "name": each[0].name, "change": said.change(each)} for each in people[:SHOWN]]
    notes = [f"and {len(people) - SHOWN:,} more; --json has all"] if len(people) > SHOWN else []
    rest = row["passing"] - len(people)
    if not row["passing"]:
        notes = ["Nobody passes."]
    elif not people:
        notes = [f"Nothing to change: {'who passes is' if rest == 1 else f'all {rest:,} who pass are'} so already."]
    elif rest:
        notes.append(f"{rest:,} more {'passes and is' if rest == 1 else 'pass and are'} so already.")
    columns = (Column("id", "id", "number"), Column("name", "name"), Column("change", "change", wrap=True))
    title = counted(steps, said.did if written else said.would) if people else ""
    return Table(columns if people else (), lines, title=title, notes=notes)


def changes(steps: Iterable[Step]) -> str:
    """`tags: fair -> fair, kitchens; rating: none -> 3`."""
    return "; ".join(
        f"{step.field.removesuffix('_id').replace('_', ' ')}: {cut(step.before)} -> {cut(step.after)}" for step in steps
    )


def cut(fact: object) -> str:
    text = "none" if fact is None else " ".join(str(fact).split())
    return text if len(text) <= LONG else f"{text[: LONG - 1]}…"
