"""Clauses over many rows: batches that the writer's contract allows, and the reader's row checks refuse."""

from dataclasses import replace
from random import Random
from typing import Any

from cli.agreement.reference.rows import judge_rows
from cli.review.readers import Side
from contracts.compiler.diff.evidence import Break
from contracts.compiler.diff.model import OLD_TO_NEW
from contracts.compiler.model import Clause, Contract, Field
from producer.broken.batches import Batcher
from producer.errors import ProducerError

Rows = list[dict[str, Any]]


def batch_breaks(direction: str, writer: Side, reader: Side, seed: int) -> tuple[list[Break], dict[str, str]]:
    """The breaks of row clauses, and by path why none could be made where the writer has no such clause."""
    breaks: list[Break] = []
    gaps: dict[str, str] = {}
    mine = {(clause.path, clause.rule, repr(clause.argument)) for clause in writer.contract.row_clauses()}
    for clause in reader.contract.row_clauses():
        if (clause.path, clause.rule, repr(clause.argument)) in mine:
            continue
        found = _rows(clause, writer, reader, Random(seed))
        if isinstance(found, str):
            gaps[clause.path] = found
            continue
        says = f"refused together: {clause.id} wants {clause.wanted}, in {len(found)} rows"
        producers = direction == OLD_TO_NEW and any(reader.refused_by_writer(row) for row in found)
        breaks.append(Break(direction, clause.path, clause.rule, clause.id, None, tuple(found), {}, says, producers))
    return breaks, gaps


def _rows(clause: Clause, writer: Side, reader: Side, rng: Random) -> Rows | str:
    """A batch of the writer that breaks the reader's clause, as small as it goes; else why there is none."""
    aimed = replace(clause, id=f"{clause.id}#aimed")  # the writer may have one of the same id with another argument
    whole = _with(writer.contract, aimed)
    if whole is None:
        return f"the other version has no {clause.path}"
    try:
        batch = Batcher(whole).break_batch(aimed, rng)
    except (ProducerError, StopIteration, KeyError) as error:
        return f"no batch breaks {clause.id}: {error}"
    if batch.values is None or not _breaks(batch.values, clause, writer, reader):
        return f"no batch of the other version breaks {clause.id}" + (f": {batch.reason}" if batch.reason else "")
    return _fewer(batch.values, clause, writer, reader)


def _breaks(rows: Rows, clause: Clause, writer: Side, reader: Side) -> bool:
    """Valid for the writer, each and together, and broken for the reader."""
    records = [writer.record(row) for row in rows]
    valid = all(record is not None and writer.valid(record) for record in records)
    return valid and not judge_rows(writer.contract, rows) and clause.id in judge_rows(reader.contract, rows)


def _fewer(rows: Rows, clause: Clause, writer: Side, reader: Side) -> Rows:
    """Rows left out as long as the rest still breaks the clause."""
    place = 0
    while place < len(rows) > 1:
        rest = rows[:place] + rows[place + 1 :]
        if _breaks(rest, clause, writer, reader):
            rows = rest
        else:
            place += 1
    return rows


def _with(contract: Contract, clause: Clause) -> Contract | None:
    """The writer's contract with the reader's clause too, so that a batch can aim at it; None without its field."""
    if clause.path == "$":
        return replace(contract, many=(*contract.many, clause))
    if clause.path not in {field.path for field in contract.walk()}:
        return None
    return replace(contract, fields=tuple(_field_with(field, clause) for field in contract.fields))


def _field_with(field: Field, clause: Clause) -> Field:
    return replace(
        field,
        many=(*field.many, clause) if field.path == clause.path else field.many,
        properties=tuple(_field_with(child, clause) for child in field.properties),
        items=_field_with(field.items, clause) if field.items else None,
        key=_field_with(field.key, clause) if field.key else None,
        value=_field_with(field.value, clause) if field.value else None,
    )
