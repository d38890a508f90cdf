"""What a process lacks: the seven qualities a good one has, its order, and whether it is followed.

- customer-centred: every stage says what the customer does meanwhile (its journey).
- clearly defined: every stage has a goal; something to do, unless somebody else does it; and a criterion by which it is
  over: questions to be answered before the next stage (that one's gate), or a limit in days. The last stage of selling
  ends with the decision, and keeping a customer never does.
- repeatable: always. A process is kept in full, and its export reads back the same in any file.
- predictable: no stage varies much. It does where of five or more finished stays one in five took more than three times
  as long as the middle one, and more than a week longer. Fewer stays are too little history, and no fault.
- goal-oriented: the process as a whole has a goal.
- measurable: every stage can be measured against something: a limit in days or a probability; keeping is measured by
  what is sold again. What is done is counted by itself: every activity has its kind.
- adaptable: always. Stages and tasks change while deals stand in them, and the history stays.
- order: finding comes before selling, selling before keeping, and there is a stage of selling or of keeping.
- reachable: no task waits for one of a later stage, and no gate names a set without a question that is asked.
- followed: of the deals that were sold to, won or lost or open, how many went on without stages skipped and without
  tasks undone (the exceptions `skipped` and `tasks`). A fault where it is fewer than half, of five or more. Told beside
  it: how much of what was done for open deals is no task of the process.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from salesflow.people import fold
from salesflow.records import process_drafts, process_shown, processes
from salesflow.records.process_drafts import ProcessDraft
from salesflow.store.rows import one, rows, value
from salesflow.table import Column, Table

WORDS = {"find": "finding", "sell": "selling", "keep": "keeping"}
ENOUGH = 5  # stays, or deals: fewer say little
COLUMNS = (
    Column("quality", "quality", firm=True),
    Column("ok", "ok", "flag"),
    Column("found", "what was found", "list"),
)
SCREEN = (Column("quality", "quality", firm=True), Column("ok", "ok", firm=True), Column("found", "found", wrap=True))
Found = tuple[bool, Sequence[str]]  # whether it is well, and what there is to say


def check(conn: sqlite3.Connection, name: str) -> Table:
    """One row a quality: quality, ok, found (lines of text). Raises NotFound."""
    process = processes.find(conn, name)
    draft = process_drafts.of(conn, name)
    qualities: dict[str, Found] = {
        "customer-centred": customer_centred(draft),
        "clearly defined": clearly_defined(draft),
        "repeatable": (True, [f"salesflow process export {name}: the same in any file"]),
        "predictable": predictable(conn, process["id"]),
        "goal-oriented": goal_oriented(draft),
        "measurable": measurable(draft),
        "adaptable": (True, ["stages and tasks change while deals stand in them; history stays"]),
        "order": order(draft),
        "reachable": reachable(conn, draft),
        "followed": followed(conn, process["id"], draft),
    }
    lines = [{"quality": quality, "ok": ok, "found": list(found)} for quality, (ok, found) in qualities.items()]

    def view() -> Table:
        shown = []
        for quality, (ok, found) in qualities.items():
            heads = [(quality, word(ok)), *[("", "")] * (len(found) - 1)]
            shown += [
                {"quality": head, "ok": said, "found": each} for (head, said), each in zip(heads, found, strict=True)
            ]
        return Table(SCREEN, shown, title=f"{name}: is it a good process?")

    return Table(COLUMNS, lines, ids="quality", view=view)


def word(ok: bool) -> str:
    return "ok" if ok else "NO"


def customer_centred(draft: ProcessDraft) -> Found:
    without = [stage.name for stage in draft.stages if stage.journey is None]
    steps = " > ".join(dict.fromkeys(stage.journey for stage in draft.stages if stage.journey))
    return not without, [f"{each}: not said what the customer does (--journey)" for each in without] or [steps]


def clearly_defined(draft: ProcessDraft) -> Found:
    found = []
    last = max((number for number, stage in enumerate(draft.stages) if stage.phase == "sell"), default=-1)
    for number, stage in enumerate(draft.stages):
        following = draft.stages[number + 1 : number + 2]
        endless = stage.phase == "keep" or number == last
        lacks = {
            "no goal": stage.goal is None,
            "nothing to do": not stage.tasks and stage.outsourced_to is None,
            "no sign of its end": not endless and stage.limit_days is None and not any(each.gate for each in following),
        }
        if any(lacks.values()):
            found.append(f"{stage.name}: {', '.join(name for name, lacking in lacks.items() if lacking)}")
    count = sum(len(stage.tasks) for stage in draft.stages)
    stages = f"{len(draft.stages)} stage{'s' * (len(draft.stages) > 1)}"
    return not found, found or [f"{stages} and {count} task{'s' * (count != 1)}, with goals and ends"]


def predictable(conn: sqlite3.Connection, process_id: int) -> Found:
    stays: dict[str, list[int]] = {}
    for row in rows(
        conn,
        """
        SELECT stages.name, days
          FROM stages JOIN stage_entries ON stage_entries.stage_id = stages.id
         WHERE process_id = :id AND dropped_on IS NULL AND left_on IS NOT NULL
         ORDER BY position, days
        """,
        id=process_id,
    ):
        stays.setdefault(row["name"], []).append(row["days"])
    enough = {name: days for name, days in stays.items() if len(days) >= ENOUGH}
    if not enough:
        return True, [f"too little history: no stage has {ENOUGH} finished stays yet"]
    varying = [name for name, days in enough.items() if varies(days)]
    told = [
        f"{name}: {'varies, ' if name in varying else ''}{days[0]} to {days[-1]} days, usually {middle(days)}"
        for name, days in enough.items()
    ]
    return not varying, told


def varies(days: Sequence[int]) -> bool:
    """`days` in order, the shortest first."""
    usual = middle(days)
    slow = [each for each in days if each > 3 * max(usual, 1) and each > usual + 7]
    return 5 * len(slow) >= len(days)


def middle(days: Sequence[int]) -> int:
    return days[len(days) // 2]


def goal_oriented(draft: ProcessDraft) -> Found:
    if draft.goal:
        return True, [draft.goal]
    return False, [f"no goal: salesflow process edit {draft.name} --goal TEXT"]


def measurable(draft: ProcessDraft) -> Found:
    without = [
        stage.name
        for stage in draft.stages
        if stage.phase != "keep" and stage.limit_days is None and stage.probability is None
    ]
    found = [f"{each}: neither a limit nor a probability" for each in without]
    return not without, found or ["each stage until the sale has a limit or a probability"]


def order(draft: ProcessDraft) -> Found:
    ranks = [processes.PHASES.index(stage.phase) for stage in draft.stages]
    found = [
        f"{stage.name}: {WORDS[stage.phase]}, after a stage of {WORDS[processes.PHASES[max(ranks[:number])]]}"
        for number, stage in enumerate(draft.stages)
        if number and ranks[number] < max(ranks[:number])
    ]
    if max(ranks) == 0:
        found.append("nothing is sold: every stage is of finding")
    return not found, found or [" > ".join(dict.fromkeys(stage.phase for stage in draft.stages))]


def reachable(conn: sqlite3.Connection, draft: ProcessDraft) -> Found:
    found = []
    places = {fold(task.name): at for at, stage in enumerate(draft.stages) for task in stage.tasks}
    for at, stage in enumerate(draft.stages):
        for task in stage.tasks if stage.outsourced_to is None else ():
            later = [name for name in task.after if places[fold(name)] > at and own(draft, places[fold(name)])]
            if later:
                found.append(f"{stage.name}: {task.name} waits for {', '.join(later)}, of a stage to come")
        if stage.gate and not process_shown.questions_of(conn, stage.gate):
            found.append(f"{stage.name}: its gate {stage.gate} has no questions that are asked")
    return not found, found or ["every stage, one after the other"]


def own(draft: ProcessDraft, at: int) -> bool:
    """Whether the seller does the stage: what somebody else does is not waited for."""
    return draft.stages[at].outsourced_to is None


def followed(conn: sqlite3.Connection, process_id: int, draft: ProcessDraft) -> Found:
    row = one(
        conn,
        """
        SELECT count(*) AS deals, ifnull(sum(
                 NOT EXISTS (SELECT 1 FROM exceptions WHERE deal_id = deals.id AND kind IN ('skipped', 'tasks'))
               ), 0) AS followed
          FROM deals
         WHERE process_id = :id AND way = 'sold'
        """,
        id=process_id,
    )
    assert row is not None
    if not row["deals"]:
        return True, ["no deals yet"]
    found = [f"{row['followed']} of {row['deals']} deal{'s' * (row['deals'] > 1)}"]
    aside = beside(conn, process_id)
    if aside and any(stage.tasks for stage in draft.stages):
        found.append(
            f"{aside} thing{'s' * (aside > 1)} done for open deals {'are' if aside > 1 else 'is'} no task of it"
        )
    return row["deals"] < ENOUGH or 2 * row["followed"] >= row["deals"], found


def beside(conn: sqlite3.Connection, process_id: int) -> int:
    """How many activities of its open deals are no task of the process. Notes are not counted."""
    sql = """
        SELECT count(*)
          FROM activities JOIN deals ON deals.id = activities.deal_id
         WHERE deals.process_id = :id AND deals.outcome = 'open' AND activities.kind <> 'note' AND task_id IS NULL
        """
    return int(value(conn, sql, id=process_id))
