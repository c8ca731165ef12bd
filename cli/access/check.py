"""`tickets broker check`: one event of a contract to a scratch topic and back."""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from cli import options
from cli.contracts import catalogue, topic_config
from cli.views.topic import envelope_of
from contracts.compiler.model import Contract
from runtime import broker as brokers
from runtime import kafka, probe
from runtime.errors import MachineError
from runtime.workspace import Workspace

SCRATCH = "tickets-check-"
EXAMPLES = """\b
Examples:
  tickets broker check
  tickets broker check client_tickets --broker kafka-1:9092 --json
  tickets broker check --topic scratch         # where you may make no topic
"""


@dataclass(slots=True)
class Report:
    """What was tried, each with its milliseconds; `error` is where it ended."""

    broker: str
    topic: str
    steps: dict[str, float] = field(default_factory=dict)
    error: MachineError | None = None

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what is done within, or keep why it could not be done."""
        began_s = time.monotonic()
        try:
            yield
        except MachineError as error:
            self.error = self.error or error
        else:
            self.steps[name] = round((time.monotonic() - began_s) * 1000, 1)

    def document(self) -> dict[str, Any]:
        """For --json."""
        why = self.error.what if self.error else None
        said = {"ok": self.error is None, "broker": self.broker, "topic": self.topic}
        return {**said, "milliseconds": self.steps, "reason": why}


@click.command(epilog=EXAMPLES)
@click.argument("contract", default="client_tickets")
@click.option("--topic", help="Use this topic, which stays; default: a new one, removed afterwards.")
@options.contracts
@options.data
@options.broker
@options.as_json
@click.pass_context
def check(
    ctx: click.Context,
    contract: str,
    topic: str | None,
    contracts: Path | None,
    data: Path,
    broker: str,
    as_json: bool,
) -> None:
    """Send one event of CONTRACT to a scratch topic and read it back, as this client's settings allow.

    The contract's own topic is never used. Exits with 1 where the event does not come back as it was sent.
    """
    folder = catalogue(contracts)
    found = folder.get(contract)
    ours = {row.envelope.topic for row in (found, *folder.newest()) if row.envelope}
    if topic in ours:
        raise click.UsageError(f"{topic} is a contract's topic, and what is sent for a try would be data in it.")
    record = _event(found)
    with brokers.connect(broker, Workspace.open(data)) as where:
        report = Report(where.bootstrap, topic or f"{SCRATCH}{secrets.token_hex(4)}")
        _round_trip(report, found, record, made=topic is None)
    _tell(report, as_json)
    if report.error is not None:
        raise report.error
    ctx.exit(0)


def _event(contract: Contract) -> probe.Sent:
    """One valid event, as the producer would send it."""
    from producer.event import encode
    from producer.payloads import events

    start = datetime.now(UTC).replace(microsecond=0)
    event = next(iter(events(contract, count=1, seed=secrets.randbits(31), start=start)))
    return probe.Sent(event.key, encode(event.value), event.headers)


def _round_trip(report: Report, contract: Contract, record: probe.Sent, *, made: bool) -> None:
    """There and back; a topic that was made for it is removed whatever happens. The first error is kept."""
    here = (report.broker, report.topic)
    if made:
        with report.step("create"):
            kafka.ensure_topic(*here, envelope_of(contract).partitions, topic_config(contract))
        if report.error is not None:
            return
    with report.step("publish"):
        place = probe.publish(*here, record)
    if report.error is None:
        with report.step("consume"):
            _same(probe.consume(*here, place), record, f"{report.topic} {place[0]}:{place[1]}")
    if made:
        with report.step("remove"):
            probe.remove(*here)


def _same(back: probe.Sent, record: probe.Sent, place: str) -> None:
    if back != record:
        raise MachineError(
            f"the event at {place} is not the one that was sent",
            "Look for what stands between client and broker and changes records.",
        )


def _tell(report: Report, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(report.document()))
        return
    for name, took_ms in report.steps.items():
        click.echo(f"{name:<8} {took_ms:8.1f} ms")
    if report.error is None:
        click.echo(f"One event went to {report.topic} on {report.broker} and came back as it was sent.")
