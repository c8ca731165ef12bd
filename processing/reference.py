"""A reference contract's CSV to an Arrow table, checked before anything is joined with it.

Read on the driver, since it is small by nature: a doubled key would double rows, so it is refused here.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc

from contracts.compiler.model import Contract
from processing.checks import CHECKS
from processing.columns import arrow_type
from processing.errors import ProcessingError


def read(contract: Contract, path: Path) -> pa.Table:
    """The file's rows in the contract's columns; ProcessingError with the line and clause where it breaks it."""
    types = {field.name: arrow_type(field) for field in contract.fields}
    options = pc.ConvertOptions(column_types=types, include_columns=list(types), strings_can_be_null=True)
    try:
        table = pc.read_csv(path, convert_options=options)
    except (pa.ArrowException, OSError) as error:
        raise ProcessingError(f"{path} cannot be read as {contract.key}: {error}", "Mend the file.") from error
    key = [field.name for field in contract.fields if field.primary_key]
    rows = table.to_pylist()
    counted = Counter(tuple(row[name] for name in key) for row in rows)
    for line, row in enumerate(rows, start=2):
        for clause in _broken(contract, row):
            raise ProcessingError(f"{path}: line {line} breaks {clause}", "Mend the line.")
        if key and counted[tuple(row[name] for name in key)] > 1:
            raise ProcessingError(f"{path}: line {line} repeats the key {[row[name] for name in key]}", "Keep one.")
    return table


def _broken(contract: Contract, row: dict[str, Any]) -> list[str]:
    return [
        clause.id
        for field in contract.fields
        for clause in field.clauses
        if (row[field.name] is not None or clause.rule == "required")
        and not CHECKS[clause.rule](clause.argument)(row[field.name])
    ]
