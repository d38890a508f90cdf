"""Deals: one possible sale to one contact, moving through the stages of a process.

Every stage entry is kept with its instant. A deal closes as won or lost, both with a reason; a sale on the spot is
a won deal that was *bought*, outside win rate and conversion.
"""

from __future__ import annotations

import datetime
import sqlite3
from typing import NamedTuple

from salesflow.dates import Moment
from salesflow.errors import NotFound, Refused
from salesflow.people import check_text
from salesflow.records import contacts, processes, reasons
from salesflow.store.rows import insert, one, rows, update, value


class Draft(NamedTuple):
    """`amount` in minor units with its currency; `stage` a number, a name or its start; `on` the day it opened.

    A deal on a product may leave its title empty, and its amount: they are the product's. kind: sale, or recruit, where
    somebody is to join the business."""

    contact_id: int
    title: str
    amount: tuple[int, str] | None = None
    process: str = "three-step"
    stage: str | None = None
    on: str | None = None
    import_key: str | None = None
    product_id: int | None = None
    kind: str = "sale"


def add(conn: sqlite3.Connection, draft: Draft, moment: Moment) -> int:
    """The new deal's id, in the stage asked for, else the first selling stage. Raises NotFound, Refused."""
    if draft.product_id is not None:
        draft = of_product(conn, draft)
    title = check_text(draft.title, "a title", 1000).strip()
    if not title:
        raise Refused("what is the deal about? salesflow deal add WHO WHAT [--amount N]")
    process = processes.find(conn, draft.process)
    stages = processes.stages(conn, process["id"])
    selling = [stage for stage in stages if stage["phase"] == "sell"] or stages
    stage = processes.find_stage(conn, process["id"], draft.stage) if draft.stage else selling[0]
    if draft.kind not in ("sale", "recruit"):
        raise Refused(f"a deal is of the kind sale or recruit, not {draft.kind!r}")
    on, at = when(draft.on, moment)
    minor, currency = draft.amount or (None, None)
    deal_id = insert(
        conn, "deals", contact_id=draft.contact_id, process_id=process["id"], stage_id=stage["id"], title=title,
        amount_minor=minor, currency=currency, opened_at=at, opened_on=on, import_key=draft.import_key,
        product_id=draft.product_id, kind=draft.kind,
    )  # fmt: skip
    insert(
        conn, "stage_entries", deal_id=deal_id, contact_id=draft.contact_id, stage_id=stage["id"],
        entered_at=at, entered_on=on,
    )  # fmt: skip
    return deal_id


def of_product(conn: sqlite3.Connection, draft: Draft) -> Draft:
    """The draft with the title and amount of its product where it has none."""
    from salesflow.records import products

    product = products.get(conn, draft.product_id or 0)
    price = (product["price_minor"], product["currency"]) if product["currency"] else None
    return draft._replace(title=draft.title or product["name"], amount=draft.amount or price)


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
    to = target(conn, get_open(conn, deal_id), stage)
    enter(conn, deal_id, to["id"], moment, on)
    return str(to["name"])


def target(conn: sqlite3.Connection, deal: sqlite3.Row, stage: str | None) -> sqlite3.Row:
    """The stage that a deal is to move to: the next, or the one named. Raises NotFound, Refused."""
    if stage:
        found = processes.find_stage(conn, deal["process_id"], stage)
    else:
        here = value(conn, "SELECT position FROM stages WHERE id = :id", id=deal["stage_id"])
        ahead = [row for row in processes.stages(conn, deal["process_id"]) if row["position"] > here]
        if not ahead:
            raise Refused(f"D{deal['id']} is in the last stage; close it: salesflow win D{deal['id']} HOW, or lose")
        found = ahead[0]
    if found["id"] == deal["stage_id"]:
        raise Refused(f"D{deal['id']} is in {found['name']} already")
    return found


def close(
    conn: sqlite3.Connection, deal_id: int, outcome: str, how: str, moment: Moment, *,
    amount: tuple[int, str] | None = None, on: str | None = None, note: str | None = None,
) -> None:  # fmt: skip
    """Won or lost, with the reason and its class; every sign to buy is acted on. Raises Refused.

    What is said of a close besides: `records.closing`.
    """
    deal = get_open(conn, deal_id)
    reason = reasons.checked(deal_id, outcome, how, note)
    day, at = when(on, moment)
    leave(conn, deal, day)
    update(
        conn, "deals", deal_id, outcome=outcome, how=reason.how, reason=reason.name, note=reason.note, closed_at=at,
        closed_on=day, parked_until=None, parked_why=None,
    )  # fmt: skip
    if amount is not None:
        update(conn, "deals", deal_id, amount_minor=amount[0], currency=amount[1])
    conn.execute(
        """
        UPDATE matters SET state = 'closed', closed_at = :at, closed_on = :on
         WHERE deal_id = :id AND kind = 'sign' AND state = 'open'
        """,
        {"at": moment.at, "on": moment.on, "id": deal_id},
    )


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
        conn, "deals", deal_id, outcome="open", way="sold", how=None, reason=None, note=None, lesson=None, lost_to=None,
        paid_on=None, pace=None, closed_at=None, closed_on=None, stage_id=stage_id,
    )  # fmt: skip
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
    how: str | None = None, product_id: int | None = None, is_key: bool | None = None, paid_on: str | None = None,
    note: str | None = None, lesson: str | None = None, lost_to: str | None = None, moment: Moment | None = None,
) -> list[str]:  # fmt: skip
    """Each change in words. is_key: one of the important ones. An empty text clears what is said of a closed deal."""
    deal = get(conn, deal_id)
    changes: dict[str, str | int | None] = {}
    if product_id is not None:
        changes["product_id"] = product_id
        if amount is None and deal["amount_minor"] is None:
            amount = of_product(conn, Draft(deal["contact_id"], deal["title"], product_id=product_id)).amount
    if is_key is not None:
        changes["is_key"] = int(is_key)
    if title is not None:
        changes["title"] = check_text(title, "a title", 1000).strip() or deal["title"]
    if amount is not None:
        changes["amount_minor"], changes["currency"] = amount
    changes |= of_closed(deal, how, paid_on, {"note": note, "lesson": lesson, "lost_to": lost_to}, moment)
    changes = {name: new for name, new in changes.items() if new != deal[name]}
    update(conn, "deals", deal_id, **changes)
    after = get(conn, deal_id)
    said = {"product_id": "product", "is_key": ""}
    return [
        contacts.changed(
            said.get(name, name.replace("_", " ")), deal[said.get(name, name)], after[said.get(name, name)]
        )
        if said.get(name, name) else f"{'one' if after[name] else 'no longer one'} of the important deals"
        for name in changes
    ]  # fmt: skip


def of_closed(
    deal: sqlite3.Row, how: str | None, paid_on: str | None, texts: dict[str, str | None], moment: Moment | None
) -> dict[str, str | int | None]:
    """What is changed of a closed deal: its reason with the class, the day it was paid, what is said of it."""
    changes: dict[str, str | int | None] = {}
    told = how is not None or any(text is not None for text in texts.values())
    if told and deal["outcome"] == "open":
        raise Refused(f"D{deal['id']} is open; it gets its reason when it closes")
    if how and how.strip():
        reason = reasons.classed(deal["outcome"], how)
        changes |= {"how": reason.how, "reason": reason.name, "note": reason.note or deal["note"]}
    changes |= {
        name: check_text(text, "a text", 1000).strip() or None for name, text in texts.items() if text is not None
    }
    if paid_on is not None:
        if deal["outcome"] != "won":
            raise Refused(f"D{deal['id']} is {deal['outcome']}; only a deal that was won is paid")
        if moment is not None and paid_on > moment.on:
            raise Refused(f"{paid_on} is still to come; it is written down when it was paid")
        changes["paid_on"] = paid_on or None
    return changes


def delete(conn: sqlite3.Connection, deal_id: int) -> None:
    """Remove a deal with its stays, its deciders and what was brought up about it.

    What was done and promised for it, and its papers, stay with the contact.
    """
    get(conn, deal_id)
    for table in ("activities", "follow_ups", "documents"):
        conn.execute(f"UPDATE {table} SET deal_id = NULL WHERE deal_id = :id", {"id": deal_id})  # noqa: S608
    theirs = "SELECT id FROM matters WHERE deal_id = :id AND document_id IS NULL"
    conn.execute(f"UPDATE document_lines SET matter_id = NULL WHERE matter_id IN ({theirs})", {"id": deal_id})  # noqa: S608
    conn.execute(f"DELETE FROM replies WHERE matter_id IN ({theirs})", {"id": deal_id})  # noqa: S608
    conn.execute("DELETE FROM matters WHERE deal_id = :id AND document_id IS NULL", {"id": deal_id})
    conn.execute("UPDATE matters SET deal_id = NULL WHERE deal_id = :id", {"id": deal_id})
    for table in ("stage_entries", "exceptions", "deciders", "answers"):
        conn.execute(f"DELETE FROM {table} WHERE deal_id = :id", {"id": deal_id})  # noqa: S608
    conn.execute("DELETE FROM deals WHERE id = :id", {"id": deal_id})


def get(conn: sqlite3.Connection, deal_id: int) -> sqlite3.Row:
    """The deal with its contact, stage and process by name."""
    row = one(
        conn,
        """
        SELECT deals.*, contacts.name AS contact, stages.name AS stage, stages.phase, processes.name AS process,
               products.name AS product
          FROM deals
          JOIN contacts ON contacts.id = deals.contact_id
          JOIN stages ON stages.id = deals.stage_id
          JOIN processes ON processes.id = deals.process_id
          LEFT JOIN products ON products.id = deals.product_id
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


def only_open(conn: sqlite3.Connection, contact_id: int) -> int | None:
    """The contact's open deal where there is exactly one."""
    sql = "SELECT max(id) FROM deals WHERE contact_id = :id AND outcome = 'open' HAVING count(*) = 1"
    return value(conn, sql, id=contact_id)  # type: ignore[no-any-return]
