"""A container engine to a running Redpanda: one node in dev mode, through testcontainers.

Its data end with the container. Dev mode skips fsync, so what it says about durability is not Redpanda's own.
Redpanda's core is under the Business Source License: read it before offering the container to others as a service.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from runtime import kafka
from runtime.broker import record as records
from runtime.broker.record import Record
from runtime.errors import MachineError
from runtime.progress import working
from runtime.wait import until

IMAGE = "docker.redpanda.com/redpandadata/redpanda:v25.2.1"
IMAGE_VARIABLE = "TICKETS_REDPANDA_IMAGE"
START_DEADLINE_S = 120  # the image's own default of 10 s is too short for a cold machine
READY_DEADLINE_S = 60.0
KAFKA_PORT = 9092
ENGINE_REMEDY = "Start Docker or Podman (its socket in DOCKER_HOST), or use --broker embedded, which needs none."


def image() -> str:
    """The pinned image, or the one that TICKETS_REDPANDA_IMAGE names."""
    return os.environ.get(IMAGE_VARIABLE) or IMAGE


def container_name(folder: Path) -> str:
    """One name per workspace: a container whose starter was killed is found again by it."""
    return "tickets-redpanda-" + hashlib.sha256(str(folder).encode()).hexdigest()[:12]


def start(folder: Path, port: int) -> Record:
    """Start the container and return when it says it serves Kafka; `port` 0 lets the engine choose.

    MachineError without an engine, without the image, or if the port is taken.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with speaking_plainly(), working(f"starting Redpanda ({image()})"):
        remove(container_name(folder))
        container = build(container_name(folder), port)
        try:
            container.start(timeout=START_DEADLINE_S)
            bootstrap = container.get_bootstrap_server()
        except BaseException:
            container.stop()
            raise
        return Record("redpanda", bootstrap, None, None, container.get_container_id(), records.now(), False, ())


def build(name: str, port: int) -> Any:
    """The container, not started. Ryuk is off: it would remove a broker that is to outlive this command."""
    from testcontainers.community.kafka import RedpandaContainer
    from testcontainers.core.config import testcontainers_config

    testcontainers_config.ryuk_disabled = True
    container = RedpandaContainer(image(), name=name)
    if port:
        container.ports.pop(str(KAFKA_PORT), None)
        container.with_bind_ports(KAFKA_PORT, port)
    return container


def wait_ready(record: Record, folder: Path) -> None:
    """Return once clients get an answer; MachineError if the container ends or is late."""
    client = kafka.admin(record.bootstrap)
    until(lambda: kafka.ready(client) or not alive(record), READY_DEADLINE_S)
    if not kafka.ready(client, timeout_s=5.0):
        raise MachineError(
            f"Redpanda in container {record.container} does not answer at {record.bootstrap}",
            f"Read `docker logs {container_name(folder)}`.",
        )


def alive(record: Record) -> bool:
    """Whether its container runs; without an engine nothing does."""
    import docker.errors  # type: ignore[import-untyped]

    try:
        with engine() as client:
            return bool(client.containers.get(record.container).status == "running")
    except docker.errors.DockerException:
        return False


def stop(record: Record, folder: Path) -> None:
    """Remove the container and its data."""
    with speaking_plainly():
        remove(record.container or container_name(folder))


def remove(name: str) -> None:
    """Remove a container by name or id, if there is one."""
    import docker.errors

    with engine() as client, contextlib.suppress(docker.errors.NotFound):
        client.containers.get(name).remove(force=True, v=True)


@contextlib.contextmanager
def engine() -> Iterator[Any]:
    """A client of the container engine; raises docker.errors.DockerException where none answers."""
    import docker

    client = docker.from_env(timeout=60)
    try:
        client.ping()
        yield client
    finally:
        client.close()


@contextlib.contextmanager
def speaking_plainly() -> Iterator[None]:
    """Errors of the engine and of testcontainers as MachineError."""
    import docker.errors
    import requests

    try:
        yield
    except docker.errors.APIError as error:
        raise MachineError(
            f"the container engine refused {image()}: {error.explanation or error}",
            f"Pull the image once by hand, name another one in {IMAGE_VARIABLE}, or use --broker embedded.",
        ) from error
    except (docker.errors.DockerException, requests.exceptions.RequestException) as error:
        raise MachineError("no container engine answers", ENGINE_REMEDY) from error
    except (TimeoutError, RuntimeError) as error:
        first = str(error).partition("\n")[0]
        raise MachineError(
            f"Redpanda did not start within {START_DEADLINE_S} s: {first}",
            "Give the engine more memory, or look at its logs.",
        ) from error
