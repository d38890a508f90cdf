"""Changing a process: its stages, what each is to bring, and what is done in it; also while deals stand in it."""

from __future__ import annotations

import sqlite3
from typing import Annotated, Any

import typer

from salesflow.cli.process import Default, MoveTo, Name, Stages, Title
from salesflow.cli.session import session
from salesflow.errors import Refused
from salesflow.records import process_drafts, process_edits, process_shown, processes, settings
from salesflow.records.process_drafts import ProcessDraft


def option(name: str, metavar: str, says: str) -> Any:
    return typer.Option(name, metavar=metavar, help=says)


def edit(
    ctx: typer.Context,
    name: Name,
    stages: Stages = None,
    title: Title = None,
    goal: Annotated[str | None, option("--goal", "TEXT", "What the stage is to bring; without one, the whole.")] = None,
    stage: Annotated[str | None, option("--stage", "STAGE", "The stage that the rest is about.")] = None,
    rename: Annotated[str | None, option("--rename", "NAME", "Another name: of the task, else of the stage.")] = None,
    phase: Annotated[str | None, option("--phase", "PHASE", "find, sell or keep.")] = None,
    gate: Annotated[str | None, option("--gate", "SET", "The questions to be answered before it.")] = None,
    journey: Annotated[str | None, option("--journey", "TEXT", "What the customer does meanwhile.")] = None,
    outsourced: Annotated[str | None, option("--outsourced-to", "NAME", "Who does it instead of you.")] = None,
    limit: Annotated[int | None, option("--limit", "DAYS", "Longer than this is stuck; 0: no limit.")] = None,
    probability: Annotated[int | None, option("--probability", "0-100", "Chance of a sale.")] = None,
    task: Annotated[str | None, option("--task", "NAME", "Something to do in it: a new one, or one to change.")] = None,
    kind: Annotated[str | None, option("--kind", "KIND", "Of the activity that does the task.")] = None,
    after: Annotated[list[str] | None, option("--after", "TASK", "What it waits for; may be repeated.")] = None,
    offset: Annotated[int | None, option("--offset", "DAYS", "Promised so long after the stage began.")] = None,
    done_by: Annotated[str | None, option("--done-by", "COMMAND", "What ticks it: quote sent, ask needs ...")] = None,
    drop_task: Annotated[list[str] | None, option("--drop-task", "NAME", "A task no longer done.")] = None,
    remove: Annotated[str | None, option("--remove", "STAGE", "A stage no longer in use.")] = None,
    move_to: MoveTo = None,
    default: Default = False,
) -> None:
    """Change a process, also while deals stand in it; their history is kept.

    --stages names them all in their new order: one left out is dropped, as by --remove. An empty text ("") takes a
    goal, a gate, a journey, an --outsourced-to, an --after or a --done-by away.

    Example: salesflow process edit bakery --stage tasting --task "bring samples"
    """
    run = session(ctx)
    of_stage = {
        "phase": phase, "gate": gate, "journey": journey, "outsourced_to": outsourced, "limit_days": limit,
        "probability": probability, "goal": goal if stage else None,
    }  # fmt: skip
    of_task = {"kind": kind, "offset_days": offset, "after": after or (), "done_by": done_by}
    if not stage and (any(value is not None for value in of_stage.values()) or (rename is not None and task is None)):
        raise Refused("which stage? --stage STAGE, a number or a name")
    if task is None and any(value not in (None, ()) for value in of_task.values()):
        raise Refused("which task? --task NAME")
    with run.writing() as (conn, _, work):
        at = processes.find_stage(conn, processes.find(conn, name)["id"], stage)["position"] - 1 if stage else None
        draft = process_drafts.of(conn, name)
        before = draft
        if title is not None or (goal is not None and not stage):
            draft = draft._replace(
                title=draft.title if title is None else title, goal=draft.goal if stage or goal is None else goal
            )
        if at is not None:
            draft = process_edits.with_stage(draft, at, **of_stage)
        if task is not None:
            draft = process_edits.with_task(draft, at, task, **of_task)  # type: ignore[arg-type]
        for each in drop_task or ():
            draft = process_edits.without_task(draft, each)
        draft = restaged(conn, draft, stages, remove)
        said = process_drafts.change(conn, name, draft, run.moment, move_to) if draft != before else []
        if rename is not None:
            renamed(conn, draft, at, task, rename)
        if default:
            settings.put(conn, "process", name)
        work.summary = f"process {name} changed"
        answer = process_shown.shown(conn, name)
    for line in said:
        run.say(line)
    run.show(answer)


def restaged(conn: sqlite3.Connection, draft: ProcessDraft, stages: str | None, remove: str | None) -> ProcessDraft:
    """With other stages, or without one."""
    if stages is not None:
        draft = process_edits.restaged(draft, process_drafts.from_names(stages))
    if remove is not None:
        gone = processes.find_stage(conn, processes.find(conn, draft.name)["id"], remove)
        names = [stage.name for stage in draft.stages]
        if gone["name"] not in names:
            raise Refused(f"{gone['name']} is not among --stages either; leave --remove out")
        draft = process_edits.without(draft, names.index(gone["name"]))
    return draft


def renamed(conn: sqlite3.Connection, draft: ProcessDraft, at: int | None, task: str | None, new: str) -> None:
    """The task, else the stage at a place (from 0) gets another name."""
    if task is not None:
        processes.rename_task(conn, draft.name, task, new)
    elif at is not None:
        processes.rename_stage(conn, draft.name, draft.stages[at].name, new)
