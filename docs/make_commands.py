"""Writes docs/commands.md from the `--help` of every command in the table: python docs/make_commands.py"""

from __future__ import annotations

import io
import os
from contextlib import redirect_stdout
from pathlib import Path
from unittest import mock

from salesflow.cli import TABLE, tree
from salesflow.cli.session import Session

PAGE = Path(__file__).parent / "commands.md"
HEAD = """\
# The commands

What `salesflow COMMAND --help` prints, for every command. This page is made by `python docs/make_commands.py`.
Global options (`--json`, `--db FILE`, `-f FORMAT`, `--today DAY`, `-q`, `-y`, `--no-input`) stand before or after any
command; `salesflow --help --all` lists them.
"""


def asked(*words: str) -> str:
    """What a help prints on a screen of 80 columns."""
    out = io.StringIO()
    with redirect_stdout(out), mock.patch.dict(os.environ, COLUMNS="80"):
        tree().main([*words, "--help"], prog_name="salesflow", standalone_mode=False, obj=Session(command=""))
    return out.getvalue()


def page() -> str:
    """The whole of docs/commands.md."""
    parts = [HEAD, block(asked())]
    for name, entry in TABLE.items():
        parts += [f"## {name}\n", block(asked(name))]
        for verb in entry.verbs:
            parts += [f"### {name} {verb}\n", block(asked(name, verb))]
    return "\n".join(parts)


def block(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
