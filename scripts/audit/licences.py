"""Parts to licences: each part has one that may be, and says the same of itself where it can be asked.

The table is written by hand, so the answer does not depend on what is installed; `claims` then compares the two.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from license_expression import AND, OR, ExpressionError, LicenseExpression, get_spdx_licensing

from runtime.errors import MachineError
from scripts.audit.parts import Part

TABLE = Path(__file__).with_name("licences.yaml")
_SPDX = get_spdx_licensing()


@dataclass(frozen=True, slots=True)
class Licences:
    """What may be, and what is: SPDX expressions by package name, and by jar or its group."""

    allowed: frozenset[str]
    python: Mapping[str, str]
    jars: Mapping[str, str]

    def of(self, part: Part) -> str | None:
        """A part's licence; None where the table has no row for it."""
        if part.kind == "python":
            return self.python.get(part.key)
        return self.jars.get(part.key) or self.jars.get(part.key.partition(":")[0])


def read(path: Path = TABLE) -> Licences:
    """The table; MachineError for a row that is no SPDX expression."""
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    for name, expression in (*found["python"].items(), *found["jars"].items()):
        _parsed(expression, f"{path.name}: {name}")
    return Licences(frozenset(found["allowed"]), found["python"], found["jars"])


def refused(parts: Iterable[Part], table: Licences) -> Iterator[str]:
    """What stands against each part, with the remedy; nothing for a good one."""
    for part in parts:
        licence = table.of(part)
        if licence is None:
            yield f"{part.shown} has no licence in {TABLE.name}: look it up, and add its row"
        elif not _may(_parsed(licence, part.shown), table.allowed):
            yield f"{part.shown} is under {licence}, which is not allowed: do without it, or allow it in {TABLE.name}"


def _parsed(expression: str, where: str) -> LicenseExpression:
    try:
        return _SPDX.parse(expression, validate=True)
    except ExpressionError as error:
        raise MachineError(
            f"{where}: {expression!r} is no SPDX licence", "Write it as spdx.org/licenses does."
        ) from error


def _may(expression: Any, allowed: frozenset[str]) -> bool:
    """Of licences to choose from one is enough, of those that hold together each is needed."""
    if isinstance(expression, AND | OR):
        judge = all if isinstance(expression, AND) else any
        return judge(_may(one, allowed) for one in expression.args)
    return str(expression) in allowed  # one licence, or one with an exception
