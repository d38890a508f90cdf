"""Standing: where each contact stands, kept up to date with every change instead of computed for every look.

Before COMMIT the journal says which contacts a change touched; for these alone the view `standing_defined` is read
again. So typing, import, merge and undo are right by one mechanism. A change of status is also written to
`status_history`, which the funnel reads. A change of the criteria touches everybody.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from salesflow.dates import Moment
from salesflow.store import journal
from salesflow.store.journal import Mark

FACTS = {"answers", "deals", "follow_ups", "activities", "status_history"}
MANY = 50_000  # contacts at a time: what is temporary lies in memory


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
        ranges = touched.get("contacts", [])
        for parcel in parcels(ranges):
            conn.execute("CREATE TEMP TABLE refreshed (contact_id INTEGER PRIMARY KEY)")
            for ids in parcel:
                for there in ("SELECT id FROM contacts WHERE id", "SELECT contact_id FROM standing WHERE contact_id"):
                    conn.execute(f"INSERT OR IGNORE INTO refreshed {there} BETWEEN ? AND ?", ids)
            rebuild(conn, moment, mend)
        owners = journal.owners(conn, mark, FACTS, but=journal.widest(ranges))
        if owners:
            conn.execute("CREATE TEMP TABLE refreshed (contact_id INTEGER PRIMARY KEY)")
            conn.executemany("INSERT INTO refreshed VALUES (?)", [(each,) for each in sorted(owners)])
            rebuild(conn, moment, mend)
    if "stage_entries" in touched:
        for stage_id in journal.owners(conn, mark, {"stage_entries"}, "stage_id"):
            refresh_pace(conn, stage_id)


def parcels(ranges: Iterable[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """The same ids, about MANY at a time."""
    parcel: list[tuple[int, int]] = []
    room = MANY
    for first, last in ranges:
        for start in range(first, last + 1, MANY):
            parcel.append((start, min(start + MANY - 1, last)))
            room -= parcel[-1][1] - start + 1
            if room <= 0:
                yield parcel
                parcel, room = [], MANY
    if parcel:
        yield parcel


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
    """The status in force of each contact in `refreshed`, where it is not so, as if it had never been another."""
    conn.execute(
        """
        DELETE FROM status_history
         WHERE left_on IS NULL
           AND contact_id IN (SELECT contact_id FROM refreshed)
           AND contact_id NOT IN (SELECT contact_id FROM standing WHERE counts = 1)
        """
    )
    # A stay that goes on again went on until the next began.
    conn.execute(
        """
        UPDATE status_history
           SET left_on = max(entered_on, (
               SELECT entered_on FROM status_history AS next
                WHERE next.contact_id = status_history.contact_id AND next.id > status_history.id
                ORDER BY next.id LIMIT 1))
         WHERE left_on IS NULL
           AND contact_id IN (SELECT contact_id FROM refreshed)
           AND EXISTS (
             SELECT 1 FROM status_history AS next
              WHERE next.contact_id = status_history.contact_id AND next.id > status_history.id)
        """
    )
    wrong = conn.execute(
        """
        SELECT now.id, standing.status, before.id AS before_id,
               before.status = standing.status AND before.left_on = now.entered_on AS goes_on
          FROM refreshed
          JOIN standing ON standing.contact_id = refreshed.contact_id
          JOIN status_history AS now ON now.contact_id = refreshed.contact_id AND now.left_on IS NULL
          LEFT JOIN status_history AS before ON before.id = (
               SELECT max(id) FROM status_history WHERE contact_id = now.contact_id AND id < now.id)
         WHERE now.status <> standing.status
        """
    )
    for row in wrong.fetchall():
        if row["goes_on"]:
            conn.execute("DELETE FROM status_history WHERE id = :id", {"id": row["id"]})
            conn.execute("UPDATE status_history SET left_on = NULL WHERE id = :id", {"id": row["before_id"]})
        else:
            conn.execute(
                "UPDATE status_history SET status = :status WHERE id = :id", {"status": row["status"], "id": row["id"]}
            )


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
