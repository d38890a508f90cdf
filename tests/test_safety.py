"""Rough treatment: damaged files and hostile words end in one line and a known exit code, never in a traceback."""

import json
import os
import random
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from builders import desk, environment, faults, new_file, reader, run
from salesflow.store import copies, file

# -- damaged files -----------------------------------------------------------------------------------------------------

COMMANDS = (
    ["today"], ["today", "--json", "--days", "30"], ["list"], ["list", "--json", "--status", "prospect"], ["show", "1"],
    ["show", "D1"], ["find", "hello"], ["history"], ["qualify", "2"], ["funnel"], ["pipeline"], ["week"], ["digest"],
    ["config"], ["process", "show", "three-step"], ["question"], ["undo", "--list"], ["db", "check"],
    ["add", "Zoe", "--next", "fri"], ["log", "call", "ana", "hello"], ["done", "F1"], ["move", "D1"], ["undo"], ["redo"],
    ["delete", "1"], ["db", "check", "--fix"], ["db", "backup"],
)  # fmt: skip


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with something of everything."""
    path = new_file(tmp_path_factory.mktemp("full") / "a.db")
    with desk(path) as at:
        for number, name in enumerate(("Ana", "Bo", "山田 花子", "Omar Aziz", *(f"Person {n}" for n in range(40))), 1):
            who = str(number)
            at.call("add", name.split(), tag=["fair"], note="hello " * 30, birthday="28 nov", next="today",
                    todo="call: hello", phone=[f"+1 202 555 {number:04}"], email=[f"a{number}@b.example"])  # fmt: skip
            at.call("qualify", [who, "--money", "yes", "--authority", "yes", "--target-market", "yes"], said="we do")
            at.call("deal add", [who, "hours"], amount="400")
            at.call("log", ["call", who, "hello"], on="-3d")
            at.call("follow", [who, "-2d", "again"], every="month")
        at.call("win", ["D2", "trust"])
        at.call("lose", ["D3", "price"])
        at.call("park", ["D4", "tomorrow", "after", "the", "move"])
    return path


def damaged(whole: bytes, dice: random.Random) -> bytes:
    """Bits turned, a run of zeros or noise, a page in another's place, or the end cut off; half of it near the start."""
    body = bytearray(whole)
    if dice.random() < 0.1:
        return whole[: dice.randrange(len(whole))]
    for _ in range(dice.choice((1, 1, 3, 20))):
        at = dice.randrange(len(body) if dice.random() < 0.7 else 8192)
        size = dice.choice((1, 8, 100, 4096, 20_000))
        kind = dice.choice(("flip", "flip", "flip", "zero", "noise", "page"))
        if kind == "flip":
            body[at] ^= 1 << dice.randrange(8)
        elif kind == "zero":
            body[at : at + size] = bytes(min(size, len(body) - at))
        elif kind == "noise":
            body[at : at + size] = dice.randbytes(min(size, len(body) - at))
        else:
            one, other = (4096 * dice.randrange(len(body) // 4096) for _ in range(2))
            body[one : one + 4096] = body[other : other + 4096]
    return bytes(body)


def said_well(words: list[str], code: int, out: str, err: str) -> str:
    """What is wrong with how a command ended; '' for nothing."""
    if code not in (0, 1, 2, 3, 4, 5):
        return f"exit {code}"
    if "Traceback" in err or "Traceback" in out:
        return "a traceback"
    refusals = [line for line in err.splitlines() if line.lstrip("\u200e").startswith("salesflow: ")]
    if code and not refusals and words[:2] != ["db", "check"]:
        return "no word of why"
    return "" if len(refusals) <= 1 else "more than one line"


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[] if seed < 60 else pytest.mark.long) for seed in range(460)]
)
def test_a_damaged_file_never_ends_in_a_traceback(
    seed: int, full: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(file, "WAIT_SECONDS", 0.5)
    dice = random.Random(seed)
    path = tmp_path / "a.db"
    spoiled = damaged(full.read_bytes(), dice)
    for words in dice.sample(COMMANDS, len(COMMANDS) if seed >= 60 else 6):
        path.write_bytes(spoiled)
        for left in ("a.db-wal", "a.db-shm"):
            path.with_name(left).unlink(missing_ok=True)
        done = run(path, *words)
        assert said_well(words, *done) == "", f"seed {seed}: {words}: {done}"
        if not done.code or words[0] in ("today", "list", "show", "find", "history"):
            continue
        if done.code in (2, 3, 5) and words != ["db", "check", "--fix"]:
            assert path.read_bytes() == spoiled, f"seed {seed}: {words} changed a file it refused: {done}"


def test_a_damaged_log_beside_the_file_never_ends_in_a_traceback(full: Path, tmp_path: Path):
    whole = shutil.copyfile(full, tmp_path / "whole.db")
    with desk(whole) as at:
        at.call("note", ["1", "hello"])
        body, log = whole.read_bytes(), whole.with_name("whole.db-wal").read_bytes()
    for seed in range(15):
        dice = random.Random(seed)
        path = tmp_path / f"{seed}.db"
        path.write_bytes(body)
        path.with_name(f"{seed}.db-wal").write_bytes(damaged(log, dice) if seed else log)
        for words in dice.sample(COMMANDS, 4):
            done = run(path, *words)
            assert said_well(words, *done) == "", f"seed {seed}: {words}: {done}"


def test_a_copy_brings_a_damaged_file_back(full: Path, tmp_path: Path):
    for seed in range(20):
        path = tmp_path / f"{seed}.db"
        copies.copy(full, tmp_path / "copy.db")
        path.write_bytes(damaged(full.read_bytes(), random.Random(seed)))
        path.chmod(0o600)
        done = run(path, "--yes", "db", "restore", str(tmp_path / "copy.db"))
        if done.code == 5:  # its first page says now that it is another program's, or of a newer version
            assert "another program" in done.err or "newer" in done.err, done
            continue
        assert done.code == 0, f"seed {seed}: {done}"
        checked = run(path, "db", "check")
        assert checked.code == 0, f"seed {seed}: {checked}"


# -- hostile words -----------------------------------------------------------------------------------------------------

WORDS = (
    "", " ", "-", "--", "0", "-1", "1", "2", "99999999999999999999", "1e400", "NaN", "inf", "0x10", "١٢", "½", "²",
    "fri", "tomorrow", "31 feb", "9999-12-31", "0001-01-01", "2026-02-30", "+99999d", "-5d", "in 3 business days", "eom",
    "25:99", "9:30", "400", "$60", "1,234.50", "1.234,50 EUR", "-400", "400 XXX", "1e9", "99999999999999999999.99",
    "F1", "D1", "P1", "B1", "A1", "#1", "F99999999999999999999", "F0", "d1", "Q7", "ana", "ana b", "bo", "nobody", "%", "_",
    "*", '"', "'", "''; DROP TABLE contacts; --", "\\", "a\nb", "a\tb", "\x1b[31m", "\u202eabc", "\u0000", "\ud800", "😀",
    "山", "فرشته", "x" * 300, "x" * 5000, "a" * 50 + "@b.example", "@", "@ann", "a@b", "http://", "www.a.b", "+", "+1", "()",
    "202-555-0133", "2,02556E+09", "yes", "no", "unknown", "maybe", "call", "met", "note", "walk-in", "money", "three-step",
    "A,B,C", ",", "a:b", "find:A", "FREQ=YEARLY;BYMONTHDAY=31", "FREQ=", "every week", "2 weeks", "0 weeks", "year",
    "NEAR(", "AND", "OR", "name:x", "^a", "[/]", "[bold]", "{}", "%s", "../..", "/", "~", "lead", "sales", "-f", "json",
)  # fmt: skip
OPTIONS = (
    "--next", "--todo", "--on", "--minutes", "--amount", "--every", "--at", "--kind", "--phone", "--email", "--link",
    "--address", "--birthday", "--rating", "--priority", "--tag", "--drop", "--name", "--off-list", "--due", "--text",
    "--money", "--how", "--stage", "--process", "--limit", "--days", "--since", "--by", "--stages", "--status", "--json",
    "--place", "--outcome", "--no-answer", "--in", "--new", "--alarm", "--source", "--said", "--method", "-f", "--all",
    "--referred-by", "--probability", "--rename", "--quiet-for", "--untouched", "--missing", "--not-tag", "--add-tag", "--save", "--saved", "--imported",
    "--keep-changed", "--list", "--help", "--today", "--format", "-q", "-y",
)  # fmt: skip
VERBS = (
    "today", "show", "add", "done", "log", "note", "follow", "snooze", "qualify", "sale", "move", "win", "lose", "park",
    "list", "find", "history", "week", "funnel", "pipeline", "digest", "undo", "redo", "edit", "delete", "config",
    "deal add", "deal list", "deal show", "deal edit", "deal reopen", "deal delete", "process list", "process show",
    "process new", "process edit", "process drop", "process export", "question list", "question add", "question edit",
    "question drop", "report win-rate", "db check", "db path", "db nonsense", "remind", "tody", "import", "export",
)  # fmt: skip


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[] if seed < 6 else pytest.mark.long) for seed in range(200)]
)
def test_no_words_end_in_a_traceback(seed: int, full: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SALESFLOW_DEBUG", "1")  # what nobody foresaw is raised
    dice = random.Random(seed)
    path = Path(shutil.copy(full, tmp_path / "a.db"))
    for _ in range(40):
        words = dice.choice(VERBS).split() + dice.choices(WORDS, k=dice.choice((0, 1, 2, 2, 3)))
        for option in dice.sample(OPTIONS, dice.choice((0, 0, 1, 2))):
            words += [option, *dice.choices(WORDS, k=dice.choice((0, 1, 1)))]
        try:
            done = run(path, *words)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {words}") from error
        assert said_well(words, *done) == "", f"seed {seed}: {words}: {done}"
        assert "\x1b" not in done.err, f"seed {seed}: {words}: {done}"
    assert run(path, "db", "check").code == 0


# -- many at once ------------------------------------------------------------------------------------------------------


def at_once(path: Path, commands: list[list[list[str]]]) -> list[list[int]]:
    """Each list of commands by a process of its own, all let go at one instant; the exit codes."""
    code = """
        import json, os, sys
        from salesflow import formats, money, render
        from salesflow.cli import activity, files, finish, mend, session
        from salesflow.importers import taking
        from salesflow.records import change
        path, lists = sys.argv[1], json.loads(sys.argv[2])
        start, go = os.pipe()
        pipes = []
        for words in lists:
            told, tell = os.pipe()
            if not os.fork():
                os.close(go)
                os.read(start, 1)
                codes = [finish(session.Session(" ".join(each)), ["-q", "--db", path, *each]) for each in words]
                os.write(tell, json.dumps(codes).encode())
                os._exit(0)
            os.close(tell)
            pipes.append(told)
        os.close(go)
        print(json.dumps([json.loads(os.read(told, 10_000)) for told in pipes]), file=sys.stderr)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(path), json.dumps(commands)], env=environment(),
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    codes: list[list[int]] = json.loads(done.stderr.splitlines()[-1])
    return codes


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_twenty_writers_beside_an_import_lose_nothing_they_were_told_is_kept(tmp_path: Path):
    path = new_file(tmp_path / "a.db")
    run(path, "add", "Ana")
    (tmp_path / "many.csv").write_text("Name\n" + "".join(f"Person {number}\n" for number in range(3000)))
    notes = [[["note", "1", f"w{writer}.{number}"] for number in range(4)] for writer in range(20)]
    codes = at_once(path, [*notes, [["import", str(tmp_path / "many.csv")]]])
    assert codes == [[0] * 4] * 20 + [[0]]
    conn = reader(path)
    texts = {row["text"] for row in conn.execute("SELECT text FROM activities")}
    assert texts == {f"w{writer}.{number}" for writer in range(20) for number in range(4)}
    assert conn.execute("SELECT count(*) FROM contacts").fetchone()[0] == 3001
    assert conn.execute("SELECT count(*) FROM changes").fetchone()[0] == 82
    assert faults(conn) == []
    conn.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_several_who_undo_at_once_each_take_back_another_command(tmp_path: Path):
    path = new_file(tmp_path / "a.db")
    with desk(path) as at:
        for number in range(20):
            at.call("add", [f"Person {number}"])
    assert at_once(path, [[["undo"], ["undo"]]] * 8) == [[0, 0]] * 8
    conn = reader(path)
    assert [row["id"] for row in conn.execute("SELECT id FROM contacts ORDER BY id")] == [1, 2, 3, 4]
    targets = [row[0] for row in conn.execute("SELECT target_id FROM changes WHERE kind = 'undo'")]
    assert sorted(targets) == list(range(5, 21))
    assert faults(conn) == []
    conn.close()
