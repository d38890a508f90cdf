"""Consent: what is known, what a list may change, and that whoever asked not to be contacted is silent everywhere."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import Desk, desk, moment, new_file, run
from salesflow.errors import Refused
from salesflow.records import consent, contacts
from salesflow.records.contacts import Draft
from salesflow.store.rows import one, rows

NOW = moment()


@pytest.fixture
def open_desk(tmp_path: Path) -> Any:
    with desk(tmp_path / "a.db") as found:
        yield found


def person(at: Desk, name: str = "Ken Ito") -> int:
    with at.writing() as (conn, _, _):
        return contacts.add(conn, Draft(name=name), NOW)


def answer(conn: sqlite3.Connection, contact_id: int, channel: str = "email") -> tuple[Any, ...]:
    row = next(row for row in consent.listed(conn, contact_id).rows if row["channel"] == channel)
    return row["answer"], row["said"], row["method"], row["basis"], row["answered_on"]


# -- what a list may change --------------------------------------------------------------------------------------------


def test_a_list_fills_what_is_unknown_and_says_it_once(open_desk: Desk) -> None:
    ken = person(open_desk)
    with open_desk.writing() as (conn, _, _):
        assert consent.give(conn, ken, "email", "yes", NOW, on="2026-10-12", evidence="opt-in form")
        assert answer(conn, ken) == ("yes", "opt-in form", "list", "said", "2026-10-12")
        assert not consent.give(conn, ken, "email", "yes", NOW, on="2026-10-12", evidence="opt-in form")
        assert not consent.give(conn, ken, "email", "unknown", NOW)


@pytest.mark.parametrize("method", ["call", "list", None])
def test_a_no_that_was_said_stays_whatever_a_list_says(open_desk: Desk, method: str | None) -> None:
    ken = person(open_desk)
    with open_desk.writing() as (conn, _, _):
        consent.say(conn, ken, "email", "no", NOW, method=method)
        assert not consent.give(conn, ken, "email", "yes", NOW, on="2027-01-01", evidence="newer")
        assert answer(conn, ken)[0] == "no"


def test_an_unsubscribe_goes_before_a_yes_that_was_typed(open_desk: Desk) -> None:
    ken = person(open_desk)
    with open_desk.writing() as (conn, _, _):
        consent.say(conn, ken, "email", "yes", NOW, evidence="on the phone", method="call")
        assert consent.give(conn, ken, "email", "no", NOW, evidence="unsubscribed")
        assert answer(conn, ken)[:2] == ("no", "unsubscribed")
        found = rows(conn, "SELECT answer, replaced_at FROM answers WHERE contact_id = :id ORDER BY id", id=ken)
        assert [(row["answer"], row["replaced_at"] is None) for row in found] == [("yes", False), ("no", True)]


def test_an_unsubscribe_of_that_day_counts_once_and_not_again_after_they_said_yes(open_desk: Desk) -> None:
    ken = person(open_desk)
    with open_desk.writing() as (conn, _, _):
        assert consent.give(conn, ken, "email", "no", NOW, on="2026-11-01", evidence="unsubscribed")
        consent.say(conn, ken, "email", "yes", NOW, method="call")
        assert not consent.give(conn, ken, "email", "no", NOW, on="2026-11-01", evidence="unsubscribed")
        assert consent.give(conn, ken, "email", "no", NOW, on="2026-11-20", evidence="unsubscribed")


def test_what_was_only_assumed_is_no_answer(open_desk: Desk) -> None:
    ken = person(open_desk)
    with open_desk.writing() as (conn, _, _):
        consent.say(conn, ken, "email", "no", NOW, basis="assumed")
        assert consent.give(conn, ken, "email", "yes", NOW)
        assert answer(conn, ken)[0] == "yes"


def test_evidence_is_added_to_an_answer_that_had_none(open_desk: Desk) -> None:
    ken = person(open_desk)
    with open_desk.writing() as (conn, _, _):
        assert consent.give(conn, ken, "sms", "yes", NOW)
        assert consent.give(conn, ken, "sms", "yes", NOW, evidence="form 7")
        assert not consent.give(conn, ken, "sms", "yes", NOW, evidence="form 8")
        assert answer(conn, ken, "sms")[:2] == ("yes", "form 7")


statements = st.lists(
    st.tuples(
        st.sampled_from(["yes", "no", "unknown"]), st.sampled_from([None, "2026-01-01", "2026-02-02"]),
        st.sampled_from([None, "form", "unsubscribed"]),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@given(statements)
@settings(max_examples=60, deadline=None)
def test_lists_in_any_order_one_no_wins_and_a_second_time_changes_nothing(said: list[tuple[Any, ...]]) -> None:
    conn = FILE.conn
    with FILE.writing() as (_, _, work):
        ken = contacts.add(conn, Draft(name="Ken"), NOW)
        for each, on, evidence in said:
            consent.give(conn, ken, "email", each, NOW, on=on, evidence=evidence)
        after = answer(conn, ken)
        words = {each for each, _, _ in said}
        assert after[0] == ("no" if "no" in words else "yes" if "yes" in words else "unknown")
        again = [consent.give(conn, ken, "email", each, NOW, on=on, evidence=evidence) for each, on, evidence in said]
        assert not any(again)
        assert answer(conn, ken) == after
        work.dry = True


@pytest.fixture(scope="module", autouse=True)
def one_file(tmp_path_factory: pytest.TempPathFactory) -> Any:
    global FILE
    with desk(tmp_path_factory.mktemp("consent") / "a.db") as FILE:
        yield


FILE: Desk


# -- the command -------------------------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return new_file(tmp_path / "a.db")


def done(path: Path, *words: str) -> str:
    result = run(path, *words)
    assert result.code == 0, result.err
    return result.out


def test_the_words_after_who_are_taken_apart(path: Path) -> None:
    done(path, "add", "Anna Post")
    done(path, "add", "Ken Ito")
    assert done(path, "consent", "anna", "post").startswith("Anna Post\n")
    assert done(path, "consent", "ken", "ito", "e-mail", "y", "said", "no", "problem") == "Ken Ito: email yes\n"
    found = json.loads(done(path, "consent", "ken", "--json"))["consents"][0]
    assert (found["answer"], found["said"]) == ("yes", "said no problem")
    assert run(path, "consent", "ken", "fax", "yes").code == 2
    assert run(path, "consent", "ken", "email", "perhaps").code == 2
    assert run(path, "consent", "ken", "yes").code == 2
    assert run(path, "consent", "ken", "no", "--method", "call").code == 2


def test_no_to_everything_is_off_the_list_and_undone_like_anything(path: Path) -> None:
    done(path, "add", "Ken Ito")
    done(path, "consent", "ken", "no", "called", "and", "said", "so", "--on", "yesterday")
    shown = json.loads(done(path, "show", "ken", "--json"))
    assert (shown["status"], shown["off_list_on"], shown["off_list_why"]) == (
        "off-list", "2026-11-23", "called and said so"
    )  # fmt: skip
    done(path, "undo")
    assert json.loads(done(path, "show", "ken", "--json"))["status"] == "lead"


def test_consent_makes_nobody_of_an_address_book_count(path: Path) -> None:
    conn = sqlite3.connect(path)
    with desk(path) as at, at.writing() as (writing, _, _):
        contact_id = contacts.add(writing, Draft(name="Ken"), NOW, imported=True)
        consent.give(writing, contact_id, "email", "yes", NOW)
    assert conn.execute("SELECT counts FROM standing WHERE contact_id = ?", (contact_id,)).fetchone() == (0,)


def test_a_channel_is_refused_in_words(open_desk: Desk) -> None:
    with pytest.raises(Refused, match="no channel 'fax'; there are: email, phone, sms, post"):
        consent.checked("fax")


# -- silence -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def silent(path: Path) -> Path:
    """Somebody off the list for whom every queue would have a line, and somebody with whom all is well."""
    for name, mail, phone in (("Tom Reed", "tom@reed.example", "202-555-0111"),
                              ("Ken Ito", "ken@ito.example", "202-555-0133")):  # fmt: skip
        first = name.split()[0].lower()
        done(
            path, "add", *name.split(), mail, phone, "--birthday", "25 nov", "--next", "yesterday", "--address", "Oak 5"
        )
        done(path, "follow", first, "today", "call", "--at", "10:00")
        done(path, "follow", first, "fri", "call")
        done(path, "qualify", first, "--money", "yes", "--authority", "yes", "--target-market", "yes")
        done(path, "deal", "add", first, "parked", "hours")
        done(path, "park", first, "+1d", "busy")
        done(path, "deal", "add", first, "some", "roof")
        done(path, "consent", first, "email", "yes")
        done(path, "sale", first, "60", "one hour")
    with desk(path) as at:
        at.conn.execute("UPDATE stage_entries SET entered_on = '2026-01-01'")
        at.conn.execute("UPDATE deals SET parked_until = '2026-11-23' WHERE parked_until IS NOT NULL")
    done(path, "consent", "tom", "no")
    return path


QUEUES = [
    ["today", "--days", "30", "--all"], ["today", "--days", "30", "--all", "--json"], ["week"], ["digest"],
    ["digest", "--json"], ["pipeline"], ["pipeline", "--json"], ["list"], ["list", "--json"], ["list", "--may", "email"],
    ["list", "--no-next"], ["list", "--quiet-for", "0"], ["list", "--tag", "x"], ["funnel"],
    *(["export", "--for", channel] for channel in consent.CHANNELS),
]  # fmt: skip


@pytest.mark.parametrize("words", QUEUES, ids=" ".join)
def test_nothing_names_who_is_off_the_list(silent: Path, words: list[str]) -> None:
    said = done(silent, *words)
    assert "Tom" not in said
    assert "tom@reed" not in said
    assert "202-555-0111" not in said
    if words[0] in ("today", "digest") or "--for" in words:
        assert "Ken" in said  # the same line of somebody else is there


@pytest.mark.parametrize("kind", ["overdue", "due", "ahead", "birthday", "parked"])
def test_each_kind_of_line_would_have_been_there(silent: Path, kind: str) -> None:
    done(silent, "edit", "tom", "--on-list")
    lines = json.loads(done(silent, "today", "--days", "30", "--all", "--json"))
    assert {"Tom Reed", "Ken Ito"} <= {line["contact"] for line in lines if line["kind"] == kind}


def test_idle_views_leave_them_out(silent: Path) -> None:
    """With nothing promised, a deal would be stuck, and a prospect without a next step."""
    with desk(silent) as at:
        with at.writing() as (conn, _, _):
            conn.execute("UPDATE follow_ups SET state = 'dropped', closed_at = 'x', closed_on = '2026-11-01'")
            conn.execute("UPDATE deals SET parked_until = NULL, parked_why = NULL")
        found = {row[0] for row in at.conn.execute("SELECT contact_id FROM idle_deals")}
        assert found == {2}
    assert {line["contact"] for line in json.loads(done(silent, "today", "--json"))} == {"Ken Ito"}


def test_what_is_promised_to_them_is_not_shown_as_due(silent: Path) -> None:
    assert "NEXT  silent: off the list (3 promised before)\n" in done(silent, "show", "tom")
    assert json.loads(done(silent, "show", "tom", "--json"))["next_on"] is None
    (row,) = json.loads(done(silent, "list", "--status", "off-list", "--json"))
    assert row["next_on"] is None
    assert "Still due" not in done(silent, "log", "call", "tom", "wrong", "number")
    assert "will not come up" in run(silent, "follow", "tom", "fri", "again").err


def test_a_sale_to_them_counts_in_the_week_and_they_are_not_named(silent: Path) -> None:
    found = json.loads(done(silent, "week", "--json"))
    assert found["won"] == 2
    assert {row["contact"] for row in found["won_deals"]} == {None, "Ken Ito"}
    assert "somebody off the list (one hour)" in done(silent, "week")


# -- mailing -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(path: Path) -> Path:
    people: list[tuple[str, list[str], list[str]]] = [
        ("Yes", ["y@a.example"], ["email", "yes"]),
        ("No", ["n@a.example"], ["email", "no"]),
        ("Unknown", ["u@a.example"], []),
        ("Assumed", ["as@a.example"], ["email", "yes", "--basis", "assumed"]),
        ("Bare", [], ["email", "yes"]),
        ("Off", ["o@a.example"], ["no"]),
    ]
    for name, points, said in people:
        done(path, "add", name, *points, "--tag", "all")
        if said:
            done(path, "consent", name, *said)
    done(path, "sale", "walk-in", "20")
    return path


def names(text: str) -> list[str]:
    return [row["name"] for row in csv.DictReader(io.StringIO(text))]


def test_who_may_be_mailed_said_yes(many: Path) -> None:
    found = json.loads(done(many, "list", "--may", "email", "--json"))
    assert {row["name"] for row in found} == {"Yes", "Bare"}
    assert done(many, "list", "--may", "mail", "--status", "off-list", "-f", "ids") == ""
    assert run(many, "list", "--may", "fax").code == 2


@pytest.mark.parametrize("filters", [[], ["--tag", "all"]])
def test_a_mailing_leaves_out_who_may_not_or_cannot_be_mailed_and_says_so(many: Path, filters: list[str]) -> None:
    result = run(many, "export", "--for", "email", *filters)
    assert names(result.out) == ["Yes", "Unknown", "Assumed"]
    assert result.err == "Left out 3: 1 off the list, 1 said no, 1 without an e-mail\n"


def test_a_mailing_to_those_who_said_yes(many: Path) -> None:
    result = run(many, "export", "--for", "email", "--may", "email")
    assert names(result.out) == ["Yes"]
    assert result.err == "Left out 1: 1 without an e-mail\n"


def test_a_fax_is_neither_called_nor_sent_a_text(path: Path) -> None:
    done(path, "add", "Ann", "--phone", "fax:202-555-0101")
    done(path, "add", "Bea", "--phone", "home fax:202-555-0102", "--phone", "202-555-0103")
    for channel in ("phone", "sms"):
        assert names(run(path, "export", "--for", channel).out) == ["Bea"]
    assert run(path, "export", "--for", "post").err == "Left out 2: 2 without an address\n"
    assert run(path, "export", "--for", "fax").code == 2


def test_the_whole_file_has_what_was_said(path: Path, tmp_path: Path) -> None:
    done(path, "add", "Ken Ito", "ken@ito.example")
    done(path, "consent", "ken", "email", "yes", "form", "7")
    done(path, "consent", "ken", "email", "no")
    done(path, "export", "--as", "json", "-o", str(tmp_path / "all.json"))
    other = new_file(tmp_path / "b.db")
    done(other, "import", str(tmp_path / "all.json"))
    with desk(other) as at:
        row = one(at.conn, "SELECT count(*) AS many FROM answers")
        assert row is not None
        assert row["many"] == 2
        assert answer(at.conn, 1)[0] == "no"


def test_what_was_assumed_does_not_become_what_was_said_by_way_of_a_spreadsheet(path: Path, tmp_path: Path) -> None:
    done(path, "add", "Ken Ito", "ken@ito.example")
    done(path, "consent", "ken", "email", "yes", "--basis", "assumed")
    done(path, "consent", "ken", "phone", "no")
    done(path, "export", "-o", str(tmp_path / "all.csv"))
    other = new_file(tmp_path / "b.db")
    done(other, "import", str(tmp_path / "all.csv"))
    with desk(other) as at:
        assert answer(at.conn, 1, "email")[0] == "unknown"
        assert answer(at.conn, 1, "phone")[0] == "no"


def test_a_no_in_a_whole_export_counts_for_who_is_known_and_a_yes_does_not(path: Path, tmp_path: Path) -> None:
    done(path, "add", "Ken Ito", "ken@ito.example")
    done(path, "consent", "ken", "email", "no", "by letter")
    done(path, "consent", "ken", "phone", "yes")
    done(path, "export", "--as", "json", "-o", str(tmp_path / "all.json"))
    other = new_file(tmp_path / "b.db")
    done(other, "add", "Ken Ito", "ken@ito.example")
    done(other, "consent", "ken", "email", "yes")
    done(other, "consent", "ken", "phone", "no")
    done(other, "import", str(tmp_path / "all.json"))
    with desk(other) as at:
        assert answer(at.conn, 1, "email")[:2] == ("no", "by letter")
        assert answer(at.conn, 1, "phone")[0] == "no"
    assert json.loads(run(other, "import", str(tmp_path / "all.json"), "--json").out)["updated"] == 0
