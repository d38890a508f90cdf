"""Every transcript, run again: what users type, what they read, what they are told when it goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from transcript import FOLDER, STORIES, Step, read, replayed, run, write


@pytest.mark.parametrize("path", [*sorted(FOLDER.glob("*.txt")), *STORIES], ids=lambda path: path.stem)
def test_transcript(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "Traceback" not in text
    assert replayed(path) == text


def test_a_transcript_survives_being_read_and_written() -> None:
    text = "# Two lines\n# of words.\n$ cat > a <<E\n> 1\n> E\n\n# And more.\n$ true\n"
    assert write(read(text)) == text


def test_what_is_printed_is_told_from_what_is_typed() -> None:
    odd = r"printf '# a\n\n# b\n$ c\nd'; echo wrong >&2; exit 3"
    steps = run(read(f"$ {odd}\n$ echo $HOME\n"))
    assert steps == [
        Step([], odd, ["# a", "", "\\# b", "\\$ c", "d\\", "2> wrong", "exit 3"]),
        Step([], "echo $HOME", ["~"]),
    ]
    assert [step.command for step in read(write(steps))] == [step.command for step in steps]
