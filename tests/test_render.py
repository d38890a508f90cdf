"""Answers as people and programs see them: safe, aligned, exact."""

from __future__ import annotations

import csv
import io
import json
import pathlib
import re
import subprocess
import sys
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow.errors import Refused
from salesflow.render import bar, defuse, line, safe, show, undefuse
from salesflow.table import Answer, Column, Sheet, Table, Text
from salesflow.width import LRM, clip, clusters, fence, pad, width, wrap

NAUGHTY = pathlib.Path(__file__).parents[2] / "shared" / "suites" / "blns" / "blns.json"
anything = st.text(st.characters())  # lone surrogates too
storable = st.text(st.characters(codec="utf-8"))

QUEUE = (
    Column("key", "KEY", firm=True),
    Column("why", "WHY", firm=True),
    Column("contact", "WHO"),
    Column("what", "WHAT"),
    Column("reach", "REACH", below=True),
)
LINES = """
S2|SIGN|Blue Salon|asked when we can start|+1 202 555 0148
F28|4d late|Ken Ito|call: which hours suit him?|+1 202 555 0133
F30|4d late|山田 花子|email: price list|hanako@hanako-kobo.example
F35|09:30|فرشته احمدی|call: go through quote Q2|+44 20 7946 0018
F36|today|Անահիտ Սարգսյան|email: two references|anahit@sargsyan.example
F37|today|שירה כהן|visit: bring samples|+972 52 555 0100
F38|today|Zoe\u0308 Ångström|letter|
Q3|ends Fri|Bartholomew Longnameson III|quote 400.00 USD: ask him|+1 202 555 0190
"""


def queue() -> Table:
    rows = [
        dict(zip([column.name for column in QUEUE], text.split("|"), strict=True)) for text in LINES.split("\n") if text
    ]
    return Table(QUEUE, rows, title="Tue 24 Nov 2026: 8 to do", notes=["Ahead: Wed 2"], ids="key")


def shown(answer: Answer, fmt: str = "table", **how: Any) -> str:
    out = io.StringIO()
    show(answer, fmt, out, **how)
    return out.getvalue()


def one_column(*texts: str, **how: Any) -> Table:
    return Table([Column("name", "NAME", **how)], [{"name": text} for text in texts])


def harmless(text: str) -> bool:
    """Said here once more, not asked of the code: nothing that a terminal obeys."""
    kept = "\u200c\u200d\u200e\u200f\u00ad"
    return all(unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp") or char in kept for char in text)


# Safe text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ken Ito", "Ken Ito"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b2J", r"\x9b2J"),
        ("a\x00b\x7f", r"a\x00b\x7f"),
        ("abc\u202egpj.exe", r"abc\u202egpj.exe"),
        ("\u2066x\u2069", r"\u2066x\u2069"),
        ("\ufeffBOM", r"\ufeffBOM"),
        ("a\u2028b", r"a\u2028b"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("\ud800", r"\ud800"),
        ("\ufffe\U0010ffff", r"\ufffe\U0010ffff"),
        ("one\ntwo\r\n\r\nthree\n", "one / two / three"),
        ("one\rtwo", r"one\x0dtwo"),
        ("a\tb", "a b"),
        ("نمی\u200cدانم", "نمی\u200cدانم"),
        ("a\u00a0b co\u00adop", "a\u00a0b co\u00adop"),
        ("👩\u200d👧", "👩\u200d👧"),
    ],
)
def test_safe(text: str, expected: str) -> None:
    assert safe(text) == expected


@given(anything)
def test_safe_text_is_harmless_and_stays_as_it_is(text: str) -> None:
    once = safe(text)
    assert harmless(once)
    assert "\n" not in once
    assert safe(once) == once
    assert harmless(line(text))


# Cells


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("", 0),
        ("Ken", 3),
        ("é", 1),
        ("e\u0301", 1),
        ("山田 花子", 9),
        ("ｱ", 1),
        ("Ａ", 2),
        ("فرشته", 5),
        ("Անահիտ", 6),
        ("한국", 4),
        ("\u1112\u1161\u11ab", 2),
        ("👍", 2),
        ("👍🏽", 2),
        ("👨\u200d👩\u200d👧", 2),
        ("🏃\u200d♀\ufe0f", 2),
        ("❤", 1),
        ("❤\ufe0f", 2),
        ("1\ufe0f\u20e3", 2),
        ("🇯🇵", 2),
        ("🇯🇵🇩🇪", 4),
        ("山\u200d田", 4),
        (" \ufe0f", 1),
        ("co\u00adop", 5),
    ],
)
def test_width(text: str, cells: int) -> None:
    assert width(text) == cells


@given(storable.map(safe), storable.map(safe))
def test_cells_add_up(left: str, right: str) -> None:
    assert "".join(piece for piece, _ in clusters(left)) == left
    assert width(f"{left} {right}") == width(left) + 1 + width(right)
    assert width(pad(left, 30)) == max(30, width(left)) == width(pad(left, 30, right=True))


@given(storable.map(safe), st.integers(2, 30))
def test_clipped_text_fits(text: str, cells: int) -> None:
    cut = clip(text, cells)
    assert width(cut) <= cells
    assert cut == text if width(text) <= cells else cut.endswith("…")


def test_clip_keeps_what_belongs_together() -> None:
    assert clip("Bartholomew", 6) == "Barth…"
    assert clip("山田花子", 4) == "山…"
    assert clip("🇯🇵🇩🇪🇫🇷", 5) == "🇯🇵🇩🇪…"
    assert clip("e\u0301e\u0301e\u0301", 2) == "e\u0301…"
    assert clip("ends at a space", 9) == "ends at…"


@given(storable.map(safe), st.integers(4, 40), st.integers(0, 6))
def test_wrapped_lines_fit_and_lose_nothing(text: str, cells: int, hang: int) -> None:
    lines = wrap(text, cells, hang)
    assert lines
    assert all(width(part) <= cells for part in lines)
    assert "".join("".join(lines).split(" ")) == "".join(text.split(" "))


def test_wrap_keeps_columns_and_hangs() -> None:
    assert wrap("20 Nov  email out  sent quote", 40) == ["20 Nov  email out  sent quote"]
    assert wrap("call: which hours suit him", 12) == ["call: which", "hours suit", "him"]
    assert wrap("* Ken Ito: call", 10, hang=2) == ["* Ken Ito:", "  call"]
    assert wrap("山田花子", 5) == ["山田", "花子"]


def test_right_to_left_text_is_fenced_field_by_field() -> None:
    assert fence("Ken 山田") == "Ken 山田"
    assert fence("שירה כהן") == f"{LRM}שירה כהן{LRM}"
    assert fence("D9  שירה  400.00 USD") == f"D9  {LRM}שירה{LRM}  400.00 USD"


# Tables on a screen


def start_of(text: str, cells: int) -> str:
    """What stands from that cell on; fails where a character lies across it."""
    used = 0
    for at, char in enumerate(text):
        if used == cells and width(char):
            return text[at:]
        assert used <= cells
        used += width(char)
    return ""


@pytest.mark.parametrize("cells", [80, 60, 40])
def test_columns_stand_in_line_in_every_script(cells: int) -> None:
    lines = shown(queue(), width=cells).splitlines()
    assert all(width(text) <= cells for text in lines)
    assert lines[0].startswith("Tue 24 Nov 2026")
    assert lines[-1] == "Ahead: Wed 2"
    head = lines[1]
    starts = {column.name: head.index(column.caption) for column in QUEUE[:4]}
    rows = [text for text in lines[2:-1] if not text.startswith(" ")]
    assert len(rows) == len(queue().rows)
    for text, row in zip(rows, queue().rows, strict=True):
        plain = text.replace(LRM, "")
        for name in starts:
            assert start_of(plain, starts[name]).startswith(row[name][:5])
            assert starts[name] == 0 or start_of(plain, starts[name] - 1).startswith(" ")
        assert row["why"] in plain


def test_what_does_not_fit_beside_goes_below() -> None:
    lines = shown(queue()).splitlines()
    at = next(number for number, text in enumerate(lines) if text.startswith("F30"))
    assert lines[at].endswith("email: price list")
    assert lines[at + 1] == " " * lines[1].index("WHAT") + "hanako@hanako-kobo.example"
    assert any(text.endswith("+44 20 7946 0018") and text.startswith("F35") for text in lines)
    assert any("Bartholomew" in text and "…" in text for text in lines)


@pytest.mark.parametrize("cells", [100, 80, 60, 40, 24])
def test_phones_and_mails_are_never_cut(cells: int) -> None:
    text = "".join(part.strip() for part in shown(queue(), width=cells).splitlines())
    for row in queue().rows:
        assert row["reach"] in text
        assert row["key"] in text


@given(
    st.lists(st.fixed_dictionaries({column.name: storable for column in QUEUE}), min_size=1, max_size=4),
    st.integers(20, 100),
)
def test_any_table_fits_any_screen(rows: list[dict[str, str]], cells: int) -> None:
    for text in shown(Table(QUEUE, rows, title="T", notes=["N"]), width=cells).split("\n"):
        assert width(text) <= cells
        assert harmless(text)


def test_a_long_text_gives_way_before_names_do() -> None:
    columns = [Column("day", "DAY", "day"), Column("who", "WHO"), Column("text", "TEXT", wrap=True)]
    rows = [{"day": "2026-11-24", "who": "Anahit Sargsyan", "text": "word " * 30}]
    lines = shown(Table(columns, rows), width=60).splitlines()
    assert lines[1].startswith("2026-11-24 Anahit Sargsyan word word")
    assert len(lines) > 4
    assert sum(text.count("word") for text in lines) == 30
    assert {text.index("word") for text in lines[1:]} == {lines[0].index("TEXT")}


def test_kinds_on_a_screen() -> None:
    columns = [
        Column("id", "ID", "number"), Column("won", "WON", "number"), Column("days", "DAYS", "number"),
        Column("win_rate", "RATE", "rate"), Column("tags", "TAGS", "list"), Column("firm", "FIRM", "flag"),
        Column("amount", "AMOUNT", "money"), Column("unseen"),
    ]  # fmt: skip
    row = {
        "id": 12345, "won": 4238, "days": 51.84, "win_rate": 0.6315, "tags": ["bakery", "fair"], "firm": 0,
        "amount_minor": 185000, "currency": "USD", "unseen": "x",
    }  # fmt: skip
    empty = dict.fromkeys([*row, "amount"])
    head, first, second = shown(Table(columns, [row, empty]), marks=".,").splitlines()
    assert first.split() == ["12345", "4.238", "51,8", "63", "%", "bakery,", "fair", "no", "1.850,00", "USD"]
    assert second == ""
    assert head.index("WON") + 3 == first.index("4.238") + 5


def test_lines_and_bars_in_cells() -> None:
    columns = [Column("stage", "STAGE"), Column("share", " ", "bar"), Column("amount", "AMOUNT", "list", right=True)]
    rows = [
        {"stage": "Lead", "share": 1, "amount": None},
        {"stage": "Sale", "share": 12 / 41, "amount": "1,850.00 USD\n300.00 EUR"},
    ]
    assert shown(Table(columns, rows)).splitlines() == [
        "STAGE                                AMOUNT",
        "Lead   ██████████████████████",
        "Sale   ██████▌                 1,850.00 USD",
        "                                 300.00 EUR",
    ]
    narrow = shown(Table(columns, rows), width=30).splitlines()
    assert max(map(width, narrow)) == 30
    assert narrow[1] == "Lead  ███████████"


def test_bar() -> None:
    assert bar(18 / 41, 22) == "█████████▋"
    assert bar(0, 10) == ""
    assert bar(0.0001, 10) == "▏"
    assert bar(7, 3) == "███"
    assert bar(0.5, 10, ascii=True) == "#####"


def test_an_empty_table_says_so() -> None:
    nothing = Table(QUEUE, [], title="Tue", notes=["Ahead: Wed 2"], empty="Nobody yet.")
    words = io.StringIO()
    assert shown(nothing) == shown(nothing, words=words) == "Tue\nAhead: Wed 2\n"
    assert words.getvalue() == "Nobody yet.\n"
    assert shown(nothing, "json") == "[]\n"
    assert shown(nothing, "csv") == "key,why,contact,what,reach\n"
    assert shown(nothing, "ids") == ""


def test_a_view_is_for_people_only() -> None:
    table = Table([Column("id", "ID", "number")], [{"id": 3}], view=lambda: Text([("", "three")]))
    assert shown(table) == "three\n"
    assert json.loads(shown(table, "json")) == [{"id": 3}]


def test_text_wraps_under_itself() -> None:
    text = Text([("WHO", "35 فرشته احمدی  PROSPECT"), ("", "more  fields"), ("", ""), ("", "* " + "word " * 6)])
    assert shown(text, width=20).splitlines() == [
        f"WHO   {LRM}35 فرشته احمدی{LRM}",
        "      PROSPECT",
        "      more  fields",
        "",
        "* word word word",
        "  word word word",
    ]


def test_without_a_view_a_sheet_is_labelled_lines() -> None:
    sheet = Sheet([Column("id"), Column("name", "NAME")], {"id": 7, "name": "Ken"}, {"tags": one_column("fair")})
    assert shown(sheet) == "id    7\nNAME  Ken\ntags\nNAME\nfair\n"


def test_a_stream_that_cannot_write_it_gets_escapes() -> None:
    for encoding in ("ascii", "latin-1", "cp1252"):
        raw = io.BytesIO()
        out = io.TextIOWrapper(raw, encoding=encoding, newline="")
        for fmt in ("table", "json", "csv", "md", "ids"):
            show(queue(), fmt, out)
        show(Table([Column("share", "SHARE", "bar")], [{"share": 1}]), "table", out)
        out.flush()
        text = raw.getvalue().decode(encoding)
        assert r"\u5c71\u7530" in text
        assert r"\u200e" not in text
        assert "#" * 22 in text
    utf8 = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    show(one_column("\ud800"), "csv", utf8, raw=True)
    show(one_column("\ud800"), "json", utf8)


# Rich


def test_rich_prints_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    tricky = one_column("[/]", "[bold]x[/bold]", "[link=http://x.example]y[/link]", ":smile:", "\x1b[31m", "ශ්\u200dරී")
    for answer in (queue(), tricky, Text([("WHO", "Ken"), ("", "x" * 100)], bold=frozenset([1]))):
        for cells in (80, 40):
            plain = shown(answer, width=cells)
            assert shown(answer, width=cells, rich=True) == plain
            coloured = shown(answer, width=cells, rich=True, color=True)
            assert "\x1b[1m" in coloured
            assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert "\x1b[31m" in shown(queue(), rich=True, color=True)


def test_rich_stays_out_of_a_pipe() -> None:
    code = (
        "import io, sys; from salesflow.render import show; from salesflow.table import *\n"
        "table = Table([Column('name', 'NAME')], [{'name': 'Ken'}])\n"
        "for fmt in ('table', 'json', 'csv', 'md'): show(table, fmt, io.StringIO())\n"
        "print(sorted({'rich', 'csv', 'babel', 'decimal'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


# JSON, CSV, Markdown, ids


def test_json_shapes() -> None:
    columns = [
        Column("name"), Column("amount", kind="money"), Column("paid", kind="money"), Column("due_on", kind="day"),
        Column("win_rate", kind="rate"), Column("tags", kind="list"), Column("firm", kind="flag"),
    ]  # fmt: skip
    row = {
        "name": "Ken", "amount_minor": 40000, "paid_minor": None, "currency": "USD", "due_on": "2026-11-24",
        "win_rate": 2 / 3, "tags": "a\nb", "firm": 1,
    }  # fmt: skip
    expected = {
        "name": "Ken", "amount": "400.00", "currency": "USD", "paid": None, "due_on": "2026-11-24",
        "win_rate": 0.6667, "tags": ["a", "b"], "firm": True,
    }  # fmt: skip
    table = Table(columns, [row, {**row, "tags": None, "win_rate": None, "firm": None}])
    found = json.loads(shown(table, "json"))
    assert found == [expected, expected | {"tags": [], "win_rate": None, "firm": None}]
    assert list(found[0]) == list(expected)
    assert len(shown(table, "json").splitlines()) == 4
    assert json.loads(shown(Sheet(columns, row, {"rows": table}), "json")) == expected | {"rows": found}
    assert json.loads(shown(Text([("WHO", "Ken"), ("", "note")]), "json")) == {"text": "WHO   Ken\nnote"}
    assert list(csv.reader(io.StringIO(shown(table, "csv")))) == [
        list(expected),
        ["Ken", "400.00", "USD", "", "2026-11-24", "0.6667", "a; b", "true"],
        ["Ken", "400.00", "USD", "", "2026-11-24", "", "", ""],
    ]


@given(storable)
def test_json_and_csv_are_exact(text: str) -> None:
    in_and_out(text)


def in_and_out(text: str) -> None:
    as_json = shown(one_column(text), "json")
    assert json.loads(as_json) == [{"name": text}]
    assert json.loads(shown(Sheet([Column("name")], {"name": text}), "json")) == {"name": text}
    assert harmless(as_json.replace("\n", ""))
    for raw in (False, True):
        read = list(csv.reader(io.StringIO(shown(one_column(text), "csv", raw=raw), newline=""), strict=True))
        assert [cell if raw else undefuse(cell) for cell in read[1]] == [text]
        assert len(read) == 2
    for how in ({}, {"rich": True}):
        for fmt in ("table", "md", "ids"):
            assert harmless(shown(Table([Column("id", "ID")], [{"id": text}]), fmt, **how).replace("\n", ""))
    assert harmless(shown(one_column(text), "csv", rich=True).replace("\n", ""))


def test_naughty_strings_everywhere() -> None:
    if not NAUGHTY.exists():
        pytest.skip(f"no {NAUGHTY.name} beside this project")
    naughty = json.loads(NAUGHTY.read_text(encoding="utf-8"))
    assert len(naughty) > 400
    for text in naughty:
        in_and_out(text)
        assert undefuse(defuse(text)) == text


def test_a_lone_surrogate_in_json() -> None:
    assert shown(one_column("a\ud800"), "json") == '[\n  {"name": "a\\ud800"}\n]\n'
    assert json.loads(shown(one_column("\U000e0041"), "json")) == [{"name": "\U000e0041"}]


formulas = st.text("'\"=+-@|% \t\r\n\ufeff\u200b\u00a0＝＋1a(", max_size=8)


@given(anything | formulas)
def test_undefuse_undoes_defuse(text: str) -> None:
    assert undefuse(defuse(text)) == text
    assert defuse(text) in (text, f"'{text}")


@given(formulas)
def test_nothing_runs_in_a_spreadsheet(text: str) -> None:
    bare = defuse(text).lstrip(' "\n\ufeff\u200b\u00a0')
    assert not bare.startswith(("=", "-", "@", "|", "%", "\t", "\r", "＝", "＋"))
    assert not bare.startswith("+") or set(text[1:]) <= set("0123456789 ()-./")


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "|x", "%x", "\tx", "\rx", "＝1",
                                  " =1", '"=1', "'=1", "''=1", "\u200b=1", "+1 202 x12", "+1+1"])  # fmt: skip
def test_formulas_are_defused(text: str) -> None:
    assert defuse(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ken", "+1 (202) 555-0148", "+44.20/7946", "O'Neil", "'quoted'", "1-2", "a=b"])
def test_other_text_is_left_alone(text: str) -> None:
    assert defuse(text) == text == undefuse(text)


def test_numbers_in_csv_stay_numbers() -> None:
    columns = [Column("change", kind="number"), Column("amount", kind="money"), Column("born", kind="day")]
    rows = [{"change": -3, "amount_minor": -500, "currency": "USD", "born": "--03-17"}]
    assert shown(Table(columns, rows), "csv") == "change,amount,currency,born\n-3,-5.00,USD,--03-17\n"


def test_csv_of_a_sheet_is_its_row() -> None:
    sheet = Sheet([Column("id"), Column("name")], {"id": 7, "name": "a\rb"}, {"tags": one_column("fair")})
    assert shown(sheet, "csv") == 'id,name\n7,"a\rb"\n'
    assert shown(Text([("", "=1"), ("", "b")]), "csv") == "text\n'=1\nb\n"


def test_markdown() -> None:
    table = Table(
        [Column("id"), Column("name", "NAME"), Column("won", "WON", "number")],
        [{"id": 1, "name": "a|b\\ <b> *x*\ny", "won": 4238}],
    )
    assert shown(table, "md").splitlines() == [
        "| NAME | WON |",
        "| --- | ---: |",
        r"| a\|b\\ \<b\> \*x\* / y | 4,238 |",
    ]
    sheet = Sheet([Column("name", "NAME")], {"name": "Ken"}, {"deals": table})
    assert shown(sheet, "md").startswith("| | |\n| --- | --- |\n| NAME | Ken |\n\n## deals\n\n| NAME | WON |\n")
    assert shown(Text([("WHO", "Ken")]), "md") == "    WHO   Ken\n"


def test_ids() -> None:
    assert shown(queue(), "ids").split() == ["S2", "F28", "F30", "F35", "F36", "F37", "F38", "Q3"]
    assert shown(Sheet([Column("id")], {"id": 7}), "ids") == "7\n"
    for answer in (Text([]), one_column("Ken"), Sheet([Column("name")], {"name": "Ken"})):
        with pytest.raises(Refused, match="no ids"):
            shown(answer, "ids")
    with pytest.raises(Refused, match="table, json, csv, md or ids"):
        shown(queue(), "yaml")
