"""What a cluster's workers answer, and what is said about it."""

import dataclasses
import socket
import sysconfig
import time
from pathlib import Path
from typing import Any

import pytest

from runtime import first_job, shipped
from runtime.errors import MachineError
from runtime.first_job import Needs, Seen

NEEDS = Needs(["broker:9092"], None)
GOOD = Seen("w1", shipped.state(), "3.11.7", sysconfig.get_platform(), {}, {}, True)


def test_a_worker_that_has_all_is_taken() -> None:
    """Without a word."""
    first_job.judge(GOOD, NEEDS)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"platform": "linux-riscv64"}, "w1 is linux-riscv64"),
        ({"code": "another"}, "another state of this product"),
        ({"broken": {"re2": "libabsl.so: cannot open"}}, r"can't import re2: libabsl\.so"),
        ({"away": {"broker:9092": "Connection refused"}}, "does not reach broker:9092: Connection refused"),
        ({"shares": False}, "does not see the folder"),
    ],
)
def test_what_a_worker_lacks_is_said(change: dict[str, Any], said: str) -> None:
    """Which worker, what, and what to do."""
    with pytest.raises(MachineError, match=said) as refused:
        first_job.judge(dataclasses.replace(GOOD, **change), NEEDS)
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pyspark.errors: [PYTHON_VERSION_MISMATCH] Python in worker has different version: 3.9", "Python is not 3."),
        ('java.io.IOException: Cannot run program "/no/python3": error=2', "no such Python: /no/python3"),
        ("ModuleNotFoundError: No module named 'runtime'", "does not have this product"),
        ("a\njava.lang.IllegalStateException: odd", "IllegalStateException: odd"),
    ],
)
def test_a_first_job_that_fails_is_explained(text: str, said: str) -> None:
    """Instead of Spark's report of it."""
    assert said in first_job.explain(RuntimeError(text)).what


def test_a_task_looks_for_itself(tmp_path: Path) -> None:
    """Here it has everything but what is not there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        there = f"127.0.0.1:{taken.getsockname()[1]}"
        free = "127.0.0.1:1"
        (seen,) = first_job.look((there, free), str(tmp_path / "no"), iter(()))
    assert (seen.broken, list(seen.away), seen.shares) == ({}, [free], False)
    assert seen.code == shipped.state()


class Silent:
    """A session whose jobs nobody takes."""

    @property
    def sparkContext(self) -> "Silent":  # noqa: N802 - Spark's name
        """Itself."""
        return self

    def parallelize(self, *_: object) -> "Silent":
        """Itself."""
        return self

    def mapPartitions(self, _: object) -> "Silent":  # noqa: N802 - Spark's name
        """Itself."""
        return self

    def collect(self) -> list[Seen]:
        """Not before the test is over."""
        time.sleep(5)  # what no worker ever ends
        return []


def test_a_cluster_without_workers_is_not_waited_for_for_ever() -> None:
    """After the deadline, with what to look at."""
    with pytest.raises(MachineError, match="no worker took the first job within 0 s") as refused:
        first_job.check(Silent(), NEEDS, deadline_s=0.2)
    assert "spark.executor.memory" in refused.value.remedy
