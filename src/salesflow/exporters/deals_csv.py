"""Deals as a table, for spreadsheets: one row a deal, in the words that `import --as deals` reads."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence

from salesflow.records import exporting
from salesflow.store.rows import rows, value
from salesflow.table import Column, Row, Table

COLUMNS = (
    Column("deal_id"),
    Column("contact"),
    Column("company"),
    Column("email"),
    Column("phone"),
    Column("title"),
    Column("amount", kind="money"),
    Column("process"),
    Column("stage"),
    Column("outcome"),
    Column("way"),
    Column("how"),
    Column("opened_on", kind="day"),
    Column("closed_on", kind="day"),
)
DEALS = """
    SELECT coalesce(import_key, 'D' || deals.id) AS deal_id, contacts.name AS contact, contacts.company, reach.email,
           reach.phone, deals.title, amount_minor, currency, processes.name AS process, stages.name AS stage, outcome,
           way, how, opened_on, closed_on
      FROM json_each(:ids) AS wanted
     CROSS JOIN deals ON deals.contact_id = wanted.value
      JOIN contacts ON contacts.id = deals.contact_id
      JOIN reach ON reach.contact_id = contacts.id
      JOIN processes ON processes.id = deals.process_id
      JOIN stages ON stages.id = deals.stage_id
     ORDER BY deals.id
    """


def table(conn: sqlite3.Connection, ids: Sequence[int]) -> Table:
    """The deals of the contacts with these ids, contact by contact, the oldest first."""
    batches = range(0, len(ids), exporting.BATCH)

    def wanted(start: int) -> str:
        return json.dumps(list(ids[start : start + exporting.BATCH]))

    def read() -> Iterator[Row]:
        for start in batches:
            yield from map(dict, rows(conn, DEALS, ids=wanted(start)))

    many = "SELECT count(*) FROM json_each(:ids) AS wanted CROSS JOIN deals ON deals.contact_id = wanted.value"
    length = sum(value(conn, many, ids=wanted(start)) for start in batches)
    return Table(COLUMNS, exporting.Stream(read, length), ids="deal_id")
