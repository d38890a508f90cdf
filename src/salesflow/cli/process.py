"""Processes: the ways you sell, and your own."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from salesflow.cli.session import session
from salesflow.errors import FileTrouble, Refused
from salesflow.people import fold
from salesflow.records import processes, settings
from salesflow.records.processes import ProcessDraft, StageDraft

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]
Stages = Annotated[
    str | None, typer.Option("--stages", metavar='"A,B,C"', help="In order; find:A or keep:C says the phase.")
]
Title = Annotated[str | None, typer.Option("--title", metavar="TEXT", help="What it is for.")]
Default = Annotated[bool, typer.Option("--default", help="New deals follow it.")]


def list_processes(ctx: typer.Context) -> None:
    """The processes and their stages.

    Example: salesflow process list
    """
    run = session(ctx)
    with run.reading() as (conn, found):
        run.show(processes.listed(conn, found.process))


def show(
    ctx: typer.Context,
    name: Name,
    plain: Annotated[bool, typer.Option("--plain", help="Number and name only.")] = False,
) -> None:
    """One process, stage by stage.

    Example: salesflow process show three-step
    """
    run = session(ctx)
    with run.reading() as (conn, _):
        if plain and run.fmt == "table":
            for stage in processes.stages(conn, processes.find(conn, name)["id"]):
                print(f"{stage['position']} {stage['name']}")
        else:
            run.show(processes.shown(conn, name))


def new(ctx: typer.Context, name: Name, stages: Stages = None, title: Title = None, default: Default = False) -> None:
    """Your own process, of 1 to 30 stages.

    Example: salesflow process new bakery --stages "find:Walk-in,Tasting,Order"
    """
    run = session(ctx)
    if not stages:
        raise Refused(f'which stages? salesflow process new {name} --stages "A,B,C"')
    with run.writing(new=True) as (conn, _, work):
        processes.add(conn, ProcessDraft(name, title or "", processes.from_names(stages)))
        if default:
            settings.put(conn, "process", name)
        work.summary = f"process {name} made"
    show(ctx, name)


def edit(
    ctx: typer.Context,
    name: Name,
    stages: Stages = None,
    title: Title = None,
    stage: Annotated[
        str | None, typer.Option("--stage", metavar="STAGE", help="The stage that the rest is about.")
    ] = None,
    rename: Annotated[str | None, typer.Option("--rename", metavar="NAME", help="Its new name.")] = None,
    phase: Annotated[str | None, typer.Option("--phase", metavar="PHASE", help="find, sell or keep.")] = None,
    goal: Annotated[str | None, typer.Option("--goal", metavar="TEXT", help="What is reached when it is over.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", metavar="DAYS", help="Longer than this is stuck.")] = None,
    probability: Annotated[int | None, typer.Option("--probability", metavar="0-100", help="Chance of a sale.")] = None,
    default: Default = False,
) -> None:
    """Change a process, also while deals stand in it; their history is kept.

    A stage left out of --stages is dropped: open deals in it go to the stage in its place.

    Example: salesflow process edit bakery --stage tasting --limit 14
    """
    run = session(ctx)
    about_stage = (rename, phase, goal, limit, probability)
    if any(option is not None for option in about_stage) and not stage:
        raise Refused("which stage? --stage STAGE, a number or a name")
    with run.writing() as (conn, _, work):
        said: list[str] = []
        if stages or title is not None:
            present = draft_of(conn, name)
            wanted = (
                [known(present.stages, draft) for draft in processes.from_names(stages)] if stages else present.stages
            )
            said = processes.change(
                conn, name, ProcessDraft(name, present.title if title is None else title, wanted), run.moment
            )
        if stage:
            if rename:
                processes.rename_stage(conn, name, stage, rename)
                stage = rename
            edit_stage(conn, name, stage, StageDraft("", phase or "", goal, probability, limit), run)
        if default:
            settings.put(conn, "process", name)
        work.summary = f"process {name} changed"
    for line in said:
        run.say(line)
    show(ctx, name)


def draft_of(conn: sqlite3.Connection, name: str) -> ProcessDraft:
    found = processes.find(conn, name)
    stages = [
        StageDraft(row["name"], row["phase"], row["goal"], row["probability"], row["limit_days"])
        for row in processes.stages(conn, found["id"])
    ]
    return ProcessDraft(found["name"], found["title"], stages)


def known(stages: Sequence[StageDraft], draft: StageDraft) -> StageDraft:
    """A stage named again keeps what was known of it."""
    return next((stage for stage in stages if fold(stage.name) == fold(draft.name)), draft)


def edit_stage(conn: sqlite3.Connection, name: str, stage: str, new: StageDraft, run: object) -> None:
    present = draft_of(conn, name)
    position = processes.find_stage(conn, processes.find(conn, name)["id"], stage)["position"]
    old = present.stages[position - 1]
    changed = old._replace(
        phase=new.phase or old.phase, goal=old.goal if new.goal is None else new.goal,
        probability=old.probability if new.probability is None else new.probability,
        limit_days=old.limit_days if new.limit_days is None else new.limit_days,
    )  # fmt: skip
    stages = [changed if number == position else other for number, other in enumerate(present.stages, 1)]
    processes.change(conn, name, ProcessDraft(name, present.title, stages), run.moment)  # type: ignore[attr-defined]


def export(
    ctx: typer.Context,
    name: Name,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Instead of the screen.")
    ] = None,
) -> None:
    """Write a process as TOML, to keep, to change by hand, or to give away.

    Example: salesflow process export bakery -o bakery.toml
    """
    run = session(ctx)
    with run.reading() as (conn, _):
        text = processes.to_toml(conn, name)
    if output is None:
        print(text, end="")
        return
    from salesflow.store.copies import write_text

    write_text(output, text)
    run.say(f"Written: {output}")


def import_(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE|-", show_default=False)],
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Another name than the file's.")] = None,
    replace_: Annotated[bool, typer.Option("--replace", help="Change the process of that name.")] = False,
) -> None:
    """Read a process from TOML.

    Example: salesflow process import bakery.toml
    """
    run = session(ctx)
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise FileTrouble(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Refused(f"{file} is not a process file: not UTF-8 text") from None
    with run.writing(new=True) as (conn, _, work):
        draft = processes.from_toml(text, name)
        if replace_:
            processes.change(conn, draft.name, draft, run.moment)
        else:
            processes.add(conn, draft)
        work.summary = f"process {draft.name} read from {file}"
    show(ctx, draft.name)


def drop(ctx: typer.Context, name: Name) -> None:
    """Remove a process that no deal followed.

    Example: salesflow process drop bakery
    """
    run = session(ctx)
    with run.writing() as (conn, found, work):
        if found.process == name:
            raise Refused(f"new deals follow {name}; choose another first: salesflow config process NAME")
        processes.drop(conn, name)
        work.summary = f"process {name} removed"
    run.tell(f"Removed {name}", name=name)
    run.undo_hint(work)
