"""Contract to Spark DDL: the columns its rows are stored in."""

from contracts.compiler.model import Contract


def render(contract: Contract) -> str:
    """One line per column, as it stands in a CREATE TABLE."""
    from processing.columns import ddl

    return ",\n".join(ddl(field) for field in contract.fields)
