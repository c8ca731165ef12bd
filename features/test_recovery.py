"""Faults of processes, disk, topic and producer, and how the job ends and goes on."""

from pytest_bdd import scenarios

scenarios("recovery.feature")
