"""What `tickets contracts show` prints of a contract: every view of every contract, and what each view promises."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from cli.contracts import command
from cli.tests.markup import read_html
from cli.tests.shown import (
    CLIENT_TICKETS,
    EVERY_TYPE,
    FILES,
    ROOT,
    every_type_document,
    name_of,
    printed,
    show,
    written,
)
from cli.views import VIEWS
from contracts.compiler.load import load
from contracts.compiler.model import Contract
from contracts.compiler.types import TYPES, decimal_parts

NEED_A_TOPIC = {"topic", "asyncapi", "acl"}
HEAVY = ("pyspark", "pandas", "pandera", "polars", "duckdb", "deltalake", "confluent_kafka", "pyarrow")

READERS: Mapping[str, Callable[[str], Any]] = {
    "json-schema": json.loads,
    "topic": json.loads,
    "acl": json.loads,
    "asyncapi": yaml.safe_load,
    "alerts": yaml.safe_load,
    "html": read_html,
}


@pytest.fixture
def every_type() -> Contract:
    """The contract with one field of each type."""
    return load(EVERY_TYPE)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_every_view_of_every_contract_is_printed_in_its_format(file: Path, view: str) -> None:
    """Each prints something that its format's reader takes; without a topic, topic views say so and exit with 2."""
    done = show(str(file), "--as", view)
    if view in NEED_A_TOPIC and load(file).envelope is None:
        assert done.exit_code == 2
        assert "describes no topic" in done.output
        return
    assert done.exit_code == 0, done.output
    assert READERS.get(view, str.strip)(done.output)


def test_the_contracts_here_cover_every_type_and_stored_form(every_type: Contract) -> None:
    """A new type without a field in the test contract fails here."""
    assert {field.type for field in every_type.walk()} == TYPES.keys()
    forms = {"decimal" if decimal_parts(field.storage) else field.storage for field in every_type.walk()}
    assert forms == {form for row in TYPES.values() for form in row.storages}


@pytest.mark.parametrize("view", sorted(VIEWS.keys() - {"pandera"}))
def test_a_view_imports_no_large_library(view: str) -> None:
    """Only the pandera view waits for what it shows."""
    code = (
        "import sys\n"
        "from click.testing import CliRunner\nfrom cli.contracts import command\n"
        f"done = CliRunner().invoke(command, ['show', {str(EVERY_TYPE)!r}, '--as', {view!r}])\n"
        "assert done.exit_code == 0, done.output\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_help_explains_every_view_with_an_example() -> None:
    """A person learns from --help what there is and how to ask for it."""
    help_ = CliRunner().invoke(command, ["show", "--help"]).output
    for view in VIEWS.values():
        assert view.about in help_
        assert f"tickets contracts show client_tickets.v1 --as {view.name}" in help_


def test_closed_is_for_the_json_schema_alone() -> None:
    """A writer's schema refuses unknown fields; with another view the flag is wrong use."""
    assert json.loads(show(str(EVERY_TYPE), "--as", "json-schema", "--closed").output)["additionalProperties"] is False
    assert "additionalProperties" not in json.loads(printed(EVERY_TYPE, "json-schema"))
    done = show(str(EVERY_TYPE), "--as", "markdown", "--closed")
    assert done.exit_code == 2
    assert "--closed means nothing for markdown" in done.output


def test_a_contract_is_named_by_name_version_or_file() -> None:
    """All three mean the same contract."""
    shown = {
        show(name, "--as", "topic").output for name in ("client_tickets", "client_tickets.v1", str(CLIENT_TICKETS))
    }
    assert len(shown) == 1
    assert '"topic": "client_tickets"' in shown.pop()


def test_clauses_lists_each_clause_once_and_what_nothing_enforces(every_type: Contract) -> None:
    """Per event, over all rows, queries, and then the notes."""
    lines = printed(EVERY_TYPE, "clauses").splitlines()
    wanted = [clause.id for clause in (*every_type.all_clauses(), *every_type.row_clauses())]
    assert [line for line in lines if line in wanted] == wanted
    assert "    wants less than 5 percent of rows repeated (of colour and day together)" in lines
    assert "    wants from 0 to 3 rows invalid (valid: text matching ^[A-Z])" in lines
    assert "    asks SELECT count(*) FROM {object} WHERE colour IS NULL" in lines
    assert lines[-2:] == [
        "schema.every_type.quality.3: text rule: Colours should look nice together.",
        "    is written for people",
    ]


def test_clauses_of_a_plain_contract_are_id_and_demand() -> None:
    """Two lines per clause, without a heading."""
    lines = printed(CLIENT_TICKETS, "clauses").splitlines()
    assert lines[:2] == [
        "client_tickets.v1/$/utf8",
        "    wants valid UTF-8 without byte order mark or lone surrogates",
    ]
    assert "not enforced:" not in lines


def test_a_composite_key_names_its_columns() -> None:
    """`no value twice` alone would say it of one column."""
    shown = printed(ROOT / "contracts/support_targets/v1.odcs.yaml", "clauses")
    assert "support_targets.v1/$/primaryKey\n    wants no value twice (of request_type and priority together)" in shown


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_pandera_judges_each_clause_or_says_why_not(file: Path) -> None:
    """Every clause of fields and rows stands in the view once: below its column, or at the end with the reason."""
    checks, _, gaps = printed(file, "pandera").partition("\nnot judged on stored rows:\n")
    judged = [line.strip() for line in checks.splitlines() if line.startswith("        ")]
    not_judged = [line.strip() for line in gaps.splitlines()[::2]]
    contract = load(file)
    of_fields = [clause for field in contract.walk() for clause in field.clauses]
    for clause in (*of_fields, *contract.row_clauses()):
        assert (judged + not_judged).count(clause.id) == 1, clause.id


def test_topic_holds_name_key_headers_and_settings() -> None:
    """Durations in milliseconds, as the broker takes them."""
    assert json.loads(printed(EVERY_TYPE, "topic")) == {
        "topic": "every-type.v1",
        "partitions": 3,
        "key": "number",
        "headers": {
            "contract": "$contract",
            "contract_version": "$version",
            "number": "number",
            "colour": "colour",
            "sender": "$producer",
        },
        "config": {"retention.ms": "129600000", "max.message.bytes": "1000000", "cleanup.policy": "delete"},
    }


def test_a_contract_can_not_steer_the_terminal(tmp_path: Path) -> None:
    """Control characters in its text are shown, not sent."""
    document = every_type_document()
    document["description"]["purpose"] = "red \x1b[31m and \x9b31m"
    file = written(tmp_path, document)
    for view in ("markdown", "json-schema", "asyncapi", "html"):
        done = show(str(file), "--as", view)
        assert not {"\x1b", "\x9b"} & set(done.output), view
    assert json.loads(show(str(file), "--as", "json-schema").output)["description"] == "red \x1b[31m and \x9b31m"
