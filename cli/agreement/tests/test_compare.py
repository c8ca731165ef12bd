"""What counts as a difference between enforcers."""

from cli.agreement.compare import Comparison, at
from contracts.compiler.load import compile_document
from contracts.compiler.model import Finding

DOCUMENT = {
    "apiVersion": "v3.2.0",
    "kind": "DataContract",
    "id": "hidden",
    "version": "1.0.0",
    "status": "draft",
    "schema": [
        {
            "name": "hidden",
            "properties": [
                {
                    "name": "owners",
                    "logicalType": "map",
                    "map": {
                        "key": {"logicalType": "string", "classification": "personal"},
                        "value": {"logicalType": "integer"},
                    },
                }
            ],
        }
    ],
}


def finding(path: str, clause: str = "hidden.v1/owners.value/type") -> tuple[Finding, ...]:
    """One finding at a path."""
    return (Finding(clause, path, "x", "an integer"),)


def test_hidden_names_are_not_compared() -> None:
    """One enforcer writes a star, another a keyed hash; neither may show the name."""
    comparison = Comparison(compile_document(DOCUMENT, "hidden.yaml"))
    said = {
        "reference": finding('$.owners["ada@example.com"]'),
        "decoder": finding("$.owners.f00"),
        "json-schema": finding('$.owners["*"]'),
    }
    assert comparison.differ(b"{}", said) == {}


def test_another_place_or_clause_is_a_difference() -> None:
    """Agreeing that something is wrong is not enough."""
    comparison = Comparison(compile_document(DOCUMENT, "hidden.yaml"))
    assert comparison.differ(b"{}", {"reference": finding("$.owners.a"), "decoder": finding("$.others.a")})
    assert comparison.differ(b"{}", {"reference": finding("$.owners.a"), "decoder": ()})
    other = finding("$.owners.a", "hidden.v1/owners/type")
    assert comparison.differ(b"{}", {"reference": finding("$.owners.a"), "decoder": other})


def test_a_path_leads_to_its_value() -> None:
    """Whatever the names are."""
    assert at({"a": [{"b c": {'"': 7}}]}, '$.a[0]["b c"]["\\""]') == 7
    assert at({"a": []}, "$.a[3]") is None
