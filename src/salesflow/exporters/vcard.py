"""Contacts as vCards, for phones and address books: version 3.0, which all of them read.

iOS, Android, Outlook and Google write 3.0 themselves and read it best; of 4.0 some read nothing, and 2.1 has no
categories and no lasting UTF-8. A birthday without a year is written as Apple writes it. What vCard has no word for
stands in lines named X-SALESFLOW-, which other programs pass over and our own import reads. The UID stays the same
each time: the one a contact came with, else one made of the file's id, the contact's and the instant it was made.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from salesflow.records import exporting
from salesflow.records.settings import file_id

PRODID = "-//salesflow//EN"
TYPES = {
    "phone": {
        "mobile": "CELL", "work": "WORK", "home": "HOME", "main": "MAIN", "other": "OTHER", "pager": "PAGER",
        "car": "CAR", "fax": "FAX", "work fax": "WORK;TYPE=FAX", "home fax": "HOME;TYPE=FAX",
        "iphone": "IPHONE;TYPE=CELL",
    },
    "email": {"work": "WORK", "home": "HOME", "other": "OTHER"},
    "address": {"work": "WORK", "home": "HOME", "other": "OTHER"},
    "link": {"work": "WORK", "home": "HOME", "other": "OTHER"},
}  # fmt: skip
HEADS = {"phone": "TEL", "email": "EMAIL;TYPE=INTERNET", "address": "ADR", "link": "URL"}
SPECIAL = re.compile("[\\\\,;\x00-\x1f\x7f-\x9f\u2028\u2029]")
# Whatever some reader takes for the end of a line is a new line; other control characters go.
PLAIN = dict.fromkeys((*range(9), *range(14, 28), 31, *range(127, 160))) | dict.fromkeys(
    (11, 12, 13, 28, 29, 30, 0x85, 0x2028, 0x2029), "\n"
)
ESCAPED = {ord("\\"): "\\\\", ord("\n"): "\\n", ord(","): "\\,", ord(";"): "\\;"}
IN_LINK = {ord("\\"): "\\\\", ord("\n"): "\\n"}
FAMILY_FIRST = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]")
SUFFIX = re.compile(r"(?i)(?:jr|sr|ii|iii|iv|phd|md|esq)\.?")

Parts = Mapping[str, Sequence[sqlite3.Row]]


def cards(conn: sqlite3.Connection, ids: Sequence[int]) -> Iterator[str]:
    """Each contact as the text of its card; the walk-in contact is nobody, and left out."""
    ids, made_in = exporting.named(conn, ids), file_id(conn)
    referrers = exporting.referrers(conn, ids)
    for row, parts in exporting.contacts(conn, ids, ("points", "tags")):
        yield "".join(map(folded, card(row, parts, made_in, ids, referrers)))


def card(row: sqlite3.Row, parts: Parts, made_in: str, ids: Sequence[int], referrers: set[int]) -> Iterator[str]:
    """Its lines, not yet folded."""
    name = row["name"]
    yield "BEGIN:VCARD"
    yield "VERSION:3.0"
    yield f"PRODID:{PRODID}"
    yield f"UID:{uid(row, parts, made_in)}"
    if row["kind"] == "company":
        yield "N:;;;;"
        yield f"FN:{escaped(name)}"
        yield f"ORG:{escaped(name)};"
        yield "X-ABShowAs:COMPANY"
        yield from said("X-SALESFLOW-COMPANY", row["company"])
    else:
        yield f"N:{';'.join(map(escaped, parted(name)))}"
        yield f"FN:{escaped(name)}"
        yield from said("ORG", row["company"])
    yield from said("TITLE", row["job_title"])
    yield from points(parts["points"])
    if birthday := row["birthday"]:
        # 1604 was a leap year: 29 February has a day in it.
        yield f"BDAY;X-APPLE-OMIT-YEAR=1604:1604-{birthday[2:]}" if birthday[0] == "-" else f"BDAY:{birthday}"
    if tags := [text for tag in parts["tags"] if (text := trimmed(tag["tag"]))]:
        yield f"CATEGORIES:{','.join(tags)}"
    yield from said("NOTE", row["note"])
    for column in ("source", "source_detail", "rating", "priority", "alarm_days"):
        yield from said(f"X-SALESFLOW-{column.upper().replace('_', '-')}", row[column])
    if row["id"] in referrers:
        yield f"X-SALESFLOW-REF:{exporting.ref(ids, row['id'])}"
    if row["referrer"]:
        number = exporting.ref(ids, row["referred_by_id"])
        yield f"X-SALESFLOW-REFERRED-BY:{escaped(row['referrer'])}{'' if number is None else f';REF;{number}'}"
    if row["off_list_on"]:
        yield f"X-SALESFLOW-OFF-LIST:{row['off_list_on']};{escaped(row['off_list_why'] or '')}"
    yield f"X-SALESFLOW-SINCE:{row['created_on']}"
    yield "END:VCARD"


def said(head: str, value: str | int | None) -> Iterator[str]:
    text = "" if value is None else plain(str(value))
    if text and not text.isspace():
        yield f"{head}:{escaped(text)}"


def points(found: Sequence[sqlite3.Row]) -> Iterator[str]:
    """Phones, e-mails, addresses and links in their order; a label of one's own has a group, as Apple has it."""
    item, uids = 0, 0
    for point in found:
        kind, label, value = point["kind"], trimmed(point["label"] or ""), plain(point["value"]).strip()
        if not value:
            continue
        if kind == "id":
            uids += label == "vcard"
            if label != "vcard" or uids > 1:
                yield f"X-SALESFLOW-ID:{label};{escaped(value)}"
            continue
        text = value.translate(IN_LINK) if kind == "link" else escaped(value)
        if kind == "address":
            text = f";;{text};;;;"
        types = TYPES[kind].get(label)
        if types or not label:
            yield f"{HEADS[kind]}{f';TYPE={types}' if types else ''}:{text}"
        else:
            item += 1
            yield f"item{item}.{HEADS[kind]}:{text}"
            yield f"item{item}.X-ABLabel:{label}"


def uid(row: sqlite3.Row, parts: Parts, made_in: str) -> str:
    for point in parts["points"]:
        if point["kind"] == "id" and point["label"] == "vcard" and (text := trimmed(point["value"])):
            return text
    made_at = "".join(filter(str.isdigit, row["created_at"]))
    return f"{made_in}-{row['id']}-{made_at}@salesflow"


def parted(name: str) -> tuple[str, str, str, str, str]:
    """Family, given, additional names, prefixes, suffixes: together, as a phone shows them, always the whole name.

    The last word is the family's; in Chinese, Japanese and Korean the first. One word alone is a given name.
    """
    first, *rest = name.split(" ")
    if not rest:
        return "", name, "", "", ""
    if FAMILY_FIRST.match(first):
        return first, " ".join(rest), "", "", ""
    suffix = rest.pop() if len(rest) > 1 and SUFFIX.fullmatch(rest[-1]) else ""
    return rest[-1], " ".join([first, *rest[:-1]]), "", "", suffix


def plain(text: str) -> str:
    return text.replace("\r\n", "\n").translate(PLAIN) if SPECIAL.search(text) else text


def escaped(text: str) -> str:
    return plain(text).translate(ESCAPED) if SPECIAL.search(text) else text


def trimmed(text: str) -> str:
    """Escaped, of what is kept without white space around it."""
    return escaped(plain(text).strip())


def folded(line: str) -> str:
    """The line in pieces of up to 75 octets, no character cut in two."""
    if len(line) <= 75 and (line.isascii() or len(line.encode()) <= 75):
        return line + "\r\n"
    raw, pieces, start, room = line.encode(), [], 0, 75
    while start < len(raw):
        end = min(start + room, len(raw))
        while end < len(raw) and raw[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(raw[start:end].decode())
        start, room = end, 74
    return "\r\n ".join(pieces) + "\r\n"
