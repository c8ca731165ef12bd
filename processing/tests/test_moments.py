"""When keys began and ended: whatever came in whatever batches, it is found, and nothing else is."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.compiler.catalogue import HOME, Catalogue
from processing.derive import Derivation
from processing.erased import NOBODY
from processing.errors import ProcessingError
from processing.kpis.ticket_kpis import PARTS
from processing.moments import Moments
from processing.tests.accepted import accept, create
from runtime.delta import open_table

FOLDER = Catalogue(HOME)
SOURCE = FOLDER.get("client_tickets")
BEGAN = datetime(1969, 12, 31, tzinfo=UTC)  # moments before 1970 are moments, too
EVENTS = st.tuples(st.sampled_from("abcde"), st.integers(0, 100), st.sampled_from(["opened", "resolved", "closed"]))
Event = tuple[str, int, str]


class Lab:
    """A table to which events come, and its moments."""

    def __init__(self, folder: Path) -> None:
        outputs = tuple(FOLDER.outputs(SOURCE))
        self.made = Derivation(SOURCE, (), outputs, (), folder / "tables", folder / "index", NOBODY)
        self.table, self.folder, self.ledger = self.made.path(self.made.accepted), folder / "moments", 0
        create(self.made)

    def come(self, *events: Event, mode: str = "append") -> None:
        """Events come: ticket, hour, kind."""
        self.ledger += 1
        rows = [
            {"ticket_id": t, "occurred_at": BEGAN + timedelta(hours=hour), "event_type": k} for t, hour, k in events
        ]
        accept(self.made, self.ledger, rows, mode)

    def found(self, *tickets: str) -> tuple[dict[str, int], list[int]]:
        """The hour in which each was opened first, and those in which any was resolved."""
        with closing(Moments(self.folder, self.table, PARTS)) as moments:
            moments.follow(open_table(self.table))
            opened = moments.begun(tickets).to_pylist()
            ended = {BEGAN + timedelta(microseconds=int(at - BEGAN.timestamp() * 1e6)) for at in moments.ended(tickets)}
        return {row["ticket_id"]: _hour(row["opened_at"]) for row in opened}, sorted(map(_hour, ended))


def _hour(at: datetime) -> int:
    return round((at - BEGAN) / timedelta(hours=1))


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """A table without rows."""
    yield Lab(tmp_path)


@given(st.lists(st.lists(EVENTS, min_size=1, max_size=6), min_size=1, max_size=9))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_came_is_found(tmp_path_factory: pytest.TempPathFactory, batches: list[list[Event]]) -> None:
    """The first opening and every resolution of each ticket, looked for after each batch."""
    lab = Lab(tmp_path_factory.mktemp("moments"))
    known: list[Event] = []
    for batch in batches:
        lab.come(*batch)
        known += batch
        for asked in (("a",), ("b", "c", "never"), tuple("edcba")):
            opened = {
                ticket: min(hours)
                for ticket in asked
                if (hours := [hour for name, hour, kind in known if (name, kind) == (ticket, "opened")])
            }
            resolved = sorted({hour for name, hour, kind in known if name in asked and kind == "resolved"})
            assert lab.found(*asked) == (opened, resolved)


def test_rows_that_changed(lab: Lab) -> None:
    """What the table does not hold any more is not known any more."""
    lab.come(("a", 1, "opened"), ("a", 2, "resolved"))
    assert lab.found("a") == ({"a": 1}, [2])
    lab.come(("a", 3, "opened"), mode="overwrite")
    assert lab.found("a") == ({"a": 3}, [])


def test_what_is_looked_at_is_the_version_asked_for(lab: Lab) -> None:
    """Rows that come while an aggregate is made are of the next one."""
    lab.come(("a", 5, "opened"))
    before = open_table(lab.table)
    lab.come(("a", 1, "opened"))
    with closing(Moments(lab.folder, lab.table, PARTS)) as moments:
        for table, hour in ((before, 5), (open_table(lab.table), 1), (before, 5)):
            moments.follow(table)
            assert _hour(moments.begun(["a"]).to_pylist()[0]["opened_at"]) == hour


def test_one_process_at_a_time(lab: Lab) -> None:
    """A second one is refused."""
    with (
        closing(Moments(lab.folder, lab.table, PARTS)),
        pytest.raises(ProcessingError, match="in use by another process"),
    ):
        Moments(lab.folder, lab.table, PARTS)
