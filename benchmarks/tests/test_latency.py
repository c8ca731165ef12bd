"""What latency is measured with: a writer at a steady rate, and a reader of a table that grows."""

import io
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from benchmarks.figures.latency import Reader, _write


class Slow(io.BytesIO):
    """Takes its time for the first line."""

    def flush(self) -> None:
        """As a pipe that is full."""
        if self.getvalue().count(b"\n") == 1:
            time.sleep(0.3)


def test_a_reader_sees_each_row_once_it_is_committed(tmp_path: Path) -> None:
    """Nothing while there is no table; a row seen before keeps its moment."""
    reader, path = Reader(tmp_path / "tickets"), str(tmp_path / "tickets")
    reader.look()
    assert reader.seen == {}
    for number in range(3):
        write_deltalake(path, pa.table({"event_id": [f"{number}"], "other": [1]}), mode="append")
        before = dict(reader.seen)
        reader.look()
        assert reader.seen.keys() - before.keys() == {f"{number}"}
        assert before.items() <= reader.seen.items()
        reader.look()


@pytest.mark.parametrize("file", [io.BytesIO(), Slow()])
def test_an_event_is_sent_when_it_is_due(file: Any) -> None:
    """A producer that takes nothing for a while delays later events, and does not make them due later."""
    sent: list[float] = []
    _write(file, [b"a"] * 100, sent, 500)
    assert file.getvalue() == b"a\n" * 100
    assert [round(one - sent[0], 3) for one in sent] == [round(number / 500, 3) for number in range(100)]
