"""What was measured with this product, to rates that the model may use: figures of `make bench`, and numbers of a text.

A figure is read from benchmarks/results/speed.json by its name, with its median and the least and most of its rounds,
so that a new `make bench BENCH_FLAGS=--write` is a new capacity, and nobody copies a number. Which figure is for what:

- `rate-job-steady`, the whole job from record to ticket without KPIs and without its start: what the tasks carry. Its
  median says what to expect. Sizing (partitions) takes its least: rounds differ by a fifth, and a size must hold on a
  bad day, too.
- `rate-batches-10m`, batches at the largest tables that were measured, KPIs apart: what a running job takes
  (model/platform.yml), times the share of time that KPIs leave it. Its least is the low end, which rules and the worst
  catching up are held against.
- `rate-kpis-*` against `rate-batches-*`, at both sizes of tables: what making KPIs costs, and how that grows.
- `rate-ours`, generated, sent and acknowledged by one process: the most that a producer was seen to do.

All are of a machine of `cores()` cores. More cores were not measured, so the model takes no more for a larger machine.
How many payloads a process makes without sending is no figure of speed.json; it stands in a text, with its line.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from architecture.errors import ArchitectureError, Problem
from architecture.parts import Text

ROOT = Path(__file__).parent.parent
SPEED = "benchmarks/results/speed.json"
SCHEMA = 1
REMEDY = "Run `make bench BENCH_FLAGS=--write`, or `python -m benchmarks figures` where only a figure's name is new."
BATCH, SMALL, LARGE = 100_000, 1_000_000, 10_000_000  # events of a batch, rows of the tables, of rate-*-1m and -10m
REST = 5.0  # times as long as they took KPIs wait until they are made again (processing/refresh.py)


@dataclass(frozen=True, slots=True)
class Measured:
    """A number somebody measured: median, least and most of its rounds (both None where a text has one number)."""

    value: float
    least: float | None
    most: float | None
    unit: str
    where: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """A number that stands in a text of this repository, and the words around it there."""

    value: float
    unit: str
    file: str
    quote: str

    def measured(self, root: Path = ROOT) -> Measured:
        """With `file:line` of the words, or the file alone where it is not at hand (an installed package)."""
        return Measured(self.value, None, None, self.unit, _where(root, self.file, self.quote))


QUOTED: dict[str, Quoted] = {
    "payloads-per-second": Quoted(
        543_554, "events/s", "benchmarks/README.md", "lines                          598,927   543,554"
    ),
}
SAID: dict[str, Text] = {
    "rate-job-steady": Text(
        en="What the whole job carries, KPIs and its start apart.",
        fr="Ce que porte le traitement complet, hors indicateurs et démarrage.",
    ),
    "rate-batches-1m": Text(
        en="A batch of 100,000 events with 1 million in the tables, KPIs apart.",
        fr="Un lot de 100 000 événements, 1 million dans les tables, hors indicateurs.",
    ),
    "rate-batches-10m": Text(
        en="A batch of 100,000 events with 10 million in the tables, KPIs apart.",
        fr="Un lot de 100 000 événements, 10 millions dans les tables, hors indicateurs.",
    ),
    "rate-kpis-1m": Text(
        en="A batch of 100,000 events with 1 million in the tables, KPIs after it.",
        fr="Un lot de 100 000 événements, 1 million dans les tables, indicateurs compris.",
    ),
    "rate-kpis-10m": Text(
        en="The same with 10 million in the tables.",
        fr="De même avec 10 millions dans les tables.",
    ),
    "rate-ours": Text(
        en="Events that one producer makes, sends and sees acknowledged.",
        fr="Événements qu'un producteur fabrique, envoie et voit acquittés.",
    ),
    "payloads-per-second": Text(
        en="Valid payloads that one process makes in a second, nothing sent.",
        fr="Événements valides qu'un processus fabrique par seconde, sans envoi.",
    ),
}


def measured(name: str, root: Path = ROOT) -> Measured:
    """A figure of the last `make bench` by its name, or a quoted number; ArchitectureError where there is none."""
    if name in QUOTED:
        return QUOTED[name].measured(root)
    found = {figure["name"]: figure for figure in _results(root)["figures"]}
    if name not in found:
        near = get_close_matches(name, found, 1)
        hint = f"It has {near[0]}. " if near else ""
        raise _error(f"has no figure '{name}'", f"{hint}{REMEDY}")
    figure = found[name]
    value, least, most = (float(figure[end]) for end in ("value", "least", "most"))
    return Measured(value, least, most, figure["unit"], _where(root, SPEED, f'"name": "{name}"'))


def cores(root: Path = ROOT) -> Measured:
    """Those of the machine that was measured."""
    return Measured(float(_results(root)["machine"]["cores"]), None, None, "cores", _where(root, SPEED, '"cores":'))


@cache
def _results(root: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((root / SPEED).read_text("utf-8"))
    except OSError as error:
        raise _error(f"can't be read: {error.strerror}", f"Work in a checkout of the repository. {REMEDY}") from error
    except ValueError as error:
        raise _error(f"is no JSON: {error}", REMEDY) from error
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise _error(f"is not of schema {SCHEMA}", REMEDY)
    if found["sizes"]["scale"] != 1 or found["sizes"]["quick"]:
        raise _error("is of a trial, whose rates mean nothing", REMEDY)
    return found


def _error(what: str, remedy: str) -> ArchitectureError:
    return ArchitectureError((Problem(SPEED, what, remedy),))


@cache
def _where(root: Path, file: str, words: str) -> str:
    """`file:line` of the first line that has the words; the file alone where none has, or it is not at hand."""
    try:
        lines = (root / file).read_text("utf-8").splitlines()
    except OSError:
        return file
    number = next((number for number, line in enumerate(lines, 1) if words in line), None)
    return f"{file}:{number}" if number else file
