"""A Spark cluster of processes on this machine: a master and workers whose Python has none of the product's packages.

They are started with Spark's own classes and an environment of their own: no credentials, no path of this checkout, and
a bare Python of the same minor version, as machines of somebody else's cluster would be.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

from features.faults import processes
from features.harness import wait_for

HOST = "127.0.0.1"
READY_DEADLINE_S = 60.0
MASTER, WORKER = "org.apache.spark.deploy.master.Master", "org.apache.spark.deploy.worker.Worker"


@dataclass(frozen=True, slots=True)
class Member:
    """One process of the cluster."""

    process: subprocess.Popen[bytes]
    log: Path

    def says(self, pattern: str) -> re.Match[str] | None:
        """What its log has of this by now; fails where it has ended."""
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        return re.search(pattern, self.log.read_text())


class Cluster:
    """A master and its workers below a folder, until closed."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.folder = folder
        self.python = bare_python(folder / "bare")
        self._master = self._start("master", MASTER, "--host", HOST, "--port", "0", "--webui-port", "0")
        found = wait_for(
            lambda: self._master.says(r"Starting Spark master at (spark://\S+)"), "a master", READY_DEADLINE_S
        )
        self.url = found[1]
        self.workers = [self._worker(number) for number in range(workers)]
        pattern = r"Registering worker"
        wait_for(lambda: len(re.findall(pattern, self._master.log.read_text())) == workers, "workers", READY_DEADLINE_S)

    def work(self, number: int) -> Path:
        """A worker's folder: one below it for each executor, with what it was sent and what it said."""
        return self.folder / f"worker-{number}"

    def pythons(self, number: int) -> list[psutil.Process]:
        """The Python processes in which a worker's executors run tasks."""
        return [
            one for one in processes.tree(self.workers[number].process.pid)[1:] if "python" in processes.name_of(one)
        ]

    def kill(self, number: int) -> None:
        """A worker and its executors, at once, as when its machine is gone."""
        processes.kill(processes.tree(self.workers[number].process.pid))
        self.workers[number].process.wait(processes.GONE_DEADLINE_S)

    def pids(self) -> list[int]:
        """Every process of the cluster that runs."""
        members = (self._master, *self.workers)
        return [one.pid for member in members for one in processes.tree(member.process.pid)]

    def close(self) -> None:
        """End all of it."""
        for member in (*self.workers, self._master):
            processes.kill(processes.tree(member.process.pid))
            member.process.wait(processes.GONE_DEADLINE_S)

    def _worker(self, number: int) -> Member:
        size = ("--cores", "1", "--memory", "1g", "--work-dir", str(self.work(number)))
        return self._start(f"worker-{number}", WORKER, "--host", HOST, "--webui-port", "0", *size, self.url)

    def _start(self, name: str, class_name: str, *arguments: str) -> Member:
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [spark_home() / "bin" / "spark-class", class_name, *arguments], env=self._environment(),
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        return Member(process, log)

    def _environment(self) -> dict[str, str]:
        """Spark, Java, and a bare Python first on the path; nothing of ours."""
        from runtime.java import find_java

        return {
            "PATH": f"{self.python.parent}{os.pathsep}/usr/bin{os.pathsep}/bin",
            "HOME": str(self.folder),
            "JAVA_HOME": str(find_java().home),
            "SPARK_HOME": str(spark_home()),
            "SPARK_LOCAL_IP": HOST,
            "SPARK_PUBLIC_DNS": HOST,
            "SPARK_LOCAL_DIRS": str(self.folder / "local"),
            "SPARK_DAEMON_MEMORY": "256m",
        }


def spark_home() -> Path:
    """Spark as PySpark brings it: its classes, its scripts, and its own Python code as zips."""
    import pyspark

    return Path(pyspark.__file__).parent


def bare_python(folder: Path) -> Path:
    """A Python of this one's minor version with nothing but its standard library, under its usual name."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    base = Path(sys.base_prefix) / "bin" / name
    subprocess.run([base, "-m", "venv", "--without-pip", folder], check=True, timeout=60)
    made = folder / "bin" / name
    missing = subprocess.run([made, "-c", "import pyarrow"], capture_output=True, timeout=60)
    assert missing.returncode != 0, f"{base} has packages of its own: nothing would be proven"
    return made
