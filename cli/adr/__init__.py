"""`tickets adr`: architecture decision records, and whether each still holds."""

import click

from cli.lazy import LazyGroup

COMMANDS: dict[str, tuple[str, str]] = {
    "new": ("cli.adr.new", "Begin a decision: next number, today's date, the sections."),
    "list": ("cli.adr.list", "Every decision with its status, what supersedes it, and whether its figures have moved."),
    "check": ("cli.adr.check", "Form, links, index; confirmations that exist and hold; figures as decided."),
    "index": ("cli.adr.index", "Write the index, adr/README.md, anew."),
}
EPILOG = """\b
Examples:
  tickets adr list
  tickets adr new "One broker for each site"
  tickets adr check
  tickets adr check --ran        # and each test passed in the last run
"""


@click.group(cls=LazyGroup, lazy=COMMANDS, epilog=EPILOG)
def command() -> None:
    """Architecture decision records: adr/, in the form of MADR 4, one sentence a line.

    A decision names what confirms it (a rule of the architecture, a test, a benchmark, a figure), and the figures that
    it was made with. See adr/README.md.

    Exit codes: 0 done; 1 a check found something; 2 wrong use.
    """
