"""Processes: the named, ordered ways of selling. Each has stages, each stage a phase (find, sell or keep) and tasks.

How they are made and changed: `records.process_drafts`.
"""

from __future__ import annotations

import sqlite3

from salesflow.errors import Exists, NotFound, Refused
from salesflow.people import clean_name, fold
from salesflow.store.rows import one, rows, update, value
from salesflow.table import Column, Table

PHASES = ("find", "sell", "keep")
BUILT_IN = ("three-step", "four-phase", "seven-step", "six-stage")
ALSO = {"six-step": "six-stage"}  # as it is called elsewhere


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


def rename_task(conn: sqlite3.Connection, name: str, old: str, new: str) -> None:
    """Another name for a task, whole name given, what was done of it kept. Raises NotFound, Exists."""
    process = find(conn, name)
    new = clean_name(new)
    sql = "SELECT * FROM tasks WHERE process_id = :id AND dropped_on IS NULL"
    found = {row["name_key"]: row for row in rows(conn, sql, id=process["id"])}
    if fold(old) not in found:
        raise NotFound(f"no task {old!r} in {name}")
    if fold(new) in found and fold(new) != fold(old):
        raise Exists(f"there is a task {new!r} already")
    update(conn, "tasks", found[fold(old)]["id"], name=new, name_key=fold(new))


def drop(conn: sqlite3.Connection, name: str) -> None:
    """Delete a process no deal ever followed. Raises NotFound, Refused."""
    process = find(conn, name)
    if one(conn, "SELECT 1 FROM deals WHERE process_id = :id LIMIT 1", id=process["id"]):
        raise Refused(f"deals follow {name}; it stays")
    clear(conn, process["id"])
    conn.execute("DELETE FROM processes WHERE id = :id", {"id": process["id"]})


def clear(conn: sqlite3.Connection, process_id: int) -> None:
    """Remove the stages and tasks of a process no deal ever followed."""
    sql = "DELETE FROM task_links WHERE task_id IN (SELECT id FROM tasks WHERE process_id = :id)"
    conn.execute(sql, {"id": process_id})
    conn.execute("DELETE FROM tasks WHERE process_id = :id", {"id": process_id})
    conn.execute("DELETE FROM stages WHERE process_id = :id", {"id": process_id})


def find(conn: sqlite3.Connection, name: str) -> sqlite3.Row:
    row = one(conn, "SELECT * FROM processes WHERE name = :name", name=name)
    if row is None and name in ALSO:
        return find(conn, ALSO[name])
    if row is None:
        names = ", ".join(row["name"] for row in rows(conn, "SELECT name FROM processes ORDER BY id"))
        raise NotFound(f"no process {name!r}; there are: {names}")
    return row


def stages(conn: sqlite3.Connection, process_id: int) -> list[sqlite3.Row]:
    """The stages in use, in order."""
    sql = "SELECT * FROM stages WHERE process_id = :id AND dropped_on IS NULL ORDER BY position, id"
    return rows(conn, sql, id=process_id)


def key_of(conn: sqlite3.Connection, stage_id: int) -> str:
    """The folded name of a stage."""
    return str(value(conn, "SELECT name_key FROM stages WHERE id = :id", id=stage_id))


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
