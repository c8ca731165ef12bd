"""The first job on a cluster: whether its workers can do what is asked of them, before an event is read.

Each task says what its Python is, what it can't import, which addresses it does not reach, and whether it sees a file
of the driver's. What is wrong becomes one error with a remedy instead of a task's traceback.
"""

import contextlib
import importlib
import platform
import socket
import sys
import sysconfig
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from runtime import shipped
from runtime.errors import MachineError
from runtime.progress import working
from runtime.wait import until

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

DEADLINE_S = 300.0  # for the first executor to come up and answer: an image may have to be pulled
CONNECT_S = 10.0
TASKS = 4  # not one for each worker: who comes later is not asked


@dataclass(frozen=True, slots=True)
class Needs:
    """What every worker must reach: addresses (HOST:PORT), and a folder that it shares with the driver, if tables lie
    in one. Besides it must have what is in shipped.py.
    """

    addresses: Sequence[str]
    folder: Path | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What one worker answers; `code` tells one state of our rooms from another (shipped.state), `broken` are modules
    and why they can't be imported, `away` addresses and why.
    """

    host: str
    code: str
    python: str
    platform: str
    broken: Mapping[str, str]
    away: Mapping[str, str]
    shares: bool


def check(session: "SparkSession", needs: Needs, deadline_s: float = DEADLINE_S) -> None:
    """Run the job; MachineError where a worker can't work for us, or none comes up in time."""
    with _token(needs.folder) as token, working("waiting for the workers"):
        task = partial(look, tuple(needs.addresses), token)
        answers = _run(session, task, deadline_s)
    for seen in answers:
        judge(seen, needs)


def look(addresses: Sequence[str], token: str | None, _: Iterator[Any]) -> Iterator[Seen]:
    """What a task does."""
    yield Seen(
        host=socket.gethostname(),
        code=shipped.state(),
        python=platform.python_version(),
        platform=sysconfig.get_platform(),
        broken=dict(_broken(tuple(shipped.PACKAGES.values()))),
        away=dict(_away(addresses)),
        shares=token is None or Path(token).exists(),
    )


def judge(seen: Seen, needs: Needs) -> None:
    """MachineError over the first thing that is not as it must be."""
    here = sysconfig.get_platform()
    if seen.platform != here:
        raise MachineError(
            f"the worker {seen.host} is {seen.platform}, and this machine {here}: packages can't be shipped there",
            "Start the command on the workers' platform, or give them an image with the product and --workers-python.",
        )
    if seen.code != shipped.state():
        raise MachineError(
            f"the worker {seen.host} has another state of this product than this machine",
            "Install the same one in both places, or leave --workers-python out, so that it is shipped.",
        )
    for module, why in seen.broken.items():
        raise MachineError(
            f"the worker {seen.host} (Python {seen.python}) can't import {module}: {why}",
            "With --workers-python, install the product there; else see whether its system has what the package needs.",
        )
    for address, why in seen.away.items():
        raise MachineError(
            f"the worker {seen.host} does not reach {address}: {why}",
            "Name broker and store by addresses that workers know too (not 127.0.0.1), and open the way to them.",
        )
    if not seen.shares:
        raise MachineError(
            f"the worker {seen.host} does not see the folder {needs.folder}, in which the tables lie",
            "Put them where all can write: TICKETS_TABLES=s3://BUCKET/PREFIX, or a folder that all machines mount.",
        )


def _broken(modules: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError as error:
            yield name, str(error)


def _away(addresses: Sequence[str]) -> Iterator[tuple[str, str]]:
    for address in addresses:
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), CONNECT_S).close()
        except OSError as error:
            yield address, error.strerror or str(error)


@contextlib.contextmanager
def _token(folder: Path | None) -> Iterator[str | None]:
    """A file in the folder for the time of the job."""
    if folder is None:
        yield None
        return
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f".seen-{uuid4().hex}"
    path.touch()
    try:
        yield str(path)
    finally:
        path.unlink(missing_ok=True)


def _run(session: "SparkSession", task: Any, deadline_s: float) -> list[Seen]:
    """The job in a thread of its own: Spark would wait for workers for ever."""
    found: list[Seen] = []
    failed: list[Exception] = []

    def job() -> None:
        try:
            found.extend(session.sparkContext.parallelize(range(TASKS), TASKS).mapPartitions(task).collect())
        except Exception as error:  # noqa: BLE001 - it is explained below
            failed.append(error)

    threading.Thread(target=job, name="first job", daemon=True).start()
    if not until(lambda: found or failed, deadline_s):
        raise MachineError(
            f"no worker took the first job within {deadline_s:.0f} s",
            "Look at the master's page: are there workers, with as much memory and as many cores free as "
            "spark.executor.memory and spark.executor.cores ask for (--spark-conf)? Do they reach this machine "
            "(TICKETS_DRIVER_HOST)?",
        )
    if failed:
        raise explain(failed[0]) from failed[0]
    return found


_SIGNS: Mapping[str, tuple[str, str]] = {
    "PYTHON_VERSION_MISMATCH": (
        "the workers' Python is not {python}, as this one is",
        "Install Python {python} there and name it with --spark-conf spark.pyspark.python=/path/python, "
        "or give workers an image with the product and --workers-python.",
    ),
    "Cannot run program": (
        "the workers have no such Python: {wanted}",
        "Name theirs: --spark-conf spark.pyspark.python=/path/python for a bare Python {python}, "
        "--workers-python for one that has the product installed.",
    ),
    "No module named 'runtime": (
        "the workers' Python does not have this product",
        "Leave --workers-python out, so that code and packages are shipped; or install the product there.",
    ),
}


def explain(error: Exception) -> MachineError:
    """Why the first job failed."""
    text = str(error)
    named = {"python": f"{sys.version_info.major}.{sys.version_info.minor}"}
    named["wanted"] = text.partition('Cannot run program "')[2].partition('"')[0]
    for sign, (what, remedy) in _SIGNS.items():
        if sign in text:
            return MachineError(what.format(**named), remedy.format(**named))
    last = [line for line in text.splitlines() if line.strip()][-1:] or [text]
    return MachineError(
        f"the first job on the cluster failed: {last[0].strip()[:400]}", "The whole report is in spark.log."
    )
