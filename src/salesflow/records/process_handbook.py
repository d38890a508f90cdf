"""The handbook of a process: one text in Markdown from which somebody new learns it. It names no customer.

Goal and journey; of each stage what it is to bring, what is asked before it, what is done in it, in order, and how long
it may take; then the playbook: ideas that were prepared, and answers to objections that customers accepted.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence

from salesflow.people import fold
from salesflow.records import process_drafts, process_shown
from salesflow.records.process_drafts import StageDraft
from salesflow.store.rows import rows

PHASES = {"find": "finding customers", "sell": "selling", "keep": "keeping customers"}
IDEAS = {
    "pain-point": "How a pain was taken away", "objection": "How an objection was answered",
    "close": "How a sale was closed", "repeat": "How a customer was brought back",
}  # fmt: skip
ANSWERS = """
    SELECT ifnull(matters.class, 'other') AS kind, replies.text, replies.text_key, contacts.name AS customer,
           contacts.company, ifnull(deals.outcome = 'won', 0) AS won
      FROM replies
      JOIN matters ON matters.id = replies.matter_id
      JOIN contacts ON contacts.id = replies.contact_id
      LEFT JOIN deals ON deals.id = matters.deal_id
     WHERE accepted = 1
     ORDER BY kind, replies.id
    """


def handbook(conn: sqlite3.Connection, name: str) -> str:
    """Raises NotFound."""
    draft = process_drafts.of(conn, name)
    lines = [f"# {plain(draft.title or draft.name)}", ""]
    if draft.goal:
        lines += [f"**Goal:** {plain(draft.goal)}", ""]
    journey = list(dict.fromkeys(stage.journey for stage in draft.stages if stage.journey))
    if journey:
        lines += ["## What the customer goes through", "", plain(" > ".join(journey)), ""]
    lines += ["## The stages", ""]
    for number, stage in enumerate(draft.stages, 1):
        lines += of_stage(conn, number, stage)
    lines += playbook(conn)
    return "\n".join(lines).rstrip("\n") + "\n"


def plain(text: str) -> str:
    """On one line; what Markdown or HTML would take for its own is escaped."""
    return re.sub(r"([\\`*_<\[\]#|])", r"\\\1", " ".join(text.split()))


def of_stage(conn: sqlite3.Connection, number: int, stage: StageDraft) -> list[str]:
    lines = [f"### {number}. {plain(stage.name)}", "", f"Part of {PHASES[stage.phase]}.", ""]
    facts = {
        "Goal": stage.goal,
        "Meanwhile the customer": stage.journey,
        "Done by": stage.outsourced_to,
        "At most": f"{stage.limit_days} day{'s' * (stage.limit_days != 1)}" if stage.limit_days else None,
        "Chance of a sale": f"{stage.probability} %" if stage.probability is not None else None,
    }
    told = [f"- {label}: {plain(text)}" for label, text in facts.items() if text]
    lines += [*told, ""] if told else []
    asked = process_shown.questions_of(conn, stage.gate) if stage.gate else []
    if asked:
        lines += ["Before it, ask:", ""]
        lines += [f"- {plain(row['wording'])}{'' if row['gates'] else ' (may stay open)'}" for row in asked]
        lines.append("")
    if stage.tasks:
        lines += ["To do:", ""]
        for at, task in enumerate(stage.tasks, 1):
            lines.append(f"{at}. {plain(process_shown.in_words({**task._asdict(), 'done_by': None}))}")
        lines.append("")
    return lines


def playbook(conn: sqlite3.Connection) -> list[str]:
    """Ideas by kind, then accepted answers by kind of objection, those first that a sale followed most often."""
    lines: list[str] = []
    for kind, title in IDEAS.items():
        sql = "SELECT text FROM preparation WHERE kind = :kind AND dropped_on IS NULL ORDER BY id"
        ideas = [row["text"] for row in rows(conn, sql, kind=kind)]
        lines += [f"### {title}", "", *(f"- {plain(idea)}" for idea in ideas), ""] if ideas else []
    found: dict[tuple[str, str], list[sqlite3.Row]] = {}
    for row in rows(conn, ANSWERS):
        found.setdefault((row["kind"], row["text_key"]), []).append(row)
    for kind in dict.fromkeys(kind for kind, _ in found):
        same = [said for (of, _), said in found.items() if of == kind]
        same.sort(key=lambda said: -sum(row["won"] for row in said))
        lines += [f"### Answers accepted: {plain(kind)}", "", *(f"- {plain(nameless(said))}" for said in same), ""]
    return ["## The playbook", "", *lines] if lines else []


def nameless(said: Sequence[sqlite3.Row]) -> str:
    """The answer, with `[customer]` for the names of those it was given to, whole or in part."""
    text = str(said[-1]["text"])
    for row in said:
        for name in (row["customer"], row["company"] or ""):
            parts = [part for part in name.split() if len(part) > 2]
            for part in (name, *parts):
                if part and fold(part) in fold(text):
                    text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "[customer]", text, flags=re.IGNORECASE)
    return text
