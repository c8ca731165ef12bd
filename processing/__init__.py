"""Contract to Spark: decoder, ledger, tickets and KPIs. One ledger row per Kafka record, whatever its outcome."""
