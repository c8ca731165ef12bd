"""Ledger and watermarks to a verdict: every offset exactly once, and the derived tables in step with it.

Reads Delta through Arrow and duckdb: no Spark, and none of the code that wrote the tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from processing.errors import ProcessingError
from processing.position import lost, position
from processing.tables import ledger_version
from runtime.delta import dataset, is_table, open_table
from runtime.store import Location

MAX_LISTED = 1000
Coordinates = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Audit:
    """The verdict. `missing` and `repeated` hold (partition, offset), `complaints` what else does not add up.

    `without_record` are offsets the broker itself holds no record for (transaction markers, compacted), `lost` spans
    (partition, first, last) that a run went on without because the broker had removed them. `unread` are such spans
    that the ledger has not come to: no fault of a job that is running, and empty where all of the topic was asked for.
    """

    offsets: int
    outcomes: Mapping[str, int]
    missing: tuple[Coordinates, ...]
    repeated: tuple[Coordinates, ...]
    without_record: tuple[Coordinates, ...]
    lost: tuple[tuple[int, int, int], ...]
    unread: tuple[tuple[int, int, int], ...]
    complaints: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is missing, repeated or out of step."""
        return not (self.missing or self.repeated or self.complaints)

    def as_json(self) -> dict[str, Any]:
        """The document that `tickets audit --json` prints; coordinates as `partition:offset`."""
        return {
            "ok": self.ok,
            "offsets": self.offsets,
            "outcomes": dict(self.outcomes),
            "missing": [f"{p}:{o}" for p, o in self.missing],
            "repeated": [f"{p}:{o}" for p, o in self.repeated],
            "without_record": [f"{p}:{o}" for p, o in self.without_record],
            "lost": [f"{p}:{first}-{last}" for p, first, last in self.lost],
            "unread": [f"{p}:{first}-{last}" for p, first, last in self.unread],
            "complaints": list(self.complaints),
        }


@dataclass(frozen=True, slots=True)
class Extent:
    """What an audit looks at: versions of ledger and accepted table that belong together (None: the newest of each),
    the (low, high) offsets of each partition, and what of the topic lies behind them.
    """

    ledger: int | None
    accepted: int | None
    watermarks: Mapping[int, Coordinates]
    unread: tuple[tuple[int, int, int], ...]


def whole(watermarks: Mapping[int, Coordinates]) -> Extent:
    """All that the broker has."""
    return Extent(None, None, watermarks, ())


def so_far(ledger: Location, accepted: Location, watermarks: Mapping[int, Coordinates]) -> Extent:
    """What a running job has brought into both tables: the ledger's version that the accepted table was last made from,
    up to where that version says it had read.
    """
    newest = open_table(accepted).version()
    made_from = ledger_version(accepted, newest)
    if made_from is None:
        remedy = "Run `tickets process <contract> --once`."
        raise ProcessingError(f"{accepted} does not say which version of the ledger it was made from", remedy)
    reached = {partition: last.offset + 1 for partition, last in position(ledger, made_from).items()}
    ends = {partition: (low, min(high, reached.get(partition, low))) for partition, (low, high) in watermarks.items()}
    behind = ((p, max(low, ends[p][1]), high - 1) for p, (low, high) in sorted(watermarks.items()) if ends[p][1] < high)
    return Extent(made_from, newest, ends, tuple(behind))


def open_ledger(path: Location, version: int | None = None) -> Any:
    """A duckdb connection with the ledger (as it was at a version) as the view `ledger`; ProcessingError where there is
    none.
    """
    if not is_table(path):
        raise ProcessingError(f"there is no ledger at {path}", "Run `tickets process <contract> --once` first.")
    import duckdb

    rows = dataset(open_table(path, version), path)
    db = duckdb.connect()
    if "expired_at" in rows.schema.names:
        db.register("ledger", rows)
        return db
    db.register("_ledger", rows)  # from before rows could expire
    db.execute("CREATE TEMP VIEW ledger AS SELECT *, CAST(NULL AS TIMESTAMPTZ) AS expired_at FROM _ledger")
    return db


def view(connection: Any, name: str, path: Location, version: int | None = None) -> Any:
    """Add a Delta table to a duckdb connection (a new one if None) as a view."""
    import duckdb

    connection = connection or duckdb.connect()
    connection.register(name, dataset(open_table(path, version), path))
    return connection


def audit(
    ledger: Location,
    accepted: Location,
    event_id: str,
    extent: Extent,
    unrecorded: frozenset[Coordinates],
) -> Audit:
    """Compare a ledger with the broker's (low, high) watermarks of each partition, as far as the extent goes.

    `unrecorded` are offsets below the high watermark for which the broker answers with no record. Offsets below the
    low watermark are gone from the broker; that the ledger has them is no fault.
    """
    db = open_ledger(ledger, extent.ledger)
    view(db, "accepted", accepted, extent.accepted)
    counted = {
        (row[0], row[1]): row[2]
        for row in db.execute(
            'SELECT "partition", "offset", count(*) FROM ledger GROUP BY ALL HAVING count(*) > 1'
        ).fetchall()
    }
    missing: list[Coordinates] = []
    complaints: list[str] = []
    for partition, (low, high) in sorted(extent.watermarks.items()):
        missing += _missing(db, partition, low, high)
        top = db.execute('SELECT max("offset") FROM ledger WHERE "partition" = ?', [partition]).fetchone()[0]
        if top is not None and top >= high:
            complaints.append(
                f"partition {partition} ends at offset {high - 1}, the ledger has {top}: was the topic made anew?"
            )
    complaints += _out_of_step(db, event_id)
    rows = db.execute("SELECT outcome, count(*) FROM ledger GROUP BY outcome ORDER BY outcome").fetchall()
    return Audit(
        offsets=sum(count for _, count in rows),
        outcomes=dict(rows),
        missing=tuple(c for c in missing if c not in unrecorded)[:MAX_LISTED],
        repeated=tuple(sorted(counted))[:MAX_LISTED],
        without_record=tuple(c for c in missing if c in unrecorded)[:MAX_LISTED],
        lost=lost(ledger),
        unread=extent.unread,
        complaints=tuple(complaints),
    )


def missing_offsets(ledger: Location, extent: Extent) -> tuple[Coordinates, ...]:
    """Offsets between the watermarks that the ledger does not hold: candidates for `unrecorded`."""
    db = open_ledger(ledger, extent.ledger)
    found = (_missing(db, partition, low, high) for partition, (low, high) in sorted(extent.watermarks.items()))
    return tuple(coordinates for rows in found for coordinates in rows)


def _missing(db: Any, partition: int, low: int, high: int) -> list[Coordinates]:
    rows = db.execute(
        "SELECT wanted.o FROM range(?, ?) AS wanted(o) "
        'ANTI JOIN (SELECT "offset" FROM ledger WHERE "partition" = ?) AS held ON held."offset" = wanted.o ORDER BY 1',
        [low, high, partition],
    ).fetchall()
    return [(partition, row[0]) for row in rows]


def _out_of_step(db: Any, event_id: str) -> list[str]:
    """Whether tickets are exactly the distinct accepted event ids, and each outcome carries what it must."""
    name = event_id.replace('"', '""')
    ids, distinct = db.execute(
        "SELECT count(*), count(DISTINCT event_id) FROM ledger WHERE outcome = 'accepted'"
    ).fetchone()
    kept = db.execute("SELECT count(*) FROM ledger WHERE outcome = 'accepted' AND expired_at IS NULL").fetchone()[0]
    rows, distinct_rows = db.execute(f'SELECT count(*), count(DISTINCT "{name}") FROM accepted').fetchone()  # noqa: S608 - a contract's field name
    strangers = db.execute(
        f"SELECT count(*) FROM accepted ANTI JOIN (SELECT event_id FROM ledger WHERE outcome = 'accepted' "  # noqa: S608
        f"AND expired_at IS NULL) AS l "
        f'ON l.event_id = CAST(accepted."{name}" AS VARCHAR)'
    ).fetchone()[0]
    bare = db.execute("SELECT count(*) FROM ledger WHERE outcome = 'rejected' AND violations IS NULL").fetchone()[0]
    checks = (
        (ids == distinct, f"{ids} accepted rows have only {distinct} event ids"),
        (rows == kept, f"the ledger has {kept} accepted events, the accepted table {rows} rows"),
        (rows == distinct_rows, f"the accepted table has {rows} rows and only {distinct_rows} event ids"),
        (strangers == 0, f"{strangers} rows of the accepted table are not accepted in the ledger"),
        (bare == 0, f"{bare} rejected rows carry no reason"),
    )
    return [complaint for holds, complaint in checks if not holds]
