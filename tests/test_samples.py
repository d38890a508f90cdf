"""Every sample of a real product's export comes in as it is, is known for what it is, and changes nothing twice."""

import json
from pathlib import Path

import pytest

from builders import new_file, run

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"
EXPECTED = SAMPLES / "expected.json"
FILES = sorted(json.loads(EXPECTED.read_text(encoding="utf-8"))) if EXPECTED.exists() else []
DAY = ("--today", "2026-11-24")

pytestmark = pytest.mark.skipif(not FILES, reason="the samples are not beside this checkout")


def expected(name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(EXPECTED.read_text(encoding="utf-8"))[name]
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_sample_comes_in_as_it_is(name: str, tmp_path: Path) -> None:
    db, wanted = new_file(tmp_path / "sales.db"), expected(name)
    before = run(db, *DAY, "export", "--as", "json").out
    plan = json.loads(run(db, *DAY, "import", str(SAMPLES / name), "--dry-run", "--rows", "--json").out)
    assert run(db, *DAY, "export", "--as", "json").out == before
    done = json.loads(run(db, *DAY, "import", str(SAMPLES / name), "--rows", "--json").out)
    assert (done["format"], done["what"]) == (wanted["format"], wanted["kind"])
    assert done["added"] + done["updated"] + done["same"] + done["refused"] == wanted["records"]
    assert done["added"] > 0
    assert done["rows"] == plan["rows"] and len(done["rows"]) == wanted["records"]
    if wanted["header_row"] is not None:
        assert done["header_line"] == int(str(wanted["header_row"])) + 1
    if wanted["delimiter"]:
        assert done["delimiter"] == wanted["delimiter"]
    after = run(db, *DAY, "export", "--as", "json").out
    changes = run(db, "undo", "--list").out
    again = json.loads(run(db, *DAY, "import", str(SAMPLES / name), "--json").out)
    assert (again["added"], again["updated"], again["refused"]) == (0, 0, done["refused"])
    assert run(db, *DAY, "export", "--as", "json").out == after
    assert run(db, "undo", "--list").out == changes
    assert run(db, "db", "check").code == 0
    assert run(db, "undo").code == 0
    assert run(db, *DAY, "export", "--as", "json").out == before


def test_all_at_once_and_again(tmp_path: Path) -> None:
    db = new_file(tmp_path / "sales.db")
    names = [str(SAMPLES / name) for name in FILES]
    done = json.loads(run(db, *DAY, "import", *names, "--json").out)
    total = done["added"] + done["updated"] + done["same"] + done["refused"]
    assert total == sum(int(str(expected(name)["records"])) for name in FILES)
    after = run(db, *DAY, "export", "--as", "json").out
    again = json.loads(run(db, *DAY, "import", *names, "--json").out)
    assert (again["added"], again["updated"]) == (0, 0)
    assert run(db, *DAY, "export", "--as", "json").out == after
    # People make no work; deals that stand open without a next step are what they are in the CRM, too.
    assert {line[0] for line in run(db, *DAY, "today", "-f", "ids").out.splitlines()} == {"D"}
