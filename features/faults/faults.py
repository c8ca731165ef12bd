"""The faults there are: one dataclass a kind, with what is drawn of it. What each does is in moves.py.

`share` is when: that part of a usual batch (or of a chunk's sending) has passed.
"""

import re
from dataclasses import asdict, dataclass, fields
from typing import Any, get_type_hints


@dataclass(frozen=True, slots=True)
class KillAtPoint:
    """SIGKILL to a process and all it started, by itself, at the nth pass of a named point (points.py)."""

    point: str
    nth: int


@dataclass(frozen=True, slots=True)
class KillGroup:
    """SIGKILL to the whole job, from outside."""

    share: float


@dataclass(frozen=True, slots=True)
class KillJava:
    """SIGKILL to the job's Java process alone, as a kernel short of memory does."""

    share: float


@dataclass(frozen=True, slots=True)
class KillWorkers:
    """SIGKILL to the Python processes in which Spark decodes."""

    share: float


@dataclass(frozen=True, slots=True)
class KillDriver:
    """SIGKILL to the driver alone; its Java process lives on, and the next run starts at once."""

    share: float


@dataclass(frozen=True, slots=True)
class WakeZombie:
    """Java is stopped, its driver killed; once the next run is at work, Java goes on where it was.

    `committing`: stopped while it writes the ledger's commit, which the next run then makes in its place.
    """

    share: float
    committing: bool


@dataclass(frozen=True, slots=True)
class TwoJobs:
    """A second job on the same tables, whose lock does nothing; `fenced`: the first one still sees that it lost it."""

    share: float
    fenced: bool


@dataclass(frozen=True, slots=True)
class FullDisk:
    """No file can grow beyond `size` bytes any more."""

    share: float
    size: int


@dataclass(frozen=True, slots=True)
class Pause:
    """SIGSTOP to `target` (driver, java, broker), SIGCONT after `seconds`."""

    target: str
    share: float
    seconds: float


@dataclass(frozen=True, slots=True)
class KillBroker:
    """SIGKILL to the broker, and a restart, while `during` (reading or producing)."""

    during: str
    share: float


@dataclass(frozen=True, slots=True)
class Weather:
    """`weather` on a link (READING: broker and job, PRODUCING: producer and broker) for `seconds`."""

    link: str
    weather: str
    share: float
    seconds: float


@dataclass(frozen=True, slots=True)
class StoreErrors:
    """The store of the tables answers all with an error (`weather`: slow down, internal error) for `seconds`."""

    weather: str
    share: float
    seconds: float


@dataclass(frozen=True, slots=True)
class StoreAway:
    """Nobody reaches the store of the tables (`weather`: stall, reset) for `seconds`."""

    weather: str
    share: float
    seconds: float


@dataclass(frozen=True, slots=True)
class KillProducer:
    """SIGKILL to the producer in the middle of its sending; then the same is sent again."""

    share: float


@dataclass(frozen=True, slots=True)
class LoseState:
    """What a run remembers beside its tables is removed or torn (`what`: see moves.STATES)."""

    what: str


@dataclass(frozen=True, slots=True)
class KillExport:
    """SIGKILL to an export, from outside; `share` of a usual export has passed."""

    share: float


Fault = (
    KillAtPoint | KillGroup | KillJava | KillWorkers | KillDriver | WakeZombie | TwoJobs | FullDisk
    | Pause | KillBroker | Weather | StoreErrors | StoreAway | KillProducer | LoseState | KillExport
)  # fmt: skip
KINDS: tuple[type[Any], ...] = Fault.__args__


def kind_of(fault: Any) -> str:
    """How a kind is called in reports and plans."""
    return named(type(fault))


def named(kind: type[Any]) -> str:
    """`KillAtPoint` is `kill at point`."""
    return " ".join(word.lower() for word in re.findall(r"[A-Z][a-z]+", kind.__name__))


BY_NAME = {named(kind): kind for kind in KINDS}


def to_json(fault: Fault) -> dict[str, Any]:
    """A fault as plans and reports hold it."""
    return {"kind": kind_of(fault), **asdict(fault)}


def from_json(row: dict[str, Any]) -> Fault:
    """The fault that `to_json` wrote; KeyError where it lacks anything."""
    kind = BY_NAME[row["kind"]]
    hints = get_type_hints(kind)
    made: Fault = kind(**{field.name: hints[field.name](row[field.name]) for field in fields(kind)})
    return made
