"""Objections: no barrier but a sign to buy, with a requirement behind it. The answers given make the playbook.

An objection is expected, open or closed; raised, it counts as a sign. It may be answered more than once, and is open
until an answer is accepted, or nothing is said against it. The playbook has the answers of all deals, those first after
which sales followed most often; it names no customer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from salesflow.dates import Moment
from salesflow.errors import Refused
from salesflow.people import check_text, fold
from salesflow.records import deals, matters, signs
from salesflow.store.rows import insert, one, rows, update
from salesflow.table import Column, Row, Table

KINDS = ("price", "timing", "need", "trust", "competitor", "authority", "other")  # offered; any other word will do


class Draft(NamedTuple):
    """kind: a word to find it again by. behind: what they require. their_view: as it looks from their side."""

    text: str
    kind: str | None = None
    behind: str | None = None
    their_view: str | None = None
    expected: bool = False


def kind_of(text: str | None) -> str:
    """The kind as it is kept: one word or a few, small. Raises Refused."""
    found = " ".join((text or "other").lower().split())
    check_text(found, "a kind", 60)
    if not found:
        raise Refused(f"which kind of objection? {', '.join(KINDS)}, or a word of yours")
    return found


def add(conn: sqlite3.Connection, deal_id: int, draft: Draft, moment: Moment) -> int:
    """The new objection's id. Raises NotFound, Refused."""
    deal = deals.get_open(conn, deal_id)
    behind, view = (cleaned(text) for text in (draft.behind, draft.their_view))
    state = "expected" if draft.expected else "open"
    new = matters.Draft(
        deal["contact_id"], "objection", draft.text, deal_id, kind_of(draft.kind), behind=behind, their_view=view,
        state=state,
    )  # fmt: skip
    if not draft.expected:
        signs.withdraw(conn, deal_id, moment)
    return matters.add(conn, new, moment)


def cleaned(text: str | None) -> str | None:
    return (check_text(text, "a text", 1000).strip() or None) if text else None


def get(conn: sqlite3.Connection, objection_id: int) -> sqlite3.Row:
    return matters.get(conn, "O", objection_id)


def raised(conn: sqlite3.Connection, objection_id: int, moment: Moment) -> sqlite3.Row:
    """An expected one was put to you, or one that was answered again: it is open. Raises NotFound, Refused."""
    row = get(conn, objection_id)
    if row["state"] == "open":
        raise Refused(f"O{objection_id} was raised on {row['raised_on']} and is open")
    deals.get_open(conn, row["deal_id"])
    signs.withdraw(conn, row["deal_id"], moment)
    update(
        conn, "matters", objection_id, state="open", raised_at=moment.at, raised_on=moment.on, closed_at=None,
        closed_on=None,
    )  # fmt: skip
    return get(conn, objection_id)


class Answered(NamedTuple):
    """left: objections of the deal still open. sign_id: of the sign made now that none is."""

    reply_id: int
    left: int
    sign_id: int | None


def answer(
    conn: sqlite3.Connection, objection_id: int, text: str, moment: Moment, accepted: bool | None = None
) -> Answered:  # fmt: skip
    """An answer was given; unless they did not accept it, the objection is closed. Raises NotFound, Refused."""
    row = get(conn, objection_id)
    text = check_text(text, "an answer").strip()
    if row["state"] == "closed":
        return judged(conn, row, text, moment, accepted)
    if not text:
        raise Refused(f"what did you answer? salesflow objection answer O{objection_id} TEXT")
    if row["state"] == "expected":
        raised(conn, objection_id, moment)
    reply = insert(
        conn, "replies", contact_id=row["contact_id"], matter_id=objection_id, text=text, text_key=fold(text),
        accepted=None if accepted is None else int(accepted), made_at=moment.at, made_on=moment.on,
    )  # fmt: skip
    if accepted is not False:
        matters.close(conn, objection_id, moment)
    return settled(conn, row["deal_id"], reply, moment)


def judged(
    conn: sqlite3.Connection, row: sqlite3.Row, text: str, moment: Moment, accepted: bool | None
) -> Answered:  # fmt: skip
    """What they said later to the last answer: accepted, or not, and then it is open again."""
    last = one(conn, "SELECT id FROM replies WHERE matter_id = :id ORDER BY id DESC LIMIT 1", id=row["id"])
    if text or accepted is None or last is None:
        way = f"raised anew: salesflow objection raise O{row['id']}"
        raise Refused(f"O{row['id']} was answered on {row['closed_on']}; {way}")
    update(conn, "replies", last["id"], accepted=int(accepted))
    if not accepted:
        update(conn, "matters", row["id"], state="open", closed_at=None, closed_on=None)
        signs.withdraw(conn, row["deal_id"], moment)
    return settled(conn, row["deal_id"], last["id"], moment)


def settled(conn: sqlite3.Connection, deal_id: int, reply_id: int, moment: Moment) -> Answered:
    """With the last objection answered, it is time to ask for the sale: a sign says so, if the deal is open."""
    left = len(matters.of_deal(conn, deal_id, "objection", state="open"))
    still_open = deals.get(conn, deal_id)["outcome"] == "open"
    sign = signs.propose(conn, deal_id, moment) if not left and still_open else None
    return Answered(reply_id, left, sign)


def edit(
    conn: sqlite3.Connection, objection_id: int, *, text: str | None = None, kind: str | None = None,
    behind: str | None = None, their_view: str | None = None,
) -> list[str]:  # fmt: skip
    """Each change in words; an empty text clears what is behind it, or their view. Raises NotFound, Refused."""
    row = get(conn, objection_id)
    new: dict[str, str | None] = {}
    if text is not None:
        new["text"] = check_text(text, "an objection").strip() or row["text"]
    if kind is not None:
        new["class"] = kind_of(kind)
    if behind is not None:
        new["behind"] = cleaned(behind)
    if their_view is not None:
        new["their_view"] = cleaned(their_view)
    changed = {name: value for name, value in new.items() if value != row[name]}
    update(conn, "matters", objection_id, **changed)
    names = {"class": "kind", "their_view": "their view"}
    return [f"{names.get(name, name)}: {value or 'cleared'}" for name, value in changed.items()]


# -- what there is -----------------------------------------------------------------------------------------------------

COLUMNS = (
    Column("key", "key", firm=True),
    Column("deal", "deal", firm=True),
    Column("contact_id"),
    Column("contact", "who"),
    Column("state", "state", firm=True),
    Column("kind", "kind", firm=True),
    Column("text", "objection", wrap=True),
    Column("behind", "behind it", wrap=True),
    Column("their_view"),
    Column("answer", "answer", wrap=True),
    Column("accepted", kind="flag"),
    Column("raised_on", "since", "day", firm=True),
    Column("closed_on", kind="day"),
)
LISTED = """
    SELECT 'O' || matters.id AS key, matters.id, 'D' || matters.deal_id AS deal, matters.contact_id,
           contacts.name AS contact, CASE matters.state WHEN 'closed' THEN 'answered' ELSE matters.state END AS state,
           class AS kind, matters.text, behind, their_view, replies.text AS answer, replies.accepted, raised_on,
           matters.closed_on
      FROM matters
      JOIN contacts ON contacts.id = matters.contact_id
      LEFT JOIN replies ON replies.id = (SELECT max(id) FROM replies WHERE matter_id = matters.id)
    """


def of_deal(conn: sqlite3.Connection, deal_id: int) -> Table:
    """Every objection of a deal, in order, each with the last answer."""
    sql = f"{LISTED} WHERE matters.deal_id = :id AND matters.kind = 'objection' ORDER BY matters.id"
    return listing(rows(conn, sql, id=deal_id), "No objections on this deal yet.")


def listed(conn: sqlite3.Connection, limit: int | None = None) -> Table:
    """Those not answered yet, of open deals, the oldest first."""
    sql = f"""{LISTED} JOIN deals ON deals.id = matters.deal_id
        WHERE matters.kind = 'objection' AND matters.state = 'open' AND deals.outcome = 'open'
        ORDER BY raised_on, matters.id LIMIT :limit"""
    return listing(rows(conn, sql, limit=-1 if limit is None else limit), "No objection is open.")


def listing(found: Sequence[sqlite3.Row], empty: str) -> Table:
    lines = [{**dict(row), "accepted": None if row["accepted"] is None else bool(row["accepted"])} for row in found]
    return Table(COLUMNS, lines, empty=empty, ids="key")


# -- the playbook ------------------------------------------------------------------------------------------------------

PLAYBOOK_COLUMNS = (
    Column("kind", "kind", firm=True),
    Column("answer", "answer", wrap=True),
    Column("used", "used", "number"),
    Column("accepted", "accepted", "number"),
    Column("won", "won", "number"),
    Column("win_rate", "sale followed", "rate"),
    Column("last_on", "last", "day", firm=True),
)
# Each answer counts once a deal, however often it was given there.
PLAYBOOK = """
    SELECT class AS kind, max(text) AS answer, count(*) AS used, sum(accepted) AS accepted, sum(won) AS won,
           CAST(sum(won) AS REAL) / count(*) AS win_rate, max(made_on) AS last_on
      FROM (SELECT matters.class, replies.text_key, max(replies.text) AS text,
                   max(ifnull(replies.accepted, 0)) AS accepted, deals.outcome = 'won' AS won,
                   max(replies.made_on) AS made_on
              FROM matters
              JOIN replies ON replies.matter_id = matters.id
              JOIN deals ON deals.id = matters.deal_id
             WHERE matters.kind = 'objection' AND {whose}
             GROUP BY matters.class, replies.text_key, matters.deal_id)
     GROUP BY class, text_key
     ORDER BY {order} win_rate DESC, used DESC, last_on DESC, answer
     LIMIT :limit
    """
OF_KIND = PLAYBOOK.format(whose="matters.class = :kind", order="")
OF_ALL = PLAYBOOK.format(whose="matters.class IS NOT NULL", order="class,")
KNOWN = "SELECT DISTINCT class FROM matters WHERE kind = 'objection' AND class IS NOT NULL ORDER BY class"


def playbook(conn: sqlite3.Connection, kind: str | None = None, limit: int | None = None) -> Table:
    """Answers to objections of a kind, or of all: those first after which a sale followed most often, then the most
    used. win_rate: of the deals in which it was given, how many were won. Raises Refused for a kind never met."""
    room = -1 if limit is None else limit
    if kind is None:
        found = rows(conn, OF_ALL, limit=room)
        title = "Answers to objections"
    else:
        kind = kind_of(kind)
        found = rows(conn, OF_KIND, kind=kind, limit=room)
        title = f"Answers to: {kind}"
        if not found:
            known = [row["class"] for row in rows(conn, KNOWN)]
            if kind not in known and kind not in KINDS and known:
                raise Refused(f"no objection of the kind {kind!r} yet; there are: {', '.join(known)}")
    lines = [dict(row) for row in found]
    empty = "No answers yet. They are kept with: salesflow objection answer O3 TEXT"
    return Table(PLAYBOOK_COLUMNS, lines, title=title if lines else "", empty=empty, ids="answer")


def offered(conn: sqlite3.Connection, kind: str | None, limit: int = 3) -> Sequence[Row]:
    """The answers used before for a kind of objection, the best first."""
    return playbook(conn, kind, limit).rows if kind in {row["class"] for row in rows(conn, KNOWN)} else []


def said(line: Row) -> str:
    """`"about half of a part-timer"  used 6, won 4`."""
    return f'"{line["answer"]}"  used {line["used"]}, won {line["won"]}'


def in_brief(conn: sqlite3.Connection, deal_id: int) -> list[str]:
    """The objections of a deal on lines of a card, those open first; expected ones with the answer known."""
    lines = []
    order = {"open": 0, "expected": 1, "answered": 2}
    for row in sorted(of_deal(conn, deal_id).rows, key=lambda row: order[row["state"]]):
        parts = [f"{row['key']} {row['state']}  {row['text']}"]
        parts += [f"behind it: {row['behind']}"] * bool(row["behind"])
        parts += [f"from their side: {row['their_view']}"] * bool(row["their_view"])
        if row["answer"]:
            verdict = {True: " (accepted)", False: " (not accepted)", None: ""}[row["accepted"]]
            parts.append(f'answered "{row["answer"]}"{verdict}')
        elif row["state"] != "answered":
            best = offered(conn, row["kind"], 1)
            parts += [f"answer known: {said(best[0])}"] if best else []
        lines.append("; ".join(parts))
    return lines
