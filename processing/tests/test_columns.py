"""Every type's stored form, side by side."""

import pyarrow as pa
import pytest

from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.model import Field
from processing.columns import arrow_type, ddl, spark_type

INPUT = Catalogue(HOME).get("client_tickets")
LOGS = Catalogue(HOME.parent / "examples" / "contracts").get("app_logs")


@pytest.mark.parametrize(
    ("field", "spark", "arrow"),
    [
        (INPUT.field("ticket_id"), "string", pa.string()),
        (INPUT.field("satisfaction"), "int", pa.int32()),
        (INPUT.field("attachments[].size_bytes"), "bigint", pa.int64()),
        (INPUT.field("amount"), "decimal(12,2)", pa.decimal128(12, 2)),
        (INPUT.field("occurred_at"), "timestamp", pa.timestamp("us", tz="UTC")),
        (INPUT.field("due_on"), "date", pa.date32()),
        (INPUT.field("tags"), "array<string>", pa.list_(pa.string())),
        (LOGS.field("line"), "bigint", pa.int64()),
        (LOGS.field("sampled"), "boolean", pa.bool_()),
        (LOGS.field("load"), "double", pa.float64()),
        (
            LOGS.field("source.host"),
            "struct<`address`:string,`label`:string>",
            pa.struct([("address", pa.string()), ("label", pa.string())]),
        ),
    ],
    ids=lambda value: value.path if isinstance(value, Field) else None,
)
def test_each_type_has_one_stored_form(field: Field, spark: str, arrow: pa.DataType) -> None:
    """Spark and Arrow agree on what a column is."""
    assert (spark_type(field), arrow_type(field)) == (spark, arrow)


def test_required_fields_are_not_null() -> None:
    """What the contract requires, the table requires."""
    assert ddl(INPUT.field("ticket_id")) == "`ticket_id` string NOT NULL"
    assert ddl(INPUT.field("due_on")) == "`due_on` date"
