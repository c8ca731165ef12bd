"""When a running job makes its aggregates: at once where they rested, and never more than a sixth of the time."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.compiler.catalogue import HOME, Catalogue
from processing import aggregates
from processing.derive import Derivation
from processing.erased import NOBODY
from processing.refresh import Refresher
from processing.tables import create_derived, ledger_version, note
from processing.turn import Turn
from runtime.store import Location

FOLDER = Catalogue(HOME)
SOURCE = FOLDER.get("client_tickets")


class Lab:
    """Tables without rows, and a clock; `took` is how long the aggregates take."""

    def __init__(self, folder: Path) -> None:
        self.now, self.took, self.checked = 100.0, 2.0, 0
        self.told: list[tuple[int, float]] = []
        self.derivation = Derivation(SOURCE, (), tuple(FOLDER.outputs(SOURCE)), (), folder, folder / "index", NOBODY)
        for path, contract in self.derivation.derived.items():
            create_derived(path, contract)
        self.meanwhile: Callable[[], None] = lambda: None
        self.spark: Any = SimpleNamespace(sparkContext=self)
        told = lambda version, seconds: self.told.append((version, seconds))  # noqa: E731 - one line
        self.job = Refresher(self.spark, self.derivation, self, told, lambda: self.now)

    def check(self) -> None:
        """The lease, which is looked at before anything is written."""
        self.checked += 1

    def accepted(self, ledger: int) -> None:
        """The accepted rows come to a version of the ledger, and the job is told."""
        self._brought(self.derivation.path(self.derivation.accepted), ledger)
        self.job.note()

    def made(self, _: object, derivation: Derivation) -> int:
        """Instead of aggregates.refresh; `meanwhile` is what a batch does."""
        assert derivation is self.derivation
        ledger = ledger_version(derivation.path(derivation.accepted)) or 0
        self.now += self.took
        self.meanwhile()
        for contract in derivation.aggregates:
            self._brought(derivation.path(contract), ledger)
        return ledger

    def setLocalProperty(self, name: str, value: str) -> None:  # noqa: N802 - Spark's name
        """What a SparkContext is told."""
        assert (name, value) == ("spark.scheduler.pool", "aggregates")

    def _brought(self, path: Location, ledger: int) -> None:
        Turn.take(path).append([], note(ledger, self.derivation.derived[path]))


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """Tables without rows."""
    made = Lab(tmp_path)
    monkeypatch.setattr(aggregates, "refresh", made.made)
    return made


def test_nothing_is_made_where_nothing_came(lab: Lab) -> None:
    """A job that begins looks once, and has nothing to do until rows come."""
    lab.job.do(calm=True)
    assert (lab.told, lab.checked) == ([], 0)


def test_they_are_made_at_once_and_then_rest(lab: Lab) -> None:
    """Of two seconds that they take follow ten without."""
    lab.accepted(1)
    lab.job.do()
    assert (lab.told, lab.checked) == ([(1, 2.0)], 1)
    lab.accepted(2)
    lab.now += 9.9
    lab.job.do()
    assert lab.told == [(1, 2.0)]
    lab.accepted(3)
    lab.now += 0.2
    lab.job.do()
    assert lab.told == [(1, 2.0), (3, 2.0)]
    lab.now += 60
    lab.job.do(calm=True)
    assert len(lab.told) == 2


def test_between_rare_batches_they_need_no_rest(lab: Lab) -> None:
    """Nobody is held up then."""
    for version in (1, 2):
        lab.accepted(version)
        lab.job.do(calm=True)
    assert lab.told == [(1, 2.0), (2, 2.0)]


def test_what_a_run_before_left_behind(lab: Lab) -> None:
    """Is made by the next one, without a batch."""
    lab.accepted(7)
    other = Refresher(lab.spark, lab.derivation, lab, lab.job.made, lab.job.clock)
    other.do()
    assert lab.told == [(7, 2.0)]


def test_what_maintenance_made_meanwhile(lab: Lab) -> None:
    """Is not made again, nor noted as older than it is."""
    lab.accepted(4)
    lab.made(None, lab.derivation)
    lab.job.do()
    assert lab.told == []


def test_they_are_tried_again_after_a_failure(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are behind until they are made."""

    def fails(*_: object) -> None:
        raise OSError

    lab.accepted(1)
    with monkeypatch.context() as broken, pytest.raises(OSError):
        broken.setattr(aggregates, "refresh", fails)
        lab.job.do()
    lab.job.do()
    assert lab.told == [(1, 2.0)]


def test_a_batch_that_ends_meanwhile(lab: Lab) -> None:
    """Its rows are in the next making."""
    lab.accepted(1)
    lab.meanwhile = lambda: lab.accepted(2)
    lab.job.do()
    lab.meanwhile = lambda: None
    lab.now += 60
    lab.job.do()
    assert lab.told == [(1, 2.0), (2, 2.0)]
