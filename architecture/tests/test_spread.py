"""What a thief reaches: as whom, what can be read in which form, and by which steps."""

from architecture.load import load
from architecture.spread import reached

AWS = load().bound("aws")


def test_who_may_read_a_warehouse_reads_what_flows_to_it() -> None:
    """It keeps nothing of its own, and what it shows comes from the lake."""
    found = reached(AWS, ["bi"])
    assert found.components == {"bi"}
    assert {("tickets", "pseudonymised"), ("kpi-rows", "clear")} <= found.data
    assert not {data for data, form in found.data if form == "clear"} & {"raw-events", "ledger", "crm-rows"}


def test_who_may_only_write_reads_nothing() -> None:
    """The store's own identity writes backups; from there nothing comes back."""
    found = reached(AWS, ["backup-host"])
    assert "backup-away" not in found.components
    assert not any(data == "ledger" for data, _ in found.data)


def test_who_may_administer_holds_it() -> None:
    """And from there acts as it does, reads its secrets, and goes on; each step says where it came from."""
    found = reached(AWS, ["deployer"])
    assert {"job", "broker", "cdc"} <= found.components
    assert {"job-password", "job-store-key"} <= found.secrets
    assert found.path("job-password") == ("deployer", "job", "job-password")
    assert ("raw-events", "clear") in found.data


def test_a_vault_gives_its_secrets_and_an_hsm_its_keys() -> None:
    """Whoever holds what keeps them holds them."""
    assert "cdc-password" in reached(AWS, ["vault"]).secrets
    assert "pseudonym-key" in reached(AWS, ["hsm"]).keys
    assert "agent-login" in reached(AWS, ["directory"]).identities
