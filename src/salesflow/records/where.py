"""Where a deal stands, when it is time to go on, what is next, and whether to change course. Not a list of orders."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from salesflow import dates
from salesflow.records import (
    approach,
    channels,
    contacts,
    deals,
    expected,
    gates,
    leaving,
    matters,
    processes,
    settings,
    silence,
    task_commands,
    tasks,
)  # fmt: skip
from salesflow.store.rows import one, rows, value
from salesflow.table import Column, Row, Sheet, Table, Text

COLUMNS = (
    Column("key"), Column("id", kind="number"), Column("contact_id", kind="number"), Column("contact"),
    Column("title"), Column("process"), Column("outcome"), Column("stage"), Column("stage_number", kind="number"),
    Column("stages", kind="number"), Column("phase"), Column("goal"), Column("outsourced_to"),
    Column("days", kind="number"), Column("usual_days", kind="number"), Column("limit_days", kind="number"),
    Column("day", kind="number"), Column("expected_days", kind="number"), Column("expected"),
    Column("tasks_done", kind="number"), Column("tasks_total", kind="number"), Column("next_stage"), Column("gate"),
    Column("known", kind="number"), Column("needed", kind="number"), Column("can_go_on", kind="flag"),
    Column("next"), Column("tries", kind="number"), Column("try_next"), Column("approach"), Column("approach_why"),
    Column("advice"), Column("why"),
)  # fmt: skip
UNMET_COLUMNS = (Column("question"), Column("wording"), Column("ask"), Column("command"))
TASK_COLUMNS = (Column("task"), Column("state"), Column("waits_for", kind="list"))
FROM_DEAL = ("id", "contact_id", "contact", "title", "process", "outcome", "stage", "phase")
ENOUGH_STAYS = 5  # finished ones before their average is called usual


class Advice(NamedTuple):
    """word: stay, go on, change, wait or closed; why: in words."""

    word: str
    why: str


def of_deal(conn: sqlite3.Connection, deal_id: int, today: datetime.date) -> Sheet:
    """One deal: the row, the questions unmet for the next stage, and the tasks of its own. Raises NotFound."""
    deal = deals.get(conn, deal_id)
    here = leaving.stage(conn, deal["stage_id"])
    following = leaving.ahead(conn, deal)
    own = tasks.of_stage(tasks.of_deal(conn, deal_id), deal["stage_id"])
    gate = following["gate"] if following is not None and deal["outcome"] == "open" else None
    needed = gates.states(conn, gate, deal["contact_id"], deal_id) if gate else []
    missing = gates.missing(conn, gate, needed, deal_id) if gate else []
    row: dict[str, object] = {
        **{name: deal[name] for name in FROM_DEAL},
        "key": f"D{deal_id}",
        "stage_number": here["position"],
        "stages": len(processes.stages(conn, deal["process_id"])),
        "goal": here["goal"],
        "outsourced_to": here["outsourced_to"],
        **stay(conn, deal, today),
        "limit_days": here["limit_days"],
        "tasks_done": sum(task.state == "done" for task in own),
        "tasks_total": len(own),
        "next_stage": following["name"] if following is not None else None,
        "gate": gate,
        "known": len(needed) - len(missing) if gate else None,
        "needed": len(needed) if gate else None,
    }  # fmt: skip
    row["can_go_on"] = deal["outcome"] == "open" and not missing and row["tasks_done"] == row["tasks_total"]
    concerns = matters.of_deal(conn, deal_id, "objection", state="open")
    signs = matters.of_deal(conn, deal_id, "sign", state="open")
    row["next"] = next_step(conn, deal, here, following, missing, concerns, signs)
    length = expected.expected(conn, deal_id, today)
    row |= {"day": length.day, "expected_days": length.days, "expected": length.why, **coming_to(conn, deal)}
    row["advice"], row["why"] = advice(conn, deal, row, signs, today)
    tables = {
        "unmet": Table(UNMET_COLUMNS, [each._asdict() for each in missing]),
        "tasks": Table(TASK_COLUMNS, [{**task._asdict(), "task": task.name} for task in own]),
    }
    return Sheet(COLUMNS, row, tables, view=lambda: screen(row, length, missing, own, following, concerns), ids="key")


def stay(conn: sqlite3.Connection, deal: sqlite3.Row, today: datetime.date) -> dict[str, object]:
    """How long it stands where it stands, and how long a stay there usually is, once there were enough of them."""
    entered = value(conn, "SELECT entered_on FROM stage_entries WHERE deal_id = :id AND left_on IS NULL", id=deal["id"])
    pace = one(conn, "SELECT stays, days FROM stage_pace WHERE stage_id = :id", id=deal["stage_id"])
    enough = pace is not None and pace["stays"] >= ENOUGH_STAYS
    return {
        "days": (today - datetime.date.fromisoformat(entered)).days if entered else None,
        "usual_days": round(pace["days"] / pace["stays"]) if pace is not None and enough else None,
    }


def coming_to(conn: sqlite3.Connection, deal: sqlite3.Row) -> dict[str, object]:
    """How to come to them: `tries` unanswered in a row and, after GHOSTED, the way to `try_next`; before anybody met
    them, and while no appointment is open, the `approach`. All null for a deal that is closed."""
    found: dict[str, object] = dict.fromkeys(("tries", "try_next", "approach", "approach_why"))
    if deal["outcome"] != "open":
        return found
    quiet = silence.of_contact(conn, deal["contact_id"])
    found["tries"] = quiet["tries"] if quiet is not None else 0
    if quiet is not None and quiet["tries"] >= silence.GHOSTED:
        found["try_next"] = channels.suggest(conn, deal["contact_id"]).said
    if one(conn, MET, id=deal["contact_id"]) is None:
        way = approach.suggest(conn, deal["contact_id"], settings.read(conn))
        found |= {"approach": way.way, "approach_why": way.reason}
    return found


# That they were met face to face, or are to be.
MET = """
    SELECT 1 FROM exchanges WHERE contact_id = :id AND heard AND kind IN ('visit', 'meeting', 'demo')
     UNION ALL
    SELECT 1 FROM follow_ups WHERE contact_id = :id AND state = 'open' AND appointment IS NOT NULL
    """


def next_step(
    conn: sqlite3.Connection, deal: sqlite3.Row, here: sqlite3.Row, following: sqlite3.Row | None,
    missing: Sequence[gates.Missing], concerns: Sequence[sqlite3.Row], signs: Sequence[sqlite3.Row],
) -> str | None:  # fmt: skip
    """The one thing to do next: act on a sign, answer an objection, the first task that is ready, ask, or go on."""
    key = f"D{deal['id']}"
    if deal["outcome"] == "lost":
        return None
    ready = tasks.ready(conn, deal["id"])
    if deal["outcome"] == "won":
        return f"{ready[0].name} ({task_commands.typed(conn, deal, ready[0])})" if ready else None
    if signs:
        return f"ask for the sale: S{signs[-1]['id']} {signs[-1]['text']} (salesflow win {key} HOW)"
    if concerns:
        number = concerns[0]["id"]
        return f"answer O{number} {concerns[0]['text']} (salesflow objection answer O{number} TEXT)"
    if here["outsourced_to"]:
        return f"{here['outsourced_to']} does this stage; when it is over: salesflow move {key}"
    if ready and ready[0].stage_id == here["id"]:
        return f"{ready[0].name} ({task_commands.typed(conn, deal, ready[0])})"
    if missing:
        return f"ask: {missing[0].ask} ({missing[0].command})"
    if following is not None and following["phase"] != "keep":
        return f"go on to {following['name']} (salesflow move {key})"
    return f"ask for the sale (salesflow win {key} HOW)"


def advice(
    conn: sqlite3.Connection, deal: sqlite3.Row, row: Row, signs: Sequence[sqlite3.Row], today: datetime.date
) -> Advice:
    """Stay, go on, or change course, and why. The first reason that holds."""
    if deal["outcome"] != "open":
        how = f": {deal['how']}" if deal["how"] else ""
        return Advice("closed", f"{deal['outcome'] if deal['way'] == 'sold' else 'bought'} {deal['closed_on']}{how}")
    if contacts.status(conn, deal["contact_id"]) == "off-list":
        return Advice("change", "off the list: they asked not to be kept")
    if deal["parked_until"] and deal["parked_until"] > today.isoformat():
        until = dates.say_day(datetime.date.fromisoformat(deal["parked_until"]), today)
        return Advice("wait", f"parked until {until}: {deal['parked_why']}")
    if deal["parked_until"]:
        return Advice("go on", f"back from being parked: {deal['parked_why']}")
    if signs:
        return Advice("go on", f"a buying sign: {signs[-1]['text']}")
    refused = answered_no(conn, deal)
    if refused:
        return Advice("change", f"it does not fit, answered no: {', '.join(refused)}")
    if row["try_next"]:
        return Advice("change", f"{row['tries']} unanswered in a row; {row['try_next']}")
    idle = one(conn, "SELECT stalled_on, limit_days FROM idle_deals WHERE deal_id = :id", id=deal["id"])
    if idle is not None and idle["stalled_on"] <= today.isoformat():
        return Advice("change", f"stalled: more than {idle['limit_days']} days in this stage, and nothing promised")
    if row["can_go_on"]:
        return Advice("go on", "nothing is left to do here")
    return Advice("stay", "no sign of stalling")


def answered_no(conn: sqlite3.Connection, deal: sqlite3.Row) -> list[str]:
    """The needed questions of yes or no, of qualification and of the gates of its process, that were answered no."""
    found = rows(
        conn,
        """
        SELECT DISTINCT questions.name, set_name, questions.position
          FROM answers JOIN questions ON questions.id = question_id
         WHERE answers.contact_id = :contact_id AND (deal_id IS NULL OR deal_id = :id) AND replaced_at IS NULL
           AND answer = 'no' AND form = 'yes-no' AND basis <> 'assumed' AND gates = 1 AND dropped_on IS NULL
           AND (set_name = 'qualification'
                OR set_name IN (SELECT gate FROM stages WHERE process_id = :process_id AND stages.dropped_on IS NULL))
         ORDER BY set_name = 'qualification' DESC, set_name, questions.position
        """,
        contact_id=deal["contact_id"],
        id=deal["id"],
        process_id=deal["process_id"],
    )
    return [row["name"] for row in found]


# -- on a screen -------------------------------------------------------------------------------------------------------


def screen(
    row: Row, length: expected.Expected, missing: Sequence[gates.Missing], own: Sequence[tasks.Task],
    following: sqlite3.Row | None, concerns: Sequence[sqlite3.Row],
) -> Text:  # fmt: skip
    lines = [("DEAL", f"{row['key']}  {row['title']}  {row['contact']}"), ("AT", at(row))]
    if row["outcome"] == "open":
        lines.append(("DAYS", f"{length.said}; expected: {length.why}"))
        lines += [("GOAL", str(row["goal"]))] * bool(row["goal"])
        lines += labelled("GO ON", going_on(row, missing, own, following, concerns))
    lines += labelled("NEXT", [str(row["next"])] if row["next"] else [])
    if row["try_next"] and row["try_next"] not in row["why"]:
        lines.append(("QUIET", f"{row['tries']} unanswered in a row; {row['try_next']}"))
    if row["approach"]:
        lines.append(("MEET", f"{row['approach']} ({row['approach_why']})"))
    word = "" if row["advice"] == "closed" else f"{row['advice']}: "
    lines.append(("COURSE", f"{word}{row['why']}"))
    return Text(lines, indent=8, bold=frozenset({0}))


def labelled(label: str, texts: Sequence[str]) -> list[tuple[str, str]]:
    return [(label if number == 0 else "", text) for number, text in enumerate(texts)]


def at(row: Row) -> str:
    text = f"{row['stage']} ({row['stage_number']} of {row['stages']})"
    if row["outcome"] != "open":
        return f"closed from {text}"
    if row["days"] is not None:
        text += f", {row['days']} {'day' if row['days'] == 1 else 'days'}"
        if row["limit_days"]:
            text += f" of a limit of {row['limit_days']}"
        elif row["usual_days"] is not None:
            text += f" of a usual {row['usual_days']}"
    return text + (f", done by {row['outsourced_to']}" if row["outsourced_to"] else "")


def going_on(
    row: Row, missing: Sequence[gates.Missing], own: Sequence[tasks.Task], following: sqlite3.Row | None,
    concerns: Sequence[sqlite3.Row],
) -> list[str]:  # fmt: skip
    """When it is time to leave the stage, with what is still missing by name."""
    found = []
    if following is not None and following["phase"] != "keep":
        found.append(f"to {following['name']}")
        if row["gate"]:
            names = f"; not known: {', '.join(each.question for each in missing)}" if missing else ""
            found.append(f"{row['gate']} {row['known']} of {row['needed']}{names}")
    else:
        found.append("to the close")
    if own:
        left = [task.name for task in own if task.state != "done"]
        undone = f"; undone: {', '.join(left)}" if left else ""
        found.append(f"tasks {row['tasks_done']} of {row['tasks_total']}{undone}")
    if concerns:
        found.append(f"objections open: {', '.join(concern['text'] for concern in concerns)}")
    return found
