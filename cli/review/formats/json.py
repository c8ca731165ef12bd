"""Report to JSON: one document for programs; docs/contract-review.schema.json describes it."""

from dataclasses import asdict
from typing import Any

from cli.review.formats.context import Context
from cli.review.formats.values import json_text
from cli.review.formats.words import counted
from contracts.compiler.diff.model import Comparison, Finding, Report, Waiver, Witness


def render(report: Report, context: Context) -> str:
    """Every value in full; numbers keep all their digits."""
    shown = {
        "verdict": report.verdict,
        "findings": [_finding(finding, row) for row in counted(report) for finding in row.findings],
        "contracts": [_contract(row) for row in report.comparisons],
        "problems": list(report.problems),
    }
    return json_text(shown, 2)


def _contract(row: Comparison) -> dict[str, Any]:
    """One comparison; the findings of one that counts stand at the top of the document."""
    shown = {
        "contract": row.contract,
        "file": row.file,
        "against": row.against,
        "mode": row.mode,
        "verdict": row.verdict,
        "informative": row.informative,
        "replayed": asdict(row.replayed) if row.replayed else None,
        "version": asdict(row.version) if row.version else None,
    }
    return shown | ({"findings": [_finding(finding, row) for finding in row.findings]} if row.informative else {})


def _finding(finding: Finding, row: Comparison) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "path": finding.place,
        "field": finding.path,
        "contract": row.contract,
        "old": finding.old,
        "new": finding.new,
        "verdict": finding.verdict,
        "breaks": list(finding.breaks),
        "severity": finding.severity,
        "says": finding.says,
        "witness": _witness(finding.witness) if finding.witness else None,
        "remedy": finding.remedy,
        "bump": finding.bump,
        "allowed_by_mode": finding.allowed_by_mode,
        "waived": _waiver(finding.waiver) if finding.waiver else None,
        "line": finding.line,
        "file": row.file,
    }


def _witness(witness: Witness) -> dict[str, Any]:
    return {
        "direction": witness.direction,
        "writer": witness.writer,
        "reader": witness.reader,
        "event": witness.event,
        "events": witness.events,
        "circumstances": witness.circumstances,
        "clause": witness.clause,
        "says": witness.says,
    }


def _waiver(waiver: Waiver) -> dict[str, Any]:
    return asdict(waiver)
