"""Months as files name them, in eight languages: `12 de marzo de 2025`, `3. Mai 2024`."""

from __future__ import annotations

import re

from salesflow.dates import MONTHS
from salesflow.people import fold

# How the names of each month begin; the longest beginning counts.
_STEMS = (
    "jan ene gen sty", "feb fev lut", "mar maa mrt", "apr avr abr kwi", "may mai mag mei maj", "jun juin giu cze",
    "jul juil lug lip", "aug aou ago sie", "sep set wrz", "oct okt ott out paz", "nov lis", "dec dez dic gru",
)  # fmt: skip
_MONTH = {stem: MONTHS[number] for number, stems in enumerate(_STEMS) for stem in stems.split()}
_WRITTEN = r"(\d{1,2})(?:\.|er|º|ª)?[ -]+(?:de +)?([^\W\d_]{3,12})\.?(?:[ -]+(?:de +)?(\d{4}.*))?"


def in_english(text: str) -> str:
    """A day with the name of its month in English; the text as it is where it is no such day."""
    found = re.fullmatch(_WRITTEN, text.strip(), re.DOTALL)
    if found is None:
        return text
    name = fold(found[2])
    month = _MONTH.get(name[:4]) or _MONTH.get(name[:3])
    return f"{found[1]} {month} {found[3] or ''}".rstrip() if month else text
