"""The pipeline: the open deals, by process and stage, those longest in their stage first.

`days` is how long a deal has been in its stage, `day` which day of the deal it is, of about `expected_days` (the view
`expected_lengths`; null where there is nothing to go by), `next_on` the first day anything is promised to its contact.
Parked deals are in it; deals of people who asked to be off the list are not.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from salesflow import dates
from salesflow.errors import NotFound
from salesflow.store.rows import rows
from salesflow.table import Column, Table

COLUMNS = (
    Column("key"),
    Column("deal_id"),
    Column("deal"),
    Column("contact_id"),
    Column("contact"),
    Column("process"),
    Column("stage"),
    Column("phase"),
    Column("days", kind="number"),
    Column("amount", kind="money"),
    Column("opened_on", kind="day"),
    Column("parked_until", kind="day"),
    Column("next_on", kind="day"),
    Column("day", kind="number"),
    Column("expected_days", kind="number"),
)
SCREEN = (
    Column("stage", "STAGE", wrap=True),
    Column("key", "KEY", firm=True),
    Column("contact", "WHO"),
    Column("deal", "WHAT"),
    Column("days", "DAYS", "number"),
    Column("length", "DAY OF", firm=True, right=True),
    Column("amount", "AMOUNT", "money"),
    Column("next", "NEXT", firm=True),
)

PIPELINE = """
    SELECT 'D' || deals.id AS key, deals.id AS deal_id, deals.title AS deal, deals.contact_id,
           contacts.name AS contact, processes.name AS process, stages.name AS stage, stages.phase,
           CAST(julianday(:today) - julianday(stage_entries.entered_on) AS INTEGER) AS days,
           deals.amount_minor, deals.currency, deals.opened_on, deals.parked_until, standing.next_on,
           CAST(julianday(:today) - julianday(deals.opened_on) AS INTEGER) + 1 AS day,
           expected_lengths.days AS expected_days
      FROM deals
      JOIN expected_lengths ON expected_lengths.deal_id = deals.id
      JOIN processes ON processes.id = deals.process_id
      JOIN stages ON stages.id = deals.stage_id
      JOIN contacts ON contacts.id = deals.contact_id
      JOIN standing ON standing.contact_id = deals.contact_id
      LEFT JOIN stage_entries ON stage_entries.deal_id = deals.id AND stage_entries.left_on IS NULL
     WHERE deals.outcome = 'open' AND standing.status <> 'off-list' AND (:process IS NULL OR processes.name = :process)
     ORDER BY processes.id, stages.position, stages.id, days DESC, deals.id
    """


def report(conn: sqlite3.Connection, *, today: date, process: str | None = None) -> Table:
    """Open deals of one process, or of all. Raises NotFound for a process that is none."""
    names = [row["name"] for row in rows(conn, "SELECT name FROM processes ORDER BY id")]
    if process is not None and process not in names:
        raise NotFound(f"no process {process!r}; there are: {', '.join(names)}")
    found = [dict(row) for row in rows(conn, PIPELINE, today=today.isoformat(), process=process)]
    return Table(COLUMNS, found, view=lambda: screen(found, today), ids="key")


def screen(found: Sequence[dict[str, Any]], today: date) -> Table:
    """The deals under their stage, which says how many they are and how much, each currency by itself."""
    shown: list[dict[str, Any]] = []
    several = len({row["process"] for row in found}) > 1
    for (process, stage), group in groupby(found, key=lambda row: (row["process"], row["stage"])):
        deals = list(group)
        name = f"{process}: {stage}" if several else stage
        shown += totals(name, deals)
        shown += [{**row, "stage": None, "next": next_step(row, today), "length": length(row)} for row in deals]
    count = "1 open deal" if len(found) == 1 else f"{len(found)} open deals"
    return Table(
        SCREEN, shown, title=f"Pipeline: {count}", ids="key",
        empty="No open deals. Open one: salesflow deal add WHO WHAT [--amount N]",
    )  # fmt: skip


def totals(stage: str, deals: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    blank = dict.fromkeys((*(column.name for column in SCREEN), "amount_minor", "currency"), None)
    amounts: Counter[str] = Counter()
    for row in deals:
        if row["currency"]:
            amounts[row["currency"]] += row["amount_minor"]
    first = {**blank, "stage": stage, "contact": "1 deal" if len(deals) == 1 else f"{len(deals)} deals"}
    sums = [{"amount_minor": minor, "currency": currency} for currency, minor in amounts.most_common()]
    return [{**first, **(sums[0] if sums else {})}, *({**blank, **more} for more in sums[1:])]


def length(row: dict[str, Any]) -> str:
    """`12/42`: which day of the deal it is, of about how many."""
    return f"{row['day']}" + ("" if row["expected_days"] is None else f"/{max(row['expected_days'], 1)}")


def next_step(row: dict[str, Any], today: date) -> str | None:
    """`parked, 1 Dec`, or the day of what is promised."""
    if row["parked_until"]:
        return f"parked, {dates.short_date(date.fromisoformat(row['parked_until']), today)}"
    if row["next_on"] is None:
        return None
    day = date.fromisoformat(row["next_on"])
    return "today" if day == today else f"{(today - day).days}d late" if day < today else dates.say_day(day, today)
