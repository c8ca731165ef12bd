"""Studies to parts to results: what runs, what is kept, and what goes on although something failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from benchmarks import machine
from benchmarks.figures.room import Room
from benchmarks.figures.study import Part, Sizes, Study
from benchmarks.figures.values import Figure
from benchmarks.kept import Kept
from benchmarks.told import span

SCHEMA = 1
Tell = Callable[[str], None]


@dataclass
class Bench:
    """A set of studies at some sizes. `failed` says why, by `STUDY: GROUP`."""

    studies: Sequence[Study]
    sizes: Sizes
    kept: Kept
    tell: Tell
    failed: dict[str, str] = field(default_factory=dict)

    def parts(self) -> Iterator[tuple[Study, Part]]:
        """Every part, in the order in which they run."""
        for study in self.studies:
            for part in study.parts(self.sizes):
                yield study, part

    def run(self, room: Room) -> None:
        """Measure what is not kept yet. An error of a part is noted; the other groups go on."""
        everything = list(self.parts())
        left_s = sum(part.expected_s for study, part in everything if self.kept.read(study.name, part.name) is None)
        began = time.monotonic()
        for number, (study, part) in enumerate(everything, 1):
            where = f"[{number}/{len(everything)}] {study.name} {part.name}"
            group = f"{study.name}: {part.group}"
            if self.kept.read(study.name, part.name) is not None:
                self.tell(f"{where}: kept")
                continue
            if group in self.failed:
                self.tell(f"{where}: left out, {part.group} has failed before")
                left_s -= part.expected_s
                continue
            again = ", measured with other code before" if self.kept.other(study.name, part.name) else ""
            passed = span(time.monotonic() - began)
            self.tell(f"{where}: about {span(part.expected_s)}; {passed} passed, {span(left_s)} to go{again}")
            left_s -= part.expected_s
            self._measure(study, part, room, group)

    def _measure(self, study: Study, part: Part, room: Room, group: str) -> None:
        load, at, began = machine.load(), datetime.now(UTC), time.monotonic()
        try:
            found = part.measure(room)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, the other figures are still wanted
            self.failed[group] = f"{part.name}: {_said(error)}"
            self.tell(f"    failed: {_said(error)}")
            return
        said = {"at": at.isoformat(timespec="seconds"), "seconds": time.monotonic() - began, "load_before": load}
        self.kept.write(study.name, part.name, said | {"found": found})

    def found(self) -> dict[str, dict[str, dict[str, Any]]]:
        """What is kept, by study and part."""
        made: dict[str, dict[str, dict[str, Any]]] = {}
        for study, part in self.parts():
            held = self.kept.read(study.name, part.name)
            if held is not None:
                made.setdefault(study.name, {})[part.name] = held
        return made

    def figures(self, found: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[Figure]:
        """Those that follow from what is there; a study that can't be summed up is noted as failed."""
        made: list[Figure] = []
        for study in self.studies:
            try:
                made += summed([study], found, self.sizes)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - the other figures are still wanted
                self.failed[f"{study.name}: figures"] = _said(error)
        return made

    def results(self, described: Mapping[str, Any]) -> dict[str, Any]:
        """The whole document (benchmarks/README.md says its shape)."""
        found = self.found()
        figures = self.figures(found)
        missing = [f"{s.name} {p.name}" for s, p in self.parts() if p.name not in found.get(s.name, {})]
        return {
            "schema": SCHEMA,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "revision": self.kept.code.revision,
            "fingerprint": self.kept.code.fingerprint,
            "sizes": {"scale": self.sizes.scale, "quick": self.sizes.quick, "whole": self.sizes.whole},
            "machine": dict(described),
            "figures": [figure.document() for figure in figures],
            "failed": dict(self.failed),
            "missing": missing,
            "parts": found,
        }


def summed(studies: Sequence[Study], found: Mapping[str, Mapping[str, Any]], sizes: Sizes) -> list[Figure]:
    """The figures that follow from parts as results keep them, by study and part."""
    return [
        figure
        for study in studies
        for figure in study.figures({name: part["found"] for name, part in found.get(study.name, {}).items()}, sizes)
    ]


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:400] or type(error).__name__
