"""This machine to rows of what a run needs: found, fine or not, and what to do."""

import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from runtime import jars
from runtime.cache import cache_dir
from runtime.errors import MachineError

PYTHON = ((3, 11), (3, 13))
MEMORY_GIB = 4
DISK_GIB = 3
GIB = 1024**3
PACKAGES = ("pyspark", "confluent_kafka", "deltalake", "duckdb", "pandera", "polars", "structlog")


@dataclass(frozen=True, slots=True)
class Row:
    """One probe. `ok`: True fine, False a run can't do without it, None not needed for the default way."""

    name: str
    found: str
    ok: bool | None
    remedy: str | None


def inspect(data: Path) -> list[Row]:
    """All rows, in the order in which one would mend them; `data` is the folder whose disk counts."""
    engine = container_engine()
    places: list[Callable[[], Row]] = [system, python, packages, java, memory, lambda: disk(data)]
    return [*(probe() for probe in places), *(jar_set(name) for name in jars.SETS), engine, brokers(engine)]


def system() -> Row:
    """The operating system; on Windows itself file locks and Spark's file system are missing."""
    found = f"{platform.system()} {platform.release()}, {platform.machine()}"
    if sys.platform == "win32":
        return Row("system", found, False, "Use WSL2: `wsl --install`, then clone and run everything inside it.")
    return Row("system", found, True, None)


def python() -> Row:
    """The running Python, and whether it is a virtual environment."""
    oldest, newest = PYTHON
    where = "virtual environment" if sys.prefix != sys.base_prefix else "no virtual environment"
    found = f"{platform.python_version()} ({where})"
    if not oldest <= sys.version_info[:2] <= newest:
        wanted = f"{oldest[0]}.{oldest[1]} to {newest[0]}.{newest[1]}"
        return Row("python", found, False, f"Use Python {wanted}: `make setup PYTHON=python{oldest[0]}.{oldest[1]}`.")
    if sys.prefix == sys.base_prefix:
        return Row("python", found, None, "`make setup` makes one in .venv, so that nothing else is touched.")
    return Row("python", found, True, None)


def packages() -> Row:
    """The libraries of requirements.lock; looked up, not imported."""
    from importlib.util import find_spec

    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        return Row("packages", f"missing: {', '.join(missing)}", False, "Run `make setup`.")
    return Row("packages", "as in requirements.lock", True, None)


def java() -> Row:
    """The Java that Spark and the embedded broker would be started with."""
    from runtime.java import describe, find_java

    try:
        return Row("java", describe(find_java()), True, None)
    except MachineError as error:
        return Row("java", error.what, False, error.remedy)


def memory() -> Row:
    """Memory for Spark (a heap of 1 GiB by default, and as much beside it), the broker (0.5) and Python; counts a
    container's limit.
    """
    import psutil

    total = min(psutil.virtual_memory().total, cgroup_limit() or sys.maxsize) / GIB
    found = f"{total:.1f} GiB, {os.cpu_count()} cores"
    remedy = f"{MEMORY_GIB} GiB are wanted; with less, set TICKETS_DRIVER_MEMORY=700m."
    return Row("memory", found, True, None) if total >= MEMORY_GIB else Row("memory", found, None, remedy)


def cgroup_limit() -> int | None:
    """The memory limit of the container we are in, if any."""
    path = Path("/sys/fs/cgroup/memory.max")
    text = path.read_text(encoding="ascii").strip() if path.exists() else "max"
    return None if text == "max" else int(text)


def disk(data: Path) -> Row:
    """Free space where the data go; the folder need not exist yet."""
    place = data.expanduser().resolve()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free / GIB
    found = f"{free:.1f} GiB free at {place}"
    if free < DISK_GIB:
        return Row("disk", found, False, f"Free {DISK_GIB} GiB, or point --data elsewhere.")
    return Row("disk", found, True, None)


def jar_set(name: str) -> Row:
    """Whether the jars of a set are in the cache; the first use fetches them."""
    wanted = [jar for jar in jars.read_lock() if jar.set_name == name]
    missing = sum(not jar.cached.exists() for jar in wanted)
    title = f"jars: {name}"
    if missing:
        remedy = "Fetched at first use; that needs the network once, or a mirror in TICKETS_IVY_SETTINGS."
        return Row(title, f"{missing} of {len(wanted)} not yet in {cache_dir()}", None, remedy)
    return Row(title, f"{len(wanted)} in {cache_dir()}", True, None)


def container_engine() -> Row:
    """Whether Docker or Podman answers the way testcontainers asks."""
    import docker  # type: ignore[import-untyped]
    import docker.errors  # type: ignore[import-untyped]

    installed = [name for name in ("docker", "podman") if shutil.which(name)]
    try:
        client = docker.from_env(timeout=5)
        version = client.version()["Version"]
        client.close()
        return Row("container engine", f"{' or '.join(installed) or 'engine'} {version} answers", True, None)
    except (docker.errors.DockerException, OSError, KeyError):
        found = f"{' and '.join(installed)} installed, but not answering" if installed else "none"
        remedy = "Needed for --broker redpanda and `make test-stack` only. Start Docker, or Podman"
        return Row("container engine", found, None, remedy + " with its service's socket in DOCKER_HOST.")


def brokers(engine: Row) -> Row:
    """Which kinds of broker can be started here."""
    if engine.ok:
        return Row("brokers", "embedded, redpanda, HOST:PORT", True, None)
    return Row("brokers", "embedded, HOST:PORT (redpanda needs a container engine)", True, None)
