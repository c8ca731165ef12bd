"""A finished folder to its manifest: what was published, from what, how it was checked, and each file's SHA-256."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from contracts.compiler.model import Contract
from exports.columns import type_text
from exports.failures import Report

FILE = "manifest.json"
SQL_RULE = "sql rule"  # a note of the compiler on what is run here, so enforced


@dataclass(frozen=True, slots=True)
class Origin:
    """What an export is made from. Equal origins give equal rows, so they decide whether one is there already.

    `ledger` is the ledger's Delta id: one that was removed and made anew reaches the same versions with other rows.
    `tables` are Delta versions by derived table; `contracts` are version and digest of each contract by key.
    """

    contract: str
    ledger: str
    ledger_version: int
    tables: Mapping[str, int]
    contracts: Mapping[str, Mapping[str, str]]

    def as_dict(self) -> dict[str, Any]:
        """The manifest's first members, and what `matches` compares."""
        return {
            "contract": self.contract,
            "ledger": self.ledger,
            "ledger_version": self.ledger_version,
            "tables_read": dict(self.tables),
            "contracts": {key: dict(value) for key, value in self.contracts.items()},
            "tool_version": version("client-tickets"),
        }

    def matches(self, manifest: Mapping[str, Any]) -> bool:
        """Whether a manifest says it was made from the same, by the same version of the tool."""
        return all(manifest.get(name) == value for name, value in self.as_dict().items())


@dataclass(frozen=True, slots=True)
class Table:
    """One published table: its contract, what its check said, and the files that hold it."""

    contract: Contract
    report: Report
    files: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The table's entry in the manifest."""
        columns = [
            {"name": field.name, "type": type_text(field), "required": bool(field.null_clauses)}
            for field in self.contract.fields
        ]
        return {
            "contract": self.contract.key,
            "rows": self.report.rows,
            "columns": columns,
            "files": list(self.files),
            "checks": [self._checked(clause) for clause in self.report.judged],
            "not_checked": [{"clause": clause, "reason": why} for clause, why in self.report.gaps.items()],
            "not_enforced": [
                {"place": note.place, "what": note.what, "reason": note.why}
                for note in self.contract.notes
                if note.what != SQL_RULE
            ],
        }

    def _checked(self, clause: str) -> dict[str, Any]:
        """One clause or SQL rule that was judged; `found` is the number that one over many rows came to."""
        number = {"found": self.report.numbers[clause]} if clause in self.report.numbers else {}
        return {"clause": clause, "rows": self.report.rows, "failed": self.report.totals.get(clause, 0), **number}


def contract_versions(contracts: Iterable[Contract]) -> dict[str, dict[str, str]]:
    """Version and SHA-256 of each contract's file by key: a file may change without its version."""
    return {
        contract.key: {"version": contract.version, "sha256": _sha256(Path(contract.file))} for contract in contracts
    }


def build(
    origin: Origin,
    formats: Iterable[str],
    tables: Iterable[Table],
    offsets: Mapping[str, Mapping[str, int]],
    outcomes: Mapping[str, int],
    views: Mapping[str, Any],
    folder: Path,
) -> dict[str, Any]:
    """The manifest of a folder whose files are complete; each is synced to disk while it is read."""
    files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    return {
        **origin.as_dict(),
        "created_at": datetime.now(UTC).isoformat(),
        "formats": sorted(formats),
        "offsets": {partition: dict(covered) for partition, covered in offsets.items()},
        "outcomes": dict(outcomes),
        "tables": {table.contract.name: table.as_dict() for table in tables},
        "views": dict(views),
        "files": {path.name: {"bytes": path.stat().st_size, "sha256": _sha256(path)} for path in files},
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()
