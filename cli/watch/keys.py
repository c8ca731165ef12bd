"""A terminal's keys one by one, as they are pressed, and the terminal as it was when the block ends."""

import contextlib
import os
import select
import sys
from collections.abc import Callable, Iterator

QUIT = frozenset("qQ\x03\x04")  # Ctrl-C and Ctrl-D too; no Escape, with which an arrow key begins


@contextlib.contextmanager
def pressed() -> Iterator[Callable[[float], str]]:
    """A function that waits for keys for so many seconds: all that were pressed, empty where none was in time."""
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)

    def key(wait_s: float) -> str:
        ready, _, _ = select.select([descriptor], [], [], wait_s)
        return os.read(descriptor, 1_024).decode("utf-8", "replace") if ready else ""

    try:
        tty.setcbreak(descriptor)
        yield key
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
