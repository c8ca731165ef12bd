"""Conditions with deadlines: the one place of this room that pauses."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PAUSE_S = 0.05


def until(condition: Callable[[], T], deadline_s: float, pause_s: float = PAUSE_S) -> T | None:
    """The condition's first truthy answer, or None once `deadline_s` has passed. Asked at least once."""
    end = time.monotonic() + deadline_s
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() >= end:
            return None
        time.sleep(pause_s)
