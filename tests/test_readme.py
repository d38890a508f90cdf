"""What the README and the docs show is what salesflow prints, and their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from transcript import Step, read, run

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def shown(page: Path) -> str:
    """The console blocks of a page, one after the other: one story, told in one file."""
    return "\n".join(re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))


def blocks(text: str) -> list[tuple[str, list[str]]]:
    """(command, the stdout shown) pairs; what goes to stderr may be left out of a page."""
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    lines = [part.rstrip("\n").split("\n") for part in parts]
    return [(first, [line for line in rest if line and not line.startswith("2> ")]) for first, *rest in lines]


@pytest.mark.parametrize("page", [page for page in PAGES if shown(page)], ids=lambda page: page.stem)
def test_examples_print_what_the_page_shows(page: Path) -> None:
    expected = blocks(shown(page))
    steps = run([Step([], command) for command, _ in expected])
    printed = [(step.command, [line for line in step.printed if line and not line.startswith("2> ")]) for step in steps]
    assert printed == expected


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert missing == []


def test_the_readme_has_one_command_for_the_demo_and_one_for_the_tests() -> None:
    commands = [
        line
        for line in (ROOT / "README.md").read_text(encoding="utf-8").split("\n")[:30]
        if line.startswith("python3 -m venv")
    ]
    assert len(commands) == 2
    assert commands[0].endswith(".venv/bin/salesflow demo")
    assert commands[1].endswith(".venv/bin/pytest")


def test_read_finds_every_command_of_a_page() -> None:
    assert [step.command for step in read("$ a\nx\n$ b\n")] == ["a", "b"]
