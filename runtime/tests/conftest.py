"""An S3 store for the tests of the machine room."""

from collections.abc import Iterator

import pytest

from runtime.store import Bucket
from runtime.tests.s3 import bucket


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """An empty bucket, with the environment that leads to it."""
    with bucket(monkeypatch.setenv) as made:
        yield made
