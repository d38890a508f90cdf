"""A salesflow file of any size, the same on every run: `python -m bench.build 100000 FILE` (or FILE.csv to import).

For each contact one promise (nine of ten kept, the open ones from 30 days ago to 120 ahead) and three activities; for
every second one answers; for every fifth a deal with its stages, a need, an objection with its answer, tasks done and
to do; for every fourth deal a quote. Two years of days, names in several scripts. Deal 1 is open.
"""

from __future__ import annotations

import argparse
import csv
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from salesflow.dates import Moment
from salesflow.people import fold
from salesflow.records import change, processes, questions, settings, setup

MOMENT = Moment("2026-11-24T08:00:00Z", "2026-11-24", "08:00")
PLACE = {"country": "US", "currency": "USD", "marks": ",.", "date_order": "ymd"}
PAST, AHEAD = 730, 120
BATCH = 5_000
SOMEBODY = "Nadia Quillfeather"  # stands in the middle of every file, once
WORD = "holidays"  # in one text of twenty
RARE = "quillfeather"

# Given names, family names, and how many of a hundred contacts are called so.
NAMES = (
    ("Ann Ben Carla Dev Ella Frank Gwen Hugo Ida Jack Kim Leo Mona Nick Olga Paul Rita Sam Tess Vera Will Zoe",
     "Archer Baker Cooper Dyer Ellis Fisher Gray Hunter Ingram Jansen Keller Lambert Mason Nolan Osborne Parker Reed "
     "Sawyer Turner Underwood Vance Walker Young", 66),
    ("Zoë José Łukasz Søren Chloé Jürgen Nuño Åsa", "Muñoz Lefèvre Østergård Škoda Ångström Weiß Kowalczyk Ñandú", 12),
    ("Анна Борис Вера Глеб Дарья", "Волков Лебедева Морозов Орлова Соколов", 5),
    ("花子 太郎 美咲 健一", "山田 佐藤 鈴木 高橋", 4),
    ("伟 芳 娜 强", "王 李 张 刘", 3),
    ("فرشته علی مریم حسن", "احمدی رضایی کریمی", 3),
    ("שירה דוד נועה", "כהן לוי מזרחי", 2),
    ("Անահիտ Արամ Նարե", "Սարգսյան Հակոբյան", 2),
    ("สมชาย สมหญิง", "ใจดี มีสุข", 1),
    ("अनीता राहुल", "शर्मा वर्मा", 1),
    ("민준 서연", "김 이", 1),
)  # fmt: skip
TRADES = ("Bakery", "Salon", "Dental", "Garden", "Design", "Legal", "Motors", "Studio", "Travel", "Yoga")
PLACES = ("Harbour", "Hill", "Lake", "Market", "Mill", "North", "Park", "River", "South", "Station")
SOURCES = ("fair", "web", "referral", "phone book", "flyer", "walked in", None)
TAGS = ("bakery", "fair", "newsletter", "local", "vip", "trade")
KINDS = (("call", "out"), ("call", "in"), ("email", "out"), ("email", "in"), ("meeting", None), ("note", None))
TODOS = ("send the price list", "ask who decides", "which hours suit them?", "two references", "the trial week", None)
SAID = (
    "asked for prices", "wants a call back next month", "too busy now", "liked the trial", "asks who covers in August",
    "has somebody already", "needs it before the fair", "will talk to her partner", "sent the list", "no reply",
)  # fmt: skip
ABOUT = ("the shop", "the office", "invoices", "the newsletter", "ten hours a month", "the website", "bookkeeping")
OUTCOMES = (None, None, "reached", "no answer", "interested")
TITLES = ("10 h a month", "Website text", "Year-end accounts", "Newsletter", "Trial week", "Call answering")
NEEDS = ("evenings free", "invoices on time", "somebody in August", "fewer calls", "a shop that is found")
OBJECTIONS = {
    "price": ("too dear", "more than last year", "somebody else is cheaper"),
    "time": ("not now", "after the season"), "trust": ("who else has it?", "we do not know you"),
    "need": ("we do that ourselves",),
}  # fmt: skip
REPLIES = tuple(
    f"{first}, {second}"
    for first in ("half of a part-timer", "it pays for itself by March", "others say so too", "we begin small")
    for second in ("ask Ana", "here are the figures", "no risk for you", "stop any month", "see for yourself")
)
REASONS = {"won": ("price", "trust", "fast reply"), "lost": ("price", "timing", "no reply")}

COLUMNS = {
    "contacts": "id kind name name_key company job_title source rating priority birthday note off_list_on off_list_why"
    " created_at created_on",
    "points": "contact_id kind label value value_key",
    "tags": "contact_id tag tag_key",
    "answers": "contact_id question_id answer method answered_at answered_on",
    "status_history": "contact_id status entered_at entered_on left_on",
    "deals": "id contact_id process_id stage_id title amount_minor currency outcome how opened_at opened_on closed_at"
    " closed_on parked_until parked_why",
    "stage_entries": "deal_id contact_id stage_id entered_at entered_on left_on days",
    "documents": "id contact_id deal_id kind number state currency valid_until made_at made_on sent_on closed_on",
    "matters": "id contact_id deal_id kind class text state raised_at raised_on closed_at closed_on",
    "replies": "contact_id matter_id text text_key accepted made_at made_on",
    "document_lines": "contact_id document_id position text quantity_thousandths price_minor",
    "follow_ups": "contact_id kind text due_on due_at state closed_at closed_on created_at created_on deal_id task_id"
    " appointment place",
    "activities": "contact_id kind direction outcome minutes text happened_at happened_on deal_id task_id",
}  # owners before what they own


class Making(NamedTuple):
    """What a file is made with: the rows so far, the dice, ISO days by their distance from today, what it has."""

    rows: dict[str, list[tuple[Any, ...]]]
    dice: Random
    days: dict[int, str]
    questions: Sequence[int]
    ways: Sequence[tuple[int, Sequence[int]]]  # a process and its stages
    tasks: dict[int, Sequence[int]]  # by stage

    def add(self, table: str, *values: Any) -> None:
        self.rows[table].append(values)


def build(path: Path, count: int, moment: Moment = MOMENT, seed: int = 1) -> None:
    """Make the file, all of it one journaled change at that moment. Raises FileExistsError."""
    if not setup.create(path, PLACE):
        raise FileExistsError(f"there is a file {path} already")
    conn = change.writer(path)
    with change.change(conn, moment, f"bench {count}") as work:
        making = Making(defaultdict(list), Random(seed), days_around(moment.day), *standards(conn))
        for number in range(1, count + 1):
            contact(making, number, SOMEBODY if number == (count + 1) // 2 else None)
            if number % BATCH == 0 or number == count:
                write(conn, making.rows)
        work.summary = f"{count} contacts"
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()


def days_around(today: date) -> dict[int, str]:
    return {away: (today + timedelta(away)).isoformat() for away in range(-PAST, AHEAD + 1)}


def standards(
    conn: sqlite3.Connection,
) -> tuple[list[int], list[tuple[int, Sequence[int]]], dict[int, Sequence[int]]]:
    """The questions in force; three in four deals follow the default process; the tasks of each stage."""
    default, other = processes.find(conn, settings.read(conn).process), processes.find(conn, "seven-step")
    ways: list[tuple[int, Sequence[int]]] = [
        (way["id"], [stage["id"] for stage in processes.stages(conn, way["id"])]) for way in (default, other)
    ]
    tasks: dict[int, Sequence[int]] = defaultdict(tuple)
    for stage_id, task_id in conn.execute("SELECT stage_id, id FROM tasks ORDER BY position"):
        tasks[stage_id] = (*tasks[stage_id], task_id)
    return [row["id"] for row in questions.in_force(conn)], [ways[0], ways[0], ways[0], ways[1]], tasks


def write(conn: sqlite3.Connection, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    for table, names in COLUMNS.items():
        columns = names.split()
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
        conn.executemany(sql, rows.pop(table, ()))


def contact(making: Making, number: int, name: str | None) -> None:
    """One contact with everything that hangs on it."""
    dice, days = making.dice, making.days
    person = somebody(dice, number, name)
    since = dice.randint(-PAST, -1)
    off = dice.randint(since, -1) if dice.random() < 0.005 and name is None else None
    making.add(
        "contacts", number, "person", person["name"], fold(person["name"]), person["company"], person["job_title"],
        person["source"], dice.choice((None, None, None, 3, 4, 5)), dice.choice((None, None, "A", "B", "C")),
        person["birthday"], person["note"], None if off is None else days[off], None if off is None else "asked to be",
        at(days[since]), days[since],
    )  # fmt: skip
    if person["email"]:
        making.add("points", number, "email", None, person["email"], person["email"])
    if person["phone"]:
        making.add("points", number, "phone", "work", person["phone"], person["phone"].replace(" ", ""))
    for tag in person["tags"]:
        making.add("tags", number, tag, tag)
    history = [(since, "lead")]
    if number % 2 == 0:
        answered(making, number, since, history)
    if number % 5 == 0:
        deal(making, number, since, history)
    if off is not None:
        history = [(day, status) for day, status in history if day < off] + [(off, "off-list")]
    for (day, status), after in zip(history, [*history[1:], None], strict=True):
        making.add("status_history", number, status, at(days[day]), days[day], days[after[0]] if after else None)
    promise(making, number, since, open=name is not None)
    for _ in range(3):
        happened(making, number, since)


def somebody(dice: Random, number: int, name: str | None = None) -> dict[str, Any]:
    """What is known of a person: the same for a file that is built and a sheet that is imported."""
    given, family, _ = dice.choices(NAMES, [share for *_, share in NAMES])[0]
    first, last = dice.choice(given.split()), dice.choice(family.split())
    apart = "" if "山" in family or "王" in family else " "
    whole = name or (f"{last}{first}" if not apart else f"{first} {last}")
    firm = f"{dice.choice(PLACES)} {dice.choice(TRADES)}" if dice.random() < 0.6 else None
    birthday = f"{dice.randint(1950, 2004)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
    mail, phone = dice.random() < 0.8, dice.random() < 0.8
    return {
        "name": whole,
        "company": firm,
        "job_title": dice.choice((None, None, "owner", "manager")),
        "source": dice.choice(SOURCES),
        "birthday": birthday if dice.random() < 0.1 else None,
        "note": f"{dice.choice(SAID)}; {dice.choice(ABOUT)}" if dice.random() < 0.2 else None,
        "email": f"{first.lower() if first.isascii() else 'post'}{number}@shop.example" if mail else None,
        "phone": f"+1 {202 + number % 700} 555 {number // 700 % 10000:04}" if phone or not mail else None,
        "tags": dice.sample(TAGS, dice.choice((0, 0, 1, 2))),
    }


def at(day: str) -> str:
    return f"{day}T12:00:00Z"


def answered(making: Making, number: int, since: int, history: list[tuple[int, str]]) -> None:
    """Three in ten answered yes to all that gates, half of them in two goes, and one in seven no to something."""
    dice, day = making.dice, making.dice.randint(since, -1)
    kind = dice.random()
    asked = making.questions[: len(making.questions) if kind < 0.45 else dice.randint(1, 2)]
    for place, question in enumerate(asked):
        said = "no" if 0.3 <= kind < 0.45 and place == 1 else "yes"
        making.add("answers", number, question, said, dice.choice(("call", "meeting", None)), at(making.days[day]),
                   making.days[day])  # fmt: skip
    if kind < 0.15:
        history.append((dice.randint(since, day), "possible"))
    history.append((day, "prospect" if kind < 0.3 else "disqualified" if kind < 0.45 else "possible"))


def deal(making: Making, number: int, since: int, history: list[tuple[int, str]]) -> None:
    """One deal that went some way through its process: four in ten are open, more won than lost."""
    dice, days = making.dice, making.days
    deal_id = number // 5
    process, stages = dice.choice(making.ways)
    outcome = dice.choices(("open", "won", "lost"), (40, 35, 25))[0] if deal_id > 1 else "open"
    walked = stages[: dice.randint(1, len(stages))]
    entered = sorted(dice.randint(since, -1) for _ in walked)
    closed = dice.randint(entered[-1], -1) if outcome != "open" else None
    parked = outcome == "open" and dice.random() < 0.03
    making.add(
        "deals", deal_id, number, process, walked[-1], dice.choice(TITLES), dice.randint(50, 5_000) * 100,
        dice.choice(("USD", "USD", "USD", "EUR")), outcome, None if closed is None else dice.choice(REASONS[outcome]),
        at(days[entered[0]]), days[entered[0]], None if closed is None else at(days[closed]),
        None if closed is None else days[closed], days[dice.randint(-5, 60)] if parked else None,
        "after the move" if parked else None,
    )  # fmt: skip
    for stage, day, left in zip(walked, entered, [*entered[1:], closed], strict=True):
        making.add("stage_entries", deal_id, number, stage, at(days[day]), days[day],
                   None if left is None else days[left], None if left is None else left - day)  # fmt: skip
    brought_up(making, number, deal_id, entered[-1], outcome)
    worked_on(making, number, deal_id, list(zip(walked, entered, strict=True)), outcome)
    if outcome == "won" and closed is not None:
        history[:] = [(day, status) for day, status in history if day < closed] + [(closed, "customer")]


def brought_up(making: Making, number: int, deal_id: int, day: int, outcome: str) -> None:
    """A need, an objection with an answer to it, and a quote for every fourth deal."""
    dice, days = making.dice, making.days
    on, about = days[day], dice.choice(list(OBJECTIONS))
    is_open = outcome == "open" and dice.random() < 0.3
    end = (None, None) if is_open else (at(on), on)
    making.add("matters", 2 * deal_id - 1, number, deal_id, "need", None, dice.choice(NEEDS), "open", at(on), on, None,
               None)  # fmt: skip
    making.add("matters", 2 * deal_id, number, deal_id, "objection", about, dice.choice(OBJECTIONS[about]),
               "open" if is_open else "closed", at(on), on, *end)  # fmt: skip
    text = dice.choice(REPLIES)
    accepted = None if is_open else dice.choice((0, 1, 1))
    making.add("replies", number, 2 * deal_id, text, fold(text), accepted, at(on), on)
    if deal_id % 4 == 0:
        state = {"open": "sent", "won": "accepted", "lost": "declined"}[outcome]
        making.add("documents", deal_id // 4, number, deal_id, "quote", deal_id // 4, state, "USD",
                   days[min(day + 14, AHEAD)], at(on), on, on, None if state == "sent" else on)  # fmt: skip
        making.add("document_lines", number, deal_id // 4, 1, dice.choice(TITLES), 1000, dice.randint(50, 5000) * 100)


def worked_on(making: Making, number: int, deal_id: int, walked: list[tuple[int, int]], outcome: str) -> None:
    """The first task of each stage was done; the second of the stage it stands in is promised."""
    dice, days = making.dice, making.days
    for stage, day in walked:
        for task in making.tasks[stage][:1]:
            on = days[day]
            making.add("activities", number, "call", "out", "reached", 10, None, at(on), on, deal_id, task)
    if outcome == "open":
        for task in making.tasks[walked[-1][0]][1:2]:
            due, since = days[dice.randint(-10, AHEAD)], days[walked[-1][1]]
            making.add("follow_ups", number, "call", None, due, None, "open", None, None, at(since), since, deal_id,
                       task, None, None)  # fmt: skip


def promise(making: Making, number: int, since: int, *, open: bool) -> None:
    dice, days = making.dice, making.days
    kept = dice.random() < 0.9 and not open
    due = dice.randint(since, -1) if kept else dice.randint(-30, AHEAD)
    closed = days[dice.randint(due, -1)] if kept else None
    asked = number % 50 == 0
    making.add(
        "follow_ups", number, "meeting" if asked else dice.choice(("call", "email", "follow-up")), dice.choice(TODOS),
        days[due], "10:00" if asked else dice.choice((None, None, "09:30", "14:00")), "done" if kept else "open",
        at(closed) if closed else None, closed, at(days[since]), days[since], None, None,
        "confirmed" if asked else None, "at the shop" if asked else None,
    )  # fmt: skip


def happened(making: Making, number: int, since: int) -> None:
    dice, day = making.dice, making.days[making.dice.randint(since, 0)]
    kind, direction = dice.choice(KINDS)
    text = f"{dice.choice(SAID)}, about {dice.choice(ABOUT)}" if dice.random() < 0.7 else None
    if text and dice.random() < 0.05:
        text += f", after the {WORD}"
    making.add("activities", number, kind, direction, dice.choice(OUTCOMES) if direction else None,
               dice.choice((None, None, 5, 12, 30)), text, at(day), day, None, None)  # fmt: skip


SHEET = ("name", "company", "job_title", "source", "birthday", "note", "email", "phone", "tags")


def write_sheet(path: Path, count: int, seed: int = 1) -> None:
    """People as CSV, to be imported."""
    dice = Random(seed)
    with open(path, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(column.replace("_", " ") for column in SHEET)
        writer.writerows(cells(somebody(dice, number)) for number in range(1, count + 1))


def cells(person: dict[str, Any]) -> Iterable[str]:
    return (", ".join(person[column]) if column == "tags" else person[column] or "" for column in SHEET)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.build", description=__doc__)
    parser.add_argument("contacts", type=int)
    parser.add_argument("file", type=Path, help="the file to make; a name that ends in .csv: a sheet to import")
    asked = parser.parse_args()
    try:
        (write_sheet if asked.file.suffix == ".csv" else build)(asked.file, asked.contacts)
    except FileExistsError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
