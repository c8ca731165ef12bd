"""An S3 API store on the loopback interface: moto's server.

In a process of its own: deltalake keeps Python's lock while it waits for an answer, so no thread of this one could
give it.
"""

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator

from runtime.store import Bucket

NAME = "tables"
_SERVER = """\
import logging, sys
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print("http://%s:%d" % server.get_host_and_port(), flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def bucket(set_variable: Callable[[str, str], None]) -> Iterator[Bucket]:
    """An empty bucket for the block; `set_variable` gets what the environment must hold to reach it."""
    command = [sys.executable, "-c", _SERVER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        variables = {"ENDPOINT_URL": url, "ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test", "REGION": "us-east-1"}
        for name, value in variables.items():
            set_variable(f"AWS_{name}", value)
        _make(url)
        try:
            yield Bucket(f"s3://{NAME}")
        finally:
            server.stdin.close()  # its end


def _make(url: str) -> None:
    import boto3

    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=url, **keys).create_bucket(Bucket=NAME)
