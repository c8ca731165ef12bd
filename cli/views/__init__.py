"""What follows from a contract, as text: one module per view, and the table of all of them.

Importing this imports no Spark, polars or pandera; the views that need them do so when they are asked for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cli.views import acl, alerts, asyncapi, clauses, html, json_schema, markdown, pandera, spark_ddl, topic
from contracts.compiler.model import Contract

Render = Callable[[Contract], str]


@dataclass(frozen=True, slots=True)
class View:
    """One row: `about` says what is printed, `closed` is the writer's variant (None where there is none)."""

    name: str
    about: str
    render: Render
    closed: Render | None


_ROWS = (
    View("clauses", "every clause with its id, and what is not enforced", clauses.render, None),
    View("json-schema", "JSON Schema 2020-12 of one event", json_schema.render, json_schema.render_closed),
    View("spark-ddl", "the columns that Spark stores", spark_ddl.render, None),
    View("pandera", "the checks before an export, and what they cannot judge", pandera.render, None),
    View("asyncapi", "AsyncAPI 3.0 of the topic, as YAML", asyncapi.render, None),
    View("topic", "name, partitions, key, headers and settings of the topic", topic.render, None),
    View("acl", "Kafka ACLs of the roles, as JSON and as commands", acl.render, None),
    View("alerts", "Prometheus alert rules of its service levels, as YAML", alerts.render, None),
    View("markdown", "the contract for people, as Markdown", markdown.render, None),
    View("html", "the contract for people, as one web page", html.render, None),
)
VIEWS: Mapping[str, View] = {row.name: row for row in _ROWS}
