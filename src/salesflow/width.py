"""Text on its way to a person: made safe, measured in terminal cells, cut, wrapped, fenced."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache

ZWJ, VS16, LRM, SOFT_HYPHEN = "\u200d", "\ufe0f", "\u200e", "\u00ad"
# Format characters that are part of real words: joiners, direction marks, soft hyphen.
KEPT = frozenset("\u200c\u200d\u200e\u200f\u00ad")
# Digits and signs that a variation selector turns into a wide picture though they are no symbols by themselves.
KEYCAPS = frozenset("#*0123456789‼⁉ℹ")
BLOCKS = "▏▎▍▌▋▊▉█"
PHONE = frozenset("0123456789 ()-./")

_BREAKS = re.compile(r"(?:\r?\n)+")
_WORDS = re.compile(r" *[^ ]+")
_FIELDS = re.compile(r"[^ ]+(?: [^ ]+)*")


@cache
def _right_to_left() -> re.Pattern[str]:
    return re.compile(
        "[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]",
    )


@cache
def _formula() -> re.Pattern[str]:
    """What a spreadsheet would run, though spaces or quotes stand before it.

    The apostrophe counts as a quote: so text that already looks defused is defused once more, and undefuse gives
    back every text exactly.
    """
    return re.compile(
        "[\\s\\x00-\\x20'\"`´‘’“”\u00ad\u200b-\u200f\u2060\ufeff]*[=+\\-@|%\\t\\r＝＋－＠｜％﹦﹢﹣﹫﹪]",
    )


def hidden(char: str) -> bool:
    """Whether a character may not reach a screen as it is: it would be obeyed, or show nothing at all."""
    from unicodedata import category

    code, kind = ord(char), category(char)
    if kind == "Cn":  # noncharacters, and the places reserved for more format characters
        return (
            code & 0xFFFE == 0xFFFE
            or 0xFDD0 <= code <= 0xFDEF
            or code == 0x2065
            or 0xFFF0 <= code <= 0xFFF8
            or 0xE0000 <= code <= 0xE0FFF
        )
    return kind in ("Cc", "Cs", "Zl", "Zp") or (kind == "Cf" and char not in KEPT)


class Notation(dict[int, str]):
    """A table for str.translate that writes hidden characters in a notation; it fills itself as they turn up."""

    def __init__(self, write: Callable[[int], str]) -> None:
        super().__init__()
        self.write = write

    def __missing__(self, code: int) -> str:
        shown = self.write(code) if hidden(chr(code)) else chr(code)
        self[code] = shown
        return shown


def _escape(code: int) -> str:
    if code == 9:
        return " "
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_SHOWN = Notation(_escape)


def _json_escape(code: int) -> str:
    if code == 10:
        return "\n"
    units = (code,) if code < 0x10000 else (0xD7C0 + (code >> 10), 0xDC00 + (code & 0x3FF))
    return "".join(f"\\u{unit:04x}" for unit in units)


_JSON = Notation(_json_escape)


def json_safe(text: str) -> str:
    """JSON that is exact and safe to look at: what a terminal would obey is escaped, which a reader of JSON undoes."""
    return text if text.isprintable() else text.translate(_JSON)


def safe(text: str) -> str:
    r"""The text as it may stand on a screen, always one line: what a terminal would obey is shown.

    Control, direction and other format characters become \x1b, \u202e, \U000e0001; line breaks ` / `, a tab a space.
    """
    if text.isprintable():
        return text
    if "\n" in text:
        whole = len(text)
        text = _BREAKS.sub(lambda found: " / " if found.end() < whole else "", text)
    return text.translate(_SHOWN)


def line(text: str) -> str:
    """Safe text for a message of one line: an error, a warning, progress."""
    return fence(safe(text))


def fence(text: str) -> str:
    """Right-to-left text between left-to-right marks (no cells wide), so that what follows keeps its place.

    Two spaces or more part fields, each fenced by itself: a number in the next column must not join the name.
    """
    if text.isascii() or max(text) < "\u0590" or not _right_to_left().search(text):
        return text

    def around(found: re.Match[str]) -> str:
        field = found.group()
        return f"{LRM}{field}{LRM}" if _right_to_left().search(field) else field

    return _FIELDS.sub(around, text)


def width(text: str) -> int:
    """How many terminal cells safe text takes."""
    if text.isascii() or max(text) < "\u0300":
        return len(text)
    return sum(cells for _, cells in clusters(text))


def clusters(text: str) -> Iterator[tuple[str, int]]:
    """The pieces of a text that may not be parted, each with its cells: letter and accents, flag, joined picture."""
    start, cells, base, before = 0, 0, "", ""
    for at, char in enumerate(text):
        own = _cells(char)
        second_of_flag = _flag(char) and _flag(before) and at - start == 1
        if base and own and not (second_of_flag or _joins(base, before, char)):
            yield text[start:at], cells
            start, cells, base = at, 0, ""
        if not base:
            base, cells = (char if own else ""), own
        elif second_of_flag:
            cells = 2
        elif char == VS16:
            cells = 2 if cells == 1 and (_picture(base) or base in KEYCAPS) else cells
        else:
            cells = max(cells, own)
        before = char
    if start < len(text):
        yield text[start:], cells


def _joins(base: str, before: str, char: str) -> bool:
    skin = "\U0001f3fb" <= char <= "\U0001f3ff"
    return (skin and _picture(base)) or (before == ZWJ and _picture(base) and _picture(char))


def _flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


@lru_cache(maxsize=4096)
def _picture(char: str) -> bool:
    from unicodedata import category

    return category(char) in ("So", "Sm")


@lru_cache(maxsize=4096)
def _cells(char: str) -> int:
    from unicodedata import category, east_asian_width

    if char == SOFT_HYPHEN:  # terminals draw it
        return 1
    second_half_of_syllable = "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7fb"
    if second_half_of_syllable or category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(char) in ("W", "F") else 1


def pad(text: str, cells: int, right: bool = False) -> str:
    """The text with spaces after it (before it: `right`) up to so many cells; never cut."""
    spaces = " " * (cells - width(text))
    return spaces + text if right else text + spaces


def split(text: str, cells: int) -> tuple[str, str]:
    """The longest beginning that fits into so many cells, and the rest."""
    if text.isascii():
        return text[:cells], text[cells:]
    used = end = 0
    for piece, own in clusters(text):
        if used + own > cells:
            break
        used, end = used + own, end + len(piece)
    return text[:end], text[end:]


def clip(text: str, cells: int, mark: str = "…") -> str:
    """The text, or as much of it as fits with a mark (one cell) at its end."""
    if width(text) <= cells:
        return text
    return split(text, cells - 1)[0].rstrip(" ") + mark if cells > 0 else ""


def wrap(text: str, cells: int, hang: int = 0) -> list[str]:
    """Lines of at most so many cells, broken at spaces, and inside a word only when it is longer than a line.

    Spaces inside a line stay as they are; lines after the first begin with `hang` spaces. Never no line.
    """
    cells = max(cells, 2)
    hang = min(hang, cells - 2)
    lines, now, used = [], "", 0
    for word in _WORDS.findall(text):
        need = width(word)
        if used + need > cells:
            if now.strip(" "):
                lines.append(now)
                now, used, word = " " * hang, hang, word.lstrip(" ")
                need = width(word)
            while used + need > cells:
                head, word = split(word, cells - used)
                lines.append(now + head)
                now, used, need = " " * hang, hang, width(word)
        now, used = now + word, used + need
    return [*lines, now] if now.strip(" ") or not lines else lines


def bar(share: float, cells: int, ascii: bool = False) -> str:
    """A bar of eighths of a cell for a share from 0 to 1; whatever is more than nothing shows."""
    share = min(max(share, 0.0), 1.0)
    if ascii:
        return "#" * max(round(share * cells), 1 if share else 0)
    full, part = divmod(max(round(share * cells * 8), 1 if share else 0), 8)
    return "█" * full + (BLOCKS[part - 1] if part else "")


def defuse(cell: str) -> str:
    """A CSV cell that no spreadsheet runs: one apostrophe before what would be a formula; not before a phone number."""
    return f"'{cell}" if _runs(cell) else cell


def undefuse(cell: str) -> str:
    """The inverse of defuse for every text: takes off one apostrophe, and only where defuse would have put it."""
    return cell[1:] if cell.startswith("'") and _runs(cell[1:]) else cell


def _runs(cell: str) -> bool:
    if _formula().match(cell) is None:
        return False
    return not (cell[0] == "+" and all(char in PHONE for char in cell[1:]))
