"""A Schema Registry: asked as Confluent's REST API documents it, over a small server that answers as it says."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.errors import MachineError
from runtime.registry import Registered, Registry, same
from runtime.tests.registry import Stand, serving

SCHEMA = '{"type": "object", "properties": {"a": {"type": "integer"}}}'
LOGIN = "desk:planted-secret"


@pytest.fixture
def stand() -> Iterator[Stand]:
    """A registry without subjects."""
    with serving() as made:
        yield made


def test_a_schema_is_registered_once_and_found_again(stand: Stand) -> None:
    """As JSON, under a subject that may hold any character; a second time the registry has it already."""
    registry, subject = Registry(stand.url + "/"), "a topic/é-value"
    assert registry.newest(subject) is None
    assert registry.register(subject, SCHEMA) == registry.register(subject, SCHEMA) == 1
    assert registry.newest(subject) == Registered(1, "JSON", SCHEMA)
    assert stand.subjects == {subject: [{"schemaType": "JSON", "schema": SCHEMA}]}
    assert {kind for _, _, kind in stand.asked} == {"application/vnd.schemaregistry.v1+json"}


def test_an_incompatible_schema_is_told_with_a_remedy(stand: Stand) -> None:
    """The registry's own words, and what judges a change here."""
    stand.incompatible = True
    with pytest.raises(MachineError, match="Schema being registered is incompatible") as refused:
        Registry(stand.url).register("t-value", SCHEMA)
    assert "tickets contracts diff" in refused.value.remedy


def test_the_login_comes_from_a_file_and_is_never_said(
    stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it the registry refuses; neither message shows it."""
    stand.login, file = LOGIN, tmp_path / "registry.properties"
    with pytest.raises(MachineError, match="answered 401: Unauthorized"):
        Registry(stand.url).newest("t-value")
    file.write_text(f"basic.auth.user.info={LOGIN}\n")
    monkeypatch.setenv("TICKETS_REGISTRY_CONFIG", str(file))
    assert Registry(stand.url).newest("t-value") is None
    with pytest.raises(MachineError, match="holds a login") as refused:
        Registry(stand.url.replace("//", f"//{LOGIN}@"))
    assert "planted-secret" not in str(refused.value)
    file.write_text("password=planted-secret\n")
    with pytest.raises(MachineError, match="sets password, which is not known") as refused:
        Registry(stand.url)
    assert "planted-secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["registry:8081", "ftp://registry", "http://", ""])
def test_what_is_no_address_is_refused(url: str) -> None:
    """Before anything is asked."""
    with pytest.raises(MachineError, match="is no address"):
        Registry(url)


def test_a_registry_that_is_away_or_answers_nonsense_is_told(stand: Stand) -> None:
    """As an error with a remedy, not as "never registered", which would register anew."""
    with pytest.raises(MachineError, match="does not answer"):
        Registry("http://127.0.0.1:1").newest("t-value")
    with pytest.raises(MachineError, match="does not answer"):
        Registry(stand.url).newest("broken")
    stand.subjects["odd"] = []
    with pytest.raises(MachineError, match="answered 501"):
        Registry(stand.url)._require(501, {}, "")


def test_schemas_are_compared_by_what_they_say() -> None:
    """Names in another order and other spaces are the same schema; another kind or text is not."""
    assert same(Registered(1, "JSON", '{"properties":{"a":{"type":"integer"}},"type":"object"}'), SCHEMA)
    assert not same(Registered(1, "JSON", '{"type":"object"}'), SCHEMA)
    assert not same(Registered(1, "AVRO", SCHEMA), SCHEMA)
    assert not same(Registered(1, "JSON", "no JSON"), SCHEMA)
