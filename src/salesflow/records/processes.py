"""Processes: the named, ordered ways of selling. Each has 1 to 30 stages, each in a phase: find, sell or keep.

A process may change while deals stand in it: a stage dropped stays in the history of the deals that were there,
and those standing in it move to the stage that took its place.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from salesflow.dates import Moment
from salesflow.errors import Exists, NotFound, Refused
from salesflow.people import clean_name, fold
from salesflow.store.rows import insert, one, rows, update
from salesflow.table import Column, Sheet, Table

PHASES = ("find", "sell", "keep")
BUILT_IN = ("three-step", "four-phase", "seven-step", "six-stage")
MOST_STAGES = 30


class StageDraft(NamedTuple):
    name: str
    phase: str = "sell"
    goal: str | None = None
    probability: int | None = None
    limit_days: int | None = None


class ProcessDraft(NamedTuple):
    name: str
    title: str
    stages: Sequence[StageDraft]


def from_toml(text: str, name: str | None = None) -> ProcessDraft:
    """A process as `to_toml` writes it; `name` overrules the file's. Raises Refused, naming what is wrong."""
    import tomllib

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"not a process file: {error}") from None
    stages = data.get("stages")
    if not isinstance(stages, list) or not all(isinstance(stage, dict) for stage in stages):
        raise Refused("not a process file: it has no [[stages]]")
    unknown = {key for stage in stages for key in stage} - set(StageDraft._fields)
    if unknown:
        raise Refused(f"not understood in [[stages]]: {', '.join(sorted(unknown))}")
    return ProcessDraft(
        name=str(name or data.get("name", "")),
        title=str(data.get("title", "")),
        stages=[stage_from(stage, number) for number, stage in enumerate(stages, 1)],
    )


def stage_from(data: dict[str, Any], number: int) -> StageDraft:
    if not isinstance(data.get("name"), str):
        raise Refused(f"stage {number} has no name")
    for key in ("probability", "limit_days"):
        if data.get(key) is not None and (not isinstance(data[key], int) or isinstance(data[key], bool)):
            raise Refused(f"stage {number}: {key} is a whole number")
    for key in ("phase", "goal"):
        if data.get(key) is not None and not isinstance(data[key], str):
            raise Refused(f"stage {number}: {key} is a text")
    return StageDraft(**data)


def to_toml(conn: sqlite3.Connection, name: str) -> str:
    import tomli_w

    process = find(conn, name)
    data: dict[str, Any] = {"name": process["name"]}
    if process["title"]:
        data["title"] = process["title"]
    data["stages"] = [
        {key: stage[key] for key in StageDraft._fields if stage[key] is not None}
        for stage in stages(conn, process["id"])
    ]
    return tomli_w.dumps(data)


def from_names(names: str) -> list[StageDraft]:
    """Stages from `A,B,C`. A name may carry its phase: `find:Search`; without one it is a stage of selling."""
    drafts = []
    for part in names.split(","):
        phase, colon, name = part.partition(":")
        if colon and phase.strip().lower() in PHASES:
            drafts.append(StageDraft(name.strip(), phase.strip().lower()))
        elif part.strip():
            drafts.append(StageDraft(part.strip()))
    return drafts


def check(draft: ProcessDraft) -> ProcessDraft:
    """The draft cleaned. Raises Refused."""
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
    return ProcessDraft(name, draft.title.strip(), cleaned)


def check_stage(stage: StageDraft) -> StageDraft:
    name = clean_name(stage.name)
    if stage.phase not in PHASES:
        raise Refused(f"stage {name!r}: a phase is find, sell or keep, not {stage.phase!r}")
    if stage.probability is not None and not 0 <= stage.probability <= 100:
        raise Refused(f"stage {name!r}: a probability is 0 to 100, not {stage.probability}")
    if stage.limit_days is not None and not 1 <= stage.limit_days <= 3650:
        raise Refused(f"stage {name!r}: a limit is 1 to 3650 days, not {stage.limit_days}")
    return StageDraft(name, stage.phase, stage.goal or None, stage.probability, stage.limit_days)


def add(conn: sqlite3.Connection, draft: ProcessDraft) -> int:
    """The new process's id. Raises Exists, Refused."""
    draft = check(draft)
    if one(conn, "SELECT 1 FROM processes WHERE name = :name", name=draft.name):
        raise Exists(f"there is a process {draft.name} already; change it: salesflow process edit {draft.name}")
    process_id = insert(conn, "processes", name=draft.name, title=draft.title)
    for position, stage in enumerate(draft.stages, 1):
        add_stage(conn, process_id, position, stage)
    return process_id


def add_stage(conn: sqlite3.Connection, process_id: int, position: int, stage: StageDraft) -> int:
    return insert(
        conn, "stages", process_id=process_id, position=position, name=stage.name, name_key=fold(stage.name),
        phase=stage.phase, goal=stage.goal, probability=stage.probability, limit_days=stage.limit_days,
    )  # fmt: skip


def change(conn: sqlite3.Connection, name: str, draft: ProcessDraft, moment: Moment) -> list[str]:
    """Make a process what the draft says, deals in it or not; what was done, in words.

    A stage is known again by its name. Open deals in a stage that is dropped go to the stage now in its place (or
    the last), as of today; the stays they had remain.
    """
    draft = check(draft)
    process = find(conn, name)
    old = {stage["name_key"]: stage for stage in stages(conn, process["id"])}
    new_ids, said = [], []
    for position, stage in enumerate(draft.stages, 1):
        known = old.pop(fold(stage.name), None)
        if known is None:
            new_ids.append(add_stage(conn, process["id"], position, stage))
            said.append(f"{stage.name} added")
        else:
            new_ids.append(known["id"])
            update(
                conn, "stages", known["id"], position=position, name=stage.name, phase=stage.phase, goal=stage.goal,
                probability=stage.probability, limit_days=stage.limit_days,
            )  # fmt: skip
    for gone in old.values():
        update(conn, "stages", gone["id"], dropped_on=moment.on)
        moved = move_out(conn, gone["id"], new_ids[min(gone["position"], len(new_ids)) - 1], moment)
        said.append(f"{gone['name']} dropped" + (f", {moved} open deal{'s' * (moved > 1)} moved on" if moved else ""))
    update(conn, "processes", process["id"], name=draft.name, title=draft.title)
    return said


def move_out(conn: sqlite3.Connection, from_stage: int, to_stage: int, moment: Moment) -> int:
    from salesflow.records import deals

    found = rows(conn, "SELECT id FROM deals WHERE stage_id = :stage AND outcome = 'open'", stage=from_stage)
    for row in found:
        deals.enter(conn, row["id"], to_stage, moment)
    return len(found)


def rename_stage(conn: sqlite3.Connection, name: str, old: str, new: str) -> None:
    """Another name for a stage, its history kept. Raises NotFound, Exists."""
    process = find(conn, name)
    stage = find_stage(conn, process["id"], old)
    new = clean_name(new)
    clash = one(
        conn, "SELECT id FROM stages WHERE process_id = :process AND name_key = :key AND dropped_on IS NULL",
        process=process["id"], key=fold(new),
    )  # fmt: skip
    if clash and clash["id"] != stage["id"]:
        raise Exists(f"there is a stage {new!r} already")
    update(conn, "stages", stage["id"], name=new, name_key=fold(new))


def drop(conn: sqlite3.Connection, name: str) -> None:
    """Delete a process no deal ever followed. Raises NotFound, Refused."""
    process = find(conn, name)
    if one(conn, "SELECT 1 FROM deals WHERE process_id = :id LIMIT 1", id=process["id"]):
        raise Refused(f"deals follow {name}; it stays")
    conn.execute("DELETE FROM stages WHERE process_id = :id", {"id": process["id"]})
    conn.execute("DELETE FROM processes WHERE id = :id", {"id": process["id"]})


def find(conn: sqlite3.Connection, name: str) -> sqlite3.Row:
    row = one(conn, "SELECT * FROM processes WHERE name = :name", name=name)
    if row is None:
        names = ", ".join(row["name"] for row in rows(conn, "SELECT name FROM processes ORDER BY id"))
        raise NotFound(f"no process {name!r}; there are: {names}")
    return row


def stages(conn: sqlite3.Connection, process_id: int) -> list[sqlite3.Row]:
    """The stages in use, in order."""
    sql = "SELECT * FROM stages WHERE process_id = :id AND dropped_on IS NULL ORDER BY position, id"
    return rows(conn, sql, id=process_id)


def find_stage(conn: sqlite3.Connection, process_id: int, text: str) -> sqlite3.Row:
    """A stage by its number, its name, or the start of its name. Raises NotFound."""
    found = stages(conn, process_id)
    key = fold(text)
    if text.isascii() and text.isdigit():
        matches = [stage for stage in found if stage["position"] == int(text)]
    else:
        matches = [stage for stage in found if stage["name_key"] == key] or [
            stage for stage in found if key and stage["name_key"].startswith(key)
        ]
    if len(matches) != 1:
        names = ", ".join(f"{stage['position']} {stage['name']}" for stage in found)
        raise NotFound(f"{'no' if not matches else 'more than one'} stage {text!r}; there are: {names}")
    return matches[0]


def install(conn: sqlite3.Connection) -> None:
    """The built-in processes, in a new file."""
    from importlib.resources import files

    for name in BUILT_IN:
        add(conn, from_toml(files("salesflow.processes").joinpath(f"{name}.toml").read_text(encoding="utf-8")))


STAGE_COLUMNS = (
    Column("position", "#", "number"),
    Column("name", "stage", wrap=True),
    Column("phase", "phase", firm=True),
    Column("goal", "goal", wrap=True),
    Column("probability", "%", "number"),
    Column("limit_days", "limit", "number"),
    Column("open_deals", "open", "number"),
)


def listed(conn: sqlite3.Connection, default: str) -> Table:
    found = rows(
        conn,
        """
        SELECT processes.name, title, processes.name = :default AS is_default,
               (SELECT group_concat(name, char(31)) FROM (
                 SELECT name FROM stages WHERE process_id = processes.id AND dropped_on IS NULL ORDER BY position)
               ) AS stages,
               (SELECT count(*) FROM deals WHERE process_id = processes.id AND outcome = 'open') AS open_deals
          FROM processes
         ORDER BY processes.id
        """,
        default=default,
    )
    columns = (
        Column("name", "process", firm=True),
        Column("title"),
        Column("stages", "stages", "list", wrap=True),
        Column("open_deals", "open", "number"),
        Column("is_default", "", "flag"),
    )
    lines = [{**dict(row), "stages": row["stages"].split(chr(31))} for row in found]

    def view() -> Table:  # the names of stages may have commas in them
        shown = [{**line, "stages": " > ".join(line["stages"])} for line in lines]
        screen = (columns[0], Column("stages", "stages", wrap=True), columns[3])
        return Table(screen, shown, notes=[f"New deals follow {default}."], ids="name")

    return Table(columns, lines, ids="name", view=view)


def shown(conn: sqlite3.Connection, name: str) -> Sheet:
    process = find(conn, name)
    found = rows(
        conn,
        """
        SELECT position, name, phase, goal, probability, limit_days,
               (SELECT count(*) FROM deals WHERE stage_id = stages.id AND outcome = 'open') AS open_deals
          FROM stages
         WHERE process_id = :id AND dropped_on IS NULL
         ORDER BY position
        """,
        id=process["id"],
    )
    table = Table(
        STAGE_COLUMNS, [dict(row) for row in found], title=f"{process['name']}: {process['title']}".rstrip(": ")
    )
    return Sheet((Column("name"), Column("title")), dict(process), {"stages": table}, view=lambda: table)
