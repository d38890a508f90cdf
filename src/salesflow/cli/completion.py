"""Tab completion for the shell."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from salesflow.cli.session import session
from salesflow.errors import FileTrouble, Refused

SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
Shell = Annotated[str | None, typer.Argument(metavar="[SHELL]", help=", ".join(SHELLS) + ".", show_default=False)]


def shell_of(text: str | None) -> str:
    name = (text or os.path.basename(os.environ.get("SHELL", ""))).lower()
    if name not in SHELLS:
        raise Refused(f"which shell? salesflow completion show {'|'.join(SHELLS)}")
    return name


def show(ctx: typer.Context, shell: Shell = None) -> None:
    """Print the script for your shell.

    Example: salesflow completion show bash
    """
    from typer._completion_shared import get_completion_script

    print(get_completion_script(prog_name="salesflow", complete_var="_SALESFLOW_COMPLETE", shell=shell_of(shell)))


def install(ctx: typer.Context, shell: Shell = None) -> None:
    """Install it for your shell; it takes effect in the next terminal.

    Example: salesflow completion install zsh
    """
    from typer._completion_shared import install as put

    try:
        name, path = put(shell=shell_of(shell), prog_name="salesflow", complete_var="_SALESFLOW_COMPLETE")
    except OSError as error:
        raise FileTrouble(f"cannot write the completion: {error.strerror}") from None
    session(ctx).tell(f"Installed for {name}: {path}", shell=name, path=str(path))
