"""What workers of a cluster are sent is enough for their tasks, and is the same whenever it is made."""

import json
import pickle
import subprocess
import sysconfig
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contracts.compiler.catalogue import HOME, Catalogue
from features.cluster import bare_python, spark_home
from processing.claims import TWINS
from processing.erased import NOBODY, ErasedList
from processing.parcel import Packing, Writing
from processing.versions import VersionedDecoder, Versions
from producer.mix import Shares, mixed, plan
from runtime import shipped
from runtime.store import Files

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
KEY = b"k" * 32
ERASED = {"client_tickets": ErasedList.of(["CLI-1"], KEY), "app_logs": NOBODY}
START = datetime(2026, 1, 5, tzinfo=UTC)
TOPICS = ((HOME, "client_tickets"), (HOME.parent / "examples" / "contracts", "app_logs"))
WORKER = """\
import json, pickle, sys
import pyspark.worker
with open(sys.argv[1], "rb") as file:
    packing, writing, sent = pickle.load(file)
parcels = list(packing(iter([sent])))
[written] = [row for batch in writing(iter(parcels)) for row in batch.to_pylist()]
foreign = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)
files = {name: getattr(sys.modules[name], "__file__", None) for name in foreign if name in sys.modules}
print(json.dumps([written, {name: file for name, file in files.items() if file}]))
"""


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[Path]]]:
    """A bare Python, and the folders of what is shipped, as an executor has them."""
    folder = tmp_path_factory.mktemp("worker")
    for one in shipped.archives():
        with zipfile.ZipFile(one.path) as packed:
            packed.extractall(folder / one.folder)
    yield bare_python(folder / "bare"), [folder / one.folder for one in shipped.archives()]


def records(home: Path, name: str) -> list[tuple[bytes, bytes, Any]]:
    """A few hundred events of a topic, of each of its majors, broken ones among them."""
    folder = Catalogue(home)
    newest = folder.get(name)
    made = []
    for contract in (newest, *folder.older(newest)):
        counts = plan(contract, 200, Shares(Decimal("0.2"), Decimal(0), Decimal(0)))
        made += [(one.key, one.value, one.headers) for one in mixed(contract, 200, 3, START, counts)]
    return made


def as_spark_sends(made: list[tuple[bytes, bytes, Any]]) -> pa.RecordBatch:
    """One Arrow batch of Kafka records."""
    rows = [
        {"partition": 0, "offset": at, "received_at": START, "key": key, "value": value, "headers": sent}
        for at, (key, value, sent) in enumerate((k, v, [{"key": n, "value": w} for n, w in s]) for k, v, s in made)
    ]
    headers = pa.list_(pa.struct([("key", pa.string()), ("value", pa.binary())]))
    types = [pa.int32(), pa.int64(), pa.timestamp("us", tz="UTC"), pa.binary(), pa.binary(), headers]
    return pa.RecordBatch.from_pylist(rows, pa.schema(list(zip(rows[0], types, strict=True))))


@pytest.mark.parametrize(("home", "name"), TOPICS, ids=[name for _, name in TOPICS])
def test_a_task_needs_no_more(worker: tuple[Path, list[Path]], tmp_path: Path, home: Path, name: str) -> None:
    """A bare Python with Spark's own code and what is shipped writes the same rows, and loads nothing else."""
    python, folders = worker
    sent = records(home, name)
    folder = Catalogue(home)
    contract = folder.get(name)
    packing = Packing(Versions(contract, folder.older(contract)), KEY, ERASED[name])
    writing = Writing(contract, TWINS.empty_table(), "1", Files.of(tmp_path))
    task = tmp_path / "task"
    task.write_bytes(pickle.dumps((packing, writing, as_spark_sends(sent))))
    paths = [*(spark_home() / "python" / "lib").glob("*.zip"), *folders]
    done = subprocess.run(
        [python, "-c", WORKER, task],
        cwd=tmp_path,
        env={"PYTHONPATH": ":".join(map(str, paths))},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    written, files = json.loads(done.stdout)
    said = pq.read_table(tmp_path / written["path"])["outcome"].to_pylist()
    here = VersionedDecoder(packing.versions, KEY, ERASED[name])
    assert said == [here.decode(value, key, headers).outcome for key, value, headers in sent]
    assert {"accepted", "rejected"} <= set(said)
    standard = sysconfig.get_path("stdlib")
    others = {one for one in files.values() if "site-packages" in one or not one.startswith(standard)}
    assert {one for one in others if not any(one.startswith(str(path)) for path in paths)} == set()


def test_the_same_files_make_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In another cache, at another time; and what is there is not made again."""
    first = shipped.archives()
    monkeypatch.setenv("TICKETS_CACHE", str(tmp_path))
    second = shipped.archives()
    assert [one.path.name for one in first] == [one.path.name for one in second]
    assert [one.path.read_bytes() for one in first] == [one.path.read_bytes() for one in second]
    inodes = [one.path.stat().st_ino for one in second]
    assert [one.path.stat().st_ino for one in shipped.archives()] == inodes


def test_what_is_shipped_is_code_alone() -> None:
    """No tests, no contracts, no keys: modules of three rooms."""
    with zipfile.ZipFile(shipped.archives()[0].path) as packed:
        names = packed.namelist()
    assert {name.partition("/")[0] for name in names} == set(shipped.ROOMS)
    assert {Path(name).suffix for name in names} == {".py"}
    assert not [name for name in names if "tests" in name.split("/")]
