"""jars.lock to verified files in the user's cache, fetched with the Ivy that PySpark brings.

Only jars are fetched, no poms: the lock already is the resolved list, and resolving again costs 40 s and may
answer differently tomorrow. No host is named here: Ivy knows Maven Central, or TICKETS_IVY_SETTINGS names an
ivysettings.xml for a mirror.
"""

import hashlib
import importlib.util
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from runtime.cache import cache_dir
from runtime.errors import MachineError
from runtime.files import locked
from runtime.java import find_java
from runtime.progress import working

SETS = ("spark", "s3", "broker")
FETCH_DEADLINE_S = 900.0
SETTINGS = """<ivysettings>
  <property name="ivy.checksums" value=""/> <!-- SHA-256 is checked against jars.lock instead -->
  <settings defaultResolver="central"/>
  <resolvers><ibiblio name="central" m2compatible="true" usepoms="false"/></resolvers>
</ivysettings>
"""


@dataclass(frozen=True, slots=True)
class Jar:
    """One line of the lock."""

    set_name: str
    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        """The name Maven gives the file."""
        return f"{self.artifact}-{self.version}.jar"

    @property
    def cached(self) -> Path:
        """Where the verified jar lies; the hash in the path makes a changed lock a changed place."""
        return cache_dir() / "jars" / self.sha256[:16] / self.file_name


def lock_file() -> Path:
    """jars.lock beside this module (installed) or at the root of the checkout."""
    beside = Path(__file__).parent / "jars.lock"
    return beside if beside.exists() else Path(__file__).parents[1] / "jars.lock"


def read_lock() -> tuple[Jar, ...]:
    """Every jar of every set, in the order of the lock."""
    lines = (line.split("#")[0].split() for line in lock_file().read_text(encoding="utf-8").splitlines())
    return tuple(parse_line(words) for words in lines if words)


def parse_line(words: Sequence[str]) -> Jar:
    """`set group:artifact:version sha256` to a Jar."""
    if len(words) != 3 or words[1].count(":") != 2 or len(words[2]) != 64:
        raise MachineError(f"jars.lock has a line that can't be read: {' '.join(words)}", "Run scripts/lock_jars.py.")
    group, artifact, version = words[1].split(":")
    return Jar(words[0], group, artifact, version, words[2])


def fetch(set_name: str) -> list[Path]:
    """Absolute paths of a set's jars, each with the SHA-256 of the lock; fetches what the cache lacks.

    Processes at once wait for each other. A jar with another hash is not kept: MachineError.
    """
    if set_name not in SETS:
        raise ValueError(f"{set_name!r} is not one of {', '.join(SETS)}")
    jars = [jar for jar in read_lock() if jar.set_name == set_name]
    if any(not intact(jar) for jar in jars):
        with locked(cache_dir() / "jars.flock", FETCH_DEADLINE_S):
            missing = [jar for jar in jars if not intact(jar)]
            if missing:
                download(missing, set_name)
    return [jar.cached for jar in jars]


def intact(jar: Jar) -> bool:
    """Whether the cache holds this jar, whole (hashing a set takes about 0.2 s)."""
    return jar.cached.exists() and digest(jar.cached) == jar.sha256


def digest(path: Path) -> str:
    """SHA-256 of a file, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def download(jars: Sequence[Jar], set_name: str) -> None:
    """Fetch with Ivy into a temporary folder of the cache, then move each verified jar to its place."""
    cache_dir().mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="fetch-", dir=cache_dir()) as folder,
        working(f"fetching {len(jars)} jars ({set_name}) into {cache_dir()}, once"),
    ):
        run_ivy(jars, Path(folder))
        for jar in jars:
            adopt(jar, Path(folder, "out", jar.group, jar.file_name))


def adopt(jar: Jar, fetched: Path) -> None:
    """Move one fetched jar into the cache if it is the one that the lock means."""
    name = f"{jar.group}:{jar.artifact}:{jar.version}"
    if not fetched.exists():
        raise MachineError(f"{name} was not found by Ivy", IVY_REMEDY)
    found = digest(fetched)
    if found != jar.sha256:
        raise MachineError(
            f"{name} has SHA-256 {found}, jars.lock wants {jar.sha256}",
            "It was not kept. Ask who runs your mirror; if the change is wanted, run scripts/lock_jars.py.",
        )
    jar.cached.parent.mkdir(parents=True, exist_ok=True)
    fetched.replace(jar.cached)


IVY_REMEDY = (
    "Check the network (a proxy: JAVA_TOOL_OPTIONS=-Dhttps.proxyHost=...), or name a mirror's "
    "ivysettings.xml in TICKETS_IVY_SETTINGS."
)


def run_ivy(jars: Sequence[Jar], folder: Path) -> None:
    """Let Ivy put `out/<group>/<artifact>-<version>.jar` for each jar into the folder."""
    module = folder / "ivy.xml"
    module.write_text(module_text(jars), encoding="utf-8")
    ivy(
        module,
        folder / "out" / "[organisation]" / "[artifact]-[revision].[ext]",
        folder / "cache",
        settings(folder),
    )


def settings(folder: Path) -> Path:
    """The user's Ivy settings, or ours written into the folder."""
    own = os.environ.get("TICKETS_IVY_SETTINGS")
    if own and not Path(own).is_file():
        raise MachineError(f"TICKETS_IVY_SETTINGS names {own}, which is no file", "Correct it, or unset it.")
    if own:
        return Path(own)
    path = folder / "ivysettings.xml"
    path.write_text(SETTINGS, encoding="utf-8")
    return path


def module_text(jars: Sequence[Jar]) -> str:
    """An Ivy file that asks for exactly these jars."""
    rows = "".join(
        f"  <dependency org={quoteattr(jar.group)} name={quoteattr(jar.artifact)}"
        f" rev={quoteattr(jar.version)}"
        ' transitive="false" conf="default-&gt;*"/>\n'
        for jar in jars
    )
    return (
        '<ivy-module version="2.0">\n<info organisation="tickets" module="jars"/>\n'
        f'<configurations><conf name="default"/></configurations>\n'
        f"<dependencies>\n{rows}</dependencies>\n</ivy-module>\n"
    )


def ivy(module: Path, pattern: Path, cache: Path, settings_file: Path) -> None:
    """Run Ivy once; MachineError with what it last said if it fails."""
    options = {
        "-settings": settings_file,
        "-cache": cache,
        "-ivy": module,
        "-confs": "default",
        "-retrieve": pattern,
    }
    command = [str(find_java().binary), "-jar", str(ivy_jar()), "-warn", "-types", "jar", "bundle"]
    command += [str(word) for pair in options.items() for word in pair]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_DEADLINE_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise MachineError(f"the jars did not arrive within {FETCH_DEADLINE_S:.0f} s", IVY_REMEDY) from error
    if result.returncode != 0:
        said = "\n".join((result.stdout + result.stderr).strip().splitlines()[-8:])
        raise MachineError(f"Ivy could not fetch the jars; it said:\n{said}", IVY_REMEDY)


def ivy_jar() -> Path:
    """The Ivy in PySpark's own jars folder, found without importing PySpark."""
    spec = importlib.util.find_spec("pyspark")
    found = sorted(Path(spec.origin).parent.glob("jars/ivy-*.jar")) if spec and spec.origin else []
    if not found:
        raise MachineError("PySpark with its jars folder is not installed here", "Run `make setup`.")
    return found[-1]
