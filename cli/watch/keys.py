"""A terminal's keys one by one, as they are pressed, and the terminal as it was when the block ends."""

import contextlib
import select
import sys
from collections.abc import Callable, Iterator

QUIT = "qQ\x1b\x03\x04"  # also Escape, Ctrl-C and Ctrl-D


@contextlib.contextmanager
def pressed() -> Iterator[Callable[[float], str]]:
    """A function that waits for a key for so many seconds; empty where none was pressed in time."""
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)

    def key(wait_s: float) -> str:
        ready, _, _ = select.select([sys.stdin], [], [], wait_s)
        return sys.stdin.read(1) if ready else ""

    try:
        tty.setcbreak(descriptor)
        yield key
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
