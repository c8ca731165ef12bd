"""The table of what is done for each kind of fault, by where in a round it goes."""

from collections.abc import Callable, Mapping
from typing import Any

from features.faults import between, faults, on_job
from features.faults.faults import Fault
from features.faults.stage import Hit, Stage

Moves = Mapping[type[Fault], Callable[[Stage, Any], Hit]]

ON_JOB: Moves = {
    faults.KillAtPoint: on_job.kill_at_point,
    faults.KillGroup: on_job.kill_group,
    faults.KillJava: on_job.kill_java,
    faults.KillWorkers: on_job.kill_workers,
    faults.KillDriver: on_job.kill_driver,
    faults.WakeZombie: on_job.wake_zombie,
    faults.TwoJobs: on_job.two_jobs,
    faults.FullDisk: on_job.full_disk,
    faults.Pause: on_job.pause,
    faults.KillBroker: on_job.kill_broker,
    faults.Weather: on_job.weather,
    faults.StoreErrors: on_job.store_weather,
    faults.StoreAway: on_job.store_weather,
}
BETWEEN: Moves = {
    faults.KillAtPoint: between.kill_export_at,
    faults.LoseState: between.lose_state,
    faults.KillExport: between.kill_export,
}
