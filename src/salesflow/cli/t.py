"""The short codes of documents: VA11 to VA13 for inquiries, VA21 to VA23 for quotes."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.errors import Refused

# Source: transaction codes by which the six commands are called elsewhere.
CODES = {
    "VA11": ("inquiry", "add"), "VA12": ("inquiry", "edit"), "VA13": ("inquiry", "show"),
    "VA21": ("quote", "add"), "VA22": ("quote", "edit"), "VA23": ("quote", "show"),
}  # fmt: skip


def t(
    ctx: typer.Context,
    free: Annotated[list[str] | None, typer.Argument(metavar="CODE [WORDS]", show_default=False)] = None,
) -> None:
    """Short codes: VA11 inquiry add, VA12 edit, VA13 show; VA21 quote add, VA22 edit, VA23 show.

    Words and options are those of the command itself; it explains them: salesflow quote add --help.

    Example: salesflow t va13 I1
    """
    code, *rest = free or [""]
    found = CODES.get(code.upper())
    if found is None:
        listed = ", ".join(f"{each} {' '.join(words)}" for each, words in CODES.items())
        raise Refused(f"no code {code!r}; there are: {listed}" if code else f"which code? {listed}")
    noun, verb = found
    root = ctx.find_root()
    command = root.command.get_command(ctx, noun).get_command(ctx, verb)  # type: ignore[attr-defined]
    with command.make_context(f"t {code.upper()}", rest, parent=root) as under:
        command.invoke(under)
