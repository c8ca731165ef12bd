"""Tables in a bucket whose store nobody reaches."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from features.harness import COMMAND, Pipeline

pytestmark = [pytest.mark.jvm, pytest.mark.timeout(400)]
TRIED_S, DEADLINE_S = 30.0, 90.0


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    """A workspace with a topic."""
    made = Pipeline(tmp_path / "data")
    made.open()
    try:
        made.ensure_topic()
        yield made
    finally:
        made.close()


@pytest.mark.parametrize("arguments", [("process", "--once"), ("audit",)], ids=["process", "audit"])
def test_it_is_tried_for_half_a_minute_and_then_told(pipeline: Pipeline, arguments: tuple[str, ...]) -> None:
    """One error that says which store, how long it was tried, and what to look at; no traceback."""
    words = {
        "ENDPOINT_URL": "http://127.0.0.1:9",
        "ACCESS_KEY_ID": "a",
        "SECRET_ACCESS_KEY": "b",
        "REGION": "us-east-1",
    }
    away = {"TICKETS_TABLES": "s3://tables/run", **{f"AWS_{name}": value for name, value in words.items()}}
    name, *more = arguments
    began = time.monotonic()
    done = subprocess.run(
        [COMMAND, name, pipeline.contract, *more],
        env={**os.environ, **pipeline.environment, **away},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Error: the store of the tables does not answer as it should, though asked again for 30 s" in done.stderr
    assert "AWS_ENDPOINT_URL" in done.stderr
    assert "Traceback" not in done.stderr
    assert time.monotonic() - began >= TRIED_S - 5  # patience is real
