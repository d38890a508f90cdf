"""Mailchimp: one file a status, which stands in the file's name; when and whence somebody signed up proves consent.

Whoever has unsubscribed, or whose address is dead (`cleaned`), gets no more e-mail: that is a no with its day. Somebody
new of whom nothing else is known is no lead either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from salesflow.importers.delimited import Refusal, Row
from salesflow.importers.formats import Format, Places, marks

# `nonsubscribed` never agreed to anything, and never said no.
_STATUS = re.compile(r"(?<![a-z])(non[-_ ]?subscribed|unsubscribed|subscribed|cleaned)(?![a-z])", re.IGNORECASE)
_STORY = (
    ("optin", "opted in"), ("confirm", "confirmed"), ("unsub", "unsubscribed"), ("clean", "address dead, cleaned"),
)  # fmt: skip


def quirks(rows: Iterable[Row], places: Places, name: str) -> Iterator[Row]:
    """The story of each address in words where its instants stood; consent and its day in columns of our own."""
    named = _STATUS.search(name)
    of_file = named[1].lower() if named else ""
    birthday = places.get("birthday")
    for line, row in rows:
        if isinstance(row, Refusal):
            yield line, row
            continue
        row = list(row)
        days = {word: _told(row, places, word, said) for word, said in _STORY}
        if birthday is not None:
            row[birthday] = _yearless(row[birthday])
        since = days["optin"] or days["confirm"]
        ended = days["unsub"] or days["clean"] or of_file in ("unsubscribed", "cleaned")
        # Without a word in the name a file of subscribers has neither of the columns that the others have.
        agreed = of_file == "subscribed" or (not of_file and since)
        yield line, [
            *row, "no" if ended else "yes" if agreed else "", (days["unsub"] or days["clean"] if ended else since)[:10],
            since[:10], "yes" if ended else "",
        ]  # fmt: skip


def _told(row: list[str], places: Places, word: str, said: str) -> str:
    """The instant of one event, told in its own cell with what stands beside it: from where, after what, why."""
    at = places.get(f"{word}_time")
    when = row[at].strip() if at is not None else ""
    beside = [
        (before, row[place].strip()) for column, before in (
            (f"{word}_ip", " from "), (f"{word}_campaign_title", " after "), (f"{word}_reason", ", reason: "),
            (f"{word}_reason_other", ", "),
        ) if (place := places.get(column)) is not None
    ]  # fmt: skip
    for column in ("ip", "campaign_title", "campaign_id", "reason", "reason_other"):
        if (place := places.get(f"{word}_{column}")) is not None:
            row[place] = ""
    if at is not None and when:
        row[at] = f"{said} {when}" + "".join(f"{before}{text}" for before, text in beside if text)
    return when


def _yearless(text: str) -> str:
    """`04/12` is 12 April, and where no month is meant so, `27/04` is the 27th: a day without its year."""
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})", text.strip())
    if not found:
        return text
    month, day = (found[1], found[2]) if int(found[1]) <= 12 else (found[2], found[1])
    return f"--{month:0>2}-{day:0>2}"


def _evidence(*words: str) -> dict[str, str]:
    parts: Sequence[str] = ("TIME", "IP", "CAMPAIGN_TITLE", "CAMPAIGN_ID", "REASON", "REASON_OTHER")
    return {f"{word}_{part}": "evidence:email" for word in words for part in parts}


FORMATS = (
    Format(
        name="mailchimp-audience",
        title="Mailchimp audience",
        kind="contacts",
        marks=marks(
            "LEID,EUID", "MEMBER_RATING,OPTIN_TIME", "MEMBER_RATING,LAST_CHANGED", "OPTIN_TIME,CONFIRM_TIME",
            "UNSUB_TIME,UNSUB_REASON", "UNSUB_TIME,LAST_CHANGED", "CLEAN_TIME,LAST_CHANGED", "MEMBER_RATING,EUID",
        ),
        system="mailchimp",
        columns={
            "Email Address": "email", "First Name": "first_name", "Last Name": "last_name", "Address": "address",
            "Phone Number": "phone", "Birthday": "birthday", "LEID": "id", "EUID": "id", "NOTES": "note",
            "TAGS": "tags", "MEMBER_RATING": "", "LAST_CHANGED": "", "LATITUDE": "", "LONGITUDE": "", "GMTOFF": "",
            "DSTOFF": "", "TIMEZONE": "", "CC": "", "REGION": "", **_evidence("OPTIN", "CONFIRM", "UNSUB", "CLEAN"),
        },
        added={
            "consent": "consent:email", "consent since": "consent_on:email", "known since": "created_on",
            "no more": "off_list_if_new",
        },
        quirks=quirks,
    ),
)  # fmt: skip
