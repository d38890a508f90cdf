"""Moving: what hangs on one contact put onto another, nothing lost and nothing there twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any, NamedTuple

from salesflow.people import fold
from salesflow.records import identity, timelines
from salesflow.store.rows import delete, insert, insert_many, rows, update


class Judged(NamedTuple):
    """An answer of the other, `theirs`, beside that of the one that stays. replaced: of both, the one that goes to
    the history; None: there was only one."""

    set_name: str
    question: str
    in_force: sqlite3.Row
    replaced: sqlite3.Row | None


# What a promise says besides its day, kind and text; two that say otherwise are two.
LEARNT = (
    "due_at", "every", "anchor_on", "deal_id", "task_id", "document_id", "for_id", "appointment", "place",
)  # fmt: skip


# -- what will move ---------------------------------------------------------------------------------------------------


def points(conn: sqlite3.Connection, other_id: int, into_id: int) -> list[sqlite3.Row]:
    """The other's, each with the same point of the one that stays (mine_id, mine_label), if that has it."""
    sql = """
        SELECT theirs.*, mine.id AS mine_id, mine.label AS mine_label
          FROM points AS theirs
          LEFT JOIN points AS mine ON mine.contact_id = :into_id AND mine.kind = theirs.kind
               AND mine.value_key = theirs.value_key
         WHERE theirs.contact_id = :other_id
         ORDER BY theirs.id
        """
    return rows(conn, sql, other_id=other_id, into_id=into_id)


def tags(conn: sqlite3.Connection, other_id: int, into_id: int) -> list[sqlite3.Row]:
    sql = """
        SELECT theirs.id, mine.id AS mine_id
          FROM tags AS theirs
          LEFT JOIN tags AS mine ON mine.contact_id = :into_id AND mine.tag_key = theirs.tag_key
         WHERE theirs.contact_id = :other_id
        """
    return rows(conn, sql, other_id=other_id, into_id=into_id)


class Doubled(NamedTuple):
    """A promise of the other that the one that stays has too, and what that learns from it."""

    id: int
    mine_id: int
    learnt: dict[str, Any]


def doubled(conn: sqlite3.Connection, other_id: int, into_id: int) -> list[Doubled]:
    """Open promises of the other that the one that stays has too: same day, kind and text, and nothing against it."""
    sql = "SELECT * FROM follow_ups WHERE contact_id = :id AND state = 'open' ORDER BY id"
    ours = [dict(row) for row in rows(conn, sql, id=into_id)]
    found = []
    for theirs in rows(conn, sql, id=other_id):
        more = {name: theirs[name] for name in LEARNT if theirs[name] is not None}
        for mine in ours:
            plain = all(theirs[name] == mine[name] for name in ("due_on", "kind"))
            text = fold(theirs["text"] or "") == fold(mine["text"] or "")
            if plain and text and all(mine[name] in (None, each) for name, each in more.items()):
                more["named_by_them"] = max(mine["named_by_them"], theirs["named_by_them"])
                found.append(Doubled(theirs["id"], mine["id"], more))
                mine.update(more)
                break
    return found


def judged(conn: sqlite3.Connection, other_id: int, into_id: int) -> list[Judged]:
    """Each answer in force of the other, set beside that of the one that stays: the newer will be in force.

    Answers about deals move with these and are in nobody's way.
    """
    sql = """
        SELECT answers.*, set_name, questions.name AS question
          FROM answers JOIN questions ON questions.id = question_id
         WHERE contact_id = :id AND replaced_at IS NULL AND deal_id IS NULL
         ORDER BY set_name, questions.position, questions.id
        """
    ours = {row["question_id"]: row for row in rows(conn, sql, id=into_id)}
    found = []
    for theirs in rows(conn, sql, id=other_id):
        mine = ours.get(theirs["question_id"])
        in_force, replaced = (theirs, None) if mine is None else newer(mine, theirs)
        found.append(Judged(theirs["set_name"], theirs["question"], in_force, replaced))
    return found


def newer(mine: sqlite3.Row, theirs: sqlite3.Row) -> tuple[sqlite3.Row, sqlite3.Row]:
    """The newer answer and the older; but what was said goes before what was not.

    Of consent, a no that was said gives way only to a yes of a later day.
    """
    when = [(row["answered_on"], row["answered_at"]) for row in (mine, theirs)]
    pair = (theirs, mine) if when[1] > when[0] else (mine, theirs)
    last, first = pair
    if mine["set_name"] != "consent" and was_said(first) > was_said(last):
        return first, last
    if mine["set_name"] == "consent" and first["answer"] == "no" and first["basis"] != "assumed":
        later = last["answer"] == "yes" and last["basis"] != "assumed" and last["answered_on"] > first["answered_on"]
        return pair if later or last["answer"] == "no" else (first, last)
    return pair


def was_said(answer: sqlite3.Row) -> bool:
    return bool(answer["basis"] == "said" and answer["answer"] != "unknown")


# -- moving it ---------------------------------------------------------------------------------------------------------


def points_over(conn: sqlite3.Connection, other_id: int, into_id: int) -> None:
    """Behind those of the one that stays: whichever is the oldest is the first to be called."""
    found = points(conn, other_id, into_id)
    delete(conn, "points", [row["id"] for row in found])
    names = ("contact_id", "kind", "label", "value", "value_key")
    new = [(into_id, *(row[name] for name in names[1:])) for row in found if row["mine_id"] is None]
    insert_many(conn, "points", names, new)
    for row in found:
        if row["mine_id"] is not None and row["mine_label"] is None and row["label"] is not None:
            update(conn, "points", row["mine_id"], label=row["label"])


def tags_over(conn: sqlite3.Connection, other_id: int, into_id: int) -> None:
    for row in tags(conn, other_id, into_id):
        if row["mine_id"] is None:
            update(conn, "tags", row["id"], contact_id=into_id)
        else:
            delete(conn, "tags", [row["id"]])


def settle(conn: sqlite3.Connection, answers: Iterable[Judged]) -> None:
    """One answer to a question stays in force; the answers themselves are moved by whoever calls."""
    for answer in answers:
        if answer.replaced is not None:
            at = max(answer.in_force["answered_at"], answer.replaced["answered_at"])
            update(conn, "answers", answer.replaced["id"], replaced_at=at)


def promises_once(conn: sqlite3.Connection, other_id: int, into_id: int) -> None:
    for found in doubled(conn, other_id, into_id):
        update(conn, "follow_ups", found.mine_id, **found.learnt)
        conn.execute(
            "UPDATE activities SET follow_up_id = :mine WHERE follow_up_id = :theirs",
            {"mine": found.mine_id, "theirs": found.id},
        )
        conn.execute(
            "UPDATE follow_ups SET for_id = :mine WHERE for_id = :theirs", {"mine": found.mine_id, "theirs": found.id}
        )
        delete(conn, "follow_ups", [found.id])


def deciders_over(conn: sqlite3.Connection, other_id: int, into_id: int) -> None:
    """Where the other decides, the one that stays does; on a deal where both did, once."""
    sql = "SELECT * FROM deciders WHERE person_id = :id ORDER BY id"
    ours = {row["deal_id"]: row for row in rows(conn, sql, id=into_id)}
    for row in rows(conn, sql, id=other_id):
        mine = ours.get(row["deal_id"])
        if mine is None:
            update(conn, "deciders", row["id"], person_id=into_id)
            ours[row["deal_id"]] = row
            continue
        learnt = {
            name: row[name]
            for name, nothing in (("role", None), ("level", "other"), ("says", "unknown"))
            if mine[name] == nothing
        }
        update(conn, "deciders", mine["id"], **learnt)
        delete(conn, "deciders", [row["id"]])


def histories_joined(conn: sqlite3.Connection, other_id: int, into_id: int) -> None:
    """Of status: written anew, since it is told from first to last."""
    sql = "SELECT * FROM status_history WHERE contact_id = :id ORDER BY id"
    ours, new = rows(conn, sql, id=into_id), rows(conn, sql, id=other_id)
    names = timelines.Stay._fields
    before = [timelines.Stay(*(row[name] for name in names)) for row in ours]
    after = timelines.joined(before, [timelines.Stay(*(row[name] for name in names)) for row in new])
    delete(conn, "status_history", [row["id"] for row in new])
    if after != before:
        delete(conn, "status_history", [row["id"] for row in ours])
        insert_many(conn, "status_history", ("contact_id", *names), [(into_id, *stay) for stay in after])


def apart_over(conn: sqlite3.Connection, other_id: int, into_id: int) -> None:
    """Whom the other is kept apart from, the one that stays is too."""
    sql = "SELECT * FROM apart WHERE contact_id = :id OR other_id = :id ORDER BY id"
    ours = {frozenset((row["contact_id"], row["other_id"])) for row in rows(conn, sql, id=into_id)}
    for row in rows(conn, sql, id=other_id):
        third = row["contact_id"] + row["other_id"] - other_id
        if third == into_id or frozenset((third, into_id)) in ours:
            delete(conn, "apart", [row["id"]])
        else:
            update(conn, "apart", row["id"], contact_id=min(third, into_id), other_id=max(third, into_id))


def remember(conn: sqlite3.Connection, theirs: sqlite3.Row, into_id: int) -> None:
    """The other names, hashes of rows, and names in companies by which the other was known."""
    sql = "SELECT * FROM aliases WHERE contact_id = :id ORDER BY id"
    known = {(row["name_key"], row["row_hash"]) for row in rows(conn, sql, id=into_id)}
    for row in rows(conn, sql, id=theirs["id"]):
        if (row["name_key"], row["row_hash"]) in known:
            delete(conn, "aliases", [row["id"]])
        else:
            update(conn, "aliases", row["id"], contact_id=into_id)
            known.add((row["name_key"], row["row_hash"]))
    in_company = identity.name_in_company(theirs["name"], theirs["company"])
    for row_hash in dict.fromkeys((theirs["row_hash"], in_company)):
        if (theirs["name_key"], row_hash) not in known:
            remember_name(conn, theirs, into_id, row_hash)


def remember_name(conn: sqlite3.Connection, row: sqlite3.Row, into_id: int, row_hash: str | None = None) -> None:
    insert(conn, "aliases", contact_id=into_id, name=row["name"], name_key=row["name_key"], row_hash=row_hash)
