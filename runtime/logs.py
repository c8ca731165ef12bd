"""Log calls to lines on stderr, for people or for machines; stdout stays free for results."""

import logging
import sys
from typing import Any, Literal

import structlog


def configure(fmt: Literal["text", "json"], level: str = "info") -> None:
    """Choose form and level for the whole process; called once by the command.

    JSON lines have the keys ts (UTC, ISO 8601), level, event and room, and whatever the caller adds.
    """
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if fmt == "text":
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), timestamp_key="ts", pad_event_to=0)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
            structlog.processors.dict_tracebacks if fmt == "json" else structlog.processors.StackInfoRenderer(),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=stderr_logger,
        cache_logger_on_first_use=False,
    )


def stderr_logger(*_: Any) -> structlog.WriteLogger:
    """A logger on the stderr of this moment, so that a test that captures it sees the lines."""
    return structlog.WriteLogger(sys.stderr)


def get(name: str) -> Any:
    """A logger that says which room speaks: the first part of a dotted module name.

    Unconfigured, structlog would write to stdout, where results belong; so the default is set here.
    """
    if not structlog.is_configured():
        configure("text")
    return structlog.get_logger(room=name.partition(".")[0])
