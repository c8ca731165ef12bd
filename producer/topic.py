"""Topic to what this user can see of it, and what it takes now, which may be less than its contract says."""

from producer.errors import ProducerError

LARGEST = "max.message.bytes"
REQUEST_S = 10.0
LOOKING = {"allow.auto.create.topics": "false"}  # to look must not make the topic


def require_sight(bootstrap: str, topic: str) -> None:
    """Return where the topic can be seen, or is not there; ProducerError where it is hidden from this user.

    A broker hides what one may not see as if it were not there, unless it is asked for it by name.
    """
    from confluent_kafka import KafkaError, KafkaException

    from runtime import kafka

    client = kafka.admin(bootstrap, LOOKING)
    try:
        error = client.list_topics(topic, timeout=REQUEST_S).topics[topic].error
    except (KafkaException, KeyError):  # whoever makes or uses the topic says what is wrong
        return
    if error is not None and error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
        raise ProducerError(
            f"this user may not see topic {topic} on {bootstrap}",
            "Ask whoever keeps the broker for a producer's rights (`tickets contracts show --as acl` lists them).",
        )


def batch_bytes(bootstrap: str, topic: str, otherwise: int) -> int:
    """The largest batch the topic takes, in bytes; `otherwise` where the broker does not let us ask."""
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import ConfigResource

    from runtime import kafka

    client, resource = kafka.admin(bootstrap, LOOKING), ConfigResource(ConfigResource.Type.TOPIC, topic)
    try:
        asked = client.describe_configs([resource], request_timeout=REQUEST_S)
        return int(asked[resource].result()[LARGEST].value)
    except (KafkaException, KeyError, TypeError, ValueError):
        return otherwise
