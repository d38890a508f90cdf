"""Tasks: what is to be done in each stage of a process, what of it must wait, and what is done for a deal.

A task is done when an activity of the deal has its id. A dated task becomes a follow-up when its stage is entered;
those of the phase `keep` when the deal is won. A task waits for others of its process, in whatever stage they are. What
somebody else does (a stage outsourced) is neither done nor waited for here.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from salesflow import dates
from salesflow.dates import Moment
from salesflow.errors import NotFound
from salesflow.people import fold
from salesflow.records import activities, deals, follow_ups
from salesflow.store.rows import insert, one, rows, value


class Task(NamedTuple):
    """A task as it stands for one deal. state: done; ready (nothing keeps it, and its stage is reached); waiting (for
    the tasks named in `waits_for`, never one of a stage before the deal began); later (its stage is still to come);
    before (its stage comes before the one the deal began in); left (undone when the deal closed); theirs (somebody else
    does this stage)."""

    id: int
    stage_id: int
    stage: str
    stage_number: int
    number: int
    name: str
    kind: str
    offset_days: int | None
    after: tuple[str, ...]
    done_on: str | None
    state: str
    waits_for: tuple[str, ...]


def of_process(conn: sqlite3.Connection, process_id: int) -> list[sqlite3.Row]:
    """The tasks in use, in the order of stages and then their own: of the stage also its name, position and phase."""
    return rows(
        conn,
        """
        SELECT tasks.*, stages.name AS stage, stages.position AS stage_position, stages.phase, stages.outsourced_to
          FROM tasks JOIN stages ON stages.id = tasks.stage_id
         WHERE tasks.process_id = :id AND tasks.dropped_on IS NULL AND stages.dropped_on IS NULL
         ORDER BY stages.position, tasks.position, tasks.id
        """,
        id=process_id,
    )


def waits(conn: sqlite3.Connection, process_id: int) -> dict[int, list[int]]:
    """For each task of a process that waits, the tasks it waits for."""
    sql = """
        SELECT task_id, after_id FROM task_links JOIN tasks ON tasks.id = task_id
         WHERE process_id = :id ORDER BY task_links.id
        """
    found: dict[int, list[int]] = {}
    for row in rows(conn, sql, id=process_id):
        found.setdefault(row["task_id"], []).append(row["after_id"])
    return found


def of_deal(conn: sqlite3.Connection, deal_id: int) -> list[Task]:
    """Every task of the deal's process, in order, as it stands for this deal. Raises NotFound."""
    deal = deals.get(conn, deal_id)
    began, here = reached(conn, deal)
    done = done_on(conn, deal_id)
    found = of_process(conn, deal["process_id"])
    after = waits(conn, deal["process_id"])
    names = {row["id"]: row["name"] for row in found if row["outsourced_to"] is None}
    places = {row["id"]: row["stage_position"] for row in found}

    def state(row: sqlite3.Row, undone: Sequence[str]) -> str:
        if row["id"] in done:
            return "done"
        if row["outsourced_to"] is not None:
            return "theirs"
        if row["stage_position"] < began:
            return "before"
        if deal["outcome"] == "lost" or (deal["outcome"] == "won" and row["phase"] != "keep"):
            return "left"
        if undone:
            return "waiting"
        return "ready" if deal["outcome"] == "won" or row["stage_position"] <= here else "later"

    def stands(row: sqlite3.Row) -> Task:
        links = [number for number in after.get(row["id"], []) if number in names]
        undone = tuple(names[number] for number in links if number not in done and places[number] >= began)
        return Task(
            row["id"], row["stage_id"], row["stage"], row["stage_position"], row["position"], row["name"], row["kind"],
            row["offset_days"], tuple(names[number] for number in links), done.get(row["id"]), state(row, undone),
            undone,
        )  # fmt: skip

    return [stands(row) for row in found]


def reached(conn: sqlite3.Connection, deal: sqlite3.Row) -> tuple[int, int]:
    """The positions of the first stage a deal ever stood in, of those in use, and of the one it stands in."""
    here = int(value(conn, "SELECT position FROM stages WHERE id = :id", id=deal["stage_id"]))
    sql = """
        SELECT min(position) FROM stage_entries JOIN stages ON stages.id = stage_id
         WHERE deal_id = :id AND dropped_on IS NULL
        """
    began = value(conn, sql, id=deal["id"])
    return (here if began is None else min(began, here)), here


def done_on(conn: sqlite3.Connection, deal_id: int) -> dict[int, str]:
    """The tasks done for a deal, each with the day it was done last."""
    sql = """
        SELECT task_id, max(happened_on) AS happened_on FROM activities
         WHERE deal_id = :id AND task_id IS NOT NULL GROUP BY task_id
        """
    return {row["task_id"]: row["happened_on"] for row in rows(conn, sql, id=deal_id)}


def done(conn: sqlite3.Connection, deal_id: int) -> list[Task]:
    return [task for task in of_deal(conn, deal_id) if task.state == "done"]


def ready(conn: sqlite3.Connection, deal_id: int) -> list[Task]:
    """What can be done now: of the stage the deal stands in first, then what is left of the stages before."""
    here = deals.get(conn, deal_id)["stage_id"]
    found = [task for task in of_deal(conn, deal_id) if task.state == "ready"]
    return sorted(found, key=lambda task: task.stage_id != here)


def of_stage(found: Sequence[Task], stage_id: int) -> list[Task]:
    """The seller's own tasks of one stage: not those that somebody else does."""
    return [task for task in found if task.stage_id == stage_id and task.state != "theirs"]


def circle(links: Iterable[tuple[str, str]]) -> str | None:
    """The first circle among (task, what it waits for), in the order they would be done; None when there is none.

    `agree scope -> send quote -> agree scope`: sending the quote waits for the scope, which waits for the quote.
    """
    after: dict[str, list[str]] = {}
    for task, before in links:
        after.setdefault(before, []).append(task)
        after.setdefault(task, [])
    seen: set[str] = set()
    for start in after:
        # Depth first without recursion: a way of 200 tasks is no circle.
        way: list[str] = []
        on_way: set[str] = set()
        stack = [(start, False)]
        while stack:
            task, left = stack.pop()
            if left:
                on_way.discard(way.pop())
                seen.add(task)
            elif task in on_way:
                return " -> ".join([*way[way.index(task) :], task])
            elif task not in seen:
                way.append(task)
                on_way.add(task)
                stack.append((task, True))
                stack.extend((following, False) for following in reversed(after[task]))
    return None


def enter(conn: sqlite3.Connection, deal_id: int, moment: Moment, *, from_day: str | None = None) -> list[int]:
    """The dated tasks of the stage a deal has entered become follow-ups, from the day it did; their ids, by day.

    from_day: counted from that day instead.

    None for a task that is done, or promised already, and none to somebody off the list. What asking does and is known
    already is done first.
    """
    from salesflow.records import tasks_done

    tasks_done.seen(conn, deal_id, moment)
    deal = deals.get(conn, deal_id)
    stay = one(conn, "SELECT entered_on FROM stage_entries WHERE deal_id = :id AND left_on IS NULL", id=deal_id)
    from_day = from_day or (stay["entered_on"] if stay else moment.on)
    here = [row for row in dated(conn, deal) if row["stage_id"] == deal["stage_id"]]
    return promise(conn, deal, here, from_day, moment)


def after_win(conn: sqlite3.Connection, deal_id: int, moment: Moment) -> list[int]:
    """What is to be done once a deal is won: the dated tasks of the keep stages after its own become follow-ups, from
    the day it closed; their ids, by day."""
    deal = deals.get(conn, deal_id)
    here = reached(conn, deal)[1]
    keeping = [row for row in dated(conn, deal) if row["phase"] == "keep" and row["stage_position"] > here]
    return promise(conn, deal, keeping, deal["closed_on"] or moment.on, moment)


def dated(conn: sqlite3.Connection, deal: sqlite3.Row) -> list[sqlite3.Row]:
    """The tasks with an offset in days of a deal's process that are neither done nor promised."""
    settled = {*done_on(conn, deal["id"]), *(row["task_id"] for row in promised(conn, deal["id"]))}
    return [
        row for row in of_process(conn, deal["process_id"])
        if row["offset_days"] is not None and row["outsourced_to"] is None and row["id"] not in settled
    ]  # fmt: skip


def promise(
    conn: sqlite3.Connection, deal: sqlite3.Row, found: Sequence[sqlite3.Row], from_day: str, moment: Moment
) -> list[int]:
    if one(conn, "SELECT 1 FROM contacts WHERE id = :id AND off_list_on IS NOT NULL", id=deal["contact_id"]):
        return []
    start = datetime.date.fromisoformat(from_day)
    made = []
    for row in sorted(found, key=lambda row: row["offset_days"]):
        due_on = dates.working_day(start + datetime.timedelta(days=row["offset_days"])).isoformat()
        kind = "follow-up" if row["kind"] == "other" else row["kind"]
        made.append(insert(
            conn, "follow_ups", contact_id=deal["contact_id"], deal_id=deal["id"], kind=kind, text=row["name"],
            due_on=due_on, created_at=moment.at, created_on=moment.on, task_id=row["id"],
        ))  # fmt: skip
    return made


def promised(conn: sqlite3.Connection, deal_id: int) -> list[sqlite3.Row]:
    """The open follow-ups of a deal's tasks, by day, each with the `stage_id` of its task."""
    sql = """
        SELECT follow_ups.*, tasks.stage_id FROM follow_ups JOIN tasks ON tasks.id = task_id
         WHERE deal_id = :id AND state = 'open' ORDER BY due_on, follow_ups.id
        """
    return rows(conn, sql, id=deal_id)


def let_go(conn: sqlite3.Connection, deal_id: int, moment: Moment) -> list[str]:
    """A deal has closed: what was promised for tasks of finding and selling is dropped; the tasks' names."""
    found = rows(
        conn,
        """
        SELECT follow_ups.id, tasks.name
          FROM follow_ups
          JOIN tasks ON tasks.id = task_id
          JOIN stages ON stages.id = tasks.stage_id
          JOIN deals ON deals.id = follow_ups.deal_id
         WHERE follow_ups.deal_id = :id AND follow_ups.state = 'open' AND (phase <> 'keep' OR outcome = 'lost')
         ORDER BY due_on, follow_ups.id
        """,
        id=deal_id,
    )
    for row in found:
        follow_ups.close(conn, row["id"], moment, "dropped")
    return [row["name"] for row in found]


def forget(conn: sqlite3.Connection, deal_id: int, moment: Moment) -> None:
    """A deal is to be deleted: whatever its tasks promised is dropped."""
    for row in promised(conn, deal_id):
        follow_ups.close(conn, row["id"], moment, "dropped")


def finish(
    conn: sqlite3.Connection, deal_id: int, task: Task, moment: Moment, *, text: str | None = None,
    minutes: int | None = None, on: str | None = None,
) -> int:  # fmt: skip
    """It is done: the activity of the task's kind that says so; what was promised of it is closed. Raises Refused."""
    deal = deals.get(conn, deal_id)
    sql = "SELECT id FROM follow_ups WHERE deal_id = :deal AND task_id = :task AND state = 'open' ORDER BY id"
    promised = [row["id"] for row in rows(conn, sql, deal=deal_id, task=task.id)]
    draft = activities.Draft(
        deal["contact_id"], task.kind, f"{task.name}: {text}" if text else task.name, None, None, minutes, on, deal_id,
        promised[0] if promised else None, task_id=task.id,
    )  # fmt: skip
    logged = activities.add(conn, draft, moment)
    for number in promised:
        follow_ups.close(conn, number, moment)
    return logged


def find(found: Sequence[Task], here: int, words: Sequence[str]) -> tuple[Task, list[str]]:
    """The task that the first words name, and the words left over.

    Its number within the stage `here`, its name, or the start of its name; the longest run of words that names one
    decides, whole names before starts. Among several the one in `here`, then the one not done yet. Raises NotFound.
    """
    if words and words[0].isascii() and words[0].isdigit():
        numbered = [task for task in found if task.stage_id == here and task.number == int(words[0])]
        if numbered:
            return numbered[0], list(words[1:])
    for whole in (True, False):
        for length in range(len(words), 0, -1):
            key = fold(" ".join(words[:length]))
            matches = [
                task for task in found if key and (fold(task.name) == key if whole else fold(task.name).startswith(key))
            ]  # fmt: skip
            for nearer in (lambda task: task.stage_id == here, lambda task: task.state not in ("done", "theirs")):
                matches = [task for task in matches if nearer(task)] or matches
            if len(matches) == 1:
                return matches[0], list(words[length:])
            if matches:
                raise NotFound(f"{' '.join(words[:length])!r} fits {named(matches)}; say more of the name")
    known = [task for task in found if task.stage_id == here] or list(found)
    said = f"no task {' '.join(words)!r};" if words else "which task?"
    raise NotFound(f"{said} there are: {named(known)}" if known else f"{said} this process has no tasks")


def named(found: Sequence[Task]) -> str:
    return ", ".join(f"{task.number} {task.name}" for task in found)
