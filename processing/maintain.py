"""Tables to the same tables in fewer files: values whose time is over go, small files become large ones, old ones go.

Everything is done by whoever holds the lease, between two batches. Killed at any point it leaves each table whole: an
expiry and a compaction are one commit each, and only files that no commit of the last `keep_hours` needs are removed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from processing import expire, tables
from processing.erase import behind
from processing.expire import Due
from processing.quarantine import DISCARDS
from runtime.delta import files_of, is_table, open_table, plainly, remove_unused, unused
from runtime.store import Location

if TYPE_CHECKING:
    from deltalake import DeltaTable

TARGET_BYTES = 128 << 20  # of a file, as Delta's own writers aim at
_SMALL_BYTES = TARGET_BYTES // 2  # two of these fit into one


class Derived(Protocol):
    """What keeps the derived tables right when rows of the ledger lose their values; it has Spark."""

    def keep(self, before: datetime) -> None:
        """Keep the aggregates as they are of which accepted rows received before that moment are a part."""

    def forget(self, before: Mapping[str, datetime]) -> Mapping[str, int]:
        """Remove aggregate rows of hours before that moment, by contract; how many."""

    def catch_up(self) -> None:
        """Bring every derived table to the ledger's version."""


@dataclass(frozen=True, slots=True)
class Places:
    """The ledger, and the derived tables, the discards and what else lies beside it; not all need exist."""

    ledger: Location
    derived: tuple[Location, ...]
    others: tuple[Location, ...]

    @property
    def all(self) -> tuple[Location, ...]:
        """Those that exist, the ledger first."""
        return tuple(at for at in (self.ledger, *self.derived, *self.others) if is_table(at))


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done: files unused for `keep_hours` go, and rows received before a moment lose their values.

    `before` is by kind of ledger rows (expire.REFUSED, ACCEPTED), `aggregates` by name of an aggregate table.
    """

    keep_hours: int
    before: Mapping[str, datetime]
    aggregates: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class Step:
    """What was done to a table, or would be: `files` and `size` (bytes) before and after, `rows` that expired.

    `expire` counts the rows alone, `compact` the files of the newest version, `vacuum` all that lie there.
    """

    table: str
    step: str
    files: tuple[int, int] | None
    size: tuple[int, int] | None
    rows: int | None


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who does it. `check` raises where this process may not write, `tell` hears what is done next and may break off
    by raising.
    """

    check: Callable[[], None]
    tell: Callable[[str], None]
    derived: Derived


def places(folder: Location, derived: tuple[Location, ...]) -> Places:
    """Where everything of one input contract lies."""
    kept = tuple(at.parent / f"{at.name}{tables.KEPT}" for at in derived)
    return Places(folder / "ledger", derived, (*kept, folder / DISCARDS))


def plan(at: Places, order: Order) -> tuple[Step, ...]:
    """What would be done now; changes nothing. Files that a compaction replaces are removed by a later vacuum."""
    steps = [Step("ledger", "expire", None, None, sum(due.rows for due in expire.due(at.ledger, order.before)))]
    for path in at.all:
        table = open_table(path)
        sizes, lying = _sizes(table), _lying(path)
        doomed = _doomed(table, order.keep_hours, lying)
        steps.append(_step(path, "compact", sizes, _compacted(sizes)))
        steps.append(_step(path, "vacuum", list(lying.values()), [lying[name] for name in lying if name not in doomed]))
    return tuple(steps)


def maintain(at: Places, order: Order, keeper: Keeper) -> Iterator[Step]:
    """Do it, step by step; OvertakenError, and nothing of that step done, where somebody else wrote meanwhile."""
    if not is_table(at.ledger):
        return
    yield from _expired(at, order, keeper)
    for path in at.all:
        for name, work in (("compact", _compact), ("vacuum", _vacuum)):
            keeper.tell(f"{name} {path.name}")
            keeper.check()
            yield work(path, order)


def _expired(at: Places, order: Order, keeper: Keeper) -> Iterator[Step]:
    keeper.tell("expire ledger")
    keeper.check()
    tables.complete_ledger(at.ledger)
    found = expire.due(at.ledger, order.before)
    for due in found:
        _expire(at, due, order, keeper)
    if behind(at.ledger, at.derived):
        keeper.check()
        keeper.derived.catch_up()
    yield Step("ledger", "expire", None, None, sum(due.rows for due in found))
    keeper.check()
    for name, rows in keeper.derived.forget(order.aggregates).items():
        yield Step(name, "expire", None, None, rows)


def _expire(at: Places, due: Due, order: Order, keeper: Keeper) -> None:
    if due.kind == expire.ACCEPTED:
        keeper.check()
        keeper.derived.keep(expire.midnight(order.before[due.kind]))
    keeper.tell(f"expire {due.rows} {due.kind} rows of the ledger")
    expire.expire(at.ledger, due, keeper.check)


def _compact(path: Location, _: Order) -> Step:
    table = open_table(path)
    before = _sizes(table)
    if sum(size < _SMALL_BYTES for size in before) < 2:
        return _step(path, "compact", before, before)
    table.optimize.compact(target_size=TARGET_BYTES, post_commithook_properties=plainly())
    table = open_table(path)
    table.create_checkpoint()
    return _step(path, "compact", before, _sizes(table))


def _vacuum(path: Location, order: Order) -> Step:
    before = _lying(path)
    if _doomed(open_table(path), order.keep_hours, before):
        remove_unused(path, order.keep_hours)
        _remove_checksums(path)
    return _step(path, "vacuum", list(before.values()), list(_lying(path).values()))


def _doomed(table: "DeltaTable", keep_hours: int, lying: Mapping[str, int]) -> frozenset[str]:
    """Files that go: what the log says, less what went before (the log says it for days)."""
    return frozenset(unused(table, keep_hours)) & frozenset(lying)


def _remove_checksums(path: Location) -> None:
    """Hadoop's local file system writes one beside each file, and no VACUUM knows them."""
    if isinstance(path, Path):
        for checksum in path.glob(".*.parquet.crc"):
            if not (path / checksum.name.removeprefix(".").removesuffix(".crc")).exists():
                checksum.unlink(missing_ok=True)


def _sizes(table: "DeltaTable") -> list[int]:
    import pyarrow as pa

    return [int(size) for size in pa.table(table.get_add_actions())["size_bytes"].to_pylist()]


def _compacted(sizes: list[int]) -> list[int]:
    """About what a compaction would leave."""
    small = [size for size in sizes if size < _SMALL_BYTES]
    if len(small) < 2:
        return sizes
    large, files = [size for size in sizes if size >= _SMALL_BYTES], ceil(sum(small) / TARGET_BYTES)
    return [*large, *[sum(small) // files] * files]


def _lying(path: Location) -> dict[str, int]:
    """Every data file in a table's folder, and its size."""
    from pyarrow.fs import FileSelector

    found: list[Any] = files_of(path).get_file_info(FileSelector(""))
    return {info.base_name: int(info.size) for info in found if info.base_name.endswith(".parquet") and info.is_file}


def _step(path: Location, step: str, before: list[int], after: list[int]) -> Step:
    return Step(path.name, step, (len(before), len(after)), (sum(before), sum(after)), None)
