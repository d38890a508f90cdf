"""The funnel: how many ever got how far, how many stand where now, and how long it took; from the history.

People: those who count (not imported and left alone since, not walk-in customers), found since the day asked for.
`entered` is how many ever got so far: lead, all of them; possible, who ever were possible or prospects, or were sold
something; prospect, who ever were prospects, or were sold something. `went_on` is `entered` of the next row, of
prospects those with a deal. `now` is how many have that status today.

Deals: those of one process, opened since the day asked for, that were or are to be sold; what was bought on the spot
is left out, and has no stays in any stage. `entered` of a stage is how many deals ever entered it or a later one, or
were won; `went_on` is `entered` of the next stage, of the last stage the deals won. So neither changes when a deal
closes. `now` and `amount` are of the open deals standing in the stage. A stage dropped from the process has a row as
long as a deal stood in it. Last come two rows of no phase, won and lost: `entered` is their number, `amount` theirs.

`conversion` is went_on / entered. `average_days` is the mean of finished stays. Amounts of several currencies are
never added: a stage has one row for each, which repeats its other figures. By source or month (a person's first day
here, a deal's opening) there are all these rows for each `group`. By phase the stages of a phase make one row, people
make one of `find`: `entered` of its first, `went_on` of its last, `now` of all, `average_days` the sum of theirs.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from salesflow import dates
from salesflow.errors import NotFound, Refused
from salesflow.reports.today import grouped
from salesflow.store.rows import one, rows, value
from salesflow.table import Column, Table

BY = ("source", "month", "phase")
PEOPLE = ("lead", "possible", "prospect")
REACHED = (*PEOPLE, "offered")  # by `furthest` in standing
ENOUGH = 20  # closed deals; a rate of fewer says little

FIGURES = (
    Column("of"),
    Column("stage"),
    Column("phase"),
    Column("entered", kind="number"),
    Column("now", kind="number"),
    Column("amount", kind="money"),
    Column("went_on", kind="number"),
    Column("conversion", kind="rate"),
    Column("average_days", kind="number"),
)
SCREEN = (
    Column("stage", "PEOPLE"),
    Column("entered", "EVER", "number"),
    Column("share", " ", "bar"),
    Column("now", "NOW", "number"),
    Column("amount", "AMOUNT", "money"),
    Column("went", "WENT ON", right=True, firm=True),
    Column("average_days", "DAYS", "number"),
)
BY_GROUP = (
    Column("group", " ", wrap=True),
    Column("lead", "LEADS", "number"),
    Column("possible", "POSSIBLE", "number"),
    Column("prospect", "PROSPECTS", "number"),
    Column("deals", "DEALS", "number"),
    Column("won", "WON", "number"),
    Column("lost", "LOST", "number"),
    Column("amount", "AMOUNT", "money"),
)

# Without a filter each figure is counted in an index alone.
EVERYBODY = """
    SELECT NULL AS part, status, furthest, count(*) AS people, NULL AS days
      FROM standing
     WHERE counts = 1
     GROUP BY status, furthest
    UNION ALL
    SELECT NULL, status, NULL, count(*), sum(julianday(left_on) - julianday(entered_on))
      FROM status_history
     WHERE left_on IS NOT NULL
     GROUP BY status
    """
SOME_PEOPLE = """
    SELECT CASE :by WHEN 'source' THEN source WHEN 'month' THEN substr(created_on, 1, 7) END AS part,
           status, furthest, count(*) AS people, sum(days) AS days
      FROM (SELECT contact_id, status, furthest, NULL AS days FROM standing WHERE counts = 1
            UNION ALL
            SELECT contact_id, status, NULL, julianday(left_on) - julianday(entered_on)
              FROM status_history
             WHERE left_on IS NOT NULL) AS found
      JOIN contacts ON contacts.id = found.contact_id
     WHERE :since IS NULL OR created_on >= :since
     GROUP BY part, status, furthest
    """
# A dropped stage keeps its place: just before the stage that has its number now.
STAGES = """
    SELECT id, name, phase, 2 * position + (dropped_on IS NULL) AS rank, dropped_on
      FROM stages
     WHERE process_id = :process_id
     ORDER BY rank, id
    """
DEALS = """
    SELECT CASE :by
             WHEN 'source' THEN (SELECT source FROM contacts WHERE contacts.id = deals.contact_id)
             WHEN 'month' THEN substr(opened_on, 1, 7)
           END AS part,
           deals.stage_id, outcome, currency, far.rank, count(*) AS deals, sum(amount_minor) AS amount_minor
      FROM (SELECT deal_id, max(2 * position + (dropped_on IS NULL)) AS rank
              FROM stage_entries CROSS JOIN stages ON stages.id = stage_entries.stage_id
             WHERE process_id = :process_id
             GROUP BY deal_id) AS far
     CROSS JOIN deals ON deals.id = far.deal_id
     WHERE way = 'sold' AND process_id = :process_id AND (:since IS NULL OR opened_on >= :since)
     GROUP BY part, deals.stage_id, outcome, currency, far.rank
    """
ALL_STAYS = "SELECT NULL AS part, stage_id, stays, days FROM stage_pace"
SOME_STAYS = """
    SELECT CASE :by
             WHEN 'source' THEN (SELECT source FROM contacts WHERE contacts.id = deals.contact_id)
             WHEN 'month' THEN substr(opened_on, 1, 7)
           END AS part,
           stage_entries.stage_id, count(*) AS stays, sum(days) AS days
      FROM stage_entries JOIN deals ON deals.id = stage_entries.deal_id
     WHERE left_on IS NOT NULL AND (:since IS NULL OR opened_on >= :since)
     GROUP BY part, stage_entries.stage_id
    """

Line = dict[str, Any]


@dataclass
class Part:
    """What was counted, of everybody or of one group; people by stage, deals by rank or stage."""

    ever: Counter[str] = field(default_factory=Counter)
    now: Counter[str] = field(default_factory=Counter)
    stays: dict[str | int, tuple[int, float]] = field(default_factory=dict)
    far: Counter[int] = field(default_factory=Counter)
    won_at: Counter[int] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)
    standing: Counter[int] = field(default_factory=Counter)
    amounts: dict[int | str, Counter[str]] = field(default_factory=dict)

    def reached(self, rank: int) -> int:
        """Deals that ever got to a rank or beyond, or were won."""
        beyond = sum(deals for at, deals in self.far.items() if at >= rank)
        return beyond + sum(deals for at, deals in self.won_at.items() if at < rank)


def report(
    conn: sqlite3.Connection, *, today: date, since: str | None = None, process: str | None = None,
    by: str | None = None, marks: str = ",.",
) -> Table:  # fmt: skip
    """One row a stage a currency. `process` None: the first. By source or month there is a column `group` before.

    Its view reads on in the file: it is made while the connection is open. Raises NotFound, Refused.
    """
    if by is not None and by not in BY:
        raise Refused(f"no funnel by {by!r}; there are: {', '.join(BY)}")
    found = process_of(conn, process)
    stages = rows(conn, STAGES, process_id=found["id"])
    parts = counted(conn, found["id"], since, by)
    if by in ("source", "month"):
        groups = sorted(parts.items(), key=lambda item: (item[0] is None, item[0]))
        lines = [{"group": name, **line} for name, part in groups for line in lines_of(part, stages)]
        columns = (Column("group"), *FIGURES)
        title = f"{heading(found, since, today)}, by {by}"
        return Table(columns, lines, view=lambda: compared(groups, stages, title, str(by)), ids="stage")
    part = parts.get(None, Part())
    lines = folded(lines_of(part, stages)) if by else lines_of(part, stages)
    title = heading(found, since, today)
    return Table(FIGURES, lines, view=lambda: screen(conn, lines, part, title, since, marks), ids="stage")


def process_of(conn: sqlite3.Connection, name: str | None) -> sqlite3.Row:
    found = one(conn, "SELECT id, name FROM processes WHERE :name IS NULL OR name = :name ORDER BY id", name=name)
    if found is None:
        names = ", ".join(row["name"] for row in rows(conn, "SELECT name FROM processes ORDER BY id"))
        raise NotFound(f"no process {name!r}; there are: {names}")
    return found


def counted(conn: sqlite3.Connection, process_id: int, since: str | None, by: str | None) -> dict[str | None, Part]:
    """The figures of each group; ungrouped, of None."""
    parts: dict[str | None, Part] = {}
    asked = {"since": since, "by": None if by == "phase" else by}
    whole = since is None and asked["by"] is None
    for row in rows(conn, EVERYBODY if whole else SOME_PEOPLE, **asked):
        part = parts.setdefault(row["part"], Part())
        if row["furthest"] is None:
            part.stays[row["status"]] = (row["people"], row["days"])
        else:
            part.now[row["status"]] += row["people"]
            for stage in REACHED[: row["furthest"] + 1]:
                part.ever[stage] += row["people"]
    for row in rows(conn, DEALS, process_id=process_id, **asked):
        part = parts.setdefault(row["part"], Part())
        part.far[row["rank"]] += row["deals"]
        place: int | str = row["stage_id"]
        if row["outcome"] == "open":
            part.standing[row["stage_id"]] += row["deals"]
        else:
            place = row["outcome"]
            part.closed[row["outcome"]] += row["deals"]
            if row["outcome"] == "won":
                part.won_at[row["rank"]] += row["deals"]
        if row["currency"] is not None:
            part.amounts.setdefault(place, Counter())[row["currency"]] += row["amount_minor"]
    for row in rows(conn, ALL_STAYS if whole else SOME_STAYS, **asked):
        if row["part"] in parts:
            parts[row["part"]].stays[row["stage_id"]] = (row["stays"], row["days"])
    return parts


def lines_of(part: Part, stages: Sequence[sqlite3.Row]) -> list[Line]:
    lines: list[Line] = []
    for name, then in zip(PEOPLE, REACHED[1:], strict=True):
        lines += with_amounts(
            figures("people", name, "find", part.ever[name], part.now[name], part.ever[then], days(part, name)), {}
        )
    for stage, of_stage in stage_figures(part, stages):
        # On a screen, stages of finding that no deal ever stood in are left to the people above them.
        of_stage["idle"] = stage["phase"] == "find" and not was_in(part, stage["id"])
        lines += with_amounts(of_stage, part.amounts.get(stage["id"], {}))
    for outcome in ("won", "lost"):
        end = figures("deals", outcome, None, part.closed[outcome], None, None, None)
        lines += with_amounts(end, part.amounts.get(outcome, {}))
    return lines


def stage_figures(part: Part, stages: Sequence[sqlite3.Row]) -> list[tuple[sqlite3.Row, Line]]:
    """The figures of each stage in use, and of those dropped that a deal stood in, in order."""
    kept = [stage for stage in stages if stage["dropped_on"] is None or was_in(part, stage["id"])]
    reached = [part.reached(stage["rank"]) for stage in kept] + [part.closed["won"]]
    return [
        (
            stage,
            figures(
                "deals", stage["name"], stage["phase"], entered, part.standing[stage["id"]], went_on,
                days(part, stage["id"]),
            ),
        )
        for stage, entered, went_on in zip(kept, reached, reached[1:], strict=False)
    ]  # fmt: skip


def was_in(part: Part, stage_id: int) -> bool:
    return bool(part.standing[stage_id] or stage_id in part.stays)


def days(part: Part, place: str | int) -> float | None:
    stays, total = part.stays.get(place, (0, 0))
    return round(total / stays, 1) if stays else None


def figures(
    of: str, stage: str, phase: str | None, entered: int, now: int | None, went_on: int | None, average: float | None
) -> Line:
    return {
        "of": of,
        "stage": stage,
        "phase": phase,
        "entered": entered,
        "now": now,
        "went_on": went_on,
        "conversion": None if went_on is None else rate(went_on, entered),
        "average_days": average,
    }


def rate(some: int, of: int) -> float | None:
    return round(some / of, 4) if of else None


def with_amounts(row: Line, amounts: Mapping[str, int]) -> list[Line]:
    """The row once for each currency, the largest amount first; without any, once."""
    found: list[tuple[str | None, int | None]] = [*sorted(amounts.items(), key=lambda item: (-item[1], item[0]))]
    return [{**row, "amount_minor": minor, "currency": currency} for currency, minor in found or [(None, None)]]


def folded(lines: Sequence[Line]) -> list[Line]:
    """The rows of a phase as one row a currency; won and lost stay."""
    found: list[Line] = []
    for of, phase in dict.fromkeys((line["of"], line["phase"]) for line in lines):
        under = [line for line in lines if (line["of"], line["phase"]) == (of, phase)]
        if phase is None:
            found += under
            continue
        # A stage of several currencies has several rows of the same figures.
        stages = list({line["stage"]: line for line in under}.values())
        amounts: Counter[str] = Counter()
        for each in under:
            if each["currency"]:
                amounts[each["currency"]] += each["amount_minor"]
        spent = [each["average_days"] for each in stages if each["average_days"] is not None]
        whole = figures(
            of, phase, phase, stages[0]["entered"], sum(each["now"] for each in stages), stages[-1]["went_on"],
            round(sum(spent), 1) if spent else None,
        )  # fmt: skip
        whole["idle"] = all(each.get("idle") for each in stages)
        found += with_amounts(whole, amounts)
    return found


def heading(process: sqlite3.Row, since: str | None, today: date) -> str:
    found = f", found since {dates.short_date(date.fromisoformat(since), date.min)}" if since else ""
    return f"Funnel: {process['name']}{found}"


def screen(
    conn: sqlite3.Connection, lines: Sequence[Line], part: Part, title: str, since: str | None, marks: str
) -> Table:
    """As the rows say, with bars; a further currency has a line of its amount alone."""
    most = max([1, *(line["entered"] for line in lines)])
    blank: Line = dict.fromkeys((*(column.name for column in SCREEN), "amount_minor", "currency"), None)
    shown: list[Line] = []
    before: Line = {"of": "people", "stage": None}
    for each in lines:
        if (each["stage"] == "lost" and each["phase"] is None) or each.get("idle"):
            continue
        if each["of"] != before["of"]:
            shown.append({**blank, "stage": "DEALS"})
        if (each["of"], each["stage"], each["phase"]) == (before["of"], before["stage"], before.get("phase")):
            shown.append({**blank, **amounts_of(each)})
        else:
            name = each["stage"][:1].upper() + each["stage"][1:]
            shown.append({**each, "stage": name, "share": each["entered"] / most, "went": went(each, marks)})
        before = each
    return Table(SCREEN, shown, title=title, notes=notes(conn, part, since, marks), ids="stage")


def went(row: Line, marks: str) -> str | None:
    """`18  44 %`: how many went on, and the rate."""
    if row["conversion"] is None:
        return None
    return f"{grouped(row['went_on'], marks)} {int(row['conversion'] * 100 + 0.5):>3} %"


def notes(conn: sqlite3.Connection, part: Part, since: str | None, marks: str) -> list[str]:
    won, lost = part.closed["won"], part.closed["lost"]
    closed = won + lost
    said = "Nothing closed yet."
    if closed:
        said = f"Lost {grouped(lost, marks)}. Won {grouped(won, marks)} of {grouped(closed, marks)} closed, "
        said += f"{int(won * 100 / closed + 0.5)} %"
        said += f" (under {ENOUGH}: read with care)." if closed < ENOUGH else "."
    bought = value(
        conn,
        """
        SELECT count(*) FROM deals
         WHERE way = 'bought' AND outcome = 'won' AND (:since IS NULL OR opened_on >= :since)
        """,
        since=since,
    )
    found = [said + (f" Walk-in sales {grouped(bought, marks)}." if bought else "")]
    if since is None:
        everybody = value(conn, "SELECT count(*) FROM standing")
        left_alone = everybody - part.ever["lead"] - value(conn, "SELECT count(*) FROM contacts WHERE kind = 'walk-in'")
        if left_alone:
            found.append(f"Not counted: {grouped(left_alone, marks)} from address books, nothing said to them yet.")
    return found


def compared(parts: Sequence[tuple[str | None, Part]], stages: Sequence[sqlite3.Row], title: str, by: str) -> Table:
    """One line a group: how many ever got how far, and the amount won."""
    shown: list[Line] = []
    first = min((stage["rank"] for stage in stages), default=0)
    for name, part in parts:
        ever = {stage: part.ever[stage] for stage in PEOPLE}
        row: Line = {
            "group": name or "none", **ever, "deals": part.reached(first), "won": part.closed["won"],
            "lost": part.closed["lost"],
        }  # fmt: skip
        one_line, *more = with_amounts(row, part.amounts.get("won", {}))
        shown += [one_line, *({**dict.fromkeys(row), **amounts_of(line)} for line in more)]
    columns = (Column("group", by.upper(), wrap=True), *BY_GROUP[1:])
    return Table(columns, shown, title=title, ids="group", empty="Nobody found yet.")


def amounts_of(row: Line) -> Line:
    return {key: row[key] for key in ("amount_minor", "currency")}
