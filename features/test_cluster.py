"""The job on a cluster whose workers have nothing but Spark and a bare Python, and lose one of them in a batch."""

import dataclasses
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from features.cluster import HOST, Cluster, bare_python
from features.faults import checker, evidence, processes
from features.faults.clients import TOPIC
from features.faults.job import COMMITTED, Job
from features.harness import COMMAND, ROOT, Pipeline, wait_for
from features.store import SECRET, Store
from runtime.broker import embedded

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]
PASSWORD = "planted-password-of-the-broker"  # noqa: S105 - planted, to see that nobody writes it down
EVENTS = 12_000
BATCH = 2_000
DEADLINE_S = 240.0
MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"


@dataclasses.dataclass
class Stand:
    """Broker, store and cluster, and every command line that was seen of their processes."""

    pipeline: Pipeline
    store: Store
    cluster: Cluster
    folder: Path
    seen: dict[int, str] = dataclasses.field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What the command reads its defaults from: tables in the bucket, a password for the broker."""
        config = {"TICKETS_KAFKA_CONFIG": str(self.folder / "client.properties")}
        here = {"TICKETS_DRIVER_HOST": HOST}
        return {**self.pipeline.environment, **self.store.environment(), **config, **here}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        done = subprocess.run([COMMAND, *arguments], env=self.environment, capture_output=True, text=True, timeout=280)
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done

    def start(self, *more: str) -> Job:
        """The job on the cluster."""
        log = self.folder / f"job-{len(self.seen)}.log"
        limits = ("--once", "--max-events", str(BATCH), "--log-format", "json")
        with log.open("wb") as output:
            process = subprocess.Popen(
                [COMMAND, "process", TOPIC, *limits, "--master", self.cluster.url, *more], env=self.environment,
                cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        return Job(process, log)

    def look(self, job: Job) -> bool:
        """Remember the command lines of all that runs now; always false, to be asked beside a condition."""
        for pid in (*self.cluster.pids(), *(one.pid for one in processes.tree(job.process.pid))):
            try:
                self.seen[pid] = " ".join(psutil.Process(pid).cmdline())
            except psutil.NoSuchProcess:
                continue
        return False


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """All of it, ended afterwards whatever happened."""
    folder = tmp_path_factory.mktemp("stand")
    pipeline = Pipeline(folder / "data")
    words = ("security.protocol=PLAINTEXT", "sasl.mechanism=PLAIN", "sasl.username=ada", f"sasl.password={PASSWORD}")
    (folder / "client.properties").write_text("\n".join(words))  # carried everywhere, though nobody asks for it
    (folder / "events").mkdir()
    pipeline.open()
    pipeline.ensure_topic()
    store = Store()
    cluster = Cluster(folder / "cluster", workers=2)
    try:
        yield Stand(pipeline, store, cluster, folder)
    finally:
        cluster.close()
        store.close()
        pipeline.close()


REFUSED = (
    (("--workers-python", "/nowhere/python3"), "the workers have no such Python: /nowhere/python3"),
    (("--workers-python", "{bare}"), "the workers' Python does not have this product"),
    (("--spark-conf", "spark.pyspark.python={older}"), f"the workers' Python is not {MINOR}, as this one is"),
    (("--spark-conf", "spark.sql.session.timeZone=CET"), "can't be set with --spark-conf"),
)


@pytest.mark.parametrize(
    ("more", "said"), REFUSED, ids=["no such Python", "without the product", "another minor version", "a key of ours"]
)
def test_workers_that_can_not_work_are_found_before_an_event_is_read(
    stand: Stand, more: tuple[str, ...], said: str
) -> None:
    """One error that says what is wrong and what to do, and no traceback."""
    places = {"bare": stand.cluster.python, "older": older_python(stand)}
    job = stand.start(*(word.format(**places) for word in more))
    try:
        assert job.await_end(DEADLINE_S), job.tail()
    finally:
        job.end()
    assert job.process.poll() == 1
    assert said in job.tail()
    assert "Traceback" not in job.tail()
    assert job.count(COMMITTED) == 0


def older_python(stand: Stand) -> Path:
    """The workers' Python, which says that it is 3.9."""
    folder = stand.folder / "older"
    folder.mkdir(exist_ok=True)
    says = "import sys\nsys.version_info = type('Version', (tuple,), {'major': 3, 'minor': 9})((3, 9, 0, 'final', 0))\n"
    (folder / "sitecustomize.py").write_text(says)
    script = folder / "python"
    script.write_text(f'#!/bin/sh\nPYTHONPATH={folder}:$PYTHONPATH exec {stand.cluster.python} "$@"\n')
    script.chmod(0o755)
    return script


def test_workers_with_the_product_are_sent_nothing(stand: Stand) -> None:
    """A Python that has code and packages, as an image has, is used as it is."""
    image = bare_python(stand.folder / "image")
    installed = [str(ROOT), *(path for path in sys.path if path.endswith("site-packages"))]
    (next((stand.folder / "image").glob("lib/*/site-packages")) / "product.pth").write_text("\n".join(installed))
    job = stand.start("--workers-python", str(image))
    try:
        assert job.await_end(DEADLINE_S), job.tail()
    finally:
        job.end()
    assert job.process.poll() == 0, job.tail()
    newest = max((path for number in (0, 1) for path in stand.cluster.work(number).glob("app-*")), key=lambda p: p.name)
    assert list(newest.rglob("*.jar"))
    assert not list(newest.rglob("tickets_*"))


def test_a_lost_worker_costs_a_retry_and_no_data(stand: Stand) -> None:
    """A worker is killed in the middle of a batch: the job goes on on the other, every offset has one outcome, KPIs
    equal a recount, workers had only what they were sent, and no secret stands on a command line or in a log.
    """
    stand.run("produce", TOPIC, "--events", str(EVENTS), "--seed", "7", "--invalid", "3%", "--duplicates", "2%")
    port = embedded.free_port()
    small = ("spark.executor.memory=700m", "spark.executor.cores=1", "spark.eventLog.compress=false")
    pages = ("spark.ui.enabled=true", f"spark.ui.port={port}", "spark.eventLog.enabled=true")
    events = f"spark.eventLog.dir={(stand.folder / 'events').as_uri()}"
    job = stand.start(*(word for pair in (*small, *pages, events) for word in ("--spark-conf", pair)))
    try:
        lose_a_worker(stand, job)
        assert hidden(port)
        wait_for(lambda: stand.look(job) or job.ended, "the run ends", DEADLINE_S)
        assert job.process.poll() == 0, job.tail()
    finally:
        job.end()
    assert json.loads(stand.run("audit", TOPIC, "--json").stdout)["ok"]
    stand.run("export", TOPIC, "--format", "parquet")
    assert broken(stand) == []
    assert leaks(stand) == []


def lose_a_worker(stand: Stand, job: Job) -> None:
    """Kill one while a batch is under way on both, after at least one batch was committed."""
    wait_for(lambda: stand.look(job) or job.count(COMMITTED) or job.ended, "a batch is committed", DEADLINE_S)
    assert job.await_batch(DEADLINE_S), job.tail()
    wait_for(lambda: all(stand.cluster.pythons(number) for number in (0, 1)), "both workers decode", DEADLINE_S)
    only_shipped(stand)
    assert job.in_flight() is not None, f"no batch is under way: {job.tail()}"
    stand.cluster.kill(0)
    committed = job.count(COMMITTED)
    assert job.in_flight() is not None, f"the batch was over when the worker died: {job.tail()}"
    wait_for(lambda: stand.look(job) or job.count(COMMITTED) > committed or job.ended, "the batch goes on", DEADLINE_S)


def only_shipped(stand: Stand) -> None:
    """The workers' Python is the bare one, and whatever it has loaded was unpacked from what was shipped."""
    libraries = {
        entry.path for one in stand.cluster.pythons(1) for entry in one.memory_maps() if entry.path.endswith(".so")
    }
    foreign = {path for path in libraries if "site-packages" in path}
    assert foreign == set()
    assert any("tickets_packages/pyarrow" in path for path in libraries), libraries
    assert all(one.cmdline()[0].endswith(stand.cluster.python.name) for one in stand.cluster.pythons(1))


def hidden(port: int) -> bool:
    """Whether Spark's own pages show neither secret; they do show settings and Hadoop's words for keys."""
    home = f"http://{HOST}:{port}"
    (application,) = json.loads(_page(f"{home}/api/v1/applications"))
    wanted = (f"api/v1/applications/{application['id']}/environment", "environment/", "StreamingQuery/", "SQL/")
    pages = [_page(f"{home}/{path}") for path in wanted]
    assert b"fs.s3a.secret.key" in pages[0]
    return not any(_planted(page) for page in pages)


def _page(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - http, on this machine
        return bytes(answer.read())


def broken(stand: Stand) -> list[Any]:
    """What the checker of faults finds about the topic and the tables, which are copied out of the bucket."""
    stand.store.copy(stand.pipeline.data)
    receipts = stand.folder / "receipts"
    receipts.mkdir()
    found = evidence.gather(stand.pipeline.data, stand.pipeline.bootstrap, receipts)
    assert len(found.ledger) == len(found.topic) >= EVENTS
    assert found.kpis
    return checker.check(found, tuple(checker.INVARIANTS))


def leaks(stand: Stand) -> list[str]:
    """Where a planted secret stands: in a command line, or in a file that a run or a worker has left."""
    assert any("CoarseGrainedExecutorBackend" in line for line in stand.seen.values())
    said = [f"command line of {pid}" for pid, line in stand.seen.items() if _planted(line.encode())]
    kept = {stand.folder / "client.properties"}
    files = [path for path in stand.folder.rglob("*") if path.is_file() and path not in kept]
    assert any(path.name == "stderr" for path in files)
    logged = [path for path in files if path.is_relative_to(stand.folder / "events")]
    assert any(b"SparkListenerEnvironmentUpdate" in path.read_bytes() for path in logged)
    return [*said, *(str(path) for path in files if _planted(path.read_bytes()))]


def _planted(content: bytes) -> bool:
    return SECRET.encode() in content or PASSWORD.encode() in content


def test_the_seeker_of_secrets_finds_one(tmp_path: Path) -> None:
    """What looks for planted secrets sees one where there is one."""
    planted = [os.fsencode(f"-Dspark.hadoop.fs.s3a.secret.key={SECRET}"), f'password="{PASSWORD}"'.encode()]
    assert [_planted(line) for line in (*planted, b"-Dfs.s3a.access.key=scenario")] == [True, True, False]
