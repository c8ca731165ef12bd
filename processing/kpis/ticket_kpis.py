"""Tickets to KPIs by UTC hour, request type, priority and team; each defined in contracts/ticket_kpis.

By event time only, so the order of arrival does not matter. Percentiles interpolate linearly (Spark's exact
`percentile`, Hyndman and Fan's type 7).
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark user knows

GROUP = ("hour", "request_type", "priority", "support_team")
_HOUR_US = 3_600_000_000


def aggregate(tickets: DataFrame) -> DataFrame:
    """One row per hour and group with at least one event; hours to resolve belong to the hour of `resolved`."""
    opened = tickets.where("event_type = 'opened'").groupBy("ticket_id").agg(F.min("occurred_at").alias("opened_at"))
    rows = tickets.join(opened, "ticket_id", "left")
    resolved = F.col("event_type") == "resolved"
    took = (F.unix_micros("occurred_at") - F.unix_micros("opened_at")) / F.lit(_HOUR_US)
    hours = F.when(resolved & F.col("opened_at").isNotNull(), took)
    timed = rows.withColumn("hour", F.date_trunc("hour", "occurred_at")).withColumn("hours", hours)
    past = F.col("hours") > F.col("target_hours")
    return timed.groupBy(*GROUP).agg(
        F.count(F.lit(1)).alias("events"),
        _count(F.col("event_type") == "opened").alias("opened"),
        _count(resolved).alias("resolved"),
        _count(F.col("event_type") == "reopened").alias("reopened"),
        _count(resolved & F.col("hours").isNull()).alias("resolved_without_opened"),
        _count(past).alias("past_target"),
        F.percentile("hours", F.lit(0.5)).alias("median_hours_to_resolve"),
        F.percentile("hours", F.lit(0.95)).alias("p95_hours_to_resolve"),
        (_count(past) / F.nullif(F.count("hours"), F.lit(0))).alias("share_past_target"),
        F.avg("satisfaction").alias("mean_satisfaction"),
    )


def _count(condition: Column) -> Column:
    return F.count(F.when(condition, 1))
