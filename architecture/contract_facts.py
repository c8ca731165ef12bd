"""Contracts to what an architecture is judged by: class, retention, roles and promised ages, by contract key.

The model names contracts and repeats nothing of them; a contract that changes is seen here at the next check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from architecture.parts import CLASSES, Data
from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.model import Contract

_MINUTES: Mapping[str, float] = {
    "s": 1 / 60,
    "seconds": 1 / 60,
    "m": 1,
    "min": 1,
    "minutes": 1,
    "h": 60,
    "hours": 60,
    "d": 1440,
    "days": 1440,
    "y": 525_600,
    "years": 525_600,
}


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """What one contract says that a data centre has to keep.

    `classification` is the highest over all fields, None where no field has one. `retention_days` is the promised one,
    else how long the topic keeps a record. `freshness_min` and `latency_min` are promised ages in minutes. `source` is
    the contract it is made from. `readers` and `writers` are roles; who writes a table may read it, who writes a topic
    may not.
    """

    key: str
    name: str
    topic: str | None
    source: str | None
    classification: str | None
    retention_days: float | None
    freshness_min: float | None
    latency_min: float | None
    readers: frozenset[str]
    writers: frozenset[str]


def classification(data: Data, contracts: Mapping[str, ContractFacts]) -> str | None:
    """The highest class that the model or a contract gives a kind of data; None where nothing says one."""
    said = (data.classification, *(contracts[key].classification for key in data.contracts if key in contracts))
    return max((name for name in said if name), key=CLASSES.index, default=None)


@cache
def contract_facts(root: Path = HOME) -> Mapping[str, ContractFacts]:
    """The facts of every contract below a folder; ContractError where one cannot be read."""
    return {contract.key: facts_of(contract) for contract in Catalogue(root).all()}


def facts_of(contract: Contract) -> ContractFacts:
    """One contract's facts; ValueError for a promise in a unit that is no span of time."""
    classes = [CLASSES.index(field.classification) for field in contract.walk() if field.classification]
    writers = frozenset(role.name for role in contract.roles if role.access == "write")
    readers = frozenset(role.name for role in contract.roles if role.access == "read")
    kept = _minutes(contract, "retention")
    topic = contract.envelope
    return ContractFacts(
        key=contract.key,
        name=contract.name,
        topic=topic.topic if topic else None,
        source=contract.source,
        classification=CLASSES[max(classes)] if classes else None,
        retention_days=kept / 1440 if kept is not None else topic.retention.days if topic else None,
        freshness_min=_minutes(contract, "freshness"),
        latency_min=_minutes(contract, "latency"),
        readers=readers if topic else readers | writers,
        writers=writers,
    )


def _minutes(contract: Contract, name: str) -> float | None:
    level = next((level for level in contract.service_levels if level.name == name), None)
    if level is None:
        return None
    if level.unit not in _MINUTES:
        raise ValueError(f"{contract.file}: {name} is promised in '{level.unit}', which is no span of time")
    return float(level.value) * _MINUTES[level.unit]
