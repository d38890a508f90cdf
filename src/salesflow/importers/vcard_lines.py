"""vCard files taken apart: one card at a time, lines unfolded, parameters and values as each version writes them."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from salesflow.errors import Refused

CARD_CAP = 4 * 1_048_576
FIELD_CAP = 1_048_576
PIECE = 65_536
# Pictures and sounds are not kept; what else is left out changes with each export and says nothing of the person.
_LEFT_OUT = re.compile(
    r"(?i)(?:[\w-]+\.)?(PHOTO|LOGO|SOUND|KEY|X-IMAGEHASH|X-ABPHOTO|REV|PRODID|X-SALESFLOW-REFUSED)[;:]"
)
_QUIET = frozenset({"REV", "PRODID", "X-SALESFLOW-REFUSED"})
_CHARSET = re.compile(
    r"utf_?(?:8|7|16|16le|16be|16_le|16_be)|us_ascii|ascii|(?:iso_?)?8859_\d{1,2}|latin_?\d|windows_\d{3,4}|cp\d{3,4}"
    r"|s(?:hift_?)?jis|euc_(?:jp|kr)|iso_2022_(?:jp|kr)|gb2312|gbk|gb18030|big5|koi8_[ru]|macintosh|mac_roman"
)


class Head(NamedTuple):
    """What stands before the colon: group and name, kinds (`cell`, `work`) in lower case, other parameters in upper."""

    group: str
    name: str
    types: tuple[str, ...]
    params: dict[str, str]


class Field(NamedTuple):
    """One line of a card; `text` is decoded and still escaped."""

    head: Head
    text: str


Card = list[str] | str  # its lines, unfolded; or why it cannot be read


class Scanner:
    """Goes through a file once; `left_out` names what was passed over, like PHOTO."""

    def __init__(self) -> None:
        self.left_out: dict[str, None] = {}
        self.lines: list[str] = []
        self.parts: list[str] = []
        self.begun = self.size = self.length = 0
        self.wrong = ""
        self.skipping = False

    def cards(self, readline: Callable[[int], str]) -> Iterator[tuple[int, Card]]:
        """Each card with the number of its BEGIN line. What stands outside of cards is a card that cannot be read."""
        number = stray = nested = 0
        open_line = soft = False  # the piece before had no end; ended in a soft line break
        while raw := readline(PIECE):
            line = raw[:-1] if raw[-1] == "\n" else raw
            going_on, open_line = open_line, raw[-1] != "\n"
            if not going_on:
                number += 1
                start = line[:1]
                if soft or start == " " or start == "\t":
                    going_on, line = True, line if soft else line[1:]
                    if soft and self.parts:
                        self.parts[-1] = self.parts[-1].rstrip()[:-1]
                elif not line:
                    continue
                elif start in "BbEe" and (marker := _marker(line)):
                    if marker == "BEGIN" and self.begun and (nested or self._agent()):
                        nested += 1
                    elif nested:
                        nested -= marker == "END"
                    elif marker == "BEGIN":
                        if self.begun:
                            yield self._ended("it has no END:VCARD before the next card begins")
                        elif stray:
                            yield stray, "it stands outside of any card"
                        stray = 0
                        self._begin(number)
                    elif self.begun:
                        yield self._ended()
                    else:
                        yield stray or number, "END:VCARD without a BEGIN:VCARD"
                        stray = 0
                    continue
            if nested:
                continue
            if not self.begun:
                stray = stray or (number if line.strip() else 0)
                continue
            soft = self._add(line, going_on)
        if self.begun:
            yield self._ended("it is cut short: there is no END:VCARD")
        elif stray:
            yield stray, "it stands outside of any card"

    def _begin(self, number: int) -> None:
        self.begun, self.lines, self.parts, self.size, self.length = number, [], [], 0, 0
        self.wrong, self.skipping = "", False

    def _agent(self) -> bool:
        """Whether the line before says that the card of somebody's agent follows inside this one (vCard 2.1)."""
        return bool(self.parts) and re.fullmatch(r"(?i)(?:[\w-]+\.)?AGENT[^:]*:\s*", self.parts[0]) is not None

    def _add(self, line: str, going_on: bool) -> bool:
        """A line or a further piece of one; whether it ends in a soft line break, so that the next belongs to it."""
        if not going_on:
            # Base64 that was not indented has no colon in it, and every other line has.
            if self.skipping and ":" not in line:
                return False
            self._close_line()
            found = _LEFT_OUT.match(line)
            self.skipping = found is not None
            if found and (name := found[1].upper()) not in _QUIET:
                self.left_out[name] = None
        if self.skipping or self.wrong:
            return False
        self.length += len(line)
        self.size += len(line)
        if self.length > FIELD_CAP or self.size > CARD_CAP:
            what, cap = ("a line", FIELD_CAP) if self.length > FIELD_CAP else ("a card", CARD_CAP)
            self.wrong = f"it is too long; {cap:,} characters are the most that {what} may have"
            self.lines, self.parts = [], []
            return False
        self.parts.append(line)
        return line.rstrip()[-1:] == "=" and "QUOTED-PRINTABLE" in self.parts[0][:200].upper()

    def _close_line(self) -> None:
        if self.parts:
            self.lines.append(self.parts[0] if len(self.parts) == 1 else "".join(self.parts))
            self.parts, self.length = [], 0

    def _ended(self, wrong: str = "") -> tuple[int, Card]:
        self._close_line()
        found: Card = self.wrong or wrong or self.lines
        line, self.begun, self.lines = self.begun, 0, []
        return line, found


def _marker(line: str) -> str:
    found = re.fullmatch(r"(?i)(BEGIN|END)\s*:\s*VCARD\s*", line) if len(line) < 100 else None
    return found[1].upper() if found else ""


def fields(lines: list[str], encoding: str) -> Iterator[Field | str]:
    """The lines of a card as fields; a line that is none comes as it is. Raises Refused for what is no text."""
    for line in lines:
        head, colon, value = line.partition(":")
        if '"' in head and head.count('"') % 2 and (found := re.match(r'((?:[^":]++|"[^"]*")*+):', line)):
            head, value = found[1], line[found.end() :]
        if not colon or not re.match(r"\s*[\w-]", head):
            yield line
            continue
        read = head_of(head)
        yield Field(read, decoded(read, value, encoding))


@lru_cache(4096)
def head_of(text: str) -> Head:
    first, *rest = re.findall(r'(?:[^";]|"[^"]*"?)+', text) or [""]
    group, dot, name = first.strip().rpartition(".")
    types: list[str] = []
    params: dict[str, str] = {}
    for param in rest:
        key, equals, value = param.partition("=")
        key = key.strip().upper()
        value = value.strip().replace('"', "")
        if not equals:
            if key in ("QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"):
                params["ENCODING"] = key
            else:
                types.append(key.lower())
        elif key == "TYPE":
            types.extend(word.strip().lower() for word in value.split(",") if word.strip())
        else:
            params[key] = re.sub(r"\^([n'^])", lambda found: {"n": "\n", "'": '"', "^": "^"}[found[1]], value)
    return Head(group.lower() if dot else "", name.upper(), tuple(dict.fromkeys(types)), params)


def decoded(head: Head, value: str, encoding: str) -> str:
    """The value as text, out of quoted-printable, base64 and the character set it names. Raises Refused."""
    way = head.params.get("ENCODING", "").upper()
    charset = head.params.get("CHARSET", "").lower().replace("-", "_")
    if way == "QUOTED-PRINTABLE":
        value = _text(binascii.a2b_qp(_bytes(value, encoding)), charset)
    elif way in ("B", "BASE64") and value.strip():
        try:
            value = _text(binascii.a2b_base64(_bytes(value, encoding)), charset)
        except binascii.Error:
            raise Refused(f"its {head.name} is no base64, though it says so") from None
    elif not value.isascii():
        if charset and _CHARSET.fullmatch(charset) and charset.replace("_", "") != encoding.replace("-", ""):
            value = _text(_bytes(value, encoding), charset)
        elif re.search("[\udc80-\udcff]", value):
            # Beside whole UTF-8 a broken byte is damage; alone it was written by a program that knew no UTF-8.
            if any(ord(char) > 127 and not "\udc80" <= char <= "\udcff" for char in value):
                raise Refused(f"its {head.name} is damaged: not {encoding}")
            value = _text(_bytes(value, encoding), "cp1252")
    if "\0" in value:
        raise Refused(f"its {head.name} has a NUL character in it; leave it out")
    return value


def _bytes(value: str, encoding: str) -> bytes:
    return value.encode("utf-8" if encoding.startswith("utf") else encoding, "surrogateescape")


def _text(raw: bytes, charset: str) -> str:
    for name in (charset if _CHARSET.fullmatch(charset) else "", "utf-8", "cp1252"):
        try:
            return raw.decode(name) if name else raw.decode("ascii")
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("latin-1")


def split(text: str, mark: str) -> list[str]:
    """The parts of a value between unescaped marks, unescaped."""
    if "\\" not in text:
        return text.split(mark)
    return [_bare(part) for part in re.split(rf"(?<!\\){mark}", text.replace("\\\\", "\0"))]


def unescaped(text: str) -> str:
    return _bare(text.replace("\\\\", "\0")) if "\\" in text else text


def _bare(text: str) -> str:
    plain = re.sub(r"\\([nN,;:])", lambda found: "\n" if found[1] in "nN" else found[1], text)
    return plain.replace("\0", "\\")
