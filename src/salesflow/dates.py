"""Days and times: how people type them, how they are said, and what comes next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from salesflow.errors import Refused
from salesflow.recurrence import add_business_days, add_months, next_due, read_every, working_day

__all__ = [
    "FIRST_YEAR", "LAST_YEAR", "MONTHS", "ORDERS", "WEEKDAYS", "Moment", "add_business_days", "add_months",
    "birthday_in", "long_day", "moment_of", "month_of", "next_birthday", "next_due", "quarter_of", "read_birthday",
    "read_day", "read_every", "read_time", "say_birthday", "say_day", "short_date", "take_day", "was_ambiguous",
    "working_day",
]  # fmt: skip

ORDERS = ("dmy", "mdy", "ymd")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIRST_YEAR, LAST_YEAR = 1900, 2199

_MONTH = {key: n for n, name in enumerate(MONTHS, 1) for key in (name.lower(), name[:3].lower())} | {"sept": 9}
_WEEKDAY = {key: n for n, name in enumerate(WEEKDAYS) for key in (name.lower(), name[:3].lower())} | {
    "tues": 1, "weds": 2, "thur": 3, "thurs": 3,
}  # fmt: skip
_NEAR = {"yesterday": -1, "today": 0, "tomorrow": 1}

# Patterns are compiled when first needed: most commands never see a day that is not a plain word.
_COUNTED = r"(in |\+|-)?(\d{1,4})([dwmy]| ?(?:day|week|month|year|business day|working day)s?)( ago)?"
_NUMBERS = r"(\d{4}|\d{1,2})([/.-])(\d{1,2})(?:\2(\d{4}|\d{1,2}))?(\.)?"
_DAY_MONTH = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?[ -]?(?P<month>[a-z]+)\.?(?:[ -](?P<year>\d{4})|-(?P<short>\d\d))?"
_MONTH_DAY = (
    r"(?P<month>[a-z]+)\.?(?:[ -]?(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?)?(?:[ -](?P<year>\d{4}))?(?P<short>(?!))?"
)
_Written = tuple[int | None, int, int | None]


class Moment(NamedTuple):
    """The one reading of the clock of a run: the UTC instant `...Z`, and the local day and HH:MM it was."""

    at: str
    on: str
    time: str

    @property
    def day(self) -> date:
        """The local day as a date."""
        return date.fromisoformat(self.on)


def moment_of(now: datetime) -> Moment:
    """The moment of an aware local datetime."""
    instant = now.astimezone(UTC).isoformat(timespec="seconds")
    return Moment(instant[:19] + "Z", now.date().isoformat(), f"{now:%H:%M}")


def read_day(text: str, today: date, order: str = "ymd", *, past: bool = False) -> date:
    """The day that `text` means, in 1900..2199; else Refused.

    Weeks begin on Monday. `fri` is the first Friday after today, `next fri` the one of the next calendar week, `last
    fri` of the last. `12 dec` is the first such day from today on, `apr` the first 1 April after today, `dec 2027` its
    1st, `next week` a Monday, `next month` a 1st. `eow` (Friday), `eom`, `eoy` may be today. A weekday before a date
    must agree with it. A numeric day is read by `order`, except where that gives no month. `26` means 2026: 69..99 are
    the 1900s.

    With `past` what has no year is the latest such day up to today (`fri` and `apr`: `fri` still never is today), and
    a count without a sign counts back: `30d` was 30 days ago, `+3d` and `in 3 days` are still ahead.
    """
    plain = _plain(text)
    try:
        day = _iso(plain) or _word(plain, today, past) or _counted(plain, today, past)
        day = day or _dated(plain, today, order, past)
    except (ValueError, OverflowError):
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Refused(
            f'no such day: "{_line(text)}"; a day is written fri, next tue, +3d, 2w, eom, 12 dec or 2026-12-31'
        )
    return day


def was_ambiguous(text: str, order: str) -> bool:
    """True for a numeric day that another order would read as another day."""
    plain = _plain(text)
    head, _, rest = plain.partition(" ")
    plain = rest if head in _WEEKDAY else plain
    return any(_numeric(plain, other) != _numeric(plain, order) for other in ORDERS)


def take_day(words: Sequence[str], today: date, order: str = "ymd", *, past: bool = False) -> tuple[date, int] | None:
    """The day that the longest run of leading words reads as, and how many words that run has."""
    for count in range(min(len(words), 5), 0, -1):
        try:
            return read_day(" ".join(words[:count]), today, order, past=past), count
        except Refused:
            continue
    return None


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace(",", " ").split()) if len(text) <= 80 else ""


def _line(text: str) -> str:
    return " ".join(text[:60].split())[:40]


def _iso(plain: str) -> date | None:
    return date.fromisoformat(plain) if len(plain) == 10 and plain.isascii() and plain[4] == plain[7] == "-" else None


def _word(plain: str, today: date, past: bool) -> date | None:
    if plain in _NEAR:
        return today + timedelta(_NEAR[plain])
    if plain in _WEEKDAY:
        ahead = (_WEEKDAY[plain] - today.weekday() - 1) % 7 + 1
        return today + timedelta(ahead - 7 if past and ahead < 7 else -7 if past else ahead)
    if plain in ("eow", "eom", "eoy"):
        return _end(plain, today, past)
    which, _, unit = plain.partition(" ")
    turn = {"next": 1, "last": -1}.get(which, 0)
    monday = today + timedelta(7 * turn - today.weekday())
    if not turn:
        return None
    if unit in _WEEKDAY:
        return monday + timedelta(_WEEKDAY[unit])
    turned = {
        "week": monday,
        "month": add_months(today.replace(day=1), turn),
        "year": date(today.year + turn, 1, 1),
    }
    return turned.get(unit)


def _end(plain: str, today: date, past: bool) -> date:
    if plain == "eow":
        return today - timedelta((today.weekday() - 4) % 7) if past else today + timedelta((4 - today.weekday()) % 7)
    first = today.replace(day=1) if plain == "eom" else date(today.year, 1, 1)
    end = add_months(first, 1 if plain == "eom" else 12) - timedelta(1)
    return first - timedelta(1) if past and end > today else end


def _counted(plain: str, today: date, past: bool) -> date | None:
    found = re.fullmatch(_COUNTED, plain)
    if found is None or (found[1] and found[4]):
        return None
    back = found[4] or found[1] == "-" or (past and not found[1])
    count, unit = int(found[2]) * (-1 if back else 1), found[3].strip()
    if unit.startswith(("business", "working")):
        return add_business_days(today, count)
    if unit[0] in "my":
        return add_months(today, count * (12 if unit[0] == "y" else 1))
    return today + timedelta(count * (7 if unit[0] == "w" else 1))


def _dated(plain: str, today: date, order: str, past: bool) -> date | None:
    head, _, rest = plain.partition(" ")
    weekday = _WEEKDAY.get(head) if rest else None
    written = _written(plain if weekday is None else rest, order)
    if written is None:
        return None
    year, month, day = written
    found = _nearest(month, day, today, past) if year is None else date(year, month, 1 if day is None else day)
    return found if found and weekday in (None, found.weekday()) else None


def _nearest(month: int, day: int | None, today: date, past: bool) -> date | None:
    for away in range(10):  # 29 February can be eight years off
        try:
            found = date(today.year + (-away if past else away), month, 1 if day is None else day)
        except ValueError:
            continue
        # A month alone means one that is still to begin.
        if found <= today if past else found > today or (day is not None and found == today):
            return found
    return None


def _written(plain: str, order: str, pivot: int = 69) -> _Written | None:
    """(year or None, month, day or None) of a written date; it need not exist."""
    if len(plain) == 8 and plain.isdecimal():
        return int(plain[:4]), int(plain[4:6]), int(plain[6:])
    if plain[:1].isdecimal() and (numeric := _numeric(plain, order, pivot)):
        return numeric
    found = re.fullmatch(_DAY_MONTH if plain[:1].isdecimal() else _MONTH_DAY, plain)
    month = _MONTH.get(found["month"]) if found else None
    if found is None or month is None:
        return None
    year = found["year"] or found["short"]
    return _year(year, pivot) if year else None, month, int(found["day"]) if found["day"] else None


def _numeric(plain: str, order: str, pivot: int = 69) -> tuple[int | None, int, int] | None:
    found = re.fullmatch(_NUMBERS, plain)
    if found is None:
        return None
    first, mark, second, third, dot = found.groups()
    if (dot and mark != ".") or (third is None and mark != "/" and not dot):  # `1.5` and `3-4` are no days
        return None
    if len(first) == 4:
        return (int(first), int(second), int(third)) if third and len(third) < 4 else None
    for form in (order, "mdy", "dmy"):  # a year at the end under ymd: the month still stands before the day
        if form == "ymd":
            if third is None or len(third) == 4 or len(first) == 1:
                continue
            year, month, day = first, int(second), int(third)
        else:
            year, month, day = third, int(first), int(second)
            month, day = (day, month) if form == "dmy" else (month, day)
        if 1 <= month <= 12 and 1 <= day <= 31 and (year is None or len(year) > 1):
            return _year(year, pivot) if year else None, month, day
    return None


def _year(digits: str, pivot: int) -> int:
    year = int(digits)
    return year if len(digits) == 4 else year + (1900 if year >= pivot else 2000)


def read_time(text: str) -> str:
    """HH:MM from 9:30, 9.30, 9:30am, 9 pm, 14:00 or 1400; a bare hour is Refused, for 9 may be either."""
    found = re.fullmatch(r"(\d\d)(\d\d)|(\d{1,2})(?:[:.](\d\d))? ?(?:([ap])\.?m\.?)?", _plain(text))
    if found and (found[1] or found[4] or found[5]):
        hour, minute, half = int(found[1] or found[3]), int(found[2] or found[4] or 0), found[5]
        if minute < 60 and (1 <= hour <= 12 if half else hour < 24):
            hour = hour % 12 + (12 if half == "p" else 0) if half else hour
            return f"{hour:02}:{minute:02}"
    raise Refused(f'no such time: "{_line(text)}"; a time is written 9:30, 14:00, 9am or 1400')


def say_day(day: date, today: date) -> str:
    """`Fri 27 Nov`, with the year if it is not this one."""
    return f"{WEEKDAYS[day.weekday()][:3]} {short_date(day, today)}"


def long_day(day: date) -> str:
    """`Tue 24 Nov 2026`."""
    return f"{WEEKDAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def short_date(day: date, today: date) -> str:
    """`20 Nov`, with the year if it is not this one."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day.day} {MONTHS[day.month - 1][:3]}{year}"


def read_birthday(text: str, order: str = "ymd") -> str:
    """`YYYY-MM-DD`, or `--MM-DD` without a year; else Refused.

    A time of day behind the date is left out. The year 1604 stands for none, as address books write it. `3/17/80` is
    1980: two digits from 30 on are the 1900s.
    """
    plain = re.sub(r"(?<=\d)[t ]\d\d:.*", "", _plain(text))
    bare = re.fullmatch(r"--(\d\d)-?(\d\d)", plain)
    if re.fullmatch(r"\d{1,2}[.-]\d{1,2}", plain):
        plain = plain.replace("-", "/").replace(".", "/")
    written: _Written | None = (None, int(bare[1]), int(bare[2])) if bare else _written(plain, order, 30)
    if written and written[2]:
        year = None if written[0] == 1604 else written[0]
        try:
            day = date(2000 if year is None else year, written[1], written[2])
        except ValueError:
            pass
        else:
            if year is None:
                return f"--{day:%m-%d}"
            if FIRST_YEAR <= year <= LAST_YEAR:
                return day.isoformat()
    raise Refused(f'no such birthday: "{_line(text)}"; it is written 17 march, 17 march 1980, 1980-03-17 or --03-17')


def say_birthday(stored: str) -> str:
    """`17 March`, or `17 March 1980`."""
    year = "" if stored.startswith("--") else f" {stored[:4]}"
    return f"{int(stored[-2:])} {MONTHS[int(stored[-5:-3]) - 1]}{year}"


def birthday_in(stored: str, year: int) -> date:
    """The day it is kept in that year: 29 February on the 28th where there is none."""
    month, day = int(stored[-5:-3]), int(stored[-2:])
    return add_months(date(2000, month, day), (year - 2000) * 12)


def next_birthday(stored: str, today: date) -> date:
    """The first one from today on."""
    this_year = birthday_in(stored, today.year)
    return this_year if this_year >= today else birthday_in(stored, today.year + 1)


def quarter_of(day: date) -> str:
    """`2017-Q1`."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def month_of(day: date) -> str:
    """`2017-01`."""
    return f"{day.year}-{day.month:02}"
