"""`tickets architecture dossier`: what it writes, and what it says when it cannot."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from architecture import load
from architecture.load import Model
from cli.architecture import dossier
from cli.main import tickets
from runtime import browser
from runtime.errors import MachineError

MOST_PAGES = 15


@pytest.fixture(scope="module")
def model() -> Model:
    """The model of the repository."""
    return load.load()


@pytest.fixture(autouse=True)
def read_once(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are kept by the model they are computed from, so the tests share one."""
    monkeypatch.setattr(load, "load", lambda: model)


def run(*words: str) -> Result:
    """The command with these words."""
    return CliRunner().invoke(tickets, ["architecture", "dossier", *words])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_one_file_holds_all_of_it(tmp_path: Path, language: str) -> None:
    """Pictures and style are inside: the file can be sent to somebody."""
    path = tmp_path / "new" / "dossier.html"
    done = run("--language", language, "--out", str(path), "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["written"] == [str(path)]
    text = path.read_text("utf-8")
    assert text.count("<svg") >= 5
    assert re.findall(r"<(?:script|link|img|iframe)\b", text) == []
    assert [path.name for path in path.parent.iterdir()] == ["dossier.html"]


def test_it_proposes_what_the_criteria_put_first(tmp_path: Path) -> None:
    """No target is written into the command: the figures choose, unless somebody asks for another."""
    path = tmp_path / "dossier.html"
    assert json.loads(run("--out", str(path), "--target", "onprem", "--json").output)["target"] == "onprem"
    assert "<strong>On premises only</strong>" in path.read_text("utf-8")


def test_an_unknown_target_is_wrong_use(tmp_path: Path) -> None:
    """With the names there are."""
    done = run("--target", "mars", "--out", str(tmp_path / "x.html"))
    assert done.exit_code == 2
    assert "There are: aws, azure, gcp, onprem." in done.output


def test_a_missing_drawing_is_said_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written without its pictures."""
    monkeypatch.setattr(dossier, "DRAWN", tmp_path)
    done = run("--out", str(tmp_path / "x.html"))
    assert done.exit_code == 1
    assert "render_svg.py" in done.output
    assert not (tmp_path / "x.html").exists()


def test_without_a_browser_there_is_no_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The HTML is written all the same, and the error says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    done = run("--out", str(tmp_path / "x.html"), "--pdf")
    assert done.exit_code == 1
    assert isinstance(done.exception, MachineError)
    assert "CHROMIUM" in done.exception.remedy
    assert (tmp_path / "x.html").exists()


@pytest.mark.stack
@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_prints_on_fifteen_pages(tmp_path: Path, language: str) -> None:
    """Who decides reads no more than that."""
    if browser.found() is None:
        pytest.skip("no Chromium or Chrome on the PATH")
    path = tmp_path / "dossier.html"
    assert run("--language", language, "--out", str(path), "--pdf").exit_code == 0
    pages = len(re.findall(rb"/Type /Page\b", path.with_suffix(".pdf").read_bytes()))
    assert 5 < pages <= MOST_PAGES
