"""`tickets contracts diff`: what a change of contracts breaks, for whom, with an event that proves it."""

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contracts.compiler.catalogue import HOME
from contracts.compiler.errors import ContractError
from runtime.files import write_atomically
from runtime.progress import is_alive

if TYPE_CHECKING:
    from cli.review.compare import Terms
    from contracts.compiler.diff.model import Comparison, Report
    from contracts.compiler.diff.model import Waiver as WaiverRow

FORMATS = ("text", "json", "markdown", "github", "junit", "html")  # the keys of cli.review.formats.FORMATS
BARS = ("breaking", "unproven", "any", "none")
STDOUT = Path("-")
WAIVERS = "waivers.yaml"  # beside the contracts, read where it is there
ABOVE, NOT_COMPARED = 1, 2
_NOT_COMPARED = frozenset({"HistoryError", "TopicError"})  # by name: their modules are loaded when they are needed
EPILOG = """\b
Examples:
  tickets contracts diff old.odcs.yaml new.odcs.yaml
  tickets contracts diff --against main
  tickets contracts diff --against HEAD~1 --format html --output review.html
  tickets contracts diff old.yaml new.yaml --mode backward --json
  tickets contracts diff old.yaml new.yaml --on-topic

Exit codes: 0 nothing above the bar; 1 something above it, a version number that is
not honest, or a waiver that has expired or is not needed; 2 nothing could be compared.
"""


@click.command(epilog=EPILOG)
@click.argument("files", nargs=-1, metavar="[OLD NEW]", type=click.Path(path_type=Path))
@click.option("--against", metavar="GIT_REF", help="Compare all contracts of the checkout with what they were there.")
@click.option(
    "--contracts",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="TICKETS_CONTRACTS",
    help="With --against: the folder of the contracts, in a git checkout (default: of this checkout).",
)
@click.option(
    "--format",
    "formats",
    type=click.Choice(FORMATS),
    multiple=True,
    help="Form of the answer; may be repeated. [default: text]",
)
@click.option(
    "--output",
    "outputs",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    multiple=True,
    help="File for each --format; - is standard output.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--fail-on",
    type=click.Choice(BARS),
    default="unproven",
    show_default=True,
    help="The least that makes the exit code 1; unproven includes breaking.",
)
@click.option(
    "--mode",
    type=click.Choice(["backward", "forward", "full"]),
    help="Whom to protect. [default: what the contracts say]",
)
@click.option(
    "--waivers",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"Decisions that let findings pass. [default: {WAIVERS} beside the contracts]",
)
@click.option(
    "--on-topic", is_flag=True, help="Check every witness through Spark too, on a real topic with both versions."
)
@click.option("--switch-off", "off", multiple=True, metavar="RULE", help="Leave a rule out; replay must then find it.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed replays the same events.")
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=lambda: min(os.cpu_count() or 1, 4),
    help="Processes that replay. [default: one a core, at most 4]",
)
def diff(files: tuple[Path, ...], against: str | None, **chosen: Any) -> None:
    """Compare two contract files, or every contract of a checkout with what it was at a git ref.

    Each change is judged by replaying at least 1,000 events each way, on every boundary of both contracts, through the
    decoder and the JSON Schema of the other version: breaking (with an event that proves it), compatible, or unproven.
    """
    _check_use(files, against, chosen)
    try:
        report = _report(files, against, chosen)
    except ContractError as error:
        raise _refused(str(error)) from None
    except Exception as error:
        if type(error).__name__ not in _NOT_COMPARED:
            raise
        raise _refused(str(error)) from None
    _print(report, chosen)
    if _stops(report, chosen["fail_on"]):
        raise click.exceptions.Exit(ABOVE)


def _check_use(files: tuple[Path, ...], against: str | None, chosen: dict[str, Any]) -> None:
    if bool(files) == (against is not None) or len(files) not in (0, 2):
        raise click.UsageError("Give two files, OLD and NEW, or --against GIT_REF.")
    for file in files:
        if not file.is_file():
            raise click.UsageError(f"{file} is no file.")
    if chosen["outputs"] and len(chosen["outputs"]) != len(chosen["formats"] or ("text",)):
        raise click.UsageError("Give one --output for each --format.")
    if chosen["outputs"].count(STDOUT) > 1:
        raise click.UsageError("Only one --output can be standard output.")
    if len(chosen["formats"]) > 1 and not chosen["outputs"]:
        raise click.UsageError("Several formats need an --output each.")
    if chosen["off"]:
        from contracts.compiler.diff.table import RULES

        for rule in chosen["off"]:
            if rule not in RULES:
                raise click.UsageError(f"There is no rule '{rule}'. See `tickets contracts rules`.")


def _refused(words: str) -> click.exceptions.Exit:
    click.echo(f"Nothing was compared.\n{words}", err=True)
    return click.exceptions.Exit(NOT_COMPARED)


def _report(files: tuple[Path, ...], against: str | None, chosen: dict[str, Any]) -> "Report":
    from cli.review.compare import Terms
    from contracts.compiler.diff import waivers

    folder = chosen["contracts"] or HOME
    rows = _waivers(chosen["waivers"], folder if against is not None else None)
    with _progress() as (advance, step):
        terms = Terms(seed=chosen["seed"], off=frozenset(chosen["off"]), mode=chosen["mode"], advance=advance)
        made = _two_files(files, terms) if files else _checkout(str(against), folder, terms, chosen["workers"], step)
        if chosen["on_topic"]:
            made = _on_topic(files, made, step)
    return waivers.apply(made, rows, datetime.now(UTC).date())


def _two_files(files: tuple[Path, ...], terms: "Terms") -> "tuple[Comparison, ...]":
    from dataclasses import replace

    from cli.review.compare import compare
    from cli.review.versions import read

    own_file = files[0].resolve() != files[1].resolve()
    return (compare(read(files[0]), read(files[1]), replace(terms, own_file=own_file)),)


def _checkout(
    ref: str, folder: Path, terms: "Terms", workers: int, step: Callable[[str], None]
) -> "tuple[Comparison, ...]":
    from cli.review.against import Order, review
    from cli.review.history import Checkout

    checkout = Checkout.of(folder)
    return review(Order(checkout, checkout.base(ref), terms, workers), step)


def _on_topic(
    files: tuple[Path, ...], made: "tuple[Comparison, ...]", step: Callable[[str], None]
) -> "tuple[Comparison, ...]":
    from cli.review.topic import confirm

    if not files:
        raise click.UsageError("--on-topic compares two files; name OLD and NEW.")
    confirmed: tuple[Comparison, ...] = confirm(files[0], files[1], made, step)
    return confirmed


def _waivers(path: Path | None, folder: Path | None) -> "tuple[WaiverRow, ...]":
    from contracts.compiler import yaml_reader
    from contracts.compiler.diff import waivers

    beside = folder / WAIVERS if folder is not None else None
    chosen = path or (beside if beside is not None and beside.is_file() else None)
    return () if chosen is None else waivers.read(chosen, yaml_reader.read(chosen))


@contextlib.contextmanager
def _progress() -> Iterator[tuple[Callable[[int], None], Callable[[str], None]]]:
    """A progress line on standard error, where that is a terminal: events replayed, and what is looked at."""
    if not is_alive():
        yield (lambda _: None), (lambda _: None)
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed} events"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Replaying", total=None)
        yield (
            lambda count: bar.update(task, advance=count),
            lambda words: bar.update(task, description=f"Compared {words}"),
        )


def _print(report: "Report", chosen: dict[str, Any]) -> None:
    from cli.review.formats import FORMATS as RENDER
    from cli.review.formats import Context

    context = Context(bar=chosen["fail_on"])
    formats = chosen["formats"] or (("json",) if chosen["as_json"] else ("text",))
    for name, path in zip(formats, chosen["outputs"] or (STDOUT,), strict=True):
        text = RENDER[name](report, context).rstrip("\n")
        if path == STDOUT:
            click.echo(text)
        else:
            write_atomically(path, f"{text}\n")


def _stops(report: "Report", bar: str) -> bool:
    from cli.review.formats import Context

    if bar == "none":
        return False
    context = Context(bar=bar)
    return bool(report.problems) or any(context.stopping(row) or context.dishonest(row) for row in report.comparisons)


@click.command(epilog="\b\nExamples:\n  tickets contracts rules\n  tickets contracts rules maximum\n")
@click.argument("part", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@click.option("--markdown", is_flag=True, help="As the table of docs/contract-review.md.")
def rules(part: str | None, as_json: bool, markdown: bool) -> None:
    """List the rules a comparison speaks by, or those whose id has PART in it."""
    from cli.habits import nearest
    from cli.review.rules import as_rows, as_table
    from contracts.compiler.diff.table import RULES

    rows = [row for row in as_rows() if part is None or part in row["rule"]]
    if not rows:
        raise click.UsageError(f"No rule has '{part}' in its id.{nearest(part or '', RULES)}")
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif markdown:
        click.echo(as_table(rows))
    else:
        for row in rows:
            click.echo(f"{row['rule']:<32} {row['says']}")
