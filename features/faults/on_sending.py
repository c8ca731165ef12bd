"""Faults on what is sent: the producer, its link, the broker below it. What was cut off is sent again with its seed."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.faults import faults, processes
from features.faults.faults import Fault
from features.faults.job import Job
from features.faults.site import Site
from features.faults.stage import Hit

SEND_DEADLINE_S = 150.0
RATE = 800  # events a second, so that a chunk takes long enough to be hit


@dataclass(frozen=True, slots=True)
class Order:
    """What the product's producer is to send."""

    name: str
    version: int
    events: int
    seed: int


def send(site: Site, order: Order, fault: Fault | None) -> Hit | None:
    """Send a chunk, hit by a fault if there is one; all of it is acknowledged in the end. None without a fault."""
    rate = RATE if fault is not None else None
    producer = site.produce(order.name, version=order.version, events=order.events, seed=order.seed, rate=rate)
    hit = None if fault is None else _hit(site, producer, order, fault)
    _finish(site, producer, order)
    return hit


def send_lines(site: Site, name: str, version: int, lines: list[bytes], *, refused: int) -> None:
    """Send a file; AssertionError unless all but so many refused lines are acknowledged."""
    producer = site.produce_file(name, version, lines)
    assert producer.await_end(SEND_DEADLINE_S), f"the producer does not end: {producer.tail()}"
    said = next(line for line in reversed(producer.look().lines) if "refused" in line)
    found = (said["acknowledged"], said["refused"])
    assert found == (len(lines) - refused, refused), f"{found} acknowledged and refused: {producer.tail()}"


def _hit(site: Site, producer: Job, order: Order, fault: Any) -> Hit:
    """Once something is acknowledged, and that share of the chunk's time has passed; a hit if it is still sending."""
    receipt = site.receipt(order.name)
    processes.until(lambda: producer.ended or _holds(receipt), SEND_DEADLINE_S)
    moment_s = fault.share * order.events / RATE
    due = time.monotonic() + moment_s
    processes.until(lambda: producer.ended or time.monotonic() >= due, SEND_DEADLINE_S)
    in_flight = not producer.ended and _holds(receipt)
    HITS[type(fault)](site, producer, fault)
    return Hit(in_flight, None, round(moment_s, 3), producer.process.pid, "", "")


def _holds(file: Path) -> bool:
    return file.exists() and file.stat().st_size > 0


def _finish(site: Site, producer: Job, order: Order) -> None:
    """Wait for its end; where not all was acknowledged the same is sent again, as somebody would who kept the input."""
    ended = producer.await_end(SEND_DEADLINE_S)
    code = producer.process.poll()
    producer.end()
    assert ended, f"the producer does not end: {producer.tail()}"
    if code != 0:
        again = site.produce(f"{order.name}-again", version=order.version, events=order.events, seed=order.seed)
        assert again.await_end(SEND_DEADLINE_S), f"the producer does not end: {again.tail()}"
        assert again.process.poll() == 0, f"sending again failed: {again.tail()}"


def _kill(_: Site, producer: Job, __: faults.KillProducer) -> None:
    producer.end()


def _weather(site: Site, _: Job, fault: faults.Weather) -> None:
    link = site.broker.links[fault.link]
    link.set(fault.weather)
    time.sleep(fault.seconds)  # the fault itself
    link.set("pass")


def _kill_broker(site: Site, _: Job, __: faults.KillBroker) -> None:
    site.broker.kill()
    site.broker.start()


HITS: Mapping[type[Fault], Callable[[Site, Job, Any], None]] = {
    faults.KillProducer: _kill,
    faults.Weather: _weather,
    faults.KillBroker: _kill_broker,
}
