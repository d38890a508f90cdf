"""Taking contacts from a file: what is new, what differs, what is there already.

A row that was taken once, cell for cell, is not read again: a second run of any file changes nothing, an older file
takes nothing back, and what was changed by hand since stays. Whom any other row is about, `records.identity` says. A
blank says nothing; a differing value updates; points and tags are added; a part of a note that is not there yet goes
below what is there; a promise of the same day and text is made once, whatever became of it; an answer never replaces
one that was given otherwise than by a list. New contacts are marked as imported.
"""

from __future__ import annotations

import gc
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from salesflow import people
from salesflow.dates import Moment
from salesflow.errors import Refused
from salesflow.records import consent, extras, follow_ups, questions
from salesflow.records.contacts import Draft, named
from salesflow.records.identity import WORDS, Known, Register
from salesflow.records.incoming import Extras, Incoming, Report, Row, Unread, with_notes
from salesflow.records.referring import Referrals
from salesflow.records.settings import Settings
from salesflow.store.rows import insert_many, one, update, value

BATCH = 500
SCALARS = (
    "name", "kind", "company", "job_title", "source", "source_detail", "rating", "priority", "birthday", "alarm_days",
)  # fmt: skip
COLUMNS = (
    "id", "kind", "name", "name_key", "company", "job_title", "source", "source_detail", "rating", "priority",
    "birthday", "alarm_days", "note", "off_list_on", "off_list_why", "imported", "row_hash", "created_at", "created_on",
)  # fmt: skip
# Bits of what rows of this file said of a contact: that one was about it, and how it is called.
MET, NAMED = 1, 2

Attach = Callable[[sqlite3.Connection, int, Incoming, bool], bool]


class Intake:
    """Rows on their way in, a batch at a time, inside one transaction.

    own: the rows are an export of ours, each another contact. attach: takes what else a row has, once its contact is
    there; whether that changed anything.
    """

    def __init__(
        self, conn: sqlite3.Connection, settings: Settings, moment: Moment, extras: Extras, *,
        own: bool = False, attach: Attach | None = None,
    ) -> None:  # fmt: skip
        self.conn, self.moment, self.extras, self.own, self.attach = conn, moment, extras, own, attach
        self.report = Report()
        free = (lambda number: not self._said(number)) if own else None
        self.register = Register(conn, free, lambda number: bool(self._said(number) & NAMED))
        self.referrals = Referrals(conn, settings, guessed=not own)
        self.said = bytearray()  # by contact id: flat, however long the file
        self.last_id = value(conn, "SELECT seq FROM sqlite_sequence WHERE name = 'contacts'") or 0
        self.fields: dict[str, int] | None = None  # extra fields by their folded headings
        self.fresh: list[dict[str, Any]] = []
        self.points: list[tuple[int, str, str | None, str, str]] = []
        self.tags: list[tuple[int, str, str]] = []
        self.labels: list[tuple[str, int, str, str]] = []
        self.rows: list[tuple[int, str]] = []

    def take(self, incoming: Iterable[Row]) -> Report:
        """Every row, in the order of the file."""
        self.conn.execute("SAVEPOINT taken")
        # Rows make no circles; looking for some after every few hundred of them takes a tenth of the time.
        gc.disable()
        try:
            stream = iter(incoming)
            while batch := list(islice(stream, BATCH)):
                self._take(batch)
        finally:
            gc.enable()
        self.referrals.settle(self.report)
        if not (self.report.added or self.report.updated):
            self.conn.execute("ROLLBACK TO taken")  # nothing but that these rows were seen, which says nothing new
        self.conn.execute("RELEASE taken")
        return self.report

    def _take(self, batch: list[Row]) -> None:
        read = list(self._read(batch))
        self._open([person for _, _, person in read])
        taken: list[tuple[int, Incoming, Known, str]] = []
        fresh: set[str] = set()
        for line, seen, person in read:
            if seen in fresh:
                self.report.count("same")
                continue
            try:
                known = self._known(person)
                if known is None:
                    known, outcome = self._make(person), "added"
                else:
                    outcome = "updated" if self._merge(known, person) else "same"
            except Refused as error:
                self.report.refuse(line, str(error))
                continue
            self._mark(known.id, NAMED | MET if person.draft.name else MET)
            taken.append((line, person, known, outcome))
            if seen:
                fresh.add(seen)
                self.rows.append((known.id, seen))
        self._flush()
        for line, person, known, outcome in taken:
            self._finish(line, person, known, outcome)

    def _read(self, batch: list[Row]) -> Iterator[tuple[int, str | None, Incoming]]:
        """The rows that were not taken before, with what they are remembered by."""
        wanted = json.dumps([row.seen for _, row in batch if isinstance(row, Unread)])
        sql = """
            SELECT DISTINCT imported_rows.row_hash
              FROM json_each(:wanted) AS wanted
             CROSS JOIN imported_rows ON imported_rows.row_hash = wanted.value
              JOIN contacts ON contacts.id = imported_rows.contact_id
            """
        taken = {found[0] for found in self.conn.execute(sql, {"wanted": wanted})}
        for line, row in batch:
            if isinstance(row, str):
                self.report.refuse(line, row)
            elif isinstance(row, Incoming):
                yield line, None, row
            elif row.seen in taken:
                self.report.count("same")
            else:
                try:
                    yield line, row.seen, row.read()
                except Refused as error:
                    self.report.refuse(line, str(error))

    def _open(self, batch: list[Incoming]) -> None:
        keyless = [each for each in batch if not any(point.kind in WORDS for point in each.draft.points)]
        self.register.open(
            [person.draft for person in batch],
            [person.row_hash for person in keyless if person.row_hash],
            [person.draft.name for person in keyless if person.draft.name] if self.own else [],
        )

    def _known(self, person: Incoming) -> Known | None:
        if person.draft.kind == "walk-in":
            number = value(self.conn, "SELECT id FROM contacts WHERE kind = 'walk-in'")
            return self.register.get(number) if number else None
        return self.register.match(person.draft, person.row_hash, person.created_on if self.own else None)

    # -- a contact -------------------------------------------------------------------------------------------------

    def _make(self, person: Incoming) -> Known:
        draft, moment = person.draft, self.moment
        name = named(draft)
        note = with_notes(None, ("\n".join(person.notes),)) if person.notes else None
        off_on, off_why = person.off_list or (None, None)
        on = person.created_on or moment.on
        self.last_id += 1
        row = {
            "id": self.last_id, "kind": draft.kind or ("company" if draft.company and not draft.name else "person"),
            "name": name, "name_key": people.fold(name), "company": draft.company, "job_title": draft.job_title,
            "source": draft.source or self.extras.source, "source_detail": draft.source_detail,
            "rating": draft.rating, "priority": draft.priority, "birthday": draft.birthday,
            "alarm_days": draft.alarm_days, "note": note, "off_list_why": off_why,
            "off_list_on": (off_on or moment.on) if person.off_list else None, "imported": int(person.imported),
            "row_hash": person.row_hash, "created_on": on,
            "created_at": person.created_at or (moment.at if on == moment.on else f"{on}T12:00:00Z"),
        }  # fmt: skip
        self.fresh.append(row)
        known = Known(self.last_id, row)
        self.register.known[known.id] = known
        if person.row_hash:
            self.register.by_hash.setdefault(person.row_hash, []).append(known.id)
        self._add_points(known, draft)
        self._add_tags(known, draft.tags)
        self._add_tags(known, self.extras.tags)
        return known

    def _merge(self, known: Known, person: Incoming) -> bool:
        """What the row says put into the contact that is there; whether anything changed."""
        draft, row = person.draft, known.row
        note = with_notes(row["note"], person.notes)
        changes: dict[str, Any] = {} if note == row["note"] else {"note": note}
        for name in SCALARS:
            new = getattr(draft, name)
            if new is not None and new != row[name]:
                changes[name] = new
        if "name" in changes:
            changes["name_key"] = people.fold(changes["name"])
        if self.extras.source and row["source"] is None:
            changes.setdefault("source", self.extras.source)
        if person.off_list and row["off_list_on"] is None:
            changes["off_list_on"] = person.off_list[0] or self.moment.on
            changes["off_list_why"] = person.off_list[1]
        known.change(changes)
        added = self._add_points(known, draft)
        tagged = self._add_tags(known, draft.tags) | self._add_tags(known, self.extras.tags)
        return bool(changes) or added or tagged

    def _add_points(self, known: Known, draft: Draft) -> bool:
        added = []
        labelled = False
        for point in draft.points:
            key = (point.kind, point.key)
            if key not in known.points:
                known.points[key] = point.label
                added.append(key)
                self.points.append((known.id, point.kind, point.label, point.value, point.key))
            elif point.label and known.points[key] is None:
                known.points[key] = point.label
                self.labels.append((point.label, known.id, point.kind, point.key))
                labelled = True
        if added and not self.own:
            self.register.learn(known, added)
        return labelled or bool(added)

    def _add_tags(self, known: Known, tags: Iterable[str]) -> bool:
        before = len(known.tags)
        for tag in tags:
            key = people.fold(tag)
            if key not in known.tags:
                known.tags.add(key)
                self.tags.append((known.id, tag, key))
        return len(known.tags) > before

    def _flush(self) -> None:
        insert_many(self.conn, "contacts", COLUMNS, [tuple(map(row.__getitem__, COLUMNS)) for row in self.fresh])
        for known in self.register.known.values():
            if known.changes:
                update(self.conn, "contacts", known.id, **known.changes)
                known.changes.clear()
        insert_many(self.conn, "points", ("contact_id", "kind", "label", "value", "value_key"), self.points)
        insert_many(self.conn, "tags", ("contact_id", "tag", "tag_key"), self.tags)
        self.conn.executemany(
            "UPDATE points SET label = ? WHERE contact_id = ? AND kind = ? AND value_key = ?", self.labels
        )
        insert_many(self.conn, "imported_rows", ("contact_id", "row_hash"), self.rows)
        for waiting in (self.fresh, self.points, self.tags, self.labels, self.rows):
            waiting.clear()

    # -- what hangs on it ------------------------------------------------------------------------------------------

    def _finish(self, line: int, person: Incoming, known: Known, outcome: str) -> None:
        """What can only be done once the contact is in the file; then the row is counted."""
        changed = False
        if person.next_on or person.todo:
            changed = promise(self.conn, known.id, person, self.moment)
        for name, answer in (*person.answers, *self.extras.answers):
            changed |= answered(self.conn, known.id, name, answer, self.moment)
        if person.whole is not None and self.attach:
            changed |= self.attach(self.conn, known.id, person, outcome == "added")
        for heading, text in person.kept:
            changed |= extras.put(self.conn, known.id, self._field(heading), text, self.moment, "list")
        for said in person.consents:
            changed |= consent.give(
                self.conn, known.id, said.channel, said.answer, self.moment, on=said.on, evidence=said.evidence
            )  # fmt: skip
        if changed and outcome == "same":
            outcome = "updated"
        self.report.count(outcome)
        for text in person.warnings:
            self.report.warn(line, text)
        if person.ref is not None:
            self.referrals.number(person.ref, known.id)
        if person.referred_by or person.referred_by_ref:
            self.referrals.add(line, known.id, person, outcome)

    def _field(self, heading: str) -> int:
        if self.fields is None:
            self.fields = extras.fields(self.conn)
        key = people.fold(heading)
        if key not in self.fields:
            self.fields[key] = extras.add_field(self.conn, heading)
        return self.fields[key]

    def _said(self, contact_id: int) -> int:
        return self.said[contact_id] if contact_id < len(self.said) else 0

    def _mark(self, contact_id: int, bits: int) -> None:
        if contact_id >= len(self.said):
            self.said.extend(bytes(contact_id + BATCH - len(self.said)))
        self.said[contact_id] |= bits


def promise(conn: sqlite3.Connection, contact_id: int, person: Incoming, moment: Moment) -> bool:
    """Made unless there is, or was, one of the same day and text; of a text without a day, of the same text."""
    kind, text = follow_ups.split_kind(person.todo_kind, person.todo)
    there = one(
        conn,
        """
        SELECT 1 FROM follow_ups
         WHERE contact_id = :contact_id AND kind = :kind AND text IS :text AND (:due_on IS NULL OR due_on = :due_on)
        """,
        contact_id=contact_id,
        kind=kind,
        text=text or None,
        due_on=person.next_on,
    )
    if there:
        return False
    draft = follow_ups.Draft(contact_id, person.next_on or moment.on, text, kind, person.next_at)
    follow_ups.add(conn, draft, moment)
    return True


def answered(conn: sqlite3.Connection, contact_id: int, name: str, answer: str, moment: Moment) -> bool:
    """What a list says fills what is unknown or replaces what a list said before; not what somebody said."""
    there = one(
        conn,
        """
        SELECT answer, method FROM answers JOIN questions ON questions.id = question_id
         WHERE contact_id = :contact_id AND questions.name = :name AND set_name = 'qualification'
           AND replaced_at IS NULL
        """,
        contact_id=contact_id,
        name=name,
    )
    known = there["answer"] if there else "unknown"
    if answer == known or (there and known != "unknown" and there["method"] != "list"):
        return False
    questions.answer(conn, contact_id, name, answer, moment, method="list")
    return True
