"""Contract -> an event it accepts, and what it refuses: the cases beside it, or payloads drawn where there are none."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from contracts.compiler.load import readable
from contracts.compiler.model import Contract

START = datetime(2026, 1, 5, tzinfo=UTC)
SEED = 1
CUT = 120  # characters of the name of a case (cli/agreement/cases.py)


@dataclass(frozen=True, slots=True)
class Example:
    """`words` say what is changed of a valid event, or are the whole payload; `clauses` it breaks, none if accepted."""

    words: str
    clauses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Examples:
    """`written` says whether they are cases that people wrote (and tests judge), or were drawn for this page."""

    event: Any
    rows: tuple[Example, ...]
    written: bool


def examples(contract: Contract) -> Examples:
    """Always the same for the same contract."""
    from producer.payloads import values

    event = next(iter(values(readable(contract), count=1, seed=SEED, start=START)))
    file = cases_of(contract)
    rows = tuple(_cases(contract, file) if file.is_file() else _drawn(contract))
    return Examples(event, rows, file.is_file())


def cases_of(contract: Contract) -> Path:
    """Where the contract's cases are, if it has any."""
    path = Path(contract.file)
    return path.with_name(path.name.replace(".odcs.", ".cases."))


def _cases(contract: Contract, file: Path) -> Iterator[Example]:
    from cli.agreement.cases import read_cases, read_tables

    yield from (Example(_whole(case.name), case.clauses) for case in read_cases(contract, file))
    yield from (Example(_whole(case.name), case.clauses) for case in read_tables(contract, file))


def _whole(name: str) -> str:
    """A case's name, which is cut where it is long; then that is seen."""
    return f"{name}..." if len(name) == CUT else name


def _drawn(contract: Contract) -> Iterator[Example]:
    """A payload for each clause that one can break."""
    from producer.broken.breakers import Breaker
    from producer.event import encode
    from producer.payloads import values

    compiled = readable(contract)
    rng, breaker = Random(SEED), Breaker(compiled)  # noqa: S311 - drawn by seed, not secret
    valid = next(iter(values(compiled, count=1, seed=SEED, start=START)))
    for clause in compiled.all_clauses():
        made = None if clause.path.startswith("@") else breaker.break_payload(clause, deepcopy(valid), rng)
        if made is not None:
            yield Example(encode(made.value).decode("utf-8", "backslashreplace"), frozenset(made.clauses))
