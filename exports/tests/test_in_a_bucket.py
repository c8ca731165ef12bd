"""Exports that are published to a bucket: by the rules of a folder, all or nothing, whoever crashes meanwhile."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from exports import publish
from exports.bucket_shelf import BucketShelf
from exports.errors import ExportError
from exports.shelf import shelf_of
from exports.tests.lab import IDS, REFUSED, TICKET, Lab, exported_at_once
from exports.tests.test_withdraw import erase, run, source
from exports.withdraw import Withdrawn, stale
from runtime import bucket_lease, objects
from runtime.errors import MachineError
from runtime.lease import Lease
from runtime.store import Bucket
from runtime.tests.s3 import bucket, rights

pytestmark = pytest.mark.slow  # a store of its own for each test
CANARY = "CLI-004711"
THEIRS = {**TICKET, "event_id": IDS[1], "client_id": CANARY}
HOME = Bucket("s3://tables/deep/exports/client_tickets")
LATEST = HOME.parent / "latest.json"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Renewals often enough for a test."""
    monkeypatch.setattr(bucket_lease, "RENEW_S", 0.2)
    monkeypatch.setattr(bucket_lease, "PATIENCE_S", 1.5)


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Lab]:
    """A workspace that publishes to a bucket."""
    with bucket(monkeypatch.setenv):
        monkeypatch.setenv("TICKETS_EXPORTS", str(HOME.parent))
        yield Lab(tmp_path / "data")


def latest() -> dict[str, Any]:
    """What latest.json says."""
    found: dict[str, Any] = json.loads(objects.read(LATEST).data)
    return found


def names() -> list[str]:
    """The prefixes of the contract that have objects."""
    return [name for name in objects.folders(HOME) if not name.startswith(".")]


def holds(text: str) -> list[str]:
    """The objects that hold a text."""
    paths = objects.sizes(Bucket("s3://tables"))
    return [path for path in paths if text.encode() in objects.read(Bucket(f"s3://tables/{path}")).data]


def test_an_export_is_published_whole(lab: Lab) -> None:
    """Its files with their hashes, latest.json beside them; nothing of it stays in the workspace."""
    lab.tickets()
    answer = lab.export()
    assert (answer["path"], answer["version"], answer["already_published"]) == (f"{HOME}/0", "0", False)
    entry = latest()["client_tickets"]
    assert (entry["path"], entry["manifest"]) == ("client_tickets/0", "client_tickets/0/manifest.json")
    manifest = json.loads(objects.read(HOME.parent / entry["manifest"]).data)
    assert set(objects.sizes(HOME / "0")) == {"manifest.json", *manifest["files"]}
    for name, file in manifest["files"].items():
        assert hashlib.sha256(objects.read(HOME / "0" / name).data).hexdigest() == file["sha256"]
    assert [path for path in lab.workspace.exports.rglob("*") if path.is_file() and path.name != ".publish.lock"] == []


def test_the_same_snapshot_is_published_once(lab: Lab) -> None:
    """Also where fewer formats are asked for; another origin, more formats or a damaged file get another name."""
    lab.tickets()
    lab.export(formats=("csv", "json"))
    assert lab.export(formats=("csv",))["already_published"]
    objects.remove(HOME.parent, ("latest.json",))
    assert lab.export(formats=("csv",))["version"] == "0"
    assert latest()["client_tickets"]["version"] == "0"
    assert lab.export(formats=("parquet",))["version"] == "0.1"
    assert lab.export(formats=("json",))["version"] == "0"
    objects.write(HOME / "0" / "tickets.csv", b"short", objects.read(HOME / "0" / "tickets.csv").tag)
    assert lab.export(formats=("csv",))["version"] == "0.2"
    shutil.rmtree(lab.workspace.root / "tables")
    lab.tickets()
    assert lab.export(formats=("csv",))["version"] == "0.3"
    assert names() == ["0", "0.1", "0.2", "0.3"]


@pytest.mark.parametrize(
    ("taken", "ordered", "free"),
    [
        ((), [], "7"),
        (("7",), ["7"], "7.1"),
        (("7.10", "7.2", "70", "7", "7.x", "x"), ["7", "7.2", "7.10"], "7.11"),
        (("7.2",), ["7.2"], "7.3"),
        (("8", "7."), [], "7"),
    ],
)
def test_names(taken: tuple[str, ...], ordered: list[str], free: str) -> None:
    """Of one ledger version, in the order they were made, with gaps; the next comes after the newest."""
    assert (list(publish._taken(7, taken)), publish._free(7, taken)) == (ordered, free)


def test_a_crashed_upload_is_cleaned_and_never_pointed_to(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has no manifest is no export: latest.json stays, and the next export removes it and takes another name."""
    lab.tickets()
    lab.export(formats=("json",))
    lab.tickets()
    before, real = latest(), objects.upload

    def cut(at: Bucket, file: Path) -> None:
        real(at, file)
        raise OSError(104, "Connection reset by peer")

    monkeypatch.setattr(objects, "upload", cut)
    with pytest.raises(OSError, match="reset"):
        lab.export(formats=("csv",))
    assert (latest(), names()) == (before, ["0", "1"])
    monkeypatch.setattr(objects, "upload", real)
    answer = lab.export(formats=("csv",))
    assert (answer["version"], names()) == ("1.1", ["0", "1.1"])
    assert latest()["client_tickets"]["version"] == "1.1"


def test_the_manifest_comes_last(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """And latest.json after it: while files arrive there is no manifest, and when it is pointed to, all is there."""
    lab.tickets()
    seen: list[bool] = []
    upload, point = objects.upload, BucketShelf.point

    def watched(at: Bucket, file: Path) -> None:
        upload(at, file)
        seen.append("manifest.json" in objects.sizes(HOME / "0"))

    def pointed(self: BucketShelf, contract: str, entry: Any) -> None:
        seen.append(set(objects.sizes(HOME / "0")) == {"manifest.json", "tickets.csv", "ticket_kpis.csv", *REST})
        point(self, contract, entry)

    monkeypatch.setattr(objects, "upload", watched)
    monkeypatch.setattr(BucketShelf, "point", pointed)
    lab.export(formats=("csv",))
    assert seen == [False, False, False, True]


REST = ("rejected_events.csv",)


def test_who_lost_the_lease_publishes_nothing(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paused while uploading, replaced meanwhile: no manifest, no pointer."""
    lab.tickets()
    real = objects.upload
    thief: list[Lease] = []

    def stolen(at: Bucket, file: Path) -> None:
        real(at, file)
        if not thief:
            tag = objects.read(HOME / ".lease").tag
            objects.write(HOME / ".lease", json.dumps({"number": 7, "held": False}).encode(), tag)
            thief.append(Lease.acquire(HOME / ".lease", "export"))

    monkeypatch.setattr(objects, "upload", stolen)
    with pytest.raises(MachineError, match="no longer holds the lease"):
        lab.export(formats=("csv",))
    thief[0].release()
    assert "manifest.json" not in objects.sizes(HOME / "0")
    assert objects.read(LATEST).tag is None


def test_two_exports_at_once_do_not_clash(lab: Lab) -> None:
    """Of two processes with the same tables, one publishes and the other waits and finds it published."""
    lab.tickets()
    assert sorted(answer["already_published"] for answer in exported_at_once(lab)) == [False, True]
    assert names() == ["0"]


def test_who_waits_too_long_is_told_for_whom(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what to do."""
    monkeypatch.setattr("exports.bucket_shelf.DEADLINE_S", 0.1)
    lab.tickets()
    with (
        Lease.acquire(HOME / ".lease", "export"),
        pytest.raises(MachineError, match=r"exports at s3://\S+ are being written by pid \d+"),
    ):
        lab.export(formats=("csv",))


def test_other_contracts_keep_their_pointer(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even one that was set between reading and writing latest.json."""
    lab.tickets()
    real = objects.write
    other = BucketShelf(HOME.parent, "other", shelf_of(lab.workspace, "other"))

    def between(at: Bucket, data: bytes, tag: str | None) -> str | None:
        if at == LATEST and tag is None:
            monkeypatch.setattr(objects, "write", real)
            with other.held():
                other.point("other", {"version": "1", "path": "other/1"})
        return real(at, data, tag)

    monkeypatch.setattr(objects, "write", between)
    lab.export(formats=("csv",))
    assert set(latest()) == {"other", "client_tickets"}


@pytest.fixture
def published(lab: Lab) -> Lab:
    """Two exports with the person in the bucket, one from before in the workspace's own folder."""
    lab.tickets(TICKET, THEIRS)
    lab.export(formats=("csv",))
    lab.tickets(TICKET, THEIRS, refused={**REFUSED, "raw_value": CANARY.encode()})
    lab.export(formats=("csv", "json"), raw=True)
    old = lab.workspace.export("client_tickets") / "0"
    old.mkdir(parents=True)
    (old / "tickets.csv").write_text(CANARY)
    assert len(holds(CANARY)) == 3
    return lab


def test_an_erasure_reaches_the_bucket(published: Lab) -> None:
    """One export stays, in the formats of the newest; what lay in the folder is gone too."""
    bound = erase(published)
    expected = (f"{HOME}/0", f"{HOME}/1", "exports/client_tickets/0")
    assert stale(source(published)[0], published.workspace, bound) == expected
    new = str(bound.ledger_version)
    assert run(published, bound) == Withdrawn(expected, f"{HOME}/{new}", None)
    assert (names(), latest()["client_tickets"]["version"]) == ([new], new)
    assert sorted(json.loads(objects.read(HOME / new / "manifest.json").data)["formats"]) == ["csv", "json", "raw"]
    assert holds(CANARY) == []
    assert published.published() == []
    assert run(published, bound) == Withdrawn((), None, None)


def test_without_a_ledger_everything_goes(published: Lab) -> None:
    """And no pointer is left."""
    done = run(published, None)
    assert (len(done.removed), done.published) == (3, None)
    assert (names(), latest()) == ([], {})


def test_the_pointer_never_names_what_is_not_there(published: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """While an erasure removes objects: the old one until the new one is there."""
    bound, seen, real = erase(published), [], objects.remove

    def watched(at: Bucket, gone: tuple[str, ...]) -> None:
        real(at, gone)
        seen.append("manifest.json" in objects.sizes(HOME / latest()["client_tickets"]["version"]))

    monkeypatch.setattr(objects, "remove", watched)
    run(published, bound)
    assert len(seen) >= 4
    assert all(seen)


@pytest.mark.parametrize("first", [False, True])
def test_an_export_that_is_being_made_elsewhere_is_broken_off(lab: Lab, tmp_path: Path, first: bool) -> None:
    """It may have read the person already; another machine's files can't be removed, so it must not publish them."""
    lab.tickets(TICKET, THEIRS)
    elsewhere = Lab(tmp_path / "another machine")
    shelf = shelf_of(elsewhere.workspace, "client_tickets")
    if not first:
        lab.export(formats=("csv",))
    with shelf.staging() as folder:
        (folder / "tickets.csv").write_text(CANARY)
        run(lab, erase(lab))
        (folder / "manifest.json").write_text("{}")
        with shelf.held(), pytest.raises(ExportError, match="erased meanwhile"):
            shelf.adopt(folder, "99")
    assert holds(CANARY) == []
    with shelf.staging() as folder, shelf.held():
        (folder / "manifest.json").write_text("{}")
        shelf.adopt(folder, "99")
    assert "99" in names()


def test_a_change_needs_the_lease(lab: Lab) -> None:
    """Nothing is removed or pointed to without it."""
    shelf = shelf_of(lab.workspace, "client_tickets")
    changes: tuple[Callable[[], None], ...] = (
        lambda: shelf.remove("0"),
        lambda: shelf.point("client_tickets", None),
        shelf.break_off,
    )
    for change in changes:
        with pytest.raises(MachineError, match="without its lease"):
            change()


def test_a_folder_is_no_bucket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """TICKETS_EXPORTS names a bucket, or nothing."""
    monkeypatch.setenv("TICKETS_EXPORTS", str(tmp_path))
    with pytest.raises(MachineError, match="which is no bucket"):
        Lab(tmp_path / "data")


def test_what_was_made_before_the_bound_is_stale(published: Lab) -> None:
    """By the manifest in the bucket."""
    contract = source(published)[0]
    bound = erase(published)
    published.export(formats=("csv",))
    assert f"{HOME}/{bound.ledger_version}" not in stale(contract, published.workspace, bound)
    later = type(bound)(bound.ledger_version, datetime.now(UTC))
    assert f"{HOME}/{bound.ledger_version}" in stale(contract, published.workspace, later)


def _granted(command: str) -> tuple[set[str], ...]:
    """What docs/buckets.md says a command needs, on tables and on exports."""
    text = (Path(__file__).parents[2] / "docs" / "buckets.md").read_text("utf-8")
    (row,) = [line for line in text.splitlines() if line.startswith("| ") and f"`{command}`" in line.split("|")[1]]
    return tuple(set(cell.strip().split(", ")) - {"none"} for cell in row.split("|")[2:4])


def test_the_rights_are_those_that_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An export and the withdrawal of an erasure ask the bucket for nothing that docs/buckets.md does not name."""
    log, outside = tmp_path / "requests", {"AbortMultipartUpload"}  # asked for only where a large upload fails
    with bucket(monkeypatch.setenv, log):
        monkeypatch.setenv("TICKETS_EXPORTS", "s3://tables/exports")
        lab = Lab(tmp_path / "data")
        lab.tickets(TICKET, THEIRS)
        lab.export(formats=("csv",))
        first = rights(log, "exports")
        assert first == {"GetObject", "PutObject", "ListBucket"}
        assert first <= _granted("export")[1]
        run(lab, erase(lab))
        assert rights(log, "exports") == _granted("erase")[1] - outside
