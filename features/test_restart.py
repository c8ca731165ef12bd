"""The job interrupted, in workspaces of its own."""

from pytest_bdd import scenarios

scenarios("restart.feature")
