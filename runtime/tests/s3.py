"""An S3 API store on the loopback interface: moto's server.

In a process of its own: deltalake keeps Python's lock while it waits for an answer, so no thread of this one could
give it.
"""

import contextlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from runtime.store import Bucket

NAME = "tables"
_SERVER = """\
import logging, sys
from moto.server import ThreadedMotoServer
logging.basicConfig(filename=sys.argv[1], format="%(message)s")
logging.getLogger("werkzeug").setLevel(logging.INFO if sys.argv[1] else logging.ERROR)
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print("http://%s:%d" % server.get_host_and_port(), flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def bucket(set_variable: Callable[[str, str], None], log: Path | None = None) -> Iterator[Bucket]:
    """An empty bucket for the block; `set_variable` gets what the environment must hold to reach it.

    `log` is a file for its requests, a line each.
    """
    command = [sys.executable, "-c", _SERVER, str(log or "")]
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


_RIGHTS = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject", "POST": "PutObject", "DELETE": "DeleteObject"}


def rights(log: Path, prefix: str) -> set[str]:
    """The rights on a prefix of the bucket that the requests in a log need, by AWS's names without `s3:`."""
    found = set()
    for method, path, query in re.findall(r'"([A-Z]+) /([^ ?]*)\??(\S*) HTTP', log.read_text("utf-8")):
        key = path.partition("/")[2]
        if not key and method == "GET":
            if f"prefix={prefix.replace('/', '%2F')}" in query:
                found.add("ListBucket")
        elif not key and method == "POST" and query.startswith("delete"):
            found.add("DeleteObject")  # many at once; which, its body says
        elif key.startswith(prefix):
            found.add("AbortMultipartUpload" if method == "DELETE" and "uploadId" in query else _RIGHTS[method])
    return found
