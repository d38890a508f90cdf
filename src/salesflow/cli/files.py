"""Files: bringing contacts and deals in."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from salesflow.cli.session import Session, session
from salesflow.errors import Refused
from salesflow.table import Column, Table

if TYPE_CHECKING:
    from salesflow.importers.sheet import Sheet
    from salesflow.importers.taking import Taken
    from salesflow.records.change import Work
    from salesflow.records.incoming import Extras, Report
    from salesflow.records.settings import Settings

SHOWN = 10  # problems said on a screen
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
Item = TypeVar("Item")


def import_(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE|-", show_default=False)],
    as_: Annotated[
        str | None, typer.Option("--as", metavar="WORD", help="contacts or deals, if it is not clear.")
    ] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", metavar="COLUMN=FIELD", help="What a column is; again for several.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="All rows or none.")] = False,
    process: Annotated[
        str | None, typer.Option("--process", metavar="NAME", help="Of deals: their process, made if need be.")
    ] = None,
    encoding: Annotated[str | None, typer.Option("--encoding", metavar="NAME", help="If it was taken wrong.")] = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="WORD", help="Where the list is from, if a row has none.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="WORD", help="For all; again for several.")] = None,
    answer: Annotated[
        list[str] | None, typer.Option("--answer", metavar="QUESTION=yes", help="For all; again for several.")
    ] = None,
) -> None:
    """Bring in a CSV file as it is, or what `export` wrote; a second time changes nothing.

    Columns are known by their headings: Name, E-Mail, Telefon, Company, Tags, Notes, Next ... Every row is taken or
    refused with a reason. `undo` takes the whole import back.

    Example: salesflow import people.csv --dry-run
    """
    from salesflow.importers import opening, taking
    from salesflow.records.incoming import keep

    run = session(ctx)
    if as_ not in (None, "contacts", "deals"):
        raise Refused(f"--as is contacts or deals, not {as_!r}")
    name = "standard input" if file == "-" else Path(file).name
    with ExitStack() as stack:
        source_file = stack.enter_context(
            closing(opening.open_file(None if file == "-" else file, sys.stdin.buffer if file == "-" else None))
        )
        conn, settings, work = stack.enter_context(place(run, dry_run))
        extras = extras_of(conn, source, tag, answer)
        order = taking.Order(name, run.moment, as_, tuple(map_ or ()), process, encoding, extras)
        taken = taking.take(conn, settings, source_file, order, partial(watched, run))
        report = taken.report
        work.dry = dry_run or (strict and report.refused > 0)
        import_id = None if work.dry else keep(conn, report, name, f"{taken.format} {taken.kind}", run.moment)
        work.summary = counted(report, dry=False)
    written = not work.dry and run.committed
    told(run, name, taken, work.dry, (import_id, work.change_id) if written else None)
    run.undo_hint(work)
    if strict and report.refused and not dry_run:
        raise Refused(f"nothing was written: {report.refused} of {report.rows} rows are refused, and --strict was said")
    if report.refused:
        raise typer.Exit(2 if report.refused == report.rows else 1)


@contextmanager
def place(run: Session, dry_run: bool) -> Iterator[tuple[sqlite3.Connection, Settings, Work]]:
    """The file being written. Without one, a dry run makes its own and leaves none behind."""
    import tempfile

    fresh = dry_run and not os.path.lexists(run.path)
    with tempfile.TemporaryDirectory() if fresh else nullcontext() as folder:
        if folder:
            run.db, run.quiet, quiet = str(Path(folder) / "plan.db"), True, run.quiet
        with run.writing(new=True) as found:
            if folder:
                run.quiet = quiet
            yield found


def extras_of(
    conn: sqlite3.Connection, source: str | None, tag: Sequence[str] | None, answer: Sequence[str] | None
) -> Extras:
    """What is said of the whole list. Raises Refused, NotFound."""
    from salesflow.records import questions
    from salesflow.records.contacts import Draft, clean
    from salesflow.records.incoming import Extras
    from salesflow.records.settings import Settings

    answers = []
    for text in answer or ():
        name, _, said = text.partition("=")
        if said.strip().lower() not in questions.ANSWERS:
            raise Refused(f'--answer is QUESTION=yes, no or unknown, like target-market=yes; not "{text}"')
        answers.append((str(questions.find(conn, name.strip())["name"]), questions.ANSWERS[said.strip().lower()]))
    draft = clean(Draft(source=source, tags=tuple(tag or ())), Settings())
    return Extras(draft.source or None, draft.tags, tuple(answers))


def watched(run: Session, incoming: Iterator[Item], rows: Sheet) -> Iterator[Item]:
    """The rows, and how far they are, said on a terminal where it takes long."""
    if run.quiet or not sys.stderr.isatty() or (rows.size or 0) < 1_000_000:
        yield from incoming
        return
    shown = -1
    for number, item in enumerate(incoming):
        if number % 500 == 0 and rows.size:
            percent = min(99, rows.position() * 100 // rows.size)
            if percent != shown:
                shown = percent
                print(f"\r{percent:3} %  {number:,} rows", end="", file=sys.stderr, flush=True)
        yield item
    print("\r" + " " * 30 + "\r", end="", file=sys.stderr, flush=True)


def counted(report: Report, *, dry: bool) -> str:
    if dry:
        return (
            f"{report.added:,} to add, {report.updated:,} to update, {report.same:,} the same, "
            f"{report.refused:,} refused: {report.rows:,} {'row' if report.rows == 1 else 'rows'}"
        )
    return f"{report.added:,} added, {report.updated:,} updated, {report.same:,} the same, {report.refused:,} refused"


def told(run: Session, name: str, taken: Taken, plan: bool, ids: tuple[int | None, int] | None) -> None:
    """The answer: for a person in lines, for a script one object.

    plan: nothing was to be written, or could not be. ids: of the import and the change, if anything was.
    """
    report = taken.report
    lines = [took_for(taken, name)]
    if taken.format == "generic":
        lines.append(f"Read: {', '.join(taken.read)}")
    if taken.not_read:
        lines.append(f"Not read: {', '.join(taken.not_read)}")
    lines.append(counted(report, dry=plan))
    if taken.contacts_added:
        lines[-1] += f"; {taken.contacts_added:,} new contacts for them"
    lines += [f"{text[:1].upper()}{text[1:]}" for text in report.made]
    lines += listed("", report.problems, report.refused) + listed("Warning, ", report.warnings, report.warned)
    facts: dict[str, Any] = {
        "added": report.added, "updated": report.updated, "same": report.same, "refused": report.refused,
        "import_id": ids and ids[0], "change_id": ids and ids[1], "contacts_added": taken.contacts_added,
        "what": taken.kind, "format": taken.format, "encoding": taken.encoding, "delimiter": taken.delimiter,
        "header_line": taken.header_line, "columns_read": list(taken.read), "columns_not_read": list(taken.not_read),
        "made": report.made, "dry_run": plan, "written": ids is not None,
        "problems": table(report.problems), "warnings": table(report.warnings),
    }  # fmt: skip
    run.tell(*lines, **facts)


def table(found: Sequence[tuple[int, str]]) -> Table:
    columns = (Column("line", "line", "number"), Column("reason", "reason", wrap=True))
    return Table(columns, [{"line": line, "reason": reason} for line, reason in found])


def took_for(taken: Taken, name: str) -> str:
    """`people.csv: contacts, comma, utf-8, header on line 1`."""
    if taken.format == "salesflow-whole":
        return f"{name}: contacts, a salesflow export, whole"
    own = ", a salesflow export" if taken.format.startswith("salesflow-") else ""
    header = f"header on line {taken.header_line}" if taken.header_line else "no header"
    mark = DELIMITERS.get(taken.delimiter or "", taken.delimiter)
    what = f"{taken.title}" if taken.title else f"{taken.kind}{own}"
    return f"{name}: {what}, {mark}, {taken.encoding}, {header}"


def listed(word: str, found: Sequence[tuple[int, str]], total: int) -> list[str]:
    """What is wrong, each reason once with its first lines."""
    by_reason: dict[str, list[int]] = {}
    for line, reason in found:
        by_reason.setdefault(reason, []).append(line)
    lines = []
    for reason, where in list(by_reason.items())[:SHOWN]:
        numbers = ", ".join(map(str, where[:3])) + (f" and {len(where) - 3:,} more" if len(where) > 3 else "")
        lines.append(f"{word}line{'s' if len(where) > 1 else ''} {numbers}: {reason}")
    if len(by_reason) > SHOWN or total > len(found):
        lines.append(
            f"{word}{total:,} in all; --json has {'all' if total <= len(found) else f'the first {len(found):,}'}"
        )
    return [f"{line[:1].upper()}{line[1:]}" for line in lines]
