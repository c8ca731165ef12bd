"""What `tickets doctor` finds: required and optional are told apart, and each gap has a remedy."""

from pathlib import Path

import pytest

from runtime import java, machine
from runtime.errors import MachineError
from runtime.machine import Row, inspect


def by_name(rows: list[Row]) -> dict[str, Row]:
    """Rows by their name."""
    return {row.name: row for row in rows}


def test_every_gap_has_a_remedy(tmp_path: Path) -> None:
    """All probes answer on this machine, each once, and whatever is not fine says what to do."""
    rows = inspect(tmp_path / "not" / "yet")
    assert len(by_name(rows)) == len(rows) == 11
    assert [row.name for row in rows if row.ok is not True and not row.remedy] == []
    assert not (tmp_path / "not").exists()


def test_a_missing_java_is_required(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Java nothing runs, so that row is False and has the remedy of the error."""

    def none() -> java.Java:
        raise MachineError("no Java", "Install it.")

    monkeypatch.setattr(java, "find_java", none)
    assert by_name(inspect(tmp_path))["java"] == Row("java", "no Java", False, "Install it.")


def test_a_missing_container_engine_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The embedded broker needs none, so the row is no obstacle."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    rows = by_name(inspect(tmp_path))
    assert rows["container engine"].ok is None
    assert "redpanda needs a container engine" in rows["brokers"].found


def test_windows_is_told_to_use_wsl2(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows itself is a required gap with a way out."""
    monkeypatch.setattr("sys.platform", "win32")
    row = machine.system()
    assert row.ok is False
    assert row.remedy is not None
    assert "WSL2" in row.remedy


def test_a_full_disk_is_required(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than 3 GiB free is not enough for a run."""
    monkeypatch.setattr(machine, "DISK_GIB", 10**9)
    assert machine.disk(tmp_path).ok is False
