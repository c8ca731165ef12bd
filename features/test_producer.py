"""What is not acknowledged, in workspaces of their own."""

from pytest_bdd import scenarios

scenarios("producer.feature")
