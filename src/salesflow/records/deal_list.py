"""Deals as they are listed, and the stages that one went through."""

from __future__ import annotations

import sqlite3

from salesflow.store.rows import rows
from salesflow.table import Column, Row, Table

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
