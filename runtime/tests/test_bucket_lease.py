"""A lease in a bucket: one holder, whoever is paused, gone or replaced."""

import threading

import pytest

from runtime import bucket_lease, record, store
from runtime.errors import MachineError
from runtime.lease import Lease
from runtime.store import Bucket
from runtime.wait import until


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Renewals often enough for a test."""
    monkeypatch.setattr(bucket_lease, "RENEW_S", 0.2)
    monkeypatch.setattr(bucket_lease, "PATIENCE_S", 1.5)


def test_numbers_rise(s3: Bucket) -> None:
    """Each taking of the lease gets a higher number; what was given back is had at once."""
    numbers = []
    for _ in range(3):
        with Lease.acquire(s3 / "a/.lease", "process") as lease:
            lease.check()
            numbers.append(lease.number)
    assert numbers == [1, 2, 3]


def test_a_second_one_is_refused(s3: Bucket) -> None:
    """As long as the first one renews it; who has it is said."""
    with Lease.acquire(s3 / "a/.lease", "process") as lease:
        with pytest.raises(MachineError, match=r"written by pid \d+ on \S+ \(process"):
            Lease.acquire(s3 / "a/.lease", "erase")
        lease.check()


def test_one_that_is_gone_is_replaced(s3: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """A holder that renews nothing any more, as a killed or paused one, finds itself replaced when it goes on."""
    monkeypatch.setattr(bucket_lease, "RENEW_S", 3600.0)
    paused = Lease.acquire(s3 / "a/.lease", "process")
    monkeypatch.setattr(bucket_lease, "RENEW_S", 0.2)
    with Lease.acquire(s3 / "a/.lease", "process") as lease:
        assert lease.number == 2
        with pytest.raises(MachineError, match="number 1, now None"):
            paused.check()
        paused.release()
        lease.check()


def test_of_many_one_wins(s3: Bucket) -> None:
    """All at once: one has it, all others are told so."""
    taken: list[Lease] = []
    refused: list[MachineError] = []

    def one() -> None:
        try:
            taken.append(Lease.acquire(s3 / "a/.lease", "process"))
        except MachineError as error:
            refused.append(error)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(taken), len(refused)) == (1, 7)
    taken[0].check()
    taken[0].release()


def test_an_answer_that_was_lost(s3: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """A renewal that reached the store, of which the holder does not know, costs it nothing."""
    monkeypatch.setattr(bucket_lease, "RENEW_S", 3600.0)
    with Lease.acquire(s3 / "a/.lease", "process") as lease:
        real = record.replace

        def lost(at: Bucket, said: dict[str, object], tag: str | None) -> str | None:
            real(at, said, tag)
            raise MachineError("no answer", "")

        monkeypatch.setattr(bucket_lease, "replace", lost)
        with pytest.raises(MachineError, match="no answer"):
            lease.check()
        monkeypatch.setattr(bucket_lease, "replace", real)
        lease.check()


def test_a_store_that_is_away(s3: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody writes then; the error says which store and what to look at."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(store, "TRIES_S", 1)
    with pytest.raises(MachineError, match="does not answer as it should, though asked again for 1 s") as caught:
        Lease.acquire(s3 / "a/.lease", "process")
    assert "AWS_ENDPOINT_URL" in str(caught.value.remedy)


def test_the_holder_goes_on_renewing(s3: Bucket) -> None:
    """By itself, without anybody who asks."""
    with Lease.acquire(s3 / "a/.lease", "process"):
        first = record.read(s3 / "a/.lease").tag
        assert until(lambda: record.read(s3 / "a/.lease").tag != first, 10)
