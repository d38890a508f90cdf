"""How a vCard writes phones, addresses and profiles, and what it calls them."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

from salesflow.importers import cells
from salesflow.importers.vcard_lines import Field, split, unescaped

# Of the kinds of a phone, an e-mail or an address the first that is there is its label.
_LABELS = {
    "iphone": "iphone", "cell": "mobile", "mobile": "mobile", "pager": "pager", "main": "main", "car": "car",
    "work": "work", "home": "home", "other": "other",
}  # fmt: skip
_NO_LABEL = cells.words(
    """internet voice pref text textphone video msg x400 postal parcel intl dom isdn modem bbs sms uri unknown
    contact"""
)
PROFILES = {
    "IMPP": "Chat", "X-SOCIALPROFILE": "Profile", "SOCIALPROFILE": "Profile", "X-AIM": "AIM", "X-ICQ": "ICQ",
    "X-JABBER": "Jabber", "X-MSN": "MSN", "X-YAHOO": "Yahoo", "X-SKYPE": "Skype", "X-SKYPE-USERNAME": "Skype",
    "X-GOOGLE-TALK": "Google Talk", "X-GTALK": "Google Talk", "X-QQ": "QQ", "X-TWITTER": "Twitter",
    "X-WHATSAPP": "WhatsApp",
}  # fmt: skip
_PAUSES = frozenset(",;pw")  # before what is dialled once somebody answers

known_label = lru_cache(4096)(cells.label)


@lru_cache(4096)
def label_of(types: tuple[str, ...]) -> str | None:
    if "fax" in types:
        return next((f"{where} fax" for where in ("work", "home") if where in types), "fax")
    if found := next((_LABELS[word] for word in _LABELS if word in types), None):
        return found
    other = own_kind(types)
    return cells.label(other.removeprefix("x-")) if other else None


def own_kind(types: tuple[str, ...]) -> str:
    """The first kind that is a word of its own, like `spouse`."""
    return next((word for word in types if word not in _NO_LABEL), "")


def number(text: str) -> str:
    """`tel:+1-202-555-0101;ext=12` and `+12025550101,,12#` as one writes them: `... ext. 12`."""
    if text[:4].lower() == "tel:":
        dialled, *params = unquote(text[4:]).split(";")
        inside = next((param[4:] for param in params if param[:4].lower() == "ext="), "")
        return f"{dialled} ext. {inside}" if inside else dialled
    if not _PAUSES.isdisjoint(text) and (found := re.fullmatch(r"(.*\d)[,;pw]+(\d{1,6})#?", text)):
        return f"{found[1]} ext. {found[2]}"
    return text


def address(line: Field, own: bool) -> str:
    """On one line; of our own export exactly as it was. Empty where nothing is said."""
    parts = [part.strip() for part in split(line.text, ";")]
    if own and not any(parts[:2]) and not any(parts[3:]):
        return parts[2] if len(parts) > 2 else ""
    if "\\" in line.text or "\n" in line.text:
        parts = [joined(part) for part in parts]
    box, more, street, city, region, postcode, country = (*parts, *[""] * 7)[:7]
    found = cells.address({
        "street": [street, more, box], "city": [city], "region": [region], "postcode": [postcode], "country": [country],
    })  # fmt: skip
    return found or joined(line.head.params.get("LABEL", ""))


def joined(text: str) -> str:
    """The lines of an envelope on one."""
    return ", ".join(part.strip() for part in text.split("\n") if part.strip())


def profile(line: Field, label: str) -> tuple[str, str, str]:
    """(the service, what it is called in a note, whom it knows there)."""
    text = unescaped(line.text).strip()
    kinds = tuple(word for word in line.head.types if word not in _LABELS)
    service = cells.label(label or line.head.params.get("X-SERVICE-TYPE") or own_kind(kinds)) or ""
    scheme, _, rest = text.partition(":")
    named = rest and re.fullmatch(r"[\w.+-]+", scheme)
    name = service or (scheme if named and not scheme.lower().startswith("x-") else "")
    handle = line.head.params.get("X-USER") or (unquote(rest) if named else text)
    return service, name[:1].upper() + name[1:] or PROFILES[line.head.name], handle
