"""Long waits to what a person sees of them: alive on a terminal, plain log lines elsewhere, nothing under --quiet."""

import contextlib
import sys
from collections.abc import Callable, Iterator

from runtime import logs


def is_alive() -> bool:
    """Whether there is a terminal to draw on, and somebody who wants to see it."""
    return sys.stderr.isatty() and not logs.is_quiet()


@contextlib.contextmanager
def working(what: str) -> Iterator[None]:
    """Show `what` on stderr while the block runs."""
    if not is_alive():
        logs.get(__name__).info(what)
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what + " ..."):
        yield


@contextlib.contextmanager
def bar(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr while the block runs, and a function that moves it on by so many.

    Log lines stand above it. `total` None: how many there are is not known. Elsewhere one line says `what`; whoever
    moves it logs what came of it.
    """
    if not is_alive():
        logs.get(__name__).info(what, **({} if total is None else {"total": total}))
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=total)
        yield lambda count: shown.update(task, advance=count)


def step(what: str) -> None:
    """One step of several that takes a while: a line on a terminal, a log line elsewhere."""
    if is_alive():
        sys.stderr.write(f"{what}\n")
        sys.stderr.flush()
    else:
        logs.get(__name__).info(what)
