"""What somebody types for `tickets produce`, read into values: moments, and the name of a producer."""

import os
import socket
from datetime import UTC, date, datetime
from typing import Any

import click

PRODUCER_VARIABLE = "TICKETS_PRODUCER"
LONGEST_NAME = 200


def own_name() -> str:
    """Who sends, where nobody says it: TICKETS_PRODUCER, or the name of this host."""
    return os.environ.get(PRODUCER_VARIABLE) or socket.gethostname()


class Moment(click.ParamType[datetime]):
    """An ISO 8601 day (its 00:00 UTC) or timestamp with offset to a datetime in UTC."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Refuse, with examples, what is neither."""
        from contracts.compiler.temporal import ISO_DATE, ISO_TIMESTAMP, reader

        if isinstance(value, datetime):
            return value
        found = reader(ISO_TIMESTAMP)(str(value))
        day = reader(ISO_DATE)(str(value))
        if isinstance(day, date):
            found = datetime(day.year, day.month, day.day, tzinfo=UTC)
        if not isinstance(found, datetime):
            self.fail(f"'{value}' is no moment; write 2026-01-05 or 2026-01-05T08:30:00Z.", param, ctx)
        return found


class Name(click.ParamType[str]):
    """Any text that people can read, as the value of a header."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what is empty, too long or can't be printed."""
        text = str(value)
        if not text.strip() or len(text) > LONGEST_NAME or not text.isprintable():
            self.fail(f"{text!r} is no name; write up to {LONGEST_NAME} printable characters.", param, ctx)
        return text
