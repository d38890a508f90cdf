"""Every transcript, run again: what users type, what they read, what they are told when it goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from transcript import FOLDER, Step, read, replayed, run, write


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_transcript(path: Path) -> None:
    assert replayed(path) == path.read_text(encoding="utf-8")


def test_a_transcript_survives_being_read_and_written() -> None:
    text = "# Two lines\n# of words.\n$ cat > a <<E\n> 1\n> E\n\n# And more.\n$ true\n"
    assert write(read(text)) == text


def test_what_is_printed_is_told_from_what_is_typed() -> None:
    steps = run(read("$ printf '# a\\n$ b\\nc'; echo wrong >&2; exit 3\n$ echo $HOME\n"))
    assert steps == [
        Step([], "printf '# a\\n$ b\\nc'; echo wrong >&2; exit 3", ["\\# a", "\\$ b", "c\\", "2> wrong", "exit 3"]),
        Step([], "echo $HOME", ["~"]),
    ]
    assert [step.command for step in read(write(steps))] == [step.command for step in steps]
