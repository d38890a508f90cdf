"""Files: bringing contacts and deals in."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, TypeVar

import typer

from salesflow.cli import import_told
from salesflow.cli.session import Session, session
from salesflow.errors import FileTrouble, Refused

if TYPE_CHECKING:
    from salesflow.importers.opening import Measured
    from salesflow.importers.taking import Taken
    from salesflow.records.change import Work
    from salesflow.records.incoming import Extras
    from salesflow.records.settings import Settings

Item = TypeVar("Item")


def import_(
    ctx: typer.Context,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE...|-", show_default=False, help="One file, or several at once.")
    ] = None,
    as_: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="contacts, deals or a format, if it is not clear.")
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="COLUMN=FIELD", help="What a column is; again for several. Remembered."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    every_row: Annotated[bool, typer.Option("--rows", help="Say what becomes of every row.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="All rows or none.")] = False,
    rejects: Annotated[
        str | None, typer.Option("--rejects", metavar="FILE", help="Write refused rows there, to mend them.")
    ] = None,
    keep_extra: Annotated[bool, typer.Option("--keep-extra", help="Keep columns that nobody knows, too.")] = False,
    keep_mine: Annotated[
        bool, typer.Option("--keep-mine", help="What is known stays; what differs is kept beside it.")
    ] = False,
    process: Annotated[
        str | None, typer.Option("--process", metavar="NAME", help="Of deals: their process, made if need be.")
    ] = None,
    with_tasks: Annotated[
        bool, typer.Option("--with-tasks", help="Of deals: open ones start the tasks of their stage.")
    ] = False,
    encoding: Annotated[str | None, typer.Option("--encoding", metavar="NAME", help="If it was taken wrong.")] = None,
    sheet: Annotated[
        str | None, typer.Option("--sheet", metavar="NAME", help="Of a workbook: not the first with a table.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="WORD", help="Where the list is from, if a row has none.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="WORD", help="For all; again for several.")] = None,
    answer: Annotated[
        list[str] | None, typer.Option("--answer", metavar="QUESTION=yes", help="For all; again for several.")
    ] = None,
    method: Annotated[
        str | None, typer.Option("--method", metavar="HOW", help="How they gave their answers: form, email; else list.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="The formats it knows.")] = False,
) -> None:
    """Bring in a file as it is: Google, Outlook, LinkedIn, a CRM, a shop, a phone, your own sheet, our export.

    What it is, is seen from what is in it. Every row is taken or refused with a reason; a second time changes nothing.
    `undo` takes the whole import back.

    Example: salesflow import people.csv --dry-run
    """
    from salesflow.importers import opening, taking
    from salesflow.records.incoming import keep

    run = session(ctx)
    if list_:
        run.show(import_told.formats_table())
        return
    with ExitStack() as stack:
        told = bool(as_ or map_)
        sources = [each for file in named(files, as_) for each in stack.enter_context(opened(run, file, told=told))]
        names = [name for name, _ in sources]
        targets = reject_files(run, rejects, names, files or ()) if rejects else []
        if encoding:
            opening.check_encoding(encoding)
        conn, settings, work = stack.enter_context(place(run, dry_run))
        extras = replace(extras_of(conn, source, tag, answer), keep_mine=keep_mine, method=way_of(method))
        order = taking.Order("", run.moment, as_, tuple(map_ or ()), process, encoding, extras, keep_extra, every_row)
        done = []
        for name, file in sources:
            with naming(name, several=len(sources) > 1):
                its = replace(order, name=name, rejects=rejects is not None, sheet=sheet, with_tasks=with_tasks)
                done.append(taking.take(conn, settings, file, its, partial(watched, run)))
        if with_tasks and all(taken.kind == "contacts" for taken in done):
            raise Refused("--with-tasks is for deals, and there are none in it; leave it away")
        reports = [taken.report for taken in done]
        refused = sum(report.refused for report in reports)
        work.dry = dry_run or (strict and refused > 0)
        ids = [] if work.dry else [
            keep(conn, taken.report, name, f"{taken.format} {taken.kind}", run.moment)
            for name, taken in zip(names, done, strict=True)
        ]  # fmt: skip
        work.summary = import_told.counted(reports, dry=False)
    import_told.told(run, names, done, work.dry, [work.change_id, *ids] if not work.dry and run.committed else [])
    write_rejects(run, targets, done)
    run.undo_hint(work)
    rows = sum(report.rows for report in reports)
    if strict and refused and not dry_run:
        raise Refused(f"nothing was written: {refused} of {rows} rows are refused, and --strict was said")
    if refused:
        raise typer.Exit(2 if refused == rows else 1)


def named(files: Sequence[str] | None, as_: str | None) -> list[str]:
    """The files to be read. Raises Refused."""
    if not files:
        raise Refused("which file? salesflow import people.csv; --list names the formats it knows")
    if len(set(files)) < len(files):
        raise Refused("the same file is named twice")
    if as_ and as_ not in ("contacts", "deals"):
        from salesflow.importers import formats

        formats.known([], as_)  # refused before anything is read
    return list(files)


@contextmanager
def opened(run: Session, file: str, *, told: bool) -> Iterator[list[tuple[str, BinaryIO]]]:
    """What a file is called, and the file, readable twice; of an archive those in it. Raises FileTrouble, Refused.

    The archive that a product writes of all one has there holds much besides people (LinkedIn: letters, skills, the
    seller's own profile): if any file of it is known, only those that are; unless what they are is `told`.
    """
    from salesflow.importers import opening, taking, xlsx, zipped

    name = "standard input" if file == "-" else Path(file).name
    if file == "-":
        found = opening.open_file(None, sys.stdin.buffer)
    else:
        found = opening.open_file(file)
    with ExitStack() as stack:
        stack.enter_context(closing(found))
        if zipped.is_zip(found) and not xlsx.is_workbook(found):
            held = [(inside, stack.enter_context(closing(copy))) for inside, copy in zipped.files(found, name)]
            known = [] if told or len(held) == 1 else [each for each in held if taking.is_known(each[1], each[0])]
            if known and len(known) < len(held):
                others = ", ".join(inside for inside, copy in held if (inside, copy) not in known)
                run.say(f"Left out of {name}, of no program known by name: {others}; to take one, unpack it")
            yield known or held
        else:
            yield [(name, found)]


@contextmanager
def naming(name: str, *, several: bool) -> Iterator[None]:
    """Of several files, say which one cannot be taken."""
    try:
        yield
    except Refused as error:
        if several:
            named = str(error) if name in str(error) else f"{name}: {error}"
            raise Refused(f"{named}; of the other files nothing was taken") from None
        raise


def reject_files(run: Session, path: str, names: Sequence[str], files: Sequence[str]) -> list[Path]:
    """Where the refused rows of each file go, of several each to its own. Raises Refused, FileTrouble.

    Asked before anything is read: what is found out after the import comes too late for those rows.
    """
    whole, found = Path(path), list[Path]()
    for name in names:
        plain = target = whole.with_name(f"{whole.stem}-{Path(name).stem}{whole.suffix}") if len(names) > 1 else whole
        while target in found:
            target = plain.with_name(f"{plain.stem}-{len(found) + 1}{plain.suffix}")
        found.append(target)
    if not whole.parent.is_dir():
        raise FileTrouble(f"cannot write {whole}: there is no folder {whole.parent}")
    for target in found:
        if target.is_dir():
            raise FileTrouble(f"{target} is a folder; name a file in it")
        for other, what in ((str(run.path), "the salesflow file itself"), *((file, "read here") for file in files)):
            if os.path.lexists(target) and os.path.exists(other) and os.path.samefile(target, other):
                raise Refused(f"{target} is {what}; name another file for --rejects")
    return found


def write_rejects(run: Session, targets: Sequence[Path], done: Sequence[Taken]) -> None:
    """The refused rows of each file, where there are any."""
    from salesflow.store.copies import whole_file

    for target, taken in zip(targets, done, strict=False):
        if taken.rejects:
            with whole_file(target) as out:
                out.write(taken.rejects)
            run.say(f"Refused rows: {target}; mend them and import it")


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
    from salesflow.records.answering import ANSWERS
    from salesflow.records.contacts import Draft, clean
    from salesflow.records.incoming import Extras
    from salesflow.records.settings import Settings

    answers = []
    for text in answer or ():
        name, _, said = text.partition("=")
        if said.strip().lower() not in ANSWERS:
            raise Refused(f'--answer is QUESTION=yes, no or unknown, like target-market=yes; not "{text}"')
        answers.append((str(questions.find(conn, name.strip())["name"]), ANSWERS[said.strip().lower()]))
    draft = clean(Draft(source=source, tags=tuple(tag or ())), Settings())
    return Extras(draft.source or None, draft.tags, tuple(answers))


def way_of(method: str | None) -> str:
    """How the answers in a file were given. Raises Refused."""
    from salesflow.records.answering import checked_method

    return checked_method(method) or "list"


def watched(run: Session, incoming: Iterator[Item], rows: Measured) -> Iterator[Item]:
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
