"""What a folder holds against what it should: files that are stale, missing or left over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from architecture.views.pages import fingerprint

_DRAWN_FROM = re.compile(rb"<!-- mermaid [0-9.]+ sha256:([0-9a-f]{64}) -->")
_HEAD = 400  # bytes in which an SVG says what it was drawn from


@dataclass(frozen=True, slots=True)
class Fault:
    """One file: `stale` says something else than the model, `missing` is not there, `left-over` belongs to nothing."""

    path: str
    what: Literal["stale", "missing", "left-over"]


def compare(
    folder: Path, pages: Mapping[str, str], svgs: Mapping[str, str], target: str | None = None
) -> tuple[Fault, ...]:
    """Every fault, by path. Pages are compared byte for byte, an SVG by the text it says it was drawn from."""
    return tuple(sorted(_faults(folder, pages, svgs, target), key=lambda fault: fault.path))


def old_svgs(folder: Path, svgs: Mapping[str, str]) -> tuple[str, ...]:
    """The SVGs that are missing, or were drawn from another text."""
    return tuple(path for path, text in svgs.items() if drawn_from(folder / path) != fingerprint(text))


def left_over(folder: Path, expected: set[str], target: str | None = None) -> tuple[str, ...]:
    """Files in folders below `folder` (of one target, or of all) that belong to nothing."""
    below = [folder / target, folder / "svg" / target] if target else list(folder.glob("*/"))
    there = (path.relative_to(folder).as_posix() for root in below for path in root.rglob("*") if path.is_file())
    return tuple(sorted(set(there) - expected))


def drawn_from(svg: Path) -> str | None:
    """The fingerprint of the text an SVG was drawn from; None where it says none or is not there."""
    if not svg.is_file():
        return None
    with svg.open("rb") as file:
        found = _DRAWN_FROM.search(file.read(_HEAD))
    return found[1].decode() if found else None


def _faults(folder: Path, pages: Mapping[str, str], svgs: Mapping[str, str], target: str | None) -> Iterator[Fault]:
    there = {path for path in (*pages, *svgs) if (folder / path).is_file()}
    yield from (Fault(path, "missing") for path in (*pages, *svgs) if path not in there)
    yield from (
        Fault(path, "stale")
        for path, text in pages.items()
        if path in there and (folder / path).read_bytes() != text.encode()
    )
    yield from (Fault(path, "stale") for path in old_svgs(folder, svgs) if path in there)
    yield from (Fault(path, "left-over") for path in left_over(folder, {*pages, *svgs}, target))
