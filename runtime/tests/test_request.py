"""Requests to the holder of a lease: done once, never for somebody who is gone, answered or given up."""

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from runtime import request
from runtime.record import read, replace
from runtime.request import Asking, Desk
from runtime.store import Bucket, Location
from runtime.tests.s3 import bucket
from runtime.wait import until

WANTED = {"keep_hours": 168}
NUMBER = 7


@pytest.fixture(scope="module")
def store() -> Iterator[Bucket]:
    """One store for all tests of the module; each has a prefix of its own."""
    with pytest.MonkeyPatch.context() as patch, bucket(patch.setenv) as made:
        yield made


@pytest.fixture(params=["folder", "bucket"])
def slot(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    """Where requests lie, of both kinds."""
    if request.param == "folder":
        return tmp_path / ".maintain"
    made: Bucket = request.getfixturevalue("store")
    return made / tmp_path.name / ".maintain"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look as often as asked."""
    monkeypatch.setattr(request, "LOOK_S", 0.0)
    monkeypatch.setattr(request, "LOOK_IN_BUCKET_S", 0.0)


def asking(slot: Location, number: int = NUMBER) -> Asking:
    """Somebody who asks; `number` is the one in the lease's record."""
    return Asking(slot, WANTED, lambda: number)


def seen(desk: Desk, *askers: Asking) -> bool:
    """Whether the holder sees somebody wait, after two looks of each."""
    found = False
    for _ in range(3):
        for asker in askers:
            asker.look()
        found = desk.waits()
    return found


def test_what_is_asked_is_done_once_and_answered(slot: Location) -> None:
    """From the request to the answer; then there is nothing left."""
    asker, desk = asking(slot), Desk(slot, NUMBER)
    assert not desk.waits()
    assert seen(desk, asker)
    assert desk.take() == WANTED
    assert desk.take() is None
    desk.tell("compact ledger")
    assert asker.look() is None
    assert asker.state == "compact ledger"
    desk.answer({"steps": [1]})
    assert asker.look() == {"steps": [1]}
    assert read(slot).record == {}
    assert not desk.waits()


def test_a_request_of_somebody_who_is_gone_is_not_done(slot: Location) -> None:
    """However often the holder looks: it is not renewed."""
    asking(slot).look()
    desk = Desk(slot, NUMBER)
    assert not any(desk.waits() for _ in range(5))
    assert read(slot).record["state"] == "asked"


def test_who_took_it_is_gone(slot: Location) -> None:
    """Another holds the lease then: it is asked anew, and answered by that one."""
    dead, asker = Desk(slot, NUMBER - 1), asking(slot)
    assert seen(dead, asker)
    dead.take()
    asker.look()
    assert read(slot).record["state"] == "asked"
    dead.answer({"late": True})
    desk = Desk(slot, NUMBER)
    assert seen(desk, asker)
    desk.take()
    desk.answer({"done": True})
    assert asker.look() == {"done": True}


def test_two_who_ask_are_answered_one_after_the_other(slot: Location) -> None:
    """Neither gets the other's answer, nor takes the other's place."""
    first, second, desk = asking(slot), asking(slot), Desk(slot, NUMBER)
    for number, waiting in enumerate(((first, second), (second,))):
        assert seen(desk, *waiting)
        assert desk.take() == WANTED
        assert [asker.look() for asker in waiting] == [None] * len(waiting)
        desk.answer({"number": number})
        assert [asker.look() for asker in reversed(waiting)] == [None, {"number": number}][-len(waiting) :]


@pytest.mark.parametrize(
    ("left", "replaced"),
    [
        ({"state": "asked", "beat": 3, "wanted": {}}, True),
        ({"state": "answered", "answer": {}}, True),
        ({"state": "taken", "by": NUMBER - 1, "step": ""}, True),
        ({"state": "taken", "by": NUMBER, "step": ""}, False),
    ],
)
def test_what_somebody_left(
    slot: Location, monkeypatch: pytest.MonkeyPatch, left: Mapping[str, Any], replaced: bool
) -> None:
    """It is replaced once it stayed as it is for long enough, but not what the holder is doing."""
    other = "somebody else"
    replace(slot, {"token": other, **left}, None)
    asker = asking(slot)
    asker.look()
    assert read(slot).record["token"] == other
    monkeypatch.setattr(request, "PATIENCE_S", 0.0)
    asker.look()
    assert (read(slot).record["token"] != other) is replaced


def test_who_asks_no_more(slot: Location) -> None:
    """What was not taken is withdrawn; what was taken stays the holder's."""
    asker, desk = asking(slot), Desk(slot, NUMBER)
    assert seen(desk, asker)
    asker.withdraw()
    assert desk.take() is None
    assert seen(desk, asker)
    desk.take()
    asker.withdraw()
    assert read(slot).record["state"] == "taken"


def test_a_store_that_is_away_is_nobody_who_waits(slot: Location, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job that looks goes on."""
    if isinstance(slot, Bucket):
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        monkeypatch.setattr("runtime.store.TRIES_S", 1)
    else:
        slot.write_text("{")
    assert not Desk(slot, NUMBER).waits()


def test_of_two_writes_at_once_one_gets_in(slot: Location) -> None:
    """Both have read the same record."""
    start = threading.Barrier(2)

    def write(number: int) -> bool:
        start.wait(10)
        return replace(slot, {"number": number}, None) is not None

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(write, (1, 2))) == [False, True]


def test_it_is_answered_while_both_go_on_at_their_own_pace(slot: Location) -> None:
    """Two threads, renewing and looking without any order."""
    desk, asker, done = Desk(slot, NUMBER), asking(slot), threading.Event()

    def hold() -> None:
        until(lambda: desk.waits() and desk.take(), 30, 0.003)
        desk.answer({"done": True})
        done.set()

    thread = threading.Thread(target=hold)
    thread.start()
    assert until(asker.look, 30, 0.002) == {"done": True}
    thread.join(30)
    assert done.is_set()
