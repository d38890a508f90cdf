"""The lines of the queue that have a day: promises, birthdays, parked deals; and what every line is made of.

Each question is answered from an index, in its order, and stops where there is no more room. What the reasons are is
said in `reports.today`.
"""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from typing import Any, NamedTuple

from salesflow import dates
from salesflow.store.rows import rows, value

# Kinds of follow-up that say by which way; the others leave it open.
CHANNELS = frozenset(("call", "email", "message", "letter", "mailing", "visit", "meeting", "demo", "card"))
REPLY_DAYS = 90  # after so long nobody waits for an answer any more
GHOSTED = 3  # unanswered in a row: they are silent

KEYS = (
    "key", "kind", "channel", "due_on", "at", "days_late", "contact_id", "contact", "company", "status", "phone",
    "email", "deal_id", "deal", "what", "why", "appointment", "place", "objections",
)  # fmt: skip
WHO = ("contact_id", "contact", "company", "status", "phone", "email")

Line = dict[str, Any]


class Asked(NamedTuple):
    """What is asked for: the day, how many days after it, the general alarm of birthdays, after how many days somebody
    who does not answer is reminded. once: whoever has a line that says more has none for a deal or a step missing."""

    today: date
    days: int
    alarm_days: int
    nudge_days: int = 5
    once: bool = True

    @property
    def until(self) -> date:
        return self.today + timedelta(self.days)

    @property
    def bounds(self) -> dict[str, Any]:
        """The days that the questions ask with."""
        return {
            "today": self.today.isoformat(),
            "tomorrow": (self.today + timedelta(1)).isoformat(),
            "yesterday": (self.today - timedelta(1)).isoformat(),
            "nudged": (self.today - timedelta(max(self.nudge_days, 1))).isoformat(),
            "waiting": (self.today - timedelta(REPLY_DAYS)).isoformat(),
            "once": int(self.once),
        }


FOLLOW_UPS = """
    SELECT follow_ups.id, follow_ups.kind, follow_ups.text, due_on, due_at, deal_id, deals.title AS deal, appointment,
           place, tries, CASE WHEN tries >= 3 THEN (
             SELECT channel || ifnull(' ' || label, '') || ' ' || value FROM ways
              WHERE ways.contact_id = follow_ups.contact_id AND NOT tried
              ORDER BY rank, point_id LIMIT 1) END AS way,
           (SELECT count(*) FROM matters JOIN deals AS about ON about.id = matters.deal_id
             WHERE matters.contact_id = follow_ups.contact_id AND matters.kind = 'objection'
               AND matters.state = 'open' AND about.outcome = 'open'
               AND ifnull(follow_ups.deal_id, about.id) = about.id) AS objections, who.*
      FROM follow_ups
      JOIN who ON who.contact_id = follow_ups.contact_id
      LEFT JOIN deals ON deals.id = deal_id
      LEFT JOIN silence ON silence.contact_id = follow_ups.contact_id
     WHERE follow_ups.state = 'open' AND due_on BETWEEN :since AND :until AND who.status <> 'off-list'
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
    SELECT deals.id, title, parked_until, parked_why,
           (SELECT count(*) FROM matters
             WHERE matters.deal_id = deals.id AND kind = 'objection' AND state = 'open') AS objections, who.*
      FROM deals JOIN who ON who.contact_id = deals.contact_id
     WHERE parked_until <= :today AND outcome = 'open' AND who.status <> 'off-list'
     ORDER BY parked_until, deals.id
     LIMIT :room
    """


def line(row: sqlite3.Row, key: str, kind: str, what: str, why: str, **more: Any) -> Line:
    said = {"key": key, "kind": kind, "what": what, "why": why}
    return {**dict.fromkeys(KEYS), **{name: row[name] for name in WHO}, **said, **more}


def objecting(what: str, objections: int) -> str:
    """What a line says, and how many objections are open."""
    return f"{what} ({objections} objection{'s' if objections > 1 else ''} open)" if objections else what


def unheard(tries: int, way: str | None) -> str:
    """`3 unanswered; try: call work 555-0130`."""
    return f"{tries} unanswered; " + (f"try: {way}" if way else "find another way")


def follow_ups(conn: sqlite3.Connection, asked: Asked, room: int, since: str = "") -> list[Line]:
    """What is promised up to the last day asked for; with `since`, the first things promised from then on."""
    until = "9999" if since else asked.until.isoformat()
    return [promise(row, asked.today) for row in rows(conn, FOLLOW_UPS, since=since, until=until, room=room)]


def promise(row: sqlite3.Row, today: date) -> Line:
    late = (today - date.fromisoformat(row["due_on"])).days
    kind = "overdue" if late > 0 else "ahead" if late else "due"
    what = objecting(promised(row), row["objections"])
    if (row["tries"] or 0) >= GHOSTED:
        what = f"{what} ({unheard(row['tries'], row['way'])})"
    if late > 0:
        why = f"{late}d late"
    elif row["appointment"] and not late:
        why = f"APPT{'' if row['appointment'] == 'confirmed' else '?'} {row['due_at'] or ''}".strip()
    else:
        day = dates.say_day(date.fromisoformat(row["due_on"]), today) if late else ""
        why = f"{day} {row['due_at'] or ''}".strip() or "today"
    return line(
        row, f"F{row['id']}", kind, what, why, channel=row["kind"] if row["kind"] in CHANNELS else None,
        due_on=row["due_on"], at=row["due_at"], days_late=late, deal_id=row["deal_id"], deal=row["deal"],
        appointment=row["appointment"], place=row["place"], objections=row["objections"] or None,
    )  # fmt: skip


def promised(row: sqlite3.Row) -> str:
    """`call: which hours suit him?`; an appointment with its place: `meeting: the offer, at Elm St 4`."""
    said = row["text"] or row["deal"]
    means = row["kind"] if row["kind"] != "follow-up" else None
    what = f"{means}: {said}" if means and said else means or said or "follow up"
    if not row["appointment"]:
        return what
    return (
        what
        + (f", at {row['place']}" if row["place"] else "")
        + (", not confirmed" if row["appointment"] == "asked" else "")
    )


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
            key, day = f"B{row['contact_id']}", row["kept_on"]
            lines.append(line(row, key, "birthday", "send a card", why, channel="card", due_on=day))
    return lines


def parked(conn: sqlite3.Connection, asked: Asked, room: int) -> list[Line]:
    return [
        line(
            row, f"D{row['id']}", "parked", objecting(f'parked: "{row["parked_why"]}"', row["objections"]), "back",
            due_on=row["parked_until"], deal_id=row["id"], deal=row["title"], objections=row["objections"] or None,
        )
        for row in rows(conn, PARKED, today=asked.today.isoformat(), room=room)
    ]  # fmt: skip
