"""Questions in sets: what is asked, in which order, of contacts or of deals. Each set is the seller's to change.

A question that gates is needed: it counts in n of m. In the set `qualification` it is a criterion, and status follows
from the answers (the view `statuses`). Answers are kept by `answering`; a question may answer itself by `rules`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from salesflow.dates import Moment
from salesflow.errors import Exists, NotFound, Refused
from salesflow.people import check_text, fold
from salesflow.store.rows import insert, one, rows, update, value
from salesflow.table import Column, Row, Table, Text

FORMS = ("yes-no", "words", "number", "choice")
PURPOSES = ("qualify", "relationship", "credibility", "trust")
BUILT_IN = (
    "qualification", "consent", "sales-qualified", "needs", "company", "fit", "profile", "service", "ideal",
    "satisfaction",
)  # fmt: skip
# Sets with a way of their own: channels of consent, columns of files.
KEPT_ELSEWHERE = {"consent": "salesflow consent WHO", "extra": "salesflow import FILE"}


# -- sets --------------------------------------------------------------------------------------------------------------


def install(conn: sqlite3.Connection) -> None:
    """The built-in sets of questions that the file does not have yet."""
    import tomllib
    from importlib.resources import files

    for name in BUILT_IN:
        text = files("salesflow.processes").joinpath(f"{name}.toml").read_text(encoding="utf-8")
        install_set(conn, name, tomllib.loads(text))
    if one(conn, "SELECT 1 FROM question_sets WHERE name = 'extra'") is None:
        insert(conn, "question_sets", name="extra", title="Columns of files")


def install_set(conn: sqlite3.Connection, name: str, data: dict[str, Any]) -> None:
    """A set as its TOML file has it, unless there is one of that name. Raises Refused for a rule that is none."""
    if one(conn, "SELECT 1 FROM question_sets WHERE name = :name", name=name):
        return
    insert(
        conn, "question_sets", name=name, title=data["title"], about=data.get("about", "contact"),
        is_open=int(data.get("open", False)),
    )  # fmt: skip
    for position, question in enumerate(data["questions"], 1):
        insert(
            conn, "questions", set_name=name, name=question["name"], wording=question["wording"], position=position,
            gates=int(question.get("gates", True)), form=question.get("form", "yes-no"),
            choices="\n".join(question["choices"]) if "choices" in question else None,
            rule=checked_rule(question.get("rule"), data.get("about", "contact")), purpose=question.get("purpose"),
        )  # fmt: skip


def sets(conn: sqlite3.Connection) -> list[sqlite3.Row]:
    """Those that are asked, in order: name, title, about, is_open, questions (how many in force), needed."""
    return rows(
        conn,
        """
        SELECT question_sets.name, title, about, is_open, count(questions.id) AS questions,
               coalesce(sum(gates), 0) AS needed
          FROM question_sets
          LEFT JOIN questions ON set_name = question_sets.name AND dropped_on IS NULL
         WHERE question_sets.name NOT IN ('consent', 'extra')
         GROUP BY question_sets.id
         ORDER BY question_sets.id
        """,
    )


def the_set(conn: sqlite3.Connection, name: str) -> sqlite3.Row:
    """One of `sets`. Raises NotFound, naming them; Refused for one that is kept elsewhere."""
    if name in KEPT_ELSEWHERE:
        raise Refused(f"the set {name} has its own way: {KEPT_ELSEWHERE[name]}")
    there = sets(conn)
    found = next((row for row in there if row["name"] == name), None)
    if found is None:
        raise NotFound(f"no set of questions {name!r}; there are: {', '.join(row['name'] for row in there)}")
    return found


def add_set(conn: sqlite3.Connection, name: str, about: str, is_open: bool) -> None:
    """A new set, without questions yet. Raises Exists, Refused."""
    if one(conn, "SELECT 1 FROM question_sets WHERE name = :name", name=name):
        raise Exists(f"there is a set {name} already; leave --new-set out")
    if about not in ("contact", "deal"):
        raise Refused(f"a set is about a contact or a deal, not {about!r}")
    name = checked_name(name, "a set")
    insert(conn, "question_sets", name=name, title=name, about=about, is_open=int(is_open))


SET_COLUMNS = (
    Column("set", "set", firm=True),
    Column("about", "about"),
    Column("open", "open", "flag"),
    Column("questions", "questions", "number"),
    Column("needed", "needed", "number"),
    Column("title", "what it asks", wrap=True),
)


def sets_listed(conn: sqlite3.Connection) -> Table:
    found = [{**dict(row), "set": row["name"], "open": bool(row["is_open"])} for row in sets(conn)]
    return Table(SET_COLUMNS, found, ids="set")


# -- questions ---------------------------------------------------------------------------------------------------------


def in_force(conn: sqlite3.Connection, set_name: str = "qualification") -> list[sqlite3.Row]:
    """The questions asked now, whole rows in order."""
    return rows(
        conn,
        "SELECT * FROM questions WHERE set_name = :set_name AND dropped_on IS NULL ORDER BY position, id",
        set_name=set_name,
    )


def find(conn: sqlite3.Connection, name: str, set_name: str = "qualification") -> sqlite3.Row:
    sql = "SELECT * FROM questions WHERE set_name = :set_name AND name = :name"
    row = one(conn, sql, set_name=set_name, name=name.lower())
    if row is None or row["dropped_on"]:
        names = ", ".join(question["name"] for question in in_force(conn, set_name))
        where = "" if set_name == "qualification" else f" in the set {set_name}"
        raise NotFound(f"no question {name!r}{where}; " + (f"there are: {names}" if names else "it has none yet"))
    return row


def full_name(conn: sqlite3.Connection, typed: str, set_name: str = "qualification") -> str:
    """A question by its name, or by a start of it that fits one only; else what was typed."""
    names = [row["name"] for row in in_force(conn, set_name)]
    starts = [name for name in names if name.startswith(typed.lower())]
    return starts[0] if len(starts) == 1 and typed.lower() not in names else typed


def was_dropped(conn: sqlite3.Connection, name: str, set_name: str = "qualification") -> bool:
    sql = "SELECT dropped_on FROM questions WHERE set_name = :set_name AND name = :name"
    return value(conn, sql, set_name=set_name, name=name) is not None


def checked_name(name: str, what: str = "a question") -> str:
    name = name.strip().lower()
    if not name or len(name) > 40 or not all(letter.isalnum() or letter == "-" for letter in name):
        raise Refused(f"no name for {what}: {name!r}; one word, such as need or budget-2027")
    return name


def checked_form(form: str) -> str:
    if form not in FORMS:
        raise Refused(f"no form {form!r}; there are: {', '.join(FORMS)}")
    return form


def checked_choices(form: str, choices: Sequence[str]) -> str | None:
    """As they are kept, one a line. Raises Refused."""
    if form != "choice":
        if choices:
            raise Refused(f"choices are for the form choice, not for {form}")
        return None
    found = [check_text(choice, "a choice", 100).strip() for choice in choices]
    if len(found) < 2 or not all(found) or len({fold(choice) for choice in found}) < len(found):
        raise Refused('a choice needs two answers or more, each once, the best last: --choices "poor, fair, good"')
    return "\n".join(found)


def checked_rule(rule: str | None, about: str) -> str | None:
    """As it is kept; nothing where it is empty. Raises Refused."""
    if not rule or not rule.strip():
        return None
    from salesflow.records import rule_text, rules  # not where nothing answers itself

    for field in rule_text.parse(rule).fields if about == "contact" else ():
        if field in rules.OF_DEALS:
            raise Refused(f"a rule about a contact cannot read {field}; one of a set about deals can")
    return " ".join(rule.split())


def checked_purpose(purpose: str | None) -> str | None:
    if not purpose:
        return None
    if purpose not in PURPOSES:
        raise Refused(f"no purpose {purpose!r}; a question serves to: {', '.join(PURPOSES)}")
    return purpose


def add(
    conn: sqlite3.Connection, name: str, wording: str, *, gates: bool = True, set_name: str = "qualification",
    form: str = "yes-no", choices: Sequence[str] = (), rule: str | None = None, purpose: str | None = None,
) -> int:  # fmt: skip
    """A new question at the end, or a dropped one back. Raises Exists, NotFound, Refused."""
    about = the_set(conn, set_name)["about"]
    name = checked_name(name)
    refuse_criterion(set_name, form, gates)
    of_set = "" if set_name == "qualification" else f" --set {set_name}"
    if not wording.strip():
        raise Refused(f'how do you ask it? salesflow question add {name} "Do you ...?"{of_set}')
    check_text(wording, "a question", 500)
    position = (value(conn, "SELECT max(position) FROM questions WHERE set_name = :name", name=set_name) or 0) + 1
    said: dict[str, Any] = {
        "wording": wording.strip(), "position": position, "gates": int(gates), "form": checked_form(form),
        "choices": checked_choices(form, choices), "rule": checked_rule(rule, about),
        "purpose": checked_purpose(purpose),
    }  # fmt: skip
    sql = "SELECT id, dropped_on FROM questions WHERE set_name = :set_name AND name = :name"
    known = one(conn, sql, set_name=set_name, name=name)
    if known is None:
        return insert(conn, "questions", set_name=set_name, name=name, **said)
    if known["dropped_on"] is None:
        way = f"salesflow question edit {name} --ask TEXT{of_set}"
        raise Exists(f"there is a question {name} already; reword it: {way}")
    update(conn, "questions", known["id"], **said, dropped_on=None)
    return int(known["id"])


def edit(
    conn: sqlite3.Connection, name: str, wording: str | None, gates: bool | None, place: int | None, *,
    set_name: str = "qualification", form: str | None = None, choices: Sequence[str] = (), rule: str | None = None,
    purpose: str | None = None,
) -> None:  # fmt: skip
    """Change what is given; an empty rule or purpose is taken away. place: 1 is asked first.

    Raises NotFound, Refused.
    """
    about = the_set(conn, set_name)["about"]
    question = find(conn, name, set_name)
    changes: dict[str, Any] = {}
    if wording is not None:
        if not wording.strip():
            raise Refused(f"how do you ask it? {name} needs words")
        changes["wording"] = check_text(wording, "a question", 500).strip()
    if gates is not None:
        changes["gates"] = int(gates)
    if form is not None or choices:
        from salesflow.records import answering  # which stands on this module

        changes["form"] = checked_form(form or "choice")
        changes["choices"] = checked_choices(changes["form"], choices)
        answering.refuse_unfit(conn, {**dict(question), **changes})
    refuse_criterion(set_name, changes.get("form", question["form"]), bool(changes.get("gates", question["gates"])))
    if rule is not None:
        changes["rule"] = checked_rule(rule, about)
    if purpose is not None:
        changes["purpose"] = checked_purpose(purpose)
    update(conn, "questions", question["id"], **changes)
    if place is not None:
        others = [row["id"] for row in in_force(conn, set_name) if row["id"] != question["id"]]
        others.insert(max(place, 1) - 1, question["id"])
        for position, question_id in enumerate(others, 1):
            update(conn, "questions", question_id, position=position)


def refuse_criterion(set_name: str, form: str, gates: bool) -> None:
    if set_name == "qualification" and gates and form != "yes-no":
        raise Refused("a criterion is answered yes or no; any other question of qualification is --not-needed")


def drop(conn: sqlite3.Connection, name: str, moment: Moment, set_name: str = "qualification") -> None:
    """Ask it no more; its answers stay in the history."""
    the_set(conn, set_name)
    update(conn, "questions", find(conn, name, set_name)["id"], dropped_on=moment.on)


COLUMNS = (
    Column("position", "#", "number"),
    Column("name", "question", firm=True),
    Column("wording", "as asked", wrap=True),
    Column("gates", "needed", "flag"),
    Column("form"),
    Column("choices", kind="list"),
    Column("rule"),
    Column("purpose"),
)


def listed(conn: sqlite3.Connection, set_name: str = "qualification", notes: Sequence[str] = ()) -> Table:
    """The questions in force, in the order they are asked."""
    found = [
        {**dict(row), "choices": row["choices"].split("\n") if row["choices"] else []}
        for row in in_force(conn, set_name)
    ]
    empty = f'The set {set_name} has no questions yet: salesflow question add NAME "What ...?" --set {set_name}'
    more = any(row["form"] != "yes-no" or row["rule"] or row["purpose"] for row in found)
    shown = [column for column in COLUMNS if column.caption]
    view = in_words(found, notes) if more else Table(shown, found, notes=notes, empty=empty)
    return Table(COLUMNS, found, empty=empty, ids="name", view=lambda: view)


def in_words(found: Sequence[Row], notes: Sequence[str]) -> Text:
    """Each question with, on a line below, all that is to be said of it."""
    lines = []
    for row in found:
        said = ["needed" if row["gates"] else "not needed", row["form"].replace("yes-no", "yes or no")]
        said += [" / ".join(row["choices"])] * bool(row["choices"])
        said += [f"answers itself by {row['rule']}"] * bool(row["rule"])
        said += [f"serves {row['purpose']}"] * bool(row["purpose"])
        lines += [(str(row["position"]), f"{row['name']}: {row['wording']}"), ("", "; ".join(said))]
    return Text([*lines, *(("", text) for text in ("", *notes) if notes)], indent=4)
