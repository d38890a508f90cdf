"""Money: whole minor units and a currency, never floats; how amounts are typed and shown."""

from __future__ import annotations

import re

from salesflow.errors import Refused

# Decimals of the currencies that have other than two (ISO 4217).
EXPONENTS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "CLF": 4, "UYW": 4,
}  # fmt: skip

# The ISO 4217 codes in force, and those that ended in 2025 and 2026 (ANG, BGN), for older sales.
_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF
CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF
GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD
LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP
PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP
TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CODES.split())

# What a mark stands for: the file's own currency if that is among them, else the first.
_MARKS = {
    "$": "USD ARS AUD BBD BMD BND BSD BZD CAD CLP COP CUP DOP FJD GYD HKD JMD KYD LRD MXN NAD NZD SBD SGD SRD TTD TWD "
    "UYU XCD",
    "£": "GBP EGP FKP GIP LBP SDG SHP SSP SYP", "¥": "JPY CNY", "₨": "INR LKR MUR NPR PKR SCR",
    "rs": "INR LKR MUR NPR PKR SCR", "fr": "CHF", "€": "EUR", "₹": "INR", "₩": "KRW KPW", "zł": "PLN", "kč": "CZK",
    "ft": "HUF", "lei": "RON MDL", "r$": "BRL", "us$": "USD", "a$": "AUD", "c$": "CAD", "ca$": "CAD", "nz$": "NZD",
    "hk$": "HKD", "s$": "SGD", "nt$": "TWD", "mx$": "MXN", "₽": "RUB", "₺": "TRY", "₴": "UAH", "₪": "ILS",
    "₫": "VND", "฿": "THB", "₱": "PHP CUP", "₦": "NGN", "₸": "KZT", "₼": "AZN", "₾": "GEL", "֏": "AMD", "₡": "CRC",
    "₲": "PYG", "₵": "GHS", "৳": "BDT", "₭": "LAK", "₮": "MNT", "៛": "KHR", "元": "CNY TWD", "円": "JPY", "원": "KRW",
}  # fmt: skip
USUAL = {"country": "US", "currency": "USD", "marks": ",.", "date_order": "ymd"}
_CROWNS = ("SEK", "NOK", "DKK", "ISK")  # `kr` alone never says whose

_AMOUNT = r"([^\d\s.,'+-]+\.?)? ?(\d(?:[\d.,' ]*\d)?) ?([^\d\s.,'+-]+\.?)?"
# Full-width forms and the other apostrophe; the Arabic marks are a group mark and, below, a decimal mark.
_SAME = str.maketrans("，．＄￥￡￦’٬", ",.$¥£₩''")
_LARGEST = 2**63 - 1


def exponent(currency: str) -> int:
    """How many decimals the currency has."""
    return EXPONENTS.get(currency, 2)


def read_currency(code: str) -> str:
    """The ISO 4217 code in capitals; Refused when there is none such."""
    known = code.strip().upper()
    if known not in CURRENCIES:
        raise Refused(f'no such currency: "{_line(code)}"; a currency is three letters, as USD, EUR or JPY')
    return known


def read_amount(text: str, currency: str, decimal: str = ".", *, allow_zero: bool = False) -> tuple[int, str]:
    """(minor units, currency) of a typed amount; `currency` unless the text names another.

    The last mark is the decimal one; of `1,234` and `1.234`, which may be either, `decimal` decides. Refused: nothing
    (unless allow_zero), less than nothing, more decimals than the currency has, more than 64 bits hold, all else.
    A number that begins with 00 or a mark is what a shell leaves of `$100`: refused, with zero.
    """
    plain = " ".join(text[:80].translate(_SAME).split())
    if "٫" in plain:
        plain, decimal = plain.replace("٫", "."), "."
    if re.match(r"[.,]\d", plain):
        if not allow_zero:
            raise _eaten(text)
        plain = "0" + plain
    found = re.fullmatch(_AMOUNT, plain) if len(text) <= 80 else None
    named = _named(found[1], found[3], currency) if found else None
    whole_and_rest = _split(found[2], decimal) if found else None
    if found is None or named is None or whole_and_rest is None:
        raise Refused(f'no such amount: "{_line(text)}"; it is more than 0, written 400, 1,200.50, 400 EUR or €400')
    whole, rest = whole_and_rest
    places = exponent(named)
    if len(rest) > places and (len(rest) == 3 or int(rest[places:])):
        known = f"{named} has {places or 'no'} decimals, a whole amount is written without marks"
        raise Refused(f'no such amount: "{_line(text)}"; {known}')
    minor = int(whole + rest[:places].ljust(places, "0"))
    if not allow_zero and (minor == 0 or (len(whole) > 1 and int(whole[0]) == 0)):
        raise _eaten(text)
    if minor > _LARGEST:
        raise Refused(f'no such amount: "{_line(text)}"; it is too large to be kept')
    return minor, named


def amount_text(minor: int, currency: str) -> str:
    """The plain decimal string of JSON and CSV: `1850.00`, of yen `1850`."""
    return _shown(minor, currency, "", ".")


def show(minor: int, currency: str, marks: str = ",.") -> str:
    """`1,850.00 USD`; marks: the group mark and the decimal mark, or the decimal mark alone."""
    return f"{_shown(minor, currency, marks[:-1], marks[-1:] or '.')} {currency}"


def locale_defaults(locale: str) -> dict[str, str]:
    """country, currency, marks and date_order of a locale such as `de_DE.UTF-8`; never raises.

    Marks are plain: a narrow or no-break space is a space, a typographic apostrophe is `'`, so that every terminal can
    show them. What is not known is USUAL, as in `C`.
    """
    try:
        return read_locale(locale)
    except Refused:
        return dict(USUAL)


def read_locale(locale: str) -> dict[str, str]:
    """As locale_defaults, of a place that somebody names; Refused when it is not known."""
    tag = re.split(r"[.@]", locale, maxsplit=1)[0].replace("-", "_")
    if not re.fullmatch(r"[A-Za-z]{2,3}(_[A-Za-z]{4})?(_[A-Za-z]{2})?", tag):
        raise Refused(f'no such place: "{_line(locale)}"; a place is written de_DE, en_GB or pt_BR')
    try:
        return USUAL | _by_babel(tag)
    except Exception:  # whatever is odd in a locale's data, a file can still be made
        raise Refused(f'no such place: "{_line(locale)}"; a place is written de_DE, en_GB or pt_BR') from None


def _line(text: str) -> str:
    return " ".join(text[:60].split())[:40]


def _eaten(text: str) -> Refused:
    return Refused(f"amount {_line(text)} is refused: the shell eats $60; type 60")


def _named(before: str | None, after: str | None, currency: str) -> str | None:
    """The currency that what stands around a number names, or the given one; None when it is not one."""
    if before is None or after is None:
        return _meant(before or after or currency, currency)
    second = _meant(after, currency)
    if second and _meant(before, second) == second:  # `$400 CAD`
        return second
    first = _meant(before, currency)
    return first if first and _meant(after, first) == first else None


def _meant(mark: str, currency: str) -> str | None:
    if mark.upper() in CURRENCIES:
        return mark.upper()
    key = mark.casefold().removesuffix(".")
    if key == "kr":
        return currency if currency in _CROWNS else None
    codes = _MARKS.get(key, "").split()
    return currency if currency in codes else next(iter(codes), None)


def _split(number: str, decimal: str) -> tuple[str, str] | None:
    """The digits before and after the decimal mark; None where the groups are not groups."""
    marks = [char for char in number if not char.isdecimal()]
    if not marks:
        return number, ""
    last = marks[-1]
    whole, _, rest = number.rpartition(last)
    groups = [mark for mark in marks[:-1] if mark != last]
    if last not in ".," or marks.count(last) > 1:
        if groups:
            return None
        whole, rest, groups = number, "", marks  # no decimals: all marks are one group mark
    elif not groups and len(rest) == 3 and last != decimal and len(whole) <= 3 and int(whole[0]):
        whole, rest, groups = number, "", marks
    if not groups:
        return whole, rest
    if len(set(groups)) > 1:
        return None
    first, *more = whole.split(groups[0])
    sizes = (2, 3) if groups[0] == "," else (3,)  # in India all groups but the last are of two
    if not 1 <= len(first) <= 3 or len(more[-1]) != 3 or any(len(group) not in sizes for group in more):
        return None
    return first + "".join(more), rest


def _shown(minor: int, currency: str, group: str, decimal: str) -> str:
    places = exponent(currency)
    digits = str(abs(minor)).rjust(places + 1, "0")
    whole, rest = digits[: len(digits) - places], digits[len(digits) - places :]
    grouped = f"{int(whole):,}".replace(",", group)
    return f"{'-' if minor < 0 else ''}{grouped}{decimal if rest else ''}{rest}"


def _by_babel(tag: str) -> dict[str, str]:
    import datetime

    from babel import Locale, UnknownLocaleError
    from babel.core import get_global
    from babel.numbers import get_decimal_symbol, get_group_symbol, get_territory_currencies

    try:
        found = Locale.parse(tag)
    except UnknownLocaleError:  # a language away from home, as de_US
        found = Locale.parse(tag.split("_")[0])
    likely = str(get_global("likely_subtags").get(found.language, ""))
    country = next((part.upper() for part in reversed(tag.split("_")[1:]) if len(part) == 2), likely[-2:].upper())
    # Of a day far ahead: what has no end. Bulgaria has the euro since 2026, which older data do not know.
    far = datetime.date(9999, 1, 1)
    codes = ["EUR"] if country == "BG" else [c for c in get_territory_currencies(country, far) if c in CURRENCIES]
    pattern = str(found.date_formats["short"].pattern)
    order = "".join(sorted("dmy", key=lambda letter: pattern.lower().find(letter)))
    group, decimal = get_group_symbol(found), get_decimal_symbol(found)
    group = {"\xa0": " ", "\u202f": " ", "\u2009": " ", "’": "'"}.get(group, group)
    if not codes or decimal not in ".,":
        return {}
    group = group if group in ".,' " else ","
    defaults = {"country": country, "currency": codes[0], "marks": group + decimal}
    return defaults | ({"date_order": order} if order in ("dmy", "mdy", "ymd") else {})
