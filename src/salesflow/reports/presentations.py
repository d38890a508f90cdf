"""Presentations given: how far they went, which benefits were put across, and whether they asked for the sale.

Those given in the days asked for. `parts` says, formula by formula and part by part in order, how many reached that
part or a later one, and their share of those given. A presentation whose end is not noted reached no part
(`end_not_noted`). Of the benefits that a presentation was to put across (lines whose showing was noted),
`benefits_shown` were. `with_both` had a call to action and asked for the sale; the others are listed.
"""

from __future__ import annotations

import sqlite3

from salesflow.reports.figures import LISTED, NAMED, Asked, Line, counted, few, percent, rate
from salesflow.store.rows import rows
from salesflow.table import Column, Sheet, Table

AIDA = ("attention", "interest", "desire", "action")
NO_PART = ("unique", "objections")  # parts of every presentation that are no step of it

PARTS = (
    Column("formula"),
    Column("part"),
    Column("presentations", kind="number"),
    Column("share", kind="rate"),
)
SCREEN = (
    Column("formula", "FORMULA"),
    Column("part", "REACHED"),
    Column("presentations", "HOW MANY", "number"),
    Column("share", "SHARE", "rate"),
    Column("bar", " ", "bar"),
)
LACKING = (Column("key"), Column("contact_id"), Column("contact"), Column("deal_id"), Column("given_on", kind="day"),
           Column("lacks", kind="list"))  # fmt: skip

GIVEN = """
    SELECT documents.id, number, version, documents.contact_id, contacts.name AS contact, deal_id,
           coalesce(sent_on, made_on) AS given_on, documents.name AS formula, reached, asked_to, asked_for_sale,
           (SELECT count(shown) FROM document_lines WHERE document_id = documents.id) AS benefits,
           (SELECT ifnull(sum(shown), 0) FROM document_lines WHERE document_id = documents.id) AS shown
      FROM documents JOIN contacts ON contacts.id = documents.contact_id
     WHERE documents.kind = 'pitch' AND state = 'given' AND coalesce(sent_on, made_on) BETWEEN :since AND :until
     ORDER BY given_on DESC, documents.id DESC
    """
FORMULAS = "SELECT name, text FROM preparation WHERE kind = 'formula' AND dropped_on IS NULL"
WRITTEN = """
    SELECT document_id, part, min(position) AS place
      FROM document_lines JOIN documents ON documents.id = document_id
     WHERE documents.kind = 'pitch' AND state = 'given' AND part IS NOT NULL
     GROUP BY document_id, part
     ORDER BY document_id, place
    """


def report(conn: sqlite3.Connection, asked: Asked) -> Sheet:
    """One row of totals; `parts` in their order; `lacking`: what each lacks, the newest LISTED."""
    given = rows(conn, GIVEN, **asked.days)
    both = [row for row in given if row["asked_to"] and row["asked_for_sale"]]
    benefits, shown = (sum(row[name] for row in given) for name in ("benefits", "shown"))
    totals: Line = {
        "given": len(given),
        "end_not_noted": sum(row["reached"] is None for row in given),
        "benefits": benefits,
        "benefits_shown": shown,
        "benefits_rate": rate(shown, benefits),
        "call_to_action": sum(bool(row["asked_to"]) for row in given),
        "asked_for_sale": sum(bool(row["asked_for_sale"]) for row in given),
        "with_both": len(both),
        "both_rate": rate(len(both), len(given)),
    }
    lacking = [lacks(row) for row in given if row not in both]
    parts = reached(conn, given)
    tables = {"parts": Table(PARTS, parts), "lacking": Table(LACKING, lacking[:LISTED])}
    columns = tuple(Column(name, kind="rate" if name.endswith("rate") else "number") for name in totals)
    return Sheet(columns, totals, tables, view=lambda: screen(asked, totals, parts, lacking))


def lacks(row: sqlite3.Row) -> Line:
    found = [said for name, said in (("asked_to", "a call to action"), ("asked_for_sale", "a close")) if not row[name]]
    return {**dict(row), "key": f"{row['number']}/{row['version']}", "lacks": found}


def reached(conn: sqlite3.Connection, given: list[sqlite3.Row]) -> list[Line]:
    """How many went along to each part of their formula or beyond it."""
    orders = parts_of(conn, given)
    lines = []
    for formula, order in orders.items():
        under = [row for row in given if (row["formula"] or "AIDA") == formula]
        ends = [order.index(row["reached"]) for row in under if row["reached"] in order]
        for place, part in enumerate(order):
            some = sum(end >= place for end in ends)
            lines.append({"formula": formula, "part": part, "presentations": some, "share": rate(some, len(under))})
    return lines


def parts_of(conn: sqlite3.Connection, given: list[sqlite3.Row]) -> dict[str, list[str]]:
    """The parts of each formula, in order; of one dropped since, as in the longest presentation by it. What others had
    besides comes last."""
    known = {"AIDA": AIDA, **{row["name"]: parts_in(row["text"]) for row in rows(conn, FORMULAS)}}
    written: dict[int, list[str]] = {}
    for row in rows(conn, WRITTEN):
        if row["part"] not in NO_PART:
            written.setdefault(row["document_id"], []).append(row["part"])
    orders: dict[str, list[str]] = {}
    for row in sorted(given, key=lambda row: -len(written.get(row["id"], ()))):
        formula = row["formula"] or "AIDA"
        order = orders.setdefault(formula, list(known.get(formula, ())))
        ends = [row["reached"]] if row["reached"] else []
        order += [part for part in dict.fromkeys((*written.get(row["id"], ()), *ends)) if part not in order]
    return orders


def parts_in(text: str) -> tuple[str, ...]:
    """The names in a formula such as `problem, promise=desire, proof`."""
    named = [part.partition("=")[0].strip().lower() for part in text.replace(">", ",").split(",")]
    return tuple(part for part in named if part)


def screen(asked: Asked, totals: Line, parts: list[Line], lacking: list[Line]) -> Table:
    notes = []
    if totals["benefits"]:
        share = percent(totals["benefits_rate"])
        notes.append(f"Benefits put across: {totals['benefits_shown']} of {totals['benefits']} ({share})")
    if totals["given"]:
        notes.append(f"Call to action and close: {totals['with_both']} of {totals['given']} "
                     f"({percent(totals['both_rate'])})")  # fmt: skip
    if lacking:
        named = [f"pitch {each['key']} to {each['contact']}: no {' and no '.join(said[2:] for said in each['lacks'])}"
                 for each in lacking[:NAMED]]  # fmt: skip
        more = [f"{len(lacking) - NAMED} more"] if len(lacking) > NAMED else []
        notes.append("; ".join(named + more))
    if totals["end_not_noted"]:
        notes.append(f"Not noted how far it went: {totals['end_not_noted']}; salesflow pitch given DEAL --reached PART")
    shown, before = [], None
    for each in parts:
        shown.append({**each, "formula": each["formula"] if each["formula"] != before else None, "bar": each["share"]})
        before = each["formula"]
    title = asked.title(f"{counted(totals['given'], 'presentation')} given") if totals["given"] else ""
    empty = "No presentation given yet. One is written with: salesflow pitch draft DEAL"
    return Table(SCREEN, shown, title=title, notes=[*notes, *few(totals["given"], "presentation")], empty=empty)
