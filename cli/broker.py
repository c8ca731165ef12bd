"""`tickets broker`: keep a broker running between commands, and bring any broker to what the contracts say."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from cli import options
from cli.access.apply import apply
from cli.access.check import check
from cli.lazy import PlainGroup
from runtime import broker as brokers
from runtime.workspace import Workspace

EXAMPLES = """\b
Examples:
  tickets broker up
  tickets broker up --broker redpanda --port 9092
  tickets broker status --json
  tickets broker apply --check
  tickets broker check --broker kafka-1:9092
  tickets broker down
"""


@click.group(cls=PlainGroup, epilog=EXAMPLES)
def command() -> None:
    """Keep a broker running between commands; set up topics and access on any broker.

    Without `up`, each command starts the broker it needs and stops it afterwards (some seconds each time); the
    topics of the embedded broker stay on disk either way. One workspace (--data) runs one broker.
    """


command.add_command(apply)
command.add_command(check)


@command.command(epilog="\b\nExample:\n  tickets broker up --port 9092")
@options.data
@options.broker
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Port for clients; default: last time's or a free one.",
)
@options.as_json
def up(data: Path, broker: str, port: int, as_json: bool) -> None:
    """Start a broker that keeps running until `tickets broker down`."""
    started = brokers.up(broker, Workspace.open(data), port)
    show(as_json, {"running": True, **asdict(started)}, f"{started.kind} broker at {started.bootstrap}")


@command.command(epilog="\b\nExample:\n  tickets broker status --json")
@options.data
@options.as_json
@click.pass_context
def status(ctx: click.Context, data: Path, as_json: bool) -> None:
    """Say which broker this workspace runs; exits with 1 if there is none or it does not answer."""
    found = brokers.status(Workspace.open(data))
    if found is None:
        show(
            as_json,
            {"running": False},
            "no broker is running in this workspace (`tickets broker up` starts one)",
        )
        ctx.exit(1)
    kept = "kept until `tickets broker down`" if found.kept else "ends with the last command that uses it"
    answers = "answers" if found.answers else "does not answer"
    text = f"{found.kind} broker at {found.bootstrap} {answers}; since {found.started_at}, "
    text += f"users: {found.users}, {kept}"
    show(as_json, {"running": True, **asdict(found)}, text)
    ctx.exit(0 if found.answers else 1)


@command.command(epilog="\b\nExample:\n  tickets broker down")
@options.data
@options.as_json
def down(data: Path, as_json: bool) -> None:
    """Stop the broker of this workspace, even if a command uses it; the embedded broker's topics stay on
    disk.
    """
    stopped = brokers.down(Workspace.open(data))
    text = f"stopped the {stopped.kind} broker at {stopped.bootstrap}" if stopped else "no broker was running"
    show(as_json, {"stopped": asdict(stopped) if stopped else None}, text)


def show(as_json: bool, document: dict[str, object], text: str) -> None:
    """A result on stdout, as one JSON document or as a sentence."""
    click.echo(json.dumps(document) if as_json else text)
