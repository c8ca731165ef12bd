"""A Spark master, and what somebody adds to Spark's settings, to what a session is told about where it runs.

On a cluster the driver is the command itself (Spark's client mode): only tasks run elsewhere, on machines that share no
disk with it. Secrets are in none of these settings, which Spark puts on command lines and into its pages.
"""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.errors import MachineError

if TYPE_CHECKING:
    from runtime.shipped import Archive

HOST_VARIABLE = "TICKETS_DRIVER_HOST"
PYTHON_VARIABLE = "TICKETS_WORKERS_PYTHON"
_PYTHON = "spark.pyspark.python"
_PYTHONPATH = "spark.executorEnv.PYTHONPATH"
_SECRET = re.compile(r"(?i)(secret([.]?key)?|password|token|access[._]?key)$")
_BY_US = "`tickets` sets it, and its tables depend on it"
_SHIPPED = "what workers get is the product's own; where they have it themselves, say --workers-python"
# Keys that nobody else may set, each with what to do instead.
OURS: Mapping[str, str] = {
    "spark.app.name": "every run has the same name",
    "spark.archives": _SHIPPED,
    "spark.databricks.delta.commitInfo.userMetadata": _BY_US,
    "spark.databricks.delta.write.txnAppId": _BY_US,
    "spark.databricks.delta.write.txnVersion": _BY_US,
    "spark.driver.extraClassPath": _SHIPPED,
    "spark.driver.extraJavaOptions": "it holds the log's settings; use spark.driver.defaultJavaOptions",
    "spark.driver.host": f"use {HOST_VARIABLE}",
    "spark.driver.memory": "use TICKETS_DRIVER_MEMORY",
    "spark.executor.defaultJavaOptions": "it holds the time zone; use spark.executor.extraJavaOptions",
    _PYTHONPATH: _SHIPPED,
    "spark.jars": _SHIPPED,
    "spark.local.dir": "it lies below --data; workers have their own (SPARK_LOCAL_DIRS there)",
    "spark.master": "use --master",
    "spark.sql.catalog.spark_catalog": _BY_US,
    "spark.sql.extensions": _BY_US,
    "spark.sql.parquet.outputTimestampType": _BY_US,
    "spark.sql.session.timeZone": _BY_US,
    "spark.sql.warehouse.dir": "it lies below --data",
    "spark.submit.deployMode": "the command itself is the driver; start it where workers reach it",
    "spark.submit.pyFiles": _SHIPPED,
}


@dataclass(frozen=True, slots=True)
class Engine:
    """Where Spark runs, and what is added to its settings.

    `workers_python` is the Python of workers that have this product installed (a container image), None where code and
    packages are shipped to them. Neither it nor that matters on this machine alone.
    """

    master: str
    workers_python: str | None
    conf: Mapping[str, str]

    @property
    def elsewhere(self) -> bool:
        """Whether tasks run in other processes than the driver's, maybe on other machines."""
        return re.fullmatch(r"local(\[.*\])?", self.master) is None

    @property
    def ships(self) -> bool:
        """Whether workers are sent code and packages."""
        return self.elsewhere and self.workers_python is None

    @property
    def python(self) -> str:
        """The Python that tasks run on: as a worker finds it."""
        if not self.elsewhere:
            return sys.executable
        minor = f"python{sys.version_info.major}.{sys.version_info.minor}"
        return self.workers_python or self.conf.get(_PYTHON, minor)


LOCAL = Engine("local[*]", None, {})


def parse(pairs: Sequence[str]) -> dict[str, str]:
    """KEY=VALUE texts to Spark settings; MachineError over one that is not somebody else's to set, with the reason."""
    found = {}
    for text in pairs:
        key, sign, value = text.partition("=")
        if not sign or not re.fullmatch(r"spark\.[\w.\-/]+", key):
            raise MachineError(f"'{key}' is no Spark setting", "Write --spark-conf spark.NAME=VALUE.")
        if key in OURS:
            raise MachineError(f"{key} can't be set with --spark-conf", f"{OURS[key]}.")
        if _SECRET.search(key):
            raise MachineError(
                f"{key} names a secret, and everybody on this machine can read a command line",
                "Put it into spark-defaults.conf, readable by you alone, in the folder that SPARK_CONF_DIR names; "
                "a store's keys into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
            )
        found[key] = value
    return found


def settings(engine: Engine, scratch: Path, jars: Sequence[Path], archives: Sequence["Archive"]) -> dict[str, str]:
    """What a session is told about its engine; `conf` is not in it."""
    on_driver = {"spark.driver.extraClassPath": os.pathsep.join(map(str, jars))}
    if not engine.elsewhere:
        return on_driver | {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.local.dir": str(scratch / "local"),
        }
    found = on_driver | {
        "spark.jars": ",".join(jar.as_uri() for jar in jars),
        "spark.executor.defaultJavaOptions": "-Duser.timezone=UTC",
    }
    if host := os.environ.get(HOST_VARIABLE):
        found["spark.driver.host"] = host
    if archives:
        found["spark.archives"] = ",".join(f"{one.path.as_uri()}#{one.folder}" for one in archives)
        # Spark unpacks them into an executor's working folder, in which it starts Python.
        found[_PYTHONPATH] = os.pathsep.join(one.folder for one in archives)
    return found


def parallelism(engine: Engine, *, short: bool) -> dict[str, str]:
    """Into how many parts rows are spread: by this machine's cores, where tasks run on it.

    A cluster's cores are not known when a session starts: Spark's own numbers, of which adaptive execution merges what
    is small.
    """
    if engine.elsewhere:
        return {"spark.sql.shuffle.partitions": "8", "spark.databricks.delta.snapshotPartitions": "8"} if short else {}
    cores = os.cpu_count() or 2
    return {
        "spark.sql.shuffle.partitions": str(cores if short else 2 * cores),
        "spark.databricks.delta.snapshotPartitions": str(cores),  # 50 by default: all overhead on one machine
    }
