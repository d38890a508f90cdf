"""Naughty strings: every one is stored, shown as JSON, exported and taken in again, byte for byte."""

import json
import random
from pathlib import Path

import pytest

from builders import new_file, run

SUITE = Path(__file__).parents[2] / "shared" / "suites" / "blns" / "blns.json"
WEIRD = (
    "\t\r\n\v\f\x1b\x7f\x85\xa0\xad'\"=+-@|%;,:\\/<>[]{}#`´‘“…\u200b\u200d\u200e\u200f\u2028\u202e\u2066\ufeff\ufffd"
)
WEIRD += "ßıŁøéИבعقلดกひ山한\u0301\u0483\u0e31\U0001f1e9\U0001f469\U000e0001\ufdd0aZ09 "
FIELDS = ("company", "job_title", "note", "todo")


def naughty() -> list[str]:
    """A thousand of our own making, the same each time."""
    chance = random.Random(20261124)
    return ["".join(chance.choices(WEIRD, k=chance.randint(1, 40))) for _ in range(1000)]


@pytest.mark.parametrize("own", [True, False], ids=["ours", "blns"])
def test_naughty_strings_survive(tmp_path: Path, own: bool) -> None:
    if not own and not SUITE.exists():
        pytest.skip("shared/suites/blns is not here")
    texts = naughty() if own else json.loads(SUITE.read_text(encoding="utf-8"))
    kept = [text for text in texts if text.strip()]  # nothing but white space says nothing
    assert len(kept) >= (950 if own else 500)
    rows = ["email,company,job_title,note,next,todo"]
    for number, text in enumerate(kept):
        cell = '"' + text.replace('"', '""') + '"'
        rows.append(f"p{number}@x.example,{cell},{cell},{cell},2026-12-01,{cell}")
    file = tmp_path / "naughty.csv"
    file.write_bytes(("\n".join(rows) + "\n").encode())
    db = new_file(tmp_path / "sales.db")
    done = json.loads(run(db, "import", str(file), "--json").out)
    assert (done["added"], done["refused"]) == (len(kept), 0)
    again = json.loads(run(db, "import", str(file), "--json").out)
    assert (again["same"], again["written"]) == (len(kept), False)
    whole = json.loads(run(db, "export", "--as", "json").out)
    for text, contact in zip(kept, whole["contacts"], strict=True):
        promised = contact["follow_ups"][0]
        assert [contact["company"], contact["job_title"], contact["note"]] == [text] * 3
        assert promised["text"] == text or promised["kind"] != "follow-up"
    for form in ("csv", "json"):
        first = run(db, "export", "--as", form).out
        out = tmp_path / f"all.{form}"
        assert run(db, "export", "--as", form, "-o", str(out)).code == 0
        assert out.read_bytes().decode() == first
        other = new_file(tmp_path / f"{form}.db")
        assert run(other, "import", str(out)).code == 0
        assert run(other, "export", "--as", form).out == first
        assert run(other, "db", "check").code == 0
    raw = run(db, "export", "--raw").out
    assert raw != run(db, "export").out


def test_what_cannot_be_text_is_refused_in_words(tmp_path: Path) -> None:
    db, file = new_file(tmp_path / "sales.db"), tmp_path / "bad.csv"
    file.write_bytes(b"name,note\nAnn,a\0b\nBob,\xff\xfe caf\xc3\xa9\nCid,caf\xc3\xa9\nDan,caf\xc3\xa9\n")
    done = json.loads(run(db, "import", str(file), "--json").out)
    assert (done["added"], done["refused"]) == (2, 2)
    assert [problem["line"] for problem in done["problems"]] == [2, 3]
    assert "NUL" in done["problems"][0]["reason"] and "not utf-8" in done["problems"][1]["reason"]
    whole = tmp_path / "whole.json"
    assert run(db, "export", "--as", "json", "-o", str(whole)).code == 0
    whole.write_text(whole.read_text(encoding="utf-8").replace('"Cid"', '"\\ud800"'), encoding="utf-8")
    other = new_file(tmp_path / "other.db")
    done = json.loads(run(other, "import", str(whole), "--json").out)
    assert (done["added"], done["refused"]) == (1, 1)
    assert "half a character" in done["problems"][0]["reason"]
