"""The named moments at which a process is killed from inside: the one place that names functions of the product.

A name that does not exist any more fails the run that asks for it, and a test; nothing is skipped.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Point:
    """A moment: before or after a function of a module as it is looked up there (`Class.method` for methods).

    `earlier` is how often a run calls it before its first batch; `command` is what is killed.
    """

    name: str
    when: Literal["before", "after"]
    module: str
    function: str
    earlier: int
    command: Literal["once", "every", "export"]


POINTS: tuple[Point, ...] = (
    Point("decoded", "after", "processing.parcel", "summary", 0, "once"),
    # By what lies beside the commit: `Turn.append` is called for accepted rows, too.
    Point("settled", "after", "processing.parcel", "write", 0, "once"),
    Point("ledger committed", "before", "processing.index", "Index.add", 0, "once"),
    Point("index noted", "after", "processing.index", "Index.add", 0, "once"),
    Point("tickets appended", "after", "processing.derive", "follow", 1, "every"),
    Point("KPIs refreshed", "after", "processing.aggregates", "refresh", 0, "every"),
    Point("export staged", "before", "exports.publish", "publish", 0, "export"),
    Point("export renamed", "before", "exports.publish", "_point", 0, "export"),
)
BY_NAME = {point.name: point for point in POINTS}


def resolve(module: str, function: str) -> tuple[Any, str, Callable[..., Any]]:
    """(owner, attribute, function) of a name; SystemExit that says where to mend it if it does not exist."""
    *outer, last = function.split(".")
    try:
        owner: Any = importlib.import_module(module)
        for part in outer:
            owner = getattr(owner, part)
        return owner, last, getattr(owner, last)
    except (ImportError, AttributeError) as error:
        raise SystemExit(
            f"features/faults names {module}:{function}, which does not exist ({error}).\n"
            "Mend points.py or sabotage.py in that folder: nothing was tested."
        ) from error
