"""Contract to Spark: the column types a field is stored with, as DDL and as Arrow.

One table by storage and one branch each for what takes parameters. Unsigned widths use the next wider signed type;
a time of day is its microseconds since 00:00, since Spark and Delta have no type of their own that both read.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from contracts.compiler.model import Field
from contracts.compiler.types import TYPES, decimal_parts

if TYPE_CHECKING:
    import pyarrow as pa

PLAIN: Mapping[str, tuple[str, str]] = {  # storage -> (Spark DDL, Arrow type by its factory's name)
    "string": ("string", "string"),
    "boolean": ("boolean", "bool_"),
    "date": ("date", "date32"),
    "time": ("bigint", "int64"),
    "i8": ("tinyint", "int8"),
    "i16": ("smallint", "int16"),
    "i32": ("int", "int32"),
    "i64": ("bigint", "int64"),
    "i128": ("decimal(38,0)", ""),
    "u8": ("smallint", "int16"),
    "u16": ("int", "int32"),
    "u32": ("bigint", "int64"),
    "u64": ("decimal(20,0)", ""),
    "u128": ("decimal(38,0)", ""),
    "f32": ("float", "float32"),
    "f64": ("double", "float64"),
    "timestamp": ("timestamp", ""),
}


def spark_type(field: Field) -> str:
    """The Spark SQL type of a field (`array<struct<name:string,...>>`)."""
    return _NESTED.get(field.type, _spark_plain)(field)


def _spark_plain(field: Field) -> str:
    return field.storage if decimal_parts(field.storage) else PLAIN[field.storage][0]


def _spark_array(field: Field) -> str:
    assert field.items is not None  # noqa: S101 - properties.py refuses an array without items
    return f"array<{spark_type(field.items)}>"


def _spark_object(field: Field) -> str:
    return f"struct<{','.join(f'{quoted(child.name)}:{spark_type(child)}' for child in field.properties)}>"


def _spark_map(field: Field) -> str:
    assert field.key is not None and field.value is not None  # noqa: S101 - properties.py refuses others
    return f"map<{spark_type(field.key)},{spark_type(field.value)}>"


_NESTED: Mapping[str, Callable[[Field], str]] = {"array": _spark_array, "object": _spark_object, "map": _spark_map}


def quoted(name: str) -> str:
    """A column's name as Spark SQL takes it, whatever is in it."""
    return f"`{name.replace('`', '``')}`"


def ddl(field: Field) -> str:
    """One column of a CREATE TABLE; NOT NULL where the contract requires a value. Items and members stay nullable,
    which Spark SQL has no words for; the decoder judges them.
    """
    return f"{quoted(field.name)} {spark_type(field)}{' NOT NULL' if field.required else ''}"


def arrow_type(field: Field) -> "pa.DataType":
    """The Arrow type that Spark reads as `spark_type`."""
    import pyarrow as pa

    if field.items is not None:
        return pa.list_(arrow_type(field.items))
    if field.key is not None and field.value is not None:
        return pa.map_(arrow_type(field.key), arrow_type(field.value))
    if field.properties:
        return pa.struct([pa.field(child.name, arrow_type(child)) for child in field.properties])
    if parts := decimal_parts(_spark_plain(field)):
        return pa.decimal128(*parts)
    if field.storage == "timestamp":
        return pa.timestamp("us", tz="UTC")
    return getattr(pa, PLAIN[field.storage][1])()


_known = {form for row in TYPES.values() for form in row.storages} - {"decimal", *_NESTED}
if _known != PLAIN.keys():
    raise TypeError(f"processing.columns: storages that differ from types.py: {sorted(_known ^ PLAIN.keys())}")
