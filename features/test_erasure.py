"""Erasure, in workspaces of their own."""

from pytest_bdd import scenarios

scenarios("erasure.feature")
