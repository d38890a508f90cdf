"""The day as text, for cron: the queue of the day, what is new since yesterday, and how much is open.

CLOSE NOW is who is ready to buy, LATE what is overdue, TODAY what is promised for today, WAITING FOR YOU replies,
inquiries and quotes, WORTH A LOOK the rest of the queue: birthdays, parked deals whose day has come, who does not
answer, stalled deals, prospects without a next step. The queue is that of `today`, in its order
and with its limits. `Since` counts what happened yesterday and today: people added, prospects for the first time, deals
won and lost. `Open` is every open deal but those of people off the list. Several currencies are never added.

The day is `empty` when the queue is; then it is one line. The same file on the same day gives the same text.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from salesflow import dates
from salesflow.reports import today as queue
from salesflow.reports import today_lines as dated
from salesflow.reports import week
from salesflow.store.rows import rows
from salesflow.table import Column, Sheet, Table, Text
from salesflow.width import fence

SECTIONS = (
    ("CLOSE NOW", ("sign",)),
    ("LATE", ("overdue",)),
    ("TODAY", ("due",)),
    ("WAITING FOR YOU", ("reply", "inquiry", "quote")),
    ("WORTH A LOOK", ("birthday", "parked", "silent", "nudge", "stalled", "no-step")),
)
WITH_REACH = ("sign", "overdue", "due", "reply")
COLUMNS = (
    Column("on", kind="day"),
    Column("empty", kind="flag"),
    Column("to_do", kind="number"),
    Column("late", kind="number"),
    Column("since", kind="day"),
    Column("added", kind="number"),
    Column("qualified", kind="number"),
    Column("won", kind="number"),
    Column("lost", kind="number"),
    Column("open", kind="number"),
)

# One row a currency; deals without an amount make a row without one.
OPEN = """
    SELECT count(*) AS deals, sum(amount_minor) AS amount_minor, currency
      FROM deals JOIN standing ON standing.contact_id = deals.contact_id
     WHERE outcome = 'open' AND status <> 'off-list'
     GROUP BY currency
     ORDER BY currency IS NULL, sum(amount_minor) DESC, currency
    """

STEPS = (Column("status"), Column("people", kind="number"))
FUNNEL = "SELECT status, count(*) AS people FROM standing WHERE counts = 1 GROUP BY status"


def report(
    conn: sqlite3.Connection, *, today: date, limit: int | None = 50, marks: str = ",.", alarm_days: int = 7,
    nudge_days: int = 5,
) -> Sheet:  # fmt: skip
    """One row of figures, `empty` among them; tables `lines` (as `today` has them), `funnel` (where people stand now),
    `won_amounts`, `open_amounts`, and `ahead`, what is promised for each of the next seven days. Its view is the text.
    """
    asked = dated.Asked(today, 0, alarm_days, nudge_days)
    lines = queue.queue(conn, asked, limit)
    promised = queue.promised_by_day(conn, today + timedelta(7))
    total, notes = queue.totals(conn, asked, lines, limit, promised, marks)
    since = today - timedelta(1)
    new = week.happened(conn, since, today, 1, ("added", "qualified", "won", "lost"))
    opened = [dict(some) for some in rows(conn, OPEN)]
    row = {
        "on": today.isoformat(),
        "empty": not lines,
        "to_do": total,
        "late": queue.late(promised, today),
        "since": since.isoformat(),
        **{name: week.total(found) for name, found in new.items()},
        "open": sum(some["deals"] for some in opened),
    }
    ahead = [{"due_on": day.isoformat(), "promised": promised[day]} for day in sorted(promised) if day > today]
    tables = {
        "lines": Table(queue.COLUMNS, lines),
        "funnel": Table(STEPS, funnel(conn)),
        "won_amounts": Table(week.AMOUNTS, week.won_amounts(conn, since, today)),
        "open_amounts": Table(week.AMOUNTS, [some for some in opened if some["currency"]]),
        "ahead": Table((Column("due_on", kind="day"), Column("promised", kind="number")), ahead),
    }
    if not lines:
        said = f"{dates.long_day(today)}: {queue.nothing(conn, asked)}"
        return Sheet(COLUMNS, row, tables, view=lambda: Text([("", said)], indent=0))
    text = [queue.headline(asked, total, row["late"], marks), *sections(lines, today), "", *notes]
    text += tail(row, tables, queue.ahead(promised, today, today), marks)
    bold = frozenset(at for at, said in enumerate(text) if at == 0 or said in dict(SECTIONS))
    return Sheet(COLUMNS, row, tables, view=lambda: Text([("", said) for said in text], indent=0, bold=bold))


def sections(lines: Sequence[dated.Line], today: date) -> list[str]:
    text: list[str] = []
    for title, kinds in SECTIONS:
        found = [line for line in lines if line["kind"] in kinds]
        if found:
            text += ["", title]
        for line in found:
            text.append(f"* {said(line, today)}  [{line['key']}]")
            if line["kind"] in WITH_REACH and queue.reach(line):
                text.append(f"  {queue.reach(line)}")
    return text


def said(line: dated.Line, today: date) -> str:
    """`Ken Ito, 4 days: call: which hours suit him?`"""
    who, what = fence(line["contact"]), line["what"]
    if line["kind"] == "overdue":
        return f"{who}, {line['days_late']} day{'s' if line['days_late'] > 1 else ''}: {what}"
    if line["kind"] == "due":
        return f"{line['at']} {who}: {what}" if line["at"] else f"{who}: {what}"
    if line["kind"] == "quote":
        return f"{who}: {what} ({line['why']})" if line["why"] == "expired" else f"{who}: {what}"
    if line["kind"] == "birthday":
        day = date.fromisoformat(line["due_on"])
        return f"{who}: birthday {'today' if day == today else dates.say_day(day, today)}, {what}"
    if line["kind"] == "parked":
        day = date.fromisoformat(line["due_on"])
        back = "back today" if day == today else f"back since {dates.short_date(day, today)}"
        return f"{who}: {back}, {what.replace('parked: ', 'parked ', 1)}"
    return f"{who}: {what}"


def funnel(conn: sqlite3.Connection) -> list[dict[str, Any]]:
    """Where people stand now, in order: leads, possible, prospects, customers (who bought again among them)."""
    found = {step["status"]: step["people"] for step in rows(conn, FUNNEL)}
    found["customer"] = found.get("customer", 0) + found.get("repeat", 0)
    return [
        {"status": status, "people": found.get(status, 0)} for status in ("lead", "possible", "prospect", "customer")
    ]


def tail(row: dict[str, Any], tables: dict[str, Table], ahead: str, marks: str) -> list[str]:
    """What is new, and what is open."""
    since = dates.say_day(date.fromisoformat(row["since"]), date.fromisoformat(row["on"]))
    counts = {name: queue.grouped(row[name], marks) for name in ("added", "qualified", "won", "lost", "open")}
    won = week.said_amounts(tables["won_amounts"].rows, marks)
    new = f"{counts['added']} new, {counts['qualified']} qualified, {counts['won']} won{f' {won}' if won else ''}"
    amounts = week.said_amounts(tables["open_amounts"].rows, marks)
    deals = f"{counts['open']} deal{'' if row['open'] == 1 else 's'}{f', {amounts}' if amounts else ''}"
    steps = ", ".join(
        f"{queue.grouped(step['people'], marks)} {step['status']}"
        + ("" if step["people"] == 1 or step["status"] == "possible" else "s")
        for step in tables["funnel"].rows
    )
    return [
        f"Since {since}: {new}, {counts['lost']} lost",
        f"Funnel: {steps}.",
        f"Open: {deals}.{f' Ahead: {ahead}' if ahead else ''}",
    ]
