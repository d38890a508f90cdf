"""Orders as shops list them: several lines that are one order, money given back, the `'` before numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from salesflow.importers.delimited import Refusal, Row

TITLE = 120  # letters of a list of what was bought
LINES = 2000  # of one order: more are the next

Cells = list[str]


def unguarded(rows: Iterable[Row], places: Sequence[int]) -> Iterator[Row]:
    """Cells of these columns without the `'` that keeps spreadsheets from counting with them."""
    for line, row in rows:
        if not isinstance(row, Refusal):
            row = [text.removeprefix("'") if place in places else text for place, text in enumerate(row)]
        yield line, row


def grouped(
    rows: Iterable[Row], together: Callable[[Cells, Cells], bool]
) -> Iterator[tuple[list[int], list[Cells] | Refusal]]:
    """Lines that follow each other and are one order, with where they stand; what cannot be read stands alone.

    together: whether a line belongs to the order whose first line is given.
    """
    lines: list[int] = []
    order: list[Cells] = []
    for line, row in rows:
        if order and (isinstance(row, Refusal) or len(order) >= LINES or not together(order[0], row)):
            yield lines, order
            lines, order = [], []
        if isinstance(row, Refusal):
            yield [line], row
        else:
            lines.append(line)
            order.append(row)
    if order:
        yield lines, order


def unpaid(status: str) -> Refusal:
    return Refusal(f"it is not paid ({status}), so it is no sale yet; a later export will tell")


def listed(items: Iterable[tuple[str, str]]) -> str:
    """`Lamp, 2 x Shade, and 3 more`, of names and how many of each."""
    said: list[str] = []
    more = 0
    for name, many in items:
        text = f"{many.strip()} x {name.strip()}" if re.fullmatch(r"[2-9]|[1-9]\d+", many.strip()) else name.strip()
        if not text or text in said:
            continue
        if said and sum(map(len, said)) + len(text) > TITLE:
            more += 1
        else:
            said.append(text)
    return ", ".join(said)[: 2 * TITLE] + (f", and {more} more" if more else "")


def amount(text: str) -> Decimal | None:
    """A sum as a shop writes it, 1,234.50 or 1.234,50, perhaps with its currency; None for anything else."""
    plain = re.sub(r"[^\d.,-]", "", text)
    if re.fullmatch(r"-?(?:\d{1,3}(?:\.\d{3})+|\d+),\d{1,2}", plain):
        plain = plain.replace(".", "").replace(",", ".")
    plain = plain.replace(",", "")
    return Decimal(plain) if re.fullmatch(r"-?\d+(?:\.\d+)?", plain) else None


def written(found: Decimal, like: str) -> str:
    """An amount with the decimal mark of another cell of its column."""
    return f"{found:f}".replace(".", ",") if re.search(r",\d{1,2}\D*$", like) else f"{found:f}"
