"""Transcripts: what is typed and what is answered, kept as text, run again and compared.

A transcript is a text file. `# ` begins a comment (after an empty line), `$ ` a command (`> ` its further lines); then
follows what it printed, each line of its stderr after `2> `, and `exit N` unless N is 0. A printed line that would
read as one of these stands behind a `\\`. Every transcript has an empty folder of its own, which is also its home, and
one clock.

    python -m tests.transcript --rewrite [NAME...]    run them and write down what they print now; then read the diff

Without a name, what the scripts under examples/ print is written down too.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "transcripts"
EXAMPLES = Path(__file__).parents[1] / "examples"
STORIES = tuple(EXAMPLES / f"{name}.txt" for name in ("home-business", "whole-sale"))
TODAY = "2026-11-24T09:00"
SECONDS = 60  # a command that takes longer hangs


@dataclass
class Step:
    """One command with the comments above it; `command` may have several lines."""

    comments: list[str]
    command: str = ""
    printed: list[str] = field(default_factory=list)


def read(text: str) -> list[Step]:
    """The comments and commands of a transcript; what was printed is left out."""
    steps: list[Step] = []
    comments: list[str] = []
    before = ""
    for line in text.split("\n"):
        if line.startswith("$ "):
            steps.append(Step(comments, line[2:]))
            comments = []
        elif line.startswith("> ") and before.startswith(("$ ", "> ")):
            steps[-1].command += "\n" + line[2:]
        elif line.startswith("# ") and (not before or comments):
            comments.append(line)
        before = line
    if comments:
        steps.append(Step(comments))
    return steps


def write(steps: Iterable[Step]) -> str:
    """A transcript as it stands in its file: an empty line before each comment but the first."""
    lines: list[str] = []
    for step in steps:
        if step.comments:
            lines += [""] * bool(lines) + step.comments
        if step.command:
            first, *more = step.command.split("\n")
            lines += [f"$ {first}", *(f"> {line}" for line in more), *step.printed]
    return "\n".join(lines) + "\n"


def environment(home: Path) -> dict[str, str]:
    """What cron would give, a fixed clock, and `salesflow` by name; no locale, no terminal."""
    bin_folder = home / ".bin"
    bin_folder.mkdir()
    shim = bin_folder / "salesflow"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m salesflow "$@"\n')
    shim.chmod(0o755)
    return {
        "HOME": str(home), "PATH": f"{bin_folder}:/usr/bin:/bin", "TZ": "UTC", "TMPDIR": str(home),
        "SALESFLOW_DB": str(home / "sales.db"), "SALESFLOW_TODAY": TODAY, "SALESFLOW_NO_INPUT": "1",
    }  # fmt: skip


def run(steps: Iterable[Step]) -> list[Step]:
    """Each command run in turn in a fresh folder, and what it printed."""
    # Always of the same length, since a line too long with its folder's name in it goes on below.
    with tempfile.TemporaryDirectory(prefix="salesflow-", dir="/tmp") as folder:
        home = Path(folder).resolve()
        env = environment(home)
        return [Step(step.comments, step.command, list(printed(step, home, env))) for step in steps]


def printed(step: Step, home: Path, env: dict[str, str]) -> Iterator[str]:
    if not step.command:
        return
    done = subprocess.run(
        ["sh", "-c", step.command], cwd=home, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS,
    )  # fmt: skip
    before = "$ "
    for line in settled(done.stdout, home):
        like = line.startswith(("$ ", "2> ", "exit ", "\\"))
        like = like or (line.startswith("> ") and before == "$ ") or (line.startswith("# ") and not before)
        yield f"\\{line}" if like else line
        before = line
    for line in settled(done.stderr, home):
        yield f"2> {line}"
    if done.returncode:
        yield f"exit {done.returncode}"


def settled(output: bytes, home: Path) -> list[str]:
    """The lines of an output, with the folder of this run as `~`."""
    lines = output.decode("utf-8", "backslashreplace").replace(str(home), "~").split("\n")
    return lines[:-1] if not lines[-1] else [*lines[:-1], f"{lines[-1]}\\"]


def replayed(path: Path) -> str:
    """The transcript, or the story, as it reads when it is run now."""
    if path in STORIES:
        return told(path.with_suffix(".sh"))
    return write(run(read(path.read_text(encoding="utf-8"))))


def told(script: Path) -> str:
    """What a script prints, both streams in one, as cron would mail them."""
    with tempfile.TemporaryDirectory(prefix="salesflow-", dir="/tmp") as folder:
        done = subprocess.run(
            ["sh", script], cwd=folder, env=environment(Path(folder)), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS, check=True,
        )  # fmt: skip
        return (
            re.sub(r"((?:business|sale)\.)\w{6}(?=/)", r"\1XXXXXX", "\n".join(settled(done.stdout, Path(folder))))
            + "\n"
        )


def rewrite(names: Iterable[str]) -> None:
    """Write down what the transcripts named (none: all) print now."""
    paths = [FOLDER / f"{Path(name).stem}.txt" for name in names] or [*sorted(FOLDER.glob("*.txt")), *STORIES]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, text in zip(paths, pool.map(replayed, paths), strict=True):
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
                print(f"rewritten: {path.name}")


if __name__ == "__main__":
    if sys.argv[1:2] != ["--rewrite"]:
        sys.exit(__doc__)
    if shutil.which("sh") is None:
        sys.exit("a POSIX shell is needed")
    rewrite(sys.argv[2:])
