"""What ran: contracts, versions of software, topic and broker; what of the topic was read; which export there is."""

import hashlib
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cli.report.opened import Missing, Opened, Subject
from contracts.compiler.model import Contract

PACKAGES = {
    "client-tickets": "This product",
    "pyspark": "Spark",
    "delta-spark": "Delta (Spark's)",
    "deltalake": "Delta (Python's)",
    "confluent-kafka": "Kafka client",
}
NO_EXPORT = "nothing is published of {} in this workspace"


@dataclass(frozen=True, slots=True)
class Named:
    """One contract that took part; `changed` is whether its file is another than the export was made with, None where
    the export does not name it.
    """

    key: str
    version: str
    rows: str
    status: str
    owner: str
    file: str
    sha256: str
    changed: bool | None


@dataclass(frozen=True, slots=True)
class About:
    """What is known without any table. `versions` are those installed here, by what they are."""

    contracts: tuple[Named, ...]
    versions: Mapping[str, str]
    topic: str
    broker: str


@dataclass(frozen=True, slots=True)
class Partition:
    """Offsets of one partition in the ledger; `absent` are those between first and last that it has no record of."""

    partition: int
    first: int
    last: int
    records: int
    absent: int


@dataclass(frozen=True, slots=True)
class Read:
    """What of the topic was read. Moments are UTC; event times those of accepted events, null without any.

    `made` are Delta versions of the derived tables, null where one was not made from this version of the ledger;
    `written_by` names the software that their commits name.
    """

    ledger_id: str
    ledger_version: int
    ledger_newest: int
    made: Mapping[str, int | None]
    written_by: tuple[str, ...]
    partitions: tuple[Partition, ...]
    first_received: datetime | None
    last_received: datetime | None
    first_event: datetime | None
    last_event: datetime | None


@dataclass(frozen=True, slots=True)
class Export:
    """A published export. `of_this` is whether it was made from the ledger, at the version, that the report is of;
    `manifest` is its own document.
    """

    name: str
    path: str
    created_at: str
    ledger_version: int
    tool_version: str
    formats: tuple[str, ...]
    rows: Mapping[str, int]
    of_this: bool
    manifest: Mapping[str, Any]


def about(subject: Subject, export: Export | Missing) -> About:
    """Contracts, versions, topic and broker."""
    made_with = {} if isinstance(export, Missing) else export.manifest.get("contracts", {})
    envelope = subject.source.envelope
    return About(
        contracts=tuple(_named(one, subject, made_with) for one in _contracts(subject)),
        versions={"Python": platform.python_version(), **{name: version(part) for part, name in PACKAGES.items()}},
        topic=envelope.topic if envelope else subject.source.name,
        broker=_broker(subject),
    )


def _contracts(subject: Subject) -> Iterator[Contract]:
    yield from subject.majors
    yield from subject.outputs
    for name in dict.fromkeys(name for one in (subject.source, *subject.outputs) for name in one.references):
        yield subject.folder.get(name)


def _named(contract: Contract, subject: Subject, made_with: Mapping[str, Mapping[str, str]]) -> Named:
    path = Path(contract.file)
    root = subject.folder.root
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    changed = made_with[contract.key]["sha256"] != digest if contract.key in made_with else None
    file = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    about = (contract.version, contract.rows, contract.status, contract.owner)
    return Named(contract.key, *about, file, digest, changed)


def _broker(subject: Subject) -> str:
    """Which broker the workspace keeps, as far as it says."""
    from runtime.broker import alive, record

    found = record.read(subject.workspace.broker)
    if found is not None and alive(found):
        return f"{found.kind}, running at {found.bootstrap}"
    if (subject.workspace.broker / "data").is_dir():
        return "embedded, not running; its data lie in this workspace"
    return "not kept in this workspace, and tables do not name it"


def read(opened: Opened) -> Read:
    """Ledger, derived tables, and what of the topic is in them."""
    rows = opened.rows('SELECT "partition", min("offset"), max("offset"), count(*) FROM ledger GROUP BY 1 ORDER BY 1')
    received = opened.row("SELECT min(received_at), max(received_at) FROM ledger")
    event = happened(opened)
    moments = (None, None) if event is None else opened.row(event.query("min({event}), max({event})"))
    return Read(
        opened.ledger_id,
        opened.version,
        opened.newest,
        opened.made,
        _written_by(opened),
        tuple(Partition(p, first, last, count, last - first + 1 - count) for p, first, last, count in rows),
        *received,
        *moments,
    )


@dataclass(frozen=True, slots=True)
class Times:
    """Where the event time and the broker's time of accepted events are: a view and two expressions."""

    view: str
    column: str
    received: str

    def query(self, what: str) -> str:
        """SQL that selects `what`, in which {event} and {received} stand for the two."""
        return f"SELECT {what.format(event=self.column, received=self.received)} FROM {self.view}"  # noqa: S608 - names


def happened(opened: Opened) -> Times | None:
    """From the accepted table where it has both, which is read quicker; else from the ledger; None without a time."""
    source, accepted = opened.subject.source, opened.accepted
    if source.event_time is None:
        return None
    view = opened.view(accepted)
    columns = {one.sources[0].partition("/")[::2]: one.name for one in accepted.fields if len(one.sources) == 1}
    copied = {(kind.partition(".")[0], path): name for (kind, path), name in columns.items()}
    event, received = copied.get((source.name, source.event_time)), copied.get(("ledger", "received_at"))
    if isinstance(view, str) and event and received:
        return Times(view, quoted(event), quoted(received))
    accepted_rows = "(SELECT event, received_at FROM ledger WHERE outcome = 'accepted' AND expired_at IS NULL)"
    return Times(accepted_rows, f"event.{quoted(source.event_time)}", "received_at")


def quoted(name: str) -> str:
    """A contract's name as SQL has it."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _written_by(opened: Opened) -> tuple[str, ...]:
    from runtime.delta import commits, open_table

    names = ["ledger", *(name for name, made in opened.made.items() if made is not None)]
    newest = (commits(open_table(opened.subject.tables / name), 1)[0] for name in names)
    return tuple(dict.fromkeys(str(commit["engineInfo"]) for commit in newest if commit.get("engineInfo")))


def export(subject: Subject, opened: Opened | Missing, at: int | None) -> Export | Missing:
    """The newest export; where a version of the ledger is asked for, the newest that was made from it."""
    from exports.shelf import shelf_of

    shelf = shelf_of(subject.workspace, subject.source.name)
    names: list[str] = []
    if shelf.used:
        pointed = shelf.latest().get(subject.source.name)
        names = [str(pointed["version"])] if pointed and at is None else list(reversed(shelf.names()))
    found = (_export(name, shelf.address(name), shelf.manifest(name), opened) for name in names)
    wanted = [one for one in found if one is not None and (at is None or one.of_this)]
    if wanted:
        return wanted[0]
    what = NO_EXPORT.format(subject.source.name)
    return Missing(what if at is None else f"{what} from version {at} of the ledger", subject.export)


def _export(name: str, address: str, manifest: Mapping[str, Any], opened: Opened | Missing) -> Export | None:
    if not manifest:
        return None
    same = isinstance(opened, Opened) and manifest.get("ledger") == opened.ledger_id
    return Export(
        name,
        address,
        manifest["created_at"],
        manifest["ledger_version"],
        manifest["tool_version"],
        tuple(manifest["formats"]),
        {name: table["rows"] for name, table in manifest["tables"].items()},
        same and isinstance(opened, Opened) and manifest["ledger_version"] == opened.version,
        manifest,
    )
