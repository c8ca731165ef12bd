"""Which YAML files there are, and which schema each kind has: for the command, the editors and the tests alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.schemas import contract, plain

ROOT = Path(__file__).resolve().parents[2]
FOLDER = "docs/schemas"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file: `patterns` are globs from the root, `schema` the path of its schema file.

    `make` gives the schema; None where another command writes the file (`python -m architecture.reading`).
    """

    patterns: tuple[str, ...]
    schema: str
    make: Callable[[], Mapping[str, Any]] | None


KINDS = (
    Kind(("**/*.odcs.yaml",), f"{FOLDER}/contract.schema.json", contract.contract_schema),
    Kind(("**/*.cases.yaml",), f"{FOLDER}/cases.schema.json", plain.cases_schema),
    Kind(("architecture/model/**/*.yml",), "architecture/model.schema.json", None),
    Kind(("architecture/tests/defects/*.yml",), f"{FOLDER}/defect.schema.json", plain.defect_schema),
    Kind(("cli/review/tests/labelled.yaml",), f"{FOLDER}/labelled.schema.json", plain.labelled_schema),
    Kind(("contracts/waivers.yaml",), f"{FOLDER}/diff-waivers.schema.json", plain.diff_waivers_schema),
    Kind(("scripts/audit/licences.yaml",), f"{FOLDER}/licences.schema.json", plain.licences_schema),
    Kind(("scripts/audit/waivers.yaml",), f"{FOLDER}/audit-waivers.schema.json", plain.audit_waivers_schema),
)
OTHERS: Mapping[str, str] = {
    "compose.yml": "Docker Compose",
    ".github/workflows/*.yml": "GitHub Actions",
    ".github/actions/*/action.yml": "GitHub Actions",
    ".github/ISSUE_TEMPLATE/*.yml": "GitHub issue forms",
    ".pre-commit-config.yaml": "pre-commit",
    ".pre-commit-hooks.yaml": "pre-commit",
    "deploy/alerts/**/*.yml": "Prometheus",
    "deploy/prometheus.yml": "Prometheus",
    "deploy/stack/prometheus.yml": "Prometheus",
    "deploy/stack/grafana/**/*.yml": "Grafana",
    "deploy/stack/redpanda/*.yaml": "Redpanda",
    "benchmarks/peers/benthos/job.yaml": "Benthos",
}
"""Files in the format of another tool, which brings its own schema: editors know most of them by name."""


def files(kind: Kind) -> list[Path]:
    """The files of a kind, installed packages and what runs wrote aside."""
    aside = (".venv", "data", "build")
    found = {path for pattern in kind.patterns for path in ROOT.glob(pattern)}
    return sorted(path for path in found if path.relative_to(ROOT).parts[0] not in aside)
