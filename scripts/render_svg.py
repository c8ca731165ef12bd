"""docs/architecture/svg/: every picture of the architecture as an SVG of its own, in English and French.

Mermaid (version and hash in scripts/mermaid.lock) is fetched by npm into build/mermaid once, and draws in headless
Chromium. Only pictures whose text has changed are drawn, unless --all. An SVG says which text it was drawn from, so
`tickets architecture render --check` needs no browser. It holds no foreign object, no script and no font, so it can be
put into a page as it is. Run from the checkout: .venv/bin/python scripts/render_svg.py [--all] [--out FOLDER]
"""

import argparse
import base64
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from architecture.load import HOME, load
from architecture.views.pages import SVG, fingerprint, wanted_svgs
from architecture.views.stale import left_over, old_svgs
from runtime import browser
from runtime.files import write_atomically

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "architecture"
LOCK = json.loads((ROOT / "scripts" / "mermaid.lock").read_text("utf-8"))
CACHE = ROOT / "build" / "mermaid"
BUNDLE = "package/dist/mermaid.min.js"
DRAW = (ROOT / "scripts" / "render_svg.js").read_text("utf-8")
PAGE = '<!doctype html><meta charset=utf-8><body><script src="{bundle}"></script><script>{draw}</script>'
_OUT = re.compile(r'<pre id="out">([A-Za-z0-9+/=]*)</pre>')


def bundle() -> Path:
    """Mermaid's one file, from the cache or from npm; refused if its archive is not the one that was locked."""
    script = CACHE / f"mermaid-{LOCK['version']}.min.js"
    if script.is_file():
        return script
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not installed, and build/mermaid holds no Mermaid.")
    with tempfile.TemporaryDirectory() as folder:
        wanted = f"{LOCK['package']}@{LOCK['version']}"
        done = subprocess.run(
            [npm, "pack", "--silent", wanted], cwd=folder, capture_output=True, text=True, timeout=300, check=False
        )
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode or not archives:
            raise SystemExit(f"npm could not fetch {wanted}: {done.stderr.strip()}")
        digest = base64.b64encode(hashlib.sha512(archives[0].read_bytes()).digest()).decode()
        if f"sha512-{digest}" != LOCK["integrity"]:
            raise SystemExit(f"{wanted} is not what scripts/mermaid.lock says: sha512-{digest}. Nothing was used.")
        with tarfile.open(archives[0]) as archive:
            member = archive.extractfile(BUNDLE)
            if member is None:
                raise SystemExit(f"{wanted} has no {BUNDLE}: mend scripts/render_svg.py.")
            write_atomically(script, member.read())
    return script


def draw(texts: Mapping[str, str]) -> dict[str, str]:
    """Mermaid texts to SVGs, by name; one that Mermaid refuses comes back as its words after `refused: `."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "draw.html"
        given = json.dumps({"texts": texts}).replace("<", "\\u003c")
        page.write_text(PAGE.format(bundle=bundle().as_uri(), draw=DRAW.replace("__GIVEN__", given)), "utf-8")
        dom = browser.run("--virtual-time-budget=600000", "--dump-dom", page.as_uri(), timeout_s=900)
    found = _OUT.search(dom)
    if found is None:
        raise SystemExit(f"Chromium drew nothing:\n{dom[-2000:]}")
    drawn: dict[str, str] = json.loads(base64.b64decode(found[1]))
    return drawn


def signed(svg: str, text: str) -> str:
    """An SVG that says what it was drawn by and from."""
    return f"<!-- mermaid {LOCK['version']} sha256:{fingerprint(text)} -->\n{svg}\n"


def main() -> None:
    """Draw what is old, remove what no picture is drawn to any more."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--all", action="store_true", help="draw every picture, also those that are as they should be")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--model", type=Path, default=HOME)
    given = parser.parse_args()
    wanted = wanted_svgs(load(given.model))
    names = tuple(wanted) if given.all else old_svgs(given.out, wanted)
    drawn = draw({name: wanted[name] for name in names}) if names else {}
    refused = {name: svg for name, svg in drawn.items() if svg.startswith("refused: ")}
    if refused:
        raise SystemExit("\n".join(f"{name}: {words}" for name, words in refused.items()))
    for name, svg in drawn.items():
        write_atomically(given.out / name, signed(svg, wanted[name]))
    gone = [path for path in left_over(given.out, set(wanted)) if path.startswith(f"{SVG}/") and path.endswith(".svg")]
    for path in gone:
        (given.out / path).unlink()
    print(f"{len(drawn)} drawn, {len(wanted) - len(drawn)} as they should be, {len(gone)} removed: {given.out / SVG}")


if __name__ == "__main__":
    main()
