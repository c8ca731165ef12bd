"""Lineage: from each exported column back to the field of a contract that fills it, as the contracts say it."""

from collections.abc import Iterator
from dataclasses import dataclass

from cli.report.opened import Subject
from contracts.compiler.model import Contract


@dataclass(frozen=True, slots=True)
class Column:
    """One exported column. `sources` are `contract/field` or `ledger/column`; `how` says what is done on the way.

    `classes` are the classifications of these sources that a contract names, as `field: class`.
    """

    name: str
    type: str
    sources: tuple[str, ...]
    how: str
    classification: str | None
    classes: tuple[str, ...]
    description: str


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of one exported table, and its contract."""

    name: str
    contract: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Lineage:
    """`nowhere` are fields of the topic's contract that no exported column comes from."""

    tables: tuple[Table, ...]
    nowhere: tuple[str, ...]


_HOW = {None: "copied", "enrich": "enriched", "pseudonym": "keyed hash", "kpi": "aggregated"}


def lineage(subject: Subject) -> Lineage:
    """From `transformSourceObjects` of the output contracts; without any, the export has the input's own fields."""
    outputs = subject.outputs or (subject.source,)
    known = {f"{one.key}/{field.path}": field.classification for one in _known(subject) for field in one.walk()}
    tables = tuple(Table(one.name, one.key, tuple(_columns(one, subject, known))) for one in outputs)
    used = {source for table in tables for column in table.columns for source in column.sources}
    names = (f"{subject.source.key}/{field.path}" for field in subject.source.fields)
    return Lineage(tables, tuple(name for name in names if name not in used))


def _known(subject: Subject) -> Iterator[Contract]:
    yield from subject.majors
    for name in dict.fromkeys(name for one in (subject.source, *subject.outputs) for name in one.references):
        yield subject.folder.get(name)


def _columns(contract: Contract, subject: Subject, known: dict[str, str | None]) -> Iterator[Column]:
    from exports.columns import type_text

    for field in contract.fields:
        sources = field.sources or ((f"{subject.source.key}/{field.path}",) if not subject.outputs else ())
        classes = tuple(f"{source.partition('/')[2]}: {known[source]}" for source in sources if known.get(source))
        how = _HOW.get(field.transform, field.transform or "") if sources else "not said"
        yield Column(field.name, type_text(field), sources, how, field.classification, classes, field.description)
