"""An open deal put on another process, its history kept."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from salesflow.dates import Moment
from salesflow.errors import Refused
from salesflow.records import deals, processes, tasks
from salesflow.store.rows import update


class Change(NamedTuple):
    """The stage the deal is in now, the process it followed until now, and the follow-ups that came with the stage."""

    stage_id: int
    before: str
    promised: list[int]


def put_on(conn: sqlite3.Connection, deal_id: int, name: str, stage: str | None, moment: Moment) -> Change:
    """Into the stage asked for, else that of the same name, else the first selling one. Raises NotFound, Refused."""
    deal = deals.get_open(conn, deal_id)
    process = processes.find(conn, name)
    if process["id"] == deal["process_id"]:
        raise Refused(f"D{deal_id} follows {name} already; to another stage: salesflow move D{deal_id} STAGE")
    found = processes.stages(conn, process["id"])
    same = [row for row in found if row["name_key"] == processes.key_of(conn, deal["stage_id"])]
    if stage:
        target = processes.find_stage(conn, process["id"], stage)
    else:
        target = (same or [row for row in found if row["phase"] == "sell"] or found)[0]
    deals.enter(conn, deal_id, target["id"], moment)
    update(conn, "deals", deal_id, process_id=process["id"])
    return Change(target["id"], deal["process"], tasks.enter(conn, deal_id, moment))
