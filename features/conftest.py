"""Fixtures of the features: one workspace with a running job for all `@live` scenarios, one of its own for the rest."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd.scenario import scenario_wrapper_template_registry

from features.harness import Pipeline, running
from features.stack import Stack


@pytest.fixture(scope="session")
def live_pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """A workspace whose job runs all the time, shared by scenarios that tell their events apart by id.

    BROKER=stack: the one of compose.yml, which is running.
    """
    if os.environ.get("BROKER") == "stack":
        stack = Stack(tmp_path_factory.mktemp("stack"))
        stack.open()
        yield stack
        return
    with running(tmp_path_factory.mktemp("live")) as made:
        yield made


@pytest.fixture
def pipeline(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pipeline]:
    """The workspace of one scenario."""
    if request.node.get_closest_marker("live"):
        shared: Pipeline = request.getfixturevalue("live_pipeline")
        shared.sent.clear()
        yield shared
        return
    own = Pipeline(tmp_path / "data")
    own.open()
    try:
        yield own
    finally:
        own.close()


BOUND = pytest.StashKey[Counter[str]]()


@pytest.hookimpl(tryfirst=True)  # before anything is deselected
def pytest_collection_modifyitems(config: pytest.Config, items: list[Any]) -> None:
    """Every scenario needs Java; how many of each file are bound is counted for test_features.py."""
    bound = config.stash.setdefault(BOUND, Counter())
    for item in items:
        template = scenario_wrapper_template_registry.get(getattr(item, "obj", None))
        if template is None:
            continue
        bound[Path(template.feature.filename).name] += 1
        item.add_marker(pytest.mark.jvm)
        item.add_marker(pytest.mark.timeout(600))


def pytest_bdd_apply_tag(tag: str, function: Any) -> bool:
    """Tags become pytest markers of the same name."""
    getattr(pytest.mark, tag)(function)
    return True
