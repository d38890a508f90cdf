"""The one place that opens a salesflow file, or makes one.

Why each setting is as it is stands in docs/design.md, "Keeping it safe".
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from salesflow.errors import FileTrouble

APPLICATION_ID = 0x53464C57  # "SFLW"
VERSION = 3  # of the schema; see migrations
WAIT_SECONDS = 30.0
TURN_MILLISECONDS = 200


class InUse(FileTrouble):
    """Another program holds the lock, and did not let go in time."""


class Damaged(FileTrouble):
    """It may have been a salesflow file, and cannot be read as one."""


def check_header(path: Path) -> int:
    """The file's schema version, from its first 100 bytes.

    Raises FileTrouble when it is missing, not a regular file, cut short, another program's, or newer than we are.
    SQLite itself would open an empty file, another program's database, or create the target of a dangling link.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise FileTrouble(f"{path} is not a file; name the salesflow file with --db FILE")
        with open(path, "rb") as handle:
            header = handle.read(100)
            size = os.fstat(handle.fileno()).st_size
    except FileNotFoundError:
        if os.path.islink(path):
            raise FileTrouble(f"{path} is a link to a file that is not there; name another with --db FILE") from None
        raise FileTrouble(
            f"no file {path} yet; start with: salesflow add NAME (or look around: salesflow demo)"
        ) from None
    except OSError as error:
        raise FileTrouble(f"cannot read {path}: {error.strerror}") from None
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        raise Damaged(f"{path} is not a salesflow file; nothing was changed. Name another with --db FILE")
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise FileTrouble(f"{path} belongs to another program; nothing was changed. Name another with --db FILE")
    version = int.from_bytes(header[60:64], "big")
    if version < 1:
        raise Damaged(f"{path} is damaged (it says no version); bring back a copy: salesflow db restore")
    if version > VERSION:
        raise FileTrouble(
            f"{path} was written by a newer salesflow (file version {version}, known {VERSION}); upgrade salesflow"
        )
    page_size = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    # Beside a live write-ahead log the page count may run ahead of the file; alone it may not.
    if not wal_beside(path) and pages * (65536 if page_size == 1 else page_size) > size:
        raise Damaged(f"{path} is cut short ({size} bytes); bring back a copy: salesflow db restore")
    return version


def wal_beside(path: Path) -> bool:
    return os.path.exists(f"{path}-wal")


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot change the file; raises FileTrouble as check_header does."""
    check_header(path)
    # `mode=ro` would leave -wal and -shm behind after every read, so readers too open `rw`, held by query_only.
    mode = "rw"
    if not os.access(path.parent, os.W_OK) or not os.access(path, os.W_OK):
        mode = "ro" if wal_beside(path) else "ro&immutable=1"
    conn = connect(path, mode)
    conn.execute("PRAGMA query_only = ON")
    return conn


def open_writer(path: Path) -> sqlite3.Connection:
    """A connection for one writing command; raises FileTrouble as check_header does, or when it may not be written."""
    check_header(path)
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise FileTrouble(f"{path} may not be written; nothing was changed")
    return connect(path, "rw")


def connect(path: Path, mode: str) -> sqlite3.Connection:
    if sqlite3.sqlite_version_info < (3, 37):
        raise FileTrouble(f"SQLite 3.37 or newer is needed; this Python has {sqlite3.sqlite_version}")
    try:
        conn = sqlite3.connect(
            f"file:{quote(str(path))}?mode={mode}", uri=True, isolation_level=None, timeout=WAIT_SECONDS
        )
        conn.row_factory = sqlite3.Row
        for setting in (
            "foreign_keys = ON",
            "synchronous = FULL",
            "trusted_schema = OFF",
            "cell_size_check = ON",
            "temp_store = MEMORY",
            "cache_size = -16384",  # KiB: a large import writes its pages once, not as often as they fall out
        ):
            conn.execute(f"PRAGMA {setting}")
    except sqlite3.Error as error:
        raise trouble(error, path) from None
    except UnicodeDecodeError:  # the schema is noise, and SQLite quotes it in what it says of it
        raise Damaged(f"{path} is damaged; see: salesflow db check, salesflow db restore") from None
    return conn


def lock(conn: sqlite3.Connection) -> None:
    """Begin a transaction that may write, waiting for whoever writes. Raises sqlite3.OperationalError in the end.

    In short turns: while SQLite itself waits, Python hears no signal.
    """
    conn.execute(f"PRAGMA busy_timeout = {TURN_MILLISECONDS}")
    try:
        for turns_left in reversed(range(int(WAIT_SECONDS * 1000 / TURN_MILLISECONDS) or 1)):
            try:
                conn.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not turns_left:
                    raise
    finally:
        conn.execute(f"PRAGMA busy_timeout = {int(WAIT_SECONDS * 1000)}")


def create(path: Path, build: Callable[[sqlite3.Connection], None]) -> bool:
    """Make a new file, private to its owner; False when somebody else was first.

    It is built whole under a name of its own and then linked into place, so that twenty first runs at once end
    with one good file and nobody ever meets half of one. `build` runs inside the one transaction.
    """
    orphaned = wal_beside(path)  # looked at first: beside a live file there is one only after it is there
    if os.path.lexists(path):
        return False
    if orphaned:
        raise FileTrouble(f"{path}-wal is left of a file that is gone, and would spoil a new one; move it away first")
    fresh = fresh_name(path)
    try:
        make_folder(path.parent)
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(connect(fresh, "rw")) as conn:
            # Into the file itself: what a log beside it held would be lost where the disk has no room for it twice.
            conn.execute("PRAGMA journal_mode = MEMORY")
            conn.execute("BEGIN IMMEDIATE")
            conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            build(conn)
            conn.execute("COMMIT")
            conn.execute("PRAGMA journal_mode = WAL")
        sync(fresh)
        return place(fresh, path)
    except OSError as error:
        raise FileTrouble(f"cannot make {path}: {error.strerror}") from None
    except sqlite3.Error as error:
        raise trouble(error, path) from None
    finally:
        remove(fresh)


def fresh_name(path: Path) -> Path:
    """Where a file is written before it takes its place. Not by process id alone: in a container that never changes."""
    return path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.new")


def make_folder(path: Path) -> None:
    """The folder and those above it, as far as they are not there, private to their owner."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def remove(path: Path) -> None:
    """A file that is in the way, with what SQLite left beside it; one that cannot be removed stays."""
    for end in ("", "-journal", "-wal", "-shm"):
        with suppress(OSError):
            os.unlink(f"{path}{end}")


def place(fresh: Path, path: Path) -> bool:
    try:
        os.link(fresh, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        if path.exists():
            return False
        os.rename(fresh, path)
    sync(path.parent)
    return True


def sync(path: Path) -> None:
    """Have the file's or folder's contents on the disk before going on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def trouble(error: sqlite3.Error, path: Path) -> FileTrouble:
    """The one line that says what SQLite met."""
    text = str(error)
    ours = ("syntax error", "ambiguous column", "no such column", "no such function")
    if "malformed" not in text and any(word in text for word in ours):
        raise error  # a fault of ours, not of the file
    if "locked" in text or "busy" in text:
        return InUse(f"{path} is in use by another program (waited {WAIT_SECONDS:g} s); nothing was changed, try again")
    # Where there is no room for what lies beside a file in use, SQLite speaks of reading and writing.
    if "full" in text or "IOERR_SHM" in (getattr(error, "sqlite_errorname", None) or ""):
        return FileTrouble("the disk is full; nothing was changed")
    if "readonly" in text or "read-only" in text:
        return FileTrouble(f"{path} may not be written; nothing was changed")
    if "unable to open" in text:
        return FileTrouble(f"cannot open {path}: {text}")
    return Damaged(f"{path} is damaged ({text}); see: salesflow db check, salesflow db restore")
