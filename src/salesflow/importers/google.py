"""Google Contacts: of before 2024 (`Given Name`, `- Type`) and of today (`First Name`, `- Label`).

Of every way to reach somebody there may be any number of columns, and several values in one cell, with ` ::: ` between.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from salesflow.importers.delimited import Row
from salesflow.importers.formats import Format, Places, marks
from salesflow.width import undefuse

_MORE = " ::: "
_PARTS = {
    "Street": "street", "Extended Address": "street", "PO Box": "street", "City": "city", "Region": "region",
    "Postal Code": "postcode", "Country": "country",
}  # fmt: skip
_UNREAD = (
    "Yomi Name", "Given Name Yomi", "Additional Name Yomi", "Family Name Yomi", "Phonetic First Name",
    "Phonetic Middle Name", "Phonetic Last Name", "Organization 1 - Yomi Name", "File As", "Initials", "Short Name",
    "Gender", "Directory Server", "Mileage", "Sensitivity", "Priority", "Subject", "Language", "Photo",
    "Organization 1 - Symbol", "Organization 1 - Type",
)  # fmt: skip

_NAMES = frozenset(
    (
        "name", "nickname", "first name", "given name", "last name", "family name", "organization name",
        "organization 1 - name",
    )
)  # fmt: skip


def tidied(rows: Iterable[Row], places: Places, _name: str) -> Iterator[Row]:
    """Labels without Google's own, one spelling of an address, firms and custom fields with a mark of ours."""
    of = places.get
    labels = [place for place in (of("group membership"), of("labels")) if place is not None]
    named = [place for heading, place in places.items() if heading in _NAMES]
    filed, first = of("file as"), of("first name", of("given name"))
    addresses, boxes, texts = [], [], []
    for heading, place in places.items():
        if group := re.fullmatch(r"(address \d+ - )formatted", heading):
            parts = [at for part in _PARTS if (at := of(group[1] + part.lower())) is not None]
            addresses.append((place, parts))
        elif re.fullmatch(r"address \d+ - po box", heading):
            boxes.append(place)
        elif re.fullmatch(r"(?:organization|relation|event|custom field|jot|im)\b.*", heading):
            texts.append(place)
    for line, row in rows:
        if isinstance(row, list):
            row[:] = [undefuse(cell) if cell[:1] == "'" else cell for cell in row]  # as our own export guards them
            for place in labels:
                row[place] = groups(row[place])
            for place, parts in addresses:
                if row[place] and any(row[part] for part in parts):
                    row[place] = ""  # the same once more, in one piece
            for place in boxes:
                if row[place].strip().isdecimal():
                    row[place] = f"PO Box {row[place].strip()}"
            for place in texts:
                if _MORE in row[place]:
                    row[place] = row[place].replace(_MORE, "; ")
            if filed is not None and first is not None and row[filed] and not any(row[place] for place in named):
                row[first] = row[filed]
        yield line, row


def groups(text: str) -> str:
    """The labels of a contact; `* myContacts`, which everybody has, is none, and `* starred` is starred."""
    if not text:
        return ""
    found = (label.strip().removeprefix("* ") for label in text.split(_MORE))
    # The mark at the end says that a comma in a label is a part of it.
    return "".join(f"{label}{_MORE}" for label in found if label and label.lower() != "mycontacts")


def _columns(kind: str) -> dict[str, str]:
    """What both have; kind: what the columns of labels are called."""
    return {
        **dict.fromkeys(_UNREAD, ""),
        **{f"{what} 1 - {kind}": "" for what in _LABELLED},
        "Name Prefix": "prefix", "Name Suffix": "suffix", "Nickname": "nickname", "Birthday": "birthday",
        "Notes": "note", "E-mail 1 - Value": "email", "Phone 1 - Value": "phone", "Website 1 - Value": "link",
        "Address 1 - Formatted": "address", **{f"Address 1 - {part}": field for part, field in _PARTS.items()},
        "IM 1 - Value": "extra:IM", "IM 1 - Service": "", "Event 1 - Value": "extra", "Relation 1 - Value": "extra",
        "Custom Field 1 - Value": "extra", "Jot 1 - Value": "extra",
    }  # fmt: skip


_LABELLED = ("E-mail", "Phone", "Website", "Address", "IM", "Event", "Relation", "Custom Field", "Jot")


def _labels(kind: str) -> dict[str, str]:
    beside = {
        **{f"{what} # - Value": f"{what} # - {kind}" for what in _LABELLED if what not in ("Address", "IM")},
        **{f"Address # - {part}": f"Address # - {kind}" for part in ("Formatted", *_PARTS)},
    }
    return {**beside, "IM # - Value": "IM # - Service"}


FORMATS = (
    Format(
        name="google-contacts-old",
        title="Google Contacts (before 2024)",
        kind="contacts",
        marks=marks(
            "E-mail 1 - Type", "E-mail 2 - Type", "Phone 1 - Type", "Phone 2 - Type", "Address 1 - Type",
            "Given Name Yomi", "Family Name Yomi", "Additional Name Yomi", "Organization 1 - Name",
            "Organization 1 - Title", "Group Membership,Given Name", "Group Membership,Additional Name",
            "Group Membership,Family Name", "Group Membership,Organization 1 - Name", "Given Name,Yomi Name",
            "Group Membership,E-mail 1 - Value", "Group Membership,Name",
            "Group Membership,Phone 1 - Value", "Given Name,E-mail 1 - Value", "Given Name,Phone 1 - Value",
        ),
        columns=_columns("Type") | {
            "Name": "name", "Given Name": "first_name", "Additional Name": "middle_name", "Family Name": "last_name",
            "Group Membership": "tags", "Organization 1 - Name": "company", "Organization 1 - Title": "job_title",
            "Organization 1 - Department": "extra:Department", "Organization 1 - Location": "extra:Office",
            "Organization 1 - Job Description": "extra:Job description", "Occupation": "extra", "Hobby": "extra",
            "Location": "extra", "Maiden Name": "extra", "Billing Information": "extra",
        },
        labels=_labels("Type"),
        quirks=tidied,
    ),
    Format(
        name="google-contacts-2024",
        title="Google Contacts",
        kind="contacts",
        marks=marks(
            "E-mail 1 - Label", "E-mail 2 - Label", "Phone 1 - Label", "Phone 2 - Label", "Address 1 - Label",
            "Website 1 - Label", "Custom Field 1 - Label", "Relation 1 - Label", "Event 1 - Label",
            "Phonetic First Name", "Phonetic Last Name", "Phonetic Middle Name", "Labels,Organization Name",
            "File As,Organization Name", "Labels,Organization Title", "Labels,E-mail 1 - Value",
            "Labels,Phone 1 - Value", "First Name,E-mail 1 - Value", "First Name,Phone 1 - Value",
            "Organization Name,E-mail 1 - Value",
        ),
        columns=_columns("Label") | {
            "First Name": "first_name", "Middle Name": "middle_name", "Last Name": "last_name", "Labels": "tags",
            "Organization Name": "company", "Organization Title": "job_title",
            "Organization Department": "extra:Department",
        },
        labels=_labels("Label"),
        quirks=tidied,
    ),
)  # fmt: skip
