"""Fails where a feature file or a scenario is bound by no test module of this folder."""

import re
from pathlib import Path

import pytest

from features.conftest import BOUND

HERE = Path(__file__).parent


def _written(text: str) -> int:
    """Scenarios in a feature file, by lines alone: an outline counts once for each row of its examples."""
    plain = len(re.findall(r"^\s*Scenario:", text, re.MULTILINE))
    tables = re.findall(r"^\s*Examples:.*\n((?:\s*\|.*\n?)+)", text, re.MULTILINE)
    return plain + sum(len(table.strip().splitlines()) - 1 for table in tables)


@pytest.mark.jvm  # chosen together with the scenarios
@pytest.mark.parametrize("file", sorted(HERE.rglob("*.feature")), ids=lambda file: file.stem)
def test_every_scenario_is_collected(file: Path, pytestconfig: pytest.Config) -> None:
    """pytest-bdd passes silently over a file that nothing binds; this does not."""
    assert pytestconfig.stash[BOUND][file.name] == _written(file.read_text("utf-8")) > 0
