"""The drawings in pages that no view of the architecture writes -> docs/images/mermaid, one SVG each.

Drawn as scripts/render_svg.py draws, by the same Mermaid; kept in the repository, so that the site needs no browser.
"""

from __future__ import annotations

from pathlib import Path

from architecture.views.stale import old_svgs
from cli.docs.carried import DRAWN, drawings, files
from cli.docs.tree import ROOT
from runtime.files import write_atomically


def wanted(root: Path = ROOT) -> dict[str, str]:
    """Path of each SVG below the checkout -> the Mermaid text that it must be drawn from."""
    return {svg: text for file in files(root) for svg, text in drawings(file, root)}


def stale(root: Path = ROOT) -> tuple[str, ...]:
    """What is missing, was drawn from another text, or belongs to nothing any more."""
    texts = wanted(root)
    there = {path.relative_to(root).as_posix() for path in (root / DRAWN).glob("*.svg")}
    return (*old_svgs(root, texts), *sorted(there - texts.keys()))


def draw(root: Path = ROOT) -> tuple[str, ...]:
    """Draw what is missing or old, remove what belongs to nothing; needs Chromium and, the first time, npm."""
    from scripts.render_svg import draw as mermaid
    from scripts.render_svg import signed

    texts, old = wanted(root), stale(root)
    drawn = mermaid({name: texts[name] for name in old if name in texts})
    if refused := [f"{name}: {svg}" for name, svg in drawn.items() if svg.startswith("refused: ")]:
        raise SystemExit("\n".join(refused))
    for name in old:
        if name in drawn:
            write_atomically(root / name, signed(drawn[name], texts[name]))
        else:
            (root / name).unlink()
    return old


if __name__ == "__main__":
    print("\n".join(draw()) or "Every drawing is as it should be.")
