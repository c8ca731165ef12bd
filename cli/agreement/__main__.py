"""`python -m cli.agreement`: the agreement matrix, printed and written into the docs. Needs hypothesis."""

import sys
from pathlib import Path

import click

from cli.agreement.envelopes import judge_envelopes
from cli.agreement.run import DisagreementError, run
from cli.agreement.tables import judge_tables
from cli.agreement.tally import Tally, markdown
from contracts.compiler.catalogue import HOME
from contracts.compiler.load import load

ENVELOPE = HOME / "client_tickets" / "v1.odcs.yaml"
DOCUMENT = Path("docs") / "agreement.md"
BEGIN = "<!-- written by `make agreement` -->"


@click.command(epilog="\b\nExamples:\n  python -m cli.agreement --contracts 30\n  make agreement\n")
@click.option("--contracts", "count", type=click.IntRange(1), default=250, show_default=True, help="Drawn contracts.")
@click.option("--least", type=click.IntRange(0), default=50, show_default=True, help="How often each kind must occur.")
@click.option("--write", is_flag=True, help=f"Write the matrix into {DOCUMENT}.")
def main(count: int, least: int, write: bool) -> None:
    """Hold every enforcer of COUNT drawn contracts against the reference, and print who agrees on what.

    Exits with 1 where enforcers differ, where a cell of the matrix is neither agreed nor explained, or where something
    was drawn too rarely to say anything.
    """
    tally = Tally()
    try:
        with click.progressbar(length=count, label="contracts", file=sys.stderr) as bar:
            run(tally, count, lambda: bar.update(1))
        judge_envelopes(load(ENVELOPE), tally, max(least, 10))
        judge_tables(tally, max(count // 2, 10))
    except DisagreementError as error:
        raise click.ClickException(f"The enforcers do not agree.\n{error}") from None
    lines = list(markdown(tally))
    click.echo("\n".join(lines))
    faults = [*(f"unexplained: {cell}" for cell in tally.unexplained()), *tally.rare(least)]
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise click.exceptions.Exit(1)
    if write:
        text = DOCUMENT.read_text("utf-8")
        DOCUMENT.write_text(text[: text.index(BEGIN)] + "\n".join((BEGIN, "", *lines, "")), "utf-8")


if __name__ == "__main__":
    main()
