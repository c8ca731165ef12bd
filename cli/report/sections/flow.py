"""Conservation: from what was acknowledged to what was exported, and the sums that must hold on the way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cli.report.acknowledged import Acknowledged
from cli.report.opened import Missing, Opened
from cli.report.sections.ran import Export

OUTCOMES = ("accepted", "rejected", "duplicate", "conflict", "tombstone", "discarded", "erased")
_TWICE = 'SELECT count(*) FROM (SELECT 1 FROM ledger GROUP BY "partition", "offset" HAVING count(*) > 1)'


@dataclass(frozen=True, slots=True)
class Sum:
    """Two numbers that must be equal, and what it means where they are not."""

    left_says: str
    left: int
    right_says: str
    right: int
    otherwise: str

    @property
    def holds(self) -> bool:
        """Whether they are."""
        return self.left == self.right


@dataclass(frozen=True, slots=True)
class Flow:
    """Records by where they went. `offsets` are those from the first to the last of each partition, `records` the rows
    of the ledger, `expired` the accepted ones whose values' time was over, so that no table has a row of theirs.

    `tables` are rows of the derived tables, `exported` those of the export's tables: null where it is of another
    version. `uncertain` says which sums could not be made, and why.
    """

    acknowledged: Acknowledged | Missing
    offsets: int
    records: int
    outcomes: Mapping[str, int]
    expired: int
    accepted_table: str
    refused_table: str
    tables: Mapping[str, int]
    exported: Mapping[str, int] | None
    sums: tuple[Sum, ...]
    uncertain: tuple[str, ...]


def flow(opened: Opened, acknowledged: Acknowledged | Missing, export: Export | Missing) -> Flow:
    """Count each stage once, and hold one against the next."""
    found = dict(opened.rows("SELECT outcome, count(*) FROM ledger GROUP BY 1"))
    outcomes = {name: found.pop(name, 0) for name in OUTCOMES} | found
    (expired,) = opened.row("SELECT count(*) FROM ledger WHERE outcome = 'accepted' AND expired_at IS NOT NULL")
    spans = opened.rows('SELECT max("offset") - min("offset") + 1 FROM ledger GROUP BY "partition"')
    of_this = isinstance(export, Export) and export.of_this
    refused = next((one.name for one in opened.subject.outputs if one.rows == "refused"), "")
    made = Flow(
        acknowledged,
        sum(span for (span,) in spans),
        sum(outcomes.values()),
        {name: count for name, count in outcomes.items() if count or name in ("accepted", "rejected")},
        expired,
        opened.accepted.name,
        refused,
        {name: _count(opened, f"table_{name}") for name, at in opened.made.items() if at is not None},
        dict(export.rows) if isinstance(export, Export) and of_this else None,
        (),
        tuple(_uncertain(opened, sum(outcomes.values()), acknowledged, export)),
    )
    return replace(made, sums=tuple(_sums(opened, made)))


def _count(opened: Opened, view: str) -> int:
    (count,) = opened.row(f"SELECT count(*) FROM {view}")  # noqa: S608 - a contract's name
    return int(count)


def _sums(opened: Opened, flow: Flow) -> Iterator[Sum]:
    name = opened.subject.source.name
    (twice,) = opened.row(_TWICE)
    yield Sum("offsets that the ledger has twice", twice, "none", 0, f"Run `tickets audit {name}`; do not export.")
    yield from _of_acknowledged(flow, name)
    accepted = flow.outcomes["accepted"] - flow.expired
    less = ", whose values have not expired" if flow.expired else ""
    if flow.accepted_table in flow.tables:
        rows = flow.tables[flow.accepted_table]
        remedy = f"Run `tickets process {name} --once`, then `tickets audit {name}`."
        yield Sum(f"accepted records{less}", accepted, f"rows of the table {flow.accepted_table}", rows, remedy)
    yield from _of_exported(flow)


def _of_acknowledged(flow: Flow, name: str) -> Iterator[Sum]:
    """Whether all that a broker acknowledged is in the ledger."""
    found = flow.acknowledged
    if isinstance(found, Missing):
        return
    absent = max(0, found.records - flow.records) if found.absent is None else found.absent
    says = f"acknowledged records ({found.by})"
    remedy = f"{absent:,} are not read yet, or lost: run `tickets process {name} --once`, then `tickets audit {name}`."
    yield Sum(says, found.records, "of them in the ledger", found.records - absent, remedy)


def _of_exported(flow: Flow) -> Iterator[Sum]:
    """Whether what is published is what the tables hold."""
    if flow.exported is None:
        return
    remedy = "The export is not of these tables: export again, and compare the two manifests."
    for table, rows in flow.tables.items():
        if table in flow.exported:
            yield Sum(f"rows of the table {table}", rows, f"rows exported as {table}", flow.exported[table], remedy)
    if flow.refused_table in flow.exported:
        others = flow.records - flow.outcomes["accepted"]
        exported = flow.exported[flow.refused_table]
        yield Sum("records that were not accepted", others, f"rows exported as {flow.refused_table}", exported, remedy)


def _uncertain(
    opened: Opened, records: int, acknowledged: Acknowledged | Missing, export: Export | Missing
) -> Iterator[str]:
    if isinstance(acknowledged, Missing):
        yield f"What was acknowledged is not compared: {acknowledged.what}. To have it: `{acknowledged.command}`."
    elif acknowledged.absent is None:
        yield "Acknowledged records are compared by their number only: a summary does not say where they are."
    if (
        isinstance(acknowledged, Acknowledged)
        and (others := records - acknowledged.records + (acknowledged.absent or 0)) > 0
    ):
        yield f"{others:,} records are of other producers, or of runs that left nothing to compare with."
    for name, made in opened.made.items():
        if made is None:
            yield f"The table {name} is not compared: it was not made from version {opened.version} of the ledger."
    if isinstance(export, Missing):
        yield f"Exported rows are not compared: {export.what}."
    elif not export.of_this:
        said = f"is of version {export.ledger_version} of the ledger, or of another ledger"
        yield f"Exported rows are not compared: the export {export.name} {said}."
