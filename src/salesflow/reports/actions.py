"""Which actions work, how many of them it takes, and which are a waste of time.

Every activity of the days asked for is in exactly one kind and in exactly one part of the sale, so that the kinds, and
the parts, each add up to all of them. Parts: `marketing` are mailings; `post_sales` is service, and all that is done
for a customer while no deal of theirs is open; everything else is `pre_sales`, research included.

An activity `moved_on` the sale when within 14 days of it a deal of that contact (of that deal, where one is noted) was
opened, entered a later stage than the one before, or was won. `share` is moved_on / activities, `per_step` the other
way round. `per_win` is how many of that kind were done for each deal won in those days. Ten or more that were never
followed by a step are marked `waste`; those of the last 14 days may still be followed by one.

`off_process` counts activities that were done for a deal, are no notes, did no task of the stage that the deal stood
in, and are of no kind that a task of that stage asks for; stages without tasks ask for nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from salesflow.reports.figures import LISTED, Asked, Line, clock, decimal, rate
from salesflow.reports.today import grouped
from salesflow.store.rows import rows, value
from salesflow.table import Column, Sheet, Table

DAYS = 14
PARTS = ("pre_sales", "post_sales", "marketing")
ENOUGH = 10  # without a step after any of them: a waste?

KINDS = (
    Column("kind"),
    Column("activities", kind="number"),
    Column("minutes", kind="number"),
    Column("moved_on", kind="number"),
    Column("share", kind="rate"),
    Column("per_step", kind="number"),
    Column("per_win", kind="number"),
    Column("pre_sales", kind="number"),
    Column("post_sales", kind="number"),
    Column("marketing", kind="number"),
    Column("waste", kind="flag"),
)
OFF = (
    Column("key"),
    Column("happened_on", kind="day"),
    Column("kind"),
    Column("deal_id"),
    Column("contact_id"),
    Column("contact"),
    Column("stage"),
)
SCREEN = (
    Column("kind", "KIND"),
    Column("activities", "DONE", "number"),
    Column("time", "TIME", right=True, firm=True),
    Column("moved", "MOVED ON", right=True, firm=True),
    Column("step", "PER STEP", right=True, firm=True),
    Column("win", "PER WIN", right=True, firm=True),
    Column("mark", " ", firm=True),
)

# `+`: all activities in the order they were written are read faster than by an index of days.
# A step forward: a deal's first stage, a later one than that before it, and the win.
DONE = """
    WITH stays AS (
      SELECT stage_entries.deal_id, stage_entries.contact_id, entered_at AS at, entered_on AS "on", position,
             lag(position) OVER (PARTITION BY stage_entries.deal_id ORDER BY stage_entries.id) AS before
        FROM stage_entries JOIN stages ON stages.id = stage_entries.stage_id
       WHERE EXISTS (SELECT 1 FROM deals WHERE deals.id = stage_entries.deal_id AND way = 'sold')),
    steps AS (
      SELECT deal_id, contact_id, at, "on" FROM stays WHERE before IS NULL OR position > before
      UNION ALL
      SELECT id, contact_id, closed_at, closed_on FROM deals WHERE outcome = 'won'),
    followed AS (
      SELECT DISTINCT activities.id
        FROM steps
       CROSS JOIN activities
          ON activities.contact_id = steps.contact_id
         AND happened_on BETWEEN date("on", '-' || :days || ' days') AND "on"
       WHERE happened_at <= at AND ifnull(activities.deal_id, steps.deal_id) = steps.deal_id
         AND happened_on BETWEEN :since AND :until),
    parted AS (
      SELECT activities.id, kind, minutes,
             CASE
               WHEN kind = 'mailing' THEN 'marketing'
               WHEN kind = 'service' THEN 'post_sales'
               WHEN kind IN ('research', 'product-research', 'market-research', 'data-analysis', 'customer-analysis',
                             'usp', 'deal-qualification') THEN 'pre_sales'
               WHEN EXISTS (
                      SELECT 1 FROM deals
                       WHERE deals.contact_id = activities.contact_id AND outcome = 'won' AND closed_at < happened_at)
                    AND NOT EXISTS (
                      SELECT 1 FROM deals
                       WHERE deals.contact_id = activities.contact_id AND opened_at <= happened_at
                         AND ifnull(closed_at, '9999') >= happened_at)
                 THEN 'post_sales'
               ELSE 'pre_sales'
             END AS part
        FROM activities
       WHERE +happened_on BETWEEN :since AND :until)
    SELECT kind, part, count(*) AS activities, sum(minutes) AS minutes, count(followed.id) AS moved_on
      FROM parted LEFT JOIN followed ON followed.id = parted.id
     GROUP BY kind, part
    """
WON = "SELECT count(*) FROM deals WHERE outcome = 'won' AND way = 'sold' AND closed_on BETWEEN :since AND :until"
OFF_PROCESS = """
    SELECT 'A' || activities.id AS key, happened_on, activities.kind, activities.deal_id, activities.contact_id,
           contacts.name AS contact, stages.name AS stage, count(*) OVER () AS total
      FROM activities
      JOIN contacts ON contacts.id = activities.contact_id
      JOIN stage_entries AS stay ON stay.id = (
           SELECT id FROM stage_entries
            WHERE stage_entries.deal_id = activities.deal_id AND entered_at <= happened_at
              AND (left_on IS NULL OR left_on >= happened_on)
            ORDER BY entered_at DESC, id DESC LIMIT 1)
      JOIN stages ON stages.id = stay.stage_id
     WHERE activities.deal_id IS NOT NULL AND activities.kind <> 'note' AND +happened_on BETWEEN :since AND :until
       AND NOT (activities.kind = 'other' AND activities.task_id IS NOT NULL)
       AND EXISTS (SELECT 1 FROM tasks WHERE tasks.stage_id = stay.stage_id AND dropped_on IS NULL)
       AND NOT EXISTS (
         SELECT 1 FROM tasks
          WHERE tasks.stage_id = stay.stage_id
            AND (tasks.id = activities.task_id OR (dropped_on IS NULL AND tasks.kind = activities.kind)))
     ORDER BY happened_on DESC, activities.id DESC
     LIMIT :room
    """


def report(conn: sqlite3.Connection, asked: Asked) -> Sheet:
    """One row of totals; `kinds`, the most frequent first; `off_process_activities`, the newest LISTED."""
    won = value(conn, WON, **asked.days)
    kinds = kinds_of(rows(conn, DONE, days=DAYS, **asked.days), won)
    off = [dict(row) for row in rows(conn, OFF_PROCESS, room=LISTED, **asked.days)]
    totals = {name: sum(each[name] or 0 for each in kinds) for name in ("activities", *PARTS, "minutes", "moved_on")}
    totals["won"] = won
    totals["off_process"] = off[0]["total"] if off else 0
    tables = {"kinds": Table(KINDS, kinds), "off_process_activities": Table(OFF, off)}
    columns = tuple(Column(name, kind="number") for name in totals)
    return Sheet(columns, totals, tables, view=lambda: screen(asked, totals, kinds, off))


def kinds_of(found: Sequence[sqlite3.Row], won: int) -> list[Line]:
    """One line a kind, of its rows by part."""
    lines: dict[str, Line] = {}
    for row in found:
        empty = {"kind": row["kind"], "activities": 0, "minutes": 0, "moved_on": 0, **dict.fromkeys(PARTS, 0)}
        each = lines.setdefault(row["kind"], empty)
        each[row["part"]] = row["activities"]
        for name in ("activities", "minutes", "moved_on"):
            each[name] += row[name] or 0
    for each in lines.values():
        done, moved = each["activities"], each["moved_on"]
        each["share"] = rate(moved, done)
        each["per_step"] = round(done / moved, 1) if moved else None
        each["per_win"] = round(done / won, 1) if won else None
        each["waste"] = done >= ENOUGH and not moved
    return sorted(lines.values(), key=lambda each: (-each["activities"], each["kind"]))


def screen(asked: Asked, totals: Line, kinds: list[Line], off: list[Line]) -> Table:
    def said(number: float | None) -> str | None:
        return None if number is None else decimal(number, asked.marks)

    shown = [
        {
            **each,
            "time": clock(each["minutes"], asked.marks) if each["minutes"] else None,
            "moved": f"{grouped(each['moved_on'], asked.marks)}  {int(each['share'] * 100 + 0.5):>3} %",
            "step": said(each["per_step"]),
            "win": said(each["per_win"]),
            "mark": "waste?" if each["waste"] else None,
        }
        for each in kinds
    ]
    notes = []
    if kinds:
        split = ", ".join(f"{part.replace('_', '-')} {grouped(totals[part], asked.marks)}" for part in PARTS)
        notes.append(f"{asked.counted(totals['activities'], 'activity', 'activities')}: {split}")
        notes.append(f"Moved on: a deal opened, went on or was won within {DAYS} days.")
    if off:
        first = f"{off[0]['kind']} with {off[0]['contact']} in {off[0]['stage']}"
        count = grouped(totals["off_process"], asked.marks)
        notes.append(f"{count} for a deal belong to no task of its stage; the last: {first}")
    title = asked.title("What was done, and what it moved") if kinds else ""
    empty = "Nothing logged yet: salesflow log call WHO"
    return Table(SCREEN, shown, title=title, notes=notes, empty=empty)
