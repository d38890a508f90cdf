"""vCards taken in: versions 2.1, 3.0 and 4.0, the ways of phones and address books, and what is broken."""

from __future__ import annotations

import base64
import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import faults, new_file, run
from salesflow.importers.vcard import Cards, is_vcard
from salesflow.importers.vcard_lines import CARD_CAP, FIELD_CAP
from salesflow.records import change
from salesflow.records.incoming import Extras, Incoming, Unread
from salesflow.records.settings import Settings

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"


def cards_of(data: str | bytes, **options: Any) -> Cards:
    raw = data.encode() if isinstance(data, str) else data
    return Cards(io.BytesIO(raw), "people.vcf", Settings(), Extras(), **options)


def taken(data: str | bytes, **options: Any) -> list[tuple[int, Incoming | str]]:
    """Each card as it is read, or why it is refused, with its line."""
    from salesflow.errors import Refused

    found: list[tuple[int, Incoming | str]] = []
    for line, row in cards_of(data, **options):
        try:
            found.append((line, row.read() if isinstance(row, Unread) else row))
        except Refused as error:
            found.append((line, str(error)))
    return found


def one(*lines: str, version: str = "3.0", **options: Any) -> dict[str, Any]:
    """What a single card with these lines says, in words short enough to compare; nothing is left out."""
    text = "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])
    ((_, person),) = taken(text, **options)
    assert isinstance(person, Incoming), person
    draft = person.draft
    said: dict[str, Any] = {
        name: value
        for name, value in draft._asdict().items()
        if value is not None and name not in ("points", "tags", "note")
    }
    for point in draft.points:
        said.setdefault(point.kind, []).append((point.value, point.label) if point.label else point.value)
    said |= {name: list(value) for name, value in (("tags", draft.tags), ("notes", person.notes)) if value}
    for name in ("off_list", "created_on", "referred_by", "warnings", "kept", "known_as"):
        if getattr(person, name):
            said[name] = getattr(person, name)
    return said


ANN = "FN:Ann Lee"


@pytest.mark.parametrize(
    ("head", "yes"),
    [
        (b"BEGIN:VCARD\r\n", True), (b"\xef\xbb\xbf\r\nbegin:vcard\n", True), (b"BEGIN : VCARD \n", True),
        ("BEGIN:VCARD\n".encode("utf-16"), True), ("BEGIN:VCARD\n".encode("utf-16-be"), True),
        (b"BEGIN:VCALENDAR\n", False), (b"name,email\n", False), (b"", False), (b"BEGIN:VCARDS\n", False),
    ],
)  # fmt: skip
def test_known_by_its_first_line(head: bytes, yes: bool) -> None:
    file = io.BytesIO(head)
    assert is_vcard(file) is yes
    assert file.tell() == 0


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        # names
        (["FN:Ann Lee", "N:Lee;Ann;;;"], {"name": "Ann Lee"}),
        (["N:Lee;Ann;Marie,Zoe;Dr.;Jr."],
         {"name": "Ann Marie Zoe Lee Jr.", "notes": ["Name: Dr. Ann Marie Zoe Lee Jr."]}),
        (["FN:Lee, Ann", "N:Lee;Ann"], {"name": "Ann Lee"}),
        (["FN: ", "N:;;;;", "NICKNAME:Annie"], {"name": "Annie"}),
        (["FN:Mum", "N:Lee;Ann;;;", "NICKNAME:Annie,Mum"], {"name": "Mum", "notes": ["Name: Ann Lee", "Nickname: Annie"]}),
        (["FN:山本太郎", "N:山本;太郎;;;"], {"name": "山本太郎"}),
        (["EMAIL:ann@x.example"], {"email": ["ann@x.example"]}),
        # firms
        (["N:;;;;", "FN:Acme", "ORG:Acme;", "X-ABShowAs:COMPANY"], {"name": "Acme", "kind": "company", "company": "Acme"}),
        (["KIND:org", "FN:Acme"], {"name": "Acme", "kind": "company"}),
        (["N:;;;;", "FN:Acme", "ORG:ACME"], {"name": "Acme", "kind": "company", "company": "ACME"}),
        (["ORG:Acme\\; Sons;Sales;East"], {"company": "Acme; Sons", "notes": ["Department: Sales, East"]}),
        ([ANN, "ORG:A", "ORG:B;C", "TITLE:Owner", "ROLE:Owner", "ROLE:Chief"],
         {"name": "Ann Lee", "company": "A", "job_title": "Owner", "notes": ["Company: B, C", "Role: Chief"]}),
        # phones, in every spelling of their kind
        ([ANN, "TEL;CELL:202-555-0101"], {"name": "Ann Lee", "phone": [("202-555-0101", "mobile")]}),
        ([ANN, "TEL;TYPE=cell,voice:202-555-0101"], {"name": "Ann Lee", "phone": [("202-555-0101", "mobile")]}),
        ([ANN, 'TEL;TYPE="home,cell":202-555-0101'], {"name": "Ann Lee", "phone": [("202-555-0101", "mobile")]}),
        ([ANN, "TEL;WORK;FAX:202-555-0101"], {"name": "Ann Lee", "phone": [("202-555-0101", "work fax")]}),
        ([ANN, "TEL;type=IPHONE;type=CELL;type=VOICE:202-555-0101"],
         {"name": "Ann Lee", "phone": [("202-555-0101", "iphone")]}),
        ([ANN, "TEL;TYPE=X-Shop:202-555-0101"], {"name": "Ann Lee", "phone": [("202-555-0101", "shop")]}),
        ([ANN, "tel:202-555-0101"], {"name": "Ann Lee", "phone": ["202-555-0101"]}),
        ([ANN, "item7.TEL:202-555-0101", "item7.X-ABLabel:_$!<Mobile>!$_"],
         {"name": "Ann Lee", "phone": [("202-555-0101", "mobile")]}),
        ([ANN, "item1.X-ABLabel:Bakery", "ITEM1.TEL:202-555-0101"],
         {"name": "Ann Lee", "phone": [("202-555-0101", "bakery")]}),
        ([ANN, "TEL;VALUE=uri;TYPE=\"voice,work\":tel:+1-202-555-0101;ext=12"],
         {"name": "Ann Lee", "phone": [("+1-202-555-0101 ext. 12", "work")]}),
        ([ANN, "TEL:+12025550101\\,\\,77#"], {"name": "Ann Lee", "phone": ["+12025550101 ext. 77"]}),
        ([ANN, "TEL:202-555-0101", "TEL;PREF=2:202-555-0102", "TEL;TYPE=pref:202-555-0103"],
         {"name": "Ann Lee", "phone": ["202-555-0103", "202-555-0102", "202-555-0101"]}),
        ([ANN, "TEL:2\\,02556E+09"],
         {"name": "Ann Lee", "notes": ["TEL: 2,02556E+09"], "warnings": (
             'TEL: "2,02556E+09" was a phone number until a spreadsheet rounded it; type the number again; '
             "kept in the note",)}),
        # e-mails and links
        ([ANN, "EMAIL;INTERNET;HOME:a@x.example", "EMAIL;TYPE=INTERNET:mailto:b@x.example"],
         {"name": "Ann Lee", "email": [("a@x.example", "home"), "b@x.example"]}),
        ([ANN, "EMAIL:Ann <a@x.example>"], {"name": "Ann Lee", "email": ["a@x.example"]}),
        ([ANN, "item1.URL:https\\://x.example/a", "item1.X-ABLabel:_$!<HomePage>!$_"],
         {"name": "Ann Lee", "link": [("https://x.example/a", "homepage")]}),
        ([ANN, "X-SOCIALPROFILE;type=twitter:https://x.example/ann", "IMPP;X-SERVICE-TYPE=Skype:skype:ann.l",
          "X-SOCIALPROFILE;type=flickr;x-user=ann:x-apple:ann", "X-SKYPE:annie", "IMPP:xmpp:ann@chat.example"],
         {"name": "Ann Lee", "link": [("https://x.example/ann", "twitter")],
          "notes": ["Skype: ann.l", "Flickr: ann", "Skype: annie", "Xmpp: ann@chat.example"]}),
        # addresses
        ([ANN, "ADR;TYPE=home:PO 9;Suite 4;9 Oak\\nRear;Boise;ID;83702;USA"],
         {"name": "Ann Lee", "address": [("9 Oak, Rear, Suite 4, PO 9, Boise, ID 83702, USA", "home")]}),
        ([ANN, "ADR:;;9 Oak"], {"name": "Ann Lee", "address": ["9 Oak"]}),
        ([ANN, "ADR:;;;;;;", "LABEL;TYPE=work:9 Oak\\nBoise"], {"name": "Ann Lee", "address": [("9 Oak, Boise", "work")]}),
        ([ANN, 'ADR;LABEL="9 Oak^nBoise":;;;;;;'], {"name": "Ann Lee", "address": ["9 Oak, Boise"]}),
        ([ANN, "ADR:;;9 Oak;Boise;;;", "LABEL:9 Oak\\nBoise"], {"name": "Ann Lee", "address": ["9 Oak, Boise"]}),
        # days
        ([ANN, "BDAY:1985-04-21"], {"name": "Ann Lee", "birthday": "1985-04-21"}),
        ([ANN, "BDAY;VALUE=date:19850421"], {"name": "Ann Lee", "birthday": "1985-04-21"}),
        ([ANN, "BDAY:1985-04-21T00:00:00Z"], {"name": "Ann Lee", "birthday": "1985-04-21"}),
        ([ANN, "BDAY:19850421T153000+0100"], {"name": "Ann Lee", "birthday": "1985-04-21"}),
        ([ANN, "BDAY:--1130"], {"name": "Ann Lee", "birthday": "--11-30"}),
        ([ANN, "BDAY:--11-30"], {"name": "Ann Lee", "birthday": "--11-30"}),
        ([ANN, "BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29"], {"name": "Ann Lee", "birthday": "--02-29"}),
        ([ANN, "BDAY;X-APPLE-OMIT-YEAR=1900:1900-05-17"], {"name": "Ann Lee", "birthday": "--05-17"}),
        ([ANN, "BDAY;VALUE=text:spring of 1985"], {"name": "Ann Lee", "notes": ["Birthday: spring of 1985"], "warnings": (
            'no such birthday: "spring of 1985"; it is written 17 march, 17 march 1980, 1980-03-17 or --03-17; '
            "kept in the note",)}),
        ([ANN, "ANNIVERSARY:20100619", "item1.X-ABDATE:2011-01-02", "item1.X-ABLabel:First order"],
         {"name": "Ann Lee", "notes": ["Anniversary: 2010-06-19", "First order: 2011-01-02"]}),
        # the rest
        ([ANN, "RELATED;TYPE=spouse;VALUE=text:Bo", "RELATED;TYPE=friend:urn:uuid:1", "X-ABRELATEDNAMES:Cy",
          "X-SPOUSE:Di", "HOBBY:chess"],
         {"name": "Ann Lee", "notes": ["Spouse: Bo", "Related: Cy", "Spouse: Di", "Hobby: chess"]}),
        ([ANN, "NOTE:Likes lavender\\, hates rose\\nSecond \\\\n line\\;", "NOTE:  more "],
         {"name": "Ann Lee", "notes": ["Likes lavender, hates rose\nSecond \\n line;\n  more "]}),
        ([ANN, "CATEGORIES:Fair\\, 2026,Bakers", "CATEGORIES:Late"],
         {"name": "Ann Lee", "tags": ["Fair, 2026", "Bakers", "Late"]}),
        ([ANN, "UID:urn:uuid:ABC", "REV:20260101T000000Z"], {"name": "Ann Lee", "id": [("urn:uuid:ABC", "vcard")]}),
        ([ANN, "just words"], {"name": "Ann Lee", "notes": ["Line: just words"],
                               "warnings": ("it has a line that is none of a vCard; kept in the note",)}),
    ],
)  # fmt: skip
def test_what_becomes_what(lines: list[str], said: dict[str, Any]) -> None:
    assert one(*lines) == said


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C5=BBak;=C5=81ukasz;;;"], {"name": "Łukasz Żak"}),
        (["N;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-2:=AFak;=A3ukasz"], {"name": "Łukasz Żak"}),
        (["N;CHARSET=WINDOWS-1251;ENCODING=QUOTED-PRINTABLE:=C8=E2=E0=ED"], {"name": "Иван"}),
        (["N;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=8ER=96{;=91=BE=98Y"], {"name": "太郎 山本"}),
        (["N;CHARSET=no-such;ENCODING=QUOTED-PRINTABLE:=C5=BBak"], {"name": "Żak"}),
        (["N;CHARSET=rot13;ENCODING=QUOTED-PRINTABLE:Lee"], {"name": "Lee"}),
        (["N:Lee;Ann", "NOTE;ENCODING=QUOTED-PRINTABLE:first=0D=0Asecond =", "and third=3D", "TEL;HOME:202-555-0101"],
         {"name": "Ann Lee", "notes": ["first\nsecond and third="], "phone": [("202-555-0101", "home")]}),
        (["N:Lee;Ann", "NOTE;QUOTED-PRINTABLE:a=20", "LABEL;QUOTED-PRINTABLE;HOME:9 Oak=0D=0ABoise="],
         {"name": "Ann Lee", "notes": ["a "], "address": [("9 Oak, Boise", "home")]}),
        (["N:Lee;Ann", "NOTE;ENCODING=BASE64:" + base64.b64encode("Grüße".encode()).decode()],
         {"name": "Ann Lee", "notes": ["Grüße"]}),
        (["N:Lee;Ann", "PHOTO;JPEG;ENCODING=BASE64:/9j/4AAQ", "SkZJRgABAQAAAQ", "", "CATEGORIES:A;B"],
         {"name": "Ann Lee", "tags": ["A", "B"]}),
        (["N:Lee;Ann", "AGENT:", "BEGIN:VCARD", "N:Bo", "AGENT:", "BEGIN:VCARD", "N:Cy", "END:VCARD", "END:VCARD",
          "TITLE:Owner"], {"name": "Ann Lee", "job_title": "Owner"}),
    ],
)  # fmt: skip
def test_what_old_phones_write(lines: list[str], said: dict[str, Any]) -> None:
    assert one(*lines, version="2.1") == said


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_and_line_ends(encoding: str, newline: str) -> None:
    text = newline.join(["BEGIN:VCARD", "VERSION:3.0", "FN:Łuk", " asz Żak", "NOTE:a", "\tb", "END:VCARD", ""])
    ((line, person),) = taken((text * 2).encode(encoding))[:1]
    assert line == 1 and isinstance(person, Incoming)
    assert (person.draft.name, person.notes) == ("Łukasz Żak", ("ab",))
    assert [line for line, _ in cards_of((text * 2).encode(encoding))] == [1, 8]


def test_what_is_no_utf8_is_read_as_windows_wrote_it() -> None:
    text = "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Müller;Zoë\r\nNOTE;CHARSET=UTF-8:{}\r\nEND:VCARD\r\n"
    raw = text.encode("cp1252").replace(b"{}", "Grüße ☺".encode())
    cards = cards_of(raw)
    assert cards.encoding == "cp1252"
    ((_, person),) = taken(raw)
    assert isinstance(person, Incoming)
    assert (person.draft.name, person.notes) == ("Zoë Müller", ("Grüße ☺",))
    assert cards_of(raw, encoding="latin-1").encoding == "iso8859-1"


def test_in_a_utf8_file_one_card_of_another_time_is_read_and_a_damaged_one_refused() -> None:
    card = b"BEGIN:VCARD\nFN:%s\nEND:VCARD\n"
    names = ["Zoë".encode()] * 3 + [b"Zo\xeb", "Zoë".encode() + b"\xeb"]
    found = [row for _, row in taken(b"".join(card % name for name in names))]
    assert [row.draft.name for row in found[:4] if isinstance(row, Incoming)] == ["Zoë"] * 4
    assert found[4] == "its FN is damaged: not utf-8"


def test_what_is_no_text_in_a_label_or_in_utf16_is_no_trap() -> None:
    card = b"BEGIN:VCARD\nFN:Ann\nTEL;TYPE=\xff\x00x:202-555-0101\nEND:VCARD\n"
    for encoding, label in ((None, "ÿ?x"), ("utf-8", "??x")):
        ((_, person),) = taken(card, encoding=encoding)
        assert isinstance(person, Incoming)
        assert [point.label for point in person.draft.points] == [label]
    raw = "BEGIN:VCARD\nFN:Ann\nEND:VCARD\n".encode("utf-16-le")
    half = raw.replace("n\nE".encode("utf-16-le"), b"\x00\xd8" + "\nE".encode("utf-16-le"))
    found = [row for _, row in taken(b"\xff\xfe" + raw + half + raw)]
    assert found[1] == "its FN is damaged: not utf-16-le"
    assert [row.draft.name for row in (found[0], found[2]) if isinstance(row, Incoming)] == ["Ann", "Ann"]


def test_each_broken_card_costs_only_itself() -> None:
    lines = """BEGIN:VCARD
FN:Ann
END:VCARD
BEGIN:VCARD
FN:cut
BEGIN:VCARD
FN:Bo
END:VCARD
END:VCARD
stray
words

BEGIN:VCARD
FN:nul\0here
END:VCARD
BEGIN:VCARD
VERSION:3.0
END:VCARD
BEGIN:VCARD
KIND:location
FN:Town hall
END:VCARD
BEGIN:VCARD
X-SALESFLOW-RATING:9
FN:Cy
END:VCARD
BEGIN:VCARD
FN:Di
NOTE;ENCODING=BASE64:abc
END:VCARD
BEGIN:VCARD
FN:Eve
END:VCARD
BEGIN:VCARD
FN:last"""
    found = [(line, row if isinstance(row, str) else row.draft.name) for line, row in taken(lines)]
    assert found == [
        (1, "Ann"),
        (4, "it has no END:VCARD before the next card begins"),
        (6, "Bo"),
        (9, "END:VCARD without a BEGIN:VCARD"),
        (10, "it stands outside of any card"),
        (13, "its FN has a NUL character in it; leave it out"),
        (16, "it names nobody: no name, company, e-mail, phone or link"),
        (19, "it is a location, no person and no company"),
        (23, "a rating is 1 to 5, not 9"),
        (27, "its NOTE is no base64, though it says so"),
        (31, "Eve"),
        (34, "it is cut short: there is no END:VCARD"),
    ]


def test_caps_of_a_line_and_a_card_and_a_photo_of_any_size() -> None:
    line = "NOTE:" + "x" * 200_000 + "\n"
    photo = "PHOTO;ENCODING=b:" + "A" * 6_000_000 + "\n" + "".join(" " + "A" * 74 + "\n" for _ in range(80_000))
    text = (
        f"BEGIN:VCARD\nFN:Ann\n{photo}END:VCARD\n"
        f"BEGIN:VCARD\nFN:Bo\nX-LONG:{'y' * FIELD_CAP}\nEND:VCARD\n"
        f"BEGIN:VCARD\nFN:Cy\n{line * (CARD_CAP // len(line) + 1)}END:VCARD\n"
        "BEGIN:VCARD\nFN:Di\nNOTE:" + "\n ".join(["z" * 70] * (FIELD_CAP // 70 + 1)) + "\nEND:VCARD\n"
        "BEGIN:VCARD\nFN:Eve\nEND:VCARD\n"
    )
    cards = cards_of(text)
    found = [row if isinstance(row, str) else row.read().draft.name for _, row in cards]
    assert found == [
        "Ann",
        "it is too long; 1,048,576 characters are the most that a line may have",
        "it is too long; 4,194,304 characters are the most that a card may have",
        "it is too long; 1,048,576 characters are the most that a line may have",
        "Eve",
    ]
    assert cards.made == ["PHOTO left out: pictures and sounds are not kept"]


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("VERSION:2.1", "vcard-2.1"), ("VERSION:4.0", "vcard-4.0"), ("FN:Ann", "vcard-3.0"),
        ("VERSION:3.0\nPRODID:-//Apple Inc.//iPhone OS 18.1//EN", "vcard-3.0-apple"),
        ("PRODID:-//Apple Inc.//macOS 15//EN\nVERSION:3.0", "vcard-3.0-apple"),
        ("VERSION:3.0\nPRODID:-//Other//EN", "vcard-3.0"),
    ],
)  # fmt: skip
def test_formats(head: str, found: str) -> None:
    assert cards_of(f"BEGIN:VCARD\n{head}\nEND:VCARD\n").format == found


def test_what_is_not_read_is_named_or_kept() -> None:
    lines = (
        "BEGIN:VCARD",
        ANN,
        "X-WICK:wood",
        "TZ:Europe/Berlin",
        "X-WICK:cotton",
        "LOGO:x",
        "X-ABADR:us",
        "END:VCARD",
    )
    text = "\n".join(lines)
    cards = cards_of(text)
    people = [row.read() for _, row in cards if isinstance(row, Unread)]
    assert (list(cards.read), list(cards.not_read)) == (["FN"], ["X-WICK", "TZ"])
    assert people[0].kept == ()
    ((_, person),) = taken(text, keep_extra=True)
    assert isinstance(person, Incoming)
    assert person.kept == (("X-WICK", "wood\ncotton"), ("TZ", "Europe/Berlin"))


GROUPS = """BEGIN:VCARD
VERSION:3.0
FN:Ann
UID:a-1
END:VCARD
BEGIN:VCARD
VERSION:3.0
N:Bakers
FN:Bakers
X-ADDRESSBOOKSERVER-KIND:group
X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:A-1
X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:gone
END:VCARD
BEGIN:VCARD
VERSION:4.0
KIND:group
FN:Late payers
MEMBER:urn:uuid:b-2
MEMBER:urn:uuid:a-1
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Bo
UID:urn:uuid:b-2
END:VCARD
"""


def test_groups_are_tags_of_their_members() -> None:
    cards = cards_of(GROUPS)
    found = [(line, row.read()) for line, row in cards if isinstance(row, Unread)]
    assert [(line, person.draft.name, person.draft.tags) for line, person in found] == [
        (1, "Ann", ("Bakers", "Late payers")),
        (21, "Bo", ("Late payers",)),
    ]
    assert cards.made == [
        "group Bakers: a tag of its 2 members, 1 of them not in this file",
        "group Late payers: a tag of its 2 members",
    ]


def test_refused_cards_are_given_back_to_be_mended(tmp_path: Path) -> None:
    text = (
        "BEGIN:VCARD\r\nFN:Ann\r\nEND:VCARD\r\nBEGIN:VCARD\r\nPHOTO:abc\r\nEND:VCARD\r\nstray\r\nBEGIN:VCARD\r\nFN:cut"
    )
    cards = cards_of(text)
    refused = "".join(cards.rejects({4: "it names nobody", 7: "outside", 8: "cut\nshort"}))
    assert refused.replace("\r\n", "\n") == (
        "BEGIN:VCARD\nPHOTO:abc\nX-SALESFLOW-REFUSED:it names nobody\nEND:VCARD\n"
        "BEGIN:VCARD\nVERSION:3.0\nstray\nX-SALESFLOW-REFUSED:outside\nEND:VCARD\n"
        "BEGIN:VCARD\nFN:cut\nX-SALESFLOW-REFUSED:cut short\nEND:VCARD\n"
    )
    found = [(line, row if isinstance(row, str) else row.draft.name) for line, row in taken(refused)]
    assert [name for _, name in found] == [
        "it names nobody: no name, company, e-mail, phone or link",
        "it names nobody: no name, company, e-mail, phone or link",
        "cut",
    ]


# -- a file --------------------------------------------------------------------------------------------------------------


def test_a_card_without_any_key_comes_once_and_is_the_same_when_only_its_stamp_is_new(tmp_path: Path) -> None:
    db, file = new_file(tmp_path / "sales.db"), tmp_path / "a.txt"
    card = "BEGIN:VCARD\nVERSION:3.0\n{}\nEND:VCARD\n"
    file.write_text(card.format("FN:Ann\nREV:1\nPHOTO:aa") + card.format("FN:Ann\nNOTE:another\nREV:1"))
    assert json.loads(run(db, "import", str(file), "--json").out)["added"] == 2
    file.write_text(card.format("FN:Ann\nREV:2\nPHOTO:bb") + card.format("FN:Ann\nNOTE:another\nREV:3"))
    again = json.loads(run(db, "import", str(file), "--json").out)
    assert (again["same"], again["written"]) == (2, False)


def test_by_its_uid_a_card_is_known_whatever_else_has_changed(tmp_path: Path) -> None:
    db, file = new_file(tmp_path / "sales.db"), tmp_path / "a.vcf"
    card = "BEGIN:VCARD\nVERSION:3.0\nUID:{}\nFN:{}\nEND:VCARD\n"
    file.write_text(card.format("u-1", "Ann Lee") + card.format("u-2", "Ann Lee"))
    assert json.loads(run(db, "import", str(file), "--json").out)["added"] == 2
    file.write_text(card.format("U-1", "Ann Bee") + card.format("u-2", "Ann Lee"))
    done = json.loads(run(db, "import", str(file), "--json").out)
    assert (done["added"], done["updated"], done["same"]) == (0, 1, 1)
    assert run(db, "show", "1").out.startswith("WHO   1 Ann Bee")
    conn = change.writer(db)
    assert not faults(conn)
    conn.close()


def test_options_that_say_nothing_are_refused(tmp_path: Path) -> None:
    db, file = new_file(tmp_path / "sales.db"), tmp_path / "a.vcf"
    file.write_text("BEGIN:VCARD\nFN:Ann\nEND:VCARD\n")
    for words in (("--map", "FN=name"), ("--as", "deals"), ("--process", "own"), ("--encoding", "no-such")):
        done = run(db, "import", str(file), *words)
        assert (done.code, done.out) == (2, "") and done.err.count("\n") == 1
    assert run(db, "import", str(file), "--as", "vcard-3.0").code == 0


PEOPLE = {
    "apple_icloud.vcf": [
        {
            "kind": "person", "name": "Dana Example", "company": "Dana Soaps", "job_title": "Owner",
            "birthday": "--05-17", "tags": ["Customers", "Fair 2026"],
            "note": "Likes lavender, hates rose\nSecond line\nDepartment: Wholesale\nAnniversary: 2010-06-19\n"
                    "Spouse: Chidi",
            "points": {
                ("email", "shop", "dana@example.com"), ("phone", "mobile", "+1 (202) 555-0133"),
                ("phone", "iphone", "202-555-0134"), ("link", "homepage", "https://example.com"),
                ("address", "work", "9 Oak, Suite 4, Boise, ID 83702, United States"),
                ("link", "instagram", "https://example.com/dana"), ("id", "vcard", "5AF0-EXAMPLE-0001"),
            },
        },
        {"kind": "company", "name": "Acme Lamps", "company": "Acme Lamps", "points": {("phone", "main", "(202) 555-0199")}},
    ],
    "vcard40.vcf": [
        {
            "kind": "person", "name": "Łukasz Żak", "birthday": "--11-30",
            "note": "Anniversary: 2010-06-19\nSpouse: Ola",
            "points": {("email", "work", "lukasz@example.pl"), ("phone", "mobile", "+48-512-345-678")},
        },
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", PEOPLE)
def test_samples_field_by_field(tmp_path: Path, name: str) -> None:
    if not SAMPLES.exists():
        pytest.skip("shared/samples is not here")
    expected = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))[name]
    db = new_file(tmp_path / "sales.db")
    done = json.loads(run(db, "import", str(SAMPLES / name), "--json").out)
    assert (done["added"], done["refused"], done["warnings"]) == (expected["records"], 0, [])
    assert [done[part] for part in ("format", "encoding", "delimiter", "header_line", "what")] == [
        expected["format"], expected["encoding"], None, None, "contacts",
    ]  # fmt: skip
    again = json.loads(run(db, "import", str(SAMPLES / name), "--json").out)
    assert (again["same"], again["written"]) == (expected["records"], False)
    blank = {"kind": "person", "tags": [], "points": set()}
    blank |= dict.fromkeys(("company", "job_title", "birthday", "note", "source", "rating", "priority", "referred_by"))
    for person, means in zip(json.loads(run(db, "export", "--as", "json").out)["contacts"], PEOPLE[name], strict=True):
        person["points"] = {(point["kind"], point["label"], point["value"]) for point in person["points"]}
        for field, value in (blank | means).items():
            assert person[field] == value, field


# -- anything at all -----------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["BEGIN:VCARD\r\n", "END:VCARD\r\n", "BEGIN:VCARD\n", "END:VCARD", "\r\n", "\n", "\r", " ", "\t", "=", "=\r\n", ":", ";",
     ",", "\\", "\\n", '"', "item1.", "N", "FN", "FN:Ann", "TEL", "EMAIL", "ADR", "BDAY", "NOTE", "ORG", "UID", "URL",
     "KIND:group\n", "MEMBER:a\n", "X-ABLabel:", "X-SALESFLOW-", "RATING:", "REF:", "OFF-LIST:", "REFERRED-BY:a;REF;1\n",
     "PHOTO;ENCODING=b:", "AGENT:\n", ";TYPE=cell", ";TYPE=", ";ENCODING=QUOTED-PRINTABLE", ";ENCODING=BASE64",
     ";CHARSET=utf-16", ";CHARSET=idna", ";PREF=1", ";X-APPLE-OMIT-YEAR=1604", "1604-02-30", "--0230", "tel:+1;ext=",
     "=C5=BB", "=00", "\0", "\ufeff", "\u2028", "\x85", "Ż", "\U0001f600", "a@b.example", "202-555-0101", "PRODID:-//salesflow//"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.text(max_size=6), max_size=40).map("".join), st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_any_text_is_taken_or_refused_in_words(text: str, encoding: str) -> None:
    raw = ("BEGIN:VCARD\n" + text).encode(encoding, "ignore")
    for _, row in taken(raw):
        assert row
        assert not isinstance(row, str) or "\n" not in row
    "".join(cards_of(raw).rejects({line: "why" for line, row in taken(raw) if isinstance(row, str)})).encode(
        "utf-8", "surrogateescape"
    )


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_taken_or_refused_in_words(raw: bytes) -> None:
    assert all(row for _, row in taken(b"BEGIN:VCARD\nFN:Ann\n" + raw))


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VCARD\n" * 20_000, "BEGIN:VCARD\nFN:" + "\\" * 900_000, "BEGIN:VCARD\nN:" + ";" * 900_000 + "\nEND:VCARD",
        "BEGIN:VCARD\nFN" + ';"' * 400_000 + ":x\nEND:VCARD", "BEGIN:VCARD\nTEL:" + "1," * 400_000 + "\nEND:VCARD",
        "BEGIN:VCARD\nEMAIL:" + "a@" * 400_000 + "\nEND:VCARD", "BEGIN:VCARD\nCATEGORIES:" + "a,\\," * 200_000 + "\nEND:VCARD",
        "BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE:" + "=\n" * 300_000 + "END:VCARD", "BEGIN:VCARD\n" + "a" * 4_000_000,
        "BEGIN:VCARD\nFN;CHARSET=punycode:" + "é" * 400_000 + "\nEND:VCARD", "BEGIN:VCARD\nURL:" + "http:" * 180_000 + "\nEND:VCARD",
        "BEGIN:VCARD\nFN:x\nBDAY:" + "1-" * 400_000 + "\nEND:VCARD",
    ],
)  # fmt: skip
def test_nothing_hangs(text: str) -> None:
    began = time.monotonic()
    assert taken(text)
    assert time.monotonic() - began < 20
