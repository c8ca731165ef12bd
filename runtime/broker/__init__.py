"""A choice ('embedded', 'redpanda' or HOST:PORT) to a broker that answers, shared by the commands of a
workspace.
"""

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from runtime import kafka
from runtime.broker import embedded, redpanda
from runtime.broker import record as records
from runtime.broker.record import Record
from runtime.errors import MachineError
from runtime.files import locked
from runtime.workspace import Workspace

ADDRESS = re.compile(r"(\[[0-9a-fA-F:]+\]|[\w.\-]+):\d{1,5}")


@dataclass(frozen=True, slots=True)
class Broker:
    """Where to connect. `kind` is a key of KINDS, or 'external' for HOST:PORT."""

    kind: str
    bootstrap: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What a broker that we start must be able to do; each function is given its record and the broker's
    folder.
    """

    start: Callable[[Path, int], Record]
    wait_ready: Callable[[Record, Path], None]
    alive: Callable[[Record], bool]
    stop: Callable[[Record, Path], None]


KINDS = {
    "embedded": Kind(embedded.start, embedded.wait_ready, embedded.alive, embedded.stop),
    "redpanda": Kind(redpanda.start, redpanda.wait_ready, redpanda.alive, redpanda.stop),
}


@dataclass(frozen=True, slots=True)
class Status:
    """What `tickets broker status` shows; `answers` is whether a client gets metadata now."""

    kind: str
    bootstrap: str
    pid: int | None
    container: str | None
    started_at: str
    kept: bool
    users: int
    answers: bool


@contextlib.contextmanager
def connect(choice: str, workspace: Workspace) -> Iterator[Broker]:
    """A broker that answers, for the block.

    One that the workspace already runs is used; otherwise it is started, and stopped by the last command that
    uses it, unless `tickets broker up` keeps it. Topics stay on disk (embedded). MachineError if it can't be
    had.
    """
    if choice not in KINDS:
        check_address(choice)
        kafka.require(choice)
        yield Broker("external", choice)
        return
    with guard(workspace):
        record = obtain(choice, workspace, port=0)
        records.write(workspace.broker, records.joined(record))
    try:
        yield Broker(record.kind, record.bootstrap)
    finally:
        with guard(workspace):
            release(workspace)


def up(kind: str, workspace: Workspace, port: int = 0) -> Broker:
    """Start a broker that outlives the command, or keep the one that runs; `port` 0 chooses one."""
    if kind not in KINDS:
        raise MachineError(f"a broker of kind {kind!r} can't be started here", f"Use one of {', '.join(KINDS)}.")
    with guard(workspace):
        record = obtain(kind, workspace, port)
        if port and not record.bootstrap.endswith(f":{port}"):
            raise MachineError(
                f"this workspace's broker already runs at {record.bootstrap}, not at port {port}",
                "Stop it first with `tickets broker down`.",
            )
        records.write(workspace.broker, replace(record, kept=True))
    return Broker(record.kind, record.bootstrap)


def status(workspace: Workspace) -> Status | None:
    """The broker that this workspace runs, or None."""
    record = records.read(workspace.broker)
    if record is None or not alive(record):
        return None
    answers = kafka.ready(kafka.admin(record.bootstrap), timeout_s=5.0)
    users = len(records.living(record))
    place = (record.pid, record.container, record.started_at, record.kept)
    return Status(record.kind, record.bootstrap, *place, users, answers)


def down(workspace: Workspace) -> Broker | None:
    """Stop the broker of this workspace, even if commands use it; what it was, or None if none ran."""
    with guard(workspace):
        record = records.read(workspace.broker)
        running = record if record and alive(record) else None
        if running:
            KINDS[running.kind].stop(running, workspace.broker)
        records.forget(workspace.broker)
    return Broker(running.kind, running.bootstrap) if running else None


def guard(workspace: Workspace) -> contextlib.AbstractContextManager[None]:
    """One command at a time starts, stops or records the broker of a workspace."""
    return locked(workspace.broker / "broker.flock")


def alive(record: Record) -> bool:
    """Whether the recorded broker still runs."""
    return record.kind in KINDS and KINDS[record.kind].alive(record)


def obtain(kind: str, workspace: Workspace, port: int) -> Record:
    """The running broker of the workspace, ready; started if there is none. Call under the guard.

    The record is written before the broker is ready: if this command is killed meanwhile, the next one finds
    it.
    """
    record = records.read(workspace.broker)
    if record and alive(record):
        if record.kind != kind:
            raise MachineError(
                f"this workspace runs a broker of kind {record.kind}, not {kind}",
                f"Use --broker {record.kind}, or stop it with `tickets broker down`.",
            )
    else:
        record = KINDS[kind].start(workspace.broker, port)
        records.write(workspace.broker, record)
    try:
        KINDS[kind].wait_ready(record, workspace.broker)
    except BaseException:
        if not records.living(record) and not record.kept:
            KINDS[kind].stop(record, workspace.broker)
            records.forget(workspace.broker)
        raise
    return record


def release(workspace: Workspace) -> None:
    """Leave the broker; its last user stops it unless it is kept. Call under the guard."""
    record = records.read(workspace.broker)
    if record is None:
        return
    remaining = records.left(record)
    if remaining.users or remaining.kept:
        records.write(workspace.broker, remaining)
        return
    KINDS[record.kind].stop(record, workspace.broker)
    records.forget(workspace.broker)


def check_address(choice: str) -> None:
    """MachineError unless it reads like HOST:PORT, or several with commas."""
    if not all(ADDRESS.fullmatch(part.strip()) for part in choice.split(",")):
        raise MachineError(f"{choice!r} is no broker", f"Use {', '.join(KINDS)}, or HOST:PORT.")
