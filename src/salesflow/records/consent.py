"""Consent: whether somebody may be written to or called, a channel a question of the set `consent`.

Nothing known is neither yes nor no. What a list says never turns a no into a yes, a no that a list brings always
counts, and what a list said once it does not say again. Asked not to be contacted at all is another thing: off-list.
"""

from __future__ import annotations

import datetime
import sqlite3
from typing import NamedTuple

from salesflow import dates
from salesflow.dates import Moment
from salesflow.errors import Refused
from salesflow.people import check_text
from salesflow.records import answering
from salesflow.store.rows import insert, one, rows, update
from salesflow.table import Column, Row, Table

SET = "consent"
CHANNELS = ("email", "phone", "sms", "post")
# As they are typed, besides.
SYNONYMS = {
    "e-mail": "email", "mail": "email", "emails": "email", "call": "phone", "calls": "phone", "telephone": "phone",
    "text": "sms", "texts": "sms", "letter": "post", "letters": "post",
}  # fmt: skip
# The kind of point by which each reaches somebody; a fax is none.
POINTS = {"email": "email", "phone": "phone", "sms": "phone", "post": "address"}
COLUMNS = (
    Column("channel", "channel", firm=True),
    Column("answer", "answer", firm=True),
    Column("said", "evidence"),
    Column("basis", "basis", firm=True),
    Column("method", "how", firm=True),
    Column("answered_on", "on", "day", firm=True),
)


def channel_of(word: str) -> str | None:
    """The channel that a typed word means; None when it is none."""
    word = word.lower()
    return word if word in CHANNELS else SYNONYMS.get(word)


def checked(word: str) -> str:
    """The channel that a typed word means. Raises Refused."""
    found = channel_of(word)
    if found is None:
        raise Refused(f"no channel {word!r}; there are: {', '.join(CHANNELS)}")
    return found


def say(
    conn: sqlite3.Connection, contact_id: int, channel: str, answer: str, moment: Moment, *, on: str | None = None,
    evidence: str | None = None, method: str | None = None, basis: str = "said",
) -> str:  # fmt: skip
    """Keep what the seller types, whatever was known before; the answer before it. Raises Refused."""
    before = next(row["answer"] for row in answering.known(conn, contact_id, SET) if row["question"] == channel)
    answering.answer(
        conn, contact_id, channel, answer, moment, method=method, said=evidence, on=on, basis=basis, set_name=SET
    )
    return str(before)


def give(
    conn: sqlite3.Connection, contact_id: int, channel: str, answer: str, moment: Moment, *, on: str | None = None,
    evidence: str | None = None, method: str = "list", basis: str = "said",
) -> bool:  # fmt: skip
    """Keep what a file says, if it says anything new; whether it did.

    A no stays unless it was only assumed. The same answer again brings evidence where there was none. What a file
    said before, and what was changed since, it does not say again: known by its day, a yes without a day by its words.
    What is only assumed (`basis`) takes the place of nothing that has evidence.
    """
    said = one(
        conn,
        """
        SELECT questions.id AS question_id, answers.id, answer, basis, said
          FROM questions
          LEFT JOIN answers ON answers.question_id = questions.id AND answers.contact_id = :contact_id
               AND replaced_at IS NULL
         WHERE set_name = 'consent' AND questions.name = :channel
        """,
        contact_id=contact_id,
        channel=checked(channel),
    )
    assert said is not None
    evidence = evidence or None
    if basis == "assumed" and said["id"] is not None and (said["answer"] == answer or said["said"] is not None):
        return False
    known = None if said["id"] is None or said["basis"] == "assumed" else said["answer"]
    if answer not in ("yes", "no") or (known == "no" and answer == "yes"):
        return False
    if known == answer:
        if said["said"] is not None or evidence is None:
            return False
    elif said["id"] is not None and told_before(conn, contact_id, said["question_id"], answer, on, evidence):
        return False
    if said["id"] is not None:
        update(conn, "answers", said["id"], replaced_at=moment.at)
    insert(
        conn, "answers", contact_id=contact_id, question_id=said["question_id"], answer=answer, method=method,
        said=check_text(evidence, "evidence") if evidence else None, answered_at=moment.at,
        answered_on=on or moment.on, basis=basis,
    )  # fmt: skip
    return True


def told_before(
    conn: sqlite3.Connection, contact_id: int, question_id: int, answer: str, on: str | None, evidence: str | None
) -> bool:
    """Whether the same was kept before. A no without a day may be a new one, so it counts again."""
    sql = """
        SELECT 1 FROM answers
         WHERE contact_id = :contact_id AND question_id = :question_id AND answer = :answer AND said IS :evidence
           AND (answered_on = :on OR :on IS NULL AND answer = 'yes')
        """
    return bool(one(conn, sql, contact_id=contact_id, question_id=question_id, answer=answer, on=on, evidence=evidence))


def listed(conn: sqlite3.Connection, contact_id: int) -> Table:
    """What is known per channel, all four, in their order; `unknown` where nothing is."""
    found = [{**dict(row), "channel": row["question"]} for row in answering.known(conn, contact_id, SET)]
    return Table(COLUMNS, found, ids="channel")


def in_words(row: Row, today: datetime.date) -> str:
    """An answer with its evidence: `yes  "signed the form"  form, 12 Oct`."""
    own = f'  "{row["said"]}"' if row["said"] else ""
    day = row["answered_on"] and dates.short_date(datetime.date.fromisoformat(row["answered_on"]), today)
    basis = row["basis"] if row["basis"] != "said" else None
    about = ", ".join(text for text in (basis, row["method"], day) if text)
    return f"{row['answer']}{own}" + (f"  {about}" if about else "")


class LeftOut(NamedTuple):
    """How many may not be contacted, by the reason: off the list, said no, no way to reach them."""

    off_list: int = 0
    said_no: int = 0
    no_point: int = 0

    def said(self, channel: str) -> str:
        """`Left out 3: 1 off the list, 2 said no`; empty for nobody."""
        missing = {"email": "without an e-mail", "post": "without an address"}.get(channel, "without a phone")
        reasons = ("off the list", "said no", missing)
        parts = [f"{number:,} {why}" for number, why in zip(self, reasons, strict=True) if number]
        return f"Left out {sum(self):,}: {', '.join(parts)}" if parts else ""


STANDING = """
    SELECT contacts.id,
           CASE
             WHEN off_list_on IS NOT NULL THEN 'off_list'
             WHEN EXISTS (
               SELECT 1 FROM answers JOIN questions ON questions.id = question_id
                WHERE answers.contact_id = contacts.id AND replaced_at IS NULL AND set_name = 'consent'
                  AND questions.name = :channel AND answer = 'no') THEN 'said_no'
             WHEN NOT EXISTS (
               SELECT 1 FROM points
                WHERE points.contact_id = contacts.id AND points.kind = :kind
                  AND coalesce(label, '') NOT LIKE '%fax%') THEN 'no_point'
           END AS why
      FROM json_each(:ids) AS wanted CROSS JOIN contacts ON contacts.id = wanted.value
     WHERE contacts.kind <> 'walk-in'
     ORDER BY contacts.id
    """


def to_contact(conn: sqlite3.Connection, ids: str, channel: str) -> tuple[list[int], LeftOut]:
    """Of contacts (their ids as a JSON array) those who may be contacted by this channel, and who may not."""
    found: list[int] = []
    counts = dict.fromkeys(LeftOut._fields, 0)
    for row in rows(conn, STANDING, ids=ids, channel=channel, kind=POINTS[channel]):
        if row["why"] is None:
            found.append(row["id"])
        else:
            counts[row["why"]] += 1
    return found, LeftOut(**counts)
