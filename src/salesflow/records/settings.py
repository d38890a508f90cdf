"""Settings: what the file knows of its owner's place and habits. Taken from the locale once, then kept here."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from salesflow.errors import NotFound, Refused
from salesflow.store.rows import insert, one, rows, update


class Settings(NamedTuple):
    """country: ISO 3166, of phone numbers without one. currency: ISO 4217, of amounts without one. marks: the
    characters between thousands and before decimals. date_order: how 03/04/2026 is read. alarm_days: how long before
    a birthday it rings. process: the one new deals follow. approach: words of a role, parted by commas, that mean an
    appointment instead of a cold visit. nudge_days: how long whoever does not answer is left alone. business: the
    seller's own name and address, a line each, as they head a quote. terms, valid_days: of a quote that says none.
    kinds: kinds of activity of the seller's own, parted by commas."""

    country: str = "US"
    currency: str = "USD"
    marks: str = ",."
    date_order: str = "ymd"
    alarm_days: int = 7
    process: str = "three-step"
    nudge_days: int = 5
    approach: str = "manager, head, director, purchasing, buyer, owner, president, chief, ceo, executive"
    business: str = ""
    terms: str = ""
    valid_days: int = 30
    kinds: str = ""


MEANINGS = {
    "country": "two letters: phone numbers without a country code are from there",
    "currency": "three letters: amounts without a currency are in it",
    "marks": "thousands mark and decimal mark, as in 1,234.50: ,.",
    "date_order": "how 03/04/2026 is read: dmy, mdy or ymd",
    "alarm_days": "days before a birthday that it shows in today",
    "process": "the process new deals follow",
    "nudge_days": "days without an answer after which today reminds you of somebody",
    "approach": "words of a role that mean an appointment, not a cold visit",
    "business": "your name and address on a quote; \\n begins a line",
    "terms": "terms of a quote that says none, such as 14 days net",
    "kinds": "kinds of activity of your own, beside call, email, visit ...: tasting, fair",
    "valid_days": "days that a quote binds when it does not say until when",
}


def read(conn: sqlite3.Connection) -> Settings:
    found = {row["name"]: row["value"] for row in rows(conn, "SELECT name, value FROM config")}
    values = {name: value for name, value in found.items() if name in Settings._fields}
    for name in ("alarm_days", "nudge_days", "valid_days"):
        if name in values:
            values[name] = int(values[name])
    return Settings(**values)


def put(conn: sqlite3.Connection, name: str, value: str) -> str:
    """Set one; its value as kept. Raises NotFound for a name that is none, Refused for a value that will not do."""
    name = name.replace("-", "_")
    if name not in MEANINGS:
        raise NotFound(f"no setting {name!r}; there are: {', '.join(MEANINGS)}")
    value = cleaned(conn, name, value.strip())
    row = one(conn, "SELECT id FROM config WHERE name = :name", name=name)
    if row is None:
        insert(conn, "config", name=name, value=value)
    else:
        update(conn, "config", row["id"], value=value)
    return value


def file_id(conn: sqlite3.Connection) -> str:
    """By which exports know the file they came from: sixteen letters, made with it; copies of it have the same."""
    row = one(conn, "SELECT value FROM config WHERE name = 'file_id'")
    return str(row["value"]) if row else ""


def cleaned(conn: sqlite3.Connection, name: str, value: str) -> str:
    if name == "country":
        if len(value) != 2 or not (value.isascii() and value.isalpha()):
            raise Refused(f"no country {value!r}: two letters, such as US, GB, DE, JP")
        return value.upper()
    if name == "currency":
        from salesflow.money import read_currency

        return read_currency(value)
    if name == "marks" and not (len(value) == 2 and value[0] in ",.' " and value[1] in ",." and value[0] != value[1]):
        if value in (",", "."):
            return value
        raise Refused(f"marks are two characters, thousands then decimals, such as ,. or .,; not {value!r}")
    if name == "date_order" and value not in ("dmy", "mdy", "ymd"):
        raise Refused(f"date_order is dmy, mdy or ymd; not {value!r}")
    if name == "alarm_days" and not (value.isascii() and value.isdigit() and int(value) <= 90):
        raise Refused(f"alarm_days is a number of days from 0 to 90; not {value!r}")
    if name == "nudge_days" and not (value.isascii() and value.isdigit() and 1 <= int(value) <= 90):
        raise Refused(f"nudge_days is a number of days from 1 to 90; not {value!r}")
    if name == "process" and one(conn, "SELECT 1 FROM processes WHERE name = :value", value=value) is None:
        raise NotFound(f"no process {value!r}; see: salesflow process list")
    if name == "valid_days" and not (value.isascii() and value.isdigit() and 1 <= int(value) <= 3650):
        raise Refused(f"valid_days is a number of days from 1 to 3650; not {value!r}")
    if name in ("business", "terms"):
        from salesflow.people import check_text

        lines = check_text(value.replace("\\n", "\n"), name, 2000).split("\n")
        return "\n".join(line.strip() for line in lines).strip()
    if name == "approach":
        from salesflow.people import check_text

        found = [word.strip() for word in check_text(value, "a list of words", 1000).split(",")]
        if not any(found):
            raise Refused("approach is a list of words, such as: manager, head, owner")
        return ", ".join(word for word in found if word)
    return value
