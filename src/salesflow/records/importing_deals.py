"""Taking deals from a file: whose they are, where they stand, how they ended.

A deal is known again by its id in the file, or by the hash of its cells and how often these came before. Whose it is,
`records.buyers` says; a deal that is known keeps its contact. The words of a stage that mean won or lost are an
outcome.

A file says where a deal stands, not which stages it went through. So an open deal gets one stay, in its stage since the
day it began; a closed one a single stay too, in the stage the file names, else the first of selling, from the day it
began to the day it closed: enough for win rates and days to close, and nothing invented between. A later file moves and
closes deals, of the day it is read or of the day it names; what was closed here stays closed. Of several rows about one
deal in one file the first decides. An amount of 0 is none.

The tasks of a stage start only where that is asked for, and then today: address books make no work.

A row that was taken once is not read again, so an older file takes nothing back. An order that was given back is lost,
and `bought` still: it counts in no win rate.
"""

from __future__ import annotations

import datetime
import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from salesflow import money
from salesflow.dates import Moment
from salesflow.errors import Refused
from salesflow.people import fold
from salesflow.records import activities, contacts, deals, erasing, processes, reasons, tasks
from salesflow.records.buyers import buyer, by_key
from salesflow.records.contacts import Draft, Point
from salesflow.records.incoming import NO_WAY, Change, Extras, Report
from salesflow.records.settings import Settings
from salesflow.store.rows import insert, insert_many, one, update, value

NO_REASON = "not recorded"
BATCH = 500


@dataclass(slots=True)
class DealRow:
    """A deal as a row has it; None says nothing. `outcome` is won, lost or open; the points have their keys.

    deal_id: its id in the file; row_hash: of its cells, where there is none. called: what its contact goes by where
    nothing else says. rough: the amount is that of the goods alone, and counts only where none is known. seen: the hash
    of its cells and of how they are read.
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
    called: str | None = None
    rough: bool = False
    seen: str | None = None


class DealIntake:
    """Deals on their way in, inside one transaction. process: of all rows; usual: of rows that name none.

    own: the rows are an export of ours, where `D12` is the deal of that number, if it is still called so. with_tasks:
    open deals start the tasks of the stage they are put into.
    """

    def __init__(
        self, conn: sqlite3.Connection, settings: Settings, moment: Moment, extras: Extras, *,
        process: str | None = None, usual: str | None = None, own: bool = False, report: Report | None = None,
        with_tasks: bool = False,
    ) -> None:  # fmt: skip
        self.conn, self.settings, self.moment, self.extras, self.process = conn, settings, moment, extras, process
        self.usual, self.own, self.with_tasks = usual or settings.process, own, with_tasks
        self.promised = 0  # tasks of open deals
        self.report = report or Report()
        self.story: list[Change] = []  # of the row at hand
        self.contacts_added = 0
        self.newest = newest(conn)
        self.met = array("B")  # by deal id: whether a row of this file was about it
        self.stages: dict[str, tuple[int, list[sqlite3.Row]]] = {}
        self.rows: list[tuple[int, str]] = []  # contacts, and by what a row of theirs is remembered
        self.guarded = erasing.any_at_all(conn)
        self.seen = sqlite3.connect("")  # how often the same cells came; a file of SQLite's own keeps memory flat
        self.seen.execute("CREATE TABLE seen (hash TEXT PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID")

    def take(self, incoming: Iterable[tuple[int, DealRow | str]]) -> Report:
        """Every row, in the order of the file; a text is the reason why one was refused."""
        self.conn.execute("SAVEPOINT taken")
        for line, row in incoming:
            if isinstance(row, str):
                self.report.refuse(line, row)
                continue
            try:
                outcome = self._take(row)
            except Refused as error:
                self.report.refuse(line, str(error))
                continue
            self.report.count(outcome, line, row.contact or row.company or row.title, self.story)
        self._remember()
        self.seen.close()
        if not (self.report.added or self.report.updated):
            self.conn.execute("ROLLBACK TO taken")  # nothing but that these rows were seen, which says nothing new
        self.conn.execute("RELEASE taken")
        return self.report

    def _remember(self) -> None:
        insert_many(self.conn, "imported_rows", ("contact_id", "row_hash"), self.rows)
        self.rows.clear()

    def _take(self, row: DealRow) -> str:
        self.story = []
        key = row.deal_id or self._numbered(row.row_hash or "")
        process_id, stages = self._process(row)
        stage = self._stage(row, stages)
        outcome = row.outcome or "open"
        self._check_days(row, outcome)
        deal = self._known(key, row)
        taken = deal is not None and self._taken(deal["contact_id"], row.seen)
        if deal is None:
            deal_id = self._make(row, key, process_id, stage or first_of_selling(stages), outcome)
            result = "added"
        elif deal["id"] < len(self.met) and self.met[deal["id"]]:
            return "same"
        elif taken:
            deal_id, result = deal["id"], "same"
        else:
            deal_id = deal["id"]
            same_process = process_id == deal["process_id"]
            result = "updated" if self._change(deal, row, stage if same_process else None, outcome) else "same"
        if row.note and not taken and self._noted(deal_id, row):
            result = "updated" if result == "same" else result
        if deal_id >= len(self.met):
            self.met.extend(bytes(deal_id + 500 - len(self.met)))
        self.met[deal_id] = 1
        if row.seen and not taken:
            self.rows.append((deals.get(self.conn, deal_id)["contact_id"], row.seen))
            if len(self.rows) >= BATCH:
                self._remember()
        return result

    def _taken(self, contact_id: int, seen: str | None) -> bool:
        """Whether this very row was taken before: an older file takes nothing back."""
        sql = "SELECT 1 FROM imported_rows WHERE row_hash = :seen AND contact_id = :id"
        return seen is not None and one(self.conn, sql, seen=seen, id=contact_id) is not None

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
        if self.guarded and by_key(self.conn, Draft(name=row.contact, points=row.points)) is None:
            erasing.keep_out(self.conn, [("deal", key)])
        contact_id = self._contact(row)
        closed = outcome != "open"
        opened_on = row.opened_on or (row.closed_on if closed else None) or self.moment.on
        closed_on = (row.closed_on or row.opened_on or self.moment.on) if closed else None
        minor, currency = row.amount or (None, None)
        bought = row.way == "bought" and closed
        deal_id = insert(
            self.conn, "deals", contact_id=contact_id, process_id=process_id, stage_id=stage["id"], title=row.title,
            amount_minor=minor, currency=currency, outcome=outcome, way="bought" if bought else "sold",
            how=(row.how or (None if bought and outcome == "won" else NO_REASON)) if closed else None,
            opened_on=opened_on, opened_at=self._at(opened_on), closed_on=closed_on,
            closed_at=self._at(closed_on) if closed_on else None, import_key=key,
            reason=classed(outcome, row.how) if closed else None,
        )  # fmt: skip
        if not bought:
            insert(
                self.conn, "stage_entries", deal_id=deal_id, contact_id=contact_id, stage_id=stage["id"],
                entered_on=opened_on, entered_at=self._at(opened_on), left_on=closed_on,
                days=days_between(opened_on, closed_on) if closed_on else None,
            )  # fmt: skip
        if outcome == "won":
            self._wanted_again(contact_id)
        self._start(deal_id, outcome)
        return deal_id

    def _start(self, deal_id: int, outcome: str) -> None:
        if self.with_tasks and outcome == "open":
            self.promised += len(tasks.enter(self.conn, deal_id, self.moment, from_day=self.moment.on))

    def _wanted_again(self, contact_id: int) -> None:
        """Who buys is not off the list for want of a way to reach them."""
        if contacts.get(self.conn, contact_id)["off_list_why"] == NO_WAY:
            update(self.conn, "contacts", contact_id, off_list_on=None, off_list_why=None)

    def _at(self, on: str) -> str:
        return self.moment.at if on == self.moment.on else f"{on}T12:00:00Z"

    def _contact(self, row: DealRow) -> int:
        if row.way == "bought" and not (row.contact or row.company or row.points):
            return contacts.walk_in(self.conn, self.moment)
        said = Draft(
            name=row.contact, company=row.company, source=row.source or self.extras.source, points=row.points,
            tags=self.extras.tags,
        )  # fmt: skip
        before = newest(self.conn)
        found = buyer(self.conn, self.settings, said, row.called, self.newest, self.moment)
        self.contacts_added += found > before
        return found

    # -- a known one -----------------------------------------------------------------------------------------------

    def _change(self, deal: sqlite3.Row, row: DealRow, stage: sqlite3.Row | None, outcome: str) -> bool:
        changes: dict[str, Any] = {"title": row.title}
        if row.amount and not (row.rough and deal["amount_minor"] is not None):
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
            # An order that was given back stays so, whatever an older file says.
            if row.way == "sold" or deal["outcome"] == "won":
                changes["outcome"] = outcome
            if row.how:
                changes["how"] = row.how
            if row.closed_on and row.closed_on != deal["closed_on"]:
                changes.update(closed_on=row.closed_on, closed_at=self._at(row.closed_on))
                self._move_stay(deal["id"], "left_on", deal["closed_on"], row.closed_on)
        elif deal["outcome"] == "open" and stage and stage["id"] != deal["stage_id"]:
            deals.enter(self.conn, deal["id"], stage["id"], self.moment)
            self.story.append(Change("stage", None, stage["name"]))
            self._start(deal["id"], "open")
            moved = True
        changes = {name: new for name, new in changes.items() if new != deal[name]}
        if changes.get("outcome", deal["outcome"]) == "lost" and deal["way"] == "bought":
            changes |= {"how": changes.get("how") or deal["how"] or NO_REASON, "way": row.way}
            changes = {name: new for name, new in changes.items() if new != deal[name]}
        if "how" in changes or "outcome" in changes:
            how = changes.get("how", deal["how"])
            changes["reason"] = classed(changes.get("outcome", deal["outcome"]), how)
        self.story += told(deal, changes)
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


def classed(outcome: str, how: str | None) -> str | None:
    """The class of the reason a file gives; None where it gives none."""
    return reasons.classed(outcome, how).name if how and how != NO_REASON else None


def told(deal: sqlite3.Row, changes: dict[str, Any]) -> Iterator[Change]:
    """What changes in a deal, in a seller's words."""
    if "amount_minor" in changes or "currency" in changes:
        before, after = deal["amount_minor"], changes.get("amount_minor", deal["amount_minor"])
        old, new = deal["currency"], changes.get("currency", deal["currency"])
        yield Change("amount", before and money.show(before, old), after and money.show(after, new))
    for name in ("title", "outcome", "how", "opened_on", "closed_on"):
        if name in changes:
            yield Change(name, deal[name], changes[name])


def newest(conn: sqlite3.Connection) -> int:
    """The id of the contact made last."""
    return value(conn, "SELECT seq FROM sqlite_sequence WHERE name = 'contacts'") or 0


def first_of_selling(stages: list[sqlite3.Row]) -> sqlite3.Row:
    return next((stage for stage in stages if stage["phase"] == "sell"), stages[0])


def days_between(one_day: str, other: str) -> int:
    return (datetime.date.fromisoformat(other) - datetime.date.fromisoformat(one_day)).days
