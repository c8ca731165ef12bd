"""`tickets export`: wires contracts, workspace and the exports room; heavy libraries are loaded when it runs."""

import contextlib
import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import lineage, options
from cli.contracts import catalogue
from cli.habits import nearest
from contracts.compiler.catalogue import Catalogue
from contracts.compiler.model import Contract
from runtime import progress, standing
from runtime.errors import MachineError
from runtime.workspace import Workspace

if TYPE_CHECKING:
    from exports.run import Order

FORMATS = ("json", "csv", "parquet", "duckdb")  # the keys of exports.sinks.SINKS, which is slow to import
EPILOG = """\b
Examples:
  tickets export
  tickets export client_tickets --format parquet
  tickets export --format json,csv --json
  TICKETS_EXPORTS=s3://BUCKET/PREFIX tickets export

With TICKETS_EXPORTS files go to that bucket instead of DATA/exports. See docs/buckets.md.
"""


class Formats(click.ParamType[tuple[str, ...]]):
    """`json,csv` to a tuple of known formats, each once."""

    name = "formats"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Refuse, naming the known ones, what is no format."""
        if isinstance(value, tuple):
            return value
        wanted = tuple(dict.fromkeys(part.strip() for part in str(value).split(",") if part.strip()))
        unknown = [name for name in wanted if name not in FORMATS]
        if unknown or not wanted:
            near = nearest(unknown[0], FORMATS) if unknown else ""
            self.fail(f"'{', '.join(unknown)}' is no format. Known: {', '.join(FORMATS)}.{near}", param, ctx)
        return wanted


def run_export(source: Contract, folder: Catalogue, data: Path, formats: tuple[str, ...] = FORMATS) -> dict[str, Any]:
    """Export one input contract's tables; the answer says folder, rows and files (paths relative to `data`)."""
    return _export(source, folder, Workspace.open(data), formats, with_raw=False)


def _export(
    source: Contract, folder: Catalogue, workspace: Workspace, formats: tuple[str, ...], with_raw: bool
) -> dict[str, Any]:
    from exports.run import Order, export

    order = Order(source, tuple(folder.outputs(source)), workspace, formats, with_raw)
    with _lineage(order) as run:
        try:
            answer = export(order, progress.step)
        except Exception:
            standing.note(workspace, "export", source.name, ok=False)
            raise
        standing.note(workspace, "export", source.name, ok=True)
        if run.told:
            _complete(run, order, answer)
    return answer


@contextlib.contextmanager
def _lineage(order: "Order") -> Iterator[lineage.Run]:
    """What such a run reads and writes; where a check failed, also which."""
    from exports.errors import CheckFailedError

    tables, exports = order.workspace.tables(order.source.name), order.workspace.outside or order.workspace.exports
    names = [("ledger" if one.rows == "refused" else one.name, one) for one in order.contracts]
    inputs = [lineage.stored(tables / name, one) for name, one in names]
    outputs = [lineage.stored(exports / order.source.name / one.name, one) for one in order.contracts]
    with lineage.told(lineage.Run("export", order.source, False, inputs, outputs)) as run:
        try:
            yield run
        except CheckFailedError as error:
            for dataset, one in zip(inputs, order.contracts, strict=True):
                if report := error.reports.get(one.name):
                    dataset.judged = {clause: report.totals.get(clause, 0) for clause in report.judged}
            raise


def _complete(run: lineage.Run, order: "Order", answer: dict[str, Any]) -> None:
    """What was published, and how it was checked, as its manifest says."""
    from exports.shelf import shelf_of

    made = shelf_of(order.workspace, order.source.name).manifest(answer["version"])["tables"]
    for read, written, contract in zip(run.inputs, run.outputs, order.contracts, strict=True):
        table = made[contract.name]
        written.rows, written.version = table["rows"], answer["version"]
        read.judged = {check["clause"]: check["failed"] for check in table["checks"]}


def _chosen(names: tuple[str, ...], folder: Catalogue, workspace: Workspace) -> list[Contract]:
    """The input contracts named, else all that have a ledger in the workspace."""
    from exports.snapshot import has_ledger

    if names:
        return [_input(folder, name) for name in dict.fromkeys(names)]
    tables = [c for c in folder.newest() if c.rows == "event" and has_ledger(workspace.tables(c.name))]
    if not tables:
        raise MachineError(
            f"{workspace.root} holds no ledger, so there is nothing to export",
            "Run `tickets process <contract> --once` first, or give its folder with --data or TICKETS_DATA.",
        )
    return tables


def _input(folder: Catalogue, name: str) -> Contract:
    contract = folder.get(name)
    if contract.rows != "event":
        hint = f" It is made from {contract.source}: export that." if contract.source else ""
        raise click.UsageError(f"{contract.key} is no input contract.{hint}")
    return contract


@click.command(epilog=EPILOG)
@click.argument("names", metavar="[CONTRACT]...", nargs=-1)
@click.option(
    "--format", "formats", type=Formats(), default=",".join(FORMATS), show_default=True, help="Which files to write."
)
@click.option("--with-raw", is_flag=True, help="Also raw bytes of refused records (mode 0600); may hold personal data.")
@options.data
@options.contracts
@options.as_json
def command(
    names: tuple[str, ...], formats: tuple[str, ...], with_raw: bool, data: Path, contracts: Path | None, as_json: bool
) -> None:
    """Check a snapshot of each CONTRACT's tables against its output contracts, and publish it as files.

    Without CONTRACT: every input contract that has a ledger in --data. Files appear all at once, with a manifest, in
    exports/CONTRACT/LEDGER_VERSION/; exports/latest.json points to the newest. A row that breaks a clause stops the
    whole export: nothing is published, and the command names row, clause and table and exits with 1.
    """
    folder, workspace = catalogue(contracts), Workspace.open(data)
    answers = [_one(contract, folder, workspace, formats, with_raw) for contract in _chosen(names, folder, workspace)]
    if as_json:
        click.echo(json.dumps({"ok": all(answer["ok"] for answer in answers), "exports": answers}, indent=2))
    else:
        for answer in answers:
            click.echo(_text(answer), err=not answer["ok"])
    if not all(answer["ok"] for answer in answers):
        raise click.exceptions.Exit(1)


def _one(
    source: Contract, folder: Catalogue, workspace: Workspace, formats: tuple[str, ...], with_raw: bool
) -> dict[str, Any]:
    """One contract's answer; a failure is an answer too, so that the other contracts still get theirs."""
    from exports.errors import CheckFailedError, ExportError

    try:
        return _export(source, folder, workspace, formats, with_raw)
    except CheckFailedError as error:
        reports = {name: report.as_dict() for name, report in error.reports.items()}
        return {**_failed(source, error), "failures": reports}
    except ExportError as error:
        return _failed(source, error)


def _failed(source: Contract, error: Any) -> dict[str, Any]:
    return {"ok": False, "contract": source.name, "error": error.what, "remedy": error.remedy}


def _text(answer: dict[str, Any]) -> str:
    if not answer["ok"]:
        return f"Error: {answer['contract']}: {answer['error']}\n{answer['remedy']}"
    state = "already published" if answer["already_published"] else "published"
    lines = [f"{answer['contract']} {state} as {answer['path']}", f"  {'table':<20} {'rows':>9} {'checks':>6}  files"]
    for table in answer["tables"]:
        files = " ".join(sorted(name.removeprefix(table["table"]) for name in table["files"]))
        lines.append(f"  {table['table']:<20} {table['rows']:>9} {table['checks']:>6}  {files}")
    size = sum(file["bytes"] for file in answer["files"].values())
    lines.append(f"  {len(answer['files'])} files, {size / 1e6:.1f} MB, with SHA-256 in manifest.json")
    if answer["views"]:
        views = f"Views for BI tools in export.duckdb, schema bi: {', '.join(sorted(answer['views']))}"
        lines += textwrap.wrap(views, 80, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    if answer["ledger_newest"] > answer["ledger_version"]:
        lines.append(
            f"  The ledger is at {answer['ledger_newest']} already: a job is at work, or one was stopped half way; "
            f"then run `tickets process {answer['contract']} --once`."
        )
    return "\n".join(lines)
