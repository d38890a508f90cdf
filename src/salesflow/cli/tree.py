"""How the command table becomes commands: each is imported when it is called, and global options work anywhere."""

from __future__ import annotations

import copy
import os
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command_from_info
from typer.models import CommandInfo

from salesflow.errors import Refused


class Entry(NamedTuple):
    """One line of the command table: where the command is, and its help. A noun has verbs of its own."""

    place: str  # "module:function" below salesflow.cli
    help: str
    verbs: Mapping[str, Entry] = {}
    free: bool = False  # takes options that are data, such as `qualify WHO --money yes`
    filters: bool = False  # takes the filters of people; see cli.filters


class GlobalOptions:
    """The root's options, hidden, on every command and noun; what is given there replaces what was given before."""

    def get_params(self, ctx: Any) -> list[Any]:
        own: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        root = ctx.find_root().command
        if root is self:
            return own
        taken = {opt for param in own for opt in param.opts}
        for param in root.params:
            if not taken & set(param.opts):
                twin = copy.copy(param)
                twin.hidden, twin.default, twin.envvar = True, None, None
                own = [*own, twin]
        return own

    def invoke(self, ctx: Any) -> Any:
        root = ctx.find_root()
        if root is not ctx:
            own = {param.name for param in ctx.command.params}
            for param in root.command.params:
                if param.name not in own and param.name in ctx.params:
                    given = ctx.params.pop(param.name)
                    if given is not None:
                        setattr(root.obj, str(param.name), given)
        return super().invoke(ctx)  # type: ignore[misc]


class Command(GlobalOptions, TyperCommand):
    """A verb. Its help says what it takes, what that does, and an example on one line, to be copied."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(f"Usage: {ctx.command_path} {' '.join((*takes(self), '[OPTIONS]'))}\n\n")
        text, _, example = (self.help or "").partition("Example: ")
        with formatter.indentation():
            formatter.write_text(text.strip())
        if example:
            formatter.write(f"\n  Example: {example.strip()}\n")
        self.format_options(ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        records = [param.get_help_record(ctx) for param in self.get_params(ctx) if is_option(param) or param.help]
        with formatter.section("Options"):
            # What Typer adds in brackets, ranges and defaults, is said in words where it matters.
            formatter.write_dl([(name, text.partition("  [")[0]) for name, text in filter(None, records)])


def is_option(param: Any) -> bool:
    return bool(param.param_type_name == "option")


def takes(command: Any) -> list[str]:
    """What a command takes without a name, as it is to be typed: `WHO DAY [TEXT]`."""
    return [param.metavar or param.name.upper() for param in command.params if not is_option(param)]


class Noun(GlobalOptions, TyperGroup):
    """A word with verbs; alone it runs the first of them."""

    def __init__(self, name: str, table: Mapping[str, Entry], **attrs: Any) -> None:
        names: Any = dict.fromkeys(table)  # for suggestions; get_command makes the command
        super().__init__(
            name=name,
            commands=names,
            rich_markup_mode=None,
            options_metavar="",
            subcommand_metavar="VERB ...",
            context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 80},
            **attrs,
        )
        self.table = table

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not any(arg in self.table for arg in args) and not ctx.resilient_parsing:
            first = next(iter(self.table))
            if ctx.find_root() is ctx or not args:
                args = [*args, first]
            elif not self.said(ctx, first, args):
                args = [first, *args]
        return super().parse_args(ctx, args)

    def said(self, ctx: Any, verb: str, args: list[str]) -> list[str]:
        """The words among the arguments that are neither options nor their values."""
        if "--help" in args or "-h" in args:
            return args
        valued = {
            opt for param in (*self.get_command(ctx, verb).params, *ctx.find_root().command.params)
            if is_option(param) and not param.is_flag for opt in param.opts
        }  # fmt: skip
        return [
            arg for before, arg in zip(("", *args), args, strict=False)
            if not arg.startswith("-") and before not in valued
        ]  # fmt: skip

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        entry = self.table.get(cmd_name)
        return build(cmd_name, entry) if entry else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(name, entry.help) for name, entry in self.table.items()])


def build(name: str, entry: Entry) -> Any:
    """The command of one entry, its module imported now."""
    if entry.verbs:
        return Noun(name, entry.verbs, help=entry.help)
    module, _, function = entry.place.partition(":")
    settings: dict[str, Any] = {"help_option_names": ["--help", "-h"], "max_content_width": 80}
    if entry.free:
        settings["ignore_unknown_options"] = True
    callback: Callable[..., Any] = getattr(import_module(f"salesflow.cli.{module}"), function)
    if entry.filters:
        from salesflow.cli.filters import filtered

        callback = filtered(callback)
    return made(name, callback, settings)


def made(name: str, callback: Callable[..., Any], settings: dict[str, Any]) -> Any:
    """A function as Typer makes it a command."""
    return get_command_from_info(
        CommandInfo(name=name, cls=Command, callback=callback, context_settings=settings, options_metavar="[OPTIONS]"),
        pretty_exceptions_short=False,
        rich_markup_mode=None,
    )


class Tree(Noun):
    """The root: the whole table, one help page, and the streams' end."""

    page: Callable[[bool], str]
    guesses: Mapping[str, str]

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(self.page("--all" in sys.argv))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] in self.guesses and args[0] not in self.table:
            raise Refused(f"no command {args[0]!r}; use: salesflow {self.guesses[args[0]]}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        # Typer would turn a closed pipe into exit code 1.
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(141) from None
