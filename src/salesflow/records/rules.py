"""Rules: a question that answers itself from what is known. `staff: 2..20`, `tag|industry: bakery, salon`.

A rule reads what was said, columns of the contact, tags, and who decides on the deal. What is not known is unknown,
never a no; nor does a tag that is missing say anything. Of sets about deals a rule is judged when it is read. Of sets
about contacts its answer is kept with the basis `rule`, brought up to date with every change, because status is made of
such answers. There a rule reads no other rule's answer: so there are no circles, and no order matters.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from salesflow.dates import Moment
from salesflow.records.rule_text import Facts, Rule, Verdict, answer, judge, key, parse
from salesflow.store import journal
from salesflow.store.journal import Mark
from salesflow.store.rows import insert_many, rows, value

COLUMNS = ("company", "job_title", "source", "rating", "demand")
OF_DEALS = {"status", "deciders"}  # what only rules of sets about deals can read: status is made of answers
PARCEL = 20_000  # contacts whose facts are held at a time


def holds(conn: sqlite3.Connection, rule: str, contact_id: int, deal_id: int | None, question_id: int = 0) -> Verdict:
    """Whether the rule says yes or no of a contact, and of a deal if one is named. Raises Refused."""
    parsed = parse(rule)
    return judge(parsed, of_one(conn, parsed.fields, contact_id, deal_id), question_id)[0]


def why(conn: sqlite3.Connection, rule: str, contact_id: int, deal_id: int | None, question_id: int = 0) -> str:
    """What the verdict rests on: `staff 40 is outside 2..20`, `industry not known`."""
    parsed = parse(rule)
    return judge(parsed, of_one(conn, parsed.fields, contact_id, deal_id), question_id)[1]


# -- what is known -----------------------------------------------------------------------------------------------------


def of_one(conn: sqlite3.Connection, fields: Sequence[str], contact_id: int, deal_id: int | None) -> Facts:
    """What is known of one contact; with a deal also of the deal, what rules answered of the contact, and status."""
    facts = gathered(conn, fields, contact_id, contact_id, by_rule=deal_id is not None).get(contact_id, {})
    if deal_id is None:
        return facts
    ids = read_by(conn, fields)
    sql = """
        SELECT question_id, answer FROM answers
         WHERE deal_id = :deal_id AND replaced_at IS NULL AND basis <> 'assumed' AND answer <> 'unknown'
         ORDER BY id
        """
    for row in rows(conn, sql, deal_id=deal_id):
        if row["question_id"] in ids:
            facts.setdefault(ids[row["question_id"]], []).append((row["question_id"], row["answer"]))
    if "deciders" in fields:
        sql = """
            SELECT coalesce(contacts.name, deciders.name) AS name
              FROM deciders LEFT JOIN contacts ON contacts.id = person_id
             WHERE deal_id = :deal_id ORDER BY deciders.id
            """
        facts["deciders"] = [(0, row["name"]) for row in rows(conn, sql, deal_id=deal_id)]
    if "status" in fields:
        status = value(conn, "SELECT status FROM standing WHERE contact_id = :id", id=contact_id)
        facts["status"] = [(0, status)] if status else []
    return facts


def read_by(conn: sqlite3.Connection, fields: Sequence[str]) -> dict[int, str]:
    """The questions, of any set, that go by the name of one of these fields: id -> field."""
    found = rows(conn, "SELECT id, name FROM questions WHERE set_name <> 'consent' AND dropped_on IS NULL")
    return {row["id"]: key(row["name"]) for row in found if key(row["name"]) in fields}


def fields_there(conn: sqlite3.Connection, about: str) -> set[str]:
    """Every field that a rule of a set about contacts, or about deals, can read."""
    found = rows(conn, "SELECT name FROM questions WHERE set_name <> 'consent' AND dropped_on IS NULL")
    there = {key(row["name"]) for row in found} | {key(name) for name in COLUMNS} | {"tag"}
    return there | OF_DEALS if about == "deal" else there - OF_DEALS


def gathered(
    conn: sqlite3.Connection, fields: Sequence[str], first: int, last: int, *, by_rule: bool = False
) -> dict[int, Facts]:
    """What is known of the contacts with these ids, first to last; nobody of whom nothing is. by_rule: answers that
    rules gave count as well."""
    found: dict[int, Facts] = {}

    def note(contact_id: int, field: str, question_id: int, text: str) -> None:
        found.setdefault(contact_id, {}).setdefault(field, []).append((question_id, text))

    span = {"first": first, "last": last}
    for column in COLUMNS:
        if (field := key(column)) in fields:
            sql = f"SELECT id, {column} FROM contacts WHERE id BETWEEN :first AND :last AND {column} IS NOT NULL"  # noqa: S608
            for row in conn.execute(sql, span):
                note(row[0], field, 0, str(row[1]))
    if "tag" in fields:
        sql = "SELECT contact_id, tag FROM tags WHERE contact_id BETWEEN :first AND :last ORDER BY id"
        for row in conn.execute(sql, span):
            note(row[0], "tag", 0, row[1])
    ids = read_by(conn, fields)
    if ids:
        sql = """
            SELECT contact_id, question_id, answer FROM answers
             WHERE contact_id BETWEEN :first AND :last AND deal_id IS NULL AND replaced_at IS NULL
               AND (basis = 'said' OR basis = 'rule' AND :by_rule) AND answer <> 'unknown'
             ORDER BY id
            """
        for row in conn.execute(sql, {**span, "by_rule": by_rule}):
            if row[1] in ids:
                note(row[0], ids[row[1]], row[1], row[2])
    return found


# -- keeping -----------------------------------------------------------------------------------------------------------


class Ruled(NamedTuple):
    """A question about contacts that answers itself."""

    id: int
    form: str
    rule: Rule


def with_rules(conn: sqlite3.Connection) -> list[Ruled]:
    sql = """
        SELECT questions.id, form, rule
          FROM questions JOIN question_sets ON question_sets.name = set_name
         WHERE rule IS NOT NULL AND dropped_on IS NULL AND about = 'contact' AND set_name <> 'consent'
         ORDER BY questions.id
        """
    return [Ruled(row["id"], row["form"], parse(row["rule"])) for row in rows(conn, sql)]


def refresh(conn: sqlite3.Connection, mark: Mark, moment: Moment) -> None:
    """Bring the answers that rules give in line with what the change touched, inside its transaction, journaled."""
    ruled = with_rules(conn)
    touched = journal.touched(conn, mark)
    if "questions" in touched:
        for first, last in touched["questions"]:
            conn.execute(FORGET, {"first": first, "last": last})
    if not ruled:
        return
    if "questions" in touched:
        ranges = [(1, value(conn, "SELECT coalesce(max(id), 0) FROM contacts"))]
    else:
        ranges = touched.get("contacts", [])
        owners = journal.owners(conn, mark, {"tags", "answers"}, but=journal.widest(ranges))
        ranges = journal.joined([*ranges, *((each, each) for each in owners)])
    for first, last in parcels(ranges):
        keep(conn, ruled, first, last, moment)


def settle(conn: sqlite3.Connection, contact_id: int, moment: Moment) -> None:
    """Bring the answers of one contact in line before the change ends, where it is to say what came of it."""
    keep(conn, with_rules(conn), contact_id, contact_id, moment)


# Answers of rules that are no more.
FORGET = """
    DELETE FROM answers
     WHERE basis = 'rule' AND replaced_at IS NULL
       AND question_id IN (
         SELECT questions.id FROM questions JOIN question_sets ON question_sets.name = set_name
          WHERE questions.id BETWEEN :first AND :last AND rule IS NULL AND about = 'contact' AND set_name <> 'consent')
    """


def parcels(ranges: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for first, last in ranges:
        for start in range(first, last + 1, PARCEL):
            yield start, min(start + PARCEL - 1, last)


def keep(conn: sqlite3.Connection, ruled: Sequence[Ruled], first: int, last: int, moment: Moment) -> None:
    """What the rules answer of the contacts with these ids, in the place of anything but what a person said.

    What was only assumed, or taken back, gives way; it stays as history.
    """
    if not ruled:
        return
    facts = gathered(conn, sorted({field for each in ruled for field in each.rule.fields}), first, last)
    there: dict[tuple[int, int], sqlite3.Row] = {}
    marks = {each.id for each in ruled}
    sql = """
        SELECT id, contact_id, question_id, answer, basis FROM answers
         WHERE contact_id BETWEEN :first AND :last AND deal_id IS NULL AND replaced_at IS NULL
        """
    for row in conn.execute(sql, {"first": first, "last": last}):
        if row["question_id"] in marks:
            there[row["contact_id"], row["question_id"]] = row
    gone, changed, replaced, new = [], [], [], []
    for contact_id in sorted({*facts, *(contact_id for contact_id, _ in there)}):
        known = facts.get(contact_id, {})
        for each in ruled:
            text = answer(each.form, each.rule, known, each.id)
            kept = there.get((contact_id, each.id))
            if kept is not None and kept["basis"] == "rule":
                if text is None:
                    gone.append((kept["id"],))
                elif text != kept["answer"]:
                    changed.append((text, moment.at, moment.on, kept["id"]))
            elif text is not None and (kept is None or kept["basis"] == "assumed" or kept["answer"] == "unknown"):
                if kept is not None:
                    replaced.append((moment.at, kept["id"]))
                new.append((contact_id, each.id, text, "rule", moment.at, moment.on))
    conn.executemany("DELETE FROM answers WHERE id = ?", gone)
    conn.executemany("UPDATE answers SET answer = ?, answered_at = ?, answered_on = ? WHERE id = ?", changed)
    conn.executemany("UPDATE answers SET replaced_at = ? WHERE id = ?", replaced)
    insert_many(conn, "answers", ("contact_id", "question_id", "answer", "basis", "answered_at", "answered_on"), new)
