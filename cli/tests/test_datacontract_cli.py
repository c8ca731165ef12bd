"""A second opinion: datacontract-cli reads our contracts and judges our exported Parquet; each difference is explained.

The rows judged are the refused cases beside each contract, so that every clause is broken by some row.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from cli.agreement.cases import read_cases
from cli.agreement.reference import json_text
from cli.agreement.tables import frame_of
from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.model import Contract
from exports.check import examine
from exports.tests.lab import IDS, TICKET, Lab

os.environ.setdefault("DATACONTRACT_TELEMETRY", "0")
CONTRACTS = tuple(Catalogue(HOME).all())
OUTPUTS = tuple(contract for contract in CONTRACTS if contract.rows != "event")
THEIRS = {  # what they call a check -> our rule
    "field_required": "required",
    "field_invalid_values": "enum",
    "field_minimum": "minimum",
    "field_maximum": "maximum",
    "field_min_length": "minLength",
    "field_max_length": "maxLength",
    "field_regex": "pattern",
    "field_max_items": "maxItems",
    "field_unique_items": "uniqueItems",
    "field_unique": "unique",
    "primary_key_unique": "primaryKey",
}
DIFFERENCES = {  # what ours refuses and theirs does not, and why ours is right
    "event_id/format": "theirs has no check of `format`; the contract says uuid, and the value is none",
    "event_id/primaryKey": "theirs judges a key of one field as `unique` alone; the contract says both",
    "$/unique": "a convention of ours, which ODCS has no word for: Kafka coordinates, or hour and group, name one row",
    "amount/type": "theirs does not check types in Parquet (a warning); a consumer who adds up text gets none",
}


def judged_by_theirs(contract: Contract, frame: pl.DataFrame, folder: Path) -> Any:
    """Their run on a table as Parquet."""
    from datacontract.data_contract import DataContract

    frame.write_parquet(folder / "rows.parquet")
    document = yaml.safe_load(Path(contract.file).read_text("utf-8"))
    document["servers"] = [
        {"server": "local", "type": "local", "path": str(folder / "rows.parquet"), "format": "parquet"}
    ]
    file = folder / "v1.odcs.yaml"
    file.write_text(yaml.safe_dump(document), "utf-8")
    return DataContract(data_contract_file=str(file)).test()


def failed(run: Any) -> set[str]:
    """The clauses they find broken, in our names; a check we have no name for keeps theirs."""
    return {
        f"{check.field or '$'}/{THEIRS.get(check.type, check.type)}"
        for check in run.checks or ()
        if check.result == "failed"
    }


def broken_rows(contract: Contract) -> Iterator[Any]:
    """The refused cases whose values still fit their columns."""
    for case in read_cases(contract, Path(contract.file).with_name(f"v{contract.major}.cases.yaml")):
        if case.clauses and not any(clause.endswith("/type") for clause in case.clauses):
            yield json_text.read(case.value)


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.key)
def test_their_linter_accepts_our_contracts(contract: Contract) -> None:
    """ODCS as they read it."""
    from datacontract.data_contract import DataContract

    run = DataContract(data_contract_file=contract.file).lint()
    assert (run.result, [check.reason for check in run.checks or () if check.result != "passed"]) == ("passed", [])


@pytest.mark.parametrize("contract", OUTPUTS, ids=lambda contract: contract.key)
def test_their_verdict_on_broken_rows_is_ours_but_for_what_is_explained(contract: Contract, tmp_path: Path) -> None:
    """Clause by clause: what theirs finds ours finds, and what it misses has its reason above."""
    frame = frame_of(contract, list(broken_rows(contract)))
    theirs = failed(judged_by_theirs(contract, frame, tmp_path))
    ours = {clause.removeprefix(f"{contract.key}/") for clause in examine(contract, frame).totals}
    assert theirs - ours == set()
    assert ours - theirs <= DIFFERENCES.keys()
    assert len(theirs) > 8  # rather than nothing that was looked at


def test_their_verdict_on_what_we_publish_is_ours(tmp_path: Path) -> None:
    """Parquet that an export has checked and published holds for them too."""
    lab = Lab(tmp_path / "data")
    lab.tickets(TICKET, {**TICKET, "event_id": IDS[1]})
    published = lab.workspace.root / lab.export()["path"]
    for contract in OUTPUTS:
        if contract.rows != "reference":
            frame = pl.read_parquet(published / f"{contract.name}.parquet")
            assert frame.height > 0
            assert failed(judged_by_theirs(contract, frame, tmp_path)) == set()


def test_a_column_of_another_type_is_seen_by_ours_alone(tmp_path: Path) -> None:
    """Their run says `warning` and goes on; ours fails the type clause."""
    contract = Catalogue(HOME).get("tickets")
    good = yaml.safe_load(Path(contract.file).with_name("v2.cases.yaml").read_text("utf-8"))["event"]
    frame = frame_of(contract, [good | {"amount": None}]).with_columns(amount=pl.lit("12.50"))
    run = judged_by_theirs(contract, frame, tmp_path)
    assert "amount/type" in DIFFERENCES
    assert "amount/field_type" not in failed(run)
    assert "tickets.v2/amount/type" in examine(contract, frame).totals
