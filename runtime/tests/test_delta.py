"""The commits of a table: each has the version that it made, whoever commits meanwhile."""

from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import CommitProperties, write_deltalake

from runtime.delta import commits, open_table, row_commits


def write(table: Path, number: int) -> None:
    """One commit that says its number, which is the version it makes."""
    said = CommitProperties(custom_metadata={"number": str(number)})
    write_deltalake(table, pa.table({"x": [number]}), mode="append", commit_properties=said)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of fourteen versions: more than are read at first."""
    for number in range(14):
        write(tmp_path / "t", number)
    return tmp_path / "t"


def test_a_commit_has_its_own_version_though_another_follows(table: Path) -> None:
    """A table that is a version behind does not name its newest commit by the older number."""
    opened = open_table(table)
    write(table, 14)
    assert [(one["version"], one["number"]) for one in commits(opened, 2)][:2] == [(14, "14"), (13, "13")]
    assert next(row_commits(opened))[1]["number"] == "13"


@pytest.mark.parametrize("version", [0, 3, 12, 13])
def test_a_table_as_it_was_has_the_commits_up_to_then(table: Path, version: int) -> None:
    """Each once, newest first, under its own version."""
    found = [(at, commit["number"]) for at, commit in row_commits(open_table(table, version))]
    assert found == [(at, str(at)) for at in range(version, -1, -1)]
