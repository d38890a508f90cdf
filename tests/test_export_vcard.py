"""Contacts out as vCards, and as Google and Outlook take them in: exact, safe, and the same each time."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import new_file, run
from salesflow.exporters import outlook_csv, vcard
from salesflow.importers.vcard import Cards
from salesflow.records.incoming import Extras, Unread
from salesflow.records.settings import Settings
from salesflow.width import undefuse

SHARED = Path(__file__).parents[2] / "shared"
BLNS = SHARED / "suites" / "blns" / "blns.json"


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Ken with all that a card holds, Ana who was sent by him, firms, one off the list, two of one name, a walk-in."""
    path = new_file(tmp_path / "sales.db")
    for words in (
        ("add", "Ken", "Ito", "Jr.", "202-555-0133", "ken@ito.example", "--phone", "work:202-555-0134"),
        ("edit", "1", "--tag", "fair,x;y", "--tag", "vip", "--phone", "work fax:202-555-0135", "--company", "Ito; Sons"),
        ("edit", "1", "--phone", "stall:202-555-0136", "--link", "shop:https://ito.example/a,b;c"),
        ("edit", "1", "--birthday", "29 feb", "--alarm", "0", "--rating", "4", "--priority", "b", "--note", " =1+1 \n, "),
        ("add", "山田", "花子", "--birthday", "1980-02-29", "--referred-by", "1", "--address", "home:Ring 2; Graz\nAT"),
        ("add", "Blue Salon", "--kind", "company", "--link", "https://blue.example", "--source", "fair"),
        ("add", "Head Office", "--kind", "company", "--company", "Blue Holding", "--source-detail", "autumn"),
        ("add", "Rita", "Moss", "rita@moss.example"),
        ("edit", "5", "--off-list", "asked by phone; twice"),
        ("sale", "walk-in", "60", "cake"),
        ("add", "Ann"),
        ("add", "Ann", "--force"),
        ("add", "Bo", "--phone", "202-555-0133", "--referred-by", "7"),
    ):  # fmt: skip
        done = run(path, *words)
        if done.code == 2 and "--force" in words:
            done = run(path, *words[:-1])
        assert done.code == 0, (words, done.err)
    return path


def exported(db: Path, *words: str) -> str:
    done = run(db, "export", *words)
    assert done.code == 0, done.err
    return done.out


def test_out_in_and_out_again_is_the_same(db: Path, tmp_path: Path) -> None:
    out, other = tmp_path / "all.vcf", new_file(tmp_path / "other.db", country="DE")
    done = run(db, "export", "-o", str(out))
    assert (done.code, done.err) == (0, f"Written: {out}, 8 contacts\n")
    first = out.read_bytes().decode()
    assert first == exported(db, "--as", "vcard")
    done = json.loads(run(other, "import", str(out), "--json").out)
    assert (done["added"], done["refused"], done["warnings"]) == (8, 0, [])
    assert exported(other, "--as", "vcard") == first
    again = json.loads(run(other, "import", str(out), "--json").out)
    assert (again["same"], again["written"]) == (8, False)
    back = json.loads(run(db, "import", str(out), "--json").out)
    assert (back["same"], back["written"]) == (8, False)
    third = new_file(tmp_path / "third.db")
    (tmp_path / "again.vcf").write_bytes(exported(other, "--as", "vcard").encode())
    assert run(third, "import", str(tmp_path / "again.vcf")).code == 0
    assert exported(third, "--as", "vcard") == first


def test_what_a_card_carries_is_kept_column_by_column(db: Path, tmp_path: Path) -> None:
    other = new_file(tmp_path / "other.db")
    (tmp_path / "all.vcf").write_bytes(exported(db, "--as", "vcard").encode())
    run(other, "import", str(tmp_path / "all.vcf"))

    def people(path: Path) -> list[dict[str, Any]]:
        found = [each for each in json.loads(exported(path, "--as", "json"))["contacts"] if each["kind"] != "walk-in"]
        numbers = {each["ref"]: place for place, each in enumerate(found)}
        for each in found:
            each["referred_by"] = numbers.get(each["referred_by"])
            each["points"] = [point for point in each["points"] if point["label"] != "vcard"]
            for column in ("ref", "imported", "created_at", "history", "status"):
                del each[column]
        return found

    for before, after in zip(people(db), people(other), strict=True):
        assert after == before


def test_a_card_of_this_very_file_comes_back_to_whom_it_is_about(db: Path, tmp_path: Path) -> None:
    """Even one with nothing but a name, changed on the phone; not when its contact is another by now."""
    card = exported(db, "--as", "vcard")
    second = re.findall(r"BEGIN:VCARD.*?END:VCARD\r\n", card, re.DOTALL)[6]
    assert "FN:Ann\r\n" in second
    file = tmp_path / "phone.vcf"
    changed = second.replace("FN:Ann", "FN:Ann Lee").replace("PRODID:-//salesflow", "PRODID:-//Phone")
    file.write_bytes(changed.replace("END:", "TEL:202-555-0199\r\nEND:").encode())
    done = json.loads(run(db, "import", str(file), "--json").out)
    assert (done["added"], done["updated"]) == (0, 1)
    shown = run(db, "show", "8").out
    assert shown.startswith("WHO   8 Ann Lee") and "202-555-0199" in shown
    assert "vcard" not in exported(db, "--as", "json")
    file.write_bytes(re.sub(r"-\d{14}@", "-20200101000000@", changed.replace("Lee", "Bee")).encode())
    assert json.loads(run(db, "import", str(file), "--json").out)["added"] == 1


def test_an_imported_card_keeps_its_uid(tmp_path: Path) -> None:
    db, file = new_file(tmp_path / "sales.db"), tmp_path / "a.vcf"
    file.write_text("BEGIN:VCARD\nVERSION:3.0\nUID:urn:uuid:A\\,b\nFN:Ann\nEMAIL:a@x.example\nEND:VCARD\n")
    run(db, "import", str(file))
    assert "\r\nUID:urn:uuid:A\\,b\r\n" in exported(db, "--as", "vcard")
    run(db, "edit", "1", "--name", "Ann Lee", "--phone", "202-555-0101")
    assert "\r\nUID:urn:uuid:A\\,b\r\n" in exported(db, "--as", "vcard")


def test_a_card_line_by_line(db: Path) -> None:
    lines = exported(db, "--as", "vcard").replace("\r\n ", "").split("\r\n")
    uid = lines[3]
    assert re.fullmatch(r"UID:[0-9a-f]{16}-1-\d{14}@salesflow", uid)
    assert lines[: lines.index("END:VCARD") + 1] == [
        "BEGIN:VCARD", "VERSION:3.0", "PRODID:-//salesflow//EN", uid, "N:Ito;Ken;;;Jr.", "FN:Ken Ito Jr.",
        "ORG:Ito\\; Sons", "TEL:202-555-0133", "EMAIL;TYPE=INTERNET:ken@ito.example", "TEL;TYPE=WORK:202-555-0134",
        "TEL;TYPE=WORK;TYPE=FAX:202-555-0135", "item1.TEL:202-555-0136", "item1.X-ABLabel:stall",
        "item2.URL:https://ito.example/a,b;c", "item2.X-ABLabel:shop", "BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29",
        "CATEGORIES:fair\\,x\\;y,vip", "NOTE: =1+1 \\n\\, ", "X-SALESFLOW-RATING:4", "X-SALESFLOW-PRIORITY:B",
        "X-SALESFLOW-ALARM-DAYS:0", "X-SALESFLOW-REF:1", "X-SALESFLOW-SINCE:2026-11-24", "END:VCARD",
    ]  # fmt: skip
    for line in (
        "N:山田;花子;;;", "ADR;TYPE=HOME:;;Ring 2\\; Graz\\nAT;;;;", "BDAY:1980-02-29", "N:;;;;", "ORG:Blue Salon;",
        "X-SALESFLOW-REFERRED-BY:Ken Ito Jr.;REF;1", "X-SALESFLOW-COMPANY:Blue Holding", "X-SALESFLOW-SOURCE:fair",
        "X-SALESFLOW-OFF-LIST:2026-11-24;asked by phone\\; twice",
    ):  # fmt: skip
        assert line in lines
    assert "Walk-in" not in "".join(lines)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ann", ("", "Ann", "", "", "")), ("Ann Lee", ("Lee", "Ann", "", "", "")),
        ("Ludwig van Beethoven", ("Beethoven", "Ludwig van", "", "", "")),
        ("Ken Ito Jr.", ("Ito", "Ken", "", "", "Jr.")), ("Ken II", ("II", "Ken", "", "", "")),
        ("山田 花子", ("山田", "花子", "", "", "")), ("王小明", ("", "王小明", "", "", "")),
        ("김 민준", ("김", "민준", "", "", "")),
    ],
)  # fmt: skip
def test_names_in_parts(name: str, parts: tuple[str, ...]) -> None:
    assert vcard.parted(name) == parts


# -- what cannot be broken out of --------------------------------------------------------------------------------------

HOSTILE = st.lists(
    st.text(max_size=30)
    | st.sampled_from(
        ["\r\n", "\n", "\r", "\u2028", "\x85", "\x0b", "\x1c", "\0", "\x1b[31m", "END:VCARD", "\r\nEND:VCARD\r\nBEGIN:VCARD\r\n",
         ";", ",", ":", "\\", "\\n", '"', "\\\\;", " ", "\t", "=\r\n", "item1.TEL:1", "é" * 40, "😀" * 25, "\u202e"]
    ),
    max_size=8,
).map(lambda parts: "".join(parts).encode("utf-8", "ignore").decode())  # fmt: skip


def row_of(**values: Any) -> Any:
    names = (
        "id", "kind", "name", "company", "job_title", "source", "source_detail", "rating", "priority", "birthday",
        "alarm_days", "note", "off_list_on", "off_list_why", "created_at", "created_on", "referrer", "referred_by_id",
    )  # fmt: skip
    usual = {
        "id": 7,
        "kind": "person",
        "name": "Ann Lee",
        "created_at": "2026-11-24T09:00:00Z",
        "created_on": "2026-11-24",
    }
    return dict.fromkeys(names) | usual | values


def text_of(row: Any, points: list[Any], tags: list[str]) -> str:
    parts: Any = {"points": points, "tags": [{"tag": tag} for tag in tags]}
    return "".join(map(vcard.folded, vcard.card(row, parts, "0123456789abcdef", [7], set())))


@settings(max_examples=300, deadline=None)
@given(
    HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, st.sampled_from(["email", "phone", "address", "link", "id"]),
    st.sampled_from(["person", "company"]),
)  # fmt: skip
def test_no_text_breaks_out_of_its_line(
    note: str, company: str, tag: str, label: str, value: str, kind: str, whose: str
) -> None:
    points = [{"kind": kind, "label": label.strip().lower() or None, "value": value, "key": ""}]
    row = row_of(
        note=note, company=company, kind=whose, job_title=company, source=tag, referrer=value, off_list_on="2026-11-24",
        off_list_why=label,
    )  # fmt: skip
    text = text_of(row, points, [tag, "b"])
    assert text.endswith("\r\n")
    lines = text.removesuffix("\r\n").split("\r\n")
    assert lines == text.splitlines()  # nor does anybody else see another end of a line in it
    for line in lines:
        assert 0 < len(line.encode()) <= 75
        assert not re.search("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]", line)
    whole = text.replace("\r\n ", "").split("\r\n")
    assert [line for line in whole if line.startswith(("BEGIN", "END"))] == ["BEGIN:VCARD", "END:VCARD"]
    heads = r"(?:item1\.)?(?:BEGIN|VERSION|PRODID|UID|N|FN|ORG|TITLE|TEL|EMAIL|ADR|URL|CATEGORIES|NOTE|END|X-AB\w+"
    assert all(re.match(heads + r"|X-SALESFLOW-[A-Z-]+)[:;]", line) for line in whole[:-1])


@settings(max_examples=200, deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_what_goes_out_comes_in(note: str, company: str, tag: str) -> None:
    """Exactly, but for what a vCard cannot hold: control characters, and the different ends of lines."""
    points = [{"kind": "address", "label": "home", "value": company, "key": ""}]
    text = text_of(row_of(note=note, company=company[:900], job_title=tag[:900]), points, [tag[:90], "b"])
    ((_, card),) = Cards(io.BytesIO(text.encode()), "a.vcf", Settings(), Extras())
    assert isinstance(card, Unread)
    person = card.read()

    def kept(value: str) -> str | None:
        return None if vcard.plain(value).isspace() else vcard.plain(value) or None

    assert person.notes == ((kept(note),) if kept(note) else ())
    assert (person.draft.company, person.draft.job_title) == (kept(company[:900]), kept(tag[:900]))
    wanted = [vcard.plain(tag[:90]).strip(), "b"]
    assert list(person.draft.tags) == list(dict.fromkeys(filter(None, wanted)))
    address = vcard.plain(company).strip()
    assert [point.value for point in person.draft.points if point.kind == "address"] == ([address] if address else [])
    assert not person.warnings


@pytest.mark.skipif(not BLNS.exists(), reason="shared/suites/blns is not here")
def test_naughty_strings_survive(tmp_path: Path) -> None:
    texts = [text for text in json.loads(BLNS.read_text(encoding="utf-8")) if text.strip()]
    rows = ["email,company,job_title,note"]
    for number, text in enumerate(texts):
        cell = '"' + text.replace('"', '""') + '"'
        rows.append(f"p{number}@x.example,{cell},{cell},{cell}")
    (tmp_path / "naughty.csv").write_bytes(("\n".join(rows) + "\n").encode())
    db, other = new_file(tmp_path / "sales.db"), new_file(tmp_path / "other.db")
    assert run(db, "import", str(tmp_path / "naughty.csv"), "--as", "contacts").code == 0
    out = tmp_path / "naughty.vcf"
    assert run(db, "export", "-o", str(out)).code == 0
    done = json.loads(run(other, "import", str(out), "--json").out)
    assert (done["added"], done["refused"]) == (len(texts), 0)
    assert exported(other, "--as", "vcard") == out.read_bytes().decode()
    whole = json.loads(exported(other, "--as", "json"))["contacts"]
    for text, person in zip(texts, whole, strict=True):
        bare = vcard.plain(text)
        assert [person["company"], person["job_title"], person["note"]] == [bare if bare.strip() else None] * 3


# -- Google and Outlook --------------------------------------------------------------------------------------------------


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.skipif(not SHARED.exists(), reason="shared/samples is not here")
def test_headings_are_those_of_the_programs_themselves(db: Path) -> None:
    sample = (SHARED / "samples" / "outlook_classic_cp1252.csv").read_text(encoding="cp1252")
    assert list(outlook_csv.HEADER) == next(csv.reader(io.StringIO(sample)))
    google = next(csv.reader(io.StringIO((SHARED / "samples" / "google_2024.csv").read_text(encoding="utf-8"))))
    ours = next(csv.reader(io.StringIO(exported(db, "--as", "google"))))
    known = {re.sub(r"\d+", "1", heading) for heading in google}
    assert {re.sub(r"\d+", "1", heading) for heading in ours} <= known
    assert ours[:17] == google[:17]


def test_google(db: Path) -> None:
    text = exported(db, "--as", "google")
    assert text.count("\r\n") == 9
    ken, hanako, blue, *_ = rows_of(text)
    said = {heading: cell for heading, cell in ken.items() if cell}
    assert said == {
        "First Name": "Ken", "Last Name": "Ito", "Name Suffix": "Jr.", "Organization Name": "Ito; Sons",
        "Birthday": "--02-29", "Notes": "' =1+1 \n, ", "Labels": "fair,x;y ::: vip ::: * myContacts",
        "E-mail 1 - Value": "ken@ito.example", "Phone 1 - Value": "202-555-0133", "Phone 2 - Label": "Work",
        "Phone 2 - Value": "202-555-0134", "Phone 3 - Label": "Work Fax", "Phone 3 - Value": "202-555-0135",
        "Phone 4 - Label": "stall", "Phone 4 - Value": "202-555-0136", "Website 1 - Label": "shop",
        "Website 1 - Value": "https://ito.example/a,b;c",
    }  # fmt: skip
    assert (hanako["First Name"], hanako["Last Name"]) == ("山田 花子", "")
    assert (hanako["Address 1 - Label"], hanako["Address 1 - Street"]) == ("Home", "Ring 2; Graz\nAT")
    assert (blue["First Name"], blue["Organization Name"]) == ("", "Blue Salon")
    assert "' =1+1" not in exported(db, "--as", "google", "--raw")


def test_outlook(db: Path) -> None:
    text = exported(db, "--as", "outlook")
    assert text.startswith("\ufeffTitle,First Name,")
    ken, hanako, *_ = rows_of(text.removeprefix("\ufeff"))
    said = {heading: undefuse(cell) for heading, cell in ken.items() if cell}
    assert said == {
        "First Name": "Ken", "Last Name": "Ito", "Suffix": "Jr.", "Company": "Ito; Sons", "Categories": "fair,x,y;vip",
        "Primary Phone": "202-555-0133", "Business Phone": "202-555-0134", "Business Fax": "202-555-0135",
        "Other Phone": "202-555-0136", "E-mail Address": "ken@ito.example", "E-mail Type": "SMTP",
        "E-mail Display Name": "Ken Ito Jr.", "Web Page": "https://ito.example/a,b;c",
        "Notes": " =1+1 \n, \nBirthday: 29 February",
    }  # fmt: skip
    assert ken["Notes"].startswith("' =1+1")
    assert (hanako["Birthday"], hanako["Home Street"], hanako["Referred By"]) == (
        "1980-02-29",
        "Ring 2; Graz\nAT",
        "Ken Ito Jr.",
    )


def test_in_outlook_what_finds_no_place_is_in_the_notes(tmp_path: Path) -> None:
    db = new_file(tmp_path / "sales.db")
    run(db, "add", "Ann", *(word for n in range(5) for word in ("--phone", f"mobile:202-555-010{n}")))
    run(db, "edit", "1", *(word for n in range(4) for word in ("--email", f"work:a{n}@x.example")))
    (ann,) = rows_of(exported(db, "--as", "outlook").removeprefix("\ufeff"))
    assert [ann[name] for name in ("Mobile Phone", "Primary Phone", "Other Phone")] == [
        "202-555-0100", "202-555-0101", "202-555-0102",
    ]  # fmt: skip
    assert ann["Notes"] == ("Phone (mobile): 202-555-0103\nPhone (mobile): 202-555-0104\nE-mail (work): a3@x.example")


@pytest.mark.parametrize("form", ["google", "outlook"])
def test_what_they_are_given_gives_the_same_people(db: Path, tmp_path: Path, form: str) -> None:
    out, other = tmp_path / "people.csv", new_file(tmp_path / "other.db")
    run(db, "edit", "8", "--note", "the other one")  # or the two rows would say the same, and be one person
    assert run(db, "export", "--as", form, "-o", str(out)).code == 0
    done = json.loads(run(other, "import", str(out), "--json").out)
    if not done["format"].startswith(form):
        pytest.skip(f"import does not know {form} yet")
    assert (done["added"], done["refused"]) == (8, 0)
    there = [each for each in json.loads(exported(db, "--as", "json"))["contacts"] if each["kind"] != "walk-in"]
    here = json.loads(exported(other, "--as", "json"))["contacts"]
    for one, two in zip(there, here, strict=True):
        assert two["name"] == one["name"]
        assert two["kind"] == one["kind"]
        if one["kind"] == "person":
            assert two["company"] == one["company"]
        if form == "google":
            assert (two["birthday"], two["note"], two["tags"]) == (one["birthday"], one["note"], one["tags"])
        for kind in ("email", "phone", "link"):
            assert {p["key"] for p in two["points"] if p["kind"] == kind} == {
                p["key"] for p in one["points"] if p["kind"] == kind
            }
    again = json.loads(run(other, "import", str(out), "--json").out)
    assert (again["same"], again["written"]) == (8, False)


# -- the command ---------------------------------------------------------------------------------------------------------


def test_the_ending_says_what_is_meant_and_as_overrules(db: Path, tmp_path: Path) -> None:
    for name, start in (("a.vcf", b"BEGIN:VCARD"), ("a.VCF", b"BEGIN:VCARD"), ("a.json", b'{"salesflow"'),
                        ("a.csv", b"ref,kind"), ("a.txt", b"ref,kind")):  # fmt: skip
        assert run(db, "export", "-o", str(tmp_path / name)).code == 0
        assert (tmp_path / name).read_bytes().startswith(start), name
    assert run(db, "export", "--as", "google", "-o", str(tmp_path / "a.vcf")).code == 0
    assert (tmp_path / "a.vcf").read_bytes().startswith(b"First Name")
    assert (tmp_path / "a.vcf").stat().st_mode & 0o077 == 0


def test_filters_and_refusals(db: Path) -> None:
    assert exported(db, "--as", "vcard", "--tag", "vip").count("BEGIN:VCARD") == 1
    assert exported(db, "--as", "vcard", "--tag", "nobody") == ""
    assert exported(db, "--as", "google", "--tag", "nobody").count("\r\n") == 1
    for words in (("--as", "ldif"), ("--as", "vcard", "--what", "deals"), ("--what", "people")):
        done = run(db, "export", *words)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
