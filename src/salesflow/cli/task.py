"""Tasks of a deal: what can be done, what waits, what is done."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.session import Session, session
from salesflow.errors import NotFound, Refused
from salesflow.records import deal_list, deals, tasks, who
from salesflow.records.settings import Settings


def any_deal(conn: sqlite3.Connection, run: Session, settings: Settings, free: Sequence[str]) -> tuple[int, list[str]]:
    """The deal that the first words name, and the words left over: by key or number any, by WHO the one open deal,
    or, where none is open, the one won last."""
    key = who.key(free[0])
    if (free[0].isascii() and free[0].isdigit()) or (key and key[0] == "D"):
        number = int(free[0]) if free[0].isdigit() else key[1] if key else 0
        return int(deals.get(conn, number)["id"]), list(free[1:])
    contact_id, rest = who.split(conn, free, settings, first="deal", today=run.moment.on)
    try:
        return deals.open_deal(conn, contact_id), rest
    except NotFound:
        won = [row for row in deal_list.listed(conn, contact_id=contact_id, outcome="won").rows if row["way"] == "sold"]
        if not won or deal_list.listed(conn, contact_id=contact_id, outcome="open").rows:
            raise
        return int(won[0]["id"]), rest


def list_tasks(
    ctx: typer.Context,
    free: Annotated[list[str] | None, typer.Argument(metavar="[WHO|DEAL]", show_default=False)] = None,
    limit: words.Limit = None,
) -> None:
    """The tasks of a deal by stage: ready, waiting for others, done. Without a deal, what is ready in every open one.

    Example: salesflow task list ken
    """
    from salesflow.records import task_list

    run = session(ctx)
    with run.reading() as (conn, settings):
        if not free:
            run.show(task_list.ready_everywhere(conn, limit or 50))
            return
        number, rest = any_deal(conn, run, settings, free)
        if rest:
            raise Refused(f"not understood after the deal: {' '.join(rest)!r}; salesflow task list WHO|DEAL")
        run.show(task_list.listed(conn, number))


def done(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO|DEAL TASK [TEXT]", show_default=False)],
    minutes: words.Minutes = None,
    on: words.On = None,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """A task of a deal is done: log it, and close what was promised of it.

    TASK is its number in the stage the deal stands in, its name, or the start of its name.

    Example: salesflow task done ken 1 he bakes at night --minutes 20
    """
    run = session(ctx)
    warnings = []
    with run.writing() as (conn, settings, work):
        number, rest = any_deal(conn, run, settings, free)
        deal = deals.get(conn, number)
        task, text = tasks.find(tasks.of_deal(conn, number), deal["stage_id"], rest)
        if task.waits_for:
            warnings.append(f"{task.name} waits for {', '.join(task.waits_for)}; done all the same")
        if task.done_on:
            warnings.append(f"{task.name} was done on {words.when(run, task.done_on)} already; logged once more")
        logged = tasks.finish(
            conn, number, task, run.moment, text=" ".join(text) or None, minutes=minutes,
            on=words.day(run, settings, on, past=True) if on else None,
        )  # fmt: skip
        own = tasks.of_stage(tasks.of_deal(conn, number), task.stage_id)
        ready = [each.name for each in tasks.ready(conn, number)]
        step = words.promise(conn, run, settings, deal["contact_id"], next, todo, number)
        work.summary = f"{deal['contact']}: D{number} {task.name} done"
    for warning in warnings:
        run.warn(warning)
    count = sum(each.state == "done" for each in own)
    lines = [f"Done A{logged} {deal['contact']}: {task.name}; {task.stage} {count} of {len(own)}"]
    lines += [f"Ready: {', '.join(ready[:5])}"] * bool(ready)
    run.tell(
        *lines, *step, key=f"A{logged}", id=logged, deal=f"D{number}", contact_id=deal["contact_id"],
        contact=deal["contact"], task=task.name, stage=task.stage, tasks_done=count, tasks_total=len(own), ready=ready,
    )  # fmt: skip
