"""A real outage of the broker, and the capacity model: a bounded run of benchmarks/outage.py."""

import json
import subprocess
import sys

import pytest

from features.harness import ROOT

DEADLINE_S = 1_500
COUNTS = 0.25  # how far counts may lie from what was predicted: the rate is steady, moments are seen 0.2 s apart
TIMES = 4.0  # times that reading may be faster or slower than predicted, on a machine that does other things too


@pytest.mark.jvm
@pytest.mark.nightly
@pytest.mark.timeout(DEADLINE_S + 30)
def test_a_backlog_and_catching_up_are_as_predicted() -> None:
    """The broker is killed under a steady stream: as many events wait as were predicted, and all are read."""
    command = [sys.executable, "benchmarks/outage.py", "--outage", "20", "--batch", "1000", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_S)
    assert done.returncode == 0, done.stderr[-3000:]
    result = json.loads(done.stdout)
    assert result["backlog"]["predicted"] > 1_000, result
    assert abs(result["backlog"]["ratio"] - 1) <= COUNTS, result
    if not result["outage"]["job_started_again"]:  # a job that has just started is slower, which is not in the model
        assert 1 / TIMES <= result["catch_up_s"]["ratio"] <= TIMES, result
