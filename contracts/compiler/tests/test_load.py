"""YAML to Contract, and everything that must not become one."""

from pathlib import Path

import pytest

from contracts.compiler import rules, types
from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.conventions import judge
from contracts.compiler.errors import ContractError, UnknownContractError
from contracts.compiler.load import load

SOURCE = (HOME / "client_tickets" / "v1.odcs.yaml").read_text("utf-8")
EXAMPLES = HOME.parent / "examples" / "contracts"


def problems(tmp_path: Path, text: str, name: str = "client_tickets") -> str:
    """Everything that is wrong with a contract text, as one string."""
    file = tmp_path / name / "v1.odcs.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    try:
        contract = load(file)
    except ContractError as error:
        return str(error)
    others = {c.key: c for c in Catalogue(HOME).all()} | {contract.key: contract}
    return "\n".join(map(str, judge(contract, others)))


def test_every_contract_of_the_project_is_in_order() -> None:
    """What we ship passes its own linter."""
    for root in (HOME, EXAMPLES):
        contracts = Catalogue(root).all()
        by_key = {contract.key: contract for contract in contracts}
        assert [problem for contract in contracts for problem in judge(contract, by_key)] == []


def test_a_contract_is_read_whole() -> None:
    """Envelope, clauses, nested fields, roles and service levels arrive in the model."""
    contract = Catalogue(HOME).get("client_tickets.v1")
    assert contract.key == "client_tickets.v1"
    assert contract.envelope is not None
    assert (contract.envelope.key, contract.envelope.partitions) == ("ticket_id", 4)
    size = contract.field("attachments[].size_bytes")
    assert [clause.id.removeprefix("client_tickets.v1/attachments[].size_bytes/") for clause in size.clauses] == [
        "required",
        "type",
        "minimum",
        "maximum",
    ]
    assert contract.field("priority").clause("enum").argument == ("low", "normal", "high", "urgent")  # type: ignore[union-attr]
    assert {role.access for role in contract.roles} == {"read", "write"}
    assert contract.service_levels


def test_the_producers_name_is_carried_and_never_judged() -> None:
    """The header `$producer` makes no clause, so that no reader refuses a record for it."""
    contract = Catalogue(HOME).get("client_tickets.v1")
    assert contract.envelope is not None
    assert ("producer", "$producer", False) in [(h.name, h.source, h.required) for h in contract.envelope.headers]
    assert not [clause.id for clause in contract.all_clauses() if clause.path == "@header.producer"]


def test_clause_ids_are_unique() -> None:
    """One demand, one id."""
    for contract in (*Catalogue(HOME).all(), *Catalogue(EXAMPLES).all()):
        ids = [clause.id for clause in contract.all_clauses()]
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        (
            "logicalType: date\n",
            "logicalType: datum\n",
            "schema.client_tickets.due_on: logicalType 'datum' is not one of",
        ),
        ("kafkaKey, value: ticket_id", "kafkaKey, value: tiket", "names the field 'tiket', which the schema does not"),
        ("from: $producer", "from: $sender", "takes '$sender'"),
        ("from: $producer", "from: $sender", "or one of $contract, $version, $producer"),
        ("kind: DataContract", "kind: Something", "is not an ODCS data contract"),
        ("version: 1.1.0", "version: one", "is no semantic version"),
        ("maxLength: 2000", "maxLenght: 2000", "maxLenght"),
        ("format: uuid", "format: guid", "format 'guid' is not one of"),
        ('"^TCK-[0-9]{8}$"', '"^(a+)+$"', "exponential time"),
        ('"^TCK-[0-9]{8}$"', '"^\\\\bTCK$"', "which the engines do not read alike"),
        ("team:\n  name: ticketing\n", "team:\n", "team.name: is missing"),
        ("classification: personal", "classification: secret", "classification 'secret' is not one of"),
        ("{property: kafkaPartitions, value: 4}", "{property: kafkaPartitons, value: 4}", "is not a property we know"),
        ("access: write", "access: sometimes", "is not read or write"),
        ("start: [opened]", "start: [born]", "differs from the states"),
        ("primaryKey: true", "primaryKey: false", "has no primaryKey"),
        ("metric: invalidValues", "metric: rowCount", "is not one for this level"),
        ("id: client_tickets", "id: ../../etc/passwd", "is no identifier"),
        ("name: client_tickets", "name: ../client_tickets", "is no identifier"),
        ("physicalType: decimal(12,2)", "physicalType: decimal(40,2)", "precision of 1 to 38"),
    ],
)
def test_a_wrong_contract_is_refused_with_its_place(tmp_path: Path, old: str, new: str, wanted: str) -> None:
    """Each fault is named where it stands, with what to do."""
    assert old in SOURCE
    assert wanted in problems(tmp_path, SOURCE.replace(old, new, 1))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a: [1, 2", "is not YAML at line"),
        ("- a\n- b\n", "is not a YAML mapping"),
        ("a: 1\na: 2\n", "has the key 'a' twice"),
        ("a: &x [1]\nb: *x\n", "uses a YAML alias"),
        ("a: !!python/object/apply:os.system ['true']\n", "uses the YAML tag"),
        ("a: " + "[" * 60 + "]" * 60, "nests deeper than"),
        ("[" * 5000, "is not YAML"),
    ],
)
def test_hostile_yaml_is_refused(tmp_path: Path, text: str, wanted: str) -> None:
    """No tag constructs, no alias explodes, no key hides another."""
    assert wanted in problems(tmp_path, text)


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    """One run of the linter shows the whole list."""
    text = SOURCE.replace("logicalType: date\n", "logicalType: datum\n").replace("value: ticket_id", "value: tiket")
    found = problems(tmp_path, text)
    assert "datum" in found
    assert "tiket" in found


def test_an_output_that_drifts_from_its_source_is_refused(tmp_path: Path) -> None:
    """A copied field keeps its source's type and enum."""
    tickets = (HOME / "tickets" / "v1.odcs.yaml").read_text("utf-8")
    assert "has other enum values" in problems(tmp_path, tickets.replace("normal, high", "high", 1), "tickets")
    drifted = tickets.replace("physicalType: decimal(12,2)", "physicalType: decimal(12,4)", 1)
    assert "its source client_tickets.v1/amount is" in problems(tmp_path, drifted, "tickets")
    lost = tickets.replace("client_tickets.v1/due_on", "client_tickets.v1/due", 1)
    assert "which does not exist" in problems(tmp_path, lost, "tickets")


def test_a_name_means_the_highest_major() -> None:
    """And the lower ones are what its topic may still hold; an output counts once."""
    folder = Catalogue(HOME)
    newest = folder.get("client_tickets")
    assert newest.key == "client_tickets.v2"
    assert [contract.key for contract in folder.older(newest)] == ["client_tickets.v1"]
    assert folder.older(folder.get("client_tickets.v1")) == ()
    assert [c.key for c in folder.newest() if c.name.startswith("client")] == ["client_tickets.v2"]
    assert [c.key for c in folder.outputs(newest)] == ["rejected_events.v1", "ticket_kpis.v1", "tickets.v2"]
    assert [c.key for c in folder.outputs(folder.get("client_tickets.v1"))] == ["tickets.v1"]


def test_an_unknown_name_offers_the_nearest() -> None:
    """A typing error is answered with the name that was meant."""
    with pytest.raises(UnknownContractError, match="Did you mean client_tickets"):
        Catalogue(HOME).get("client_ticket")


def test_a_room_table_with_a_hole_fails_at_import() -> None:
    """A rule without its row must not reach production."""
    with pytest.raises(TypeError, match=r"rows missing .*'pattern'"):
        rules.expect_rows(dict.fromkeys(rules.names("event") - {"pattern"}), rules.names("event"), "here")


def test_integer_widths_are_exact() -> None:
    """The table of widths says what two's complement says."""
    assert types.INTEGER_RANGES["i8"] == (-128, 127)
    assert types.INTEGER_RANGES["u64"] == (0, 18446744073709551615)
