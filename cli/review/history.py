"""A git checkout to versions: contract files as they were at a commit, at tags, and on the default branch.

Every call runs git on the repository that holds a folder; what git refuses is a HistoryError with its own words.
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

_FILE = re.compile(
    r"[^/]+/v\d+\.odcs\.ya?ml"
)  # below the folder of the contracts, as contracts.compiler.catalogue has it


class HistoryError(Exception):
    """git could not answer: `what` went wrong, and the `remedy`."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}\n{remedy}")
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Checkout:
    """The work tree that holds `folder`; paths are relative to `root`, its top."""

    root: Path
    folder: str

    @classmethod
    def of(cls, folder: Path) -> "Checkout":
        """The checkout of a folder; HistoryError where it is in none."""
        if not folder.is_dir():
            raise HistoryError(f"{folder} is no folder", "Name the folder of the contracts with --contracts.")
        top = Path(_git(folder, "rev-parse", "--show-toplevel").strip())
        return cls(top, folder.resolve().relative_to(top).as_posix())

    def commit(self, ref: str) -> str:
        """The commit of a ref; HistoryError where there is none, or the clone is too shallow to have it."""
        if ref.startswith("-"):
            raise HistoryError(f"'{ref}' is no git ref", "Name a commit, a branch or a tag.")
        try:
            return self._run("rev-parse", "--verify", "--end-of-options", f"{ref}^{{commit}}").strip()
        except HistoryError:
            shallow = self._run("rev-parse", "--is-shallow-repository").strip() == "true"
            remedy = "The clone is shallow: fetch the whole history (fetch-depth: 0)." if shallow else self._near(ref)
            raise HistoryError(f"git knows no commit '{ref}'", remedy) from None

    def _near(self, ref: str) -> str:
        names = self._run(
            "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags"
        ).split()
        near = get_close_matches(ref, names, 1)
        return f"Did you mean {near[0]}?" if near else "See `git branch --all` and `git log`."

    def base(self, ref: str) -> str:
        """The commit from which HEAD and a ref went apart, which is what a branch is compared with."""
        commit = self.commit(ref)
        try:
            return self._run("merge-base", commit, "HEAD").strip()
        except HistoryError:
            return commit

    def files_at(self, commit: str) -> tuple[str, ...]:
        """The contract files below the folder at a commit."""
        names = self._run("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, "--", self.folder).split("\0")
        return tuple(name for name in names if self._is_contract(name))

    def files(self) -> tuple[str, ...]:
        """The contract files of the work tree now, committed or not."""
        names = (path.relative_to(self.root).as_posix() for path in (self.root / self.folder).glob("*/*"))
        return tuple(sorted(name for name in names if self._is_contract(name)))

    def _is_contract(self, name: str) -> bool:
        below = name.removeprefix("" if self.folder == "." else f"{self.folder}/")
        return _FILE.fullmatch(below) is not None

    def text_at(self, commit: str, file: str) -> str | None:
        """A file's text at a commit, None where it was not there."""
        try:
            return self._run("show", f"{commit}:{file}")
        except HistoryError:
            return None

    def default_branch(self) -> str | None:
        """The default branch as this clone knows it, None where it knows none."""
        for ref in ("refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/heads/main", "refs/heads/master"):
            try:
                return self._run("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}").strip()
            except HistoryError:
                continue
        return None

    def is_published(self, commit: str) -> bool:
        """Whether a commit is on the default branch, or carries a tag or stands before one."""
        branch = self.default_branch()
        if branch is not None and self._is_ancestor(commit, branch):
            return True
        return bool(self._run("tag", "--contains", commit).strip())

    def _is_ancestor(self, one: str, two: str) -> bool:
        try:
            self._run("merge-base", "--is-ancestor", one, two)
        except HistoryError:
            return False
        return True

    def earlier(self, commit: str, file: str) -> Iterator[tuple[str, str]]:
        """(commit, text) of each earlier text of a file, newest first, from a commit back and from every tag."""
        seen: set[str] = set()
        tags = self._run("for-each-ref", "--format=%(objectname)", "refs/tags").split()
        log = self._run("log", "--format=%H", commit, *tags, "--", file).split()
        for one in log:
            text = self.text_at(one, file)
            if text is not None and text not in seen:
                seen.add(text)
                yield one, text

    def _run(self, *arguments: str) -> str:
        return _git(self.root, *arguments)


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-c", "core.quotePath=false", *arguments], cwd=folder, capture_output=True, check=False, timeout=60
        )
    except FileNotFoundError:
        raise HistoryError("git is not installed", "Install git, or compare two files.") from None
    except subprocess.TimeoutExpired:
        raise HistoryError(f"git {arguments[0]} does not end", "Is the repository on a disk that answers?") from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise HistoryError(f"git {arguments[0]}: {said[-1] if said else 'failed'}", "Run it in a git checkout.")
    return done.stdout.decode("utf-8", "replace")
