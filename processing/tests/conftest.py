"""What several test modules of this room need."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator["SparkSession"]:
    """One session for a module."""
    from runtime.engine import Engine
    from runtime.spark import close_session, open_session

    session = open_session(
        "test", scratch=tmp_path_factory.mktemp("spark"), on=Engine("local[2]", None, {}), short=True
    )
    yield session
    close_session(session)
