"""Log calls to lines on stderr, for people or for machines; stdout stays free for results."""

import logging
import os
import sys
from collections.abc import MutableMapping
from typing import Any, Literal
from uuid import uuid4

import structlog

_preferred: str | None = None  # a level that the person asked for, whichever command runs


def prefer(level: Literal["error", "debug"] | None) -> None:
    """Log at this level from now on, whatever a command configures; None for what the command says.

    "error" also keeps progress silent (runtime.progress).
    """
    global _preferred
    _preferred = level


def is_quiet() -> bool:
    """Whether nothing but errors is wanted beside results."""
    return _preferred == "error"


def configure(fmt: Literal["text", "json"], level: str = "info") -> None:
    """Choose form and level for the whole process; called once by the command.

    JSON lines have the keys ts (UTC, ISO 8601), level, event, room and run, whatever the caller adds, and what is
    bound by `bind`. `run` is one new id for each call of this, so for each command.
    """
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if fmt == "text":
        colors = sys.stderr.isatty() and not os.environ.get("NO_COLOR")  # https://no-color.org
        renderer = structlog.dev.ConsoleRenderer(colors=colors, timestamp_key="ts", pad_event_to=0)
    structlog.configure(
        processors=[
            *((structlog.contextvars.merge_contextvars, _of_run(uuid4().hex)) if fmt == "json" else ()),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
            structlog.processors.dict_tracebacks if fmt == "json" else structlog.processors.StackInfoRenderer(),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[(_preferred or level).upper()]
        ),
        logger_factory=stderr_logger,
        cache_logger_on_first_use=False,
    )


def _of_run(run: str) -> structlog.typing.Processor:
    """Not a context variable: those begin empty in each new thread, and Spark calls a batch in one of its own."""

    def processor(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {**event, "run": run}

    return processor


def bind(**ids: str | int) -> None:
    """Add ids (batch, trace_id) to every later JSON line of this thread, instead of those bound before."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**ids)


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
