"""Payload to broker to Spark to Parquet to DuckDB: the same value for every type; docs/losses.md says what is not kept.

What a payload means is worked out by the reference, type by type, without the product's decoder or stores.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import yaml

from cli.agreement.reference import json_text
from cli.agreement.reference.meaning import meaning
from cli.tests.stored import meant
from contracts.compiler.load import load
from contracts.compiler.model import Contract
from features.harness import COMMAND, ROOT, Pipeline

SOURCE = ROOT / "processing" / "tests" / "contracts" / "every_type" / "v1.odcs.yaml"
EVENTS = 400
pytestmark = [pytest.mark.jvm, pytest.mark.timeout(600)]


def contracts(folder: Path) -> Contract:
    """The contract of every type, and an output that copies each field; personal fields aside, which are not kept."""
    document = yaml.safe_load(SOURCE.read_text("utf-8"))
    fields = [row for row in document["schema"][0]["properties"] if "personal" not in json.dumps(row)]
    document["schema"][0]["properties"] = fields
    copies = [{**row, "transformSourceObjects": [f"every_type.v1/{row['name']}"]} for row in fields]
    output = {
        **document,
        "id": "every_row",
        "name": "every_row",
        "servers": [],
        "customProperties": [
            {"property": "rows", "value": "accepted"},
            {"property": "sourceContract", "value": "every_type.v1"},
            {"property": "eventTime", "value": "happened_at"},
        ],
        "schema": [{**document["schema"][0], "name": "every_row", "properties": copies}],
    }
    for made in (document, output):
        (folder / made["name"]).mkdir(parents=True)
        (folder / made["name"] / "v1.odcs.yaml").write_text(yaml.safe_dump(made, allow_unicode=True), "utf-8")
    return load(folder / "every_type" / "v1.odcs.yaml")


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    """A workspace of its own, with a broker and the contract of every type."""
    made = Pipeline(tmp_path / "data", "every_type", tmp_path / "contracts")
    contracts(tmp_path / "contracts")
    made.open()
    try:
        yield made
    finally:
        made.close()


def test_every_value_arrives_as_it_was_sent(pipeline: Pipeline, tmp_path: Path) -> None:
    """Field by field, boundaries of every width included."""
    contract = load(pipeline.contracts / "every_type" / "v1.odcs.yaml")
    sent = tmp_path / "payloads.jsonl"
    with sent.open("wb") as file:
        arguments = ("contracts", "payloads", contract.file, "--events", str(EVENTS), "--seed", "7")
        subprocess.run([COMMAND, *arguments], check=True, stdout=file)
    pipeline.run("produce", contract.name, "--from", str(sent))
    pipeline.run("process", contract.name, "--once")
    pipeline.run("export", contract.name, "--format", "parquet")
    published = next((pipeline.data / "exports" / "every_type").glob("*/every_row.parquet"))
    names = [field.name for field in contract.fields]
    rows = duckdb.read_parquet(str(published)).project(", ".join(f'"{name}"' for name in names)).fetchall()
    by_id = {row[names.index("event_id")]: dict(zip(names, row, strict=True)) for row in rows}
    payloads = [json_text.read(line) for line in sent.read_bytes().splitlines()]
    assert len(by_id) == len(payloads) == EVENTS
    for payload in payloads:
        row = by_id[payload["event_id"]]
        for field in contract.fields:
            assert meant(field, row[field.name], lambda clock: clock) == meaning(field, payload.get(field.name)), (
                field.path
            )
    seen = {field.path for field in contract.fields for payload in payloads if payload.get(field.name) is not None}
    assert seen == set(names)
