"""Contract document to mutants: the same contract with one clause changed or gone, for asking which test notices."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from contracts.compiler.errors import ContractError
from contracts.compiler.load import compile_document
from contracts.compiler.model import Contract, Field

Document = dict[str, Any]
_OTHER_TYPE: Mapping[str, str] = {
    "string": "boolean",
    "integer": "number",
    "number": "integer",
    "boolean": "string",
    "timestamp": "date",
    "date": "timestamp",
    "time": "date",
}
_STEPS: Mapping[str, tuple[int, ...]] = {
    f"{end}{what}": (-1, 1) for end in ("min", "max") for what in ("Length", "imum", "Items", "Properties")
}
_OTHER_FORM: Mapping[str, str] = {"uuid": "hostname", "email": "uri", "i32": "i64", "i64": "i32"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one property or custom property: `name` says which."""

    name: str
    contract: Contract


def mutants(document: Document, file: str) -> Iterator[Mutant]:
    """Every mutant of a contract that still compiles and demands something else than before."""
    before = list(compile_document(document, file).all_clauses())
    for name, changed in (*_of_properties(document), *_of_envelope(document)):
        try:
            contract = compile_document(changed, file)
        except ContractError:
            continue  # a change that the linter refuses is noticed already
        if list(contract.all_clauses()) != before:
            yield Mutant(name, contract)


def without(contract: Contract, clause_id: str) -> Contract:
    """The contract with one clause gone, whatever it is of.

    A `type` clause can't be left out, since every value needs one: the field then takes another type.
    """
    return replace(
        contract,
        clauses=tuple(clause for clause in contract.clauses if clause.id != clause_id),
        many=tuple(clause for clause in contract.many if clause.id != clause_id),
        fields=tuple(_field_without(field, clause_id) for field in contract.fields),
    )


def _field_without(field: Field, clause_id: str) -> Field:
    gone = [clause for clause in field.clauses if clause.id == clause_id]
    kept = tuple(clause for clause in field.clauses if clause.id != clause_id)
    if gone and gone[0].rule == "type":
        kept = (*(clause for clause in kept if clause.rule == "required"), replace(gone[0], id=f"{clause_id}-another"))
    return replace(
        field,
        clauses=kept,
        many=tuple(clause for clause in field.many if clause.id != clause_id),
        required=field.required and not (gone and gone[0].rule == "required"),
        properties=tuple(_field_without(child, clause_id) for child in field.properties),
        items=_field_without(field.items, clause_id) if field.items else None,
        key=_field_without(field.key, clause_id) if field.key else None,
        value=_field_without(field.value, clause_id) if field.value else None,
    )


def _places(rows: list[Document], path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for place, row in enumerate(rows):
        yield from _below(row, (*path, place))


def _below(row: Document, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    yield path
    yield from _places(row.get("properties") or [], (*path, "properties"))
    if "items" in row:
        yield from _below(row["items"], (*path, "items"))


def _at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def _of_properties(document: Document) -> Iterator[tuple[str, Document]]:
    root = ("schema", 0, "properties")
    for path in _places(_at(document, root), root):
        row = _at(document, path)
        for what, change in _changes(row):
            changed = deepcopy(document)
            _at(changed, path[:-1])[path[-1]] = change
            yield f"{_name(document, path)}: {what}", changed


def _name(document: Document, path: tuple[Any, ...]) -> str:
    names = [
        _at(document, path[:end]).get("name", "[]")
        for end in range(4, len(path) + 1)
        if isinstance(path[end - 1], int) or path[end - 1] == "items"
    ]
    return ".".join(names).replace(".[]", "[]")


def _changes(row: Document) -> Iterator[tuple[str, Document]]:
    """(what, the property changed) for each change of one property."""
    yield ("required", {**row, "required": row.get("required") is not True})
    if other := _OTHER_TYPE.get(row["logicalType"]):
        yield f"logicalType {other}", {**row, "logicalType": other, "logicalTypeOptions": {}}
    if "decimal" in str(row.get("physicalType")):
        yield "physicalType", {**row, "physicalType": "decimal(11,2)"}
        yield "physicalType", {**row, "physicalType": "decimal(14,3)"}
    for name, value in (row.get("logicalTypeOptions") or {}).items():
        options = row["logicalTypeOptions"]
        kept = {key: one for key, one in options.items() if key != name}
        yield f"{name} gone", {**row, "logicalTypeOptions": kept}
        for what, changed in _arguments(name, value):
            yield f"{name} {what}", {**row, "logicalTypeOptions": {**options, name: changed}}
    for place, check in enumerate(row.get("quality") or ()):
        rest = [one for number, one in enumerate(row["quality"]) if number != place]
        yield f"quality {check.get('metric')} gone", {**row, "quality": rest}
        values = (check.get("arguments") or {}).get("validValues") or ()
        for changed in (
            *([one for one in values if one != gone] for gone in values),
            [*values, "other"] if values else [],
        ):
            if changed:
                arguments = {**check["arguments"], "validValues": changed}
                yield f"validValues {changed}", {**row, "quality": [*rest, {**check, "arguments": arguments}]}


def _arguments(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Other arguments of an option."""
    for step in _STEPS.get(name, ()):
        yield f"{value + step}", value + step
    if name == "multipleOf":
        yield "ten times", value * 10
        yield "a tenth", value / 10
    if name == "uniqueItems":
        yield "off", False
    if name == "timezone":
        yield "off", not value
    if name == "format" and value in _OTHER_FORM:
        yield _OTHER_FORM[value], _OTHER_FORM[value]
    if name == "pattern":
        yield from ((f"{changed}", changed) for changed in _patterns(value))


def _patterns(pattern: str) -> Iterator[str]:
    """The pattern without an anchor, with another count, with one quantifier weaker."""
    yield pattern.removeprefix("^")
    yield pattern.removesuffix("$")
    yield pattern.replace("+", "*", 1) if "+" in pattern else pattern.replace("{", "{0,", 1)
    for old, new in (
        ("{8}", "{8,9}"),
        ("{6}", "{6,7}"),
        ("{2}", "{2,3}"),
        (")?", ")"),
        ("+$", "*$"),
        ("a-z", "a-zA-Z"),
    ):
        if old in pattern:
            yield pattern.replace(old, new, 1)


def _of_envelope(document: Document) -> Iterator[tuple[str, Document]]:
    """The contract with another key, a header gone or no longer needed, another version."""
    yield "major version", {**deepcopy(document), "version": "2.0.0"}
    for place, row in enumerate(document.get("customProperties") or ()):
        if row["property"] == "kafkaKey":
            changed = deepcopy(document)
            changed["customProperties"][place]["value"] = "client_id"
            yield "kafkaKey", changed
        for number, header in enumerate(row["value"] if row["property"] == "kafkaHeaders" else ()):
            gone, needless = deepcopy(document), deepcopy(document)
            del gone["customProperties"][place]["value"][number]
            needless["customProperties"][place]["value"][number]["required"] = False
            yield f"header {header['name']} gone", gone
            yield f"header {header['name']} not required", needless
