"""`tickets architecture`: the hybrid-cloud model, judged, computed, drawn and written up."""

import importlib

import click

COMMANDS: dict[str, str] = {
    "check": "Judge the model by its rules, on every target.",
    "figures": "Every figure computed from the model, with what it comes from.",
    "simulate": "Let something go wrong: what stops, how long, what is lost, who is called.",
    "render": "Draw the views: Mermaid, flow matrix, rights, secrets and keys, RACI.",
    "dossier": "One page for who decides, and the pages behind it: HTML, and PDF where Chromium is.",
}
EPILOG = """\b
Examples:
  tickets architecture check
  tickets architecture check --target aws --with broker-native
  tickets architecture simulate --scenario link-down
  tickets architecture render --check
  tickets architecture dossier --language fr --out dossier.html
"""


class _Lazy(click.Group):
    """Imports a subcommand when it is used: some draw thousands of samples or need a browser."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"cli.architecture.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, epilog=EPILOG)
def command() -> None:
    """The hybrid-cloud design as data: YAML in architecture/model/, bound to four targets.

    Exit codes: 0 done; 1 a check found something; 2 wrong use.
    """
