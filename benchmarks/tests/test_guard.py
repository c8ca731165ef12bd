"""The build goes red where the job has become much slower, by ratios of CPU time that a busy machine hardly moves.

Limits lie above what was seen on two busy cores, and below what decoding each batch twice costs (guard.LIMITS).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import guard
from benchmarks.guard import LIMITS
from benchmarks.speed import topic
from benchmarks.speed.topic import Topic


def test_decoding_in_python_costs_a_limited_number_of_json_loads() -> None:
    """Strict decoding of an event against `json.loads` of the same bytes: 9.2 to 10.1 were seen."""
    assert guard.decoding(None) < LIMITS["decoding"]


def test_decoding_with_the_kernel_costs_less_than_json_loads() -> None:
    """The same where the kernel is built: 0.50 was seen."""
    kernel = guard.kernel()
    if kernel.reason is not None:
        pytest.skip(kernel.reason)
    assert guard.decoding(kernel) < LIMITS["decoding, kernel"]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Topic]:
    """A small topic of a broker that is ended afterwards."""
    made = topic.prepared(tmp_path_factory.mktemp("guard"), guard.TOPIC_EVENTS, topic.MIXED, print)
    yield made
    topic.ended(made)


@pytest.mark.jvm
@pytest.mark.timeout(600)
def test_the_ledger_stage_costs_a_limited_number_of_bare_copies(held: Topic, tmp_path: Path) -> None:
    """CPU time an event, of Spark and its workers, steady; without the kernel, and with it where it is built."""
    seen = guard.stages(held, tmp_path, kernel=guard.kernel().reason is None)
    assert {name: cost for name, cost in seen.items() if cost >= LIMITS[name]} == {}, (seen, os.getloadavg())
