"""Long waits to one line that says what is being waited for: alive on a terminal, one log line elsewhere."""

import contextlib
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def working(what: str) -> Iterator[None]:
    """Show `what` on stderr while the block runs."""
    if not sys.stderr.isatty():
        from runtime import logs

        logs.get(__name__).info(what)
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what + " ..."):
        yield
