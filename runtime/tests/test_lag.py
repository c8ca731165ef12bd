"""What is left in a topic, as a scrape asks for it: bounded in time, whatever the broker does."""

import socket
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from runtime import lag as lags
from runtime.lag import NOTHING, Lag, Left

AT, LATER = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 6, tzinfo=UTC)
Moments = Mapping[int, datetime | None]


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> dict[int, tuple[int, int]]:
    """The watermarks of a broker that is not there, to be changed; its records say AT first and LATER last."""
    marks: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr("runtime.kafka.watermarks", lambda *_: dict(marks))
    monkeypatch.setattr(Lag, "_moments", lambda _, first, last: (dict.fromkeys(first, AT), dict.fromkeys(last, LATER)))
    return marks


def left(read: lags.Read) -> Mapping[int, Left] | None:
    """One answer."""
    lag = Lag("nowhere:1", "t", lambda: read)
    try:
        return lag.ask()
    finally:
        lag.close()


def test_what_is_left_is_counted_from_the_last_record_read(broker: dict[int, tuple[int, int]]) -> None:
    """By partition: nothing, some, all of it, and what the broker has removed is not left any more."""
    broker.update({0: (0, 10), 1: (0, 10), 2: (3, 10), 3: (5, 10), 4: (0, 0)})
    day = 86_400.0
    assert left({0: (9, AT), 1: (7, AT), 3: (1, AT)}) == {
        0: NOTHING,
        1: Left(2, day, AT),
        2: Left(7, day, AT),
        3: Left(5, day, AT),
        4: NOTHING,
    }


@pytest.mark.parametrize(("oldest", "wanted"), [({}, Left(2, None, None)), ({0: None}, NOTHING)])
def test_offsets_without_a_record_leave_nothing(
    broker: dict[int, tuple[int, int]], monkeypatch: pytest.MonkeyPatch, oldest: Moments, wanted: Left
) -> None:
    """Where the broker has no record up to the end, all is read; where it did not say in time, ages are not known."""
    broker[0] = (0, 10)
    monkeypatch.setattr(Lag, "_moments", lambda *_: (oldest, {}))
    assert left({0: (7, AT)}) == {0: wanted}


def test_an_answer_is_kept_for_a_moment(broker: dict[int, tuple[int, int]]) -> None:
    """Scrapes that come close together ask the broker once."""
    lag = Lag("nowhere:1", "t", dict)
    broker[0] = (0, 1)
    first = lag.ask()
    broker[0] = (0, 5)
    assert lag.ask() is first
    lag.close()


def test_a_broker_that_is_away_or_silent_is_an_answer() -> None:
    """A refused connection and one that nobody answers both end before the deadline, with None."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for port in (1, silent.getsockname()[1]):
            began = time.monotonic()
            lag = Lag(f"127.0.0.1:{port}", "t", dict)
            assert lag.ask() is None
            assert time.monotonic() - began < lags.DEADLINE_S + 1
            lag.close()


def test_what_cannot_be_read_is_raised(broker: dict[int, tuple[int, int]]) -> None:
    """A ledger that is broken is no broker that is away."""
    broker[0] = (0, 1)

    def broken() -> lags.Read:
        raise OSError("no ledger")

    lag = Lag("nowhere:1", "t", broken)
    with pytest.raises(OSError, match="no ledger"):
        lag.ask()
    lag.close()
