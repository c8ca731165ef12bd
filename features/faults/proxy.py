"""One port forwarded to another, with weather: what a network does to a client of the broker.

Runs in a thread of this process and listens on the loopback interface only. `set` changes the weather of all its
connections at once: pass; delay (each piece waits); slow (few bytes a second); stall (connections stay, nothing goes
through either way); reset (every connection is torn down, and each new one); slow down and internal error (every HTTP
request is answered so, as a store of objects does, and never reaches it).
"""

import asyncio
import contextlib
import re
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Mapping
from random import Random

HOST = "127.0.0.1"
PIECE_BYTES = 64 << 10
SLOW_BYTES_S = 60_000
DELAY_S = (0.02, 0.2)
START_DEADLINE_S = 10.0
_AT_ONCE = struct.pack("ii", 1, 0)  # linger for no time: closing sends a reset
_REQUEST = re.compile(rb"(GET|HEAD|PUT|POST|DELETE) /")
_ANSWER = "HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
_ERROR = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>Not now.</Message></Error>'
ANSWERS = {  # weather: status, and the code that S3 gives it
    "slow down": ("503 Slow Down", "SlowDown"),
    "internal error": ("500 Internal Server Error", "InternalError"),
}


class Proxy:
    """Forwards from `port` to `target` until closed; `bytes` counts what went through, `met` what met other weather
    than `pass`: connections, pieces of data, requests.
    """

    def __init__(self, target: int, seed: int, port: int = 0) -> None:
        self.target, self.port, self.bytes, self.met, self.weather = target, port, 0, 0, "pass"
        self._random = Random(seed)
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._clear = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()
        assert self._ready.wait(START_DEADLINE_S), "the proxy does not start"

    def set(self, weather: str) -> None:
        """From now on; KeyError for an unknown one."""
        _ = WEATHERS[weather]
        self._loop.call_soon_threadsafe(self._change, weather)

    def close(self) -> None:
        """Tear down every connection and stop listening."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_DEADLINE_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._clear.set()
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, HOST, self.port))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._tear_down()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def _change(self, weather: str) -> None:
        self.weather = weather
        (self._clear.clear if weather == "stall" else self._clear.set)()
        if weather == "reset":
            self._tear_down()

    def _tear_down(self) -> None:
        for writer in tuple(self._open):
            with contextlib.suppress(OSError):
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a client: a connection of its own to the target, and a pump each way."""
        self._open.add(writer)
        try:
            there_reader, there = await asyncio.open_connection(HOST, self.target)
        except OSError:
            writer.transport.abort()
            self._open.discard(writer)
            return
        self._open.add(there)
        if self.weather == "reset":
            self.met += 1
            self._tear_down()
        await asyncio.gather(self._pump(reader, there, writer), self._pump(there_reader, writer))
        self._open -= {writer, there}

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, back: asyncio.StreamWriter | None = None
    ) -> None:
        """Bytes one way until either end closes; then the other end is closed too. `back` is whoever sends requests."""
        with contextlib.suppress(OSError):
            while piece := await reader.read(PIECE_BYTES):
                self.met += self.weather != "pass"
                if back is not None and self.weather in ANSWERS and _REQUEST.match(piece):
                    back.write(answer(self.weather, piece))
                    await back.drain()
                    break
                await WEATHERS[self.weather](self, piece)
                await self._clear.wait()
                self.bytes += len(piece)
                writer.write(piece)
                await writer.drain()
        writer.close()

    async def _at_once(self, _: bytes) -> None:
        """Nothing in the way."""

    async def _delayed(self, _: bytes) -> None:
        await asyncio.sleep(self._random.uniform(*DELAY_S))

    async def _slowed(self, piece: bytes) -> None:
        await asyncio.sleep(len(piece) / SLOW_BYTES_S)


def answer(weather: str, request: bytes) -> bytes:
    """What a store in this weather says to a request."""
    status, code = ANSWERS[weather]
    said = _ERROR.format(code=code).encode()
    head = _ANSWER.format(status=status, length=len(said)).encode()
    return head if request.startswith(b"HEAD") else head + said


WEATHERS: Mapping[str, Callable[[Proxy, bytes], Awaitable[None]]] = {
    "pass": Proxy._at_once,
    "delay": Proxy._delayed,
    "slow": Proxy._slowed,
    "stall": Proxy._at_once,
    "reset": Proxy._at_once,
    **dict.fromkeys(ANSWERS, Proxy._at_once),
}
