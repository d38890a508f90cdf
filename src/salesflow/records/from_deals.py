"""People whom a CRM's deals named: whoever they are is said by the same CRM's list of people, brought in later.

Some CRMs name the contact of a deal and give no id. Such a deal makes a contact of whom nothing but the name is known;
a person of that name from the same CRM is that contact, as a deal brought in later would be that person's. Nowhere else
is a name alone a key.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable

from salesflow.people import fold
from salesflow.records.contacts import Draft
from salesflow.records.identity import WORDS, Known, Register
from salesflow.store.rows import one


class OfDeals:
    """Contacts that have a deal of `system`, a name, and no key; those of one batch of rows."""

    def __init__(self, conn: sqlite3.Connection, system: str) -> None:
        self.conn, self.keys = conn, {"low": f"{system}:", "high": f"{system};"}
        self.named: dict[str, list[int]] = {}
        sql = "SELECT 1 FROM deals WHERE import_key >= :low AND import_key < :high LIMIT 1"
        self.any = bool(system) and one(conn, sql, **self.keys) is not None

    def open(self, drafts: Iterable[Draft]) -> None:
        """Look for those whom the rows of a batch may be about."""
        self.named = {}
        if not self.any:
            return
        names = json.dumps([fold(called(draft)) for draft in drafts if called(draft)])
        sql = """
            SELECT DISTINCT contacts.name_key, contacts.id
              FROM json_each(:names) AS wanted CROSS JOIN contacts ON contacts.name_key = wanted.value
             WHERE imported = 1
               AND NOT EXISTS (
                   SELECT 1 FROM points WHERE points.contact_id = contacts.id AND points.kind <> 'address')
               AND EXISTS (
                   SELECT 1 FROM deals
                    WHERE deals.contact_id = contacts.id AND import_key >= :low AND import_key < :high)
             ORDER BY contacts.id
            """
        for name_key, number in self.conn.execute(sql, {"names": names, **self.keys}):
            self.named.setdefault(name_key, []).append(number)

    def ids(self) -> list[int]:
        return [number for numbers in self.named.values() for number in numbers]

    def match(self, draft: Draft, register: Register, free: Callable[[int], bool]) -> Known | None:
        """The one a row is about, who must be free; of several the one of that company."""
        found = [
            known for number in self.named.get(fold(called(draft)), ())
            if free(number) and (known := register.get(number)) and not any(kind in WORDS for kind, _ in known.points)
        ]  # fmt: skip
        if len(found) > 1:
            found = [known for known in found if fold(known.row["company"] or "") == fold(draft.company or "")]
        return found[0] if len(found) == 1 else None


def called(draft: Draft) -> str:
    return draft.name or draft.company or ""
