"""Case files to records: what a contract accepts and refuses at its edges, written by people beside the contract.

A case is a whole record (value, key, headers) and the clauses it must break, none where it is accepted.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cli.agreement import reference
from cli.agreement.enforcers import NO_SECRET
from cli.agreement.reference import json_text
from contracts.compiler.load import readable
from contracts.compiler.model import Contract
from processing.decode import Decoder
from producer.event import sealer
from producer.schema.check import compile_check
from producer.schema.record_schema import EnvelopeCheck

_STEP = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")
Headers = list[tuple[str, bytes | None]]
Broken = frozenset[str]


@dataclass(frozen=True, slots=True)
class Case:
    """One record and the clauses (by id) it breaks; `name` says what was changed, on one line."""

    name: str
    value: bytes
    key: bytes | None
    headers: Headers
    clauses: Broken


def read_cases(contract: Contract, file: Path) -> list[Case]:
    """The cases of a file; KeyError where a path names nothing, ValueError where a clause is none of the contract's."""
    rows = yaml.safe_load(file.read_text("utf-8"))
    known = {clause.id for clause in contract.all_clauses()}
    seal = sealer(contract) if contract.envelope else _unsealed
    made = [_case(contract, rows["event"], row, seal) for row in (*rows["accepted"], *rows["refused"])]
    for case in made:
        if unknown := case.clauses - known:
            raise ValueError(f"{file}: {sorted(unknown)} are no clauses of {contract.key}")
    return made


def _case(contract: Contract, event: Mapping[str, Any], row: Mapping[str, Any], seal: Callable[..., Any]) -> Case:
    value = deepcopy(dict(event))
    key, headers = seal(value)
    for path, meant in row.get("set", {}).items():
        _put(value, path, _text(meant))
    for name in row.get("drop", ()):
        del value[name]
    if all(value.get(name) is not None for name in _sources(contract)):
        key, headers = seal(value)
    body = json.dumps(value, ensure_ascii=False).encode()
    if "raw" in row:
        body = str(_text(row["raw"])).encode()
    if "raw_base64" in row:
        body = base64.b64decode(row["raw_base64"])
    if "key" in row:
        key = None if row["key"] is None else str(row["key"]).encode()
    sent = dict(headers) | {
        name: None if text is None else str(text).encode() for name, text in row.get("headers", {}).items()
    }
    clauses = frozenset(f"{contract.key}/{clause}" for clause in row.get("clauses", ()))
    shown = json.dumps({name: part for name, part in row.items() if name != "clauses"}, ensure_ascii=False)
    return Case(shown[:120], body, key, [(name, text) for name, text in sent.items() if text is not None], clauses)


def _unsealed(_: Mapping[str, Any]) -> tuple[bytes | None, Headers]:
    """The envelope of what travels in none: a row of an output."""
    return None, []


def _sources(contract: Contract) -> tuple[str, ...]:
    """The fields that key and headers are taken from."""
    envelope = contract.envelope
    if envelope is None:
        return ()
    return (envelope.key, *(header.source for header in envelope.headers if not header.source.startswith("$")))


def _text(meant: Any) -> Any:
    """A value too long to be written out: `{text: x, times: 9, before: y, then: z}`, `{repeat: v, times: 9}`."""
    if isinstance(meant, dict) and "times" in meant:
        if "repeat" in meant:
            return [meant["repeat"]] * meant["times"]
        return f"{meant.get('before', '')}{meant['text'] * meant['times']}{_text(meant.get('then', ''))}"
    return meant


def _put(value: Any, path: str, meant: Any) -> None:
    steps = [name or int(index) for name, index in _STEP.findall(path)]
    for step in steps[:-1]:
        value = value[step]
    value[steps[-1]] = meant


def verdicts(contract: Contract, case: Case) -> Iterator[tuple[str, Broken]]:
    """(enforcer, clauses broken) by each that judges whole records; of an output's rows, by the reference."""
    if contract.rows == "event":
        decoded = Decoder(contract, NO_SECRET).decode(case.value, case.key, case.headers)
        yield "decoder", frozenset(finding.clause for finding in decoded.findings)
        found = frozenset(finding.clause for finding in compile_check(contract, closed=False)(case.value))
        yield "json-schema", found | EnvelopeCheck(contract).judge(case.value, case.key, case.headers)
    judged = frozenset(finding.clause for finding in reference.judge(readable(contract), case.value))
    if not any("/$/" in clause for clause in judged):
        judged |= reference.judge_envelope(contract, case.value, case.key, case.headers)
    yield "reference", judged


@dataclass(frozen=True, slots=True)
class TableCase:
    """Rows and the clauses over many rows (by id) that they break together."""

    name: str
    rows: tuple[dict[str, Any], ...]
    clauses: Broken


def read_tables(contract: Contract, file: Path) -> list[TableCase]:
    """The cases of a file that are judged over many rows."""
    document = yaml.safe_load(file.read_text("utf-8"))
    made = []
    for row in document.get("tables", ()):
        values = [json.dumps({**document["event"], **changed}).encode() for changed in row["rows"]]
        clauses = frozenset(f"{contract.key}/{clause}" for clause in row["clauses"])
        made.append(TableCase(json.dumps(row["rows"])[:120], tuple(map(json_text.read, values)), clauses))
    return made


def fails(contract: Contract, case: Case | TableCase) -> bool:
    """Whether a case no longer holds for a contract, or an enforcer can't be made of it."""
    try:
        if isinstance(case, TableCase):
            return reference.judge_rows(contract, list(case.rows)) != case.clauses
        return any(broken != case.clauses for _, broken in verdicts(contract, case))
    except (KeyError, AttributeError, TypeError, ValueError):
        return True
