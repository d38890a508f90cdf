"""The house as it is drawn: imports run downstairs, each heavy library has one door, the clock is read in one place."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import environment, new_file, run

HOUSE = Path(__file__).parents[1] / "src" / "salesflow"
SOURCES = sorted(HOUSE.rglob("*.py"))

# What each room may import, below it. A new room is drawn here first. `cli` may import everything.
PLAIN = {"errors", "dates", "money", "people", "table", "width"}
FLOORS: dict[str, set[str]] = {
    "__main__": {"cli"},
    "importers": {"records", *PLAIN},
    "exporters": {"records", "reports", "store", *PLAIN},
    "records": {"store", *PLAIN},
    "reports": {"store", *PLAIN},
    "store": {"errors"},
    "render": {"formats", "layout", "screen", "table", "width", "errors"},
    "formats": {"screen", "table", "width", "money", "errors"},
    "layout": {"screen", "table", "width"},
    "screen": {"table", "width", "money"},
    "people": {"errors"},
    "money": {"errors"},
    "dates": {"recurrence", "errors"},
    "recurrence": {"errors"},
    "table": set(),
    "width": set(),
    "errors": set(),
}

# The doors of the heavy libraries; behind each it is imported inside a function.
DOORS = {
    "rich": {"render.py"},
    "sqlite_utils": {"store/schema.py"},
    "dateutil": {"recurrence.py"},
    "phonenumbers": {"people.py"},
    "email_validator": {"people.py"},
    "babel": {"money.py"},
    "platformdirs": {"cli/session.py"},
    "tomli_w": {"records/process_toml.py"},
    "openpyxl": {"importers/xlsx.py"},
    "rapidfuzz": {"records/likeness.py"},
    "jinja2": {"exporters/document_page.py"},
}
# Slow to load, and for a few commands only: never at the top of a module that the daily commands load.
SLOW = {"tomllib", "difflib", "hashlib", "tempfile", "csv", "dataclasses", "decimal", "heapq", "unicodedata", "random"}


def place(source: Path) -> str:
    return source.relative_to(HOUSE).as_posix()


def room(source: Path) -> str:
    return source.relative_to(HOUSE).parts[0].removesuffix(".py")


def imports(source: Path) -> Iterator[tuple[str, bool]]:
    """Every module imported, and whether at the top, at the cost of whoever imports this one; for types alone: not."""

    def walk(node: ast.AST, top: bool) -> Iterator[tuple[str, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                yield from ((name.name, top) for name in child.names)
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"{place(source)}: imports say the whole name"
                yield from ((f"{child.module}.{name.name}", top) for name in child.names)
            elif not (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)):
                yield from walk(
                    child, top and not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
                )

    return walk(ast.parse(source.read_text(encoding="utf-8")), True)


def test_every_room_is_drawn():
    assert {room(source) for source in SOURCES} - {"__init__", "cli"} == set(FLOORS)


@pytest.mark.parametrize("source", SOURCES, ids=place)
def test_imports_run_downstairs(source: Path):
    here = room(source)
    for name, _ in imports(source):
        package, _, rest = name.partition(".")
        if package != "salesflow" or here == "cli":
            continue
        assert rest.partition(".")[0] in {here, *FLOORS.get(here, set())}, f"{place(source)} imports {name}"


@pytest.mark.parametrize("source", SOURCES, ids=place)
def test_heavy_libraries_have_one_door_inside_a_function(source: Path):
    for name, top in imports(source):
        library = name.partition(".")[0]
        assert library != "click", f"{place(source)}: typer carries its own"
        if library == "typer":
            assert room(source) == "cli", f"{place(source)}: only cli knows typer"
        if library in DOORS:
            assert place(source) in DOORS[library], f"{place(source)} imports {name}"
            assert not top, f"{place(source)} imports {name} at its top"


def test_no_floor_but_cli_knows_what_is_above_it_by_name():
    """Strings such as import_module("salesflow.cli...") would get around the imports."""
    for source in SOURCES:
        if room(source) != "cli":
            assert "import_module(" not in source.read_text(encoding="utf-8"), place(source)


CLOCKS = {("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"), ("date", "today"), ("time", "time"),
          ("time", "localtime"), ("time", "gmtime"), ("time", "strftime"), ("time", "ctime")}  # fmt: skip


@pytest.mark.parametrize("source", SOURCES, ids=place)
def test_the_clock_is_read_in_one_place(source: Path):
    found = [
        node.lineno
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        and (ast.unparse(node.func.value).rpartition(".")[2], node.func.attr) in CLOCKS
    ]  # fmt: skip
    assert len(found) == (1 if place(source) == "cli/session.py" else 0), f"{place(source)}: line {found}"


def test_no_sql_reads_the_clock():
    for source in (*SOURCES, *HOUSE.rglob("*.sql")):
        text = source.read_text(encoding="utf-8").lower()
        for word in ("current_date", "current_time", "'now'", "unixepoch()", "julianday()", "date()", "datetime()"):
            in_sql = word in text and (source.suffix == ".sql" or "'now'" in word or "current_" in word)
            assert not in_sql, f"{source.name}: {word}"


def test_nothing_in_sql_is_newer_than_3_37_or_calls_python():
    for source in (*SOURCES, *HOUSE.rglob("*.sql")):
        text = source.read_text(encoding="utf-8")
        for word in (" RIGHT JOIN ", " FULL JOIN ", " FULL OUTER ", "create_function", "->>", "IS DISTINCT FROM",
                     "jsonb", "unixepoch", "timediff", "concat_ws", " concat("):  # fmt: skip
            assert word not in text, f"{source.name}: {word.strip()}"


@pytest.mark.parametrize("source", SOURCES, ids=place)
def test_a_module_begins_with_its_caption(source: Path):
    caption = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8")))
    assert caption, place(source)
    assert len(caption.splitlines()[0]) < 120


# -- what a start costs ------------------------------------------------------------------------------------------------

TELL = """
import json, os, sys
before = set(sys.modules)
import typer
floor = set(sys.modules)
from salesflow.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    assert not end.code, end.code
sys.stderr.write("@@" + json.dumps(sorted(set(sys.modules) - floor)))
"""


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file as it is on an ordinary day: something due, some history, today's copy kept."""
    path = new_file(tmp_path_factory.mktemp("known") / "a.db")
    for words in (["add", "Ana", "+12025550148", "ana@b.example", "--next", "today"], ["log", "call", "ana", "hello"]):
        assert run(path, *words).code == 0
    return path


def loaded(path: Path, words: list[str]) -> set[str]:
    """The modules that a command loads beyond `import typer`, in an interpreter of its own."""
    done = subprocess.run(
        [sys.executable, "-c", TELL, "--db", str(path), *words], env=environment(), capture_output=True, text=True,
        encoding="utf-8", check=True, timeout=60,
    )  # fmt: skip
    return set(json.loads(done.stderr.rpartition("@@")[2]))


DAILY = {
    "today --json": ["today", "--json"],
    "today": ["today"],
    "list --limit 20 --json": ["list", "--limit", "20", "--json"],
    "list": ["list"],
    "show": ["show", "ana"],
    "find": ["find", "hello"],
    "history": ["history"],
    "add": ["add", "Bo", "+12025550177", "bo@c.example", "--next", "fri"],
    "log": ["log", "call", "ana", "hello", "again"],
    "note": ["note", "ana", "hello"],
    "follow": ["follow", "ana", "fri", "call", "her"],
    "done": ["done", "F1"],
    "undo": ["undo"],
    "--help": ["--help"],
    "list --help": ["list", "--help"],
}


@pytest.mark.parametrize("words", DAILY.values(), ids=DAILY)
def test_daily_commands_load_nothing_heavy(words: list[str], known: Path):
    found = {name for name in loaded(known, words) if not name.startswith(("typer", "salesflow"))}
    tops = {name.partition(".")[0] for name in found}
    assert tops & {*DOORS, *SLOW} == set()
    # What is left is Python's own and small; whatever comes to it is put here on purpose.
    assert found <= {"__future__", "gc", "sqlite3", "sqlite3.dbapi2", "_sqlite3", "bisect", "_bisect"}


@pytest.mark.parametrize("words", DAILY.values(), ids=DAILY)
def test_a_command_loads_its_own_room_and_no_other(words: list[str], known: Path):
    found = {name for name in loaded(known, words) if name.startswith("salesflow.")}
    rooms = {name.split(".")[1] for name in found}
    assert not rooms & {"importers", "exporters"}
    reports = {name for name in found if name.startswith("salesflow.reports.")}
    of_today = {f"salesflow.reports.{name}" for name in ("today", "today_lines", "today_waiting")}
    assert reports == (of_today if words[0] == "today" else set())
    assert len([name for name in found if name.startswith("salesflow.cli.")]) <= 9
    if words == ["--help"]:
        assert not rooms & {"records", "store", "reports", "people", "money"}
        assert "sqlite3" not in loaded(known, words)
    if words[0] in ("today", "list"):
        assert "salesflow.records.change" not in found, "a reader needs no journal"
        assert "salesflow.store.journal" not in found, "a reader needs no journal"
    assert "salesflow.store.copies" not in found or words[0] not in ("today", "list", "show", "find", "history")
