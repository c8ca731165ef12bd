"""Service levels of a contract to numbers: durations in seconds, shares from 0 to 1."""

from contracts.compiler.diff.senses import SECONDS
from contracts.compiler.model import Contract, ServiceLevel

SHARES = {"percent": 0.01, "%": 0.01, "ratio": 1.0}


def number(level: ServiceLevel) -> float | None:
    """Its value in base units; None where it is no number, or its unit is neither of time nor a share."""
    factor = {**SECONDS, **SHARES}.get(level.unit.lower())
    try:
        return None if factor is None else round(float(level.value) * float(factor), 9)
    except ValueError:
        return None


def promised(contract: Contract, name: str) -> float | None:
    """The number of the contract's level of that name; None where it promises none."""
    return next((number(level) for level in contract.service_levels if level.name == name), None)
