"""What a cell says: days, amounts, names, yes and no, as files write them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b

from salesflow.dates import read_day
from salesflow.errors import Refused
from salesflow.importers.heading_words import label_words
from salesflow.importers.months import in_english
from salesflow.people import fold


def words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


YES = words("yes y true t 1 x ja j wahr oui o vrai si s verdadero vero sim tak ✓ ✔ ☑")
NO = words("no n false f 0 nein falsch non faux falso nao nee nie ✗ ✘ ☐")
UNKNOWN = words("unknown u ? unbekannt inconnu desconocido sconosciuto onbekend nieznane desconhecido")
WON = words(
    """won closedwon win sold paid success gewonnen verkauft gagne vendu ganado ganada vendido vinto vinta venduto
    verkocht wygrana wygrane sprzedane ganho ganha geschlossengewonnen abgeschlossengewonnen abgeschlossenundgewonnen
    fermegagne fermeegagnee conclu cierreganado cerradaganada cerradoganado chiusovinto chiusavinta fechadoganho
    fechadaganha geslotengewonnen zamknietewygrane vyhrano"""
)
LOST = words(
    """lost closedlost lose verloren perdu perdue perdido perdida perso persa przegrana przegrane abgesagt
    geschlossenverloren abgeschlossenverloren abgeschlossenundverloren fermeperdu fermeeperdue cierreperdido
    cerradaperdida cerradoperdido chiusoperso chiusapersa fechadoperdido fechadaperdida geslotenverloren
    zamknieteprzegrane prohrano"""
)
OPEN = words(
    """open active inprogress pending new offen laufend aktiv ouvert encours abierto abierta aperto aperta
    inlavorazione lopend otwarta otwarte aberto aberta emandamento"""
)
AGREED = words("subscribed optin optedin doubleoptin confirmed marketingcontact granted allowed angemeldet abonne")
REFUSED = words(
    """unsubscribed optout optedout cleaned bounced blacklisted blocklisted denied abgemeldet desabonne
    notsubscribed"""
)
PRIORITIES = {
    "a": "A", "1": "A", "high": "A", "hoch": "A", "haute": "A", "alta": "A", "hoog": "A", "wysoki": "A",
    "b": "B", "2": "B", "medium": "B", "normal": "B", "mittel": "B", "moyenne": "B", "media": "B", "gemiddeld": "B",
    "c": "C", "3": "C", "low": "C", "niedrig": "C", "basse": "C", "baja": "C", "bassa": "C", "laag": "C", "niski": "C",
}  # fmt: skip
# Chinese, Japanese and Korean names: what stands first is the family's.
FAMILY_FIRST = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_FIRM = "company|firm|business|organi[sz]ation|firma|unternehmen|entreprise|empresa|azienda|bedrijf"
_AFTER_NAME = (
    r"(?i)(?:inc|llc|ltd|plc|gmbh|ag|kg|co|corp|jr|sr|ii|iii|iv|phd|md|esq|s\.?a|s\.?l|b\.?v|sp\. ?z ?o\. ?o)\.?"
)


def blank(text: str) -> bool:
    """`-`, `n/a`, `0/0/00`: nothing is said."""
    return (
        not any(map(str.isalnum, text)) or text.strip().strip("0/.-: ") == "" or text.strip().lower() in ("n/a", "null")
    )


def day(text: str, order: str, today: date) -> str:
    """The ISO day that a cell writes out; a time of day behind it is left out. Raises Refused.

    `fri` and `12 dec` mean another day whenever the file is read, so they are none here.
    """
    plain = text.strip()
    if len(plain) == 10 and plain[4] == plain[7] == "-":
        return read_day(plain, today, order).isoformat()
    return counted_day(plain) or _day(plain, order, today)


def counted_day(text: str) -> str | None:
    """A day as spreadsheets keep it, `46266` or, with its time of day, `46266,396`; from 1927 to 2119."""
    if not re.fullmatch(r"[1-7]\d{4}(?:[.,]\d+)?", text):
        return None
    return (date(1899, 12, 30) + timedelta(int(text[:5]))).isoformat()


def whole_id(text: str) -> str | None:
    """An id as a shop or a CRM gave it; None for a number that a spreadsheet rounded, so that many have the same."""
    plain = text.strip()
    if re.fullmatch(r"(?i)\d(?:[.,]\d+)?E\+?\d+", plain) or re.fullmatch(r"[1-9]\d{14}0{3,}", plain):
        return None
    return plain


@lru_cache(4096)
def _day(text: str, order: str, today: date) -> str:
    plain = in_english(re.sub(r"(?<=\d)(?:T|,? )\d{1,2}:\d\d.*$", "", text))
    found = read_day(plain, today, order)
    # What is counted from today moves with it.
    if any(read_day(plain, today + timedelta(away), order) != found for away in (1, 400)):
        raise Refused(f'"{text[:40]}" is a day without a year; in a file a day is written 2026-12-31')
    return found.isoformat()


def date_order(values: Iterable[str], usual: str) -> str:
    """How a column writes its days: as the values that can be read one way only show, else as usual."""
    firsts = seconds = dotted = 0
    for value in values:
        if found := re.match(r"\s*(\d{1,2})([/.-])(\d{1,2})\2\d", value):
            firsts += int(found[1]) > 12
            seconds += int(found[3]) > 12
            dotted += found[2] == "."
    if bool(firsts) == bool(seconds):
        # Where days are written with dots, the month stands in the middle.
        return "dmy" if dotted and not firsts else usual
    return "dmy" if firsts else "mdy"


def decimal_mark(values: Iterable[str], usual: str) -> str:
    """Which of `,` and `.` stands before decimals in a column: as values that leave no doubt show, else as usual."""
    found = {value.rstrip(" €$£")[-3] for value in values if re.search(r"\d[.,]\d\d(?: ?[€$£])?\s*$", value)}
    return found.pop() if len(found) == 1 else usual


def word(text: str) -> str:
    """A state as it is compared: `Closed Won` and `closed-won` are `closedwon`."""
    return "".join(filter(str.isalnum, fold(text)))


def outcome(text: str) -> str | None:
    """won, lost or open, in the words of eight languages; None for anything else."""
    found = word(text)
    return "won" if found in WON else "lost" if found in LOST else "open" if found in OPEN else None


def answer(text: str) -> str | None:
    """yes, no or unknown; None for anything else."""
    found = fold(text)
    return "yes" if found in YES else "no" if found in NO else "unknown" if found in UNKNOWN else None


def agreed(text: str) -> str | None:
    """yes, no or unknown to being written to: `subscribed`, `unsubscribed` and `cleaned` say it too."""
    found = word(text)
    return "yes" if found in AGREED else "no" if found in REFUSED else answer(text)


def rating(text: str) -> int | None:
    """1 to 5, from a number or stars; None for anything else."""
    plain = text.strip()
    if set(plain) <= set("★*☆"):
        stars = len(plain.replace("☆", ""))
        return stars if 1 <= stars <= 5 else None
    found = re.fullmatch(r"([1-5])(?:[.,]0+)?(?: ?/ ?5)?", plain)
    return int(found[1]) if found else None


def kind(text: str) -> str:
    """person or company."""
    return "company" if re.search(_FIRM, fold(text)) else "person"


def tags(text: str) -> list[str]:
    """Tags with something between them; in quotes, as `"VIP","Spring, 2026"`, a comma may be part of one."""
    if text.lstrip().startswith('"'):
        return [tag.strip() for tag in next(csv.reader([text.strip()], skipinitialspace=True), []) if tag.strip()]
    marks = " ::: " if " ::: " in text else r"[,;\n]"
    return [tag.strip() for tag in re.split(marks, text) if tag.strip()]


def whole_name(text: str) -> str:
    """`Müller, Zoé` is Zoé Müller; `Example, Inc.` stays."""
    last, comma, first = text.partition(",")
    first, last = first.strip(), last.strip()
    if not comma or "," in first or not first or not last or re.fullmatch(_AFTER_NAME, first):
        return text
    return f"{first} {last}"


def address(parts: dict[str, list[str]]) -> str:
    """One line of what the parts of an address say."""
    lines = [*parts.get("address", ()), *parts.get("street", ())]
    city, region, postcode = (" ".join(parts.get(name, ())) for name in ("city", "region", "postcode"))
    if region:
        place = ", ".join(text for text in (city, f"{region} {postcode}".strip()) if text)
    else:
        place = f"{postcode} {city}".strip()
    return ", ".join(text for text in (*lines, place, *parts.get("country", ())) if text)


def label(text: str) -> str | None:
    """What a file calls a way to reach somebody: `* Mobile` is mobile, `_$!<Home>!$_` home, `Privat` home."""
    plain = re.sub(r"^(?:\* ?)+|_\$!<|>!\$_", "", text).strip()
    found = label_words().get(fold(plain))
    if found is None and " " in plain:  # a fax at work is a fax
        said = {label_words().get(word) for word in fold(plain).split()}
        found = next((name for name in ("fax", "mobile") if name in said), None)
    return found or plain.lower() or None


def one_line(text: str) -> str:
    """An address as a file has it, or a part of one: lines become commas."""
    return ", ".join(line for part in text.splitlines() if (line := " ".join(part.split()).rstrip(",")))


def inside_a_firm(kind: str, text: str) -> bool:
    """`/o=Firm/ou=.../cn=bob`: by which Exchange knows a colleague."""
    return kind == "email" and re.match(r"(?i)\s*(?:ex:)?/o=.*/", text) is not None


def keep(kept: list[tuple[str, str]], heading: str, text: str) -> None:
    """Below a heading that is there already, what more stands under it: two children of one person."""
    for place, (name, before) in enumerate(kept):
        if fold(name) == fold(heading):
            kept[place] = name, before if text in before.split("; ") else f"{before}; {text}"
            return
    kept.append((heading, text))


def several(kind: str, text: str) -> list[str]:
    """The e-mails, phones or links in one cell, where it holds more than one, or one with words around it."""
    if kind == "email":
        return re.findall(r"""[^\s<>()\[\],;:"]+@[^\s<>()\[\],;:"]+""", text)
    marks = r"[;,\n]| ::: | / " if kind == "phone" else r"[;\s]"
    parts = [part.strip() for part in re.split(marks, text) if part.strip()]
    if kind == "phone" and any(sum(map(str.isdigit, part)) < 5 for part in parts):
        return []
    return parts if len(parts) > 1 else []


def seed(*parts: object) -> bytes:
    """What a row's hash begins with: the header, and whatever else makes the same cells say something else."""
    return "\x1e".join(map(repr, parts)).encode(errors="backslashreplace")


def hashed(row: Sequence[str], seed: bytes) -> str:
    """By which a row is known again."""
    text = "\x1f".join(row).rstrip("\x1f")
    return blake2b(seed + text.encode(errors="backslashreplace"), digest_size=12).hexdigest()
