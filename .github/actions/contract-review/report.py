"""The reports of a comparison to where a reviewer looks: `summary` and annotations, the one `comment`, the `verdict`.

Run by the action with nothing but Python and `gh`. Where the comparison did not run, both say so, so that no older
verdict stays up. Files come from $REVIEW, everything else from the environment; see action.yml.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MARKER = "<!-- contract-review -->"
COMPARED = ("0", "1")  # exit codes of a comparison that ran
LIMIT = 65_536  # characters of a comment
FAILED = f"""{MARKER}

## Contract review: could not compare

The comparison did not run, so nothing is known about this change. The log of the job says why; a contract that does
not compile and a missing history (`fetch-depth: 0`) are the usual reasons."""


def main(arguments: list[str]) -> int:
    """0 done, 1 `gh` failed or something is above the bar, 2 wrong use or no comparison."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        print(f"usage: report.py {'|'.join(COMMANDS)}", file=sys.stderr)
        return 2
    try:
        return COMMANDS[arguments[0]]()
    except (subprocess.CalledProcessError, OSError) as error:
        detail = (getattr(error, "stderr", "") or str(error)).replace("%", "%25").replace("\r", "").replace("\n", "%0A")
        print(f"::error title=contract review::The comment could not be written: {detail}")
        return 1


def summary() -> int:
    """Annotations to the log, the report to the job summary."""
    annotations = Path(os.environ["REVIEW"]) / "annotations.txt"
    if not compared():
        print("::error title=contract review::The contracts could not be compared; the log of the job says why.")
    elif annotations.exists():
        print(annotations.read_text("utf-8"), end="")
    with Path(os.environ["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as file:
        file.write(f"{body()}\n")
    return 0


def comment() -> int:
    """Write the comment, over our older one where there is any; nothing on a pull request from a fork."""
    repository = os.environ["GITHUB_REPOSITORY"]
    if os.environ.get("HEAD_REPOSITORY") != repository:
        print("A pull request from a fork: no comment, see the job summary.")
        return 0
    of_request = f"repos/{repository}/issues/{int(os.environ['PULL_REQUEST'])}/comments"
    ours = next(older(of_request), None)
    where = ("POST", of_request) if ours is None else ("PATCH", f"repos/{repository}/issues/comments/{ours}")
    gh("--method", *where, "--input", "-", given={"body": fitting(body())})
    return 0


def verdict() -> int:
    """The exit code of the comparison; 2 where it did not run, even if something says that it went well."""
    return int(os.environ["STATUS"]) if compared() else 2


def older(of_request: str) -> Iterator[int]:
    """Ids of the comments that this action wrote: by its own login, with the marker in front."""
    for row in pages(gh("--paginate", f"{of_request}?per_page=100")):
        if (row.get("user") or {}).get("login") == os.environ["BOT"] and (row.get("body") or "").startswith(MARKER):
            yield int(row["id"])


def pages(text: str) -> Iterator[dict[str, Any]]:
    """The rows of all pages; `gh` prints one array, or, where it is older, one array after the other."""
    decoder = json.JSONDecoder()
    while text := text.lstrip():
        rows, end = decoder.raw_decode(text)
        yield from rows
        text = text[end:]


def gh(*arguments: str, given: dict[str, str] | None = None) -> str:
    """What `gh api` answers."""
    text = json.dumps(given) if given else None
    done = subprocess.run(["gh", "api", *arguments], input=text, capture_output=True, encoding="utf-8", check=True)
    return done.stdout


def compared() -> bool:
    """Whether the comparison ran to its end and left a report."""
    return os.environ.get("STATUS") in COMPARED and bool(report().strip())


def report() -> str:
    """The Markdown that the comparison left, empty where it left none."""
    file = Path(os.environ["REVIEW"]) / "review.md"
    return file.read_text("utf-8") if file.exists() else ""


def body() -> str:
    """What a reviewer reads: the report, or that there is none, and which commit it is about."""
    of = f"\n\n_About commit {os.environ.get('HEAD_SHA') or os.environ['GITHUB_SHA']}._"
    text = report().strip() if compared() else FAILED
    return text + of


def fitting(text: str) -> str:
    """The text, or where to find it if a comment cannot hold it."""
    return text if len(text) <= LIMIT else f"{MARKER}\n\nThe report is too long for a comment: see the job summary."


COMMANDS = {"summary": summary, "comment": comment, "verdict": verdict}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
