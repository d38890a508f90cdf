"""One person, whole, as JSON: everything the file knows about them, for whoever asks what you keep.

One object: the columns of the contact, `status`, and lists: `points`, `tags`, `also_known_as`, `consents`, `answers`
and `extra` (those replaced later included, with `replaced_at`), `history` of the status, `referred_by`, `referred`,
`apart_from` (others who look alike and are not them), `deals` with their `stages` and `exceptions`, `deciders` there,
`decides` (what somebody else's deal says of them), `documents`, `matters`, `follow_ups` (done and dropped ones too),
`activities`, `imports` they stand in, and `changes`, the commands that were about them.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from salesflow.exporters import whole_json
from salesflow.people import fold
from salesflow.records import contacts, exporting, traces
from salesflow.store.rows import rows
from salesflow.width import json_safe

COLUMNS = (
    "id", "kind", "name", "company", "job_title", "source", "source_detail", "rating", "priority", "demand",
    "birthday", "alarm_days", "note", "off_list_on", "off_list_why", "imported", "created_at", "created_on",
)  # fmt: skip
POINT = ("kind", "label", "value")
CONSENT = ("channel", "answer", "said", "basis", "method", "answered_on", "answered_at", "replaced_at")
ANSWER = (
    "set_name", "question", "answer", "said", "basis", "method", "answered_on", "answered_at", "replaced_at", "deal",
)  # fmt: skip
EXTRA = ("field", "value", "answered_on", "replaced_at")


def text(conn: sqlite3.Connection, contact_id: int) -> str:
    """The whole text."""
    return json_safe(json.dumps(known(conn, contact_id), ensure_ascii=False, indent=2)) + "\n"


def known(conn: sqlite3.Connection, contact_id: int) -> dict[str, Any]:
    """What the file knows, as JSON has it."""
    ids = [contact_id]
    row, parts = next(exporting.contacts(conn, ids, whole_json.PARTS))
    _, refs = whole_json.headed(conn, ids, whole=False)
    whole = plainly(whole_json.contact(row, parts, ids, refs))
    answers = [{**each, "channel": each["question"]} for each in whole["answers"]]
    return {
        **{name: row[name] for name in COLUMNS},
        "persona": whole["persona"],
        "status": row["status"],
        "points": [{name: point[name] for name in POINT} for point in whole["points"]],
        "tags": whole["tags"],
        "also_known_as": contacts.other_names(conn, contact_id),
        "consents": [{name: each[name] for name in CONSENT} for each in answers if each["set_name"] == "consent"],
        "answers": [
            {name: each[name] for name in ANSWER} for each in answers if each["set_name"] not in ("consent", "extra")
        ],
        "extra": [
            {"field": each["question"], "value": each["answer"], **{name: each[name] for name in EXTRA[2:]}}
            for each in answers if each["set_name"] == "extra"
        ],
        "history": whole["history"],
        "referred_by": next(iter(of(conn, REFERRED_BY, contact_id)), None),
        "referred": of(conn, REFERRED, contact_id),
        "apart_from": of(conn, APART, contact_id),
        "exceptions": whole["exceptions"],
        "deals": whole["deals"],
        "deciders": whole["deciders"],
        "decides": of(conn, DECIDES, contact_id),
        "documents": whole["documents"],
        "matters": whole["matters"],
        "follow_ups": whole["follow_ups"],
        "activities": whole["activities"],
        **story(conn, contact_id),
    }  # fmt: skip


def plainly(found: Any) -> Any:
    """Without places among stages, tasks, products or the preparation, which say nothing about a person."""
    if isinstance(found, list):
        return [plainly(each) for each in found]
    if isinstance(found, dict):
        return {name: plainly(each) for name, each in found.items() if not name.endswith("_ref")}
    return found


REFERRED_BY = """
    SELECT referrer.id, referrer.name
      FROM contacts JOIN contacts AS referrer ON referrer.id = contacts.referred_by_id
     WHERE contacts.id = :id
    """
DECIDES = "SELECT role, level, says, created_on FROM deciders WHERE person_id = :id ORDER BY id"
REFERRED = "SELECT id, name FROM contacts WHERE referred_by_id = :id ORDER BY id"
APART = """
    SELECT contacts.id, contacts.name
      FROM apart JOIN contacts ON contacts.id = CASE apart.contact_id WHEN :id THEN other_id ELSE apart.contact_id END
     WHERE :id IN (apart.contact_id, other_id)
     ORDER BY contacts.id
    """


def of(conn: sqlite3.Connection, sql: str, contact_id: int) -> list[dict[str, Any]]:
    return [dict(row) for row in rows(conn, sql, id=contact_id)]


def story(conn: sqlite3.Connection, contact_id: int) -> dict[str, list[dict[str, Any]]]:
    """The files they stood in, and the commands that changed something of theirs or name them."""
    found = traces.trace(conn, contact_id)
    # What an undo took back of a command in part has a number below 0, and belongs to the command.
    whole = {row["id"]: row["target_id"] for row in rows(conn, "SELECT id, target_id FROM changes WHERE id < 0")}
    touched = {whole.get(line.change_id, line.change_id) for line in traces.lines(conn, found)}
    names = [fold(name) for name in traces.words(conn, found).names]
    commands = []
    sql = "SELECT id, made_at, made_on, command, summary FROM changes WHERE id > 0 ORDER BY id"
    for row in rows(conn, sql):
        words = f" {fold(row['command'])} {fold(row['summary'])} "
        if row["id"] in touched or any(f" {name} " in words for name in names):
            commands.append(dict(row))
    files = rows(
        conn,
        """
        SELECT imports.made_on AS "on", file_name, format
          FROM imports
          JOIN journal ON table_name = 'imports' AND op = 'insert' AND imports.id BETWEEN first_id AND last_id
         WHERE change_id IN (SELECT value FROM json_each(:ids))
         ORDER BY imports.id
        """,
        ids=traces.listed(touched),
    )
    return {"imports": [dict(row) for row in files], "changes": commands}
