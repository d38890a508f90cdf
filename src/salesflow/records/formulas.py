"""Formulas: the parts of a presentation, in order. AIDA is built in; others are pieces of the preparation."""

from __future__ import annotations

import sqlite3

from salesflow.errors import Refused
from salesflow.people import fold

AIDA = ("attention", "interest", "desire", "action")


def parts(text: str) -> list[tuple[str, str]]:
    """The parts of a formula, in order, each with the part of AIDA whose words it gets: `problem, promise=desire`.

    What names none gets one by its place: the first attention, the last action, the second interest, all others desire.
    Raises Refused.
    """
    found = [part.strip() for part in text.replace(">", ",").split(",") if part.strip()]
    if not 2 <= len(found) <= 12:
        raise Refused("a formula has 2 to 12 parts, in order, such as: problem, promise, proof, proposal")
    last = len(found) - 1
    named = []
    for place, part in enumerate(found):
        name, sign, role = (piece.strip().lower() for piece in part.partition("="))
        if sign and role not in AIDA:
            raise Refused(f"the part {name!r} gets the words of attention, interest, desire or action, not {role!r}")
        by_place = "attention" if place == 0 else "action" if place == last else ("interest", "desire")[place > 1]
        named.append((name, role or (name if name in AIDA else by_place)))
    names = [name for name, _ in named]
    if "" in names or "unique" in names or len(set(names)) < len(names):
        raise Refused("each part has a name of its own; `unique` is a part of every presentation already")
    return named


def formula(conn: sqlite3.Connection, name: str | None) -> tuple[str, list[tuple[str, str]]]:
    """(name, parts) of a formula; AIDA is built in, and meant where none is named. Raises NotFound."""
    if name is None or fold(name) == "aida":
        return "AIDA", [(part, part) for part in AIDA]
    from salesflow.records import preparation

    row = preparation.find(conn, "formula", name)
    return str(row["name"]), parts(row["text"])
