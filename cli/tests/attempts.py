"""What one user tries on a broker: each attempt ends with `ok`, or with the name of the error that the broker gave.

Every attempt is made with a plain client, and whatever succeeds really happened.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

OK = "ok"
ANSWER_S = 20.0
GROUPLESS_S = 10.0
LOGIN_S, SILENCE_S = 10.0, 60.0  # after which no better reason comes, and no complaint at all
BROKEN = (KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._ALL_BROKERS_DOWN)
QUIET = {"log_level": "0", "allow.auto.create.topics": False}
Config = Mapping[str, Any]


def outcome(attempt: Callable[[Config], Any], client: Config) -> str:
    """`ok`, or the broker's word for why not."""
    try:
        attempt({**client, **QUIET})
    except KafkaException as error:
        return str(error.args[0].name())
    return OK


def write(topic: str) -> Callable[[Config], None]:
    """One record, acknowledged."""

    def attempt(client: Config) -> None:
        errors: list[Any] = []
        producer = Producer({**client, "acks": "all", "message.timeout.ms": int(ANSWER_S * 1000)})
        producer.produce(topic, b"{}", b"k", 0, on_delivery=lambda error, _: errors.append(error))
        assert producer.flush(ANSWER_S + 5) == 0
        if errors[0] is not None:
            raise KafkaException(errors[0])

    return attempt


def subscribe(topic: str) -> Callable[[Config], None]:
    """The first record that a member of a consumer group is given, in a group named after its user."""

    def attempt(client: Config) -> None:
        _first(client, lambda consumer: consumer.subscribe([topic]))

    return attempt


def fetch(topic: str) -> Callable[[Config], None]:
    """The first record of partition 0, which a client asks for by itself, so that its group need not let it in."""

    def attempt(client: Config) -> None:
        place = [TopicPartition(topic, 0, OFFSET_BEGINNING)]
        _first(client, lambda consumer: consumer.assign(place), GROUPLESS_S)

    return attempt


def _first(client: Config, begin: Callable[[Any], None], groupless_s: float = 0.0) -> None:
    """Return with the first record, or raise the first refusal; one of the group only after `groupless_s`."""
    group = {"group.id": f"{client.get('sasl.username', 'nobody')}-try", "auto.offset.reset": "earliest"}
    consumer = Consumer({**client, **group, "enable.auto.commit": False})
    began_s, refused = time.monotonic(), None
    try:
        begin(consumer)
        while time.monotonic() < began_s + ANSWER_S:
            if (message := consumer.poll(0.2)) is not None:
                refused = message.error()
                if refused is None:
                    return
            of_group = refused is not None and refused.code() == KafkaError.GROUP_AUTHORIZATION_FAILED
            if refused is not None and (not of_group or time.monotonic() >= began_s + groupless_s):
                break
    finally:
        consumer.close()
    raise KafkaException(refused or KafkaError(KafkaError._TIMED_OUT))


def commit(group: str) -> Callable[[Config], None]:
    """An offset kept for a consumer group."""
    place = TopicPartition("client_tickets", 0, 1)
    return asked(lambda admin: admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, [place])]))


def transact(client: Config) -> None:
    """A transactional producer's session."""
    Producer({**client, "transactional.id": "any"}).init_transactions(ANSWER_S)


def look(topic: str) -> Callable[[Config], None]:
    """Whether the topic is there."""

    def attempt(client: Config) -> None:
        admin = AdminClient(client)
        found = admin.list_topics(topic, timeout=ANSWER_S).topics[topic]
        if found.error is not None:
            raise KafkaException(found.error)

    return attempt


def log_in(client: Config) -> None:
    """Any answer at all; the client's complaint where there is none, else that none came.

    A connection that broke is the complaint where no other comes: on a busy machine it may come before the reason. The
    client says so, or only that no broker is left.
    """
    complaints: list[Any] = []

    def reasons() -> list[Any]:
        return [one for one in complaints if one.code() not in BROKEN]

    admin = AdminClient({**client, "error_cb": complaints.append})
    began_s = time.monotonic()
    while not reasons() and time.monotonic() < began_s + (LOGIN_S if complaints else SILENCE_S):
        try:
            admin.list_topics(timeout=1)
        except KafkaException:
            admin.poll(0)  # hands the complaints over
        else:
            return
    silence = KafkaError(KafkaError._TRANSPORT if complaints else KafkaError._TIMED_OUT)
    raise KafkaException([*reasons(), silence][0])


def asked(question: Callable[[Any], Any]) -> Callable[[Config], None]:
    """What an AdminClient can be asked."""

    def attempt(client: Config) -> None:
        admin = AdminClient(client)
        futures = question(admin)
        for future in futures.values() if isinstance(futures, dict) else [futures]:
            future.result(ANSWER_S)

    return attempt


def _resource(kind: str, name: str) -> ConfigResource:
    return ConfigResource(ConfigResource.Type[kind], name)


def _set(kind: str, name: str, key: str, value: str) -> list[ConfigResource]:
    entry = ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
    return [ConfigResource(ConfigResource.Type[kind], name, incremental_configs=[entry])]


TOPIC_RULE = (ResourceType.TOPIC, "client_tickets", ResourcePatternType.LITERAL)
MINE = AclBinding(*TOPIC_RULE, "User:stranger", "*", AclOperation.READ, AclPermissionType.ALLOW)
ANY = AclBindingFilter(*TOPIC_RULE, "User:stranger", None, AclOperation.ANY, AclPermissionType.ANY)
NEW_USER = UserScramCredentialUpsertion("intruder", ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), b"x")

ATTEMPTS: Mapping[str, Callable[[Config], Any]] = {
    "see the topic": look("client_tickets"),
    "write to the topic": write("client_tickets"),
    "read the topic in a group": subscribe("client_tickets"),
    "read the topic alone": fetch("client_tickets"),
    "see another topic": look("other"),
    "write to another topic": write("other"),
    "read another topic in a group": subscribe("other"),
    "commit in a group of the job's": commit("tickets-processing-try"),
    "commit in a group of another name": commit("analysts"),
    "open a transaction": transact,
    "read the topic's settings": asked(lambda admin: admin.describe_configs([_resource("TOPIC", "client_tickets")])),
    "change the topic's settings": asked(
        lambda admin: admin.incremental_alter_configs(_set("TOPIC", "client_tickets", "retention.ms", "1"))
    ),
    "add partitions": asked(lambda admin: admin.create_partitions([NewPartitions("client_tickets", 8)])),
    "delete records": asked(lambda admin: admin.delete_records([TopicPartition("client_tickets", 0, 0)])),
    "create a topic": asked(lambda admin: admin.create_topics([NewTopic("made_by_nobody", 1)])),
    "delete the topic": asked(lambda admin: admin.delete_topics(["client_tickets"])),
    "change the broker's settings": asked(
        lambda admin: admin.incremental_alter_configs(_set("BROKER", "1", "log.cleaner.threads", "1"))
    ),
    "see the topic's ends": asked(
        lambda admin: admin.list_offsets({TopicPartition("client_tickets", 0): OffsetSpec.latest()})
    ),
    "delete a group of the job's": asked(lambda admin: admin.delete_consumer_groups(["tickets-processing-old"])),
    "make a rule": asked(lambda admin: admin.create_acls([MINE])),
    "remove rules": asked(lambda admin: admin.delete_acls([ANY])),
    "make a user": asked(lambda admin: admin.alter_user_scram_credentials([NEW_USER])),
}
