"""Commits under a number: of two writers that read the same state, one gets in and the other is told."""

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from processing.turn import APPLICATION, OvertakenError, Turn, notes
from runtime.delta import row_commits

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROWS = pa.table({"n": pa.array([1, 2], pa.int64())})


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table with two rows."""
    from deltalake import write_deltalake

    write_deltalake(tmp_path / "t", ROWS)
    return tmp_path / "t"


def held(path: Path) -> int:
    """How many rows the table has."""
    from deltalake import DeltaTable

    return int(DeltaTable(path).to_pyarrow_table().num_rows)


def options(turn: Turn) -> dict[str, str]:
    """What `Turn.session` sets for a whole session, for one write of Spark's."""
    said = json.dumps({"turn": turn.token})
    return {"txnAppId": APPLICATION, "txnVersion": str(turn.number), "userMetadata": said}


def write(path: Path, turn: Turn) -> None:
    """Append the rows without Spark."""
    from deltalake import write_deltalake

    write_deltalake(path, ROWS, mode="append", commit_properties=turn.properties({"said": 1}))


def test_turns_are_counted(table: Path) -> None:
    """Each commit takes the next number and says what its writer said."""
    from deltalake import DeltaTable

    for number in (1, 2):
        turn = Turn.take(table)
        write(table, turn)
        assert turn.number == number
        assert turn.confirm() == number
    _, newest = next(row_commits(DeltaTable(table)))
    assert notes(newest)["said"] == 1


def test_a_turn_that_is_not_the_newest_commit(table: Path) -> None:
    """A writer whose commit is not there is told."""
    mine, other = Turn.take(table), Turn.take(table)
    write(table, other)
    with pytest.raises(OvertakenError, match="written by somebody else"):
        mine.confirm()


@pytest.mark.jvm
def test_a_later_twin_is_skipped_and_told(spark: "SparkSession", table: Path) -> None:
    """Spark skips a commit whose number is taken, be it an append, an overwrite or a MERGE; the writer finds out."""
    from delta.tables import DeltaTable

    mine = Turn.take(table)
    write(table, Turn.take(table))
    frame = spark.range(5).toDF("n")
    for mode in ("append", "overwrite"):
        frame.write.format("delta").mode(mode).options(**options(mine)).save(str(table))
    with mine.session(spark, {}):
        merge = DeltaTable.forPath(spark, str(table)).alias("t").merge(frame.alias("f"), "t.n = f.n")
        merge.whenNotMatchedInsertAll().execute()
    assert held(table) == 4
    with pytest.raises(OvertakenError):
        mine.confirm()
    late = Turn.take(table)
    with late.session(spark, {"said": 2}):
        merge.whenNotMatchedInsertAll().execute()
    assert held(table) == 7
    assert late.confirm() == 2


@pytest.mark.jvm
def test_two_commits_that_meet(spark: "SparkSession", table: Path, tmp_path: Path) -> None:
    """Two Spark appends under one number, both begun before either has committed: one is in the table, once."""
    turns, errors = [Turn.take(table), Turn.take(table)], []
    begun = tmp_path / "begun"
    begun.mkdir()

    def append(turn: Turn) -> None:
        def meet(batches: Any) -> Any:
            import time

            (begun / turn.token).touch()
            end = time.monotonic() + 60
            while len(list(begun.iterdir())) < 2 and time.monotonic() < end:
                time.sleep(0.01)  # between two looks
            yield from batches

        rows = spark.range(10).toDF("n").mapInArrow(meet, "n bigint").coalesce(1)
        try:
            rows.write.format("delta").mode("append").options(**options(turn)).save(str(table))
            turn.confirm()
        except Exception as error:  # noqa: BLE001 - whichever way the loser is told
            errors.append(error)

    threads = [threading.Thread(target=append, args=(turn,)) for turn in turns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(errors) == 1
    assert "ConcurrentTransaction" in str(errors[0]) or isinstance(errors[0], OvertakenError)
    assert held(table) == 12
