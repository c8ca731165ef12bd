"""Options that several subcommands share, so that each means the same everywhere."""

from pathlib import Path

import click

data = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="TICKETS_DATA",
    default=Path("data"),
    show_default=True,
    help="Folder for everything a run writes (or TICKETS_DATA).",
)
broker = click.option(
    "--broker",
    envvar="TICKETS_BROKER",
    default="embedded",
    show_default=True,
    help="embedded, redpanda, or HOST:PORT of any Kafka API broker (or TICKETS_BROKER).",
)
contracts = click.option(
    "--contracts",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    envvar="TICKETS_CONTRACTS",
    default=None,
    help="Folder of contracts; default: the contracts/ of this checkout (or TICKETS_CONTRACTS).",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
