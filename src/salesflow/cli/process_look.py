"""Looking at a process: what it lacks, how it is drawn, all of it as a text, and one made from what was logged."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from salesflow.cli.process import Name, Stages
from salesflow.cli.session import Session, session
from salesflow.records import process_drafts

Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Instead of the screen.")]


def check(ctx: typer.Context, name: Name) -> None:
    """What a process lacks: the seven qualities of a good one, its order, and whether it is followed.

    Ends with 1 where something is lacking.

    Example: salesflow process check seven-step
    """
    from salesflow.records import process_check

    run = session(ctx)
    with run.reading() as (conn, _):
        answer = process_check.check(conn, name)
    run.show(answer)
    if not all(row["ok"] for row in answer.rows):
        raise typer.Exit(1)


def diagram(
    ctx: typer.Context,
    name: Name,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="As text that Mermaid draws.")] = False,
    output: Output = None,
) -> None:
    """Draw a process from start to end: stages, gates, and what somebody else does.

    Example: salesflow process diagram seven-step --mermaid -o seven-step.mmd
    """
    from salesflow.records import process_diagram

    run = session(ctx)
    with run.reading() as (conn, _):
        draft = process_drafts.of(conn, name)
    if run.fmt != "table" and output is None:
        run.show(process_diagram.answer(draft))
        return
    boxes = output is None and sys.stdout.isatty() and (sys.stdout.encoding or "").lower().startswith("utf")
    text = process_diagram.mermaid(draft) if mermaid else "\n".join(process_diagram.drawn(draft, boxes)) + "\n"
    put(run, text, output)


def handbook(ctx: typer.Context, name: Name, output: Output = None) -> None:
    """All of a process as one text in Markdown, to learn from: goals, tasks, questions, and what worked before.

    No customer is named in it.

    Example: salesflow process handbook bakery -o handbook.md
    """
    from salesflow.records import process_handbook

    run = session(ctx)
    with run.reading() as (conn, _):
        answer = process_handbook.handbook(conn, name)
    if run.fmt != "table" and output is None:
        run.tell(name=name, text=answer)
        return
    put(run, answer, output)


def build(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="[NAME]", show_default=False)] = "own",
    stages: Stages = None,
    save: Annotated[bool, typer.Option("--save", help="Make it, under that name.")] = False,
) -> None:
    """Propose a process from what was really logged, in four steps: analyse, stages, diagram, measures.

    Ends with 1 where too little is logged.

    Example: salesflow process build bakery --stages "find:Talk,Order"
    """
    from salesflow.records import process_build

    run = session(ctx)
    chosen = process_drafts.from_names(stages) if stages else []

    def propose() -> process_build.Proposal:
        with run.reading() as (conn, _):
            return process_build.propose(conn, name, chosen)

    found = propose()
    if found.draft is not None and save:
        make(run, found.draft)
    run.show(process_build.answer(found))
    if found.draft is None:
        run.say(process_build.wanting(found))
        raise typer.Exit(1)
    if save:
        run.say(f"Made: {name}; see: salesflow process check {name}")
    elif run.asks:
        typed = "" if stages else run.ask("Other stages, as A,B,C (Enter: these):")
        if typed:
            chosen = process_drafts.from_names(typed)
            found = propose()
            run.show(process_build.answer(found))
        name = run.ask("Make it, under which name? (Enter: do not)")
        if name and found.draft is not None:
            make(run, found.draft._replace(name=name))
            run.say(f"Made: {name}; see: salesflow process check {name}")


def make(run: Session, draft: process_drafts.ProcessDraft) -> None:
    with run.writing() as (conn, _, work):
        process_drafts.add(conn, draft)
        work.summary = f"process {draft.name} made"


def put(run: Session, text: str, output: Path | None) -> None:
    """The text on stdout, or into a file."""
    if output is None:
        print(text, end="")
        return
    from salesflow.store.copies import write_text

    write_text(output, text)
    run.say(f"Written: {output}")
