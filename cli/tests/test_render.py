"""`tickets architecture render`: what it writes, and what --check finds."""

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from architecture.load import HOME, load
from architecture.views.pages import fingerprint, pages, wanted_svgs
from cli.architecture.render import OUT, command


def render(*arguments: str | Path) -> Result:
    """Run the command."""
    return CliRunner().invoke(command, list(map(str, arguments)))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as render writes it, with SVGs that say what they were drawn from."""
    out = tmp_path_factory.mktemp("drawn")
    assert render("--out", out).exit_code == 0
    for path, text in wanted_svgs(load()).items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text(f"<!-- mermaid 1.2.3 sha256:{fingerprint(text)} -->\n<svg/>\n", "utf-8")
    return out


@pytest.fixture
def folder(drawn: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    return Path(shutil.copytree(drawn, tmp_path / "drawn"))


def faults(*arguments: str | Path) -> list[tuple[str, str]]:
    """What --check finds."""
    done = render("--check", "--json", *arguments)
    found = json.loads(done.stdout)
    assert done.exit_code == (1 if found["faults"] else 0)
    return [(fault["what"], fault["path"]) for fault in found["faults"]]


def test_what_is_committed_follows_from_the_model() -> None:
    """docs/architecture is as the model has it: pages byte for byte, pictures by the text they were drawn from."""
    done = render("--check")
    assert done.exit_code == 0, done.output


def test_a_folder_just_written_is_fresh(folder: Path) -> None:
    """And writing it again changes nothing."""
    assert faults("--out", folder) == []
    assert json.loads(render("--out", folder, "--json").stdout)["written"] == []


def test_a_changed_model_makes_it_stale(folder: Path, tmp_path: Path) -> None:
    """Another port in one flow: the matrix, the rules and the pictures that show it."""
    changed = Path(shutil.copytree(HOME, tmp_path / "model"))
    flows = changed / "flows.yml"
    text = flows.read_text("utf-8")
    assert "port: 8443" in text
    flows.write_text(text.replace("port: 8443", "port: 8444", 1), "utf-8")
    found = faults("--model", changed, "--out", folder)
    assert ("stale", "aws/flows.csv") in found
    assert ("stale", "aws/firewall.csv") in found
    assert ("stale", "svg/aws/containers.en.svg") in found
    assert all(what == "stale" for what, _ in found)
    assert ("stale", "aws/keys.csv") not in found


def test_missing_stale_and_left_over_files_are_told_apart(folder: Path) -> None:
    """And a file beside the folders is nobody's business."""
    (folder / "aws" / "flows.csv").unlink()
    (folder / "aws" / "flows.md").write_text("edited by hand", "utf-8")
    (folder / "gone").mkdir()
    (folder / "gone" / "zones.md").write_text("of a target that is no more", "utf-8")
    (folder / "notes.txt").write_text("mine", "utf-8")
    assert faults("--out", folder) == [
        ("missing", "aws/flows.csv"),
        ("stale", "aws/flows.md"),
        ("left-over", "gone/zones.md"),
    ]


def test_an_svg_of_another_text_is_stale(folder: Path) -> None:
    """So is one that does not say what it was drawn from."""
    (folder / "svg" / "aws" / "data.en.svg").write_text("<svg/>", "utf-8")
    assert faults("--out", folder) == [("stale", "svg/aws/data.en.svg")]
    assert "render_svg.py" in render("--check", "--out", folder).output


def test_one_target_alone(folder: Path) -> None:
    """Other targets' files are neither looked at nor written."""
    (folder / "gcp" / "flows.csv").unlink()
    (folder / "aws" / "left.md").write_text("x", "utf-8")
    assert faults("--out", folder, "--target", "aws") == [("left-over", "aws/left.md")]
    assert render("--out", folder, "--target", "aws").exit_code == 0
    assert not (folder / "gcp" / "flows.csv").exists()


def test_what_is_left_over_is_told_and_kept(folder: Path) -> None:
    """Render removes nothing."""
    (folder / "aws" / "left.md").write_text("x", "utf-8")
    done = render("--out", folder)
    assert "aws/left.md" in done.output
    assert (folder / "aws" / "left.md").exists()


def test_an_unknown_target_is_wrong_use(tmp_path: Path) -> None:
    """The targets there are, and nothing is written."""
    done = render("--out", tmp_path, "--target", "awz")
    assert done.exit_code == 2
    assert "There are: aws, azure, gcp, onprem." in done.output
    assert not list(tmp_path.iterdir())


def test_every_link_of_a_page_leads_somewhere(folder: Path) -> None:
    """To another page, a CSV file or a picture."""
    for page in folder.rglob("*.md"):
        for link in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
            assert (page.parent / link).is_file(), f"{page}: {link}"


def test_the_same_model_gives_the_same_bytes() -> None:
    """Read twice, written twice: equal, and in the same order."""
    first, second = (list(pages(load()).items()) for _ in range(2))
    assert first == second


def test_help_has_examples_and_fits_the_screen() -> None:
    """Lines of at most 80 columns."""
    done = render("--help")
    assert "--check" in done.output
    assert max(map(len, done.output.splitlines())) <= 80


def test_the_folder_is_that_of_the_checkout() -> None:
    """By default, docs/architecture."""
    assert OUT.parts[-2:] == ("docs", "architecture")
