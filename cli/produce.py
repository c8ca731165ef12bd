"""`tickets produce`: wires contract, broker and producer; generated events, or somebody's own from a file.

What needs Kafka or JSON Schema is imported when it runs, so that `--help` stays quick.
"""

import contextlib
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

import click

from cli import options
from cli.contracts import catalogue, topic_config
from contracts.compiler.model import Contract
from runtime import logs
from runtime.broker import Broker, connect
from runtime.workspace import Workspace

if TYPE_CHECKING:
    from producer.send import Sender

INTERRUPTED = 130
NONE = Decimal(0)
CLAUSES_SHOWN = 10
GENERATOR_OPTIONS = ("seed", "invalid", "duplicates", "late", "start")
INTAKE_OPTIONS = ("input_format", "make_ids")
EPILOG = """\b
Examples:
  tickets produce client_tickets --events 20000 --seed 1
  tickets produce client_tickets --events 20000 --invalid 3% --duplicates 1% --late 2%
  tickets produce client_tickets --from tickets.csv
  cat tickets.jsonl | tickets produce client_tickets --from -
"""


class Share(click.ParamType[Decimal]):
    """`3%` or `0.03` to a Decimal from 0 to 1, exactly."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Refuse, with examples, what is no share."""
        if isinstance(value, Decimal):
            return value
        match = re.fullmatch(r"(\d+(?:\.\d+)?|\.\d+)(%?)", str(value).strip())
        share = Decimal(match[1]) / (100 if match[2] else 1) if match else Decimal(-1)
        if not 0 <= share <= 1:
            self.fail(f"'{value}' is no share; write 3% or 0.03.", param, ctx)
        return share


class Moment(click.ParamType[datetime]):
    """An ISO 8601 day (its 00:00 UTC) or timestamp with offset to a datetime in UTC."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Refuse, with examples, what is neither."""
        from contracts.compiler.temporal import ISO_DATE, ISO_TIMESTAMP, reader

        if isinstance(value, datetime):
            return value
        found = reader(ISO_TIMESTAMP)(str(value))
        day = reader(ISO_DATE)(str(value))
        if isinstance(day, date):
            found = datetime(day.year, day.month, day.day, tzinfo=UTC)
        if not isinstance(found, datetime):
            self.fail(f"'{value}' is no moment; write 2026-01-05 or 2026-01-05T08:30:00Z.", param, ctx)
        return found


def default_start(contract: Contract, now: datetime) -> datetime:
    """00:00 UTC of the day from which the events fill the time up to now, normally seven days ago."""
    from producer.mix import span_of

    return (now - span_of(contract)).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def run_generated(
    contract: Contract,
    broker: Broker,
    workspace: Workspace,
    *,
    events: int,
    seed: int,
    rate: float | None = None,
    invalid: Decimal = NONE,
    duplicates: Decimal = NONE,
    late: Decimal = NONE,
    start: datetime | None = None,
    timeout_s: float = 60.0,
    progress: bool = False,
) -> dict[str, Any]:
    """Send `events` generated events; the summary, in which `failed` counts what was not acknowledged.

    `start` None is `default_start`. ProducerError where the contract can't be generated from, or the shares don't fit.
    """
    from producer.mix import Shares, mixed, plan
    from producer.run import Control, send_all
    from producer.send import Pace, interruptible

    start = start or default_start(contract, datetime.now(UTC))
    counts = plan(contract, events, Shares(invalid, duplicates, late))
    began_s = time.monotonic()
    with _sender(contract, broker, workspace, timeout_s) as sender, interruptible() as stopped:
        with _meter(f"Sending to {contract.name}", events, progress) as advance:
            control = Control(Pace(rate, time.monotonic()), stopped, advance)
            sent = send_all(mixed(contract, events, seed, start, counts), sender, control)
            sender.finish()
        return {
            **_delivered(contract, sender),
            "events": events,
            "seed": seed,
            "start": start.isoformat(),
            "valid": sent.kinds["valid"],
            "invalid": sent.kinds["invalid"],
            "duplicates": sent.kinds["duplicate"],
            "late": sent.late,
            "invalid_by_clause": dict(sorted(sent.by_clause.items())),
            "stopped_early": stopped() or sender.stalled,
            "interrupted": stopped(),
            "seconds": round(time.monotonic() - began_s, 2),
        }


def run_file(
    contract: Contract,
    broker: Broker,
    workspace: Workspace,
    *,
    file: BinaryIO,
    size: int | None,
    input_format: Literal["csv", "jsonl"],
    make_ids: bool = False,
    rate: float | None = None,
    timeout_s: float = 60.0,
    progress: bool = False,
) -> dict[str, Any]:
    """Send somebody's own events; the summary, in which `read` = `sent` + `refused`.

    `size` in bytes is for the progress bar, None where it is not known.
    """
    from producer import table
    from producer.intake import Gate, Refusals, jsonl
    from producer.run import Control, send_lines
    from producer.send import Pace, interruptible, stamp

    gate = Gate(contract, make_ids)
    lines = table.rows(contract, file) if input_format == "csv" else jsonl(file)
    refusals = Refusals(workspace.refused / f"{contract.name}-{stamp(datetime.now(UTC))}.jsonl")
    began_s = time.monotonic()
    with _sender(contract, broker, workspace, timeout_s) as sender, interruptible() as stopped:
        with _meter(f"Sending to {contract.name}", size, progress) as advance, contextlib.closing(refusals):
            control = Control(Pace(rate, time.monotonic()), stopped, advance)
            taken = send_lines(lines, gate, refusals, sender, control)
            sender.finish()
        return {
            **_delivered(contract, sender),
            "read": taken.read,
            "refused": refusals.count,
            "refused_by_clause": dict(sorted(refusals.by_clause.items())),
            "refused_file": str(refusals.path) if refusals.count else None,
            "ids_made": gate.ids_made,
            "stopped_early": stopped() or sender.stalled,
            "interrupted": stopped(),
            "seconds": round(time.monotonic() - began_s, 2),
        }


@contextlib.contextmanager
def _sender(contract: Contract, broker: Broker, workspace: Workspace, timeout_s: float) -> Iterator["Sender"]:
    """A producer session for the contract's topic, which is made if missing; whatever happens, it is finished."""
    from producer.event import envelope_of, event_id
    from producer.send import Outbox, Route, Sender, stamp
    from runtime import kafka

    envelope = envelope_of(contract)
    kafka.ensure_topic(broker.bootstrap, envelope.topic, envelope.partitions, topic_config(contract))
    path = workspace.root / "outbox" / f"{contract.name}-{stamp(datetime.now(UTC))}.jsonl"
    route = Route(kafka.client_config(broker.bootstrap), envelope.topic, envelope.max_bytes, timeout_s)
    sender = Sender(route, Outbox(path, lambda value: event_id(contract, value)))
    log = logs.get("producer")
    log.info("sending", contract=contract.key, topic=envelope.topic, broker=broker.bootstrap)
    try:
        yield sender
    except BaseException:
        sender.abandon()
        raise
    finally:
        done = sender.delivery
        report = log.error if done.failed else log.info
        report("sent", contract=contract.key, sent=done.sent, acknowledged=done.acknowledged, failed=done.failed)


def _delivered(contract: Contract, sender: "Sender") -> dict[str, Any]:
    done = sender.delivery
    return {
        "contract": contract.key,
        "topic": contract.envelope.topic if contract.envelope else None,
        "sent": done.sent,
        "acknowledged": done.acknowledged,
        "failed": done.failed,
        "errors": done.errors,
        "outbox": str(sender.outbox.path) if sender.outbox.used else None,
    }


@contextlib.contextmanager
def _meter(what: str, total: int | None, wanted: bool) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error, where that is a terminal; a function that moves it on."""
    if not wanted or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda steps: bar.update(task, advance=steps)


def summary(done: dict[str, Any]) -> str:
    """The counts of a run as aligned lines, at most 80 columns but for paths."""
    names = ("read", "refused", "ids_made", "sent", "acknowledged", "failed", "valid", "invalid", "duplicates", "late")
    lines = [f"{done['contract']} to topic {done['topic']}: {done['sent']:,} events in {done['seconds']:.1f} s"]
    lines += [f"  {name.replace('_', ' '):<14}{done[name]:>12,}" for name in names if name in done]
    clauses = done.get("invalid_by_clause") or done.get("refused_by_clause") or {}
    most = sorted(clauses.items(), key=lambda row: -row[1])
    lines += ["By clause:"] * bool(most)
    lines += [f"  {count:>8,}  {clause}" for clause, count in most[:CLAUSES_SHOWN]]
    lines += [f"            and {len(most) - CLAUSES_SHOWN} more (--json names all)"] * (len(most) > CLAUSES_SHOWN)
    lines += [f"Not acknowledged: {count:,} times {reason}" for reason, count in done["errors"].items()]
    for name, text in (("outbox", "Not acknowledged, kept in"), ("refused_file", "Refused, kept in")):
        lines += [f"{text} {done[name]}"] if done.get(name) else []
    lines += ["Stopped before the end; what was handed over is counted above."] * done["stopped_early"]
    return "\n".join(lines)


def exit_code(done: dict[str, Any]) -> int:
    """130 after a stop by signal, 1 where anything is unacknowledged or refused, else 0."""
    if done["interrupted"]:
        return INTERRUPTED
    return int(bool(done["failed"] or done.get("refused") or done["stopped_early"]))


@click.command(epilog=EPILOG)
@click.argument("contract")
@click.option("--events", type=click.IntRange(1), help="How many events to generate and send.")
@click.option("--seed", type=int, default=1, show_default=True, help="With --start it defines every byte that is sent.")
@click.option("--start", type=Moment(), help="First moment of the events. [default: 00:00 UTC seven days ago]")
@click.option(
    "--invalid", type=Share(), default="0%", show_default=True, help="Share that breaks a clause (3% or 0.03)."
)
@click.option(
    "--duplicates", type=Share(), default="0%", show_default=True, help="Share that repeats an earlier event."
)
@click.option(
    "--late", type=Share(), default="0%", show_default=True, help="Share that is sent hours after it happened."
)
@click.option("--from", "source", metavar="FILE", help="Send your own events: JSONL or CSV; - is standard input.")
@click.option(
    "--input-format", type=click.Choice(["jsonl", "csv"]), help="[default: csv for a name ending so, else jsonl]"
)
@click.option("--make-ids", is_flag=True, help="With --from: give events without an id a random one.")
@click.option("--rate", type=click.FloatRange(0, min_open=True), help="At most this many events a second.")
@click.option(
    "--timeout", type=click.FloatRange(1), default=60.0, show_default=True, help="Seconds a broker may stay silent."
)
@options.contracts
@options.data
@options.broker
@options.as_json
@click.option(
    "--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Form of log lines."
)
@click.pass_context
def command(ctx: click.Context, /, contract: str, **chosen: Any) -> None:
    """Send events to the topic of CONTRACT: generated (--events), or your own (--from).

    Seed and start define the generated bytes; N counts all events sent, invalid and duplicate ones included. Lines of
    FILE that break the contract are not sent but kept, with every clause they break, in a file named at the end.

    Exit codes: 0 all is acknowledged; 1 something is not, or was refused; 2 wrong use; 130 stopped.
    """
    _check_use(ctx, chosen)
    logs.configure(chosen["log_format"], "info" if chosen["log_format"] == "json" else "warning")
    found = catalogue(chosen["contracts"]).get(contract)
    if found.envelope is None:
        raise click.UsageError(f"{found.key} describes no topic, so there is nothing to send.")
    pace: dict[str, Any] = {"rate": chosen["rate"], "timeout_s": chosen["timeout"], "progress": not chosen["as_json"]}
    with contextlib.ExitStack() as stack:
        own = _own_file(chosen, stack) if chosen["source"] else _generator(found, chosen)
        workspace = Workspace.open(chosen["data"])
        where = stack.enter_context(connect(chosen["broker"], workspace))
        done = (run_file if chosen["source"] else run_generated)(found, where, workspace, **own, **pace)
    click.echo(json.dumps(done) if chosen["as_json"] else summary(done))
    ctx.exit(exit_code(done))


def _check_use(ctx: click.Context, chosen: dict[str, Any]) -> None:
    """Wrong use where the options of both ways are mixed, or neither way is chosen."""
    if (chosen["events"] is None) == (chosen["source"] is None):
        raise click.UsageError("Say either --events N or --from FILE.")
    others, way = (GENERATOR_OPTIONS, "--events") if chosen["source"] else (INTAKE_OPTIONS, "--from")
    for name in others:
        if ctx.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT:
            raise click.UsageError(f"--{name.replace('_', '-')} goes with {way} only.")


def _generator(contract: Contract, chosen: dict[str, Any]) -> dict[str, Any]:
    """What run_generated is asked for; wrong use where it can't be done."""
    from producer.errors import ProducerError
    from producer.mix import Shares, plan, span_of

    now = datetime.now(UTC)
    start = chosen["start"] or default_start(contract, now)
    if start + span_of(contract) > now + timedelta(minutes=1):
        latest = (now - span_of(contract)).isoformat(timespec="seconds")
        raise click.UsageError(f"--start is later than {latest}: brokers refuse records from the future.")
    shares = {name: chosen[name] for name in ("invalid", "duplicates", "late")}
    try:
        plan(contract, chosen["events"], Shares(**shares))
    except ProducerError as error:
        raise click.UsageError(f"{error.what}. {error.remedy}") from error
    return {"events": chosen["events"], "seed": chosen["seed"], "start": start, **shares}


def _own_file(chosen: dict[str, Any], stack: contextlib.ExitStack) -> dict[str, Any]:
    """What run_file is asked for: the file open, its size where it has one, its format."""
    source = Path(chosen["source"])
    form = chosen["input_format"] or ("csv" if source.suffix.lower() == ".csv" else "jsonl")
    given = {"input_format": form, "make_ids": chosen["make_ids"]}
    if chosen["source"] == "-":
        return {**given, "file": sys.stdin.buffer, "size": None}
    try:
        file = stack.enter_context(source.open("rb"))
    except OSError as error:
        raise click.UsageError(f"{source} can't be read: {error.strerror}.") from error
    return {**given, "file": file, "size": source.stat().st_size if source.is_file() else None}
