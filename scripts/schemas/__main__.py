"""`python -m scripts.schemas`: write the JSON Schemas of our YAML files, and which editors take for which file."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.schemas.kinds import KINDS, ROOT

SETTINGS = ".vscode/settings.json"


def texts() -> Mapping[str, str]:
    """What each file must hold, by its path from the root."""
    made = {kind.schema: _text(kind.make()) for kind in KINDS if kind.make is not None}
    chosen = {
        f"./{kind.schema}": [f"/{pattern}" if "**/" not in pattern[:3] else pattern for pattern in kind.patterns]
        for kind in KINDS
    }
    return {**made, SETTINGS: _text({"yaml.schemas": chosen})}


def _text(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def stale(root: Path) -> list[str]:
    """The files that do not hold what they must."""
    return [name for name, text in texts().items() if not _holds(root / name, text)]


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == text


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """0 where the files are written, or with --check as they must be; else 1."""
    parser = argparse.ArgumentParser(prog="python -m scripts.schemas", description=__doc__)
    parser.add_argument("--check", action="store_true", help="Write nothing; 1 where a file is not what it must be.")
    if parser.parse_args(arguments).check:
        old = stale(root)
        for name in old:
            print(f"{name} is out of date: run `python -m scripts.schemas`.", file=sys.stderr)
        return int(bool(old))
    for name, text in texts().items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
        print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
