"""A finding's witness, replayed anew: is it valid for its writer, and does the other version's reader not read it so?

Written for the tests, and without what found the witness: only both versions' readers are asked, one record at a time.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli.agreement.reference.rows import judge_rows
from cli.review.readers import Record, Side
from cli.review.versions import Written, read
from contracts.compiler.diff.model import OLD_TO_NEW, Comparison, Finding, Witness

PROMISED = "promised"
"""What is said of a witness that no reader can judge: it is about the record's age, place, or nothing that is sent."""


def pair(folder: Path, name: str) -> tuple[Written, Written]:
    """Both versions of a fixture, in buf's layout: `previous/` and `current/`."""
    return read(folder / "previous" / f"{name}.odcs.yaml"), read(folder / "current" / f"{name}.odcs.yaml")


def replayed(finding: Finding, old: Written, new: Written) -> str:
    """What the reader makes of the witness: `refused`, `read differently`, PROMISED; else what is wrong with it."""
    witness = finding.witness
    if witness is None:
        return "there is no witness"
    if not (witness.says and witness.writer and witness.reader):
        return "it does not say what it shows"
    sides = Side(old), Side(new)
    writer, reader = sides if witness.direction == OLD_TO_NEW else sides[::-1]
    if witness.events is not None:
        return _batch(witness, writer, reader)
    if witness.event is None:
        return PROMISED if witness.circumstances else "it shows nothing"
    record = writer.record(dict(witness.event), _left_out(witness))
    if record is None or not writer.valid(record):
        return "its writer may not send it"
    return _read(witness, record, writer, reader)


def proven(comparison: Comparison, old: Written, new: Written) -> dict[str, str]:
    """By rule, what the witness of each finding that breaks somebody comes to."""
    found = [row for row in comparison.findings if row.breaks]
    return {row.rule: replayed(row, old, new) for row in found}


def _left_out(witness: Witness) -> frozenset[str]:
    said: Mapping[str, str] = witness.circumstances
    return frozenset(name.removeprefix("header ") for name, text in said.items() if text == "left out")


def _batch(witness: Witness, writer: Side, reader: Side) -> str:
    rows: list[dict[str, Any]] = [dict(row) for row in witness.events or ()]
    records = [writer.record(row) for row in rows]
    if not all(record is not None and writer.valid(record) for record in records) or judge_rows(writer.contract, rows):
        return "its writer may not send them"
    return "refused" if witness.clause in judge_rows(reader.contract, rows) else "nobody refuses them"


def _read(witness: Witness, record: Record, writer: Side, reader: Side) -> str:
    clauses = {row.clause for row in reader.refusals(record)}
    if witness.clause is not None:
        return "refused" if witness.clause in clauses else f"refused by {sorted(map(str, clauses))} only"
    envelope = reader.contract.envelope
    if clauses or (envelope is not None and record.size > envelope.max_bytes):
        return "refused"
    sent, got = writer.values(record), reader.values(record)
    if sent is None or got is None:
        return "nobody decoded it"
    if any(got.get(name) != value for name, value in sent.items()):
        return "read differently"
    times = [values.get(str(side.contract.event_time)) for side, values in ((writer, sent), (reader, got))]
    return "read differently" if times[0] != times[1] else PROMISED
