"""Asking: a set of questions, put to somebody or about a deal; what is known of it, and what to ask next."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.ask_told import (
    Subject,
    advice,
    everything,
    facts,
    first_next,
    heading,
    known,
    next_line,
    noted,
    on_paper,
    only_next,
)
from salesflow.cli.session import Session, session
from salesflow.errors import NotFound, Refused
from salesflow.records import answering, asking, contacts, deals, questions, rules, tasks_done, who
from salesflow.records.asking import State
from salesflow.records.settings import Settings

Option = tuple[str, str, str | None]  # a question, the answer as typed, the words it was given in
Method = Annotated[str | None, typer.Option("--method", metavar="HOW", help="call, meeting, form, email, list, ...")]
Said = Annotated[str | None, typer.Option("--said", metavar="TEXT", help="The customer's own words.")]
Assumed = Annotated[bool, typer.Option("--assumed", help="You think so, nobody said it: kept, and never counted.")]


def ask(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO|DEAL [SET] [--QUESTION ANSWER]...", show_default=False)],
    next_only: Annotated[bool, typer.Option("--next-only", help="Only the question to ask next.")] = False,
    paper: Annotated[bool, typer.Option("--print", help="The questions on paper, with room to write.")] = False,
    add: Annotated[bool, typer.Option("--add", help="Beside the words there are, not in their place.")] = False,
    assumed: Assumed = False,
    method: Method = None,
    said: Said = None,
    on: words.On = None,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """A set of questions: what is known of it, n of m, and what to ask next. Without SET: every set.

    On a terminal it asks what is unknown, one after the other; Enter leaves one out. In a script each answer is an
    option with the question's name; `unknown` takes an answer back. The sets are yours: salesflow question.

    Example: salesflow ask ken needs --problem "invoices go out late"
    """
    run = session(ctx)
    names, options = split_options(free, "ask WHO SET [--problem TEXT ...]", wordy=True)
    with run.reading() as (conn, settings):
        subject = subject_of(conn, run, settings, names)
        if not subject.set_name:
            if options:
                there = ", ".join(row["name"] for row in questions.sets(conn))
                raise Refused(f"which set are these answers of? after WHO comes one of: {there}")
            run.show(first_next(conn, subject) if next_only else everything(conn, subject))
            return
        found = subject.states(conn, run)
        if paper and found:
            run.show(on_paper(subject, asking.to_ask(found, subject.is_open)))
            return
        if not options and run.asks and not next_only:
            options = asked(run, subject.title, asking.to_ask(found, subject.is_open))
        if not options:
            run.show(only_next(subject, found) if next_only else known(conn, run, subject, found))
            return
        over = replaces(run, conn, subject, options) if assumed else True
    with run.writing() as (conn, settings, work):
        subject = subject_of(conn, run, settings, names)
        on_day = words.day(run, settings, on, past=True) if on else None
        notes = []
        for typed, answer, own in options:
            name = questions.full_name(conn, typed, subject.set_name)
            before = next_state(subject.states(conn, run), name)
            if not over and before is not None and before.known:
                run.say(f"{name} is known: {before.answer}; what you assume does not replace it (--yes: it does)")
                continue
            answering.answer(
                conn, subject.contact_id, name, answer, run.moment, method=method, said=own or said, on=on_day,
                basis="assumed" if assumed else "said", set_name=subject.set_name, deal_id=subject.deal_id, add=add,
            )  # fmt: skip
            now = next_state(subject.states(conn, run), name)
            notes += noted(name, before, now.answer if now else "unknown", assumed, add)
        rules.settle(conn, subject.contact_id, run.moment)
        done = words.ticked(tasks_done.known(conn, subject.contact_id, subject.deal_id, run.moment))
        step = words.promise(conn, run, settings, subject.contact_id, next, todo, subject.deal_id)
        found = subject.states(conn, run)
        lines = [heading(subject, found), *notes, *next_line(subject, found), *advice(conn, subject, found)]
        count = asking.counted(found)
        work.summary = f"{subject.title}: {subject.set_name} {count.known} of {count.needed}"
    run.tell(*lines, *done, *step, **facts(subject, found))


# -- what was typed ----------------------------------------------------------------------------------------------------


def split_options(free: Sequence[str], usage: str, *, wordy: bool = False) -> tuple[list[str], list[Option]]:
    """WHO, and (question, answer, None) for each --QUESTION ANSWER after it. wordy: an answer takes all words up to
    the next option. Raises Refused."""
    names: list[str] = []
    options: list[Option] = []
    rest = list(free)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--") or len(word) < 3:
            if options and not wordy:
                raise Refused(f"not understood: {word!r}; answers are --QUESTION yes, no or unknown")
            if options:
                name, answer, own = options.pop()
                options.append((name, f"{answer} {word}", own))
            else:
                names.append(word)
            continue
        name, equals, answer = word[2:].partition("=")
        if not equals:
            if not rest or (wordy and rest[0].startswith("--")):
                raise Refused(f"--{name} needs an answer" + ("" if wordy else ": yes, no or unknown"))
            answer = rest.pop(0)
        options.append((name, answer, None))
    if not names:
        raise Refused(f"whom? salesflow {usage}")
    return names, options


def subject_of(conn: sqlite3.Connection, run: Session, settings: Settings, names: Sequence[str]) -> Subject:
    """Who or which deal, and the set: the last word, or a start of its name. Raises NotFound, Refused."""
    sets = {row["name"]: row for row in questions.sets(conn)}
    chosen, whom = None, list(names)
    if len(names) > 1:
        typed = names[-1].lower()
        starts = [name for name in sets if name.startswith(typed)]
        chosen = typed if typed in sets else starts[0] if len(starts) == 1 else None
        if chosen != typed and who.search(conn, " ".join(names), settings):
            chosen = None  # it is their name
        elif chosen is None and (deal_key(names[0]) or who.search(conn, " ".join(names[:-1]), settings)):
            questions.the_set(conn, typed)
        if chosen:
            whom = whom[:-1]
    each = sets[chosen] if chosen else None
    about_deal = each is not None and each["about"] == "deal"
    number = deal_key(whom[0]) if len(whom) == 1 else None
    if number is None:
        text = " ".join(whom)
        contact_id = who.resolve(conn, text, settings, "deal" if about_deal else "", run.moment.on)
        if about_deal:
            number = deal_of(conn, contact_id, str(chosen))
    else:
        contact_id = deals.get(conn, number)["contact_id"]
    subject = Subject(chosen or "", bool(each and each["is_open"]), contact_id, contacts.get(conn, contact_id)["name"])
    if not about_deal or number is None:
        return subject
    return subject._replace(deal_id=number, deal=deals.get(conn, number)["title"])


def deal_key(word: str) -> int | None:
    found = who.key(word)
    return found[1] if found and found[0] == "D" else None


def deal_of(conn: sqlite3.Connection, contact_id: int, set_name: str) -> int:
    """The deal meant by WHO: the open one, or after the sale the last that was won. Raises NotFound."""
    if set_name not in asking.AFTER_SALE:
        return deals.open_deal(conn, contact_id)
    won = asking.last_won(conn, contact_id)
    if won is None:
        raise NotFound(f"{contacts.get(conn, contact_id)['name']} has bought nothing yet; that is asked after a sale")
    return won


def replaces(run: Session, conn: sqlite3.Connection, subject: Subject, options: Sequence[Option]) -> bool:
    """Whether what is assumed may take the place of what is known: only where a person says so."""
    names = {questions.full_name(conn, name, subject.set_name) for name, _, _ in options}
    there = [state.question for state in subject.states(conn, run) if state.known and state.question in names]
    return bool(there) and run.confirmed(f"Known already: {', '.join(there)}. Replace it by what you assume?")


# -- on a terminal ---------------------------------------------------------------------------------------------------


def asked(
    run: Session, title: str, found: Sequence[State], ends: Callable[[State, str], bool] = lambda state, answer: False
) -> list[Option]:
    """What is still unknown, asked on the terminal one after the other, until an answer `ends` it."""
    unknown = [state for state in found if not state.known]
    if not unknown:
        return []
    hint = "Enter leaves one out"
    if all(state.form == "yes-no" for state in unknown):
        hint = "yes, no, Enter for unknown; their own words may follow (yes we are six)"
    run.say(f"{title}: {hint}")
    options: list[Option] = []
    for number, state in enumerate(unknown, 1):
        answer, own = asked_one(run, f"{number}/{len(unknown)} {state.wording}", state)
        if answer != "unknown":
            options.append((state.question, answer, own))
        if ends(state, answer):
            break
    return options


def asked_one(run: Session, prompt: str, state: State) -> tuple[str, str | None]:
    """An answer in the form of the question, and their own words; `unknown` for nothing."""
    listed = "".join(f"  {place} {each}" for place, each in enumerate((state.choices or "").split("\n"), 1) if each)
    while True:
        typed = run.ask(f"{prompt}{listed}")
        if not typed:
            return "unknown", None
        if state.form == "yes-no":
            first, _, own = typed.partition(" ")
            answer = answering.ANSWERS.get(first.lower().rstrip(",.:;"))
            if answer:
                return answer, own.strip() or None
            run.say("yes, no, or Enter for unknown")
            continue
        try:
            return answering.read({**state._asdict(), "name": state.question}, typed), None
        except Refused as error:
            run.say(str(error))


def next_state(found: Sequence[State], name: str) -> State | None:
    return next((state for state in found if state.question == name), None)
