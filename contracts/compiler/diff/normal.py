"""An ODCS document to the one way of writing it that is compared."""

from typing import Any


def normal(value: Any) -> Any:
    """The document with one way of writing where ODCS has several for the same clause.

    A `quality` rule that lists the valid values and tolerates no other is an `enum`; an object's `required` list says
    the same of its members; `type: library` and `unit: rows` are what is meant without them.
    """
    if isinstance(value, list):
        return [normal(row) for row in value]
    if not isinstance(value, dict):
        return value
    made = {key: normal(below) for key, below in value.items()}
    if isinstance(made.get("quality"), list):
        made = _listed({**made, "quality": [_plain_rule(row) for row in made["quality"]]})
    if isinstance(made.get("enum"), list):
        made["enum"] = [row.get("value") if isinstance(row, dict) else row for row in made["enum"]]
    return _required_members(made)


def _plain_rule(row: Any) -> Any:
    defaults = {"type": "library", "unit": "rows"}
    return {key: value for key, value in row.items() if defaults.get(key) != value} if isinstance(row, dict) else row


def _listed(made: dict[str, Any]) -> dict[str, Any]:
    for place, row in enumerate(made["quality"]):
        values = (row.get("arguments") or {}).get("validValues") if isinstance(row, dict) else None
        if (
            values is not None
            and row.get("mustBe") == 0
            and row.get("metric") == "invalidValues"
            and "enum" not in made
        ):
            rest = [other for number, other in enumerate(made["quality"]) if number != place]
            words = {key: text for key, text in row.items() if key not in ("metric", "arguments", "mustBe", "unit")}
            return {**made, "quality": [*rest, *([{"type": "text", **words}] if words else [])], "enum": values}
    return made


def _required_members(made: dict[str, Any]) -> dict[str, Any]:
    options = made.get("logicalTypeOptions")
    if not (isinstance(options, dict) and isinstance(options.get("required"), list) and made.get("properties")):
        return made
    names = set(options["required"])
    rows = [{**row, "required": True} if row.get("name") in names else row for row in made["properties"]]
    rest = {key: value for key, value in options.items() if key != "required"}
    kept = {key: value for key, value in made.items() if key != "logicalTypeOptions"}
    return {**kept, "properties": rows, **({"logicalTypeOptions": rest} if rest else {})}
