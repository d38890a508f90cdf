"""Tasks as they are listed: those of a deal by stage, and what can be done now in any."""

from __future__ import annotations

import sqlite3

from salesflow.records import deals, tasks
from salesflow.store.rows import rows
from salesflow.table import Column, Row, Table

COLUMNS = (
    Column("stage", "stage", firm=True),
    Column("stage_number", kind="number"),
    Column("number", "#", "number"),
    Column("task", "task", wrap=True),
    Column("kind", "kind", firm=True),
    Column("state", "state", firm=True),
    Column("waits_for", "waits for", "list", wrap=True),
    Column("after", kind="list"),
    Column("done_on", "done", "day", firm=True),
    Column("offset_days", kind="number"),
)


def line(task: tasks.Task) -> Row:
    return {**task._asdict(), "task": task.name}


def listed(conn: sqlite3.Connection, deal_id: int) -> Table:
    """The tasks of a deal by stage."""
    found = [line(task) for task in tasks.of_deal(conn, deal_id)]
    deal = deals.get(conn, deal_id)
    title = f"D{deal_id} {deal['contact']}: {deal['title']}, in {deal['stage']}"
    screen = (
        Column("shown", "stage", wrap=True), COLUMNS[2], COLUMNS[3],
        Column("stands", "state", wrap=True),
    )  # fmt: skip

    ours = [row for row in found if row["state"] != "before"]
    notes = [f"{len(found) - len(ours)} more of the stages before it began"] * (len(ours) < len(found))

    def view() -> Table:
        before, shown = None, []
        for row in ours:
            shown.append({**row, "shown": row["stage"] if row["stage"] != before else "", "stands": stands(row)})
            before = row["stage"]
        return Table(screen, shown, title=title, notes=notes, empty="This process has no tasks.")

    return Table(COLUMNS, found, empty="This process has no tasks.", ids="task", view=view)


def stands(row: Row) -> str:
    """How a task stands, in words."""
    if row["state"] == "done":
        return f"done {row['done_on']}"
    if row["state"] == "waiting":
        return f"waits for {', '.join(row['waits_for'])}"
    return {"theirs": "somebody else does it", "left": "left undone"}.get(row["state"], str(row["state"]))


READY_COLUMNS = (
    Column("key", "key", firm=True),
    Column("contact", "who"),
    Column("contact_id"),
    Column("title", "what"),
    Column("stage", "stage"),
    Column("task", "can be done now", wrap=True),
    Column("kind"),
)


def ready_everywhere(conn: sqlite3.Connection, limit: int) -> Table:
    """What can be done now in the stages that open deals stand in, the newest deal first; parked deals are left out."""
    found = rows(
        conn,
        """
        SELECT 'D' || deals.id AS key, contacts.name AS contact, contact_id, deals.title, stages.name AS stage,
               tasks.name AS task, tasks.kind
          FROM deals
          JOIN stages ON stages.id = deals.stage_id AND outsourced_to IS NULL
          JOIN tasks ON tasks.stage_id = stages.id AND tasks.dropped_on IS NULL
          JOIN contacts ON contacts.id = deals.contact_id AND off_list_on IS NULL
         WHERE outcome = 'open' AND parked_until IS NULL
           AND NOT EXISTS (SELECT 1 FROM activities WHERE task_id = tasks.id AND deal_id = deals.id)
           AND NOT EXISTS (
             SELECT 1 FROM task_links
               JOIN tasks AS before ON before.id = after_id AND before.dropped_on IS NULL
               JOIN stages AS where_it_is ON where_it_is.id = before.stage_id
                    AND where_it_is.dropped_on IS NULL AND where_it_is.outsourced_to IS NULL
                    AND where_it_is.position >= (
                      SELECT min(entered.position) FROM stage_entries
                        JOIN stages AS entered ON entered.id = stage_id AND entered.dropped_on IS NULL
                       WHERE deal_id = deals.id)
              WHERE task_links.task_id = tasks.id
                AND NOT EXISTS (SELECT 1 FROM activities WHERE task_id = after_id AND deal_id = deals.id))
         ORDER BY deals.id DESC, tasks.position
         LIMIT :limit
        """,
        limit=limit,
    )
    return Table(READY_COLUMNS, [dict(row) for row in found], empty="No task is ready in an open deal.", ids="key")
