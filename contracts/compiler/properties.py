"""One ODCS schema property to a Field with its clauses, at any depth."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from contracts.compiler import formats, patterns, rules
from contracts.compiler.errors import Problem
from contracts.compiler.model import Clause, Field
from contracts.compiler.types import INTEGER_RANGES, TYPES, decimal_parts, storage


@dataclass(slots=True)
class Reading:
    """One file being read: its name, its clause prefix, and what was found wrong so far."""

    file: str
    key: str = ""
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, path: str, what: str, remedy: str) -> None:
        """Note one problem."""
        self.problems.append(Problem(self.file, path, what, remedy))

    def unknown_type(self, path: str, name: Any) -> None:
        """Note a logical type that the table of types does not have."""
        known = ", ".join(sorted(TYPES))
        self.wrong(
            path,
            f"logicalType '{name}' is not one of {known}",
            "Use one of these, or add a row to contracts/compiler/types.py.",
        )

    def clause(self, path: str, rule: str, argument: Any, wanted: str | None = None) -> Clause:
        """A clause of the file being read; `wanted` replaces the argument in its words."""
        text = rules.words(rule, argument if wanted is None else wanted)
        return Clause(f"{self.key}/{path}/{rule}", path, rule, argument, text)


def read_field(row: Mapping[str, Any], parent: str, where: str, reading: Reading, item: bool = False) -> Field:
    """One ODCS property and everything below it; what is wrong is added to `reading`."""
    name = "[]" if item else str(row["name"])
    path = f"{parent}[]" if item else (f"{parent}.{name}" if parent else name)
    place = f"{where}[]" if item else f"{where}.{name}"
    type_ = TYPES.get(str(row.get("logicalType")))
    if type_ is None:
        reading.unknown_type(place, row.get("logicalType"))
        type_ = TYPES["string"]
    options: dict[str, Any] = dict(row.get("logicalTypeOptions") or {})
    try:
        stored = storage(type_, options, row.get("physicalType"))
    except ValueError as error:
        reading.wrong(place, str(error), "See contracts/README.md, Clauses.")
        stored = type_.storages[0]
    if type_.name == "array" and "items" not in row:
        reading.wrong(place, "is an array without items", "Say what an item is, with `items`.")
    if type_.name == "object" and not row.get("properties"):
        reading.wrong(place, "is an object without properties", "List its properties.")
    return Field(
        name=name,
        path=path,
        type=type_.name,
        storage=stored,
        required=row.get("required") is True,
        unique=row.get("unique") is True or row.get("primaryKey") is True,
        primary_key=row.get("primaryKey") is True,
        classification=row.get("classification"),
        description=str(row.get("description", "")),
        examples=tuple(frozen(example) for example in row.get("examples") or ()),
        clauses=_clauses(row, path, place, type_.name, stored, options, reading),
        properties=tuple(read_field(child, path, place, reading) for child in row.get("properties") or ()),
        items=read_field(row["items"], path, place, reading, item=True) if "items" in row else None,
        sources=tuple(row.get("transformSourceObjects") or ()),
        transform=row.get("transformLogic"),
    )


def frozen(value: Any) -> Any:
    """The value as it may stand in a Clause: lists as tuples, binary floats as the decimal that was written."""
    if isinstance(value, list):
        return tuple(map(frozen, value))
    return Decimal(str(value)) if isinstance(value, float) else value


def _clauses(
    row: Mapping[str, Any],
    path: str,
    place: str,
    type_: str,
    stored: str,
    options: dict[str, Any],
    reading: Reading,
) -> tuple[Clause, ...]:
    made: list[Clause] = []
    if row.get("required") is True:
        made.append(reading.clause(path, "required", None))
    made.append(reading.clause(path, "type", stored, _type_words(type_, stored, options)))
    arguments = dict(options)
    arguments.update(_enum(row, place, reading))
    zoned = arguments.pop("timezone", True)
    if type_ == "timestamp" and zoned is not True:
        reading.wrong(place, "timezone: false is not read yet", "Set timezone: true and send an offset.")
    if type_ in ("integer", "number"):
        arguments.pop("format", None)  # part of the stored form, so of the type clause
    for name, argument in arguments.items():
        rule = rules.RULES.get(name)
        if rule is None or type_ not in rule.types:
            reading.wrong(place, f"option '{name}' of {type_} is not enforced", "Remove it, or add a row to rules.py.")
        elif name == "uniqueItems" and argument is not True:
            continue
        elif fault := _argument_fault(name, argument, type_):
            reading.wrong(place, f"{name} {fault}", "Write an argument this rule can be judged with.")
        else:
            made.append(reading.clause(path, name, _argument(argument, type_)))
    return tuple(made)


def _type_words(type_: str, stored: str, options: Mapping[str, Any]) -> str:
    if stored in INTEGER_RANGES:
        low, high = INTEGER_RANGES[stored]
        return f"an integer from {low} to {high}"
    if parts := decimal_parts(stored):
        return f"a number that decimal({parts[0]},{parts[1]}) holds exactly"
    return TYPES[type_].wanted


def _enum(row: Mapping[str, Any], place: str, reading: Reading) -> dict[str, Any]:
    """The enum of a field: ODCS 3.2's own, or 3.1's library check `invalidValues` with mustBe 0."""
    if "enum" in row:
        return {"enum": tuple(frozen(entry["value"]) for entry in row["enum"])}
    made: dict[str, Any] = {}
    for check in row.get("quality") or ():
        values = (check.get("arguments") or {}).get("validValues")
        if check.get("metric") == "invalidValues" and values and check.get("mustBe") == 0:
            made["enum"] = frozen(values)
        elif check.get("type") != "text":
            name = check.get("metric") or check.get("type")
            reading.wrong(
                f"{place}.quality",
                f"'{name}' is not enforced",
                "Use invalidValues with validValues, mustBe 0.",
            )
    return made


def _argument_fault(rule: str, argument: Any, type_: str) -> str | None:
    if rule == "pattern":
        return patterns.refusal(str(argument))
    if rule == "format" and argument not in formats.FORMATS:
        return f"'{argument}' is not one of {', '.join(formats.FORMATS)}"
    if type_ in ("timestamp", "date") and _argument(argument, type_) is None:
        return f"'{argument}' is no ISO 8601 {type_}"
    return None


def _argument(argument: Any, type_: str) -> Any:
    if type_ == "timestamp":
        return formats.parse_timestamp(str(argument), True)
    if type_ == "date":
        return formats.parse_date(str(argument))
    if type_ == "number" and isinstance(argument, int | float):
        return Decimal(str(argument))
    return frozen(argument)
