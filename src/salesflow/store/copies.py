"""Copies of the file: made with SQLite's own backup, verified, put in place whole."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TextIO

from salesflow.errors import FileTrouble, NotFound
from salesflow.store import file

KEEP_DAYS = 7
KEEP_MONTHS = 6


def folder(path: Path) -> Path:
    """Where the file's daily copies lie."""
    return path.with_name(f"{path.name}.copies")


def copy(path: Path, target: Path) -> str:
    """Copy the file to target, verified; the copy's SHA-256, which also lies beside it as `target.sha256`.

    A copied file would miss what is still in the write-ahead log, so this is SQLite's backup, page by page.
    """
    fresh = file.fresh_name(target)
    try:
        file.make_folder(target.parent)
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(file.open_reader(path)) as source, closing(sqlite3.connect(fresh, isolation_level=None)) as whole:
            source.backup(whole)
            whole.execute("PRAGMA journal_mode = DELETE")  # one file, no log beside it
        file.sync(fresh)
        file.check_header(fresh)
        digest = digest_of(fresh)
        checksum(target).unlink(missing_ok=True)  # of the file before; between the two there is none, not a wrong one
        os.replace(fresh, target)
        write_text(checksum(target), f"{digest}  {target.name}\n")
    except OSError as error:
        raise FileTrouble(f"cannot write {target}: {error.strerror}") from None
    except sqlite3.Error as error:
        raise file.trouble(error, path) from None
    finally:
        file.remove(fresh)
    return digest


def checksum(path: Path) -> Path:
    """Where the SHA-256 of a copy lies."""
    return path.with_name(f"{path.name}.sha256")


@contextmanager
def whole_file(target: Path) -> Iterator[TextIO]:
    """A text file being written, whole or not at all, private to its owner. Raises FileTrouble."""
    fresh = file.fresh_name(target)
    try:
        place = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with open(place, "w", encoding="utf-8", newline="") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(fresh, target)
        file.sync(target.parent)
    except OSError as error:
        raise FileTrouble(f"cannot write {target}: {error.strerror}") from None
    finally:
        file.remove(fresh)


def write_text(target: Path, text: str) -> None:
    """A text file, whole or not at all, private to its owner. Raises FileTrouble."""
    with whole_file(target) as handle:
        handle.write(text)


def digest_of(path: Path) -> str:
    import hashlib

    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def verify(path: Path) -> None:
    """Raises FileTrouble unless the copy is a salesflow file, whole, and as its SHA-256 says, where one lies beside.

    Single-bit damage passes SQLite's own integrity check in two cases of five, hence the checksum.
    """
    file.check_header(path)
    try:
        beside = checksum(path)
        said = beside.read_text(encoding="ascii", errors="replace").split()[:1] if beside.exists() else None
        if said is not None and said != [digest_of(path)]:
            raise FileTrouble(f"{path} is not as it was written (its checksum differs); take another copy")
    except OSError as error:
        raise FileTrouble(f"cannot read {path}: {error.strerror}") from None
    conn = file.open_reader(path)
    try:
        found = conn.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise file.trouble(error, path) from None
    finally:
        conn.close()
    if found != "ok":
        raise FileTrouble(f"{path} is damaged ({found}); take another copy")


def restore(path: Path, source: Path, on: str) -> Path | None:
    """Make the file what the copy is; where the present file was kept, None if there was none.

    A sound file is copied aside and written into, so that whoever has it open sees the change; a damaged one is
    moved aside. What is no file, another program's or newer is left alone. Raises FileTrouble, nothing changed.
    """
    verify(source)
    kept = free_name(path.with_name(f"{path.name}.before-restore-{on}"))
    if os.path.lexists(path):
        try:
            write_over(path, source, kept)
            return kept
        except file.Damaged:
            pass
    moved = move_aside(path, kept)
    try:
        copy(source, path)
        checksum(path).unlink(missing_ok=True)
        with closing(file.connect(path, "rw")) as conn:
            conn.execute("PRAGMA journal_mode = WAL")
    except FileTrouble:
        move_aside(kept, path)
        raise
    return kept if moved else None


def write_over(path: Path, source: Path, kept: Path) -> None:
    """Keep a copy of the file, then write the copy at `source` into it, in one transaction."""
    new = file.open_writer(path)
    old = file.open_reader(source)
    tries = 0

    def patience(status: int, remaining: int, total: int) -> None:
        # Python asks again for ever, every quarter of a second, while somebody holds the lock.
        nonlocal tries
        tries += status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        if tries > file.WAIT_SECONDS * 4:
            raise sqlite3.OperationalError("database is locked")

    try:
        file.lock(new)
        new.execute("ROLLBACK")
        copy(path, kept)
        old.backup(new, progress=patience)
    except BaseException as error:
        file.remove(kept)
        file.remove(checksum(kept))
        if isinstance(error, sqlite3.Error):
            raise file.trouble(error, path) from None
        raise
    finally:
        new.close()
        old.close()


def move_aside(path: Path, to: Path) -> bool:
    """Move a file, with what SQLite left beside it: a log without its file would be played into the next one."""
    found = [end for end in ("", "-wal", "-shm") if os.path.lexists(f"{path}{end}")]
    for end in found:
        os.replace(f"{path}{end}", f"{to}{end}")
    return bool(found)


def free_name(path: Path) -> Path:
    number, name = 1, path
    while name.exists():
        number += 1
        name = path.with_name(f"{path.name}-{number}")
    return name


def daily(path: Path, on: str) -> Path | None:
    """The first write of a day keeps a copy: the new copy, or None when today's is there. Old ones are thinned out."""
    target = folder(path) / f"{on}.db"
    if target.exists():
        return None
    copy(path, target)
    try:
        for old in spare(sorted(found.name for found in folder(path).glob("????-??-??.db"))):
            (folder(path) / old).unlink(missing_ok=True)
            checksum(folder(path) / old).unlink(missing_ok=True)
    except OSError as error:
        raise FileTrouble(f"cannot thin out {folder(path)}: {error.strerror}") from None
    return target


def kept(path: Path) -> list[Path]:
    """Every copy that is known of: the daily ones, and those beside the file from restores and newer versions."""
    beside = [found for mark in ("before-restore", "version") for found in path.parent.glob(f"{path.name}.{mark}-*")]
    found = [*folder(path).glob("*.db"), *beside]
    return sorted(one for one in found if not one.name.endswith((".sha256", "-wal", "-shm", "-journal")))


def delete(copy: Path) -> None:
    """A copy with all that lies beside it. Raises FileTrouble."""
    try:
        for end in ("", "-wal", "-shm", "-journal", ".sha256"):
            copy.with_name(f"{copy.name}{end}").unlink(missing_ok=True)
    except OSError as error:
        raise FileTrouble(f"cannot delete {copy}: {error.strerror}") from None


def spare(names: list[str]) -> list[str]:
    """Of copies named by day, oldest first, those not kept: neither of the last 7, nor the first of 6 last months."""
    firsts: dict[str, str] = {}
    for name in names:
        firsts.setdefault(name[:7], name)
    kept = set(names[-KEEP_DAYS:]) | set([firsts[month] for month in sorted(firsts)][-KEEP_MONTHS:])
    return [name for name in names if name not in kept]


def newest(path: Path) -> Path:
    """The newest copy in the folder of copies, made by itself or by hand. Raises NotFound."""
    found = sorted(folder(path).glob("????-??-??*.db"), key=lambda name: (name.stat().st_mtime_ns, name))
    if not found:
        raise NotFound(f"no copy in {folder(path)}; name one: salesflow db restore FILE")
    return found[-1]
