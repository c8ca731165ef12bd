"""Where tables lie: a folder of this machine, or a prefix of an S3 bucket, told apart by how it is written.

Credentials, region and endpoint of a bucket come from the environment, in the names that AWS's own tools read
(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL): never from a command line.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from runtime.errors import MachineError

if TYPE_CHECKING:
    from obstore.store import BackoffConfig, RetryConfig, S3Config

_SCHEME = "s3://"
_SECRETS = {  # Hadoop's names, and the environment's
    "fs.s3a.access.key": "AWS_ACCESS_KEY_ID",
    "fs.s3a.secret.key": "AWS_SECRET_ACCESS_KEY",
    "fs.s3a.session.token": "AWS_SESSION_TOKEN",
}
_ARROW = {  # Arrow's
    "access_key": "AWS_ACCESS_KEY_ID",
    "secret_key": "AWS_SECRET_ACCESS_KEY",
    "session_token": "AWS_SESSION_TOKEN",
}


@dataclass(frozen=True, slots=True, order=True)
class Bucket:
    """A prefix of a bucket, s3://BUCKET/PREFIX; goes down and up as a Path does."""

    uri: str

    def __truediv__(self, name: str) -> "Bucket":
        return Bucket(f"{self.uri}/{name}")

    def __str__(self) -> str:
        return self.uri

    @property
    def name(self) -> str:
        """The last part."""
        return self.uri.rpartition("/")[2]

    @property
    def parent(self) -> "Bucket":
        """Without the last part."""
        return Bucket(self.uri.rpartition("/")[0])

    @property
    def key(self) -> str:
        """BUCKET/PREFIX, as Arrow names it."""
        return self.uri.removeprefix(_SCHEME)


Location = Path | Bucket
TRIES_S = 30  # a request that fails is made again for so long
_TRIES, _ARROW_TRIES = 100, 8
_SIGNS = re.compile(  # of a store that does not answer as it should: deltalake and obstore, Arrow, Hadoop
    r"Generic S3 error|AWS Error \w+ during|\.s3a\.\w+Exception|NoAwsCredentials|SdkClientException"
)
_CAUSES = re.compile(
    r"Error performing [^\n]+|AWS Error [^\n]+|(?:\w+\.)*s3a\.\w+Exception: [^\n]+|SdkClientException: [^\n]+"
)
_COLOURS = re.compile(r"\x1b\[\d*m")


def away(said: str) -> MachineError | None:
    """What an error's text says about the store of the tables, None where it says nothing about it."""
    if _SIGNS.search(said) is None:
        return None
    causes = _CAUSES.findall(_COLOURS.sub("", said))
    return MachineError(
        f"the store of the tables does not answer as it should, though asked again for {TRIES_S} s: "
        f"{(causes or [said.splitlines()[0]])[0][:300]}",
        "Check that it is up, that the bucket is there, AWS_ENDPOINT_URL, AWS_REGION and the credentials. What was "
        "committed is safe; the next run goes on from there.",
    )


def place(text: str) -> Location:
    """A place as somebody writes it; MachineError for another kind of address than s3://."""
    if text.startswith(_SCHEME):
        trimmed = text.rstrip("/")
        if not trimmed.removeprefix(_SCHEME).partition("/")[0]:
            raise MachineError(f"{text} names no bucket", "Write s3://BUCKET/PREFIX.")
        return Bucket(trimmed)
    if "://" in text:
        raise MachineError(f"nothing can be kept at {text}", "Name a folder, or s3://BUCKET/PREFIX.")
    return Path(text).expanduser().resolve()


def endpoint() -> str | None:
    """The S3 endpoint where it is not AWS's own."""
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or None


def address(at: Location) -> str | None:
    """HOST:PORT of a bucket's endpoint where it is not AWS's own; None for a folder."""
    url = endpoint()
    if url is None or isinstance(at, Path):
        return None
    found = urlsplit(url)
    return f"{found.hostname}:{found.port or (80 if found.scheme == 'http' else 443)}"


def region() -> str:
    """The region, us-east-1 where none is set, as most stores other than AWS expect."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"


def delta_options(at: Location) -> dict[str, str] | None:
    """What deltalake and polars are told about a bucket; None for a folder. They read credentials themselves."""
    if isinstance(at, Path):
        return None
    found = {"aws_region": region(), "aws_conditional_put": "etag"}
    if (url := endpoint()) is not None:
        found |= {"aws_endpoint": url, "aws_allow_http": str(url.startswith("http://")).lower()}
        found |= {"aws_virtual_hosted_style_request": "false"}
    # No pause is shorter than the first, so ten attempts, the default, take TRIES_S at least; with a first pause of 1 s
    # they were at times over after 14 s. polars gets these options from a table, too, and could not read `max_retries`
    # as deltalake wants it.
    return found | {
        "retry_timeout": f"{TRIES_S}s",
        "backoff_config.init_backoff": f"{TRIES_S // 10}s",
        "backoff_config.max_backoff": "8s",
    }


@dataclass(frozen=True, slots=True)
class Files:
    """The files below a location, for a task of Spark's: it may run where this process' environment is not.

    It holds a bucket's keys, which thus go from driver to tasks inside the code that uses them.
    """

    at: Location
    options: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, at: Location) -> "Files":
        """Of a location, with what the environment says about it."""
        if isinstance(at, Path):
            return cls(at, {})
        url = endpoint()
        where = {} if url is None else {"endpoint_override": url.partition("://")[2], "scheme": url.partition("://")[0]}
        found = {name: value for name, variable in _ARROW.items() if (value := os.environ.get(variable))}
        keys = found if "secret_key" in found else {}
        return cls(at, {"region": region(), "connect_timeout": 10, "request_timeout": TRIES_S, **where, **keys})

    def opened(self) -> Any:
        """Arrow's file system below the location."""
        from pyarrow import fs

        if isinstance(self.at, Path):
            return fs.SubTreeFileSystem(str(self.at), fs.LocalFileSystem())
        patience = fs.AwsStandardS3RetryStrategy(max_attempts=_ARROW_TRIES)
        return fs.SubTreeFileSystem(self.at.key, fs.S3FileSystem(**self.options, retry_strategy=patience))


def object_store(at: Bucket) -> Any:
    """Single objects below a bucket's prefix, with writes on condition."""
    from obstore.store import S3Store

    url = endpoint()
    config: S3Config = {"region": region()}
    if url is not None:
        config |= {"endpoint": url, "virtual_hosted_style_request": False}
    plain = url is not None and url.startswith("http://")
    backoff: BackoffConfig = {"max_backoff": timedelta(seconds=2)}
    patience: RetryConfig = {"max_retries": _TRIES, "retry_timeout": timedelta(seconds=TRIES_S), "backoff": backoff}
    return S3Store.from_url(str(at), config=config, client_options={"allow_http": plain}, retry_config=patience)


def spark_path(at: Location) -> str:
    """A place as Spark names it."""
    return str(at) if isinstance(at, Path) else f"s3a://{at.key}"


def spark_settings(at: Location, *, elsewhere: bool) -> Mapping[str, str]:
    """What Spark is told about a bucket; nothing for a folder. `elsewhere`: tasks run outside of this environment.

    Without keys in the environment the machine's own role counts, or what Hadoop finds otherwise.
    """
    if isinstance(at, Path):
        return {}
    # Delta's own log store relies on a driver that is alone; the lease and the turn see to that.
    found = {"spark.hadoop.fs.s3a.endpoint.region": region()}
    if os.environ.get(_SECRETS["fs.s3a.secret.key"]):
        kept = "Temporary" if os.environ.get(_SECRETS["fs.s3a.session.token"]) else "Simple"
        found["spark.hadoop.fs.s3a.aws.credentials.provider"] = (
            f"org.apache.hadoop.fs.s3a.{kept}AWSCredentialsProvider"
            if elsewhere
            else "software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider"
        )
    if (url := endpoint()) is not None:
        found |= {"spark.hadoop.fs.s3a.endpoint": url, "spark.hadoop.fs.s3a.path.style.access": "true"}
        found["spark.hadoop.fs.s3a.connection.ssl.enabled"] = str(not url.startswith("http://")).lower()
    return found


def hadoop_secrets(at: Location) -> Mapping[str, str]:
    """The keys of a bucket in Hadoop's words, for tasks that run outside of this environment; never a Spark setting."""
    if isinstance(at, Path):
        return {}
    return {name: value for name, variable in _SECRETS.items() if (value := os.environ.get(variable))}
