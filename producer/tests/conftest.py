"""The two contracts that every test of this room is run over, and a moment to start from."""

from datetime import UTC, datetime
from pathlib import Path

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
