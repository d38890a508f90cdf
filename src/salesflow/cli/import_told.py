"""What an import says of itself: what it took a file for, its plan, what came of the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from salesflow.table import Column, Table

if TYPE_CHECKING:
    from salesflow.cli.session import Session
    from salesflow.importers.taking import Taken
    from salesflow.records.incoming import Planned, Report

SHOWN = 10  # problems said on a screen
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
PROBLEM_COLUMNS = (Column("line", "line", "number"), Column("reason", "reason", wrap=True))
ROW_COLUMNS = (
    Column("line", "line", "number"), Column("outcome", "row", firm=True), Column("contact", "who"),
    Column("changes", "what", wrap=True), Column("reason"),
)  # fmt: skip
FILE_COLUMNS = tuple(
    Column(name, kind="number" if name in ("added", "updated", "same", "refused") else "text")
    for name in ("file", "what", "format", "added", "updated", "same", "refused")
)


def told(run: Session, names: Sequence[str], files: Sequence[Taken], plan: bool, ids: Sequence[int | None]) -> None:
    """The answer: for a person in lines, for a script one object.

    plan: nothing was to be written, or could not be. ids: of the change, then of each import; none if nothing was.
    """
    lines = [line for name, taken in zip(names, files, strict=True) for line in lines_of(name, taken, plan)]
    reports = [taken.report for taken in files]
    facts: dict[str, Any] = {
        outcome: sum(getattr(report, outcome) for report in reports)
        for outcome in ("added", "updated", "same", "refused")
    }
    facts |= {
        "import_id": ids[1] if len(ids) > 1 else None, "change_id": ids[0] if ids else None, "dry_run": plan,
        "written": bool(ids), "made": [text for report in reports for text in report.made],
    }  # fmt: skip
    if len(files) == 1:
        facts |= facts_of(files[0])
    else:
        rows = [
            {"file": name, "what": taken.kind, "format": taken.format, "added": taken.report.added,
             "updated": taken.report.updated, "same": taken.report.same, "refused": taken.report.refused}
            for name, taken in zip(names, files, strict=True)
        ]  # fmt: skip
        facts["files"] = Table(FILE_COLUMNS, rows)
    run.tell(*lines, **facts)


def lines_of(name: str, taken: Taken, plan: bool) -> list[str]:
    report = taken.report
    lines = [took_for(taken, name)]
    if taken.other_sheets:
        listed_sheets = ", ".join(f'"{title}"' for title in taken.other_sheets)
        lines.append(f"Also in it: {listed_sheets} (--sheet NAME takes another)")
    if taken.mapped:
        lines.append(f"As you said before: {', '.join(taken.mapped)} (say otherwise with --map)")
    if taken.format == "generic":
        lines.append(f"Read: {', '.join(taken.read)}")
    if taken.not_read:
        lines.append(f"Not read: {', '.join(taken.not_read)} (--keep-extra keeps them)")
    lines.append(counted([report], dry=plan))
    if taken.contacts_added:
        lines[-1] += f"; {taken.contacts_added:,} new {'contact' if taken.contacts_added == 1 else 'contacts'} for them"
    lines += [made(text, plan) for text in report.made]
    if report.plan is not None:
        lines += [line_of(row, plan) for _, row in sorted(report.plan.items())]
    else:
        lines += [line_of(row, plan) for row in report.examples] if plan else []
        if plan and report.updated > len(report.examples) > 0:
            lines.append(f"... and {report.updated - len(report.examples):,} more to update; --rows has every row")
        lines += listed("", report.problems, report.refused)
    return lines + listed("Warning, ", report.warnings, report.warned)


def made(text: str, plan: bool) -> str:
    """What was made besides; in a plan there is nothing to change yet."""
    if plan:
        text = text.partition(";")[0].replace(" made", " would be made", 1)
        text = text.replace(" promised", " would be promised", 1)
    return f"{text[:1].upper()}{text[1:]}"


def facts_of(taken: Taken) -> dict[str, Any]:
    report = taken.report
    found: dict[str, Any] = {
        "contacts_added": taken.contacts_added, "what": taken.kind, "format": taken.format,
        "encoding": taken.encoding, "delimiter": taken.delimiter, "header_line": taken.header_line,
        "columns_read": list(taken.read), "columns_not_read": list(taken.not_read), "mapped": list(taken.mapped),
        "sheet": taken.sheet, "other_sheets": list(taken.other_sheets),
        "problems": problems(report.problems), "warnings": problems(report.warnings),
    }  # fmt: skip
    if report.plan is not None:
        rows = [
            {"line": row.line, "outcome": row.outcome, "contact": row.who, "changes": changes_of(row),
             "reason": row.reason}
            for _, row in sorted(report.plan.items())
        ]  # fmt: skip
        found["rows"] = Table(ROW_COLUMNS, rows)
    return found


def problems(found: Sequence[tuple[int, str]]) -> Table:
    return Table(PROBLEM_COLUMNS, [{"line": line, "reason": reason} for line, reason in found])


def line_of(row: Planned, plan: bool) -> str:
    """`Line 3, to update, Ann Lee: company Old -> New; phone + 202-555-0101`."""
    outcome = {"added": "to add", "updated": "to update"}.get(row.outcome, row.outcome) if plan else row.outcome
    said = changes_of(row) or row.reason or ""
    who = f", {row.who}" if row.who else ""
    return f"Line {row.line}, {outcome}{who}" + (f": {said}" if said else "")


def changes_of(row: Planned) -> str:
    return "; ".join(
        f"{name.replace('_', ' ')} {brief(before)} -> {brief(after)}" if before else
        f"{name.replace('_', ' ')} + {brief(after)}"
        for name, before, after in row.changes
    )  # fmt: skip


def brief(text: str | None) -> str:
    plain = " ".join((text or "").split())
    return plain if len(plain) <= 60 else f"{plain[:59]}…"


def took_for(taken: Taken, name: str) -> str:
    """`people.csv: contacts, comma, utf-8, header on line 1`."""
    if taken.format == "salesflow-whole":
        return f"{name}: contacts, a salesflow export, whole"
    own = ", a salesflow export" if taken.format.startswith("salesflow-") else ""
    what = taken.title or f"{taken.kind}{own}"
    if taken.sheet is not None:
        header = f"header in row {taken.header_line}" if taken.header_line else "no header"
        return f'{name}: {what}, sheet "{taken.sheet}", {header}'
    if taken.delimiter is None:
        return f"{name}: {what}, {taken.encoding}"
    header = f"header on line {taken.header_line}" if taken.header_line else "no header"
    return f"{name}: {what}, {DELIMITERS.get(taken.delimiter, taken.delimiter)}, {taken.encoding}, {header}"


def counted(reports: Sequence[Report], *, dry: bool) -> str:
    added, updated, same, refused = (
        sum(getattr(report, outcome) for report in reports) for outcome in ("added", "updated", "same", "refused")
    )
    if dry:
        rows = added + updated + same + refused
        return (
            f"{added:,} to add, {updated:,} to update, {same:,} the same, {refused:,} refused: "
            f"{rows:,} {'row' if rows == 1 else 'rows'}"
        )
    return f"{added:,} added, {updated:,} updated, {same:,} the same, {refused:,} refused"


def listed(word: str, found: Sequence[tuple[int, str]], total: int) -> list[str]:
    """What is wrong, each reason once with its first lines."""
    by_reason: dict[str, list[int]] = {}
    for line, reason in found:
        by_reason.setdefault(reason, []).append(line)
    lines = []
    for reason, where in list(by_reason.items())[:SHOWN]:
        numbers = ", ".join(map(str, where[:3])) + (f" and {len(where) - 3:,} more" if len(where) > 3 else "")
        lines.append(f"{word}line{'s' if len(where) > 1 else ''} {numbers}: {reason}")
    if len(by_reason) > SHOWN or total > len(found):
        lines.append(
            f"{word}{total:,} in all; --json has {'all' if total <= len(found) else f'the first {len(found):,}'}"
        )
    return [f"{line[:1].upper()}{line[1:]}" for line in lines]


def formats_table() -> Table:
    """What `import` knows of, by the name that --as takes."""
    from salesflow.importers import formats

    columns = (Column("name", "name", firm=True), Column("what", "what"), Column("title", "file"))
    rows = [{"name": found.name, "what": found.kind, "title": found.title} for found in formats.registered()]
    rows += [{"name": name, "what": what, "title": title} for name, what, title in formats.BESIDES]
    return Table(columns, sorted(rows, key=lambda row: str(row["name"])), ids="name")
