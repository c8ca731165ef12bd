"""A run to OpenLineage events (spec 2-0-2): what was read, what was written, under which contract, how good it was.

A run has one START and one COMPLETE, FAIL or ABORT. They hold names, types, counts and clause ids, no event's value.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

from contracts.compiler.model import Contract, Field
from runtime.lineage import lineage
from runtime.store import Location

SPEC = "https://openlineage.io/spec"
EVENT = f"{SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"
# The facets that are used, at the version that was read; ours has a name of its own, as the spec wants it.
FACETS = {
    "schema": f"{SPEC}/facets/1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet",
    "version": f"{SPEC}/facets/1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet",
    "dataQualityAssertions": (
        f"{SPEC}/facets/1-1-0/DataQualityAssertionsDatasetFacet.json#/$defs/DataQualityAssertionsDatasetFacet"
    ),
    "ownership": f"{SPEC}/facets/1-0-1/OwnershipJobFacet.json#/$defs/OwnershipJobFacet",
    "jobType": f"{SPEC}/facets/2-0-4/JobTypeJobFacet.json#/$defs/JobTypeJobFacet",
    "errorMessage": f"{SPEC}/facets/1-0-1/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet",
    "outputStatistics": (
        f"{SPEC}/facets/1-0-2/OutputStatisticsOutputDatasetFacet.json#/$defs/OutputStatisticsOutputDatasetFacet"
    ),
    "tickets_contract": "urn:client-tickets:facet:contract:1",
    "tickets_outcomes": "urn:client-tickets:facet:outcomes:1",
}
JsonObject = dict[str, Any]


@dataclass(slots=True)
class Dataset:
    """One side of a run. `contract` is what its rows keep, None for the ledger; `rows` and `version` of an output.

    `judged` are clauses, and how many records or rows break each: known at the end of a run.
    """

    namespace: str
    name: str
    contract: Contract | None
    rows: int | None = None
    version: str | None = None
    judged: Mapping[str, int] = field(default_factory=dict)

    def as_dict(self, side: str) -> JsonObject:
        """As an input or an output of the event."""
        judged = [_assertion(clause, count) for clause, count in self.judged.items()]
        sides: dict[str, JsonObject] = {
            "input": {"dataQualityAssertions": {"assertions": judged}} if judged else {},
            "output": {} if self.rows is None else {"outputStatistics": {"rowCount": self.rows}},
        }
        of_side = sides[side]
        facets: JsonObject = {} if self.version is None else {"version": {"datasetVersion": self.version}}
        if self.contract is not None:
            facets["schema"] = {"fields": _fields(self.contract.fields)}
            facets["tickets_contract"] = _contract(self.contract)
        named = {"namespace": self.namespace, "name": self.name, "facets": _facets(facets)}
        return named | ({f"{side}Facets": _facets(of_side)} if of_side else {})


@dataclass(slots=True)
class Run:
    """A run of a command on one contract; inputs, outputs and outcomes may be completed until its end.

    `told` says whether anybody is told of it: what costs something to find out need not be, else.
    """

    command: str
    contract: Contract
    streaming: bool
    inputs: list[Dataset]
    outputs: list[Dataset]
    outcomes: Mapping[str, int] = field(default_factory=dict)
    told: bool = False

    def event(self, kind: str, run_id: str, error: BaseException | None) -> JsonObject:
        """One event of this run, now."""
        run: JsonObject = {"errorMessage": {"message": _said(error), "programmingLanguage": "PYTHON"}} if error else {}
        if self.outcomes:
            run["tickets_outcomes"] = dict(self.outcomes)
        processing = "STREAMING" if self.streaming else "BATCH"
        job: JsonObject = {
            "jobType": {"processingType": processing, "integration": "CLIENT_TICKETS", "jobType": "COMMAND"},
            "ownership": {"owners": [{"name": f"team:{self.contract.owner}", "type": "OWNER"}]},
            "tickets_contract": _contract(self.contract),
        }
        return {
            "eventType": kind,
            "eventTime": datetime.now(UTC).isoformat(),
            "producer": _producer(),
            "schemaURL": EVENT,
            "run": {"runId": run_id, "facets": _facets(run)},
            "job": {
                "namespace": os.environ.get("OPENLINEAGE_NAMESPACE") or "client-tickets",
                "name": f"{self.command}.{self.contract.name}",
                "facets": _facets(job),
            },
            "inputs": [one.as_dict("input") for one in self.inputs],
            "outputs": [one.as_dict("output") for one in self.outputs],
        }


@contextlib.contextmanager
def told(run: Run) -> Iterator[Run]:
    """Tell begin and end of the block, if anybody wants to know."""
    to, run_id = lineage(), str(uuid4())
    if not to.wanted:
        yield run
        return
    run.told = True
    to.send(run.event("START", run_id, None))
    try:
        yield run
    except BaseException as error:
        to.send(run.event("FAIL" if isinstance(error, Exception) else "ABORT", run_id, error))
        raise
    to.send(run.event("COMPLETE", run_id, None))


def job(contract: Contract, outputs: Iterable[Contract], tables: Location, bootstrap: str, *, streaming: bool) -> Run:
    """A run of the job: from the topic to the ledger and what is derived from it."""
    derived = [output for output in outputs if output.rows != "refused"] or [contract]
    written = [stored(tables / "ledger", None), *(stored(tables / one.name, one) for one in derived)]
    return Run("process", contract, streaming, [topic(bootstrap, contract)], written)


def topic(bootstrap: str, contract: Contract) -> Dataset:
    """A topic, named after the first of its brokers."""
    name = contract.envelope.topic if contract.envelope else contract.name
    return Dataset(f"kafka://{bootstrap.split(',')[0]}", name, contract)


def stored(at: Location, contract: Contract | None) -> Dataset:
    """A table or a published file: by its path on this machine, or its key in a bucket."""
    if isinstance(at, Path):
        return Dataset("file", at.as_posix(), contract)
    bucket, _, key = at.key.partition("/")
    return Dataset(f"s3://{bucket}", key, contract)


def refused(contract: Contract, counts: Mapping[str, int]) -> dict[str, int]:
    """Records that break each clause of a contract, none included; and those of older versions that were broken."""
    return {clause.id: 0 for clause in contract.all_clauses()} | dict(counts)


def _assertion(clause: str, count: int) -> JsonObject:
    path = clause.partition("/")[2].rpartition("/")[0]
    column = {"column": path.replace("[]", "").partition(".")[0]} if path and path[0] not in "$@" else {}
    return {"assertion": clause, "success": count == 0, "expected": "0", "actual": str(count), **column}


def _fields(fields: tuple[Field, ...]) -> list[JsonObject]:
    return [_field(one, number) for number, one in enumerate(fields, 1)]


def _field(one: Field, number: int) -> JsonObject:
    inner = one.properties or (one.items.properties if one.items else ())
    named = {"name": one.name, "type": one.storage, "description": one.description, "ordinal_position": number}
    return named | ({"fields": _fields(inner)} if inner else {})


def _contract(contract: Contract) -> JsonObject:
    digest = hashlib.sha256(Path(contract.file).read_bytes()).hexdigest()
    return {"name": contract.key, "version": contract.version, "sha256": digest}


def _facets(facets: Mapping[str, Mapping[str, Any]]) -> JsonObject:
    """Each with what every facet has: who made it, and by which schema."""
    return {name: {"_producer": _producer(), "_schemaURL": FACETS[name], **one} for name, one in facets.items()}


def _producer() -> str:
    return f"pkg:pypi/client-tickets@{version('client-tickets')}"


def _said(error: BaseException) -> str:
    """The first line of our own errors, since the others may show rows; of other errors the kind only."""
    what = getattr(error, "what", None)
    return str(what).partition("\n")[0] if what else type(error).__name__
