"""Nothing to contracts: hypothesis strategies that draw ODCS documents with any mix of types, options and quality.

Documents are drawn and then compiled by the real loader, so that what a person may write is what is tested. Options
are drawn so that values exist (a minimum is below its maximum); what can't be made all the same is drawn anew.
"""

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

Property = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]
MAX_DEPTH = 4
PATTERNS = ("^[A-Z]{3}-[0-9]{4}$", "^[a-z]{2}(-[A-Z]{2})?$", r"^\d{2,5}$", "[0-9]", "^(red|green|blue)$", r"^\w+ \w+$")
FORMATS = ("uuid", "email", "uri", "hostname", "ipv4", "ipv6")
WIDTHS = ("i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64")
DATE_FORMS = ("uuuu-MM-dd", "dd/MM/yyyy", "yyyyMMdd", "d.M.yyyy")
TIME_FORMS = ("HH:mm:ss", "HH:mm", "HHmmss.SSS")
LOCAL_FORMS = ("yyyy-MM-dd HH:mm:ss", "dd/MM/uuuu HH:mm")
ZONED_FORMS = ("yyyy-MM-dd'T'HH:mm:ssXXX", "uuuu-MM-dd HH:mm:ss.SSSZ", "yyyy-MM-dd'T'HH:mm[:ss]X")
ZONES = ("Europe/Paris", "Etc/UTC", "America/New_York")
NAMES = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta")


RARE: list[Property] = [  # drawn now and then only, so every run, however small, begins with them
    {"name": "alpha", "logicalType": "string", "quality": [{"metric": "nullValues", "mustBe": 0}]},
    {
        "name": "beta",
        "logicalType": "string",
        "quality": [
            {"metric": "invalidValues", "arguments": {"pattern": "[a-z]"}, "mustBe": 0},
            {"metric": "missingValues", "arguments": {"missingValues": ["n/a"]}, "mustBe": 0},
        ],
    },
    {
        "name": "gamma",
        "logicalType": "array",
        "logicalTypeOptions": {"minItems": 2, "maxItems": 5, "uniqueItems": True},
        "items": {"logicalType": "string", "logicalTypeOptions": {"minLength": 2}},
    },
]


@st.composite
def contracts(draw: Draw) -> dict[str, Any]:
    """An ODCS document of one event schema with one to six properties."""
    count = draw(st.integers(1, 6))
    return document([draw(properties(NAMES[place], 1)) for place in range(count)], [])


def document(columns: list[Property], quality: list[dict[str, Any]]) -> dict[str, Any]:
    """An ODCS document of one schema."""
    schema = {"name": "drawn", "logicalType": "object", "properties": columns, "quality": quality}
    return {
        "apiVersion": "v3.2.0",
        "kind": "DataContract",
        "id": "drawn",
        "name": "drawn",
        "version": "1.0.0",
        "status": "draft",
        "schema": [schema],
    }


@st.composite
def properties(draw: Draw, name: str | None, depth: int) -> Property:
    """One property, its parts at most MAX_DEPTH deep. Deep ones are as likely as flat ones, or few would be seen."""
    kinds = [*SCALARS, *(NESTED * 2 if depth < MAX_DEPTH else ())]
    kind = draw(st.sampled_from(kinds))
    made: Property = {"logicalType": kind}
    if name is not None:
        made["name"] = name
    if draw(st.booleans()):
        made["required"] = True
    elif draw(st.integers(0, 7)) == 0:
        made["quality"] = [{"metric": "nullValues", "mustBe": 0}]
    if kind in NESTED:
        made |= draw(_NESTED[kind](depth))
    else:
        extra = draw(_SCALARS[kind]())
        quality = [*made.get("quality", ()), *extra.pop("quality", ())]
        made |= extra
        if quality:
            made["quality"] = quality
    return made


@st.composite
def _string(draw: Draw) -> Property:
    kind = draw(
        st.sampled_from(
            (
                "length",
                "pattern",
                "format",
                "enum",
                "valid",
                "missing",
                "missing",
                "invalid",
                "invalid",
                "invalid",
                "free",
            )
        )
    )
    if kind == "length":
        low = draw(st.integers(0, 12))
        return _options(minLength=low, maxLength=low + draw(st.integers(0, 12)))
    if kind == "pattern":
        return _options(pattern=draw(st.sampled_from(PATTERNS)))
    if kind == "format":
        return _options(format=draw(st.sampled_from(FORMATS)))
    if kind == "invalid":
        return {"quality": [_metric("invalidValues", pattern=draw(st.sampled_from(PATTERNS)))]}
    if kind == "missing":
        return {
            "quality": [_metric("missingValues", missingValues=draw(st.sampled_from(([None, "", "N/A"], ["n/a"]))))]
        }
    values = draw(st.lists(st.sampled_from(("low", "normal", "high", "ü", "a b", "")), min_size=1, unique=True))
    if kind == "valid":
        return {"quality": [_metric("invalidValues", validValues=values)]}
    return {"enum": [{"value": value} for value in values]} if kind == "enum" else {}


@st.composite
def _integer(draw: Draw) -> Property:
    width = draw(st.sampled_from((None, *WIDTHS, "i128", "u128")))
    options: dict[str, Any] = {} if width is None else {"format": width}
    low = draw(st.integers(0, 60))
    kind = draw(st.sampled_from(("bounds", "exclusive", "multiple", "enum", "missing", "free")))
    if width in ("i128", "u128"):
        return _options(**options, minimum=low, maximum=draw(st.sampled_from((10**20, 10**37, 10**38 - 1))))
    if kind == "bounds":
        return _options(**options, minimum=low, maximum=low + draw(st.integers(0, 60)))
    if kind == "exclusive":
        return _options(**options, exclusiveMinimum=low, exclusiveMaximum=low + draw(st.integers(2, 60)))
    if kind == "multiple":
        return _options(**options, multipleOf=draw(st.sampled_from((2, 5, 7, 2.5))), minimum=0, maximum=120)
    if kind == "enum":
        return _options(**options) | {"enum": [{"value": value} for value in draw(_few(st.integers(0, 100)))]}
    if kind == "missing":
        return _options(**options) | {"quality": [_metric("missingValues", missingValues=[0, 99])]}
    return _options(**options)


@st.composite
def _number(draw: Draw) -> Property:
    form = draw(st.sampled_from(("f64", "f32", "decimal(12,2)", "decimal(38,10)", "decimal(5,0)")))
    made: Property = {"physicalType": form} if form.startswith("decimal") else {}
    options: dict[str, Any] = {} if made else {"format": form}
    low, kind = draw(st.integers(-50, 50)), draw(st.sampled_from(("bounds", "exclusive", "multiple", "enum", "free")))
    if kind == "bounds":
        options |= {"minimum": low + 0.5, "maximum": low + 0.5 + draw(st.integers(1, 90))}
    if kind == "exclusive":
        options |= {"exclusiveMinimum": low, "exclusiveMaximum": low + draw(st.integers(2, 90))}
    if kind == "multiple":
        step = draw(st.sampled_from((0.01, 0.25, 3) if form != "decimal(5,0)" else (2, 3)))
        options |= {"multipleOf": step, "minimum": 0, "maximum": 900}
    if kind == "enum" and form != "decimal(5,0)":
        made["enum"] = [{"value": value} for value in draw(_few(st.sampled_from((0, 1.5, 2.25, 100, -3.5))))]
    return made | _options(**options)


@st.composite
def _timestamp(draw: Draw) -> Property:
    kind = draw(st.sampled_from(("iso", "zoned", "local", "unzoned")))
    options: dict[str, Any] = {}
    if kind == "iso" and draw(st.booleans()):
        options["timezone"] = True
    if kind == "zoned":
        options["format"] = draw(st.sampled_from(ZONED_FORMS))
    if kind == "local":
        options |= {"format": draw(st.sampled_from(LOCAL_FORMS)), "defaultTimezone": draw(st.sampled_from(ZONES))}
    if kind == "unzoned":
        options["timezone"] = False
    if draw(st.booleans()):
        options |= _bounds(draw, "2020-01-01T00:00:00Z", "2030-06-30T12:00:00Z")
    return _options(**options)


@st.composite
def _date(draw: Draw) -> Property:
    options: dict[str, Any] = {"format": draw(st.sampled_from(DATE_FORMS))} if draw(st.booleans()) else {}
    if draw(st.integers(0, 3)) == 0:
        return _options(**options) | {"enum": [{"value": value} for value in ("2026-01-05", "2024-02-29")]}
    if draw(st.booleans()):
        options |= _bounds(draw, "2020-01-01", "2030-12-31")
    return _options(**options)


@st.composite
def _time(draw: Draw) -> Property:
    kind = draw(st.sampled_from(("iso", "zoned", "local", "format")))
    options: dict[str, Any] = {"zoned": {"timezone": True}, "local": {"timezone": False}}.get(kind, {})
    if kind == "format":
        options = {"format": draw(st.sampled_from(TIME_FORMS))}
    if draw(st.booleans()):
        options = options | _bounds(draw, "06:00:00", "22:30:00")
    return _options(**options)


@st.composite
def _boolean(draw: Draw) -> Property:
    return {"enum": [{"value": True}]} if draw(st.integers(0, 3)) == 0 else {}


@st.composite
def _array(draw: Draw, depth: int) -> Property:
    low = draw(st.integers(0, 2))
    options: dict[str, Any] = draw(st.sampled_from(({}, {"minItems": low}, {"maxItems": low + 3})))
    if draw(st.integers(0, 2)) == 0:
        options = options | {"uniqueItems": True}
    return _options(**options) | {"items": draw(properties(None, depth + 1))}


@st.composite
def _object(draw: Draw, depth: int) -> Property:
    names = NAMES[: draw(st.integers(1, 3))]
    options: dict[str, Any] = draw(st.sampled_from(({}, {"minProperties": 1}, {"maxProperties": len(names)})))
    if draw(st.integers(0, 2)) == 0:
        options = options | {"required": [names[0]]}
    return _options(**options) | {"properties": [draw(properties(name, depth + 1)) for name in names]}


@st.composite
def _map(draw: Draw, depth: int) -> Property:
    options: dict[str, Any] = draw(st.sampled_from(({}, {}, {"minProperties": 1}, {"maxProperties": 4})))
    key: Property = {"logicalType": "string"}
    if draw(st.booleans()):
        key["logicalTypeOptions"] = {"pattern": "^[a-z]{2}$"} if draw(st.booleans()) else {"maxLength": 12}
    return _options(**options) | {"map": {"key": key, "value": draw(properties(None, depth + 1))}}


def _few(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=1, max_size=4, unique=True)


def _bounds(draw: Draw, low: str, high: str) -> dict[str, Any]:
    first, last = (
        draw(st.sampled_from(("minimum", "exclusiveMinimum"))),
        draw(st.sampled_from(("maximum", "exclusiveMaximum"))),
    )
    return {first: low, last: high}


def _options(**options: Any) -> Property:
    return {"logicalTypeOptions": options} if options else {}


def _metric(metric: str, **arguments: Any) -> dict[str, Any]:
    return {"metric": metric, "arguments": arguments, "mustBe": 0}


_SCALARS: Mapping[str, Callable[[], st.SearchStrategy[Property]]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "timestamp": _timestamp,
    "date": _date,
    "time": _time,
}
_NESTED: Mapping[str, Callable[[int], st.SearchStrategy[Property]]] = {"array": _array, "object": _object, "map": _map}
SCALARS, NESTED = tuple(_SCALARS), tuple(_NESTED)
