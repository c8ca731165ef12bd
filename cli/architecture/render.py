"""`tickets architecture render`: writes docs/architecture/ from the model, or says what there is stale."""

import json
from collections.abc import Mapping
from pathlib import Path

import click

from architecture.load import HOME, load
from architecture.views.pages import INDEX, pages, wanted_svgs
from architecture.views.stale import Fault, compare, left_over, old_svgs
from cli import options
from cli.habits import no_such
from runtime.files import write_atomically

OUT = Path(__file__).parents[2] / "docs" / "architecture"
EPILOG = """\b
Examples:
  tickets architecture render
  tickets architecture render --target aws --out /tmp/aws
  tickets architecture render --check
  python scripts/render_svg.py          the pictures as SVG, with Chromium
"""
_REMEDIES: Mapping[str, str] = {
    "stale": "says something else than the model",
    "missing": "is not there",
    "left-over": "follows from nothing in the model: remove it",
}


@click.command(epilog=EPILOG)
@click.option("--model", type=click.Path(file_okay=False, exists=True, path_type=Path), default=HOME, hidden=True)
@click.option(
    "--out",
    type=options.Made(folder=True),
    default=OUT,
    help="Folder to write to; default: docs/architecture of this checkout.",
)
@click.option("--target", help="Only the files of one target: aws, azure, gcp or onprem.")
@click.option("--check", is_flag=True, help="Write nothing; say which files are stale, missing or left over.")
@options.as_json
def command(model: Path, out: Path, target: str | None, check: bool, as_json: bool) -> None:
    """Draw every view of the model: Mermaid in Markdown, and flow matrix, firewall rules, rights, keys, RACI as CSV.

    SVGs are drawn by scripts/render_svg.py, since that needs a browser; --check holds each against the Mermaid text
    it says it was drawn from. Only files in folders below --out, and its README.md, are looked at.

    Exit codes: 0 done, or nothing stale; 1 --check found something; 2 wrong use.
    """
    read = load(model)
    if target is not None and target not in read.targets:
        raise no_such("target", target, read.targets)
    wanted, svgs = _of(pages(read), target), _of(wanted_svgs(read), target)
    if check:
        faults = compare(out, wanted, svgs, target)
        click.echo(json.dumps(_json(faults), indent=2) if as_json else _told(faults, len(wanted) + len(svgs)))
        raise SystemExit(1 if faults else 0)
    changed = _write(out, wanted)
    old, over = old_svgs(out, svgs), left_over(out, {*wanted, *svgs}, target)
    said = {"written": changed, "unchanged": len(wanted) - len(changed), "old_svgs": old, "left_over": over}
    click.echo(json.dumps(said, indent=2) if as_json else _written(out, changed, len(wanted), old, over))


def _of(files: Mapping[str, str], target: str | None) -> dict[str, str]:
    """The files of one target, or all of them."""
    folders = (f"{target}/", f"svg/{target}/")
    return {path: text for path, text in files.items() if target is None or path.startswith(folders)}


def _write(out: Path, wanted: Mapping[str, str]) -> list[str]:
    """Write what differs, each file whole or not at all; the index last, so that it points to nothing missing."""
    changed = [path for path, text in wanted.items() if not _same(out / path, text)]
    for path in sorted(changed, key=lambda path: path == INDEX):
        write_atomically(out / path, wanted[path])
    return changed


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()


def _told(faults: tuple[Fault, ...], count: int) -> str:
    if not faults:
        return f"{count} files follow from the model as it is."
    lines = [f"{fault.what:<9}  {fault.path} {_REMEDIES[fault.what]}" for fault in faults]
    lines.append(f"{len(faults)} of {count} files: run `tickets architecture render`")
    if any(fault.path.endswith(".svg") for fault in faults):
        lines[-1] += ", then `python scripts/render_svg.py`"
    return "\n".join([*lines[:-1], f"{lines[-1]}."])


def _written(out: Path, changed: list[str], count: int, old: tuple[str, ...], over: tuple[str, ...]) -> str:
    lines = [f"{len(changed)} of {count} files written below {out}, the others were as they should be."]
    if old:
        lines.append(f"{len(old)} SVGs are missing or of an older text: run `python scripts/render_svg.py`.")
    lines += [f"left over: {path} follows from nothing in the model; remove it." for path in over]
    return "\n".join(lines)


def _json(faults: tuple[Fault, ...]) -> dict[str, object]:
    return {"ok": not faults, "faults": [{"path": fault.path, "what": fault.what} for fault in faults]}
