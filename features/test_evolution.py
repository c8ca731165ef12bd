"""Contracts that change, in workspaces of their own."""

from pytest_bdd import scenarios

scenarios("evolution.feature")
