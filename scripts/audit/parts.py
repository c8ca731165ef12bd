"""Lock files to parts: what a run consists of, each with its hashes and its name in every list of weaknesses (purl)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runtime import jars
from runtime.errors import MachineError

ROOT = Path(__file__).resolve().parents[2]
RUN_LOCKS = ("requirements.lock", "requirements-java.lock")  # what is installed to run the command
ALL_LOCKS = (*RUN_LOCKS, "requirements-dev.lock")

_PACKAGE = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(\[[^]]*])?==(?P<version>[^\s;]+)\s*(;\s*(?P<marker>.*))?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One package or jar at one version.

    `key` is its row in licences.yaml. `sha256` has one entry for a jar, and one per file that may be installed for a
    Python package. `where` says on which platforms a package is installed (a marker), or which sets a jar is in.
    """

    kind: str
    key: str
    version: str
    purl: str
    sha256: tuple[str, ...]
    where: str

    @property
    def shown(self) -> str:
        """Name and version, for people."""
        return f"{self.key} {self.version}"


def packages(lock: Path) -> tuple[Part, ...]:
    """Every package of a requirements lock, by name; MachineError for one without version or hash."""
    return tuple(sorted(_package(entry, lock) for entry in _entries(lock)))


def _entries(lock: Path) -> Iterator[str]:
    """The lock's logical lines."""
    text = lock.read_text("utf-8").replace("\\\n", " ")
    return (line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def _package(entry: str, lock: Path) -> Part:
    requirement = entry.partition("--hash")[0].strip()
    found, hashes = _PACKAGE.fullmatch(requirement), tuple(sorted(_HASH.findall(entry)))
    if found is None or not hashes:
        raise MachineError(f"{lock.name} does not pin {requirement!r} with a SHA-256", "Run `make lock`.")
    name = re.sub(r"[-_.]+", "-", found["name"]).lower()
    version = found["version"]
    return Part("python", name, version, f"pkg:pypi/{name}@{version}", hashes, (found["marker"] or "").strip())


def locked_jars() -> tuple[Part, ...]:
    """Every jar of jars.lock once, by name, whichever sets it is in."""
    sets: dict[jars.Jar, list[str]] = {}
    for jar in jars.read_lock():
        sets.setdefault(jars.Jar("", jar.group, jar.artifact, jar.version, jar.sha256), []).append(jar.set_name)
    return tuple(sorted(_jar(jar, names) for jar, names in sets.items()))


def _jar(jar: jars.Jar, sets: list[str]) -> Part:
    purl = f"pkg:maven/{jar.group}/{jar.artifact}@{jar.version}?type=jar"
    return Part("jar", f"{jar.group}:{jar.artifact}", jar.version, purl, (jar.sha256,), ",".join(sorted(sets)))


def run_parts(root: Path = ROOT) -> tuple[Part, ...]:
    """All that a run of the command consists of."""
    found = {part for lock in RUN_LOCKS for part in packages(root / lock)}
    return (*sorted(found), *locked_jars())
