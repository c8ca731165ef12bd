"""A change to one plain sentence, as its rule words it."""

import json
from typing import Any

from contracts.compiler.diff.model import Change
from contracts.compiler.diff.senses import least, most
from contracts.compiler.diff.table import ELEMENTS, RULES

_SHOWN = 160  # characters of a value in a sentence


def sentence(change: Change) -> str:
    """What changed, with the old and the new value; long ones are cut."""
    name = change.path.removeprefix("@header.") if change.path.startswith("@header.") else change.place
    if change.element == "contract":
        name = str(change.old or change.new)
    if change.element in ("service-level", "service-level-value", "role", "role-access", "server"):
        name = change.place.split(".")[1]
    said = {"path": change.path, "name": name, "place": change.place}
    bound = ELEMENTS[change.element].sense in (least, most) and change.element != "service-level-value"
    old, new = ("unlimited" if bound and side is None else shown(side) for side in (change.old, change.new))
    gained, lost = _gained(change.old, change.new), _gained(change.new, change.old)
    return RULES[change.rule].says.format(**said, old=old, new=new, gained=gained, lost=lost)


def _gained(before: Any, after: Any) -> str:
    """What a list of allowed values has more than another; without a list everything is allowed."""
    if not isinstance(after, list):
        return f"anything but {_listed(before)}"
    known = before if isinstance(before, list) else []
    return _listed([value for value in after if value not in known])


def _listed(values: Any) -> str:
    return shown(", ".join(map(shown, values))) if isinstance(values, list) else shown(values)


def shown(value: Any) -> str:
    """A value in a sentence: texts as they are, anything else as JSON, long ones cut."""
    if value is None:
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text)} characters)"
