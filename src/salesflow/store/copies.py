"""Copies of the file: made with SQLite's own backup, verified, put in place whole."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
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
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        source = file.open_reader(path)
        try:
            whole = sqlite3.connect(fresh, isolation_level=None)
            source.backup(whole)
            whole.execute("PRAGMA journal_mode = DELETE")  # one file, no log beside it
            whole.close()
        finally:
            source.close()
        file.sync(fresh)
        file.check_header(fresh)
        digest = digest_of(fresh)
        os.replace(fresh, target)
        beside = target.with_name(f"{target.name}.sha256")
        fresh.write_text(f"{digest}  {target.name}\n", encoding="ascii")
        os.chmod(fresh, 0o600)
        os.replace(fresh, beside)
        file.sync(target.parent)
    except OSError as error:
        raise FileTrouble(f"cannot write {target}: {error.strerror}") from None
    except sqlite3.Error as error:
        raise file.trouble(error, path) from None
    finally:
        for leftover in (fresh, Path(f"{fresh}-journal")):
            leftover.unlink(missing_ok=True)
    return digest


@contextmanager
def whole_file(target: Path) -> Iterator[TextIO]:
    """A text file being written, whole or not at all, private to its owner. Raises FileTrouble."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new")
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
        fresh.unlink(missing_ok=True)


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
    beside = path.with_name(f"{path.name}.sha256")
    if beside.exists() and beside.read_text(encoding="ascii", errors="replace").split()[:1] != [digest_of(path)]:
        raise FileTrouble(f"{path} is not as it was written (its checksum differs); take another copy")
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
    moved aside.
    """
    verify(source)
    kept = None
    if os.path.lexists(path):
        kept = free_name(path.with_name(f"{path.name}.before-restore-{on}"))
        try:
            copy(path, kept)
            old = file.open_reader(source)
            new = file.open_writer(path)
            old.backup(new)
            new.close()
            old.close()
            return kept
        except (FileTrouble, sqlite3.Error):
            for end in ("", "-wal", "-shm"):
                if os.path.lexists(f"{path}{end}"):
                    os.replace(f"{path}{end}", f"{kept}{end}")
    copy(source, path)
    path.with_name(f"{path.name}.sha256").unlink(missing_ok=True)
    conn = file.connect(path, "rw")
    conn.execute("PRAGMA journal_mode = WAL")
    conn.close()
    return kept


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
    for old in spare(sorted(found.name for found in folder(path).glob("????-??-??.db"))):
        (folder(path) / old).unlink(missing_ok=True)
        (folder(path) / f"{old}.sha256").unlink(missing_ok=True)
    return target


def spare(names: list[str]) -> list[str]:
    """Of copies named by day, oldest first, those not kept: not among the last 7, nor the first of the last 6 months."""
    firsts: dict[str, str] = {}
    for name in names:
        firsts.setdefault(name[:7], name)
    kept = set(names[-KEEP_DAYS:]) | set([firsts[month] for month in sorted(firsts)][-KEEP_MONTHS:])
    return [name for name in names if name not in kept]


def newest(path: Path) -> Path:
    """The newest daily copy. Raises NotFound."""
    found = sorted(folder(path).glob("????-??-??.db"))
    if not found:
        raise NotFound(f"no copy in {folder(path)}; name one: salesflow db restore FILE")
    return found[-1]
