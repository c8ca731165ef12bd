"""What `tickets process --once` counts on its bar: the records of the topic that the ledger does not have."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cli import process
from cli.told import Told
from processing.flood import Watch
from runtime.workspace import Workspace


def test_the_bar_ends_where_the_topic_ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """From behind the last record read, or the first that is kept, to the watermark; a topic made anew is none."""
    at = datetime(2026, 1, 5, tzinfo=UTC)
    monkeypatch.setattr(process, "read_so_far", lambda *_: {0: (3, at), 2: (40, at)})
    marks = {0: (0, 10), 1: (5, 8), 2: (0, 7)}
    assert process._unread(marks, Workspace.open(tmp_path), "orders") == 6 + 3 + 0


def test_each_batch_moves_it_by_its_records() -> None:
    """Of every outcome; an empty batch by none."""
    moved: list[int] = []
    told = Told(Watch(None, None), None)
    told.advance = moved.append
    carried: Any = SimpleNamespace(
        outcomes=Counter(accepted=7, rejected=2),
        clauses=Counter(),
        batch=1,
        version=1,
        traces=(),
        rejected_share=None,
    )
    batch: Any = SimpleNamespace(carried=carried, seconds=1.0)
    told.done(batch)
    told.done(None)
    assert moved == [9]
