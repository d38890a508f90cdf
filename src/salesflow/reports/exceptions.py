"""What was done against a warning: how often, for which deals, why, and whether it paid.

Each thing is written down once a deal, with the day and the reason given. One row a kind: how often (`times`), for how
many `deals`, and of these, as they stand today, won and lost through a process, with their `win_rate`. Beside them the
win rate of all deals closed with anything of the kind (`with`) and with nothing (`without`), by the day they closed;
deals bought on the spot are not among them.
"""

from __future__ import annotations

import sqlite3

from salesflow.reports.figures import FEW, LISTED, NAMED, Asked, Line, counted, percent, rate
from salesflow.store.rows import rows
from salesflow.table import Column, Sheet, Table

KINDS = (
    Column("kind"),
    Column("says", "WHAT WAS DONE", wrap=True),
    Column("times", "TIMES", "number"),
    Column("deals", "DEALS", "number"),
    Column("won", "WON", "number"),
    Column("lost", "LOST", "number"),
    Column("win_rate", "RATE", "rate"),
)
LINES = (
    Column("made_on", kind="day"),
    Column("kind"),
    Column("what"),
    Column("because"),
    Column("deal_id"),
    Column("contact_id"),
    Column("contact"),
)

BY_KIND = """
    SELECT kind, sum(times) AS times, count(deal_id) AS deals,
           sum(outcome = 'won') AS won, sum(outcome = 'lost') AS lost
      FROM (SELECT exceptions.kind, exceptions.deal_id, count(*) AS times,
                   CASE WHEN way = 'sold' THEN outcome END AS outcome
              FROM exceptions LEFT JOIN deals ON deals.id = exceptions.deal_id
             WHERE made_on BETWEEN :since AND :until
             GROUP BY exceptions.kind, exceptions.deal_id)
     GROUP BY kind
     ORDER BY times DESC, kind
    """
NEWEST = """
    SELECT made_on, exceptions.kind, what, because, deal_id, contact_id,
           CASE WHEN off_list_on IS NULL THEN name END AS contact
      FROM exceptions JOIN contacts ON contacts.id = exceptions.contact_id
     WHERE made_on BETWEEN :since AND :until
     ORDER BY exceptions.id DESC
     LIMIT :room
    """
CLOSED = """
    SELECT EXISTS (SELECT 1 FROM exceptions WHERE exceptions.deal_id = deals.id) AS against,
           sum(outcome = 'won') AS won, count(*) AS closed
      FROM deals
     WHERE closed_on BETWEEN :since AND :until AND way = 'sold'
     GROUP BY against
    """


def report(conn: sqlite3.Connection, asked: Asked) -> Sheet:
    """One row of totals; `kinds`, the most frequent first, said in `asked.words`; `exceptions`, the newest LISTED."""
    kinds = [
        {
            **dict(row),
            "says": asked.words.get(row["kind"], row["kind"]),
            "won": row["won"] or 0,
            "lost": row["lost"] or 0,
            "win_rate": rate(row["won"] or 0, (row["won"] or 0) + (row["lost"] or 0)),
        }
        for row in rows(conn, BY_KIND, **asked.days)
    ]
    closed = {row["against"]: row for row in rows(conn, CLOSED, **asked.days)}
    totals: Line = {"times": sum(each["times"] for each in kinds)}
    for against, name in ((1, "with"), (0, "without")):
        won, of = (closed[against]["won"], closed[against]["closed"]) if against in closed else (0, 0)
        totals |= {f"closed_{name}": of, f"won_{name}": won, f"win_rate_{name}": rate(won, of)}
    newest = [dict(row) for row in rows(conn, NEWEST, room=LISTED, **asked.days)]
    columns = tuple(Column(name, kind="rate" if name.startswith("win_rate") else "number") for name in totals)
    tables = {"kinds": Table(KINDS, kinds), "exceptions": Table(LINES, newest)}
    return Sheet(columns, totals, tables, view=lambda: screen(asked, totals, kinds, newest))


def screen(asked: Asked, totals: Line, kinds: list[Line], newest: list[Line]) -> Table:
    notes = []
    for name, said in (("with", "With any of these"), ("without", "With none")):
        if totals[f"closed_{name}"]:
            won, of = totals[f"won_{name}"], totals[f"closed_{name}"]
            notes.append(f"{said}: won {won} of {of} ({percent(totals[f'win_rate_{name}'])}).")
    if kinds and min(totals["closed_with"], totals["closed_without"]) < FEW:
        notes.append(f"Fewer than {FEW} deals on one side: too few to compare.")
    reasons = [f'"{each["because"]}" ({where(each)})' for each in newest if each["because"]]
    if reasons:
        more = [f"{len(reasons) - NAMED} more"] if len(reasons) > NAMED else []
        notes.append(f"Because: {', '.join(reasons[:NAMED] + more)}")
    if kinds:
        notes.append(f"{counted(totals['times'], 'exception')}; of one deal: salesflow deal show KEY")
    title = asked.title("Done against a warning")
    return Table(KINDS, kinds, title=title if kinds else "", notes=notes if kinds else [], ids="kind",
                 empty="Nothing was done against a warning.")  # fmt: skip


def where(each: Line) -> str:
    return f"D{each['deal_id']}" if each["deal_id"] else str(each["contact"] or "somebody off the list")
