"""A tree -> files for Sphinx -> the site. What Sphinx warns of fails the build."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from cli.docs.tree import Tree

HERE = Path(__file__).parent
MARK = ".made-by-cli-docs"  # what has it may be removed


class BuildError(Exception):
    """Sphinx made no site; `main` prints `what` and `remedy`."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


def write(tree: Tree, source: Path) -> None:
    """Pages and files below a folder that is made anew; BuildError where it holds something else."""
    _anew(source)
    for path, text in tree.pages.items():
        _put(source / path, text)
    for path, file in tree.beside.items():
        _put(source / path, file)
    for path, content in tree.as_they_are.items():
        _put(source / "_extra" / path, content)
    _put(source / "_extra" / ".nojekyll", "")
    _put(source / "conf.py", HERE / "conf.py")
    for name in ("site.css", "site.js"):
        _put(source / "_static" / name, HERE / name)


def _anew(folder: Path) -> None:
    """An empty folder that is known as ours from now on."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise BuildError(f"{folder} holds something else than a site.", "Name another folder with --out, or empty it.")
    shutil.rmtree(folder, ignore_errors=True)
    _put(folder / MARK, "")


def _put(path: Path, content: Path | str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        path.write_text(content, "utf-8")
    else:
        shutil.copyfile(content, path)


def sphinx(source: Path, out: Path) -> None:
    """Make the site anew; BuildError with all that Sphinx complains about, or where OUT holds something else."""
    _anew(out)
    state = source.with_name(f"{source.name}-state")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-E", "-j", "auto", "-b", "html"]
    done = subprocess.run(
        [*command, "-d", str(state), str(source), str(out)], capture_output=True, text=True, check=False
    )
    shutil.rmtree(state, ignore_errors=True)
    if done.returncode:
        raise BuildError(f"Sphinx complains:\n{done.stderr.strip()}", f"The pages it speaks of are in {source}.")
