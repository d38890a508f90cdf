"""Tasks that a command does: what the file itself saw done is ticked, and nobody is asked for it again.

A task says in `done_by` the words of the command that does it. Where that command logs an activity of the deal, this
activity does the task; else one of the kind `other` says so, which is no talk with the customer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from salesflow.dates import Moment
from salesflow.errors import Refused
from salesflow.records import activities, deals, follow_ups, tasks
from salesflow.store.rows import one, rows, update

ASK = "ask "  # and the name of a set of questions
QUALIFY = "qualify"
COMMANDS = (
    QUALIFY, "need add", "decider add", "objection expect", "objection answer", "pitch draft", "pitch given",
    "inquiry", "quote sent", "quote accepted", "appointment",
)  # fmt: skip
UNDONE = ("ready", "waiting", "later")


def read(text: str | None) -> str | None:
    """The command that a text names; None for none. Raises Refused."""
    words = " ".join((text or "").lower().split())
    if not words or words in COMMANDS or asked_set(words):
        return words or None
    raise Refused(f"no command does a task by the name {text!r}; there are: ask SET, {', '.join(COMMANDS)}")


def asked_set(done_by: str | None) -> str | None:
    """The set of questions that `ask SET` names."""
    if not done_by or not done_by.startswith(ASK) or " " in done_by.removeprefix(ASK):
        return None
    return done_by.removeprefix(ASK)


def did(
    conn: sqlite3.Connection, deal_id: int | None, command: str, moment: Moment, *, activity_id: int | None = None,
    on: str | None = None,
) -> list[str]:  # fmt: skip
    """A command was done for a deal: the names of the undone tasks that it does, ticked now; of no deal: none.

    A task of a later stage is done early. activity_id: what the command logged, which does the first of them; on: the
    day it was done, None for today.
    """
    if deal_id is None:
        return []
    found = [task for task, done_by in undone(conn, deal_id) if done_by == command]
    return [*tick(conn, deal_id, found, moment, activity_id, on), *seen(conn, deal_id, moment)]


def known(conn: sqlite3.Connection, contact_id: int, deal_id: int | None, moment: Moment) -> list[str]:
    """Answers came in: in the deal, and in every open one of theirs, what asking does is ticked; names as of `did`."""
    sql = """
        SELECT id FROM deals WHERE (contact_id = :contact AND outcome = 'open') OR id = :deal ORDER BY id
        """
    about = [row["id"] for row in rows(conn, sql, contact=contact_id, deal=deal_id)]
    return list(dict.fromkeys(name for each in about for name in seen(conn, each, moment)))


def seen(conn: sqlite3.Connection, deal_id: int, moment: Moment) -> list[str]:
    """The tasks of a deal that ask what is known by now are ticked: every needed question of their set is answered."""
    asking = [(task, set_of(done_by)) for task, done_by in undone(conn, deal_id)]
    if not any(name for _, name in asking):
        return []
    contact_id = deals.get(conn, deal_id)["contact_id"]
    complete = {name for name in {name for _, name in asking} if name and is_known(conn, name, contact_id, deal_id)}
    return tick(conn, deal_id, [task for task, name in asking if name in complete], moment)


def set_of(done_by: str) -> str | None:
    return "qualification" if done_by == QUALIFY else asked_set(done_by)


def is_known(conn: sqlite3.Connection, set_name: str, contact_id: int, deal_id: int) -> bool:
    from salesflow.records import asking

    count = asking.progress(conn, set_name, contact_id, deal_id)
    return bool(count.needed) and not count.missing


def undone(conn: sqlite3.Connection, deal_id: int) -> list[tuple[tasks.Task, str]]:
    """The seller's own tasks of a deal that are not done and that a command does, each with that command."""
    sql = """
        SELECT tasks.id, done_by FROM tasks JOIN deals ON deals.process_id = tasks.process_id
         WHERE deals.id = :id AND done_by IS NOT NULL AND dropped_on IS NULL
        """
    by = {row["id"]: row["done_by"] for row in rows(conn, sql, id=deal_id)}
    if not by:
        return []
    return [(task, by[task.id]) for task in tasks.of_deal(conn, deal_id) if task.id in by and task.state in UNDONE]


def tick(
    conn: sqlite3.Connection, deal_id: int, found: Iterable[tasks.Task], moment: Moment,
    activity_id: int | None = None, on: str | None = None,
) -> list[str]:  # fmt: skip
    names = []
    for task in found:
        if activity_id is not None and is_of(conn, activity_id, deal_id):
            update(conn, "activities", activity_id, task_id=task.id)
            for row in tasks.promised(conn, deal_id):
                if row["task_id"] == task.id:
                    follow_ups.close(conn, row["id"], moment)
        else:
            tasks.finish(conn, deal_id, task._replace(kind="other"), moment, on=on)
        names.append(task.name)
    return names


def is_of(conn: sqlite3.Connection, activity_id: int, deal_id: int) -> bool:
    """Whether an activity is of the deal, and has done no task yet."""
    row = activities.get(conn, activity_id)
    return row["deal_id"] == deal_id and row["task_id"] is None


def deal_of(conn: sqlite3.Connection, contact_id: int, deal_id: int | None) -> int | None:
    """The deal that something with somebody is about: the one said, else their one open deal."""
    if deal_id is not None:
        return deal_id
    sql = "SELECT min(id) AS id FROM deals WHERE contact_id = :id AND outcome = 'open' HAVING count(*) = 1"
    found = one(conn, sql, id=contact_id)
    return found["id"] if found else None
