"""A folder to a running Apache Kafka: one KRaft node on the loopback interface, data kept in the folder.

For machines without a container engine. It is the real broker, from Kafka's own jars, in one Java process of
its own session, so that Ctrl-C in the terminal reaches the command and not the broker. The properties file that
TICKETS_EMBEDDED_CONFIG names is read after our own settings, and wins over them (an authorizer, larger limits).
"""

import json
import os
import signal
import socket
import subprocess
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

from runtime import classdata, kafka
from runtime.broker import record as records
from runtime.broker.record import Record
from runtime.errors import MachineError
from runtime.files import write_atomically
from runtime.jars import fetch
from runtime.java import find_java
from runtime.progress import working
from runtime.wait import until

READY_DEADLINE_S = 120.0  # of a busy machine; one that ends is told at once
STOP_DEADLINE_S = 20.0
LOG_LINES = 12
VARIABLE = "TICKETS_EMBEDDED_CONFIG"
HOST = "127.0.0.1"
# A restarted broker forgets an idempotent producer whose newest record, by the event's own time, is older than
# producer.id.expiration.ms: then a resend would be stored twice. So the longest there is.
SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
producer.id.expiration.ms=2147483647
num.partitions=1
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
background.threads=2
num.recovery.threads.per.data.dir=1
log.cleaner.dedupe.buffer.size=8388608
initial.broker.registration.timeout.ms=60000
broker.heartbeat.interval.ms=1000
broker.session.timeout.ms=5000
"""
LOG4J = """\
status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601} %p %m (%c{1})%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
"""


def start(folder: Path, port: int) -> Record:
    """Start the process and return at once; `port` 0 means the one of last time, else a free one.

    MachineError if a port that was asked for is taken. Wait with `wait_ready`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port, controller = choose_ports(folder, port)
    data = folder / "data"
    text = SETTINGS.format(host=HOST, port=port, controller=controller, data=data)
    write_atomically(folder / "server.properties", text + extra_settings(), mode=0o600)  # may hold passwords
    write_atomically(folder / "log4j2.properties", LOG4J)
    if not (data / "meta.properties").exists():
        format_data(folder)
    with (folder / "kafka.log").open("ab") as log:
        process = subprocess.Popen(
            [*java(folder, *archived(), "-Xmx512m", "-Xms128m"), "kafka.Kafka", str(folder / "server.properties")],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, start_new_session=True,
        )  # fmt: skip
    CHILDREN[process.pid] = process
    bootstrap = f"{HOST}:{port}"
    started = records.created(process.pid)
    return Record("embedded", bootstrap, process.pid, started, None, records.now(), False, ())


def extra_settings() -> str:
    """The user's own server settings as they stand in their file, or nothing; MachineError where it can't be read."""
    name = os.environ.get(VARIABLE)
    try:
        return Path(name).read_text(encoding="utf-8") if name else ""
    except (OSError, UnicodeDecodeError) as error:
        raise MachineError(f"{VARIABLE} names {name}, which can't be read", "Correct it, or unset it.") from error


CHILDREN: dict[int, subprocess.Popen[bytes]] = {}  # brokers of this very process: they must be reaped when they end


def java(folder: Path, *options: str) -> list[str]:
    """The start of a Java command with Kafka's jars and the quiet log settings."""
    classpath = os.pathsep.join(str(jar) for jar in fetch("broker"))
    logging = f"-Dlog4j2.configurationFile={(folder / 'log4j2.properties').as_uri()}"
    return [str(find_java().binary), *options, "-XX:+UseSerialGC", logging, "-cp", classpath]


def archived() -> list[str]:
    """Options that make the broker start sooner, or the next ones."""
    return classdata.options("broker", find_java(), fetch("broker"))


def format_data(folder: Path) -> None:
    """Give the data folder its cluster id, once."""
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    quick = ["-Xmx128m", "-XX:TieredStopAtLevel=1", *classdata.shared("broker", find_java(), fetch("broker"))]
    command = [*java(folder, *quick), "kafka.tools.StorageTool", "format"]
    command += [
        f"--cluster-id={cluster}",
        "--config",
        str(folder / "server.properties"),
        "--ignore-formatted",
    ]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=READY_DEADLINE_S, check=False)
    except subprocess.TimeoutExpired as error:
        late = f"the embedded broker's data folder was not formatted within {READY_DEADLINE_S:.0f} s"
        todo = "Try again once this machine has less to do; `tickets doctor` says what it lacks."
        raise MachineError(late, todo) from error
    if result.returncode != 0:
        said = "\n".join((result.stdout + result.stderr).splitlines()[-LOG_LINES:])
        raise MachineError(f"the embedded broker's data folder could not be formatted:\n{said}", remedy(folder))


def choose_ports(folder: Path, wanted: int) -> tuple[int, int]:
    """Broker and controller port: last time's where still free, since running jobs remember the address."""
    remembered = read_ports(folder)
    if wanted and not is_free(wanted):
        raise MachineError(
            f"port {wanted} is taken",
            f"See who has it with `ss -ltnp 'sport = :{wanted}'`, or leave --port away to get a free one.",
        )
    port = wanted or (remembered[0] if remembered and is_free(remembered[0]) else free_port())
    controller = remembered[1] if remembered and remembered[1] != port and is_free(remembered[1]) else free_port()
    write_atomically(folder / "ports.json", json.dumps({"broker": port, "controller": controller}))
    return port, controller


def read_ports(folder: Path) -> tuple[int, int] | None:
    """The ports of last time."""
    try:
        raw = json.loads((folder / "ports.json").read_text(encoding="utf-8"))
        return int(raw["broker"]), int(raw["controller"])
    except (OSError, ValueError, KeyError):
        return None


def is_free(port: int) -> bool:
    """Whether a server could listen there now (a port that only lingers after a close counts as free)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_ready(record: Record, folder: Path) -> None:
    """Return once a broker and a controller answer; MachineError with the log's last lines if it ends or is
    late.
    """
    client = kafka.admin(record.bootstrap)
    if kafka.ready(client, timeout_s=0.2):
        return
    with working("starting the embedded broker"):
        until(lambda: kafka.ready(client) or not alive(record), READY_DEADLINE_S)
    if not alive(record) or not kafka.ready(client, timeout_s=5.0):
        state = f"was not ready within {READY_DEADLINE_S:.0f} s" if alive(record) else "ended while starting"
        raise MachineError(f"the embedded broker {state}; its log ends with:\n{log_tail(folder)}", remedy(folder))


def log_tail(folder: Path) -> str:
    """The last lines of Kafka's log."""
    path = folder / "kafka.log"
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    return "\n".join(lines[-LOG_LINES:]) or "(nothing)"


def remedy(folder: Path) -> str:
    """What to do about a broker that does not start."""
    return (
        f"The whole log is {folder / 'kafka.log'}. `tickets doctor` says what this machine lacks; "
        f"if the data are broken and may go, remove {folder}."
    )


def alive(record: Record) -> bool:
    """Whether its process still runs."""
    child = CHILDREN.get(record.pid or 0)
    if child is not None:
        return child.poll() is None
    return records.process_alive(record.pid, record.pid_created)


def stop(record: Record, folder: Path) -> None:
    """End the process: asked first, killed after the deadline; the data stay. Nothing happens if it already
    ended.
    """
    for order in (signal.SIGTERM, signal.SIGKILL):
        if not alive(record) or record.pid is None:
            break
        os.kill(record.pid, order)
        until(lambda: not alive(record), STOP_DEADLINE_S)
    CHILDREN.pop(record.pid or 0, None)
