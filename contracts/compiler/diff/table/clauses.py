"""Rules of what a value must be: bounds, lists, patterns, formats, and quality metrics."""

from contracts.compiler.diff import senses
from contracts.compiler.diff.rule import ROWS, UNKNOWN, VALUE, WORDS, Element
from contracts.compiler.diff.senses import CHANGED, LOOSENED, TIGHTENED, Sense

_P = "schema.properties"
_OPTIONS = f"{_P}.logicalTypeOptions"
_ANY: frozenset[str] = frozenset()
_BOUND = "Keep the bound, and let consumers cope with both; move it in a new major version."
_SIZE = "Keep the limit in this major version; the new one belongs in the next."


def _bound(name: str, option: str, sense: Sense, what: str, remedy: str) -> Element:
    """An option that is one number."""
    said = f"The {what} {{path}} is {{new}} now, and was {{old}}."
    senses_ = (TIGHTENED, LOOSENED, CHANGED) if sense is senses.step else (TIGHTENED, LOOSENED)
    says = dict.fromkeys(senses_, said)
    return Element(name, (f"{_OPTIONS}.{option}",), _ANY, sense, VALUE, frozenset({option}), says, remedy, "minor")


CLAUSES = (
    _bound("minimum", "minimum", senses.least, "least value of", _BOUND),
    _bound("maximum", "maximum", senses.most, "largest value of", _BOUND),
    _bound("exclusive-minimum", "exclusiveMinimum", senses.least, "value that must be exceeded by", _BOUND),
    _bound("exclusive-maximum", "exclusiveMaximum", senses.most, "value that must not be reached by", _BOUND),
    _bound("multiple-of", "multipleOf", senses.step, "step of", _BOUND),
    _bound("min-length", "minLength", senses.least, "least length of", _SIZE),
    _bound("max-length", "maxLength", senses.most, "largest length of", _SIZE),
    _bound("min-items", "minItems", senses.least, "least number of items of", _SIZE),
    _bound("max-items", "maxItems", senses.most, "largest number of items of", _SIZE),
    _bound("min-properties", "minProperties", senses.least, "least number of properties of", _SIZE),
    _bound("max-properties", "maxProperties", senses.most, "largest number of properties of", _SIZE),
    Element(
        "unique-items",
        (f"{_OPTIONS}.uniqueItems",),
        _ANY,
        senses.flag,
        VALUE,
        frozenset({"uniqueItems"}),
        {
            TIGHTENED: "No item of {path} may stand twice now.",
            LOOSENED: "An item of {path} may stand twice now.",
        },
        "Let readers drop what stands twice, or demand it in a new major version.",
        "minor",
    ),
    Element(
        "enum",
        (f"{_P}.enum",),
        _ANY,
        senses.listed,
        VALUE,
        frozenset({"enum"}),
        {
            TIGHTENED: "{path} may no longer be {lost}.",
            LOOSENED: "{path} may also be {gained} now.",
            CHANGED: "{path} may also be {gained} now, and no longer {lost}.",
        },
        "Readers refuse a value that their list lacks: publish a list with an `other` from the start, or extend it in "
        "a new major version. A value that is no longer sent may stay in the list.",
        "minor",
    ),
    Element(
        "pattern",
        (f"{_OPTIONS}.pattern",),
        _ANY,
        senses.demanded,
        VALUE,
        frozenset({"pattern"}),
        {
            TIGHTENED: "{path} must match {new} now.",
            LOOSENED: "{path} need not match {old} any more.",
            CHANGED: "{path} must match {new}, and had to match {old}.",
        },
        "Keep the pattern in this major version; a new shape of an identifier is a new field.",
        "minor",
    ),
    Element(
        "format",
        (f"{_OPTIONS}.format",),
        frozenset({"string"}),
        senses.demanded,
        VALUE,
        frozenset({"format"}),
        {
            TIGHTENED: "{path} must be of format {new} now.",
            LOOSENED: "{path} need not be of format {old} any more.",
            CHANGED: "{path} must be of format {new}, and had to be of format {old}.",
        },
        "Keep the format in this major version; a new kind of identifier is a new field.",
        "minor",
    ),
    Element(
        "quality",
        (f"{_P}.quality", "schema.quality"),
        _ANY,
        senses.demanded,
        ROWS,
        frozenset({"nullValues", "missingValues", "invalidValues", "enum", "duplicateValues", "rowCount"}),
        {
            TIGHTENED: "A new quality rule on {name}: {new}.",
            LOOSENED: "A quality rule on {name} is gone: {old}.",
            CHANGED: "A quality rule on {name} changed from {old} to {new}.",
        },
        "Start with a tolerance (`mustBeLessThan`, unit percent), look at the numbers, and tighten in a new major "
        "version.",
        "minor",
    ),
    Element(
        "quality-sql",
        (),
        _ANY,
        senses.demanded,
        UNKNOWN,
        frozenset(),
        {
            TIGHTENED: "A new sql rule on {name}: {new}.",
            LOOSENED: "A sql rule on {name} is gone: {old}.",
            CHANGED: "A sql rule on {name} changed from {old} to {new}.",
        },
        "No event can be searched for that a query refuses: run the query on the newest export, and waive this with "
        "what you saw.",
        "minor",
    ),
    Element(
        "quality-text",
        (f"{_P}.quality.words.*", "schema.quality.words.*"),
        _ANY,
        senses.always,
        WORDS,
        frozenset(),
        {CHANGED: "A quality rule on {name} says in words {new}, and said {old}."},
        "Nothing to do: it is for people.",
        "patch",
    ),
)
