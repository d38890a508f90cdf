"""One run: which file, which clock, which format; reading it, writing it, showing what came of it."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from salesflow import dates
from salesflow.dates import Moment
from salesflow.errors import FileTrouble, Refused
from salesflow.table import Answer, Column, Sheet, Table, Text

if TYPE_CHECKING:
    import sqlite3

    from salesflow.records.change import Work
    from salesflow.records.settings import Settings

FORMATS = ("table", "json", "csv", "md", "ids")


class Session:
    """What the global options said, and the run's state. Attributes are named as the root's parameters."""

    db: str | None = None
    json: bool = False
    format: str | None = None
    today_is: str | None = None
    no_input: bool = False
    color: bool | None = None
    quiet: bool = False
    yes: bool = False
    version: bool = False
    committed: bool = False
    wrote: Path | None = None
    marks: str = ",."
    _moment: Moment | None = None

    def __init__(self, command: str) -> None:
        self.command = command

    # -- the clock -------------------------------------------------------------------------------------------------

    @property
    def moment(self) -> Moment:
        """Now, read once; `--today` moves the day and keeps the time of day unless it names one."""
        if self._moment is None:
            self._moment = dates.moment_of(moved(datetime.datetime.now().astimezone(), self.today_is))
        return self._moment

    @property
    def today(self) -> datetime.date:
        return self.moment.day

    # -- the file --------------------------------------------------------------------------------------------------

    @property
    def path(self) -> Path:
        if self.db:
            return Path(self.db).expanduser().absolute()
        if os.name == "posix" and not os.environ.get("HOME"):
            raise FileTrouble("HOME is not set, so the file's place is not known; name it: --db FILE")
        from platformdirs import user_data_path

        return user_data_path("salesflow", appauthor=False) / "salesflow.db"

    @contextmanager
    def reading(self) -> Iterator[tuple[sqlite3.Connection, Settings]]:
        """The file as it stands at one instant, and its settings. Raises FileTrouble; never makes a file."""
        import sqlite3  # not for `--help`

        from salesflow.records import settings
        from salesflow.store import file

        path = self.path
        self.bring_up_to_date(path)
        try:
            conn = file.open_reader(path)
            try:
                conn.execute("BEGIN")
                found = settings.read(conn)
                self.marks = found.marks
                yield conn, found
            finally:
                conn.close()
        except sqlite3.Error as error:
            raise file.trouble(error, path) from None

    @contextmanager
    def writing(self, *, new: bool = False) -> Iterator[tuple[sqlite3.Connection, Settings, Work]]:
        """One command's transaction: committed at the end, or nothing. `new`: this command may make the file."""
        import sqlite3

        from salesflow.records import change, settings
        from salesflow.store import file

        path = self.path
        moment = self.moment
        if new:
            self.create(path)
        self.bring_up_to_date(path)
        conn = change.writer(path)
        try:
            with change.change(conn, moment, self.command) as work:
                found = settings.read(conn)
                self.marks = found.marks
                yield conn, found, work
            self.committed = work.changed and not work.dry
            self.wrote = path
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            raise file.trouble(error, path) from None
        finally:
            conn.close()

    def create(self, path: Path) -> None:
        """A new file on the first command that writes one; its place's habits are said once, on stderr."""
        if os.path.lexists(path):
            return
        from salesflow.money import locale_defaults
        from salesflow.records import setup

        place = next((os.environ[name] for name in ("LC_ALL", "LC_MONETARY", "LANG") if os.environ.get(name)), "")
        found = locale_defaults(place)
        if setup.create(path, found):
            self.say(
                f"New file {path}: country {found['country']}, currency {found['currency']}, "
                f"dates {found['date_order']}. To change: salesflow config"
            )

    def bring_up_to_date(self, path: Path) -> None:
        from salesflow.store import file

        if file.check_header(path) < file.VERSION:
            from salesflow.records import setup
            from salesflow.store import schema

            before = schema.migrate(path, setup.complete)
            self.say(f"{path} brought from version {before} to {file.VERSION}; the old one is kept beside it")

    # -- the screen ------------------------------------------------------------------------------------------------

    @property
    def fmt(self) -> str:
        if self.json:
            return "json"
        if self.format is None:
            return "table"
        if self.format not in FORMATS:
            raise Refused(f"no format {self.format!r}; there are: {', '.join(FORMATS)}")
        return self.format

    @property
    def asks(self) -> bool:
        """Whether a question may be asked: only where somebody sits at a terminal."""
        return not self.no_input and sys.stdin.isatty() and sys.stderr.isatty()

    @property
    def width(self) -> int:
        import shutil

        return max(shutil.get_terminal_size((80, 24)).columns, 40) if sys.stdout.isatty() else 80

    @property
    def colored(self) -> bool:
        if self.color is not None:
            return self.color
        return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def show(self, answer: Answer) -> None:
        """What the command answers, on stdout, in the format asked for."""
        from salesflow import render

        render.show(
            answer, self.fmt, sys.stdout, width=self.width, rich=sys.stdout.isatty(), color=self.colored,
            marks=self.marks, words=None if self.quiet else sys.stderr,
        )  # fmt: skip

    def tell(self, *lines: str, **facts: Any) -> None:
        """What a writing command did: lines for a person, one object with these facts for a script."""
        columns = [Column(name, kind=kind_of(fact)) for name, fact in facts.items() if not isinstance(fact, Table)]
        tables = {name: fact for name, fact in facts.items() if isinstance(fact, Table)}
        if any(name.endswith("_minor") for name in facts):
            money = {name: name.removesuffix("_minor") for name in facts if name.endswith("_minor")}
            columns = [
                Column(money[c.name], kind="money") if c.name in money else c for c in columns if c.name != "currency"
            ]
        self.show(Sheet(columns, facts, tables, view=lambda: Text([("", line) for line in lines], indent=0)))

    def say(self, text: str) -> None:
        """Words beside the answer, on stderr; quiet keeps them back."""
        if not self.quiet:
            utter(text)

    def warn(self, text: str | None) -> None:
        if text:
            self.say(f"warning: {text}")

    def undo_hint(self, work: Work) -> None:
        if self.committed:
            self.say(f"Undo: salesflow undo {work.change_id}")

    # -- questions -------------------------------------------------------------------------------------------------

    def ask(self, question: str, default: str = "") -> str:
        """One line typed on the terminal; call only where `asks` holds, and never inside a transaction."""
        from salesflow.render import line

        print(line(question), end=" ", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
        if not answer:
            print(file=sys.stderr)
            return default
        return answer.strip() or default

    def choose(self, question: str, choices: Sequence[str]) -> str:
        """One of numbered choices, or the seller's own words; empty when nothing was typed."""
        for number, choice in enumerate(choices, 1):
            self.say(f"  {number} {choice}")
        answer = self.ask(question)
        return choices[int(answer) - 1] if answer.isdigit() and 0 < int(answer) <= len(choices) else answer

    def confirmed(self, question: str) -> bool:
        """Yes from `--yes` or the terminal; without either, no."""
        return self.yes or (self.asks and self.ask(f"{question} [y/N]").lower() in ("y", "yes"))


def utter(text: str) -> None:
    """Words on stderr, made safe; on a terminal they wrap between words."""
    from salesflow.width import line, wrap

    sys.stdout.flush()  # where both streams go to one place, in the order they were said
    for part in text.split("\n"):
        lines = [line(part)]
        if sys.stderr.isatty():
            import shutil

            lines = wrap(lines[0], max(shutil.get_terminal_size((80, 24)).columns, 40), 2)
        print(*lines, sep="\n", file=sys.stderr)


def kind_of(fact: object) -> str:
    if isinstance(fact, bool):
        return "flag"
    return "list" if isinstance(fact, (list, tuple)) else "number" if isinstance(fact, int) else "text"


def moved(now: datetime.datetime, text: str | None) -> datetime.datetime:
    """The clock as `--today` has it: a day, or DAYTHH:MM."""
    if not text:
        return now
    day, _, time = text.partition("T")
    on = dates.read_day(day, now.date())
    at = datetime.time.fromisoformat(dates.read_time(time)) if time else now.time()
    return datetime.datetime.combine(on, at).astimezone()


def session(ctx: typer.Context) -> Session:
    """The run's session, made by the root."""
    found: Session = ctx.find_root().obj
    return found
