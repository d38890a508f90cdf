"""The command to type for a task: the one that does it by itself, else the one that ticks it."""

from __future__ import annotations

import sqlite3

from salesflow.records import documents, tasks, tasks_done
from salesflow.store.rows import value

# What does a task, as it is typed, where nothing must be there already.
TYPED = {
    tasks_done.QUALIFY: "qualify {contact}",
    "need add": "need add {deal} TEXT",
    "decider add": "decider add {deal} NAME",
    "objection expect": "objection add {deal} TEXT --expected",
    "pitch draft": "pitch draft {deal}",
    "inquiry": "inquiry add {contact} PRODUCT",
    "quote sent": "quote add {deal} WHAT",
    "appointment": "appointment ask {contact} DAY",
}
WITH_QUOTE = {"quote sent": ("draft", "quote sent {quote}"), "quote accepted": ("sent", "quote accepted {quote}")}


def typed(conn: sqlite3.Connection, deal: sqlite3.Row, task: tasks.Task) -> str:
    """`salesflow ask D1 needs`; where no command does it, or none can yet, the promise made of it, `salesflow done F3`,
    else `salesflow task done D1 2`."""
    found = by_itself(conn, deal, task) if deal["outcome"] == "open" or is_asked(conn, task) else None
    if found:
        return f"salesflow {found}"
    for row in tasks.promised(conn, deal["id"]):
        if row["task_id"] == task.id:
            return f"salesflow done F{row['id']}"
    which = str(task.number) if task.stage_id == deal["stage_id"] else task.name
    return f"salesflow task done D{deal['id']} {which}"


def is_asked(conn: sqlite3.Connection, task: tasks.Task) -> bool:
    return tasks_done.asked_set(done_by(conn, task)) is not None


def done_by(conn: sqlite3.Connection, task: tasks.Task) -> str | None:
    found = value(conn, "SELECT done_by FROM tasks WHERE id = :id", id=task.id)
    return str(found) if found else None


def by_itself(conn: sqlite3.Connection, deal: sqlite3.Row, task: tasks.Task) -> str | None:
    command = done_by(conn, task)
    if command is None:
        return None
    key = f"D{deal['id']}"
    if name := tasks_done.asked_set(command):
        return f"ask {key} {name}"
    if command == "pitch given":
        drafted = documents.of_deal(conn, deal["id"], "pitch")
        return f"pitch {'given' if drafted else 'draft'} {key}"
    state, how = WITH_QUOTE.get(command, (None, ""))
    papers = documents.of_deal(conn, deal["id"], "quote", state) if state else []
    if papers:
        return how.format(quote=documents.plain_key(papers[-1]))
    how = TYPED.get(command, "")
    return how.format(deal=key, contact=deal["contact_id"]) if how else None
