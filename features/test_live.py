"""Features that share one workspace with a job that runs all the time: one file, so one worker."""

from pytest_bdd import scenarios

scenarios("late_events.feature", "accepted_events.feature", "duplicates.feature", "refused_events.feature")
