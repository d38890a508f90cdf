"""Qualifying: a few short questions tell a prospect from a lead; and the questions themselves."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Annotated

import typer

from salesflow.cli import words
from salesflow.cli.session import Session, session
from salesflow.errors import Refused
from salesflow.records import contacts, questions, who
from salesflow.table import Sheet, Text

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]


def qualify(
    ctx: typer.Context,
    free: Annotated[list[str], typer.Argument(metavar="WHO [--QUESTION yes|no|unknown]...", show_default=False)],
    method: Annotated[
        str | None, typer.Option("--method", metavar="HOW", help="call, meeting, form, email, list, ...")
    ] = None,
    said: Annotated[str | None, typer.Option("--said", metavar="TEXT", help="The customer's own words.")] = None,
    on: words.On = None,
    next: words.Next = None,
    todo: words.Todo = None,
) -> None:
    """A few short questions: lead or prospect? On a terminal it asks what is unknown; `unknown` takes an answer back.

    Status follows from the answers: one yes makes a lead possible, every one a prospect, a no disqualifies.
    Interest is kept and decides nothing. The questions are yours: salesflow question.

    Example: salesflow qualify ken --money yes --said "we spend 500" --method call
    """
    run = session(ctx)
    names, options = split_options(free)
    if not options and not run.asks:
        with run.reading() as (conn, settings):
            run.show(verdict(run, conn, who.resolve(conn, " ".join(names), settings)))
        return
    if not options:
        with run.reading() as (conn, settings):
            contact_id = who.resolve(conn, " ".join(names), settings)
            options = asked(run, conn, contact_id)
        names = [str(contact_id)]
        if not options:
            return
    with run.writing() as (conn, settings, work):
        contact_id = who.resolve(conn, " ".join(names), settings)
        before = contacts.status(conn, contact_id)
        on_day = words.day(run, settings, on, past=True) if on else None
        for name, answer, own in options:
            questions.answer(conn, contact_id, full_name(conn, name), answer, run.moment, method=method,
                             said=own or said, on=on_day)  # fmt: skip
        step = words.promise(conn, run, settings, contact_id, next, todo)
        lines, facts = outcome(conn, contact_id, before)
        work.summary = lines[0]
    run.tell(*lines, *step, **facts)


def split_options(free: Sequence[str]) -> tuple[list[str], list[tuple[str, str, str | None]]]:
    """WHO, and (question, answer, None) for each --QUESTION ANSWER after it. Raises Refused."""
    names: list[str] = []
    options: list[tuple[str, str, str | None]] = []
    rest = list(free)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--") or len(word) < 3:
            if options:
                raise Refused(f"not understood: {word!r}; answers are --QUESTION yes, no or unknown")
            names.append(word)
            continue
        name, equals, answer = word[2:].partition("=")
        if not equals:
            if not rest:
                raise Refused(f"--{name} needs an answer: yes, no or unknown")
            answer = rest.pop(0)
        options.append((name, answer, None))
    if not names:
        raise Refused("whom? salesflow qualify WHO [--money yes ...]")
    return names, options


def full_name(conn: sqlite3.Connection, typed: str) -> str:
    """A question by its name or a start of it that fits one only."""
    starts = [row["name"] for row in questions.in_force(conn) if row["name"].startswith(typed.lower())]
    return starts[0] if len(starts) == 1 else typed


def asked(run: Session, conn: sqlite3.Connection, contact_id: int) -> list[tuple[str, str, str | None]]:
    """What is still unknown, asked on the terminal; the first criterion alone, and a no to one ends it."""
    name = contacts.get(conn, contact_id)["name"]
    unknown = [row for row in questions.known(conn, contact_id) if row["answer"] == "unknown"]
    if not unknown:
        run.show(verdict(run, conn, contact_id))
        return []
    run.say(f"{name}: yes, no, Enter for unknown; their own words may follow (yes we are six)")
    found: list[tuple[str, str, str | None]] = []
    for number, row in enumerate(unknown, 1):
        while True:
            answer, _, own = run.ask(f"{number}/{len(unknown)} {row['wording']}").partition(" ")
            answer = questions.ANSWERS.get(answer.lower().rstrip(",.:;"), "unknown" if not answer else "")
            if answer:
                break
            run.say("yes, no, or Enter for unknown")
        if answer != "unknown":
            found.append((row["question"], answer, own.strip() or None))
        if answer == "no" and row["gates"]:
            break
    return found


def outcome(conn: sqlite3.Connection, contact_id: int, before: str) -> tuple[list[str], dict[str, object]]:
    row = contacts.get(conn, contact_id)
    status = contacts.status(conn, contact_id)
    known = [question for question in questions.known(conn, contact_id) if question["gates"]]
    yes = sum(question["answer"] == "yes" for question in known)
    missing = [question["question"] for question in known if question["answer"] == "unknown"]
    refused = [question["question"] for question in known if question["answer"] == "no"]
    text = f"{row['name']}: {status}, {yes} of {len(known)}"
    if refused:
        text += f"; answered no: {', '.join(refused)}"
    if missing:
        text += f"; still to ask: {', '.join(missing)}"
    lines = [text]
    if status == "prospect" and before != "prospect":
        lines.append(f"Now a prospect. Next: salesflow deal add {contact_id} WHAT")
    if "authority" in refused:
        lines.append(f"Who decides? Add them: salesflow add NAME --referred-by {contact_id}")
    facts: dict[str, object] = {
        "id": contact_id, "name": row["name"], "status": status, "before": before, "yes": yes, "of": len(known),
        "missing": missing,
    }  # fmt: skip
    return lines, facts


def verdict(run: Session, conn: sqlite3.Connection, contact_id: int) -> Sheet:
    """Each answer with its method and day, and the verdict in words."""
    from salesflow.table import Column

    lines, facts = outcome(conn, contact_id, contacts.status(conn, contact_id))
    table = questions.answers(conn, contact_id)

    def view() -> Text:
        said = []
        for row in table.rows:
            day = row["answered_on"] and words.short(run, row["answered_on"])
            about = ", ".join(part for part in (row["method"], day) if part)
            own = f' "{row["said"]}"' if row["said"] else ""
            said.append((str(row["question"]), f"{row['answer']}{own}" + (f" ({about})" if about else "")))
        return Text([("", lines[0]), *said], indent=max([len(label) for label, _ in said], default=0) + 2)

    kinds = {"id": "number", "yes": "number", "of": "number", "missing": "list"}
    columns = [Column(name, kind=kinds.get(name, "text")) for name in facts if name != "before"]
    return Sheet(columns, facts, {"answers": table}, view=view)


def list_questions(ctx: typer.Context) -> None:
    """The questions, in the order they are asked.

    Example: salesflow question list
    """
    run = session(ctx)
    with run.reading() as (conn, _):
        run.show(questions.listed(conn))


Needed = Annotated[bool | None, typer.Option("--needed/--not-needed", help="Whether a prospect must meet it.")]


def add_question(
    ctx: typer.Context,
    name: Name,
    wording: Annotated[list[str], typer.Argument(metavar="TEXT", show_default=False)],
    needed: Needed = None,
) -> None:
    """Add a question; it is asked last. Everybody's status follows at once.

    Example: salesflow question add area Do they live within 20 km?
    """
    run = session(ctx)
    with run.writing(new=True) as (conn, _, work):
        questions.add(conn, name, " ".join(wording), gates=needed is not False)
        work.summary = f"question {name} added"
    run.tell(f"Added {name}: {' '.join(wording)}", name=name)
    count = len(questions_in_force(run))
    if count > 5:
        run.warn(f"that makes {count} questions; a few short ones are answered more often")


def questions_in_force(run: Session) -> Sequence[object]:
    with run.reading() as (conn, _):
        return questions.in_force(conn)


def edit_question(
    ctx: typer.Context,
    name: Name,
    ask: Annotated[str | None, typer.Option("--ask", metavar="TEXT", help="How you ask it.")] = None,
    needed: Needed = None,
    place: Annotated[int | None, typer.Option("--place", metavar="N", min=1, help="1 is asked first.")] = None,
) -> None:
    """Reword it, put it in another place, or say whether a prospect must meet it.

    Example: salesflow question edit money --ask "Can they pay 300?" --place 1
    """
    run = session(ctx)
    with run.writing() as (conn, _, work):
        questions.edit(conn, name, ask, needed, place)
        work.summary = f"question {name} changed"
    list_questions(ctx)


def drop_question(ctx: typer.Context, name: Name) -> None:
    """Ask it no more; its answers stay in the history, and everybody's status follows at once.

    Example: salesflow question drop authority
    """
    run = session(ctx)
    with run.writing() as (conn, _, work):
        questions.drop(conn, name, run.moment)
        work.summary = f"question {name} dropped"
    run.tell(f"Dropped {name}", name=name)
    run.undo_hint(work)
