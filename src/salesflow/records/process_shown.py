"""A process as it is looked at: whole, one of its stages, the customer's journey, how much there is to do."""

from __future__ import annotations

import sqlite3

from salesflow.records import process_drafts, processes
from salesflow.store.rows import rows
from salesflow.table import Column, Sheet, Table, Text

STAGE = (
    Column("position", "#", "number"),
    Column("name", "stage", wrap=True),
    Column("phase", "phase", firm=True),
    Column("goal", "goal", wrap=True),
    Column("gate", "gate", wrap=True),
    Column("journey"),
    Column("outsourced_to"),
    Column("tasks", "tasks", "number"),
    Column("probability", "%", "number"),
    Column("limit_days", "limit", "number"),
    Column("open_deals", "open", "number"),
)
# On a screen these have a column only where a stage has one.
RARE = ("gate", "tasks", "probability", "limit_days")


def found_stages(conn: sqlite3.Connection, process_id: int) -> list[sqlite3.Row]:
    return rows(
        conn,
        """
        SELECT id, position, name, phase, goal, gate, journey, outsourced_to, probability, limit_days,
               (SELECT count(*) FROM tasks WHERE stage_id = stages.id AND dropped_on IS NULL) AS tasks,
               (SELECT count(*) FROM deals WHERE stage_id = stages.id AND outcome = 'open') AS open_deals
          FROM stages
         WHERE process_id = :id AND dropped_on IS NULL
         ORDER BY position
        """,
        id=process_id,
    )


def shown(conn: sqlite3.Connection, name: str) -> Sheet:
    """Raises NotFound."""
    process = processes.find(conn, name)
    found = [dict(row) for row in found_stages(conn, process["id"])]
    table = Table(STAGE, found, title=f"{process['name']}: {process['title']}".rstrip(": "))

    def view() -> Table:
        columns = [column for column in STAGE if column.name not in RARE or any(row[column.name] for row in found)]
        notes = [f"Goal: {process['goal']}"] if process["goal"] else []
        return Table(columns, [{**row, "name": with_maker(row)} for row in found], title=table.title, notes=notes)

    return Sheet((Column("name"), Column("title"), Column("goal")), dict(process), {"stages": table}, view=view)


def with_maker(row: dict[str, str]) -> str:
    return f"{row['name']} (by {row['outsourced_to']})" if row["outsourced_to"] else row["name"]


TASK = (
    Column("position", "#", "number"),
    Column("name", "task", wrap=True),
    Column("kind", "kind", firm=True),
    Column("offset_days", "day", "number"),
    Column("after", "after", "list", wrap=True),
    Column("done_by", "done by"),
)
QUESTION = (
    Column("name", "question", firm=True),
    Column("wording", "as asked", wrap=True),
    Column("gates", "needed", "flag"),
    Column("form"),
)


def stage(conn: sqlite3.Connection, name: str, text: str) -> Sheet:
    """One stage with its tasks and the questions of its gate. Raises NotFound."""
    process = processes.find(conn, name)
    at = processes.find_stage(conn, process["id"], text)["id"]
    row = next(dict(row) for row in found_stages(conn, process["id"]) if row["id"] == at)
    draft = process_drafts.of(conn, name).stages[row["position"] - 1]
    to_do = [
        {**task._asdict(), "position": number, "after": list(task.after)} for number, task in enumerate(draft.tasks, 1)
    ]
    asked = [dict(found) for found in questions_of(conn, row["gate"])] if row["gate"] else []
    tables = {
        "tasks": Table(TASK, to_do, title="Tasks"),
        "questions": Table(QUESTION, asked, title="To be answered before"),
    }

    def view() -> Text:
        lines = [("", f"{name}, stage {row['position']}: {row['name']}")]
        lines += [(label, str(text)) for label, text in facts(row) if text not in (None, "")]
        for task in to_do:
            lines.append(("TASKS" if task is to_do[0] else "", f"* {in_words(task)}"))
        for question in asked:
            needed = "" if question["gates"] else " (may stay open)"
            lines.append(("ASK" if question is asked[0] else "", f"* {question['wording']}{needed}"))
        return Text(lines, indent=10, bold=frozenset({0}))

    keys = [column for column in STAGE if column.name != "tasks"]
    return Sheet(keys, row, tables, view=view, ids="name")


def facts(row: dict[str, str]) -> list[tuple[str, object]]:
    """What a stage says of itself, labelled."""
    return [
        ("PHASE", row["phase"]), ("GOAL", row["goal"]), ("THEY", row["journey"]), ("DONE BY", row["outsourced_to"]),
        ("GATE", row["gate"]), ("CHANCE", f"{row['probability']} %" if row["probability"] is not None else None),
        ("LIMIT", f"{row['limit_days']} days" if row["limit_days"] else None), ("OPEN", row["open_deals"] or None),
    ]  # fmt: skip


def in_words(task: dict[str, object]) -> str:
    """`send quote (email), day 2, after agree scope, done by: quote sent`."""
    kind = f" ({task['kind']})" if task["kind"] != "other" else ""
    day = f", day {task['offset_days']}" if task["offset_days"] is not None else ""
    after = task["after"]
    assert isinstance(after, (list, tuple))
    waits = f", after {', '.join(after)}" if after else ""
    return f"{task['name']}{kind}{day}{waits}" + (f", done by: {task['done_by']}" if task["done_by"] else "")


def questions_of(conn: sqlite3.Connection, set_name: str) -> list[sqlite3.Row]:
    """The questions of a set that are asked now, in order: name, wording, gates, form."""
    sql = """
        SELECT name, wording, gates, form FROM questions
         WHERE set_name = :name AND dropped_on IS NULL ORDER BY position, id
        """
    return rows(conn, sql, name=set_name)


def journey(conn: sqlite3.Connection, name: str) -> Sheet:
    """What the customer does, stage by stage; one step in several stages is one step. Raises NotFound."""
    found = processes.stages(conn, processes.find(conn, name)["id"])
    steps = list(dict.fromkeys(row["journey"] for row in found if row["journey"]))
    without = [row["name"] for row in found if not row["journey"]]
    lines = [" > ".join(steps)] if steps else []
    if without:
        lines.append(f"Not said what they do in: {', '.join(without)}")
    columns = (Column("name"), Column("journey", kind="list"), Column("stages_without", kind="list"))
    row = {"name": name, "journey": steps, "stages_without": without}
    return Sheet(columns, row, view=lambda: Text([("", line) for line in lines], indent=0))


def counts(conn: sqlite3.Connection, name: str) -> Table:
    """How many tasks each stage has. Raises NotFound."""
    found = [dict(row) for row in found_stages(conn, processes.find(conn, name)["id"])]
    columns = (STAGE[0], STAGE[1], Column("tasks", "tasks", "number"), Column("outsourced_to", "done by"))
    return Table(columns, found, ids="name")
