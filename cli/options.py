"""Options that several subcommands share, so that each means the same everywhere."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from runtime import engine

_SPANS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
ADR = Path(__file__).parents[1] / "adr"
LOOPBACK = "127.0.0.1"  # metrics are for whoever runs the command, unless told otherwise

data = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="TICKETS_DATA",
    default=Path("data"),
    show_default=True,
    help="Folder for everything a run writes (or TICKETS_DATA).",
)
BROKERS = ("embedded", "redpanda")  # the keys of runtime.broker.KINDS, which is slow to import


class Where(click.ParamType[str]):
    """A broker: embedded, redpanda, or HOST:PORT."""

    name = "broker"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what can be no broker, and say what can."""
        text = str(value)
        if text not in BROKERS:
            from runtime.broker import check_address
            from runtime.errors import MachineError

            try:
                check_address(text)
            except MachineError as error:
                self.fail(f"{error.what}. {error.remedy}", param, ctx)
        return text


broker = click.option(
    "--broker",
    type=Where(),
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
decisions = click.option(
    "--folder",
    "where",
    type=click.Path(file_okay=False, path_type=Path),
    default=ADR,
    show_default="adr of this checkout",
    help="Folder of decision records; what they name is looked for beside it.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")


class Made(click.Path):
    """A file or folder that a command writes. `-` is refused: it would be one of that name, where standard output is
    meant; `instead` says what to do.
    """

    def __init__(self, instead: str = "", folder: bool = False) -> None:
        super().__init__(file_okay=not folder, dir_okay=folder, path_type=Path)
        self._instead = instead or f"Name a {self.name}"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """As any path, but for `-`."""
        if str(value) == "-":
            self.fail(f"standard output can't be written to here. {self._instead}; one called - is ./-.", param, ctx)
        return super().convert(value, param, ctx)


class Span(click.ParamType[timedelta]):
    """`30m`, `6h` or `7d` to a timedelta."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Refuse, with examples, what is no span of time."""
        if isinstance(value, timedelta):
            return value
        match = re.fullmatch(r"(\d{1,6})([smhd])", str(value).strip())
        if match is None:
            self.fail(f"'{value}' is no span of time; write 30m, 6h or 7d.", param, ctx)
        return int(match[1]) * _SPANS[match[2]]


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


class Address(click.ParamType[tuple[str, int]]):
    """`9464` or `HOST:PORT` to (host, port); the host is this machine alone unless one is given."""

    name = "[host:]port"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        """Refuse, with examples, what is no address."""
        if isinstance(value, tuple):
            return value
        match = re.fullmatch(r"(?:\[([0-9a-fA-F:]+)\]:|([\w.\-]+):)?(\d{1,5})", str(value).strip())
        if match is None or int(match[3]) > 65_535:
            self.fail(f"'{value}' is no address; write 9464 or 0.0.0.0:9464.", param, ctx)
        return match[1] or match[2] or LOOPBACK, int(match[3])


metrics = click.option(
    "--metrics",
    type=Address(),
    envvar="TICKETS_METRICS",
    help="Answer Prometheus there while running: PORT of this machine alone, or HOST:PORT (or TICKETS_METRICS).",
)
master = click.option(
    "--master",
    default="local[*]",
    show_default=True,
    envvar="TICKETS_MASTER",
    help="Spark master (or TICKETS_MASTER).",
)
workers_python = click.option(
    "--workers-python",
    metavar="PATH",
    envvar=engine.PYTHON_VARIABLE,
    help="A cluster's workers have this product, in this Python of theirs: nothing is shipped to them "
    f"(or {engine.PYTHON_VARIABLE}).",
)


def _spark_settings(ctx: click.Context, param: click.Parameter, pairs: tuple[str, ...]) -> dict[str, str]:
    from runtime.errors import MachineError

    try:
        return engine.parse(pairs)
    except MachineError as error:
        raise click.BadParameter(f"{error.what}. {error.remedy}", ctx, param) from error


spark_conf = click.option(
    "--spark-conf",
    metavar="KEY=VALUE",
    multiple=True,
    callback=_spark_settings,
    help="A setting for Spark, such as spark.executor.memory=4g; may be repeated.",
)
