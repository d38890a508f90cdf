"""What stands at the head of a whole export: questions, processes, products, preparation, brought into this file.

What is in use here is not changed: a process that deals follow, a question that was answered, a product that was sold
stay as they are; what nobody used yet becomes what the other file says.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from salesflow.errors import Refused
from salesflow.people import fold
from salesflow.records import process_drafts, processes, tasks, tasks_done
from salesflow.store.rows import insert, one, rows, update, value

Said = Mapping[str, Any]
STAGE = (
    "name", "position", "phase", "goal", "probability", "limit_days", "gate", "journey", "outsourced_to", "dropped_on",
)  # fmt: skip
TASK = ("name", "position", "kind", "offset_days", "dropped_on", "done_by")
QUESTION = ("wording", "position", "gates", "dropped_on", "form", "choices", "rule", "purpose")
SET = ("title", "about", "is_open")
PRODUCT = ("name", "kind", "unit", "price_minor", "currency", "tax_bp", "usual_days", "dropped_on", "created_on")
PIECE = (
    "kind", "name", "text", "over", "serves", "answer", "price_minor", "currency", "measure", "target", "dropped_on",
    "created_on",
)  # fmt: skip


@dataclass
class Way:
    """A process here, and the ids its stages and tasks have, in the order of the file; None: it is not here."""

    id: int
    stages: list[int | None] = field(default_factory=list)
    tasks: list[int | None] = field(default_factory=list)


@dataclass
class Ground:
    """Which ids the things at the head of the other file have here; what had to be made, in words.

    forms: of questions, by their id here. numbers: (kind, number) of papers there -> number here. waiting: rows that
    name other contacts by `ref`, settled when all of those are there: (table, row id, the ref).
    """

    questions: dict[tuple[str, str], int] = field(default_factory=dict)
    forms: dict[int, str] = field(default_factory=dict)
    processes: dict[str, Way] = field(default_factory=dict)
    products: list[int] = field(default_factory=list)
    pieces: list[int] = field(default_factory=list)
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    waiting: list[tuple[str, int, int]] = field(default_factory=list)
    made: list[str] = field(default_factory=list)

    def question(self, set_name: str, name: str) -> int:
        """Raises Refused."""
        found = self.questions.get((set_name, name))
        if found is None:
            raise Refused(f"it has an answer to {name}, a question the file does not have")
        return found

    def stage(self, process: str, ref: int) -> tuple[int, int]:
        """(process id, stage id). Raises Refused."""
        way = self.processes.get(process, Way(0))
        found = way.stages[ref - 1] if 1 <= ref <= len(way.stages) else None
        if found is None:
            raise Refused(
                f"it has a deal in a stage of {process} that is not here; see: salesflow process show {process}"
            )
        return way.id, found

    def task(self, process: str | None, ref: int | None) -> int | None:
        """A task's id; None for one that a process in use here does not have. Raises Refused."""
        if ref is None or process is None:
            return None
        found = self.processes.get(process, Way(0)).tasks
        if not 1 <= ref <= len(found):
            raise Refused(f"it has a task of {process} that the file does not have")
        return found[ref - 1]

    def product(self, ref: int | None) -> int | None:
        return placed(self.products, ref, "a product")

    def piece(self, ref: int | None) -> int | None:
        return placed(self.pieces, ref, "a piece of the preparation")


def placed(ids: Sequence[int], ref: int | None, what: str) -> int | None:
    if ref is None:
        return None
    if not 1 <= ref <= len(ids):
        raise Refused(f"it names {what} that the file does not have")
    return ids[ref - 1]


def prepare(
    conn: sqlite3.Connection, *, sets: Iterable[Said], questions: Iterable[Said], ways: Iterable[Said],
    products: Iterable[Said], pieces: Sequence[Said],
) -> Ground:  # fmt: skip
    """Bring all of it along. Raises Refused."""
    ground = Ground()
    for row in sets:
        bring_set(conn, row)
    for row in questions:
        number = bring_question(conn, row, ground)
        ground.questions[row["set_name"], row["name"]] = number
        ground.forms[number] = row["form"]
    for row in ways:
        ground.processes[row["name"]] = bring_process(conn, row, ground)
    for row in products:
        ground.products.append(bring_product(conn, row, ground))
    bring_pieces(conn, pieces, ground)
    return ground


# -- questions ---------------------------------------------------------------------------------------------------------


def bring_set(conn: sqlite3.Connection, row: Said) -> None:
    known = one(conn, "SELECT * FROM question_sets WHERE name = :name", name=row["name"])
    kept = {name: row[name] for name in SET} | {"is_open": int(bool(row["is_open"]))}
    if known is None:
        insert(conn, "question_sets", name=row["name"], **kept)
        return
    changes = {name: new for name, new in kept.items() if new != known[name]}
    used = """
        SELECT 1 FROM answers JOIN questions ON questions.id = question_id WHERE set_name = :name LIMIT 1
        """
    if changes and one(conn, used, name=row["name"]) is None:
        update(conn, "question_sets", known["id"], **changes)


def bring_question(conn: sqlite3.Connection, row: Said, ground: Ground) -> int:
    sql = "SELECT * FROM questions WHERE set_name = :set_name AND name = :name"
    known = one(conn, sql, set_name=row["set_name"], name=row["name"])
    kept = {name: row[name] for name in QUESTION}
    kept["gates"] = int(bool(kept["gates"]))
    if known is None:
        if one(conn, "SELECT 1 FROM question_sets WHERE name = :name", name=row["set_name"]) is None:
            insert(conn, "question_sets", name=row["set_name"], title=row["set_name"])
        ground.made.append(f"question {row['name']} made")
        return insert(conn, "questions", set_name=row["set_name"], name=row["name"], **kept)
    changes = {name: new for name, new in kept.items() if new != known[name]}
    if changes and one(conn, "SELECT 1 FROM answers WHERE question_id = :id LIMIT 1", id=known["id"]) is None:
        update(conn, "questions", known["id"], **changes)
        ground.made.append(f"question {row['name']} as in the file")
    return int(known["id"])


# -- processes ---------------------------------------------------------------------------------------------------------


def bring_process(conn: sqlite3.Connection, row: Said, ground: Ground) -> Way:
    title, goal = checked_process(conn, row)
    known = one(conn, "SELECT * FROM processes WHERE name = :name", name=row["name"])
    if known is not None:
        here = rows(conn, "SELECT * FROM stages WHERE process_id = :id ORDER BY id", id=known["id"])
        here_tasks = rows(conn, "SELECT * FROM tasks WHERE process_id = :id ORDER BY id", id=known["id"])
        if (known["title"], known["goal"]) == (title, goal) and same_process(conn, row, here, here_tasks):
            return Way(known["id"], [stage["id"] for stage in here], [task["id"] for task in here_tasks])
        if is_followed(conn, known["id"]):
            stages = {stage["name_key"]: stage["id"] for stage in here if stage["dropped_on"] is None}
            done = {task["name_key"]: task["id"] for task in here_tasks if task["dropped_on"] is None}
            return Way(
                known["id"],
                [stages.get(fold(stage["name"])) for stage in row["stages"]],
                [done.get(fold(task["name"])) for task in row["tasks"]],
            )
        processes.clear(conn, known["id"])
        update(conn, "processes", known["id"], title=title, goal=goal)
    process_id = known["id"] if known else insert(conn, "processes", name=row["name"], title=title, goal=goal)
    ground.made.append(f"process {row['name']} {'as in the file' if known else 'made'}")
    stage_ids = [
        insert(
            conn, "stages", process_id=process_id, name_key=fold(stage["name"]), **{name: stage[name] for name in STAGE}
        )
        for stage in row["stages"]
    ]
    task_ids = [
        insert(
            conn, "tasks", process_id=process_id, stage_id=stage_ids[task["stage_ref"] - 1],
            name_key=fold(task["name"]), **{name: task[name] for name in TASK},
        )
        for task in row["tasks"]
    ]  # fmt: skip
    for task_id, task in zip(task_ids, row["tasks"], strict=True):
        for after in task["after"]:
            insert(conn, "task_links", task_id=task_id, after_id=task_ids[after - 1])
    return Way(process_id, list(stage_ids), list(task_ids))


def checked_process(conn: sqlite3.Connection, row: Said) -> tuple[str, str | None]:
    """Its title and goal. Raises Refused."""
    drafts = [
        process_drafts.StageDraft(
            stage["name"], stage["phase"], stage["goal"], stage["probability"], stage["limit_days"], stage["gate"],
            stage["journey"], stage["outsourced_to"],
        )
        for stage in row["stages"]
    ]  # fmt: skip
    in_use = [draft for draft, stage in zip(drafts, row["stages"], strict=True) if stage["dropped_on"] is None]
    draft = process_drafts.check(process_drafts.ProcessDraft(row["name"], row["title"] or "", in_use, row["goal"]))
    for stage in drafts:
        process_drafts.check_stage(stage)
        if stage.gate and one(conn, "SELECT 1 FROM question_sets WHERE name = :name", name=stage.gate) is None:
            raise Refused(f"the gate of {stage.name} is {stage.gate}, a set of questions the file does not have")
    many = len(row["tasks"])
    for task in row["tasks"]:
        process_drafts.check_task(
            process_drafts.TaskDraft(task["name"], task["kind"], task["offset_days"], done_by=task["done_by"])
        )
        asked = tasks_done.asked_set(task["done_by"])
        if asked and one(conn, "SELECT 1 FROM question_sets WHERE name = :name", name=asked) is None:
            raise Refused(f"the task {task['name']} asks {asked}, a set of questions the file does not have")
        if not 1 <= task["stage_ref"] <= len(drafts) or not all(1 <= each <= many for each in task["after"]):
            raise Refused(f"the task {task['name']} of {row['name']} names a stage or a task that is not there")
    names = [f"{number} {task['name']}" for number, task in enumerate(row["tasks"], 1)]
    ring = tasks.circle(
        (name, names[each - 1]) for name, task in zip(names, row["tasks"], strict=True) for each in task["after"]
    )
    if ring:
        raise Refused(f"the tasks of {row['name']} wait for each other in a circle: {ring}")
    return draft.title, draft.goal


def same_process(
    conn: sqlite3.Connection, row: Said, stages: Sequence[sqlite3.Row], own_tasks: Sequence[sqlite3.Row]
) -> bool:
    if [tuple(stage[name] for name in STAGE) for stage in stages] != [
        tuple(stage[name] for name in STAGE) for stage in row["stages"]
    ]:
        return False
    stage_places = {stage["id"]: number for number, stage in enumerate(stages, 1)}
    places = {task["id"]: number for number, task in enumerate(own_tasks, 1)}
    waits: dict[int, list[int]] = {}
    for link in rows(conn, "SELECT task_id, after_id FROM task_links ORDER BY after_id"):
        if link["task_id"] in places:
            waits.setdefault(link["task_id"], []).append(places[link["after_id"]])
    return [
        (*(task[name] for name in TASK), stage_places[task["stage_id"]], waits.get(task["id"], []))
        for task in own_tasks
    ] == [
        (*(task[name] for name in TASK), task["stage_ref"], sorted(task["after"])) for task in row["tasks"]
    ]  # fmt: skip


def is_followed(conn: sqlite3.Connection, process_id: int) -> bool:
    """Whether a deal follows it, or something was promised or done as a task of it."""
    sql = """
        SELECT EXISTS (SELECT 1 FROM deals WHERE process_id = :id)
            OR EXISTS (SELECT 1 FROM tasks JOIN follow_ups ON task_id = tasks.id WHERE process_id = :id)
            OR EXISTS (SELECT 1 FROM tasks JOIN activities ON task_id = tasks.id WHERE process_id = :id)
        """
    return bool(value(conn, sql, id=process_id))


# -- products and preparation ------------------------------------------------------------------------------------------


def bring_product(conn: sqlite3.Connection, row: Said, ground: Ground) -> int:
    kept = {name: row[name] for name in PRODUCT}
    found = rows(conn, "SELECT * FROM products WHERE name_key = :key ORDER BY id", key=fold(row["name"]))
    free = [each for each in found if each["id"] not in ground.products]
    for known in free:
        if all(known[name] == new for name, new in kept.items()):
            return int(known["id"])
    for known in free:
        if known["dropped_on"] is None and row["dropped_on"] is None:
            if not is_named(conn, known["id"], PRODUCT_NAMED):
                update(conn, "products", known["id"], **kept)
            return int(known["id"])
    ground.made.append(f"product {row['name']} made")
    return insert(conn, "products", name_key=fold(row["name"]), **kept)


PRODUCT_NAMED = (("deals", "product_id"), ("activities", "product_id"), ("document_lines", "product_id"))
PIECE_NAMED = (("contacts", "persona_id"), ("matters", "met_by_id"), ("document_lines", "preparation_id"))


def is_named(conn: sqlite3.Connection, row_id: int, where: Iterable[tuple[str, str]]) -> bool:
    return any(
        value(conn, f"SELECT 1 FROM {table} WHERE {column} = :id LIMIT 1", id=row_id)  # noqa: S608
        for table, column in where
    )


def bring_pieces(conn: sqlite3.Connection, pieces: Sequence[Said], ground: Ground) -> None:
    """The preparation, in order. What a piece belongs to stands before it, or is set when all are there."""
    late: list[tuple[int, int]] = []
    made = 0
    for number, row in enumerate(pieces, 1):
        parent = row["parent_ref"]
        if parent is not None and not 1 <= parent <= len(pieces):
            raise Refused(f"{row['kind']} {number} of the preparation belongs to one that is not there")
        kept = {name: row[name] for name in PIECE} | {
            "product_id": ground.product(row["product_ref"]),
            "parent_id": ground.pieces[parent - 1] if parent and parent < number else None,
        }
        if (known := known_piece(conn, kept, ground)) is None:
            known = insert(conn, "preparation", name_key=fold(row["name"]) if row["name"] else None, **kept)
            made += 1
        if parent and parent >= number:
            late.append((known, parent))
        ground.pieces.append(known)
    for row_id, parent in late:
        update(conn, "preparation", row_id, parent_id=ground.pieces[parent - 1])
    if made:
        ground.made.append(f"{made} piece{'s' * (made > 1)} of the preparation made")


def known_piece(conn: sqlite3.Connection, kept: dict[str, Any], ground: Ground) -> int | None:
    """The same piece here: with the same text, or of the same name; brought in line where nobody uses it yet."""
    sql = """
        SELECT * FROM preparation
         WHERE kind = :kind AND product_id IS :product_id AND (name_key IS :name_key AND :name_key IS NOT NULL
               OR name IS :name AND text = :text)
         ORDER BY id
        """
    found = rows(conn, sql, name_key=fold(kept["name"]) if kept["name"] else None, **kept)
    free = [each for each in found if each["id"] not in ground.pieces]
    for known in free:
        if all(known[name] == new for name, new in kept.items()):
            return int(known["id"])
    for known in free:
        if known["dropped_on"] is None and kept["dropped_on"] is None and known["parent_id"] == kept["parent_id"]:
            if not is_named(conn, known["id"], PIECE_NAMED):
                update(conn, "preparation", known["id"], **kept)
            return int(known["id"])
    return None
