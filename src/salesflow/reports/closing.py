"""How sales were closed: in order, early on a sign to buy, or pushed; new customers and new contracts; paid or not.

Deals that went through a process, by the day they closed. `pace` is how a deal came to its close: `in order` through
the stages, `on a sign` that the customer gave, or `pushed` past stages without one; null where it is not known. Of
each, and of each process: closed, won, `win_rate` (won / closed) and what was won; `open` are those open today.
`at_close` are open deals that stand in the last selling stage of their process, with what they may bring.

A win is a new customer when it is that contact's first, else a new contract; what was bought on the spot counts too,
but walk-in customers are nobody. `paid` and `unpaid` are deals won through a process, with amounts. `pre_sales_days`
is the average from first contact to win, as in the cycle report. `never_contacted` are leads, counted today, with whom
nothing happened but notes: their sale has not begun.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from salesflow.reports import cycle
from salesflow.reports.figures import (
    FEW,
    Asked,
    Line,
    amounts_of,
    average,
    blanked,
    counted,
    few,
    length,
    percent,
    rate,
    said_amounts,
    with_amounts,
)
from salesflow.reports.today import grouped
from salesflow.store.rows import rows, value
from salesflow.table import Column, Sheet, Table

PACES = ("in order", "on a sign", "pushed", None)

RATES = (
    Column("closed", "CLOSED", "number"),
    Column("won", "WON", "number"),
    Column("win_rate", "RATE", "rate"),
    Column("amount", "AMOUNT", "money"),
)
BY_PACE = (Column("pace", "CLOSED"), *RATES)
BY_PROCESS = (Column("process", "PROCESS", wrap=True), *RATES, Column("open", "OPEN", "number"))
PAID = (Column("paid", kind="flag"), Column("deals", kind="number"), Column("amount", kind="money"))

CLOSED = """
    SELECT pace, processes.name AS process, outcome, currency, count(*) AS deals, sum(amount_minor) AS amount_minor
      FROM deals JOIN processes ON processes.id = deals.process_id
     WHERE closed_on BETWEEN :since AND :until AND way = 'sold'
     GROUP BY pace, processes.name, outcome, currency
    """
OPEN = """
    SELECT processes.name AS process, count(deals.id) AS open
      FROM processes LEFT JOIN deals ON deals.process_id = processes.id AND outcome = 'open'
     GROUP BY processes.id
     ORDER BY processes.id
    """
AT_CLOSE = """
    SELECT currency, count(*) AS deals, sum(amount_minor) AS amount_minor
      FROM deals
     WHERE outcome = 'open' AND stage_id IN (
           SELECT id FROM stages
            WHERE phase = 'sell' AND dropped_on IS NULL AND NOT EXISTS (
                  SELECT 1 FROM stages AS later
                   WHERE later.process_id = stages.process_id AND later.phase = 'sell' AND later.dropped_on IS NULL
                     AND later.position > stages.position))
     GROUP BY currency
    """
WON = """
    SELECT CASE WHEN way = 'sold' THEN currency END AS currency, paid_on IS NOT NULL AS paid,
           sum(way = 'sold') AS deals, sum(CASE WHEN way = 'sold' THEN amount_minor END) AS amount_minor,
           sum(contacts.kind <> 'walk-in' AND NOT EXISTS (
             SELECT 1 FROM deals AS before
              WHERE before.contact_id = deals.contact_id AND before.outcome = 'won'
                AND (before.closed_on, before.id) < (deals.closed_on, deals.id))) AS first,
           sum(contacts.kind <> 'walk-in') AS known
      FROM deals JOIN contacts ON contacts.id = deals.contact_id
     WHERE closed_on BETWEEN :since AND :until AND outcome = 'won'
     GROUP BY 1, 2
    """
NEVER = f"""
    SELECT count(*)
      FROM standing
     WHERE counts = 1 AND status = 'lead' AND (last_on IS NULL OR NOT EXISTS (
           SELECT 1 FROM activities
            WHERE activities.contact_id = standing.contact_id AND activities.kind NOT IN {cycle.NO_CONTACT}))
    """  # noqa: S608 - a constant of the other module


def report(conn: sqlite3.Connection, asked: Asked) -> Sheet:
    """One row of totals; `paces` in the order of PACES, `processes`, `paid_amounts`, `at_close_amounts`.

    Each table has a row a currency.
    """
    closed = rows(conn, CLOSED, **asked.days)
    won = rows(conn, WON, **asked.days)
    near = rows(conn, AT_CLOSE)
    open_now = {row["process"]: row["open"] for row in rows(conn, OPEN)}
    paces = [line for pace in PACES for line in rated(closed, "pace", pace) if pace or line["closed"]]
    processes = [
        {**line, "open": number}
        for name, number in open_now.items()
        for line in rated(closed, "process", name)
        if line["closed"] or number
    ]
    totals = {
        **totals_of(closed, won, cycle.sales(conn, asked)),
        "never_contacted": value(conn, NEVER),
        "at_close": sum(row["deals"] for row in near),
    }
    tables = {
        "paces": Table(BY_PACE, paces),
        "processes": Table(BY_PROCESS, processes),
        "paid_amounts": Table(PAID, [*paid_lines(won, 1), *paid_lines(won, 0)]),
        "at_close_amounts": Table((Column("amount", kind="money"),), with_amounts({}, amounts_of(near))),
    }
    columns = tuple(Column(name, kind="rate" if name == "win_rate" else "number") for name in totals)
    return Sheet(columns, totals, tables, view=lambda: screen(asked, totals, tables))


def totals_of(closed: Sequence[sqlite3.Row], won: Sequence[sqlite3.Row], sales: Sequence[cycle.Sale]) -> Line:
    sold = sum(row["deals"] for row in closed if row["outcome"] == "won")
    total = sum(row["deals"] for row in closed)
    new = sum(row["first"] for row in won)
    days, minutes = [each.days for each in sales], [each.minutes for each in sales]
    return {
        "closed": total,
        "won": sold,
        "win_rate": rate(sold, total),
        "new_customers": new,
        "new_contracts": sum(row["known"] for row in won) - new,
        "paid": sum(row["deals"] for row in won if row["paid"]),
        "unpaid": sum(row["deals"] for row in won if not row["paid"]),
        "pre_sales_days": average(days),
        "pre_sales_minutes": average(minutes) if sum(days) < len(days) else None,
    }


def paid_lines(won: Sequence[sqlite3.Row], paid: int) -> list[Line]:
    """Deals won that are paid, or are not: a row a currency; none where there is none."""
    found = [row for row in won if row["paid"] == paid and row["deals"]]
    line = {"paid": paid, "deals": sum(row["deals"] for row in found)}
    return with_amounts(line, amounts_of(found)) if found else []


def rated(closed: Sequence[sqlite3.Row], field: str, name: str | None) -> list[Line]:
    """What was closed of one pace or process: a row a currency won."""
    found = [row for row in closed if row[field] == name]
    won = [row for row in found if row["outcome"] == "won"]
    total, sold = (sum(row["deals"] for row in some) for some in (found, won))
    return with_amounts({field: name, "closed": total, "won": sold, "win_rate": rate(sold, total)}, amounts_of(won))


def screen(asked: Asked, totals: Line, tables: Mapping[str, Table]) -> Sheet | Table:
    still_open = sum(row["open"] for row in tables["processes"].rows)
    if not totals["closed"] + totals["new_customers"] + totals["new_contracts"] + still_open:
        empty = f"Nothing closed yet; leads never contacted: {totals['never_contacted']}."
        return Table(BY_PACE, [], empty=empty)
    took = length(totals["pre_sales_days"], totals["pre_sales_minutes"], asked.marks)
    said = {
        "closed": f"{grouped(totals['closed'], asked.marks)}, of these won {grouped(totals['won'], asked.marks)}"
        f" ({percent(totals['win_rate'])})",
        "new": f"{asked.counted(totals['new_customers'], 'new customer')},"
        f" {asked.counted(totals['new_contracts'], 'new contract')}"
        " with a customer",
        "time": f"{took} from first contact to sale, on average" if took else "no sale to measure it by yet",
        "waiting": f"{asked.counted(totals['never_contacted'], 'lead')} never contacted",
        "near": near_words(totals["at_close"], tables["at_close_amounts"].rows, asked.marks),
        "paid": paid_words(totals["won"], tables["paid_amounts"].rows, asked.marks),
    }
    columns = [Column("closed", "CLOSED"), Column("new", "NEW"), Column("time", "TIME"), Column("waiting", "WAITING"),
               Column("near", "AT CLOSE"), Column("paid", "PAID")]  # fmt: skip
    paces = [{**row, "pace": row["pace"] or "not known"} for row in tables["paces"].rows]
    known = {row["pace"]: row["closed"] for row in paces}
    care = [f"Fewer than {FEW} of one kind say little: read with care."] if min(known.values()) < FEW else []
    shown = {
        "paces": Table(BY_PACE, blanked(paces, "pace") if totals["closed"] else [], asked.title("By their pace"), care),
        "processes": Table(
            BY_PROCESS, blanked([dict(row) for row in tables["processes"].rows], "process"), "By process",
            few(totals["closed"], "closed deal"),
        ),
    }  # fmt: skip
    return Sheet(columns, said, shown)


def near_words(deals: int, found: Sequence[Mapping[str, Any]], marks: str) -> str:
    """`2 open deals for 1,400.00 USD`."""
    amounts = said_amounts(amounts_of(found), marks)
    said = f"{counted(deals, 'open deal', marks=marks)} in the last stage of selling"
    return said + (f", for {amounts}" if amounts else "")


def paid_words(wins: int, found: Sequence[Mapping[str, Any]], marks: str) -> str:
    """`5 of 7 sales (1,200.00 USD); still to come: 300.00 USD`."""
    paid: Counter[str] = Counter()
    still: Counter[str] = Counter()
    deals = 0
    for row in found:
        if row["paid"]:
            deals = row["deals"]
        if row["currency"] is not None:
            (paid if row["paid"] else still)[row["currency"]] += row["amount_minor"]
    said = f"{grouped(deals, marks)} of {counted(wins, 'sale', marks=marks)}"
    said += f" ({said_amounts(paid, marks)})" if paid else ""
    return said + (f"; still to come: {said_amounts(still, marks)}" if still else "")
