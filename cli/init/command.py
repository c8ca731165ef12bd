"""The command: where samples come from, where the draft goes, and whether it is run at once."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import click

from cli import options
from cli.contracts import catalogue
from cli.init import run as running
from cli.init import told
from cli.init.ask import fields_asked
from cli.init.cases import beside
from cli.init.samples import CsvError, Samples, read_samples
from cli.init.sketch import Asked, Judged, judged, sketch_of, whole
from runtime import logs

TOPIC = re.compile(r"[a-z][a-z0-9_]{0,99}")
EPILOG = """\b
Examples:
  tickets init orders --from orders.jsonl
  tickets init orders --from orders.csv --dry-run
  kcat -C -b HOST:9092 -t orders -e | tickets init orders --from -
  tickets init orders --from orders.jsonl --owner shop --run
  tickets init orders                     # asks for each field
"""


@click.command(epilog=EPILOG)
@click.argument("topic")
@click.option(
    "--from", "source", metavar="FILE", help="Sample events: JSONL or CSV with a header; - is standard input."
)
@click.option(
    "--input-format",
    type=click.Choice(["jsonl", "csv"]),
    help="What FILE is. [default: csv for a name ending so, else jsonl]",
)
@click.option("--limit", type=click.IntRange(1), default=10_000, show_default=True, help="Events read at most.")
@click.option("--id", "event_id", metavar="FIELD", help="The field that identifies an event.")
@click.option("--key", metavar="FIELD", help="The field that is the record's key: its events keep their order.")
@click.option("--time", "event_time", metavar="FIELD", help="The timestamp that says when an event happened.")
@click.option("--owner", metavar="TEAM", help="The team that owns the contract.")
@click.option("--out", type=options.Made("--dry-run prints the draft"), help="Write the draft there instead.")
@click.option("--dry-run", is_flag=True, help="Print the draft, and write nothing.")
@click.option("--run/--no-run", "wanted", default=None, help="Run the draft end to end. [default: asks on a terminal]")
@click.option(
    "--broker",
    type=click.Choice(["embedded", "redpanda"]),
    default="embedded",
    show_default=True,
    help="What a run is tried on: a broker of its own, never one that others use.",
)
@options.contracts
@options.data
@options.as_json
def command(topic: str, source: str | None, **chosen: Any) -> None:
    """Write a draft contract for TOPIC, made from sample events (--from) or from answers on a terminal.

    Types, formats, lists of values, what is required, ids, event time and personal data are guessed; each guess is
    marked in the YAML with its reason, to be confirmed by a person. Every event that was read fits the draft, or is
    named. The file is contracts/TOPIC/v1.odcs.yaml; one that is there is never overwritten. Beside it, v1.cases.yaml
    says what the draft accepts and refuses, clause by clause; each case is judged before it is written.

    --run then checks it and makes payloads; with Java also sends samples and payloads, processes, exports and audits
    them, in a workspace of its own below --data.

    Exit codes: 0 done; 1 a line is no event, or the draft is not complete yet; 2 wrong use, or the file is there.
    """
    logs.configure("text", "warning")
    if chosen["dry_run"] and chosen["wanted"]:
        raise click.UsageError("--dry-run writes nothing, so there is nothing to --run.")
    _check_name(topic)
    usual = catalogue(chosen["contracts"]).root / topic / "v1.odcs.yaml"
    file = chosen["out"] or usual
    if file.exists() and not chosen["dry_run"]:
        raise click.UsageError(_there(file, topic))
    asked = Asked(chosen["event_id"], chosen["key"], chosen["event_time"], chosen["owner"])
    found, samples = _found(topic, source, chosen, asked, str(usual))
    drafted = None if chosen["dry_run"] else beside(found, samples.events, file)
    said = told.document(found, samples, str(file) if drafted else None, source or "your answers", drafted)
    if drafted is not None:
        _write(file, found.text, topic)
        if drafted.cases is not None:
            _write(drafted.file, drafted.cases.text, topic)
    _tell(said, found, chosen)
    done = running.run(found, samples.events, chosen["data"], chosen["broker"]) if _is_run(chosen) else None
    if chosen["as_json"]:
        click.echo(json.dumps({**said, "run": done}, indent=2, default=str))
    elif done is not None:
        click.echo("\n".join(running.lines(done)))
    whole_draft = not (samples.bad or found.refused or found.problems) and (done is None or done["ok"])
    if not whole_draft:
        raise click.exceptions.Exit(1)


def _check_name(topic: str) -> None:
    if not TOPIC.fullmatch(topic):
        near = re.sub(r"[^a-z0-9]+", "_", topic.lower()).strip("_0123456789")
        hint = f" Did you mean {near}?" if near else ""
        raise click.UsageError(f"'{topic}' is no contract name: lower case letters, digits and _.{hint}")


def _there(file: Path, topic: str) -> str:
    return (
        f"{file} is there, and is not overwritten. A change of it is a new version in that file; one that breaks its "
        f"readers is a file v2.odcs.yaml beside it (contracts/README.md, Versions). To see a draft: "
        f"`tickets init {topic} --dry-run`, or --out FILE."
    )


def _found(topic: str, source: str | None, chosen: dict[str, Any], asked: Asked, place: str) -> tuple[Judged, Samples]:
    """The draft, from samples or from answers, and what it was made from."""
    if source is None:
        if not sys.stdin.isatty():
            raise click.UsageError("Say --from FILE (or - for standard input); questions need a terminal.")
        fields, event = fields_asked()
        if not fields:
            raise click.UsageError("A contract has at least one field.")
        samples = Samples((event,), (), False)
        return judged(whole(topic, "answers", fields, (), [event.value], asked), place, samples.events), samples
    samples = _read(source, chosen["input_format"], chosen["limit"])
    name = "standard input" if source == "-" else Path(source).name
    sketch = sketch_of(topic, f"{len(samples.events)} events of {name}", [e.value for e in samples.events], asked)
    if not sketch.fields:
        raise click.ClickException(_no_field(samples, name))
    return judged(sketch, place, samples.events), samples


def _no_field(samples: Samples, name: str) -> str:
    reasons = [f"  line {bad.line}: {bad.reason}" for bad in samples.bad[: told.SHOWN]]
    head = f"{name} has no field that can be described, in {len(samples.events)} events."
    return "\n".join([head, *reasons, "Give events as JSON objects, one a line, or CSV with a header."])


def _read(source: str, form: str | None, most: int) -> Samples:
    form = form or ("csv" if source.lower().endswith(".csv") else "jsonl")
    try:
        if source == "-":
            return read_samples(sys.stdin.buffer, form, most)
        with Path(source).open("rb") as file:
            return read_samples(file, form, most)
    except CsvError as error:
        raise click.UsageError(f"{source}: {error}.") from None
    except OSError as error:
        raise click.UsageError(f"{source} can't be read: {error.strerror}.") from error


def _write(file: Path, text: str, topic: str) -> None:
    """The file, new: another that came meanwhile stays as it is."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise click.UsageError(_there(file, topic)) from None


def _tell(said: dict[str, Any], found: Judged, chosen: dict[str, Any]) -> None:
    """What was found; of a draft that is not written its text is the result, and the rest goes to standard error."""
    if chosen["as_json"]:
        return
    if chosen["dry_run"]:
        click.echo(found.text, nl=False)
    click.echo("\n".join(told.lines(said)), err=chosen["dry_run"])
    if said["file"]:
        click.echo(f"Next      look at the marks, and at the cases; {_lint(said, chosen)}")


def _lint(said: dict[str, Any], chosen: dict[str, Any]) -> str:
    folder = f" --contracts {chosen['contracts']}" if chosen["contracts"] else ""
    return f"`tickets contracts lint{folder}`" if not chosen["out"] else f"`tickets contracts lint {said['file']}`"


def _is_run(chosen: dict[str, Any]) -> bool:
    """As asked for; else a person is asked, and nobody where there is none."""
    if chosen["wanted"] is not None or chosen["dry_run"] or chosen["as_json"]:
        return bool(chosen["wanted"])
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    return terminal and click.confirm("Run it end to end now?", default=True)
