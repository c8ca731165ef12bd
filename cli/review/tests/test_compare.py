"""Several changes at once: none hides what another one breaks."""

from collections.abc import Callable
from typing import Any

import pytest

from cli.review.compare import Terms, compare
from cli.review.tests.small import fields, orders, version

Change = Callable[[dict[str, Any]], None]


def key(document: dict[str, Any]) -> None:
    """Records are keyed by another field, so every old record is refused."""
    document["schema"][0]["properties"].append({"name": "shop_id", "logicalType": "string", "required": True})
    document["customProperties"][1]["value"] = "shop_id"


def required(document: dict[str, Any]) -> None:
    """One field more, which every old event lacks."""
    document["schema"][0]["properties"].append({"name": "shop_id", "logicalType": "string", "required": True})


def topic(document: dict[str, Any]) -> None:
    """Another topic, so no old record is ever read."""
    document["schema"][0]["physicalName"] = "orders_2"


def avro(document: dict[str, Any]) -> None:
    """Another format, so no old value can be read."""
    document["servers"][0]["format"] = "avro"


def lower(document: dict[str, Any]) -> None:
    """A lower bound."""
    fields(document)["amount"]["logicalTypeOptions"]["maximum"] = 50


def gone(document: dict[str, Any]) -> None:
    """One field less, which no reader refuses."""
    document["schema"][0]["properties"] = [row for row in document["schema"][0]["properties"] if row["name"] != "note"]


@pytest.mark.parametrize("loud", [key, required, topic, avro])
@pytest.mark.parametrize(("quiet", "rule"), [(lower, "maximum-tightened"), (gone, "field-removed")])
def test_a_change_that_stops_everything_hides_no_other(loud: Change, quiet: Change, rule: str) -> None:
    """Where every record is refused for one reason, the others still have their verdict and a witness."""
    changed = orders(version="2.0.0")
    quiet(changed)
    loud(changed)
    found = {row.rule: row for row in compare(version(orders()), version(changed), Terms()).findings}
    assert (found[rule].verdict, found[rule].witness is not None) == ("breaking", True)


def test_a_change_of_words_beside_a_break_stays_words() -> None:
    """And a break is not put on what has nothing to do with it."""
    changed = orders(version="2.0.0", description={"purpose": "Orders."})
    required(changed)
    fields(changed)["amount"]["logicalTypeOptions"]["maximum"] = 100.0
    found = {row.rule: row.verdict for row in compare(version(orders()), version(changed), Terms()).findings}
    assert found == {"version-changed": "compatible", "description-changed": "compatible", "field-added": "breaking"}


def test_a_long_list_is_cut_down_to_what_breaks() -> None:
    """However many items there are to leave out, a reviewer is shown as many as it takes, and no more."""
    old, new = orders(), orders(version="2.0.0")
    for document, most in ((old, 2000), (new, 300)):
        items = {"logicalType": "integer", "required": True}
        row = {"name": "marks", "logicalType": "array", "logicalTypeOptions": {"maxItems": most}, "items": items}
        document["schema"][0]["properties"].append(row)
    (found,) = (row for row in compare(version(old), version(new), Terms()).findings if row.verdict == "breaking")
    assert found.witness is not None and found.witness.event is not None
    assert (found.rule, len(found.witness.event["marks"])) == ("max-items-tightened", 301)
