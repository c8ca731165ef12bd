"""The shell lines that stand in the pages' blocks of code, and the blocks that hold none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cli.docs.carried import files
from cli.docs.tree import ROOT

PROGRAMS = frozenset(
    {"tickets", "make", "sh", "docker", "export", "prometheus", "python", "curl", "cat", "tail", "find", "df", "echo"}
)
SHELLS = frozenset({"", "sh"})  # what a block of shell lines is marked with
_BLOCK = re.compile(r"^```(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"\s+#\s.*$")
_SPOKEN = re.compile(r"`((?:[A-Z_]+=\S+ )*tickets [^`\n]+)`")
_SET = re.compile(r"(?:[A-Z_]+=\S*\s+)*")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a page: its first line names it."""

    file: str
    language: str
    lines: tuple[str, ...]

    @property
    def name(self) -> str:
        """File and first line."""
        return f"{self.file}: {self.lines[0]}"

    def commands(self) -> tuple[str, ...]:
        """The lines that a shell runs: all of a block that begins with a program, else those that have a prompt."""
        if self.language not in SHELLS:
            return ()
        joined = re.sub(r"\\\n\s*", "", "\n".join(self.lines)).splitlines()
        if program(joined[0]) in PROGRAMS or program(joined[0]).startswith(".venv/bin/"):
            return tuple(filter(None, (_COMMENT.sub("", line).strip() for line in joined)))
        return tuple(line.removeprefix("$ ") for line in joined if line.startswith("$ "))


def program(line: str) -> str:
    """The first word that sets no variable."""
    return (_SET.sub("", line, count=1).split() or [""])[0]


def pages() -> Iterator[tuple[str, str]]:
    """(file, text) of the pages that people wrote; the views of the architecture are made from its model."""
    for file in files():
        if not file.startswith("docs/architecture/"):
            yield file, (ROOT / file).read_text("utf-8")


def blocks() -> Iterator[Block]:
    """Every block of them."""
    for file, text in pages():
        for language, body in _BLOCK.findall(text):
            yield Block(file, language, tuple(body.splitlines()))


def spoken() -> tuple[str, ...]:
    """The commands that their sentences name, each once."""
    return tuple(dict.fromkeys(found for _, text in pages() for found in _SPOKEN.findall(text)))
