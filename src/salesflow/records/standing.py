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


def refresh(conn: sqlite3.Connection, mark: Mark, moment: Moment, *, mend: bool = False) -> None:
    """Bring standing, status_history and stage_pace in line with what the change touched, inside its transaction.

    `mend`: a change is taken back, so that a status which no longer holds never did.
    """
    touched = journal.touched(conn, mark)
    if "questions" in touched:
        everybody = "SELECT id AS contact_id FROM contacts UNION SELECT contact_id FROM standing"
        conn.execute(f"CREATE TEMP TABLE refreshed AS {everybody}")
        rebuild(conn, moment, mend)
    else:
        owners = journal.owners(conn, mark, FACTS)
        ranges = touched.get("contacts", [])
        if owners or ranges:
            conn.execute("CREATE TEMP TABLE refreshed (contact_id INTEGER PRIMARY KEY)")
            for ids in ranges:
                for there in ("SELECT id FROM contacts WHERE id", "SELECT contact_id FROM standing WHERE contact_id"):
                    conn.execute(f"INSERT OR IGNORE INTO refreshed {there} BETWEEN ? AND ?", ids)
            conn.executemany("INSERT OR IGNORE INTO refreshed VALUES (?)", [(each,) for each in owners])
            rebuild(conn, moment, mend)
    if "stage_entries" in touched:
        for stage_id in journal.owners(conn, mark, {"stage_entries"}, "stage_id"):
            refresh_pace(conn, stage_id)


def rebuild(conn: sqlite3.Connection, moment: Moment, mend: bool = False) -> None:
    """Standing and status history of the contacts in the temporary table `refreshed`, which goes."""
    conn.execute("DELETE FROM standing WHERE contact_id IN (SELECT contact_id FROM refreshed)")
    conn.execute(
        """
        INSERT INTO standing
        SELECT * FROM standing_defined WHERE contact_id IN (SELECT contact_id FROM refreshed)
        """
    )  # a join with `refreshed` would begin with all contacts
    if mend:
        mend_history(conn)
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
    # Last, since it is read from the history.
    conn.execute(
        """
        UPDATE standing
           SET furthest = (SELECT furthest FROM furthest WHERE furthest.contact_id = standing.contact_id)
         WHERE contact_id IN (SELECT contact_id FROM refreshed)
        """
    )
    conn.execute("DROP TABLE refreshed")


def mend_history(conn: sqlite3.Connection) -> None:
    """The last status of each contact in `refreshed` as if it had been so from the start, whatever the file said."""
    conn.execute(
        """
        DELETE FROM status_history
         WHERE left_on IS NULL
           AND contact_id IN (SELECT contact_id FROM refreshed)
           AND contact_id NOT IN (SELECT contact_id FROM standing WHERE counts = 1)
        """
    )
    conn.execute(
        """
        UPDATE status_history
           SET status = (SELECT status FROM standing WHERE standing.contact_id = status_history.contact_id)
         WHERE left_on IS NULL AND contact_id IN (SELECT contact_id FROM refreshed)
        """
    )
    # What is now twice the same is one stay, begun when the first began.
    same = """
        SELECT now.id AS last_id, max(before.id) AS first_id
          FROM refreshed
          JOIN status_history AS now ON now.contact_id = refreshed.contact_id AND now.left_on IS NULL
          JOIN status_history AS before ON before.contact_id = now.contact_id AND before.id < now.id
         GROUP BY now.id
        HAVING before.status = now.status
        """
    for row in conn.execute(same).fetchall():
        conn.execute("DELETE FROM status_history WHERE id = :last_id", {"last_id": row["last_id"]})
        conn.execute("UPDATE status_history SET left_on = NULL WHERE id = :first_id", {"first_id": row["first_id"]})


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
