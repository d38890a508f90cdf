"""Processes as they are meant to be: drafts of a process, its stages and tasks, checked and then written.

A process may change while deals stand in it. What is known again by its name keeps its history; a stage or a task
left out is dropped and stays in the history of the deals that were there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from salesflow.dates import Moment
from salesflow.errors import Exists, Refused
from salesflow.people import check_text, clean_name, fold
from salesflow.records import activities, deals, processes, tasks, tasks_done
from salesflow.store.rows import insert, one, rows, update

MOST_STAGES = 100


class TaskDraft(NamedTuple):
    """What is done in a stage. `kind` of the activity that does it; `offset_days`: promised so many days after the
    stage is entered; `after`: the names of the tasks it waits for, of any stage of the process; `done_by`: the
    command that does it."""

    name: str
    kind: str = "other"
    offset_days: int | None = None
    after: Sequence[str] = ()
    done_by: str | None = None


class StageDraft(NamedTuple):
    """`gate`: the question set to be answered before it is entered; `journey`: what the customer does meanwhile;
    `outsourced_to`: who does it instead of the seller."""

    name: str
    phase: str = "sell"
    goal: str | None = None
    probability: int | None = None
    limit_days: int | None = None
    gate: str | None = None
    journey: str | None = None
    outsourced_to: str | None = None
    tasks: Sequence[TaskDraft] = ()


class ProcessDraft(NamedTuple):
    """`goal`: what the whole of it is to bring; `sets`: the question sets that come along with it, by name, each as
    `records.questions.install_set` takes it."""

    name: str
    title: str
    stages: Sequence[StageDraft]
    goal: str | None = None
    sets: Mapping[str, Mapping[str, Any]] = {}


# -- checked -----------------------------------------------------------------------------------------------------------


def from_names(names: str) -> list[StageDraft]:
    """Stages from `A,B,C`. A name may carry its phase: `find:Search`; without one it is a stage of selling."""
    drafts = []
    for part in names.split(","):
        phase, colon, name = part.partition(":")
        if colon and phase.strip().lower() in processes.PHASES:
            drafts.append(StageDraft(name.strip(), phase.strip().lower()))
        elif part.strip():
            drafts.append(StageDraft(part.strip()))
    return drafts


def check(draft: ProcessDraft) -> ProcessDraft:
    """The draft cleaned; tasks name those they wait for as these are called, in the order of the process.

    Raises Refused.
    """
    name = draft.name.strip()
    if not name or len(name) > 60 or not all(letter.isalnum() or letter in "-_" for letter in name):
        raise Refused(f"no name for a process: {name!r}; one word of letters, digits, - and _")
    if not 1 <= len(draft.stages) <= MOST_STAGES:
        raise Refused(f"a process has 1 to {MOST_STAGES} stages, not {len(draft.stages)}")
    cleaned = [check_stage(stage) for stage in draft.stages]
    keys = [fold(stage.name) for stage in cleaned]
    for key, stage in zip(keys, cleaned, strict=True):
        if keys.count(key) > 1:
            raise Refused(f"two stages are called {stage.name!r}")
    title = check_text(draft.title, "a title", 1000).strip()
    return ProcessDraft(name, title, joined(cleaned), words(draft.goal, "a goal"), draft.sets)


def check_stage(stage: StageDraft) -> StageDraft:
    name = clean_name(stage.name)
    if stage.phase not in processes.PHASES:
        raise Refused(f"stage {name!r}: a phase is find, sell or keep, not {stage.phase!r}")
    if stage.probability is not None and not 0 <= stage.probability <= 100:
        raise Refused(f"stage {name!r}: a probability is 0 to 100, not {stage.probability}")
    if stage.limit_days is not None and not 1 <= stage.limit_days <= 3650:
        raise Refused(f"stage {name!r}: a limit is 1 to 3650 days, not {stage.limit_days}")
    return StageDraft(
        name, stage.phase, words(stage.goal, "a goal"), stage.probability, stage.limit_days,
        gate=words(stage.gate, "a question set"), journey=words(stage.journey, "a step of their journey"),
        outsourced_to=clean_name(stage.outsourced_to) if stage.outsourced_to and stage.outsourced_to.strip() else None,
        tasks=[check_task(task) for task in stage.tasks],
    )  # fmt: skip


def check_task(task: TaskDraft) -> TaskDraft:
    name = clean_name(task.name)
    kind = activities.kind_of(task.kind)
    if kind is None:
        raise Refused(f"task {name!r}: no kind of activity {task.kind!r}; there are: {', '.join(activities.KINDS)}")
    if task.offset_days is not None and not 0 <= task.offset_days <= 3650:
        raise Refused(f"task {name!r}: an offset is 0 to 3650 days, not {task.offset_days}")
    try:
        done_by = tasks_done.read(task.done_by)
    except Refused as error:
        raise Refused(f"task {name!r}: {error}") from None
    return TaskDraft(name, kind, task.offset_days, task.after, done_by)


def words(text: str | None, what: str) -> str | None:
    return (check_text(text, what, 1000).strip() or None) if text else None


def joined(stages: Sequence[StageDraft]) -> list[StageDraft]:
    """The stages, their tasks' `after` resolved. Raises Refused: two of one name, none of a name, a circle."""
    names: dict[str, str] = {}
    for stage in stages:
        for task in stage.tasks:
            if fold(task.name) in names:
                raise Refused(f"two tasks are called {task.name!r}")
            names[fold(task.name)] = task.name
    links: dict[str, list[str]] = {}
    for stage in stages:
        for task in stage.tasks:
            wanted = {fold(name): name for name in task.after}
            for key, name in wanted.items():
                if key not in names:
                    raise Refused(f"task {task.name!r} waits for {name!r}, which is no task of the process")
            links[task.name] = [name for key, name in names.items() if key in wanted]
    # In the order of those waited for: the circle is told from its first task on.
    ring = tasks.circle((task, before) for before in links for task, found in links.items() if before in found)
    if ring:
        raise Refused(f"a circle: {ring}")
    return [
        stage._replace(tasks=tuple(task._replace(after=tuple(links[task.name])) for task in stage.tasks))
        for stage in stages
    ]


# -- read --------------------------------------------------------------------------------------------------------------


def of(conn: sqlite3.Connection, name: str) -> ProcessDraft:
    """The process as it is, as a draft. Raises NotFound."""
    process = processes.find(conn, name)
    found = tasks.of_process(conn, process["id"])
    waits = tasks.waits(conn, process["id"])
    drafts: dict[int, list[TaskDraft]] = {}
    for row in found:
        after = tuple(other["name"] for other in found if other["id"] in waits.get(row["id"], ()))
        task = TaskDraft(row["name"], row["kind"], row["offset_days"], after, row["done_by"])
        drafts.setdefault(row["stage_id"], []).append(task)
    stages = [
        StageDraft(
            row["name"], row["phase"], row["goal"], row["probability"], row["limit_days"], row["gate"],
            row["journey"], row["outsourced_to"], tuple(drafts.get(row["id"], ())),
        )
        for row in processes.stages(conn, process["id"])
    ]  # fmt: skip
    return ProcessDraft(process["name"], process["title"], stages, process["goal"])


# -- written -----------------------------------------------------------------------------------------------------------


def add(conn: sqlite3.Connection, draft: ProcessDraft) -> int:
    """The new process's id. Raises Exists, Refused."""
    draft = check(draft)
    if one(conn, "SELECT 1 FROM processes WHERE name = :name", name=draft.name):
        raise Exists(f"there is a process {draft.name} already; change it: salesflow process edit {draft.name}")
    bring_sets(conn, draft)
    process_id = insert(conn, "processes", name=draft.name, title=draft.title, goal=draft.goal)
    stage_ids = [put_stage(conn, process_id, position, stage) for position, stage in enumerate(draft.stages, 1)]
    write_tasks(conn, process_id, dict(zip(stage_ids, draft.stages, strict=True)), None)
    return process_id


def bring_sets(conn: sqlite3.Connection, draft: ProcessDraft) -> None:
    """Make the question sets that come along and are not here.

    Raises Refused: a gate, or a task done by asking, names a set nobody knows.
    """
    from salesflow.records import questions

    here = {row["name"] for row in rows(conn, "SELECT name FROM question_sets")}
    for name, what in sets_of(draft):
        if name in here:
            continue
        if name not in draft.sets:
            known = ", ".join(sorted(here - {"extra"}))
            raise Refused(f"{what} is no set of questions; there are: {known}")
        questions.install_set(conn, name, dict(draft.sets[name]))
        here.add(name)


def sets_of(draft: ProcessDraft) -> list[tuple[str, str]]:
    """The question sets that gates name, and tasks done by asking, in order, each with where it stands in words."""
    found = []
    for stage in draft.stages:
        if stage.gate:
            found.append((stage.gate, f"stage {stage.name!r}: the gate {stage.gate!r}"))
        for task in stage.tasks:
            asked = tasks_done.asked_set(task.done_by)
            if asked:
                found.append((asked, f"task {task.name!r}: {asked!r} in {task.done_by!r}"))
    return found


def put_stage(
    conn: sqlite3.Connection, process_id: int, position: int, stage: StageDraft, known: int | None = None
) -> int:
    """The id of the stage, made or, where it is known, changed."""
    values: dict[str, Any] = {
        "position": position, "name": stage.name, "phase": stage.phase, "goal": stage.goal,
        "probability": stage.probability, "limit_days": stage.limit_days, "gate": stage.gate, "journey": stage.journey,
        "outsourced_to": stage.outsourced_to,
    }  # fmt: skip
    if known is None:
        return insert(conn, "stages", process_id=process_id, name_key=fold(stage.name), **values)
    update(conn, "stages", known, **values)
    return known


def write_tasks(
    conn: sqlite3.Connection, process_id: int, stages: Mapping[int, StageDraft], moment: Moment | None
) -> list[str]:
    """Make the tasks of a process those of its stages (by their ids); what was done, in words.

    A task is known again by its name, also one that was dropped: what was done of it counts again.
    """
    sql = "SELECT * FROM tasks WHERE process_id = :id ORDER BY dropped_on IS NULL, id"
    old = {row["name_key"]: row for row in rows(conn, sql, id=process_id)}
    ids: dict[str, int] = {}
    said = []
    for stage_id, stage in stages.items():
        for position, task in enumerate(stage.tasks, 1):
            known = old.pop(fold(task.name), None)
            values: dict[str, Any] = {
                "stage_id": stage_id, "position": position, "kind": task.kind, "offset_days": task.offset_days,
                "done_by": task.done_by,
            }  # fmt: skip
            if known is None:
                ids[task.name] = insert(
                    conn, "tasks", process_id=process_id, name=task.name, name_key=fold(task.name), **values
                )
            else:
                ids[task.name] = known["id"]
                update(conn, "tasks", known["id"], name=task.name, dropped_on=None, **values)
            if known is None or known["dropped_on"]:
                said.append(f"task {task.name} added to {stage.name}")
    for gone in old.values():
        if gone["dropped_on"] is None and moment is not None:
            update(conn, "tasks", gone["id"], dropped_on=moment.on)
            said.append(f"task {gone['name']} dropped")
    wanted = {(ids[task.name], ids[name]) for stage in stages.values() for task in stage.tasks for name in task.after}
    write_links(conn, process_id, wanted)
    return said


def write_links(conn: sqlite3.Connection, process_id: int, wanted: set[tuple[int, int]]) -> None:
    """`wanted`: (task, the one it waits for)."""
    sql = """
        SELECT task_links.* FROM task_links JOIN tasks ON tasks.id = task_links.task_id WHERE tasks.process_id = :id
        """
    present = {(row["task_id"], row["after_id"]): row["id"] for row in rows(conn, sql, id=process_id)}
    for pair, link_id in present.items():
        if pair not in wanted:
            conn.execute("DELETE FROM task_links WHERE id = :id", {"id": link_id})
    for task_id, after_id in sorted(wanted - set(present)):
        insert(conn, "task_links", task_id=task_id, after_id=after_id)


def change(
    conn: sqlite3.Connection, name: str, draft: ProcessDraft, moment: Moment, move_to: str | None = None
) -> list[str]:
    """Make a process what the draft says, deals in it or not; what was done, in words.

    A stage is known again by its name. Open deals in a stage that is dropped enter the stage `move_to` (a number of
    the new order, a name or its start), as of today; the stays they had remain. Raises NotFound, Refused: they have no
    place to go.
    """
    draft = check(draft)
    process = processes.find(conn, name)
    bring_sets(conn, draft)
    old = {stage["name_key"]: stage for stage in processes.stages(conn, process["id"])}
    kept: dict[int, StageDraft] = {}
    said = []
    for position, stage in enumerate(draft.stages, 1):
        known = old.pop(fold(stage.name), None)
        kept[put_stage(conn, process["id"], position, stage, known["id"] if known else None)] = stage
        if known is None:
            said.append(f"{stage.name} added")
    for gone in old.values():
        update(conn, "stages", gone["id"], dropped_on=moment.on)
    said += write_tasks(conn, process["id"], kept, moment)
    for gone in old.values():
        moved = move_out(conn, process["id"], gone, move_to, moment)
        said.append(f"{gone['name']} dropped" + (f", {moved}; history kept" if moved else ""))
    update(conn, "processes", process["id"], name=draft.name, title=draft.title, goal=draft.goal)
    return said


def move_out(
    conn: sqlite3.Connection, process_id: int, gone: sqlite3.Row, move_to: str | None, moment: Moment
) -> str | None:
    """Open deals of a dropped stage enter another; how many and where to, in words."""
    found = rows(
        conn, "SELECT id FROM deals WHERE stage_id = :stage AND outcome = 'open' ORDER BY id", stage=gone["id"]
    )
    if not found:
        return None
    count = f"{len(found)} open deal{'s' * (len(found) > 1)}"
    if move_to is None:
        stand = "stands" if len(found) == 1 else "stand"
        raise Refused(f"{count} {stand} in {gone['name']}; say where to: --move-deals-to STAGE")
    target = processes.find_stage(conn, process_id, move_to)
    for row in found:
        deals.enter(conn, row["id"], target["id"], moment)
        tasks.enter(conn, row["id"], moment)
    return f"{count} moved to {target['name']}"
