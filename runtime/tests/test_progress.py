"""Progress: drawn on a terminal, told as plain log lines elsewhere, silent under --quiet; colours only where wanted."""

import io
import sys
from collections.abc import Callable, Iterator

import pytest

from runtime import logs, progress


class _Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


BOTH = pytest.mark.parametrize("kind", [io.StringIO, _Terminal], ids=["file", "terminal"])


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No wish of the machine or of another test."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    logs.prefer(None)
    yield
    logs.prefer(None)


def taking(kind: type[io.StringIO], monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """A stream that is standard error for the test; called in it, since pytest sets its own before."""
    made = kind()
    monkeypatch.setattr(sys, "stderr", made)
    logs.configure("text")
    return made


def _worked() -> None:
    with progress.working("starting Spark"):
        pass


def _counted() -> None:
    with progress.bar("Reading orders", 40) as advance:
        advance(10)
        logs.get("cli").info("batch committed")


def _stepped() -> None:
    progress.step("checking tickets")


@BOTH
@pytest.mark.parametrize(
    ("does", "says"), [(_worked, "starting Spark"), (_counted, "Reading orders"), (_stepped, "checking tickets")]
)
def test_what_takes_long_is_said(
    does: Callable[[], None], says: str, kind: type[io.StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, whoever reads; with control sequences on a terminal alone."""
    stream = taking(kind, monkeypatch)
    does()
    said = stream.getvalue()
    assert says in said
    if not stream.isatty():
        assert "\x1b" not in said
        assert said.count(says) == 1
        assert "[info" in said


@BOTH
def test_a_bar_counts_and_lets_log_lines_through(kind: type[io.StringIO], monkeypatch: pytest.MonkeyPatch) -> None:
    """How far of how many, on a terminal; the log lines of what is done stand above it."""
    stream = taking(kind, monkeypatch)
    _counted()
    said = stream.getvalue()
    assert "batch committed" in said
    assert ("10/40" in said) == stream.isatty()
    assert ("total=40" in said) != stream.isatty()


@BOTH
@pytest.mark.parametrize("does", [_worked, _counted, _stepped])
def test_quiet_silences_progress(
    does: Callable[[], None], kind: type[io.StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the person asked for goes before what a command configures."""
    stream = taking(kind, monkeypatch)
    logs.prefer("error")
    logs.configure("text", "info")
    does()
    assert stream.getvalue() == ""


@BOTH
def test_log_lines_have_colours_only_where_they_are_wanted(
    kind: type[io.StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal, unless NO_COLOR is set to anything."""
    stream = taking(kind, monkeypatch)
    logs.get("cli").info("plain?")
    assert ("\x1b" in stream.getvalue()) == stream.isatty()
    monkeypatch.setenv("NO_COLOR", "1")
    logs.configure("text")
    stream.truncate(0)
    logs.get("cli").info("plain?")
    assert "\x1b" not in stream.getvalue()
