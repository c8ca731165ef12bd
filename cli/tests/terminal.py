"""The command on a terminal of its own: what it writes, what is typed, and its exit code, each with a deadline."""

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from types import TracebackType

TICKETS = Path(sys.executable).with_name("tickets")
DEADLINE_S = 60.0


class Terminal:
    """`tickets` with some arguments on a terminal of a size; a context manager that ends it at the latest then.

    `said` is all that was written. `environment` is added to this process's.
    """

    def __init__(self, *arguments: str | Path, columns: int = 80, lines: int = 24, **environment: str) -> None:
        self._here, there = pty.openpty()
        self.resize(columns, lines)
        own = {"TERM": "xterm-256color", **{name: value for name, value in os.environ.items() if name != "COLUMNS"}}
        self._child = subprocess.Popen(
            [TICKETS, *arguments],
            stdin=there,
            stdout=there,
            stderr=there,
            env={**own, **environment},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that Ctrl-C is a signal, as with a person
        )
        os.close(there)
        self.said = ""
        self._seen = 0

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size."""
        fcntl.ioctl(self._here, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def press(self, text: str) -> None:
        """Press keys."""
        os.write(self._here, text.encode())

    def until(self, text: str) -> None:
        """Read on until a text stands there, after what was waited for before."""
        end = time.monotonic() + DEADLINE_S
        while text not in self.said[self._seen :]:
            if not self._read(end - time.monotonic()):
                raise AssertionError(f"never said {text!r}, but {self.said!r}")
        self._seen = self.said.index(text, self._seen) + len(text)

    def end(self) -> int:
        """The exit code, once it has ended by itself."""
        end = time.monotonic() + DEADLINE_S
        while self._read(end - time.monotonic()):
            pass
        return self._child.wait(max(0.1, end - time.monotonic()))

    def _read(self, wait_s: float) -> bool:
        """Whether more was written before the wait was over and the command had ended."""
        if not select.select([self._here], [], [], max(0.0, wait_s))[0]:
            return False
        try:
            self.said += os.read(self._here, 65_536).decode("utf-8", "replace")
        except OSError:  # the other end is closed: it has ended
            return False
        return True

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.kill()
        self._child.wait()
        with contextlib.suppress(OSError):
            os.close(self._here)
