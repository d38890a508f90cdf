"""The file: made once, opened with care, refused untouched, copied and brought back, migrated whole."""

import gzip
import json
import os
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer

from builders import PLACE, argv, desk, differences, dump, environment, faults, moment, new_file, process, reader, run
from salesflow.cli import Stopped
from salesflow.errors import FileTrouble, NotFound
from salesflow.records import change, checking, setup
from salesflow.store import copies, file, migrations, schema

POSIX = pytest.mark.skipif(os.name != "posix", reason="permissions and links are those of POSIX here")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def beside(path: Path) -> list[str]:
    return sorted(found.name for found in path.parent.iterdir() if found != path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return new_file(tmp_path / "a.db")


# -- making it ---------------------------------------------------------------------------------------------------------


def test_a_new_file_is_whole(path: Path):
    conn = reader(path)
    assert conn.execute("PRAGMA application_id").fetchone()[0] == file.APPLICATION_ID
    assert conn.execute("PRAGMA user_version").fetchone()[0] == file.VERSION
    assert conn.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert faults(conn) == []
    strict = {row["name"]: row["strict"] for row in conn.execute("PRAGMA table_list") if row["type"] == "table"}
    assert all(strict[name] for name in dump(conn) if name not in ("search",))
    conn.close()
    assert beside(path) == []


def test_every_connection_is_set_to_keep_what_it_is_told(path: Path):
    for conn in (file.open_reader(path), file.open_writer(path)):
        found = {name: conn.execute(f"PRAGMA {name}").fetchone()[0]
                 for name in ("foreign_keys", "synchronous", "trusted_schema", "cell_size_check", "temp_store")}  # fmt: skip
        assert found == {
            "foreign_keys": 1,
            "synchronous": 2,
            "trusted_schema": 0,
            "cell_size_check": 1,
            "temp_store": 2,
        }
        conn.close()


def test_a_second_making_finds_the_first(path: Path):
    before = path.read_bytes()
    assert setup.create(path, PLACE) is False
    assert path.read_bytes() == before
    assert beside(path) == []


@POSIX
def test_file_folder_and_all_beside_are_private_at_every_instant(tmp_path: Path):
    """Watched from outside while commands run that were started with a umask of 000."""
    path = tmp_path / "own" / "deep" / "a.db"
    wrong: set[str] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            for root, folders, files in os.walk(tmp_path / "own"):
                for name in (root, *(os.path.join(root, name) for name in (*folders, *files))):
                    try:
                        found = os.lstat(name)
                    except FileNotFoundError:
                        continue
                    if found.st_mode & 0o077:
                        wrong.add(f"{name} {stat.S_IMODE(found.st_mode):o}")

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for words in (["add", "Ana"], ["note", "ana", "hello"], ["db", "backup"], ["undo"], ["--yes", "db", "restore"],
                      ["list"], ["process", "export", "three-step", "-o", str(path.parent / "p.toml")]):  # fmt: skip
            done = subprocess.run(argv(path, *words), env=environment(), umask=0, capture_output=True, check=False)
            assert done.returncode == 0, done
    finally:
        over.set()
        watcher.join()
    assert wrong == set()
    assert (mode(path), mode(path.parent), mode(path.parent.parent)) == (0o600, 0o700, 0o700)


def twenty_processes(path: Path) -> list[int]:
    runs = [
        subprocess.Popen(argv(path, "-q", "add", f"Ana {one}"), env=environment(), stdout=subprocess.DEVNULL)
        for one in range(20)
    ]
    return [done.wait(timeout=120) for done in runs]


def twenty_forks(path: Path) -> list[int]:
    """Loaded once, forked twenty times, all let go at one instant: closer together than processes ever start."""
    code = f"""
        import os, sys
        from salesflow import money, render
        from salesflow.cli import contact, finish, session
        from salesflow.records import setup
        start, go = os.pipe()
        children = []
        for one in range(20):
            child = os.fork()
            if not child:
                os.close(go)
                os.read(start, 1)
                os._exit(finish(session.Session("add"), ["-q", "--db", {str(path)!r}, "add", f"Ana {{one}}"]))
            children.append(child)
        os.close(go)
        print([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children], file=sys.stderr)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], env=environment(), capture_output=True,
                          text=True, check=True, timeout=120)  # fmt: skip
    codes: list[int] = json.loads(done.stderr.splitlines()[-1])
    return codes


@POSIX
@pytest.mark.parametrize(
    ("rounds", "start"),
    [(3, twenty_forks), pytest.param(20, twenty_forks, marks=pytest.mark.long),
     pytest.param(20, twenty_processes, marks=pytest.mark.long)],
)  # fmt: skip
def test_twenty_first_runs_at_once_end_with_one_good_file(
    rounds: int, start: Callable[[Path], list[int]], tmp_path: Path
):
    for number in range(rounds):
        path = tmp_path / str(number) / "a.db"
        assert start(path) == [0] * 20
        conn = reader(path)
        names = {row["name"] for row in conn.execute("SELECT name FROM contacts")}
        assert names == {f"Ana {one}" for one in range(20)}
        assert conn.execute("SELECT count(*) FROM processes").fetchone()[0] == 4
        assert conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert faults(conn) == []
        conn.close()
        assert beside(path) == ["a.db.copies"]


@pytest.mark.parametrize("place", ["under a file", "too long"])
def test_a_file_that_cannot_be_made_is_one_line(place: str, tmp_path: Path):
    (tmp_path / "note.txt").write_text("mine")
    path = tmp_path / "note.txt" / "a.db" if place == "under a file" else tmp_path / ("x" * 300)
    done = run(path, "add", "Ana")
    assert (done.code, done.out) == (5, "")
    assert done.err.count("\n") == 1
    assert done.err.startswith("salesflow: cannot make ")
    assert (tmp_path / "note.txt").read_text() == "mine"


def test_what_a_killed_first_run_left_is_in_nobodys_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """In a container every run may have the same process id."""
    monkeypatch.setattr(os, "getpid", lambda: 7)
    (tmp_path / ".a.db.7.new").write_bytes(b"half")
    assert setup.create(tmp_path / "a.db", PLACE)
    (tmp_path / ".b.db.7.new").write_bytes(b"half")
    copies.copy(tmp_path / "a.db", tmp_path / "b.db")
    (tmp_path / ".c.txt.7.new").write_bytes(b"half")
    copies.write_text(tmp_path / "c.txt", "whole")


# -- refusing it -------------------------------------------------------------------------------------------------------

READERS = (["today"], ["list", "--json"], ["show", "ana"], ["find", "x"], ["undo", "--list"], ["db", "check"])
WRITERS = (
    ["add", "Bo"],
    ["note", "ana", "x"],
    ["undo"],
    ["redo"],
    ["db", "check", "--fix"],
    ["config", "country", "GB"],
)


def other_program(path: Path) -> None:
    conn = sqlite3.connect(path)
    conn.execute("CREATE TABLE contacts (id INTEGER PRIMARY KEY, name TEXT)")
    conn.execute("INSERT INTO contacts VALUES (1, 'theirs')")
    conn.commit()
    conn.close()


def newer(path: Path) -> None:
    conn = sqlite3.connect(path)
    conn.execute(f"PRAGMA user_version = {file.VERSION + 1}")
    conn.close()


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda path: path.write_bytes(b""), "is not a salesflow file"),
    "short": (lambda path: path.write_bytes(path.read_bytes()[:99]), "is not a salesflow file"),
    "text": (lambda path: path.write_text("Dear diary\n" * 50), "is not a salesflow file"),
    "another program's": (lambda path: (path.unlink(), other_program(path)), "belongs to another program"),
    "newer": (newer, "newer salesflow"),
    "cut short": (lambda path: os.truncate(path, path.stat().st_size - 4096), "is cut short"),
    "folder": (lambda path: (path.unlink(), path.mkdir()), "is not a file"),
    "dangling link": (
        lambda path: (path.unlink(), path.symlink_to("nowhere")),
        "is a link to a file that is not there",
    ),
    "fifo": (lambda path: (path.unlink(), os.mkfifo(path)), "is not a file"),
}


def fingerprint(folder: Path) -> dict[str, object]:
    """Everything in the folder, to the byte."""
    return {
        str(found.relative_to(folder)): (
            found.lstat().st_mode, found.lstat().st_mtime_ns,
            os.readlink(found) if found.is_symlink() else found.read_bytes() if found.is_file() else None,
        )
        for found in sorted(folder.rglob("*"))
    }  # fmt: skip


@POSIX
@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_file_of_ours_is_refused_in_one_line_and_left_as_it_is(what: str, path: Path):
    assert run(path, "add", "Ana").code == 0
    shutil.rmtree(copies.folder(path))
    spoil, expected = REFUSED[what]
    spoil(path)
    before = fingerprint(path.parent)
    for words in (*READERS, *WRITERS, ["db", "backup", str(path.parent / "copy.db")]):
        done = run(path, *words)
        assert (done.code, done.out) == (5, ""), words
        assert expected in done.err, words
        assert done.err.count("\n") == 1, words
        assert fingerprint(path.parent) == before, words


def test_a_reader_without_a_file_makes_none(tmp_path: Path):
    for words in READERS:
        done = run(tmp_path / "sub" / "a.db", *words)
        assert done.code == 5, words
        assert "no file" in done.err, words
        assert "salesflow add NAME" in done.err, words
    assert list(tmp_path.iterdir()) == []


def test_a_reader_leaves_the_file_and_its_folder_as_they_were(path: Path):
    run(path, "add", "Ana")
    before = fingerprint(path.parent)
    for words in READERS:
        assert run(path, *words).code == 0, words
        assert fingerprint(path.parent) == before, words


def test_a_reader_cannot_write(path: Path):
    conn = file.open_reader(path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        conn.execute("DELETE FROM config")
    conn.close()


def test_a_reader_sees_one_instant_while_others_write(path: Path):
    conn = reader(path)
    conn.execute("BEGIN")
    before = dump(conn)
    assert run(path, "add", "Ana").code == 0
    assert differences(before, dump(conn)) == []
    conn.close()
    assert run(path, "list", "-f", "ids").out == "1\n"


# -- without rights ----------------------------------------------------------------------------------------------------

NOBODY = 65_534


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Path]:
    """A file in a folder that another account can reach."""
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="salesflow-"))
    folder.chmod(0o755)
    yield new_file(folder / "a.db")
    folder.chmod(0o700)
    shutil.rmtree(folder)


def plainly(path: Path, *words: str) -> tuple[int, str, str]:
    """A command as somebody whom permissions hold: root gives up its own first, when everything is loaded."""
    if os.name != "posix":
        pytest.skip("permissions are those of POSIX here")
    code = f"""
        import os, sys
        from salesflow import render
        from salesflow.cli import TABLE, contact, db, look, mend, session, tree, finish, said
        from salesflow.records import card, change, checking, listing, settings, who
        from salesflow.reports import today
        from salesflow.store import copies, schema
        import salesflow.money, encodings.idna
        if os.geteuid() == 0:
            os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
        words = {["--db", str(path), "--today", "2026-11-24", *words]!r}
        sys.exit(finish(session.Session(said(words)), words))
    """
    if os.geteuid() == 0 and not all(folder.stat().st_mode & 0o001 for folder in Path(typer.__file__).parents):
        pytest.skip("run by root, and what is installed lies where nobody else may read")
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], env=environment(), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def own(path: Path, rights: int) -> None:
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
    path.chmod(rights)


def test_a_file_that_may_not_be_read_is_one_line(shared: Path):
    own(shared, 0o000)
    for words in (["today"], ["add", "Bo"]):
        code, out, err = plainly(shared, *words)
        assert (code, out) == (5, "")
        assert err == f"salesflow: cannot read {shared}: Permission denied\n"


def test_a_folder_that_may_not_be_written_is_read_all_the_same(shared: Path):
    run(shared, "add", "Ana")
    shutil.rmtree(copies.folder(shared))
    own(shared, 0o400)
    own(shared.parent, 0o555)
    before = fingerprint(shared.parent)
    assert plainly(shared, "list", "-f", "ids") == (0, "1\n", "")
    code, out, err = plainly(shared, "add", "Bo")
    assert (code, out, err) == (5, "", f"salesflow: {shared} may not be written; nothing was changed\n")
    assert fingerprint(shared.parent) == before


def test_a_file_that_may_only_be_read_is_read_and_leaves_nothing(shared: Path):
    run(shared, "add", "Ana")
    shutil.rmtree(copies.folder(shared))
    own(shared, 0o400)
    own(shared.parent, 0o755)
    assert plainly(shared, "list", "-f", "ids") == (0, "1\n", "")
    assert plainly(shared, "add", "Bo")[0] == 5
    assert beside(shared) == []


def test_a_folder_that_may_not_be_written_takes_no_new_file(shared: Path):
    own(shared.parent, 0o555)
    for place in (shared.with_name("b.db"), shared.parent / "sub" / "b.db"):
        code, out, err = plainly(place, "add", "Bo")
        assert (code, out, err) == (5, "", f"salesflow: cannot make {place}: Permission denied\n")


# -- in use ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def busy(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Another program holds the write lock, and does not let go."""
    run(path, "add", "Ana")
    monkeypatch.setattr(file, "WAIT_SECONDS", 0.2)
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("BEGIN IMMEDIATE")
    yield path
    conn.close()


@pytest.mark.parametrize("words", [["add", "Bo"], ["undo"], ["db", "check", "--fix"], ["--yes", "db", "restore"]])
def test_a_lock_is_waited_for_and_then_said_in_one_line(words: list[str], busy: Path):
    before, started = busy.read_bytes(), time.monotonic()
    done = run(busy, *words)
    assert time.monotonic() - started < 10
    assert (done.code, done.out) == (5, "")
    assert (
        done.err == f"salesflow: {busy} is in use by another program (waited 0.2 s); nothing was changed, try again\n"
    )
    assert busy.read_bytes() == before


def test_a_lock_does_not_keep_readers_out(busy: Path):
    assert run(busy, "list", "-f", "ids").out == "1\n"
    assert run(busy, "db", "backup", str(busy.parent / "b.db")).code == 0


def test_a_writer_gets_its_turn_when_the_other_is_done(path: Path):
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.3, lambda: other.execute("COMMIT"))
    timer.start()
    assert run(path, "add", "Ana").code == 0
    timer.join()
    other.close()


# -- copies ------------------------------------------------------------------------------------------------------------


def test_a_backup_is_whole_checked_and_alone(path: Path, tmp_path: Path):
    run(path, "add", "Ana")
    target = tmp_path / "safe" / "b.db"
    done = run(path, "db", "backup", str(target))
    assert done.code == 0, done
    assert beside(target) == ["b.db.sha256"]
    assert target.with_name("b.db.sha256").read_text() == f"{copies.digest_of(target)}  b.db\n"
    one, other = reader(path), reader(target)
    assert differences(dump(one), dump(other)) == []
    one.close()
    other.close()
    assert beside(target) == ["b.db.sha256"]
    copies.verify(target)
    assert run(path, "db", "backup", str(target)).code == 4
    assert run(path, "--yes", "db", "backup", str(target), "--force").code == 0
    assert run(path, "db", "backup", str(path)).code == 2


def test_a_backup_has_what_is_still_in_the_log(path: Path, tmp_path: Path):
    with desk(path) as at:
        at.call("add", ["Ana"])
        assert path.with_name("a.db-wal").stat().st_size > 0
        copies.copy(path, tmp_path / "b.db")
    assert run(tmp_path / "b.db", "list", "-f", "ids").out == "1\n"


def test_a_copy_that_fails_leaves_what_was_there(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    target = tmp_path / "safe" / "b.db"
    copies.copy(path, target)
    before = fingerprint(target.parent)
    monkeypatch.setattr(file, "check_header", lambda path: 1 / 0 if ".new" in path.name else 1)
    with pytest.raises(ZeroDivisionError):
        copies.copy(path, target)
    assert fingerprint(target.parent) == before


def test_restore_brings_back_the_copy_and_keeps_the_file_of_before(path: Path, tmp_path: Path):
    run(path, "add", "Ana")
    run(path, "db", "backup", str(tmp_path / "b.db"))
    run(path, "add", "Bo")
    conn = reader(path)
    with_bo = dump(conn)
    conn.close()
    assert run(path, "db", "restore", str(tmp_path / "b.db")).code == 2  # nobody said yes
    assert run(path, "list", "-f", "ids").out == "1\n2\n"
    assert run(path, "--yes", "db", "restore", str(tmp_path / "b.db")).code == 0
    assert run(path, "list", "-f", "ids").out == "1\n"
    kept = path.with_name("a.db.before-restore-2026-11-24")
    conn = reader(kept)
    assert differences(with_bo, dump(conn)) == []
    conn.close()
    assert run(path, "--yes", "db", "restore", str(kept)).code == 0
    assert run(path, "list", "-f", "ids").out == "1\n2\n"
    assert path.with_name("a.db.before-restore-2026-11-24-2").exists()
    conn = reader(path)
    assert conn.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    conn.close()


def test_who_has_the_file_open_sees_the_restore(path: Path, tmp_path: Path):
    copies.copy(path, tmp_path / "b.db")
    run(path, "add", "Ana")
    conn = reader(path)
    assert conn.execute("SELECT count(*) FROM contacts").fetchone()[0] == 1
    copies.restore(path, tmp_path / "b.db", "2026-11-24")
    assert conn.execute("SELECT count(*) FROM contacts").fetchone()[0] == 0
    conn.close()


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "cut short", "flipped"])
def test_restore_puts_the_copy_in_the_place_of_a_lost_or_damaged_file(damage: str, path: Path, tmp_path: Path):
    run(path, "add", "Ana")
    copies.copy(path, tmp_path / "b.db")
    whole = path.read_bytes()
    bytes_ = {"empty": b"", "text": b"oops", "cut short": whole[:50_000], "flipped": whole[:5000] + b"\xff" * 40_000}
    path.unlink()
    if damage != "missing":
        path.write_bytes(bytes_[damage])
    assert run(path, "--yes", "db", "restore", str(tmp_path / "b.db")).code == 0
    assert run(path, "list", "-f", "ids").out == "1\n"
    assert mode(path) == 0o600
    kept = path.with_name("a.db.before-restore-2026-11-24")
    assert kept.exists() is (damage != "missing")
    if damage != "missing":
        assert kept.read_bytes() == bytes_[damage]
    assert run(path, "db", "check").code == 0


def test_restore_takes_no_copy_that_is_not_as_it_was_written(path: Path, tmp_path: Path):
    run(path, "add", "Ana")
    target = tmp_path / "b.db"
    copies.copy(path, target)
    whole, before = target.read_bytes(), path.read_bytes()
    at = whole.rindex(b"Ana")
    target.write_bytes(whole[:at] + b"Ann" + whole[at + 3 :])  # one letter: SQLite itself sees nothing wrong
    done = run(path, "--yes", "db", "restore", str(target))
    assert (done.code, done.out) == (5, "")
    assert "checksum" in done.err
    for bad in (b"", b"text", whole[:5000]):
        target.write_bytes(bad)
        assert run(path, "--yes", "db", "restore", str(target)).code == 5
    assert run(path, "--yes", "db", "restore", str(tmp_path / "none.db")).code == 5
    assert path.read_bytes() == before
    assert not path.with_name("a.db.before-restore-2026-11-24").exists()


@POSIX
def test_restore_moves_nobodys_folder_or_program_aside(tmp_path: Path):
    copies.copy(new_file(tmp_path / "a.db"), tmp_path / "b.db")
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "letter.txt").write_text("dear")
    theirs = tmp_path / "theirs.db"
    other_program(theirs)
    for target in (folder, theirs):
        before = fingerprint(tmp_path)
        done = run(target, "--yes", "db", "restore", str(tmp_path / "b.db"))
        assert (done.code, done.out) == (5, ""), target
        assert fingerprint(tmp_path) == before, target


def test_the_first_write_of_a_day_keeps_a_copy(path: Path):
    assert not copies.folder(path).exists()
    run(path, "today")
    assert not copies.folder(path).exists()
    run(path, "add", "Ana")
    kept = copies.folder(path) / "2026-11-24.db"
    assert beside(kept) == ["2026-11-24.db.sha256"]
    before = kept.read_bytes()
    run(path, "add", "Bo")
    assert kept.read_bytes() == before
    run(path, "undo", today="2026-11-25")
    assert [found.name for found in copies.folder(path).glob("*.db")].sort() is None
    assert sorted(found.name for found in copies.folder(path).glob("*.db")) == ["2026-11-24.db", "2026-11-25.db"]
    for found in copies.folder(path).glob("*.db"):
        copies.verify(found)


def test_a_command_that_changes_nothing_keeps_no_copy(path: Path):
    assert run(path, "add").code == 2
    assert run(path, "config", "country", "US").code == 0
    assert not copies.folder(path).exists()


def test_a_copy_that_cannot_be_kept_is_a_warning(path: Path):
    copies.folder(path).write_text("in the way")
    done = run(path, "add", "Ana")
    assert done.code == 0
    assert done.err.startswith("warning: no copy was kept today")
    assert run(path, "list", "-f", "ids").out == "1\n"


def test_copies_are_thinned_to_seven_days_and_the_first_of_six_months(path: Path):
    days = [f"2026-{month:02}-{day:02}" for month in range(1, 12) for day in (1, 9, 17, 25)]
    for day in days:
        copies.daily(path, day)
    left = sorted(found.name[:10] for found in copies.folder(path).glob("*.db"))
    firsts = [f"2026-{month:02}-01" for month in range(6, 12)]
    assert left == sorted({*firsts, *days[-7:]})
    assert sorted(found.name[:10] for found in copies.folder(path).glob("*.sha256")) == left
    run(path, "db", "backup")
    by_hand = [found.name for found in copies.folder(path).glob("*.db") if len(found.stem) > 10]
    copies.daily(path, "2026-12-01")
    assert all((copies.folder(path) / name).exists() for name in by_hand)


def test_restore_without_a_name_takes_the_newest_copy(path: Path):
    with pytest.raises(NotFound):
        copies.newest(path)
    run(path, "add", "Ana")
    run(path, "add", "Bo")
    run(path, "db", "backup")  # newer than the one of this morning
    run(path, "add", "Cy")
    assert run(path, "--yes", "db", "restore").code == 0
    assert run(path, "list", "-f", "ids").out == "1\n2\n"


# -- migration ---------------------------------------------------------------------------------------------------------


NOW = file.VERSION


def seven(db: object) -> None:
    """A migration as they will be: a new column, and rows moved."""
    db.conn.execute("ALTER TABLE contacts ADD COLUMN shoe_size INTEGER")  # type: ignore[attr-defined]
    db.conn.execute("UPDATE contacts SET shoe_size = 42")  # type: ignore[attr-defined]


@pytest.fixture
def older(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of this version, met by the next one."""
    run(path, "add", "Ana", "--next", "fri")
    shutil.rmtree(copies.folder(path))
    monkeypatch.setattr(file, "VERSION", NOW + 1)
    monkeypatch.setattr(migrations, "MIGRATIONS", {NOW: seven})
    return path


@pytest.mark.parametrize("words", [["list", "-f", "ids"], ["add", "Bo"], ["undo"]])
def test_whoever_meets_an_older_file_migrates_it_and_a_copy_is_kept(words: list[str], older: Path):
    conn = sqlite3.connect(older)
    conn.execute("DROP VIEW who")
    conn.execute("CREATE VIEW who AS SELECT 'an older meaning' AS contact")
    conn.execute("CREATE VIEW forgotten AS SELECT 1")
    conn.close()
    done = run(older, *words)
    assert done.code == 0, done
    assert f"{older} brought from version {NOW} to {NOW + 1}" in done.err
    kept = older.with_name(f"a.db.version-{NOW}")
    conn = sqlite3.connect(kept)
    assert conn.execute("PRAGMA user_version").fetchone()[0] == NOW
    assert "shoe_size" not in [row[1] for row in conn.execute("PRAGMA table_info(contacts)")]
    conn.close()
    copies.verify(kept)
    conn = reader(older)
    assert conn.execute("PRAGMA user_version").fetchone()[0] == NOW + 1
    views = {row["name"]: row["sql"] for row in conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'")}
    assert "forgotten" not in views
    assert "an older meaning" not in views["who"]
    if words != ["undo"]:
        assert conn.execute("SELECT shoe_size FROM contacts").fetchone()[0] == 42
    assert faults(conn) == []
    conn.close()
    assert run(older, "today").err == ""  # once is enough


def test_a_second_one_who_waited_migrates_nothing(older: Path, monkeypatch: pytest.MonkeyPatch):
    real = file.open_writer

    def somebody_faster(path: Path) -> sqlite3.Connection:
        monkeypatch.setattr(file, "open_writer", real)
        schema.migrate(path)
        return real(path)

    monkeypatch.setattr(file, "open_writer", somebody_faster)
    assert schema.migrate(older) == NOW + 1
    assert beside(older) == [f"a.db.version-{NOW}", f"a.db.version-{NOW}.sha256"]
    conn = reader(older)
    assert [row["name"] for row in conn.execute("PRAGMA table_info(contacts)")].count("shoe_size") == 1
    conn.close()


def fails(db: object) -> None:
    seven(db)
    raise sqlite3.OperationalError("table contacts has a fault")


def breaks_off(db: object) -> None:
    seven(db)
    raise KeyboardInterrupt


def cuts_loose(db: object) -> None:
    db.conn.execute("DELETE FROM contacts")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("step", "raised"), [(fails, FileTrouble), (breaks_off, KeyboardInterrupt), (cuts_loose, FileTrouble)]
)
def test_a_migration_that_fails_leaves_the_file_as_it_was(
    step: Callable[[object], None], raised: type[BaseException], older: Path, monkeypatch: pytest.MonkeyPatch
):
    """In the second of two steps: the first goes with it."""
    first = lambda db: db.conn.execute("CREATE TABLE one (id)")  # noqa: E731
    monkeypatch.setattr(file, "VERSION", NOW + 2)
    monkeypatch.setattr(migrations, "MIGRATIONS", {NOW: first, NOW + 1: step})
    before = older.read_bytes()
    with pytest.raises(raised):
        schema.migrate(older)
    assert older.read_bytes() == before
    monkeypatch.setattr(file, "VERSION", NOW)
    assert run(older, "list", "-f", "ids").out == "1\n"


def test_no_migration_without_its_copy(older: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(copies, "digest_of", lambda path: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    before = older.read_bytes()
    done = run(older, "today")
    assert (done.code, done.out) == (5, "")
    assert "No space left on device" in done.err
    assert older.read_bytes() == before
    assert beside(older) == []


def test_a_later_version_keeps_an_earlier_copy(older: Path):
    """A file brought back from its copy and migrated again must not write over the copy of the first time."""
    schema.migrate(older)
    kept = older.with_name(f"a.db.version-{NOW}")
    first = kept.read_bytes()
    copies.restore(older, kept, "2026-11-24")
    conn = sqlite3.connect(older)
    conn.execute("UPDATE contacts SET name = 'Changed'")
    conn.commit()
    conn.close()
    schema.migrate(older)
    assert kept.read_bytes() == first


def test_every_migration_leads_to_the_next_version():
    assert sorted(migrations.MIGRATIONS) == list(range(1, file.VERSION))


def test_a_file_of_version_1_comes_out_like_a_new_one(path: Path):
    """Two people, a deal, answers replaced and in force, an id of a CRM, all made by version 1."""
    path.write_bytes(gzip.decompress((Path(__file__).parent / "data" / "version-1.db.gz").read_bytes()))
    assert [line.split()[:4] for line in run(path, "-f", "csv", "list").out.splitlines()[1:]]
    fresh = new_file(path.with_name("fresh.db"))
    old, new = reader(path), reader(fresh)
    sql = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name"
    plain = [
        {row["name"]: re.sub(r"--[^\n]*|[\s\"]+", "", row["sql"]) for row in conn.execute(sql)} for conn in (old, new)
    ]
    assert plain[0] == plain[1]
    asked = "SELECT set_name, name, wording, position, gates FROM questions ORDER BY set_name, position"
    assert [tuple(row) for row in old.execute(asked)] == [tuple(row) for row in new.execute(asked)]
    assert [row["value_key"] for row in old.execute("SELECT value_key FROM points WHERE kind = 'id'")] == [
        "hubspot:9001"
    ]
    assert faults(old) == []
    last = old.execute("SELECT max(id) FROM answers").fetchone()[0]
    old.close()
    assert run(path, "qualify", "Ira", "--money", "yes").code == 0
    assert reader(path).execute("SELECT max(id) FROM answers").fetchone()[0] > last
    assert run(path, "undo").code == 0
    for number in ("6", "2"):  # made by version 1: an answer, and the import under it
        assert run(path, "undo", number).code == 0
    assert run(path, "list", "-f", "ids").out == "1\n"


def test_a_file_of_version_2_comes_out_like_a_new_one(path: Path):
    """Ana with answers, a deal and a promise; Ben with an e-mail and a deal lost for its price; all of version 2.

    Limits of stages are not brought along: nothing is to come up as stuck that did not before.
    """
    path.write_bytes(gzip.decompress((Path(__file__).parent / "data" / "version-2.db.gz").read_bytes()))
    assert run(path, "list", "-f", "ids").out == "1\n2\n"
    old, new = reader(path), reader(new_file(path.with_name("fresh.db")))
    for sql in (
        "SELECT name, type FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name",
        "SELECT name, title, about, is_open FROM question_sets ORDER BY name",
        "SELECT set_name, name, wording, gates, form, choices, rule FROM questions ORDER BY set_name, position",
        "SELECT name, title, goal FROM processes ORDER BY name",
        "SELECT stages.name, gate, journey, phase, goal FROM stages ORDER BY process_id, position",
        "SELECT name, kind, offset_days, position FROM tasks ORDER BY process_id, stage_id, position",
    ):
        assert [tuple(row) for row in old.execute(sql)] == [tuple(row) for row in new.execute(sql)]
    assert [tuple(row) for row in old.execute("SELECT reason, kind FROM deals ORDER BY id")] == [
        (None, "sale"),
        ("price", "sale"),
    ]
    assert faults(old) == []
    old.close()
    for number in ("7", "6", "4", "3"):  # made by version 2: the loss, the deals, the answers
        assert run(path, "undo", number).code == 0
    assert "lead 0 of 3" in run(path, "show", "ana").out.lower()


# -- looking for damage ------------------------------------------------------------------------------------------------


def findings(path: Path, fix: bool = False) -> dict[str, bool]:
    table, good = checking.check(path, moment(), fix=fix)
    assert good is all(row["good"] for row in table.rows)
    return {row["what"]: row["good"] for row in table.rows}


def test_check_finds_what_is_wrong_and_mends_what_it_can(path: Path):
    run(path, "add", "Ana", "--tag", "fair")
    assert all(findings(path).values())
    conn = sqlite3.connect(path)
    conn.execute("UPDATE standing SET status = 'repeat'")
    conn.execute("DELETE FROM search")
    conn.commit()
    conn.close()
    path.chmod(0o644)
    (path.parent / ".a.db.99.new").write_bytes(b"left")
    before = fingerprint(path.parent)
    assert {what for what, good in findings(path).items() if not good} == {
        "permissions",
        "leftovers",
        "standing",
        "search",
    }
    assert fingerprint(path.parent) == before
    assert run(path, "db", "check").code == 1
    assert all(findings(path, fix=True).values())
    conn = reader(path)
    assert faults(conn) == []
    conn.close()


def test_check_finds_pointers_texts_and_pages(path: Path):
    run(path, "add", "Ana")
    conn = sqlite3.connect(path)
    conn.execute("INSERT INTO tags (contact_id, tag, tag_key) VALUES (77, 'x', 'x')")
    conn.execute("UPDATE contacts SET note = CAST(x'ff41' AS TEXT)")
    conn.commit()
    conn.close()
    assert {what for what, good in findings(path).items() if not good} >= {"pointers", "texts"}
    conn = sqlite3.connect(path)
    conn.execute("UPDATE contacts SET created_on = '2026-02-30'")
    conn.commit()
    conn.close()
    assert findings(path)["days"] is False
    whole = path.read_bytes()
    path.write_bytes(whole[:20_480] + bytes(4096) + whole[24_576:])
    assert findings(path)["integrity"] is False


def test_check_finds_a_copy_that_was_changed(path: Path):
    run(path, "add", "Ana")
    kept = copies.folder(path) / "2026-11-24.db"
    kept.write_bytes(kept.read_bytes()[:-1] + b"!")
    assert findings(path)["copy"] is False


# -- killed ------------------------------------------------------------------------------------------------------------


@POSIX
@pytest.mark.parametrize("delay", [0.0, 0.01, 0.05, 0.2, 0.4])
def test_a_killed_writer_leaves_whole_commands(delay: float, path: Path):
    """kill -9 at any moment of a long loop of commands: what it had said is there, and no half of anything."""
    code = f"""
        import os, sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from builders import moment
        from pathlib import Path
        from salesflow.records import change, contacts, follow_ups
        conn, now = change.writer(Path({str(path)!r})), moment()
        for number in range(100_000):
            with change.change(conn, now, "add") as work:
                made = [contacts.add(conn, contacts.Draft(name=f"Ana {{number}}.{{part}}"), now) for part in range(10)]
                follow_ups.add(conn, follow_ups.Draft(made[0], now.on), now)
            os.write(1, b".")
    """
    writer = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, env=environment())
    assert writer.stdout is not None
    said = len(writer.stdout.read(1))
    time.sleep(delay)
    writer.send_signal(signal.SIGKILL)
    said += len(writer.stdout.read())
    writer.wait()
    conn = file.open_writer(path)
    people, promises, changes = (
        conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("contacts", "follow_ups", "changes")
    )
    assert people == 10 * changes
    assert promises == changes
    assert changes in (said, said + 1)  # one may have been done and not yet said
    assert conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert faults(conn) == []
    conn.close()
    assert beside(path) == []


def has_opened(process: subprocess.Popen[str], path: Path) -> None:
    """Wait until the process has the file open, and so waits for its lock."""
    fds = Path(f"/proc/{process.pid}/fd")
    for _ in range(100):
        time.sleep(0.1)
        try:
            if any(os.path.realpath(fd) == str(path) for fd in fds.iterdir()):
                break
        except OSError:
            pass
    time.sleep(0.3)


@POSIX
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_rolls_back_and_says_so(number: signal.Signals, code: int, path: Path):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # so that the command waits for the lock
    before = path.read_bytes()
    waiting = subprocess.Popen(argv(path, "add", "Ana"), env=environment(), stderr=subprocess.PIPE, text=True)
    has_opened(waiting, path)
    waiting.send_signal(number)
    time.sleep(0.2)
    other.execute("ROLLBACK")
    other.close()
    said = waiting.communicate(timeout=60)[1]
    done = run(path, "list", "-f", "ids").out
    assert (waiting.returncode, said, done) == (code, "salesflow: stopped; nothing was changed\n", "")
    assert path.read_bytes() == before


@POSIX
def test_who_waits_for_a_lock_can_be_stopped_at_once(path: Path):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = subprocess.Popen(argv(path, "add", "Ana"), env=environment(), stderr=subprocess.PIPE, text=True)
    has_opened(waiting, path)
    waiting.send_signal(signal.SIGINT)
    assert waiting.communicate(timeout=5)[1] == "salesflow: stopped; nothing was changed\n"
    assert waiting.returncode == 130
    other.close()


class Late:
    """A connection that hears a signal when the disk has been written."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn = conn

    def __getattr__(self, name: str) -> object:
        return getattr(self.conn, name)

    def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
        done = self.conn.execute(sql, *values)
        if sql == "COMMIT":
            raise Stopped(signal.SIGINT)
        return done


@pytest.mark.parametrize("words", [["add", "Bo"], ["undo"], ["redo"]])
def test_a_signal_heard_after_the_commit_says_that_the_change_was_made(
    words: list[str], path: Path, monkeypatch: pytest.MonkeyPatch
):
    run(path, "add", "Ana")
    if words == ["redo"]:
        run(path, "undo")
    real = change.writer
    monkeypatch.setattr(change, "writer", lambda path: Late(real(path)))
    done = run(path, *words)
    assert (done.code, done.err) == (130, "salesflow: stopped; the change was made\n")
    monkeypatch.undo()
    assert run(path, "list", "-f", "ids").out == {"add": "1\n2\n", "undo": "", "redo": "1\n"}[words[0]]


@POSIX
@pytest.mark.parametrize("runs", [10, pytest.param(200, marks=pytest.mark.long)])
def test_what_a_stopped_command_says_of_the_file_is_true(runs: int, path: Path):
    """SIGTERM at any moment of its life; before it can speak the system ends it, and nothing was changed."""
    people = 0
    for number in range(runs):
        stopped = subprocess.Popen(argv(path, "-q", "add", "Ana"), env=environment(), stderr=subprocess.PIPE, text=True)
        time.sleep(0.25 * (number + 1) / runs)
        stopped.terminate()
        said = stopped.communicate(timeout=60)[1]
        conn = reader(path)
        now = conn.execute("SELECT count(*) FROM contacts").fetchone()[0]
        assert faults(conn) == []
        conn.close()
        made = now > people
        people = now
        if stopped.returncode == -signal.SIGTERM:
            assert not made
        elif stopped.returncode == 143:
            assert said == f"salesflow: stopped; {'the change was made' if made else 'nothing was changed'}\n"
        else:
            assert (stopped.returncode, said, made) == (0, "", True)


def test_the_log_of_a_file_that_is_gone_is_never_played_into_a_new_one(path: Path, tmp_path: Path):
    copies.copy(path, tmp_path / "copy.db")
    with desk(path) as at:
        at.call("add", ["Ana"])
        log = path.with_name("a.db-wal").read_bytes()
    path.unlink()
    path.with_name("a.db-wal").write_bytes(log)
    done = run(path, "add", "Bo")
    assert (done.code, done.out) == (5, "")
    assert "a.db-wal is left of a file that is gone" in done.err
    assert beside(path) == ["a.db-wal", "copy.db", "copy.db.sha256"]
    assert run(path, "--yes", "db", "restore", str(tmp_path / "copy.db")).code == 0
    assert run(path, "list", "-f", "ids").out == ""
    assert run(path, "db", "check").code == 0
    assert path.with_name("a.db.before-restore-2026-11-24-wal").read_bytes() == log


@POSIX
def test_a_signal_that_was_to_be_ignored_is(path: Path):
    """nohup, and what a shell starts with `&`."""
    code = (
        "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); os.execv(sys.executable, sys.argv[1:])"
    )
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = subprocess.Popen([sys.executable, "-c", code, *argv(path, "add", "Ana")], env=environment(),
                               stdout=subprocess.PIPE, text=True)  # fmt: skip
    has_opened(waiting, path)
    waiting.send_signal(signal.SIGHUP)
    other.execute("COMMIT")
    other.close()
    assert waiting.communicate(timeout=60)[0] == "Added 1 Ana: lead\n"


# -- a full disk -------------------------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of two mebibytes."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
    ).returncode == 0  # fmt: skip
    if not mounted:
        pytest.skip("a small file system cannot be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(path: Path) -> tuple[int, str]:
    """Notes until one is refused: how many were acknowledged, and the refusal."""
    for number in range(1, 3000):
        done = run(path, "note", "1", "x" * 20_000)
        if done.code:
            assert (done.code, done.out) == (5, ""), done
            return number - 1, done.err
    raise AssertionError("the disk did not fill")


def test_a_full_disk_is_one_line_and_all_that_was_acknowledged_is_there(small: Path):
    path = small / "a.db"
    assert run(path, "add", "Ana").code == 0
    acknowledged, said = fill(path)
    assert said == "salesflow: the disk is full; nothing was changed\n"
    conn = reader(path)
    assert conn.execute("SELECT count(*) FROM activities").fetchone()[0] == acknowledged
    assert conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert faults(conn) == []
    conn.close()
    for words in (["today"], ["list"], ["history", "--limit", "1"], ["db", "path"]):
        assert run(path, *words).code == 0, words
    done = run(path, "db", "backup", str(small / "b.db"))
    assert (done.code, done.out) == (5, "")
    assert done.err.count("\n") == 1
    assert not [name for name in beside(path) if ".new" in name or name.startswith("b.db")]


def test_a_new_file_that_just_fits_is_whole(small: Path):
    """It was put in place cut short once, when the disk had room for it, and none for a log beside it."""
    for left in range(200_000, 1_900_000, 100_000):
        (small / "filler").write_bytes(bytes(2 * 1024 * 1024 - left))
        code = run(small / "a.db", "add", "Ana").code
        if (small / "a.db").exists():
            done = run(small / "a.db", "list")
            assert done.code == 0 or "the disk is full" in done.err
        else:
            assert code == 5
        for name in ("a.db", "a.db-wal", "a.db-shm", "filler"):
            (small / name).unlink(missing_ok=True)


def test_a_disk_too_small_for_a_new_file_ends_with_none(small: Path):
    (small / "filler").write_bytes(bytes(1_900_000))
    done = run(small / "a.db", "add", "Ana")
    assert (done.code, done.out) == (5, "")
    assert done.err == "salesflow: the disk is full; nothing was changed\n"
    assert beside(small / "a.db") == ["filler"]


@POSIX
def test_a_file_that_may_not_grow_is_one_line(path: Path):
    """As a full disk, where none can be mounted: the system refuses to let files grow."""
    run(path, "add", "Ana")
    size = 100_000  # of any file: what is written goes to the log beside it first
    code = f"""
        import resource, signal, sys
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))
        from salesflow.cli import main
        main(["--db", {str(path)!r}, "note", "ana", "x" * 200_000])
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], env=environment(), capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert (done.returncode, done.stdout) == (5, ""), done
    assert done.stderr.count("\n") == 1
    conn = reader(path)
    assert conn.execute("SELECT count(*) FROM activities").fetchone()[0] == 0
    assert conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    conn.close()


# -- by hand -----------------------------------------------------------------------------------------------------------


def test_names_with_marks_of_a_web_address_are_names(tmp_path: Path):
    for name in ("50% off?.db", "a#b.db", "ä ö.db", "mode=ro&x.db"):
        path = tmp_path / name
        assert run(path, "add", "Ana").code == 0, name
        assert run(path, "list", "-f", "ids").out == "1\n", name
        assert path.exists(), name


def test_a_link_to_the_file_is_the_file(path: Path, tmp_path: Path):
    link = tmp_path / "link.db"
    link.symlink_to(path)
    assert run(link, "add", "Ana").code == 0
    assert run(path, "list", "-f", "ids").out == "1\n"
    assert link.is_symlink()


def test_no_home_and_no_name_asks_for_one():
    kept = environment()
    del kept["HOME"]
    done = subprocess.run(
        [sys.executable, "-m", "salesflow", "today"], env=kept, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (5, "")
    assert "--db FILE" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_settings_of_a_process_are_nothing_to_the_file(path: Path):
    """cron: no language, no terminal, a bare PATH."""
    done = process(path, "add", "山田 花子", "--tag", "ß")
    assert done.code == 0, done
    assert "山田" in process(path, "list", "--json").out
    with desk(path) as at:
        assert change.undo(at.conn, at.now).command == "add 山田 花子 --tag ß"
