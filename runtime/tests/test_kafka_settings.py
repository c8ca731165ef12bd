"""Client settings: the user's file reaches librdkafka and Spark alike, and the client stays silent."""

from pathlib import Path

import pytest

from runtime import kafka
from runtime.errors import MachineError

SASL = """
# a comment
security.protocol=SASL_SSL
sasl.mechanism = SCRAM-SHA-512
sasl.username=svc
sasl.password=pa"ss=word
ssl.ca.location={ca}
"""
AUTHORITY = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A properties file that TICKETS_KAFKA_CONFIG names."""
    path = tmp_path / "client.properties"
    (tmp_path / "ca.pem").write_text(AUTHORITY)
    path.write_text(SASL.format(ca=tmp_path / "ca.pem"))
    monkeypatch.setenv("TICKETS_KAFKA_CONFIG", str(path))
    return path


def test_the_users_settings_are_on_top(settings: Path) -> None:
    """Values keep their blanks, quotes and equals signs."""
    config = kafka.client_config("h:1")
    assert config["bootstrap.servers"] == "h:1"
    assert config["sasl.password"] == 'pa"ss=word'
    assert config["log_level"] == "0"


def test_spark_gets_the_same_in_its_own_words(settings: Path) -> None:
    """User and password become a JAAS line, the authority its own text, since workers may not have its file."""
    assert kafka.spark_options("h:1") == {
        "kafka.bootstrap.servers": "h:1",
        "groupIdPrefix": "svc",
        "kafka.security.protocol": "SASL_SSL",
        "kafka.sasl.mechanism": "SCRAM-SHA-512",
        "kafka.ssl.truststore.certificates": AUTHORITY,
        "kafka.ssl.truststore.type": "PEM",
        "kafka.sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required "
        'username="svc" password="pa\\"ss=word";',
    }


def test_a_setting_without_a_java_word_is_refused(settings: Path) -> None:
    """Rather than leave it out, the name is given."""
    settings.write_text("enable.ssl.certificate.verification=false\n")
    with pytest.raises(MachineError, match="certificate"):
        kafka.spark_options("h:1")


def test_a_line_without_a_value_is_refused_without_showing_it_all(settings: Path) -> None:
    """A properties file that is none is named, and the line, which may be a secret, only by its number."""
    settings.write_text("# users\njust-a-password\n")
    with pytest.raises(MachineError, match=r"client\.properties has a line without '=': line 2") as refused:
        kafka.client_config("h:1")
    assert "just-a-password" not in str(refused.value)


def test_groups_begin_as_the_rights_say(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the user, or with the file's own group.id, for librdkafka and Spark alike; without a login, with ours."""
    assert kafka.group("audit") == "svc-audit"
    settings.write_text(settings.read_text() + "group.id=desk-4\n")
    assert kafka.group("audit") == "desk-4-audit"
    options = kafka.spark_options("h:1")
    assert options["groupIdPrefix"] == "desk-4"
    assert not [key for key in options if "group.id" in key]
    monkeypatch.delenv("TICKETS_KAFKA_CONFIG")
    assert kafka.group("audit") == "tickets-audit"


def test_a_missing_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting without the settings that were asked for would be worse."""
    monkeypatch.setenv("TICKETS_KAFKA_CONFIG", "/nowhere/client.properties")
    with pytest.raises(MachineError, match="can't be read"):
        kafka.client_config("h:1")


def test_without_a_file_nothing_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default is a plain connection."""
    monkeypatch.delenv("TICKETS_KAFKA_CONFIG", raising=False)
    assert kafka.spark_options("h:1") == {"kafka.bootstrap.servers": "h:1"}


def test_an_authority_that_can_not_be_read_is_named(settings: Path) -> None:
    """Before Spark starts."""
    settings.write_text("ssl.ca.location=/nowhere/ca.pem\n")
    with pytest.raises(MachineError, match=r"/nowhere/ca\.pem"):
        kafka.spark_options("h:1")
