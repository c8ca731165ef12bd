"""The steps of the features, which pytest lets only this conftest name; and which tests stay together."""

import pytest

pytest_plugins = [
    "features.steps.sending",
    "features.steps.running",
    "features.steps.results",
    "features.steps.contracts",
    "features.steps.review",
    "features.steps.evolving",
    "features.steps.recovering",
    "features.steps.erasing",
    "features.steps.quarantine",
    "features.steps.bad_bytes",
    "features.steps.producing",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With `--dist loadgroup` one worker runs all tests of a file that need Java: they share what fixtures start.

    Scenarios have a workspace each, and go where there is room, unless their file says otherwise.
    """
    for item in items:
        own = item.location[0].startswith("features/") or item.get_closest_marker("xdist_group")
        if item.get_closest_marker("jvm") and not own:
            item.add_marker(pytest.mark.xdist_group(item.location[0]))
