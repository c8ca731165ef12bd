"""The review of a change: no broker, no workspace."""

from pytest_bdd import scenarios

scenarios("contract_review.feature")
