"""Negative controls: what a run left is broken on purpose, in a copy, and the checker must say so.

A checker that finds nothing may be one that can't find anything. Each row breaks one promise as a broken product would,
and names the invariants that must be broken then: exactly these.
"""

import dataclasses
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from features.faults import checker, evidence, recount
from features.faults.clients import TOPIC
from features.faults.evidence import Evidence
from features.faults.recount import GROUP
from features.faults.site import Site

Tamper = Callable[[Evidence, Path, Site], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Control:
    """`breaks` makes a copy in a folder and returns what is then found instead, by field of Evidence."""

    says: str
    caught_by: frozenset[str]
    breaks: Tamper


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a control: which invariants were found broken, and an example of what they said."""

    name: str
    wanted: tuple[str, ...]
    caught_by: tuple[str, ...]
    example: str

    @property
    def ok(self) -> bool:
        """Whether exactly the invariants that it breaks were found broken."""
        return self.wanted == self.caught_by


def run_controls(site: Site, found: Evidence) -> list[Outcome]:
    """All of them, one after the other, on copies."""
    return [_one(name, control, site, found) for name, control in CONTROLS.items()]


def _one(name: str, control: Control, site: Site, found: Evidence) -> Outcome:
    folder = site.folder / "controls" / name.replace(" ", "-")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    said = checker.check(tampered(found, **control.breaks(found, folder, site)), tuple(checker.INVARIANTS))
    caught = tuple(sorted({violation.invariant for violation in said}))
    return Outcome(name, tuple(sorted(control.caught_by)), caught, said[0].what if said else "nothing was found")


def tampered(found: Evidence, **changes: Any) -> Evidence:
    """The evidence with other rows; what the records ought to be is the same and is not judged again."""
    made = dataclasses.replace(found, **changes)
    if "topic" not in changes:
        made.__dict__.update(judged=found.judged, claims=found.claims)
    return made


def _copied(found: Evidence, folder: Path, table: str) -> Any:
    from deltalake import DeltaTable

    shutil.copytree(found.data / "tables" / TOPIC / table, folder / table)
    return DeltaTable(folder / table)


def _at(row: Mapping[str, Any]) -> str:
    return f'"partition" = {row["partition"]} AND "offset" = {row["offset"]}'


def _any(found: Evidence, outcome: str) -> dict[str, Any]:
    """Some ledger row of an outcome; AssertionError where the traffic had none."""
    return next(row for row in found.ledger if row["outcome"] == outcome)


def _read(folder: Path, table: str, columns: tuple[str, ...] | None) -> list[dict[str, Any]]:
    return evidence.rows(folder / table, columns)


def _ledger(change: Callable[[Any, Evidence], None]) -> Tamper:
    """A copy of the ledger, changed."""

    def breaks(found: Evidence, folder: Path, _: Site) -> dict[str, Any]:
        change(_copied(found, folder, "ledger"), found)
        return {"ledger": _read(folder, "ledger", evidence.LEDGER)}

    return breaks


def _tickets(change: Callable[[Any, Evidence], None]) -> Tamper:
    """A copy of the tickets, changed."""

    def breaks(found: Evidence, folder: Path, _: Site) -> dict[str, Any]:
        change(_copied(found, folder, "tickets"), found)
        return {"tickets": _read(folder, "tickets", evidence.TICKETS)}

    return breaks


def _skipped(table: Any, found: Evidence) -> None:
    """A row that nothing was derived from is not there: what a batch does whose offsets went on without it."""
    table.delete(_at(_any(found, "duplicate")))


def _twice(table: Any, found: Evidence) -> None:
    _append_again(table, _at(_any(found, "rejected")))


def _append_again(table: Any, where: str) -> None:
    import polars as pl
    from deltalake import write_deltalake

    rows = pl.scan_delta(table.table_uri).sql(f"SELECT * FROM self WHERE {where}").collect()
    assert rows.height == 1, where
    write_deltalake(table, rows.to_arrow(), mode="append")


def _flip(was: str, becomes: str) -> Callable[[Any, Evidence], None]:
    def change(table: Any, found: Evidence) -> None:
        table.update(predicate=_at(_any(found, was)), updates={"outcome": f"'{becomes}'"})

    return change


def _ticket(found: Evidence) -> str:
    return f"event_id = '{found.tickets[len(found.tickets) // 2]['event_id']}'"


def _kpis_without_late(found: Evidence, _: Path, __: Site) -> dict[str, Any]:
    """What a job makes that takes late events for lost."""
    late = {place for place, record in found.topic.items() if _is_late(found, place, record)}
    events = [
        event for place, event in zip(found.winners.values(), recount.counted(found), strict=True) if place not in late
    ]
    assert len(events) < len(found.winners), "the traffic had no late event"
    return {"kpis": [{**dict(zip(GROUP, group, strict=True)), **row} for group, row in recount.kpis(events).items()]}


def _is_late(found: Evidence, place: evidence.Place, record: Any) -> bool:
    body = found.judged[place].body
    return body is not None and (record.at - body["occurred_at"]).total_seconds() > 3600


def _kpis_of_yesterday(found: Evidence, folder: Path, _: Site) -> dict[str, Any]:
    """Not made anew after the last events: half of the tickets are in them."""
    events = list(recount.counted(found))
    rows = recount.kpis(events[: len(events) // 2])
    return {"kpis": [{**dict(zip(GROUP, group, strict=True)), **row} for group, row in rows.items()]}


def _invented_receipt(found: Evidence, _: Path, __: Site) -> dict[str, Any]:
    place = max(found.topic)
    return {"receipts": [*found.receipts, {"id": "nobody", "partition": place[0], "offset": place[1] + 1, "file": "-"}]}


def _swapped_receipt(found: Evidence, _: Path, __: Site) -> dict[str, Any]:
    first, *rest = (receipt for receipt in found.receipts if receipt["id"] is not None)
    other = next(receipt for receipt in rest if receipt["id"] != first["id"])
    return {"receipts": [*rest, {**first, "partition": other["partition"], "offset": other["offset"]}]}


def _exports(change: Callable[[Path], None]) -> Tamper:
    """A copy of the newest export beside the tables as they are, changed."""

    def breaks(found: Evidence, folder: Path, _: Site) -> dict[str, Any]:
        latest = json.loads((found.data / "exports" / "latest.json").read_text("utf-8"))
        (folder / "tables").symlink_to(found.data / "tables")
        shutil.copytree(found.data / latest[TOPIC]["path"], folder / latest[TOPIC]["path"])
        shutil.copy(found.data / "exports" / "latest.json", folder / "exports" / "latest.json")
        change(folder / latest[TOPIC]["path"])
        return {"data": folder}

    return breaks


def _other_byte(export: Path) -> None:
    file = export / "tickets.parquet"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def _half(export: Path) -> None:
    """Seen while it is written: no manifest yet, and not every file."""
    (export / "manifest.json").unlink()
    (export / "tickets.csv").unlink()


def _row_less(export: Path) -> None:
    """One format lacks a row, and the manifest describes that very file."""
    file = export / "tickets.jsonl"
    lines = file.read_text("utf-8").splitlines(keepends=True)
    content = "".join(lines[:-1]).encode()
    file.write_bytes(content)
    manifest = json.loads((export / "manifest.json").read_text("utf-8"))
    manifest["files"][file.name] = {"bytes": len(content), "sha256": sha256(content).hexdigest()}
    (export / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def _gone(export: Path) -> None:
    shutil.rmtree(export)


def _no_reason(found: Evidence, folder: Path, site: Site) -> dict[str, Any]:
    """A rejected row without a reason, in a copy of the tables that the audit is asked about."""
    tables = folder / "tables" / TOPIC
    for table in ("ledger", "tickets", "ticket_kpis"):
        shutil.copytree(found.data / "tables" / TOPIC / table, tables / table)
    _without_reasons(tables / "ledger", _any(found, "rejected"))
    done = site.run("audit", TOPIC, "--json", "--data", str(folder))
    assert done.returncode == 1, f"the audit exits with {done.returncode}: {done.stdout}{done.stderr}"
    return {"audit": json.loads(done.stdout)}


def _without_reasons(path: Path, row: Mapping[str, Any]) -> None:
    """Written whole, as the product writes it: what deltalake rewrites by itself has other text types."""
    import pyarrow as pa
    from deltalake import DeltaTable, write_deltalake
    from pyarrow import fs

    table = DeltaTable(path)
    rows = table.to_pyarrow_dataset(filesystem=fs.SubTreeFileSystem(str(path), fs.LocalFileSystem())).to_table()
    place = rows.schema.get_field_index("violations")
    at = zip(rows["partition"].to_pylist(), rows["offset"].to_pylist(), rows["violations"].to_pylist(), strict=True)
    reasons = [None if (p, o) == (row["partition"], row["offset"]) else said for p, o, said in at]
    rows = rows.set_column(place, rows.schema.field(place), pa.array(reasons, rows.schema.field(place).type))
    write_deltalake(table, rows, mode="overwrite")


CONTROLS: Mapping[str, Control] = {
    "invented receipt": Control("a receipt for a record that is not there", frozenset({"I1"}), _invented_receipt),
    "swapped receipt": Control("a receipt that names another record", frozenset({"I1"}), _swapped_receipt),
    "batch skipped": Control("a record without an outcome", frozenset({"I2"}), _ledger(_skipped)),
    "batch committed twice": Control("a record with two rows", frozenset({"I2"}), _ledger(_twice)),
    "outcome unheard of": Control("an outcome that is none", frozenset({"I2"}), _ledger(_flip("rejected", "lost"))),
    "deduplication off": Control("a duplicate is accepted", frozenset({"I3"}), _ledger(_flip("duplicate", "accepted"))),
    "conflict not seen": Control(
        "another body is a duplicate", frozenset({"I3"}), _ledger(_flip("conflict", "duplicate"))
    ),
    "rejected as tombstone": Control("a wrong outcome", frozenset({"I3"}), _ledger(_flip("rejected", "tombstone"))),
    "ticket twice": Control(
        "a ticket appended twice", frozenset({"I4"}), _tickets(lambda t, found: _append_again(t, _ticket(found)))
    ),
    "ticket missing": Control("a ticket is missing", frozenset({"I4"}), _tickets(lambda t, f: t.delete(_ticket(f)))),
    "KPIs without late events": Control("late events left out", frozenset({"I5"}), _kpis_without_late),
    "KPIs not refreshed": Control("KPIs of an earlier state", frozenset({"I5"}), _kpis_of_yesterday),
    "export with another byte": Control("a file is not the one published", frozenset({"I6"}), _exports(_other_byte)),
    "half an export": Control("a folder is seen while it is written", frozenset({"I6"}), _exports(_half)),
    "formats that differ": Control("a format lacks a row", frozenset({"I6"}), _exports(_row_less)),
    "pointer to nothing": Control("latest.json names no export", frozenset({"I6"}), _exports(_gone)),
    "rejected without reason": Control("a refusal that says no reason", frozenset({"I7"}), _no_reason),
}
