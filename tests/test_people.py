"""Names, phones, e-mails and links: what is kept, what is refused, what is the same."""

import json
import pathlib
import sqlite3
import subprocess
import sys
from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from salesflow.errors import Refused
from salesflow.people import (
    check_text,
    clean_name,
    email_key,
    fold,
    link_key,
    looks_like_email,
    looks_like_link,
    looks_like_phone,
    nearest,
    phone_key,
)

NAUGHTY = pathlib.Path(__file__).parents[2] / "shared" / "suites" / "blns" / "blns.json"


def refusal(call, *args):
    with pytest.raises(Refused) as caught:
        call(*args)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
    return str(caught.value)


def test_text_is_kept_exactly_or_refused_in_words():
    for text in ("", " two  spaces ", "tab\tand\nline", "\u202eover", "🙂‍↔️", "a" * 1_048_576):
        assert check_text(text) is text
    assert "NUL" in refusal(check_text, "a\0b", "note")
    assert refusal(check_text, "a\0b", "note").startswith("the note")
    assert "half a character" in refusal(check_text, "a\ud800b")
    assert "1,048,577" in refusal(check_text, "a" * 1_048_577)
    assert "4 are the most" in refusal(check_text, "abcde", "tag", 4)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ken   Ito ", "Ken Ito"),
        ("Ken\tIto\n", "Ken Ito"),
        ("山田\u3000花子", "山田 花子"),
        ("Zoë\u00a0Müller", "Zoë Müller"),
        ("فرشته احمدی", "فرشته احمدی"),
        ("O'Brien, 3rd!", "O'Brien, 3rd!"),
        ("x" * 200, "x" * 200),
    ],
)
def test_names_are_trimmed_and_otherwise_as_typed(typed, kept):
    assert clean_name(typed) == kept


def test_names_that_are_none_are_refused():
    for empty in ("", "   ", "\t\n", "\u200b\u200b", "\ufeff", "\x07"):
        assert "empty" in refusal(clean_name, empty)
    assert "control character" in refusal(clean_name, "Ken\x1b[31mIto")
    assert "control character" in refusal(clean_name, "Zoë\x9b31m")
    assert "201 characters" in refusal(clean_name, "x" * 201)
    assert "NUL" in refusal(clean_name, "Ken\0Ito")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Ken   ITO ", "ken ito"),
        ("Łukasz Żak", "lukasz zak"),
        ("Straße, Ærø, Đorđe, Þóra, ŒUVRE", "strasse, aero, dorde, thora, oeuvre"),
        ("İSTANBUL ışık", "istanbul isik"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("Ёлка Й", "елка и"),
        ("ﬁ ２０２ 𝐀nn", "fi 202 ann"),
        ("O’Brien–Smith", "o'brien-smith"),
        ("山田 花子", "山 田 花 子"),
        ("ガ ｶﾞ か\u3099", "ガ ガ が"),
        ("김민준", "김 민 준"),
        (normalize("NFD", "김"), "김"),
        ("ก็ดี", "ก็ ดี"),
        ("أَحْمَد", "احمد"),
        ("کیان", "كيان"),
        ("می‌خواهم", "ميخواهم"),
        ("שִׁירָה", "שירה"),
        ("Անահիտ", "անահիտ"),
        ("हिंदी", "हिंदी"),
        ("a\u00adb\u200bc", "abc"),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


@given(st.text())
@example("\u0345")
@example("ŉ\u0301")
@example("か\u200d\u3099")
@example("𝐀\u0301Å")
def test_folding_twice_changes_nothing(text):
    once = fold(text)
    assert fold(once) == once
    assert once == " ".join(once.split())


@given(st.text(st.characters(categories=("Lu", "Ll"), max_codepoint=0x24F)))
def test_folding_knows_neither_case_nor_composition(text):
    # Casing as Python does it is not always a round trip (ſ, ŉ): the capital is what is compared.
    assert fold(text.upper()) == fold(text.upper().lower())
    assert fold(normalize("NFD", text)) == fold(normalize("NFC", text))


@pytest.mark.parametrize(
    ("text", "asked"),
    [("山田 花子", "花"), ("김민준", "민준"), ("ก็ดี", "ดี"), ("Zoë Müller", "muller"), ("فرشته احمدی", "احمدي")],
)
def test_full_text_finds_a_part_of_a_name(text, asked):
    conn = sqlite3.connect(":memory:")
    conn.execute("CREATE VIRTUAL TABLE search USING fts5 (text, tokenize = 'unicode61 remove_diacritics 0')")
    conn.execute("INSERT INTO search VALUES (?)", [fold(text)])
    phrase = '"' + fold(asked) + '"'
    assert conn.execute("SELECT count(*) FROM search WHERE search MATCH ?", [phrase]).fetchone() == (1,)
    conn.close()


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        (" Ann@Shop.Example ", "ann@shop.example"),
        ("ann+news@sub.shop.co.uk", "ann+news@sub.shop.co.uk"),
        ("o'brien@x.test", "o'brien@x.test"),
        ("x@y.invalid", "x@y.invalid"),
        ("Änn@Müller.example", "änn@müller.example"),
        ("ann@xn--mller-kva.example", "ann@müller.example"),
        ("ännä@x.test", "ännä@x.test"),
        ("花子@例え.テスト", "花子@例え.テスト"),
    ],
)
def test_emails(typed, key):
    assert email_key(typed) == (typed.strip(), key)
    assert looks_like_email(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ann",
        "ann@",
        "@ann",
        "ann@localhost",
        "bob[at]example.com",
        "a..b@x.example",
        "a b@x.example",
        "a@b@c.example",
        "a@x.1",
        "a@-x.example",
        f"{'a' * 65}@x.example",
        f"a@{'x' * 250}.example",
        "ann@x.example\nBcc: b@x.example",
        "ünn@x..example",
    ],
)
def test_what_is_no_email(typed):
    assert "one looks like" in refusal(email_key, typed)


@given(st.text())
@example("a" * 60_000 + "@")
def test_any_text_is_an_email_or_refused(text):
    try:
        value, key = email_key(text)
    except Refused:
        return
    assert value == text.strip()
    assert email_key(key)[1] == key


@pytest.mark.parametrize(
    ("country", "key", "spellings"),
    [
        ("US", "+12025550133", ["202-555-0133", "(202) 555-0133", "202.555.0133", "1 202 555 0133", "+1-202-555-0133"]),
        ("US", "+12025550133", ["Tel. 202 555 0133 (work)", "'+12025550133", "tel:+1-202-555-0133", "2025550133.0"]),
        (
            "US",
            "+12025550133",
            ["٢٠٢-٥٥٥-٠١٣٣", "２０２－５５５－０１３３", "202–555–0133", "202\u00a0555\u00a00133 mobile"],
        ),
        ("DE", "+492215550100", ["0221/555 01 00", "+49 (0)221 5550100", "+49 0221 5550100", "0049 221 555-0100"]),
        ("US", "+492215550100", ["+49 221 555 01 00", "+49 (221) 5550100", "011 49 221 5550100", "0049 221 5550100"]),
        ("GB", "+442079460018", ["020 7946 0018", "+44 20 7946 0018", "(020) 7946 0018", "+44 (0)20 7946 0018"]),
        ("IT", "+39061234567", ["06 1234567", "+39 06 1234567", "0039061234567"]),
        ("MX", "+525512345678", ["55 1234 5678", "+52 55 1234 5678", "+52 1 55 1234 5678"]),
        (
            "US",
            "+12025550133;ext=12",
            ["202-555-0133 x12", "+1 202 555 0133 ext. 12", "2025550133;ext=12", "202 555 0133 #12"],
        ),
        ("US", "+18003569377", ["1-800-FLOWERS", "800 356 9377"]),
        ("US", "tel:5550148", ["555-0148", "5550148", "555 0148"]),
        ("ZZ", "tel:02079460018", ["020 7946 0018", "02079460018"]),
        ("", "+442079460018", ["+44 20 7946 0018", "+442079460018"]),
    ],
)
def test_one_phone_however_typed(country, key, spellings):
    assert {spelling: phone_key(spelling, country) for spelling in spellings} == dict.fromkeys(spellings, key)


def test_letters_keep_two_undialled_numbers_apart():
    assert phone_key("800-FLOWERS", "DE") != phone_key("800-CANDLES", "DE")


def test_what_is_no_phone():
    assert phone_key("  ", "US") is None
    for none in ("ask", "12", "-1", "9" * 50, "n/a"):
        assert "one looks like" in refusal(phone_key, none, "US")
    for destroyed in ("2,02556E+09", "2.02556E+09", "2,02556e+09", "'4.4E+11"):
        assert "spreadsheet" in refusal(phone_key, destroyed, "US")


@given(st.integers(2, 9), st.integers(0, 99), st.integers(2, 9), st.integers(0, 999_999), st.data())
def test_punctuation_never_changes_a_phone(first, area, second, rest, data):
    digits = f"{first}{area:02}{second}{rest:06}"
    marks = st.sampled_from(["", " ", "-", ".", "/", " - "])
    typed = "".join(digit + data.draw(marks) for digit in digits)
    assert phone_key(typed, "US") == phone_key(digits, "US") == phone_key(f"+1 {typed}", "DE")


@given(st.text(), st.sampled_from(["US", "DE", "", "zz"]))
@example("(" * 190, "US")
@example("1" + "()" * 90, "US")
def test_any_text_is_a_phone_or_refused(text, country):
    try:
        key = phone_key(text, country)
    except Refused:
        return
    assert key is None or key.startswith(("+", "tel:"))
    assert key is None or sum(map(str.isdigit, key)) >= 3


@pytest.mark.parametrize(
    "text",
    [
        "202-555-0133",
        "+44 20 7946 0018",
        "(202) 555-0148",
        "0221/555 01 00",
        "2025550133",
        "512 345 678",
        "555-0148",
        "01.23.45.67.89",
        "+12025550133",
        "202-555-0133 x12",
        "030/12345",
        "1234567",
    ],
)
def test_looks_like_a_phone(text):
    assert looks_like_phone(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-01",
        "01.12.2026",
        "12/12/2026",
        "1.12.26",
        "2026 12 01",
        "2026-12",
        "2025-2026",
        "1234.50",
        "1.234,50",
        "400",
        "12,500",
        "12.500",
        "1 234 567",
        "-1234567",
        "123456",
        "10:30",
        "+3d",
        "2w",
        "Ken",
        "",
        "192.168.100.10",
        "62704-1234",
        "ann@x.example",
        "v1.2",
        "1" * 16,
        "()()-",
        "12 Elm St 45678",
    ],
)
def test_does_not_look_like_a_phone(text):
    assert not looks_like_phone(text)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("https://www.LinkedIn.com/in/Priya-Example/", "linkedin.com/in/Priya-Example"),
        ("linkedin.com/in/Priya-Example", "linkedin.com/in/Priya-Example"),
        (" http://SHOP.example ", "shop.example"),
        ("//shop.example/", "shop.example"),
        ("www.shop.example/?a=1", "shop.example?a=1"),
        ("shop.example:8080/a/b/", "shop.example:8080/a/b"),
        ("https://例え.jp/花", "例え.jp/花"),
        ("www.example", "www.example"),
        ("@Ann_B", "@ann_b"),
    ],
)
def test_links(typed, key):
    assert link_key(typed) == (typed.strip(), key)
    assert link_key(key)[1] == key


@pytest.mark.parametrize(
    "typed", ["", "hello", "3.50", "javascript:alert(1)", "http://", "a b.example", "ann@x.example", "e.g."]
)
def test_what_is_no_link(typed):
    assert "one looks like" in refusal(link_key, typed)


def test_looks_like_a_link():
    for word in ("https://x.example", "www.shop.example", "linkedin.com/in/ann", "HTTP://X.EXAMPLE/"):
        assert looks_like_link(word)
    for word in ("Ann.Example", "e.g.", "ann@x.example", "3/4", "12.12.2026", "and/or", "www."):
        assert not looks_like_link(word)


def test_nearest_names():
    names = ["Ken Ito", "Kent Moss", "Zoë Müller", "山田 花子", "Bartholomew Longname", "Omar Aziz"]
    candidates = [(fold(name), name) for name in names]
    assert nearest("kne ito", candidates)[0] == "Ken Ito"
    assert nearest("mueler", candidates) == ["Zoë Müller"]
    assert nearest("bartolomew", candidates) == ["Bartholomew Longname"]
    assert nearest("xyzzy", candidates) == []
    assert nearest("", candidates) == []
    assert len(nearest("ken", [(f"ken {number}", f"Ken {number}") for number in range(1000)])) == 3


@pytest.mark.skipif(not NAUGHTY.exists(), reason="needs ../shared/suites/blns")
def test_naughty_strings_are_kept_or_refused_in_one_line():
    strings = json.loads(NAUGHTY.read_text())
    assert len(strings) > 500
    named = 0
    for text in strings:
        assert check_text(text) == text
        assert fold(fold(text)) == fold(text)
        for call in (clean_name, email_key, link_key, lambda text: phone_key(text, "US")):
            try:
                named += call(text) is not None and call is clean_name
            except Refused as error:
                assert "\n" not in str(error)
    assert named > 400


def test_heavy_libraries_wait_until_they_are_needed():
    script = """
import sys
from salesflow import people
people.email_key("ann@shop.example"), people.phone_key("+1 202 555 0133", "US")
people.phone_key("+49 (221) 5550100", "")
people.fold("Ann"), people.clean_name("Ann"), people.link_key("shop.example"), people.looks_like_phone("202 555 0133")
heavy = {"phonenumbers", "email_validator", "difflib", "unicodedata"} & set(sys.modules)
assert not heavy, heavy
people.email_key("änn@shop.example"), people.phone_key("202 555 0133", "US")
assert {"phonenumbers", "email_validator"} <= set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", script], check=True)
