"""Processes: the ways you sell, and your own. Changing one: `cli.process_edit`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from salesflow.cli.session import session
from salesflow.errors import Exists, FileTrouble, Refused
from salesflow.records import process_drafts, process_shown, process_toml, processes, settings
from salesflow.records.process_drafts import ProcessDraft
from salesflow.table import Text

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]
Stages = Annotated[
    str | None, typer.Option("--stages", metavar='"A,B,C"', help="In order; find:A or keep:C says the phase.")
]
Title = Annotated[str | None, typer.Option("--title", metavar="TEXT", help="What it is for.")]
MoveTo = Annotated[
    str | None,
    typer.Option("--move-deals-to", metavar="STAGE", help="Where open deals of a stage dropped go on."),
]
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
    stage: Annotated[
        str | None, typer.Option("--stage", metavar="STAGE", help="One stage: its tasks and questions.")
    ] = None,
    journey: Annotated[bool, typer.Option("--journey", help="What the customer does, in one line.")] = False,
    counts: Annotated[bool, typer.Option("--counts", help="How many tasks each stage has.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Number and name only.")] = False,
) -> None:
    """One process, stage by stage.

    Example: salesflow process show three-step
    """
    run = session(ctx)
    if (stage is not None) + journey + counts + plain > 1:
        raise Refused("one of --stage, --journey, --counts and --plain at a time")
    with run.reading() as (conn, _):
        if plain and run.fmt == "table":
            lines = [
                ("", f"{row['position']} {row['name']}")
                for row in processes.stages(conn, processes.find(conn, name)["id"])
            ]
            run.show(Text(lines, indent=0))
        elif stage is not None:
            run.show(process_shown.stage(conn, name, stage))
        elif journey:
            run.show(process_shown.journey(conn, name))
        else:
            run.show(process_shown.counts(conn, name) if counts else process_shown.shown(conn, name))


def new(
    ctx: typer.Context,
    name: Name,
    stages: Stages = None,
    title: Title = None,
    goal: Annotated[
        str | None, typer.Option("--goal", metavar="TEXT", help="What the whole of it is to bring.")
    ] = None,
    default: Default = False,
) -> None:
    """Your own process, of 1 to 100 stages.

    Example: salesflow process new bakery --stages "find:Walk-in,Tasting,Order"
    """
    run = session(ctx)
    if not stages:
        raise Refused(f'which stages? salesflow process new {name} --stages "A,B,C"')
    with run.writing(new=True) as (conn, _, work):
        process_drafts.add(conn, ProcessDraft(name, title or "", process_drafts.from_names(stages), goal))
        if default:
            settings.put(conn, "process", name)
        work.summary = f"process {name} made"
        answer = process_shown.shown(conn, name)
    run.show(answer)


def use(
    ctx: typer.Context,
    name: Name,
    deal: Annotated[
        str, typer.Option("--for", metavar="DEAL", help="The deal that follows it from now on.", show_default=False)
    ] = "",
    stage: Annotated[str | None, typer.Option("--stage", metavar="STAGE", help="Where it goes on.")] = None,
) -> None:
    """Put an open deal on another process; the stays it had are kept.

    It goes on in the stage of the same name, else in the first selling one, or in --stage.

    Example: salesflow process use bakery --for D7
    """
    from salesflow.cli.deal import facts, find_deal, promised
    from salesflow.records import deals, process_use

    run = session(ctx)
    if not deal.strip():
        raise Refused("which deal? --for DEAL, a key such as D9 or a name")
    with run.writing() as (conn, found, work):
        number, rest = find_deal(conn, run, found, deal.split())
        if rest:
            raise Refused(f"not understood: {' '.join(rest)}; --for takes one deal, such as D{number}")
        change = process_use.put_on(conn, number, name, stage, run.moment)
        row = deals.get(conn, number)
        lines = promised(conn, run, number, change.stage_id, change.promised)
        work.summary = f"{row['contact']}: D{number} {row['title']} on {name}"
    run.tell(
        f"D{number} {row['contact']}: {row['title']}, now in {row['stage']} of {name}, before on {change.before}",
        *lines, **facts(row), before=change.before, promised=[f"F{each}" for each in change.promised],
    )  # fmt: skip


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
        text = process_toml.to_toml(conn, name)
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
    move_to: MoveTo = None,
) -> None:
    """Read a process from TOML, with the question sets that it brings along and are not there yet.

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
        draft = process_toml.from_toml(text, name)
        said = []
        if replace_:
            said = process_drafts.change(conn, draft.name, draft, run.moment, move_to)
        else:
            try:
                process_drafts.add(conn, draft)
            except Exists:
                there = f"there is a process {draft.name} already"
                raise Exists(f"{there}: --replace changes it, --name NAME adds another") from None
        work.summary = f"process {draft.name} read from {file}"
        answer = process_shown.shown(conn, draft.name)
    for line in said:
        run.say(line)
    run.show(answer)


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
