"""Two schemas to what differs between them, column by column and at any depth."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Difference:
    """Paths (`event.attachments[].name`) that the wanted schema has more, has not, or has in another type.

    `bound` are columns that one of the two schemas requires and the other does not, or that are added as required.
    """

    added: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[str, ...]
    bound: tuple[str, ...]

    @property
    def none(self) -> bool:
        """Whether the two are the same."""
        return not (self.added or self.gone or self.changed or self.bound)

    @property
    def only_optional(self) -> bool:
        """Whether old rows can be read in the wanted schema as they are, null in what is added."""
        return bool(self.added) and not (self.gone or self.changed or self.bound)


def compare(held: Iterable[pa.Field], wanted: Iterable[pa.Field]) -> Difference:
    """What differs from the columns a table holds to those that are wanted; order and comments do not count."""
    found = list(_members({f.name: f for f in held}, {f.name: f for f in wanted}, ""))
    return Difference(*(tuple(path for kind, path in found if kind == name) for name in Difference.__slots__))


def _members(held: dict[str, pa.Field], wanted: dict[str, pa.Field], above: str) -> Iterator[tuple[str, str]]:
    for name in held | wanted:
        path = f"{above}{name}"
        if name not in held:
            yield "added", path
            if not wanted[name].nullable:
                yield "bound", path
        elif name not in wanted:
            yield "gone", path
        else:
            if held[name].nullable != wanted[name].nullable:
                yield "bound", path
            yield from _types(held[name].type, wanted[name].type, path)


def _types(held: pa.DataType, wanted: pa.DataType, path: str) -> Iterator[tuple[str, str]]:
    if pa.types.is_struct(held) and pa.types.is_struct(wanted):
        yield from _members({f.name: f for f in held}, {f.name: f for f in wanted}, f"{path}.")
    elif pa.types.is_list(held) and pa.types.is_list(wanted):
        yield from _types(held.value_type, wanted.value_type, f"{path}[]")
    elif pa.types.is_map(held) and pa.types.is_map(wanted):
        yield from _types(held.key_type, wanted.key_type, f"{path}.key")
        yield from _types(held.item_type, wanted.item_type, f"{path}.value")
    elif held != wanted:
        yield "changed", path
