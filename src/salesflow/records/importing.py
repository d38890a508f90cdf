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
from salesflow.records import answering, consent, erasing, extras, follow_ups
from salesflow.records.contacts import Draft, named
from salesflow.records.from_deals import OfDeals
from salesflow.records.identity import WORDS, Known, Register, Unclear
from salesflow.records.incoming import (
    NO_WAY,
    OTHER_WAYS,
    Change,
    Extras,
    Incoming,
    Report,
    Row,
    Unread,
    with_notes,
)
from salesflow.records.referring import Referrals
from salesflow.records.settings import Settings
from salesflow.store.rows import insert_many, one, update, value

BATCH = 500
MANY_UNCLEAR = 10_000  # rows kept until the end of the file
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

    own: the rows are an export of ours, each another contact. system: the CRM they are from. attach: takes what else a
    row has, once its contact is there; whether that changed anything.
    """

    def __init__(
        self, conn: sqlite3.Connection, settings: Settings, moment: Moment, extras: Extras, *,
        own: bool = False, attach: Attach | None = None, report: Report | None = None, system: str = "",
    ) -> None:  # fmt: skip
        self.conn, self.moment, self.extras, self.own, self.attach = conn, moment, extras, own, attach
        self.report = report or Report()
        free = (lambda number: not self._said(number)) if own else None
        self.register = Register(conn, free, lambda number: bool(self._said(number) & NAMED))
        self.of_deals = OfDeals(conn, system)
        self.referrals = Referrals(conn, settings, guessed=not own)
        self.said = bytearray()  # by contact id: flat, however long the file
        self.last_id = value(conn, "SELECT seq FROM sqlite_sequence WHERE name = 'contacts'") or 0
        self.fields: dict[str, int] | None = None  # extra fields by their folded headings
        self.fresh: list[dict[str, Any]] = []
        self.points: list[tuple[int, str, str | None, str, str]] = []
        self.tags: list[tuple[int, str, str]] = []
        self.labels: list[tuple[str, int, str, str]] = []
        self.rows: list[tuple[int, str, int]] = []
        self.unclear: list[tuple[Row, str]] = []
        self.guarded = erasing.any_at_all(conn)

    def take(self, incoming: Iterable[Row]) -> Report:
        """Every row, in the order of the file."""
        self.conn.execute("SAVEPOINT taken")
        # Rows make no circles; looking for some after every few hundred of them takes a tenth of the time.
        gc.disable()
        try:
            stream = iter(incoming)
            while batch := list(islice(stream, BATCH)):
                self._take(batch)
                if len(self.unclear) > MANY_UNCLEAR:
                    self._settle()
            self._settle()
        finally:
            gc.enable()
        self.referrals.settle(self.report)
        if not (self.report.added or self.report.updated):
            self.conn.execute("ROLLBACK TO taken")  # nothing but that these rows were seen, which says nothing new
        self.conn.execute("RELEASE taken")
        return self.report

    def _settle(self) -> None:
        """Rows that fitted several contacts, once more: what came below may have made clear who is meant.

        So a second run, which begins where this one ends, finds nothing that it could take.
        """
        self.register.final = True
        before = -1
        while self.unclear and self._done() != before:
            before, again, self.unclear = self._done(), self.unclear, []
            for start in range(0, len(again), BATCH):
                self._take([row for row, _ in again[start : start + BATCH]])
        for (line, _), reason in self.unclear:
            self.report.refuse(line, reason)
        self.unclear.clear()

    def _done(self) -> int:
        return self.report.added + self.report.updated + self.report.same

    def _take(self, batch: list[Row]) -> None:
        read = list(self._read(batch))
        self._open([person for _, _, person in read])
        erased = self._erased(read) if self.guarded else {}
        taken: list[tuple[int, Incoming, Known, str, list[Change]]] = []
        fresh: set[str] = set()
        for line, seen, person in read:
            if seen in fresh:
                self.report.count("same", line, person.draft.name)
                continue
            story: list[Change] = []
            try:
                known = self._known(person)
                if erased:
                    self._let_in(person, seen, known, erased)
                if known is None:
                    known, outcome = self._make(person), "added"
                else:
                    outcome = "updated" if self._merge(known, person, story) else "same"
            except Unclear as error:
                self._put_off(line, seen, person, str(error))
                continue
            except Refused as error:
                self.report.refuse(line, str(error))
                continue
            self._mark(known.id, NAMED | MET if person.draft.name else MET)
            taken.append((line, person, known, outcome, story))
            if seen:
                fresh.add(seen)
                self.rows.append((known.id, seen, int(person.draft.name is not None)))
        self._flush()
        for line, person, known, outcome, story in taken:
            self._finish(line, person, known, outcome, story)

    def _erased(self, read: list[tuple[int, str | None, Incoming]]) -> dict[erasing.Key, str]:
        keys = {key for _, seen, person in read for key in erasing.keys_of(person.draft, seen, person.row_hash)}
        return erasing.erased_on(self.conn, keys)

    def _let_in(self, person: Incoming, seen: str | None, known: Known | None, erased: dict[erasing.Key, str]) -> None:
        """Whoever was erased stays out. Raises Refused, unless the row is about somebody who is here: one with the same
        e-mail, link or id, or of the same name."""
        found = [key for key in erasing.keys_of(person.draft, seen, person.row_hash) if key in erased]
        if not found:
            return
        if known is None or not (
            any(point.kind in WORDS and point.kind != "phone" and (point.kind, point.key) in known.points
                for point in person.draft.points)
            or (person.draft.name and people.fold(person.draft.name) == known.row["name_key"])
        ):  # fmt: skip
            raise Refused(erasing.REASON.format(max(erased[key] for key in found)))
        for key in erasing.welcome(self.conn, found):
            erased.pop(key, None)

    def _put_off(self, line: int, seen: str | None, person: Incoming, reason: str) -> None:
        self.unclear.append(((line, Unread(seen, lambda: person) if seen else person), reason))

    def _read(self, batch: list[Row]) -> Iterator[tuple[int, str | None, Incoming]]:
        """The rows that were not taken before, with what they are remembered by."""
        wanted = json.dumps([row.seen for _, row in batch if isinstance(row, Unread)])
        sql = """
            SELECT imported_rows.row_hash, imported_rows.contact_id, named
              FROM json_each(:wanted) AS wanted
             CROSS JOIN imported_rows ON imported_rows.row_hash = wanted.value
              JOIN contacts ON contacts.id = imported_rows.contact_id
            """
        taken = set()
        for seen, contact_id, is_named in self.conn.execute(sql, {"wanted": wanted}):
            taken.add(seen)
            self._mark(contact_id, NAMED | MET if is_named else MET)
        for line, row in batch:
            if isinstance(row, str):
                self.report.refuse(line, row)
            elif isinstance(row, Incoming):
                yield line, None, row
            elif row.seen in taken:
                self.report.count("same", line)
            else:
                try:
                    yield line, row.seen, row.read()
                except Refused as error:
                    self.report.refuse(line, str(error))

    def _open(self, batch: list[Incoming]) -> None:
        keyless = [each for each in batch if not any(point.kind in WORDS for point in each.draft.points)]
        self.of_deals.open([person.draft for person in batch])
        self.register.open(
            [person.draft for person in batch],
            [person.row_hash for person in keyless if person.row_hash],
            [person.draft.name for person in keyless if person.draft.name] if self.own else [],
            [*self.of_deals.ids(), *(person.known_as[0] for person in batch if person.known_as)],
        )

    def _known(self, person: Incoming) -> Known | None:
        if person.known_as:
            number, made_at = person.known_as
            known = self.register.known.get(number)
            if known and "".join(filter(str.isdigit, known.row["created_at"])) == made_at:
                return known
        if person.draft.kind == "walk-in":
            number = value(self.conn, "SELECT id FROM contacts WHERE kind = 'walk-in'")
            return self.register.get(number) if number else None
        if person.merged_into:
            return self.register.merged(person.draft, person.merged_into)
        known = self.register.match(person.draft, person.row_hash, person.created_on if self.own else None)
        if known or not self.of_deals.any:
            return known
        return self.of_deals.match(person.draft, self.register, lambda number: not self._said(number))

    # -- a contact -------------------------------------------------------------------------------------------------

    def _make(self, person: Incoming) -> Known:
        draft, moment = person.draft, self.moment
        name = named(draft)
        note = with_notes(None, ("\n".join(person.notes),)) if person.notes else None
        off = person.off_list or no_way(person)
        off_on, off_why = off or (None, None)
        on = person.created_on or moment.on
        self.last_id += 1
        row = {
            "id": self.last_id, "kind": draft.kind or ("company" if draft.company and not draft.name else "person"),
            "name": name, "name_key": people.fold(name), "company": draft.company, "job_title": draft.job_title,
            "source": draft.source or self.extras.source, "source_detail": draft.source_detail,
            "rating": draft.rating, "priority": draft.priority, "birthday": draft.birthday,
            "alarm_days": draft.alarm_days, "note": note, "off_list_why": off_why,
            "off_list_on": (off_on or moment.on) if off else None, "imported": int(person.imported),
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

    def _merge(self, known: Known, person: Incoming, story: list[Change]) -> bool:
        """What the row says put into the contact that is there, told in `story`; whether anything changed."""
        draft, row = person.draft, known.row
        differs = {name: new for name in SCALARS if (new := getattr(draft, name)) is not None and new != row[name]}
        if "name" in differs and shorter(differs["name"], row["name"]):
            del differs["name"]
        if known.merged:  # a row of somebody merged into them says nothing against what stayed
            differs = {name: new for name, new in differs.items() if row[name] is None}
        notes = person.notes
        if self.extras.keep_mine:
            mine = [name for name in differs if row[name] is not None]
            notes = (*notes, *(f"{name.replace('_', ' ')}: {differs.pop(name)}" for name in mine))
        changes: dict[str, Any] = dict(differs)
        note = with_notes(row["note"], notes)
        if note != row["note"]:
            changes["note"] = note
        if self.extras.source and row["source"] is None:
            changes.setdefault("source", self.extras.source)
        if person.off_list and row["off_list_on"] is None:
            changes["off_list_on"] = person.off_list[0] or self.moment.on
            changes["off_list_why"] = person.off_list[1]
        elif row["off_list_why"] == NO_WAY and OTHER_WAYS & {point.kind for point in draft.points}:
            changes["off_list_on"] = changes["off_list_why"] = None
        if person.created_on and row["imported"] and person.created_on < row["created_on"] and not self.own:
            changes["created_on"] = person.created_on
        story += [Change(name, shown(row[name]), shown(new)) for name, new in changes.items()]
        if "name" in changes:
            changes["name_key"] = people.fold(changes["name"])
        if "created_on" in changes:
            changes["created_at"] = f"{changes['created_on']}T12:00:00Z"
        known.change(changes)
        added = self._add_points(known, draft, story)
        tagged = self._add_tags(known, draft.tags, story) | self._add_tags(known, self.extras.tags, story)
        return bool(changes) or added or tagged

    def _add_points(self, known: Known, draft: Draft, story: list[Change] | None = None) -> bool:
        added = []
        labelled = False
        for point in draft.points:
            key = (point.kind, point.key)
            if key not in known.points:
                known.points[key] = point.label
                added.append(key)
                self.points.append((known.id, point.kind, point.label, point.value, point.key))
                if story is not None:
                    story.append(Change(point.kind, None, point.value))
            elif point.label and known.points[key] is None:
                known.points[key] = point.label
                self.labels.append((point.label, known.id, point.kind, point.key))
                labelled = True
                if story is not None:
                    story.append(Change(f"label of {point.value}", None, point.label))
        if added and not self.own:
            self.register.learn(known, added)
        return labelled or bool(added)

    def _add_tags(self, known: Known, tags: Iterable[str], story: list[Change] | None = None) -> bool:
        before = len(known.tags)
        for tag in tags:
            key = people.fold(tag)
            if key not in known.tags:
                known.tags.add(key)
                self.tags.append((known.id, tag, key))
                if story is not None:
                    story.append(Change("tag", None, tag))
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
        insert_many(self.conn, "imported_rows", ("contact_id", "row_hash", "named"), self.rows)
        for waiting in (self.fresh, self.points, self.tags, self.labels, self.rows):
            waiting.clear()

    # -- what hangs on it ------------------------------------------------------------------------------------------

    def _finish(self, line: int, person: Incoming, known: Known, outcome: str, story: list[Change]) -> None:
        """What can only be done once the contact is in the file; then the row is counted."""
        says_more = person.next_on or person.todo or person.answers or person.consents or person.kept
        hung = list(self._hung(person, known.id)) if says_more or self.extras.answers else []
        changed = bool(hung)
        if person.whole is not None and self.attach:
            changed |= self.attach(self.conn, known.id, person, outcome == "added")
        if changed and outcome == "same":
            outcome = "updated"
        if outcome == "updated":
            story += hung
        self.report.count(outcome, line, known.row["name"], story)
        for text in person.warnings:
            self.report.warn(line, text)
        if person.ref is not None:
            self.referrals.number(person.ref, known.id)
        if person.referred_by or person.referred_by_ref:
            self.referrals.add(line, known.id, person, outcome)

    def _hung(self, person: Incoming, contact_id: int) -> Iterator[Change]:
        """The promise, answers, consents and extra fields of a row; what they changed."""
        conn, moment = self.conn, self.moment
        if (person.next_on or person.todo) and promise(conn, contact_id, person, moment):
            yield Change("next", None, " ".join(filter(None, (person.next_on or moment.on, person.todo))))
        for name, answer in (*person.answers, *self.extras.answers):
            if answered(conn, contact_id, name, answer, moment, self.extras.method):
                yield Change(name, replaced(conn, contact_id, "qualification", name, answer), answer)
        for said in person.consents:
            if consent.give(
                conn, contact_id, said.channel, said.answer, moment, on=said.on, evidence=said.evidence,
                basis=said.basis,
            ):  # fmt: skip
                before = replaced(conn, contact_id, "consent", said.channel, said.answer)
                yield Change(f"consent {said.channel}", before, said.answer)
        for heading, text in person.kept:
            if extras.put(conn, contact_id, self._field(heading), text, moment, "list", keep=self.extras.keep_mine):
                yield Change(heading, replaced(conn, contact_id, "extra", heading, text), text)

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


def no_way(person: Incoming) -> tuple[str | None, str] | None:
    """Since when and why somebody new is put off the list who can be reached by nothing but an e-mail of no use."""
    if not person.off_list_if_new or OTHER_WAYS & {point.kind for point in person.draft.points}:
        return None
    return next((said.on for said in person.consents), None), NO_WAY


def shorter(name: str, known: str) -> bool:
    """`Marc` says nothing new of Marc Example."""
    return set(people.fold(name).split()) < set(people.fold(known).split())


def shown(found: object) -> str | None:
    return None if found is None else str(found)


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


def replaced(conn: sqlite3.Connection, contact_id: int, set_name: str, name: str, answer: str) -> str | None:
    """What this answer has just taken the place of, if that was another one that said anything."""
    before = one(
        conn,
        """
        SELECT answer FROM answers JOIN questions ON questions.id = question_id
         WHERE contact_id = :contact_id AND questions.name = :name COLLATE NOCASE AND set_name = :set_name
           AND replaced_at IS NOT NULL
         ORDER BY answers.id DESC LIMIT 1
        """,
        contact_id=contact_id, set_name=set_name, name=name,
    )  # fmt: skip
    return str(before["answer"]) if before and before["answer"] not in ("unknown", answer) else None


def answered(conn: sqlite3.Connection, contact_id: int, name: str, answer: str, moment: Moment, method: str) -> bool:
    """Kept where nobody said anything (a rule did, or it was assumed), or where a list or the same way said otherwise.

    What somebody said another way stays.
    """
    there = one(
        conn,
        """
        SELECT answer, method, basis FROM answers JOIN questions ON questions.id = question_id
         WHERE contact_id = :contact_id AND questions.name = :name AND set_name = 'qualification'
           AND replaced_at IS NULL
        """,
        contact_id=contact_id,
        name=name,
    )
    if there is None or there["answer"] == "unknown" or there["basis"] != "said":
        stays = answer == "unknown"
    else:
        stays = answer == there["answer"] or there["method"] not in ("list", method)
    if stays:
        return False
    answering.answer(conn, contact_id, name, answer, moment, method=method)
    return True
