"""Processes as TOML: what is exported reads back the same, also into another file; the built-in ones are such files."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from salesflow.errors import Refused
from salesflow.people import fold
from salesflow.records import process_drafts, processes, questions
from salesflow.records.process_drafts import ProcessDraft, StageDraft, TaskDraft
from salesflow.store.rows import one, rows, update

# What each table of the file may hold, in the order it is written, and of what type.
PROCESS = {"name": str, "title": str, "goal": str, "stages": list, "sets": list}
STAGE = {
    "name": str, "phase": str, "goal": str, "gate": str, "journey": str, "outsourced_to": str, "probability": int,
    "limit_days": int, "tasks": list,
}  # fmt: skip
TASK = {"name": str, "kind": str, "offset_days": int, "done_by": str, "after": list}
SET = {"name": str, "title": str, "about": str, "open": bool, "questions": list}
QUESTION = {
    "name": str, "wording": str, "gates": bool, "form": str, "choices": list, "rule": str, "purpose": str,
}  # fmt: skip
# What the file itself takes; see store/schema.sql.
CHOICES = {
    "about": ("contact", "deal"), "form": ("yes-no", "words", "number", "choice"),
    "purpose": ("qualify", "relationship", "credibility", "trust"),
}  # fmt: skip
TYPES = {str: "a text", int: "a whole number", bool: "true or false", list: "a list"}


def install(conn: sqlite3.Connection) -> None:
    """The built-in processes, in a new file whose built-in questions are there."""
    for name in processes.BUILT_IN:
        process_drafts.add(conn, built_in_draft(name))


def built_in_draft(name: str) -> ProcessDraft:
    from importlib.resources import files

    return from_toml(files("salesflow.processes").joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def complete(conn: sqlite3.Connection) -> None:
    """What the built-in processes of an older file lack: a stage that has its name still, and neither tasks nor gate
    nor journey, gets those. Its limit stays as it is: nothing comes up as stuck that did not before."""
    for name in processes.BUILT_IN:
        process = one(conn, "SELECT * FROM processes WHERE name = :name", name=name)
        if process is None:
            continue
        present, built_in = process_drafts.of(conn, name), built_in_draft(name)
        fresh = {fold(stage.name): stage for stage in built_in.stages}
        stages = [filled_in(stage, fresh.get(fold(stage.name), stage)) for stage in present.stages]
        names = {task.name for stage in stages for task in stage.tasks}
        ids = [row["id"] for row in processes.stages(conn, process["id"])]
        known = {}
        for position, (stage_id, stage) in enumerate(zip(ids, stages, strict=True), 1):
            kept = [task._replace(after=[each for each in task.after if each in names]) for task in stage.tasks]
            known[stage_id] = stage._replace(tasks=kept)
            process_drafts.put_stage(conn, process["id"], position, known[stage_id], stage_id)
        process_drafts.write_tasks(conn, process["id"], known, None)
        update(conn, "processes", process["id"], goal=present.goal or built_in.goal)


def filled_in(stage: StageDraft, fresh: StageDraft) -> StageDraft:
    if stage.tasks or stage.gate or stage.journey:
        return stage
    return stage._replace(
        tasks=fresh.tasks, gate=fresh.gate, journey=fresh.journey, goal=stage.goal or fresh.goal,
        probability=fresh.probability if stage.probability is None else stage.probability,
    )  # fmt: skip


# -- in ----------------------------------------------------------------------------------------------------------------


def from_toml(text: str, name: str | None = None) -> ProcessDraft:
    """A process as `to_toml` writes it; `name` overrules the file's. Raises Refused, naming what is wrong."""
    import tomllib

    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Refused(f"not a process file: {' '.join(str(error).split())}") from None
    if not tables(data.get("stages")):
        raise Refused("not a process file: it has no [[stages]]")
    understood(data, PROCESS, "the process")
    sets = data.get("sets", [])
    if not tables(sets):
        raise Refused("sets are tables: [[sets]]")
    return ProcessDraft(
        name=name or data.get("name", ""),
        title=data.get("title", ""),
        stages=[stage_from(stage, f"stage {number}") for number, stage in enumerate(data["stages"], 1)],
        goal=data.get("goal"),
        sets=dict(set_from(each, f"set {number}") for number, each in enumerate(sets, 1)),
    )


def tables(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(each, dict) for each in found)


def understood(data: Mapping[str, Any], known: Mapping[str, type], what: str) -> None:
    """Raises Refused: a key that is not known, a value of another type, no name."""
    unknown = sorted(set(data) - set(known))
    if unknown:
        raise Refused(f"not understood in {what}: {', '.join(unknown)}; there are: {', '.join(known)}")
    if "name" not in data and known is not PROCESS:
        raise Refused(f"{what} has no name")
    for key, found in data.items():
        if not isinstance(found, known[key]) or (isinstance(found, bool) and known[key] is int):
            raise Refused(f"{what}: {key} is {TYPES[known[key]]}")
        if key in CHOICES and found not in CHOICES[key]:
            raise Refused(f"{what}: {key} is one of {', '.join(CHOICES[key])}, not {found!r}")


def texts(data: Mapping[str, Any], key: str, what: str) -> tuple[str, ...]:
    found = data.get(key, [])
    if not all(isinstance(each, str) for each in found):
        raise Refused(f"{what}: {key} is a list of texts")
    return tuple(found)


def stage_from(data: Mapping[str, Any], what: str) -> StageDraft:
    understood(data, STAGE, what)
    if not tables(data.get("tasks", [])):
        raise Refused(f"{what}: tasks are tables: [[stages.tasks]]")
    tasks = [
        task_from(task, f"task {number} of {data['name']!r}") for number, task in enumerate(data.get("tasks", []), 1)
    ]
    return StageDraft(**{**data, "tasks": tasks})


def task_from(data: Mapping[str, Any], what: str) -> TaskDraft:
    understood(data, TASK, what)
    return TaskDraft(**{**data, "after": texts(data, "after", what)})


def set_from(data: Mapping[str, Any], what: str) -> tuple[str, Mapping[str, Any]]:
    """(name, the set as `questions.install_set` takes it)."""
    understood(data, SET, what)
    found = data.get("questions", [])
    if not tables(found) or not found:
        raise Refused(f"set {data['name']!r} has no [[sets.questions]]")
    for number, question in enumerate(found, 1):
        where = f"question {number} of {data['name']!r}"
        understood(question, QUESTION, where)
        if not question.get("wording", "").strip():
            raise Refused(f"{where} has no wording")
        texts(question, "choices", where)
        one_word(question["name"], where)
        if any(each["name"] == question["name"] for each in found[: number - 1]):
            raise Refused(f"two questions of {data['name']!r} are called {question['name']!r}")
    one_word(data["name"], what)
    return data["name"], {"title": "", **data}


def one_word(name: str, what: str) -> None:
    plain = all(letter.isalnum() or letter in "-_" for letter in name)
    if not 0 < len(name) <= 40 or name != name.lower() or not plain:
        raise Refused(f"{what}: no name: {name!r}; one word in small letters, such as need or budget-2027")


# -- out ---------------------------------------------------------------------------------------------------------------


def to_toml(conn: sqlite3.Connection, name: str) -> str:
    """With the question sets of one's own that its gates and tasks name. Raises NotFound."""
    draft = process_drafts.of(conn, name)
    named = dict.fromkeys(set_name for set_name, _ in process_drafts.sets_of(draft))
    return text_of(draft, [set_data(conn, set_name) for set_name in named if is_own(set_name)])


def text_of(draft: ProcessDraft, sets: Sequence[Mapping[str, Any]] = ()) -> str:
    lines = pairs(PROCESS, draft._asdict())
    for stage in draft.stages:
        lines += ["", "[[stages]]", *pairs(STAGE, stage._asdict())]
        for task in stage.tasks:
            kind = None if task.kind == "other" else task.kind
            lines += ["", "[[stages.tasks]]", *pairs(TASK, {**task._asdict(), "kind": kind})]
    for each in sets:
        lines += ["", "[[sets]]", *pairs(SET, each)]
        for question in each["questions"]:
            lines += ["", "[[sets.questions]]", *pairs(QUESTION, question)]
    return "\n".join(lines) + "\n"


def pairs(known: Mapping[str, type], found: Mapping[str, Any]) -> list[str]:
    """`key = value`, a line each, of what there is of what is known; tables within are not among them."""
    return [
        f"{key} = {said(found[key])}"
        for key in known
        if found.get(key) not in (None, "", [], ()) and key not in ("stages", "sets", "tasks", "questions")
    ]


def said(found: object) -> str:
    """A value as TOML has it, on one line."""
    import tomli_w

    if isinstance(found, (list, tuple)):
        return f"[{', '.join(said(each) for each in found)}]"
    return tomli_w.dumps({"x": found}).removeprefix("x = ").removesuffix("\n")


def is_own(set_name: str) -> bool:
    """Whether it is of the seller's own making: it goes along, so that a file without it learns it."""
    return set_name not in questions.BUILT_IN


def set_data(conn: sqlite3.Connection, set_name: str) -> dict[str, Any]:
    """A set as `questions.install_set` takes it."""
    found = one(conn, "SELECT title, about, is_open FROM question_sets WHERE name = :name", name=set_name)
    sql = "SELECT * FROM questions WHERE set_name = :name AND dropped_on IS NULL ORDER BY position, id"
    asked = [
        {
            **{key: row[key] for key in ("name", "wording", "form", "rule", "purpose")},
            "gates": bool(row["gates"]), "choices": row["choices"].split("\n") if row["choices"] else (),
        }
        for row in rows(conn, sql, name=set_name)
    ]  # fmt: skip
    of = {"title": found["title"], "about": found["about"], "open": bool(found["is_open"])} if found else {}
    return {"name": set_name, **of, "questions": asked}
