"""Topic to what it takes now, which may be less than its contract says."""

LARGEST = "max.message.bytes"
REQUEST_S = 10.0


def batch_bytes(bootstrap: str, topic: str, otherwise: int) -> int:
    """The largest batch the topic takes, in bytes; `otherwise` where the broker does not let us ask."""
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import ConfigResource

    from runtime import kafka

    client, resource = kafka.admin(bootstrap), ConfigResource(ConfigResource.Type.TOPIC, topic)
    try:
        asked = client.describe_configs([resource], request_timeout=REQUEST_S)
        return int(asked[resource].result()[LARGEST].value)
    except (KafkaException, KeyError, TypeError, ValueError):
        return otherwise
