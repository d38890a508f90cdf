"""Leaving a stage: what is said when a deal goes on though something is left undone, unasked or skipped.

Never a wall. Each is kept as an exception, and said once a deal (`records.exceptions`). Going back warns of nothing.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from salesflow.dates import Moment
from salesflow.records import deals, exceptions, gates, matters, processes, sales, tasks, tasks_done
from salesflow.store.rows import one, rows, value

QUALIFICATION = "qualification"  # the gate that `sales.warn_unqualified` speaks for
ABOUT_NEEDS = ("needs", "sales-qualified")  # a gate of one of these closes the stage that asks what they need


class Close(NamedTuple):
    """How a deal comes to its close. pace: in order, on a sign (stages skipped, a sign to buy seen), or pushed."""

    pace: str
    warnings: list[str]


def warnings(
    conn: sqlite3.Connection, deal: sqlite3.Row, target: sqlite3.Row, moment: Moment, because: str | None = None
) -> list[str]:
    """What there is to say of moving a deal (a row of deals.get) on to a stage, before it is moved; new ones only."""
    here = stage(conn, deal["stage_id"])
    if target["position"] <= here["position"]:
        return []
    following = [row for row in processes.stages(conn, deal["process_id"]) if row["position"] > here["position"]]
    between = [row for row in following if row["position"] < target["position"]]
    found = [undone(conn, deal, here, moment, because)]
    passed = dict.fromkeys(row["gate"] for row in (*between, target) if row["gate"])
    found += [gate(conn, deal, name, target, moment, because) for name in passed]
    if ABOUT_NEEDS[1] in passed or ABOUT_NEEDS[0] in passed:
        found.append(deciders(conn, deal, tuple(passed), moment, because))
    found.append(skipped(conn, deal, [row for row in between if row["phase"] == "sell"], moment, because))
    return [text for text in found if text]


def opening(conn: sqlite3.Connection, deal: sqlite3.Row, moment: Moment, because: str | None = None) -> list[str]:
    """What there is to say of opening a deal where it now stands."""
    found = [sales.warn_unqualified(conn, deal["contact_id"], deal["id"], moment, because)]
    here = stage(conn, deal["stage_id"])
    if here["gate"] and here["gate"] != QUALIFICATION:
        found.append(gate(conn, deal, here["gate"], here, moment, because))
    return [text for text in found if text]


def closing(conn: sqlite3.Connection, deal: sqlite3.Row, moment: Moment, because: str | None = None) -> Close:
    """What there is to say of winning a deal from where it stands, and its pace; before it is closed.

    Of tasks undone nothing: a sale made in order, or on a sign, is no time to be told of a list.
    """
    missed = never_entered(conn, deal)
    said = skipped(conn, deal, missed, moment, because)
    pace = "in order" if not missed else "on a sign" if matters.signs(conn, deal["id"]) else "pushed"
    return Close(pace, [said] if said else [])


def never_entered(conn: sqlite3.Connection, deal: sqlite3.Row) -> list[sqlite3.Row]:
    """The stages of selling that a deal never stood in, in order; what somebody else does is not asked for."""
    entered = {
        row["stage_id"]
        for row in rows(conn, "SELECT DISTINCT stage_id FROM stage_entries WHERE deal_id = :id", id=deal["id"])
    }
    return [
        row for row in processes.stages(conn, deal["process_id"])
        if row["phase"] == "sell" and row["id"] not in entered and row["outsourced_to"] is None
    ]  # fmt: skip


def stage(conn: sqlite3.Connection, stage_id: int) -> sqlite3.Row:
    row = one(conn, "SELECT * FROM stages WHERE id = :id", id=stage_id)
    assert row is not None
    return row


def undone(
    conn: sqlite3.Connection, deal: sqlite3.Row, here: sqlite3.Row, moment: Moment, because: str | None
) -> str | None:
    """The tasks left undone in a stage that is left: `Pre-approach 1 of 3 tasks done (undone: profile, ...)`."""
    tasks_done.seen(conn, deal["id"], moment)
    own = tasks.of_stage(tasks.of_deal(conn, deal["id"]), here["id"])
    left = [task.name for task in own if task.state != "done"]
    what = f"{here['name']}: {', '.join(left)}"
    if not left or not exceptions.keep(
        conn, deal["contact_id"], deal["id"], "tasks", moment, what=what, because=because
    ):
        return None
    return f"{here['name']} {len(own) - len(left)} of {len(own)} tasks done (undone: {', '.join(left)})"


def gate(
    conn: sqlite3.Connection, deal: sqlite3.Row, name: str, target: sqlite3.Row, moment: Moment, because: str | None
) -> str | None:
    """The questions of a gate that are not met."""
    if name == QUALIFICATION:
        return sales.warn_unqualified(conn, deal["contact_id"], deal["id"], moment, because)
    states = gates.states(conn, name, deal["contact_id"], deal["id"])
    missing = ", ".join(state.question for state in states if not state.met)
    if not missing or not exceptions.keep(
        conn, deal["contact_id"], deal["id"], "gate", moment, what=f"{name}: {missing}", because=because
    ):
        return None
    met = sum(state.met for state in states)
    return (
        f"{target['name']} with {name} {met} of {len(states)}; still to ask: {missing} "
        f"(salesflow ask D{deal['id']} {name})"
    )


def deciders(
    conn: sqlite3.Connection, deal: sqlite3.Row, passed: tuple[str, ...], moment: Moment, because: str | None
) -> str | None:
    """Nobody is written down who decides, where no question of the gates passed asks for it.

    Source: assess the decision process early.
    """
    sql = """
        SELECT 1 FROM questions
         WHERE set_name = :name AND gates = 1 AND dropped_on IS NULL AND rule LIKE 'deciders%'
        """
    if any(one(conn, sql, name=name) for name in passed):
        return None
    if one(conn, "SELECT 1 FROM deciders WHERE deal_id = :id", id=deal["id"]):
        return None
    if not exceptions.keep(conn, deal["contact_id"], deal["id"], "deciders", moment, because=because):
        return None
    return f"who decides, and how, is not known (salesflow decider add D{deal['id']} NAME)"


def skipped(
    conn: sqlite3.Connection, deal: sqlite3.Row, stages: list[sqlite3.Row], moment: Moment, because: str | None
) -> str | None:
    """Selling stages jumped over, never entered before, with no sign to buy.

    Source: pushed too early through the later stages, for which they may not be ready.
    """
    missed = {row["id"] for row in never_entered(conn, deal)}
    names = ", ".join(row["name"] for row in stages if row["id"] in missed)
    if not names or matters.signs(conn, deal["id"]):
        return None
    if not exceptions.keep(conn, deal["contact_id"], deal["id"], "skipped", moment, what=names, because=because):
        return None
    return f"skips {names}; no buying sign recorded"


def without_step(conn: sqlite3.Connection, deal: sqlite3.Row, moment: Moment, because: str | None) -> None:
    """It was moved to where it stands, and nothing is promised."""
    exceptions.keep(conn, deal["contact_id"], deal["id"], "no-step", moment, what=deal["stage"], because=because)


def asks_for_needs(conn: sqlite3.Connection, deal: sqlite3.Row) -> bool:
    """Whether a deal stands in the stage that asks what they need: the gate of the next one is about needs."""
    following = ahead(conn, deal)
    return following is not None and following["gate"] in ABOUT_NEEDS


def talked_more(conn: sqlite3.Connection, row: sqlite3.Row, moment: Moment) -> str | None:
    """What there is to say of an activity in which the seller talked more than listened, where they ask for needs.

    Where only one of the two is known, the other is the rest of its minutes.
    """
    listened, talked, minutes = row["listened"], row["talked"], row["minutes"]
    if minutes is not None and listened is None:
        listened = max(minutes - talked, 0)
    if minutes is not None and talked is None:
        talked = max(minutes - listened, 0)
    if listened is None or talked is None or talked <= listened:
        return None
    if not asks_for_needs(conn, deals.get(conn, row["deal_id"])):
        return None
    if not exceptions.keep(conn, row["contact_id"], row["deal_id"], "talked", moment):
        return None
    return f"talked {talked} minutes and listened {listened} while asking what they need: ask, and let them talk"


def ahead(conn: sqlite3.Connection, deal: sqlite3.Row) -> sqlite3.Row | None:
    """The stage after the one a deal stands in; None in the last."""
    here = int(value(conn, "SELECT position FROM stages WHERE id = :id", id=deal["stage_id"]))
    following = [row for row in processes.stages(conn, deal["process_id"]) if row["position"] > here]
    return following[0] if following else None
