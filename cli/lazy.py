"""A group whose subcommands are imported when they are used: importing one may pull in Spark, or take a second."""

import importlib
import re
from collections.abc import Mapping
from typing import Any

import click
from click.shell_completion import CompletionItem

from cli.habits import with_habits


class PlainGroup(click.Group):
    """A group whose list of subcommands has each one's first sentence whole, where click cuts it at 45 characters."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands by name."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _sentence(self.commands[name].help or "")) for name in self.list_commands(ctx)])


def _sentence(help_: str) -> str:
    return re.split(r"(?<=[.;]) |\n\n", " ".join(help_.partition("\n\n")[0].split()))[0].rstrip(";.") + "."


class LazyGroup(click.Group):
    """`lazy` gives the module and the one-line help of each subcommand, in the order a user meets them."""

    def __init__(self, *words: Any, lazy: Mapping[str, tuple[str, str]], **named: Any) -> None:
        super().__init__(*words, **named)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order a user meets them."""
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the one subcommand asked for."""
        if cmd_name not in self.lazy:
            return None
        command: click.Command = importlib.import_module(self.lazy[cmd_name][0]).command
        return with_habits(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As any group; what does not exist is answered with the nearest name of the table."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            raise click.exceptions.NoSuchCommand(error.command_name, possibilities=self.lazy, ctx=ctx) from None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The subcommands that begin so, and this group's options, without an import."""
        names = [
            CompletionItem(name, help=text) for name, (_, text) in self.lazy.items() if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self.lazy.items()])
