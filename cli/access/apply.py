"""`tickets broker apply`: topics, access rules, users and schemas as the contracts say, after showing the way there."""

import json
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from cli import options
from cli.access import told
from cli.access.carry import Hands, Outcome, carry_out
from cli.access.plan import Plan, plan
from cli.access.wanted import Wanted, wanted
from cli.contracts import catalogue
from contracts.compiler.catalogue import Catalogue
from contracts.compiler.model import Contract
from runtime import access, kafka
from runtime import broker as brokers
from runtime.errors import MachineError
from runtime.registry import Registry
from runtime.wait import until
from runtime.workspace import Workspace

SETTLED_S = 10.0  # until a broker tells everybody what it was told

EXAMPLES = """\b
Examples:
  tickets broker apply --check                 # what would change
  tickets broker apply client_tickets --broker kafka-1:9092
  tickets broker apply --users users.properties --yes
  tickets broker apply --prune --yes           # remove what none asks for
  tickets broker apply --registry http://registry:8081 --json --yes

Secrets come from files: client settings from TICKETS_KAFKA_CONFIG, passwords of users from --users
(one NAME=PASSWORD a line), the registry's login from TICKETS_REGISTRY_CONFIG. See docs/access.md.
"""


@dataclass(frozen=True, slots=True)
class Choices:
    """What was asked for beside the contracts."""

    prune: bool
    check: bool
    yes: bool
    without_acls: bool
    as_json: bool


@click.command(epilog=EXAMPLES)
@click.argument("contracts_", metavar="[CONTRACT]...", nargs=-1)
@click.option(
    "--check", "--dry-run", "check", is_flag=True, help="Change nothing; exit with 1 where anything would change."
)
@click.option("--prune", is_flag=True, help="Remove settings and rules of our topics and users that no contract names.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--users",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="File of NAME=PASSWORD lines: a user who has no password yet gets this one (SCRAM-SHA-512).",
)
@click.option(
    "--registry",
    envvar="TICKETS_REGISTRY",
    help="Address of a Schema Registry where the JSON Schemas are registered (or TICKETS_REGISTRY).",
)
@click.option("--without-acls", is_flag=True, help="Topics and schemas alone, as for a broker that lets everybody in.")
@options.contracts
@options.data
@options.broker
@options.as_json
@click.pass_context
def apply(
    ctx: click.Context,
    /,
    contracts_: tuple[str, ...],
    contracts: Path | None,
    data: Path,
    broker: str,
    users: Path | None,
    registry: str | None,
    **choices: bool,
) -> None:
    """Bring the broker to what the contracts say: topics, their settings, who may do what.

    CONTRACT is one or more of them; without any, every contract that describes a topic. The plan is shown first;
    nothing is removed without --prune, and no rule of another topic or user is touched. A second run changes nothing.

    Exit codes: 0 as the contracts say, 1 not so (with --check: it would change; else: a step failed), 2 wrong use.
    """
    chosen, folder = Choices(**choices), catalogue(contracts)
    if users and chosen.without_acls:
        raise click.UsageError("--users means nothing with --without-acls: nobody logs in where all are let in.")
    want = wanted(_named(folder, contracts_), folder)
    passwords = _passwords(users, want)
    schemas = Registry(registry) if registry else None
    with brokers.connect(broker, Workspace.open(data)) as where:
        hands = Hands(where.bootstrap, kafka.admin(where.bootstrap), schemas, passwords)
        ctx.exit(_applied(want, hands, chosen))


def _named(folder: Catalogue, names: tuple[str, ...]) -> list[Contract]:
    found = [folder.get(name) for name in names] or [row for row in folder.newest() if row.envelope]
    if not found:
        raise click.UsageError(f"{folder.root} holds no contract that describes a topic.")
    return found


def _passwords(file: Path | None, want: Wanted) -> dict[str, str]:
    """Passwords by user; wrong use where one is for nobody, or empty."""
    found = kafka.properties(file, "--users") if file else {}
    if strangers := sorted(found.keys() - want.users):
        raise click.UsageError(f"{', '.join(strangers)} in {file} is no role of these contracts that gets a right.")
    if empty := sorted(name for name, password in found.items() if not password):
        raise click.UsageError(f"{', '.join(empty)} in {file} has no password.")
    return found


def _applied(want: Wanted, hands: Hands, chosen: Choices) -> int:
    """The exit code, once the plan was shown and, where it may be, carried out."""
    made = _plan(want, hands, chosen)
    due = made.due(chosen.prune)
    say = partial(click.echo, err=chosen.as_json)  # the JSON document stands on stdout alone
    if not chosen.as_json or _asks(chosen):
        say("\n".join(told.planned(made, chosen.prune)))
    outcomes: list[Outcome] = []
    if due and not made.errors and not chosen.check:
        _agree(chosen)
        outcomes = carry_out(due, hands)
        if not chosen.as_json:
            say("\n".join(told.ended(outcomes)))
    document = told.document(made, outcomes, hands.bootstrap, chosen.prune)
    if chosen.as_json:
        click.echo(json.dumps(document, indent=2))
    for error in made.errors:
        click.echo(f"Error: {error}", err=True)
    if failed := next((row.error for row in outcomes if row.error), None):
        raise failed
    if outcomes and not until(lambda: not _plan(want, hands, chosen).due(chosen.prune), SETTLED_S):
        raise MachineError(
            "every step was carried out, and yet the broker is not as the contracts say",
            "`tickets broker apply --check` names what differs; somebody else may be changing it.",
        )
    return 0 if document["ok"] else 1


def _plan(want: Wanted, hands: Hands, chosen: Choices) -> Plan:
    """The plan by what broker and registry say now; MachineError where access rules can't be had."""
    names, rules = [topic.name for topic in want.topics], not chosen.without_acls
    found = access.read(hands.client, names, acls=rules, users=bool(hands.passwords))
    if found.acls is None and rules:
        raise MachineError(
            f"the broker at {hands.bootstrap} has no authorizer: anybody may do anything, and no rule can be set",
            "Give it one (docs/access.md), or set up topics and schemas alone with --without-acls.",
        )
    newest = {subject: hands.registry.newest(subject) for subject in want.schemas} if hands.registry else None
    bare = Wanted(want.topics, (), want.schemas, want.notes) if chosen.without_acls else want
    return plan(bare, found, newest, hands.passwords)


def _asks(chosen: Choices) -> bool:
    return not chosen.yes and not chosen.check


def terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty()


def _agree(chosen: Choices) -> None:
    """Return once it may be carried out: wrong use where nobody can be asked, and nobody said yes."""
    if not _asks(chosen):
        return
    if not terminal():
        raise click.UsageError("Nobody can be asked here: add --yes to carry this out, or --check to look only.")
    if not click.confirm("Carry this out?", err=True):
        click.echo("Nothing was changed.", err=True)
        raise click.exceptions.Exit(1)
