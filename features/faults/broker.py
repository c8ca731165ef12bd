"""A Kafka of the campaign's own: the embedded broker's jars and settings, killed and started again on its ports.

A client follows the address that a broker advertises, so each link with weather has a listener of its own, which
advertises the port of the link's proxy. All on the loopback interface.
"""

import os
import signal
import subprocess
from pathlib import Path

from features.faults import processes
from features.faults.proxy import HOST, Proxy
from runtime.broker import embedded
from runtime.files import write_atomically

READY_DEADLINE_S = 60.0
LINKS = ("PRODUCING", "READING")
LISTENERS = """\
listeners=PLAINTEXT://{host}:{port},PRODUCING://{host}:{producing},READING://{host}:{reading},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port},PRODUCING://{host}:{producing_proxy},READING://{host}:{reading_proxy}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,PRODUCING:PLAINTEXT,READING:PLAINTEXT,CONTROLLER:PLAINTEXT
broker.heartbeat.interval.ms=300
broker.session.timeout.ms=1500
"""  # a broker that was killed is let in again once its old session is over


class Broker:
    """The broker and its two links. `bootstrap` is the way around the proxies."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        port, controller, *inner = (embedded.free_port() for _ in range(2 + len(LINKS)))
        self.links = {name: Proxy(place, seed + place) for name, place in zip(LINKS, inner, strict=True)}
        self.bootstrap = f"{HOST}:{port}"
        self._settings(port, controller)

    def through(self, link: str) -> str:
        """The address of a link."""
        return f"{HOST}:{self.links[link].port}"

    def start(self) -> None:
        """Start it and wait until it answers; the data of last time are there."""
        with (self.folder / "kafka.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*embedded.java(self.folder, "-Xmx512m", "-Xms128m"), "kafka.Kafka", str(self._file)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, start_new_session=True,
            )  # fmt: skip
        assert processes.until(self._answers, READY_DEADLINE_S), f"no broker: {embedded.log_tail(self.folder)}"

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL: nothing it holds in memory is written any more; what the kernel holds is."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(processes.GONE_DEADLINE_S)

    def close(self) -> None:
        """Stop it and its links."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            try:
                self._process.wait(processes.GONE_DEADLINE_S)
            except subprocess.TimeoutExpired:
                self.kill()
        for proxy in self.links.values():
            proxy.close()

    @property
    def _file(self) -> Path:
        return self.folder / "server.properties"

    def _settings(self, port: int, controller: int) -> None:
        """Of two lines with one name the later one counts: ours."""
        self.folder.mkdir(parents=True, exist_ok=True)
        producing, reading = (self.links[name] for name in LINKS)
        text = embedded.SETTINGS.format(host=HOST, port=port, controller=controller, data=self.folder / "data")
        places = {"producing": producing.target, "reading": reading.target, "port": port, "controller": controller}
        text += LISTENERS.format(host=HOST, producing_proxy=producing.port, reading_proxy=reading.port, **places)
        write_atomically(self._file, text)
        write_atomically(self.folder / "log4j2.properties", embedded.LOG4J)
        if not (self.folder / "data" / "meta.properties").exists():
            embedded.format_data(self.folder)

    def _answers(self) -> bool:
        """Whether a broker and a controller do: a port opens before its controller lets the broker in."""
        from confluent_kafka import KafkaException
        from confluent_kafka.admin import AdminClient

        assert self._process is not None
        assert self._process.poll() is None, f"the broker ended: {embedded.log_tail(self.folder)}"
        try:
            found = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": "0"}).list_topics(timeout=1)
        except KafkaException:
            return False
        return bool(found.brokers) and found.controller_id >= 0
