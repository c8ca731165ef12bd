"""Records that programs stumble over, all in one workspace: sent, processed and exported once for all scenarios."""

from collections.abc import Iterator

import pytest
from pytest_bdd import scenarios

from features.harness import Pipeline
from features.steps.bad_bytes import send_all
from features.steps.hostile import Record

scenarios("bad_bytes.feature")


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """The workspace."""
    own = Pipeline(tmp_path_factory.mktemp("bad_bytes") / "data")
    own.open()
    try:
        yield own
    finally:
        own.close()


@pytest.fixture(scope="module")
def sent(pipeline: Pipeline) -> dict[str, Record]:
    """Every record by name, with the coordinates it got."""
    return send_all(pipeline)
