"""Looking: today, week, funnel, pipeline, reports, digest."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.session import Session, session
from salesflow.errors import Refused
from salesflow.records.settings import Settings


def since_day(run: Session, settings: Settings, text: str | None) -> str | None:
    return words.day(run, settings, text, past=True) if text else None


def today(
    ctx: typer.Context,
    days: Annotated[int, typer.Option("--days", metavar="N", min=0, max=366, help="Look ahead so many days.")] = 0,
    limit: words.Limit = None,
    everything: words.All = False,
) -> None:
    """The list: whom to contact today, and why. Overdue first, then today by time, then what deserves a look.

    Example: salesflow today --days 7
    """
    from salesflow.reports import today as report

    run = session(ctx)
    with run.reading() as (conn, settings):
        run.show(report.report(
            conn, today=run.today, days=days, limit=None if everything else limit or 50, marks=settings.marks,
            alarm_days=settings.alarm_days, nudge_days=settings.nudge_days,
        ))  # fmt: skip


def week(ctx: typer.Context) -> None:
    """Friday's look on one screen: added, won, lost, moved, stuck, no next step, the next 7 days.

    Example: salesflow week
    """
    from salesflow.reports import week as report

    run = session(ctx)
    with run.reading() as (conn, settings):
        run.show(report.report(conn, today=run.today, marks=settings.marks))


def funnel(
    ctx: typer.Context,
    since: words.Since = None,
    process: words.Process = None,
    by: Annotated[str | None, typer.Option("--by", metavar="WORD", help="source, month or phase.")] = None,
) -> None:
    """From lead to sale: entered, now, amount, went on, conversion, days. From history, so it does not change later.

    Example: salesflow funnel --since jan --by source
    """
    from salesflow.reports import funnel as report

    run = session(ctx)
    if by not in (None, "source", "month", "phase"):
        raise Refused(f"--by is source, month or phase, not {by!r}")
    with run.reading() as (conn, settings):
        run.show(report.report(
            conn, today=run.today, since=since_day(run, settings, since), process=process or settings.process, by=by,
            marks=settings.marks,
        ))  # fmt: skip


def pipeline(ctx: typer.Context, process: words.Process = None) -> None:
    """The open deals by stage.

    Example: salesflow pipeline
    """
    from salesflow.reports import pipeline as report

    run = session(ctx)
    with run.reading() as (conn, _):
        if process:
            from salesflow.records import processes

            processes.find(conn, process)
        run.show(report.report(conn, today=run.today, process=process))


def win_rate(
    ctx: typer.Context,
    since: words.Since = None,
    by: Annotated[str | None, typer.Option("--by", metavar="WORD", help="quarter, month or year.")] = None,
) -> None:
    """Won, lost, rate, won amount, average days to close of won and of lost.

    Example: salesflow report win-rate --by quarter
    """
    from salesflow.reports import win_rate as report

    run = session(ctx)
    if by not in (None, "quarter", "month", "year"):
        raise Refused(f"--by is quarter, month or year, not {by!r}")
    with run.reading() as (conn, settings):
        run.show(report.report(conn, since=since_day(run, settings, since), by=by, marks=settings.marks))


def digest(
    ctx: typer.Context,
    quiet_if_empty: Annotated[
        bool, typer.Option("--quiet-if-empty", help="On an empty day print nothing at all.")
    ] = False,
) -> None:
    """The day as text, for cron: due, overdue, birthdays, what changed since yesterday.

    Example: salesflow digest --quiet-if-empty
    """
    from salesflow.reports import digest as report

    run = session(ctx)
    with run.reading() as (conn, settings):
        answer = report.report(
            conn, today=run.today, marks=settings.marks, alarm_days=settings.alarm_days, nudge_days=settings.nudge_days
        )
        if not (answer.row["empty"] and quiet_if_empty):
            run.show(answer)
