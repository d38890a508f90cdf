"""A process proposed from what was really done: which kinds of activity came when on the way of the sales won.

The way of a won deal is what was logged of its customer up to the close, from the close of the deal before on, and of
the deal itself. The place of an activity on it is 0 for the first, 1 for the last, in equal steps between; a kind
stands where the middle one of its activities does. Kinds near each other make a stage, of finding where most of their
activities came before the deal was opened, else of selling. What was done for customers after the close, where nothing
of it belongs to another deal, makes a last stage, of keeping.

Measured from the same sales: a stage's limit is twice the middle number of days between its first activity and that of
the next stage (of the last one of selling: the close), its probability the share of the deals decided in which
something of it, or of a later stage, was done that were won.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from salesflow.records import process_diagram, process_toml
from salesflow.records.process_drafts import ProcessDraft, StageDraft, TaskDraft
from salesflow.store.rows import rows, value
from salesflow.table import Column, Sheet, Table, Text

NEEDED = 3  # won deals with two activities or more
NEAR = 0.2  # of the way: kinds no farther from the first of a stage belong to it
LEFT_OUT = ("note", "other")
NAMES = {
    "call": "Calls", "email": "E-mails", "message": "Messages", "letter": "Letters", "mailing": "Mailings",
    "visit": "Visits", "meeting": "Meetings", "demo": "Showing it", "card": "Cards", "follow-up": "Following up",
    "question": "Their questions", "research": "Research", "service": "Service",
}  # fmt: skip


class Step(NamedTuple):
    """One activity on a deal's way. zone: find, sell or keep, by the days of the deal."""

    deal_id: int
    won: bool
    kind: str
    on: str
    zone: str
    closed_on: str


@dataclass
class Kind:
    """What is known of one kind: how often it was logged, and where it stands on the way (0 to 1)."""

    kind: str
    count: int
    places: list[float] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)

    @property
    def place(self) -> float | None:
        return round(middle(self.places), 2) if self.places else None

    @property
    def phase(self) -> str | None:
        return max(("find", "sell", "keep"), key=self.zones.count) if self.zones else None


class Proposal(NamedTuple):
    """`kinds`: by place, those on no way last. `contacts`, `deals`, `won`: what there is; `ways`: won deals to learn
    from. `draft` None: too little is logged."""

    contacts: int
    deals: int
    won: int
    ways: int
    kinds: Sequence[Kind]
    draft: ProcessDraft | None


WAYS = """
    SELECT deals.id AS deal_id, outcome_of.won, activities.kind, happened_on, opened_on, deals.closed_on
      FROM deals
      JOIN (SELECT id, outcome = 'won' AS won,
                   ifnull((SELECT max(before.closed_on) FROM deals AS before
                            WHERE before.contact_id = deals.contact_id AND before.closed_on IS NOT NULL
                              AND (before.closed_on, before.id) < (deals.closed_on, deals.id)), '') AS since
              FROM deals
             WHERE way = 'sold' AND outcome <> 'open') AS outcome_of ON outcome_of.id = deals.id
      JOIN activities ON activities.contact_id = deals.contact_id
     WHERE activities.kind NOT IN ('note', 'other')
       AND (activities.deal_id = deals.id
            OR activities.deal_id IS NULL AND happened_on > since AND happened_on <= deals.closed_on
            OR activities.deal_id IS NULL AND won AND happened_on > deals.closed_on AND NOT EXISTS (
               SELECT 1 FROM deals AS after
                WHERE after.contact_id = deals.contact_id AND after.id <> deals.id
                  AND ifnull(after.closed_on, happened_on) >= happened_on))
     ORDER BY deals.id, happened_at, activities.id
    """


def propose(conn: sqlite3.Connection, name: str, stages: Sequence[StageDraft] = ()) -> Proposal:
    """The process the log speaks of; `stages`: into these instead, in order"""
    ways: dict[int, list[Step]] = {}
    for row in rows(conn, WAYS):
        zone = "find" if row["happened_on"] < row["opened_on"] else "sell"
        zone = "keep" if row["happened_on"] > row["closed_on"] else zone
        step = Step(row["deal_id"], bool(row["won"]), row["kind"], row["happened_on"], zone, row["closed_on"])
        ways.setdefault(step.deal_id, []).append(step)
    won = [way for way in ways.values() if way[0].won and len([step for step in way if step.zone != "keep"]) > 1]
    kinds = placed(conn, won)
    known = [kind for kind in kinds if kind.places]
    draft = None
    if len(won) >= NEEDED and known:
        groups = spread(known, stages) if stages else near(known)
        drafts = [stage for stage, _ in groups]
        draft = ProcessDraft(name, "Made of what was logged", measured(drafts, groups, list(ways.values()), won))
    return Proposal(
        int(value(conn, "SELECT count(*) FROM standing WHERE counts = 1")),
        int(value(conn, "SELECT count(*) FROM deals WHERE way = 'sold'")),
        int(value(conn, "SELECT count(*) FROM deals WHERE way = 'sold' AND outcome = 'won'")),
        len(won), kinds, draft,
    )  # fmt: skip


def placed(conn: sqlite3.Connection, won: Sequence[Sequence[Step]]) -> list[Kind]:
    sql = "SELECT kind, count(*) AS number FROM activities GROUP BY kind ORDER BY number DESC, kind"
    kinds = {row["kind"]: Kind(row["kind"], row["number"]) for row in rows(conn, sql)}
    for way in won:
        steps = [step for step in way if step.zone != "keep"]
        for number, step in enumerate(steps):
            kinds[step.kind].places.append(number / (len(steps) - 1))
        for step in way:
            kinds[step.kind].zones.append(step.zone)
            if step.zone == "keep":
                kinds[step.kind].places.append(1.0)
    return sorted(
        kinds.values(), key=lambda kind: (not kind.places, kind.phase == "keep", kind.place or 0, -kind.count)
    )


Group = tuple[StageDraft, list[str]]  # a stage, and the kinds done in it


def near(kinds: Sequence[Kind]) -> list[Group]:
    """Kinds near each other, of one phase, in one stage, named after the one that was logged most."""
    found: list[list[Kind]] = []
    for kind in sorted(kinds, key=lambda kind: (PHASES.index(kind.phase or "sell"), kind.place or 0, -kind.count)):
        first = found[-1][0] if found else None
        close = first is not None and (kind.phase == "keep" or (kind.place or 0) - (first.place or 0) <= NEAR)
        if first is not None and first.phase == kind.phase and close:
            found[-1].append(kind)
        else:
            found.append([kind])
    groups = []
    for together in found:
        most = sorted(together, key=lambda kind: -kind.count)[:2]
        name = " and ".join(NAMES.get(kind.kind, kind.kind.capitalize()) for kind in most)
        groups.append((StageDraft(name, together[0].phase or "sell"), [kind.kind for kind in together]))
    return groups


PHASES = ("find", "sell", "keep")


def spread(kinds: Sequence[Kind], stages: Sequence[StageDraft]) -> list[Group]:
    """Into the stages given: what came early into the first, what came late into the last."""
    found: list[Group] = [(stage, []) for stage in stages]
    for kind in kinds:
        found[min(int((kind.place or 0) * len(stages)), len(stages) - 1)][1].append(kind.kind)
    return found


def measured(
    drafts: Sequence[StageDraft], groups: Sequence[Group], ways: Sequence[Sequence[Step]], won: Sequence[Sequence[Step]]
) -> list[StageDraft]:
    """The stages with their tasks, limits and probabilities."""
    stage_of = {kind: number for number, (_, kinds) in enumerate(groups) for kind in kinds}
    found = []
    for number, draft in enumerate(drafts):
        tasks = tuple(TaskDraft(kind, kind) for kind in groups[number][1])
        if draft.phase == "keep":
            found.append(draft._replace(tasks=tasks))
            continue
        spans = [days for way in won if (days := span(way, number, stage_of)) is not None]
        reached = [
            way for way in ways if any(number <= stage_of.get(step.kind, -1) for step in way if step.zone != "keep")
        ]
        chance = round(100 * sum(way[0].won for way in reached) / len(reached)) if reached else None
        limit = min(max(2 * round(middle(spans)), 1), 3650) if spans else None
        found.append(draft._replace(tasks=tasks, limit_days=limit, probability=chance))
    return found


def span(way: Sequence[Step], number: int, stage_of: dict[str, int]) -> int | None:
    """Days from the first activity of a stage to the first of a later one, else to the close; None: none of it."""
    firsts = [step.on for step in way if stage_of.get(step.kind) == number and step.zone != "keep"]
    if not firsts:
        return None
    later = [step.on for step in way if stage_of.get(step.kind, -1) > number and step.on >= firsts[0]]
    end = min([*later, way[0].closed_on])
    return max((datetime.date.fromisoformat(end) - datetime.date.fromisoformat(firsts[0])).days, 0)


def middle(numbers: Sequence[float]) -> float:
    ordered = sorted(numbers)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


COLUMNS = (
    Column("kind", "kind", firm=True),
    Column("count", "logged", "number"),
    Column("place", "place", "rate"),
    Column("phase", "phase", firm=True),
    Column("stage", "stage", wrap=True),
)


def table(proposal: Proposal) -> Table:
    """The kinds of activity: kind, count, place (0..1), phase, and the stage proposed."""
    stages = proposal.draft.stages if proposal.draft else ()
    of_kind = {task.kind: stage.name for stage in stages for task in stage.tasks}
    lines = [
        {
            "kind": kind.kind,
            "count": kind.count,
            "place": kind.place,
            "phase": kind.phase,
            "stage": of_kind.get(kind.kind),
        }
        for kind in proposal.kinds
    ]
    return Table(COLUMNS, lines, ids="kind")


def steps(proposal: Proposal) -> Text:
    """The four steps, then the proposal as TOML."""
    found = ", ".join(
        f"{kind.kind} {kind.count}" + (f" (at {100 * kind.place:.0f} %)" if kind.place is not None else "")
        for kind in proposal.kinds
    )
    sales = f"{proposal.deals} deal{'s' * (proposal.deals != 1)}, {proposal.won} won"
    people = f"{proposal.contacts} contact{'s' * (proposal.contacts != 1)}"
    lines = [("1 analyse", f"funnel of {people}, {sales}; {proposal.ways} to learn from")]
    lines.append(("2 stages", f"activities found: {found or 'none'}"))
    if proposal.draft is None:
        return Text([*lines, ("3 diagram", "-"), ("4 measures", "-")], indent=12)
    stages = proposal.draft.stages
    lines += [
        ("", f"* {stage.name} ({stage.phase}): {', '.join(task.name for task in stage.tasks) or 'nothing yet'}")
        for stage in stages
    ]
    drawing = process_diagram.drawn(proposal.draft, boxes=False)
    lines += [("3 diagram" if text is drawing[0] else "", text) for text in drawing]
    measures = [f"* {stage.name}: {measure(stage)}" for stage in stages if stage.phase != "keep"]
    lines += [("4 measures" if text is measures[0] else "", text) for text in measures]
    lines += [("", text) for text in ("", *process_toml.text_of(proposal.draft).splitlines())]
    return Text(lines, indent=12)


def measure(stage: StageDraft) -> str:
    limit = f"{stage.limit_days} day{'s' * (stage.limit_days != 1)} at most" if stage.limit_days else "no limit known"
    return limit + (f", {stage.probability} % were won" if stage.probability is not None else "")


def answer(proposal: Proposal) -> Sheet:
    """{name, contacts, deals, won, learned_from, toml, activities}; name and toml null where too little is logged."""
    draft = proposal.draft
    row = {
        "name": draft.name if draft else None, "contacts": proposal.contacts, "deals": proposal.deals,
        "won": proposal.won, "learned_from": proposal.ways, "toml": process_toml.text_of(draft) if draft else None,
    }  # fmt: skip
    columns = [Column(name, kind="number" if isinstance(found, int) else "text") for name, found in row.items()]
    return Sheet(columns, row, {"activities": table(proposal)}, view=lambda: steps(proposal), ids="name")


def wanting(proposal: Proposal) -> str:
    """Why there is no proposal, and what one would need."""
    there = f"{'is' if proposal.ways == 1 else 'are'} {proposal.ways or 'none'}"
    return (
        f"too little is logged: {NEEDED} sales with two steps or more are needed, there {there}. Log what you do "
        '(salesflow log KIND WHO), or name the stages: salesflow process new NAME --stages "A,B,C"'
    )
