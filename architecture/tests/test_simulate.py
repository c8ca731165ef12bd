"""Scenarios on a hand-made pipeline: what stops, when it is back, what is lost, who is called."""

from __future__ import annotations

import math

import pytest

from architecture.errors import ArchitectureError
from architecture.simulate import simulate
from architecture.tests.pipeline import piped
from architecture.tests.small import amount, sure


def test_steps_bring_it_back_sooner_than_it_comes_by_itself() -> None:
    """Known after half an hour, an hour of work: answers again after 1.5 of 8 hours, then reads what waited."""
    found = simulate(piped(removes=["job", "store"]), "job-down")
    assert found.answering == ("s",) and found.fresh == ("s",)
    assert found.durations["office"].back_h == 1.5
    waiting = found.catch_up["s"]
    assert waiting.backlog == pytest.approx(200_000 / 36_000 * 1.5 * 3_600)
    assert found.durations["office"].fresh_h == pytest.approx(1.5 + waiting.drain_h)
    assert found.runbooks == ("job-down.md", "job.md")


def test_on_friday_evening_the_office_is_waited_for() -> None:
    """14 hours of night and 48 of weekend, unless it comes back by itself before; a team always on call waits not."""
    assert simulate(piped(hours=sure(100)), "job-down").durations["worst"].back_h == 0.5 + 62 + 1
    assert simulate(piped(), "job-down").durations["worst"].back_h == 8
    steps = [{"text": {"en": "x", "fr": "x"}, "team": "always", "hours": sure(1)}]
    at_once = simulate(piped(hours=sure(100), steps=steps, calls="always"), "job-down")
    assert at_once.durations["worst"].back_h == 1.5


def test_without_steps_it_comes_back_by_itself_or_never() -> None:
    """Its own hours, those asked for, or none."""
    assert simulate(piped(steps=[]), "job-down").durations["office"].back_h == 8
    assert simulate(piped(steps=[]), "job-down", hours=3).durations["office"].back_h == 3
    assert simulate(piped(steps=[], hours=None), "job-down").durations["office"].back_h == math.inf


def test_a_job_that_is_down_stops_freshness_and_not_answers() -> None:
    """The store goes on answering with what it has."""
    found = simulate(piped(), "job-down")
    assert found.answering == () and found.fresh == ("s",) and found.overflow == ()
    assert [moment.hours for moment in found.timeline] == sorted(moment.hours for moment in found.timeline)
    assert found.timeline[0].text.en == "it begins: job"


def test_what_cannot_be_held_back_is_named_with_what_it_is_made_again_from() -> None:
    """The broker is away for 1.5 hours, and its source holds nothing back: 1.5 hours, which the source has still."""
    found = simulate(piped(removes=["broker"]), "job-down")
    (lost,) = found.overflow
    assert (lost.hold.flow, lost.hours, lost.made_again_from) == ("sent", 1.5, ("source",))
    assert list(found.at_risk) == ["broker"]


def test_a_room_takes_what_stands_in_it() -> None:
    """All but the source: the stores in the room are at risk, and their runbooks are named."""
    found = simulate(piped(removes=["room"]), "job-down")
    assert found.components == ("source", "broker", "job", "store")  # the source's zone is in the room
    assert set(found.at_risk) == {"broker", "store"}
    assert found.runbooks == ("job-down.md", "broker.md", "job.md")


def test_nothing_stops_where_something_takes_over() -> None:
    """A place where nothing that is needed stands: the timeline says so, and nothing takes time."""
    found = simulate(piped(removes=["always"], steps=[]), "job-down")
    assert found.answering == found.fresh == () and found.durations["office"].back_h == 0
    assert "no service stops" in [moment.text.en for moment in found.timeline]


def test_ten_times_as_many_events_overload_what_takes_too_few() -> None:
    """The peak's high end is 900 a second, and the job's low end 500."""
    found = simulate(piped(removes=[], multiplies={"events-per-day": 10, "peak-per-second": 10}), "job-down")
    assert found.overloaded == {"s": (900, 500)}
    assert simulate(piped(removes=[], multiplies={"events-per-day": 2}), "job-down").overloaded == {}


def test_the_ends_of_the_ranges_give_their_own_outcome() -> None:
    """A scenario of 2 to 20 hours lasts as long as the end that is asked for."""
    model = piped(steps=[], hours=amount(2, 5, 20))
    backs = [simulate(model, "job-down", end=end).durations["office"].back_h for end in ("low", "likely", "high")]
    assert backs == [2, 5, 20]


def test_what_a_thief_reaches_is_part_of_the_outcome() -> None:
    """A broker that is held gives what it keeps."""
    found = simulate(piped(removes=[], compromises=["broker"]), "job-down")
    assert found.compromised is not None and ("raw-events", "clear") in found.compromised.data


def test_a_scenario_that_is_not_there_is_refused_with_those_that_are() -> None:
    """The message names them."""
    with pytest.raises(ArchitectureError, match=r"there is no 'flood'[\s\S]*job-down"):
        simulate(piped(), "flood")
