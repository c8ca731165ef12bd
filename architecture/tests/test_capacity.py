"""Capacity: backlogs, catching up, partitions and stores, by hand."""

from __future__ import annotations

import json
import math
from pathlib import Path

import msgspec
import pytest

from architecture import capacity
from architecture.capacity import (
    OUTAGE,
    backlog,
    catch_up,
    drain_h,
    holds,
    outage_ratios,
    partitions,
    rate_per_s,
    stores,
    throughput,
    ticket_rows,
)
from architecture.tests.pipeline import piped
from runtime.files import write_atomically


def test_a_real_outage_is_divided_by_what_was_predicted(tmp_path: Path) -> None:
    """Ratio and line of each; nothing where nobody has measured."""
    assert outage_ratios(tmp_path) == {}
    write_atomically(
        tmp_path / OUTAGE, json.dumps({"backlog": {"ratio": 0.98}, "catch_up_s": {"ratio": 1.2}}, indent=2)
    )
    assert outage_ratios(tmp_path) == {"backlog": (0.98, f"{OUTAGE}:2"), "catch_up_s": (1.2, f"{OUTAGE}:5")}


def test_a_backlog_and_how_long_it_takes() -> None:
    """2 hours at 100 a second are 720,000 events; at 300 a second, 200 to spare, they take an hour."""
    assert backlog(100, 2) == 720_000
    assert drain_h(720_000, 300, 100) == pytest.approx(1)
    assert drain_h(720_000, 100, 100) == math.inf
    assert drain_h(0, 100, 100) == 0


def test_the_three_situations() -> None:
    """The day's events over a day, over office hours, and the peak all the time; ten times as many of each."""
    model = piped()
    assert [rate_per_s(model, end) for end in ("low", "likely", "high")] == pytest.approx([1, 200_000 / 36_000, 90])
    assert rate_per_s(model, "high", 10) == 900


def test_the_way_takes_what_its_narrowest_part_takes() -> None:
    """Two of three broker nodes at 2,000 each, one job at 1,000: the job."""
    found = throughput(piped(), "s")
    assert (found.events_per_s, found.bottleneck) == (1_000, "job")
    assert found.parts == {"broker": 4_000, "job": 1_000}


def test_catching_up_in_the_worst_situation() -> None:
    """One hour at the peak of 90 leaves 324,000; the job's low end of 500 has 410 to spare."""
    found = catch_up(piped(), "s", 1, "high")
    assert found.backlog == 324_000
    assert found.drain_h == pytest.approx(324_000 / 410 / 3_600)
    assert catch_up(piped(), "s", 1, "high", 10).drain_h == math.inf
    assert catch_up(piped(), "s", 1, "low").capacity_per_s == 1_500


def test_what_was_away_is_what_events_wait_for() -> None:
    """The job alone: broker and job catch up. The broker: what sends to it has waited too, so all of the way counts."""
    model = piped()
    assert throughput(model, "s", gone=["job"]).parts.keys() == {"broker", "job"}
    source = msgspec.structs.replace(
        model.one("components")["source"], capacity=model.one("components")["job"].capacity
    )
    slow = msgspec.structs.replace(
        model, components=[source if each.id == "source" else each for each in model.components]
    )
    assert throughput(slow, "s", gone=["job"]).parts.keys() == {"broker", "job"}
    assert throughput(slow, "s", gone=["broker", "job"]).parts.keys() == {"source", "broker", "job"}
    assert catch_up(slow, "s", 1, gone=["broker"]).capacity_per_s == throughput(slow, "s").events_per_s


def test_rows_of_tickets_are_those_that_are_kept() -> None:
    """200,000 a day; after longer than three years as many go as come."""
    assert ticket_rows(piped(), 10) == 2_000_000
    assert ticket_rows(piped(), math.inf, times=10) == 2_000_000 * 1095


def test_partitions_are_as_many_as_one_core_each_must_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """90 a second need one; 10 hours of 900 a second within one hour need 9,900 a second, two of 5,000."""
    monkeypatch.setattr(capacity, "sized_events_per_s", lambda cores: 5_000 * cores)
    assert partitions(piped(), 1, 0) == 1
    assert partitions(piped(), 1, 10, 10) == 2


def test_a_store_grows_until_as_much_goes_as_comes() -> None:
    """0.13 GB a day kept 30 days are 3.9 GB; 0.024 GB a day kept three years are 8.8 after one and 26.3 in the end."""
    found = stores(piped())
    assert found["broker"].after_a_year_gb == found["broker"].in_the_end_gb == pytest.approx(3.9)
    assert found["store"].after_a_year_gb == pytest.approx(0.024 * 365.25)
    assert found["store"].in_the_end_gb == pytest.approx(0.024 * 1095)
    assert stores(piped(), times=10)["broker"].in_the_end_gb == pytest.approx(39)


def test_how_long_each_flow_can_wait() -> None:
    """What is read from the topic waits thirty days; what is sent without a buffer not at all."""
    assert [(hold.flow, hold.kept_in, hold.hours) for hold in holds(piped(), "s")] == [
        ("sent", "", 0),
        ("read", "broker", 720),
    ]
