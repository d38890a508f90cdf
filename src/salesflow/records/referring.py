"""Who was referred by whom in a file: found after its last row, for a referrer may stand further down."""

from __future__ import annotations

import sqlite3
from array import array

from salesflow import people
from salesflow.errors import Refused
from salesflow.records import who
from salesflow.records.incoming import Change, Incoming, Report, with_notes
from salesflow.records.settings import Settings
from salesflow.store.rows import one, rows, update


class Referrals:
    """What waits for the last row. It lies in a file of SQLite's own, so that memory stays flat.

    guessed: rows come from somebody's own list, where a referral is a source even if none is named.
    """

    def __init__(self, conn: sqlite3.Connection, settings: Settings, *, guessed: bool) -> None:
        self.conn, self.settings, self.guessed = conn, settings, guessed
        self.refs = array("Q")  # contact ids by `ref`
        self.waiting = sqlite3.connect("")
        self.waiting.execute("CREATE TABLE waiting (contact_id, referrer, ref, line, outcome)")

    def number(self, ref: int, contact_id: int) -> None:
        """The row of that `ref` is this contact."""
        if ref >= len(self.refs):
            self.refs.extend([0] * (ref + 500 - len(self.refs)))
        self.refs[ref] = contact_id

    def add(self, line: int, contact_id: int, person: Incoming, outcome: str) -> None:
        values = contact_id, person.referred_by, person.referred_by_ref, line, outcome
        self.waiting.execute("INSERT INTO waiting VALUES (?, ?, ?, ?, ?)", values)

    def settle(self, report: Report) -> None:
        """Point each at its referrer; one whom nobody or several here are called is kept in the note."""
        for contact_id, referrer, ref, line, outcome in self.waiting.execute("SELECT * FROM waiting ORDER BY rowid"):
            changes = self._changes(contact_id, referrer, ref, line, report)
            if changes:
                update(self.conn, "contacts", contact_id, **changes)
                if outcome != "added":
                    report.amend(line, outcome, (Change("referred by", None, referrer),))
        self.waiting.close()

    def _changes(
        self, contact_id: int, referrer: str | None, ref: int | None, line: int, report: Report
    ) -> dict[str, str | int | None]:
        row = one(self.conn, "SELECT name, referred_by_id, source, note FROM contacts WHERE id = :id", id=contact_id)
        assert row is not None
        found = [number for number in self._found(referrer, ref) if number != contact_id]
        if row["referred_by_id"] is not None and row["referred_by_id"] in found:
            return {}
        if len(found) == 1:
            source = "referral" if self.guessed and row["source"] is None else row["source"]
            return {"referred_by_id": found[0], "source": source}
        if referrer is None:
            return {}
        several = "several here are" if found else "nobody here is"
        report.warn(line, f"{several} called {referrer}; kept in the note of {row['name']}")
        try:
            note = with_notes(row["note"], (f"Referred by: {referrer}",))
        except Refused:
            return {}
        return {"note": note} if note != row["note"] else {}

    def _found(self, referrer: str | None, ref: int | None) -> list[int]:
        """The contacts a referrer may be: by ref, by e-mail, phone or link, else by exactly that name."""
        if ref is not None and ref < len(self.refs) and self.refs[ref]:
            return [self.refs[ref]]
        if referrer is None:
            return []
        try:
            key = who.point_key(referrer, self.settings)
        except Refused:
            key = None
        if key:
            sql = "SELECT DISTINCT contact_id AS id FROM points WHERE value_key = :key LIMIT 3"
            return [row["id"] for row in rows(self.conn, sql, key=key)]
        sql = "SELECT id FROM contacts WHERE name_key = :key LIMIT 3"
        return [row["id"] for row in rows(self.conn, sql, key=people.fold(referrer))]
