"""A topic and how far it was read to whether it is still that topic: nothing between was lost, nothing was replaced.

A topic that was deleted and made anew under its name has offsets that begin again; once it has grown past the old end,
offsets alone look right. So the last record that was read is looked at too: another record there has another timestamp.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from runtime.errors import MachineError
from runtime.kafka import client_config, group, watermarks

ANSWER_S = 60.0  # how long a broker may be away
PAUSE_S = 0.5
_REMEDY = (
    "Nothing was skipped. Look at `tickets audit`; to begin anew with what the topic holds now, "
    "use another --data folder."
)
Read = Mapping[int, tuple[int, datetime]]  # by partition, of the last record read: offset and broker's timestamp
Lost = Mapping[int, tuple[int, int]]  # by partition: first and last offset that is gone


class BrokenError(MachineError):
    """The topic is not the one that was read, or what comes next in it is gone."""


class Continuity:
    """Asks one broker about one topic, as often as wanted; `close` it at the end."""

    def __init__(self, bootstrap: str, topic: str, *, accept_loss: bool = False) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._accept_loss = accept_loss
        self._consumer: Any = None

    def check(self, read: Read) -> Lost:
        """What was removed before it was read, if that is to be accepted; BrokenError if not, or where the topic is
        not the one that was read. MachineError where the broker does not answer.
        """
        marks = self._marks()
        lost: dict[int, tuple[int, int]] = {}
        for partition, (offset, _) in sorted(read.items()):
            low = self._within(partition, offset, marks.get(partition))
            if low > offset + 1:
                lost[partition] = (offset + 1, low - 1)
        if lost and not self._accept_loss:
            spans = ", ".join(f"partition {p} offsets {first} to {last}" for p, (first, last) in lost.items())
            raise BrokenError(
                f"records of the topic {self._topic} were removed before they were read: {spans}",
                "Nothing was skipped. If they are gone for good, go on without them with `tickets process "
                "--accept-loss`: the audit will name them ever after.",
            )
        held = {p: offset for p, (offset, _) in read.items() if marks[p][0] <= offset}
        for partition, found in self._timestamps(held).items():
            wanted = _milliseconds(read[partition][1])
            if found != wanted:
                raise BrokenError(
                    f"the topic {self._topic} was made anew: partition {partition} has another record at offset "
                    f"{held[partition]} than the one that was read ({_moment(found)}, not {_moment(wanted)})",
                    _REMEDY,
                )
        return lost

    def _marks(self) -> dict[int, tuple[int, int]]:
        """A broker that restarts is waited for."""
        deadline = time.monotonic() + ANSWER_S
        while True:
            try:
                return watermarks(self._bootstrap, self._topic)
            except MachineError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE_S)

    def close(self) -> None:
        """Leave the broker."""
        if self._consumer is not None:
            self._consumer.close()

    def _within(self, partition: int, offset: int, marks: tuple[int, int] | None) -> int:
        """The first offset that is still there."""
        low, high = marks or (0, 0)
        if high <= offset:
            raise BrokenError(
                f"the topic {self._topic} was made anew or cut: partition {partition} ends at offset {high - 1}, and "
                f"was read up to {offset}",
                _REMEDY,
            )
        return low

    def _timestamps(self, wanted: Mapping[int, int]) -> dict[int, int]:
        """The broker's timestamps (ms) of records; without those whose offset holds none any more (compacted)."""
        from confluent_kafka import OFFSET_INVALID, Consumer, KafkaError, TopicPartition

        if not wanted:
            return {}
        if self._consumer is None:
            own = {"group.id": group("continuity"), "enable.auto.commit": False, "enable.partition.eof": True}
            self._consumer = Consumer({**client_config(self._bootstrap), **own, "fetch.message.max.bytes": 1 << 20})
        self._consumer.assign([TopicPartition(self._topic, p, offset) for p, offset in wanted.items()])
        found: dict[int, int] = {}
        open_, deadline = set(wanted), time.monotonic() + ANSWER_S
        while open_:
            message = self._consumer.poll(0.1)
            if message is None:
                if time.monotonic() > deadline:
                    raise MachineError(
                        f"the broker gave no record of {self._topic} within {ANSWER_S:.0f} s", "Try again."
                    )
                continue
            partition = message.partition()
            error = message.error()
            if error is not None and error.code() != KafkaError._PARTITION_EOF:
                raise MachineError(f"the broker did not give {self._topic}: {error.str()}", "Try again.")
            if partition in open_:
                open_.discard(partition)
                self._consumer.incremental_unassign([TopicPartition(self._topic, partition, OFFSET_INVALID)])
                if error is None and message.offset() == wanted[partition]:
                    found[partition] = message.timestamp()[1]
        self._consumer.unassign()
        return found


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _moment(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
