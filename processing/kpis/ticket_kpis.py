"""Tickets to KPIs by UTC hour, request type, priority and team; each defined in contracts/ticket_kpis.

By event time only, so the order of arrival does not matter. Percentiles interpolate linearly (Spark's exact
`percentile`, Hyndman and Fan's type 7).
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark user knows

from processing.kpis import Parts

PARTS = Parts(
    hour="hour",
    moment="occurred_at",
    key="ticket_id",
    kind="event_type",
    begins="opened",
    ends="resolved",
    begun="opened_at",
)
GROUP = ("hour", "request_type", "priority", "support_team")
_HOUR_US = 3_600_000_000


def aggregate(tickets: DataFrame, opened: DataFrame | None = None) -> DataFrame:
    """One row per hour and group with at least one event; hours to resolve belong to the hour of `resolved`.

    `opened` has one row per ticket, `ticket_id` and `opened_at`; without it, it is made of the tickets.
    Counts and times are made apart and joined by group: exact percentiles can't be made by Spark's compiled hash
    aggregate, which then takes all other rows, and only what is resolved is looked up by ticket.
    """
    rows = tickets.withColumn("hour", F.date_trunc("hour", "occurred_at"))
    first = _opened(tickets) if opened is None else opened
    counts, times = _counts(rows).alias("c"), _times(rows, first).alias("t")
    same = [F.col(f"c.{name}").eqNullSafe(F.col(f"t.{name}")) for name in GROUP]
    return counts.join(times, same, "left").select(
        *(F.col(f"c.{name}") for name in GROUP),
        "events",
        "opened",
        "resolved",
        "reopened",
        (F.col("resolved") - F.coalesce("timed", F.lit(0))).alias("resolved_without_opened"),
        F.coalesce("past", F.lit(0)).alias("past_target"),
        F.col("middle_and_p95")[0].alias("median_hours_to_resolve"),
        F.col("middle_and_p95")[1].alias("p95_hours_to_resolve"),
        (F.col("past") / F.col("timed")).alias("share_past_target"),
        "mean_satisfaction",
    )


def _counts(rows: DataFrame) -> DataFrame:
    return rows.groupBy(*GROUP).agg(
        F.count(F.lit(1)).alias("events"),
        *(_count(F.col("event_type") == kind).alias(kind) for kind in ("opened", "resolved", "reopened")),
        F.avg("satisfaction").alias("mean_satisfaction"),
    )


def _opened(tickets: DataFrame) -> DataFrame:
    return tickets.where("event_type = 'opened'").groupBy("ticket_id").agg(F.min("occurred_at").alias("opened_at"))


def _times(rows: DataFrame, opened: DataFrame) -> DataFrame:
    """Of each group in which something was resolved whose ticket was opened: how many, and how long it took."""
    resolved = rows.where("event_type = 'resolved'").select(*GROUP, "ticket_id", "occurred_at", "target_hours")
    took = (F.unix_micros("occurred_at") - F.unix_micros("opened_at")) / F.lit(_HOUR_US)
    timed = resolved.join(opened, "ticket_id").withColumn("hours", took)
    return timed.groupBy(*GROUP).agg(
        F.count(F.lit(1)).alias("timed"),
        _count(F.col("hours") > F.col("target_hours")).alias("past"),
        F.percentile("hours", F.array(F.lit(0.5), F.lit(0.95))).alias("middle_and_p95"),
    )


def _count(condition: Column) -> Column:
    return F.count(F.when(condition, 1))
