"""Taking deals from a file: whose they are, where they stand, how they ended.

A deal is known again by its id in the file, or by the hash of its cells and how often these came before. It belongs to
the contact with its e-mail or phone, else to the one of exactly that name, else to a new one; a deal that is known
keeps its contact. The words of a stage that mean won or lost are an outcome.

A file says where a deal stands, not which stages it went through. So an open deal gets one stay, in its stage since the
day it began; a closed one a single stay too, in the stage the file names, else the first of selling, from the day it
began to the day it closed: enough for win rates and days to close, and nothing invented between. A later file moves and
closes deals, of the day it is read or of the day it names; what was closed here stays closed. Of several rows about one
deal in one file the first decides. An amount of 0 is none.
"""

from __future__ import annotations

import datetime
import sqlite3
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from salesflow.dates import Moment
from salesflow.errors import Refused
from salesflow.people import fold
from salesflow.records import activities, contacts, deals, processes
from salesflow.records.contacts import Draft, Point
from salesflow.records.identity import Register
from salesflow.records.incoming import Extras, Report
from salesflow.records.settings import Settings
from salesflow.store.rows import insert, one, rows, update, value

NO_REASON = "not recorded"


@dataclass(slots=True)
class DealRow:
    """A deal as a row has it; None says nothing. `outcome` is won, lost or open; the points have their keys.

    deal_id: its id in the file; row_hash: of its cells, where there is none.
    """

    title: str
    deal_id: str | None = None
    row_hash: str | None = None
    contact: str | None = None
    company: str | None = None
    points: tuple[Point, ...] = ()
    amount: tuple[int, str] | None = None
    process: str | None = None
    stage: str | None = None
    outcome: str | None = None
    opened_on: str | None = None
    closed_on: str | None = None
    how: str | None = None
    way: str = "sold"
    source: str | None = None
    note: str | None = None


class DealIntake:
    """Deals on their way in, inside one transaction. process: of all rows; usual: of rows that name none.

    own: the rows are an export of ours, where `D12` is the deal of that number, if it is still called so.
    """

    def __init__(
        self, conn: sqlite3.Connection, settings: Settings, moment: Moment, extras: Extras, *,
        process: str | None = None, usual: str | None = None, own: bool = False,
    ) -> None:  # fmt: skip
        self.conn, self.settings, self.moment, self.extras, self.process = conn, settings, moment, extras, process
        self.usual, self.own = usual or settings.process, own
        self.report = Report()
        self.contacts_added = 0
        self.met = array("B")  # by deal id: whether a row of this file was about it
        self.stages: dict[str, tuple[int, list[sqlite3.Row]]] = {}
        self.seen = sqlite3.connect("")  # how often the same cells came; a file of SQLite's own keeps memory flat
        self.seen.execute("CREATE TABLE seen (hash TEXT PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID")

    def take(self, incoming: Iterable[tuple[int, DealRow | str]]) -> Report:
        """Every row, in the order of the file; a text is the reason why one was refused."""
        for line, row in incoming:
            if isinstance(row, str):
                self.report.refuse(line, row)
                continue
            try:
                self.report.count(self._take(row))
            except Refused as error:
                self.report.refuse(line, str(error))
        self.seen.close()
        return self.report

    def _take(self, row: DealRow) -> str:
        key = row.deal_id or self._numbered(row.row_hash or "")
        process_id, stages = self._process(row)
        stage = self._stage(row, stages)
        outcome = row.outcome or "open"
        self._check_days(row, outcome)
        deal = self._known(key, row)
        if deal is None:
            deal_id = self._make(row, key, process_id, stage or first_of_selling(stages), outcome)
            result = "added"
        elif deal["id"] < len(self.met) and self.met[deal["id"]]:
            return "same"
        else:
            deal_id = deal["id"]
            same_process = process_id == deal["process_id"]
            result = "updated" if self._change(deal, row, stage if same_process else None, outcome) else "same"
        if row.note and self._noted(deal_id, row):
            result = "updated" if result == "same" else result
        if deal_id >= len(self.met):
            self.met.extend(bytes(deal_id + 500 - len(self.met)))
        self.met[deal_id] = 1
        return result

    def _known(self, key: str, row: DealRow) -> sqlite3.Row | None:
        deal = one(self.conn, "SELECT * FROM deals WHERE import_key = :key", key=key)
        if deal is None and self.own and key[:1] == "D" and key[1:].isdecimal() and len(key) < 18:
            sql = "SELECT * FROM deals WHERE id = :id AND import_key IS NULL AND title = :title AND opened_on = :on"
            deal = one(self.conn, sql, id=int(key[1:]), title=row.title, on=row.opened_on)
        return deal

    def _numbered(self, row_hash: str) -> str:
        """Two sales alike are two sales: the second of the same cells has a key of its own."""
        sql = "INSERT INTO seen VALUES (?, 1) ON CONFLICT (hash) DO UPDATE SET times = times + 1 RETURNING times"
        times = self.seen.execute(sql, (row_hash,)).fetchone()[0]
        return f"{row_hash}#{times}"

    # -- where it stands -------------------------------------------------------------------------------------------

    def _process(self, row: DealRow) -> tuple[int, list[sqlite3.Row]]:
        name = self.process or row.process or self.usual
        if name not in self.stages:
            process_id = processes.find(self.conn, name)["id"]
            self.stages[name] = process_id, processes.stages(self.conn, process_id)
        return self.stages[name]

    def _stage(self, row: DealRow, stages: list[sqlite3.Row]) -> sqlite3.Row | None:
        if row.stage is None:
            return None
        key = fold(row.stage)
        found = next((stage for stage in stages if stage["name_key"] == key), None)
        if found is None:
            names = ", ".join(stage["name"] for stage in stages)
            name = self.process or row.process or self.usual
            raise Refused(f"no stage {row.stage!r} in {name} ({names}); add it: salesflow process edit {name}")
        return found

    def _check_days(self, row: DealRow, outcome: str) -> None:
        closed_on = row.closed_on if outcome != "open" else None
        for said, on in (("began", row.opened_on), ("closed", closed_on)):
            if on and on > self.moment.on:
                raise Refused(f"it {said} on {on}, which is still to come")
        if row.opened_on and closed_on and closed_on < row.opened_on:
            raise Refused(f"it closed on {closed_on}, before it began on {row.opened_on}")

    # -- a new one -------------------------------------------------------------------------------------------------

    def _make(self, row: DealRow, key: str, process_id: int, stage: sqlite3.Row, outcome: str) -> int:
        contact_id = self._contact(row)
        closed = outcome != "open"
        opened_on = row.opened_on or (row.closed_on if closed else None) or self.moment.on
        closed_on = (row.closed_on or row.opened_on or self.moment.on) if closed else None
        minor, currency = row.amount or (None, None)
        deal_id = insert(
            self.conn, "deals", contact_id=contact_id, process_id=process_id, stage_id=stage["id"], title=row.title,
            amount_minor=minor, currency=currency, outcome=outcome, way=row.way if outcome == "won" else "sold",
            how=(row.how or (None if row.way == "bought" and outcome == "won" else NO_REASON)) if closed else None,
            opened_on=opened_on, opened_at=self._at(opened_on), closed_on=closed_on,
            closed_at=self._at(closed_on) if closed_on else None, import_key=key,
        )  # fmt: skip
        if row.way == "sold" or outcome != "won":
            insert(
                self.conn, "stage_entries", deal_id=deal_id, contact_id=contact_id, stage_id=stage["id"],
                entered_on=opened_on, entered_at=self._at(opened_on), left_on=closed_on,
                days=days_between(opened_on, closed_on) if closed_on else None,
            )  # fmt: skip
        return deal_id

    def _at(self, on: str) -> str:
        return self.moment.at if on == self.moment.on else f"{on}T12:00:00Z"

    # -- whose it is -----------------------------------------------------------------------------------------------

    def _contact(self, row: DealRow) -> int:
        name = row.contact or row.company
        draft = Draft(
            name=name or (None if row.points else row.deal_id), kind=None if row.contact else "company",
            company=row.company if row.contact else None, source=row.source or self.extras.source, points=row.points,
            tags=self.extras.tags,
        )  # fmt: skip
        if not name:
            draft = draft._replace(kind="person")
        if draft.name is None and not row.points:
            raise Refused("it names nobody: no contact, company, e-mail, phone or id")
        found = self._by_key(draft) or self._by_name(draft)
        if found is None:
            self.contacts_added += 1
            return contacts.add(self.conn, contacts.clean(draft, self.settings), self.moment, imported=True)
        contacts.add_points(self.conn, found, row.points)
        if draft.source and value(self.conn, "SELECT source FROM contacts WHERE id = :id", id=found) is None:
            update(self.conn, "contacts", found, source=draft.source)
        contacts.add_tags(self.conn, found, draft.tags)
        return found

    def _by_key(self, draft: Draft) -> int | None:
        if not draft.points:
            return None
        register = Register(self.conn, None)
        register.open([draft], [], [])
        known = register.match(draft)
        return known.id if known else None

    def _by_name(self, draft: Draft) -> int | None:
        if draft.name is None:
            return None
        emails = {point.key for point in draft.points if point.kind == "email"}
        found = []
        for row in rows(
            self.conn,
            """
            SELECT contacts.id, contacts.name, company,
                   (SELECT group_concat(value_key, char(31)) FROM points
                     WHERE points.contact_id = contacts.id AND points.kind = 'email') AS emails
              FROM contacts WHERE name_key = :key ORDER BY id LIMIT 50
            """,
            key=fold(draft.name),
        ):
            # An e-mail that nobody has here, beside one that he has, is somebody else's of the same name.
            if not (emails and row["emails"] and emails.isdisjoint(row["emails"].split(chr(31)))):
                found.append(row)
        if len(found) > 1 and draft.company:
            found = [row for row in found if fold(row["company"] or "") == fold(draft.company)] or found
        if len(found) > 1:
            listed = ", ".join(str(row["id"]) for row in found[:5])
            raise Refused(f"several contacts are called {draft.name} ({listed}); an e-mail or phone would tell which")
        return found[0]["id"] if found else None

    # -- a known one -----------------------------------------------------------------------------------------------

    def _change(self, deal: sqlite3.Row, row: DealRow, stage: sqlite3.Row | None, outcome: str) -> bool:
        changes: dict[str, Any] = {"title": row.title}
        if row.amount:
            changes["amount_minor"], changes["currency"] = row.amount
        if row.opened_on and row.opened_on != deal["opened_on"] and row.opened_on <= (deal["closed_on"] or "9999"):
            changes.update(opened_on=row.opened_on, opened_at=self._at(row.opened_on))
            self._move_stay(deal["id"], "entered_on", deal["opened_on"], row.opened_on)
        moved = False
        if deal["outcome"] == "open" and outcome != "open":
            closed_on = row.closed_on or self.moment.on
            self._leave(deal["id"], closed_on)
            changes.update(
                outcome=outcome, how=row.how or NO_REASON, closed_on=closed_on, closed_at=self._at(closed_on)
            )
            changes.update(parked_until=None, parked_why=None)
        elif deal["outcome"] != "open" and outcome != "open":
            changes["outcome"] = outcome
            if row.how:
                changes["how"] = row.how
            if row.closed_on and row.closed_on != deal["closed_on"]:
                changes.update(closed_on=row.closed_on, closed_at=self._at(row.closed_on))
                self._move_stay(deal["id"], "left_on", deal["closed_on"], row.closed_on)
        elif deal["outcome"] == "open" and stage and stage["id"] != deal["stage_id"]:
            deals.enter(self.conn, deal["id"], stage["id"], self.moment)
            moved = True
        changes = {name: new for name, new in changes.items() if new != deal[name]}
        if changes.get("outcome", deal["outcome"]) == "lost" and deal["way"] == "bought":
            changes.update(way="sold", how=changes.get("how") or NO_REASON)
        update(self.conn, "deals", deal["id"], **changes)
        return moved or bool(changes)

    def _leave(self, deal_id: int, on: str) -> None:
        stay = one(
            self.conn, "SELECT id, entered_on FROM stage_entries WHERE deal_id = :id AND left_on IS NULL", id=deal_id
        )
        if stay:
            left_on = max(on, stay["entered_on"])
            update(
                self.conn, "stage_entries", stay["id"], left_on=left_on, days=days_between(stay["entered_on"], left_on)
            )

    def _move_stay(self, deal_id: int, column: str, old: str, new: str) -> None:
        """The stay that began or ended on the old day, where the new one leaves it a stay."""
        order = {"entered_on": "ORDER BY id LIMIT 1", "left_on": "ORDER BY id DESC LIMIT 1"}[column]
        stay = one(self.conn, f"SELECT * FROM stage_entries WHERE deal_id = :id {order}", id=deal_id)  # noqa: S608
        if stay is None or stay[column] != old:
            return
        days = {"entered_on": stay["entered_on"], "left_on": stay["left_on"], column: new}
        if days["left_on"] is not None and days["left_on"] < days["entered_on"]:
            return
        changes: dict[str, Any] = {column: new}
        if column == "entered_on":
            changes["entered_at"] = self._at(new)
        if days["left_on"] is not None:
            changes["days"] = days_between(days["entered_on"], days["left_on"])
        update(self.conn, "stage_entries", stay["id"], **changes)

    def _noted(self, deal_id: int, row: DealRow) -> bool:
        sql = "SELECT 1 FROM activities WHERE deal_id = :id AND kind = 'note' AND text = :text"
        if one(self.conn, sql, id=deal_id, text=row.note):
            return False
        deal = one(self.conn, "SELECT contact_id, opened_on FROM deals WHERE id = :id", id=deal_id)
        assert deal is not None
        draft = activities.Draft(deal["contact_id"], "note", row.note, on=deal["opened_on"], deal_id=deal_id)
        activities.add(self.conn, draft, self.moment)
        return True


def first_of_selling(stages: list[sqlite3.Row]) -> sqlite3.Row:
    return next((stage for stage in stages if stage["phase"] == "sell"), stages[0])


def days_between(one_day: str, other: str) -> int:
    return (datetime.date.fromisoformat(other) - datetime.date.fromisoformat(one_day)).days
