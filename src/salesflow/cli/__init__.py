"""The whole command tree on one page, and the one place that prints errors."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import Annotated, Any, NoReturn

import typer

from salesflow.cli.session import Session, utter
from salesflow.cli.tree import Entry, Tree, made
from salesflow.errors import Refused, SalesflowError

QUESTION = {
    "list": Entry("question:list_questions", "The questions of a set, in the order they are asked."),
    "sets": Entry("question:list_sets", "The sets of questions there are."),
    "add": Entry("question:add_question", "Add a question, or a set of your own."),
    "edit": Entry("question:edit_question", "Reword it, move it, or say whether it is needed."),
    "drop": Entry("question:drop_question", "Ask it no more; its answers stay."),
    "check": Entry("question:check", "What the questions of a set serve, and how to ask better."),
}
DEAL = {
    "list": Entry("deal:list_deals", "Deals, the newest first."),
    "add": Entry("deal:add", "Open one: deal add WHO WHAT --amount 400."),
    "show": Entry("deal:show", "One deal with its stages."),
    "edit": Entry("deal:edit", "Another title, amount or reason."),
    "reopen": Entry("deal:reopen", "A closed deal is open again."),
    "delete": Entry("deal:delete", "Remove one that never was."),
}
TASK = {
    "list": Entry("task:list_tasks", "The tasks of a deal by stage, or what is ready in every deal."),
    "done": Entry("task:done", "One is done: task done WHO|DEAL TASK [TEXT]."),
}
PROCESS = {
    "list": Entry("process:list_processes", "The processes and their stages."),
    "show": Entry("process:show", "One process, stage by stage."),
    "new": Entry("process:new", 'Your own: process new NAME --stages "A,B,C".'),
    "edit": Entry("process_edit:edit", "Change stages and tasks, also while deals stand in it."),
    "use": Entry("process:use", "Put an open deal on it."),
    "check": Entry("process_look:check", "What it lacks: goals, measures, order; is it followed?"),
    "diagram": Entry("process_look:diagram", "Draw it, on the screen or as Mermaid."),
    "build": Entry("process_look:build", "Propose one from what was really logged."),
    "handbook": Entry("process_look:handbook", "All of it as one text, to learn from."),
    "export": Entry("process:export", "Write it as TOML."),
    "import": Entry("process:import_", "Read it from TOML."),
    "drop": Entry("process:drop", "Remove one that no deal followed."),
}
REPORT = {
    "win-rate": Entry("look:win_rate", "Won, lost, rate, amount, days to close."),
    "reasons": Entry("reporting:reasons", "How sales were won and lost, and what was learned."),
    "closing": Entry("reporting:closing", "In order, on a sign, pushed; new customers; paid."),
    "cycle": Entry("reporting:cycle", "From first contact to sale: how long."),
    "stages": Entry("reporting:stages", "Every stage: totals, conversion, averages."),
    "stalls": Entry("reporting:stalls", "Deals that stall, and the likely cause."),
    "actions": Entry("reporting:actions", "What was done, and what it moved."),
    "time": Entry("reporting:time", "Where the time goes."),
    "qualify": Entry("reporting:qualify", "People gathered, and days to the verdict."),
    "presentations": Entry("reporting:presentations", "How far they went, what they asked for."),
    "papers": Entry("reporting:papers", "From inquiry to quote to sale."),
    "exceptions": Entry("reporting:exceptions", "What was done against a warning, and whether it paid."),
    "roadmap": Entry("reporting:roadmap", "Goals, key deals, strategies: a page to give away."),
}
PRODUCT = {
    "list": Entry("product:list_products", "What there is to sell."),
    "add": Entry("product:add", "Add one: product add NAME --price 400."),
    "show": Entry("product:show", "One product: features, advantages, benefits."),
    "edit": Entry("product:edit", "Change it, or say more for it."),
    "drop": Entry("product:drop", "Sell it no more."),
}
PREPARE = {
    "show": Entry("prepare:show", "What is prepared, what is missing, how to mend it."),
    "check": Entry("prepare:check", "The same, and exit code 1 where something is missing."),
    "list": Entry("prepare:list_pieces", "What is known, of one kind or all."),
    "add": Entry("prepare:add", "Write something down: prepare add KIND TEXT."),
    "edit": Entry("prepare:edit", "Change a piece by its key (K12)."),
    "drop": Entry("prepare:drop", "Take a piece away."),
}
NEED = {
    "list": Entry("need:list_needs", "What is needed and wanted, of one deal or all."),
    "add": Entry("need:add", "What they need, in their words: need add DEAL TEXT."),
    "edit": Entry("need:edit", "Other words, or the benefit that meets it."),
    "met": Entry("need:met", "It is met."),
    "drop": Entry("need:drop", "Take away one that is none."),
}
PITCH = {
    "list": Entry("pitch:list_pitches", "The presentations, the newest first."),
    "draft": Entry("pitch:draft", "Write one for a deal, from what is known."),
    "show": Entry("pitch:show", "To be read, or read aloud; -o FILE."),
    "edit": Entry("pitch:edit", "Your own words for a part of it."),
    "check": Entry("pitch:check", "What is missing, and which needs it does not meet."),
    "given": Entry("pitch:given", "You gave it: how far they went, what they said."),
}
DB = {
    "path": Entry("db:path", "Where the file is."),
    "backup": Entry("db:backup", "Copy it, verified."),
    "restore": Entry("db:restore", "Bring a copy back."),
    "check": Entry("db:check", "Look for damage; --fix mends what can be."),
}
APPOINTMENT = {
    "list": Entry("appointment:list_appointments", "Those ahead, by day and hour."),
    "ask": Entry("appointment:ask", "You asked for one: appointment ask WHO DAY --at 10:00."),
    "confirm": Entry("appointment:confirm", "They said yes."),
    "held": Entry("appointment:held", "It took place: log it."),
    "missed": Entry("appointment:missed", "It did not; --next DAY asks for another."),
    "cancel": Entry("appointment:cancel", "It will not take place."),
    "suggest": Entry("appointment:suggest", "Appointment or cold visit, and why?"),
}
VISITS = {
    "list": Entry("visits:list_rounds", "The rounds: doors, left, not in."),
    "sheet": Entry("visits:sheet", "The doors of a round, to take along."),
    "plan": Entry("visits:plan", "A round to everybody with a tag: visits plan TAG DAY."),
    "tick": Entry("visits:tick", "A door is done: not-in, no, come-back, lead, sold."),
    "next": Entry("visits:next_round", "Whoever was not in makes the next round."),
}
INQUIRY = {
    "list": Entry("inquiry:list_inquiries", "What customers ask, the newest first."),
    "add": Entry("inquiry:add", "They ask: inquiry add WHO PRODUCT --asks price,delivery."),
    "edit": Entry("inquiry:edit", "Another product, quantity, question."),
    "answer": Entry("inquiry:answer", "You told them: --price, --availability, --delivery."),
    "show": Entry("inquiry:show", "One inquiry with its answers."),
    "close": Entry("inquiry:close", "They ask no more."),
}
QUOTE = {
    "list": Entry("quote_paper:list_quotes", "Quotes, the newest first."),
    "add": Entry("quote:add", 'Draft one: quote add WHO "VA 10h x 2 @ 380".'),
    "edit": Entry("quote:edit", "Change a draft."),
    "sent": Entry("quote:sent", "You sent it: it binds from now on."),
    "revise": Entry("quote:revise", "A new version of one that was sent."),
    "accepted": Entry("quote_end:accepted", "They said yes: the deal is won."),
    "declined": Entry("quote_end:declined", "They said no to it; the deal stays open."),
    "withdraw": Entry("quote_end:withdraw", "You take it back."),
    "show": Entry("quote_paper:show", "One quote; --text and --html: the paper."),
    "template": Entry("quote_paper:template", "How the paper looks, and your own."),
}
OBJECTION = {
    "list": Entry("objection:list_objections", "Those of a deal; without DEAL, those still open."),
    "add": Entry("objection:add", "They object, a sign to buy: objection add DEAL TEXT."),
    "answer": Entry("objection:answer", "What you answered; --accepted, or not."),
    "raise": Entry("objection:raise_", "One that you expected was raised."),
    "edit": Entry("objection:edit", "What is behind it, their side, its kind."),
    "playbook": Entry("objection:playbook", "Every answer, and how often a sale followed."),
}
DECIDER = {
    "list": Entry("decider:list_deciders", "Who decides on a deal, and where they stand."),
    "add": Entry("decider:add", "One who decides: decider add DEAL NAME --level owner."),
    "says": Entry("decider:says", "For or against: decider says DEAL NAME for."),
    "drop": Entry("decider:drop", "They decide on it no more."),
}
COMPLETION = {
    "show": Entry("completion:show", "Print the script for your shell."),
    "install": Entry("completion:install", "Install it for your shell."),
}
TABLE = {
    "today": Entry("look:today", "The list: whom to contact today, and why."),
    "show": Entry("contact:show", "One person, or one thing by its key, on one screen."),
    "add": Entry("contact:add", "Add a person or a firm."),
    "done": Entry("finishing:done", "It was on the list: log it, set the next step."),
    "log": Entry("activity:log", "It was not on the list: log what happened."),
    "note": Entry("activity:note", "Only to remember."),
    "follow": Entry("follow_up:follow", "A promise with a day.", filters=True),
    "snooze": Entry("finishing:snooze", "The same promise, another day."),
    "qualify": Entry("qualify:qualify", "A few short questions: lead or prospect?", free=True),
    "ask": Entry("ask:ask", "Any set of questions: what is known, what to ask next.", free=True),
    "consent": Entry("consent:consent", "May they be written to or called, and who says so?"),
    "sale": Entry("sale:sale", "Sold on the spot (WHO may be walk-in)."),
    "deal": Entry("", "Deals: sales that take time.", DEAL),
    "move": Entry("deal:move", "On to the next stage, or to STAGE."),
    "sign": Entry("sign:sign", "They are ready to buy: sign DEAL TEXT."),
    "objection": Entry("", "What they say against it, and the answers that worked.", OBJECTION),
    "decider": Entry("", "Who decides on a deal.", DECIDER),
    "win": Entry("closing:win", "Closed: sold, and how."),
    "lose": Entry("closing:lose", "Closed: not sold, and why."),
    "park": Entry("closing:park", "Not now: quiet until that day."),
    "where": Entry("where:where", "Where a deal stands, what is next, and whether to change course."),
    "task": Entry("", "Tasks of a deal: ready, waiting, done.", TASK),
    "appointment": Entry("", "Appointments: ask, confirm, held, missed.", APPOINTMENT),
    "visits": Entry("", "Rounds from door to door in an area.", VISITS),
    "product": Entry("", "What there is to sell.", PRODUCT),
    "prepare": Entry("", "Know your product, market, buyers, competitors.", PREPARE),
    "need": Entry("", "What a customer needs and wants.", NEED),
    "pitch": Entry("", "Presentations, written for one customer.", PITCH),
    "inquiry": Entry("", "What a customer asks: price, availability, delivery.", INQUIRY),
    "quote": Entry("", "Offers that bind: draft, sent, revised, accepted.", QUOTE),
    "t": Entry("t:t", "Short codes: VA11 to VA13 inquiries, VA21 to VA23 quotes.", free=True),
    "list": Entry("contact:list_contacts", "People by filter.", filters=True),
    "find": Entry("contact:find", "Any word, anywhere."),
    "history": Entry("activity:history", "What happened, newest first."),
    "week": Entry("look:week", "Friday's look on one screen."),
    "funnel": Entry("look:funnel", "From lead to sale: how many, how long, how much."),
    "pipeline": Entry("look:pipeline", "The open deals by stage."),
    "report": Entry("", "Reports by name.", REPORT),
    "digest": Entry("look:digest", "The day as text, for cron."),
    "import": Entry("files:import_", "Bring in a CSV file as it is."),
    "export": Entry("export:export", "Write people or deals: CSV, JSON, vCard.", filters=True),
    "undo": Entry("mend:undo", "Take back the last command, or any one."),
    "redo": Entry("mend:redo", "Take back the last undo."),
    "edit": Entry("edit:edit", "Change a person, many, or a promise by its key.", filters=True),
    "delete": Entry("mend:delete", "Remove a person, many, or a thing by its key.", filters=True),
    "erase": Entry("erase:erase", "Remove a person everywhere, for good."),
    "duplicates": Entry("duplicates:duplicates", "Who is there twice, as it seems, and why."),
    "merge": Entry("duplicates:merge", "Make one of two: merge WHO --into WHO.", free=True),
    "config": Entry("config:config", "Country, currency, how dates are read."),
    "process": Entry("", "Processes: the ways you sell.", PROCESS),
    "question": Entry("", "The questions you ask, in sets.", QUESTION),
    "db": Entry("", "The file: where, backup, restore, check.", DB),
    "demo": Entry("demo:demo", "A small business to look around in."),
    "completion": Entry("", "Tab completion for your shell.", COMPLETION),
}
GUESSES = {
    "remind": "follow WHO DAY [TEXT]", "promise": "follow WHO DAY [TEXT]", "followup": "follow WHO DAY [TEXT]",
    "follow-up": "follow WHO DAY [TEXT]", "call": "log call WHO [TEXT]",
    "tasks": "task list WHO|DEAL", "ready": "task list WHO|DEAL", "next": "where WHO|DEAL", "status": "where WHO|DEAL",
    "step": "task done WHO|DEAL TASK",
    "email": "log email WHO [TEXT]", "visit": "log visit WHO [TEXT]", "search": "find TEXT", "grep": "find TEXT",
    "sold": "sale WHO AMOUNT [WHAT]", "sell": "sale WHO AMOUNT [WHAT]", "won": "win WHO HOW", "lost": "lose WHO HOW",
    "rm": "delete WHO|KEY", "remove": "delete WHO|KEY", "agenda": "today", "todo": "today", "due": "today",
    "ls": "list", "contacts": "list", "new": "add NAME [PHONE] [MAIL]", "create": "add NAME [PHONE] [MAIL]",
    "contact": "add NAME, or list", "settings": "config", "backup": "db backup", "restore": "db restore",
    "stats": "funnel, or report win-rate", "init": "add NAME; the file is made by itself", "criteria": "question list",
    "tick": "done KEY|WHO [TEXT]", "close": "win WHO HOW, or lose WHO HOW", "view": "show WHO|KEY",
    "update": "edit WHO|KEY", "rename": "edit WHO --name NAME", "load": "import FILE", "help": "--help",
    "appt": "appointment ask WHO DAY --at HH:MM", "meet": "appointment ask WHO DAY --at HH:MM",
    "round": "visits plan TAG DAY", "person": "show WHO", "wins": "report win-rate",
    "dedupe": "duplicates", "dupes": "duplicates", "doubles": "duplicates", "join": "merge WHO --into WHO",
    "offer": "quote add WHO ITEM", "quotation": "quote add WHO ITEM", "quotes": "quote list", "docs": "quote list WHO",
    "inquiries": "inquiry list", "enquiry": "inquiry add WHO PRODUCT", "order": "quote accepted Q1",
    "invoice": "quote show Q1 --html -o FILE", "combine": "merge WHO --into WHO", "unite": "merge WHO --into WHO",
    "competitor": "prepare add competitor OFFERS --name NAME", "persona": "prepare add persona NAME",
    "usp": "prepare add usp TEXT", "feature": "product edit NAME --feature TEXT",
    "benefit": "product edit NAME --benefit TEXT", "advantage": "product edit NAME --advantage TEXT",
    "goal": "prepare add goal TEXT", "strategy": "prepare add strategy TEXT", "presentation": "pitch draft DEAL",
    "playbook": "objection playbook, or prepare list close",
    "requirement": "need add DEAL TEXT", "want": "need add DEAL TEXT --want",
    "service": "product add NAME --service",
}  # fmt: skip
HELP = """\
salesflow COMMAND: whom do I contact today, and why?
WHO name, phone, e-mail, id   DAY fri, next tue, +3d, apr, 12 dec, 2026-12-01
DAILY  today                    the list (also: salesflow alone)
       show WHO                 one person on one screen, while you talk
       add NAME [PHONE] [MAIL]  add Ken Ito 202-555-0133 --next fri
       done KEY|WHO [TEXT]      it was on the list: log it, set the next step
       log KIND WHO [TEXT]      it was not on the list: log call ken
       note WHO TEXT            only to remember
       follow WHO DAY [TEXT]    a promise: follow ken fri send the list
       snooze KEY|WHO DAY       the same promise, another day
SELL   qualify WHO  ask WHO SET a few short questions; any set of questions
       sale WHO AMOUNT [WHAT]   sold on the spot (WHO may be walk-in)
       deal add WHO WHAT        a sale that takes time
       where DEAL  task         what now? and what is done of it
       need  objection  sign    what they need, say against it, and say for it
       move WHO [STAGE]         on to the next stage, or to STAGE
       win|lose WHO HOW         closed, and how; decider: who has the say
       park WHO DAY WHY         not now: quiet until that day
OFFER  product  prepare  pitch  what you sell, what you know, what you tell them
       inquiry  quote  t        they ask, you offer; t VA21: by short code
       appointment  visits      an hour with them; a round from door to door
LOOK   list  find  history      by filter; any word; what happened with WHO
       week  funnel  pipeline  report  digest
FILES  import FILE              a CSV as it is; --dry-run: the plan
       export                   people or deals: CSV, JSON, vCard
MEND   undo  redo  edit WHO|KEY  delete WHO|KEY  duplicates  merge
THEIRS consent WHO  erase WHO   may I write to them? and for good
SET UP config  process  question  db  demo  completion
COMMAND --help: one command.  --help --all: every command.
Scripts: --json, -f csv|ids, --no-input.  Another file: --db FILE.
"""


def root(
    ctx: typer.Context,
    db: Annotated[str | None, typer.Option("--db", metavar="FILE", envvar="SALESFLOW_DB", help="The file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The answer as JSON.")] = False,
    format: Annotated[
        str | None, typer.Option("--format", "-f", metavar="FORMAT", help="table, json, csv, md or ids.")
    ] = None,
    today_is: Annotated[
        str | None,
        typer.Option("--today", metavar="DAY", envvar="SALESFLOW_TODAY", help="As if it were that day, or DAYTHH:MM."),
    ] = None,
    no_input: Annotated[bool, typer.Option("--no-input", envvar="SALESFLOW_NO_INPUT", help="Never ask.")] = False,
    color: Annotated[bool | None, typer.Option("--color/--no-color", help="Colour, or none (also NO_COLOR).")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No words on stderr but errors.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Yes to every question.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Which salesflow this is.")] = False,
    everything: Annotated[bool, typer.Option("--all", hidden=True)] = False,
) -> None:
    """Whom do I contact today, and why?"""
    run: Session = ctx.obj
    run.db, run.json, run.format, run.today_is, run.no_input = db, json, format, today_is, no_input
    run.color, run.quiet, run.yes = color, quiet, yes
    if version:
        from salesflow import __version__

        print(f"salesflow {__version__}")
        raise typer.Exit


def page(everything: bool) -> str:
    """The help page; everything: with every verb of every noun."""
    if not everything:
        return HELP
    lines = ["Every command of salesflow; `salesflow COMMAND --help` explains one.", ""]
    for name, entry in TABLE.items():
        lines.append(f"{name:<22}{entry.help}")
        lines.extend(f"  {name} {verb}".ljust(22) + under.help for verb, under in entry.verbs.items())
    lines += ["", "Options of every command:"]
    for param in made("salesflow", root, {}).params:
        if not param.hidden:
            lines.append(f"{', '.join([*param.opts, *param.secondary_opts]):<24}{param.help}")
    return "\n".join(lines) + "\n"


def tree() -> Tree:
    """The root command, nothing imported yet."""
    shell = made("salesflow", root, {})
    command = Tree("salesflow", TABLE, callback=shell.callback, params=shell.params)
    command.page, command.guesses = page, GUESSES
    return command


class Stopped(BaseException):
    """A signal asked the program to end."""


SIGNALS = (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))


def main(args: list[str] | None = None) -> NoReturn:
    """Run one command and leave with its exit code; whatever went wrong is one line on stderr."""
    os.umask(0o077)
    gc.set_threshold(100_000, 50, 100)  # little is ever left to collect; an import spends a tenth of its time looking
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup, and a shell's `&`, have it
            signal.signal(number, stop)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started the program
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    typed = sys.argv[1:] if args is None else args
    if "_SALESFLOW_COMPLETE" in os.environ:
        from typer._completion_classes import completion_init

        completion_init()
    run = Session(command=said(typed))
    code = finish(run, typed)
    if args is None:
        leave(code)
    sys.exit(code)


def leave(code: int) -> NoReturn:
    """End the process, everything written and closed. Python's own clearing up takes a sixth of a short run."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # too late to stop anything
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = code or 1
    os._exit(code)


def stop(number: int, frame: object) -> None:
    raise Stopped(number)


def finish(run: Session, typed: list[str]) -> int:
    """The exit code of the command, its last words said."""
    try:
        code = tree().main(typed, prog_name="salesflow", standalone_mode=False, obj=run)
        if code == 130:
            raise Stopped(signal.SIGINT)
        keep_copy(run)
        return int(code or 0)
    except SalesflowError as error:
        return fail(str(error), error.exit_code)
    except typer.TyperException as error:
        return fail(usage(error), 2)
    except (Stopped, KeyboardInterrupt) as error:
        number = error.args[0] if error.args else signal.SIGINT
        made = run.committed or getattr(error, "committed", False)
        state = "the change was made" if made else "nothing was changed"
        return fail(f"stopped; {state}", 128 + number)
    except typer.Abort:
        return fail("stopped; nothing was changed", 130)
    except UnicodeEncodeError as error:
        if "surrogate" in str(error):
            return fail("the words typed are not text this terminal's encoding can say; nothing was changed", 2)
        raise
    except OSError as error:
        if error.errno == 28:
            return fail("the disk is full; " + ("the change was made" if run.committed else "nothing was changed"), 5)
        return fail(f"{error.filename or 'the system'}: {error.strerror or error}", 1)
    except OverflowError:
        return fail("a number is too large; nothing was changed", 2)
    except Exception as error:  # a damaged file can say anything; for a fault of ours, SALESFLOW_DEBUG=1 shows where
        if os.environ.get("SALESFLOW_DEBUG"):
            raise
        said = " ".join(str(error).split())[:200]
        return fail(f"failed ({type(error).__name__}: {said}); is the file damaged? salesflow db check", 1)


def usage(error: Any) -> str:
    """A usage error on one line, with the way to the right one."""
    from salesflow.cli.mistakes import said_plainly

    return said_plainly(error)


def fail(text: str, code: int) -> int:
    try:
        utter(f"salesflow: {text}")
    except BrokenPipeError:
        pass
    return code


def keep_copy(run: Session) -> None:
    """The first write of a day keeps a copy of the file, after the answer is out."""
    if run.committed and run.wrote is not None:
        from salesflow.store import copies

        sys.stdout.flush()
        try:
            copies.daily(run.wrote, run.moment.on)
        except SalesflowError as error:
            run.warn(f"no copy was kept today: {error}")


def said(typed: list[str]) -> str:
    """The command as it stands in the journal: the words typed from its name on, without line breaks, not endless."""
    words = list(typed)
    while words and words[0].startswith("-"):
        taken = words.pop(0)
        if words and taken in ("--db", "--format", "-f", "--today"):
            words.pop(0)
    return " ".join(" ".join(words).split())[:200]


__all__ = ["Refused", "main", "tree"]
