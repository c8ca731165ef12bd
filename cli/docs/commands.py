"""The command -> a page for each subcommand: what it does, arguments, options with defaults and variables, examples.

Walked over click's own objects: sphinx-click names subcommands by their functions, and makes dashes of `--`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import click

from cli.docs.inline import part
from cli.docs.menu import toctree
from cli.docs.tree import relative
from cli.main import COMMANDS, tickets
from cli.review.formats.markup import fenced, literal, table
from cli.views.markdown import escaped

INDEX_PAGE = "commands/index.md"
EXITS = "0 done, 1 the run failed or a check found something, 2 wrong use"
_EXITS = re.compile(r"Exit codes?: (.*?)(?=\n\s*\n|\Z)", re.DOTALL)
_CODE = re.compile(r"`([^`]+)`")
_UNSET = frozenset({"Sentinel.UNSET", "None", "False", "()"})


def pages() -> dict[str, str]:
    """A page for each subcommand, with those below it, and their index."""
    context = click.Context(tickets, info_name="tickets")
    made = {}
    for name in COMMANDS:
        command = tickets.get_command(context, name)
        if command is not None:
            made[_page(name)] = "\n\n".join(_command(command, f"tickets {name}", 1)) + "\n"
    return {**made, INDEX_PAGE: _index()}


def _page(name: str) -> str:
    return f"commands/{name}.md"


def _index() -> str:
    rows: list[tuple[str, ...]] = [
        (f"[`tickets {name}`]({relative(_page(name), INDEX_PAGE)})", escaped(about))
        for name, (_, about) in COMMANDS.items()
    ]
    return "\n\n".join(
        [
            "# Commands",
            f"Everything is done by one command, `tickets`. Exit codes are {EXITS}, where a page says nothing else.",
            table(("Command", "What it does"), rows),
            *_examples(tickets),
            toctree(map(_page, COMMANDS), INDEX_PAGE),
            "",
        ]
    )


def _command(command: click.Command, called: str, level: int) -> Iterator[str]:
    """A command, then those below it, each with a heading of its own."""
    context = click.Context(command, info_name=called)
    yield f"{'#' * level} {called}"
    yield from _words(command.help or "")
    yield fenced(command.get_usage(context).removeprefix("Usage: "), "text")
    yield from _parameters(command, context)
    if _exits(command) or not isinstance(command, click.Group):
        yield f"Exit codes: {escaped(_exits(command) or EXITS)}."
    yield from _examples(command)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from _command(below, f"{called} {name}", level + 1)


def _words(text: str) -> Iterator[str]:
    """A help text's paragraphs; exit codes have a place of their own."""
    for block in re.split(r"\n\s*\n", _EXITS.sub("", text).replace("\f", "\n\n")):
        if block.startswith("\b"):
            yield fenced(block.removeprefix("\b").strip("\n"), "text")
        elif block.strip():
            yield prose(block)


def prose(text: str) -> str:
    """Words of a help text, in which only backticks mean anything."""
    pieces = _CODE.split(" ".join(text.split()))
    shown = [literal(piece, 500) if number % 2 else part(piece) for number, piece in enumerate(pieces)]
    return "".join(shown)


def _exits(command: click.Command) -> str:
    """What the help or the text after it says of exit codes, on one line; empty where nothing does."""
    found = _EXITS.search(f"{command.help or ''}\n\n{(command.epilog or '').replace(chr(8), '')}")
    return " ".join(found[1].split()).rstrip(".") if found else ""


def _examples(command: click.Command) -> Iterator[str]:
    """What stands below the help, but for exit codes: examples, lists of values, and words on both."""
    for block in re.split(r"\n\s*\n", _EXITS.sub("", command.epilog or "")):
        title, _, lines = block.strip("\n \b").partition("\n")
        if not block.lstrip("\n ").startswith("\b"):
            yield from [prose(block)] * bool(block.strip())
        elif lines.strip():
            yield f"{escaped(title.rstrip(':'))}:"
            yield fenced("\n".join(line.removeprefix("  ") for line in lines.rstrip().splitlines()), "text")


def _parameters(command: click.Command, context: click.Context) -> Iterator[str]:
    arguments = [param for param in command.params if isinstance(param, click.Argument)]
    options = [param for param in command.params if isinstance(param, click.Option) and not param.hidden]
    if arguments:
        rows: list[tuple[str, ...]] = [
            (literal(param.make_metavar(context)), _kind(param), "yes" if param.required else "no")
            for param in arguments
        ]
        yield table(("Argument", "Value", "Required"), rows)
    if options:
        yield table(("Option", "Value", "Default", "Variable", "Meaning"), [_option(param) for param in options])


def _option(param: click.Option) -> tuple[str, ...]:
    names = f'<span class="whole">{literal("/".join([*param.opts, *param.secondary_opts]))}</span>'
    variables = [param.envvar] if isinstance(param.envvar, str) else [*(param.envvar or ())]
    value = "" if param.is_flag else f"{_kind(param)}{', repeatable' if param.multiple else ''}"
    required = " Required." if param.required else ""
    return names, value, _default(param), " ".join(map(literal, variables)), prose(param.help or "") + required


def _kind(param: click.Parameter) -> str:
    """What a value must look like."""
    if isinstance(param.type, click.Choice):
        return ", ".join(literal(str(choice)) for choice in param.type.choices)
    return literal(str(param.metavar or param.type.name))


def _default(param: click.Option) -> str:
    """The default as the help tells it; empty where there is none, or where the meaning says it."""
    if isinstance(param.show_default, str):
        return escaped(param.show_default)
    value: Any = param.default
    return "" if callable(value) or str(value) in _UNSET else literal(_said(value))


def _said(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
