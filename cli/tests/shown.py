"""What the tests of the views share: the contracts they are run on, one of them hostile, and the command."""

import re
from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner, Result

from cli.contracts import command
from contracts.compiler import yaml_reader

ROOT = Path(__file__).resolve().parents[2]
EVERY_TYPE = ROOT / "cli/tests/contracts/every_type/v1.odcs.yaml"
CLIENT_TICKETS = ROOT / "contracts/client_tickets/v1.odcs.yaml"
FILES = sorted([*ROOT.glob("contracts/*/v*.odcs.yaml"), *ROOT.glob("examples/contracts/*/v*.odcs.yaml"), EVERY_TYPE])

EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> \"quoted\" 'single' &amp; | pipe\n\n"
    "# heading\n\n| a | b |\n|---|---|\n| c | d |\n\n```\n"
    "[link](javascript:alert(3)) ![i](x) **bold** _it_ \\ `code` $x$"
)
"""Markup of every kind, as the text of a contract that means harm or simply writes about markup."""


TICKS = "`one` and ``two`` backticks`"


def name_of(file: Path) -> str:
    """The contract's name, for the names of tests."""
    return file.parent.name


def show(*arguments: str) -> Result:
    """Run `tickets contracts show` in this process."""
    return CliRunner().invoke(command, ["show", *arguments])


def printed(file: Path, view: str) -> str:
    """What a view prints of a contract that has it."""
    done = show(str(file), "--as", view)
    assert done.exit_code == 0, done.output
    return done.output


def written(folder: Path, document: dict[str, Any]) -> Path:
    """A contract's document as a file."""
    file = folder / "v1.odcs.yaml"
    file.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), "utf-8")
    return file


def every_type_document() -> dict[str, Any]:
    """The test contract as plain values, to be changed."""
    return yaml_reader.read(EVERY_TYPE)


def hostile(folder: Path) -> Path:
    """A contract that says EVIL wherever it may say anything."""
    made = every_type_document()
    made |= {"domain": EVIL, "tags": [EVIL], "status": EVIL}
    made["description"] = {"purpose": EVIL, "usage": EVIL, "limitations": EVIL}
    made["team"] = {"name": EVIL, "members": [{"username": '"><b>x</b>@example.com', "role": "owner"}]}
    made["roles"] = [{"role": EVIL, "access": access, "description": EVIL} for access in ("read", "write", EVIL)]
    made["roles"].append({"role": TICKS, "access": "read"})
    made["slaProperties"] = [{"property": EVIL, "value": EVIL, "unit": EVIL, "description": EVIL}]
    made["support"] = [
        {"channel": EVIL, "url": "javascript:alert(4)"},
        {"channel": EVIL, "url": 'https://example.com/"><b>'},
        {"channel": EVIL, "url": "https://example.com/'x'?a=1&copy;*_b_*"},
    ]
    made["servers"][0] |= {"server": EVIL, "description": EVIL}
    made["authoritativeDefinitions"] = [{"type": EVIL, "url": "data:text/html,<script>alert(5)</script>"}]
    custom = {row["property"]: row for row in made["customProperties"]}
    custom["kafkaHeaders"]["value"].append({"name": EVIL, "from": "colour"})
    custom["lifeCycle"]["value"] |= {"start": [EVIL], "transitions": {EVIL: [EVIL, "red"]}}
    schema = made["schema"][0]
    schema |= {"dataGranularityDescription": EVIL}
    schema["quality"] += [{"type": "text", "description": EVIL}, {"type": "sql", "query": EVIL, "mustBe": 0}]
    for field in schema["properties"]:
        field |= {"description": EVIL}
    colour = next(field for field in schema["properties"] if field["name"] == "colour")
    colour |= {"enum": [{"value": EVIL}], "classification": EVIL}
    name = re.sub(r"[.\[\]/\n`]", "", EVIL)  # the compiler refuses what no clause id or column can have
    schema["properties"].append({"name": name, "logicalType": "string", "description": EVIL})
    return written(folder, made)
