"""Files as they come: opened once, readable twice, their encoding found, what is no text refused by name."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import stat
from collections.abc import Callable
from types import TracebackType
from typing import BinaryIO, Protocol

from salesflow.errors import FileTrouble, Refused
from salesflow.importers import twice

_BUFFER = 1_048_576
_OLE = b"\xd0\xcf\x11\xe0"
_MAGIC = {
    b"\x1f\x8b": "compressed (gzip); unpack it",
    b"PK\x03\x04": "a ZIP archive; unpack it",
    b"SQLite format 3\0": "an SQLite database; export a table as CSV",
    b"%PDF": "a PDF; save the table as CSV",
    _OLE: "an old Excel workbook; save it as XLSX or CSV",
    b"7z\xbc\xaf": "a 7z archive; unpack it",
    b"BZh": "compressed (bzip2); unpack it",
    b"\xfd7zXZ": "compressed (xz); unpack it",
    b"\x28\xb5\x2f\xfd": "compressed (zstd); unpack it",
    b"\x89PNG": "a picture; what is needed is a CSV file",
    b"\xff\xd8\xff": "a picture; what is needed is a CSV file",
    b"<!DOCTYPE": "a web page; what is needed is a CSV file",
    b"<HTML": "a web page; what is needed is a CSV file",
    b"<?XML": "an XML file; what is needed is a CSV file",
}
# What Windows writes where nothing else is said, by the seller's country; elsewhere cp1252.
CODE_PAGES = dict.fromkeys(("PL", "CZ", "SK", "HU", "SI", "HR", "RO", "BA", "AL"), "cp1250") | dict.fromkeys(
    ("RU", "UA", "BY", "BG", "RS", "MK", "KZ"), "cp1251"
) | {
    "GR": "cp1253", "CY": "cp1253", "TR": "cp1254", "IL": "cp1255", "EE": "cp1257", "LV": "cp1257", "LT": "cp1257",
    "VN": "cp1258", "TH": "cp874", "JP": "cp932", "CN": "gb18030", "KR": "cp949", "TW": "cp950", "HK": "cp950",
    **dict.fromkeys(("EG", "SA", "AE", "MA", "DZ", "TN", "JO", "LB", "IQ"), "cp1256"),
}  # fmt: skip
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def open_file(path: str | None, stdin: BinaryIO | None = None) -> BinaryIO:
    """A file, or `stdin` without a path, that can be read twice. Raises FileTrouble."""
    try:
        return _spool(stdin or io.BytesIO()) if path is None else _open(path)
    except OSError as error:
        raise FileTrouble(f"{path or 'standard input'} cannot be read: {error.strerror or error}") from None


def _open(path: str) -> BinaryIO:
    try:
        mode = os.stat(path).st_mode
    except ValueError:
        raise FileTrouble("there is no file of that name; a name has no NUL in it") from None
    except FileNotFoundError:
        raise FileTrouble(f"there is no file {path}; look at the name, or give - for standard input") from None
    if stat.S_ISDIR(mode):
        raise FileTrouble(f"{path} is a folder; name a file in it")
    if not stat.S_ISREG(mode):
        raise FileTrouble(f"{path} is a device or a pipe; give - and send it to standard input")
    return io.BufferedReader(io.FileIO(path), _BUFFER)


def _spool(stream: BinaryIO) -> BinaryIO:
    """A stream as a file that can be read twice: itself, or a copy of it in an unnamed file of our own."""
    import shutil
    import tempfile

    with contextlib.suppress(OSError):
        if stat.S_ISREG(os.fstat(stream.fileno()).st_mode) and stream.tell() == 0:
            return io.BufferedReader(io.FileIO(os.dup(stream.fileno())), _BUFFER)
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- Sheet.close closes it
    shutil.copyfileobj(stream, file, _BUFFER)
    return file


def encoding_of(file: BinaryIO, name: str, wanted: str | None, fallback: str) -> str:
    file.seek(0)
    head = file.read(65_536)
    bare = head.removeprefix(codecs.BOM_UTF8).lstrip()
    for magic, what in _MAGIC.items():
        if head.startswith(magic) or bare[: len(magic)].upper() == magic:
            if magic == _OLE and _is_locked(file, head):
                what = "a workbook locked with a password; open it, take the password off, and save it"
            raise Refused(f"{name} is {what}")
    if wanted is not None and wanted.lower() != twice.NAME:
        return _codec(wanted)
    used = _found(file, head, fallback)
    return used if wanted is None else used + twice.SUFFIX


def _is_locked(file: BinaryIO, head: bytes) -> bool:
    """Whether a compound file holds an encrypted workbook: its directory names it."""
    sector = 1 << min(int.from_bytes(head[30:32], "little"), 12)
    file.seek((int.from_bytes(head[48:52], "little") + 1) * sector)
    return "EncryptedPackage".encode("utf-16-le") in file.read(4096)


def _found(file: BinaryIO, head: bytes, fallback: str) -> str:
    for mark, used in _BOMS:
        if head.startswith(mark):
            return used
    # Excel's and Windows' UTF-16 without its mark: every other byte of plain letters is 0.
    if len(head) >= 4 and head[1::2].count(0) * 2 > len(head) // 2 and head[::2].count(0) * 10 < len(head):
        return "utf-16-le"
    if len(head) >= 4 and head[::2].count(0) * 2 > len(head) // 2 and head[1::2].count(0) * 10 < len(head):
        return "utf-16-be"
    if _is_utf8(file) or _is_mostly_utf8(file):
        return "utf-8"
    try:
        used = _codec(fallback)
    except Refused:
        used = "cp1252"
    return "cp1252" if used in ("utf-8", "ascii") else used


def check_encoding(name: str) -> None:
    """Raises Refused: there is no such encoding."""
    if name.lower() != twice.NAME:
        _codec(name)


def _codec(name: str) -> str:
    try:
        codec = codecs.lookup(name)
        "".encode(name)
    except (LookupError, ValueError):
        raise Refused(f'there is no encoding "{name}"; try utf-8, cp1252, cp1250, utf-16 or utf-8-twice') from None
    return codec.name


def _is_utf8(file: BinaryIO) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(_BUFFER):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_mostly_utf8(file: BinaryIO) -> bool:
    """A UTF-8 file with a damaged line: read as anything else, every accent in it would be damaged."""
    file.seek(0)
    good = bad = 0
    while line := file.readline(65_536):
        if not line.isascii():
            try:
                line.decode()
                good += 1
            except UnicodeDecodeError:
                bad += 1
    return good > bad


class Measured(Protocol):
    """What is read bit by bit: how much there is (None: unknown), and how far one is."""

    @property
    def size(self) -> int | None: ...
    def position(self) -> int: ...


class Text:
    """The file as text from its start; leaves the file open, for the next who reads it."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        file.seek(0)
        self._file = file
        self._encoding = encoding
        self._text = io.TextIOWrapper(file, encoding.removesuffix(twice.SUFFIX), errors="mark", newline="")

    def __enter__(self) -> Callable[[int], str]:
        return twice.mended(self._text.readline, self._encoding)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if not self._file.closed:
            self._text.detach()
        if isinstance(error, OSError):
            raise FileTrouble(f"the file cannot be read any further: {error.strerror or error}") from None
        if isinstance(error, UnicodeError):
            raise Refused(f"the file cannot be read as {self._text.encoding}; name another encoding") from None
