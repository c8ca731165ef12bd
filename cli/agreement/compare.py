"""Verdicts to differences: whether enforcers say the same of one payload, but for the holes that are allowed."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cli.agreement.enforcers import Findings
from cli.agreement.holes import Hole, by_id, excuse
from contracts.compiler.model import Clause, Contract, Field
from contracts.compiler.strict_json import RefusedBytes, read

_STEP = re.compile(r'\.([A-Za-z_][A-Za-z0-9_]*)|\["((?:[^"\\]|\\.)*)"\]|\[([0-9]+)\]')
_NAME = r'(?:\.[A-Za-z_][A-Za-z0-9_]*|\["(?:[^"\\]|\\.)*"\])'
_BELOW = {"[]": r"\[[0-9]+\]", "value": _NAME}
Broken = frozenset[tuple[str, str]]  # (clause id, JSON path)


class Comparison:
    """Compares verdicts on payloads of one contract; the first enforcer of a mapping is compared with."""

    def __init__(self, contract: Contract) -> None:
        self._rows = by_id(contract)
        self._hidden = [re.compile(pattern) for pattern in hidden_names(contract.fields, r"\$", False)]

    def holes(self, payload: bytes, verdicts: Mapping[str, Findings]) -> dict[str, dict[str, Hole]]:
        """By enforcer and clause id, the holes that explain what it missed or found beyond the others."""
        return self._judged(payload, verdicts)[1]

    def differ(self, payload: bytes, verdicts: Mapping[str, Findings]) -> dict[str, Broken]:
        """By enforcer, what it says alone or alone does not say; empty where all agree, holes aside."""
        return self._judged(payload, verdicts)[0]

    def _judged(
        self, payload: bytes, verdicts: Mapping[str, Findings]
    ) -> tuple[dict[str, Broken], dict[str, dict[str, Hole]]]:
        said = {name: self._broken(findings) for name, findings in verdicts.items()}
        expected = said.get("reference", next(iter(said.values())))
        differing: dict[str, Broken] = {}
        used: dict[str, dict[str, Hole]] = {}
        if all(one == expected for one in said.values()):
            return differing, used
        value = _read(payload)
        for name, one in said.items():
            rest = set(one ^ expected)
            for clause, path in one ^ expected:
                if clause in self._rows and (hole := excuse(name, *self._rows[clause], at(value, path))):
                    used.setdefault(name, {})[clause] = hole
                    rest.discard((clause, path))
            if rest:
                differing[name] = frozenset(rest)
        return differing, used

    def _broken(self, findings: Findings) -> Broken:
        """What findings say, where names are hidden without them: each enforcer hides these in its own way."""
        if not self._hidden:
            return broken(findings)
        return frozenset((clause, self._without_names(path)) for clause, path in broken(findings))

    def _without_names(self, path: str) -> str:
        for pattern in self._hidden:
            path = pattern.sub(r'\1["*"]', path)
        return path


def hidden_names(fields: Iterable[Field], above: str, hidden: bool) -> Iterator[str]:
    """For each map whose names are masked, a regular expression of a JSON path up to and with such a name."""
    for field in fields:
        here = f"{above}{_BELOW.get(field.name) or re.escape(f'.{field.name}')}"
        masked = hidden or field.masked
        if field.key is not None and (masked or field.key.masked):
            yield f"^({here}){_NAME}"
        yield from hidden_names(
            (*field.properties, *(part for part in (field.items, field.value) if part)), here, masked
        )


def broken(findings: Findings) -> Broken:
    """What findings say, without the words."""
    return frozenset((finding.clause, finding.path) for finding in findings)


def _read(payload: bytes) -> Any:
    try:
        return read(payload)
    except RefusedBytes:
        return None


def at(value: Any, path: str) -> Any:
    """The value at a JSON path of a finding, None where there is none."""
    for name, quoted, index in _STEP.findall(path):
        key = name or json.loads(f'"{quoted}"')
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and index and int(index) < len(value):
            value = value[int(index)]
        else:
            return None
    return value


def kind(field: Field | None, clause: Clause) -> str:
    """A clause's row of the matrix: its rule, with the place for those of the bytes."""
    return f"$/{clause.rule}" if field is None else clause.rule
