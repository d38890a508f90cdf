"""Where a deal stands."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.cli.session import session
from salesflow.cli.task import any_deal
from salesflow.errors import Refused


def where(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO|DEAL", show_default=False)],
) -> None:
    """Where a deal stands, when to go on, what is next, and whether to change course.

    Example: salesflow where ken
    """
    from salesflow.records import where as place

    run = session(ctx)
    with run.reading() as (conn, settings):
        number, rest = any_deal(conn, run, settings, free)
        if rest:
            raise Refused(f"not understood after the deal: {' '.join(rest)!r}; salesflow where WHO|DEAL")
        run.show(place.of_deal(conn, number, run.today))
