"""Tables as they are to tables as the contracts want them, in place, before the first batch.

An optional field more is a column more: one commit of the schema, and old rows read null. A new major carries the
ledger's accepted events to the new shape in one commit (rewrite.py). A derived table that differs otherwise is emptied
in its new shape, to be made anew from the ledger. Nothing is half done: each table takes one commit, and what was done
is not done again. Versions before it stay readable.
"""

from collections.abc import Callable
from typing import Any

import pyarrow as pa

from contracts.compiler.model import Contract
from processing import tables
from processing.errors import ProcessingError
from processing.rewrite import rewrite
from processing.shapes import Difference, compare
from processing.versions import Versions
from runtime.delta import is_table, open_table
from runtime.store import Location

_NEWER = "Run the job with the contracts that wrote them, or use another --data folder."


def bring(
    versions: Versions, derived: dict[Location, Contract], ledger: Location, key: bytes, check: Callable[[], None]
) -> None:
    """Create what is missing, bring what is there to the contracts; ProcessingError where that would lose something.

    `derived` are the derived tables by path, `check` raises where this process may not write.
    """
    versions.check()
    added = _ledger(versions, ledger, key, check)
    for path, contract in derived.items():
        _derived(path, contract, added, check)


def _ledger(versions: Versions, path: Location, key: bytes, check: Callable[[], None]) -> frozenset[str]:
    """Bring the ledger; the columns that were added to it, null in every row."""
    target = versions.target
    if not is_table(path):
        tables.create_ledger(path, target)
        return frozenset()
    held, wanted = tables.held_schema(path), tables.ledger_schema(target)
    written = _written_as(held, versions)
    if written.key == target.key:
        found = compare(held, wanted)
        _refuse_losses(found, target, path)
        if found.added:
            check()
            _add(path, wanted, found.added)
        return frozenset(found.added)
    _refuse_losses(compare(held, tables.ledger_schema(written)), written, path)
    check()
    rewrite(path, written, target, key)
    return frozenset()


def _written_as(held: pa.Schema, versions: Versions) -> Contract:
    """The contract whose values the ledger's events are; ProcessingError where this job has not read it."""
    known = {contract.key: contract for contract in (*versions.older, versions.target)}
    said = tables.written_as(held)
    if said is None:  # a ledger from before it was written down: the lowest major that has its columns
        event = [held.field("event")]
        same = (c for c in known.values() if not compare(event, [tables.ledger_schema(c).field("event")]).gone)
        return next(same, versions.target)
    if said not in known:
        raise ProcessingError(
            f"the tables hold events as {said}, and this job knows {', '.join(known)}",
            f"If {said} is newer: {_NEWER[0].lower()}{_NEWER[1:]} If it is older: put its contract file back.",
        )
    return known[said]


def _refuse_losses(found: Difference, contract: Contract, path: Location) -> None:
    """ProcessingError where the table holds what the contract does not: it would be lost, or was never agreed."""
    if found.gone:
        raise ProcessingError(
            f"the table {path.name} has {', '.join(found.gone)}, which {contract.key} ({contract.version}) has not",
            f"If the tables are newer than the contracts: {_NEWER[0].lower()}{_NEWER[1:]} To drop a field, raise the "
            "contract's major version and write an upgrade function.",
        )
    if found.changed:
        raise ProcessingError(
            f"the table {path.name} has another type for {', '.join(found.changed)} than {contract.key}",
            "To change a type, raise the contract's major version and write an upgrade function.",
        )


def _derived(path: Location, contract: Contract, added: frozenset[str], check: Callable[[], None]) -> None:
    if not is_table(path):
        tables.create_derived(path, contract)
        return
    found = compare(tables.held_schema(path), tables.derived_schema(contract))
    name, _, major = (tables.made_by(path) or f"{contract.name}.v1").rpartition(".v")
    if name == contract.name and int(major) > contract.major:
        raise ProcessingError(f"the table {path.name} was written as {name}.v{major}, this is {contract.key}", _NEWER)
    if found.none:
        return
    if int(major) == contract.major:
        _refuse_losses(found, contract, path)
    check()
    if found.only_optional and all(_is_new(added_, contract, added) for added_ in found.added):
        _add(path, tables.derived_schema(contract), found.added)
    else:
        tables.replace_derived(path, contract)


def _is_new(path: str, contract: Contract, added: frozenset[str]) -> bool:
    """Whether a derived column copies what the ledger has only just got: then there is nothing to fill it with."""
    name = path.split(".")[0].split("[")[0]
    field = contract.field(name)
    if field.transform is not None or len(field.sources) != 1:
        return False
    origin, _, source = field.sources[0].partition("/")
    return (f"{source}" if origin == "ledger" else f"event.{source}") + path.removeprefix(name) in added


def _add(path: Location, wanted: pa.Schema, added: tuple[str, ...]) -> None:
    """Add columns to a table, at any depth, in one commit that touches no row."""
    from deltalake import Schema

    heads = {name.split(".")[0].split("[")[0] for name in added}
    columns: list[Any] = [column for column in Schema.from_arrow(wanted).fields if column.name in heads]
    open_table(path).alter.add_columns(columns)  # members of a column that is there are merged into it
