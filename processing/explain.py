"""Spark's report of a failed query as one sentence and what to do."""

import re
from collections.abc import Mapping

from processing.errors import ProcessingError
from runtime.store import away

_KNOWN_FAULTS: Mapping[str, tuple[str, str]] = {
    "data may have been lost": (
        "records of topic {topic} were lost before they were read: it was deleted, made anew, or its retention passed",
        "Look at `tickets audit`, then run again: what is missing is named.",
    ),
    "UnknownTopicOrPartition": (
        "the topic {topic} does not exist any more",
        "Make it again with `tickets produce`.",
    ),
    "Number of partitions": (
        "the topic {topic} has fewer partitions than before",
        "Use another --data folder.",
    ),
    "ConcurrentTransactionException": (
        "another writer committed to the tables at the same moment; nothing of this batch was written",
        "Make sure that only one job runs, then start it again.",
    ),
    **dict.fromkeys(
        (
            "Python worker exited unexpectedly",
            "java.io.IOException: Stream closed",
            "SocketException: Connection reset",
        ),
        (
            "a Python worker of Spark was ended from outside",
            "If memory ran out, lower --max-events. The next run goes on where this one stopped.",
        ),
    ),
    "File too large": (
        "a file could not be written: too large for the file system, or for a limit of this process (ulimit -f)",
        "Raise the limit or point --data elsewhere; the next run goes on where this one stopped.",
    ),
    "No space left": ("the disk is full", "Free some space; the next run goes on where this one stopped."),
    "TimeoutException": (
        "the broker does not answer any more",
        "See `tickets broker status`; the next run goes on.",
    ),
}


_CAUSE = re.compile(
    r"^(?:Caused by: |: )?([\w.]+(?:Exception|Error): .+)$", re.MULTILINE
)  # the last is the first cause


def explain(error: Exception, topic: str) -> ProcessingError:
    """Spark's report of a failed query as one sentence and a remedy; what we do not know keeps Spark's own words."""
    text = str(error)
    if (store := away(text)) is not None:
        return ProcessingError(store.what, store.remedy)
    for sign, (what, remedy) in _KNOWN_FAULTS.items():
        if sign in text:
            return ProcessingError(what.format(topic=topic), remedy)
    causes = _CAUSE.findall(text) or [text[:600]]
    return ProcessingError(f"the streaming query failed: {causes[-1]}", "The whole report is in <data>/logs/spark.log.")
