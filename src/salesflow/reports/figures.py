"""What every report is asked, and the figures they share: rates, averages, lengths of time, amounts by currency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from salesflow import dates, money
from salesflow.errors import Refused
from salesflow.reports.today import grouped

FEW = 5  # fewer cases say little
LISTED = 50  # rows of a list under a report; its counts are of all
NAMED = 5  # of these on a screen

Line = dict[str, Any]


class Asked(NamedTuple):
    """since, until: ISO days, both counted; None: no bound. by: what a row is of. only: `won` or `lost`.

    words: what the kinds of exceptions say, since they are kept where reports do not look. marks: as in settings.
    """

    today: date
    since: str | None = None
    until: str | None = None
    by: str | None = None
    only: str | None = None
    words: Mapping[str, str] = {}
    marks: str = ",."

    @property
    def days(self) -> dict[str, str]:
        """The days as bounds for `BETWEEN :since AND :until`."""
        return {"since": self.since or "", "until": self.until or "9999"}

    def counted(self, number: int, one: str, many: str = "") -> str:
        return counted(number, one, many, self.marks)

    def title(self, text: str) -> str:
        """`Time, 1 Sep 2026 to 30 Sep 2026`."""
        since, until = (day and dates.short_date(date.fromisoformat(day), date.min) for day in (self.since, self.until))
        if since:
            return f"{text}, {since} to {until}" if until else f"{text}, since {since}"
        return f"{text}, until {until}" if until else text


def one_of(name: str, by: str | None, choices: Sequence[str]) -> str:
    """`by`, or the first choice when nothing is said. Raises Refused."""
    if by is not None and by not in choices:
        raise Refused(f"no {name} by {by!r}; there are: {', '.join(choices)}")
    return by or choices[0]


def rate(some: int, of: int) -> float | None:
    """None where there is nothing to take a share of."""
    return round(some / of, 4) if of else None


def percent(share: float | None) -> str:
    return "-" if share is None else f"{int(share * 100 + 0.5)} %"


def average(values: Iterable[float]) -> float | None:
    found = list(values)
    return round(sum(found) / len(found), 1) if found else None


def counted(number: int, one: str, many: str = "", marks: str = ",.") -> str:
    """`1 sale`, `1,200 sales`."""
    return f"{grouped(number, marks)} {one if number == 1 else many or one + 's'}"


def decimal(number: float, marks: str) -> str:
    """`1,234.5`."""
    return f"{number:,.1f}".translate({ord(","): marks[:-1], ord("."): marks[-1:]})


def length(days: float | None, minutes: float | None, marks: str) -> str | None:
    """`21.4 days`; under a day, where minutes are given, `35 min` or `3 h 20 min`."""
    if minutes is not None:
        return clock(int(minutes + 0.5), marks)
    if days is None:
        return None
    said = f"{days}" if isinstance(days, int) else decimal(days, marks)
    return f"{said} day{'' if days == 1 else 's'}"


def clock(minutes: int, marks: str = ",.") -> str:
    """`35 min`, `3 h`, `3 h 20 min`."""
    hours, rest = divmod(minutes, 60)
    whole = f"{grouped(hours, marks)} h"
    return f"{whole} {rest} min" if hours and rest else whole if hours else f"{rest} min"


def with_amounts(row: Line, amounts: Mapping[str, int]) -> list[Line]:
    """The row once for each currency, the largest amount first; without any, once."""
    found: list[tuple[str | None, int | None]] = [*sorted(amounts.items(), key=lambda item: (-item[1], item[0]))]
    return [{**row, "amount_minor": minor, "currency": code} for code, minor in found or [(None, None)]]


def blanked(lines: Sequence[Line], name: str) -> list[Line]:
    """For a screen: a further currency of the line above has its amount alone."""
    shown: list[Line] = []
    for number, each in enumerate(lines):
        if number and each[name] == lines[number - 1][name]:
            shown.append({**dict.fromkeys(each), "amount_minor": each["amount_minor"], "currency": each["currency"]})
        else:
            shown.append(each)
    return shown


def said_amounts(amounts: Mapping[str, int], marks: str) -> str:
    """`1,850.00 USD + 300.00 EUR`; empty for none."""
    return " + ".join(
        money.show(line["amount_minor"], line["currency"], marks) for line in with_amounts({}, amounts) if amounts
    )


def amounts_of(rows: Iterable[Any]) -> Counter[str]:
    """The sum of `amount_minor` by `currency`; rows without an amount are passed over."""
    found: Counter[str] = Counter()
    for row in rows:
        if row["currency"] is not None and row["amount_minor"] is not None:
            found[row["currency"]] += row["amount_minor"]
    return found


def few(number: int, what: str) -> list[str]:
    """A note of care for figures of less than FEW cases; none for nothing at all, which says so itself."""
    return [f"Only {counted(number, what)}: read with care."] if 0 < number < FEW else []
