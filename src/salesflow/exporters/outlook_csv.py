"""Contacts as Outlook takes them in: CSV under the 92 English headings of classic Outlook, in UTF-8 with its mark.

The new Outlook, Outlook on the web and Excel read UTF-8, Excel only with the mark. Classic Outlook reads the code page
of its Windows: there plain letters come in right, and `Title`, the first heading, which stays empty here, is all that
the mark costs; accents come in right from a vCard, or when Excel has saved the file as CSV once. Days are ISO, which
Windows reads in every country. Outlook has three e-mails and no labels: what finds no place is in the notes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from salesflow.dates import say_birthday
from salesflow.exporters.google_csv import by_kind, named
from salesflow.records import exporting

MARK = "\ufeff"
HEADER = (
    "Title", "First Name", "Middle Name", "Last Name", "Suffix", "Company", "Department", "Job Title",
    "Business Street", "Business Street 2", "Business Street 3", "Business City", "Business State",
    "Business Postal Code", "Business Country/Region", "Home Street", "Home Street 2", "Home Street 3", "Home City",
    "Home State", "Home Postal Code", "Home Country/Region", "Other Street", "Other Street 2", "Other Street 3",
    "Other City", "Other State", "Other Postal Code", "Other Country/Region", "Assistant's Phone", "Business Fax",
    "Business Phone", "Business Phone 2", "Callback", "Car Phone", "Company Main Phone", "Home Fax", "Home Phone",
    "Home Phone 2", "ISDN", "Mobile Phone", "Other Fax", "Other Phone", "Pager", "Primary Phone", "Radio Phone",
    "TTY/TDD Phone", "Telex", "Account", "Anniversary", "Assistant's Name", "Billing Information", "Birthday",
    "Business Address PO Box", "Categories", "Children", "Directory Server", "E-mail Address", "E-mail Type",
    "E-mail Display Name", "E-mail 2 Address", "E-mail 2 Type", "E-mail 2 Display Name", "E-mail 3 Address",
    "E-mail 3 Type", "E-mail 3 Display Name", "Gender", "Government ID Number", "Hobby", "Home Address PO Box",
    "Initials", "Internet Free Busy", "Keywords", "Language", "Location", "Manager's Name", "Mileage", "Notes",
    "Office Location", "Organizational ID Number", "Other Address PO Box", "Priority", "Private", "Profession",
    "Referred By", "Sensitivity", "Spouse", "User 1", "User 2", "User 3", "User 4", "Web Page",
)  # fmt: skip
# By kind and label where it belongs, the first that is free; "" is for what has no label, or found no place.
PLACES: dict[str, dict[str, tuple[str, ...]]] = {
    "phone": {
        "mobile": ("Mobile Phone",), "iphone": ("Mobile Phone",), "main": ("Company Main Phone",),
        "work": ("Business Phone", "Business Phone 2"), "home": ("Home Phone", "Home Phone 2"),
        "fax": ("Business Fax",), "work fax": ("Business Fax",), "home fax": ("Home Fax",), "pager": ("Pager",),
        "car": ("Car Phone",), "": ("Primary Phone", "Other Phone"),
    },
    "email": {"": ("E-mail Address", "E-mail 2 Address", "E-mail 3 Address")},
    "address": {"work": ("Business Street",), "home": ("Home Street",), "": ("Other Street",)},
    "link": {"": ("Web Page",)},
}  # fmt: skip
WORDS = {"phone": "Phone", "email": "E-mail", "address": "Address", "link": "Link"}


def rows(conn: sqlite3.Connection, ids: Sequence[int]) -> Iterator[list[str]]:
    """The header, then each contact but the walk-in one; cells as they are, not yet made safe for spreadsheets."""
    yield list(HEADER)
    for row, parts in exporting.contacts(conn, exporting.named(conn, ids), ("points", "tags")):
        cells = record(row, parts["points"], [tag["tag"] for tag in parts["tags"]])
        yield [cells.get(heading, "") for heading in HEADER]


def record(row: sqlite3.Row, points: Sequence[sqlite3.Row], tags: Sequence[str]) -> dict[str, str]:
    """The cells of a contact by their headings."""
    names = named(row)
    cells = {
        "First Name": names.get("First Name", ""), "Last Name": names.get("Last Name", ""),
        "Suffix": names.get("Name Suffix", ""), "Company": names["Organization Name"],
        "Job Title": row["job_title"] or "", "Categories": ";".join(tag.replace(";", ",") for tag in tags),
        "Referred By": row["referrer"] or "",
    }  # fmt: skip
    notes = [row["note"]] if row["note"] else []
    for kind, found in by_kind(points).items():
        for point in found:
            ways = PLACES.get(kind)
            if ways is None:
                continue
            wanted = (*ways.get(point["label"] or "", ()), *ways[""])
            place = next((heading for heading in wanted if heading not in cells), None)
            if place:
                cells[place] = point["value"]
                if kind == "email":
                    cells[place.replace("Address", "Type")] = "SMTP"
                    cells[place.replace("Address", "Display Name")] = row["name"]
            else:
                label = f" ({point['label']})" if point["label"] else ""
                notes.append(f"{WORDS[kind]}{label}: {point['value']}")
    if birthday := row["birthday"]:
        if birthday.startswith("--"):  # Outlook has no day without a year, and would invent one
            notes.append(f"Birthday: {say_birthday(birthday)}")
        else:
            cells["Birthday"] = birthday
    cells["Notes"] = "\n".join(notes)
    return cells
