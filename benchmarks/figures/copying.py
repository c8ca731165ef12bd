"""DuckDB's own COPY of a workspace's tables, without any check: `python -m benchmarks.figures.copying TABLES OUT`.

Each table (accepted rows, KPIs, and of the ledger what is not accepted, without its bytes) is written as JSON, CSV and
Parquet (zstd) by COPY, and into a DuckDB file, as `tickets export` writes them. DuckDB's wheels hold no Delta reader,
so the list of files comes from deltalake. Prints {"rows"}, of all tables.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb
from deltalake import DeltaTable

RAW = ("raw_key", "raw_value", "raw_headers", "event")
FORMS = {"json": "(FORMAT json)", "csv": "(FORMAT csv, HEADER)", "parquet": "(FORMAT parquet, COMPRESSION zstd)"}


def main(tables: Path, out: Path) -> None:
    """Write every table in every form."""
    rows = 0
    with duckdb.connect(out / "export.duckdb") as database:
        for name, source in sources(tables).items():
            for ending, options in FORMS.items():
                database.execute(f"COPY ({source}) TO '{out / f'{name}.{ending}'}' {options}")
            database.execute(f"CREATE TABLE {name} AS {source}")
            rows += database.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]  # noqa: S608 - our own names
    print(json.dumps({"rows": rows}))


def sources(tables: Path) -> dict[str, str]:
    """Each table's name and the query that reads its files."""
    found = {name: _select(tables / name) for name in ("tickets", "ticket_kpis")}
    refused = _select(tables / "ledger", f"* EXCLUDE ({', '.join(RAW)})")
    return found | {"rejected_events": f"{refused} WHERE outcome <> 'accepted'"}


def _select(table: Path, columns: str = "*") -> str:
    listed = ", ".join(f"'{file}'" for file in DeltaTable(table).file_uris())
    return f"SELECT {columns} FROM read_parquet([{listed}], union_by_name = true)"  # noqa: S608 - our own files


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
