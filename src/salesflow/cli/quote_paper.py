"""Quotes to look at, and as the paper that the customer gets; its template."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.quote_words import Quote
from salesflow.cli.session import Session, session
from salesflow.errors import NotFound, Refused
from salesflow.records import documents, quotes_shown, who


def list_quotes(
    ctx: typer.Context,
    free: Annotated[list[str] | None, typer.Argument(metavar="[WHO]", show_default=False)] = None,
    limit: words.Limit = None,
) -> None:
    """Quotes, the newest first; of one person, or of everybody.

    Example: salesflow quote list ken
    """
    run = session(ctx)
    with run.reading() as (conn, settings):
        contact_id = who.resolve(conn, " ".join(free), settings) if free else None
        run.show(quotes_shown.listed(conn, contact_id, run.today, settings.marks, limit))


def show(
    ctx: typer.Context,
    quote: Quote,
    text: Annotated[bool, typer.Option("--text", help="The paper as text, to be mailed.")] = False,
    html: Annotated[bool, typer.Option("--html", help="The paper as a page, to be printed from a browser.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Into a file instead of the screen.")
    ] = None,
) -> None:
    """One quote, or one version of it (Q1/1); or the paper for the customer.

    Example: salesflow quote show Q1
    """
    run = session(ctx)
    if text and html:
        raise Refused("--text or --html, not both")
    with run.reading() as (conn, settings):
        row = documents.get(conn, "quote", quote)
        if not (text or html or output):
            run.show(quotes_shown.shown(conn, row, run.today, settings.marks))
            return
        from salesflow.exporters import document_page

        form = "html" if html or (output and not text and output.suffix.lower() in (".html", ".htm")) else "text"
        page = document_page.page(conn, row, form, run.today, settings)
    write(run, page, output)


def write(run: Session, page: str, output: Path | None) -> None:
    if output is None:
        from salesflow.screen import encodable

        sys.stdout.write(encodable(page, (sys.stdout.encoding or "utf-8").lower()))
        return
    from salesflow.store.copies import write_text

    write_text(output, page)
    run.say(f"Written: {output}")


def template(
    ctx: typer.Context,
    file: Annotated[str | None, typer.Argument(metavar="[FILE|-]", show_default=False)] = None,
    html: Annotated[bool, typer.Option("--html", help="The one for the page, not the one for text.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the one in use there.")
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Back to the one that came with salesflow.")] = False,
) -> None:
    """How a quote looks: write out the template in use, or keep a changed one.

    Example: salesflow quote template --html -o quote.html
    """
    from salesflow.exporters import document_page

    run = session(ctx)
    form = "html" if html or (file and Path(file).suffix.lower() in (".html", ".htm")) else "text"
    if reset and file:
        raise Refused("--reset, or a FILE, not both")
    if not reset and file is None:
        with run.reading() as (conn, _):
            source = document_page.source(conn, form)
        write(run, source, output)
        return
    source = "" if reset else read(str(file))
    if not reset:
        document_page.check(source, form)
    with run.writing() as (conn, _, work):
        document_page.keep(conn, form, None if reset else source)
        work.summary = f"template of quotes ({form}) {'as it came' if reset else 'changed'}"
    said = "is the one that came with salesflow" if reset else f"is now {file}"
    run.tell(f"The template of quotes, {form}, {said}", form=form, changed=not reset)


def read(file: str) -> str:
    """The text of a file, or of `-`. Raises NotFound, Refused."""
    try:
        if file == "-":
            return sys.stdin.read()
        with open(file, encoding="utf-8-sig", newline=None) as handle:
            return handle.read(1_000_001)
    except OSError as error:
        raise NotFound(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Refused(f"{file} is no template: not UTF-8 text") from None
