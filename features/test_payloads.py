"""Contracts alone: no broker, no workspace."""

from pytest_bdd import scenarios

scenarios("payloads.feature")
