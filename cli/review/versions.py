"""YAML text to a version of a contract that can be compared: the document, what it means, the format of its values."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.compiler import yaml_reader
from contracts.compiler.diff.changes import Version
from contracts.compiler.load import compile_document, readable

JSON = "json"


@dataclass(frozen=True, slots=True)
class Written:
    """One version as it was written: its `text`, `where` in words (a file, a commit), the `format` of its values."""

    version: Version
    text: str
    where: str
    format: str


def read(path: Path, shown_as: str | None = None) -> Written:
    """A contract file; ContractError where it does not compile. `shown_as` is the name to report it under."""
    document = yaml_reader.read(path)
    return written(document, path.read_text("utf-8"), shown_as or str(path))


def of_text(text: str, where: str) -> Written:
    """A contract's text that is in no file; ContractError as for a file."""
    return written(yaml_reader.read_text(text, where), text, where)


def written(document: Mapping[str, Any], text: str, where: str) -> Written:
    """A document that is already plain values.

    Values in another format than JSON are compared as far as they go: what they mean is compiled as if they were JSON,
    and the format is an element of its own.
    """
    plain, format_ = deepcopy(dict(document)), JSON
    for server in plain.get("servers") or ():
        if isinstance(server, dict) and server.get("type") == "kafka" and server.get("format", JSON) != JSON:
            format_ = str(server.pop("format"))
    contract = readable(compile_document(plain, where))
    return Written(Version(document, contract), text, where, format_)
