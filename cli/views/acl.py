"""Contract to Kafka ACLs: what each role may do with the topic, as JSON and as the commands that set it up.

Least privilege. The producer is idempotent, for which WRITE on the topic is enough since Kafka 2.8 (KIP-679) and in
Redpanda; it uses no transactions, so no transactional id is granted. READ and WRITE imply DESCRIBE in Kafka; it is
written out, since not every authorizer knows that.
"""

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby

from cli.views.about import about
from cli.views.topic import envelope_of
from contracts.compiler.model import Contract, Role
from runtime.access import Acl

NOTES = (
    "IDEMPOTENT_WRITE on the cluster is not granted: WRITE on the topic is enough since Kafka 2.8 (KIP-679).",
    "No transactional id is granted: the producer uses no transactions.",
    "A consumer group must begin with the name of its role.",
)
_VARIABLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class _Grant:
    """What an access means: operations on a resource, whose name is the topic's or begins with the role's."""

    resource_type: str
    pattern_type: str
    operations: tuple[str, ...]


GRANTS: Mapping[str, tuple[_Grant, ...]] = {
    "write": (_Grant("TOPIC", "LITERAL", ("WRITE", "DESCRIBE")),),
    "read": (_Grant("TOPIC", "LITERAL", ("READ", "DESCRIBE")), _Grant("GROUP", "PREFIXED", ("READ",))),
}
ANYWHERE = "*"  # a contract says who, not from which machine
_FLAGS: Mapping[str, str] = {"TOPIC": "--topic", "GROUP": "--group"}


def render(contract: Contract) -> str:
    """One JSON document: bindings, what was not granted and why, and the commands for each server."""
    topic = envelope_of(contract).topic
    found, refused = granted(contract)
    hosts = [server.host for server in about(contract).servers] or ["{TICKETS_BROKER}"]
    shown = {
        "contract": contract.key,
        "topic": topic,
        "acls": [asdict(acl) for acl in found],
        "not_granted": [{"role": role.name, "access": role.access, "reason": why} for role, why in refused.items()],
        "notes": NOTES,
        "commands": {
            "kafka-acls": [line for host in hosts for line in _lines(found, _kafka_acls(host))],
            "rpk": [line for host in hosts for line in _lines(found, _rpk(host))],
        },
    }
    return json.dumps(shown, indent=2, ensure_ascii=False)


def granted(contract: Contract) -> tuple[list[Acl], dict[Role, str]]:
    """The rules that the roles of a topic's contract come to, each once; and which role gets none, and why."""
    topic = envelope_of(contract).topic
    refused = {role: why for role in contract.roles if (why := _refusal(role))}
    found = (acl for role in contract.roles if role not in refused for acl in _of(role, topic))
    return list(dict.fromkeys(found)), refused


def _refusal(role: Role) -> str | None:
    """Why a role is granted nothing, or None where it is."""
    if role.access not in GRANTS:
        said = f"access '{role.access}'" if role.access else "no access"
        return f"{said} has no meaning for a topic; only {' and '.join(sorted(GRANTS))} have one"
    if not role.name.strip() or not role.name.isprintable():
        return "its name is empty or cannot be printed, so it names no principal"
    return "User:* would be everyone" if role.name == "*" else None


def _of(role: Role, topic: str) -> Iterator[Acl]:
    for grant in GRANTS[role.access]:
        name = topic if grant.resource_type == "TOPIC" else role.name
        for operation in grant.operations:
            yield Acl(f"User:{role.name}", "ALLOW", operation, grant.resource_type, grant.pattern_type, name, ANYWHERE)


def _lines(acls: Sequence[Acl], write: Callable[[Acl, Sequence[str]], str]) -> Iterator[str]:
    """One command per principal and resource, with all operations on it."""
    for _, same in groupby(acls, key=lambda acl: (acl.principal, acl.resource_type, acl.name)):
        one, *others = same
        yield write(one, [acl.operation for acl in (one, *others)])


def _kafka_acls(host: str) -> Callable[[Acl, Sequence[str]], str]:
    """`kafka-acls` (`kafka-acls.sh` in Apache's own archive), which takes one operation per flag."""

    def write(acl: Acl, operations: Sequence[str]) -> str:
        words = ["--allow-principal", acl.principal]
        words += [word for operation in operations for word in ("--operation", operation.capitalize())]
        words += [_FLAGS[acl.resource_type], acl.name, "--resource-pattern-type", acl.pattern_type.lower()]
        return f"kafka-acls --bootstrap-server {_shell(host)} --add {shlex.join(words)}"

    return write


def _rpk(host: str) -> Callable[[Acl, Sequence[str]], str]:
    """`rpk`, which reads principals, operations and names as comma-separated values (RFC 4180 quotes)."""

    def write(acl: Acl, operations: Sequence[str]) -> str:
        words = ["--allow-principal", _csv(acl.principal), "--operation", ",".join(operations).lower()]
        words += [_FLAGS[acl.resource_type], _csv(acl.name), "--resource-pattern-type", acl.pattern_type.lower()]
        return f"rpk security acl create {shlex.join(words)} -X brokers={_shell(host)}"

    return write


def _csv(text: str) -> str:
    quoted = text.replace('"', '""')
    return f'"{quoted}"' if quoted != text or "," in text else text


def _shell(host: str) -> str:
    """A host as the shell reads it: its `{VARIABLES}` are the environment's."""
    parts = _VARIABLE.split(host)  # text and names by turns
    return "".join(f'"${{{part}}}"' if place % 2 else shlex.quote(part) for place, part in enumerate(parts) if part)
