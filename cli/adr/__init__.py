"""`tickets adr`: architecture decision records, and whether each still holds."""

import importlib

import click

COMMANDS: dict[str, str] = {
    "new": "Begin a decision: next number, today's date, the sections.",
    "list": "Every decision with its status, what supersedes it, and whether its figures have moved.",
    "check": "Form, links, index; confirmations that exist and hold; figures as decided.",
    "index": "Write the index, adr/README.md, anew.",
}
EPILOG = """\b
Examples:
  tickets adr list
  tickets adr new "One broker for each site"
  tickets adr check
  tickets adr check --ran        # and each test passed in the last run
"""


class _Lazy(click.Group):
    """Imports a subcommand when it is used: check may load the whole architecture."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"cli.adr.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, epilog=EPILOG)
def command() -> None:
    """Architecture decision records: adr/, in the form of MADR 4, one sentence a line.

    A decision names what confirms it (a rule of the architecture, a test, a benchmark, a figure), and the figures that
    it was made with. See adr/README.md.

    Exit codes: 0 done; 1 a check found something; 2 wrong use.
    """
