"""Deals as a table, for spreadsheets: one row a deal, in the words that `import --as deals` reads."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from salesflow.records import exporting
from salesflow.table import Column, Table

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


def table(conn: sqlite3.Connection, ids: Sequence[int]) -> Table:
    """The deals of the contacts with these ids, contact by contact, the oldest first."""
    return Table(COLUMNS, exporting.deals(conn, ids), ids="deal_id")
