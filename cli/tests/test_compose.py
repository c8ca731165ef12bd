"""compose.yml as data: what holds for every service, and what it shares with the rest of the project."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.contracts import catalogue
from runtime.broker.redpanda import IMAGE

ROOT = Path(__file__).parents[2]
STACK: dict[str, Any] = yaml.safe_load((ROOT / "compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = STACK["services"]
ONCE = {"setup", "bucket"}
OWN_CHECK = {"console"}  # its image has no client to ask it with


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_held_in_bounds(name: str) -> None:
    """A file system that can't be written, no capability or new privilege, a user, and limits."""
    service = SERVICES[name]
    assert service["read_only"] and service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "cpus", "pids_limit", "restart", "networks"} <= set(service)
    assert name == "console" or service["user"].split(":")[0] not in ("0", "root")
    assert name in ONCE | OWN_CHECK or service.get("healthcheck") or "build" in service  # the images bring their own


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_is_pinned(name: str) -> None:
    """By version where it is somebody's, and every image is a variable."""
    chosen = re.fullmatch(r"\$\{[A-Z_]+:-([^}]+)\}", SERVICES[name]["image"])
    assert chosen is not None
    assert chosen[1].startswith("client-tickets/") or re.search(r":v?\d+\.\d+", chosen[1]), chosen[1]


def test_one_redpanda() -> None:
    """The stack runs the version that the tests start."""
    assert SERVICES["broker"]["image"] == f"${{BROKER_IMAGE:-{IMAGE}}}"


def test_ports_are_this_machines() -> None:
    """None is reached from elsewhere."""
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert len(ports) >= 5
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_secrets_are_files_and_nothing_else(tmp_path: Path) -> None:
    """The script makes each that is used, once, in a folder that only its owner may enter; no setting holds one."""
    used = {
        one if isinstance(one, str) else one["source"] for row in SERVICES.values() for one in row.get("secrets", ())
    }
    assert used == set(STACK["secrets"])
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here")
    folder = tmp_path / "made"
    script = ["sh", str(ROOT / "scripts" / "stack_secrets.sh"), str(folder)]
    subprocess.run(script, check=True, capture_output=True, timeout=120)
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    subprocess.run(script, check=True, capture_output=True, timeout=120)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {Path(row["file"]).name for row in STACK["secrets"].values()} <= set(first)
    assert (folder / "authority.key").stat().st_mode & 0o777 == 0o600
    assert "authority.key" not in used
    text = (ROOT / "compose.yml").read_text("utf-8")
    assert re.search(r"(?i)(password|secret_access_key)\s*[:=]\s*['\"]?[A-Za-z0-9]{6,}", text) is None


def test_users_are_the_contracts_roles(tmp_path: Path) -> None:
    """Who gets a password is who has a role."""
    roles = {role.name for role in catalogue(None).get("client_tickets").roles}
    script = (ROOT / "scripts" / "stack_secrets.sh").read_text("utf-8")
    made = re.search(r"printf '([^']*)' \"\$producer\" \"\$job\" >users", script)
    assert made is not None
    assert {line.partition("=")[0] for line in made[1].split("\\n") if line} == roles


def test_a_build_gets_no_secret() -> None:
    """The build's context is a list of what goes in, and .secrets is ignored by git."""
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in ignored
    assert not [line for line in ignored if line.startswith("!.")]
    assert ".secrets/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
