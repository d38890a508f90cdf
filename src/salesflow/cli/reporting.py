"""The reports of the sale: each is one module of salesflow.reports, asked with the same few words."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer

from salesflow.cli import words
from salesflow.cli.look import since_day
from salesflow.cli.session import session
from salesflow.errors import Refused

Until = Annotated[str | None, typer.Option("--until", metavar="DAY", help="Up to that day, itself counted.")]


def by(choices: str) -> Any:
    return typer.Option("--by", metavar="WORD", help=f"{choices}.")


def tell(
    ctx: typer.Context, name: str, since: str | None = None, until: str | None = None, *, by: str | None = None,
    only: str | None = None, **more: Any,
) -> None:  # fmt: skip
    """Show a report by the name of its module; `more` goes to it as it is, `words` with what is asked."""
    from salesflow.reports.figures import Asked

    run = session(ctx)
    with run.reading() as (conn, settings):
        first, last = since_day(run, settings, since), since_day(run, settings, until)
        if first and last and last < first:
            raise Refused(f"--until {last} is before --since {first}")
        asked = Asked(run.today, first, last, by, only, more.pop("words", {}), settings.marks)
        run.show(import_module(f"salesflow.reports.{name}").report(conn, asked, **more))


def time(
    ctx: typer.Context, since: words.Since = None, until: Until = None,
    by: Annotated[str | None, by("status or value")] = None,
) -> None:  # fmt: skip
    """Where the time goes: minutes by the status people had then, or by what they are worth; a warning where most of
    it goes to people who are no prospects.

    Example: salesflow report time --by value
    """
    tell(ctx, "time_spent", since, until, by=by)


def cycle(
    ctx: typer.Context, since: words.Since = None, until: Until = None,
    by: Annotated[str | None, by("product, product-kind, kind, process, need or decider")] = None,
) -> None:  # fmt: skip
    """From first contact to sale: average, shortest, longest; as a prospect; how many talks it took.

    Example: salesflow report cycle --by product
    """
    tell(ctx, "cycle", since, until, by=by)


def qualify(
    ctx: typer.Context, since: words.Since = None, until: Until = None,
    by: Annotated[str | None, by("source or week")] = None,
) -> None:  # fmt: skip
    """How many people were gathered, where, and how many days it took to know whether they are prospects.

    Example: salesflow report qualify --by week
    """
    tell(ctx, "qualifying", since, until, by=by)


def stalls(ctx: typer.Context) -> None:
    """Open deals that stall, each with its likely cause.

    Example: salesflow report stalls
    """
    tell(ctx, "stalls")


def actions(ctx: typer.Context, since: words.Since = None, until: Until = None) -> None:
    """What was done, kind by kind: how often a step forward followed, how many a win takes, what may be a waste.

    Example: salesflow report actions --since jan
    """
    tell(ctx, "actions", since, until)


def reasons(
    ctx: typer.Context, since: words.Since = None, until: Until = None,
    won: Annotated[bool, typer.Option("--won", help="Only how sales were won.")] = False,
    lost: Annotated[bool, typer.Option("--lost", help="Only how they were lost.")] = False,
) -> None:  # fmt: skip
    """How sales were won and lost, what was learned, who won those lost, and whether the buyers are satisfied.

    Example: salesflow report reasons --lost
    """
    tell(ctx, "reasons", since, until, only=None if won == lost else "won" if won else "lost")


def closing(ctx: typer.Context, since: words.Since = None, until: Until = None) -> None:
    """Closed in order, on a sign, or pushed: which wins? New customers, new contracts, paid and unpaid.

    Example: salesflow report closing
    """
    tell(ctx, "closing", since, until)


def presentations(ctx: typer.Context, since: words.Since = None, until: Until = None) -> None:
    """How far presentations went, what was put across, and how many asked for the sale.

    Example: salesflow report presentations
    """
    tell(ctx, "presentations", since, until)


def papers(ctx: typer.Context, since: words.Since = None, until: Until = None) -> None:
    """From inquiry to quote to sale: how many, for how much, how long customers take to accept.

    Example: salesflow report papers
    """
    tell(ctx, "papers", since, until)


def exceptions(ctx: typer.Context, since: words.Since = None, until: Until = None) -> None:
    """What was done against a warning, why, and whether such deals are won as often as others.

    Example: salesflow report exceptions
    """
    from salesflow.records.exceptions import KINDS

    tell(ctx, "exceptions", since, until, words=KINDS)


def roadmap(ctx: typer.Context) -> None:
    """Goals and how far they are, key deals, strategies: a page to give away. With -f md it is a text.

    Example: salesflow report roadmap -f md
    """
    tell(ctx, "roadmap")


def stages(ctx: typer.Context, since: words.Since = None, process: words.Process = None) -> None:
    """Every stage of a process: how many came, went on and how long they stayed; what stands there, and averages.

    Example: salesflow report stages
    """
    run = session(ctx)
    if process is None:
        with run.reading() as (_, settings):
            process = settings.process
    tell(ctx, "stages", since, process=process)
