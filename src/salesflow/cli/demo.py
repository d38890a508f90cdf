"""`demo`: a small invented business in a file of its own, to look around in."""

from __future__ import annotations

import datetime
import os
import shlex
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import typer

from salesflow import dates
from salesflow.cli import demo_sale
from salesflow.cli.session import Session, session
from salesflow.dates import Moment
from salesflow.errors import Exists
from salesflow.records import (
    activities,
    answering,
    change,
    contacts,
    deals,
    follow_ups,
    process_drafts,
    sales,
    settings,
    setup,
)
from salesflow.records.contacts import Draft, Point
from salesflow.store import file
from salesflow.table import Column, Sheet, Text

HABITS = {"country": "US", "currency": "USD", "date_order": "ymd"}
PLAIN = ("name", "kind", "company", "job_title", "source", "source_detail", "rating", "priority", "note")
POINTS = (("phone", "phones"), ("email", "emails"), ("link", "links"))
Event = dict[str, Any]


def demo(ctx: typer.Context) -> None:
    """A small business to look around in: a file of its own is made, and kept for trying things out.

    Example: salesflow demo
    """
    from salesflow.render import line
    from salesflow.reports import funnel, today

    run = session(ctx)
    path = place(ctx, run)
    people = build(path, run.moment)
    run.db = str(path)
    program = f"salesflow --db {shlex.quote(str(path))}"
    tries = [f"{program} show magda", f"{program} where magda", f"{program} done ken --next fri", f"{program} week"]
    if run.fmt != "table":
        columns = (Column("path"), Column("contacts", kind="number"), Column("try", kind="list"))
        run.show(Sheet(columns, {"path": str(path), "contacts": people, "try": tries}, ids="path"))
        return
    with run.reading() as (conn, found):
        run.show(today.report(conn, today=run.today, marks=found.marks, alarm_days=found.alarm_days))
        run.show(Text([("", "")]))
        run.show(funnel.report(conn, today=run.today, process=found.process, marks=found.marks))
    run.show(Text([("", ""), ("", "All of it is invented, and yours to change. Try next:")], indent=0))
    for each in tries:
        print(line(each))  # on one line however long, to be copied


def place(ctx: typer.Context, run: Session) -> Path:
    """Where the demo goes: the file that --db names, else one of its own among temporary files. Raises Exists.

    SALESFLOW_DB names the seller's own file, which the demo has nothing to do with.
    """
    given = (ctx.get_parameter_source("db"), ctx.find_root().get_parameter_source("db"))
    if any(source is not None and source.name == "COMMANDLINE" for source in given):
        if os.path.lexists(run.path):
            raise Exists(f"{run.path} is there already; without --db the demo makes a file of its own")
        return run.path
    import tempfile

    return Path(tempfile.mkdtemp(prefix="salesflow-demo-")) / "demo.db"


@dataclass
class Story:
    """The business being told: whom and which deal the names stand for so far."""

    conn: sqlite3.Connection
    today: datetime.date
    settings: settings.Settings
    people: dict[str, int] = field(default_factory=dict)
    deals: dict[str, int] = field(default_factory=dict)  # each contact's latest

    def day(self, away: int) -> str:
        return (self.today + datetime.timedelta(away)).isoformat()


def build(path: Path, now: Moment) -> int:
    """Make the file and tell the story into it, a change a day, each at its own day; how many contacts there are.

    The days are those of the story, so histories, stays and statuses are what a year of typing would have left.
    """
    import tomllib

    told = tomllib.loads(files("salesflow.cli").joinpath("demo.toml").read_text(encoding="utf-8"))
    setup.create(path, HABITS)
    conn = change.writer(path)
    try:
        conn.execute("PRAGMA synchronous = OFF")  # a file that can be made again at any time need not wait for the disk
        events = by_day(told)
        story = Story(conn, now.day, settings.read(conn))
        for away in sorted(events):
            on = story.day(away)
            moment = Moment(f"{on}T12:00:00Z", on, "12:00") if away else now
            with change.change(conn, moment, f"demo, {dates.long_day(moment.day)}") as work:
                if not story.people:
                    own_process(story, told["process"])
                    demo_sale.offer(story, told["products"], moment)
                said = [tell(story, event, moment) for event in events[away]]
                work.summary = "; ".join(said)[:200]
        return len(told["people"])
    except BaseException as error:
        for end in ("", "-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)
        if isinstance(error, sqlite3.Error):
            raise file.trouble(error, path) from None
        raise
    finally:
        conn.close()


def by_day(told: dict[str, Any]) -> dict[int, list[Event]]:
    """Everything that happens, by the day counted from today; on each day in the order of the story."""
    found: dict[int, list[Event]] = {}
    for person in told["people"]:
        found.setdefault(person["found"], []).append({"who": person["name"], "found": person})
        for event in person.get("story", ()):
            found.setdefault(event["day"], []).append({"who": person["name"], **event})
    for event in told["walk_in"]:
        found.setdefault(event["day"], []).append({"who": "Walk-in", **event})
    return found


def own_process(story: Story, told: dict[str, Any]) -> None:
    stages = [
        process_drafts.StageDraft(**stage | {"tasks": [process_drafts.TaskDraft(**task) for task in stage["tasks"]]})
        for stage in told["stages"]
    ]
    process_drafts.add(story.conn, process_drafts.ProcessDraft(told["name"], told["title"], stages))
    settings.put(story.conn, "process", told["name"])
    story.settings = settings.read(story.conn)


def tell(story: Story, event: Event, moment: Moment) -> str:
    """One event into the file; it is what the first of its words that is a verb says."""
    verb = next(word for word in VERBS if word in event)
    VERBS[verb](story, event, moment)
    return f"{event['who']}: {verb.replace('_', ' ')}"


def found(story: Story, event: Event, moment: Moment) -> None:
    person = event["found"]
    points = []
    for kind, place in POINTS:
        for text in person.get(place, ()):
            label, _, value = text.rpartition(":") if kind == "phone" else ("", "", text)
            points.append(Point(kind, value, label or None))
    birthday = story.day(person["birthday_in"])[4:] if "birthday_in" in person else None
    draft = Draft(
        **{word: person.get(word) for word in PLAIN}, birthday=f"-{birthday}" if birthday else None,
        referred_by_id=story.people.get(person.get("referred_by", "")), points=tuple(points),
        tags=tuple(person.get("tags", ())),
    )  # fmt: skip
    clean = contacts.clean(draft, story.settings)
    story.people[event["who"]] = contacts.add(story.conn, clean, moment, imported=person.get("imported", False))


def answer(story: Story, event: Event, moment: Moment) -> None:
    for word in ("yes", "no"):
        for question in event.get(word, ()):
            answering.answer(
                story.conn, story.people[event["who"]], question, word, moment, method=event.get("method"),
                said=event.get("said"),
            )  # fmt: skip


def logged(story: Story, event: Event, moment: Moment) -> None:
    draft = activities.Draft(
        story.people[event["who"]], event["log"], event.get("text"), event.get("way"), event.get("outcome"),
        event.get("minutes"),
    )  # fmt: skip
    activities.add(story.conn, draft, moment)


def promise(story: Story, event: Event, moment: Moment) -> None:
    draft = follow_ups.Draft(
        story.people[event["who"]], story.day(event["due"]), event["promise"], due_at=event.get("at"),
        every=event.get("every"),
    )  # fmt: skip
    follow_ups.add(story.conn, draft, moment)


def kept(story: Story, event: Event, moment: Moment) -> None:
    first = follow_ups.due(story.conn, story.people[event["who"]])[0]
    draft = activities.Draft(
        first["contact_id"], first["kind"], event["done"], minutes=event.get("minutes"), follow_up_id=first["id"]
    )
    activities.add(story.conn, draft, moment)
    follow_ups.close(story.conn, first["id"], moment)


def opened(story: Story, event: Event, moment: Moment) -> None:
    draft = deals.Draft(story.people[event["who"]], event["deal"], amount(story, event), story.settings.process)
    story.deals[event["who"]] = deals.add(story.conn, draft, moment)


def amount(story: Story, event: Event) -> tuple[int, str]:
    from salesflow.money import read_amount

    return read_amount(event["amount"], story.settings.currency)


def sold(story: Story, event: Event, moment: Moment) -> None:
    buyer = story.people.get(event["who"]) or contacts.walk_in(story.conn, moment)
    sales.sale(story.conn, buyer, amount(story, event), event["sale"], story.settings.process, moment)


def parked(story: Story, event: Event, moment: Moment) -> None:
    deals.park(story.conn, story.deals[event["who"]], story.day(event["due"]), event["parked"], moment)


def off_list(story: Story, event: Event, moment: Moment) -> None:
    contacts.off_list(story.conn, story.people[event["who"]], event["off_list"], moment)


def moved(story: Story, event: Event, moment: Moment) -> None:
    deals.move(story.conn, story.deals[event["who"]], event["move"], moment)


VERBS: dict[str, Callable[[Story, Event, Moment], None]] = {
    "found": found, "log": logged, "yes": answer, "no": answer, "promise": promise, "done": kept, "deal": opened,
    "move": moved, "sale": sold, "parked": parked, "off_list": off_list, **demo_sale.VERBS,
}  # fmt: skip
