"""Contract to JSON Schema 2020-12, as text; `producer.schema.json_schema` says what it can and cannot express."""

import json

from contracts.compiler.model import Contract


def render(contract: Contract) -> str:
    """What a reader takes: unknown fields are allowed."""
    return _text(contract, closed=False)


def render_closed(contract: Contract) -> str:
    """What a writer must keep: unknown fields are refused."""
    return _text(contract, closed=True)


def _text(contract: Contract, *, closed: bool) -> str:
    from producer.schema import json_schema as producer_schema

    return json.dumps(producer_schema.json_schema(contract, closed=closed), indent=2, ensure_ascii=False)
