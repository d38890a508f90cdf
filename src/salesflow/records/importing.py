"""Taking contacts from a file: what is new, what differs, what is there already.

Whom a row is about, `records.identity` says. A blank says nothing; a differing value updates; points and tags are
added; a part of a note that is not there yet goes below what is there; a promise of the same day and text is made once,
whatever became of it; an answer never replaces one that was given otherwise than by a list. Within one file the first
row that says something decides, and later rows about the same contact only add to it: so a second run of any file
changes nothing. New contacts are marked as imported.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from salesflow import people
from salesflow.dates import Moment
from salesflow.errors import Refused
from salesflow.records import follow_ups, questions, who
from salesflow.records.contacts import Draft
from salesflow.records.identity import WORDS, Known, Register
from salesflow.records.settings import Settings
from salesflow.store.rows import insert, one, rows, update, value

BATCH = 500
SHOWN = 1000  # problems and warnings kept, of each
SCALARS = (
    "name", "kind", "company", "job_title", "source", "source_detail", "rating", "priority", "birthday", "alarm_days",
)  # fmt: skip
MET, REFERRED, ASKED = (
    1,
    1 << 15,
    16,
)  # bits of what rows have said of a contact: a row was about it, a referrer, answers
BITS = tuple((name, 2 << place) for place, name in enumerate(SCALARS))


@dataclass(slots=True)
class Incoming:
    """A contact as a row has it; the draft is a clean one, without note.

    notes: parts of the note, each kept once. next_on: the day of a promise; None with a todo: today. off_list: since
    when (None: today) and why. referred_by: a name, e-mail or phone; referred_by_ref: the `ref` of another row, asked first. whole: for `attach`.
    """

    draft: Draft
    notes: tuple[str, ...] = ()
    next_on: str | None = None
    next_at: str | None = None
    todo: str | None = None
    todo_kind: str | None = None
    answers: tuple[tuple[str, str], ...] = ()
    off_list: tuple[str | None, str] | None = None
    created_on: str | None = None
    referred_by: str | None = None
    referred_by_ref: int | None = None
    row_hash: str | None = None
    ref: int | None = None
    warnings: tuple[str, ...] = ()
    whole: dict[str, Any] | None = None
    created_at: str | None = None
    imported: bool = True


@dataclass(frozen=True, slots=True)
class Extras:
    """What is said of the whole list: the source fills what is blank; tags and answers are as in each row."""

    source: str | None = None
    tags: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()


@dataclass
class Report:
    """What became of the rows; added + updated + same + refused are all of them.

    problems: (line, reason) of rows refused; warnings: (line, text) of rows taken; the first SHOWN of each.
    """

    added: int = 0
    updated: int = 0
    same: int = 0
    refused: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)
    warned: int = 0
    made: list[str] = field(default_factory=list)  # what had to be made besides, in words

    @property
    def rows(self) -> int:
        return self.added + self.updated + self.same + self.refused

    def count(self, outcome: str, more: int = 1) -> None:
        setattr(self, outcome, getattr(self, outcome) + more)

    def refuse(self, line: int, reason: str) -> None:
        self.refused += 1
        if len(self.problems) < SHOWN:
            self.problems.append((line, reason))

    def warn(self, line: int, text: str) -> None:
        self.warned += 1
        if len(self.warnings) < SHOWN:
            self.warnings.append((line, text))


Attach = Callable[[sqlite3.Connection, int, Incoming, bool], bool]


def no_more(conn: sqlite3.Connection, contact_id: int, person: Incoming, new: bool) -> bool:
    return False


class Intake:
    """Rows on their way in, a batch at a time, inside one transaction.

    own: the rows are an export of ours, each another contact. attach: takes what else a row has, once its contact is
    there; whether that changed anything.
    """

    def __init__(
        self, conn: sqlite3.Connection, settings: Settings, moment: Moment, extras: Extras, *,
        own: bool = False, attach: Attach = no_more,
    ) -> None:  # fmt: skip
        self.conn, self.settings, self.moment, self.extras, self.attach = conn, settings, moment, extras, attach
        self.report = Report()
        self.register = Register(conn, (lambda number: not self._said(number) & MET) if own else None)
        self.own = own
        self.said = array("Q")  # by contact id, what rows have said of it: flat, however long the file
        self.refs = array("Q")
        self.last_id = value(conn, "SELECT seq FROM sqlite_sequence WHERE name = 'contacts'") or 0
        self.asked = {row["name"]: 1 << (ASKED + place) for place, row in enumerate(questions.in_force(conn)[:47])}
        # What waits for the last row lies in a file of SQLite's own: a row may be referred by a later one.
        self.aside = sqlite3.connect("")
        self.aside.execute("CREATE TABLE referrals (contact_id, referrer, ref, line, outcome)")
        self.fresh: list[Known] = []
        self.points: list[tuple[int, str, str | None, str, str]] = []
        self.tags: list[tuple[int, str, str]] = []
        self.labels: list[tuple[str, int, str, str]] = []

    def take(self, incoming: Iterable[tuple[int, Incoming | str]]) -> Report:
        """Every row, in the order of the file; a text is the reason why one was refused."""
        stream = iter(incoming)
        while batch := list(islice(stream, BATCH)):
            self._batch(batch)
        self._refer()
        self.aside.close()
        return self.report

    def _batch(self, batch: list[tuple[int, Incoming | str]]) -> None:
        people_in = [person for _, person in batch if not isinstance(person, str)]
        keyless = [person for person in people_in if all(point.kind not in WORDS for point in person.draft.points)]
        self.register.open(
            (person.draft for person in people_in),
            [person.row_hash for person in keyless if person.row_hash],
            [person.draft.name for person in keyless if person.draft.name] if self.own else [],
        )
        taken: list[tuple[int, Incoming, Known, str]] = []
        for line, person in batch:
            if isinstance(person, str):
                self.report.refuse(line, person)
                continue
            try:
                known = self._known(person)
                outcome = "added" if known is None else "updated" if self._merge(known, person) else "same"
                known = known or self._make(person)
            except Refused as error:
                self.report.refuse(line, str(error))
                continue
            taken.append((line, person, known, outcome))
        self._flush()
        for line, person, known, outcome in taken:
            if (self._sides(known, person, outcome) or outcome != "same") and outcome != "added":
                outcome = "updated"
            self.report.count(outcome)
            for text in person.warnings:
                self.report.warn(line, text)
            self._note_referrer(line, person, known, outcome)

    def _known(self, person: Incoming) -> Known | None:
        if person.draft.kind == "walk-in":
            number = value(self.conn, "SELECT id FROM contacts WHERE kind = 'walk-in'")
            return self.register.get(number) if number else None
        return self.register.match(person.draft, person.row_hash, person.created_on if self.own else None)

    # -- a contact -------------------------------------------------------------------------------------------------

    def _make(self, person: Incoming) -> Known:
        draft, moment = person.draft, self.moment
        name = draft.name or draft.company or next((point.value for point in draft.points), None)
        if not name:
            raise Refused("it names nobody: no name, company, e-mail, phone or link")
        kind = draft.kind or ("company" if draft.company and not draft.name else "person")
        on = person.created_on or moment.on
        off_on, off_why = person.off_list or (None, None)
        self.last_id += 1
        row = {
            "id": self.last_id, "kind": kind, "name": name, "name_key": people.fold(name), "company": draft.company,
            "job_title": draft.job_title, "source": draft.source or self.extras.source,
            "source_detail": draft.source_detail, "rating": draft.rating, "priority": draft.priority,
            "birthday": draft.birthday, "alarm_days": draft.alarm_days, "note": "\n".join(person.notes) or None,
            "off_list_on": (off_on or moment.on) if person.off_list else None, "off_list_why": off_why,
            "imported": int(person.imported), "row_hash": person.row_hash, "created_on": on,
            "created_at": person.created_at or (moment.at if on == moment.on else f"{on}T12:00:00Z"),
        }  # fmt: skip
        known = Known(self.last_id, row)
        self.fresh.append(known)
        self.register.known[known.id] = known
        self._mark(known.id, self._stated(person))
        self._add_points(known, draft)
        self._add_tags(known, draft.tags)
        self._add_tags(known, self.extras.tags)
        if person.row_hash:
            self.register.by_hash.setdefault(person.row_hash, []).append(known.id)
        return known

    def _merge(self, known: Known, person: Incoming) -> bool:
        """What the row says put into the contact that is there; whether anything changed."""
        draft, row = person.draft, known.row
        said = self._said(known.id)
        note = with_notes(row["note"], person.notes)
        changed = note != row["note"]
        if changed:
            known.put("note", note)
        for name, bit in BITS:
            new = getattr(draft, name)
            if new is not None and new != row[name] and (row[name] is None or not said & bit):
                known.put(name, new)
                changed = True
                if name == "name":
                    known.put("name_key", people.fold(new))
        if self.extras.source and row["source"] is None:
            known.put("source", self.extras.source)
            changed = True
        if person.off_list and row["off_list_on"] is None:
            known.put("off_list_on", person.off_list[0] or self.moment.on)
            known.put("off_list_why", person.off_list[1])
            changed = True
        self._mark(known.id, self._stated(person))
        added = self._add_points(known, draft)
        tagged = self._add_tags(known, draft.tags) | self._add_tags(known, self.extras.tags)
        return changed or added or tagged

    def _stated(self, person: Incoming) -> int:
        draft = person.draft
        return MET | sum(bit for name, bit in BITS if getattr(draft, name) is not None)

    def _add_points(self, known: Known, draft: Draft) -> bool:
        added = []
        changed = False
        for point in draft.points:
            key = (point.kind, point.key)
            if key not in known.points:
                known.points[key] = point.label
                added.append(key)
                self.points.append((known.id, point.kind, point.label, point.value, point.key))
            elif point.label and known.points[key] is None:
                known.points[key] = point.label
                self.labels.append((point.label, known.id, point.kind, point.key))
                changed = True
        if added and not self.own:
            self.register.learn(known, added)
        return changed or bool(added)

    def _add_tags(self, known: Known, tags: Iterable[str]) -> bool:
        before = len(known.tags)
        for tag in tags:
            key = people.fold(tag)
            if key not in known.tags:
                known.tags.add(key)
                self.tags.append((known.id, tag, key))
        return len(known.tags) > before

    def _flush(self) -> None:
        if self.fresh:
            self.conn.executemany(
                """
                INSERT INTO contacts (id, kind, name, name_key, company, job_title, source, source_detail, rating,
                                      priority, birthday, alarm_days, note, off_list_on, off_list_why, imported,
                                      row_hash, created_at, created_on)
                VALUES (:id, :kind, :name, :name_key, :company, :job_title, :source, :source_detail, :rating,
                        :priority, :birthday, :alarm_days, :note, :off_list_on, :off_list_why, :imported,
                        :row_hash, :created_at, :created_on)
                """,
                [known.row for known in self.fresh],
            )
            self.fresh.clear()
        for known in self.register.known.values():
            if known.changes:
                update(self.conn, "contacts", known.id, **known.changes)
                known.changes.clear()
        sql = "INSERT INTO points (contact_id, kind, label, value, value_key) VALUES (?, ?, ?, ?, ?)"
        self.conn.executemany(sql, self.points)
        self.conn.executemany("INSERT INTO tags (contact_id, tag, tag_key) VALUES (?, ?, ?)", self.tags)
        sql = "UPDATE points SET label = ? WHERE contact_id = ? AND kind = ? AND value_key = ?"
        self.conn.executemany(sql, self.labels)
        for waiting in (self.points, self.tags, self.labels):
            waiting.clear()

    # -- what hangs on it ------------------------------------------------------------------------------------------

    def _sides(self, known: Known, person: Incoming, outcome: str) -> bool:
        changed = False
        if person.next_on or person.todo:
            changed |= self._promise(known.id, person)
        if person.answers or self.extras.answers:
            changed |= self._answer(known.id, (*person.answers, *self.extras.answers))
        if person.ref is not None:
            self._number(person.ref, known.id)
        if person.whole is not None:
            changed |= self.attach(self.conn, known.id, person, outcome == "added")
        return changed

    def _promise(self, contact_id: int, person: Incoming) -> bool:
        kind, text = follow_ups.split_kind(person.todo_kind, person.todo)
        there = one(
            self.conn,
            """
            SELECT 1 FROM follow_ups
             WHERE contact_id = :contact_id AND kind = :kind AND text IS :text
               AND (:due_on IS NULL OR due_on = :due_on)
            """,
            contact_id=contact_id, kind=kind, text=text or None, due_on=person.next_on,
        )  # fmt: skip
        if there:
            return False
        draft = follow_ups.Draft(contact_id, person.next_on or self.moment.on, text, kind, person.next_at)
        follow_ups.add(self.conn, draft, self.moment)
        return True

    def _answer(self, contact_id: int, answers: Iterable[tuple[str, str]]) -> bool:
        changed = False
        for name, answer in answers:
            bit = self.asked.get(name, 0)
            if self._said(contact_id) & bit:
                continue
            self._mark(contact_id, bit)
            there = one(
                self.conn,
                """
                SELECT answer, method FROM answers JOIN questions ON questions.id = question_id
                 WHERE contact_id = :contact_id AND questions.name = :name AND set_name = 'qualification'
                   AND replaced_at IS NULL
                """,
                contact_id=contact_id,
                name=name,
            )
            known = there["answer"] if there else "unknown"
            if answer == known or (known != "unknown" and there and there["method"] != "list"):
                continue
            questions.answer(self.conn, contact_id, name, answer, self.moment, method="list")
            changed = True
        return changed

    # -- who sent them ---------------------------------------------------------------------------------------------

    def _note_referrer(self, line: int, person: Incoming, known: Known, outcome: str) -> None:
        """Looked up after the last row: the referrer may stand further down."""
        if person.referred_by is not None and not self._said(known.id) & REFERRED:
            self._mark(known.id, REFERRED)
            self.aside.execute(
                "INSERT INTO referrals VALUES (?, ?, ?, ?)", (known.id, person.referred_by, line, outcome)
            )

    def _refer(self) -> None:
        for contact_id, referrer, ref, line, outcome in self.aside.execute("SELECT * FROM referrals ORDER BY rowid"):
            row = one(
                self.conn, "SELECT name, referred_by_id, source, note FROM contacts WHERE id = :id", id=contact_id
            )
            assert row is not None
            found = [number for number in self._referrers(referrer, ref) if number != contact_id]
            if row["referred_by_id"] is not None and row["referred_by_id"] in found:
                continue
            changes: dict[str, str | int | None] = {}
            if len(found) == 1:
                changes["referred_by_id"] = found[0]
                if row["source"] is None and not self.own:
                    changes["source"] = "referral"
            elif referrer:
                note = with_notes(row["note"], (f"Referred by: {referrer}",))
                several = "nobody here is" if not found else "several here are"
                self.report.warn(line, f"{several} called {referrer}; kept in the note of {row['name']}")
                changes = {"note": note} if note != row["note"] else {}
            if changes:
                update(self.conn, "contacts", contact_id, **changes)
                if outcome == "same":
                    self.report.count("same", -1)
                    self.report.count("updated")

    def _referrers(self, referrer: str | None, ref: int | None) -> list[int]:
        if ref is not None and ref < len(self.refs) and self.refs[ref]:
            return [self.refs[ref]]
        if referrer is None:
            return []
        try:
            keys = who.point_keys(referrer, self.settings)
        except Refused:
            keys = []
        if keys:
            sql = "SELECT DISTINCT contact_id AS id FROM points WHERE value_key = :key LIMIT 3"
            return [row["id"] for row in rows(self.conn, sql, key=keys[0])]
        sql = "SELECT id FROM contacts WHERE name_key = :key LIMIT 3"
        return [row["id"] for row in rows(self.conn, sql, key=people.fold(referrer))]

    # -- what is kept by number ------------------------------------------------------------------------------------

    def _said(self, contact_id: int) -> int:
        return self.said[contact_id] if contact_id < len(self.said) else 0

    def _mark(self, contact_id: int, bits: int) -> None:
        if contact_id >= len(self.said):
            self.said.extend(bytes(contact_id + BATCH - len(self.said)))
        self.said[contact_id] |= bits

    def _number(self, ref: int, contact_id: int) -> None:
        if ref >= len(self.refs):
            self.refs.extend(bytes(ref + BATCH - len(self.refs)))
        self.refs[ref] = contact_id


def with_notes(old: str | None, notes: Iterable[str]) -> str | None:
    """The note with each part that is not in it yet, below what is there. Raises Refused when it grows too long."""
    for note in notes:
        if old is None or old in note:
            old = note
        elif note not in old:
            old = f"{old}\n{note}"
    return people.check_text(old, "note") if old is not None else None


def keep(conn: sqlite3.Connection, report: Report, file_name: str, kind: str, moment: Moment) -> int | None:
    """The import's own line in the file, and its id; None when it changed nothing."""
    if not (report.added or report.updated):
        return None
    return insert(
        conn, "imports", file_name=file_name, format=kind, added=report.added, updated=report.updated,
        same=report.same, refused=report.refused, made_at=moment.at, made_on=moment.on,
    )  # fmt: skip
