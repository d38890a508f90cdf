"""docs/json.md says what `--json` answers, key by key."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from salesflow.reports import today

TEXT = (Path(__file__).parents[1] / "docs" / "json.md").read_text(encoding="utf-8")
KEYS = r"`\{([a-z0-9_, ]+)\}`"


def sections() -> list[tuple[str, str]]:
    """(command, what the page says of it), in the order of the page."""
    parts = re.split(r"^### `salesflow (.+)`$", TEXT, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def names(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",")]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Each command of the page, run in turn on the demo's file."""
    folder = tmp_path_factory.mktemp("json")
    env = {**os.environ, "HOME": str(folder), "SALESFLOW_DB": str(folder / "demo.db"), "SALESFLOW_NO_INPUT": "1",
           "SALESFLOW_TODAY": "2026-11-24T09:00", "TZ": "UTC"}  # fmt: skip

    def run(words: list[str]) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "salesflow", *words]
        return subprocess.run(command, env=env, input="name,email\nSam Ode,sam@ode.example\n,nobody@\nPia,nobody@\n",
                              capture_output=True, text=True, timeout=60)  # fmt: skip

    assert run(["demo", "--db", env["SALESFLOW_DB"]]).returncode == 0
    found = {}
    for command, _ in sections():
        done = run([*command.split(), "--json"])
        assert done.returncode in (0, 1), (command, done.stderr)
        found[command] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("command", [command for command, _ in sections()])
def test_the_page_names_every_key(answers: dict[str, Any], command: str) -> None:
    said = dict(sections())[command]
    answer = answers[command]
    kind = re.search(r"^(A list|One object)", said, re.MULTILINE)
    keys = re.search(KEYS, said)
    assert kind and keys
    assert isinstance(answer, list) == (kind[1] == "A list")
    first = answer[0] if isinstance(answer, list) else answer
    assert list(first) == names(keys[1])


@pytest.mark.parametrize(
    "command", [command for command, said in sections() if re.search(r"^- `\w+`: .*\{", said, re.M)]
)
def test_the_page_names_every_key_of_what_is_nested(answers: dict[str, Any], command: str) -> None:
    nested = re.findall(r"^- `(\w+)`: [^`]*" + KEYS, dict(sections())[command], re.MULTILINE)
    assert nested
    for name, keys in nested:
        rows = answers[command][name]
        assert rows, f"{name} of {command}: nothing to compare with"
        assert list(rows[0]) == names(keys)


def test_money_is_a_decimal_string_with_its_currency(answers: dict[str, Any]) -> None:
    amounts = [(row["amount"], row["currency"]) for row in answers["deal list"] if row["amount"] is not None]
    assert amounts
    assert all(re.fullmatch(r"\d+(\.\d{2})?", amount) and re.fullmatch(r"[A-Z]{3}", code) for amount, code in amounts)


def test_the_queue_has_every_kind_that_the_page_names(answers: dict[str, Any]) -> None:
    kinds = {row["kind"] for row in answers["today"]}
    named = re.search(r"`kind` is one of (.+?)\.\n", dict(sections())["today"], re.DOTALL)
    assert named
    assert (
        {"overdue", "due", "birthday", "parked", "stalled", "no-step"}
        <= kinds
        <= set(re.findall(r"`([a-z-]+)`", named[1]))
    )
    assert set(today.KINDS) <= set(re.findall(r"`([a-z-]+)`", named[1]))
