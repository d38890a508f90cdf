"""The journal: any command, and any history of commands, can be taken back and brought again, exactly."""

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer

from builders import Desk, desk, differences, dump, faults, later, new_file, run
from salesflow.errors import NotFound, Refused, SalesflowError
from salesflow.records import change
from salesflow.store import reversal

# -- histories of commands ---------------------------------------------------------------------------------------------


class Command(NamedTuple):
    """One command, ready to be given again: its name, its words, its options, and the time before it."""

    name: str
    words: tuple[Any, ...]
    options: dict[str, Any]
    days: int
    minutes: int

    def __repr__(self) -> str:
        return f"+{self.days}d {self.minutes}min {self.name} {self.words} {self.options}"


NAMES = ("Ken Ito", "Ana B", "Rita Moss", "山田 花子", "فرشته احمدی", "Łukasz Żak", "Ken Itoh", "Blue Salon")
TAGS = ("bakery", "fair", "Fair", "VIP")
PHONES = ("202-555-0133", "+44 20 7946 0018", "work:+1 202 555 0148", "+49 30 901820")
MAILS = ("ken@ito.example", "Ana@B.example", "home:rita@moss.example", "a.b@c.example")
DAYS = ("fri", "+3d", "2w", "eom", "12 dec", "tomorrow", "2026-11-20")
EVERY = (None, None, None, "week", "month", "year", "FREQ=WEEKLY;COUNT=2", "2 days")
TEXTS = ("call: which hours?", "send the list", "email price list", "", "worried about August", "Ünïcode «ß»")
QUESTIONS = ("money", "authority", "target-market", "interest", "need", "area")
STAGES = ("Prospecting", "Qualifying", "Sales phase", "Tasting", "Order", "keep:Repeat", "find:Walk-by")
AMOUNTS = ("400", "12.50", "1,200.50", "99 EUR")


class Maker:
    """Makes commands that mostly can be done, looking at what there is; some cannot, and must change nothing."""

    def __init__(self, seed: int, desk: Desk, blind: bool = False) -> None:
        self.dice, self.desk, self.blind, self.given = random.Random(seed), desk, blind, 0
        self.folder = Path(desk.conn.execute("PRAGMA database_list").fetchone()["file"]).parent

    def pick(self, *choices: Any) -> Any:
        return self.dice.choice(choices)

    def ids(self, sql: str) -> list[int]:
        return [row[0] for row in self.desk.conn.execute(sql)]

    def person(self) -> str:
        found = self.ids("SELECT id FROM contacts")
        if not found or (not self.blind and self.dice.random() < 0.1):
            return self.pick(*NAMES, "ken", "nobody at all", "202 555 0133", "999")
        return str(self.pick(*found))

    def key(self, letter: str, sql: str) -> str:
        found = self.ids(sql)
        return f"{letter}{self.pick(*found) if found else 1}"

    def maybe(self, *choices: Any) -> Any:
        return self.pick(*choices) if self.dice.random() < 0.4 else None

    def step(self) -> dict[str, Any]:
        return {"next": self.maybe(*DAYS), "todo": self.maybe(*TEXTS[:4])}

    def open_deal(self) -> str:
        return self.key("D", "SELECT id FROM deals WHERE outcome = 'open'")

    def any_deal(self) -> str:
        return self.key("D", "SELECT id FROM deals")

    def promise(self) -> str:
        return self.key("F", "SELECT id FROM follow_ups WHERE state = 'open'")

    def own_process(self) -> str:
        return self.pick("mine", "other", "three-step")

    def command(self) -> Command:
        name, words, options = self.pick(*self.makers())()
        days, minutes = (0, 0) if self.blind else (self.pick(0, 0, 0, 0, 1, 3, -2), self.pick(0, 5, 90))
        return Command(name, words, options, days, minutes)

    def makers(self) -> list[Callable[[], Any]]:
        """What there is something to do for."""
        some = {
            table: bool(self.ids(f"SELECT id FROM {table} LIMIT 1"))
            for table in ("contacts", "points", "deals WHERE outcome = 'open'", "deals WHERE outcome <> 'open'",
                          "follow_ups WHERE state = 'open'")
        }  # fmt: skip
        people, points, open_deals, closed_deals, promises = some.values()
        makers = [self.add]
        if people:
            makers += [self.edit, self.log, self.follow, self.note]
        if promises:
            makers += [self.snooze, self.done, self.done]
        if self.blind:
            return makers
        makers += [self.question, self.process, self.config, self.import_people, self.import_deals]
        makers += [] if people else [self.add] * 6
        if people:
            makers += [self.qualify, self.qualify, self.qualify, self.deal, self.deal, self.sale, self.delete]
            makers += [self.merge, self.sell, self.sell, self.ask, self.ask]
        if points:
            makers += [self.drop]
        if open_deals:
            makers += [self.move, self.move, self.close, self.park, self.edit_deal, self.task]
        if closed_deals:
            makers += [self.reopen, self.edit_deal]
        if promises:
            makers += [self.edit_promise]
        if self.ids("SELECT id FROM follow_ups WHERE state = 'open' AND appointment IS NOT NULL"):
            makers += [self.appointment, self.appointment]
        if self.ids("SELECT id FROM tags LIMIT 1"):
            makers += [self.round]
        if self.ids("SELECT id FROM follow_ups WHERE state = 'open' AND kind = 'visit' AND appointment IS NULL"):
            makers += [self.tick]
        return makers

    def add(self) -> Any:
        words = self.pick(*NAMES).split() + self.pick([], [self.pick(*PHONES[:2])], [self.pick(*MAILS[:2])])
        options = {
            "company": self.maybe("Blue Salon", "Ito Ltd"), "tag": self.maybe([TAGS[0]], list(TAGS[:2])),
            "note": self.maybe(*TEXTS), "rating": self.maybe(1, 5), "priority": self.maybe("A", "b"),
            "birthday": self.maybe("17 march", "1980-02-29"), "source": self.maybe("fair", "web"), **self.step(),
        }  # fmt: skip
        if not self.blind:
            options["referred_by"] = self.maybe(self.person())
        return "add", (words,), options

    def edit(self) -> Any:
        options = {
            "name": self.maybe(*NAMES), "company": self.maybe("", "Ito Ltd"), "phone": self.maybe([self.pick(*PHONES)]),
            "email": self.maybe([self.pick(*MAILS)]), "tag": self.maybe([self.pick(*TAGS)]), "rating": self.maybe(2, 3),
            "note": self.maybe("", *TEXTS), "birthday": self.maybe("", "1 jan 1990"), "alarm": self.maybe(3),
        }  # fmt: skip
        if not self.blind:
            options |= {"off_list": self.maybe("asked us"), "referred_by": self.maybe(self.person())}
            options["on_list"] = self.dice.random() < 0.2
        if self.blind:  # what is so already would be decided on, not only written
            self.given += 1
            options = {name: f"{name} {self.given}" for name in self.dice.sample(("name", "company", "note"), 2)}
            options["tag"] = self.maybe([f"tag {self.given}"])
        return "edit", ([self.person()],), options

    def drop(self) -> Any:
        """Points and tags taken away, some given again at once."""
        person = self.person()
        values = [
            row[0] for row in self.desk.conn.execute(
                "SELECT value FROM points WHERE contact_id = :id UNION SELECT tag FROM tags WHERE contact_id = :id",
                {"id": int(person) if person.isdigit() else 1},
            )
        ] or ["nothing"]  # fmt: skip
        dropped = self.dice.sample(values, self.dice.randint(1, len(values)))
        return "edit", ([person],), {"drop": dropped, "tag": self.maybe([TAGS[0]]), "phone": self.maybe([PHONES[0]])}

    def edit_promise(self) -> Any:
        options = {
            "text": self.maybe(*TEXTS), "due": self.maybe(*DAYS), "at": self.maybe("9:30", ""),
            "every": self.maybe("month", "", "week"), "kind": self.maybe("call", "visit"),
        }  # fmt: skip
        return "edit", ([self.promise()],), options

    def delete(self) -> Any:
        if self.dice.random() < 0.4:
            return "delete", ([self.person()],), {}
        letter, table = self.pick(("F", "follow_ups"), ("A", "activities"), ("D", "deals"))
        return "delete", ([self.key(letter, f"SELECT id FROM {table}")],), {}

    def merge(self) -> Any:
        return "merge", ([self.person(), "--into", self.person()],), {}

    def sell(self) -> Any:
        other = self.person()
        return (
            "sell",
            (int(self.pick(*self.ids("SELECT id FROM contacts"))), int(other) if other.isdigit() else None),
            {},
        )

    def ask(self) -> Any:
        words = [self.person(), self.pick(*DAYS), *self.pick(*TEXTS).split()]
        return "appointment ask", (words,), {"at": self.pick("9:30", "14:00", None), "place": self.maybe("Elm St 4")}

    def appointment(self) -> Any:
        key = self.key("F", "SELECT id FROM follow_ups WHERE state = 'open' AND appointment IS NOT NULL")
        verb = self.pick("confirm", "held", "missed", "cancel", "snooze")
        if verb == "snooze":
            return "snooze", ([key, self.pick(*DAYS)],), {}
        options = {"missed": {"by": self.pick("me", "them"), "next": self.maybe(*DAYS)}, "held": self.step()}
        return f"appointment {verb}", ([key],), options.get(verb, {})

    def round(self) -> Any:
        return self.pick("visits plan", "visits next"), ([self.pick(*TAGS[:2]), self.pick(*DAYS)],), {}

    def tick(self) -> Any:
        open_visits = "SELECT id FROM follow_ups WHERE state = 'open' AND kind = 'visit' AND appointment IS NULL"
        word = self.pick("not-in", "no", "come-back", "lead", "sold")
        return "visits tick", ([self.key("F", open_visits), word],), {"keep": self.maybe(False), **self.step()}

    def log(self) -> Any:
        words = [self.pick("call", "email", "visit", "met"), self.person(), *self.pick(*TEXTS).split()]
        options = {"incoming": self.pick(True, False), "minutes": self.maybe(12), "outcome": self.maybe("no answer")}
        return "log", (words,), {**options, "on": self.maybe("yesterday"), **self.step()}

    def note(self) -> Any:
        return "note", ([self.person(), *self.pick(*TEXTS).split()],), self.step()

    def follow(self) -> Any:
        words = [self.person(), self.pick(*DAYS), *self.pick(*TEXTS).split()]
        options = {"at": self.maybe("09:30", "14:00"), "kind": self.maybe("call", "visit")}
        if not self.blind:
            options |= {"every": self.pick(*EVERY), "deal": self.maybe(self.open_deal())}
        return "follow", (words,), options

    def done(self) -> Any:
        if self.blind or self.dice.random() < 0.7:
            words = [self.promise()]
        else:
            words = self.pick([self.person()], [self.open_deal()], ["P1"], ["B1"], [self.promise(), self.promise()])
        options = {"no_answer": self.dice.random() < 0.2, "minutes": self.maybe(5), **self.step()}
        return "done", ([*words, *self.pick(*TEXTS).split()],), options

    def snooze(self) -> Any:
        words = (
            [self.promise()] if self.blind else self.pick([self.promise()], [self.person()], [self.open_deal()], ["P1"])
        )
        return "snooze", ([*words, self.pick(*DAYS)],), {}

    def qualify(self) -> Any:
        words = [self.person()]
        asked = [row[0] for row in self.desk.conn.execute("SELECT name FROM questions WHERE dropped_on IS NULL")]
        names = asked if asked and self.dice.random() < 0.9 else QUESTIONS
        for name in self.dice.sample(names, self.dice.randint(1, len(names))):
            words += [f"--{name}", self.pick("yes", "yes", "yes", "no", "unknown")]
        options = {"method": self.maybe("call"), "said": self.maybe("we spend 500"), "on": self.maybe("yesterday")}
        return "qualify", (words,), {**options, **self.step()}

    def question(self) -> Any:
        name = self.pick(*QUESTIONS)
        verb = self.pick("add", "edit", "drop", "drop")
        if verb == "add":
            return "question add", (name, ["Do", "they?"]), {"needed": self.maybe(True, False)}
        if verb == "drop":
            return "question drop", (name,), {}
        options = {"ask": self.maybe("Really?"), "needed": self.maybe(True, False), "place": self.maybe(1, 2, 9)}
        return "question edit", (name,), options

    def deal(self) -> Any:
        options = {
            "amount": self.maybe(*AMOUNTS), "process": self.maybe("mine", "four-phase", "seven-step"), "stage": self.maybe("1", "order"),
            "on": self.maybe("yesterday"), "because": self.maybe("they asked"), **self.step(),
        }  # fmt: skip
        return "deal add", ([self.person(), "10", "hours"],), options

    def move(self) -> Any:
        words = [
            self.pick(self.open_deal(), self.open_deal(), self.person()),
            *self.pick([], [], ["1"], ["2"], ["sales"]),
        ]
        return "move", (words,), {"on": self.maybe("yesterday"), **self.step()}

    def task(self) -> Any:
        words = [
            self.pick(self.open_deal(), self.any_deal()),
            self.pick("1", "2", "learn", "profile"),
            *self.pick([], ["well"]),
        ]
        return "task done", (words,), {"minutes": self.maybe(12), "on": self.maybe("yesterday"), **self.step()}

    def close(self) -> Any:
        words = [self.pick(self.open_deal(), self.person()), *self.pick(["price"], ["fast", "reply"], [])]
        if self.dice.random() < 0.5:
            return "lose", (words,), self.step()
        return "win", (words,), {"amount": self.maybe(*AMOUNTS), "on": self.maybe("yesterday"), **self.step()}

    def park(self) -> Any:
        return "park", ([self.open_deal(), self.pick(*DAYS), *self.pick(["after", "the", "move"], [])],), {}

    def reopen(self) -> Any:
        return "deal reopen", (self.key("D", "SELECT id FROM deals WHERE outcome <> 'open'"),), {}

    def edit_deal(self) -> Any:
        options = {"title": self.maybe("20 hours"), "amount": self.maybe(*AMOUNTS), "how": self.maybe("trust")}
        return "deal edit", (self.any_deal(),), options

    def sale(self) -> Any:
        words = [self.pick(self.person(), self.person(), "walk-in"), self.pick(*AMOUNTS[:3]), *self.pick([], ["bread"])]
        return "sale", (words,), {"how": self.maybe("trust"), "on": self.maybe("yesterday"), **self.step()}

    def process(self) -> Any:
        verb = self.pick("new", "edit", "edit", "stage", "drop")
        name = self.own_process()
        stages = ",".join(self.dice.sample(STAGES, self.dice.randint(1, 5)))
        if verb == "new":
            return "process new", (name,), {"stages": stages, "default": self.dice.random() < 0.3}
        if verb == "edit":
            return "process edit", (name,), {"stages": stages, "title": self.maybe("My way")}
        if verb == "drop":
            return "process drop", (name,), {}
        options = {"limit": self.maybe(14), "phase": self.maybe("sell"), "rename": self.maybe("Order", "Order now")}
        return (
            "process edit",
            (name,),
            {"stage": self.pick("1", "2", "order"), **options, "probability": self.maybe(40)},
        )

    def file(self, heading: str, rows: list[tuple[str, ...]]) -> str:
        """A CSV of some of the rows, in a file of its own; the path is written into the command."""
        self.given += 1
        path = self.folder / f"{self.given}.csv"
        chosen = self.dice.sample(rows, self.dice.randint(1, len(rows)))
        path.write_text("\n".join([heading, *(",".join(row) for row in chosen)]) + "\n", encoding="utf-8")
        return str(path)

    def import_people(self) -> Any:
        heading = "Name,Phone,E-Mail,Company,Tags,Next,Todo,Birthday,Note"
        rows = [
            (name, self.pick("", "202-555-0133"), mail, self.pick("", "Ito Ltd"), self.pick("", "fair"),
             self.pick("", "2026-12-01"), self.pick("", "call"), self.pick("", "1980-03-17"), self.pick("", "hello"))
            for name, mail in (("Ken Ito", "ken@ito.example"), ("Ana B", ""), ("", "x@y.example"), ("Zoë", "bad mail"))
        ]  # fmt: skip
        options = {
            "tag": self.maybe(["list"]),
            "answer": self.maybe(["money=yes"]),
            "dry_run": self.dice.random() < 0.1,
        }
        return "import", ([self.file(heading, rows)],), {**options, "strict": self.dice.random() < 0.1}

    def import_deals(self) -> Any:
        rows = [
            (f"X{number}", name, "hours", str(number * 100), stage, outcome, "2026-01-05", closed)
            for number, (name, stage, outcome, closed) in enumerate(
                (("Ken Ito", "Offer", "open", ""), ("Ana B", "Offer", "won", "2026-02-01"),
                 ("New Firm", "Talk", "lost", "2026-02-03"), ("Ken Ito", "Talk", self.pick("open", "won"), "2026-03-01")), 1)
        ]  # fmt: skip
        heading = "Deal id,Contact,Title,Amount,Stage,Outcome,Opened,Closed"
        return "import", ([self.file(heading, rows)],), {"as_": "deals", "process": self.pick("theirs", "mine", None)}

    def config(self) -> Any:
        name, value = self.pick(
            ("country", "GB"), ("country", "US"), ("date_order", "dmy"), ("alarm_days", "14"), ("process", "mine"),
            ("process", "three-step"), ("currency", "EUR"), ("marks", ".,"), ("country", "nowhere"),
        )  # fmt: skip
        return "config", (name, [value]), {}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_file(tmp_path_factory.mktemp("template") / "new.db")


def fresh(template: Path, path: Path) -> Path:
    shutil.copyfile(template, path)
    return path


def give(at: Desk, command: Command) -> int | None:
    """The number of the change the command made; None when it changed nothing, refused or not."""
    at.now = later(at.now, command.days, command.minutes)
    try:
        work = at.call(command.name, *command.words, **command.options)
    except typer.Exit:  # some rows of an import were refused
        work = at.work
    except SalesflowError as error:
        assert "\n" not in str(error).split(":\n")[0], error
        return None
    return work.change_id if work is not None and work.changed and not work.dry else None


def note(at: Desk) -> Any:
    found = dump(at.conn)
    assert faults(at.conn) == []
    return found


def history(at: Desk, seed: int, length: int, blind: bool = False) -> Iterator[tuple[int, Any, Command]]:
    """Random commands: for each that changed something its number, what was kept before it, and the command itself."""
    maker = Maker(seed, at, blind)
    before = note(at)
    for _ in range(length):
        command = maker.command()
        try:
            number = give(at, command)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {command}") from error
        after = dump(at.conn)
        assert faults(at.conn) == [], f"seed {seed}: {command}"
        if number is None:
            assert differences(before, after) == [], f"seed {seed}: refused, and yet: {command}"
        else:
            yield number, before, command
        before = after


SEEDS = [pytest.param(seed, marks=[] if seed < 40 else pytest.mark.long) for seed in range(440)]


# -- one thing at a time -----------------------------------------------------------------------------------------------


@pytest.fixture
def at(template: Path, tmp_path: Path) -> Iterator[Desk]:
    with desk(fresh(template, tmp_path / "a.db")) as found:
        yield found


def statuses(at: Desk, contact_id: int) -> list[tuple[str, str, str | None]]:
    """A contact's history: status, day it began, day it ended."""
    sql = "SELECT status, entered_on, left_on FROM status_history WHERE contact_id = ? ORDER BY id"
    return [tuple(row) for row in at.conn.execute(sql, (contact_id,))]


def number(work: change.Work | None) -> int:
    assert work is not None
    assert work.changed
    return work.change_id


def test_a_status_that_only_a_change_taken_back_made_true_never_was(at: Desk):
    add = number(at.call("add", ["Ana"]))
    drop = number(at.call("question drop", "money"))
    at.now = later(at.now, 1)
    answer = number(at.call("qualify", ["1", "--target-market", "yes", "--authority", "yes"]))
    assert statuses(at, 1) == [("lead", "2026-11-24", "2026-11-25"), ("prospect", "2026-11-25", None)]
    before = note(at)
    at.now = later(at.now, 7)
    change.undo(at.conn, at.now, drop)
    assert statuses(at, 1) == [("lead", "2026-11-24", "2026-11-25"), ("possible", "2026-11-25", None)]
    change.redo(at.conn, at.now)
    assert differences(before, note(at)) == []
    for undone in (drop, answer, add):
        change.undo(at.conn, at.now, undone)
        note(at)
    assert statuses(at, 1) == []


def test_a_status_that_falls_back_to_the_one_before_goes_on_as_if_it_had_never_changed(at: Desk):
    at.call("add", ["Ana"])
    needed = number(at.call("question edit", "interest", needed=True))
    at.now = later(at.now, 1)
    at.call("qualify", ["1", "--interest", "yes"])
    change.undo(at.conn, at.now, needed)
    note(at)
    assert statuses(at, 1) == [("lead", "2026-11-24", None)]


def test_somebody_imported_is_counted_while_anything_was_done_with_them(at: Desk):
    with at.writing() as (conn, _, _):
        conn.execute("INSERT INTO contacts (name, name_key, imported, created_at, created_on)"
                     " VALUES ('Bo', 'bo', 1, '', '')")  # fmt: skip
    start = note(at)
    first, second = number(at.call("note", ["1", "one"])), number(at.call("note", ["1", "two"]))
    change.undo(at.conn, at.now, first)
    assert [status for status, _, _ in statuses(at, 1)] == ["lead"]
    change.undo(at.conn, at.now, second)
    assert differences(start, note(at)) == []
    change.undo(at.conn, at.now)
    assert statuses(at, 1) == []


def test_a_refusal_names_what_has_to_go_first(at: Desk):
    add = number(at.call("add", ["Ana"], tag=["fair"]))
    deal = number(at.call("deal add", ["1", "hours"]))
    with pytest.raises(Refused, match=f"cannot undo {add}: built on by {deal} .*; first: salesflow undo {deal}$"):
        change.undo(at.conn, at.now, add)
    with pytest.raises(Refused, match=f"change {deal} is not taken back"):
        change.redo(at.conn, at.now, deal)
    dropped, again = number(at.call("edit", ["1"], drop=["fair"])), number(at.call("edit", ["1"], tag=["Fair"]))
    with pytest.raises(Refused, match=f"cannot undo {dropped}: built on by {again} .*; first: salesflow undo {again}$"):
        change.undo(at.conn, at.now, dropped)
    change.undo(at.conn, at.now, again)
    change.undo(at.conn, at.now, dropped)
    gone, person = number(at.call("delete", ["D1"])), number(at.call("delete", ["1"]))
    with pytest.raises(Refused, match=f"cannot undo {gone}: built on by {person} .*; first: salesflow undo {person}$"):
        change.undo(at.conn, at.now, gone)
    change.undo(at.conn, at.now, person)
    note(at)


def test_a_redo_built_on_since_says_how_to_get_there(at: Desk):
    at.call("add", ["Ana"])
    first = number(at.call("edit", ["1"], company="Blue"))
    change.undo(at.conn, at.now)
    second = number(at.call("edit", ["1"], company="Red"))
    said = (
        f"cannot redo {first}: built on by {second} .*; first: salesflow undo {second}, then: salesflow redo {first}$"
    )
    with pytest.raises(Refused, match=said):
        change.redo(at.conn, at.now)
    change.undo(at.conn, at.now, second)
    change.redo(at.conn, at.now, first)
    assert at.conn.execute("SELECT company FROM contacts").fetchone()[0] == "Blue"


def test_what_is_needed_and_was_taken_back_is_said_to_come_first(at: Desk):
    at.call("add", ["Ana"])
    made = number(at.call("process new", "mine", stages="A,B"))
    at.call("deal add", ["1", "hours"], process="mine")
    gone = number(at.call("delete", ["D1"]))
    change.undo(at.conn, at.now, made)
    with pytest.raises(
        Refused, match=f"cannot undo {gone}: process new .* was taken back.*; first: salesflow redo {made}$"
    ):
        change.undo(at.conn, at.now, gone)
    change.redo(at.conn, at.now, made)
    change.undo(at.conn, at.now, gone)
    note(at)


def test_a_process_in_use_by_the_settings_is_not_taken_back(at: Desk):
    made = number(at.call("process new", "mine", stages="A,B"))
    chosen = number(at.call("config", "process", ["mine"]))
    with pytest.raises(Refused, match=f"first: salesflow undo {chosen}$"):
        change.undo(at.conn, at.now, made)
    change.undo(at.conn, at.now)
    change.undo(at.conn, at.now)


def test_a_stage_dropped_again_leaves_no_deal_in_it(at: Desk):
    at.call("add", ["Ana"])
    at.call("process new", "mine", stages="A,B", default=True)
    dropped = number(at.call("process edit", "mine", stages="B"))
    change.undo(at.conn, at.now)
    deal = number(at.call("deal add", ["1", "hours"]))
    with pytest.raises(
        Refused, match=f"cannot redo {dropped}: built on by {deal} .*; first: salesflow undo {deal}, then"
    ):
        change.redo(at.conn, at.now)
    note(at)


def test_a_change_that_came_to_nothing_can_be_taken_back_and_brought_again(at: Desk):
    at.call("add", ["Ana"])
    start = note(at)
    with at.writing() as (conn, _, _):
        conn.execute("INSERT INTO tags (contact_id, tag, tag_key) VALUES (1, 'a', 'a')")
        conn.execute("DELETE FROM tags")
    assert at.work is not None
    made = at.work.change_id
    assert change.undo(at.conn, at.now).id == made
    assert change.redo(at.conn, at.now).number == made
    assert differences(start, note(at)) == []


def test_what_is_written_again_as_it_was_is_no_change(at: Desk):
    at.call("add", ["Ana"])
    for command in (("config", "country", ["US"]), ("process edit", "three-step"), ("question edit", "money")):
        title = at.conn.execute("SELECT title FROM processes WHERE name = 'three-step'").fetchone()[0]
        options = {"process edit": {"title": title}, "question edit": {"place": 2}}
        work = at.call(*command, **options.get(command[0], {}))
        assert work is not None
        assert not work.changed, command
    assert change.undo(at.conn, at.now).command.startswith("add")


def test_undo_and_redo_decide_inside_the_lock(at: Desk, monkeypatch: pytest.MonkeyPatch):
    """Two at once take back two commands, not one command twice."""
    for decide in ("to_undo", "to_redo", "standing_on"):
        real = getattr(reversal, decide)

        def inside(conn: sqlite3.Connection, *args: Any, real: Any = real) -> Any:
            assert conn.in_transaction
            return real(conn, *args)

        monkeypatch.setattr(reversal, decide, inside)
    at.call("add", ["Ana"])
    change.undo(at.conn, at.now)
    change.redo(at.conn, at.now)
    assert not at.conn.in_transaction


def test_ids_taken_back_are_never_given_again(at: Desk):
    at.call("add", ["Ana"])
    change.undo(at.conn, at.now)
    at.call("add", ["Bo"])
    assert [row["id"] for row in at.conn.execute("SELECT id FROM contacts")] == [2]
    change.redo(at.conn, at.now)
    assert [row["name"] for row in at.conn.execute("SELECT name FROM contacts ORDER BY id")] == ["Ana", "Bo"]


def test_undo_and_redo_as_typed(template: Path, tmp_path: Path):
    path = fresh(template, tmp_path / "a.db")
    for words in (["add", "Ana", "--tag", "fair"], ["log", "call", "ana", "hello"], ["delete", "ana"]):
        assert run(path, *words).code == 0
    assert run(path, "list", "-f", "ids").out == ""
    undone = run(path, "undo")
    assert (undone.code, undone.out.strip()) == (0, "Undone 3: delete ana (Deleted 1 Ana with 1 activity)"), undone
    assert run(path, "list", "-f", "ids").out == "1\n"
    assert run(path, "undo", "3").code == 2
    assert run(path, "undo", "1").err == (
        "salesflow: cannot undo 1: built on by 2 log call ana hello; first: salesflow undo 2\n"
    )
    assert run(path, "undo", "99").code == 3
    assert run(path, "redo", "3").code == 0
    assert run(path, "redo").code == 3
    assert run(path, "list", "-f", "ids").out == ""


# -- many things at random ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_a_history_undone_step_by_step_is_as_it_was_and_redone_as_it_became(seed: int, template: Path, tmp_path: Path):
    with desk(fresh(template, tmp_path / "a.db")) as at:
        steps = list(history(at, seed, 25))
        states = [before for _, before, _ in steps] + [note(at)]
        for number, before, command in reversed(steps):
            at.now = later(at.now, seed % 2, 1)
            done = change.undo(at.conn, at.now)
            assert done.id == number
            assert differences(before, note(at)) == [], f"seed {seed}: undo of {command}"
        with pytest.raises(SalesflowError, match="nothing to undo"):
            change.undo(at.conn, at.now)
        for (number, _, command), after in zip(steps, states[1:], strict=True):
            at.now = later(at.now, seed % 2, 1)
            done = change.redo(at.conn, at.now)
            assert done.target_id == number
            assert differences(after, note(at)) == [], f"seed {seed}: redo of {command}"
        with pytest.raises(SalesflowError, match="nothing to redo"):
            change.redo(at.conn, at.now)


def touched(conn: sqlite3.Connection, number: int) -> set[tuple[str, int]]:
    """Every row that the change touched."""
    found = conn.execute("SELECT table_name, first_id, last_id FROM journal WHERE change_id = ?", (number,))
    return {(row[0], row_id) for row in found for row_id in range(row[1], row[2] + 1)}


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[] if seed < 15 else pytest.mark.long) for seed in range(200)]
)
def test_any_change_is_taken_back_alone_or_refused_with_nothing_changed(seed: int, template: Path, tmp_path: Path):
    with desk(fresh(template, tmp_path / "a.db")) as at:
        steps = list(history(at, 10_000 + seed, 25))
        now = note(at)
        for number, before, command in random.Random(seed).sample(steps, len(steps)):
            said = f"seed {seed}: undo {number} of {command}"
            in_force = at.conn.execute("SELECT undone_by_id IS NULL FROM changes WHERE id = ?", (number,)).fetchone()[0]
            assert in_force
            try:
                change.undo(at.conn, at.now, number)
            except Refused as error:
                assert differences(now, note(at)) == [], said
                way = str(error).rpartition("first: salesflow ")[2].split()
                assert way[0] == "redo" or int(way[1]) > number, f"{said}: {error}"
                continue
            after, rows = note(at), touched(at.conn, number)
            for table in before:
                if table in ("standing", "stage_pace", "silence", "search", "status_history"):
                    continue  # follow from the others, which faults() has looked at
                for row_id in {*before[table], *now[table], *after[table]}:
                    expected = before if (table, row_id) in rows else now
                    assert after[table].get(row_id) == expected[table].get(row_id), f"{said}: {table} {row_id}"
            change.redo(at.conn, at.now)
            assert differences(now, note(at)) == [], f"{said}, then redone"
            if seed % 3 == 0:  # and once more, to stay
                change.undo(at.conn, at.now, number)
                now = note(at)


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[] if seed < 15 else pytest.mark.long) for seed in range(300)]
)
def test_a_walk_of_commands_undo_and_redo_ends_where_it_began_when_all_is_undone(
    seed: int, template: Path, tmp_path: Path
):
    dice = random.Random(seed)
    with desk(fresh(template, tmp_path / "a.db")) as at:
        maker, start, trail = Maker(30_000 + seed, at), note(at), []
        before = start
        for _ in range(50):
            number = dice.randint(1, 40)
            walks: list[tuple[str, Callable[[], object]]] = [
                ("undo", lambda: change.undo(at.conn, at.now)),
                ("redo", lambda: change.redo(at.conn, at.now)),
                (f"undo {number}", lambda: change.undo(at.conn, at.now, number)),
                (f"redo {number}", lambda: change.redo(at.conn, at.now, number)),
            ]
            if dice.random() < 0.6:
                command = maker.command()
                trail.append(str(command))
                changed = give(at, command) is not None
            else:
                said, walk = dice.choice(walks)
                trail.append(said)
                try:
                    walk()
                    changed = True
                except SalesflowError as error:
                    trail[-1] += f"  ({error})"
                    changed = False
            after = dump(at.conn)
            assert faults(at.conn) == [], "\n".join([f"seed {seed}", *trail])
            assert changed or not differences(before, after), "\n".join([f"seed {seed}", *trail])
            before = after
        for _ in range(200):
            try:
                trail.append(f"undo {change.undo(at.conn, at.now).id}")
            except NotFound:
                break
            except Refused as error:  # what it needs was taken back before it
                trail.append(str(error))
                needed = int(str(error).rpartition("; first: salesflow redo ")[2])
                change.redo(at.conn, at.now, needed)
            assert faults(at.conn) == [], "\n".join([f"seed {seed}", *trail])
        assert differences(start, note(at)) == [], "\n".join([f"seed {seed}", *trail])


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[] if seed < 10 else pytest.mark.long) for seed in range(100)]
)
def test_undo_out_of_order_makes_the_world_without_that_change(seed: int, template: Path, tmp_path: Path):
    """Commands that decide on nothing but their words; in the other world one is taken back at once, for the ids."""
    with desk(fresh(template, tmp_path / "a.db")) as at:
        steps = list(history(at, 20_000 + seed, 15, blind=True))
        outcome = {}
        for number, _, command in steps:
            try:
                change.undo(at.conn, at.now, number)
            except Refused:
                continue
            outcome[number] = note(at)
            change.redo(at.conn, at.now)
    assert outcome, f"seed {seed}: nothing could be taken back"
    for number, without in random.Random(seed).sample(sorted(outcome.items()), min(3, len(outcome))):
        with desk(fresh(template, tmp_path / f"{number}.db")) as at:
            for given, _, command in steps:
                give(at, command)
                if given == number:
                    change.undo(at.conn, at.now)
            world = note(at)
            hidden = ("status_history", "search")
            told = [line for line in differences(world, without) if not line.startswith(hidden)]
            assert told == [], f"seed {seed}: without {number}"
            for table, columns in (("status_history", slice(1, 3)), ("search", slice(0, 3))):
                one, other = (sorted(row[columns] for row in state[table].values()) for state in (world, without))
                assert one == other, f"seed {seed}: {table} without {number}"
