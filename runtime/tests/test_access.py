"""What a broker without an authorizer, and one that refuses to tell, look like to the client: without rules."""

from typing import Any

import pytest

from runtime import access
from runtime.errors import MachineError


class Answer:
    """A future that is there already."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def result(self) -> Any:
        """The value, or the error."""
        if isinstance(self._value, Exception):
            raise self._value
        return self._value


class Client:
    """An AdminClient that shows no rule, and answers a removal like this."""

    def __init__(self, removal: Any) -> None:
        self._removal = removal
        self.removed: list[Any] = []

    def describe_acls(self, _: Any, request_timeout: float) -> Answer:
        """No rule, whatever the reason."""
        return Answer([])

    def delete_acls(self, filters: list[Any], request_timeout: float) -> dict[Any, Answer]:
        """The broker's own word."""
        self.removed += filters
        return dict.fromkeys(filters, Answer(self._removal))


def refusal(code: str) -> Exception:
    """An error of the broker."""
    from confluent_kafka import KafkaError, KafkaException

    made: Exception = KafkaException(KafkaError(getattr(KafkaError, code), "said the broker " + "x" * 1000))
    return made


def test_no_rules_no_authorizer_and_no_right_to_know_are_told_apart() -> None:
    """By a removal that can remove nothing: its name is none that a topic can have."""
    empty = Client([])
    assert access.read_acls(empty) == frozenset()
    assert [(asked.name, asked.restype.name) for asked in empty.removed] == [("/", "TOPIC")]
    assert access.read_acls(Client(refusal("SECURITY_DISABLED"))) is None
    with pytest.raises(MachineError, match="answered CLUSTER_AUTHORIZATION_FAILED: said the broker") as refused:
        access.read_acls(Client(refusal("CLUSTER_AUTHORIZATION_FAILED")))
    assert len(refused.value.what) < 400
