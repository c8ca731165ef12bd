"""`--as acl`: least privilege from roles, and commands that mean the same as the bindings."""

import csv
import json
import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cli.tests.shown import CLIENT_TICKETS, EVERY_TYPE, every_type_document, printed, written

ODD = """o'neill, "the" $(id) `id` \\ reader"""
Binding = tuple[str, str, str, str, str]


def shown(file: Path) -> dict[str, Any]:
    """The document of a contract."""
    read: dict[str, Any] = json.loads(printed(file, "acl"))
    return read


def bindings(document: dict[str, Any]) -> set[Binding]:
    """(principal, operation, resource, pattern, name) of each ACL."""
    names = ("principal", "operation", "resource_type", "pattern_type", "name")
    made = {tuple(acl[name] for name in names) for acl in document["acls"]}
    assert all(acl["permission"] == "ALLOW" for acl in document["acls"])
    return made


def granted(line: str, tool: str) -> set[Binding]:
    """What a command line grants, read as shell and tool read it."""
    words = shlex.split(line)
    flags: dict[str, list[str]] = {}
    for flag, value in pairwise(words):
        values = next(csv.reader([value])) if tool == "rpk" else [value]
        flags.setdefault(flag, []).extend(values if flag.startswith("--") else [])
    (principal,) = flags["--allow-principal"]
    (kind,) = {"--topic", "--group"} & flags.keys()
    (name,), (pattern,) = flags[kind], flags["--resource-pattern-type"]
    return {(principal, one.upper(), kind[2:].upper(), pattern.upper(), name) for one in flags["--operation"]}


def test_a_role_gets_what_its_access_needs_and_no_more() -> None:
    """Writers write and describe, readers read, describe and join groups that begin with their name."""
    assert bindings(shown(CLIENT_TICKETS)) == {
        ("User:ticketing-producer", "WRITE", "TOPIC", "LITERAL", "client_tickets"),
        ("User:ticketing-producer", "DESCRIBE", "TOPIC", "LITERAL", "client_tickets"),
        ("User:tickets-processing", "READ", "TOPIC", "LITERAL", "client_tickets"),
        ("User:tickets-processing", "DESCRIBE", "TOPIC", "LITERAL", "client_tickets"),
        ("User:tickets-processing", "READ", "GROUP", "PREFIXED", "tickets-processing"),
    }


def with_roles(folder: Path, *roles: tuple[str, str]) -> dict[str, Any]:
    """The document of a contract with these roles and their accesses."""
    made = every_type_document()
    made["roles"] = [{"role": name, "access": access} for name, access in roles]
    return shown(written(folder, made))


@pytest.mark.parametrize("tool", ["kafka-acls", "rpk"])
def test_the_commands_grant_exactly_the_bindings(tool: str, tmp_path: Path) -> None:
    """Whatever a role is called: the shell runs nothing in it, and rpk does not split it at a comma."""
    document = with_roles(tmp_path, (ODD, "read"), ("writer", "write"), ("writer", "read"))
    lines = document["commands"][tool]
    assert {binding for line in lines for binding in granted(line, tool)} == bindings(document)
    assert any(principal == f"User:{ODD}" for principal, *_ in bindings(document))


@pytest.mark.parametrize(
    ("name", "access", "reason"),
    [
        ("admin", "owner", "access 'owner' has no meaning for a topic; only read and write have one"),
        ("admin", "", "no access has no meaning for a topic; only read and write have one"),
        ("*", "read", "User:* would be everyone"),
        (" ", "read", "its name is empty or cannot be printed, so it names no principal"),
        ("a\nb", "write", "its name is empty or cannot be printed, so it names no principal"),
    ],
)
def test_what_can_not_be_granted_is_listed_with_its_reason(name: str, access: str, reason: str, tmp_path: Path) -> None:
    """A role is never dropped in silence, and none opens the topic to everyone."""
    document = with_roles(tmp_path, (name, access))
    assert document["acls"] == []
    assert document["not_granted"] == [{"role": name, "access": access, "reason": reason}]


def test_each_server_gets_its_commands() -> None:
    """The variables of a host are the environment's."""
    commands = shown(EVERY_TYPE)["commands"]
    for host in ('"${HOST}":"${PORT}"', "broker-2.example.com:9092"):
        assert sum(line.startswith(f"kafka-acls --bootstrap-server {host} ") for line in commands["kafka-acls"]) == 3
        assert sum(line.endswith(f" -X brokers={host}") for line in commands["rpk"]) == 3
