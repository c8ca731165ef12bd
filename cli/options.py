"""Options that several subcommands share, so that each means the same everywhere."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

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


class Share(click.ParamType[Decimal]):
    """`3%` or `0.03` to a Decimal from 0 to 1, exactly."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Refuse, with examples, what is no share."""
        if isinstance(value, Decimal):
            return value
        match = re.fullmatch(r"(\d+(?:\.\d+)?|\.\d+)(%?)", str(value).strip())
        share = Decimal(match[1]) / (100 if match[2] else 1) if match else Decimal(-1)
        if not 0 <= share <= 1:
            self.fail(f"'{value}' is no share; write 3% or 0.03.", param, ctx)
        return share
