"""From inquiry to quote to sale: how many papers went on, what they came to, and how long customers take to accept.

Inquiries made in the days asked for: `quoted` got a quote, `bought` one that was accepted; a cancelled draft is none.
Quotes first written in those days, whatever they came from, whose versions together are one: `sent` ever; `accepted`,
`declined` and `withdrawn` as it stands; of the last version `draft`, or sent and still valid (`waiting`), or sent and
past its last day (`expired`). Shares: `quote_rate` is quoted / inquiries, `sale_rate` bought / quoted, `accept_rate`
accepted / sent. `average_days` runs from the first sending to acceptance. `amounts` are those of the last version of
what was sent, and of the accepted one: net and tax as on the paper.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from datetime import date

from salesflow.reports.figures import Asked, Line, average, counted, decimal, few, percent, rate, said_amounts
from salesflow.store.rows import rows
from salesflow.table import Column, Sheet, Table, Text

AMOUNTS = (Column("what"), Column("amount", kind="money"))
STATES = ("sent", "accepted", "declined", "withdrawn", "waiting", "expired", "draft")

INQUIRIES = """
    SELECT count(*) AS inquiries, ifnull(sum(quoted), 0) AS quoted, ifnull(sum(bought), 0) AS bought
      FROM (SELECT EXISTS (
                     SELECT 1 FROM documents AS quote
                      WHERE quote.from_id = inquiry.id AND quote.kind = 'quote' AND sent_on IS NOT NULL) AS quoted,
                   EXISTS (
                     SELECT 1 FROM documents AS quote
                      WHERE quote.from_id = inquiry.id AND quote.kind = 'quote' AND state = 'accepted') AS bought
              FROM documents AS inquiry
             WHERE kind = 'inquiry' AND version = 1 AND made_on BETWEEN :since AND :until)
    """
QUOTES = """
    SELECT id, number, state, sent_on, closed_on, valid_until, currency
      FROM documents
     WHERE kind = 'quote' AND number IN (
           SELECT number FROM documents
            WHERE kind = 'quote'
            GROUP BY number
           HAVING min(made_on) BETWEEN :since AND :until)
     ORDER BY number, version
    """
# Rounded as on the paper: a line to minor units, the tax of each rate on the sum of its lines.
TAXED = """
    SELECT document_id, tax_bp, sum((quantity_thousandths * ifnull(price_minor, 0) + 500) / 1000) AS net
      FROM document_lines JOIN documents ON documents.id = document_id
     WHERE documents.kind = 'quote' AND part IS NULL
     GROUP BY document_id, tax_bp
    """


def report(conn: sqlite3.Connection, asked: Asked) -> Sheet:
    """One row; `amounts`: what is `quoted` or `accepted`, a row a currency."""
    asking = rows(conn, INQUIRIES, **asked.days)[0]
    totals_of: Counter[int] = Counter()
    for row in rows(conn, TAXED):
        totals_of[row["document_id"]] += int(row["net"]) + (int(row["net"]) * row["tax_bp"] + 5000) // 10000
    states: Counter[str] = Counter()
    amounts: dict[str, Counter[str]] = {"quoted": Counter(), "accepted": Counter()}
    days = []
    for versions in by_number(rows(conn, QUOTES, **asked.days)):
        last = versions[-1]
        sent = [row for row in versions if row["sent_on"] is not None]
        taken = [row for row in versions if row["state"] == "accepted"]
        states["sent"] += bool(sent)
        states[standing(last, bool(taken), asked.today)] += 1
        for what, some in (("quoted", sent), ("accepted", taken)):
            if some and some[-1]["currency"]:
                amounts[what][some[-1]["currency"]] += totals_of[some[-1]["id"]]
        if taken and sent and taken[-1]["closed_on"]:
            days.append((date.fromisoformat(taken[-1]["closed_on"]) - date.fromisoformat(sent[0]["sent_on"])).days)
    totals: Line = {
        **dict(asking),
        "quote_rate": rate(asking["quoted"], asking["inquiries"]),
        "sale_rate": rate(asking["bought"], asking["quoted"]),
        **{state: states[state] for state in STATES},
        "accept_rate": rate(states["accepted"], states["sent"]),
        "average_days": average(days),
    }
    lines = [
        {"what": what, "amount_minor": minor, "currency": code}
        for what, found in amounts.items()
        for code, minor in sorted(found.items(), key=lambda item: (-item[1], item[0]))
    ]
    columns = tuple(Column(name, kind="rate" if name.endswith("rate") else "number") for name in totals)
    return Sheet(columns, totals, {"amounts": Table(AMOUNTS, lines)}, view=lambda: screen(asked, totals, amounts))


def by_number(found: Iterable[sqlite3.Row]) -> list[list[sqlite3.Row]]:
    """The versions of each quote, the oldest first."""
    quotes: dict[int, list[sqlite3.Row]] = {}
    for row in found:
        quotes.setdefault(row["number"], []).append(row)
    return list(quotes.values())


def standing(last: sqlite3.Row, taken: bool, today: date) -> str:
    """Where a quote stands, by its last version; once accepted, it is."""
    if taken:
        return "accepted"
    if last["state"] == "sent":
        return "expired" if last["valid_until"] and last["valid_until"] < today.isoformat() else "waiting"
    return str(last["state"])


def screen(asked: Asked, row: Line, amounts: dict[str, Counter[str]]) -> Table | Text:
    if not row["inquiries"] and not any(row[state] for state in STATES):
        empty = "No inquiry and no quote yet: salesflow inquiry add WHO TEXT, or quote add DEAL"
        return Table(AMOUNTS, [], empty=empty)
    lines = [("", asked.title("From inquiry to sale"))]
    if row["inquiries"]:
        said = f"{counted(row['inquiries'], 'inquiry', 'inquiries')}  ->  {row['quoted']} quoted"
        said += f" ({percent(row['quote_rate'])})"
        said += f"  ->  {row['bought']} bought ({percent(row['sale_rate'])})" if row["quoted"] else ""
        lines.append(("INQUIRIES", said))
    said = f"{row['sent']} sent  ->  {row['accepted']} accepted"
    lines.append(("QUOTES", said + (f" ({percent(row['accept_rate'])})" if row["sent"] else "")))
    others = [f"{row[state]} {state}" for state in STATES[2:] if row[state]]
    lines += [("", ", ".join(others))] if others else []
    if amounts["quoted"]:
        lines.append(("AMOUNTS", f"{said_amounts(amounts['quoted'], asked.marks)} quoted"))
    if amounts["accepted"]:
        lines.append(("", f"{said_amounts(amounts['accepted'], asked.marks)} accepted"))
    if row["average_days"] is not None:
        lines.append(("DAYS", f"{decimal(row['average_days'], asked.marks)} from sent to accepted, on average"))
    lines += [
        ("CARE", note)
        for note in few(
            row["sent"],
            "quote sent",
        )
    ]
    return Text(lines, indent=11, bold=frozenset((0,)))
