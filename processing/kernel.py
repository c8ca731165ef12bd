"""Arrow batch to the rows of it that are plain, by the kernel in `native/`, where that is built (`make fast`).

A row is plain where the kernel proves that the record is accepted. It never says what is wrong: every other row goes
through the decoder in Python, whose verdict on a plain row would be the same, value by value.
"""

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from processing.erased import NOBODY, ErasedList
from processing.plain import FORMAT, compile_plan, event_type
from processing.versions import Versions

if TYPE_CHECKING:
    import pyarrow as pa

MODULE = "tickets_native"
COLUMNS = ("event_id", "contract_version", "body_hash", "is_late", "is_early", "event")


@dataclass(frozen=True, slots=True)
class Plain:
    """The plain rows of a batch: `mask` has one entry per row of the batch, `columns` (COLUMNS) one per plain row."""

    mask: "pa.BooleanArray"
    columns: dict[str, "pa.Array"]


class Kernel:
    """The compiled plain path of one job; `reason` says why there is none, and then no row is plain.

    With erased persons every row is looked at in Python, which finds their traces.
    """

    def __init__(self, versions: Versions, key: bytes, erased: ErasedList = NOBODY) -> None:
        self._native: Any = None
        self.reason = "there are erased persons to look for" if erased.digests else self._compiled(versions, key)

    def _compiled(self, versions: Versions, key: bytes) -> str | None:
        """Set up the kernel, or say why that can't be."""
        compiled = compile_plan(versions.target, versions.older)
        if compiled.plan is None:
            return compiled.reason
        native = built()
        if isinstance(native, str):
            return native
        try:
            self._native = native.Kernel(compiled.plan, event_type(versions.target), key)
        except (ValueError, OverflowError) as error:
            return f"the kernel does not know {error}"
        return None

    def decode(self, batch: "pa.RecordBatch") -> Plain | None:
        """The plain rows of a batch of Kafka records; None where nothing can be said of it."""
        if self._native is None or not _readable(batch.schema):
            return None
        names = ("value", "key", "headers", "received_at")
        mask, *columns = self._native.decode(*(batch.column(name) for name in names))
        return Plain(mask, dict(zip(COLUMNS, columns, strict=True)))


def built() -> Any:
    """The kernel's module, or a text that says why it can't be used: it is optional, and the results are the same."""
    try:
        native = importlib.import_module(MODULE)
    except ImportError:
        return "the kernel is not built; `make fast` builds it"
    if native.FORMAT != FORMAT:
        return "the kernel was built from other sources; `make fast` builds it anew"
    return native


def _readable(schema: "pa.Schema") -> bool:
    """Whether a batch has the columns as Spark sends them; in any other form they are read in Python."""
    import pyarrow as pa

    value, key, headers, received = (schema.field(name).type for name in ("value", "key", "headers", "received_at"))
    pairs = headers.value_type if pa.types.is_list(headers) else pa.null()
    return (
        value == key == pa.binary()
        and pa.types.is_struct(pairs)
        and [(field.name, field.type) for field in pairs] == [("key", pa.string()), ("value", pa.binary())]
        and pa.types.is_timestamp(received)
        and received.unit == "us"
        and received.tz is not None
    )
