"""What `ask` says: n of m, what to ask next, each answer; a form on paper; everything that is known of somebody."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from salesflow.cli import words
from salesflow.cli.session import Session
from salesflow.records import answering, asking, contacts
from salesflow.records.asking import State
from salesflow.table import Column, Sheet, Table, Text


class Subject(NamedTuple):
    """What is asked, and of whom; `set_name` is empty where no set was named."""

    set_name: str
    is_open: bool
    contact_id: int
    contact: str
    deal_id: int | None = None
    deal: str | None = None

    @property
    def title(self) -> str:
        return self.contact + (f", D{self.deal_id} {self.deal}" if self.deal_id else "")

    def states(self, conn: sqlite3.Connection, run: Session) -> list[State]:
        return asking.states(conn, self.set_name, self.contact_id, self.deal_id, run.today)


PAPER = (
    Column("place", "#", "number"), Column("question", "question"), Column("wording", "as asked", wrap=True),
    Column("form"), Column("choices", kind="list"),
)  # fmt: skip
ROOM = {"words": 3, "number": 1, "yes-no": 1, "choice": 1}  # lines to write on


def on_paper(subject: Subject, found: Sequence[State]) -> Table:
    """A form to fill in by hand, 80 columns wide."""
    listed = [
        {**state._asdict(), "place": place, "choices": state.choices.split("\n") if state.choices else []}
        for place, state in enumerate(found, 1)
    ]

    def view() -> Text:
        lines = [("", f"{subject.title}: {subject.set_name}"), ("", ""), ("", f"Day {'_' * 20}   How {'_' * 20}")]
        for place, state in enumerate(found, 1):
            lines += [("", ""), (str(place), state.wording)]
            boxes = ["yes", "no"] if state.form == "yes-no" else state.choices.split("\n") if state.choices else []
            lines += [("", "   ".join(f"[ ] {each}" for each in boxes))] * bool(boxes)
            lines += [("", "_" * 74)] * ROOM[state.form]
        return Text(lines, indent=4, bold=frozenset({0}))

    return Table(PAPER, listed, ids="question", view=view)


COLUMNS = (*answering.COLUMNS, Column("form"), Column("choices", kind="list"), Column("rule"), Column("why"))


def known(conn: sqlite3.Connection, run: Session, subject: Subject, found: Sequence[State]) -> Sheet:
    """Each answer with its basis, way, day and words; n of m; what to ask next."""
    rows = [{**state._asdict(), "choices": state.choices.split("\n") if state.choices else []} for state in found]
    told = facts(subject, found)
    kinds = {"id": "number", "known": "number", "needed": "number", "missing": "list", "refused": "list"}

    def view() -> Text:
        lines = [("", heading(subject, found)), *(("", line) for line in next_line(subject, found))]
        lines += [("", line) for line in advice(conn, subject, found)]
        if not found:
            lines.append(("", f'Say what is asked: salesflow question add NAME "..." --set {subject.set_name}'))
        lines += list(answer_lines(conn, run, found, subject))
        return Text(lines, indent=max((len(label) for label, _ in lines), default=0) + 2, bold=frozenset({0}))

    columns = [Column(name, kind=kinds.get(name, "text")) for name in told]
    return Sheet(columns, told, {"answers": Table(COLUMNS, rows, ids="question")}, view=view, ids="id")


def facts(subject: Subject, found: Sequence[State]) -> dict[str, Any]:
    count = asking.counted([*found])
    following = asking.next_of([*found], subject.is_open)
    return {
        "id": subject.contact_id, "name": subject.contact, "deal": subject.deal_id and f"D{subject.deal_id}",
        "set": subject.set_name, "known": count.known, "needed": count.needed, "missing": count.missing,
        "refused": count.refused, "next": following and following.question,
        "wording": following and following.wording,
    }  # fmt: skip


def heading(subject: Subject, found: Sequence[State]) -> str:
    """`Maria Lopez, D1 Hours: needs 2 of 4; still to ask: solved`."""
    count = asking.counted([*found])
    parts = [f"{subject.title}: {subject.set_name} {count.known} of {count.needed}"]
    if not found:
        return f"{subject.title}: {subject.set_name} has no questions yet"
    refused = [state for state in found if state.question in count.refused]
    parts += [state.why for state in refused if state.basis == "rule" and state.why]
    said = [state.question for state in refused if state.basis != "rule"]
    parts += [f"answered no: {', '.join(said)}"] * bool(said)
    guessed = [state.question for state in found if state.gates and state.is_guess]
    parts += [f"only assumed: {', '.join(guessed)}"] * bool(guessed)
    missing = [name for name in count.missing if name not in guessed]
    parts += [f"still to ask: {', '.join(missing)}"] * bool(missing)
    return "; ".join(parts)


def next_line(subject: Subject, found: Sequence[State]) -> list[str]:
    following = asking.next_of([*found], subject.is_open)
    return [f"Ask next: {following.wording} ({following.question})"] if following else []


def only_next(subject: Subject, found: Sequence[State]) -> Sheet:
    told = {name: fact for name, fact in facts(subject, found).items() if name in ("next", "wording")}
    text = told["wording"] or f"{subject.set_name}: all is known"
    return Sheet([Column(name) for name in told], told, view=lambda: Text([("", text)], indent=0), ids="next")


def first_next(conn: sqlite3.Connection, subject: Subject) -> Sheet:
    """The question to ask next of any set; None when all is known."""
    found = next((row for row in asking.understood(conn, subject.contact_id).rows if row["wording"]), None)
    told = {name: found[name] if found else None for name in ("set", "next", "wording")}
    text = str(told["wording"] or "all is known")
    return Sheet([Column(name) for name in told], told, view=lambda: Text([("", text)], indent=0), ids="next")


def answer_lines(
    conn: sqlite3.Connection, run: Session, found: Sequence[State], subject: Subject | None = None
) -> Iterator[tuple[str, str]]:
    """(question, answer with its words, basis, way and day); of several lines each with its own day."""
    for state in found:
        if subject and "\n" in state.answer and state.basis == "said":
            each = answering.lines(conn, state.id, subject.contact_id, subject.deal_id)
            for place, line in enumerate(each):
                about = ", ".join(part for part in (line.method, words.short(run, line.answered_on)) if part)
                yield state.question if place == 0 else "", f"{line.text} ({about})"
            continue
        day = words.short(run, state.answered_on) if state.answered_on else None
        basis = {"assumed": "assumed, does not count", "rule": "by rule"}.get(state.basis or "")
        if state.answer == "unknown":
            basis = None
        told = state.basis == "rule" and state.rule and state.form != "yes-no"  # the answer is what the rule read
        why = None if told else state.why
        about = ", ".join(part for part in (basis, why, state.method, day) if part)
        own = f' "{state.said}"' if state.said else ""
        yield state.question, "; ".join(state.answer.split("\n")) + own + (f" ({about})" if about else "")


def noted(name: str, before: State | None, now: str, assumed: bool, add: bool) -> list[str]:
    """What an answer (`now`, as it is kept) did beyond being kept."""
    if assumed:
        return [f"{name} is assumed, not asked: it does not count"]
    if before is None or before.form == "yes-no" or before.basis != "said" or not before.known or add:
        return []
    if now == before.answer:
        return []
    both = "; to keep both: --add" if before.form == "words" and now != "unknown" else ""
    return [f"{name} was: {'; '.join(before.answer.split(chr(10)))}{both}"]


def advice(conn: sqlite3.Connection, subject: Subject, found: Sequence[State]) -> list[str]:
    """What follows from the answers, said where it does."""
    count = asking.counted([*found])
    done = bool(count.needed) and count.known == count.needed
    said = {state.question: state.answer for state in found if state.known}
    key = f"D{subject.deal_id}"
    if subject.set_name == "needs" and done:
        return [f"What they need is known. Next: salesflow pitch draft {key}"]
    if subject.set_name == "sales-qualified":
        if said.get("need") == "no":
            later = f"salesflow park {key} DAY WHY"
            return [f"No real need: leave it kindly, salesflow lose {key} WHY; or for later, {later}"]
        of = asking.progress(conn, "qualification", subject.contact_id)
        status = contacts.status(conn, subject.contact_id)
        first = f"{subject.contact}: {status}, {of.known} of {of.needed}"
        return [f"{first}: {key} is worth an offer" if done and of.known == of.needed else first]
    if subject.set_name == "fit" and said.get("fit") == "no":
        return ["Not a good fit: end it kindly, and say who may serve them better"]
    return []


def everything(conn: sqlite3.Connection, subject: Subject) -> Sheet:
    """Every set with how much of it is known, in one figure and one by one; what to ask next."""
    table = asking.understood(conn, subject.contact_id)
    told = {
        "id": subject.contact_id, "name": subject.contact, "known": sum(row["known"] for row in table.rows),
        "needed": sum(row["needed"] for row in table.rows),
    }  # fmt: skip
    shown = [{**row, "of": f"{row['known']} of {row['needed']}"} for row in table.rows]
    columns = (
        Column("set", "set", firm=True), *[Column("deal", "deal", firm=True)] * any(row["deal"] for row in shown),
        Column("of", "known", firm=True, right=True), Column("wording", "ask next", wrap=True),
    )  # fmt: skip
    title = f"{subject.contact}: {told['known']} of {told['needed']} answers known"
    kinds = {"name": "text"}
    return Sheet(
        [Column(name, kind=kinds.get(name, "number")) for name in told], told, {"sets": table},
        view=lambda: Table(columns, shown, title=title, notes=[f"To ask: salesflow ask {subject.contact_id} SET"]),
    )  # fmt: skip
