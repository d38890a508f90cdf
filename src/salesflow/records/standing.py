"""Standing: where each contact stands, kept up to date with every change instead of computed for every look.

Before COMMIT the journal says which contacts a change touched; for these alone the view `standing_defined` is read
again. So typing, import, merge and undo are right by one mechanism. A change of status is also written to
`status_history`, which the funnel reads. A change of the criteria touches everybody.
"""

from __future__ import annotations

import sqlite3

from salesflow.dates import Moment
from salesflow.store import journal
from salesflow.store.journal import Mark

FACTS = {"answers", "deals", "follow_ups", "activities"}


def refresh(conn: sqlite3.Connection, mark: Mark, moment: Moment) -> None:
    """Bring standing, status_history and stage_pace in line with what the change touched, inside its transaction."""
    touched = journal.touched(conn, mark)
    if "questions" in touched:
        conn.execute("CREATE TEMP TABLE IF NOT EXISTS refreshed AS SELECT id AS contact_id FROM contacts")
        rebuild(conn, moment)
    else:
        contacts = journal.owners(conn, mark, FACTS)
        for first, last in touched.get("contacts", ()):
            contacts.update(range(first, last + 1))
        if contacts:
            conn.execute("CREATE TEMP TABLE IF NOT EXISTS refreshed (contact_id INTEGER PRIMARY KEY)")
            conn.executemany("INSERT INTO refreshed VALUES (?)", [(contact_id,) for contact_id in sorted(contacts)])
            rebuild(conn, moment)
    if "stage_entries" in touched:
        for stage_id in journal.owners(conn, mark, {"stage_entries"}, "stage_id"):
            refresh_pace(conn, stage_id)


def rebuild(conn: sqlite3.Connection, moment: Moment) -> None:
    """Standing and status history of the contacts in the temporary table `refreshed`, which goes."""
    conn.execute("DELETE FROM standing WHERE contact_id IN (SELECT contact_id FROM refreshed)")
    conn.execute(
        """
        INSERT INTO standing
        SELECT standing_defined.*
          FROM refreshed CROSS JOIN standing_defined ON standing_defined.contact_id = refreshed.contact_id
        """
    )
    conn.execute(
        """
        UPDATE status_history SET left_on = max(entered_on, :on)
         WHERE left_on IS NULL
           AND contact_id IN (SELECT contact_id FROM refreshed)
           AND NOT EXISTS (
             SELECT 1 FROM standing
              WHERE standing.contact_id = status_history.contact_id
                AND standing.counts = 1 AND standing.status = status_history.status)
        """,
        {"on": moment.on},
    )
    conn.execute(
        """
        INSERT INTO status_history (contact_id, status, entered_at, entered_on)
        SELECT standing.contact_id, standing.status, :at, :on
          FROM refreshed CROSS JOIN standing ON standing.contact_id = refreshed.contact_id
         WHERE standing.counts = 1
           AND NOT EXISTS (
             SELECT 1 FROM status_history
              WHERE status_history.contact_id = standing.contact_id AND status_history.left_on IS NULL)
        """,
        {"at": moment.at, "on": moment.on},
    )
    conn.execute("DROP TABLE refreshed")


def refresh_pace(conn: sqlite3.Connection, stage_id: int) -> None:
    conn.execute("DELETE FROM stage_pace WHERE stage_id = :id", {"id": stage_id})
    conn.execute("INSERT INTO stage_pace SELECT * FROM stage_pace_defined WHERE stage_id = :id", {"id": stage_id})


def differences(conn: sqlite3.Connection) -> list[int]:
    """Contacts whose kept standing is not what the view says; for `db check`."""
    found = conn.execute(
        """
        SELECT contact_id FROM (SELECT * FROM standing_defined EXCEPT SELECT * FROM standing)
        UNION
        SELECT contact_id FROM (SELECT * FROM standing EXCEPT SELECT * FROM standing_defined)
        """
    )
    return [row["contact_id"] for row in found]


def keep_anew(conn: sqlite3.Connection, moment: Moment) -> None:
    """Throw away what is kept and read it all again; for `db check --fix` and files built in bulk."""
    conn.execute("DELETE FROM standing")
    conn.execute("CREATE TEMP TABLE refreshed AS SELECT id AS contact_id FROM contacts")
    rebuild(conn, moment)
    conn.execute("DELETE FROM stage_pace")
    conn.execute("INSERT INTO stage_pace SELECT * FROM stage_pace_defined")
