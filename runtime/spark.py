"""Settings to a Spark session: Delta, the Kafka source, UTC, and a Java process that ends with its driver."""

import contextlib
import logging
import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime import classdata, engine, shipped
from runtime.engine import LOCAL, Engine
from runtime.errors import MachineError
from runtime.files import write_atomically
from runtime.jars import fetch, ivy_jar
from runtime.java import find_java
from runtime.progress import working
from runtime.store import Bucket, Location, hadoop_secrets, spark_settings
from runtime.wait import until

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MEMORY_VARIABLE = "TICKETS_DRIVER_MEMORY"
LOG_LINES = 12
JAVA_END_S = 5.0  # until a process whose connection broke is seen to have ended
STARTING = threading.Lock()  # two threads that ask at once get one session
# What a run of seconds is set to: on two cores, compiling well costs it more than it gains (20,000 events: 49 s
# without, 39 s with). Java stops at its quick compiler; Spark interprets expressions instead of generating Java.
SHORT_JAVA = "-XX:TieredStopAtLevel=1"
SHORT_SPARK = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
# A long run takes its whole heap at once: what it needs later is had from the start or refused there, and does not grow
# over hours, as the heap's older part otherwise does.
LONG_JAVA = "-XX:+AlwaysPreTouch"
# Java's default collector works beside the tasks and counts arrays of half a megabyte as huge: with it, a batch of
# parcels was collected for a tenth of its time.
COLLECTOR = "-XX:+UseParallelGC"
# Spark's default for a local folder starts `chmod` as a process for each file: 80 ms of a batch, where this takes 20.
CHECKPOINTS = "org.apache.spark.sql.execution.streaming.checkpointing.FileSystemBasedCheckpointFileManager"
LOG4J = """\
status = error
appender.file.type = File
appender.file.name = file
appender.file.fileName = {log}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{{ISO8601}} %p %c{{1}}: %m%n%ex
rootLogger.level = {level}
rootLogger.appenderRef.file.ref = file
"""


def open_session(
    app: str,
    *,
    scratch: Path,
    on: Engine = LOCAL,
    conf: Mapping[str, str] | None = None,
    log: Path | None = None,
    log_level: str = "warn",
    short: bool = False,
    store: Location | None = None,
) -> "SparkSession":
    """The process's Spark session, started if there is none; later calls get the running one, with their SQL
    settings.

    `on` says where tasks run, `conf` adds to what it does. `short` is for runs of seconds, which set-up dominates.
    `store` is where tables lie, if in a bucket. `scratch` holds shuffle files and the warehouse; `log` (default
    scratch/spark.log) gets what Spark and its workers say, so that the terminal stays the command's own.
    Ctrl-C reaches Python only, which then can stop its queries cleanly; if Python dies, its Java process sees its
    input close and exits. MachineError if Spark does not start.
    """
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

    log = (log or scratch / "spark.log").resolve()
    log.parent.mkdir(parents=True, exist_ok=True)
    scratch = scratch.resolve()
    jars = [*fetch("spark"), *(fetch("s3") if isinstance(store, Bucket) else ())]
    archives = shipped.archives() if on.ships else []
    settings = settings_for(app, on, scratch) | java_options(scratch, log, log_level, short)
    settings |= engine.settings(on, scratch, jars, archives) | engine.parallelism(on, short=short)
    settings |= spark_settings(store, elsewhere=on.elsewhere) if store is not None else {}
    settings |= (SHORT_SPARK if short else {}) | dict(on.conf) | dict(conf or {})
    with STARTING, environment(on, scratch), own_interrupt():
        if SparkContext._gateway is None:
            with working("starting Spark"):
                launch(SparkConf(loadDefaults=False).setAll(list(settings.items())), log)
        try:
            session = SparkSession.builder.config(map=settings).getOrCreate()
        except Exception as error:
            raise failure(log) from error
    if store is not None and on.elsewhere:
        entrust(session, hadoop_secrets(store))
    return session


def entrust(session: "SparkSession", secrets: Mapping[str, str]) -> None:
    """Tell Hadoop what only it may know: it goes to executors with each job, and is in no command line or Spark
    setting.
    """
    hadoop = session.sparkContext._jsc.hadoopConfiguration()
    for name, value in secrets.items():
        hadoop.set(name, value)


@contextlib.contextmanager
def java_needed(log: Path) -> Iterator[None]:
    """Whatever error arises within because the Java process has ended becomes one MachineError that says so."""
    from py4j.protocol import Py4JError
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    try:
        yield
    except (Py4JError, OSError, EOFError) as error:
        if gateway is None or until(lambda: gateway.proc.poll() is not None, JAVA_END_S) is None:
            raise
        raise MachineError(
            f"the Java process under Spark has ended ({_end(gateway.proc.poll())})",
            "What was committed is safe, and the next run goes on from there. If memory ran out, lower --max-events or "
            f"raise {MEMORY_VARIABLE}; its log is {log}.",
        ) from error


def _end(code: int) -> str:
    return f"by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def close_session(session: "SparkSession") -> None:
    """Stop a session and the Java process under it, so that the next one has settings and a log of its own.

    A command that ends does not need it: Java ends with it. A Java process that does not end within a minute is left
    to end with this one.
    """
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    session.stop()
    if gateway is None:
        return
    SparkContext._gateway = SparkContext._jvm = None
    gateway.shutdown()
    gateway.proc.stdin.close()  # what a Java process of pyspark waits on
    with contextlib.suppress(subprocess.TimeoutExpired):
        gateway.proc.wait(60)


def settings_for(app: str, on: Engine, scratch: Path) -> dict[str, str]:
    """What every session of the product is set to."""
    return {
        "spark.app.name": app,
        "spark.master": on.master,
        "spark.driver.memory": heap(),
        "spark.scheduler.mode": "FAIR",  # between pools: what runs beside batches does not hold up their tasks
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.warehouse.dir": (scratch / "warehouse").as_uri(),
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.adaptive.enabled": "true",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.streaming.forceDeleteTempCheckpointLocation": "true",
        "spark.sql.streaming.checkpointFileManagerClass": CHECKPOINTS,
    }


def heap() -> str:
    """Of Spark's driver, as Java writes sizes: MEMORY_VARIABLE, else a gigabyte."""
    return os.environ.get(MEMORY_VARIABLE, "1g")


def java_options(scratch: Path, log: Path, level: str, short: bool) -> dict[str, str]:
    """The driver's Java options: our log settings instead of Spark's, which write to the terminal."""
    log4j = scratch / "log4j2.properties"
    write_atomically(log4j, LOG4J.format(log=log, level=level))
    options = [
        f"-Dlog4j2.configurationFile={log4j.as_uri()}",
        "-Duser.timezone=UTC",
        COLLECTOR,
        *([SHORT_JAVA] if short else [f"-Xms{heap()}", LONG_JAVA]),
    ]
    jars = [*sorted(ivy_jar().parent.glob("*.jar")), *fetch("spark")]
    options += classdata.options("spark", find_java(), jars)
    return {"spark.driver.extraJavaOptions": shlex.join(options)}


def launch(conf: Any, log: Path) -> None:
    """Start the Java process in a session of its own, with its output in the log, for SparkContext to use."""
    from pyspark import SparkContext
    from pyspark.errors import PySparkRuntimeError
    from pyspark.java_gateway import launch_gateway

    with log.open("ab") as output:
        options = {"start_new_session": True, "stdout": output, "stderr": subprocess.STDOUT}
        try:
            SparkContext._gateway = launch_gateway(conf, options)
        except PySparkRuntimeError as error:
            raise failure(log) from error
    SparkContext._jvm = SparkContext._gateway.jvm
    logging.getLogger().addFilter(not_an_interrupt)


def not_an_interrupt(line: logging.LogRecord) -> bool:
    """Drop the traceback that py4j logs on the root logger for each Ctrl-C, which then is raised anyway."""
    return not str(line.msg).startswith("KeyboardInterrupt while sending command")


def failure(log: Path) -> MachineError:
    """Spark's own last words as an error."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
    return MachineError(
        "Spark did not start; its log ends with:\n" + ("\n".join(lines) or "(nothing)"),
        f"The whole log is {log}. See `tickets doctor`; with little memory, lower {MEMORY_VARIABLE}.",
    )


@contextlib.contextmanager
def environment(on: Engine, scratch: Path) -> Iterator[None]:
    """What Spark's start reads from the environment: this Java, the workers' Python, the PySpark of this Python."""
    wanted = {
        "JAVA_HOME": str(find_java().home),
        "PYSPARK_PYTHON": on.python,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "SPARK_HOME": str(ivy_jar().parent.parent),
        **({"SPARK_LOCAL_DIRS": str(scratch / "local")} if on.elsewhere else {}),  # a setting would go to workers too
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def own_interrupt() -> Iterator[None]:
    """Keep the caller's Ctrl-C handler: Spark sets one that cancels all jobs, which fails a running query."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
