"""Parts to a bill of materials (CycloneDX 1.6, JSON): the same parts give the same bytes, so it has no time in it."""

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from runtime.errors import MachineError
from scripts.audit.licences import Licences
from scripts.audit.parts import ROOT, Part

_NAMED = {"python": "marker", "jar": "sets"}


def build(parts: Iterable[Part], table: Licences, root: Path = ROOT) -> str:
    """The document, checked against CycloneDX's own schema; its serial number is derived from its content."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    own = f"pkg:pypi/{project['name']}@{project['version']}"
    about = {"type": "application", "bom-ref": own, "name": project["name"], "version": project["version"]}
    document: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**about, "licenses": _licences(project["license"]), "purl": own}},
        "components": [_component(part, table) for part in parts],
    }
    content = json.dumps(document, sort_keys=True)
    document["serialNumber"] = uuid5(NAMESPACE_URL, content).urn
    text = json.dumps(document, indent=1, sort_keys=True) + "\n"
    _check(text)
    return text


def _component(part: Part, table: Licences) -> dict[str, Any]:
    group, _, name = part.key.rpartition(":")
    hashes = [{"alg": "SHA-256", "content": one} for one in part.sha256]
    # A jar is one file; of a Python package one of several is installed, which CycloneDX keeps with its distribution.
    files = {"url": part.purl, "type": "distribution", "comment": "one of these files", "hashes": hashes}
    found = {
        "type": "library",
        "bom-ref": part.purl,
        "name": name,
        "version": part.version,
        "purl": part.purl,
        "licenses": _licences(table.of(part) or "NOASSERTION"),
        **({"group": group} if group else {}),
        **({"hashes": hashes} if part.kind == "jar" else {"externalReferences": [files]}),
    }
    return found | (
        {"properties": [{"name": f"tickets:{_NAMED[part.kind]}", "value": part.where}]} if part.where else {}
    )


def _licences(expression: str) -> list[dict[str, Any]]:
    single = " " not in expression and expression != "NOASSERTION"
    return [{"license": {"id": expression}}] if single else [{"expression": expression}]


def _check(text: str) -> None:
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if error is not None:
        said = str(error).splitlines()[0]
        raise MachineError(f"the bill of materials is no CycloneDX: {said}", "Mend scripts/audit/bom.py.")
