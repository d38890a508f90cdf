"""The plan of an import, what it refuses and keeps, and what it remembers."""

import csv
import json
import os
import sqlite3
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from builders import new_file, run

PEOPLE = "Name,Email,Company,Shoe size\nAnn Lee,ann@a.example,Lee Ltd,38\nBob,bob@b.example,,\n"


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return new_file(tmp_path / "sales.db")


def written(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def answer(db: Path, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(db, "import", *words, "--json").out)
    return found


def test_the_plan_of_every_row_is_what_the_run_does(db: Path, tmp_path: Path) -> None:
    run(db, "import", written(tmp_path / "a.csv", PEOPLE))
    later = written(
        tmp_path / "b.csv",
        "Name,Email,Company,Phone,Tags\nAnn Lee,ann@a.example,Lee & Co,202-555-0101,vip\nBob,bob@b.example,,,\n"
        "Cid,cid@c.example,,,\n,,,,\n,,,,vip\n",
    )
    plan = answer(db, later, "--dry-run", "--rows")
    assert plan["rows"] == [
        {"line": 2, "outcome": "updated", "contact": "Ann Lee", "reason": None,
         "changes": "company Lee Ltd -> Lee & Co; phone + 202-555-0101; tag + vip"},
        {"line": 3, "outcome": "same", "contact": "Bob", "changes": "", "reason": None},
        {"line": 4, "outcome": "added", "contact": "Cid", "changes": "", "reason": None},
        {"line": 6, "outcome": "refused", "contact": None, "changes": "",
         "reason": "it names nobody: no name, company, e-mail, phone or link"},
    ]  # fmt: skip
    done = answer(db, later, "--rows")
    assert done["rows"] == plan["rows"]
    assert (plan["written"], done["written"]) == (False, True)


def test_refused_rows_are_mended_and_come_in(db: Path, tmp_path: Path) -> None:
    text = 'Name;E-Mail;Note\nAnn;ann@a.example;x\n;;who is this?\n"Bo";"b@b.example;y\nCid;c@c.example;a;b\n'
    refused = tmp_path / "refused.csv"
    found = answer(db, written(tmp_path / "a.csv", text), "--rejects", str(refused))
    assert (found["added"], found["refused"]) == (1, 3)
    rows = list(csv.reader(refused.open(encoding="utf-8", newline=""), delimiter=";"))
    assert rows[0] == ["Name", "E-Mail", "Note", "refused because"]
    assert [row[3] for row in rows[1:]] == [
        "it names nobody: no name, company, e-mail, phone or link", 'a quote " is opened and never closed',
        "it has 4 cells where the header has 3",
    ]  # fmt: skip
    assert rows[3][:2] == ["Cid", "c@c.example"]
    rows[1][0], rows[2][:3] = "Dee", ["Bo", "b@b.example", "y"]
    rows[3] = ["Cid", "c@c.example", "a, b", ""]
    with refused.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, delimiter=";").writerows(rows)
    mended = answer(db, str(refused), "--rejects", str(tmp_path / "none.csv"))
    assert (mended["added"], mended["refused"], mended["columns_not_read"]) == (3, 0, [])
    assert not (tmp_path / "none.csv").exists()


def test_refused_rows_never_go_over_what_is_read(db: Path, tmp_path: Path) -> None:
    text = "Name,Email\nAnn,ann@a.example\n,\n,x\n"
    file = written(tmp_path / "a.csv", text)
    os.symlink(file, tmp_path / "link.csv")
    for place, code, said in (
        (file, 2, f"{file} is read here; name another file for --rejects"),
        (str(tmp_path / "link.csv"), 2, f"{tmp_path / 'link.csv'} is read here; name another file for --rejects"),
        (str(tmp_path), 5, f"{tmp_path} is a folder; name a file in it"),
        (str(tmp_path / "no" / "r.csv"), 5, f"cannot write {tmp_path}/no/r.csv: there is no folder {tmp_path}/no"),
    ):
        answered = run(db, "import", file, "--rejects", place)
        assert (answered.code, answered.out, answered.err) == (code, "", f"salesflow: {said}\n")
    assert Path(file).read_text(encoding="utf-8") == text
    assert run(db, "list", "-f", "ids").out == ""


def test_of_an_archive_with_a_known_file_only_those_are_taken(db: Path, tmp_path: Path) -> None:
    people = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n" \
        "Priya,Rao,https://www.linkedin.com/in/priya,,Rao Ltd,Buyer,12 Mar 2025\n"  # fmt: skip
    with ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("Connections.csv", people)
        archive.writestr("Skills.csv", "Name\nBaking\nBread\n")
        archive.writestr("messages.csv", "FROM,TO,CONTENT\na,b,c\n")
    done = run(db, "import", str(tmp_path / "all.zip"))
    assert done.err.splitlines()[0] == (
        "Left out of all.zip, of no program known by name: Skills.csv, messages.csv; to take one, unpack it"
    )
    assert (done.code, run(db, "list", "-f", "csv").out.count("\n")) == (0, 2)
    with ZipFile(tmp_path / "own.zip", "w") as archive:
        archive.writestr("a.csv", "Name\nAnn Lee\n")
        archive.writestr("b.csv", "Name\nBo Ray\n")
    assert answer(db, str(tmp_path / "own.zip"))["added"] == 2


def test_a_row_with_nothing_but_a_spoilt_phone_says_so(db: Path, tmp_path: Path) -> None:
    text = 'Name,Phone\n,"2,02556E+09"\n,\n,-\nAnn,\n'
    found = answer(db, written(tmp_path / "a.csv", text))
    assert [row["reason"] for row in found["problems"]] == [
        'it names nobody: Phone: "2,02556E+09" was a phone number until a spreadsheet rounded it; type the number again',
        "it names nobody: no name, company, e-mail, phone or link",
    ]


def test_the_plan_names_a_deal_that_names_nobody(db: Path, tmp_path: Path) -> None:
    heads = "Record ID,Deal Name,Deal Stage,Close Date,Amount,Pipeline,Create Date,Associated Contact"
    file = written(tmp_path / "a.csv", f"{heads}\n7002,Harbour renewal,Proposal,,5,Sales,2026-02-01 08:00,\n")
    assert [row["contact"] for row in answer(db, file, "--rows", "--dry-run")["rows"]] == ["Harbour renewal"]


def test_refused_rows_of_two_files_of_one_name_do_not_meet(db: Path, tmp_path: Path) -> None:
    (tmp_path / "may").mkdir()
    one = written(tmp_path / "a.csv", "Name,Note\nAnn,\n,one\n")
    two = written(tmp_path / "may" / "a.csv", "Name,Note\nBo,\n,two\n")
    assert answer(db, one, two, "--rejects", str(tmp_path / "r.csv"))["refused"] == 2
    kept = [(tmp_path / name).read_text(encoding="utf-8").splitlines()[1][:5] for name in ("r-a.csv", "r-a-2.csv")]
    assert kept == [",one,", ",two,"]


def test_refused_rows_of_a_file_without_a_header_come_under_one(db: Path, tmp_path: Path) -> None:
    refused = tmp_path / "refused.csv"
    text = "Ann Example,ann@example.com,202-555-0101\nBo Example,bo@example.com,202-555-0102\n,,-\n"
    assert answer(db, written(tmp_path / "a.csv", text), "--rejects", str(refused))["refused"] == 1
    assert refused.read_text(encoding="utf-8").splitlines()[0] == "name,email,phone,refused because"


def test_columns_nobody_knows_are_kept_when_asked(db: Path, tmp_path: Path) -> None:
    file = written(tmp_path / "a.csv", PEOPLE)
    assert answer(db, file)["columns_not_read"] == ["Shoe size"]
    kept = answer(db, file, "--keep-extra")
    assert (kept["updated"], kept["same"], kept["columns_not_read"]) == (1, 1, [])
    assert answer(db, file, "--keep-extra")["same"] == 2
    assert "ALSO  Shoe size: 38\n" in run(db, "show", "ann").out
    assert json.loads(run(db, "show", "ann", "--json").out)["extra"] == [{"field": "Shoe size", "value": "38"}]
    assert "Not counted: 2 from address books" in run(db, "funnel").out  # columns of a file make no work
    exported = run(db, "export").out
    assert exported.splitlines()[0].endswith(",extra:Shoe size")
    other = new_file(tmp_path / "other.db")
    run(other, "import", written(tmp_path / "b.csv", exported))
    assert run(other, "export").out == exported
    newer = written(tmp_path / "c.csv", PEOPLE.replace("38", "39"))
    changed = answer(db, newer, "--keep-extra", "--rows")
    assert [row["changes"] for row in changed["rows"]] == ["Shoe size 38 -> 39", ""]
    assert "ALSO  Shoe size: 39\n" in run(db, "show", "ann").out
    assert "Ann" in run(db, "find", "39").out
    assert run(db, "find", "38").err == "Nothing with 38.\n"
    run(db, "undo")
    assert ("Ann" in run(db, "find", "38").out, "Ann" in run(db, "find", "39").out) == (True, False)


def test_what_is_known_stays_where_it_shall(db: Path, tmp_path: Path) -> None:
    run(db, "add", "Ann Lee", "ann@a.example", "--company", "Mine Ltd")
    file = written(tmp_path / "a.csv", "Name,Email,Company,Phone,Source\nAnna,ann@a.example,Lee Ltd,202-555-0101,web\n")
    assert answer(db, file, "--keep-mine")["updated"] == 1
    found = json.loads(run(db, "show", "ann", "--json").out)
    assert (found["name"], found["company"], found["source"]) == ("Ann Lee", "Mine Ltd", "web")
    assert found["note"] == "name: Anna\ncompany: Lee Ltd"
    assert [point["value"] for point in found["points"]] == ["ann@a.example", "202-555-0101"]
    assert answer(db, file, "--keep-mine")["same"] == 1
    assert answer(db, file)["updated"] == 1  # the same file, its word taken this time
    assert json.loads(run(db, "show", "ann", "--json").out)["company"] == "Lee Ltd"


def test_a_mapping_said_once_holds_for_that_header(db: Path, tmp_path: Path) -> None:
    first = written(tmp_path / "a.csv", "Wer,Womit\nAnn,ann@a.example\n")
    assert answer(db, first, "--map", "Wer=name", "--map", "Womit=email")["added"] == 1
    second = written(tmp_path / "b.csv", "Wer,Womit\nBob,bob@b.example\n")
    found = answer(db, second)
    assert (found["added"], found["mapped"]) == (1, ["Wer=name", "Womit=email"])
    assert answer(db, second, "--map", "Wer=name", "--map", "Womit=note")["mapped"] == []
    assert answer(db, second)["mapped"] == ["Wer=name", "Womit=note"]
    run(db, "undo")
    assert answer(db, second, "--dry-run")["mapped"] == ["Wer=name", "Womit=email"]
    run(db, "undo")
    run(db, "undo")
    assert answer(db, first, "--map", "Wer=name", "--dry-run")["mapped"] == []


def test_several_files_are_one_step(db: Path, tmp_path: Path) -> None:
    one, two = (
        written(tmp_path / "a.csv", PEOPLE),
        written(tmp_path / "b.csv", "Email\ncid@c.example\n\ndee@d.example\n"),
    )
    found = answer(db, one, two, "--rejects", str(tmp_path / "r.csv"))
    assert (found["added"], found["updated"], found["same"], found["refused"]) == (4, 0, 0, 0)
    assert [row["file"] for row in found["files"]] == ["a.csv", "b.csv"]
    assert run(db, "undo").code == 0
    assert run(db, "list", "-f", "ids").out == ""
    done = run(db, "import", one, written(tmp_path / "c.csv", ""))
    assert (done.code, done.err) == (2, "salesflow: c.csv is empty; of the other files nothing was taken\n")
    assert run(db, "list", "-f", "ids").out == ""
    assert run(db, "import", one, one).err == "salesflow: the same file is named twice\n"


def test_a_column_without_a_value_is_not_missed(db: Path, tmp_path: Path) -> None:
    rows = "".join(f"Person {number},\n" for number in range(200))
    assert answer(db, written(tmp_path / "a.csv", f"Name,Shoe size\n{rows}"))["columns_not_read"] == []
    late = answer(db, written(tmp_path / "b.csv", f"Name,Shoe size\n{rows}Zed,38\n"))
    assert late["columns_not_read"] == ["Shoe size"]


def test_a_row_that_fits_two_is_taken_once_it_is_clear_who_is_meant(db: Path, tmp_path: Path) -> None:
    run(db, "add", "Ann", "202-555-0101")
    run(db, "add", "Bob", "202-555-0101", "--new")
    text = "Name,Phone,Email\n,202-555-0101,x@x.example\nAnn,202-555-0101,x@x.example\n"
    file = written(tmp_path / "a.csv", text)
    first = answer(db, file)
    assert (first["updated"], first["same"], first["refused"]) == (1, 1, 0)
    assert answer(db, file)["same"] == 2


def test_a_shorter_name_says_nothing_new(db: Path, tmp_path: Path) -> None:
    run(db, "add", "Marc Example", "marc@x.example")
    assert answer(db, written(tmp_path / "a.csv", "Name,Email\nMarc,marc@x.example\n"))["same"] == 1
    assert answer(db, written(tmp_path / "b.csv", "Name,Email\nMarc Exempel,marc@x.example\n"))["updated"] == 1
    assert run(db, "list", "-f", "csv").out.splitlines()[1].startswith("1,Marc Exempel,")


def test_an_extra_field_of_mine_stays_too(db: Path, tmp_path: Path) -> None:
    answer(db, written(tmp_path / "a.csv", PEOPLE), "--keep-extra")
    newer = written(tmp_path / "b.csv", PEOPLE.replace("38", "39"))
    assert answer(db, newer, "--keep-extra", "--keep-mine")["updated"] == 1
    assert "ALSO  Shoe size: 38\n" in run(db, "show", "ann").out
    again = written(tmp_path / "c.csv", PEOPLE.replace("38", "39").replace("Lee Ltd", "Lee Ltd "))
    assert answer(db, again, "--keep-extra", "--keep-mine")["refused"] == 0
    conn = sqlite3.connect(db)
    assert [row[0] for row in conn.execute("SELECT answer FROM answers ORDER BY id")] == ["38", "39"]
    conn.close()


def test_a_product_is_enough_of_a_name(db: Path, tmp_path: Path) -> None:
    text = "First Name,Last Name,URL,Connected On\nAnn,Lee,https://www.linkedin.com/in/ann,12 Mar 2025\n"
    assert answer(db, written(tmp_path / "a.csv", text), "--as", "linkedin")["format"] == "linkedin-connections"
    done = run(db, "import", str(tmp_path / "a.csv"), "--as", "google")
    assert (done.code, done.err.split(";")[0]) == (2, "salesflow: its headings are of none that google writes")
