"""Two ODCS documents to their differences: every element that stands in one and not in the other, or differs.

The walk knows how ODCS is built (which lists are matched by a name, what absence means) and judges nothing.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from contracts.compiler.diff.normal import normal

Document = Mapping[str, Any]

IDENTITIES: Mapping[str, tuple[str, ...]] = {
    "schema": ("name",),
    "properties": ("name",),
    "servers": ("server",),
    "roles": ("role",),
    "slaProperties": ("property", "element", "driver"),
    "customProperties": ("property",),
    "members": ("username",),
    "support": ("channel",),
    "authoritativeDefinitions": ("type", "url"),
    "synonyms": ("synonym",),
    "relationships": ("type", "from", "to"),
    "kafkaHeaders": ("name",),
}
"""What tells the rows of a list apart: rows with equal values there are one row that may have changed."""

DEFAULTS: Mapping[str, Any] = {
    "required": False,
    "unique": False,
    "primaryKey": False,
    "uniqueItems": False,
    "partitioned": False,
    "criticalDataElement": False,
    "deprecated": False,
}
"""What an absent element means, so that writing it out is no change."""

_HOLDERS = frozenset({"logicalTypeOptions", "description", "arguments", "map"})  # looked into even where one lacks them


@dataclass(frozen=True, slots=True)
class Difference:
    """One element: `kind` is its ODCS name without the names of rows (`schema.properties.logicalTypeOptions.maximum`),
    `place` with them, `path` the field it belongs to (empty above the fields). `old` or `new` is None where absent.
    """

    kind: str
    place: str
    path: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class _Spot:
    kind: str
    place: str
    path: str

    def member(self, name: str) -> "_Spot":
        return replace(self, kind=_joined(self.kind, name), place=_joined(self.place, name))

    def row(self, name: str) -> "_Spot":
        return replace(self, place=_joined(self.place, name))

    def field(self, name: str) -> "_Spot":
        joint = "" if name == "[]" or not self.path else "."
        return _Spot(self.kind, f"{self.place}{'' if name == '[]' else '.'}{name}", f"{self.path}{joint}{name}")


def differences(old: Document, new: Document) -> Iterator[Difference]:
    """Every element that differs, in the order of the documents; nothing where both say the same."""
    yield from _members(normal(old), normal(new), _Spot("", "", ""))


def _members(old: Mapping[str, Any], new: Mapping[str, Any], spot: _Spot) -> Iterator[Difference]:
    for name in dict.fromkeys((*old, *new)):
        yield from _values(old.get(name), new.get(name), name, spot)


def _values(old: Any, new: Any, name: str, spot: _Spot) -> Iterator[Difference]:
    default = DEFAULTS.get(name)
    old, new = (default if value is None else value for value in (old, new))
    if _same(old, new):
        return
    below = spot.member(name)
    if name == "items":
        yield from _part(old, new, spot, "[]")
    elif name == "map" and isinstance(old or new, dict):
        for part in ("key", "value"):
            yield from _part((old or {}).get(part), (new or {}).get(part), spot, part)
    elif (name in IDENTITIES and all(isinstance(side or [], list) for side in (old, new))) or name == "quality":
        yield from _rows(old or [], new or [], name, spot)
    elif isinstance(old, dict) and isinstance(new, dict):
        yield from _members(old, new, below)
    elif name in _HOLDERS and isinstance(old or new, dict):
        yield from _members(_dict(old), _dict(new), below)
    else:
        yield Difference(below.kind, below.place, below.path, old, new)


def _dict(value: Any) -> Mapping[str, Any]:
    """A description may be a text instead of its parts."""
    return value if isinstance(value, dict) else {} if value is None else {"text": value}


def _part(old: Any, new: Any, spot: _Spot, name: str) -> Iterator[Difference]:
    """An array's items, a map's key or value: a field of its own."""
    below = spot.field(name)
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _members(old, new, below)
    else:
        yield Difference(f"{spot.kind}.part", below.place, below.path, old, new)


def _rows(old: list[Any], new: list[Any], name: str, spot: _Spot) -> Iterator[Difference]:
    """Lists whose rows are matched by what names them; a list whose rows have no names is one value."""
    below = spot.member(name)
    if name == "schema" and len(old) == len(new) == 1:  # one contract is one table, whatever it is called
        yield from _members(old[0], new[0], below.row(str(new[0].get("name"))))
        return
    before, after = _named(old, name), _named(new, name)
    if before is None or after is None:
        yield Difference(below.kind, below.place, below.path, old, new)
        return
    if name == "properties" and _common(before, after) != _common(after, before):
        yield Difference(f"{below.kind}.order", below.place, "$", list(before), list(after))
    for key in dict.fromkeys((*before, *after)):
        place = _row_spot(spot, below, name, key)
        if name == "customProperties" and "vendor" in (after.get(key) or before[key]):
            place = replace(place, kind="customProperties.vendor")  # another tool's word
        if key in before and key in after:
            yield from _row(before[key], after[key], name, place)
        else:
            yield Difference(place.kind, place.place, place.path, before.get(key), after.get(key))


def _common(these: Mapping[str, Any], those: Mapping[str, Any]) -> list[str]:
    return [key for key in these if key in those]


def _row(old: Any, new: Any, name: str, place: _Spot) -> Iterator[Difference]:
    if name == "customProperties":  # its value is the element, its name is what it is called
        yield from _custom(old, new, place)
    elif name == "quality":  # a rule is judged as a whole; its words apart
        yield from _quality(old, new, place)
    elif isinstance(old, dict) and isinstance(new, dict):
        yield from _members(old, new, place)


_JUDGED = ("type", "metric", "rule", "arguments", "unit", "query", "engine", "implementation")


def _quality(old: Mapping[str, Any], new: Mapping[str, Any], place: _Spot) -> Iterator[Difference]:
    judged, words = [], []
    for side in (old, new):
        judged.append({key: value for key, value in side.items() if key in _JUDGED or key.startswith("must")})
        words.append({key: value for key, value in side.items() if key not in judged[-1]})
    if not _same(judged[0], judged[1]):
        yield Difference(place.kind, place.place, place.path, old, new)
    yield from _members(words[0], words[1], replace(place, kind=f"{place.kind}.words"))


def _custom(old: Mapping[str, Any], new: Mapping[str, Any], place: _Spot) -> Iterator[Difference]:
    name = str(new["property"])
    before, after = old.get("value"), new.get("value")
    if name in IDENTITIES and isinstance(before, list) and isinstance(after, list):
        yield from _rows(before, after, name, replace(place, kind=place.kind.removesuffix(f".{name}")))
    elif not _same(before, after):
        yield Difference(place.kind, place.place, place.path, before, after)
    words = [{key: text for key, text in side.items() if key not in ("property", "value")} for side in (old, new)]
    yield from _members(words[0], words[1], replace(place, kind="customProperties.words"))


def _row_spot(spot: _Spot, below: _Spot, name: str, key: str) -> _Spot:
    if name == "properties":
        return replace(spot.field(key), kind="schema.properties")
    if name == "customProperties":
        return below.member(key)
    if name == "kafkaHeaders":
        return replace(below, place=f"{spot.place}.{key}", path=f"@header.{key}")
    if name == "schema":
        return below.row(key)
    return below.row(key)


def _named(rows: list[Any], name: str) -> dict[str, Any] | None:
    """The rows by what names them, None where they can't be told apart."""
    made: dict[str, Any] = {}
    for row in rows:
        if not isinstance(row, dict):
            return None
        key = _quality_name(row) if name == "quality" else _name(row, IDENTITIES[name])
        twin = 2
        while key in made:
            if name != "quality":
                return None
            key, twin = f"{key.split('#')[0]}#{twin}", twin + 1
        made[key] = row
    return made


def _name(row: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return " ".join(str(row[key]) for key in keys if row.get(key) is not None)


def _quality_name(row: Mapping[str, Any]) -> str:
    """A rule by its name, else by what it measures and the kind of its arguments."""
    if named := row.get("name") or row.get("id"):
        return str(named)
    kinds = ",".join(sorted(row.get("arguments") or ()))
    return str(row.get("metric") or row.get("type") or "library") + (f"({kinds})" if kinds else "")


def _same(old: Any, new: Any) -> bool:
    """Whether two YAML values are one: 1 is 1.0, true is not 1."""
    return (
        old is new
        or json.dumps(old, sort_keys=True, default=str) == json.dumps(new, sort_keys=True, default=str)
        or (type(old) in (int, float) and type(new) in (int, float) and old == new)
    )


def _joined(before: str, name: str) -> str:
    return f"{before}.{name}" if before else name
