"""Processes for deals from a file: one that has the stages met there, or one made of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from salesflow.people import fold
from salesflow.records import process_drafts, processes
from salesflow.records.process_drafts import ProcessDraft, StageDraft
from salesflow.store.rows import one, rows

Stages = Sequence[tuple[str, bool]]


def with_stages(conn: sqlite3.Connection, usual: str, stages: Stages) -> str | None:
    """The usual process if it has all of these stages, else the oldest that has."""
    wanted = {fold(stage) for stage, _ in stages}
    for row in rows(conn, "SELECT id, name FROM processes ORDER BY name <> :usual, id", usual=usual):
        if wanted <= {stage["name_key"] for stage in processes.stages(conn, row["id"])}:
            return str(row["name"])
    return None


def make_process(conn: sqlite3.Connection, name: str, title: str, stages: Stages) -> str | None:
    """A process of the stages met in a file, unless there is one of that name; what was made, in words.

    stages: in the order they were met, each with whether any deal in it had begun. Those whose deals have not begun
    come first, as finding; the rest is selling.
    """
    if one(conn, "SELECT 1 FROM processes WHERE name = :name", name=name):
        return None
    drafts = [StageDraft(stage, "find") for stage, begun in stages if not begun]
    selling = [StageDraft(stage) for stage, begun in stages if begun]
    if not selling:
        selling, drafts = [StageDraft(draft.name) for draft in drafts] or [StageDraft("Sale")], []
    process_drafts.add(conn, ProcessDraft(name, title, [*drafts, *selling]))
    listed = ", ".join(draft.name for draft in (*drafts, *selling))
    return f"process {name} made: {listed}; to change it: salesflow process edit {name}"
