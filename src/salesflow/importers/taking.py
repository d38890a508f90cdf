"""Taking a file in: what it is, how it is read, what came of it."""

from __future__ import annotations

import io
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any, BinaryIO

from salesflow.dates import Moment
from salesflow.errors import Refused
from salesflow.importers import (
    formats,
    generic,
    generic_deals,
    own,
    own_json,
    rejects,
    sheet,
    twice,
    vcard,
    xlsx,
)
from salesflow.importers.formats import Format
from salesflow.importers.heading_words import REASON
from salesflow.importers.headings import Headings, apply_map, key_of, recognise
from salesflow.importers.opening import CODE_PAGES, Measured
from salesflow.importers.sheet import Sheet
from salesflow.records import importing_deals, importing_head, importing_whole, mapping, questions, stages_met
from salesflow.records.importing import Intake
from salesflow.records.incoming import Extras, Report
from salesflow.records.settings import Settings, file_id

KINDS = ("contacts", "deals")

# Shown how far it is while rows go by: (rows, file) -> the same rows.
Watch = Callable[[Iterator[Any], Measured], Iterable[Any]]


@dataclass(frozen=True)
class Order:
    """How a file is to be taken; None: as it looks. `name` is what the file is called.

    kind: contacts, deals, or the name of a format. sheet: of a workbook. keep_extra: columns that nobody knows are
    kept. plan: every row is told. rejects: refused rows are kept for a file of their own. with_tasks: open deals start
    the tasks of their stage.
    """

    name: str
    moment: Moment
    kind: str | None = None
    maps: Sequence[str] = ()
    process: str | None = None
    encoding: str | None = None
    extras: Extras = field(default_factory=Extras)
    keep_extra: bool = False
    plan: bool = False
    rejects: bool = False
    sheet: str | None = None
    with_tasks: bool = False

    def report(self) -> Report:
        return Report(plan={} if self.plan else None, refusals={} if self.rejects else None)


@dataclass(frozen=True)
class Taken:
    """What a file was taken for, and what came of it; columns in the file's own words.

    mapped: what had been said of its columns before. rejects: the refused rows as a file, where they were asked for.
    """

    kind: str
    format: str
    report: Report
    encoding: str = "utf-8"
    delimiter: str | None = None
    header_line: int | None = None
    read: Sequence[str] = ()
    not_read: Sequence[str] = ()
    contacts_added: int | None = None
    title: str = ""  # of the product that wrote it
    mapped: Sequence[str] = ()
    rejects: str = ""
    sheet: str | None = None  # of a workbook, and what others in it have rows
    other_sheets: Sequence[str] = ()


def take(conn: sqlite3.Connection, settings: Settings, file: BinaryIO, order: Order, watch: Watch) -> Taken:
    """Every row taken or refused, inside the caller's transaction. Raises Refused, FileTrouble."""
    if xlsx.is_workbook(file):
        if order.encoding:
            raise Refused("--encoding says nothing here: a workbook says itself how it is written")
        table = xlsx.table_in(file, order.name, order.sheet)
        taken = take_table(conn, settings, table.file, order, watch, ",", xlsx.BREAK)
        return replace(taken, delimiter=None, encoding="utf-8", sheet=table.sheet, other_sheets=table.others)
    if order.sheet:
        raise Refused(f"--sheet says nothing here: {order.name} is no workbook")
    if own_json.is_ours(file, order.name):
        refuse(order, "a salesflow export in JSON says itself what it is", maps=True, process=True, deals=True)
        return take_whole(conn, settings, file, order)
    if vcard.is_vcard(file):
        refuse(order, "vCards are people, and say themselves what is what", maps=True, process=True, deals=True)
        return take_cards(conn, settings, file, order, watch)
    return take_table(conn, settings, file, order, watch)


def is_known(file: BinaryIO, name: str) -> bool:
    """Whether it is the export of a product known by name, cards, or an export of ours; not a sheet of one's own."""
    if own_json.is_ours(file, name) or vcard.is_vcard(file):
        return True
    if xlsx.is_workbook(file):
        return False
    again = os.fdopen(os.dup(file.fileno()), "rb")  # whoever reads a sheet closes its file
    try:
        with sheet.sheet_in(again, name, expected=[*own.NAMES, *formats.headings_known()]) as rows:
            header = rows.header
            return own.is_contacts(header) or own.is_deals(header) or formats.known(header, None) is not None
    except Refused:
        return False
    finally:
        again.close()


def take_table(
    conn: sqlite3.Connection, settings: Settings, file: BinaryIO, order: Order, watch: Watch,
    delimiter: str | None = None, breaks: str = "",
) -> Taken:  # fmt: skip
    """Rows of a text file, whoever wrote it; delimiter and breaks as `sheet.sheet_in` has them."""
    asked = [row["name"] for row in questions.in_force(conn)]
    expected = [*own.NAMES, *asked, *formats.headings_known()]
    fallback = CODE_PAGES.get(settings.country, "cp1252")
    with sheet.sheet_in(
        file, order.name, encoding=order.encoding, expected=expected, fallback=fallback, delimiter=delimiter,
        breaks=breaks,
    ) as rows:  # fmt: skip
        if own.is_contacts(rows.header) and order.kind in (None, "contacts") and not order.maps:
            refuse(order, "an export of contacts has no deals in it", process=True)
            return take_own(conn, settings, rows, order, watch)
        wanted = None if order.kind in KINDS else order.kind
        found = formats.known(rows.header, wanted) if order.kind not in KINDS else None
        if found:
            formats.shaped(rows, found, order.name)
        mapped = () if order.maps else mapping.remembered(conn, header_of(rows))
        headings = recognised(rows, replace(order, maps=order.maps or mapped), asked, found)
        rows.unfilled = set(headings.unread_places)
        if headings.kind == "deals":
            taken = take_deals(conn, settings, rows, headings, order, watch, found)
        else:
            refuse(order, "contacts follow no process; did you mean --as deals?", process=True)
            incoming = generic.contacts(rows, headings, settings, order.moment.day, order.extras)
            intake = Intake(
                conn, settings, order.moment, order.extras, report=order.report(), system=headings.system
            )  # fmt: skip
            report = intake.take(watch(incoming, rows))
            taken = described(rows, headings, "contacts", found, report)
        if order.maps:
            mapping.remember(conn, header_of(rows), order.maps)
        return replace(taken, mapped=mapped)


def refuse(order: Order, why: str, *, maps: bool = False, process: bool = False, deals: bool = False) -> None:
    """An option that would say nothing is a misunderstanding."""
    for option, given in (
        ("--map", maps and order.maps), ("--process", process and order.process),
        ("--as deals", deals and order.kind == "deals"),
    ):  # fmt: skip
        if given:
            raise Refused(f"{option} says nothing here: {why}")


def recognised(rows: Sheet, order: Order, asked: Sequence[str], form: Format | None) -> Headings:
    """What the columns are; without a word about it, deals only where it cannot be a list of people. Raises Refused."""
    kind = order.kind if order.kind in KINDS else None
    if form:
        kind = "contacts" if form.kind == "contacts" else "deals"
        beside = formats.label_places(form, rows.header)
        found = recognise(
            rows.header, rows.sample, kind, asked, formats.words_of(form), others=form.others, label_places=beside
        )  # fmt: skip
        found = replace(found, label_places=beside, always=form.always, system=form.system)
    else:
        found = recognise(rows.header, rows.sample, kind or "contacts", asked)
    if kind is None:
        deals = recognise(rows.header, rows.sample, "deals", asked)
        fields = set(deals.fields.values())
        people = {"name", "first_name", "last_name", "email", "phone"} & set(found.fields.values())
        staged = "stage" in fields and fields & {"title", "deal_id"}
        told = {"stage", "outcome", "closed_on"} & fields
        # An `id` beside a `value` is in every table.
        told |= {"deal_id"} if any(key_of(deals.header[place]) != "id" for place in deals.columns("deal_id")) else set()
        alone = not people and told
        if own.is_deals(rows.header) or ("amount" in fields and (staged or alone)):
            found = deals
    found = apply_map(found, order.maps)
    if order.keep_extra:
        found = with_extras(found)
    if not found.names_someone() and not (found.kind == "deals" and found.columns("deal_id")):
        columns = ", ".join(f'"{heading}"' for heading in rows.header[:12])
        name = "contact" if found.kind == "deals" else "name"
        raise Refused(f"no column of {order.name} says whom a row is about; which? --map COLUMN={name} ({columns})")
    return found


def header_of(rows: Sheet) -> list[str]:
    """By which a mapping is remembered: a file of refused rows counts as the one it came from."""
    return [heading for heading in rows.header if heading != REASON]


def with_extras(found: Headings) -> Headings:
    """Columns that nobody knows, to be kept under their own headings."""
    kept = {place: found.heading(place) for place in found.unread_places}
    return replace(found, fields={**found.fields, **dict.fromkeys(kept, "extra")}, labels={**found.labels, **kept})


def take_own(conn: sqlite3.Connection, settings: Settings, rows: Sheet, order: Order, watch: Watch) -> Taken:
    made, asked = [], {row["name"] for row in questions.in_force(conn)}
    for name in own.questions(rows.header):
        if name in asked:
            continue
        if questions.was_dropped(conn, name):
            made.append(f"answers to {name} are not taken: the question was dropped here")
            continue
        questions.add(conn, name, f"{name}?", gates=False)
        asked.add(name)
        made.append(f"question {name} made; reword it: salesflow question edit {name} --ask TEXT")
    incoming = own.contacts(rows, settings, order.moment.day, asked, order.extras)
    intake = Intake(conn, settings, order.moment, order.extras, own=True, report=order.report())
    report = intake.take(watch(incoming, rows))
    report.made = made
    return described(rows, None, "contacts", "salesflow-contacts", report)


def take_deals(
    conn: sqlite3.Connection, settings: Settings, rows: Sheet, headings: Headings, order: Order, watch: Watch,
    found: Format | None,
) -> Taken:  # fmt: skip
    if order.extras.answers:
        raise Refused("--answer is for contacts; import those first")
    made, usual = processes_for(conn, settings, rows, headings, order)
    is_own = own.is_deals(rows.header)
    incoming = generic_deals.deals(rows, headings, settings, order.moment.day, own=is_own)
    process = generic_deals.slug(order.process) if order.process else None
    intake = importing_deals.DealIntake(
        conn, settings, order.moment, order.extras, process=process, usual=usual, own=is_own, report=order.report(),
        with_tasks=order.with_tasks,
    )  # fmt: skip
    report = intake.take(watch(incoming, rows))
    tasks = [f"{intake.promised} task{'s' * (intake.promised > 1)} promised, from today"] if intake.promised else []
    report.made = [*made, *tasks]
    form = "salesflow-deals" if is_own else found
    kind = found.kind if found else "deals"
    return described(rows, headings, kind, form, report, contacts_added=intake.contacts_added)


def processes_for(
    conn: sqlite3.Connection, settings: Settings, rows: Sheet, headings: Headings, order: Order
) -> tuple[list[str], str]:
    """Processes made of the stages in the file, in words, and the one for rows that name none.

    A process that is named and is not there is made. Where none is named, the usual one will do if it has the stages of
    the file, or another that has; else one is made that is called like the file: no deal is lost for want of a stage.
    """
    made, usual = [], settings.process
    for name, (title, stages) in generic_deals.stages(rows, headings, order.process).items():
        if not name:
            if found := stages_met.with_stages(conn, usual, stages):
                usual = found
                continue
            name = usual = generic_deals.slug(PurePath(order.name).stem) or "imported"
        made.append(stages_met.make_process(conn, name, title if name != title else "", stages))
    return [text for text in made if text], usual


def take_whole(conn: sqlite3.Connection, settings: Settings, file: BinaryIO, order: Order) -> Taken:
    whole = own_json.Whole(file, order.name)
    ground = importing_head.prepare(
        conn, sets=whole.sets, questions=whole.questions, ways=whole.processes, products=whole.products,
        pieces=whole.pieces,
    )  # fmt: skip
    intake = Intake(
        conn, settings, order.moment, order.extras, own=True, attach=importing_whole.attaching(ground),
        report=order.report(),
    )  # fmt: skip
    report = intake.take(whole.contacts(settings, ground))
    importing_whole.settle(conn, ground, intake.referrals.refs)
    report.made = ground.made
    return Taken("contacts", "salesflow-whole", report)


def take_cards(conn: sqlite3.Connection, settings: Settings, file: BinaryIO, order: Order, watch: Watch) -> Taken:
    if order.kind not in (None, "contacts") and not order.kind.startswith("vcard"):
        raise Refused(f"{order.name} is a file of vCards; leave --as {order.kind} away")
    cards = vcard.Cards(
        file, order.name, settings, order.extras, encoding=order.encoding, keep_extra=order.keep_extra,
        file_id=file_id(conn),
    )  # fmt: skip
    intake = Intake(conn, settings, order.moment, order.extras, own=cards.own, report=order.report())
    report = intake.take(watch(iter(cards), cards))
    report.made = cards.made
    refused = "".join(cards.rejects(report.refusals)) if report.refusals else ""
    read, unread = list(cards.read), list(cards.not_read)
    return Taken(
        "contacts", cards.format, report, cards.encoding, read=read, not_read=unread, title=cards.title, rejects=refused
    )  # fmt: skip


def described(
    rows: Sheet, headings: Headings | None, kind: str, form: Format | str | None, report: Report,
    contacts_added: int | None = None,
) -> Taken:  # fmt: skip
    """form: whose export it is, or the name of our own; None for anybody's own sheet."""
    wide = len(rows.header) - rows.added
    read = list(rows.header)
    if headings:
        places = sorted({*headings.fields, *headings.label_places.values(), *headings.used})
        read = [headings.heading(place) for place in places if place < wide]
    # A column without a single value is not missed.
    missed = [place for place in headings.unread_places if place not in rows.unfilled] if headings else []
    unread = [headings.heading(place) for place in missed] if headings else []
    if rows.garbled:
        line, before, meant = rows.garbled
        report.warn(line, f'encoded twice: "{before}" -> "{meant}"; to mend it: --encoding {twice.NAME}')
    refused = io.StringIO()
    if report.refusals:
        rejects.write(rows, headings, report.refusals, refused)
    name, title = (form, "") if isinstance(form, str) else (form.name, form.title) if form else ("generic", "")
    return Taken(
        kind, name, report, rows.encoding, rows.delimiter, rows.header_line, read, unread, contacts_added, title,
        rejects=refused.getvalue(),
    )  # fmt: skip
