"""Traffic or lines to a finished run: the loops between what is made or read and what is sent, and their counts."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from producer.event import Headers, Record, milliseconds
from producer.intake import Gate, Line, Ready, Refusals
from producer.pace import Pace
from producer.send import Sender
from producer.traffic import USUAL, Traffic

TOGETHER = 500  # records between two looks at signals and at the broker, where no pace is asked for


@dataclass(frozen=True, slots=True)
class Control:
    """How a run is steered: its pace, whether it was told to stop, and whom to tell how far it is (records, bytes)."""

    pace: Pace
    stopped: Callable[[], bool]
    advance: Callable[[int], None]


@dataclass(slots=True)
class Sent:
    """What a generated run handed over: records by kind, the late among the valid, the invalid by clause.

    `whole` says whether that was all of it.
    """

    whole: bool = True
    kinds: Counter[str] = field(default_factory=Counter)
    late: int = 0
    by_clause: Counter[str] = field(default_factory=Counter)

    def count(self, block: Traffic, many: int) -> None:
        """Add the first so many records of a block."""
        odd = [what for place, what in block.odd.items() if place < many]
        self.kinds.update({USUAL.kind: many - len(odd)})
        self.kinds.update(what.kind for what in odd)
        self.late += sum(what.late for what in odd)
        self.by_clause.update(what.clause for what in odd if what.clause is not None)


@dataclass(slots=True)
class Taken:
    """What a run from a file read: lines = handed over + refused. `whole` says whether it was read to its end."""

    whole: bool = True
    read: int = 0
    handed_over: int = 0


def send_all(blocks: Iterable[Traffic], sender: Sender, control: Control) -> Sent:
    """Send until the end, a stop or a broker that takes nothing; what was handed over, by kind."""
    sent = Sent()
    for block in blocks:
        handed_over = _send_block(block, sender, control)
        sent.count(block, handed_over)
        if handed_over < len(block.values):
            sent.whole = False
            break
    return sent


def _send_block(block: Traffic, sender: Sender, control: Control) -> int:
    """How many records of a block were handed over, from the first on: all, unless the run has to end."""
    own: list[tuple[bytes, Headers] | None] = [None] * len(block.values)
    for place, odd in block.odd.items():
        own[place] = odd.own
    rows = list(zip(block.values, [moment_us // 1000 for moment_us in block.sent_us], own, strict=True))
    together, done = 1 if control.pace.limited else TOGETHER, 0
    while done < len(rows) and in_time(sender, control):
        many = sender.send_many(rows[done : done + together], block.seal)
        control.advance(many)
        done += many
    return done


def send_lines(lines: Iterable[Line], gate: Gate, refusals: Refusals, sender: Sender, control: Control) -> Taken:
    """Send each line that keeps the contract and keep each other one; nothing that was read is neither."""
    taken = Taken()
    for line in lines:
        taken.read += 1
        verdict = gate.judge(line)
        if not isinstance(verdict, Ready):
            refusals.put(line, verdict)
        else:
            in_time(sender, control)  # a line that was read is handed over even if a stop came meanwhile
            sender.send(Record(verdict.value, verdict.key, verdict.headers, milliseconds(datetime.now(UTC))))
            taken.handed_over += 1
        control.advance(len(line.raw) + 1)
        if control.stopped() or sender.stalled:
            taken.whole = False
            break
    return taken


def in_time(sender: Sender, control: Control) -> bool:
    """Wait until the pace lets the next record go; False where the run has to end instead."""
    while not (control.stopped() or sender.stalled):
        due_s = control.pace.due_s(time.monotonic())
        if due_s <= 0:
            return True
        sender.wait(due_s)
    return False
