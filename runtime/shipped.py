"""This installation to what workers that have none of it are sent: our rooms and the packages they import.

Two archives, which Spark unpacks on each worker: shared libraries can't be loaded from a zip on Python's path, and
`addPyFile` would put our code a second time on the driver's own path. Their names are hashes of what is in them, so a
cache that has one has the right one. They fit workers of this platform and this minor version of Python only.
"""

import contextlib
import hashlib
import importlib.util
import os
import sysconfig
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path, PurePosixPath

from runtime.cache import cache_dir
from runtime.errors import MachineError
from runtime.files import locked
from runtime.progress import working

ROOMS = ("contracts", "processing", "runtime")  # what a worker imports when it unpacks a task of ours
# What these import while they decode, by distribution: the module that a worker must be able to import. A test runs the
# decoder with nothing else; pyspark and py4j are Spark's own.
PACKAGES: Mapping[str, str] = {
    "google-re2": "re2",
    "pyarrow": "pyarrow",
    "tzdata": "tzdata",  # zones, where the system has none
}
KERNEL = "tickets_native"  # ours, where it is built (`make fast`); workers without it do the same in Python
_LEFT_OUT = frozenset({"tests", "include", "__pycache__"})
_ENDINGS = frozenset({".pyc", ".pyi", ".pxd", ".pyx", ".pxi", ".h"})
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can say
_KEPT_S = 30 * 24 * 3600.0
_DEADLINE_S = 300.0


@dataclass(frozen=True, slots=True)
class Archive:
    """A zip, and the folder that a worker finds it unpacked in."""

    path: Path
    folder: str


def archives() -> list[Archive]:
    """Code and packages, made where the cache has none that fit; code first, as workers look it up."""
    return [Archive(_code(), "tickets_code"), Archive(_packages(), "tickets_packages")]


def state() -> str:
    """What tells one state of our rooms from another, wherever they are installed."""
    return hashlib.sha256("".join(f"{name} {_digest(path)}\n" for name, path in _modules()).encode()).hexdigest()[:16]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _code() -> Path:
    return _cached(f"code-{state()}.zip", _modules())


def _modules() -> list[tuple[str, Path]]:
    return sorted(pair for room in ROOMS for pair in _room(room))


def _room(room: str) -> Iterator[tuple[str, Path]]:
    """(name in the archive, file) of each module of ours, tests aside."""
    spec = importlib.util.find_spec(room)
    for root in map(Path, spec.submodule_search_locations or () if spec else ()):
        for path in root.rglob("*.py"):
            below = path.relative_to(root)
            if not _LEFT_OUT.intersection(below.parts):
                yield f"{room}/{below.as_posix()}", path


def _packages() -> Path:
    """Named by the record that each package keeps of its own files and their hashes."""
    found = [_distribution(name) for name in PACKAGES]
    said = [sysconfig.get_platform(), sysconfig.get_python_version()]
    said += [one.read_text("RECORD") or one.version for one in found]
    kernel = _kernel()
    said += [_digest(path) for _, path in kernel]
    name = f"packages-{hashlib.sha256(chr(10).join(said).encode()).hexdigest()[:16]}.zip"
    return _cached(name, sorted([*kernel, *(pair for one in found for pair in _files(one))]))


def _kernel() -> list[tuple[str, Path]]:
    spec = importlib.util.find_spec(KERNEL)
    return [] if spec is None or spec.origin is None else [(Path(spec.origin).name, Path(spec.origin))]


def _distribution(name: str) -> metadata.Distribution:
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError as error:
        raise MachineError(f"the package {name} is not installed here", "Run `make setup`.") from error


def _files(package: metadata.Distribution) -> Iterator[tuple[str, Path]]:
    for file in package.files or ():
        path = PurePosixPath(file)
        outside = ".." in path.parts or _LEFT_OUT.intersection(path.parts)
        if not outside and path.suffix not in _ENDINGS:
            yield str(path), Path(str(package.locate_file(file)))


def _cached(name: str, files: Iterable[tuple[str, Path]]) -> Path:
    """The archive of that name; what is made is whole or absent, and the same bytes for the same files."""
    folder = cache_dir() / "workers"
    path = folder / name
    with locked(cache_dir() / "workers.flock", _DEADLINE_S):
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            with working(f"packing {name.partition('-')[0]} for the workers"):
                _write(path, files)
        os.utime(path)  # in use
        _forget(folder)
    return path


def _write(path: Path, files: Iterable[tuple[str, Path]]) -> None:
    handle, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, source in files:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            packed.writestr(entry, source.read_bytes(), compresslevel=1)
    Path(temporary).replace(path)


def _forget(folder: Path) -> None:
    """Remove archives that nobody has used for a month."""
    for file in folder.glob("*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - file.stat().st_mtime > _KEPT_S:
                file.unlink()
