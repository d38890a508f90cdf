"""Inquiries: what a customer asks about a product. Open, and due, until every question is answered. Never binding."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from salesflow.dates import Moment
from salesflow.errors import NotFound, Refused
from salesflow.people import check_text
from salesflow.records import activities, deals, document_lines, documents, matters
from salesflow.records.document_lines import Line
from salesflow.store.rows import delete, rows, update
from salesflow.table import Column, Row, Sheet, Table, Text

# What is usually asked; the source: "is the product available, what does it cost, what is the delivery date".
ASKS = {"price": "what does it cost?", "availability": "is it available?", "delivery": "when can it be delivered?"}
SAME = {
    "cost": "price", "costs": "price", "prices": "price", "available": "availability", "stock": "availability",
    "date": "delivery", "when": "delivery", "delivery date": "delivery",
}  # fmt: skip
OTHER = "other"


class Draft(NamedTuple):
    """asks: of ASKS. own: questions in their own words. via: the kind of activity by which they asked."""

    contact_id: int
    line: Line
    asks: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    note: str | None = None
    deal_id: int | None = None
    via: str = "question"


def read_asks(text: str | None) -> tuple[str, ...]:
    """Of `price,delivery`, in any words of SAME. Raises Refused."""
    found = []
    for word in (text or "").replace(" and ", ",").split(","):
        plain = " ".join(word.lower().strip(" ?").split())
        plain = SAME.get(plain, plain)
        if plain and plain not in ASKS:
            raise Refused(f'no question {word.strip()!r}; there are: {", ".join(ASKS)}; any other: --ask "in words?"')
        found += [plain] if plain else []
    return tuple(dict.fromkeys(found))


def read_line(conn: sqlite3.Connection, text: str, quantity: str | None, decimal: str) -> Line:
    """What is asked about: a product by its name, or words. Raises NotFound, Refused."""
    if not text.strip():
        raise Refused('what do they ask about? salesflow inquiry add WHO PRODUCT, such as "VA 10h"')
    item = document_lines.take_apart(text)
    if item.price or item.tax:
        raise Refused("an inquiry asks what it costs; what you offer is a quote: salesflow quote add WHO ITEM")
    if item.quantity and quantity:
        raise Refused("how many is said twice: x N, or --quantity N")
    product = document_lines.product_of(conn, item.text, whole=False)
    name = product["name"] if product else check_text(item.text, "a product", 1000)
    count = item.quantity or quantity
    return Line(
        name,
        document_lines.read_quantity(count, decimal) if count else 1000,
        product_id=product["id"] if product else None,
    )


def add(conn: sqlite3.Connection, draft: Draft, moment: Moment, decimal: str = ".") -> sqlite3.Row:
    """The new inquiry; that they asked is logged. Nothing said of what is asked: it is the price. Raises Refused."""
    own_deal(conn, draft.contact_id, draft.deal_id)
    number = documents.add(
        conn, "inquiry", draft.contact_id, moment, state="open", deal_id=draft.deal_id, note=draft.note
    )
    row = documents.by_id(conn, number)
    document_lines.put(conn, row, [draft.line])
    asks = draft.asks or (() if draft.own else ("price",))
    ask(conn, row, asks, draft.own, moment)
    text = f"{documents.key(row)}: {document_lines.said([draft.line], decimal)}; asks {', '.join([*asks, *draft.own])}"
    activities.add(
        conn, activities.Draft(
            draft.contact_id, draft.via, text, "in", deal_id=draft.deal_id, product_id=draft.line.product_id,
            document_id=number,
        ), moment,
    )  # fmt: skip
    return row


def own_deal(conn: sqlite3.Connection, contact_id: int, deal_id: int | None) -> None:
    if deal_id is not None:
        deal = deals.get(conn, deal_id)
        if deal["contact_id"] != contact_id:
            raise Refused(f"D{deal_id} is a deal of {deal['contact']}")


def ask(conn: sqlite3.Connection, row: sqlite3.Row, asks: Sequence[str], own: Sequence[str], moment: Moment) -> None:
    """These questions too, where they are not asked yet."""
    known = {(question["class"], question["text"]) for question in questions(conn, row["id"])}
    for class_, text in (*((each, ASKS[each]) for each in asks), *((OTHER, text.strip()) for text in own)):
        if (class_, text) not in known:
            matters.add(
                conn, matters.Draft(
                    row["contact_id"], "question", text, row["deal_id"], class_, document_id=row["id"]
                ), moment,
            )  # fmt: skip


def questions(conn: sqlite3.Connection, document_id: int) -> list[sqlite3.Row]:
    """What an inquiry asks, in the order it was asked."""
    return rows(conn, "SELECT * FROM matters WHERE document_id = :id AND kind = 'question' ORDER BY id", id=document_id)


def unanswered(conn: sqlite3.Connection, document_id: int) -> list[str]:
    """The questions still to be answered: by their class, or in their own words."""
    return [named(row) for row in questions(conn, document_id) if row["state"] == "open"]


def named(question: sqlite3.Row) -> str:
    return str(question["text"] if question["class"] == OTHER else question["class"])


def edit(
    conn: sqlite3.Connection, row: sqlite3.Row, moment: Moment, *, line: str | None = None,
    quantity: str | None = None, asks: Sequence[str] = (), own: Sequence[str] = (), drop: Sequence[str] = (),
    note: str | None = None, deal_id: int | None = None, decimal: str = ".",
) -> list[str]:  # fmt: skip
    """Change it freely; each change in words. The journal keeps what was there before. Raises NotFound, Refused."""
    old = document_lines.of(conn, row["id"])[0]
    said = documents.change(conn, row, note=note)
    if line is not None or quantity is not None:
        count = quantity if quantity is None else document_lines.read_quantity(quantity, decimal)
        new = read_line(conn, line, None, decimal) if line is not None else old
        new = new._replace(quantity=count or (new.quantity if new.quantity != 1000 else old.quantity))
        document_lines.put(conn, row, [new])
        if new.text != old.text:
            said.append(f"product: {new.text} (was {old.text})")
        if new.quantity != old.quantity:
            was = document_lines.quantity_text(old.quantity, decimal)
            said.append(f"quantity: {document_lines.quantity_text(new.quantity, decimal)} (was {was})")
    if deal_id is not None and deal_id != row["deal_id"]:
        own_deal(conn, row["contact_id"], deal_id)
        update(conn, "documents", row["id"], deal_id=deal_id)
        for question in questions(conn, row["id"]):
            update(conn, "matters", question["id"], deal_id=deal_id)
        said.append(f"deal: D{deal_id}" + (f" (was D{row['deal_id']})" if row["deal_id"] else ""))
    before = {question["id"] for question in questions(conn, row["id"])}
    ask(conn, documents.by_id(conn, row["id"]), asks, own, moment)
    said += [f"asks {named(new)} too" for new in questions(conn, row["id"]) if new["id"] not in before]
    for class_ in drop:
        found = [question for question in questions(conn, row["id"]) if question["class"] == class_]
        if not found:
            raise NotFound(f"{documents.key(row)} does not ask {class_}")
        delete(conn, "matters", [question["id"] for question in found])
        said.append(f"asks {class_} no more")
    settle(conn, row["id"], moment)
    return said


def answer(
    conn: sqlite3.Connection, row: sqlite3.Row, answers: Sequence[tuple[str, str]], moment: Moment
) -> sqlite3.Row:
    """Answer by (class, text); what was not asked is noted as asked and answered, and a new answer takes the place of
    an old one. Nothing of this is an offer. Raises Refused."""
    if row["state"] == "withdrawn":
        raise Refused(f"{documents.key(row)} was closed on {row['closed_on']}: they ask no more")
    if not answers:
        left = ", ".join(unanswered(conn, row["id"])) or "nothing is left to answer"
        raise Refused(f"what is the answer? --price, --availability, --delivery or --other TEXT ({left})")
    for class_, text in answers:
        text = check_text(text, "an answer", 2000).strip()
        if not text:
            raise Refused(f"the answer about {class_} is empty")
        asked = [question for question in questions(conn, row["id"]) if question["class"] == class_]
        still = [question for question in asked if question["state"] == "open"]
        if class_ == OTHER and not still:
            raise Refused(f'{documents.key(row)} has no question of their own left; first: --ask "in words?"')
        if still:
            matters.close(conn, still[0]["id"], moment, text)
        elif asked:
            update(conn, "matters", asked[0]["id"], answer=text)
        else:
            ask(conn, row, (class_,), (), moment)
            matters.close(conn, questions(conn, row["id"])[-1]["id"], moment, text)
    settle(conn, row["id"], moment)
    return documents.by_id(conn, row["id"])


def settle(conn: sqlite3.Connection, document_id: int, moment: Moment) -> None:
    """Answered when no question is left open, else open."""
    row = documents.by_id(conn, document_id)
    if row["state"] == "withdrawn":
        return
    state = "open" if unanswered(conn, document_id) else "answered"
    if state != row["state"]:
        update(conn, "documents", document_id, state=state, closed_on=moment.on if state == "answered" else None)


def close(conn: sqlite3.Connection, row: sqlite3.Row, moment: Moment) -> None:
    """They ask no more: what was not answered is no longer due. Raises Refused."""
    if row["state"] == "withdrawn":
        raise Refused(f"{documents.key(row)} was closed on {row['closed_on']} already")
    for question in questions(conn, row["id"]):
        if question["state"] == "open":
            matters.close(conn, question["id"], moment)
    documents.close(conn, row, "withdrawn", moment.on)


def came_by(conn: sqlite3.Connection, row: sqlite3.Row) -> str:
    """The kind of activity to answer by when none is said: the way they asked, else an e-mail."""
    sql = "SELECT kind FROM activities WHERE document_id = :id AND direction = 'in' ORDER BY id LIMIT 1"
    kinds = [str(found["kind"]) for found in rows(conn, sql, id=row["id"])]
    return kinds[0] if kinds and kinds[0] != "question" else "email"


def answers_said(conn: sqlite3.Connection, row: sqlite3.Row) -> list[str]:
    """`price? 400.00 USD`, `delivery? open`, in the order asked."""
    said = []
    for question in questions(conn, row["id"]):
        what = question["answer"] or ("open" if question["state"] == "open" else "not answered")
        said.append(f"{named(question).rstrip('?')}? {what}")
    return said


def line(conn: sqlite3.Connection, row: sqlite3.Row, decimal: str = ".") -> str:
    """On one line, for a card."""
    what = document_lines.said(document_lines.of(conn, row["id"]), decimal)
    return f"{documents.key(row)}  asks about {what}  " + "  ".join(answers_said(conn, row))


QUESTION_COLUMNS = (
    Column("class"), Column("text"), Column("state"), Column("answer"), Column("closed_on", kind="day"),
)  # fmt: skip
LINE_COLUMNS = (Column("text"), Column("quantity"), Column("product_id", kind="number"))
QUOTE_COLUMNS = (Column("key"), Column("state"), Column("made_on", kind="day"))
SHEET = (
    Column("key"), Column("contact_id", kind="number"), Column("contact"), Column("deal_id", kind="number"),
    Column("deal"), Column("state"), Column("made_on", kind="day"), Column("closed_on", kind="day"), Column("note"),
)  # fmt: skip


def facts(row: sqlite3.Row) -> dict[str, object]:
    return {**dict(row), "key": documents.key(row)}


def shown(conn: sqlite3.Connection, row: sqlite3.Row, today: datetime.date, decimal: str = ".") -> Sheet:
    """One inquiry: what it asks, and the quotes that came of it."""
    lines = document_lines.of(conn, row["id"])
    came = [
        documents.by_id(conn, found["id"])
        for found in rows(conn, "SELECT id FROM documents WHERE from_id = :id ORDER BY id", id=row["id"])
    ]
    tables = {
        "lines": Table(LINE_COLUMNS, [
            {"text": each.text, "quantity": document_lines.quantity_text(each.quantity), "product_id": each.product_id}
            for each in lines
        ]),
        "questions": Table(QUESTION_COLUMNS, [dict(found) for found in questions(conn, row["id"])]),
        "quotes": Table(QUOTE_COLUMNS, [
            {"key": documents.key(each), "state": documents.state(each, today), "made_on": each["made_on"]}
            for each in came
        ]),
    }  # fmt: skip

    def view() -> Text:
        left = unanswered(conn, row["id"])
        still = f", still to answer: {', '.join(left)}" if row["state"] == "open" else ""
        # Closed with a question open; a quote alone is withdrawn.
        stands = f"CLOSED {row['closed_on']}" if row["state"] == "withdrawn" else row["state"].upper()
        said = [("PAPER", f"{documents.key(row)}  inquiry of {row['made_on']}  {stands}{still}")]
        said.append(("WHO", f"{row['contact_id']} {row['contact']}"))
        said += [("DEAL", f"D{row['deal_id']} {row['deal']}")] if row["deal_id"] else []
        said.append(("WHAT", document_lines.said(lines, decimal)))
        said += [("ASKS" if at == 0 else "", text) for at, text in enumerate(answers_said(conn, row))]
        said += [("NOTE", row["note"])] if row["note"] else []
        for at, each in enumerate(came):
            said.append(("QUOTE" if at == 0 else "", f"{documents.key(each)}  {documents.stands(conn, each, today)}"))
        return Text(said, bold=frozenset({0}))

    return Sheet(SHEET, facts(row), tables, view=view, ids="key")


def listed(conn: sqlite3.Connection, contact_id: int | None, decimal: str, limit: int | None = None) -> Table:
    """Inquiries, the newest first."""
    found = documents.found(conn, "inquiry", contact_id=contact_id, limit=limit)
    lines: list[Row] = []
    for row in found:
        left = unanswered(conn, row["id"])
        what = document_lines.said(document_lines.of(conn, row["id"]), decimal)
        lines.append({**facts(row), "what": what, "left": left, "asks": "; ".join(answers_said(conn, row))})

    def view() -> Table:
        return Table(SCREEN, lines, empty=EMPTY, ids="key")

    return Table(COLUMNS, lines, empty=EMPTY, ids="key", view=view)


EMPTY = "No inquiries: salesflow inquiry add WHO PRODUCT --asks price,delivery"
COLUMNS = (
    Column("key"), Column("contact_id", kind="number"), Column("contact"), Column("deal_id", kind="number"),
    Column("what"), Column("state"), Column("left", kind="list"), Column("made_on", kind="day"),
    Column("closed_on", kind="day"),
)  # fmt: skip
SCREEN = (
    Column("key", "key", firm=True), Column("contact", "who"), Column("what", "what", wrap=True),
    Column("asks", "asks", wrap=True), Column("state", "state", firm=True), Column("made_on", "day", "day", firm=True),
)  # fmt: skip
