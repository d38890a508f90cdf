"""Timelines: the histories of status of two contacts made one, as if they had been one person all along.

On each day the status further on counts: who was a customer under one name was one. Two customers at once had two
sales. Of disqualified or off the list and anything beyond a lead, what was found out later counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

FURTHER = ("lead", "possible", "prospect", "customer", "repeat")
ENDS = ("disqualified", "off-list")
BOUGHT = ("customer", "repeat")


class Stay(NamedTuple):
    """One status, from when (an instant and its day) to which day; None: in force."""

    status: str
    entered_at: str
    entered_on: str
    left_on: str | None


class Step(NamedTuple):
    """Something that began or ended, in the order of days, then of instants; ends before beginnings."""

    on: str
    begins: bool
    at: str
    side: int
    status: str | None


def joined(one: Sequence[Stay], other: Sequence[Stay]) -> list[Stay]:
    """One history without gaps or overlaps but those that both have, oldest first."""
    now: list[tuple[str, int] | None] = [None, None]  # of each side its status, and which step brought it
    found: list[Stay] = []
    for number, step in enumerate(sorted((*steps(one, 0), *steps(other, 1)), key=order)):
        before = both(*now)
        now[step.side] = (step.status, number) if step.status else None
        after = both(*now)
        if before == after:
            continue
        if before is not None:
            found[-1] = found[-1]._replace(left_on=step.on)
        if after is not None and found and (found[-1].status, found[-1].left_on) == (after, step.on):
            found[-1] = found[-1]._replace(left_on=None)  # it ended on one side as it began on the other
        elif after is not None:
            found.append(Stay(after, step.at, step.on, None))
    return found


def order(step: Step) -> tuple[str, bool, str]:
    return step.on, step.begins, step.at


def steps(stays: Sequence[Stay], side: int) -> Iterator[Step]:
    for stay, after in zip(stays, [*stays[1:], None], strict=False):  # of none, none
        yield Step(stay.entered_on, True, stay.entered_at, side, stay.status)
        if stay.left_on is not None and (after is None or after.entered_on > stay.left_on):
            yield Step(stay.left_on, stay.left_on == stay.entered_on, stay.entered_at, side, None)


def both(one: tuple[str, int] | None, other: tuple[str, int] | None) -> str | None:
    """The status of the two together; each with the number of the step that brought it."""
    if one is None or other is None:
        return (one or other or (None, 0))[0]
    words = (one[0], other[0])
    if all(word in BOUGHT for word in words):
        return "repeat"
    if any(word in ENDS for word in words) and "lead" not in words:
        sold = [word for word in words if word in BOUGHT]
        if sold and "off-list" not in words:
            return sold[0]
        return max(one, other, key=lambda side: side[1])[0]
    return max(words, key=(*FURTHER, *ENDS).index)
