"""The questions themselves, set by set: they are the seller's, to add, reword, order and drop."""

from __future__ import annotations

import sqlite3
from typing import Annotated

import typer

from salesflow.cli.session import session
from salesflow.errors import NotFound, Refused
from salesflow.records import questions, wording
from salesflow.table import Column, Sheet, Table, Text

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]
Needed = Annotated[bool | None, typer.Option("--needed/--not-needed", help="Whether it counts in n of m.")]
OfSet = Annotated[str, typer.Option("--set", metavar="SET", help="The set it is of; qualification, if not said.")]
Form = Annotated[str | None, typer.Option("--form", metavar="FORM", help="yes-no, words, number or choice.")]
Choices = Annotated[str | None, typer.Option("--choices", metavar="A,B,C", help="What there is to choose, best last.")]
Rule = Annotated[
    str | None, typer.Option("--rule", metavar="RULE", help='It answers itself: "staff: 2..20", "industry: bakery".')
]
Purpose = Annotated[
    str | None, typer.Option("--purpose", metavar="WORD", help="It serves: qualify, relationship, credibility, trust.")
]
# Options of `ask` and `qualify`, and those of every command: a question of such a name could not be answered.
TAKEN = (
    "add", "all", "assumed", "color", "db", "format", "help", "json", "method", "next", "next-only", "no-color",
    "no-input", "on", "print", "quiet", "said", "todo", "today", "version", "yes",
)  # fmt: skip


def list_questions(
    ctx: typer.Context, set_name: Annotated[str | None, typer.Argument(metavar="[SET]", show_default=False)] = None
) -> None:
    """The questions of a set, in the order they are asked; without SET those of qualification, and what sets there are.

    Example: salesflow question list needs
    """
    run = session(ctx)
    with run.reading() as (conn, _):
        if set_name is not None:
            run.show(questions.listed(conn, questions.the_set(conn, set_name.lower())["name"]))
            return
        others = [f"{row['name']} {row['questions']}" for row in questions.sets(conn) if row["name"] != "qualification"]
        notes = [f"Other sets: {', '.join(others)}. See one: salesflow question list SET"]
        run.show(questions.listed(conn, notes=notes))


def list_sets(ctx: typer.Context) -> None:
    """The sets of questions: of whom or what, how many questions, how many needed.

    Example: salesflow question sets
    """
    run = session(ctx)
    with run.reading() as (conn, _):
        run.show(questions.sets_listed(conn))


def add_question(
    ctx: typer.Context,
    name: Name,
    text: Annotated[list[str], typer.Argument(metavar="TEXT", show_default=False)],
    set_name: OfSet = "qualification",
    needed: Needed = None,
    form: Form = None,
    choices: Choices = None,
    rule: Rule = None,
    purpose: Purpose = None,
    new_set: Annotated[bool, typer.Option("--new-set", help="The set is new: make it.")] = False,
    about: Annotated[
        str | None, typer.Option("--about", metavar="WORD", help="A new set asks of each contact, or of each deal.")
    ] = None,
    is_open: Annotated[bool, typer.Option("--open", help="A new set asks for their words, not for yes or no.")] = False,
) -> None:
    """Add a question; it is asked last. A criterion of qualification changes everybody's status at once.

    In a set that asks for words the form is words, else yes-no. With a rule it answers itself; what somebody said
    stays.

    Example: salesflow question add pets What pets have they? --set profile
    """
    run = session(ctx)
    set_name = set_name.lower()
    if name.strip().lower() in TAKEN:
        raise Refused(f"--{name.strip().lower()} means something else to salesflow ask; call the question otherwise")
    if not new_set and (about or is_open):
        raise Refused("--about and --open are of a new set; with: --new-set")
    with run.writing(new=True) as (conn, _, work):
        if new_set:
            questions.add_set(conn, set_name, about or "contact", is_open)
        of = the_set(conn, set_name)
        listed = split(choices)
        form = form or ("choice" if listed else "words" if of["is_open"] and not rule else "yes-no")
        questions.add(
            conn, name, " ".join(text), gates=needed is not False, set_name=of["name"], form=form, choices=listed,
            rule=rule, purpose=purpose,
        )  # fmt: skip
        remarks = remarks_on(conn, name, of["name"])
        work.summary = f"question {name} added"
    where = "" if set_name == "qualification" else f" to {set_name}"
    run.tell(f"Added {name}{where}: {' '.join(text)}", name=name, set=set_name)
    for remark in remarks:
        run.warn(remark)


def the_set(conn: sqlite3.Connection, name: str) -> sqlite3.Row:
    """The set; where there is none of that name, how to make it. Raises NotFound, Refused."""
    try:
        return questions.the_set(conn, name)
    except NotFound as error:
        raise NotFound(f"{error}; a new one is made with --new-set") from None


def remarks_on(conn: sqlite3.Connection, name: str, set_name: str) -> list[str]:
    """What could be better about a question just added, and about the set now that it has it."""
    question = questions.find(conn, name, set_name)
    said = wording.remarks_on(conn, question)
    many = len(questions.in_force(conn, set_name))
    if set_name == "qualification" and many > wording.MOST:
        said.append(f"that makes {many} questions; a few short ones are answered more often")
    return said


def split(choices: str | None) -> list[str]:
    return [each.strip() for each in choices.split(",")] if choices else []


def edit_question(
    ctx: typer.Context,
    name: Name,
    set_name: OfSet = "qualification",
    ask: Annotated[str | None, typer.Option("--ask", metavar="TEXT", help="How you ask it.")] = None,
    needed: Needed = None,
    place: Annotated[int | None, typer.Option("--place", metavar="N", min=1, help="1 is asked first.")] = None,
    form: Form = None,
    choices: Choices = None,
    rule: Rule = None,
    purpose: Purpose = None,
) -> None:
    """Reword it, put it in another place, say whether it is needed; an empty rule or purpose takes it away.

    Example: salesflow question edit money --ask "Can they pay 300?" --place 1
    """
    run = session(ctx)
    with run.writing() as (conn, _, work):
        of = questions.the_set(conn, set_name.lower())["name"]
        questions.edit(
            conn, name, ask, needed, place, set_name=of, form=form, choices=split(choices), rule=rule, purpose=purpose
        )
        remarks = wording.remarks_on(conn, questions.find(conn, name, of))
        work.summary = f"question {name} changed"
    with run.reading() as (conn, _):
        run.show(questions.listed(conn, of))
    for remark in remarks:
        run.warn(remark)


def drop_question(ctx: typer.Context, name: Name, set_name: OfSet = "qualification") -> None:
    """Ask it no more; its answers stay in the history. A criterion of qualification changes everybody's status at once.

    Example: salesflow question drop authority
    """
    run = session(ctx)
    with run.writing() as (conn, _, work):
        questions.drop(conn, name, run.moment, set_name.lower())
        work.summary = f"question {name} dropped"
    run.tell(f"Dropped {name}", name=name, set=set_name.lower())
    run.undo_hint(work)


def check(
    ctx: typer.Context, set_name: Annotated[str, typer.Argument(metavar="[SET]", show_default=False)] = "qualification"
) -> None:
    """What the questions of a set serve, and how they could be asked better. Exit code 1 when there is something.

    Good open questions qualify, begin a relationship, make you credible, and create trust: one at least for each.

    Example: salesflow question check needs
    """
    run = session(ctx)
    with run.reading() as (conn, _):
        found = questions.the_set(conn, set_name.lower())
        of = found["name"]
        serving = wording.purposes(conn, of)
        remarks = wording.remarks(conn, of)
    # Yes or no serves to sort people, not to come to know them.
    weighed = bool(found["is_open"]) or any(serving.values())
    rows = [{"purpose": purpose, "questions": names} for purpose, names in serving.items()]
    lacking = [purpose for purpose, names in serving.items() if not names] if weighed else []
    remarks += [f"nothing serves to {purpose_said(purpose)}" for purpose in lacking]
    table = Table((Column("purpose"), Column("questions", kind="list")), rows, ids="purpose")

    def view() -> Text:
        lines = [(purpose, ", ".join(names) or "none") for purpose, names in serving.items()] if weighed else []
        lines += [("", "")] * bool(lines and remarks) + [("", f"* {text}") for text in remarks]
        lines += [("", f"{of}: nothing to mend")] * (not remarks)
        return Text(lines, indent=14)

    told = {"set": of, "remarks": remarks}
    run.show(Sheet([Column("set"), Column("remarks", kind="list")], told, {"purposes": table}, view=view))
    if remarks:
        raise typer.Exit(1)


def purpose_said(purpose: str) -> str:
    return {"qualify": "qualify them", "relationship": "begin a relationship"}.get(purpose, f"create {purpose}")
