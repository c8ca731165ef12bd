"""Weather on a connection."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from features.faults.proxy import HOST, WEATHERS, Proxy

pytestmark = pytest.mark.slow  # `make check` leaves the features out; they are quick
SILENCE_S = 0.4


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that sends back what it gets."""
    with socket.create_server((HOST, 0)) as server:

        def answer(connection: socket.socket) -> None:
            with connection:
                try:
                    while data := connection.recv(1 << 16):
                        connection.sendall(data)
                except OSError:
                    return

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    """A proxy before it."""
    made = Proxy(echo, seed=1)
    yield made
    made.close()


def _ask(connection: socket.socket, data: bytes) -> bytes:
    connection.sendall(data)
    found = b""
    while len(found) < len(data):
        piece = connection.recv(1 << 16)
        if not piece:
            break
        found += piece
    return found


@pytest.mark.parametrize("weather", ["pass", "delay", "slow"])
def test_bytes_arrive_whatever_the_weather(proxy: Proxy, weather: str) -> None:
    """Later maybe, but all of them and in order."""
    proxy.set(weather)
    with socket.create_connection((HOST, proxy.port), timeout=10) as connection:
        assert _ask(connection, b"0123456789" * 500) == b"0123456789" * 500


def test_a_stall_keeps_connections_and_lets_nothing_through(proxy: Proxy) -> None:
    """Until the weather changes: then what was sent arrives."""
    with socket.create_connection((HOST, proxy.port), timeout=10) as connection:
        assert _ask(connection, b"before") == b"before"
        proxy.set("stall")
        connection.sendall(b"during")
        connection.settimeout(SILENCE_S)
        with pytest.raises(TimeoutError):
            connection.recv(10)
        connection.settimeout(10)
        proxy.set("pass")
        assert connection.recv(10) == b"during"


def test_a_reset_tears_down_every_connection(proxy: Proxy) -> None:
    """Those that are there and those to come, until the weather changes."""
    with socket.create_connection((HOST, proxy.port), timeout=10) as connection:
        assert _ask(connection, b"before") == b"before"
        proxy.set("reset")
        with pytest.raises(ConnectionResetError):
            connection.recv(10)
    proxy.set("pass")
    with socket.create_connection((HOST, proxy.port), timeout=10) as connection:
        assert _ask(connection, b"after") == b"after"


def test_slow_is_slow(proxy: Proxy) -> None:
    """So many bytes take their time."""
    proxy.set("slow")
    with socket.create_connection((HOST, proxy.port), timeout=20) as connection:
        began = time.monotonic()
        assert len(_ask(connection, b"x" * 30_000)) == 30_000
        assert time.monotonic() - began > 0.5


def test_weather_that_nobody_knows_is_refused(proxy: Proxy) -> None:
    """By name, before anything is changed."""
    with pytest.raises(KeyError):
        proxy.set("hail")
    assert proxy.weather in WEATHERS


@pytest.mark.parametrize(("weather", "status"), [("slow down", b"503"), ("internal error", b"500")])
def test_a_request_is_answered_with_an_error_and_never_arrives(proxy: Proxy, weather: str, status: bytes) -> None:
    """As a store of objects answers; the connection is closed then, and the next one in good weather works."""
    proxy.set(weather)
    with socket.create_connection((HOST, proxy.port), timeout=10) as connection:
        connection.sendall(b"PUT /tables/a HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody")
        found = b""
        while piece := connection.recv(1 << 16):
            found += piece
    assert found.startswith(b"HTTP/1.1 " + status)
    assert (b"<Code>" in found, proxy.bytes, proxy.met) == (True, 0, 1)
    proxy.set("pass")
    with socket.create_connection((HOST, proxy.port), timeout=10) as connection:
        assert _ask(connection, b"GET /tables/a") == b"GET /tables/a"


def test_what_is_no_request_goes_through_in_any_store_weather(proxy: Proxy) -> None:
    """The rest of a body that was begun before."""
    proxy.set("slow down")
    with socket.create_connection((HOST, proxy.port), timeout=10) as connection:
        assert _ask(connection, b"the rest of a body") == b"the rest of a body"
