"""ZIP archives: the tables and address cards in them, each a file of its own; nothing is unpacked to a name."""

from __future__ import annotations

import shutil
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from salesflow.errors import Refused

SUFFIXES = frozenset((".csv", ".tsv", ".txt", ".vcf", ".vcard", ".xlsx", ".json"))
SIZE_CAP = 2 * 1024**3
RATIO_CAP = 200  # no table packs better, and what unpacks to little does no harm
SMALL = 64 * 1024**2
FILES_CAP = 1000
_BUFFER = 1_048_576
# What else comes as a ZIP archive, by what is in it.
_KINDS = (
    ("xl/workbook.bin", "an Excel binary workbook; save it as XLSX or CSV"),
    ("content.xml", "an OpenDocument sheet; save it as XLSX or CSV"),
    ("Index/Document.iwa", "a Numbers document; export it as CSV"),
    ("word/document.xml", "a Word document; what is needed is a table as CSV"),
)


def is_zip(file: BinaryIO) -> bool:
    file.seek(0)
    return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def names(file: BinaryIO) -> list[str]:
    """What is in an archive; nothing for one that is damaged."""
    try:
        file.seek(0)
        return ZipFile(file).namelist()
    except (BadZipFile, ValueError, OSError):
        return []


def checked(archive: ZipFile, name: str) -> list[ZipInfo]:
    """What is in it. Raises Refused: far more than it seems, locked, or too many files."""
    found = archive.infolist()
    size = sum(each.file_size for each in found)
    packed = sum(each.compress_size for each in found)
    if size > SIZE_CAP or (size > SMALL and size > RATIO_CAP * packed):
        raise Refused(f"{name} would unpack to {size / 1024**2:,.0f} MiB; unpack it, and import what you need")
    if len(found) > FILES_CAP:
        raise Refused(f"{name} has {len(found):,} files in it; {FILES_CAP:,} are the most")
    if any(each.flag_bits & 1 for each in found):
        raise Refused(f"{name} is locked with a password; unpack it first")
    return found


def files(file: BinaryIO, name: str) -> Iterator[tuple[str, BinaryIO]]:
    """The tables and address cards of an archive by their own names, each a file to be closed. Raises Refused."""
    try:
        file.seek(0)
        archive = ZipFile(file)
        found = [each for each in checked(archive, name) if _wanted(each)]
        if not found:
            held = {each.filename for each in archive.infolist()}
            other = next((said for inside, said in _KINDS if inside in held), None)
            raise Refused(f"{name} is {other or 'a ZIP archive without a CSV or vCard file in it'}")
        for each in found:
            copy = tempfile.TemporaryFile()  # noqa: SIM115 -- whoever takes it closes it
            with archive.open(each) as packed:
                shutil.copyfileobj(packed, copy, _BUFFER)
            copy.seek(0)
            yield PurePosixPath(each.filename).name, copy
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError):
        raise Refused(f"{name} is a damaged ZIP archive; unpack it, or fetch it anew") from None


def _wanted(found: ZipInfo) -> bool:
    """A file of rows; not a folder, not what a Mac leaves beside each file."""
    path = PurePosixPath(found.filename)
    hidden = any(part.strip(".") and part.startswith((".", "__MACOSX")) for part in path.parts)
    return not found.is_dir() and not hidden and path.suffix.lower() in SUFFIXES and found.file_size > 0
