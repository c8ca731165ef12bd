"""The stack of compose.yml as a workspace of the features: its broker, its job and its tables, from outside.

Commands run on this machine, as the users whose logins scripts/stack_secrets.sh made: `produce` as the producer, the
rest as the job. Nothing is started here; scenarios that need a broker or a job of their own are not run on it.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.harness import ROOT, Pipeline, wait_for

SECRETS = ROOT / ".secrets"
BUCKET, TABLES = "lake", "tables"
BROKER = f"localhost:{os.environ.get('BROKER_PORT', '19092')}"
STORE = f"http://127.0.0.1:{os.environ.get('STORE_PORT', '8333')}"


def settings(path: Path) -> dict[str, str]:
    """The KEY=VALUE lines of a file."""
    return dict(line.split("=", 1) for line in path.read_text("utf-8").splitlines() if "=" in line)


def login(user: str) -> Path:
    """A user's client settings, for somebody outside the stack."""
    return SECRETS / f"outside-{user}.properties"


def store_environment() -> Mapping[str, str]:
    """What leads a command to the tables of the stack."""
    return {
        "TICKETS_TABLES": f"s3://{BUCKET}/{TABLES}",
        "AWS_ENDPOINT_URL": STORE,
        "AWS_REGION": "us-east-1",
        **settings(SECRETS / "store.env"),
    }


def client() -> Any:
    """A plain S3 client of the stack's store."""
    import boto3

    found = store_environment()
    return boto3.client(
        "s3",
        endpoint_url=found["AWS_ENDPOINT_URL"],
        region_name=found["AWS_REGION"],
        aws_access_key_id=found["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=found["AWS_SECRET_ACCESS_KEY"],
    )


def keys(prefix: str) -> list[str]:
    """Every object of the bucket below a prefix."""
    pages = client().get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
    return [entry["Key"] for page in pages for entry in page.get("Contents", ())]


@dataclass
class Stack(Pipeline):
    """The running stack; `data` is a folder of the test's own for what its commands write."""

    user: str = "processing"

    @property
    def environment(self) -> dict[str, str]:
        """As a user of the stack."""
        found = {"TICKETS_BROKER": BROKER, "TICKETS_KAFKA_CONFIG": str(login(self.user))}
        return {**super().environment, **found, **store_environment()}

    def run(self, *arguments: str, **more: Any) -> Any:
        """A command, as the user who may."""
        self.user = "producer" if arguments[0] == "produce" else "processing"
        return super().run(*arguments, **more)

    def open(self) -> None:
        """Nothing: it runs."""
        self.address = {"bootstrap": BROKER}

    def close(self) -> None:
        """Nothing: it goes on."""

    def client_settings(self) -> dict[str, str]:
        """The producer's."""
        return {**super().client_settings(), **settings(login("producer"))}

    def process(self) -> None:
        """The stack's own job does."""
        wanted = set(self.sent)
        wait_for(lambda: wanted <= self.coordinates(), "the stack's job reads what was sent", 300)

    def ledger(self, *columns: str) -> list[dict[str, Any]]:
        """Read from the bucket."""
        import polars as pl

        found = store_environment()
        options = {
            "aws_endpoint": found["AWS_ENDPOINT_URL"],
            "aws_region": found["AWS_REGION"],
            "aws_access_key_id": found["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": found["AWS_SECRET_ACCESS_KEY"],
            "aws_allow_http": "true",
        }
        place = f"{TABLES}/{self.contract}/ledger"
        if not keys(f"{place}/_delta_log/"):
            return []  # the job has not come so far
        table = f"s3://{BUCKET}/{place}"
        return pl.scan_delta(table, storage_options=options).select(columns).collect().to_dicts()

    def tables(self) -> Path:
        """A copy of the bucket's tables."""
        home = self.data / "copied"
        for key in keys(f"{TABLES}/"):
            file = home / key
            file.parent.mkdir(parents=True, exist_ok=True)
            client().download_file(BUCKET, key, str(file))
        return home / TABLES
