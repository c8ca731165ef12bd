"""Sentences about faults: of processes, the disk, the topic, and of what is sent; and what the job says to them."""

import contextlib
import json
import subprocess
from typing import Any

import psutil
from pytest_bdd import given, parsers, then, when

from features.harness import Pipeline, wait_for
from features.steps.sending import Story

LARGEST = 30_000  # more than what the job says, less than a batch takes


@given("a job that keeps running")
def a_job_that_keeps_running(pipeline: Pipeline) -> None:
    """It has read what is there."""
    pipeline.live = pipeline.start("process", pipeline.contract, "--every", "500ms")
    wait_for(pipeline.coordinates, "the job has committed")


@when("another job is started")
def another_job_is_started(pipeline: Pipeline, story: Story) -> None:
    """By hand, in the same workspace."""
    story.found["job"] = pipeline.run("process", pipeline.contract, "--once", expect=None)


@then("it is refused, because the tables are being written")
def it_is_refused(story: Story) -> None:
    """At once, with who writes and what to do."""
    done = story.found["job"]
    assert done.returncode == 1
    assert "the tables are being written by pid" in done.stderr
    assert "kill" in done.stderr


def _below(process: psutil.Process, word: str) -> list[psutil.Process]:
    """Those of its children, and of theirs, whose command line has the word; some may end while we look."""
    found = []
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in process.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                found += [child] if word in " ".join(child.cmdline()) else []
    return found


def _java(pid: int) -> list[psutil.Process]:
    return _below(psutil.Process(pid), "org.apache.spark.deploy.SparkSubmit")


def _worker(pid: int) -> list[psutil.Process]:
    """The Python processes below Java, which decode."""
    return [worker for java in _java(pid) for worker in _below(java, "pyspark")]


FAULTS: dict[str, Any] = {"the Java process is killed": _java, "a Python worker is killed": _worker}


@when(parsers.parse("{what} while a batch is under way"))
def a_process_is_killed(pipeline: Pipeline, story: Story, what: str) -> None:
    """With SIGKILL, as the kernel does where memory runs out, after the first batch is committed."""
    job = pipeline.start("process", pipeline.contract, "--once", "--max-events", "3000")
    wait_for(lambda: job.poll() is not None or len(pipeline.coordinates()) > 0, "a batch is committed")
    victims = wait_for(lambda: job.poll() is not None or FAULTS[what](job.pid), "there is somebody to kill")
    assert job.poll() is None
    for victim in victims:
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.kill()
    story.found["job"] = _ended(pipeline, job)


@when("the disk is full while the job reads on")
def the_disk_is_full(pipeline: Pipeline, story: Story) -> None:
    """After the first batch no file of the job's processes may grow beyond LARGEST bytes."""
    job = pipeline.start("process", pipeline.contract, "--once", "--max-events", "3000")
    wait_for(lambda: job.poll() is not None or pipeline.coordinates(), "a batch is committed")
    assert job.poll() is None
    for process in (psutil.Process(job.pid), *psutil.Process(job.pid).children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.rlimit(psutil.RLIMIT_FSIZE, (LARGEST, LARGEST))
    story.found["job"] = _ended(pipeline, job)


def _ended(pipeline: Pipeline, job: subprocess.Popen[bytes]) -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess((), job.wait(120), "", (pipeline.data / "live.log").read_text())


@when("the job is run once")
def the_job_is_run(pipeline: Pipeline, story: Story) -> None:
    """Whatever comes of it."""
    story.found["before"] = sorted(pipeline.coordinates())
    story.found["job"] = pipeline.run("process", pipeline.contract, "--once", expect=None)


@when("the job is run once and told to accept the loss")
def the_job_accepts_the_loss(pipeline: Pipeline) -> None:
    """With the option that the error named."""
    pipeline.run("process", pipeline.contract, "--once", "--accept-loss")


@when("the job is run once and may refuse 20%")
def the_job_may_refuse(pipeline: Pipeline, story: Story) -> None:
    """With a limit."""
    story.found["job"] = pipeline.run("process", pipeline.contract, "--once", "--max-rejected", "20%", expect=None)


@then(parsers.parse("the job ends with an error that says {words}"))
def the_job_ends_with_an_error(story: Story, words: str) -> None:
    """Exit code 1, no traceback, and a second line that says what to do."""
    done = story.found["job"]
    assert done.returncode == 1, done.stderr
    said = done.stderr[done.stderr.rindex("Error: ") :]
    assert words in said, done.stderr
    assert "Traceback" not in said, said
    assert len(said.strip().splitlines()) > 1


def _admin(pipeline: Pipeline) -> Any:
    from confluent_kafka.admin import AdminClient

    return AdminClient({"bootstrap.servers": pipeline.bootstrap})


def _ends(pipeline: Pipeline) -> dict[int, int]:
    from confluent_kafka import Consumer, TopicPartition

    consumer = Consumer({"bootstrap.servers": pipeline.bootstrap, "group.id": "ends"})
    try:
        partitions = consumer.list_topics(pipeline.topic, 30).topics[pipeline.topic].partitions
        return {p: consumer.get_watermark_offsets(TopicPartition(pipeline.topic, p), 30)[1] for p in partitions}
    finally:
        consumer.close()


@given("the broker removes all events but those of the next sending")
def the_broker_removes_events(pipeline: Pipeline, story: Story) -> None:
    """As retention does, before they are read."""
    from confluent_kafka import TopicPartition

    ends, client = _ends(pipeline), _admin(pipeline)
    places = [TopicPartition(pipeline.topic, partition, end) for partition, end in ends.items()]
    for future in client.delete_records(places).values():
        future.result(30)
    held = pipeline.coordinates()
    story.found["lost"] = {(p, o) for p, end in ends.items() for o in range(end) if (p, o) not in held}
    assert len(story.found["lost"]) == 400


@then("the audit is ok and names every lost offset")
def the_audit_names_the_loss(pipeline: Pipeline, story: Story) -> None:
    """No more and no fewer than were removed."""
    audit = json.loads(pipeline.run("audit", pipeline.contract, "--json").stdout)
    assert audit["ok"] is True
    spans = [(int(p), *map(int, span.split("-"))) for p, span in (row.split(":") for row in audit["lost"])]
    assert {(p, offset) for p, first, last in spans for offset in range(first, last + 1)} == story.found["lost"]
    assert audit["offsets"] == story.produced - len(story.found["lost"])


@given("the topic is deleted and made anew")
def the_topic_is_made_anew(pipeline: Pipeline) -> None:
    """By somebody with the right to; the producer then creates it."""
    client = _admin(pipeline)
    client.delete_topics([pipeline.topic])[pipeline.topic].result(30)
    wait_for(lambda: pipeline.topic not in client.list_topics(timeout=10).topics, "the topic is gone")


@then("the ledger is as it was")
def the_ledger_is_as_it_was(pipeline: Pipeline, story: Story) -> None:
    """Not one row more."""
    assert sorted(pipeline.coordinates()) == story.found["before"]


@then("the ledger is empty")
def the_ledger_is_empty(pipeline: Pipeline) -> None:
    """Nothing of the batch was committed."""
    assert pipeline.coordinates() == set()


@given(parsers.parse("{events:d} generated events of which {share} are broken"))
def broken_events(pipeline: Pipeline, story: Story, events: int, share: str) -> None:
    """A producer that has gone wrong."""
    done = pipeline.run("produce", pipeline.contract, "--events", str(events), "--invalid", share, "--json")
    story.produced += json.loads(done.stdout)["acknowledged"]


@then("an alert about refused records is logged")
def an_alert_is_logged(story: Story) -> None:
    """With the share and where to look."""
    done = story.found["job"]
    assert done.returncode == 0
    [line] = [line for line in done.stderr.splitlines() if "alert" in line]
    assert "many records are rejected" in line
    assert "rejected_share=0.9" in line
