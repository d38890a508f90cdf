"""Deals: one possible sale to one contact, moving through the stages of a process.

Every stage entry is kept with its instant. A deal closes as won or lost, both with a reason; a sale on the spot is
a won deal that was *bought*, outside win rate and conversion.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from salesflow.dates import Moment
from salesflow.errors import NotFound, Refused
from salesflow.people import check_text
from salesflow.records import contacts, processes
from salesflow.store.rows import insert, one, rows, update, value
from salesflow.table import Column, Row, Table

# Offered, numbered, where a reason is asked for; any words of one's own will do as well.
REASONS = {
    "won": ("fitted the need", "price", "fast reply", "trust", "referral", "bought again"),
    "lost": ("price", "timing", "competitor", "no decision", "no fit", "no reply"),
}


class Draft(NamedTuple):
    """`amount` in minor units with its currency; `stage` a number, a name or its start; `on` the day it opened."""

    contact_id: int
    title: str
    amount: tuple[int, str] | None = None
    process: str = "three-step"
    stage: str | None = None
    on: str | None = None
    import_key: str | None = None


def add(conn: sqlite3.Connection, draft: Draft, moment: Moment) -> int:
    """The new deal's id, in the stage asked for, else the first selling stage. Raises NotFound, Refused."""
    title = check_text(draft.title, "a title", 1000).strip()
    if not title:
        raise Refused("what is the deal about? salesflow deal add WHO WHAT [--amount N]")
    process = processes.find(conn, draft.process)
    stages = processes.stages(conn, process["id"])
    selling = [stage for stage in stages if stage["phase"] == "sell"] or stages
    stage = processes.find_stage(conn, process["id"], draft.stage) if draft.stage else selling[0]
    on, at = when(draft.on, moment)
    minor, currency = draft.amount or (None, None)
    deal_id = insert(
        conn, "deals", contact_id=draft.contact_id, process_id=process["id"], stage_id=stage["id"], title=title,
        amount_minor=minor, currency=currency, opened_at=at, opened_on=on, import_key=draft.import_key,
    )  # fmt: skip
    insert(
        conn, "stage_entries", deal_id=deal_id, contact_id=draft.contact_id, stage_id=stage["id"],
        entered_at=at, entered_on=on,
    )  # fmt: skip
    return deal_id


def when(on: str | None, moment: Moment) -> tuple[str, str]:
    """(day, instant) of something dated `on`; noon stands for the time of a day gone by."""
    if on is None or on == moment.on:
        return moment.on, moment.at
    if on > moment.on:
        raise Refused(f"{on} is still to come; it is written down when it has happened")
    return on, f"{on}T12:00:00Z"


def enter(conn: sqlite3.Connection, deal_id: int, stage_id: int, moment: Moment, on: str | None = None) -> None:
    """Leave the present stage and enter another; the stay that ends keeps its days."""
    deal = get(conn, deal_id)
    day, at = when(on, moment)
    leave(conn, deal, day)
    insert(
        conn, "stage_entries", deal_id=deal_id, contact_id=deal["contact_id"], stage_id=stage_id,
        entered_at=at, entered_on=day,
    )  # fmt: skip
    update(conn, "deals", deal_id, stage_id=stage_id, parked_until=None, parked_why=None)


def leave(conn: sqlite3.Connection, deal: sqlite3.Row, day: str) -> None:
    stay = one(conn, "SELECT id, entered_on FROM stage_entries WHERE deal_id = :id AND left_on IS NULL", id=deal["id"])
    if stay is None:
        return
    if day < stay["entered_on"]:
        raise Refused(f"D{deal['id']} entered its stage on {stay['entered_on']}; it cannot leave on {day}")
    entered = datetime.date.fromisoformat(stay["entered_on"])
    days = (datetime.date.fromisoformat(day) - entered).days
    update(conn, "stage_entries", stay["id"], left_on=day, days=days)


def move(conn: sqlite3.Connection, deal_id: int, stage: str | None, moment: Moment, on: str | None = None) -> str:
    """On to the next stage, or to the one named; the new stage's name. Raises NotFound, Refused."""
    deal = get_open(conn, deal_id)
    if stage:
        target = processes.find_stage(conn, deal["process_id"], stage)
    else:
        here = value(conn, "SELECT position FROM stages WHERE id = :id", id=deal["stage_id"])
        ahead = [row for row in processes.stages(conn, deal["process_id"]) if row["position"] > here]
        if not ahead:
            raise Refused(f"D{deal_id} is in the last stage; close it: salesflow win D{deal_id} HOW, or lose")
        target = ahead[0]
    if target["id"] == deal["stage_id"]:
        raise Refused(f"D{deal_id} is in {target['name']} already")
    enter(conn, deal_id, target["id"], moment, on)
    return str(target["name"])


def close(
    conn: sqlite3.Connection, deal_id: int, outcome: str, how: str, moment: Moment, *,
    amount: tuple[int, str] | None = None, on: str | None = None,
) -> None:  # fmt: skip
    """Won or lost, with the reason. Raises Refused."""
    deal = get_open(conn, deal_id)
    how = check_text(how, "a reason", 1000).strip()
    if not how:
        raise Refused(reason_needed(deal_id, outcome))
    day, at = when(on, moment)
    leave(conn, deal, day)
    update(
        conn,
        "deals",
        deal_id,
        outcome=outcome,
        how=how,
        closed_at=at,
        closed_on=day,
        parked_until=None,
        parked_why=None,
    )
    if amount is not None:
        update(conn, "deals", deal_id, amount_minor=amount[0], currency=amount[1])


def reason_needed(deal_id: int, outcome: str) -> str:
    verb, word = ("win", "how") if outcome == "won" else ("lose", "why")
    command = f"salesflow {verb} D{deal_id} {word.upper()} ({', '.join(REASONS[outcome])}, or your words)"
    return f"D{deal_id} stays open: say {word} it was {outcome}: {command}"


def reopen(conn: sqlite3.Connection, deal_id: int, moment: Moment) -> None:
    """A closed deal is open again, as of today, in the stage it stood in, or in the one that took its place."""
    deal = get(conn, deal_id)
    if deal["outcome"] == "open":
        raise Refused(f"D{deal_id} is open")
    stages = processes.stages(conn, deal["process_id"])
    if deal["stage_id"] in [stage["id"] for stage in stages]:
        stage_id = deal["stage_id"]
    else:
        position = value(conn, "SELECT position FROM stages WHERE id = :id", id=deal["stage_id"])
        stage_id = stages[min(position, len(stages)) - 1]["id"]
    update(
        conn, "deals", deal_id, outcome="open", way="sold", how=None, closed_at=None, closed_on=None, stage_id=stage_id
    )
    insert(
        conn, "stage_entries", deal_id=deal_id, contact_id=deal["contact_id"], stage_id=stage_id,
        entered_at=moment.at, entered_on=moment.on,
    )  # fmt: skip


def park(conn: sqlite3.Connection, deal_id: int, until: str, why: str, moment: Moment) -> None:
    """Quiet until a day to come, for a reason. Raises Refused."""
    get_open(conn, deal_id)
    if until <= moment.on:
        raise Refused(f"park until a day to come, not {until}")
    if not why.strip():
        raise Refused(f"why is it parked? salesflow park D{deal_id} {until} WHY")
    update(conn, "deals", deal_id, parked_until=until, parked_why=check_text(why, "a reason", 1000).strip())


def take_up(conn: sqlite3.Connection, deal_id: int, moment: Moment) -> None:
    """A parked deal whose day has come is parked no more; any other stays as it is."""
    until = get(conn, deal_id)["parked_until"]
    if until and until <= moment.on:
        update(conn, "deals", deal_id, parked_until=None, parked_why=None)


def edit(
    conn: sqlite3.Connection, deal_id: int, *, title: str | None = None, amount: tuple[int, str] | None = None,
    how: str | None = None,
) -> list[str]:  # fmt: skip
    """Each change in words."""
    deal = get(conn, deal_id)
    changes: dict[str, str | int | None] = {}
    if title is not None:
        changes["title"] = check_text(title, "a title", 1000).strip() or deal["title"]
    if amount is not None:
        changes["amount_minor"], changes["currency"] = amount
    if how is not None:
        if deal["outcome"] == "open":
            raise Refused(f"D{deal_id} is open; it gets its reason when it closes")
        changes["how"] = check_text(how, "a reason", 1000).strip() or deal["how"]
    changes = {name: new for name, new in changes.items() if new != deal[name]}
    update(conn, "deals", deal_id, **changes)
    return [contacts.changed(name, deal[name], new) for name, new in changes.items()]


def delete(conn: sqlite3.Connection, deal_id: int) -> None:
    """Remove a deal and its stays; what was done and promised for it stays with the contact."""
    get(conn, deal_id)
    for table in ("activities", "follow_ups"):
        conn.execute(f"UPDATE {table} SET deal_id = NULL WHERE deal_id = :id", {"id": deal_id})  # noqa: S608
    for table in ("stage_entries", "exceptions"):
        conn.execute(f"DELETE FROM {table} WHERE deal_id = :id", {"id": deal_id})  # noqa: S608
    conn.execute("DELETE FROM deals WHERE id = :id", {"id": deal_id})


def get(conn: sqlite3.Connection, deal_id: int) -> sqlite3.Row:
    """The deal with its contact, stage and process by name."""
    row = one(
        conn,
        """
        SELECT deals.*, contacts.name AS contact, stages.name AS stage, stages.phase, processes.name AS process
          FROM deals
          JOIN contacts ON contacts.id = deals.contact_id
          JOIN stages ON stages.id = deals.stage_id
          JOIN processes ON processes.id = deals.process_id
         WHERE deals.id = :id
        """,
        id=deal_id,
    )
    if row is None:
        raise NotFound(f"no deal D{deal_id}; see: salesflow pipeline")
    return row


def get_open(conn: sqlite3.Connection, deal_id: int) -> sqlite3.Row:
    deal = get(conn, deal_id)
    if deal["outcome"] != "open":
        raise Refused(
            f"D{deal_id} was {deal['outcome']} on {deal['closed_on']}; open it again: salesflow deal reopen D{deal_id}"
        )
    return deal


def open_deal(conn: sqlite3.Connection, contact_id: int) -> int:
    """The contact's one open deal. Raises NotFound when there is none, or several."""
    found = rows(
        conn, "SELECT id, title FROM deals WHERE contact_id = :id AND outcome = 'open' ORDER BY id", id=contact_id
    )
    if len(found) == 1:
        return int(found[0]["id"])
    name = contacts.get(conn, contact_id)["name"]
    if not found:
        raise NotFound(f"{name} has no open deal; open one: salesflow deal add {contact_id} WHAT [--amount N]")
    listed = "\n  ".join(f"D{row['id']} {row['title']}" for row in found)
    raise NotFound(f"{name} has {len(found)} open deals; say which by its key:\n  {listed}")


DEAL_COLUMNS = (
    Column("key", "key", firm=True),
    Column("title", "what"),
    Column("contact_id"),
    Column("contact", "who"),
    Column("amount", "amount", "money", firm=True),
    Column("process"),
    Column("stage", "stage"),
    Column("phase"),
    Column("outcome", "outcome", firm=True),
    Column("way"),
    Column("how", "how"),
    Column("opened_on", "opened", "day", firm=True),
    Column("closed_on", "closed", "day", firm=True),
    Column("parked_until", "", "day"),
    Column("parked_why"),
)
SCREEN = (
    Column("key", "key", firm=True),
    Column("contact", "who"),
    Column("title", "what"),
    Column("amount", "amount", "money", firm=True),
    Column("state", "state", wrap=True),
    Column("since", "since", "day", firm=True),
)


LISTED = """
    SELECT 'D' || deals.id AS key, deals.id, deals.title, contact_id, contacts.name AS contact, amount_minor,
           currency, processes.name AS process, stages.name AS stage, stages.phase, outcome, way, how, opened_on,
           closed_on, parked_until, parked_why
      FROM deals
      JOIN contacts ON contacts.id = deals.contact_id
      JOIN stages ON stages.id = deals.stage_id
      JOIN processes ON processes.id = deals.process_id
     WHERE (:outcome IS NULL OR outcome = :outcome)
       AND (:process IS NULL OR processes.name = :process)
    """
NEWEST = " ORDER BY deals.id DESC LIMIT :limit"


def listed(
    conn: sqlite3.Connection, *, contact_id: int | None = None, outcome: str | None = None, process: str | None = None,
    limit: int | None = None,
) -> Table:  # fmt: skip
    """Deals, the newest first."""
    # Two statements: one with an optional contact reads every deal to find those of one.
    found = rows(
        conn,
        LISTED + NEWEST if contact_id is None else f"{LISTED} AND contact_id = :contact_id {NEWEST}",
        contact_id=contact_id,
        outcome=outcome,
        process=process,
        limit=-1 if limit is None else limit,
    )
    lines = [dict(row) for row in found]

    def view() -> Table:
        shown = [{**line, "state": state(line), "since": line["closed_on"] or line["opened_on"]} for line in lines]
        return Table(SCREEN, shown, empty="No deals.", ids="key")

    return Table(DEAL_COLUMNS, lines, ids="key", view=view)


def state(line: Row) -> str:
    """Where a deal stands, in words: its stage, until when it is parked, or how it closed."""
    if line["outcome"] == "open":
        return f"parked until {line['parked_until']}" if line["parked_until"] else str(line["stage"])
    return f"{line['outcome']}: {line['how']}" if line["how"] else "bought"


STAY_COLUMNS = (
    Column("stage", "stage", firm=True),
    Column("entered_on", "entered", "day", firm=True),
    Column("left_on", "left", "day", firm=True),
    Column("days", "days", "number"),
    Column("entered_at"),
)


def stays(conn: sqlite3.Connection, deal_id: int) -> Table:
    """Every stage entry of a deal, in order."""
    found = rows(
        conn,
        """
        SELECT stages.name AS stage, entered_on, left_on, days, entered_at
          FROM stage_entries JOIN stages ON stages.id = stage_entries.stage_id
         WHERE deal_id = :id
         ORDER BY stage_entries.id
        """,
        id=deal_id,
    )
    return Table(STAY_COLUMNS, [dict(row) for row in found], empty="It never stood in a stage.")


def reasons(conn: sqlite3.Connection, outcome: str) -> Sequence[str]:
    """The reasons to offer: one's own most frequent first, then the built-in ones."""
    own = rows(
        conn,
        """
        SELECT how FROM deals
         WHERE outcome = :outcome AND how IS NOT NULL
         GROUP BY how
         ORDER BY count(*) DESC, max(id) DESC
         LIMIT 5
        """,
        outcome=outcome,
    )
    return list(dict.fromkeys([row["how"] for row in own] + list(REASONS[outcome])))[:9]
