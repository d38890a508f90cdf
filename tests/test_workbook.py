"""Workbooks and archives: the right sheet, its cells as text, and nothing that a file could do to the machine."""

from __future__ import annotations

import datetime
import io
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from builders import new_file, run
from salesflow.errors import Refused
from salesflow.importers import xlsx, zipped

openpyxl = pytest.importorskip("openpyxl")
PEOPLE = [["Name", "Email"], ["Ann Lee", "ann@x.example"], ["Bo Stone", "bo@x.example"]]
SUBSCRIBED = "Email Address,First Name,LEID,EUID\nann@x.example,Ann,1,a\n"
GONE = "Email Address,First Name,LEID,EUID,UNSUB_TIME\nbo@x.example,Bo,2,b,2026-05-01 10:00:00\n"


def book(**sheets: list[list[Any]]) -> Any:
    found = openpyxl.Workbook()
    found.remove(found.active)
    for title, rows in sheets.items():
        sheet = found.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return found


def saved(found: Any, path: Path) -> Path:
    found.save(path)
    return path


def table(found: Any, wanted: str | None = None) -> xlsx.Table:
    out = io.BytesIO()
    found.save(out)
    assert xlsx.is_workbook(out)
    return xlsx.table_in(out, "people.xlsx", wanted)


def lines(found: xlsx.Table) -> list[str]:
    return found.file.read().decode().splitlines()


def test_cells_are_read_as_every_country_reads_them():
    found = book(
        Sheet=[
            ["day", "instant", "time", "yes", "no", "whole", "part", "sum", "big", "error", "formula", "quotes", "text"],
            [
                datetime.date(2026, 12, 1), datetime.datetime(2026, 12, 1, 10, 30), datetime.time(9, 5), True, False,
                12.0, 12.5, 0.1 + 0.2, 12025550101, "#N/A", "=1+1", 'a "b"', "x",
            ],
        ]
    )  # fmt: skip
    assert lines(table(found))[1] == (
        '2026-12-01,2026-12-01 10:30:00,09:05:00,true,false,12,12.5,0.3,12025550101,,,"a ""b""",x'
    )


def test_postcodes_keep_their_zeros():
    found = book(Sheet=[["Name", "ZIP"], ["Ann", 1234]])
    found["Sheet"]["B2"].number_format = "00000"
    assert lines(table(found))[1] == "Ann,01234"


@pytest.mark.parametrize(
    ("sheets", "hidden", "chosen", "others"),
    [
        ({"Cover": [["My customers"]], "People": PEOPLE, "More": PEOPLE}, (), "People", ("Cover", "More")),
        ({"Secret": PEOPLE, "People": PEOPLE}, ("Secret",), "People", ()),
        ({"Empty": [], "List": [["ann@x.example"], ["bo@x.example"]]}, (), "List", ()),
        ({"One": [["Name", "Email"]], "Two": PEOPLE}, (), "Two", ("One",)),
    ],
)
def test_the_first_sheet_with_a_table(sheets, hidden, chosen, others):
    found = book(**sheets)
    for title in hidden:
        found[title].sheet_state = "hidden"
    assert table(found)[1:] == (chosen, others)


def test_a_sheet_by_name():
    found = book(A=PEOPLE, B=[["x", "y"]])
    assert table(found, "b")[1:] == ("B", ("A",))
    with pytest.raises(Refused, match=re.escape('people.xlsx has no sheet "C"; it has "A", "B"')):
        table(found, "C")


def test_rows_keep_their_numbers(tmp_path):
    found = book(
        People=[["Customers of the bakery"], [], ["Name", "Email", "Note"], ["Ann", "ann@x.example", "two\nlines"]]
    )
    sheet = found["People"]
    sheet.merge_cells("A1:C1")
    sheet["A7"], sheet["B7"], sheet["C7"] = "", "", "nobody"
    sheet["A9"] = "Bo"
    db = tmp_path / "sales.db"
    path = saved(found, tmp_path / "people.xlsx")
    done = json.loads(run(db, "import", str(path), "--json").out)
    assert (done["added"], done["refused"], done["header_line"], done["sheet"]) == (2, 1, 3, "People")
    assert [problem["line"] for problem in done["problems"]] == [7]
    assert json.loads(run(db, "show", "1", "--json").out)["note"] == "two\nlines"
    assert json.loads(run(db, "import", str(path), "--json").out)["same"] == 2


def test_marks_in_cells_are_no_delimiters(tmp_path):
    path = saved(book(A=[["Name"], ["Ann;Lee"], ["Bo;Stone"]]), tmp_path / "a.xlsx")
    done = json.loads(run(tmp_path / "sales.db", "import", str(path), "--json").out)
    assert done["added"] == 2
    assert json.loads(run(tmp_path / "sales.db", "show", "1", "--json").out)["name"] == "Ann;Lee"


def test_a_product_is_known_in_a_workbook_too(tmp_path):
    rows = [
        ["Customer ID", "First Name", "Email", "Accepts Email Marketing"],
        [7210448301122, "Ann", "ann@x.example", "no"],
    ]
    out = run(tmp_path / "sales.db", "import", str(saved(book(A=rows), tmp_path / "a.xlsx"))).out
    assert out.startswith('a.xlsx: Shopify customers, sheet "A", header in row 1\n')


def test_words_for_what_cannot_be_read(tmp_path, monkeypatch):
    db = new_file(tmp_path / "sales.db")
    good = saved(book(A=PEOPLE), tmp_path / "a.xlsx")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    words = 'is an XLSX workbook; to read workbooks: pip install "salesflow[xlsx]"; or save the sheet as CSV'
    assert run(db, "import", str(good)) == (2, "", f"salesflow: a.xlsx {words}\n")
    monkeypatch.undo()
    assert "--sheet says nothing here: a.csv is no workbook" in said(
        db, tmp_path, "a.csv", b"Name\nAnn\n", "--sheet", "A"
    )
    assert "--encoding says nothing here" in run(db, "import", str(good), "--encoding", "cp1252").err
    empty = saved(book(A=[], B=[]), tmp_path / "b.xlsx")
    assert run(db, "import", str(empty)).err == "salesflow: b.xlsx has nothing in it that is not hidden\n"
    broken = io.BytesIO()
    with zipfile.ZipFile(good) as whole, zipfile.ZipFile(broken, "w") as out:
        for name in whole.namelist():
            out.writestr(name, b"<x" if name.endswith(("sheet1.xml", "workbook.xml")) else whole.read(name))
    assert "is a damaged workbook" in said(db, tmp_path, "c.xlsx", broken.getvalue())
    ole = b"\xd0\xcf\x11\xe0" + bytes(26) + b"\x09\0" + bytes(16) + b"\0\0\0\0" + bytes(460)
    assert "an old Excel workbook; save it as XLSX or CSV" in said(db, tmp_path, "d.xls", ole + bytes(4096))
    locked = ole + "EncryptedPackage".encode("utf-16-le") + bytes(4096)
    assert "a workbook locked with a password" in said(db, tmp_path, "d.xlsx", locked)
    for inside, words in (
        ("content.xml", "an OpenDocument sheet"), ("xl/workbook.bin", "an Excel binary workbook"),
        ("Index/Document.iwa", "a Numbers document"), ("photo.jpg", "a ZIP archive without a CSV or vCard file in it"),
    ):  # fmt: skip
        assert words in said(db, tmp_path, "e.zip", archive({inside: "x"}))
    assert json.loads(run(db, "list", "--json").out) == []


def said(db: Path, folder: Path, name: str, data: bytes, *words: str) -> str:
    (folder / name).write_bytes(data)
    code, out, err = run(db, "import", str(folder / name), *words)
    assert (code, out, err.count("\n")) == (2, "", 1), (code, out, err)
    return err


# -- archives --------------------------------------------------------------------------------------------------------


def archive(inside: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in inside.items():
            packed.writestr(name, text)
    return out.getvalue()


def test_an_archive_is_its_files(tmp_path):
    db = tmp_path / "sales.db"
    (tmp_path / "audience.zip").write_bytes(
        archive({
            "audience/subscribed_1.csv": SUBSCRIBED, "audience/unsubscribed_1.csv": GONE, "audience/": "",
            "../../evil.vcf": "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Cy Young\r\nEND:VCARD\r\n", "empty.csv": "",
            "__MACOSX/audience/._subscribed_1.csv": "junk", ".hidden.csv": "Name\nNo\n", "logo.png": "x",
        })
    )  # fmt: skip
    done = json.loads(run(db, "import", str(tmp_path / "audience.zip"), "--json").out)
    assert [(file["file"], file["format"], file["added"]) for file in done["files"]] == [
        ("subscribed_1.csv", "mailchimp-audience", 1), ("unsubscribed_1.csv", "mailchimp-audience", 1),
        ("evil.vcf", "vcard-3.0", 1),
    ]  # fmt: skip
    assert json.loads(run(db, "show", "Ann", "--json").out)["status"] == "lead"
    assert json.loads(run(db, "show", "Bo", "--json").out)["status"] == "off-list"
    assert json.loads(run(db, "import", str(tmp_path / "audience.zip"), "--json").out)["same"] == 3
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith("sales")) == ["audience.zip"]


def test_archives_that_are_not_opened(tmp_path, monkeypatch):
    db = new_file(tmp_path / "sales.db")
    assert "a damaged ZIP archive" in said(db, tmp_path, "a.zip", archive({"a.csv": "Name\nAnn\n" * 99})[:60])
    torn = bytearray(archive({"a.csv": SUBSCRIBED * 20}))
    torn[50:60] = b"\xff" * 10
    assert "a damaged ZIP archive" in said(db, tmp_path, "b.zip", bytes(torn))
    monkeypatch.setattr(zipped, "SMALL", 1000)
    assert "would unpack to" in said(db, tmp_path, "bomb.zip", archive({"a.csv": "\0" * 1_000_000}))
    monkeypatch.setattr(zipped, "SIZE_CAP", 100)
    assert "would unpack to" in said(db, tmp_path, "big.zip", archive({"a.csv": SUBSCRIBED * 10}))
    monkeypatch.undo()
    monkeypatch.setattr(zipped, "FILES_CAP", 2)
    assert "has 3 files in it; 2 are the most" in said(
        db, tmp_path, "c.zip", archive({f"{n}.csv": "x" for n in range(3)})
    )
    monkeypatch.undo()
    locked = bytearray(archive({"a.csv": SUBSCRIBED}))
    at = locked.index(b"PK\x01\x02")
    locked[at + 8] |= 1
    assert "locked with a password" in said(db, tmp_path, "d.zip", bytes(locked))
