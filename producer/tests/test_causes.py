"""Errors of client and broker in sentences: what is wrong, and what to do."""

import pytest
from confluent_kafka import KafkaError

from producer.causes import CAUSES, OVERSIZE, SILENT, STOPPED, Causes


def test_every_code_is_one_that_the_client_knows() -> None:
    """A row that can't be met would be a remedy that nobody reads."""
    known = {name for name in dir(KafkaError) if name.isupper()}
    assert set(CAUSES) - {SILENT, STOPPED, OVERSIZE} <= known


@pytest.mark.parametrize("code", [*CAUSES, "_NEVER_HEARD_OF"])
def test_every_cause_has_a_sentence_and_a_remedy(code: str) -> None:
    """With the topic, the limit and the client's own words filled in."""
    failure = Causes("orders", 1_000_000, 60.0).of(code, "what the client said")
    assert CAUSES.get(failure.code) is CAUSES.get(code)
    assert failure.what
    assert failure.remedy.endswith(".")
    assert "{" not in failure.what + failure.remedy


def test_an_unknown_error_is_told_in_the_clients_words() -> None:
    """Nothing is hidden behind a general sentence."""
    assert "no such thing" in Causes("orders", 1, 60.0).of("_NEVER_HEARD_OF", "no such thing").what


def test_one_cause_is_one_failure_whatever_it_is_called() -> None:
    """Client and broker name a topic that is gone in five ways; it is counted and told once."""
    causes = Causes("orders", 1, 60.0)
    names = ("UNKNOWN_TOPIC_OR_PART", "UNKNOWN_TOPIC_ID", "_UNKNOWN_TOPIC", "_UNKNOWN_PARTITION", "_DESTROY")
    assert {causes.of(name).code for name in names} == {"UNKNOWN_TOPIC_OR_PART"}
