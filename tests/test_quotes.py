"""Inquiries and quotes: money exact to the last unit, what was sent never altered, and a paper that is safe to print."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import Desk, desk, differences, dump, faults, later, moment, new_file, run
from salesflow.errors import NotFound, Refused, SalesflowError
from salesflow.exporters import document_page
from salesflow.records import change, deals, document_lines, documents, inquiries, papers
from salesflow.records import settings as kept_settings
from salesflow.records.document_lines import Line

PLACE = kept_settings.Settings()


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "a.db") as found:
        found.call("add", ["Ana"])
        yield found


def quoted(at: Desk, *items: str, **options: Any) -> str:
    """The key of a new draft for Ana."""
    at.call("quote add", ["ana"], item=list(items), **options)
    return f"Q{at.conn.execute('SELECT max(number) FROM documents').fetchone()[0]}"


def quote(at: Desk, key: str) -> Any:
    return documents.get(at.conn, "quote", key)


# -- money -------------------------------------------------------------------------------------------------------------


def half_up(exact: Fraction) -> int:
    return int((exact + Fraction(1, 2)).__floor__())


LINES = st.lists(
    st.builds(
        Line, st.just("x"), st.integers(1, 10**7), st.integers(0, 10**8),
        st.sampled_from((0, 0, 500, 700, 775, 1900, 2000, 10000)),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@given(LINES)
def test_totals_are_those_of_exact_fractions(lines: list[Line]):
    found = document_lines.totals(lines)
    nets = [half_up(Fraction(line.quantity, 1000) * (line.price or 0)) for line in lines]
    assert list(found.nets) == nets
    taxes = {}
    for line, net in zip(lines, nets, strict=True):
        if line.tax_bp:
            taxes[line.tax_bp] = taxes.get(line.tax_bp, 0) + net
    assert {rate.tax_bp: rate.net for rate in found.rates} == taxes
    assert {rate.tax_bp: rate.tax for rate in found.rates} == {
        bp: half_up(Fraction(net) * Fraction(bp, 10000)) for bp, net in taxes.items()
    }
    assert found.total == sum(nets) + sum(rate.tax for rate in found.rates)


@pytest.mark.parametrize(
    ("currency", "item", "total"),
    [
        ("USD", "x x 3 @ 0.10", "0.30"),
        ("USD", "x x 0.5 @ 0.01", "0.01"),  # half a cent is rounded up, once a line
        ("USD", "x x 1.005 @ 1.00", "1.01"),
        ("USD", "x x 3 @ 33.33 tax 7.75%", "107.74"),
        ("JPY", "x x 2.5 @ 333", "833"),
        ("JPY", "x x 3 @ 101 tax 10%", "333"),
        ("KWD", "x x 3 @ 0.105", "0.315"),
        ("KWD", "x x 0.333 @ 0.100 tax 5%", "0.035"),
        ("EUR", "x x 1,5 @ 1.000,10", "1500.15"),
    ],
)
def test_a_quote_is_exact_in_every_currency(currency: str, item: str, total: str, tmp_path: Path):
    path = new_file(tmp_path / "a.db", currency=currency, marks=".," if currency == "EUR" else ",.")
    assert run(path, "add", "Ana").code == 0
    done = run(path, "quote", "add", "ana", item, "--json")
    assert f'"total": "{total}"' in done.out, done


def test_a_tax_is_rounded_once_a_rate_and_not_once_a_line():
    lines = [Line("x", 1000, 3, 1000)] * 5  # 0.3 of a cent each
    assert document_lines.totals(lines).tax == 2
    assert sum(document_lines.totals([line]).tax for line in lines) == 0


def test_a_total_too_large_to_be_kept_is_refused():
    with pytest.raises(Refused, match="too large"):
        document_lines.totals([Line("x", 10**12, 10**11)])


@given(st.integers(1, 10**12), st.sampled_from(".,"))
def test_a_quantity_is_read_back_as_it_is_said(thousandths: int, decimal: str):
    said = document_lines.quantity_text(thousandths, decimal)
    assert document_lines.read_quantity(said, decimal) == thousandths
    whole, _, rest = said.partition(decimal)
    if len(rest) < 3 or len(whole) > 3:  # 1.500 would be thousands where the comma is decimal
        assert document_lines.read_quantity(said, "." if decimal == "," else ",") == thousandths


@pytest.mark.parametrize(
    ("text", "decimal", "found"),
    [("2", ".", 2000), ("2.5", ".", 2500), ("1,5", ".", 1500), ("1,500", ".", 1_500_000), ("1,500", ",", 1500),
     ("1.500", ".", 1500), ("1,234,567", ".", 1_234_567_000), ("0.001", ".", 1)],
)  # fmt: skip
def test_a_quantity_is_read_by_the_marks_of_the_file(text: str, decimal: str, found: int):
    assert document_lines.read_quantity(text, decimal) == found


@pytest.mark.parametrize("text", ["", "0", "0.000", "-1", "1.2345", "1.2.3", "two", "1e3", "٣", "10000000000", "½"])
def test_other_quantities_are_refused(text: str):
    with pytest.raises(Refused, match="no such quantity"):
        document_lines.read_quantity(text)


WORDS = st.lists(st.sampled_from(("rye", "loaf", "10h", "VA", "set-up", "x-ray", "á", "شیر")), min_size=1, max_size=4)


@given(WORDS, st.none() | st.sampled_from(("2", "2.5", "1,5")), st.none() | st.sampled_from(("380", "0.10", "5 EUR")),
       st.none() | st.sampled_from(("20", "7.75")), st.booleans())  # fmt: skip
def test_an_item_is_taken_apart_as_it_was_put_together(
    words: list[str], quantity: str | None, price: str | None, tax: str | None, first: bool
):
    text = " ".join(words)
    count = "" if quantity is None else f"{quantity} x " if first else f" x {quantity}"
    typed = f"{count}{text}" if first else f"{text}{count}"
    typed += "" if price is None else f" @ {price}"
    typed += "" if tax is None else f" tax {tax}%"
    assert document_lines.take_apart(typed) == document_lines.Item(text, quantity, price, tax)


@given(st.text(max_size=60))
def test_any_item_is_read_or_refused(text: str):
    try:
        found = document_lines.take_apart(text)
    except Refused:
        return
    assert found.text.strip()


# -- its life ----------------------------------------------------------------------------------------------------------


def test_through_its_last_day_it_can_be_accepted_and_from_the_next_it_cannot(at: Desk):
    key = quoted(at, "x @ 5", valid_until="2026-12-01")
    at.call("quote sent", key)
    for day, fine in (("2026-11-24", True), ("2026-12-01", True), ("2026-12-02", False), ("2027-12-01", False)):
        at.now = moment(day)
        assert documents.expired(quote(at, key), at.now.day) is not fine
        assert documents.stands(at.conn, quote(at, key), at.now.day).startswith("LEGALLY" if fine else "EXPIRED")
        if fine:
            at.call("quote accepted", [key])
            assert deals.get(at.conn, 1)["outcome"] == "won"
            change.undo(at.conn, at.now)
        else:
            with pytest.raises(Refused, match="Q1 expired 2026-12-01; revise it"):
                at.call("quote accepted", [key])
    # It was accepted in time, and is entered later.
    at.call("quote accepted", [key], on="2026-12-01")
    assert (deals.get(at.conn, 1)["closed_on"], deals.get(at.conn, 1)["amount_minor"]) == ("2026-12-01", 500)


def test_the_version_sent_before_binds_until_the_new_one_is_sent(at: Desk):
    key = quoted(at, "x @ 5 tax 10%")
    at.call("quote sent", key)
    at.call("quote revise", key, price="4")
    assert [row["state"] for row in documents.of_number(at.conn, "quote", 1)] == ["sent", "draft"]
    # What is accepted is what binds; the draft is given up with it.
    at.call("quote accepted", [key])
    assert [row["state"] for row in documents.of_number(at.conn, "quote", 1)] == ["accepted", "withdrawn"]
    assert deals.get(at.conn, 1)["amount_minor"] == 550
    change.undo(at.conn, at.now)
    at.call("quote sent", key)
    assert [row["state"] for row in documents.of_number(at.conn, "quote", 1)] == ["superseded", "sent"]
    at.call("quote accepted", [key])
    assert deals.get(at.conn, 1)["amount_minor"] == 440
    assert documents.successor(at.conn, documents.of_number(at.conn, "quote", 1)[0]) == "Q1/2"


def test_its_promise_goes_with_it(at: Desk):
    key = quoted(at, "x @ 5")
    at.call("quote sent", key)

    def promised() -> list[tuple[str, str]]:
        sql = "SELECT state, due_on FROM follow_ups WHERE document_id IS NOT NULL ORDER BY id"
        return [(row["state"], row["due_on"]) for row in at.conn.execute(sql)]

    assert promised() == [("open", "2026-11-27")]  # three business days after a Tuesday
    at.call("quote revise", key, price="4")
    at.now = later(at.now, 1)
    at.call("quote sent", key)
    assert promised() == [("dropped", "2026-11-27"), ("open", "2026-11-30")]
    at.call("quote declined", [key])
    assert promised()[1][0] == "dropped"


def test_a_number_is_never_given_twice_not_even_after_an_undo(at: Desk):
    assert quoted(at, "x @ 5") == "Q1"
    change.undo(at.conn, at.now)
    assert quoted(at, "x @ 5") == "Q2"
    at.call("quote sent", "Q2")
    at.call("quote revise", "Q2")
    change.undo(at.conn, at.now)
    at.call("quote revise", "Q2")
    assert [row["version"] for row in documents.of_number(at.conn, "quote", 2)] == [1, 3]
    at.call("inquiry add", ["ana", "x"])
    assert documents.get(at.conn, "inquiry", "I1")["number"] == 1  # a series of its own


def test_a_quote_for_somebody_without_a_deal_opens_one_and_with_one_uses_it(at: Desk):
    key = quoted(at, "rye loaf x 2 @ 3")
    assert (quote(at, key)["deal_id"], deals.get(at.conn, 1)["title"]) == (1, "rye loaf")
    at.call("quote add", ["ana"], item=["cake @ 9"])
    assert quote(at, "Q2")["deal_id"] == 1
    at.call("deal add", ["ana", "another"])
    with pytest.raises(NotFound, match="2 open deals"):
        at.call("quote add", ["ana"], item=["cake @ 9"])


def test_accepting_one_supersedes_the_others_of_its_deal_and_of_no_other(at: Desk):
    quoted(at, "x @ 5")
    at.call("quote add", ["D1"], item=["y @ 6"])
    at.call("deal add", ["ana", "another"])
    at.call("quote add", ["D2"], item=["z @ 7"])
    for key in ("Q1", "Q2", "Q3"):
        at.call("quote sent", key)
    at.call("quote accepted", ["Q2"])
    assert [quote(at, key)["state"] for key in ("Q1", "Q2", "Q3")] == ["superseded", "accepted", "sent"]
    assert documents.stands(at.conn, quote(at, "Q1"), at.now.day) == "SUPERSEDED by Q2"


def test_a_quote_outlives_its_deal_and_finds_another(at: Desk):
    for _ in range(2):
        quoted(at, "x @ 5")
    at.call("quote sent", "Q1")
    at.call("deal delete", "D1")
    at.call("quote declined", ["Q1"])
    change.undo(at.conn, at.now)
    at.call("quote accepted", ["Q1"])
    assert (quote(at, "Q1")["deal_id"], deals.get(at.conn, 2)["outcome"]) == (2, "won")
    at.call("deal add", ["ana", "another"])
    at.call("quote sent", "Q2")
    assert quote(at, "Q2")["deal_id"] == 3
    assert faults(at.conn) == []


def test_what_is_free_has_no_amount(at: Desk):
    quoted(at, "a taste @ free")
    at.call("quote sent", "Q1")
    at.call("quote accepted", ["Q1"])
    assert (deals.get(at.conn, 1)["amount_minor"], deals.get(at.conn, 1)["outcome"]) == (None, "won")


def test_what_it_costs_is_no_offer_but_a_quote_is(at: Desk):
    def warned() -> list[str]:
        return [row["kind"] for row in at.conn.execute("SELECT kind FROM exceptions ORDER BY id")]

    at.call("deal add", ["ana", "hours"], process="seven-step")
    before = warned()
    at.call("inquiry add", ["ana", "hours"], deal="D1")
    at.call("inquiry answer", "I1", price="400")
    assert warned() == before
    at.call("quote add", ["D1"], item=["hours @ 400"])
    assert warned() == [*before, "offer"]
    at.call("quote sent", "Q1")
    assert warned() == [*before, "offer"]  # said once a deal


def test_an_inquiry_is_open_until_every_question_is_answered(at: Desk):
    at.call("inquiry add", ["ana", "hours"], asks="price,delivery", own=["where?"])
    for answer, state in (
        ({"price": "400"}, "open"),
        ({"delivery": "soon"}, "open"),
        ({"other": ["here"]}, "answered"),
    ):
        at.call("inquiry answer", "I1", **answer)
        assert documents.get(at.conn, "inquiry", "I1")["state"] == state
    at.call("inquiry edit", "I1", asks="availability")
    assert documents.get(at.conn, "inquiry", "I1")["state"] == "open"
    at.call("inquiry edit", "I1", drop="availability")
    assert documents.get(at.conn, "inquiry", "I1")["state"] == "answered"
    shown = inquiries.shown(at.conn, documents.get(at.conn, "inquiry", "I1"), at.now.day)
    assert shown.view is not None
    assert "binding" not in str(shown.view()).lower()


def test_a_quote_from_an_inquiry_answers_what_it_says(at: Desk):
    at.call("inquiry add", ["ana", "hours"], asks="price,availability,delivery")
    at.call("quote add", [], source="I1", price="40", delivery="in May")
    assert inquiries.unanswered(at.conn, 1) == ["price", "availability", "delivery"]  # a draft has told them nothing
    at.call("quote sent", "Q1")
    assert inquiries.unanswered(at.conn, 1) == ["availability"]
    assert documents.get(at.conn, "inquiry", "I1")["deal_id"] == 1


def test_papers_of_a_card_are_those_still_open(at: Desk):
    quoted(at, "x @ 5")
    at.call("inquiry add", ["ana", "hours"])

    def card() -> list[str]:
        found = papers.of_contact(at.conn, 1, at.now.day, PLACE)
        return [line.split()[0] for line in papers.told(found, ",.")]

    assert card() == ["I1", "Q1"]
    at.call("quote sent", "Q1")
    at.call("lose", ["D1", "price"])
    assert card() == ["I1"]
    at.call("inquiry close", ["I1"])
    assert card() == []


# -- any history of steps ----------------------------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from((
            "add", "sent", "revise", "item", "price", "drop", "until", "accepted", "declined", "withdraw", "ask",
            "answer", "close", "from", "day", "deal", "win", "lose", "undo", "sent", "price", "revise",
        )),
        st.integers(0, 3), st.integers(1, 40),
    ),
    min_size=8, max_size=40,
)  # fmt: skip


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("seed") / "a.db"
    with desk(path) as found:
        found.call("add", ["Ana"])
    return path


def give(at: Desk, step: str, which: int, number: int) -> None:
    """One step of a life, as a command; some cannot be done, and must change nothing."""
    quote_key, asked, deal = (
        f"{letter}{numbers[which % len(numbers)] if numbers else 1}"
        for letter, sql in (
            ("Q", "SELECT DISTINCT number FROM documents WHERE kind = 'quote' ORDER BY number DESC"),
            ("I", "SELECT number FROM documents WHERE kind = 'inquiry' ORDER BY number DESC"),
            ("D", "SELECT id FROM deals WHERE outcome = 'open' ORDER BY id DESC"),
        )
        for numbers in ([row[0] for row in at.conn.execute(sql)],)
    )
    if step == "day":
        at.now = later(at.now, number)
    elif step == "undo":
        change.undo(at.conn, at.now)
    elif step == "add":
        at.call(
            "quote add",
            [deal] if which else ["ana"],
            item=[f"x x {number} @ 0.{number:02}", "y @ 3 tax 20%"][: 1 + number % 2],
        )
    elif step == "from":
        at.call("quote add", [], source=asked, price=str(number))
    elif step == "item":
        at.call("quote edit", quote_key, item=[f"z{number} @ {number}"])
    elif step == "price":
        at.call("quote edit", quote_key, line=1, price=str(number))
    elif step == "drop":
        at.call("quote edit", quote_key, drop=[1])
    elif step == "until":
        at.call("quote edit", quote_key, valid_until=f"+{number}d")
    elif step == "sent":
        at.call("quote sent", quote_key)
    elif step == "revise":
        at.call("quote revise", quote_key, line=1, price=str(number))
    elif step in ("accepted", "declined"):
        at.call(f"quote {step}", [quote_key])
    elif step == "withdraw":
        at.call("quote withdraw", quote_key)
    elif step == "ask":
        at.call("inquiry add", ["ana", f"x x {number}"], asks="price,delivery")
    elif step == "answer":
        at.call("inquiry answer", asked, price=str(number) if number % 2 else None, delivery="soon")
    elif step == "close":
        at.call("inquiry close", [asked])
    elif step == "deal":
        at.call("deal add", ["ana", f"deal {number}"])
    else:
        at.call(step, [deal, "price"])


WORD = ("contact_id", "from_id", "kind", "number", "version", "currency", "valid_until", "delivery",
        "terms", "note", "made_at", "made_on", "sent_on")  # fmt: skip


def bound(at: Desk) -> dict[str, tuple[object, ...]]:
    """What every version says that was ever sent: its words and its lines, by key."""
    found = {}
    for row in at.conn.execute("SELECT * FROM documents WHERE kind = 'quote' AND sent_on IS NOT NULL"):
        lines = at.conn.execute("SELECT * FROM document_lines WHERE document_id = ? ORDER BY id", (row["id"],))
        found[f"Q{row['number']}/{row['version']}"] = (*(row[word] for word in WORD), *map(tuple, lines))
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_is_done_what_was_sent_never_changes(
    seed: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
):
    path = tmp_path_factory.mktemp("life") / "a.db"
    shutil.copy(seed, path)
    given_out: set[tuple[str, int, int]] = set()
    said: dict[str, tuple[object, ...]] = {}
    with desk(path) as at:
        for step, which, number in steps:
            before = dump(at.conn)
            there = {tuple(row) for row in at.conn.execute("SELECT kind, number, version FROM documents")}
            try:
                give(at, step, which, number)
            except SalesflowError:
                assert differences(before, dump(at.conn)) == []
                continue
            now = {tuple(row) for row in at.conn.execute("SELECT kind, number, version FROM documents")}
            if step == "undo":
                said = {key: words for key, words in said.items() if key in bound(at)}
            else:
                assert not (now - there) & given_out, "a number was given twice"
                given_out |= now
                after = dump(at.conn)
                if differences(before, after):
                    change.undo(at.conn, at.now)
                    assert differences(before, dump(at.conn)) == []
                    change.redo(at.conn, at.now)
                    assert differences(after, dump(at.conn)) == []
            found = bound(at)
            for key, words in said.items():
                assert found[key] == words, f"{key} was altered"
            said |= found
            binding = at.conn.execute(
                "SELECT number FROM documents WHERE kind = 'quote' AND state = 'sent' GROUP BY number HAVING count(*) > 1"
            ).fetchall()
            assert not binding, "two versions of one number bind"
        assert faults(at.conn) == []


# -- the paper ---------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def printed(at: Desk, key: str, form: str = "html", **place: Any) -> str:
    settings = kept_settings.read(at.conn)._replace(**place)
    return document_page.page(at.conn, quote(at, key), form, at.now.day, settings)


BASE = {"html", "head", "meta", "title", "style", "body", "main", "header", "div", "h1", "section", "strong", "dl", "dt",
        "dd", "table", "thead", "tr", "th", "tbody", "td", "tfoot", "footer", "p", "b", "bdi", "ul", "li"}  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)
    | st.sampled_from(
        ('"><script>alert(1)</script>', "{{ 7 * 7 }}", "</style><img src=x onerror=y>", "\u202efdp", "a\rb")
    )
)
def test_no_text_of_a_customer_becomes_markup(seed: Path, tmp_path_factory: pytest.TempPathFactory, text: str):
    path = tmp_path_factory.mktemp("page") / "a.db"
    shutil.copy(seed, path)
    with desk(path) as at:
        at.call("quote add", ["ana"], item=["x @ 5"], note=text, terms=text, delivery=text)
        made = printed(at, "Q1", business=f"Me\n{text}")
        page = Page(made)
        assert {tag for tag, _ in page.tags} <= BASE
        for _, attributes in page.tags:
            assert not {"src", "href", "onerror", "onload", "style"} & attributes.keys()
        assert "{{ 7" in made or "7 * 7" not in text  # never run as a template
        said = printed(at, "Q1", "text", business=f"Me\n{text}")
        assert not {char for char in said if char != "\n" and ord(char) < 32}
        assert "\u202e" not in said + made


def test_the_page_reaches_nothing_outside_itself_and_runs_nothing(at: Desk):
    key = quoted(at, "x x 2 @ 5 tax 20%", "y @ free", delivery="soon", terms="net")
    for step in (None, "quote sent"):
        if step:
            at.call(step, key)
        page = printed(at, key)
        assert "http" not in page.replace("http-equiv", "")
        assert "url(" not in page
        assert "@import" not in page
        assert "<script" not in page
    words = " ".join(Page(page).words)
    for said in (
        "LEGALLY BINDING until Thu 24 Dec 2026",
        "legally binding offer",
        "10.00",
        "12.00",
        "20%",
        "soon",
        "net",
    ):
        assert said in words
    assert "size: letter" in page
    assert "size: A4" in printed(at, key, country="DE")


@pytest.mark.parametrize("form", ["text", "html"])
def test_the_word_stands_on_the_paper_whatever_became_of_it(form: str, at: Desk):
    def stands(key: str) -> bool:
        return documents.stands(at.conn, quote(at, key), at.now.day) in printed(at, key, form)

    key = quoted(at, "x @ 5")
    assert stands(key)
    assert "binds nobody" in printed(at, key, form)
    at.call("quote sent", key)
    assert stands(key)
    at.call("quote revise", key, price="4")
    at.call("quote sent", key)
    assert stands("Q1/1")
    assert "SUPERSEDED by Q1/2" in printed(at, "Q1/1", form)
    at.now = later(at.now, 40)
    assert stands("Q1/2")
    assert "EXPIRED" in printed(at, "Q1/2", form)
    assert "legally binding" not in printed(at, "Q1/2", form)


def test_columns_of_the_text_stand_under_each_other_in_every_script(at: Desk):
    from salesflow.width import width

    quoted(at, "山田の本 x 2 @ 5", "کتاب x 12.5 @ 1,000.50 tax 7.75%", "x @ 5")
    lines = [line for line in printed(at, "Q1", "text").split("\n") if line.rstrip().endswith("00") or ".25" in line]
    assert len({width(line.rstrip()) for line in lines if line.startswith("  ")}) == 1


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80) | st.lists(st.sampled_from((
    "{{ ", " }}", "{% ", " %}", "for ", "x ", "in ", "items", "total", "endfor", "if ", "macro m() ", "endmacro", "m()",
    "|", "wrapped(", "3)", "'a'", " * 9", "-", "range(", "99", ")", "\n", "{#", "#}", "include 'x'", "self", ".a", "set ",
)), max_size=14).map("".join), st.sampled_from(("text", "html")))  # fmt: skip
def test_any_template_is_fine_or_refused_in_one_line(text: str, form: str):
    try:
        document_page.check(text, form)
    except Refused as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize("form", ["text", "html"])
def test_the_templates_that_come_along_are_fine_and_say_every_variable(form: str):
    source = document_page.built_in(form)
    document_page.check(source, form)
    page = (Path(__file__).parents[1] / "docs" / "quotes.md").read_text(encoding="utf-8")
    for name in document_page.EXAMPLE:
        assert f"`{name}`" in page, f"docs/quotes.md does not explain {name}"


def test_what_a_template_is_given_is_what_it_is_checked_with(at: Desk):
    quoted(at, "x @ 5 tax 20%")
    found = document_page.known(at.conn, quote(at, "Q1"), at.now.day, PLACE)
    assert found.keys() == document_page.EXAMPLE.keys()
    for name in ("seller", "customer"):
        assert found[name].keys() == document_page.EXAMPLE[name].keys()
    for name in ("items", "taxes"):
        assert found[name][0].keys() == document_page.EXAMPLE[name][0].keys()


def test_a_template_that_fails_only_now_and_then_fails_in_one_line(at: Desk):
    at.call("quote add", ["ana"], item=["x @ 5"])
    text = "{% if items[0].text == 'x' %}{{ nothing }}{% endif %}"
    document_page.check(text, "text")
    document_page.keep(at.conn, "text", text)
    with pytest.raises(Refused, match="line 1: 'nothing' is undefined"):
        printed(at, "Q1", "text")


def test_days_of_a_quote_in_words():
    assert document_page.day("2026-11-04") == "4 November 2026"
    assert document_page.day(None) == ""
