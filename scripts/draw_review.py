"""docs/images/contract-review.png: the comment of a real review, as a pull request would show it.

Makes a repository with the contracts, changes three things in one of them, runs `tickets contracts diff`, renders the
Markdown it prints and takes a picture with Chromium. Run from the checkout: .venv/bin/python scripts/draw_review.py
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from markdown_it import MarkdownIt

from runtime import browser

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "images" / "contract-review.png"
CHANGED = "client_tickets/v1.odcs.yaml"
CHANGES = (
    ("maximum: 5, format: i32", "maximum: 10, format: i32"),
    ("[email, phone, web, chat, branch]", "[email, phone, web, chat, branch, social]"),
    (
        "      - name: due_on\n",
        "      - name: product\n        logicalType: string\n        classification: internal\n"
        "        description: The product the client asks about.\n      - name: due_on\n",
    ),
    ("version: 1.1.0", "version: 1.2.0"),
)
STYLE = """
body { font: 14px/1.5 "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; color: #1f2328; background: #fff;
  margin: 0; padding: 16px; width: 868px }
.comment { border: 1px solid #d1d9e0; border-radius: 6px }
.head { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 16px; color: #59636e }
.body { padding: 4px 16px 12px }
h2 { border-bottom: 1px solid #d1d9e0; padding-bottom: 6px; font-size: 20px }
h3 { font-size: 17px }
table { border-collapse: collapse; margin: 8px 0; display: block }
td, th { border: 1px solid #d1d9e0; padding: 6px 13px; text-align: left; vertical-align: top }
code { background: #818b981f; border-radius: 6px; padding: 2px 5px; font: 12px "DejaVu Sans Mono", monospace }
pre { background: #f6f8fa; border-radius: 6px; padding: 12px; overflow: hidden }
pre code { background: none; padding: 0 }
"""


def review(folder: Path) -> str:
    """The Markdown of a review of changed contracts, from the command itself."""
    shutil.copytree(ROOT / "contracts", folder / "contracts", ignore=shutil.ignore_patterns("compiler", "__pycache__"))
    git = ["git", "-c", "user.name=reader", "-c", "user.email=reader@example.com"]
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "contracts"]):
        subprocess.run([*git, *arguments], cwd=folder, check=True)
    file = folder / "contracts" / CHANGED
    text = file.read_text("utf-8")
    for old, new in CHANGES:
        if old not in text:
            raise SystemExit(f"{CHANGED} has no {old!r} any more: mend CHANGES in this script")
        text = text.replace(old, new, 1)
    file.write_text(text, "utf-8")
    command = [
        Path(sys.executable).parent / "tickets",
        "contracts",
        "diff",
        "--against",
        "HEAD",
        "--format",
        "markdown",
    ]
    environment = {**os.environ, "TICKETS_CONTRACTS": str(folder / "contracts")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 2:
        raise SystemExit(done.stderr)
    return done.stdout


def page(markdown: str) -> str:
    """The comment as a page, its first detail open."""
    body = (
        MarkdownIt("commonmark", {"html": True})
        .enable("table")
        .render(markdown)
        .replace("<details", "<details open", 1)
    )
    head = '<div class="head"><b>github-actions</b> commented</div>'
    comment = f"<div class=comment>{head}<div class=body>{body}</div></div>"
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{comment}"


def draw(html: str, folder: Path) -> None:
    """A picture of the page, as high as the page is."""
    file = folder / "review.html"
    height = "<script>document.title = document.documentElement.scrollHeight</script>"
    file.write_text(html + height, "utf-8")
    options = ("--hide-scrollbars", "--force-device-scale-factor=1")
    dom = browser.run(*options, "--window-size=900,100", "--dump-dom", file.as_uri(), timeout_s=120)
    high = int(dom.partition("<title>")[2].partition("</title>")[0] or 1600)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    shot = (f"--window-size=900,{high + 16}", f"--screenshot={PICTURE}")
    browser.run(*options, *shot, file.as_uri(), timeout_s=120)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        draw(page(review(Path(made))), Path(made))
    print(PICTURE)
