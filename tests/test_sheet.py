"""Reading a table: encodings, delimiters, header rows, broken rows, hostile files."""

import csv
import gzip
import io
import json
import os
import pathlib
import random
import subprocess
import sys
import zipfile

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from salesflow.errors import FileTrouble, Refused, SalesflowError
from salesflow.importers.delimited import FIELD_CAP, LINE_CAP, Refusal
from salesflow.importers.layout import COLUMN_CAP, DELIMITERS
from salesflow.importers.sheet import open_sheet

SHARED = pathlib.Path(__file__).parents[2] / "shared"
SPECTRUM = SHARED / "suites" / "csv-spectrum"
SAMPLES = SHARED / "samples"


def read(data, **more):
    """The sheet of some bytes (or text as UTF-8) and its rows."""
    sheet = open_sheet(None, stdin=io.BytesIO(data if isinstance(data, bytes) else data.encode()), **more)
    return sheet, list(sheet)


def rows(data, **more):
    return read(data, **more)[1]


def refused(found):
    return {number: row.reason for number, row in found if isinstance(row, Refusal)}


# What is taken.


def test_cells_are_not_touched():
    sheet, found = read('Name, Email ,Note\r\n Ann ,a@x.example,"  two ""quotes""\nand lines "\r\nBob,,\r\n')
    assert sheet.header == ["Name", "Email", "Note"]
    assert (sheet.header_line, sheet.encoding, sheet.delimiter) == (1, "utf-8", ",")
    assert found == [(2, [" Ann ", "a@x.example", '  two "quotes"\nand lines ']), (4, ["Bob", "", ""])]
    assert sheet.sample == [cells for _, cells in found]
    assert sheet.position() == sheet.size == 75


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_delimiters(delimiter):
    table = [["Name", "E-Mail", "Notiz"], ["Müller, Zoë; A|B", "z@x.example", 'sagt "1,5;2"\tund|so'], ["Bob", "", ""]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(table)
    sheet, found = read(text.getvalue())
    assert sheet.delimiter == delimiter
    assert [sheet.header, *(cells for _, cells in found)] == table


@pytest.mark.parametrize("mark", [";", "|", "\t", ",", ":", "^"])
def test_the_sep_line_is_obeyed(mark):
    sheet, found = read(f"sep={mark}\r\nName{mark}Email\r\na,b;c{mark}d\r\n".replace("a,b;c", "ab"))
    assert (sheet.delimiter, sheet.header, sheet.header_line) == (mark, ["Name", "Email"], 2)
    assert found == [(3, ["ab", "d"])]


@pytest.mark.parametrize(
    ("codec", "reported"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16-le"),
        ("utf-32", "utf-32-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_encodings(codec, reported):
    sheet, found = read('"Name"\tNotiz\r\nZoë Müller\t"5 €\r\nganz"\r\n'.encode(codec))
    assert (sheet.encoding, sheet.header) == (reported, ["Name", "Notiz"])
    assert found == [(2, ["Zoë Müller", "5 €\r\nganz"])]


def test_other_code_pages():
    data = "Imię i nazwisko;Uwagi\nŁukasz Żak;dźwięk\n".encode("cp1250")
    assert rows(data, fallback="cp1250") == [(2, ["Łukasz Żak", "dźwięk"])]
    assert rows(data, encoding="windows-1250") == [(2, ["Łukasz Żak", "dźwięk"])]
    assert rows("Name,Note\nZoë,é\n".encode("cp1252"), fallback="utf-8")[0][1] == ["Zoë", "é"]
    assert rows("\ufeffName,Note\nZoë,é\n".encode("utf-16-le"), encoding="utf-16")[0][1] == ["Zoë", "é"]
    for unknown in ("klingon", "base64", "a\0b"):
        with pytest.raises(Refused, match="there is no encoding"):
            read(data, encoding=unknown)


def test_one_damaged_line_does_not_make_a_file_another_encoding():
    good = "".join(f"Zoë {number},é\n" for number in range(9)).encode()
    sheet, found = read(b"Name,Note\n" + good + b"Zo\xeb,x\n" + good)
    assert sheet.encoding == "utf-8"
    assert list(refused(found)) == [11]
    assert "not utf-8" in refused(found)[11]
    assert len(found) == 19


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_numbers_are_those_of_the_file(newline):
    text = newline.join(["Name,Note", "a,1", "", 'b,"2', '3"', " ,", "c,4", ""])
    sheet, found = read(text)
    assert found == [(2, ["a", "1"]), (4, ["b", f"2{newline}3"]), (7, ["c", "4"])]
    assert dict(sheet.skipped) == {"blank": 2}


def test_short_rows_are_filled_and_empty_ends_dropped():
    assert rows("Name,Email,Note\nAnn\nBob,b@x.example,,,,\n") == [
        (2, ["Ann", "", ""]),
        (3, ["Bob", "b@x.example", ""]),
    ]


def test_repeated_headers_and_totals_are_no_rows():
    text = "Name;Umsatz\nAnn;5,00\n Name ;Umsatz\nTotal;7\nBob;2,00\nGesamt:;7,00 €\n;\n"
    sheet, found = read(text)
    # A person may be called Total; what stands last with sums behind it is one.
    assert [cells[0] for _, cells in found] == ["Ann", "Total", "Bob"]
    assert dict(sheet.skipped) == {"blank": 1, "headers": 1, "totals": 1}
    assert [cells[0] for _, cells in sheet] == ["Ann", "Total", "Bob"]
    assert dict(sheet.skipped) == {"blank": 1, "headers": 1, "totals": 1}
    assert len(rows("Name;Phone\nAnn;1\nSum;202-555-0133\n")) == 2


# Where the header stands.


def test_preambles_are_passed_over():
    text = "Kunden 2026;;\n;;\nStand: 21.11.2026;;\nName;E-Mail;Telefon\nAnn;a@x.example;0221 5550100\n"
    sheet, found = read(text)
    assert (sheet.header_line, sheet.header) == (4, ["Name", "E-Mail", "Telefon"])
    assert found == [(5, ["Ann", "a@x.example", "0221 5550100"])]


def test_a_file_without_a_header():
    sheet, found = read("My people\n\nAnn Example,ann@x.example,202-555-0101\nBob,,\n")
    assert (sheet.header_line, sheet.header) == (0, ["column 1", "column 2", "column 3"])
    assert found == [(3, ["Ann Example", "ann@x.example", "202-555-0101"]), (4, ["Bob", "", ""])]
    # Words above words could be people as well: nobody is taken for a heading.
    assert len(rows("Ann Example,Baker\nBob Stone,Butcher\n")) == 2


def test_unknown_headings_above_other_things():
    sheet, found = read("alpha;beta\n1;x\n2;y\n")
    assert (sheet.header, sheet.header_line, len(found)) == (["alpha", "beta"], 1, 2)
    sheet, found = read("alpha;beta\nx;y\nz;w\n", expected=["Beta", "ALPHA"])
    assert (sheet.header, len(found)) == (["alpha", "beta"], 2)
    sheet, found = read("alpha;beta\n")
    assert (sheet.header, found) == (["alpha", "beta"], [])


def test_one_column():
    sheet, found = read("Email\na@x.example\nb@x.example\n")
    assert (sheet.header, found) == (["Email"], [(2, ["a@x.example"]), (3, ["b@x.example"])])


def test_a_header_over_several_lines():
    sheet, found = read('Name,"E-Mail\n(private)",Phone\nAnn,a@x.example,1\n')
    assert sheet.header == ["Name", "E-Mail\n(private)", "Phone"]
    assert found == [(3, ["Ann", "a@x.example", "1"])]


# What is refused, row by row.


def test_a_row_that_cannot_be_taken_costs_itself_alone():
    text = (
        "Name,Email,Note\n"
        "Ann,a@x.example,ok\n"
        "Bob,b@x.example,one,two\n"
        'Cyd,"c@x.example,never closed\n'
        "Dan,d@x.example,ok\n"
        'Eve,"e" x,ok\n'
        "Fay,f\0,ok\n"
        'Gus,g@x.example,"NUL \0 in\nthe note"\n'
        "Hal,h@x.example,ok\n"
    )
    found = rows(text)
    assert [cells[0] for _, cells in found if isinstance(cells, list)] == ["Ann", "Dan", "Hal"]
    reasons = refused(found)
    assert list(reasons) == [3, 4, 6, 7, 8]
    assert "4 cells where the header has 3" in reasons[3]
    assert "quote" in reasons[4]
    assert "closing quote" in reasons[6]
    assert "NUL" in reasons[7] and "NUL" in reasons[8]
    texts = {number: row.text for number, row in found if isinstance(row, Refusal)}
    assert texts[3] == "Bob,b@x.example,one,two\r\n"
    assert texts[4] == 'Cyd,"c@x.example,never closed\n'
    assert texts[8] == 'Gus,g@x.example,"NUL \0 in\nthe note"\n'


def test_an_unclosed_quote_at_the_end_does_not_swallow_the_file():
    found = rows('Name,Note\nAnn,"open\n' + "".join(f"Bob {number},x\n" for number in range(30_000)))
    assert list(refused(found)) == [2]
    assert len(found) == 30_001
    assert found[-1] == (30_002, ["Bob 29999", "x"])


def test_a_multi_line_cell_after_a_stray_quote_is_read():
    found = rows('Name,Note\nAnn,"stray\nBob,"two\nlines"\nCyd,x\n')
    assert list(refused(found)) == [2]
    assert found[1:] == [(3, ["Bob", "two\nlines"]), (5, ["Cyd", "x"])]


def test_caps():
    found = rows(f"Name,Note\nAnn,{'x' * LINE_CAP}\nBob,{'y' * (FIELD_CAP + 1)}\nCyd,{'z' * FIELD_CAP}\nDan,ok\n")
    assert [(number, cells[0]) for number, cells in found if isinstance(cells, list)] == [(4, "Cyd"), (5, "Dan")]
    assert "line is longer than 4,194,304" in refused(found)[2]
    assert "cell is longer than 1,048,576" in refused(found)[3]
    wide = ",".join(["x"] * (COLUMN_CAP + 1))
    assert "over 500 cells" in refused(rows(f"Name,Note\n{wide}\n"))[2]
    with pytest.raises(Refused, match="501 columns"):
        read(",".join(["Name"] * (COLUMN_CAP + 1)) + "\nAnn\n")


def test_quotes_that_never_close_cost_no_more_than_linear_time():
    # In the worst file every line opens a quote that the next line closes and opens again.
    found = rows("name,email\n" + 'b","\n' * 60_000)
    assert len(found) == len(refused(found)) == 60_000


# What is refused whole.


def test_files_that_are_none(tmp_path):
    for path, words in [
        (tmp_path / "none.csv", "no file"),
        (tmp_path, "folder"),
        ("/dev/null", "device"),
        ("a\0b", "NUL"),
    ]:
        with pytest.raises(FileTrouble, match=words) as caught:
            open_sheet(str(path))
        assert caught.value.exit_code == 5
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileTrouble, match="standard input"):
        open_sheet(str(tmp_path / "pipe"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(tmp_path):
    path = tmp_path / "secret.csv"
    path.write_text("Name\nAnn\n")
    path.chmod(0)
    with pytest.raises(FileTrouble, match="cannot be read"):
        open_sheet(str(path))


def test_what_is_no_text_table():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    for data, words in [
        (gzip.compress(b"Name\nAnn\n"), "gzip"),
        (packed.getvalue(), "ZIP"),
        (b"SQLite format 3\0" + b"\0" * 84, "SQLite"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\n<!doctype html><html>", "web page"),
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b" \r\n,,\n;\n", "empty"),
        (b"\0\0\0\0", "no row that can be read; line 1"),
    ]:
        with pytest.raises(Refused, match=words) as caught:
            read(data)
        assert "\n" not in str(caught.value)
        assert str(caught.value).startswith("standard input ")


def test_a_pipe_is_read_from_where_it_stands(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("Name,Email\nAnn,a@x.example\n")
    script = "import sys; from salesflow.importers.sheet import open_sheet\n"
    script += "with open_sheet(None, stdin=sys.stdin.buffer) as sheet: print(sheet.header, list(sheet), sheet.size)"
    expected = "['Name', 'Email'] [(2, ['Ann', 'a@x.example'])] 27\n"
    for feed in ("cat {} | {} -c '{}'", "{1} -c '{2}' < {0}"):
        command = feed.format(path, sys.executable, script)
        assert subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout == expected


def test_memory_stays_flat(tmp_path):
    path = tmp_path / "long.csv"
    with path.open("w") as file:
        file.write("Name,Email,Note\n")
        for number in range(4):
            file.write("Ann,a@x.example,ok\n" * 100_000 + f'Bob {number},"' + "x" * 5_000_000 + "\n")
    script = f"""
import resource
from salesflow.importers.delimited import Refusal
from salesflow.importers.sheet import open_sheet
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
sheet = open_sheet({str(path)!r})
print(sum(1 for _, row in sheet if isinstance(row, list)), sum(1 for _, row in sheet if isinstance(row, Refusal)))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    counts, grown = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split("\n")[:2]
    assert counts == "400000 4"
    assert int(grown) * (1 if sys.platform == "darwin" else 1024) < 40 * 1_048_576


# Whole collections.


@pytest.mark.skipif(not SPECTRUM.exists(), reason="needs ../shared/suites/csv-spectrum")
@pytest.mark.parametrize("crlf", [False, True], ids=["lf", "crlf"])
def test_csv_spectrum(crlf):
    """Cell for cell; the suite's files with CRLF have lost their CRs on the way, so they are put back for one run."""
    files = sorted((SPECTRUM / "csvs").glob("*.csv"))
    assert len(files) == 12
    for path in files:
        data = path.read_bytes()
        means = json.loads((SPECTRUM / "json" / f"{path.stem}.json").read_text())
        means = means if isinstance(means, list) else [means]
        if crlf:
            data = data.replace(b"\n", b"\r\n")
        sheet, found = read(data)
        said = [dict(zip(sheet.header, cells, strict=True)) for _, cells in found]
        if path.stem == "location_coordinates":
            # The JSON of the suite has another phone number than its CSV.
            assert said[0].pop("Contact Phone Number") == "2095257564"
            del means[0]["Contact Phone Number"]
        newline = "\r\n" if crlf else "\n"
        meant = [{key: newline.join(value.splitlines()) for key, value in row.items()} for row in means]
        assert said == meant, path.name


@pytest.mark.skipif(not SAMPLES.exists(), reason="needs ../shared/samples")
def test_exports_of_real_products():
    expected = json.loads((SAMPLES / "expected.json").read_text())
    for name, means in expected.items():
        if name.endswith(".vcf"):
            continue
        with open_sheet(str(SAMPLES / name)) as sheet:
            found = list(sheet)
            line = means["header_row"]
            assert sheet.delimiter == means["delimiter"], name
            assert sheet.header_line == (0 if line is None else line + 1), name
            assert (len(found), refused(found)) == (means["records"], {}), name
            if means["encoding"] not in ("iso-8859-1",):
                assert sheet.encoding == means["encoding"].removesuffix("+BOM"), name


HEADINGS = ["Name", "E-Mail", "Phone", "Notes", "Company", "Tags", "Vorname", "PLZ"]
CELLS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12) | st.sampled_from(
    [
        '"',
        '""',
        '","',
        "\r",
        "\n",
        "\r\n",
        ";",
        "a\tb",
        "|",
        "'",
        "Name",
        "ann@x.example",
        "sep=;",
        "\ufeff",
        "Total",
        "12",
    ]
)


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(st.data(), st.integers(2, 5), st.sampled_from(DELIMITERS), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_what_csv_writer_wrote_is_read_back(data, wide, delimiter, codec):
    header = data.draw(st.permutations(HEADINGS))[:wide]
    table = data.draw(st.lists(st.lists(CELLS, min_size=wide, max_size=wide), max_size=6))
    assume(all("".join(row).strip() and [cell.strip() for cell in row] != header for row in table))
    assume(not table or "Total" not in table[-1])
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([header, *table])
    sheet, found = read(text.getvalue().encode(codec))
    assert (sheet.delimiter, sheet.header, sheet.header_line) == (delimiter, header, 1)
    assert [cells for _, cells in found] == table


def scramble(chance, whole):
    """A damaged CSV: pieces that matter, random bytes, random edits."""
    pieces = [
        b",",
        b";",
        b"\t",
        b"|",
        b'"',
        b'""',
        b"\n",
        b"\r\n",
        b"\r",
        b"Name",
        b"Email",
        b"\0",
        b"\xff\xfe",
        b"\xc3\xa9",
    ]
    pieces += [
        b"a@x.example",
        b"202-555-0133",
        b"sep=",
        b"'",
        b"\\",
        b" ",
        b"\xe9",
        b"\xed\xa0\x80",
        b"x" * 50,
        b'","',
        b'b","\n',
    ]
    kind = chance.randrange(3)
    if kind == 0:
        return bytes(chance.randrange(256) for _ in range(chance.randrange(400)))
    if kind == 1:
        return b"".join(chance.choice(pieces) for _ in range(chance.randrange(200)))
    data = bytearray(whole)
    for _ in range(chance.randrange(1, 12)):
        at = chance.randrange(len(data))
        data[at : at + chance.randrange(4)] = chance.choice(pieces)
    return bytes(data)


def test_two_thousand_damaged_files():
    whole = "\ufeffName;E-Mail;Notiz\r\n" + 'Zoë Müller;z@x.example;"sagt ""nein"""\r\nBob;;"zwei\r\nZeilen"\r\n' * 5
    chance = random.Random(2000)
    taken = 0
    for number in range(2000):
        data = scramble(chance, whole.encode(chance.choice(["utf-8", "cp1252", "utf-16"]), "ignore"))
        try:
            sheet, found = read(data)
        except SalesflowError as error:
            assert "\n" not in str(error), number
            continue
        taken += 1
        assert all(isinstance(row, Refusal) or len(row) == len(sheet.header) for _, row in found)
        lines = [line for line, _ in found]
        assert lines == sorted(set(lines))
    assert taken > 1000


@given(st.binary(max_size=300))
@example(b"\xff\xfe\x00")
@example(b"\x00\xd8\x00\xd8" * 9)
def test_any_bytes_are_rows_or_a_refusal(data):
    try:
        found = rows(data)
    except Refused:
        return
    assert all(number > 0 for number, _ in found)
