"""The queue of the day: whom to contact today, and why, each item once.

In this order; people who asked to be off the list, and their deals, are never in it:

- sign: open deals whose customer showed a sign to buy that was not acted on; the oldest sign first. Not while parked.
- overdue: what was promised for a day gone by and is still open; the oldest first, within a day by time.
- due: what is promised for today, what has a time first, in time order.
- ahead: with `days`, what is promised for the days after today, in the same order.
- birthday: from `alarm_days` before (a contact's own count goes before the general one) until the day itself, unless
  a card was logged since the alarm began. 29 February is kept on the 28th in other years. Imported contacts ring only
  as prospects and customers.
- parked: open deals whose day has come, until they are moved, closed or parked again.
- reply: those who wrote last, within 90 days, and wait for an answer; not where an inquiry is open, something is due
  by today, or was promised since they wrote; the longest waiting first.
- inquiry: inquiries with a question open, the oldest first.
- quote: quotes sent, of open deals, on their last day, the day before, or past it; the longest past first.
- silent: three or more times unanswered in a row, before today, and which way to try next; those tried longest ago
  first. Here and below: nothing is promised, no deal is parked, and there is an open deal or they are possible or a
  prospect.
- nudge: not answered for `nudge_days`; not where a deal is stalled.
- stalled: open deals, not parked, longer in their stage than its limit (none set: twice the average of five or more
  finished stays, else 30 days; twice as long where somebody is to join the business) while nothing is promised to
  their contact; the longest stay first.
- no-step: prospects with nothing promised, no deal parked; first those with whom nothing has happened for longest.

Whoever waits for an answer, has shown a sign to buy, or is in one of silent, nudge and stalled, is in none of these
last kinds after it. Unless all is asked
for, the queue ends after `limit` lines, and of silent, nudge, stalled and no-step it has the five oldest.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from salesflow import dates
from salesflow.reports import today_lines as dated
from salesflow.reports import today_waiting as waiting
from salesflow.reports.today_lines import KEYS, PROMISED, Asked, Line
from salesflow.store.rows import rows, value
from salesflow.table import Column, Table, Text

KINDS = (
    "sign", "overdue", "due", "ahead", "birthday", "parked", "reply", "inquiry", "quote", "silent", "nudge", "stalled",
    "no-step",
)  # fmt: skip
FEW = 5  # silent, nudge, stalled and no-step lines, unless all are asked for
COUNTED = 100  # beyond this, lines that are not shown are no longer counted: a count costs as much as showing them

COLUMNS = tuple(Column(name) for name in KEYS)
SCREEN = (
    Column("key", "KEY", firm=True),
    Column("why", "WHY", firm=True),
    Column("contact", "WHO"),
    Column("what", "WHAT", wrap=True),
    Column("reach", "REACH", firm=True, below=True),
)


class Source(NamedTuple):
    """counting: counts the lines of a source that shows only a few of them; rest: what the others are called."""

    find: Callable[[sqlite3.Connection, Asked, int], list[Line]]
    counting: str = ""
    rest: str = ""


# In the order of the queue.
SOURCES: Sequence[Source] = (
    Source(waiting.signs),
    Source(dated.follow_ups),
    Source(dated.birthdays),
    Source(dated.parked),
    Source(waiting.replies),
    Source(waiting.inquiries),
    Source(waiting.quotes),
    Source(waiting.silent, waiting.SILENT_COUNT, "silent"),
    Source(waiting.nudges, waiting.NUDGES_COUNT, "to nudge"),
    Source(waiting.stalled, waiting.STALLED_COUNT, "stuck"),
    Source(waiting.no_step, waiting.NO_STEP_COUNT, "with no next step"),
)


def report(
    conn: sqlite3.Connection, *, today: date, days: int = 0, limit: int | None = 50, marks: str = ",.",
    alarm_days: int = 7, nudge_days: int = 5,
) -> Table:  # fmt: skip
    """The queue; `limit` None: all of it. `days_late` is 0 today, less ahead, null for lines without a promised day.

    Its view counts in the file what is not shown: it is made while the connection is open.
    """
    asked = Asked(today, days, alarm_days, nudge_days)
    lines = queue(conn, asked, limit)
    return Table(COLUMNS, lines, ids="key", view=lambda: screen(conn, asked, lines, limit, marks))


def queue(conn: sqlite3.Connection, asked: Asked, limit: int | None) -> list[Line]:
    """The lines in their order. Each source is asked for no more than there is room for: a long file costs nothing."""
    lines: list[Line] = []
    for source in SOURCES:
        room = -1 if limit is None else limit - len(lines)
        if room == 0:
            break
        lines += source.find(conn, asked, min(room, FEW) if source.counting and limit is not None else room)
    return lines


def reach(row: Line) -> str | None:
    """The phone or e-mail to use: by e-mail the e-mail first, else the phone."""
    first, second = ("email", "phone") if row["channel"] in ("email", "mailing") else ("phone", "email")
    found: str | None = row[first] or row[second]
    return found


def screen(
    conn: sqlite3.Connection, asked: Asked, lines: Sequence[Line], limit: int | None, marks: str
) -> Table | Text:
    promised = promised_by_day(conn, asked.today + timedelta(max(7, asked.days)))
    later = ahead(promised, asked.today, asked.until)
    notes = [f"Ahead: {later}   salesflow today --days 7"] if later else []
    if not lines:
        return Text([("", said) for said in (nothing(conn, asked), *notes)], indent=0)
    total, left_out = totals(conn, asked, lines, limit, promised, marks)
    title = headline(asked, total, late(promised, asked.today), marks)
    shown = [{**row, "reach": reach(row)} for row in lines]
    return Table(SCREEN, shown, title=title, notes=[*left_out, *notes], ids="key")


def headline(asked: Asked, total: int, late: int, marks: str) -> str:
    """`Tue 24 Nov 2026: 12 to do, 3 late`."""
    said = f"{dates.long_day(asked.today)}: {grouped(total, marks)} to do"
    return said + (f", {grouped(late, marks)} late" if late else "")


def totals(
    conn: sqlite3.Connection, asked: Asked, lines: Sequence[Line], limit: int | None, promised: dict[date, int],
    marks: str,
) -> tuple[int, list[str]]:  # fmt: skip
    """How many lines the queue has without its limit, and a note for each way in which it was cut short."""
    if limit is None:
        return len(lines), []
    total, notes = len(lines), []
    counts = {
        source.rest: value(conn, source.counting, **asked.bounds, room=COUNTED) for source in SOURCES if source.counting
    }
    if len(lines) >= limit:
        total = sum(count for day, count in promised.items() if day <= asked.until)
        total += sum(
            len(source.find(conn, asked, COUNTED))
            for source in SOURCES
            if not source.counting and source.find is not dated.follow_ups
        )
        total += sum(min(count, FEW) for count in counts.values())
        if total > limit:
            notes.append(f"{grouped(limit, marks)} of {grouped(total, marks)}; salesflow today --all")
    more = [
        f"{grouped(count - FEW, marks)}{'+' if count == COUNTED else ''} more {name}"
        for name, count in counts.items()
        if count > FEW
    ]
    if more:
        notes.append(f"{', '.join(more)}: salesflow today --all")
    return total, notes


def grouped(number: int, marks: str) -> str:
    return f"{number:,}".replace(",", marks[0] if len(marks) > 1 else "")


def promised_by_day(conn: sqlite3.Connection, until: date) -> dict[date, int]:
    """How much is promised for each day up to one, days gone by included."""
    return {date.fromisoformat(row["due_on"]): row["promised"] for row in rows(conn, PROMISED, until=until.isoformat())}


def late(promised: dict[date, int], today: date) -> int:
    return sum(count for day, count in promised.items() if day < today)


def ahead(promised: dict[date, int], today: date, after: date) -> str:
    """`Wed 2, Thu 1`: the next seven days that come after `after`."""
    near = sorted(day for day in promised if after < day <= today + timedelta(7))
    return ", ".join(f"{dates.say_day(day, today)[:3]} {promised[day]}" for day in near)


def nothing(conn: sqlite3.Connection, asked: Asked) -> str:
    """The line of an empty day: the next thing that will be, or how to begin."""
    if value(conn, "SELECT 1 FROM contacts WHERE kind <> 'walk-in' LIMIT 1") is None:
        return "Nobody is here yet. Begin with: salesflow add NAME"
    said = "Nothing due today." if not asked.days else f"Nothing due until {dates.say_day(asked.until, asked.today)}."
    coming = dated.follow_ups(conn, asked, 1, since=(asked.until + timedelta(1)).isoformat())
    if not coming:
        return f"{said} Nothing is promised: salesflow follow WHO DAY"
    return f"{said} Next: {coming[0]['why']}, {coming[0]['contact']}, {coming[0]['what']}"
