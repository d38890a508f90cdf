"""The queue of the day: whom to contact today, and why, each item once.

In this order; people who asked to be off the list, and their deals, are never in it:

- overdue: what was promised for a day gone by and is still open; the oldest first, within a day by time.
- due: what is promised for today, what has a time first, in time order.
- ahead: with `days`, what is promised for the days after today, in the same order.
- birthday: from `alarm_days` before (a contact's own count goes before the general one) until the day itself, unless
  a card was logged since the alarm began. 29 February is kept on the 28th in other years. Imported contacts ring only
  as prospects and customers.
- parked: open deals whose day has come, until they are moved, closed or parked again.
- stalled: open deals, not parked, longer in their stage than its limit (none set: twice the average of five or more
  finished stays, else 30 days) while nothing is promised to their contact; the longest stay first.
- no-step: prospects with nothing promised, no deal parked, and none of the lines above for a stalled deal; first those
  with whom nothing has happened for longest.

Unless all is asked for, the queue ends after `limit` lines, and of stalled and no-step it has the five oldest.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from salesflow import dates
from salesflow.store.rows import rows, value
from salesflow.table import Column, Table, Text

KINDS = ("overdue", "due", "ahead", "birthday", "parked", "stalled", "no-step")
# Kinds of follow-up that say by which way; the others leave it open.
CHANNELS = frozenset(("call", "email", "message", "letter", "mailing", "visit", "meeting", "demo", "card"))
FEW = 5  # stalled and no-step lines, unless all are asked for
COUNTED = 100  # beyond this, lines that are not shown are no longer counted: a count costs as much as showing them

KEYS = (
    "key", "kind", "channel", "due_on", "at", "days_late", "contact_id", "contact", "company", "status", "phone",
    "email", "deal_id", "deal", "what", "why",
)  # fmt: skip
WHO = ("contact_id", "contact", "company", "status", "phone", "email")
COLUMNS = tuple(Column(name) for name in KEYS)
SCREEN = (
    Column("key", "KEY", firm=True),
    Column("why", "WHY", firm=True),
    Column("contact", "WHO"),
    Column("what", "WHAT", wrap=True),
    Column("reach", "REACH", firm=True, below=True),
)

FOLLOW_UPS = """
    SELECT follow_ups.id, follow_ups.kind, text, due_on, due_at, deal_id, deals.title AS deal, who.*
      FROM follow_ups
      JOIN who ON who.contact_id = follow_ups.contact_id
      LEFT JOIN deals ON deals.id = deal_id
     WHERE state = 'open' AND due_on BETWEEN :since AND :until AND who.status <> 'off-list'
     ORDER BY due_on, ifnull(due_at, '24:00'), follow_ups.id
     LIMIT :room
    """
# Counted in the index alone; the few who are off the list are taken off again.
PROMISED = """
    SELECT due_on, sum(promised) AS promised
      FROM (SELECT due_on, count(*) AS promised
              FROM follow_ups
             WHERE state = 'open' AND due_on <= :until
             GROUP BY due_on
            UNION ALL
            SELECT due_on, -count(*)
              FROM standing JOIN follow_ups ON follow_ups.contact_id = standing.contact_id
             WHERE status = 'off-list' AND state = 'open' AND due_on <= :until
             GROUP BY due_on)
     GROUP BY due_on
    HAVING sum(promised) > 0
    """
# One year at a time: `first` and `last` are MM-DD of the longest alarm, :leap_on the day kept for 29 February.
BIRTHDAYS = """
    SELECT kept_on, who.*
      FROM (SELECT id, birthday, imported, ifnull(alarm_days, :alarm_days) AS alarm_days,
                   CASE substr(birthday, -5)
                     WHEN '02-29' THEN :leap_on ELSE :year || '-' || substr(birthday, -5)
                   END AS kept_on
              FROM contacts
             WHERE birthday IS NOT NULL AND substr(birthday, -5) BETWEEN :first AND :last) AS ringing
      JOIN who ON who.contact_id = ringing.id
     WHERE kept_on BETWEEN :today AND date(:today, '+' || ringing.alarm_days || ' days')
       AND who.status <> 'off-list' AND (imported = 0 OR who.status IN ('prospect', 'customer', 'repeat'))
       AND NOT EXISTS (
         SELECT 1 FROM activities
          WHERE activities.contact_id = ringing.id AND kind = 'card'
            AND happened_on >= date(kept_on, '-' || ringing.alarm_days || ' days'))
     ORDER BY substr(birthday, -5), ringing.id
     LIMIT :room
    """
PARKED = """
    SELECT deals.id, title, parked_until, parked_why, who.*
      FROM deals JOIN who ON who.contact_id = deals.contact_id
     WHERE parked_until <= :today AND outcome = 'open' AND who.status <> 'off-list'
     ORDER BY parked_until, deals.id
     LIMIT :room
    """
# No stay is stalled on its first day: `entered_on < :today` says no more, and lets the index begin and end there.
STALLED = """
    SELECT deal_id, deal, entered_on, stage, limit_days, who.*
      FROM idle_deals JOIN who ON who.contact_id = idle_deals.contact_id
     WHERE entered_on < :today AND stalled_on <= :today
     ORDER BY entered_on, deal_id
     LIMIT :room
    """
STALLED_COUNT = """
    SELECT count(*)
      FROM (SELECT 1 FROM idle_deals WHERE entered_on < :today AND stalled_on <= :today LIMIT :room)
    """
NO_STEP = """
    SELECT who.*
      FROM idle_prospects JOIN who ON who.contact_id = idle_prospects.contact_id
     WHERE NOT EXISTS (
       SELECT 1 FROM idle_deals
        WHERE idle_deals.contact_id = idle_prospects.contact_id AND stalled_on <= :today)
     ORDER BY last_on, idle_prospects.contact_id
     LIMIT :room
    """
NO_STEP_COUNT = """
    SELECT count(*)
      FROM (SELECT 1 FROM idle_prospects
             WHERE NOT EXISTS (
               SELECT 1 FROM idle_deals
                WHERE idle_deals.contact_id = idle_prospects.contact_id AND stalled_on <= :today)
             LIMIT :room)
    """

Line = dict[str, Any]


class Asked(NamedTuple):
    """What is asked for: the day, how many days after it, the general alarm of birthdays."""

    today: date
    days: int
    alarm_days: int

    @property
    def until(self) -> date:
        return self.today + timedelta(self.days)


def report(
    conn: sqlite3.Connection, *, today: date, days: int = 0, limit: int | None = 50, marks: str = ",.",
    alarm_days: int = 7,
) -> Table:  # fmt: skip
    """The queue; `limit` None: all of it. `days_late` is 0 today, less ahead, null for lines without a promised day.

    Its view counts in the file what is not shown: it is made while the connection is open.
    """
    asked = Asked(today, days, alarm_days)
    lines = queue(conn, asked, limit)
    return Table(COLUMNS, lines, ids="key", view=lambda: screen(conn, asked, lines, limit, marks))


def queue(conn: sqlite3.Connection, asked: Asked, limit: int | None) -> list[Line]:
    """The lines in their order. Each source is asked for no more than there is room for: a long file costs nothing."""
    lines: list[Line] = []
    for source, few in SOURCES:
        room = -1 if limit is None else limit - len(lines)
        if room == 0:
            break
        lines += source(conn, asked, room if limit is None or not few else min(room, FEW))
    return lines


def line(row: sqlite3.Row, key: str, kind: str, what: str, why: str, **more: Any) -> Line:
    said = {"key": key, "kind": kind, "what": what, "why": why}
    return {**dict.fromkeys(KEYS), **{name: row[name] for name in WHO}, **said, **more}


def follow_ups(conn: sqlite3.Connection, asked: Asked, room: int, since: str = "") -> list[Line]:
    """What is promised up to the last day asked for; with `since`, the first things promised from then on."""
    until = "9999" if since else asked.until.isoformat()
    return [promise(row, asked.today) for row in rows(conn, FOLLOW_UPS, since=since, until=until, room=room)]


def promise(row: sqlite3.Row, today: date) -> Line:
    late = (today - date.fromisoformat(row["due_on"])).days
    kind = "overdue" if late > 0 else "ahead" if late else "due"
    said = row["text"] or row["deal"]
    means = row["kind"] if row["kind"] != "follow-up" else None
    what = f"{means}: {said}" if means and said else means or said or "follow up"
    if late > 0:
        why = f"{late}d late"
    else:
        day = dates.say_day(date.fromisoformat(row["due_on"]), today) if late else ""
        why = f"{day} {row['due_at'] or ''}".strip() or "today"
    return line(
        row, f"F{row['id']}", kind, what, why, channel=row["kind"] if row["kind"] in CHANNELS else None,
        due_on=row["due_on"], at=row["due_at"], days_late=late, deal_id=row["deal_id"], deal=row["deal"],
    )  # fmt: skip


def birthdays(conn: sqlite3.Connection, asked: Asked, room: int) -> list[Line]:
    own = value(conn, "SELECT max(alarm_days) FROM contacts WHERE alarm_days IS NOT NULL")
    last = asked.today + timedelta(min(max(asked.alarm_days, own or 0), 360))
    lines: list[Line] = []
    for year in range(asked.today.year, last.year + 1):
        leap_on = dates.birthday_in("--02-29", year)
        until = min(last, date(year, 12, 31))
        found = rows(
            conn, BIRTHDAYS, today=asked.today.isoformat(), alarm_days=asked.alarm_days, year=str(year),
            leap_on=leap_on.isoformat(), first=max(asked.today, date(year, 1, 1)).isoformat()[5:],
            last="02-29" if until == leap_on else until.isoformat()[5:], room=room if room < 0 else room - len(lines),
        )  # fmt: skip
        for row in found:
            away = date.fromisoformat(row["kept_on"]) - asked.today
            kept = dates.say_day(asked.today + away, asked.today)
            why = "bday " + ("today" if not away else kept[:3] if away.days < 7 else kept[4:])
            lines.append(
                line(
                    row, f"B{row['contact_id']}", "birthday", "send a card", why, channel="card", due_on=row["kept_on"]
                )
            )
    return lines


def parked(conn: sqlite3.Connection, asked: Asked, room: int) -> list[Line]:
    return [
        line(
            row, f"D{row['id']}", "parked", f'parked: "{row["parked_why"]}"', "back", due_on=row["parked_until"],
            deal_id=row["id"], deal=row["title"],
        )
        for row in rows(conn, PARKED, today=asked.today.isoformat(), room=room)
    ]  # fmt: skip


def stalled(conn: sqlite3.Connection, asked: Asked, room: int) -> list[Line]:
    found = rows(conn, STALLED, today=asked.today.isoformat(), room=room)
    return [
        line(row, f"D{row['deal_id']}", "stalled", stay(row, asked.today), "stuck", deal_id=row["deal_id"],
             deal=row["deal"])
        for row in found
    ]  # fmt: skip


def stay(row: sqlite3.Row, today: date) -> str:
    """`23 d in Sales phase (of 14)`."""
    days = (today - date.fromisoformat(row["entered_on"])).days
    return f"{days} d in {row['stage']} (of {row['limit_days']})"


def no_step(conn: sqlite3.Connection, asked: Asked, room: int) -> list[Line]:
    found = rows(conn, NO_STEP, today=asked.today.isoformat(), room=room)
    return [line(row, f"P{row['contact_id']}", "no-step", "prospect, nothing promised", "no step") for row in found]


Source = Callable[[sqlite3.Connection, Asked, int], list[Line]]
# In the order of the queue; True: only a few of them, unless all are asked for.
SOURCES: Sequence[tuple[Source, bool]] = (
    (follow_ups, False),
    (birthdays, False),
    (parked, False),
    (stalled, True),
    (no_step, True),
)


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
    stuck, idle = (
        value(conn, sql, today=asked.today.isoformat(), room=COUNTED) for sql in (STALLED_COUNT, NO_STEP_COUNT)
    )
    if len(lines) >= limit:
        total = sum(count for day, count in promised.items() if day <= asked.until)
        total += sum(len(source(conn, asked, COUNTED)) for source, few in SOURCES[1:] if not few)
        total += min(stuck, FEW) + min(idle, FEW)
        if total > limit:
            notes.append(f"{grouped(limit, marks)} of {grouped(total, marks)}; salesflow today --all")
    more = [
        f"{grouped(count - FEW, marks)}{'+' if count == COUNTED else ''} more {name}"
        for count, name in ((stuck, "stuck"), (idle, "with no next step"))
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
    coming = follow_ups(conn, asked, 1, since=(asked.until + timedelta(1)).isoformat())
    if not coming:
        return f"{said} Nothing is promised: salesflow follow WHO DAY"
    return f"{said} Next: {coming[0]['why']}, {coming[0]['contact']}, {coming[0]['what']}"
