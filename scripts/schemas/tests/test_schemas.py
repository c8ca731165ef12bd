"""The JSON Schemas of our YAML files: as the tables are, right about every file here, no stricter than the linter."""

import json
import subprocess
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft201909Validator
from jsonschema_rs import validator_for

from contracts.compiler import custom, yaml_reader
from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.conventions import judge
from contracts.compiler.errors import ContractError
from contracts.compiler.load import compile_document
from scripts.schemas import __main__ as command
from scripts.schemas.custom_values import VALUES
from scripts.schemas.kinds import KINDS, OTHERS, ROOT, Kind, files

ODD = {
    "cli/review/tests/rules/current/classification-changed.odcs.yaml": "classification",
    "cli/review/tests/rules/previous/classification-changed.odcs.yaml": "classification",
    "cli/review/tests/rules/current/other-added.odcs.yaml": "customProperties",
    "cli/review/tests/rules/current/other-changed.odcs.yaml": "customProperties",
    "cli/review/tests/rules/previous/other-changed.odcs.yaml": "customProperties",
    "cli/review/tests/rules/previous/other-removed.odcs.yaml": "customProperties",
    "cli/review/tests/rules/current/status-changed.odcs.yaml": "status",
    "cli/tests/contracts/every_type/v1.odcs.yaml": "access",
}
"""Files that break a convention of ours on purpose, and where: `contracts diff` and views take other people's words."""
DOCUMENT = yaml_reader.read(HOME / "client_tickets" / "v2.odcs.yaml")
OTHERS_BY_KEY = {contract.key: contract for contract in Catalogue(HOME).all()}
Break = Callable[[dict[str, Any]], Any]


def schema_of(kind: Kind) -> Any:
    """A kind's schema as its file holds it."""
    return json.loads((ROOT / kind.schema).read_text("utf-8"))


def places(validator: Any, document: Any) -> list[str]:
    """Where a document breaks a schema."""
    return sorted({".".join(map(str, error.instance_path)) for error in validator.iter_errors(document)})


def linted(document: dict[str, Any]) -> list[str]:
    """Where the linter finds something in a version of client_tickets."""
    try:
        contract = compile_document(document, str(HOME / "client_tickets" / "v2.odcs.yaml"))
    except ContractError as error:
        return [problem.path for problem in error.problems]
    contract = replace(contract, file=str(HOME / "client_tickets" / f"v{contract.major}.odcs.yaml"))
    return [problem.path for problem in judge(contract, OTHERS_BY_KEY)]


def test_the_files_are_what_the_tables_say(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """--check is content with the repository, and names each file that is missing or old."""
    assert command.main(["--check"]) == 0
    assert command.main([], tmp_path) == 0
    (tmp_path / ".vscode" / "settings.json").write_text("{}")
    assert command.main(["--check"], tmp_path) == 1
    assert ".vscode/settings.json is out of date: run `python -m scripts.schemas`." in capsys.readouterr().err


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: Path(kind.schema).name)
def test_every_file_keeps_its_schema(kind: Kind) -> None:
    """Each YAML file of ours is valid, but for those that break a convention on purpose, where they do."""
    validator = validator_for(schema_of(kind))
    for file in files(kind):
        found = places(validator, yaml_reader.read(file))
        odd = ODD.get(file.relative_to(ROOT).as_posix())
        assert [place for place in found if odd is None or odd not in place] == [], file
        assert odd is None or found, file


def test_every_yaml_file_is_of_one_kind() -> None:
    """No YAML file of the repository is without a schema, unless it is in another tool's format."""
    listed = subprocess.run(
        ["git", "ls-files", "*.yml", "*.yaml"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    known = {path.relative_to(ROOT).as_posix() for kind in KINDS for path in files(kind)}
    foreign = {path.relative_to(ROOT).as_posix() for pattern in OTHERS for path in ROOT.glob(pattern)}
    assert not known & foreign
    assert [name for name in listed.stdout.splitlines() if name not in known | foreign] == []
    unused = [pattern for pattern in OTHERS if not list(ROOT.glob(pattern))]
    assert unused == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: Path(kind.schema).name)
def test_each_schema_is_one(kind: Kind) -> None:
    """The files are valid JSON Schemas, as a library reads them that editors do not use."""
    Draft201909Validator.check_schema(schema_of(kind))


def field(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The property of a name in a version of client_tickets."""
    return lambda document: next(row for row in document["schema"][0]["properties"] if row["name"] == name)


def at(name: str, rest: str) -> str:
    """The place of a word of a property."""
    position = [row["name"] for row in DOCUMENT["schema"][0]["properties"]].index(name)
    return f"schema.0.properties.{position}.{rest}"


def custom_at(name: str, rest: str) -> str:
    """The place of a word of a custom property."""
    return f"customProperties.{[row['property'] for row in DOCUMENT['customProperties']].index(name)}.{rest}"


def set_custom(name: str, value: Any) -> Break:
    """Another value of a custom property."""
    return lambda document: next(row for row in document["customProperties"] if row["property"] == name).update(
        value=value
    )


RULE = {"metric": "invalidValues", "arguments": {"validValues": ["a"]}, "mustBe": 0}
BROKEN: dict[str, tuple[Break, str]] = {
    "a type that is none": (lambda d: field("channel")(d).update(logicalType="datum"), at("channel", "logicalType")),
    "a type that is refused here": (
        lambda d: field("channel")(d).update(logicalType="vector"),
        at("channel", "logicalType"),
    ),
    "a type's option on another": (
        lambda d: field("satisfaction")(d)["logicalTypeOptions"].update(maxLength=3),
        at("satisfaction", "logicalTypeOptions"),
    ),
    "a format that is none": (
        lambda d: field("event_id")(d)["logicalTypeOptions"].update(format="guid"),
        at("event_id", "logicalTypeOptions.format"),
    ),
    "a width that is none": (
        lambda d: field("satisfaction")(d)["logicalTypeOptions"].update(format="i99"),
        at("satisfaction", "logicalTypeOptions.format"),
    ),
    "a class that is none": (
        lambda d: field("channel")(d).update(classification="secret"),
        at("channel", "classification"),
    ),
    "a metric of tables": (
        lambda d: field("channel")(d).update(quality=[{**RULE, "metric": "rowCount", "arguments": {}}]),
        at("channel", "quality.0.metric"),
    ),
    "an argument of no metric": (
        lambda d: field("channel")(d).update(quality=[{**RULE, "arguments": {"allowed": ["a"]}}]),
        at("channel", "quality.0.arguments"),
    ),
    "a unit that is none": (
        lambda d: field("channel")(d).update(quality=[{**RULE, "unit": "%"}]),
        at("channel", "quality.0.unit"),
    ),
    "a rule nobody runs": (
        lambda d: field("channel")(d).update(quality=[{"type": "custom", "engine": "x", "implementation": "y"}]),
        at("channel", "quality.0.type"),
    ),
    "rows that are none": (set_custom("rows", "events"), custom_at("rows", "value")),
    "no partition": (set_custom("kafkaPartitions", 0), custom_at("kafkaPartitions", "value")),
    "a duration in words": (set_custom("lateAfter", "1 hour"), custom_at("lateAfter", "value")),
    "an unknown property of ours": (
        lambda d: d["customProperties"].append({"property": "kafkaKeys", "value": "ticket_id"}),
        f"customProperties.{len(DOCUMENT['customProperties'])}.property",
    ),
    "a status that is none": (lambda d: d.update(status="live"), "status"),
    "a version in one number": (lambda d: d.update(version="2"), "version"),
    "two tables": (lambda d: d["schema"].append(d["schema"][0]), "schema"),
    "a right that is none": (lambda d: d["roles"][0].update(access="admin"), "roles.0.access"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_contract_is_refused_where_it_is_broken(name: str) -> None:
    """The schema names the place and no other; the linter refuses the same, so the editor is no stricter than it."""
    change, place = BROKEN[name]
    document = deepcopy(DOCUMENT)
    change(document)
    found = places(validator_for(schema_of(KINDS[0])), document)
    nested = "a rule nobody runs"
    assert (place in found) if name == nested else (found == [place])
    assert linted(document)


def test_the_linter_is_content_where_nothing_is_broken() -> None:
    """Else the comparison above would say nothing."""
    assert linted(deepcopy(DOCUMENT)) == []


def test_a_vendors_property_is_its_own() -> None:
    """What has a vendor may be called and hold anything, here as for the linter."""
    document = deepcopy(DOCUMENT)
    document["customProperties"].append({"property": "carbonClass", "value": [1], "vendor": "acme"})
    assert places(validator_for(schema_of(KINDS[0])), document) == linted(document) == []


@pytest.mark.parametrize("file", ODD)
def test_what_the_schema_refuses_the_linter_refuses(file: str) -> None:
    """The files that break a convention break one of the linter's, at the same word."""
    contract = compile_document(yaml_reader.read(ROOT / file), file)
    found = [f"{problem.path} {problem.what}" for problem in judge(contract, {})]
    assert [problem for problem in found if ODD[file] in problem]


SAMPLES: tuple[Any, ...] = (
    "event", "aggregate", "events", "", "ticket_id", 0, 1, 4, 1.5, True, None, "P7D", "PT1H", "P", "PT", "P1DT",
    "7 days", "P1DT2H3M4S", "full", "backwards", ["a.v1"], ["a"], [1], [], {"key": "a"}, "client_tickets.v2",
    [{"name": "contract", "from": "$contract", "required": True}], [{"name": "contract"}], [{"name": "", "from": "x"}],
    {"key": "a", "state": "b", "start": ["x"], "transitions": {"x": ["y"], "y": []}},
    {"key": "a", "state": "b", "start": ["x"], "transitions": {"x": "y"}},
    {"key": "a", "state": "b", "start": ["x"], "transitions": {}, "constant": ["c"], "only": {"c": ["x"]}},
)  # fmt: skip
STRICTER = {"sourceContract", "referenceContracts", "kafkaHeaders"}
"""Where the linter finds a fault only beside other contracts (no such contract), or takes an empty text as no list."""


@pytest.mark.parametrize("name", VALUES)
def test_values_are_judged_as_the_linter_reads_them(name: str) -> None:
    """A custom property's value is valid exactly where the compiler takes it."""
    validator = validator_for({**VALUES[name]})
    for sample in SAMPLES:
        try:
            custom.PROPERTIES[name].read(sample)
            read = True
        except ValueError:
            read = False
        valid = validator.is_valid(sample)
        assert valid == read or (name in STRICTER and not valid), sample


@pytest.mark.parametrize(
    ("schema", "text", "place"),
    [
        ("cases", "event: {}\naccepted: []\nrefused: [{set: {a: 1}}]", "refused.0"),
        ("cases", "event: {}\naccepted: []\nrefused: [{clauses: [a/enmu], set: {}}]", "refused.0.clauses.0"),
        ("cases", "event: {}\naccepted: [{sett: {}}]\nrefused: []", "accepted.0"),
        ("defect", "says: x\nset: {link: {}}", "set"),
        (
            "labelled",
            "sources: {}\npairs: [{name: a, from: b, way: up, compatible: true, old: [], new: []}]",
            "pairs.0.way",
        ),
        (
            "diff-waivers",
            "waivers: [{rule: odd, path: a, reason: b, owner: c, expires: '2026-01-01'}]",
            "waivers.0.rule",
        ),
        ("audit-waivers", "waivers: [{id: a, package: b, reason: c, until: soon}]", "waivers.0.until"),
        ("licences", "allowed: {}\npython: {x: [MIT]}\njars: {}", "python.x"),
    ],
)
def test_other_broken_files_are_refused_where_they_are_broken(schema: str, text: str, place: str) -> None:
    """One fault each, at its place."""
    kind = next(kind for kind in KINDS if kind.schema.endswith(f"/{schema}.schema.json"))
    assert places(validator_for(schema_of(kind)), yaml.safe_load(text)) == [place]
