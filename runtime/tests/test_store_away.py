"""What is said of a store that does not answer, and of a topic whose partitions have no leader yet."""

import itertools

import pytest
from confluent_kafka import KafkaError, KafkaException

from runtime import kafka, store
from runtime.errors import MachineError

DELTALAKE = (
    "Kernel error -> Generic S3 error\n  \x1b[31m>\x1b[0m Error performing GET http://h/a in 30s, after 10 retries\n"
)


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (DELTALAKE, "Error performing GET http://h/a in 30s, after 10 retries"),
        ("When listing 'x/': AWS Error NETWORK_CONNECTION during ListObjectsV2", "AWS Error NETWORK_CONNECTION during"),
        (
            "o155.save: org.apache.hadoop.fs.s3a.AWSStatus500Exception: PUT 0 on s3a://b: x",
            "AWSStatus500Exception: PUT",
        ),
    ],
    ids=["deltalake and obstore", "Arrow", "Hadoop"],
)
def test_whatever_client_it_was_the_cause_is_named(said: str, cause: str) -> None:
    """One sentence, without colours, that says how long it was tried."""
    found = store.away(said)
    assert found is not None
    assert cause in found.what
    assert "30 s" in found.what
    assert "\x1b" not in found.what


def test_what_is_no_matter_of_a_store_is_left_alone() -> None:
    """It has another remedy."""
    assert store.away("java.lang.OutOfMemoryError: heap") is None


@pytest.mark.parametrize("times", [1, 10**6])
def test_partitions_without_a_leader_are_waited_for(times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A topic that was made just now has none for a moment; one that never gets any is told at the deadline."""
    calls = itertools.count(1)

    def marks(*_: object) -> dict[int, tuple[int, int]]:
        if next(calls) <= times:
            raise KafkaException(KafkaError(KafkaError.NOT_LEADER_FOR_PARTITION))
        return {0: (0, 7)}

    monkeypatch.setattr(kafka, "_watermarks", marks)
    if times == 1:
        assert kafka.watermarks("h:1", "t", 5.0) == {0: (0, 7)}
        return
    with pytest.raises(MachineError, match="did not answer for topic t"):
        kafka.watermarks("h:1", "t", 0.2)
