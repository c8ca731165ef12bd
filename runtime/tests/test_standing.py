"""What a command came to, kept for whoever asks later."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runtime.standing import note, read
from runtime.workspace import Workspace


def test_the_newest_run_and_the_newest_success_are_kept(tmp_path: Path) -> None:
    """A failure leaves the time of the last success; each command and contract has its own."""
    space = Workspace.open(tmp_path)
    assert read(space, "audit", "t") is None
    note(space, "audit", "t", ok=False)
    first = read(space, "audit", "t")
    assert first is not None
    assert (first.ok, first.succeeded_at) == (False, None)
    note(space, "audit", "t", ok=True)
    second = read(space, "audit", "t")
    assert second is not None
    assert second.ok
    assert second.succeeded_at is not None
    assert datetime.now(UTC) - second.succeeded_at < timedelta(minutes=1)
    note(space, "audit", "t", ok=False)
    third = read(space, "audit", "t")
    assert third is not None
    assert (third.ok, third.succeeded_at) == (False, second.succeeded_at)
    assert read(space, "export", "t") is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"ok": true, "at": "yesterday", "succeeded_at": null}'])
def test_a_file_that_is_not_ours_says_nothing(tmp_path: Path, text: str) -> None:
    """It is read at a scrape, which must not fail over it."""
    space = Workspace.open(tmp_path)
    note(space, "audit", "t", ok=True)
    space.standing("audit", "t").write_text(text, "utf-8")
    assert read(space, "audit", "t") is None


def test_a_run_is_not_failed_by_what_cannot_be_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command goes on, and says it."""
    space = Workspace.open(tmp_path)
    (tmp_path / "standing").write_text("in the way", "utf-8")
    note(space, "audit", "t", ok=True)
    assert "could not be kept" in capsys.readouterr().err
    assert read(space, "audit", "t") is None
