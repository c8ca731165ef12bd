"""The broker of a workspace: sharing, adopting, errors. A sleeping process stands in for Kafka."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runtime import broker, classdata, kafka
from runtime.broker import Kind, embedded, redpanda
from runtime.broker import record as records
from runtime.broker.record import Record, User
from runtime.errors import MachineError
from runtime.workspace import Workspace


class Stand:
    """A kind of broker that is only a sleeping process; counts its starts."""

    def __init__(self) -> None:
        self.starts = 0

    def start(self, folder: Path, port: int) -> Record:
        """A process that waits for its input to end, as the embedded broker would be started."""
        self.starts += 1
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        embedded.CHILDREN[child.pid] = child
        born = records.created(child.pid)
        return Record("embedded", f"127.0.0.1:{port or 1}", child.pid, born, None, records.now(), False, ())


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    """An empty workspace."""
    return Workspace.open(tmp_path)


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch, space: Workspace) -> Iterator[Stand]:
    """The embedded kind with a stand-in for Kafka; whatever still runs is stopped at the end."""
    stand = Stand()
    kind = Kind(stand.start, lambda record, folder: None, embedded.alive, embedded.stop)
    monkeypatch.setitem(broker.KINDS, "embedded", kind)
    yield stand
    broker.down(space)


def recorded(space: Workspace) -> Record:
    """The record, which must be there."""
    record = records.read(space.broker)
    assert record is not None
    return record


def test_a_broker_ends_with_the_command_that_started_it(space: Workspace, stand: Stand) -> None:
    """Inside the block it runs; afterwards the process and the record are gone."""
    with broker.connect("embedded", space) as found:
        assert (found.kind, found.bootstrap) == ("embedded", "127.0.0.1:1")
        record = recorded(space)
        assert embedded.alive(record)
    assert not records.process_alive(record.pid, record.pid_created)
    assert records.read(space.broker) is None


def test_the_last_user_stops_it(space: Workspace, stand: Stand) -> None:
    """Two users share one broker, and the first to leave does not stop it."""
    with broker.connect("embedded", space):
        with broker.connect("embedded", space):
            assert len(recorded(space).users) == 2
        assert embedded.alive(recorded(space))
    assert stand.starts == 1
    assert records.read(space.broker) is None


def test_a_kept_broker_stays_until_it_is_taken_down(space: Workspace, stand: Stand) -> None:
    """`up`, a command, `up` again: one start; `down` says what it stopped, and then nothing runs."""
    started = broker.up("embedded", space)
    with broker.connect("embedded", space):
        pass
    assert broker.up("embedded", space) == started
    assert stand.starts == 1
    assert broker.down(space) == started
    assert broker.down(space) is None
    assert broker.status(space) is None


def test_the_broker_of_a_killed_command_is_adopted(space: Workspace, stand: Stand) -> None:
    """A record whose user died -9 is used by the next command, which stops it at its end."""
    orphan = stand.start(space.broker, 0)
    records.write(space.broker, replace(orphan, users=(User(2**22 + 1, 1.0),)))
    with broker.connect("embedded", space):
        assert [user.pid for user in recorded(space).users] == [os.getpid()]
    assert stand.starts == 1
    assert not embedded.alive(orphan)


def test_a_reused_process_number_is_not_our_broker(space: Workspace, stand: Stand) -> None:
    """A live process with the recorded number but another start is left alone, and a new broker started."""
    record = Record("embedded", "127.0.0.1:9", os.getpid(), 1.0, None, records.now(), True, ())
    records.write(space.broker, record)
    with broker.connect("embedded", space) as found:
        assert found.bootstrap == "127.0.0.1:1"


def test_a_broker_of_another_kind_is_named(space: Workspace, stand: Stand) -> None:
    """One workspace runs one broker: asking for the other kind says how to go on."""
    broker.up("embedded", space)
    with (
        pytest.raises(MachineError, match="kind embedded, not redpanda") as caught,
        broker.connect("redpanda", space),
    ):
        pass
    assert "tickets broker down" in caught.value.remedy


def test_a_running_broker_does_not_move_to_another_port(space: Workspace, stand: Stand) -> None:
    """`up --port` beside a broker at another port is an error, not a silent other address."""
    broker.up("embedded", space)
    with pytest.raises(MachineError, match="not at port 4711"):
        broker.up("embedded", space, port=4711)


def test_a_broker_that_fails_to_start_leaves_nothing(
    space: Workspace, stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If it never gets ready, the process is stopped and the record removed."""
    seen: list[Record] = []

    def never(record: Record, folder: Path) -> None:
        seen.append(record)
        raise MachineError("not ready", "")

    monkeypatch.setitem(broker.KINDS, "embedded", Kind(stand.start, never, embedded.alive, embedded.stop))
    with pytest.raises(MachineError, match="not ready"), broker.connect("embedded", space):
        pass
    assert records.read(space.broker) is None
    assert not embedded.alive(seen[0])


@pytest.mark.parametrize("choice", ["embeded", "localhost", "host:port", "kafka://h:1", ""])
def test_what_is_no_broker_is_refused_at_once(space: Workspace, choice: str) -> None:
    """A misspelt kind or an address without a port is told from an address that does not answer."""
    with pytest.raises(MachineError, match="is no broker"), broker.connect(choice, space):
        pass


def test_an_address_where_nobody_answers_is_named(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error has the address and the client's own complaint."""
    address = f"127.0.0.1:{embedded.free_port()}"
    with pytest.raises(MachineError, match=f"no broker answers at {address}") as caught:
        kafka.require(address, deadline_s=0.5)
    assert "refused" in caught.value.what


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(tmp_path: Path) -> None:
    """The message names the port; the remedy says how to see who has it."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(MachineError, match=f"port {port} is taken") as caught:
            embedded.choose_ports(tmp_path, port)
    assert "--port" in caught.value.remedy


def test_the_ports_of_last_time_are_kept_while_free(tmp_path: Path) -> None:
    """Jobs remember the address, so a restart keeps it; a taken one is replaced."""
    first = embedded.choose_ports(tmp_path, 0)
    assert embedded.choose_ports(tmp_path, 0) == first
    with socket.socket() as other:
        other.bind(("127.0.0.1", first[0]))
        other.listen()
        assert embedded.choose_ports(tmp_path, 0)[0] != first[0]


def test_without_a_container_engine_redpanda_says_so(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback of the Docker client, but the embedded broker as the way out."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{space.root}/no.sock")
    with (
        pytest.raises(MachineError, match="no container engine answers") as caught,
        broker.connect("redpanda", space),
    ):
        pass
    assert "--broker embedded" in caught.value.remedy
    assert records.read(space.broker) is None


def test_redpanda_is_pinned_and_outlives_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """The image has a version, Ryuk is off, and an asked-for port replaces the engine's choice."""
    import testcontainers.core.container as core

    monkeypatch.setattr(core, "DockerClient", lambda **_: None)
    container = redpanda.build("some-name", 4711)
    assert container.image == redpanda.IMAGE
    assert container.ports == {"9092": 4711, "8081": None}
    assert container._name == "some-name"
    assert core.c.ryuk_disabled
    monkeypatch.setenv("TICKETS_REDPANDA_IMAGE", "mirror.example/redpanda:v1")
    assert redpanda.build("other", 0).image == "mirror.example/redpanda:v1"


def test_a_machine_that_is_too_busy_to_start_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not as an error of ours: the folder of a broker whose first step does not end in time."""
    for name in ("fetch", "find_java"):
        monkeypatch.setattr(embedded, name, lambda *_: None)
    monkeypatch.setattr(classdata, "shared", lambda *_: [])
    monkeypatch.setattr(embedded, "java", lambda *_: [sys.executable, "-c", "import time; time.sleep(600)"])
    monkeypatch.setattr(embedded, "READY_DEADLINE_S", 0.2)
    with pytest.raises(MachineError, match="not formatted within") as caught:
        embedded.format_data(tmp_path)
    assert "less to do" in caught.value.remedy


def test_the_users_own_server_settings_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they stand in the file that is named; none without one, and a file that is not there is told."""
    monkeypatch.delenv(embedded.VARIABLE, raising=False)
    assert embedded.extra_settings() == ""
    file = tmp_path / "own.properties"
    file.write_text("num.io.threads=2\n", "utf-8")
    monkeypatch.setenv(embedded.VARIABLE, str(file))
    assert embedded.extra_settings() == "num.io.threads=2\n"
    file.unlink()
    with pytest.raises(MachineError, match=embedded.VARIABLE):
        embedded.extra_settings()
