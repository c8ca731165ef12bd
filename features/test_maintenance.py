"""Maintenance, in workspaces of their own."""

from pytest_bdd import scenarios

scenarios("maintenance.feature")
