"""Error of the client or the broker to a sentence and a remedy: why a record is not acknowledged, and what to do.

The only place that knows librdkafka's words. Every remedy is followed by a resume: the records wait in the outbox.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

SILENT, STOPPED, OVERSIZE = "SILENT", "STOPPED", "OVERSIZE"  # our own words, beside librdkafka's
FATAL = "_FATAL"  # librdkafka's for a session that it gave up; why is an error of its own


class Failure(NamedTuple):
    """Why some records are not acknowledged; `ends` says that no other record will be either, so the run stops."""

    code: str
    what: str
    remedy: str
    ends: bool


@dataclass(frozen=True, slots=True)
class Cause:
    """One row of the table. Its texts may name {topic}, the contract's {max_bytes}, {timeout_s}, what was {said}."""

    what: str
    remedy: str
    ends: bool


_SILENCE = Cause(
    "the broker acknowledged nothing for {timeout_s} s; some of them may be in the topic all the same",
    "Look whether the broker runs (`tickets broker status`) and can be reached. An event that is then sent twice has "
    "one id, so that it counts once.",
    True,
)
_LOGIN = Cause(
    "the broker does not let this client in ({said})",
    "Correct user, password and certificates in the file that TICKETS_KAFKA_CONFIG names.",
    True,
)
_FORBIDDEN = Cause(
    "this user may not write to topic {topic}",
    "Ask whoever keeps the broker for the right to write to it (`tickets contracts show --as acl` says which).",
    True,
)
_NO_TOPIC = Cause(
    "topic {topic} is not on the broker any more",
    "Find out who removed it; the next run makes it anew, as the contract describes it.",
    True,
)
_FEW_COPIES = Cause(
    "too few copies of the topic are alive to keep a record safe",
    "Wait until the brokers that are down are back, or ask whoever keeps them.",
    False,
)
_SESSION = Cause(
    "the broker ended this producer's session ({said})",
    "Nothing has to be mended: the next run begins a new one.",
    True,
)
CAUSES: Mapping[str, Cause] = {
    SILENT: _SILENCE,
    "_MSG_TIMED_OUT": _SILENCE,
    "REQUEST_TIMED_OUT": _SILENCE,
    "_TRANSPORT": _SILENCE,
    "_ALL_BROKERS_DOWN": _SILENCE,
    STOPPED: Cause(
        "the run was stopped before they were acknowledged; some of them may be in the topic all the same",
        "An event that is then sent twice has one id, so that it counts once.",
        True,
    ),
    OVERSIZE: Cause(
        "with key and headers they are larger than the {max_bytes} bytes that the contract allows",
        "Shorten these events, or raise kafkaMaxBytes in the contract and max.message.bytes of topic {topic}.",
        False,
    ),
    "MSG_SIZE_TOO_LARGE": Cause(
        "they are larger than topic {topic} takes",
        "Set max.message.bytes of topic {topic} to the {max_bytes} bytes that the contract allows.",
        False,
    ),
    "RECORD_LIST_TOO_LARGE": Cause(
        "they are larger than a segment of topic {topic}",
        "Set segment.bytes of topic {topic} to more than the {max_bytes} bytes that the contract allows.",
        False,
    ),
    "UNKNOWN_TOPIC_OR_PART": _NO_TOPIC,
    "UNKNOWN_TOPIC_ID": _NO_TOPIC,
    "_UNKNOWN_TOPIC": _NO_TOPIC,
    "_UNKNOWN_PARTITION": _NO_TOPIC,
    # Of records whose answer is still to come when the client forgets their partition with the topic: it would send
    # them once more, and has no partition to do so. At the client's own end nothing of ours is under way any more.
    "_DESTROY": _NO_TOPIC,
    "TOPIC_AUTHORIZATION_FAILED": _FORBIDDEN,
    "CLUSTER_AUTHORIZATION_FAILED": _FORBIDDEN,
    "_AUTHENTICATION": _LOGIN,
    "SASL_AUTHENTICATION_FAILED": _LOGIN,
    "_SSL": _LOGIN,
    "NOT_ENOUGH_REPLICAS": _FEW_COPIES,
    "NOT_ENOUGH_REPLICAS_AFTER_APPEND": _FEW_COPIES,
    "INVALID_TIMESTAMP": Cause(
        "the broker does not take a record with their timestamp",
        "Correct the clock of this machine, or message.timestamp.before.max.ms and .after.max.ms of topic {topic}.",
        False,
    ),
    "POLICY_VIOLATION": Cause(
        "a policy of the broker refuses them ({said})",
        "Ask whoever keeps the broker what its policy for topic {topic} demands.",
        False,
    ),
    FATAL: _SESSION,
    "OUT_OF_ORDER_SEQUENCE_NUMBER": _SESSION,
    "UNKNOWN_PRODUCER_ID": _SESSION,
    "INVALID_PRODUCER_EPOCH": _SESSION,
    "PRODUCER_FENCED": _SESSION,
    "_FENCED": _SESSION,
    "_INCONSISTENT": _SESSION,
}
_OTHER = Cause("the broker refused them: {said}", "Look at the broker's log, and mend what it names.", False)

_FIRST = {code: next(name for name in CAUSES if CAUSES[name] is row) for code, row in CAUSES.items()}


class Causes:
    """The table for one topic; a record's failure is looked up often, so each is written once."""

    def __init__(self, topic: str, max_bytes: int, timeout_s: float) -> None:
        self._words = {"topic": topic, "max_bytes": f"{max_bytes:,}", "timeout_s": f"{timeout_s:g}"}
        self._known: dict[str, Failure] = {}

    def of(self, code: str, said: str = "") -> Failure:
        """The failure of a code, one of ours or librdkafka's name of an error; `said` are librdkafka's own words.

        What librdkafka calls by several names is one failure, named by the first.
        """
        name = _FIRST.get(code, code)
        if name not in self._known:
            row, words = CAUSES.get(code, _OTHER), {**self._words, "said": said or code}
            self._known[name] = Failure(name, row.what.format(**words), row.remedy.format(**words), row.ends)
        return self._known[name]
