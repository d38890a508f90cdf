"""Export: people and deals written out."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from salesflow.cli import words
from salesflow.cli.session import session
from salesflow.errors import Refused


def export(
    ctx: typer.Context,
    status: words.ByStatus = None,
    tag: words.ByTag = None,
    source: words.BySource = None,
    company: words.ByCompany = None,
    no_next: words.NoNext = False,
    not_spoken: words.NotSpoken = False,
    quiet_for: words.QuietFor = None,
    as_: Annotated[
        str | None, typer.Option("--as", metavar="WORD", help="csv (one row a person) or json (whole).")
    ] = None,
    what: Annotated[str, typer.Option("--what", metavar="WORD", help="contacts or deals.")] = "contacts",
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Instead of the screen.")] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="CSV for scripts: no ' before what a spreadsheet would run.")
    ] = False,
) -> None:
    """Write people, or deals, to a file that `import` reads back: as CSV, or whole as JSON.

    Example: salesflow export --tag bakery -o bakery.csv
    """
    from salesflow.records import exporting
    from salesflow.records.listing import Filters

    run = session(ctx)
    form = as_ or ("json" if run.fmt == "json" else "csv")
    if form not in ("csv", "json") or what not in ("contacts", "deals"):
        raise Refused("an export is --as csv or json, --what contacts or deals")
    if form == "json" and what == "deals":
        raise Refused("JSON has deals inside their contacts: export --as json; a list of deals: deal list --json")
    filters = Filters(status, tag, source, company, no_next, not_spoken, quiet_for)
    with run.reading() as (conn, _):
        ids = exporting.chosen(conn, filters, run.today)
        if output is None or output == "-":
            write(conn, ids, sys.stdout, form, what, raw=raw, whole=filters == Filters())
            return
        from salesflow.store.copies import whole_file

        if os.path.lexists(output) and os.path.samefile(output, run.path):
            raise Refused(f"{output} is the salesflow file itself; name another")
        with whole_file(Path(output)) as out:
            many = write(conn, ids, out, form, what, raw=raw, whole=filters == Filters())
    run.say(f"Written: {output}, {many:,} {what if many != 1 else what.removesuffix('s')}")


def write(
    conn: sqlite3.Connection, ids: Sequence[int], out: Any, form: str, what: str, *, raw: bool, whole: bool
) -> int:
    """How many contacts or deals were written."""
    from salesflow import render
    from salesflow.exporters import contacts_csv, deals_csv, whole_json

    if form == "json":
        out.writelines(whole_json.lines(conn, ids, whole=whole))
        return len(ids)
    found = (contacts_csv if what == "contacts" else deals_csv).table(conn, ids)
    render.show(found, "csv", out, rich=out.isatty(), raw=raw)
    return len(found.rows)
