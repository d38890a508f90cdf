"""What each command costs, whole process from start to exit, at several sizes of file: `python -m bench.run`.

A command, the same at every size, and the floor (`python -c "import typer"`) run in turn, so that each ratio is of
neighbours in time and a noisy machine does little harm. Figures are medians. Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import platform
import pty
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

TODAY = "2026-11-24"  # of the files that bench.build makes
FLOOR = [sys.executable, "-c", "import typer"]
SALESFLOW = [str(Path(sys.executable).with_name("salesflow"))]
HOUSE = Path(__file__).parent.parent
SIZES = (1_000, 10_000, 100_000)


def median(figures: Iterable[float]) -> float:
    """As in statistics, which is not loaded: a child's peak can never read lower than the memory of its parent."""
    found = sorted(figures)
    half = len(found) // 2
    return found[half] if len(found) % 2 else (found[half - 1] + found[half]) / 2


class Cost(NamedTuple):
    """Of one finished process: seconds of user and system time, seconds on the clock, MiB of memory at its peak."""

    cpu: float
    wall: float
    mib: float


class Command(NamedTuple):
    """What is typed, `{n}` being the number of the run; how many floors it may cost at most; whether size may tell."""

    typed: str
    floors: float | None = None
    flat: bool = False
    terminal: bool = False
    writes: bool = False


COMMANDS = (
    Command("today --json", 1.5, flat=True),
    Command("today", 2.5, flat=True),
    Command("today", 2.5, flat=True, terminal=True),
    Command("list --limit 20 --json", 1.5),
    Command("list --limit 20"),
    Command("find holidays", 2.0),
    Command("find quillfeather", 2.0),
    Command("show nadia quillfeather", flat=True),
    Command("show nadia quillfeather", flat=True, terminal=True),
    Command("show D1", flat=True),
    Command("where D1", flat=True),
    Command("objection playbook price", 2.0),
    Command("task list"),
    Command("appointment list"),
    Command("quote list"),
    Command("funnel", 2.5),
    Command("funnel", 2.5, terminal=True),
    Command("pipeline"),
    Command("week"),
    Command("report win-rate"),
    Command("digest"),
    Command("history"),
    Command("duplicates --json"),
    Command("--help", 1.5),
    Command("add Tess No{n} --next fri", 2.0, flat=True, writes=True),
    Command("add Tom No{n} +1 909 555 0{n} --next fri", 2.0, flat=True, writes=True),
    Command("add Tim No{n} 909-555-0{n} --next fri", 2.0, flat=True, writes=True),
    Command("log call nadia quillfeather asked for prices", 2.0, flat=True, writes=True),
    Command("note nadia quillfeather closed in August", writes=True),
    Command("follow 1 fri send the list", writes=True),
    Command("done nadia quillfeather --next +1d", writes=True),
    Command("qualify nadia quillfeather --money yes", writes=True),
    Command("sale nadia quillfeather 60", writes=True),
    Command("undo", writes=True),
    Command("merge {n} --into 1", writes=True),
)
FIRST_OF_DAY = Command("note nadia quillfeather first of the day", writes=True)


def timed(argv: Sequence[str], terminal: bool = False) -> Cost:
    """Run a process to its end; its output is read and thrown away. Exits when the process failed."""
    outer, inner = pty.openpty() if terminal else os.pipe()
    if terminal:
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    began = time.perf_counter()
    with tempfile.TemporaryFile() as words:
        child = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=inner, stderr=inner if terminal else words, env=surroundings(),
            cwd=HOUSE,
        )  # fmt: skip
        os.close(inner)
        out = drained(outer)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            words.seek(0)
            sys.exit(f"{' '.join(argv)}: {child.returncode}\n{(out + words.read()).decode(errors='replace')}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / unit)


def drained(handle: int) -> bytes:
    found = b""
    try:
        while part := os.read(handle, 1 << 16):
            found += part
    except OSError:  # how a terminal says that nobody writes to it any more
        pass
    os.close(handle)
    return found


def surroundings() -> dict[str, str]:
    """A plain environment: no home but a temporary one is touched, and compiled modules are kept."""
    names = ("PATH", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return {**kept, "HOME": tempfile.gettempdir(), "LANG": "C.UTF-8", "TERM": "xterm-256color"}


def argv_of(command: Command, path: Path, run: int) -> list[str]:
    return [*SALESFLOW, "--db", str(path), "--today", TODAY, "--no-input", *command.typed.format(n=100 + run).split()]


class Measured(NamedTuple):
    """The costs of one command, by size, and of the floor before each of its runs."""

    costs: dict[int, list[Cost]]
    floors: dict[int, list[Cost]]

    def middle(self, size: int) -> Cost:
        return Cost(*(median(figures) for figures in zip(*self.costs[size], strict=True)))

    def ratio(self, size: int) -> float:
        pairs = zip(self.costs[size], self.floors[size], strict=True)
        return median(cost.cpu / floor.cpu for cost, floor in pairs)

    def growth(self, small: int, large: int) -> float:
        pairs = zip(self.costs[large], self.costs[small], strict=True)
        return median(after.cpu / before.cpu for after, before in pairs)


def measured(command: Command, files: dict[int, Path], runs: int, before: Callable[[Path], None]) -> Measured:
    found = Measured({size: [] for size in files}, {size: [] for size in files})
    for path in files.values():
        timed(argv_of(command, path, 0), command.terminal)  # to have compiled modules and pages at hand
    for run in range(1, runs + 1):
        for size, path in files.items():
            before(path)
            found.floors[size].append(timed(FLOOR))
            found.costs[size].append(timed(argv_of(command, path, run), command.terminal))
    return found


def line(command: Command, found: Measured) -> str:
    sizes = list(found.costs)
    small, large = sizes[0], sizes[-1]
    middle = found.middle(large)
    cells = [
        f"`{command.typed.replace('{n}', '101')}`" + (" (terminal)" if command.terminal else ""),
        *(f"{found.middle(size).cpu * 1000:.0f}" for size in sizes),
        f"{middle.wall * 1000:.0f}",
        f"{middle.mib:.0f}",
        f"{found.ratio(large):.2f}",
        f"{command.floors or ''}",
        f"{found.growth(small, large):.2f}" if large != small else "",
        "1.15" if command.flat else "",
    ]
    return f"| {' | '.join(cells)} |"


def head(sizes: Sequence[int]) -> list[str]:
    names = [
        "command", *(f"CPU ms, {size:,}" for size in sizes), "wall ms", "MiB", "floors", "at most", "growth", "at most"
    ]  # fmt: skip
    return [f"| {' | '.join(names)} |", "|---|" + "--:|" * (len(names) - 1)]


def made(folder: Path, sizes: Iterable[int]) -> Iterator[tuple[int, Path]]:
    """The files, built in processes of their own, so that this one stays small."""
    for size in sizes:
        path = folder / f"{size}.db"
        if not path.exists():
            subprocess.run([sys.executable, "-m", "bench.build", str(size), str(path)], cwd=HOUSE, check=True)
        yield size, path


def copied(path: Path) -> Path:
    """A copy to write to, its copy of the day made: that has a line of its own."""
    copy = path.with_name(f"{path.stem}.written.db")
    shutil.rmtree(f"{copy}.copies", ignore_errors=True)
    for end in ("-wal", "-shm"):
        Path(f"{copy}{end}").unlink(missing_ok=True)
    shutil.copyfile(path, copy)
    timed(argv_of(FIRST_OF_DAY, copy, 0))
    return copy


def commands(files: dict[int, Path], runs: int, only: str) -> Iterator[str]:
    chosen = [command for command in COMMANDS if only in command.typed]
    yield from head(list(files)) if chosen else ()
    for command in chosen:
        if not command.writes:
            yield line(command, measured(command, files, runs, lambda path: None))
    if not any(command.writes for command in chosen):
        return
    copies = {size: copied(path) for size, path in files.items()}
    for command in chosen:
        if command.writes:
            yield line(command, measured(command, copies, runs, lambda path: None))
    first = measured(FIRST_OF_DAY, copies, min(runs, 3), lambda path: shutil.rmtree(f"{path}.copies"))
    yield line(FIRST_OF_DAY._replace(typed="note, the first write of a day"), first)


def imports(folder: Path, sizes: Iterable[int], runs: int) -> Iterator[str]:
    """What bringing in a sheet costs, into a new file, and once more when all of it is there.

    Beside it in the same run: `sqlite3 .import`, which puts the cells into a plain table, with no identity, no journal
    and no index.
    """
    yield from ("| import of CSV | CPU s | wall s | MiB | times `sqlite3 .import` |", "|---|--:|--:|--:|--:|")
    for size in sizes:
        sheet, path = folder / f"{size}.csv", folder / "imported.db"
        if not sheet.exists():
            subprocess.run([sys.executable, "-m", "bench.build", str(size), str(sheet)], cwd=HOUSE, check=True)
        words = Command(f"import {sheet}")
        costs: tuple[list[Cost], list[Cost]] = ([], [])
        plain: list[Cost] = []
        for _ in range(runs):
            if shutil.which("sqlite3"):
                table = folder / "plain.db"
                table.unlink(missing_ok=True)
                plain.append(timed(["sqlite3", str(table), ".mode csv", f".import {sheet} people"]))
            for end in ("", "-wal", "-shm"):
                Path(f"{path}{end}").unlink(missing_ok=True)
            shutil.rmtree(f"{path}.copies", ignore_errors=True)
            for found in costs:
                found.append(timed(argv_of(words, path, 0)))
        for name, found in zip(("into a new file", "again, nothing changed"), costs, strict=True):
            cpu, wall, mib = (median(figures) for figures in zip(*found, strict=True))
            times = f"{cpu / median(each.cpu for each in plain):.0f}" if plain else ""
            yield f"| {size:,} contacts, {name} | {cpu:.1f} | {wall:.1f} | {mib:.0f} | {times} |"


def machine() -> str:
    """The machine and the versions, in one line."""
    model, memory = platform.machine(), ""
    if os.path.exists("/proc/cpuinfo"):
        facts = Path("/proc/cpuinfo").read_text().split("\n")
        model = next((fact.partition(":")[2].strip() for fact in facts if fact.startswith("model name")), model)
        memory = f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB of memory"
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        system = platform.system()
    typer = subprocess.run(
        [sys.executable, "-c", "from importlib.metadata import version; print(version('typer'))"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    return (
        f"{model}, {os.cpu_count()} cores{memory}; {system}, Python {platform.python_version()},"
        f" SQLite {sqlite3.sqlite_version}, Typer {typer}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="contacts, the fewest first")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--only", default="", metavar="WORD", help="only commands with this word")
    parser.add_argument("--folder", type=Path, help="keep the files there, and use those that are there already")
    asked = parser.parse_args()
    sizes = [int(size) for size in asked.sizes.split(",")]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(asked.folder or temporary).absolute()
        print(machine(), end="\n\n", flush=True)
        for text in commands(dict(made(folder, sizes)), asked.runs, asked.only):
            print(text, flush=True)
        if find_spec("salesflow.cli.files") and asked.only in "import":
            print()
            for text in imports(folder, sizes, min(asked.runs, 3)):
                print(text, flush=True)
        floor = [timed(FLOOR) for _ in range(asked.runs)]
        cpu, wall, mib = (median(figures) for figures in zip(*floor, strict=True))
        print(f'\nThe floor, `python -c "import typer"`: {cpu * 1000:.0f} ms CPU, {wall * 1000:.0f} ms, {mib:.0f} MiB.')


if __name__ == "__main__":
    main()
