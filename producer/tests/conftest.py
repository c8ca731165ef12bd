"""The two contracts every test of this room is run over, contracts written on the spot, and a moment to start from."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.compiler.load import load
from contracts.compiler.model import Contract

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "client_tickets": ROOT / "contracts" / "client_tickets" / "v1.odcs.yaml",
    "app_logs": ROOT / "examples" / "contracts" / "app_logs" / "v1.odcs.yaml",
}


@pytest.fixture(params=sorted(FILES))
def contract(request: pytest.FixtureRequest) -> Contract:
    """Each contract in turn."""
    return load(FILES[request.param])


@pytest.fixture
def tickets() -> Contract:
    """client_tickets, where a test names its fields."""
    return load(FILES["client_tickets"])


@pytest.fixture
def logs() -> Contract:
    """app_logs, which nests deeper."""
    return load(FILES["app_logs"])


@pytest.fixture
def start() -> datetime:
    """A fixed start, so that payloads are the same in every run."""
    return datetime(2026, 1, 5, tzinfo=UTC)


Compiled = Callable[..., Contract]


@pytest.fixture
def compiled(tmp_path: Path) -> Compiled:
    """A function that compiles a contract of some properties, written as a person would; more keys of the document
    and `quality` of the schema by name.
    """

    def compile_(*properties: dict[str, Any], quality: list[dict[str, Any]] | None = None, **more: Any) -> Contract:
        schema: dict[str, Any] = {"name": "made", "logicalType": "object", "properties": list(properties)}
        if quality:
            schema["quality"] = quality
        head = {"apiVersion": "v3.2.0", "kind": "DataContract", "id": "made", "name": "made", "version": "1.0.0"}
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.odcs.yaml"
        path.write_text(json.dumps({**head, "status": "draft", "schema": [schema], **more}), "utf-8")
        return load(path)

    return compile_
