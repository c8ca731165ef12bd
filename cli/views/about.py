"""Contract file to what ODCS says for people: team, servers, tags, links. The model leaves these out, since no enforcer
asks for them; they are read from the file once more, after `load` has found it valid.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.compiler import yaml_reader
from contracts.compiler.formats import FORMATS
from contracts.compiler.model import Contract

_SCHEMES = frozenset({"http", "https", "mailto"})


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go; `url` is empty where the contract gives none that a browser should follow."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Server:
    """A Kafka server; `host` may hold variables in braces (`{TICKETS_BROKER}`)."""

    name: str
    host: str
    description: str


@dataclass(frozen=True, slots=True)
class About:
    """What a contract says beside what is enforced; empty where it says nothing.

    `granularity` is what one row is in the contract's own words, `email` the owner's address.
    """

    domain: str
    usage: str
    limitations: str
    granularity: str
    tags: tuple[str, ...]
    servers: tuple[Server, ...]
    email: str
    support: tuple[Link, ...]
    documents: tuple[Link, ...]


def about(contract: Contract) -> About:
    """The words of the contract's own file."""
    document = yaml_reader.read(Path(contract.file))
    words = document.get("description") or {}
    documents = [*(document.get("authoritativeDefinitions") or ()), *(words.get("authoritativeDefinitions") or ())]
    return About(
        domain=str(document.get("domain") or ""),
        usage=str(words.get("usage") or ""),
        limitations=str(words.get("limitations") or ""),
        granularity=str(document["schema"][0].get("dataGranularityDescription") or ""),
        tags=tuple(dict.fromkeys(map(str, document.get("tags") or ()))),
        servers=tuple(
            Server(str(row.get("server") or "kafka"), str(row["host"]), str(row.get("description") or ""))
            for row in document.get("servers") or ()
            if row.get("type") == "kafka"
        ),
        email=next(_emails(document.get("team")), ""),
        support=tuple(_link(row, "channel") for row in document.get("support") or ()),
        documents=tuple(_link(row, "type") for row in documents),
    )


def _emails(team: Any) -> Iterator[str]:
    """Addresses of the team's members, owners first; before ODCS 3.1 a team was a list of members."""
    members = team.get("members") or () if isinstance(team, dict) else team or ()
    for member in sorted(members, key=lambda member: member.get("role") != "owner"):
        if FORMATS["email"](str(member["username"])):
            yield str(member["username"])


def _link(row: Mapping[str, Any], name: str) -> Link:
    text = str(row.get("description") or row[name])
    url = str(row.get("url") or "")
    followed = FORMATS["uri"](url) and url.partition(":")[0].lower() in _SCHEMES
    return Link(text, url if followed else "")
