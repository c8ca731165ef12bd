"""The last check: both versions on one real topic, read through Spark."""

from pathlib import Path
from typing import Any

import pytest

from cli.review.compare import Terms, compare
from cli.review.readers import Side
from cli.review.tests.small import fields, orders, save, version
from cli.review.topic import TopicError, _compare, confirm
from cli.review.versions import read


def two_versions(folder: Path) -> tuple[Path, Path]:
    """orders 1.0.0, and 2.0.0 with a lower bound, another field's name and a longer text."""
    changed = orders(version="2.0.0")
    fields(changed)["amount"]["logicalTypeOptions"]["maximum"] = 50
    fields(changed)["note"]["name"] = "remark"
    changed["customProperties"][1]["value"] = "order_id"
    return save(orders(), folder / "old.odcs.yaml"), save(changed, folder / "new.odcs.yaml")


@pytest.mark.jvm
@pytest.mark.timeout(600)
def test_spark_reads_a_mixed_topic_as_replay_said(tmp_path: Path) -> None:
    """Witnesses and events of both versions, sent to one topic, are read by Spark as the comparison found."""
    old, new = two_versions(tmp_path)
    made = (compare(read(old), read(new), Terms()),)
    confirmed = confirm(old, new, made, lambda _: None)
    assert confirmed[0].verdict == "breaking"
    assert confirmed[0].replayed is not None
    assert confirmed[0].replayed.on_topic > 400


def test_what_spark_reads_otherwise_is_told() -> None:
    """A record that Spark accepts and replay refused, or the other way round, or with another value, is an error."""
    side = Side(version(orders()))
    good = side.record({"order_id": "A1", "amount": 7})
    bad = side.record({"order_id": "A1", "amount": 700})
    assert good is not None and bad is not None
    event = {"order_id": "A1", "amount": 7, "note": None}
    accepted: dict[str, Any] = {"violations": None, "event": event}
    refused: dict[str, Any] = {"violations": [{"clause": "orders.v1/amount/maximum"}], "event": None}
    _compare(side, [good, bad], [(0, 0), (0, 1)], {(0, 0): accepted, (0, 1): refused})
    for record, row in ((good, refused), (bad, accepted), (good, accepted | {"event": event | {"amount": 8}})):
        with pytest.raises(TopicError, match="otherwise"):
            _compare(side, [record], [(0, 0)], {(0, 0): row})


def test_a_table_is_not_sent_to_a_topic(tmp_path: Path) -> None:
    """What describes no topic can't be checked on one, and the answer says so."""
    table = orders(customProperties=[{"property": "rows", "value": "accepted"}], servers=[])
    file = save(table, tmp_path / "table.odcs.yaml")
    made = (compare(read(file), read(file), Terms()),)
    with pytest.raises(TopicError, match="no topic"):
        confirm(file, file, made, lambda _: None)
