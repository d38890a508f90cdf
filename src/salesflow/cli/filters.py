"""The filters of people, typed once for every command that takes them: list, export, edit, follow, delete."""

from __future__ import annotations

import inspect
import sqlite3
from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.models import ArgumentInfo

from salesflow.errors import Refused

if TYPE_CHECKING:
    from salesflow.records.listing import Filters

Words = list[str] | None
Saved = Annotated[str | None, typer.Argument(metavar="[@LIST]", show_default=False)]


def typed(
    status: Annotated[
        Words, typer.Option("--status", metavar="WORD", help="lead, possible, prospect, ...; again: any of them.")
    ] = None,
    tag: Annotated[Words, typer.Option("--tag", metavar="WORD", help="With this tag; again: any of them.")] = None,
    source: Annotated[Words, typer.Option("--source", metavar="WORD", help="From this source; again: any.")] = None,
    company: Annotated[Words, typer.Option("--company", metavar="NAME", help="Of this firm; again: any.")] = None,
    not_status: Annotated[Words, typer.Option("--not-status", metavar="WORD", help="Not of this status.")] = None,
    not_tag: Annotated[Words, typer.Option("--not-tag", metavar="WORD", help="Without this tag.")] = None,
    not_source: Annotated[Words, typer.Option("--not-source", metavar="WORD", help="Not from this source.")] = None,
    not_company: Annotated[Words, typer.Option("--not-company", metavar="NAME", help="Not of this firm.")] = None,
    missing: Annotated[
        Words, typer.Option("--missing", metavar="WORD", help="Without phone, email, name, address, company, tag, ...")
    ] = None,
    may: Annotated[
        Words, typer.Option("--may", metavar="CHANNEL", help="Said yes to email, phone, sms or post; again: any.")
    ] = None,
    where: Annotated[
        Words, typer.Option("--where", metavar="Q=ANSWER", help="Answered so: hobbies=choir, staff=2..20; again: and.")
    ] = None,
    demand: Annotated[
        Words, typer.Option("--demand", metavar="WORD", help="Likely to want much: high, medium, low; again: any.")
    ] = None,
    no_next: Annotated[bool, typer.Option("--no-next", help="Nothing promised.")] = False,
    not_spoken: Annotated[bool, typer.Option("--not-spoken", help="No conversation logged yet.")] = False,
    imported: Annotated[bool, typer.Option("--imported", help="From a file, and nothing said to them yet.")] = False,
    quiet_for: Annotated[
        str | None, typer.Option("--quiet-for", metavar="TIME", help="Nothing happened so long: 90d, 12w, 3m.")
    ] = None,
    untouched: Annotated[
        str | None, typer.Option("--untouched", metavar="TIME", help="Nor was anything changed by hand: 90d, 3m.")
    ] = None,
) -> Filters:
    """What was typed as `records.listing.Filters` has it: its fields and the options here are of the same names."""
    given: dict[str, Any] = dict(locals())
    from salesflow.records.listing import Filters

    for field, empty in Filters._field_defaults.items():
        if empty == ():
            given[field] = words_of(given[field])
    return Filters(**given)


def words_of(value: str | Sequence[str] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """A command that takes the filters: they stand among its own options, and it is called with them as `filters`."""
    known = {"Filters": object}  # here and there imported for readers alone
    mine = dict(inspect.signature(command, eval_str=True, locals=known).parameters)
    del mine["filters"]
    theirs = dict(inspect.signature(typed, eval_str=True, locals=known).parameters)

    @wraps(command)
    def called(*args: Any, **options: Any) -> None:
        said = {name: options.pop(name) for name in theirs if name in options}
        command(*args, **options, filters=typed(**said))

    first = [name for name, each in mine.items() if each.default is each.empty or is_argument(each)]
    merged = [
        each.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for each in (*(mine.pop(name) for name in first), *theirs.values(), *mine.values())
    ]
    called.__signature__ = inspect.Signature(merged)  # type: ignore[attr-defined]
    called.__annotations__ = {each.name: each.annotation for each in merged}
    return called


def is_argument(parameter: inspect.Parameter) -> bool:
    return any(isinstance(part, ArgumentInfo) for part in getattr(parameter.annotation, "__metadata__", ()))


def chosen(conn: sqlite3.Connection, saved: str | None, filters: Filters) -> Filters:
    """What was typed, within the saved list if one was named. Raises NotFound, Refused."""
    if saved is None:
        return filters
    from salesflow.records import saved_filters

    if not saved.startswith("@"):
        raise Refused(f"not understood: {saved}; a saved list begins with @, one person is: salesflow show {saved}")
    return saved_filters.narrowed(saved, saved_filters.find(conn, saved), filters)
