"""Channels: which way to try next with somebody who does not answer.

The telephone first where there is a number, then another number of theirs, a letter, a visit, and e-mail last: much of
it ends among the junk. A way taken without an answer since they were last heard is not proposed again, nor is one that
they forbade. Source: the view `ways`.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from salesflow.errors import Refused
from salesflow.records import silence
from salesflow.store.rows import rows

# What to ask for when no way is left, in the order in which it is worth having.
WANTED = (("call", "phone number"), ("letter", "address"), ("email", "e-mail address"))


class Suggestion(NamedTuple):
    """The way to take, None when none is left; the channels to take after it; those tried since they were last heard;
    what to find out when none is left."""

    channel: str | None
    label: str | None
    value: str | None
    then: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()
    missing: str = ""

    @property
    def way(self) -> str:
        """`call work 555-0130`, or `find out a phone number`."""
        if self.channel is None:
            return f"find out {self.missing}"
        where = f"{self.label} {self.value}" if self.label else str(self.value)
        return f"{self.channel} {where}"

    @property
    def said(self) -> str:
        """`try: call work 555-0130; then: letter, visit`, or what to find out."""
        trying = "try: " if self.channel else ""
        return trying + self.way + (f"; then: {', '.join(self.then)}" if self.then else "")


def suggest(conn: sqlite3.Connection, contact_id: int) -> Suggestion:
    """Which way to take next."""
    sql = "SELECT * FROM ways WHERE contact_id = :id ORDER BY rank, point_id"
    found = rows(conn, sql, id=contact_id)
    tried = tuple(dict.fromkeys(named(row) for row in found if row["tried"]))
    left = [row for row in found if not row["tried"]]
    if left:
        then = dict.fromkeys(named(row) for row in left[1:] if named(row) != named(left[0]))
        return Suggestion(left[0]["channel"], left[0]["label"], left[0]["value"], tuple(then), tried)
    has = {row["channel"] for row in found}
    refused = forbidden(conn, contact_id)
    missing = [
        f"another {what}" if channel in has else f"{'an' if what[0] in 'ae' else 'a'} {what}"
        for channel, what in WANTED
        if channel not in refused and (channel == "call" or channel not in has)
    ]
    return Suggestion(None, None, None, (), tried, " or ".join(missing[:2]) or "who else could be asked")


def named(row: sqlite3.Row) -> str:
    return f"{row['channel']} {row['label']}" if row["channel"] == "call" and row["label"] else str(row["channel"])


def forbidden(conn: sqlite3.Connection, contact_id: int) -> set[str]:
    """The channels that they said no to."""
    found = rows(
        conn,
        """
        SELECT CASE questions.name WHEN 'phone' THEN 'call' WHEN 'post' THEN 'letter' ELSE questions.name END AS channel
          FROM answers JOIN questions ON questions.id = question_id
         WHERE answers.contact_id = :id AND replaced_at IS NULL AND set_name = 'consent' AND answer = 'no'
        """,
        id=contact_id,
    )
    return {row["channel"] for row in found}


def after_silence(conn: sqlite3.Connection, contact_id: int) -> list[str]:
    """What to say once somebody did not answer three times in a row: which way to try next; else nothing."""
    found = silence.of_contact(conn, contact_id)
    if found is None or found["tries"] < silence.GHOSTED:
        return []
    return [f"{found['tries']} unanswered in a row; {suggest(conn, contact_id).said}"]


def via(conn: sqlite3.Connection, contact_id: int, text: str) -> str:
    """The label of the phone, e-mail or address meant, its value where it has none. Raises Refused."""
    sql = "SELECT label, value FROM points WHERE contact_id = :id AND kind IN ('phone', 'email', 'address') ORDER BY id"
    found = rows(conn, sql, id=contact_id)
    typed = text.strip().casefold()
    for row in found:
        if typed in ((row["label"] or "").casefold(), row["value"].casefold()):
            return str(row["label"] or row["value"])
    known = ", ".join(dict.fromkeys(row["label"] or row["value"] for row in found))
    raise Refused(f"no phone or e-mail {text!r} there; " + (f"there are: {known}" if known else "none is known"))
