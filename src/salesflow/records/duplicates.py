"""Duplicates: contacts that are likely one and the same, with the evidence in words.

The walk-in contact is left out, and so are pairs that the seller keeps apart.
"""

from __future__ import annotations

import gc
import json
import sqlite3
from typing import NamedTuple

from salesflow.records import blocks, likeness
from salesflow.records.blocks import KIND_BITS, Book
from salesflow.records.likeness import Alike, Shared
from salesflow.store.rows import insert, rows
from salesflow.table import Column, Table


class Pair(NamedTuple):
    """Two contacts; `id` is the one that would stay: more hangs on it, or it is the older. evidence: in words."""

    id: int
    other_id: int
    score: int
    evidence: tuple[str, ...]


class Found(NamedTuple):
    """The likeliest pairs, the likeliest first; how many there are in all; what was not looked at, in words."""

    pairs: list[Pair]
    total: int
    left_out: list[str]


# -- finding -----------------------------------------------------------------------------------------------------------


def find(conn: sqlite3.Connection, least: int = likeness.LEAST, limit: int | None = None) -> Found:
    """Pairs of at least that score."""
    gc.disable()  # what is made here makes no circles; looking for some takes a fifth of the time
    try:
        book = blocks.read(conn)
        left_out: list[str] = []
        apart = {(row[0], row[1]) for row in conn.execute("SELECT contact_id, other_id FROM apart")}
        scores: dict[tuple[int, int], int] = {}
        for pair in blocks.candidates(book, least, left_out):
            if pair not in scores and (score := scored(book, *pair, least)) >= least:
                scores[pair] = score
        for one, other in [pair for pair in scores if (book.ids[pair[0]], book.ids[pair[1]]) in apart]:
            del scores[one, other]
    finally:
        gc.enable()
    best = sorted(scores, key=lambda pair: (-scores[pair], pair))[:limit]
    fuller = weights(conn, {book.ids[place] for pair in best for place in pair})
    pairs = []
    for one, other in best:
        why = tuple(likeness.said(alike(book, one, other), in_common(book, one, other)))
        stays, goes = sorted((book.ids[one], book.ids[other]), key=lambda number: (-fuller[number], number))
        pairs.append(Pair(stays, goes, scores[one, other], why))
    return Found(pairs, len(scores), left_out)


def scored(book: Book, one: int, other: int, least: int = 1) -> int:
    """0 where it cannot be `least`, which most pairs cannot."""
    names = alike(book, one, other)
    if names.why == "unlike" and least > likeness.MOST_UNLIKE:
        return 0
    shared = in_common(book, one, other)
    mine, theirs = book.names[one], book.names[other]
    bearers = max(book.bearers[mine.plain], book.bearers[theirs.plain])
    if shared.company or shared.birthday == "same":
        bearers = 2  # hardly two of one name in a firm, or born on one day
    elif names.why not in ("same", "order"):
        kin = [book.kin[key] for key in blocks.kin_of(mine) if key in book.kin]
        bearers = max(bearers, min(kin, default=2))
    firms = book.company[one] and book.company[other]
    single = not firms and min(len(mine.words), len(theirs.words)) < 2 and not mine.letters
    return likeness.score(names, shared, single=single and names.why != "none", bearers=bearers)


def alike(book: Book, one: int, other: int) -> Alike:
    none = book.nameless[one] or book.nameless[other]
    return Alike(0, "none") if none else likeness.alike(book.names[one], book.names[other])


def in_common(book: Book, one: int, other: int) -> Shared:
    mine, theirs = book.keys.get(one, ()), book.keys.get(other, ())
    keys = [book.owners[key] for key in mine if key in theirs]
    kinds = [kind for kind, _ in keys]
    both = book.kinds[one] & book.kinds[other]
    born, firm = (book.born[one], book.born[other]), (book.firms[one], book.firms[other])
    return Shared(
        tuple((kind, len(who)) for kind, who in keys if kind != "address"),
        company=firm[0] == firm[1] != "",
        birthday=birthdays(*born) if all(born) else "",
        address="address" in kinds,
        mailbox="email" not in kinds and not book.boxes.get(one, NONE).isdisjoint(book.boxes.get(other, NONE)),
        digits="phone" not in kinds and not book.tails.get(one, NONE).isdisjoint(book.tails.get(other, NONE)),
        other_emails=bool(both & KIND_BITS["email"]),
        other_phones=bool(both & KIND_BITS["phone"]),
        other_company=firm[0] != firm[1] and all(firm),
        other_ids=not book.systems.get(one, NONE).isdisjoint(book.systems.get(other, NONE)) and "id" not in kinds,
        other_kind=book.company[one] != book.company[other],
    )


NONE: frozenset[str] = frozenset()


def birthdays(one: str, other: str) -> str:
    if one == other:
        return "same" if one[0] != "-" else "day"
    return "day" if "-" in (one[0], other[0]) and one[-5:] == other[-5:] else "other"


# -- what is shown -----------------------------------------------------------------------------------------------------


def weights(conn: sqlite3.Connection, ids: set[int]) -> dict[int, int]:
    """How much each contact has: what happened and was sold counts more than what was written down."""
    sql = """
        SELECT contacts.id,
               10 * (SELECT count(*) FROM deals WHERE deals.contact_id = contacts.id)
               + 5 * (SELECT count(*) FROM activities WHERE activities.contact_id = contacts.id)
               + 5 * (SELECT count(*) FROM follow_ups WHERE follow_ups.contact_id = contacts.id)
               + 3 * (SELECT count(*) FROM answers WHERE answers.contact_id = contacts.id AND replaced_at IS NULL)
               + (SELECT count(*) FROM points WHERE points.contact_id = contacts.id)
               + (company IS NOT NULL) + (job_title IS NOT NULL) + (birthday IS NOT NULL) + (note IS NOT NULL)
               + 3 * (imported = 0)
          FROM json_each(:ids) AS wanted CROSS JOIN contacts ON contacts.id = wanted.value
        """
    return dict(map(tuple, rows(conn, sql, ids=json.dumps(sorted(ids)))))


COLUMNS = (
    Column("score", "score", "number"),
    Column("id", "id", "number"),
    Column("name", "stays"),
    Column("company"),
    Column("other_id", "id", "number"),
    Column("other_name", "goes into it"),
    Column("other_company"),
    Column("evidence", "why", "list"),
)
SCREEN = (*(column for column in COLUMNS if column.caption and column.name != "evidence"),
          Column("why", "why", below=True))  # fmt: skip


def table(conn: sqlite3.Connection, found: Found) -> Table:
    """The pairs, the likeliest first; `id` would stay, `other_id` go into it."""
    ids = sorted({number for pair in found.pairs for number in (pair.id, pair.other_id)})
    sql = """
        SELECT contacts.id, contacts.name, company
          FROM json_each(:ids) AS wanted CROSS JOIN contacts ON contacts.id = wanted.value
        """
    known = {row["id"]: row for row in rows(conn, sql, ids=json.dumps(ids))}
    lines = [
        {
            "score": pair.score, "id": pair.id, "name": known[pair.id]["name"], "company": known[pair.id]["company"],
            "other_id": pair.other_id, "other_name": known[pair.other_id]["name"],
            "other_company": known[pair.other_id]["company"], "evidence": list(pair.evidence),
        }
        for pair in found.pairs
    ]  # fmt: skip
    empty = "Nobody is there twice, as far as can be seen."
    view = Table(SCREEN, [{**line, "why": "; ".join(line["evidence"])} for line in lines], empty=empty)
    return Table(COLUMNS, lines, empty=empty, view=lambda: view)


# -- pairs that are two ------------------------------------------------------------------------------------------------


def keep_apart(conn: sqlite3.Connection, one: int, other: int) -> None:
    """The seller says that they are two: no list has the pair any more."""
    first, second = sorted((one, other))
    if not rows(conn, "SELECT 1 FROM apart WHERE contact_id = :a AND other_id = :b", a=first, b=second):
        insert(conn, "apart", contact_id=first, other_id=second)
