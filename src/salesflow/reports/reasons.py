"""How sales were won and lost: reasons, what they come to, what was learned, and how satisfied the winners' buyers are.

Deals that went through a process, by the day they closed. A reason is the class given at the close; where there is
none, the words themselves. Different spellings by case alone are one. `share` is of the deals won, or lost.

`lessons` are those written down with lost deals and won ones, the most frequent first. `lost_to` names competitors.
`notes` has each deal's own words, the newest first.

Satisfaction is the set of questions `satisfaction`, asked of every won deal but those of walk-in customers. An answer
is good when it is yes, or in the better half of the choices; bad when it is no, or the worst choice; else neutral. The
worst answer in force to a question still asked is that of the deal: `satisfied`, `neutral` or `dissatisfied`. Deals
without such an answer are `not_asked`, and listed. An assumed answer is none, nor is unknown; words and numbers do not
say how good they are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from salesflow.reports.figures import (
    LISTED,
    NAMED,
    Asked,
    Line,
    amounts_of,
    blanked,
    counted,
    few,
    rate,
    with_amounts,
)
from salesflow.store.rows import rows
from salesflow.table import Column, Sheet, Table

REASONS = (
    Column("outcome"),
    Column("reason", "REASON", wrap=True),
    Column("deals", "DEALS", "number"),
    Column("share", "SHARE", "rate"),
    Column("amount", "AMOUNT", "money"),
)
LESSONS = (Column("lesson", "LESSON", wrap=True), Column("deals", "DEALS", "number"), Column("reasons", "OF", "list"))
LOST_TO = (Column("competitor", "LOST TO", wrap=True), Column("deals", "DEALS", "number"),
           Column("amount", "AMOUNT", "money"))  # fmt: skip
NOTES = (
    Column("key", "KEY", firm=True),
    Column("contact_id"),
    Column("contact", "WHO"),
    Column("closed_on", "CLOSED", "day"),
    Column("outcome"),
    Column("reason", "REASON", wrap=True),
    Column("how"),
    Column("note", "NOTE", wrap=True),
)
NOT_ASKED = (Column("key", "KEY", firm=True), Column("contact_id"), Column("contact", "WHO"), Column("deal", "WHAT"),
             Column("closed_on", "WON", "day"))  # fmt: skip

CLOSED = """
    SELECT 'D' || deals.id AS key, deals.contact_id, CASE WHEN off_list_on IS NULL THEN name END AS contact, closed_on,
           outcome, coalesce(nullif(trim(reason), ''), nullif(trim(how), ''), 'none given') AS reason, how,
           deals.note, lesson, lost_to, amount_minor, currency
      FROM deals JOIN contacts ON contacts.id = deals.contact_id
     WHERE closed_on BETWEEN :since AND :until AND way = 'sold' AND (:only IS NULL OR outcome = :only)
     ORDER BY closed_on DESC, deals.id DESC
    """
SATISFACTION = """
    SELECT 'D' || deals.id AS key, deals.contact_id, CASE WHEN off_list_on IS NULL THEN name END AS contact,
           title AS deal, closed_on,
           answer, form, choices
      FROM deals
      JOIN contacts ON contacts.id = deals.contact_id
      LEFT JOIN (SELECT answers.deal_id, answer, form, choices
                   FROM questions JOIN answers ON answers.question_id = questions.id
                  WHERE set_name = 'satisfaction' AND dropped_on IS NULL AND replaced_at IS NULL
                    AND basis <> 'assumed') AS given ON given.deal_id = deals.id
     WHERE closed_on BETWEEN :since AND :until AND outcome = 'won' AND contacts.kind <> 'walk-in'
     ORDER BY closed_on DESC, deals.id DESC
    """
VERDICTS = ("dissatisfied", "neutral", "satisfied")  # the worst first
TOTALS = ("won", "lost", "satisfied", "neutral", "dissatisfied", "not_asked")


def report(conn: sqlite3.Connection, asked: Asked) -> Sheet:
    """One row of totals; each table by its frequency, then in the order of the alphabet; `only` leaves out the rest."""
    closed = rows(conn, CLOSED, only=asked.only, **asked.days)
    won = buyers(conn, asked) if asked.only != "lost" else []
    totals: Line = {
        "won": sum(row["outcome"] == "won" for row in closed),
        "lost": sum(row["outcome"] == "lost" for row in closed),
        **{name: sum(each["verdict"] == name for each in won) for name in reversed(VERDICTS)},
        "not_asked": sum(each["verdict"] is None for each in won),
    }
    tables = {
        "reasons": Table(REASONS, [line for end in ("won", "lost") for line in classes(closed, end)]),
        "lessons": Table(LESSONS, lessons(closed)),
        "lost_to": Table(LOST_TO, competitors(closed)),
        "notes": Table(NOTES, [dict(row) for row in closed if row["note"]][:LISTED]),
        "not_asked_deals": Table(NOT_ASKED, [each for each in won if each["verdict"] is None][:LISTED]),
    }
    columns = tuple(Column(name, kind="number") for name in TOTALS)
    return Sheet(columns, totals, tables, view=lambda: screen(asked, totals, tables))


def buyers(conn: sqlite3.Connection, asked: Asked) -> list[Line]:
    """Each deal won, the newest first, with its `verdict`."""
    found: dict[str, Line] = {}
    for row in rows(conn, SATISFACTION, **asked.days):
        each = found.setdefault(row["key"], {**dict(row), "verdict": None})
        said = verdict(row["answer"], row["form"], row["choices"])
        if said and (each["verdict"] is None or VERDICTS.index(said) < VERDICTS.index(each["verdict"])):
            each["verdict"] = said
    return list(found.values())


def verdict(answer: str | None, form: str | None, choices: str | None) -> str | None:
    """What one answer says; None: nothing."""
    if form == "yes-no":
        return {"yes": "satisfied", "no": "dissatisfied"}.get(answer or "")
    order = [choice.strip().casefold() for choice in (choices or "").split("\n")]
    if form != "choice" or answer is None or answer.casefold() not in order:
        return None
    place = order.index(answer.casefold())
    return "satisfied" if 2 * place >= len(order) else "neutral" if place else "dissatisfied"


def gathered(found: Iterable[sqlite3.Row], field: str) -> list[tuple[str, list[sqlite3.Row]]]:
    """The rows by what they say in a field, the most frequent first; as it was written last."""
    groups: dict[str, list[sqlite3.Row]] = {}
    for row in found:
        said = (row[field] or "").strip()
        if said:
            groups.setdefault(said.casefold(), []).append(row)
    named = [(group[0][field].strip(), group) for group in groups.values()]
    return sorted(named, key=lambda item: (-len(item[1]), item[0].casefold()))


def classes(closed: Sequence[sqlite3.Row], outcome: str) -> list[Line]:
    found = [row for row in closed if row["outcome"] == outcome]
    return [
        line
        for reason, group in gathered(found, "reason")
        for line in with_amounts(
            {"outcome": outcome, "reason": reason, "deals": len(group), "share": rate(len(group), len(found))},
            amounts_of(group),
        )
    ]


def lessons(closed: Sequence[sqlite3.Row]) -> list[Line]:
    return [
        {"lesson": lesson, "deals": len(group), "reasons": [reason for reason, _ in gathered(group, "reason")]}
        for lesson, group in gathered(closed, "lesson")
    ]


def competitors(closed: Sequence[sqlite3.Row]) -> list[Line]:
    return [
        line
        for name, group in gathered((row for row in closed if row["outcome"] == "lost"), "lost_to")
        for line in with_amounts({"competitor": name, "deals": len(group)}, amounts_of(group))
    ]


def screen(asked: Asked, totals: Line, tables: dict[str, Table]) -> Sheet | Table:
    if not sum(totals.values()):
        empty = "Nothing won or lost yet. Closing asks how: salesflow win WHO HOW, or lose WHO HOW"
        return Table(REASONS, [], empty=empty)
    columns, row = [Column("closed", "CLOSED")], {"closed": f"{totals['won']} won, {totals['lost']} lost"}
    if asked.only:
        row["closed"] = counted(totals[asked.only], f"deal {asked.only}", f"deals {asked.only}")
    if asked.only != "lost":
        columns.append(Column("buyers", "BUYERS"))
        row["buyers"] = ", ".join(f"{totals[name]} {name.replace('_', ' ')}" for name in TOTALS[2:])
    shown: dict[str, Table] = {}
    for outcome, title in (("won", "How they were won"), ("lost", "How they were lost")):
        lines = [line for line in tables["reasons"].rows if line["outcome"] == outcome]
        care = few(totals[outcome], f"{outcome} deal")
        if lines:
            shown[outcome] = Table(REASONS, blanked(as_lines(lines), "reason"), asked.title(title), care)
    for name, title in (("lessons", "What to do otherwise"), ("lost_to", "Who won them"), ("notes", "In words")):
        few_rows = as_lines(tables[name].rows)
        shown[name] = Table(tables[name].columns, blanked(few_rows, "competitor") if name == "lost_to" else few_rows,
                            title)  # fmt: skip
    unasked = as_lines(tables["not_asked_deals"].rows)[:NAMED]
    more = totals["not_asked"] - len(unasked)
    ask = "Ask whether they are satisfied: salesflow ask DEAL satisfaction" + (f" ({more} more)" if more else "")
    shown["not_asked"] = Table(NOT_ASKED, unasked, "Not asked yet", [ask])
    return Sheet(columns, row, shown)


def as_lines(found: Iterable[Any]) -> list[Line]:
    return [dict(row) for row in found]
