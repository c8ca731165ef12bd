"""What `tickets doctor` finds weak: each setting by itself, with a remedy, and never with a secret."""

from pathlib import Path

import pytest

from runtime.weaknesses import CLIENT, SERVER, weaknesses

PLANTED = "planted-0123456789abcdef"
SAFE_CLIENT = {
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "SCRAM-SHA-512",
    "sasl.username": "svc",
    "sasl.password": PLANTED,
    "ssl.ca.location": "/etc/ca.pem",
}
SAFE_SERVER = {
    "listeners": "TLS://0.0.0.0:9093,CONTROLLER://127.0.0.1:9094",
    "listener.security.protocol.map": "TLS:SASL_SSL,CONTROLLER:SASL_PLAINTEXT",
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": "User:keeper",
    "auto.create.topics.enable": "false",
    "sasl.jaas": f'required username="keeper" password="{PLANTED}" user_keeper="{PLANTED}";',
    "ssl.enabled.protocols": "TLSv1.2,TLSv1.3",
}
CLIENTS = {
    "PLAIN without TLS": ({"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN"}, "weak: line"),
    "SCRAM without TLS": ({"security.protocol": "SASL_PLAINTEXT"}, "weak: line"),
    "a certificate that is not checked": ({"enable.ssl.certificate.verification": "false"}, "weak: TLS"),
    "a name that is not checked": ({"ssl.endpoint.identification.algorithm": "none"}, "weak: TLS"),
    "a default password": ({"sasl.password": "admin-secret"}, "weak: password"),
    "the user's name": (
        {"sasl.username": "ticketing-producer", "sasl.password": "ticketing-producer"},
        "weak: password",
    ),
    "a short password": ({"sasl.password": "x7!pQ"}, "weak: password"),
}
TLS_MAP = "listener.security.protocol.map"
SERVERS = {
    "a password in the clear": ({TLS_MAP: "TLS:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT"}, "weak: line"),
    "every address, by default": ({"listeners": "PLAINTEXT://:9092", TLS_MAP: ""}, "weak: line"),
    "a way in without a login": (
        {"listeners": "TLS://0.0.0.0:9093,OPEN://127.0.0.1:9092", TLS_MAP: "TLS:SASL_SSL,OPEN:PLAINTEXT"},
        "weak: listener",
    ),
    "no authorizer": ({"authorizer.class.name": ""}, "weak: rights"),
    "everybody where no rule is": ({"allow.everyone.if.no.acl.found": "true"}, "weak: everybody"),
    "nobody as keeper": ({"super.users": "User:keeper;User:ANONYMOUS"}, "weak: everybody"),
    "topics made by asking": ({"auto.create.topics.enable": "true"}, "weak: topics"),
    "the keeper's default password": ({"sasl.jaas": 'username="admin" user_admin="admin";'}, "weak: password"),
    "an old TLS": ({"ssl.enabled.protocols": "TLSv1.1,TLSv1.2"}, "weak: TLS"),
    "the keystore's default password": ({"ssl.keystore.password": "changeit"}, "weak: password"),
}


@pytest.fixture(autouse=True)
def _none_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KAFKA_CONFIG", "EMBEDDED_CONFIG", "REGISTRY_CONFIG", "REGISTRY"):
        monkeypatch.delenv(f"TICKETS_{name}", raising=False)


def written(path: Path, settings: dict[str, str], mode: int = 0o600) -> str:
    """A properties file."""
    path.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
    path.chmod(mode)
    return str(path)


def weak(data: Path) -> list[str]:
    """The names of what is weak; each has a remedy, and none shows a secret."""
    rows = [row for row in weaknesses(data) if row.ok is None]
    assert [row for row in rows if not row.remedy or PLANTED in row.found + row.remedy] == []
    return [row.name for row in rows]


@pytest.mark.parametrize(("change", "name"), CLIENTS.values(), ids=CLIENTS.keys())
def test_a_weak_client_is_found(
    change: dict[str, str], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One setting away from what is safe, and that one is named."""
    monkeypatch.setenv("TICKETS_KAFKA_CONFIG", written(tmp_path / "client", {**SAFE_CLIENT, **change}))
    assert weak(tmp_path) == [name]


@pytest.mark.parametrize(("change", "name"), SERVERS.values(), ids=SERVERS.keys())
def test_a_weak_broker_is_found(
    change: dict[str, str], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same for the broker's own settings."""
    monkeypatch.setenv("TICKETS_EMBEDDED_CONFIG", written(tmp_path / "server", {**SAFE_SERVER, **change}))
    assert weak(tmp_path) == [name]


def test_what_is_safe_is_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One row, which says what was looked at; without any settings, too."""
    (row,) = weaknesses(tmp_path)
    assert (row.name, row.ok) == ("access", True)
    monkeypatch.setenv("TICKETS_KAFKA_CONFIG", written(tmp_path / "client", SAFE_CLIENT))
    monkeypatch.setenv("TICKETS_EMBEDDED_CONFIG", written(tmp_path / "server", SAFE_SERVER))
    (row,) = weaknesses(tmp_path)
    assert row.ok is True
    assert "TICKETS_KAFKA_CONFIG, TICKETS_EMBEDDED_CONFIG" in row.found


def test_a_secret_that_others_may_read_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file of its own, the key of pseudonyms too; the remedy can be pasted."""
    client = written(tmp_path / "client", SAFE_CLIENT, 0o644)
    monkeypatch.setenv("TICKETS_KAFKA_CONFIG", client)
    monkeypatch.setenv("TICKETS_REGISTRY_CONFIG", written(tmp_path / "registry", {}, 0o640))
    (tmp_path / "secrets").mkdir()
    written(tmp_path / "secrets" / "pseudonym.key", {}, 0o604)
    rows = weaknesses(tmp_path)
    assert [row.name for row in rows] == ["weak: file"] * 3
    assert f"`chmod 600 {client}`" in {row.remedy for row in rows}


def test_a_private_key_that_others_may_read_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that settings name, and the broker's own settings once they hold a password."""
    (tmp_path / "broker").mkdir()
    key = written(tmp_path / "broker.pem", {}, 0o644)
    settings = {**SAFE_SERVER, "listener.name.tls.ssl.keystore.location": key}
    written(tmp_path / "broker" / "server.properties", settings, 0o644)
    assert weak(tmp_path) == ["weak: file"] * 2
    Path(key).chmod(0o600)
    (tmp_path / "broker" / "server.properties").chmod(0o600)
    assert weak(tmp_path) == []


def test_a_broker_that_ran_here_is_judged_by_what_it_runs_by(tmp_path: Path) -> None:
    """Its settings are the product's with the user's on top; the product's own are not weak: this machine alone."""
    from runtime.broker.embedded import SETTINGS

    (tmp_path / "broker").mkdir()
    file = tmp_path / "broker" / "server.properties"
    file.write_text(SETTINGS.format(host="127.0.0.1", port=1, controller=2, data=tmp_path))
    assert weak(tmp_path) == []
    file.write_text(file.read_text() + "auto.create.topics.enable=true\n")
    assert weak(tmp_path) == ["weak: topics"]


def test_a_registry_must_not_get_a_login_in_the_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in its address, nor over http to another machine."""
    monkeypatch.setenv("TICKETS_REGISTRY", f"https://desk:{PLANTED}@registry.example")
    assert weak(tmp_path) == ["weak: registry"]
    monkeypatch.setenv("TICKETS_REGISTRY_CONFIG", written(tmp_path / "registry", {}))
    for url, names in (("http://registry.example", ["weak: registry"]), ("http://127.0.0.1:8081", [])):
        monkeypatch.setenv("TICKETS_REGISTRY", url)
        assert weak(tmp_path) == names


def test_a_file_that_cannot_be_read_is_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Doctor tells what is wrong, and never fails over it."""
    monkeypatch.setenv("TICKETS_KAFKA_CONFIG", str(tmp_path / "nowhere"))
    assert weak(tmp_path) == ["weak: file"]


def test_every_kind_of_weakness_has_a_case() -> None:
    """A row of the tables that no case meets could be dead."""
    assert {row.name for row in CLIENT} == {name for _, name in CLIENTS.values()}
    assert {row.name for row in SERVER} == {name for _, name in SERVERS.values()}
