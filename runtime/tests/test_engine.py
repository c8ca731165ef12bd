"""What a session is told about where it runs."""

import os
import sys
from pathlib import Path

import pytest

from runtime import engine, store
from runtime.engine import LOCAL, OURS, Engine
from runtime.errors import MachineError
from runtime.shipped import Archive
from runtime.store import Bucket

CLUSTER = Engine("spark://h:7077", None, {})
IMAGE = Engine("k8s://h:443", "/usr/bin/python3", {})
OWN = Engine("yarn", None, {"spark.pyspark.python": "/opt/python"})
MINOR = f"python{sys.version_info.major}.{sys.version_info.minor}"


def test_where_tasks_run_and_on_which_python() -> None:
    """Here on this Python; elsewhere on theirs, with what was shipped unless they have it."""
    engines = (LOCAL, Engine("local", None, {}), Engine("local[2,3]", "/not/asked", {}), CLUSTER, IMAGE, OWN)
    assert [(one.elsewhere, one.ships, one.python) for one in engines] == [
        (False, False, sys.executable),
        (False, False, sys.executable),
        (False, False, sys.executable),
        (True, True, MINOR),
        (True, False, "/usr/bin/python3"),
        (True, True, "/opt/python"),
    ]
    assert Engine("local-cluster[2,1,1024]", None, {}).elsewhere


def test_settings_that_somebody_adds() -> None:
    """KEY=VALUE, of which the value may hold anything."""
    assert engine.parse(["spark.executor.memory=4g", "spark.executor.extraJavaOptions=-Da=b"]) == {
        "spark.executor.memory": "4g",
        "spark.executor.extraJavaOptions": "-Da=b",
    }
    assert engine.parse(["spark.kubernetes.executor.secrets.tls=/etc/tls"])  # a path, no secret


@pytest.mark.parametrize("text", ["executor.memory=4g", "spark.executor.memory", "spark.a b=c"])
def test_what_is_no_setting_is_refused(text: str) -> None:
    """With the form that it must have."""
    with pytest.raises(MachineError, match="no Spark setting"):
        engine.parse([text])


@pytest.mark.parametrize("key", sorted(OURS))
def test_what_is_ours_is_refused_with_the_reason(key: str) -> None:
    """Each key of the table."""
    with pytest.raises(MachineError) as refused:
        engine.parse([f"{key}=x"])
    assert (key in refused.value.what, refused.value.remedy) == (True, f"{OURS[key]}.")


@pytest.mark.parametrize(
    "key",
    [
        "spark.hadoop.fs.s3a.secret.key",
        "spark.hadoop.fs.s3a.access.key",
        "spark.hadoop.fs.s3a.session.token",
        "spark.authenticate.secret",
        "spark.ssl.keyPassword",
        "spark.executorEnv.AWS_SECRET_ACCESS_KEY",
    ],
)
def test_a_secret_is_refused_and_not_repeated(key: str) -> None:
    """Others can read a command line; a message may be kept."""
    with pytest.raises(MachineError, match="names a secret") as refused:
        engine.parse([f"{key}=hush"])
    assert "hush" not in str(refused.value)


def test_a_cluster_is_told_what_workers_get(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jars and archives by address, the archives on Python's path; nothing of this machine's own folders or cores."""
    monkeypatch.setenv("TICKETS_DRIVER_HOST", "driver.example")
    archives = [Archive(tmp_path / "code.zip", "tickets_code"), Archive(tmp_path / "more.zip", "tickets_packages")]
    told = engine.settings(CLUSTER, tmp_path, [tmp_path / "a.jar"], archives)
    assert told == {
        "spark.driver.extraClassPath": str(tmp_path / "a.jar"),
        "spark.jars": (tmp_path / "a.jar").as_uri(),
        "spark.archives": f"{(tmp_path / 'code.zip').as_uri()}#tickets_code,"
        f"{(tmp_path / 'more.zip').as_uri()}#tickets_packages",
        "spark.executorEnv.PYTHONPATH": "tickets_code:tickets_packages",
        "spark.executor.defaultJavaOptions": "-Duser.timezone=UTC",
        "spark.driver.host": "driver.example",
    }
    assert not {"spark.archives", "spark.executorEnv.PYTHONPATH"} & engine.settings(IMAGE, tmp_path, [], []).keys()


@pytest.mark.parametrize("short", [True, False])
def test_the_drivers_cores_say_nothing_about_a_cluster(short: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only here do they count."""
    found = []
    for cores in (2, 64):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        found.append((engine.parallelism(CLUSTER, short=short), engine.parallelism(LOCAL, short=short)))
    assert found[0][0] == found[1][0]
    assert found[0][1] != found[1][1]


def test_keys_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spark puts settings on command lines and into its pages: they hold no key; Hadoop is told the keys apart."""
    bucket = Bucket("s3://b/p")
    words = {"AWS_ACCESS_KEY_ID": "who", "AWS_SECRET_ACCESS_KEY": "hush", "AWS_SESSION_TOKEN": "pass"}
    for name, value in words.items():
        monkeypatch.setenv(name, value)
    for elsewhere in (False, True):
        assert not set(words.values()) & set(store.spark_settings(bucket, elsewhere=elsewhere).values())
    assert store.hadoop_secrets(bucket) == {
        "fs.s3a.access.key": "who",
        "fs.s3a.secret.key": "hush",
        "fs.s3a.session.token": "pass",
    }
    provider = "spark.hadoop.fs.s3a.aws.credentials.provider"
    assert store.spark_settings(bucket, elsewhere=True)[provider].endswith("TemporaryAWSCredentialsProvider")
    monkeypatch.delenv("AWS_SESSION_TOKEN")
    assert store.spark_settings(bucket, elsewhere=True)[provider].endswith("SimpleAWSCredentialsProvider")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert provider not in store.spark_settings(bucket, elsewhere=True)  # the machine's role, as Hadoop finds it
    assert store.hadoop_secrets(Path("/tables")) == {}
