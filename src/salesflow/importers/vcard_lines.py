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
_MARKER = re.compile(r"(?i)\ufeff?(BEGIN|END)[ \t]*:[ \t]*VCARD\s*")
_QUOTED = re.compile(r'((?:[^":]++|"[^"]*")*+):')
OUTSIDE = "it stands outside of any card"
_QUIET = frozenset({"REV", "PRODID", "X-SALESFLOW-REFUSED"})
_CHARSET = re.compile(
    r"utf_?(?:8|16|16le|16be|16_le|16_be)|us_ascii|ascii|(?:iso_?)?8859_\d{1,2}|latin_?\d|windows_\d{3,4}|cp\d{3,4}"
    r"|s(?:hift_?)?jis|euc_(?:jp|kr)|iso_2022_(?:jp|kr)|gb2312|gbk|gb18030|big5|koi8_[ru]|macintosh|mac_roman"
)


class Head(NamedTuple):
    """What stands before the colon: group and name, kinds (`cell`, `work`) in lower case, other parameters in upper.

    name is empty for what is no head. plain: the value is text as it stands. rank: 1 for what is preferred, else 101.
    """

    group: str
    name: str
    types: tuple[str, ...]
    params: dict[str, str]
    plain: bool
    rank: int


class Field(NamedTuple):
    """One line of a card; `text` is decoded and still escaped. The head of a line that is none has no name."""

    head: Head
    text: str


Card = list[str] | str  # its lines, unfolded; or why it cannot be read
_NO_HEAD = Head("", "", (), {}, True, 101)
_MAYBE_LEFT_OUT = frozenset("PpLlSsKkRrXx")


class Scanner:
    """Goes through a file once; `left_out` names what was passed over, like PHOTO."""

    def __init__(self) -> None:
        self.left_out: dict[str, None] = {}
        self.lines: list[str] = []
        self.parts: list[str] = []
        self.begun = self.size = 0
        self.wrong = ""
        self.skipping = False

    def cards(self, readline: Callable[[int], str]) -> Iterator[tuple[int, Card]]:
        """Each card with the number of its BEGIN line. What stands outside of cards is a card that cannot be read."""
        number = stray = nested = 0
        open_line = soft = False  # the piece before had no end; ended in a soft line break
        while raw := readline(PIECE):
            going_on = open_line
            if open_line := raw[-1] != "\n":
                line = raw
            else:
                line = raw[:-1]
            if not going_on:
                number += 1
                start = line[:1]
                if soft and self.parts:
                    self.parts[-1] = self.parts[-1].rstrip()[:-1]
                    soft = marker(line) != "END"  # some break softly after the last line, too
                if soft:
                    going_on = True
                elif start == " " or start == "\t":
                    going_on, line = True, line[1:]
                elif not line:
                    continue
                elif (start in "BbEe" or number == 1) and (mark := marker(line)):
                    if nested or (mark == "BEGIN" and self.begun and self._agent()):
                        nested += 1 if mark == "BEGIN" else -1
                    elif mark == "BEGIN":
                        if self.begun:
                            yield self._ended("it has no END:VCARD before the next card begins")
                        elif stray:
                            yield stray, OUTSIDE
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
            soft = False if going_on and self.skipping else self._add(line, going_on)
        if self.begun:
            yield self._ended("it is cut short: there is no END:VCARD")
        elif stray:
            yield stray, OUTSIDE

    def _begin(self, number: int) -> None:
        self.begun, self.lines, self.parts, self.size = number, [], [], 0
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
            parts = self.parts
            if parts:
                self.lines.append(parts[0] if len(parts) == 1 else "".join(parts))
                self.parts = []
            self.skipping = False
            if (line[0] in _MAYBE_LEFT_OUT or "." in line[:20]) and (found := _LEFT_OUT.match(line)):
                self.skipping = True
                if (name := found[1].upper()) not in _QUIET:
                    self.left_out[name] = None
        if self.skipping or self.wrong:
            return False
        self.parts.append(line)
        self.size += len(line)
        if self.size > FIELD_CAP and (wrong := self._too_long()):
            self.wrong, self.lines, self.parts = wrong, [], []
            return False
        end = line[-1:]
        if end != "=" and end != " " and end != "\t":
            return False
        return line.rstrip()[-1:] == "=" and "QUOTED-PRINTABLE" in self.parts[0][:200].upper()

    def _too_long(self) -> str:
        for what, size, cap in (("a line", sum(map(len, self.parts)), FIELD_CAP), ("a card", self.size, CARD_CAP)):
            if size > cap:
                return f"it is too long; {cap:,} characters are the most that {what} may have"
        return ""

    def _ended(self, wrong: str = "") -> tuple[int, Card]:
        if self.parts:
            self.lines.append("".join(self.parts))
            self.parts = []
        found: Card = self.wrong or wrong or self.lines
        line, self.begun, self.lines = self.begun, 0, []
        return line, found


def marker(line: str) -> str:
    """BEGIN or END, where a line is one of these of a card; else nothing."""
    found = _MARKER.fullmatch(line) if len(line) < 100 else None
    return found[1].upper() if found else ""


def fields(lines: list[str], encoding: str) -> list[Field]:
    """The lines of a card as fields; in their texts is neither a NUL nor half a character. Raises Refused."""
    found = []
    for line in lines:
        before, colon, value = line.partition(":")
        if '"' in before and before.count('"') % 2 and (quoted := _QUOTED.match(line)):
            before, value = quoted[1], line[quoted.end() :]
        head = head_of(before)
        if not colon or not head.name:
            head, value = _NO_HEAD, line
        if not head.plain or not value.isascii() or "\0" in value:
            value = decoded(head, value, encoding)
        found.append(Field(head, value))
    return found


@lru_cache(4096)
def head_of(text: str) -> Head:
    if not re.match(r"\s*[\w-]", text):
        return _NO_HEAD
    if not text.isprintable():
        text = re.sub("[\0\ud800-\udfff]", "?", text)
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
    wanted = params.get("PREF", "")
    rank = int(wanted) if re.fullmatch(r"[1-9]\d?|100", wanted) else 1 if "pref" in types else 101
    plain = params.get("ENCODING", "").upper() not in ("QUOTED-PRINTABLE", "B", "BASE64")
    return Head(group.lower() if dot else "", name.upper(), tuple(dict.fromkeys(types)), params, plain, rank)


def decoded(head: Head, value: str, encoding: str) -> str:
    """The value as text, out of quoted-printable, base64 and the character set it names. Raises Refused."""
    way = head.params.get("ENCODING", "").upper()
    charset = head.params.get("CHARSET", "").lower().replace("-", "_")
    if way == "QUOTED-PRINTABLE":
        value = _text(binascii.a2b_qp(_bytes(value, encoding)), charset).replace("\r\n", "\n")
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
            if encoding[:6] == "utf-16" or any(ord(char) > 127 and not "\udc80" <= char <= "\udcff" for char in value):
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
