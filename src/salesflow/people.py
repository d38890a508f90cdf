"""Names, phones, e-mails and links: one cleaning, one key to compare each by."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from salesflow.errors import Refused

NAME_CAP = 200
TEXT_CAP = 1_048_576

# Letters that no decomposition takes apart; one Arabic letter as two keyboards have it; quotes; dashes.
_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h", "ŧ": "t", "ß": "ss"}
    | {"ی": "ي", "ى": "ي", "ک": "ك", "ـ": None}
    | dict.fromkeys("’‘ʼ′‛", "'")
    | dict.fromkeys("‐‑‒–—―−", "-")
)
# Written without spaces between words: each letter is a word of its own, with the marks that hang on it.
_UNSPACED = (
    "([\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46]"
    "[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u3099\u309a]*)"
)


def _short(text: str) -> str:
    line = " ".join(text[:200].split())
    return line if len(line) <= 60 else line[:59] + "…"


def check_text(text: str, what: str = "text", cap: int = TEXT_CAP) -> str:
    """The text unchanged. Refused: NUL, a lone surrogate (half of a character), more than `cap` characters."""
    if "\0" in text:
        raise Refused(f"the {what} has a NUL character in it; leave it out")
    if len(text) > cap:
        raise Refused(f"the {what} is {len(text):,} characters long; {cap:,} are the most that is kept")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Refused(f"the {what} has half a character in it (a lone surrogate); write it as UTF-8") from None
    return text


def clean_name(text: str) -> str:
    """A name as it is kept: trimmed, each run of white space one space; never empty, no control characters."""
    name = " ".join(check_text(text, "name").split())
    if len(name) > NAME_CAP:
        raise Refused(f'the name "{_short(name)}" is {len(name):,} characters long; {NAME_CAP} are the most')
    if name.isascii():
        kinds = {"L" if char.isprintable() else "Cc" for char in name}
    else:
        from unicodedata import category

        kinds = {category(char) for char in name}
    if kinds <= {"Cc", "Cf", "Zs"}:
        raise Refused("the name is empty; write at least one letter")
    if "Cc" in kinds:
        raise Refused(f'the name "{_short(name)}" has a control character in it; leave it out')
    return name


def fold(text: str) -> str:
    """The copy that is compared and searched: no case, no accents or points, one space between words.

    Letters of scripts written without spaces (Han, kana, Thai, and Hangul, whose family and given names join) stand
    alone, so that a part of a word is found: query and text must both be folded. Folding twice changes nothing.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    return _folded(text) if len(text) < 100 else _fold(text)


def _fold(text: str) -> str:
    from unicodedata import normalize

    letters = normalize("NFKD", text.replace("´", "'"))
    bare = letters.translate(_marks(letters))
    if bare.isascii():
        return " ".join(bare.lower().split())
    # Case comes after decomposition: a decomposed 𝐀 is a capital, and casefold makes a letter of one Greek mark.
    whole = normalize("NFC", bare.casefold().translate(_PLAIN))
    return " ".join(re.sub(_UNSPACED, r" \1 ", whole).split())


# An import folds each name several times, and tags and firms again in row after row.
_folded = lru_cache(4096)(_fold)


def _marks(text: str) -> dict[int, None]:
    """The characters to leave out: accents, Hebrew and Arabic points, whatever is invisible.

    The vowels of Thai and Hindi and the voicing of kana stay: they make another letter.
    """
    from unicodedata import category, combining

    return {
        ord(char): None
        for char in set(text)
        if char >= "\u00ad"
        and (
            (order := combining(char)) >= 200
            or 10 <= order <= 36
            or order == 1
            or category(char) == "Cf"
            or "\ufe00" <= char <= "\ufe0f"
        )
    }


# Patterns are compiled when first asked for: this module is loaded by nearly every command. What is asked a million
# times in an import is kept here, in a tenth of the time that re takes to find it again.
_compiled = cache(re.compile)
_PLAIN_PHONE = r"\+?[0-9][0-9 -]*[0-9]|\([0-9]{2,5}\)[0-9 -]*[0-9]"
_PLAIN_EMAIL = (
    r"(?ai)(?=.{3,254}$)(?=[^@]{1,64}@)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!xn--)[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
)


def looks_like_email(word: str) -> bool:
    if word.count("@") != 1:
        return False
    local, _, domain = word.strip().partition("@")
    pattern = r"""[^\s<>()\[\],;:"]+"""
    return bool(re.fullmatch(pattern, local) and re.fullmatch(rf"{pattern}\.[^\W\d_][\w-]+", domain))


def email_key(text: str) -> tuple[str, str]:
    """The address as typed, trimmed, and its key. Nothing is asked of the network; `.example` and `.test` are fine."""
    value = check_text(text, "e-mail address").strip()
    if _compiled(_PLAIN_EMAIL).fullmatch(value):
        return value, value.casefold()
    wrong = Refused(f'"{_short(value)}" is not an e-mail address; one looks like ann@shop.example')
    local, at, domain = value.rpartition("@")
    # The library strips nothing and is slow to load: what cannot be an address is refused before.
    if (
        not (local and at and "." in domain.strip("."))
        or any(char.isspace() for char in value)
        or len(value) > 254
        or len(local) > 64
    ):
        raise wrong
    import email_validator

    # What is kept here need not be reachable from everywhere: `.local` and `.invalid` are somebody's addresses.
    email_validator.SPECIAL_USE_DOMAIN_NAMES = []
    try:
        found = email_validator.validate_email(value, check_deliverability=False)
    except email_validator.EmailNotValidError:
        raise wrong from None
    return value, found.normalized.casefold()


_SCIENTIFIC = r"(?i)'?\d(?:[.,]\d+)?E\+?\d+"
_EXTENSION = (
    r"(?i)(?:;\s*ext=|\bext(?:ension)?\b|(?<=[\d\s)])ext|(?<=[\d\s)])x|#|\bposte\b|\binterno\b|\bdurchwahl\b|\bdw\b)"
    r"[\s.:]*(\d{1,7})\s*$"
)
_INTERNATIONAL = r"\+\s?\d(?:[\s./-]*(?:\(\d+\)|\d))*"
# The code of a country, one to three digits, and a 0 after it that is dialled inside that country only, or in Italy.
_THREE = "2[1-689]|3[578]|42|5[09]|6[789]|8[05789]|9[679]"
_TRUNK = rf"(?:[17]|(?:{_THREE})\d|(?!{_THREE})[2-689]\d)0"


def phone_key(text: str, country: str) -> str | None:
    """E.164 (`+12025550148`, with `;ext=12`) read from the home country; else `tel:` and the digits; blank: None.

    Refused: no number in it, or one that a spreadsheet turned into 2,02556E+09.
    """
    shown = check_text(text, "phone number").strip()
    if not shown:
        return None
    if quick := _plainly(shown, country):
        return quick
    if re.fullmatch(_SCIENTIFIC, shown):
        raise Refused(f'"{_short(shown)}" was a phone number until a spreadsheet rounded it; type the number again')
    number = re.sub(r"^(\d{7,15})\.0$", r"\1", _ascii_digits(shown) if len(shown) < 200 else "")
    extension = ""
    if found := re.search(_EXTENSION, number):
        number, extension = number[: found.start()], f";ext={found[1]}"
    # Words before a number (`Tel.`) are no part of it, nor after it, unless they are digits themselves (800-FLOWERS).
    core = re.sub(r"^[^+\d(]*(?:\([^\d)]*\)[^+\d(]*)*", "", number).rstrip(" .,;:-/")
    digits = "".join(filter(str.isdigit, core))
    if len(digits) >= 7:
        core = re.sub(r"\D+$", "", core)
    if not 3 <= len(digits) <= 40:
        raise Refused(f'"{_short(shown)}" is not a phone number; one looks like +1 202 555 0148 or 202-555-0148')
    return (_international(core, digits) or _dialled(core, digits, country) or _as_typed(core)) + extension


def _plainly(shown: str, country: str) -> str | None:
    """The key of digits with plain marks between them, as nearly all numbers are; None where more thought is needed.

    Says what the rest of `phone_key` would, in a tenth of the time: address books are long.
    """
    if len(shown) > 24 or not _compiled(_PLAIN_PHONE).fullmatch(shown):
        return None
    digits = _compiled("[^0-9]").sub("", shown)
    return _international(shown, digits) if shown[0] == "+" else _at_home(digits, country)


def _at_home(digits: str, country: str) -> str | None:
    """E.164 of what is dialled at home, by the library's own rules; None where those are not simple."""
    rules = _rules(country.upper())
    if rules is None:
        return None
    code, abroad, trunk, valid, lengths, possible = rules
    if digits.startswith(code) or re.match(abroad, digits):
        return None
    if trunk and (found := re.match(trunk, digits)):
        rest = digits[found.end() :]
        lost = re.fullmatch(valid, digits) and not re.fullmatch(valid, rest)
        if not lost and (len(rest) in lengths or len(rest) > lengths[-1]):
            digits = rest
    return f"+{code}{digits}" if len(digits) in possible else None


@cache
def _rules(country: str) -> tuple[str, str, str, str, tuple[int, ...], tuple[int, ...]] | None:
    """Of a country: its code, what is dialled to call abroad and before a number at home, what is valid, the lengths
    that tell whether the latter is to be left out, and those of the whole region of that code."""
    from phonenumbers import PhoneMetadata, region_code_for_country_code

    found = PhoneMetadata.metadata_for_region(country, None) if country else None
    if found is None or found.national_prefix_transform_rule or found.country_code is None:
        return None
    first = PhoneMetadata.metadata_for_region(region_code_for_country_code(found.country_code) or country, None)
    valid, region = found.general_desc, first and first.general_desc
    if valid is None or not region or not valid.possible_length or not valid.national_number_pattern:
        return None
    lengths, possible = (
        tuple(length for length in each.possible_length if length not in each.possible_length_local_only)
        for each in (valid, region)
    )
    abroad, trunk = found.international_prefix or "(?!)", found.national_prefix_for_parsing or ""
    return str(found.country_code), abroad, trunk, valid.national_number_pattern, lengths, possible


def _ascii_digits(text: str) -> str:
    if text.isascii():
        return text
    from unicodedata import category, digit, normalize

    plain = normalize("NFKC", text)
    plain = "".join(str(digit(char)) if category(char) == "Nd" else char for char in plain if category(char) != "Cf")
    return re.sub("[‐‑‒–—―−ー]", "-", " ".join(plain.split()))


def _international(core: str, digits: str) -> str | None:
    """The key of `+` and 8 to 15 digits; None where only the library knows (a trunk 0 after the country's code)."""
    if not (8 <= len(digits) <= 15 and _compiled(_INTERNATIONAL).fullmatch(core)) or _compiled(_TRUNK).match(digits):
        return None
    # Mexico's 1 for mobiles has not been dialled since 2019; address books still have it.
    return "+52" + digits[3:] if len(digits) == 13 and digits.startswith("521") else "+" + digits


def _dialled(core: str, digits: str, country: str) -> str | None:
    """The key of a number as one dials it at home; None where it cannot be one."""
    if any(char.isalpha() for char in core) and core != core.upper():
        return None
    import phonenumbers

    spellings = [core, "+" + digits[2:]] if digits.startswith("00") else [core]
    for spelling in spellings:
        try:
            number = phonenumbers.parse(spelling, country.upper() or None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE:
            number.extension = None
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def _as_typed(core: str) -> str:
    # Letters stay: 1-800-FLOWERS and 1-800-CANDLES are two numbers even where neither can be dialled.
    return "tel:" + "".join(filter(str.isalnum, core)).casefold()


_NOT_A_PHONE = (
    r"(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}"  # a day, year first
    r"|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})"  # a day, year last
    r"|(?:19|20)\d\d-(?:\d\d|(?:19|20)\d\d)"  # a month, or years from and to
    r"|-?\d+(?:\.\d{1,2})?"  # a number, perhaps with its hundredths
    r"|-?\d{1,3}(?:\.\d{3})+|-?\d{1,2}(?: \d{3}){1,2}"  # a number in thousands
    r"|\d{1,3}(?:\.\d{1,3}){3}"  # the address of a computer
    r"|\d{5}-\d{4}"  # a ZIP code
)


def looks_like_phone(text: str) -> bool:
    """True for what is hardly anything but a phone number: not a day, an amount, or a number under 7 digits."""
    word = text.strip()
    if not 5 <= len(word) < 50 or (word[0].isascii() and word[0] not in "+(0123456789"):
        return False
    word = re.sub(_EXTENSION, "", _ascii_digits(word)).rstrip()
    if not re.fullmatch(r"\+?[\d\s()./-]+", word) or word[-1:] in "-/.(":
        return False
    digits = sum(map(str.isdigit, word))
    if word.isdigit():
        return 7 <= digits <= 15
    if not 5 <= digits <= 17:
        return False
    return word.startswith("+") or not re.fullmatch(_NOT_A_PHONE, word)


def link_key(text: str) -> tuple[str, str]:
    """The address as typed, trimmed, and its key: no scheme, no `www.`, host in lower case, no slash at the end.

    The query is kept: it can be the whole difference. A handle (`@ann`) is a link too.
    """
    value = check_text(text, "link").strip()
    if re.fullmatch(r"@[\w.-]+", value):
        return value, value.casefold()
    bare = re.sub(r"^(?:[a-z][a-z0-9+.-]*:)?//", "", value, flags=re.IGNORECASE)
    parts = re.match(r"([^/?#]*)(.*)", bare)
    host, rest = (parts[1], parts[2]) if parts else ("", "")
    host = re.sub(r"^www\.(?=[^.]+\.)", "", host.lower())
    named = bare != value or re.fullmatch(r"[\w-]+(?:\.[\w-]+)*\.[^\W\d_][\w-]+(?::\d+)?\.?", host)
    if not host or not named or any(char.isspace() or char in '<>"' for char in value):
        raise Refused(f'"{_short(value)}" is not a link; one looks like https://shop.example or linkedin.com/in/ann')
    return value, host.rstrip(".") + re.sub(r"/+(?=$|[?#])", "", rest)


def looks_like_link(word: str) -> bool:
    """True for `http://...`, `www.x.y` and `host.tld/path`; `a.b` alone could be anything."""
    pattern = r"(?i)(?:https?://|www\.(?=[^\s.]+\.)|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/)\S+"
    return re.fullmatch(pattern, word.strip()) is not None


def nearest(name_key: str, candidates: Iterable[tuple[str, str]]) -> list[str]:
    """Up to three names most like a folded name, the likest first; candidates are (folded name, name)."""
    import heapq
    from difflib import SequenceMatcher

    if not name_key:
        return []
    start, pairs = name_key[0], {name_key[at : at + 2] for at in range(len(name_key) - 1)}

    # The real measure takes 20 us a name; among 100,000 names only those that share something are worth it.
    def shared(candidate: tuple[str, str]) -> tuple[int, int]:
        key = candidate[0]
        score = 2 * (key.startswith(start) or f" {start}" in key) + sum(pair in key for pair in pairs)
        return score, -len(key)

    matcher = SequenceMatcher(b=name_key, autojunk=False)
    scored: dict[str, float] = {}
    for key, name in heapq.nlargest(200, candidates, key=shared):
        for part in {key, *key.split()}:
            matcher.set_seq1(part)
            if matcher.quick_ratio() >= 0.6 and (ratio := matcher.ratio()) >= 0.6:
                scored[name] = max(scored.get(name, 0.0), ratio)
    return sorted(scored, key=lambda name: (-scored[name], name))[:3]
