"""A plugin of pytest that keeps what came of each test (cli/adr/outcomes.py); only the process that collects writes."""

from pathlib import Path

import pytest
from pytest_bdd.scenario import scenario_wrapper_template_registry

from cli.adr import outcomes

_SCENARIO = "scenario"


class _Recorder:
    def __init__(self, root: Path) -> None:
        self._folder = root / outcomes.FOLDER

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """The call's outcome; of set-up and teardown only what is no pass."""
        if report.when == "call" or report.outcome != "passed":
            scenarios = [str(value) for name, value in report.user_properties if name == _SCENARIO]
            outcomes.record((report.nodeid, *scenarios), report.outcome, self._folder)


def pytest_configure(config: pytest.Config) -> None:
    """Record in the process that gets every report; workers only run tests."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Recorder(config.rootpath), "outcomes-recorder")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A scenario goes by its feature's name too, each example by itself, since that is what people know it by."""
    called = getattr(item, "obj", None)
    template = None if called is None else scenario_wrapper_template_registry.get(called)
    if template is not None:
        file = Path(template.feature.filename)
        name = file.relative_to(item.config.rootpath) if file.is_relative_to(item.config.rootpath) else file
        example = f"[{item.callspec.id}]" if hasattr(item, "callspec") else ""
        item.user_properties.append((_SCENARIO, f"{name.as_posix()}::{template.name}{example}"))
