"""`tickets architecture`: the hybrid-cloud model, judged, computed, drawn and written up."""

import click

from cli.lazy import LazyGroup

COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("cli.architecture.check", "Judge the model by its rules, on every target."),
    "figures": ("cli.architecture.figures", "Every figure computed from the model, with what it comes from."),
    "simulate": (
        "cli.architecture.simulate",
        "Let something go wrong: what stops, how long, what is lost, who is called.",
    ),
    "render": ("cli.architecture.render", "Draw the views: Mermaid, flow matrix, rights, secrets and keys, RACI."),
    "dossier": (
        "cli.architecture.dossier",
        "One page for who decides, and the pages behind it: HTML, and PDF where Chromium is.",
    ),
}
EPILOG = """\b
Examples:
  tickets architecture check
  tickets architecture check --target aws --with broker-native
  tickets architecture simulate --scenario link-down
  tickets architecture render --check
  tickets architecture dossier --language fr --out dossier.html
"""


@click.group(cls=LazyGroup, lazy=COMMANDS, epilog=EPILOG)
def command() -> None:
    """The hybrid-cloud design as data: YAML in architecture/model/, bound to four targets.

    Exit codes: 0 done; 1 a check found something; 2 wrong use.
    """
