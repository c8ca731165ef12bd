"""An S3 store of the tests' own: moto's server in a process of its own, and what is in it, seen with a plain client."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BUCKET = "tables"
USER, SECRET = "scenario", "planted-secret-of-the-store"  # nobody may ever see this secret written
END_DEADLINE_S = 30.0
_SERVER = """\
import logging, sys
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""


class Store:
    """The store, with one empty bucket, until closed. What it holds ends with it."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", _SERVER]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self._client().create_bucket(Bucket=BUCKET)

    def environment(self, port: int | None = None) -> Mapping[str, str]:
        """What leads the command to the tables in the bucket; through another port, such as a proxy's."""
        return {
            "TICKETS_TABLES": f"s3://{BUCKET}/run",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port or self.port}",
            "AWS_ACCESS_KEY_ID": USER,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
        }

    def copy(self, folder: Path) -> None:
        """Every object as a file, where the same tables would lie in a workspace's folder."""
        client = self._client()
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="run/"):
            for entry in page.get("Contents", ()):
                path = folder / "tables" / entry["Key"].removeprefix("run/")
                path.parent.mkdir(parents=True, exist_ok=True)
                client.download_file(BUCKET, entry["Key"], str(path))

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(END_DEADLINE_S)

    def _client(self) -> Any:
        import boto3

        keys = {"aws_access_key_id": USER, "aws_secret_access_key": SECRET, "region_name": "us-east-1"}
        return boto3.client("s3", endpoint_url=f"http://127.0.0.1:{self.port}", **keys)
