"""What a selling day brings in the story of the demo: needs, objections, signs, papers, appointments."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from salesflow.dates import Moment
from salesflow.money import read_amount
from salesflow.records import (
    activities,
    answering,
    appointments,
    deals,
    document_lines,
    inquiries,
    matters,
    objections,
    products,
    quotes,
    signs,
    tasks_done,
)

if TYPE_CHECKING:
    from salesflow.cli.demo import Event, Story


def offer(story: Story, told: list[dict[str, Any]], moment: Moment) -> None:
    """What the business sells."""
    for each in told:
        price = read_amount(each["price"], story.settings.currency)
        products.add(story.conn, products.Draft(each["name"], "service", price=price), moment)


def told_needs(story: Story, event: Event, moment: Moment) -> None:
    deal_id = story.deals[event["who"]]
    for question, text in event["needs"].items():
        answering.answer(
            story.conn, story.people[event["who"]], question, text, moment, method=event.get("method"),
            set_name="needs", deal_id=deal_id,
        )  # fmt: skip
    tasks_done.did(story.conn, deal_id, "ask needs", moment)


def objected(story: Story, event: Event, moment: Moment) -> None:
    draft = objections.Draft(event["objection"], event.get("kind"), event.get("behind"))
    objections.add(story.conn, story.deals[event["who"]], draft, moment)


def answered(story: Story, event: Event, moment: Moment) -> None:
    first = last_open(story, event, "objection")
    objections.answer(story.conn, first["id"], event["answered"], moment, accepted=True)


def signed(story: Story, event: Event, moment: Moment) -> None:
    signs.add(story.conn, story.deals[event["who"]], event["sign"], moment)


def asked_for_the_sale(story: Story, event: Event, moment: Moment) -> None:
    draft = activities.Draft(0, event.get("kind", ""), event["asked"])
    signs.act(story.conn, last_open(story, event, "sign")["id"], draft, moment)


def last_open(story: Story, event: Event, kind: str) -> sqlite3.Row:
    return matters.of_deal(story.conn, story.deals[event["who"]], kind, state="open")[-1]


def quoted(story: Story, event: Event, moment: Moment) -> None:
    """A quote made and sent the same day."""
    home = story.settings.currency
    line, currency = document_lines.read_item(story.conn, event["quote"], None, home, ".")
    draft = quotes.Draft(
        story.people[event["who"]], (line,), currency, story.deals[event["who"]], delivery=event.get("delivery")
    )
    made = quotes.add(story.conn, draft, moment, story.settings.process)
    quotes.sent(story.conn, made.row, moment, valid_until=story.day(event["until"]))


def inquired(story: Story, event: Event, moment: Moment) -> None:
    line = inquiries.read_line(story.conn, event["inquiry"], None, ".")
    draft = inquiries.Draft(
        story.people[event["who"]], line, inquiries.read_asks(event["asks"]), via=event.get("via", "email")
    )
    inquiries.add(story.conn, draft, moment)


def invited(story: Story, event: Event, moment: Moment) -> None:
    """An appointment asked for; it is confirmed by an event of its own."""
    draft = appointments.Draft(
        story.people[event["who"]], story.day(event["due"]), event["at"], event["kind"], event["appointment"],
        event.get("place"), story.deals.get(event["who"]),
    )  # fmt: skip
    appointments.ask(story.conn, draft, moment)


def confirmed(story: Story, event: Event, moment: Moment) -> None:
    number = appointments.of_contact(story.conn, story.people[event["who"]])
    appointments.confirm(story.conn, number, moment)


def closed(story: Story, event: Event, moment: Moment) -> None:
    outcome = "won" if "won" in event else "lost"
    deals.close(story.conn, story.deals[event["who"]], outcome, event[outcome], moment)


VERBS: dict[str, Callable[[Story, Event, Moment], None]] = {
    "needs": told_needs, "objection": objected, "answered": answered, "sign": signed, "asked": asked_for_the_sale,
    "quote": quoted, "inquiry": inquired, "appointment": invited, "confirmed": confirmed, "won": closed, "lost": closed,
}  # fmt: skip
