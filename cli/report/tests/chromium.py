"""Pages in a real browser, for tests: Chromium without a window, and what axe finds serious in a page."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from runtime import browser


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser of playwright; the test is skipped where the machine has none."""
    found = browser.found()
    if found is None:
        pytest.skip("no Chromium or Chrome on the PATH")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()


def serious(shown: Any) -> list[tuple[str, str]]:
    """Rules of axe that a page breaks for somebody, each with the first element that does."""
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    found = Axe().run(shown).response["violations"]
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")]
