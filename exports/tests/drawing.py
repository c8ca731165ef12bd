"""Small contracts written inline, and tables of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from contracts.compiler.load import compile_document
from contracts.compiler.model import Contract
from exports.sheet import Sheet, compile_members, frame_of

Yaml = Mapping[str, Any]


def contract_of(*properties: Yaml, quality: Sequence[Yaml] = (), rows: str = "event") -> Contract:
    """A contract named `t` of one schema with these properties and schema rules."""
    return compile_document(
        {
            "apiVersion": "v3.2.0",
            "kind": "DataContract",
            "id": "t",
            "name": "t",
            "version": "1.0.0",
            "status": "draft",
            "customProperties": [{"property": "rows", "value": rows}],
            "schema": [
                {
                    "name": "t",
                    "logicalType": "object",
                    "properties": list(properties),
                    **({"quality": list(quality)} if quality else {}),
                }
            ],
        },
        "t/v1.odcs.yaml",
    )


def field(kind: str, name: str = "v", **more: Any) -> dict[str, Any]:
    """A property; what is not ODCS's own key of it is one of its options."""
    own = {"quality", "items", "properties", "map", "enum", "required", "unique", "classification", "physicalType"}
    options = {key: value for key, value in more.items() if key not in own | {"primaryKey"}}
    rest = {key: value for key, value in more.items() if key not in options}
    return {"name": name, "logicalType": kind, **rest, **({"logicalTypeOptions": options} if options else {})}


def table(contract: Contract, *rows: Yaml) -> pl.DataFrame:
    """Rows of JSON values as the table they are published as; none of them may be refused."""
    take, sheet = compile_members(contract.fields), Sheet()
    taken = [take(row, "$", sheet) for row in rows]
    assert not sheet.findings
    return frame_of(contract.fields, taken)
