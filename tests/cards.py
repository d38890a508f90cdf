"""What a file made of people: brought in as `import` does, and everything that is known of each afterwards."""

from __future__ import annotations

import csv
import io
import random
import sqlite3
from pathlib import Path
from typing import Any

from builders import desk, moment, run
from salesflow.importers import taking
from salesflow.importers.taking import Order, Taken
from salesflow.records import change
from salesflow.records import settings as keeping

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"
CARD = ("name", "kind", "company", "job_title", "source", "birthday", "note", "created_on", "off_list_on")


def bring(conn: sqlite3.Connection, content: str | bytes, name: str = "file.csv", **order: Any) -> Taken:
    data = content if isinstance(content, bytes) else content.encode()
    with change.change(conn, moment(), "import"):
        wanted = Order(name, moment(), **order)
        return taking.take(conn, keeping.read(conn), io.BytesIO(data), wanted, lambda rows, file: rows)


def counts(taken: Taken) -> tuple[int, int, int, int]:
    report = taken.report
    return report.added, report.updated, report.same, report.refused


def people(conn: sqlite3.Connection) -> list[dict[str, Any]]:
    """Each as a card without what is blank: points as `phone work +1 ...`, extra fields as `Spouse: Chidi`.

    A person is a person and came today: said only where it is otherwise.
    """
    found = []
    for row in conn.execute("SELECT * FROM contacts ORDER BY id"):
        number = row["id"]
        card = {field: row[field] for field in CARD if row[field] not in (None, "person", moment().on)}
        sql = "SELECT kind, label, value FROM points WHERE contact_id = ? ORDER BY id"
        card["points"] = [" ".join(filter(None, point)) for point in conn.execute(sql, (number,))]
        card["tags"] = sorted(tag[0] for tag in conn.execute("SELECT tag FROM tags WHERE contact_id = ?", (number,)))
        sql = "SELECT name FROM contacts WHERE id = ?"
        card["referred_by"] = next((name[0] for name in conn.execute(sql, (row["referred_by_id"],))), None)
        sql = """
            SELECT name || ': ' || answer FROM answers JOIN questions ON questions.id = question_id
             WHERE contact_id = ? AND replaced_at IS NULL ORDER BY answers.id
            """
        card["extra"] = [answer[0] for answer in conn.execute(sql, (number,))]
        found.append({field: value for field, value in card.items() if value})
    return found


def made_of(tmp_path: Path, content: str | bytes, name: str = "file.csv", **order: Any) -> list[dict[str, Any]]:
    """The cards that a file makes in a new salesflow file, where a second time must change nothing."""
    place = {key: order.pop(key) for key in ("country", "date_order") if key in order}
    with desk(tmp_path / f"{len(list(tmp_path.iterdir()))}.db", **place) as found:
        first = bring(found.conn, content, name, **order)
        before = people(found.conn)
        again = bring(found.conn, content, name, **order)
        assert counts(again) == (0, 0, first.report.rows - first.report.refused, first.report.refused)
        assert people(found.conn) == before
        return before


def brought(db: Path, file: Path) -> str:
    """What `import FILE` says, without options; a second time nothing changes, to the byte."""
    first = run(db, "import", str(file))
    assert first.code in (0, 1), first.err
    before = run(db, "export", "--as", "json").out
    again = run(db, "import", str(file))
    assert " 0 updated" in again.out and "0 added" in again.out
    assert run(db, "export", "--as", "json").out == before
    return first.out


def headings(text: str) -> list[str]:
    return text.split("|")


def table(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


def written(rows: list[list[str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def filled(header: list[str], **cells: str) -> list[str]:
    """A row of blanks but for the cells named, `_` standing for what a heading has and a name cannot."""
    names = {"".join(filter(str.isalnum, heading)).lower(): place for place, heading in enumerate(header)}
    row = [""] * len(header)
    for name, text in cells.items():
        row[names[name.replace("_", "").lower()]] = text
    return row


def resaved(text: str) -> bytes:
    """As Excel saves it in Germany: columns moved about, semicolons, its code page."""
    rows = table(text)
    order = random.Random(1).sample(range(len(rows[0])), len(rows[0]))
    return written([[row[place] for place in order] for row in rows], ";").encode("cp1252")
