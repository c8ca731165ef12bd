"""How fast `tickets export` is, with every check, against DuckDB's own COPY without any.

A workspace of 1,060,000 v1 events (3 % invalid, 1 % duplicates), that is 1,017,600 tickets, is made once by
`tickets process --once`. Ours: `tickets export` of its three tables to JSON Lines, CSV, Parquet and DuckDB, checked by
pandera against their contracts, with a manifest of hashes. DuckDB's: copying.py, the same tables and forms. Both are
whole processes, from start to end, in turns, each into an empty folder; files are in the page cache after the first.
"""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.figures.room import Room
from benchmarks.figures.study import Found, Part, Sizes, Study, rounds
from benchmarks.figures.values import Figure, Target, absolute, ratio
from benchmarks.speed.topic import TOPIC

EVENTS = 1_060_000
PREPARED_S, EXPORT_S, COPY_S = 70.0, 60.0, 12.0

TARGET = Target(
    "at least", 0.3, (), "Each value is checked against its clauses and formatted exactly, and each file is hashed."
)


def parts(sizes: Sizes) -> list[Part]:
    """The workspace first, then both in turns."""
    scale, events = 0.3 + 0.7 * sizes.scale, sizes.events(EVENTS)
    made = [Part("tables", "tables", PREPARED_S * scale, partial(_prepare, events))]
    for number in range(1, sizes.rounds + 1):
        two = [
            Part(f"export-{number}", "export", EXPORT_S * scale, partial(_export, events)),
            Part(f"copy-{number}", "copy", COPY_S * scale, partial(_copy, events)),
        ]
        made += two if number % 2 else reversed(two)
    return made


def _workspace(room: Room, events: int) -> Path:
    return room.folder / "workspaces" / str(events)


def _prepare(events: int, room: Room) -> dict[str, Any]:
    held, data = room.topic(events), _workspace(room, events)
    shutil.rmtree(data, ignore_errors=True)
    out, seconds = room.tickets(room.environment(data, held.bootstrap), "process", TOPIC, "--once", "--json")
    room.quiet()
    (data / "whole").touch()
    return {"outcomes": json.loads(out)["outcomes"], "seconds": seconds}


def _there(room: Room, events: int) -> Path:
    """The workspace, made anew where it was removed since it was measured."""
    data = _workspace(room, events)
    if not (data / "whole").exists():
        _prepare(events, room)
    return data


def _export(events: int, room: Room) -> dict[str, Any]:
    data = _there(room, events)
    shutil.rmtree(data / "exports", ignore_errors=True)
    out, seconds = room.tickets(room.environment(data), "export", TOPIC, "--json")
    shutil.rmtree(data / "exports", ignore_errors=True)
    said = json.loads(out)["exports"][0]
    if said["already_published"]:
        raise SystemExit(f"{data} held this export already, so nothing was measured")
    return {"rows": sum(table["rows"] for table in said["tables"]), "seconds": seconds}


def _copy(events: int, room: Room) -> dict[str, Any]:
    data, out = _there(room, events), room.fresh("copying")
    found = room.python("benchmarks.figures.copying", data / "tables" / TOPIC, out)
    shutil.rmtree(out)
    return {"rows": found["rows"], "seconds": found["process_seconds"]}


def figures(found: Found, _: Sizes) -> list[Figure]:
    """Rows a second of ours over DuckDB's."""
    ours, theirs = rounds(found, "export"), rounds(found, "copy")
    if not ours or not theirs:
        return []
    if (rows := {one["rows"] for one in (*ours, *theirs)}) and len(rows) > 1:
        raise SystemExit(f"export and COPY wrote different numbers of rows: {sorted(rows)}")
    mine, other = ([one["rows"] / one["seconds"] for one in made] for made in (ours, theirs))
    return [
        ratio("export", f"export of {rows.pop():,} rows to all formats against DuckDB's COPY", mine, other, TARGET),
        absolute("export-seconds", "tickets export, the whole process", "s", [one["seconds"] for one in ours]),
        absolute("copy-seconds", "DuckDB's COPY, the whole process", "s", [one["seconds"] for one in theirs]),
    ]


STUDY = Study("export", "tickets export with checks against DuckDB's COPY without", parts, figures)
