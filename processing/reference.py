"""A reference contract's CSV to an Arrow table, checked before anything is joined with it.

Read on the driver, since it is small by nature: a doubled key would double rows, so it is refused here. A cell is
judged by the decoder's own clauses, and stored as it stores an event's value.
"""

import math
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc

from contracts.compiler.model import Contract
from processing.columns import arrow_type
from processing.errors import ProcessingError
from processing.judges import Judgement, compile_members


def read(contract: Contract, path: Path, key: bytes) -> pa.Table:
    """The file's rows in the contract's columns; ProcessingError with the line and clause where it breaks it.

    `key` is the secret of the pseudonyms, so that a personal column can be joined with an event's.
    """
    cells = {field.name: pa.string() if field.time_form else arrow_type(field) for field in contract.fields}
    options = pc.ConvertOptions(column_types=cells, include_columns=list(cells), strings_can_be_null=True)
    try:
        rows = pc.read_csv(path, convert_options=options).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise ProcessingError(f"{path} cannot be read as {contract.key}: {error}", "Mend the file.") from error
    stored = _stored(contract, path, rows, key)
    places = [place for place, field in enumerate(contract.fields) if field.primary_key]
    keys = [tuple(row[place] for place in places) for row in stored]
    counted = Counter(keys)
    for line, identity in enumerate(keys, start=2):
        if identity and counted[identity] > 1:
            raise ProcessingError(f"{path}: line {line} repeats the key {list(identity)}", "Keep one.")
    columns = [
        pa.array([row[place] for row in stored], arrow_type(field)) for place, field in enumerate(contract.fields)
    ]
    return pa.table(dict(zip(cells, columns, strict=True)))


def _stored(contract: Contract, path: Path, rows: list[dict[str, Any]], key: bytes) -> list[tuple[Any, ...]]:
    """What each row is stored as; ProcessingError at the first that breaks a clause."""
    members, made = compile_members(contract.fields, key, masked=False), list[tuple[Any, ...]]()
    for line, row in enumerate(rows, start=2):
        judgement = Judgement()
        made.append(members({name: _json(cell) for name, cell in row.items()}, "$", judgement))
        for finding in judgement.findings:
            raise ProcessingError(f"{path}: line {line} breaks {finding.clause}", "Mend the line.")
    return made


def _json(cell: Any) -> Any:
    """A cell as strict JSON would have it: a number with a fraction is a Decimal, infinity is no number."""
    if not isinstance(cell, float):
        return cell
    return Decimal(repr(cell)) if math.isfinite(cell) else str(cell)
