"""The command: its options, which of them go together, and what is read before a broker is asked for."""

import contextlib
import json
import shlex
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import options
from cli.contracts import catalogue
from cli.named import without_topic
from cli.produce.parameters import PRODUCER_VARIABLE, Moment, Name, own_name
from cli.produce.runs import default_start, nothing_waits, outbox_folder, run_file, run_generated, run_resumed
from cli.produce.summary import exit_code, summary
from cli.watching import served
from contracts.compiler.model import Contract
from runtime import logs
from runtime.broker import connect
from runtime.workspace import Workspace

if TYPE_CHECKING:
    from producer.receipts import Receipts

EVENTS, FROM, RESUME = "--events", "--from", "--resume"
GOES_WITH = {
    "seed": (EVENTS,),
    "invalid": (EVENTS,),
    "duplicates": (EVENTS,),
    "late": (EVENTS,),
    "start": (EVENTS,),
    "input_format": (FROM,),
    "make_ids": (FROM,),
    "producer": (EVENTS, FROM),
}
EPILOG = """\b
Examples:
  tickets produce client_tickets --events 20000 --seed 1
  tickets produce client_tickets --events 20000 --invalid 3% --late 2%
  tickets produce client_tickets --from tickets.csv --producer ticketing-1
  cat tickets.jsonl | tickets produce client_tickets --from - --make-ids
  tickets produce client_tickets --from tickets.jsonl --receipts sent.jsonl
  tickets produce client_tickets --events 5000000 --rate 500 --metrics 9465
  tickets produce client_tickets --resume  # what was not acknowledged
"""


@click.command(epilog=EPILOG)
@click.argument("contract")
@click.option("--events", type=click.IntRange(1), help="How many events to generate and send.")
@click.option(
    "--seed", type=int, default=1, show_default=True, help="With --start it defines every value that is sent."
)
@click.option("--start", type=Moment(), help="First moment of the events. [default: 00:00 UTC seven days ago]")
@click.option(
    "--invalid", type=options.Share(), default="0%", show_default=True, help="Share that breaks a clause (3% or 0.03)."
)
@click.option(
    "--duplicates", type=options.Share(), default="0%", show_default=True, help="Share that repeats an earlier event."
)
@click.option(
    "--late", type=options.Share(), default="0%", show_default=True, help="Share that is sent hours after it happened."
)
@click.option("--from", "source", metavar="FILE", help="Send your own events: JSONL or CSV; - is standard input.")
@click.option(
    "--input-format",
    type=click.Choice(["jsonl", "csv"]),
    help="What FILE is. [default: csv for a name ending so, else jsonl]",
)
@click.option(
    "--make-ids",
    is_flag=True,
    help="With --from: give events without an id one, made of the line's number and its bytes. The same file sent "
    "again is then the same events; equal lines at different places stay different events.",
)
@click.option("--resume", is_flag=True, help="Send what was not acknowledged before, as it is, and nothing else.")
@click.option(
    "--receipts",
    type=options.Made(),
    metavar="FILE",
    help='Append a line {"id", "partition", "offset"} for each acknowledged record, as acknowledgements arrive.',
)
@click.option(
    "--producer",
    type=Name(),
    envvar=PRODUCER_VARIABLE,
    default=own_name,
    show_default="this host's name",
    help="Who sends, in the header that the contract has for it (or TICKETS_PRODUCER).",
)
@click.option("--rate", type=click.FloatRange(0, min_open=True), help="At most this many events a second.")
@click.option(
    "--timeout",
    type=click.FloatRange(1),
    default=60.0,
    show_default=True,
    help="Seconds a broker may stay silent; one that comes back before is waited for.",
)
@options.metrics
@options.contracts
@options.data
@options.broker
@options.as_json
@click.option(
    "--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Form of log lines."
)
@click.pass_context
def command(ctx: click.Context, /, contract: str, **chosen: Any) -> None:
    """Send events to the topic of CONTRACT: generated (--events), your own (--from), or kept from before (--resume).

    Seed and start define the generated values; N counts all events sent, invalid and duplicate ones included. Lines of
    FILE that break the contract are not sent but kept, with every clause they break, in a file named at the end.

    What the broker does not acknowledge is kept in <data>/outbox, and the summary says why and what to do. --resume
    sends it later, oldest first, with the same bytes, key, headers and time; what is acknowledged then leaves its file.

    After a kill, run the same command again: generated events of one seed and start, and those with ids of their own or
    by --make-ids, are the same ones, so that what went twice counts once.

    Exit codes: 0 all is acknowledged; 1 something is not, or was refused; 2 wrong use; 130 stopped.
    """
    way = _way(ctx, chosen)
    logs.configure(chosen["log_format"], "info" if chosen["log_format"] == "json" else "warning")
    found = catalogue(chosen["contracts"]).get(contract)
    if found.envelope is None:
        raise without_topic(found, "there is nothing to send")
    with contextlib.ExitStack() as stack:
        done = _done(way, found, chosen, stack)
    done["resume"] = _resume_command(ctx, contract) if done.get("outbox") else None
    click.echo(json.dumps(done) if chosen["as_json"] else summary(done))
    ctx.exit(exit_code(done))


def _way(ctx: click.Context, chosen: dict[str, Any]) -> str:
    """Which of the three ways is asked for; wrong use where none or several are, or options of another one."""
    given = {EVENTS: chosen["events"] is not None, FROM: chosen["source"] is not None, RESUME: chosen["resume"]}
    if sum(given.values()) != 1:
        raise click.UsageError("Say one of --events N, --from FILE and --resume.")
    way = next(name for name, asked in given.items() if asked)
    for name, ways in GOES_WITH.items():
        if way not in ways and ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--{name.replace('_', '-')} goes with {' and '.join(ways)} only.")
    return way


def _done(way: str, contract: Contract, chosen: dict[str, Any], stack: contextlib.ExitStack) -> dict[str, Any]:
    """Run it; everything that can be wrong use is read before a broker is asked for."""
    pace: dict[str, Any] = {"rate": chosen["rate"], "timeout_s": chosen["timeout"], "progress": not chosen["as_json"]}
    own: dict[str, Any] = {}
    if way == EVENTS:
        own = _generator(contract, chosen)
    elif way == FROM:
        own = _own_file(chosen, stack)
    pace["metrics"] = stack.enter_context(served(chosen["metrics"]))
    pace["receipts"] = _receipts(contract, chosen["receipts"], stack)
    workspace = Workspace.open(chosen["data"])
    if way == RESUME:
        return _resumed(contract, workspace, chosen["broker"], pace)
    where = stack.enter_context(connect(chosen["broker"], workspace))
    run: Callable[..., dict[str, Any]] = run_generated if way == EVENTS else run_file
    return run(contract, where, workspace, producer=chosen["producer"], **own, **pace)


def _resumed(contract: Contract, workspace: Workspace, broker: str, pace: dict[str, Any]) -> dict[str, Any]:
    """What waits in the outbox, sent; without anything there no broker is asked for."""
    from producer.event import envelope_of
    from producer.resume import waiting

    files = waiting(outbox_folder(workspace), envelope_of(contract).topic, contract.name)
    if not files:
        return nothing_waits(contract)
    with connect(broker, workspace) as where:
        return run_resumed(contract, where, workspace, files=files, **pace)


def _receipts(contract: Contract, path: Path | None, stack: contextlib.ExitStack) -> "Receipts | None":
    """The file of receipts, open; wrong use where it can't be."""
    if path is None:
        return None
    from producer.errors import ProducerError
    from producer.event import event_id
    from producer.receipts import Receipts

    try:
        made = Receipts(path, lambda value: event_id(contract, value))
    except ProducerError as error:
        raise click.UsageError(f"{error.what}. {error.remedy}") from error
    except OSError as error:
        raise click.UsageError(f"{path} can't be written: {error.strerror}.") from error
    stack.callback(made.close)
    return made


def _resume_command(ctx: click.Context, contract: str) -> str:
    """The command that sends what was kept, with what was given here to find contract, workspace and broker."""
    words = ["tickets", "produce", contract, RESUME]
    for name in ("contracts", "data", "broker"):
        if ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            words += [f"--{name}", str(ctx.params[name])]
    return shlex.join(words)


def _generator(contract: Contract, chosen: dict[str, Any]) -> dict[str, Any]:
    """What run_generated is asked for; wrong use where it can't be done."""
    from producer.errors import ProducerError
    from producer.plan import Shares, plan, span_of

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
