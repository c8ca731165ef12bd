"""Fixtures: an empty workspace per test."""

from pathlib import Path

import pytest

from exports.tests.lab import Lab


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """An empty workspace with the project's own contracts."""
    return Lab(tmp_path / "data")


@pytest.fixture
def all_types(tmp_path: Path) -> Lab:
    """An empty workspace with the contract that has every stored form and rule."""
    return Lab(tmp_path / "data", Path(__file__).parent / "contracts")
