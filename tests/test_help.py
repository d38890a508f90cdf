"""Help: every command explains itself with an example that runs, and the pages made from it are current."""

from __future__ import annotations

import importlib.util
import io
import re
import shlex
import shutil
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from salesflow.cli import GUESSES, HELP, TABLE, tree
from salesflow.cli.session import Session
from transcript import TODAY, environment

ROOT = Path(__file__).parents[1]
COMMANDS = [" ".join((name, *verb)) for name, entry in TABLE.items() for verb in ([(v,) for v in entry.verbs] or [()])]
# What the examples speak of: Ken with an open deal D7 and promises up to F12, and a process of one's own.
GROUND = [
    'add "Ken Ito" 202-555-0133',
    'add "Rosa Quint"',
    'add "K. Ito"',
    *["deal add rosa loaves", "win rosa price"] * 6,
    "deal add ken hours --process six-stage",
    *["follow rosa fri call"] * 11,
    "follow ken today call",
    "inquiry add ken hours",
    "quote add D7 hours @ 400",
    'process new bakery --stages "Walk-in,Tasting"',
    "process export bakery -o bakery.toml",
]
# The inquiry asks something: so the second has the key O3.
TWO_OBJECTIONS = "for text in dear dearer; do salesflow objection add D7 $text --expected; done"
A_PRODUCT = 'salesflow product add VA 10h --price 400 --feature "10 hours" --benefit "free evenings"'
THREE_PIECES = "for name in One Two Three; do salesflow prepare add competitor $name; done"
TWO_NEEDS = "salesflow need add ken time; salesflow need add ken rest"
A_PITCH = f"{A_PRODUCT}; salesflow pitch draft D7"
AN_APPOINTMENT = "salesflow appointment ask ken fri --at 9:00"
A_HOUSEHOLD = 'salesflow add "Moss household" --address "12 Elm Street" --tag "elm street"'
A_ROUND = f"{A_HOUSEHOLD}; salesflow visits plan elm street fri"
BEFORE = {
    "appointment confirm": AN_APPOINTMENT,
    "appointment held": AN_APPOINTMENT,
    "appointment missed": AN_APPOINTMENT,
    "appointment cancel": AN_APPOINTMENT,
    "visits plan": A_HOUSEHOLD,
    "visits sheet": A_ROUND,
    "visits tick": A_ROUND,
    "visits next": f"{A_ROUND}; salesflow visits tick 12 elm not-in",
    "product show": A_PRODUCT,
    "product edit": A_PRODUCT,
    "product drop": A_PRODUCT,
    "prepare edit": THREE_PIECES,
    "prepare drop": THREE_PIECES,
    "need edit": f"{A_PRODUCT}; {TWO_NEEDS}",
    "need met": TWO_NEEDS,
    "need drop": TWO_NEEDS,
    "pitch draft": A_PRODUCT,
    "pitch show": A_PITCH,
    "pitch edit": A_PITCH,
    "pitch check": A_PITCH,
    "pitch given": A_PITCH,
    "deal reopen": "salesflow win D7 price",
    "process new": "salesflow process drop bakery",
    "process import": "salesflow process drop bakery",
    "process build": "for n in Xara Yuri Zoe; do salesflow add $n; salesflow log call $n; salesflow log demo $n; "
    "salesflow deal add $n bread; salesflow win $n price; done",
    "redo": "salesflow undo",
    "quote revise": "salesflow quote sent Q1",
    "quote accepted": "salesflow quote sent Q1",
    "quote declined": "salesflow quote sent Q1",
    "objection answer": TWO_OBJECTIONS,
    "objection raise": TWO_OBJECTIONS,
    "objection edit": TWO_OBJECTIONS,
    "decider says": "salesflow decider add D7 Max Orr",
    "decider drop": "salesflow decider add D7 Max Orr",
    "db restore": "salesflow note ken the first write of a day keeps a copy",
}
WITH = {"db restore": "--yes", "erase": "--yes"}  # nobody is there to be asked
ANSWERS_NO = ("prepare check", "pitch check")  # of what the examples speak of, with exit code 1


def maker() -> object:
    """docs/make_commands.py as a module."""
    spec = importlib.util.spec_from_file_location("make_commands", ROOT / "docs" / "make_commands.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def example(command: str) -> str:
    text = maker().asked(*command.split())  # type: ignore[attr-defined]
    found = re.search(r"^  Example: (salesflow .*)$", text, re.MULTILINE)
    assert found, f"salesflow {command} --help has no example"
    assert max(len(line) for line in text.split("\n")) <= 80
    assert found[1].startswith(f"salesflow {command}"), "the example is of another command"
    return found[1]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the examples speak of, made once."""
    folder = tmp_path_factory.mktemp("ground")
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        patch.chdir(folder)
        patch.setenv("SALESFLOW_DB", str(folder / "sales.db"))
        patch.setenv("SALESFLOW_TODAY", TODAY)
        patch.setenv("SALESFLOW_NO_INPUT", "1")
        for line in GROUND:
            assert tree().main(shlex.split(line), standalone_mode=False, obj=Session(command=line)) in (None, 0), line
    shutil.copy(ROOT / "examples" / "people.csv", folder)
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_an_example_that_runs(command: str, ground: Path, tmp_path: Path) -> None:
    typed = f"{example(command)} {WITH.get(command, '')}"
    home = tmp_path / "home"
    shutil.copytree(ground, home)
    lines = [BEFORE[command], typed] if command in BEFORE else [typed]
    done = subprocess.run(
        ["sh", "-e", "-c", "\n".join(lines)], cwd=home, env=environment(home), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == (1 if command in ANSWERS_NO else 0), f"{typed}\n{done.stderr}"


def test_the_help_page_is_one_screen_and_names_every_command() -> None:
    lines = HELP.rstrip("\n").split("\n")
    assert len(lines) <= 40
    assert max(len(line) for line in lines) <= 80
    assert [name for name in TABLE if not re.search(rf"\b{name}\b", HELP)] == []


@pytest.mark.parametrize("guess", sorted(GUESSES))
def test_a_guessed_word_is_answered_with_a_command_there_is(guess: str) -> None:
    assert guess not in TABLE
    for answer in re.split(r", or |; ", GUESSES[guess]):
        first, *rest = answer.split()
        assert first in TABLE or first.startswith("--") or answer == "the file is made by itself"
        if first in TABLE and TABLE[first].verbs and rest:
            assert rest[0] in TABLE[first].verbs


def test_the_page_of_all_commands_is_current() -> None:
    made = maker()
    assert made.PAGE.read_text(encoding="utf-8") == made.page(), "run: python docs/make_commands.py"  # type: ignore[attr-defined]
