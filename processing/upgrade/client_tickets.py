"""Client tickets of one major as the next."""

from typing import Any


def v1_to_v2(event: dict[str, Any]) -> dict[str, Any]:
    """`language` is called `locale`; version 1 did not say which product a request is about."""
    return {**{name: value for name, value in event.items() if name != "language"}, "locale": event["language"]}
