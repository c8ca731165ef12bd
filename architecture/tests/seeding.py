"""A model with one fault in it: what a defect's file says, laid over one target as an option of its own.

`set` replaces words of parts (mappings are merged, lists replaced), `add` appends to lists and adds parts, `without`
drops parts; `target` is aws where none is said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from architecture import parts
from architecture.load import Model, Option, Parts
from contracts.compiler import yaml_reader

DEFECTS = Path(__file__).parent / "defects"
SEEDED = "seeded"


@dataclass(frozen=True, slots=True)
class Defect:
    """One file of `defects/`: its name is the rule's id, `says` tells the fault in a sentence."""

    rule: str
    says: str
    target: str
    set: Parts
    add: Parts
    without: tuple[str, ...]


def defects() -> dict[str, Defect]:
    """Every seeded defect by the id of the rule that is to find it."""
    return {path.stem: _read(path) for path in sorted(DEFECTS.glob("*.yml"))}


def seeded(model: Model, defect: Defect) -> Model:
    """The model with an option `seeded` of the defect's target."""
    binding = model.targets[defect.target]
    layer: Parts = {}
    for joined, sections in ((False, defect.set), (True, defect.add)):
        for section, rows in sections.items():
            for part, words in rows.items():
                before = model.logical.get(section, {}).get(part, {}) | binding.parts.get(section, {}).get(part, {})
                before |= layer.get(section, {}).get(part, {})
                made = {word: _over(before.get(word), value, joined) for word, value in words.items()}
                layer.setdefault(section, {}).setdefault(part, {"id": part}).update(made)
    option = Option(SEEDED, parts.Text(en=defect.says, fr=defect.says), layer, defect.without)
    targets = dict(model.targets) | {defect.target: replace(binding, options=(*binding.options, option))}
    return replace(model, targets=targets, _bound=dict(model._bound))


def _read(path: Path) -> Defect:
    words = yaml_reader.values(yaml_reader.tree(path.read_bytes(), str(path)))
    unknown = set(words) - {"says", "target", "set", "add", "without"}
    if unknown:
        raise ValueError(f"{path}: {', '.join(sorted(unknown))} is no word of a defect")
    return Defect(
        rule=path.stem,
        says=words["says"],
        target=words.get("target", "aws"),
        set=words.get("set", {}),
        add=words.get("add", {}),
        without=tuple(words.get("without", ())),
    )


def _over(before: Any, value: Any, joined: bool) -> Any:
    if isinstance(value, dict) and isinstance(before, dict):
        return before | {key: _over(before.get(key), below, joined) for key, below in value.items()}
    if joined and isinstance(before, list) and isinstance(value, list):
        return [*before, *value]
    return value
