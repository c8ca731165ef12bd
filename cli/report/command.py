"""`tickets report`: what a run came to, as one page to open and keep."""

import json
from pathlib import Path

import click

from cli import options
from cli.contracts import catalogue
from contracts.compiler.catalogue import Catalogue
from contracts.compiler.model import Contract
from runtime import logs
from runtime.workspace import Workspace

EPILOG = """\b
Examples:
  tickets report                              # writes data/report.html
  tickets report client_tickets --open
  tickets report --out run.html --receipts sent.jsonl
  tickets report --at 12 --json

Exit codes: 0 all adds up; 1 a sum, a check or the audit does not, and the page says which; 2 wrong use.

docs/report.md says what each section means, and what --json prints.
"""


@click.command(epilog=EPILOG)
@click.argument("contract", required=False)
@click.option("--out", type=options.Made(), help="File to write; default: DATA/report.html.")
@click.option("--open", "open_", is_flag=True, help="Open it in the browser of this machine.")
@click.option("--at", type=click.IntRange(0), metavar="LEDGER_VERSION", help="As it was at a version of the ledger.")
@click.option(
    "--receipts",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="What `tickets produce --receipts` wrote; default: such files in DATA. May be repeated.",
)
@options.contracts
@options.broker
@options.data
@options.as_json
def command(
    contract: str | None,
    out: Path | None,
    open_: bool,
    at: int | None,
    receipts: tuple[Path, ...],
    contracts: Path | None,
    broker: str,
    data: Path,
    as_json: bool,
) -> None:
    """Write one HTML page about a run of CONTRACT: what ran, where each record went, what was refused, KPIs, checks.

    Without CONTRACT: the one whose ledger is in DATA. The page needs no network. No Spark and no broker is started; the
    audit is run if the broker answers. With --json the same facts are printed, and a page is written only with --out.
    """
    from cli.report.facts import document, gather
    from cli.report.opened import Subject
    from cli.report.sections.checks import audited

    logs.configure("text", "warning")
    folder, workspace = catalogue(contracts), Workspace.open(data)
    subject = Subject.of(_chosen(contract, folder, workspace), folder, workspace)
    facts = gather(subject, at, lambda of, tables: audited(of, tables, broker), receipts)
    if as_json:
        click.echo(json.dumps(document(facts), indent=2))
    if out is not None or not as_json:
        from cli.report.page import write

        path = out or workspace.root / "report.html"
        write(facts, path)
        click.echo(f"{facts.contract}: report in {path}", err=as_json)
        if open_:
            click.launch(path.resolve().as_uri())
    for line in facts.attention:
        click.echo(f"  {line}", err=True)
    if not facts.ok:
        raise click.exceptions.Exit(1)


def _chosen(name: str | None, folder: Catalogue, workspace: Workspace) -> Contract:
    """The input contract that is named, else the one with a ledger, else the only one that there is."""
    from cli.audit import with_ledger

    if name is not None:
        found = folder.get(name)
        if found.rows != "event":
            hint = f" It is made from {found.source}: report on that." if found.source else ""
            raise click.UsageError(f"{found.key} is no input contract.{hint}")
        return found
    inputs = [one for one in folder.newest() if one.rows == "event"]
    chosen = with_ledger(folder, workspace) or inputs
    if len(chosen) != 1:
        names = ", ".join(one.name for one in chosen) or "none"
        raise click.UsageError(f"which contract? There are: {names}.\nTry: tickets report CONTRACT")
    return chosen[0]
