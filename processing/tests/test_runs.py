"""Sorted runs: what was put in is found, whatever was merged meanwhile, and nothing else is."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processing import runs
from processing.index import ROW

HALF = st.sampled_from([0, 1, 2, 2**63, 2**64 - 2, 2**64 - 1])  # few, so that halves meet
DIGESTS = st.lists(st.tuples(HALF, HALF), unique=True)
Digest = tuple[int, int]


def halves(digests: list[Digest]) -> tuple[runs.Heads, runs.Heads]:
    """As two arrays."""
    heads, tails = zip(*digests, strict=True) if digests else ((), ())
    return np.array(heads, np.uint64), np.array(tails, np.uint64)


def written(folder: Path, digests: list[Digest], partition: int = 0) -> runs.Run:
    """A run whose digests have their place in the list as offset."""
    heads, tails = halves(digests)
    rows = np.zeros(len(digests), ROW)
    rows["tail"], rows["offset"], rows["partition"] = tails, np.arange(len(digests)), partition
    return runs.write(folder, heads, rows)


def found(held: list[runs.Run], digests: list[Digest]) -> dict[Digest, tuple[int, int]]:
    """Partition and offset of those of the digests that the runs hold."""
    asked = sorted(digests)
    heads, tails = halves(asked)
    hits: dict[Digest, tuple[int, int]] = {}
    for run in held:
        at, rows = run.find(heads, tails)
        hits |= {asked[i]: (int(row["partition"]), int(row["offset"])) for i, row in zip(at, rows, strict=True)}
    return hits


@given(st.lists(DIGESTS.filter(bool), max_size=12), DIGESTS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_was_put_in_is_found(tmp_path: Path, batches: list[list[Digest]], asked: list[Digest]) -> None:
    """After any number of batches and merges each digest is where it was put, though halves of it are shared."""
    wanted: dict[Digest, tuple[int, int]] = {}
    held: list[runs.Run] = []
    for number, batch in enumerate(batches):
        new = [digest for digest in batch if digest not in wanted]
        if new:
            wanted |= {digest: (number, offset) for offset, digest in enumerate(new)}
            held = runs.merged([*held, written(tmp_path, new, number)])
    assert found(held, asked) == {digest: wanted[digest] for digest in asked if digest in wanted}
    assert sum(run.rows for run in held) == len(wanted)
    assert all(run.whole for run in held)


def test_a_merge_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs too large for one piece of memory are merged part by part: ascending, and every row with its digest."""
    monkeypatch.setattr(runs, "_CHUNK", 1000)
    drawn = np.random.default_rng(3).integers(0, 2**64 - 1, (8000, 2), np.uint64, endpoint=True)
    digests = [(int(head), int(tail)) for head, tail in drawn]
    parts = [digests[start : start + 2000] for start in range(0, 8000, 2000)]
    (run,) = runs.merged([written(tmp_path, part, number) for number, part in enumerate(parts)])
    heads = run.heads()
    assert run.rows == 8000
    assert bool((heads[1:] >= heads[:-1]).all())
    assert found([run], digests) == {digest: (at // 2000, at % 2000) for at, digest in enumerate(digests)}


def test_runs_stay_few(tmp_path: Path) -> None:
    """A thousand batches of a few digests are a handful of runs: at most three of a tier."""
    held: list[runs.Run] = []
    for number in range(1000):
        held = runs.merged([*held, written(tmp_path, [(number * 3 + n, 0) for n in range(3)])])
    assert len(held) <= 3 * 6
    assert sum(run.rows for run in held) == 3000


@pytest.mark.parametrize("size", [0, 9])
@pytest.mark.parametrize("which", [0, 1])
def test_a_file_that_was_cut(tmp_path: Path, which: int, size: int) -> None:
    """A run whose file has another length is not whole."""
    run = written(tmp_path, [(1, 2), (3, 4)])
    assert run.whole
    with run.files[which].open("r+b") as file:
        file.truncate(size)
    assert not run.whole


def test_a_write_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk leaves no half of a run."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        written(tmp_path, [(1, 2)])
    assert list(tmp_path.iterdir()) == []
