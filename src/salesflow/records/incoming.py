"""What comes in from a file: a contact as a row has it, what is said of all rows, and what became of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from salesflow import people
from salesflow.dates import Moment
from salesflow.records.contacts import Draft
from salesflow.store.rows import insert

SHOWN = 1000  # problems and warnings kept, of each
EXAMPLES = 10
# Why somebody new is put off the list who wants no e-mail and can be reached by nothing else.
NO_WAY = "no more e-mail, and no other way to reach them"
OTHER_WAYS = frozenset(("phone", "address", "link"))


class Consent(NamedTuple):
    """What somebody said of being written to or called: channel, yes or no, since when, how one knows.

    basis: said, or assumed: a no that nobody said, and that a later yes may replace.
    """

    channel: str
    answer: str
    on: str | None = None
    evidence: str | None = None
    basis: str = "said"


@dataclass(slots=True)
class Incoming:
    """A contact as a row has it; the draft is a clean one, without note.

    notes: parts of the note, each kept once. next_on: the day of a promise; None with a todo: today. off_list: since
    when (None: today) and why. referred_by: a name, e-mail or phone; referred_by_ref: the `ref` of another row, which
    is asked first. row_hash: of the cells, for a row without any key. whole: what else hangs on the contact. consents:
    channel, answer, day and evidence of each. kept: heading and text of columns that have no place of their own.
    off_list_if_new: they have no use for e-mail any more, so somebody new with nothing else is put off the list.
    known_as: the id of the contact that this file itself wrote out, and the digits of the instant it was made.
    merged_into: the id of the one they were made one with where they come from; the row has both ids, and is refused
    where nobody has either.
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
    created_at: str | None = None
    imported: bool = True
    referred_by: str | None = None
    referred_by_ref: int | None = None
    ref: int | None = None
    row_hash: str | None = None
    warnings: tuple[str, ...] = ()
    whole: dict[str, Any] | None = None
    consents: tuple[Consent, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()
    off_list_if_new: bool = False
    known_as: tuple[int, str] | None = None
    merged_into: str | None = None


@dataclass(slots=True)
class Unread:
    """A row not looked at yet; `seen` is the hash of its cells and of how they are read. `read` raises Refused."""

    seen: str
    read: Callable[[], Incoming]


Row = tuple[int, Incoming | Unread | str]  # with its line; a text is the reason why it is refused


@dataclass(frozen=True, slots=True)
class Extras:
    """What is said of the whole list: the source fills what is blank; tags and answers are as in each row.

    keep_mine: what is known stays, and what the file says otherwise is kept beside it. method: how the answers to
    questions were given (answering.METHODS); a list is hearsay, what came another way they said themselves.
    """

    source: str | None = None
    tags: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    keep_mine: bool = False
    method: str = "list"


class Change(NamedTuple):
    """One value of a contact or a deal that a row changes; None: there was none."""

    field: str
    before: str | None
    after: str | None


class Planned(NamedTuple):
    """What becomes of a row: added, updated, same or refused; of a refused one with the reason."""

    line: int
    outcome: str
    who: str | None = None
    changes: tuple[Change, ...] = ()
    reason: str | None = None


@dataclass
class Report:
    """What became of the rows; added + updated + same + refused are all of them.

    problems: (line, reason) of rows refused; warnings: (line, text) of rows taken; the first SHOWN of each. made: what
    had to be made besides, in words. examples: the first EXAMPLES rows that change something known. plan: every row by
    its line, and refusals: every reason by its line, where they are asked for.
    """

    added: int = 0
    updated: int = 0
    same: int = 0
    refused: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)
    warned: int = 0
    made: list[str] = field(default_factory=list)
    examples: list[Planned] = field(default_factory=list)
    plan: dict[int, Planned] | None = None
    refusals: dict[int, str] | None = None

    @property
    def rows(self) -> int:
        return self.added + self.updated + self.same + self.refused

    def count(self, outcome: str, line: int, who: str | None = None, changes: Iterable[Change] = ()) -> None:
        setattr(self, outcome, getattr(self, outcome) + 1)
        if self.plan is not None or (outcome == "updated" and len(self.examples) < EXAMPLES):
            row = Planned(line, outcome, who, tuple(changes))
            if outcome == "updated" and len(self.examples) < EXAMPLES:
                self.examples.append(row)
            if self.plan is not None:
                self.plan[line] = row

    def amend(self, line: int, outcome: str, changes: Iterable[Change]) -> None:
        """A row that was counted changed something after all."""
        if outcome == "same":
            self.same, self.updated = self.same - 1, self.updated + 1
        if self.plan is not None and (row := self.plan.get(line)):
            self.plan[line] = row._replace(outcome="updated", changes=(*row.changes, *changes))

    def refuse(self, line: int, reason: str) -> None:
        self.refused += 1
        if len(self.problems) < SHOWN:
            self.problems.append((line, reason))
        if self.refusals is not None:
            self.refusals[line] = reason
        if self.plan is not None:
            self.plan[line] = Planned(line, "refused", reason=reason)

    def warn(self, line: int, text: str) -> None:
        self.warned += 1
        if len(self.warnings) < SHOWN:
            self.warnings.append((line, text))


def with_notes(old: str | None, notes: Iterable[str]) -> str | None:
    """A note with each part that is not in it yet, below what is there. Raises Refused when it grows too long."""
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
