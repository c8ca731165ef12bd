"""Java's archives of classes: kept per Java and jars, used where they are there, and never half written."""

import os
from pathlib import Path

import pytest

from runtime import classdata, spark
from runtime.java import Java

JAVA = Java(Path("/nowhere"), Path("/nowhere/bin/java"), 17, "PATH")


@pytest.fixture
def jars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """A jar, and a cache of one's own."""
    monkeypatch.setenv("TICKETS_CACHE", str(tmp_path / "cache"))
    jar = tmp_path / "a.jar"
    jar.write_text("a")
    return [jar]


def left(option: str, content: str = "classes") -> None:
    """Do what a Java process with this option does when it ends."""
    name, _, file = option.partition("=")
    assert name == "-XX:ArchiveClassesAtExit"
    Path(file).write_text(content)


def test_without_an_archive_java_starts_as_ever(jars: list[Path]) -> None:
    """No option, and no folder is made."""
    assert classdata.options("spark", JAVA, jars) == classdata.shared("spark", JAVA, jars) == []
    assert not (jars[0].parent / "cache").exists()


def test_what_was_recorded_is_used(jars: list[Path]) -> None:
    """By processes of that kind with that Java and these jars, until any of them changes."""
    with classdata.recording() as made:
        [option] = classdata.options("spark", JAVA, jars)
        assert classdata.shared("spark", JAVA, jars) == []
        left(option)
    [file] = made
    assert file.read_text() == "classes"
    assert [*file.parent.iterdir()] == [file]
    assert classdata.options("spark", JAVA, jars) == [f"-XX:SharedArchiveFile={file}"]
    assert classdata.options("broker", JAVA, jars) == []
    assert classdata.options("spark", Java(JAVA.home, Path("/other/java"), 17, "PATH"), jars) == []
    os.utime(jars[0], (1, 1))
    assert classdata.options("spark", JAVA, jars) == []


def test_a_recording_that_fails_leaves_nothing(jars: list[Path]) -> None:
    """Neither its own files, nor the mode."""
    with pytest.raises(RuntimeError), classdata.recording() as made:
        left(classdata.options("spark", JAVA, jars)[0])
        raise RuntimeError
    assert made == []
    assert [*(jars[0].parent / "cache").rglob("*.jsa")] == []
    assert classdata.options("spark", JAVA, jars) == []


def test_old_archives_are_forgotten(jars: list[Path]) -> None:
    """Those of jars that nobody prepared for a month ago or since."""
    with classdata.recording() as first:
        left(classdata.options("spark", JAVA, jars)[0])
    os.utime(first[0], (1, 1))
    with classdata.recording() as second:
        left(classdata.options("broker", JAVA, jars)[0])
    assert [*first[0].parent.iterdir()] == second


def test_a_short_run_stops_at_the_quick_compiler(jars: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A long one does not, and has its whole heap from the start. No Java is looked for, and no jar fetched."""
    monkeypatch.setenv("TICKETS_DRIVER_MEMORY", "700m")
    tmp_path = jars[0].parent
    monkeypatch.setattr(spark, "find_java", lambda: JAVA)
    monkeypatch.setattr(spark, "fetch", lambda _: jars)
    said = [
        spark.java_options(tmp_path, tmp_path / "log", "warn", short)["spark.driver.extraJavaOptions"]
        for short in (True, False)
    ]
    wanted = {spark.SHORT_JAVA: [True, False], "-Xms700m": [False, True], spark.LONG_JAVA: [False, True]}
    for option, runs in wanted.items():
        assert [option in options.split() for options in said] == runs
