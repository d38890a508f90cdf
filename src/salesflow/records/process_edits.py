"""Changes to a process as it is drafted: from the one there is to the one that is wanted. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from salesflow.errors import NotFound, Refused
from salesflow.people import fold
from salesflow.records.process_drafts import ProcessDraft, StageDraft, TaskDraft


def restaged(draft: ProcessDraft, stages: Sequence[StageDraft]) -> ProcessDraft:
    """With these stages in this order; one that is named again keeps what was known of it."""
    known = {fold(stage.name): stage for stage in draft.stages}
    return freed(draft._replace(stages=[known.get(fold(stage.name), stage) for stage in stages]))


def without(draft: ProcessDraft, place: int) -> ProcessDraft:
    """Without the stage at a place (from 0). Raises Refused: it is the only one."""
    if len(draft.stages) == 1:
        raise Refused(f"{draft.stages[0].name} is the only stage of {draft.name}")
    return freed(draft._replace(stages=[stage for at, stage in enumerate(draft.stages) if at != place]))


def freed(draft: ProcessDraft) -> ProcessDraft:
    """Its tasks wait no more for tasks that it does not have."""
    there = {fold(task.name) for stage in draft.stages for task in stage.tasks}

    def free(task: TaskDraft) -> TaskDraft:
        return task._replace(after=tuple(name for name in task.after if fold(name) in there))

    stages = [stage._replace(tasks=tuple(free(task) for task in stage.tasks)) for stage in draft.stages]
    return draft._replace(stages=stages)


def with_stage(draft: ProcessDraft, place: int, **values: Any) -> ProcessDraft:
    """With other values in the stage at a place (from 0); None leaves one as it is, a limit of 0 takes it away."""
    given = {name: value for name, value in values.items() if value is not None}
    if given.get("limit_days") == 0:
        given["limit_days"] = None
    return draft._replace(
        stages=[stage._replace(**given) if at == place else stage for at, stage in enumerate(draft.stages)]
    )


def with_task(
    draft: ProcessDraft, place: int | None, name: str, *, kind: str | None = None, offset_days: int | None = None,
    after: Iterable[str] = (), done_by: str | None = None,
) -> ProcessDraft:  # fmt: skip
    """With a task changed, or a new one at the end of the stage at a place (from 0).

    A task of another stage goes to the one at that place. `after` replaces what it waits for; one empty text: nothing;
    so does `done_by`.
    Raises Refused: a new task without a place. NotFound: `after` names no task.
    """
    where = find_task(draft, name, whole=True)
    if where is None and place is None:
        raise Refused(f"which stage is the task {name!r} of? --stage STAGE")
    old = draft.stages[where[0]].tasks[where[1]] if where else TaskDraft(name)
    task = old._replace(
        kind=kind or old.kind, offset_days=old.offset_days if offset_days is None else offset_days,
        after=[full_name(draft, each, name) for each in after if each.strip()] if after else old.after,
        done_by=old.done_by if done_by is None else done_by or None,
    )  # fmt: skip
    stages = list(draft.stages)
    if where and place in (None, where[0]):
        tasks = list(stages[where[0]].tasks)
        tasks[where[1]] = task
        stages[where[0]] = stages[where[0]]._replace(tasks=tasks)
        return draft._replace(stages=stages)
    if where:
        stages[where[0]] = stages[where[0]]._replace(tasks=[t for t in stages[where[0]].tasks if t is not old])
    assert place is not None
    stages[place] = stages[place]._replace(tasks=[*stages[place].tasks, task])
    return draft._replace(stages=stages)


def without_task(draft: ProcessDraft, name: str) -> ProcessDraft:
    """Raises NotFound."""
    name = full_name(draft, name)
    stages = [
        stage._replace(tasks=[task for task in stage.tasks if task.name != name]) for stage in draft.stages
    ]  # fmt: skip
    return freed(draft._replace(stages=stages))


def full_name(draft: ProcessDraft, text: str, new: str = "") -> str:
    """The name of the task that a text names, whole or by its start; `new`: one that is being made. Raises NotFound."""
    where = find_task(draft, text, whole=True) or find_task(draft, text, whole=False)
    if where is not None:
        return draft.stages[where[0]].tasks[where[1]].name
    if new and fold(new) == fold(text):
        return new
    names = ", ".join(task.name for stage in draft.stages for task in stage.tasks)
    raise NotFound(f"no task {text!r} in {draft.name}" + (f"; there are: {names}" if names else "; it has none"))


def find_task(draft: ProcessDraft, text: str, *, whole: bool) -> tuple[int, int] | None:
    """(place of its stage, its place there), both from 0, of the one task of that name or that start."""
    key = fold(text)
    found = [
        (at, number)
        for at, stage in enumerate(draft.stages)
        for number, task in enumerate(stage.tasks)
        if key and (fold(task.name) == key if whole else fold(task.name).startswith(key))
    ]
    return found[0] if len(found) == 1 else None
