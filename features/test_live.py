"""Features that share one workspace with a job that runs all the time: one file, so one worker."""

import pytest
from pytest_bdd import scenarios

pytestmark = pytest.mark.xdist_group("live")

scenarios("late_events.feature", "accepted_events.feature", "duplicates.feature", "refused_events.feature")
