"""What was refused, mended or given up, in workspaces of their own."""

from pytest_bdd import scenarios

scenarios("quarantine.feature")
