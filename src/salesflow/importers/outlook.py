"""Outlook: of Windows (92 columns, in its user's language and code page) and of the web.

`0/0/00` is no date, an address of type EX no e-mail, and whoever stands under Referred By has sent them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from salesflow.importers.delimited import Row
from salesflow.importers.formats import Format, Places
from salesflow.importers.headings import key_of
from salesflow.importers.outlook_words import MARKS, WEB, WORDS
from salesflow.people import fold
from salesflow.width import undefuse

COLUMNS = {heading.strip(): field for field, listed in WORDS.items() for heading in listed.split("|")}
_BOXES = frozenset(
    key_of(heading) for field, listed in WORDS.items() if field.startswith("street") for heading in listed.split("|")
    if re.search(r"(?i)box|postfach|B\.P\.|postale|apartado|postbus|skrzynka|caixa", heading)
)  # fmt: skip
_NO_DAY = r"\s*(?:0{1,4}[./-]0{1,2}[./-]0{1,4}|1[./-]1[./-]4501|4501-01-01)\.?\s*"

_NAMES = frozenset(("first_name", "middle_name", "last_name", "nickname", "company"))
_WEDDING = {"Wedding day": "extra:Anniversary"}
_FEASTS = "anniversary|jahrestag|anniversaire|aniversario|anniversario|speciale datum|rocznica|datas especiais"
_BORN = ("data de nascimento", "cumpleanos", "birthday")


def tidied(rows: Iterable[Row], places: Places, _name: str) -> Iterator[Row]:
    """Days that are none left out, a box said to be one; e-mail and name from the display name where they are there."""
    keyed = [(place, key_of(heading)) for heading, place in places.items()]
    fields = {key_of(heading): field for heading, field in COLUMNS.items()}
    emails = [place for place, key in keyed if fields.get(key) == "email"]
    shown = [place for place, key in keyed if fields.get(key) == "handled" and re.search("nom|nam|nazwa", key)]
    days = [place for place, key in keyed if fields.get(key) == "birthday" or re.match(_FEASTS, key)]
    boxes = [place for place, key in keyed if key in _BOXES]
    named = [place for place, key in keyed if fields.get(key) in _NAMES]
    first = next((place for place, key in keyed if fields.get(key) == "first_name"), None)
    feast = places.get("aniversario")  # a birthday in Brazil, beside one of them the wedding day
    born = next((places[heading] for heading in _BORN if heading in places), None)
    for line, row in rows:
        if isinstance(row, list):
            row[:] = [undefuse(cell) if cell[:1] == "'" else cell for cell in row]  # as our own export guards them
            for place in days:
                if row[place] and re.fullmatch(_NO_DAY, row[place]):
                    row[place] = ""
            for place in boxes:
                if row[place].strip().isdecimal():
                    row[place] = f"PO Box {row[place].strip()}"
            for place in emails:
                if row[place].lower().startswith(("/o=", "ex:/o=")):
                    row[place] = behind(row, place, shown) or row[place]
            if first is not None and shown and not any(row[place].strip() for place in named):
                row[first] = shown_name(row, shown)
            row.append("")
            if born is not None and feast is not None:
                row[feast], row[-1] = row[born], row[feast]
        yield line, row


def behind(row: list[str], email: int, shown: list[int]) -> str | None:
    """The e-mail in the display name of an EX address, `Bob Stone (bob@stone.example)`."""
    for place in shown:
        if 0 < place - email <= 2 and (found := re.search(r"\(([^()\s@]+@[^()\s@]+)\)", row[place])):
            return found[1]
    return None


def shown_name(row: list[str], shown: list[int]) -> str:
    """`Bob Stone` of the first display name that is one."""
    names = (re.sub(r"\s*\([^()]*@[^()]*\)", "", row[place]).strip() for place in shown)
    return next((name for name in names if name and "@" not in name), "")


_MARKS = tuple(frozenset(map(fold, text.split("|"))) for text in MARKS)
FORMATS = (
    Format(
        name="outlook-classic", title="Outlook", kind="contacts", marks=_MARKS, columns=COLUMNS,
        added=_WEDDING, quirks=tidied, without=frozenset(WEB.split("|")),
    ),
    Format(
        name="outlook-web", title="Outlook on the web", kind="contacts", marks=_MARKS, columns=COLUMNS,
        added=_WEDDING, quirks=tidied,
    ),
)  # fmt: skip
