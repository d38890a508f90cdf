"""Settings of the file: country, currency, how dates and amounts are read."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.cli.session import session
from salesflow.errors import NotFound
from salesflow.records import settings
from salesflow.table import Column, Sheet, Table


def config(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", show_default=False)] = None,
    words: Annotated[list[str] | None, typer.Argument(metavar="[VALUE]", show_default=False)] = None,
    from_locale: Annotated[
        str | None, typer.Option("--from-locale", metavar="LOCALE", help="Take all of a place, such as de_DE.")
    ] = None,
) -> None:
    """Show every setting; one; or change one. They belong to the file, so terminal and cron agree.

    Example: salesflow config date_order dmy
    """
    run = session(ctx)
    value = " ".join(words) if words else None
    if value is not None or from_locale is not None:
        with run.writing(new=True) as (conn, _, work):
            if from_locale is not None:
                from salesflow.money import read_locale

                for key, found in read_locale(from_locale).items():
                    settings.put(conn, key, found)
                work.summary = f"settings of {from_locale}"
            if name is not None and value is not None:
                value = settings.put(conn, name, value)
                work.summary = f"{name} set to {value}"
    with run.reading() as (_, now):
        facts = now._asdict()
        field = name.replace("-", "_") if name else None
        if field is not None and field not in facts:
            raise NotFound(f"no setting {name!r}; there are: {', '.join(facts)}")
        shown = {field: facts[field]} if field else facts
        columns = [Column(key, kind="number" if isinstance(fact, int) else "text") for key, fact in shown.items()]
        listing = Table(
            (
                Column("name", "setting", firm=True),
                Column("value", "value", wrap=True),
                Column("meaning", "meaning", wrap=True),
            ),
            [{"name": key, "value": str(fact), "meaning": settings.MEANINGS[key]} for key, fact in shown.items()],
        )
        run.show(Sheet(columns, shown, view=lambda: listing))
