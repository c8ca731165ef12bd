"""Other topics and other sources, in workspaces of their own."""

from pytest_bdd import scenarios

scenarios("second_topic.feature", "own_tickets.feature")
