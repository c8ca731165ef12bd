"""Bootstrap servers to topics, watermarks and client settings, for every Kafka API broker alike.

Extra client settings (SASL, TLS) come from the properties file that TICKETS_KAFKA_CONFIG names, in
librdkafka's words, for every client of the product; `spark_options` says the same in Java's. Unset it for the
embedded broker, which speaks plain text on the loopback interface only.

Rights on consumer groups are given by how a group's name begins. Here every name begins with the file's group.id, else
with its user, as `tickets contracts show --as acl` grants it.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runtime.errors import MachineError
from runtime.wait import until

VARIABLE = "TICKETS_KAFKA_CONFIG"
REQUEST_S = 10.0
TOPIC_DEADLINE_S = 30.0
_UNLED = ("NOT_LEADER_FOR_PARTITION", "LEADER_NOT_AVAILABLE")
RIGHT_IT = "Correct the contract."
SILENT = {"log_level": "0", "log.connection.close": "false"}  # librdkafka would write to stderr by itself
JAVA_NAMES = {
    "sasl.mechanisms": "sasl.mechanism",
    "ssl.ca.location": "ssl.truststore.certificates",
    "ssl.keystore.location": "ssl.keystore.location",
    "ssl.keystore.password": "ssl.keystore.password",
    "ssl.key.password": "ssl.key.password",
    "sasl.mechanism": "sasl.mechanism",
    "security.protocol": "security.protocol",
    "client.id": "client.id",
    "sasl.kerberos.service.name": "sasl.kerberos.service.name",
}


def extra_settings() -> dict[str, str]:
    """The settings of the properties file, or none; MachineError where it can't be read."""
    name = os.environ.get(VARIABLE)
    return properties(Path(name), VARIABLE) if name else {}


def properties(path: Path, named_by: str) -> dict[str, str]:
    """The `key=value` lines of a file; `named_by` is what named it. No message shows a value: it may be a secret."""
    name = str(path)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise MachineError(f"{named_by} names {name}, which can't be read", "Correct it, or unset it.") from error
    rows = [line.strip() for line in lines if line.strip() and line.strip()[0] not in "#!"]
    broken = [number for number, line in enumerate(lines, 1) if line.strip() in rows and "=" not in line]
    if broken:
        raise MachineError(f"{name} has a line without '=': line {broken[0]}", "Write one `key=value` per line.")
    return {key.strip(): value.strip() for key, _, value in (row.partition("=") for row in rows)}


def client_config(bootstrap: str) -> dict[str, str]:
    """Settings that every librdkafka client starts from: where, silent, and the user's own on top."""
    return {"bootstrap.servers": bootstrap, **SILENT, **extra_settings()}


def group(name: str) -> str:
    """The name of a consumer group of ours: it begins as this client's rights say."""
    return f"{beginning(extra_settings()) or 'tickets'}-{name}"


def beginning(settings: Mapping[str, str]) -> str | None:
    """How this client's groups must begin; None where nobody logs in."""
    return settings.get("group.id") or settings.get("sasl.username")


def spark_options(bootstrap: str) -> dict[str, str]:
    """The same for Spark's Kafka source and sink; MachineError for a setting that has no Java name in our
    table.
    """
    settings = extra_settings()
    groups = beginning(settings)
    settings.pop("group.id", None)
    user, secret = settings.pop("sasl.username", None), settings.pop("sasl.password", None)
    options = {"kafka.bootstrap.servers": bootstrap}
    unknown = sorted(key for key in settings if key not in JAVA_NAMES)
    if unknown:
        raise MachineError(
            f"{VARIABLE} sets {', '.join(unknown)}, which Spark's client has no word for here",
            f"Use only group.id, sasl.username, sasl.password, {', '.join(JAVA_NAMES)}.",
        )
    options |= {f"kafka.{JAVA_NAMES[key]}": value for key, value in settings.items() if key != "ssl.ca.location"}
    if groups is not None:
        options["groupIdPrefix"] = groups
    if "ssl.ca.location" in settings:  # its text: tasks run on machines that may not have the file
        options["kafka.ssl.truststore.type"] = "PEM"
        options["kafka.ssl.truststore.certificates"] = _authority(settings["ssl.ca.location"])
    if user is not None and secret is not None:
        options["kafka.sasl.jaas.config"] = jaas(options.get("kafka.sasl.mechanism", "PLAIN"), user, secret)
    return options


def _authority(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MachineError(
            f"{VARIABLE} names {name}, which can't be read as PEM", "Correct ssl.ca.location."
        ) from error


def jaas(mechanism: str, user: str, secret: str) -> str:
    """Java's way to write a user and password."""
    module = "scram.ScramLoginModule" if mechanism.startswith("SCRAM") else "plain.PlainLoginModule"
    name, word = (text.replace("\\", "\\\\").replace('"', '\\"') for text in (user, secret))
    return f'org.apache.kafka.common.security.{module} required username="{name}" password="{word}";'


def admin(bootstrap: str, settings: Mapping[str, Any] | None = None) -> Any:
    """A confluent_kafka AdminClient; connects when first asked something."""
    from confluent_kafka.admin import AdminClient

    unasked = {"allow.auto.create.topics": False}  # else to ask for a topic's metadata could make it
    return AdminClient({**client_config(bootstrap), **unasked, **(settings or {})})


def ready(client: Any, timeout_s: float = 1.0) -> bool:
    """Whether a broker and a controller answer.

    An open port is not enough: Kafka opens it before its controller lets the broker in.
    """
    from confluent_kafka import KafkaException

    try:
        metadata = client.list_topics(timeout=timeout_s)
    except KafkaException:
        return False
    return bool(metadata.brokers) and metadata.controller_id >= 0


def require(bootstrap: str, deadline_s: float = REQUEST_S) -> None:
    """Return once the broker answers; MachineError with the client's last complaint that says why if it does not."""
    complaints: list[str] = []

    def complain(error: Any) -> None:
        if error.name() != "_ALL_BROKERS_DOWN" or not complaints:  # which follows the one that says why
            complaints.append(error.str())

    client = admin(bootstrap, {"error_cb": complain})
    if until(lambda: ready(client), deadline_s):
        return
    client.poll(0)  # hands the complaints to error_cb
    why = f" ({complaints[-1]})" if complaints else ""
    raise MachineError(
        f"no broker answers at {bootstrap} within {deadline_s:.0f} s{why}",
        f"Check host and port, and user and certificates in {VARIABLE}; or use --broker embedded.",
    )


def ensure_topic(bootstrap: str, name: str, partitions: int, config: Mapping[str, str]) -> None:
    """Create the topic if missing and return once the broker shows it with exactly `partitions` partitions.

    An existing topic is never altered: another partition count would move keys between partitions, so that is
    a MachineError. A broker that is just starting can say "already exists" for a topic that it does not show
    yet; then the creation is tried again until the deadline.
    """
    client = admin(bootstrap)
    last: list[str] = []

    def present() -> int:
        found = partition_count(client, name)
        if found == 0:
            last[:] = [create(client, name, partitions, config)]
            found = partition_count(client, name)
        return found

    found = until(present, TOPIC_DEADLINE_S)
    if not found:
        raise MachineError(
            f"topic {name} did not appear on {bootstrap} within {TOPIC_DEADLINE_S:.0f} s: {last[-1]}",
            "Look at the broker's log, and whether this user may create topics.",
        )
    if found != partitions:
        raise MachineError(
            f"topic {name} on {bootstrap} has {found} partitions, the contract wants {partitions}",
            "Change the contract, or use a new topic: more partitions would break the order of events.",
        )


def create(client: Any, name: str, partitions: int, config: Mapping[str, str]) -> str:
    """Ask once for a topic; the broker's answer as text. What waiting can't cure is a MachineError."""
    from confluent_kafka import KafkaError, KafkaException
    from confluent_kafka.admin import NewTopic

    final = {KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.INVALID_CONFIG, KafkaError.TOPIC_EXCEPTION}
    settings = {key: value for key, value in config.items() if key != "replication.factor"}
    copies = int(config.get("replication.factor", -1))
    topic = NewTopic(name, num_partitions=partitions, replication_factor=copies, config=settings)
    try:
        client.create_topics([topic], operation_timeout=REQUEST_S, request_timeout=REQUEST_S)[name].result()
    except KafkaException as error:
        reason = error.args[0]
        if reason.code() in final:
            forbidden = reason.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED
            remedy = "Ask whoever keeps the broker to run `tickets broker apply`." if forbidden else RIGHT_IT
            raise MachineError(f"topic {name} can't be created: {reason.str()}", remedy) from error
        return str(reason.str())
    return "created, but not shown"


def partition_count(client: Any, name: str) -> int:
    """How many partitions with a leader the broker shows for the topic; 0 if it is not (wholly) there."""
    from confluent_kafka import KafkaException

    try:
        topic = client.list_topics(timeout=REQUEST_S).topics.get(name)
    except KafkaException:
        return 0
    if topic is None or topic.error is not None or any(row.leader < 0 for row in topic.partitions.values()):
        return 0
    return len(topic.partitions)


def watermarks(bootstrap: str, topic: str, timeout_s: float = REQUEST_S) -> dict[int, tuple[int, int]]:
    """Partition to (low, high): the first offset still there, and the one after the last; MachineError if no
    topic. Each of its three requests may take `timeout_s`.

    Read through the admin client: a consumer would make the broker create its offsets topic.
    """
    from confluent_kafka import KafkaException

    client = admin(bootstrap)
    unled: list[KafkaException] = []  # a new topic's partitions have no leader at first, whatever its metadata say

    def marks() -> dict[int, tuple[int, int]] | None:
        try:
            return _watermarks(client, bootstrap, topic, timeout_s)
        except KafkaException as error:
            if error.args[0].name() not in _UNLED:
                raise
            unled.append(error)
            return None

    try:
        found = until(marks, timeout_s)
        if found is None and unled:
            raise unled[-1]
        return found or {}
    except KafkaException as error:
        reason = error.args[0].str()
        raise MachineError(f"{bootstrap} did not answer for topic {topic}: {reason}", "Is the broker up?") from error


def _watermarks(client: Any, bootstrap: str, topic: str, timeout_s: float) -> dict[int, tuple[int, int]]:
    from confluent_kafka import TopicPartition
    from confluent_kafka.admin import OffsetSpec

    found = client.list_topics(topic, timeout=timeout_s).topics[topic]
    if found.error is not None:
        raise MachineError(
            f"topic {topic} does not exist on {bootstrap}",
            "Send events first: `tickets produce`, or give another --broker.",
        )
    places = [TopicPartition(topic, number) for number in sorted(found.partitions)]
    low, high = (
        client.list_offsets(dict.fromkeys(places, spec), request_timeout=timeout_s)
        for spec in (OffsetSpec.earliest(), OffsetSpec.latest())
    )
    return {place.partition: (low[place].result().offset, high[place].result().offset) for place in places}
