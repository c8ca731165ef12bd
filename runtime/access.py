"""A broker's topics, access rules and users as plain values: what is there, and one change of it at a time.

Every function takes the AdminClient and holds it while it waits: one that nobody refers to any more is closed under its
own questions. What a broker refuses is a MachineError with the broker's own words.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runtime import kafka
from runtime.errors import MachineError

REQUEST_S = kafka.REQUEST_S
MECHANISM = "SCRAM-SHA-512"
ITERATIONS = 8192  # RFC 7677 asks for 4,096 at least; Kafka takes up to 16,384
NO_TOPIC = "/"  # no legal name
SHOWN = 200  # characters of a broker's own words: some brokers give the whole request back
CLUSTER = "CLUSTER"  # Kafka's word for what librdkafka calls BROKER


@dataclass(frozen=True, slots=True)
class Acl:
    """One binding, in the words of Kafka's AclBinding. `host` is where its user may come from, * for anywhere."""

    principal: str
    permission: str
    operation: str
    resource_type: str
    pattern_type: str
    name: str
    host: str


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic; `set_here` are the settings that were given to this topic, `settings` what it goes by."""

    name: str
    partitions: int
    settings: Mapping[str, str]
    set_here: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Broker:
    """What a broker says. A topic that is not there is missing in `topics`; `acls` is None where no authorizer runs or
    nobody asked, `users` (those with a SCRAM password) where nobody asked.
    """

    topics: Mapping[str, Topic]
    acls: frozenset[Acl] | None
    users: frozenset[str] | None


def read(client: Any, topics: Iterable[str], *, acls: bool, users: bool) -> Broker:
    """The topics of these names, every access rule and the users where asked; users only with the rules."""
    found = {name: topic for name in topics if (topic := read_topic(client, name))}
    rules = read_acls(client) if acls else None
    return Broker(found, rules, read_users(client) if acls and users else None)


def read_topic(client: Any, name: str) -> Topic | None:
    """One topic, or None where there is none."""
    from confluent_kafka import KafkaError, KafkaException
    from confluent_kafka.admin import ConfigResource, ConfigSource

    with answered(f"what topic {name} is"):
        found = client.list_topics(name, timeout=REQUEST_S).topics[name]
        if found.error is not None and found.error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            return None
        if found.error is not None:
            raise KafkaException(found.error)
        asked = client.describe_configs([ConfigResource(ConfigResource.Type.TOPIC, name)], request_timeout=REQUEST_S)
        (entries,) = [future.result() for future in asked.values()]
    own = ConfigSource.DYNAMIC_TOPIC_CONFIG.value
    known = {key: entry.value for key, entry in entries.items() if entry.value is not None}
    set_here = {key: value for key, value in known.items() if entries[key].source == own}
    return Topic(name, len(found.partitions), known, set_here)


def read_acls(client: Any) -> frozenset[Acl] | None:
    """Every access rule; None where the broker has no authorizer. MachineError where this user may not know.

    The client gives no rule for each of these cases as for a broker without rules, and never the broker's error. A
    removal of rules for a name that no topic can have tells them apart.
    """
    from confluent_kafka import KafkaError, KafkaException
    from confluent_kafka.admin import AclBindingFilter, AclOperation, AclPermissionType, ResourcePatternType
    from confluent_kafka.admin import ResourceType as Kind

    any_ = (None, None, AclOperation.ANY, AclPermissionType.ANY)
    every = AclBindingFilter(Kind.ANY, None, ResourcePatternType.ANY, *any_)
    none = AclBindingFilter(Kind.TOPIC, NO_TOPIC, ResourcePatternType.LITERAL, *any_)
    with answered("which access rules it has"):
        if found := client.describe_acls(every, request_timeout=REQUEST_S).result():
            return frozenset(_said(rule) for rule in found if rule.restype.name != "UNKNOWN")  # of delegation tokens
        try:
            for future in client.delete_acls([none], request_timeout=REQUEST_S).values():
                future.result()
        except KafkaException as error:
            if error.args[0].code() == KafkaError.SECURITY_DISABLED:
                return None
            raise
    return frozenset()


def read_users(client: Any) -> frozenset[str]:
    """Who has a SCRAM password.

    Only for a user who may know (ask `read_acls` first): librdkafka 2.16 ends the process over the broker's refusal.
    """
    with answered("which users it has"):
        return frozenset(client.describe_user_scram_credentials(request_timeout=REQUEST_S).result())


def set_setting(client: Any, topic: str, key: str, value: str | None) -> None:
    """Set one setting of a topic, or (None) let it go back to the broker's default; the others stay as they are."""
    from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource

    how = AlterConfigOpType.DELETE if value is None else AlterConfigOpType.SET
    entry = ConfigEntry(key, value, incremental_operation=how)
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[entry])
    with answered(f"to set {key} of topic {topic}"):
        for future in client.incremental_alter_configs([resource], request_timeout=REQUEST_S).values():
            future.result()


def create_acl(client: Any, acl: Acl) -> None:
    """Add one access rule; one that is there already stays."""
    from confluent_kafka.admin import AclBinding

    with answered(f"to allow {acl.principal} {acl.operation} on {acl.name}"):
        for future in client.create_acls([AclBinding(*_words(acl))], request_timeout=REQUEST_S).values():
            future.result()


def delete_acl(client: Any, acl: Acl) -> None:
    """Remove exactly one access rule."""
    from confluent_kafka.admin import AclBindingFilter

    with answered(f"to remove the rule on {acl.name} for {acl.principal}"):
        for future in client.delete_acls([AclBindingFilter(*_words(acl))], request_timeout=REQUEST_S).values():
            future.result()


def create_user(client: Any, name: str, password: str) -> None:
    """Give a user a SCRAM-SHA-512 password; the broker gets and keeps only what is derived from it (RFC 5802)."""
    from confluent_kafka.admin import ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion

    how = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS)
    new = UserScramCredentialUpsertion(name, how, password.encode())
    with answered(f"to make user {name}"):
        for future in client.alter_user_scram_credentials([new], request_timeout=REQUEST_S).values():
            future.result()


class answered:  # noqa: N801 - reads as a clause: with answered("to create topic t")
    """What the broker refuses within becomes a MachineError that says what was asked, and the broker's words."""

    def __init__(self, asked: str) -> None:
        self._asked = asked

    def __enter__(self) -> None:
        """Nothing to open."""

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        """Only the broker's refusals are translated."""
        from confluent_kafka import KafkaException

        if isinstance(error, KafkaException):
            reason = error.args[0]
            raise MachineError(
                f"the broker was asked {self._asked}, and answered {reason.name()}: {reason.str()[:SHOWN]}",
                f"The user of {kafka.VARIABLE} must be one who keeps the broker and may alter the cluster.",
            ) from error


def _words(acl: Acl) -> Iterator[Any]:
    """An access rule in the order of AclBinding's arguments."""
    from confluent_kafka.admin import AclOperation, AclPermissionType, ResourcePatternType, ResourceType

    yield ResourceType.BROKER if acl.resource_type == CLUSTER else ResourceType[acl.resource_type]
    yield acl.name
    yield ResourcePatternType[acl.pattern_type]
    yield acl.principal
    yield acl.host
    yield AclOperation[acl.operation]
    yield AclPermissionType[acl.permission]


def _said(binding: Any) -> Acl:
    kind = CLUSTER if binding.restype.name == "BROKER" else binding.restype.name
    pattern, name = binding.resource_pattern_type.name, binding.name
    how = (binding.permission_type.name, binding.operation.name)
    return Acl(binding.principal, *how, kind, pattern, name, binding.host)
