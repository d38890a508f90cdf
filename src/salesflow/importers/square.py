"""Square: customers of the till, some of whom left nothing but a phone or a card."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from salesflow.importers.delimited import Refusal, Row
from salesflow.importers.formats import Format, Places, marks

_GUARDED = ("phone number", "reference id", "square customer id", "postal code")


def quirks(rows: Iterable[Row], places: Places, name: str) -> Iterator[Row]:
    """Without the `'` that keeps spreadsheets from counting with phones and postcodes."""
    guarded = [places[heading] for heading in _GUARDED if heading in places]
    for line, row in rows:
        if not isinstance(row, Refusal) and any(row[place].startswith("'") for place in guarded):
            row = list(row)
            for place in guarded:
                row[place] = row[place].removeprefix("'")
        yield line, row


FORMATS = (
    Format(
        name="square-customers",
        title="Square customers",
        kind="contacts",
        marks=marks("Square Customer ID", "Creation Source,Transaction Count,Lifetime Spend",
                    "Reference ID,Creation Source,First Visit", "Email Subscription Status,Instant Profile",
                    "Reference ID,Email Subscription Status,First Visit"),
        system="square",
        columns={
            "Reference ID": "id:square reference", "Square Customer ID": "id", "First Name": "first_name",
            "Last Name": "last_name", "Nickname": "nickname", "Company Name": "company", "Email Address": "email",
            "Phone Number": "phone", "Street Address 1": "street", "City": "city", "State": "region",
            "Postal Code": "postcode", "Birthday": "birthday", "Memo": "note", "First Visit": "created_on",
            "Email Subscription Status": "consent:email", "Email Unsubscribed": "opt_out:email", "Groups": "tags",
            "Creation Source": "", "Last Visit": "", "Transaction Count": "", "Lifetime Spend": "",
            "Instant Profile": "", "Blocked from online booking": "",
        },
        quirks=quirks,
    ),
)  # fmt: skip
