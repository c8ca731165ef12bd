"""An embedded Kafka with authentication on: SCRAM users, an authorizer that refuses by default, TLS.

Three ways in: SASL on plain text, SASL on TLS, and one without any login, whose user is nobody. Whoever keeps the
broker logs in by PLAIN with a password of the broker's settings, since SCRAM users can only be made by somebody.
"""

import secrets
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from features.harness import Pipeline
from runtime.broker.embedded import free_port

KEEPER = "keeper"
PORTS = ("sasl", "tls", "open", "controller")
HOST = "127.0.0.1"
LOGIN = "org.apache.kafka.common.security"
SETTINGS = """\
listeners=SASL://{host}:{sasl},TLS://{host}:{tls},OPEN://{host}:{open},CONTROLLER://{host}:{controller}
advertised.listeners=SASL://{host}:{sasl},TLS://{host}:{tls},OPEN://{host}:{open}
listener.security.protocol.map=SASL:SASL_PLAINTEXT,TLS:SASL_SSL,OPEN:PLAINTEXT,CONTROLLER:SASL_PLAINTEXT
controller.quorum.voters=1@{host}:{controller}
inter.broker.listener.name=SASL
sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN
sasl.mechanism.inter.broker.protocol=PLAIN
sasl.mechanism.controller.protocol=PLAIN
listener.name.controller.sasl.enabled.mechanisms=PLAIN
listener.name.controller.plain.sasl.jaas.config={plain}
listener.name.sasl.plain.sasl.jaas.config={plain}
listener.name.tls.plain.sasl.jaas.config={plain}
listener.name.sasl.scram-sha-512.sasl.jaas.config={login}.scram.ScramLoginModule required;
listener.name.tls.scram-sha-512.sasl.jaas.config={login}.scram.ScramLoginModule required;
listener.name.tls.ssl.keystore.type=PEM
listener.name.tls.ssl.keystore.location={keystore}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:{keeper}
"""


@dataclass(frozen=True)
class Secured:
    """Where the broker listens, and a file of client settings for each user."""

    folder: Path
    ports: Mapping[str, int] = field(default_factory=lambda: {name: free_port() for name in PORTS})
    passwords: dict[str, str] = field(default_factory=dict)

    def password(self, user: str) -> str:
        """A user's own, made when first asked for."""
        return self.passwords.setdefault(user, f"planted-{secrets.token_hex(16)}")

    def address(self, listener: str) -> str:
        """HOST:PORT of one way in."""
        return f"{HOST}:{self.ports[listener]}"

    @property
    def authority(self) -> Path:
        """The certificate that clients trust."""
        return self.folder / "authority.pem"

    def write_settings(self) -> Path:
        """The broker's own file, for TICKETS_EMBEDDED_CONFIG."""
        secret = self.password(KEEPER)
        words = f'required username="{KEEPER}" password="{secret}" user_{KEEPER}="{secret}";'
        plain = f"{LOGIN}.plain.PlainLoginModule {words}"
        known = {"host": HOST, "login": LOGIN, "keeper": KEEPER, "plain": plain, **self.ports}
        text = SETTINGS.format(keystore=certify(self.folder), **known)
        return private(self.folder / "server.properties", text)

    def client(self, user: str, listener: str = "sasl") -> dict[str, str]:
        """librdkafka's words for one user on one way in."""
        if listener == "open":
            return {"security.protocol": "PLAINTEXT", "bootstrap.servers": self.address(listener)}
        tls = {"security.protocol": "SASL_SSL", "ssl.ca.location": str(self.authority)}
        return {
            **(tls if listener == "tls" else {"security.protocol": "SASL_PLAINTEXT"}),
            "bootstrap.servers": self.address(listener),
            "sasl.mechanism": "PLAIN" if user == KEEPER else "SCRAM-SHA-512",
            "sasl.username": user,
            "sasl.password": self.password(user),
        }

    def client_file(self, user: str, listener: str = "sasl") -> Path:
        """The same as a file, for TICKETS_KAFKA_CONFIG."""
        lines = "".join(f"{key}={value}\n" for key, value in self.client(user, listener).items())
        return private(self.folder / f"{user}-{listener}.properties", lines)

    def users_file(self, *users: str) -> Path:
        """The users to be made, for --users."""
        return private(self.folder / "users.properties", "".join(f"{user}={self.password(user)}\n" for user in users))


def private(path: Path, text: str) -> Path:
    """A file that its owner alone may read."""
    path.touch(mode=0o600)
    path.write_text(text, "utf-8")
    return path


def certify(folder: Path) -> Path:
    """An authority made for this test, and the broker's key with the certificate that it signed, as one PEM file."""
    key, request, signed, names = (folder / f"broker.{end}" for end in ("key", "csr", "crt", "ext"))
    private(names, f"subjectAltName=IP:{HOST}\n")
    authority = ["-keyout", str(folder / "authority.key"), "-out", str(folder / "authority.pem")]
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test authority", *authority)
    asked = ["-keyout", str(key), "-out", str(request)]
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}", *asked)
    by = ["-CA", str(folder / "authority.pem"), "-CAkey", str(folder / "authority.key"), "-CAcreateserial"]
    openssl("x509", "-req", "-in", str(request), *by, "-days", "2", "-extfile", str(names), "-out", str(signed))
    return private(folder / "broker.pem", key.read_text("ascii") + signed.read_text("ascii"))


def openssl(*words: str) -> None:
    """Run it; what it says is shown where it fails."""
    done = subprocess.run(["openssl", *words], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def started(folder: Path, environment: pytest.MonkeyPatch) -> tuple[Secured, Pipeline]:
    """The broker, running, and a workspace whose commands are its keeper's; `Pipeline.close` ends it."""
    made = Secured(folder)
    environment.setenv("TICKETS_EMBEDDED_CONFIG", str(made.write_settings()))
    environment.setenv("TICKETS_KAFKA_CONFIG", str(made.client_file(KEEPER)))
    site = Pipeline(folder / "data")
    site.run("broker", "up", "--port", str(made.ports["sasl"]))
    site.address = {"bootstrap": made.address("sasl")}
    return made, site


def admin(config: Mapping[str, Any]) -> Any:
    """A client that asks one user's questions."""
    from confluent_kafka.admin import AdminClient

    return AdminClient({**config, "log_level": "0"})
