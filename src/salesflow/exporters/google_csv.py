"""Contacts as Google Contacts takes them in: CSV under the headings it writes itself since 2024.

E-mails, phones, addresses and websites have as many columns as the contact with the most has. Google joins several
labels with ` ::: `, and puts whoever is in `* myContacts` among one's contacts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from salesflow.exporters.vcard import parted
from salesflow.records import exporting

FIRST = (
    "First Name", "Middle Name", "Last Name", "Phonetic First Name", "Phonetic Middle Name", "Phonetic Last Name",
    "Name Prefix", "Name Suffix", "Nickname", "File As", "Organization Name", "Organization Title",
    "Organization Department", "Birthday", "Notes", "Photo", "Labels",
)  # fmt: skip
GROUPS = {
    "email": ("E-mail {} - Label", "E-mail {} - Value"),
    "phone": ("Phone {} - Label", "Phone {} - Value"),
    "address": (
        "Address {} - Label", "Address {} - Formatted", "Address {} - Street", "Address {} - City",
        "Address {} - PO Box", "Address {} - Region", "Address {} - Postal Code", "Address {} - Country",
        "Address {} - Extended Address",
    ),
    "link": ("Website {} - Label", "Website {} - Value"),
}  # fmt: skip
VALUE = {kind: 2 if kind == "address" else 1 for kind in GROUPS}  # which of the columns has it: an address its street
LABELS = frozenset({"work", "home", "mobile", "main", "other", "pager", "home fax", "work fax"})


def rows(conn: sqlite3.Connection, ids: Sequence[int]) -> Iterator[list[str]]:
    """The header, then each contact but the walk-in one; cells as they are, not yet made safe for spreadsheets."""
    ids = exporting.named(conn, ids)
    most = exporting.most_points(conn, ids)
    places = [(kind, number) for kind in GROUPS for number in range(max(1, most.get(kind, 0)))]
    yield [*FIRST, *(heading.format(number + 1) for kind, number in places for heading in GROUPS[kind])]
    for row, parts in exporting.contacts(conn, ids, ("points", "tags")):
        cells = dict.fromkeys(FIRST, "") | named(row) | {
            "Organization Title": row["job_title"] or "", "Birthday": row["birthday"] or "", "Notes": row["note"] or "",
            "Labels": " ::: ".join([*(tag["tag"].replace(" ::: ", " ") for tag in parts["tags"]), "* myContacts"]),
        }  # fmt: skip
        points = by_kind(parts["points"])
        found = [cells[heading] for heading in FIRST]
        for kind, number in places:
            group = [""] * len(GROUPS[kind])
            if number < len(points.get(kind, ())):
                point = points[kind][number]
                group[0], group[VALUE[kind]] = labelled(point["label"]), point["value"]
            found += group
        yield found


def named(row: sqlite3.Row) -> dict[str, str]:
    """A company has no names, only that of its organization; of a person the parts give the whole name again."""
    if row["kind"] == "company":
        return {"Organization Name": row["name"]}
    family, given, _, _, suffix = parted(row["name"])
    if " ".join(filter(None, (given, family, suffix))) != row["name"]:  # the family comes first; Google joins them so
        family, given = "", row["name"]
    return {
        "First Name": given, "Last Name": family, "Name Suffix": suffix, "Organization Name": row["company"] or "",
    }  # fmt: skip


def labelled(label: str | None) -> str:
    return " ".join(word.capitalize() for word in label.split()) if label in LABELS else label or ""


def by_kind(points: Sequence[sqlite3.Row]) -> Mapping[str, list[sqlite3.Row]]:
    found: dict[str, list[sqlite3.Row]] = {}
    for point in points:
        found.setdefault(point["kind"], []).append(point)
    return found
