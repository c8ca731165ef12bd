"""A job's log to what is in flight."""

import json
import subprocess
from pathlib import Path

import pytest

from features.faults.job import Job

pytestmark = pytest.mark.slow  # `make check` leaves the features out; they are quick


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A job that has ended, with an empty log."""
    log = tmp_path / "job.log"
    log.touch()
    process = subprocess.Popen(["true"])
    process.wait(10)
    return Job(process, log)


def _write(job: Job, *events: tuple[str, int, str]) -> None:
    with job.log.open("a", encoding="utf-8") as file:
        for event, batch, second in events:
            line = {"event": event, "batch": batch, "ts": f"2026-01-05T08:30:{second}Z"}
            file.write(json.dumps(line) + "\n")


def test_a_batch_is_in_flight_until_it_is_committed(job: Job) -> None:
    """Then the next one."""
    assert job.in_flight() is None
    _write(job, ("batch begun", 0, "00.5"))
    assert job.in_flight() == 0
    _write(job, ("batch committed", 0, "02.0"))
    assert job.in_flight() is None
    _write(job, ("batch begun", 1, "03.0"))
    assert (job.in_flight(), job.durations()) == (1, [1.5])


def test_a_line_that_is_not_whole_is_read_later(job: Job) -> None:
    """And what is no JSON is passed over."""
    with job.log.open("a", encoding="utf-8") as file:
        file.write('WARNING: something\n{"event": "batch be')
    assert job.in_flight() is None
    with job.log.open("a", encoding="utf-8") as file:
        file.write('gun", "batch": 7, "ts": "2026-01-05T08:30:00Z"}\n')
    assert job.in_flight() == 7


def test_nobody_waits_for_a_job_that_has_ended(job: Job) -> None:
    """Whatever the deadline."""
    assert not job.await_batch(60)
    assert not job.await_commit(60)
    assert not job.reach(1.0, 60)
