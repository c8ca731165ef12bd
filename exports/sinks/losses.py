"""What each published form loses, for a reader who has the file and not the contract. What is not listed comes back.

Values come back from every form with the contract's types in hand, text of CSV once its apostrophe is dropped (`csv`).
What storing loses (how a time was written, absent against null) is lost before: see `exports.rules.Gap`.
"""

from dataclasses import dataclass

_WIDTHS = ("i8", "i16", "i32", "i128", "u8", "u16", "u32", "u64", "u128", "f32", "decimal")
_TIMES = ("timestamp", "date", "time")


@dataclass(frozen=True, slots=True)
class Loss:
    """`types` are storages, `decimal`, or types of more than one value; `sink` is a key of SINKS."""

    sink: str
    types: tuple[str, ...]
    what: str
    why: str


LOSSES = (
    Loss("json", _WIDTHS, "the width of a number", "JSON has one kind of number; every digit is there"),
    Loss("json", _TIMES, "that the text is a time", "JSON has no times; the text is ISO 8601"),
    Loss("json", ("map",), "that the object is a map", "readers take its keys for the members of a record"),
    Loss("csv", _WIDTHS, "the width of a number", "CSV has text alone; every digit is there"),
    Loss("csv", _TIMES, "that the text is a time", "CSV has text alone; it is ISO 8601"),
    Loss("csv", ("array", "object", "map"), "that the text is more than one value", "CSV has no nesting; it is JSON"),
    Loss("csv", ("string",), "text that begins like a formula, as it was", "a spreadsheet would run it"),
)
