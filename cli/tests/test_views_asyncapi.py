"""`--as asyncapi`: valid by the standard's own schema, and every part says what the contract says."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema_rs import Draft7Validator, Draft202012Validator

from cli.tests.shown import CLIENT_TICKETS, EVERY_TYPE, FILES, every_type_document, hostile, name_of, printed, written
from cli.views.yaml_text import yaml_text
from contracts.compiler import yaml_reader
from contracts.compiler.load import load

TOPICS = [file for file in FILES if load(file).envelope is not None]
STANDARD = Path(__file__).parent / "standards/asyncapi-3.0.0.json.gz"


@pytest.fixture(scope="module")
def standard() -> Draft7Validator:
    """A validator of AsyncAPI 3.0.0; see standards/README.md."""
    return Draft7Validator(json.loads(gzip.decompress(STANDARD.read_bytes())))


def document(file: Path) -> dict[str, Any]:
    """The document of a contract."""
    read: dict[str, Any] = yaml.safe_load(printed(file, "asyncapi"))
    return read


def references(value: Any) -> Iterator[str]:
    """Every $ref outside the schemas."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for name, below in value.items():
            yield from references(below) if name != "schema" else ()
    for item in value if isinstance(value, list) else ():
        yield from references(item)


@pytest.mark.parametrize("file", TOPICS, ids=name_of)
def test_the_document_is_valid_by_the_standard(file: Path, standard: Draft7Validator) -> None:
    """Its own JSON Schema, Kafka bindings included; the payload is valid JSON Schema 2020-12."""
    made = document(file)
    assert [error.message for error in standard.iter_errors(made)] == []
    (message,) = made["components"]["messages"].values()
    Draft202012Validator(message["payload"]["schema"])


def test_the_standards_schema_refuses_what_is_wrong(standard: Draft7Validator) -> None:
    """The vendored schema judges Kafka bindings too, or the test above would prove nothing."""
    made = document(CLIENT_TICKETS)
    made["channels"]["client_tickets"]["bindings"]["kafka"]["partitions"] = 0
    assert not standard.is_valid(made)


def test_a_hostile_contract_makes_a_valid_document(tmp_path: Path, standard: Draft7Validator) -> None:
    """Names that may be anything become keys that AsyncAPI allows."""
    made = document(hostile(tmp_path))
    assert [error.message for error in standard.iter_errors(made)] == []
    assert len(made["servers"]) == 2


@pytest.mark.parametrize("file", TOPICS, ids=name_of)
def test_every_reference_leads_somewhere(file: Path) -> None:
    """Operations to channels and messages, channels to servers and messages."""
    made = document(file)
    found = list(references(made))
    assert found
    for reference in found:
        here = made
        for step in reference.removeprefix("#/").split("/"):
            here = here[step]


def test_readers_of_yaml_1_1_and_1_2_understand_the_same(tmp_path: Path) -> None:
    """No anchors, and text that either would take for a number or a truth value is quoted."""
    twice = {"a": 1}
    made = {
        "texts": ["1e3", "0o17", ".5", "012", "yes", "on", "null", "12:30:45", "2026-01-05", ""],
        "x": [twice, twice],
    }
    made |= {"numbers": [1, -2.5, 1e20, 1e-7, 10**30], "none": None, "true": True}
    file = tmp_path / "a.yaml"
    file.write_text(yaml_text(made), "utf-8")
    assert yaml.safe_load(yaml_text(made)) == made
    assert yaml_reader.read(file) == made


def test_the_channel_has_the_topics_settings() -> None:
    """Kafka's own names and units."""
    assert document(EVERY_TYPE)["channels"]["every-type.v1"]["bindings"]["kafka"] == {
        "topic": "every-type.v1",
        "partitions": 3,
        "topicConfiguration": {
            "retention.ms": 129_600_000,
            "max.message.bytes": 1_000_000,
            "cleanup.policy": ["delete"],
        },
        "bindingVersion": "0.5.0",
    }


def test_message_and_operations_say_what_the_contract_says() -> None:
    """Key and headers as schemas, the event id, and one operation per role."""
    made = document(EVERY_TYPE)
    message = made["components"]["messages"]["every_type"]
    assert message["payload"]["schemaFormat"] == "application/schema+json;version=draft-2020-12"
    assert message["bindings"]["kafka"]["key"]["type"] == "integer"
    headers = message["headers"]["schema"]
    assert headers["required"] == ["contract", "number"]
    assert headers["properties"]["contract"]["const"] == "every_type"
    assert headers["properties"]["contract_version"]["pattern"] == "^1\\."
    assert headers["properties"]["number"]["type"] == "string"
    assert headers["properties"]["colour"]["enum"] == ["red", "green", "blue"]
    assert headers["properties"]["sender"] == {
        "type": "string",
        "description": "The name of the producer that sent the record.",
    }
    assert message["correlationId"]["location"] == "$message.header#/number"
    assert {name: row["action"] for name, row in made["operations"].items()} == {
        "send_writer": "send",
        "receive_reader": "receive",
    }
    assert made["operations"]["receive_reader"]["bindings"]["kafka"]["groupId"]["pattern"] == "^reader"


def test_the_payload_is_the_json_schema() -> None:
    """Word for word what `--as json-schema` prints."""
    message = document(CLIENT_TICKETS)["components"]["messages"]["client_tickets"]
    assert message["payload"]["schema"] == json.loads(printed(CLIENT_TICKETS, "json-schema"))


def test_owner_links_and_servers_are_told() -> None:
    """The owner's address, where to ask, what to read, and the host's variables; no security scheme is made up."""
    made = document(EVERY_TYPE)
    info = made["info"]
    assert info["contact"] == {
        "name": "testers",
        "url": "https://example.com/help",
        "email": "someone.else@example.com",
    }
    assert info["externalDocs"] == {"description": "How it is used.", "url": "https://example.com/docs/every_type"}
    assert info["tags"] == [{"name": "tests"}, {"name": "types"}]
    assert made["servers"]["main_site"]["host"] == "{HOST}:{PORT}"
    assert set(made["servers"]["main_site"]["variables"]) == {"HOST", "PORT"}
    assert "variables" not in made["servers"]["backup"]
    assert "security" not in json.dumps(made)


def test_the_event_id_without_a_header_is_found_in_the_payload(tmp_path: Path) -> None:
    """A correlation id needs no header."""
    made = every_type_document()
    made["customProperties"] = [row for row in made["customProperties"] if row["property"] != "kafkaHeaders"]
    message = document(written(tmp_path, made))["components"]["messages"]["every_type"]
    assert message["correlationId"]["location"] == "$message.payload#/number"
    assert "headers" not in message


def test_servers_whose_names_become_alike_are_both_kept(tmp_path: Path) -> None:
    """`a b` and `a_b` are one key in AsyncAPI; the second gets a number."""
    made = every_type_document()
    made["servers"][0]["server"], made["servers"][1]["server"] = "a b", "a_b"
    assert set(document(written(tmp_path, made))["servers"]) == {"a_b", "a_b_2"}
