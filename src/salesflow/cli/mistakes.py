"""Mistakes in typing a command, said in plain words: what, and what would be understood."""

from __future__ import annotations

import difflib
import re
from typing import Any

from salesflow.cli.tree import is_option, takes


def said_plainly(error: Any) -> str:
    """One line for a usage error of the command line; it ends with the way to the command's help."""
    ctx = getattr(error, "ctx", None)
    kind = type(error).__name__
    if kind == "MissingParameter" and ctx is not None:
        return f"incomplete; type: {ctx.command_path} {' '.join(takes(ctx.command))}"
    if kind == "NoSuchOption":
        text = f"no option {error.option_name}" + meant(error.option_name, error.possibilities or ())
    elif kind == "BadOptionUsage":
        text = f"{error.option_name} needs a value"
    elif kind == "BadParameter" and getattr(error, "param", None) is not None:
        text = f"{(error.param.opts[0] if is_option(error.param) else error.param.metavar)}: {expected(error.message)}"
    else:
        text = plain(str(error.format_message()) if hasattr(error, "format_message") else str(error))
    if ctx is None:
        return text
    return f"{text}{' See' if text.endswith('?') else '; see'}: {ctx.command_path} --help"


def meant(typed: str, there: Any) -> str:
    near = difflib.get_close_matches(typed, list(there), 1, 0)
    return f"; did you mean {near[0]}?" if near else ""


def expected(message: str) -> str:
    """`'many' is not a whole number`, `-1 is not 0 to 366`."""
    message = re.sub(r"a valid int(eger)?( range)?", "a whole number", message.rstrip("."))
    message = re.sub(r"in the range (-?\d+)<=x<=(-?\d+)", r"\1 to \2", message)
    return re.sub(r"in the range x>=(-?\d+)", r"\1 or more", message)


def plain(message: str) -> str:
    extra = re.fullmatch(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", message, re.DOTALL)
    if extra:
        return f"not understood: {extra[1]}"
    message = re.sub(r"^No such command", "no command", message.rstrip("."))
    message = re.sub(
        r"\. Did you mean(?: one of)?:? (.*?)\?*$", lambda found: f"; did you mean {names(found[1])}?", message
    )
    return message[:1].lower() + message[1:]


def names(listed: str) -> str:
    """`today or tag`, of `'today', 'tag'`."""
    return " or ".join(re.findall(r"[\w-]+", listed)) or listed
