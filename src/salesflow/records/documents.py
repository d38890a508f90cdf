"""Documents: what inquiries and quotes have in common. A number a kind, versions, and where each of them stands.

A quote that was sent binds: its row and its lines are never written again, but for what became of it.
"""

from __future__ import annotations

import datetime
import re
import sqlite3
from collections.abc import Sequence

from salesflow import dates
from salesflow.dates import Moment
from salesflow.errors import NotFound, Refused
from salesflow.people import check_text
from salesflow.store.rows import insert, one, rows, update, value

LETTERS = {"I": "inquiry", "Q": "quote"}
TEXTS = {"terms": 2000, "note": 2000, "delivery": 500}  # what a document says in words, and how much of it


def parse(text: str) -> tuple[str, int, int | None] | None:
    """Kind, number and version of a key such as I1, q1 or Q1/2; None when it is none."""
    match = re.fullmatch(r"([IiQq])(\d{1,15})(?:/(\d{1,9}))?", text.strip(), re.ASCII)
    return (LETTERS[match[1].upper()], int(match[2]), int(match[3]) if match[3] else None) if match else None


def parsed(kind: str, text: str) -> tuple[int, int | None]:
    """Number and version of a key that a command is about. Raises Refused."""
    letter = kind[0].upper()
    found = parse(text if not re.match(r"\d", text) else f"{letter}{text}")
    if found is None or found[0] != kind:
        raise Refused(f"no {kind} {text!r}; one is named by its key, such as {letter}1; see: salesflow {kind} list")
    return found[1:]


SQL = """
    SELECT documents.*, contacts.name AS contact, deals.title AS deal, deals.outcome AS deal_outcome,
           (SELECT count(*) FROM documents AS others
             WHERE others.kind = documents.kind AND others.number = documents.number) AS versions
      FROM documents
      JOIN contacts ON contacts.id = documents.contact_id
      LEFT JOIN deals ON deals.id = documents.deal_id
    """


def by_id(conn: sqlite3.Connection, document_id: int) -> sqlite3.Row:
    row = one(conn, f"{SQL} WHERE documents.id = :id", id=document_id)
    if row is None:
        raise NotFound("there is no such paper")
    return row


def get(conn: sqlite3.Connection, kind: str, text: str) -> sqlite3.Row:
    """The document of a key, with `contact`, `deal` and how many `versions` there are; its newest version, if the key
    names none. Raises NotFound, Refused."""
    number, version = parsed(kind, text)
    found = of_number(conn, kind, number)
    if not found:
        raise NotFound(f"no {kind} {kind[0].upper()}{number}; see: salesflow {kind} list")
    if version is None:
        return found[-1]
    for row in found:
        if row["version"] == version:
            return row
    there = ", ".join(f"{kind[0].upper()}{number}/{row['version']}" for row in found)
    raise NotFound(f"no version {kind[0].upper()}{number}/{version}; there are: {there}")


def of_number(conn: sqlite3.Connection, kind: str, number: int) -> list[sqlite3.Row]:
    """Every version of a document, the oldest first."""
    sql = f"{SQL} WHERE documents.kind = :kind AND documents.number = :number ORDER BY documents.version"
    return rows(conn, sql, kind=kind, number=number)


def of_deal(conn: sqlite3.Connection, deal_id: int, kind: str, *states: str) -> list[sqlite3.Row]:
    """A deal's documents of one kind, perhaps in these states, the oldest first."""
    sql = f"{SQL} WHERE documents.deal_id = :id AND documents.kind = :kind ORDER BY documents.id"
    return [row for row in rows(conn, sql, id=deal_id, kind=kind) if not states or row["state"] in states]


def key(row: sqlite3.Row) -> str:
    """I1, Q1; of a quote with several versions Q1/2."""
    letter = str(row["kind"])[0].upper()
    return f"{letter}{row['number']}" + (f"/{row['version']}" if row["versions"] > 1 else "")


def plain_key(row: sqlite3.Row) -> str:
    """Without its version."""
    return f"{str(row['kind'])[0].upper()}{row['number']}"


def add(
    conn: sqlite3.Connection, kind: str, contact_id: int, moment: Moment, *, state: str, deal_id: int | None = None,
    from_id: int | None = None, currency: str | None = None, **texts: str | None,
) -> int:  # fmt: skip
    """A new document of the next number; its id. Raises Refused."""
    return insert(
        conn, "documents", kind=kind, contact_id=contact_id, deal_id=deal_id, from_id=from_id, state=state,
        number=free(conn, kind), currency=currency, made_at=moment.at, made_on=moment.on, **clean(texts),
    )  # fmt: skip


def next_version(conn: sqlite3.Connection, row: sqlite3.Row, moment: Moment) -> int:
    """A draft that says what this one says, as its next version; its id. Its lines are not copied."""
    return insert(
        conn, "documents", kind=row["kind"], contact_id=row["contact_id"], deal_id=row["deal_id"],
        from_id=row["from_id"], state="draft", number=row["number"],
        version=free(conn, row["kind"], row["number"]), currency=row["currency"], delivery=row["delivery"],
        terms=row["terms"], note=row["note"], made_at=moment.at, made_on=moment.on,
    )  # fmt: skip


def free(conn: sqlite3.Connection, kind: str, number: int | None = None) -> int:
    """The next number of a kind, or the next version of a number. None is given twice, not even after an undo: a
    customer may have the paper that bears it. What was taken back stands in the journal."""
    known = """
        SELECT number, version FROM documents WHERE kind = :kind
         UNION ALL
        SELECT json_extract(old, '$.number'), json_extract(old, '$.version') FROM journal
         WHERE table_name = 'documents' AND json_extract(old, '$.kind') = :kind
        """
    sql = (
        f"SELECT max(number) FROM ({known})" if number is None  # noqa: S608
        else f"SELECT max(version) FROM ({known}) WHERE number = :number"  # noqa: S608
    )  # fmt: skip
    return int(value(conn, sql, kind=kind, number=number) or 0) + 1


def clean(texts: dict[str, str | None]) -> dict[str, str | None]:
    """Words as they are kept: an empty text says nothing. Days pass as they are. Raises Refused."""
    kept: dict[str, str | None] = {}
    for name, text in texts.items():
        if text is not None and name in TEXTS:
            text = check_text(text, name, TEXTS[name]).strip()
        kept[name] = text or None
    return kept


def change(conn: sqlite3.Connection, row: sqlite3.Row, **texts: str | None) -> list[str]:
    """Change what it says (None: as it is, an empty text: nothing); each change in words. Raises Refused."""
    said = []
    changes = clean({name: text for name, text in texts.items() if text is not None})
    changes = {name: new for name, new in changes.items() if new != row[name]}
    for name, new in changes.items():
        word, was = name.replace("_", " "), f" (was {row[name]})" if row[name] else ""
        said.append(f"{word}: {new}{was}" if new else f"{word} cleared{was}")
    update(conn, "documents", row["id"], **changes)
    return said


def close(conn: sqlite3.Connection, row: sqlite3.Row, state: str, on: str) -> None:
    """It came to its end; what was promised to go after it is dropped with it."""
    update(conn, "documents", row["id"], state=state, closed_on=on)


def drop_promises(conn: sqlite3.Connection, row: sqlite3.Row, moment: Moment) -> list[int]:
    """Nobody need go after any version of it any more; the ids of the follow-ups dropped."""
    sql = """
        SELECT follow_ups.id FROM follow_ups JOIN documents ON documents.id = document_id
         WHERE documents.kind = :kind AND documents.number = :number AND follow_ups.state = 'open'
        """
    found = [int(line["id"]) for line in rows(conn, sql, kind=row["kind"], number=row["number"])]
    for number in found:
        update(conn, "follow_ups", number, state="dropped", closed_at=moment.at, closed_on=moment.on)
    return found


def expired(row: sqlite3.Row, today: datetime.date) -> bool:
    """Whether a sent quote's last day has gone by. It follows from the day and is kept nowhere."""
    return bool(row["state"] == "sent" and row["valid_until"] < today.isoformat())


def state(row: sqlite3.Row, today: datetime.date) -> str:
    """Its state in one word: as kept, or expired."""
    return "expired" if expired(row, today) else str(row["state"])


def stands(conn: sqlite3.Connection, row: sqlite3.Row, today: datetime.date) -> str:
    """Where a quote stands, as it is to be read on the paper itself. An inquiry never binds, so it says nothing of it.

    Source: a quotation is "a legally binding document to the customer".
    """
    now = state(row, today)
    if now == "draft":
        return "DRAFT (not binding)"
    if now == "sent":
        return f"LEGALLY BINDING until {said_day(row['valid_until'])}"
    if now == "expired":
        return f"EXPIRED {said_day(row['valid_until'])}"
    if now == "superseded":
        by = successor(conn, row)
        return f"SUPERSEDED by {by}" if by else "SUPERSEDED"
    day = f" {said_day(row['closed_on'])}" if row["closed_on"] else ""
    return f"{now.upper()}{day}"


def said_day(iso: str) -> str:
    return dates.long_day(datetime.date.fromisoformat(iso))


def on_day(row: sqlite3.Row) -> str:
    """` on 2026-12-01`, when it came to its end."""
    return f" on {row['closed_on']}" if row["closed_on"] else ""


def successor(conn: sqlite3.Connection, row: sqlite3.Row) -> str | None:
    """The key of what took its place: a later version that was sent, else the quote of its deal that was accepted."""
    for later in of_number(conn, row["kind"], row["number"]):
        if later["version"] > row["version"] and later["sent_on"]:
            return key(later)
    for other in of_deal(conn, row["deal_id"], row["kind"], "accepted") if row["deal_id"] else ():
        return key(other)
    return None


def found(
    conn: sqlite3.Connection, kind: str, *, contact_id: int | None = None, limit: int | None = None
) -> Sequence[sqlite3.Row]:
    """Documents of a kind, perhaps of one contact, every version, the newest first."""
    # Two statements: one with an optional contact reads every document to find those of one.
    of = " AND documents.contact_id = :contact_id" if contact_id is not None else ""
    sql = f"{SQL} WHERE documents.kind = :kind{of} ORDER BY documents.number DESC, version DESC LIMIT :limit"
    return rows(conn, sql, kind=kind, contact_id=contact_id, limit=-1 if limit is None else limit)
