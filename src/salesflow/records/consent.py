"""Consent: whether somebody may be written to or called, a channel a question of the set `consent`."""

from __future__ import annotations

import sqlite3

from salesflow.dates import Moment
from salesflow.store.rows import insert, one, update

CHANNELS = ("email", "phone", "sms", "post")


def give(
    conn: sqlite3.Connection, contact_id: int, channel: str, answer: str, moment: Moment, *, on: str | None = None,
    evidence: str | None = None, method: str = "list",
) -> bool:  # fmt: skip
    """What a file says of it; whether that changed anything. A no that is known stays no."""
    there = one(
        conn,
        """
        SELECT answers.id, answer FROM answers JOIN questions ON questions.id = question_id
         WHERE contact_id = :contact_id AND set_name = 'consent' AND name = :channel AND replaced_at IS NULL
        """,
        contact_id=contact_id,
        channel=channel,
    )
    if there and (there["answer"] == answer or there["answer"] == "no"):
        return False
    if there:
        update(conn, "answers", there["id"], replaced_at=moment.at)
    question = one(conn, "SELECT id FROM questions WHERE set_name = 'consent' AND name = :channel", channel=channel)
    assert question is not None
    insert(
        conn, "answers", contact_id=contact_id, question_id=question["id"], answer=answer, method=method, said=evidence,
        answered_at=moment.at, answered_on=on or moment.on,
    )  # fmt: skip
    return True
