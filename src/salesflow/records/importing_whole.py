"""Taking contacts whole: the questions and processes of another file, and what hangs on each contact there.

What is in use here is not changed: a process that deals follow here, a question that was answered here stay as they
are; what nobody used yet becomes what the other file says. On a contact that is known here already, what is not there
yet is added and nothing is replaced.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from salesflow.dates import Moment
from salesflow.errors import Refused
from salesflow.people import fold
from salesflow.records import consent, processes
from salesflow.records.incoming import Incoming
from salesflow.store.rows import insert, one, rows, update, value

STAGE = ("name", "position", "phase", "goal", "probability", "limit_days", "dropped_on")


@dataclass
class Ground:
    """Which ids the questions and stages of the other file have here; what had to be made, in words."""

    questions: dict[tuple[str, str], int] = field(default_factory=dict)
    processes: dict[str, tuple[int, list[int | None]]] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)

    def question(self, set_name: str, name: str) -> int:
        """Raises Refused."""
        found = self.questions.get((set_name, name))
        if found is None:
            raise Refused(f"it has an answer to {name}, a question the file does not have")
        return found

    def stage(self, process: str, ref: int) -> tuple[int, int]:
        """(process id, stage id). Raises Refused."""
        process_id, stages = self.processes.get(process, (0, []))
        found = stages[ref - 1] if 1 <= ref <= len(stages) else None
        if found is None:
            raise Refused(
                f"it has a deal in a stage of {process} that is not here; see: salesflow process show {process}"
            )
        return process_id, found


def prepare(
    conn: sqlite3.Connection, questions: Iterable[Mapping[str, Any]], ways: Iterable[Mapping[str, Any]]
) -> Ground:
    """Bring the questions and processes along. Raises Refused."""
    ground = Ground()
    for row in questions:
        ground.questions[row["set_name"], row["name"]] = bring_question(conn, row, ground)
    for row in ways:
        ground.processes[row["name"]] = bring_process(conn, row, ground)
    return ground


def bring_question(conn: sqlite3.Connection, row: Mapping[str, Any], ground: Ground) -> int:
    sql = "SELECT * FROM questions WHERE set_name = :set_name AND name = :name"
    known = one(conn, sql, set_name=row["set_name"], name=row["name"])
    kept = {name: row[name] for name in ("wording", "position", "gates", "dropped_on")}
    kept["gates"] = int(bool(kept["gates"]))
    if known is None:
        ground.made.append(f"question {row['name']} made")
        return insert(conn, "questions", set_name=row["set_name"], name=row["name"], **kept)
    changes = {name: new for name, new in kept.items() if new != known[name]}
    if changes and one(conn, "SELECT 1 FROM answers WHERE question_id = :id LIMIT 1", id=known["id"]) is None:
        update(conn, "questions", known["id"], **changes)
        ground.made.append(f"question {row['name']} as in the file")
    return int(known["id"])


def bring_process(conn: sqlite3.Connection, row: Mapping[str, Any], ground: Ground) -> tuple[int, list[int | None]]:
    wanted = [tuple(stage[name] for name in STAGE) for stage in row["stages"]]
    drafts = [
        processes.StageDraft(stage["name"], stage["phase"], stage["goal"], stage["probability"], stage["limit_days"])
        for stage in row["stages"]
    ]
    in_use = [draft for draft, stage in zip(drafts, row["stages"], strict=True) if stage["dropped_on"] is None]
    draft = processes.check(processes.ProcessDraft(row["name"], row["title"] or "", in_use))
    for stage in drafts:
        processes.check_stage(stage)
    known = one(conn, "SELECT * FROM processes WHERE name = :name", name=draft.name)
    if known is not None:
        here = rows(conn, "SELECT * FROM stages WHERE process_id = :id ORDER BY id", id=known["id"])
        if wanted == [tuple(stage[name] for name in STAGE) for stage in here] and known["title"] == draft.title:
            return known["id"], [stage["id"] for stage in here]
        if one(conn, "SELECT 1 FROM deals WHERE process_id = :id LIMIT 1", id=known["id"]):
            by_name = {stage["name_key"]: stage["id"] for stage in here if stage["dropped_on"] is None}
            return known["id"], [by_name.get(fold(stage["name"])) for stage in row["stages"]]
        conn.execute("DELETE FROM stages WHERE process_id = :id", {"id": known["id"]})
        update(conn, "processes", known["id"], title=draft.title)
    process_id = known["id"] if known else insert(conn, "processes", name=draft.name, title=draft.title)
    ground.made.append(f"process {draft.name} {'as in the file' if known else 'made'}")
    stages = [
        insert(
            conn, "stages", process_id=process_id, name_key=fold(stage["name"]), **{name: stage[name] for name in STAGE}
        )
        for stage in row["stages"]
    ]
    return process_id, list(stages)


def attach(conn: sqlite3.Connection, contact_id: int, person: Incoming, new: bool) -> bool:
    """Put what hangs on a contact in place, to one known here only what is missing; whether anything was added."""
    whole = person.whole or {}
    changed = False
    if new:
        for row in whole["history"]:
            insert(conn, "status_history", contact_id=contact_id, **row)
    for row in whole["aliases"]:
        row = {**row, "name_key": fold(row["name"])}
        changed |= add(conn, "aliases", contact_id, row, () if new else ("name_key", "row_hash"))[1]
    for row in whole["answers"]:
        changed |= add_answer(conn, contact_id, row, new)
    for row in whole["exceptions"] if new else ():
        insert(conn, "exceptions", contact_id=contact_id, **row)
    deals = [add_deal(conn, contact_id, row, new) for row in whole["deals"]]
    steps = []
    for row in whole["follow_ups"]:
        row = pointed(row, deal=[number for number, _ in deals])
        steps.append(add(conn, "follow_ups", contact_id, row, () if new else ("kind", "text", "due_on")))
    for row in whole["activities"]:
        row = pointed(row, deal=[number for number, _ in deals], follow_up=[number for number, _ in steps])
        changed |= add(conn, "activities", contact_id, row, () if new else ("kind", "text", "happened_at"))[1]
    return changed or any(added for _, added in (*deals, *steps))


def pointed(row: Mapping[str, Any], **lists: list[int | None]) -> dict[str, Any]:
    """The row with places in lists of its contact turned into ids."""
    found = {name: each for name, each in row.items() if name not in lists}
    for name, ids in lists.items():
        found[f"{name}_id"] = ids[row[name] - 1] if row[name] else None
    return found


def add(
    conn: sqlite3.Connection, table: str, contact_id: int, row: Mapping[str, Any], same: tuple[str, ...]
) -> tuple[int | None, bool]:
    """(id, whether it was added): nothing is added where a row of the contact has the same values in these columns."""
    if same:
        where = " AND ".join(f"{name} IS :{name}" for name in same)
        sql = f"SELECT id FROM {table} WHERE contact_id = :contact_id AND {where} LIMIT 1"  # noqa: S608
        known = value(conn, sql, contact_id=contact_id, **{name: row[name] for name in same})
        if known is not None:
            return known, False
    return insert(conn, table, contact_id=contact_id, **row), True


def add_answer(conn: sqlite3.Connection, contact_id: int, row: Mapping[str, Any], new: bool) -> bool:
    if not new and row["replaced_at"] is None:
        sql = "SELECT 1 FROM answers WHERE contact_id = :contact_id AND question_id = :id AND replaced_at IS NULL"
        if one(conn, sql, contact_id=contact_id, id=row["question_id"]):
            return said_no(conn, contact_id, row)
    return add(conn, "answers", contact_id, row, () if new else ("question_id", "answer", "answered_at"))[1]


def said_no(conn: sqlite3.Connection, contact_id: int, row: Mapping[str, Any]) -> bool:
    """A no to being written to or called counts, whatever is known; whether it was new."""
    sql = "SELECT name FROM questions WHERE id = :id AND set_name = 'consent'"
    channel = value(conn, sql, id=row["question_id"])
    if channel is None or row["answer"] != "no" or row["basis"] == "assumed":
        return False
    then = Moment(row["answered_at"], row["answered_on"], "")
    method = row["method"] or "list"
    return consent.give(conn, contact_id, channel, "no", then, on=then.on, evidence=row["said"], method=method)


def add_deal(conn: sqlite3.Connection, contact_id: int, row: Mapping[str, Any], new: bool) -> tuple[int | None, bool]:
    key = row["import_key"]
    if key is not None:
        known = one(conn, "SELECT id, contact_id FROM deals WHERE import_key = :key", key=key)
        if known is not None:
            return (known["id"] if known["contact_id"] == contact_id else None), False
    plain = {name: each for name, each in row.items() if name not in ("stays", "exceptions")}
    deal_id, added = add(conn, "deals", contact_id, plain, () if new else ("title", "process_id", "opened_at"))
    if added:
        for stay in row["stays"]:
            insert(conn, "stage_entries", deal_id=deal_id, contact_id=contact_id, **stay)
        for each in row["exceptions"]:
            insert(conn, "exceptions", deal_id=deal_id, contact_id=contact_id, **each)
    return deal_id, added
