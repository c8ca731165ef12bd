"""A small text that several processes change, in a folder and in a bucket."""

import os
from pathlib import Path

import pytest

from runtime import objects, swap
from runtime.document import Document
from runtime.errors import MachineError
from runtime.files import try_lock
from runtime.store import Bucket, Location


@pytest.fixture(params=["folder", "bucket"])
def at(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    """A place with nothing there."""
    if request.param == "folder":
        return tmp_path / "deep" / "list.json"
    bucket: Bucket = request.getfixturevalue("s3")
    return bucket / "deep" / "list.json"


def test_it_is_read_as_it_was_written(at: Location) -> None:
    """And nothing is there before."""
    assert Document(at).read() is None
    Document(at).change(lambda text: f"{text} é")
    Document(at).change(lambda text: f"{text}, then more")
    assert Document(at).read() == "None é, then more"


def _both(first: Document, second: Document) -> list[str | None]:
    """The first is asked while the second writes; what the first was asked with."""
    asked: list[str | None] = []

    def how(text: str | None) -> str:
        asked.append(text)
        if len(asked) == 1:
            second.change(lambda other: f"{other or ''}b")
        return f"{text or ''}a"

    first.change(how)
    return asked


def test_what_another_wrote_meanwhile_is_kept(at: Location) -> None:
    """Who comes late is asked again with what is there now: there is no moment to lose it in."""
    assert _both(Document(at), Document(at)) == [None, "b"]
    assert Document(at).read() == "ba"
    assert _both(Document(at), Document(at)) == ["ba", "bab"]


def test_a_folder_that_is_locked_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here for too long: then nothing is written."""
    monkeypatch.setattr(swap, "LOCK_DEADLINE_S", 0.2)
    handle = os.open(tmp_path, os.O_RDONLY)
    try:
        assert try_lock(handle)
        with pytest.raises(MachineError, match="another command has been changing"):
            Document(tmp_path / "list.json").change(lambda _: "x")
    finally:
        os.close(handle)
    assert Document(tmp_path / "list.json").read() is None


def test_a_file_is_its_owners(tmp_path: Path) -> None:
    """Nobody else may read it, and nothing else is left beside it."""
    Document(tmp_path / "a" / "list.json").change(lambda _: "x")
    assert [(path.name, path.stat().st_mode & 0o777) for path in (tmp_path / "a").iterdir()] == [("list.json", 0o600)]


def test_a_store_without_conditions_is_named(s3: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every write is refused, it ends."""
    monkeypatch.setattr(objects, "write", lambda at, data, tag: None)
    with pytest.raises(MachineError, match="could not be written") as caught:
        Document(s3 / "x").change(lambda _: "x")
    assert "If-Match" in caught.value.remedy


def test_a_store_that_is_away_is_not_an_empty_one(s3: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor one that refuses the credentials: going on without a list would be worse than ending."""
    monkeypatch.setattr(
        objects, "object_store", lambda at: (_ for _ in ()).throw(PermissionError("403 AccessDenied\nmore"))
    )
    with pytest.raises(MachineError, match="403 AccessDenied") as caught:
        Document(s3 / "x").read()
    assert "credentials" in caught.value.remedy


def test_objects_of_one_prefix(s3: Bucket, tmp_path: Path) -> None:
    """7 is not 7.1; a removed object may be removed again."""
    (tmp_path / "file").write_bytes(b"12345")
    for name in ("7/a", "7/deep/b", "7.1/c"):
        objects.upload(s3 / "home" / name, tmp_path / "file")
    assert objects.folders(s3 / "home") == ("7", "7.1")
    assert objects.sizes(s3 / "home" / "7") == {"a": 5, "deep/b": 5}
    objects.remove(s3 / "home" / "7", ("a", "never"))
    assert objects.sizes(s3 / "home" / "7") == {"deep/b": 5}
    assert objects.folders(s3 / "nowhere") == ()
