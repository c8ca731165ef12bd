"""`tickets erase`: removes a person from everything a workspace holds, and puts the person on the list that keeps
later reads from bringing anybody back.
"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import options
from cli.contracts import catalogue
from runtime import logs
from runtime.store import place
from runtime.workspace import Workspace

if TYPE_CHECKING:
    from cli.erasing import Erasing, Wanted

EPILOG = """\b
Examples:
  tickets erase client_tickets --client CLI-004711 --dry-run
  tickets erase client_tickets --client CLI-004711 --reason "request 2026-118"
  tickets erase client_tickets --client - --reason "requests" --yes < ids.txt
  tickets erase client_tickets --list ../old/erased/client_tickets.json --yes

The list is DATA/erased/CONTRACT.json, or TICKETS_TABLES/.erased/CONTRACT.json where
that is set; it holds keyed hashes. Keep it and the key in DATA/secrets when you remove
the tables to build them anew. To carry it to another workspace, bring the same key and
give the list there with --list. See docs/erasure.md.
"""


@click.command(epilog=EPILOG)
@click.argument("contract")
@click.option(
    "--client",
    "--subject",
    "subjects",
    metavar="ID",
    multiple=True,
    help="Whose data goes: a value of the contract's dataSubject; - reads ids from standard input, one a line.",
)
@click.option(
    "--list", "other", metavar="FILE", help="Everybody on this list; a file, or an object of a bucket (s3://)."
)
@click.option("--reason", help="Why; logged, and kept in the list. Must not name the person.")
@click.option("--dry-run", "--check", "dry_run", is_flag=True, help="Say what would go, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.contracts
@options.data
@options.as_json
def command(contract: str, contracts: Path | None, data: Path, as_json: bool, **chosen: Any) -> None:
    """Remove a person's data from ledger, tickets, KPIs, exports and kept files of CONTRACT, for good.

    Later reads of the topic, replays and rebuilds give the person's events the outcome `erased`, with nothing kept.
    A running job must be stopped first. Interrupted, it is finished by running it again, or by --list with the
    workspace's own list.

    Exit codes: 0 all is gone; 1 something is left, or no export could be published instead; 2 wrong use; 130 stopped.
    """
    from cli.erasing import Erasing, Wanted, erase, preview
    from cli.process import topic_contract
    from runtime.lease import Lease

    logs.configure("text", "info")
    asked = not (chosen["yes"] or chosen["dry_run"])
    other = None if chosen["other"] is None else place(chosen["other"])
    if isinstance(other, Path) and other.is_dir():
        raise click.UsageError(f"{other} is a folder: name the list itself.")
    wanted = Wanted(_ids(chosen["subjects"], asked), other, chosen["reason"])
    _check_use(wanted, chosen["dry_run"], asked)
    folder, workspace = catalogue(contracts), Workspace.open(data)
    work = Erasing.of(topic_contract(folder, contract), folder, workspace)
    if chosen["dry_run"]:
        _print(preview(work, wanted), as_json)
        return
    with Lease.acquire(workspace.tables(work.source.name) / ".lease", "erase") as lease:
        if asked:
            _ask(work, wanted)
        done = erase(work, wanted, lease)
    _print(done, as_json)
    if done["left"]:
        raise click.exceptions.Exit(1)


def _ids(given: tuple[str, ...], asked: bool) -> tuple[str, ...]:
    """The ids that were named, each once; none of them is ever repeated in an error."""
    ids: list[str] = []
    for one in given:
        if one == "-" and asked:
            raise click.UsageError("Ids from standard input leave nobody to ask: add --yes or --dry-run.")
        ids += sys.stdin.read().splitlines() if one == "-" else [one]
    found = tuple(dict.fromkeys(one.strip() for one in ids if one.strip()))
    if any("\ud800" <= character <= "\udfff" for one in found for character in one):
        raise click.UsageError("An id is no UTF-8 text.")
    if given and not found:
        raise click.UsageError("No id was given.")
    return found


def _check_use(wanted: "Wanted", dry_run: bool, asked: bool) -> None:
    if bool(wanted.ids) == (wanted.other is not None):
        raise click.UsageError("Say either --client ID or --list FILE.")
    if wanted.ids and not wanted.reason and not dry_run:
        raise click.UsageError("Say why with --reason TEXT.")
    if any(one in (wanted.reason or "") for one in wanted.ids):
        raise click.UsageError("The reason names the person, and is kept: write it without the id.")
    if asked and not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask on: add --yes, or look with --dry-run.")


def _ask(work: "Erasing", wanted: "Wanted") -> None:
    from cli.erasing import preview

    click.echo(describe(preview(work, wanted)))
    click.confirm("Remove this for good?", abort=True)


def _print(done: dict[str, Any], as_json: bool) -> None:
    click.echo(json.dumps(done) if as_json else describe(done))


def describe(done: dict[str, Any]) -> str:
    """What went, or would go, in words; names nobody."""
    count = len(done["persons"])
    who = "1 person" if count == 1 else f"{count} persons"
    rows = ", ".join(f"{number} {outcome}" for outcome, number in done["ledger"].items())
    tables = ", ".join(f"{number} of {name}" for name, number in done["tables"].items())
    lines = [f"{done['contract']}: {who}, {'nothing is changed yet' if done['dry_run'] else 'erased'}"]
    lines += [f"  ledger rows   {rows or 'none'}", f"  derived rows  {tables or 'none'}"]
    lines += [f"  exports       {', '.join(done['exports']) or 'none'}"]
    lines += [f"  kept lines    {number} in {name}" for name, number in done["files"].items()]
    lines += [f"  published     {done['published']} instead"] * bool(done["published"])
    lines += ["  Nothing was found: is the id written as in the events?"] * (not done["ledger"] and not done["files"])
    until = done["topic_until"]
    lines += [
        f"The topic keeps its records of them until about {until} (kafkaRetention); it can't be rewritten."
        if until
        else "What the topic may still hold of them can't be rewritten.",
        "Whatever reads them from there again gets the outcome `erased` and nothing else.",
    ]
    return "\n".join([*lines, *(f"LEFT: {left}" for left in done["left"])])
