"""Requests as they are shown: white space is tidied, whatever kind it is, and nothing else is changed."""

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.jvm
WHITE = [" ", *"\t\n\v\f\r\u00a0\u2028\u2029\u202f\u205f\u3000", *map(chr, range(0x2000, 0x200B))]
NOT_WHITE = "\x1c\x1f\x85\u200b\u2060\ufeff_-"


def test_white_space_becomes_one_blank(spark: "SparkSession") -> None:
    """Each kind alone and among others, inside and at the ends, in texts of ASCII and in others."""
    from pyspark.sql import functions as F  # noqa: N812 - the name every Spark user knows

    from processing.enrich.client_tickets import _tidied

    kinds = [*WHITE, *NOT_WHITE, "  ", " \t", "\u00a0 ", "\r\n"]
    words = [("a", "b"), ("é", "b"), ("", "b"), ("a", ""), ("", ""), ("a b", "c d")]
    texts = ["", "tidy", "tidy as it is", "été", None]
    texts += [f"{left}{kind}{right}" for kind in kinds for left, right in words]
    rows = spark.createDataFrame([(text,) for text in texts], "text string")
    found = {row["text"]: row["tidy"] for row in rows.select("text", _tidied(F.col("text")).alias("tidy")).collect()}
    every = f"[{''.join(WHITE)}]+"
    assert found == {text: None if text is None else re.sub(every, " ", text).strip(" ") for text in texts}
