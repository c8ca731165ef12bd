"""Settings of clients, broker and registry to rows of what is weak in them, each with a remedy.

Only files and variables are looked at, nothing is asked over a network, and no value that may be a secret is shown.
"""

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from runtime import kafka, registry
from runtime.broker import embedded
from runtime.errors import MachineError
from runtime.machine import Row
from runtime.workspace import Workspace

Settings = Mapping[str, str]
SHORTEST = 12  # characters of a password that a machine uses and no person types
GUESSED = frozenset(
    ("admin-secret", "administrator", "password1234", "passwordpassword", "test12345678")
)  # shorter ones are weak anyway
OLD_TLS = ("SSLv3", "TLSv1", "TLSv1.1")
MOUNTED = "/run/secrets"  # where a container engine puts what this container alone is given, in a mode of its own
JAAS_PASSWORD = re.compile(r'(?:password|user_[^=\s]+)="((?:[^"\\]|\\.)*)"')
LOOPBACK = re.compile(r"127\.\d+\.\d+\.\d+|localhost|\[?::1\]?")
LISTENER = re.compile(r"([\w.-]+)://(\[[^\]]*\]|[^:]*):\d+")


@dataclass(frozen=True, slots=True)
class Weakness:
    """One kind of weak setting; `found` gives what is weak in the settings, None where nothing is."""

    name: str
    found: Callable[[Settings], str | None]
    remedy: str


def _unsafe_line(settings: Settings) -> str | None:
    protocol = settings.get("security.protocol", "PLAINTEXT").upper()
    if "sasl.password" not in settings or protocol == "SASL_SSL":
        return None
    plain = _mechanism(settings) == "PLAIN"
    return f"a login over {protocol}: {'the password and the events' if plain else 'the events'} travel readable"


def _unchecked(settings: Settings) -> str | None:
    off = settings.get("enable.ssl.certificate.verification", "true").lower() == "false"
    nameless = settings.get("ssl.endpoint.identification.algorithm", "https").lower() in ("none", "")
    return "TLS that does not check whom it speaks with" if off or nameless else None


def _client_password(settings: Settings) -> str | None:
    password = settings.get("sasl.password")
    if password is None:
        return None
    return _poor(password, settings.get("sasl.username", ""))


def _mechanism(settings: Settings) -> str:
    return (settings.get("sasl.mechanism") or settings.get("sasl.mechanisms") or "PLAIN").upper()


def _poor(password: str, user: str = "") -> str | None:
    """Why a password is weak; never the password."""
    if password.lower() in GUESSED or (user and password.lower() == user.lower()):
        return "a password that is everybody's first guess"
    return f"a password of fewer than {SHORTEST} characters" if len(password) < SHORTEST else None


def _protocols(settings: Settings) -> Iterator[tuple[str, str, bool]]:
    """Of each listener: its name, its protocol, and whether other machines reach it."""
    pairs = (pair.partition(":") for pair in settings.get("listener.security.protocol.map", "").split(",") if pair)
    known = {name.strip(): protocol.strip() for name, _, protocol in pairs}
    for name, host in LISTENER.findall(settings.get("listeners", "")):
        yield name, known.get(name, name).upper(), not LOOPBACK.fullmatch(host)


def _open_line(settings: Settings) -> str | None:
    readable = [f"{name} ({protocol})" for name, protocol, far in _protocols(settings) if far and "SSL" not in protocol]
    return f"other machines reach it without TLS: {', '.join(readable)}" if readable else None


def _asks_nobody(settings: Settings) -> str | None:
    protocols = list(_protocols(settings))
    if not any(protocol.startswith("SASL") for _, protocol, _ in protocols):
        return None
    open_ = [name for name, protocol, _ in protocols if protocol == "PLAINTEXT"]
    return f"beside listeners with a login one that asks for none: {', '.join(open_)}" if open_ else None


def _no_rights(settings: Settings) -> str | None:
    asked = any(protocol != "PLAINTEXT" or far for _, protocol, far in _protocols(settings))
    return "no authorizer: whoever gets in may do anything" if asked and not _authorizer(settings) else None


def _authorizer(settings: Settings) -> str:
    return settings.get("authorizer.class.name", "")


def _everybody(settings: Settings) -> str | None:
    if settings.get("allow.everyone.if.no.acl.found", "").lower() == "true":
        return "allow.everyone.if.no.acl.found: a topic without rules is everybody's"
    supers = {name.strip() for name in settings.get("super.users", "").split(";")}
    wide = sorted(supers & {"User:ANONYMOUS", "User:*"})
    return f"super.users holds {', '.join(wide)}" if wide else None


def _auto_create(settings: Settings) -> str | None:
    on = settings.get("auto.create.topics.enable", "false").lower() == "true"
    return "auto.create.topics.enable: a mistyped name makes a topic, without its contract's settings" if on else None


def _server_password(settings: Settings) -> str | None:
    words = [word for value in settings.values() for word in JAAS_PASSWORD.findall(value)]
    words += [value for key, value in settings.items() if key.endswith(("keystore.password", "key.password"))]
    return next((why for word in words if (why := _poor(word))), None)


def _old_tls(settings: Settings) -> str | None:
    found = [name for key, value in settings.items() if key.endswith("ssl.enabled.protocols") for name in _list(value)]
    old = sorted(set(found) & set(OLD_TLS))
    return f"{', '.join(old)} allowed" if old else None


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


CLIENT = (
    Weakness("weak: line", _unsafe_line, "Set security.protocol=SASL_SSL, with the authority in ssl.ca.location."),
    Weakness("weak: TLS", _unchecked, "Remove that setting, and name the broker's authority in ssl.ca.location."),
    Weakness("weak: password", _client_password, "Make one with `openssl rand -hex 24`, here and at the broker."),
)
SERVER = (
    Weakness("weak: line", _open_line, "Give these listeners SASL_SSL, or bind them to 127.0.0.1."),
    Weakness("weak: listener", _asks_nobody, "Remove it: whoever comes that way is User:ANONYMOUS."),
    Weakness(
        "weak: rights",
        _no_rights,
        "Set authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer; then `tickets broker "
        "apply`.",
    ),
    Weakness("weak: everybody", _everybody, "Remove it, and let `tickets broker apply` grant what the contracts say."),
    Weakness("weak: topics", _auto_create, "Set it to false; `tickets broker apply` makes the topics of contracts."),
    Weakness("weak: password", _server_password, "Make one with `openssl rand -hex 24`."),
    Weakness("weak: TLS", _old_tls, "Allow TLSv1.2 and TLSv1.3 only: these versions are withdrawn (RFC 8996)."),
)
SECRET_FILES = (kafka.VARIABLE, embedded.VARIABLE, registry.VARIABLE)


def weaknesses(data: Path) -> list[Row]:
    """A row for each weak setting, or one that says that none was found; `data` is the workspace's folder."""
    workspace = Workspace(data.expanduser().resolve())
    files = {name: Path(path) for name in SECRET_FILES if (path := os.environ.get(name))}
    client, server = files.get(kafka.VARIABLE), _server(files, workspace)
    found = [*_judged(client, kafka.VARIABLE, CLIENT), *_judged(server, embedded.VARIABLE, SERVER)]
    secrets = {**files, "the key of pseudonyms": workspace.secrets / "pseudonym.key"}
    if server and any("password" in line for line in _lines(server)):
        secrets["the broker's settings"] = server
    secrets |= {key: path for file in (client, server) if file for key, path in _private_keys(file)}
    named = {path: name for name, path in reversed(secrets.items())}  # a file that has two names is told once
    found += [row for path, name in named.items() if (row := _readable(name, path))]
    found += _registry(files.get(registry.VARIABLE))
    looked = ", ".join(files) or "no file of settings is named"
    return found or [Row("access", f"nothing weak was found ({looked})", True, None)]


def _server(files: Mapping[str, Path], workspace: Workspace) -> Path | None:
    """The broker's settings as it runs by them, where it ever ran here; else the user's own, if any."""
    whole = workspace.broker / "server.properties"
    return whole if whole.exists() else files.get(embedded.VARIABLE)


def _private_keys(file: Path) -> Iterator[tuple[str, Path]]:
    """The files of private keys that a file of settings names."""
    for key, _, path in (line.partition("=") for line in _lines(file)):
        if key.strip().endswith(("ssl.keystore.location", "ssl.key.location")):
            yield key.strip(), Path(path.strip())


def _lines(path: Path) -> list[str]:
    """The lines of a file, none where it can't be read: that is a row of its own."""
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []


def _judged(file: Path | None, named_by: str, table: tuple[Weakness, ...]) -> Iterator[Row]:
    if file is None:
        return
    try:
        settings = kafka.properties(file, named_by)
    except MachineError as error:
        yield Row("weak: file", error.what, None, error.remedy)
        return
    for row in table:
        if found := row.found(settings):
            yield Row(row.name, f"{found} (in {file})", None, row.remedy)


def _readable(name: str, path: Path) -> Row | None:
    """A file with secrets that others than its owner may read."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None
    if mode & 0o077 == 0 or path.is_relative_to(MOUNTED):
        return None
    return Row("weak: file", f"{path} ({name}) may be read by others: mode {mode:o}", None, f"`chmod 600 {path}`")


def _registry(login: Path | None) -> Iterator[Row]:
    url = os.environ.get("TICKETS_REGISTRY", "")
    parts = urlsplit(url)
    if parts.username or parts.password:
        remedy = f"Write basic.auth.user.info=USER:PASSWORD into a file, and its path into {registry.VARIABLE}."
        yield Row("weak: registry", "TICKETS_REGISTRY holds a login", None, remedy)
    if parts.scheme == "http" and login is not None and not LOOPBACK.fullmatch(parts.hostname or ""):
        yield Row("weak: registry", f"a login travels readable to {parts.hostname}", None, "Use its https:// address.")
