"""UTF-8 that was taken for a Windows code page and written as UTF-8 once more: `MÃ¼ller` for Müller, and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

SUFFIX = "-twice"
NAME = f"utf-8{SUFFIX}"
_PAGES = ("cp1252", "cp1250")


@cache
def _bytes(page: str) -> dict[int, int]:
    """For each character the byte it was, for `str.translate`; what the page leaves open stands for itself."""
    found = {number: number for number in range(0x80, 0x100)}
    for number in range(0x80, 0x100):
        char = bytes([number]).decode(page, "ignore")
        if char:
            found[ord(char)] = number
    return found


@cache
def _pattern() -> re.Pattern[str]:
    """Runs of characters that were the bytes of one letter beyond ASCII.

    Of what real words have too (`ANDRÉ’S`, `déšť`) a single one is none: Cyrillic and Chinese come in words.
    """

    inner = _those(0x80, 0xBF)
    latin = f"{_those(0xC2, 0xC7)}{inner}|{_those(0xC8, 0xC8)}{_those(0x98, 0x9B)}"
    signs = f"{_those(0xE2, 0xE2)}{inner}{{2}}|{_those(0xEF, 0xEF)}{_those(0xBB, 0xBB)}{_those(0xBF, 0xBF)}"
    words = f"(?:{_those(0xCE, 0xDF)}{inner}){{2,}}|(?:{_those(0xE0, 0xEF)}{inner}{{2}}){{2,}}"
    return re.compile(f"(?:{latin}|{signs}|{words}|{_those(0xF0, 0xF4)}{inner}{{3}})+")


@cache
def _likely() -> re.Pattern[str]:
    """What every such run begins with: twenty times faster to look for."""
    return re.compile(_those(0xC2, 0xF4) + _those(0x80, 0xBF))


def _those(first: int, last: int) -> str:
    chars = {char for page in _PAGES for char, byte in _bytes(page).items() if first <= byte <= last}
    return f"[{re.escape(''.join(map(chr, sorted(chars))))}]"


def mended(readline: Callable[[int], str], encoding: str) -> Callable[[int], str]:
    """Reads lines with every such run undone, where the encoding says so."""
    return (lambda size: undone(readline(size))) if encoding.endswith(SUFFIX) else readline


def undone(text: str) -> str:
    """The text with every such run as it was meant; all else as it is."""
    return text if not _likely().search(text) else _pattern().sub(lambda run: _meant(run[0]), text)


def _meant(run: str) -> str:
    for page in _PAGES:
        try:
            return run.translate(_bytes(page)).encode("latin-1").decode("utf-8")
        except UnicodeError:
            continue
    return run


def example(text: str) -> tuple[str, str] | None:
    """A word that was written so, and what is meant; None where there is none."""
    for found in _pattern().finditer(text) if _likely().search(text) else ():
        if _meant(found[0]) != found[0]:
            start = max(text.rfind(mark, 0, found.start()) for mark in " \t\n,;") + 1
            word = re.split("[ \t\r\n,;]", text[start:], maxsplit=1)[0][:40]
            return word, undone(word)
    return None
