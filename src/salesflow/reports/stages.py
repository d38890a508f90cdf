"""Stage by stage: how many deals came there, how many went on, how long they stayed, what they are worth.

Every stage of the process has a row, those where no deal ever stood too. The figures are those of the funnel, and
defined there: `entered`, `went_on`, `conversion`, `average_days`, `now`; `amount` is that of the deals standing there
now. `average_amount` is the mean amount of all deals that ever entered the stage or a later one, or were won, each
currency by itself, deals without an amount left out; rounded to the minor unit. Of deals opened since the day asked
for.

`listened` and `talked` are minutes of the activities in which both or one of them was noted, while the deal (the
contact's latest, where the activity names none) stood in the stage; null where nothing was.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence

from salesflow.reports import funnel
from salesflow.reports.figures import Asked, Line, clock, percent, rate
from salesflow.store.rows import rows
from salesflow.table import Column, Table

COLUMNS = (
    Column("stage", "STAGE", wrap=True),
    Column("phase"),
    Column("entered", "ENTERED", "number"),
    Column("now", "NOW", "number"),
    Column("amount", "AMOUNT NOW", "money"),
    Column("went_on"),
    Column("conversion", "TO NEXT", "rate"),
    Column("average_days", "AVG DAYS", "number"),
    Column("average_amount", "AVG AMOUNT", "money"),
    Column("listened"),
    Column("talked"),
)

HEARD = """
    SELECT stay.stage_id, sum(ifnull(listened, 0)) AS listened, sum(ifnull(talked, 0)) AS talked
      FROM activities
      JOIN stage_entries AS stay ON stay.id = (
           SELECT stage_entries.id FROM stage_entries
            WHERE stage_entries.contact_id = activities.contact_id
              AND stage_entries.deal_id = ifnull(activities.deal_id, stage_entries.deal_id)
              AND entered_at <= happened_at AND (left_on IS NULL OR left_on >= happened_on)
            ORDER BY entered_at DESC, stage_entries.id DESC LIMIT 1)
      JOIN deals ON deals.id = stay.deal_id
     WHERE (listened IS NOT NULL OR talked IS NOT NULL) AND (:since IS NULL OR opened_on >= :since)
     GROUP BY stay.stage_id
    """


def report(conn: sqlite3.Connection, asked: Asked, process: str | None = None) -> Table:
    """One row a stage a currency, in the order of the process; None: the first. Raises NotFound."""
    found = funnel.process_of(conn, process)
    stages = rows(conn, funnel.STAGES, process_id=found["id"])
    part = funnel.counted(conn, found["id"], asked.since, None).get(None, funnel.Part())
    deals = rows(conn, funnel.DEALS, process_id=found["id"], since=asked.since, by=None)
    heard = {row["stage_id"]: row for row in rows(conn, HEARD, since=asked.since)}
    lines = [
        {**line, **spoken(heard.get(stage["id"]))}
        for stage, figures in funnel.stage_figures(part, stages)
        for line in with_both(figures, part.amounts.get(stage["id"], {}), averages(deals, stage["rank"]))
    ]
    title = asked.title(f"Stages: {found['name']}")
    none = "No deal went through it yet: salesflow deal add WHO WHAT"
    notes = [] if any(each["entered"] for each in lines) else [none]
    for each in {line["stage"]: line for line in lines if line["listened"] is not None}.values():
        both = each["listened"] + each["talked"]
        share = percent(rate(each["listened"], both))
        notes.append(f"{each['stage']}: listened {clock(each['listened'])} of {clock(both)} ({share})")
    return Table(COLUMNS, lines, ids="stage", view=lambda: Table(COLUMNS, blanked(lines), title, notes))


def spoken(row: sqlite3.Row | None) -> Line:
    return {name: None if row is None else row[name] for name in ("listened", "talked")}


def averages(deals: Sequence[sqlite3.Row], rank: int) -> dict[str, int]:
    """The mean amount of the deals that got to a stage or beyond it, by currency."""
    sums: Counter[str] = Counter()
    number: Counter[str] = Counter()
    for row in deals:
        if row["currency"] is not None and (row["rank"] >= rank or row["outcome"] == "won"):
            sums[row["currency"]] += row["amount_minor"]
            number[row["currency"]] += row["deals"]
    return {code: (2 * sums[code] + number[code]) // (2 * number[code]) for code in sums}


def with_both(row: Line, now: Mapping[str, int], means: Mapping[str, int]) -> list[Line]:
    """The row once for each currency, the largest amount standing there first."""
    codes = sorted({*now, *means}, key=lambda code: (-now.get(code, -1), -means.get(code, 0), code))
    return [
        {**row, "amount_minor": now.get(code), "currency": code, "average_amount_minor": means.get(code)}
        for code in codes
    ] or [{**row, "amount_minor": None, "currency": None, "average_amount_minor": None}]


def blanked(lines: Sequence[Line]) -> list[Line]:
    """For a screen: a further currency of the stage above has its amounts alone."""
    amounts = ("amount_minor", "currency", "average_amount_minor")
    same = ("stage", "phase", "entered", "went_on")
    return [
        {**dict.fromkeys(each), **{name: each[name] for name in amounts}}
        if number and all(each[name] == lines[number - 1][name] for name in same) and each["currency"]
        else each
        for number, each in enumerate(lines)
    ]
