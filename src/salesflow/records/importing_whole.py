"""Taking contacts whole: what hangs on each of them in another file. On a contact that is known here already, what is
not there yet is added and nothing is replaced.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from salesflow.dates import Moment
from salesflow.people import fold
from salesflow.records import consent
from salesflow.records.importing_head import Ground
from salesflow.records.incoming import Incoming
from salesflow.store.rows import insert, one, rows, update, value

Row = Mapping[str, Any]
Added = list[tuple[int | None, bool]]  # the id of each row here, and whether it was added


def attaching(ground: Ground) -> Callable[[sqlite3.Connection, int, Incoming, bool], bool]:
    """What puts into place what hangs on a contact; whether anything was added."""

    def attach(conn: sqlite3.Connection, contact_id: int, person: Incoming, new: bool) -> bool:
        return attached(conn, contact_id, person.whole or {}, new, ground)

    return attach


def attached(conn: sqlite3.Connection, contact_id: int, whole: Row, new: bool, ground: Ground) -> bool:
    changed = of_contact(conn, contact_id, whole["contact"])
    if new:
        for row in whole["history"]:
            insert(conn, "status_history", contact_id=contact_id, **row)
    for row in whole["aliases"]:
        row = {**row, "name_key": fold(row["name"])}
        changed |= add(conn, "aliases", contact_id, row, () if new else ("name_key", "row_hash"))[1]
    for row in whole["exceptions"] if new else ():
        insert(conn, "exceptions", contact_id=contact_id, **row)
    deals = [add_deal(conn, contact_id, row, new) for row in whole["deals"]]
    of_deals = ids(deals)
    for row in whole["answers"]:
        answer = pointed(row, deal=of_deals)
        if answer["deal_id"] is not None or row["deal"] is None:
            changed |= add_answer(conn, contact_id, answer, new)
    for row in whole["deciders"]:
        changed |= add_decider(conn, contact_id, pointed(row, deal=of_deals), new, ground)
    papers = [add_paper(conn, contact_id, pointed(row, deal=of_deals), new, ground) for row in whole["documents"]]
    changed |= link(conn, "documents", papers, whole["documents"], "from", "from_id")
    of_papers = ids(papers)
    matters = [
        add_matter(conn, contact_id, pointed(row, deal=of_deals, document=of_papers), new) for row in whole["matters"]
    ]
    for (paper_id, added), row in zip(papers, whole["documents"], strict=True):
        for each in row["lines"] if added else ():
            each = pointed(each, matter=ids(matters))
            insert(conn, "document_lines", contact_id=contact_id, document_id=paper_id, **each)
    steps = [
        add(conn, "follow_ups", contact_id, without(pointed(row, deal=of_deals, document=of_papers), "for"),
            () if new else ("kind", "text", "due_on", "appointment"))
        for row in whole["follow_ups"]
    ]  # fmt: skip
    changed |= link(conn, "follow_ups", steps, whole["follow_ups"], "for", "for_id")
    for row in whole["activities"]:
        row = pointed(row, deal=of_deals, follow_up=ids(steps), document=of_papers)
        changed |= add(conn, "activities", contact_id, row, () if new else ("kind", "text", "happened_at"))[1]
    ground.waiting += [("apart", contact_id, ref) for ref in whole["apart"]]
    return changed or any(added for _, added in (*deals, *papers, *matters, *steps))


def settle(conn: sqlite3.Connection, ground: Ground, refs: Sequence[int]) -> None:
    """Point at other contacts, by their `ref`, when all of them are there; one that was refused stays a name."""
    for table, row_id, ref in ground.waiting:
        other = refs[ref] if 0 < ref < len(refs) else 0
        if not other:
            continue
        if table == "deciders":
            update(conn, "deciders", row_id, person_id=other, name=None)
        elif other != row_id:
            first, second = sorted((row_id, other))
            if one(conn, "SELECT 1 FROM apart WHERE contact_id = :a AND other_id = :b", a=first, b=second) is None:
                insert(conn, "apart", contact_id=first, other_id=second)


# -- one row -----------------------------------------------------------------------------------------------------------


def ids(added: Added) -> list[int | None]:
    return [row_id for row_id, _ in added]


def without(row: Row, *names: str) -> dict[str, Any]:
    return {name: each for name, each in row.items() if name not in names}


def pointed(row: Row, **lists: Sequence[int | None]) -> dict[str, Any]:
    """The row with places in lists of its contact turned into ids."""
    found = without(row, *lists)
    for name, of_list in lists.items():
        found[f"{name}_id"] = of_list[row[name] - 1] if row[name] else None
    return found


def link(
    conn: sqlite3.Connection, table: str, added: Added, said: Iterable[Row], name: str, column: str
) -> bool:  # fmt: skip
    """Point rows that were added at others of the same list; whether any was."""
    found = False
    for (row_id, is_new), row in zip(added, said, strict=True):
        if is_new and row_id is not None and row[name]:
            update(conn, table, row_id, **{column: added[row[name] - 1][0]})
            found = True
    return found


def add(
    conn: sqlite3.Connection, table: str, contact_id: int, row: Row, same: tuple[str, ...]
) -> tuple[int | None, bool]:
    """(id, whether it was added): nothing is added where a row of the contact has the same values in these columns."""
    if same:
        where = " AND ".join(f"{name} IS :{name}" for name in same)
        sql = f"SELECT id FROM {table} WHERE contact_id = :contact_id AND {where} LIMIT 1"  # noqa: S608
        known = value(conn, sql, contact_id=contact_id, **{name: row[name] for name in same})
        if known is not None:
            return known, False
    return insert(conn, table, contact_id=contact_id, **row), True


def of_contact(conn: sqlite3.Connection, contact_id: int, said: Row) -> bool:
    """Columns that no other source knows; of a contact known here those that are blank."""
    if not any(said.values()):
        return False
    row = one(conn, "SELECT demand, persona_id FROM contacts WHERE id = :id", id=contact_id)
    assert row is not None
    changes = {name: each for name, each in said.items() if each is not None and row[name] is None}
    update(conn, "contacts", contact_id, **changes)
    return bool(changes)


def add_answer(conn: sqlite3.Connection, contact_id: int, row: Row, new: bool) -> bool:
    if not new and row["replaced_at"] is None:
        sql = """
            SELECT 1 FROM answers
             WHERE contact_id = :contact_id AND question_id = :id AND deal_id IS :deal_id AND replaced_at IS NULL
            """
        if one(conn, sql, contact_id=contact_id, id=row["question_id"], deal_id=row["deal_id"]):
            return said_no(conn, contact_id, row)
    same = () if new else ("question_id", "answer", "answered_at", "deal_id")
    return add(conn, "answers", contact_id, row, same)[1]


def said_no(conn: sqlite3.Connection, contact_id: int, row: Row) -> bool:
    """A no to being written to or called counts, whatever is known; whether it was new."""
    sql = "SELECT name FROM questions WHERE id = :id AND set_name = 'consent'"
    channel = value(conn, sql, id=row["question_id"])
    if channel is None or row["answer"] != "no" or row["basis"] == "assumed":
        return False
    then = Moment(row["answered_at"], row["answered_on"], "")
    method = row["method"] or "list"
    return consent.give(conn, contact_id, channel, "no", then, on=then.on, evidence=row["said"], method=method)


def add_deal(conn: sqlite3.Connection, contact_id: int, row: Row, new: bool) -> tuple[int | None, bool]:
    key = row["import_key"]
    if key is not None:
        known = one(conn, "SELECT id, contact_id FROM deals WHERE import_key = :key", key=key)
        if known is not None:
            return (known["id"] if known["contact_id"] == contact_id else None), False
    plain = without(row, "stays", "exceptions")
    deal_id, added = add(conn, "deals", contact_id, plain, () if new else ("title", "process_id", "opened_at"))
    if added:
        for stay in row["stays"]:
            insert(conn, "stage_entries", deal_id=deal_id, contact_id=contact_id, **stay)
        for each in row["exceptions"]:
            insert(conn, "exceptions", deal_id=deal_id, contact_id=contact_id, **each)
    return deal_id, added


def add_decider(conn: sqlite3.Connection, contact_id: int, row: dict[str, Any], new: bool, ground: Ground) -> bool:
    """Whoever is a contact of the file is pointed at when all of those are there. A deal not taken has no deciders."""
    ref = row.pop("person")
    if row["deal_id"] is None:
        return False
    sql = """
        SELECT coalesce(deciders.name, contacts.name)
          FROM deciders LEFT JOIN contacts ON contacts.id = person_id
         WHERE deal_id = :deal_id
        """
    if not new and fold(row["name"]) in {fold(known[0]) for known in rows(conn, sql, deal_id=row["deal_id"])}:
        return False
    number = insert(conn, "deciders", contact_id=contact_id, **row)
    if ref is not None:
        ground.waiting.append(("deciders", number, ref))
    return True


def add_paper(
    conn: sqlite3.Connection, contact_id: int, row: dict[str, Any], new: bool, ground: Ground
) -> tuple[int | None, bool]:
    """A paper keeps its number unless another has it here: then it gets the next one, and so do its versions."""
    plain, series = without(row, "lines", "from"), (row["kind"], row["number"])
    if not new:
        sql = """
            SELECT id, number FROM documents
             WHERE contact_id = :contact_id AND kind = :kind AND version = :version AND made_at = :made_at
            """
        same = {name: row[name] for name in ("kind", "version", "made_at")}
        if (known := one(conn, sql, contact_id=contact_id, **same)) is not None:
            ground.numbers.setdefault(series, known["number"])
            return known["id"], False
    number = ground.numbers.get(series)
    taken = """
        SELECT 1 FROM documents
         WHERE kind = :kind AND number = :number AND (:version IS NULL OR version = :version) LIMIT 1
        """
    wanted = {"kind": row["kind"], "number": number or row["number"], "version": row["version"] if number else None}
    if one(conn, taken, **wanted) is not None:
        number = value(conn, "SELECT max(number) + 1 FROM documents WHERE kind = :kind", kind=row["kind"])
        ground.made.append(f"{row['kind']} {row['number']} of the file is {row['kind']} {number} here")
    ground.numbers[series] = number or row["number"]
    return insert(conn, "documents", contact_id=contact_id, **{**plain, "number": ground.numbers[series]}), True


def add_matter(conn: sqlite3.Connection, contact_id: int, row: Row, new: bool) -> tuple[int | None, bool]:
    plain = without(row, "replies")
    matter_id, added = add(conn, "matters", contact_id, plain, () if new else ("kind", "text", "raised_at"))
    changed = added
    for reply in row["replies"]:
        reply = {**reply, "text_key": fold(reply["text"]), "matter_id": matter_id}
        changed |= add(conn, "replies", contact_id, reply, () if added else ("matter_id", "text", "made_at"))[1]
    return matter_id, changed
