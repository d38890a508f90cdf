"""Anybody's own spreadsheet: every value in the right field, nobody made of what is nobody, text that was encoded twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from builders import desk, run
from cards import SAMPLES, bring, brought, counts, made_of, people
from salesflow.errors import Refused
from salesflow.importers import cells, twice
from salesflow.importers.months import in_english

MESSY = """\
My Customers 2026;;;;;;
;;;;;;
printed 21.11.2026;;;;;;
Name;E-Mail;Telefon;Telefon;Umsatz;Seit;Notiz
Müller, Zoë ; zoe@example.de ;0221/555 01 00;0151 5550101;1.234,50 €;3.4.26;"sagt ""zu teuer\"""

Stone Bob;bob[at]example.com;2,02556E+09;;€ 99;04/03/2026;
Gesamt;;;;1.333,50 €;;
;;;;;;
"""
OWN = {
    "own_sheet_messy.csv": MESSY.encode("cp1252"),
    "excel_unicode_text.txt":
        'Name\tEmail\tPhone\tNotes\r\nÉlodie Exemple\telodie@example.fr\t+33 6 00 00 00 01\t"two\r\nlines"\r\n'
        .encode("utf-16"),
    "formula_injection.csv":
        b'Name,Email,Phone,Notes\r\n=HYPERLINK(""http://evil.example""),x@example.com,+12025550100,ok\r\n'
        b'"@SUM(1+1)*cmd|\' /C calc\'!A0",y@example.com,-1,"\t=1+1"\r\n',
    "single_column_emails.csv": b"Email\na@example.com\nb@example.com\n",
    "headerless.csv": b"Ann Example,ann@example.com,202-555-0101\nBob Example,bob@example.com,202-555-0102\n",
}  # fmt: skip
PEOPLE: dict[str, list[dict[str, Any]]] = {
    "own_sheet_messy.csv": [
        {
            "name": "Zoë Müller", "created_on": "2026-04-03", "note": 'sagt "zu teuer"',
            "points": ["email zoe@example.de", "phone 0221/555 01 00", "phone 0151 5550101"],
        },
        {
            "name": "Stone Bob", "created_on": "2026-03-04",
            "note": "E-Mail: bob[at]example.com\nTelefon: 2,02556E+09",
        },
    ],
    "excel_unicode_text.txt": [
        {
            "name": "Élodie Exemple", "note": "two\r\nlines",
            "points": ["email elodie@example.fr", "phone +33 6 00 00 00 01"],
        }
    ],
    "formula_injection.csv": [
        {
            "name": '=HYPERLINK(""http://evil.example"")', "note": "ok",
            "points": ["email x@example.com", "phone +12025550100"],
        },
        {
            "name": "@SUM(1+1)*cmd|' /C calc'!A0", "note": "\t=1+1\nPhone: -1",
            "points": ["email y@example.com"],
        },
    ],
    "single_column_emails.csv": [
        {"name": "a@example.com", "points": ["email a@example.com"]},
        {"name": "b@example.com", "points": ["email b@example.com"]},
    ],
    "headerless.csv": [
        {"name": "Ann Example", "points": ["email ann@example.com", "phone 202-555-0101"]},
        {"name": "Bob Example", "points": ["email bob@example.com", "phone 202-555-0102"]},
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_every_value_is_in_its_place(tmp_path: Path, name: str) -> None:
    assert made_of(tmp_path, OWN[name], name) == PEOPLE[name]


@pytest.mark.skipif(not SAMPLES.exists(), reason="../shared/samples is not there")
@pytest.mark.parametrize("name", OWN)
def test_the_samples_are_these(tmp_path: Path, name: str) -> None:
    assert (SAMPLES / name).read_bytes() == OWN[name]
    brought(tmp_path / "a.db", SAMPLES / name)


def test_the_messy_sheet_says_what_it_could_not_read(tmp_path: Path) -> None:
    with desk(tmp_path / "a.db", country="DE") as found:
        taken = bring(found.conn, OWN["own_sheet_messy.csv"])
        assert (taken.encoding, taken.delimiter, taken.header_line, counts(taken)) == ("cp1252", ";", 4, (2, 0, 0, 0))
        assert (taken.read, taken.not_read) == (["Name", "E-Mail", "Telefon", "Telefon", "Seit", "Notiz"], ["Umsatz"])
        assert [(line, text.partition('"')[2].partition('"')[0]) for line, text in taken.report.warnings] == [
            (7, "bob[at]example.com"),
            (7, "2,02556E+09"),
        ]


def test_with_keep_extra_nothing_of_it_is_lost(tmp_path: Path) -> None:
    made = made_of(tmp_path, OWN["own_sheet_messy.csv"], keep_extra=True)
    assert [card["extra"] for card in made] == [["Umsatz: 1.234,50 €"], ["Umsatz: € 99"]]


def test_formulas_come_out_defused_and_back_exact(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(OWN["formula_injection.csv"])
    run(tmp_path / "a.db", "import", str(tmp_path / "in.csv"))
    run(tmp_path / "a.db", "export", "-o", str(tmp_path / "out.csv"))
    text = (tmp_path / "out.csv").read_text()
    assert '\'=HYPERLINK(""""http' in text and "'@SUM" in text
    assert "2 the same, 0 refused" in run(tmp_path / "a.db", "import", str(tmp_path / "out.csv")).out


@pytest.mark.parametrize(
    "text",
    [
        "colour,size\nred,12\nblue,14\n", "red,12\nblue,14\n", "Colour\nRed\nBlue\n", "sku;qty\n1234567;12\n7654321;3\n",
        "product,price\nDesk Lamp,12.50\nOak Chair,99.00\n", "Artikel;Preis\nDesk Lamp;12,50\nOak Chair;99,00\n",
        "date,amount\n2026-01-02,5\n", "id,value\n1,2\n3,4\n", "1234567\n7654321\n", "big red,12\nsmall blue,14\n",
    ],
)  # fmt: skip
def test_a_file_that_names_nobody_makes_nobody(tmp_path: Path, text: str) -> None:
    with desk(tmp_path / "a.db") as found:
        with pytest.raises(Refused, match=r"^no column of file.csv says whom a row is about; which\? --map ") as error:
            bring(found.conn, text)
        assert "\n" not in str(error.value)
        assert people(found.conn) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ann Example\nBob Stone\n", ["Ann Example", "Bob Stone"]),
        ("Kunden\nAnn Example\nBob Stone\n", ["Ann Example", "Bob Stone"]),
        ("Ann van der Berg,12\nO'Neil, Bob,14\n".replace("O'Neil, Bob", '"O\'Neil, Bob"'), ["Ann van der Berg", "Bob O'Neil"]),
        ("Wer;Wann\nJosé Ruiz;12\nÅsa Öberg;14\n", ["José Ruiz", "Åsa Öberg"]),
        ("ann,ann@x.example\nbob,bob@x.example\n", ["ann", "bob"]),
        ("Ann,2025550101\nBob,2025550102\n".replace("Ann", "Ann Lee").replace("Bob", "Bob Ray"), ["Ann Lee", "Bob Ray"]),
        ("Name\nred\n", ["red"]),
        ("202-555-0101\n202-555-0102\n", ["202-555-0101", "202-555-0102"]),
        ("山田 花子,12\n佐藤 健,14\n", ["山田 花子", "佐藤 健"]),
    ],
)  # fmt: skip
def test_people_without_a_heading_are_seen(tmp_path: Path, text: str, names: list[str]) -> None:
    assert [card["name"] for card in made_of(tmp_path, text)] == names


def test_a_bad_row_costs_itself_alone(tmp_path: Path) -> None:
    text = (
        "Name,Email,Email\nAnn,a@x.example,,extra\nBob\nCal,c@x.example,c2@x.example\n"
        '"Dan,d@x.example,\nEve,e@x.example,\nNUL\0,n@x.example,\nFay,' + "x" * 1_048_577 + ",\nGus,g@x.example,\n"
    )
    with desk(tmp_path / "a.db") as found:
        taken = bring(found.conn, text)
        assert counts(taken) == (4, 0, 0, 4)
        assert [line for line, _ in taken.report.problems] == [2, 5, 7, 8]
        assert [(card["name"], card.get("points")) for card in people(found.conn)] == [
            ("Bob", None), ("Cal", ["email c@x.example", "email c2@x.example"]), ("Eve", ["email e@x.example"]),
            ("Gus", ["email g@x.example"]),
        ]  # fmt: skip


# Days.


@pytest.mark.parametrize(
    ("values", "usual", "order"),
    [
        (["3.4.26", "04/03/2026"], "mdy", "dmy"), (["3.4.26", "4.13.26"], "dmy", "mdy"), (["04/03/2026"], "mdy", "mdy"),
        (["04/03/2026", "13/03/2026"], "mdy", "dmy"), (["3-4-26"], "ymd", "ymd"),
    ],
)  # fmt: skip
def test_dots_stand_where_the_month_is_in_the_middle(values: list[str], usual: str, order: str) -> None:
    assert cells.date_order(values, usual) == order


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("12 mars 2023", "12 March 2023"), ("3. Mai 2024", "3 May 2024"), ("12 de mar. de 2025", "12 March 2025"),
        ("1er août 2024", "1 August 2024"), ("2 października 2021", "2 October 2021"), ("17 février", "17 February"),
        ("12 mrt. 2025 14:05", "12 March 2025 14:05"), ("12-dic-2024", "12 December 2024"),
        ("7 mai", "7 May"), ("12 Ostern 2024", "12 Ostern 2024"), ("2024-05-03", "2024-05-03"), ("", ""),
    ],
)  # fmt: skip
def test_months_in_eight_languages(text: str, english: str) -> None:
    assert in_english(text) == english


# Encoded twice.


def garbled(text: str, page: str = "cp1252") -> str:
    return "".join(bytes([byte]).decode(page, "ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize("page", ["cp1252", "cp1250"])
@pytest.mark.parametrize(
    "text", ["Müller", "Łukasz Żak", "à la carte", "€ 99 – “ok” …", "山本太郎", "Ñandú", "😀", "Ștefan țară", "Привет"]
)
def test_what_was_encoded_twice_is_undone(text: str, page: str) -> None:
    assert twice.undone(f"x {garbled(text, page)} y") == f"x {text} y"
    found = twice.example(f"x,{garbled(text, page)} y")
    assert found and twice.undone(found[0]) == found[1]


@pytest.mark.parametrize(
    "text",
    [
        "Zoë Müller", "São Paulo", "ANDRÉ’S", "déšť příští", "Größe « oui »", "Żółć", "né…”", "100 m² ÷ 2", "ÀÉÎÕÜ", "Ã",
        "Привет", "山本 太郎", "Ångström", "ÇAĞLAR", "„KÖ“",
    ],
)  # fmt: skip
def test_what_is_right_stays(text: str) -> None:
    assert twice.undone(text) == text
    assert twice.example(text) is None


@given(st.text())
@example("â\x80")
def test_undoing_never_breaks_and_is_done_at_once(text: str) -> None:
    once = twice.undone(text)
    assert text.isascii() <= (once == text)
    assert (twice.example(text) is None) == (once == text)


def test_a_repair_is_proposed_with_its_example_and_done_when_asked(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"Name,Email\nBob,b@x.example\n{garbled('Zoë Müller')},zoe@x.example\nAnn Öst,a@x.example\n")
    db = tmp_path / "a.db"
    said = run(db, "import", str(file)).out
    assert f'line 3: encoded twice: "{garbled("Zoë")}" -> "Zoë"; to mend it: --encoding utf-8-twice' in " ".join(
        said.split()
    )
    assert garbled("Müller") in run(db, "list", "-f", "csv").out
    mended = run(db, "import", str(file), "--encoding", "utf-8-twice")
    assert "0 added, 1 updated, 2 the same, 0 refused" in mended.out
    assert "utf-8-twice" in mended.out and "encoded twice" not in mended.out
    listed = run(db, "list", "-f", "csv").out
    assert "Zoë Müller" in listed and "Ann Öst" in listed


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_repair_of_any_file(tmp_path: Path, codec: str) -> None:
    data = f"Name,Kontakt E-Mail,Straße\nAnn Lee,a@x.example,{garbled('Größe 5')}\n".replace("ß", garbled("ß"), 1)
    made = made_of(tmp_path, data.encode(codec), encoding="UTF-8-twice")
    assert made == [{"name": "Ann Lee", "points": ["email a@x.example", "address Größe 5"]}]
    card = f"BEGIN:VCARD\nVERSION:3.0\nFN:{garbled('Zoë')}\nEMAIL:z@x.example\nEND:VCARD\n"
    assert made_of(tmp_path, card.encode(codec), encoding="utf-8-twice")[0]["name"] == "Zoë"
