"""What comes next: months and business days on, and whatever is done again and again."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from salesflow.errors import Refused

_EVERY = {
    "day": (1, "day"), "daily": (1, "day"), "week": (1, "week"), "weekly": (1, "week"), "month": (1, "month"),
    "monthly": (1, "month"), "quarter": (3, "month"), "quarterly": (3, "month"), "year": (1, "year"),
    "yearly": (1, "year"), "d": (1, "day"), "w": (1, "week"), "m": (1, "month"), "y": (1, "year"),
}  # fmt: skip
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# What an RRULE of whole days may say (RFC 5545, 3.3.10): the bounds of each number, 0 excepted.
_NUMBERS = {"INTERVAL": (1, 999), "COUNT": (1, 9999)}
_LISTS = {
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYSETPOS": (-366, 366),
}
_RULE_WEEKDAY = "(MO|TU|WE|TH|FR|SA|SU)"
# The calendar repeats every 400 years, to the weekday.
_CYCLE_YEARS, _CYCLE = 400, timedelta(146_097)


def add_months(day: date, n: int) -> date:
    """The same day n months on, or the last day of a month that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    leap = month == 1 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return date(year, month + 1, min(day.day, 29 if leap else _LENGTHS[month]))


def working_day(day: date) -> date:
    """The day itself, or the Monday after a Saturday or a Sunday."""
    return day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)


def add_business_days(day: date, n: int) -> date:
    """n days on, counting Monday to Friday only; from a weekend the first of them is the Monday (back: the Friday)."""
    step = 1 if n > 0 else -1
    while n and day.weekday() > 4:
        day -= timedelta(step)
    weeks, rest = divmod(abs(n), 5)
    day += timedelta(7 * weeks * step)
    while rest:
        day += timedelta(step)
        rest -= day.weekday() < 5
    return day


def read_every(text: str) -> str:
    """A recurrence as it is kept: `week`, `2 weeks`, `3 months`, or an RRULE `FREQ=...`; else Refused."""
    if "=" in text:
        return _read_rule(text)
    found = re.fullmatch(r"(?:every )?(?:(\d{1,3}) ?)?([a-z]+)", " ".join(text[:40].casefold().split()))
    known = (_EVERY.get(found[2]) or _EVERY.get(found[2].removesuffix("s"))) if found else None
    count = int(found[1] or 1) if found else 0
    if not known or not count:
        raise _refusal(text, "it is written day, week, 2 weeks, month, quarter, year, or an RRULE FREQ=...")
    count *= known[0]
    return known[1] if count == 1 else f"{count} {known[1]}s"


def next_due(every: str, anchor: date, after: date) -> date | None:
    """The first occurrence after `after`, counted from `anchor`; None when an RRULE has no more.

    `every` is as read_every gave it. Months and years are added to the anchor itself, so that what began on the 31st
    falls on the last day of a short month and is back on the 31st after it. The anchor is an occurrence, but under an
    RRULE only if the rule says so.
    """
    if every.startswith("FREQ="):
        return _next_by_rule(every, anchor, after)
    if after < anchor:
        return anchor
    number, _, unit = every.rpartition(" ")
    count, unit = int(number or 1), unit.removesuffix("s")
    if unit in ("day", "week"):
        step = count * (7 if unit == "week" else 1)
        return after + timedelta(step - (after - anchor).days % step)
    step = count * (12 if unit == "year" else 1)
    turns = ((after.year - anchor.year) * 12 + after.month - anchor.month) // step
    due = add_months(anchor, turns * step)
    return due if due > after else add_months(anchor, (turns + 1) * step)


def _refusal(text: str, understood: str) -> Refused:
    return Refused(f'no such recurrence: "{" ".join(text[:60].split())}"; {understood}')


def _read_rule(text: str) -> str:
    """The RRULE in capitals, without `RRULE:`, its UNTIL a plain day."""
    parts: dict[str, str] = {}
    plain = re.sub(r"\s", "", text[:300]).upper().removeprefix("RRULE:").removesuffix(";")
    for part in plain.split(";"):
        name, _, value = part.partition("=")
        if name in parts or len(text) > 300 or not _part_holds(name, value):
            raise _refusal(text, f"an RRULE of whole days has no {part[:20] or 'empty part'} here")
        parts[name] = value[:8] if name == "UNTIL" else value
    parts = {"FREQ": parts.pop("FREQ", "")} | parts
    by = {name for name in parts if name.startswith("BY")}
    often = parts["FREQ"]
    for wrong, why in (
        (not often, "an RRULE has FREQ=DAILY, WEEKLY, MONTHLY or YEARLY"),
        ("COUNT" in parts and "UNTIL" in parts, "an RRULE has COUNT or UNTIL, not both"),
        (by == {"BYSETPOS"}, "BYSETPOS picks from the days of another BY..."),
        (often in ("DAILY", "WEEKLY") and re.search(r"\d", parts.get("BYDAY", "")), "1MO needs a month or a year"),
        (often == "WEEKLY" and "BYMONTHDAY" in by, "WEEKLY knows no BYMONTHDAY"),
        (often != "YEARLY" and by & {"BYWEEKNO", "BYYEARDAY"}, "BYWEEKNO and BYYEARDAY need FREQ=YEARLY"),
    ):
        if wrong:
            raise _refusal(text, why)
    endless = {name: value for name, value in parts.items() if name not in ("INTERVAL", "COUNT", "UNTIL")}
    if _next_by_rule(_joined(endless), date(2000, 1, 1), date(1999, 12, 31)) is None:
        raise _refusal(text, "no day is ever like that")
    return _joined(parts)


def _joined(parts: dict[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _part_holds(name: str, value: str) -> bool:
    if name == "FREQ":
        return value in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
    if name == "WKST":
        return re.fullmatch(_RULE_WEEKDAY, value) is not None
    if name == "BYDAY":
        return all(re.fullmatch(rf"([+-]?[1-9][0-9]?)?{_RULE_WEEKDAY}", item) for item in value.split(","))
    if name == "UNTIL":
        return re.fullmatch(r"[0-9]{8}(T[0-9]{6}Z?)?", value) is not None and _is_day(value[:8])
    low, high = _NUMBERS.get(name) or _LISTS.get(name) or (0, 0)
    items = value.split(",") if name in _LISTS else [value]
    return all(re.fullmatch("[+-]?[0-9]{1,4}", item) and low <= int(item) <= high and int(item) for item in items)


def _is_day(digits: str) -> bool:
    try:
        return bool(date.fromisoformat(digits))
    except ValueError:
        return False


def _next_by_rule(rule: str, anchor: date, after: date) -> date | None:
    """What the rule gives within the next century at least; a day further off counts as none.

    dateutil looks for a day up to the year 9999, for seconds where no day fits. So anchor and all are moved on by as
    many whole cycles of the calendar as there is room for, and the answer is moved back.
    """
    from dateutil.rrule import rrulestr

    cycles = max(0, (9999 - 100 - max(anchor.year, after.year)) // _CYCLE_YEARS)
    moved = cycles * _CYCLE
    until = re.search(r";UNTIL=(\d{8})", rule)
    if until:
        last = date.fromisoformat(until[1])
        if last <= after:
            return None
        ending = f";UNTIL={last + moved:%Y%m%d}" if last.year + cycles * _CYCLE_YEARS <= 9999 else ""
        rule = rule.replace(until[0], ending)
    found = rrulestr(rule, dtstart=_midnight(anchor + moved)).after(_midnight(after + moved))
    return found.date() - moved if found else None


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)
