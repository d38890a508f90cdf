"""Export: people and deals written out."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from salesflow.cli.filters import Saved, chosen
from salesflow.cli.session import Session, session
from salesflow.errors import Refused

if TYPE_CHECKING:
    from salesflow.records.listing import Filters

FORMS = ("csv", "json", "vcard", "google", "outlook")
ENDINGS = {".vcf": "vcard", ".vcard": "vcard", ".json": "json", ".csv": "csv"}
PERSON = ("table", "json")  # what --format may say beside --person


def export(
    ctx: typer.Context,
    saved: Saved = None,
    *,
    filters: Filters,
    as_: Annotated[
        str | None,
        typer.Option("--as", metavar="WORD", help="csv (one row a person), json (whole), vcard, google or outlook."),
    ] = None,
    what: Annotated[str, typer.Option("--what", metavar="WORD", help="contacts or deals.")] = "contacts",
    for_: Annotated[
        str | None, typer.Option("--for", metavar="CHANNEL", help="Only who may be contacted: email, phone, sms, post.")
    ] = None,
    person: Annotated[
        str | None, typer.Option("--person", metavar="WHO", help="All that is known about one person, as JSON.")
    ] = None,
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Instead of the screen.")] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="CSV for scripts: no ' before what a spreadsheet would run.")
    ] = False,
) -> None:
    """Write people, or deals, to a file that `import` reads back: as CSV, whole as JSON, or as vCards for a phone.

    `-o people.vcf` says by its ending what is meant; --as google and --as outlook are CSV as these programs read it.

    `--for email` is for a mailing: it leaves out who is off the list, who said no, and who has no e-mail.

    Example: salesflow export --tag bakery -o bakery.csv
    """
    from salesflow.records import consent, exporting

    run = session(ctx)
    if person is not None:
        if any(filters) or for_ or raw or what != "contacts" or as_ not in (None, "json") or run.fmt not in PERSON:
            raise Refused("--person is one person, whole, as JSON: salesflow export --person WHO [-o FILE]")
        about(run, f"{person} {saved or ''}".strip(), output)
        return
    form = form_of(as_, output, run.fmt)
    if what not in ("contacts", "deals"):
        raise Refused("--what is contacts or deals")
    if form == "json" and what == "deals":
        raise Refused("JSON has deals inside their contacts: export --as json; a list of deals: deal list --json")
    if form != "csv" and what == "deals":
        raise Refused(f"{form} has no deals; export --what deals --as csv")
    with run.reading() as (conn, _):
        filters = chosen(conn, saved, filters)
        whole = not any(filters) and for_ is None
        ids, left_out = exporting.chosen(conn, filters, run.today), ""
        if for_ is not None:
            channel = consent.checked(for_)
            ids, others = exporting.may_be_contacted(conn, filters, run.today, channel)
            left_out = others.said(channel)
        with place(run, output) as out:
            many = write(conn, ids, out, form, what, raw=raw, whole=whole)
    if output not in (None, "-"):
        run.say(f"Written: {output}, {many:,} {what if many != 1 else what.removesuffix('s')}")
    if left_out:
        run.say(left_out)


def form_of(as_: str | None, output: str | None, fmt: str) -> str:
    """What was said with --as; else what the file's ending says; else JSON with --json, and CSV. Raises Refused."""
    if as_ is None:
        ending = ENDINGS.get(Path(output or "").suffix.lower())
        return ending or ("json" if fmt == "json" else "csv")
    if as_.lower() not in FORMS:
        raise Refused(f"an export is --as {', '.join(FORMS[:-1])} or {FORMS[-1]}, not {as_!r}")
    return as_.lower()


@contextmanager
def place(run: Session, output: str | None) -> Iterator[TextIO]:
    """Where an export goes: the screen, or a file that is written whole or not at all. Raises Refused, FileTrouble."""
    if output is None or output == "-":
        yield sys.stdout
        return
    from salesflow.store.copies import whole_file

    if os.path.lexists(output) and os.path.samefile(output, run.path):
        raise Refused(f"{output} is the salesflow file itself; name another")
    with whole_file(Path(output)) as out:
        yield out


def about(run: Session, text: str, output: str | None) -> None:
    """All that is known about one person."""
    from salesflow.exporters import person_json
    from salesflow.records import who

    with run.reading() as (conn, settings):
        contact_id = who.resolve(conn, text, settings)
        known = person_json.text(conn, contact_id)
    with place(run, output) as out:
        out.write(known)
    if output not in (None, "-"):
        run.say(f"Written: {output}, all about contact {contact_id}")


def write(
    conn: sqlite3.Connection, ids: Sequence[int], out: TextIO, form: str, what: str, *, raw: bool, whole: bool
) -> int:
    """How many contacts or deals were written."""
    from salesflow import render
    from salesflow.exporters import contacts_csv, deals_csv, whole_json

    if form == "json":
        out.writelines(whole_json.lines(conn, ids, whole=whole))
        return len(ids)
    if form == "vcard":
        from salesflow.exporters import vcard

        return counted(vcard.cards(conn, ids), out)
    if form in ("google", "outlook"):
        from salesflow.exporters import google_csv, outlook_csv

        rows = google_csv.rows(conn, ids) if form == "google" else outlook_csv.rows(conn, ids)
        out.write(outlook_csv.MARK if form == "outlook" and not out.isatty() else "")
        return counted(lines_of(rows, raw), out) - 1
    found = (contacts_csv if what == "contacts" else deals_csv).table(conn, ids)
    render.show(found, "csv", out, rich=out.isatty(), raw=raw)
    return len(found.rows)


def lines_of(rows: Iterator[list[str]], raw: bool) -> Iterator[str]:
    """Rows of another program's CSV; nothing in them runs in a spreadsheet, but for days and phones as they are."""
    from salesflow.formats import csv_line
    from salesflow.width import defuse

    header = next(rows)
    yield csv_line(header) + "\r\n"
    bare = header.index("Birthday")
    for cells in rows:
        guarded = cells if raw else [cell if place == bare else defuse(cell) for place, cell in enumerate(cells)]
        yield csv_line(guarded) + "\r\n"


def counted(texts: Iterator[str], out: TextIO) -> int:
    """Write them; how many there were. On a terminal they are made safe to look at."""
    from salesflow.width import safe

    number, screen = 0, out.isatty()
    for text in texts:
        out.write("".join(f"{safe(line)}\n" for line in text.removesuffix("\r\n").split("\r\n")) if screen else text)
        number += 1
    return number
