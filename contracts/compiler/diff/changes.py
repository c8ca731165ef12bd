"""Two compiled contracts and their documents to changes: which element, of which field, in which sense."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.compiler.diff.elements import Difference, Document, differences
from contracts.compiler.diff.model import Change
from contracts.compiler.diff.rule import Element
from contracts.compiler.diff.senses import CHANGED, LOOSENED, TIGHTENED, promised
from contracts.compiler.diff.table import ELEMENTS, element_of
from contracts.compiler.model import Contract, Field
from contracts.compiler.types import INTEGER_RANGES, decimal_parts

_WORDS = frozenset(
    {"name", "description", "examples", "businessName", "synonyms", "tags", "id", "authoritativeDefinitions"}
)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a contract: what was written, and what it means."""

    document: Document
    contract: Contract

    def field(self, path: str) -> Field | None:
        """The field at a path, None where there is none."""
        return next((field for field in self.contract.walk() if field.path == path), None)


def changes(old: Version, new: Version) -> tuple[Change, ...]:
    """Everything that changed, in the order of the documents; a renamed field is one change."""
    found = list(differences(old.document, new.document))
    renamed = list(_renames(found, old, new))
    gone = {id(side) for pair in renamed for side in pair[1:]}
    made = [change for change, *_ in renamed]
    for difference in found:
        if id(difference) not in gone:
            made += _change(difference, old, new)
    return tuple(_said_once(made))


def _said_once(made: list[Change]) -> Iterator[Change]:
    """Another major version of the source is one change, not one more for each field."""
    top = any(change.element == "source-version" and not change.path for change in made)
    for change in made:
        if not (top and change.element == "source-version" and change.path):
            yield change


def _change(difference: Difference, old: Version, new: Version) -> Iterator[Change]:
    """The change of one difference; nothing where two ways of writing mean the same."""
    before, after = old.field(difference.path), new.field(difference.path)
    side = after if difference.old is None else before or after
    element = _element(difference, side.type if side else None, old.contract.name == new.contract.name)
    if element.name == "storage":
        yield _storage(difference, before, after)
        return
    sense = _sense(element, difference, old, new)
    known = sense if sense in element.says else next(iter(element.says))
    path = difference.path or ("$" if difference.kind.startswith("schema.quality") else "")
    yield Change(element.name, known, difference.place, path, difference.old, difference.new)


def _element(difference: Difference, type_: str | None, same_name: bool) -> Element:
    kind, value = difference.kind, difference.new or difference.old
    element = element_of(kind, type_)
    if element.name == "quality" and isinstance(value, dict):
        return ELEMENTS[{"sql": "quality-sql", "text": "quality-text"}.get(str(value.get("type")), "quality")]
    if element.name == "contract-name" and same_name:  # the id names nothing where there is a name
        return ELEMENTS["description"]
    if element.name == "lineage" and _unversioned(difference.old) == _unversioned(difference.new):
        return ELEMENTS["source-version"]
    if element.name == "value-format" and (difference.old or "json") == (difference.new or "json"):
        return ELEMENTS["description"]
    return element


_MAJOR = re.compile(r"\.v\d+(?=/|$)")


def _unversioned(value: Any) -> Any:
    """Sources without the major versions of their contracts; a source of another name is another source."""
    if isinstance(value, list):
        return [_unversioned(row) for row in value]
    return _MAJOR.sub("", value) if isinstance(value, str) else value


def _sense(element: Element, difference: Difference, old: Version, new: Version) -> str:
    if element.name == "service-level-value":
        return _promise(difference, old, new)
    if element.name == "life-cycle":
        return _ways(old.contract, new.contract)
    before, after = (
        _typed(element, side.field(difference.path), value, side.contract, difference.kind)
        for side, value in ((old, difference.old), (new, difference.new))
    )
    if before is None and after is None:
        return CHANGED
    return element.sense(before, after)


def _typed(element: Element, field: Field | None, value: Any, contract: Contract, kind: str) -> Any:
    """A value as it compares: a bound as the clause has it, a duration as time; None where it is absent."""
    if value is None:
        return None
    if len(element.clauses) == 1 and field is not None and element.name not in ("unique", "required"):
        clause = field.clause(next(iter(element.clauses)))
        return value if clause is None else clause.argument
    named = {"kafkaRetention": contract.envelope.retention if contract.envelope else None}
    named |= {"lateAfter": contract.late_after, "earlyAfter": contract.early_after}
    return named.get(kind.rsplit(".", 1)[-1]) or value


def _storage(difference: Difference, before: Field | None, after: Field | None) -> Change:
    """A format or physicalType of a number: what it can hold decides; the same stored form is a matter of words, and
    so is that of another type, which has a rule of its own.
    """
    place, path = difference.place, difference.path
    if before is None or after is None or before.storage == after.storage or before.type != after.type:
        return Change("description", CHANGED, place, path, difference.old, difference.new)
    return Change("storage", _width(before.storage, after.storage), place, path, before.storage, after.storage)


def _width(old: str, new: str) -> str:
    """Which of two stored forms of numbers holds more."""
    if old in INTEGER_RANGES and new in INTEGER_RANGES:
        low, high = INTEGER_RANGES[old]
        least, most = INTEGER_RANGES[new]
        if least <= low and most >= high:
            return LOOSENED
        return TIGHTENED if least >= low and most <= high else CHANGED
    if (one := decimal_parts(old)) and (other := decimal_parts(new)):
        before, after = ((precision - scale, scale) for precision, scale in (one, other))
        if all(b >= a for a, b in zip(before, after, strict=True)):
            return LOOSENED
        return TIGHTENED if all(b <= a for a, b in zip(before, after, strict=True)) else CHANGED
    return {("f32", "f64"): LOOSENED, ("f64", "f32"): TIGHTENED}.get((old, new), CHANGED)


def _promise(difference: Difference, old: Version, new: Version) -> str:
    """A service level by its name: ODCS keeps value and unit apart."""
    name = difference.place.split(".")[1].split(" ")[0]
    sides = []
    for side in (old, new):
        level = next((row for row in side.contract.service_levels if row.name == name), None)
        sides.append((level.value, level.unit) if level else (None, None))
    return promised(name, sides[0], sides[1])


def _ways(old: Contract, new: Contract) -> str:
    before, after = (side.life_cycle for side in (old, new))
    if before is None or after is None:
        return CHANGED if before is after else TIGHTENED if before is None else LOOSENED
    steps = [
        {(one, two) for one, others in cycle.transitions.items() for two in others}
        | {("", start) for start in cycle.start}
        for cycle in (before, after)
    ]
    return TIGHTENED if steps[1] < steps[0] else LOOSENED if steps[1] > steps[0] else CHANGED


def _renames(found: list[Difference], old: Version, new: Version) -> Iterator[tuple[Change, Difference, Difference]]:
    """Fields that went and came side by side with the same definition: (the change, the one gone, the one new)."""
    gone = [row for row in found if row.kind == "schema.properties" and row.new is None and "name" in row.old]
    come = [row for row in found if row.kind == "schema.properties" and row.old is None and "name" in row.new]
    for lost in gone:
        twins = [
            row for row in come if _parent(row.path) == _parent(lost.path) and _meaning(row.new) == _meaning(lost.old)
        ]
        alike = [
            row for row in gone if _parent(row.path) == _parent(lost.path) and _meaning(row.old) == _meaning(lost.old)
        ]
        if len(twins) == 1 and len(alike) == 1:
            yield (
                Change("field-name", CHANGED, twins[0].place, lost.path, lost.old["name"], twins[0].new["name"]),
                lost,
                twins[0],
            )


def _parent(path: str) -> str:
    return path.rpartition(".")[0]


def _meaning(definition: Mapping[str, Any]) -> str:
    """A definition without its words."""
    return repr(sorted((key, repr(value)) for key, value in definition.items() if key not in _WORDS))


def paths(change: Change) -> tuple[str, ...]:
    """The fields a change is about: of a renamed one both names."""
    if change.element != "field-name":
        return (change.path,) if change.path else ()
    parent = _parent(change.path)
    return change.path, f"{parent}.{change.new}" if parent else str(change.new)
