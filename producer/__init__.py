"""Contract to topic: JSON Schema, payloads (valid, and broken clause by clause), intake of files, the Kafka client."""
