"""Evidence as tests make it up."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from cli.docs.evidence import Evidence, Result
from cli.docs.scraped import Sample
from runtime.workspace import Workspace

AT = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)


def evidence(
    results: Mapping[str, str] | None = None,
    touches: Mapping[str, Mapping[str, list[str]]] | None = None,
    data: Path | None = None,
    samples: tuple[Sample, ...] | None = None,
) -> Evidence:
    """What is not given is not known."""
    return Evidence(
        results={name: Result(outcome, AT) for name, outcome in (results or {}).items()},
        touches=touches or {},
        workspace=Workspace(data) if data else None,
        samples=samples,
        commit="abc1234",
        made_at=AT,
    )
